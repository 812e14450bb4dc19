#!/bin/bash
# adbc-driver-postgresql 1.13.0 with pyarrow 26.0.1, PostgreSQL 15.
#
# One would guess that a spell which ends on the date infinity is refused, or ends late.  The days of PostgreSQL are counted
# from 2000 and those of Arrow from 1970; the difference is added and wraps around.  So infinity is a date far in the
# past, and of two people who are still there none is left by a filter for who leaves after today.
#
# Seen:  end 'infinity': day -2147472692; end after 2024: 0 of 2
#
# Run it in a server without this extension: EF_BARE=1 test/lib/server.sh findings/adbc_infinite_date.sh
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: adbc-driver-postgresql==1.13.0 pyarrow==26.0.1
"$dir/venv/bin/python" - <<'PY'
import datetime, os
import adbc_driver_postgresql.dbapi as adbc, pyarrow, pyarrow.compute as compute
with adbc.connect(f"postgresql:///{os.environ['PGDATABASE']}?host={os.environ['PGHOST']}&user={os.environ['PGUSER']}") as server:
    with server.cursor() as cursor:
        cursor.execute("SELECT 'infinity'::date AS until FROM generate_series(1, 2)")
        until = cursor.fetch_arrow_table()["until"]
day = until.cast(pyarrow.int32())[0].as_py()
later = compute.sum(compute.greater(until, pyarrow.scalar(datetime.date(2024, 12, 31), pyarrow.date32()))).as_py()
print(f"end 'infinity': day {day}; end after 2024: {later} of {len(until)}")
assert (day, later, len(until)) == (-2147472692, 0, 2)
PY
