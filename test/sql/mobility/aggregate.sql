-- mobility_agg: the same bytes whatever the order of rows, the plan and the memory; against a
-- look at every person on every day; rows that lack something, odd ones and refused ones; no
-- file is left, and a query can be cancelled.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(246);
SET LOCAL jit = off;     -- of no use for many small queries
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;

\ir ../../lib/dice.sql
\ir ../../lib/plans.sql

-- What a mobility has counted, row by row.
CREATE FUNCTION cells(m mobility) RETURNS TABLE (kind text, state text, to_state text, day int, n bigint) LANGUAGE sql AS $$
    SELECT kind, state, NULL, day::int, n::bigint
    FROM unnest('{opening,entered,left,censored,resumed}'::text[]) AS kind, jsonb_each(m::jsonb -> kind) AS s (state, days), jsonb_each_text(days) AS d (day, n)
    UNION ALL
    SELECT 'moved', state, to_state, day::int, n::bigint
    FROM jsonb_each(m::jsonb -> 'moved') AS s (state, states), jsonb_each(states) AS t (to_state, days), jsonb_each_text(days) AS d (day, n)
$$;

-- ---------------------------------------------------------------------------
-- Against a look at every day
-- ---------------------------------------------------------------------------
-- Some 1,500 spells of 500 people: overlapping, nested, from one day to one day, of no day, open,
-- on the edges of the period, of states that are not known.
CREATE TABLE small AS
SELECT person, CASE WHEN dice(8, person, 10 + i) > 0 THEN substr('aåbcdeB', 1 + dice(7, person, 20 + i), 1) END AS state, s,
       CASE dice(9, person, 40 + i) WHEN 0 THEN NULL WHEN 1 THEN 'infinity' WHEN 2 THEN greatest(s, '2020-03-01') WHEN 3 THEN s ELSE s + dice(60, person, 50 + i) END::date AS e
FROM (SELECT person, i, date '2019-12-20' + dice(80, person, CASE WHEN dice(4, person, 30 + i) > 0 THEN 60 + i ELSE 60 END) AS s
      FROM generate_series(1, 500) AS person, generate_series(1, dice(7, person, 1)) AS i OFFSET 0) AS x;
CREATE TABLE presence AS
SELECT person, day, place.state, place.state IS NULL AND place.here IS NOT NULL AS unknown
FROM (SELECT DISTINCT person FROM small) AS p CROSS JOIN generate_series(-1, 60) AS day
LEFT JOIN LATERAL (SELECT state, true AS here FROM small AS s WHERE s.person = p.person AND s.s <= date '2020-01-01' + day AND (s.e IS NULL OR s.e > date '2020-01-01' + day)
                   ORDER BY s.s DESC, coalesce(s.e, 'infinity') DESC, s.state COLLATE "C" DESC NULLS LAST LIMIT 1) AS place ON true;
CREATE TABLE expected AS
SELECT kind, state, to_state, day, count(*) AS n
FROM (SELECT day, CASE WHEN day = 0 AND before IS NOT NULL THEN 'opening'
                       WHEN before IS NULL AND NOT unknown_before THEN 'entered' WHEN before IS NULL THEN 'resumed'
                       WHEN now IS NULL AND unknown THEN 'censored' WHEN now IS NULL THEN 'left' ELSE 'moved' END AS kind,
             CASE WHEN day = 0 THEN now ELSE coalesce(before, now) END AS state, CASE WHEN before IS NOT NULL AND day > 0 THEN now END AS to_state
      FROM (SELECT day, state AS now, unknown, lag(state) OVER w AS before, lag(unknown) OVER w AS unknown_before FROM presence WINDOW w AS (PARTITION BY person ORDER BY day)) AS x
      -- who comes is dated by the first day, who goes by the last
      WHERE CASE WHEN day <= 0 THEN day = 0 AND now IS NOT NULL ELSE before IS DISTINCT FROM now AND (before IS NOT NULL OR day < 60) END) AS steps
GROUP BY kind, state, to_state, day;
SELECT cmp_ok(count(*), '>', 20::bigint, 'there are steps of the kind ' || kind) FROM expected WHERE kind <> 'opening' GROUP BY kind ORDER BY kind;
SELECT is(count(*), 6::bigint, 'and of all kinds') FROM (SELECT kind FROM expected GROUP BY kind) AS k;
SELECT bag_eq(format('SELECT * FROM cells((SELECT mobility_agg(%s, state, s, e, daterange(''2020-01-01'', ''2020-03-01'')) FROM small))', person), 'SELECT * FROM expected',
              'what is counted is what is seen day by day: ' || person)
