-- peers: what is measured beside other engines. See peers/run.sh.

CREATE TABLE bench.peer (
    rows bigint NOT NULL,
    test text NOT NULL,
    pass int NOT NULL,
    side text NOT NULL,         -- scan, ours, the two in one process, or a peer
    ms   float8 NOT NULL,
    cpu  float8,                -- ms of the processor, workers and threads included
    peer text                   -- version of a peer
);

CREATE TABLE bench.peer_test (
    place int PRIMARY KEY,
    test  text NOT NULL,
    scan  text NOT NULL,        -- scan and group alone
    ours  text NOT NULL,
    duckdb     text,            -- of bench.query
    clickhouse text,
    summed     text NOT NULL,   -- what of the result, q, is summed up: all, or it is not computed; '': rows are written as CSV
    serial     bool NOT NULL    -- in one process too
);

-- OBSERVED is the same ten years as in the part retention; SPEC five stages within eight years.
INSERT INTO bench.query
SELECT name, replace(sql, 'SPEC', $$funnel_spec(ARRAY['applied', 'admitted', 'registered', 'graduated',
                                                       'established'], within => '8 years')$$)
FROM (VALUES

('peers: funnel', $$
    SELECT programme, stage_no, entered
    FROM (SELECT programme, funnel_agg(person_id, stage, at, SPEC) AS f
          FROM event
          GROUP BY programme
          OFFSET 0) AS s,
         funnel_stages(f)
$$),
('peers: funnel_agg', $$
    SELECT programme, funnel_agg(person_id, stage, at, SPEC) FROM event GROUP BY programme
$$),
('peers: curve', $$
    SELECT profession, after_days, at_risk, exits, retained
    FROM (SELECT profession, retention_agg(start_date, end_date, reason,
                                           daterange('2016-01-01', '2026-01-01')) AS r
          FROM employment
          GROUP BY profession
          OFFSET 0) AS s,
         retention_curve(r, '1 day') AS c
$$),
('peers: incidence', $$
    SELECT profession, after_days, reason, exits, incidence
    FROM (SELECT profession, retention_agg(start_date, end_date, reason,
                                           daterange('2016-01-01', '2026-01-01')) AS r
          FROM employment
          GROUP BY profession
          OFFSET 0) AS s,
         exit_incidence(r, '1 day') AS c
$$)

) AS v(name, sql);

-- Theirs, the same text for both, but for the funnel, which ClickHouse has a function for. Names
-- are in quotes where one of them reserves them.
--
--   curve      both kinds of rows of a day, who comes and who goes, are counted together, then two
--              window functions over rows. The fastest of five forms in DuckDB; slower are a
--              grouping of each kind, GROUPING SETS, and frames that include all rows of a day. It
--              has no rows of days on which nobody goes, no standard errors and no limits.
--   incidence  the same for three reasons, a column for each; before the first day all are there
--   funnel     stage by stage a join with the rows of the next. It has no window, which no person of
--              these rows passes: one that is exact takes twice as long, paths as strings ten times.
WITH days AS (
    SELECT $$
    WITH days AS (
        SELECT profession, day,
               count(*) FILTER (WHERE what = 0) AS enters,
               count(*) FILTER (WHERE what > 0) AS leaves,
               count(*) FILTER (WHERE what > 1) AS exits REASONS
        FROM (
            SELECT profession, least(end_date, DATE '2026-01-01') - start_date AS day,
                   CASE WHEN end_date <= DATE '2026-01-01' THEN GONE ELSE 1 END AS what
            FROM employment
            WHERE start_date < DATE '2026-01-01' AND (end_date IS NULL OR end_date > DATE '2016-01-01')
            UNION ALL
            SELECT profession, greatest(DATE '2016-01-01' - start_date + 1, 0), 0
            FROM employment
            WHERE start_date < DATE '2026-01-01' AND (end_date IS NULL OR end_date > DATE '2016-01-01')
        ) AS u
        GROUP BY profession, day
    ), risk AS (
        SELECT *, sum(CAST(enters - leaves AS DOUBLE PRECISION))
                      OVER (PARTITION BY profession ORDER BY day ROWS UNBOUNDED PRECEDING) + leaves AS at_risk
        FROM days
    ), hazard AS (
        SELECT *, CASE WHEN exits < at_risk THEN ln(1 - exits / at_risk)
                       ELSE CAST('-inf' AS DOUBLE PRECISION) END AS log_stay
        FROM risk
        WHERE leaves > 0
    )
    $$ AS sql
)
INSERT INTO bench.query
SELECT 'peers: curve, theirs', replace(replace(sql, 'REASONS', ''), 'GONE', '2') || $$
    SELECT profession, day AS after_days, at_risk, exits,
           exp(sum(log_stay) OVER (PARTITION BY profession ORDER BY day ROWS UNBOUNDED PRECEDING)) AS retained
    FROM hazard
