-- The person forms of workforce_agg and retention_agg, and spells_agg: against spells that plain SQL
-- makes of the same contracts, and against a look at every day.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(152);
SET LOCAL jit = off;
SET LOCAL max_parallel_workers_per_gather = 0;

\ir ../../lib/dice.sql

-- Some 8,000 contracts of 2,000 people: renewed, side by side, nested, twice, with breaks of about
-- 30 days, of no day, open, in the future, and some that lack something.
CREATE TABLE contract AS
SELECT CASE WHEN dice(300, person, 10 + i) > 0 THEN person END AS person,
       CASE WHEN dice(200, person, 20 + i) > 0 THEN date '1940-01-01' + dice(20000, person, 3) END AS birth,
       CASE WHEN dice(250, person, 30 + i) > 0 THEN s END AS s,
       CASE dice(9, person, 40 + i) WHEN 0 THEN NULL WHEN 1 THEN 'infinity' WHEN 2 THEN s ELSE s + dice(400, person, 50 + i) END::date AS e,
       (ARRAY['own', 'retirement', 'Åland', 'unknown', 'z', NULL, ''])[1 + dice(7, person, 60 + i)] AS reason,
       CASE WHEN dice(150, person, 70 + i) > 0 THEN (ARRAY[1, 0.75, 0.5, 0.125, 0])[1 + dice(5, person, 80 + i)] END AS fte,
       'unit ' || dice(1 + dice(3, person, 4), person, 90 + i) AS unit, i
FROM (SELECT person, i, date '2016-01-01' + dice(900, person, 5)
             + CASE dice(3, person, 6) WHEN 0 THEN i / 2 * 280 ELSE i * 230 END
             + dice(60, person, 100 + i) AS s
      FROM generate_series(1, 2000) AS person, generate_series(0, dice(8, person, 1)) AS i OFFSET 0) AS x;
-- The same again, of some.
INSERT INTO contract SELECT * FROM contract WHERE dice(20, person, 200 + i) = 0;
CREATE INDEX ON contract (person);
ANALYZE contract;
SELECT cmp_ok(count(*), '>', 7000::bigint, 'there are contracts') FROM contract;
SELECT cmp_ok(count(*), '>', 20::bigint, 'some lack a ' || what)
FROM contract, LATERAL (VALUES ('person', person IS NULL), ('birth', birth IS NULL), ('start', s IS NULL), ('fte', fte IS NULL)) AS v (what, missing)
WHERE missing GROUP BY what ORDER BY what;

