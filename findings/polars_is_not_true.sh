#!/bin/bash
# polars 2.1.0 (PyPI), its SQL.
#
# One would guess that IS NOT TRUE holds for what is false and for what is not known: it is written for that, and has no other answer
# than true and false.  It is taken for NOT, so whose mark is not known is not counted.  IS DISTINCT FROM TRUE counts them.
#
# Seen:  of true, NULL and false: IS NOT TRUE 1, IS DISTINCT FROM TRUE 2; NULL IS NOT TRUE is None
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: polars==2.1.0
"$dir/venv/bin/python" - <<'PY' | tee "$dir/seen"
import polars
tables = polars.SQLContext(staff=polars.DataFrame({"licensed": [True, None, False]}))
def count(condition):
    return tables.execute(f"SELECT count(*) FROM staff WHERE {condition}", eager=True).item()
unknown = tables.execute("SELECT licensed IS NOT TRUE FROM staff WHERE licensed IS NULL", eager=True).item()
print(f"of true, NULL and false: IS NOT TRUE {count('licensed IS NOT TRUE')}, "
      f"IS DISTINCT FROM TRUE {count('licensed IS DISTINCT FROM TRUE')}; NULL IS NOT TRUE is {unknown}")
PY
[ "$(cat "$dir/seen")" = 'of true, NULL and false: IS NOT TRUE 1, IS DISTINCT FROM TRUE 2; NULL IS NOT TRUE is None' ]
