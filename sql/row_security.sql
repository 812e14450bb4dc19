-- A session: row-level security behind views. What is read with somebody else's
-- rights is said, and refused where each user is to see what the tables show that
-- user.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE EXTENSION education_flow;
CREATE ROLE regress_ef_lund;
CREATE ROLE regress_ef_chief;
GRANT CREATE ON SCHEMA public TO regress_ef_chief;

CREATE TABLE contract (kommun text, birth_date date, start_date date, end_date date, reason text);
INSERT INTO contract
SELECT CASE WHEN n % 3 = 0 THEN 'Lund' ELSE 'Malmö' END, '1980-01-01', '2015-01-01', NULL, NULL FROM generate_series(1, 30) AS n;
ALTER TABLE contract OWNER TO regress_ef_chief;
ALTER TABLE contract ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_kommun ON contract TO regress_ef_lund USING (kommun = 'Lund');
CREATE VIEW definer AS SELECT * FROM contract;
ALTER VIEW definer OWNER TO regress_ef_chief;
CREATE VIEW invoker WITH (security_invoker = on) AS SELECT * FROM contract;
CREATE VIEW invoker_of_invoker WITH (security_invoker) AS SELECT * FROM invoker;
CREATE VIEW invoker_of_definer WITH (security_invoker = true) AS SELECT * FROM definer;
CREATE VIEW definer_of_invoker AS SELECT * FROM invoker;
CREATE MATERIALIZED VIEW stored AS SELECT * FROM invoker;
CREATE VIEW invoker_of_stored WITH (security_invoker = true) AS SELECT * FROM stored;
CREATE VIEW in_a_subquery WITH (security_invoker = true) AS
SELECT i.* FROM invoker AS i WHERE EXISTS (SELECT FROM definer AS d WHERE d.kommun = i.kommun);
CREATE VIEW plain AS SELECT kommun, birth_date, start_date, end_date, reason FROM (VALUES ('Lund', date '1980-01-01', date '2015-01-01', NULL::date, NULL::text)) AS v (kommun, birth_date, start_date, end_date, reason);
GRANT SELECT ON ALL TABLES IN SCHEMA public TO regress_ef_lund;

CREATE FUNCTION mapping(name text, materialized boolean) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('employment', jsonb_build_object('table', name, 'group_by', '["kommun"]'::jsonb),
                              'reader', 'regress_ef_lund', 'as_of', '2024-01-01', 'materialized', materialized)
$$;
CREATE FUNCTION run(statements text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    statement text;
BEGIN
    FOR statement IN EXECUTE statements LOOP
        EXECUTE statement;
    END LOOP;
END
$$;

-- Nothing is stored: refused, or the reader sees the rows of Lund, of which there are ten.
\pset tuples_only on
\set VERBOSITY default
SELECT format('SELECT %L, count(*) > 0 FROM reporting_ddl(''own'', mapping(%1$L, false))', name)
FROM unnest('{contract,definer,invoker,invoker_of_invoker,invoker_of_definer,definer_of_invoker,stored,invoker_of_stored,in_a_subquery,plain}'::text[]) AS name \gexec
CREATE FUNCTION seen(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    PERFORM run(format($q$SELECT reporting_ddl('own', mapping(%L, false))$q$, name));
    SET LOCAL ROLE regress_ef_lund;
    SELECT string_agg(kommun || ' ' || headcount, ', ' ORDER BY kommun) INTO answer FROM own.headcount;
    RESET ROLE;
    PERFORM run($q$SELECT reporting_drop_ddl('own')$q$);
    RETURN answer;
END
$$;
SELECT name, seen(name) FROM unnest('{contract,invoker,invoker_of_invoker,definer_of_invoker}'::text[]) AS name;

-- It is stored, by a superuser, who is above it; and by a role that it holds for.
SELECT format('SELECT %L, count(*) > 0 FROM reporting_ddl(''own'', mapping(%1$L, true))', name)
FROM unnest('{contract,definer,invoker,invoker_of_definer,stored,in_a_subquery,plain}'::text[]) AS name \gexec
SET ROLE regress_ef_lund;
SELECT format('SELECT %L, count(*) > 0 FROM reporting_ddl(''own'', mapping(%1$L, true))', name)
FROM unnest('{contract,definer,invoker,invoker_of_definer,stored,in_a_subquery,plain}'::text[]) AS name \gexec
RESET ROLE;
-- The owner of the table is above it, and sees that in a view of one's own too.
SET ROLE regress_ef_chief;
SELECT 'definer', count(*) > 0 FROM reporting_ddl('own', mapping('definer', true));
RESET ROLE;
ALTER TABLE contract FORCE ROW LEVEL SECURITY;
SET ROLE regress_ef_chief;
SELECT 'definer', count(*) > 0 FROM reporting_ddl('own', mapping('definer', true));
RESET ROLE;

DROP EXTENSION education_flow;
DROP OWNED BY regress_ef_lund, regress_ef_chief CASCADE;
DROP ROLE regress_ef_lund, regress_ef_chief;
