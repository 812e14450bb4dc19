-- What is measured of retention. As in queries.sql, "..." and "plain ..." are compared. The
-- aggregates are compared with the plain ones there.
INSERT INTO bench.query VALUES

('retention by profession', $$
    SELECT profession, retention_agg(start_date, end_date, reason,
                                     daterange('2016-01-01', '2026-01-01'))
    FROM employment
    GROUP BY profession
$$),

-- Seen from the start of each: no late entries, and no row is skipped as unseen.
('retention by profession, complete history', $$
    SELECT profession, retention_agg(start_date, end_date, reason,
                                     daterange(NULL, '2026-01-01'))
    FROM employment
    GROUP BY profession
$$),

('retention by municipality', $$
    SELECT municipality, profession, retention_agg(start_date, end_date, reason,
                                                   daterange('2016-01-01', '2026-01-01'))
    FROM employment
    GROUP BY municipality, profession
$$),

('retention by person', $$
    SELECT person_id, retention_agg(start_date, end_date, reason,
                                    daterange('2016-01-01', '2026-01-01'))
    FROM employment
    GROUP BY person_id
$$),

-- From rows to a curve for each profession. OFFSET 0 keeps the aggregate apart.
('curve every day', $$
    SELECT profession, c.*
    FROM (SELECT profession, retention_agg(start_date, end_date, reason,
                                           daterange('2016-01-01', '2026-01-01')) AS r
          FROM employment
          GROUP BY profession
          OFFSET 0) AS s,
         retention_curve(r, '1 day') AS c
$$),

('curve every year', $$
    SELECT profession, c.*
    FROM (SELECT profession, retention_agg(start_date, end_date, reason,
                                           daterange('2016-01-01', '2026-01-01')) AS r
          FROM employment
          GROUP BY profession
          OFFSET 0) AS s,
         retention_curve(r) AS c
$$),

('curve every day, complete history', $$
    SELECT profession, c.*
    FROM (SELECT profession, retention_agg(start_date, end_date, reason,
                                           daterange(NULL, '2026-01-01')) AS r
          FROM employment
          GROUP BY profession
          OFFSET 0) AS s,
         retention_curve(r, '1 day') AS c
$$),

-- Reading what is stored.
('read curves every year', $$
    SELECT profession, c.* FROM retentions, retention_curve(bounded) AS c
$$),
('read curves every day', $$
    SELECT profession, c.* FROM retentions, retention_curve(bounded, '1 day') AS c
$$),
('read curves every year, complete history', $$
    SELECT profession, c.* FROM retentions, retention_curve(complete) AS c
$$),
('read incidences every year', $$
    SELECT profession, i.* FROM retentions, exit_incidence(bounded) AS i
$$),
('read medians', $$
    SELECT profession, retention_median(bounded) FROM retentions
$$),
('log-rank', $$
    SELECT retention_log_rank(complete, profession::text) FROM retentions
$$),
('compare', $$
    SELECT c.* FROM halves, retention_compare(first, second) AS c
$$);

