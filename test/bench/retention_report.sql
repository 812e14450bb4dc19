-- retention beside plain SQL and R, and beside what it is meant to reach. The numbers are
-- printed, none is asserted.
\C 'Largest difference of the share still there, and of its standard error, from ours'
SELECT to_char(rows, 'FM999,999,999') AS rows, what, points, difference
FROM bench.agreement
ORDER BY bench.agreement.rows, what;

\C 'R''s survfit on the same rows: profession, entry, exit, status of the spells seen'
SELECT to_char(rows, 'FM999,999,999') AS rows, period, what, round(value::numeric, 1) AS value
FROM bench.survfit
ORDER BY bench.survfit.rows, period DESC, what;

\C 'What retention is meant to reach'
WITH median AS (
    SELECT rows, test,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'plain') AS plain,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'ours') AS ours,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY cpu) FILTER (WHERE side = 'ours') AS our_cpu
    FROM bench.run
    GROUP BY rows, test
), sets AS (
    -- The other form of plain SQL, with two workers.
    SELECT rows, plain FROM median WHERE test ~ 'as grouping sets'
), r AS (
    SELECT rows, 'beside survfit, ' || period AS test,
           1000 * sum(value) FILTER (WHERE what = 'R, survfit, s') AS fit,
           1000 * sum(value) FILTER (WHERE what = 'R, survfit without entries, s') AS fit_plain,
           1000 * sum(value) FILTER (WHERE what = 'R, survfit, processor s') AS fit_cpu,
           1000 * sum(value) FILTER (WHERE what IN ('export, s', 'R, reading, s', 'R, survfit, s'))
               AS total
    FROM bench.survfit
    GROUP BY rows, period
), lines AS (
    SELECT rows, 1 AS place, 'retention_agg by profession, of count(*) and min(): times' AS measure,
           test AS what, 'at most 2' AS meant, ours / plain AS measured
    FROM median
    WHERE test = 'retention_agg, 60 professions'
    UNION ALL
    SELECT rows, 2, 'curves from rows, faster than window functions: times', test,
           CASE WHEN test ~ 'two workers' THEN 'at least 5' END,
           CASE WHEN test = 'curve every day, two workers' THEN least(median.plain, sets.plain)
                ELSE median.plain END / ours
    FROM median JOIN sets USING (rows)
    WHERE test ~ '^curve'
    UNION ALL
    SELECT m.rows, 3 + v.place, v.measure, ltrim(m.test), v.meant, v.times / m.ours
    FROM median AS m
         JOIN r ON r.rows = m.rows AND position(r.test IN m.test) > 0,
         LATERAL (VALUES
             (0.0, 'curves from rows, faster than survfit: times', 'at least 15', r.fit),
             (0.1, '  than survfit without entries: times', NULL, r.fit_plain),
             (0.2, '  with R''s export and reading counted: times', NULL, r.total),
             (0.3, '  of processor time alone: times', NULL, r.fit_cpu * m.ours / m.our_cpu)
         ) AS v (place, measure, meant, times)
    WHERE v.times IS NOT NULL
    UNION ALL
    SELECT rows, 5, 'largest summary of a profession: kB', what, 'below 400', max(bytes) / 1000.0
    FROM bench.size
    WHERE what ~ '^retention'
    GROUP BY rows, what
    UNION ALL
    SELECT rows, 6, 'reading of one curve: ms', test, 'below 5', ours / 60
    FROM median
    WHERE test ~ '^read 60'
)
SELECT to_char(rows, 'FM999,999,999') AS rows, measure, what, meant,
       round(measured::numeric, 2) AS measured
FROM lines
ORDER BY lines.rows, place, what;
\C
