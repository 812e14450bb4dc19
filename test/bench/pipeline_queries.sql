-- What is measured of education and work together. As in queries.sql, "..." and "plain ..." are
-- compared.
--
-- PENDING are the five stages within six years as they stood at the end of 2025, with people
-- whose outcome is open, STAGES the stages and nothing more, so that nobody is pending.

CREATE TABLE scenario (
    scenario          text,
    growth            float8,           -- of the target, a year
    retire_at         int,
    changed_stage     text,
    conversion_change float8
);
INSERT INTO scenario VALUES ('low', 0, 66, 'second year', 0.05),
                            ('mid', 0.005, 65, NULL, 0),
                            ('high', 0.015, 65, 'second year', -0.05);
ANALYZE scenario;

CREATE TABLE scenario_result (
    scenario   text,
    profession int,
    year       int,
    gap        float8,
    intake     float8,
    lower      float8,
    upper      float8,
    places     float8,
    unmet      float8
);

INSERT INTO bench.query
SELECT name, replace(replace(replace(replace(replace(sql,
           'CHAIN', $$scenario AS s CROSS JOIN pipeline_summary AS m,
         -- what those bring who began already
         LATERAL (SELECT array_agg(arrivals ORDER BY year) AS planned
                  FROM funnel_output(f, begun, 2020, 10, as_of => '2026-01-01',
                                     changed_stage => s.changed_stage,
                                     conversion_change => s.conversion_change)) AS a,
         LATERAL (SELECT array_agg(headcount(w) * (1 + s.growth) ^ n ORDER BY n) AS target
                  FROM generate_series(1, 10) AS n) AS t,
         LATERAL (SELECT array_agg(gap ORDER BY year) AS gaps
                  FROM workforce_project(w, 10, intake => planned, target => target,
                                         retire_at => s.retire_at)) AS g$$),
           'FUNNELS', $$SELECT profession, funnel_agg(person_id, stage, at, PENDING) AS f
    FROM education_event
    GROUP BY profession$$),
           'WORKFORCES', $$SELECT profession,
           workforce_agg(birth_date, start_date, end_date, reason,
                         daterange('2016-01-01', '2026-01-01')) AS w
    FROM employment
    GROUP BY profession$$),
           'PENDING', $$funnel_spec(STAGES, within => '6 years', as_of => '2026-01-01')$$),
           'STAGES', $$ARRAY['admitted', 'registered', 'second year', 'graduated', 'employed']$$)
FROM (VALUES

-- From rows to summaries. In each of six years one has begun for every fifty of the staff.
('plain education', $$
    SELECT profession, count(*), min(at) FROM education_event GROUP BY profession
$$),
('education', $$
    FUNNELS
$$),
('plain employments', $$
    SELECT profession, count(*), min(start_date) FROM employment GROUP BY profession
$$),
('employments', $$
    WORKFORCES
$$),
('summaries of both', $$
    SELECT profession, f, w, array_fill(0.02 * headcount(w), ARRAY[6]) AS begun
    FROM (FUNNELS) AS education JOIN (WORKFORCES) AS work USING (profession)
$$),

-- What a scenario projects: arguments of the functions that are measured alone.
('projected', $$
    SELECT s.*, m.*, planned, target, gaps
    FROM CHAIN
$$)

) AS v(name, sql);

-- The whole chain, from summaries to the table of scenarios, in one statement. Constant: what
-- has to begin each year from 2026 on; study places are for those who register. OFFSET 0 keeps
-- the two functions together, so that each is called once in a scenario, not for each year of
-- the other.
INSERT INTO bench.query
SELECT name, 'INSERT INTO scenario_result'
             || replace(bench.sql('projected'), 's.*, m.*, planned, target, gaps',
                        's.scenario, m.profession, year, gap, intake, lower, upper, places, unmet')
             || replace(replace($$,
         LATERAL (SELECT r.*, gaps[r.year - 2025] AS gap, p.required AS places
                  FROM required_intake(f, w, gaps, 2026, method => 'METHOD',
                                       changed_stage => s.changed_stage,
                                       conversion_change => s.conversion_change,
                                       retire_at => s.retire_at) AS r
                       JOIN required_intake_stages(f, w, gaps, 2026, method => 'METHOD',
                                                   changed_stage => s.changed_stage,
                                                   conversion_change => s.conversion_change,
                                                   retire_at => s.retire_at) AS p USING (year)
                  WHERE stage = 'registered' FILTER
                  OFFSET 0) AS i$$, 'METHOD', method), 'FILTER', filter)
