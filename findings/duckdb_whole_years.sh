#!/bin/bash
# duckdb 2.0.1 (PyPI).
#
# One would guess that two functions of one engine, both for whole years and months, agree.  datesub() takes the last day of a shorter
# month for the same day: who was born on 29 February 1960 is 65 on 28 February 2025.  age() does not, and has 64 years.  From 31
# May to 30 June is one month to the first and none to the second.
#
# Seen:  born 29 February 1960, on 28 February 2025: datesub 65, age 64; months from 31 May to 30 June: datesub 1, age 0
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: duckdb==2.0.1
"$dir/venv/bin/python" - <<'PY' | tee "$dir/seen"
import duckdb
def whole(part, since, until):
    sub, age = duckdb.sql(f"""SELECT datesub('{part}', DATE '{since}', DATE '{until}'),
      date_part('{part}', age(DATE '{until}', DATE '{since}'))""").fetchall()[0]
    return f"datesub {sub}, age {age}"
print(f"born 29 February 1960, on 28 February 2025: {whole('year', '1960-02-29', '2025-02-28')}; "
      f"months from 31 May to 30 June: {whole('month', '2024-05-31', '2024-06-30')}")
PY
[ "$(cat "$dir/seen")" = 'born 29 February 1960, on 28 February 2025: datesub 65, age 64; months from 31 May to 30 June: datesub 1, age 0' ]
