-- What holds for every mobility, whatever the data: the sum over parts is the
-- whole, byte for byte, also in parallel; periods that follow each other have
-- every move once; what goes out comes back in; what the functions say fits
-- together.  Memory, files and plans are the matter of mobility_aggregate.sql.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(147);

\ir ../../lib/dice.sql
\ir ../../lib/plans.sql

-- 60,000 spells of 15,000 people, who belong to one region and one cohort each, in
-- an order that says nothing.  Nobody has two that begin on one day, so where
-- somebody is does not depend on where the observation ends.
CREATE TABLE spell AS
SELECT person, CASE WHEN u <> 1 THEN start_date END AS start_date,
       CASE WHEN dice(9, person, 300 + i) = 0 THEN NULL WHEN dice(30, person, 300 + i) = 1 THEN 'infinity' ELSE start_date + length END AS end_date,
       CASE WHEN dice(12, person, 400 + i) > 0 THEN 'unit ' || dice(1 + dice(15, person, 2), i, person) END AS state,
       dice(21, person, 1) AS region, dice(1 + dice(60, person, 3), person, 4) AS cohort, lot
FROM (SELECT person, i, dice(400, person, 500 + i) AS u, dice(1000000, person, 600 + i) AS lot,
             date '2014-01-01' + dice(900, person, 5) + i * 310 + dice(300, person, 700 + i) AS start_date,
             CASE WHEN dice(3, person, 800 + i) = 0 THEN dice(60, person, 900 + i) ELSE dice(800, person, 900 + i) END AS length
      FROM generate_series(1, 15000) AS person, generate_series(1, 1 + dice(7, person, 6)) AS i OFFSET 0) AS e
ORDER BY lot;
-- Half of the spells that end do so on the day on which the next one begins.
UPDATE spell SET end_date = next_date
FROM (SELECT ctid AS its, person, end_date AS its_end, lead(start_date) OVER (PARTITION BY person ORDER BY start_date) AS next_date, lot AS its_lot FROM spell WHERE start_date IS NOT NULL) AS n
WHERE spell.ctid = its AND next_date IS NOT NULL AND lot % 2 = 0;
CREATE TABLE shuffled AS SELECT * FROM spell ORDER BY lot, person;
DROP TABLE spell;
ALTER TABLE shuffled RENAME TO spell;
ALTER TABLE spell SET (parallel_workers = 4);
ANALYZE spell;

SET LOCAL jit = off;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 0;

-- Two summaries: of units by number of person; and of others by name, in another
-- period.
CREATE FUNCTION observed() RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '[2016-03-10,2020-02-29)'::daterange $$;
CREATE FUNCTION other() RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '[2015-06-01,2017-12-24)'::daterange $$;
\set m 'mobility_agg(person, state, start_date, end_date, observed()) AS m'
\set u 'mobility_agg(''person '' || person, left(state, 6), start_date, end_date, other()) AS u'
\set mu :m ', ' :u
\set whole 'SELECT ' :mu ' FROM spell'

-- The cells of a summary.
CREATE FUNCTION kinds() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '{opening,entered,moved,left,censored,resumed}'::text[] $$;
CREATE FUNCTION cells(m mobility) RETURNS TABLE (kind text, a text, b text, t int, n bigint) LANGUAGE sql IMMUTABLE AS $$
    SELECT kind, s.a, NULL::text, t::int, n::bigint
    FROM (SELECT m::jsonb) AS j (j), unnest(kinds()) AS kind, jsonb_each(j -> kind) AS s (a, days), jsonb_each_text(days) AS d (t, n) WHERE kind <> 'moved'
    UNION ALL
    SELECT 'moved', s.a, o.b, t::int, n::bigint
    FROM jsonb_each(m::jsonb -> 'moved') AS s (a, others), jsonb_each(others) AS o (b, days), jsonb_each_text(days) AS d (t, n)
$$;

