-- Refusals of contracts of people: workforce_agg, retention_agg, spells_agg.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(52);

\ir ../../lib/refusals.sql

SELECT is(flaw(CASE WHEN args ~ '^SELECT' THEN args ELSE format('SELECT %s_agg(%s)', agg, args) END, state, shows), '', agg || ' of contracts: ' || label)
FROM (VALUES
    ('workforce', 'null observed', '22004', NULL, $$1, '1960-01-01', '2019-01-01', NULL, NULL, NULL, '0 days'$$),
    ('workforce', 'null observed in a skipped row', '22004', NULL, $$NULL::int, '1960-01-01', '2019-01-01', NULL, NULL, NULL, '0 days'$$),
    ('workforce', 'null join_gap', '22004', NULL, $$1, '1960-01-01', '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', NULL$$),
    ('workforce', 'null join_gap in a skipped row, with FTE', '22004', NULL, $$1, '1960-01-01', NULL, NULL, NULL, '[2015-01-01,2020-01-01)', 1.0, NULL$$),
    ('workforce', 'end before start', '22000', '2019-01-02.*2019-01-01', $$1, '1960-01-01', '2019-01-02', '2019-01-01', NULL, '[2015-01-01,2020-01-01)', '0 days'$$),
    ('workforce', 'end before start, after the period', '22000', '2029-01-02.*2029-01-01', $$1, '1960-01-01', '2029-01-02', '2029-01-01', NULL, '[2015-01-01,2020-01-01)', '0 days'$$),
    ('workforce', 'birth after start', '22000', '2019-01-02.*2019-01-01', $$1, '2019-01-02', '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', '0 days'$$),
    ('workforce', 'birth at infinity', '22008', 'birth', $$1, '-infinity', '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', '0 days'$$),
    ('workforce', 'start at infinity', '22008', 'start', $$1, '1960-01-01', 'infinity', NULL, NULL, '[2015-01-01,2020-01-01)', '0 days'$$),
    ('workforce', 'age above 150', '22008', '1868-12-01', $$1, '1868-12-01', '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', '0 days'$$),
    ('workforce', 'start more than 150 years before as_of', '22008', '1869-12-31', $$1, '1869-12-01', '1869-12-31', '1870-01-01', NULL, '[2015-01-01,2020-01-01)', '0 days'$$),
    ('workforce', 'observed that ends within a month', '22023', '2020-01-02', $$1, '1960-01-01', '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-02)', '0 days'$$),
    ('workforce', 'observed that differs', '22023', '2020-01-01.*2021-01-01|2021-01-01.*2020-01-01',
     $$SELECT workforce_agg(1, '1960-01-01', '2019-01-01', NULL, NULL, o, '0 days') FROM (VALUES ('[2015-01-01,2020-01-01)'::daterange), ('[2015-01-01,2021-01-01)')) AS x (o)$$),
    ('workforce', 'join_gap that differs', '22023', '0 days.*1 month,|1 month,.*0 days',
     $$SELECT workforce_agg(1, '1960-01-01', '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', gap) FROM (VALUES (interval '1 month'), ('0 days')) AS x (gap)$$),
    ('workforce', 'FTE with four decimals', '22003', '0.1234', $$1, '1960-01-01', '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', 0.1234, '0 days'$$),
    ('workforce', 'FTE below 0', '22003', '-1', $$1, '1960-01-01', '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', -1.0::float8, '0 days'$$),
    ('workforce', 'FTE of a day above 1000', '22003', 'person 7 on 2019-01-01 is 1200.000', $$SELECT workforce_agg(7, '1960-01-01', '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', 600, '0 days') FROM generate_series(1, 2)$$),
    ('workforce', 'FTE of the last day above 1000', '22003', 'person "x" on 2019-12-31 is 1000.001', $$SELECT workforce_agg('x', '1960-01-01', s, NULL, NULL, '[2015-01-01,2020-01-01)', fte, '0 days') FROM (VALUES (date '2018-01-01', 1000), ('2019-12-31', 0.001)) AS v (s, fte)$$),
    ('workforce', 'two birth dates', '22000', 'Person -7 .*1960-01-01.*1960-01-02', $$SELECT workforce_agg(-7, b, '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', '0 days') FROM (VALUES (date '1960-01-02'), ('1960-01-01')) AS v (b)$$),
    ('workforce', 'two birth dates of a text', '22000', 'Person "x y" .*1960-01-01.*1960-01-02', $$SELECT workforce_agg('x y', b, '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', '0 days') FROM (VALUES (date '1960-01-02'), ('1960-01-01')) AS v (b)$$),
    ('workforce', 'two birth dates of a long text', '22000', 'Person "(ö){30}" .*1960-01-01.*1960-01-02', $$SELECT workforce_agg(repeat('ö', 500), b, '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', '0 days') FROM (VALUES (date '1960-01-02'), ('1960-01-01')) AS v (b)$$),
    ('workforce', 'two birth dates of a uuid', '22000', '6ba7b810-9dad-11d1-80b4-00c04fd430c8', $$SELECT workforce_agg('6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid, b, '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', '0 days') FROM (VALUES (date '1960-01-02'), ('1960-01-01')) AS v (b)$$),
    ('retention', 'null observed', '22004', NULL, $$1, '2019-01-01', NULL, NULL, NULL, '0 days'$$),
    ('retention', 'null join_gap', '22004', NULL, $$1, '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', NULL$$),
    ('retention', 'end before start', '22000', '2019-01-02.*2019-01-01', $$1, '2019-01-02', '2019-01-01', NULL, '[2015-01-01,2020-01-01)', '0 days'$$),
    ('retention', 'start at -infinity', '22008', 'start', $$1, '-infinity', NULL, NULL, '[2015-01-01,2020-01-01)', '0 days'$$),
    ('retention', 'empty observed', '22023', '.', $$1, '2019-01-02', NULL, NULL, 'empty', '0 days'$$),
    ('retention', 'observed without end', '22023', '.', $$1, '2019-01-02', NULL, NULL, '[2015-01-01,)', '0 days'$$),
    ('retention', 'join_gap that differs', '22023', '7 days.*8 days|8 days.*7 days',
     $$SELECT retention_agg(1, '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', gap) FROM (VALUES (interval '7 days'), ('8 days')) AS x (gap)$$),
    ('spells', 'null join_gap', '22004', NULL, $$'2019-01-01', NULL, NULL, NULL$$),
    ('spells', 'end before start', '22000', '2019-01-02.*2019-01-01', $$'2019-01-02', '2019-01-01', NULL, '0 days'$$),
    ('spells', 'start at infinity', '22008', 'start', $$'infinity', NULL, NULL, '0 days'$$),
    ('spells', 'start before the year 1', '22008', '0001-12-31 BC', $$'0001-12-31 BC', NULL, NULL, '0 days'$$),
    ('spells', 'start after the year 9999', '22008', '10000-01-01', $$'10000-01-01', NULL, NULL, '0 days'$$),
    ('spells', 'FTE with four decimals', '22003', '0.1234', $$'2019-01-01', NULL, NULL, 0.1234, '0 days'$$),
    ('spells', 'FTE of a day above 1000', '22003', '2019-02-01 is 1200.000', $$SELECT spells_agg(s, NULL, NULL, 600, '0 days') FROM (VALUES (date '2019-01-01'), ('2019-02-01')) AS v (s)$$),
    ('spells', 'join_gap that differs', '22023', '7 days.*8 days|8 days.*7 days',
     $$SELECT spells_agg('2019-01-01', NULL, NULL, gap) FROM (VALUES (interval '7 days'), ('8 days')) AS x (gap)$$)
) AS rows (agg, label, state, shows, args);
SELECT is(flaw(format('SELECT %s, %L)', call, gap), '22023', shows), '', format('%s with a gap of %s', call, gap))
FROM (VALUES ($$workforce_agg(1, '1960-01-01', '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)'$$), ($$retention_agg(1, '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)'$$), ($$spells_agg('2019-01-01', NULL, NULL$$)) AS c (call),
     (VALUES ('-1 days', '-1'), ('1 month -3 days', '-3'), ('12 hours', '43200000000'), ('151 years', '1812'), ('54789 days', '54789')) AS g (gap, shows);

SELECT * FROM finish();
ROLLBACK;
