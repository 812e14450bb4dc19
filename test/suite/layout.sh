#!/bin/bash
# suite/layout.sh: prints TAP.  Lines and functions of SQL that can be read, and tests
# where one looks for them.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/tap.sh
export LC_ALL=C.UTF-8

# none LABEL: one test; the input has no line.
none() {
	local bad
	bad=$(cat)
	[ -z "$bad" ]
	ok $? "$1"
	[ -z "$bad" ] || sed 's/^/# /' <<<"$bad"
}

# long_lines FILE...: those above 110 characters.
long_lines() { perl -CSD -ne 'chomp; print "$ARGV:$.: ", length, " characters\n" if length > 110; close ARGV if eof' "$@"; }
# long_functions FILE...: those above 100 lines, but for the text of a view between $$ and $$.
long_functions() {
	awk '/^CREATE (FUNCTION|PROCEDURE) / { lines = 0; begun = 1; split($3, word, "("); name = word[1] }
		begun && !text { lines++ }
		gsub(/\$\$/, "") % 2 { text = !text }
		begun && /;$/ && (/^(END|\$[a-z]*\$)/ || /^ .*(MODULE_PATHNAME|LANGUAGE C)/) {
			if (lines > 100) print FILENAME ": " name ", " lines " lines"
			begun = 0
		}' "$@"
}
planted=$(mktemp) || exit 1
trap 'rm -f "$planted"' EXIT
{
	echo 'CREATE FUNCTION planted() RETURNS text'
	printf '%0111d\n' 0
	for ((i = 0; i < 99; i++)); do echo "    'ö',"; done
	echo 'END;'
} >"$planted"
same "$(long_lines "$planted")" "$planted:2: 111 characters" 'a line that is too long is found'
same "$(long_functions "$planted")" "$planted: planted, 102 lines" 'so is a function'
none 'no line of src/sql is above 110 characters' < <(long_lines src/sql/*.sql src/sql/*.in)
none 'no function of it is above 100 lines' < <(long_functions src/sql/*.sql)
none 'tests are in folders by kind' < <(find test -maxdepth 1 \( -name '*.sql' -o -name 'suite_*' \))
none 'those of pgTAP by type' < <(find test/sql -name '*.sql' ! -path 'test/sql/*/*.sql')
echo "1..$n"
exit "$failed"
