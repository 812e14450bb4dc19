#!/bin/bash
# frozen.sh: asks R anew, and keeps the questions and its answers of the theme
# comparisons in test/oracle/frozen/comparisons, for where R is not there.
# Run it after a change to comparisons.R, and read the difference.
#
# Needs R with survival, etm and cmprsk (test/lib/setup.sh oracle).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$here/frozen/comparisons"
cd "$here/frozen/comparisons"
EF_ORACLE=$here LC_ALL=C.UTF-8 Rscript --vanilla "$here/comparisons.R"
EF_ORACLE=$here Rscript --vanilla -e 'for (p in c("survival", "etm", "cmprsk")) cat(p, format(packageVersion(p)), "\n")
cat(R.version.string, "\n")' >versions