-- The whole, serial, in physical order.
SET LOCAL work_mem = '64MB';
CREATE TABLE whole AS :whole;
SET LOCAL work_mem TO DEFAULT;
SELECT is(count(*), 6::bigint, 'there is of everything') FROM (SELECT kind FROM whole, cells(m) GROUP BY kind HAVING sum(n) > 800) AS x;
SELECT is(count(*), 6::bigint, 'and in the other one') FROM (SELECT kind FROM whole, cells(u) GROUP BY kind HAVING sum(n) > 300) AS x;
SELECT is(format('%s %s', skipped(m), skipped(u)), (SELECT format('%1$s %1$s', count(*)) FROM spell WHERE start_date IS NULL), 'rows that lack something are skipped and counted') FROM whole;
SELECT cmp_ok(skipped(m), '>', 100::bigint, 'and there are some') FROM whole;

-- Any order of rows.
SELECT is_whole(format('SELECT mobility_agg(person, state, start_date, end_date, observed() ORDER BY %1$s), mobility_agg(md5(person::text)::uuid, left(state, 6), start_date, end_date, other() ORDER BY %1$s) FROM spell', key),
                'rows by ' || key)
FROM unnest('{lot DESC,person,person DESC,start_date,start_date DESC,end_date,state,state DESC}'::text[]) AS key;

