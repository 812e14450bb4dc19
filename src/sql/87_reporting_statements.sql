-- Reporting: the statements.

-- Marks each summary by its definition, the same in every encoding; in SQL_ASCII bytes are
-- taken as they are.
CREATE FUNCTION reporting_marked(makes jsonb, for_marks jsonb) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT jsonb_agg(m.item || jsonb_build_object('mark', (
                         SELECT left(encode(sha256(convert_to(f.query, d.encoding)), 'hex'), 32)
                         FROM jsonb_to_recordset(for_marks) AS f (name text, query text, summary boolean)
                         WHERE f.name = m.item ->> 'name' AND f.summary AND (m.item -> 'summary')::boolean))
                     ORDER BY m.place)
    FROM jsonb_array_elements(makes) WITH ORDINALITY AS m (item, place),
         LATERAL (SELECT CASE getdatabaseencoding() WHEN 'SQL_ASCII' THEN 'SQL_ASCII'
                                                    ELSE 'UTF8' END AS encoding) AS d
$function$;
COMMENT ON FUNCTION reporting_marked(jsonb, jsonb) IS
    'internal to reporting_ddl: relations to be declared, the summaries with marks of their definitions';

-- Raises an error unless existing relations are ours and have the same definition.
CREATE FUNCTION reporting_unchanged(schema_name text, makes jsonb, existing jsonb) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    made record;
    name text;
BEGIN
    FOR made IN
        SELECT m.name, m.kind, m.mark, m.summary, n.nspname, e.kind AS existing_kind,
               e.mark AS existing_mark, m.name = 'period' AS replaced
        FROM jsonb_to_recordset(makes) AS m (name text, kind text, mark text, summary boolean)
             JOIN pg_namespace AS n
                 ON n.nspname = schema_name || CASE WHEN m.summary THEN '_summary' ELSE '' END
             JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = m.name
             LEFT JOIN jsonb_to_recordset(existing) AS e (relation oid, kind text, mark text)
                 ON e.relation = c.oid
    LOOP
        IF made.existing_kind IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'duplicate_table',
                MESSAGE = 'a relation of this name is there already, and was not made for reporting',
                DETAIL = format('It is %I.%I.', made.nspname, made.name),
                HINT = 'Rename it, or choose another schema for the views.';
        ELSIF made.existing_kind <> made.kind OR made.summary AND NOT made.replaced
            AND made.existing_mark <> made.mark THEN
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
                      WHERE m.name = e.name
                            AND e.schema = schema_name
                                           || CASE WHEN m.summary THEN '_summary' ELSE '' END);
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = 'the views were made with another mapping, or by another version',
            DETAIL = format('%s would not be there any more.', name),
            HINT = format('Drop them first: SELECT reporting_drop_ddl(%L) \gexec', schema_name);
    END IF;
    RETURN true;
END
$function$;
COMMENT ON FUNCTION reporting_unchanged(text, jsonb, jsonb) IS
    'internal to reporting_ddl: true if what exists of the relations is as it would be made, or an error';

-- Writes the statements that declare relations, but for those that exist already.
CREATE FUNCTION reporting_statements(schema_name text, makes jsonb, settings jsonb, existing jsonb)
    RETURNS SETOF text
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 300
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    target  constant text := quote_ident(schema_name);
    store   constant text := quote_ident(schema_name || '_summary');
    readers constant text[] := ARRAY(SELECT jsonb_array_elements_text(settings -> 'readers'));
    -- as here, when the statements run
    checked constant text := format('PERFORM %s.reporting_check(%L::text, pg_catalog.current_schemas(true), '
                                    'false)', settings ->> 'home', schema_name);
    home    constant oid := to_regnamespace(settings ->> 'home');
    made    record;
    name    text;
    reader  text;
