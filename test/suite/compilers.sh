#!/bin/bash
# suite/compilers.sh: prints TAP.  Other compilers build it without a warning:
# clang, and every gcc from 12 on that is here, also as C23.  Machines of 32 bits
# are refused.  Whoever packages has the last word on optimization.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/tap.sh
pg_config=${PG_CONFIG:-pg_config}
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-compilers.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL

# builds CC LABEL [FLAG]: one test; with -O1, which is enough for warnings.
builds() {
	local copy=$dir/tree
	mkdir "$copy"
	tar --exclude='*.o' --exclude='*.bc' -cf - Makefile education_flow.control src | tar -xf - -C "$copy"
	make -s -j2 -C "$copy" CC="$1" WERROR=1 COPT="-O1 ${3:-}" with_llvm=no PG_CONFIG="$pg_config" all >"$dir/log" 2>&1
	local status=$?
	# What is said about no error is a warning.
	[ ! -s "$dir/log" ] || status=1
	ok "$status" "$2"
	[ "$status" -eq 0 ] || head -n 20 "$dir/log" | sed 's/^/# /'
	rm -rf "$copy"
}
skipped() {
	n=$((n + 1))
	echo "ok $n # SKIP $1"
}

# PostgreSQL's packages bring the clang that they were built with.
clang=$(command -v clang || sed -n 's/^CLANG[ \t]*= *//p' "$(dirname "$("$pg_config" --pgxs)")/../Makefile.global")
if [ -n "$clang" ] && "$clang" --version >/dev/null 2>&1; then
	# What PostgreSQL asks of its own code since 18, and gcc knows since 14.
	builds "$clang" "clang: $("$clang" --version | head -n 1)" -Wmissing-variable-declarations
else
	skipped 'no clang'
fi

# c23 CC: what that gcc calls the standard; nothing if it does not know it.
c23() {
	local standard
	for standard in gnu23 gnu2x; do
		if "$1" -std=$standard -E -x c /dev/null >/dev/null 2>&1; then
			echo "$standard"
			return
		fi
	done
}
ours=$(gcc -dumpversion 2>/dev/null | cut -d. -f1)
if [ -n "$ours" ]; then
	builds "gcc -std=$(c23 gcc)" "gcc as C23: $(gcc --version | head -n 1)"
else
	skipped 'no gcc'
fi
for version in 12 13 14 15 16; do
	[ "$version" != "$ours" ] && gcc=$(command -v "gcc-$version") || continue
	builds "$gcc" "$("$gcc" --version | head -n 1)"
	builds "$gcc -std=$(c23 "$gcc")" "the same as C23"
done

# The sentence that a build for 32 bits ends with, which takes no library of that kind.
if echo 'int one;' | gcc -m32 -x c -c -o /dev/null - 2>/dev/null; then
	same "$(echo '#include "base/context.h"' | LC_ALL=C gcc -m32 -std=gnu11 -fsyntax-only -Wfatal-errors -Isrc/core -x c - 2>&1 | sed -n 's/.*error: //p')" \
		'static assertion failed: "education_flow is for 64-bit machines"' 'a machine of 32 bits is refused'
else
	skipped 'no compiler for 32 bits'
fi

# commands ARGUMENT...: the commands that would make one object of the core.
commands() { make -s -n -B PG_CONFIG="$pg_config" with_llvm=no "$@" src/core/base/calendar.o | grep -e ' -c '; }
same "$(commands CC='gcc -std=gnu23' | grep -oe '-std=[a-z0-9]*')" -std=gnu23 'a standard that is asked for is the only one'
same "$(commands | grep -oe '-O[0-9]' | tail -n 1)" -O3 'the core is optimized'
same "$(commands CFLAGS='-g -O2' | grep -oe '-O[0-9]' | tail -n 1)" -O2 'as whoever gives CFLAGS wants it'
same "$(commands COPT=-O0 | grep -oe '-O[0-9]' | tail -n 1)" -O0 'or COPT'
same "$(commands CFLAGS='-g -O2' | grep -oe '-ffp-contract=off\|-fno-strict-aliasing\|-fwrapv' | sort | tr '\n' ' ')" \
	'-ffp-contract=off -fno-strict-aliasing -fwrapv ' 'what the code needs stays'
echo "1..$n"
exit "$failed"
