#!/bin/bash
# suite/search_path.sh: prints TAP.  Nobody who may create objects in the schema of
# the extension, or in one that is on the search_path, gets code of theirs into
# it or into the views that reporting_ddl writes.
#
# The parse trees of a clean installation say which calls match a function or
# operator inexactly; for each of these an object that matches better is laid in
# wait, and nothing may walk into one.  Needs the server that run.sh provides.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/database.sh
. test/lib/tap.sh

dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-path.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
export PGOPTIONS="-c client_min_messages=warning"
none() {
	if [ -z "$1" ]; then ok 0 "$2"; else ok 1 "$2"; sed 's/^/# /' <<<"$1" | head -n 20; fi
}

# --- tables of every type that a mapping takes, and what is made of them
tables() {
	run -d "$1" <<-'SQL'
		CREATE SCHEMA hr;
		CREATE DOMAIN hr.day AS date;
		CREATE DOMAIN hr.code AS text;
		CREATE DOMAIN hr.share AS numeric;
		CREATE DOMAIN hr.who AS bigint;
		CREATE TYPE hr.kind AS ENUM ('a', 'b');
		CREATE TABLE hr.staff AS
		SELECT n::int AS id, date '1960-01-01' + n * 311 AS b, (date '2014-01-01' + n * 83)::hr.day AS s,
		       CASE WHEN n % 3 = 0 THEN date '2015-01-01' + n * 83 END AS e,
		       CASE WHEN n % 3 = 0 THEN 'r' || n % 2 END::hr.code AS r, 1::hr.share AS f, ('g' || n % 2)::hr.code AS g,
		       date '2020-01-01' + n % 2 AS d, (n % 2)::numeric AS h, (ARRAY['a', 'b'])[1 + n % 2]::hr.kind AS k
		FROM generate_series(1, 40) AS n;
		CREATE TABLE hr.event AS
		SELECT n::hr.who AS p, ('s' || k)::varchar AS t, (date '2016-01-01' + n * 50 + k * 200)::timestamptz AS a, ('g' || n % 2)::varchar(10) AS g
		FROM generate_series(1, 40) AS n, generate_series(0, n % 3) AS k;
		CREATE TABLE hr.place AS
		SELECT 'p' || n AS p, (ARRAY['valid', 'missing', 'lapsed'])[1 + n % 3]::hr.code AS t, date '2021-01-01' + n * 20 AS s, NULL::date AS e, n % 2 = 0 AS g
		FROM generate_series(1, 40) AS n;
	SQL
}
mapping() {
	echo "{\"employment\": {\"table\": \"hr.staff\", \"person\": \"id\", \"retirement_reasons\": [\"r0\"], \"birth_date\": \"b\", \"start_date\": \"s\", \"end_date\": \"e\", \"reason\": \"r\", \"fte\": \"f\",
	                        \"retirement\": $1, \"leave_out\": $2, \"group_by\": [\"g\", \"d\", \"h\", \"k\"]},
	       \"education\": {\"table\": \"hr.event\", \"person_id\": \"p\", \"stage\": \"t\", \"at\": \"a\", \"stages\": [\"s0\", \"s1\", \"s2\"], \"within\": \"8 years\",
	                       \"leave_out\": $2, \"group_by\": [\"g\"]},
	       \"mobility\": {\"table\": \"hr.place\", \"person_id\": \"p\", \"state\": \"t\", \"start_date\": \"s\", \"end_date\": \"e\", \"leave_out\": $2, \"group_by\": [\"g\"]},
	       \"competence\": {\"table\": \"hr.place\", \"person_id\": \"p\", \"module\": \"t\", \"status\": \"t\", \"start_date\": \"s\", \"end_date\": \"e\"},
	       \"as_of\": \"2024-01-01\"}"
}
# views DATABASE: two sets of them, each over every view that there is
views() {
	run -d "$1" -v one="$(mapping '"pension_age"' true)" -v two="$(mapping 67 false)" <<-'SQL'
		SELECT reporting_ddl('one'::text, :'one'::jsonb) \gexec
		SELECT reporting_ddl('two'::text, pg_catalog.jsonb_set(:'two'::jsonb - 'as_of'::text, '{materialized}'::text[], 'false'::jsonb, true)) \gexec
		CREATE SCHEMA two_query;
		SELECT pg_catalog.format('CREATE VIEW two_query.%I AS %s'::text, q.n::text, q.query)
		FROM reporting_quality_query(:'two'::jsonb) WITH ORDINALITY AS q (query, n) \gexec
	SQL
}

