#!/bin/bash
# suite/dump_restore.sh: prints TAP.  A database with summaries, rules and an
# edited pension age table, dumped and restored, is equal to what it was; so is
# a table that was copied out and in, in text and in binary.  Needs the server
# that run.sh provides.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/database.sh
. test/lib/tap.sh
. test/lib/stored.sh

dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-dump.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
export PGOPTIONS="-c client_min_messages=warning"

stored_fill ef_dumped >/dev/null || exit 1
before=$(stored_content ef_dumped)
counts=
for kind in part view stay 'stay view' people spells path paths move moves spec override projection test; do
	counts+="$kind $(grep -c "^$kind|" <<<"$before"), "
done
same "$counts" 'part 14, view 4, stay 15, stay view 4, people 12, spells 13, path 16, paths 4, move 14, moves 4, spec 4, override 2, projection 10, test 1, ' 'there is something to dump'
[ "$(grep -c '^curve|' <<<"$before")" -gt 100 ]
ok $? 'and to read'
same "$(grep -c '^stage|' <<<"$before")" 56 'stage by stage'
same "$(grep -c '^matrix|' <<<"$before")" 366 'and from state to state'

for format in plain custom directory; do
	pg_dump -d ef_dumped -F "$format" -f "$dir/$format" 2>"$dir/log"
	ok $? "pg_dump, $format"
	run -d postgres -c 'DROP DATABASE IF EXISTS ef_restored WITH (FORCE)' -c 'CREATE DATABASE ef_restored' \
		-c 'ALTER DATABASE ef_restored SET search_path = public, education_flow' || exit 1
	if [ "$format" = plain ]; then
		run -d ef_restored -f "$dir/plain" >"$dir/log" 2>&1
	else
		pg_restore -d ef_restored --exit-on-error "$dir/$format" >"$dir/log" 2>&1
	fi
	status=$?
	[ "$status" -eq 0 ] || sed 's/^/# /' "$dir/log"
	ok "$status" "restored from $format"
	same "$before" "$(stored_content ef_restored)" "equal, from $format"
done

# What is restored goes on: the views refresh, the override is still an edit.
run -d ef_restored -c 'REFRESH MATERIALIZED VIEW CONCURRENTLY by_part' \
	-c 'REFRESH MATERIALIZED VIEW CONCURRENTLY stay_by_part' \
	-c 'REFRESH MATERIALIZED VIEW CONCURRENTLY people' \
	-c 'REFRESH MATERIALIZED VIEW CONCURRENTLY path_by_part' \
	-c 'REFRESH MATERIALIZED VIEW CONCURRENTLY move_by_part'
ok $? 'the restored views refresh concurrently'
same "$before" "$(stored_content ef_restored)" 'to the same values'
run -d ef_restored -c "DELETE FROM pension_age_override WHERE born_from = '1967-01-01'"
same "$(run -d ef_restored -c "SELECT age_months, origin FROM pension_age WHERE born_from = '1967-01-01'")" \
	'816|shipped' 'an override that is taken back gives way to the shipped row'

# A dump of the data alone carries the override.
pg_dump -d ef_dumped --data-only -t 'education_flow.pension_age_override' -f "$dir/override" 2>"$dir/log"
same "$(grep -cE '^(1967-01-01|1990-07-01)' "$dir/override")" 2 'a dump of the override table holds its rows'

# COPY between databases, in both formats.
for table in summary stay path move spec; do
	for format in text binary; do
		run -d ef_restored -c "TRUNCATE $table"
		run -d ef_dumped -c "COPY $table TO STDOUT (FORMAT $format)" >"$dir/copy" &&
			run -d ef_restored -c "COPY $table FROM STDIN (FORMAT $format)" <"$dir/copy"
		ok $? "COPY of $table, $format"
		same "$(stored_bytes ef_dumped "$table")" "$(stored_bytes ef_restored "$table")" "equal after COPY of $table, $format"
		run -d ef_restored -c "COPY $table TO STDOUT (FORMAT $format)" >"$dir/again"
		cmp -s "$dir/copy" "$dir/again"
		ok $? "and the same file again, $format"
	done
done

# Another encoding is another spelling of the same reasons.
run -d postgres -c 'DROP DATABASE IF EXISTS ef_latin1 WITH (FORCE)' \
	-c "CREATE DATABASE ef_latin1 TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'" \
	-c 'ALTER DATABASE ef_latin1 SET search_path = public, education_flow' || exit 1
PGCLIENTENCODING=UTF8 pg_restore -d ef_latin1 --exit-on-error "$dir/custom" >"$dir/log" 2>&1
status=$?
[ "$status" -eq 0 ] || sed 's/^/# /' "$dir/log"
ok "$status" 'restored into LATIN1'
export PGCLIENTENCODING=UTF8
texts() {
	run -d "$1" -c 'SELECT part, w FROM summary ORDER BY part' -c 'SELECT part, r FROM stay ORDER BY part' \
		-c 'SELECT part, f FROM path ORDER BY part' -c 'SELECT part, m FROM move ORDER BY part' -c 'SELECT id, s FROM spec ORDER BY id'
}
same "$(texts ef_dumped)" "$(texts ef_latin1)" 'the text is the same in LATIN1'
for table in summary stay path move spec; do
	run -d ef_latin1 -c "TRUNCATE $table"
	run -d ef_dumped -c "COPY $table TO STDOUT (FORMAT binary)" >"$dir/copy" &&
		run -d ef_latin1 -c "COPY $table FROM STDIN (FORMAT binary)" <"$dir/copy"
	ok $? "COPY of $table in binary into LATIN1"
done
same "$(texts ef_dumped)" "$(texts ef_latin1)" 'the text is the same after COPY in binary'

for name in ef_dumped ef_restored ef_latin1; do
	run -d postgres -c "DROP DATABASE $name WITH (FORCE)"
done
echo "1..$n"
exit "$failed"
