#!/bin/bash
# R package survival 3.5-3 of Debian 12.
#
# One would guess that subset = (region == "south") and the rows of the south taken before are the same people with the same answer.
# Where 1 is still there and 2 has left, Surv() takes the greatest status that it is given for leaving.  With subset it is given
# all rows, and nobody has left the south.  Of the south alone, where all are still there, the greatest is 1: all have left.
#
# Seen:  left in the south: by subset 0 of 3, by its rows 3 of 3
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -q r-cran-survival >/dev/null 2>&1
dpkg -x r-cran-survival_*.deb .
R_LIBS="$dir/usr/lib/R/site-library:$dir/usr/lib/R/library" Rscript --vanilla - <<'R' | tee seen
stopifnot(packageVersion("survival") == "3.5.3")
suppressMessages(library(survival))
staff <- data.frame(region = rep(c("north", "south"), each = 3), years = c(2, 4, 6, 3, 5, 7), status = c(2, 1, 2, 1, 1, 1))
left <- function(fit) sum(summary(fit)$n.event)
subset <- survfit(Surv(years, status) ~ 1, staff, subset = region == "south")
rows <- survfit(Surv(years, status) ~ 1, staff[staff$region == "south", ])
cat(sprintf("left in the south: by subset %g of 3, by its rows %g of 3\n", left(subset), left(rows)))
R
[ "$(cat seen)" = 'left in the south: by subset 0 of 3, by its rows 3 of 3' ]
