-- Reporting on a cluster: summaries of a Citus table that each shard makes of its
-- own rows, and that are rolled up where they come together.

-- Writes a query by shards. Citus takes an aggregate apart itself, but row by row, and where it cannot
-- it pulls all rows. So the query of one node goes to each shard as it is, with the shard in the place
-- of the table.
--
-- query is a template for format(): 1 is the shard, 2 and 3 are the columns of the view period. A
-- literal % is written four times, since Citus takes its argument as a format. The moment is the
-- coordinator's: no other clock counts; and days are written as every node reads them.
CREATE FUNCTION reporting_shards(relation regclass, query text, as_of date, year_begin date)
    RETURNS SETOF json
    LANGUAGE plpgsql STABLE ROWS 10
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO, YMD'
AS $function$
DECLARE
    shard  record;
    shards bigint := 0;
BEGIN
    FOR shard IN
        SELECT r.shardid, r.success, r.result
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace,
             -- Citus leaves the schema public out
             LATERAL run_command_on_shards(relation,
                 format(query, CASE n.nspname WHEN 'public' THEN 'public.%1$s' ELSE '%1$s' END,
                        as_of, year_begin)) AS r
        WHERE c.oid = relation
    LOOP
        IF NOT shard.success THEN
            RAISE EXCEPTION USING ERRCODE = 'external_routine_exception',
                MESSAGE = 'a shard could not be summarized',
                DETAIL = format('Shard %s of %s says: %s', shard.shardid, relation, shard.result),
                HINT = 'See whether its node is up; the quality views say which rows are refused.';
        END IF;
        shards := shards + 1;
        RETURN NEXT shard.result::json;
    END LOOP;
    IF shards <> (SELECT count(*) FROM pg_dist_shard AS s WHERE s.logicalrelid = relation) THEN
        RAISE EXCEPTION USING ERRCODE = 'external_routine_exception',
            MESSAGE = 'shards are missing',
            DETAIL = format('Of %s %s answered.', relation, shards),
            HINT = 'See pg_dist_placement for shards that no node has.';
    END IF;
END
$function$;
COMMENT ON FUNCTION reporting_shards(regclass, text, date, date) IS
    'internal to the views of reporting_ddl: the summaries that each shard of a Citus table makes, as '
    'JSON, or an error';

