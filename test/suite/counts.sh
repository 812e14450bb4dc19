#!/bin/bash
# suite/counts.sh [--update]: prints TAP.  How many instructions the core takes for a small
# fixed input (test/bench/counts.c), against test/bench/counts.txt: 3 % either way.
# Unlike time they are the same on a machine that does other things too.  Another
# compiler, C library or valgrind counts otherwise, and is skipped, as is all where
# valgrind is not there and may not be installed.  --update writes the file anew.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/tap.sh
update=${1:-}
file=test/bench/counts.txt
skip() {
	echo "1..0 # SKIP $1"
	[ -z "$update" ] || exit 1
	exit 0
}
test/lib/setup.sh counts >&2
case $? in
	0) ;;
	3) skip "valgrind is missing, and may not be installed by this user" ;;
	*) echo "Bail out! valgrind could not be installed"; exit 1 ;;
esac

# What counts depend on.  Of the processor only its vectors: valgrind shows the
# program one of its own, with AVX2 or without.
have_gcc=$(gcc -dumpfullversion 2>/dev/null)
have_libc=$(getconf GNU_LIBC_VERSION 2>/dev/null)
have_valgrind=$(valgrind --version 2>/dev/null)
have_machine="$(uname -m)$(grep -q -m 1 -w avx2 /proc/cpuinfo && echo ' with AVX2')"
made_with="gcc ${have_gcc:-none}, ${have_libc:-another C library}, ${have_valgrind:-no valgrind}, $have_machine"
recorded=$(sed -n 's/^# made with: //p' "$file" 2>/dev/null)
if [ -z "$update" ] && [ "$made_with" != "$recorded" ]; then
	skip "the counts are of $recorded; here is $made_with"
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-counts.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
# The core as the Makefile builds it, whatever CFLAGS a package has.
flags=(-std=gnu11 -O3 -fno-trapping-math -fPIC -fno-strict-aliasing -fwrapv -ffp-contract=off -Isrc/core)
# shellcheck disable=SC2016  # sh expands it
printf '%s\n' test/bench/counts.c src/core/*/*.c | xargs -P 2 -I{} sh -c \
	'file=$1; out=$2; shift 2; gcc "$@" -c "$file" -o "$out/$(basename "$file" .c).o"' sh {} "$dir" "${flags[@]}" &&
	gcc -o "$dir/counts" "$dir"/*.o -lm &&
	valgrind -q --tool=callgrind --collect-atstart=no --callgrind-out-file="$dir/out" "$dir/counts" >&2 ||
	{ echo "Bail out! the program that is counted does not compile, or failed"; exit 1; }
# Lines "name count", in the order in which they were done.
printf '%s\n' "$dir"/out.* | sort -V | while IFS= read -r out; do
	printf '%s\t%s\n' "$(sed -n 's/^desc: Trigger: Client Request: //p' "$out")" "$(sed -n 's/^totals: //p' "$out")"
done >"$dir/now"

if [ -n "$update" ]; then
	{
		cat <<-'END'
		# Instructions of the core for the fixed input of counts.c.  Written by
		# `test/suite/counts.sh --update`, which says what they mean; compared within 3 %, and
		# only where the same compiler, C library and valgrind count: another version of
		# gcc takes other instructions for the same work.
		END
		echo "# made with: $made_with"
		cat "$dir/now"
	} >"$file"
	echo "# $file is written"
	exit 0
fi

# outside FILE: the counts that are not within 3 % of what the file has, and those
# that one of the two does not have.
outside() {
	awk -F '\t' '
		/^#/ { next }
		FNR == NR { want[$1] = $2; next }
		!($1 in want) { print $1 ": not in the file"; next }
		{ change = 100 * ($2 / want[$1] - 1); seen[$1] = 1 }
		change > 3 || change < -3 { printf "%s: %d instructions, %+.1f %%\n", $1, $2, change }
		END { for (name in want) if (!(name in seen)) print name ": not counted" }' "$1" "$dir/now"
}
[ "$(wc -l <"$dir/now")" -ge 9 ]
ok $? "all is counted"
bad=$(outside "$file")
[ -z "$bad" ]
ok $? "instructions are within 3 % of test/bench/counts.txt"
[ -z "$bad" ] || sed 's/^/# /' <<<"$bad"$'\nwhat is meant to be so: test/suite/counts.sh --update'
for part in 1.04 0.96; do
	awk -F '\t' -v OFS='\t' -v part="$part" '!/^#/ { $2 = int($2 / part) } { print }' "$dir/now" >"$dir/other"
	[ "$(outside "$dir/other" | wc -l)" -eq "$(wc -l <"$dir/now")" ]
	ok $? "$part of them would be seen"
done
echo "1..$n"
exit "$failed"
