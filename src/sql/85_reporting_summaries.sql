-- Reporting: the schema of summaries, and the views of the quality of the rows.
--
-- A relation is described by a JSON object: summary (is it in that schema?), name, kind (m or v, as in
-- pg_class), query, comment, groups (objects of name and comment), columns ('name: comment'), index
-- (columns).
--
-- For a mark, names of ours are written without a schema (home is empty), so that the mark stays the
-- same when the extension moves to another one.

-- Declares the rows of a source with the problems of each.
CREATE FUNCTION reporting_rows(s reporting_source, queries jsonb) RETURNS SETOF jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 2
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    -- a barrier, so that both are computed once for a row, however often they are read
    RETURN NEXT jsonb_build_object('summary', true, 'name', s.source || '_rows', 'kind', 'v',
        'options', ', security_barrier = true', 'groups', s.tells, 'query', queries ->> 'rows',
        'comment', format('Rows of %s with what is wrong with them, for those who may read the table',
                          s.relation),
        'columns', ARRAY[s.marks[1] || ': what is wrong with the row; null if nothing is',
                         s.marks[2] || ': what that does']);
    RETURN NEXT jsonb_build_object('summary', true, 'name', s.source || '_problem_rows', 'kind', 'v',
        'groups', s.tells,
        'comment', format('Rows of %s that cannot be counted, for those who may read the table', s.relation),
        'columns', ARRAY[s.marks[1] || ': what is wrong with the row', s.marks[2] || ': what that does'],
        'query', format(E'SELECT t.%1$s, t.%2$s, %3$s\nFROM %4$s.%5$s_rows AS t\nWHERE t.%1$s IS NOT NULL',
                        s.marks[1], s.marks[2], queries ->> 'listed', s.store, s.source));
END
$function$;
COMMENT ON FUNCTION reporting_rows(reporting_source, jsonb) IS
    'internal to reporting_ddl: the rows of a source with what is wrong with them, as '
    'relations to be declared';

-- Writes the grouping columns of totals, then the set of those over which a row is a total.
CREATE FUNCTION reporting_totals(s reporting_source) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
    -- a value that is called so is shown in quotes, and one in quotes in more
    SELECT ARRAY(SELECT format(E'CASE WHEN GROUPING(d.%1$s) = 1 THEN ''(total)''::text'
                               ' WHEN d.%1$s IS NULL THEN ''(missing)''::text'
                               ' WHEN d.%1$s ~ ''^"*[(](total|missing)[)]"*$''::text'
                               ' THEN ''"''::text || d.%1$s || ''"''::text ELSE d.%1$s END AS %1$s', n)
                 FROM unnest(s.shown) AS n)
           || CASE WHEN s.shown = '{}' THEN '0'
                   ELSE format('GROUPING(%s)',
                               (SELECT string_agg('d.' || n, ', ') FROM unnest(s.shown) AS n)) END
$function$;
COMMENT ON FUNCTION reporting_totals(reporting_source) IS
    'internal to reporting_ddl: grouping columns of groups and totals over them, and '
    'which of them a total is over';