FROM (VALUES
('scenarios', 'constant', 'AND year = 2035'),
('scenarios, schedule', 'schedule', '')
) AS v(name, method, filter);

-- The same from rows.
INSERT INTO bench.query
SELECT 'scenarios from rows',
       'WITH pipeline_summary AS MATERIALIZED (' || bench.sql('summaries of both') || ')'
       || bench.sql('scenarios');

-- Each function alone, on the summaries of each profession in each scenario.
INSERT INTO bench.query VALUES
('funnel_stages', $$
    SELECT r.* FROM projected, funnel_stages(f) AS r
$$),
('funnel_output', $$
    SELECT r.*
    FROM projected,
         funnel_output(f, begun, 2020, 10, as_of => '2026-01-01', changed_stage => changed_stage,
                       conversion_change => conversion_change) AS r
$$),
('workforce_project', $$
    SELECT r.*
    FROM projected,
         workforce_project(w, 10, intake => planned, target => target,
                           retire_at => retire_at) AS r
$$),
('required_intake, constant', $$
    SELECT r.*
    FROM projected,
         required_intake(f, w, gaps, 2026, changed_stage => changed_stage,
                         conversion_change => conversion_change, retire_at => retire_at) AS r
$$),
('required_intake, schedule', $$
    SELECT r.*
    FROM projected,
         required_intake(f, w, gaps, 2026, method => 'schedule', changed_stage => changed_stage,
                         conversion_change => conversion_change, retire_at => retire_at) AS r
$$),
('required_intake_stages, constant', $$
    SELECT r.*
    FROM projected,
         required_intake_stages(f, w, gaps, 2026, changed_stage => changed_stage,
                                conversion_change => conversion_change,
                                retire_at => retire_at) AS r
$$),
('required_intake_stages, schedule', $$
    SELECT r.*
    FROM projected,
         required_intake_stages(f, w, gaps, 2026, method => 'schedule',
                                changed_stage => changed_stage,
                                conversion_change => conversion_change,
                                retire_at => retire_at) AS r
$$);

-- Arrivals by calendar year where nobody is pending, of 16 yearly intakes: in plain SQL, and
-- ours. Plain SQL may rely on what is true of these rows, that nobody has a stage twice or in
-- the wrong order: the lag is one date less another. Days since the beginning are cut into spans
-- where a calendar year begins for any of the intakes; there are eleven, for years begin on the
-- same day of it but for leap days, and so few rows are left to meet the intakes.
--
--   events   the first stage joined to the last; the lags counted, and so on as from lags.
--   persons  from a table with a row for each person who began: the lag, or NULL.
--   lags     from those rows counted by lag.
--   curves   from an array for each profession: the share that has arrived, by days since the
--            beginning; plain SQL's own summary, made by a query that is not timed.
--
-- Tried and slower: for events, a hash aggregate of minimum and maximum by person in place of
-- the join (a fifth to a third more); for lags, each placed in the years of each intake (fifteen
-- times), or of every fourth (five times), a table of the years of days joined to them (seven
-- times), running sums at the spans' ends by a window function (seven times); for curves, a step
-- for each intake and year (five times), and arrays that are read from the table for each element,
-- not kept unpacked by appending to them (thirteen times).
CREATE TABLE cohort AS
SELECT year, make_date(year, 9, 1) AS begins, 100 + 10 * (year % 3)::float8 AS intake
FROM generate_series(2020, 2035) AS year;
ANALYZE cohort;

INSERT INTO bench.query
SELECT 'plain arrivals, ' || form,
       replace(replace(sql,
           'SPREAD', $$cuts AS (
        SELECT array_agg(day ORDER BY day) AS days FROM (CUTS) AS c
    ), spans AS (
        SELECT profession, width_bucket(lag, days) AS span, sum(persons)::float8 AS persons
        FROM counts, cuts
        GROUP BY 1, 2
    ), entered AS (
        SELECT profession, sum(persons) AS entered FROM spans GROUP BY profession
    )
    SELECT profession, extract(year FROM begins + days[span])::int AS year,
           sum(intake * persons / entered) AS arrivals
    FROM spans JOIN entered USING (profession), cuts, cohort
    WHERE span IS NOT NULL
    GROUP BY 1, 2$$),
           'CUTS', $$SELECT make_date(year + k, 1, 1) - begins AS day
        FROM cohort, generate_series(1, 6) AS k
        UNION
        SELECT 0$$)
