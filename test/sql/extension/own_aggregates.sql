-- Anybody can make an aggregate of the support functions, with a finished value
-- to begin with or none at the end: it must give the right counts or an error.
BEGIN;
SELECT plan(157);

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
          mobility_agg(i % 400, 's' || i % 7, '2015-01-01'::date + i, NULL, '[2015-03-01,2017-01-01)'), 'and one over spells') FROM generate_series(1, 1000) AS i;CREATE AGGREGATE pg_temp.mixed_agg(bigint, text, date, funnel_spec) (SFUNC = funnel_agg_transfn, STYPE = internal, FINALFUNC = mobility_agg_finalfn);
SELECT throws_ok($$SELECT pg_temp.mixed_agg(1, 'a', '2020-01-01', funnel_spec(ARRAY['a']))$$, 'XX000', 'a support function was given the state of another aggregate',
                 'nor can it mix two kinds of them');

-- Aggregates in every mode, of values in every form that a table gives them: a
-- short header, compressed, or beside the table.  The executor hands on what a
-- function of somebody's own has answered as it is.  So an inverse function
-- that answers a stored value makes it the state that the next row is added to.
CREATE TABLE workforce_part AS
SELECT i % 6 AS i, workforce_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2020-01-01)') AS value
FROM (SELECT row_number() OVER (ORDER BY start_date) AS i, * FROM spell) AS s GROUP BY i % 6;
CREATE TABLE retention_part AS
SELECT i % 6 AS i, retention_agg(start_date, end_date, reason, '[2015-01-01,2020-01-01)') AS value
FROM (SELECT row_number() OVER (ORDER BY start_date) AS i, * FROM spell) AS s GROUP BY i % 6;
CREATE TABLE funnel_part AS
SELECT i % 6 AS i, funnel_agg(reached, funnel_spec(ARRAY['a', repeat('b', 3000), 'c'], '300 days')) AS value
FROM (SELECT row_number() OVER (ORDER BY reached) AS i, reached FROM path) AS p GROUP BY i % 6;
CREATE TABLE mobility_part AS
SELECT i, pg_temp.moving('s' || i, i + 1, 0) AS value FROM generate_series(0, 5) AS i;
CREATE TABLE retirement_rule_part AS
SELECT i, retirement_rule_agg((date '1990-01-01' + make_interval(months => i))::date, 800) AS value
FROM generate_series(0, 5) AS i GROUP BY i;

-- Small ones and large ones; the spec of all funnels here is large.
CREATE TABLE workforce_kept AS
SELECT size, (SELECT workforce_agg(birth_date, start_date, end_date, repeat('r', n), '[2015-01-01,2020-01-01)')
              FROM (SELECT * FROM spell ORDER BY start_date LIMIT 3) AS s) AS value
FROM (VALUES ('small', 1), ('large', 3000)) AS v (size, n);
CREATE TABLE retention_kept AS
SELECT size, (SELECT retention_agg(start_date, end_date, repeat('r', n), '[2015-01-01,2020-01-01)')
              FROM (SELECT * FROM spell ORDER BY start_date LIMIT 3) AS s) AS value
FROM (VALUES ('small', 1), ('large', 3000)) AS v (size, n);
CREATE TABLE funnel_kept AS SELECT 'large' AS size, value FROM funnel_part WHERE i = 1;
CREATE TABLE mobility_kept AS
SELECT size, pg_temp.moving(repeat('s', n), 2, 0) AS value FROM (VALUES ('small', 1), ('large', 3000)) AS v (size, n);
CREATE TABLE retirement_rule_kept AS
SELECT size, (SELECT retirement_rule_agg((date '1900-01-01' + make_interval(months => i))::date, 700) FROM generate_series(1, n) AS i) AS value
FROM (VALUES ('small', 5), ('large', 700)) AS v (size, n);

