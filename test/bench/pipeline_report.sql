-- Education and work beside what they are meant to reach. The numbers are printed, none is
-- asserted, but for those that both sides counted.
\C 'Arrivals by calendar year: the largest difference of plain SQL from ours'
SELECT to_char(rows, 'FM999,999,999') AS rows, one, other, points, difference
FROM bench.same_arrivals
ORDER BY bench.same_arrivals.rows, one;

\C 'What was measured: 60 professions; rows are the events of education'
SELECT to_char(rows, 'FM999,999,999') AS rows, what, round(value::numeric, 1) AS value
FROM bench.measured
ORDER BY bench.measured.rows, ctid;

\C 'What education and work are meant to reach'
WITH median AS (
    SELECT rows, test, min(at) AS first,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'plain') AS plain,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'ours') AS ours,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY cpu) FILTER (WHERE side = 'ours') AS our_cpu
    FROM bench.run
    GROUP BY rows, test
), lines AS (
    SELECT rows, first, 1 AS place, 'three scenarios of 60 professions: ms' AS measure,
           test AS what,
           CASE WHEN test !~ 'rows|schedule' THEN 'below 1000' END AS meant, ours AS measured
    FROM median
    WHERE test ~ '^scenarios'
    UNION ALL
    SELECT rows, first, 1.5, '  processor time alone: ms', test, NULL, our_cpu
    FROM median
    WHERE test ~ '^scenarios'
    UNION ALL
    SELECT rows, first, 2, 'making 60 summaries from rows: ms', test, NULL, ours
    FROM median
    WHERE test ~ '^summaries'
    UNION ALL
    SELECT rows, first, 3, 'a call: microseconds', replace(test, 'calls of ', ''), NULL,
           1000 * ours / value
    FROM median JOIN bench.measured USING (rows)
    WHERE test ~ '^calls of' AND what = 'calls'
    UNION ALL
    SELECT rows, first, 3.5, '  processor time alone: microseconds', replace(test, 'calls of ', ''),
           NULL, 1000 * our_cpu / value
    FROM median JOIN bench.measured USING (rows)
    WHERE test ~ '^calls of' AND what = 'calls'
    UNION ALL
    SELECT rows, first, 4, 'faster than plain SQL: times', test, NULL, plain / ours
    FROM median
    WHERE test ~ '^arrivals'
)
SELECT to_char(rows, 'FM999,999,999') AS rows, measure, what, meant,
       round(measured::numeric, 2) AS measured
FROM lines
ORDER BY lines.rows, place, first;
\C