FROM unnest('{person,person::text,md5(person::text)::uuid}'::text[]) AS person;
-- Each state's people on a day: those who are there.
SELECT bag_eq(format('SELECT state, headcount FROM (SELECT mobility_agg(person, state, s, e, daterange(''2020-01-01'', ''2020-03-01'')) AS m FROM small) AS x, mobility_headcount(m, date ''2020-01-01'' + %s)', day),
              format('SELECT s.state, count(p.person) FROM (SELECT DISTINCT state FROM expected) AS s LEFT JOIN presence AS p ON p.state = s.state AND p.day = %s GROUP BY s.state', day), 'the people on day ' || day)
FROM unnest('{0,1,30,58,59}'::int[]) AS day;
-- Periods that follow each other have every move once.
CREATE FUNCTION moves(VARIADIC periods daterange[]) RETURNS numeric LANGUAGE sql AS $$
    SELECT sum(moves) FROM (SELECT mobility_agg(person, state, s, e, o) AS m FROM small, unnest(periods) AS o GROUP BY o) AS x, mobility_flows(m) WHERE from_state IS NOT NULL AND to_state IS NOT NULL
$$;
SELECT is(moves('[2020-01-01,2020-01-21)', '[2020-01-21,2020-01-22)', '[2020-01-22,2020-03-01)'), moves('[2020-01-01,2020-03-01)'), 'adjacent periods have every move once');
SELECT cmp_ok(moves('[2020-01-21,2020-01-22)'), '>', 0::numeric, 'also one of a day, which has some');

-- ---------------------------------------------------------------------------
-- 120,000 spells of 30,000 people, in an order that says nothing
-- ---------------------------------------------------------------------------
CREATE TABLE spell AS
SELECT CASE WHEN u <> 1 THEN person END AS person, CASE WHEN u > 12 THEN 'employer ' || dice(1 + dice(40, person, 7), i, 8) END AS state, CASE WHEN u <> 2 THEN s END AS s,
       CASE WHEN dice(9, person, 300 + i) > 0 THEN s + dice(700, person, 400 + i) END AS e, region, part, lot
FROM (SELECT person, i, dice(400, person, 500 + i) AS u, dice(1000000, person, 600 + i) AS lot, dice(21, person, 1) AS region, dice(1 + dice(60, person, 2), person, 3) AS part,
             date '2012-01-01' + dice(2500, person, 4) + i * dice(250, person, 900 + i) AS s
      FROM generate_series(1, 30000) AS person, generate_series(1, 1 + dice(7, person, 5)) AS i OFFSET 0) AS x
ORDER BY lot;
ALTER TABLE spell SET (parallel_workers = 4);
ANALYZE spell;
CREATE FUNCTION seen() RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT daterange('2014-01-01', '2019-01-01')
$$;
\set f 'mobility_agg(person, state, s, e, seen()) AS f'
\set g 'mobility_agg(''person '' || person, ''state of '' || state, s, e, daterange(''2018-01-01'', ''2019-01-01'')) AS g'
\set fg :f ', ' :g

SET LOCAL work_mem = '64MB';
CREATE TABLE whole AS SELECT :fg FROM spell;
SET LOCAL work_mem TO DEFAULT;
SELECT cmp_ok(sum(n), '>', 500::numeric, 'there are many ' || kind) FROM whole, cells(f) GROUP BY kind ORDER BY kind;
SELECT is(format('%s %s', skipped(f), skipped(g)), (SELECT format('%1$s %1$s', count(*)) FROM spell WHERE person IS NULL OR s IS NULL), 'rows without a person or a beginning are skipped and counted') FROM whole;
SELECT cmp_ok(skipped(f), '>', 100::bigint, 'and there are some') FROM whole;

-- Any order of rows.
SELECT is_whole(format('SELECT mobility_agg(person, state, s, e, seen() ORDER BY %1$s), mobility_agg(md5(person::text)::uuid, ''state of '' || state, s, e, ''[2018-01-01,2019-01-01)'' ORDER BY %1$s) FROM spell', key),
                'rows by ' || key)
