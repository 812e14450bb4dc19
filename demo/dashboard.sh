#!/bin/bash
# dashboard.sh: the demo in a real reporting tool. Installs Apache Superset from PyPI into a temporary directory,
# reads the demo's views with it, makes a dashboard of eight charts, and says where it is. Ctrl-C ends it, and
# nothing is left. Runs in test/lib/server.sh (make dashboard).
#
# EF_VENVS names a directory that keeps what was installed for the next time.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.." || exit 1
. test/lib/venv.sh
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-dashboard.XXXXXX") || exit 1
child=
trap '[ -z "$child" ] || { kill "$child"; wait "$child"; } 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM HUP
echo 'Installing Superset (some 800 MB, a minute or two) ...'
make_venv "$dir/venv" test/python/superset.txt || { echo "There is no dashboard: $venv_why."; exit 1; }
echo 'Making the demo and its dashboard ...'
EF_PAGE=none demo/run.sh >"$dir/log" 2>&1 </dev/null || { cat "$dir/log"; exit 1; }
export PGDATABASE=education_flow_demo

# shellcheck disable=SC2016  # the child's variables
demo/dashboard/server.sh "$venv" "$dir/superset" bash -c '
	echo
	echo "The dashboard:  $SUPERSET_ADDRESS"
	echo "User, password: $SUPERSET_USER  $SUPERSET_PASSWORD"
	echo "Ctrl-C ends it."
	while sleep 60; do :; done' &
child=$!
wait "$child"
