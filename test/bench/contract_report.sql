-- Contracts beside what they are meant to reach. The numbers are printed, none is asserted, but that
-- both sides have the same summaries.
\C 'The same summaries of professions (plain SQL)'
SELECT to_char(rows, 'FM999,999,999') AS rows, one, groups
FROM bench.same_people
ORDER BY bench.same_people.rows, one;

\C 'What contracts are meant to reach'
WITH median AS (
    SELECT rows, test,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'plain') AS plain,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE side = 'ours') AS ours
    FROM bench.run
    WHERE test ~ 'people|^spells_agg'
    GROUP BY rows, test
), lines AS (
    SELECT rows, 1 AS place, 'faster than plain SQL that joins: times' AS measure, test AS what,
           'at least 8' AS meant, plain / ours AS measured
    FROM median
    WHERE test ~ '^people'
    UNION ALL
    SELECT rows, 2, 'of count(*) and min(): times', test,
           CASE test WHEN 'workforce_agg of people, serial' THEN 'at most 2.5' END, ours / plain
    FROM median
    WHERE test ~ '_agg'
    UNION ALL
    SELECT rows, 3, 'peak memory of the backend: MB', test,
           CASE WHEN test ~ '^workforce_agg' THEN 'work_mem and the summaries' END, max(kb) / 1024.0
    FROM bench.memory
    WHERE side = 'ours' AND test ~ 'people|^spells_agg'
    GROUP BY rows, test
)
SELECT to_char(rows, 'FM999,999,999') AS rows, measure, what, meant,
       round(measured::numeric, 2) AS measured
FROM lines
ORDER BY lines.rows, place, what;
\C
