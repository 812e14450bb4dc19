-- What is measured. "..." and "plain ..." are compared.
INSERT INTO bench.query VALUES

('plain by profession', $$
    SELECT profession, count(*), min(start_date)
    FROM employment
    GROUP BY profession
$$),

('by profession', $$
    SELECT profession, workforce_agg(birth_date, start_date, end_date, reason,
                                     daterange('2016-01-01', '2026-01-01'))
    FROM employment
    GROUP BY profession
$$),

('by profession, numeric fte', $$
    SELECT profession, workforce_agg(birth_date, start_date, end_date, reason,
                                     daterange('2016-01-01', '2026-01-01'), fte)
    FROM employment
    GROUP BY profession
$$),

('by profession, float8 fte', $$
    SELECT profession, workforce_agg(birth_date, start_date, end_date, reason,
                                     daterange('2016-01-01', '2026-01-01'), fte_float)
    FROM employment
    GROUP BY profession
$$),

-- Ten years become 50, and no row is skipped as unseen.
('by profession, complete history', $$
    SELECT profession, workforce_agg(birth_date, start_date, end_date, reason,
                                     daterange(NULL, '2026-01-01'))
    FROM employment
    GROUP BY profession
$$),

('plain by municipality', $$
    SELECT municipality, profession, count(*), min(start_date)
    FROM employment
    GROUP BY municipality, profession
$$),

('by municipality', $$
    SELECT municipality, profession, workforce_agg(birth_date, start_date, end_date, reason,
                                                   daterange('2016-01-01', '2026-01-01'))
    FROM employment
    GROUP BY municipality, profession
$$),

('plain by person', $$
    SELECT person_id, count(*)
    FROM employment
    GROUP BY person_id
$$),

('by person', $$
    SELECT person_id, workforce_agg(birth_date, start_date, end_date, reason,
                                    daterange('2016-01-01', '2026-01-01'))
    FROM employment
    GROUP BY person_id
$$),

-- 30 years month by month, three reasons, five hires a year, with intervals and the need.
('projection', $$
    SELECT municipality, profession, p.*
    FROM summaries, workforce_project(w, 30, intake => array_fill(5::float8, ARRAY[30])) AS p
$$),

-- The same with the exit rates of the profession in all municipalities.
('projection, national rates', $$
    SELECT municipality, profession, p.*
    FROM summaries
         JOIN (SELECT profession, rollup(w) AS rates FROM summaries GROUP BY profession)
              AS national USING (profession),
         workforce_project(w, 30, intake => array_fill(5::float8, ARRAY[30]),
                           rates => rates) AS p
$$),

('projection, sample', $$
    SELECT municipality, profession, p.*
    FROM (SELECT * FROM summaries WHERE municipality <= 58 AND profession = 1 OFFSET 0) AS s,
         workforce_project(w, 30, intake => array_fill(5::float8, ARRAY[30])) AS p
$$),

-- The projection in plain SQL, by years of age, of expected numbers only (no interval, no
-- need). First as it is usually written: a row for each group and age goes on to the next
-- age each year. Who passes 70 leaves, and gives place to those of 18.
('plain projection, rows', $$
    WITH RECURSIVE projected AS (
        SELECT municipality, profession, age, 0 AS year, headcount,
               0::float8 AS retirement, 0::float8 AS resignation, 0::float8 AS layoff
        FROM grid
        UNION ALL
        SELECT municipality, profession, g.age, p.year + 1,
               CASE WHEN g.age > 18
                    THEN p.headcount * (1 - g.retirement - g.resignation - g.layoff)
                    ELSE 0 END + 5 * g.share,
               CASE WHEN g.age > 18 THEN p.headcount * g.retirement ELSE p.headcount END,
               CASE WHEN g.age > 18 THEN p.headcount * g.resignation ELSE 0 END,
               CASE WHEN g.age > 18 THEN p.headcount * g.layoff ELSE 0 END
        FROM projected AS p
             JOIN grid AS g USING (municipality, profession)
        WHERE year < 30 AND g.age = CASE WHEN p.age < 70 THEN p.age + 1 ELSE 18 END
    )
    SELECT municipality, profession, year, sum(retirement) AS retirement,
           sum(resignation) AS resignation, sum(layoff) AS layoff,
           sum(headcount) AS headcount
    FROM projected
    WHERE year > 0
    GROUP BY municipality, profession, year
$$),

-- Then the fastest that we know: each group recurses by itself (no join), with the
-- headcounts by age in an array.
('plain projection, arrays', $$
    SELECT municipality, profession, p.*
    FROM vectors AS v,
         LATERAL (
             WITH RECURSIVE projected AS (
                 SELECT 0 AS year, v.headcount AS heads, 0::float8 AS retirement,
                        0::float8 AS resignation, 0::float8 AS layoff,
                        0::float8 AS headcount
                 UNION ALL
                 SELECT year + 1, step.*
                 FROM projected,
                      LATERAL (
                          SELECT array_agg(next), sum(head * retirement),
                                 sum(head * resignation), sum(head * layoff), sum(next)
                          FROM unnest(0::float8 || heads[:53], v.retirement, v.resignation,
                                      v.layoff, v.share)
                                   AS u(head, retirement, resignation, layoff, share),
                               LATERAL (SELECT head * (1 - retirement - resignation - layoff)
                                               + 5 * share) AS n(next)
                      ) AS step
                 WHERE year < 30
             )
             SELECT year, retirement, resignation, layoff, headcount
             FROM projected
             WHERE year > 0
         ) AS p
$$),

-- The same month by month, for 58 groups: a 300th.
('plain projection, months', $$
    SELECT municipality, profession, (month + 11) / 12 AS year,
           sum(p.retirement) AS retirement, sum(p.resignation) AS resignation,
           sum(p.layoff) AS layoff,
           max(p.headcount) FILTER (WHERE month % 12 = 0) AS headcount
    FROM months AS v,
         LATERAL (
             WITH RECURSIVE projected AS (
                 SELECT 0 AS month, v.headcount AS heads, 0::float8 AS retirement,
                        0::float8 AS resignation, 0::float8 AS layoff,
                        0::float8 AS headcount
                 UNION ALL
                 SELECT month + 1, step.*
                 FROM projected,
                      LATERAL (
                          SELECT array_agg(next), sum(head * retirement),
                                 sum(head * resignation), sum(head * layoff), sum(next)
                          FROM unnest(0::float8 || heads[:636], v.retirement, v.resignation,
                                      v.layoff, v.share)
                                   AS u(head, retirement, resignation, layoff, share),
                               LATERAL (SELECT head * (1 - retirement - resignation - layoff)
                                               + 5 / 12.0::float8 * share) AS n(next)
                      ) AS step
                 WHERE month < 360
             )
             SELECT month, retirement, resignation, layoff, headcount
             FROM projected
             WHERE month > 0
         ) AS p
    GROUP BY 1, 2, 3
$$);
