-- What holds for every funnel, whatever the data: the sum over parts is the
-- whole, byte for byte, in any plan and however little memory there is; what goes
-- out comes back in; a query that is cancelled leaves nothing behind; what the
-- functions say fits together.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(238);

\ir ../../lib/dice.sql
\ir ../../lib/plans.sql

-- 120,000 events of 30,000 people, who are in one region and programme each, in an
-- order that says nothing.
CREATE TABLE event AS
SELECT person, CASE WHEN u <> 1 THEN stage END AS stage, CASE WHEN u <> 2 THEN day END AS at, dice(21, person, 1) AS region,
       dice(1 + dice(60, person, 2), person, 3) AS programme, lot
FROM (SELECT person, i, dice(400, person, 500 + i) AS u, dice(1000000, person, 600 + i) AS lot,
             (ARRAY['applied', 'admitted', 'registered', 'graduated', 'withdrawn', 'other'])[
                 CASE WHEN dice(10, person, 700 + i) < 7 THEN least(4, i) ELSE 1 + dice(6, person, 800 + i) END] AS stage,
             date '2015-01-01' + dice(2500, person, 4) + i * dice(150, person, 900 + i) AS day
      FROM generate_series(1, 30000) AS person, generate_series(1, 1 + dice(7, person, 5)) AS i OFFSET 0) AS e
ORDER BY lot;
ALTER TABLE event SET (parallel_workers = 4);
ANALYZE event;

SET LOCAL jit = off;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 0;

-- Two specs: of pending people and a window; and of a strict order.  A body that is
-- read here and now means the same under the short search_path of a refresh.
CREATE FUNCTION spec() RETURNS funnel_spec IMMUTABLE PARALLEL SAFE
    RETURN funnel_spec(ARRAY['applied', 'admitted', 'registered', 'graduated'], '400 days', '2021-06-01', '{withdrawn}');
CREATE FUNCTION strict() RETURNS funnel_spec IMMUTABLE PARALLEL SAFE
    RETURN funnel_spec(ARRAY['applied', 'admitted', 'graduated'], modes => '{strict_order,strict_increase}');
-- Persons by number and day; by name and moment.
\set f 'funnel_agg(person, stage, at, spec()) AS f'
\set g 'funnel_agg(''person '' || person, stage, at::timestamp + ''13 hours'', strict()) AS g'
\set fg :f ', ' :g
\set whole 'SELECT ' :fg ' FROM event'

-- The whole, serial, in physical order.
SET LOCAL work_mem = '64MB';
CREATE TABLE whole AS :whole;
SET LOCAL work_mem TO DEFAULT;
SELECT cmp_ok(min(least(converted, pending, exited, lost)), '>', 50::bigint, 'there are all outcomes after all stages') FROM whole, funnel_stages(f) WHERE stage_no < 4;
SELECT cmp_ok(min(least(converted, lost)), '>', 100::bigint, 'and in the other funnel') FROM whole, funnel_stages(g) WHERE stage_no < 3;
SELECT is(format('%s %s', skipped(f), skipped(g)), (SELECT format('%1$s %1$s', count(*)) FROM event WHERE stage IS NULL OR at IS NULL), 'rows that lack something are skipped and counted')
FROM whole;
SELECT cmp_ok(skipped(f), '>', 100::bigint, 'and there are some') FROM whole;

-- Any order of rows.
SELECT is_whole(format('SELECT funnel_agg(person, stage, at, spec() ORDER BY %1$s), funnel_agg(person::text, stage, at::timestamp, strict() ORDER BY %1$s) FROM event', key),
                'rows by ' || key)
FROM unnest('{lot DESC,person,person DESC,at,at DESC,stage}'::text[]) AS key;