$$
FROM days
UNION ALL
SELECT 'peers: incidence, theirs',
       replace(replace(sql, 'REASONS', $$,
               count(*) FILTER (WHERE what = 2) AS layoffs,
               count(*) FILTER (WHERE what = 3) AS resignations,
               count(*) FILTER (WHERE what = 4) AS retirements$$),
               'GONE', $$CASE reason WHEN 'layoff' THEN 2 WHEN 'resignation' THEN 3 ELSE 4 END$$) || $$
    , stay AS (
        SELECT *, exp(sum(log_stay) OVER (PARTITION BY profession ORDER BY day ROWS UNBOUNDED PRECEDING)) AS retained
        FROM hazard
    ), before AS (
        SELECT *, lag(retained, 1, CAST(1 AS DOUBLE PRECISION)) OVER (PARTITION BY profession ORDER BY day) / at_risk AS each
        FROM stay
    )
    SELECT profession, day AS after_days, exits,
           sum(each * layoffs) OVER (PARTITION BY profession ORDER BY day ROWS UNBOUNDED PRECEDING) AS layoff,
           sum(each * resignations) OVER (PARTITION BY profession ORDER BY day ROWS UNBOUNDED PRECEDING) AS resignation,
           sum(each * retirements) OVER (PARTITION BY profession ORDER BY day ROWS UNBOUNDED PRECEDING) AS retirement
    FROM before
$$
FROM days;

INSERT INTO bench.query
SELECT 'peers: funnel, duckdb',
       $$
    WITH stage1 AS (
        SELECT programme, person_id, min("at") AS "at" FROM event WHERE stage = 'applied' GROUP BY programme, person_id
    )$$
       || string_agg(format($$, stage%1$s AS (
        SELECT programme, person_id, min(e."at") AS "at"
        FROM event AS e JOIN stage%2$s AS s USING (programme, person_id)
        WHERE e.stage = '%3$s' AND e."at" >= s."at"
        GROUP BY programme, person_id
    )$$, n, n - 1, stage), '' ORDER BY n) FILTER (WHERE n > 1)
       || string_agg(format($$
    SELECT programme, %1$s AS stage_no, count(*) AS entered FROM stage%1$s GROUP BY programme$$, n),
                     $$
    UNION ALL$$ ORDER BY n)
FROM unnest(ARRAY['applied', 'admitted', 'registered', 'graduated', 'established']) WITH ORDINALITY AS s(stage, n)
UNION ALL
SELECT 'peers: funnel, clickhouse',
       $$
    SELECT programme, stage_no, countIf(level >= stage_no) AS entered
    FROM (SELECT programme, windowFunnel(2922)("at", stage = 'applied', stage = 'admitted', stage = 'registered',
                                               stage = 'graduated', stage = 'established') AS level
          FROM event
          GROUP BY programme, person_id) AS p
         ARRAY JOIN [1, 2, 3, 4, 5] AS stage_no
    GROUP BY programme, stage_no
$$;

INSERT INTO bench.peer_test VALUES
(1, 'funnel', 'plain events by programme', 'peers: funnel', 'peers: funnel, duckdb', 'peers: funnel, clickhouse',
 'count(*), sum(entered)', false),
(2, 'curve every day, summed up', 'plain by profession', 'peers: curve', 'peers: curve, theirs', 'peers: curve, theirs',
 'count(*), sum(at_risk), sum(exits), sum(retained)', false),
(3, 'curve every day, rows written', 'plain by profession', 'peers: curve', 'peers: curve, theirs', 'peers: curve, theirs',
 '', false),
(4, 'incidence every day, summed up', 'plain by profession', 'peers: incidence', 'peers: incidence, theirs', 'peers: incidence, theirs',
 'count(*), sum(exits)', false),
(5, 'funnel_agg', 'plain events by programme', 'peers: funnel_agg', NULL, NULL, 'count(q)', true),
(6, 'retention_agg', 'plain by profession', 'retention by profession', NULL, NULL, 'count(q)', true),
(7, 'workforce_agg', 'plain by profession', 'by profession', NULL, NULL, 'count(q)', true);

-- What a peer is told, in one line; '' where it does not take part.
CREATE FUNCTION bench.peer_statement(place int, side text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT regexp_replace(
                         CASE WHEN t.summed = '' AND side = 'duckdb' THEN format('COPY (%s) TO ''/dev/null'' (FORMAT csv)', q.sql)
                              WHEN t.summed = '' THEN q.sql
                              -- each column by its sum, so that all is computed
                              ELSE format('SELECT %s FROM (%s) AS q',
                                          CASE WHEN t.ours = 'peers: incidence'
                                               THEN 'count(*), sum(exits), sum(layoff), sum(resignation), sum(retirement)'
                                               ELSE t.summed END, q.sql) END,
                         '\s+', ' ', 'g')
                     FROM bench.peer_test AS t
                          JOIN bench.query AS q ON q.name = CASE side WHEN 'duckdb' THEN t.duckdb ELSE t.clickhouse END
                     WHERE t.place = peer_statement.place), '')
