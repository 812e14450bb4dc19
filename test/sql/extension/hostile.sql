-- What a hostile or careless argument costs: it is refused at once, and what is
-- many is not a product of memory.
BEGIN;
SELECT plan(12);

-- A state for each row: said when there are too many, and not at the end.
SELECT throws_ok($$
    SELECT mobility_agg(i, 's' || i, CASE WHEN i <= 65600 THEN date '2020-02-01' ELSE 'infinity' END, NULL, '[2020-01-01,2021-01-01)')
    FROM generate_series(1, 70000) AS i
$$, '54000', 'summary has too many states', 'too many states are refused before the rows that come later');
SELECT is(count(*), 65534::bigint, 'as many as there can be are not')
FROM (SELECT mobility_agg(i, 's' || i, '2020-02-01', NULL, '[2020-01-01,2021-01-01)') AS m FROM generate_series(1, 65534) AS i) AS s, mobility_headcount(m);
SELECT is(sum(n), 140000::numeric, 'nor in several groups together')
FROM (SELECT g, (SELECT count(*) FROM mobility_headcount(m)) AS n
      FROM (SELECT i % 4 AS g, mobility_agg(i, 's' || i, '2020-02-01', NULL, '[2020-01-01,2021-01-01)') AS m FROM generate_series(1, 140000) AS i GROUP BY i % 4) AS s) AS t;

-- Ages that no int can reckon with.
CREATE TEMP TABLE staff AS
SELECT workforce_agg(date '1950-01-01' + i, date '2010-01-01' + i % 1800, CASE WHEN i % 3 = 0 THEN date '2016-01-01' + i % 1000 END, 'r' || i % 5000, '[2015-01-01,2020-01-01)') AS w
FROM generate_series(1, 15000) AS i;
SELECT throws_ok('SELECT * FROM staff, workforce_project(w, 5, latest_age => 2147483647)', '22023', 'age is out of range', 'latest_age is checked before it is reckoned with');
SELECT throws_ok('SELECT * FROM staff, workforce_project(w, 5, latest_age => -2147483648)', '22023', 'age is out of range', 'at both ends');

-- 1,000 reasons and more: each of them, in both functions.
SELECT is((SELECT count(*) FROM staff, exit_rates(w)), (SELECT count(DISTINCT age) * count(DISTINCT reason) FROM staff, exit_rates(w)), 'rates of each reason at each age');
SELECT is((SELECT sum(exits) FROM staff, exit_rates(w)), (SELECT exits(w)::numeric FROM staff), 'are of all exits');
SELECT is((SELECT count(DISTINCT reason) FROM staff, exit_rates(w)) + 1, (SELECT count(*) FROM staff, workforce_project_exits(w, 1)), 'and so are projected exits');

-- A log-rank test adds up what is of one group.
CREATE TEMP TABLE part AS
SELECT i % 3 AS area, retention_agg('2012-01-01'::date + i, CASE WHEN i % 2 = 0 THEN '2015-02-01'::date + i END, 'moved', '[2015-01-01,2020-01-01)') AS r
FROM generate_series(1, 1500) AS i GROUP BY i % 3, i % 500;
SELECT is((SELECT retention_log_rank(r, area::text)::text FROM part),
          (SELECT retention_log_rank(r, area::text)::text FROM (SELECT area, rollup(r) AS r FROM part GROUP BY area) AS whole), 'of many parts as of the whole');

-- A state that an aggregate without a final function has left in a table, and whose bytes were
-- damaged there: a rollup that begins with it would look for labels along its links.
SET LOCAL client_min_messages = warning;
CREATE AGGREGATE raw_agg(date, date, text, daterange) (SFUNC = retention_agg_transfn, STYPE = retention);
CREATE TYPE bytes;
CREATE FUNCTION bytes_in(cstring) RETURNS bytes LANGUAGE internal IMMUTABLE STRICT AS 'byteain';
CREATE FUNCTION bytes_out(bytes) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'byteaout';
CREATE TYPE bytes (INPUT = bytes_in, OUTPUT = bytes_out, INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended);
CREATE CAST (retention AS bytes) WITHOUT FUNCTION;
CREATE CAST (bytes AS retention) WITHOUT FUNCTION;
CREATE TEMP TABLE raw AS
SELECT 1 AS part, raw_agg('2019-01-01'::date + i, '2020-02-01'::date + i, 'r' || i, '[2020-01-01,2021-01-01)') AS r
FROM generate_series(1, 3) AS i
UNION ALL SELECT 2, retention_agg('2019-01-01', '2020-02-01', 'x', '[2020-01-01,2021-01-01)');
SELECT is((SELECT exits(rollup(r ORDER BY part)) FROM raw), 4::bigint, 'a state in a table is rolled up');
UPDATE raw SET r = overlay(r::bytes::text::bytea PLACING '\xf8ffff7f' FROM length(r::bytes::text::bytea) - 15)::text::bytes::retention
WHERE part = 1;
SELECT throws_ok('SELECT exits(rollup(r ORDER BY part)) FROM raw', 'XX001', NULL, 'and refused where a link leads out of it');

-- A text of two bytes a value, which would be sixty each in memory.
SELECT throws_ok($$ SELECT ('[' || repeat('0,', 17000000) || '0]')::retention $$, '54000', 'text has too many values', 'more values than any summary has are not read');
SELECT * FROM finish();
ROLLBACK;
