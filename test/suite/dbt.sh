#!/bin/bash
# suite/dbt.sh: prints TAP.  The dbt package integrations/dbt and its example project, on
# the demo's database: summaries are those of the demo, incremental runs are those of the
# whole, and each test of the package fails when what it watches is broken.  Needs the server
# that run.sh provides; skipped where python3 or PyPI cannot be had.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
root=$PWD
. test/lib/tap.sh
. test/lib/venv.sh
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-dbt.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
make_venv "$dir/venv" test/python/dbt.txt || { echo "1..0 # SKIP $venv_why"; exit 0; }

export PGOPTIONS="-c client_min_messages=warning"
run -d postgres -c 'DROP DATABASE IF EXISTS education_flow_demo WITH (FORCE)'
EF_PAGE=none demo/run.sh >"$dir/out" 2>&1 </dev/null || { tail -n 20 "$dir/out"; echo "Bail out! the demo failed"; exit 1; }
export PGDATABASE=education_flow_demo DBT_SEND_ANONYMOUS_USAGE_STATS=false DBT_PROFILES_DIR=. DBT_USE_COLORS=false
unset PGPASSWORD

# dbt writes beside what it reads.
cp -r integrations/dbt "$dir/dbt" && cd "$dir/dbt/example" || exit 1
coproc server { exec "$venv/bin/python" "$root/test/python/dbt_server.py"; }
# dbt COMMAND...: its output is in $dir/out.
dbt() {
	local status=
	perl -MJSON::PP -e '$| = 1; print JSON::PP->new->encode([map { utf8::decode($_); $_ } @ARGV]), "\n"' "$dir/out" "$@" >&"${server[1]}"
	read -r -u "${server[0]}" status
	return "${status:-3}"
}
# succeeds LABEL COMMAND..., fails NUMBER LABEL COMMAND...: one test; of the tests that dbt runs
# none fails, or so many.
succeeds() {
	dbt "${@:2}"
	said $? "$1"
}
# said STATUS LABEL: one test; what dbt said is shown if it failed.
said() {
	ok "$1" "$2"
	[ "$1" -eq 0 ] || tail -n 30 "$dir/out" | sed 's/^/# /'
}
fails() {
	dbt "${@:3}"
	same "$? $(sed -n 's/.*Done\. PASS=[0-9]* WARN=[0-9]* \(ERROR=[0-9]*\) .*/\1/p' "$dir/out")" "1 ERROR=$1" "$2"
}
# failed_tests: their names, without the file's.
failed_tests() { sed -n 's/.*Failure in test \([a-z_]*\).*/\1/p' "$dir/out" | sort | tr '\n' ' '; }
# made MODEL: what its last run did in the database.
made() { sed -n "s/.* OK created .*\.$1 \.* \[\(.*\) in .*/\1/p" "$dir/out"; }
# whole: the summaries of the model staff, and whether they are those of one pass over the table.
whole="SELECT hospital, s.workforce = e.workforce
       FROM dbt_summary.staff AS s
            FULL JOIN (SELECT hospital, workforce_agg(birth_date, start_date, end_date, reason, daterange('2018-06-01', '2023-06-01')) AS workforce
                       FROM employment GROUP BY hospital) AS e USING (hospital)
       ORDER BY hospital"

# --- as it should be
succeeds 'the package is found' deps
succeeds 'the example is built, and its tests pass' build
same "$(run -c "SELECT 'staff', hospital, encode(workforce_send(w), 'hex') FROM staff
                UNION ALL SELECT 'stay', hospital, encode(retention_send(r), 'hex') FROM stay
                UNION ALL SELECT 'path', start_year::text, encode(funnel_send(f), 'hex') FROM path_to_work
                UNION ALL SELECT 'move', '', encode(mobility_send(m), 'hex') FROM movement
                ORDER BY 1, 2")" \
	"$(run -c "SELECT 'staff', hospital, encode(workforce_send(workforce), 'hex') FROM dbt_summary.staff
                UNION ALL SELECT 'stay', hospital, encode(retention_send(retention), 'hex') FROM dbt_summary.stay
                UNION ALL SELECT 'path', start_year::text, encode(funnel_send(funnel), 'hex') FROM dbt_summary.path_to_work
                UNION ALL SELECT 'move', '', encode(mobility_send(mobility), 'hex') FROM dbt_summary.movement
                ORDER BY 1, 2")" 'its summaries are those of the demo, byte for byte'