-- Any partition that keeps people together, nested or not.
SELECT is_whole(format('SELECT rollup(f), rollup(g) FROM (SELECT %s FROM event GROUP BY %s) AS parts', :'fg', key), 'rollup by ' || key)
FROM unnest(ARRAY['region', 'region, programme', 'person % 1000', 'person', 'person < 7']) AS key;
SELECT is_whole(format('SELECT rollup(f), rollup(g)
                        FROM (SELECT rollup(f) AS f, rollup(g) AS g FROM (SELECT region, programme, %s FROM event GROUP BY region, programme ORDER BY dice(1000, region, programme)) AS parts
                              GROUP BY (region * 7 + programme) %% 5) AS larger', :'fg'), 'rollup of rollups');
SELECT is_whole(format('SELECT rollup(f), rollup(g) FROM (SELECT %s FROM event GROUP BY region UNION ALL SELECT NULL, NULL UNION ALL SELECT NULL, NULL) AS parts', :'fg'), 'rollup of some nulls');
SELECT is_whole('SELECT rollup(f), rollup(g) FROM (SELECT funnel_agg(stage, at, spec()) AS f, funnel_agg(stage, at::timestamptz, strict()) AS g FROM event GROUP BY person) AS people',
                'rollup of people');
SELECT is_whole('SELECT rollup(f), rollup(g) FROM (SELECT funnel_agg(stage, at, spec() ORDER BY lot DESC) AS f, funnel_agg(stage, at::timestamp, strict() ORDER BY lot DESC) AS g FROM event GROUP BY person) AS people',
                'rollup of people, rows the other way round');

-- Any number of workers; in little memory, too.
SELECT is_whole_parallel(n, :'whole', n || ' workers') FROM unnest('{1,2,4}'::int[]) AS n;
SET LOCAL work_mem = '64kB';
SELECT is_whole_parallel(n, :'whole', n || ' workers in little memory') FROM unnest('{1,2,4}'::int[]) AS n;
SET LOCAL work_mem TO DEFAULT;

CREATE TABLE parts AS SELECT region, programme, :fg FROM event GROUP BY region, programme;
ALTER TABLE parts SET (parallel_workers = 2);
ANALYZE parts;
SELECT is_whole_parallel(2, 'SELECT rollup(f), rollup(g) FROM parts', 'rollup with 2 workers');

-- Little memory: events go to a file.
SET LOCAL work_mem = '64kB';
SELECT test_spill('the whole in little memory', :'whole');
SET LOCAL hash_mem_multiplier = 1;
SELECT test_spill('the whole in less memory', :'whole');
SELECT test_spill('regions in less memory', format('SELECT rollup(f), rollup(g) FROM (SELECT %s FROM event GROUP BY region) AS x', :'fg'));
SELECT test_spill('people in less memory', 'SELECT rollup(f), rollup(g) FROM (SELECT funnel_agg(stage, at, spec()) AS f, funnel_agg(stage, at::timestamp, strict()) AS g FROM event GROUP BY person) AS x');
SET LOCAL hash_mem_multiplier TO DEFAULT;
SET LOCAL work_mem TO DEFAULT;

-- Groups, too: hashed, sorted, spilled to disk, parallel, of grouping sets.
\set groups 'SELECT region, programme, ' :fg ' FROM event GROUP BY region, programme'
SELECT test_groups('sorted groups', '{enable_hashagg=off}', 'GroupAggregate', :'groups');
SELECT test_groups('sorted groups in little memory', '{enable_hashagg=off,work_mem=64kB}', 'GroupAggregate.*external merge', :'groups');
SELECT test_groups('hashed groups', '{enable_sort=off,work_mem=1GB}', 'HashAggregate', :'groups');
SELECT test_groups('spilled groups', '{enable_sort=off,work_mem=64kB,hash_mem_multiplier=1}', 'HashAggregate.*Disk Usage', :'groups');
SELECT test_groups('parallel groups', '{max_parallel_workers_per_gather=2}', 'Partial', :'groups');
SELECT test_groups('parallel groups in little memory', '{max_parallel_workers_per_gather=4,work_mem=64kB}', 'Partial', :'groups');
SELECT test_groups('parallel sorted groups', '{max_parallel_workers_per_gather=2,enable_hashagg=off}', 'Finalize GroupAggregate.*Partial GroupAggregate', :'groups');
-- Grouping sets have a memory each, sorted ones one after the other.
SELECT test_groups('grouping sets' || label, settings, shows, format(
    'SELECT region, programme, f, g FROM (SELECT region, programme, grouping(region, programme) AS level, %s FROM event
                                          GROUP BY GROUPING SETS ((region, programme), (region), (programme), ())) AS s WHERE level = 0', :'fg'))
FROM (VALUES ('', '{work_mem=64MB}'::text[], 'Hash Key.*Hash Key.*Hash Key'), (' in little memory', '{work_mem=64kB}', 'Key'),
             (' sorted', '{enable_hashagg=off}', 'Group Key.*Sort Key.*Group Key')) AS v (label, settings, shows);
CREATE TABLE sets AS SELECT region, programme, grouping(region, programme) AS level, :fg FROM event GROUP BY CUBE (region, programme);
SELECT is_whole('SELECT f, g FROM sets WHERE level = 3', 'the grand total of grouping sets');
SELECT is_whole('SELECT rollup(f), rollup(g) FROM sets WHERE level = 1', 'the regions of grouping sets');
SELECT is_whole('SELECT rollup(f), rollup(g) FROM sets WHERE level = 2', 'the programmes of grouping sets');
SET LOCAL enable_hashagg = off;
SELECT is_whole(format('SELECT f, g FROM (SELECT region, grouping(region) AS level, %s FROM event GROUP BY ROLLUP (region, programme)) AS s WHERE region IS NULL AND level = 1', :'fg'), 'the grand total of ROLLUP');
SET LOCAL enable_hashagg TO DEFAULT;

-- Rescans: the aggregate runs again for each row of another table.
CREATE INDEX ON event (region);
ANALYZE event;
CREATE FUNCTION test_rescan(label text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text := '';
    query text := 'SELECT r.region, x.f, x.g FROM generate_series(-1, 21) AS r (region),
                   LATERAL (SELECT funnel_agg(person, stage, at, spec()) AS f, funnel_agg(person::text, stage, at::timestamp, strict()) AS g FROM event AS e WHERE e.region = r.region) AS x';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS off, TIMING off) ' || query LOOP
        plan := plan || line || E'\n';
    END LOOP;
    RETURN NEXT ok(plan ~ 'Nested Loop.*Aggregate \(actual rows=1(\.00)? loops=23\)', label || ': EXPLAIN shows the rescans') || CASE WHEN plan !~ 'loops=23' THEN E'\n' || diag(plan) ELSE '' END;
    RETURN QUERY SELECT is_whole(format('SELECT rollup(f), rollup(g) FROM (%s) AS x', query), label);
    -- Nobody is in regions -1 and 21.
    RETURN QUERY EXECUTE format('SELECT is(count(*) FILTER (WHERE x.f = p.f AND x.g = p.g OR region IN (-1, 21) AND x.f IS NULL AND x.g IS NULL AND p.f IS NULL), 23::bigint, %L)
                                 FROM (%s) AS x LEFT JOIN (SELECT region, rollup(f) AS f, rollup(g) AS g FROM parts GROUP BY region) AS p USING (region)', label || ': region by region', query);
END
$$;
SELECT test_rescan('rescans');
SET LOCAL work_mem = '64kB';
SELECT test_rescan('rescans in little memory');
-- The same by groups, hashed ones, which read what they have again or not.
SELECT is((SELECT count(*) FROM generate_series(0, 20) AS r (region),
               LATERAL (SELECT r.region, programme, funnel_agg(person, stage, at, spec()) AS f FROM event AS e WHERE e.region = r.region GROUP BY programme) AS x
               JOIN parts USING (region, programme) WHERE parts.f = x.f), (SELECT count(*) FROM parts), 'rescans by groups');
SELECT is((SELECT count(*) FROM generate_series(0, 20) AS r (region), LATERAL (SELECT person, funnel_steps(stage, at, spec()) AS steps FROM event AS e WHERE e.region = r.region AND person < 3000 GROUP BY person) AS x
               JOIN (SELECT person, funnel_steps(stage, at, spec()) AS steps FROM event GROUP BY person) AS y USING (person) WHERE x.steps IS NOT DISTINCT FROM y.steps),
          (SELECT count(DISTINCT person) FROM event WHERE person < 3000), 'and by persons');
SET LOCAL work_mem TO DEFAULT;
-- A cursor that is left half-way.
DECLARE half CURSOR FOR SELECT region, :fg FROM event GROUP BY region;
FETCH 3 FROM half \g /dev/null
CLOSE half;
-- A subquery that is asked for its first row only.
SELECT ok((SELECT f FROM (SELECT region, :f FROM event GROUP BY region) AS x LIMIT 1) IS NOT NULL, 'a LIMIT ends early');

-- Of no rows, nothing.
SELECT ok(funnel_agg(person, stage, at, spec()) IS NULL AND funnel_agg(person::text, stage, at::timestamp, spec()) IS NULL AND funnel_agg(stage, at, spec()) IS NULL
          AND funnel_agg(ARRAY[at], spec()) IS NULL AND funnel_steps(stage, at, spec()) IS NULL AND window_funnel(at, spec(), true, true, true, true) IS NULL, 'no rows give null')
FROM event WHERE false;
SELECT ok(rollup(f) IS NULL, 'a rollup of no rows is null') FROM parts WHERE false;
SELECT ok(rollup(NULL::funnel) IS NULL, 'a rollup of nulls is null') FROM parts;
SELECT is((SELECT string_agg(format('%s %s', skipped(f), entered), ', ') FROM funnel_stages(f) WHERE stage_no = 1), expected, label)
FROM (VALUES ((SELECT funnel_agg(NULL::bigint, 'applied', date '2020-01-01', spec())), '1 0', 'a row without a person is skipped'),
             ((SELECT funnel_agg(1, NULL, date '2020-01-01', spec())), '1 0', 'one without a stage'),
             ((SELECT funnel_agg(1, 'applied', NULL::date, spec())), '1 0', 'one without a time'),
             ((SELECT funnel_agg(NULL::uuid, NULL, NULL::timestamptz, spec())), '1 0', 'one without anything'),
             ((SELECT funnel_agg(NULL::text, 'nothing', timestamp '2030-01-01', spec())), '1 0', 'one of a stage that is not there'),
             ((SELECT funnel_agg(NULL, NULL::date, spec())), '1 0', 'a row of nothing of one person'),
             ((SELECT funnel_agg(NULL::date[], spec()) FROM (SELECT 1) AS x WHERE false), NULL, 'no array is no row')) AS v (f, expected, label);
SELECT is(format('%s %s', (SELECT skipped(funnel_agg(reached, s)) FROM (VALUES (NULL::date[]), ('{}'), ('{NULL}'), ('{2020-01-01}')) AS v (reached)),
                 (SELECT entered FROM (SELECT funnel_agg(reached, s) AS f FROM (VALUES (NULL::date[]), ('{}'), ('{NULL}'), ('{2020-01-01}')) AS v (reached)) AS x, funnel_stages(f) WHERE stage_no = 1)),
          '1 1', 'a null instead of a chain is skipped, an empty one is nobody''s') FROM funnel_spec('{a}', NULL) AS s;
SELECT is(format('%s %s', skipped(f), (SELECT entered FROM funnel_stages(f) WHERE stage_no = 1)), '0 0', 'events that have not happened are not skipped')
FROM (SELECT funnel_agg(1, 'applied', date '2021-06-01', spec()) AS f) AS x;
SELECT ok(funnel_conversion(f, NULL, 'admitted') IS NULL AND funnel_conversion(f, 'applied', NULL) IS NULL AND funnel_conversion(NULL, 'applied', 'admitted') IS NULL
          AND funnel_days(f, 'applied', NULL) IS NULL AND funnel_days(NULL, 'applied', 'admitted') IS NULL AND skipped(NULL::funnel) IS NULL, 'of null there is no figure') FROM whole;
SELECT is((SELECT count(*) FROM whole, funnel_stages(NULL)) + (SELECT count(*) FROM whole, funnel_stages(f, NULL)), 0::bigint, 'and no row');

-- Two specs do not go together, whether in rows, in arrays, in workers or in funnels.
SELECT throws_ok(format(query, 'CASE WHEN lot % 2 = 0 THEN spec() ELSE strict() END'), '22023', NULL, 'two specs: ' || query)
FROM (VALUES ('SELECT funnel_agg(person, stage, at, %s) FROM event'), ('SELECT funnel_agg(md5(person::text)::uuid, stage, at::timestamp, %s) FROM event'),
             ('SELECT funnel_agg(stage, at, %s) FROM event'), ('SELECT funnel_steps(stage, at, %s) FROM event'),
             ('SELECT window_funnel(at, %s, true, true, true) FROM event'), ('SELECT funnel_agg(''{}''::date[], CASE WHEN lot %% 2 = 0 THEN funnel_spec(ARRAY[''a'']) ELSE funnel_spec(ARRAY[''a''], ''1 day'') END) FROM event')) AS v (query);
SELECT throws_ok('SELECT rollup(x) FROM whole, LATERAL (VALUES (f), (g)) AS v (x)', '22023', NULL, 'nor do their funnels');
SELECT is((SELECT count(DISTINCT f) FROM (SELECT funnel_agg(person, stage, at, s) AS f FROM event, unnest(ARRAY[spec(), strict()]) AS s WHERE person < 300 GROUP BY s) AS x), 2::bigint, 'in groups of their own they do');
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT throws_ok('SELECT funnel_agg(person, stage, at, CASE WHEN lot % 100000 = 0 THEN spec() ELSE strict() END) FROM event', '22023', NULL, 'nor with workers');
SET LOCAL max_parallel_workers_per_gather = 0;

-- As a window function each value would be that of the rows so far.  What sorts its
-- events when it ends cannot go on after that, and refuses; sums can.
SELECT throws_ok(format('SELECT %s OVER (ORDER BY lot) FROM event', call), '0A000', NULL, 'no window function: ' || call)
FROM unnest('{"funnel_agg(person, stage, at, spec())","funnel_agg(stage, at::timestamp, spec())","funnel_steps(stage, at, spec())","window_funnel(at, spec(), true, true, true, true)"}'::text[]) AS call;
SELECT is((SELECT count(*) FROM (SELECT region, programme, rollup(f) OVER (PARTITION BY region ORDER BY programme) AS f FROM parts WHERE region < 3) AS running
           WHERE f IS DISTINCT FROM (SELECT rollup(f) FROM parts AS p WHERE p.region = running.region AND p.programme <= running.programme)),
          0::bigint, 'running rollups are rollups of the rows so far');
CREATE TABLE chains AS SELECT person, funnel_steps(stage, at, plain) AS reached, plain FROM event, funnel_spec(ARRAY['applied', 'admitted', 'registered']) AS plain GROUP BY person, plain;
SELECT is((SELECT count(*) FROM (SELECT person, funnel_agg(reached, plain) OVER (ORDER BY person) AS f FROM chains WHERE person <= 200) AS running
           WHERE f IS DISTINCT FROM (SELECT funnel_agg(reached, plain) FROM chains AS c WHERE c.person <= running.person)),
          0::bigint, 'and funnels of chains funnels of the chains so far');
-- Arrays in parts, in any order, with workers.
ALTER TABLE chains SET (parallel_workers = 2);
ANALYZE chains;
CREATE TABLE whole_of_events AS SELECT f, g FROM whole;
UPDATE whole SET f = (SELECT funnel_agg(reached, plain) FROM chains), g = (SELECT funnel_agg(reached::timestamp[], plain) FROM chains);
SELECT is(f, g, 'chains of days and of moments') FROM whole;
SELECT is_whole('SELECT funnel_agg(reached, plain ORDER BY person DESC), funnel_agg(reached, plain ORDER BY cardinality(reached), person) FROM chains', 'chains in any order');
SELECT is_whole('SELECT rollup(f), rollup(f) FROM (SELECT funnel_agg(reached, plain) AS f FROM chains GROUP BY person % 77) AS x', 'chains in parts');
SELECT is_whole_parallel(2, 'SELECT funnel_agg(reached, plain), funnel_agg(reached::timestamptz[], plain) FROM chains', 'chains, 2 workers');
UPDATE whole SET f = w.f, g = w.g FROM whole_of_events AS w;

-- ---------------------------------------------------------------------------
-- What goes out comes back in.
-- ---------------------------------------------------------------------------
\set type funnel
\set part programme
\set s f
\set t g
\ir ../../lib/forms.sql
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SELECT is(funnel_agg(person, stage, at::timestamp AT TIME ZONE 'UTC', spec()), (SELECT f FROM whole), 'whatever the type of the time') FROM event;
SET LOCAL TimeZone TO DEFAULT;
SELECT is((SELECT array_agg(n ORDER BY stage_no) FROM funnel_stages(f) JOIN (SELECT name, sum(n::bigint) AS n FROM jsonb_each(f::jsonb -> 'reached') AS s (name, days), jsonb_each_text(days) AS d (day, n) GROUP BY name) AS r ON name = stage),
          (SELECT array_agg(entered::numeric ORDER BY stage_no) FROM funnel_stages(f)), 'with all that was counted') FROM whole;

-- ---------------------------------------------------------------------------
-- Equality and order.
-- ---------------------------------------------------------------------------
CREATE TABLE many AS
SELECT funnel_agg(stage, at, spec()) AS f FROM event WHERE person <= 4000 GROUP BY person UNION ALL SELECT f FROM parts UNION ALL SELECT g FROM parts;
\ir ../../lib/equality.sql

-- ---------------------------------------------------------------------------
-- What the functions say fits together.
-- ---------------------------------------------------------------------------
CREATE TABLE stage AS
SELECT programme, what, x.f, lead(entered) OVER w AS next_entered, lag(cumulative_so_far) OVER w AS before, lead(cumulative_so_far) OVER w AS next_cumulative, lead(stage) OVER w AS next_stage, s.*
FROM (SELECT programme, rollup(f) AS f, rollup(g) AS g FROM parts GROUP BY programme) AS p, LATERAL (VALUES ('f', p.f), ('g', p.g)) AS x (what, f), funnel_stages(x.f) AS s
WINDOW w AS (PARTITION BY programme, what ORDER BY stage_no);
SELECT cmp_ok((SELECT count(*) FROM stage WHERE entered > 0), '>', 300::bigint, 'there are stages');
SELECT is((SELECT count(*) FROM stage WHERE entered IS DISTINCT FROM converted + pending + exited + lost AND next_stage IS NOT NULL), 0::bigint, 'who entered a stage has gone on, is pending, has left or is lost');
SELECT is((SELECT count(*) FROM stage WHERE converted IS DISTINCT FROM next_entered), 0::bigint, 'who goes on enters the next one');
SELECT is((SELECT count(*) FROM stage WHERE entered > 0 AND NOT (cumulative_so_far BETWEEN 0 AND coalesce(before, 1) AND cumulative_lower_so_far <= cumulative_so_far AND cumulative_so_far <= cumulative_upper_so_far)), 0::bigint, 'cumulative falls, between its limits');
SELECT is((SELECT count(*) FROM stage WHERE abs(conversion_so_far * cumulative_so_far - next_cumulative) > 1e-12 OR NOT conversion_so_far BETWEEN lower_so_far AND upper_so_far), 0::bigint, 'conversion is from one to the next, between its limits');
SELECT is((SELECT count(*) FROM stage WHERE what = 'g' AND entered > 0 AND (conversion <> converted::float8 / entered OR cumulative <> entered::float8 / (SELECT entered FROM stage AS o WHERE o.programme = stage.programme AND o.what = 'g' AND stage_no = 1))), 0::bigint,
          'with nobody pending both are quotients of numbers of people');
SELECT is((SELECT count(*) FROM stage WHERE next_stage IS NULL AND NOT (converted, pending, exited, lost, conversion, lower, upper, conversion_so_far, median_days) IS NULL), 0::bigint, 'the last stage leads nowhere');
SELECT is((SELECT count(*) FROM stage AS s WHERE funnel_conversion(f, stage, next_stage) IS DISTINCT FROM conversion AND next_stage IS NOT NULL), 0::bigint, 'funnel_conversion is in the row');
SELECT is((SELECT count(*) FROM stage AS s WHERE stage_no > 1 AND funnel_conversion(f, (SELECT stage FROM stage AS o WHERE o.stage_no = 1 AND o.what = s.what LIMIT 1), stage) IS DISTINCT FROM cumulative), 0::bigint, 'from the first stage, too');
SELECT is((SELECT count(*) FROM stage AS s WHERE next_stage IS NOT NULL AND (funnel_days(f, stage, next_stage) IS DISTINCT FROM median_days OR (median_days IS NULL) <> (converted = 0))), 0::bigint, 'and so is the median of funnel_days, where anybody goes on');
-- With nobody pending, the lower median of the days of the converted.
SELECT is((SELECT count(*) FROM stage AS s JOIN (SELECT programme, i AS stage_no, percentile_disc(0.5) WITHIN GROUP (ORDER BY steps[i + 1] - steps[i]) AS days
                                                 FROM (SELECT programme, funnel_steps(stage, at, strict()) AS steps FROM event GROUP BY person, programme) AS x, generate_series(1, 2) AS i
                                                 WHERE cardinality(steps) > i GROUP BY programme, i) AS m USING (programme, stage_no) WHERE what = 'g' AND median_days = days),
          (SELECT count(*) FROM stage WHERE what = 'g' AND converted > 0), 'which, with nobody pending, is the lower median of people''s days');
CREATE TABLE curve AS
SELECT programme, what, stage_no, day, p, lag(p) OVER (PARTITION BY programme, what, stage_no ORDER BY day) AS before, observed_days
FROM stage, generate_series(0, 450, 5) AS day, LATERAL (SELECT funnel_conversion(f, stage, next_stage, make_interval(days => day))) AS c (p) WHERE next_stage IS NOT NULL AND programme < 20;
SELECT cmp_ok((SELECT count(*) FROM curve WHERE p > before), '>', 400::bigint, 'conversion by a day rises');
SELECT is((SELECT count(*) FROM curve WHERE p < before OR p NOT BETWEEN 0 AND 1), 0::bigint, 'and never falls');
SELECT is((SELECT count(*) FROM whole, funnel_stages(f, 0.8) AS a JOIN LATERAL funnel_stages(f, 0.99) AS b USING (stage_no)
           WHERE stage_no < 4 AND NOT (b.lower < a.lower AND a.upper < b.upper AND a.conversion = b.conversion AND (stage_no = 1 OR b.cumulative_lower < a.cumulative_lower))), 0::bigint, 'a higher level gives wider limits');

-- In a materialized view.
CREATE MATERIALIZED VIEW by_region AS SELECT region, funnel_agg(person, stage, at, spec()) AS f FROM event GROUP BY region;
CREATE UNIQUE INDEX ON by_region (region);
CREATE TABLE before_refresh AS SELECT * FROM by_region;
DELETE FROM event WHERE region = 7 AND stage = 'admitted';
SELECT lives_ok('REFRESH MATERIALIZED VIEW CONCURRENTLY by_region', 'a matview of summaries refreshes concurrently');
SELECT is((SELECT array_agg(b.region) FROM by_region AS b JOIN before_refresh AS o USING (region) WHERE b.f <> o.f), '{7}', 'and only what changed has changed');
SELECT is((SELECT rollup(f) FROM by_region), (SELECT funnel_agg(person, stage, at, spec()) FROM event), 'and adds up to the new whole');

-- ---------------------------------------------------------------------------
-- Temporary files.  Statistics are written between transactions, and a timeout is
-- that of a statement, so what was made is kept from here on: the database is
-- this test's own.
-- ---------------------------------------------------------------------------
COMMIT;
SET jit = off;
SET max_parallel_workers_per_gather = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
-- Three hundred thousand events, and what they make in memory.
CREATE TABLE more AS SELECT i * 30000 + person AS person, stage, at, region, lot FROM event, generate_series(0, 2) AS i ORDER BY lot;
ALTER TABLE more SET (parallel_workers = 2);
VACUUM ANALYZE more;
CREATE TABLE wanted AS SELECT funnel_agg(person, stage, at, spec()) AS f FROM event WHERE false;
SET work_mem = '256MB';
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT temp_files, temp_bytes FROM pg_stat_database WHERE datname = current_database() \gset before_
UPDATE wanted SET f = (SELECT funnel_agg(person, stage, at, spec()) FROM more);
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT is(temp_files, :before_temp_files::bigint, 'with enough memory there is no temporary file') FROM pg_stat_database WHERE datname = current_database();
SET work_mem = '64kB';
CREATE TABLE small AS SELECT funnel_agg(person, stage, at, spec()) AS f FROM more;
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT cmp_ok(temp_files, '>', :before_temp_files::bigint, 'with little there is') FROM pg_stat_database WHERE datname = current_database();
SELECT cmp_ok(temp_bytes - :before_temp_bytes, '>', 1000000::bigint, 'one of more than a megabyte') FROM pg_stat_database WHERE datname = current_database();
SELECT is((SELECT f FROM small), (SELECT f FROM wanted), 'and the same funnel');

-- How many there are, when something was computed.
SELECT is(files(), 0::bigint, 'afterwards it is gone');
-- Rescans: each time a new one, and none stays.  (Each of the aggregates has one.)
SET enable_material = off;
SET enable_memoize = off;
SELECT is(format('%s %s', max(n) BETWEEN 1 AND 2, count(*)), 't 40', 'there are never more than those of one scan')
FROM (SELECT files(f) AS n FROM generate_series(1, 40) AS r, LATERAL (SELECT funnel_agg(person, stage, at, spec()) AS f, funnel_steps(stage, at, spec()) AS s FROM event WHERE lot % 40 + 1 <> r) AS x) AS y;
SELECT is(files(), 0::bigint, 'and none after them');
SELECT is(count(*), 21::bigint, 'sorted groups have one after the other')
FROM (SELECT region, files(f) AS n FROM (SELECT region, funnel_agg(person, stage, at, spec()) AS f FROM (SELECT * FROM more WHERE lot % 3 = 0 ORDER BY region) AS o GROUP BY region OFFSET 0) AS x) AS y
WHERE n <= 4;
SELECT is(files(), 0::bigint, 'and leave none');

-- temp_file_limit holds.
SET temp_file_limit = '200kB';
SELECT throws_ok(query, '53400', NULL, 'temp_file_limit: ' || query)
FROM unnest('{"SELECT funnel_agg(person, stage, at, spec()) FROM more","SELECT funnel_agg(person::text, stage, at::timestamp, spec()) FROM more","SELECT funnel_steps(stage, at, spec()) FROM more","SELECT window_funnel(at, strict(), true, false, false) FROM more"}'::text[]) AS query;
RESET temp_file_limit;
SELECT is(files(), 0::bigint, 'and leaves no file');
-- So does any error.
SELECT throws_ok('SELECT funnel_agg(person, stage, at + 1 / (count - 1)::int, spec()) FROM (SELECT *, (SELECT count(*) FROM event) - row_number() OVER () AS count FROM event) AS x', '22012', NULL, 'an error in the middle');
SELECT throws_ok('SELECT funnel_agg(person, stage, CASE WHEN n = 20000 THEN ''infinity'' ELSE at END, spec()) FROM (SELECT *, row_number() OVER () AS n FROM event WHERE stage = ''applied'') AS x', '22008', NULL, 'a bad row');
SELECT is(files(), 0::bigint, 'leave no file');

-- Cancel, at every part of the work: each run is stopped a little later.
INSERT INTO work VALUES
    (0, 'SELECT funnel_agg(person, stage, at, spec()) FROM more'),
    (0, 'SELECT funnel_agg(person::text, stage, at::timestamp, strict()) FROM more'),
    (0, 'SELECT region, funnel_agg(person, stage, at, spec()) FROM more GROUP BY region'),
    (0, 'SELECT funnel_steps(stage, at, spec()) FROM more'),
    (0, 'SELECT window_funnel(at, strict(), stage = ''applied'', lot % 3 = 0, lot % 5 = 0) FROM more');

UPDATE work SET took = least((try(query)).took, (try(query)).took);
\set ON_ERROR_STOP off
SELECT * FROM to_cancel('{0.1,0.25,0.4,0.55,0.7,0.8,0.87,0.93}') \gexec
\set ON_ERROR_STOP on
SELECT cmp_ok(count(*) FILTER (WHERE cancelled), '>=', 3::bigint, 'cancelled: ' || query) FROM cancelled GROUP BY query;
SELECT is(count(*), 0::bigint, 'and soon') FROM cancelled WHERE took > timeout + 1000;
SELECT is(max(files), 0::bigint, 'and no file is left') FROM cancelled;
-- With workers, too, who have files of their own.
SET max_parallel_workers_per_gather = 2;
TRUNCATE cancelled;
UPDATE work SET workers = 2, took = least((try(query)).took, (try(query)).took);
\set ON_ERROR_STOP off
SELECT * FROM to_cancel('{0.2,0.4,0.6,0.8,0.95}') \gexec
\set ON_ERROR_STOP on
SELECT cmp_ok(count(*) FILTER (WHERE cancelled), '>=', 5::bigint, 'cancelled with workers') FROM cancelled;
SELECT is(count(*), 0::bigint, 'and soon') FROM cancelled WHERE took > timeout + 1000;
SELECT is(max(files), 0::bigint, 'and no file is left') FROM cancelled;
SELECT is((SELECT f FROM wanted), (SELECT funnel_agg(person, stage, at, spec()) FROM more), 'after all that it is the same funnel');
RESET max_parallel_workers_per_gather;

SELECT * FROM finish();
