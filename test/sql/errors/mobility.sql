-- Refusals of mobility: accessors, text, bytes.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(240);

\ir ../../lib/refusals.sql

-- ---------------------------------------------------------------------------
-- mobility: accessors
-- ---------------------------------------------------------------------------
CREATE TABLE mv AS
SELECT m, m::text AS t, m::jsonb AS j FROM (VALUES (
    '{"type": "mobility", "version": 1, "observed": ["2020-01-01", "2022-01-01"], "skipped": 1,
      "opening": {"a": {"0": 4}, "b": {"0": 10}}, "entered": {"c": {"5": 2}},
      "moved": {"a": {"b": {"10": 1, "731": 1}, "c": {"10": 1}}, "b": {"a": {"7": 3}}},
      "left": {"b": {"100": 2}}, "censored": {"a": {"200": 1}}, "resumed": {"a": {"210": 1}}}'::mobility)) AS v (m);
SELECT is(flaw(CASE WHEN args ~ '^SELECT' THEN args ELSE format('SELECT mobility_agg(%s)', args) END, state, shows), '', 'mobility: ' || label)
FROM (VALUES
    ('null observed', '22004', NULL, $$1, 'a', '2019-01-01', NULL, NULL$$),
    ('null observed in a skipped row', '22004', NULL, $$NULL::int, 'a', '2019-01-01', NULL, NULL$$),
    ('end before start', '22000', '2019-01-02.*2019-01-01', $$1, 'a', '2019-01-02', '2019-01-01', '[2015-01-01,2020-01-01)'$$),
    ('start at infinity', '22008', 'start', $$1, 'a', 'infinity', NULL, '[2015-01-01,2020-01-01)'$$),
    ('start at -infinity', '22008', 'start', $$1, 'a', '-infinity', NULL, '[2015-01-01,2020-01-01)'$$),
    ('end at -infinity', '22000', '-infinity', $$1, 'a', '2019-01-02', '-infinity', '[2015-01-01,2020-01-01)'$$),
    ('start more than 150 years before as_of', '22008', '1869-12-31', $$1, 'a', '1869-12-31', NULL, '[2015-01-01,2020-01-01)'$$),
    ('start more than 150 years before as_of, and end', '22008', '1869-12-31', $$1, 'a', '1869-12-31', '1900-01-01', '[2015-01-01,2020-01-01)'$$),
    ('empty observed', '22023', '.', $$1, 'a', '2019-01-02', NULL, 'empty'$$),
    ('observed without end', '22023', '.', $$1, 'a', '2019-01-02', NULL, '[2015-01-01,)'$$),
    ('observed without beginning', '22023', '\(,2020-01-01\)', $$1, 'a', '2019-01-02', NULL, '(,2020-01-01)'$$),
    ('observed from -infinity', '22008', 'infin', $$1, 'a', '2019-01-02', NULL, '[-infinity,2020-01-01)'$$),
    ('observed of more than 150 years', '22023', '54789', $$1, 'a', '2019-01-02', NULL, daterange('1850-01-01', '1850-01-01'::date + 54789)$$),
    ('observed that differs', '22023', '2020-01-01.*2021-01-01|2021-01-01.*2020-01-01',
     $$SELECT mobility_agg(1, 'a', '2019-01-02', NULL, o) FROM (VALUES ('[2015-01-01,2020-01-01)'::daterange), ('[2015-01-01,2021-01-01)')) AS x (o)$$),
    ('more states than there may be', '54000', '65534',
     $$SELECT mobility_agg(i, 's' || i, '2015-01-01', NULL, '[2015-01-01,2020-01-01)') FROM generate_series(1, 65535) AS i$$),
    ('null observed of contracts', '22004', NULL, $$1, 'a', '2019-01-01', NULL, NULL, NULL, '0 days'$$),
    ('null join_gap', '22004', NULL, $$1, 'a', '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', NULL$$),
    ('join_gap below 0', '22023', '-1', $$1, 'a', '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', '-1 days'$$),
    ('join_gap of hours', '22023', '43200000000', $$1, 'a', '2019-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', '12 hours'$$),
    ('a contract that ends before it starts', '22000', '2019-01-02.*2019-01-01', $$1, 'a', '2019-01-02', '2019-01-01', NULL, '[2015-01-01,2020-01-01)', '0 days'$$),
    ('a contract more than 150 years before as_of', '22008', '1869-12-31', $$1, 'a', '1869-12-31', NULL, NULL, '[2015-01-01,2020-01-01)', '0 days'$$),
    ('contracts observed without beginning', '22023', '\(,2020-01-01\)', $$1, 'a', '2019-01-02', NULL, NULL, '(,2020-01-01)', '0 days'$$),
    ('an FTE below 0', '22003', '-0.5', $$1, 'a', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', -0.5, '0 days'$$),
    ('an FTE of four decimals', '22003', '0\.333', $$1, 'a', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', 0.3333::float8, '0 days'$$),
    ('a person of more than 1000 FTE', '22003', '[Pp]erson "x" on 2019-02-01 is 1000\.001',
     $$SELECT mobility_agg('x'::text, s, d::date, NULL, NULL, '[2015-01-01,2020-01-01)', f, '0 days') FROM (VALUES ('a', '2019-01-01', 1000), ('b', '2019-02-01', 0.001)) AS x (s, d, f)$$),
    ('gaps that differ', '22023', '30 days.*31 days|31 days.*30 days',
     $$SELECT mobility_agg(1, 'a', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', g) FROM (VALUES ('30 days'::interval), ('31 days')) AS x (g)$$),
    ('more states and reasons than there may be', '54000', '65534',
     $$SELECT mobility_agg(i, 's' || i, '2015-01-01', '2016-01-01', 'r' || i, '[2015-01-01,2020-01-01)', '0 days') FROM generate_series(1, 33000) AS i$$)
) AS rows (label, state, shows, args);
CREATE FUNCTION many_states(first int, last int) RETURNS mobility LANGUAGE sql AS $$
    SELECT format('{"type": "mobility", "version": 1, "observed": ["2020-01-01", "2022-01-01"], "opening": {%s}}',
                  string_agg(format('"s%s": {"0": 1}', i), ', '))::mobility
    FROM generate_series(first, last) AS i
$$;
SELECT is(flaw(format('SELECT * FROM mv, %s', call), state, shows), '', call)
FROM (VALUES
    ($$mobility_headcount(m, '2019-12-31')$$, '22023', '2019-12-31.*\[2020-01-01,2022-01-01\)'),
    ($$mobility_headcount(m, '2022-01-01')$$, '22023', '2022-01-01'),
    ($$mobility_headcount(m, 'infinity')$$, '22008', 'infin'),
    ($$mobility_headcount(m, '-infinity')$$, '22008', 'infin'),
    ($$mobility_series(m, '0 days')$$, '22023', '0'),
    ($$mobility_series(m, '-1 days')$$, '22023', '-1'),
    ($$mobility_series(m, '12 hours')$$, '22023', '43200000000'),
    ($$mobility_leavers(m, '0 days')$$, '22023', '0'),
    ($$mobility_leavers(m, '-1 days')$$, '22023', '-1'),
    ($$mobility_leavers(m, '12 hours')$$, '22023', '43200000000'),
    ('mobility_flows(m, 0)', '22023', ' 0\.'),
    ('mobility_flows(m, 1)', '22023', ' 1\.'),
    ('mobility_flows(m, 95)', '22023', '95'),
    ($$mobility_flows(m, 'NaN')$$, '22023', '[Nn]a[Nn]'),
    ($$mobility_matrix(m, '732 days')$$, '22023', '732 days.*\[2020-01-01,2022-01-01\)'),
    ($$mobility_matrix(m, '2 years 1 day')$$, '22023', '24 months and 1 day,'),
    ($$mobility_matrix(m, '178000000 years')$$, '22023', 'months'),
    ($$mobility_matrix(m, '2147483647 days')$$, '22023', '2147483647'),
    ($$mobility_matrix(m, '0 days')$$, '22023', '0'),
    ($$mobility_matrix(m, '-1 days')$$, '22023', '-1'),
    ($$mobility_matrix(m, '1 year 12:00')$$, '22023', '43200000000'),
    ('mobility_project(m, years => 0)', '22023', ' 0\.'),
    ('mobility_project(m, years => 101)', '22023', '101'),
    ('mobility_project(m, years => -1)', '22023', '-1'),
    ('mobility_project(m, observed_years => 0)', '22023', ' 0\.'),
    ('mobility_project(m, observed_years => 101)', '22023', '101'),
    ('mobility_project(m, observed_years => -2147483648)', '22023', '-2147483648'),
    ('mobility_project(m, observed_years => 3)', '22023', 'observed_years is 3, .*\[2020-01-01,2022-01-01\)'),
    ('mobility_project(m, level => 0)', '22023', ' 0\.'),
    ('mobility_project(m, level => 80)', '22023', '80'),
    ($$mobility_project(m, level => 'NaN')$$, '22023', '[Nn]a[Nn]'),
    ($$mobility_project(m, '{1,2}')$$, '2202E', 'Elements of stock: 2\. States: 3\.'),
    ($$mobility_project(m, '{1,2,3,4}')$$, '2202E', 'Elements of stock: 4\.'),
    ($$mobility_project(m, '{}')$$, '2202E', 'Elements of stock: 0\.'),
    ($$mobility_project(m, intake => '{1,2}')$$, '2202E', 'Elements of intake: 2\.'),
    ($$mobility_project(m, '{1,-2,3}')$$, '22023', 'Element 2 of stock is -2'),
    ($$mobility_project(m, '{1,2,NaN}')$$, '22023', 'Element 3 of stock'),
    ($$mobility_project(m, intake => '{Infinity,2,3}')$$, '22023', 'Element 1 of intake'),
    ($$mobility_project(m, intake => '{1e13,2,3}')$$, '22023', 'Element 1 of intake is 1e\+13'),
    ($$mobility_project(m, states => '{a,b}')$$, '22023', '"c" is missing'),
    ($$mobility_project(m, states => '{}')$$, '22023', '"a" is missing'),
    ($$mobility_project(m, states => '{a,b,a}')$$, '22023', '"a" comes twice'),
    ($$mobility_project(m, states => '{a,b,c,d}')$$, '22023', 'no state "d"'),
    ($$mobility_project(m, states => '{a,B,c}')$$, '22023', 'no state "B"')
) AS rows (call, state, shows);
SELECT is(flaw(format('SELECT * FROM mv, %s', call), state, shows, shows IS NOT NULL), '', call)
FROM (VALUES
    ('mobility_project(m, years => NULL)', '22004', NULL),
    ('mobility_project(m, observed_years => NULL)', '22004', NULL),
    ($$mobility_project(m, '{1,NULL,3}')$$, '22004', NULL),
    ($$mobility_project(m, intake => '{1,NULL,3}')$$, '22004', NULL),
    ($$mobility_project(m, states => '{a,NULL,c}')$$, '22004', 'Element 2'),
    ($$mobility_project(m, '{{1,2,3}}')$$, '2202E', 'Dimensions: 2\. Elements: 3'),
    ($$mobility_project(m, states => '{{a,b,c}}')$$, '2202E', 'Dimensions: 2')
) AS rows (call, state, shows);
-- In the last year, 2021, nobody was in "d"; who may come there is not to be moved on.
SELECT is(flaw(format($$SELECT mobility_project((j || '{"opening": {"a": {"0": 4}, "b": {"0": 10}, "d": {"0": 1}}, "left": {"d": {"366": 1}}}')::text::mobility, %s) FROM mv$$, args), '22023',
               '"d" from 2021-01-01 to the day before 2022-01-01;.* are 3\.'), '', 'nobody seen: ' || args)
FROM (VALUES ($$'{0,0,0,3}'$$), ($$intake => '{0,0,0,3}'$$)) AS rows (args);
SELECT lives_ok(format($$SELECT mobility_project((j || '{"opening": {"a": {"0": 4}, "b": {"0": 10}, "d": {"0": 1}}, "left": {"d": {"366": 1}}}')::text::mobility, %s) FROM mv$$, args),
                'nobody to move: ' || args)
FROM (VALUES ($$'{0,0,3,0}'$$), ($$intake => '{0,0,0,3}', years => 1$$)) AS rows (args);
SELECT is(flaw($$SELECT mobility_project((j || '{"observed": ["2020-01-01", "2020-12-31"], "moved": {}}')::text::mobility) FROM mv$$, '22023', '\[2020-01-01,2020-12-31\)'), '',
          'a period of a day less than a year');
SELECT is(flaw('SELECT rollup(m) FROM (SELECT m FROM mv UNION ALL SELECT (j || ''{"observed": ["2020-01-01", "2022-01-02"]}'')::text::mobility FROM mv) AS x', '22023',
               '\[2020-01-01,2022-01-01\).*\[2020-01-01,2022-01-02\)|\[2020-01-01,2022-01-02\).*\[2020-01-01,2022-01-01\)'), '',
          'periods that differ do not add up');
SELECT is(flaw('SELECT mobility_matrix(many_states(1, 5001))', '54000', '5001'), '', 'a matrix of too many states');
SELECT is(flaw('SELECT rollup(m) FROM (VALUES (many_states(1, 40000)), (many_states(25536, 65535))) AS x (m)', '54000', '65535 .*65534'), '',
          'too many states together');
SELECT is((SELECT count(*) FROM mobility_headcount((SELECT rollup(m) FROM (VALUES (many_states(1, 40000)), (many_states(25536, 65534))) AS x (m)))), 65534::bigint,
          'as many as there may be');
SELECT lives_ok(format('SELECT * FROM mv, %s', call), call)
FROM (VALUES ($$mobility_headcount(m, '2020-01-01')$$), ($$mobility_headcount(m, '2021-12-31')$$), ('mobility_headcount(m, NULL)'),
             ($$mobility_matrix(m, '2 years')$$), ($$mobility_matrix(m, '731 days')$$), ($$mobility_matrix(m, '1 day')$$), ('mobility_matrix(m, NULL)'),
             ('mobility_project(m, years => 100)'), ('mobility_project(m, observed_years => 2)'), ('mobility_project(m, level => NULL)'), ($$mobility_project(m, '{0,0,0}')$$), ($$mobility_project(m, '{0,1e12,0.5}', 1, '{0,1e12,0}', '{c,b,a}')$$),
             ('mobility_flows(m, 0.9999999999999999)'), ('mobility_flows(m, 1e-300)')) AS rows (call);
SELECT is((SELECT count(*) FROM mobility_headcount(NULL)) + (SELECT count(*) FROM mobility_flows(NULL)) + (SELECT count(*) FROM mobility_matrix(NULL)) +
          (SELECT count(*) FROM mobility_project(NULL, years => NULL)), 0::bigint, 'of nothing there are no rows');

-- ---------------------------------------------------------------------------
-- Text that is no mobility
-- ---------------------------------------------------------------------------
SELECT refused(input, 'mobility', label)
FROM mv, LATERAL (VALUES
    ('a text in which nothing is', '{}'),
    ('an array', '[]'),
    ('another type', (j || '{"type": "retention"}')::text),
    ('no version', (j - 'version')::text),
    ('a later version', (j || '{"version": 2}')::text),
    ('an unknown member', (j || '{"extra": {}}')::text),
    ('fte that is no boolean', (j || '{"fte": 1}')::text),
    ('no observed', (j - 'observed')::text),
    ('observed without beginning', (j || '{"observed": [null, "2022-01-01"]}')::text),
    ('observed backwards', (j || '{"observed": ["2022-01-02", "2022-01-01"]}')::text),
    ('observed empty', (j || '{"observed": ["2022-01-01", "2022-01-01"]}')::text),
    ('observed of more than 150 years', (j || '{"observed": ["2020-01-01", "2170-01-03"]}')::text),
    ('skipped negative', (j || '{"skipped": -1}')::text),
    ('opening null', (j || '{"opening": null}')::text),
    ('opening as an array', (j || '{"opening": [{"0": 4}]}')::text),
    ('opening not by day', (j || '{"opening": {"a": 4, "b": {"0": 10}}}')::text),
    ('opening on day 1', (j || '{"opening": {"a": {"0": 4}, "b": {"0": 10, "1": 1}}}')::text),
    ('opening of more than 10^12', (j || '{"opening": {"a": {"0": 4}, "b": {"0": 1000000000000}}}')::text),
    ('entered on as_of', (j || '{"entered": {"c": {"731": 2, "5": 2}}}')::text),
    ('entered after the period', (j || '{"entered": {"c": {"5": 2, "732": 1}}}')::text),
    ('entered after 150 years', (j || '{"entered": {"c": {"5": 2, "54789": 1}}}')::text),
    ('entered on a negative day', (j || '{"entered": {"c": {"5": 2, "-5": 1}}}')::text),
    ('entered a fraction', (j || '{"entered": {"c": {"5": 2.5}}}')::text),
    ('entered where moved stands', (j || '{"entered": {"c": {"a": {"5": 2}}}}')::text),
    ('moved by one state', (j || '{"moved": {"a": {"10": 1}}}')::text),
    ('moved null', (j || '{"moved": null}')::text),
    ('moved of null', (j || '{"moved": {"a": null}}')::text),
    ('moved to null', (j || '{"moved": {"a": {"b": null}}}')::text),
    ('moved as an array', (j || '{"moved": {"a": [{"b": {"10": 1}}]}}')::text),
    ('moved of three states', (j || '{"moved": {"a": {"b": {"c": {"10": 1}}}}}')::text),
    ('moved on day 0', jsonb_set(j, '{moved,a,b,0}', '1')::text),
    ('moved after the period', jsonb_set(j, '{moved,a,b,732}', '1')::text),
    ('moved after 150 years', jsonb_set(j, '{moved,a,b,54789}', '1')::text),
    ('moved on a day that is a pair', jsonb_set(j, '{moved,a,b,65546}', '1')::text),
    ('moved on day 2^32 + 10', jsonb_set(j, '{moved,a,b,4294967306}', '1')::text),
    ('moved on a day with a leading zero', jsonb_set(j, '{moved,a,b,010}', '1')::text),
    ('moved negative', jsonb_set(j, '{moved,a,b,11}', '-1')::text),
    ('moved as a string', jsonb_set(j, '{moved,a,b,11}', '"1"')::text),
    ('moved to where they are', jsonb_set(j, '{moved,a,a}', '{"11": 1}')::text),
    ('moved by more than are there', jsonb_set(j, '{moved,a,c,10}', '7')::text),
    ('moved by those who come that day', jsonb_set(j, '{moved,c}', '{"a": {"5": 1}}')::text),
    ('left by more than are there', (j || '{"left": {"b": {"100": 9}}}')::text),
    ('censored of more than are there', jsonb_set(j, '{censored,a,7}', '5')::text),
    ('left, moved and censored of more than are there together', (j || '{"left": {"a": {"10": 2}}, "censored": {"a": {"10": 4}}}')::text),
    ('a state that nobody is in', (j || '{"resumed": {"d": {}}}')::text),
    ('a state that nobody goes to', jsonb_set(j, '{moved,a,d}', '{}')::text),
    ('a state of which people only go', (j || '{"left": {"d": {"100": 1}}}')::text),
    ('more than 10^12 moves', (j || '{"opening": {"a": {"0": 500000000000}, "b": {"0": 10}}, "left": {"a": {"300": 499999999990}}}')::text),
    ('counts of 2^63 - 1', (j || '{"resumed": {"a": {"210": 9223372036854775807, "211": 9223372036854775807}}}')::text),
    ('left_for by one name', (j || '{"left_for": {"a": {"11": 1}}}')::text),
    ('left_for null', (j || '{"left_for": {"a": null}}')::text),
    ('left_for as an array', (j || '{"left_for": {"a": [{"r": {"11": 1}}]}}')::text),
    ('left_for on day 0', (j || '{"left_for": {"a": {"r": {"0": 1}}}}')::text),
    ('left_for after the period', (j || '{"left_for": {"a": {"r": {"732": 1}}}}')::text),
    ('left_for negative', (j || '{"left_for": {"a": {"r": {"11": -1}}}}')::text),
    ('left_for "unknown"', (j || '{"left_for": {"a": {"unknown": {"11": 1}}}}')::text),
    ('left_for by more than are there', (j || '{"left_for": {"b": {"r": {"100": 9}}}}')::text),
    ('left and left_for by more than are there together', (j || '{"left_for": {"b": {"r": {"101": 4}, "s": {"101": 4}}}}')::text),
    ('a reason that nobody leaves for', (j || '{"left_for": {"a": {"r": {}}}}')::text),
    ('left_for where nobody ever is', (j || '{"left_for": {"d": {"r": {"11": 1}}}}')::text),
    ('FTE where none is counted', (j || '{"fte_gained": {"a": {"0": 500}}}')::text),
    ('FTE where it is said that none is counted', (j || '{"fte": false, "fte_gained": {"a": {"0": 500}}}')::text),
    ('FTE lost that is not there', (j || '{"fte": true, "fte_gained": {"a": {"0": 500}}, "fte_lost": {"a": {"9": 501}}}')::text),
    ('FTE lost before it comes', (j || '{"fte": true, "fte_gained": {"a": {"9": 500}}, "fte_lost": {"a": {"8": 500}}}')::text),
    ('FTE lost elsewhere', (j || '{"fte": true, "fte_gained": {"a": {"0": 500}}, "fte_lost": {"b": {"9": 500}}}')::text),
    ('FTE lost on the first day', (j || '{"fte": true, "fte_gained": {"a": {"0": 500}}, "fte_lost": {"a": {"0": 500}}}')::text),
    ('FTE lost on as_of', (j || '{"fte": true, "fte_gained": {"a": {"0": 500}}, "fte_lost": {"a": {"731": 500}}}')::text),
    ('FTE gained on as_of', (j || '{"fte": true, "fte_gained": {"a": {"731": 500}}}')::text),
    ('FTE gained after 150 years', (j || '{"fte": true, "fte_gained": {"a": {"54789": 500}}}')::text),
    ('FTE gained a fraction', (j || '{"fte": true, "fte_gained": {"a": {"0": 0.5}}}')::text),
    ('FTE gained negative', (j || '{"fte": true, "fte_gained": {"a": {"0": -1}}}')::text),
    ('FTE gained by pairs', (j || '{"fte": true, "fte_gained": {"a": {"b": {"0": 1}}}}')::text),
    ('FTE of more than 10^18 thousandths', (j || '{"fte": true, "fte_gained": {"a": {"0": 1000000000000000000, "1": 1}}}')::text),
    ('FTE of 2^63 - 1', (j || '{"fte": true, "fte_gained": {"a": {"0": 9223372036854775807, "1": 9223372036854775807}}}')::text)
) AS spoilt (label, input);
SELECT is(flaw(format('SELECT %L::mobility', replace(many_states(1, 65534)::text, '"s1":', '"t1": {"0": 1}, "s1":')), '22P02', '65535'), '', 'mobility: a state more than there may be');
SELECT lives_ok(format('SELECT %L::mobility', input), 'mobility: ' || label)
FROM mv, LATERAL (VALUES
    ('150 years', '{"type": "mobility", "version": 1, "observed": ["1903-03-01", "2053-03-01"], "resumed": {"": {"54787": 1}}}'),
    ('one day', '{"type": "mobility", "version": 1, "observed": ["2020-02-29", "2020-03-01"], "opening": {"a": {"0": 1}}, "moved": {"a": {"b": {"1": 1}}}}'),
    ('everybody goes', (j || '{"left": {"b": {"100": 8}}}')::text),
    ('10^12 people', '{"type": "mobility", "version": 1, "observed": ["2020-01-01", "2022-01-01"], "opening": {"a": {"0": 500000000000}}, "moved": {"a": {"b": {"1": 500000000000}}}}'),
    ('nobody', '{"type": "mobility", "version": 1, "observed": ["2020-01-01", "2022-01-01"]}')
) AS edge (label, input);
SELECT is(j::text::mobility, m, 'members may be in any order') FROM mv;
SELECT is(replace(t, ' ', E'\n ')::mobility, m, 'and spaced in any way') FROM mv;
SELECT is(jsonb_set(j, '{moved,c}', '{"b": {"30": 0}}')::text::mobility, m, 'moves of nobody are forgotten') FROM mv;

-- ---------------------------------------------------------------------------
-- Bytes that are no mobility
-- ---------------------------------------------------------------------------
CREATE TABLE sink (m mobility);
-- Two people in a; one moves to b on day 10.
CREATE TABLE mobility_bytes AS
SELECT encode(mobility_send('{"type": "mobility", "version": 1, "observed": ["2020-01-01", "2021-01-01"],
                              "opening": {"a": {"0": 2}}, "moved": {"a": {"b": {"10": 1}}}}'), 'hex') AS hex;
SELECT is(hex, '01' || '4d' || '00' || '01' || '00001c89' || '00001df7' || '0000000000000000' || '00000002' || '00000001' || '61' || '00000001' || '62' ||
               '02' || '1001' || '0002' || '1201' || '8a8008' || '01',
          'the bytes that are spoilt below') FROM mobility_bytes;
SELECT lives_ok(copy_bytes(hex), 'are valid') FROM mobility_bytes;
SELECT is((SELECT encode(mobility_send(m), 'hex') FROM sink), hex, 'and come back') FROM mobility_bytes;
SELECT throws_ok(copy_bytes(bytes), state, NULL, 'mobility in binary: ' || label)
FROM mobility_bytes, LATERAL (VALUES
    ('a later version', '22P03', with_bytes(hex, 0, '02')),
    ('a growing state', '22P03', with_bytes(hex, 0, '81')),
    ('another type', '22P03', with_bytes(hex, 1, '54')),
    ('a flag', '22P03', with_bytes(hex, 2, '02')),
    ('no beginning', '22P03', with_bytes(hex, 3, '00' || '00000000')),
    ('as_of on from', '22P03', with_bytes(hex, 8, '00001c89')),
    ('as_of 150 years and a day later', '22P03', with_bytes(hex, 8, '0000f28e')),
    ('skipped negative', '22P03', with_bytes(hex, 12, 'ffffffffffffffff')),
    ('a state less', '22P03', left(hex, 40) || '00000001' || '00000001' || '61' || right(hex, 22)),
    ('a state more', '22P03', left(hex, 40) || '00000003' || '00000001' || '61' || '00000001' || '62' || '00000001' || '63' || right(hex, 22)),
    ('2^32 - 1 states', '22P03', with_bytes(hex, 20, 'ffffffff')),
    ('a state that is no text', '22021', with_bytes(hex, 28, 'c3')),
    ('a state twice', '22P03', with_bytes(hex, 33, '61')),
    ('a series more', '22P03', with_bytes(hex, 34, '03')),
    ('a series less', '22P03', with_bytes(hex, 34, '01')),
    ('an opening on day 1', '22P03', with_bytes(hex, 37, '01')),
    ('people who enter as a pair', '22P03', with_bytes(hex, 39, '11')),
    ('people who leave as a pair', '22P03', with_bytes(hex, 39, '13')),
    ('moves from no state', '22P03', with_bytes(hex, 39, '02')),
    ('moves from a third state', '22P03', with_bytes(hex, 39, '32')),
    ('a series of an unknown kind', '22P03', with_bytes(hex, 39, '19')),
    ('a series of rows', '22P03', with_bytes(hex, 39, '1f')),
    ('moves to no state', '22P03', left(hex, 82) || '0a' || '01'),
    ('moves to where they are', '22P03', left(hex, 82) || '8a8004' || '01'),
    ('moves to a third state', '22P03', left(hex, 82) || '8a800c' || '01'),
    ('moves on day 0', '22P03', left(hex, 82) || '808008' || '01'),
    ('moves after the period', '22P03', left(hex, 82) || 'ef8208' || '01'),
    ('moves after 150 years', '22P03', left(hex, 82) || '85ac0b' || '01'),
    ('moves beyond 32 bits', '22P03', left(hex, 82) || '8a80888010' || '01'),
    ('more moves than people', '22P03', with_bytes(hex, 44, '03')),
    ('a count of 0', '22P03', with_bytes(hex, 44, '00')),
    ('a count beyond 63 bits', '22P03', left(hex, 88) || 'ffffffffffffffffff01'),
    ('one byte more', '22P03', hex || '00')
) AS spoilt (label, state, bytes);
SELECT is(count(*), (SELECT length(hex) / 2 FROM mobility_bytes)::bigint, 'mobility in binary: cut off before any byte')
FROM mobility_bytes, generate_series(0, length(hex) / 2 - 1) AS n, flaw(copy_bytes(left(hex, 2 * n)), '22P03', NULL, false) AS f
WHERE f = '' OR f ~ '^SQLSTATE 08P01: [^;]*$';
-- One person in a, who has half an FTE, and from day 3 on nothing; who leaves for r on day 10.
CREATE TABLE reason_bytes AS
SELECT encode(mobility_send('{"type": "mobility", "version": 1, "observed": ["2020-01-01", "2021-01-01"], "fte": true, "opening": {"a": {"0": 1}},
                              "left_for": {"a": {"r": {"10": 1}}}, "fte_gained": {"a": {"0": 500}}, "fte_lost": {"a": {"3": 500}}}'), 'hex') AS hex;
SELECT is(hex, '01' || '4d' || '01' || '01' || '00001c89' || '00001df7' || '0000000000000000' || '00000002' || '00000001' || '61' || '00000001' || '72' ||
               '04' || '1001' || '0001' || '1601' || '8a8008' || '01' || '1701' || '00' || 'f403' || '1801' || '03' || 'f403',
          'the bytes that are spoilt below') FROM reason_bytes;
SELECT lives_ok(copy_bytes(hex), 'are valid') FROM reason_bytes;
SELECT throws_ok(copy_bytes(bytes), '22P03', NULL, 'mobility in binary: ' || label)
FROM reason_bytes, LATERAL (VALUES
    ('FTE where none is counted', with_bytes(hex, 2, '00')),
    ('a reason that is no label', left(hex, 82) || '8a800c' || right(hex, 24)),
    ('a reason of no number', left(hex, 82) || '0a' || right(hex, 24)),
    ('leaving on day 0', left(hex, 82) || '808008' || right(hex, 24)),
    ('leaving after the period', left(hex, 82) || 'ef8208' || right(hex, 24)),
    ('leaving of more than are there', with_bytes(hex, 44, '02')),
    ('leaving as a number', with_bytes(hex, 39, '13')),
    ('FTE of no state', with_bytes(hex, 45, '07')),
    ('FTE of a state that there is not', with_bytes(hex, 45, '37')),
    ('FTE lost that is not there', with_bytes(hex, 52, 'f503')),
    ('FTE lost before it comes', with_bytes(hex, 51, '00')),
    ('FTE gained after the period', left(hex, 94) || 'ef02' || right(hex, 12)),
    ('a label of nobody', left(hex, 40) || '00000003' || '00000001' || '61' || '00000001' || '72' || '00000001' || '73' || right(hex, 42))
) AS spoilt (label, bytes);
SELECT is(count(*), (SELECT length(hex) / 2 FROM reason_bytes)::bigint, 'mobility with reasons in binary: cut off before any byte')
FROM reason_bytes, generate_series(0, length(hex) / 2 - 1) AS n, flaw(copy_bytes(left(hex, 2 * n)), '22P03', NULL, false) AS f
WHERE f = '' OR f ~ '^SQLSTATE 08P01: [^;]*$';
-- One value has one form, however it came in: states in another order, longer numbers.
TRUNCATE sink;
SELECT lives_ok(copy_bytes(left(hex, 56) || '62' || '00000001' || '61' || '02' || '2001' || '8000' || '8200' || '2201' || '8a808400' || '8100'),
                'states may come in any order, and numbers be spelt with more bytes than they need') FROM mobility_bytes;
SELECT is((SELECT encode(mobility_send(m), 'hex') FROM sink), hex, 'and come out in one form') FROM mobility_bytes;

SELECT * FROM finish();
ROLLBACK;
