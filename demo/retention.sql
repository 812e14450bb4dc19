\echo 'HOW MANY OF THOSE NEWLY EMPLOYED ARE STILL THERE'
\echo
\echo 'This is not in the letter: the same register, asked another question. Those still'
\echo 'employed count as long as they were seen. Those hired before June 2018 are in the'
\echo 'register because they had stayed; they count from then on (delayed entry).'
\echo
-- How long people stay, and why they leave, by hospital.
CREATE MATERIALIZED VIEW stay AS
SELECT hospital,
       retention_agg(start_date, end_date, reason,
                     daterange('2018-06-01', '2023-06-01')) AS r
FROM employment
WHERE profession = 'medical secretary'
GROUP BY hospital;

CREATE VIEW region_stay AS
SELECT rollup(r) AS r
FROM stay;

-- How many of those newly employed are still there after 1, 2 and 5 years?
SELECT round(after_days / 365.25) AS years,
       at_risk AS "at risk",
       round(100 * retained::numeric, 1) AS "still there, %",
       round(100 * lower::numeric, 1) AS lower,
       round(100 * upper::numeric, 1) AS upper
FROM region_stay, retention_curve(r)
WHERE after_days IN (366, 731, 1827);

\echo 'WHY THE OTHERS LEFT'
\echo
-- How many have left for which reason after 5, 10, 20 and 30 years?
SELECT round(after_days / 365.25) AS years,
       round(100 * max(incidence) FILTER (WHERE reason = 'resignation')::numeric, 1)
           AS "resigned, %",
       round(100 * max(incidence) FILTER (WHERE reason = 'retirement')::numeric, 1)
           AS "retired, %"
FROM region_stay, exit_incidence(r, '5 years')
WHERE after_days IN (1827, 3653, 7305, 10958)
GROUP BY after_days
ORDER BY after_days;