BEGIN
    FOREACH name IN ARRAY ARRAY[schema_name, schema_name || '_summary'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = name);
        RETURN NEXT format('CREATE SCHEMA %I', name);
        RETURN NEXT format('COMMENT ON SCHEMA %I IS %L', name,
                           CASE name WHEN schema_name THEN 'Views for reporting tools [education_flow]'
                           ELSE format('Summaries that the views of schema %I read [education_flow]',
                                       schema_name) END);
    END LOOP;
    -- a relation that was missing may exist by now, and belong to somebody else
    RETURN NEXT format('DO %L', format('BEGIN %s; END', checked));
    FOR made IN
        SELECT format('%s.%I', CASE WHEN m.summary THEN store ELSE target END, m.name) AS name,
               m.name AS short,
               CASE m.kind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END AS what,
               m.kind, m.query, m.comment || CASE WHEN m.summary THEN format(' [education_flow %s]', m.mark)
                   ELSE '' END AS comment,
               m.index, m.groups, m.columns, coalesce(m.options, '') AS options,
               EXISTS (SELECT FROM jsonb_to_recordset(existing) AS x (schema text, name text)
                       WHERE x.name = m.name AND m.summary AND x.schema = schema_name || '_summary') AS there
        FROM jsonb_array_elements(makes) WITH ORDINALITY AS e (item, place),
             jsonb_to_record(e.item) AS m (summary boolean, name text, kind text, query text, mark text,
                                           comment text, index text, options text,
                                           groups jsonb, columns text[])
        ORDER BY e.place
    LOOP
        IF made.kind = 'v' THEN
            RETURN NEXT format(E'CREATE OR REPLACE VIEW %s WITH (security_invoker = true%s) AS\n%s',
                               made.name, made.options, made.query);
        ELSIF NOT made.there THEN
            RETURN NEXT format(E'CREATE MATERIALIZED VIEW %s AS\n%s\nWITH NO DATA', made.name, made.query);
            RETURN NEXT format('CREATE UNIQUE INDEX %I ON %s (%s)', made.short || '_key', made.name,
                               made.index);
        END IF;
        RETURN NEXT format('COMMENT ON %s %s IS %L', made.what, made.name, made.comment);
        RETURN QUERY
            SELECT format('COMMENT ON COLUMN %s.%I IS %L', made.name, g.name, g.comment)
            FROM jsonb_to_recordset(made.groups) AS g (name text, comment text)
            UNION ALL
            SELECT format('COMMENT ON COLUMN %s.%I IS %L', made.name, split_part(c, ': ', 1),
                          substr(c, strpos(c, ': ') + 2))
            FROM unnest(made.columns) AS c;
    END LOOP;
    FOREACH reader IN ARRAY readers LOOP
        RETURN NEXT format('GRANT USAGE ON SCHEMA %s, %s TO %I', target, store, reader);
        -- on a cluster a view's names are looked up again, by the reader
        IF settings #> '{setting,"",materialized}' = 'false' AND NOT has_schema_privilege(reader, home,
            'USAGE')
           AND has_schema_privilege(home, 'USAGE WITH GRANT OPTION') THEN
            RETURN NEXT format('GRANT USAGE ON SCHEMA %s TO %I', settings ->> 'home', reader);
        END IF;
        RETURN QUERY
            SELECT format('GRANT SELECT ON %s.%I TO %I', CASE WHEN m.summary THEN store ELSE target END,
                          m.name, reader)
            FROM jsonb_to_recordset(makes) AS m (name text, summary boolean);
    END LOOP;
    -- last, since rows that are refused then leave all in its place: mend them, and refresh.
    -- Here others' code would run, even where psql goes on after an error.
    RETURN QUERY
        SELECT format('DO %L', format('BEGIN %s; REFRESH MATERIALIZED VIEW %s.%I; END', checked, store,
                                      m.name))
        FROM jsonb_array_elements(makes) WITH ORDINALITY AS e (item, place),
             jsonb_to_record(e.item) AS m (name text, kind text)
        WHERE m.kind = 'm'
              AND NOT EXISTS (SELECT FROM jsonb_to_recordset(existing) AS x (schema text, name text,
                  populated boolean)
                              WHERE x.name = m.name AND x.schema = schema_name || '_summary' AND x.populated)
        ORDER BY m.name !~ '_(quality|doubts)$', e.place;
END
$function$;
COMMENT ON FUNCTION reporting_statements(text, jsonb, jsonb, jsonb) IS
    'internal to reporting_ddl: the statements that declare relations, but for those that are there already';

