#!/bin/bash
# R package msm 1.7 of Debian 12.
#
# One would guess that a table of transitions by person finds the rows of a person.  statetable.msm only compares neighbouring
# rows, and drops the pair where the person changes.  Rows by year, each person's in the right order as its page asks, give
# a table of what happens to lie side by side: here nothing, and no warning.  (msm itself refuses such rows.)
#
# Seen:  rows by person: 4 transitions; the same rows by year: 0
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances r-cran-msm)
apt-get download -q $(grep -E '^r-cran-' <<<"$packages" | sort -u) >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" .; done
R_LIBS="$dir/usr/lib/R/site-library:$dir/usr/lib/R/library" Rscript --vanilla - <<'R' | tee seen
stopifnot(packageVersion("msm") == "1.7")
suppressMessages(library(msm))
people <- data.frame(id = c(1, 1, 1, 2, 2, 2), year = c(1, 2, 3, 1, 2, 3), state = c(1, 1, 2, 1, 2, 2))
by_person <- sum(statetable.msm(state, id, data = people))
by_year <- sum(statetable.msm(state, id, data = people[order(people$year), ]))
cat(sprintf("rows by person: %d transitions; the same rows by year: %d\n", by_person, by_year))
R
[ "$(cat seen)" = 'rows by person: 4 transitions; the same rows by year: 0' ]
