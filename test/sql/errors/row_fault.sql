-- The functions that name the fault of a row, against the aggregates: of one row
-- alone an aggregate raises an error if and only if the function has its message.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(27);

-- what a query raises, as its message; null if nothing
CREATE FUNCTION raised(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN NULL;
EXCEPTION WHEN data_exception THEN
    RETURN SQLERRM;
END
$$;
\ir ../../lib/rows.sql

SELECT setseed(0.23);
CREATE TABLE employment AS
SELECT n,
       CASE WHEN random() < 0.35 THEN greatest(least(start, date '5874000-01-01'), '4000-01-01 BC') - (CASE WHEN random() < 0.5 THEN 10000 ELSE 54786 END + (random() * 4)::int - 2) * (random() < 0.9)::int
            WHEN random() < 0.3 THEN (as_of - interval '150 years')::date + (random() * 70)::int - 35
            ELSE some_day(coalesce(start, '1875-03-01'), 0.4) END AS birth_date,
       start AS start_date,
       CASE WHEN random() < 0.4 THEN NULL WHEN random() < 0.5 THEN greatest(least(start, date '5874000-01-01'), '4000-01-01 BC') + (random() * 3000)::int - 20 ELSE some_day(coalesce(start, '2025-03-01'), 0.3) END AS end_date,
       CASE WHEN random() < 0.85 THEN 1 ELSE pick(NULL, '0', '-0', '-0.001', '-1', '0.3333', '0.333', '0.3330000', '1000', '1000.001', '1000.000', '1000.0001', '1001', 'NaN', 'Infinity', '-Infinity',
            '1e300', '1e-5', '0.0001', '0.00050', '1e-300', '999.9995', '99999999999999999999.1')::numeric END AS fte,
       CASE WHEN random() < 0.85 THEN 1 ELSE pick(NULL, '0', '-0', '-0.001', '0.3333', '0.333', '1000', '1000.001', 'NaN', 'Infinity', '-Infinity', '1e300', '1e-300', '0.1', '0.7',
            '999.999', '0.0005', '0.001', '1e-13', '0.3330000000000001', '0.33300000001')::float8 END AS share
FROM (SELECT n, date '2025-03-01' AS as_of,
             CASE WHEN n % 3 > 0 AND random() < 0.6 THEN date '1980-01-01' + (random() * 17000)::int ELSE some_day(CASE WHEN random() < 0.5 THEN date '1875-03-01' ELSE '2025-03-01' END, 0.3) END AS start
      FROM generate_series(1, 6000) AS n) AS s;
CREATE TABLE event AS
SELECT pick('applied', 'applied', 'admitted', 'graduated', 'withdrew', 'visited', '', NULL) AS stage, d AS day,
       CASE WHEN d = 'infinity' THEN 'infinity' WHEN d = '-infinity' THEN '-infinity' WHEN d > '290000-01-01' THEN '290000-01-01'
            ELSE d::timestamp + random() * interval '30 hours' END AS at
FROM (SELECT CASE WHEN random() < 0.3 THEN date '2010-01-01' + (random() * 6000)::int ELSE some_day(CASE WHEN random() < 0.5 THEN date '1875-03-01' ELSE '2025-03-01' END, 0) END AS d
      FROM generate_series(1, 3000) AS n) AS e;
CREATE TABLE spec AS
SELECT 'bounded' AS name, funnel_spec('{applied,admitted,graduated}', '8 years', '2025-03-01', '{withdrew}') AS spec
UNION ALL SELECT 'endless', funnel_spec('{applied,admitted,graduated}', NULL, '2025-03-01', '{withdrew}')
UNION ALL SELECT 'in strict order', funnel_spec('{applied,admitted,graduated}', NULL, '2025-03-01', '{withdrew}', '{strict_order}')
UNION ALL SELECT 'without as_of', funnel_spec('{applied,admitted,graduated}', NULL, NULL, '{withdrew}');

-- each row by what the function says of it, and by what is raised
CREATE TABLE judged AS
SELECT 'workforce_agg and retention_agg' AS of, employment_fault(birth_date, start_date, end_date, o) AS fault,
       coalesce(raised(format('SELECT workforce_agg(%L, %L, %L, NULL, %L)', birth_date, start_date, end_date, o)),
                raised(format('SELECT retention_agg(%L, %L, NULL, %L)', start_date, end_date, o))) AS raised
FROM employment, daterange('2020-01-01', '2025-03-01') AS o
UNION ALL
SELECT 'workforce_agg with numeric FTE', employment_fault(birth_date, start_date, end_date, o, fte),
       coalesce(raised(format('SELECT workforce_agg(%L, %L, %L, NULL, %L, %L::numeric)', birth_date, start_date, end_date, o, fte)),
                raised(format('SELECT retention_agg(%L, %L, NULL, %L)', start_date, end_date, o)))
FROM employment, daterange('2020-01-01', '2025-03-01') AS o
UNION ALL
SELECT 'workforce_agg with float8 FTE', employment_fault(birth_date, start_date, end_date, o, share),
       coalesce(raised(format('SELECT workforce_agg(%L, %L, %L, NULL, %L, %L::float8)', birth_date, start_date, end_date, o, share)),
                raised(format('SELECT retention_agg(%L, %L, NULL, %L)', start_date, end_date, o)))
FROM employment, daterange('2020-01-01', '2025-03-01') AS o
UNION ALL
SELECT 'retention_agg', spell_fault(start_date, end_date, o),
       raised(format('SELECT retention_agg(%L, %L, NULL, %L)', start_date, end_date, o))
FROM employment, daterange(NULL, '2025-03-17') AS o
UNION ALL
SELECT 'mobility_agg', spell_fault(start_date, end_date, o),
       raised(format('SELECT mobility_agg(1, NULL, %L, %L, %L)', start_date, end_date, o))
FROM employment, daterange('2020-01-01', '2025-03-01') AS o
UNION ALL
SELECT 'funnel_agg of dates, ' || name, event_fault(stage, day, spec),
       raised(format('SELECT funnel_agg(1, %L, %L::date, %L)', stage, day, spec))
FROM event, spec
UNION ALL
SELECT 'funnel_agg of timestamps, ' || name, event_fault(stage, at, spec),
       raised(format('SELECT funnel_agg(1, %L, %L::timestamp, %L)', stage, at, spec))
FROM event, spec
UNION ALL
SELECT 'funnel_agg of timestamps with time zone, ' || name, event_fault(stage, at::timestamptz, spec),
       raised(format('SELECT funnel_agg(1, %L, %L::timestamptz, %L)', stage, at::timestamptz, spec))
FROM event, spec;

SELECT is(count(*) FILTER (WHERE fault IS DISTINCT FROM raised), 0::bigint,
          format('%s: %s rows, %s of them refused%s', of, count(*), count(raised),
                 ', but for ' || (array_agg(j) FILTER (WHERE fault IS DISTINCT FROM raised))[1]::text))
FROM judged AS j GROUP BY of;
SELECT cmp_ok(count(DISTINCT raised), '>=', CASE of ~ 'workforce' WHEN true THEN 5 ELSE 2 END::bigint, of || ': for several reasons')
FROM judged WHERE of !~ 'funnel' GROUP BY of;
SELECT cmp_ok(count(DISTINCT raised), '=', 3::bigint, 'events: for all reasons') FROM judged WHERE of ~ 'funnel';

SELECT throws_ok($$SELECT employment_fault('1980-01-01', '2020-01-01', NULL, NULL)$$, '22004', 'observed must not be null', 'a period must be given');
SELECT throws_ok($$SELECT spell_fault('2020-01-01', NULL, 'empty')$$, '22023', 'observation period is empty', 'and one with days');
SELECT throws_ok($$SELECT employment_fault('1980-01-01', '2020-01-01', NULL, '[2020-01-01,2020-01-15)')$$, '22023',
                 'observation period must end with a month', 'of whole months, as for workforce_agg');
SELECT throws_ok($$SELECT event_fault('applied', date '2020-01-01', NULL)$$, '22004', 'spec must not be null', 'and a spec');

SELECT * FROM finish();
ROLLBACK;
