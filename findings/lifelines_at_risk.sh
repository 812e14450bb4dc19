#!/bin/bash
# lifelines 0.30.0.
#
# One would guess that the estimate follows from the table of events beside it: 1 - observed / at_risk.  With late
# entries it does not where somebody enters on the day on which another leaves.  The table counts who
# enters as at risk on that day, three here; the estimate does not, as in the literature, and uses two.
#
# Seen:  at risk on day 5 in event_table: 3, estimate: 0.5, which is 1 - 1/2
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: lifelines==0.30.0
"$dir/venv/bin/python" - <<'PY'
from lifelines import KaplanMeierFitter
curve = KaplanMeierFitter().fit([5, 9, 9], [1, 0, 0], entry=[0, 0, 5])
at_risk = int(curve.event_table.at_risk[5.0])
estimate = float(curve.survival_function_at_times(5).iloc[0])
print(f"at risk on day 5 in event_table: {at_risk}, estimate: {estimate:g}, which is 1 - 1/2")
assert at_risk == 3 and estimate == 0.5
PY
