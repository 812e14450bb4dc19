-- Reporting: the parts of the summaries of a source, in the words of a mapping.

-- Names and expressions that the queries over one source share. t is a row of its table.
CREATE TYPE reporting_source AS (
    source text,
    place bigint,
    home text,
    store text,
    relation text,
    option jsonb,
    col jsonb,
    shown text[],
    grouped text[],
    titles jsonb,
    tells jsonb,
    marks text[],
    scanned text,
    by_person boolean,
    kept text,
    left_out text,
    filter text,
    reason text,
    join_gap text,
    spec text,
    words jsonb,
    as_of text,
    period text,
    observed_from text,
    keys text[],
    summaries text[],
    counted text[],
    aggregates text[]
);
COMMENT ON TYPE reporting_source IS
    'internal to reporting_ddl: names and expressions that the queries over one source of data share';
COMMENT ON COLUMN reporting_source.source IS 'source of data';
COMMENT ON COLUMN reporting_source.place IS 'its place among those of the mapping';
COMMENT ON COLUMN reporting_source.home IS 'schema of this extension, quoted; empty where a mark is made';
COMMENT ON COLUMN reporting_source.store IS 'schema of the summaries, quoted';
COMMENT ON COLUMN reporting_source.relation IS 'the table, quoted';
COMMENT ON COLUMN reporting_source.option IS 'options of the mapping, by key';
COMMENT ON COLUMN reporting_source.col IS 'columns of the mapping, by key, as expressions over t';
COMMENT ON COLUMN reporting_source.shown IS 'names of the grouping columns, quoted';
COMMENT ON COLUMN reporting_source.grouped IS 'grouping columns as expressions over t';
COMMENT ON COLUMN reporting_source.titles IS 'comments of the grouping columns: objects of name and comment';
COMMENT ON COLUMN reporting_source.tells IS 'columns that tell a row: objects of name and comment';
COMMENT ON COLUMN reporting_source.marks IS 'names of what is wrong with a row, and of what that does';
COMMENT ON COLUMN reporting_source.scanned IS 'the rows, as after FROM';
COMMENT ON COLUMN reporting_source.by_person IS 'are people counted over all rows, and '
                                                'not the rows of each group?';
COMMENT ON COLUMN reporting_source.kept IS 'condition: the row is not refused';
COMMENT ON COLUMN reporting_source.left_out IS 'number of rows that are refused';
COMMENT ON COLUMN reporting_source.filter IS 'FILTER clause that leaves refused rows out, or nothing';
COMMENT ON COLUMN reporting_source.reason IS 'why a row ended';
COMMENT ON COLUMN reporting_source.join_gap IS 'argument: the gap over which rows of a '
                                               'person are joined, or nothing';
COMMENT ON COLUMN reporting_source.spec IS 'spec of the funnel';
COMMENT ON COLUMN reporting_source.words IS 'what templates of the aggregates say in braces';
COMMENT ON COLUMN reporting_source.as_of IS 'the day after the last one observed, once for a query';
COMMENT ON COLUMN reporting_source.period IS 'the period observed';
COMMENT ON COLUMN reporting_source.observed_from IS 'its first day';
COMMENT ON COLUMN reporting_source.keys IS 'columns that tell a row of the summaries, beside the groups';
COMMENT ON COLUMN reporting_source.summaries IS 'names of the summaries';
COMMENT ON COLUMN reporting_source.counted IS 'names of those whose skipped rows are shown';
COMMENT ON COLUMN reporting_source.aggregates IS 'the summaries as expressions over t';

-- Names the parts of each source of a mapping; quality comes from reporting_quality().
CREATE FUNCTION reporting_parts(schema_name text, settings jsonb, quality jsonb)
    RETURNS SETOF reporting_source
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 4
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    home    constant text := settings ->> 'home';
    store   constant text := quote_ident(schema_name || '_summary');
    spec    constant text := quality #>> '{"",spec}';
    made    record;
    parts   jsonb;                      -- what a template says in braces
    why     text;                       -- the reason of a row
    retired text[];                     -- those that mean retirement
