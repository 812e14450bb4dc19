#!/bin/sh
# The benchmark, on the server that PGHOST, PGPORT and PGUSER name (make bench starts a
# private one), in a database of its own. Prints times, ratios and memory.
#   EF_BENCH_ROWS    sizes of the table, default "1000000 10000000" (with fewer rows some of
#                    the 17,400 groups have no hires to age an intake by)
#   EF_BENCH_PASSES  runs of each query of a pair, default 5
set -eu
cd "$(dirname "$0")"
sizes=${EF_BENCH_ROWS:-1000000 10000000}
passes=${EF_BENCH_PASSES:-5}

database=education_flow_bench
# The same settings for both sides. JIT helps neither and makes the times unsteady.
PGOPTIONS="-c work_mem=256MB -c jit=off"
run() { PGDATABASE=$database PGOPTIONS=$PGOPTIONS psql -X -q -v ON_ERROR_STOP=1 -P footer=off -P pager=off "$@"; }
peak() { run -v test="$1" -v rows="$rows" -v side="$2" -v query="$3" <<'SQL'
SET max_parallel_workers_per_gather = 0;
CALL bench.peak(:'test', :rows, :'side', :'query');
SQL
}
note() { echo "$(date +%H:%M:%S) $*" >&2; }

PGDATABASE=postgres psql -X -q -v ON_ERROR_STOP=1 -c "CREATE DATABASE $database"
run <<SQL
CREATE SCHEMA education_flow;
CREATE EXTENSION education_flow SCHEMA education_flow;
ALTER DATABASE $database SET search_path = public, education_flow;
SQL
run -f helpers.sql -f queries.sql

with_plain=true
for rows in $sizes; do
    note "$rows rows: generating"
    run -v rows="$rows" -f data.sql
    note "$rows rows: aggregates"
    run -v rows="$rows" -v passes="$passes" -f aggregate.sql
    run -v rows="$rows" -f summaries.sql
    if $with_plain; then
        note "$rows rows: rates for plain SQL"
        run -f plain_rates.sql
    fi
    note "$rows rows: projections"
    run -v rows="$rows" -v passes="$passes" -v with_plain=$with_plain -f projection.sql
    note "$rows rows: memory"
    for groups in profession municipality person; do
        peak "aggregate by $groups" plain "plain by $groups"
        peak "aggregate by $groups" ours "by $groups"
    done
    if $with_plain; then peak "projections" plain "plain projection, arrays"; fi
    peak "projections" ours projection
    with_plain=false
done

run -A -t -c "SELECT 'PostgreSQL ' || current_setting('server_version')"
echo "$(nproc 2>/dev/null || echo '?') cores"
run -f report.sql
PGDATABASE=postgres psql -X -q -c "DROP DATABASE $database"
