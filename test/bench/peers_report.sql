-- peers: ratios of what ran in turn, and the times that they come from.
\C 'Beside other engines: what ours takes of them, and of a scan and group alone (two workers, two threads)'
WITH run AS (
    SELECT rows, test, pass, side, ms, cpu FROM bench.peer
), pair AS (
    SELECT o.rows, o.test, o.side AS ours, t.side AS beside, o.ms / t.ms AS ratio, o.cpu / nullif(t.cpu, 0) AS cpu
    FROM run AS o JOIN run AS t USING (rows, test, pass)
    WHERE o.side = 'ours' AND t.side IN ('scan', 'duckdb', 'clickhouse')
          OR o.side = 'ours, serial' AND t.side = 'scan, serial'
)
SELECT to_char(rows, 'FM999,999,999') AS rows, test, beside,
       round(min(ratio)::numeric, 2) AS min,
       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ratio)::numeric, 2) AS median,
       round(max(ratio)::numeric, 2) AS max,
       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY cpu)::numeric, 2) AS "of processor"
FROM pair
GROUP BY pair.rows, test, beside
ORDER BY pair.rows, test, beside;

\C 'Beside other engines: milliseconds, and those of all processors'
SELECT to_char(rows, 'FM999,999,999') AS rows, test, side || coalesce(' ' || max(peer), '') AS side,
       round(min(ms)) AS min, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)) AS median, round(max(ms)) AS max,
       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY cpu)) AS processor
FROM bench.peer
GROUP BY bench.peer.rows, test, bench.peer.side
ORDER BY bench.peer.rows, test, bench.peer.side;

\C 'The same numbers as other engines: points, and the largest difference of a share'
SELECT to_char(rows, 'FM999,999,999') AS rows, what, points, difference
FROM bench.agreement
WHERE what ~ '''s (funnel|curve|incidence)$' AND what !~ '^R'
ORDER BY bench.agreement.rows, what;
\C
