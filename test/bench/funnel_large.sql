-- funnel on a table of which plain SQL is too slow to run it again and again: the scan, ours,
-- and the fastest forms of plain SQL once.
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
CALL bench.pair('funnel_agg, 200 programmes, serial', :rows, :passes,
                'plain events by programme', 'funnel by programme');
CALL bench.pair('funnel_agg, one group, serial', :rows, 1, 'plain events', 'funnel');
CALL bench.pair('entered, of paths, serial', :rows, 1, 'plain entered, paths', 'entered');
CALL bench.pair('entered, of loop, serial', :rows, 1, 'plain entered, loop', 'entered');
\ir two_workers.sql
CALL bench.pair('funnel_agg, 200 programmes, two workers', :rows, :passes,
                'plain events by programme', 'funnel by programme');
CALL bench.pair('entered, of paths, two workers', :rows, 1, 'plain entered, paths', 'entered');
CALL bench.pair('entered, of parts, two workers', :rows, 1, 'plain entered, parts', 'entered');
CALL bench.must_be_parallel();
CALL bench.compare_funnels(:rows, 'funnel by programme', 'plain entered, paths');
