#!/bin/bash
# sqlglot 30.30.0; the text for MySQL is run on Python's sqlite3, which reads it too.
#
# One would guess that a full join is refused for MySQL, which has none, or rewritten so that the answer stays.  It becomes a left
# join and a right join under UNION ALL, with what is selected in each.  So a count is two rows, one of each part, and who takes
# the first row of the answer misses who stands in the right table alone.
#
# Seen:  people in either register: before [(4,)], after [(3,), (1,)]
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: sqlglot==30.30.0
"$dir/venv/bin/python" - <<'PY' 2>&1 | tee "$dir/seen"
import sqlite3
import sqlglot
query = "SELECT count(*) FROM hr FULL JOIN licence USING (id)"
after, = sqlglot.transpile(query, read="postgres", write="mysql", unsupported_level=sqlglot.ErrorLevel.RAISE)
tables = sqlite3.connect(":memory:")
tables.executescript("""CREATE TABLE hr (id); INSERT INTO hr VALUES (1), (2), (3);
  CREATE TABLE licence (id); INSERT INTO licence VALUES (2), (3), (4);""")
print(f"people in either register: before {tables.execute(query).fetchall()}, after {tables.execute(after).fetchall()}")
PY
[ "$(cat "$dir/seen")" = 'people in either register: before [(4,)], after [(3,), (1,)]' ]