same "$(run -c "SELECT coalesce(hospital, '(total)') AS hospital, year, recruitment_need, need_lower, need_upper
                FROM (SELECT hospital, rollup(w) AS w FROM staff GROUP BY ROLLUP (hospital)) AS s, workforce_project(w, 10, retire_at => 65)
                ORDER BY 1, 2")" \
	"$(run -c 'SELECT hospital, year, recruitment_need, need_lower, need_upper FROM dbt_summary.need ORDER BY 1, 2')" \
	'and so is the need'

# --- the table changes: a person moves, one is gone, one comes; and a hospital opens, and closes again
run -c "UPDATE employment SET hospital = 'South' WHERE hospital = 'Central' AND person_id = (SELECT min(person_id) FROM employment WHERE hospital = 'Central' AND end_date IS NULL)" \
	-c "DELETE FROM employment WHERE person_id = (SELECT max(person_id) FROM employment WHERE hospital = 'Central')"
before=$(run -c "SELECT history_until FROM dbt_summary.staff WHERE hospital = 'North'")
succeeds 'after changes the tests pass' build
same "$(run -c "$whole")" $'Central|t\nNorth|t\nSouth|t' 'the summaries are those of the table as it is'
same "$(made staff)" 'INSERT 0 2' 'two groups were made again: where somebody went from, and where to'
same "$(run -c "SELECT history_until FROM dbt_summary.staff WHERE hospital = 'North'")" "$before" 'and the third was not'
run -c "UPDATE employment SET hospital = 'Harbour' WHERE person_id = 500"
succeeds 'a group comes' build --select employment_history+
run -c "UPDATE employment SET hospital = 'North' WHERE person_id = 500"
succeeds 'and goes' build --select employment_history+
same "$(run -c "$whole")" $'Central|t\nHarbour|\nNorth|t\nSouth|t' 'its summary is NULL then, and the others those of the table'
succeeds 'when nothing has changed' build --select employment_history+
same "$(made staff)" 'INSERT 0 0' 'nothing is made again'

# --- broken on purpose
run -c "DELETE FROM dbt_summary.staff WHERE hospital = 'South'" -c "INSERT INTO dbt_summary.staff SELECT * FROM dbt_summary.staff WHERE hospital = 'North'" \
	-c 'DELETE FROM dbt_summary.path_to_work' 2>/dev/null
fails 2 'a group is missing, and another one there twice: two tests fail' test --select staff
same "$(failed_tests)" 'education_flow_headcount_adds_up_staff_workforce__source_register_employment_ education_flow_one_row_per_group_staff_hospital ' \
	'and say which'
run -c 'ALTER TABLE employment ALTER birth_date DROP NOT NULL, ALTER hospital DROP NOT NULL' \
	-c 'UPDATE employment SET birth_date = NULL WHERE person_id = 400'
fails 1 'a birth date is missing' build --select employment_history+ --full-refresh
same "$(failed_tests)" 'education_flow_nobody_skipped_staff_workforce ' 'somebody was skipped'
run -c "UPDATE employment SET birth_date = '1980-01-01' WHERE person_id = 400" -c "UPDATE employment SET hospital = NULL WHERE person_id = 401"
fails 1 'a group without a name' build --select employment_history+
same "$(failed_tests)" 'education_flow_one_row_per_group_staff_hospital ' 'would come twice'
run -c "UPDATE employment SET hospital = 'North' WHERE person_id = 401" \
	-c 'DELETE FROM dbt_summary.staff WHERE hospital IS NULL' -c 'DELETE FROM dbt_history.employment_history WHERE hospital IS NULL'
