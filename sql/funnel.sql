-- A session: from applying to graduating, and where people are lost.
SET datestyle TO ISO;
CREATE EXTENSION education_flow;

CREATE TABLE event (
    person_id int,
    programme text,
    event     text,
    at        date
);
INSERT INTO event VALUES
    (1, 'day',     'applied', '2018-03-01'), (1, 'day', 'admitted', '2018-05-01'), (1, 'day', 'started', '2018-08-27'), (1, 'day', 'graduated', '2020-06-05'),
    (2, 'day',     'applied', '2018-03-15'), (2, 'day', 'admitted', '2018-05-01'), (2, 'day', 'declined', '2018-05-20'),
    (3, 'day',     'applied', '2018-04-01'),
    (4, 'day',     'admitted', '2018-05-01'), (4, 'day', 'started', '2018-08-27'), (4, 'day', 'applied', '2018-04-10'), (4, 'day', 'left', '2019-01-10'),
    -- a second try gets further
    (5, 'day',     'applied', '2018-04-10'), (5, 'day', 'rejected', '2018-05-01'), (5, 'day', 'applied', '2019-03-01'), (5, 'day', 'admitted', '2019-05-02'),
    (5, 'day',     'started', '2019-08-26'), (5, 'day', 'graduated', '2021-06-04'),
    (6, 'evening', 'applied', '2019-03-01'), (6, 'evening', 'admitted', '2019-05-02'), (6, 'evening', 'started', '2019-08-26'), (6, 'evening', 'started', '2020-01-15'),
    (6, 'evening', 'graduated', '2021-01-15'),
    (7, 'evening', 'applied', '2019-03-20'), (7, 'evening', 'admitted', '2019-05-02'), (7, 'evening', 'started', '2019-08-26'),
    (8, 'evening', 'applied', '2020-09-01'), (8, 'evening', 'admitted', '2020-10-15'), (8, 'evening', 'started', '2021-01-18'),
    (9, 'evening', 'applied', '2021-03-01'), (9, 'evening', 'opened the newsletter', '2021-03-02'),
    -- nobody: no beginning, and after the last day that is known
    (10, 'evening', 'started', '2019-08-26'),
    (11, 'evening', 'applied', '2021-07-01'),
    (NULL, 'evening', 'applied', '2019-03-20'), (12, 'evening', NULL, '2019-03-20'), (12, 'evening', 'applied', NULL);

-- what is asked, as a value
CREATE TABLE question AS
SELECT funnel_spec(ARRAY['applied', 'admitted', 'started', 'graduated'], within => '3 years', as_of => '2021-07-01',
                   exits => ARRAY['rejected', 'declined', 'left']) AS spec;
SELECT spec FROM question;

-- one funnel for each programme
CREATE TABLE path AS
SELECT programme, funnel_agg(person_id, event, at, spec) AS f
FROM event, question
GROUP BY programme;
SELECT programme, stage_no, stage, entered, converted, pending, exited, lost, median_days, observed_days
FROM path, funnel_stages(f) ORDER BY programme, stage_no;
SELECT programme, skipped(f) FROM path ORDER BY programme;

-- the text of one
SELECT f FROM path WHERE programme = 'day';

-- all together are the whole, whether from all events or person by person
CREATE TABLE everybody AS SELECT funnel_agg(person_id, event, at, spec) AS f FROM event, question;
SELECT (SELECT rollup(f) FROM path) = f AS by_programme,
       (SELECT rollup(p.f) FROM (SELECT funnel_agg(event, at, spec) AS f FROM event, question WHERE person_id IS NOT NULL AND event IS NOT NULL AND at IS NOT NULL
                                 GROUP BY person_id) AS p)::jsonb - 'skipped' = f::jsonb - 'skipped' AS by_person,
       funnel_send(f) = (SELECT funnel_send(funnel_agg('no ' || person_id, event, at::timestamp, spec)) FROM event, question) AS by_name
FROM everybody;

