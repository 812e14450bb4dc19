#!/bin/bash
# suite/register.sh: prints TAP.  Random registers, as untidy as they are, through
# the person forms of workforce_agg and retention_agg and through spells_agg,
# against test/register/brute.py, which counts people day by day and was written
# without looking at the code.  And the same bytes whatever the order of the rows,
# the plan, the workers and the memory.  EF_SEEDS="7 8 9" picks registers.  Needs
# the server that run.sh provides, and Python.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/database.sh
. test/lib/tap.sh

test/lib/setup.sh python >&2
case $? in
	0) ;;
	3) echo "1..0 # SKIP Python is missing, and may not be installed by this user"; exit 0 ;;
	*) echo "Bail out! Python could not be installed"; exit 1 ;;
esac

dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-register.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
export PGDATABASE=ef_register
fresh_database ef_register || exit 1
export PGOPTIONS="-c client_min_messages=warning -c search_path=register,public,education_flow"

# nothing QUERY LABEL: one test; the rows of the query are what is wrong.
nothing() {
	local found
	if ! found=$(run -c "$1" 2>&1); then
		ok 1 "$2"
	else
		ok "$([ -z "$found" ]; echo $?)" "$2"
	fi
	[ -z "$found" ] || head -n 8 <<<"$found" | cut -c1-200 | sed 's/^/# /'
}

# equal A B LABEL: one test; two queries with the same rows, however often a row.
equal() {
	nothing "SELECT 'missing', * FROM ($1 EXCEPT ALL $2) AS x UNION ALL SELECT 'not expected', * FROM ($2 EXCEPT ALL $1) AS x" "$3"
}

# --- small registers, each number by brute force
for seed in ${EF_SEEDS:-1 2 3 4 5 6 7 8 9 10}; do
	if ! python3 test/register/random_register.py "$seed" "$dir/$seed"; then
		ok 1 "register $seed can be counted"
		continue
	fi
	run -c "DROP SCHEMA IF EXISTS register CASCADE" -c "CREATE SCHEMA register" || exit 1
	run -v dir="$dir/$seed" -f test/register/load.sql || exit 1
	run -f test/register/compare.sql || exit 1

	equal "SELECT form, grp, person, start_date, end_date, reason FROM expected_spell" \
		"SELECT form, grp, person, start_date, end_date, reason FROM got_spell" "register $seed: spells"
	equal "SELECT * FROM expected_stretch" "SELECT * FROM got_stretch" "register $seed: FTE of each stretch of a spell"
	equal "SELECT * FROM expected_presence" "SELECT * FROM got_presence" "register $seed: headcount and FTE of every day"
	nothing "SELECT * FROM difference" "register $seed: flows, ages, turnover, retention of every period"
done

# --- the last of them, 400 times over: 400 people in the place of each.  The
# same estimates, 400 times the counts, and the same bytes every time.
copies=${EF_COPIES:-400}
run <<-SQL || exit 1
	CREATE SCHEMA large;
	CREATE TABLE large.contract AS
	SELECT n AS copy, n || '/' || person AS person, grp, birth_date, start_date, end_date, reason, fte
	FROM register.contract, generate_series(1, $copies) AS n
	ORDER BY md5(n || coalesce(person, '') || coalesce(start_date::text, ''));
	ALTER TABLE large.contract SET (parallel_workers = 3);
	ANALYZE large.contract;
	-- fewer periods: all rows are read for each
	CREATE VIEW large.period AS
	SELECT * FROM register.period WHERE lower IS NULL OR upper - lower > 500;
	CREATE VIEW large.expected_fact AS
	SELECT * FROM register.expected_fact WHERE lower IS NULL OR upper - lower > 500;
SQL
export PGOPTIONS="-c client_min_messages=warning -c search_path=large,register,public,education_flow"
sed -n '/^-- --- workforce_agg/,/^-- --- spells_agg/p' test/register/compare.sql | run -c "SET search_path = large, public, education_flow" -f - || exit 1
nothing "SELECT * FROM difference" "$copies times over: the same estimates, and so many times the counts"

