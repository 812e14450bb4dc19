#!/bin/bash
# @formulajs/formulajs 4.6.1 (npm).
#
# One would guess that the day before a birthday is the last of the old age, as it is in the spreadsheets whose DATEDIF this is.  For
# who was born on the 1st of seven months, or on a 31st, the years go up a day before: who is 64 is 65.  The months of the same
# function still are those of 64 years, and who was born on another day is 64.
#
# Seen:  born 1 January: 65 years, 779 months; 17 May: 64 years, 779 months (both on the day before the birthday; 779 is 64 years and 11 months)
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-save --prefix "$dir" @formulajs/formulajs@4.6.1 >/dev/null
cat >ask.mjs <<'JS'
import { DATEDIF } from '@formulajs/formulajs';
const age = (from, to) => `${DATEDIF(from, to, 'Y')} years, ${DATEDIF(from, to, 'M')} months`;
console.log(`born 1 January: ${age(new Date(1960, 0, 1), new Date(2024, 11, 31))}; ` +
  `17 May: ${age(new Date(1960, 4, 17), new Date(2025, 4, 16))}`);
JS
node ask.mjs | tee seen
[ "$(cat seen)" = 'born 1 January: 65 years, 779 months; 17 May: 64 years, 779 months' ]