CREATE FUNCTION truth(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE answer boolean;
BEGIN
    EXECUTE query INTO answer;
    RETURN answer;
END $$;

CREATE FUNCTION own_modes(type text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    form text;
BEGIN
    EXECUTE format('CREATE TABLE %1$s_stored (form text, value %1$s)', type);
    EXECUTE format('CREATE AGGREGATE plain_sum(%1$s) (SFUNC = %1$s_combinefn, STYPE = %1$s, FINALFUNC = %1$s_finalfn)', type);
    EXECUTE format('CREATE AGGREGATE unfinished_sum(%1$s) (SFUNC = %1$s_combinefn, STYPE = %1$s, COMBINEFUNC = %1$s_combinefn, PARALLEL = SAFE)', type);
    EXECUTE format('CREATE AGGREGATE ordered_sum(%1$s ORDER BY %1$s) (SFUNC = %1$s_combinefn, STYPE = %1$s, FINALFUNC = %1$s_combinefn)', type);
    EXECUTE format('INSERT INTO %1$s_stored SELECT CASE size WHEN ''small'' THEN ''short'' ELSE ''compressed'' END, value FROM %1$s_kept', type);
    EXECUTE format('INSERT INTO %1$s_stored SELECT size || '' unfinished'', unfinished_sum(value) FROM %1$s_kept GROUP BY size', type);
    EXECUTE format('ALTER TABLE %1$s_stored ALTER value SET STORAGE EXTERNAL', type);
    EXECUTE format('INSERT INTO %1$s_stored SELECT ''external'', value FROM %1$s_kept WHERE size = ''large''', type);
    EXECUTE format('INSERT INTO %1$s_stored SELECT ''external unfinished'', unfinished_sum(value) FROM %1$s_kept WHERE size = ''large''', type);
    RETURN NEXT ok(truth(format('SELECT bool_and(pg_column_size(value) < 127) IS NOT FALSE FROM %s_stored WHERE form = ''short''', type))
               AND truth(format('SELECT bool_and(pg_column_compression(value) IS NOT NULL) FROM %s_stored WHERE form = ''compressed''', type))
               AND truth(format('SELECT pg_relation_size(reltoastrelid) > 0 FROM pg_class WHERE oid = ''%s_stored''::regclass', type)),
                   type || ' is stored in all forms');

    FOR form IN EXECUTE format('SELECT form FROM %s_stored ORDER BY form', type) LOOP
        EXECUTE format('CREATE FUNCTION taken_back(%1$s, %1$s) RETURNS %1$s LANGUAGE sql AS %3$L', type, form, format('SELECT value FROM %s_stored WHERE form = %L', type, form));
        EXECUTE format('CREATE AGGREGATE moving_sum(%1$s) (SFUNC = %1$s_combinefn, STYPE = %1$s, MSFUNC = %1$s_combinefn, MSTYPE = %1$s, MINVFUNC = taken_back)', type);
        RETURN NEXT ok(truth(format(
            'SELECT count(*) = 6 AND bool_and(m.value = CASE WHEN m.i < 2 THEN (SELECT plain_sum(p.value) FROM %1$s_part AS p WHERE p.i <= m.i)
                                              ELSE (SELECT plain_sum(v) FROM (SELECT value FROM %1$s_stored WHERE form = %2$L UNION ALL SELECT value FROM %1$s_part AS p WHERE p.i = m.i) AS s (v)) END)
             FROM (SELECT i, moving_sum(value) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS value FROM %1$s_part) AS m', type, form)),
            format('%s, %s: a moving sum whose inverse function answers it', type, form));
        RETURN NEXT ok(truth(format(
            'SELECT ordered_sum(s.value) WITHIN GROUP (ORDER BY p.value) = (SELECT plain_sum(v) FROM (SELECT value FROM %1$s_part UNION ALL SELECT value FROM %1$s_stored WHERE form = %2$L) AS a (v))
             FROM %1$s_part AS p, %1$s_stored AS s WHERE s.form = %2$L GROUP BY s.value', type, form)),
            format('%s, %s: added by a final function', type, form));
        RETURN NEXT ok(truth(format(
            'SELECT value::text::%1$s = value AND value = (SELECT plain_sum(value) FROM %1$s_stored WHERE form = %2$L) AND %1$s_hash(value) = %1$s_hash(value::text::%1$s)
             FROM %1$s_stored WHERE form = %2$L', type, form)),
            format('%s, %s: read, compared and hashed', type, form));
        EXECUTE format('DROP AGGREGATE moving_sum(%s)', type);
        EXECUTE format('DROP FUNCTION taken_back(%1$s, %1$s)', type);
    END LOOP;

    EXECUTE format('CREATE DOMAIN %1$s_domain AS %1$s CHECK (VALUE IS NULL OR VALUE = VALUE)', type);
    RETURN NEXT ok(truth(format('SELECT plain_sum(value::%1$s_domain) = plain_sum(value) FROM %1$s_part', type)), type || ': the sum of a domain');

    -- workers send states, of which no final function makes a value
    EXECUTE format('CREATE TABLE %1$s_many AS SELECT p.value FROM %1$s_part AS p, generate_series(1, 200)', type);
    EXECUTE format('ALTER TABLE %s_many SET (parallel_workers = 2)', type);
    EXECUTE format('ANALYZE %s_many', type);
    RETURN NEXT ok(truth(format('SELECT unfinished_sum(value) = plain_sum(value) FROM %s_many', type)), type || ': the sum of unfinished sums in one process');
    PERFORM set_config('parallel_setup_cost', '0', true), set_config('parallel_tuple_cost', '0', true), set_config('min_parallel_table_scan_size', '0', true);
    RETURN NEXT ok(truth(format('SELECT (SELECT unfinished_sum(value) FROM %1$s_many) = (SELECT plain_sum(value) FROM %1$s_many)', type)), type || ': and in several');
    PERFORM set_config('parallel_setup_cost', '1000', true), set_config('parallel_tuple_cost', '0.1', true), set_config('min_parallel_table_scan_size', '8MB', true);
END $$;
SELECT own_modes(type) FROM unnest(ARRAY['retirement_rule', 'workforce', 'retention', 'funnel', 'mobility']) AS type;

-- No support function can be called by itself.
CREATE FUNCTION said(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
    EXECUTE query INTO answer;
    RETURN coalesce(answer, 'null');
EXCEPTION WHEN OTHERS THEN
    -- as older minor releases of 16 say it, where the others know no such function
    RETURN CASE SQLERRM WHEN 'cannot accept a value of type internal' THEN '42883' ELSE SQLSTATE END;
END $$;
CREATE VIEW support_function AS
SELECT p.oid, 'internal'::regtype = ANY (p.proargtypes) AS of_pointers,
       format('SELECT %s(%s) IS NULL', p.oid::regproc,
              (SELECT string_agg(CASE t WHEN 'internal'::regtype THEN 'NULL' ELSE 'NULL::' || format_type(t, NULL) END, ', ' ORDER BY n)
               FROM unnest(p.proargtypes) WITH ORDINALITY AS u (t, n))) AS call
FROM pg_depend AS d
JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'education_flow') AND d.deptype = 'e'
  AND p.prokind = 'f' AND p.proname ~ '_(transfn|combinefn|finalfn|serialfn|deserialfn)$';
SELECT cmp_ok((SELECT count(*) FROM support_function), '>', 40::bigint, 'there are many support functions');
SELECT is_empty($$SELECT oid::regprocedure, said(call) FROM support_function WHERE NOT of_pointers AND said(call) NOT IN ('0A000', 'true')$$,
                'of which each, called by itself, refuses or answers null');
SELECT is_empty($$SELECT oid::regprocedure, said(call) FROM support_function WHERE of_pointers AND said(call) <> '42883'$$,
                'and nobody calls one that takes a pointer');
CREATE AGGREGATE pg_temp.own_people_agg(bigint, date, date, date, text, daterange, numeric, interval) (
    SFUNC = workforce_agg_numeric_transfn, STYPE = internal, FINALFUNC = workforce_agg_finalfn, FINALFUNC_MODIFY = READ_ONLY);
SELECT is(pg_temp.own_people_agg(i % 100, '1980-01-01'::date + i % 100, '2015-01-01'::date + i, '2015-02-01'::date + i, 'r' || i % 7, '[2015-03-01,2017-01-01)', 0.5, '30 days'),
          workforce_agg(i % 100, '1980-01-01'::date + i % 100, '2015-01-01'::date + i, '2015-02-01'::date + i, 'r' || i % 7, '[2015-03-01,2017-01-01)', 0.5, '30 days'), 'and one over contracts') FROM generate_series(1, 1000) AS i;
CREATE AGGREGATE pg_temp.mixed_people_agg(bigint, date, date, text, daterange, interval) (
    SFUNC = retention_agg_transfn, STYPE = internal, FINALFUNC = workforce_agg_finalfn);
SELECT throws_like($$SELECT pg_temp.mixed_people_agg(1, '2015-01-01', NULL, NULL, '[2015-03-01,2017-01-01)', '30 days')$$, '%state of another aggregate', 'one that mixes states is told so');
-- The transition value of credible_rates_agg has the type bytea, so anybody can make one. Each bit of it, changed: refused, or a
-- value such as a client may send.
CREATE AGGREGATE pg_temp.own_groups(workforce) (SFUNC = credible_rates_agg_transfn, STYPE = bytea);
CREATE AGGREGATE pg_temp.own_groups(workforce, credible_rates) (SFUNC = credible_rates_agg_transfn, STYPE = bytea);
CREATE AGGREGATE pg_temp.united_groups(bytea) (SFUNC = credible_rates_combinefn, STYPE = bytea, FINALFUNC = credible_rates_finalfn);
CREATE TABLE group_of AS
SELECT g, workforce_agg('1960-01-01'::date + i * 97 % 9000, '2015-01-01'::date + i * 31 % 400, CASE WHEN i % 3 = 0 THEN '2016-06-01'::date + i % 90 END,
                        'r' || i % 2, '[2016-01-01,2017-01-01)') AS w
FROM generate_series(1, 60) AS i, generate_series(1, 2) AS g WHERE i % 2 < g GROUP BY g;
CREATE TABLE own_bytes AS
SELECT 'groups' AS what, pg_temp.own_groups(w) AS bytes FROM group_of
UNION ALL SELECT 'groups of a reference', pg_temp.own_groups(w, (SELECT rollup(w) FROM group_of)) FROM group_of;
SELECT is(credible_rates_finalfn(bytes), (SELECT credible_rates_agg(w) FROM group_of), what || ': as the aggregate makes them')
FROM own_bytes WHERE what = 'groups';
CREATE FUNCTION taken(what text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v credible_rates;
BEGIN
    BEGIN
        EXECUTE query INTO v;
    EXCEPTION WHEN OTHERS THEN
        RETURN CASE WHEN SQLSTATE ~ '^(XX001|22|54)' THEN 'refused' ELSE 'bad ' || what || ': ' || SQLSTATE || ' ' || SQLERRM END;
    END;
    RETURN CASE WHEN v::text::credible_rates = v AND (SELECT count(*) FROM exit_ratios(v)) >= 0 THEN 'taken' ELSE 'bad ' || what END;
EXCEPTION WHEN OTHERS THEN
    RETURN 'bad ' || what || ': taken, and then ' || SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE TABLE damaged AS
SELECT what, place, bit, set_bit(bytes, place * 8 + bit, 1 - get_bit(bytes, place * 8 + bit)) AS bytes
FROM own_bytes, LATERAL generate_series(0, length(bytes) - 1) AS place, generate_series(0, 7, 3) AS bit
WHERE place < 900;
CREATE TABLE became AS
SELECT what, taken(format('%s %s.%s', what, place, bit), format('SELECT credible_rates_finalfn(%L)', bytes)) AS answer FROM damaged
UNION ALL
SELECT what, taken(format('%s %s.%s, united', what, place, bit), format('SELECT pg_temp.united_groups(b) FROM (SELECT bytes FROM own_bytes WHERE what = %L UNION ALL SELECT %L::bytea) AS u (b)', what, bytes))
FROM damaged WHERE bit = 0;
SELECT is_empty($$SELECT answer FROM became WHERE answer LIKE 'bad%' LIMIT 5$$, 'a damaged one is refused, or a value that is whole');
SELECT cmp_ok((SELECT count(*) FROM became WHERE answer = 'refused'), '>', 300::bigint, 'many are refused');
SELECT * FROM finish();
ROLLBACK;
