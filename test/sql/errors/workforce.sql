-- Refusals of workforce and retirement_rule: rows, accessors, projections, text.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(222);

\ir ../../lib/refusals.sql

-- ---------------------------------------------------------------------------
-- Rows and observation periods
-- ---------------------------------------------------------------------------
SELECT is(flaw(CASE WHEN args ~ '^SELECT' THEN args ELSE format('SELECT workforce_agg(%s)', args) END, state, shows), '', label)
FROM (VALUES
    ('null observed', '22004', NULL, $$'1960-01-01', '2019-01-01', NULL, NULL, NULL$$),
    ('null observed, with fte', '22004', NULL, $$'1960-01-01', '2019-01-01', NULL, NULL, NULL, 1.0$$),
    ('null observed in a skipped row', '22004', NULL, $$NULL, '2019-01-01', NULL, NULL, NULL$$),
    ('end before start', '22000', '2019-01-02.*2019-01-01', $$'1960-01-01', '2019-01-02', '2019-01-01', NULL, '[2015-01-01,2020-01-01)'$$),
    ('end before start, with fte', '22000', '2019-01-02.*2019-01-01', $$'1960-01-01', '2019-01-02', '2019-01-01', NULL, '[2015-01-01,2020-01-01)', 0.5$$),
    ('birth after start', '22000', '2019-01-03.*2019-01-02|2019-01-02.*2019-01-03', $$'2019-01-03', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)'$$),
    ('birth at infinity', '22008', 'birth', $$'infinity', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)'$$),
    ('birth at -infinity', '22008', 'birth', $$'-infinity', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)'$$),
    ('start at infinity', '22008', 'start', $$'1960-01-01', 'infinity', NULL, NULL, '[2015-01-01,2020-01-01)'$$),
    ('start at -infinity', '22008', 'start', $$'1960-01-01', '-infinity', NULL, NULL, '[2015-01-01,2020-01-01)'$$),
    ('start at -infinity, complete history', '22008', 'start', $$'1960-01-01', '-infinity', NULL, NULL, '(,2020-01-01)'$$),
    ('end at -infinity', '22000', '-infinity', $$'1960-01-01', '2019-01-02', '-infinity', NULL, '[2015-01-01,2020-01-01)'$$),
    ('age at start above 150', '22008', '1860-01-01', $$'1860-01-01', '2015-01-02', NULL, NULL, '[2015-01-01,2020-01-01)'$$),
    ('age at as_of above 150', '22008', '1869-01-01', $$'1869-01-01', '1990-01-02', NULL, NULL, '[2015-01-01,2020-01-01)'$$),
    ('start more than 150 years before as_of', '22008', '1869-12-31', $$'1830-01-01', '1869-12-31', NULL, NULL, '[2015-01-01,2020-01-01)'$$),
    ('start more than 150 years before as_of, and end', '22008', '1869-12-31', $$'1830-01-01', '1869-12-31', '1880-01-01', NULL, '(,2020-01-01)'$$),
    ('empty observed', '22023', '.', $$'1960-01-01', '2019-01-02', NULL, NULL, 'empty'$$),
    ('empty observed of equal bounds', '22023', '.', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2020-01-01,2020-01-01)'$$),
    ('observed without end', '22023', '.', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,)'$$),
    ('unbounded observed', '22023', '.', $$'1960-01-01', '2019-01-02', NULL, NULL, '(,)'$$),
    ('observed to infinity', '22008', 'infin', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,infinity)'$$),
    ('observed from -infinity', '22008', 'infin', $$'1960-01-01', '2019-01-02', NULL, NULL, '[-infinity,2020-01-01)'$$),
    ('observed to mid-month', '22023', '2020-01-02', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-02)'$$),
    ('observed to the last day of a month, exclusive', '22023', '2019-12-31', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2019-12-31)'$$),
    ('two periods in one group', '22023', '2020-01-01.*2021-01-01|2021-01-01.*2020-01-01',
     $$SELECT workforce_agg('1960-01-01', '2019-01-02', NULL, NULL, o) FROM (VALUES ('[2015-01-01,2020-01-01)'::daterange), ('[2015-01-01,2021-01-01)')) AS x (o)$$),
    ('two beginnings in one group', '22023', '2015-01-01.*2016-01-01|2016-01-01.*2015-01-01',
     $$SELECT workforce_agg('1960-01-01', '2019-01-02', NULL, NULL, o) FROM (VALUES ('[2015-01-01,2020-01-01)'::daterange), ('[2016-01-01,2020-01-01)')) AS x (o)$$),
    ('with and without a beginning in one group', '22023', '2015-01-01',
     $$SELECT workforce_agg('1960-01-01', '2019-01-02', NULL, NULL, o) FROM (VALUES ('[2015-01-01,2020-01-01)'::daterange), ('(,2020-01-01)')) AS x (o)$$),
    ('two periods in one rollup', '22023', '2015-01-01.*2016-01-01|2016-01-01.*2015-01-01',
     $$SELECT rollup(x) FROM v, unnest(ARRAY[w, later]) AS x$$),
    ('with and without a beginning in one rollup', '22023', '2015-01-01',
     $$SELECT rollup(x) FROM v, unnest(ARRAY[w, complete]) AS x$$),
    ('with and without fte in one rollup', '22023', '.',
     $$SELECT rollup(x) FROM v, unnest(ARRAY[w, without_fte]) AS x$$),
    ('fte of four decimals', '22003', '0\.1234', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', 0.1234$$),
    ('fte of four decimals, float8', '22003', '0\.1234', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', 0.1234::float8$$),
    ('fte of a third', '22003', '0\.333', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', 1/3.0::float8$$),
    ('negative fte', '22003', '-0\.5', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', -0.5$$),
    ('negative fte, float8', '22003', '-0\.5', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', -0.5::float8$$),
    ('fte NaN', '22003', 'NaN|nan', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', 'NaN'::numeric$$),
    ('fte NaN, float8', '22003', 'NaN|nan', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', 'NaN'::float8$$),
    ('fte infinite', '22003', '[Ii]nf', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', 'Infinity'::numeric$$),
    ('fte infinite, float8', '22003', '[Ii]nf', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', 'Infinity'::float8$$),
    ('fte of a thousand and a bit', '22003', '1000\.001', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', 1000.001$$),
    ('fte of 1e300', '22003', '1e\+?300', $$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', 1e300::float8$$)
) AS rows (label, state, shows, args);

-- ---------------------------------------------------------------------------
-- Accessors
-- ---------------------------------------------------------------------------
-- A null needs no hint: the message says it all.
SELECT is(flaw(format('SELECT * FROM v, %s', call), state, shows, shows IS NOT NULL), '', call || ' is refused')
FROM (VALUES
    ('22023', '0',         'exit_rates(w, 0)'),
    ('22023', '1',         'exit_rates(w, 1)'),
    ('22023', '-0\.5',     'exit_rates(w, -0.5)'),
    ('22023', '2',         'exit_rates(w, 2)'),
    ('22023', '[Nn]a[Nn]', $$exit_rates(w, 'NaN')$$),
    ('22023', 'median',    $$turnover(w, 'median')$$),
    ('22023', '2019-12-30.*\[2015-01-01,2020-01-01\)', $$headcount(w, '2019-12-30')$$),
    ('22023', '2020-01-01', $$headcount(w, '2020-01-01')$$),
    ('22023', '2015-01-02', $$fte(w, '2015-01-02')$$),
    ('22023', '2015-01-01.*\(,2020-01-01\)', $$headcount(complete, '2015-01-01')$$),
    ('22008', 'infin',     $$headcount(w, 'infinity')$$),
    ('22008', 'infin',     $$fte(w, '-infinity')$$),
    ('22023', '""',        $$turnover(w, '')$$),
    ('22023', 'Leavers',   $$turnover(w, 'Leavers')$$),
    ('22023', '.',         'turnover(complete)'),
    ('22023', '.',         $$turnover(complete, 'replacement')$$),
    ('22023', '2020-12-30', $$reaching_age(w, 65, '2020-12-30')$$),
    ('22023', '2020-02-28', $$reaching_age(w, 65, '2020-02-28')$$),
    ('22023', '2021-01-01', $$reaching_age(w, 65, '2021-01-01')$$),
    ('22023', '2018-12-31', $$reaching_age(w, 65, '2018-12-31')$$),
    ('22008', 'infin',     $$reaching_age(w, 65, 'infinity')$$),
    ('22008', 'infin',     $$reaching_age(w, 65, '-infinity')$$),
    ('22023', '-1',        $$reaching_age(w, -1, '2020-12-31')$$),
    ('22023', '151',       $$reaching_age(w, 151, '2020-12-31')$$),
    ('22023', '2147483647', $$reaching_age(w, 2147483647, '2020-12-31')$$),
    ('22023', '0',         'reaching_age_by_year(w, 65, 0)'),
    ('22023', '-3',        'reaching_age_by_year(w, 65, -3)'),
    ('22023', '101',       'reaching_age_by_year(w, 65, 101)'),
    ('22023', '-1',        'reaching_age_by_year(w, -1, 5)'),
    ('22023', '151',       'reaching_age_by_year(w, 151, 5)'),
    ('22023', '2020-12-30', $$reaching_pension_age(w, rule, '2020-12-30')$$),
    ('22023', '1960',      $$reaching_pension_age(w, rule_from_1960, '2020-12-31')$$),
    ('22023', '.',         $$reaching_pension_age(w, '[]', '2020-12-31')$$),
    ('22023', '0',         'workforce_project(w, 0)'),
    ('22023', '-1',        'workforce_project(w, -1)'),
    ('22023', '101',       'workforce_project(w, 101)'),
    ('22004', NULL,        'workforce_project(w, NULL)'),
    ('22004', NULL,        'workforce_project(w, latest_age => NULL)'),
    ('22004', NULL,        'workforce_project(w, level => NULL)'),
    ('2202E', '2.*3|3.*2', $$workforce_project(w, 3, intake => '{1,2}')$$),
    ('2202E', '4.*3|3.*4', $$workforce_project(w, 3, intake => '{1,2,3,4}')$$),
    ('2202E', '3',         $$workforce_project(w, 3, intake => '{}')$$),
    ('2202E', '3',         $$workforce_project(w, 3, intake => '{{1,2,3}}')$$),
    ('2202E', '2.*3|3.*2', $$workforce_project(w, 3, target => '{1,2}')$$),
    ('22004', NULL,        $$workforce_project(w, 3, intake => '{1,NULL,3}')$$),
    ('22004', NULL,        $$workforce_project(w, 3, target => '{1,NULL,3}')$$),
    ('22023', '-2',        $$workforce_project(w, 3, intake => '{1,-2,3}')$$),
    ('22023', '[Nn]a[Nn]', $$workforce_project(w, 3, intake => '{1,NaN,3}')$$),
    ('22023', '[Ii]nf',    $$workforce_project(w, 3, target => '{1,Infinity,3}')$$),
    ('22023', '-2',        $$workforce_project(w, 3, target => '{1,-2,3}')$$),
    ('22023', 'retire_at', 'workforce_project(w, retire_at => 65, retire_rule => rule)'),
    ('22023', '0',         'workforce_project(w, retire_at => 0)'),
    ('22023', 'retire_at is -2147483648\.', 'workforce_project(w, retire_at => -2147483648)'),
    ('22023', '-1',        'workforce_project(w, retire_at => -1)'),
    ('22023', '72.*70|70.*72', 'workforce_project(w, retire_at => 72)'),
    ('22023', '1960',      'workforce_project(w, retire_rule => rule_from_1960)'),
    ('22023', '1000.*70|70.*1000', 'workforce_project(w, retire_rule => rule_beyond)'),
    ('22023', '0',         'workforce_project(w, latest_age => 0)'),
    ('22023', '150',       'workforce_project(w, latest_age => 150)'),
    ('22023', '1',         'workforce_project(w, level => 1)'),
    ('22023', '.',         $$workforce_project(without_hires, 3, intake => '{1,2,3}')$$),
    ('22023', '0',         'exit_rate_compare(w, later, age_group => 0)'),
    ('22023', '-5',        'exit_rate_compare(w, later, age_group => -5)'),
    ('22023', '151',       'exit_rate_compare(w, later, age_group => 151)'),
    ('22004', NULL,        'exit_rate_compare(w, later, age_group => NULL)'),
    ('22023', '0',         'exit_rate_compare(w, later, level => 0)'),
    ('22023', '1',         'exit_rate_compare(w, later, level => 1)'),
    ('22023', '[Nn]a[Nn]', $$exit_rate_compare(w, later, level => 'NaN')$$),
    ('22004', NULL,        'exit_rate_compare(w, later, level => NULL)')
) AS rows (state, shows, call);

SELECT is(flaw('SELECT 1', '22023', '.'), 'is accepted', 'the judge knows when nothing is raised');

-- Projected exits, those who are nobody, and rules.
SELECT is(flaw(format('SELECT * FROM v, %s', call), state, shows, shows IS NOT NULL), '', call || ' is refused')
FROM (VALUES
    ('22023', '101', 'workforce_project_exits(w, 101)'),
    ('2202E', '2.*3|3.*2', $$workforce_project_exits(w, 3, intake => '{1,2}')$$),
    ('22023', '.', 'workforce_project(w, 3, rates => nobody)'),
    ('22004', NULL, $$(SELECT retirement_rule_agg(NULL, 780)) AS r$$),
    ('22004', NULL, $$(SELECT retirement_rule_agg('1960-01-01', NULL)) AS r$$),
    ('22023', '1960-01-02', $$(SELECT retirement_rule_agg('1960-01-02', 780)) AS r$$),
    ('22008', 'infin', $$(SELECT retirement_rule_agg('-infinity', 780)) AS r$$),
    ('22023', '0', $$(SELECT retirement_rule_agg('1960-01-01', 0)) AS r$$),
    ('22023', '1801', $$(SELECT retirement_rule_agg('1960-01-01', 1801)) AS r$$),
    ('22023', '780.*792|792.*780', $$(SELECT retirement_rule_agg('1960-01-01', m) FROM (VALUES (780), (792)) AS x (m)) AS r$$)
) AS rows (state, shows, call);

-- What the hint says about FTE can be done, whatever its type.
CREATE FUNCTION hint_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    EXECUTE query;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN hint;
END
$$;
SELECT lives_ok(format('SELECT %s FROM (SELECT 0.1234::%s AS fte) AS row', substring(hint FROM 'round\(.*\)'), type),
                'the hint about fte helps with ' || type)
FROM unnest('{numeric,float8}'::text[]) AS type,
     hint_of(format($$SELECT workforce_agg('1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', 0.1234::%s)$$, type)) AS hint;

-- What is not bad: the edges of the above.
SELECT lives_ok(format('SELECT workforce_agg(%s)', args), args)
FROM (VALUES
    ($$'1960-01-01', '2019-01-02', 'infinity', NULL, '[2015-01-01,2020-01-01)'$$),
    ($$'1960-01-01', '1960-01-01', '1960-01-01', NULL, '(,2020-01-01)', 1000$$),
    ($$'1900-01-01', '1900-02-01', NULL, NULL, '(,2020-01-01)', 0.123$$),
    ($$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', 0.50000$$),
    ($$'1960-01-01', '2019-01-02', NULL, NULL, '[2015-01-01,2020-01-01)', 0.7::float8$$)
) AS rows (args);

-- ---------------------------------------------------------------------------
-- Text that is no workforce.  Each is a valid text with one thing wrong.
-- ---------------------------------------------------------------------------
CREATE TABLE valid AS SELECT w::text AS t, w::jsonb AS j FROM v;
SELECT is(t::workforce::text, t, 'the text that is spoilt below is valid') FROM valid;
SELECT refused(input, 'workforce', label)
FROM valid, LATERAL (VALUES
    ('a text in which nothing is', '{}'),
    ('an array', '[]'),
    ('a number', '1'),
    ('a string', '"workforce"'),
    ('null', 'null'),
    ('an array of it', format('[%s]', t)),
    ('another type', (j || '{"type": "funnel"}')::text),
    ('no type', (j - 'type')::text),
    ('type null', (j || '{"type": null}')::text),
    ('a later version', (j || '{"version": 2}')::text),
    ('version 0', (j || '{"version": 0}')::text),
    ('version as a string', (j || '{"version": "1"}')::text),
    ('no version', (j - 'version')::text),
    ('an unknown member', (j || '{"extra": {}}')::text),
    ('no observed', (j - 'observed')::text),
    ('observed null', (j || '{"observed": null}')::text),
    ('observed empty', (j || '{"observed": []}')::text),
    ('observed of one', (j || '{"observed": ["2015-01-01"]}')::text),
    ('observed of three', (j || '{"observed": ["2015-01-01", "2020-01-01", "2020-01-01"]}')::text),
    ('observed backwards', (j || '{"observed": ["2020-01-01", "2015-01-01"]}')::text),
    ('observed empty range', (j || '{"observed": ["2020-01-01", "2020-01-01"]}')::text),
    ('observed without end', (j || '{"observed": ["2015-01-01", null]}')::text),
    ('observed to mid-month', (j || '{"observed": ["2015-01-01", "2020-01-15"]}')::text),
    ('observed with a date that is none', (j || '{"observed": ["2015-02-30", "2020-01-01"]}')::text),
    ('observed in another style', (j || '{"observed": ["01/01/2015", "2020-01-01"]}')::text),
    ('observed from infinity', (j || '{"observed": ["-infinity", "2020-01-01"]}')::text),
    ('observed in numbers', (j || '{"observed": [2015, 2020]}')::text),
    ('fte as a number', (j || '{"fte": 1}')::text),
    ('fte that is not there but counted', (j || '{"fte": false}')::text),
    ('skipped negative', (j || '{"skipped": -1}')::text),
    ('skipped a fraction', (j || '{"skipped": 1.5}')::text),
    ('skipped as a string', (j || '{"skipped": "1"}')::text),
    ('skipped beyond 64 bits', (j || '{"skipped": 100000000000000000000}')::text),
    ('hires as an array', (j || '{"hires": [1, 2]}')::text),
    ('hires null', (j || '{"hires": null}')::text),
    ('hires negative', (j || '{"hires": {"442": 1, "550": -1}}')::text),
    ('hires a fraction', (j || '{"hires": {"442": 1, "550": 0.5}}')::text),
    ('hires beyond 64 bits', (j || '{"hires": {"442": 1, "550": 9223372036854775808}}')::text),
    ('hires of 2^62 twice', (j || '{"hires": {"442": 4611686018427387904, "550": 4611686018427387904}}')::text),
    ('hires at a negative age', (j || '{"hires": {"442": 1, "-550": 1}}')::text),
    ('hires at an age of letters', (j || '{"hires": {"442": 1, "x": 1}}')::text),
    ('hires at an age with a leading zero', (j || '{"hires": {"442": 1, "0550": 1}}')::text),
    ('hires at no age', (j || '{"hires": {"442": 1, "": 1}}')::text),
    ('hires at an age of 200 years', (j || '{"hires": {"442": 1, "2400": 1}}')::text),
    ('more hires than people', (j || '{"hires": {"442": 1, "550": 2}}')::text),
    ('fewer hires than people', (j || '{"hires": {"442": 1}}')::text),
    ('exits before the hire', (j || '{"exits": {"layoff": {"500": 1}, "unknown": {"441": 1}}}')::text),
    ('exits not by reason', (j || '{"exits": {"576": 1}}')::text),
    ('exits with an array', (j || '{"exits": {"layoff": [1], "unknown": {"442": 1}}}')::text),
    ('stock without anybody who entered', (j || '{"stock": {"718": 2}}')::text),
    ('last_day of more than leave', (j || '{"last_day": {"576": 2}}')::text),
    ('last_day where nobody leaves', (j || '{"last_day": {"718": 1}}')::text),
    ('first_day of more than are hired', (j || '{"first_day": {"442": 2}}')::text),
    ('first_day where nobody is hired', (j || '{"first_day": {"444": 1}}')::text),
    ('first_day without a beginning', (j || '{"observed": [null, "2020-01-01"], "opening": {}, "first_day": {"442": 1}}')::text),
    ('last_day_fte without anybody', (j || '{"last_day_fte": {"577": 1}}')::text),
    ('opening_fte without anybody', (j || '{"opening_fte": {"300": 1}}')::text),
    ('first_day_fte that is no part of hires_fte', (j || '{"first_day": {"442": 1}, "first_day_fte": {"442": 751}}')::text),
    ('first_day negative', (j || '{"first_day": {"442": -1}}')::text),
    ('stock of a string', (j || '{"stock": {"718": "1"}}')::text),
    ('missed parts beyond the month', (j || '{"missed_parts": {"442": 377580, "550": 12180}}')::text),
    ('missed parts where nobody entered', (j || '{"missed_parts": {"442": 12180, "551": 12180}}')::text),
    ('stock_fte where there is no stock', (j || '{"stock_fte": {"719": 1000}}')::text),
    ('hires_fte where there are no hires', (j || '{"hires_fte": {"443": 750, "550": 500}}')::text),
    ('days beyond the year', jsonb_set(j, '{days,46}', '100000')::text),
    ('days at an age that nobody had', jsonb_set(j, '{days,100}', '5')::text)
) AS spoilt (label, input);
-- What is no JSON at all is refused by the JSON parser, in its own words.
SELECT throws_ok(format('SELECT %L::workforce', input), '22P02', NULL, 'workforce: ' || label)
FROM valid, LATERAL (VALUES ('cut off', left(t, length(t) - 1)), ('followed by more', t || '{}'),
                            ('nothing', ''), ('a word', 'workforce')) AS spoilt (label, input);

-- What the lists above leave alone: order, spaces, zeros.
SELECT is(j::text::workforce, t::workforce, 'members may be in any order') FROM valid;
SELECT is(replace(t, ' ', E'\n ')::workforce, t::workforce, 'and spaced in any way') FROM valid;

SELECT refused(input, 'retirement_rule', label)
FROM (VALUES
    ('an object', '{}'),
    ('a number', '1'),
    ('null', 'null'),
    ('an array of null', '[null]'),
    ('an array of arrays', '[[]]'),
    ('an empty step', '[{}]'),
    ('no age', '[{"born_from": "1960-01-01"}]'),
    ('no birth', '[{"age_months": 780}]'),
    ('age as a string', '[{"born_from": "1960-01-01", "age_months": "780"}]'),
    ('age a fraction', '[{"born_from": "1960-01-01", "age_months": 780.5}]'),
    ('age 0', '[{"born_from": "1960-01-01", "age_months": 0}]'),
    ('age beyond all', '[{"born_from": "1960-01-01", "age_months": 1801}]'),
    ('age of 2^32 + 780', '[{"born_from": "1960-01-01", "age_months": 4294968076}]'),
    ('birth in mid-month', '[{"born_from": "1960-01-02", "age_months": 780}]'),
    ('birth on no day', '[{"born_from": "1960-13-01", "age_months": 780}]'),
    ('birth at infinity', '[{"born_from": "-infinity", "age_months": 780}]'),
    ('birth in another style', '[{"born_from": "1/1/1960", "age_months": 780}]'),
    ('something else', '[{"born_from": "1960-01-01", "age_months": 780, "x": 1}]'),
    ('two ages', '[{"born_from": "1960-01-01", "age_months": 780}, {"born_from": "1960-01-01", "age_months": 781}]')
) AS spoilt (label, input);
SELECT is('[{"age_months": 816, "born_from": "1967-01-01"}, {"born_from": "1900-01-01", "age_months": 780}]'::retirement_rule,
          rule, 'steps may be in any order') FROM v;

SELECT is(flaw($$SELECT * FROM v, workforce_project(w, 3, target => '{1,null,3}')$$, '22004', '2'), '', 'a null in target: which element');

SELECT * FROM finish();
ROLLBACK;
