#!/bin/bash
# datafusion 55.0.0 (PyPI).
#
# One would guess that who stayed from 2020 to the end of 2024 stayed a day at least.  A moment minus a moment is a length in
# nanoseconds.  Beside an interval it becomes 0 months, 0 days and those nanoseconds, and the months decide, then the days: so nobody
# stayed a year, or a day.  8760 hours are reached, and 100 days are less than 1 month.
#
# Seen:  1 day: 0 of 2 stayed; 1 year: 0 of 2 stayed; 8760 hours: 1 of 2 stayed; 100 days less than 1 month: True
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: datafusion==55.0.0
"$dir/venv/bin/python" - <<'PY' | tee "$dir/seen"
import datafusion
context = datafusion.SessionContext()
def ask(query):
    return context.sql(query).collect()[0].column(0)[0].as_py()
def stayed(length):
    return ask(f"""SELECT count(*) FILTER (WHERE until - since >= interval '{length}') FROM (VALUES
      (timestamp '2020-01-01', timestamp '2024-12-01'), (timestamp '2020-01-01', timestamp '2020-03-01')) AS s (since, until)""")
print("; ".join(f"{length}: {stayed(length)} of 2 stayed" for length in ("1 day", "1 year", "8760 hours")), end="; ")
print("100 days less than 1 month:", ask("SELECT interval '100 days' < interval '1 month'"))
PY
[ "$(cat "$dir/seen")" = '1 day: 0 of 2 stayed; 1 year: 0 of 2 stayed; 8760 hours: 1 of 2 stayed; 100 days less than 1 month: True' ]
