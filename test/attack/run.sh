#!/bin/bash
# run.sh MINUTES [PART...]: attacks servers of its own, each part for so many
# minutes, and prints TAP.  A part that lacks its tool is skipped with a word.
#
#   lists      is every function of the extension in the lists of what is called?
#   core       libFuzzer over the core, sanitizers on: test/attack/core
#   text       test/fuzz's client: text and binary forms, damaged
#   arguments  accessors and aggregates with random hostile arguments
#   sqlsmith   random queries as a role without rights (Debian's sqlsmith)
#   own        aggregates of somebody's own, in all modes
#   valgrind   the same once in a server under valgrind, which takes minutes: only if it is named
#   readers    views that are read while they are refreshed
#   cancel     heavy queries stopped at random moments; how late the last one was
#   kill       backends ended, every second one with kill -9, while they write
#   limits     temporary files that do not fit
#   disk       a file system that is full
#   memory     an address space that is
#
# What none of them may do: end the server, raise an internal error of ours,
# change data, or leave a file.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.." || exit 1

minutes=${1:-1}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- lists core text arguments sqlsmith own readers cancel kill limits disk memory
[[ $minutes =~ ^[0-9]+$ ]] || { echo "usage: run.sh MINUTES [PART...]" >&2; exit 2; }
if [ -z "${EF_ATTACK_SERVER:-}" ]; then
	EF_PG_CONF="log_error_verbosity = verbose" EF_ATTACK_SERVER=1 exec test/lib/server.sh "$here/run.sh" "$minutes" "$@"
fi
. test/lib/database.sh

. test/lib/tap.sh
seconds=${EF_ATTACK_SECONDS:-$((minutes * 60))}
RANDOM=${EF_SEED:-1}
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-attack.XXXXXX") || exit 1
mounted=
# shellcheck disable=SC2086  # words
trap 'kill $(jobs -p) 2>/dev/null; [ -z "$mounted" ] || umount -l "$mounted"; rm -rf "$dir"' EXIT
query() { psql -X -q -At -d attack "$@"; }
deadline() { end=$((SECONDS + seconds)); }
skipped() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# The log's lines that no attack may cause.  A signal 9 is the part kill's own.
nines=0
crashes() {
	local all nine
	all=$(grep -cE 'terminated by signal|PANIC:|TRAP:' "$EF_LOG")
	nine=$(grep -c 'terminated by signal 9' "$EF_LOG")
	if [ "$nine" -le "$nines" ]; then echo $((all - nine)); else echo "$all"; fi
}
# Internal errors that were raised in the extension, by the place that the log tells.
ours() {
	local names
	names=$(find src/pg -name '*.c' -printf '%f\n' | paste -sd '|')
	grep -A 6 -E 'ERROR:  XX[0-9]{3}' "$EF_LOG" | grep -cE "LOCATION:  [a-z_0-9]+, (${names//./\\.})"
}
files() { query -c "SELECT sum(n) FROM (SELECT (SELECT count(*) FROM pg_ls_tmpdir(oid)) AS n FROM pg_tablespace WHERE spcname <> 'pg_global') AS s"; }
contents() { query -c 'SELECT md5(string_agg(w::text, $$,$$ ORDER BY area)) FROM summary'; }
lines() { grep -hv '^--' "$@"; }

attack_lists() {
	local missing
	query -c 'CREATE SCHEMA listed'
	missing=$(query -v ON_ERROR_STOP=1 -f "$here/lists.sql" 2>&1)
	query -c 'SET client_min_messages = error; DROP SCHEMA listed CASCADE'
	ok "$([ -z "$missing" ]; echo $?)" "lists: every function of the extension is in the lists of what is called"
	[ -z "$missing" ] || sed 's/^/# not in /' <<<"$missing"
}

