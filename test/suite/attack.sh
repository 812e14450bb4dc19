#!/bin/bash
# suite/attack.sh: prints TAP.  A minute of `make attack`: a few seconds of each part.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# without what is missing, its part is skipped
test/lib/setup.sh attack >&2
EF_ATTACK_SECONDS=${EF_ATTACK_SECONDS:-4} exec test/attack/run.sh 1
