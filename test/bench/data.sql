-- Employment rows, :rows of them, from a hash of their number: the same on each run, and in
-- random physical order by any column. They go back 50 years from 2026; a third have ended.
-- person_id takes a million values, whatever the number of rows.
SET client_min_messages = warning;
DROP TABLE IF EXISTS employment;
CREATE UNLOGGED TABLE employment AS
SELECT person_id,
       municipality % 21 + 1 AS region,
       municipality,
       profession,
       CASE WHEN retires THEN end_date - (365.25 * (64 + 4 * u1))::int
            ELSE start_date - (365.25 * (18 + u1 * least(32, 50 - served / 365.25)))::int
       END AS birth_date,
       start_date,
       end_date,
       CASE WHEN retires THEN 'retirement'
            WHEN ended AND u2 < 0.25 THEN 'layoff'
            WHEN ended THEN 'resignation' END AS reason,
       (ARRAY[1, 1, 1, 0.8, 0.75, 0.5])[1 + (hash >> 3 & 1023) % 6]::numeric(4, 3) AS fte,
       (ARRAY[1, 1, 1, 0.8, 0.75, 0.5])[1 + (hash >> 3 & 1023) % 6]::float8 AS fte_float
FROM (
    SELECT *, CASE WHEN ended THEN start_date + served END AS end_date,
           ended AND served > 4000 AS retires
    FROM (
        SELECT *, CASE WHEN ended THEN 1 + (u3 * u3 * (seen - 1))::int ELSE seen
                  END AS served
        FROM (
            SELECT *, date '2026-01-01' - start_date AS seen
            FROM (
                SELECT i * 7368787 % 1000000 AS person_id,
                       hash,
                       1 + (hash & 65535)::int * 290 / 65536 AS municipality,
                       1 + (hash >> 16 & 65535)::int * 60 / 65536 AS profession,
                       date '1976-01-01' + ((hash >> 32 & 65535) * 18262 / 65536)::int
                           AS start_date,
                       (hash >> 48 & 65535) % 3 = 0 AS ended,
                       u1, u2, u3
                FROM generate_series(1, :rows::bigint) AS i,
                     LATERAL (SELECT hashint8extended(i, 1) AS hash,
                                     hashint8extended(i, 2) AS more) AS h,
                     LATERAL (SELECT (more & 65535) / 65536.0::float8 AS u1,
                                     (more >> 16 & 65535) / 65536.0::float8 AS u2,
                                     (more >> 32 & 65535) / 65536.0::float8 AS u3) AS u
            ) AS started
        ) AS lasting
    ) AS served
) AS spell;
-- Two workers, however small the table.
ALTER TABLE employment SET (parallel_workers = 2);
VACUUM ANALYZE employment;
