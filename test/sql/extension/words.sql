-- Keys of people as numbers, numeric, uuid and text; reasons, stages and states as
-- text and as codes: the same summaries, in whatever type a register has them.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;

\ir ../../lib/reporting.sql

CREATE DOMAIN own_key AS numeric(12,2);
CREATE DOMAIN own_code AS smallint CHECK (VALUE >= 0);
CREATE DOMAIN of_domain AS own_code;
CREATE TABLE staff AS
SELECT who AS "int", who::smallint AS "small", who::bigint AS "big", who::oid AS "oid", who::numeric AS "num", (who || '.00')::own_key AS "dom",
       who::text AS "text", who::varchar(9) AS "varchar", who::char(9) AS "char", who::text::name AS "name", md5(who::text)::uuid AS "uuid",
       repeat(who || '-', 400) AS "long", date '1950-01-01' + who * 37 AS birth, first, first + days AS gone,
       -- 10 and 2 are the other way round as text; a code may be negative, and is null now and then
       nullif((ARRAY[10, 2, -3, 7, 99])[1 + day % 5], 99) AS code
FROM generate_series(1, 300) AS who, generate_series(1, 4) AS n,
     LATERAL (SELECT (who * 7919 + n * 104729) % 3650 AS day) AS d,
     LATERAL (SELECT date '2014-01-01' + day AS first, day % 700 AS days) AS e;
ANALYZE staff;

-- who and why by type, each with the keys and words of the first
CREATE TABLE key_type AS SELECT * FROM unnest(ARRAY['"text"', '"int"', '"small"', '"big"', '"oid"', '"num"', '"dom"', '"varchar"', '"char"', '"name"', '"uuid"', '"long"', '"num" * 1.0000',
                                                   '"big" * 1000000007 - 9000000000000000000', '-"num" * 1e30']) AS k (key);
CREATE TABLE word_type AS SELECT * FROM unnest(ARRAY['code::text', 'code', 'code::smallint', 'code::bigint', 'code::numeric', 'code * 1.00', 'code::text::varchar', 'code::text::char(5)', 'code::text::name']) AS w (word);
CREATE TABLE aggregate AS SELECT * FROM (VALUES
    ('workforce_agg(%1$s, birth, first, gone, %2$s, ''[2016-01-01,2024-01-01)'', ''30 days'')'),
    ('workforce_agg(%1$s, birth, first, gone, %2$s, ''[2016-01-01,2024-01-01)'', 0.5, ''30 days'')'),
    ('workforce_agg(%1$s, birth, first, gone, %2$s, ''[2016-01-01,2024-01-01)'', 0.5::float8, ''30 days'')'),
    ('retention_agg(%1$s, first, gone, %2$s, ''[2016-01-01,2024-01-01)'', ''30 days'')'),
    ('mobility_agg(%1$s, %2$s, first, gone, ''[2016-01-01,2024-01-01)'')'),
    ('funnel_agg(%1$s, %2$s, first, funnel_spec(ARRAY[''10'', ''2''], ''3 years'', ''2024-01-01'', ARRAY[''-3'']))'),
    ('funnel_agg(%1$s, %2$s, first::timestamp, funnel_spec(ARRAY[''10'', ''2''], ''3 years'', ''2024-01-01'', ARRAY[''-3'']))'),
    ('funnel_agg(%1$s, %2$s, first::timestamptz, funnel_spec(ARRAY[''10'', ''2''], ''3 years'', ''2024-01-01'', ARRAY[''-3'']))')) AS a (call);
CREATE TABLE row_aggregate AS SELECT * FROM (VALUES
    ('workforce_agg(birth, first, gone, %1$s, ''[2016-01-01,2024-01-01)'')'),
    ('workforce_agg(birth, first, gone, %1$s, ''[2016-01-01,2024-01-01)'', 0.5)'),
    ('workforce_agg(birth, first, gone, %1$s, ''[2016-01-01,2024-01-01)'', 0.5::float8)'),
    ('retention_agg(first, gone, %1$s, ''[2016-01-01,2024-01-01)'')'),
    ('spells_agg(first, gone, %1$s, ''30 days'')'),
    ('spells_agg(first, gone, %1$s, 0.5, ''30 days'')'),
    ('spells_agg(first, gone, %1$s, 0.5::float8, ''30 days'')'),
    ('funnel_agg(%1$s, first, funnel_spec(ARRAY[''10'', ''2'']))'),
    ('funnel_agg(%1$s, first::timestamp, funnel_spec(ARRAY[''10'', ''2'']))'),
    ('funnel_agg(%1$s, first::timestamptz, funnel_spec(ARRAY[''10'', ''2'']))'),
    ('funnel_steps(%1$s, first, funnel_spec(ARRAY[''10'', ''2'']))'),
    ('funnel_steps(%1$s, first::timestamp, funnel_spec(ARRAY[''10'', ''2'']))'),
    ('funnel_steps(%1$s, first::timestamptz, funnel_spec(ARRAY[''10'', ''2'']))')) AS a (call);

