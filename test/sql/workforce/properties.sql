-- What holds for every workforce, whatever the data: the sum over parts is the
-- whole, byte for byte; what goes out comes back in; periods add up.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(124);

\ir ../../lib/plans.sql

SELECT setseed(0.25);
CREATE TABLE employment AS
SELECT id, birth_date, start_date,
       CASE WHEN u < 0.02 THEN start_date
            WHEN u < 0.55 THEN start_date + (3000 * random() * random())::int
            WHEN u < 0.57 THEN 'infinity' END AS end_date,
       (ARRAY['retirement', 'resignation', 'layoff', 'övrigt', '', NULL])[1 + floor(6 * random())] AS reason,
       round((0.1 + random())::numeric, 3) AS fte,
       floor(21 * random())::int AS region,
       floor(60 * random() * random())::int AS profession,
       random() AS lot
FROM (SELECT id, CASE WHEN random() < 0.999 THEN birth END AS birth_date,
             greatest(birth, least('2024-12-31', birth + (365.25 * (18 + 40 * random()))::int)) AS start_date,
             random() AS u
      FROM (SELECT id, date '1940-01-01' + (23000 * random())::int AS birth
            FROM generate_series(1, 40000) AS id OFFSET 0) AS b OFFSET 0) AS s;
ALTER TABLE employment SET (parallel_workers = 4);
ANALYZE employment;

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 0;

CREATE FUNCTION observed() RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT daterange('2005-03-15', '2023-07-01') $$;

-- The whole, serial, in physical order.
\set ww 'workforce_agg(birth_date, start_date, end_date, reason, observed()) AS w, workforce_agg(birth_date, start_date, end_date, reason, observed(), fte) AS wf'
\set whole 'SELECT ' :ww ' FROM employment'
CREATE TABLE whole AS :whole;

SELECT cmp_ok(headcount(w), '>', 1000::bigint, 'there is a stock') FROM whole;
SELECT cmp_ok(exits(w), '>', 1000::bigint, 'there are exits') FROM whole;
SELECT cmp_ok(hires(w), '>', 1000::bigint, 'there are hires') FROM whole;
SELECT cmp_ok(skipped(w), '>', 5::bigint, 'there are skipped rows') FROM whole;
SELECT is((SELECT workforce_agg(birth_date, start_date, end_date, reason, observed(), fte::float8) FROM employment), wf, 'fte as float8 and as numeric is the same')
FROM whole;
SELECT isnt(w, wf, 'with and without fte is not') FROM whole;