attack_core() {
	local out=$dir/core runs
	"$here/core.sh" "$out" >"$dir/core.log" 2>&1
	case $? in
		0) ;;
		3) skipped core 'there is no clang with libFuzzer'; return ;;
		*) ok 1 'core: the harness does not build'; sed 's/^/# /' "$dir/core.log" | head -n 20; return ;;
	esac
	# what is found stays where it can be looked at
	(cd "$out" && UBSAN_OPTIONS=print_stacktrace=1 ./harness -seed=$((1 + RANDOM)) -entropic=0 -max_total_time="$seconds" -max_len=1024 \
		-timeout=60 -rss_limit_mb=3000 -detect_leaks=0 -print_final_stats=1 -artifact_prefix="${TMPDIR:-/tmp}/ef-attack-" corpus) >"$dir/core.log" 2>&1
	local status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/core.log")
	ok "$([ "$status" -eq 0 ] && [ "${runs:-0}" -gt 0 ]; echo $?)" "core: ${runs:-0} inputs, no report of a sanitizer"
	[ "$status" -eq 0 ] || grep -vE '^#[0-9]+.(NEW|REDUCE|pulse)' "$dir/core.log" | tail -n 40 | sed 's/^/# /'
}

attack_text() {
	local times=0 bad=0
	if ! cc -std=c11 -D_GNU_SOURCE -O2 -I"$("${PG_CONFIG:-pg_config}" --includedir)" test/fuzz/fuzz_io.c -o "$dir/fuzz_io" \
		-L"$("${PG_CONFIG:-pg_config}" --libdir)" -lpq 2>"$dir/log"; then
		skipped text 'the client does not compile: libpq is missing'
		return
	fi
	deadline
	while [ $SECONDS -lt $end ]; do
		local rounds=$((seconds < 60 ? 50 : 500))
		fresh_database forms
		PGDATABASE=forms EF_FUZZ_ROUNDS=$rounds EF_FUZZ_SEED=$((1 + RANDOM)) "$dir/fuzz_io" >"$dir/log" 2>&1 || bad=1
		grep -E '^(not ok|Bail)' "$dir/log" | sed 's/^/# /' | head -n 5
		times=$((times + 1))
	done
	ok "$([ "$times" -gt 0 ] && [ "$bad" -eq 0 ]; echo $?)" "text: $times times $rounds values of each type, damaged"
}

# arguments: one expression a query, in pairs of what is ordinary and what is not.
attack_arguments() {
	local tries=0 refused=0 internal=0 out
	deadline
	while [ $SECONDS -lt $end ]; do
		out=$(query -v VERBOSITY=sqlstate -v seed=$RANDOM -f "$here/arguments.sql" 2>&1)
		tries=$((tries + $(grep -c '^tried' <<<"$out")))
		refused=$((refused + $(grep -c 'ERROR:' <<<"$out")))
		internal=$((internal + $(grep -c 'ERROR:  XX000' <<<"$out")))
	done
	ok "$([ "$tries" -gt 0 ] && [ "$internal" -eq 0 ]; echo $?)" "arguments: $tries calls, $refused refused, $internal internal errors"
}

# The database of views, which two parts share.
smith_database() {
	[ -z "${smith:-}" ] || return 0
	fresh_database smith && psql -X -q -At -d smith -v ON_ERROR_STOP=1 -f "$here/smith.sql" >"$dir/log" 2>&1 || { head -n 5 "$dir/log"; return 1; }
	smith=1
}
transactions() { psql -X -q -At -d postgres -c "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'smith'"; }

attack_sqlsmith() {
	local before mine
	if ! command -v sqlsmith >/dev/null; then
		skipped sqlsmith 'the program is not there'
		return
	fi
	smith_database || { ok 1 'sqlsmith: no database'; return; }
	before=$(transactions)
	timeout "$seconds" sqlsmith --target="host=$PGHOST port=$PGPORT dbname=smith user=nobody_special" --exclude-catalog --seed=$((1 + RANDOM)) >/dev/null 2>&1
	sleep 1
	mine=$(ours)
	ok "$([ "$(crashes)" = 0 ] && [ "$mine" = 0 ]; echo $?)" "sqlsmith: $(($(transactions) - before)) queries, $(grep -cE 'ERROR:  XX000' "$EF_LOG") internal errors, $mine of them ours"
}

attack_own() {
	local times=0 bad=0
	fresh_database own pgtap || { skipped own 'there is no pgTAP'; return; }
	deadline
	while [ $SECONDS -lt $end ]; do
		psql -X -q -At -d own -f test/sql/extension/own_aggregates.sql >"$dir/log" 2>&1 || bad=1
		if grep -qE '^not ok|ERROR:  XX|server closed' "$dir/log"; then bad=1; fi
		times=$((times + 1))
	done
	ok "$([ "$times" -gt 0 ] && [ "$bad" -eq 0 ]; echo $?)" "own: $times times"
}

