#!/bin/bash
# suite/encoding.sh: prints TAP.  A database that is not in UTF-8 has the same
# words, and one in SQL_ASCII has bytes that are no UTF-8.  Needs the server that
# run.sh provides.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/tap.sh
export PGOPTIONS="-c client_min_messages=warning"
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-encoding.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT

make_database() {
	run -d postgres -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" \
		-c "CREATE DATABASE $1 TEMPLATE template0 ENCODING '$2' LC_COLLATE 'C' LC_CTYPE 'C'"
}
# All words of the extension, in UTF-8.
words() {
	PGCLIENTENCODING=UTF8 run -d "$1" <<-'SQL'
		SELECT pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description
		FROM pg_description AS d
		     JOIN pg_depend AS m ON m.classid = d.classoid AND m.objid = d.objoid AND m.refclassid = 'pg_extension'::regclass AND m.deptype = 'e'
		                            AND m.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'education_flow')
		ORDER BY 1, 2;
		TABLE pension_age ORDER BY born_from;
		SELECT * FROM reporting_views() ORDER BY source COLLATE "C", name COLLATE "C";
	SQL
}
mapping='{"employment": {"table": "\"Anställning\"", "group_by": ["Kommun"]}, "as_of": "2024-01-01"}'
report() {
	PGCLIENTENCODING=UTF8 run -d "$1" <<-SQL
		CREATE TABLE "Anställning" (birth_date date, start_date date, end_date date, reason text, "Kommun" text);
		INSERT INTO "Anställning" VALUES ('1980-01-01', '2015-01-01', NULL, NULL, 'Åre'), ('1980-01-01', '2015-01-01', NULL, NULL, 'Malmö');
		SELECT reporting_ddl('rapport', '$mapping') \gexec
		SELECT "Kommun", headcount FROM rapport.headcount ORDER BY "Kommun" COLLATE "C";
		SELECT obj_description(oid) FROM pg_class WHERE relnamespace::regnamespace::text ~ '^rapport' AND relkind IN ('v', 'm') ORDER BY relname COLLATE "C", relkind;
		SELECT count(*) > 0 FROM reporting_ddl('rapport', '$mapping');
	SQL
}

make_database ef_utf8 UTF8 && run -d ef_utf8 -c 'CREATE EXTENSION education_flow' || exit 1
words ef_utf8 >"$dir/utf8"
grep -q 'riktålder' "$dir/utf8" && grep -q 'personalomsättning' "$dir/utf8" && grep -q 'årskull' "$dir/utf8"
ok $? 'there are Swedish words'
report ef_utf8 >"$dir/report"
ok $? 'and views about them'
for encoding in LATIN1 LATIN9 WIN1252; do
	make_database ef_encoded "$encoding" && run -d ef_encoded -c 'CREATE EXTENSION education_flow'
	ok $? "created in $encoding"
	same "$(words ef_encoded)" "$(cat "$dir/utf8")" "$encoding has the same words"
	same "$(report ef_encoded 2>&1)" "$(cat "$dir/report")" "$encoding has the same views, with the same marks"
done
# where there is no å, PostgreSQL says so
make_database ef_encoded WIN1251
same "$(PGCLIENTENCODING=UTF8 run -d ef_encoded -c 'CREATE EXTENSION education_flow' 2>&1 | sed -n '1s/sequence 0x.. 0x../sequence/p')" \
	'ERROR:  character with byte sequence in encoding "UTF8" has no equivalent in encoding "WIN1251"' 'an encoding without them is refused'

# --- bytes
make_database ef_encoded SQL_ASCII && run -d ef_encoded -c 'CREATE EXTENSION education_flow'
ok $? 'created in SQL_ASCII'
{
	printf 'CREATE TABLE "Anst\xe4llning" (birth_date date, start_date date, end_date date, reason text, "Omr\xe5de" text);\n'
	printf 'INSERT INTO "Anst\xe4llning" VALUES ($$1980-01-01$$, $$2015-01-01$$, NULL, $$b\xf6t$$, $$\xc5re$$), ($$1980-01-01$$, $$2015-01-01$$, NULL, NULL, $$\xff\xfe$$);\n'
	printf 'COMMENT ON COLUMN "Anst\xe4llning"."Omr\xe5de" IS $$omr\xe5de$$;\n'
	printf 'SELECT reporting_ddl($$rapport$$, $${"employment": {"table": "\\"Anst\xe4llning\\"", "group_by": ["Omr\xe5de"]}, "as_of": "2024-01-01"}$$) \\gexec\n'
	printf 'SELECT count(*) > 0 FROM reporting_ddl($$rapport$$, $${"employment": {"table": "\\"Anst\xe4llning\\"", "group_by": ["Omr\xe5de"]}, "as_of": "2024-01-01"}$$);\n'
	printf 'SELECT encode("Omr\xe5de"::bytea, $$hex$$), headcount FROM rapport.headcount ORDER BY 1;\n'
} >"$dir/ascii.sql"
same "$(PGCLIENTENCODING=SQL_ASCII run -d ef_encoded -f "$dir/ascii.sql" 2>&1)" $'t\nc57265|1\nfffe|1' 'names and groups with bytes that are no UTF-8'

run -d postgres -c 'DROP DATABASE ef_encoded WITH (FORCE)' -c 'DROP DATABASE ef_utf8 WITH (FORCE)'
echo "1..$n"
exit "$failed"
