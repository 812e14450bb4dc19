-- At which hospital the medical secretaries worked when. The register has the last hospital of
-- each person only; here every fifth had come to it from another one in the eleven years before
-- the last day seen, if employed so long. Made up by plain arithmetic, as the register is.

CREATE TABLE workplace AS
WITH moved AS (
    SELECT *, CASE WHEN person_id % 5 = 0 AND day > start_date + 90 THEN day END AS moved_on
    FROM employment,
         LATERAL (SELECT coalesce(end_date, date '2023-06-01')
                         - person_id::int * 619 % 997 * 4 AS day) AS d
)
SELECT person_id, profession, hospital, coalesce(moved_on, start_date) AS start_date, end_date
FROM moved
UNION ALL
SELECT person_id, profession,
       (array_remove(ARRAY['South', 'North', 'Central', 'North'], hospital))[1 + person_id % 8 / 4],
       start_date, moved_on
FROM moved
WHERE moved_on IS NOT NULL;