-- Any order of rows.
SELECT is_whole(format(
    'SELECT workforce_agg(birth_date, start_date, end_date, reason, observed() ORDER BY %1$s),
            workforce_agg(birth_date, start_date, end_date, reason, observed(), fte ORDER BY %1$s)
     FROM employment', key), 'rows by ' || key)
FROM unnest('{lot,id DESC,reason NULLS FIRST,end_date}'::text[]) AS key;

-- Any partition, nested or not.
SELECT is_whole(format('SELECT rollup(w), rollup(wf) FROM (%s GROUP BY %s) AS parts', :'whole', key), 'rollup by ' || key)
FROM unnest(ARRAY['region', 'floor(lot * 1000)', 'region, profession', 'birth_date IS NULL', 'id']) AS key;
SELECT is_whole(format(
    'SELECT rollup(w), rollup(wf)
     FROM (SELECT rollup(w) AS w, rollup(wf) AS wf
           FROM (SELECT region, profession, %s FROM employment GROUP BY region, profession ORDER BY random()) AS parts
           GROUP BY (region * 7 + profession) %% 5) AS larger', :'ww'), 'rollup of rollups');
SELECT is_whole(format('SELECT rollup(w), rollup(wf) FROM (%s GROUP BY region UNION ALL SELECT NULL, NULL UNION ALL SELECT NULL, NULL) AS parts', :'whole'),
                'rollup of some nulls');

-- Any number of workers.
SELECT is_whole_parallel(n, :'whole', n || ' workers') FROM unnest('{1,2,4}'::int[]) AS n;

\set groups 'SELECT region, profession, ' :ww ' FROM employment GROUP BY region, profession'
CREATE TABLE parts AS :groups;
ALTER TABLE parts SET (parallel_workers = 2);
ANALYZE parts;
SELECT is_whole_parallel(2, 'SELECT rollup(w), rollup(wf) FROM parts', 'rollup with 2 workers');

-- Groups, too: hashed, sorted, spilled to disk, parallel, of grouping sets.
SELECT test_groups('sorted groups', '{enable_hashagg=off}', 'GroupAggregate', :'groups');
SELECT test_groups('hashed groups', '{enable_sort=off,work_mem=1GB}', 'HashAggregate', :'groups');
SELECT test_groups('spilled groups', '{enable_sort=off,work_mem=64kB,hash_mem_multiplier=1}', 'Disk Usage', :'groups');
SELECT test_groups('parallel groups', '{max_parallel_workers_per_gather=2}', 'Partial', :'groups');
SELECT test_groups('grouping sets', '{}', 'Group Key|Hash Key',
    format('SELECT region, profession, w, wf
            FROM (SELECT region, profession, grouping(region, profession) AS g, %s
                  FROM employment GROUP BY GROUPING SETS ((region, profession), (region), ())) AS s WHERE g = 0', :'ww'));
SELECT is((SELECT w FROM (SELECT grouping(region) AS g, workforce_agg(birth_date, start_date, end_date, reason, observed()) AS w
                          FROM employment GROUP BY GROUPING SETS ((region), ())) AS s WHERE g = 1),
          (SELECT w FROM whole), 'the grand total of grouping sets is the whole');

-- Of no rows, nothing.
SELECT ok(workforce_agg(birth_date, start_date, end_date, reason, observed()) IS NULL
          AND workforce_agg(birth_date, start_date, end_date, reason, observed(), fte) IS NULL,
          'no rows give null') FROM employment WHERE false;
SELECT ok(rollup(w) IS NULL, 'a rollup of no rows is null') FROM parts WHERE false;
SELECT ok(rollup(NULL::workforce) IS NULL, 'a rollup of nulls is null') FROM parts;
SELECT is(format('%s %s %s %s', headcount(w), hires(w), exits(w), skipped(w)), '0 0 0 1',
          'a skipped row alone gives a summary of nobody')
FROM (SELECT workforce_agg(NULL, '2010-01-01', NULL, NULL, observed()) AS w) AS x;

-- As a window function: each value is that of the rows so far.
SELECT is((SELECT count(*) FROM (
               SELECT id, workforce_agg(birth_date, start_date, end_date, reason, observed(), fte) OVER (ORDER BY id) AS w
               FROM employment WHERE id <= 200) AS running
           WHERE w IS DISTINCT FROM
                 (SELECT workforce_agg(birth_date, start_date, end_date, reason, observed(), fte)
                  FROM employment AS e WHERE e.id <= running.id)),
          0::bigint, 'running aggregates are aggregates of the rows so far');
SELECT is((SELECT count(*) FROM (
               SELECT region, profession, rollup(w) OVER (PARTITION BY region ORDER BY profession) AS w
               FROM parts WHERE region < 3) AS running
           WHERE w IS DISTINCT FROM (SELECT rollup(w) FROM parts AS p
                                     WHERE p.region = running.region AND p.profession <= running.profession)),
          0::bigint, 'running rollups are rollups of the rows so far');

-- Periods.
CREATE TABLE period AS
SELECT n, daterange(f, (date_trunc('month', f::timestamp) + interval '1 month' * m)::date) AS observed
FROM (SELECT n, date '2000-01-01' + (8000 * random())::int AS f, 1 + floor(60 * random())::int AS m
      FROM generate_series(1, 60) AS n OFFSET 0) AS x;
CREATE TABLE by_period AS
SELECT n, observed, workforce_agg(birth_date, start_date, end_date, reason, observed) AS w
FROM period, employment WHERE id <= 3000 GROUP BY n, observed;
CREATE VIEW few AS SELECT * FROM employment WHERE id <= 3000 AND birth_date IS NOT NULL;
CREATE FUNCTION stock_at(day date) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM few WHERE start_date < day AND (end_date > day OR end_date IS NULL)
$$;
CREATE FUNCTION there_on(day date) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM few WHERE start_date <= day AND (end_date > day OR end_date IS NULL)
$$;
SELECT is(count(*) FILTER (WHERE carried(w) = stock_at(upper(observed))
                             AND carried(w) = stock_at(lower(observed)) + hires(w) - exits(w)), 60::bigint,
          'those carried over the start + hires - exits = those carried over the end') FROM by_period;
SELECT is(count(*) FILTER (WHERE headcount(w) = there_on(upper(observed) - 1)
                             AND headcount(w, first_day(w)) = there_on(lower(observed))), 60::bigint,
          'headcounts are those of the first and of the last day') FROM by_period;
SELECT is(count(*) FILTER (WHERE headcount(w, first_day(w)) + later - earlier = headcount(w)), 60::bigint,
          'the headcount on the first day + later hires - earlier leavers = that on the last day')
FROM by_period,
     LATERAL (SELECT count(*) AS later FROM few
              WHERE start_date > lower(observed) AND start_date < upper(observed)) AS h,
     LATERAL (SELECT count(*) AS earlier FROM few
              WHERE end_date > lower(observed) AND end_date - 1 < upper(observed) - 1
                AND NOT (start_date = lower(observed) AND end_date = start_date)) AS l;
SELECT is(count(*) FILTER (WHERE ok), 60::bigint, 'adjacent periods add up')
FROM (SELECT n, hires(w) = sum(hires(p)) AND exits(w) = sum(exits(p))
                AND exits(w, 'retirement') = sum(exits(p, 'retirement'))
                AND round(person_years(w) * 365.25) = round(sum(person_years(p)) * 365.25)
                AND max(carried(p)) FILTER (WHERE upper(part) = upper(observed)) = carried(w)
                AND max(headcount(p)) FILTER (WHERE upper(part) = upper(observed)) = headcount(w)
                AND max(headcount(p, first_day(p))) FILTER (WHERE lower(part) = lower(observed)) = headcount(w, first_day(w)) AS ok
      FROM (SELECT n, b.w, observed, part, workforce_agg(birth_date, start_date, end_date, reason, part) AS p
            FROM by_period AS b,
                 LATERAL (SELECT (date_trunc('month', lower(observed)::timestamp) + interval '1 month')::date AS middle) AS m,
                 LATERAL (VALUES (daterange(lower(observed), middle)),
                                 (daterange(middle, upper(observed)))) AS v (part),
                 employment
            WHERE id <= 3000 AND NOT isempty(part)
            GROUP BY n, b.w, observed, part) AS parts
      GROUP BY n, w) AS x;

-- Byte for byte, as far as they do: of two periods that follow each other the cells of
-- flows and days make up those of the whole, and who is carried over the end of one is
-- carried over the beginning of the next, at an age that is a month higher.
CREATE TABLE halves AS
SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2005-03-15,2023-07-01)', fte)::jsonb AS whole,
       workforce_agg(birth_date, start_date, end_date, reason, '[2005-03-15,2014-02-01)', fte)::jsonb AS one,
       workforce_agg(birth_date, start_date, end_date, reason, '[2014-02-01,2023-07-01)', fte)::jsonb AS two
FROM employment;
CREATE FUNCTION cells(w jsonb, kind text) RETURNS TABLE (at int, n numeric) LANGUAGE sql AS $$
    SELECT key::int, value::numeric FROM jsonb_each_text(w -> kind)
$$;
SELECT bag_eq(format('SELECT at, sum(n) FROM halves, LATERAL (SELECT * FROM cells(one, %1$L) UNION ALL SELECT * FROM cells(two, %1$L)) AS c GROUP BY at', kind),
              format('SELECT c.* FROM halves, cells(whole, %L) AS c', kind), 'two periods have the ' || kind || ' of the whole')
FROM unnest('{hires,hires_fte,days}'::text[]) AS kind;
SELECT bag_eq(
    $$SELECT reason, at, sum(n) FROM halves, LATERAL (SELECT one -> 'exits' AS e UNION ALL SELECT two -> 'exits') AS x,
           LATERAL jsonb_object_keys(e) AS reason, LATERAL cells(e, reason) GROUP BY reason, at$$,
    $$SELECT reason, c.* FROM halves, LATERAL jsonb_object_keys(whole -> 'exits') AS reason, LATERAL cells(whole -> 'exits', reason) AS c$$,
    'and its exits');
SELECT bag_eq('SELECT at + 1, n FROM halves, cells(one, ''stock'')', 'SELECT c.* FROM halves, cells(two, ''opening'') AS c',
              'and who is carried on goes on');
SELECT bag_eq('SELECT at + 1, n FROM halves, cells(one, ''stock_fte'')', 'SELECT c.* FROM halves, cells(two, ''opening_fte'') AS c',
              'with as much FTE');
SELECT ok(whole -> 'opening' = one -> 'opening' AND whole -> 'opening_fte' = one -> 'opening_fte'
          AND whole -> 'first_day' = one -> 'first_day' AND whole -> 'first_day_fte' = one -> 'first_day_fte'
          AND whole -> 'stock' = two -> 'stock' AND whole -> 'stock_fte' = two -> 'stock_fte'
          AND whole -> 'last_day' = two -> 'last_day' AND whole -> 'last_day_fte' = two -> 'last_day_fte',
          'and both ends are its own') FROM halves;

-- Brute force over days: random spells of few days in short periods, person by person on each day.
CREATE TABLE brief AS
SELECT id, '1950-01-01'::date + (id * 37 % 17000) AS birth_date, s AS start_date,
       CASE WHEN random() < 0.9 THEN s + (random() * random() * 40)::int END AS end_date,
       (ARRAY['a', 'b', NULL])[1 + floor(3 * random())] AS reason, round((random() * 1.2)::numeric, 3) AS fte
FROM (SELECT id, '2019-12-15'::date + (60 * random())::int AS s FROM generate_series(1, 1500) AS id OFFSET 0) AS x;
CREATE TABLE brief_day AS
SELECT day::date, count(*) AS headcount, sum(fte) AS fte
FROM brief, generate_series('2019-12-15', '2020-02-29', interval '1 day') AS day
WHERE day BETWEEN start_date AND coalesce(end_date - 1, '2020-12-31') GROUP BY day;
CREATE TABLE brief_period AS
SELECT p AS observed, workforce_agg(birth_date, start_date, end_date, reason, p, fte) AS w
FROM brief, unnest(ARRAY['[2019-12-31,2020-01-01)', '[2020-01-01,2020-02-01)', '[2020-01-31,2020-02-01)', '[2020-01-17,2020-02-01)',
                         '[2020-01-02,2020-03-01)', '[2020-02-01,2020-03-01)', '[2019-12-15,2020-03-01)']::daterange[]) AS p
GROUP BY p;
SELECT bag_eq(
    'SELECT observed, day, headcount(w, day), fte(w, day) FROM brief_period, LATERAL (VALUES (first_day(w)), (last_day(w))) AS v (day)',
    'SELECT observed, d.* FROM brief_period, LATERAL (VALUES (lower(observed)), (upper(observed) - 1)) AS v (day) JOIN brief_day AS d USING (day)',
    'brute force: headcount and FTE of the first and of the last day');
SELECT bag_eq(
    'SELECT observed, day, age, p.headcount, round(p.fte::numeric, 3), p.hires FROM brief_period, age_pyramid(w) AS p',
    $$SELECT observed, upper(observed) - 1, age, sum(there) AS n, round(sum(there * fte), 3) AS fte, sum(hired) AS hires
      FROM (SELECT observed, upper(observed) - 1 AS day, birth_date, 1 AS there, fte, 0 AS hired
            FROM brief_period JOIN brief ON start_date < upper(observed) AND coalesce(end_date, 'infinity') > upper(observed) - 1
            UNION ALL
            SELECT observed, start_date, birth_date, 0, 0, 1 FROM brief_period JOIN brief ON start_date <@ observed) AS x,
           LATERAL (SELECT (12 * extract(year FROM day) + extract(month FROM day)
                            - 12 * extract(year FROM birth_date) - extract(month FROM birth_date))::int / 12 AS age) AS a
      GROUP BY observed, age$$,
    'brute force: the age pyramid');
SELECT bag_eq(
    'SELECT observed, round(turnover(w)::numeric, 9) FROM brief_period',
    $$SELECT observed, round((leavers / years / ((a.headcount + z.headcount) / 2.0))::numeric, 9)
      FROM brief_period JOIN brief_day AS a ON a.day = lower(observed) JOIN brief_day AS z ON z.day = upper(observed) - 1,
           LATERAL (SELECT sum(1.0 / extract(day FROM date_trunc('month', day) + interval '1 month - 1 day')) / 12 AS years
                    FROM generate_series(lower(observed)::timestamp, upper(observed) - 1, '1 day') AS day) AS y,
           LATERAL (SELECT count(*) AS leavers FROM brief
                    WHERE (start_date >= lower(observed) OR end_date > lower(observed))
                      AND start_date < upper(observed) AND end_date <= upper(observed)) AS l$$,
    'brute force: turnover');
SELECT ok((SELECT count(*) FROM brief_period WHERE headcount(w) <> carried(w)) >= 6
          AND (SELECT count(*) FROM brief_period WHERE fte(w) <> fte(w, first_day(w))) >= 5, 'and it is not all the same');

-- The parts of an age pyramid add up to it.
SELECT results_eq(
    'SELECT age, sum(p.headcount), round(sum(p.fte)::numeric, 3), sum(p.hires)
     FROM parts, age_pyramid(wf) AS p GROUP BY age ORDER BY age',
    'SELECT age, p.headcount::numeric, round(p.fte::numeric, 3), p.hires::numeric
     FROM whole, age_pyramid(wf) AS p ORDER BY age',
    'the parts of an age pyramid add up to it');
SELECT is((SELECT format('%s %s %s', sum(p.headcount), sum(p.hires), round(sum(p.fte)::numeric, 3)) FROM age_pyramid(wf) AS p),
          format('%s %s %s', headcount(wf), hires(wf), fte(wf)), 'and its rows to the totals') FROM whole;

-- What goes out comes back in.
\set type workforce
\set part profession
\set s w
\set t wf
\ir ../../lib/forms.sql
CREATE TABLE rules AS
SELECT seed, retirement_rule_agg(born_from, age_months ORDER BY random()) AS r
FROM (SELECT seed, (date '1900-01-01' + interval '1 month' * k * (1 + seed % 7))::date AS born_from,
             700 + k + seed % 90 AS age_months
      FROM generate_series(1, 50) AS seed, generate_series(0, seed % 11) AS k) AS steps
GROUP BY seed;
CREATE TABLE copied_rules (LIKE rules);
\set file `mktemp`
\setenv EF_FILE :file
\copy rules TO PROGRAM 'cat > "$EF_FILE"' (FORMAT binary)
\copy copied_rules FROM PROGRAM 'cat "$EF_FILE"' (FORMAT binary)
\! rm -f "$EF_FILE"
SELECT is((SELECT count(*) FROM rules JOIN copied_rules AS c USING (seed)
           WHERE rules.r = c.r AND retirement_rule_send(rules.r) = retirement_rule_send(c.r)
             AND rules.r::text::retirement_rule = rules.r
             AND rules.r::text::retirement_rule::text = rules.r::text),
          50::bigint, 'text and binary are the identity for rules');
SELECT is(w::jsonb -> 'observed', '["2005-03-15", "2023-07-01"]', 'with ISO dates') FROM whole;
SELECT is((w::jsonb #>> '{skipped}')::bigint, skipped(w), 'and what was skipped') FROM whole;
SELECT is(r::jsonb, r::text::jsonb, 'so is that of a rule') FROM rules WHERE seed = 50;

-- Equality and order.
CREATE TABLE many AS
SELECT workforce_agg(birth_date, start_date, end_date, reason, observed()) AS w
FROM employment WHERE id <= 8000 GROUP BY id UNION ALL SELECT w FROM parts;
\ir ../../lib/equality.sql
SELECT is((SELECT count(*) FROM rules AS a JOIN rules AS b ON a.r = b.r),
          (SELECT count(*) FROM rules AS a JOIN rules AS b ON retirement_rule_send(a.r) = retirement_rule_send(b.r)),
          'rules are equal by their bytes');
SELECT is((SELECT count(DISTINCT r) FROM rules), (SELECT count(DISTINCT r::text) FROM rules), 'DISTINCT rules');

-- Retirement at an age, and nobody leaves but for that.
CREATE TABLE loyal AS
SELECT workforce_agg(birth_date, start_date, NULL, NULL, observed()) AS w FROM employment WHERE id <= 5000;
SELECT results_eq(
    format('SELECT year, round(retirements::numeric, 6) FROM loyal, workforce_project(w, 15, retire_at => %s, latest_age => 80)
            ORDER BY year', age),
    format('SELECT year, headcount::numeric + CASE WHEN year = 2023 THEN late ELSE 0 END
            FROM loyal, reaching_age_by_year(w, %1$s, 15),
                 (SELECT sum(p.headcount) AS late FROM loyal, age_pyramid(w) AS p WHERE age >= %1$s) AS l
            ORDER BY year', age),
    format('retirements at %s are those who reach it, and at first those past it', age))
FROM unnest('{60,65,67}'::int[]) AS age;
SELECT is((SELECT sum(abs(exits - retirements)) FROM loyal, workforce_project(w, 15, retire_at => 65)), 0::float8,
          'and nobody leaves otherwise');
-- with nobody past the age
CREATE TABLE young AS
SELECT workforce_agg(birth_date, start_date, NULL, NULL, observed()) AS w FROM employment
WHERE id <= 5000 AND birth_date > '1958-07-31';
SELECT results_eq(
    $$SELECT year, round(retirements::numeric, 6) FROM young, workforce_project(w, 15, retire_at => 65) ORDER BY year$$,
    $$SELECT year, headcount::numeric FROM young, reaching_age_by_year(w, 65, 15) ORDER BY year$$,
    'retirements equal reaching_age_by_year when nobody is past the age');
SELECT cmp_ok((SELECT sum(headcount) FROM young, reaching_age_by_year(w, 65, 15)), '>', 100::numeric, 'and some do');

-- Two rules differ by the cohort that they treat differently, and only by it.
CREATE TABLE two_rules AS
SELECT (SELECT retirement_rule_agg(b, m) FROM (VALUES (date '1900-01-01', 780), ('1967-01-01', 816)) AS v (b, m)) AS a,
       (SELECT retirement_rule_agg(b, m) FROM (VALUES (date '1900-01-01', 780), ('1965-01-01', 816)) AS v (b, m)) AS b;
CREATE VIEW stock AS
SELECT birth_date FROM employment WHERE id <= 5000 AND birth_date IS NOT NULL AND start_date < upper(observed());
CREATE FUNCTION born(first date, last date) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM stock WHERE birth_date BETWEEN first AND last
$$;
-- Until the end of 2032: at 65 those born until 1967 (all of them), at 68 until 1964.
SELECT is(format('%s %s', reaching_pension_age(w, a, '2032-12-31'), reaching_pension_age(w, b, '2032-12-31')),
          format('%s %s', born('1958-07-01', '1966-12-31'), born('1958-07-01', '1964-12-31')),
          'who reaches the age of two rules') FROM loyal, two_rules;
SELECT results_eq(
    $$SELECT year, round((pa.retirements - pb.retirements)::numeric, 6)
      FROM loyal, two_rules, workforce_project(w, 13, retire_rule => a) AS pa
           JOIN LATERAL workforce_project(w, 13, retire_rule => b) AS pb USING (year) ORDER BY year$$,
    $$SELECT year, CASE WHEN year IN (2030, 2031) THEN born(make_date(year - 65, 1, 1), make_date(year - 65, 12, 31))
                        WHEN year IN (2033, 2034) THEN -born(make_date(year - 68, 1, 1), make_date(year - 68, 12, 31))
                        ELSE 0 END::numeric
      FROM generate_series(2023, 2035) AS year$$,
    'pensions of two rules differ by the cohorts that they treat differently');
SELECT cmp_ok(born('1965-01-01', '1966-12-31'), '>', 50::bigint, 'and there are such people');

-- A materialized view of summaries refreshes CONCURRENTLY.
CREATE MATERIALIZED VIEW by_region AS
SELECT region, workforce_agg(birth_date, start_date, end_date, reason, observed()) AS w
FROM employment GROUP BY region;
CREATE UNIQUE INDEX ON by_region (region);
UPDATE employment SET end_date = '2023-06-15', reason = 'layoff'
WHERE region = 7 AND start_date < '2023-06-01' AND (end_date IS NULL OR end_date = 'infinity');
CREATE TABLE before_refresh AS SELECT * FROM by_region;
SELECT lives_ok('REFRESH MATERIALIZED VIEW CONCURRENTLY by_region', 'a matview of summaries refreshes concurrently');
SELECT is((SELECT array_agg(b.region) FROM by_region AS b JOIN before_refresh AS o USING (region) WHERE b.w <> o.w),
          '{7}', 'and only what changed has changed');
SELECT is((SELECT rollup(w) FROM by_region),
          (SELECT workforce_agg(birth_date, start_date, end_date, reason, observed()) FROM employment),
          'and adds up to the new whole');

-- One empty group does not stop a projection over many.
SELECT results_eq(
    $$SELECT sum(headcount), sum(exits), sum(lower), sum(upper), count(recruitment_need)
      FROM (SELECT workforce_agg('1960-01-01', '2025-01-01', NULL, NULL, '[2015-01-01,2020-01-01)') AS w) AS v,
           workforce_project(w, 5)$$,
    'SELECT 0::float8, 0::float8, 0::float8, 0::float8, 0::bigint',
    'a group without anybody is projected as that');

SELECT * FROM finish();
ROLLBACK;
