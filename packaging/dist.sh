#!/bin/bash
# dist.sh [DIRECTORY]: packs the archive that PGXN takes,
# education_flow-VERSION.zip, into DIRECTORY (default: dist).  The files are
# those that git tracks, as they are now; the same files give the same bytes.
# Prints the path.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$top/packaging/tree.sh"
out=${1:-$top/dist}
mkdir -p "$out"
out=$(cd "$out" && pwd)
"$top/test/lib/setup.sh" dist

name=education_flow-$(perl -MJSON::PP -0777 -ne 'print decode_json($_)->{version}' "$top/META.json")
tmp=$(mktemp -d "${TMPDIR:-/tmp}/ef-dist.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
copy_tree "$top" "$tmp/$name"
# What only a checkout needs.
rm -rf "$tmp/$name/.ci"
# A zip holds local time to two seconds.
find "$tmp/$name" -exec touch -d '1980-01-01 00:00:00 UTC' {} +
rm -f "$out/$name.zip"
(cd "$tmp" && find "$name" -type f | LC_ALL=C sort | TZ=UTC zip -q -X -9 "$out/$name.zip" -@)
echo "$out/$name.zip"
