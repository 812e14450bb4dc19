#!/bin/bash
# suite/golden.sh [--update]: prints TAP.  Values that earlier releases wrote are
# read for ever: test/golden/VERSION/TYPE holds values of a type as that version
# wrote them, as text, on the wire and on disk, with what the functions said of them.
#
# Those of the newest directory are what this version writes, too.  When a
# format changes on purpose:
#   before 1.0.0 is released   test/suite/golden.sh --update writes test/golden/1.0.0 anew
#   after it                   --update VERSION writes a new directory; the others stay
# Each file has lines NAME, FORM, CONTENT, with tabs between them.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
if [ -z "${EF_LOG:-}" ]; then
	exec test/lib/server.sh test/suite/golden.sh "$@"
fi
. test/lib/database.sh
. test/lib/tap.sh

dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-golden.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
export PGOPTIONS="-c client_min_messages=warning"
fresh_database ef_golden || exit 1
export PGDATABASE=ef_golden
run -f test/golden/forms.sql || exit 1
types='workforce credible_rates retention funnel_spec funnel mobility retirement_rule'

# write DIRECTORY: the values of today.
write() {
	local type
	mkdir -p "$1"
	for type in $types; do
		run -F $'\t' -f test/golden/values.sql -c "
			SELECT name, form, content
			FROM ${type}_value,
			     LATERAL (VALUES (1, 'text', v::text), (2, 'wire', ${type}_send(v)::text),
			                     (3, 'disk', v::bytes::text), (4, 'answer', pg_temp.answer(v))) AS f (place, form, content)
			ORDER BY name, place" >"$1/$type" || return 1
	done
}

if [ "${1:-}" = --update ]; then
	version=${2:-$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" education_flow.control)}
	if [ -e "src/sql/released/education_flow--$version.sql" ]; then
		echo "$version is released: its values stay as they are" >&2
		exit 1
	fi
	write "test/golden/$version"
	exit
fi

versions=$(find test/golden -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort -V)
newest=$(tail -n 1 <<<"$versions")
[ -n "$versions" ]
ok $? "there are values: ${versions//$'\n'/ }"

# copied TYPE FILE: reads the wire forms of a file as COPY in binary does.
copied() {
	perl -F'\t' -lane '
		BEGIN { binmode STDOUT; print_raw("PGCOPY\n\377\r\n\0" . pack("NN", 0, 0)); sub print_raw { local $\; print $_[0] } }
		if ($F[1] eq "wire") {
			my $bytes = pack "H*", substr $F[2], 2;
			print_raw(pack("n N/a* N/a*", 2, $F[0], $bytes));
		}
		END { print_raw(pack "n", 0xffff) }' "$2" | run -c "COPY from_wire FROM STDIN (FORMAT binary)"
}

for version in $versions; do
	for type in $types; do
		file=test/golden/$version/$type
		# A type that came later has no values of this version.
		[ -f "$file" ] || [ "$version" != "$newest" ] || ok 1 "$file"
		[ -f "$file" ] || continue
		names=$(cut -f 1 "$file" | sort -u | wc -l)
		run -c 'DROP TABLE IF EXISTS golden, from_wire' -c 'CREATE TABLE golden (name text, form text, content text)' \
			-c "CREATE TABLE from_wire (name text, v $type)"
		# Content is as it is, so every character of COPY's own is doubled.
		sed 's/\\/\\\\/g' "$file" | run -c 'COPY golden FROM STDIN'
		copied "$type" "$file"
		ok $? "$version, $type: the wire form is accepted"
		same "$(run -f test/golden/values.sql -c "
			SELECT count(*), bool_and(t.v = d.v), bool_and(t.v = w.v),
			       bool_and(a.content = pg_temp.answer(t.v) AND a.content = pg_temp.answer(d.v) AND a.content = pg_temp.answer(w.v))
			FROM (SELECT name, content::$type AS v FROM golden WHERE form = 'text') AS t
			JOIN (SELECT name, content::bytes::$type AS v FROM golden WHERE form = 'disk') AS d USING (name)
			JOIN from_wire AS w USING (name)
			JOIN golden AS a ON a.name = t.name AND a.form = 'answer'" 2>&1)" "$names|t|t|t" \
			"$version, $type: text, wire and disk are one value, and say what they said"
	done
done

# A format does not change by accident.
write "$dir/now" || exit 1
for type in $types; do
	same "$(cat "$dir/now/$type")" "$(cat "test/golden/$newest/$type")" "$type is written as $newest wrote it"
done

# The test can fail: bytes of another format, and of none.
broken() {
	run -c "SELECT $3('$2'::bytes::$1)" >"$dir/log" 2>&1
	grep -qE 'ERROR' "$dir/log" && ! grep -q 'server closed' "$dir/log"
	ok $? "$4"
}
broken workforce '\x7f5700' headcount 'an unknown format on disk is an error'
broken retention '\x' skipped 'so is nothing'

echo "1..$n"
exit "$failed"
