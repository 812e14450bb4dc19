#!/bin/bash
# suite/format.sh: prints TAP.  Every C file has the layout of pgindent, as `make format`
# leaves it.  Skipped where the tool cannot be had.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/tap.sh
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-layout.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT

# A test leaves nothing behind: the tool is not kept, but taken where `make format` keeps it.
[ -d "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/education_flow" ] || export XDG_CACHE_HOME=$dir/cache

# A layout that is none; what it ought to be; and what the tool cannot read, which is no pass.
printf 'int\tf(int a){\n  if(a>1) {return a ;}\nreturn 0;}\n' >"$dir/bad.c"
test/format.sh --check "$dir/bad.c" >"$dir/out" 2>"$dir/why"
status=$?
if [ "$status" -eq 3 ]; then
	echo "1..0 # SKIP $(head -n 1 "$dir/why")"
	exit 0
fi
same "$status" 1 'a bad layout is found'
test/format.sh "$dir/bad.c" >"$dir/out" 2>&1
same "$(cat "$dir/bad.c")" "$(printf 'int\nf(int a)\n{\n\tif (a > 1)\n\t{\n\t\treturn a;\n\t}\n\treturn 0;\n}')" 'and mended'
printf 'void\nf(void)\n{\n\tg(&(T) {1});\n}\n' >"$dir/odd.c"
test/format.sh --check "$dir/odd.c" >"$dir/out" 2>&1
same $? 2 'what it cannot read is a failure'
test/format.sh --check >"$dir/out" 2>&1
status=$?
ok "$status" 'every C file has the layout of pgindent (make format)'
[ "$status" -eq 0 ] || head -n 60 "$dir/out" | sed 's/^/# /'
echo "1..$n"
exit "$failed"