FROM (VALUES
('events', $$
    WITH counts AS (
        SELECT profession, e.at - b.at AS lag, count(*) AS persons
        FROM (SELECT * FROM education_event WHERE stage = 'admitted') AS b
             LEFT JOIN (SELECT * FROM education_event WHERE stage = 'employed') AS e
                  USING (profession, person_id)
        GROUP BY 1, 2
    ), SPREAD
$$),
('persons', $$
    WITH counts AS (
        SELECT profession, lag, count(*) AS persons FROM lag_of_person GROUP BY 1, 2
    ), SPREAD
$$),
('lags', $$
    WITH counts AS (
        SELECT * FROM lag_count
    ), SPREAD
$$),
-- reached[1] is day 0, reached[2193] the last.
('curves', $$
    WITH spans AS (
        SELECT day, lead(day, 1, 2193) OVER (ORDER BY day) AS until FROM (CUTS) AS c
    ), shares AS (
        SELECT profession, day, reached[until] - coalesce(reached[day], 0) AS share
        FROM (SELECT profession, array_append(reached, NULL) AS reached
              FROM lag_curve
              OFFSET 0) AS c,
             spans
    )
    SELECT profession, extract(year FROM begins + day)::int AS year,
           sum(intake * share) AS arrivals
    FROM shares, cohort
    GROUP BY 1, 2
$$)
) AS v(form, sql);

INSERT INTO bench.query
SELECT 'arrivals, ' || form,
       'SELECT profession, o.year, o.arrivals
        FROM ' || source || ',
             (SELECT array_agg(intake ORDER BY year) AS intake FROM cohort) AS i,
             funnel_output(complete, intake, 2020, 22) AS o'
FROM (VALUES
('summaries', 'complete_funnel'),
('events', $$(SELECT profession,
                     funnel_agg(person_id, stage, at,
                                funnel_spec(ARRAY['admitted', 'registered', 'second year',
                                                  'graduated', 'employed'])) AS complete
              FROM education_event
              GROUP BY profession
              OFFSET 0) AS s$$)
) AS v(form, source);

-- What is not a time: how much was measured.
CREATE TABLE bench.measured (
    rows  bigint NOT NULL,
    what  text NOT NULL,
    value float8 NOT NULL
);

CREATE TABLE bench.same_arrivals (
    rows       bigint NOT NULL,
    one        text NOT NULL,
    other      text NOT NULL,
    points     bigint NOT NULL,
    difference float8 NOT NULL  -- the largest, of arrivals
);

-- Both sides have the same arrivals; plain SQL leaves out years without any.
CREATE PROCEDURE bench.compare_arrivals(rows bigint, ours text, VARIADIC plain text[])
LANGUAGE plpgsql AS $$
DECLARE
    name       text;
    points     bigint;
    difference float8;
BEGIN
    FOREACH name IN ARRAY plain LOOP
        EXECUTE format('SELECT count(*) FILTER (WHERE o.arrivals > 0 AND p.arrivals > 0),
                               max(abs(coalesce(o.arrivals, -1) - coalesce(p.arrivals, 0)))
                        FROM (%s) AS o FULL JOIN (%s) AS p USING (profession, year)',
                       bench.sql(ours), bench.sql(name))
            INTO points, difference;
        IF points = 0 OR NOT difference <= 1e-9 THEN
            RAISE '% and % differ by % at % points', name, ours, difference, points;
        END IF;
        INSERT INTO bench.same_arrivals VALUES (rows, name, ours, points, difference);
    END LOOP;
END
$$;

-- What the scenarios answered: for every profession an intake with its limits, and one that
-- closes the gap.
CREATE PROCEDURE bench.check_scenarios(rows bigint) LANGUAGE plpgsql AS $$
DECLARE
    wrong bigint;
    total bigint;
BEGIN
    TRUNCATE scenario_result;
    EXECUTE bench.sql('scenarios');
    SELECT count(*), count(*) FILTER (WHERE NOT coalesce(gap > 0 AND intake > 0 AND unmet < 1e-6
                                                         AND lower <= intake AND upper >= intake
                                                         AND places <= intake, false))
    INTO total, wrong
    FROM scenario_result;
    IF wrong > 0 OR total <> 180 THEN
        RAISE '% of % rows of the scenarios are not as they should be', wrong, total;
    END IF;
    INSERT INTO bench.measured
    SELECT rows, 'scenario ' || scenario || ': ' || what, value
    FROM (SELECT scenario, sum(gap) AS gap, sum(intake) AS intake, sum(lower) AS lower,
                 sum(upper) AS upper, sum(places) AS places
          FROM scenario_result
          GROUP BY scenario) AS s,
         LATERAL (VALUES ('gap', gap), ('intake', intake), ('sum of lower', lower),
                         ('sum of upper', upper), ('places', places)) AS v(what, value);
END
$$;
