#!/bin/bash
# statsmodels 0.14.4.
#
# One would guess that a survival curve never rises, and that zero is final.  With late entries nobody may be left
# before the others come: who enters on day 3 after the only one before has left on day 2.  The product is
# taken as a sum of logarithms, with a tiny number in place of that of zero: so the curve is 0 on day 2 and above 0 on
# day 5, and a test for `== 0` or an order of the values breaks.
#
# Seen:  day 2: 0, day 5: 6.66667e-17
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: statsmodels==0.14.4
"$dir/venv/bin/python" -W ignore - <<'PY'
import numpy
from statsmodels.duration.survfunc import SurvfuncRight
curve = SurvfuncRight(numpy.array([2, 5, 6, 7.0]), numpy.array([1, 1, 0, 0]), entry=numpy.array([0, 3, 3, 3.0]))
print(", ".join(f"day {day:g}: {share:g}" for day, share in zip(curve.surv_times, curve.surv_prob)))
assert curve.surv_prob[0] == 0 < curve.surv_prob[1] < 1e-10
PY
