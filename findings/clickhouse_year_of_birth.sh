#!/bin/bash
# chdb 4.4.0 (PyPI), which is ClickHouse 26.9.
#
# One would guess that Date32, made for days before 1970, is cut to its year like any other.  toStartOfYear() makes 1970 of each year
# of birth before that, so all born from 1900 to 1970 are of one year; toStartOfInterval() of one year makes it a day of 2129; and
# date_trunc('year') of the same day is right.
#
# Seen:  born 1950-05-01: toStartOfYear 1970-01-01; toStartOfInterval 2129-06-07; date_trunc 1950-01-01
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check chdb==4.4.0
"$dir/venv/bin/python" - <<'PY' | tee "$dir/seen"
import chdb
born = "toDate32('1950-05-01')"
cuts = {"toStartOfYear": f"toStartOfYear({born})", "toStartOfInterval": f"toStartOfInterval({born}, INTERVAL 1 YEAR)",
        "date_trunc": f"date_trunc('year', {born})"}
print("born 1950-05-01: " + "; ".join(f"{name} {chdb.query('SELECT ' + cut, 'TSV').data().strip()}" for name, cut in cuts.items()))
PY
[ "$(cat "$dir/seen")" = 'born 1950-05-01: toStartOfYear 1970-01-01; toStartOfInterval 2129-06-07; date_trunc 1950-01-01' ]
