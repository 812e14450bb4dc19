#!/bin/bash
# PostgreSQL 15.
#
# One would guess that to_date refuses a week which a year does not have, as it refuses 30 February and day 366 of 2023.  Only
# the number is looked at: week 53 of 2023, a year of 52 weeks, is silently week 1 of 2024, and rows of both are added up.
#
# Seen:  2023-W53 is 2024-01-01, 2024-W01 is 2024-01-01; day 366 of 2023: refused
#
# Run it in a server without this extension: EF_BARE=1 test/lib/server.sh findings/week_53.sh
# Fails if that is no longer so.
set -euo pipefail
week() { psql -X -At -v ON_ERROR_STOP=1 -c "SELECT to_date('$1', 'IYYY-\"W\"IW')"; }
day=taken
psql -X -At -v ON_ERROR_STOP=1 -c "SELECT to_date('2023 366', 'YYYY DDD')" >/dev/null 2>&1 || day=refused
seen="2023-W53 is $(week 2023-W53), 2024-W01 is $(week 2024-W01); day 366 of 2023: $day"
echo "$seen"
[ "$seen" = '2023-W53 is 2024-01-01, 2024-W01 is 2024-01-01; day 366 of 2023: refused' ]
