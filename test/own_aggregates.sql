-- Anybody can make an aggregate of the support functions, with a finished value
-- to begin with or none at the end: it must give the right counts or an error.
BEGIN;
SELECT plan(44);

CREATE TEMP TABLE spell AS
SELECT date '1960-01-01' + i * 37 AS birth_date,
       date '2015-01-01' + i AS start_date,
       CASE WHEN i % 3 = 0 THEN date '2016-01-01' + i END AS end_date,
       'resignation'::text AS reason
FROM generate_series(1, 300) AS i;

CREATE AGGREGATE pg_temp.begun_agg(date, date, date, text, daterange) (
    SFUNC = workforce_agg_transfn, STYPE = workforce,
    INITCOND = '{"type": "workforce", "version": 1, "observed": ["2015-01-01", "2020-01-01"], "stock": {"560": 1}, "hires": {"500": 1}}');
CREATE AGGREGATE pg_temp.begun_rollup(workforce) (
    SFUNC = workforce_combinefn, STYPE = workforce,
    INITCOND = '{"type": "workforce", "version": 1, "observed": ["2015-01-01", "2020-01-01"], "stock": {"560": 1}, "hires": {"500": 1}}');

CREATE TEMP TABLE begun AS
SELECT pg_temp.begun_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2020-01-01)') AS w
FROM spell;
SELECT is((SELECT hires(w) FROM begun), 301::bigint, 'one finished value and 300 rows');
SELECT is((SELECT headcount(w) + exits(w) FROM begun), 301::bigint, 'all stay or leave');
SELECT is((SELECT w::text::workforce FROM begun), (SELECT w FROM begun),
          'an unfinished value that was stored reads as its finished self');
SELECT is((SELECT hires(pg_temp.begun_rollup(w)) FROM begun), 302::bigint,
          'a rollup that begins with a value');
SELECT throws_ok('SELECT workforce_combinefn(w, w) FROM begun', '0A000', NULL,
                 'outside of an aggregate there is no state to edit');
SELECT throws_ok(
    $$SELECT workforce_agg_transfn(w, '1960-01-01', '2016-01-01', NULL, NULL, '[2015-01-01,2020-01-01)') FROM begun$$,
    '0A000', NULL, 'nor to add a row to');

-- Each of these is a value, and their sum is none.
CREATE FUNCTION pg_temp.crowd(people bigint, skipped bigint) RETURNS workforce LANGUAGE sql AS $$
    SELECT format('{"type": "workforce", "version": 1, "observed": ["2015-01-01", "2020-01-01"], "skipped": %s, "stock": {"560": %s}, "hires": {"500": %s}}',
                  skipped, people, people)::workforce
$$;
SELECT is(headcount(rollup(w)), 1000000000000, 'as many people as a summary may have')
FROM (VALUES (pg_temp.crowd(400000000000, 0)), (pg_temp.crowd(600000000000, 0))) AS v (w);
SELECT throws_ok($$SELECT rollup(w) FROM (VALUES (pg_temp.crowd(400000000001, 0)), (pg_temp.crowd(600000000000, 0))) AS v (w)$$,
                 '22003', NULL, 'one more is refused before it can be stored');
SELECT throws_ok($$SELECT rollup(w) FROM (VALUES (pg_temp.crowd(1, 9223372036854775807)), (pg_temp.crowd(1, 1))) AS v (w)$$,
                 '22003', NULL, 'skipped rows do not wrap in a sum');
CREATE AGGREGATE pg_temp.full_agg(date, date, date, text, daterange) (
    SFUNC = workforce_agg_transfn, STYPE = workforce, FINALFUNC = workforce_finalfn,
    INITCOND = '{"type": "workforce", "version": 1, "observed": ["2015-01-01", "2020-01-01"], "skipped": 9223372036854775807}');
SELECT throws_ok($$SELECT pg_temp.full_agg(NULL, '2016-01-01', NULL, NULL, '[2015-01-01,2020-01-01)')$$,
                 '22003', NULL, 'nor row by row');

-- The same of retention.
CREATE AGGREGATE pg_temp.begun_retention_agg(date, date, text, daterange) (
    SFUNC = retention_agg_transfn, STYPE = retention,
    INITCOND = '{"type": "retention", "version": 1, "observed": ["2015-01-01", "2020-01-01"], "late_entries": {"100": 1}, "exits": {"layoff": {"700": 1}}}');
CREATE AGGREGATE pg_temp.begun_retention_rollup(retention) (
    SFUNC = retention_combinefn, STYPE = retention,
    INITCOND = '{"type": "retention", "version": 1, "observed": ["2015-01-01", "2020-01-01"], "late_entries": {"100": 1}, "exits": {"layoff": {"700": 1}}}');

