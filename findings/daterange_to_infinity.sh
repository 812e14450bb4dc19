#!/bin/bash
# PostgreSQL 15.
#
# One would guess that a daterange is always written without its last day, so that equal spells are equal values.  One up to and
# including infinity keeps its bracket: it is equal neither to the spell until infinity nor to the open one.  A register read with
# coalesce(until, 'infinity') and '[]', joined to one read with '[)', finds nobody who is still there.
#
# Seen:  [2020-01-01,infinity]: until infinity f, open f; with an end: t
#
# Run it in a server without this extension: EF_BARE=1 test/lib/server.sh findings/daterange_to_infinity.sh
# Fails if that is no longer so.
set -euo pipefail
seen=$(psql -X -At -v ON_ERROR_STOP=1 <<'SQL'
SELECT format('%s: until infinity %s, open %s; with an end: %s', still,
  still = daterange('2020-01-01', 'infinity'), still = daterange('2020-01-01', NULL),
  daterange('2020-01-01', '2020-12-31', '[]') = daterange('2020-01-01', '2021-01-01'))
FROM (SELECT daterange('2020-01-01', 'infinity', '[]') AS still) AS spell
SQL
)
echo "$seen"
[ "$seen" = '[2020-01-01,infinity]: until infinity f, open f; with an end: t' ]
