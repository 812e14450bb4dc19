#!/bin/bash
# suite/reports.sh: prints TAP.  Small cases made from what users of other tools
# reported: each statement file prints what the file beside it says.  They are
# reference data beside the checkout, and skipped where that is absent.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/database.sh
. test/lib/tap.sh

cases=("${EF_SHARED:-/nonexistent}"/reports/*.sql)
if [ ! -f "${cases[0]}" ]; then
	echo "1..0 # SKIP no reports beside the checkout"
	exit 0
fi
export PGOPTIONS="-c client_min_messages=warning"
for file in "${cases[@]}"; do
	name=$(basename "$file" .sql)
	fresh_database reports
	same "$(psql -X -q -At -d reports -f "$file" 2>&1)" "$(cat "${file%.sql}.out")" "$name"
done
psql -X -q -d postgres -c "DROP DATABASE IF EXISTS reports"
echo "1..$n"
exit $failed
