#!/bin/bash
# lifelines 0.30.0 and statsmodels 0.14.4.
#
# One would guess that a median is a median.  Where the curve is one half for a while, here from day 2 on, lifelines
# answers the day on which it gets there, and statsmodels the first day on which it is below; if nobody
# leaves after day 2, statsmodels has no median.  (R's survfit takes the middle of the stretch.)  With
# small groups that is no rare case.
#
# Seen:  four who leave on days 1 to 4: lifelines 2, statsmodels 3
#        two who leave and two who stay: lifelines 2, statsmodels nan
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: lifelines==0.30.0 statsmodels==0.14.4
"$dir/venv/bin/python" - <<'PY'
import math
from lifelines import KaplanMeierFitter
from statsmodels.duration.survfunc import SurvfuncRight
seen = []
for title, left in (("four who leave on days 1 to 4", [1, 1, 1, 1]), ("two who leave and two who stay", [1, 1, 0, 0])):
    one = KaplanMeierFitter().fit([1, 2, 3, 4], left).median_survival_time_
    other = SurvfuncRight([1, 2, 3, 4], left).quantile(0.5)
    print(f"{title}: lifelines {one:g}, statsmodels {other:g}")
    seen.append((one, other))
assert seen[0] == (2, 3) and seen[1][0] == 2 and math.isnan(seen[1][1])
PY
