-- A session: how long people stay, and why they leave.
SET datestyle TO ISO;
CREATE EXTENSION education_flow;

CREATE TABLE employment (
    person_id  int PRIMARY KEY,
    profession text,
    programme  boolean,
    start_date date,
    end_date   date,
    reason     text
);
INSERT INTO employment VALUES
    (1,  'nurse',     true,  '2016-05-01', NULL,         NULL),
    (2,  'nurse',     true,  '2019-02-01', '2021-02-01', 'resignation'),
    (3,  'nurse',     true,  '2019-02-01', NULL,         NULL),
    (4,  'nurse',     false, '2019-09-01', '2019-12-15', 'resignation'),
    (5,  'nurse',     false, '2018-01-15', '2020-07-01', 'retirement'),
    (6,  'nurse',     false, '2020-01-01', '2021-01-01', NULL),
    (7,  'secretary', true,  '2019-03-01', NULL,         NULL),
    (8,  'secretary', true,  '2021-08-15', '2022-06-01', 'resignation'),
    (9,  'secretary', false, '2017-10-01', '2021-10-01', 'retirement'),
    (10, 'secretary', false, '2022-12-31', NULL,         NULL),
    (11, 'secretary', false, NULL,         NULL,         NULL),
    (12, 'secretary', false, '2015-01-01', '2018-06-30', 'resignation');  -- before the period

-- one summary for each profession and group
CREATE TABLE summary AS
SELECT profession, programme, retention_agg(start_date, end_date, reason, '[2019-01-01,2023-01-01)') AS r
FROM employment
GROUP BY profession, programme;

SELECT profession, programme, spells(r), exits(r), exits(r, 'resignation') AS resigned, skipped(r)
FROM summary ORDER BY profession, programme;

-- the text of one
SELECT r FROM summary WHERE profession = 'nurse' AND NOT programme;

-- all together are the whole
SELECT rollup(r) = (SELECT retention_agg(start_date, end_date, reason, '[2019-01-01,2023-01-01)') FROM employment) AS same
FROM summary;

-- who is still there, and where the others went
CREATE TABLE everybody AS SELECT rollup(r) AS r FROM summary;
SELECT after_days, at_risk, exits, round(retained::numeric, 6) AS retained, round(std_error::numeric, 6) AS std_error,
       round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM everybody, retention_curve(r);
SELECT method, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM everybody, unnest('{log-log,log,plain}'::text[]) AS method,
     retention_curve(r, '6 months', level => 0.8, method => method)
WHERE after_days = 731;
SELECT after_days, reason, exits, round(incidence::numeric, 6) AS incidence, round(std_error::numeric, 6) AS std_error,
       round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM everybody, exit_incidence(r, '2 years');
SELECT round(retention_rate(r, '1 year')::numeric, 6) AS a_year, round(retention_rate(r, '18 months')::numeric, 6) AS and_a_half,
       retention_rate(r, '20 years') AS too_long, retention_median(r) AS median,
       round(retention_mean(r, '3 years')::numeric, 6) AS mean
FROM everybody;

-- with and without the programme
SELECT round(chisq::numeric, 6) AS chisq, df, round(p_value::numeric, 6) AS p_value,
       round(hazard_ratio::numeric, 6) AS hazard_ratio, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM (SELECT rollup(r) FILTER (WHERE NOT programme) AS without_it, rollup(r) FILTER (WHERE programme) AS with_it
      FROM summary) AS s,
     retention_compare(without_it, with_it);
SELECT round(chisq::numeric, 6) AS chisq, df, round(p_value::numeric, 6) AS p_value, groups, exits,
       (SELECT array_agg(round(e::numeric, 6)) FROM unnest(expected) AS e) AS expected
FROM (SELECT (retention_log_rank(r, CASE WHEN programme THEN 'with' ELSE 'without' END, profession)).* FROM summary) AS test;
-- of those who leave for one reason, and whether as many do
SELECT round(chisq::numeric, 6) AS chisq, df, round(p_value::numeric, 6) AS p_value,
       round(hazard_ratio::numeric, 6) AS hazard_ratio, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM (SELECT rollup(r) FILTER (WHERE NOT programme) AS without_it, rollup(r) FILTER (WHERE programme) AS with_it
      FROM summary) AS s,
     retention_compare(without_it, with_it, reason => 'resignation');
SELECT round(chisq::numeric, 6) AS chisq, df, round(p_value::numeric, 6) AS p_value, groups, exits,
       (SELECT array_agg(round(e::numeric, 6)) FROM unnest(expected) AS e) AS expected
FROM (SELECT (retention_gray(r, CASE WHEN programme THEN 'with' ELSE 'without' END, NULL, 'resignation')).* FROM summary) AS test;

DROP TABLE summary, everybody, employment;
DROP EXTENSION education_flow;
