-- The extension's answers to questions about `mobility` (see compare.sql), made
-- of rows of spells.

CREATE TEMP TABLE period (name text, observed_from date, as_of date);
\copy period from 'period.csv' with (format csv, header)
CREATE TEMP TABLE stay (name text, person bigint, state text, start_date date, end_date date);
\copy stay from 'stay.csv' with (format csv, header)

CREATE TEMP TABLE summary (name text PRIMARY KEY, m mobility);
INSERT INTO summary
SELECT name, mobility_agg(person, state, start_date, end_date, daterange(observed_from, as_of))
FROM stay JOIN period USING (name) GROUP BY name;
ANALYZE summary;

-- A row belongs to the state of a number, in byte order; its label is the other
-- state.
CREATE FUNCTION pg_temp.answer(q question)
RETURNS TABLE (at float8, label text, quantity text, value float8) LANGUAGE plpgsql AS $$
DECLARE m mobility;
BEGIN
    SELECT s.m INTO m FROM summary AS s WHERE s.name = q.summary;
    IF NOT FOUND THEN
        RAISE 'no summary "%"', q.summary;
    END IF;
    CASE q.fn
    WHEN 'matrix' THEN
        RETURN QUERY
        SELECT n.n::float8, coalesce(x.to_state, '(out)'), 'probability', x.probability
        FROM mobility_matrix(m, q.until) AS x JOIN mobility_headcount(m) WITH ORDINALITY AS n (state, headcount, n) ON n.state = x.from_state;
    WHEN 'flows' THEN
        RETURN QUERY
        SELECT n.n::float8, coalesce(x.to_state, '(out)'), v.*
        FROM mobility_flows(m, q.level) AS x JOIN mobility_headcount(m) WITH ORDINALITY AS n (state, headcount, n) ON n.state = x.from_state,
             LATERAL (VALUES ('moves', x.moves::float8), ('person_years', x.person_years), ('rate', x.rate),
                             ('lower', x.lower), ('upper', x.upper)) AS v;
    WHEN 'project' THEN
        RETURN QUERY
        SELECT (x.year - extract(year FROM s.as_of) + 1)::float8, x.state, v.*
        FROM period AS s, mobility_project(m, years => 4, level => q.level) AS x,
             LATERAL (VALUES ('headcount', x.headcount), ('lower', x.lower), ('upper', x.upper)) AS v
        WHERE s.name = q.summary;
    END CASE;
END $$;
