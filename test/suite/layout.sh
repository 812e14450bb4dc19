#!/bin/bash
# suite/layout.sh: prints TAP.  Lines and functions of SQL that can be read, comments and
# documents in plain English, and tests where one looks for them.
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
# long_c_functions FILE...: those of C of 80 lines or more, from their name.
long_c_functions() {
	awk '/^\{$/ { begun = FNR } /^\}/ && begun { if (FNR - begun > 77) print FILENAME ":" begun ": " FNR - begun + 2 " lines"; begun = 0 }' "$@"
}
# odd_comments FILE...: block comments of C that begin with a relative clause or its
# remainder; and those on a function that begin with a noun and not with a verb.
odd_comments() {
	perl -0777 -ne 'while (m{^[ \t]*/\*-?[\s*]*(\w+(?: (?:many|few))?)(.*?)\*/\n(?=([^\n]*))}gms) {
			my ($word, $next, $line) = ($1, $3, 1 + (substr($_, 0, $-[1]) =~ tr/\n//));
			my $function = $next =~ /^\w[\w *]*\(|^(static|extern|EF_\w+)\b[^;={]*$/ && $next !~ /^EF_REPORT|^_Static|\bstruct\b/;
			print "$ARGV:$line: $word\n" if $word =~ /^(So many|So few|What|Who|Whose|Whoever|Nor|And|Of|Which)$/
				|| $function && $word =~ /^(The|A|An|How many|How few|Where|One|Those|Its)$/
		}' "$@"
}
# odd_sentences FILE...: clauses without a head in documents, outside of code.
odd_sentences() {
	perl -0777 -ne 's/^```.*?^```//gms; s/`[^`]*`/`/g;
		while (/\b(so many(?! that)|(?:for|but for) who|(?<!there )(?:is|are) none|those of which)\b/gi) { print "$ARGV: $1\n" }' "$@"
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
{ printf 'int\nlong_one(void)\n{\n'; for ((i = 0; i < 77; i++)); do echo; done; echo '}'; } >"$planted"
same "$(long_c_functions "$planted")" "$planted:3: 80 lines" 'and a function of C'
printf '%s\n' '/* So many of them. */' '#define A 1' '/* The sum. */' 'extern int sum(void);' '/*' ' * A' ' * sum.' ' */' \
	'static int' 'sum(void)' '/* Add. */' 'static int add(void);' '/* The sum. */' 'typedef struct Sum' >"$planted"
same "$(odd_comments "$planted")" "$(printf '%s\n' "$planted:1: So many" "$planted:3: The" "$planted:6: A")" 'comments that begin oddly are found'
printf '%s\n' 'There are so many' 'of them, which is none, for who' 'counts. There is none so many that.' >"$planted"
same "$(odd_sentences "$planted")" "$(printf '%s\n' "$planted: so many" "$planted: is none" "$planted: for who")" 'so are sentences'
none 'no line of src/sql is above 110 characters' < <(long_lines src/sql/*.sql src/sql/*.in)
none 'no function of it is above 100 lines' < <(long_functions src/sql/*.sql)
none 'no function of src/core and src/pg has 80 lines' < <(long_c_functions $(find src -name '*.[ch]'))
none 'a comment on a function begins with a verb, no comment with a clause' < <(odd_comments $(find src -name '*.[ch]'))
none 'documents have no clause without a head' < <(odd_sentences README.md CHANGELOG.md test/README.md doc/*.md)
none 'tests are in folders by kind' < <(find test -maxdepth 1 \( -name '*.sql' -o -name 'suite_*' \))
none 'those of pgTAP by type' < <(find test/sql -name '*.sql' ! -path 'test/sql/*/*.sql')
echo "1..$n"
exit "$failed"
