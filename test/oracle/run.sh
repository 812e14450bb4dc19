#!/bin/bash
# run.sh [THEME...]: asks R and the extension the same questions, and prints
# TAP.  A theme is a file THEME.R of this directory, but for what themes share
# (lib*.R); without arguments: all.
#
# A theme computes with R and leaves tables (lib.R); compare.sql puts the same
# questions to the extension and compares.  How to ask it stands in THEME.sql
# if there is one, else in retention.sql.
#
# Needs R with survival, etm and cmprsk (test/lib/setup.sh oracle).  Starts a server
# of its own unless test/run.sh has provided one.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.." || exit 1

if [ -z "${EF_LOG:-}" ]; then
	test/lib/setup.sh oracle && make -s all || exit 1
	EF_SHARED=${EF_SHARED-$(cd ../shared 2>/dev/null && pwd)}
	export EF_SHARED
	exec test/lib/server.sh test/oracle/run.sh "$@"
fi
. test/lib/database.sh

if [ $# -eq 0 ]; then
	for file in test/oracle/*.R; do
		theme=$(basename "$file" .R)
		[[ $theme = lib* ]] || set -- "$@" "$theme"
	done
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-oracle.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM HUP
fresh_database ef_oracle || exit 1
export PGDATABASE=ef_oracle LC_ALL=C.UTF-8

# R works while the server does: the themes do not depend on each other.
declare -A running
for theme in "$@"; do
	mkdir "$dir/$theme"
	(cd "$dir/$theme" && EF_ORACLE=$here Rscript --vanilla "$here/$theme.R" >log 2>&1) &
	running[$theme]=$!
done

# Prints the tests of a theme, unnumbered.
report() {
	local answers=retention.sql
	[ ! -f "$here/$1.sql" ] || answers=$1.sql
	cd "$dir/$1" || return 1
	if ! wait "${running[$1]}"; then
		echo "not ok - $1.R"
		tail -n 20 log | sed 's/^/# /'
	elif [ -f skip ]; then
		echo "ok - $1 # SKIP $(cat skip)"
	else
		sed 's/^/# R: /' log
		psql -X -q -v answers="$here/$answers" -f "$here/compare.sql" 2>&1 ||
			echo "not ok - $1: the comparison broke off"
	fi
	cd "$here/../.." || return 1
}

for theme in "$@"; do report "$theme"; done >"$dir/tap"
awk '/^(not )?ok / { sub(/ok/, "ok " ++n) } { print } END { print "1.." n + 0 }' "$dir/tap"
! grep -q '^not ok' "$dir/tap"
