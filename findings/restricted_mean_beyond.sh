#!/bin/bash
# lifelines 0.30.0.
#
# One would guess that a restricted mean is refused, or said to be unknown, beyond the last day that anybody was seen.
# The curve is taken to stay where it was: three people seen for at most 3 days have a mean of the first 10 days.
#
# Seen:  mean of the first 3 days: 2.0000; of the first 10: 4.3333
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: lifelines==0.30.0
"$dir/venv/bin/python" - <<'PY'
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time
curve = KaplanMeierFitter().fit([1, 2, 3], [1, 1, 0])
inside, beyond = (restricted_mean_survival_time(curve, t=t) for t in (3, 10))
print(f"mean of the first 3 days: {inside:.4f}; of the first 10: {beyond:.4f}")
assert abs(inside - 2) < 1e-9 and abs(beyond - 13 / 3) < 1e-9
PY
