-- 1. and 2.: workforce_agg against count(*) and min() over the same rows and groups.
SET max_parallel_workers_per_gather = 0;
CALL bench.pair('workforce_agg, 60 professions', :rows, :passes, 'plain by profession',
                'by profession');
CALL bench.pair('  numeric fte', :rows, :passes, 'plain by profession',
                'by profession, numeric fte');
CALL bench.pair('  float8 fte', :rows, :passes, 'plain by profession',
                'by profession, float8 fte');
CALL bench.pair('  complete history', :rows, :passes, 'plain by profession',
                'by profession, complete history');

\ir two_workers.sql
CALL bench.pair('  two workers', :rows, :passes, 'plain by profession', 'by profession');
CALL bench.must_be_parallel();
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
SET max_parallel_workers_per_gather = 0;

CALL bench.pair('workforce_agg, 17,400 groups', :rows, :passes, 'plain by municipality',
                'by municipality');
CALL bench.pair('workforce_agg, 1,000,000 groups', :rows, :passes, 'plain by person',
                'by person');
