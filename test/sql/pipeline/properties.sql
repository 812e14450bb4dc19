-- What holds for arrivals and for the intake that closes a gap, whatever the data:
-- what is asked for, fed back, closes the gap; what is linear is linear; limits hold
-- the intake and widen; any plan gives the same bytes; nobody is no error.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL jit = off;
SELECT plan(79);

\ir ../../lib/dice.sql
CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN a IS NULL OR b IS NULL THEN a IS NULL AND b IS NULL ELSE abs(a - b) <= 1e-9 * greatest(abs(a), abs(b), 1e-3) END
$$;

-- ---------------------------------------------------------------------------
-- What the functions are.
-- ---------------------------------------------------------------------------
SELECT is(pg_get_function_arguments(oid), args, proname || ': arguments') FROM pg_proc JOIN (VALUES
    ('funnel_output', 'funnel, intake double precision[], first_year integer, horizon integer, starts text DEFAULT ''09-01''::text, as_of date DEFAULT NULL::date, changed_stage text DEFAULT NULL::text, conversion_change double precision DEFAULT 0'),
    ('required_intake', 'funnel, workforce, gap double precision[], first_year integer, starts text DEFAULT ''09-01''::text, method text DEFAULT ''constant''::text, target_year integer DEFAULT NULL::integer, arrived double precision DEFAULT 0.5, changed_stage text DEFAULT NULL::text, conversion_change double precision DEFAULT 0, retire_at integer DEFAULT NULL::integer, retire_rule retirement_rule DEFAULT NULL::retirement_rule, rates credible_rates DEFAULT NULL::credible_rates, latest_age integer DEFAULT 70, level double precision DEFAULT 0.80'),
    ('required_intake_stages', 'funnel, workforce, gap double precision[], first_year integer, starts text DEFAULT ''09-01''::text, method text DEFAULT ''constant''::text, target_year integer DEFAULT NULL::integer, arrived double precision DEFAULT 0.5, changed_stage text DEFAULT NULL::text, conversion_change double precision DEFAULT 0, retire_at integer DEFAULT NULL::integer, retire_rule retirement_rule DEFAULT NULL::retirement_rule, rates credible_rates DEFAULT NULL::credible_rates, latest_age integer DEFAULT 70, level double precision DEFAULT 0.80')
) AS v (proname, args) USING (proname) ORDER BY proname;
SELECT is(pg_get_function_result(oid), result, proname || ': columns') FROM pg_proc JOIN (VALUES
    ('funnel_output', 'TABLE(year integer, arrivals double precision)'),
    ('required_intake', 'TABLE(year integer, intake double precision, lower double precision, upper double precision, arrivals double precision, unmet double precision)'),
    ('required_intake_stages', 'TABLE(year integer, stage_no integer, stage text, required double precision, lower double precision, upper double precision)')
) AS v (proname, result) USING (proname) ORDER BY proname;
SELECT is(format('%s %s %s', provolatile, proparallel, proisstrict), 'i s f', proname || ': immutable, parallel safe, not strict')
FROM pg_proc WHERE proname IN ('funnel_output', 'required_intake', 'required_intake_stages') ORDER BY proname;

-- ---------------------------------------------------------------------------
-- Regions: each with a workforce and a funnel, some of them of few, of nobody, or of
-- people still pending.  Region 0 hires nobody; nobody has entered its funnel in
-- region 1, and nobody arrives in region 2; region 3 is without workers.
-- ---------------------------------------------------------------------------
CREATE TABLE employment AS
SELECT id, region, birth_date, start_date, CASE WHEN dice(100, id, 4) < 55 THEN start_date + dice(4000, id, 5) END AS end_date,
       (ARRAY['retirement', 'resignation', 'layoff'])[1 + dice(3, id, 6)] AS reason
FROM (SELECT id, CASE dice(24, id, 1) WHEN 3 THEN 4 ELSE dice(24, id, 1) END AS region, date '1950-01-01' + dice(18000, id, 2) AS birth_date, date '2012-01-01' + dice(4700, id, 3) AS start_date
      FROM generate_series(1, 8000) AS id) AS e
