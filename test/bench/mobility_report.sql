-- mobility beside what it is meant to reach. The numbers are printed, none is asserted, but for
-- those that both sides counted.
\C 'The same moves and person-years (plain SQL), or the same summary'
SELECT to_char(rows, 'FM999,999,999') AS rows, one, other, numbers
FROM bench.same_flows
ORDER BY bench.same_flows.rows, other, one;

\C 'What mobility is meant to reach'
WITH median AS (
    SELECT rows, test, test ~ 'two workers' AS parallel,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'plain') AS plain,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'ours') AS ours
    FROM bench.run
    WHERE test ~ 'flows|mobilit'
    GROUP BY rows, test
), lines AS (
    SELECT rows, 1 AS place, 'faster than plain SQL: times' AS measure, test AS what,
           CASE WHEN test ~ '^flows, of lead' THEN 'at least 5' END AS meant,
           plain / ours AS measured
    FROM median
    WHERE test ~ '^flows'
    UNION ALL
    SELECT rows, 2, 'mobility_agg, of count(*), min() and max(): times',
           replace(test, 'mobility_agg, ', ''), NULL, ours / plain
    FROM median
    WHERE test ~ '^mobility_agg'
    UNION ALL
    SELECT rows, 3, 'two workers, of serial: times', replace(a.test, ', two workers', ''), NULL,
           a.ours / b.ours
    FROM median AS a JOIN median AS b USING (rows)
    WHERE a.parallel AND b.test = replace(a.test, 'two workers', 'serial')
    UNION ALL
    SELECT rows, 4, 'peak memory of the backend: MB', test, NULL, max(kb) / 1024.0
    FROM bench.memory
    WHERE side = 'ours' AND test ~ 'mobility_agg|^flows'
    GROUP BY rows, test
)
SELECT to_char(rows, 'FM999,999,999') AS rows, measure, what, meant,
       round(measured::numeric, 2) AS measured
FROM lines
ORDER BY lines.rows, place, what;
\C