# --- every call in every tree, of the extension and of the views
fresh_database ef_clean || exit 1
tables ef_clean && views ef_clean || exit 1
run -d ef_clean >"$dir/trees" <<-'SQL' || exit 1
	CREATE VIEW member AS
	SELECT classid, objid FROM pg_depend
	WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'education_flow');
	SELECT replace(t.tree, E'\n', ' ')
	FROM (SELECT prosqlbody::text FROM pg_proc JOIN member ON classid = 'pg_proc'::regclass AND objid = oid
	      UNION ALL
	      SELECT proargdefaults::text FROM pg_proc JOIN member ON classid = 'pg_proc'::regclass AND objid = oid
	      UNION ALL
	      SELECT adbin::text FROM pg_attrdef JOIN member ON classid = 'pg_class'::regclass AND objid = adrelid
	      UNION ALL
	      SELECT conbin::text FROM pg_constraint JOIN member ON classid = 'pg_class'::regclass AND objid = conrelid
	      UNION ALL
	      SELECT ev_action::text FROM pg_rewrite JOIN member ON classid = 'pg_class'::regclass AND objid = ev_class
	      UNION ALL
	      SELECT ev_action::text FROM pg_rewrite JOIN pg_class AS c ON c.oid = ev_class WHERE relnamespace::regnamespace::text ~ '^(one|two)') AS t (tree)
	WHERE t.tree IS NOT NULL;
SQL
test/lib/calls.pl <"$dir/trees" >"$dir/calls"
ok $? 'the parse trees are understood'
[ "$(wc -l <"$dir/calls")" -gt 800 ]
ok $? 'and have calls'
run -d ef_clean <<-SQL || exit 1
	CREATE TABLE raw (kind text, id oid, types text, result oid);
	\copy raw FROM '$dir/calls' WITH (NULL '')
	-- the arguments as they were written, each with what it is declared as
	SET search_path = pg_catalog;       -- so that types of ours have their schema
	CREATE TABLE public.call AS
	WITH callee AS (
	    SELECT 'f' AS kind, p.oid, p.proname AS name, ARRAY(SELECT unnest(p.proargtypes)) AS declared, p.pronamespace AS home, pg_get_function_result(p.oid) AS result,
	           p.proargnames AS names, p.provariadic
	    FROM pg_proc AS p
	    UNION ALL
	    SELECT 'o', o.oid, o.oprname, array_remove(ARRAY[o.oprleft, o.oprright], 0), o.oprnamespace, o.oprresult::regtype::text, NULL, 0
	    FROM pg_operator AS o)
	SELECT DISTINCT c.kind, c.id, e.name, e.home::regnamespace::text AS home, e.declared, e.result,
	       r.result AS result_type, coalesce(a.types, '{}') AS types, coalesce(a.literal, '{}') AS literal
	FROM public.raw AS c
	     CROSS JOIN LATERAL (SELECT array_agg(CASE WHEN x ~ '\[\]' THEN (SELECT typarray FROM pg_type WHERE oid = substring(x FROM '^\d+')::oid)
	                                          ELSE substring(x FROM '^\d+')::oid END ORDER BY n) AS types,
	                                array_agg(x ~ '\?$' ORDER BY n) AS literal
	                         FROM regexp_split_to_table(nullif(c.types, ''), ',') WITH ORDINALITY AS s (x, n)) AS a
	     JOIN callee AS e ON e.kind = c.kind AND e.oid = c.id
	     CROSS JOIN LATERAL (SELECT c.result) AS r (result);