WHERE region <> 0 OR start_date < '2016-01-01';
CREATE TABLE event AS
SELECT person, region, stage, at
FROM (SELECT person, dice(24, person, 11) AS region, date '2012-01-10' + dice(4000, person, 12) AS t1, dice(120, person, 13) AS d1, 600 + dice(900, person, 14) AS d2, dice(100, person, 15) AS u
      FROM generate_series(1, 6000) AS person) AS p,
     LATERAL (VALUES ('applied', t1, region <> 1), ('registered', t1 + d1, u < 80), ('graduated', t1 + d1 + d2, u < 60 AND region <> 2), ('withdrawn', t1 + d1 + 100, u BETWEEN 60 AND 70)) AS v (stage, at, happens)
WHERE happens;
CREATE FUNCTION spec() RETURNS funnel_spec LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT funnel_spec(ARRAY['applied', 'registered', 'graduated'], '6 years', '2022-07-01', '{withdrawn}')
$$;
CREATE TABLE part AS
SELECT region, w, f
FROM (SELECT region, workforce_agg(birth_date, start_date, end_date, reason, '[2016-01-01,2022-07-01)') AS w FROM employment GROUP BY region
      UNION ALL SELECT 3, workforce_agg(NULL, '2020-01-01', NULL, NULL, '[2016-01-01,2022-07-01)')) AS e
     JOIN (SELECT region, funnel_agg(person, stage, at, spec()) AS f FROM event GROUP BY region) AS g USING (region);
ALTER TABLE part ADD PRIMARY KEY (region);
SELECT is(format('%s %s %s %s %s', count(*), sum((hires(w) = 0)::int), sum((headcount(w) = 0)::int), (SELECT count(*) FROM part, funnel_stages(f) WHERE stage_no = 1 AND entered = 0),
                 (SELECT count(*) FROM part, funnel_stages(f) WHERE stage_no = 3 AND entered = 0)), '24 2 1 1 2', 'there are regions, and such without hires, workers, funnel and arrivals')
FROM part;
CREATE TABLE whole AS SELECT rollup(w) AS w, rollup(f) AS f FROM part;
ALTER TABLE part SET (parallel_workers = 2);
ANALYZE part;

-- Each region's gap, with some growth; and what is asked, in many ways.
-- (With arrived => 0 nobody of a schedule comes before the year that an intake is for.)
CREATE TABLE question AS
SELECT row_number() OVER (ORDER BY region, first_year, method, option)::int AS q, region, f, w, gap, first_year, method, starts, arrived, retire_at, changed_stage, change, without
FROM (SELECT region, f, w, first_year, method, starts, CASE WHEN (region + first_year) % 2 = 0 THEN 0 ELSE 0.5 END AS arrived, CASE WHEN option = 1 THEN 65 END AS retire_at, CASE WHEN option = 2 THEN 'registered' END AS changed_stage, CASE WHEN option = 2 THEN 0.05 ELSE 0 END AS change, option
      FROM part, unnest('{2017,2019,2022,2023}'::int[]) AS first_year, unnest('{constant,schedule}'::text[]) AS method, generate_series(0, 2) AS option,
           LATERAL (SELECT (ARRAY['09-01', '01-15', '12-31'])[1 + (region + first_year) % 3]) AS s (starts)
      WHERE region > 3) AS a,
     LATERAL (SELECT array_agg(gap + CASE WHEN region % 3 = 0 THEN -8 ELSE 3 * (year - 2022) END ORDER BY year), array_agg(headcount ORDER BY year) FROM workforce_project(w, 10, retire_at => a.retire_at)) AS p (gap, without);
CREATE TABLE answer AS
SELECT q, year, i.intake, lower, upper, i.arrivals, unmet, year - 2021 AS t
FROM question, required_intake(f, w, gap, first_year, starts, method, NULL, question.arrived, question.changed_stage, change, question.retire_at) AS i;
SELECT ok(count(*) FILTER (WHERE intake > 0) > 1000 AND count(*) FILTER (WHERE intake = 0) > 100 AND count(*) FILTER (WHERE intake IS NULL) > 100 AND count(*) FILTER (WHERE unmet > 0.1) > 500 AND count(*) FILTER (WHERE unmet < 1e-9) > 500,
          'there are intakes of all kinds') FROM answer;

