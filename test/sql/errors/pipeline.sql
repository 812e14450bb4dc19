-- Refusals of funnel_output and required_intake: arrivals, and the intake that closes a gap.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(429);

\ir ../../lib/refusals.sql

CREATE TABLE pv AS SELECT f, forever, fv.nobody, w, without_hires, v.nobody AS nowhere, rule, rule_from_1960, rule_beyond FROM fv, v;
-- Nobody is no excuse.
SELECT is(flaw(format('SELECT * FROM (SELECT %s AS f FROM pv) AS v, funnel_output(f, %s) AS answer', f, args), state, shows, state <> '22004'), '', format('funnel_output(%s, %s) is refused', f, args))
FROM unnest('{f,forever,nobody}'::text[]) AS f, (VALUES
    ('NULL, 2020, 5', '22004', NULL), ($$'{1}', NULL, 5$$, '22004', NULL), ($$'{1}', 2020, NULL$$, '22004', NULL), ($$'{1}', 2020, 5, NULL$$, '22004', NULL),
    ($$'{1}', 2020, 5, conversion_change => NULL$$, '22004', NULL), ($$'{1,NULL}', 2020, 5$$, '22004', NULL),
    ($$'{1,-0.5}', 2020, 5$$, '22023', '2.*-0\.5'), ($$'{1,NaN}', 2020, 5$$, '22023', '[Nn]a[Nn]'), ($$'{1,1.1e12}', 2020, 5$$, '22023', '1\.1e\+12'),
    ($$'{Infinity}', 2020, 5$$, '22023', '[Ii]nf'), ($$'{-Infinity}', 2020, 5$$, '22023', '-[Ii]nf'), 
    ($$'{1}', 0, 5$$, '22023', '\m0\M'), ($$'{1}', -1, 5$$, '22023', '-1\M'), ($$'{1}', 10000, 5$$, '22023', '\m10000\M'), ($$'{1}', 2147483647, 5$$, '22023', '2147483647'),
    ($$'{1}', 2020, 0$$, '22023', '\m0\M'), ($$'{1}', 2020, -5$$, '22023', '-5\M'), ($$'{1}', 2020, 101$$, '22023', '\m101\M'), ($$'{1}', 2020, 2147483647$$, '22023', '2147483647'),
    ($$'{1,2}', 9999, 2$$, '22023', '9999.*\m2\M'), ($$array_fill(1::float8, '{8000}')$$ || ', 2020, 5', '22023', '2020.*8000'),
    ($$'{1}', 2020, 5, as_of => 'infinity'$$, '22008', 'as_of'), ($$'{1}', 2020, 5, as_of => '-infinity'$$, '22008', 'as_of'),
    ($$'{1}', 2020, 5, as_of => '10000-01-01'$$, '22008', '10000'), ($$'{1}', 2020, 5, as_of => '0001-12-31 BC'$$, '22008', '.'),
    ($$'{1}', 2020, 5, '02-29'$$, '22023', '"02-29"'), ($$'{1}', 2020, 5, '02-30'$$, '22023', '"02-30"'), ($$'{1}', 2020, 5, '04-31'$$, '22023', '"04-31"'),
    ($$'{1}', 2020, 5, '00-01'$$, '22023', '"00-01"'), ($$'{1}', 2020, 5, '13-01'$$, '22023', '"13-01"'), ($$'{1}', 2020, 5, '01-00'$$, '22023', '"01-00"'),
    ($$'{1}', 2020, 5, '9-1'$$, '22023', '"9-1"'), ($$'{1}', 2020, 5, '0901'$$, '22023', '"0901"'), ($$'{1}', 2020, 5, '09-01 '$$, '22023', '"09-01 "'),
    ($$'{1}', 2020, 5, '09/01'$$, '22023', '"09/01"'), ($$'{1}', 2020, 5, ''$$, '22023', '""'), ($$'{1}', 2020, 5, '-9-01'$$, '22023', '"-9-01"'),
    ($$'{1}', 2020, 5, '+9-01'$$, '22023', '"\+9-01"'), ($$'{1}', 2020, 5, ' 9-01'$$, '22023', '" 9-01"'), ($$'{1}', 2020, 5, '2020-09-01'$$, '22023', '"2020-09-01"'), ($$'{1}', 2020, 5, repeat('å', 1000)$$, '22023', '"å'),
    ($$'{1}', 2020, 5, conversion_change => 0.1$$, '22023', '0\.1'), ($$'{1}', 2020, 5, conversion_change => 'NaN'$$, '22023', '[Nn]a[Nn]'),
    ($$'{1}', 2020, 5, changed_stage => 'c', conversion_change => 0.1$$, '22023', '"c"'), ($$'{1}', 2020, 5, changed_stage => 'c'$$, '22023', '"c"'),
    ($$'{1}', 2020, 5, changed_stage => 'd', conversion_change => 0.1$$, '22023', '"d"'), ($$'{1}', 2020, 5, changed_stage => ''$$, '22023', '""'),
    ($$'{1}', 2020, 5, changed_stage => 'b', conversion_change => 'NaN'$$, '22023', '[Nn]a[Nn]'), ($$'{1}', 2020, 5, changed_stage => 'b', conversion_change => 'Infinity'$$, '22023', '[Ii]nf')
) AS rows (args, state, shows);
SELECT is(flaw($$SELECT * FROM pv, funnel_output(f, '{{1,2},{3,4}}', 2020, 5)$$, '2202E', '2.*4'), '', 'funnel_output of a table of intakes is refused');
-- What leads out of the range depends on what the conversion is, where it is known: here
-- four in seven.
SELECT is(flaw(format('SELECT * FROM pv, funnel_output(%s, ''{1}'', 2020, 5, changed_stage => ''a'', conversion_change => %s)', f, change), '22023', shows), '', format('a change of %s is refused to %s', change, f))
FROM (VALUES ('f', '1.1', '1\.1'), ('f', '-1.1', '-1\.1'), ('f', '0.9', '"a" is 0\.571428571429.*1\.47142857143'), ('f', '-0.9', '-0\.32857142857'), ('f', '1e300', '1e\+300'), ('forever', '0.45', '1\.02142857143'), ('forever', '-0.6', '-0\.0285714285714'), ('nobody', '1.1', '1\.1'), ('nobody', '-1.1', '-1\.1')) AS v (f, change, shows);
SELECT lives_ok(format('SELECT * FROM pv, funnel_output(%s) AS answer', args), format('funnel_output(%s) is accepted', args))
FROM unnest(ARRAY[$$NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL$$, $$f, '{}', 1000, 1, '01-01', '0001-01-01'$$, $$f, '{1}', 9999, 100, '12-31', '9999-12-31'$$, $$f, array_fill(1e12::float8, '{9000}'), 1000, 100, '02-28'$$,
                  $$f, '{1}', 2020, 5, changed_stage => 'a'$$, $$forever, '{1}', 2020, 5, changed_stage => 'a', conversion_change => 3 / 7::float8$$, $$nobody, '{1}', 2020, 5, changed_stage => 'a', conversion_change => 0.9$$]) AS args;
