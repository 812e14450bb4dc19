-- Refusals of funnel: events, accessors, text, bytes.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(704);

\ir ../../lib/refusals.sql

-- ---------------------------------------------------------------------------
-- funnel: events, chains and conditions
-- ---------------------------------------------------------------------------
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

-- Bytes that are no funnel: stages "a" and "b" within 300 days, 9 who start, 4 who reach
-- "b" on day 120, 5 who are lost, 2 rows skipped.
CREATE TABLE sink (f funnel);
CREATE TABLE funnel_bytes AS
SELECT encode(funnel_send('{"type": "funnel", "version": 1, "spec": {"stages": ["a", "b"], "within": {"days": 300}}, "skipped": 2,
                            "reached": {"a": {"0": 9}, "b": {"120": 4}}, "lost": {"a": {"300": 5}}}'), 'hex') AS hex;
SELECT is(hex, '01' || '46' || '00' || '0000000000000002' || '01' || '00000000' || '0000012c' || '0000000000000000' || '00' || '00000000' || '00'
               || '00000002' || '00000001' || '61' || '00000001' || '62' || '00000000' || '03' || '1001' || '0009' || '1201' || 'ac0205' || '2001' || '7804',
          'the bytes that are spoilt below') FROM funnel_bytes;
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

SELECT * FROM finish();
ROLLBACK;
