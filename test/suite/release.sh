#!/bin/bash
# suite/release.sh [--update]: prints TAP.  What a release promises:
#
#   - every released install script is as it was released, and what it made
#     becomes, by the upgrade scripts, what this version makes afresh: the same
#     objects, comments, privileges and dependencies;
#   - what was stored and built on the old version is there after it;
#   - src/sql/stable.tsv says of each object since which release it is stable;
#   - a library and an SQL version that do not belong together answer an error.
#
# As long as nothing is released, the machinery is tried on a mock: this tree as
# 1.0.0, and a copy with the additions of test/release as 1.1.0.
#
# --update writes src/sql/stable.tsv: new objects are stable since this version.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
top=$PWD
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" education_flow.control)
registry=src/sql/stable.tsv

# --- outside of the server: a tree that has the next release
if [ -z "${EF_RELEASE_TREE:-}" ]; then
	dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-release.XXXXXX") || exit 1
	trap 'rm -rf "$dir"' EXIT
	trap 'exit 130' INT TERM HUP
	# With the objects of this build, so that only what is new is compiled.
	tree=$dir/tree
	mkdir -p "$tree/test"
	cp -rp Makefile education_flow.control src .build_id "$tree/" && cp -rp test/lib "$tree/test/" || exit 1
	cp -p education_flow.so "$dir/old.so"
	mkdir -p "$tree/src/sql/released" "$tree/src/sql/upgrade"
	cp "education_flow--$version.sql" "$tree/src/sql/released/"
	next=${version%%.*}.$(($(cut -d. -f2 <<<"$version") + 1)).0
	cp test/release/mock.c "$tree/src/pg/"
	cp test/release/95_mock.sql "$tree/src/sql/"
	cp test/release/upgrade.sql "$tree/src/sql/upgrade/education_flow--$version--$next.sql"
	sed -i "s/^default_version = .*/default_version = '$next'/" "$tree/education_flow.control"
	# The changes of the mock, where a fragment has them.
	perl -0777 -pi -e '
		my $n = 0;
		$n += s/ROWS 7\nBEGIN ATOMIC/ROWS 8\nBEGIN ATOMIC/;
		$n += s/(\x27override\x27::(?:pg_catalog\.)?text AS origin)\n/$1, o.age_months OPERATOR(pg_catalog.\/) 12 AS age_years\n/;
		$n += s/(\x27shipped\x27::(?:pg_catalog\.)?text AS origin)\n/$1, s.age_months OPERATOR(pg_catalog.\/) 12 AS age_years\n/;
		$n += s/(COMMENT ON FUNCTION pension_age_shipped\(\) IS\s+)\x27[^\x27]*\x27/$1\x27the pension age by birth cohort, of a later release\x27/;
		$n += s/(COMMENT ON COLUMN pension_age\.origin [^\n]*\n)/$1COMMENT ON COLUMN pension_age.age_years IS \x27pension age in completed years\x27;\n/;
		die "the mock does not fit 30_pension_age.sql any more: $n of 5\n" if $n != 5;
	' "$tree/src/sql/30_pension_age.sql" || { echo "Bail out! the mock does not fit the tree"; exit 1; }
	if ! make -s -C "$tree" all >"$dir/log" 2>&1; then
		sed 's/^/# /' "$dir/log"
		echo "Bail out! the mock does not compile"
		exit 1
	fi
	export EF_RELEASE_TREE=$tree EF_RELEASE_NEXT=$next EF_OLD_SO=$dir/old.so
	EF_SO=$tree/education_flow.so "$tree/test/lib/server.sh" "$top/test/suite/release.sh" "$@"
	exit
fi

. test/lib/database.sh
. test/lib/tap.sh
next=$EF_RELEASE_NEXT
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-release-in.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
export PGOPTIONS="-c client_min_messages=warning"

# installed NAME VERSION: a database with that version.
installed() {
	run -d postgres -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" -c "CREATE DATABASE $1" \
		-c "ALTER DATABASE $1 SET search_path = public, education_flow" &&
		run -d "$1" -c 'CREATE SCHEMA education_flow' -c "CREATE EXTENSION education_flow SCHEMA education_flow VERSION '$2'"
}
catalog() { run -d "$1" -f "$top/test/release/catalog.sql"; }
objects() { run -d "$1" -F $'\t' -f "$top/test/release/objects.sql"; }