-- Spells in plain SQL: a contract begins one if it starts later than the gap after all before it.
CREATE FUNCTION islands(by_unit boolean, gap interval, needs text) RETURNS
    TABLE (unit text, person int, birth date, s date, e date, reason text, spell bigint) LANGUAGE sql AS $$
    WITH c AS (
        SELECT CASE WHEN by_unit THEN unit ELSE 'all' END AS unit, person, birth, s, coalesce(e, 'infinity') AS e,
               CASE WHEN coalesce(e, 'infinity') < 'infinity' THEN coalesce(reason, 'unknown') END AS reason
        FROM contract
        WHERE s IS NOT NULL AND (needs !~ 'p' OR person IS NOT NULL) AND (needs !~ 'b' OR birth IS NOT NULL) AND (needs !~ 'f' OR fte IS NOT NULL)),
    marked AS (
        SELECT *, s > max(e) OVER w + CASE WHEN max(e) OVER w < 'infinity' THEN gap ELSE '0' END IS NOT FALSE AS begins
        FROM c WINDOW w AS (PARTITION BY unit, person ORDER BY s, e ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
    numbered AS (
        SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY unit, person ORDER BY s, e ROWS UNBOUNDED PRECEDING) AS spell
        FROM marked)
    SELECT unit, person, min(birth), min(s), nullif(max(e), 'infinity'),
           (array_agg(reason ORDER BY e DESC, s, reason COLLATE "C"))[1], spell
    FROM numbered GROUP BY unit, person, spell
$$;

-- ---------------------------------------------------------------------------
-- spells_agg
-- ---------------------------------------------------------------------------
CREATE FUNCTION test_spells(gap interval) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT bag_eq(format('SELECT person, s.start_date, s.end_date, s.reason FROM (SELECT person, spells_agg(s, e, reason, %L) AS a FROM contract WHERE person IS NOT NULL GROUP BY person) AS x, unnest(a) AS s', gap),
                       format('SELECT person, s, e, reason FROM islands(false, %L, ''p'')', gap), 'spells of contracts at most ' || gap || ' apart');
    RETURN NEXT bag_eq(format('SELECT unit, person, s.start_date, s.end_date, s.reason FROM (SELECT unit, person, spells_agg(s, e, reason, fte, %L) AS a FROM contract WHERE person IS NOT NULL GROUP BY unit, person) AS x, unnest(a) AS s', gap),
                       format('SELECT unit, person, s, e, reason FROM islands(true, %L, ''pf'')', gap), 'in units, of those with an FTE, ' || gap);
END
$$;
SELECT test_spells(gap::interval) FROM unnest('{0 days,30 days,1 month,1 month 3 days,400 days}'::text[]) AS gap;
SELECT cmp_ok(a.n, '<', b.n, 'gaps matter: ' || a.n || ' spells, ' || b.n) FROM (SELECT count(*) AS n FROM islands(false, '30 days', 'p')) AS a, (SELECT count(*) AS n FROM islands(false, '0 days', 'p')) AS b;
SELECT is(count(*), (SELECT count(*) FROM islands(false, '30 days', 'p')), 'spells come in order')
FROM (SELECT person, spells_agg(s, e, reason, '30 days') AS a FROM contract WHERE person IS NOT NULL GROUP BY person) AS x, generate_subscripts(a, 1) AS i
WHERE i = 1 OR a[i].start_date > a[i - 1].end_date;
-- FTE of every day, and stretches of which no two are alike.
CREATE TABLE joined AS SELECT person, s FROM (SELECT person, spells_agg(s, e, reason, fte, '30 days') AS a FROM contract WHERE person <= 100 GROUP BY person) AS x, unnest(a) AS s;
SELECT is(count(*), 0::bigint, 'the FTE of every day is the sum over its contracts')
FROM joined AS j, generate_series((s).start_date - 1, least((s).end_date, '2023-01-01') + 1, interval '1 day') AS d (at), LATERAL (SELECT d.at::date AS day) AS x
WHERE fte_on(s, day) <> CASE WHEN day >= (s).start_date AND (day < (s).end_date OR (s).end_date IS NULL)
                             THEN (SELECT coalesce(sum(fte), 0) FROM contract AS c WHERE c.person = j.person AND c.s <= day AND (c.e > day OR c.e IS NULL) AND c.fte IS NOT NULL) ELSE 0 END;
SELECT is(count(*), 0::bigint, 'stretches: the first from the first day, each later than the one before, and other')
FROM joined, generate_subscripts((s).fte, 1) AS i
WHERE CASE WHEN i = 1 THEN (s).fte_from[i] <> (s).start_date ELSE (s).fte_from[i] <= (s).fte_from[i - 1] OR (s).fte[i] = (s).fte[i - 1] OR (s).fte_from[i] >= (s).end_date END
   OR array_length((s).fte, 1) <> array_length((s).fte_from, 1);
SELECT cmp_ok(count(*), '>', 50::bigint, 'many have several') FROM joined WHERE cardinality((s).fte) > 2;
SELECT is(spells_agg(s, e, reason, fte, '30 days'), spells_agg(s, e, reason, fte::float8, '30 days'), 'numeric and float8 are the same')
FROM contract WHERE person = 7;
SELECT is(spells_agg(s, e, reason, fte, '30 days' ORDER BY s), spells_agg(s, e, reason, fte, '30 days' ORDER BY e DESC, reason, fte), 'in any order')
FROM contract WHERE person BETWEEN 8 AND 500;
SELECT is(spells_agg(s, e, reason, '0 days'), NULL, 'no rows have no spells') FROM contract WHERE false;
SELECT is(spells_agg(NULL, e, reason, '0 days'), '{}', 'rows without a start have none') FROM contract;
SELECT is(spells_agg(s, NULL, 'why', '0 days'), ARRAY[('2020-01-01', NULL, NULL, NULL, NULL)]::spell[], 'who is still there has no reason to leave') FROM (VALUES (date '2020-01-01')) AS v (s);
SELECT is(spells_agg(s, e, 'why', NULL::numeric, '0 days'), '{}', 'nor have those without an FTE, where it counts') FROM (VALUES (date '2020-01-01', date '2021-01-01')) AS v (s, e);
SELECT is(spells_agg(s, s, NULL, 0.5, '0 days'), ARRAY[('2020-01-01', '2020-01-01', 'unknown', '{2020-01-01}', '{1.000}')]::spell[], 'of no day') FROM (VALUES (date '2020-01-01'), ('2020-01-01')) AS v (s);
SELECT is(spells_agg(s, s + 9, r, fte, '0 days'), ARRAY[('2020-01-01', '2020-01-10', r1, '{2020-01-01}', '{1.500}')]::spell[], 'of equal contracts the smaller reason in the order of bytes: ' || r1)
FROM (VALUES ('b', 'B', 'B'), (NULL, 'v', 'unknown'), (NULL, 'u', 'u'), ('å', 'z', 'z'), ('a', 'ab', 'a'), ('', 'a', '')) AS v (one, other, r1), LATERAL (VALUES (date '2020-01-01', one, 1), ('2020-01-01', other, 0.5)) AS c (s, r, fte) GROUP BY one, other, r1;
SELECT is((spells_agg(s::date, e::date, r, '0 days'))[1].reason, 'first', 'of those that end on one day the one that begins first')
FROM (VALUES ('2020-01-01', '2021-01-01', 'first'), ('2020-03-01', '2021-01-01', 'a'), ('2020-01-01', '2020-12-31', 'b')) AS v (s, e, r);
SELECT is(fte_on(s, day::date), v.fte, 'fte_on ' || day)
FROM (SELECT spells_agg(s::date, e::date, NULL, fte, '30 days') FROM (VALUES ('2020-01-01', '2020-02-01', 1), ('2020-02-11', '2020-03-01', 0.5), ('2020-02-20', '2020-02-25', 0.25)) AS v (s, e, fte)) AS x (a), unnest(a) AS s,
     (VALUES ('2019-12-31', 0), ('2020-01-01', 1), ('2020-01-31', 1), ('2020-02-01', 0), ('2020-02-10', 0), ('2020-02-11', 0.5), ('2020-02-20', 0.75), ('2020-02-25', 0.5), ('2020-02-29', 0.5), ('2020-03-01', 0), ('infinity', 0), ('-infinity', 0)) AS v (day, fte);
SELECT is(fte_on(s, '2020-01-01'), NULL, 'where no FTE was given') FROM unnest((SELECT spells_agg('2019-01-01', NULL, NULL, '0 days'))) AS s;
SELECT is(fte_on(s, '2020-01-01'), NULL, 'or what is there is no spell of spells_agg: ' || s::text)
FROM (VALUES (ROW('2019-01-01', NULL, NULL, '{}', '{}')::spell), (ROW('2019-01-01', NULL, NULL, '{2019-01-01}', '{}')::spell), (ROW('2019-01-01', NULL, NULL, '{2019-01-01}', '{NULL}')::spell),
             (ROW(NULL, NULL, NULL, NULL, '{1}')::spell)) AS v (s);
SELECT is(fte_on(s, '2020-01-01'), 0::numeric, 'with a day that is not there') FROM (VALUES (ROW('2019-01-01', NULL, NULL, '{NULL}', '{1}')::spell)) AS v (s);

-- ---------------------------------------------------------------------------
-- retention_agg and workforce_agg: as the row forms say of these spells
-- ---------------------------------------------------------------------------
CREATE FUNCTION test_periods(observed daterange, gap interval) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    label text := format('%s, %s', observed, gap);
BEGIN
    RETURN NEXT bag_eq(format('SELECT unit, r::jsonb - ''skipped'' FROM (SELECT unit, retention_agg(person, s, e, reason, %L, %L) AS r FROM contract GROUP BY GROUPING SETS (unit, ())) AS x', observed, gap),
                       format('SELECT CASE WHEN by_unit THEN unit END, r::jsonb - ''skipped'' FROM (SELECT by_unit, unit, retention_agg(s, e, reason, %L) AS r FROM unnest(''{t,f}''::boolean[]) AS by_unit, islands(by_unit, %L, ''p'') GROUP BY by_unit, unit) AS x', observed, gap),
                       'retention of units and all: ' || label);
    RETURN NEXT bag_eq(format('SELECT unit, w::jsonb - ''skipped'' FROM (SELECT unit, workforce_agg(person, birth, s, e, reason, %L, %L) AS w FROM contract GROUP BY GROUPING SETS (unit, ())) AS x', observed, gap),
                       format('SELECT CASE WHEN by_unit THEN unit END, w::jsonb - ''skipped'' FROM (SELECT by_unit, unit, workforce_agg(birth, s, e, reason, %L) AS w FROM unnest(''{t,f}''::boolean[]) AS by_unit, islands(by_unit, %L, ''pb'') GROUP BY by_unit, unit) AS x', observed, gap),
                       'workforce of units and all: ' || label);
    -- the FTE of the last day, with what is seen of a spell but for its FTE as without
    RETURN NEXT bag_eq(format('SELECT unit, w::jsonb - ''{skipped,hires_fte,opening_fte,first_day_fte}''::text[] FROM (SELECT unit, workforce_agg(person, birth, s, e, reason, %L, fte, %L) AS w FROM contract GROUP BY GROUPING SETS (unit, ())) AS x', observed, gap),
                       format('SELECT unit, w::jsonb - ''{skipped,hires_fte,opening_fte,first_day_fte}''::text[] FROM (SELECT unit, workforce_agg(birth, s.start_date, s.end_date, s.reason, %1$L, fte_on(s, upper(%1$L::daterange) - 1)) AS w
                               FROM (SELECT unit, person, min(birth) AS birth, spells_agg(s, e, reason, fte, %2$L) AS a FROM contract WHERE person IS NOT NULL AND birth IS NOT NULL GROUP BY GROUPING SETS ((unit, person), person)) AS x, unnest(a) AS s GROUP BY unit) AS x', observed, gap),
                       'with the FTE of the last day, by spells_agg: ' || label);
    -- and that of the first day seen
    RETURN NEXT bag_eq(format('SELECT unit, (j -> ''hires_fte'')::text || (j -> ''opening_fte'')::text || (j -> ''first_day_fte'')::text FROM (SELECT unit, workforce_agg(person, birth, s, e, reason, %L, fte::float8, %L)::jsonb AS j FROM contract GROUP BY GROUPING SETS (unit, ())) AS x', observed, gap),
                       format('SELECT unit, (j -> ''hires_fte'')::text || (j -> ''opening_fte'')::text || (j -> ''first_day_fte'')::text FROM (SELECT unit, (workforce_agg(birth, s.start_date, s.end_date, s.reason, %1$L,
                                   CASE WHEN s.start_date = s.end_date THEN s.fte[1] ELSE fte_on(s, greatest(s.start_date, lower(%1$L::daterange))) END))::jsonb AS j
                               FROM (SELECT unit, person, min(birth) AS birth, spells_agg(s, e, reason, fte, %2$L) AS a FROM contract WHERE person IS NOT NULL AND birth IS NOT NULL GROUP BY GROUPING SETS ((unit, person), person)) AS x, unnest(a) AS s GROUP BY unit) AS x', observed, gap),
                       'and of the first day seen: ' || label);
