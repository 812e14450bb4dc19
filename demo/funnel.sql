\echo
\echo 'MEDICAL SECRETARIES OF A SWEDISH REGION, 1 JUNE 2023'
\echo
\echo 'Who comes to the profession, how many are needed, how long do they stay, and how many'
\echo 'must begin to study?'
\echo
\echo 'The people below are generated, and the numbers of the education are made up.'
\echo 'Two figures of the need are published, by a region; they come further down.'
\echo
\echo 'Education comes first: a two-year programme (yrkeshögskola). The rounds that began in'
\echo '2016 to 2018, beside those of 2019 to 2021, which had more places.'
\echo
\echo
-- What happened to whom: the programme's own register, and the first day of employment
-- from the region's.
CREATE VIEW event AS
SELECT person_id, start_year, event, at
FROM education
UNION ALL
SELECT person_id, start_year, 'employed here', start_date
FROM employment JOIN education USING (person_id)
WHERE event = 'applied';

-- A funnel for each round: four years from applying to being employed, in this order,
-- and three ways to leave.
CREATE MATERIALIZED VIEW path_to_work AS
SELECT start_year,
       funnel_agg(person_id, event, at,
                  funnel_spec(ARRAY['applied', 'admitted', 'started', 'second term',
                                    'graduated', 'employed here'],
                              within => '4 years', as_of => '2023-06-01',
                              exits => ARRAY['rejected', 'declined', 'left'])) AS f
FROM event
GROUP BY start_year;

-- Two epochs: sums of rounds.
CREATE VIEW epochs AS
SELECT rollup(f) FILTER (WHERE start_year < 2019) AS earlier,
       rollup(f) FILTER (WHERE start_year >= 2019) AS later
FROM path_to_work;

\echo 'FROM APPLYING TO BEING EMPLOYED'
\echo
-- How many got how far, and what share of all who applied gets there?
SELECT stage,
       a.entered AS "2016-18", round(100 * a.cumulative::numeric, 1) AS "%",
       b.entered AS "2019-21", round(100 * b.cumulative::numeric, 1) AS "%",
       round(100 * b.cumulative_lower::numeric, 1) AS lower,
       round(100 * b.cumulative_upper::numeric, 1) AS upper
FROM epochs, funnel_stages(earlier) AS a JOIN funnel_stages(later) AS b USING (stage)
ORDER BY a.stage_no;

\echo 'WHERE THE OTHERS WENT'
\echo
\echo 'Nobody of the first epoch is pending: their four years are over. Those who started in'
\echo '2021 graduate on 8 June 2023, a week from now: they are pending, and not lost. The'
\echo 'shares above count them for as long as they were seen.'
\echo
-- Who went on, who left by an exit, who is not there any more, who can still go on?
SELECT stage,
       a.converted AS "2016-18: went on", a.exited AS exited, a.lost AS lost,
       b.converted AS "2019-21: went on", b.exited AS exited, b.lost AS lost,
       b.pending AS pending
FROM epochs, funnel_stages(earlier) AS a JOIN funnel_stages(later) AS b USING (stage)
WHERE a.converted IS NOT NULL
ORDER BY a.stage_no;

\echo 'WHAT THE PROGRAMME GIVES THE REGION A YEAR'
\echo
\echo 'To be compared with the recruitment need further down.'
\echo
-- How many of each round are employed here, and after how many days in the middle?
SELECT start_year,
       max(entered) FILTER (WHERE stage = 'started') AS started,
       max(entered) FILTER (WHERE stage = 'graduated') AS graduated,
       sum(pending) AS pending,
       max(entered) FILTER (WHERE stage = 'employed here') AS "employed here",
       max(median_days) FILTER (WHERE stage = 'graduated') AS "days until then"
FROM path_to_work, funnel_stages(f)
GROUP BY start_year
ORDER BY start_year;
