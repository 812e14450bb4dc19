-- Every bad input is refused with its SQLSTATE, a message in lower case without
-- a full stop, the offending value in the detail and what to do in the hint.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(583);

CREATE TABLE v AS
SELECT workforce_agg(b, s, e, r, '[2015-01-01,2020-01-01)', f) AS w,
       workforce_agg(b, s, e, r, '[2015-01-01,2020-01-01)') AS without_fte,
       workforce_agg(b, s, e, r, '[2016-01-01,2020-01-01)', f) AS later,
       workforce_agg(b, s, e, r, '(,2020-01-01)', f) AS complete,
       workforce_agg(b, s, e, r, '[2019-12-01,2020-01-01)', f) AS without_hires,
       workforce_agg(NULL, s, e, r, '[2015-01-01,2020-01-01)', f) AS nobody,
       (SELECT retirement_rule_agg(born_from, age_months)
        FROM (VALUES ('1900-01-01'::date, 780), ('1967-01-01', 816)) AS rows (born_from, age_months)) AS rule,
       (SELECT retirement_rule_agg('1960-03-01', 780)) AS rule_from_1960,
       (SELECT retirement_rule_agg('1900-01-01', 1000)) AS rule_beyond
FROM (VALUES ('1960-02-03'::date, '2014-05-06'::date, NULL::date, NULL, 1.0),
             ('1970-03-05', '2016-01-02', '2018-03-04', 'layoff', 0.5),
             ('1980-03-05', '2017-01-02', '2017-01-02', NULL, 0.75),
             (NULL, '2017-01-02', '2017-01-02', NULL, 0.75)) AS rows (b, s, e, r, f);

-- What is wrong with the way in which a query is refused; '' if nothing is.
-- `shows` is a pattern that the detail matches, NULL for an argument that is
-- itself null: then there is no value to show.  Details and hints are sentences.
CREATE FUNCTION flaw(query text, expected text, shows text, hint_wanted boolean DEFAULT true)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    BEGIN
        EXECUTE query;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
            detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        RETURN concat_ws('; ',
            CASE WHEN state <> expected THEN format('SQLSTATE %s: %s', state, message) END,
            CASE WHEN message !~ '^([a-z]|FTE )' OR message ~ '\.$' THEN 'message: ' || message END,
            CASE WHEN shows IS NOT NULL AND NOT (detail ~ '^.*\.$' AND detail ~ shows)
                 THEN format('detail of "%s": "%s"', message, detail) END,
            CASE WHEN hint_wanted AND NOT hint ~ '\.$' THEN format('hint of "%s": "%s"', message, hint) END);
    END;
    RETURN 'is accepted';
END
$$;

