#!/bin/bash
# suite/superset.sh [--update]: prints TAP.  The SQL that Superset was recorded to send for the dashboard
# (test/dashboard/superset.sql; make test-dashboard records it again), replayed by a role that
# may read the views only: the rows are those of superset.out, and when a view is broken on purpose
# they are not.  Needs the server that run.sh provides.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/tap.sh
recorded=test/dashboard/superset.sql expected=test/dashboard/superset.out
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-superset.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
export PGOPTIONS="-c client_min_messages=warning"
run -d postgres -c 'DROP DATABASE IF EXISTS education_flow_demo WITH (FORCE)'
EF_PAGE=none demo/run.sh >"$dir/out" 2>&1 </dev/null || { tail -n 20 "$dir/out"; echo "Bail out! the demo failed"; exit 1; }
export PGDATABASE=education_flow_demo
run -f demo/dashboard/reader.sql

# replay: what the recorded queries answer now; rows that are equal in what they are ordered by may come in
# any order.
replay() {
	perl -ne 'print "\\qecho\n", "\\qecho ", $1, "\n" if /^-- (.*)/; print' "$recorded" |
		psql -X -q -A -P footer=on -U bi_reader -f - 2>&1 | sed 's/^psql:<stdin>:[0-9]*: //' |
		perl -00 -ne 'chomp; my ($title, $head, @rows) = split /\n/; print join("\n", $title, $head // "", sort @rows), "\n\n"'
}
replay >"$dir/got"
if [ "${1:-}" = --update ]; then cp "$dir/got" "$expected"; fi
same "$(sed -n 's/^-- \([a-z_]*\), .*/\1/p' "$recorded" | sort -u)" \
	"$(sed -n 's/^     drawn.*//; s/^    (".*", "\([a-z_]*\)",$/\1/p' demo/dashboard/charts.py | sort)" 'each chart has its query'
same "$(cat "$dir/got")" "$(cat "$expected")" 'the rows are as recorded'
same "$(grep -c '^ERROR' "$expected") $(grep -c '^(0 rows)' "$expected")" '0 0' 'each query has rows'

# broken LABEL PATTERN SQL...: one test; after that change the answers are others, with such a line.
broken() {
	run "${@:3}" && replay >"$dir/got"
	grep -qE "$2" "$dir/got" && ! cmp -s "$dir/got" "$expected"
	ok $? "$1"
}
broken 'a column is renamed: noticed' '^ERROR:  column "retained" does not exist' \
	-c 'ALTER VIEW reporting.retention_curve_total RENAME COLUMN retained TO share'
broken 'a view is gone: noticed' '^ERROR:  relation "reporting.funnel_epochs" does not exist' -c 'DROP VIEW reporting.funnel_epochs'
broken 'a view may not be read: noticed' '^ERROR:  permission denied for view age_pyramid_total' \
	-c 'REVOKE SELECT ON reporting.age_pyramid_total FROM bi_reader'
ok "$([ "$(run -U bi_reader -c 'SELECT count(*) FROM public.employment' 2>&1)" = 'ERROR:  permission denied for table employment' ]; echo $?)" \
	'the reader sees the views, and not the register'
echo "1..$n"
exit "$failed"