-- one query: its text, so that what differs is shown by its hash
CREATE FUNCTION answer(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE query INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
CREATE FUNCTION of_staff(call text, VARIADIC arguments text[]) RETURNS text LANGUAGE sql AS $$
    SELECT answer('SELECT md5(string_agg(x::text, '' '')) FROM (SELECT ' || format(call, VARIADIC arguments) || ' AS x FROM staff GROUP BY "int" % 2 ORDER BY "int" % 2) AS x')
$$;

SELECT plan(((SELECT count(*) FROM aggregate) * ((SELECT count(*) FROM key_type) + (SELECT count(*) FROM word_type) - 2)
             + (SELECT count(*) FROM row_aggregate) * ((SELECT count(*) FROM word_type) - 1) + 65)::int);

SELECT is(of_staff(call, key, 'code::text'), of_staff(call, '"text"', 'code::text'), format('%s as the key: %s', key, call))
FROM aggregate, key_type WHERE key <> '"text"';
SELECT is(of_staff(call, '"int"', word), of_staff(call, '"int"', 'code::text'), format('%s: %s', word, call)) FROM aggregate, word_type WHERE word <> 'code::text';
SELECT is(of_staff(call, word), of_staff(call, 'code::text'), format('%s: %s', word, call)) FROM row_aggregate, word_type WHERE word <> 'code::text';
SELECT is((SELECT count(DISTINCT of_staff(call, '"int"', 'code')) FROM aggregate), 5::bigint, 'these are answers: only the two forms of FTE agree, and the three of funnels');
SELECT unalike((SELECT string_agg(of_staff(call, '"int"', 'code'), ' ') FROM aggregate), '%must%', 'and no errors');

-- ---------------------------------------------------------------------------
-- Literals, parameters, nulls
-- ---------------------------------------------------------------------------
\set observed '''[2019-01-01,2022-01-01)'''
SELECT is(headcount(workforce_agg(key, '1980-01-01', '2020-01-01', NULL, NULL, :observed, '1 day')), 2::bigint, 'a key in VALUES') FROM (VALUES ('a'), ('b'), ('b')) AS v (key);
SELECT is(headcount(workforce_agg('a', '1980-01-01', '2020-01-01', NULL, NULL, :observed, '1 day')), 1::bigint, 'a literal');
SELECT is(headcount(workforce_agg(1, '1980-01-01', '2020-01-01', NULL, NULL, :observed, 1, '1 day')), 1::bigint, 'a number, and a whole FTE');
SELECT is(skipped(workforce_agg(NULL, '1980-01-01', '2020-01-01', NULL, NULL, :observed, '1 day')), 1::bigint, 'null is nobody');
SELECT is(skipped(workforce_agg(NULL::numeric, '1980-01-01', '2020-01-01', NULL, NULL, :observed, '1 day')), 1::bigint, 'nor is a null of a type');
SELECT is(exits(retention_agg('2020-01-01', '2021-01-01', NULL, :observed), 'unknown'), 1::bigint, 'a reason that is null');
SELECT is(exits(retention_agg('2020-01-01', '2021-01-01', NULL::int, :observed), 'unknown'), 1::bigint, 'a code that is null');
SELECT is(exits(retention_agg('2020-01-01', '2021-01-01', 'moved', :observed), 'moved'), 1::bigint, 'a reason that is a literal');
SELECT is(exits(retention_agg('2020-01-01', '2021-01-01', 7, :observed), '7'), 1::bigint, 'a code that is one');
SELECT is(exits(retention_agg('2020-01-01', '2021-01-01', 7.0, :observed), '7'), 1::bigint, '7.0 is 7');
SELECT is(exits(retention_agg('2020-01-01', '2021-01-01', -7.50, :observed), '-7.5'), 1::bigint, 'and -7.50 is -7.5');
SELECT is(exits(retention_agg('2020-01-01', '2021-01-01', 'Z '::char(4), :observed), 'Z'), 1::bigint, 'character(n) has no blanks at the end');
SELECT is(exits(retention_agg('2020-01-01', '2021-01-01', '007', :observed), '007'), 1::bigint, 'text keeps its zeros');
SELECT is(exits(retention_agg('2020-01-01', '2021-01-01', (-9223372036854775808)::bigint, :observed), '-9223372036854775808'), 1::bigint, 'the least bigint');
SELECT is(entered, 1::bigint, 'a stage of no type') FROM (SELECT funnel_agg('p', 'a', '2020-01-01', funnel_spec(ARRAY['a', 'b'])) AS f) AS x, funnel_stages(f) WHERE stage_no = 1;
SELECT is((SELECT reached FROM (SELECT funnel_steps(stage, at, funnel_spec(ARRAY['1', '2'])) AS reached FROM (VALUES (1, date '2020-01-01'), (2, '2020-02-01')) AS e (stage, at)) AS x),
          '{2020-01-01,2020-02-01}'::date[], 'stages that are numbers');
SELECT is((SELECT skipped(funnel_agg(person, stage, at, funnel_spec(ARRAY['1', '2']))) FROM (VALUES (1, NULL::int, date '2020-01-01'), (NULL, 2, '2020-02-01'), (1, 1, NULL)) AS e (person, stage, at)), 3::bigint, 'nulls of events');
SELECT is((SELECT string_agg(state, ' ' ORDER BY state) FROM (SELECT mobility_agg(1.0, 7, '2020-01-01', NULL, :observed) AS m) AS x, mobility_headcount(m)), '7', 'a state that is a number');
PREPARE with_reason(text) AS SELECT exits(retention_agg('2020-01-01', '2021-01-01', $1, :observed), $1);
SELECT is(answer('EXECUTE with_reason(''x'')'), '1', 'a parameter');
PREPARE with_code(int) AS SELECT exits(retention_agg('2020-01-01', '2021-01-01', $1, :observed), $1::text);
SELECT is(answer('EXECUTE with_code(5)'), '1', 'a parameter that is a code');
PREPARE untyped AS SELECT exits(retention_agg('2020-01-01', '2021-01-01', $1, '[2019-01-01,2022-01-01)'), 'x');
SELECT is((SELECT parameter_types FROM pg_prepared_statements WHERE name = 'untyped'), '{text}'::regtype[], 'a parameter of no type is text');
-- where a form of exact types fits it is taken, which nobody can put another before
CREATE FUNCTION form_of(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'CREATE OR REPLACE VIEW form AS SELECT (' || call || ')::text AS x FROM staff';
    RETURN (SELECT string_agg(split_part(pg_get_function_identity_arguments(refobjid), ',', 1), ' ') FROM pg_depend AS d JOIN pg_rewrite AS r ON d.objid = r.oid
            WHERE d.classid = 'pg_rewrite'::regclass AND ev_class = 'form'::regclass AND refclassid = 'pg_proc'::regclass AND refobjid::regproc::text ~ '_agg$');
END
$$;
SELECT is(form_of(format('workforce_agg(%s, birth, first, gone, %s, ''[2016-01-01,2024-01-01)'', ''30 days'')', key, word)), 'person_id ' || form, format('%s, %s', key, word))
FROM (VALUES ('"big"', 'code::text', 'bigint'), ('"int"', 'code::text', 'bigint'), ('"int"', 'NULL', 'bigint'), ('"uuid"', 'code::text::varchar', 'uuid'),
             ('"varchar"', 'code::text', 'text'), ('''a''', 'NULL', 'text'), ('"num"', 'code::text', '"any"'), ('"num"', 'NULL', '"any"'), ('"big"', 'code', '"any"')) AS f (key, word, form);

-- a type that no key has
SELECT is(answer(format('SELECT %s', call)), said, call) FROM (VALUES
    ('workforce_agg(true, ''1980-01-01'', ''2020-01-01'', NULL, NULL, ''[2019-01-01,2022-01-01)'', ''1 day'')', '42804 person_id must be an integer, numeric, uuid or text'),
    ('workforce_agg(1::float8, ''1980-01-01'', ''2020-01-01'', NULL, NULL, ''[2019-01-01,2022-01-01)'', ''1 day'')', '42804 person_id must be an integer, numeric, uuid or text'),
    ('workforce_agg(date ''2020-01-01'', ''1980-01-01'', ''2020-01-01'', NULL, NULL, ''[2019-01-01,2022-01-01)'', ''1 day'')', '42804 person_id must be an integer, numeric, uuid or text'),
    ('workforce_agg(NULL::boolean, ''1980-01-01'', NULL, NULL, NULL, ''[2019-01-01,2022-01-01)'', ''1 day'')', '42804 person_id must be an integer, numeric, uuid or text'),
    ('workforce_agg(ARRAY[1], ''1980-01-01'', ''2020-01-01'', NULL, NULL, ''[2019-01-01,2022-01-01)'', ''1 day'')', '42804 person_id must be an integer, numeric, uuid or text'),
    ('workforce_agg(ROW(1), ''1980-01-01'', ''2020-01-01'', NULL, NULL, ''[2019-01-01,2022-01-01)'', ''1 day'')', '42804 person_id must be an integer, numeric, uuid or text'),
    ('workforce_agg(1, ''1980-01-01'', ''2020-01-01'', NULL, true, ''[2019-01-01,2022-01-01)'', ''1 day'')', '42804 reason must be text, an integer or numeric'),
    ('workforce_agg(''1980-01-01'', ''2020-01-01'', NULL, NULL::boolean, ''[2019-01-01,2022-01-01)'')', '42804 reason must be text, an integer or numeric'),
    ('retention_agg(''2020-01-01'', NULL, date ''2020-01-01'', ''[2019-01-01,2022-01-01)'')', '42804 reason must be text, an integer or numeric'),
    ('retention_agg(1, ''2020-01-01'', NULL, md5(''a'')::uuid, ''[2019-01-01,2022-01-01)'', ''1 day'')', '42804 reason must be text, an integer or numeric'),
    ('spells_agg(''2020-01-01'', NULL, 1::float8, ''1 day'')', '42804 reason must be text, an integer or numeric'),
    ('mobility_agg(1, true, ''2020-01-01'', NULL, ''[2019-01-01,2022-01-01)'')', '42804 state must be text, an integer or numeric'),
    ('funnel_agg(1, true, date ''2020-01-01'', funnel_spec(ARRAY[''a'']))', '42804 stage must be text, an integer or numeric'),
    ('funnel_agg(''{}''::json, ''a'', date ''2020-01-01'', funnel_spec(ARRAY[''a'']))', '42804 person_id must be an integer, numeric, uuid or text'),
    ('funnel_agg(true, date ''2020-01-01'', funnel_spec(ARRAY[''a'']))', '42804 stage must be text, an integer or numeric'),
    ('funnel_steps(''\x01''::bytea, date ''2020-01-01'', funnel_spec(ARRAY[''a'']))', '42804 stage must be text, an integer or numeric')) AS c (call, said);

-- ---------------------------------------------------------------------------
-- The same from workers, from compiled expressions, and with little memory
-- ---------------------------------------------------------------------------
CREATE TABLE answer AS SELECT string_agg(of_staff(call, '"text"', 'code::text'), ' ' ORDER BY call) AS wanted FROM aggregate;
ALTER TABLE staff SET (parallel_workers = 2);
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL work_mem = '64kB';
SELECT is((SELECT string_agg(of_staff(call, key, word), ' ' ORDER BY call) FROM aggregate), wanted, format('%s, %s: with workers', key, word))
FROM answer, (VALUES ('"int"', 'code'), ('"small"', 'code::smallint'), ('"num"', 'code::numeric'), ('"uuid"', 'code::bigint')) AS t (key, word);
SET LOCAL jit = on;
SET LOCAL jit_above_cost = 0;
SELECT is((SELECT string_agg(of_staff(call, '"int"', 'code::smallint'), ' ' ORDER BY call) FROM aggregate), wanted, 'compiled') FROM answer;
RESET jit;

-- ---------------------------------------------------------------------------
-- A mapping
-- ---------------------------------------------------------------------------
CREATE TABLE plain AS SELECT "text" AS who, birth, first, gone, code::text AS why FROM staff;
SELECT run($$SELECT reporting_ddl('v_' || t.name, jsonb_build_object('as_of', '2023-01-01', 'materialized', false,
    'employment', jsonb_build_object('table', t.relation, 'person', t.who, 'birth_date', 'birth', 'start_date', 'first', 'end_date', 'gone', 'reason', t.why, 'join_gap', '30 days', 'retirement_reasons', t.retired),
    'mobility', jsonb_build_object('table', t.relation, 'person_id', t.who, 'state', t.why, 'start_date', 'first', 'end_date', 'gone'),
    'education', jsonb_build_object('table', t.relation, 'person_id', t.who, 'stage', t.why, 'at', 'first', 'stages', t.stages, 'exits', t.exits)))
    FROM (VALUES ('text', 'plain', 'who', 'why', '["10"]'::jsonb, '["10", "2"]'::jsonb, '["-3"]'::jsonb), ('int', 'staff', 'int', 'code', '[10]', '[10, 2.0]', '[-3]'), ('num', 'staff', 'dom', 'code', '["10"]', '["10", 2]', '["-3"]'))
         AS t (name, relation, who, why, retired, stages, exits)$$) > 100 AS made \gset
SELECT agree(format('%s by %s', view, mapping), format('SELECT * FROM v_%s.%s', mapping, view), format('SELECT * FROM v_text.%s', view), CASE view WHEN 'education_quality' THEN NULL ELSE 1 END)
FROM unnest(ARRAY['int', 'num']) AS mapping, unnest(ARRAY['exit_rates', 'funnel_stages', 'mobility_flows']) AS view;

SELECT * FROM finish();
ROLLBACK;