-- ---------------------------------------------------------------------------
-- Fed back: what arrives is an intake of the workforce, and closes the gap.
-- ---------------------------------------------------------------------------
CREATE TABLE fed AS
SELECT q, output, (SELECT array_agg(headcount ORDER BY year) FROM workforce_project(w, 10, output, retire_at => question.retire_at)) AS headcount
FROM question,
     LATERAL (SELECT array_agg(coalesce(intake, 0) ORDER BY year) AS intake, min(year) AS first FROM answer WHERE answer.q = question.q) AS x,
     LATERAL (SELECT array_agg(arrivals ORDER BY year) AS output FROM funnel_output(f, x.intake, first, 10, starts, '2022-07-01', question.changed_stage, change)) AS o;
CREATE TABLE outcome AS
SELECT q, year, t, method, gap[t] AS gap, a.intake, arrivals, output[t] AS output, unmet, without[t] + gap[t] AS target, headcount[t] AS headcount
FROM answer AS a JOIN question USING (q) JOIN fed USING (q) WHERE t >= 1;
SELECT is(count(*) FILTER (WHERE near(arrivals, output)), count(*), 'arrivals are those of funnel_output') FROM outcome;
SELECT is(count(*) FILTER (WHERE abs(headcount - target) <= 1e-9 * target), count(*), 'constant: the headcount of the target year is the target')
FROM outcome WHERE method = 'constant' AND year = 2031 AND intake > 0;
SELECT cmp_ok(count(*), '>', 150::bigint, 'in many cases') FROM outcome WHERE method = 'constant' AND year = 2031 AND intake > 0;
SELECT is(count(*) FILTER (WHERE near(greatest(target - headcount, 0), unmet) OR abs(greatest(target - headcount, 0) - unmet) <= 1e-9 * target), count(*), 'what is then missing is unmet, in every year') FROM outcome;
-- The last intake of a schedule answers for the last year: so is it known how many years
-- lie between.  Who arrives earlier than that comes on top.
CREATE TABLE answered AS
SELECT o.q, arrived, o.year, o.headcount, o.target, o.gap, o.unmet, a.intake
FROM outcome AS o JOIN (SELECT q, 2031 - max(year) AS l FROM answer WHERE intake IS NOT NULL GROUP BY q) AS x USING (q) JOIN question USING (q) JOIN answer AS a ON a.q = o.q AND a.year = o.year - l AND a.year >= first_year
WHERE o.method = 'schedule';
SELECT is(count(*) FILTER (WHERE abs(headcount - target) <= 1e-9 * target), count(*), 'schedule: the headcount is the target in each year for which an intake answers') FROM answered WHERE intake > 0 AND arrived = 0;
SELECT cmp_ok(count(*), '>', 100::bigint, 'in many years') FROM answered WHERE intake > 0 AND arrived = 0;
SELECT is(count(*) FILTER (WHERE headcount >= target - 1e-9 * target AND unmet <= 1e-9 * target), count(*), 'and no less in any, whatever the share that has arrived, nor where none is needed') FROM answered WHERE intake IS NOT NULL;
SELECT cmp_ok(count(*), '>', 1000::bigint, 'in more years') FROM answered WHERE intake IS NOT NULL;
SELECT is(count(*) FILTER (WHERE headcount > target - unmet - 1e-9 * target), count(*), 'never is more missing than what is unmet') FROM outcome;
SELECT ok(bool_and(intake IS NULL OR intake >= 0) AND bool_and(arrivals >= 0) AND bool_and(unmet >= 0), 'nothing is negative') FROM outcome;
SELECT is(count(*), 0::bigint, 'nobody begins before the first year') FROM answer JOIN question USING (q) WHERE year < first_year AND (intake, lower, upper) IS DISTINCT FROM (0, 0, 0);
SELECT is(count(*), 0::bigint, 'a constant intake is constant') FROM (SELECT q FROM answer JOIN question USING (q) WHERE method = 'constant' AND year >= first_year
                                                                     GROUP BY q HAVING count(DISTINCT (intake, lower, upper)) > 1) AS x;

