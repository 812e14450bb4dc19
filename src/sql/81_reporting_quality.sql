-- Reporting: the queries for reporting_checks(), by source of a mapping.

-- Writes the parts that all sources share: period, the query for as_of; spec, the expression for the
-- spec of the funnel; read_from, the view or query that has the period.
CREATE FUNCTION reporting_common(schema_name text, settings jsonb,
                                 OUT period text, OUT spec text, OUT read_from text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    option  constant jsonb := settings #> '{setting,education}';
    lag     constant text := settings #>> '{setting,"",as_of_lag}';
BEGIN
    period := format(
        E'SELECT d.as_of, date_trunc(''year''::text, d.as_of::timestamp)::date AS year_begin\n'
        'FROM (SELECT %s AS as_of) AS d',
        coalesce(quote_literal(settings #>> '{setting,"",as_of}') || '::date',
                 format(CASE lag
                        WHEN '0' THEN 'date_trunc(''month''::text, CURRENT_DATE::timestamp)::date'
                        ELSE '(date_trunc(''month''::text, CURRENT_DATE::timestamp) '
                             '- interval ''%s months'')::date' END, lag)));
    read_from := CASE WHEN schema_name IS NULL THEN format('(%s)', period)
                      ELSE quote_ident(schema_name || '_summary') || '.period' END;
    IF option IS NOT NULL THEN
        spec := format('(SELECT %s.funnel_spec(%L::text[], %s, p.as_of, %L::text[], '
                       '%L::text[]) FROM %s AS p)',
                       settings ->> 'home', ARRAY(SELECT jsonb_array_elements_text(option -> 'stages')),
                       coalesce(quote_literal(option ->> 'within') || '::interval', 'NULL::interval'),
                       ARRAY(SELECT jsonb_array_elements_text(option -> 'exits')),
                       ARRAY(SELECT jsonb_array_elements_text(option -> 'modes')), read_from);
    END IF;
END
$function$;
COMMENT ON FUNCTION reporting_common(text, jsonb) IS
    'internal to reporting_ddl: the queries for as_of and for the spec of the funnel';

-- Names the columns that identify a row: used, the key of the table and the columns that are read;
-- listed, the same as a query selects them from t; marks, the names of the problems of a row and of
-- their effects.
CREATE FUNCTION reporting_tells(settings jsonb, source text,
                                OUT used text[], OUT listed text, OUT marks text[])
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    SELECT array_agg(c.name ORDER BY c.place) INTO used
    FROM (SELECT a.name, min(a.place) AS place
          FROM (SELECT a.attname::text AS name, array_position(i.indkey::smallint[], a.attnum) AS place
                FROM pg_index AS i
                     JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                WHERE i.indrelid = (settings #>> ARRAY['setting', source, 'oid'])::oid AND i.indisprimary
                UNION ALL
                SELECT p.name, 100 + p.place
                FROM jsonb_array_elements_text(settings #> ARRAY['plain', source])
                    WITH ORDINALITY AS p (name, place)) AS a
          GROUP BY a.name) AS c;
    listed := (SELECT string_agg('t.' || quote_ident(u), ', ') FROM unnest(used) AS u);
    marks := '{problem,effect}';    -- or other names, where the table has columns of these
    FOR i IN 1 .. 2 LOOP
        WHILE marks[i] = ANY (used) LOOP
            marks[i] := marks[i] || '_';
        END LOOP;
    END LOOP;
END
$function$;
COMMENT ON FUNCTION reporting_tells(jsonb, text) IS
    'internal to reporting_ddl: columns that tell a row of a source, and names of what is wrong with it';

-- Fills in the words in braces in the templates of checks.
CREATE FUNCTION reporting_words(schema_name text, settings jsonb, source text, checks jsonb,
                                read_from text, spec text, marks text[])
    RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    option  constant jsonb := settings #> ARRAY['setting', source];
    types   constant jsonb := settings #> ARRAY['types', source];
    col     jsonb := settings #> ARRAY['columns', source];
    rows    text;                       -- rows with what is wrong with them, as after FROM
    parts   jsonb;
BEGIN
    IF col ?| '{person,person_id}' THEN
        col := col || jsonb_build_object('who', coalesce(col -> 'person', col -> 'person_id'));
    END IF;
    rows := CASE WHEN schema_name IS NULL THEN 'looked_at'
                 ELSE format('%s.%s_rows', quote_ident(schema_name || '_summary'), source) END;
    parts := jsonb_build_object(
        '{end_date}', 'NULL::date', '{schema}', settings ->> 'home', '{table}', option ->> 'relation',
        '{columns}', (SELECT string_agg(DISTINCT 't.' || quote_ident(n), ', ')
                      FROM jsonb_array_elements_text(settings #> ARRAY['plain', source]) AS n),
        '{counted}', format('coalesce(t.%s, ''''::text) <> ALL (''{refused,left out}''::text[])', marks[2]),
        '{as_of}', format('(SELECT p.as_of FROM %s AS p)', read_from),
        '{observed}', format(CASE source
                             WHEN 'competence'
                             THEN '(SELECT daterange(NULL::date, (p.as_of + interval ''1 year'')::date) '
                                  'FROM %s AS p)'
                             ELSE '(SELECT daterange(NULL::date, p.as_of) FROM %s AS p)' END, read_from),
        '{, fte}', coalesce(', ' || (col ->> 'fte'), ''),
        '{one and a half}', CASE WHEN (option ->> 'fte_percent')::boolean THEN '150' ELSE '1.5' END,
        '{two}', CASE WHEN (option ->> 'fte_percent')::boolean THEN '200' ELSE '2' END,
        '{spells in all}', 'pg_catalog.format(''%s rows of persons make %s spells in the total; in a group '
                           'only its own rows are joined''::text, d.looked_at, d.others)',
        '{join_gap}', format('%L::interval', option ->> 'join_gap'),
        '{placeholders}', '''{0001-01-01,1111-11-11,1753-01-01,1800-01-01,1850-01-01,1899-12-30,1899-12-31,'
                          '1900-01-01,1900-01-02,1901-01-01}''::date[]',
        '{spec}', spec,
        '{day}', CASE types ->> 'at'
                 WHEN 'date' THEN col ->> 'at'
                 WHEN 'timestamp' THEN format('%s::date', col ->> 'at')
                 ELSE format('(%s AT TIME ZONE ''UTC''::text)::date', col ->> 'at') END)
        || (SELECT coalesce(jsonb_object_agg(format('{%s}', c.key), c.value), '{}')
            FROM jsonb_each(col) AS c)
        || (SELECT coalesce(jsonb_object_agg(format('{type %s}', c.key),
                                             CASE c.value WHEN 'float8' THEN 'float8' ELSE 'numeric' END),
                            '{}')
            FROM jsonb_each_text(types) AS c
            WHERE c.key = 'fte')
        || (SELECT coalesce(jsonb_object_agg(format('{list %s}', o.key),
                                             format('%L::text[]',
                                                    ARRAY(SELECT jsonb_array_elements_text(o.value)))), '{}')
            FROM jsonb_each(option || jsonb_build_object('names',
                                                         option -> 'stages' || (option -> 'exits'))) AS o
            WHERE o.key IN ('stages', 'exits', 'names', 'retirement_reasons') AND o.value <> 'null');
    parts := parts || jsonb_build_object(
        '{before}', format('max(coalesce(%s, ''infinity''::date)) OVER (PARTITION BY %s ORDER BY %s, %1$s '
                           'ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)',
                           parts ->> '{end_date}', col ->> 'who', col ->> 'start_date'),
        '{last stage}', format('max(%s) FILTER (WHERE %s = ANY (%s)) OVER (PARTITION BY %s)',
                               col ->> 'at', col ->> 'stage', parts ->> '{list stages}', col ->> 'person_id'))
        || (SELECT coalesce(jsonb_object_agg(format('{often %s %s}', o.key, o.share),
                format('SELECT e.n, to_char(e.day::timestamp, ''YYYY-MM-DD''::text) AS detail '
                       'FROM (SELECT %1$s AS day, count(*) AS n, sum(count(*)) OVER () AS of_all '
                       'FROM %2$s AS t '
                       'WHERE %1$s >= ''0001-01-01''::date AND %1$s < ''2099-12-31''::date '
                       'GROUP BY %1$s ORDER BY count(*) DESC, %1$s LIMIT 1) AS e '
                       'WHERE e.n >= 20 AND (e.n * %3$s)::numeric > e.of_all',
                       col ->> o.key, option ->> 'relation', o.share)), '{}')
            FROM (VALUES ('birth_date', 200), ('start_date', 5), ('end_date', 5)) AS o (key, share)
            WHERE col ? o.key)
        -- the names of ignored values, the most frequent first
        || (SELECT coalesce(jsonb_object_agg(format('{names %s}', o.key),
                format('(SELECT string_agg(n.name, '', ''::text ORDER BY n.place) '
                       'FROM (SELECT %1$s AS name, row_number() OVER (ORDER BY count(*) DESC, %1$s) AS place '
                       'FROM %2$s AS t WHERE t.%3$s = %4$L::text GROUP BY %1$s) AS n WHERE n.place <= 20)',
                       col ->> o.key, rows, marks[1], c.problem)), '{}')
            FROM (VALUES ('stage'), ('status')) AS o (key)
                 JOIN jsonb_to_recordset(checks) AS c (problem text, detail text)
                     ON c.detail = format('{names %s}', o.key)
            WHERE col ? o.key)
        || (SELECT coalesce(jsonb_object_agg(format('{unused %s %s}', o.key, o.list),
                format('SELECT 0::bigint AS n, string_agg(u.name, '', ''::text ORDER BY u.place) AS detail '
                       'FROM pg_catalog.unnest(%1$s) WITH ORDINALITY AS u (name, place) '
                       'WHERE u.name NOT IN (SELECT %3$s FROM %2$s AS t WHERE %3$s IS NOT NULL '
                       'GROUP BY %3$s) HAVING count(*) > 0',
                       parts ->> format('{list %s}', o.list), option ->> 'relation', col ->> o.key)), '{}')
            FROM (VALUES ('reason', 'retirement_reasons'), ('stage', 'stages'), ('stage', 'exits'))
                     AS o (key, list)
            WHERE col ? o.key);
    RETURN parts || jsonb_build_object('rows', rows, 'columns', col);
END
$function$;
COMMENT ON FUNCTION reporting_words(text, jsonb, text, jsonb, text, text, text[]) IS
    'internal to reporting_ddl: what the templates of checks say in braces; rows and '
    'columns, what they are of';

-- Writes the checks of a source, in one pass: inserted text is not read as a template.
CREATE FUNCTION reporting_checked(source text, checks jsonb, words jsonb)
    RETURNS TABLE (place bigint, scope text, effect text, problem text, body text, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 20
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT c.place, c.scope, c.effect, c.problem, b.body, coalesce(words ->> c.detail, c.detail)
    FROM jsonb_to_recordset(checks) AS c (place bigint, sources text[], scope text, effect text,
                                          problem text, needs text[], body text, detail text),
         LATERAL (SELECT string_agg(coalesce(words ->> m.piece[1], m.piece[1]), '' ORDER BY m.place) AS body
                  FROM regexp_matches(c.body, '\{[a-z_, 0-9]+\}|[^{]+|\{', 'g')
                      WITH ORDINALITY AS m (piece, place)) AS b
    WHERE source = ANY (c.sources)
          AND NOT EXISTS (SELECT FROM unnest(c.needs) AS n
                          WHERE CASE WHEN n LIKE '!%' THEN words -> 'columns' ? substr(n, 2)
                                     ELSE NOT words -> 'columns' ? n END)
    ORDER BY c.place
$function$;
COMMENT ON FUNCTION reporting_checked(text, jsonb, jsonb) IS
    'internal to reporting_ddl: what is looked for in the rows of a source';

-- Writes two queries: rows, the rows with the answers of the aggregates to each; problems, the number
-- of rows by problem. They come with the names that reporting_tells() found.
CREATE FUNCTION reporting_faults(settings jsonb, source text, words jsonb, made jsonb,
                                 used text[], listed text, marks text[])
    RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    option  constant jsonb := settings #> ARRAY['setting', source];
    faults  text;                       -- an expression: what is wrong with a row
    effect  text;                       -- another, of the words %1$s: what that does
BEGIN
    SELECT format('coalesce(%s)',
                  string_agg(CASE WHEN c.problem IS NULL THEN c.body
                                  ELSE format('CASE WHEN %s THEN %L::text END', c.body, c.problem) END,
                             E',\n                ' ORDER BY c.place)),
           -- words that no aggregate says are not refused
           format('CASE WHEN %%1$s IS NULL THEN NULL::text%s ELSE %L::text END',
                  string_agg(format(' WHEN %%1$s = %L::text THEN %L::text', c.problem, c.effect), ''
                             ORDER BY c.place)
                      FILTER (WHERE c.problem IS NOT NULL AND c.effect <> 'refused'),
                  CASE WHEN (option ->> 'leave_out')::boolean THEN 'left out' ELSE 'refused' END)
    INTO faults, effect
    FROM jsonb_to_recordset(made) AS c (place bigint, scope text, effect text, problem text, body text)
    WHERE c.scope = 'fault';
    RETURN jsonb_build_object(
        'columns', used, 'listed', listed, 'problem', marks[1], 'effect', marks[2],
        'rows', format(E'SELECT %1$s, t.%2$s,\n       %4$s AS %3$s\n'
                       'FROM (SELECT %1$s,\n             %5$s AS %2$s\n      FROM %6$s AS t%7$s) AS t',
                       listed, marks[1], marks[2], format(effect, 't.' || marks[1]), faults,
                       option ->> 'relation',
                       CASE WHEN source = 'employment' AND words -> 'columns' ? 'person' THEN
                           format(E'\n           LEFT JOIN (SELECT %1$s AS person FROM %2$s AS t\n'
                                  '                      WHERE %3$s IS NULL AND %4$s IS NOT NULL\n'
                                  '                      GROUP BY %1$s '
                                  'HAVING min(%5$s) <> max(%5$s)) AS b ON b.person = %1$s',
                                  words #>> '{columns,person}', option ->> 'relation',
                                  (SELECT c.item ->> 'body' FROM jsonb_array_elements(made) AS c (item)
                                   WHERE c.item ->> 'scope' = 'fault' AND c.item ->> 'problem' IS NULL),
                                  words #>> '{columns,start_date}', words #>> '{columns,birth_date}')
                       ELSE '' END),
        'problems', format(E'SELECT g.problem, %1$s AS effect, g.rows, %4$s AS detail\n'
                           'FROM (SELECT t.%2$s AS problem, count(*) AS rows\n'
                           '      FROM %3$s AS t WHERE t.%2$s IS NOT NULL GROUP BY t.%2$s) AS g',
                           format(effect, 'g.problem'), marks[1], words ->> 'rows',
                           coalesce((SELECT format('CASE%s END',
                                                   string_agg(format(' WHEN g.problem = %L::text THEN %s',
                                                                     c.problem, c.detail), ''))
                                     FROM jsonb_to_recordset(made)
                                         AS c (scope text, problem text, detail text)
                                     WHERE c.scope = 'fault' AND c.detail IS NOT NULL
                                     HAVING count(*) > 0),
                                    'NULL::text')));
END
$function$;
COMMENT ON FUNCTION reporting_faults(jsonb, text, jsonb, jsonb, text[], text, text[]) IS
    'internal to reporting_ddl: the queries for what is wrong with the rows of a source';

-- Writes two queries: doubts, how many rows are counted but hardly meant; doubtful, which.
CREATE FUNCTION reporting_doubts(settings jsonb, source text, words jsonb, made jsonb,
                                 listed text, marks text[])
    RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    option  constant jsonb := settings #> ARRAY['setting', source];
    queries text[] := '{}';
    doubtful text[] := '{}';
    label   record;
BEGIN
    FOR label IN
        SELECT string_agg(format('CASE WHEN %s THEN %s END AS c%s',
                                 CASE c.scope WHEN 'row' THEN words ->> '{counted}'
                                              ELSE format('t.%s IS NULL', marks[1]) END,
                                 c.body, c.place),
                          E',\n             ' ORDER BY c.place) AS found,
               string_agg(format('count(*) FILTER (WHERE t.c%1$s) AS n%1$s', c.place), ', '
                          ORDER BY c.place) AS counts,
               string_agg(format('(d.n%s, %L::text, %L::text, %s)', c.place, c.problem, c.effect,
                                 coalesce(c.detail, 'NULL::text')),
                          E',\n             ' ORDER BY c.place) AS counted,
               string_agg(format('(t.c%s, %L::text, %L::text)', c.place, c.problem, c.effect),
                          E',\n             ' ORDER BY c.place) AS named,
               string_agg('t.c' || c.place, ' OR ' ORDER BY c.place) AS any,
               CASE c.scope WHEN 'row' THEN words ->> '{counted}'
                            ELSE format('t.%s IS NULL', marks[1]) END AS condition,
               -- for people whose rows lie on several nodes of a cluster, where all rows are
               CASE WHEN c.scope = 'window' AND option ? 'spread' AND NOT option ? 'together'
                    THEN format('(SELECT t.%s, t.%s, %s FROM %s AS t OFFSET 0)', marks[1], marks[2], listed,
                                words ->> 'rows')
                    ELSE words ->> 'rows' END AS scanned
        FROM jsonb_to_recordset(made) AS c (place bigint, scope text, effect text, problem text, body text,
                                            detail text)
        WHERE c.scope IN ('row', 'window')
        GROUP BY c.scope ORDER BY c.scope
    LOOP
        queries := queries || format(E'SELECT v.problem, v.effect, v.rows, v.detail\n'
            'FROM (SELECT %s, count(*) AS looked_at, '
            'count(*) FILTER (WHERE NOT coalesce(%s, false)) AS others\n'
            '      FROM (SELECT %s\n            FROM %s AS t WHERE %s) AS t) AS d,\n'
            '     LATERAL (VALUES %s) AS v (rows, problem, effect, detail)\nWHERE v.rows > 0',
            label.counts, label.any, label.found, label.scanned, label.condition, label.counted);
        doubtful := doubtful || format(E'SELECT v.problem AS %1$s, v.effect AS %2$s, %3$s\n'
            'FROM (SELECT %3$s, %4$s\n      FROM %5$s AS t WHERE %6$s) AS t,\n'
            '     LATERAL (VALUES %7$s) AS v (found, problem, effect)\nWHERE v.found',
            marks[1], marks[2], listed, label.found, label.scanned, label.condition, label.named);
    END LOOP;
    -- labels: of how many that are alike is there one more than one?
    FOR label IN
        SELECT c.value AS expression,
               format('values of %s that differ only in case, spaces or form', c.key) AS problem
        FROM (SELECT w.key, w.value
              FROM jsonb_each_text(words -> 'columns') AS w
              WHERE w.key IN ('reason', 'stage', 'state', 'module', 'status')
              UNION ALL
              SELECT n.name, g.expression
              FROM jsonb_array_elements_text(settings #> ARRAY['shown', source])
                       WITH ORDINALITY AS n (name, place)
                   JOIN jsonb_array_elements_text(settings #> ARRAY['grouped', source])
                       WITH ORDINALITY AS g (expression, place) USING (place)) AS c
    LOOP
        queries := queries || format(E'SELECT %1$L::text, ''doubtful''::text, sum(e.n)::bigint, '
            'string_agg(e.label, '', ''::text ORDER BY e.form, e.label) FILTER (WHERE e.place <= 20)\n'
            'FROM (SELECT f.label, f.n, f.form, count(*) OVER (PARTITION BY f.form) AS alike, '
            'row_number() OVER (ORDER BY f.form, f.label) AS place\n'
            '      FROM (SELECT g.label, g.n, %4$s AS form '
            'FROM (SELECT %2$s AS label, count(*) AS n '
            'FROM %3$s AS t WHERE %2$s IS NOT NULL GROUP BY %2$s) AS g) AS f) AS e\n'
            'WHERE e.alike > 1 HAVING count(*) > 0',
            label.problem, label.expression, option ->> 'relation',
            format('lower(regexp_replace(btrim(%s), ''[[:space:]]+''::text, '' ''::text, ''g''::text))',
                   -- capitals of other letters than ASCII's too, where the collation knows of none
                   'translate(CASE WHEN getdatabaseencoding() = ''UTF8''::name '
                   'THEN normalize(g.label, NFKC) '
                   'ELSE g.label END, ''ÅÄÖÆØÉÈÜ''::text, ''åäöæøéèü''::text)'));
    END LOOP;
    SELECT queries || coalesce(array_agg(format(E'SELECT %L::text, %L::text, q.n, q.detail\nFROM (%s) AS q',
                                                c.problem, c.effect, c.body)
                                         ORDER BY c.place), '{}')
    INTO queries
    FROM jsonb_to_recordset(made) AS c (place bigint, scope text, effect text, problem text, body text)
    WHERE c.scope = 'table';
    RETURN jsonb_build_object('doubts', array_to_string(queries, E'\nUNION ALL\n'),
                              'doubtful', array_to_string(doubtful, E'\nUNION ALL\n'));
END
$function$;
COMMENT ON FUNCTION reporting_doubts(jsonb, text, jsonb, jsonb, text, text[]) IS
    'internal to reporting_ddl: the queries for what is hardly meant with the rows of a source';

-- Collects by source the queries of reporting_faults() and reporting_doubts(), and for '' the query for
-- as_of and the spec of the funnel.
CREATE FUNCTION reporting_quality(schema_name text, settings jsonb, checks jsonb) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH common AS MATERIALIZED (
        SELECT c.period, c.spec, c.read_from FROM reporting_common(schema_name, settings) AS c
    ), source AS MATERIALIZED (
        SELECT s.source, t.used, t.listed, t.marks, w.words,
               (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(k) ORDER BY k.place)
                FROM reporting_checked(s.source, checks, w.words) AS k) AS made
        FROM common AS c,
             pg_catalog.jsonb_array_elements_text(
                 settings OPERATOR(pg_catalog.->) 'sources'::pg_catalog.text) AS s (source),
             LATERAL reporting_tells(settings, s.source) AS t,
             LATERAL reporting_words(schema_name, settings, s.source, checks, c.read_from, c.spec,
                                     t.marks) AS w (words)
    )
    SELECT pg_catalog.jsonb_build_object(
               ''::pg_catalog.text,
               pg_catalog.jsonb_build_object('period'::pg_catalog.text, c.period,
                                             'spec'::pg_catalog.text, c.spec))
           OPERATOR(pg_catalog.||)
           (SELECT pg_catalog.jsonb_object_agg(
                       s.source,
                       reporting_faults(settings, s.source, s.words, s.made, s.used, s.listed, s.marks)
                       OPERATOR(pg_catalog.||)
                           reporting_doubts(settings, s.source, s.words, s.made, s.listed, s.marks))
            FROM source AS s)
    FROM common AS c;
END;
COMMENT ON FUNCTION reporting_quality(text, jsonb, jsonb) IS
    'internal to reporting_ddl: by source of data the queries for what is wrong with its rows, and '
    'for what is hardly meant';
