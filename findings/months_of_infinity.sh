#!/bin/bash
# PostgreSQL 15, and PostgreSQL 18.7 as npm's @electric-sql/pglite 0.5.17.
#
# One would guess that age() of infinity is an error, as infinity minus a date is in 15, or that each of its fields is infinite.  In 15 it
# is a number of years like another.  Since 17 it is an interval whose years are infinite and whose months are NULL.  A filter on the
# months of service so keeps those who are still there in one version, and drops them in the other, without a word in either.
#
# Seen:  15: 292257 years, 0 months, kept 2 of 2; 18: Infinity years, NULL months, kept 1 of 2
#
# Run it in a server of 15 without this extension: EF_BARE=1 test/lib/server.sh findings/months_of_infinity.sh
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >ask.sql <<'SQL'
WITH spell (since, until) AS (VALUES (timestamp '2020-01-01', timestamp 'infinity'), ('2020-01-01', '2022-03-01')),
length AS (SELECT age(until, since) AS a FROM spell)
SELECT format('%s years, %s months, kept %s of 2', max(extract(year FROM a)),
  coalesce((array_agg(extract(month FROM a) ORDER BY a DESC))[1]::text, 'NULL'),
  count(*) FILTER (WHERE 12 * extract(year FROM a) + extract(month FROM a) >= 6)) AS seen
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
seen="15: $(psql -X -At -v ON_ERROR_STOP=1 -f ask.sql); 18: $(node ask.mjs)"
echo "$seen"
[ "$seen" = '15: 292257 years, 0 months, kept 2 of 2; 18: Infinity years, NULL months, kept 1 of 2' ]
