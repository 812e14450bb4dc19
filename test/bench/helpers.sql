-- How the benchmark measures.
CREATE SCHEMA bench;

CREATE TABLE bench.query (
    name text PRIMARY KEY,
    sql  text NOT NULL
);

CREATE TABLE bench.run (
    test text NOT NULL,
    rows bigint NOT NULL,       -- of the table measured
    side text NOT NULL,         -- ours or plain
    ms   float8 NOT NULL,
    cpu  float8,                -- ms of the processor, where it ran without workers
    plan jsonb NOT NULL,
    at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE bench.memory (
    test text NOT NULL,
    rows bigint NOT NULL,
    side text NOT NULL,
    kb   bigint NOT NULL,
    temp bigint NOT NULL        -- kB written to temporary files
);

CREATE TABLE bench.size (
    rows  bigint NOT NULL,
    what  text NOT NULL,
    bytes int                   -- of one summary
);

-- Curves of plain SQL or of R beside ours.
CREATE TABLE bench.agreement (
    rows       bigint NOT NULL,
    what       text NOT NULL,
    points     bigint NOT NULL,
    difference float8           -- the largest, of the share still there
);

-- What R took, outside of the server.
CREATE TABLE bench.survfit (
    rows   bigint NOT NULL,
    period text NOT NULL,
    what   text NOT NULL,
    value  float8 NOT NULL
);

-- The query of that name, which is not missing.
CREATE FUNCTION bench.sql(query_name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    SELECT sql INTO STRICT found FROM bench.query WHERE name = query_name;
    RETURN found;
END
$$;

CREATE FUNCTION bench.explain(query_name text, options text DEFAULT '') RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE format('EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, FORMAT JSON %s) %s',
                   options, bench.sql(query_name)) INTO STRICT plan;
    RETURN plan::jsonb -> 0;
END
$$;

-- The processor time that this backend has had, ms. Linux only: NULL elsewhere.
CREATE FUNCTION bench.cpu() RETURNS float8 VOLATILE LANGUAGE sql AS $$
    SELECT split_part(pg_read_file('/proc/self/schedstat', 0, 1000, true), ' ', 1)::float8 / 1e6
$$;

-- The two queries run as A B A B ..., after one run of each that is not counted (but where
-- there is one pass only). The time is EXPLAIN ANALYZE's Execution Time, without timing per
-- node: every result row is computed, none is sent to the client. Without a query of ours
-- or a plain one, NULL.
CREATE PROCEDURE bench.pair(test text, rows bigint, passes int, plain text, ours text)
LANGUAGE plpgsql AS $$
DECLARE
    plan  jsonb;
    side  text;
    start float8;
BEGIN
    FOR pass IN CASE WHEN passes > 1 THEN 0 ELSE 1 END .. passes LOOP
        FOREACH side IN ARRAY ARRAY['plain', 'ours'] LOOP
            CONTINUE WHEN CASE side WHEN 'plain' THEN plain ELSE ours END IS NULL;
            start := bench.cpu();
            plan := bench.explain(CASE side WHEN 'plain' THEN plain ELSE ours END);
            IF pass > 0 THEN
                INSERT INTO bench.run (test, rows, side, ms, cpu, plan)
                VALUES (test, rows, side, (plan ->> 'Execution Time')::float8,
                        CASE WHEN NOT plan @? '$.**."Workers Launched"'
                             THEN bench.cpu() - start END,
                        plan);
            END IF;
        END LOOP;
    END LOOP;
END
$$;

-- Those tests that shall run in two workers have done so.
CREATE PROCEDURE bench.must_be_parallel() LANGUAGE plpgsql AS $$
DECLARE
    serial text := (SELECT string_agg(DISTINCT test, ', ') FROM bench.run
                    WHERE test LIKE '%two workers' AND side = 'ours'
                          AND bench.how(plan) !~ '^partial, 2 workers');
BEGIN
    IF serial IS NOT NULL THEN
        RAISE 'not in two workers: %', serial;
    END IF;
END
$$;

-- The curves of both sides have the same numbers: every row of plain SQL has its row of
-- ours, where plain SQL has none nobody left, and the shares differ by rounding only.
CREATE PROCEDURE bench.compare_curves(rows bigint, plain text, ours text) LANGUAGE plpgsql AS $$
DECLARE
    points     bigint;
    wrong      bigint;
    difference float8;
BEGIN
    EXECUTE format('SELECT count(p.exits),
                           count(*) FILTER (WHERE coalesce(p.exits, 0) IS DISTINCT FROM o.exits %s),
                           max(abs(p.retained - o.retained))
                    FROM (%s) AS p FULL JOIN (%s) AS o USING (profession, after_days)',
                   CASE WHEN plain ~ 'every day' THEN 'OR p.at_risk <> o.at_risk' END,
                   bench.sql(plain), bench.sql(ours))
        INTO points, wrong, difference;
    IF wrong > 0 OR difference > 1e-9 THEN
        RAISE '% and ours differ at % of % points, by up to %', plain, wrong, points, difference;
    END IF;
    INSERT INTO bench.agreement VALUES (rows, plain, points, difference);
END
$$;

-- How a plan aggregates: the strategy, the workers, what went to disk.
CREATE FUNCTION bench.how(plan jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(', ',
        CASE WHEN plan @? '$.**."Partial Mode" ? (@ == "Partial")' THEN 'partial' END,
        (SELECT v #>> '{}' || ' workers'
         FROM jsonb_path_query_first(plan, '$.**."Workers Launched"') AS v),
        CASE WHEN plan @? '$.**."Strategy" ? (@ == "Hashed")' THEN 'hash'
             WHEN plan @? '$.**."Strategy" ? (@ == "Sorted")' THEN 'sort' END,
        (SELECT (sum(v::bigint) / 1024)::bigint || ' MB on disk'
         FROM jsonb_path_query(plan, 'strict $.** ? (@."Disk Usage" > 0)."Disk Usage"') AS v
         HAVING count(*) > 0),
        (SELECT (sum(v::bigint) / 1024)::bigint || ' MB sorted on disk'
         FROM jsonb_path_query(plan, 'strict $.** ? (@."Sort Space Type" == "Disk")."Sort Space Used"')
              AS v
         HAVING count(*) > 0))
$$;

-- The most private memory that this backend has had: its peak less what it shares with
-- others (buffers, program code). Linux only: NULL elsewhere.
CREATE FUNCTION bench.peak_kb() RETURNS bigint LANGUAGE sql AS $$
    SELECT sum(CASE m[1] WHEN 'VmHWM' THEN 1 ELSE -1 END * m[2]::bigint)::bigint
    FROM regexp_matches(pg_read_file('/proc/self/status', 0, 100000, true),
                        '(VmHWM|RssFile|RssShmem):\s+(\d+)', 'g') AS m
$$;

-- To be called in a fresh backend.
CREATE PROCEDURE bench.peak(test text, rows bigint, side text, query text)
LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb := bench.explain(query, ', BUFFERS') -> 'Plan';
BEGIN
    INSERT INTO bench.memory
    SELECT test, rows, side, kb,
           (plan ->> 'Temp Written Blocks')::bigint * current_setting('block_size')::int / 1024
    FROM bench.peak_kb() AS kb
    WHERE kb IS NOT NULL;
END
$$;
