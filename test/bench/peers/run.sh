#!/bin/bash
# run.sh ROWS PASSES: other engines beside ours, over the same rows, which are in the tables
# employment and event: DuckDB (npm) and ClickHouse (PyPI, as a library), of pinned versions, each
# with two threads and its own storage. What is measured runs in turn, ours, theirs, ours ... The
# rows of all are the same, or it stops. A peer that cannot be had is skipped with a word.
# Called by ../run.sh, with its connection. EF_BENCH_PEERS names a directory that keeps what
# was installed (a gigabyte) from run to run, EF_BENCH_PEER_TESTS a regular expression which
# tests are run.
set -euo pipefail
rows=$1
passes=$2
cd "$(dirname "$0")"
duckdb=1.5.6-r.1
libc=2.1.2                      # what DuckDB's package asks which C library there is

ask() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-peers.XXXXXX")
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM HUP
kept=${EF_BENCH_PEERS:-$dir/installed}
mkdir -p "$kept"
why() { echo "$1: skipped, since $2" >&2; }

# --- what can be had
peers=()
if ! command -v npm >/dev/null; then
    why DuckDB "npm is not there"
elif [ -d "$kept/duckdb-$duckdb" ] ||
    { mkdir "$kept/new" &&
      (cd "$kept/new" && npm install --no-save --loglevel=error --no-audit --no-fund --fetch-retries=1 --fetch-timeout=60000 \
          "@duckdb/node-api@$duckdb" "detect-libc@$libc") >&2 </dev/null && mv "$kept/new" "$kept/duckdb-$duckdb"; }
then
    ln -s "$kept/duckdb-$duckdb/node_modules" "$dir/node_modules"
    peers+=(duckdb)
else
    why DuckDB "npm cannot fetch it"
fi
venv_of() {
    EF_VENVS=$kept
    . ../../lib/venv.sh
    cd ../../..
    make_venv "$kept" test/bench/peers/chdb.txt >&2 || { echo "$venv_why"; return 1; }
    echo "$venv"
}
if venv=$(venv_of); then peers+=(clickhouse); else why ClickHouse "$venv"; fi
[ ${#peers[@]} -gt 0 ] || exit 0

# --- each waits for statements
declare -A to from
for peer in "${peers[@]}"; do
    mkfifo "$dir/$peer.in" "$dir/$peer.out"
    case $peer in
        duckdb) node duckdb.mjs "$dir" ;;
        clickhouse) "$venv/bin/python" clickhouse.py "$dir" ;;
    esac <"$dir/$peer.in" >"$dir/$peer.out" &
    pids+=($!)
    exec {to[$peer]}>"$dir/$peer.in" {from[$peer]}<"$dir/$peer.out"
done
# tell PEER STATEMENT: answers the line that it says of it.
tell() {
    echo "${2//$'\n'/ }" >&"${to[$1]}"
    IFS= read -r answer <&"${from[$1]}" || { echo "$1 has failed at: $2" >&2; exit 1; }
}

# --- the same rows
employment='person_id, profession, birth_date, start_date, end_date, reason'
event='person_id, programme, stage, at'
for table in employment event; do
    ask -c "\\copy (SELECT ${!table} FROM $table) TO '$dir/$table.csv' (FORMAT csv)"
done
for peer in "${peers[@]}"; do
    case $peer in
        duckdb)
            tell duckdb 'CREATE TABLE employment (person_id BIGINT, profession INTEGER, birth_date DATE, start_date DATE, end_date DATE, reason TEXT)'
            tell duckdb 'CREATE TABLE event (person_id BIGINT, programme INTEGER, stage TEXT, "at" DATE)'
            for table in employment event; do tell duckdb "COPY $table FROM '$dir/$table.csv' (FORMAT csv)"; done
            tell duckdb CHECKPOINT ;;
        clickhouse)
            tell clickhouse 'CREATE TABLE employment (person_id Int64, profession Int32, birth_date Date32, start_date Date, end_date Nullable(Date), reason LowCardinality(Nullable(String))) ENGINE = MergeTree ORDER BY tuple()'
            tell clickhouse 'CREATE TABLE event (person_id Int64, programme Int32, stage LowCardinality(String), at Date) ENGINE = MergeTree ORDER BY tuple()'
            for table in employment event; do
                tell clickhouse "INSERT INTO $table SELECT * FROM file('$dir/$table.csv', CSV)"
                tell clickhouse "OPTIMIZE TABLE $table FINAL"
            done ;;
    esac
done
rm "$dir"/*.csv

# --- in turn; the first pass is not counted
statement() { ask -c "SELECT bench.peer_statement($1, '$2')"; }
mapfile -t places < <(ask -v wanted="${EF_BENCH_PEER_TESTS:-.}" <<'SQL'
SELECT concat_ws(' ', place, CASE WHEN serial THEN 'serial' END) FROM bench.peer_test WHERE test ~ :'wanted' ORDER BY place
SQL
)
for place in "${places[@]}"; do
    read -r place serial <<<"$place"
    for ((pass = 0; pass <= passes; pass++)); do
        for side in scan ours ${serial:+"scan, serial" "ours, serial"}; do
            settings=two_workers
            case $side in *serial) settings=one_process ;; esac
            ask -f "../$settings.sql" -c "CALL bench.run_beside_peers($rows, $place, $pass, '$side')"
        done
        for peer in "${peers[@]}"; do
            sql=$(statement "$place" "$peer")
            [ -n "$sql" ] || continue
            tell "$peer" "$sql"
            read -r ms cpu version <<<"$answer"
            ask -c "INSERT INTO bench.peer SELECT $rows, test, $pass, '$peer', $ms, $cpu, '$version' FROM bench.peer_test WHERE place = $place"
        done
    done
done
ask -c 'DELETE FROM bench.peer WHERE pass = 0'

# --- the same numbers
for peer in "${peers[@]}"; do
    for what in funnel curve incidence; do
        name="peers: $what, theirs"
        [ $what != funnel ] || name="peers: funnel, $peer"
        sql=$(ask -c "SELECT regexp_replace(bench.sql('$name'), '\s+', ' ', 'g')")
        case $peer in
            duckdb) tell duckdb "COPY ($sql) TO '$dir/$what.csv' (FORMAT csv, HEADER false)" ;;
            clickhouse) tell clickhouse "INSERT INTO FUNCTION file('$dir/$what.csv', CSV) $sql" ;;
        esac
        ask <<SQL
CREATE TEMPORARY TABLE peer_funnel (programme int, stage_no int, entered bigint);
CREATE TEMPORARY TABLE peer_curve (profession int, after_days int, at_risk float8, exits bigint, retained float8);
CREATE TEMPORARY TABLE peer_incidence (profession int, after_days int, exits bigint, layoff float8, resignation float8,
                                       retirement float8);
\copy peer_$what FROM '$dir/$what.csv' (FORMAT csv)
ANALYZE peer_$what;
SET enable_nestloop = off;
CALL bench.compare_peer($rows, '$peer', '$what');
SQL
        rm "$dir/$what.csv"
    done
done
