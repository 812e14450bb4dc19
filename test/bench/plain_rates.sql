-- What the plain SQL projections start from, prepared here and not timed: per municipality,
-- profession and year of age the headcount, the yearly probabilities of the three exits
-- (of the profession where the group itself has nobody of that age), and the hires' share
-- of ages. Ages 18 to 70; everybody leaves at 71.
SET max_parallel_workers_per_gather = 2;
SET client_min_messages = warning;
DROP TABLE IF EXISTS grid, vectors, months;

CREATE UNLOGGED TABLE grid AS
WITH exposed AS (
    -- One row for each year in which a person was there.
    SELECT municipality, profession,
           year - extract(year FROM birth_date)::int AS age,
           count(*) AS persons,
           count(*) FILTER (WHERE gone AND reason = 'retirement') AS retirement,
           count(*) FILTER (WHERE gone AND reason = 'resignation') AS resignation,
           count(*) FILTER (WHERE gone AND reason = 'layoff') AS layoff,
           count(*) FILTER (WHERE year = 2025 AND NOT gone) AS headcount,
           count(*) FILTER (WHERE year = extract(year FROM start_date)) AS hires
    FROM employment,
         generate_series(greatest(2016, extract(year FROM start_date)::int),
                         extract(year FROM coalesce(end_date - 1, '2025-12-31'))::int)
             AS year,
         LATERAL (SELECT coalesce(year = extract(year FROM end_date - 1), false)) AS g(gone)
    GROUP BY 1, 2, 3
), by_profession AS (
    SELECT profession, age, sum(persons) AS persons, sum(retirement) AS retirement,
           sum(resignation) AS resignation, sum(layoff) AS layoff
    FROM exposed
    GROUP BY 1, 2
)
SELECT municipality, profession, age,
       coalesce(e.headcount, 0)::float8 AS headcount,
       coalesce(e.retirement / e.persons::float8, p.retirement / p.persons::float8, 0)
           AS retirement,
       coalesce(e.resignation / e.persons::float8, p.resignation / p.persons::float8, 0)
           AS resignation,
       coalesce(e.layoff / e.persons::float8, p.layoff / p.persons::float8, 0) AS layoff,
       coalesce(e.hires, 0) / greatest(sum(e.hires) OVER (PARTITION BY municipality,
                                                          profession), 1)::float8 AS share
FROM generate_series(1, 290) AS municipality
     CROSS JOIN generate_series(1, 60) AS profession
     CROSS JOIN generate_series(18, 70) AS age
     LEFT JOIN exposed AS e USING (municipality, profession, age)
     LEFT JOIN by_profession AS p USING (profession, age);
CREATE INDEX ON grid (municipality, profession, age);

-- The same as arrays by age, of 54 elements: in the last, of age 71, everybody retires.
CREATE UNLOGGED TABLE vectors AS
SELECT municipality, profession,
       array_agg(headcount ORDER BY age) || 0::float8 AS headcount,
       array_agg(retirement ORDER BY age) || 1::float8 AS retirement,
       array_agg(resignation ORDER BY age) || 0::float8 AS resignation,
       array_agg(layoff ORDER BY age) || 0::float8 AS layoff,
       array_agg(share ORDER BY age) || 0::float8 AS share
FROM grid
GROUP BY municipality, profession;

-- And by month of age, a twelfth in each, for a 300th of the groups.
CREATE UNLOGGED TABLE months AS
SELECT municipality, profession,
       array_agg(headcount / 12 ORDER BY age, month) || 0::float8 AS headcount,
       array_agg(retirement / 12 ORDER BY age, month) || 1::float8 AS retirement,
       array_agg(resignation / 12 ORDER BY age, month) || 0::float8 AS resignation,
       array_agg(layoff / 12 ORDER BY age, month) || 0::float8 AS layoff,
       array_agg(share / 12 ORDER BY age, month) || 0::float8 AS share
FROM grid, generate_series(1, 12) AS month
WHERE municipality <= 58 AND profession = 1
GROUP BY municipality, profession;

VACUUM ANALYZE grid, vectors, months;
