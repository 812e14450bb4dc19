-- Refusals word for word: the value in a detail, and the way out in a hint.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(40);

\ir ../../lib/refusals.sql

CREATE FUNCTION said(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    EXECUTE query;
    RETURN 'is accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE, detail, hint);
END
$$;
SELECT is(said(format('SELECT workforce_agg(%s''1960-01-01'', ''2019-01-02'', NULL, NULL, ''[2015-01-01,2020-01-01)'', %s%s)', key, fte, gap)),
          format('22003 | The FTE is %s. | %s', shown, CASE WHEN round THEN 'Round it: round(fte::numeric, 3).'
                 ELSE 'Correct the row, or give null, which is counted as skipped; where 100 is full time, divide by 100.' END), format('FTE %s%s', fte, CASE WHEN gap <> '' THEN ' of a person' END))
FROM (VALUES ('', ''), ('1, ', ', ''1 day''')) AS f (key, gap),
     (VALUES ('1e-130', '1e-130', true), ('1e-130::float8', '1e-130', true), ('0.33333', '0.33333', true), ('0.1::float8 + 0.2', '0.30000000000000004', true), ('''NaN''::numeric', 'NaN', false),
             ('''NaN''::float8', 'NaN', false), ('''-Infinity''::numeric', '-Infinity', false), ('''Infinity''::float8', 'Infinity', false), ('-1', '-1', false), ('-0.0001', '-0.0001', false), ('-1e-300::float8', '-1e-300', false),
             ('1000.0001', '1000.0001', false), ('1000.0001::float8', '1000.0001', false), ('1e100', '1e+100', false), ('-12345678901234567890123456789012345678901234567890', '-1.2345678901234567e+49', false)) AS v (fte, shown, round);
SELECT is(said('SELECT ' || call), wanted, call) FROM (VALUES
    ('exit_rates(w, 1.0000000001) FROM v', '22023 | The level is 1.0000000001. | An interval of 95 percent has the level 0.95.'),
    ('exit_rates(w, 95) FROM v', '22023 | The level is 95. | An interval of 95 percent has the level 0.95.'),
    ($$workforce_project(w, 1, intake => '{1000000000001}') FROM v$$, '22023 | The intake of period 1 is 1000000000001. | Elements are numbers of people, from 0 to 1e12.'),
    ($$workforce_project(w, 2, intake => '{1}') FROM v$$, '2202E | Elements of intake: 1. Years: 2. | Use array_fill(20::float8, ARRAY[10]) for twenty in each of ten years.'),
    ($$retention_agg('2019-01-02', NULL, NULL, '[-infinity,2020-01-01)')$$, '22008 | The observation period begins at -infinity. | Only end_date may be infinite; the beginning of the observation period, or a funnel''s as_of, may be left out instead.'),
    ($$retention_agg('2019-01-02', NULL, NULL, '[2019-01-01,infinity)')$$, '22008 | The observation period ends at infinity. | Only end_date may be infinite; the beginning of the observation period, or a funnel''s as_of, may be left out instead.'),
    ($$retention_agg(1, '2019-01-02', NULL, NULL, '[2019-01-01,2020-01-01)', gap) FROM (VALUES (interval '1 month'), ('1 day')) AS g (gap)$$, '22023 | One is 1 month, the other 1 day. | Give the same join_gap for all rows.'),
    ($$retention_agg(1, '2019-01-02', NULL, NULL, '[2019-01-01,2020-01-01)', gap) FROM (VALUES (interval '1 month 1 day'), ('0')) AS g (gap)$$, '22023 | One is 1 month and 1 day, the other 0 days. | Give the same join_gap for all rows.'),
    ($$funnel_agg(1, 'a', date '2020-01-01', funnel_spec(ARRAY['a', 'b'], '86399.999999 seconds'))$$, '22023 | within is 86399.999999 seconds. | A number without a unit is in seconds: write ''365 days'' for ''365''.'),
    ($$funnel_agg(ARRAY[date '2020-01-01', '2020-01-02'], funnel_spec(ARRAY['a']))$$, '2202E | Dates: 2. Stages: 1. | Give one dimension, in the order of the stages; leave out what was not reached, or give null.')
) AS c (call, wanted);

SELECT * FROM finish();
ROLLBACK;
