#!/bin/bash
# R package cmprsk 2.2-11 of Debian 12.
#
# One would guess that Gray's test finds the difference, or has no answer (NA), where ten people of one group all quit on
# days 11 to 20, and ten of another all retire before, on days 1 to 10.  For quitting, which all did here and none
# there, it answers with a chi-square of -1 and a p of 1: read as a p it says that the groups are alike.
#
# Seen:  quit: chi-square -1, p 1; retire: chi-square 19.7107, p 9.00943e-06
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances r-cran-cmprsk)
apt-get download -q $(grep -E '^r-cran-' <<<"$packages" | sort -u) >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" .; done
R_LIBS="$dir/usr/lib/R/site-library:$dir/usr/lib/R/library" Rscript --vanilla - <<'R' | tee seen
stopifnot(packageVersion("cmprsk") == "2.2.11")
suppressMessages(library(cmprsk))
tests <- cuminc(1:20, rep(c("retire", "quit"), each = 10), rep(c("a", "b"), each = 10), cencode = "there")$Tests
cat(sprintf("quit: chi-square %g, p %g; retire: chi-square %g, p %g\n",
  tests["quit", "stat"], tests["quit", "pv"], tests["retire", "stat"], tests["retire", "pv"]))
R
[ "$(cat seen)" = 'quit: chi-square -1, p 1; retire: chi-square 19.7107, p 9.00943e-06' ]