-- The curve in plain SQL: those at risk, those who left and the share still there on each
-- day on which somebody left or was last seen; no standard errors and no limits, which
-- would be two more window sums. The forms tried, all with the same result. Who was there on
-- day 0 enters on day 0, who entered late on day e enters on day e + 1; at risk are those
-- who have entered and not left before.
--
--   sets    one scan, grouped by day of leaving and by day of entry as grouping sets; both
--           kinds of rows of a day meet in the window functions, whose frames include all
--           rows of a day. The fastest on one core.
--   union   two scans, each grouped, then as before. Grouping sets are not aggregated in
--           workers, this is. With two workers both are measured, and the faster counts.
--
-- Slower: grouping the two kinds of rows once more by day, or a full join of them, before
-- the window functions (a tenth to a half more); UNION ALL of the rows instead of the groups
-- (a half more on one core; with two workers a tenth); two rows for each spell by LATERAL
-- VALUES (twice as much); profession and day in one integer (no gain); grouping by start_date,
-- which gives the entries and the censored, and the exits apart (a third more).
INSERT INTO bench.query
SELECT 'plain curve every ' || step || form, days || risk || curve
FROM (VALUES
(', sets', $$
    WITH days AS (
        SELECT profession, coalesce(day, entry) AS day,
               CASE WHEN day IS NULL THEN spells ELSE 0 END AS enters,
               CASE WHEN day IS NULL THEN 0 ELSE spells END AS leaves,
               CASE WHEN day IS NULL THEN 0 ELSE exits END AS exits
        FROM (
            SELECT profession,
                   least(end_date, '2026-01-01') - start_date AS day,
                   greatest('2016-01-01' - start_date + 1, 0) AS entry,
                   count(*) AS spells,
                   count(*) FILTER (WHERE end_date <= '2026-01-01') AS exits
            FROM employment
            WHERE start_date < '2026-01-01' AND (end_date IS NULL OR end_date > '2016-01-01')
            GROUP BY GROUPING SETS ((1, 2), (1, 3))
        ) AS counts
    )
$$),
(', union', $$
    WITH days AS (
        SELECT profession, least(end_date, '2026-01-01') - start_date AS day,
               0 AS enters,
               count(*) AS leaves,
               count(*) FILTER (WHERE end_date <= '2026-01-01') AS exits
        FROM employment
        WHERE start_date < '2026-01-01' AND (end_date IS NULL OR end_date > '2016-01-01')
        GROUP BY 1, 2
        UNION ALL
        SELECT profession, greatest('2016-01-01' - start_date + 1, 0), count(*), 0, 0
        FROM employment
        WHERE start_date < '2026-01-01' AND (end_date IS NULL OR end_date > '2016-01-01')
        GROUP BY 1, 2
    )
$$)) AS first (form, days),
(VALUES ($$, risk AS (
        SELECT profession, day, leaves, exits,
               (sum(enters - leaves) OVER (PARTITION BY profession ORDER BY day)
                + leaves)::bigint AS at_risk
        FROM days
    ), hazard AS (
        SELECT profession, day, at_risk, exits,
               CASE WHEN exits < at_risk THEN ln(1 - exits / at_risk::float8)
                    ELSE '-infinity' END AS log_stay
        FROM risk
        WHERE leaves > 0
    )
$$)) AS second (risk),
(VALUES
('day', $$
    SELECT profession, day AS after_days, at_risk, exits,
           exp(sum(log_stay) OVER (PARTITION BY profession ORDER BY day)) AS retained
    FROM hazard
$$),
-- A year that nobody was seen to the end of has no row.
('year', $$
    SELECT profession, after_days, exits, retained
    FROM (SELECT profession, ceil(year * 365.25)::int AS after_days, exits,
                 exp(sum(log_stay) OVER (PARTITION BY profession ORDER BY year)) AS retained,
                 max(last_day) OVER (PARTITION BY profession) AS last_day
          FROM (SELECT profession, (floor((day - 1) / 365.25::float8) + 1)::int AS year,
                       sum(exits)::bigint AS exits, sum(log_stay) AS log_stay,
                       max(day) AS last_day
                FROM hazard
                GROUP BY 1, 2) AS years) AS curve
    WHERE after_days <= last_day
$$)) AS third (step, curve);

-- Where nobody enters late the risk set is those who leave on the day or later, and plain
-- SQL has half the work.
INSERT INTO bench.query VALUES
('plain curve every day, complete history', $$
    WITH days AS (
        SELECT profession, coalesce(end_date, '2026-01-01') - start_date AS day,
               count(*) AS leaves, count(end_date) AS exits
        FROM employment
        GROUP BY 1, 2
    ), risk AS (
        SELECT profession, day, exits,
               sum(leaves) OVER (PARTITION BY profession ORDER BY day DESC)::bigint AS at_risk
        FROM days
    )
    SELECT profession, day AS after_days, at_risk, exits,
           exp(sum(CASE WHEN exits < at_risk THEN ln(1 - exits / at_risk::float8)
                        ELSE '-infinity' END)
               OVER (PARTITION BY profession ORDER BY day)) AS retained
    FROM risk
$$);