SELECT is(c, 4 / 7::float8, 'the conversion is four in seven') FROM (SELECT conversion AS c FROM pv, funnel_stages(forever) WHERE stage = 'a') AS x;

-- The same questions, of both functions that answer them.
SELECT is(flaw(format('SELECT * FROM (SELECT %s AS f, %s AS w, rule, rule_from_1960, rule_beyond, nowhere FROM pv) AS v, %s(f, w, %s) AS answer', f, w, name, args), state, shows, state <> '22004'), '',
          format('%s(%s, %s, %s) is refused', name, f, w, args))
FROM (VALUES ('required_intake', 'f', 'w'), ('required_intake_stages', 'f', 'w'), ('required_intake', 'nobody', 'w'), ('required_intake', 'f', 'without_hires'), ('required_intake_stages', 'nobody', 'nowhere')) AS n (name, f, w), (VALUES
    ('NULL, 2020', '22004', NULL), ($$'{1}', NULL$$, '22004', NULL), ($$'{1}', 2020, NULL$$, '22004', NULL), ($$'{1}', 2020, method => NULL$$, '22004', NULL), ($$'{1}', 2020, arrived => NULL$$, '22004', NULL),
    ($$'{1}', 2020, conversion_change => NULL$$, '22004', NULL), ($$'{1}', 2020, latest_age => NULL$$, '22004', NULL), ($$'{1}', 2020, level => NULL$$, '22004', NULL), ($$'{1,NULL}', 2020$$, '22004', NULL),
    ($$'{}', 2020$$, '2202E', '\m0\M'), ($$array_fill(1::float8, '{101}'), 2020$$, '2202E', '101'), ($$'{1,NaN}', 2020$$, '22023', '2021.*[Nn]a[Nn]'), ($$'{Infinity}', 2020$$, '22023', '[Ii]nf'),
    ($$'{-Infinity}', 2020$$, '22023', '-[Ii]nf'), ($$'{1,2,1.1e12}', 2020$$, '22023', '2022.*1\.1e\+12'), ($$'{-1.1e12}', 2020$$, '22023', '-1\.1e\+12'),
    ($$'{1}', 0$$, '22023', '\m0\M'), ($$'{1}', 10000$$, '22023', '10000'), ($$'{1}', 2020, '02-29'$$, '22023', '"02-29"'), ($$'{1}', 2020, '9-01'$$, '22023', '"9-01"'), ($$'{1}', 2020, ''$$, '22023', '""'),
    ($$'{1}', 2020, method => 'Constant'$$, '22023', '"Constant"'), ($$'{1}', 2020, method => ''$$, '22023', '""'), ($$'{1}', 2020, method => 'constant '$$, '22023', '"constant "'),
    ($$'{1,2}', 2020, target_year => 2019$$, '22023', '2019'), ($$'{1,2}', 2020, target_year => 2022$$, '22023', '2022'), ($$'{1,2}', 2020, target_year => -2147483648$$, '22023', 'target_year is -2147483648, '), ($$'{1,2}', 2025, target_year => 2025$$, '22023', '2025'), ($$'{1}', 2020, target_year => -1$$, '22023', '-1\M'),
    ($$'{1,2}', 2020, method => 'schedule', target_year => 2021$$, '22023', '2021'),
    ($$'{1}', 2020, arrived => -0.1$$, '22023', '-0\.1'), ($$'{1}', 2020, method => 'schedule', arrived => 1.1$$, '22023', '1\.1'), ($$'{1}', 2020, arrived => 'NaN'$$, '22023', '[Nn]a[Nn]'),
    ($$'{1}', 2020, conversion_change => 0.1$$, '22023', '0\.1'), ($$'{1}', 2020, changed_stage => 'c', conversion_change => 0.1$$, '22023', '"c"'), ($$'{1}', 2020, changed_stage => 'd'$$, '22023', '"d"'),
    ($$'{1}', 2020, changed_stage => 'a', conversion_change => 1.1$$, '22023', '1\.1'), ($$'{1}', 2020, changed_stage => 'a', conversion_change => 'NaN'$$, '22023', '[Nn]a[Nn]'),
    ($$'{1}', 2020, retire_at => 65, retire_rule => rule$$, '22023', 'retire_at.*retire_rule'), ($$'{1}', 2020, retire_at => 0$$, '22023', '\m0\M'), ($$'{1}', 2020, retire_at => 151$$, '22023', '151'), ($$'{1}', 2020, retire_at => 73$$, '22023', '73'),
    ($$'{1}', 2020, retire_rule => rule_beyond$$, '22023', '1000'),
    ($$'{1}', 2020, latest_age => 0$$, '22023', '\m0\M'), ($$'{1}', 2020, latest_age => 150$$, '22023', '150'),
    ($$'{1}', 2020, level => 0$$, '22023', '\m0\M'), ($$'{1}', 2020, level => 1$$, '22023', '\m1\M'), ($$'{1}', 2020, level => 'NaN'$$, '22023', '[Nn]a[Nn]')
) AS rows (args, state, shows);
SELECT is(flaw(format('SELECT * FROM pv, %s(f, w, ''{{1,2}}'', 2020)', name), '2202E', '2.*2'), '', name || ' of a table of gaps is refused') FROM unnest('{required_intake,required_intake_stages}'::text[]) AS name;
SELECT is(flaw(format('SELECT * FROM pv, %s(f, w, ''{1}'', 2020, rates => nowhere)', name), '22023', NULL), '', name || ' with rates of nobody is refused') FROM unnest('{required_intake,required_intake_stages}'::text[]) AS name;
SELECT is(flaw(format('SELECT * FROM pv, %s(f, w, ''{1}'', 2020, retire_rule => rule_from_1960)', name), '22023', '1960'), '', name || ' by a rule that does not cover everybody is refused') FROM unnest('{required_intake,required_intake_stages}'::text[]) AS name;
SELECT lives_ok(format('SELECT * FROM pv, %s(%s) AS answer', name, args), format('%s(%s) is accepted', name, args))
FROM unnest('{required_intake,required_intake_stages}'::text[]) AS name, unnest(ARRAY['NULL, w, NULL, NULL', 'f, NULL, NULL, NULL, NULL', $$f, w, array_fill(1e12::float8, '{100}'), 1000$$, $$f, w, '{-1e12}', 9999$$,
    $$f, w, '{1,2}', 2020, '12-31', 'constant', 2021, 0$$, $$f, w, '{1}', 2020, '01-01', 'schedule', NULL, 1, NULL, 0, NULL, NULL, NULL, 149, 0.9999999999999999$$,
    $$nobody, without_hires, '{1}', 2020$$, $$f, without_hires, '{1}', 2020, rates => w$$, $$f, w, '{1}', 2020, retire_rule => rule, level => 1e-300$$]) AS args;

SELECT * FROM finish();
ROLLBACK;
