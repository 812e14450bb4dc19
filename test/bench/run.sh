#!/bin/sh
# The benchmark, on the server that PGHOST, PGPORT and PGUSER name (make bench starts a
# private one), in a database of its own. Prints times, ratios and memory.
#   EF_BENCH_ROWS    sizes of the table, default "1000000 10000000" (with fewer rows some of
#                    the 17,400 groups have no hires to age an intake by)
#   EF_BENCH_EVENTS  sizes of the table of the part funnel, multiples of 1000, default
#                    "1000000 10000000 100000000"; above 10 million most of plain SQL is left out
#   EF_BENCH_PERSONS sizes of the part pipeline: people in education in each of its 60
#                    professions, default 5000, with two employments for every five of them
#   EF_BENCH_SPELLS  sizes of the table of the part mobility, multiples of 1000, default
#                    "1000000 10000000"
#   EF_BENCH_CONTRACTS  sizes of the table of the part contract, multiples of 1000, default
#                    "1000000 10000000"
#   the part reporting takes EF_BENCH_ROWS, default 10000000, and a tenth as many rows of events,
#                    spells and certificates
#   EF_BENCH_PASSES  runs of each query of a pair, default 5
#   EF_BENCH_PARTS   what is measured, default "workforce retention funnel pipeline mobility
#                    contract reporting"; one part more is peers: DuckDB and ClickHouse beside ours,
#                    over EF_BENCH_ROWS employments and as many events. It fetches both, see peers/run.sh
set -eu
cd "$(dirname "$0")"
sizes=${EF_BENCH_ROWS:-1000000 10000000}
passes=${EF_BENCH_PASSES:-5}
events=${EF_BENCH_EVENTS:-1000000 10000000 100000000}
education=${EF_BENCH_PERSONS:-5000}
spells=${EF_BENCH_SPELLS:-1000000 10000000}
contracts=${EF_BENCH_CONTRACTS:-1000000 10000000}
parts=${EF_BENCH_PARTS:-workforce retention funnel pipeline mobility contract reporting}
has() { case " $parts " in *" $1 "*) ;; *) return 1 ;; esac; }
for part in $parts; do
    case $part in workforce | retention | funnel | pipeline | mobility | contract | reporting | peers) ;; *)
        echo "EF_BENCH_PARTS: there is no part $part" >&2
        exit 2 ;;
    esac
done