-- ---------------------------------------------------------------------------
-- Rows and observation periods
-- ---------------------------------------------------------------------------
CREATE TABLE bad (n serial, label text, state text, shows text, hint boolean, query text);
INSERT INTO bad (label, state, shows, hint, query)
SELECT label, state, shows, true,
       CASE WHEN args ~ '^SELECT' THEN args ELSE format('SELECT workforce_agg(%s)', args) END
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
INSERT INTO bad (label, state, shows, hint, query)
SELECT call || ' is refused', state, shows, shows IS NOT NULL, format('SELECT * FROM v, %s', call)
FROM (VALUES
    ('22023', '0',         'exit_rates(w, 0)'),
    ('22023', '1',         'exit_rates(w, 1)'),
    ('22023', '-0\.5',     'exit_rates(w, -0.5)'),
    ('22023', '2',         'exit_rates(w, 2)'),
    ('22023', '[Nn]a[Nn]', $$exit_rates(w, 'NaN')$$),
    ('22023', 'median',    $$turnover(w, 'median')$$),
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
SELECT is(flaw(query, state, shows, hint), '', label) FROM bad ORDER BY n;

-- The same of projected exits, of those who are nobody, and of rules.
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

CREATE FUNCTION refused(input text, type text, label text) RETURNS text LANGUAGE sql AS $$
    SELECT is(CASE WHEN f ~ 'is accepted' THEN 'is accepted: ' || left(input, 200) ELSE f END, '',
              format('%s: %s', type, label))
    FROM (SELECT flaw(format('SELECT %L::%s', input, type), '22P02', '.')) AS x (f)
$$;

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

-- ---------------------------------------------------------------------------
-- retention: rows, periods and accessors
-- ---------------------------------------------------------------------------
CREATE TABLE rv AS
SELECT retention_agg(s, e, r, '[2015-01-01,2020-01-01)') AS r,
       retention_agg(s, e, r, '[2016-01-01,2020-01-01)') AS later,
       retention_agg(s, e, r, '(,2020-01-01)') AS complete
FROM (VALUES ('2014-05-06'::date, NULL::date, NULL),
             ('2013-01-01', '2016-12-31', 'retirement'),
             ('2016-01-02', '2018-03-04', 'layoff'),
             ('2017-01-02', '2017-01-02', NULL),
             ('2019-06-01', 'infinity', 'layoff'),
             (NULL, '2017-01-02', NULL)) AS rows (s, e, r);

SELECT is(flaw(CASE WHEN args ~ '^SELECT' THEN args ELSE format('SELECT retention_agg(%s)', args) END, state, shows), '', 'retention: ' || label)
FROM (VALUES
    ('null observed', '22004', NULL, $$'2019-01-01', NULL, NULL, NULL$$),
    ('null observed in a skipped row', '22004', NULL, $$NULL, NULL, NULL, NULL$$),
    ('end before start', '22000', '2019-01-02.*2019-01-01', $$'2019-01-02', '2019-01-01', NULL, '[2015-01-01,2020-01-01)'$$),
    ('end before start, unseen', '22000', '2009-01-02.*2009-01-01', $$'2009-01-02', '2009-01-01', NULL, '[2015-01-01,2020-01-01)'$$),
    ('end at -infinity', '22000', '-infinity', $$'2019-01-02', '-infinity', NULL, '[2015-01-01,2020-01-01)'$$),
    ('start at infinity', '22008', 'start', $$'infinity', NULL, NULL, '[2015-01-01,2020-01-01)'$$),
    ('start at infinity, and end', '22008', 'start', $$'infinity', 'infinity', NULL, '[2015-01-01,2020-01-01)'$$),
    ('start at -infinity', '22008', 'start', $$'-infinity', NULL, NULL, '[2015-01-01,2020-01-01)'$$),
    ('start at -infinity, complete history', '22008', 'start', $$'-infinity', '2019-01-01', NULL, '(,2020-01-01)'$$),
    ('start more than 150 years before as_of', '22008', '1869-12-31', $$'1869-12-31', NULL, NULL, '[2015-01-01,2020-01-01)'$$),
    ('start more than 150 years before as_of, and end', '22008', '1869-12-31', $$'1869-12-31', '1880-01-01', NULL, '(,2020-01-01)'$$),
    ('start more than 150 years before as_of, on 29 February', '22008', '1852-02-29', $$'1852-02-29', NULL, NULL, '(,2002-03-01)'$$),
    ('observed until the year 10001', '22008', '10001', $$'2019-01-02', NULL, NULL, '[2015-01-01,10001-01-02)'$$),
    ('observed from before Christ', '22008', 'BC', $$'2019-01-02', NULL, NULL, '[0001-12-01 BC,2020-01-01)'$$),
    ('empty observed', '22023', '.', $$'2019-01-02', NULL, NULL, 'empty'$$),
    ('observed without end', '22023', '.', $$'2019-01-02', NULL, NULL, '[2015-01-01,)'$$),
    ('unbounded observed', '22023', '.', $$'2019-01-02', NULL, NULL, '(,)'$$),
    ('observed to infinity', '22008', 'infin', $$'2019-01-02', NULL, NULL, '[2015-01-01,infinity)'$$),
    ('observed from -infinity', '22008', 'infin', $$'2019-01-02', NULL, NULL, '[-infinity,2020-01-01)'$$),
    ('two periods in one group', '22023', '2020-01-01.*2021-01-01|2021-01-01.*2020-01-01',
     $$SELECT retention_agg('2019-01-02', NULL, NULL, o) FROM (VALUES ('[2015-01-01,2020-01-01)'::daterange), ('[2015-01-01,2021-01-01)')) AS x (o)$$),
    ('two beginnings in one group', '22023', '2015-01-01.*2016-01-01|2016-01-01.*2015-01-01',
     $$SELECT retention_agg('2019-01-02', NULL, NULL, o) FROM (VALUES ('[2015-01-01,2020-01-01)'::daterange), ('[2016-01-01,2020-01-01)')) AS x (o)$$),
    ('with and without a beginning in one group', '22023', '2015-01-01',
     $$SELECT retention_agg('2019-01-02', NULL, NULL, o) FROM (VALUES ('[2015-01-01,2020-01-01)'::daterange), ('(,2020-01-01)')) AS x (o)$$),
    ('two periods in one group, one of a skipped row', '22023', '2020-01-01.*2021-01-01|2021-01-01.*2020-01-01',
     $$SELECT retention_agg(s, NULL, NULL, o) FROM (VALUES (NULL, '[2015-01-01,2020-01-01)'::daterange), ('2019-01-02'::date, '[2015-01-01,2021-01-01)')) AS x (s, o)$$),
    ('two periods in one rollup', '22023', '2015-01-01.*2016-01-01|2016-01-01.*2015-01-01', $$SELECT rollup(x) FROM rv, unnest(ARRAY[r, later]) AS x$$),
    ('with and without a beginning in one rollup', '22023', '2015-01-01', $$SELECT rollup(x) FROM rv, unnest(ARRAY[r, complete]) AS x$$)
) AS rows (label, state, shows, args);

SELECT lives_ok(format('SELECT retention_agg(%s)', args), args)
FROM (VALUES
    ($$'1870-01-01', NULL, NULL, '[2015-01-01,2020-01-01)'$$),
    ($$'1870-01-02', '1870-01-02', NULL, '(,2020-01-02)'$$),
    ($$'2019-01-02', 'infinity', NULL, '[2019-12-31,2020-01-01)'$$),
    ($$'2020-02-29', NULL, '', '(,2020-03-01)'$$),
    ($$'1852-02-29', NULL, NULL, '(,2002-02-28)'$$)
) AS rows (args);
SELECT is(retention_agg('1903-03-01', NULL, NULL, '(,2053-03-01)')::jsonb -> 'censored', '{"54788": 1}', 'no 150 years have more days');

-- A duration is given in days, months and years; that of a step is not nothing.
SELECT is(flaw(format('SELECT * FROM rv, %s', format(call, format('%L::interval', duration))), '22023', shows), '',
          format(call, quote_literal(duration)) || ' is refused')
FROM (VALUES ('-1 days', '-1'), ('-1 months', '-1'), ('1 month -1 day', '-1'), ('-1 month 40 days', '-1'),
             ('1 hour', '3600000000'), ('-1 hour', '-3600000000'), ('1 year 0.000001 s', ' 1 microsecond')) AS d (duration, shows),
     (VALUES ('retention_rate(r, %s)'), ('retention_mean(r, %s)'), ('retention_curve(r, %s)'), ('exit_incidence(r, %s)')) AS c (call);
SELECT is(flaw(format('SELECT * FROM rv, %s', format(call, format('%L::interval', duration))), '22023', '0'), '',
          format(call, quote_literal(duration)) || ' is refused')
FROM (VALUES ('0 days'), ('0 months')) AS d (duration), (VALUES ('retention_curve(r, %s)'), ('exit_incidence(r, %s)')) AS c (call);
SELECT is(flaw(format('SELECT * FROM rv, %s', call), '22023', shows), '', call || ' is refused')
FROM (VALUES
    ('retention_curve(r, level => 0)', '0'), ('retention_curve(r, level => 1)', '1'), ('retention_curve(r, level => -0.5)', '-0\.5'),
    ('retention_curve(r, level => 95)', '95'), ($$retention_curve(r, level => 'NaN')$$, '[Nn]a[Nn]'), ($$retention_curve(r, level => 'Infinity')$$, '[Ii]nf'),
    ('exit_incidence(r, level => 0)', '0'), ('exit_incidence(r, level => 1)', '1'), ($$exit_incidence(r, level => 'NaN')$$, '[Nn]a[Nn]'),
    ('retention_compare(r, later, 0)', '0'), ('retention_compare(r, later, 1)', '1'), ($$retention_compare(r, later, 'NaN')$$, '[Nn]a[Nn]'),
    ($$retention_curve(r, method => 'loglog')$$, 'loglog'), ($$retention_curve(r, method => 'Log')$$, 'Log'), ($$retention_curve(r, method => '')$$, '""')
) AS rows (call, shows);
SELECT is(flaw('SELECT retention_log_rank(r, g::text) FROM rv, generate_series(1, 1001) AS g', '54000', '1001'), '', 'a test of too many groups is refused');
SELECT lives_ok('SELECT retention_log_rank(r, g::text) FROM rv, generate_series(1, 1000) AS g', 'one of as many as there may be is not');
-- Nobody is no excuse.
SELECT is(flaw(format('SELECT * FROM (SELECT retention_agg(NULL, NULL, NULL, ''(,2020-01-01)'') AS r) AS nobody, %s', call), '22023', shows), '',
          call || ' of nobody is refused')
FROM (VALUES
    ('retention_curve(r, level => 1)', '1'), ($$retention_curve(r, '0 days')$$, '0'), ($$retention_curve(r, method => 'x')$$, 'x'),
    ('exit_incidence(r, level => 1)', '1'), ($$exit_incidence(r, '-1 days')$$, '-1'), ($$retention_rate(r, '-1 days')$$, '-1'),
    ($$retention_mean(r, '1 hour')$$, '3600000000'), ('retention_compare(r, r, 1)', '1')
) AS rows (call, shows);
SELECT lives_ok(format('SELECT * FROM rv, %s', call), call || ' is not')
FROM (VALUES ($$retention_rate(r, '0 days')$$), ($$retention_mean(r, '0 days')$$), ($$retention_rate(r, '178000000 years')$$),
             ($$retention_mean(r, '178000000 years 2147483647 days')$$), ($$retention_curve(r, '178000000 years 2147483647 days')$$),
             ($$exit_incidence(r, '2147483647 days')$$), ('retention_curve(r, level => 1e-300)'),
             ('retention_curve(r, level => 0.9999999999999999)'), ('retention_compare(r, r, 0.9999999999999999)')) AS rows (call);

-- ---------------------------------------------------------------------------
-- Text that is no retention
-- ---------------------------------------------------------------------------
CREATE TABLE valid_retention AS SELECT r::text AS t, r::jsonb AS j, complete::jsonb AS c FROM rv;
SELECT is(t::retention::text, t, 'the text that is spoilt below is valid') FROM valid_retention;
SELECT is(j, '{"type": "retention", "version": 1, "observed": ["2015-01-01", "2020-01-01"], "skipped": 1, "late_entries": {"240": 1, "730": 1},
               "exits": {"layoff": {"792": 1}, "retirement": {"1460": 1}, "unknown": {"0": 1}}, "censored": {"214": 1, "2066": 1}}'::jsonb,
          'and is this') FROM valid_retention;

