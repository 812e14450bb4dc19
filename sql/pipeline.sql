-- A session: from a gap of staff to the people who must begin an education.
SET datestyle TO ISO;
CREATE EXTENSION education_flow;

-- Of ten who begin on 1 September one leaves, one is not there any more, and eight graduate on
-- 5 June three years later, of whom six are employed after 20, 40, ..., 120 days and one of them in
-- the year after, after 300 days.
CREATE TABLE education AS
SELECT funnel_agg(reached, funnel_spec(ARRAY['started', 'graduated', 'employed'])) AS f
FROM (SELECT CASE WHEN i > 8 THEN ARRAY[start]
                  WHEN i > 6 THEN ARRAY[start, start + 1008]
                  ELSE ARRAY[start, start + 1008, start + 1008 + CASE i WHEN 6 THEN 300 ELSE 20 * i END] END AS reached
      FROM generate_series(1, 10) AS i, (SELECT date '2015-09-01' AS start) AS s) AS student;
SELECT stage, entered, conversion, cumulative FROM education, funnel_stages(f);

-- Twenty people, born one in each year from 1952 on, and hired one in each year from 2000 on; four have left.
CREATE TABLE work AS
SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2020-01-01)') AS w
FROM (SELECT make_date(1952 + i, 1 + i % 12, 15) AS birth_date, make_date(2000 + i, 1 + i * 5 % 12, 1) AS start_date,
             CASE WHEN i < 3 THEN make_date(2016 + i, 6, 1) WHEN i = 17 THEN date '2019-03-01' END AS end_date,
             CASE WHEN i < 3 THEN 'retirement' WHEN i = 17 THEN 'resignation' END AS reason
      FROM generate_series(0, 19) AS i) AS spell;
SELECT headcount(w), hires(w), exits(w) FROM work;

-- what intakes give, by calendar year
SELECT year, round(arrivals::numeric, 6) AS arrivals FROM education, funnel_output(f, '{10}', 2020, 5);
SELECT year, round(arrivals::numeric, 6) AS arrivals FROM education, funnel_output(f, '{10,20}', 2020, 6, '01-15');
SELECT year, round(arrivals::numeric, 6) AS arrivals FROM education, funnel_output(f, '{10,10,10}', 2016, 3, as_of => '2020-07-01');
SELECT year, round(arrivals::numeric, 6) AS arrivals
FROM education, funnel_output(f, '{10}', 2020, 5, changed_stage => 'started', conversion_change => 0.1);
SELECT count(*), max(arrivals) FROM education, funnel_output(f, '{}', 2020, 5);

-- what is missing when those have come who have begun
CREATE TABLE shortage AS
SELECT f, w, planned, ARRAY(SELECT gap FROM workforce_project(w, 8, intake => planned, retire_at => 65) ORDER BY year) AS gap
FROM education, work,
     LATERAL (SELECT ARRAY(SELECT arrivals FROM funnel_output(f, '{2,2}', 2018, 8, as_of => '2020-01-01') ORDER BY year) AS planned) AS p;
SELECT 2019 + n AS year, round(arrive::numeric, 6) AS arrive, round(missing::numeric, 6) AS missing
FROM shortage, unnest(planned, gap) WITH ORDINALITY AS g (arrive, missing, n);

-- how many must begin
SELECT year, round(intake::numeric, 6) AS intake, lower, upper, round(arrivals::numeric, 6) AS arrivals, round(unmet::numeric, 6) AS unmet
FROM shortage, required_intake(f, w, gap, 2021, retire_at => 65);
SELECT year, round(intake::numeric, 6) AS intake, lower, upper, round(arrivals::numeric, 6) AS arrivals, round(unmet::numeric, 6) AS unmet
FROM shortage, required_intake(f, w, gap, 2019, '01-15', target_year => 2025, retire_at => 65, level => 0.5);
SELECT year, round(intake::numeric, 6) AS intake, lower, upper, round(arrivals::numeric, 6) AS arrivals, round(unmet::numeric, 6) AS unmet
FROM shortage, required_intake(f, w, gap, 2021, method => 'schedule', retire_at => 65);
SELECT year, stage_no, stage, round(required::numeric, 6) AS required, lower, upper
FROM shortage, required_intake_stages(f, w, gap, 2021, retire_at => 65, changed_stage => 'graduated', conversion_change => 0.05)
WHERE year IN (2020, 2021) ORDER BY year, stage_no;

