-- Reporting: the DDL of a schema of views. Nothing here executes what it
-- writes: a DBA reads the statements, and runs them with \gexec.
--
-- Names come from people, so each goes through format()'s %I or %L, once, and a
-- template is filled in one pass: inserted text is not read as a template.

-- Bodies in BEGIN ATOMIC are read by CREATE EXTENSION, with the schema of the
-- extension on the search_path: there every name of PostgreSQL's has its schema,
-- and functions of ours get arguments of exactly their types.

-- Finds the relations that reporting_ddl() made, in the order in which it makes them: in the
-- schema of summaries, those whose comment ends with the mark of their definition; in the
-- other schema, views of a known name that read one of these.
CREATE FUNCTION reporting_relations(schema_name text)
    RETURNS TABLE (relation oid, schema text, name text, kind "char", populated boolean, mark text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
    WITH summary AS (
        SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispopulated, d.mark
        FROM pg_catalog.pg_namespace AS n
             JOIN pg_catalog.pg_class AS c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid,
             LATERAL (SELECT pg_catalog.substring(pg_catalog.obj_description(c.oid,
                 'pg_class'::pg_catalog.name),
                                                  '\[education_flow ([0-9a-f]{32})\]$') AS mark) AS d
        WHERE n.nspname OPERATOR(pg_catalog.=) (schema_name OPERATOR(pg_catalog.||) '_summary')
              AND (c.relkind OPERATOR(pg_catalog.=) 'm' OR c.relkind OPERATOR(pg_catalog.=) 'v')
              AND d.mark IS NOT NULL
    ), known AS (
        SELECT v.name OPERATOR(pg_catalog.||) t.suffix AS name
        FROM reporting_views() AS v, (VALUES (''), ('_total')) AS t (suffix)
        UNION ALL
        SELECT o.source OPERATOR(pg_catalog.||) '_quality'
        FROM reporting_options() AS o
        WHERE o.key OPERATOR(pg_catalog.=) 'table'
        UNION ALL
        SELECT 'freshness'
    ), view AS (
        SELECT c.oid, n.nspname, c.relname, c.relkind
        FROM pg_catalog.pg_namespace AS n
             JOIN pg_catalog.pg_class AS c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid
             JOIN known AS k ON k.name OPERATOR(pg_catalog.=) c.relname
        WHERE n.nspname OPERATOR(pg_catalog.=) schema_name AND c.relkind OPERATOR(pg_catalog.=) 'v'
              AND EXISTS (SELECT
                          FROM pg_catalog.pg_rewrite AS r
                               JOIN pg_catalog.pg_depend AS d
                                    ON d.classid OPERATOR(pg_catalog.=)
                                       'pg_catalog.pg_rewrite'::pg_catalog.regclass
                                       AND d.objid OPERATOR(pg_catalog.=) r.oid
                                       AND d.refclassid OPERATOR(pg_catalog.=)
                                           'pg_catalog.pg_class'::pg_catalog.regclass
                               JOIN summary AS s ON s.oid OPERATOR(pg_catalog.=) d.refobjid
                          WHERE r.ev_class OPERATOR(pg_catalog.=) c.oid)
    )
    SELECT s.oid, s.nspname::pg_catalog.text, s.relname::pg_catalog.text, s.relkind, s.relispopulated, s.mark
    FROM summary AS s
    UNION ALL
    SELECT v.oid, v.nspname::pg_catalog.text, v.relname::pg_catalog.text, v.relkind, true, NULL
    FROM view AS v
    ORDER BY 1;
END;
COMMENT ON FUNCTION reporting_relations(text) IS
    'relations that reporting_ddl made: those of the summaries with the mark of their '
    'definition, and the views';

-- Checks the owners of existing relations. The owner of a schema or a view decides what it does, also
-- tomorrow. So an existing relation is used only if it belongs to the role that uses it or to a
-- superuser; then nobody else can change it later. A mark in a comment proves nothing by itself, since
-- every owner can write one.
--
-- path is current_schemas(true) of the caller; null where no names are looked up. A refresh runs as the
-- owner of the materialized view, so everything must be safe for that role. A superuser refreshes
-- nobody else's.
CREATE FUNCTION reporting_check(schema_name text, path name[], refresh boolean) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    store        constant oid := to_regnamespace(quote_ident(schema_name || '_summary'));
    first_schema name;
    other        record;
BEGIN
    SELECT p.name INTO first_schema
    FROM unnest(path) WITH ORDINALITY AS p (name, place)
    WHERE p.name !~ '^pg_temp_'
    ORDER BY p.place
    LIMIT 1;
    IF first_schema <> 'pg_catalog' THEN
        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = 'search_path has a schema before pg_catalog',
            DETAIL = format('It is "%s": what is in it would take the place of functions of PostgreSQL in '
                            'the views.', first_schema),
            HINT = 'Leave pg_catalog out of search_path: it comes first then.';
    END IF;

    SELECT o.what, r.rolname AS owner, u.rolname AS role INTO other
    FROM (SELECT format('schema %I', n.nspname) AS what, n.nspowner AS owner, 1 AS step, n.oid
          FROM pg_namespace AS n
          WHERE n.nspname = schema_name || '_summary' OR n.nspname = schema_name AND NOT refresh
          UNION ALL
          SELECT format('%I.%I', n.nspname, c.relname), c.relowner, 2, c.oid
          FROM pg_namespace AS n JOIN pg_class AS c ON c.relnamespace = n.oid
          WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
                AND (n.nspname = schema_name || '_summary'
                     OR n.nspname = schema_name AND NOT refresh
                        AND EXISTS (SELECT
                                    FROM pg_rewrite AS w
                                         JOIN pg_depend AS d
                                              ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                                                 AND d.refclassid = 'pg_class'::regclass
                                         JOIN pg_class AS s ON s.oid = d.refobjid
                                    WHERE w.ev_class = c.oid AND s.relnamespace = store))
         ) AS o
         JOIN pg_roles AS r ON r.oid = o.owner,
         -- the role that must be safe
         (SELECT s.rolname
          FROM pg_roles AS s
          WHERE s.rolname = current_user AND (s.rolsuper OR NOT refresh)
          UNION
          SELECT s.rolname
          FROM pg_class AS c JOIN pg_roles AS s ON s.oid = c.relowner
          WHERE refresh AND c.relkind = 'm' AND c.relnamespace = to_regnamespace(quote_ident(schema_name
              || '_summary'))) AS u
    WHERE NOT r.rolsuper AND r.rolname <> u.rolname
          -- pg_database_owner, which owns the schema public, has one member: the owner of the database
          AND NOT (r.rolname = 'pg_database_owner'
                   AND EXISTS (SELECT
                               FROM pg_database AS d JOIN pg_roles AS b ON b.oid = d.datdba
                               WHERE d.datname = current_database()
                                   AND (b.rolsuper OR b.rolname = u.rolname)))
    ORDER BY o.step, o.oid, u.rolname <> current_user
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'what would be used belongs to another role',
            DETAIL = format('The owner of %s is "%s", who could put other code into it; it '
                            'must be "%s" or a superuser.',
                            other.what, other.owner, other.role),
            HINT = 'Choose another schema for the views, or have it dropped. If it is meant to be '
                   'there, do this as its owner.';
    END IF;
    RETURN true;
END
$function$;
COMMENT ON FUNCTION reporting_check(text, name[], boolean) IS
    'internal to reporting_ddl and reporting_refresh_ddl: true if nothing that they use belongs to '
    'somebody else, or an error';

CREATE FUNCTION reporting_refresh_ddl(schema_name text) RETURNS SETOF text
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    -- the quality of the rows first, since it tells why another may fail; a view that was never filled
    -- cannot be refreshed concurrently
    SELECT pg_catalog.format('REFRESH MATERIALIZED VIEW %s%I.%I',
                             CASE WHEN r.populated THEN 'CONCURRENTLY ' ELSE '' END, r.schema, r.name)
    FROM reporting_relations(schema_name) AS r,
         reporting_check(schema_name, NULL::pg_catalog.name[], true) AS c (safe)
    WHERE r.kind OPERATOR(pg_catalog.=) 'm' AND c.safe
    ORDER BY r.name OPERATOR(pg_catalog.!~) '_(quality|doubts)$', r.relation;
END;
COMMENT ON FUNCTION reporting_refresh_ddl(text) IS
    'statements that refresh what reporting_ddl made, for \gexec or pg_cron; none '
    'where nothing is materialized';

CREATE FUNCTION reporting_drop_ddl(schema_name text) RETURNS SETOF text
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
    SELECT d.statement
    FROM (SELECT pg_catalog.format('DROP %s %I.%I',
                                   CASE WHEN r.kind OPERATOR(pg_catalog.=) 'm' THEN 'MATERIALIZED VIEW'
                                        ELSE 'VIEW' END,
                                   r.schema, r.name) AS statement,
                 -- views of the tool first, then summaries, readers before the views that they read
                 CASE WHEN r.mark IS NULL THEN 0 ELSE 1 END AS step,
                 OPERATOR(pg_catalog.-) (r.relation::pg_catalog.int8) AS place
          FROM reporting_relations(schema_name) AS r
          UNION ALL
          -- a schema that it made, unless somebody else put something there
          SELECT pg_catalog.format('DROP SCHEMA %I', n.nspname), 2,
                 pg_catalog.length(n.nspname::pg_catalog.text)
          FROM pg_catalog.pg_namespace AS n
          WHERE (n.nspname OPERATOR(pg_catalog.=) schema_name
                 OR n.nspname OPERATOR(pg_catalog.=) (schema_name OPERATOR(pg_catalog.||) '_summary'))
                AND pg_catalog.obj_description(n.oid, 'pg_namespace'::pg_catalog.name)
                    OPERATOR(pg_catalog.~) '\[education_flow\]$'
                AND NOT EXISTS (SELECT
                                FROM pg_catalog.pg_depend AS d
                                WHERE d.refclassid OPERATOR(pg_catalog.=)
                                      'pg_catalog.pg_namespace'::pg_catalog.regclass
                                      AND d.refobjid OPERATOR(pg_catalog.=) n.oid
                                      AND NOT (d.classid OPERATOR(pg_catalog.=)
                                               'pg_catalog.pg_class'::pg_catalog.regclass
                                               AND EXISTS (SELECT
                                                           FROM reporting_relations(schema_name) AS r
                                                           WHERE r.relation OPERATOR(pg_catalog.=) d.objid)))
         ) AS d
    ORDER BY d.step, d.place;
END;
COMMENT ON FUNCTION reporting_drop_ddl(text) IS
    'statements that drop what reporting_ddl made, and nothing else, for \gexec';
