#!/bin/bash
# duckdb 2.0.1 (PyPI).
#
# One would guess that the length of a spell without an end, which a register ends with infinity, is an error as in PostgreSQL, or
# NULL.  The difference of the dates is a number of days like another, and a mean over it too; date_diff() of the
# same two dates is NULL.
#
# Seen:  infinity - 2020-01-01: 2147465385 days; date_diff in years: None; the mean of it and of one year: 2939720.4 years
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: duckdb==2.0.1
"$dir/venv/bin/python" - <<'PY' | tee "$dir/seen"
import duckdb
days, years, mean = duckdb.sql("""
  WITH spell (since, until) AS (VALUES (date '2020-01-01', date 'infinity'), (date '2020-01-01', date '2020-12-31'))
  SELECT max(until - since), any_value(date_diff('year', since, until)) FILTER (WHERE until = 'infinity'),
    round(avg(until - since) / 365.25, 1)
  FROM spell""").fetchall()[0]
print(f"infinity - 2020-01-01: {days} days; date_diff in years: {years}; the mean of it and of one year: {mean} years")
PY
[ "$(cat "$dir/seen")" = 'infinity - 2020-01-01: 2147465385 days; date_diff in years: None; the mean of it and of one year: 2939720.4 years' ]