# Of one period each, and by group only: a plan that workers share.
read -r lower upper gap < <(run -F ' ' -c "SELECT lower, upper, join_gap FROM period WHERE kind = 'w' AND lower IS NOT NULL ORDER BY upper - lower DESC LIMIT 1")
observed="daterange('$lower', '$upper')"
plain="SELECT md5(string_agg(encode(bytes, 'hex'), '|' ORDER BY kind, grp)) FROM (
	SELECT 1 AS kind, grp, workforce_send(workforce_agg(person, birth_date, start_date, end_date, reason,
	                                                    $observed, fte, '$gap days')) AS bytes
	FROM contract GROUP BY grp
	UNION ALL
	SELECT 2, grp, retention_send(retention_agg(person, start_date, end_date, reason, $observed, '$gap days'))
	FROM contract GROUP BY grp) AS x"
serial="-c max_parallel_workers_per_gather=0"
parallel="-c parallel_setup_cost=0 -c parallel_tuple_cost=0 -c min_parallel_table_scan_size=0 -c max_parallel_workers_per_gather=3"
options=$PGOPTIONS
# with OPTIONS QUERY: the answer of the query under these settings.
with() { PGOPTIONS="$options $1" run -c "$2"; }

want=$(with "$serial -c work_mem=256MB" "$plain")
ok "$([ -n "$want" ]; echo $?)" "the bytes of the large register"
same "$(with "$serial -c work_mem=64kB" "$plain")" "$want" "the same bytes with 64 kB of memory"
ok "$(with "$serial -c work_mem=64kB -c enable_sort=off" "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) $plain" | grep -q 'temp .*written='; echo $?)" \
	"which were written to disk"
same "$(with "$parallel -c work_mem=256MB" "$plain")" "$want" "the same bytes from parallel workers"
same "$(with "$parallel -c work_mem=64kB -c enable_hashagg=off" "$plain")" "$want" \
	"the same bytes from workers that sort, with 64 kB"
same "$(with "$parallel" "EXPLAIN (COSTS OFF) $plain" | grep -c ' Partial .*Aggregate')" 2 "which are plans of partial aggregates"
run -c "ALTER TABLE contract RENAME TO was; CREATE TABLE contract AS SELECT * FROM was ORDER BY person, start_date, end_date, reason, fte; ANALYZE contract" || exit 1
same "$(with "$serial -c work_mem=256MB" "$plain")" "$want" "the same bytes of sorted rows"
run -c "DROP TABLE contract; CREATE TABLE contract AS SELECT * FROM was ORDER BY end_date DESC, person DESC; ANALYZE contract" || exit 1
same "$(with "$serial -c work_mem=1MB" "$plain")" "$want" "the same bytes of rows sorted the other way"
run -c "DROP TABLE contract; ALTER TABLE was RENAME TO contract" || exit 1

for key in "('x' || left(md5(person), 16))::bit(64)::bigint" "md5(person)::uuid"; do
	same "$(with "$serial -c work_mem=256MB" "${plain//agg(person,/agg($key,}")" "$want" "the same bytes with the key $key"
done

# --- what is no person
export PGOPTIONS="-c client_min_messages=warning -c search_path=register,public,education_flow"
births="SELECT workforce_agg(person, birth, '2020-01-01', NULL, NULL, daterange('2020-01-01', '2021-01-01'), interval '0 days')"
said=$(PGOPTIONS="$PGOPTIONS" psql -X -q -At -v VERBOSITY=verbose -c "$births FROM (VALUES ('a', date '1980-01-01'), ('b', '1981-01-01'), ('b', '1981-01-02')) AS p (person, birth)" 2>&1)
ok "$(grep -q 'ERROR' <<<"$said" && grep -q '"b"\|person b\| b ' <<<"$said" && grep -q 1981-01-02 <<<"$said"; echo $?)" \
	"two birth dates are an error that names the person and the dates"
ok "$(run -c "$births IS NOT NULL FROM (VALUES ('a', date '1980-01-01'), ('b', '1981-01-01'), ('b', '1981-01-01')) AS p (person, birth)" | grep -qx t; echo $?)" \
	"the same one twice is none"

echo "1..$n"
exit "$failed"