# In a server of its own.  What the server itself leaves undefined is not looked at; other
# errors it has none.
attack_valgrind() {
	local found
	if ! command -v valgrind >/dev/null; then
		skipped valgrind 'the program is not there'
		return
	fi
	if [ -z "${EF_ATTACK_WRAPPED:-}" ]; then
		mkdir -m 777 "$dir/valgrind"
		chmod 755 "$dir"
		# where the server's user can read it
		install -m 644 "$here/postgres.supp" "$dir/"
		EF_ATTACK_WRAPPED=1 EF_ATTACK_SERVER=1 EF_WRAP="valgrind -q --undef-value-errors=no --suppressions=$dir/postgres.supp --log-file=$dir/valgrind/%p" \
			test/lib/server.sh "$here/run.sh" "$minutes" valgrind >"$dir/log" 2>&1
		ok $? "$(sed -n 's/^ok 1 - //p' "$dir/log")"
		grep -v '^ok' "$dir/log" | sed 's/^/# /' | head -n 10
		found=$(cat "$dir"/valgrind/* | wc -l)
		ok "$([ "$found" -eq 0 ]; echo $?)" "valgrind: $(find "$dir/valgrind" -type f | wc -l) processes, $found lines of errors"
		[ "$found" -eq 0 ] || cat "$dir"/valgrind/* | head -n 40 | sed 's/^/# /'
		return
	fi
	fresh_database own pgtap || { skipped valgrind 'there is no pgTAP'; return; }
	# its last tests try each bit of a state, for as long as there is time
	timeout $((600 * minutes)) psql -X -q -At -d own -f test/sql/extension/own_aggregates.sql >"$dir/log" 2>&1
	ok "$(! grep -qE '^not ok|ERROR:  XX|server closed' "$dir/log" && grep -q '^ok' "$dir/log"; echo $?)" \
		"own aggregates under valgrind: $(grep -c '^ok' "$dir/log") tests"
}

attack_readers() {
	local views refreshes=0 reads pid1 pid2
	smith_database || { ok 1 'readers: no database'; return; }
	views=$(psql -X -q -At -d smith -c "SELECT string_agg(format('SELECT count(*) FROM %s;', oid::regclass), ' ') FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'v'")
	read_views() {
		while [ $SECONDS -lt "$end" ]; do
			psql -X -q -At -d smith -U nobody_special -c "$views" >/dev/null 2>>"$dir/errors.$1"
			echo >>"$dir/reads"
		done
	}
	deadline
	: >"$dir/reads"
	read_views 1 &
	pid1=$!
	read_views 2 &
	pid2=$!
	while [ $SECONDS -lt $end ]; do
		psql -X -q -At -v ON_ERROR_STOP=1 -d smith >/dev/null 2>>"$dir/errors" <<<"SELECT reporting_refresh_ddl('reporting') \\gexec"
		refreshes=$((refreshes + 1))
	done
	wait $pid1 $pid2
	reads=$(wc -l <"$dir/reads")
	cat "$dir"/errors.* >>"$dir/errors"
	ok "$([ "$reads" -gt 0 ] && [ "$refreshes" -gt 0 ] && [ "$(grep -c ERROR "$dir/errors")" = 0 ]; echo $?)" \
		"readers: all views $reads times, $refreshes refreshes, $(grep -c ERROR "$dir/errors") errors"
	grep ERROR "$dir/errors" | head -n 3 | sed 's/^/# /'
}

# stop MILLISECONDS QUERY: sets late, how long after its time it stopped; false if it did not.
stop() {
	local start
	start=$(date +%s%3N)
	# LLVM compiles for a second and does not look whether it shall stop
	PGOPTIONS="-c statement_timeout=$1 -c work_mem=1MB -c jit=off" query -c "$2" >/dev/null 2>"$dir/log"
	late=$(($(date +%s%3N) - start - $1))
	grep -q 'statement timeout' "$dir/log"
}

# cancel: the accessors on a summary of many reasons, and what spills.  A machine that is
# busy is late too: what is, is stopped at the same moment twice more, and the earliest counts.
attack_cancel() {
	local tries=0 stops=0 refused=0 worst=0 i late first after slowest=
	local -a heavy
	mapfile -t heavy < <(query -c 'SELECT s FROM query')
	deadline
	while [ $SECONDS -lt $end ]; do
		# each in its turn, and from the second turn on any
		i=$tries
		[ "$i" -lt ${#heavy[@]} ] && [ "$seconds" -ge 60 ] || i=$((RANDOM % ${#heavy[@]}))
		after=$((50 + RANDOM % 1500))
		tries=$((tries + 1))
		if ! stop $after "${heavy[$i]}"; then
			# a query that is refused at once shows nothing
			if grep -q ERROR "$dir/log"; then
				refused=$((refused + 1))
				sed -n 's/^ERROR/# ERROR/p' "$dir/log"
				echo "# by: ${heavy[$i]}"
			fi
			continue
		fi
		stops=$((stops + 1))
		first=$late
		for _ in 1 2; do
			if [ "$first" -gt 500 ] && stop $after "${heavy[$i]}" && [ "$late" -lt "$first" ]; then first=$late; fi
		done
		[ "$first" -le "$worst" ] || { worst=$first; slowest=${heavy[$i]}; }
	done
	ok "$([ "$stops" -gt 0 ] && [ "$refused" -eq 0 ] && [ "$(files)" = 0 ]; echo $?)" "cancel: $stops stops, the latest $worst ms after its time, $(files) temporary files left"
	echo "# the latest: $slowest"
}

attack_kill() {
	local tries=0 hit=0 pid wrong=0 before relations what
	before=$(contents)
	relations=$(query -c 'SELECT count(*) FROM pg_class')
	deadline
	while [ $SECONDS -lt $end ]; do
		what='REFRESH MATERIALIZED VIEW summary'
		[ $((tries % 3)) -ne 2 ] || what="CREATE TABLE left_over AS SELECT area, mobility_agg(person, 's' || person % 5000, start_date, end_date, '[2010-01-01,2024-01-01)') FROM staff GROUP BY area; SELECT pg_sleep(9); DROP TABLE left_over"
		PGAPPNAME=victim PGOPTIONS='-c work_mem=1MB' query -1 -c "$what" >/dev/null 2>&1 &
		sleep "0.$((RANDOM % 10))"
		pid=$(query -c "SELECT pid FROM pg_stat_activity WHERE application_name = 'victim' AND backend_type = 'client backend'" 2>/dev/null | head -n 1)
		if [ -n "$pid" ] && [ $((tries % 2)) -eq 0 ]; then
			nines=$((nines + 1))
			# shellcheck disable=SC2086  # words
			$EF_AS_SERVER kill -9 "$pid" 2>/dev/null && hit=$((hit + 1))
		elif [ -n "$pid" ]; then
			query -c "SELECT pg_terminate_backend($pid)" >/dev/null 2>&1 && hit=$((hit + 1))
		fi
		wait $!
		# the server restarts after a kill
		for _ in $(seq 300); do
			if query -c 'SELECT 1' >/dev/null 2>&1; then break; fi
			sleep 0.1
		done
		[ "$(contents)" = "$before" ] || wrong=1
		tries=$((tries + 1))
	done
	query -c 'REFRESH MATERIALIZED VIEW summary'
	[ "$(contents)" = "$before" ] || wrong=1
	[ "$(query -c 'SELECT count(*) FROM pg_class')" = "$relations" ] || wrong=1
	ok "$([ "$hit" -gt 0 ] && [ "$wrong" -eq 0 ] && [ "$(files)" = 0 ] && [ "$(query -c 'SELECT count(*) FROM pg_prepared_xacts')" = 0 ]; echo $?)" \
		"kill: $hit backends ended, $nines of them with kill -9, data equal, $(files) temporary files left"
}

# within SQLSTATES LABEL QUERY OPTIONS: one query that may be refused with these only.
within() {
	local out
	out=$(PGOPTIONS="$3 -c statement_timeout=20s" query -v VERBOSITY=sqlstate -c "$2" 2>&1 >/dev/null)
	tries=$((tries + 1))
	if [ -z "$out" ]; then return; fi
	if grep -qE "ERROR:  ($1|57014)" <<<"$out"; then refused=$((refused + 1)); else other=$((other + 1)); echo "# $out"; fi
}

# Is the time over, and has something been refused?  On a busy machine one query may take all
# of the time; then each is tried once.
enough() { [ $SECONDS -ge "$end" ] && [ "$refused" -gt 0 ]; }

attack_limits() {
	local tries=0 refused=0 other=0 line
	deadline
	while [ $SECONDS -lt $end ]; do
		while read -r line; do
			within 53400 "$line" "-c temp_file_limit=$((RANDOM % 2000))kB -c work_mem=64kB"
			[ $SECONDS -lt $end ] || break
		done < <(lines "$here/heavy.sql" | shuf --random-source=<(yes $RANDOM))
	done
	ok "$([ "$tries" -gt 0 ] && [ "$other" -eq 0 ] && [ "$(files)" = 0 ]; echo $?)" "limits: $tries queries, $refused had too little room, $(files) files left"
}

attack_disk() {
	local tries=0 refused=0 other=0 line small=$dir/small before
	mkdir "$small"
	if ! mount -t tmpfs -o size=8m tmpfs "$small" 2>/dev/null; then
		skipped disk 'no file system can be mounted here'
		return
	fi
	mounted=$small
	chmod 755 "$dir"
	chown "$(stat -c %u:%g "$EF_DATA")" "$small"
	query -c "CREATE TABLESPACE small LOCATION '$small'"
	before=$(contents)
	deadline
	while [ $SECONDS -lt $end ]; do
		while read -r line; do
			within 53100 "$line" '-c temp_tablespaces=small -c work_mem=64kB'
			enough && break
		done < <(lines "$here/heavy.sql" | shuf --random-source=<(yes $RANDOM))
		within 53100 'CREATE TABLE full_up TABLESPACE small AS SELECT i, w FROM many, generate_series(1, 100) AS i' ''
		within 53100 'DROP TABLE IF EXISTS full_up' '-c client_min_messages=error'
	done
	ok "$([ "$refused" -gt 0 ] && [ "$other" -eq 0 ] && [ "$(files)" = 0 ] && [ "$(contents)" = "$before" ]; echo $?)" \
		"disk: $tries queries, for $refused it was full, data equal, $(files) temporary files left"
	query -c 'DROP TABLESPACE small' && umount "$small" && mounted=
}

# In a server whose processes have 1 GB each.
attack_memory() {
	if [ -z "${EF_ATTACK_LIMITED:-}" ]; then
		(ulimit -v 1000000 && EF_ATTACK_LIMITED=1 EF_ATTACK_SERVER=1 exec test/lib/server.sh "$here/run.sh" "$minutes" memory) >"$dir/log" 2>&1
		ok $? "$(sed -n 's/^ok 1 - //p' "$dir/log")"
		grep -v '^ok' "$dir/log" | sed 's/^/# /' | head -n 10
		return
	fi
	local tries=0 refused=0 other=0 line
	deadline
	while [ $SECONDS -lt $end ]; do
		while read -r line; do
			within '53200|54000|54023' "$line" '-c work_mem=2GB'
			enough && break
		done < <(lines "$here/memory.sql" | shuf --random-source=<(yes $RANDOM))
	done
	ok "$([ "$refused" -gt 0 ] && [ "$other" -eq 0 ]; echo $?)" "memory: $tries queries in an address space of 1 GB, for $refused it was too small"
}

if [ -z "${EF_ATTACK_WRAPPED:-}" ]; then
	fresh_database attack
	query -v ON_ERROR_STOP=1 -f "$here/setup.sql" >/dev/null || exit 1
	lines "$here/shapes.sql" | query -c 'COPY shape FROM STDIN'
	lines "$here/heavy.sql" | sed 's/$/\tt/' | query -c 'COPY query FROM STDIN'
	lines "$here/accessors.sql" | sed 's/$/\tf/' | query -c 'COPY query FROM STDIN'
fi
for part; do "attack_$part"; done
ok "$([ "$(crashes)" = 0 ]; echo $?)" "the server never ended of itself"
echo "1..$n"
exit "$failed"