SELECT refused(input, 'retention', label)
FROM valid_retention, LATERAL (VALUES
    ('a text in which nothing is', '{}'),
    ('an array', '[]'),
    ('a number', '1'),
    ('a string', '"retention"'),
    ('null', 'null'),
    ('an array of it', format('[%s]', t)),
    ('another type', (j || '{"type": "workforce"}')::text),
    ('no type', (j - 'type')::text),
    ('type null', (j || '{"type": null}')::text),
    ('a later version', (j || '{"version": 2}')::text),
    ('version 0', (j || '{"version": 0}')::text),
    ('version as a string', (j || '{"version": "1"}')::text),
    ('no version', (j - 'version')::text),
    ('an unknown member', (j || '{"extra": {}}')::text),
    ('a member of another type', (j || '{"hires": {}}')::text),
    ('fte', (j || '{"fte": false}')::text),
    ('no observed', (j - 'observed')::text),
    ('observed null', (j || '{"observed": null}')::text),
    ('observed empty', (j || '{"observed": []}')::text),
    ('observed of one', (j || '{"observed": ["2015-01-01"]}')::text),
    ('observed of three', (j || '{"observed": ["2015-01-01", "2020-01-01", "2020-01-01"]}')::text),
    ('observed backwards', (j || '{"observed": ["2020-01-01", "2015-01-01"]}')::text),
    ('observed empty range', (j || '{"observed": ["2020-01-01", "2020-01-01"]}')::text),
    ('observed without end', (j || '{"observed": ["2015-01-01", null]}')::text),
    ('observed of nulls', (c || '{"observed": [null, null]}')::text),
    ('observed with a date that is none', (j || '{"observed": ["2015-02-30", "2020-01-01"]}')::text),
    ('observed in another style', (j || '{"observed": ["01/01/2015", "2020-01-01"]}')::text),
    ('observed from infinity', (j || '{"observed": ["-infinity", "2020-01-01"]}')::text),
    ('observed to infinity', (j || '{"observed": ["2015-01-01", "infinity"]}')::text),
    ('observed in numbers', (j || '{"observed": [2015, 2020]}')::text),
    ('skipped negative', (j || '{"skipped": -1}')::text),
    ('skipped a fraction', (j || '{"skipped": 1.5}')::text),
    ('skipped as a string', (j || '{"skipped": "1"}')::text),
    ('skipped beyond 64 bits', (j || '{"skipped": 100000000000000000000}')::text),
    ('censored as an array', (j || '{"censored": [214, 2066]}')::text),
    ('censored null', (j || '{"censored": null}')::text),
    ('censored negative', (j || '{"censored": {"214": 1, "2066": 2, "100": -1}}')::text),
    ('censored a fraction', (j || '{"censored": {"214": 1.5, "2066": 1}}')::text),
    ('censored as a string', (j || '{"censored": {"214": "1", "2066": 1}}')::text),
    ('censored beyond 64 bits', (j || '{"censored": {"214": 9223372036854775808, "2066": 1}}')::text),
    ('censored of 2^62 twice', (j || '{"censored": {"214": 4611686018427387904, "300": 4611686018427387904, "2066": 1}}')::text),
    ('censored of 2^63 - 1', (j || '{"censored": {"214": 9223372036854775807, "2066": 1}}')::text),
    ('more than 10^12 people, censored', (j || '{"censored": {"214": 1000000000001, "2066": 1}}')::text),
    ('more than 10^12 people, in parts', (j || '{"censored": {"214": 500000000000, "2066": 1}, "exits": {"x": {"1460": 1, "5": 500000000000}}}')::text),
    ('censored on a negative day', (j || '{"censored": {"-214": 1, "2066": 1}}')::text),
    ('censored on a day of letters', (j || '{"censored": {"x": 1, "2066": 1}}')::text),
    ('censored on a day with a leading zero', (j || '{"censored": {"0214": 1, "2066": 1}}')::text),
    ('censored on a day with a sign', (j || '{"censored": {"+214": 1, "2066": 1}}')::text),
    ('censored on a day with a space', (j || '{"censored": {" 214": 1, "2066": 1}}')::text),
    ('censored on a part of a day', (j || '{"censored": {"214.0": 1, "2066": 1}}')::text),
    ('censored on no day', (j || '{"censored": {"": 1, "2066": 1}}')::text),
    ('censored after 150 years and a day', (c || '{"censored": {"54789": 1}}')::text),
    ('censored on day 2^32 + 214', (j || '{"censored": {"4294967510": 1, "2066": 1}}')::text),
    ('exits after 150 years and a day', (c || '{"exits": {"x": {"54789": 1}}}')::text),
    ('exits not by reason', (j || '{"exits": {"1460": 1}}')::text),
    ('exits with an array', (j || '{"exits": {"layoff": [1], "retirement": {"1460": 1}}}')::text),
    ('exits as an array', (j || '{"exits": [{"1460": 1}]}')::text),
    ('exits null', (j || '{"exits": null}')::text),
    ('exits of null', (j || '{"exits": {"retirement": {"1460": 1}, "x": null}}')::text),
    ('exits negative', (j || '{"exits": {"retirement": {"1460": 1, "5": -1}}}')::text),
    ('a reason that nobody left for', (j || '{"exits": {"retirement": {"1460": 1}, "x": {}}}')::text),
    ('late entries where history is complete', (c || '{"late_entries": {"240": 1}}')::text),
    ('late entries, from made null', (j || '{"observed": [null, "2020-01-01"]}')::text),
    ('late entries on day 0', (j || '{"late_entries": {"0": 1, "240": 1, "730": 1}}')::text),
    ('late entries after 150 years and a day', (j || '{"late_entries": {"54789": 1, "240": 1, "730": 1}}')::text),
    ('late entries of those who never leave', (j || '{"late_entries": {"240": 1, "730": 1, "2067": 1}}')::text),
    ('late entries on the day of leaving', (j || '{"late_entries": {"240": 1, "2066": 1}}')::text),
    ('late entries of more than leave', (j || '{"late_entries": {"240": 6}}')::text),
    ('late entries negative', (j || '{"late_entries": {"240": 1, "730": 1, "100": -1}}')::text),
    ('leaving before a late entry', (j || '{"late_entries": {"240": 1, "730": 1, "215": 2}}')::text),
    ('staying longer than the period after a late entry', (j || '{"censored": {"214": 1, "2557": 1}}')::text),
    ('staying longer than the period from the start', (j || '{"late_entries": {}}')::text),
    ('leaving after the period', (j || '{"late_entries": {"730": 1}, "censored": {"214": 1}, "exits": {"x": {"1827": 1, "1828": 1}}}')::text)
) AS spoilt (label, input);
-- What is no JSON at all, or no text of this database, is refused elsewhere.
SELECT throws_ok(format('SELECT %L::retention', input), state, NULL, 'retention: ' || label)
FROM valid_retention, LATERAL (VALUES ('cut off', '22P02', left(t, length(t) - 1)), ('followed by more', '22P02', t || '{}'),
                                      ('nothing', '22P02', ''), ('a word', '22P02', 'retention'),
                                      ('a reason with a zero byte', '22P05', replace(t, '"layoff"', '"lay\u0000off"'))) AS spoilt (label, state, input);
