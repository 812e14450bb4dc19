#!/bin/bash
# run.sh [SUITE or FILE...]: runs the test suites and ends with the line
# "N passed, N failed".  Without arguments: all of them but oracle, fuzz, and what is
# listed as slow below; `make test-all` and CI run these too.
#
#   core     test/core/test_*.c, linked with src/core, sanitizers on
#   regress  sql/*.sql against expected/*.out (pg_regress)
#   pgtap    test/sql/*/*.sql, each in a database of its own
#   docs     the SQL of README.md and doc/*.md
#   suites   test/suite/*.sh, executables that print TAP, but for the slow ones
#   crossings  test/crossing/*.sh: from one major to another, pg_upgrade and
#            logical replication; the former is skipped where none is beside ours
#   oracle   against R's survival (test/oracle); skipped where R is not there
#            and nobody may install it
#   fuzz     hostile input to the types, sanitizers on
#   slow     suites and files of pgtap that take long for their own sake (slow_suites
#            and slow_sql below); pgtap has its slow files too where it is asked for
#
# One of suites can be asked for by name: refresh is test/suite/refresh.sh.  A file
# of pgtap, docs or crossings can be asked for by its path: test/sql/funnel/spec.sql.
#
# Suites are made of units: a file, a page, a program.  EF_JOBS of them run side by
# side, by default two, or one on a single processor: so many servers are started,
# and each takes the next unit until none is left.  What a unit prints comes when
# it is done, whole, and with its place among all.
#
# A suite that finds nothing to run has failed.  A skipped test is neither
# passed nor failed, and is shown.  EF_VERBOSE=1 shows every test;
# EF_UPDATE=1 makes regress write expected/.

# shellcheck disable=SC2317  # suite functions are called by name
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
root=$PWD
# Analyzers, compilers, packages, clients, browsers, R and Python; brute force and kills.
slow_suites=(attack compilers package superset dbt static page languages clients)
slow_sql=(reporting/hostile funnel/reference mobility/aggregate extension/words)
quick_suites=(suites crossings core docs pgtap regress)
all_suites=("${quick_suites[@]}" slow oracle fuzz)
[ $# -gt 0 ] || set -- "${quick_suites[@]}"
# The slow files of pgtap are of `slow` where that is run, and of CI's second part.
quick=
if [ "$*" = "${quick_suites[*]}" ] || [[ " $* " = *" slow "* ]]; then quick=1; fi
export LC_ALL=C.UTF-8
# The make that called us has its own job server; ours are separate.
unset MAKEFLAGS MFLAGS MAKELEVEL

# Reference data beside the checkout.  Tests that want it skip without it.
EF_SHARED=$(cd ../shared 2>/dev/null && pwd) || EF_SHARED=
export EF_SHARED

# The same script runs again inside each server, with the same directory:
#   units    lines SUITE WHAT, in the order in which they are begun
#   claim/N  the unit of line N is somebody's
#   done     lines SUITE PASSED FAILED SKIPPED WHAT of units that have ended
inside=${EF_RUN_TMP:-}
if [ -n "$inside" ]; then
	tmp=$inside
else
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/ef-test.XXXXXX") || exit 1
	export EF_RUN_TMP=$tmp
	mkdir "$tmp/claim"
	: >"$tmp/done"
	workers=()
	trap '[ ${#workers[@]} -eq 0 ] || { kill "${workers[@]}"; wait "${workers[@]}"; } 2>/dev/null; rm -rf "$tmp"' EXIT
	trap 'exit 130' INT TERM HUP
fi
# where a unit counts: lines PASSED FAILED SKIPPED
count=${EF_COUNT:-$tmp/count}

# tap NAME COMMAND...: runs a TAP program and counts its tests.  The exit code
# matters when the tests themselves do not explain it.
tap() {
	local name=$1 failed
	shift
	"$@" 2>&1 </dev/null | perl test/lib/tally.pl "$name" "$count"
	local status=${PIPESTATUS[0]}
	failed=$(tail -n 1 "$count" | cut -d' ' -f2)
	if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
		problem "$name" "exited with status $status"
	fi
}

# problem NAME TEXT...: a failure that is not a test's.
problem() {
	echo "  $1: FAILED: ${*:2}"
	echo "0 1 0" >>"$count"
}

passed() { echo "$1 0 0" >>"$count"; }

# units SUITE: what it is made of, a line each.
units() {
	case $1 in
		pgtap)
			for file in test/sql/*/*.sql; do
				if [ -z "$quick" ] || [[ " ${slow_sql[*]} " != *" $(shown "$file") "* ]]; then echo "pgtap $file"; fi
			done ;;
		docs) printf 'docs %s\n' README.md doc/*.md ;;
		suites)
			for file in test/suite/*.sh; do
				is_slow "$(named "$file")" || echo "suites $file"
			done ;;
		slow)
			printf 'slow test/suite/%s.sh\n' "${slow_suites[@]}"
			printf 'slow test/sql/%s.sql\n' "${slow_sql[@]}" ;;
		crossings) printf 'crossings %s\n' test/crossing/*.sh ;;
		core | regress | oracle | fuzz | build) echo "$1 $1" ;;
		*/* | *.md) echo "$(suite_of "$1") $1" ;;
		*) echo "$1 test/suite/$1.sh" ;;
	esac
}
# suite_of NAME: the suite that was asked for, by its name or by a file of it.
suite_of() {
	case $1 in
		test/sql/*.sql) echo pgtap ;;
		test/suite/*.sh) named "$1" ;;
		test/crossing/*.sh) echo crossings ;;
		*.md) echo docs ;;
		*) echo "$1" ;;
	esac
}
named() { basename "$1" .sh; }
is_slow() { [[ " ${slow_suites[*]} " = *" $1 "* ]]; }

# shown FILE: as it is called in what is printed.
shown() {
	local name=${1#test/sql/}
	case $name in
		*.sql) ;;
		*) name=${name##*/} ;;
	esac
	echo "${name%.s*}"
}

