#!/bin/bash
# suite/refresh.sh: prints TAP.  What doc/reporting.md tells a DBA to run is run
# as it stands there: the refresh by pg_cron and by cron, as an owner who is no
# superuser; and a dump of a reporting schema, restored.  Starts a server of its
# own, since pg_cron must be loaded with it; without pg_cron its tests are
# skipped.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
page=doc/reporting.md

# block FENCE PATTERN: the body of the one fenced block of the manual that
# begins with FENCE and has a line that matches PATTERN.
block() {
	FENCE=$1 PATTERN=$2 perl -e '
		local $/;
		my $text = <>;
		my @found = grep { /$ENV{PATTERN}/m } $text =~ /^```\Q$ENV{FENCE}\E\n(.*?)^```$/msg;
		@found == 1 or die "$ENV{PATTERN}: ", scalar @found, " blocks of the manual\n";
		print $found[0];' "$page"
}

if [ -z "${EF_REFRESH_SERVER:-}" ]; then
	why=
	test/lib/setup.sh cron >&2
	case $? in
		0) EF_PG_CONF=$(block text '^shared_preload_libraries') || exit 1 ;;
		3) EF_PG_CONF='' why='pg_cron is missing, and may not be installed by this user' ;;
		*) echo "Bail out! pg_cron could not be installed"; exit 1 ;;
	esac
	export EF_PG_CONF EF_REFRESH_SERVER=yes EF_NO_CRON=$why
	exec test/lib/server.sh test/suite/refresh.sh
fi
. test/lib/database.sh
. test/lib/tap.sh
# well FILE STATUS LABEL: one test; what was said is shown if it failed.
well() {
	ok "$2" "$3"
	[ "$2" -eq 0 ] || sed 's/^/# /' "$1" | head -n 10
}

dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-refresh.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
export PGOPTIONS="-c client_min_messages=warning" PGDATABASE=mydb
owner() { run -U reporting_owner "$@"; }
reader() { run -U bi_reader "$@"; }

# --- tables of somebody else's, with names as they come; as_of moves with the
# calendar, and so do the people
fresh_database mydb || exit 1
run <<-'SQL' || exit 1
	CREATE ROLE reporting_owner LOGIN;
	CREATE ROLE bi_reader LOGIN;
	CREATE SCHEMA hr;
	CREATE TABLE hr."Anställning" (id int PRIMARY KEY, "Född" date, start_date date, end_date date, reason text, fte numeric,
	                               "Kommun" text, "a ""b"" 'c'" text);
	INSERT INTO hr."Anställning"
	SELECT id, birth_date, start_date, CASE WHEN ends < current_date THEN ends END,
	       CASE WHEN ends < current_date THEN CASE id % 3 WHEN 0 THEN 'retirement' ELSE 'resignation' END END,
	       0.5 + id % 3 * 0.25, (ARRAY['Malmö', 'Lund', NULL])[1 + id % 3], 'p' || id % 2
	FROM generate_series(1, 1000) AS id,
	     LATERAL (SELECT current_date - 9000 - id * 619 % 14000 AS birth_date) AS b,
	     LATERAL (SELECT current_date - id * 211 % 8000 AS start_date) AS s,
	     LATERAL (SELECT start_date + 100 + id * 7907 % 9001 AS ends) AS e;
	CREATE TABLE hr.study AS
	SELECT id AS person_id, 'p' || id % 2 AS "a ""b"" 'c'", stage, at
	FROM generate_series(1, 600) AS id,
	     LATERAL (VALUES ('began', 0, true), ('left', 300, id % 5 = 0), ('employed', 1100 + id % 50, id % 5 > 1)) AS happened (stage, day, so),
	     LATERAL (SELECT make_date(extract(year FROM current_date)::int - 1 - id % 8, 9, 1) + day AS at) AS d
	WHERE so AND at < current_date;
	CREATE TABLE hr.certificate AS
	SELECT id AS person_id, 'hygiene'::text AS module, s.*
	FROM hr."Anställning" AS e, certificate_spells(ARRAY[start_date + 30], '2 years', daterange(start_date, end_date)) AS s
	WHERE e.end_date IS NULL OR e.end_date > e.start_date;
	GRANT CREATE ON DATABASE mydb TO reporting_owner;
	GRANT USAGE ON SCHEMA education_flow, hr TO reporting_owner;
	GRANT SELECT ON ALL TABLES IN SCHEMA hr TO reporting_owner;
