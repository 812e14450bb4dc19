#!/bin/bash
# lifelines 0.30.0 with pandas 2.3.3.
#
# One would guess that who is hired after the last day looked at is left out, or refused.  datetimes_to_durations with
# fill_date gives a duration below zero, and KaplanMeierFitter takes it: the person is at risk from before anybody was
# hired.  Nothing is said.
#
# Seen:  hired on 1 March, looked at until 1 January: -60 days; at risk before day 0: 3 of 3
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: lifelines==0.30.0 pandas==2.3.3
"$dir/venv/bin/python" -W ignore - <<'PY' | tee "$dir/seen"
from lifelines import KaplanMeierFitter
from lifelines.utils import datetimes_to_durations
days, left = datetimes_to_durations(["2023-06-01", "2023-07-01", "2024-03-01"], ["2023-09-01", None, None],
                                    fill_date="2024-01-01", freq="D")
table = KaplanMeierFitter().fit(days, left).event_table
print(f"hired on 1 March, looked at until 1 January: {days[2]:.0f} days; "
      f"at risk before day 0: {table.loc[days[2], 'at_risk']} of {len(days)}")
PY
[ "$(cat "$dir/seen")" = 'hired on 1 March, looked at until 1 January: -60 days; at risk before day 0: 3 of 3' ]
