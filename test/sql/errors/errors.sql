-- Every bad input is refused with its SQLSTATE, a message in lower case without
-- a full stop, the offending value in the detail and what to do in the hint.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(2255);

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

-- ---------------------------------------------------------------------------
-- Forecasts and what happened
-- ---------------------------------------------------------------------------
CREATE TABLE history AS
SELECT array_agg(w ORDER BY year) AS y,
       (SELECT workforce_agg('1970-01-01', '2015-01-01', NULL, NULL, '[2014-07-01,2016-01-01)')) AS longer,
       (SELECT workforce_agg('1970-01-01', '2015-01-01', NULL, NULL, '(,2014-01-01)')) AS endless,
       (SELECT workforce_agg('1970-01-01', '2013-02-01', '2013-08-01', 'moved', '[2013-01-01,2014-01-01)')) AS leaver,
       (SELECT workforce_agg('1970-01-01', '2012-01-01', NULL, NULL, '[2013-01-01,2014-01-01)', 1.0)) AS with_fte,
       (SELECT workforce_agg('1970-01-01', '2012-01-01', NULL, NULL, '[2013-01-01,2014-01-01)')) AS one_more
FROM (SELECT year, workforce_agg('1970-01-01', '2015-01-01', NULL, NULL, daterange(make_date(year, 1, 1), make_date(year + 1, 1, 1))) AS w
      FROM generate_series(2014, 2019) AS year GROUP BY year) AS x;
INSERT INTO bad (label, state, shows, hint, query)
SELECT call || ' is refused', state, shows, shows IS NOT NULL, 'SELECT * FROM history, ' || call
FROM (VALUES
    ('22004', NULL,        'workforce_backtest(y, NULL)'),
    ('22004', NULL,        'workforce_backtest(y, hires => NULL)'),
    ('22004', NULL,        'workforce_backtest(y, least_years => NULL)'),
    ('22004', NULL,        'workforce_backtest(y, latest_age => NULL)'),
    ('22004', NULL,        'workforce_backtest(y, level => NULL)'),
    ('22004', '7',         'workforce_backtest(y || NULL::workforce)'),
    ('22004', '7',         'workforce_backtest(y, rates => y || NULL::workforce)'),
    ('2202E', 'Dimensions: 2',     'workforce_backtest(ARRAY[y, y])'),
    ('22023', '0',         'workforce_backtest(y, 0)'),
    ('22023', '-1',        'workforce_backtest(y, -1)'),
    ('22023', '101',       'workforce_backtest(y, 101)'),
    ('22023', 'as planned', $$workforce_backtest(y, 1, 'as planned')$$),
    ('22023', '""',        $$workforce_backtest(y, 1, '')$$),
    ('22023', 'least 0',   'workforce_backtest(y, least_years => 0)'),
    ('22023', '101',       'workforce_backtest(y, least_years => 101)'),
    ('22023', 'most 2',    'workforce_backtest(y, observed_years => 2)'),
    ('22023', '-2147483648', 'workforce_backtest(y, observed_years => -2147483648)'),
    ('22023', '2016-01-01', 'workforce_backtest(y[3:] || longer)'),
    ('22023', '2014-07-01', 'workforce_backtest(y || longer)'),
    ('22023', '-infinity', 'workforce_backtest(y || endless)'),
    ('22023', '2015 comes 2017', 'workforce_backtest(y[:2] || y[4:])'),
    ('22023', '2017',      'workforce_backtest(y || y[4])'),
    ('22023', '2014-01-01', 'workforce_backtest(one_more || y)'),
    ('22023', '2016-01-01, 1', 'workforce_backtest(y[:2] || (SELECT array_agg(w) FROM (SELECT rollup(e) AS w FROM unnest(y[3:] || y[3:]) AS e GROUP BY last_day(e)) AS twice))'),
    ('22023', '.',         'workforce_backtest(with_fte || y)'),
    ('22023', '2014 to 2016', 'workforce_backtest(y, rates => y[2:])'),
    ('22023', '2014 to 2017', 'workforce_backtest(y, rates => y[:3])'),
    ('22004', '2',         'workforce_backtest(y, origin_rates => ARRAY[y[1]::credible_rates, NULL])'),
    ('22023', '2017-01-01', 'workforce_backtest(y, origin_rates => ARRAY[y[1]::credible_rates])'),
    ('22023', '2018-01-01', 'workforce_backtest(y, origin_rates => ARRAY[y[3]::credible_rates, y[6]::credible_rates])'),
    ('22023', '6 .* 1 ',   'workforce_backtest(y, rates => y, origin_rates => ARRAY[y[1]::credible_rates])'),
    ('22004', NULL,        $$change_exit_rates(y[1], NULL, '{1}')$$),
    ('22004', NULL,        $$change_exit_rates(y[1], '{a}', NULL)$$),
    ('22004', '2',         $$change_exit_rates(y[1], '{a,NULL}', '{1,1}')$$),
    ('22004', '1',         $$change_exit_rates(y[1], '{a}', '{NULL}')$$),
    ('2202E', '2 .* 1',    $$change_exit_rates(y[1], '{a,b}', '{1}')$$),
    ('22023', '-0.1',      $$change_exit_rates(leaver, '{moved}', '{-0.1}')$$),
    ('22023', '1001',      $$change_exit_rates(leaver, '{moved}', '{1001}')$$),
    ('22023', '[Nn]a[Nn]', $$change_exit_rates(leaver, '{moved}', '{NaN}')$$),
    ('22023', 'inf',       $$change_exit_rates(leaver, '{moved}', '{Infinity}')$$),
    ('22023', 'Moved',     $$change_exit_rates(leaver, '{Moved}', '{0.5}')$$),
    ('22023', '"moved"',   $$change_exit_rates(leaver, '{moved,moved}', '{0.5,0.5}')$$),
    ('22004', NULL,        'shift_retirement(y[1], NULL)'),
    ('22023', '601',       'shift_retirement(y[1], 601)'),
    ('22023', '-601',      'shift_retirement(shift_retirement(y[1], -600), -1)'),
    ('22023', '2147484247', 'shift_retirement(shift_retirement(y[1], 600), 2147483647)'),
    ('22023', '12',        'workforce_project(y[1], 1, retire_at => 65, rates => shift_retirement(y[1], 12))'),
    ('22023', '-3',        $$workforce_project_exits(y[1], 1, retire_rule => (SELECT retirement_rule_agg('1900-01-01', 780)), rates => shift_retirement(y[1], -3))$$),
    ('2202E', '2 .* 1',    $$gap_by_lever(y[1], 1, '{a,b}', '{1}')$$),
    ('22023', 'Moved',     $$gap_by_lever(leaver, 1, '{Moved}', '{0.5}')$$),
    ('22023', '1001',      $$gap_by_lever(leaver, 1, '{moved}', '{1001}')$$),
    ('22023', '0',         'gap_by_lever(y[1], 0)'),
    ('22023', '-1',        'gap_by_lever(y[1], 1, working_time => -1)'),
    ('22023', '601',       'gap_by_lever(y[1], 1, retirement_later => 601)'),
    ('2202E', '2',         $$gap_by_lever(y[1], 1, target => '{1,2}')$$),
    ('2202E', 'has 0',     $$intake_stream(y[1], '{}')$$),
    ('2202E', 'has 101',   'intake_stream(y[1], array_fill(1::float8, ARRAY[101]))'),
    ('22004', NULL,        'intake_stream(y[1], NULL)'),
    ('22004', '2',         $$intake_stream(y[1], '{1,NULL}')$$),
    ('22023', '80',        $$intake_stream(y[1], '{1}', level => 80)$$),
    ('22004', '1',         $$funnel_backtest(ARRAY[NULL::funnel], '{1,1}', '{1,1}', 2018)$$),
    ('22023', '1 .* 2019-07-01', $$funnel_backtest((SELECT ARRAY[funnel_agg('{2018-01-01}'::date[], funnel_spec('{a,b}', as_of => '2019-07-01'))]), '{1,1}', '{1,1}', 2018)$$),
    ('22023', '1 .* no as_of', $$funnel_backtest((SELECT ARRAY[funnel_agg('{2018-01-01}'::date[], funnel_spec('{a,b}'::text[]))]), '{1,1}', '{1,1}', 2018)$$),
    ('22023', '-1',        $$funnel_backtest((SELECT ARRAY[funnel_agg('{2018-01-01}'::date[], funnel_spec('{a,b}', as_of => '2019-01-01'))]), '{1,1}', '{1,1}', 2018, study_years => -1)$$),
    ('22023', '101',       $$funnel_backtest((SELECT ARRAY[funnel_agg('{2018-01-01}'::date[], funnel_spec('{a,b}', as_of => '2019-01-01'))]), '{1,1}', '{1,1}', 2018, 101)$$),
    ('22023', '13-01',     $$funnel_backtest((SELECT ARRAY[funnel_agg('{2018-01-01}'::date[], funnel_spec('{a,b}', as_of => '2019-01-01'))]), '{1,1}', '{1,1}', 2018, 2, '13-01')$$),
    ('22023', '1 of begun, of the year 2018, is -1', $$funnel_backtest((SELECT ARRAY[funnel_agg('{2018-01-01}'::date[], funnel_spec('{a,b}', as_of => '2019-01-01'))]), '{-1,1}', '{1,1}', 2018)$$),
    ('22023', '2 of arrived, of the year 2019, is NaN', $$funnel_backtest((SELECT ARRAY[funnel_agg('{2018-01-01}'::date[], funnel_spec('{a,b}', as_of => '2019-01-01'))]), '{1,1}', '{NULL,NaN}', 2018)$$),
    ('22004', '2',         $$funnel_backtest((SELECT ARRAY[funnel_agg('{2018-01-01}'::date[], funnel_spec('{a,b}', as_of => '2019-01-01'))]), '{1,NULL}', '{1,1}', 2018)$$),
    ('22023', '26',        $$funnel_backtest((SELECT ARRAY[funnel_agg('{2018-01-01}'::date[], funnel_spec('{a,b}', as_of => '2019-01-01'))]), '{1,1}', '{1,1}', 26)$$),
    ('22023', '-2147483648', $$funnel_backtest((SELECT ARRAY[funnel_agg('{2018-01-01}'::date[], funnel_spec('{a,b}', as_of => '2019-01-01'))]), '{1,1}', '{1,1}', -2147483648)$$),
    ('22004', NULL,        'workforce_project(y[1], working_time => NULL)'),
    ('22023', '0',         'workforce_project(y[1], working_time => 0)'),
    ('22023', '-1',        'workforce_project(y[1], working_time => -1)'),
    ('22023', '10.5',      'workforce_project(y[1], working_time => 10.5)'),
    ('22023', '[Nn]a[Nn]', $$workforce_project_fan(y[1], working_time => 'NaN')$$),
    ('22023', '72',        'workforce_backtest(y, retire_at => 72, retire_rule => NULL)'),
    ('22023', '150',       'workforce_backtest(y, latest_age => 150)'),
    ('22023', '1',         'workforce_backtest(y, level => 1)'),
    ('22023', '[Nn]a[Nn]', $$workforce_backtest(y, level => 'NaN')$$),
    ('22023', '0',         'interval_score(1, 2, 3, 0)'),
    ('22023', '1',         'interval_score(1, 2, 3, 1)'),
    ('22023', '[Nn]a[Nn]', $$interval_score(1, 2, 3, 'NaN')$$),
    ('22023', '[Nn]a[Nn]', $$interval_score('NaN', 2, 3)$$),
    ('22023', 'inf',       $$interval_score(1, 'Infinity', 3)$$),
    ('22023', 'inf',       $$interval_score(1, 2, '-Infinity')$$),
    ('22023', '2 and .* 1', 'interval_score(2, 1, 3)'),
    ('22003', 'inf',       'interval_score(-1e308, 1e308, 0)'),
    ('22003', '1e\+308',   'interval_score(0, 1, 1e307)')
) AS rows (state, shows, call);
INSERT INTO bad (label, state, shows, hint, query)
SELECT format('forecast_score_agg(%s) is refused', arguments), state, shows, state <> '22004', format('SELECT forecast_score_agg(%s)', arguments)
FROM (VALUES
    ('22004', NULL,        '1, 0, 2, 1, 1, NULL'),
    ('22023', 'predicted', $$'NaN', 0, 2, 1, 1, 0.8$$),
    ('22023', 'actual',    $$1, 0, 2, 'NaN', 1, 0.8$$),
    ('22023', 'naive',     $$1, 0, 2, 1, 'NaN', 0.8$$),
    ('22023', 'lower',     $$1, 'NaN', 2, 1, 1, 0.8$$),
    ('22023', 'inf',       $$'Infinity', 0, 2, 1, 1, 0.8$$),
    ('22023', 'inf',       $$1, 0, 2, 'Infinity', 1, 0.8$$),
    ('22023', 'inf',       $$1, 0, 2, 1, '-Infinity', 0.8$$),
    ('22023', 'inf',       $$1, '-Infinity', 2, 1, 1, 0.8$$),
    ('22023', '3 and',     '1, 3, 2, 1, 1, 0.8'),
    ('22023', '0',         '1, 0, 2, 1, 1, 0'),
    ('22023', '1.5',       '1, 0, 2, 1, 1, 1.5'),
    ('22003', 'inf',       '1e308, 0, 2, -1e308, 1, 0.8'),
    ('22003', '1e\+30[01]', '1e300, 0, 2, 1, 1, 0.8'),
    ('22003', 'inf',       '1e10, 0, 2, 5e-324, 1, 0.8'),
    ('22003', '1e\+300',   '1, NULL, NULL, 1, 1e300, 0.8'),
    ('22003', '1e\+30[01]', '1, 0, 1e301, 1, 1, 0.8')
) AS rows (state, shows, arguments);

