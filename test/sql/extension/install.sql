-- The extension as a guest: any schema, any search_path, every object explained
-- and harmless, and nothing left when it goes.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(43);

-- ---------------------------------------------------------------------------
-- What it is made of
-- ---------------------------------------------------------------------------
CREATE VIEW object AS
SELECT classid, objid, pg_describe_object(classid, objid, 0) AS name
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'education_flow');
CREATE VIEW own_function AS
SELECT p.* FROM pg_proc AS p JOIN object ON classid = 'pg_proc'::regclass AND objid = p.oid;

SELECT cmp_ok((SELECT count(*) FROM object), '>', 70::bigint, 'it has objects');
SELECT is((SELECT string_agg(name, E'\n') FROM object
           WHERE coalesce((SELECT description FROM pg_description AS d
                           WHERE d.classoid = classid AND d.objoid = objid AND objsubid = 0), '') !~ '\S'
             -- array types and row types belong to what they are made of
             AND NOT EXISTS (SELECT FROM pg_type WHERE classid = 'pg_type'::regclass AND oid = objid
                             AND (typcategory = 'A' OR typrelid <> 0))),
          NULL, 'every object has a comment');
SELECT is((SELECT string_agg(a.attrelid::regclass || '.' || attname, ', ')
           FROM object JOIN pg_attribute AS a ON classid = 'pg_class'::regclass AND attrelid = objid
           WHERE attnum > 0 AND NOT attisdropped AND col_description(attrelid, attnum) IS NULL),
          NULL, 'so has every column');
SELECT cmp_ok((SELECT count(*) FROM own_function), '>', 40::bigint, 'it has functions');
SELECT is((SELECT string_agg(oid::regprocedure::text, ', ') FROM own_function
           WHERE proparallel <> CASE WHEN proname IN ('reporting_ddl', 'reporting_quality_query', 'reporting_refresh', 'reporting_settings', 'reporting_shards',
                                                          'reporting_table', 'reporting_tables', 'reporting_trial', 'reporting_value') THEN 'u' ELSE 's' END),
          NULL, 'all are PARALLEL SAFE, but what catches an error, or asks other servers');
SELECT is((SELECT string_agg(oid::regprocedure::text, ', ') FROM own_function
           WHERE prokind <> 'p' AND provolatile <> CASE WHEN proname ~ '^reporting_(?!options|sources$|views|.*checks$)' THEN 's' ELSE 'i' END),
          NULL, 'all are IMMUTABLE, but those that write DDL, which look at the catalog: STABLE');
SELECT is((SELECT string_agg(oid::regprocedure::text, ', ') FROM own_function WHERE prosecdef),
          NULL, 'none is SECURITY DEFINER');
SELECT is((SELECT string_agg(oid::regprocedure::text, ', ') FROM own_function WHERE proleakproof),
          NULL, 'nor LEAKPROOF');
SELECT is((SELECT string_agg(oid::regprocedure::text, ', ') FROM own_function WHERE proretset AND prorows = 1000),
          NULL, 'those that return sets declare their rows');
SELECT is((SELECT string_agg(oid::regprocedure::text, ', ') FROM own_function
           WHERE (prorettype = 'internal'::regtype OR 'internal'::regtype = ANY (proargtypes)) AND proname !~ '_recv$'
             AND proname !~ '^(retention_log_rank|retention_gray|forecast_score_agg)_'
             AND proname !~ '^(([a-z]+_)?events_|(funnel|mobility|spells)_agg|funnel_steps|window_funnel)'
             -- with the person
             AND (proname !~ '^(retention|workforce)_agg' OR NOT 'interval'::regtype = ANY (proargtypes) AND proname !~ '_finalfn$')),
          NULL, 'no state is internal, but those of a test and a score, which keep their few summaries or errors until all are there, and of what sees the events of persons');
SELECT is((SELECT string_agg(DISTINCT format('%s of %s', t.oid::regtype, f.proname), ', ') FROM own_function AS f, unnest(proargtypes) AS a
                  JOIN pg_type AS t ON t.oid = a WHERE typtype = 'p' AND typname NOT IN ('internal', 'cstring')
                  AND NOT (typname = 'any' AND proname ~ '^((workforce|retention|mobility|funnel|spells)_agg(_[a-z0-9]+)*_?(transfn)?|funnel_steps)$')),
          NULL, 'no argument is polymorphic, but for keys of people and words of rows');
