-- 1. and 2.: workforce_agg against count(*) and min() over the same rows and groups.
SET max_parallel_workers_per_gather = 0;
CALL bench.pair('60 professions', :rows, :passes, 'plain by profession', 'by profession');
CALL bench.pair('  numeric fte', :rows, :passes, 'plain by profession',
                'by profession, numeric fte');
CALL bench.pair('  float8 fte', :rows, :passes, 'plain by profession',
                'by profession, float8 fte');
CALL bench.pair('  complete history', :rows, :passes, 'plain by profession',
                'by profession, complete history');

SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CALL bench.pair('  two workers', :rows, :passes, 'plain by profession', 'by profession');
DO $$
BEGIN
    IF EXISTS (SELECT FROM bench.run
               WHERE test = '  two workers' AND bench.how(plan) !~ '^partial, 2 workers') THEN
        RAISE 'an aggregate did not run in two workers';
    END IF;
END
$$;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
SET max_parallel_workers_per_gather = 0;

CALL bench.pair('17,400 groups', :rows, :passes, 'plain by municipality', 'by municipality');
CALL bench.pair('1,000,000 groups', :rows, :passes, 'plain by person', 'by person');