SQL
# shellcheck disable=SC2089  # a JSON text
mapping='{"employment": {"table": "hr.\"Anställning\"", "birth_date": "Född", "fte": "fte", "retirement": 65,
                         "group_by": [{"kommun": "Kommun"}, "a \"b\" '\''c'\''"]},
          "education": {"table": "hr.study", "stages": ["began", "employed"], "exits": ["left"], "within": "6 years",
                        "group_by": ["a \"b\" '\''c'\''"]},
          "mobility": {"table": "hr.\"Anställning\"", "person_id": "id", "state": "Kommun"},
          "competence": {"table": "hr.certificate"},
          "reader": "bi_reader"}'
# ddl [OPTION...]: what a DBA runs.
ddl() {
	# psql puts a variable into standard input only
	owner -v mapping="$mapping" "$@" <<<"SELECT reporting_ddl('reporting', :'mapping') \\gexec"
}
ddl >"$dir/log" 2>&1
well "$dir/log" $? 'an owner who is no superuser makes the schema'
same "$(run -c "SELECT string_agg(DISTINCT rolname || ' ' || rolsuper, ', ') FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner
                WHERE relnamespace::regnamespace::text ~ '^reporting'")" 'reporting_owner false' 'and owns all of it'

# content DATABASE: every row of every view, without the time of the refresh;
# and what describes them.
content() {
	run -d "$1" <<-'SQL' 2>&1
		SELECT format('SELECT %L, x FROM (SELECT to_jsonb(v) - ''refreshed_at'' AS x FROM %I.%I AS v) AS v ORDER BY x', c.relname, n.nspname, c.relname)
		FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE n.nspname IN ('reporting', 'reporting_summary') AND c.relkind IN ('v', 'm')
		ORDER BY n.nspname, c.relname \gexec
		SELECT n.nspname, c.relname, c.relkind, c.relacl, c.reloptions, pg_get_userbyid(c.relowner), obj_description(c.oid, 'pg_class'),
		       (SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), col_description(c.oid, attnum)), ', ' ORDER BY attnum)
		        FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0)
		FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE n.nspname IN ('reporting', 'reporting_summary')
		ORDER BY n.nspname, c.relname;
		SELECT nspname, nspacl, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname ~ '^reporting' ORDER BY nspname;
	SQL
}
# state DATABASE: which relations there are, so that what was made anew shows.
state() {
	run -d "$1" -c "SELECT oid, relname, relfilenode, relkind FROM pg_class WHERE relnamespace::regnamespace::text ~ '^reporting' ORDER BY oid"
}
fresh() { reader -c 'SELECT count(*) = 4 AND bool_and(refreshed_at > '"'$1'"') FROM reporting.freshness'; }
now() { run -c 'SELECT clock_timestamp()'; }
# newcomer ID KOMMUN: somebody whom the views do not know yet.
newcomer() {
	run -c "INSERT INTO hr.\"Anställning\" VALUES ($1, '1990-01-01', current_date - 800, NULL, NULL, 1, '$2', 'p0')"
}
known() { reader -c "SELECT headcount FROM reporting.headcount WHERE kommun = '$1'"; }

# --- cron: the command of the manual's line, by the shell that cron uses
line=$(block crontab .) || exit 1
command=$(sed -E 's/^([^ ]+ ){5}reporting_owner //' <<<"$line")
[ "$command" != "$line" ] && ! grep -q '%' <<<"$command"
ok $? "the line of the manual's crontab is one of cron.d, and needs no escape"
newcomer 2001 Eslöv
before=$(now)
same "$(fresh "$before")" f 'not fresh yet'
env -i PATH="$PATH" PGHOST="$PGHOST" PGPORT="$PGPORT" PGUSER=reporting_owner /bin/sh -c "$command" >"$dir/log" 2>&1 </dev/null
well "$dir/log" $? "cron's command"
same "$(cat "$dir/log"; echo silent)" silent 'says nothing, so that cron sends no mail'
same "$(fresh "$before") $(known Eslöv)" 't 1' 'and has refreshed: a new row is there, for a reader'