SELECT is((SELECT array_agg(t.typname::text ORDER BY typname) FROM pg_type AS t JOIN object ON classid = 'pg_type'::regclass AND objid = t.oid
           WHERE typcategory = 'U'), '{credible_rates,funnel,funnel_spec,mobility,retention,retirement_rule,workforce}', 'its types');
SELECT is((SELECT array_agg(DISTINCT format('%s %s', p.proname, a.aggtranstype::regtype) ORDER BY format('%s %s', p.proname, a.aggtranstype::regtype))
           FROM own_function AS p JOIN pg_aggregate AS a ON aggfnoid = p.oid),
          '{credible_rates_agg bytea,forecast_score_agg internal,funnel_agg funnel,funnel_agg internal,funnel_steps internal,mobility_agg internal,retention_agg internal,retention_agg retention,retention_gray internal,retention_log_rank internal,retirement_rule_agg retirement_rule,rollup funnel,rollup mobility,rollup retention,rollup workforce,spells_agg internal,window_funnel internal,workforce_agg internal,workforce_agg workforce}',
          'the state of an aggregate is what it makes, where it can be');
SELECT is((SELECT count(*) FROM own_function AS p JOIN pg_aggregate AS a ON aggfnoid = p.oid
           WHERE aggtranstype = 'internal'::regtype AND proname NOT IN ('retention_gray', 'retention_log_rank', 'forecast_score_agg') AND (aggserialfn = 0 OR aggdeserialfn = 0 OR aggfinalmodify <> 'w')),
          0::bigint, 'a state of events can be sent to another process, and is not read twice');
SELECT is((SELECT string_agg(format('%s %s', proname, n), ', ' ORDER BY proname)
           FROM (SELECT proname, count(*) AS n FROM own_function WHERE prokind = 'a' AND proname ~ 'funnel' GROUP BY proname) AS f),
          'funnel_agg 21, funnel_steps 6, window_funnel 3', 'aggregates of funnels, by kinds of persons, stages and times');
SELECT is((SELECT string_agg(DISTINCT p.proname, ', ') FROM own_function AS p JOIN pg_aggregate AS a ON aggfnoid = p.oid WHERE aggcombinefn = 0),
          'forecast_score_agg, retention_gray, retention_log_rank', 'every aggregate but the test and the score combines');
SELECT is((SELECT count(*) FROM pg_type AS t JOIN object ON classid = 'pg_type'::regclass AND objid = t.oid
           WHERE typcategory = 'U' AND (typreceive = 0 OR typsend = 0)), 0::bigint, 'every type has binary I/O');
SELECT is((SELECT count(*) FROM pg_opclass AS o JOIN object ON classid = 'pg_opclass'::regclass AND objid = o.oid WHERE opcdefault),
          14::bigint, 'and default operator classes');
SELECT is((SELECT extrelocatable FROM pg_extension WHERE extname = 'education_flow'), true, 'it is relocatable');
SELECT is((SELECT extconfig::regclass[]::text FROM pg_extension WHERE extname = 'education_flow'),
          '{pension_age_override}', 'the override table is its configuration');

