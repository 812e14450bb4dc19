#!/bin/bash
# suite/pgspot.sh: prints TAP.  pgspot reads the install script as an attacker
# would.  It is fetched from PyPI into a temporary directory; where that cannot
# be, the test is skipped.  suite/search_path.sh tries what pgspot looks for.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/tap.sh
versions=(pgspot==0.9.4 pglast==7.21)

skip() { echo "1..0 # SKIP $1"; exit 0; }
test/lib/setup.sh python >&2
case $? in
	0) ;;
	3) skip 'python3 with venv is missing, and may not be installed by this user' ;;
	*) echo "Bail out! python3 could not be installed"; exit 1 ;;
esac
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-pgspot.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv" >&2 || skip 'python3 makes no venv here'
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: --timeout 20 --retries 1 "${versions[@]}" >&2 ||
	skip "PyPI gives no ${versions[0]} here"

# Two things this version cannot read are written otherwise for it: a body in
# BEGIN ATOMIC, and RETURN NEXT.  What comes last must be found, or it did not
# read to the end.
script=$(echo education_flow--*.sql)
awk '/^BEGIN ATOMIC$/ { print "AS $atomic$"; atomic = 1; next }
     atomic && /^END;$/ { print "$atomic$;"; atomic = 0; next }
     { sub(/RETURN NEXT /, "PERFORM "); print }
     END { print "CREATE OR REPLACE FUNCTION the_last() RETURNS void LANGUAGE c AS '\''x'\'';" }' "$script" >"$dir/script.sql"
same "$(grep -c '^BEGIN ATOMIC$' "$script") $(grep -v '^--' "$script" | grep -c 'BEGIN ATOMIC')" \
	"$(grep -c '^AS \$atomic\$$' "$dir/script.sql") $(grep -c '^\$atomic\$;$' "$dir/script.sql")" 'every body in BEGIN ATOMIC is found'
"$dir/venv/bin/pgspot" "$dir/script.sql" >"$dir/found" 2>&1
same "$(grep '^PS002' "$dir/found" | sed 's/ at line.*//')" 'PS002: Unsafe function creation: the_last()' 'pgspot reads to the end'

# What it finds and is not so:
#   PS016, PS017  names of our own have no schema, since the extension is
#                 relocatable; each is found by exactly its types
#   PS005         bodies in BEGIN ATOMIC look no name up when they run, and
#                 reporting_table looks one up by its caller's search_path; a
#                 procedure that commits may have none of its own, and each
#                 name in reporting_refresh has its schema
sed -nE 's/^CREATE (FUNCTION|AGGREGATE|TYPE|OPERATOR|TABLE|VIEW) ([^ (;]+).*/\2/p' "$script" | sort -u >"$dir/own"
{
	echo reporting_table
	echo reporting_refresh
	awk '/^CREATE FUNCTION/ { name = $3; sub(/\(.*/, "", name) } /^BEGIN ATOMIC$/ { print name }' "$script"
} >"$dir/atomic"
awk -v own="$dir/own" -v atomic="$dir/atomic" '
	BEGIN { while ((getline line < own) > 0) is_own[line]; while ((getline line < atomic) > 0) is_atomic[line] }
	!/^PS/ { next }
	{ name = $0; sub(/^[^:]*: [^:]*: /, "", name); sub(/ at line [0-9]+$/, "", name); sub(/\(.*/, "", name) }
	/^PS01[67]/ && name in is_own { next }
	/^PS005/ && name in is_atomic { next }
	/^PS002.* the_last\(\)/ { next }
	{ print "# " $0 }' "$dir/found" >"$dir/bad"
[ ! -s "$dir/bad" ]
ok $? 'pgspot finds nothing else'
cat "$dir/bad"
grep -qE '^ *Errors: 0 .*Unknown: 0' "$dir/found"
ok $? 'no error, and nothing that it does not know' || sed 's/^/# /' "$dir/found"
echo "1..$n"
exit "$failed"
