-- mobility: the way from rows to moves and person-years against plain SQL, the aggregate against
-- count(*), min() and max() over the same rows, and what is read from stored summaries.
SET client_min_messages = warning;

-- Both sides count the same, before anything is timed.
SET max_parallel_workers_per_gather = 0;
CALL bench.compare_flows(:rows, 'flows', 'plain flows, lead', 'plain flows, key',
                         'plain flows, join');
CALL bench.compare_flows(:rows, 'flows by region', 'plain flows, lead by region',
                         'plain flows, key by region', 'plain flows, join by region');

CALL bench.pair('flows, of lead, serial', :rows, :passes, 'plain flows, lead', 'flows');
CALL bench.pair('flows, of key, serial', :rows, :passes, 'plain flows, key', 'flows');
CALL bench.pair('flows, of join, serial', :rows, :passes, 'plain flows, join', 'flows');
CALL bench.pair('flows by region, of lead, serial', :rows, :passes,
                'plain flows, lead by region', 'flows by region');
CALL bench.pair('flows by region, of join, serial', :rows, :passes,
                'plain flows, join by region', 'flows by region');
CALL bench.pair('mobility_agg, one group, serial', :rows, :passes, 'plain spells', 'mobility');
CALL bench.pair('mobility_agg, 290 regions, serial', :rows, :passes,
                'plain spells by region', 'mobility by region');

\ir two_workers.sql
CALL bench.pair('flows, of lead, two workers', :rows, :passes, 'plain flows, lead', 'flows');
CALL bench.pair('flows, of join, two workers', :rows, :passes, 'plain flows, join', 'flows');
CALL bench.pair('mobility_agg, one group, two workers', :rows, :passes, 'plain spells', 'mobility');
CALL bench.pair('mobility_agg, 290 regions, two workers', :rows, :passes,
                'plain spells by region', 'mobility by region');
CALL bench.must_be_parallel();

-- Other types of person.
DROP TABLE IF EXISTS spell_of_types;
CREATE UNLOGGED TABLE spell_of_types AS
SELECT lpad(person_id::text, 13, '0') AS person_text, md5(person_id::text)::uuid AS person_uuid,
       state, start_date, end_date
FROM spell;
ALTER TABLE spell_of_types SET (parallel_workers = 2);
VACUUM ANALYZE spell_of_types;
SET max_parallel_workers_per_gather = 0;
CALL bench.same_mobilities(:rows, 'mobility of text', 'mobility');
CALL bench.same_mobilities(:rows, 'mobility of uuid', 'mobility');
CALL bench.pair('mobility_agg, person_id text, serial', :rows, :passes,
                'plain spells of other types', 'mobility of text');
CALL bench.pair('mobility_agg, person_id uuid, serial', :rows, :passes,
                'plain spells of other types', 'mobility of uuid');
DROP TABLE spell_of_types;

-- Stored, as an analyst would keep them.
DROP TABLE IF EXISTS mobilities;
SELECT 'CREATE TABLE mobilities AS ' || bench.sql('mobility by region')
\gexec
VACUUM ANALYZE mobilities;
INSERT INTO bench.size
SELECT :rows, 'mobility, 290 regions', pg_column_size(m) FROM mobilities;
SELECT format('INSERT INTO bench.size
               SELECT %s, ''mobility, one'', pg_column_size(m) FROM (%s) AS x',
              :rows, bench.sql('mobility'))
\gexec
CALL bench.pair('read flows of 290 mobilities', :rows, :passes, NULL, 'read flows');
CALL bench.pair('read matrices of 290 mobilities', :rows, :passes, NULL, 'read matrices');
CALL bench.pair('rollup of 290 mobilities', :rows, :passes, NULL, 'roll up regions');