-- ---------------------------------------------------------------------------
-- A session, with every name qualified
-- ---------------------------------------------------------------------------
CREATE FUNCTION use_it(s text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE replace($q$
        WITH rows (birth_date, start_date, end_date, reason, part) AS (
            VALUES ('1960-02-03'::date, '2014-05-06'::date, NULL::date, NULL, 1),
                   ('1970-03-05', '2016-01-02', '2018-03-04', 'layoff', 2),
                   ('1980-03-05', '2017-01-02', NULL, NULL, 2)
        ), parts AS (
            SELECT SCHEMA.workforce_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2020-01-01)') AS w
            FROM rows GROUP BY part
        ), whole AS (
            SELECT SCHEMA.rollup(w) AS w FROM (SELECT w FROM parts GROUP BY w) AS x
        ), stay AS (
            SELECT part, SCHEMA.retention_agg(start_date, end_date, reason, '[2015-01-01,2020-01-01)') AS k
            FROM rows GROUP BY part
        ), stays AS (
            SELECT SCHEMA.rollup(k) AS k, SCHEMA.retention_log_rank(k, part::text) AS test FROM stay
        ), rule AS (
            SELECT SCHEMA.retirement_rule_agg(born_from, age_months) AS r FROM SCHEMA.pension_age
        ), spec AS (
            SELECT SCHEMA.funnel_spec(ARRAY['a', 'b'], '300 days', '2014-03-01', '{c}', '{strict_order}') AS s
        ), event (person, stage, at) AS (
            VALUES (1, 'a', '2013-01-01'::date), (1, 'b', '2013-01-11'), (2, 'a', '2013-02-01'), (2, 'c', '2013-02-02'), (3, 'a', '2014-02-01')
        ), path AS (
            SELECT person, SCHEMA.funnel_agg(stage, at, s) AS f, SCHEMA.funnel_steps(stage, at, s) AS steps,
                   SCHEMA.window_funnel(at, SCHEMA.funnel_spec(ARRAY['a', 'b']), stage OPERATOR(pg_catalog.=) 'a', stage OPERATOR(pg_catalog.=) 'b') AS level
            FROM event, spec GROUP BY person
        ), paths AS (
            SELECT SCHEMA.rollup(f) AS f, sum(level) AS levels, max(cardinality(steps)) AS steps,
                   SCHEMA.skipped(SCHEMA.funnel_agg(steps, SCHEMA.funnel_spec(ARRAY['a', 'b']))) AS skipped
            FROM path
        ), moves AS (
            SELECT SCHEMA.rollup(m) AS m
            FROM (SELECT SCHEMA.mobility_agg(person, state, started, ended, '[2019-01-01,2020-01-01)') AS m
                  FROM (VALUES (1, 'a', '2018-01-01'::date, '2019-01-10'::date), (1, 'b', '2019-01-10', NULL), (2, 'a', '2018-01-01', NULL),
                               (3, 'a', '2018-01-01', NULL), (4, 'a', '2018-01-01', NULL)) AS spell (person, state, started, ended)
                  UNION ALL SELECT SCHEMA.mobility_agg('x'::text, 'b', '2018-01-01', '2019-01-08', '[2019-01-01,2020-01-01)')) AS parts
        ), work AS (
            SELECT SCHEMA.mobility_agg(1, 'a', '2018-01-01', '2019-01-10', 'retirement', '[2019-01-01,2020-01-01)', 0.5, '1 month') AS m
        ), at_once AS (
            SELECT SCHEMA.funnel_agg(person, stage, at, s) AS f, SCHEMA.funnel_agg(person::text, stage, at::timestamp, s) AS g FROM event, spec
        )
        SELECT pg_catalog.concat_ws(' ', SCHEMA.headcount(w), SCHEMA.exits(w), SCHEMA.exits(w, 'layoff'),
            (SELECT count(*) FROM SCHEMA.age_pyramid(w)), (SELECT c.headcount FROM SCHEMA.workforce_counts(w) AS c), w::text::SCHEMA.workforce OPERATOR(SCHEMA.=) w,
            SCHEMA.reaching_pension_age(w, r, '2030-12-31'),
            (SELECT max(headcount) FROM SCHEMA.workforce_project(w, 3, retire_rule => r)),
            (SELECT count(DISTINCT w) FROM parts),
            SCHEMA.spells(k), SCHEMA.exits(k), SCHEMA.exits(k, 'layoff'), k::text::SCHEMA.retention OPERATOR(SCHEMA.=) k,
            SCHEMA.retention_rate(k, '2 years'), (SELECT count(*) FROM SCHEMA.retention_curve(k, '1 year')),
            (SELECT count(*) FROM SCHEMA.exit_incidence(k, '1 year')), SCHEMA.retention_median(k) IS NULL, SCHEMA.retention_mean(k, '1 year'),
            (SELECT max(df) FROM stay AS a, stay AS b, SCHEMA.retention_compare(a.k, b.k)), cardinality((test).groups),
            s::text::SCHEMA.funnel_spec OPERATOR(SCHEMA.=) s,
            paths.f OPERATOR(SCHEMA.=) at_once.f, at_once.g::text::SCHEMA.funnel OPERATOR(SCHEMA.=) paths.f, levels, steps, skipped,
            (SELECT sum(entered) FROM SCHEMA.funnel_stages(paths.f)), round(SCHEMA.funnel_conversion(paths.f, 'a', 'b', '10 days')::numeric, 3), SCHEMA.funnel_days(paths.f, 'a', 'b'),
            m::text::SCHEMA.mobility OPERATOR(SCHEMA.=) m, (SELECT sum(headcount) FROM SCHEMA.mobility_headcount(m)),
            (SELECT sum(moves) FROM SCHEMA.mobility_flows(m)), (SELECT sum(probability) FROM SCHEMA.mobility_matrix(m, '1 year')),
            (SELECT count(*) FROM SCHEMA.mobility_project(m, years => 3)),
            (SELECT sum(headcount) FROM SCHEMA.mobility_series(m, '1 year')),
            (SELECT sum(fte_start) FROM work, SCHEMA.mobility_series(work.m, '1 year')),
            (SELECT string_agg(reason, ' ') FROM work, SCHEMA.mobility_leavers(work.m, '1 year')),
            (SELECT max(age_months) FROM SCHEMA.pension_age WHERE born_from >= '2001-01-01'))
        FROM whole, rule, stays, spec, paths, moves, at_once$q$, 'SCHEMA', quote_ident(s)) INTO answer;
    RETURN answer;