# --- the registry
installed ef_now "$version" || exit 1
objects ef_now >"$dir/objects"
if [ "${1:-}" = --update ]; then
	touch "$registry"
	{
		sed -n '/^#/p' "$registry"
		awk -F'\t' -v OFS='\t' -v version="$version" '
			NR == FNR { if ($0 !~ /^#/) since[$3] = $1 OFS $2; next }
			{ print ($2 in since ? since[$2] : version OFS $1), $2 }' "$registry" "$dir/objects"
	} >"$dir/registry" && cp "$dir/registry" "$registry"
	exit
fi
[ "$(wc -l <"$dir/objects")" -gt 200 ]
ok $? 'the extension has objects'
same "$(sed '/^#/d' "$registry" | cut -f 3)" "$(cut -f 2 "$dir/objects")" \
	"$registry knows each object, and no other (if that is meant: test/suite/release.sh --update)"
same "$(sed '/^#/d' "$registry" | awk -F'\t' '$1 !~ /^[0-9]+\.[0-9]+\.[0-9]+$/ || $2 !~ /^(stable|support)$/ || NF != 3'; echo .)" . \
	'each line is a release, stable or support, and an object'
same "$(sed '/^#/d' "$registry" | cut -f 1 | sort -V | tail -n 1 | cat - <(echo "$version") | sort -V | tail -n 1)" "$version" \
	'nothing is stable since a release that is to come'

# --- the release to come knows the way from each that there was
released=$(find src/sql/released -name 'education_flow--*.sql' -printf '%f\n' | sed 's/education_flow--//; s/\.sql//' | cat - <(echo "$version") | sort -uV)
same "$(run -d ef_now -c "SELECT string_agg(version, ' ' ORDER BY string_to_array(version, '.')::int[]) FROM pg_available_extension_versions WHERE name = 'education_flow'")" \
	"${released//$'\n'/ } $next" 'all versions are there'
same "$(run -d ef_now -c "SELECT source FROM pg_extension_update_paths('education_flow') WHERE target = '$next' AND path IS NOT NULL ORDER BY string_to_array(source, '.')::int[]")" \
	"$released" 'there is a way up from each'
same "$(run -d ef_now -c "SELECT count(*) FROM pg_extension_update_paths('education_flow') WHERE source = '$next' AND path IS NOT NULL")" 0 'and none down'
same "$(cat src/sql/upgrade/*.sql src/sql/released/*.sql 2>/dev/null | grep -ciE '^[[:space:]]*DROP '; echo .)" $'0\n.' \
	'no release takes away'

# use DATABASE: what somebody has built on the extension.
use() {
	run -d "$1" -f test/golden/values.sql -c "
		CREATE TABLE kept AS SELECT 'w' || name AS name, v AS w, NULL::retention AS r, NULL::funnel AS f, NULL::funnel_spec AS s,
		                            NULL::mobility AS m, NULL::retirement_rule AS rule FROM workforce_value;
		INSERT INTO kept (name, r) SELECT 'r' || name, v FROM retention_value;
		INSERT INTO kept (name, f) SELECT 'f' || name, v FROM funnel_value;
		INSERT INTO kept (name, s) SELECT 's' || name, v FROM funnel_spec_value;
		INSERT INTO kept (name, m) SELECT 'm' || name, v FROM mobility_value;
		INSERT INTO kept (name, rule) SELECT 'rule' || name, v FROM retirement_rule_value;
		CREATE INDEX ON kept (headcount(w));
		CREATE UNIQUE INDEX ON kept (w) WHERE w IS NOT NULL;
		CREATE VIEW young AS SELECT * FROM pension_age WHERE born_from > '1960-01-01';
		CREATE MATERIALIZED VIEW sum AS SELECT rollup(w) AS w FROM kept WHERE name = 'wfull';
		CREATE TABLE employment AS SELECT id AS person_id, birth_date, start_date, end_date, reason FROM spell;
		INSERT INTO pension_age_override (born_from, age_months, read_on) VALUES ('1967-01-01', 805, '2026-11-30');
		GRANT SELECT ON pension_age TO ef_reader;
		REVOKE SELECT ON pension_age_override FROM PUBLIC" &&
		run -d "$1" >/dev/null <<-'SQL'
			SELECT reporting_ddl('reporting', '{"employment": {"table": "employment", "retirement": 65}, "as_of": "2018-02-01"}') \gexec
		SQL
}
content() {
	run -d "$1" -c "
		SELECT * FROM kept ORDER BY name" -c "SELECT encode(workforce_send(w), 'hex'), workforce_hash(w) FROM kept WHERE w IS NOT NULL ORDER BY name" \
		-c 'SELECT name FROM kept WHERE headcount(w) = 18' -c 'SELECT * FROM young ORDER BY 1' -c 'SELECT * FROM sum' \
		-c 'SELECT born_from, age_months, origin FROM pension_age ORDER BY 1' -c "SELECT to_jsonb(h) - 'refreshed_at' FROM reporting.headcount AS h" \
		-c "SELECT to_jsonb(n) - 'refreshed_at' FROM reporting.recruitment_need AS n ORDER BY year" -c "SELECT relacl FROM pg_class WHERE relname ~ '^pension_age(_override)?\$' ORDER BY relname"
}

# upgrades FROM: a database of that version becomes one of the newest.
upgrades() {
	local from=$1
	installed ef_old "$from" || { ok 1 "$from can be installed"; return; }
	use ef_old >"$dir/log" 2>&1
	ok $? "$from: it is used"
	[ ! -s "$dir/log" ] || sed 's/^/# /' "$dir/log" | head -n 10
	before=$(content ef_old)
	run -d ef_old -c 'ALTER EXTENSION education_flow UPDATE'
	ok $? "$from: ALTER EXTENSION education_flow UPDATE"
	same "$(run -d ef_old -c "SELECT extversion FROM pg_extension WHERE extname = 'education_flow'")" "$next" "$from: becomes $next"
	same "$(content ef_old)" "$before" "$from: what was stored, built and granted is there as it was"
	run -d ef_old -c 'REFRESH MATERIALIZED VIEW sum' -c 'REINDEX TABLE kept' -c 'INSERT INTO kept SELECT * FROM kept WHERE w IS NULL'
	ok $? "$from: and goes on"
	# Without what the user did; a database of its own.
	installed ef_plain "$from"
	run -d ef_plain -c 'ALTER EXTENSION education_flow UPDATE'
	catalog ef_plain >"$dir/upgraded"
	[ "$(wc -l <"$dir/upgraded")" -gt 2000 ]
	ok $? "$from: the catalogs have $(wc -l <"$dir/upgraded") facts"
	# shellcheck disable=SC2094
	same "$(cat "$dir/upgraded")" "$(cat "$dir/fresh")" "$from: upgraded is as fresh"
}
run -d postgres -c 'CREATE ROLE ef_reader'
installed ef_fresh "$next" || exit 1
catalog ef_fresh >"$dir/fresh"
for from in $released; do upgrades "$from"; done
same "$(run -d ef_old -c "SELECT mock_bytes(w) > 10, (SELECT age_years FROM pension_age WHERE born_from = '1967-01-01') FROM kept WHERE name = 'wfull'")" \
	't|67' 'what is new is there'
same "$(diff <(cut -f 2 "$dir/objects") <(objects ef_fresh | cut -f 2) | grep '^[<>]')" '> function mock_bytes(workforce)' \
	'and all that there was'

# A dump of the upgraded database names no version: it comes back as the newest.
pg_dump -d ef_old -f "$dir/dump" 2>"$dir/log" && run -d postgres -c 'DROP DATABASE IF EXISTS ef_back' -c 'CREATE DATABASE ef_back' &&
	run -d ef_back -f "$dir/dump" >"$dir/log" 2>&1
ok $? 'dumped and restored'
run -d postgres -c 'ALTER DATABASE ef_back SET search_path = public, education_flow'
same "$(content ef_back | sort)" "$(content ef_old | sort)" 'and the same'

# The comparison sees what an upgrade script forgets.
# forgets LABEL SQL: of each kind one.
forgets() {
	installed ef_plain "$next" && run -d ef_plain -c 'SET search_path = education_flow' -c "$2"
	catalog ef_plain >"$dir/forgotten"
	! cmp -s "$dir/forgotten" "$dir/fresh"
	ok $? "seen: $1"
}
forgets 'a comment' "COMMENT ON FUNCTION headcount(workforce) IS 'x'"
forgets 'a comment on a column' 'COMMENT ON COLUMN pension_age.origin IS NULL'
forgets 'a privilege' 'REVOKE SELECT ON pension_age FROM PUBLIC'
forgets 'a privilege on a function' 'REVOKE EXECUTE ON FUNCTION headcount(workforce) FROM PUBLIC'
forgets 'an object that is no member' 'ALTER EXTENSION education_flow DROP FUNCTION mock_bytes(workforce)'
forgets 'a property of a function' 'ALTER FUNCTION headcount(workforce) COST 17'
forgets 'another body' "CREATE OR REPLACE FUNCTION reporting_drop_ddl(schema_name text) RETURNS SETOF text LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 100 AS 'SELECT NULL'"
forgets "a view's option" 'ALTER VIEW pension_age RESET (security_invoker)'
forgets 'a constraint' 'ALTER TABLE pension_age_override DROP CONSTRAINT pension_age_override_age_is_plausible'
forgets 'a default' "ALTER TABLE pension_age_override ALTER source SET DEFAULT 'x'"
forgets 'what of a configuration table is dumped' "UPDATE pg_extension SET extcondition = ARRAY['WHERE false'] WHERE extname = 'education_flow'"
forgets 'an operator' 'ALTER OPERATOR = (workforce, workforce) SET (RESTRICT = NONE)'
forgets "a type's storage" 'ALTER TYPE workforce SET (STORAGE = main)'
forgets 'a cast' 'ALTER EXTENSION education_flow DROP CAST (workforce AS jsonb)'
forgets 'a dependency' 'ALTER FUNCTION headcount(workforce) DEPENDS ON EXTENSION plpgsql'

# --- what is released
same "$(cd src/sql/released && { [ ! -e SHA256SUMS ] || sha256sum --quiet --strict -c SHA256SUMS; } 2>&1; echo .)" . 'released scripts are as they were released'
same "$(find src/sql/released -name '*.sql' -printf '%f\n' | sort; echo .)" \
	"$(sed 's/^[0-9a-f]* [ *]//' src/sql/released/SHA256SUMS 2>/dev/null | sort; echo .)" 'each has its checksum'
# symbols SCRIPT LIBRARY: those that the script wants and the library lacks.
symbols() {
	comm -23 <(sed -n "s/.*'MODULE_PATHNAME', *'\([a-z0-9_]*\)'.*/\1/p" "$1" | sort -u) \
		<(nm -D --defined-only "$2" | awk '{ print $3 }' | sort -u)
}
for script in src/sql/released/*.sql "education_flow--$version.sql"; do
	[ -f "$script" ] || continue
	same "$(symbols "$script" "$EF_RELEASE_TREE/education_flow.so"; echo .)" . "$(basename "$script"): the new library has every function of it"
done
same "$(symbols "$EF_RELEASE_TREE/education_flow--$next.sql" "$EF_OLD_SO")" ef_mock_bytes 'and an old library lacks the new one'

# --- a library and an SQL version that do not belong together
library=$(dirname "$EF_LOG")$("${PG_CONFIG:-pg_config}" --pkglibdir)/education_flow.so
put() { cp "$1" "$library.new" && chown --reference="$library" "$library.new" && mv "$library.new" "$library"; }
missing='ERROR:  could not find function "ef_mock_bytes" in file'
# answers DATABASE SQL: what the server says, and that it is still there.
answers() { run -d "$1" -c "$2" 2>&1 | sed 's/^psql:[^ ]* //' | head -n 1; run -d "$1" -c 'SELECT 1'; }
finds() { grep -qF -- "$1" <<<"$2" && [ "$(tail -n 1 <<<"$2")" = 1 ]; ok $? "$3"; }
put "$EF_OLD_SO"
finds "$missing" "$(answers ef_fresh "SELECT mock_bytes(workforce_agg(NULL, '2010-01-01', NULL, NULL, '[2003-04-05,2018-02-01)'))")" \
	'an old library under a new version: what it lacks is an error that names it'
same "$(run -d ef_old -c "SELECT count(*) FROM kept" -c "SELECT headcount(w), hires(w) FROM kept WHERE name = 'wfull'" -c 'SELECT count(*) FROM reporting.recruitment_need')" \
	"$(run -d ef_back -c "SELECT count(*) FROM kept")"$'\n18|26\n10' 'and all else answers'
run -d postgres -c 'DROP DATABASE IF EXISTS ef_plain WITH (FORCE)' -c 'CREATE DATABASE ef_plain'
finds "$missing" "$(answers ef_plain 'CREATE EXTENSION education_flow')" 'CREATE EXTENSION of the new version says the same'
installed ef_plain "$version"
finds "$missing" "$(answers ef_plain 'ALTER EXTENSION education_flow UPDATE')" 'and so does the upgrade'
same "$(run -d ef_plain -c "SELECT extversion FROM pg_extension WHERE extname = 'education_flow'")" "$version" 'which leaves the old version'
same "$(catalog ef_plain)" "$(catalog ef_now)" 'as it was'
put "$EF_RELEASE_TREE/education_flow.so"
use ef_now >"$dir/log" 2>&1
ok $? 'a new library under an old version'
[ ! -s "$dir/log" ] || sed 's/^/# /' "$dir/log" | head -n 10
same "$(content ef_now)" "$before" 'answers as before'

echo "1..$n"
exit "$failed"
