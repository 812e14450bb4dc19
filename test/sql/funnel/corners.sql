-- The aggregates of funnels where rows are few, values odd or long, memory short
-- and plans unusual.  What one pass over the events of all says is compared with
-- the rollup of one funnel for each person.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL jit = off;     -- of no use for many small queries
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT plan(306);

-- How many reached each stage.
CREATE FUNCTION entered(f funnel) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT array_agg(entered ORDER BY stage_no) FROM funnel_stages(f)
$$;

-- ---------------------------------------------------------------------------
-- Nobody
-- ---------------------------------------------------------------------------
CREATE TABLE nothing (number bigint, uuid uuid, name text, stage text, day date, moment timestamp, instant timestamptz,
                      days date[], moments timestamp[], instants timestamptz[], spec funnel_spec, f funnel);
CREATE TABLE call (n serial, call text);
INSERT INTO call (call)
SELECT format('funnel_agg(%sstage, %s, spec)', person, at)
FROM unnest('{"number, ","uuid, ","name, ",""}'::text[]) WITH ORDINALITY AS p (person, i), unnest('{day,moment,instant}'::text[]) WITH ORDINALITY AS a (at, j)
ORDER BY i, j;
INSERT INTO call (call)
SELECT format('funnel_agg(%s, spec)', reached) FROM unnest('{days,moments,instants}'::text[]) AS reached;
INSERT INTO call (call)
SELECT format(form, at) FROM unnest('{"funnel_steps(stage, %s, spec)","window_funnel(%s, spec, true, false)"}'::text[]) AS form,
                             unnest('{day,moment,instant}'::text[]) AS at;
