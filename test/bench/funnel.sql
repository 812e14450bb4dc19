-- funnel: the aggregate against count(*) and min() over the same rows and groups, the way from
-- rows to numbers against plain SQL, and what is read from stored summaries.
SET client_min_messages = warning;

-- Both sides count the same, before anything is timed.
SET max_parallel_workers_per_gather = 0;
CALL bench.compare_funnels(:rows, 'funnel by programme', 'plain entered, paths',
                           'plain entered, loop', 'plain entered, parts',
                           'plain entered, windows', 'plain entered, joins',
                           'window_funnel by person');
CALL bench.compare_funnels(:rows, 'funnel by programme, window and exit',
                           'plain entered, window and exit, loop',
                           'plain entered, window and exit, paths',
                           'plain entered, window and exit, windows');

CALL bench.pair('funnel_agg, 200 programmes, serial', :rows, :passes,
                'plain events by programme', 'funnel by programme');
CALL bench.pair('  window and exit, serial', :rows, :passes,
                'plain events by programme', 'funnel by programme, window and exit');
CALL bench.pair('funnel_agg, one group, serial', :rows, :passes, 'plain events', 'funnel');
CALL bench.pair('funnel_agg, 58,000 groups, serial', :rows, :passes,
                'plain events by municipality', 'funnel by municipality');
CALL bench.pair('funnel_agg by person, rolled up, serial', :rows, :passes,
                'plain events by person', 'funnel by person, rolled up');
CALL bench.pair('window_funnel by person, serial', :rows, :passes,
                'plain events by person', 'window_funnel by person');
CALL bench.pair('entered, of paths, serial', :rows, :passes, 'plain entered, paths', 'entered');
CALL bench.pair('entered, of loop, serial', :rows, :passes, 'plain entered, loop', 'entered');
-- The others are slower: once.
CALL bench.pair('entered, of windows, serial', :rows, 1, 'plain entered, windows', 'entered');
CALL bench.pair('entered, of joins, serial', :rows, 1, 'plain entered, joins', 'entered');
CALL bench.pair('entered, window and exit, of loop, serial', :rows, :passes,
                'plain entered, window and exit, loop', 'entered, window and exit');
CALL bench.pair('entered, window and exit, of paths, serial', :rows, 1,
                'plain entered, window and exit, paths', 'entered, window and exit');
CALL bench.pair('entered, window and exit, of windows, serial', :rows, 1,
                'plain entered, window and exit, windows', 'entered, window and exit');

\ir two_workers.sql
CALL bench.pair('funnel_agg, 200 programmes, two workers', :rows, :passes,
                'plain events by programme', 'funnel by programme');
CALL bench.pair('  window and exit, two workers', :rows, :passes,
                'plain events by programme', 'funnel by programme, window and exit');
CALL bench.pair('funnel_agg, one group, two workers', :rows, :passes, 'plain events', 'funnel');
CALL bench.pair('funnel_agg, 58,000 groups, two workers', :rows, :passes,
                'plain events by municipality', 'funnel by municipality');
CALL bench.pair('entered, of paths, two workers', :rows, :passes, 'plain entered, paths',
                'entered');
CALL bench.pair('entered, of parts, two workers', :rows, :passes, 'plain entered, parts',
                'entered');
CALL bench.pair('entered, of windows, two workers', :rows, 1, 'plain entered, windows', 'entered');
CALL bench.pair('entered, of joins, two workers', :rows, 1, 'plain entered, joins', 'entered');
CALL bench.pair('entered, window and exit, of paths, two workers', :rows, 1,
                'plain entered, window and exit, paths', 'entered, window and exit');
CALL bench.pair('entered, window and exit, of windows, two workers', :rows, 1,
                'plain entered, window and exit, windows', 'entered, window and exit');
CALL bench.must_be_parallel();

-- Other types of the same: a person number as text, a uuid, and a time of day, the same for the
-- events that a person has on one day.
DROP TABLE IF EXISTS event_of_types;
CREATE UNLOGGED TABLE event_of_types AS
SELECT person_id, programme, stage, at,
       lpad(person_id::text, 13, '0') AS person_text,
       md5(person_id::text)::uuid AS person_uuid,
       at::timestamp AT TIME ZONE 'UTC'
       + (hashint8extended(person_id, at - '2000-01-01') & 65535) * interval '1 second' AS at_time
FROM event;
ALTER TABLE event_of_types SET (parallel_workers = 2);
VACUUM ANALYZE event_of_types;

SET max_parallel_workers_per_gather = 0;
CALL bench.same_summaries(:rows, 'funnel of text', 'funnel by programme');
CALL bench.same_summaries(:rows, 'funnel of uuid', 'funnel by programme');
CALL bench.same_summaries(:rows, 'funnel of timestamptz', 'funnel by programme');
CALL bench.same_summaries(:rows, 'funnel by person, rolled up', 'funnel by programme');
CALL bench.pair('funnel_agg, person_id text, serial', :rows, :passes,
                'plain events of other types', 'funnel of text');
CALL bench.pair('funnel_agg, person_id uuid, serial', :rows, :passes,
                'plain events of other types', 'funnel of uuid');
CALL bench.pair('funnel_agg, at timestamptz, serial', :rows, :passes,
                'plain events of other types', 'funnel of timestamptz');
\ir two_workers.sql
CALL bench.pair('funnel_agg, person_id text, two workers', :rows, :passes,
                'plain events of other types', 'funnel of text');
CALL bench.pair('funnel_agg, person_id uuid, two workers', :rows, :passes,
                'plain events of other types', 'funnel of uuid');
CALL bench.pair('funnel_agg, at timestamptz, two workers', :rows, :passes,
                'plain events of other types', 'funnel of timestamptz');
CALL bench.must_be_parallel();
DROP TABLE event_of_types;

-- Stored, as an analyst would keep them.
SET max_parallel_workers_per_gather = 0;
DROP TABLE IF EXISTS funnels;
SELECT format('CREATE TABLE funnels AS
               SELECT programme, a.f, b.f AS recent
               FROM (%s) AS a JOIN (%s) AS b USING (programme)',
              bench.sql('funnel by programme'), bench.sql('funnel by programme, recent'))
\gexec
VACUUM ANALYZE funnels;
INSERT INTO bench.size
SELECT :rows, 'funnel, 200 programmes', pg_column_size(f) FROM funnels
UNION ALL
SELECT :rows, 'funnel, 200 programmes, window, exit, as_of', pg_column_size(recent) FROM funnels;
CALL bench.pair('read 200 funnels', :rows, :passes, NULL, 'read stages');
CALL bench.pair('read 200 funnels with pending people', :rows, :passes, NULL,
                'read stages, recent');
CALL bench.pair('read days of 200 funnels with pending people', :rows, :passes, NULL,
                'read days');
CALL bench.pair('rollup of 200 funnels', :rows, :passes, NULL, 'roll up');
