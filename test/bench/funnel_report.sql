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
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'ours') AS ours
    FROM bench.run
    GROUP BY rows, test
), forms AS (
    SELECT rows, test ~ 'window and exit' AS strict, parallel, plain,
           substring(test FROM 'of (\w+),') AS form
    FROM median
    WHERE test ~ '^entered'
), fastest AS (
    -- What runs in one process counts among the forms that may use workers.
    SELECT DISTINCT ON (rows, strict, p.parallel) rows, strict, p.parallel, plain, form
    FROM forms, LATERAL (VALUES (true), (false)) AS p(parallel)
    WHERE p.parallel >= forms.parallel
    ORDER BY rows, strict, p.parallel, plain
), ours AS (
    SELECT rows, test ~ 'window and exit' AS strict, test ~ 'two workers' AS parallel,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS ours
    FROM bench.run
    WHERE test ~ '^entered' AND side = 'ours'
    GROUP BY 1, 2, 3
), lines AS (
    SELECT rows, 1 AS place, 'funnel_agg, of count(*) and min(): times' AS measure,
           ltrim(regexp_replace(test, '^funnel_agg, ', '')) AS what,
           CASE WHEN test = 'funnel_agg, 200 programmes, serial' THEN 'at most 2' END AS meant,
           ours / plain AS measured
    FROM median
    WHERE test ~ '^(funnel_agg|  window and exit)'
    UNION ALL
    SELECT rows, 2, 'faster than the fastest plain SQL: times',
           CASE WHEN strict THEN 'window and exit' ELSE 'five stages' END
           || CASE WHEN parallel THEN ', two workers' ELSE ', serial' END
           || ' (' || form || ')',
           CASE WHEN NOT strict THEN CASE WHEN parallel THEN 'at least 6' ELSE 'at least 5' END END,
           plain / ours
    FROM fastest JOIN ours USING (rows, strict, parallel)
    UNION ALL
    SELECT rows, 3, 'two workers, of serial: times', replace(a.test, ', two workers', ''),
           CASE WHEN a.test ~ '200 programmes' THEN 'at most 1' END, a.ours / b.ours
    FROM median AS a JOIN median AS b USING (rows)
    WHERE a.parallel AND b.test = replace(a.test, 'two workers', 'serial')
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