CREATE TEMP TABLE begun_retention AS
SELECT pg_temp.begun_retention_agg(start_date, end_date, reason, '[2015-01-01,2020-01-01)') AS r
FROM spell;
SELECT is((SELECT spells(r) FROM begun_retention), 301::bigint, 'retention: one finished value and 300 rows');
SELECT is((SELECT exits(r) FROM begun_retention), 101::bigint, 'of whom a third leave');
SELECT is((SELECT retention_rate(r, '700 days') FROM begun_retention),
          (SELECT retention_rate(r::text::retention, '700 days') FROM begun_retention), 'whoever reads it');
SELECT is((SELECT r::text::retention FROM begun_retention), (SELECT r FROM begun_retention),
          'an unfinished value that was stored reads as its finished self');
SELECT is((SELECT spells(pg_temp.begun_retention_rollup(r)) FROM begun_retention), 302::bigint,
          'a rollup that begins with a value');
SELECT throws_ok('SELECT retention_combinefn(r, r) FROM begun_retention', '0A000', NULL,
                 'outside of an aggregate there is no state to edit');
SELECT throws_ok(
    $$SELECT retention_agg_transfn(r, '2016-01-01', NULL, NULL, '[2015-01-01,2020-01-01)') FROM begun_retention$$,
    '0A000', NULL, 'nor to add a row to');

CREATE FUNCTION pg_temp.retained_crowd(people bigint, skipped bigint) RETURNS retention LANGUAGE sql AS $$
    SELECT format('{"type": "retention", "version": 1, "observed": ["2015-01-01", "2020-01-01"], "skipped": %s, "censored": {"60": %s}}',
                  skipped, people)::retention
$$;
SELECT is(spells(rollup(r)), 1000000000000, 'as many people as a summary may have')
FROM (VALUES (pg_temp.retained_crowd(400000000000, 0)), (pg_temp.retained_crowd(600000000000, 0))) AS v (r);
SELECT throws_ok($$SELECT rollup(r) FROM (VALUES (pg_temp.retained_crowd(400000000001, 0)), (pg_temp.retained_crowd(600000000000, 0))) AS v (r)$$,
                 '22003', NULL, 'one more is refused before it can be stored');
SELECT throws_ok($$SELECT rollup(r) FROM (VALUES (pg_temp.retained_crowd(1, 9223372036854775807)), (pg_temp.retained_crowd(1, 1))) AS v (r)$$,
                 '22003', NULL, 'skipped rows do not wrap in a sum');
CREATE AGGREGATE pg_temp.full_retention_agg(date, date, text, daterange) (
    SFUNC = retention_agg_transfn, STYPE = retention, FINALFUNC = retention_finalfn,
    INITCOND = '{"type": "retention", "version": 1, "observed": ["2015-01-01", "2020-01-01"], "skipped": 9223372036854775807}');
SELECT throws_ok($$SELECT pg_temp.full_retention_agg(NULL, NULL, NULL, '[2015-01-01,2020-01-01)')$$,
                 '22003', NULL, 'nor row by row');
CREATE AGGREGATE pg_temp.crowded_retention_agg(date, date, text, daterange) (
    SFUNC = retention_agg_transfn, STYPE = retention, FINALFUNC = retention_finalfn,
    INITCOND = '{"type": "retention", "version": 1, "observed": ["2015-01-01", "2020-01-01"], "censored": {"60": 1000000000000}}');
SELECT throws_ok($$SELECT pg_temp.crowded_retention_agg('2016-01-01', NULL, NULL, '[2015-01-01,2020-01-01)')$$,
                 '22003', NULL, 'and a row is refused where there is no room for it');

-- The same of funnels, of chains that are given.
CREATE AGGREGATE pg_temp.begun_funnel_agg(date[], funnel_spec) (
    SFUNC = funnel_agg_transfn, STYPE = funnel,
    INITCOND = '{"type": "funnel", "version": 1, "spec": {"stages": ["a", "b", "c"], "within": {"days": 300}},
                 "reached": {"a": {"0": 1}, "b": {"20": 1}}, "lost": {"b": {"300": 1}}, "lost_after": {"b": {"280": 1}}}');
CREATE AGGREGATE pg_temp.begun_funnel_rollup(funnel) (
    SFUNC = funnel_combinefn, STYPE = funnel,
    INITCOND = '{"type": "funnel", "version": 1, "spec": {"stages": ["a", "b", "c"], "within": {"days": 300}},
                 "reached": {"a": {"0": 1}, "b": {"20": 1}}, "lost": {"b": {"300": 1}}, "lost_after": {"b": {"280": 1}}}');
