-- How reporting is measured: refreshes, views as a client reads them, sizes.
CREATE TABLE bench.view_run (
    rows    bigint NOT NULL,    -- of the table employment
    size    text NOT NULL,      -- which schema, and which rows of it
    view    text NOT NULL,
    pass    int NOT NULL,       -- 0 is not counted
    started timestamptz NOT NULL,
    cpu     float8,             -- before, then ms of the processor
    ms      float8,
    results bigint              -- rows of the view
);

CREATE TABLE bench.summary_size (
    rows   bigint NOT NULL,
    schema text NOT NULL,
    name   text NOT NULL,
    groups bigint NOT NULL,     -- without totals
    kept   bigint NOT NULL,     -- rows of the materialized view
    bytes  bigint NOT NULL      -- with its index and all that is stored out of line
);

-- What a plan does, in order.
CREATE FUNCTION bench.nodes(plan jsonb) RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(concat_ws(' ', n ->> 'Partial Mode', n ->> 'Strategy', n ->> 'Node Type',
                               n ->> 'Parallel Aware', n ->> 'Workers Planned'))
    FROM jsonb_path_query(plan, 'strict $.** ? (exists (@."Node Type"))') AS n
    WHERE n ->> 'Node Type' <> 'Subquery Scan'
$$;

-- A materialized view's query, so that every column of every row is computed and nothing is
-- stored. Only the rows of the result are counted on top, which number no more than the groups.
CREATE FUNCTION bench.aggregation(relation regclass) RETURNS text STRICT LANGUAGE plpgsql AS $$
DECLARE
    query text := rtrim(pg_get_viewdef(relation), ';');
    alone text := (SELECT format('SELECT %s FROM (%s) AS d',
                                 string_agg(format('count(d.%I)', attname), ', ' ORDER BY attnum),
                                 query)
                   FROM pg_attribute
                   WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped);
    one   json;
    other json;
BEGIN
    -- It has the plan that a refresh has, below the counting.
    EXECUTE 'EXPLAIN (FORMAT JSON, COSTS OFF) ' || query INTO STRICT one;
    EXECUTE 'EXPLAIN (FORMAT JSON, COSTS OFF) ' || alone INTO STRICT other;
    IF bench.nodes(one::jsonb #> '{0,Plan}') <> bench.nodes(other::jsonb #> '{0,Plan,Plans,0}') THEN
        RAISE 'the aggregation of % alone has another plan', relation;
    END IF;
    RETURN alone;
END
$$;

-- Runs in turn, by the clock: count(*) of the same groups, the aggregation alone, a refresh of
-- each kind, and the aggregation that leaves rows out. Nothing changes between two refreshes, but
-- the time in one row. The first round is not counted (but where there is one pass only).
CREATE PROCEDURE bench.refreshes(what text, rows bigint, passes int, relation text,
                                 counted text DEFAULT NULL, leaving_out text DEFAULT NULL)
LANGUAGE plpgsql AS $$
DECLARE
    alone   text := bench.aggregation(relation);
    steps   text[] := ARRAY[counted, alone,
                            'REFRESH MATERIALIZED VIEW ' || relation,
                            'REFRESH MATERIALIZED VIEW CONCURRENTLY ' || relation,
                            bench.aggregation(leaving_out)];
    tests   text[] := ARRAY['aggregation of count(*)', 'refresh', 'refresh concurrently',
                            'leave_out'];
    plains  int[] := ARRAY[1, 2, 2, 2];
    ours    int[] := ARRAY[2, 3, 4, 5];
    serial  boolean := current_setting('max_parallel_workers_per_gather') = '0';
    plan    jsonb;
    ms      float8[];
    cpu     float8[];
    before  float8;
    started timestamptz;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, FORMAT JSON) ' || alone INTO STRICT plan;
    plan := plan -> 0;
    FOR pass IN CASE WHEN passes > 1 THEN 0 ELSE 1 END .. passes LOOP
        FOR i IN 1 .. 5 LOOP
            CONTINUE WHEN steps[i] IS NULL;
            before := bench.cpu();
            started := clock_timestamp();
            EXECUTE steps[i];
            ms[i] := 1000 * extract(epoch FROM clock_timestamp() - started);
            cpu[i] := CASE WHEN serial THEN bench.cpu() - before END;
            COMMIT;
        END LOOP;
        INSERT INTO bench.run (test, rows, side, ms, cpu, plan)
        SELECT concat_ws(', ', tests[t], what, CASE WHEN serial THEN 'serial' ELSE 'two workers' END),
               rows, s.side, ms[s.step], cpu[s.step], plan
        FROM generate_subscripts(tests, 1) AS t,
             LATERAL (VALUES ('plain', plains[t]), ('ours', ours[t])) AS s (side, step)
        WHERE pass > 0 AND steps[plains[t]] IS NOT NULL AND steps[ours[t]] IS NOT NULL;
        COMMIT;
    END LOOP;
END
$$;

-- Statements that read every view of a schema, :passes times and once more before: for \gexec.
CREATE FUNCTION bench.reads(rows bigint, passes int, size text, schema text, filter text DEFAULT '')
RETURNS TABLE (starts text, reads text, ends text) LANGUAGE sql AS $$
    SELECT format('INSERT INTO bench.view_run (rows, size, view, pass, started, cpu)
                   SELECT %s, %L, %L, %s, clock_timestamp(), bench.cpu()', rows, size, c.relname, p),
           format('COPY (SELECT * FROM %s %s) TO STDOUT', c.oid::regclass, filter),
           format('UPDATE bench.view_run
                   SET ms = 1000 * extract(epoch FROM clock_timestamp() - started),
                       cpu = bench.cpu() - cpu,
                       results = CASE WHEN pass = 0 THEN (SELECT count(*) FROM %s %s) END
                   WHERE ms IS NULL', c.oid::regclass, filter)
    FROM pg_class AS c, generate_series(0, passes) AS p
    WHERE c.relnamespace = schema::regnamespace AND c.relkind = 'v'
          AND NOT (filter <> '' AND c.relname ~ '_total$|_quality$|^freshness$')
    ORDER BY c.relname, p
$$;
