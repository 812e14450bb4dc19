#!/bin/bash
# workalendar 17.0.0 and holidays 0.109 (PyPI).
#
# One would guess that a calendar of Sweden has the holidays of the year it is asked for: until 2004 Whit Monday was one, and 6 June
# was not.  workalendar has those of today in every year.  The working days of 2003 so are as many as they were, with one too few
# in the week of 6 June and one too many in the next.  holidays has both right; it counts the eves of Midsummer, Christmas and
# the new year as working days unless asked for the category "de_facto".
#
# Seen:  2003: workalendar 249, holidays 252, with de_facto 249; workalendar and the last differ on ['2003-06-06', '2003-06-09']; 2024: 251, 254, 251
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: workalendar==17.0.0 holidays==0.109
"$dir/venv/bin/python" -W ignore - <<'PY' | tee "$dir/seen"
import datetime
import holidays
from workalendar.europe import Sweden
def working(year):
    first = datetime.date(year, 1, 1)
    days = [day for day in (first + datetime.timedelta(n) for n in range(366)) if day.year == year and day.weekday() < 5]
    public = holidays.SE(years=year)
    observed = holidays.SE(years=year, categories=("public", "de_facto"))
    return ({day for day in days if Sweden().is_working_day(day)}, {day for day in days if day not in public},
            {day for day in days if day not in observed})
ours, public, observed = working(2003)
others = [str(day) for day in sorted(ours ^ observed)]
print(f"2003: workalendar {len(ours)}, holidays {len(public)}, with de_facto {len(observed)}; workalendar and the last differ on {others}; 2024: "
      + ", ".join(str(len(days)) for days in working(2024)))
PY
[ "$(cat "$dir/seen")" = "2003: workalendar 249, holidays 252, with de_facto 249; workalendar and the last differ on ['2003-06-06', '2003-06-09']; 2024: 251, 254, 251" ]