-- The edges of the above.
SELECT lives_ok(format('SELECT %L::retention', input), 'retention: ' || label)
FROM valid_retention, LATERAL (VALUES
    ('a period to mid-month', (j || '{"observed": ["2014-12-31", "2020-01-15"]}')::text),
    ('a member that counts nothing may be missing', (c - 'late_entries' - 'skipped' - 'exits' - 'censored')::text),
    ('10^12 people', (c || '{"exits": {}, "censored": {"0": 999999999999, "54788": 1}}')::text),
    ('a late entry on the day before leaving', (j || '{"late_entries": {"240": 1, "2065": 1}}')::text),
    ('entering on the day on which another leaves', (j || '{"late_entries": {"792": 1, "730": 1}}')::text),
    ('all of the period', (j || '{"censored": {"214": 1, "1826": 1, "2066": 1}}')::text),
    ('nobody', (j || '{"exits": {}, "censored": {}, "late_entries": {}}')::text)
) AS edge (label, input);
SELECT is(j::text::retention, t::retention, 'members may be in any order') FROM valid_retention;
SELECT is(replace(t, ' ', E'\n ')::retention, t::retention, 'and spaced in any way') FROM valid_retention;
SELECT is((j || '{"censored": {"2066": 1, "3": 0, "214": 1}}')::text::retention, t::retention, 'days without anybody are forgotten') FROM valid_retention;

