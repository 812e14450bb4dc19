#!/bin/bash
# suite/frozen.sh: the questions of test/oracle/comparisons.R, with the answers
# that R gave when test/oracle/frozen.sh was run (its versions are beside them).
# Prints TAP.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
root=$PWD
if [ -z "${EF_LOG:-}" ]; then
	make -s all || exit 1
	exec test/lib/server.sh test/suite/frozen.sh
fi
. test/lib/database.sh
fresh_database ef_frozen || exit 1
export PGDATABASE=ef_frozen LC_ALL=C.UTF-8
cd test/oracle/frozen/comparisons || exit 1
{
	psql -X -q -v answers="$root/test/oracle/comparisons.sql" -f "$root/test/oracle/compare.sql" 2>&1 ||
		echo "not ok - the comparison broke off"
} | awk '/^(not )?ok / { sub(/ok/, "ok " ++n) } /^not ok/ { wrong = 1 } { print }
	END { print "1.." n + 0; exit wrong || n == 0 }'
