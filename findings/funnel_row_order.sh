#!/bin/bash
# retentioneering 5.2.4 (PyPI), with its own report of use switched off.
#
# One would guess that two events of one day, in a register that knows the day only, are both in time or neither is.  funnel_data takes the
# order of the rows of the table: with the same rows the other way round the person is in the last step, or is not.
#
# Seen:  registered and examined on one day: examined 1; the same rows the other way round: 0
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check retentioneering==5.2.4
RETENTIONEERING_NO_TRACK=1 "$dir/venv/bin/python" -W ignore - <<'PY' | tee "$dir/seen"
import pandas
from retentioneering.eventstream import Eventstream
day = pandas.DataFrame({"user_id": ["a", "a"], "event": ["registered", "examined"], "timestamp": ["2024-06-01"] * 2})
examined = lambda rows: Eventstream(rows).funnel_data(["registered", "examined"])["steps"][1]["unique_paths"]
print(f"registered and examined on one day: examined {examined(day)}; "
      f"the same rows the other way round: {examined(day[::-1].reset_index(drop=True))}")
PY
[ "$(cat "$dir/seen")" = 'registered and examined on one day: examined 1; the same rows the other way round: 0' ]
