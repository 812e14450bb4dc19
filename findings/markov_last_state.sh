#!/bin/bash
# R package markovchain 0.9.1 of Debian 12.
#
# One would guess that a state which nobody is seen to leave, such as being retired, keeps those who are in it, or that it is
# refused.  markovchainFit gives it a row of zeros: whoever has retired is nowhere after one more step.  For the same
# people markovchainListFit gives it a row of equal shares: one third of the retired begin to study.
#
# Seen:  retired after one more step: fit 0 of 1; list fit: study 0.3333, work 0.3333
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances r-cran-markovchain)
apt-get download -q $(grep -E '^(r-cran-|libtbb|libhwloc1)' <<<"$packages" | sort -u) >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" .; done
export LD_LIBRARY_PATH=$dir/usr/lib/$(uname -m)-linux-gnu
R_LIBS="$dir/usr/lib/R/site-library:$dir/usr/lib/R/library" Rscript --vanilla - <<'R' 2>messages | tee seen
stopifnot(packageVersion("markovchain") == "0.9.1")
suppressMessages(library(markovchain))
years <- matrix(c("study", "work", "retired", "study", "study", "work"), nrow = 2, byrow = TRUE)
fit <- markovchainFit(data = years)$estimate
last <- markovchainListFit(data = years)$estimate[[2]]
cat(sprintf("retired after one more step: fit %g of 1; list fit: study %.4f, work %.4f\n",
  sum(fit["retired", ]), last["retired", "study"], last["retired", "work"]))
R
[ "$(cat seen)" = 'retired after one more step: fit 0 of 1; list fit: study 0.3333, work 0.3333' ]
