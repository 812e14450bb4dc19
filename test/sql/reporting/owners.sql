-- Schemas and views that somebody else owns are not used by reporting_ddl and
-- reporting_refresh_ddl: their owner could put other code into them, which a
-- refresh would run. A mark in a comment changes nothing, since owners write it.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT plan(42);

\ir ../../lib/reporting.sql

CREATE ROLE ef_mallory;
CREATE ROLE ef_chief;
CREATE ROLE ef_dba SUPERUSER;
SELECT format('GRANT CREATE ON DATABASE %I TO ef_mallory, ef_chief', current_database()) \gexec
GRANT USAGE ON SCHEMA education_flow TO ef_mallory, ef_chief;
CREATE TABLE staff (birth_date date, start_date date, end_date date, reason text);
INSERT INTO staff SELECT date '1960-01-01' + n, date '2015-01-01' + n, NULL, NULL FROM generate_series(1, 20) AS n;
CREATE TABLE good AS SELECT '{"employment": {"table": "public.staff"}, "as_of": "2024-01-01"}'::jsonb AS m;
GRANT SELECT ON staff, good TO ef_mallory, ef_chief;

-- Who ran code of hers.
CREATE TABLE ran (who text);
GRANT SELECT, INSERT ON ran TO PUBLIC;
CREATE SCHEMA den AUTHORIZATION ef_mallory;
GRANT USAGE ON SCHEMA den TO PUBLIC;
SET ROLE ef_mallory;
CREATE FUNCTION den.day() RETURNS date LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.ran VALUES (current_user); RETURN ''2024-01-01''; END';
RESET ROLE;

