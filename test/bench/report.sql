-- The medians of the times, and their ratio; that of processor times too, which other load on
-- the machine changes less. Speed is measured, never asserted.
\C 'Milliseconds: plain SQL, education_flow, and what education_flow takes of plain SQL'
SELECT to_char(rows, 'FM999,999,999') AS rows, test,
       round(plain) AS plain, round(ours) AS ours,
       CASE WHEN ours * 2 > plain THEN round((ours / plain)::numeric, 2)::text
            ELSE '1/' || round(plain / ours) END AS ratio,
       CASE WHEN our_cpu * 2 > plain_cpu
            THEN round((our_cpu / nullif(plain_cpu, 0))::numeric, 2)::text
            ELSE '1/' || round(plain_cpu / nullif(our_cpu, 0)) END AS "of processor",
       runs,
       CASE WHEN plain_plan = our_plan THEN our_plan
            ELSE concat_ws(' / ', plain_plan, our_plan) END AS plan
FROM (
    SELECT rows, test, min(at) AS first,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'plain') AS plain,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'ours') AS ours,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY cpu) FILTER (WHERE side = 'plain')
               AS plain_cpu,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY cpu) FILTER (WHERE side = 'ours')
               AS our_cpu,
           greatest(count(*) FILTER (WHERE side = 'ours'), count(*) FILTER (WHERE side = 'plain'))
               AS runs,
           max(bench.how(plan)) FILTER (WHERE side = 'plain' AND aggregates) AS plain_plan,
           max(bench.how(plan)) FILTER (WHERE side = 'ours' AND aggregates) AS our_plan
    FROM bench.run,
         LATERAL (SELECT test !~ 'project|CTE|rates|read|log-rank|halves') AS t(aggregates)
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

\C 'Peak private memory of the backend and what it wrote to temporary files, MB'
SELECT to_char(rows, 'FM999,999,999') AS rows, test,
       round(max(kb) FILTER (WHERE side = 'plain') / 1024.0, 1) AS plain,
       round(max(kb) FILTER (WHERE side = 'ours') / 1024.0, 1) AS ours,
       round(max(temp) FILTER (WHERE side = 'plain') / 1024.0) AS "plain, written",
       round(max(temp) FILTER (WHERE side = 'ours') / 1024.0) AS "ours, written"
FROM bench.memory
GROUP BY bench.memory.rows, test
ORDER BY bench.memory.rows, min(ctid);
\C