FROM unnest('{lot DESC,person,person DESC,s,s DESC,state,state DESC}'::text[]) AS key;
-- Rows that come twice say nothing new, nor do such as the period does not show.
SELECT is_whole('SELECT f, f2 FROM (SELECT mobility_agg(person, state, s, e, seen()) AS f, mobility_agg(person::text, ''state of '' || state, s, e, ''[2018-01-01,2019-01-01)'') AS f2
                 FROM (SELECT * FROM spell UNION ALL SELECT * FROM spell WHERE person IS NOT NULL AND s IS NOT NULL
                       UNION ALL SELECT person, ''elsewhere'', date ''2010-01-01'', date ''2014-01-01'' - 1, 0, 0, 0 FROM spell WHERE person < 100
                       UNION ALL SELECT person, ''elsewhere'', date ''2019-01-02'', NULL, 0, 0, 0 FROM spell WHERE person < 100
                       UNION ALL SELECT person, ''elsewhere'', date ''2018-06-01'', date ''2018-06-01'', 0, 0, 0 FROM spell WHERE person < 100) AS x) AS y', 'rows twice');
SELECT is(mobility_agg(DISTINCT person, state, s, e, seen()), mobility_agg(person, state, s, e, seen()), 'DISTINCT') FROM (SELECT * FROM spell UNION ALL SELECT * FROM spell) AS x WHERE person IS NOT NULL AND s IS NOT NULL;

-- Any partition that keeps people together, nested or not.
SELECT is_whole(format('SELECT rollup(f), rollup(g) FROM (SELECT %s FROM spell GROUP BY %s) AS parts', :'fg', key), 'rollup by ' || key)
FROM unnest(ARRAY['region', 'region, part', 'person % 1000', 'person < 7']) AS key;
SELECT is_whole('SELECT rollup(f), rollup(g) FROM (SELECT mobility_agg(person, state, s, e, seen()) AS f, mobility_agg(person::text, ''state of '' || state, s, e, ''[2018-01-01,2019-01-01)'') AS g FROM spell GROUP BY person) AS people',
                'rollup of people');

-- Any number of workers; in little memory, too.
SELECT is_whole_parallel(n, format('SELECT %s FROM spell', :'fg'), n || ' workers') FROM unnest('{1,2,4}'::int[]) AS n;
SET LOCAL work_mem = '64kB';
SELECT is_whole_parallel(n, format('SELECT %s FROM spell', :'fg'), n || ' workers in little memory') FROM unnest('{1,2,4}'::int[]) AS n;
SET LOCAL work_mem TO DEFAULT;

CREATE TABLE parts AS SELECT region, part, :fg FROM spell GROUP BY region, part;

-- Little memory: spells go to a file.
SET LOCAL work_mem = '64kB';
SET LOCAL hash_mem_multiplier = 1;
SELECT test_spill('the whole in little memory', format('SELECT %s FROM spell', :'fg'));
SELECT test_spill('uuids in little memory', 'SELECT mobility_agg(md5(person::text)::uuid, state, s, e, seen()), (SELECT g FROM whole) FROM spell');
SELECT test_spill('regions in little memory', format('SELECT rollup(f), rollup(g) FROM (SELECT %s FROM spell GROUP BY region) AS x', :'fg'));
SELECT test_spill('people in little memory', format('SELECT rollup(f), rollup(g) FROM (SELECT %s FROM spell GROUP BY person) AS x', :'fg'));
SET LOCAL hash_mem_multiplier TO DEFAULT;
SET LOCAL work_mem TO DEFAULT;

