#!/bin/bash
# suite/names.sh: prints TAP.  A function's name says its file: see test/lib/names.pl.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
exec perl test/lib/names.pl src/core/*/*.c
