-- workforce_agg and retention_agg with the person, and spells_agg: the same bytes whatever the order
-- of rows, the plan and the memory; no file is left.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(93);
SET LOCAL jit = off;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;

\ir ../../lib/dice.sql
\ir ../../lib/plans.sql

-- 40,000 contracts of 10,000 people, in an order that says nothing; many reasons, so that numbers of
-- names differ between processes.
CREATE TABLE contract AS
SELECT CASE WHEN u <> 1 THEN person END AS person, date '1950-01-01' + dice(15000, person, 9) AS birth, CASE WHEN u <> 2 THEN s END AS s,
       CASE WHEN dice(9, person, 300 + i) > 0 THEN s + dice(700, person, 400 + i) END AS e,
       CASE WHEN u > 9 THEN 'reason ' || dice(1 + dice(40, person, 7), i, 8) END AS reason,
       CASE WHEN u <> 3 THEN (ARRAY[1, 0.5, 0.25, 0.333])[1 + dice(4, person, 20 + i)] END AS fte, region, part, lot
FROM (SELECT person, i, dice(400, person, 500 + i) AS u, dice(1000000, person, 600 + i) AS lot, dice(21, person, 100 + i) AS region, dice(1 + dice(30, person, 2), i, 3) AS part,
             date '2012-01-01' + dice(2500, person, 4) + i * dice(400, person, 900 + i) AS s
      FROM generate_series(1, 10000) AS person, generate_series(1, 1 + dice(7, person, 5)) AS i OFFSET 0) AS x
ORDER BY lot;
ALTER TABLE contract SET (parallel_workers = 4);
ANALYZE contract;
CREATE FUNCTION seen() RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT daterange('2014-01-01', '2019-01-01')
$$;
\set fg 'workforce_agg(person, birth, s, e, reason, seen(), fte, interval \'30 days\') AS f, retention_agg(\'person \' || person, s, e, reason, daterange(\'2018-01-01\', \'2019-01-01\'), interval \'1 month\') AS g'

SET LOCAL work_mem = '64MB';
CREATE TABLE whole AS SELECT :fg FROM contract;
SET LOCAL work_mem TO DEFAULT;
SELECT cmp_ok(headcount(f), '>', 1000::bigint, 'there are people') FROM whole;
SELECT cmp_ok(exits(f), '>', 1000::bigint, 'and leavers') FROM whole;
SELECT cmp_ok(count(*), '>', 30::bigint, 'of many reasons') FROM whole, jsonb_object_keys(f::jsonb -> 'exits');
SELECT cmp_ok(fte(f), '<', headcount(f)::numeric, 'many part-time') FROM whole;
SELECT cmp_ok(exits(g), '>', 1000::bigint, 'many leave in the last year') FROM whole;

SELECT is_whole(format('SELECT workforce_agg(person, birth, s, e, reason, seen(), fte, ''30 days'' ORDER BY %1$s), retention_agg(md5(person::text)::uuid, s, e, reason, ''[2018-01-01,2019-01-01)'', ''1 month'' ORDER BY %1$s) FROM contract', key),
                'rows by ' || key)
FROM unnest('{lot DESC,person,s,s DESC,e DESC,reason}'::text[]) AS key;
SELECT is_whole(format('SELECT rollup(f), rollup(g) FROM (SELECT %s FROM contract GROUP BY person %% 100) AS x', :'fg'), 'parts that keep people together');
SELECT is_whole('SELECT rollup(f), rollup(g) FROM (SELECT workforce_agg(person, birth, s, e, reason, seen(), fte, ''30 days'') AS f, retention_agg(person, s, e, reason, ''[2018-01-01,2019-01-01)'', ''1 month'') AS g FROM contract GROUP BY person) AS x', 'person by person');

-- Any number of workers; in little memory, too.
SELECT is_whole_parallel(n, format('SELECT %s FROM contract', :'fg'), n || ' workers') FROM unnest('{1,2,4}'::int[]) AS n;
SET LOCAL work_mem = '64kB';
SET LOCAL hash_mem_multiplier = 1;
SELECT is_whole_parallel(n, format('SELECT %s FROM contract', :'fg'), n || ' workers in little memory') FROM unnest('{1,4}'::int[]) AS n;