-- Each statement of an array in turn, whatever becomes of it, as psql does. How many failed.
CREATE FUNCTION go_on(statements text[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    statement text;
    failed integer := 0;
BEGIN
    FOREACH statement IN ARRAY statements LOOP
        BEGIN
            EXECUTE statement;
        EXCEPTION WHEN OTHERS THEN
            failed := failed + 1;
        END;
    END LOOP;
    RETURN failed;
END
$$;
-- What a role gets to see: the SQLSTATE and the detail of an error, or how many rows.
CREATE FUNCTION answer(role_name text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    detail text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role_name);
    EXECUTE format('SELECT count(*) || '' rows'' FROM (%s) AS q', query) INTO answer;
    RESET ROLE;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    RESET ROLE;
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ': ' || regexp_replace(detail, ', who could put other code into it; it must be (.*)\.$', ', not \1');
END
$$;
CREATE FUNCTION refused(what text, owner text, role_name text) RETURNS text LANGUAGE sql AS
    $$SELECT format('42501: The owner of %s is "%s", not "%s" or a superuser', what, owner, role_name)$$;
CREATE FUNCTION as_role(role_name text, statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role_name);
    EXECUTE statement;
    RESET ROLE;
END
$$;
\set made 'SELECT reporting_ddl(''r'', m) FROM good'
\set fresh 'SELECT reporting_refresh_ddl(''r'')'
\set period 'CREATE VIEW r_summary.period AS SELECT date ''2024-01-01'' AS as_of, date ''2024-01-01'' AS year_begin; COMMENT ON VIEW r_summary.period IS ''x [education_flow 00000000000000000000000000000000]'''
\set hers 'CREATE OR REPLACE VIEW r_summary.period AS SELECT den.day() AS as_of, date ''2024-01-01'' AS year_begin'

-- ---------------------------------------------------------------------------
-- Schemas that are there
-- ---------------------------------------------------------------------------
BEGIN;
SELECT as_role('ef_mallory', 'CREATE SCHEMA r_summary');
SELECT is(answer('ef_dba', :'made'), refused('schema r_summary', 'ef_mallory', 'ef_dba'), 'the schema of summaries is somebody''s');
SELECT is(answer('ef_chief', :'made'), refused('schema r_summary', 'ef_mallory', 'ef_chief'), 'for a role that is no superuser too');
SELECT isnt(answer('ef_mallory', :'made'), refused('schema r_summary', 'ef_mallory', 'ef_mallory'), 'who owns it uses it');
SELECT as_role('ef_mallory', :'period');
SELECT is(answer('ef_dba', :'made'), refused('schema r_summary', 'ef_mallory', 'ef_dba'), 'with a view period in it, and a mark');
ROLLBACK;
BEGIN;
SELECT as_role('ef_mallory', 'CREATE SCHEMA r');
SELECT is(answer('ef_dba', :'made'), refused('schema r', 'ef_mallory', 'ef_dba'), 'the schema of views is somebody''s');
SELECT is(answer('ef_chief', :'made'), refused('schema r', 'ef_mallory', 'ef_chief'), 'whoever asks');
-- to be a member is not to be alone
GRANT ef_mallory TO ef_chief;
SELECT is(answer('ef_chief', :'made'), refused('schema r', 'ef_mallory', 'ef_chief'), 'a member too');
ROLLBACK;
BEGIN;
CREATE SCHEMA r AUTHORIZATION ef_dba;
CREATE SCHEMA r_summary AUTHORIZATION ef_dba;
GRANT CREATE, USAGE ON SCHEMA r, r_summary TO ef_chief, ef_mallory;
SELECT matches(answer('ef_chief', :'made'), 'rows$', 'schemas of a superuser are used');
SELECT as_role('ef_mallory', :'period');
SELECT is(answer('ef_dba', :'made'), refused('r_summary.period', 'ef_mallory', 'ef_dba'), 'but not a view in one, though it has a mark');
SELECT is(answer('ef_chief', :'made'), refused('r_summary.period', 'ef_mallory', 'ef_chief'), 'whoever asks');
SELECT as_role('ef_mallory', 'COMMENT ON VIEW r_summary.period IS NULL');
SELECT is(answer('ef_dba', :'made'), refused('r_summary.period', 'ef_mallory', 'ef_dba'), 'nor without one');
SELECT as_role('ef_mallory', 'DROP VIEW r_summary.period; CREATE TABLE r_summary.period (as_of date)');
SELECT is(answer('ef_dba', :'made'), refused('r_summary.period', 'ef_mallory', 'ef_dba'), 'nor a table');
ROLLBACK;

-- ---------------------------------------------------------------------------
-- The schema public is that of the owner of the database
-- ---------------------------------------------------------------------------
BEGIN;
SELECT is((SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'), 'pg_database_owner', 'public belongs to the owner of the database');
SELECT matches(answer('ef_dba', $$SELECT reporting_ddl('public', m) FROM good$$), 'rows$', 'who is a superuser');
SELECT format('ALTER DATABASE %I OWNER TO ef_chief', current_database()) \gexec
SELECT matches(answer('ef_chief', $$SELECT reporting_ddl('public', m) FROM good$$), 'rows$', 'or the role that asks');
SELECT is(answer('ef_dba', $$SELECT reporting_ddl('public', m) FROM good$$), refused('schema public', 'pg_database_owner', 'ef_dba'), 'or somebody else');
ROLLBACK;

-- ---------------------------------------------------------------------------
-- Between making the statements and running them
-- ---------------------------------------------------------------------------
BEGIN;
SELECT as_role('ef_mallory', 'SELECT 1');
CREATE TABLE made AS SELECT ARRAY(SELECT reporting_ddl('r', m) FROM good) AS statements;
SELECT as_role('ef_mallory', 'CREATE SCHEMA r_summary; GRANT ALL ON SCHEMA r_summary TO PUBLIC');
SELECT as_role('ef_mallory', :'hers');
SELECT cmp_ok(go_on(statements), '>=', 4, 'statements fail: the schema is there, and nothing is filled') FROM made;
SELECT is((SELECT string_agg(relname, ', ') FROM pg_class WHERE relnamespace = 'r_summary'::regnamespace AND relkind = 'm' AND relispopulated), NULL, 'no summary is');
SELECT as_role('ef_mallory', :'hers');
SELECT is(answer(current_user, :'fresh'), refused('schema r_summary', 'ef_mallory', 'postgres'), 'a refresh is refused');
SELECT is((SELECT string_agg(who, ', ') FROM ran), NULL, 'nobody has run code of hers');
ROLLBACK;
-- the same where the schema is good and the view is not
BEGIN;
CREATE SCHEMA r_summary;
GRANT CREATE, USAGE ON SCHEMA r_summary TO ef_mallory;
CREATE TABLE made AS SELECT ARRAY(SELECT reporting_ddl('r', m) FROM good) AS statements;
SELECT as_role('ef_mallory', :'hers');
SELECT cmp_ok(go_on(statements), '>=', 2, 'statements fail: a view is there, and nothing is filled') FROM made;
SELECT as_role('ef_mallory', :'hers');
SELECT is(answer(current_user, :'fresh'), refused('r_summary.period', 'ef_mallory', 'postgres'), 'a refresh is refused');
SELECT as_role('ef_mallory', 'COMMENT ON VIEW r_summary.period IS NULL');
SELECT is(answer(current_user, :'fresh'), refused('r_summary.period', 'ef_mallory', 'postgres'), 'though the view is not marked');
SELECT is((SELECT string_agg(who, ', ') FROM ran), NULL, 'nobody has run code of hers');
ROLLBACK;
-- and with a name that would break out of its quotes
BEGIN;
SELECT cmp_ok(run($$SELECT reporting_ddl('$do$x''"\', m) FROM good$$), '>', 10, 'a name with quotes of every kind');
SELECT is((SELECT count(*) FROM "$do$x'""\_summary".employment), 1::bigint, 'is a name');
ROLLBACK;

-- ---------------------------------------------------------------------------
-- A view among the views
-- ---------------------------------------------------------------------------
BEGIN;
CREATE SCHEMA r;
GRANT CREATE, USAGE ON SCHEMA r TO ef_mallory;
SELECT cmp_ok(run(:'made'), '>', 10, 'made');
GRANT USAGE ON SCHEMA r_summary TO ef_mallory;
SELECT cmp_ok(run(:'made'), '>', 10, 'made again');
DROP VIEW r.headcount;
SELECT as_role('ef_mallory', 'CREATE VIEW r.headcount AS SELECT as_of FROM r_summary.employment');
SELECT is(answer('postgres', :'made'), refused('r.headcount', 'ef_mallory', 'postgres'), 'a view of somebody''s that reads a summary');
SELECT matches(answer('postgres', :'fresh'), '^[2-9] rows$', 'a refresh does not read it');
ROLLBACK;

-- ---------------------------------------------------------------------------
-- Refreshing
-- ---------------------------------------------------------------------------
BEGIN;
SELECT as_role('ef_chief', 'SELECT public.run($$' || :'made' || '$$)');
SELECT is((SELECT string_agg(DISTINCT relowner::regrole::text, ', ') FROM pg_class WHERE relnamespace::regnamespace::text ~ '^r(_summary)?$'), 'ef_chief', 'all is the role''s that ran the statements');
SELECT matches(answer('ef_chief', :'fresh'), '^[2-9] rows$', 'who refreshes it');
SELECT matches(answer('ef_mallory', :'fresh'), '^[2-9] rows$', 'as may another role that is no superuser, if PostgreSQL lets it: it runs as the owner');
SELECT is(answer('ef_dba', :'fresh'), refused('schema r_summary', 'ef_chief', 'ef_dba'), 'a superuser does not');
SELECT is(answer('ef_dba', :'made'), refused('schema r', 'ef_chief', 'ef_dba'), 'nor replaces the views');
SELECT matches(answer('ef_chief', :'made'), 'rows$', 'the owner does');
SELECT as_role('ef_chief', 'GRANT CREATE, USAGE ON SCHEMA r_summary TO ef_mallory');
SELECT as_role('ef_mallory', 'CREATE VIEW r_summary.other AS SELECT 1 AS x');
SELECT is(answer('ef_chief', :'fresh'), refused('r_summary.other', 'ef_mallory', 'ef_chief'), 'what somebody else put among the summaries is said');
SELECT is(answer('ef_chief', 'SELECT reporting_drop_ddl(''r'')'), (SELECT count(*) || ' rows' FROM reporting_drop_ddl('r')), 'dropping is always possible');
SELECT as_role('ef_chief', 'SELECT public.run($$SELECT reporting_drop_ddl(''r'')$$)');
SELECT is((SELECT string_agg(relname, ', ') FROM pg_class WHERE relnamespace = 'r_summary'::regnamespace), 'other', 'and leaves what is not its own');
ROLLBACK;
-- a view of a superuser's is safe for everybody; one of another role is safe for nobody, though the rest is a superuser's
BEGIN;
SELECT as_role('ef_dba', 'SELECT public.run($$' || :'made' || '$$)');
SELECT matches(answer('postgres', :'fresh'), '^[2-9] rows$', 'another superuser refreshes');
ALTER VIEW r_summary.period OWNER TO ef_mallory;
SELECT is(answer('postgres', :'fresh'), refused('r_summary.period', 'ef_mallory', 'postgres'), 'not what a view of somebody''s leads astray');
ROLLBACK;

-- ---------------------------------------------------------------------------
-- The search_path
-- ---------------------------------------------------------------------------
BEGIN;
SET LOCAL search_path = public, education_flow, pg_catalog;
SELECT is(answer('postgres', :'made'), '55000: It is "public": what is in it would take the place of functions of PostgreSQL in the views.', 'a search_path with pg_catalog behind');
ROLLBACK;

-- finish() would look for what was rolled back; the plan counts.
DROP OWNED BY ef_mallory, ef_chief;
DROP ROLE ef_mallory, ef_chief, ef_dba;
