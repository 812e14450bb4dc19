#!/bin/bash
# core.sh DIRECTORY: builds the harness over the core there, with AddressSanitizer and
# UndefinedBehaviorSanitizer and assertions, and a corpus of the golden values:
# DIRECTORY/harness, DIRECTORY/corpus.  Exit status 3: there is no clang with libFuzzer.
set -euo pipefail
dir=${1:?usage: core.sh DIRECTORY}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
clang=$(command -v clang || compgen -c clang- | grep -E '^clang-[0-9]+$' | sort -V | tail -n 1) || exit 3
flags=(-std=c11 -g -O2 -ffp-contract=off -fsanitize=address,undefined -fno-sanitize-recover=all -DUSE_ASSERT_CHECKING -Isrc/core -Itest/core)
mkdir -p "$dir/objects" "$dir/corpus"
echo 'int LLVMFuzzerTestOneInput(const char *d, long n) { return d && n < 0; }' >"$dir/none.c"
"$clang" -fsanitize=fuzzer,address "$dir/none.c" -o "$dir/none" 2>/dev/null || exit 3
# shellcheck disable=SC2016  # sh expands it
printf '%s\n' src/core/*/*.c test/attack/core/*.c | xargs -P 2 -I{} sh -c \
	'file=$1; dir=$2; shift 2; "$@" -c "$file" -o "$dir/objects/$(basename "$file" .c).o"' sh {} "$dir" "$clang" "${flags[@]}" -Wall -Wextra -Werror -fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp
"$clang" "${flags[@]}" -fsanitize=fuzzer "$dir"/objects/*.o -lm -o "$dir/harness"

# A byte that says what comes, and a value as a table stores it; and rows of anything.
n=0
for type in workforce:0 retention:1 funnel:2 mobility:3 funnel_spec:17 retirement_rule:17 credible_rates:18; do
	for hex in $(awk -F '\t' '$2 == "disk" { print substr($3, 3) }' "test/golden/1.0.0/${type%:*}"); do
		n=$((n + 1))
		perl -e 'print chr($ARGV[0]), pack("H*", $ARGV[1])' "${type#*:}" "${hex#x}" >"$dir/corpus/$n"
	done
done
for kind in $(seq 4 20); do
	perl -e 'srand($ARGV[0]); print chr($ARGV[0]), map { chr(int(rand(256))) } 1 .. 400' "$kind" >"$dir/corpus/rows$kind"
done