-- ---------------------------------------------------------------------------
-- Needs that are none, and needs that nobody can meet.
-- ---------------------------------------------------------------------------
SELECT is((SELECT count(*) FROM part, required_intake(f, w, gap, 2019, method => m) AS i
           WHERE (arrivals, unmet) IS DISTINCT FROM (0, CASE WHEN year >= 2022 THEN 0 END)
               -- a schedule asks nothing of years that are too early or too late for it
               OR NOT coalesce(intake = 0, m = 'schedule' AND region > 3)),
          0::bigint, format('no need, no intake: %s, %s', m, gap))
FROM unnest('{constant,schedule}'::text[]) AS m, (VALUES ('{0,0,0,0,0}'::float8[]), ('{-3,-1e12,0,-1,-1e-300}')) AS g (gap);
SELECT cmp_ok(count(*), '>', 20::bigint, 'some of them are 0 in a schedule') FROM part, required_intake(f, w, '{0,0,0,0,0}', 2019, method => 'schedule') WHERE region > 3 AND intake = 0;
-- The first arrive 600 days after they began, in 2024.
SELECT is((SELECT count(*) FROM part, required_intake(f, w, '{5,12,2}', 2022, method => m) AS i
           WHERE region > 3 AND year < 2024 AND (arrivals, unmet) IS DISTINCT FROM (0, CASE year WHEN 2022 THEN 5 ELSE 12 END)),
          0::bigint, m || ': a need before anybody can arrive is unmet in full') FROM unnest('{constant,schedule}'::text[]) AS m;
SELECT is((SELECT count(*) FROM part, required_intake(f, w, '{5,12,2}', 2022, target_year => 2023) AS i
           WHERE region > 3 AND ((intake, lower, upper) IS DISTINCT FROM (NULL::float8, NULL::float8, NULL::float8) OR arrivals <> 0 OR unmet <> ('{5,12,2}'::float8[])[year - 2021])),
          0::bigint, 'and there is no intake that meets it');
SELECT is((SELECT count(*) FROM part, required_intake(f, w, '{5,-12,2}', 2022, target_year => 2023) AS i WHERE region > 3 AND (intake <> 0 OR arrivals <> 0 OR unmet <> ('{5,0,2}'::float8[])[year - 2021])),
          0::bigint, 'a surplus then needs none, whatever is missing before and after');

-- ---------------------------------------------------------------------------
-- What is linear.
-- ---------------------------------------------------------------------------
SELECT is(count(*) FILTER (WHERE near(s.arrivals, 3 * a.arrivals + 0.25 * b.arrivals)), 19 * 12::bigint * 2, 'arrivals are linear in the intake')
FROM part, unnest('{09-01,12-31}'::text[]) AS starts, funnel_output(f, '{100,0,50,25}', 2019, 12, starts) AS a, funnel_output(f, '{0,8,0,1e9}', 2019, 12, starts) AS b, funnel_output(f, '{300,2,150,250000075}', 2019, 12, starts) AS s
WHERE a.year = s.year AND b.year = s.year AND a.arrivals + b.arrivals IS NOT NULL AND region NOT IN (0, 1, 2, 3, 4);
SELECT is(count(*) FILTER (WHERE near(a.arrivals, parts)), 22 * 12::bigint, 'those of an array are the sum of those of its elements, wherever it begins')
FROM part, funnel_output(f, '{100,0,50,25,7}', 2019, 12, as_of => '2021-03-04') AS a,
     LATERAL (SELECT sum(arrivals) AS parts FROM generate_series(1, 5) AS i, funnel_output(f, ARRAY[('{100,0,50,25,7}'::float8[])[i]], 2018 + i, 12, as_of => '2021-03-04') AS o WHERE o.year = a.year) AS p
