#!/bin/bash
# suite/static.sh: prints TAP.  The C code, read by gcc -fanalyzer, clang-tidy (with
# the checks of .clang-tidy) and cppcheck.  Clean, but for what test/suite/static.tsv
# argues.  Each version finds other things: those here are Debian 12's, and another
# one is skipped, as is all where the packages may not be installed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/tap.sh
test/lib/setup.sh static >&2
case $? in
	0) ;;
	3) echo "1..0 # SKIP clang-tidy or cppcheck is missing, and may not be installed by this user"; exit 0 ;;
	*) echo "Bail out! clang-tidy or cppcheck could not be installed"; exit 1 ;;
esac
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-static.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
server=$("${PG_CONFIG:-pg_config}" --includedir-server)
core=(-std=c11 -Isrc/core)
glue=(-std=gnu11 -Isrc/core -Isrc/pg -isystem "$server" -D_GNU_SOURCE)

# found TOOL FILE: its findings, "file check", from lines "file:line:column: warning: what [check]".
found() {
	sed -nE 's!^('"$PWD"'/)?([^: ]+):[0-9]+:[0-9]+: (fatal )?(warning|error|performance|portability): .*\[(-Wanalyzer-)?([^],]+)[^]]*\]$!\2\t\6!p' "$2" | sort -u |
		while IFS=$'\t' read -r file check; do
			grep -q "^$1	$file	$check	" test/suite/static.tsv || printf '%s: %s\n' "$file" "$check"
		done
}
# read_by TOOL LABEL: one test.  The output of the tool is in $dir/TOOL; that of a file with a
# planted fault in $dir/TOOL.planted, where it must find something.
read_by() {
	local bad
	[ -n "$(found "$1" "$dir/$1.planted")" ]
	ok $? "$2 finds a fault"
	bad=$(found "$1" "$dir/$1")
	# what is no finding is a failure of the tool
	bad+=$(grep -E 'error:|unrecognized|No such file' "$dir/$1" | grep -vE '\[[a-zA-Z-]+\]$' | head -n 3)
	[ -z "$bad" ]
	ok $? "$2 finds nothing else"
	if [ -n "$bad" ]; then
		sed 's/^/# /' <<<"$bad"
		grep -E ': (warning|error|performance|portability): ' "$dir/$1" | sed 's/^/# /' | head -n 20
	fi
}
# skipped LABEL VERSION: what has another version.
skipped() {
	n=$((n + 1))
	echo "ok $n # SKIP $1: the findings are known of another version, not of $2"
}

printf '%s\n' '#include <stdlib.h>' '#include <string.h>' 'int planted(int n) { int *p = malloc(4); int x; if (n > 2) free(p); p[0] = n; free(p); return p[0] + x; }' \
	'int twice(char *s) { return memcmp(s, s, sizeof(s)) == 0 || strlen(s) == strlen(s); }' 'int past(void) { int a[2]; a[2] = 1; return a[2]; }' >"$dir/planted.c"

version=$(gcc -dumpversion 2>/dev/null | cut -d. -f1)
if [ "$version" = 12 ]; then
	# shellcheck disable=SC2016  # sh expands it
	analyze='out=$1; file=$2; shift 2; gcc -O1 -fanalyzer "$@" -c "$file" -o "$out/$$.o" 2>&1; rm -f "$out/$$.o"'
	{
		printf '%s\n' src/core/*/*.c | xargs -P 2 -I{} sh -c "$analyze" sh "$dir" {} "${core[@]}"
		printf '%s\n' src/pg/*.c | xargs -P 2 -I{} sh -c "$analyze" sh "$dir" {} "${glue[@]}"
	} >"$dir/gcc"
	sh -c "$analyze" sh "$dir" "$dir/planted.c" "${core[@]}" >"$dir/gcc.planted"
	read_by gcc 'gcc -fanalyzer'
else
	skipped 'gcc -fanalyzer' "gcc $version"
fi

version=$(clang-tidy --version | sed -nE 's/.*version ([0-9]+).*/\1/p' | head -n 1)
if [ "$version" = 14 ]; then
	{
		printf '%s\n' src/core/*/*.c | xargs -P 2 -I{} clang-tidy --quiet {} -- "${core[@]}"
		printf '%s\n' src/pg/*.c | xargs -P 2 -I{} clang-tidy --quiet {} -- "${glue[@]}"
	} >"$dir/clang-tidy" 2>/dev/null
	clang-tidy --quiet --config-file=.clang-tidy "$dir/planted.c" -- "${core[@]}" >"$dir/clang-tidy.planted" 2>/dev/null
	read_by clang-tidy clang-tidy
else
	skipped clang-tidy "clang-tidy $version"
fi

version=$(cppcheck --version | sed 's/^Cppcheck //')
if [ "$version" = 2.10 ]; then
	checked=(cppcheck --quiet -j 2 --std=c11 --enable=warning,portability,performance -Isrc/core -Isrc/pg)
	"${checked[@]}" src/core src/pg >"$dir/cppcheck" 2>&1
	"${checked[@]}" "$dir/planted.c" >"$dir/cppcheck.planted" 2>&1
	read_by cppcheck cppcheck
else
	skipped cppcheck "cppcheck $version"
fi
echo "1..$n"
exit "$failed"