END
$$;
INSERT INTO pension_age_override (born_from, age_months) VALUES ('2001-01-01', 851);
CREATE TABLE expected AS SELECT use_it('education_flow') AS answer;
SELECT matches(answer, '^2 1 1 4 2 t 1 2 2 3 1 1 t 1 6 6 t 366 1 2 t t t 4 2 0 4 0.333 10 t 4 2 2 6 8 1 retirement retirement 851$', 'a session in the schema of the manual') FROM expected;
-- (pgTAP itself wants its schema on the path.)
CREATE TABLE unqualified (answer text);
SET LOCAL search_path = '';
INSERT INTO public.unqualified SELECT public.use_it('education_flow');
SET LOCAL search_path = public;
SELECT is(unqualified.answer, expected.answer, 'with an empty search_path, too') FROM unqualified, expected;
SELECT is(use_it('education_flow'), answer, 'or one without the schema') FROM expected;

-- Values that are stored go along with it.
CREATE TABLE kept AS
SELECT education_flow.workforce_agg('1960-02-03', '2014-05-06', NULL, NULL, '[2015-01-01,2020-01-01)') AS w,
       education_flow.funnel_agg(1, 'a', '2020-01-01'::date, education_flow.funnel_spec(ARRAY['a'])) AS f;
CREATE VIEW reading AS SELECT education_flow.headcount(w), (SELECT sum(entered) FROM education_flow.funnel_stages(f)) AS entered FROM kept;
CREATE SCHEMA "Another place";
SELECT lives_ok($$ALTER EXTENSION education_flow SET SCHEMA "Another place"$$, 'it moves to another schema');
SELECT is(use_it('Another place'), answer, 'and works there') FROM expected;
SELECT is((SELECT headcount + entered FROM reading), 2::numeric, 'so do views and values');
SELECT throws_ok($$SELECT education_flow.pension_age_shipped()$$, '42883', NULL, 'and has left the old one');
SELECT lives_ok('DROP SCHEMA education_flow', 'with nothing in it');
SELECT throws_ok('DROP EXTENSION education_flow', '2BP01', NULL, 'it is not dropped from under a table');
DROP VIEW reading;
DROP TABLE kept;

-- ---------------------------------------------------------------------------
-- Coming and going
-- ---------------------------------------------------------------------------
CREATE FUNCTION everything() RETURNS TABLE (catalog text, n bigint) LANGUAGE sql AS $$
    SELECT 'pg_proc', count(*) FROM pg_proc UNION ALL
    SELECT 'pg_type', count(*) FROM pg_type UNION ALL
    SELECT 'pg_class', count(*) FROM pg_class WHERE relnamespace <> pg_my_temp_schema() UNION ALL
    SELECT 'pg_operator', count(*) FROM pg_operator UNION ALL
    SELECT 'pg_opclass', count(*) FROM pg_opclass UNION ALL
    SELECT 'pg_opfamily', count(*) FROM pg_opfamily UNION ALL
    SELECT 'pg_cast', count(*) FROM pg_cast UNION ALL
    SELECT 'pg_aggregate', count(*) FROM pg_aggregate UNION ALL
    SELECT 'pg_description', count(*) FROM pg_description UNION ALL
    SELECT 'pg_amop', count(*) FROM pg_amop UNION ALL
    SELECT 'pg_amproc', count(*) FROM pg_amproc UNION ALL
    SELECT 'pg_constraint', count(*) FROM pg_constraint UNION ALL
    SELECT 'pg_depend', count(*) FROM pg_depend UNION ALL
    SELECT 'pg_attrdef', count(*) FROM pg_attrdef UNION ALL
    SELECT 'pg_rewrite', count(*) FROM pg_rewrite UNION ALL
    SELECT 'pg_init_privs', count(*) FROM pg_init_privs UNION ALL
    SELECT 'pg_namespace', count(*) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