CREATE TEMP TABLE path AS
SELECT (ARRAY[start_date, start_date + i % 90, start_date + i % 90 + 40])[1:1 + i % 3] AS reached
FROM (SELECT row_number() OVER (ORDER BY start_date)::int AS i, start_date FROM spell) AS s;
CREATE TEMP TABLE begun_funnel AS
SELECT pg_temp.begun_funnel_agg(reached, funnel_spec(ARRAY['a', 'b', 'c'], '300 days')) AS f FROM path;
SELECT results_eq('SELECT entered, converted, lost FROM begun_funnel, funnel_stages(f) ORDER BY stage_no',
                  'VALUES (301::bigint, 201::bigint, 100::bigint), (201, 100, 101), (100, NULL, NULL)', 'funnel: one finished value and 300 rows');
SELECT is((SELECT funnel_conversion(f, 'a', 'c', '60 days') FROM begun_funnel),
          (SELECT funnel_conversion(f::text::funnel, 'a', 'c', '60 days') FROM begun_funnel), 'whoever reads it');
SELECT is((SELECT f::text::funnel FROM begun_funnel), (SELECT f FROM begun_funnel),
          'an unfinished value that was stored reads as its finished self');
SELECT is((SELECT (SELECT max(entered) FROM funnel_stages(g)) FROM (SELECT pg_temp.begun_funnel_rollup(f) FROM begun_funnel) AS r (g)), 302::bigint,
          'a rollup that begins with a value');
SELECT throws_ok('SELECT pg_temp.begun_funnel_agg(reached, funnel_spec(ARRAY[''a'', ''b'', ''c''])) FROM path', '22023', NULL, 'which must have the spec of the rows');
SELECT throws_ok('SELECT funnel_combinefn(f, f) FROM begun_funnel', '0A000', NULL,
                 'outside of an aggregate there is no state to edit');
SELECT throws_ok(
    $$SELECT funnel_agg_transfn(f, '{2016-01-01}'::date[], funnel_spec(ARRAY['a', 'b', 'c'], '300 days')) FROM begun_funnel$$,
    '0A000', NULL, 'nor to add a row to');

CREATE FUNCTION pg_temp.funnelled_crowd(people bigint, skipped bigint) RETURNS funnel LANGUAGE sql AS $$
    SELECT format('{"type": "funnel", "version": 1, "spec": {"stages": ["a", "b"]}, "skipped": %s, "reached": {"a": {"0": %s}, "b": {"7": %2$s}}}',
                  skipped, people)::funnel
$$;
SELECT is((SELECT min(entered) FROM funnel_stages(f)), 1000000000000, 'as many people as a summary may have')
FROM (SELECT rollup(f) FROM (VALUES (pg_temp.funnelled_crowd(400000000000, 0)), (pg_temp.funnelled_crowd(600000000000, 0))) AS v (f)) AS r (f);
SELECT throws_ok($$SELECT rollup(f) FROM (VALUES (pg_temp.funnelled_crowd(400000000001, 0)), (pg_temp.funnelled_crowd(600000000000, 0))) AS v (f)$$,
                 '22003', NULL, 'one more is refused before it can be stored');
SELECT throws_ok($$SELECT rollup(f) FROM (VALUES (pg_temp.funnelled_crowd(1, 9223372036854775807)), (pg_temp.funnelled_crowd(1, 1))) AS v (f)$$,
                 '22003', NULL, 'skipped rows do not wrap in a sum');
CREATE AGGREGATE pg_temp.full_funnel_agg(date[], funnel_spec) (
    SFUNC = funnel_agg_transfn, STYPE = funnel, FINALFUNC = funnel_finalfn,
    INITCOND = '{"type": "funnel", "version": 1, "spec": {"stages": ["a"]}, "skipped": 9223372036854775807}');
SELECT throws_ok($$SELECT pg_temp.full_funnel_agg(NULL, funnel_spec(ARRAY['a']))$$,
                 '22003', NULL, 'nor row by row');
CREATE AGGREGATE pg_temp.crowded_funnel_agg(timestamp[], funnel_spec) (
    SFUNC = funnel_agg_transfn, STYPE = funnel, FINALFUNC = funnel_finalfn,
    INITCOND = '{"type": "funnel", "version": 1, "spec": {"stages": ["a"]}, "reached": {"a": {"0": 1000000000000}}}');
