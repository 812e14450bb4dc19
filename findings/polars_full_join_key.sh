#!/bin/bash
# polars 2.1.0 (PyPI), its SQL.
#
# One would guess that USING (id) makes one column of the two, with the id of whichever side has one.  In a right or full join it is
# that of the left table: who stands in the right register alone has no id, and count(DISTINCT id) leaves them out.  NATURAL FULL JOIN
# of the same tables has the ids of both.
#
# Seen:  people in either register: USING (id) 2, ids [1, 2, None]; NATURAL 3, ids [1, 2, 3]
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: polars==2.1.0
"$dir/venv/bin/python" - <<'PY' | tee "$dir/seen"
import polars
tables = polars.SQLContext(hr=polars.DataFrame({"id": [1, 2]}), licence=polars.DataFrame({"id": [2, 3]}))
def people(join):
    number = tables.execute(f"SELECT count(DISTINCT id) AS n FROM {join}", eager=True).item()
    ids = tables.execute(f"SELECT id FROM {join}", eager=True)["id"].sort(nulls_last=True).to_list()
    return f"{number}, ids {ids}"
print(f"people in either register: USING (id) {people('hr FULL JOIN licence USING (id)')}; "
      f"NATURAL {people('hr NATURAL FULL JOIN licence')}")
PY
[ "$(cat "$dir/seen")" = 'people in either register: USING (id) 2, ids [1, 2, None]; NATURAL 3, ids [1, 2, 3]' ]
