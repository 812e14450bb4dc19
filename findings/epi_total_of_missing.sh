#!/bin/bash
# R package Epi 2.47 of Debian 12.
#
# One would guess that the total of a table is the sum of its rows.  In stat.table a person whose group is not known (NA) is in
# no row, and is in the total: so the rows are fewer than the total says, with no row and no word for the rest.
#
# Seen:  a 2, b 1, Total 4
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances r-cran-epi)
apt-get download -q $(grep -E '^r-cran-' <<<"$packages" | sort -u) >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" .; done
R_LIBS="$dir/usr/lib/R/site-library:$dir/usr/lib/R/library" Rscript --vanilla - <<'R' | tee seen
stopifnot(packageVersion("Epi") == "2.47")
suppressMessages(library(Epi))
people <- data.frame(group = c("a", "a", "b", NA))
counts <- unclass(stat.table(group, list(n = count()), data = people, margins = TRUE))[1, ]
cat(paste(names(counts), counts, collapse = ", "), "\n", sep = "")
R
[ "$(cat seen)" = 'a 2, b 1, Total 4' ]