WHERE region NOT IN (1, 2);
-- What has arrived before as_of, and what arrives from then on, is all that does.
SELECT is(count(*) FILTER (WHERE near(after + before, total)), count(*), 'arrivals before as_of and from then on are all')
FROM part, unnest('{2019-12-31,2020-09-01,2021-01-01,2022-02-28,2024-06-30,2040-01-01}'::date[]) AS d,
     LATERAL (SELECT sum(arrivals) AS after FROM funnel_output(f, '{100,80}', 2019, 100, '05-01', d)) AS a,
     LATERAL (SELECT cumulative_so_far AS all_of_it, 180 * cumulative_so_far AS total FROM funnel_stages(f) WHERE stage = 'graduated') AS t,
     LATERAL (SELECT coalesce(sum(n * coalesce(funnel_conversion(f, 'applied', 'graduated', make_interval(days => d - 1 - start)), all_of_it)), 0) AS before
              FROM (VALUES (100, date '2019-05-01'), (80, '2020-05-01')) AS v (n, start) WHERE start < d) AS b
WHERE region <> 1;
SELECT is((SELECT count(*) FROM part, funnel_output(f, '{100,80,60}', 2019, 9, '05-01') AS a, funnel_output(f, '{100,80,60}', 2019, 9, '05-01', d) AS b
           WHERE a.year = b.year AND region <> 1 AND NOT CASE WHEN a.year > extract(year FROM d) OR to_char(d, 'MM-DD') = '01-01' THEN near(a.arrivals, b.arrivals) ELSE b.arrivals <= a.arrivals + 1e-9 END),
          0::bigint, 'as_of matters in its own year only: ' || d)
FROM unnest('{2021-01-01,2021-03-04,2021-12-31}'::date[]) AS d;
-- A constant intake in the long run.  Nobody of these arrives within weeks of a turn of
-- the year, where leap days would tell.
SELECT is(count(*) FILTER (WHERE abs(arrivals - 70 * cumulative) <= 1e-9 * arrivals), 80::bigint, format('in the long run as many arrive each year as the last stage has of an intake, %s', label))
FROM (SELECT label, funnel_agg(ARRAY[start, CASE WHEN dice(10, i, 1) < 7 THEN start + 100 END, CASE WHEN dice(10, i, 1) < 6 THEN start + 365 * (1 + dice(5, i, 2)) + 60 + dice(200, i, 3) END], spec) AS f
      FROM (VALUES ('nobody pending', funnel_spec(ARRAY['a', 'b', 'c'])), ('people pending', funnel_spec(ARRAY['a', 'b', 'c'], NULL, '2016-05-05'))) AS v (label, spec), generate_series(1, 500) AS i, LATERAL (SELECT date '2009-01-01' + 5 * i AS start) AS d
      GROUP BY label) AS x,
     LATERAL (SELECT cumulative_so_far AS cumulative FROM funnel_stages(f) WHERE stage_no = 3) AS s, funnel_output(f, array_fill(70::float8, '{100}'), 1951, 100, '02-01') AS o
WHERE year >= 1971 GROUP BY label;
-- Needs.
SELECT is(count(*) FILTER (WHERE near(b.intake, 2.5 * a.intake) AND near(b.arrivals, 2.5 * a.arrivals) AND (near(b.unmet, 2.5 * a.unmet) OR abs(b.unmet - 2.5 * a.unmet) < 1e-9)), count(*), 'of a gap that is two and a half times as large, everything is')
FROM answer AS a JOIN question USING (q), required_intake(f, w, ARRAY(SELECT 2.5 * g FROM unnest(gap) WITH ORDINALITY AS u (g, i) ORDER BY i), first_year, starts, method, NULL, question.arrived, question.changed_stage, change, question.retire_at) AS b
WHERE b.year = a.year AND q % 3 = 0;
SELECT is(count(*) FILTER (WHERE near(c.intake, a.intake + b.intake) AND near(c.arrivals, a.arrivals + b.arrivals)), count(*), 'constant intakes of two gaps add up')
FROM part, required_intake(f, w, '{-5,10,20,40,80}', 2019) AS a, required_intake(f, w, '{5,1,2,4,8}', 2019) AS b, required_intake(f, w, '{0,11,22,44,88}', 2019) AS c
WHERE a.year = b.year AND b.year = c.year AND region > 3;
-- A scenario multiplies.
SELECT is(count(*) FILTER (WHERE near(b.arrivals, a.arrivals * (c + 0.05) / c)), 20 * 12::bigint, 'a higher conversion brings so much more')
FROM part, LATERAL (SELECT conversion_so_far AS c FROM funnel_stages(f) WHERE stage = 'registered') AS s, funnel_output(f, '{100,0,50,25}', 2019, 12) AS a, funnel_output(f, '{100,0,50,25}', 2019, 12, changed_stage => 'registered', conversion_change => 0.05) AS b
WHERE a.year = b.year AND region > 3;
SELECT is(count(*) FILTER (WHERE a.arrivals = b.arrivals AND c.arrivals = 0), 20 * 12::bigint, 'a change of 0 is none, and one to 0 leaves nobody')
FROM part, LATERAL (SELECT conversion_so_far AS conversion FROM funnel_stages(f) WHERE stage = 'registered') AS s, funnel_output(f, '{100,0,50,25}', 2019, 12) AS a, funnel_output(f, '{100,0,50,25}', 2019, 12, changed_stage => 'registered') AS b,
     funnel_output(f, '{100,0,50,25}', 2019, 12, changed_stage => 'registered', conversion_change => -conversion) AS c
