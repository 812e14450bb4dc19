#!/bin/bash
# PostgreSQL 15.
#
# One would guess that (from, until) OVERLAPS a year treats an until of NULL in one way: as open, which is what a range does, or as
# unknown.  It depends on the begin: who came within the year is counted, and who has been there since before is not (NULL).
# Counting who is employed in a year so loses all those who came earlier and are still there.
#
# Seen:  came in 2024, still there: t; came in 2023, still there: NULL; the same as ranges: true, true
#
# Run it in a server without this extension: EF_BARE=1 test/lib/server.sh findings/overlaps_open_end.sh
# Fails if that is no longer so.
set -euo pipefail
seen=$(psql -X -At -v ON_ERROR_STOP=1 <<'SQL'
WITH spell (since, until) AS (VALUES (date '2024-05-01', NULL::date), (date '2023-05-01', NULL)),
answer AS (
  SELECT since, coalesce(((since, until) OVERLAPS (date '2024-01-01', date '2025-01-01'))::text, 'NULL') AS periods,
    daterange(since, until) && daterange('2024-01-01', '2025-01-01') AS ranges
  FROM spell)
SELECT format('came in 2024, still there: %s; came in 2023, still there: %s; the same as ranges: %s',
  left(min(periods) FILTER (WHERE since >= '2024-01-01'), 1), min(periods) FILTER (WHERE since < '2024-01-01'),
  string_agg(ranges::text, ', ' ORDER BY since DESC))
FROM answer
SQL
)
echo "$seen"
[ "$seen" = 'came in 2024, still there: t; came in 2023, still there: NULL; the same as ranges: true, true' ]
