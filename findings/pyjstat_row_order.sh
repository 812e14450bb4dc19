#!/bin/bash
# pyjstat 2.0.0 with pandas 2.3.3.
#
# One would guess that a row of a data frame is known by its categories.  Values are written in the order of the rows as
# they lie, as if the last column turned fastest.  A table by year and then sex, each row complete and no row missing, comes
# back with the number of women in 2020 as that of men in 2021, and the other way round.  Nothing is said.
#
# Seen:  in: women 2020 2, men 2021 3; out: women 2020 3, men 2021 2
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: pyjstat==2.0.0 pandas==2.3.3
"$dir/venv/bin/python" -W ignore - <<'PY'
import pandas
from pyjstat import pyjstat
def cells(frame):
    return {(row.sex, row.year): int(row.value) for row in frame.itertuples()}
table = pandas.DataFrame({"sex": ["men", "women", "men", "women"], "year": ["2020", "2020", "2021", "2021"], "value": [1, 2, 3, 4]})
before = cells(table)
after = cells(pyjstat.Dataset.read(pyjstat.Dataset.read(table).write()).write("dataframe"))
show = lambda c: f"women 2020 {c['women', '2020']}, men 2021 {c['men', '2021']}"
print(f"in: {show(before)}; out: {show(after)}")
assert (before["women", "2020"], before["men", "2021"]) == (2, 3)
assert (after["women", "2020"], after["men", "2021"]) == (3, 2)
PY