SQL
none "$(run -d ef_clean -c "SELECT DISTINCT home, name FROM call WHERE home NOT IN ('pg_catalog', 'education_flow')")" \
	'nothing is called but what is PostgreSQL'\''s and ours'
none "$(run -d ef_clean -c "
	SELECT name, declared::regtype[], types::regtype[] FROM call
	WHERE home = 'education_flow' AND (types <> declared OR cardinality(types) <> cardinality(declared))")" \
	'what is ours gets every argument, of exactly its type'
none "$(run -d ef_clean -c "
	SELECT p.oid::regprocedure FROM pg_proc AS p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid JOIN pg_language AS l ON l.oid = prolang
	WHERE lanname NOT IN ('c', 'internal') AND prosqlbody IS NULL AND NOT coalesce(proconfig @> '{\"search_path=pg_catalog, pg_temp\"}', false)
	      AND prokind = 'f' AND proname <> 'reporting_table'")" \
	'a body that is a string has a search_path, but the one that looks a table up by the caller'\''s'

# --- for each inexact call the signatures that would win: the types as they are
# written, and with text for literals, which may have had no type
run -d ef_clean >"$dir/traps.sql" <<-'SQL' || exit 1
	SET search_path = pg_catalog;
	WITH own AS (
	    SELECT p.*, ARRAY(SELECT unnest(p.proargtypes)) AS args FROM pg_proc AS p JOIN public.member ON classid = 'pg_proc'::regclass AND objid = p.oid
	), signature AS (
	    SELECT c.kind, c.name, c.declared, c.home, c.result, c.result_type, v.types
	    FROM public.call AS c
	         CROSS JOIN LATERAL (
	             SELECT c.types
	             UNION
	             SELECT (SELECT array_agg(CASE WHEN l THEN 'text'::regtype::oid ELSE t END ORDER BY n) FROM unnest(c.types, c.literal) WITH ORDINALITY AS x (t, l, n))
	             UNION
	             SELECT (SELECT array_agg(CASE WHEN l AND n = i THEN 'text'::regtype::oid ELSE t END ORDER BY n) FROM unnest(c.types, c.literal) WITH ORDINALITY AS x (t, l, n))
	             FROM generate_series(1, cardinality(c.types)) AS i) AS v (types)
	    -- operators with an array on the right are looked up for its elements
	    WHERE v.types <> c.declared AND 0 <> ALL (v.types) AND c.types <> '{}'
	    UNION
	    -- calls of ours that leave arguments out, or give literals: whoever makes them, all of them
	    SELECT 'f', p.proname, p.args, 'education_flow', pg_get_function_result(p.oid), p.prorettype, v.types
	    FROM own AS p
	         CROSS JOIN LATERAL (
	             SELECT (p.args)[1:n] FROM generate_series(p.pronargs - p.pronargdefaults, p.pronargs - 1) AS n
	             UNION
	             SELECT array_fill('text'::regtype::oid, ARRAY[n]) FROM generate_series(greatest(p.pronargs - p.pronargdefaults, 1), p.pronargs) AS n
	             UNION
	             SELECT (SELECT array_agg(CASE WHEN n = i THEN 'text'::regtype::oid ELSE t END ORDER BY n) FROM unnest(p.args) WITH ORDINALITY AS x (t, n))
	             FROM generate_series(1, p.pronargs) AS i) AS v (types)
	    -- (a form that takes any type is for rows that fit no other)
	    WHERE '"any"'::regtype <> ALL (p.args) AND 'internal'::regtype <> ALL (p.args) AND 'cstring'::regtype <> ALL (p.args) AND p.prorettype <> 'cstring'::regtype
	      AND v.types <> p.args
	), trap AS (
	    SELECT s.kind, s.name, s.types, min(s.home) AS home,
	           min(CASE WHEN s.result ~ '^TABLE' THEN s.result
	                    ELSE CASE WHEN s.result ~ '^SETOF' THEN 'SETOF ' ELSE '' END
	                         || CASE WHEN s.result ~ '\many' THEN s.result_type::regtype::text ELSE regexp_replace(s.result, '^SETOF ', '') END END) AS result
	    FROM signature AS s
	    GROUP BY s.kind, s.name, s.types
	), named AS (
	    SELECT t.*, row_number() OVER (ORDER BY kind, name, types) AS n, t.types::regtype[]::text[] AS words FROM trap AS t
	    WHERE NOT EXISTS (SELECT FROM pg_proc AS p WHERE t.kind = 'f' AND p.proname = t.name AND ARRAY(SELECT unnest(p.proargtypes)) = t.types
	                                                     AND p.pronamespace IN ('pg_catalog'::regnamespace, 'education_flow'::regnamespace))
	      AND NOT EXISTS (SELECT FROM pg_operator AS o WHERE t.kind = 'o' AND o.oprname = t.name AND array_remove(ARRAY[o.oprleft, o.oprright], 0) = t.types
	                                                         AND o.oprnamespace = 'pg_catalog'::regnamespace)
	)
	SELECT CASE kind WHEN 'f' THEN
	           format($$CREATE FUNCTION public.%I(%s) RETURNS %s LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''a trap: %s''; END';$$,
	                  name, array_to_string(words, ', '), result, name)
	       ELSE
	           format($$CREATE FUNCTION public.trap_%1$s(%2$s) RETURNS %3$s LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''a trap: operator''; END'; CREATE OPERATOR public.%4$s (FUNCTION = public.trap_%1$s, %5$s);$$,
	                  n, array_to_string(words, ', '), result, name,
	                  CASE cardinality(words) WHEN 1 THEN 'RIGHTARG = ' || words[1] ELSE format('LEFTARG = %s, RIGHTARG = %s', words[1], words[2]) END)
	       END
	FROM named
	ORDER BY kind, name, types;
