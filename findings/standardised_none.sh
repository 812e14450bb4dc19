#!/bin/bash
# R package epitools 0.5.10.1 of Debian 12.
#
# One would guess that a standardised rate of no events at all has limits from 0 up.  ageadjust.direct has an upper limit, and
# for the lower one NaN: 0 divided by the variance of 0.  pois.exact of the same package says 0 for the crude rate.
#
# Seen:  standardised: 0, from NaN to 0.0369; crude: 0, from 0 to 0.0246
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -q r-cran-epitools >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" .; done
R_LIBS="$dir/usr/lib/R/site-library" Rscript --vanilla - <<'R' | tee seen
stopifnot(packageVersion("epitools") == "0.5.10.1")
library(epitools)
none <- ageadjust.direct(count = c(0, 0), pop = c(100, 50), stdpop = c(1, 1))
crude <- pois.exact(0, 150)
cat(sprintf("standardised: %g, from %g to %.3g; crude: %g, from %g to %.3g\n",
            none["adj.rate"], none["lci"], none["uci"], crude$rate, crude$lower, crude$upper))
R
[ "$(cat seen)" = 'standardised: 0, from NaN to 0.0369; crude: 0, from 0 to 0.0246' ]
