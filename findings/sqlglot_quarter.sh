#!/bin/bash
# sqlglot 30.30.0 with duckdb 2.0.1.
#
# One would guess that a part of a format which the other engine does not have is refused, or warned of.  From PostgreSQL's dialect to
# DuckDB's the quarter of to_char() becomes the letter Q: all hired in a year are hired in one quarter.  The week of the year, WW, which
# begins with 1 January, becomes one that begins with a Sunday, and so is another number.
#
# Seen:  YYYY-Q: 4 quarters are ['2024-Q']; WW: 1 January 2024 is in week 00 (in PostgreSQL 01)
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: sqlglot==30.30.0 duckdb==2.0.1
"$dir/venv/bin/python" - <<'PY' 2>&1 | tee "$dir/seen"
import duckdb
import sqlglot
def ask(query):
    text, = sqlglot.transpile(query, read="postgres", write="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)
    return [row[0] for row in duckdb.sql(text).fetchall()]
quarters = ask("""SELECT DISTINCT to_char(d, 'YYYY-Q')
    FROM (VALUES (date '2024-02-01'), (date '2024-05-01'), (date '2024-08-01'), (date '2024-11-01')) AS h (d)""")
week, = ask("SELECT to_char(date '2024-01-01', 'WW')")
print(f"YYYY-Q: 4 quarters are {quarters}; WW: 1 January 2024 is in week {week} (in PostgreSQL 01)")
PY
[ "$(cat "$dir/seen")" = "YYYY-Q: 4 quarters are ['2024-Q']; WW: 1 January 2024 is in week 00 (in PostgreSQL 01)" ]
