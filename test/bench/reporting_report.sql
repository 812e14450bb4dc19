-- Reporting beside what it is meant to reach. The numbers are printed, none is asserted.
\C 'What a refresh costs. Plain: the aggregation alone, its query with nothing stored; count(*) of the same groups; leave_out false'
SELECT to_char(rows, 'FM999,999,999') AS rows, test,
       CASE WHEN test ~ '^refresh' THEN 'at most 1.3' END AS meant,
       round((ours / plain)::numeric, 2) AS measured,
       round((our_cpu / nullif(plain_cpu, 0))::numeric, 2) AS "of processor",
       round(plain) AS plain, round(ours) AS ours
FROM (
    SELECT rows, test, min(at) AS first,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'plain') AS plain,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'ours') AS ours,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY cpu) FILTER (WHERE side = 'plain')
               AS plain_cpu,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY cpu) FILTER (WHERE side = 'ours')
               AS our_cpu
    FROM bench.run
    WHERE test ~ '^(refresh|aggregation of count|leave_out)'
    GROUP BY rows, test
) AS median
ORDER BY median.rows, substring(test FROM '^[^,]+'), first;

\C 'Milliseconds until a client has read a view, COPY (SELECT * ...) TO STDOUT, in one process; meant: below 100'
WITH median AS (
    SELECT rows, view, size, max(results) AS results,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE pass > 0) AS ms
    FROM bench.view_run
    GROUP BY rows, view, size
)
SELECT to_char(rows, 'FM999,999,999') AS rows, view,
       max(results) FILTER (WHERE size = 'by profession') AS "rows by profession",
       round((max(ms) FILTER (WHERE size = 'by profession'))::numeric, 1) AS ms,
       max(results) FILTER (WHERE size = 'by region and profession') AS "rows by both",
       round((max(ms) FILTER (WHERE size = 'by region and profession'))::numeric, 1) AS ms,
       max(results) FILTER (WHERE size = 'one region and profession') AS "of one group",
       round((max(ms) FILTER (WHERE size = 'one region and profession'))::numeric, 1) AS ms
FROM median
GROUP BY median.rows, view
ORDER BY median.rows, view;

\C 'The same in short'
WITH median AS (
    SELECT rows, view, size, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS ms
    FROM bench.view_run
    WHERE pass > 0
    GROUP BY rows, view, size
)
SELECT to_char(rows, 'FM999,999,999') AS rows, size, count(*) AS views,
       count(*) FILTER (WHERE ms >= 100) AS "100 ms or more",
       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric, 1) AS median,
       round(max(ms)::numeric, 1) AS slowest
FROM median
GROUP BY median.rows, size
ORDER BY median.rows, size;

\C 'Sizes of the summaries, with index'
SELECT to_char(rows, 'FM999,999,999') AS rows, schema, name, groups, kept AS "with totals",
       pg_size_pretty(bytes) AS size, bytes / kept AS "bytes each"
FROM bench.summary_size
ORDER BY bench.summary_size.rows, name, groups;
\C
