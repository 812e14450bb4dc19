-- The medians of the times, and their ratio. Speed is measured, never asserted.
\C 'Milliseconds: plain SQL, education_flow, and what education_flow takes of plain SQL'
SELECT to_char(rows, 'FM999,999,999') AS rows, test,
       round(plain) AS plain, round(ours) AS ours,
       CASE WHEN ours * 2 > plain THEN round((ours / plain)::numeric, 2)::text
            ELSE '1/' || round(plain / ours) END AS ratio,
       runs,
       CASE WHEN plain_plan = our_plan THEN our_plan
            ELSE concat_ws(' / ', plain_plan, our_plan) END AS plan
FROM (
    SELECT rows, test, min(at) AS first,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'plain') AS plain,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'ours') AS ours,
           count(*) FILTER (WHERE side = 'ours') AS runs,
           max(bench.how(plan)) FILTER (WHERE side = 'plain' AND test !~ 'project|CTE|rates|read|test|halves') AS plain_plan,
           max(bench.how(plan)) FILTER (WHERE side = 'ours' AND test !~ 'project|CTE|rates|read|test|halves') AS our_plan
    FROM bench.run
    GROUP BY rows, test
) AS median
ORDER BY median.rows, first;

\C 'Bytes of a summary (pg_column_size)'
SELECT to_char(rows, 'FM999,999,999') AS rows, what, count(*) AS summaries,
       min(bytes), percentile_disc(0.5) WITHIN GROUP (ORDER BY bytes) AS median, max(bytes),
       pg_size_pretty(sum(bytes)) AS total
FROM bench.size
GROUP BY bench.size.rows, what
ORDER BY bench.size.rows, summaries DESC;

\C 'Peak private memory of the backend, MB'
SELECT to_char(rows, 'FM999,999,999') AS rows, test,
       round(max(kb) FILTER (WHERE side = 'plain') / 1024.0, 1) AS plain,
       round(max(kb) FILTER (WHERE side = 'ours') / 1024.0, 1) AS ours
FROM bench.memory
GROUP BY bench.memory.rows, test
ORDER BY bench.memory.rows, min(ctid);
\C