-- how many get there, and when
SELECT stage, entered, round(conversion::numeric, 6) AS conversion, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper,
       round(cumulative::numeric, 6) AS cumulative, round(cumulative_lower::numeric, 6) AS cumulative_lower, round(cumulative_upper::numeric, 6) AS cumulative_upper
FROM everybody, funnel_stages(f) ORDER BY stage_no;
SELECT stage, pending, observed_days, round(conversion_so_far::numeric, 6) AS conversion, round(lower_so_far::numeric, 6) AS lower, round(upper_so_far::numeric, 6) AS upper,
       round(cumulative_so_far::numeric, 6) AS cumulative, round(cumulative_lower_so_far::numeric, 6) AS cumulative_lower, round(cumulative_upper_so_far::numeric, 6) AS cumulative_upper
FROM everybody, funnel_stages(f) ORDER BY stage_no;
SELECT stage, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM everybody, funnel_stages(f, 0.8) WHERE lower IS NOT NULL ORDER BY stage_no;
SELECT by, round(funnel_conversion(f, 'applied', 'admitted', by)::numeric, 6) AS admitted,
       round(funnel_conversion(f, 'applied', 'graduated', by)::numeric, 6) AS graduated,
       round(funnel_conversion(f, 'started', 'graduated', by)::numeric, 6) AS of_those_who_start
FROM everybody, unnest('{0 days,60 days,1 year,2 years,3 years,20 years,NULL}'::interval[]) WITH ORDINALITY AS b (by, n) ORDER BY n;
SELECT funnel_days(f, 'applied', 'admitted') AS admitted, funnel_days(f, 'applied', 'graduated', 0.9) AS most_graduate,
       funnel_days(f, 'started', 'graduated', 0.25) AS the_first, funnel_days(f, 'applied', 'graduated', NULL) AS unknown
FROM everybody;

-- the chain of each
SELECT person_id, funnel_steps(event, at, spec) AS steps, funnel_steps(event, at::timestamp, spec) IS NOT NULL AS there_is_one
FROM event, question WHERE person_id IS NOT NULL GROUP BY person_id ORDER BY person_id;
SELECT person_id, window_funnel(at, funnel_spec(ARRAY['applied', 'in', 'out'], '2 years'), event = 'applied', event IN ('admitted', 'started'), event = 'graduated') AS level
FROM event WHERE person_id IS NOT NULL GROUP BY person_id ORDER BY person_id;

-- chains that are known
SELECT stage, entered, converted, pending, lost
FROM (SELECT funnel_agg(reached, funnel_spec(ARRAY['bought', 'opened'], '30 days', '2021-07-01')) AS f
      FROM (VALUES ('{2021-01-01,2021-01-31}'::date[]), ('{2021-01-01,2021-02-01}'), ('{2021-06-15}'), ('{2021-06-15,2021-06-15}'), ('{2021-06-15,NULL}'),
                   ('{}'), (NULL)) AS v (reached)) AS x, funnel_stages(f);

-- nothing is nothing
SELECT funnel_agg(person_id, event, at, spec) IS NULL AS events, funnel_agg(event, at, spec) IS NULL AS own, funnel_steps(event, at, spec) IS NULL AS steps,
       window_funnel(at, spec, true, true, true, true) IS NULL AS level, funnel_agg(ARRAY[at], spec) IS NULL AS chains, rollup(f) IS NULL AS rollup
FROM event, question, path WHERE false;
SELECT funnel_conversion(NULL, 'applied', 'graduated') IS NULL AS conversion, funnel_days(NULL, 'applied', 'graduated') IS NULL AS days,
       (SELECT count(*) FROM funnel_stages(NULL)) AS stages;
SELECT stage, entered, converted, conversion, cumulative, median_days, observed_days
FROM (SELECT funnel_agg(NULL::int, event, at, spec) AS f FROM event, question) AS nobody, funnel_stages(f);

DROP TABLE path, everybody, question, event;
DROP EXTENSION education_flow;
