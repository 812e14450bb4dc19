\echo 'HOW MANY MUST BE RECRUITED'
\echo
\echo 'In a letter of June 2023 a region published of its medical secretaries:'
\echo
\echo '    166 reach pension age up to and including 2032;'
\echo '    15 to 20 a year must be recruited, turnover (personalomsättning) included.'
\echo
\echo 'Those figures are published. The register of employments is generated: its year'
\echo 'classes are chosen so that the same questions get the same answers. Pension age is'
\echo 'read as 65, the age that employers commonly plan with.'
\echo
\echo
-- Summaries of five years, one per hospital and small enough to keep. A scheduled
-- REFRESH MATERIALIZED VIEW brings them up to date.
CREATE MATERIALIZED VIEW staff AS
SELECT hospital,
       workforce_agg(birth_date, start_date, end_date, reason,
                     daterange('2018-06-01', '2023-06-01')) AS w
FROM employment
WHERE profession = 'medical secretary'
GROUP BY hospital;

-- They add up: the summary of the region, from those of its hospitals.
CREATE VIEW region AS
SELECT rollup(w) AS w
FROM staff;

\echo 'THE FIVE YEARS TO 1 JUNE 2023'
\echo
-- The five years observed.
SELECT headcount(w) AS headcount,
       hires(w) AS hires,
       exits(w) AS exits,
       exits(w, 'retirement') AS "of which retired",
       round(100 * turnover(w)::numeric, 1) AS "turnover, % a year"
FROM region;

\echo 'HEADCOUNT BY AGE'
\echo
-- Headcount by age.
SELECT age / 5 * 5 || '-' || age / 5 * 5 + 4 AS age,
       sum(headcount) AS headcount,
       repeat('#', sum(headcount)::int / 2) AS " "
FROM region, age_pyramid(w)
GROUP BY age / 5
ORDER BY age / 5;

\echo 'WHO REACHES 65 UP TO AND INCLUDING 2032'
\echo
-- How many reach 65 up to and including 2032, by hospital and in all?
SELECT coalesce(hospital, 'All') AS hospital,
       headcount(rollup(w)) AS headcount,
       reaching_age(rollup(w), 65, '2032-12-31') AS "reach 65"
FROM staff
GROUP BY GROUPING SETS ((hospital), ())
ORDER BY grouping(hospital), hospital;

\echo 'IN WHICH YEAR'
\echo
-- How many reach 65 in each year?
SELECT year, headcount AS "reach 65"
FROM region, reaching_age_by_year(w, 65, 10);

\echo 'RECRUITMENT NEED'
\echo
\echo 'Everybody left leaves at 65 (retire_at => 65), those past it in the first month;'
\echo 'of 2023 seven months are left. 166 are 17 a year: the published need has room'
\echo 'for two or three other exits a year, and so many does the register have.'
\echo '"without hiring" is the headcount at the end of the period if nobody is hired;'
\echo 'the need keeps the headcount of today, and has an 80 % interval.'
\echo
-- How many must be recruited a year to stay as many as today?
SELECT period_start AS "from",
       round(headcount::numeric) AS "without hiring",
       round(retirements::numeric, 1) AS retirements,
       round((exits - retirements)::numeric, 1) AS "other exits",
       round(recruitment_need::numeric) AS need,
       need_lower AS lower,
       need_upper AS upper
FROM region, workforce_project(w, 10, retire_at => 65)
ORDER BY year;

\echo 'IF THEY STAY UNTIL THE PENSION AGE OF THEIR YEAR OF BIRTH'
\echo
\echo 'The age for a public pension rises (riktålder): 67 for those born in 1960,'
\echo '68 is forecast from 1967 on. The table pension_age, shipped, holds the rule.'
\echo
-- The rule by year of birth, as a value.
CREATE VIEW pension_rule AS
SELECT retirement_rule_agg(born_from, age_months) AS rule
FROM pension_age;

-- How many reach the pension age of their year of birth instead?
SELECT reaching_age(w, 65, '2032-12-31') AS "reach 65",
       reaching_pension_age(w, rule, '2032-12-31') AS "reach their pension age"
FROM region, pension_rule;

-- And what is the need a year then?
SELECT at_65.year,
       round(at_65.recruitment_need::numeric) AS "need, leaving at 65",
       round(by_rule.recruitment_need::numeric) AS "need, at pension age"
FROM region, pension_rule,
     workforce_project(w, 10, retire_at => 65) AS at_65,
     workforce_project(w, 10, retire_rule => rule) AS by_rule
WHERE by_rule.year = at_65.year
ORDER BY at_65.year;
