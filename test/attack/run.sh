#!/bin/bash
# run.sh MINUTES [PART...]: attacks a server of its own, each part for so many
# minutes, and prints TAP.  A part that lacks its tool is skipped with a word.
#
#   arguments  accessors and aggregates with random hostile arguments
#   cancel     heavy queries stopped at random moments; how late the last one was
#   kill       backends killed while materialized views are refreshed
#   limits     temporary files that do not fit
#   sqlsmith   random queries as a role without rights (Debian's sqlsmith)
#
# What none of them may do: end the server, raise an internal error of ours,
# change data, or leave a file.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.." || exit 1

minutes=${1:-1}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- arguments cancel kill limits sqlsmith
[[ $minutes =~ ^[0-9]+$ ]] || { echo "usage: run.sh MINUTES [PART...]" >&2; exit 2; }
if [ -z "${EF_ATTACK_SERVER:-}" ]; then
	EF_ATTACK_SERVER=1 exec test/lib/server.sh "$here/run.sh" "$minutes" "$@"
fi
. test/lib/database.sh

. test/lib/tap.sh
seconds=${EF_ATTACK_SECONDS:-$((minutes * 60))}
RANDOM=${EF_SEED:-1}
query() { psql -X -q -At -d attack "$@"; }
deadline() { end=$((SECONDS + seconds)); }

# The log's lines that no attack may cause.
crashes() { grep -cE 'terminated by signal|PANIC:|TRAP:|was not properly shut down' "$EF_LOG"; }
files() { query -c "SELECT count(*) FROM pg_ls_tmpdir()"; }

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

# cancel: the accessors on a summary of many reasons, and what spills.
attack_cancel() {
	local tries=0 worst=0 i late start after
	local -a heavy
	mapfile -t heavy < <(grep -v '^--' "$here/heavy.sql")
	deadline
	while [ $SECONDS -lt $end ]; do
		i=$((RANDOM % ${#heavy[@]}))
		after=$((50 + RANDOM % 1500))
		start=$(date +%s%3N)
		PGOPTIONS="-c statement_timeout=$after -c work_mem=1MB" query -c "${heavy[$i]}" >/dev/null 2>&1
		late=$(($(date +%s%3N) - start - after))
		[ "$late" -le "$worst" ] || worst=$late
		tries=$((tries + 1))
	done
	ok "$([ "$tries" -gt 0 ] && [ "$(files)" = 0 ]; echo $?)" "cancel: $tries stops, the latest $worst ms after its time, $(files) temporary files left"
}

attack_kill() {
	local tries=0 pid wrong=0 before
	before=$(query -c 'SELECT md5(string_agg(w::text, $$,$$ ORDER BY area)) FROM summary')
	deadline
	while [ $SECONDS -lt $end ]; do
		PGAPPNAME=victim query -c 'REFRESH MATERIALIZED VIEW summary' >/dev/null 2>&1 &
		sleep "0.$((RANDOM % 10))"
		pid=$(query -c "SELECT pid FROM pg_stat_activity WHERE application_name = 'victim'" 2>/dev/null | head -n 1)
		[ -z "$pid" ] || query -c "SELECT pg_terminate_backend($pid)" >/dev/null 2>&1
		wait
		tries=$((tries + 1))
	done
	query -c 'REFRESH MATERIALIZED VIEW summary'
	[ "$(query -c 'SELECT md5(string_agg(w::text, $$,$$ ORDER BY area)) FROM summary')" = "$before" ] || wrong=1
	ok "$([ "$tries" -gt 0 ] && [ "$wrong" -eq 0 ] && [ "$(files)" = 0 ]; echo $?)" "kill: $tries sessions ended, data equal"
}

attack_limits() {
	local tries=0 refused=0 other=0 out line
	deadline
	while [ $SECONDS -lt $end ]; do
		while read -r line; do
			out=$(PGOPTIONS="-c temp_file_limit=$((RANDOM % 2000))kB -c work_mem=64kB -c statement_timeout=20s" query -v VERBOSITY=sqlstate -c "$line" 2>&1 >/dev/null)
			tries=$((tries + 1))
			case $out in
				'') ;;
				*53400* | *57014*) refused=$((refused + 1)) ;;
				*) other=$((other + 1)); echo "# $out" ;;
			esac
			[ $SECONDS -lt $end ] || break
		done < <(grep -v '^--' "$here/heavy.sql")
	done
	ok "$([ "$tries" -gt 0 ] && [ "$other" -eq 0 ] && [ "$(files)" = 0 ]; echo $?)" "limits: $tries queries, $refused had too little room, $(files) files left"
}

attack_sqlsmith() {
	local internal
	if ! command -v sqlsmith >/dev/null; then
		n=$((n + 1))
		echo "ok $n - sqlsmith # SKIP the program is not there"
		return
	fi
	timeout "$seconds" sqlsmith --target="host=$PGHOST port=$PGPORT dbname=attack user=nobody_special" --exclude-catalog >/dev/null 2>&1
	internal=$(grep -c 'XX000' "$EF_LOG")
	ok "$([ "$(crashes)" = 0 ]; echo $?)" "sqlsmith: for $minutes minutes ($internal internal errors of all functions)"
}

fresh_database attack
query -v ON_ERROR_STOP=1 -f "$here/setup.sql" >/dev/null || exit 1
for part; do "attack_$part"; done
ok "$([ "$(crashes)" = 0 ]; echo $?)" "the server never ended"
echo "1..$n"
exit "$failed"
