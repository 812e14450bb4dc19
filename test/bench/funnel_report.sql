-- funnel beside what it is meant to reach. The numbers are printed, none is asserted, but for
-- those that both sides counted.
\C 'The same numbers (plain SQL, window_funnel), or the same summaries'
SELECT to_char(rows, 'FM999,999,999') AS rows, one, other, numbers
FROM bench.same_funnel
ORDER BY bench.same_funnel.rows, other, one;

\C 'What funnel is meant to reach'
WITH median AS (
    SELECT rows, test, test ~ 'two workers' AS parallel,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'plain') AS plain,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'ours') AS ours,
           count(*) FILTER (WHERE side = 'ours') AS runs
    FROM bench.run
    GROUP BY rows, test
), fastest AS (
    -- Of the forms of plain SQL: what runs in one process counts among those that may use
    -- workers.
    SELECT DISTINCT ON (rows, kind, parallel) rows, kind, parallel, plain,
           regexp_replace(test, '^entered, ', '') AS form
    FROM (SELECT rows, test, plain, test ~ 'window and exit' AS kind, p.parallel
          FROM median, LATERAL (VALUES (true), (false)) AS p(parallel)
          WHERE test ~ '^entered' AND p.parallel >= median.parallel) AS forms
    ORDER BY rows, kind, parallel, plain
), ours AS (
    -- Beside paths or loop, which ran as often as any.
    SELECT DISTINCT ON (rows, kind, parallel) rows, kind, parallel, ours
    FROM (SELECT *, test ~ 'window and exit' AS kind FROM median WHERE test ~ '^entered') AS m
    ORDER BY rows, kind, parallel, runs DESC, test DESC
), lines AS (
    SELECT rows, 1 AS place, 'funnel_agg, of count(*) and min(): times' AS measure,
           ltrim(regexp_replace(test, '^funnel_agg, ', '')) AS what,
           CASE WHEN test = 'funnel_agg, 200 programmes, serial' THEN 'at most 2' END AS meant,
           ours / plain AS measured
    FROM median
    WHERE test ~ '^(funnel_agg|  window and exit)'
    UNION ALL
    SELECT rows, 2, 'faster than the fastest plain SQL: times',
           CASE WHEN kind THEN 'window and exit' ELSE 'five stages' END
           || CASE WHEN parallel THEN ', two workers' ELSE ', serial' END
           || ' (' || form || ')',
           CASE WHEN NOT kind THEN CASE WHEN parallel THEN 'at least 6' ELSE 'at least 5' END END,
           plain / ours
    FROM fastest JOIN ours USING (rows, kind, parallel)
    UNION ALL
    SELECT rows, 3, 'two workers, of serial: times', regexp_replace(a.test, ', two workers', ''),
           CASE WHEN a.test ~ '200 programmes' THEN 'at most 1' END, a.ours / b.ours
    FROM median AS a JOIN median AS b USING (rows)
    WHERE a.parallel AND b.test = regexp_replace(a.test, 'two workers', 'serial')
          AND a.test ~ '^funnel_agg'
    UNION ALL
    SELECT rows, 4, 'peak memory of the backend: MB', test,
           CASE WHEN rows >= 100000000 THEN 'at most 1536' END, max(kb) / 1024.0
    FROM bench.memory
    WHERE side = 'ours' AND test ~ 'funnel'
    GROUP BY rows, test
    UNION ALL
    SELECT rows, 5, 'reading one funnel: ms', test, NULL, ours / 200
    FROM median
    WHERE test ~ '^read .*200 funnels'
)
SELECT to_char(rows, 'FM999,999,999') AS rows, measure, what, meant,
       round(measured::numeric, 2) AS measured
FROM lines
ORDER BY lines.rows, place, what;
\C
