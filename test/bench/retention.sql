-- retention: the aggregate against count(*) and min(), the way from rows to curves against
-- window functions, and what is read from stored summaries.
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
CALL bench.pair('retention_agg, 60 professions', :rows, :passes, 'plain by profession',
                'retention by profession');
CALL bench.pair('  complete history of retention', :rows, :passes,
                'plain by profession', 'retention by profession, complete history');
CALL bench.pair('retention_agg, 17,400 groups', :rows, :passes, 'plain by municipality',
                'retention by municipality');
CALL bench.pair('retention_agg, 1,000,000 groups', :rows, :passes, 'plain by person',
                'retention by person');
CALL bench.pair('curve every day, serial', :rows, :passes, 'plain curve every day, sets',
                'curve every day');
CALL bench.pair('curve every year, serial', :rows, :passes, 'plain curve every year, sets',
                'curve every year');
CALL bench.pair('curve every day, complete history, serial', :rows, :passes,
                'plain curve every day, complete history', 'curve every day, complete history');

\ir two_workers.sql
CALL bench.pair('retention_agg, 60 professions, two workers', :rows, :passes,
                'plain by profession', 'retention by profession');
CALL bench.pair('  complete history of retention, two workers', :rows, :passes,
                'plain by profession', 'retention by profession, complete history');
CALL bench.pair('curve every day, two workers', :rows, :passes,
                'plain curve every day, union', 'curve every day');
CALL bench.pair('curve every year, two workers', :rows, :passes,
                'plain curve every year, union', 'curve every year');
-- The other form, since neither is always the faster.
CALL bench.pair('  plain SQL as grouping sets, two workers', :rows, :passes,
                'plain curve every day, sets', NULL);
CALL bench.pair('curve every day, complete history, two workers', :rows, :passes,
                'plain curve every day, complete history', 'curve every day, complete history');
CALL bench.must_be_parallel();

-- The curves of both sides are the same.
CALL bench.compare_curves(:rows, 'plain curve every day, sets', 'curve every day');
CALL bench.compare_curves(:rows, 'plain curve every day, union', 'curve every day');
CALL bench.compare_curves(:rows, 'plain curve every year, sets', 'curve every year');
CALL bench.compare_curves(:rows, 'plain curve every year, union', 'curve every year');
CALL bench.compare_curves(:rows, 'plain curve every day, complete history',
                          'curve every day, complete history');

-- Stored, as an analyst would keep them.
DROP TABLE IF EXISTS retentions, halves;
CREATE TABLE retentions AS
SELECT profession,
       retention_agg(start_date, end_date, reason, daterange('2016-01-01', '2026-01-01')) AS bounded,
       retention_agg(start_date, end_date, reason, daterange(NULL, '2026-01-01')) AS complete
FROM employment
GROUP BY profession;
CREATE TABLE halves AS
SELECT rollup(complete) FILTER (WHERE profession <= 30) AS first,
       rollup(complete) FILTER (WHERE profession > 30) AS second
FROM retentions;
VACUUM ANALYZE retentions, halves;
INSERT INTO bench.size
SELECT :rows, 'retention, 60 professions', pg_column_size(bounded) FROM retentions
UNION ALL
SELECT :rows, 'retention, 60 professions, complete history', pg_column_size(complete)
FROM retentions;

SET max_parallel_workers_per_gather = 0;
CALL bench.pair('read 60 curves every year', :rows, :passes, NULL, 'read curves every year');
CALL bench.pair('read 60 curves every day', :rows, :passes, NULL, 'read curves every day');
CALL bench.pair('read 60 curves every year, complete history', :rows, :passes, NULL,
                'read curves every year, complete history');
CALL bench.pair('read 60 incidences every year', :rows, :passes, NULL,
                'read incidences every year');
CALL bench.pair('read 60 medians', :rows, :passes, NULL, 'read medians');
CALL bench.pair('log-rank test of 60 professions', :rows, :passes, NULL, 'log-rank');
CALL bench.pair('comparison of two halves', :rows, :passes, NULL, 'compare');
