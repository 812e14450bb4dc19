#!/bin/bash
# sqlfluff 4.5.0, in the dialect of PostgreSQL, run on Python's sqlite3.
#
# One would guess that the fixes of a layout keep what a query means.  Rule ST06 puts plain columns before computed ones.  It leaves a
# view with named columns alone, but not the two columns of a subquery that a row is looked up in, and not a materialized view with
# named columns: so who has the highest pay of a unit is looked up by the unit in the pay.  Nothing is found, and nothing said.
#
# Seen:  rows before 2, after 0; SELECT max(pay), unit is now SELECT unit, max(pay); materialized view (top, unit): unit, max(pay) AS p
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: sqlfluff==4.5.0
"$dir/venv/bin/python" - <<'PY' | tee "$dir/seen"
import re
import sqlite3
import sqlfluff
query = """SELECT name
FROM staff
WHERE (pay, unit) IN (
    SELECT
        max(pay),
        unit
    FROM staff
    GROUP BY unit
);
"""
view = """CREATE MATERIALIZED VIEW best (top, unit) AS
SELECT
    max(pay) AS p,
    unit
FROM staff
GROUP BY unit;
"""
def fixed(text):
    return sqlfluff.fix(text, dialect="postgres")
def targets(text):
    return " ".join(re.findall(r"SELECT\s+([^;]*?)\s+FROM", text)[-1].split())
tables = sqlite3.connect(":memory:")
tables.execute("CREATE TABLE staff (name, unit, pay)")
tables.executemany("INSERT INTO staff VALUES (?, ?, ?)", [("a", 1, 30), ("b", 1, 20), ("c", 2, 40)])
before, after = (len(tables.execute(text).fetchall()) for text in (query, fixed(query)))
print(f"rows before {before}, after {after}; SELECT {targets(query)} is now SELECT {targets(fixed(query))}; "
      f"materialized view (top, unit): {targets(fixed(view))}")
PY
[ "$(cat "$dir/seen")" = 'rows before 2, after 0; SELECT max(pay), unit is now SELECT unit, max(pay); materialized view (top, unit): unit, max(pay) AS p' ]