-- ---------------------------------------------------------------------------
-- Certificates
-- ---------------------------------------------------------------------------
INSERT INTO bad (label, state, shows, hint, query)
SELECT call || ' is refused', state, shows, true, 'SELECT * FROM ' || call
FROM (VALUES
    ('22008', ' infinity', $$certificate_spells('{2020-01-01,infinity}', NULL, '[2020-01-01,)')$$),
    ('22008', '-infinity', $$certificate_spells('{-infinity}', '1 year', '[2020-01-01,2021-01-01)')$$),
    ('22008', '10000-01-01', $$certificate_spells('{10000-01-01}', NULL, '[2020-01-01,)')$$),
    ('22008', '0001-12-31 BC', $$certificate_spells('{0001-12-31 BC}', NULL, '[2020-01-01,)')$$),
    ('22008', 'begins on 10000-01-01', $$certificate_spells('{}', NULL, '[10000-01-01,)')$$),
    ('22008', 'begins on 10000-01-01', $$certificate_spells('{}', NULL, '[10000-01-01,10000-02-01)')$$),
    ('22008', '9000-01-01.*9999', $$certificate_spells('{9000-01-01}', '1000 years', '[2020-01-01,)')$$),
    ('22023', '0 days', $$certificate_spells('{}', '0 days', '[2020-01-01,)')$$),
    ('22023', '7200000000', $$certificate_spells('{}', '1 day 2 hours', '[2020-01-01,)')$$),
    ('22023', '-12', $$certificate_spells('{}', '-1 year', '[2020-01-01,)')$$),
    ('22023', '-1', $$certificate_spells(NULL, '1 month -1 day', '[2020-01-01,)')$$),
    ('22023', '-infinity', $$certificate_spells('{2020-01-01}', '1 year', '(,2020-01-01)')$$),
    ('22023', '-infinity', $$certificate_spells('{2020-01-01}', '1 year', '[-infinity,2020-01-01)')$$),
    ('22023', '-infinity', $$certificate_spells(NULL, NULL, '(,)')$$),
    ('2202E', 'Elements: 2\.', $$certificate_spells('{{2020-01-01},{2020-01-02}}', NULL, '[2020-01-01,)')$$)
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

-- A spell was lost sight of, or it ended.
SELECT is(flaw(format('SELECT retention_agg(%s)', args), '22000', shows), '', 'retention: ' || args || ' is refused')
FROM (VALUES ($$'2019-01-01', '2019-05-01', NULL, '(,2020-01-01)', '2019-04-01'$$, '2019-05-01.*2019-04-01'),
             ($$'2019-01-01', NULL, NULL, '(,2020-01-01)', '2018-12-31'$$, '2019-01-01.*2018-12-31'),
             ($$'2019-01-01', NULL, NULL, '(,2020-01-01)', '-infinity'$$, '2019-01-01.*-infinity')) AS v (args, shows);

-- A duration is given in days, months and years; that of a step is not nothing.
SELECT is(flaw(format('SELECT * FROM rv, %s', format(call, format('%L::interval', duration))), '22023', shows), '',
          format(call, quote_literal(duration)) || ' is refused')
FROM (VALUES ('-1 days', '-1'), ('-1 months', '-1'), ('1 month -1 day', '-1'), ('-1 month 40 days', '-1'),
             ('1 hour', '3600000000'), ('-1 hour', '-3600000000'), ('1 year 0.000001 s', ' 1 microsecond')) AS d (duration, shows),
     (VALUES ('retention_rate(r, %s)'), ('retention_mean(r, %s)'), ('retention_curve(r, %s)'), ('exit_incidence(r, %s)'),
             ('retention_rate_difference(r, r, %s)'), ('retention_mean_difference(r, r, %s)')) AS c (call);
SELECT is(flaw(format('SELECT * FROM rv, %s', format(call, format('%L::interval', duration))), '22023', '0'), '',
          format(call, quote_literal(duration)) || ' is refused')
FROM (VALUES ('0 days'), ('0 months')) AS d (duration), (VALUES ('retention_curve(r, %s)'), ('exit_incidence(r, %s)')) AS c (call);
SELECT is(flaw(format('SELECT * FROM rv, %s', call), '22023', shows), '', call || ' is refused')
FROM (VALUES
    ('retention_curve(r, level => 0)', '0'), ('retention_curve(r, level => 1)', '1'), ('retention_curve(r, level => -0.5)', '-0\.5'),
    ('retention_curve(r, level => 95)', '95'), ($$retention_curve(r, level => 'NaN')$$, '[Nn]a[Nn]'), ($$retention_curve(r, level => 'Infinity')$$, '[Ii]nf'),
    ('exit_incidence(r, level => 0)', '0'), ('exit_incidence(r, level => 1)', '1'), ($$exit_incidence(r, level => 'NaN')$$, '[Nn]a[Nn]'),
    ('retention_compare(r, later, 0)', '0'), ('retention_compare(r, later, 1)', '1'), ($$retention_compare(r, later, 'NaN')$$, '[Nn]a[Nn]'),
    ($$retention_rate_difference(r, r, '1 day', 0)$$, '0'), ($$retention_mean_difference(r, r, '1 day', 1)$$, '1'), ('retention_median_difference(r, r, 1)', '1'),
    ('share_difference(1, 2, 1, 2, 0)', '0'), ('share_difference(1, 2, -1, 2)', '-1'), ('share_difference(3, 2, 1, 2)', '3'),
    ($$retention_rate_difference(r, r, '1 day', 0.9, 'x')$$, 'x'), ($$retention_median_difference(r, r, 0.9, 'x')$$, 'x'),
    ($$retention_curve(r, method => 'loglog')$$, 'loglog'), ($$retention_curve(r, method => 'Log')$$, 'Log'), ($$retention_curve(r, method => '')$$, '""')
) AS rows (call, shows);
SELECT is(flaw('SELECT retention_log_rank(r, g::text) FROM rv, generate_series(1, 1005) AS g', '54000', '1001 groups or more'), '', 'a test of too many groups is refused');
SELECT lives_ok('SELECT retention_log_rank(r, g::text) FROM rv, generate_series(1, 1000) AS g', 'one of as many as there may be is not');
SELECT is(flaw($$SELECT retention_gray(r, g::text, NULL, 'layoff') FROM rv, generate_series(1, 500) AS g$$, '54000', '101 groups or more'), '', 'Gray''s test of too many groups is refused');
SELECT lives_ok($$SELECT retention_gray(r, g::text, NULL, 'layoff') FROM rv, generate_series(1, 100) AS g$$, 'one of as many as there may be is not');
SELECT is(flaw($$SELECT retention_gray(r, g::text, NULL, 'r' || g) FROM rv, generate_series(1, 2) AS g$$, '22023', '"r1".*"r2"'), '', 'a test is for one reason');
SELECT is(flaw(format($$SELECT funnel_conversion_difference(funnel_agg(1, 'b', date '2020-01-01', funnel_spec(%s)), funnel_agg(1, 'b', date '2020-01-01', funnel_spec(%s)), 'a', 'c')$$, one, other),
               '22023', shows), '', format('a difference of %s and %s is refused', one, other))
FROM (VALUES ($$ARRAY['a', 'c'], '1 year'$$, $$ARRAY['a', 'c'], '3 years 5 days'$$, '12 months, .* 36 months and 5 days'), ($$ARRAY['a', 'c']$$, $$ARRAY['a', 'c'], '366 days'$$, 'none, .* 366 days'),
             ($$ARRAY['a', 'c'], '1 year'$$, $$ARRAY['a', 'c'], '1 year 36 hours'$$, '12 months, .* 12 months and 1 day and 43200 seconds'), ($$ARRAY['a', 'b', 'c']$$, $$ARRAY['a', 'c']$$, '3 .* 2'),
             ($$ARRAY['a', 'b', 'c']$$, $$ARRAY['a', 'x', 'c']$$, '"b".*"x"'), ($$ARRAY['a', 'c']$$, $$ARRAY['a', 'c'], modes => '{strict_order}'$$, 'modes')) AS rows (one, other, shows);
SELECT is(flaw($$SELECT retention_log_rank(r, g::text, NULL, CASE g WHEN 1 THEN 'r' END) FROM rv, generate_series(1, 2) AS g$$, '22023', 'has none'), '', 'which all rows have or none');
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
-- funnel: events, chains and conditions
-- ---------------------------------------------------------------------------
CREATE TABLE fv AS
SELECT funnel_agg(p, stage, at, funnel_spec(ARRAY['a', 'b', 'c'], '300 days', '2020-07-01', '{x}')) AS f,
       funnel_agg(p, stage, at, funnel_spec(ARRAY['a', 'b', 'c'], '300 days', '2020-07-02', '{x}')) AS later,
       funnel_agg(p, stage, at, funnel_spec(ARRAY['a', 'b', 'c'])) AS forever,
       funnel_agg(NULL::int, stage, at, funnel_spec(ARRAY['a', 'b', 'c'])) AS nobody
FROM (VALUES (1, 'a', '2019-01-01'::date), (1, 'b', '2019-01-11'), (1, 'c', '2019-02-10'), (2, 'a', '2019-01-01'), (2, 'b', '2019-02-20'),
             (3, 'a', '2020-01-01'), (3, 'b', '2020-01-21'), (4, 'a', '2019-06-01'), (4, 'x', '2019-06-11'), (5, 'a', '2019-07-01'),
             (6, 'a', '2020-03-01'), (7, 'a', '2019-09-01'), (7, 'b', '2019-09-06'), (7, 'x', '2019-09-26')) AS rows (p, stage, at);

-- Every form of an aggregate over events, with its places for a stage, a time
-- and a spec.
CREATE TABLE form AS
SELECT kind, format(call, '%s', format('%%s::%s', type), '%s') AS call
FROM (VALUES ('number', 'funnel_agg(1::bigint, %s, %s, %s)'), ('uuid', 'funnel_agg(''00000000-0000-0000-0000-000000000001''::uuid, %s, %s, %s)'),
             ('text', 'funnel_agg(''p''::text, %s, %s, %s)'), ('one', 'funnel_agg(%s, %s, %s)'), ('steps', 'funnel_steps(%s, %s, %s)')) AS k (kind, call),
     unnest('{date,timestamp,timestamptz}'::text[]) AS type
UNION ALL
SELECT 'window', format('window_funnel(%%2$s::%s, %%3$s, %%1$s = ''a'')', type) FROM unnest('{date,timestamp,timestamptz}'::text[]) AS type;
SELECT is(count(*), 18::bigint, 'forms over events') FROM form;
SELECT is(flaw(format('SELECT ' || call, quote_literal(stage), quote_nullable(at), spec), state, shows), '', format('%s: %s', call, label))
FROM form, (VALUES
    ('null spec', '22004', NULL, 'a', '2020-01-01', 'NULL::funnel_spec'),
    ('null spec in a skipped row', '22004', NULL, 'a', NULL, 'NULL::funnel_spec'),
    ('null spec in a row of another stage', '22004', NULL, 'other', '2020-01-01', 'NULL::funnel_spec'),
    ('at infinity', '22008', 'infinite', 'a', 'infinity', $$funnel_spec(ARRAY['a'])$$),
    ('at -infinity', '22008', 'infinite', 'a', '-infinity', $$funnel_spec(ARRAY['a'])$$),
    ('at infinity, after as_of', '22008', 'infinite', 'a', 'infinity', $$funnel_spec(ARRAY['a'], as_of => '2020-01-01')$$),
    ('before Christ', '22008', '0001-12-31 BC', 'a', '0001-12-31 BC', $$funnel_spec(ARRAY['a'])$$),
    ('long before Christ', '22008', '4714-11-24 BC', 'a', '4714-11-24 BC', $$funnel_spec(ARRAY['a'])$$),
    ('in the year 10000', '22008', '10000-01-01', 'a', '10000-01-01', $$funnel_spec(ARRAY['a'])$$),
    ('in the year 10000, after as_of', '22008', '10000-01-01', 'a', '10000-01-01', $$funnel_spec(ARRAY['a'], as_of => '2020-01-01')$$),
    ('in the year 294000', '22008', '294000-06-01', 'a', '294000-06-01', $$funnel_spec(ARRAY['a'])$$)
) AS rows (label, state, shows, stage, at, spec);
SELECT is(flaw(format('SELECT ' || call, '''x''', quote_literal(at), $$funnel_spec(ARRAY['a'], exits => '{x}')$$), '22008', shows), '', format('%s: an exit at %s', call, at))
FROM form, (VALUES ('infinity', 'infinite'), ('10000-01-01', '10000-01-01')) AS v (at, shows) WHERE kind <> 'window';
SELECT is(flaw(format('SELECT ' || call, '''other''', quote_literal(at), $$funnel_spec(ARRAY['a'], modes => '{strict_order}')$$), '22008', shows), '',
          format('%s: another stage at %s, where order is strict', call, at))
FROM form, (VALUES ('-infinity', 'infinite'), ('10000-01-01', '10000-01-01')) AS v (at, shows);
SELECT is(flaw(format('SELECT %s FROM (VALUES (%s, %s), (%L, %s)) AS x (t, s)', format(call, '''a''', 't', 's'), at, one, '2020-01-01', other), '22023', 'two'), '',
          format('%s: two specs in one group, %s', call, label))
FROM form, (VALUES
    ('which differ in a stage', '''2020-01-01''', $$funnel_spec(ARRAY['a'])$$, $$funnel_spec(ARRAY['b'])$$),
    ('which differ in as_of', '''2020-01-01''', $$funnel_spec(ARRAY['a'])$$, $$funnel_spec(ARRAY['a'], as_of => '2020-01-01')$$),
    ('one of a skipped row', 'NULL', $$funnel_spec(ARRAY['a'])$$, $$funnel_spec(ARRAY['b'])$$)
) AS rows (label, at, one, other);
SELECT is(flaw(format('SELECT %s FROM (VALUES (%L), (%L)) AS x (s)', call, one, other), '22023', shows), '', format('%s: %s', call, label))
FROM (VALUES
    ('a stage', funnel_spec(ARRAY['a', 'b']), funnel_spec(ARRAY['a', 'c']), 'stage 2 is "[bc]".*"[bc]"'),
    ('a stage more', funnel_spec(ARRAY['a']), funnel_spec(ARRAY['a', 'b']), '[12] stages.*[12]'),
    ('as_of', funnel_spec(ARRAY['a'], as_of => '2020-01-01'), funnel_spec(ARRAY['a'], as_of => '2020-02-01'), '2020-0[12]-01.*2020-0[12]-01'),
    ('no as_of', funnel_spec(ARRAY['a'], as_of => '2020-01-01'), funnel_spec(ARRAY['a']), '.'),
    ('within', funnel_spec(ARRAY['a'], '1 year'), funnel_spec(ARRAY['a'], '2 years'), '.'),
    ('no within', funnel_spec(ARRAY['a'], '0'), funnel_spec(ARRAY['a']), '.')
) AS rows (label, one, other, shows),
unnest(ARRAY[$$funnel_agg('{2019-01-01}'::date[], s::funnel_spec)$$, $$funnel_agg(NULL::timestamp[], s::funnel_spec)$$]) AS call;
SELECT is(flaw(format('SELECT rollup(f) FROM (SELECT funnel_agg(1, ''a'', ''2019-01-01''::date, s) AS f FROM (VALUES (%L::funnel_spec), (%L)) AS x (s) GROUP BY s) AS y', one, other),
               '22023', shows), '', 'rollup: ' || label)
FROM (VALUES
    ('a stage', funnel_spec(ARRAY['a', 'b']), funnel_spec(ARRAY['a', 'c']), 'stage 2 is "[bc]".*"[bc]"'),
    ('a stage more', funnel_spec(ARRAY['a']), funnel_spec(ARRAY['a', 'b']), '[12] stages.*[12]'),
    ('stages in another order', funnel_spec(ARRAY['a', 'b']), funnel_spec(ARRAY['b', 'a']), 'stage 1 is "[ab]".*"[ab]"'),
    ('an exit', funnel_spec(ARRAY['a'], exits => '{x}'), funnel_spec(ARRAY['a'], exits => '{y}'), 'exit 1 is "[xy]".*"[xy]"'),
    ('an exit more', funnel_spec(ARRAY['a'], exits => '{x}'), funnel_spec(ARRAY['a']), '[01] exits.*[01]'),
    ('as_of', funnel_spec(ARRAY['a'], as_of => '2020-01-01'), funnel_spec(ARRAY['a'], as_of => '2020-02-01'), '2020-0[12]-01.*2020-0[12]-01'),
    ('no as_of', funnel_spec(ARRAY['a'], as_of => '2020-01-01'), funnel_spec(ARRAY['a']), '.'),
    ('within', funnel_spec(ARRAY['a'], '1 year'), funnel_spec(ARRAY['a'], '2 years'), '.'),
    ('a mode', funnel_spec(ARRAY['a'], modes => '{strict_once}'), funnel_spec(ARRAY['a']), '.')
) AS rows (label, one, other, shows);
SELECT is(flaw('SELECT rollup(x) FROM fv, unnest(ARRAY[f, later]) AS x', '22023', '2020-07-01.*2020-07-02'), '', 'two funnels in one rollup');
SELECT is(flaw('SELECT rollup(x) FROM fv, unnest(ARRAY[f, NULL, nobody]) AS x', '22023', '.'), '', 'one of them of nobody');

-- A chain spans at most 54788 days, the most that 150 years can have.
SELECT is(flaw('SELECT ' || call, '22008', '1850-01-01.*2000-01-04'), '', call || ': too long')
FROM (SELECT format('funnel_agg(%sstage, at::%s, funnel_spec(ARRAY[''a'', ''b''])) FROM (VALUES (''a'', ''1850-01-01''), (''b'', ''2000-01-04'')) AS v (stage, at)', person, type)
      FROM unnest('{"1, ","''p''::text, ","''00000000-0000-0000-0000-000000000001''::uuid, ",""}'::text[]) AS person, unnest('{date,timestamp,timestamptz}'::text[]) AS type
      UNION ALL SELECT $$funnel_agg('{1850-01-01,2000-01-04}'::date[], funnel_spec(ARRAY['a', 'b']))$$
      UNION ALL SELECT $$funnel_agg('{1850-01-01 12:00,2000-01-04 00:00}'::timestamp[], funnel_spec(ARRAY['a', 'b']))$$
      UNION ALL SELECT $$funnel_agg(1, 'a', '1850-01-01'::date, funnel_spec(ARRAY['a', 'b'], as_of => '2000-01-05'))$$
      UNION ALL SELECT $$funnel_agg(ARRAY['1850-01-01'::date], funnel_spec(ARRAY['a', 'b'], as_of => '2000-01-05'))$$
      UNION ALL SELECT $$funnel_agg(1, s, t, funnel_spec(ARRAY['a', 'b'], exits => '{x}')) FROM (VALUES ('a', '1850-01-01'::date), ('x', '2000-01-04')) AS v (s, t)$$) AS c (call);
SELECT is(flaw($$SELECT funnel_agg(i, s, CASE WHEN s = 'a' THEN '1850-01-01' ELSE '2000-01-04' END::date, funnel_spec(ARRAY['a', 'b']))
                 FROM generate_series(1, 10000) AS i, unnest('{a,b}'::text[]) AS s$$, '22008', '1850-01-01.*2000-01-04'), '', 'nor are chains of many shorter');
SELECT lives_ok('SELECT ' || call, call || ' is accepted')
FROM unnest(ARRAY[
    $$funnel_agg('{1850-01-01,2000-01-03}'::date[], funnel_spec(ARRAY['a', 'b']))$$,
    $$funnel_agg('{1850-01-01}'::date[], funnel_spec(ARRAY['a', 'b'], as_of => '2000-01-04'))$$,
    $$funnel_agg('{1850-01-01}'::date[], funnel_spec(ARRAY['a', 'b'], '150 years', as_of => '2020-01-02'))$$,
    $$funnel_agg('{1852-02-29}'::date[], funnel_spec(ARRAY['a', 'b'], '150 years'))$$,
    $$funnel_agg('{0001-01-01,9999-12-31}'::date[], funnel_spec(ARRAY['a', 'b'], '150 years'))$$,
    $$funnel_agg('{9999-12-31}'::date[], funnel_spec(ARRAY['a', 'b'], '150 years'))$$,
    $$funnel_agg('{9999-12-31 23:59:59.999999}'::timestamp[], funnel_spec(ARRAY['a', 'b'], '150 years'))$$,
    $$funnel_agg(1, 'a', '9999-12-31'::date, funnel_spec(ARRAY['a', 'b'], '150 years', '9999-12-31'))$$,
    $$funnel_steps(s, t, funnel_spec(ARRAY['a', 'b'])) FROM (VALUES ('a', '1850-01-01'::date), ('b', '2020-01-02')) AS v (s, t)$$,
    $$funnel_agg(1, 'other', 'infinity'::date, funnel_spec(ARRAY['a']))$$,
    $$funnel_agg(1, 'a', NULL::date, funnel_spec(ARRAY['a']))$$
]) AS call;

-- Chains that are given.
SELECT is(flaw(format('SELECT funnel_agg(%L::%s[], %s)', reached, type, spec), state, shows), '', format('chains, %s: %s', type, label))
FROM (VALUES
    ('null spec', '22004', NULL, '{2020-01-01}', 'NULL'),
    ('null spec in a skipped row', '22004', NULL, NULL, 'NULL'),
    ('at infinity', '22008', 'infinite', '{2020-01-01,infinity}', $$funnel_spec(ARRAY['a', 'b'])$$),
    ('at -infinity', '22008', 'infinite', '{-infinity}', $$funnel_spec(ARRAY['a', 'b'])$$),
    ('in the year 10000', '22008', '10000-01-01', '{10000-01-01}', $$funnel_spec(ARRAY['a', 'b'])$$),
    ('in the year 10000, beyond the window', '22008', '10000-01-01', '{2020-01-01,10000-01-01}', $$funnel_spec(ARRAY['a', 'b'], '1 day')$$),
    ('before Christ', '22008', '0001-01-01 BC', '{0001-01-01 BC}', $$funnel_spec(ARRAY['a', 'b'])$$),
    ('a gap', '22023', '1.*2', '{NULL,2020-01-01}', $$funnel_spec(ARRAY['a', 'b'])$$),
    ('a gap further on', '22023', '2.*4', '{2020-01-01,NULL,NULL,2020-01-01}', $$funnel_spec(ARRAY['a', 'b', 'c', 'd'])$$),
    ('decreasing', '22023', '1.*2020-01-02.*2.*2020-01-01', '{2020-01-02,2020-01-01}', $$funnel_spec(ARRAY['a', 'b'])$$),
    ('decreasing, beyond as_of', '22023', '2.*2020-01-03.*3.*2020-01-02', '{2020-01-01,2020-01-03,2020-01-02}', $$funnel_spec(ARRAY['a', 'b', 'c'], as_of => '2020-01-02')$$),
    ('too many', '2202E', '3.*2', '{2020-01-01,2020-01-01,2020-01-02}', $$funnel_spec(ARRAY['a', 'b'])$$),
    ('31', '2202E', '31', '{' || repeat('2020-01-01,', 30) || '2020-01-01}', $$funnel_spec((SELECT array_agg(n::text) FROM generate_series(1, 30) AS n))$$),
    ('two dimensions', '2202E', '2', '{{2020-01-01,2020-01-01}}', $$funnel_spec(ARRAY['a', 'b'])$$),
    ('six dimensions', '2202E', '6', '{{{{{{2020-01-01}}}}}}', $$funnel_spec(ARRAY['a', 'b'])$$),
    ('exits', '22023', 'exits', '{2020-01-01}', $$funnel_spec(ARRAY['a', 'b'], exits => '{x}')$$),
    ('a mode', '22023', 'modes', '{2020-01-01}', $$funnel_spec(ARRAY['a', 'b'], modes => '{strict_once}')$$),
    ('exits, and nothing reached', '22023', 'exits', '{}', $$funnel_spec(ARRAY['a', 'b'], exits => '{x}')$$)
) AS rows (label, state, shows, reached, spec), unnest('{date,timestamp,timestamptz}'::text[]) AS type;
SELECT is(flaw($$SELECT funnel_agg('{2020-01-01 00:00:00.000002,2020-01-01 00:00:00.000001}'::timestamp[], funnel_spec(ARRAY['a', 'b']))$$, '22023', '1.*2'), '', 'a microsecond back');
SELECT lives_ok(format('SELECT funnel_agg(%L::date[], funnel_spec(ARRAY[''a'', ''b'']))', reached), 'chains: ' || label)
FROM (VALUES ('nothing', '{}'), ('nulls', '{NULL,NULL}'), ('more nulls than stages', '{2020-01-01,NULL,NULL,NULL}'), ('one', '{2020-01-01}'), ('the same day', '{2020-01-01,2020-01-01}'),
             ('from another number on', '[7:8]={2020-01-01,2020-01-02}'), ('null', NULL)) AS rows (label, reached);

-- Conditions.
SELECT is(flaw(format('SELECT window_funnel(%s)', args), state, shows, shows IS NOT NULL), '', 'window_funnel: ' || label)
FROM (VALUES
    ('a condition less', '22023', '1.*2', $$'2020-01-01'::date, funnel_spec(ARRAY['a', 'b']), true$$),
    ('a condition more', '22023', '3.*2', $$'2020-01-01'::timestamp, funnel_spec(ARRAY['a', 'b']), true, false, NULL$$),
    ('no condition', '22023', '0.*2', $$'2020-01-01'::timestamptz, funnel_spec(ARRAY['a', 'b']), VARIADIC '{}'$$),
    ('null conditions', '22004', NULL, $$'2020-01-01'::date, funnel_spec(ARRAY['a', 'b']), VARIADIC NULL$$),
    ('100 conditions', '22023', '100.*2', $$'2020-01-01'::date, funnel_spec(ARRAY['a', 'b']), VARIADIC array_fill(true, '{100}')$$),
    ('exits', '22023', 'exit', $$'2020-01-01'::date, funnel_spec(ARRAY['a', 'b'], exits => '{x}'), true, true$$)
) AS rows (label, state, shows, args);

-- Questions.  Nobody is no excuse.
SELECT is(flaw(format('SELECT * FROM (SELECT %s AS f FROM fv) AS v, %s AS answer', f, call), '22023', shows), '', format('%s of %s is refused', call, f))
FROM unnest('{f,forever,nobody}'::text[]) AS f, (VALUES
    ('funnel_stages(f, 0)', '0'), ('funnel_stages(f, 1)', '1'), ('funnel_stages(f, -0.5)', '-0\.5'), ('funnel_stages(f, 95)', '95'),
    ($$funnel_stages(f, 'NaN')$$, '[Nn]a[Nn]'), ($$funnel_stages(f, 'Infinity')$$, '[Ii]nf'),
    ($$funnel_conversion(f, 'a', 'd')$$, '"d"'), ($$funnel_conversion(f, 'd', 'a')$$, '"d"'), ($$funnel_conversion(f, '', 'b')$$, '""'),
    ($$funnel_conversion(f, 'a', 'B')$$, '"B"'), ($$funnel_conversion(f, 'a', repeat('å', 1000))$$, '"å{30}"'), ($$funnel_conversion(f, 'a', 'x')$$, '"x"'),
    ($$funnel_conversion(f, 'a', 'a')$$, '"a".*"a"'), ($$funnel_conversion(f, 'b', 'a')$$, '"b".*"a"'), ($$funnel_conversion(f, 'b', 'b')$$, '"b".*"b"'),
    ($$funnel_conversion(f, 'c', 'b', '1 day')$$, '"c".*"b"'),
    ($$funnel_conversion(f, 'a', 'b', '1 hour')$$, '3600000000'), ($$funnel_conversion(f, 'a', 'b', '-1 day')$$, '-1'), ($$funnel_conversion(f, 'a', 'b', '1 month -1 day')$$, '-1'),
    ($$funnel_conversion(f, 'b', 'c', '1 year 0.000001 s')$$, ' 1 microsecond'), ($$funnel_conversion(f, 'b', 'c', '-1 month 40 days')$$, '-1'),
    ($$funnel_days(f, 'a', 'd')$$, '"d"'), ($$funnel_days(f, 'b', 'a')$$, '"b".*"a"'), ($$funnel_days(f, 'c', 'c')$$, '"c".*"c"'),
    ($$funnel_days(f, 'a', 'b', -1e-300)$$, '-1e-300'), ($$funnel_days(f, 'a', 'b', 1.1)$$, '1\.1'), ($$funnel_days(f, 'a', 'b', -0.5)$$, '-0\.5'),
    ($$funnel_days(f, 'a', 'c', 'NaN')$$, '[Nn]a[Nn]'), ($$funnel_days(f, 'a', 'c', 'Infinity')$$, '[Ii]nf')
) AS rows (call, shows);
SELECT lives_ok(format('SELECT * FROM fv, %s AS answer', call), call || ' is not')
FROM unnest(ARRAY['funnel_stages(f, 1e-300)', 'funnel_stages(f, 0.9999999999999999)', 'funnel_stages(NULL::funnel, 2)', $$funnel_conversion(f, 'a', 'b', '0 days')$$,
                  $$funnel_conversion(f, 'a', 'c', '178000000 years 2147483647 days')$$, $$funnel_conversion(NULL, 'd', 'e')$$, $$funnel_conversion(f, NULL, 'd')$$,
                  $$funnel_days(f, 'a', 'b', 0)$$, $$funnel_days(f, 'a', 'b', 1)$$, $$funnel_days(f, 'a', 'b', 1e-300)$$, $$funnel_days(f, 'a', 'd', NULL)$$]) AS call;
SELECT is(flaw('SELECT ' || call, '0A000', NULL, false), '', call || ' is no aggregate')
FROM unnest(ARRAY['funnel_combinefn(f, f) FROM fv', $$funnel_agg_transfn(f, '{2020-01-01}'::date[], funnel_spec(ARRAY['a'])) FROM fv$$,
                  $$funnel_agg_transfn(NULL::funnel, '{2020-01-01}'::timestamp[], funnel_spec(ARRAY['a']))$$,
                  $$funnel_agg_transfn(NULL::funnel, NULL::timestamptz[], funnel_spec(ARRAY['a']))$$]) AS call;
-- There is no value that is internal, so what takes one cannot be called at all.
-- Minor releases of a major say so in two ways.
SELECT throws_matching('SELECT ' || call, 'does not exist$|^cannot accept a value of type internal$', call || ' cannot be called')
FROM unnest('{funnel_agg_finalfn(NULL),"funnel_events_combinefn(NULL, NULL)",events_serialfn(NULL),"events_deserialfn(''\\x'', NULL)",window_funnel_finalfn(NULL)}'::text[]) AS call;

-- ---------------------------------------------------------------------------
-- Arrivals, and the intake that closes a gap
-- ---------------------------------------------------------------------------
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
    ($$'{1,2}', 2020, target_year => 2019$$, '22023', '2019'), ($$'{1,2}', 2020, target_year => 2022$$, '22023', '2022'), ($$'{1,2}', 2025, target_year => 2025$$, '22023', '2025'), ($$'{1}', 2020, target_year => -1$$, '22023', '-1\M'),
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

-- ---------------------------------------------------------------------------
-- Text that is no funnel
-- ---------------------------------------------------------------------------
CREATE TABLE valid_funnel AS SELECT f::text AS t, f::jsonb AS j, forever::jsonb AS e FROM fv;
SELECT is(t::funnel::text, t, 'the text that is spoilt below is valid') FROM valid_funnel;
SELECT is(j - 'spec', '{"type": "funnel", "version": 1, "skipped": 0, "reached": {"a": {"0": 7}, "b": {"5": 1, "10": 1, "20": 1, "50": 1}, "c": {"40": 1}},
               "exited": {"a": {"10": 1}, "b": {"25": 1}}, "lost": {"a": {"300": 1}, "b": {"300": 1}}, "pending": {"a": {"121": 1}, "b": {"181": 1}},
               "converted_after": {"b": {"30": 1}}, "exited_after": {"b": {"20": 1}}, "lost_after": {"b": {"250": 1}}, "pending_after": {"b": {"161": 1}}}'::jsonb,
          'and is this') FROM valid_funnel;