SELECT throws_ok($$SELECT pg_temp.crowded_funnel_agg('{2016-01-01}', funnel_spec(ARRAY['a']))$$,
                 '22003', NULL, 'and a row is refused where there is no room for it');

-- The same of mobility, whose rows come through events.
CREATE AGGREGATE pg_temp.begun_mobility_rollup(mobility) (
    SFUNC = mobility_combinefn, STYPE = mobility,
    INITCOND = '{"type": "mobility", "version": 1, "observed": ["2015-01-01", "2020-01-01"], "opening": {"b": {"0": 3}}, "moved": {"b": {"a": {"100": 1}}}}');
CREATE FUNCTION pg_temp.moving(state text, people bigint, skipped bigint) RETURNS mobility LANGUAGE sql AS $$
    SELECT format('{"type": "mobility", "version": 1, "observed": ["2015-01-01", "2020-01-01"], "skipped": %s, "opening": {"%s": {"0": %s}}, "moved": {"%2$s": {"b": {"100": 1}}}}',
                  skipped, state, people)::mobility
$$;
CREATE TEMP TABLE begun_mobility AS
SELECT pg_temp.begun_mobility_rollup(pg_temp.moving('s' || i % 7, 2, 0)) AS m FROM generate_series(1, 300) AS i;
SELECT is((SELECT sum(headcount) FROM begun_mobility, mobility_headcount(m)), 603::numeric, 'mobility: one finished value and 300 of two people');
SELECT results_eq('SELECT from_state, to_state, moves FROM begun_mobility, mobility_flows(m) LIMIT 3',
                  $$VALUES ('b', 'a', 1::bigint), ('s0', 'b', 42), ('s1', 'b', 43)$$, 'whose moves are counted by their names');
SELECT is((SELECT m::text::mobility FROM begun_mobility), (SELECT m FROM begun_mobility),
          'an unfinished value that was stored reads as its finished self');
SELECT is((SELECT sum(headcount) FROM (SELECT pg_temp.begun_mobility_rollup(m) FROM begun_mobility) AS r (m), mobility_headcount(m)), 606::numeric,
          'a rollup that begins with a value');
SELECT throws_ok('SELECT mobility_combinefn(m, m) FROM begun_mobility', '0A000', NULL,
                 'outside of an aggregate there is no state to edit');
SELECT is((SELECT sum(headcount) FROM (SELECT rollup(m) FROM (VALUES (pg_temp.moving('a', 400000000000, 0)), (pg_temp.moving('a', 599999999998, 0))) AS v (m)) AS r (m), mobility_headcount(m)),
          999999999998::numeric, 'as many people and moves as a summary may have');
SELECT throws_ok($$SELECT rollup(m) FROM (VALUES (pg_temp.moving('a', 400000000001, 0)), (pg_temp.moving('a', 599999999998, 0))) AS v (m)$$,
                 '22003', NULL, 'one more is refused before it can be stored');
SELECT throws_ok($$SELECT rollup(m) FROM (VALUES (pg_temp.moving('a', 1, 9223372036854775807)), (pg_temp.moving('a', 1, 1))) AS v (m)$$,
                 '22003', NULL, 'skipped rows do not wrap in a sum');

-- States of events are pointers, of which only a superuser makes aggregates.
CREATE AGGREGATE pg_temp.own_events_agg(bigint, text, date, funnel_spec) (
    SFUNC = funnel_agg_transfn, STYPE = internal, FINALFUNC = funnel_agg_finalfn, FINALFUNC_MODIFY = READ_ONLY);
SELECT is(pg_temp.own_events_agg(i, 'a', '2020-01-01'::date + i, funnel_spec(ARRAY['a'])), funnel_agg(i, 'a', '2020-01-01'::date + i, funnel_spec(ARRAY['a'])),
          'an aggregate over events') FROM generate_series(1, 1000) AS i;
CREATE AGGREGATE pg_temp.own_mobility_agg(bigint, text, date, date, daterange) (
    SFUNC = mobility_agg_transfn, STYPE = internal, FINALFUNC = mobility_agg_finalfn, FINALFUNC_MODIFY = READ_ONLY);
SELECT is(pg_temp.own_mobility_agg(i % 400, 's' || i % 7, '2015-01-01'::date + i, NULL, '[2015-03-01,2017-01-01)'),
          mobility_agg(i % 400, 's' || i % 7, '2015-01-01'::date + i, NULL, '[2015-03-01,2017-01-01)'), 'and one over spells') FROM generate_series(1, 1000) AS i;
SELECT * FROM finish();
ROLLBACK;