# a row that is refused: cron hears of it, and the other summaries are fresh
run -c "INSERT INTO hr.\"Anställning\" VALUES (2002, '1990-01-01', '2020-02-01', '2020-01-01', NULL, 1, 'Lund', 'p0')"
before=$(now)
env -i PATH="$PATH" PGHOST="$PGHOST" PGPORT="$PGPORT" PGUSER=reporting_owner /bin/sh -c "$command" >"$dir/log" 2>&1 </dev/null
grep -q 'spell ends before it starts' "$dir/log"
ok $? 'a refresh that fails says why'
same "$(known Eslöv) $(reader -c "SELECT string_agg(source, ' ' ORDER BY source) FROM reporting.freshness WHERE refreshed_at > '$before'")" \
	'1 competence education' 'and its summaries are as they were, the others fresh'
same "$(reader -c 'SELECT problem, effect, rows FROM reporting.employment_quality WHERE effect <> '\''doubtful'\''')" 'spell ends before it starts|refused|1' \
	'a reader sees what is wrong'
same "$(owner -c 'SELECT problem, id FROM reporting_summary.employment_problem_rows')" 'spell ends before it starts|2002' 'the owner sees the row'

# --- by hand: the procedure says where it is, and in the end what failed
before=$(now)
PGOPTIONS='-c client_min_messages=notice' psql -X -q -U reporting_owner -c "CALL reporting_refresh('reporting')" >"$dir/log" 2>&1
[ $? -ne 0 ]
ok $? 'a refresh by hand in which one failed has failed'
steps=$(owner -c "SELECT count(*) FROM reporting_refresh_ddl('reporting')")
same "$(sed -nE 's/^NOTICE:  ([0-9]+ of [0-9]+: [a-z_.]+), ([0-9]+ rows, [0-9]+\.[0-9] s|FAILED: .*)$/\1/p' "$dir/log")" \
	"$(owner -c "SELECT format('%s of $steps: %s', n, substring(s FROM '[a-z_]+\.[a-z_]+$')) FROM reporting_refresh_ddl('reporting') WITH ORDINALITY AS r (s, n) ORDER BY n")" \
	'each step is said, in order, with rows and seconds'
same "$(grep -c FAILED "$dir/log") $(grep -oE 'ERROR:  2 of [0-9]+ were not refreshed' "$dir/log")" "2 ERROR:  2 of $steps were not refreshed" 'two have failed'
grep -q 'reporting_summary.employment: spell ends before it starts\. The spell starts' "$dir/log"
ok $? 'and why'
same "$(known Eslöv) $(reader -c "SELECT string_agg(source, ' ' ORDER BY source) FROM reporting.freshness WHERE refreshed_at > '$before'")" \
	'1 competence education' 'its summary is as it was, the others are fresh'
run -c 'DELETE FROM hr."Anställning" WHERE id = 2002'
before=$(now)
PGOPTIONS='-c client_min_messages=notice' psql -X -q -U reporting_owner -c "CALL reporting_refresh('reporting')" >"$dir/log" 2>&1
well "$dir/log" $? 'the row is mended, and all is refreshed'
same "$(grep -c 'NOTICE' "$dir/log") $(fresh "$before")" "$steps t" 'every step is said'
owner -c 'BEGIN' -c "CALL reporting_refresh('reporting')" >"$dir/log" 2>&1
grep -q 'invalid transaction termination' "$dir/log"
ok $? 'it commits, and so is not for a transaction'
! reader -c "CALL education_flow.reporting_refresh('reporting')" >"$dir/log" 2>&1
ok $? 'a reader may not'

