#!/bin/bash
# pgsql-ast-parser 12.0.2 (npm), run on PostgreSQL 18.7 as npm's @electric-sql/pglite 0.5.17.
#
# One would guess that a parser of PostgreSQL's dialect reads an interval as the standard writes it, or refuses it.  It takes the unit
# after the text for the name of the column, and prints that: so 65 years after birth are 65 seconds after it, in a column "year".
#
# Seen:  2025-01-01 in column "?column?" is then 1960-01-01 in column "year"
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-save --prefix "$dir" @electric-sql/pglite@0.5.17 pgsql-ast-parser@12.0.2 >/dev/null
cat >ask.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite';
import * as ast from 'pgsql-ast-parser';
const server = new PGlite();
const ask = async (text) => {
  const [[name, day]] = Object.entries((await server.query(text)).rows[0]);
  return `${day.toISOString().slice(0, 10)} in column "${name}"`;
};
const query = `SELECT date '1960-01-01' + interval '65' year`;
console.log(`${await ask(query)} is then ${await ask(ast.toSql.statement(ast.parseFirst(query)))}`);
await server.close();
JS
TZ=UTC node ask.mjs | tee seen
[ "$(cat seen)" = '2025-01-01 in column "?column?" is then 1960-01-01 in column "year"' ]
