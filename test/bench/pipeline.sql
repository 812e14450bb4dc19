-- Education and work: 60 professions, in one process.
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
SELECT count(*) AS rows FROM education_event \gset

DROP TABLE IF EXISTS pipeline_summary, projected, complete_funnel, lag_of_person, lag_count,
                     lag_curve;
SELECT 'CREATE TABLE pipeline_summary AS ' || bench.sql('summaries of both') \gexec
SELECT 'CREATE TABLE projected AS ' || bench.sql('projected') \gexec
CREATE TABLE complete_funnel AS
SELECT profession, funnel_agg(person_id, stage, at,
                              funnel_spec(ARRAY['admitted', 'registered', 'second year',
                                                'graduated', 'employed'])) AS complete
FROM education_event
GROUP BY profession;

-- Plain SQL's own summaries.
CREATE UNLOGGED TABLE lag_of_person AS
SELECT profession, person_id,
       min(at) FILTER (WHERE stage = 'employed') - min(at) FILTER (WHERE stage = 'admitted') AS lag
FROM education_event
GROUP BY profession, person_id;
CREATE UNLOGGED TABLE lag_count AS
SELECT profession, lag, count(*) AS persons FROM lag_of_person GROUP BY profession, lag;
CREATE UNLOGGED TABLE lag_curve AS
SELECT profession, array_agg(reached ORDER BY lag) AS reached
FROM (SELECT profession, lag,
             sum(persons) OVER (PARTITION BY profession ORDER BY lag)::float8 / entered AS reached
      FROM (SELECT profession, sum(persons) AS entered FROM lag_count GROUP BY profession) AS p
           CROSS JOIN generate_series(0, 2192) AS lag
           LEFT JOIN lag_count USING (profession, lag)) AS r
GROUP BY profession;
VACUUM ANALYZE pipeline_summary, projected, complete_funnel, lag_of_person, lag_count, lag_curve;

INSERT INTO bench.size
SELECT :rows, 'funnel, 60 professions', pg_column_size(f) FROM pipeline_summary
UNION ALL
SELECT :rows, 'workforce, 60 professions', pg_column_size(w) FROM pipeline_summary;
INSERT INTO bench.measured
SELECT :rows, 'persons in education', sum(entered) FROM pipeline_summary, funnel_stages(f)
WHERE stage_no = 1
UNION ALL
SELECT :rows, 'of them pending', sum(pending) FROM pipeline_summary, funnel_stages(f)
UNION ALL
SELECT :rows, 'employments', count(*) FROM employment
UNION ALL
SELECT :rows, 'staff when the observation ends', sum(headcount(w)) FROM pipeline_summary
UNION ALL
SELECT :rows, 'calls', count(*) FROM projected;

-- Before anything is timed.
CALL bench.check_scenarios(:rows);
CALL bench.compare_arrivals(:rows, 'arrivals, summaries', 'plain arrivals, events',
                            'plain arrivals, persons', 'plain arrivals, lags',
                            'plain arrivals, curves');

-- 1. The whole chain.
CALL bench.pair('summaries, 60 funnels', :rows, :passes, 'plain education', 'education');
CALL bench.pair('summaries, 60 workforces', :rows, :passes, 'plain employments',
                'employments');
CALL bench.pair('summaries, 60 of both', :rows, :passes, NULL, 'summaries of both');
CALL bench.pair('scenarios, constant intake', :rows, :passes, NULL, 'scenarios');
CALL bench.pair('scenarios, schedule', :rows, :passes, NULL, 'scenarios, schedule');
CALL bench.pair('scenarios from rows', :rows, :passes, NULL, 'scenarios from rows');

-- 2. Each function alone.
CALL bench.pair('calls of funnel_stages', :rows, :passes, NULL, 'funnel_stages');
CALL bench.pair('calls of funnel_output', :rows, :passes, NULL, 'funnel_output');
CALL bench.pair('calls of workforce_project', :rows, :passes, NULL, 'workforce_project');
CALL bench.pair('calls of required_intake, constant', :rows, :passes, NULL,
                'required_intake, constant');
CALL bench.pair('calls of required_intake, schedule', :rows, :passes, NULL,
                'required_intake, schedule');
CALL bench.pair('calls of required_intake_stages, constant', :rows, :passes, NULL,
                'required_intake_stages, constant');
CALL bench.pair('calls of required_intake_stages, schedule', :rows, :passes, NULL,
                'required_intake_stages, schedule');

-- 3. Arrivals against plain SQL.
CALL bench.pair('arrivals, from events', :rows, :passes, 'plain arrivals, events',
                'arrivals, events');
CALL bench.pair('arrivals, summaries, to events', :rows, :passes, 'plain arrivals, events',
                'arrivals, summaries');
CALL bench.pair('arrivals, summaries, to persons', :rows, :passes, 'plain arrivals, persons',
                'arrivals, summaries');
CALL bench.pair('arrivals, summaries, to lags', :rows, :passes, 'plain arrivals, lags',
                'arrivals, summaries');
CALL bench.pair('arrivals, summaries, to curves', :rows, :passes, 'plain arrivals, curves',
                'arrivals, summaries');