-- Little memory: contracts go to a file.
SELECT test_spill('the whole in little memory', format('SELECT %s FROM contract', :'fg'));
SELECT test_spill('uuids in little memory', 'SELECT workforce_agg(md5(person::text)::uuid, birth, s, e, reason, seen(), fte, ''30 days''), retention_agg(md5(person::text)::uuid, s, e, reason, ''[2018-01-01,2019-01-01)'', ''1 month'') FROM contract');
SELECT test_spill('texts in little memory', 'SELECT workforce_agg(''a person '' || person, birth, s, e, reason, seen(), fte::float8, ''30 days''), retention_agg(person, s, e, reason, ''[2018-01-01,2019-01-01)'', ''1 month'') FROM contract');
SET LOCAL hash_mem_multiplier TO DEFAULT;
SET LOCAL work_mem TO DEFAULT;

-- Groups: hashed, sorted, spilled to disk, parallel, of grouping sets.
CREATE TABLE parts AS SELECT region, part, :fg FROM contract GROUP BY region, part;
\set groups 'SELECT region, part, ' :fg ' FROM contract GROUP BY region, part'
SELECT test_groups('sorted groups', '{enable_hashagg=off}', 'GroupAggregate', :'groups');
SELECT test_groups('hashed groups', '{enable_sort=off,work_mem=1GB}', 'HashAggregate', :'groups');
SELECT test_groups('spilled groups', '{enable_sort=off,work_mem=64kB,hash_mem_multiplier=1}', 'HashAggregate.*Disk Usage', :'groups');
SELECT test_groups('parallel groups', '{max_parallel_workers_per_gather=2}', 'Partial', :'groups');
SELECT test_groups('parallel groups in little memory', '{max_parallel_workers_per_gather=4,work_mem=64kB}', 'Partial', :'groups');
SELECT test_groups('grouping sets' || label, settings, shows, format(
    'SELECT region, part, f, g FROM (SELECT region, part, grouping(region, part) AS level, %s FROM contract
                                     GROUP BY GROUPING SETS ((region, part), (region), (part), ())) AS s WHERE level = 0', :'fg'))
FROM (VALUES ('', '{work_mem=64MB}'::text[], 'Hash Key.*Hash Key.*Hash Key'), (' in little memory', '{work_mem=64kB}', 'Key'),
             (' sorted', '{enable_hashagg=off}', 'Group Key.*Sort Key.*Group Key')) AS v (label, settings, shows);
SELECT is_whole(format('SELECT f, g FROM (SELECT grouping(region, part) AS level, %s FROM contract GROUP BY CUBE (region, part)) AS x WHERE level = 3', :'fg'), 'the grand total of grouping sets');

-- Rescans.
SELECT is(count(*) FILTER (WHERE x.f = p.f AND x.g = p.g), count(*), 'rescans, region by region')
FROM (SELECT region, :fg FROM contract GROUP BY region) AS p, LATERAL (SELECT :fg FROM contract AS c WHERE c.region = p.region) AS x;

-- spells_agg: many people, of whom few are in memory at a time; one person with all contracts.
CREATE TABLE spells AS SELECT person, spells_agg(s, e, reason, fte, '30 days') AS a FROM contract GROUP BY person;
CREATE TABLE one AS SELECT spells_agg(s, e, reason, round(fte / 1000, 3), '30 days' ORDER BY s, lot) AS a FROM contract;
CREATE FUNCTION same_spells(label text, query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT is(count(*), (SELECT count(*) FROM spells), %L) FROM (%s) AS x JOIN spells AS y ON x.person IS NOT DISTINCT FROM y.person AND x.a = y.a', label, query);
    RETURN NEXT is(files(), 0::bigint, label || ': no file is left');
END
$$;
\set people 'SELECT person, spells_agg(s, e, reason, fte, interval \'30 days\') AS a FROM contract GROUP BY person'
SET LOCAL work_mem = '64kB';
SELECT same_spells('spells of people in little memory', :'people');
SET LOCAL enable_hashagg = off;
SELECT same_spells('sorted', :'people');
SET LOCAL enable_hashagg TO DEFAULT;
SELECT is(spells_agg(s, e, reason, round(fte / 1000, 3), '30 days'), (SELECT a FROM one), 'all of one person, in little memory') FROM contract;
SET LOCAL max_parallel_workers_per_gather = 2;
-- Where handing on a row cost nothing, 18 would hand on every one of them.
SET LOCAL parallel_tuple_cost = 0.01;
SELECT matches(plan_of(:'people'), 'Partial', 'in parallel, as EXPLAIN shows');
SELECT same_spells('in parallel', :'people');
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT * FROM finish();
ROLLBACK;
