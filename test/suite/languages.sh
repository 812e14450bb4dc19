#!/bin/bash
# suite/languages.sh [--update]: prints TAP.  What integrations/r.md and integrations/python.md show
# is run on the demo's database, and prints what they say.  Needs the server that run.sh
# provides; a page is skipped where R, or python3 and PyPI, cannot be had.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
root=$PWD
update=()
if [ "${1:-}" = --update ]; then update=(--update); fi
. test/lib/tap.sh
. test/lib/venv.sh
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-languages.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
export PGOPTIONS="-c client_min_messages=warning"
run -d postgres -c 'DROP DATABASE IF EXISTS education_flow_demo WITH (FORCE)'
EF_PAGE=none demo/run.sh >"$dir/out" 2>&1 </dev/null || { tail -n 20 "$dir/out"; echo "Bail out! the demo failed"; exit 1; }
export PGDATABASE=education_flow_demo MPLCONFIGDIR=$dir

# page LANGUAGE FILE COMMAND...: its tests, and that it draws a picture.
page() {
	local line
	(cd "$dir" && perl "$root/test/lib/blocks.pl" "${update[@]}" "$1" "$root/$2" "${@:3}") >"$dir/tap"
	while IFS= read -r line; do
		case $line in
			'ok '*) ok 0 "${line#*- "$root/"}" ;;
			'not ok '*) ok 1 "${line#*- "$root/"}" ;;
			1..*) ;;
			*) echo "$line" ;;
		esac
	done <"$dir/tap"
	[ "$(head -c 4 "$dir/curves.png" 2>/dev/null | tail -c 3)" = PNG ]
	ok $? "$2 draws a picture"
	rm -f "$dir/curves.png"
}
# skipped REASON LABEL
skipped() { ok 0 "$2 # SKIP $1"; }

test/lib/setup.sh r >&2
case $? in
	0) page r integrations/r.md Rscript --vanilla ;;
	3) skipped 'R or its packages are missing, and may not be installed by this user' integrations/r.md ;;
	*) echo "Bail out! R or its packages could not be installed"; exit 1 ;;
esac
if make_venv "$dir/venv" test/python/pandas.txt; then
	page python integrations/python.md "$venv/bin/python"
else
	skipped "$venv_why" integrations/python.md
fi
echo "1..$n"
exit "$failed"