-- Declares the materialized view of a source: rows to groups, groups to totals. People need a
-- single scan: somebody in two groups counts once in the total, and a move between groups is
-- not an exit from the total.
CREATE FUNCTION reporting_summary(s reporting_source, totals text[], types jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    stored  constant text := CASE WHEN (s.option ->> 'materialized')::boolean THEN 'm' ELSE 'v' END;
    rounds  constant boolean := s.source = 'education';
    leave_out constant boolean := s.filter <> '';
    law     constant boolean := s.option -> 'retirement' IS NOT DISTINCT FROM '"pension_age"';
    keys    constant text := (SELECT string_agg('d.' || n, ', ') FROM unnest(s.shown) AS n);
    grouping_set constant text := totals[cardinality(totals)];
    one_first constant boolean := rounds AND NOT s.col ? 'epoch'; -- summaries of one person first?
    epoch   constant text := CASE WHEN rounds THEN
        coalesce('coalesce(' || (s.col ->> 'epoch') || ', 0)',
                 format('coalesce(extract(year FROM (%s.funnel_steps(%s, %s, %s) '
                        'FILTER (WHERE %s IS NOT NULL%s))[1]%s)::integer, 0)',
                        s.home, s.col ->> 'stage', s.col ->> 'at', s.spec, s.col ->> 'person_id',
                        CASE WHEN leave_out THEN ' AND ' || s.kept ELSE '' END,
                        CASE types ->> 'at' WHEN 'date' THEN '' ELSE ' AT TIME ZONE ''UTC''' END)) END;
    -- one person at a time: the year of a person's chain is that of the first step, and rows that are
    -- left out belong to no year, even if the person's other rows do
    inner_groups constant text[] := s.grouped
        || CASE WHEN rounds AND s.col ? 'epoch' THEN ARRAY[epoch]
                WHEN rounds THEN ARRAY[s.col ->> 'person_id'] ELSE '{}' END
        || CASE WHEN one_first AND leave_out THEN ARRAY[s.kept] ELSE '{}' END;
    middle_groups constant text := concat_ws(', ', keys, CASE WHEN rounds THEN 'd.epoch' END);
    named   constant text[] := ARRAY(SELECT format('%s AS %s', g, n)
                                     FROM unnest(s.grouped, s.shown) AS u (g, n));
    inner_columns constant text[] := named || CASE WHEN rounds THEN ARRAY[epoch || ' AS epoch'] ELSE '{}' END
        || ARRAY(SELECT format('%s AS %s', a, n) FROM unnest(s.aggregates, s.summaries) AS u (a, n))
        || (s.left_out || ' AS rows_left_out');
    united  constant text[] := CASE WHEN s.by_person THEN s.aggregates
                               ELSE ARRAY(SELECT format('%s.rollup(d.%s)', s.home, n)
                                          FROM unnest(s.summaries) AS n) END;
    outer_columns constant text[] := trim_array(totals, 1) || (grouping_set || ' AS grouping_set')
        || CASE WHEN rounds THEN ARRAY['CASE WHEN GROUPING(d.epoch) = 1 THEN 0 ELSE d.epoch END AS epoch',
                                       'GROUPING(d.epoch) = 1 AS every_epoch'] ELSE '{}' END
        || ARRAY(SELECT format('%s AS %s', u.total, u.name)
                 FROM unnest(united, s.summaries) AS u (total, name))
        -- a view need not open a summary again for each of its rows
        || ARRAY(SELECT format('coalesce(%s.skipped(%s), 0::bigint) AS skipped_%s', s.home, u.total, u.name)
                 FROM unnest(united, s.summaries) AS u (total, name) WHERE u.name = ANY (s.counted))
        || CASE WHEN law THEN ARRAY[format('(SELECT %1$s.retirement_rule_agg(a.born_from, a.age_months) '
                                           'FROM %1$s.pension_age AS a) AS retirement_rule', s.home)]
           ELSE '{}' END
        || ARRAY[s.as_of || ' AS as_of', s.observed_from || ' AS observed_from',
                 CASE WHEN s.by_person THEN s.left_out ELSE 'coalesce(sum(d.rows_left_out), 0)::bigint' END
                 || ' AS rows_left_out',
                 -- in one row, so that a refresh need not write the others again
                 format('CASE WHEN %s = %s%s THEN CURRENT_TIMESTAMP END AS refreshed_at', grouping_set,
                        (1 << cardinality(s.shown)) - 1,
                        CASE WHEN rounds THEN ' AND GROUPING(d.epoch) = 1' ELSE '' END)];
BEGIN
    RETURN jsonb_build_object('summary', true, 'name', s.source, 'kind', stored, 'groups', s.titles,
        'comment', format('Summaries of %s, by groups and totals over them', s.relation),
        'columns', ARRAY(SELECT n || ': summary of the rows of the group' FROM unnest(s.summaries) AS n)
                   || ARRAY(SELECT format('skipped_%1$s: rows that %1$s does not know, since a date or '
                                          'another value is missing', n)
                            FROM unnest(s.counted) AS n)
                   || CASE WHEN rounds
                           THEN ARRAY['epoch: year in which the chains began; 0 if they did not, or for '
                                      'all years',
                                      'every_epoch: is it for all years?'] ELSE '{}' END
                   || CASE WHEN law THEN ARRAY['retirement_rule: the pension age in force'] ELSE '{}' END
                   || ARRAY['grouping_set: GROUPING() of the grouping columns: 0 for the groups, '
                            'more for totals over them',
                            'as_of: the day after the last one observed',
                            'observed_from: first day observed; null if all history is',
                            'rows_left_out: rows that were left out, since the aggregates refuse them',
                            'refreshed_at: when the summaries were made, in the row of the grand total'],
        'index', array_to_string(s.shown || s.keys, ', '),
        'query', format(
            CASE WHEN s.by_person THEN E'SELECT %1$s\nFROM %3$s AS t%2$s%5$s'
            -- one person at a time makes many rows: to groups first, and from these to totals
            WHEN one_first THEN E'SELECT %1$s\nFROM (SELECT %6$s\n      FROM (SELECT %2$s\n'
                                '            FROM %3$s AS t%4$s) AS d%7$s OFFSET 0) AS d%5$s'
            -- the barrier is for a cluster, which cannot total groups that are whole on a node
            ELSE E'SELECT %1$s\nFROM (SELECT %2$s\n      FROM %3$s AS t%4$s OFFSET 0) AS d%5$s' END,
            array_to_string(outer_columns, E',\n       '),
            CASE WHEN NOT s.by_person THEN array_to_string(inner_columns, E',\n             ')
                 WHEN keys IS NULL THEN ''
                 ELSE format(E',\n     LATERAL (SELECT %s) AS d', array_to_string(named, ', ')) END,
            s.scanned,
            CASE WHEN inner_groups = '{}' THEN ''
                 ELSE E'\n      GROUP BY ' || array_to_string(inner_groups, ', ') END,
            CASE WHEN keys IS NULL AND NOT rounds THEN ''
                 ELSE E'\nGROUP BY '
                      || concat_ws(', ', 'CUBE (' || keys || ')',
                                   CASE WHEN rounds THEN 'GROUPING SETS ((d.epoch), ())' END) END,
            concat_ws(', ', nullif(middle_groups, ''),
                      (SELECT string_agg(format('%s.rollup(d.%s) AS %2$s', s.home, n), ', ')
                       FROM unnest(s.summaries) AS n),
                      'sum(d.rows_left_out)::bigint AS rows_left_out'),
            CASE WHEN middle_groups = '' THEN '' ELSE E'\n      GROUP BY ' || middle_groups END));
END
$function$;
COMMENT ON FUNCTION reporting_summary(reporting_source, text[], jsonb) IS
    'internal to reporting_ddl: the materialized view of a source, as a relation to be declared';

-- Lists the columns of the view of a source, for reporting_by_shards(): a key has a name and a type;
-- a column of the shards has also a way to add up; the rest are expressions.
CREATE FUNCTION reporting_columns(s reporting_source) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH kind (rounds, law) AS (
        SELECT s.source = 'education', s.option -> 'retirement' IS NOT DISTINCT FROM '"pension_age"'
    ), made (step, place, name, type, way) AS (
        SELECT 1, k.place, k.name, 'text', NULL FROM unnest(s.shown) WITH ORDINALITY AS k (name, place)
        UNION ALL
        SELECT 2, k.place, k.name, CASE k.name WHEN 'every_epoch' THEN 'boolean' ELSE 'integer' END, NULL
        FROM unnest(s.keys) WITH ORDINALITY AS k (name, place)
        UNION ALL
        SELECT 3, k.place, k.name,
               CASE WHEN k.name ~ '^(year_|forecast_basis)' THEN 'workforce'
                    WHEN k.name = 'certificates' THEN 'mobility' ELSE k.name END, 'rollup'
        FROM unnest(s.summaries) WITH ORDINALITY AS k (name, place)
        UNION ALL
        SELECT 4, k.place, format('coalesce(%1$s.skipped(%1$s.rollup(d.%2$s)), 0::bigint) AS skipped_%2$s',
                                  s.home, k.name), NULL, NULL
        FROM unnest(s.counted) WITH ORDINALITY AS k (name, place)
        UNION ALL
        SELECT 5, 1, format('(SELECT %1$s.retirement_rule_agg(a.born_from, a.age_months) '
                            'FROM %1$s.pension_age AS a) AS retirement_rule', s.home), NULL, NULL
        FROM kind WHERE kind.law
        UNION ALL
        SELECT 6, 1, s.as_of || ' AS as_of', NULL, NULL
        UNION ALL
        SELECT 6, 2, s.observed_from || ' AS observed_from', NULL, NULL
        UNION ALL
        SELECT 7, 1, 'rows_left_out', 'bigint', 'sum'
        UNION ALL
        SELECT 7, 2, format('CASE WHEN d.grouping_set = %s%s THEN CURRENT_TIMESTAMP END AS refreshed_at',
                            (1 << cardinality(s.shown)) - 1,
                            CASE WHEN kind.rounds THEN ' AND d.every_epoch' ELSE '' END), NULL, NULL
        FROM kind
    )
    SELECT jsonb_agg(jsonb_build_object('name', m.name, 'type', m.type, 'way', m.way)
                     ORDER BY m.step, m.place)
    FROM made AS m
$function$;
COMMENT ON FUNCTION reporting_columns(reporting_source) IS
    'internal to reporting_ddl: the columns of the view of a source, as they are made of those of shards';

-- Declares the rates of small groups and, by year of hire, the spells that a person's rows make, by the
-- year in which they begin.
CREATE FUNCTION reporting_staff(s reporting_source, totals text[]) RETURNS SETOF jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 2
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    stored constant text := CASE WHEN (s.option ->> 'materialized')::boolean THEN 'm' ELSE 'v' END;
    named  constant text[] := ARRAY(SELECT format('%s AS %s', g, n)
                                    FROM unnest(s.grouped, s.shown) AS u (g, n));
    keys   constant text := (SELECT string_agg('d.' || n, ', ') FROM unnest(s.shown) AS n);
    cube   constant text := coalesce(', CUBE (' || keys || ')', '');
    query  text;
BEGIN
    IF s.source <> 'employment' THEN
        RETURN;
    END IF;
    IF s.option ->> 'rates' = 'credible' THEN
        RETURN NEXT jsonb_build_object('summary', true, 'name', 'employment_rates', 'kind', stored,
            'index', 'place',
            'comment', format('Exit rates of all groups of %s together, and how much groups '
                              'differ from them', s.relation),
            'columns', ARRAY['place: 1', 'rates: credible rates, which a group is put between'],
            'query', format(E'SELECT 1 AS place, %s.credible_rates_agg(s.workforce) AS rates\n'
                            'FROM %s.employment AS s\nWHERE s.grouping_set = 0', s.home, s.store));
    END IF;
    query := CASE WHEN s.by_person THEN format(
        E'SELECT %1$sd.grouping_set, extract(year FROM w.start_date)::integer AS hire_year,\n'
        '       %2$s.retention_agg(w.start_date, w.end_date, w.reason, %3$s) AS retention\n'
        'FROM (SELECT %4$s AS grouping_set, %2$s.spells_agg(%5$s, %6$s, %7$s%8$s)%9$s AS spells\n'
        '      FROM %10$s AS t%11$s\n'
        '      WHERE %12$s IS NOT NULL\n'
        '      GROUP BY %12$s%13$s) AS d,\n'
        '     LATERAL pg_catalog.unnest(d.spells) AS w\n'
        'WHERE w.start_date >= %14$s AND w.start_date < %15$s\n'
        'GROUP BY %1$sd.grouping_set, extract(year FROM w.start_date)::integer',
        coalesce(keys || ', ', ''), s.home, s.period, array_to_string(totals, ', '), s.col ->> 'start_date',
        coalesce(s.col ->> 'end_date', 'NULL::date'), s.reason, s.join_gap, s.filter, s.scanned,
        CASE WHEN named = '{}' THEN ''
             ELSE format(', LATERAL (SELECT %s) AS d', array_to_string(named, ', ')) END,
        s.col ->> 'person', cube, s.observed_from, s.as_of)
    ELSE format(
        E'SELECT %1$s AS grouping_set, d.hire_year, %2$s.rollup(d.retention) AS retention\n'
        'FROM (SELECT %3$sextract(year FROM %4$s)::integer AS hire_year,\n'
        '             %2$s.retention_agg(%4$s, %5$s, %6$s, %7$s) AS retention\n'
        '      FROM %8$s AS t\n'
        '      WHERE %4$s >= %9$s AND %4$s < %10$s%11$s\n'
        '      GROUP BY %12$sextract(year FROM %4$s)::integer OFFSET 0) AS d\n'
        'GROUP BY d.hire_year%13$s',
        array_to_string(totals, ', '), s.home,
        (SELECT coalesce(string_agg(n || ', ', ''), '') FROM unnest(named) AS n),
        s.col ->> 'start_date', coalesce(s.col ->> 'end_date', 'NULL::date'), s.reason, s.period, s.scanned,
        s.observed_from, s.as_of, CASE WHEN s.filter <> '' THEN ' AND ' || s.kept ELSE '' END,
        (SELECT coalesce(string_agg(g || ', ', ''), '') FROM unnest(s.grouped) AS g), cube) END;
    RETURN NEXT jsonb_build_object('summary', true, 'name', 'employment_hired', 'kind', stored,
        'query', query,
        'parts', (SELECT jsonb_agg(jsonb_build_object('name', k.name, 'type', k.type, 'way', k.way)
                                   ORDER BY k.place)
                  FROM (SELECT n.name, 'text' AS type, NULL AS way, n.place
                        FROM unnest(s.shown) WITH ORDINALITY AS n (name, place)
                        UNION ALL
                        VALUES ('grouping_set', 'integer', NULL, 6), ('hire_year', 'integer', NULL, 7),
                               ('retention', 'retention', 'rollup', 8)) AS k),
        'comment', format('Retention of those hired in the years observed, of %s, by year of hire, groups '
                          'and totals over them', s.relation),
        'groups', s.titles, 'index', array_to_string(s.shown || ARRAY['grouping_set', 'hire_year'], ', '),
        'columns', ARRAY['grouping_set: GROUPING() of the grouping columns: 0 for the groups, '
                         'more for totals over them',
                         'hire_year: year in which they were hired',
                         'retention: summary of those hired then']);
END
$function$;
COMMENT ON FUNCTION reporting_staff(reporting_source, text[]) IS
    'internal to reporting_ddl: rates of all groups, and retention by year of hire, as '
    'relations to be declared';

-- Declares the views of wrong and doubtful rows: how many, and which.
CREATE FUNCTION reporting_problems(s reporting_source, queries jsonb) RETURNS SETOF jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 4
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    told    constant text[] := ARRAY[
        'problem: what is wrong with the rows',
        'effect: refused: nothing can be counted before they are mended; left out: in no figure; skipped: '
        'not in the figures that need what is missing; ignored: not used; joined: counted as one spell; '
        'doubtful: counted, but hardly meant',
        'rows: number of rows',
        'detail: more about them',
        'as_of: the day after the last one observed',
        'refreshed_at: when the rows were counted'];
    counted constant text := E'SELECT d.problem, d.effect, d.rows, d.detail, %s AS as_of, '
                             'CURRENT_TIMESTAMP AS refreshed_at\n'
                             'FROM (%s) AS d (problem, effect, rows, detail)';
    stored  constant text := CASE WHEN (s.option ->> 'materialized')::boolean THEN 'm' ELSE 'v' END;
    doubts  constant boolean := s.option -> 'doubts';
BEGIN
    RETURN NEXT jsonb_build_object('summary', true, 'name', s.source || '_quality', 'kind', stored,
        'columns', told,
        'comment', format('Rows of %s that cannot be counted, by what is wrong with them', s.relation),
        'index', 'problem', 'query', format(counted, s.as_of, queries ->> 'problems'));
    IF doubts THEN
        RETURN NEXT jsonb_build_object('summary', true, 'name', s.source || '_doubts', 'kind', stored,
            'columns', told,
            'comment', format('Rows of %s that are counted but hardly meant, by what is doubtful',
                              s.relation),
            'index', 'problem', 'query', format(counted, s.as_of, queries ->> 'doubts'));
        RETURN NEXT jsonb_build_object('summary', true, 'name', s.source || '_doubtful_rows', 'kind', 'v',
            'comment', format('Rows of %s that are counted but hardly meant, for those who may read the '
                              'table; one that is doubtful twice is there twice', s.relation),
            'groups', s.tells,
            'columns', ARRAY[s.marks[1] || ': what is doubtful', s.marks[2] || ': what that does'],
            'query', queries ->> 'doubtful');
    END IF;
    RETURN NEXT jsonb_build_object('summary', false, 'name', s.source || '_quality', 'kind', 'v',
        'columns', told,
        'comment', format('Rows of %s that cannot be counted, or are counted but hardly meant, by what is '
                          'wrong with them (datakvalitet)', s.relation),
        'query', format(E'SELECT q.problem, q.effect, q.rows, q.detail, q.as_of, q.refreshed_at\n'
                        'FROM %1$s.%2$s_quality AS q%3$s',
                        s.store, s.source,
                        CASE WHEN doubts
                             THEN format(E'\nUNION ALL\n'
                                         'SELECT d.problem, d.effect, d.rows, d.detail, d.as_of, '
                                         'd.refreshed_at\nFROM %s.%s_doubts AS d', s.store, s.source)
                             ELSE '' END));
END
$function$;
COMMENT ON FUNCTION reporting_problems(reporting_source, jsonb) IS
    'internal to reporting_ddl: what is wrong with the rows of a source, as relations to be declared';

-- Declares the view of the period, and that of how fresh the figures are.
CREATE FUNCTION reporting_overview(parts reporting_source[], quality jsonb, which text) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT CASE which WHEN 'period' THEN jsonb_build_object('summary', true, 'name', 'period', 'kind', 'v',
        'comment', 'When all summaries end, by the mapping',
        'columns', ARRAY['as_of: the day after the last one observed, a first day of a month',
                         'year_begin: 1 January of its year'],
        'query', quality #>> '{"",period}')
    ELSE jsonb_build_object('summary', false, 'name', 'freshness', 'kind', 'v',
        'comment', 'How fresh the figures are, by source of data',
        'columns', ARRAY['source: source of data',
                         'table_name: the table it is read from',
                         'as_of: the day after the last one observed',
                         'observed_from: first day observed; null if all history is',
                         'refreshed_at: when the summaries were made',
                         'groups: number of groups',
                         'rows_skipped: rows that the figures do not know, since a date or '
                         'another value is missing',
                         'rows_left_out: rows that were left out, since the aggregates refuse them'],
        'query', (SELECT string_agg(format(
            E'SELECT %L::text AS source, %L::text AS table_name, s.as_of, s.observed_from, s.refreshed_at,\n'
            '       (SELECT count(*) FROM %3$s.%1$s AS g WHERE g.grouping_set = 0%4$s) AS groups,\n'
            '       s.skipped_%5$s AS rows_skipped, s.rows_left_out\nFROM %3$s.%1$s AS s\nWHERE '
            's.refreshed_at IS NOT NULL',
            s.source, s.relation, s.store,
            CASE WHEN 'every_epoch' = ANY (s.keys) THEN ' AND g.every_epoch' ELSE '' END,
            s.summaries[1]), E'\nUNION ALL\n' ORDER BY s.place)
                  FROM unnest(parts) AS s)) END
$function$;
COMMENT ON FUNCTION reporting_overview(reporting_source[], jsonb, text) IS
    'internal to reporting_ddl: the view of the period, or that of how fresh the figures are';

CREATE FUNCTION reporting_summaries(schema_name text, settings jsonb, quality jsonb) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH part AS MATERIALIZED (
        SELECT s AS part, s.place, quality OPERATOR(pg_catalog.->) s.source AS queries,
               reporting_totals(s) AS totals,
               settings OPERATOR(pg_catalog.#>) ARRAY['types', s.source] AS types
        FROM reporting_parts(schema_name, settings, quality) AS p,
             reporting_aggregates(p, (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(k))
                                      FROM reporting_sources() AS k)) AS s
    ), overview AS (
        SELECT pg_catalog.array_agg(p.part ORDER BY p.place) AS parts FROM part AS p
    ), made AS (
        SELECT 0::pg_catalog.int8 AS place, 0 AS step, 0::pg_catalog.int8 AS n,
               reporting_overview(o.parts, quality, 'period'::pg_catalog.text) AS relation
        FROM overview AS o
        UNION ALL
        SELECT p.place, 1, r.n, r.relation
        FROM part AS p, reporting_rows(p.part, p.queries) WITH ORDINALITY AS r (relation, n)
        UNION ALL
        SELECT p.place, 2, 0,
               reporting_summary(p.part, p.totals, p.types) OPERATOR(pg_catalog.||)
                   pg_catalog.jsonb_build_object('parts'::pg_catalog.text, reporting_columns(p.part))
        FROM part AS p
        UNION ALL
        SELECT p.place, 3, r.n, r.relation
        FROM part AS p, reporting_staff(p.part, p.totals) WITH ORDINALITY AS r (relation, n)
        UNION ALL
        SELECT p.place, 4, r.n, r.relation
        FROM part AS p, reporting_problems(p.part, p.queries) WITH ORDINALITY AS r (relation, n)
        UNION ALL
        SELECT NULL, 5, 0, reporting_overview(o.parts, quality, 'freshness'::pg_catalog.text)
        FROM overview AS o
    )
    SELECT pg_catalog.jsonb_agg(m.relation ORDER BY m.place, m.step, m.n)
    FROM made AS m;
END;
COMMENT ON FUNCTION reporting_summaries(text, jsonb, jsonb) IS
    'internal to reporting_ddl: summaries, and views of the quality of rows, as relations to be declared';
