#!/bin/bash
# adbc-driver-postgresql 1.13.0 with pyarrow 26.0.1, PostgreSQL 15.
#
# One would guess that an amount of the type money comes as a decimal, or as text like numeric does.  It comes as the
# integer that PostgreSQL stores, which counts hundredths: a salary of 12.34 is 1234, and nothing in the
# column's type tells.
#
# Seen:  12.34::money is 1234 of the type int64; 12.34::numeric is 12.34
#
# Run it in a server without this extension: EF_BARE=1 test/lib/server.sh findings/adbc_money.sh
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
        cursor.execute("SELECT 12.34::money AS salary, 12.34::numeric AS number")
        row = cursor.fetch_arrow_table()
salary, number = row["salary"][0].as_py(), row["number"][0].as_py()
print(f"12.34::money is {salary} of the type {row.schema.field('salary').type}; 12.34::numeric is {number}")
assert salary == 1234 and str(row.schema.field("salary").type) == "int64" and str(number) == "12.34"
PY
