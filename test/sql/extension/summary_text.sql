-- Texts are read into the values that they came from, and as jsonb would have read
-- them: members in any order, of two that are the same the last, numbers as numeric.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(20);

\ir ../../lib/dice.sql

-- 2,000 summaries of each type, of up to some thirty rows.
CREATE TABLE happened AS
SELECT dice(2000, i, 1) AS g, dice(6, i, 2) AS person, date '2014-06-01' + dice(1900, i, 3) AS began,
       CASE WHEN dice(4, i, 4) > 0 THEN date '2014-06-01' + 1900 + dice(700, i, 5) END AS ended,
       (ARRAY['a', 'b', 'long name', U&'r\00E5d', E'"\\\n', '', '10', '9'])[1 + dice(8, i, 6)] AS word
FROM generate_series(1, 24000) AS i;
CREATE TABLE value AS
SELECT 'workforce' AS type,
       workforce_agg(began - 12000, began, ended, word, '[2015-01-01,2021-01-01)')::text AS t
FROM happened GROUP BY g
UNION ALL
SELECT 'retention', retention_agg(began, ended, word, '[2015-01-01,2021-01-01)')::text FROM happened GROUP BY g
UNION ALL
SELECT 'mobility', mobility_agg(person, word, began, began + 300, '[2015-01-01,2021-01-01)')::text FROM happened GROUP BY g
UNION ALL
SELECT 'funnel', funnel_agg(person, word, began, funnel_spec(ARRAY['a', 'b', 'long name'], '300 days', '2018-01-01', ARRAY[U&'r\00E5d']))::text
FROM happened GROUP BY g;