$$;

-- ms of the processor: of this backend, and of all that its server had beside it and are gone,
-- such as its workers. Linux only: NULL elsewhere.
CREATE FUNCTION bench.cpu_of_all() RETURNS float8 VOLATILE LANGUAGE sql AS $$
    SELECT bench.cpu() + sum(10 * split_part(substring(pg_read_file('/proc/' || parent || '/stat', 0, 1000, true) FROM '\) (.*)'), ' ', n)::float8)
    FROM substring(pg_read_file('/proc/self/stat', 0, 1000, true) FROM '\) \S+ (\d+)') AS parent, unnest(ARRAY[14, 15]) AS n
$$;

-- One run of ours. Its plan is made first, so that what a backend reads once does not count.
CREATE PROCEDURE bench.run_beside_peers(rows bigint, place int, pass int, side text) LANGUAGE plpgsql AS $$
DECLARE
    wanted bench.peer_test;
    query  text;
    start  timestamptz;
    before float8;
    ms     float8;
BEGIN
    SELECT * INTO STRICT wanted FROM bench.peer_test AS t WHERE t.place = run_beside_peers.place;
    query := bench.sql(CASE WHEN side ~ 'ours' THEN wanted.ours ELSE wanted.scan END);
    query := CASE WHEN side ~ 'scan' THEN format('SELECT count(q) FROM (%s) AS q', query)
                  WHEN wanted.summed = '' THEN format('COPY (%s) TO ''/dev/null'' (FORMAT csv)', query)
                  WHEN wanted.ours = 'peers: incidence' THEN format('SELECT count(*), sum(exits), sum(incidence) FROM (%s) AS q', query)
                  ELSE format('SELECT %s FROM (%s) AS q', wanted.summed, query) END;
    EXECUTE 'EXPLAIN ' || CASE WHEN query ~ '^COPY' THEN bench.sql(wanted.ours) ELSE query END;
    PERFORM pg_sleep(0.1);
    before := bench.cpu_of_all();
    start := clock_timestamp();
    EXECUTE query;
    ms := extract(epoch FROM clock_timestamp() - start) * 1000;
    PERFORM pg_sleep(0.1);
    INSERT INTO bench.peer VALUES (rows, wanted.test, pass, side, ms, bench.cpu_of_all() - before);
END
$$;

-- Rows of a peer beside ours: all of its rows are ours, and the numbers the same.
CREATE PROCEDURE bench.compare_peer(rows bigint, side text, what text) LANGUAGE plpgsql AS $$
DECLARE
    points     bigint;
    wrong      bigint;
    difference float8;
BEGIN
    IF what = 'funnel' THEN
        EXECUTE format('SELECT count(*), count(*) FILTER (WHERE p.entered IS DISTINCT FROM o.entered AND coalesce(o.entered, 0) > 0)
                        FROM peer_funnel AS p FULL JOIN (%s) AS o USING (programme, stage_no)', bench.sql('peers: funnel'))
            INTO points, wrong;
    ELSIF what = 'curve' THEN
        EXECUTE format('SELECT count(p.exits), count(*) FILTER (WHERE coalesce(p.exits, 0) IS DISTINCT FROM o.exits OR p.at_risk <> o.at_risk),
                               max(abs(p.retained - o.retained))
                        FROM peer_curve AS p FULL JOIN (%s) AS o USING (profession, after_days)', bench.sql('peers: curve'))
            INTO points, wrong, difference;
    ELSE
        EXECUTE format('SELECT count(*), count(*) FILTER (WHERE o.incidence IS NULL), max(abs(v.incidence - o.incidence))
                        FROM peer_incidence AS p
                             CROSS JOIN LATERAL (VALUES (''layoff'', layoff), (''resignation'', resignation), (''retirement'', retirement)) AS v(reason, incidence)
                             LEFT JOIN (%s) AS o USING (profession, after_days, reason)', bench.sql('peers: incidence'))
            INTO points, wrong, difference;
    END IF;
    IF wrong > 0 OR points = 0 OR difference > 1e-9 THEN
        RAISE '% of % and ours differ at % of % points, by up to %', what, side, wrong, points, difference;
    END IF;
    INSERT INTO bench.agreement VALUES (rows, side || '''s ' || what, points, difference);
END
$$;
