#!/bin/bash
# adbc-driver-postgresql 1.13.0 with pyarrow 26.0.1, PostgreSQL 15.
#
# One would guess that an array of two dimensions, such as a matrix of transitions, comes as a list of lists, or is refused.  It
# comes as one flat list: its shape is lost, and a matrix of 2 by 3 cannot be told from one of 3 by 2.
#
# Seen:  2 by 3: [1, 2, 3, 4, 5, 6]; 3 by 2: [1, 2, 3, 4, 5, 6]
#
# Run it in a server without this extension: EF_BARE=1 test/lib/server.sh findings/adbc_matrix.sh
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: adbc-driver-postgresql==1.13.0 pyarrow==26.0.1
"$dir/venv/bin/python" - <<'PY'
import os
import adbc_driver_postgresql.dbapi as adbc
with adbc.connect(f"postgresql:///{os.environ['PGDATABASE']}?host={os.environ['PGHOST']}&user={os.environ['PGUSER']}") as server:
    with server.cursor() as cursor:
        cursor.execute("SELECT ARRAY[[1,2,3],[4,5,6]], ARRAY[[1,2],[3,4],[5,6]]")
        wide, tall = cursor.fetchone()
print(f"2 by 3: {wide}; 3 by 2: {tall}")
assert wide == tall == [1, 2, 3, 4, 5, 6]
PY