database=education_flow_bench
# The same settings for both sides. JIT helps neither and makes the times unsteady.
options="-c work_mem=256MB -c jit=off"
run() { PGDATABASE=$database PGOPTIONS=$options psql -X -q -v ON_ERROR_STOP=1 -P footer=off -P pager=off "$@"; }
# peak TEST SIDE QUERY [FILE]: with the settings of FILE; without it in one process.
peak() { run -v test="$1" -v rows="$rows" -v side="$2" -v query="$3" \
             -v settings="${4:-one_process.sql}" <<'SQL'
\i :settings
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
run -f helpers.sql -f queries.sql -f retention_queries.sql -f funnel_queries.sql \
    -f pipeline_queries.sql -f mobility_queries.sql -f contract_queries.sql \
    -f reporting_queries.sql -f peers.sql

with_plain=true
workforce() {
    note "$rows rows: workforce, aggregates"
    run -v rows="$rows" -v passes="$passes" -f aggregate.sql
    run -v rows="$rows" -f summaries.sql
    if $with_plain; then
        note "$rows rows: workforce, rates for plain SQL"
        run -f plain_rates.sql
    fi
    note "$rows rows: workforce, projections"
    run -v rows="$rows" -v passes="$passes" -v with_plain=$with_plain -f projection.sql
    note "$rows rows: workforce, memory"
    for groups in profession municipality person; do
        peak "workforce_agg by $groups" plain "plain by $groups"
        peak "workforce_agg by $groups" ours "by $groups"
    done
    if $with_plain; then peak "projections" plain "plain projection, arrays"; fi
    peak "projections" ours projection
    with_plain=false
}

retention() {
    note "$rows rows: retention"
    run -v rows="$rows" -v passes="$passes" -f retention.sql
    note "$rows rows: retention, memory"
    for groups in profession municipality person; do
        peak "retention_agg by $groups" plain "plain by $groups"
        peak "retention_agg by $groups" ours "retention by $groups"
    done
    complete="complete history"
    peak "retention_agg by profession, $complete" ours "retention by profession, $complete"
    peak "curve every day" plain "plain curve every day, sets"
    peak "curve every day" ours "curve every day"
    peak "curve every day, $complete" plain "plain curve every day, $complete"
    peak "curve every day, $complete" ours "curve every day, $complete"
    peak "log-rank test" ours "log-rank"
    peak "comparison of two halves" ours "compare"
    note "$rows rows: retention, R's survfit"
    PGDATABASE=$database PGOPTIONS=$options ./survfit.sh "$rows" "$passes"
}

funnel() {
    note "$rows events: funnel"
    if [ "$rows" -le 10000000 ]; then
        run -v rows="$rows" -v passes="$passes" -f funnel.sql
    else
        # Times of a minute vary less.
        run -v rows="$rows" -v passes="$((passes < 3 ? passes : 3))" -f funnel_large.sql
    fi
    note "$rows events: funnel, memory"
    peak "funnel_agg, 200 programmes" plain "plain events by programme"
    peak "funnel_agg, 200 programmes" ours "funnel by programme"
    peak "funnel_agg, 200 programmes, two workers" ours "funnel by programme" two_workers.sql
    peak "funnel_agg, one group" ours "funnel"
    peak "funnel_agg, 58,000 groups" plain "plain events by municipality"
    peak "funnel_agg, 58,000 groups" ours "funnel by municipality"
    peak "entered, of paths" plain "plain entered, paths"
    peak "entered, of paths" ours "entered"
    if [ "$rows" -le 10000000 ]; then
        peak "entered, of loop" plain "plain entered, loop"
        peak "entered, of joins" plain "plain entered, joins"
        peak "funnel_agg by person, rolled up" ours "funnel by person, rolled up"
        peak "window_funnel by person" ours "window_funnel by person"
    fi
}

pipeline() {
    note "$persons persons a profession: pipeline"
    run -v passes="$passes" -f pipeline.sql
    note "$persons persons a profession: pipeline, memory"
    rows=$(run -A -t -c "SELECT count(*) FROM education_event")
    peak "scenarios, constant intake" ours scenarios
    peak "scenarios from rows" ours "scenarios from rows"
}

mobility() {
    note "$rows spells: mobility"
    run -v rows="$rows" -v passes="$passes" -f mobility.sql
    note "$rows spells: mobility, memory"
    for form in lead key join; do
        peak "flows, of $form" plain "plain flows, $form"
    done
    peak "flows" ours flows
    peak "mobility_agg, one group" ours mobility
    peak "mobility_agg, one group, two workers" ours mobility two_workers.sql
    peak "mobility_agg, 290 regions" ours "mobility by region"
}

contract() {
    note "$rows contracts: people"
    run -v rows="$rows" -v passes="$passes" -f contract.sql
    note "$rows contracts: people, memory"
    peak "people, of window" plain "plain people by profession, window"
    peak "workforce_agg of people" ours "people by profession"
    peak "workforce_agg of people, fte" ours "people by profession, fte"
    peak "workforce_agg of people, two workers" ours "people by profession" two_workers.sql
    peak "workforce_agg of people, and the total" ours "groups and total of people"
    peak "spells_agg by person" ours "spells of people"
}

reporting() {
    note "$rows rows: reporting"
    run -v rows="$rows" -v passes="$passes" -f reporting.sql
    note "$rows rows: reporting, memory"
    for summary in by_profession_summary.employment by_profession_summary.education \
            by_region_summary.employment by_municipality_summary.employment; do
        peak "refresh of $summary" ours "refresh $summary"
    done
    peak "refresh of by_profession_summary.employment, two workers" ours \
        "refresh by_profession_summary.employment" two_workers.sql
}

if has peers; then
    for rows in $sizes; do
        note "$rows rows: generating"
        run -v rows="$rows" -f data.sql -f events.sql
        note "$rows rows: peers"
        PGDATABASE=$database PGOPTIONS=$options peers/run.sh "$rows" "$passes"
    done
fi
if has workforce || has retention; then
    for rows in $sizes; do
        note "$rows rows: generating"
        run -v rows="$rows" -f data.sql
        for part in $parts; do
            case $part in workforce | retention) $part ;; esac
        done
    done
    run -c "DROP TABLE employment"
fi
if has funnel; then
    for rows in $events; do
        note "$rows events: generating"
        run -v rows="$rows" -f events.sql
        funnel
    done
fi
if has pipeline; then
    for persons in $education; do
        note "$persons persons a profession: generating"
        run -v persons="$persons" -v rows="$((60 * persons * 2 / 5))" \
            -f pipeline_data.sql -f data.sql
        pipeline
    done
fi
if has mobility; then
    for rows in $spells; do
        note "$rows spells: generating"
        run -v rows="$rows" -f spells.sql
        mobility
    done
fi
if has contract; then
    for rows in $contracts; do
        note "$rows contracts: generating"
        run -v rows="$rows" -f contracts.sql
        contract
    done
fi
if has reporting; then
    for rows in ${EF_BENCH_ROWS:-10000000}; do
        note "$rows rows: generating"
        run -v rows="$rows" -f data.sql
        run -v persons="$((rows / 2000))" -f pipeline_data.sql
        run -v rows="$((rows / 10000 * 1000))" -f spells.sql
        run -v persons="$((rows / 80))" -f reporting_data.sql
        reporting
    done
fi

run -A -t -c "SELECT 'PostgreSQL ' || current_setting('server_version')"
echo "$(nproc 2>/dev/null || echo '?') cores"
run -f report.sql
if has retention; then run -f retention_report.sql; fi
if has funnel; then run -f funnel_report.sql; fi
if has pipeline; then run -f pipeline_report.sql; fi
if has mobility; then run -f mobility_report.sql; fi
if has contract; then run -f contract_report.sql; fi
if has reporting; then run -f reporting_report.sql; fi
if has peers; then run -f peers_report.sql; fi
PGDATABASE=postgres psql -X -q -c "DROP DATABASE $database"
