#!/bin/bash
# page.sh [--schema NAME] [--title TEXT] [--language sv]: a reporting schema (default: the demo's) as one HTML page
# with charts, in EF_PAGE (default: education_flow.html beside this script). Prints its path; or,
# where the libraries that draw cannot be had, a line that says so, which is no failure of the demo.
#
# EF_LANGUAGE=sv makes the demo's page in Swedish. EF_LIBRARIES names a directory that has the libraries already, as node_modules has them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
page=${EF_PAGE:-$here/education_flow.html}

dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-page.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM HUP
if [ $# -eq 0 ]; then
	case ${EF_LANGUAGE:-en} in
		sv) set -- --language sv --title 'En regions medicinska sekreterare: utbildning, arbete och behov' ;;
		*) set -- --title 'Medical secretaries of a region: education, work and need' ;;
	esac
fi
status=0
[ -n "${EF_LIBRARIES:-}" ] || why=$("$here/page_libraries.sh" "$dir" --omit=dev 2>&1) || status=$?
if [ "$status" -eq 3 ]; then
	echo "No page with charts: $why, then run this again."
	exit 0
elif [ "$status" -ne 0 ]; then
	echo "$why" >&2
	exit "$status"
fi
perl "$here/page.pl" "$@" "${EF_LIBRARIES:-$dir/node_modules}" "$here/../doc/chart" "$page"
echo "The page with charts, for a browser: $page"
