-- Reporting: a mapping, checked and looked up in the catalog.

-- Finds a table by the caller's search_path, and so without one of its own.
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

-- Returns the sources of data that a mapping names, in their order; refuses unknown keys.
CREATE FUNCTION reporting_named(schema_name text, mapping jsonb, options jsonb) RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    source_names constant text[] := '{employment,education,mobility,competence}';
    sources text[];
    source  text;
    option  record;
BEGIN
    IF schema_name IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'schema_name must not be null',
            HINT = 'Give the name of the schema that shall have the views.';
    ELSIF schema_name IN ('', 'information_schema') OR schema_name ~ '^pg_'
        OR octet_length(schema_name) > 55 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_name',
            MESSAGE = 'no schema of views can have this name',
            DETAIL = format('The name is "%s".', schema_name),
            HINT = 'Give a name of 1 to 55 bytes that is not the system''s: that of the '
                'summaries is longer by _summary.';
    ELSIF mapping IS NULL THEN
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
            DETAIL = format('Its keys are %s.', coalesce((SELECT string_agg(format('"%s"', k), ', ')
                                                          FROM jsonb_object_keys(mapping) AS k), 'none')),
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
        SELECT p.source, p.key, (SELECT string_agg(o.key, ', ')
                                 FROM jsonb_to_recordset(options) AS o (source text, key text)
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
            HINT = format('The keys are %s.',
                          concat_ws(', ', CASE option.source
                                          WHEN '' THEN array_to_string(source_names, ', ') END,
                                    option.allowed));
    END LOOP;
    RETURN sources;
END
$function$;
COMMENT ON FUNCTION reporting_named(text, jsonb, jsonb) IS
    'internal to reporting_ddl: the sources of data that a mapping names, or an error';

-- Returns the value that a mapping gives for a key, or the standard value.
CREATE FUNCTION reporting_value(source text, key text, kind text, meaning text, standard jsonb,
                                given jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    family constant text := rtrim(split_part(kind, ':', 1), '?!');
    wanted constant text[] := string_to_array(trim(split_part(kind, ':', 2)), ' ');
    fits   boolean := true;
BEGIN
    IF family = 'interval' THEN
        BEGIN
            PERFORM (given #>> '{}')::interval;
        EXCEPTION
            WHEN invalid_datetime_format OR datetime_field_overflow OR interval_field_overflow THEN
                fits := false;
        END;
    END IF;
    IF given IS NULL AND kind LIKE '%!' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('"%s" lacks the key "%s"', source, key),
            DETAIL = format('It means: %s.', meaning),
            HINT = 'See the rows of reporting_options() for what a mapping says.';
    ELSIF given IS NULL THEN
        given := coalesce(standard, 'null');
    ELSIF NOT (given = 'null' AND kind LIKE '%?%' OR CASE family
        WHEN 'integer' THEN jsonb_typeof(given) = 'number'
             AND CASE WHEN given::text ~ '^[0-9]{1,4}$'
                      THEN given::integer BETWEEN wanted[1]::integer AND wanted[2]::integer ELSE false END
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
        WHEN 'choice' THEN jsonb_typeof(given) = 'string'
             AND given #>> '{}' = ANY (wanted)
        WHEN 'scenarios' THEN jsonb_typeof(given) = 'array'
             AND CASE WHEN jsonb_typeof(given) = 'array' THEN jsonb_array_length(given) <= 20 END
             AND NOT jsonb_path_exists(given, 'strict $[*] ? (@.type() != "object")')
        ELSE jsonb_typeof(given) = 'string' AND fits END)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('"%s" cannot have this value', key),
            DETAIL = format('It is %s%s.', CASE source WHEN '' THEN '' ELSE format('in "%s" ', source) END,
                            given),
            HINT = CASE family
                   WHEN 'integer' THEN format('Give a whole number from %s to %s.', wanted[1], wanted[2])
                   WHEN 'share' THEN 'Give a number from 0 to 1.'
                   WHEN 'boolean' THEN 'Give true or false.'
                   WHEN 'retirement' THEN 'Give an age in years, or "pension_age".'
                   WHEN 'first of month' THEN 'Give the first day of a month, such as '
                                              '"2026-01-01", or leave the key out.'
                   WHEN 'texts' THEN 'Give an array of strings or numbers.'
                   WHEN 'roles' THEN 'Give the name of a role, or an array of names.'
                   WHEN 'groups' THEN 'Give an array of names of columns.'
                   WHEN 'choice' THEN format('Give one of %s.', array_to_string(wanted, ', '))
                   WHEN 'scenarios' THEN 'Give an array of at most twenty objects, such as {"name": "fewer '
                                         'resign", "factors": {"resignation": 0.8}}.'
                   WHEN 'column' THEN 'Give the name of a column as a string.'
                   WHEN 'interval' THEN 'Give an interval, such as "8 years".'
                   ELSE 'Give a string.' END;
    END IF;
    -- a code is a word: 2 and 2.0 are '2', as in the aggregates
    IF family = 'texts' AND given <> 'null' THEN
        given := coalesce((SELECT jsonb_agg(CASE jsonb_typeof(g.code)
                                            WHEN 'number'
                                            THEN to_jsonb(trim_scale((g.code #>> '{}')::numeric)::text)
                                            ELSE g.code END ORDER BY g.place)
                           FROM jsonb_array_elements(given) WITH ORDINALITY AS g (code, place)), '[]');
    END IF;
    RETURN given;
END
$function$;
COMMENT ON FUNCTION reporting_value(text, text, text, text, jsonb, jsonb) IS
    'internal to reporting_ddl: what a mapping gives for a key, or its standard value, or an error';

-- Checks the scenarios; assumptions left out are as observed.
CREATE FUNCTION reporting_scenarios(given jsonb, options jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    assumption record;
    name text;
BEGIN
    given := (
        -- what each leaves out is as it was
        SELECT coalesce(jsonb_agg((SELECT jsonb_object_agg(o.key, o.standard)
                                   FROM jsonb_to_recordset(options) AS o (source text, key text,
                                       standard jsonb)
                                   WHERE o.source = 'scenario' AND o.standard IS NOT NULL) || s.item
                                       ORDER BY s.place), '[]')
        FROM jsonb_array_elements(given) WITH ORDINALITY AS s (item, place));
    FOR assumption IN
        SELECT s.place, p.key, p.value, o.kind, string_to_array(split_part(o.kind, ': ', 2), ' ') AS limits,
               s.item ->> 'name' AS name,
               (SELECT string_agg(a.key, ', ') FROM jsonb_to_recordset(options) AS a (source text, key text)
                WHERE a.source = 'scenario') AS allowed
        FROM jsonb_array_elements(given) WITH ORDINALITY AS s (item, place),
             LATERAL (SELECT j.key, j.value FROM jsonb_each(s.item) AS j
                      UNION ALL SELECT 'name', NULL WHERE NOT s.item ? 'name') AS p
             LEFT JOIN jsonb_to_recordset(options) AS o (source text, key text,
                                                         kind text) ON o.source = 'scenario' AND o.key = p.key
    LOOP
        IF assumption.kind IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = 'a scenario has no such key',
                DETAIL = format('The key is "%s", in scenario %s.', assumption.key, assumption.place),
                HINT = format('The keys are %s.', assumption.allowed);
        ELSIF NOT coalesce(CASE assumption.kind
            WHEN 'name!' THEN jsonb_typeof(assumption.value) = 'string'
                AND octet_length(assumption.name) BETWEEN 1 AND 255
            WHEN 'factors' THEN jsonb_typeof(assumption.value) = 'object'
                 AND NOT jsonb_path_exists(assumption.value, 'strict $.* ? (@.type() != "number")')
                 AND NOT jsonb_path_exists(assumption.value, 'strict $.* ? (@ < 0 || @ > 1000)')
            ELSE jsonb_typeof(assumption.value) = 'number'
                 AND (assumption.value #>> '{}')::numeric BETWEEN assumption.limits[1]::numeric
                                                              AND assumption.limits[2]::numeric
                 AND (assumption.kind NOT LIKE 'whole%'
                      OR (assumption.value #>> '{}')::numeric % 1 = 0) END, false)
        THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = format('"%s" of a scenario cannot have this value', assumption.key),
                DETAIL = format('It is %s in scenario %s.', coalesce(assumption.value::text, 'not there'),
                                assumption.place),
                HINT = CASE assumption.kind
                       WHEN 'name!' THEN 'Give a name of 1 to 255 bytes.'
                       WHEN 'factors' THEN 'Give an object of numbers from 0 to 1000 by reason, '
                                           'such as {"resignation": 0.8}.'
                       ELSE format('Give a%s number from %s to %s.',
                                   CASE WHEN assumption.kind LIKE 'whole%' THEN ' whole' ELSE '' END,
                                   assumption.limits[1], assumption.limits[2]) END;
        END IF;
    END LOOP;
    SELECT n INTO name
    FROM (SELECT '(as observed)' AS n UNION ALL SELECT s ->> 'name'
          FROM jsonb_array_elements(given) AS s) AS u
    GROUP BY n COLLATE "C", n HAVING count(*) > 1 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'two scenarios have one name',
            DETAIL = format('The name is "%s".', name),
            HINT = 'Give another name. What is as it was is there already, as "(as observed)".';
    END IF;
    RETURN given;
END
$function$;
COMMENT ON FUNCTION reporting_scenarios(jsonb, jsonb) IS
    'internal to reporting_ddl: the scenarios of a mapping, with what they leave out filled in, or an error';

-- Finds the policies of the tables behind a relation, and by whose rights they are read: a view with
-- security_invoker makes no difference; another lends its owner's rights to every reader; a
-- materialized view has stored the rows that its owner saw.
CREATE FUNCTION reporting_secured(relation oid, stored boolean) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    secured record;
BEGIN
    FOR secured IN
        WITH RECURSIVE behind (oid, lender, storer) AS (
            SELECT reporting_secured.relation, NULL::oid, NULL::oid
            UNION
            SELECT d.refobjid,
                   CASE WHEN v.relkind = 'm' THEN v.oid
                        WHEN coalesce((SELECT o.option_value::boolean
                                       FROM pg_options_to_table(v.reloptions) AS o
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
               CASE WHEN v.oid IS NOT NULL THEN format('%I.%I', m.nspname, v.relname) END AS lender,
                   pg_get_userbyid(v.relowner) AS owner,
               row_security_active(c.oid) AS active
        FROM behind AS b
             JOIN pg_class AS c ON c.oid = b.oid AND c.relrowsecurity
             JOIN pg_namespace AS n ON n.oid = c.relnamespace
             LEFT JOIN pg_class AS v ON v.oid = b.lender
             LEFT JOIN pg_namespace AS m ON m.oid = v.relnamespace
        ORDER BY 1, 3
    LOOP
        IF NOT stored THEN
            -- then each user must see the rows that the tables show that user
            IF secured.lent_by = 'm' THEN
                RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
                    MESSAGE = 'a materialized view shows rows that row-level security may hide',
                    DETAIL = format('%s stores rows of %s as "%s" saw them.', secured.lender, secured.name,
                                    secured.owner),
                    HINT = 'Give the table itself, or a view over it with security_invoker.';
            ELSIF secured.lent_by = 'v' THEN
                RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
                    MESSAGE = 'a view shows rows that row-level security may hide',
                    DETAIL = format('%s reads %s with the rights of "%s", whoever reads it.',
                                    secured.lender, secured.name, secured.owner),
                    HINT = format('ALTER VIEW %s SET (security_invoker = true), or give the table itself.',
                                  secured.lender);
            END IF;
        ELSIF secured.lent_by = 'm' OR secured.owner <> current_user THEN
            RAISE WARNING USING
                MESSAGE = format('row-level security of %s does not hold for this role', secured.name),
                DETAIL = format('The summaries will count what %s shows, which reads the table as "%s", '
                                'whoever reads them.', secured.lender, secured.owner),
                HINT = format('Run the statements as a role that sees what may be published, over views '
                              'with security_invoker%s.',
                              CASE secured.lent_by WHEN 'v' THEN format(': ALTER VIEW %s SET '
                                  '(security_invoker = true)', secured.lender) ELSE '' END);
        ELSIF NOT secured.active THEN
            RAISE WARNING USING
                MESSAGE = format('row-level security of %s does not hold for this role', secured.name),
                DETAIL = format('The summaries that "%s" stores will count all rows, whoever reads them.',
                                current_user),
                HINT = 'Run the statements as a role that sees what may be published, or '
                       'give "materialized": false.';
        END IF;
    END LOOP;
    RETURN true;
END
$function$;
COMMENT ON FUNCTION reporting_secured(oid, boolean) IS
    'internal to reporting_ddl: true if policies of the tables behind a relation hold, '
    'or an error or a warning';

-- Returns the table of a source: its name, and on a cluster whether its rows lie on several nodes.
CREATE FUNCTION reporting_relation(source text, given jsonb, relation oid) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    seen  record;
    spread jsonb;
BEGIN
    IF relation IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_table',
            MESSAGE = format('the table of "%s" does not exist', source),
            DETAIL = format('It is %s.', given),
            HINT = 'Give it as after FROM: with its schema where search_path does not have it, in double '
                   'quotes where SQL needs them.';
    END IF;
    SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relkind, c.oid INTO seen
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = relation;
    IF seen.relkind NOT IN ('r', 'p', 'v', 'm', 'f') THEN
        RAISE EXCEPTION USING ERRCODE = 'wrong_object_type',
            MESSAGE = format('the table of "%s" is neither a table nor a view', source),
            DETAIL = format('It is %s.', given),
            HINT = 'Give a table, a view, a materialized view or a foreign table.';
    END IF;
    -- do its rows, or those that a view reads, lie on several nodes, and by which column?
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
                                      -- rows that were appended lie in any shard
                                      CASE WHEN p.logicalrelid = $1 AND p.partmethod IN ('h', 'r')
                                           THEN pg_catalog.column_to_column_name(p.logicalrelid, p.partkey)
                                           END)
            FROM behind AS b JOIN pg_catalog.pg_dist_partition AS p ON p.logicalrelid = b.oid
            WHERE p.partmethod <> 'n'
            ORDER BY p.logicalrelid <> $1
            LIMIT 1 $query$ INTO spread USING relation;
    END IF;
    RETURN jsonb_build_object('relation', seen.name, 'oid', relation::bigint) || coalesce(spread, '{}');
END
$function$;
COMMENT ON FUNCTION reporting_relation(text, jsonb, oid) IS
    'internal to reporting_ddl: the table of a source, or an error';

-- Returns a column that a mapping names, as an element of an array or alone: its name in the views, its
-- type, and its comment.
CREATE FUNCTION reporting_column(source text, key text, kind text, given jsonb, relation oid,
                                 relation_name text,
                                 OUT name text, OUT item jsonb, OUT attribute text, OUT base text,
                                     OUT is_domain boolean,
                                 OUT has_scale boolean, OUT bytewise text, OUT title text, OUT alone text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    families     constant jsonb := '{
        "date": ["date"],
        "instant": ["date", "timestamp", "timestamptz"],
        "integer": ["int2", "int4", "int8"],
        "number": ["numeric", "float8", "float4", "int2", "int4", "int8"],
        "person": ["int8", "int4", "int2", "numeric", "uuid", "text", "varchar", "bpchar"],
        "text": ["text", "varchar", "bpchar", "name", "enum", "int2", "int4", "int8", "numeric"],
        "group": ["text", "varchar", "bpchar", "name", "enum", "int2", "int4", "int8", "numeric", "bool",
                  "uuid", "date"]}';

    family  constant text := rtrim(split_part(kind, ':', 1), '?!');
    wanted  constant text := trim(split_part(kind, ':', 2));
    seen record;
BEGIN
    item := given;
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
            MESSAGE = format('"%s" cannot have this value', key),
            DETAIL = format('It has the element %s in "%s".', item, source),
            HINT = 'Give the name of a column, or {"name shown": "column"}.';
    END IF;
    SELECT a.attnum, quote_ident(a.attname) AS name, a.atttypid::regtype::text AS type,
           has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS readable,
           (SELECT t.typtype = 'd' FROM pg_type AS t WHERE t.oid = a.atttypid) AS is_domain,
           a.atttypmod <> -1 AS has_scale,
           -- summaries tell texts apart by their bytes, and so must all that is said of them
           CASE WHEN EXISTS (SELECT FROM pg_collation AS l WHERE l.oid = a.attcollation
                             AND NOT l.collisdeterministic)
                THEN ' COLLATE pg_catalog."C"' ELSE '' END AS bytewise,
           -- the base type of a domain
           (WITH RECURSIVE base AS (
                SELECT t.* FROM pg_type AS t WHERE t.oid = a.atttypid
                UNION ALL
                SELECT t.* FROM base JOIN pg_type AS t ON t.oid = base.typbasetype WHERE base.typtype = 'd')
            SELECT CASE base.typtype WHEN 'e' THEN 'enum' ELSE base.typname::text END
            FROM base
            WHERE base.typtype = 'e' OR base.typtype = 'b' AND base.typnamespace = 'pg_catalog'::regnamespace)
           AS base
    INTO seen
    FROM pg_attribute AS a
    WHERE a.attrelid = relation AND a.attnum > 0
          AND NOT a.attisdropped AND a.attname::text = item #>> '{}';
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_column',
            MESSAGE = format('the table of "%s" has no such column', source),
            DETAIL = format('The column is %s, for "%s"; %s has %s.', item, key, relation_name,
                            (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                             FROM pg_attribute AS a
                             WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped)),
            HINT = CASE WHEN kind LIKE '%?:%' THEN 'Give the name of its column, or null if there is none.'
                   ELSE 'Give the name of its column, exactly as it is in the table.' END;
    ELSIF seen.base IS NULL
          OR NOT (families -> (CASE family WHEN 'groups' THEN 'group' ELSE wanted END)) ? seen.base
    THEN
        RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
            MESSAGE = format('a column of "%s" has a type that does not fit', source),
            DETAIL = format('The column is %s, for "%s", of type %s.', item, key, seen.type),
            HINT = CASE wanted WHEN 'date' THEN 'Give a column of type date, or put a view over '
                                                'the table that makes one.'
                   ELSE 'Put a view over the table that casts it to a plain type: '
                        'text, a number or a date.' END;
    END IF;
    IF NOT seen.readable THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('permission denied for the table of "%s"', source),
            DETAIL = format('The column is %s, and the role is "%s".', item, current_user),
            HINT = 'GRANT SELECT on it to the role that shall own the views.';
    END IF;
    attribute := seen.name;
    base := seen.base;
    is_domain := seen.is_domain;
    has_scale := seen.has_scale;
    bytewise := seen.bytewise;
    title := coalesce(col_description(relation, seen.attnum),
                      format('grouping column %s of %s', seen.name, relation_name));
    -- of a person: then all rows of one are on one node, where the table is distributed by it
    alone := CASE WHEN wanted = 'person' AND seen.bytewise = '' THEN 't.' || seen.name END;
END
$function$;
COMMENT ON FUNCTION reporting_column(text, text, text, jsonb, oid, text) IS
    'internal to reporting_ddl: a column of a mapping, or an error';

-- Returns a column as an expression over t of exactly the type that functions take: no domain, and no
-- type that another can take the place of.
CREATE FUNCTION reporting_expression(kind text, attribute text, base text, is_domain boolean,
                                     has_scale boolean,
                                     bytewise text)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT CASE bytewise WHEN '' THEN e.expression ELSE format('(%s%s)', e.expression, bytewise) END
    FROM (SELECT rtrim(split_part(kind, ':', 1), '?!') AS family,
          trim(split_part(kind, ':', 2)) AS wanted) AS k,
         LATERAL (SELECT format(CASE
            WHEN wanted = 'person' AND base IN ('int2', 'int4') THEN 't.%s::bigint'
            WHEN wanted IN ('person', 'text') AND base = 'numeric' THEN 'trim_scale(t.%s::numeric)::text'
            WHEN wanted = 'person' AND base NOT IN ('int8', 'uuid', 'text') OR wanted = 'text'
                AND base <> 'text' THEN 't.%s::text'
            WHEN wanted = 'number' AND base NOT IN ('numeric', 'float8') THEN 't.%s::numeric'
            WHEN wanted = 'integer' AND base <> 'int4' THEN 't.%s::integer'
            -- a group is the text of the value: no two days or numbers share a text, and no number has
            -- two
            WHEN family = 'groups' AND base = 'date' THEN
                 'CASE WHEN isfinite(t.%1$s::date) THEN to_char(t.%1$s::timestamp, ''YYYY-MM-DD''::text)'
                 ' || CASE WHEN t.%1$s::date < ''0001-01-01''::date THEN '' BC''::text ELSE ''''::text '
                     'END ELSE t.%1$s::text END'
            WHEN family = 'groups' AND base = 'numeric'
                AND NOT has_scale THEN 'trim_scale(t.%s::numeric)::text'
            WHEN family = 'groups' AND (base <> 'text' OR is_domain) THEN 't.%s::text'
            WHEN is_domain THEN 't.%s::' || base
            ELSE 't.%s' END, attribute) AS expression) AS e
$function$;
COMMENT ON FUNCTION reporting_expression(text, text, text, boolean, boolean, text) IS
    'internal to reporting_ddl: a column of a mapping as an expression over a row of its table';

-- Returns the columns to group by; refuses too many, and names that columns cannot have.
CREATE FUNCTION reporting_groups(source text, given jsonb, names text[]) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    group_limit constant integer := 5;
BEGIN
    IF cardinality(names) > group_limit THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'too many columns to group by',
            DETAIL = format('"%s" has %s, and there are totals over every choice of them.', source,
                            cardinality(names)),
            HINT = format('Group by at most %s columns.', group_limit);
    ELSIF (SELECT count(DISTINCT n) FROM unnest(names) AS n) < cardinality(names) THEN
        RAISE EXCEPTION USING ERRCODE = 'duplicate_column',
            MESSAGE = 'two columns to group by have one name',
            DETAIL = format('"%s" is grouped by %s.', source, given),
            HINT = 'Give one of them another name: {"name shown": "column"}.';
    ELSIF EXISTS (SELECT FROM unnest(names) AS n WHERE n = '' OR octet_length(n) > 63) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_name',
            MESSAGE = 'no column can have this name',
            DETAIL = format('"%s" is grouped by %s.', source, given),
            HINT = 'Give a name of 1 to 63 bytes.';
    END IF;
    RETURN true;
END
$function$;
COMMENT ON FUNCTION reporting_groups(text, jsonb, text[]) IS
    'internal to reporting_ddl: true if a source can be grouped by columns of these names, or an error';

-- Checks the options that hold for all sources; returns the roles that may read the views.
CREATE FUNCTION reporting_of_all(setting jsonb) RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    readers text[];
    reader  text;
BEGIN
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
    RETURN readers;
END
$function$;
COMMENT ON FUNCTION reporting_of_all(jsonb) IS
    'internal to reporting_ddl: the roles that may read the views, or an error';

-- Returns a valid mapping, with the options that it leaves out filled in; anything else is an error. No
-- name is looked up by a search_path here; functions of ours are called by their schema.
CREATE FUNCTION reporting_settings(schema_name text, mapping jsonb, tables jsonb, options jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    -- the schema of this extension, quoted
    home    constant text := (SELECT quote_ident(n.nspname)
                              FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
                              WHERE e.extname = 'education_flow');
    -- the result, by source, with '' for the options of all:
    setting jsonb;                      -- options by key; relation: the table, quoted
    columns jsonb;                      -- by key an expression over t
    types   jsonb;                      -- by key the name of its type
    plain   jsonb;                      -- columns of the table that are used
    shown   jsonb := '{}';              -- names of grouping columns in the views
    grouped jsonb;                      -- the same as expressions over t
    titles  jsonb;                      -- the same, their comments

    sources text[];
    source  text;
    family  text;
    option  record;
    given   jsonb;
    item    jsonb;
    used    record;
    names   text[];
    readers text[];
BEGIN
    EXECUTE format('SELECT %s.reporting_named($1, $2, $3)', home) INTO sources
        USING schema_name, mapping, options;
    -- of each source nothing yet
    SELECT e.object || '{"": {}}', e.object, e.object, e.object, e.list, e.list
    INTO setting, columns, types, titles, plain, grouped
    FROM (SELECT jsonb_object_agg(s, '{}'::jsonb) AS object, jsonb_object_agg(s, '[]'::jsonb) AS list
          FROM unnest(sources) AS s) AS e;
    FOR option IN
        SELECT o.*, (tables ->> o.source)::oid AS relation
        FROM jsonb_to_recordset(options) AS o (source text, key text, kind text, standard jsonb, meaning text)
        WHERE o.source = '' OR o.source = ANY (sources)
    LOOP
        source := option.source;
        family := rtrim(split_part(option.kind, ':', 1), '?!');
        given := CASE source WHEN '' THEN mapping ELSE mapping -> source END -> option.key;
        EXECUTE format('SELECT %s.reporting_value($1, $2, $3, $4, $5, $6)', home) INTO given
            USING source, option.key, option.kind, option.meaning, option.standard, given;
        IF family = 'scenarios' THEN
            EXECUTE format('SELECT %s.reporting_scenarios($1, $2)', home) INTO given USING given, options;
        END IF;
        setting := jsonb_set(setting, ARRAY[source, option.key], given);
        IF family = 'table' THEN
            EXECUTE format('SELECT %s.reporting_relation($1, $2, $3)', home) INTO item
                USING source, given, option.relation;
            setting := jsonb_set(setting, ARRAY[source], (setting -> source) || item);
            EXECUTE format('SELECT %s.reporting_secured($1, $2)', home)
                USING option.relation, mapping -> 'materialized' IS DISTINCT FROM 'false';
        ELSIF family IN ('column', 'groups') THEN
            names := '{}';
            FOR item IN
                SELECT e.item
                FROM jsonb_array_elements(CASE family WHEN 'groups' THEN given
                                          ELSE jsonb_build_array(given) END) AS e (item)
                WHERE family = 'groups' OR e.item <> 'null'
            LOOP
                EXECUTE format('SELECT c.*, %1$s.reporting_expression($3, c.attribute, c.base, c.is_domain, '
                               'c.has_scale, c.bytewise) AS expression '
                               'FROM %1$s.reporting_column($1, $2, $3, $4, $5, $6) AS c', home) INTO used
                    USING source, option.key, option.kind, item, option.relation,
                          setting #>> ARRAY[source, 'relation'];
                plain := jsonb_set(plain, ARRAY[source], (plain -> source) || used.item);
                names := names || used.name;
                IF family = 'groups' THEN
                    grouped := jsonb_set(grouped, ARRAY[source],
                                         (grouped -> source) || to_jsonb(used.expression));
                    titles := jsonb_set(titles, ARRAY[source, used.name], to_jsonb(used.title));
                ELSE
                    columns := jsonb_set(columns, ARRAY[source, option.key], to_jsonb(used.expression));
                    types := jsonb_set(types, ARRAY[source, option.key], to_jsonb(used.base));
                    IF used.alone IS NOT NULL
                       AND setting #>> ARRAY[source, 'spread_by'] = used.item #>> '{}' THEN
                        setting := jsonb_set(setting, ARRAY[source, 'together'], to_jsonb(used.alone));
                    END IF;
                END IF;
            END LOOP;
            IF family = 'groups' THEN
                EXECUTE format('SELECT %s.reporting_groups($1, $2, $3)', home) USING source, given, names;
                shown := jsonb_set(shown, ARRAY[source], to_jsonb(names));
            END IF;
        END IF;
    END LOOP;
    EXECUTE format('SELECT %s.reporting_of_all($1)', home) INTO readers USING setting;
    -- a gap that cannot be is refused now, and not by each refresh
    EXECUTE format('SELECT %s.spells_agg(NULL::date, NULL::date, NULL::text, g::interval) '
                   'FROM unnest($1) AS g WHERE g IS NOT NULL GROUP BY g', home)
        USING ARRAY(SELECT setting #>> ARRAY[n, 'join_gap'] FROM unnest(sources) AS n);
    RETURN jsonb_build_object('home', home, 'readers', readers, 'sources', sources, 'setting', setting,
                              'columns', columns, 'types', types, 'plain', plain,
                              'shown', shown, 'grouped', grouped, 'titles', titles);
END
$function$;
COMMENT ON FUNCTION reporting_settings(text, jsonb, jsonb, jsonb) IS
    'internal to reporting_ddl: a mapping, checked against the tables, with standard values put in';

-- Refuses impossible plans and funnels now, before the views or each refresh would.
CREATE FUNCTION reporting_trial(settings jsonb) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    home    constant text := settings ->> 'home';
    staff   constant jsonb := settings #> '{setting,employment}';
    course  constant jsonb := settings #> '{setting,education}';
    age     constant integer := CASE jsonb_typeof(staff -> 'retirement')
                                WHEN 'number' THEN (staff ->> 'retirement')::integer END;
    law     constant boolean := staff -> 'retirement' IS NOT DISTINCT FROM '"pension_age"';
    later   integer;                    -- months
BEGIN
    IF staff IS NOT NULL THEN
        EXECUTE format($query$
            SELECT count(*)
            FROM %1$s.workforce_project(
                     (SELECT %1$s.workforce_agg(NULL::date, NULL::date, NULL::date, NULL::text,
                                                '[2000-01-01,2001-01-01)'::daterange)),
                     $1, NULL::float8[], NULL::float8[], retire_at => $2,
                     retire_rule => CASE WHEN $4
                                         THEN (SELECT %1$s.retirement_rule_agg(a.born_from, a.age_months)
                                               FROM %1$s.pension_age AS a) END,
                     rates => NULL::%1$s.credible_rates, latest_age => $3, level => 0.8::float8),
                 %1$s.retention_curve(
                     (SELECT %1$s.retention_agg(NULL::date, NULL::date, NULL::text,
                                                '[2000-01-01,2001-01-01)'::daterange)),
                     $5::interval, 0.95::float8, 'log-log'::text)$query$, home)
            USING (staff ->> 'projection_years')::integer, age, (staff ->> 'latest_age')::integer, law,
                  staff ->> 'retention_every';
    END IF;
    FOR later IN
        SELECT DISTINCT (s ->> 'retirement_later')::numeric::integer
        FROM jsonb_array_elements(staff -> 'scenarios') AS s
    LOOP
        CONTINUE WHEN staff -> 'retirement' = 'null' OR later = 0;
        EXECUTE format($query$
            SELECT count(*)
            FROM %1$s.workforce_project(
                     (SELECT %1$s.workforce_agg(NULL::date, NULL::date, NULL::date, NULL::text,
                                                '[2000-01-01,2001-01-01)'::daterange)),
                     1, retire_rule => CASE WHEN $3
                         THEN (SELECT %1$s.retirement_rule_agg(a.born_from, a.age_months + $1)
                               FROM %1$s.pension_age AS a)
                         ELSE (SELECT %1$s.retirement_rule_agg('1800-01-01'::date, $4 * 12 + $1)) END,
                     latest_age => $2)$query$, home)
            USING later, (staff ->> 'latest_age')::integer, law, age;
    END LOOP;
    -- a funnel that cannot be, or a day that not every year has
    IF course IS NOT NULL THEN
        EXECUTE format($query$
            SELECT count(*)
            FROM %1$s.funnel_output(
                     (SELECT %1$s.funnel_agg(NULL::text, NULL::date,
                                             %1$s.funnel_spec($1, within => $2::interval,
                                                              as_of => '2000-01-01'::date,
                                                              exits => $3, modes => $4))),
                     '{}'::float8[], 2000, 1, $5, as_of => NULL::date,
                     changed_stage => NULL::text, conversion_change => 0::float8)$query$, home)
            USING ARRAY(SELECT jsonb_array_elements_text(course -> 'stages')), course ->> 'within',
                  ARRAY(SELECT jsonb_array_elements_text(course -> 'exits')),
                  ARRAY(SELECT jsonb_array_elements_text(course -> 'modes')), course ->> 'starts';
    END IF;
    RETURN true;
END
$function$;
COMMENT ON FUNCTION reporting_trial(jsonb) IS
    'internal to reporting_ddl: true if the functions of the views take what a mapping says, or an error';
