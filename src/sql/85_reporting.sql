-- Reporting: the DDL of a schema of views. Nothing here executes what it
-- writes: a DBA reads the statements, and runs them with \gexec.
--
-- Names come from people, so each goes through format()'s %I or %L, once, and a
-- template is filled in one pass: what was put in is not looked at again.

-- Bodies in BEGIN ATOMIC are read by CREATE EXTENSION, with the schema of the
-- extension on the search_path: there every name of PostgreSQL's has its schema,
-- and functions of ours get arguments of exactly their types.

-- What reporting_ddl() made, in the order in which it is made. Of the schema of
-- summaries those whose comment ends with the mark of their definition; of the
-- other schema views of a known name that read one of these.
CREATE FUNCTION reporting_relations(schema_name text)
    RETURNS TABLE (relation oid, schema text, name text, kind "char", populated boolean, mark text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
    WITH summary AS (
        SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispopulated, d.mark
        FROM pg_catalog.pg_namespace AS n
             JOIN pg_catalog.pg_class AS c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid,
             LATERAL (SELECT pg_catalog.substring(pg_catalog.obj_description(c.oid, 'pg_class'::pg_catalog.name),
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
                                    ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                                       AND d.objid OPERATOR(pg_catalog.=) r.oid
                                       AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
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
    'relations that reporting_ddl made: those of the summaries with the mark of their definition, and the views';

-- Who owns a schema or a view decides what it does, tomorrow too. So what is there
-- already is used only if it belongs to the role that uses it or to a superuser:
-- then nobody else can change it, and it need not be looked at again. A mark in a
-- comment proves nothing by itself, since every owner can write one.
--
-- path is current_schemas(true) of the caller; null where no names are looked up.
-- What is refreshed is run as the owner of the materialized view, so that it is for
-- that role that the rest must be safe. A superuser refreshes nobody else's.
CREATE FUNCTION reporting_check(schema_name text, path name[], refresh boolean) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
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
            DETAIL = format('It is "%s": what is in it would take the place of functions of PostgreSQL in the views.', first_schema),
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
                                         JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                                                                AND d.refclassid = 'pg_class'::regclass
                                         JOIN pg_class AS s ON s.oid = d.refobjid
                                    WHERE w.ev_class = c.oid AND s.relnamespace = to_regnamespace(quote_ident(schema_name || '_summary'))))
         ) AS o
         JOIN pg_roles AS r ON r.oid = o.owner,
         -- for whom it must be safe
         (SELECT s.rolname
          FROM pg_roles AS s
          WHERE s.rolname = current_user AND (s.rolsuper OR NOT refresh)
          UNION
          SELECT s.rolname
          FROM pg_class AS c JOIN pg_roles AS s ON s.oid = c.relowner
          WHERE refresh AND c.relkind = 'm' AND c.relnamespace = to_regnamespace(quote_ident(schema_name || '_summary'))) AS u
    WHERE NOT r.rolsuper AND r.rolname <> u.rolname
          -- the schema public is that of the owner of the database, who is somebody
          AND NOT (r.rolname = 'pg_database_owner'
                   AND EXISTS (SELECT
                               FROM pg_database AS d JOIN pg_roles AS b ON b.oid = d.datdba
                               WHERE d.datname = current_database() AND (b.rolsuper OR b.rolname = u.rolname)))
    ORDER BY o.step, o.oid, u.rolname <> current_user
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'what would be used belongs to another role',
            DETAIL = format('The owner of %s is "%s", who could put other code into it; it must be "%s" or a superuser.',
                            other.what, other.owner, other.role),
            HINT = 'Choose another schema for the views, or have it dropped. If it is meant to be there, do this as its owner.';
    END IF;
    RETURN true;
END
$function$;
COMMENT ON FUNCTION reporting_check(text, name[], boolean) IS
    'internal to reporting_ddl and reporting_refresh_ddl: true if nothing that they use belongs to somebody else, or an error';

CREATE FUNCTION reporting_refresh_ddl(schema_name text) RETURNS SETOF text
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    -- the quality of the rows first, since it says why another may fail; what has
    -- never been filled cannot be filled concurrently
    SELECT pg_catalog.format('REFRESH MATERIALIZED VIEW %s%I.%I',
                             CASE WHEN r.populated THEN 'CONCURRENTLY ' ELSE '' END, r.schema, r.name)
    FROM reporting_relations(schema_name) AS r,
         reporting_check(schema_name, NULL::pg_catalog.name[], true) AS c (safe)
    WHERE r.kind OPERATOR(pg_catalog.=) 'm' AND c.safe
    ORDER BY r.name OPERATOR(pg_catalog.!~) '_(quality|doubts)$', r.relation;
END;
COMMENT ON FUNCTION reporting_refresh_ddl(text) IS
    'statements that refresh what reporting_ddl made, for \gexec or pg_cron; none where nothing is materialized';

CREATE FUNCTION reporting_drop_ddl(schema_name text) RETURNS SETOF text
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
    SELECT d.statement
    FROM (SELECT pg_catalog.format('DROP %s %I.%I',
                                   CASE WHEN r.kind OPERATOR(pg_catalog.=) 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END,
                                   r.schema, r.name) AS statement,
                 -- views of the tool first, then summaries, what reads them before what they read
                 CASE WHEN r.mark IS NULL THEN 0 ELSE 1 END AS step,
                 OPERATOR(pg_catalog.-) (r.relation::pg_catalog.int8) AS place
          FROM reporting_relations(schema_name) AS r
          UNION ALL
          -- a schema that it made, unless somebody else put something there
          SELECT pg_catalog.format('DROP SCHEMA %I', n.nspname), 2, pg_catalog.length(n.nspname::pg_catalog.text)
          FROM pg_catalog.pg_namespace AS n
          WHERE (n.nspname OPERATOR(pg_catalog.=) schema_name
                 OR n.nspname OPERATOR(pg_catalog.=) (schema_name OPERATOR(pg_catalog.||) '_summary'))
                AND pg_catalog.obj_description(n.oid, 'pg_namespace'::pg_catalog.name)
                    OPERATOR(pg_catalog.~) '\[education_flow\]$'
                AND NOT EXISTS (SELECT
                                FROM pg_catalog.pg_depend AS d
                                WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
                                      AND d.refobjid OPERATOR(pg_catalog.=) n.oid
                                      AND NOT (d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                                               AND EXISTS (SELECT
                                                           FROM reporting_relations(schema_name) AS r
                                                           WHERE r.relation OPERATOR(pg_catalog.=) d.objid)))
         ) AS d
    ORDER BY d.step, d.place;
END;
COMMENT ON FUNCTION reporting_drop_ddl(text) IS
    'statements that drop what reporting_ddl made, and nothing else, for \gexec';

-- By the caller's search_path, and so without one of its own.
CREATE FUNCTION reporting_table(name text) RETURNS oid
    LANGUAGE plpgsql STABLE STRICT
AS $function$
BEGIN
    -- some versions take these for an OID
    IF name OPERATOR(pg_catalog.~) '^([0-9]+|-)$' THEN
        RETURN NULL;
    END IF;
    RETURN pg_catalog.to_regclass(name);
EXCEPTION
    -- no name at all, or one of another database
    WHEN invalid_name OR syntax_error OR feature_not_supported OR undefined_table THEN
        RETURN NULL;
END
$function$;
COMMENT ON FUNCTION reporting_table(text) IS
    'internal to reporting_ddl: the table that a text names, as after FROM; null if none';

-- A mapping that can be meant, with what it leaves out filled in; anything else
-- is an error. Here no name is looked up by a search_path.
CREATE FUNCTION reporting_settings(schema_name text, mapping jsonb, tables jsonb, options jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    source_names constant text[] := '{employment,education,mobility,competence}';
    group_limit  constant integer := 5;
    families     constant jsonb := '{
        "date": ["date"],
        "instant": ["date", "timestamp", "timestamptz"],
        "integer": ["int2", "int4", "int8"],
        "number": ["numeric", "float8", "float4", "int2", "int4", "int8"],
        "person": ["int8", "int4", "int2", "numeric", "uuid", "text", "varchar", "bpchar"],
        "text": ["text", "varchar", "bpchar", "name", "enum", "int2", "int4", "int8", "numeric"],
        "group": ["text", "varchar", "bpchar", "name", "enum", "int2", "int4", "int8", "numeric", "bool", "uuid", "date"]}';

    -- the result, by source, with '' for what is of all:
    setting jsonb := '{}';              -- options by key; relation: the table, quoted
    columns jsonb := '{}';              -- by key an expression over t
    types   jsonb := '{}';              -- by key the name of its type
    plain   jsonb := '{}';              -- columns of the table that are used
    shown   jsonb := '{}';              -- names of grouping columns in the views
    grouped jsonb := '{}';              -- the same as expressions over t
    titles  jsonb := '{}';              -- the same, their comments

    sources   text[];
    source    text;
    option    record;
    given     jsonb;
    item      jsonb;
    family    text;
    wanted    text;
    fits      boolean;
    relation  record;
    secured   record;
    attribute record;
    name      text;
    names     text[];
    expression  text;
    expressions text[];
    readers   text[];
    reader    text;
    home      text;                     -- the schema of this extension, quoted
    assumption record;
BEGIN
    IF schema_name IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'schema_name must not be null',
            HINT = 'Give the name of the schema that shall have the views.';
    ELSIF schema_name IN ('', 'information_schema') OR schema_name ~ '^pg_' OR octet_length(schema_name) > 55 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_name',
            MESSAGE = 'no schema of views can have this name',
            DETAIL = format('The name is "%s".', schema_name),
            HINT = 'Give a name of 1 to 55 bytes that is not the system''s: that of the summaries is longer by _summary.';
    END IF;
    IF mapping IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'mapping must not be null',
            HINT = 'See the rows of reporting_options() for what a mapping says.';
    ELSIF jsonb_typeof(mapping) <> 'object' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'a mapping must be a JSON object',
            DETAIL = format('It is of type %s.', jsonb_typeof(mapping)),
            HINT = 'See the rows of reporting_options() for what a mapping says.';
    END IF;

    SELECT array_agg(s.name ORDER BY s.place) INTO sources
    FROM unnest(source_names) WITH ORDINALITY AS s (name, place)
    WHERE mapping ? s.name;
    IF sources IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'a mapping must name a source of data',
            DETAIL = format('Its keys are %s.', coalesce((SELECT string_agg(format('"%s"', k), ', ') FROM jsonb_object_keys(mapping) AS k), 'none')),
            HINT = format('Give one or more of %s.', array_to_string(source_names, ', '));
    END IF;
    FOREACH source IN ARRAY sources LOOP
        IF jsonb_typeof(mapping -> source) <> 'object' THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = format('"%s" must be a JSON object', source),
                DETAIL = format('It is %s.', mapping -> source),
                HINT = 'See the rows of reporting_options() for what a mapping says.';
        END IF;
    END LOOP;

    -- no key that nobody reads
    FOR option IN
        SELECT p.source, p.key, (SELECT string_agg(o.key, ', ') FROM jsonb_to_recordset(options) AS o (source text, key text)
                                 WHERE o.source = p.source) AS allowed
        FROM (SELECT '' AS source, k AS key FROM jsonb_object_keys(mapping) AS k WHERE k <> ALL (source_names)
              UNION ALL
              SELECT s, k FROM unnest(sources) AS s, jsonb_object_keys(mapping -> s) AS k) AS p
        WHERE NOT EXISTS (SELECT FROM jsonb_to_recordset(options) AS o (source text, key text)
                          WHERE o.source = p.source AND o.key = p.key)
    LOOP
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = CASE option.source WHEN '' THEN 'a mapping has no such key'
                      ELSE format('"%s" has no such key', option.source) END,
            DETAIL = format('The key is "%s".', option.key),
            HINT = format('The keys are %s.', concat_ws(', ', CASE option.source WHEN '' THEN array_to_string(source_names, ', ') END, option.allowed));
    END LOOP;

    ---- the options ----
    FOR option IN
        SELECT * FROM jsonb_to_recordset(options) AS o (source text, key text, kind text, standard jsonb, meaning text)
    LOOP
        CONTINUE WHEN option.source <> '' AND option.source <> ALL (sources);
        given := CASE option.source WHEN '' THEN mapping ELSE mapping -> option.source END -> option.key;
        family := rtrim(split_part(option.kind, ':', 1), '?!');
        wanted := trim(split_part(option.kind, ':', 2));
        fits := true;
        IF family = 'interval' THEN
            BEGIN
                PERFORM (given #>> '{}')::interval;
            EXCEPTION
                WHEN invalid_datetime_format OR datetime_field_overflow OR interval_field_overflow THEN
                    fits := false;
            END;
        END IF;
        IF given IS NULL AND option.kind LIKE '%!' THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = format('"%s" lacks the key "%s"', option.source, option.key),
                DETAIL = format('It means: %s.', option.meaning),
                HINT = 'See the rows of reporting_options() for what a mapping says.';
        ELSIF given IS NULL THEN
            given := coalesce(option.standard, 'null');
        ELSIF NOT (given = 'null' AND option.kind LIKE '%?%' OR CASE family
            WHEN 'integer' THEN jsonb_typeof(given) = 'number'
                 AND CASE WHEN given::text ~ '^[0-9]{1,4}$'
                          THEN given::integer BETWEEN split_part(wanted, ' ', 1)::integer
                                                  AND split_part(wanted, ' ', 2)::integer
                          ELSE false END
            WHEN 'share' THEN jsonb_typeof(given) = 'number'
                 AND CASE WHEN jsonb_typeof(given) = 'number' THEN (given #>> '{}')::numeric BETWEEN 0 AND 1 END
            WHEN 'boolean' THEN jsonb_typeof(given) = 'boolean'
            WHEN 'retirement' THEN given = '"pension_age"'
                 OR jsonb_typeof(given) = 'number' AND given::text ~ '^[0-9]{1,3}$'
            WHEN 'first of month' THEN jsonb_typeof(given) = 'string'
                 AND given #>> '{}' ~ '^[0-9]{4}-(0[1-9]|1[0-2])-01$' AND given #>> '{}' > '0200'
            WHEN 'texts' THEN jsonb_typeof(given) = 'array'
                 AND NOT jsonb_path_exists(given, 'strict $[*] ? (@.type() != "string" && @.type() != "number")')
            WHEN 'roles' THEN jsonb_typeof(given) = 'string' OR jsonb_typeof(given) = 'array'
                 AND NOT jsonb_path_exists(given, 'strict $[*] ? (@.type() != "string")')
            WHEN 'groups' THEN jsonb_typeof(given) = 'array'
            WHEN 'choice' THEN jsonb_typeof(given) = 'string' AND given #>> '{}' = ANY (string_to_array(wanted, ' '))
            WHEN 'scenarios' THEN jsonb_typeof(given) = 'array'
                 AND CASE WHEN jsonb_typeof(given) = 'array' THEN jsonb_array_length(given) <= 20 END
                 AND NOT jsonb_path_exists(given, 'strict $[*] ? (@.type() != "object")')
            ELSE jsonb_typeof(given) = 'string' AND fits END)
        THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = format('"%s" cannot have this value', option.key),
                DETAIL = format('It is %s%s.', CASE option.source WHEN '' THEN '' ELSE format('in "%s" ', option.source) END, given),
                HINT = CASE family
                       WHEN 'integer' THEN format('Give a whole number from %s to %s.', split_part(wanted, ' ', 1), split_part(wanted, ' ', 2))
                       WHEN 'share' THEN 'Give a number from 0 to 1.'
                       WHEN 'boolean' THEN 'Give true or false.'
                       WHEN 'retirement' THEN 'Give an age in years, or "pension_age".'
                       WHEN 'first of month' THEN 'Give the first day of a month, such as "2026-01-01", or leave the key out.'
                       WHEN 'texts' THEN 'Give an array of strings or numbers.'
                       WHEN 'roles' THEN 'Give the name of a role, or an array of names.'
                       WHEN 'groups' THEN 'Give an array of names of columns.'
                       WHEN 'choice' THEN format('Give one of %s.', replace(wanted, ' ', ', '))
                       WHEN 'scenarios' THEN 'Give an array of at most twenty objects, such as {"name": "fewer resign", "factors": {"resignation": 0.8}}.'
                       WHEN 'column' THEN 'Give the name of a column as a string.'
                       WHEN 'interval' THEN 'Give an interval, such as "8 years".'
                       ELSE 'Give a string.' END;
        END IF;
        IF family = 'scenarios' THEN
            given := (
                -- what each leaves out is as it was
                SELECT coalesce(jsonb_agg((SELECT jsonb_object_agg(o.key, o.standard) FROM jsonb_to_recordset(options) AS o (source text, key text, standard jsonb)
                                           WHERE o.source = 'scenario' AND o.standard IS NOT NULL) || s.item ORDER BY s.place), '[]')
                FROM jsonb_array_elements(given) WITH ORDINALITY AS s (item, place));
            FOR assumption IN
                SELECT s.place, p.key, p.value, o.kind, split_part(o.kind, ': ', 2) AS limits, s.item ->> 'name' AS name,
                       (SELECT string_agg(a.key, ', ') FROM jsonb_to_recordset(options) AS a (source text, key text) WHERE a.source = 'scenario') AS allowed
                FROM jsonb_array_elements(given) WITH ORDINALITY AS s (item, place),
                     LATERAL (SELECT j.key, j.value FROM jsonb_each(s.item) AS j
                              UNION ALL SELECT 'name', NULL WHERE NOT s.item ? 'name') AS p
                     LEFT JOIN jsonb_to_recordset(options) AS o (source text, key text, kind text) ON o.source = 'scenario' AND o.key = p.key
            LOOP
                IF assumption.kind IS NULL THEN
                    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                        MESSAGE = 'a scenario has no such key',
                        DETAIL = format('The key is "%s", in scenario %s.', assumption.key, assumption.place),
                        HINT = format('The keys are %s.', assumption.allowed);
                ELSIF NOT coalesce(CASE assumption.kind
                    WHEN 'name!' THEN jsonb_typeof(assumption.value) = 'string' AND octet_length(assumption.name) BETWEEN 1 AND 255
                    WHEN 'factors' THEN jsonb_typeof(assumption.value) = 'object'
                         AND NOT jsonb_path_exists(assumption.value, 'strict $.* ? (@.type() != "number")')
                         AND NOT jsonb_path_exists(assumption.value, 'strict $.* ? (@ < 0 || @ > 1000)')
                    ELSE jsonb_typeof(assumption.value) = 'number'
                         AND (assumption.value #>> '{}')::numeric BETWEEN split_part(assumption.limits, ' ', 1)::numeric AND split_part(assumption.limits, ' ', 2)::numeric
                         AND (assumption.kind NOT LIKE 'whole%' OR (assumption.value #>> '{}')::numeric % 1 = 0) END, false)
                THEN
                    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                        MESSAGE = format('"%s" of a scenario cannot have this value', assumption.key),
                        DETAIL = format('It is %s in scenario %s.', coalesce(assumption.value::text, 'not there'), assumption.place),
                        HINT = CASE assumption.kind
                               WHEN 'name!' THEN 'Give a name of 1 to 255 bytes.'
                               WHEN 'factors' THEN 'Give an object of numbers from 0 to 1000 by reason, such as {"resignation": 0.8}.'
                               ELSE format('Give a%s number from %s to %s.', CASE WHEN assumption.kind LIKE 'whole%' THEN ' whole' ELSE '' END,
                                           split_part(assumption.limits, ' ', 1), split_part(assumption.limits, ' ', 2)) END;
                END IF;
            END LOOP;
            SELECT n INTO name
            FROM (SELECT '(as observed)' AS n UNION ALL SELECT s ->> 'name' FROM jsonb_array_elements(given) AS s) AS u
            GROUP BY n COLLATE "C", n HAVING count(*) > 1 LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                    MESSAGE = 'two scenarios have one name',
                    DETAIL = format('The name is "%s".', name),
                    HINT = 'Give another name. What is as it was is there already, as "(as observed)".';
            END IF;
        END IF;
        -- a code is a word: 2 and 2.0 are '2', as in the aggregates
        IF family = 'texts' AND given <> 'null' THEN
            given := coalesce((SELECT jsonb_agg(CASE jsonb_typeof(g.code) WHEN 'number' THEN to_jsonb(trim_scale((g.code #>> '{}')::numeric)::text) ELSE g.code END
                                                ORDER BY g.place)
                               FROM jsonb_array_elements(given) WITH ORDINALITY AS g (code, place)), '[]');
        END IF;
        setting := jsonb_set(setting, ARRAY[option.source], coalesce(setting -> option.source, '{}')
                             || jsonb_build_object(option.key, given));

        ---- a table ----
        IF family = 'table' THEN
            IF tables ->> option.source IS NULL THEN
                RAISE EXCEPTION USING ERRCODE = 'undefined_table',
                    MESSAGE = format('the table of "%s" does not exist', option.source),
                    DETAIL = format('It is %s.', given),
                    HINT = 'Give it as after FROM: with its schema where search_path does not have it, in double quotes where SQL needs them.';
            END IF;
            SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relkind, c.oid INTO relation
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.oid = (tables ->> option.source)::oid;
            IF relation.relkind NOT IN ('r', 'p', 'v', 'm', 'f') THEN
                RAISE EXCEPTION USING ERRCODE = 'wrong_object_type',
                    MESSAGE = format('the table of "%s" is neither a table nor a view', option.source),
                    DETAIL = format('It is %s.', given),
                    HINT = 'Give a table, a view, a materialized view or a foreign table.';
            END IF;
            -- policies of the tables behind it, and by whose rights they are read: a view with
            -- security_invoker is as if it was not there; another lends its owner's rights to whoever
            -- reads it; a materialized view has stored what its owner saw
            FOR secured IN
                WITH RECURSIVE behind (oid, lender, storer) AS (
                    SELECT relation.oid, NULL::oid, NULL::oid
                    UNION
                    SELECT d.refobjid,
                           CASE WHEN v.relkind = 'm' THEN v.oid
                                WHEN coalesce((SELECT o.option_value::boolean FROM pg_options_to_table(v.reloptions) AS o
                                               WHERE o.option_name = 'security_invoker'), false) THEN b.storer
                                ELSE v.oid END,
                           CASE WHEN v.relkind = 'm' THEN v.oid ELSE b.storer END
                    FROM behind AS b
                         JOIN pg_class AS v ON v.oid = b.oid AND v.relkind IN ('v', 'm')
                         JOIN pg_rewrite AS w ON w.ev_class = v.oid
                         JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                                                AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
                )
                SELECT DISTINCT format('%I.%I', n.nspname, c.relname) AS name, v.relkind AS lent_by,
                       CASE WHEN v.oid IS NOT NULL THEN format('%I.%I', m.nspname, v.relname) END AS lender, pg_get_userbyid(v.relowner) AS owner,
                       row_security_active(c.oid) AS active
                FROM behind AS b
                     JOIN pg_class AS c ON c.oid = b.oid AND c.relrowsecurity
                     JOIN pg_namespace AS n ON n.oid = c.relnamespace
                     LEFT JOIN pg_class AS v ON v.oid = b.lender
                     LEFT JOIN pg_namespace AS m ON m.oid = v.relnamespace
                ORDER BY 1, 3
            LOOP
                IF mapping -> 'materialized' IS NOT DISTINCT FROM 'false' THEN
                    -- then each user is to see what the tables show that user
                    IF secured.lent_by = 'm' THEN
                        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
                            MESSAGE = 'a materialized view shows rows that row-level security may hide',
                            DETAIL = format('%s stores rows of %s as "%s" saw them.', secured.lender, secured.name, secured.owner),
                            HINT = 'Give the table itself, or a view over it with security_invoker.';
                    ELSIF secured.lent_by = 'v' THEN
                        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
                            MESSAGE = 'a view shows rows that row-level security may hide',
                            DETAIL = format('%s reads %s with the rights of "%s", whoever reads it.', secured.lender, secured.name, secured.owner),
                            HINT = format('ALTER VIEW %s SET (security_invoker = true), or give the table itself.', secured.lender);
                    END IF;
                ELSIF secured.lent_by = 'm' OR secured.owner <> current_user THEN
                    RAISE WARNING USING
                        MESSAGE = format('row-level security of %s does not hold for this role', secured.name),
                        DETAIL = format('The summaries will count what %s shows, which reads the table as "%s", whoever reads them.', secured.lender, secured.owner),
                        HINT = format('Run the statements as a role that sees what may be published, over views with security_invoker%s.',
                                      CASE secured.lent_by WHEN 'v' THEN format(': ALTER VIEW %s SET (security_invoker = true)', secured.lender) ELSE '' END);
                ELSIF NOT secured.active THEN
                    RAISE WARNING USING
                        MESSAGE = format('row-level security of %s does not hold for this role', secured.name),
                        DETAIL = format('The summaries that "%s" stores will count all rows, whoever reads them.', current_user),
                        HINT = 'Run the statements as a role that sees what may be published, or give "materialized": false.';
                END IF;
            END LOOP;
            setting := jsonb_set(setting, ARRAY[option.source], (setting -> option.source)
                                 || jsonb_build_object('relation', relation.name, 'oid', relation.oid::bigint));
            -- do its rows, or those that a view reads, lie on several nodes, and by which of its columns?
            IF to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
                EXECUTE $query$
                    WITH RECURSIVE behind AS (
                        SELECT $1 AS oid
                        UNION
                        SELECT d.refobjid
                        FROM behind AS b
                             JOIN pg_class AS v ON v.oid = b.oid AND v.relkind = 'v'
                             JOIN pg_rewrite AS w ON w.ev_class = v.oid
                             JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                                                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
                    )
                    SELECT jsonb_build_object('spread', true, 'spread_by',
                                              CASE WHEN p.logicalrelid = $1 THEN pg_catalog.column_to_column_name(p.logicalrelid, p.partkey) END)
                    FROM behind AS b JOIN pg_catalog.pg_dist_partition AS p ON p.logicalrelid = b.oid
                    WHERE p.partmethod <> 'n'
                    ORDER BY p.logicalrelid <> $1
                    LIMIT 1 $query$ INTO item USING relation.oid;
                setting := jsonb_set(setting, ARRAY[option.source], (setting -> option.source) || coalesce(item, '{}'));
            END IF;

        ---- a column, or columns to group by ----
        ELSIF family IN ('column', 'groups') THEN
            names := '{}';
            expressions := '{}';
            FOR item IN SELECT CASE family WHEN 'column' THEN given ELSE e.item END
                        FROM jsonb_array_elements(CASE family WHEN 'column' THEN '[0]' ELSE given END) AS e (item)
            LOOP
                CONTINUE WHEN item = 'null' AND family = 'column';
                -- {"name shown": "column"}, or "column"
                IF jsonb_typeof(item) = 'object' AND family = 'groups'
                   AND (SELECT count(*) FROM jsonb_object_keys(item)) = 1
                THEN
                    SELECT e.key, e.value INTO STRICT name, item FROM jsonb_each(item) AS e;
                ELSE
                    name := item #>> '{}';
                END IF;
                IF jsonb_typeof(item) <> 'string' THEN
                    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                        MESSAGE = format('"%s" cannot have this value', option.key),
                        DETAIL = format('It has the element %s in "%s".', item, option.source),
                        HINT = 'Give the name of a column, or {"name shown": "column"}.';
                END IF;
                SELECT a.attnum, quote_ident(a.attname) AS name, a.atttypid::regtype::text AS type,
                       has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS readable,
                       (SELECT t.typtype = 'd' FROM pg_type AS t WHERE t.oid = a.atttypid) AS is_domain,
                       a.atttypmod <> -1 AS has_scale,
                       -- summaries tell texts apart by their bytes, and so must all that is said of them
                       CASE WHEN EXISTS (SELECT FROM pg_collation AS l WHERE l.oid = a.attcollation AND NOT l.collisdeterministic)
                            THEN ' COLLATE pg_catalog."C"' ELSE '' END AS bytewise,
                       -- of a domain what it is made of
                       (WITH RECURSIVE base AS (
                            SELECT t.* FROM pg_type AS t WHERE t.oid = a.atttypid
                            UNION ALL
                            SELECT t.* FROM base JOIN pg_type AS t ON t.oid = base.typbasetype WHERE base.typtype = 'd')
                        SELECT CASE base.typtype WHEN 'e' THEN 'enum' ELSE base.typname::text END
                        FROM base
                        WHERE base.typtype = 'e' OR base.typtype = 'b' AND base.typnamespace = 'pg_catalog'::regnamespace)
                       AS base
                INTO attribute
                FROM pg_attribute AS a
                WHERE a.attrelid = (tables ->> option.source)::oid AND a.attnum > 0
                      AND NOT a.attisdropped AND a.attname::text = item #>> '{}';
                IF NOT FOUND THEN
                    RAISE EXCEPTION USING ERRCODE = 'undefined_column',
                        MESSAGE = format('the table of "%s" has no such column', option.source),
                        DETAIL = format('The column is %s, for "%s"; %s has %s.', item, option.key, setting #>> ARRAY[option.source, 'relation'],
                                        (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
                                         WHERE a.attrelid = (tables ->> option.source)::oid AND a.attnum > 0 AND NOT a.attisdropped)),
                        HINT = CASE WHEN option.kind LIKE '%?:%' THEN 'Give the name of its column, or null if there is none.'
                               ELSE 'Give the name of its column, exactly as it is in the table.' END;
                ELSIF attribute.base IS NULL
                      OR NOT (families -> (CASE family WHEN 'groups' THEN 'group' ELSE wanted END)) ? attribute.base
                THEN
                    RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
                        MESSAGE = format('a column of "%s" has a type that does not fit', option.source),
                        DETAIL = format('The column is %s, for "%s", of type %s.', item, option.key, attribute.type),
                        HINT = CASE wanted WHEN 'date' THEN 'Give a column of type date, or put a view over the table that makes one.'
                               ELSE 'Put a view over the table that casts it to a plain type: text, a number or a date.' END;
                END IF;
                IF NOT attribute.readable THEN
                    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
                        MESSAGE = format('permission denied for the table of "%s"', option.source),
                        DETAIL = format('The column is %s, and the role is "%s".', item, current_user),
                        HINT = 'GRANT SELECT on it to the role that shall own the views.';
                END IF;
                plain := jsonb_set(plain, ARRAY[option.source], coalesce(plain -> option.source, '[]') || item);
                names := names || name;
                -- of exactly the type that functions take: no domain, and no type that another can take the place of
                expression := format(CASE
                    WHEN wanted = 'person' AND attribute.base IN ('int2', 'int4') THEN 't.%s::bigint'
                    WHEN wanted IN ('person', 'text') AND attribute.base = 'numeric' THEN 'trim_scale(t.%s::numeric)::text'
                    WHEN wanted = 'person' AND attribute.base NOT IN ('int8', 'uuid', 'text') OR wanted = 'text' AND attribute.base <> 'text' THEN 't.%s::text'
                    WHEN wanted = 'number' AND attribute.base NOT IN ('numeric', 'float8') THEN 't.%s::numeric'
                    WHEN wanted = 'integer' AND attribute.base <> 'int4' THEN 't.%s::integer'
                    -- a group is what is written there: no two days and no two numbers in one, nor one number in two
                    WHEN family = 'groups' AND attribute.base = 'date' THEN
                         'CASE WHEN isfinite(t.%1$s::date) THEN to_char(t.%1$s::timestamp, ''YYYY-MM-DD''::text)'
                         ' || CASE WHEN t.%1$s::date < ''0001-01-01''::date THEN '' BC''::text ELSE ''''::text END ELSE t.%1$s::text END'
                    WHEN family = 'groups' AND attribute.base = 'numeric' AND NOT attribute.has_scale THEN 'trim_scale(t.%s::numeric)::text'
                    WHEN family = 'groups' AND (attribute.base <> 'text' OR attribute.is_domain) THEN 't.%s::text'
                    WHEN attribute.is_domain THEN 't.%s::' || attribute.base
                    ELSE 't.%s' END, attribute.name);
                expressions := expressions || CASE attribute.bytewise WHEN '' THEN expression
                                              ELSE format('(%s%s)', expression, attribute.bytewise) END;
                IF family = 'groups' THEN
                    titles := jsonb_set(titles, ARRAY[option.source], coalesce(titles -> option.source, '{}') || jsonb_build_object(name,
                        coalesce(col_description((tables ->> option.source)::oid, attribute.attnum),
                                 format('grouping column %s of %s', attribute.name, setting #>> ARRAY[option.source, 'relation']))));
                ELSE
                    columns := jsonb_set(columns, ARRAY[option.source], coalesce(columns -> option.source, '{}')
                        || jsonb_build_object(option.key, expressions[1]));
                    types := jsonb_set(types, ARRAY[option.source], coalesce(types -> option.source, '{}')
                        || jsonb_build_object(option.key, attribute.base));
                    -- then all rows of a person are on one node
                    IF wanted = 'person' AND attribute.bytewise = '' AND setting #>> ARRAY[option.source, 'spread_by'] = item #>> '{}' THEN
                        setting := jsonb_set(setting, ARRAY[option.source, 'together'], to_jsonb('t.' || attribute.name));
                    END IF;
                END IF;
            END LOOP;
            IF family = 'groups' THEN
                IF cardinality(names) > group_limit THEN
                    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                        MESSAGE = 'too many columns to group by',
                        DETAIL = format('"%s" has %s, and there are totals over every choice of them.', option.source, cardinality(names)),
                        HINT = format('Group by at most %s columns.', group_limit);
                ELSIF (SELECT count(DISTINCT n) FROM unnest(names) AS n) < cardinality(names) THEN
                    RAISE EXCEPTION USING ERRCODE = 'duplicate_column',
                        MESSAGE = 'two columns to group by have one name',
                        DETAIL = format('"%s" is grouped by %s.', option.source, given),
                        HINT = 'Give one of them another name: {"name shown": "column"}.';
                ELSIF EXISTS (SELECT FROM unnest(names) AS n WHERE n = '' OR octet_length(n) > 63) THEN
                    RAISE EXCEPTION USING ERRCODE = 'invalid_name',
                        MESSAGE = 'no column can have this name',
                        DETAIL = format('"%s" is grouped by %s.', option.source, given),
                        HINT = 'Give a name of 1 to 63 bytes.';
                END IF;
                shown := jsonb_set(shown, ARRAY[option.source], to_jsonb(names));
                grouped := jsonb_set(grouped, ARRAY[option.source], to_jsonb(expressions));
            END IF;
        END IF;
    END LOOP;
    IF setting #>> '{"",as_of}' IS NOT NULL AND setting #>> '{"",as_of_lag}' <> '0' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'as_of and as_of_lag are given',
            DETAIL = format('They are %s and %s.', setting #> '{"",as_of}', setting #> '{"",as_of_lag}'),
            HINT = 'Leave as_of out: as_of_lag counts from the first day of the current month.';
    END IF;
    readers := CASE jsonb_typeof(setting #> '{"",reader}')
               WHEN 'string' THEN ARRAY[setting #>> '{"",reader}']
               ELSE ARRAY(SELECT jsonb_array_elements_text(setting #> '{"",reader}')) END;
    FOREACH reader IN ARRAY readers LOOP
        IF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = reader) THEN
            RAISE EXCEPTION USING ERRCODE = 'undefined_object',
                MESSAGE = 'a reader is not a role',
                DETAIL = format('The reader is "%s".', reader),
                HINT = 'CREATE ROLE first, or leave the key "reader" out.';
        END IF;
    END LOOP;
    SELECT quote_ident(n.nspname) INTO STRICT home
    FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'education_flow';
    -- a gap that cannot be is refused now, and not by each refresh
    FOREACH source IN ARRAY sources LOOP
        IF setting #> ARRAY[source, 'join_gap'] IS NOT NULL THEN
            EXECUTE format('SELECT %s.spells_agg(NULL::date, NULL::date, NULL::text, $1::interval)', home)
                USING setting #>> ARRAY[source, 'join_gap'];
        END IF;
    END LOOP;
    RETURN jsonb_build_object('home', home, 'readers', readers, 'sources', sources, 'setting', setting, 'columns', columns, 'types', types,
                              'plain', plain, 'shown', shown, 'grouped', grouped, 'titles', titles);
END
$function$;
COMMENT ON FUNCTION reporting_settings(text, jsonb, jsonb, jsonb) IS
    'internal to reporting_ddl: a mapping, checked against the tables, with standard values put in';

-- What the schema of summaries holds, and what shows the quality of the rows:
-- relations to be declared, in order. A relation is a JSON object: summary (is it
-- in that schema?), name, kind (m or v, as in pg_class), query, comment, groups
-- (pairs of column and comment), columns ('name: comment'), index (columns).
--
-- Written for a mark, names of ours have no schema (home is empty), so that the mark
-- stays when the extension moves to another one.
CREATE FUNCTION reporting_summaries(schema_name text, settings jsonb, quality jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    quality_columns constant text[] := ARRAY[
        'problem: what is wrong with the rows',
        'effect: refused: nothing can be counted before they are mended; left out: in no figure; skipped: not in the figures that need what is missing; '
        'ignored: not used; joined: counted as one spell; doubtful: counted, but hardly meant',
        'rows: number of rows',
        'detail: more about them',
        'as_of: the day after the last one observed',
        'refreshed_at: when the rows were counted'];
    freshness_columns constant text[] := ARRAY[
        'source: source of data',
        'table_name: the table it is read from',
        'as_of: the day after the last one observed',
        'observed_from: first day observed; null if all history is',
        'refreshed_at: when the summaries were made',
        'groups: number of groups',
        'rows_skipped: rows that the figures do not know, since a date or another value is missing',
        'rows_left_out: rows that were left out, since the aggregates refuse them'];
    home    constant text := settings ->> 'home';
    store   constant text := quote_ident(schema_name || '_summary');
    stored  constant text := CASE WHEN (settings #> '{setting,"",materialized}')::boolean THEN 'm' ELSE 'v' END;
    -- once for a query, and not once for a row
    as_of   constant text := format('(SELECT p.as_of FROM %s.period AS p)', store);
    doubts  constant boolean := settings #> '{setting,"",doubts}';
    makes   jsonb := '[]';
    fresh   text[] := '{}';             -- queries of the view freshness

    source  text;
    option  jsonb;
    col     jsonb;                      -- its columns as expressions
    shown   text[];                     -- its grouping columns, quoted
    grouped text[];                     -- and as expressions
    years   integer;
    leave_out boolean;
    by_pension_age boolean;             -- does the age of retirement follow the law?
    later   integer;                    -- months
    queries jsonb;                      -- what looks for what is wrong with its rows
    marks   text[];                     -- names of what is wrong with a row, and of what that does
    row_groups jsonb;                   -- columns that tell a row, with comments
    kept    text;                       -- is a row not refused?
    filter  text;
    left_out text;                      -- how many rows are refused, as an expression
    end_date text;
    person   text;                      -- arguments of the aggregates
    join_gap text;
    reason   text;
    contracts boolean;                  -- are rows of a person joined, with what they say beside?
    period  text;
    observed_from text;
    spec    text;
    epoch   text;
    summaries  text[];                  -- names
    aggregates text[];                  -- and expressions
    by_person boolean;                  -- are people counted, and not rows?
    one_first boolean;                  -- are summaries of one person made first?
    scanned text;                       -- the rows
    labels  text[];                     -- grouping columns with their names
    totals  text[];                     -- summaries of groups and totals, as expressions
    counted text[];                     -- names of those whose skipped rows are shown
    inner_columns text[];               -- of groups
    inner_groups  text[];
    middle_groups text[];               -- from one person to groups
    outer_columns text[];               -- of totals over groups
    keys    text;
    grouping_set text;
    all_set integer;                    -- its value for the grand total
    used    text[];                     -- columns of the table that tell a row
    parts   jsonb;                      -- columns of a relation, as reporting_by_shards() makes them of parts
    query   text;
BEGIN
    makes := makes || jsonb_build_object('summary', true, 'name', 'period', 'kind', 'v',
        'comment', 'When all summaries end, by the mapping',
        'columns', ARRAY['as_of: the day after the last one observed, a first day of a month',
                         'year_begin: 1 January of its year'],
        'query', quality #>> '{"",period}');

    FOR source IN SELECT jsonb_array_elements_text(settings -> 'sources') LOOP
        option := settings #> ARRAY['setting', source];
        col := coalesce(settings #> ARRAY['columns', source], '{}');
        shown := ARRAY(SELECT quote_ident(s) FROM jsonb_array_elements_text(settings #> ARRAY['shown', source]) AS s);
        grouped := ARRAY(SELECT jsonb_array_elements_text(settings #> ARRAY['grouped', source]));
        all_set := (1 << cardinality(shown)) - 1;
        years := option ->> 'observed_years';
        leave_out := option -> 'leave_out';
        by_pension_age := option -> 'retirement' IS NOT DISTINCT FROM '"pension_age"';
        queries := quality -> source;
        used := ARRAY(SELECT jsonb_array_elements_text(queries -> 'columns'));
        marks := ARRAY[queries ->> 'problem', queries ->> 'effect'];

        ---- the rows with what is wrong with them ----
        row_groups := (SELECT jsonb_agg(ARRAY[u, coalesce((SELECT col_description(a.attrelid, a.attnum) FROM pg_attribute AS a
                                                           WHERE a.attrelid = (option ->> 'oid')::oid AND a.attname = u),
                                                          format('column of %s', option ->> 'relation'))])
                       FROM unnest(used) AS u);
        -- a barrier, so that both are computed once for a row, however often they are read
        makes := makes || jsonb_build_object('summary', true, 'name', source || '_rows', 'kind', 'v', 'options', ', security_barrier = true',
            'comment', format('Rows of %s with what is wrong with them, for those who may read the table', option ->> 'relation'),
            'groups', row_groups, 'columns', ARRAY[marks[1] || ': what is wrong with the row; null if nothing is', marks[2] || ': what that does'],
            'query', queries ->> 'rows');
        makes := makes || jsonb_build_object('summary', true, 'name', source || '_problem_rows', 'kind', 'v',
            'comment', format('Rows of %s that cannot be counted, for those who may read the table', option ->> 'relation'),
            'groups', row_groups, 'columns', ARRAY[marks[1] || ': what is wrong with the row', marks[2] || ': what that does'],
            'query', format(E'SELECT t.%1$s, t.%2$s, %3$s\nFROM %4$s.%5$s_rows AS t\nWHERE t.%1$s IS NOT NULL', marks[1], marks[2],
                            (SELECT string_agg('t.' || quote_ident(u), ', ') FROM unnest(used) AS u), store, source));

        ---- the summaries of the rows ----
        kept := format('t.%s IS DISTINCT FROM ''left out''', marks[2]);
        filter := CASE WHEN leave_out THEN format(' FILTER (WHERE %s)', kept) ELSE '' END;
        left_out := CASE WHEN leave_out THEN format('count(*) FILTER (WHERE NOT (%s))', kept) ELSE '0::bigint' END;
        end_date := coalesce(col ->> 'end_date', 'NULL::date');
        period := format('(SELECT daterange((p.year_begin - interval ''%s years'')::date, p.as_of) FROM %s.period AS p)', years, store);
        observed_from := format('(SELECT (p.year_begin - interval ''%s years'')::date FROM %s.period AS p)', years, store);
        IF source = 'employment' THEN
            -- with a person, the form of the aggregates that joins the rows of one
            person := coalesce((col ->> 'person') || ', ', '');
            join_gap := CASE WHEN col ? 'person' THEN format(', %L::interval', option ->> 'join_gap') ELSE '' END;
            reason := coalesce(col ->> 'reason', 'NULL::text');
            IF option -> 'retirement_reasons' <> '[]' THEN
                reason := format('CASE WHEN %1$s = ANY (%2$L::text[]) THEN ''retirement''::text ELSE %1$s END', reason,
                                 ARRAY(SELECT jsonb_array_elements_text(option -> 'retirement_reasons')));
            END IF;
            -- a plan that cannot be is refused now, and not by the views
            IF home <> '' THEN
                EXECUTE format('SELECT count(*)
                                FROM %1$s.workforce_project(
                                         (SELECT %1$s.workforce_agg(NULL::date, NULL::date, NULL::date, NULL::text, ''[2000-01-01,2001-01-01)''::daterange)),
                                         $1, NULL::float8[], NULL::float8[], retire_at => $2,
                                         retire_rule => CASE WHEN $4 THEN (SELECT %1$s.retirement_rule_agg(a.born_from, a.age_months)
                                                                           FROM %1$s.pension_age AS a) END,
                                         rates => NULL::%1$s.credible_rates, latest_age => $3, level => 0.8::float8),
                                     %1$s.retention_curve(
                                         (SELECT %1$s.retention_agg(NULL::date, NULL::date, NULL::text, ''[2000-01-01,2001-01-01)''::daterange)),
                                         $5::interval, 0.95::float8, ''log-log''::text)', home)
                    USING (option ->> 'projection_years')::integer,
                          CASE jsonb_typeof(option -> 'retirement') WHEN 'number' THEN (option ->> 'retirement')::integer END,
                          (option ->> 'latest_age')::integer,
                          by_pension_age, option ->> 'retention_every';
            END IF;

            FOR later IN SELECT DISTINCT (s ->> 'retirement_later')::numeric::integer FROM jsonb_array_elements(option -> 'scenarios') AS s LOOP
                CONTINUE WHEN home = '' OR option -> 'retirement' = 'null' OR later = 0;
                EXECUTE format('SELECT count(*)
                                FROM %1$s.workforce_project(
                                         (SELECT %1$s.workforce_agg(NULL::date, NULL::date, NULL::date, NULL::text, ''[2000-01-01,2001-01-01)''::daterange)),
                                         1, retire_rule => CASE WHEN $3 THEN (SELECT %1$s.retirement_rule_agg(a.born_from, a.age_months + $1) FROM %1$s.pension_age AS a)
                                                           ELSE (SELECT %1$s.retirement_rule_agg(''1800-01-01''::date, $4 * 12 + $1)) END, latest_age => $2)', home)
                    USING later, (option ->> 'latest_age')::integer, by_pension_age,
                          CASE jsonb_typeof(option -> 'retirement') WHEN 'number' THEN (option ->> 'retirement')::integer END;
            END LOOP;

            SELECT array_agg(a.name ORDER BY a.place),
                   array_agg(format('%s.workforce_agg(%s%s, %s, %s, %s, (SELECT daterange(%s, %s) FROM %s.period AS p)%s%s)%s',
                                    home, person, col ->> 'birth_date', col ->> 'start_date', end_date, reason,
                                    a.first_day, a.as_of, store, coalesce(', ' || (col ->> 'fte'), ''), join_gap, filter)
                             ORDER BY a.place)
            INTO summaries, aggregates
            FROM (SELECT 0 AS place, 'workforce' AS name, format('(p.year_begin - interval ''%s years'')::date', years) AS first_day, 'p.as_of' AS as_of
                  UNION ALL
                  SELECT y, 'year_' || y, format('(p.year_begin - interval ''%s years'')::date', y),
                         format('(p.year_begin - interval ''%s years'')::date', y - 1)
                  FROM generate_series(1, years) AS y
                  UNION ALL
                  SELECT years + 1, 'forecast_basis', format('(p.year_begin - interval ''%s years'')::date', years + 1),
                         '(p.year_begin - interval ''1 year'')::date') AS a;
            summaries := summaries || 'retention'::text;
            aggregates := aggregates || format('%s.retention_agg(%s%s, %s, %s, %s%s)%s', home, person, col ->> 'start_date', end_date,
                                               reason, period, join_gap, filter);
            IF col ? 'person' THEN
                -- month by month; of those alone whom the workforce knows, so that a day has one headcount
                summaries := summaries || 'mobility'::text;
                aggregates := aggregates || format('%s.mobility_agg(%s''employed''::text, %s, %s, %s, %s%s%s) FILTER (WHERE %s IS NOT NULL%s)',
                                                   home, person, col ->> 'start_date', end_date, reason, period,
                                                   coalesce(', ' || (col ->> 'fte'), ''), join_gap, col ->> 'birth_date',
                                                   CASE WHEN leave_out THEN ' AND ' || kept ELSE '' END);
            END IF;
        ELSIF source = 'education' THEN
            observed_from := 'NULL::date';
            -- a funnel that cannot be, or a day that not every year has
            IF home <> '' THEN
                EXECUTE format('SELECT count(*)
                                FROM %1$s.funnel_output(
                                         (SELECT %1$s.funnel_agg(NULL::text, NULL::date,
                                                                 %1$s.funnel_spec($1, within => $2::interval, as_of => ''2000-01-01''::date, exits => $3, modes => $4))),
                                         ''{}''::float8[], 2000, 1, $5, as_of => NULL::date,
                                         changed_stage => NULL::text, conversion_change => 0::float8)', home)
                    USING ARRAY(SELECT jsonb_array_elements_text(option -> 'stages')), option ->> 'within',
                          ARRAY(SELECT jsonb_array_elements_text(option -> 'exits')),
                          ARRAY(SELECT jsonb_array_elements_text(option -> 'modes')), option ->> 'starts';
            END IF;
            spec := quality #>> '{"",spec}';
            summaries := ARRAY['funnel'];
            aggregates := ARRAY[format('%s.funnel_agg(%s, %s, %s, %s)%s', home, col ->> 'person_id', col ->> 'stage', col ->> 'at', spec, filter)];
        ELSE
            summaries := ARRAY[CASE source WHEN 'mobility' THEN 'mobility' ELSE 'certificates' END];
            IF source = 'competence' THEN
                -- from two years back to one ahead, when nobody has renewed yet
                period := format('(SELECT daterange((p.as_of - interval ''2 years'')::date, (p.as_of + interval ''1 year'')::date, ''[]'') FROM %s.period AS p)', store);
                observed_from := format('(SELECT (p.as_of - interval ''2 years'')::date FROM %s.period AS p)', store);
            END IF;
            -- with reasons, FTE or a gap, the form of the aggregate that joins the rows of one
            contracts := source = 'mobility' AND (col ?| '{reason,fte}' OR option ->> 'join_gap' <> '0 days');
            aggregates := ARRAY[format('%s.mobility_agg(%s, %s, %s, %s, %s%s)%s', home,
                CASE source WHEN 'mobility' THEN col ->> 'person_id'
                -- a person and a module are one; the length keeps person 1 in 23 from person 12 in 3
                ELSE format('length(%1$s::text)::text || '' ''::text || %1$s::text || %2$s', col ->> 'person_id', col ->> 'module') END,
                col ->> CASE source WHEN 'mobility' THEN 'state' ELSE 'status' END, col ->> 'start_date', end_date,
                CASE WHEN contracts THEN coalesce(col ->> 'reason', 'NULL::text') || ', ' ELSE '' END || period,
                CASE WHEN contracts THEN coalesce(', ' || (col ->> 'fte'), '') || format(', %L::interval', option ->> 'join_gap') ELSE '' END, filter)];
        END IF;

        counted := ARRAY(SELECT s FROM unnest(summaries) AS s
                         WHERE s !~ '^(year_|forecast_basis)' AND (s <> 'mobility' OR source = 'mobility'));

        ---- the materialized view: rows to groups, groups to totals ----
        -- of people all in one scan: who is in two groups is one in the total, and who moves between them left none of it
        by_person := source = 'employment' AND col ? 'person';
        totals := CASE WHEN by_person THEN aggregates ELSE ARRAY(SELECT format('%s.rollup(d.%s)', home, s) FROM unnest(summaries) AS s) END;
        inner_columns := ARRAY(SELECT format('%s AS %s', g, s) FROM unnest(grouped, shown) AS u (g, s));
        inner_groups := grouped;
        IF source = 'education' THEN
            epoch := coalesce('coalesce(' || (col ->> 'epoch') || ', 0)',
                              format('coalesce(extract(year FROM (%s.funnel_steps(%s, %s, %s) FILTER (WHERE %s IS NOT NULL%s))[1]%s)::integer, 0)',
                                     home, col ->> 'stage', col ->> 'at', spec, col ->> 'person_id', CASE WHEN leave_out THEN ' AND ' || kept ELSE '' END,
                                     CASE settings #>> '{types,education,at}' WHEN 'date' THEN '' ELSE ' AT TIME ZONE ''UTC''' END));
            inner_columns := inner_columns || (epoch || ' AS epoch');
            -- the year of a person's chain is that of the first step: one person at a time
            inner_groups := inner_groups || CASE WHEN col ? 'epoch' THEN epoch ELSE col ->> 'person_id' END;
            IF leave_out AND NOT col ? 'epoch' THEN
                -- rows that are left out are of no year, even where the person's other rows are
                inner_groups := inner_groups || kept;
            END IF;
        END IF;
        one_first := source = 'education' AND NOT col ? 'epoch';
        scanned := CASE WHEN leave_out THEN format('%s.%s_rows', store, source) ELSE option ->> 'relation' END;
        IF by_person AND option ? 'spread' THEN
            -- a person can be in many groups, and in the totals over them once: that is done where all rows are
            scanned := format('(SELECT %s FROM %s AS t OFFSET 0)',
                              (SELECT string_agg('t.' || quote_ident(u), ', ') FROM unnest(used) AS u) || CASE WHEN leave_out THEN ', t.' || marks[2] ELSE '' END, scanned);
        END IF;
        inner_columns := inner_columns
            || ARRAY(SELECT format('%s AS %s', a, s) FROM unnest(aggregates, summaries) AS u (a, s))
            || (left_out || ' AS rows_left_out');
        keys := array_to_string(ARRAY(SELECT 'd.' || s FROM unnest(shown) AS s), ', ');
        middle_groups := ARRAY(SELECT 'd.' || s FROM unnest(shown) AS s) || CASE source WHEN 'education' THEN ARRAY['d.epoch'] ELSE '{}' END;
        grouping_set := CASE WHEN keys = '' THEN '0' ELSE format('GROUPING(%s)', keys) END;
        -- a value that is called so is shown in quotes, and one in quotes in more
        outer_columns := ARRAY(SELECT format(E'CASE WHEN GROUPING(d.%1$s) = 1 THEN ''(total)''::text WHEN d.%1$s IS NULL THEN ''(missing)''::text'
                                             ' WHEN d.%1$s ~ ''^"*[(](total|missing)[)]"*$''::text THEN ''"''::text || d.%1$s || ''"''::text ELSE d.%1$s END AS %1$s', s) FROM unnest(shown) AS s)
            || (grouping_set || ' AS grouping_set')
            || CASE WHEN source = 'education' THEN ARRAY['CASE WHEN GROUPING(d.epoch) = 1 THEN 0 ELSE d.epoch END AS epoch',
                                                         'GROUPING(d.epoch) = 1 AS every_epoch'] ELSE '{}' END
            || ARRAY(SELECT format('%s AS %s', u.total, u.name) FROM unnest(totals, summaries) AS u (total, name))
            -- a view need not open a summary again for each of its rows
            || ARRAY(SELECT format('coalesce(%s.skipped(%s), 0::bigint) AS skipped_%s', home, u.total, u.name)
                     FROM unnest(totals, summaries) AS u (total, name) WHERE u.name = ANY (counted))
            || CASE WHEN by_pension_age
                    THEN ARRAY[format('(SELECT %1$s.retirement_rule_agg(a.born_from, a.age_months) FROM %1$s.pension_age AS a) AS retirement_rule', home)]
                    ELSE '{}' END
            || ARRAY[as_of || ' AS as_of', observed_from || ' AS observed_from',
                     CASE WHEN NOT by_person THEN 'coalesce(sum(d.rows_left_out), 0)::bigint'
                     ELSE left_out END || ' AS rows_left_out',
                     -- in one row, so that a refresh need not write the others again
                     format('CASE WHEN %s = %s%s THEN CURRENT_TIMESTAMP END AS refreshed_at', grouping_set, all_set,
                            CASE source WHEN 'education' THEN ' AND GROUPING(d.epoch) = 1' ELSE '' END)];
        query := format(CASE WHEN by_person THEN E'SELECT %1$s\nFROM %3$s AS t%2$s%5$s'
                        -- one person at a time makes many rows: to groups first, and from these to totals
                        WHEN one_first THEN E'SELECT %1$s\nFROM (SELECT %6$s\n      FROM (SELECT %2$s\n            FROM %3$s AS t%4$s) AS d%7$s OFFSET 0) AS d%5$s'
                        -- the barrier is for a cluster, which has no totals of groups that are whole on a node
                        ELSE E'SELECT %s\nFROM (SELECT %s\n      FROM %s AS t%s OFFSET 0) AS d%s' END,
            array_to_string(outer_columns, E',\n       '),
            CASE WHEN NOT by_person THEN array_to_string(inner_columns, E',\n             ')
            WHEN keys <> '' THEN format(E',\n     LATERAL (SELECT %s) AS d', array_to_string(ARRAY(SELECT format('%s AS %s', g, s) FROM unnest(grouped, shown) AS u (g, s)), ', '))
            ELSE '' END,
            scanned,
            CASE WHEN inner_groups <> '{}' THEN E'\n      GROUP BY ' || array_to_string(inner_groups, ', ') ELSE '' END,
            CASE WHEN keys <> '' OR source = 'education' THEN E'\nGROUP BY '
                 || concat_ws(', ', CASE WHEN keys <> '' THEN format('CUBE (%s)', keys) END,
                              CASE source WHEN 'education' THEN 'GROUPING SETS ((d.epoch), ())' END) ELSE '' END,
            concat_ws(', ', nullif(array_to_string(middle_groups, ', '), ''), (SELECT string_agg(format('%s.rollup(d.%s) AS %2$s', home, n), ', ') FROM unnest(summaries) AS n),
                      'sum(d.rows_left_out)::bigint AS rows_left_out'),
            CASE WHEN middle_groups <> '{}' THEN E'\n      GROUP BY ' || array_to_string(middle_groups, ', ') ELSE '' END);
        parts := (SELECT coalesce(jsonb_agg(ARRAY[s, 'text']), '[]') FROM unnest(shown) AS s) || '[["grouping_set", "integer"]]'
            || CASE source WHEN 'education' THEN '[["epoch", "integer"], ["every_epoch", "boolean"]]'::jsonb ELSE '[]' END
            || (SELECT jsonb_agg(ARRAY[s, CASE WHEN s ~ '^(year_|forecast_basis)' THEN 'workforce' WHEN s = 'certificates' THEN 'mobility' ELSE s END, 'rollup'])
                FROM unnest(summaries) AS s)
            || (SELECT jsonb_agg(ARRAY[format('coalesce(%1$s.skipped(%1$s.rollup(d.%2$s)), 0::bigint) AS skipped_%2$s', home, s)]) FROM unnest(counted) AS s)
            || (SELECT jsonb_agg(ARRAY[c]) FROM unnest(outer_columns[cardinality(outer_columns) - CASE WHEN by_pension_age THEN 4 ELSE 3 END:cardinality(outer_columns) - 2]) AS c)
            || '[["rows_left_out", "bigint", "sum"]]'
            || jsonb_build_array(ARRAY[format('CASE WHEN d.grouping_set = %s%s THEN CURRENT_TIMESTAMP END AS refreshed_at', all_set,
                                              CASE source WHEN 'education' THEN ' AND d.every_epoch' ELSE '' END)]);
        makes := makes || jsonb_build_object('summary', true, 'name', source, 'kind', stored, 'query', query, 'parts', parts,
            'comment', format('Summaries of %s, by groups and totals over them', option ->> 'relation'),
            'groups', (SELECT jsonb_agg(ARRAY[n, settings #>> ARRAY['titles', source, n]])
                       FROM jsonb_array_elements_text(settings #> ARRAY['shown', source]) AS n),
            'columns', ARRAY(SELECT n || ': summary of the rows of the group' FROM unnest(summaries) AS n)
                       || ARRAY(SELECT format('skipped_%1$s: rows that %1$s does not know, since a date or another value is missing', n)
                                FROM unnest(counted) AS n)
                       || CASE source WHEN 'education' THEN ARRAY['epoch: year in which the chains began; 0 if they did not, or for all years',
                                                                  'every_epoch: is it for all years?'] ELSE '{}' END
                       || CASE WHEN by_pension_age THEN ARRAY['retirement_rule: the pension age in force'] ELSE '{}' END
                       || ARRAY['grouping_set: GROUPING() of the grouping columns: 0 for the groups, more for totals over them',
                                'as_of: the day after the last one observed', 'observed_from: first day observed; null if all history is',
                                'rows_left_out: rows that were left out, since the aggregates refuse them',
                                'refreshed_at: when the summaries were made, in the row of the grand total'],
            'index', array_to_string(shown || CASE source WHEN 'education' THEN ARRAY['grouping_set', 'epoch', 'every_epoch']
                                              ELSE ARRAY['grouping_set'] END, ', '));

        ---- the rates of small groups: how much groups differ ----
        IF source = 'employment' AND option ->> 'rates' = 'credible' THEN
            makes := makes || jsonb_build_object('summary', true, 'name', 'employment_rates', 'kind', stored,
                'comment', format('Exit rates of all groups of %s together, and how much groups differ from them', option ->> 'relation'),
                'columns', ARRAY['place: 1', 'rates: credible rates, which a group is put between'], 'index', 'place',
                'query', format(E'SELECT 1 AS place, %s.credible_rates_agg(s.workforce) AS rates\nFROM %s.employment AS s\nWHERE s.grouping_set = 0', home, store));
        END IF;

        ---- by year of hire: of people the spells that their rows make, by the year in which these begin ----
        IF source = 'employment' THEN
            labels := ARRAY(SELECT format('%s AS %s', g, s) FROM unnest(grouped, shown) AS u (g, s));
            query := CASE WHEN by_person THEN format(
                E'SELECT %1$sd.grouping_set, extract(year FROM w.start_date)::integer AS hire_year,\n'
                '       %2$s.retention_agg(w.start_date, w.end_date, w.reason, %3$s) AS retention\n'
                'FROM (SELECT %4$s AS grouping_set, %2$s.spells_agg(%5$s, %6$s, %7$s%8$s)%9$s AS spells\n'
                '      FROM %10$s AS t%11$s\n'
                '      WHERE %12$s IS NOT NULL\n'
                '      GROUP BY %12$s%13$s) AS d,\n'
                '     LATERAL pg_catalog.unnest(d.spells) AS w\n'
                'WHERE w.start_date >= %14$s AND w.start_date < %15$s\n'
                'GROUP BY %1$sd.grouping_set, extract(year FROM w.start_date)::integer',
                (SELECT coalesce(string_agg('d.' || n || ', ', ''), '') FROM unnest(shown) AS n), home, period,
                array_to_string(outer_columns[:cardinality(shown)] || grouping_set, ', '), col ->> 'start_date', end_date, reason, join_gap, filter,
                scanned,
                CASE WHEN keys <> '' THEN format(', LATERAL (SELECT %s) AS d', array_to_string(labels, ', ')) ELSE '' END,
                col ->> 'person', CASE WHEN keys <> '' THEN format(', CUBE (%s)', keys) ELSE '' END, observed_from, as_of)
            ELSE format(
                E'SELECT %1$s AS grouping_set, d.hire_year, %2$s.rollup(d.retention) AS retention\n'
                'FROM (SELECT %3$sextract(year FROM %4$s)::integer AS hire_year,\n'
                '             %2$s.retention_agg(%4$s, %5$s, %6$s, %7$s) AS retention\n'
                '      FROM %8$s AS t\n'
                '      WHERE %4$s >= %9$s AND %4$s < %10$s%11$s\n'
                '      GROUP BY %12$sextract(year FROM %4$s)::integer OFFSET 0) AS d\n'
                'GROUP BY d.hire_year%13$s',
                array_to_string(outer_columns[:cardinality(shown)] || grouping_set, ', '), home,
                (SELECT coalesce(string_agg(l || ', ', ''), '') FROM unnest(labels) AS l), col ->> 'start_date', end_date, reason, period,
                scanned, observed_from, as_of,
                CASE WHEN leave_out THEN ' AND ' || kept ELSE '' END, (SELECT coalesce(string_agg(g || ', ', ''), '') FROM unnest(grouped) AS g),
                CASE WHEN keys <> '' THEN format(', CUBE (%s)', keys) ELSE '' END) END;
            parts := (SELECT coalesce(jsonb_agg(ARRAY[s, 'text']), '[]') FROM unnest(shown) AS s)
                || '[["grouping_set", "integer"], ["hire_year", "integer"], ["retention", "retention", "rollup"]]';
            makes := makes || jsonb_build_object('summary', true, 'name', 'employment_hired', 'kind', stored, 'query', query, 'parts', parts,
                'comment', format('Retention of those hired in the years observed, of %s, by year of hire, groups and totals over them', option ->> 'relation'),
                'groups', (SELECT jsonb_agg(ARRAY[n, settings #>> ARRAY['titles', source, n]])
                           FROM jsonb_array_elements_text(settings #> ARRAY['shown', source]) AS n),
                'columns', ARRAY['grouping_set: GROUPING() of the grouping columns: 0 for the groups, more for totals over them',
                                 'hire_year: year in which they were hired', 'retention: summary of those hired then'],
                'index', array_to_string(shown || ARRAY['grouping_set', 'hire_year'], ', '));
        END IF;

        ---- what is wrong with the rows, or doubtful: how many, and which ----
        makes := makes || jsonb_build_object('summary', true, 'name', source || '_quality', 'kind', stored,
            'comment', format('Rows of %s that cannot be counted, by what is wrong with them', option ->> 'relation'),
            'columns', quality_columns, 'index', 'problem',
            'query', format(E'SELECT d.problem, d.effect, d.rows, d.detail, %s AS as_of, CURRENT_TIMESTAMP AS refreshed_at\nFROM (%s) AS d (problem, effect, rows, detail)',
                            as_of, queries ->> 'problems'));
        IF doubts THEN
            makes := makes || jsonb_build_object('summary', true, 'name', source || '_doubts', 'kind', stored,
                'comment', format('Rows of %s that are counted but hardly meant, by what is doubtful', option ->> 'relation'),
                'columns', quality_columns, 'index', 'problem',
                'query', format(E'SELECT d.problem, d.effect, d.rows, d.detail, %s AS as_of, CURRENT_TIMESTAMP AS refreshed_at\nFROM (%s) AS d (problem, effect, rows, detail)',
                                as_of, queries ->> 'doubts'));
            makes := makes || jsonb_build_object('summary', true, 'name', source || '_doubtful_rows', 'kind', 'v',
                'comment', format('Rows of %s that are counted but hardly meant, for those who may read the table; one that is doubtful twice is there twice', option ->> 'relation'),
                'groups', row_groups, 'columns', ARRAY[marks[1] || ': what is doubtful', marks[2] || ': what that does'],
                'query', queries ->> 'doubtful');
        END IF;
        makes := makes || jsonb_build_object('summary', false, 'name', source || '_quality', 'kind', 'v',
            'comment', format('Rows of %s that cannot be counted, or are counted but hardly meant, by what is wrong with them (datakvalitet)', option ->> 'relation'),
            'columns', quality_columns,
            'query', format(E'SELECT q.problem, q.effect, q.rows, q.detail, q.as_of, q.refreshed_at\nFROM %1$s.%2$s_quality AS q'
                            '%3$s', store, source,
                            CASE WHEN doubts THEN format(E'\nUNION ALL\nSELECT d.problem, d.effect, d.rows, d.detail, d.as_of, d.refreshed_at\nFROM %s.%s_doubts AS d', store, source) ELSE '' END));
        fresh := fresh || format(E'SELECT %L::text AS source, %L::text AS table_name, s.as_of, s.observed_from, s.refreshed_at,\n'
            '       (SELECT count(*) FROM %3$s.%1$s AS g WHERE g.grouping_set = 0%4$s) AS groups,\n'
            '       s.skipped_%5$s AS rows_skipped, s.rows_left_out\nFROM %3$s.%1$s AS s\nWHERE s.refreshed_at IS NOT NULL',
            source, option ->> 'relation', store, CASE source WHEN 'education' THEN ' AND g.every_epoch' ELSE '' END, summaries[1]);
    END LOOP;
    makes := makes || jsonb_build_object('summary', false, 'name', 'freshness', 'kind', 'v', 'query', array_to_string(fresh, E'\nUNION ALL\n'),
        'comment', 'How fresh the figures are, by source of data', 'columns', freshness_columns);
    RETURN makes;
END
$function$;
COMMENT ON FUNCTION reporting_summaries(text, jsonb, jsonb) IS
    'internal to reporting_ddl: summaries, and views of the quality of rows, as relations to be declared';

-- The views over the summaries, from their templates.
CREATE FUNCTION reporting_queries(schema_name text, settings jsonb, views jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    last_columns constant text[] := ARRAY[
        'as_of: the day after the last one observed',
        'rows_skipped: rows that the figures do not know, since a date or another value is missing',
        'rows_left_out: rows that were left out, since the aggregates refuse them',
        'refreshed_at: when the summaries were made'];
    home    constant text := settings ->> 'home';
    store   constant text := quote_ident(schema_name || '_summary');
    sources constant text[] := ARRAY(SELECT jsonb_array_elements_text(settings -> 'sources'));
    starts  constant text := settings #>> '{setting,education,starts}';
    -- a state; in quotes where it is called as those are who are in none
    state   constant text := 'CASE WHEN %1$s ~ ''^"*[(](came|left)[)]"*$''::text THEN ''"''::text || %1$s || ''"''::text ELSE %1$s END';
    -- one of a series, in which all states together have a name
    all_state constant text := 'CASE WHEN %1$s IS NULL THEN ''(total)''::text WHEN %1$s ~ ''^"*[(]total[)]"*$''::text THEN ''"''::text || %1$s || ''"''::text ELSE %1$s END';
    -- the last arguments of projections and of required intakes, by the alias of the workforce
    retirement constant jsonb := (
        SELECT jsonb_object_agg(a.alias, format(
                   ', retire_at => %s, retire_rule => %s, rates => %s, latest_age => %s, level => 0.8::float8',
                   CASE jsonb_typeof(settings #> '{setting,employment,retirement}')
                   WHEN 'number' THEN settings #>> '{setting,employment,retirement}' ELSE 'NULL::integer' END,
                   CASE jsonb_typeof(settings #> '{setting,employment,retirement}')
                   WHEN 'string' THEN left(a.alias, 1) || '.retirement_rule' ELSE format('NULL::%s.retirement_rule', home) END,
                   CASE WHEN a.alias = 's own' OR settings #>> '{setting,employment,rates}' = 'own' THEN format('NULL::%s.credible_rates', home)
                   ELSE format('%s.credibility(%s.workforce, (SELECT r.rates FROM %s.employment_rates AS r))', home, a.alias, store) END,
                   settings #>> '{setting,employment,latest_age}'))
        FROM (VALUES ('s'), ('e'), ('s own')) AS a (alias));
    -- assumptions, and what everybody assumes
    scenarios constant text := (
        SELECT string_agg(format('(%s, %L::text, %L::text[], %L::float8[], %s, %L::float8, %L::float8, %L::float8)', n.place,
                                 n.item ->> 'name',
                                 ARRAY(SELECT f.key FROM jsonb_each(n.item -> 'factors') AS f ORDER BY f.key COLLATE "C"),
                                 ARRAY(SELECT f.value::text::float8 FROM jsonb_each(n.item -> 'factors') AS f ORDER BY f.key COLLATE "C"),
                                 (n.item ->> 'retirement_later')::numeric::integer, n.item ->> 'working_time', n.item ->> 'hires', n.item ->> 'growth'),
                          E',\n                     ' ORDER BY n.place)
        FROM (SELECT 0 AS place, '{"name": "(as observed)", "factors": {}, "retirement_later": 0, "working_time": 1, "hires": 0, "growth": 0}'::jsonb AS item
              UNION ALL
              SELECT s.place, s.item FROM jsonb_array_elements(settings #> '{setting,employment,scenarios}') WITH ORDINALITY AS s (item, place)) AS n);
    -- how retirement comes later: an age or a rule is another one, and rates move
    later constant text := CASE jsonb_typeof(settings #> '{setting,employment,retirement}')
        WHEN 'number' THEN format('CASE WHEN c.later %% 12 = 0 THEN %1$s + c.later / 12 END AS retire_at, '
                                  'CASE WHEN c.later %% 12 <> 0 THEN (SELECT %2$s.retirement_rule_agg(r.born_from, r.age_months) '
                                  'FROM (SELECT ''1800-01-01''::date AS born_from, %1$s * 12 + c.later AS age_months) AS r) END AS retire_rule, x.rates',
                                  settings #>> '{setting,employment,retirement}', home)
        WHEN 'string' THEN format('NULL::integer AS retire_at, CASE c.later WHEN 0 THEN s.retirement_rule '
                                  'ELSE (SELECT %1$s.retirement_rule_agg(a.born_from, a.age_months + c.later) FROM %1$s.pension_age AS a) END AS retire_rule, x.rates', home)
        ELSE format('NULL::integer AS retire_at, NULL::%1$s.retirement_rule AS retire_rule, %1$s.shift_retirement(x.rates, c.later) AS rates', home) END;
    -- those of the back-test: of the years observed all but the first two, or the last one, are origins
    backtest constant text := (
        SELECT format('CASE WHEN s.workforce IS NOT NULL THEN ARRAY[%s] END, 3, ''as before''::text, NULL::integer, %s, NULL::%3$s.workforce[], NULL::%3$s.credible_rates[]%s',
                      (SELECT string_agg('s.year_' || y, ', ' ORDER BY y DESC) FROM generate_series(1, o.years) AS y),
                      greatest(1, least(3, o.years - 1)), home,
                      replace(retirement ->> 's own', format(', rates => NULL::%s.credible_rates', home), ''))
        FROM (SELECT (settings #>> '{setting,employment,observed_years}')::integer AS years) AS o);
    -- and what comes before them: none of what may change
    change constant text := 'changed_stage => NULL::text, conversion_change => 0::float8';
    makes   jsonb := '[]';
    template record;
    shown   text[];                     -- grouping columns
    parts   jsonb;
    rows    text[];                     -- conditions on groups, and on groups and totals
    staff   text[];                     -- grouping columns of employment and of education
    course  text[];
    staff_totals  integer;              -- bits of those that only one has
    course_totals integer;
    name    text;
BEGIN
    FOR template IN
        SELECT v.source, v.name, v.summary, v.comment, v.columns, v.body
        FROM jsonb_to_recordset(views) AS v (source text, name text, summary text, comment text, columns text[], body text)
        WHERE (v.source = ANY (sources) OR v.source = 'required_intake' AND sources @> '{employment,education}')
              -- months are counted of people
              AND (v.name NOT IN ('employment_series', 'employment_leavers') OR settings #> '{columns,employment,person}' IS NOT NULL)
              AND (v.name <> 'scenarios' OR settings #> '{setting,employment,scenarios}' <> '[]')
    LOOP
        IF template.source <> 'required_intake' THEN
            shown := ARRAY(SELECT jsonb_array_elements_text(settings #> ARRAY['shown', template.source]));
            parts := jsonb_build_object('{retirement}', retirement ->> 's', '{own_retirement}', retirement ->> 's own',
                '{scenarios}', scenarios, '{later}', later,
                '{rates}', CASE settings #>> '{setting,employment,rates}' WHEN 'own' THEN format('%s.credible_rates(s.workforce)', home)
                           ELSE format('%s.credibility(s.workforce, (SELECT r.rates FROM %s.employment_rates AS r))', home, store) END,
                '{observed_years}', settings #> '{setting,employment,observed_years}',
                '{latest_age}', settings #> '{setting,employment,latest_age}',
                '{last}', format(E's.as_of, s.skipped_%s AS rows_skipped, s.rows_left_out,\n'
                                 '       (SELECT r.refreshed_at FROM %s.%s AS r WHERE r.refreshed_at IS NOT NULL) AS refreshed_at',
                                 template.summary, store, template.source));
            rows := ARRAY['s.grouping_set = 0', 'true'];
        ELSE
            -- columns that both sources show are joined, the others totalled
            staff := ARRAY(SELECT jsonb_array_elements_text(settings #> '{shown,employment}'));
            course := ARRAY(SELECT jsonb_array_elements_text(settings #> '{shown,education}'));
            shown := ARRAY(SELECT n FROM unnest(staff) AS n WHERE n = ANY (course));
            staff_totals := (SELECT coalesce(sum(1 << cardinality(staff) - array_position(staff, n)), 0) FROM unnest(staff) AS n WHERE n <> ALL (shown));
            course_totals := (SELECT coalesce(sum(1 << cardinality(course) - array_position(course, n)), 0) FROM unnest(course) AS n WHERE n <> ALL (shown));
            parts := jsonb_build_object('{retirement}', retirement ->> 'e', '{change}', change, '{starts}',
                -- what the intakes begin on, by which method they are found, and until when
                format('%L::text, ''constant''::text, NULL::integer, 0.5::float8', starts),
                '{last}', format(E'e.as_of, e.rows_skipped, e.rows_left_out,\n'
                                 '       (SELECT min(r.refreshed_at) FROM (SELECT a.refreshed_at FROM %1$s.employment AS a\n'
                                 '                                         UNION ALL SELECT b.refreshed_at FROM %1$s.education AS b) AS r) AS refreshed_at',
                                 store),
                '{pipeline}', format(
                    E'-- who has begun already, by year\n'
                    '     LATERAL (SELECT min(b.epoch) AS first_begun,\n'
                    '                     max(b.epoch) AS last_begun, pg_catalog.jsonb_object_agg(b.epoch, b.entered) AS begun\n'
                    '              FROM (SELECT b.epoch, sum(f.entered) AS entered\n'
                    '                    FROM %1$s.education AS b, %2$s.funnel_stages(b.funnel, 0.95::float8) AS f\n'
                    '                    WHERE f.stage_no = 1 AND f.entered > 0 AND NOT b.every_epoch\n'
                    '                          AND b.epoch BETWEEN 1 AND y.first_round - 1\n'
                    '                          AND b.grouping_set = %5$s%8$s\n'
                    '                    GROUP BY b.epoch) AS b) AS b,\n'
                    '     -- and when they come to work; without hires nobody knows at which ages\n'
                    '     LATERAL (SELECT ARRAY(SELECT coalesce(o.arrivals, 0)\n'
                    '                           FROM %2$s.funnel_output(e.funnel,\n'
                    '                                    ARRAY(SELECT coalesce((b.begun ->> n::text)::double precision, 0)\n'
                    '                                          FROM generate_series(b.first_begun, b.last_begun) AS n),\n'
                    '                                    coalesce(b.first_begun, y.first_year), %3$s, %7$L::text,\n'
                    '                                    as_of => e.as_of, %10$s) AS o\n'
                    '                           ORDER BY o.year) AS planned\n'
                    '              OFFSET 0) AS a,     -- computed once, not for each row and use\n'
                    '     -- who comes from elsewhere is not asked of the education\n'
                    '     LATERAL (SELECT ARRAY(SELECT coalesce(w.recruitment_need * %6$s::float8, 0::float8)\n'
                    '                           FROM %2$s.workforce_project(e.workforce, %3$s, NULL::float8[], NULL::float8[]%9$s, working_time => 1::float8) AS w\n'
                    '                           ORDER BY w.year) AS elsewhere\n'
                    '              OFFSET 0) AS h,\n'
                    '     LATERAL (SELECT a.planned, h.elsewhere,\n'
                    '                     ARRAY(SELECT w.gap\n'
                    '                           FROM %2$s.workforce_project(e.workforce, %3$s,\n'
                    '                                    CASE WHEN %2$s.hires(e.workforce) > 0\n'
                    '                                    THEN ARRAY(SELECT u.planned + u.elsewhere\n'
                    '                                               FROM unnest(a.planned, h.elsewhere) WITH ORDINALITY AS u (planned, elsewhere, n)\n'
                    '                                               ORDER BY u.n) END,\n'
                    '                                    NULL::float8[]%9$s, working_time => 1::float8) AS w\n'
                    '                           ORDER BY w.year) AS gap\n'
                    '              OFFSET 0) AS p',
                    store, home, settings #>> '{setting,employment,projection_years}', staff_totals, course_totals,
                    settings #>> '{setting,education,hired_elsewhere}', starts,
                    -- of a total those that are in it: with a group of the staff each
                    (SELECT coalesce(string_agg(format(E'\n                          AND (e.totals & %s > 0 OR b.%2$I = e.%2$I COLLATE pg_catalog."C")', 1 << cardinality(shown) - n.place::integer, n.name), ''), '')
                            || format(E'\n                          AND EXISTS (SELECT FROM %s.employment AS m WHERE m.grouping_set = %s AND m.workforce IS NOT NULL%s)', store, staff_totals,
                                      string_agg(format(' AND m.%1$I = b.%1$I COLLATE pg_catalog."C"', n.name), ''))
                     FROM unnest(shown) WITH ORDINALITY AS n (name, place)),
                    retirement ->> 'e', change),
                '{pairs}', (SELECT jsonb_agg(format(
                    E'%1$s\n'
                    '     -- a round that begins before as_of has begun\n'
                    '     CROSS JOIN LATERAL (SELECT extract(year FROM e.as_of)::integer AS first_year,\n'
                    '                                extract(year FROM e.as_of)::integer\n'
                    '                                    + (to_char(e.as_of::timestamp, ''MM-DD''::text) > %2$L::text)::integer AS first_round) AS y',
                    -- a group of the staff and the education of the same name; totals are over these pairs,
                    -- so that no profession without an education, and no education for another, is in them
                    format(E'(SELECT %1$s0%2$s AS totals, %3$s.rollup(e.workforce) AS workforce, %3$s.rollup(s.funnel) AS funnel, min(e.as_of) AS as_of,\n'
                           '             sum(e.skipped_workforce + s.skipped_funnel)::bigint AS rows_skipped,\n'
                           '             sum(e.rows_left_out + s.rows_left_out)::bigint AS rows_left_out%4$s\n'
                           '      FROM %5$s.employment AS e\n'
                           '           JOIN %5$s.education AS s ON s.every_epoch AND e.grouping_set = %6$s AND s.grouping_set = %7$s\n'
                           '                                       AND s.funnel IS NOT NULL AND e.workforce IS NOT NULL%8$s%9$s) AS e',
                           (SELECT string_agg(format('CASE WHEN GROUPING(e.%1$I) = 1 THEN ''(total)''::text ELSE e.%1$I END AS %1$I, ', n.name), '' ORDER BY n.place)
                            FROM unnest(shown) WITH ORDINALITY AS n (name, place)),
                           (SELECT format(' + GROUPING(%s)', string_agg(format('e.%I', n.name), ', ' ORDER BY n.place)) FROM unnest(shown) WITH ORDINALITY AS n (name, place) HAVING count(*) > 0),
                           home, CASE WHEN settings #>> '{setting,employment,retirement}' = 'pension_age'
                                 THEN format(', (SELECT a.retirement_rule FROM %s.employment AS a WHERE a.refreshed_at IS NOT NULL) AS retirement_rule', store) ELSE '' END,
                           store, staff_totals, course_totals,
                           (SELECT string_agg(format(' AND e.%1$I = s.%1$I COLLATE pg_catalog."C"', n), '') FROM unnest(shown) AS n),
                           (SELECT format(E'\n      GROUP BY %s(%s)', c.cube, string_agg(format('e.%I', n.name), ', ' ORDER BY n.place)) FROM unnest(shown) WITH ORDINALITY AS n (name, place) HAVING count(*) > 0)),
                    starts) ORDER BY c.i) FROM (VALUES (1, ''), (2, 'CUBE ')) AS c (i, cube)));
            -- without one to group by there is a total, and it may be of nothing
            rows := ARRAY[CASE WHEN shown = '{}' THEN 'e.workforce IS NOT NULL' ELSE 'e.totals = 0' END, 'e.workforce IS NOT NULL'];
        END IF;
        SELECT min(n) INTO name FROM unnest(shown) AS n
        WHERE n IN (SELECT split_part(c, ':', 1) FROM unnest(template.columns || last_columns) AS c)
              OR n IN ('grouping_set', 'epoch', 'every_epoch', 'period_no', 'row_no', 'first_year', 'retirement_rule', 'observed_from', 'forecast_basis',
                       'workforce', 'retention', 'funnel', 'mobility', 'certificates', 'spells')
              OR n ~ '^(skipped_[a-z]+|year_[0-9]+)$';
        IF name IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'duplicate_column',
                MESSAGE = 'a column to group by has the name of a column of the views',
                DETAIL = format('The name is "%s", of "%s" and of the view %s.', name, template.source, template.name),
                HINT = format('Group by it under another name: {"another name": "%s"}.', name);
        END IF;
        parts := parts || jsonb_build_object('{schema}', home, '{summaries}', store,
            '{groups}', (SELECT coalesce(string_agg(format(CASE template.source WHEN 'required_intake' THEN 'e.%I, ' ELSE 's.%I, ' END, s.name), '' ORDER BY s.place), '')
                         FROM unnest(shown) WITH ORDINALITY AS s (name, place)),
            '{years}', (SELECT string_agg(format('(extract(year FROM s.as_of)::integer - %1$s, s.year_%1$s)', y), ', ' ORDER BY y)
                        FROM generate_series(1, (settings #>> '{setting,employment,observed_years}')::integer) AS y),
            '{h.state}', format(state, 'h.state'),
            '{a.state}', format(all_state, 'a.state'),
            '{f.from_state}', format(state, 'f.from_state'), '{f.to_state}', format(state, 'f.to_state'),
            '{m.from_state}', format(state, 'm.from_state'), '{m.to_state}', format(state, 'm.to_state'),
            '{hired}', coalesce((SELECT string_agg(format(' AND h.%1$I = s.%1$I', n), '') FROM unnest(shown) AS n), ''),
            '{order}', coalesce('ORDER BY ' || (SELECT string_agg(format('s.%I', n.name), ', ' ORDER BY n.place) FROM unnest(shown) WITH ORDINALITY AS n (name, place)), ''),
            '{fte_unit}', CASE WHEN (settings #> ARRAY['setting', template.source, 'fte_percent'])::boolean THEN ' / 100::float8' ELSE '' END,
            -- is anything known of retirements?
            '{retires}', CASE WHEN settings #>> '{setting,employment,retirement}' IS NOT NULL THEN 'true'
                         WHEN settings #>> '{setting,employment,rates}' = 'own' THEN format('%s.exits(s.workforce, ''retirement''::text) > 0', home)
                         ELSE format('EXISTS (SELECT FROM %s.employment_rates AS r, %s.exit_ratios(r.rates, 0.5::float8) AS q WHERE q.reason = ''retirement''::text)', store, home) END,
            -- does an age stand for the reason?
            '{aged}', CASE WHEN settings #>> '{setting,employment,retirement}' IS NOT NULL THEN 'true' ELSE 'false' END,
            '{backtest}', backtest,
            '{retention_every}', format('interval %L', settings #>> '{setting,employment,retention_every}'),
            '{projection_years}', settings #> '{setting,employment,projection_years}',
            '{stages}', jsonb_array_length(settings #> '{setting,education,stages}'));
        FOR i IN 1 .. CASE WHEN shown = '{}' THEN 1 ELSE 2 END LOOP
            makes := makes || jsonb_build_object('summary', false, 'name', template.name || CASE i WHEN 2 THEN '_total' ELSE '' END, 'kind', 'v',
                'comment', template.comment || CASE WHEN settings #> '{columns,employment,person}' IS NULL AND template.source IN ('employment', 'required_intake')
                                                    THEN '; rows are counted, since the mapping names no person' ELSE '' END || CASE i WHEN 2 THEN '; with totals over groups: choose one value of each grouping column, and add nothing up' ELSE '' END,
                'groups', (SELECT jsonb_agg(ARRAY[n, settings #>> ARRAY['titles', CASE template.source WHEN 'required_intake' THEN 'employment'
                                                                                  ELSE template.source END, n]]) FROM unnest(shown) AS n),
                'columns', template.columns || last_columns,
                -- in one pass: what was put in is not looked at again
                'query', (SELECT string_agg(coalesce((parts || jsonb_build_object('{rows}', rows[i], '{pairs}', parts -> '{pairs}' ->> i - 1)) ->> m.piece[1], m.piece[1]), '' ORDER BY m.place)
                          FROM regexp_matches(template.body, '\{[a-z_.]+\}|[^{]+|\{', 'g') WITH ORDINALITY AS m (piece, place)));
        END LOOP;
    END LOOP;
    RETURN makes;
END
$function$;
COMMENT ON FUNCTION reporting_queries(text, jsonb, jsonb) IS
    'internal to reporting_ddl: the views over the summaries, as relations to be declared';

-- The statements that declare relations. What exists already is ours and of the
-- same definition, or it is an error.
CREATE FUNCTION reporting_statements(schema_name text, makes jsonb, for_marks jsonb, settings jsonb, existing jsonb) RETURNS SETOF text
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 300
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    target  constant text := quote_ident(schema_name);
    store   constant text := quote_ident(schema_name || '_summary');
    readers constant text[] := ARRAY(SELECT jsonb_array_elements_text(settings -> 'readers'));
    -- as here, when the statements run
    checked constant text := format('PERFORM %s.reporting_check(%L::text, pg_catalog.current_schemas(true), false)', settings ->> 'home', schema_name);
    home    constant oid := to_regnamespace(settings ->> 'home');
    made    record;
    name    text;
    reader  text;
BEGIN
    -- a summary is marked by its definition, the same in every encoding; in SQL_ASCII bytes are what they are
    SELECT jsonb_agg(m.item || jsonb_build_object('mark', (
                         SELECT left(encode(sha256(convert_to(f.query, CASE getdatabaseencoding() WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END)), 'hex'), 32)
                         FROM jsonb_to_recordset(for_marks) AS f (name text, query text, summary boolean)
                         WHERE f.name = m.item ->> 'name' AND f.summary AND (m.item -> 'summary')::boolean)) ORDER BY m.place)
    INTO makes
    FROM jsonb_array_elements(makes) WITH ORDINALITY AS m (item, place);
    FOR made IN
        SELECT m.name, m.kind, m.mark, m.summary, n.nspname, e.kind AS existing_kind, e.mark AS existing_mark, m.name = 'period' AS replaced
        FROM jsonb_to_recordset(makes) AS m (name text, kind text, mark text, summary boolean)
             JOIN pg_namespace AS n ON n.nspname = schema_name || CASE WHEN m.summary THEN '_summary' ELSE '' END
             JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = m.name
             LEFT JOIN jsonb_to_recordset(existing) AS e (relation oid, kind text, mark text) ON e.relation = c.oid
    LOOP
        IF made.existing_kind IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'duplicate_table',
                MESSAGE = 'a relation of this name is there already, and was not made for reporting',
                DETAIL = format('It is %I.%I.', made.nspname, made.name),
                HINT = 'Rename it, or choose another schema for the views.';
        ELSIF made.existing_kind <> made.kind OR made.summary AND NOT made.replaced AND made.existing_mark <> made.mark THEN
            RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
                MESSAGE = 'the views were made with another mapping, or by another version',
                DETAIL = format('%I.%I would be another one.', made.nspname, made.name),
                HINT = format('Drop them first: SELECT reporting_drop_ddl(%L) \gexec', schema_name);
        END IF;
    END LOOP;
    SELECT format('%I.%I', e.schema, e.name) INTO name
    FROM jsonb_to_recordset(existing) AS e (schema text, name text)
    WHERE NOT EXISTS (SELECT
                      FROM jsonb_to_recordset(makes) AS m (name text, summary boolean)
                      WHERE m.name = e.name AND e.schema = schema_name || CASE WHEN m.summary THEN '_summary' ELSE '' END);
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = 'the views were made with another mapping, or by another version',
            DETAIL = format('%s would not be there any more.', name),
            HINT = format('Drop them first: SELECT reporting_drop_ddl(%L) \gexec', schema_name);
    END IF;

    FOREACH name IN ARRAY ARRAY[schema_name, schema_name || '_summary'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = name);
        RETURN NEXT format('CREATE SCHEMA %I', name);
        RETURN NEXT format('COMMENT ON SCHEMA %I IS %L', name,
                           CASE name WHEN schema_name THEN 'Views for reporting tools [education_flow]'
                           ELSE format('Summaries that the views of schema %I read [education_flow]', schema_name) END);
    END LOOP;
    -- what was not there may be there by now, and somebody else's
    RETURN NEXT format('DO %L', format('BEGIN %s; END', checked));
    FOR made IN
        SELECT format('%s.%I', CASE WHEN m.summary THEN store ELSE target END, m.name) AS name, m.name AS short,
               CASE m.kind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END AS what,
               m.kind, m.query, m.comment || CASE WHEN m.summary THEN format(' [education_flow %s]', m.mark) ELSE '' END AS comment,
               m.index, m.groups, m.columns, coalesce(m.options, '') AS options,
               EXISTS (SELECT FROM jsonb_to_recordset(existing) AS x (schema text, name text)
                       WHERE x.name = m.name AND m.summary AND x.schema = schema_name || '_summary') AS there
        FROM jsonb_array_elements(makes) WITH ORDINALITY AS e (item, place),
             jsonb_to_record(e.item) AS m (summary boolean, name text, kind text, query text, mark text, comment text, index text, options text,
                                           groups jsonb, columns text[])
        ORDER BY e.place
    LOOP
        IF made.kind = 'v' THEN
            RETURN NEXT format(E'CREATE OR REPLACE VIEW %s WITH (security_invoker = true%s) AS\n%s', made.name, made.options, made.query);
        ELSIF NOT made.there THEN
            RETURN NEXT format(E'CREATE MATERIALIZED VIEW %s AS\n%s\nWITH NO DATA', made.name, made.query);
            RETURN NEXT format('CREATE UNIQUE INDEX %I ON %s (%s)', made.short || '_key', made.name, made.index);
        END IF;
        RETURN NEXT format('COMMENT ON %s %s IS %L', made.what, made.name, made.comment);
        RETURN QUERY
            SELECT format('COMMENT ON COLUMN %s.%I IS %L', made.name, g.item ->> 0, g.item ->> 1)
            FROM jsonb_array_elements(made.groups) AS g (item)
            UNION ALL
            SELECT format('COMMENT ON COLUMN %s.%I IS %L', made.name, split_part(c, ': ', 1), substr(c, strpos(c, ': ') + 2))
            FROM unnest(made.columns) AS c;
    END LOOP;
    FOREACH reader IN ARRAY readers LOOP
        RETURN NEXT format('GRANT USAGE ON SCHEMA %s, %s TO %I', target, store, reader);
        -- on a cluster a view's names are looked up again, by the reader
        IF settings #> '{setting,"",materialized}' = 'false' AND NOT has_schema_privilege(reader, home, 'USAGE')
           AND has_schema_privilege(home, 'USAGE WITH GRANT OPTION') THEN
            RETURN NEXT format('GRANT USAGE ON SCHEMA %s TO %I', settings ->> 'home', reader);
        END IF;
        RETURN QUERY
            SELECT format('GRANT SELECT ON %s.%I TO %I', CASE WHEN m.summary THEN store ELSE target END, m.name, reader)
            FROM jsonb_to_recordset(makes) AS m (name text, summary boolean);
    END LOOP;
    -- last, since rows that are refused then leave all in its place: mend them, and refresh.
    -- Here others' code would run, even where psql goes on after an error.
    RETURN QUERY
        SELECT format('DO %L', format('BEGIN %s; REFRESH MATERIALIZED VIEW %s.%I; END', checked, store, m.name))
        FROM jsonb_array_elements(makes) WITH ORDINALITY AS e (item, place),
             jsonb_to_record(e.item) AS m (name text, kind text)
        WHERE m.kind = 'm'
              AND NOT EXISTS (SELECT FROM jsonb_to_recordset(existing) AS x (schema text, name text, populated boolean)
                              WHERE x.name = m.name AND x.schema = schema_name || '_summary' AND x.populated)
        ORDER BY m.name !~ '_(quality|doubts)$', e.place;
END
$function$;
COMMENT ON FUNCTION reporting_statements(text, jsonb, jsonb, jsonb, jsonb) IS
    'internal to reporting_ddl: the statements that declare relations, but for those that are there already';

CREATE FUNCTION reporting_ddl(schema_name text, mapping jsonb) RETURNS SETOF text
    LANGUAGE sql STABLE ROWS 300
BEGIN ATOMIC
    SELECT t.statement
    FROM (SELECT reporting_settings(
                     schema_name, mapping,
                     -- tables by the caller's search_path
                     (SELECT pg_catalog.jsonb_object_agg(m.key, reporting_table(m.value OPERATOR(pg_catalog.->>) 'table'::pg_catalog.text)::pg_catalog.int8)
                      FROM pg_catalog.jsonb_each(CASE WHEN pg_catalog.jsonb_typeof(mapping) OPERATOR(pg_catalog.=) 'object' THEN mapping
                                                 ELSE '{}' END) AS m
                      WHERE pg_catalog.jsonb_typeof(m.value OPERATOR(pg_catalog.->) 'table'::pg_catalog.text) OPERATOR(pg_catalog.=) 'string'),
                     (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(o)) FROM reporting_options() AS o)) AS settings
          FROM reporting_check(schema_name, pg_catalog.current_schemas(true), false) AS c (safe)
          WHERE c.safe
          OFFSET 0) AS s,
         LATERAL (SELECT m.for_marks, c.checks, reporting_quality(schema_name, s.settings, c.checks) AS quality,
                         reporting_quality(schema_name, m.for_marks, c.checks) AS quality_for_marks
                  FROM (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c)) AS checks FROM reporting_checks() AS c) AS c,
                       (SELECT pg_catalog.jsonb_set(s.settings, '{home}'::pg_catalog.text[], '""'::pg_catalog.jsonb, true) AS for_marks) AS m
                  OFFSET 0) AS q,
         reporting_statements(
             schema_name,
             reporting_by_shards(schema_name, s.settings, q.checks, reporting_summaries(schema_name, s.settings, q.quality))
                 OPERATOR(pg_catalog.||) reporting_queries(schema_name, s.settings,
                                                           (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(v)) FROM reporting_views() AS v)),
             reporting_by_shards(schema_name, q.for_marks, q.checks, reporting_summaries(schema_name, q.for_marks, q.quality_for_marks)),
             s.settings,
             (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r)), '[]') FROM reporting_relations(schema_name) AS r)) AS t (statement);
END;
COMMENT ON FUNCTION reporting_ddl(text, jsonb) IS
    'statements, for \gexec, that declare a schema of views for reporting tools over the tables of a mapping; nothing is executed';

CREATE FUNCTION reporting_quality_query(mapping jsonb) RETURNS SETOF text
    LANGUAGE sql STABLE ROWS 4
BEGIN ATOMIC
    SELECT pg_catalog.format(E'WITH looked_at AS NOT MATERIALIZED (\n%s OFFSET 0)\n'
               'SELECT %L::text AS source, d.problem, d.effect, d.rows, d.detail\nFROM (%s\nUNION ALL\n%s) AS d (problem, effect, rows, detail)\n'
               'ORDER BY pg_catalog.array_position(''{refused,left out,skipped,ignored,doubtful,joined}''::text[], d.effect), d.rows DESC, d.problem',
               r.queries OPERATOR(pg_catalog.->>) 'rows'::pg_catalog.text, r.source,
               r.queries OPERATOR(pg_catalog.->>) 'problems'::pg_catalog.text, r.queries OPERATOR(pg_catalog.->>) 'doubts'::pg_catalog.text)
    FROM (SELECT reporting_settings(
                     'reporting'::pg_catalog.text, mapping,
                     (SELECT pg_catalog.jsonb_object_agg(m.key, reporting_table(m.value OPERATOR(pg_catalog.->>) 'table'::pg_catalog.text)::pg_catalog.int8)
                      FROM pg_catalog.jsonb_each(CASE WHEN pg_catalog.jsonb_typeof(mapping) OPERATOR(pg_catalog.=) 'object' THEN mapping
                                                 ELSE '{}' END) AS m
                      WHERE pg_catalog.jsonb_typeof(m.value OPERATOR(pg_catalog.->) 'table'::pg_catalog.text) OPERATOR(pg_catalog.=) 'string'),
                     (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(o)) FROM reporting_options() AS o)) AS settings
          OFFSET 0) AS s,
         LATERAL (SELECT reporting_quality(NULL::pg_catalog.text, s.settings,
                                           (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c)) FROM reporting_checks() AS c)) AS quality
                  OFFSET 0) AS q,
         LATERAL pg_catalog.jsonb_each(q.quality) AS r (source, queries)
    WHERE r.source OPERATOR(pg_catalog.<>) '';
END;
COMMENT ON FUNCTION reporting_quality_query(jsonb) IS
    'a query for each source of a mapping, for \gexec, that shows what is wrong with the rows of its table before anything is counted; nothing is executed';