# unit SUITE WHAT: runs it, and says what came of it.
unit() {
	local suite=$1 what=$2 p f s name started=$SECONDS
	name=$(shown "$what")
	count=$(mktemp "$tmp/count.XXXXXX")
	case $suite:$what in
		core:* | regress:* | oracle:* | fuzz:* | build:*) "suite_$suite" ;;
		*.sql) pgtap "$what" ;;
		docs:*) if [ -f "$what" ]; then tap "$what" test/docs.sh "$what"; else problem "$what" missing; fi ;;
		*) if [ -x "$what" ]; then tap "$(basename "$what" .sh)" "$what"; else problem "$what" "missing, or not executable"; fi ;;
	esac >"$count.out" 2>&1
	read -r p f s < <(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$count")
	# One at a time: what is shown stays together.
	{
		flock 9
		echo "$suite $p $f $s $what" >>"$tmp/done"
		cat "$count.out"
		printf '  [%s/%s] %s%s: %s passed, %s failed%s, %s s\n' "$(wc -l <"$tmp/done")" "$(wc -l <"$tmp/units")" \
			"$suite" "$([ "$name" = "$suite" ] || echo " $name")" "$p" "$f" "$([ "$s" -eq 0 ] || echo ", $s skipped")" $((SECONDS - started))
	} 9>>"$tmp/lock"
}

# Takes one unit after the other that nobody has taken.
work() {
	local n=0 suite what
	while read -r suite what <&3; do
		n=$((n + 1))
		if mkdir "$tmp/claim/$n" 2>/dev/null; then unit "$suite" "$what"; fi
	done 3<"$tmp/units"
}