-- ---------------------------------------------------------------------------
-- funnel_spec
-- ---------------------------------------------------------------------------
SELECT is(flaw(format('SELECT funnel_spec(%s)', args), state, shows), '', 'funnel_spec: ' || label)
FROM (VALUES
    ('null stages', '22004', NULL, $$NULL::text[]$$),
    ('null stages, and a window', '22004', NULL, $$NULL, '1 year'$$),
    ('a null stage', '22004', '2', $$ARRAY['a', NULL, 'b']$$),
    ('a null exit', '22004', '1', $$ARRAY['a'], exits => ARRAY[NULL, 'b']$$),
    ('a null mode', '22004', '1', $$ARRAY['a'], modes => '{NULL}'$$),
    ('stages in two dimensions', '2202E', '2', $$ARRAY[['a', 'b'], ['c', 'd']]$$),
    ('exits in three dimensions', '2202E', '3', $$ARRAY['a'], exits => '{{{b}}}'$$),
    ('modes in two dimensions', '2202E', '2', $$ARRAY['a'], modes => '{{strict_once}}'$$),
    ('no stages', '22023', '.', $$'{}'::text[]$$),
    ('no stages, but exits', '22023', '.', $$stages => '{}', exits => '{a}'$$),
    ('a stage twice', '22023', '"b".*2.*4', $$ARRAY['a', 'b', 'c', 'b']$$),
    ('two stages without a name', '22023', '"".*1.*2', $$ARRAY['', '']$$),
    ('a stage that is an exit', '22023', '"b".*2', $$ARRAY['a', 'b'], exits => '{c,b}'$$),
    ('an exit twice', '22023', '"c"', $$ARRAY['a', 'b'], exits => '{c,d,c}'$$),
    ('a long name twice', '22023', '"x{60}"', $$ARRAY[repeat('x', 1000), repeat('x', 1000)]$$),
    ('a long name of wide letters twice', '22023', '"å{30}"', $$ARRAY[repeat('å', 1000), repeat('å', 1000)]$$),
    ('31 stages', '54000', '"31".*31', $$(SELECT array_agg(n::text) FROM generate_series(1, 31) AS n)$$),
    ('100000 stages', '54000', '"31".*31', $$(SELECT array_agg(n::text) FROM generate_series(1, 100000) AS n)$$),
    ('101 exits', '54000', '"101".*101', $$ARRAY['a'], exits => (SELECT array_agg(n::text) FROM generate_series(1, 101) AS n)$$),
    ('an unknown mode', '22023', '"strict"', $$ARRAY['a'], modes => '{strict_once,strict}'$$),
    ('a mode in capitals', '22023', '"STRICT_ONCE"', $$ARRAY['a'], modes => '{STRICT_ONCE}'$$),
    ('a mode without a name', '22023', '""', $$ARRAY['a'], modes => '{""}'$$),
    ('a window of less than no days', '22023', 'days -1', $$ARRAY['a'], '-1 day'$$),
    ('a window of less than no months', '22023', 'months are -12', $$ARRAY['a'], '-1 year'$$),
    ('a window of less than no time', '22023', 'microseconds -3600000000', $$ARRAY['a'], '-1 hour'$$),
    ('a month less a day', '22023', 'months are 1, its days -1 ', $$ARRAY['a'], '1 month -1 day'$$),
    ('a day less an hour', '22023', 'days 1 and its microseconds -3600000000', $$ARRAY['a'], '1 day -1 hour'$$),
    ('48 hours less a day', '22023', 'days -1 and its microseconds 172800000000', $$ARRAY['a'], '-1 day 48 hours'$$),
    ('150 years and a microsecond', '22023', '1800.* 1\.', $$ARRAY['a'], '150 years 0.000001 s'$$),
    ('150 years and a day', '22023', '1800.*1', $$ARRAY['a'], '150 years 1 day'$$),
    ('151 years', '22023', '1812', $$ARRAY['a'], '151 years'$$),
    ('54789 days', '22023', '54789', $$ARRAY['a'], '54789 days'$$),
    ('the longest interval', '22023', '2136000000.*2147483647', $$ARRAY['a'], '178000000 years 2147483647 days'$$),
    ('the longest time of day', '22023', '7730941132800000000', $$ARRAY['a'], '2147483648:00:00'$$),
    ('as_of at infinity', '22008', 'as_of', $$ARRAY['a'], as_of => 'infinity'$$),
    ('as_of at -infinity', '22008', 'as_of', $$ARRAY['a'], as_of => '-infinity'$$),
    ('as_of in the year 10000', '22008', '10000-01-01', $$ARRAY['a'], as_of => '10000-01-01'$$),
    ('as_of before Christ', '22008', '0001-12-31 BC', $$ARRAY['a'], as_of => '0001-12-31 BC'$$)
) AS rows (label, state, shows, args);
-- A literal alone is not what it seems.
SELECT is(flaw(format('SELECT funnel_spec(%L)', literal), '22P02', 'literal'), '', 'funnel_spec: no call but a cast of ' || literal)
FROM unnest(ARRAY['{applied,admitted}', ' { a }', '{1}']) AS literal;

