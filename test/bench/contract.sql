-- contracts: from contracts of people to summaries, against plain SQL that joins them first, and
-- against count(*) and min() over the same rows.
SET client_min_messages = warning;

-- Both sides count the same, before anything is timed.
SET max_parallel_workers_per_gather = 0;
CALL bench.compare_people(:rows, 'plain people by profession, window', 'people by profession');
CALL bench.compare_people(:rows, 'plain people by profession, groups', 'people by profession');
CALL bench.compare_people(:rows, 'plain people by profession, ranges', 'people by profession');

CALL bench.pair('people, of window, serial', :rows, :passes, 'plain people by profession, window',
                'people by profession');
CALL bench.pair('people, of groups, serial', :rows, :passes, 'plain people by profession, groups',
                'people by profession');
CALL bench.pair('people, of ranges, serial', :rows, :passes, 'plain people by profession, ranges',
                'people by profession');
CALL bench.pair('workforce_agg of people, serial', :rows, :passes, 'plain contracts by profession',
                'people by profession');
CALL bench.pair('workforce_agg of people, fte, serial', :rows, :passes,
                'plain contracts by profession', 'people by profession, fte');
CALL bench.pair('retention_agg of people, serial', :rows, :passes, 'plain contracts by profession',
                'retention of people by profession');
CALL bench.pair('workforce_agg of people, and the total, serial', :rows, :passes,
                'plain contracts by profession', 'groups and total of people');
CALL bench.pair('spells_agg by person, serial', :rows, :passes, 'plain people', 'spells of people');

\ir two_workers.sql
CALL bench.pair('workforce_agg of people, two workers', :rows, :passes,
                'plain contracts by profession', 'people by profession');
CALL bench.must_be_parallel();
