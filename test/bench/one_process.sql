-- Without workers, whatever the planner thinks of them.
SET max_parallel_workers_per_gather = 0;
