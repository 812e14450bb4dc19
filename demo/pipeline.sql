\echo 'HOW MANY STUDY PLACES KEEP THE REGION AT TODAY''S LEVEL'
\echo
\echo 'Education and work together. The rounds that began until 2021 are in the register; those'
\echo 'of 2022 and 2023 are taken to have had as many applicants as that of 2021. Of all of these'
\echo 'some are still to come. What must the rounds from 2024 on bring?'
\echo
-- The education of all rounds, and how many applied in each (2022 and 2023: as in 2021).
CREATE VIEW education_path AS
SELECT rollup(f) AS f, min(start_year) AS first_round,
       array_agg(entered ORDER BY start_year)::float8[] || ARRAY[151, 151]::float8[] AS applied
FROM path_to_work, funnel_stages(f)
WHERE stage = 'applied';

-- Who will come from those rounds, and what is missing nevertheless. People apply from
-- 1 March to 15 April; 23 March is in the middle.
CREATE VIEW shortage AS
SELECT f, w, planned,
       ARRAY(SELECT gap
             FROM workforce_project(w, 10, intake => planned, retire_at => 65)
             ORDER BY year) AS gap
FROM region, education_path,
     LATERAL (SELECT ARRAY(SELECT arrivals
                           FROM funnel_output(f, applied, first_round, 10, starts => '03-23',
                                              as_of => '2023-06-01')
                           ORDER BY year) AS planned) AS p;

\echo 'WHAT IS MISSING WITHOUT THEM'
\echo
\echo 'Everybody left leaves at 65, as above. Hires from elsewhere (9 in five years) are left out.'
\echo '"missing" is the gap to the headcount of today, at the end of the year.'
\echo
-- How many arrive from the rounds that have begun, and how many are missing?
SELECT p.period_start AS "from",
       round(p.intake::numeric, 1) AS "arrive from begun rounds",
       round(p.exits::numeric, 1) AS exits,
       round(p.headcount::numeric) AS headcount,
       round(p.gap::numeric) AS missing
FROM shortage, workforce_project(w, 10, intake => planned, retire_at => 65) AS p
ORDER BY p.year;

\echo 'THE SAME NUMBER EVERY YEAR FROM 2024 ON, SO THAT NOBODY IS MISSING AT THE END OF 2032'
\echo
\echo 'Of each of these rounds so many must apply, be admitted, start (that is a study place),'
\echo 'come back, graduate and be employed here. The round of 2021 is beside it.'
\echo
-- How many must get how far?
SELECT r.stage, ceil(r.required) AS "a year", r.lower, r.upper,
       nullif(s.entered, 0) AS "2021, so far"
FROM shortage,
     required_intake_stages(f, w, gap, 2024, starts => '03-23', retire_at => 65) AS r
     JOIN (SELECT stage, entered
           FROM path_to_work, funnel_stages(f)
           WHERE start_year = 2021) AS s USING (stage)
WHERE r.year = 2024
ORDER BY r.stage_no;

\echo 'OR AS EARLY AS POSSIBLE, AND WHAT STAYS UNMET'
\echo
\echo 'A schedule meets the gap of each year as soon as it can: a round answers for the end of the'
\echo 'year by which half of those who come from it have come. For the last two rounds that'
\echo 'would be a year after 2032. "missing" is at the end of the year.'
\echo
-- Study places of both ways, and how many are missing nevertheless.
SELECT a.year,
       ceil(a.required) AS "same places", round(b.unmet::numeric) AS missing,
       ceil(c.required) AS "places by schedule", round(d.unmet::numeric) AS missing
FROM shortage,
     required_intake_stages(f, w, gap, 2024, starts => '03-23', retire_at => 65) AS a
     JOIN required_intake(f, w, gap, 2024, starts => '03-23', retire_at => 65) AS b
         USING (year)
     JOIN required_intake_stages(f, w, gap, 2024, starts => '03-23', retire_at => 65,
                                 method => 'schedule') AS c USING (year, stage)
     JOIN required_intake(f, w, gap, 2024, starts => '03-23', retire_at => 65,
                          method => 'schedule') AS d USING (year)
WHERE stage = 'started'
ORDER BY a.year;

\echo 'IN TWO SENTENCES'
\echo
\pset format unaligned
\pset tuples_only on
-- What that means.
SELECT format(E'With %s study places a year from 2024 on (80 %% interval %s to %s; %s started in 2021)\n'
              'the region has as many medical secretaries at the end of 2032 as today: %s.\n',
              ceil(required), lower, upper, started, headcount(w))
FROM shortage,
     required_intake_stages(f, w, gap, 2024, starts => '03-23', retire_at => 65),
     (SELECT entered AS started
      FROM path_to_work, funnel_stages(f)
      WHERE start_year = 2021 AND stage = 'started') AS last_round
WHERE year = 2024 AND stage = 'started';

SELECT format(E'The first of them are there in %s; %s are missing at the end of %s, whatever is\n'
              'decided about places now.\n',
              min(year) FILTER (WHERE arrivals > 0),
              round(max(unmet) FILTER (WHERE arrivals = 0)),
              max(year) FILTER (WHERE arrivals = 0))
FROM shortage, required_intake(f, w, gap, 2024, starts => '03-23', retire_at => 65);
\pset format aligned
\pset tuples_only off