END
$$;
SELECT test_periods(observed::daterange, gap::interval)
FROM unnest(ARRAY['[2018-01-01,2019-01-01)', '[2017-05-17,2020-03-01)', '[2016-01-01,2023-01-01)', '(,2018-07-01)', '[2019-12-31,2020-01-01)']) AS observed,
     unnest('{0 days,30 days,1 month}'::text[]) AS gap;
SELECT is(skipped(retention_agg(person, s, e, reason, '[2018-01-01,2019-01-01)', '0 days')), count(*) FILTER (WHERE person IS NULL OR s IS NULL), 'retention: what is skipped') FROM contract;
SELECT is(skipped(workforce_agg(person, birth, s, e, reason, '[2018-01-01,2019-01-01)', '0 days')), count(*) FILTER (WHERE person IS NULL OR s IS NULL OR birth IS NULL), 'workforce: what is skipped') FROM contract;
SELECT is(skipped(workforce_agg(person, birth, s, e, reason, '[2018-01-01,2019-01-01)', fte, '0 days')), count(*) FILTER (WHERE person IS NULL OR s IS NULL OR birth IS NULL OR fte IS NULL), 'with FTE: what is skipped') FROM contract;

-- People who are named otherwise.
SELECT unnest(ARRAY[is(retention_agg(p, s, e, reason, '[2018-01-01,2019-01-01)', '30 days'), retention_agg(md5(p::text)::uuid, s, e, reason, '[2018-01-01,2019-01-01)', '30 days'), 'uuids'),
       is(retention_agg(p, s, e, reason, '[2018-01-01,2019-01-01)', '30 days'), retention_agg('person ' || p, s, e, reason, '[2018-01-01,2019-01-01)', '30 days'), 'texts'),
       is(workforce_agg(p, birth, s, e, reason, '[2018-01-01,2019-01-01)', fte, '30 days'), workforce_agg(md5(p::text)::uuid, birth, s, e, reason, '[2018-01-01,2019-01-01)', fte, '30 days'), 'workforce of uuids'),
       is(workforce_agg(p, birth, s, e, reason, '[2018-01-01,2019-01-01)', fte, '30 days'), workforce_agg('person ' || p, birth, s, e, reason, '[2018-01-01,2019-01-01)', fte::float8, '30 days'), 'workforce of texts'),
       is(workforce_agg(p, birth, s, e, reason, '[2018-01-01,2019-01-01)', '30 days'), workforce_agg(md5(p::text)::uuid, birth, s, e, reason, '[2018-01-01,2019-01-01)', '30 days'), 'workforce of uuids, without FTE'),
       is(workforce_agg(p, birth, s, e, reason, '[2018-01-01,2019-01-01)', '30 days'), workforce_agg('person ' || p, birth, s, e, reason, '[2018-01-01,2019-01-01)', '30 days'), 'workforce of texts, without FTE')])
