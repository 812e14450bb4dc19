#!/bin/bash
# sqlglot 30.30.0 with duckdb 2.0.1; the text for PostgreSQL is run on PostgreSQL 18.7 as npm's @electric-sql/pglite 0.5.17.
#
# One would guess that one query has one answer, whatever engine it is written for.  SQL Server's DATEDIFF(year, ...) counts the turns
# of the year.  For DuckDB it stays that.  For PostgreSQL it becomes the whole years of age(): from 31 December to 1 January it is
# none.  DuckDB's own date_diff('week', ...) becomes for PostgreSQL a seventh of the days, rounded: Monday to Friday is a week.
#
# Seen:  DATEDIFF(year): DuckDB 1, PostgreSQL 0; date_diff('week') of Monday to Friday: DuckDB 0, PostgreSQL 1
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check --only-binary :all: sqlglot==30.30.0 duckdb==2.0.1
npm install --silent --no-save --prefix "$dir" @electric-sql/pglite@0.5.17 >/dev/null
cat >ask.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite';
const server = new PGlite();
console.log((await server.query(process.argv[2], [], { rowMode: 'array' })).rows[0][0]);
await server.close();
JS
cat >ask.py <<'PY'
import subprocess
import duckdb
import sqlglot
def both(query, dialect):
    def text(other):
        return sqlglot.transpile(query, read=dialect, write=other, unsupported_level=sqlglot.ErrorLevel.RAISE)[0]
    postgres = subprocess.run(["node", "ask.mjs", text("postgres")], check=True, capture_output=True, text=True).stdout.strip()
    return f"DuckDB {duckdb.sql(text('duckdb')).fetchall()[0][0]}, PostgreSQL {postgres}"
years = both("SELECT DATEDIFF(year, CAST('2023-12-31' AS DATE), CAST('2024-01-01' AS DATE))", "tsql")
weeks = both("SELECT date_diff('week', DATE '2024-06-03', DATE '2024-06-07')", "duckdb")
print(f"DATEDIFF(year): {years}; date_diff('week') of Monday to Friday: {weeks}")
PY
venv/bin/python ask.py | tee seen
[ "$(cat seen)" = "DATEDIFF(year): DuckDB 1, PostgreSQL 0; date_diff('week') of Monday to Friday: DuckDB 0, PostgreSQL 1" ]
