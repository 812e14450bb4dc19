#!/bin/bash
# lifelines 0.30.0 with pandas 2.3.3.
#
# One would guess that from 1 March to 1 March of the next year is one year.  datetimes_to_durations(freq="Y") divides by
# 365.2425 days and cuts the rest off: a year without a leap day is 0 years, and one with it is 1.  A month of 30 days is 0
# months.  Whoever counts those who stayed a whole year loses three years in four.
#
# Seen:  years: 1 March 2021 to 2022: 0, 1 March 2023 to 2024: 1; months: March 1, April 0
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: lifelines==0.30.0 pandas==2.3.3
"$dir/venv/bin/python" -W ignore - <<'PY' | tee "$dir/seen"
from lifelines.utils import datetimes_to_durations as durations
years, _ = durations(["2021-03-01", "2023-03-01"], ["2022-03-01", "2024-03-01"], freq="Y")
months, _ = durations(["2024-03-01", "2024-04-01"], ["2024-04-01", "2024-05-01"], freq="M")
print(f"years: 1 March 2021 to 2022: {years[0]:.0f}, 1 March 2023 to 2024: {years[1]:.0f}; "
      f"months: March {months[0]:.0f}, April {months[1]:.0f}")
PY
[ "$(cat "$dir/seen")" = 'years: 1 March 2021 to 2022: 0, 1 March 2023 to 2024: 1; months: March 1, April 0' ]