FROM (SELECT *, person::bigint AS p FROM contract) AS c;

-- Who has one contract is as the row form has him.
SELECT is(workforce_agg(i, date '1970-01-01' + i, s, e, reason, '[2018-01-01,2019-01-01)', fte, '0 days'), workforce_agg(date '1970-01-01' + i, s, e, reason, '[2018-01-01,2019-01-01)', fte), 'one contract each: the row form')
FROM (SELECT row_number() OVER ()::int AS i, s, e, reason, fte FROM contract) AS c;

-- ---------------------------------------------------------------------------
-- Corners
-- ---------------------------------------------------------------------------
CREATE FUNCTION seen(contracts text, observed daterange, gap interval) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE format('SELECT concat_ws('' '', spells(r), exits(r), (SELECT string_agg(reason, '','' ORDER BY reason) FROM jsonb_object_keys(r::jsonb -> ''exits'') AS reason), (r::jsonb -> ''censored'')::text)
                    FROM (SELECT retention_agg(1, s::date, e::date, reason, %L, %L) AS r FROM (VALUES %s) AS v (s, e, reason)) AS x', observed, gap, contracts) INTO answer;
    RETURN answer;
END
$$;
SELECT is(seen(contracts, '[2020-01-01,2021-01-01)', gap::interval), expected, label)
FROM (VALUES
    ($$('2020-02-01', '2021-01-01', 'own')$$, '0 days', '1 1 own {}', 'who leaves on as_of has left'),
    ($$('2020-02-01', '2021-01-01', 'own'), ('2021-01-01', NULL, NULL)$$, '0 days', '1 0 {"335": 1}', 'unless the next contract goes on'),
    ($$('2020-02-01', '2021-01-01', 'own'), ('2021-01-31', NULL, NULL)$$, '30 days', '1 0 {"335": 1}', 'after a gap that is open on as_of'),
    ($$('2020-02-01', '2021-01-01', 'own'), ('2021-02-01', NULL, NULL)$$, '30 days', '1 1 own {}', 'and no longer'),
    ($$('2020-02-01', '2020-12-20', 'own'), ('2021-01-19', '2021-01-19', 'z')$$, '30 days', '1 0 {"335": 1}', 'a gap that began before as_of is bridged'),
    ($$('2020-02-01', '2020-12-20', 'own'), ('2021-01-20', '2021-01-21', 'z')$$, '30 days', '1 1 own {}', 'or not'),
    ($$('2020-02-01', '2021-01-01', 'own'), ('2021-01-01', '2021-01-01', 'z')$$, '0 days', '1 1 own {}', 'a contract of no day on as_of says no other reason, since it begins later'),
    ($$('2020-02-01', '2020-12-31', 'own'), ('2021-01-01', '2021-01-01', 'z')$$, '1 day', '1 1 z {}', 'but goes on a spell to as_of'),
    ($$('2021-01-01', NULL, NULL)$$, '400 days', '0 0 {}', 'who comes on as_of is not seen'),
    ($$('2018-01-01', '2019-12-15', 'own'), ('2021-06-01', NULL, NULL)$$, '30 days', '0 0 {}', 'nor who left before'),
    ($$('2018-01-01', '2019-12-15', 'own'), ('2020-01-14', '2020-03-01', 'z')$$, '30 days', '1 1 z {}', 'who was in a gap on the first day was there'),
    ($$('2018-01-01', '2019-12-15', 'own'), ('2020-01-15', '2020-03-01', 'z')$$, '30 days', '1 1 z {}', 'or came later'),
    ($$('2018-01-01', '2019-12-15', 'own'), ('2022-01-14', NULL, NULL)$$, '3 years', '1 0 {"1096": 1}', 'a gap can hold the whole period'),
    ($$('2020-01-31', '2020-01-31', 'own'), ('2020-02-29', '2020-02-29', 'z')$$, '1 month', '1 1 z {}', 'a month after the 31st is the last of the next')
) AS v (contracts, gap, expected, label);
SELECT is((SELECT count(*) FROM jsonb_object_keys(r::jsonb -> 'late_entries')), n::bigint, label)
FROM (VALUES (date '2020-01-14', 1, 'who was in a gap on the first day enters late'), ('2020-01-15', 0, 'who was not comes new')) AS v (s, n, label),
     LATERAL (SELECT retention_agg(1, x.s, x.e, NULL, '[2020-01-01,2021-01-01)', '30 days') FROM (VALUES (date '2018-01-01', date '2019-12-15'), (v.s, NULL)) AS x (s, e)) AS y (r);
-- Ten posts with a contract a year.
SELECT is(concat_ws(' ', headcount(w), hires(w), exits(w), fte(w)), '10 0 0 7.500', 'ten people whose contracts follow each other')
FROM (SELECT workforce_agg(i, '1980-01-01', make_date(y, 1, 1), make_date(y + 1, 1, 1), 'end of contract', '[2020-01-01,2023-01-01)', 0.75, '0 days')
      FROM generate_series(1, 10) AS i, generate_series(2018, 2025) AS y) AS x (w);
SELECT is(concat_ws(' ', headcount(w), fte(w)), '1 2.000', 'the same row twice is one person, and its FTE twice')
FROM (SELECT workforce_agg(1, '1980-01-01', '2019-01-01', NULL, NULL, '[2020-01-01,2021-01-01)', 1.0, '0 days') FROM generate_series(1, 2)) AS x (w);
SELECT is(concat_ws(' ', headcount(w), fte(w)), '1 0.000', 'in a gap one is there, and works nothing')
FROM (SELECT workforce_agg(1, '1980-01-01', s, e, NULL, '[2020-01-01,2021-01-01)', 1.0, '30 days') FROM (VALUES (date '2019-01-01', date '2020-12-20'), ('2021-01-10', NULL)) AS v (s, e)) AS x (w);
-- Birth dates of contracts that are not looked at.
SELECT is(headcount(workforce_agg(1, birth, s, NULL, NULL, '[2020-01-01,2021-01-01)', '0 days')), 1::bigint, 'a contract that begins on as_of has no say about the birth date')
FROM (VALUES (date '1980-01-01', date '2019-01-01'), ('1981-01-01', '2021-01-01'), ('1982-01-01', '2022-01-01')) AS v (birth, s);
SELECT throws_ok($$SELECT workforce_agg(1, birth, s, e, NULL, '[2020-01-01,2021-01-01)', '0 days') FROM (VALUES (date '1980-01-01', date '2019-01-01', NULL), ('1981-01-01', '2010-01-01', date '2011-01-01')) AS v (birth, s, e)$$,
                 '22000', 'person has two birth dates', 'one that ended before the period has');

-- Periods that follow each other add up, whatever contracts cross their bounds. (As intervals 30 days
-- and a month are equal, so they make groups as texts.)
CREATE FUNCTION total(w workforce, kind text) RETURNS bigint LANGUAGE sql AS $$
    SELECT coalesce(sum(CASE WHEN jsonb_typeof(value) = 'object' THEN (SELECT sum(n::bigint) FROM jsonb_each_text(value) AS r (age, n)) ELSE (value #>> '{}')::bigint END), 0)::bigint
    FROM jsonb_each(w::jsonb -> kind)
$$;
CREATE TABLE years AS
SELECT y, gap, workforce_agg(person, birth, s, e, reason, daterange(make_date(y, 3, 1), make_date(y + 1, 3, 1)), fte, gap::interval) AS w
FROM contract, generate_series(2016, 2021) AS y, unnest('{0 days,30 days,1 month}'::text[]) AS gap GROUP BY y, gap;
SELECT is(count(*) FILTER (WHERE total(a.w, 'stock') = total(b.w, 'opening')), 15::bigint, 'who is carried over the end of a year opens the next') FROM years AS a JOIN years AS b ON b.y = a.y + 1 AND b.gap = a.gap;
SELECT is(count(*) FILTER (WHERE sums.hires = total(w, 'hires') AND sums.exits = total(w, 'exits')), 3::bigint, 'the hires and leavers of the years are those of all')
FROM (SELECT gap, sum(hires(w)) AS hires, sum(exits(w)) AS exits FROM years GROUP BY gap) AS sums
JOIN (SELECT gap, workforce_agg(person, birth, s, e, reason, '[2016-03-01,2022-03-01)', fte, gap::interval) AS w FROM contract, unnest('{0 days,30 days,1 month}'::text[]) AS gap GROUP BY gap) AS x USING (gap);

-- ---------------------------------------------------------------------------
-- Groups and totals
-- ---------------------------------------------------------------------------
CREATE TABLE staff AS
SELECT unit, grouping(unit) = 1 AS total, workforce_agg(person, birth, s, e, reason, '[2018-01-01,2019-01-01)', '30 days') AS w
FROM contract GROUP BY GROUPING SETS (unit, ());
CREATE TABLE ends AS
SELECT by_unit, unit, person, s, e FROM unnest('{t,f}'::boolean[]) AS by_unit, islands(by_unit, '30 days', 'pb') WHERE e > '2018-01-01' AND e <= '2019-01-01' AND s < '2019-01-01'
UNION ALL SELECT by_unit, unit, person, s, e FROM unnest('{t,f}'::boolean[]) AS by_unit, islands(by_unit, '30 days', 'pb') WHERE s = e AND s >= '2018-01-01' AND e = '2018-01-01';
-- Of those who leave a group some leave all on that day, one for each; the others move.
CREATE TABLE moves AS
SELECT count(*) - count(DISTINCT (t.person, t.e)) FILTER (WHERE t.by_unit = false) AS n
FROM ends AS g LEFT JOIN ends AS t ON NOT t.by_unit AND t.person = g.person AND t.e = g.e WHERE g.by_unit;
SELECT cmp_ok(n, '>', 50::bigint, 'there are moves') FROM moves;
SELECT is((SELECT exits(w) FROM staff WHERE total) + (SELECT n FROM moves), (SELECT sum(exits(w))::bigint FROM staff WHERE NOT total),
          'the leavers of all and the moves out of groups are the leavers of groups');
SELECT cmp_ok((SELECT headcount(w) FROM staff WHERE total), '<', (SELECT sum(headcount(w))::bigint FROM staff WHERE NOT total), 'who is in two units is one person in all');
SELECT cmp_ok((SELECT exits(w) FROM staff WHERE total), '<', (SELECT exits(rollup(w)) FROM staff WHERE NOT total), 'a rollup adds up what it is given');
-- Anybody can write a row of the type: stretches that no spell has say nothing.
SELECT is(fte_on(row('2020-01-01', NULL, NULL, days, '{1,2}')::spell, '2021-06-01'), NULL, 'stretches: ' || label)
FROM (VALUES ('{2021-01-01,2020-01-01}'::date[], 'days that go back'), ('{2020-01-01,2020-01-01}', 'a day twice'),
             ('{2020-01-01}', 'fewer days than FTE')) AS v (days, label);

SELECT * FROM finish();
ROLLBACK;