# --- core: no PostgreSQL, strict C11, sanitizers on
suite_core() {
	local sources=(src/core/*/*.c) tests=(test/core/test_*.c) file name
	[ -f "${sources[0]}" ] || { problem core "no src/core/*/*.c"; return; }
	[ -f "${tests[0]}" ] || { problem core "no test/core/test_*.c"; return; }

	if grep -nE '#[[:space:]]*include.*(postgres|fmgr|utils/|access/|catalog/)' src/core/*/*.[ch]; then
		problem core "src/core includes PostgreSQL headers"
	else
		passed 1
	fi

	if awk '
		/^(extern|static).*EfStatus( |$)/ && !/ef_fail\(/ { open = 1; marked = 0; where = FILENAME ":" FNR ": " $0 }
		open && /EF_NODISCARD/ { marked = 1 }
		open && (/;$/ || /^{/) { if (!marked) { print where; found = 1 }; open = 0 }
		END { exit !found }' src/core/*/*.[ch]
	then
		problem core "a status that need not be looked at: EF_NODISCARD is missing"
	else
		passed 1
	fi

	local strict="-std=c11 -Wall -Wextra -Werror"
	local sanitize="-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -ffp-contract=off -DUSE_ASSERT_CHECKING"
	mkdir -p "$tmp/core"
	# shellcheck disable=SC2016  # sh expands it
	if printf '%s\n' "${sources[@]}" | xargs -P 2 -I{} sh -c \
		'cc '"$strict"' -pedantic '"$sanitize"' -Isrc/core -c "$1" -o "$2/$(basename "$1" .c).o"' sh {} "$tmp/core"
	then
		passed 1
	else
		problem core "src/core is not strict C11"
		return
	fi
	# A test may look at what is left behind, and not at the status.  What tries
	# whether memory runs out changes no variable of its own before the jump.
	# shellcheck disable=SC2016
	printf '%s\n' "${tests[@]}" | xargs -P 2 -I{} sh -c \
		'cc '"$strict -Wno-unused-result -Wno-clobbered $sanitize"' -Isrc/core -Itest/core "$1" "$2"/*.o -lm -o "$2/$(basename "$1" .c)"' sh {} "$tmp/core"
	for file in "${tests[@]}"; do
		name=$(basename "$file" .c)
		if [ -x "$tmp/core/$name" ]; then
			tap "$name" "$tmp/core/$name"
		else
			problem "$name" "does not compile"
		fi
	done
}

# --- build, which is asked for by nobody: the extension, for all others
suite_build() {
	if make -s -j2 all; then passed 1; else problem build "the extension does not compile"; fi
}

# --- regress
suite_regress() {
	local pg_regress names=() file name out=$tmp/regress failed
	for file in sql/*.sql; do
		[ -f "$file" ] || continue
		name=$(basename "$file" .sql)
		[ -z "${EF_UPDATE:-}" ] || touch "expected/$name.out"
		if [ -f "expected/$name.out" ]; then
			names+=("$name")
		else
			problem "$name" "expected/$name.out is missing"
		fi
	done
	[ ${#names[@]} -gt 0 ] || return
	pg_regress=$(dirname "$("$PG_CONFIG" --pgxs)")/../test/regress/pg_regress
	mkdir -p "$out"
	"$pg_regress" --inputdir="$root" --outputdir="$out" --bindir="$("$PG_CONFIG" --bindir)" \
		--dbname=contrib_regression "${names[@]}" >"$out/log" 2>&1 </dev/null
	local status=$?
	# Two styles of output: "test x ... ok" until 15, TAP since 16.
	passed "$(grep -cE '^(test .* \.\.\. ok|ok [0-9]+)' "$out/log")"
	failed=$(grep -cE '^(test .* \.\.\. (FAILED|failed)|not ok [0-9]+)' "$out/log")
	echo "0 $failed 0" >>"$count"
	if [ -n "${EF_UPDATE:-}" ]; then
		for name in "${names[@]}"; do cp "$out/results/$name.out" "expected/$name.out"; done
		echo "  regress: expected/ rewritten; read the difference before committing it"
	elif [ "$status" -ne 0 ]; then
		if [ -s "$out/regression.diffs" ]; then cat "$out/regression.diffs"; else cat "$out/log"; fi
		[ "$failed" -gt 0 ] || problem regress "pg_regress exited with status $status"
	fi
}

# --- pgtap
pgtap() {
	if fresh_database pgtap_test pgtap; then
		tap "$(shown "$1")" pgtap_file "$1"
	else
		problem "$1" "no database to run it in"
	fi
}

# pg_prove's own report is dropped: it is counted here.
pgtap_file() {
	pg_prove --norc --verbose --nocolor --comments --merge -d pgtap_test --set shared="$EF_SHARED" "$1" |
		sed -E '/^(Files=|Result:|All tests successful|Test Summary Report|test\/.*\.sql \.\. *$|ok$)/d'
	return "${PIPESTATUS[0]}"
}

# --- oracle
suite_oracle() {
	test/lib/setup.sh oracle
	case $? in
		0) tap oracle test/oracle/run.sh ;;
		3)
			echo "  oracle: SKIP R or its packages are missing, and may not be installed by this user"
			echo "0 0 1" >>"$count" ;;
		*) problem oracle "R or its packages could not be installed" ;;
	esac
}

# --- fuzz: in a server of its own, with the sanitized library
suite_fuzz() {
	if build_fuzz; then
		EF_SO=$tmp/sanitized/education_flow.so EF_SERVER_ENV=$sanitizer_env EF_COUNT=$count \
		EF_PG_CONF="shared_preload_libraries = 'education_flow'" \
			test/lib/server.sh test/run.sh inside_fuzz
	else
		problem fuzz "the sanitized library or the client does not compile"
	fi
}
inside_fuzz() {
	local report
	tap fuzz_io "$tmp/fuzz_io"
	# A report that the client cannot see, from a worker or at exit.
	report=$(grep -nE 'AddressSanitizer|runtime error:|PANIC:|terminated by signal|exited with exit code' "$EF_LOG" | head -n 20)
	if [ -n "$report" ]; then
		problem fuzz "the server's log says:"
		echo "$report"
		grep -A 25 -m 1 -E 'ERROR: AddressSanitizer|runtime error:' "$EF_LOG"
	else
		passed 1
	fi
}

# The sanitizers' runtime comes with the library.  It is not put in LD_PRELOAD:
# together with some of the libraries that PostgreSQL links, AddressSanitizer
# then hangs before main().  The price is that malloc is not watched; palloc
# would hide that anyway, and the unit tests of the core watch it.  The
# postmaster loads the library, since only there the runtime can still read
# its options (a backend overwrites its environment to show its status).  A
# backend never frees what it holds at exit: no leak check.
sanitizer_env="ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0:abort_on_error=1\
:detect_stack_use_after_return=0 UBSAN_OPTIONS=print_stacktrace=1:abort_on_error=1"

# The sanitized library, built from a copy so that the tree's objects stay.
build_fuzz() {
	local dir=$tmp/sanitized
	mkdir -p "$dir"
	tar --exclude='*.o' --exclude='*.bc' -cf - Makefile education_flow.control src test/fuzz | tar -xf - -C "$dir"
	env -u WERROR make -s -j2 -C "$dir" SANITIZE=1 with_llvm=no COPT=-O1 all &&
		cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -I"$("$PG_CONFIG" --includedir)" \
			test/fuzz/fuzz_io.c -o "$tmp/fuzz_io" -L"$("$PG_CONFIG" --libdir)" -lpq
}

PG_CONFIG=${PG_CONFIG:-pg_config}

# --- inside a server
if [ -n "$inside" ]; then
	. test/lib/database.sh
	if [ "$*" = inside_fuzz ]; then inside_fuzz; else work; fi
	exit 0
fi

# --- outside: prepare, share the work, sum up
for name in "$@"; do
	[[ " ${all_suites[*]} " = *" $name "* ]] || [ -f "test/suite/$name.sh" ] || [ -f "$name" ] ||
		{ echo "no such suite: $name" >&2; exit 2; }
done
mapfile -t suites < <(for name in "$@"; do suite_of "$name"; done | awk '!seen[$0]++')
failure() { echo "$1: FAILED: $2"; echo "$1 0 1 0 $1" >>"$tmp/done"; }

if [ "${suites[*]}" = core ]; then task='cc'; else task='test'; fi
if ! test/lib/setup.sh "$task"; then
	echo 'setup setup' >"$tmp/units"
	failure setup "packages are missing"
else
	for name in "$@"; do units "$name"; done >"$tmp/rest"
	if [ "$task" = cc ]; then
		mv "$tmp/rest" "$tmp/units"
		work
	else
		# first the extension, and nothing without it
		echo 'build build' | cat - "$tmp/rest" >"$tmp/units"
		mkdir "$tmp/claim/1"
		unit build build
		if [ "$(cat "$tmp/done")" = 'build 1 0 0 build' ]; then
			jobs=${EF_JOBS:-$(nproc 2>/dev/null || echo 1)}
			[ "$jobs" -le 2 ] || [ -n "${EF_JOBS:-}" ] || jobs=2
			[ "$jobs" -le "$(wc -l <"$tmp/rest")" ] || jobs=$(wc -l <"$tmp/rest")
			for ((i = 0; i < jobs; i++)); do
				# In the background, since bash answers a signal only between commands.
				test/lib/server.sh test/run.sh work </dev/null &
				workers+=($!)
			done
			wait "${workers[@]}"
			workers=()
		else
			sed -i 1q "$tmp/units"
		fi
	fi
	# Each unit must have reported.
	while read -r name what; do
		grep -qxE "$name [0-9]+ [0-9]+ [0-9]+ $what" "$tmp/done" || failure "$name" "$what was not run to its end"
	done <"$tmp/units"
	for name in "${suites[@]}"; do
		awk -v name="$name" '$1 == name { n += $2 + $3 + $4 } END { exit n > 0 }' "$tmp/done" && failure "$name" "nothing was run"
	done
fi

for name in setup build "${suites[@]}"; do
	awk -v name="$name" '$1 == name { p += $2; f += $3; s += $4; found = 1 }
		END { if (found) print name ": " p " passed, " f " failed" (s ? ", " s " skipped" : "") }' "$tmp/done"
done
read -r p f < <(awk '{ p += $2; f += $3 } END { print p + 0, f + 0 }' "$tmp/done")
status=0
[ "$f" -eq 0 ] && [ "$p" -gt 0 ] || status=1
echo "$p passed, $f failed"
exit "$status"