$$;
DROP VIEW own_function, object;
DROP TABLE expected;
SELECT lives_ok('DROP EXTENSION education_flow', 'it can be dropped');
SELECT lives_ok('DROP SCHEMA "Another place"', 'and leaves its schema empty');
SELECT is((SELECT count(*) FROM pg_proc WHERE probin ~ 'education_flow'), 0::bigint, 'and none of its functions');
SELECT is((SELECT count(*) FROM pg_init_privs AS i JOIN pg_class AS c ON c.oid = objoid WHERE relname ~ 'pension_age'), 0::bigint,
          'nor what was granted');
CREATE TABLE without_it (catalog text, n bigint);
CREATE TABLE with_it (LIKE without_it);
CREATE TABLE afterwards (LIKE without_it);
INSERT INTO without_it SELECT * FROM everything();
SELECT lives_ok('CREATE EXTENSION education_flow', 'it can be made in public');
SELECT matches(use_it('public'), '^2 1 1 4 2 t 1 2 2 3 1 1 t 1 6 6 t 366 1 2 t t t 4 2 0 4 0.333 10 t 4 2 2 6 8 1 retirement retirement$', 'and works there');
INSERT INTO with_it SELECT * FROM everything();
DROP EXTENSION education_flow;
INSERT INTO afterwards SELECT * FROM everything();
SELECT is((SELECT count(*) FROM with_it JOIN without_it AS w USING (catalog) WHERE with_it.n > w.n), 16::bigint,
          'all catalogs but that of schemas show it');
SELECT set_eq('SELECT * FROM afterwards', 'SELECT * FROM without_it', 'and are as full as before when it is gone');
CREATE SCHEMA "odd ""name'";
SELECT lives_ok($$CREATE EXTENSION education_flow SCHEMA "odd ""name'"$$, 'it can be made in a schema of any name');
SELECT matches(use_it('odd "name'''), '^2 1 1 4 2 t 1 2 2 3 1 1 t 1 6 6 t 366 1 2 t t t 4 2 0 4 0.333 10 t 4 2 2 6 8 1 retirement retirement$', 'and works there');

-- What writes DDL names it in full.
CREATE TABLE staff (birth_date date, start_date date, end_date date, reason text);
INSERT INTO staff VALUES ('1970-02-03', '2014-05-06', NULL, NULL);
CREATE FUNCTION declare_views() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    s text;
    n integer := 0;
BEGIN
    FOR s IN SELECT "odd ""name'".reporting_ddl('seen', '{"employment": {"table": "public.staff", "retirement": "pension_age"}, "as_of": "2020-01-01"}') LOOP
        EXECUTE s;
        n := n + 1;
    END LOOP;
    RETURN n;
END
$$;
SELECT cmp_ok(declare_views(), '>', 50, 'DDL from there is executed');
SET LOCAL search_path = '';
CREATE TABLE public.declared AS SELECT public.declare_views() AS n;
SET LOCAL search_path = public;
SELECT cmp_ok(n, '>', 50, 'and again, with an empty search_path') FROM declared;
SELECT is((SELECT sum(headcount) FROM seen.headcount), 1::numeric, 'and its views answer');

-- A dump of an upgrade writes each function out. Of a body in which an argument without a name stands inside a
-- subquery, PostgreSQL 15 writes name."", which none reads.
CREATE FUNCTION not_made_again() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    f record;
BEGIN
    FOR f IN SELECT p.oid::regprocedure AS name, pg_get_functiondef(p.oid) AS definition
             FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
             WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'education_flow') AND p.prokind <> 'a' LOOP
        BEGIN
            EXECUTE f.definition;
        EXCEPTION WHEN OTHERS THEN
            RETURN NEXT f.name || ': ' || SQLERRM;
        END;
    END LOOP;
END
$$;
SELECT is_empty('SELECT not_made_again()', 'each function can be made again from what PostgreSQL writes of it');

SELECT * FROM finish();
ROLLBACK;