-- the surer, the wider; from some level on no number is large enough
SELECT level, round(intake::numeric, 6) AS intake, lower, upper
FROM shortage, unnest('{0.5,0.8,0.95,0.9999}'::float8[]) AS level, LATERAL required_intake(f, w, gap, 2021, retire_at => 65, level => level) AS r
WHERE year = 2021 ORDER BY level;

-- fed back, it gives what it says
SELECT method, bool_and(abs(greatest(p.gap, 0) - r.unmet) < 1e-9) AS same, round(min(p.gap)::numeric, 6) AS least, round(max(p.gap)::numeric, 6) AS most
FROM shortage AS s, unnest('{constant,schedule}'::text[]) AS method,
     LATERAL (SELECT array_agg(coalesce(intake, 0) ORDER BY year) AS intake FROM required_intake(f, w, s.gap, 2020, method => method, retire_at => 65)) AS i,
     LATERAL workforce_project(w, 8, retire_at => 65, intake => ARRAY(
         SELECT arrivals FROM funnel_output(f, '{2,2}'::float8[] || i.intake, 2018, 8, as_of => '2020-01-01') ORDER BY year)) AS p,
     LATERAL (SELECT unmet FROM required_intake(f, w, s.gap, 2020, method => method, retire_at => 65) AS q WHERE q.year = p.year) AS r
GROUP BY method ORDER BY method;

-- nothing to do, nothing that helps, nothing known
SELECT max(intake) AS intake, max(lower) AS lower, max(arrivals) AS arrivals, max(unmet) AS unmet
FROM shortage, required_intake(f, w, '{-1,0,-2}', 2020);
SELECT year, intake, lower, upper, arrivals, unmet FROM shortage, required_intake(f, w, '{1,2}', 2020);
SELECT year, round(intake::numeric, 6) AS intake, round(arrivals::numeric, 6) AS arrivals, unmet
FROM shortage, required_intake(f, w, '{1,2,3,4}', 2020, method => 'schedule');
SELECT 'nobody hired' AS why, count(*), count(intake) AS intake, count(lower) AS lower, count(arrivals) AS arrivals, count(unmet) AS unmet
FROM shortage, LATERAL (SELECT workforce_agg('1970-01-01', '2000-01-01', NULL, NULL, '[2015-01-01,2020-01-01)') AS alone) AS x,
     required_intake(f, alone, '{1,1,1,1,1}', 2020)
UNION ALL
SELECT 'nobody began', count(*), count(intake), count(lower), count(arrivals), count(unmet)
FROM shortage, LATERAL (SELECT funnel_agg('{}'::date[], funnel_spec(ARRAY['started', 'employed'])) AS empty) AS x,
     required_intake(empty, w, '{1,1,1,1,1}', 2020)
UNION ALL
SELECT 'nothing to do', count(*), count(intake), count(lower), count(arrivals), count(unmet)
FROM shortage, LATERAL (SELECT workforce_agg('1970-01-01', '2000-01-01', NULL, NULL, '[2015-01-01,2020-01-01)') AS alone) AS x,
     required_intake(f, alone, '{0,0,-1,0,0}', 2020)
UNION ALL
SELECT 'rates of others', count(*), count(intake), count(lower), count(arrivals), count(unmet)
FROM shortage, LATERAL (SELECT workforce_agg('1970-01-01', '2000-01-01', NULL, NULL, '[2015-01-01,2020-01-01)') AS alone) AS x,
     required_intake(f, alone, '{1,1,1,1,1}', 2020, rates => w);
SELECT (SELECT count(*) FROM funnel_output(NULL, '{1}', 2020, 5)) AS output, (SELECT count(*) FROM required_intake(NULL, w, gap, 2020)) AS intake,
       (SELECT count(*) FROM required_intake_stages(f, NULL, gap, 2020)) AS stages
FROM shortage;

DROP TABLE shortage, education, work;
DROP EXTENSION education_flow;
