#!/bin/bash
# docs.sh [--update] [PAGE...]: executes the SQL of the manual (see
# lib/docs.pl); --update rewrites the output that the pages show.  Without
# pages: README.md and doc/*.md.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

update=()
if [ "${1:-}" = --update ]; then update=(--update); shift; fi
[ $# -gt 0 ] || set -- README.md doc/*.md

if [ -z "${EF_LOG:-}" ]; then
	exec test/lib/server.sh test/docs.sh "${update[@]}" "$@"
fi
. test/lib/database.sh
status=0
for page in "$@"; do
	fresh_database docs
	# from 16 on "unicode" is of that provider also in a server that is built without it
	if grep -q 'x-icu"' "$page" && [ "$(psql -X -At -c "SELECT count(*) FROM pg_collation WHERE collname LIKE '%-x-icu'")" -eq 0 ]; then
		echo "1..0 # SKIP $page sorts or compares with ICU, which this server does not have"
		continue
	fi
	if grep -q 'CREATE EXTENSION postgres_fdw' "$page" && [ "$(psql -X -At -c "SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'")" -eq 0 ]; then
		echo "1..0 # SKIP $page reads other servers, and this one lacks postgres_fdw"
		continue
	fi
	PGDATABASE=docs perl test/lib/docs.pl "${update[@]}" "$page" || status=1
done
exit "$status"
