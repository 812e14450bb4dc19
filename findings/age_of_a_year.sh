#!/bin/bash
# PostgreSQL 15, and PostgreSQL 18.7 as npm's @electric-sql/pglite 0.5.17.
#
# One would guess that age(until, since) >= interval '1 year' holds from the anniversary on.  To compare, an interval is made into
# days of which a month has 30: so 11 months and 30 days are equal to 1 year, though the year of that age is 0.  Nearly all who came in
# a month of 31 days have served a year one day too early, and DISTINCT and GROUP BY put both lengths together.
#
# Seen:  1 January to 31 December: 11 mons 30 days, year 0, at least 1 year true; lengths of it and of a whole year: 1 (15)
#        1 January to 31 December: 11 mons 30 days, year 0, at least 1 year true; lengths of it and of a whole year: 1 (18)
#
# Run it in a server of 15 without this extension: EF_BARE=1 test/lib/server.sh findings/age_of_a_year.sh
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >ask.sql <<'SQL'
WITH spell (since, until) AS (VALUES (date '2023-01-01', date '2023-12-31'), ('2023-01-01', '2024-01-01')),
length AS (SELECT age(until, since) AS a, until FROM spell)
SELECT format('1 January to 31 December: %s, year %s, at least 1 year %s; lengths of it and of a whole year: %s',
  (array_agg(a ORDER BY until))[1], (array_agg(extract(year FROM a) ORDER BY until))[1],
  (array_agg((a >= interval '1 year')::text ORDER BY until))[1], count(DISTINCT a)) AS seen
FROM length
SQL
npm install --silent --no-save --prefix "$dir" @electric-sql/pglite@0.5.17 >/dev/null
cat >ask.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
const server = new PGlite();
console.log((await server.query(readFileSync('ask.sql', 'utf8'))).rows[0].seen);
await server.close();
JS
seen="$(psql -X -At -v ON_ERROR_STOP=1 -f ask.sql) (15)
$(node ask.mjs) (18)"
echo "$seen"
said='1 January to 31 December: 11 mons 30 days, year 0, at least 1 year true; lengths of it and of a whole year: 1'
[ "$seen" = "$said (15)
$said (18)" ]
