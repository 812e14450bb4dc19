#!/bin/bash
# PostgreSQL 18.7 as npm's @electric-sql/pglite 0.5.17.
#
# One would guess that a primary key is a primary key: a join to it finds one row at most, so the planner drops a left join whose
# columns nobody asks for.  It does with (id, since), and does not with (id, valid WITHOUT OVERLAPS), whose index is one of exclusion;
# such a key is no target of ON CONFLICT (id, valid) either.
#
# Seen:  joins left in the plan: of a key by begin 0, of a key of periods 1; ON CONFLICT (id, valid): there is no unique or exclusion constraint matching the ON CONFLICT specification
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-save --prefix "$dir" @electric-sql/pglite@0.5.17 >/dev/null
cat >ask.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';
const server = new PGlite({ extensions: { btree_gist } });
await server.exec(`CREATE EXTENSION btree_gist;
  CREATE TABLE post (id int, since date, PRIMARY KEY (id, since));
  CREATE TABLE term (id int, valid daterange, PRIMARY KEY (id, valid WITHOUT OVERLAPS));
  CREATE TABLE pay (id int, since date, valid daterange, amount int)`);
const joins = async (query) => (await server.query('EXPLAIN (COSTS OFF) ' + query, [], { rowMode: 'array' })).rows
  .filter(([line]) => /Join|Nested Loop/.test(line)).length;
const post = await joins('SELECT amount FROM pay LEFT JOIN post USING (id, since)');
const term = await joins('SELECT amount FROM pay LEFT JOIN term USING (id, valid)');
let said = 'taken';
try { await server.query(`INSERT INTO term VALUES (1, '[2024-01-01,2025-01-01)') ON CONFLICT (id, valid) DO NOTHING`); }
catch (error) { said = error.message; }
console.log(`joins left in the plan: of a key by begin ${post}, of a key of periods ${term}; ON CONFLICT (id, valid): ${said}`);
await server.close();
JS
node ask.mjs | tee seen
[ "$(cat seen)" = 'joins left in the plan: of a key by begin 0, of a key of periods 1; ON CONFLICT (id, valid): there is no unique or exclusion constraint matching the ON CONFLICT specification' ]