SELECT is(e - 'spec', '{"type": "funnel", "version": 1, "skipped": 0, "reached": {"a": {"0": 7}, "b": {"5": 1, "10": 1, "20": 1, "50": 1}, "c": {"40": 1}},
               "exited": {}, "lost": {}, "pending": {}, "converted_after": {"b": {"30": 1}}, "exited_after": {}, "lost_after": {}, "pending_after": {}}'::jsonb,
          'or this, where nothing ends a chain') FROM valid_funnel;

SELECT refused(input, 'funnel', label)
FROM valid_funnel, LATERAL (VALUES
    ('a text in which nothing is', '{}'),
    ('an array', '[]'),
    ('a number', '1'),
    ('a string', '"funnel"'),
    ('null', 'null'),
    ('an array of it', format('[%s]', t)),
    ('its spec alone', (j -> 'spec')::text),
    ('another type', (j || '{"type": "retention"}')::text),
    ('no type', (j - 'type')::text),
    ('type null', (j || '{"type": null}')::text),
    ('a later version', (j || '{"version": 2}')::text),
    ('version 0', (j || '{"version": 0}')::text),
    ('version as a string', (j || '{"version": "1"}')::text),
    ('no version', (j - 'version')::text),
    ('an unknown member', (j || '{"extra": {}}')::text),
    ('a member of another type', (j || '{"observed": [null, "2020-01-01"]}')::text),
    ('another member of another type', (j || '{"censored": {}}')::text),
    ('a member of the spec', (j || '{"stages": ["a", "b", "c"]}')::text),
    ('a member in capitals', (j || '{"Lost": {}}')::text),
    ('no spec', (j - 'spec')::text),
    ('spec null', (j || '{"spec": null}')::text),
    ('spec as a string', (j || '{"spec": "a"}')::text),
    ('spec as an array', (j || '{"spec": ["a", "b", "c"]}')::text),
    ('spec empty', (j || '{"spec": {}}')::text),
    ('a spec with an unknown member', jsonb_set(j, '{spec,extra}', '1')::text),
    ('a spec with a stage twice', jsonb_set(j, '{spec,stages}', '["a", "b", "c", "a"]')::text),
    ('a spec with 31 stages', jsonb_set(e, '{spec,stages}', (SELECT '["a", "b", "c"]'::jsonb || jsonb_agg(n::text) FROM generate_series(1, 28) AS n))::text),
    ('a spec with a negative window', jsonb_set(j, '{spec,within}', '{"days": -1}')::text),
    ('a spec with an unknown mode', jsonb_set(j, '{spec,modes}', '["strict"]')::text),
    ('a spec as of no day', jsonb_set(j, '{spec,as_of}', '"2020-02-30"')::text),
    ('a spec without a stage that was reached', jsonb_set(j, '{spec,stages}', '["a", "b"]')::text),
    ('skipped negative', (j || '{"skipped": -1}')::text),
    ('skipped a fraction', (j || '{"skipped": 1.5}')::text),
    ('skipped as a string', (j || '{"skipped": "1"}')::text),
    ('skipped beyond 64 bits', (j || '{"skipped": 100000000000000000000}')::text),
    ('reached as an array', (j || '{"reached": [7]}')::text),
    ('reached null', (j || '{"reached": null}')::text),
    ('reached without a stage', (j || '{"reached": {"0": 7}}')::text),
    ('a stage that the spec does not name', jsonb_set(j, '{reached,d}', '{"0": 1}')::text),
    ('an exit as a stage', jsonb_set(j, '{exited,x}', '{"0": 1}')::text),
    ('a stage of null', jsonb_set(j, '{lost,a}', 'null')::text),
    ('a stage of an array', jsonb_set(j, '{lost,a}', '[1]')::text),
    ('a count negative', jsonb_set(j, '{reached,a,0}', '-7')::text),
    ('a count a fraction', jsonb_set(j, '{reached,a,0}', '7.5')::text),
    ('a count as a string', jsonb_set(j, '{reached,a,0}', '"7"')::text),
    ('a count beyond 64 bits', jsonb_set(j, '{reached,a,0}', '9223372036854775808')::text),
    ('a count of 2^63 - 1', jsonb_set(j, '{reached,a,0}', '9223372036854775807')::text),
    ('more than 10^12 people', jsonb_set(e, '{reached,a,0}', '1000000000001')::text),
    ('more than 10^12 people, in parts', jsonb_set(jsonb_set(e, '{reached,a,0}', '1000000000000'), '{reached,b}', '{"5": 500000000000, "6": 500000000001}')::text),
    ('2^62 twice', jsonb_set(e, '{reached,b}', '{"5": 4611686018427387904, "6": 4611686018427387904}')::text),
    ('a negative day', jsonb_set(j, '{lost,a,-300}', '1')::text),
    ('a day of letters', jsonb_set(j, '{lost,a,x}', '1')::text),
    ('a day with a leading zero', jsonb_set(j, '{lost,a,010}', '1')::text),
    ('a day with a sign', jsonb_set(j, '{lost,a,+10}', '1')::text),
    ('a part of a day', jsonb_set(j, '{lost,a,10.0}', '1')::text),
    ('no day', jsonb_set(j, '{lost,a}', '{"": 1, "300": 1}')::text),
    ('a day after 150 years', jsonb_set(e, '{reached,b,54789}', '1')::text),
    ('day 2^32', jsonb_set(e, '{reached,b,4294967296}', '1')::text),
    -- what rows cannot have given
    ('a start on another day', jsonb_set(j, '{reached,a}', '{"0": 6, "1": 1}')::text),
    ('a start on another day only', jsonb_set(e, '{reached}', '{"a": {"1": 1}}')::text),
    ('who is lost at the last stage', jsonb_set(j, '{lost,c}', '{"300": 1}')::text),
    ('who exits the last stage', jsonb_set(j, '{exited,c}', '{"50": 1}')::text),
    ('who is pending at the last stage', jsonb_set(j, '{pending,c}', '{"50": 1}')::text),
    ('who goes on from the last stage', jsonb_set(j, '{converted_after,c}', '{"50": 1}')::text),
    ('a first stage that converts on its own clock', jsonb_set(j, '{converted_after,a}', '{"10": 1}')::text),
    ('a first stage that is lost on its own clock', jsonb_set(j, '{lost_after,a}', '{"300": 1}')::text),
    ('a first stage that exits on its own clock', jsonb_set(j, '{exited_after,a}', '{"10": 1}')::text),
    ('a first stage that is pending on its own clock', jsonb_set(j, '{pending_after,a}', '{"121": 1}')::text),
    ('exits where the spec names none', jsonb_set(j, '{spec,exits}', '[]')::text),
    ('lost without a window', jsonb_set(j, '{spec,within}', 'null')::text),
    ('pending without as_of', jsonb_set(j, '{spec,as_of}', 'null')::text),
    ('a day beyond the window', jsonb_set(j, '{lost,a}', '{"301": 1}')::text),
    ('a day beyond a shorter window', jsonb_set(j, '{spec,within,days}', '299')::text),
    ('a window of nothing', jsonb_set(j, '{spec,within,days}', '0')::text),
    ('more who leave than are there', jsonb_set(j, '{lost,a}', '{"300": 2}')::text),
    ('more who go on than there are', jsonb_set(j, '{reached,b,5}', '5')::text),
    ('nobody who starts', (j #- '{reached,a}')::text),
    ('who leaves before coming', jsonb_set(j, '{exited,b}', '{"4": 1}')::text),
    ('who goes on before coming', jsonb_set(j, '{reached,c}', '{"3": 1}')::text),
    ('who stays for good where there is a window', jsonb_set(j, '{reached,a,0}', '8')::text),
    ('who stays for good where there is as_of', (jsonb_set(j, '{spec,within}', 'null') - 'lost' - 'lost_after')::text),
    ('a stage further on without the one before', (j #- '{reached,b}')::text),
    ('a clock that tells of one more', jsonb_set(j, '{converted_after,b}', '{"30": 2}')::text),
    ('a clock that tells of one less', (j #- '{exited_after,b}')::text),
    ('a clock that tells of nobody', (j - 'pending_after')::text),
    ('a clock that tells of another way', ((j - 'lost_after') || '{"pending_after": {"b": {"161": 1, "250": 1}}}')::text),
    ('a clock that is late', jsonb_set(j, '{lost_after,b}', '{"251": 1}')::text),
    ('a clock that is early', jsonb_set(j, '{lost_after,b}', '{"249": 1}')::text),
    ('a clock of more days than those who stay explain', (e || '{"reached": {"a": {"0": 7}, "b": {"5": 4}, "c": {"40": 1}}, "converted_after": {"b": {"51": 1}}}')::text),
    ('a clock of fewer days than those who stay explain', jsonb_set(e, '{reached}', '{"a": {"0": 7}, "b": {"5": 1}, "c": {"40": 1}}')::text)
) AS spoilt (label, input);
-- What is no JSON at all, or no text of this database, is refused elsewhere.
SELECT throws_ok(format('SELECT %L::funnel', input), state, NULL, 'funnel: ' || label)
FROM valid_funnel, LATERAL (VALUES ('cut off', '22P02', left(t, length(t) - 1)), ('followed by more', '22P02', t || '{}'),
                                   ('nothing', '22P02', ''), ('a word', '22P02', 'funnel'),
                                   ('a stage with a zero byte', '22P05', replace(t, '"a"', '"a\u0000"'))) AS spoilt (label, state, input);
-- The edges of the above.
SELECT lives_ok(format('SELECT %L::funnel', input), 'funnel: ' || label)
FROM valid_funnel, LATERAL (VALUES
    ('members that count nothing may be missing', (e - 'skipped' - 'exited' - 'lost' - 'pending' - 'exited_after' - 'lost_after' - 'pending_after')::text),
    ('nobody', '{"type": "funnel", "version": 1, "spec": {"stages": ["a"]}}'),
    ('10^12 people', jsonb_set(e, '{reached,a,0}', '1000000000000')::text),
    ('the last day', jsonb_set(e, '{reached,b,54788}', '1')::text),
    ('the last day of the longest window', '{"type": "funnel", "version": 1, "spec": {"stages": ["a", "b"], "within": {"months": 1800}}, "reached": {"a": {"0": 1}}, "lost": {"a": {"54788": 1}}}'),
    ('who leaves on the day of coming', (j || '{"reached": {"a": {"0": 7}, "b": {"5": 1, "10": 1, "20": 1, "50": 1}, "c": {"40": 1}},
                                                "exited": {"a": {"10": 1}, "b": {"5": 1}}, "exited_after": {"b": {"0": 1}}}')::text),
    ('who goes on on the day of coming', '{"type": "funnel", "version": 1, "spec": {"stages": ["a", "b", "c"], "within": {"days": 0}}, "reached": {"a": {"0": 1}, "b": {"0": 1}, "c": {"0": 1}},
                                           "converted_after": {"b": {"0": 1}}}'),
    ('who is lost without a day', jsonb_set(e, '{reached,a,0}', '8')::text)
) AS edge (label, input);
SELECT is(j::text::funnel, t::funnel, 'members may be in any order') FROM valid_funnel;
SELECT is(replace(t, ' ', E'\n ')::funnel, t::funnel, 'and spaced in any way') FROM valid_funnel;
SELECT is(jsonb_set(j, '{lost,a,7}', '0')::text::funnel, t::funnel, 'days without anybody are forgotten') FROM valid_funnel;

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

-- And of funnels: stages "a" and "b" within 300 days, 9 who start, 4 who reach
-- "b" on day 120, 5 who are lost, 2 rows skipped.
ALTER TABLE sink ADD COLUMN f funnel, DROP COLUMN s;
CREATE TABLE funnel_bytes AS
SELECT encode(funnel_send('{"type": "funnel", "version": 1, "spec": {"stages": ["a", "b"], "within": {"days": 300}}, "skipped": 2,
                            "reached": {"a": {"0": 9}, "b": {"120": 4}}, "lost": {"a": {"300": 5}}}'), 'hex') AS hex;
SELECT is(hex, '01' || '46' || '00' || '0000000000000002' || '01' || '00000000' || '0000012c' || '0000000000000000' || '00' || '00000000' || '00'
               || '00000002' || '00000001' || '61' || '00000001' || '62' || '00000000' || '03' || '1001' || '0009' || '1201' || 'ac0205' || '2001' || '7804',
          'the bytes that are spoilt below') FROM funnel_bytes;
TRUNCATE sink;
SELECT lives_ok(copy_bytes(hex), 'are valid') FROM funnel_bytes;
SELECT is((SELECT encode(funnel_send(f), 'hex') FROM sink), hex, 'and come back') FROM funnel_bytes;
SELECT throws_ok(copy_bytes(bytes), state, NULL, 'funnel in binary: ' || label)
FROM funnel_bytes, LATERAL (VALUES
    ('a later version', '22P03', with_bytes(hex, 0, '02')),
    ('version 0', '22P03', with_bytes(hex, 0, '00')),
    ('a growing state', '22P03', with_bytes(hex, 0, '81')),
    ('another type', '22P03', with_bytes(hex, 1, '53')),
    ('an unknown flag', '22P03', with_bytes(hex, 2, '80')),
    ('the flag of fte', '22P03', with_bytes(hex, 2, '01')),
    ('skipped negative', '22P03', with_bytes(hex, 3, 'ffffffffffffffff')),
    ('within as 2', '22P03', with_bytes(hex, 11, '02')),
    ('a length without within', '22P03', with_bytes(hex, 11, '00')),
    ('no within', '22P03', with_bytes(hex, 11, '00' || '00000000' || '00000000')),
    ('a window of 299 days', '22P03', with_bytes(hex, 16, '0000012b')),
    ('days negative', '22P03', with_bytes(hex, 16, '80000000')),
    ('as_of at infinity', '22P03', with_bytes(hex, 28, '01' || '7fffffff')),
    ('an unknown mode', '22P03', with_bytes(hex, 33, '10')),
    ('no stage', '22P03', left(hex, 68) || '00000000' || '00000000' || '00'),
    ('a stage twice', '22P03', with_bytes(hex, 47, '61')),
    ('a longer stage', '22P03', with_bytes(hex, 38, '00000100')),
    ('a stage of negative length', '22P03', with_bytes(hex, 38, 'ffffffff')),
    ('a stage that is no text', '22021', with_bytes(hex, 42, 'c3')),
    ('a stage with a zero byte', '22021', with_bytes(hex, 42, '00')),
    ('no series', '22P03', with_bytes(hex, 52, '00')),
    ('a series less', '22P03', with_bytes(hex, 52, '02')),
    ('a series more', '22P03', with_bytes(hex, 52, '04')),
    ('a series of no stage', '22P03', with_bytes(hex, 53, '00')),
    ('a series of stage 3', '22P03', with_bytes(hex, 62, '30')),
    ('a series of an unknown kind', '22P03', with_bytes(hex, 53, '18')),
    ('series in another order', '22P03', left(hex, 106) || '2001' || '7804' || '1001' || '0009' || '1201' || 'ac0205'),
    ('a series twice', '22P03', left(hex, 106) || '1001' || '0004' || '1001' || '0005' || '2001' || '7804'),
    ('a cell more', '22P03', with_bytes(hex, 54, '02')),
    ('no cell', '22P03', with_bytes(hex, 54, '00')),
    ('a count of 0', '22P03', with_bytes(hex, 56, '00')),
    ('a start on day 1', '22P03', with_bytes(hex, 55, '01')),
    ('more who leave than start', '22P03', with_bytes(hex, 56, '08')),
    ('more who start than leave', '22P03', with_bytes(hex, 56, '0a')),
    ('a day beyond the window', '22P03', with_bytes(hex, 59, 'ad02')),
    ('a day beyond 150 years', '22P03', left(hex, 118) || '85ac03' || '05' || right(hex, 8)),
    ('a day beyond 32 bits', '22P03', left(hex, 118) || '8a8080801005' || right(hex, 8)),
    ('a count beyond 10^12', '22P03', left(hex, 110) || '00' || '81a094a58d1d' || right(hex, 18)),
    ('a count beyond 63 bits', '22P03', left(hex, 110) || '00' || 'ffffffffffffffffff01' || right(hex, 18)),
    ('a count of eleven bytes', '22P03', left(hex, 110) || '00' || 'ffffffffffffffffffff01' || right(hex, 18)),
    ('one byte more', '22P03', hex || '00')
) AS spoilt (label, state, bytes);
SELECT throws_ok(copy_bytes(with_bytes(hex, 34, bytes)), '22P03', NULL, format('funnel in binary: stages that are not there: %s', bytes))
FROM funnel_bytes, unnest('{ffffffff,0000001f}'::text[]) AS bytes;
SELECT is(count(*), (SELECT length(hex) / 2 FROM funnel_bytes)::bigint, 'funnel in binary: cut off before any byte')
FROM funnel_bytes, generate_series(0, length(hex) / 2 - 1) AS n, flaw(copy_bytes(left(hex, 2 * n)), '22P03', NULL, false) AS f
WHERE f = '' OR f ~ '^SQLSTATE 08P01: [^;]*$';
-- One value has one form, however it came in.
TRUNCATE sink;
SELECT lives_ok(copy_bytes(left(hex, 106) || '1001' || '8000' || '8900' || '1201' || 'ac82008500' || '2001' || 'f800' || '8400'), 'numbers may be spelt with more bytes than they need') FROM funnel_bytes;
SELECT is((SELECT encode(funnel_send(f), 'hex') FROM sink), hex, 'and come out without them') FROM funnel_bytes;

-- ---------------------------------------------------------------------------
-- Contracts of people
-- ---------------------------------------------------------------------------
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
ALTER TABLE sink ADD COLUMN m mobility, DROP COLUMN f;
TRUNCATE sink;
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

-- ---------------------------------------------------------------------------
-- Task shifting
-- ---------------------------------------------------------------------------
-- $1 replaces one of the arrays of a good call.
CREATE FUNCTION shift_call(argument text, value text) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT * FROM shift_tasks(%s)',
                  string_agg(format('%s => %s', name, CASE WHEN name = argument THEN value ELSE good END), ', '))
    FROM (VALUES ('profession', $q$'{doctor,nurse,assistant}'$q$), ('demand', $q$'{10,20,30}'$q$), ('from_profession', $q$'{doctor,nurse,doctor}'$q$),
                 ('to_profession', $q$'{nurse,assistant,null}'$q$), ('share', $q$'{0.3,0.2,0.7}'$q$), ('relative_time', $q$'{1.2,1,1}'$q$)) AS a (name, good)
$$;
SELECT lives_ok(shift_call(NULL, NULL), 'the call that is spoilt below is good');
SELECT is(flaw(shift_call(argument, value), state, shows), '', format('shift_tasks, %s => %s', argument, value))
FROM (VALUES
    ('22004', '3', 'profession', $$'{doctor,nurse,null}'$$),
    ('22004', '2', 'demand', $$'{10,null,30}'$$),
    ('22004', '1', 'from_profession', $$'{null,nurse,doctor}'$$),
    ('22004', '2', 'share', $$'{0.3,null,0.7}'$$),
    ('22004', '3', 'relative_time', $$'{1.2,1,null}'$$),
    ('22004', '9', 'share', $$'{0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,null}'$$),
    ('2202E', 'Dimensions: 2\. Elements: 3', 'profession', $$'{{doctor,nurse,assistant}}'$$),
    ('2202E', 'Dimensions: 2\. Elements: 3', 'demand', $$'{{10,20,30}}'$$),
    ('2202E', 'Dimensions: 3. Elements: 3', 'to_profession', $$'{{{nurse,assistant,null}}}'$$),
    ('2202E', 'profession has 2 elements, demand has 3', 'profession', $$'{doctor,nurse}'$$),
    ('2202E', 'profession has 3 elements, demand has 4', 'demand', $$'{10,20,30,40}'$$),
    ('2202E', 'demand has 0', 'demand', 'NULL'),
    ('2202E', 'from_profession has 1 element, to_profession has 3', 'from_profession', $$'{doctor}'$$),
    ('2202E', 'to_profession has 0', 'to_profession', 'NULL'),
    ('2202E', 'share has 0', 'share', $$'{}'$$),
    ('2202E', 'relative_time has 2', 'relative_time', $$'{1,1}'$$),
    ('22023', '"nurse" is -1', 'demand', $$'{10,-1,30}'$$),
    ('22023', '"nurse" is [Nn]a[Nn]', 'demand', $$'{10,NaN,30}'$$),
    ('22023', '"doctor" is [Ii]nf', 'demand', $$'{Infinity,20,30}'$$),
    ('22023', 'from "nurse" to "assistant" is -0\.1', 'share', $$'{0.3,-0.1,0.7}'$$),
    ('22023', 'from "doctor" to nobody is 1\.5', 'share', $$'{0.3,0.1,1.5}'$$),
    ('22023', 'from "doctor" to "nurse" is [Nn]a[Nn]', 'share', $$'{NaN,0.1,0.1}'$$),
    ('22023', 'from "doctor" to "nurse" is [Ii]nf', 'share', $$'{Infinity,0.1,0.1}'$$),
    ('22023', 'from "doctor" to "nurse" is 0', 'relative_time', $$'{0,1,1}'$$),
    ('22023', 'from "nurse" to "assistant" is -2', 'relative_time', $$'{1,-2,1}'$$),
    ('22023', 'from "doctor" to nobody is [Nn]a[Nn]', 'relative_time', $$'{1,1,NaN}'$$),
    ('22023', 'from "doctor" to "nurse" is [Ii]nf', 'relative_time', $$'{Infinity,1,1}'$$),
    ('22023', '"nurse" is among the professions twice', 'profession', $$'{doctor,nurse,nurse}'$$),
    ('22023', '"nurses" is not among the professions', 'from_profession', $$'{doctor,nurses,doctor}'$$),
    ('22023', '"porter" is not among the professions', 'from_profession', $$'{doctor,porter,doctor}'$$),
    ('22023', 'from "doctor" to "nurse"', 'to_profession', $$'{nurse,assistant,nurse}'$$),
    ('22023', 'from "doctor" to nobody', 'to_profession', $$'{null,assistant,null}'$$),
    ('22023', '"doctor" add up to 1\.1\.', 'share', $$'{0.3,0.2,0.8}'$$),
    ('22023', '"doctor" add up to 1\.00000000001\.', 'share', $$'{0.3,0.2,0.70000000001}'$$),
    ('22023', '"nurse" -> "nurse"', 'to_profession', $$'{nurse,nurse,null}'$$),
    ('22023', '"doctor" -> "nurse" -> "doctor"', 'to_profession', $$'{nurse,doctor,assistant}'$$),
    ('22003', '"nurse"', 'demand', $$'{1e308,1.7e308,0}'$$)
) AS rows (state, shows, argument, value);
SELECT is(flaw($$SELECT * FROM shift_tasks('{c,b,a}', '{0,0,0}', '{a,c,b}', '{b,a,c}', '{0,0,0}', '{1,1,1}')$$, '22023', 'They go "a" -> "b" -> "c" -> "a"\.'),
          '', 'a circle in which nothing goes is one, and named in the order of the work');
-- What the hint about a pair says can be done, and is right.
SELECT is(demand_after, (SELECT sum(demand_after) FROM shift_tasks('{a}', '{10}', '{a,a}', '{b,c}', '{0.2,0.3}', '{1,2}') WHERE profession <> 'a'), 'two rows of a pair can be made one')
FROM (SELECT sum(share) AS share, sum(share * relative_time) / sum(share) AS relative_time FROM (VALUES (0.2, 1), (0.3, 2)) AS row (share, relative_time)) AS one,
     shift_tasks('{a}', '{10}', '{a}', '{b}', ARRAY[share], ARRAY[relative_time]) WHERE profession = 'b';
SELECT is(flaw($$SELECT * FROM v, workforce_project(w, 3, target => '{1,null,3}')$$, '22004', '2'), '', 'a null in target: which element');

-- ---------------------------------------------------------------------------
-- Details show the value and not what it is rounded to, in words that agree with
-- the number; hints say a way out that is one
-- ---------------------------------------------------------------------------
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