CREATE TABLE valid_spec AS
SELECT s::text AS t, s::jsonb AS j
FROM funnel_spec(ARRAY['a', 'b'], '1 month 2 days 00:00:03', '2014-03-01', '{x,y}', '{strict_once}') AS s;
SELECT is(t::funnel_spec::text, t, 'the text that is spoilt below is valid') FROM valid_spec;
SELECT refused(input, 'funnel_spec', label)
FROM valid_spec, LATERAL (VALUES
    ('a text in which nothing is', '{}'),
    ('an array', '[]'),
    ('a number', '1'),
    ('a string', '"funnel_spec"'),
    ('null', 'null'),
    ('an array of it', format('[%s]', t)),
    ('another type', (j || '{"type": "funnel"}')::text),
    ('no type', (j - 'type')::text),
    ('type null', (j || '{"type": null}')::text),
    ('a later version', (j || '{"version": 2}')::text),
    ('version 0', (j || '{"version": 0}')::text),
    ('version as a string', (j || '{"version": "1"}')::text),
    ('version a fraction', (j || '{"version": 1.5}')::text),
    ('version 2^64 + 1', (j || '{"version": 18446744073709551617}')::text),
    ('no version', (j - 'version')::text),
    ('an unknown member', (j || '{"extra": null}')::text),
    ('a member of another type', (j || '{"observed": ["2015-01-01", "2020-01-01"]}')::text),
    ('a member in capitals', (j || '{"Exits": []}')::text),
    ('no stages', (j - 'stages')::text),
    ('stages null', (j || '{"stages": null}')::text),
    ('stages empty', (j || '{"stages": []}')::text),
    ('stages as a string', (j || '{"stages": "a"}')::text),
    ('stages as an object', (j || '{"stages": {"a": "b"}}')::text),
    ('stages of numbers', (j || '{"stages": ["a", 1]}')::text),
    ('stages of null', (j || '{"stages": ["a", null]}')::text),
    ('stages of arrays', (j || '{"stages": [["a"], ["b"]]}')::text),
    ('stages of empty arrays', (j || '{"stages": [[]]}')::text),
    ('a stage twice', (j || '{"stages": ["a", "b", "a"]}')::text),
    ('31 stages', jsonb_set(j, '{stages}', (SELECT jsonb_agg(n::text) FROM generate_series(1, 31) AS n))::text),
    ('a stage that is an exit', (j || '{"stages": ["a", "y"]}')::text),
    ('exits null', (j || '{"exits": null}')::text),
    ('exits as a string', (j || '{"exits": "x"}')::text),
    ('exits of true', (j || '{"exits": [true]}')::text),
    ('an exit twice', (j || '{"exits": ["x", "y", "x"]}')::text),
    ('101 exits', jsonb_set(j, '{exits}', (SELECT jsonb_agg(n::text) FROM generate_series(1, 101) AS n))::text),
    ('modes null', (j || '{"modes": null}')::text),
    ('modes as a number', (j || '{"modes": 2}')::text),
    ('modes of numbers', (j || '{"modes": [2]}')::text),
    ('an unknown mode', (j || '{"modes": ["strict"]}')::text),
    ('within as a string', (j || '{"within": "300 days"}')::text),
    ('within as a number', (j || '{"within": 300}')::text),
    ('within as an array', (j || '{"within": [1, 2, 3]}')::text),
    ('within empty', (j || '{"within": {}}')::text),
    ('within false', (j || '{"within": false}')::text),
    ('within of an unknown part', (j || '{"within": {"days": 300, "years": 1}}')::text),
    ('days as a string', (j || '{"within": {"days": "300"}}')::text),
    ('days null', (j || '{"within": {"days": null}}')::text),
    ('days negative', (j || '{"within": {"days": -1}}')::text),
    ('days a fraction', (j || '{"within": {"days": 0.5}}')::text),
    ('days of 2^32', (j || '{"within": {"days": 4294967296}}')::text),
    ('months negative', (j || '{"within": {"months": -1}}')::text),
    ('months of 2^32', (j || '{"within": {"months": 4294967296}}')::text),
    ('1801 months', (j || '{"within": {"months": 1801}}')::text),
    ('microseconds negative', (j || '{"within": {"microseconds": -1}}')::text),
    ('microseconds of 2^63', (j || '{"within": {"microseconds": 9223372036854775808}}')::text),
    ('microseconds of 2^63 - 1', (j || '{"within": {"microseconds": 9223372036854775807}}')::text),
    ('microseconds of 150 years and more', (j || '{"within": {"microseconds": 4733683200000001}}')::text),
    ('as_of as a number', (j || '{"as_of": 2014}')::text),
    ('as_of on no day', (j || '{"as_of": "2014-02-29"}')::text),
    ('as_of in another style', (j || '{"as_of": "1/3/2014"}')::text),
    ('as_of at infinity', (j || '{"as_of": "infinity"}')::text),
    ('as_of in the year 10000', (j || '{"as_of": "10000-01-01"}')::text),
    ('as_of in the year 0', (j || '{"as_of": "0000-01-01"}')::text),
    ('as_of with a time', (j || '{"as_of": "2014-03-01 00:00"}')::text),
    ('as_of in an array', (j || '{"as_of": ["2014-03-01"]}')::text)
) AS spoilt (label, input);
SELECT throws_ok(format('SELECT %L::funnel_spec', input), state, NULL, 'funnel_spec: ' || label)
FROM valid_spec, LATERAL (VALUES ('cut off', '22P02', left(t, length(t) - 1)), ('followed by more', '22P02', t || '{}'),
                                 ('nothing', '22P02', ''), ('a word', '22P02', 'funnel_spec'),
                                 ('a brace', '22P02', '{'),
                                 ('a stage with a zero byte', '22P05', replace(t, '"a"', '"a\u0000"'))) AS spoilt (label, state, input);