WHERE a.year = b.year AND a.year = c.year AND region > 3;

-- ---------------------------------------------------------------------------
-- Limits and stages.
-- ---------------------------------------------------------------------------
CREATE TABLE level AS
SELECT q, level, year, i.intake, lower, upper
FROM question, unnest('{0.5,0.8,0.95,0.999}'::float8[]) AS level,
     required_intake(f, w, gap, first_year, starts, method, NULL, question.arrived, question.changed_stage, change, question.retire_at, level => level) AS i;
SELECT ok(count(*) FILTER (WHERE upper IS NULL AND intake > 0) > 20 AND count(*) FILTER (WHERE upper > intake + 1 AND lower > 0) > 200, 'there are limits, and such that are none') FROM level;
SELECT is(count(*), 0::bigint, 'limits are whole and hold the intake') FROM level
WHERE intake IS NOT NULL AND (lower IS NULL OR lower <> floor(lower) OR upper <> ceil(upper) OR lower < 0 OR lower > intake + 1e-6 OR upper < intake - 1e-6)
   OR intake IS NULL AND (lower IS NOT NULL OR upper IS NOT NULL);
SELECT is(count(*), 0::bigint, 'limits widen with the level') FROM (SELECT lower, upper, level, lag(lower) OVER its AS lower_before, lag(upper) OVER its AS upper_before FROM level WHERE intake IS NOT NULL WINDOW its AS (PARTITION BY q, year ORDER BY level)) AS x
WHERE level > 0.5 AND (lower > lower_before OR coalesce(upper, 'infinity') < coalesce(upper_before, 'infinity'));
CREATE TABLE stages AS
SELECT q, s.* FROM question, required_intake_stages(f, w, gap, first_year, starts, method, NULL, question.arrived, question.changed_stage, change, question.retire_at) AS s;
SELECT is(count(*) FILTER (WHERE required IS NOT DISTINCT FROM a.intake AND s.lower IS NOT DISTINCT FROM a.lower AND s.upper IS NOT DISTINCT FROM a.upper), (SELECT count(*) FROM answer), 'the first stage is the intake')
FROM stages AS s JOIN answer AS a USING (q, year) WHERE stage_no = 1;
SELECT is(count(*) FILTER (WHERE near(required, a.intake * share)), (SELECT count(*) FROM answer), 'of which so many come to the last')
FROM stages AS s JOIN answer AS a USING (q, year) JOIN question USING (q), LATERAL (SELECT max(cumulative_so_far) FILTER (WHERE stage_no = 3) * (max(conversion_so_far) FILTER (WHERE stage_no = 2) + change) / max(conversion_so_far) FILTER (WHERE stage_no = 2) AS share FROM funnel_stages(f)) AS x
WHERE stage_no = 3;
SELECT is(count(*), 0::bigint, 'and no more than to the one before') FROM (SELECT required, lag(required) OVER (PARTITION BY q, year ORDER BY stage_no) AS before FROM stages) AS x WHERE required > before;
SELECT is(count(*), 0::bigint, 'limits of a stage hold what is required') FROM stages WHERE required IS NOT NULL AND (lower IS NULL OR lower <> floor(lower) OR upper <> ceil(upper) OR lower > required + 1e-6 OR upper < required - 1e-6);
SELECT cmp_ok(count(*) FILTER (WHERE (c.upper - c.lower) / c.required < (a.upper - a.lower) / a.required), '>', count(*) * 9 / 10, 'the later the stage, the less is uncertain')
FROM stages AS a JOIN stages AS c USING (q, year) WHERE a.stage_no = 1 AND c.stage_no = 3 AND a.required > 50 AND a.upper - a.lower > 10;