-- Any partition that keeps people together, nested or not.
SELECT is_whole(format('SELECT rollup(m), rollup(u) FROM (SELECT %s FROM spell GROUP BY %s) AS parts', :'mu', key), 'rollup by ' || key)
FROM unnest(ARRAY['region', 'region, cohort', 'person % 1000', 'person', 'person < 7']) AS key;
SELECT is_whole(format('SELECT rollup(m), rollup(u)
                        FROM (SELECT rollup(m) AS m, rollup(u) AS u FROM (SELECT region, cohort, %s FROM spell GROUP BY region, cohort ORDER BY dice(1000, region, cohort)) AS parts
                              GROUP BY (region * 7 + cohort) %% 5) AS larger', :'mu'), 'rollup of rollups');
SELECT is_whole(format('SELECT rollup(m), rollup(u) FROM (SELECT %s FROM spell GROUP BY region UNION ALL SELECT NULL, NULL UNION ALL SELECT NULL, NULL) AS parts', :'mu'), 'rollup of some nulls');

-- Any number of workers; in little memory, too.
SELECT is_whole_parallel(n, :'whole', n || ' workers') FROM unnest('{1,2,4}'::int[]) AS n;
SET LOCAL work_mem = '64kB';
SELECT is_whole_parallel(n, :'whole', n || ' workers in little memory') FROM unnest('{1,4}'::int[]) AS n;
SET LOCAL work_mem TO DEFAULT;

CREATE TABLE parts AS SELECT region, cohort, :mu FROM spell GROUP BY region, cohort;
ALTER TABLE parts SET (parallel_workers = 2);
ANALYZE parts;
SELECT is_whole_parallel(2, 'SELECT rollup(m), rollup(u) FROM parts', 'rollup with 2 workers');

-- Of no rows, nothing; of rows that say nothing, a summary of nobody.
SELECT ok(mobility_agg(person, state, start_date, end_date, observed()) IS NULL AND mobility_agg(person::text, state, start_date, end_date, observed()) IS NULL
          AND mobility_agg(md5(person::text)::uuid, state, start_date, end_date, observed()) IS NULL, 'no rows give null') FROM spell WHERE false;
SELECT ok(rollup(m) IS NULL, 'a rollup of no rows is null') FROM parts WHERE false;
SELECT ok(rollup(NULL::mobility) IS NULL, 'a rollup of nulls is null') FROM parts;
SELECT is(format('%s %s', skipped(m), (SELECT count(*) FROM cells(m))), expected, label)
FROM (VALUES ((SELECT mobility_agg(NULL::bigint, 'a', date '2018-01-01', NULL, observed())), '1 0', 'a row without a person is skipped'),
             ((SELECT mobility_agg(1, 'a', NULL, '2018-01-01', observed())), '1 0', 'one without a start'),
             ((SELECT mobility_agg(NULL::uuid, NULL, NULL, NULL, observed())), '1 0', 'one without anything'),
             ((SELECT mobility_agg(NULL::text, NULL, NULL, NULL, observed())), '1 0', 'by name as well'),
             ((SELECT mobility_agg(1, NULL, date '2018-01-01', NULL, observed())), '0 0', 'one without a state is of somebody, unknown where'),
             ((SELECT mobility_agg(1, 'a', date '2018-01-01', '2018-01-01', observed())), '0 0', 'one of no day is of nobody'),
             ((SELECT mobility_agg(1, 'a', date '2020-03-01', NULL, observed())), '0 0', 'nor has begun what begins after the end'),
             ((SELECT mobility_agg(1, 'a', date '1999-01-01', '2016-03-10', observed())), '0 0', 'nor lasted what ended before'),
             ((SELECT mobility_agg(1, 'a', date '2020-02-29', NULL, observed())), '0 0', 'nor what begins on as_of'),
             ((SELECT mobility_agg(1, 'a', date '2020-02-28', NULL, observed())), '0 1', 'on the last day it has')) AS v (m, expected, label);
SELECT ok(skipped(NULL::mobility) IS NULL AND NOT EXISTS (SELECT FROM mobility_flows(NULL)) AND NOT EXISTS (SELECT FROM mobility_headcount(NULL))
          AND NOT EXISTS (SELECT FROM mobility_matrix(NULL)) AND NOT EXISTS (SELECT FROM mobility_project(NULL)), 'of null there is nothing');
SELECT ok(NOT EXISTS (SELECT FROM mobility_flows(m)) AND NOT EXISTS (SELECT FROM mobility_headcount(m)) AND NOT EXISTS (SELECT FROM mobility_matrix(m))
          AND NOT EXISTS (SELECT FROM mobility_project(m)), 'of nobody there are no rows') FROM (SELECT mobility_agg(1, NULL, date '2018-01-01', NULL, observed()) AS m) AS x;

-- Two periods do not go together.
SELECT throws_ok(format('SELECT mobility_agg(%s, state, start_date, end_date, CASE WHEN lot %% 2 = 0 THEN observed() ELSE other() END) FROM spell', person), '22023', NULL, 'two periods: ' || person)
FROM unnest('{person,person::text,md5(person::text)::uuid}'::text[]) AS person;
SELECT throws_ok('SELECT rollup(x) FROM whole, LATERAL (VALUES (m), (u)) AS v (x)', '22023', NULL, 'nor do their summaries');
SELECT is((SELECT count(DISTINCT m) FROM (SELECT mobility_agg(person, state, start_date, end_date, o) AS m FROM spell, unnest(ARRAY[observed(), other()]) AS o WHERE person < 300 GROUP BY o) AS x), 2::bigint, 'in groups of their own they do');
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT throws_ok('SELECT mobility_agg(person, state, start_date, end_date, CASE WHEN lot % 5000 = 0 THEN observed() ELSE other() END) FROM spell', '22023', NULL, 'nor with workers');
SET LOCAL max_parallel_workers_per_gather = 0;

-- As a window function each value would be that of the rows so far.  What sorts
-- its spells when it ends cannot go on after that, and refuses; sums can.
SELECT throws_ok(format('SELECT mobility_agg(%s, state, start_date, end_date, observed()) OVER (ORDER BY lot) FROM spell', person), '0A000', NULL, 'no window function: ' || person)
FROM unnest('{person,person::text,md5(person::text)::uuid}'::text[]) AS person;
SELECT is((SELECT count(*) FROM (SELECT region, cohort, rollup(m) OVER (PARTITION BY region ORDER BY cohort) AS m FROM parts WHERE region < 3) AS running
           WHERE m IS DISTINCT FROM (SELECT rollup(m) FROM parts AS p WHERE p.region = running.region AND p.cohort <= running.cohort)),
          0::bigint, 'running rollups are rollups of the rows so far');

-- As many states as there can be, and no more; every worker has met them in its
-- own order.
CREATE TABLE wide AS SELECT i AS person, 'state ' || i AS state, date '2018-01-01' + i % 500 AS start_date FROM generate_series(1, 65534) AS i;
INSERT INTO wide SELECT i, 'state ' || 65535 - i, date '2019-01-01' + i % 500 FROM generate_series(1, 65534) AS i;
ALTER TABLE wide SET (parallel_workers = 2);
ANALYZE wide;
CREATE TABLE widest AS SELECT mobility_agg(person, state, start_date, NULL, observed()) AS m FROM wide;
SELECT is((SELECT count(*) FROM widest, mobility_headcount(m)), 65534::bigint, 'as many states as there can be');
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT ok((SELECT mobility_send(mobility_agg(person, state, start_date, NULL, observed())) FROM wide) = mobility_send(m), 'with workers') FROM widest;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL work_mem = '64kB';
SELECT ok((SELECT mobility_agg(person::text, state, start_date, NULL, observed()) FROM wide) = m, 'in little memory') FROM widest;
SET LOCAL work_mem TO DEFAULT;
SELECT ok(m::text::mobility = m, 'and they come back in') FROM widest;
INSERT INTO wide VALUES (0, 'one more', '2018-01-01');
SELECT throws_ok('SELECT mobility_agg(person, state, start_date, NULL, observed()) FROM wide', '54000', NULL, 'one more is refused');
SELECT throws_ok('SELECT rollup(m) FROM (SELECT m FROM widest UNION ALL SELECT mobility_agg(0, ''one more'', date ''2018-01-01'', NULL, observed())) AS x', '54000', NULL, 'in a rollup, too');

-- ---------------------------------------------------------------------------
-- What goes out comes back in.
-- ---------------------------------------------------------------------------
\set type mobility
\set part cohort
\set s m
\set t u
\ir ../../lib/forms.sql
SELECT is_whole('SELECT rollup(m), rollup(u) FROM copied', 'and what came back adds up');

-- ---------------------------------------------------------------------------
-- Equality and order.
-- ---------------------------------------------------------------------------
CREATE TABLE many AS
SELECT mobility_agg(person, state, start_date, end_date, observed()) AS m FROM spell WHERE person <= 4000 GROUP BY person UNION ALL SELECT m FROM parts UNION ALL SELECT u FROM parts;
\ir ../../lib/equality.sql

-- ---------------------------------------------------------------------------
-- What the functions say fits together.
-- ---------------------------------------------------------------------------
CREATE TABLE area AS SELECT region, rollup(m) AS m, rollup(u) AS u FROM parts GROUP BY region;
-- Flows of parts add up to those of the whole.
CREATE TABLE flow AS SELECT region, f.* FROM area, mobility_flows(m) AS f;
SELECT cmp_ok(count(*), '>', 3000::bigint, 'there are flows') FROM flow;
SELECT bag_eq('SELECT from_state, to_state, sum(moves) FROM flow GROUP BY from_state, to_state', 'SELECT from_state, to_state, moves FROM whole, mobility_flows(m)', 'flows of parts add up to the whole');
SELECT bag_eq('SELECT state, sum(headcount) FROM area, mobility_headcount(m, ''2018-08-15'') GROUP BY state', 'SELECT state, headcount FROM whole, mobility_headcount(m, ''2018-08-15'')', 'so do headcounts');
CREATE TABLE person_years AS
SELECT region, state, sum(CASE WHEN kind IN ('opening', 'entered', 'resumed') OR kind = 'moved' AND state = b THEN n ELSE -n END * (upper(observed()) - lower(observed()) - t)) / 365.25 AS y
FROM area, cells(m), LATERAL (SELECT a UNION ALL SELECT b WHERE b IS NOT NULL) AS s (state) GROUP BY region, state;
SELECT is(count(*) FILTER (WHERE abs(y - person_years) < 1e-9), (SELECT count(*) FROM flow WHERE from_state IS NOT NULL), 'person-years are the days from coming to going')
FROM flow JOIN person_years ON person_years.region = flow.region AND state = from_state;
SELECT is(count(*) FILTER (WHERE abs(y - person_years) < 1e-8), (SELECT count(*) FROM whole, mobility_flows(m) WHERE from_state IS NOT NULL), 'those of parts add up, too')
FROM whole, mobility_flows(m) JOIN (SELECT state, sum(y) AS y FROM person_years GROUP BY state) AS p ON state = from_state;
SELECT bag_eq($$SELECT from_state, to_state, moves FROM whole, mobility_flows(m)$$,
              $$SELECT CASE WHEN kind <> 'entered' THEN a END AS x, CASE kind WHEN 'moved' THEN b WHEN 'entered' THEN a END AS y, sum(n) FROM whole, cells(m) WHERE kind IN ('moved', 'entered', 'left') GROUP BY 1, 2$$,
              'flows are what was counted');
SELECT is((SELECT count(*) FROM flow WHERE from_state IS NOT NULL AND NOT (rate = moves / person_years AND lower < rate AND rate < upper AND person_years > 0)), 0::bigint, 'a rate is moves by person-years, between its limits');
SELECT is((SELECT count(*) FROM flow WHERE from_state IS NULL AND (to_state IS NULL OR (person_years, rate, lower, upper) IS NOT NULL)), 0::bigint, 'who enters has no rate');
SELECT is((SELECT count(*) FROM whole, mobility_flows(m, 0.8) AS a JOIN LATERAL mobility_flows(m, 0.99) AS b USING (from_state, to_state)
           WHERE NOT (b.lower < a.lower AND a.upper < b.upper AND a.rate = b.rate)), 0::bigint, 'a higher level gives wider limits');

-- Who was there, and who came, is who went, and who is there.
CREATE FUNCTION balance(m mobility, until int) RETURNS TABLE (state text, came numeric, went numeric) LANGUAGE sql AS $$
    SELECT state, coalesce(sum(n) FILTER (WHERE t < until AND (kind IN ('opening', 'entered', 'resumed') OR kind = 'moved' AND state = b)), 0),
           coalesce(sum(n) FILTER (WHERE t < until AND (kind IN ('left', 'censored') OR kind = 'moved' AND state = a)), 0)
    FROM cells(m), LATERAL (SELECT a UNION ALL SELECT b WHERE b IS NOT NULL) AS s (state) GROUP BY state
$$;
CREATE TABLE balance AS SELECT region, b.* FROM area, balance(m, upper(observed()) - lower(observed())) AS b;
SELECT bag_eq('SELECT region, state, came - went FROM balance', 'SELECT region, state, headcount FROM area, mobility_headcount(m)', 'opening + entered + resumed + moved in - left - censored - moved out, until the last day, are there on it');
SELECT cmp_ok(count(*), '>', 250::bigint, 'in many states') FROM balance WHERE came > went AND went > 0;
SELECT bag_eq($$SELECT region, state, headcount FROM area, mobility_headcount(m, '2016-03-10') WHERE headcount > 0$$, $$SELECT region, a, sum(n) FROM area, cells(m) WHERE t = 0 GROUP BY region, a$$, 'on the first day these are the opening and those who come on it');

-- Rows of a matrix add up to 1.
CREATE TABLE probability AS
SELECT region, horizon, p.* FROM area, unnest('{1 day,10 days,1 month,6 months,1 year,3 years,NULL}'::interval[]) AS horizon, mobility_matrix(m, horizon) AS p;
SELECT cmp_ok(count(probability), '>', 30000::bigint, 'there are probabilities') FROM probability;
SELECT is((SELECT count(*) FROM (SELECT sum(probability) AS sum, count(probability), count(*) AS n FROM probability GROUP BY region, horizon, from_state) AS x
           WHERE abs(sum - 1) > 1e-12 OR count NOT IN (0, n)), 0::bigint, 'rows of a matrix add up to 1, or are not known');
SELECT is((SELECT count(*) FROM probability WHERE probability NOT BETWEEN 0 AND 1), 0::bigint, 'of probabilities');
SELECT is((SELECT count(*) FROM (SELECT region, horizon, count(*) AS n FROM probability GROUP BY region, horizon) AS p JOIN (SELECT region, count(*) AS k FROM area, mobility_headcount(m) GROUP BY region) AS h USING (region)
           WHERE n <> k * (k + 1)), 0::bigint, 'from each state to each and out');

-- Projections.  A year follows the other; people are neither made nor lost.
-- (Of larger areas, in which somebody was in each state during the last year.)
CREATE TABLE large AS SELECT region % 4 AS region, rollup(m) AS m FROM area GROUP BY region % 4;
CREATE TABLE projected AS SELECT region, p.* FROM large, mobility_project(m, years => 8, intake => (SELECT array_agg(3.5 * n) FROM generate_series(1, (SELECT count(*) FROM mobility_headcount(m))) AS n)) AS p;
SELECT cmp_ok(count(*), '>', 400::bigint, 'there are projections') FROM projected;
SELECT is((SELECT count(*) FROM projected WHERE abs(headcount_start + moved_in - moved_out - exits + intake - headcount) > 1e-9), 0::bigint, 'start + moved in - moved out - left + intake = headcount');
SELECT is((SELECT count(*) FROM (SELECT region, year, sum(moved_in) - sum(moved_out) AS d FROM projected GROUP BY region, year) AS x WHERE abs(d) > 1e-9), 0::bigint, 'who moves out moves in');
SELECT bag_eq('SELECT region, state, year + 1 AS year, headcount FROM projected WHERE year < 2027', 'SELECT region, state, year, headcount_start FROM projected WHERE year > 2020', 'a year begins with what the one before has left');
SELECT bag_eq('SELECT region, state, headcount_start FROM projected WHERE year = 2020', 'SELECT region, state, (came - went)::float8 FROM large, balance(m, 100000)', 'and the first with those who are carried over as_of');
SELECT is(count(*) FILTER (WHERE abs(headcount_start * probability - exits) < 1e-9), (SELECT count(*) FROM projected), 'by the matrix of a year')
FROM projected JOIN (SELECT region, from_state AS state, probability FROM large, mobility_matrix(m, '1 year') WHERE to_state IS NULL) AS x USING (region, state);

-- ---------------------------------------------------------------------------
-- Periods that follow each other.
-- ---------------------------------------------------------------------------
CREATE TABLE piece AS
SELECT region, i, from_date, as_of, mobility_agg(person, state, start_date, end_date, daterange(from_date, as_of)) AS m
FROM spell, (VALUES (1, date '2016-03-10', date '2016-03-11'), (2, '2016-03-11', '2016-12-31'), (3, '2016-12-31', '2018-02-28'), (4, '2018-02-28', '2020-02-29')) AS v (i, from_date, as_of)
GROUP BY region, i, from_date, as_of;
SELECT bag_eq($$SELECT region, kind, a, b, t + (from_date - date '2016-03-10'), n FROM piece, cells(m) WHERE kind <> 'opening' OR i = 1$$, 'SELECT region, c.* FROM area, cells(m) AS c',
              'periods that follow each other have every move once, on its day');
SELECT bag_eq('SELECT region, i + 1 AS i, state, came - went FROM piece, balance(m, 100000) WHERE came > went AND i < 4',
              $$SELECT region, i, a, n FROM piece, cells(m) WHERE kind = 'opening' AND i > 1$$, 'who is carried over the end of one is the opening of the next');
SELECT bag_eq('SELECT region, from_date, state, headcount FROM piece, mobility_headcount(m, from_date) WHERE headcount > 0 UNION ALL SELECT region, as_of - 1, state, headcount FROM piece, mobility_headcount(m) WHERE headcount > 0',
              'SELECT region, d.day, state, headcount FROM area JOIN piece AS p USING (region), unnest(ARRAY[p.from_date, p.as_of - 1]) AS d (day), mobility_headcount(area.m, d.day) AS h WHERE headcount > 0', 'a day has one headcount, in whichever period');
SELECT bag_eq('SELECT region, from_state, to_state, sum(moves) FROM piece, mobility_flows(m) GROUP BY region, from_state, to_state', 'SELECT region, from_state, to_state, moves FROM flow', 'flows of periods add up');

-- Chapman and Kolmogorov: the matrix of all is the product of those of the parts.
-- Where a part does not know a row, nobody was at risk in it, and it is that of
-- the unit matrix; the product knows a row if any part does.
CREATE TABLE place AS SELECT region, state FROM area, mobility_headcount(m) UNION ALL SELECT region, '(out)' FROM area;
CREATE TABLE piece_matrix AS
SELECT region, piece, i, j, coalesce(probability, (i = j)::int) AS p, probability IS NOT NULL AS known
FROM (SELECT region, piece, a.state AS i, b.state AS j FROM place AS a JOIN place AS b USING (region), generate_series(1, 4) AS piece) AS x
     LEFT JOIN (SELECT region, i AS piece, from_state AS i, coalesce(to_state, '(out)') AS j, probability FROM piece, mobility_matrix(m)) AS m USING (region, piece, i, j);
CREATE INDEX ON piece_matrix (region, piece, i);
ANALYZE piece_matrix;
-- From the last part backwards, since a horizon ends where the observation does.
CREATE TABLE chained AS SELECT region, piece, i, j, p FROM piece_matrix WHERE piece = 4;
DO $$
BEGIN
    FOR its IN REVERSE 3 .. 1 LOOP
        INSERT INTO chained
        SELECT a.region, its, a.i, b.j, sum(a.p * b.p)
        FROM piece_matrix AS a JOIN chained AS b ON b.region = a.region AND b.piece = its + 1 AND b.i = a.j WHERE a.piece = its GROUP BY a.region, a.i, b.j;
    END LOOP;
END
$$;
CREATE TABLE whole_matrix AS
SELECT region, piece, from_state AS i, coalesce(to_state, '(out)') AS j, probability AS p
FROM (SELECT region, i AS piece, from_date FROM piece) AS s JOIN area USING (region), mobility_matrix(m, make_interval(days => upper(observed()) - from_date));
SELECT cmp_ok(count(*) FILTER (WHERE p NOT IN (0, 1)), '>', 10000::bigint, 'there are matrices of parts') FROM piece_matrix;
SELECT is((SELECT count(*) FROM whole_matrix AS w FULL JOIN (SELECT * FROM chained WHERE i <> '(out)') AS c USING (region, piece, i, j)
           WHERE w.region IS NULL OR c.region IS NULL OR abs(w.p - c.p) > 1e-12), 0::bigint, 'the matrix over a horizon is the product over its parts');
SELECT is((SELECT count(*) FROM whole_matrix AS w
           WHERE (p IS NOT NULL) IS DISTINCT FROM EXISTS (SELECT FROM piece_matrix AS k WHERE k.region = w.region AND k.piece >= w.piece AND k.i = w.i AND known)), 0::bigint, 'and is known where that of any is');

-- In a materialized view.
CREATE MATERIALIZED VIEW by_region AS SELECT region, mobility_agg(person, state, start_date, end_date, observed()) AS m FROM spell GROUP BY region;
CREATE UNIQUE INDEX ON by_region (region);
CREATE TABLE before_refresh AS SELECT * FROM by_region;
DELETE FROM spell WHERE region = 7 AND state = 'unit 3';
SELECT lives_ok('REFRESH MATERIALIZED VIEW CONCURRENTLY by_region', 'a matview of summaries refreshes concurrently');
SELECT is((SELECT array_agg(b.region) FROM by_region AS b JOIN before_refresh AS o USING (region) WHERE b.m <> o.m), '{7}', 'and only what changed has changed');
SELECT is((SELECT rollup(m) FROM by_region), (SELECT mobility_agg(person, state, start_date, end_date, observed()) FROM spell), 'and adds up to the new whole');

SELECT * FROM finish();