# --- as_of: the first of this month, of the quarter by the view of the manual, and back
refresh() { owner "$@" <<<"SELECT reporting_refresh_ddl('reporting') \\gexec"; }
as_of() { reader -c "SELECT string_agg(DISTINCT (age(date_trunc('month', current_date), as_of))::text, ' ') FROM reporting.freshness"; }
same "$(as_of)" 00:00:00 'as_of is the first of this month'
earlier=$(block 'sql skip' '^CREATE OR REPLACE VIEW reporting_summary.period') || exit 1
owner -c "$earlier" && refresh
ok $? "the manual's view of the period"
same "$(reader -c "SELECT string_agg(DISTINCT (as_of = date_trunc('quarter', current_date))::text, ' ') FROM reporting.freshness")" true \
	'as_of is the first of the quarter, of all sources'
ddl && refresh
ok $? 'reporting_ddl again'
same "$(as_of)" 00:00:00 'as_of is that of the mapping again'

# --- dump and restore
before=$(content mydb)
[ "$(grep -c '^headcount|' <<<"$before")" -eq 7 ] && [ "$(grep -c '^recruitment_need_total|' <<<"$before")" -gt 50 ] &&
	[ "$(grep -c '^required_intake|' <<<"$before")" -eq 20 ] && [ "$(grep -c '^period|' <<<"$before")" -eq 1 ] && ! grep -q ERROR <<<"$before"
ok $? 'there is something to dump'

# restored NAME: an empty database to restore into.
restored() {
	run -d postgres -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" -c "CREATE DATABASE $1" \
		-c "ALTER DATABASE $1 SET search_path = public, education_flow" || exit 1
}
# populated DATABASE: do all materialized views have their rows?
populated() { run -d "$1" -c "SELECT count(*) > 0 AND bool_and(relispopulated) FROM pg_class WHERE relkind = 'm'"; }
# goes_on DATABASE WHAT: what is restored is as what was dumped, and goes on.
goes_on() {
	same "$(populated "$1")" t "$2: the materialized views have their rows"
	same "$before" "$(content "$1")" "$2: equal"
	local there after
	there=$(state "$1")
	ddl -d "$1" >"$dir/log" 2>&1
	well "$dir/log" $? "$2: reporting_ddl again"
	same "$there" "$(state "$1")" "$2: changes nothing"
	same "$before" "$(content "$1")" "$2: and nothing in it"
	refresh -d "$1" >"$dir/log" 2>&1
	well "$dir/log" $? "$2: refreshes, as the owner"
	same "$before" "$(content "$1")" "$2: to the same"
	owner -d "$1" <<<"SELECT reporting_drop_ddl('reporting') \\gexec" >"$dir/log" 2>&1
	well "$dir/log" $? "$2: can be dropped"
	after=$(run -d "$1" -c "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^reporting'")
	same "$after" 0 "$2: and is gone"
}

pg_dump -d mydb -f "$dir/plain" 2>"$dir/log"
well "$dir/log" $? 'pg_dump'
restored ef_restored
run -d ef_restored -f "$dir/plain" >"$dir/log" 2>&1
well "$dir/log" $? 'restored with psql'
goes_on ef_restored 'plain'

pg_dump -d mydb -Fc -f "$dir/custom"
for jobs in 1 4; do
	restored ef_restored
	# what a restore by hand does in steps: definitions, rows of tables, then the rest
	pg_restore -d ef_restored --exit-on-error --section=pre-data --section=data "$dir/custom" >"$dir/log" 2>&1
	well "$dir/log" $? "restored up to the data, for $jobs jobs"
	same "$(populated ef_restored)" f 'the materialized views have no rows yet'
	pg_restore -d ef_restored --exit-on-error --section=post-data -j "$jobs" "$dir/custom" >"$dir/log" 2>&1
	well "$dir/log" $? "then the rest, with $jobs jobs"
	same "$(populated ef_restored)" t 'and now they have'
	same "$before" "$(content ef_restored)" "equal, with $jobs jobs"
done

