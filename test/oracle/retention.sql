-- The extension's answers to questions about `retention` (see compare.sql).
-- Summaries come as text, and as rows for retention_agg; a name stands in one
-- of the two files.

CREATE TEMP TABLE content (name text PRIMARY KEY, content text NOT NULL);
\copy content from 'summary.csv' with (format csv, header)
CREATE TEMP TABLE spell (
    name text, start_date date, end_date date, reason text, observed_from date, as_of date);
\copy spell from 'spell.csv' with (format csv, header)
-- The groups of a k-sample test.
CREATE TEMP TABLE member (question int, group_name text, stratum text, summary text);
\copy member from 'member.csv' with (format csv, header)
CREATE INDEX ON member (question);
ANALYZE member;

CREATE TEMP TABLE summary (name text PRIMARY KEY, r retention);
-- One by one, so that one that is refused does not take the others along.
-- Its questions will say that it is missing.
DO $$
DECLARE c content;
BEGIN
    FOR c IN SELECT * FROM content LOOP
        BEGIN
            INSERT INTO summary VALUES (c.name, c.content::retention);
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO refused VALUES (c.name, SQLERRM, c.content);
        END;
    END LOOP;
END $$;
INSERT INTO summary
SELECT name, retention_agg(start_date, end_date, reason, daterange(observed_from, as_of))
FROM spell GROUP BY name, observed_from, as_of;
ANALYZE summary;

CREATE FUNCTION pg_temp.summary(name text) RETURNS retention LANGUAGE plpgsql AS $$
DECLARE found_one retention;
BEGIN
    SELECT s.r INTO STRICT found_one FROM summary AS s WHERE s.name = $1;
    RETURN found_one;
EXCEPTION WHEN no_data_found THEN
    RAISE 'no summary "%"', name;
END $$;

CREATE FUNCTION pg_temp.answer(q question)
RETURNS TABLE (at float8, label text, quantity text, value float8) LANGUAGE plpgsql AS $$
DECLARE r retention;
BEGIN
    IF q.fn <> 'log_rank' THEN
        r := pg_temp.summary(q.summary);
    END IF;
    CASE q.fn
    WHEN 'curve' THEN
        RETURN QUERY SELECT c.after_days::float8, '', v.*
        FROM retention_curve(r, q.every, q.level, q.method) AS c,
             LATERAL (VALUES ('at_risk', c.at_risk::float8), ('exits', c.exits), ('retained', c.retained),
                             ('std_error', c.std_error), ('lower', c.lower), ('upper', c.upper)) AS v;
    WHEN 'incidence' THEN
        RETURN QUERY SELECT i.after_days::float8, i.reason, v.*
        FROM exit_incidence(r, q.every, q.level) AS i,
             LATERAL (VALUES ('exits', i.exits::float8), ('incidence', i.incidence),
                             ('std_error', i.std_error), ('lower', i.lower), ('upper', i.upper)) AS v;
    -- By how much two curves differ, at most.
    WHEN 'difference' THEN
        RETURN QUERY SELECT 0.0::float8, '', 'difference', max(abs(a.retained - b.retained))
        FROM retention_curve(r, q.every) AS a
        JOIN retention_curve(pg_temp.summary(q.second), q.every) AS b USING (after_days);
    WHEN 'compare' THEN
        RETURN QUERY SELECT 0.0::float8, '', v.*
        FROM retention_compare(r, pg_temp.summary(q.second), q.level) AS c,
             LATERAL (VALUES ('chisq', c.chisq), ('df', c.df), ('p_value', c.p_value),
                             ('ln p_value', ln(c.p_value)), ('hazard_ratio', c.hazard_ratio),
                             ('lower', c.lower), ('upper', c.upper)) AS v;
    WHEN 'log_rank' THEN
        RETURN QUERY
        WITH members AS (
            SELECT m.group_name, m.stratum, pg_temp.summary(m.summary) AS r
            FROM member AS m WHERE m.question = q.id),
        test AS (
            SELECT (t).* FROM (
                SELECT CASE WHEN count(stratum) = 0 THEN retention_log_rank(members.r, group_name)
                            ELSE retention_log_rank(members.r, group_name, stratum) END AS t
                FROM members OFFSET 0) AS once)
        SELECT 0.0::float8, '', v.*
        FROM test, LATERAL (VALUES ('chisq', chisq), ('df', df), ('p_value', p_value),
                                   ('ln p_value', ln(p_value))) AS v
        UNION ALL
        SELECT u.n, coalesce(u.group_name, ''), v.*
        FROM test, unnest(groups, exits, expected) WITH ORDINALITY AS u (group_name, exits, expected, n),
             LATERAL (VALUES ('exits', u.exits::float8), ('expected', u.expected)) AS v;
    ELSE
        RETURN QUERY SELECT 0.0::float8, '', q.fn,
            CASE q.fn
            WHEN 'spells' THEN spells(r)
            WHEN 'exits' THEN exits(r)
            WHEN 'median' THEN retention_median(r)
            WHEN 'rate' THEN retention_rate(r, q.until)
            WHEN 'mean' THEN retention_mean(r, q.until)
            WHEN 'equal' THEN (r = pg_temp.summary(q.second))::int
            END;
    END CASE;
END $$;