-- ---------------------------------------------------------------------------
-- Any plan, any order, any number of groups.
-- ---------------------------------------------------------------------------
\set of_whole 'SELECT i.* FROM (%s) AS x, required_intake(f, w, ''{10,200,300,250,400}'', 2019, method => ''schedule'') AS i'
CREATE TABLE of_whole AS SELECT i.* FROM whole, required_intake(f, w, '{10,200,300,250,400}', 2019, method => 'schedule') AS i;
SELECT cmp_ok(count(*), '>', 1::bigint, 'the whole needs intakes') FROM of_whole WHERE intake > 0;
SELECT results_eq(format(:'of_whole', query), 'SELECT * FROM of_whole', 'rolled up ' || label) FROM (VALUES
    ('by region, downwards', 'SELECT rollup(w ORDER BY region DESC) AS w, rollup(f ORDER BY region) AS f FROM part'),
    ('in two steps', 'SELECT rollup(w) AS w, rollup(f) AS f FROM (SELECT rollup(w) AS w, rollup(f) AS f FROM part GROUP BY region % 5) AS y'),
    ('from rows', 'SELECT (SELECT workforce_agg(birth_date, start_date, end_date, reason, ''[2016-01-01,2022-07-01)'' ORDER BY id DESC) FROM (SELECT id, birth_date, start_date, end_date, reason FROM employment UNION ALL SELECT 0, NULL, ''2020-01-01'', NULL, NULL) AS e) AS w,
                          (SELECT funnel_agg(person, stage, at, spec() ORDER BY at) FROM event) AS f')) AS v (label, query);

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 0;
-- Three tests: one plan that is parallel, and the same rows as without.
CREATE FUNCTION test_parallel(label text, query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text := '';
    serial text;
BEGIN
    EXECUTE format('SELECT string_agg(x::text, E''\n'' ORDER BY x::text) FROM (%s) AS x', query) INTO serial;
    SET LOCAL max_parallel_workers_per_gather = 2;
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS off, TIMING off) ' || query LOOP
        plan := plan || line || E'\n';
    END LOOP;
    RETURN NEXT ok(plan ~ 'Gather' AND plan ~ 'Function Scan' AND plan ~ 'Workers Launched: [1-9]', label || ': EXPLAIN shows workers') || CASE WHEN plan !~ 'Workers Launched: [1-9]' THEN E'\n' || diag(plan) ELSE '' END;
    CREATE TEMP TABLE in_workers (line text);
    EXECUTE format('INSERT INTO in_workers SELECT x::text FROM (%s) AS x', query);
    RETURN NEXT is((SELECT string_agg(i.line, E'\n' ORDER BY i.line) FROM in_workers AS i), serial, label || ': same bytes');
    RETURN NEXT cmp_ok((SELECT count(*) FROM in_workers), '>', 100::bigint, label || ': of many rows');
    DROP TABLE in_workers;
    SET LOCAL max_parallel_workers_per_gather = 0;
END
$$;
SELECT test_parallel('funnel_output', $$SELECT region, o.* FROM part, funnel_output(f, '{10,20,30}', 2020, 8) AS o$$);
SELECT test_parallel('required_intake', $$SELECT region, i.* FROM part, required_intake(f, w, '{5,6,7,8,9}', 2020, method => 'schedule') AS i$$);
SELECT test_parallel('required_intake_stages', $$SELECT region, i.* FROM part, required_intake_stages(f, w, '{5,6,7,8,9}', 2020) AS i$$);

-- Nobody is no error: one row for each year of each group, null where nothing is known.
SELECT results_eq($$SELECT region, count(*), count(arrivals), max(arrivals) > 0 FROM part, funnel_output(f, '{10,20,30}', 2020, 8) GROUP BY region HAVING region < 5 ORDER BY region$$,
    $$VALUES (0, 8::bigint, 8::bigint, true), (1, 8, 0, NULL), (2, 8, 8, false), (3, 8, 8, true), (4, 8, 8, true)$$, 'arrivals of every group');
SELECT results_eq(format($$SELECT region, count(*), count(intake), count(lower), count(upper), count(arrivals) FILTER (WHERE year >= 2022), count(unmet), max(arrivals) FILTER (WHERE year >= 2022) > 0
                           FROM part, required_intake(f, w, '{5,6,7,8,9}', 2020, method => %L) GROUP BY region HAVING region < 4 ORDER BY region$$, method),
    $$VALUES (0, 7::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, NULL::boolean), (1, 7, 0, 0, 0, 0, 0, NULL), (2, 7, 0, 0, 0, 5, 5, false), (3, 7, 0, 0, 0, 0, 0, NULL)$$, 'intake of groups of nobody, ' || method)
FROM unnest('{constant,schedule}'::text[]) AS method;
SELECT is((SELECT count(*) FROM part, required_intake(f, w, '{5,6,7,8,9}', 2020) WHERE region = 2 AND year >= 2022 AND unmet = year - 2017), 5::bigint, 'where nobody arrives, everything is unmet');
SELECT is((SELECT count(*) FROM part, required_intake_stages(f, w, '{5,6,7,8,9}', 2020) WHERE region < 4 AND (required, lower, upper) IS NOT DISTINCT FROM (NULL::float8, NULL::float8, NULL::float8)), 4 * 7 * 3::bigint, 'and no stage is required');
SELECT is((SELECT count(*) FROM part AS p, part AS o, required_intake(p.f, p.w, '{5,6,7,8,9}', 2018, rates => o.w) WHERE p.region = 0 AND o.region = 4 AND intake > 0), 9::bigint, 'hires of others tell the ages of new staff');
SELECT is((SELECT count(*) FROM part, required_intake(f, w, '{5,6,7,8,9}', 2020, changed_stage => 'registered', conversion_change => 0.1) WHERE region IN (1, 2) AND intake IS NULL), 14::bigint, 'a change of what is not known is not known');
SELECT is((SELECT count(*) FROM part, funnel_output(f, '{10,20,30}', 2020, 8, changed_stage => 'registered', conversion_change => 0.1) WHERE region IN (1, 2) AND arrivals IS NULL), 16::bigint, 'nor what arrives then');
SELECT is(count(*), 0::bigint, 'a null funnel has no arrivals') FROM part, funnel_output(NULL, '{10,20,30}', 2020, 8);
SELECT is(count(*), 0::bigint, 'nor asks for any intake: ' || (f IS NULL) || ' ' || (w IS NULL))
FROM (SELECT CASE WHEN i < 3 THEN f END AS f, CASE WHEN i IN (1, 4) THEN w END AS w FROM whole, unnest('{2,3,4}'::int[]) AS i) AS x LEFT JOIN LATERAL (SELECT 1 AS n FROM required_intake(f, w, '{1}', 2020) UNION ALL SELECT 1 FROM required_intake_stages(f, w, '{1}', 2020)) AS y ON true WHERE n IS NOT NULL GROUP BY f, w;
SELECT is((SELECT format('%s %s', sum(arrivals), count(*)) FROM part, funnel_output(f, '{}', 2020, 4)), '0 96', 'no intake is no arrivals');
SELECT is(array_agg(year ORDER BY year), '{2024,2025,2026}', 'years begin with that of as_of') FROM whole, funnel_output(f, '{10,20,30}', 2020, 3, as_of => '2024-12-31');
SELECT is(array_agg(year ORDER BY year), '{2020,2021,2022}', 'or with the first') FROM whole, funnel_output(f, '{10,20,30}', 2020, 3);
SELECT is(array_agg(year ORDER BY year), '{2020,2021,2022,2023}', 'those of an intake with the earlier of first_year and the workforce''s') FROM whole, required_intake(f, w, '{1,2}', 2020);
SELECT is(array_agg(year ORDER BY year), '{2022,2023}', 'of the two') FROM whole, required_intake(f, w, '{1,2}', 2030);

SELECT * FROM finish();
ROLLBACK;