run -c "INSERT INTO education SELECT 99999, 2016, 'applied', '2016-03-02'"
fails 1 'a materialized view that was not refreshed' test --select path_to_work
same "$(failed_tests)" 'education_flow_everybody_entered_path_to_work_funnel__event__applied__start_year__ref_event_ ' 'lacks somebody'

# --- another day
fails 2 'as_of is another day: dbt refreshes the old query of two materialized views' build --vars '{as_of: "2023-05-01"}'
same "$(failed_tests)" 'education_flow_up_to_as_of_movement_ education_flow_up_to_as_of_stay_ ' 'and the package finds out'
same "$(run -c 'SELECT DISTINCT as_of, last_day(workforce) FROM dbt_summary.staff WHERE workforce IS NOT NULL')" '2023-05-01|2023-04-30' \
	'the incremental model was made again, all of it'
succeeds 'a full refresh mends it' build --full-refresh --vars '{as_of: "2023-05-01"}'
succeeds 'without the variable it is the first day of this month' compile --select staff --vars '{as_of: null}'
grep -q "date_trunc('month', current_date)::date AS as_of" target/compiled/demo/models/staff.sql
ok $? 'and says so'
dbt compile --inline "{{ education_flow.workforce('x', columns={'born': 'y'}) }}"
same $? 2 'a column that nobody knows is an error'
grep -q 'no such column: "born"; there are person_id, fte, birth_date' "$dir/out"
ok $? 'that names it'
succeeds 'people with several contracts' show --output json --inline "SELECT headcount(workforce) AS n, hires(workforce) AS h FROM ({{
    education_flow.workforce(source('register', 'workplace') ~ ' JOIN employment AS e USING (person_id)', where='true',
                             columns={'person_id': 'person_id', 'birth_date': 'e.birth_date', 'start_date': 'workplace.start_date',
                                      'end_date': 'workplace.end_date', 'reason': 'e.reason', 'fte': '1.0'}) }}) AS s"
grep -q "\"n\": $(run -c "SELECT count(DISTINCT person_id) FROM workplace AS w JOIN employment USING (person_id) WHERE w.start_date < '2023-06-01' AND (w.end_date >= '2023-06-01' OR w.end_date IS NULL)")," "$dir/out"
said $? 'are counted once'

# --- views for reporting tools
succeeds 'the views for reporting tools are made' run-operation reporting --args "$(cat reporting.yml)"
same "$(run -c "SELECT hospital, headcount FROM reporting_of_dbt.headcount_total WHERE hospital = '(total)'")" \
	"(total)|$(run -c "SELECT count(*) FROM employment WHERE end_date IS NULL OR end_date >= '2023-06-01'")" 'and answer'

# --- what the page shows is what was run
cd "$OLDPWD" || exit 1
shown=$(perl -0777 -e '
	my $page = <STDIN>;
	my $all = join "\n", map { local @ARGV = $_; scalar <> } @ARGV;
	my ($n, $bad) = (0, 0);
	while ($page =~ /^```(?:jinja|yaml)\n(.*?)^```$/msg) { $n++; index($all, $1) >= 0 or print("not in a file:\n$1"), $bad++; }
	print "$n blocks\n" if $n && !$bad;' integrations/dbt/example/*.yml integrations/dbt/example/*/*.{sql,yml} <doc/dbt.md)
printf '%s\n' "$shown" >"$dir/out"
said $? 'each block of doc/dbt.md is in a file of the example'
for macro in $(sed -n 's/^{% macro \([a-z_]*\)(relation, .*\(where\).*/\1/p; s/^{% macro \(reporting\)(.*/\1/p; s/^{% test \([a-z_]*\)(.*/\1/p' integrations/dbt/macros/*.sql integrations/dbt/tests/generic/*.sql); do
	grep -q "^| \`$macro" doc/dbt.md
	ok $? "doc/dbt.md has $macro"
done
echo "1..$n"
exit "$failed"