SQL
sed -i 's/education_flow\./public./g' "$dir/traps.sql"
own=$(run -d ef_clean -c "SELECT 'public\.(' || string_agg(typname, '|') || ')([^a-z_(]|$)'
                          FROM pg_type JOIN member ON classid = 'pg_type'::regclass AND objid = oid WHERE typname !~ '^_'")
grep -vE "$own" "$dir/traps.sql" >"$dir/before.sql"
grep -E "$own" "$dir/traps.sql" >"$dir/after.sql"
# what had been caught, by name
cat >>"$dir/before.sql" <<-'SQL'
	CREATE FUNCTION public.obj_description(oid, text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''a trap''; END';
	CREATE FUNCTION public.format(text, text, text, text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''a trap''; END';
	CREATE FUNCTION public.format(text, name) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''a trap''; END';
	CREATE FUNCTION public.length(name) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''a trap''; END';
	CREATE FUNCTION public.same(oid, regclass) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''a trap''; END';
	CREATE OPERATOR public.= (FUNCTION = public.same, LEFTARG = oid, RIGHTARG = regclass);
	CREATE FUNCTION public.begun(jsonb, integer, bigint) RETURNS jsonb LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''a trap''; END';
	CREATE AGGREGATE public.jsonb_object_agg(integer, bigint) (SFUNC = public.begun, STYPE = jsonb);
SQL

# --- the same again, in the schema public of a cluster where everybody may create
run -d postgres -c 'DROP DATABASE IF EXISTS ef_trapped WITH (FORCE)' -c 'CREATE DATABASE ef_trapped' -c 'CREATE ROLE ef_mallory' || exit 1
# one that is known by name may have been found too
trap_in() { { echo "SET ROLE ef_mallory;"; cat "$1"; } | psql -X -q -d ef_trapped 2>"$dir/log"; grep -v 'already exists with same argument types\|already exists$' "$dir/log" | grep ERROR; }
run -d ef_trapped -c 'GRANT CREATE ON SCHEMA public TO ef_mallory' && tables ef_trapped &&
	run -d ef_trapped -c 'GRANT USAGE ON SCHEMA hr TO ef_mallory' || exit 1
none "$(trap_in "$dir/before.sql")" 'traps are laid before the extension comes'
laid() { plain -c "SELECT count(*) FROM pg_proc WHERE proowner = 'ef_mallory'::regrole"; }
# this test's own queries look the other way
plain() { PGOPTIONS="$PGOPTIONS -c search_path=pg_catalog" run -d ef_trapped "$@"; }
before=$(laid)
[ "$before" -gt 100 ]
ok $? 'there are many of them'
run -d ef_trapped -c 'CREATE EXTENSION education_flow SCHEMA public' >"$dir/log" 2>&1
ok $? 'the extension is created among them' || cat "$dir/log"
sed 's/^/# /' "$dir/log"
none "$(trap_in "$dir/after.sql")" 'traps are laid beside it'
[ "$(laid)" -gt $((before + 100)) ]
ok $? 'there are many of them too'
views ef_trapped >"$dir/log" 2>&1
ok $? 'views are made with all traps on the search_path'
sed 's/^/# /' "$dir/log"
caught="
	SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0), pg_describe_object(d.refclassid, d.refobjid, 0)
	FROM pg_depend AS d
	WHERE (d.refclassid = 'pg_proc'::regclass AND d.refobjid IN (SELECT oid FROM pg_proc WHERE proowner = 'ef_mallory'::regrole)
	       OR d.refclassid = 'pg_operator'::regclass AND d.refobjid IN (SELECT oid FROM pg_operator WHERE oprowner = 'ef_mallory'::regrole)
	       OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (SELECT oid FROM pg_type WHERE typowner = 'ef_mallory'::regrole))
	      AND NOT (d.classid = 'pg_proc'::regclass AND d.objid IN (SELECT oid FROM pg_proc WHERE proowner = 'ef_mallory'::regrole)
	               OR d.classid = 'pg_operator'::regclass AND d.objid IN (SELECT oid FROM pg_operator WHERE oprowner = 'ef_mallory'::regrole))"
none "$(plain -c "$caught")" 'nothing depends on a trap'
for schema in one two two_query; do
	none "$(plain -c "SELECT format('SELECT pg_catalog.count(v::text) FROM %s AS v', c.oid::regclass) FROM pg_class AS c
	                              WHERE relnamespace = '$schema'::regnamespace AND relkind = 'v' ORDER BY 1" | sed 's/$/;/' | run -d ef_trapped -f - 2>&1 >/dev/null)" "every view of $schema is read"
done
run -d ef_trapped <<-'SQL' >"$dir/log" 2>&1
	SELECT reporting_refresh_ddl('one'::text) \gexec
	DROP SCHEMA two_query CASCADE;
	SELECT reporting_drop_ddl('one'::text) \gexec
	SELECT reporting_drop_ddl('two'::text) \gexec
SQL
ok $? 'refreshed, and dropped'
sed 's/^/# /' "$dir/log"
same "$(plain -c "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^(one|two)'")" 0 'with nothing left'
# with an explicit pg_catalog behind, even what matches exactly would be caught
same "$(run -d ef_trapped -c "SET search_path = public, pg_catalog" \
	-c "SELECT count(*) FROM reporting_ddl('one'::text, '{\"employment\": {\"table\": \"hr.staff\"}}'::jsonb)" 2>&1 | head -n 1)" \
	'ERROR:  search_path has a schema before pg_catalog' 'a search_path that hides pg_catalog is refused'

run -d postgres -c 'DROP DATABASE ef_trapped WITH (FORCE)' -c 'DROP DATABASE ef_clean WITH (FORCE)' -c 'DROP ROLE ef_mallory'
echo "1..$n"
exit "$failed"
