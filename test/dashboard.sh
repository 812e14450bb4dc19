#!/bin/bash
# dashboard.sh [--update]: prints TAP.  The dashboard of `make dashboard`, opened in a browser: its numbers are those
# of SQL, as it comes and when the filter is changed; a picture of it is kept (EF_SCREENSHOT, or
# results/dashboard.png); a view that is broken on purpose is noticed.  The SQL that Superset sends must be
# that of test/dashboard/superset.sql, which CI replays (suite/superset.sh); --update writes it there.
# Runs in test/lib/server.sh (make test-dashboard); skipped where Chromium, its driver, or PyPI cannot be had.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
root=$PWD
. test/lib/tap.sh
. test/lib/venv.sh
if [ "${EF_DASHBOARD:-}" = inside ]; then
	# Called again by demo/dashboard/server.sh, in $dir.
	shot=${EF_SCREENSHOT:-$root/results/dashboard.png}
	mkdir -p "$(dirname "$shot")" && rm -f "$shot"
	browse() { "$venv/bin/python" -B test/dashboard/browse.py "$@"; }
	browse "$shot" "$dir/record" North >"$dir/tap"
	status=$?
	while IFS= read -r line; do
		case $line in
			'ok '*) ok 0 "${line#*- }" ;;
			'not ok '*) ok 1 "${line#*- }" ;;
			1..*) ;;
			*) echo "$line" ;;
		esac
	done <"$dir/tap"
	[ $status -eq 0 ] && [ "$n" -gt 0 ]
	ok $? 'the browser came to the end'
	[ -s "$shot" ] && [ "$(stat -c %s "$shot")" -gt 30000 ]
	ok $? 'a picture is kept'
	echo "# $shot"
	if [ -n "${EF_UPDATE:-}" ] && [ $status -eq 0 ]; then cp "$dir/record" test/dashboard/superset.sql; fi
	same "$(cat "$dir/record")" "$(cat test/dashboard/superset.sql)" 'Superset sends the SQL that CI replays'

	run -c 'ALTER VIEW reporting.age_pyramid_total RENAME COLUMN headcount TO persons'
	browse "$dir/broken.png" "$dir/broken" --broken age_pyramid_total >"$dir/tap"
	status=$?
	sed -n 's/^not ok/# not ok/p' "$dir/tap"
	ok $status 'a column of a view has another name: its chart is not drawn, the others are'
	run -c 'ALTER VIEW reporting.age_pyramid_total RENAME COLUMN persons TO headcount'
	run -c "CREATE OR REPLACE VIEW reporting.age_pyramid_total AS
	        SELECT hospital, day, age, headcount + 1 AS headcount, fte, hires, as_of, rows_skipped, rows_left_out, refreshed_at
	        FROM ($(run -c "SELECT rtrim(pg_get_viewdef('reporting.age_pyramid_total'::regclass), ';')")) AS v"
	browse "$dir/broken.png" "$dir/broken" >"$dir/tap"
	same "$(grep '^not ok' "$dir/tap" | sed 's/^not ok [0-9]* - //')" '(total): age_pyramid_total: 472 together, that of the table' \
		'a view counts one too many: the sum is not that of the table'
	echo "1..$n"
	exit "$failed"
fi
if [ "${1:-}" = --update ]; then export EF_UPDATE=yes; fi
test/lib/setup.sh driver
case $? in
	0) ;;
	3) echo "1..0 # SKIP Chromium or its driver is missing, and may not be installed by this user"; exit 0 ;;
	*) echo "Bail out! Chromium or its driver could not be installed"; exit 1 ;;
esac
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-dashboard.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
make_venv "$dir/venv" test/python/superset.txt || { echo "1..0 # SKIP $venv_why"; exit 0; }
EF_PAGE=none demo/run.sh >"$dir/log" 2>&1 </dev/null || { tail -n 20 "$dir/log"; echo "Bail out! the demo failed"; exit 1; }
export PGDATABASE=education_flow_demo EF_DASHBOARD=inside dir venv
demo/dashboard/server.sh "$venv" "$dir/superset" test/dashboard.sh