-- ---------------------------------------------------------------------------
-- Bytes that are no retention: what COPY reads in binary
-- ---------------------------------------------------------------------------
CREATE TABLE sink (r retention);
-- A file of one row: header, one column with its length, the end.
CREATE FUNCTION copy_bytes(hex text) RETURNS text LANGUAGE sql AS $$
    SELECT format('COPY sink FROM PROGRAM %L (FORMAT binary)',
                  format($perl$perl -e 'print pack("H*", "5047434f50590aff0d0a0000000000000000000001%s%sffff")'$perl$,
                         lpad(to_hex(length(hex) / 2), 8, '0'), hex))
$$;
-- Observed from 2020-01-01 to 2021-01-01, one exit for "ab" after 10 days.
CREATE TABLE valid_bytes AS
SELECT encode(retention_send(retention_agg('2020-01-01', '2020-01-11', 'ab', '[2020-01-01,2021-01-01)')), 'hex') AS hex;
SELECT is(hex, '01' || '54' || '00' || '01' || '00001c89' || '00001df7' || '0000000000000000' || '00000001' || '00000002' || '6162' || '01' || '11' || '01' || '0a' || '01',
          'the bytes that are spoilt below') FROM valid_bytes;
SELECT lives_ok(copy_bytes(hex), 'are valid') FROM valid_bytes;
SELECT is((SELECT encode(retention_send(r), 'hex') FROM sink), hex, 'and come back') FROM valid_bytes;
CREATE FUNCTION with_bytes(hex text, at int, bytes text) RETURNS text LANGUAGE sql AS $$
    SELECT overlay(hex PLACING bytes FROM 1 + 2 * at)
$$;
SELECT throws_ok(copy_bytes(bytes), state, NULL, 'retention in binary: ' || label)
FROM valid_bytes, LATERAL (VALUES
    ('a later version', '22P03', with_bytes(hex, 0, '02')),
    ('version 0', '22P03', with_bytes(hex, 0, '00')),
    ('a growing state', '22P03', with_bytes(hex, 0, '81')),
    ('another type', '22P03', with_bytes(hex, 1, '57')),
    ('an unknown flag', '22P03', with_bytes(hex, 2, '80')),
    ('the flag of fte', '22P03', with_bytes(hex, 2, '01')),
    ('bounded as 2', '22P03', with_bytes(hex, 3, '02')),
    ('from without being bounded', '22P03', with_bytes(hex, 3, '00')),
    ('from at infinity', '22P03', with_bytes(hex, 4, '80000000')),
    ('as_of at infinity', '22P03', with_bytes(hex, 8, '7fffffff')),
    ('as_of on from', '22P03', with_bytes(hex, 8, '00001c89')),
    ('skipped negative', '22P03', with_bytes(hex, 12, 'ffffffffffffffff')),
    ('no reason', '22P03', with_bytes(hex, 20, '00000000')),
    ('a reason more', '22P03', with_bytes(hex, 20, '00000002')),
    ('2^32 - 1 reasons', '22P03', with_bytes(hex, 20, 'ffffffff')),
    ('a longer reason', '22P03', with_bytes(hex, 24, '00000010')),
    ('a reason of negative length', '22P03', with_bytes(hex, 24, 'ffffffff')),
    ('a reason that is no text', '22021', with_bytes(hex, 28, 'c3')),
    ('no series', '22P03', with_bytes(hex, 30, '00')),
    ('a series more', '22P03', with_bytes(hex, 30, '02')),
    ('a series of another reason', '22P03', with_bytes(hex, 31, '21')),
    ('a series of no reason', '22P03', with_bytes(hex, 31, '01')),
    ('a series of an unknown kind', '22P03', with_bytes(hex, 31, '1f')),
    ('a cell more', '22P03', with_bytes(hex, 32, '02')),
    ('no cell', '22P03', with_bytes(hex, 32, '00')),
    ('a count of 0', '22P03', with_bytes(hex, 34, '00')),
    ('a day beyond the period', '22P03', left(hex, 66) || 'ef02' || '01'),
    ('a day beyond 150 years', '22P03', left(hex, 66) || '85ac03' || '01'),
    ('a day beyond 32 bits', '22P03', left(hex, 66) || '8a8080801001'),
    ('a count beyond 10^12', '22P03', left(hex, 66) || '0a' || '81a094a58d1d'),
    ('a count beyond 63 bits', '22P03', left(hex, 66) || '0a' || 'ffffffffffffffffff01'),
    ('a count of eleven bytes', '22P03', left(hex, 66) || '0a' || 'ffffffffffffffffffff01'),
    ('one byte more', '22P03', hex || '00')
) AS spoilt (label, state, bytes);
-- Where bytes are missing, the protocol is violated.
SELECT is(count(*), (SELECT length(hex) / 2 FROM valid_bytes)::bigint, 'retention in binary: cut off before any byte')
FROM valid_bytes, generate_series(0, length(hex) / 2 - 1) AS n, flaw(copy_bytes(left(hex, 2 * n)), '22P03', NULL, false) AS f
WHERE f = '' OR f ~ '^SQLSTATE 08P01: [^;]*$';
-- One value has one form, however it came in.
TRUNCATE sink;
SELECT lives_ok(copy_bytes(left(hex, 66) || '8a00' || '8100'), 'numbers may be spelt with more bytes than they need') FROM valid_bytes;
SELECT is((SELECT encode(retention_send(r), 'hex') FROM sink), hex, 'and come out without them') FROM valid_bytes;

