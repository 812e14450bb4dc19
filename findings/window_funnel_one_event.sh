#!/bin/bash
# chdb 4.4.0 (PyPI), which is ClickHouse 26.9.
#
# One would guess that a step of a funnel is an event of its own: a second registration comes after the first.  windowFunnel() lets one
# event take every step whose condition it meets, so who registered once has registered three times.  A mode, strict_increase,
# asks for a later moment; and then two registrations of one day are one.
#
# Seen:  one registration, three steps: level 3; strict_increase: 1
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check chdb==4.4.0
"$dir/venv/bin/python" - <<'PY' | tee "$dir/seen"
import chdb
def level(mode):
    steps = ", ".join(["event = 'registered'"] * 3)
    return chdb.query(f"SELECT windowFunnel(365{mode})(at, {steps}) FROM values('at Date, event String', ('2024-06-01', 'registered'))",
                      "CSV").data().strip()
print(f"""one registration, three steps: level {level("")}; strict_increase: {level(", 'strict_increase'")}""")
PY
[ "$(cat "$dir/seen")" = 'one registration, three steps: level 3; strict_increase: 1' ]
