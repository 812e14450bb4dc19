-- Refusals of retention: rows, accessors, text, bytes.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(261);

\ir ../../lib/refusals.sql

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
-- Bytes that are no retention: what COPY reads in binary
-- ---------------------------------------------------------------------------
CREATE TABLE sink (r retention);
-- Observed from 2020-01-01 to 2021-01-01, one exit for "ab" after 10 days.
CREATE TABLE valid_bytes AS
SELECT encode(retention_send(retention_agg('2020-01-01', '2020-01-11', 'ab', '[2020-01-01,2021-01-01)')), 'hex') AS hex;
SELECT is(hex, '01' || '54' || '00' || '01' || '00001c89' || '00001df7' || '0000000000000000' || '00000001' || '00000002' || '6162' || '01' || '11' || '01' || '0a' || '01',
          'the bytes that are spoilt below') FROM valid_bytes;
SELECT lives_ok(copy_bytes(hex), 'are valid') FROM valid_bytes;
SELECT is((SELECT encode(retention_send(r), 'hex') FROM sink), hex, 'and come back') FROM valid_bytes;
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

SELECT * FROM finish();
ROLLBACK;