-- Groups: hashed, sorted, spilled to disk, parallel, of grouping sets.
\set groups 'SELECT region, part, ' :fg ' FROM spell GROUP BY region, part'
SELECT test_groups('sorted groups', '{enable_hashagg=off}', 'GroupAggregate', :'groups');
SELECT test_groups('sorted groups in little memory', '{enable_hashagg=off,work_mem=64kB}', 'GroupAggregate.*external merge', :'groups');
SELECT test_groups('hashed groups', '{enable_sort=off,work_mem=1GB}', 'HashAggregate', :'groups');
SELECT test_groups('spilled groups', '{enable_sort=off,work_mem=64kB,hash_mem_multiplier=1}', 'HashAggregate.*Disk Usage', :'groups');
SELECT test_groups('parallel groups', '{max_parallel_workers_per_gather=2}', 'Partial', :'groups');
SELECT test_groups('parallel groups in little memory', '{max_parallel_workers_per_gather=4,work_mem=64kB}', 'Partial', :'groups');
SELECT test_groups('parallel sorted groups', '{max_parallel_workers_per_gather=2,enable_hashagg=off}', 'Finalize GroupAggregate.*Partial GroupAggregate', :'groups');
SELECT test_groups('grouping sets' || label, settings, shows, format(
    'SELECT region, part, f, g FROM (SELECT region, part, grouping(region, part) AS level, %s FROM spell
                                     GROUP BY GROUPING SETS ((region, part), (region), (part), ())) AS s WHERE level = 0', :'fg'))
FROM (VALUES ('', '{work_mem=64MB}'::text[], 'Hash Key.*Hash Key.*Hash Key'), (' in little memory', '{work_mem=64kB}', 'Key'),
             (' sorted', '{enable_hashagg=off}', 'Group Key.*Sort Key.*Group Key')) AS v (label, settings, shows);
CREATE TABLE sets AS SELECT region, part, grouping(region, part) AS level, :fg FROM spell GROUP BY CUBE (region, part);
SELECT is_whole('SELECT f, g FROM sets WHERE level = 3', 'the grand total of grouping sets');
SELECT is_whole('SELECT rollup(f), rollup(g) FROM sets WHERE level = 1', 'the regions of grouping sets');
SELECT is_whole('SELECT rollup(f), rollup(g) FROM sets WHERE level = 2', 'the parts of grouping sets');

-- Partitions: each aggregated on its own, wholly or in part.
CREATE TABLE divided (LIKE spell) PARTITION BY RANGE (region);
CREATE TABLE divided_1 PARTITION OF divided FOR VALUES FROM (0) TO (8);
CREATE TABLE divided_2 PARTITION OF divided FOR VALUES FROM (8) TO (21);
INSERT INTO divided SELECT * FROM spell;
ANALYZE divided;
SET LOCAL enable_partitionwise_aggregate = on;
SELECT test_groups('groups of partitions', '{}', 'Append.*-> +HashAggregate.*-> +HashAggregate', format('SELECT region, part, %s FROM divided GROUP BY region, part', :'fg'));
SELECT matches(plan_of('SELECT ' || :'f' || ' FROM divided'), 'Finalize Aggregate\n +-> +Append\n +-> +Partial Aggregate', 'parts of the whole');
SELECT is_whole(format('SELECT %s FROM divided', :'fg'), 'which are the whole');
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT matches(plan_of('SELECT ' || :'f' || ' FROM divided'), 'Finalize.*Parallel Append.*Partial Aggregate', 'partitions in parallel');
SELECT is_whole(format('SELECT %s FROM divided', :'fg'), 'are the same whole');
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL enable_partitionwise_aggregate TO DEFAULT;

-- Rescans: the aggregate runs again for each row of another table.
CREATE INDEX ON spell (region);
ANALYZE spell;
CREATE FUNCTION test_rescan(label text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    query text := 'SELECT r.region, x.f, x.g FROM generate_series(-1, 21) AS r (region),
                   LATERAL (SELECT mobility_agg(person, state, s, e, seen()) AS f, mobility_agg(person::text, ''state of '' || state, s, e, ''[2018-01-01,2019-01-01)'') AS g FROM spell WHERE spell.region = r.region) AS x';
BEGIN
    RETURN NEXT matches(plan_of(query, 'ANALYZE, COSTS off, TIMING off'), 'Nested Loop.*Aggregate \(actual rows=1(\.00)? loops=23\)', label || ': EXPLAIN shows the rescans');
    RETURN QUERY SELECT is_whole(format('SELECT rollup(f), rollup(g) FROM (%s) AS x', query), label);
    -- Nobody is in regions -1 and 21.
    RETURN QUERY EXECUTE format('SELECT is(count(*) FILTER (WHERE x.f = p.f AND x.g = p.g OR region IN (-1, 21) AND x.f IS NULL AND x.g IS NULL AND p.f IS NULL), 23::bigint, %L)
                                 FROM (%s) AS x LEFT JOIN (SELECT region, rollup(f) AS f, rollup(g) AS g FROM parts GROUP BY region) AS p USING (region)', label || ': region by region', query);
    RETURN NEXT is(files(), 0::bigint, label || ': no file is left');
END
$$;
SELECT test_rescan('rescans');
SET LOCAL work_mem = '64kB';
SELECT test_rescan('rescans in little memory');
SELECT is((SELECT count(*) FROM generate_series(0, 20) AS r (region),
               LATERAL (SELECT r.region, part, mobility_agg(person, state, s, e, seen()) AS f FROM spell WHERE spell.region = r.region GROUP BY part) AS x
               JOIN parts USING (region, part) WHERE parts.f = x.f), (SELECT count(*) FROM parts), 'rescans by groups');
-- A cursor that is left half-way; a limit.
DECLARE half CURSOR FOR SELECT region, :fg FROM spell GROUP BY region;
FETCH 3 FROM half \g /dev/null
SELECT cmp_ok(files(), '>', 0::bigint, 'a cursor has a file while it is open');
CLOSE half;
SELECT is(files(), 0::bigint, 'and none when it is closed');
SELECT is(count(*), 2::bigint, 'a limit') FROM (SELECT mobility_agg(person, state, s, e, seen()) FROM spell GROUP BY part LIMIT 2) AS x;
SELECT is(files(), 0::bigint, 'leaves no file');
-- Errors when something has been stored.
SELECT throws_ok('SELECT mobility_agg(person, state, s, e + 1 / (100000 - n)::int, seen()) FROM (SELECT *, row_number() OVER () AS n FROM spell) AS x', '22012', NULL, 'an error in the middle');
SELECT throws_ok('SELECT mobility_agg(person, state, CASE WHEN n = 100000 THEN ''infinity'' ELSE s END, NULL, seen()) FROM (SELECT *, row_number() OVER () AS n FROM spell WHERE s IS NOT NULL AND person IS NOT NULL) AS x', '22008', NULL, 'a bad row');
SELECT throws_ok('SELECT mobility_agg(person, state, s, e, CASE WHEN n = 100000 THEN daterange(''2014-01-01'', ''2019-01-02'') ELSE seen() END) FROM (SELECT *, row_number() OVER () AS n FROM spell) AS x', '22023', NULL, 'another period');
SELECT is(files(), 0::bigint, 'leave no file');
SET LOCAL work_mem TO DEFAULT;

-- ---------------------------------------------------------------------------
-- The period
-- ---------------------------------------------------------------------------
SELECT throws_ok(format('SELECT mobility_agg(1, ''a'', ''2020-01-01'', NULL, %s)', observed), state, message, 'observed: ' || observed)
FROM (VALUES ('NULL', '22004', 'observed must not be null'), ('daterange(''2020-01-01'', NULL)', NULL, NULL), ('daterange(NULL, ''2020-01-01'')', '22023', 'observation period has no beginning'),
             ('''empty''', NULL, NULL), ('''[-infinity,2020-01-01)''', NULL, NULL), ('''[2020-01-01,infinity)''', NULL, NULL), ('''[1870-01-01,2021-01-01)''', '22023', 'observation period is longer than 150 years')) AS v (observed, state, message);
-- Two periods do not go together, in rows or in workers; in groups of their own they do.
SELECT throws_ok(format('SELECT mobility_agg(%s, state, s, e, CASE WHEN lot %% 2 = 0 THEN seen() ELSE daterange(''2014-01-01'', ''2019-01-02'') END) FROM spell', person), '22023', NULL, 'two periods: ' || person)
FROM unnest('{person,person::text,md5(person::text)::uuid}'::text[]) AS person;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT throws_ok('SELECT mobility_agg(person, state, s, e, CASE WHEN lot % 100000 = 0 THEN seen() ELSE daterange(''2014-01-01'', ''2019-01-02'') END) FROM spell', '22023', NULL, 'nor with workers');
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE periods AS SELECT daterange(d, d + 365) AS observed FROM unnest('{2014-01-01,2016-06-01,2018-01-01}'::date[]) AS d;
SELECT is(count(*) FILTER (WHERE f = mobility), 3::bigint, 'a period for each group')
FROM (SELECT observed, mobility_agg(person, state, s, e, observed) AS f FROM spell, periods GROUP BY observed) AS g,
     LATERAL (SELECT mobility_agg(person, state, s, e, g.observed) AS mobility FROM spell) AS x;
-- The same period in other words; from a column, a parameter and a function.
SELECT is_whole(format('SELECT mobility_agg(person, state, s, e, %s), g FROM spell, whole GROUP BY g', observed), 'observed: ' || observed)
FROM unnest(ARRAY['''[2014-01-01,2018-12-31]''', 'CASE WHEN lot % 2 = 0 THEN daterange(''2014-01-01'', ''2019-01-01'') ELSE daterange(''2013-12-31'', ''2018-12-31'', ''(]'') END']) AS observed;
PREPARE asking(daterange) AS SELECT mobility_agg(person, state, s, e, $1), (SELECT g FROM whole) FROM spell;
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is_whole('EXECUTE asking(seen())', 'a parameter');
SELECT throws_ok('EXECUTE asking(NULL)', '22004', 'observed must not be null', 'a parameter that is null');
SELECT is_whole('EXECUTE asking(seen())', 'and the first again');
DEALLOCATE asking;
SET LOCAL plan_cache_mode TO DEFAULT;

-- ---------------------------------------------------------------------------
-- Rows
-- ---------------------------------------------------------------------------
CREATE FUNCTION of_row(s text, e text, state text DEFAULT 'a', person text DEFAULT 'p') RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', nullif(skipped(m), 0), nullif(string_agg(concat_ws(' ', kind, c.state, day), ', ' ORDER BY day, kind), ''))
    FROM (SELECT mobility_agg(person, state, s::date, e::date, '[2020-01-01,2020-01-31)') AS m) AS x LEFT JOIN LATERAL cells(m) AS c ON true
    GROUP BY m
$$;
SELECT is(of_row(s, e, state, person), expected, label)
FROM (VALUES ('2019-05-01', NULL, 'a', 'p', 'opening a 0', 'there before and after'),
             ('2020-01-01', '2020-01-31', 'a', 'p', 'entered a 0, left a 30', 'there all the time, until as_of'),
             ('2020-01-01', '2020-02-01', 'a', 'p', 'entered a 0', 'there all the time, and on as_of'),
             ('2019-12-31', '2020-02-01', 'a', 'p', 'opening a 0', 'there also on the day before'),
             ('2019-01-01', '2020-01-01', 'a', 'p', '', 'gone on the first day'),
             ('2019-01-01', '2020-01-02', 'a', 'p', 'opening a 0, left a 1', 'gone on the second day'),
             ('2020-01-31', NULL, 'a', 'p', '', 'there from as_of on'),
             ('2020-01-31', '2020-02-01', 'a', 'p', '', 'there on as_of'),
             ('2020-01-30', '2020-02-01', 'a', 'p', 'entered a 29', 'there on the last day'),
             ('2020-02-01', NULL, 'a', 'p', '', 'there from the day after as_of on'),
             ('2020-01-10', '2020-01-10', 'a', 'p', '', 'a spell of no day'),
             ('2020-01-10', '2020-01-11', 'a', 'p', 'entered a 9, left a 10', 'a spell of a day'),
             ('2020-01-10', 'infinity', 'a', 'p', 'entered a 9', 'there for ever'),
             ('2020-01-10', '5874897-12-31', 'a', 'p', 'entered a 9', 'there until the end of the calendar'),
             ('5874897-12-31', NULL, 'a', 'p', '', 'from the end of the calendar on'),
             ('1870-01-31', NULL, 'a', 'p', 'opening a 0', 'there for 150 years'),
             ('2020-01-10', '2020-01-20', NULL, 'p', '', 'a state that is not known'),
             ('2020-01-10', '2020-01-20', '', 'p', 'entered  9, left  19', 'a state whose name is empty'),
             ('2020-01-10', '2020-01-20', 'a', '', 'entered a 9, left a 19', 'a person whose name is empty'),
             ('2020-01-10', '2020-01-20', 'a', NULL, '1', 'nobody'),
             (NULL, '2020-01-20', 'a', 'p', '1', 'no beginning'),
             (NULL, NULL, NULL, NULL, '1', 'nothing')) AS v (s, e, state, person, expected, label);
SELECT throws_ok(format('SELECT of_row(%L, %L)', s, e), code, message, 'refused: ' || concat_ws(', ', s, e))
FROM (VALUES ('infinity', NULL, '22008', 'date is infinite'), ('-infinity', '2020-01-01', '22008', 'date is infinite'), ('2020-01-10', '2020-01-09', NULL, NULL),
             ('2020-01-10', '-infinity', NULL, NULL), ('2030-01-10', '2029-01-09', NULL, NULL), ('1870-01-30', '2020-01-20', NULL, NULL), ('4713-01-01 BC', '4712-01-01 BC', NULL, NULL)) AS v (s, e, code, message);
SELECT ok(mobility_agg(person, state, s, e, seen()) IS NULL AND mobility_agg(person::text, state, s, e, seen()) IS NULL AND mobility_agg(md5(person::text)::uuid, state, s, e, seen()) IS NULL, 'no rows give null')
FROM spell WHERE false;
SELECT is(mobility_agg(person, state, s, e, seen()) FILTER (WHERE lot < 0), NULL, 'nor does a filter that leaves none') FROM spell;
SELECT throws_ok(format('SELECT mobility_agg(%s, state, s, e, seen()) OVER () FROM spell', person), '0A000', NULL, 'not over a window: ' || person)
FROM unnest('{person,person::text,md5(person::text)::uuid}'::text[]) AS person;
-- Persons whose numbers are as far apart as they can be.
SELECT is(mobility_agg(n, state, s, e, seen()), (SELECT mobility_agg(person, state, s, e, seen()) FROM spell WHERE person < 4000), 'persons of any number')
FROM (SELECT *, CASE person % 4 WHEN 0 THEN person WHEN 1 THEN -9223372036854775808 + person WHEN 2 THEN 9223372036854775807 - person ELSE -person END AS n FROM spell WHERE person < 4000) AS x;

-- ---------------------------------------------------------------------------
-- States: long names, stored apart; very many
-- ---------------------------------------------------------------------------
CREATE TABLE long (person int, state text, s date, e date);
ALTER TABLE long ALTER state SET STORAGE EXTERNAL;
INSERT INTO long SELECT DISTINCT ON (person, s) person, repeat(coalesce(state, 'no'), 1 + person % 400), s, e FROM spell WHERE person < 1500 AND s IS NOT NULL ORDER BY person, s, lot;
ALTER TABLE long SET (parallel_workers = 2);
ANALYZE long;
CREATE TABLE long_whole AS SELECT mobility_agg(person, state, s, e, seen()) AS f FROM long;
SELECT cmp_ok(max(length(state)), '>', 3000, 'there are long names') FROM long;
SELECT bag_eq('SELECT kind, md5(state) AS state, md5(to_state) AS to_state, day, n FROM long_whole, cells(f)',
              'SELECT c.* FROM (SELECT mobility_agg(person, md5(state), s, e, seen()) AS f FROM long) AS x, cells(f) AS c', 'which are states as short ones are');
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL work_mem = '64kB';
SELECT matches(plan_of('SELECT mobility_agg(person, state, s, e, seen()) FROM long'), 'Partial Aggregate', 'long names in workers');
SELECT is(mobility_agg(person, state, s, e, seen()), (SELECT f FROM long_whole), 'are the same') FROM long;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL work_mem TO DEFAULT;
-- As many as a summary can have; one more. Groups have as many each.
CREATE TABLE many AS SELECT i AS person, 'employer ' || i AS state, date '2014-01-01' + i % 1000 AS s FROM generate_series(1, 65535) AS i;
ALTER TABLE many SET (parallel_workers = 2);
ANALYZE many;
SELECT is((SELECT count(*) FROM (SELECT mobility_agg(person, state, s, NULL, seen()) AS f FROM many WHERE person > 1) AS x, mobility_headcount(f)), 65534::bigint, 'as many states as there can be');
SELECT throws_ok('SELECT mobility_agg(person, state, s, NULL, seen()) FROM many', '54000', 'summary has too many states', 'one more');
SELECT is((SELECT sum(headcount) FROM (SELECT mobility_agg(person, state, s, NULL, seen()) AS f FROM many GROUP BY person % 2) AS x, mobility_headcount(f)), 65535::numeric, 'but groups have as many each');
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT throws_ok('SELECT mobility_agg(person, state, s, NULL, seen()) FROM many', '54000', 'summary has too many states', 'one more, with workers');
SELECT is(mobility_agg(person, state, s, NULL, seen()), (SELECT rollup(f) FROM (SELECT mobility_agg(person, state, s, NULL, seen()) AS f FROM many WHERE person > 1 GROUP BY person % 7) AS x), 'very many states, with workers') FROM many WHERE person > 1;
SET LOCAL max_parallel_workers_per_gather = 0;

-- ---------------------------------------------------------------------------
-- Memory that is given back
-- ---------------------------------------------------------------------------
CREATE FUNCTION used() RETURNS bigint LANGUAGE sql AS 'SELECT sum(used_bytes)::bigint FROM pg_backend_memory_contexts';
-- The least that some calls add: caches grow at times, what leaks always does.
CREATE FUNCTION grown(calls int, query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    before bigint;
    least bigint;
    answer text;
BEGIN
    FOR round IN 1..4 LOOP
        before := used();
        FOR i IN 1..calls LOOP
            EXECUTE query INTO answer;
        END LOOP;
        least := least(least, used() - before);
    END LOOP;
    RETURN least;
END
$$;
SELECT cmp_ok(grown(100, format('SELECT length(mobility_agg(%s, state, s, e, seen())::text) FROM (SELECT * FROM spell LIMIT 500) AS x', person)), '<', 3000::bigint, 'called again and again: ' || person)
FROM unnest('{person,person::text,md5(person::text)::uuid}'::text[]) AS person;
-- Rows take no memory but that of the log: a row more or less does not show.
CREATE FUNCTION highest(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    f record;
    highest bigint := 0;
    n int := 0;
BEGIN
    FOR f IN EXECUTE query LOOP
        n := n + 1;
        IF n % 500 = 100 THEN
            highest := greatest(highest, (SELECT sum(used_bytes) FROM pg_backend_memory_contexts));
        END IF;
    END LOOP;
    RETURN highest;
END
$$;
SET LOCAL enable_hashagg = off;
SELECT cmp_ok(highest('SELECT person, mobility_agg(person, state, s, e, seen()) AS f FROM spell WHERE person < 3000 GROUP BY person'), '<',
              highest('SELECT person, max(s) AS f FROM spell WHERE person < 3000 GROUP BY person') + 500000, 'group by group');
SET LOCAL enable_hashagg TO DEFAULT;

-- ---------------------------------------------------------------------------
-- Cancel, at every part of the work: each run is stopped a little later. A timeout is that of a
-- statement, so what was made is kept from here on: the database is this test's own.
-- ---------------------------------------------------------------------------
COMMIT;
SET jit = off;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE TABLE more AS SELECT i * 30000 + person AS person, state, s, e, region, lot FROM spell, generate_series(0, 2) AS i ORDER BY lot;
ALTER TABLE more SET (parallel_workers = 2);
VACUUM ANALYZE more;
SET work_mem = '64kB';
-- temp_file_limit holds.
SET max_parallel_workers_per_gather = 0;
SET temp_file_limit = '200kB';
SELECT throws_ok(format('SELECT mobility_agg(%s, state, s, e, seen()) FROM more', person), '53400', NULL, 'temp_file_limit: ' || person)
FROM unnest('{person,person::text,md5(person::text)::uuid}'::text[]) AS person;
RESET temp_file_limit;
SELECT is(files(), 0::bigint, 'and leaves no file');
INSERT INTO work
SELECT workers, query, NULL FROM unnest('{0,2}'::int[]) AS workers,
    unnest('{"SELECT mobility_agg(person, state, s, e, seen()) FROM more","SELECT mobility_agg(person::text, state, s, e, seen()) FROM more","SELECT region, mobility_agg(person, state, s, e, seen()) FROM more GROUP BY region"}'::text[]) AS query;
UPDATE work SET took = least((try(query)).took, (try(query)).took) WHERE workers = 0;
SET max_parallel_workers_per_gather = 2;
SELECT matches(plan_of(query), 'Workers Planned: 2', 'workers: ' || query) FROM work WHERE workers = 2;
UPDATE work SET took = least((try(query)).took, (try(query)).took) WHERE workers = 2;
\set ON_ERROR_STOP off
SELECT * FROM to_cancel('{0.1,0.25,0.4,0.55,0.7,0.85}') \gexec
\set ON_ERROR_STOP on
SELECT cmp_ok(count(*) FILTER (WHERE cancelled), '>=', 3::bigint, format('cancelled, with %s workers: %s', workers, query)) FROM cancelled GROUP BY workers, query ORDER BY workers, query;
SELECT is(count(*), 0::bigint, 'and soon') FROM cancelled WHERE took > timeout + 1000;
SELECT is(max(files), 0::bigint, 'and no file is left') FROM cancelled;
SET max_parallel_workers_per_gather = 0;
SELECT ok(m = f, 'after all that, the whole is the same') FROM whole, (SELECT mobility_agg(person, state, s, e, seen()) AS m FROM spell) AS x;

SELECT * FROM finish();