-- The same of specs: here one stage "ab" within a month, two days and three
-- microseconds, as of 2020-01-01, an exit "c", strict_order.
ALTER TABLE sink ADD COLUMN s funnel_spec, DROP COLUMN r;
CREATE TABLE spec_bytes AS
SELECT encode(funnel_spec_send(funnel_spec(ARRAY['ab'], '1 month 2 days 00:00:00.000003', '2020-01-01', '{c}', '{strict_order}')), 'hex') AS hex;
SELECT is(hex, '01' || '53' || '01' || '00000001' || '00000002' || '0000000000000003' || '01' || '00001c89' || '04'
               || '00000001' || '00000002' || '6162' || '00000001' || '00000001' || '63',
          'the bytes that are spoilt below') FROM spec_bytes;
TRUNCATE sink;
SELECT lives_ok(copy_bytes(hex), 'are valid') FROM spec_bytes;
SELECT is((SELECT encode(funnel_spec_send(s), 'hex') FROM sink), hex, 'and come back') FROM spec_bytes;
SELECT throws_ok(copy_bytes(bytes), state, NULL, 'funnel_spec in binary: ' || label)
FROM spec_bytes, LATERAL (VALUES
    ('a later version', '22P03', with_bytes(hex, 0, '02')),
    ('version 0', '22P03', with_bytes(hex, 0, '00')),
    ('another type', '22P03', with_bytes(hex, 1, '54')),
    ('within as 2', '22P03', with_bytes(hex, 2, '02')),
    ('a length without within', '22P03', with_bytes(hex, 2, '00')),
    ('days without within', '22P03', with_bytes(hex, 2, '00' || '00000000' || '00000002' || '0000000000000000')),
    ('microseconds without within', '22P03', with_bytes(hex, 2, '00' || '00000000' || '00000000' || '0000000000000003')),
    ('months negative', '22P03', with_bytes(hex, 3, 'ffffffff')),
    ('1801 months', '22P03', with_bytes(hex, 3, '00000709')),
    ('days negative', '22P03', with_bytes(hex, 7, '80000000')),
    ('microseconds negative', '22P03', with_bytes(hex, 11, 'ffffffffffffffff')),
    ('microseconds of 2^63 - 1', '22P03', with_bytes(hex, 11, '7fffffffffffffff')),
    ('as_of as 255', '22P03', with_bytes(hex, 19, 'ff')),
    ('a date without as_of', '22P03', with_bytes(hex, 19, '00')),
    ('as_of at infinity', '22P03', with_bytes(hex, 20, '7fffffff')),
    ('as_of at -infinity', '22P03', with_bytes(hex, 20, '80000000')),
    ('as_of in the year 10000', '22P03', with_bytes(hex, 20, '002c95d4')),
    ('an unknown mode', '22P03', with_bytes(hex, 24, '10')),
    ('no stage', '22P03', left(hex, 50) || '00000000' || '00000000'),
    ('a stage more', '22021', with_bytes(hex, 25, '00000002')),
    ('a longer stage', '22P03', with_bytes(hex, 29, '00000100')),
    ('a stage of negative length', '22P03', with_bytes(hex, 29, 'ffffffff')),
    ('a stage that is no text', '22021', with_bytes(hex, 33, 'c3')),
    ('a stage with a zero byte', '22021', with_bytes(hex, 34, '00')),
    ('31 stages', '22P03', left(hex, 50) || '0000001f' || (SELECT string_agg('00000001' || to_hex(64 + n), '' ORDER BY n) FROM generate_series(1, 31) AS n) || '00000000'),
    ('101 exits', '22P03', left(hex, 70) || '00000065' || (SELECT string_agg('00000003' || encode(to_char(n, 'FM000')::bytea, 'hex'), '' ORDER BY n) FROM generate_series(1, 101) AS n)),
    ('an exit that is a stage', '22P03', left(hex, 78) || '00000002' || '6162'),
    ('an exit twice', '22P03', left(hex, 70) || '00000002' || '00000001' || '63' || '00000001' || '63'),
    ('one byte more', '22P03', hex || '00')
) AS spoilt (label, state, bytes);
-- An exit more than there is, or 2^32 - 1 of them, is missed where the message ends.
SELECT throws_ok(copy_bytes(with_bytes(hex, 35, bytes)), '08P01', NULL, 'funnel_spec in binary: exits that are not there: ' || bytes)
FROM spec_bytes, unnest('{00000002,ffffffff}'::text[]) AS bytes;
SELECT is(count(*), (SELECT length(hex) / 2 FROM spec_bytes)::bigint, 'funnel_spec in binary: cut off before any byte')
FROM spec_bytes, generate_series(0, length(hex) / 2 - 1) AS n, flaw(copy_bytes(left(hex, 2 * n)), '22P03', NULL, false) AS f
WHERE f = '' OR f ~ '^SQLSTATE 08P01: [^;]*$';
-- One value has one form, however it came in.
TRUNCATE sink;
SELECT lives_ok(copy_bytes(left(hex, 70) || '00000002' || '00000001' || '64' || '00000001' || '63'), 'exits may come in any order') FROM spec_bytes;
SELECT is((SELECT s FROM sink), funnel_spec(ARRAY['ab'], '1 month 2 days 00:00:00.000003', '2020-01-01', '{c,d}', '{strict_order}'), 'and go out in one');
TRUNCATE sink;
SELECT lives_ok(copy_bytes(with_bytes(hex, 7, '00000001' || '000000141dd76003')), 'and a day as 86400000000 microseconds') FROM spec_bytes;
SELECT is((SELECT encode(funnel_spec_send(s), 'hex') FROM sink), hex, 'which is one') FROM spec_bytes;

SELECT * FROM finish();
ROLLBACK;
