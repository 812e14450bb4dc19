\echo 'WHO GOES FROM WHICH HOSPITAL TO WHICH'
\echo
\echo 'This is not in the letter either. The register has the last hospital of each person only,'
\echo 'so moves are made up: some had come to it from another one. Moves of the five years:'
\echo
-- Moves of the five years, from spells at a hospital.
CREATE MATERIALIZED VIEW movement AS
SELECT mobility_agg(person_id, hospital, start_date, end_date,
                    daterange('2018-06-01', '2023-06-01')) AS m
FROM workplace
WHERE profession = 'medical secretary';

-- How many went from where to where, and how many a year of 100 who are there?
SELECT coalesce(from_state, '(hired)') AS "from", coalesce(to_state, '(left)') AS "to",
       moves, round(100 * rate::numeric, 1) AS "a year of 100",
       round(100 * lower::numeric, 1) AS lower, round(100 * upper::numeric, 1) AS upper
FROM movement, mobility_flows(m);

\echo 'WHICH HOSPITAL WINS'
\echo
-- Headcount, hired and left, won from other hospitals and lost to them.
SELECT state AS hospital, before.headcount AS "June 2018", hired, won, lost, "left",
       now.headcount AS "June 2023"
FROM movement, mobility_headcount(m, '2018-06-01') AS before
     JOIN mobility_headcount(m) AS now USING (state),
     LATERAL (SELECT coalesce(sum(moves) FILTER (WHERE from_state IS NULL), 0) AS hired,
                     coalesce(sum(moves) FILTER (WHERE from_state <> state), 0) AS won
              FROM mobility_flows(m)
              WHERE to_state = state) AS came,
     LATERAL (SELECT coalesce(sum(moves) FILTER (WHERE to_state <> state), 0) AS lost,
                     coalesce(sum(moves) FILTER (WHERE to_state IS NULL), 0) AS "left"
              FROM mobility_flows(m)
              WHERE from_state = state) AS went
ORDER BY hospital;