-- `=` compares bytes; a jsonb has its members in another order.
CREATE FUNCTION changed(type text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT t FROM value WHERE type = %1$L AND (t::%1$s::text <> t OR t::jsonb::text::%1$s <> t::%1$s)', type);
END $$;
SELECT is_empty(format('SELECT changed(%L)', type), format('%s: 2,000 come back the same', type))
FROM unnest(ARRAY['workforce', 'retention', 'mobility', 'funnel']) AS type;
SELECT cmp_ok(count(DISTINCT t), '>', 6000::bigint, 'most of them different from all others') FROM value;

-- What a text is read into; or what is said of it.
CREATE FUNCTION answer(type text, input text, OUT good boolean, OUT said text) LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    good := true;
    EXECUTE format('SELECT $1::%s::text', type) INTO said USING input;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    good := false;
    said := concat_ws(' | ', sqlstate, CASE WHEN sqlstate <> '22P02' THEN sqlerrm END, detail);
END $$;

CREATE TABLE short AS
SELECT 'workforce' AS type,
       workforce_agg(date '1960-01-01' + i * 700, date '2010-01-01', CASE WHEN i = 1 THEN date '2016-01-01' END, E'"\\', '[2015-01-01,2020-01-01)')::text AS t
FROM generate_series(1, 2) AS i
UNION ALL
SELECT 'retention', retention_agg(date '2015-01-01' + i, CASE WHEN i > 1 THEN date '2016-01-01' + i END, 'r' || i, '[2015-01-01,2020-01-01)')::text
FROM generate_series(1, 3) AS i
UNION ALL
SELECT 'mobility', mobility_agg(i / 2, 's' || i % 2, date '2015-03-01' + i * 20, date '2016-01-01' + i * 9, '[2015-01-01,2020-01-01)')::text
FROM generate_series(1, 4) AS i
UNION ALL
SELECT 'funnel', funnel_agg(i, (ARRAY['a', 'b'])[i], date '2015-03-01' + i, funnel_spec(ARRAY['a', 'b'], '300 days', '2016-01-01'))::text
FROM generate_series(1, 2) AS i
UNION ALL
SELECT 'funnel_spec', funnel_spec(ARRAY['a', 'b'], '300 days', '2016-01-01', ARRAY['x'])::text
UNION ALL
SELECT 'retirement_rule', retirement_rule_agg(b, a)::text FROM (VALUES (date '1900-01-01', 780), ('1958-01-01', 792)) AS r (b, a)
UNION ALL
SELECT 'credible_rates', credible_rates_agg(w)::text
FROM (SELECT workforce_agg(date '1960-01-01' + i * 700, date '2010-01-01', CASE WHEN i % 2 = 1 THEN date '2016-01-01' + i END, 'r', '[2015-01-01,2020-01-01)') AS w
      FROM generate_series(1, 6) AS i) AS s;

-- Each character replaced or removed, words put before it, and numbers of other forms.
CREATE TABLE damaged AS
SELECT type, 'damage' AS what, overlay(t PLACING c FROM i FOR 1) AS input
FROM short, generate_series(1, length(t)) AS i, unnest(ARRAY['', '"', '0', '-', 'e', '}', ',', '\', E'\x01']) AS c
UNION ALL
SELECT type, 'damage', overlay(t PLACING c FROM i FOR 0)
FROM short, generate_series(1, length(t)) AS i, unnest(ARRAY['1e999999', '\u0000', '"type": "x", ', '"skipped": 1e1, ', '"780": 1, "780": 2, ']) AS c
UNION ALL
SELECT type, 'number', regexp_replace(t, '("skipped"|"mean"|"days"|"age_months"): [0-9.]+', '\1: ' || n)
FROM short, unnest(ARRAY['-0', '-0.0', '7', '7.0', '70e-1', '7e1', '0.7E1', '7.5', '-7', '9223372036854775807', '9223372036854775808', '1e400', '1e-400',
                         '0.' || repeat('0', 99) || '7', '7.' || repeat('0', 99), repeat('7', 99), '"7"', 'null', '[7]', '{}', '1e200000', '0.' || repeat('0', 17000)]) AS n
UNION ALL
SELECT type, 'other', input
FROM short, unnest(ARRAY['', ' ', '[]', '{}', '1', '"a"', 'null', '[1]', '[null]', '[{}]', '-0', '[1e999999, x', '[x, 1e999999', '{"\u0000": 1}', '{"a": "\ud800"}',
                         '{"a": 1, "a": 2, "b": 3}']) AS input;
CREATE TABLE compared AS
SELECT d.*, ours.good, ours.said, jsonb.good AS json, CASE WHEN jsonb.good THEN canonical.said ELSE jsonb.said END AS should
FROM damaged AS d, answer(type, input) AS ours, answer('jsonb', input) AS jsonb,
     answer(type, CASE WHEN jsonb.good THEN jsonb.said ELSE '' END) AS canonical;

-- What looks like an array is said to be no spec before it is said to be no JSON.
DELETE FROM compared WHERE said = '22P02 | A lone literal is read as the text of a spec.';
SELECT is_empty(format('SELECT input, said, should FROM compared WHERE type = %L AND said IS DISTINCT FROM should LIMIT 5', type), format('%s: a damaged text is read as by jsonb', type))
FROM short ORDER BY type;
SELECT cmp_ok(count(DISTINCT type) FILTER (WHERE n > 0), '=', 7::bigint, format('among them %s', what))
FROM (SELECT type, k.what, count(*) FILTER (WHERE k.holds) AS n
      FROM compared, LATERAL (VALUES ('values', good), ('other values than JSON''s', json AND NOT good), ('no JSON', NOT json),
                                     ('numbers too large', said LIKE '22003%'), ('a letter that text cannot have', said LIKE '22P05%')) AS k (what, holds)
      GROUP BY type, k.what) AS s
GROUP BY what ORDER BY what;

-- Nesting is the parser's to refuse.
SELECT throws_ok(format('SELECT %L::%I', repeat(opened, 200000), type), '54001', NULL, format('%s: nested too deeply by %s', type, opened))
FROM (VALUES ('workforce', '['), ('funnel_spec', '{"a":'), ('retirement_rule', '[')) AS t (type, opened);
SELECT * FROM finish();
ROLLBACK;
