#!/bin/bash
# pyaxis 0.2.0 with pandas 2.3.3.
#
# One would guess that a PC-Axis file is read, or refused.  With the keyword KEYS only rows that are not zero are in the
# file, each behind the values it belongs to.  The keyword is not looked at: what stands in DATA is cut at blanks and
# dealt out to the cells from the first on.  The 10 of all women in 2021 becomes that of men in the first municipality.
#
# Seen:  Ale men 2021: 10; all women 2021: nan
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: pyaxis==0.2.0 pandas==2.3.3
cat >"$dir/table.px" <<'PX'
CHARSET="ANSI";
AXIS-VERSION="2010";
MATRIX="T";
STUB="region","sex";
HEADING="year";
VALUES("region")="Ale","all";
VALUES("sex")="men","women";
VALUES("year")="2020","2021";
KEYS("region")=VALUES;
KEYS("sex")=VALUES;
DATA=
"all","women",9 10
;
PX
"$dir/venv/bin/python" -W ignore - "$dir/table.px" <<'PY'
import sys
from pyaxis import pyaxis
table = pyaxis.parse(sys.argv[1], encoding="ISO-8859-1")["DATA"].set_index(["region", "sex", "year"])["DATA"]
seen = f"Ale men 2021: {table['Ale', 'men', '2021']}; all women 2021: {table['all', 'women', '2021']}"
print(seen)
assert seen == "Ale men 2021: 10; all women 2021: nan"
PY
