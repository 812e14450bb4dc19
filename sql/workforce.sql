-- A session: from an employment table to the yearly recruitment need.
SET datestyle TO ISO;
CREATE EXTENSION education_flow;

CREATE TABLE employment (
    person_id  int PRIMARY KEY,
    region     text,
    birth_date date,
    start_date date,
    end_date   date,
    reason     text,
    fte        numeric
);
INSERT INTO employment VALUES
    (1, 'north', '1957-03-10', '1990-01-01', '2022-03-11', 'retirement', 1),
    (2, 'north', '1958-11-02', '1998-08-15', NULL, NULL, 0.75),
    (3, 'north', '1985-06-30', '2019-02-01', '2021-02-01', 'resignation', 1),
    (4, 'north', '1990-02-28', '2021-03-01', NULL, NULL, 1),
    (5, 'south', '1960-07-07', '1985-07-01', NULL, NULL, 1),
    (6, 'south', '1956-12-24', '1980-01-07', '2021-12-25', 'retirement', 0.5),
    (7, 'south', '1996-02-29', '2020-09-01', '2020-09-01', NULL, 1),
    (8, 'south', '1978-05-05', '2022-10-01', NULL, NULL, 0.8),
    (9, 'south', NULL, '2022-10-01', NULL, NULL, 1);

-- one summary for each region
CREATE TABLE summary AS
SELECT region, workforce_agg(birth_date, start_date, end_date, reason, '[2019-01-01,2023-01-01)', fte) AS w
FROM employment
GROUP BY region;

SELECT region, headcount(w), fte(w), hires(w), exits(w), exits(w, 'retirement') AS retired, skipped(w)
FROM summary ORDER BY region;

-- the text of one
SELECT w FROM summary WHERE region = 'north';

-- both regions together are the whole
SELECT rollup(w) = (SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2019-01-01,2023-01-01)', fte)
                    FROM employment) AS same
FROM summary;

SELECT p.* FROM (SELECT rollup(w) AS w FROM summary) AS s, age_pyramid(w) AS p ORDER BY age;

SELECT round(person_years(w)::numeric, 3) AS person_years,
       round(turnover(w)::numeric, 6) AS leavers,
       round(turnover(w, 'replacement')::numeric, 6) AS replacement
FROM (SELECT rollup(w) AS w FROM summary) AS s;

SELECT age, reason, exits, round(person_years::numeric, 6) AS person_years, round(rate::numeric, 6) AS rate,
       round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM (SELECT rollup(w) AS w FROM summary) AS s, exit_rates(w)
WHERE exits > 0
ORDER BY age, reason;

SELECT region, reaching_age(w, 65, '2025-12-31') FROM summary ORDER BY region;
SELECT r.* FROM (SELECT rollup(w) AS w FROM summary) AS s, reaching_age_by_year(w, 65, 4) AS r;

-- the projection
SELECT year, period_start, period_end,
       round(headcount_start::numeric, 6) AS headcount_start, round(exits::numeric, 6) AS exits,
       round(retirements::numeric, 6) AS retirements, round(headcount::numeric, 6) AS headcount,
       round(fte::numeric, 6) AS fte, target, round(recruitment_need::numeric, 6) AS need
FROM (SELECT rollup(w) AS w FROM summary) AS s, workforce_project(w, 4, retire_at => 66)
ORDER BY year;
SELECT year, reason, round(exits::numeric, 6) AS exits
FROM (SELECT rollup(w) AS w FROM summary) AS s,
     workforce_project_exits(w, 2, intake => '{2,1}')
ORDER BY year, reason;

-- with the pension age of each cohort
SELECT born_from, age_months, status, origin FROM pension_age ORDER BY born_from;
SELECT retirement_rule_agg(born_from, age_months) AS rule FROM pension_age;
SELECT year, round(retirements::numeric, 6) AS retirements
FROM (SELECT rollup(w) AS w FROM summary) AS s,
     (SELECT retirement_rule_agg(born_from, age_months) AS rule FROM pension_age) AS r,
     workforce_project(w, 6, retire_rule => rule)
ORDER BY year;

DROP TABLE summary, employment;
DROP EXTENSION education_flow;