# by the owner, who may read but not own the tables
pg_dump -U reporting_owner -d mydb -n hr -n reporting -n reporting_summary -Fc -f "$dir/owner" 2>"$dir/log"
well "$dir/log" $? 'pg_dump as the owner of the views'
run -d postgres -c 'DROP DATABASE IF EXISTS ef_owned WITH (FORCE)' -c 'CREATE DATABASE ef_owned' \
	-c 'ALTER DATABASE ef_owned SET search_path = public, education_flow' \
	-c 'GRANT CREATE ON DATABASE ef_owned TO reporting_owner' || exit 1
run -d ef_owned -c 'CREATE SCHEMA education_flow' -c 'CREATE EXTENSION education_flow SCHEMA education_flow' \
	-c 'GRANT USAGE ON SCHEMA education_flow TO reporting_owner' || exit 1
pg_restore -U reporting_owner -d ef_owned --no-owner --exit-on-error "$dir/owner" >"$dir/log" 2>&1
well "$dir/log" $? 'and pg_restore as the same'
goes_on ef_owned 'as the owner'

# --- pg_cron: the statements of the manual
install=$(block 'sql skip' '^CREATE EXTENSION pg_cron') || exit 1
schedule=$(block 'sql skip' 'cron\.schedule') || exit 1
look=$(block 'sql skip' 'cron\.job_run_details') || exit 1
if [ -n "$EF_NO_CRON" ]; then
	for what in 'pg_cron: installed and scheduled' 'pg_cron: has refreshed' 'pg_cron: the jobs say so'; do
		n=$((n + 1))
		echo "ok $n - $what # SKIP $EF_NO_CRON"
	done
else
	run -c "$install" >"$dir/log" 2>&1
	well "$dir/log" $? "pg_cron: the superuser's statements"
	owner -c "$schedule" >"$dir/log" 2>&1
	well "$dir/log" $? "pg_cron: the owner's statement"
	same "$(run -c 'SELECT string_agg(command, chr(10) ORDER BY jobid) FROM cron.job')" \
		"$(owner -c "SELECT reporting_refresh_ddl('reporting')")" 'pg_cron: has a job for each statement'
	same "$(run -c 'SELECT count(DISTINCT schedule) = count(*) AND bool_and(schedule ~ '"'^[0-9]+ 2 \* \* \*$'"') FROM cron.job')" t \
		'pg_cron: each at a minute of its own'
	newcomer 2003 Höör
	before=$(now)
	# the night would be long: every minute is the most that pg_cron 1.4 can
	owner -c "SELECT cron.schedule(jobname, '* * * * *', command) FROM cron.job" >/dev/null || exit 1
	jobs=$(run -c 'SELECT count(*) FROM cron.job')
	for _ in $(seq 150); do
		sleep 1
		done=$(run -c "SELECT count(DISTINCT jobid) FROM cron.job_run_details WHERE status IN ('succeeded', 'failed')")
		[ "$done" -lt "$jobs" ] || break
	done
	same "$(fresh "$before") $(known Höör)" 't 1' 'pg_cron: has refreshed: a new row is there, for a reader'
	same "$(owner -c "$look" -c "SELECT 'end'" | sed -E 's/^[^|]*\|([^|]*)\|.*/\1/' | sort -u)" $'end\nsucceeded' 'pg_cron: the jobs say so, to their owner'
	same "$(run -c 'SELECT DISTINCT username, database FROM cron.job_run_details')" 'reporting_owner|mydb' 'pg_cron: and ran as the owner'
	owner -c 'SELECT cron.unschedule(jobid) FROM cron.job' >/dev/null

	# pg_cron lives in one database, so a dump for another one leaves it out
	pg_dump -d mydb -e education_flow -Fc -f "$dir/cron" 2>"$dir/log"
	well "$dir/log" $? 'pg_cron: pg_dump of its database, without it'
	restored ef_restored
	pg_restore -d ef_restored --exit-on-error "$dir/cron" >"$dir/log" 2>&1
	well "$dir/log" $? 'pg_cron: restored into another one'
	same "$(content mydb)" "$(content ef_restored)" 'pg_cron: equal'
fi

echo "1..$n"
exit "$failed"
