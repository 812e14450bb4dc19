#!/bin/bash
# suite/columns.sh: prints TAP.  The columns of a set-returning function stand in
# three places: in SQL, in the glue that puts them in order, and in its page.
# As many are put as there are, no field goes to the column of another's name,
# and a page names them all.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
exec perl test/lib/columns.pl education_flow--"$(sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" education_flow.control)".sql
