-- Who may call what: everybody may aggregate and read; the functions of a state that
-- is no value are for their aggregates alone, and the others serve aggregates of
-- one's own, too.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
SELECT plan(23);
CREATE ROLE ef_plain;
GRANT USAGE ON SCHEMA education_flow TO ef_plain;
CREATE SCHEMA own AUTHORIZATION ef_plain;
CREATE TABLE spell AS
SELECT (i % 7)::bigint AS id, date '1960-01-01' + i AS birth_date, date '2015-01-01' + i AS start_date, date '2016-01-01' + i AS end_date,
       'r'::text AS reason, (ARRAY['a', 'b', 'c'])[1 + i % 3] AS state
FROM generate_series(1, 3000) AS i;
GRANT SELECT ON spell TO ef_plain;

CREATE VIEW own_function AS
SELECT p.oid, p.proname, p.proargtypes, p.proacl, p.proowner, p.prokind
FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'education_flow');
CREATE VIEW of_a_state AS
SELECT * FROM own_function WHERE 'internal'::regtype = ANY (proargtypes::oid[]) AND proname !~ '_recv$';
SELECT cmp_ok((SELECT count(*) FROM of_a_state), '>', 30::bigint, 'there are functions of states that are no values');
SELECT is((SELECT string_agg(oid::regprocedure::text, ', ') FROM of_a_state WHERE has_function_privilege('ef_plain', oid, 'EXECUTE')), NULL, 'they are not for calling');
SELECT is((SELECT string_agg(oid::regprocedure::text, ', ') FROM own_function WHERE oid NOT IN (SELECT oid FROM of_a_state)
           AND NOT has_function_privilege('ef_plain', oid, 'EXECUTE')), NULL, 'all others are for everybody');
SELECT is((SELECT string_agg(oid::regprocedure::text, ', ') FROM of_a_state AS f
           WHERE NOT EXISTS (SELECT FROM pg_aggregate AS a WHERE f.oid IN (aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn))), NULL, 'each is an aggregate''s');
SELECT is((SELECT string_agg(DISTINCT privilege_type, ', ') FROM pg_class AS c, aclexplode(c.relacl) WHERE c.oid IN ('pension_age'::regclass, 'pension_age_override'::regclass) AND grantee = 0),
          'SELECT', 'pension ages are read by everybody, and changed by their owner');
-- pg_dump keeps this: it is what the extension came with
SELECT is((SELECT count(*) FROM pg_init_privs AS i JOIN of_a_state AS f ON i.classoid = 'pg_proc'::regclass AND i.objoid = f.oid), (SELECT count(*) FROM of_a_state), 'rights that an extension came with are not in a dump');

CREATE FUNCTION sees(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    SET LOCAL ROLE ef_plain;
    EXECUTE query INTO answer;
    RESET ROLE;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    RESET ROLE;
    RETURN SQLSTATE;
END
$$;
GRANT EXECUTE ON FUNCTION sees(text) TO ef_plain;
-- Aggregates over such states, as anybody: serially, in groups, over a window, and in workers.
CREATE TABLE question AS
SELECT * FROM (VALUES
    ('mobility', $$SELECT mobility_agg(id, state, start_date, end_date, '[2015-01-01,2024-01-01)')::text FROM spell$$),
    ('funnel', $$SELECT funnel_agg(id, state, start_date, funnel_spec(ARRAY['a', 'b', 'c']))::text FROM spell$$),
    ('funnel of a text person', $$SELECT funnel_agg(id::text, state, start_date::timestamp, funnel_spec(ARRAY['a', 'b', 'c']))::text FROM spell$$),
    ('steps', $$SELECT funnel_steps(state, start_date, funnel_spec(ARRAY['a', 'b', 'c']))::text FROM spell WHERE id = 1$$),
    ('window funnel', $$SELECT window_funnel(start_date, funnel_spec(ARRAY['a', 'b']), state = 'a', state = 'b')::text FROM spell WHERE id = 1$$),
    ('log-rank test', $$SELECT (retention_log_rank(r, state)).df::text FROM (SELECT state, retention_agg(start_date, end_date, reason, '[2015-01-01,2024-01-01)') AS r FROM spell GROUP BY state) AS s$$),
    ('Gray''s test', $$SELECT (retention_gray(r, state, NULL, 'r')).df::text FROM (SELECT state, retention_agg(start_date, end_date, reason, '[2015-01-01,2024-01-01)') AS r FROM spell GROUP BY state) AS s$$)) AS v (name, query);
SELECT matches(sees(query), '^[^0-9]|^[0-9]{1,4}$', name || ': for everybody') FROM question;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    answer text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
        answer := answer || line;
    END LOOP;
    RETURN answer;
END
$$;
SELECT matches(plan_of(query), 'Partial Aggregate', name || ': in parallel') FROM question WHERE name IN ('mobility', 'funnel');
SELECT matches(sees(query), '^\{', name || ': in parallel, for everybody') FROM question WHERE name IN ('mobility', 'funnel');

-- Calls of such functions by themselves: there is no value of such a type, and no right.  Minor releases
-- differ in what they notice first: no such function, no such value.
SELECT matches(sees($$SELECT events_deserialfn('\x00', NULL)::text$$), '^(42501|42883|0A000)$', 'the bytes of a state are not for calling');
SELECT matches(sees($$SELECT funnel_agg_finalfn(NULL)::text$$), '^(42501|42883|0A000)$', 'nor is its end');
SELECT is(sees($$CREATE AGGREGATE own.taken(bigint, text, date, date, daterange) (SFUNC = mobility_agg_transfn, STYPE = internal, FINALFUNC = mobility_agg_finalfn)$$), '42P13', 'nor for an aggregate of one''s own');
-- Aggregates of one's own, over values.
SELECT is(sees($$SELECT workforce_combinefn(NULL, NULL)::text$$), '0A000', 'functions of a state that is a value say that they are no functions to call');
SET ROLE ef_plain;
CREATE AGGREGATE own.staff_agg(date, date, date, text, daterange) (
    SFUNC = workforce_agg_transfn, STYPE = workforce, COMBINEFUNC = workforce_combinefn, FINALFUNC = workforce_finalfn, PARALLEL = SAFE);
CREATE AGGREGATE own.total(workforce) (SFUNC = workforce_combinefn, STYPE = workforce, COMBINEFUNC = workforce_combinefn, FINALFUNC = workforce_finalfn, PARALLEL = SAFE);
RESET ROLE;
SELECT is(sees($$SELECT own.staff_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2024-01-01)')::text FROM spell$$),
          (SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2024-01-01)')::text FROM spell), 'and serve an aggregate of one''s own');
SELECT is(sees($$SELECT own.total(w)::text FROM (SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2024-01-01)') AS w FROM spell GROUP BY state) AS s$$),
          (SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2024-01-01)')::text FROM spell), 'and a rollup of one''s own');

SELECT * FROM finish();
ROLLBACK;