-- Returns the tables of a mapping, by the caller's search_path.
CREATE FUNCTION reporting_tables(mapping jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_object_agg(m.key, reporting_table(m.given)::pg_catalog.int8)
    FROM (SELECT e.key, e.value OPERATOR(pg_catalog.->>) 'table'::pg_catalog.text AS given,
                 pg_catalog.jsonb_typeof(e.value OPERATOR(pg_catalog.->) 'table'::pg_catalog.text) AS kind
          FROM pg_catalog.jsonb_each(
                   CASE WHEN pg_catalog.jsonb_typeof(mapping) OPERATOR(pg_catalog.=) 'object' THEN mapping
                   ELSE '{}' END) AS e) AS m
    WHERE m.kind OPERATOR(pg_catalog.=) 'string';
END;
COMMENT ON FUNCTION reporting_tables(jsonb) IS
    'internal to reporting_ddl: the tables that a mapping names, by source of data; null where there is none';

CREATE FUNCTION reporting_ddl(schema_name text, mapping jsonb) RETURNS SETOF text
    LANGUAGE sql STABLE ROWS 300
BEGIN ATOMIC
    SELECT t.statement
    FROM (SELECT reporting_settings(
                     schema_name, mapping,
                     reporting_tables(mapping),
                     (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(o))
                      FROM reporting_options() AS o)) AS settings
          FROM reporting_check(schema_name, pg_catalog.current_schemas(true), false) AS c (safe)
          WHERE c.safe
          OFFSET 0) AS s,
         LATERAL (SELECT m.for_marks, c.checks,
                         reporting_quality(schema_name, s.settings, c.checks) AS quality,
                         reporting_quality(schema_name, m.for_marks, c.checks) AS quality_for_marks
                  FROM (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c)) AS checks
                        FROM reporting_checks() AS c) AS c,
                       (SELECT pg_catalog.jsonb_set(s.settings, '{home}'::pg_catalog.text[],
                                                    '""'::pg_catalog.jsonb, true) AS for_marks) AS m
                  WHERE reporting_trial(s.settings)
                  OFFSET 0) AS q,
         LATERAL (SELECT a.assumptions, reporting_intake(
                             s.settings, a.assumptions, b.shown,
                             reporting_pipeline(s.settings, a.assumptions, b.shown, b.staff_totals,
                                                b.course_totals),
                             g.pairs, g.summed
                         ) AS intake
                  FROM (SELECT reporting_assumptions(schema_name, s.settings) AS assumptions OFFSET 0) AS a,
                       reporting_shared(s.settings) AS b,
                       reporting_pairs(s.settings, a.assumptions, b.shown, b.staff_totals,
                                       b.course_totals) AS g
                  OFFSET 0) AS w,
         LATERAL (SELECT reporting_marked(
                             reporting_by_shards(schema_name, s.settings, q.checks,
                                                 reporting_summaries(schema_name, s.settings, q.quality))
                             OPERATOR(pg_catalog.||) reporting_queries(
                                 s.settings, (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(v))
                                              FROM reporting_views() AS v),
                                 w.assumptions, w.intake),
                             reporting_by_shards(schema_name, q.for_marks, q.checks,
                                                 reporting_summaries(schema_name, q.for_marks,
                                                                     q.quality_for_marks))) AS makes,
                         (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r)), '[]')
                          FROM reporting_relations(schema_name) AS r) AS existing
                  OFFSET 0) AS m,
         reporting_statements(schema_name, m.makes, s.settings, m.existing) AS t (statement)
    WHERE reporting_unchanged(schema_name, m.makes, m.existing);
END;
COMMENT ON FUNCTION reporting_ddl(text, jsonb) IS
    'statements, for \gexec, that declare a schema of views for reporting tools over the tables of a '
    'mapping; nothing is executed';

CREATE FUNCTION reporting_quality_query(mapping jsonb) RETURNS SETOF text
    LANGUAGE sql STABLE ROWS 4
BEGIN ATOMIC
    SELECT pg_catalog.format(E'WITH looked_at AS NOT MATERIALIZED (\n%s OFFSET 0)\n'
               'SELECT %L::text AS source, d.problem, d.effect, d.rows, d.detail\nFROM (%s\nUNION ALL\n%s) '
               'AS d (problem, effect, rows, detail)\n'
               'ORDER BY pg_catalog.array_position(''{refused,left out,skipped,ignored,doubtful,joined}'''
               '::text[], d.effect), d.rows DESC, d.problem',
               r.queries OPERATOR(pg_catalog.->>) 'rows'::pg_catalog.text, r.source,
               r.queries OPERATOR(pg_catalog.->>) 'problems'::pg_catalog.text,
               r.queries OPERATOR(pg_catalog.->>) 'doubts'::pg_catalog.text)
    FROM (SELECT reporting_settings(
                     'reporting'::pg_catalog.text, mapping,
                     reporting_tables(mapping),
                     (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(o))
                      FROM reporting_options() AS o)) AS settings
          OFFSET 0) AS s,
         LATERAL (SELECT reporting_quality(NULL::pg_catalog.text, s.settings,
                                           (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c))
                                            FROM reporting_checks() AS c)) AS quality
                  OFFSET 0) AS q,
         LATERAL pg_catalog.jsonb_each(q.quality) AS r (source, queries)
    WHERE r.source OPERATOR(pg_catalog.<>) '';
END;
COMMENT ON FUNCTION reporting_quality_query(jsonb) IS
    'a query for each source of a mapping, for \gexec, that shows what is wrong with the rows of its table '
    'before anything is counted; nothing is executed';