BEGIN
    FOR made IN
        SELECT s.source, s.place, o.option, c.col, m.marks, m.used, m.listed,
               format('t.%s IS DISTINCT FROM ''left out''', m.marks[2]) AS kept,
               (o.option -> 'leave_out')::boolean AS leave_out,
               s.source = 'employment' AND c.col ? 'person' AS by_person,
               -- with a reason, FTE or a gap, mobility joins the rows of a person
               s.source = 'mobility' AND (c.col ?| '{reason,fte}'
                                          OR o.option ->> 'join_gap' <> '0 days') AS contracts
        FROM jsonb_array_elements_text(settings -> 'sources') WITH ORDINALITY AS s (source, place),
             LATERAL (SELECT (settings #> ARRAY['setting', s.source])
                      || (settings #> '{setting,""}') AS option) AS o,
             LATERAL (SELECT settings #> ARRAY['columns', s.source] AS col) AS c,
             LATERAL (SELECT ARRAY[q.queries ->> 'problem', q.queries ->> 'effect'] AS marks,
                             q.queries ->> 'listed' AS listed,
                             ARRAY(SELECT jsonb_array_elements_text(q.queries -> 'columns')) AS used
                      FROM (SELECT quality -> s.source AS queries) AS q) AS m
        ORDER BY s.place
    LOOP
        parts := jsonb_build_object(
                '{schema}', home, '{summaries}', store, '{spec}', spec, '{end_date}', 'NULL::date',
                '{person, }', coalesce((made.col ->> 'person') || ', ', ''),
                '{, fte}', coalesce(', ' || (made.col ->> 'fte'), ''),
                '{, join_gap}', CASE WHEN made.by_person OR made.contracts
                                     THEN format(', %L::interval', made.option ->> 'join_gap')
                                     ELSE '' END)
            || (SELECT coalesce(jsonb_object_agg(format('{%s}', c.key), c.value), '{}')
                FROM jsonb_each(made.col) AS c);
        why := coalesce(made.col ->> 'reason', 'NULL::text');
        retired := ARRAY(SELECT jsonb_array_elements_text(made.option -> 'retirement_reasons'));
        parts := parts || jsonb_build_object(
            '{reason, }', CASE WHEN made.contracts THEN why || ', ' ELSE '' END,
            -- reasons of the table that mean retirement are called so
            '{reason}', CASE WHEN retired = '{}' THEN why
                             ELSE format('CASE WHEN %1$s = ANY (%2$L::text[]) '
                                         'THEN ''retirement''::text ELSE %1$s END', why, retired) END);
        RETURN QUERY
            SELECT made.source, made.place, home, store, made.option ->> 'relation', made.option, made.col,
                   ARRAY(SELECT quote_ident(n)
                         FROM jsonb_array_elements_text(settings #> ARRAY['shown', made.source]) AS n),
                   ARRAY(SELECT jsonb_array_elements_text(settings #> ARRAY['grouped', made.source])),
                   (SELECT jsonb_agg(jsonb_build_object(
                               'name', n, 'comment', settings #>> ARRAY['titles', made.source, n]))
                    FROM jsonb_array_elements_text(settings #> ARRAY['shown', made.source]) AS n),
                   (SELECT jsonb_agg(jsonb_build_object(
                               'name', u,
                               'comment', coalesce((SELECT col_description(a.attrelid, a.attnum)
                                                    FROM pg_attribute AS a
                                                    WHERE a.attrelid = (made.option ->> 'oid')::oid
                                                          AND a.attname = u),
                                                   format('column of %s', made.option ->> 'relation'))))
                    FROM unnest(made.used) AS u),
                   made.marks,
                   CASE WHEN made.by_person AND made.option ? 'spread'
                        -- a person can be in many groups, and in the totals over them once: that is
                        -- done where all rows are
                        THEN format('(SELECT %s%s FROM %s AS t OFFSET 0)', made.listed,
                                    CASE WHEN made.leave_out THEN ', t.' || made.marks[2] ELSE '' END, r.rows)
                        ELSE r.rows END,
                   made.by_person, made.kept,
                   CASE WHEN made.leave_out THEN format('count(*) FILTER (WHERE NOT (%s))', made.kept)
                        ELSE '0::bigint' END,
                   CASE WHEN made.leave_out THEN format(' FILTER (WHERE %s)', made.kept) ELSE '' END,
                   parts ->> '{reason}', parts ->> '{, join_gap}', spec,
                   parts, format('(SELECT p.as_of FROM %s.period AS p)', store),
                   -- filled in by reporting_aggregates()
                   NULL::text, NULL::text, NULL::text[], NULL::text[], NULL::text[], NULL::text[]
            FROM (SELECT CASE WHEN made.leave_out THEN format('%s.%s_rows', store, made.source)
                              ELSE made.option ->> 'relation' END AS rows) AS r;
    END LOOP;
END
$function$;
COMMENT ON FUNCTION reporting_parts(text, jsonb, jsonb) IS
    'internal to reporting_ddl: names and expressions that the queries over each source of a mapping share';

-- Adds the summaries to a source; kinds has the rows of reporting_sources().
CREATE FUNCTION reporting_aggregates(s reporting_source, kinds jsonb) RETURNS reporting_source
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    kept    record;                     -- by the names of the columns of a source
BEGIN
    -- templates are filled in one pass: inserted text is not read as a template
    WITH kind AS (
        SELECT i.*, y.n,
               s.words || jsonb_build_object('{n}', y.n, '{n - 1}', y.n - 1,
                                           '{years}', o.years, '{years + 1}', o.years + 1) AS parts,
               '(SELECT daterange(' || i.observed_from || ', ' || i.observed_to
                   || ') FROM {summaries}.period AS p)' AS period,
               '(SELECT ' || i.observed_from || ' FROM {summaries}.period AS p)' AS first_day
        FROM ROWS FROM (jsonb_to_recordset(kinds) AS (
                            source text, summary text, repeated boolean, needs text[], counted boolean,
                            keys text[], observed_from text, observed_to text, condition text,
                            aggregate text)) WITH ORDINALITY
                 AS i (source, summary, repeated, needs, counted, keys, observed_from, observed_to, condition,
                       aggregate, place),
             LATERAL (SELECT (s.option ->> 'observed_years')::integer AS years) AS o,
             LATERAL generate_series(1, CASE WHEN i.repeated THEN o.years ELSE 1 END) AS y (n)
        WHERE i.source = s.source AND s.col ?& i.needs
    ), filled AS (
        SELECT k.place, k.n, k.counted, k.keys,
               max(f.text) FILTER (WHERE f.part = 'name') AS name,
               max(f.text) FILTER (WHERE f.part = 'period') AS period,
               max(f.text) FILTER (WHERE f.part = 'first day') AS first_day,
               max(f.text) FILTER (WHERE f.part = 'aggregate')
               || CASE WHEN k.condition IS NULL AND s.filter = '' THEN ''
                       ELSE format(' FILTER (WHERE %s)',
                                   concat_ws(' AND ', max(f.text) FILTER (WHERE f.part = 'condition'),
                                             CASE WHEN s.filter <> '' THEN s.kept END)) END AS aggregate
        FROM kind AS k,
             LATERAL (SELECT e.part, string_agg(coalesce(k.parts ->> m.piece[1], m.piece[1]), ''
                                                ORDER BY m.place) AS text
                      FROM (VALUES ('name', k.summary), ('period', k.period), ('first day', k.first_day),
                                   ('condition', k.condition),
                                   ('aggregate', replace(k.aggregate, '{period}',
                                                         coalesce(k.period, '')))) AS e (part, template),
                           regexp_matches(e.template, '\{[a-z_, 0-9+-]+\}|[^{]+|\{', 'g')
                               WITH ORDINALITY AS m (piece, place)
                      GROUP BY e.part) AS f
        GROUP BY k.place, k.n, k.counted, k.keys, k.condition
    )
    SELECT array_agg(f.name ORDER BY f.place, f.n) AS summaries,
           array_agg(f.aggregate ORDER BY f.place, f.n) AS aggregates,
           coalesce(array_agg(f.name ORDER BY f.place, f.n) FILTER (WHERE f.counted), '{}') AS counted,
           -- of a source, what its first summary says
           (array_agg(f.period ORDER BY f.place, f.n))[1] AS period,
           coalesce((array_agg(f.first_day ORDER BY f.place, f.n))[1], 'NULL::date') AS observed_from,
           jsonb_agg(f.keys ORDER BY f.place, f.n) -> 0 AS keys
    INTO kept
    FROM filled AS f;
    RETURN jsonb_populate_record(s, to_jsonb(kept));
END
$function$;
COMMENT ON FUNCTION reporting_aggregates(reporting_source, jsonb) IS
    'internal to reporting_ddl: a source with its summaries, from their templates';
