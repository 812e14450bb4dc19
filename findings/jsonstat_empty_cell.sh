#!/bin/bash
# jsonstat-utils 2.5.5.
#
# One would guess that an empty cell of a CSV file is a value that is not known, as it is where the row is missing or the
# cell is "".  An empty cell without quotes, which is how most programs write a NULL, becomes the number 0.
#
# Seen:  empty: 0, "": null, no row: null
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund jsonstat-utils@2.5.5 >/dev/null
cat >seen.mjs <<'JS'
import utils from 'jsonstat-utils';
const { value } = utils.fromCSV('sex,year,value\nmen,2020,1\nmen,2021,\nwomen,2020,""\n');
const seen = `empty: ${value[1]}, "": ${value[2]}, no row: ${value[3] ?? null}`;
console.log(seen);
process.exit(value[0] === 1 && seen === 'empty: 0, "": null, no row: null' ? 0 : 1);
JS
node seen.mjs