INSERT INTO call (call) VALUES ('rollup(f)');
CREATE FUNCTION answer(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE query INTO answer;
    RETURN answer;
END
$$;
SELECT is(format('%s calls, %s null', count(*), count(*) FILTER (WHERE answer(format('SELECT %s FROM nothing', call)) IS NULL)), '22 calls, 22 null',
          'no rows give null') FROM call;
SELECT is(format('%s calls, %s null', count(*), count(*) FILTER (WHERE answer(format('SELECT coalesce((%s)::text, ''null'') FROM nothing GROUP BY stage', call)) IS NULL)),
          '22 calls, 22 null', 'and no groups') FROM call;

-- Rows of which nothing is known, and such as are none of the spec's.
CREATE TABLE hardly (LIKE nothing);
INSERT INTO hardly (spec) SELECT funnel_spec(ARRAY['a', 'b']) FROM generate_series(1, 3);
SELECT is(answer(format('SELECT format(''%%s, %%s'', (%1$s)::jsonb - ''spec'' - ''skipped'' = ''{"type": "funnel", "version": 1, "reached": {}, "exited": {}, "lost": {}, "pending": {},
                         "converted_after": {}, "exited_after": {}, "lost_after": {}, "pending_after": {}}'', skipped(%1$s)) FROM hardly', call)), 't, 3',
          'rows of nulls are counted: ' || call)
FROM call WHERE call ~ '^funnel_agg' ORDER BY n;
SELECT is(answer(format('SELECT %s FROM hardly', call)), CASE WHEN call ~ '^window' THEN '0' END, 'rows of nulls make no chain: ' || call)
FROM call WHERE call !~ '^funnel_agg' ORDER BY n;
CREATE TABLE stranger (LIKE nothing);
INSERT INTO stranger
SELECT i, md5(i::text)::uuid, i::text, stage, '2020-01-01', '2020-01-01', '2020-01-01', '{}', '{NULL,NULL,NULL}', '{}', funnel_spec('{a,b}', exits => '{x}'), NULL
FROM unnest('{b,c,"",x,A}'::text[]) WITH ORDINALITY AS s (stage, i);
SELECT is(answer(format('SELECT format(''%%s, %%s'', entered(%1$s), skipped(%1$s)) FROM stranger', call)), '{0,0}, 0', 'rows of other stages are nobody: ' || call)
FROM call WHERE call ~ 'stage' AND call !~ 'steps' ORDER BY n;
SELECT is(answer(format('SELECT %s FROM stranger', call)), NULL, 'and no chain: ' || call) FROM call WHERE call ~ 'steps' ORDER BY n;
UPDATE stranger SET spec = funnel_spec(ARRAY['a', 'b']);
SELECT is(answer(format('SELECT format(''%%s, %%s'', entered(%1$s), skipped(%1$s)) FROM stranger', call)), '{0,0}, 0', 'empty chains are nobody, and known: ' || call)
FROM call WHERE call ~ 'days|moments|instants' ORDER BY n;
-- a date that no event can have does not matter where the stage does not
SELECT is(entered(funnel_agg(1, 'c', 'infinity'::date, funnel_spec(ARRAY['a']))), '{0}', 'a date of another stage is not looked at');
SELECT is(entered(funnel_agg(1, 'a', day, funnel_spec('{a}', as_of => '0001-01-01'))), '{0}', 'nothing has happened by the first day: ' || day)
FROM unnest('{0001-01-01,2020-01-01,9999-12-31}'::date[]) AS day GROUP BY day ORDER BY day;
SELECT is(entered(funnel_agg(ARRAY['0001-01-01'::date], funnel_spec('{a}', as_of => '0001-01-01'))), '{0}', 'nor in a chain that is given');

-- ---------------------------------------------------------------------------
-- Events of 3000 persons, who have up to 20 each; and what they are as a whole
-- ---------------------------------------------------------------------------
CREATE FUNCTION spec() RETURNS funnel_spec LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT funnel_spec('{a,b,c}', '2 years', '2018-01-01', '{d}')
$$;
\ir ../../lib/dice.sql
CREATE TABLE event AS
SELECT (i % 3000)::bigint AS person, substr('abcde', 1 + dice(5, i, 1), 1) AS stage, '2010-01-01'::date + dice(3000, i, 2) AS at, dice(7, i % 3000, 3) AS part
FROM generate_series(1, 30000) AS i WHERE dice(2, i % 3000, 4) = 0 OR i < 20000;
ALTER TABLE event SET (parallel_workers = 2);
ANALYZE event;
CREATE TABLE person AS SELECT person, part, funnel_agg(stage, at, spec()) AS f, funnel_steps(stage, at, spec()) AS steps FROM event GROUP BY person, part;
CREATE TABLE whole AS SELECT rollup(f) AS f FROM person;
CREATE TABLE part AS SELECT part, rollup(f) AS f FROM person GROUP BY part;
SELECT ok((entered(f))[1] BETWEEN 2000 AND 2999 AND (entered(f))[3] > 100, 'there are people, and chains') FROM whole;
SELECT cmp_ok((SELECT count(*) FROM part), '=', 7::bigint, 'and parts');

-- Is the answer of a query the whole, or are its rows the parts?
CREATE FUNCTION is_whole(query text, label text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer funnel;
BEGIN
    EXECUTE query INTO answer;
    RETURN ok(answer = f AND funnel_send(answer) = funnel_send(f), label) FROM whole;
END
$$;
CREATE FUNCTION are_parts(query text, label text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n int;
BEGIN
    EXECUTE format('SELECT CASE WHEN count(*) = 7 THEN count(*) FILTER (WHERE q.f = part.f AND funnel_send(q.f) = funnel_send(part.f)) END
                    FROM (%s) AS q (part, f) FULL JOIN part USING (part)', query) INTO n;
    RETURN is(n, 7, label);
END
$$;
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
        plan := plan || line || E'\n';
    END LOOP;
    RETURN plan;
END
$$;
CREATE VIEW in_the_same_way (label, one, many) AS VALUES
    ('numbers, days', 'SELECT funnel_agg(person, stage, at, spec()) FROM event',
                      'SELECT part, funnel_agg(person, stage, at, spec()) FROM event GROUP BY part'),
    ('texts, days', 'SELECT funnel_agg(''no '' || person, stage, at, spec()) FROM event',
                    'SELECT part, funnel_agg(''no '' || person, stage, at, spec()) FROM event GROUP BY part'),
    ('uuids, timestamps', 'SELECT funnel_agg(md5(person::text)::uuid, stage, at::timestamp, spec()) FROM event',
                          'SELECT part, funnel_agg(md5(person::text)::uuid, stage, at::timestamp, spec()) FROM event GROUP BY part'),
    ('numbers, timestamps with time zone', 'SELECT funnel_agg(person, stage, at::timestamptz, spec()) FROM event',
                                           'SELECT part, funnel_agg(person, stage, at::timestamptz, spec()) FROM event GROUP BY part'),
    ('persons one by one', 'SELECT rollup(f) FROM (SELECT funnel_agg(stage, at, spec()) AS f FROM event GROUP BY person) AS p',
                           'SELECT part, rollup(f) FROM (SELECT part, funnel_agg(stage, at, spec()) AS f FROM event GROUP BY part, person) AS p GROUP BY part'),
    ('each of one person', 'SELECT rollup(f) FROM (SELECT funnel_agg(person, stage, at, spec()) AS f FROM event GROUP BY person) AS p',
                           'SELECT part, rollup(f) FROM (SELECT part, funnel_agg(person, stage, at, spec()) AS f FROM event GROUP BY part, person) AS p GROUP BY part');
SELECT is_whole(one, 'the whole: ' || label) FROM in_the_same_way;
SELECT are_parts(many, 'parts: ' || label) FROM in_the_same_way;

-- What may stand within the call.
SELECT is_whole('SELECT funnel_agg(person, stage, at, spec() ORDER BY at DESC, stage) FROM event', 'ORDER BY, within the aggregate');
SELECT is_whole('SELECT funnel_agg(DISTINCT person, stage, at, spec()) FROM (SELECT * FROM event UNION ALL SELECT * FROM event) AS e', 'DISTINCT');
SELECT is_whole('SELECT funnel_agg(person, stage, at, spec()) FROM (SELECT * FROM event UNION ALL SELECT * FROM event) AS e', 'without it, too: an event is an event');
SELECT is_whole('SELECT funnel_agg(person, stage, at, spec()) FILTER (WHERE stage <> ''e'') FROM event', 'FILTER, of what does not count');
SELECT is(funnel_agg(person, stage, at, spec()) FILTER (WHERE stage = 'no such stage'), NULL, 'FILTER that leaves nothing') FROM event;
SELECT are_parts('SELECT p, funnel_agg(person, stage, at, spec()) FILTER (WHERE part = p) FROM event, generate_series(0, 6) AS p GROUP BY p', 'FILTER by part');
SELECT is_whole('SELECT funnel_agg(person, stage, at, spec()) FROM event HAVING count(*) > 0', 'HAVING');

-- Several sets of groups.
SELECT are_parts(format('SELECT part, f FROM (SELECT part, person %% 2 AS odd, funnel_agg(person, stage, at, spec()) AS f FROM event GROUP BY %s) AS g
                         WHERE part IS NOT NULL AND odd IS NULL', sets), 'parts among ' || sets)
FROM unnest('{"GROUPING SETS ((part), (person % 2), ())","CUBE (part, person % 2)","ROLLUP (part, person % 2)"}'::text[]) AS sets;
SELECT is_whole(format('SELECT f FROM (SELECT part, person %% 2 AS odd, funnel_agg(person, stage, at, spec()) AS f FROM event GROUP BY %s) AS g
                        WHERE part IS NULL AND odd IS NULL', sets), 'the whole among ' || sets)
FROM unnest('{"GROUPING SETS ((part), (person % 2), ())","CUBE (part, person % 2)","ROLLUP (part, person % 2)"}'::text[]) AS sets;
SELECT matches(plan_of('SELECT funnel_agg(person, stage, at, spec()) FROM event GROUP BY GROUPING SETS ((part), (person % 2), ())'),
               'MixedAggregate', 'of which some are hashed and others not');

-- Windows: what is read by frames must not change its state.
SELECT throws_ok(format('SELECT %s OVER () FROM event', call), '0A000', NULL, 'not over a window: ' || call)
FROM unnest('{"funnel_agg(person, stage, at, spec())","funnel_agg(stage, at, spec())","funnel_steps(stage, at, spec())","window_funnel(at, spec(), true)"}'::text[]) AS call;
SELECT is(count(*) FILTER (WHERE running = expected), 7::bigint, 'a rollup over a window')
FROM (SELECT part, rollup(f) OVER (ORDER BY part ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS running FROM part) AS p,
     LATERAL (SELECT rollup(f) FROM part WHERE part.part BETWEEN p.part - 2 AND p.part) AS q (expected);
SELECT is(count(*) FILTER (WHERE running = expected), 50::bigint, 'chains that are given, over a window')
FROM (SELECT person, funnel_agg(steps, funnel_spec(ARRAY['a', 'b', 'c'])) OVER (ORDER BY person) AS running FROM person WHERE steps IS NOT NULL
      ORDER BY person LIMIT 50) AS p,
     LATERAL (SELECT funnel_agg(steps, funnel_spec(ARRAY['a', 'b', 'c'])) FROM person WHERE person <= p.person AND steps IS NOT NULL) AS q (expected);

-- ---------------------------------------------------------------------------
-- Numbers and days: those that fit a narrow form, in memory, and those that do
-- not, in one group
-- ---------------------------------------------------------------------------
CREATE TABLE wide AS
SELECT (ARRAY[-9223372036854775808, -1099511627826, -50, 16777166, 1099511627726, 4611686018427387854, 9223372036854775717])[1 + k % 7] + k / 7 AS person,
       substr('abcd', 1 + dice(4, i, 5), 1) AS stage,
       -- around the days on which the narrow form begins and ends
       (ARRAY['0001-01-01', '0999-07-01', '1000-01-01', '1999-10-01', '2434-12-01', '2435-03-01', '9999-01-01']::date[])[1 + dice(7, CASE WHEN i % 9 > 0 THEN k ELSE i END, 9)]
           + dice(360, i, 6) AS at
FROM generate_series(1, 12000) AS i, LATERAL (SELECT dice(630, i, 7)) AS d (k);
CREATE FUNCTION wide_spec() RETURNS funnel_spec LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT funnel_spec(ARRAY['a', 'b', 'c'], '120 days', exits => '{d}')
$$;
CREATE TABLE wide_whole AS
SELECT rollup(f) AS f FROM (SELECT funnel_agg(stage, at, wide_spec()) AS f FROM wide GROUP BY person) AS p;
SELECT is(format('%s persons, %s first days, %s last days', (SELECT count(DISTINCT person) FROM wide WHERE person BETWEEN 0 AND 1099511627775),
                 count(DISTINCT at) FILTER (WHERE at BETWEEN '0999-12-31' AND '1000-01-01'), count(DISTINCT at) FILTER (WHERE at BETWEEN '2435-06-13' AND '2435-06-14')),
          '180 persons, 2 first days, 2 last days', 'all edges are there') FROM wide;
SELECT ok((entered(f))[1] > 600 AND (entered(f))[3] > 100, 'and chains') FROM wide_whole;
CREATE FUNCTION is_wide_whole(query text, label text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer funnel;
BEGIN
    EXECUTE query INTO answer;
    RETURN ok(answer = f, label) FROM wide_whole;
END
$$;
SELECT is_wide_whole(format('SELECT funnel_agg(%s, stage, %s, wide_spec()%s) FROM wide', person, at, ordered), format('narrow and wide: %s, %s%s', person, at, ordered))
FROM unnest('{person,person::text,"md5(person::text)::uuid"}'::text[]) AS person, unnest('{at,at::timestamp}'::text[]) AS at,
     unnest('{""," ORDER BY abs(person::float8)"," ORDER BY at DESC"}'::text[]) AS ordered;
SELECT is_wide_whole(format('SELECT rollup(f) FROM (SELECT funnel_agg(%s, stage, %s, wide_spec()) AS f FROM wide GROUP BY hashint8(person) %% 10) AS g', person, at),
                     format('narrow and wide, in groups: %s, %s', person, at))
FROM unnest('{person,person::text,"md5(person::text)::uuid"}'::text[]) AS person, unnest('{at,at::timestamp}'::text[]) AS at;
-- Each person alone, too.
SELECT is(count(*) FILTER (WHERE f = g AND f = h), 630::bigint, 'narrow and wide, one by one')
FROM (SELECT funnel_agg(person, stage, at, wide_spec()) AS f, funnel_agg('x', stage, at, wide_spec()) AS g,
             funnel_agg('00000000-0000-0000-0000-000000000000'::uuid, stage, at, wide_spec()) AS h FROM wide GROUP BY person) AS p;
-- uuids that share the half which is looked at first
SELECT is(entered(funnel_agg((lpad('', 16, 'f') || lpad(to_hex(i % 100), 16, '0'))::uuid, CASE WHEN i <= 100 THEN 'a' ELSE 'b' END, '2020-01-01'::date + i, funnel_spec(ARRAY['a', 'b']))),
          '{100,50}', 'uuids that begin alike') FROM generate_series(1, 150) AS i;
SELECT is(entered(funnel_agg((lpad(to_hex(i % 100), 16, '0') || lpad('', 16, '0'))::uuid, CASE WHEN i <= 100 THEN 'a' ELSE 'b' END, '2020-01-01'::date + i, funnel_spec(ARRAY['a', 'b']))),
          '{100,50}', 'and uuids that end alike') FROM generate_series(1, 150) AS i;

-- ---------------------------------------------------------------------------
-- Long names: as they are, compressed, and stored elsewhere
-- ---------------------------------------------------------------------------
CREATE FUNCTION long_name(bytes int, n int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(string_agg(md5(format('%s %s', n, i)), ''), bytes) FROM generate_series(0, bytes / 32) AS i
$$;
CREATE TABLE long (storage text, person text, stage text, at date);
CREATE TABLE long_plain (LIKE long);
CREATE TABLE long_external (LIKE long);
ALTER TABLE long_plain ALTER person SET STORAGE MAIN, ALTER stage SET STORAGE MAIN;
ALTER TABLE long_external ALTER person SET STORAGE EXTERNAL, ALTER stage SET STORAGE EXTERNAL;
CREATE FUNCTION long_spec() RETURNS funnel_spec LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT funnel_spec(ARRAY[repeat('a', 3000), repeat('a', 3001), 'b', long_name(100000, 0)], exits => ARRAY[repeat('å', 50000)])
$$;
CREATE TABLE long_event AS
SELECT CASE k WHEN 0 THEN '' WHEN 1 THEN repeat('p', 126) WHEN 2 THEN repeat('p', 127) WHEN 3 THEN repeat('p', 3000) WHEN 4 THEN long_name(3000, 1)
              WHEN 5 THEN long_name(100000, 2) WHEN 6 THEN repeat('p', 1000000) WHEN 7 THEN repeat('p', 1000001) ELSE 'p' || k END AS person,
       CASE dice(6, i, 10) WHEN 0 THEN repeat('a', 3000) WHEN 1 THEN repeat('a', 3001) WHEN 2 THEN 'b' WHEN 3 THEN long_name(100000, 0)
                           WHEN 4 THEN repeat('å', 50000) ELSE repeat('a', 2999) END AS stage,
       '2020-01-01'::date + dice(900, i, 11) AS at, k
FROM generate_series(1, 240) AS i, LATERAL (SELECT i % 12) AS d (k);
INSERT INTO long_plain SELECT 'main', person || '', stage || '', at FROM long_event;
INSERT INTO long_external SELECT 'external', person || '', stage || '', at FROM long_event;
INSERT INTO long SELECT 'extended', person || '', stage || '', at FROM long_event;
SELECT is(array_agg(format('%s %s', n, storage) ORDER BY storage), '{"0 extended","2 external","0 main"}', 'names are compressed, or not')
FROM (SELECT storage, count(DISTINCT person) FILTER (WHERE pg_column_size(person) >= 1000000) AS n
      FROM (SELECT * FROM long UNION ALL SELECT * FROM long_plain UNION ALL SELECT * FROM long_external) AS u GROUP BY storage) AS x;
SELECT cmp_ok(pg_relation_size(reltoastrelid), '>', 1000000::bigint, 'and stored elsewhere: ' || relname) FROM pg_class WHERE relname ~ '^long(_plain|_external)?$' AND relkind = 'r';
CREATE TABLE long_whole AS
SELECT rollup(f) AS f FROM (SELECT funnel_agg(stage || '', at, long_spec()) AS f FROM long_event GROUP BY k) AS p;
SELECT ok((entered(f))[1] >= 10 AND (entered(f))[4] BETWEEN 1 AND 10, 'there are chains of long names') FROM long_whole;
SELECT ok(l.f = w.f AND skipped(l.f) = 0, 'long names: ' || storage)
FROM (SELECT storage, funnel_agg(person, stage, at, long_spec()) AS f
      FROM (SELECT * FROM long UNION ALL SELECT * FROM long_plain UNION ALL SELECT * FROM long_external) AS u GROUP BY storage) AS l, long_whole AS w;
SELECT ok(l.f = w.f, 'long names, one by one: ' || storage)
FROM (SELECT storage, rollup(f) AS f FROM (SELECT storage, funnel_agg(stage, at, long_spec()) AS f
      FROM (SELECT * FROM long UNION ALL SELECT * FROM long_plain UNION ALL SELECT * FROM long_external) AS u GROUP BY storage, person) AS p GROUP BY storage) AS l, long_whole AS w;
SET LOCAL work_mem = '64kB';
SELECT ok(funnel_agg(person, stage, at, long_spec()) = w.f, 'long names in short memory') FROM long_external, long_whole AS w GROUP BY w.f;
SELECT ok(funnel_agg(person, stage, at, long_spec() ORDER BY random()) = w.f, 'and in any order') FROM long, long_whole AS w GROUP BY w.f;
SET LOCAL work_mem TO DEFAULT;
CREATE TABLE long_value AS SELECT long_spec() AS spec, f FROM long_whole;
SELECT is((SELECT count(*) FROM long_value, long_external GROUP BY f HAVING funnel_agg(person, stage, at, spec) = f), 240::bigint, 'a spec that is stored elsewhere');
SELECT ok(l.f::text::funnel = l.f AND entered(l.f) = entered(w.f), 'and a funnel') FROM long_value AS l, long_whole AS w;

-- Names of any kind.
SELECT is(entered(funnel_agg(person, stage, at, spec)), '{1,1,1,1,1,1}', 'quotes, other alphabets and nothing are names')
FROM (SELECT funnel_spec(ARRAY['', 'O''Brien "x"', E'\\ \t\n', 'ansökt', '😀', 'NULL']) AS spec) AS s,
     LATERAL jsonb_array_elements_text(spec::jsonb -> 'stages') WITH ORDINALITY AS e (stage, i), LATERAL (VALUES ('åsa', '2020-01-01'::date)) AS p (person, at) ;
SELECT is(entered(funnel_agg(person, 'a', '2020-01-01'::date, funnel_spec(ARRAY['a']))), '{5}', 'persons whose names are nearly the same are not')
FROM unnest('{"","a"," a","A","a "}'::text[]) AS person;
SELECT is(entered(funnel_agg(1, stage, '2020-01-01'::date, funnel_spec(ARRAY['å', 'Å']))), '{1,0}', 'nor are letters that only look alike')
FROM (VALUES ('å'), (E'A\u030a'), ('ä')) AS v (stage);

-- ---------------------------------------------------------------------------
-- Specs
-- ---------------------------------------------------------------------------
CREATE TABLE thirty AS SELECT funnel_spec((SELECT array_agg('s' || i ORDER BY i) FROM generate_series(1, 30) AS i)) AS spec;
SELECT is(entered(funnel_agg(p, 's' || i, '2020-01-01'::date + i, spec)), (SELECT array_agg(31 - i ORDER BY i) FROM generate_series(1, 30) AS i)::bigint[], 'thirty stages, events')
FROM thirty, generate_series(1, 30) AS p, generate_series(1, 30) AS i WHERE i <= p;
SELECT is(entered(funnel_agg(reached, spec)), (SELECT array_agg(31 - i ORDER BY i) FROM generate_series(1, 30) AS i)::bigint[], 'thirty stages, chains')
FROM thirty, (SELECT p, array_agg('2020-01-01'::date + i ORDER BY i) AS reached FROM generate_series(1, 30) AS p, generate_series(1, 30) AS i WHERE i <= p GROUP BY p) AS r;
SELECT is(cardinality(funnel_steps('s' || i, '2020-01-01'::date + i, spec)), 30, 'thirty stages, steps') FROM thirty, generate_series(1, 30) AS i;
SELECT is(window_funnel('2020-01-01'::date + i, spec, VARIADIC ARRAY(SELECT i = j FROM generate_series(1, 30) AS j)), 30, 'thirty conditions') FROM thirty, generate_series(1, 30) AS i;
SELECT is(entered(funnel_agg(p, 'a', '2020-01-01'::date, funnel_spec(ARRAY['a']))), '{10}', 'one stage') FROM generate_series(1, 10) AS p;
SELECT is(format('%s %s', entered(f), (SELECT count(*) FROM funnel_stages(f) WHERE cumulative = 1 AND conversion IS NULL)), '{10} 1', 'which everybody reaches, whatever becomes of them')
FROM (SELECT funnel_agg(p, s, '2020-01-01'::date, funnel_spec(ARRAY['a'], '0', '2020-01-02', '{x}')) AS f FROM generate_series(1, 10) AS p, unnest('{a,x}'::text[]) AS s) AS x;
SELECT is(entered(funnel_agg(p, stage, at, funnel_spec(ARRAY['a', 'b'], '0'))), '{3,2}', 'a window of nothing is the same moment')
FROM (VALUES (1, 'a', timestamp '2020-01-01'), (1, 'b', '2020-01-01'), (2, 'b', '2020-01-01 12:00'), (2, 'a', '2020-01-01 12:00'),
             (3, 'a', '2020-01-01 12:00'), (3, 'b', '2020-01-01 12:00:00.000001')) AS v (p, stage, at);

-- A spec from a column is the same as a constant, and each group has its own.
CREATE TABLE asked AS
SELECT spec() AS spec, 1 AS n UNION ALL SELECT funnel_spec(ARRAY['c', 'a']), 2 UNION ALL SELECT funnel_spec(ARRAY['b', 'e'], '90 days', modes => '{strict_order}'), 3;
SELECT is_whole('SELECT funnel_agg(person, stage, at, spec) FROM event, asked WHERE n = 1', 'a spec from a column');
SELECT is_whole('SELECT funnel_agg(person, stage, at, spec) FROM event, asked GROUP BY spec HAVING spec = spec()', 'grouped by');
SELECT is(count(*) FILTER (WHERE g.f = p.f), 3::bigint, 'groups by spec')
FROM (SELECT n, funnel_agg(person, stage, at, spec) AS f FROM event, asked GROUP BY n) AS g
JOIN (SELECT n, rollup(f) AS f FROM (SELECT n, person, funnel_agg(stage, at, spec) AS f FROM event, asked GROUP BY n, person) AS e GROUP BY n) AS p USING (n);
SELECT throws_ok('SELECT funnel_agg(person, stage, at, spec) FROM event, asked', '22023', 'funnels of different specs do not add up', 'two specs in one group');
SELECT is_whole('SELECT a FROM (SELECT funnel_agg(person, stage, at, spec()) AS a, funnel_agg(person, stage, at, funnel_spec(ARRAY[''c'', ''a''])) AS b FROM event) AS x', 'the first of two specs');
SELECT is(b, f, 'the second') FROM (SELECT funnel_agg(person, stage, at, spec()) AS a, funnel_agg(person, stage, at, funnel_spec(ARRAY['c', 'a'])) AS b FROM event) AS x,
    (SELECT rollup(f) FROM (SELECT funnel_agg(stage, at, funnel_spec(ARRAY['c', 'a'])) AS f FROM event GROUP BY person) AS p) AS y (f);
SELECT is_whole('SELECT funnel_agg(person, stage, at, spec()) FROM event WHERE (SELECT entered(funnel_agg(e.person, e.stage, e.at, funnel_spec(ARRAY[''a'']))) FROM event AS e) IS NOT NULL',
                'with another in a subquery');
SELECT is((SELECT array_agg(x) FROM (SELECT funnel_agg(person, stage, at, spec()) = (SELECT f FROM whole), entered(funnel_agg(person, stage, at, funnel_spec(ARRAY['a', 'b'], '2 years'))) FROM event) AS x (a, b) WHERE a AND b[1] > 2000) IS NOT NULL,
          true, 'and the same arguments but for the spec');

-- Parameters.
PREPARE asking(funnel_spec) AS SELECT funnel_agg(person, stage, at, $1) AS f FROM event;
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is_whole('EXECUTE asking(spec())', 'a parameter');
SELECT isnt(answer('EXECUTE asking(funnel_spec(ARRAY[''a'']))'), f::text, 'another one') FROM whole;
SELECT is_whole('EXECUTE asking(spec())', 'and the first again');
SELECT throws_ok('EXECUTE asking(NULL)', '22004', 'spec must not be null', 'a parameter that is null');
SET LOCAL plan_cache_mode = force_custom_plan;
SELECT is_whole('EXECUTE asking(spec())', 'a parameter, of a plan for it');
SELECT throws_ok('EXECUTE asking(NULL)', '22004', 'spec must not be null', 'a constant that is null');
SET LOCAL plan_cache_mode TO DEFAULT;
DEALLOCATE asking;

-- ---------------------------------------------------------------------------
-- Executors
-- ---------------------------------------------------------------------------
CREATE FUNCTION own_files() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT count(*) FROM pg_ls_tmpdir() WHERE name ~ format('^pgsql_tmp%s\.', pg_backend_pid())
$$;
SELECT is(own_files(), 0::bigint, 'no file yet');
CREATE FUNCTION with_settings(settings text[], shows text, label text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    setting text;
    way record;
BEGIN
    FOREACH setting IN ARRAY settings LOOP
        PERFORM set_config(split_part(setting, '=', 1), split_part(setting, '=', 2), true);
    END LOOP;
    FOR way IN SELECT * FROM in_the_same_way LOOP
        RETURN NEXT matches(plan_of(way.many), shows, format('%s, %s: the plan is meant', label, way.label));
        RETURN NEXT is_whole(way.one, format('%s, %s: the whole', label, way.label));
        RETURN NEXT are_parts(way.many, format('%s, %s: parts', label, way.label));
    END LOOP;
    FOREACH setting IN ARRAY settings LOOP
        EXECUTE format('SET LOCAL %s TO DEFAULT', split_part(setting, '=', 1));
    END LOOP;
    SET LOCAL max_parallel_workers_per_gather = 0;
    SET LOCAL parallel_setup_cost = 0;
    SET LOCAL parallel_tuple_cost = 0;
    SET LOCAL min_parallel_table_scan_size = 0;
    RETURN NEXT is(own_files(), 0::bigint, label || ': no file is left');
END
$$;
SELECT with_settings('{enable_sort=off,work_mem=64kB,hash_mem_multiplier=1}', 'HashAggregate', 'hashed, in short memory');
SELECT with_settings('{enable_hashagg=off,work_mem=64kB,hash_mem_multiplier=1}', 'GroupAggregate', 'sorted, in short memory');
SELECT with_settings('{enable_sort=off,max_parallel_workers_per_gather=2}', 'Gather', 'parallel');
SELECT with_settings('{max_parallel_workers_per_gather=2,work_mem=64kB,hash_mem_multiplier=1}', 'Gather', 'parallel, in short memory');
SELECT with_settings('{max_parallel_workers_per_gather=2,parallel_leader_participation=off,enable_hashagg=off}', 'Gather', 'parallel and sorted, without the leader');
-- PostgreSQL 16 gave the setting another name.
SELECT with_settings(ARRAY['max_parallel_workers_per_gather=2', name || '=regress'], 'Gather', 'parallel where it can be')
FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT matches(plan_of(query), 'Finalize Aggregate.*Gather.*Workers Planned: 2.*Partial Aggregate.*Parallel Seq Scan', 'partial: ' || query)
FROM unnest('{"SELECT funnel_agg(person, stage, at, spec()) FROM event","SELECT funnel_agg(stage, at, spec()) FROM event","SELECT funnel_steps(stage, at, spec()) FROM event",
              "SELECT window_funnel(at, spec(), stage = ''a'', stage = ''b'', stage = ''c'') FROM event"}'::text[]) AS query;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE serial AS SELECT part, funnel_steps(stage, at, spec()) AS steps, window_funnel(at, funnel_spec(ARRAY['a', 'b', 'c'], '1 day'), stage = 'a', stage = 'b', stage = 'c') AS level FROM event GROUP BY part;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is((SELECT count(*) FROM serial WHERE cardinality(steps) = 3 AND level = 3), 7::bigint, 'parts have steps and a level');
SELECT results_eq($$SELECT part, funnel_steps(stage, at, spec()), window_funnel(at, funnel_spec(ARRAY['a', 'b', 'c'], '1 day'), stage = 'a', stage = 'b', stage = 'c') FROM event GROUP BY part ORDER BY part$$,
                  'SELECT * FROM serial ORDER BY part', 'which are the same in parallel');

-- Partitions: each aggregated on its own, wholly or in part.
CREATE TABLE divided (LIKE event) PARTITION BY LIST (part);
CREATE TABLE divided_1 PARTITION OF divided FOR VALUES IN (0, 1, 2);
CREATE TABLE divided_2 PARTITION OF divided FOR VALUES IN (3, 4);
CREATE TABLE divided_3 PARTITION OF divided FOR VALUES IN (5, 6);
INSERT INTO divided SELECT * FROM event;
ANALYZE divided;
SET LOCAL enable_partitionwise_aggregate = on;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT matches(plan_of('SELECT part, funnel_agg(person, stage, at, spec()) FROM divided GROUP BY part'), 'Append\n +-> +HashAggregate.*HashAggregate.*HashAggregate', 'partitions have their groups');
SELECT are_parts('SELECT part, funnel_agg(person, stage, at, spec()) FROM divided GROUP BY part', 'which are the same');
SELECT matches(plan_of('SELECT funnel_agg(person, stage, at, spec()) FROM divided'), 'Finalize Aggregate\n +-> +Append\n +-> +Partial Aggregate', 'or parts of the whole');
SELECT is_whole('SELECT funnel_agg(person, stage, at, spec()) FROM divided', 'which is the same');
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT matches(plan_of('SELECT funnel_agg(person, stage, at, spec()) FROM divided'), 'Finalize.*Parallel Append.*Partial Aggregate', 'partitions in parallel');
SELECT is_whole('SELECT funnel_agg(person, stage, at, spec()) FROM divided', 'are the same whole');
SELECT are_parts('SELECT part, funnel_agg(person, stage, at, spec()) FROM divided GROUP BY part', 'and parts');
SET LOCAL enable_partitionwise_aggregate TO DEFAULT;
SELECT matches(plan_of('SELECT funnel_agg(person, stage, at, spec()) FROM divided'), 'Finalize.*Partial Aggregate.*Parallel Append', 'partitions one after the other, in parallel');
SELECT is_whole('SELECT funnel_agg(person, stage, at, spec()) FROM divided', 'are the whole');
SET LOCAL max_parallel_workers_per_gather = 0;

-- Rescans.
SET LOCAL work_mem = '64kB';
SET LOCAL hash_mem_multiplier = 1;
SELECT are_parts('SELECT p, f FROM generate_series(0, 6) AS p, LATERAL (SELECT funnel_agg(person, stage, at, spec()) AS f FROM event WHERE part = p) AS x', 'LATERAL');
SELECT are_parts('SELECT p, (SELECT funnel_agg(person, stage, at, spec()) FROM event WHERE part = p) FROM generate_series(0, 6) AS p', 'a correlated subquery');
SELECT are_parts('SELECT p, f FROM generate_series(0, 6) AS p, LATERAL (SELECT rollup(f) AS f FROM (SELECT funnel_agg(person, stage, at, spec()) AS f FROM event WHERE part = p GROUP BY person % 3) AS y) AS x',
                 'LATERAL over groups');
SELECT is(count(*) FILTER (WHERE f = part.f), 14::bigint, 'groups that are read again and again')
FROM generate_series(1, 2) AS n, LATERAL (SELECT part, funnel_agg(person, stage, at, spec()) AS f FROM event WHERE n > 0 GROUP BY part OFFSET 0) AS x JOIN part USING (part, f);
SELECT is_whole('SELECT f FROM (SELECT part, funnel_agg(person, stage, at, spec()) AS f FROM event, generate_series(1, 2) AS n WHERE n = 1 GROUP BY GROUPING SETS ((part), (person), ())) AS g
                 WHERE entered(f) = (SELECT entered(f) FROM whole)', 'sets of groups in short memory');
-- A limit, which ends an executor early.
SELECT is(count(*), 2::bigint, 'a limit') FROM (SELECT funnel_agg(person, stage, at, spec()) FROM event GROUP BY part LIMIT 2) AS x;
SELECT is(own_files(), 0::bigint, 'no file is left by one of these');

-- A cursor that is closed half way.
DECLARE halfway CURSOR FOR SELECT funnel_agg(person, stage, at, spec()) AS f FROM event;
CREATE FUNCTION fetched() RETURNS funnel LANGUAGE plpgsql AS $$
DECLARE
    c refcursor := 'halfway';
    f funnel;
BEGIN
    FETCH c INTO f;
    RETURN f;
END
$$;
SELECT is(fetched(), f, 'a cursor') FROM whole;
SELECT cmp_ok(own_files(), '>', 0::bigint, 'has a file while it is open');
CLOSE halfway;
SELECT is(own_files(), 0::bigint, 'and none when it is closed');
DECLARE halfway CURSOR FOR SELECT part, funnel_agg(person, stage, at, spec()) AS f FROM event GROUP BY part;
MOVE 2 FROM halfway;
CLOSE halfway;
SELECT is(own_files(), 0::bigint, 'nor has one over groups');

-- An error in the middle.
CREATE FUNCTION fail(at date) RETURNS date LANGUAGE plpgsql AS $$
BEGIN
    RAISE 'files: %', own_files();
END
$$;
SELECT throws_ok('SELECT funnel_agg(person, stage, CASE WHEN n = 15000 THEN fail(at) ELSE at END, spec()) FROM (SELECT *, row_number() OVER () AS n FROM event) AS e', 'P0001', 'files: 1',
                 'an error when events have been stored');
SELECT is(own_files(), 0::bigint, 'takes the file with it');
SELECT throws_ok('SELECT funnel_agg(person, stage, CASE WHEN n = 15000 THEN ''infinity'' ELSE at END, spec()) FROM (SELECT *, row_number() OVER () AS n FROM event WHERE stage < ''e'') AS e', '22008', 'date is infinite',
                 'an error of its own');
SELECT is(own_files(), 0::bigint, 'takes the file, too');
SELECT throws_ok('SELECT funnel_agg(person, stage, at, CASE WHEN n = 15000 THEN funnel_spec(ARRAY[''a'']) ELSE spec() END) FROM (SELECT *, row_number() OVER () AS n FROM event) AS e', '22023', 'funnels of different specs do not add up',
                 'another spec after thousands of rows');
SELECT is(own_files(), 0::bigint, 'takes the file, too');
SELECT is_whole('SELECT funnel_agg(person, stage, at, spec()) FROM event', 'after all that, the whole is the same');
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT throws_ok('SELECT funnel_agg(person, stage, CASE WHEN person = 2998 THEN ''infinity'' ELSE at END, spec()) FROM event', '22008', 'date is infinite', 'an error in a worker');
SELECT is_whole('SELECT funnel_agg(person, stage, at, spec()) FROM event', 'and the whole again');
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL work_mem TO DEFAULT;
SET LOCAL hash_mem_multiplier TO DEFAULT;

-- Memory that is given back.
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
SELECT cmp_ok(grown(100, 'SELECT ' || call || ' FROM (SELECT * FROM event LIMIT 500) AS e'), '<', 3000::bigint, 'called again and again: ' || call)
FROM unnest('{"funnel_agg(person, stage, at, spec())","funnel_agg(person::text, stage, at::timestamp, spec())","funnel_steps(stage, at, spec())",
              "funnel_agg(ARRAY[at], funnel_spec(ARRAY[''a'']))","window_funnel(at, funnel_spec(ARRAY[''a'', ''b'']), stage = ''a'', stage = ''b'')"}'::text[]) AS call;
CREATE FUNCTION looped(calls int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    before bigint;
    least bigint;
    f funnel;
    entered_stage bigint[];
BEGIN
    FOR round IN 1..4 LOOP
        before := used();
        FOR i IN 1..calls LOOP
            SELECT funnel_agg(e.person, e.stage, e.at, spec()) INTO f FROM event AS e WHERE e.person = i % 3;
            entered_stage := entered(f);
        END LOOP;
        least := least(least, used() - before);
    END LOOP;
    RETURN least;
END
$$;
SELECT cmp_ok(looped(100), '<', 3000::bigint, 'in a loop of PL/pgSQL, whose plan is kept');
-- 3000 groups, each a log of its own where they are sorted, take what one does.
CREATE FUNCTION highest(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    f record;
    highest bigint := 0;
    n int := 0;
BEGIN
    FOR f IN EXECUTE query LOOP
        n := n + 1;
        IF n % 500 = 100 THEN
            highest := greatest(highest, (SELECT sum(total_bytes) FROM pg_backend_memory_contexts));
        END IF;
    END LOOP;
    RETURN highest;
END
$$;
SET LOCAL enable_hashagg = off;
SELECT cmp_ok(highest('SELECT person, funnel_agg(person, stage, at, spec()) AS f FROM event GROUP BY person'), '<',
              highest('SELECT person, max(at) AS f FROM event GROUP BY person') + 500000, 'group by group');
SET LOCAL enable_hashagg TO DEFAULT;

SELECT * FROM finish();
ROLLBACK;
