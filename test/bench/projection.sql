-- 3. The projections of 17,400 groups over 30 years, one core. The plain side does not
-- depend on the number of rows that its rates came from, so it runs for one size only. The
-- CTE by months is too slow for all groups: both sides take the same 58 of them.
SET max_parallel_workers_per_gather = 0;
\if :with_plain
CALL bench.pair('17,400 projections, best CTE', :rows, 3, 'plain projection, arrays',
                'projection');
CALL bench.pair('  CTE of rows', :rows, 1, 'plain projection, rows',
                'projection');
CALL bench.pair('58 projections, CTE by months', :rows, 3, 'plain projection, months',
                'projection, sample');
\else
CALL bench.pair('17,400 projections', :rows, :passes, NULL, 'projection');
\endif
CALL bench.pair('  national rates', :rows, :passes, NULL, 'projection, national rates');