-- Changes relations of reporting_summaries() to a query by shards, if the table of their source is
-- distributed, so that a shard's answer is a part of the whole. Rows may lie on any shard, but all rows
-- of a person on the same one.
--
-- The query of a shard is the one that one node would get: written once more, with names in the place
-- of the table, its marked rows and the period that nothing else has. They are replaced by the tables
-- of a shard, and the result is not read as a template again.
CREATE FUNCTION reporting_by_shards(schema_name text, settings jsonb, checks jsonb, makes jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    home    constant text := settings ->> 'home';
    word    text := 'shard';
    store   text;
    inside  jsonb;                      -- the settings on a shard
    quality jsonb;
    on_shard jsonb;                     -- relations as one of its own would have them
    sources text[];
    source  text;
    option  jsonb;
    made    record;
    sent    text[];                     -- columns of a shard's query
    typed   text[];                     -- the same, with their types
    keys    text[];
    whole   text[];                     -- columns of all shards together
    query   text;
    queries jsonb := '{}';              -- by name of a relation
BEGIN
    sources := ARRAY(SELECT o.key
                     FROM jsonb_each(settings -> 'setting') AS o
                     WHERE o.value ? 'together'
                           -- grouped by the distribution column, it is whole on a node already
                           OR o.key = 'employment' AND o.value ->> 'spread_by' IS NOT NULL
                              AND settings #> '{columns,employment,person}' IS NULL
                              AND NOT settings #> '{grouped,employment}'
                                      ?| ARRAY['t.' || quote_ident(o.value ->> 'spread_by'),
                                               't.' || quote_ident(o.value ->> 'spread_by') || '::text']);
    IF sources = '{}' THEN
        RETURN makes;
    END IF;

    WHILE strpos(settings::text, word) > 0 LOOP
        word := word || '_';
    END LOOP;
    word := '<' || word || '>';
    store := quote_ident(word || '_summary');
    inside := settings || jsonb_build_object('sources', sources);
    FOREACH source IN ARRAY sources LOOP
        option := settings #> ARRAY['setting', source];
        inside := jsonb_set(inside, ARRAY['setting', source],
                            option - '{spread,spread_by,together}'::text[]
                            || jsonb_build_object('relation', store || '.shard'));
    END LOOP;
    -- home is empty where it is written for a mark
    EXECUTE format('SELECT q.quality, %1$s.reporting_summaries($1, $2, q.quality) '
                   'FROM %1$s.reporting_quality($1, $2, $3) AS q (quality)',
                   (SELECT quote_ident(n.nspname)
                    FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
                    WHERE e.extname = 'education_flow'))
    INTO quality, on_shard USING word, inside, checks;

    FOR made IN
        SELECT m.name, i.query, m.parts, s.source
        FROM jsonb_to_recordset(makes) AS m (name text, parts jsonb)
             JOIN jsonb_to_recordset(on_shard) AS i (name text, query text) USING (name)
             JOIN unnest(sources) AS s (source) ON m.name IN (s.source, s.source || '_hired')
    LOOP
        -- an expression; a key and its type; or a column, its type, and how shards add up
        SELECT array_agg(CASE c.way WHEN 'rollup' -- as JSON inside of JSON a summary needs no escapes
                                    THEN format('d.%1$s::text::json AS %1$s', c.name)
                                    ELSE 'd.' || c.name END ORDER BY c.place) FILTER (WHERE c.type <> ''),
               array_agg(format(CASE c.way WHEN 'rollup' THEN '%1$s %3$s.%2$s' ELSE '%1$s %2$s' END,
                                c.name, c.type, home) ORDER BY c.place) FILTER (WHERE c.type <> ''),
               array_agg('d.' || c.name ORDER BY c.place) FILTER (WHERE c.type <> '' AND c.way IS NULL),
               array_agg(CASE WHEN c.type IS NULL THEN c.name
                              WHEN c.way IS NULL THEN 'd.' || c.name
                              WHEN c.way = 'sum' THEN format('coalesce(sum(d.%1$s), 0)::%2$s AS %1$s',
                                                             c.name, c.type)
                              ELSE format('%s.rollup(d.%2$s) AS %2$s', home, c.name) END ORDER BY c.place)
        INTO sent, typed, keys, whole
        FROM (SELECT p.item ->> 'name' AS name, p.item ->> 'type' AS type, p.item ->> 'way' AS way, p.place
              FROM jsonb_array_elements(made.parts) WITH ORDINALITY AS p (item, place)) AS c;
        query := format(E'SELECT coalesce(pg_catalog.json_agg(g), ''[]''::json)\n'
                        'FROM (SELECT %s\n      FROM (%s) AS d) AS g',
                        array_to_string(sent, ', '), made.query);
        query := replace(query, format('%s.%s_rows', store, made.source),
                         format('(%s OFFSET 0)', quality #>> ARRAY[made.source, 'rows']));
        query := replace(query, '%', '%%%%');
        query := replace(query, store || '.shard', '%1$s');
        query := replace(query, store || '.period', '(SELECT %2$L::date AS as_of, %3$L::date AS year_begin)');
        queries := queries || jsonb_build_object(made.name, format(
            E'SELECT %s\nFROM %s.period AS p,\n'
            '     LATERAL %s.reporting_shards(%L::regclass, %L::text, p.as_of, p.year_begin) AS s (part),\n'
            '     LATERAL json_to_recordset(s.part) AS d (%s)\nGROUP BY %s',
            array_to_string(whole, E',\n       '), quote_ident(schema_name || '_summary'), home,
            settings #>> ARRAY['setting', made.source, 'relation'],
            query, array_to_string(typed, ', '), array_to_string(keys, ', ')));
    END LOOP;

    RETURN (SELECT jsonb_agg(CASE WHEN queries ? (m.item ->> 'name')
                                  THEN jsonb_set(m.item, '{query}', queries -> (m.item ->> 'name'))
                                  ELSE m.item END ORDER BY m.place)
            FROM jsonb_array_elements(makes) WITH ORDINALITY AS m (item, place));
END
$function$;
COMMENT ON FUNCTION reporting_by_shards(text, jsonb, jsonb, jsonb) IS
    'internal to reporting_ddl: relations, with queries that each shard answers where their table is '
    'distributed by Citus';
