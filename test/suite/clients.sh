#!/bin/bash
# suite/clients.sh: prints TAP.  A reporting schema read by a role that may see
# nothing else, through PostgreSQL's JDBC driver as Metabase does and through
# psqlODBC as Excel and Power Query do (test/clients), and again when views of
# it are broken on purpose: then the clients must say so.  Needs the server that
# run.sh provides; skipped where the drivers are missing and nobody may install
# them.
# shellcheck disable=SC2317  # the clients are called by name
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
test/lib/setup.sh clients
case $? in
	0) ;;
	3) echo "1..0 # SKIP Java, JDBC or ODBC is missing, and may not be installed by this user"; exit 0 ;;
	*) echo "Bail out! Java, JDBC or ODBC could not be installed"; exit 1 ;;
esac
. test/lib/database.sh
. test/lib/tap.sh
. test/clients/java.sh
export LC_ALL=C.UTF-8 PGOPTIONS="-c client_min_messages=warning"
unset ODBCINI ODBCSYSINI ODBCINSTINI

dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-clients.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT

reader='BI läsare'
java=$(find_java)
cc -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror test/clients/odbc.c -o "$dir/odbc" -lodbc || exit 1

# jdbc|odbc DATABASE SCHEMA: what the client says of the views, those of the
# file expected.
jdbc() {
	local url="jdbc:postgresql://localhost/$1?user=BI%20l%C3%A4sare"
	url+="&socketFactory=org.newsclub.net.unix.AFUNIXSocketFactory\$FactoryArg"
	url+="&socketFactoryArg=$PGHOST/.s.PGSQL.$PGPORT"
	"$java" -XX:TieredStopAtLevel=1 -Djava.library.path="$(printf '%s:' /usr/lib/*/jni)" \
		-cp /usr/share/java/postgresql.jar:/usr/share/java/junixsocket-common.jar \
		test/clients/Jdbc.java "$url" "$2" <"$dir/expected"
}
odbc() {
	"$dir/odbc" "Driver={PostgreSQL Unicode};Servername=$PGHOST;Port=$PGPORT;Database=$1;Uid=$reader;${options:-}" \
		"$2" <"$dir/expected"
}
# The driver shows boolean as text, and text as long text, unless it is told not to.
odbc_options() { options='BoolsAsChar=0;TextAsLongVarchar=0' odbc "$@"; }

# --- the schema
run -d postgres -c 'DROP DATABASE IF EXISTS ef_clients_broken WITH (FORCE)' \
	-c 'DROP DATABASE IF EXISTS ef_clients WITH (FORCE)' -c "DROP ROLE IF EXISTS \"$reader\"" \
	-c "CREATE ROLE \"$reader\" LOGIN" -c "ALTER ROLE \"$reader\" SET statement_timeout = '60s'" || exit 1
fresh_database ef_clients || exit 1
run -d ef_clients -v reader="$reader" -f test/clients/reporting.sql >"$dir/log" 2>&1
status=$?
if [ "$status" -ne 0 ]; then
	sed 's/^/# /' "$dir/log"
	echo "Bail out! no reporting schema to read"
	exit 1
fi
run -d ef_clients -c "SELECT relname FROM pg_class WHERE relnamespace = 'reporting'::regnamespace ORDER BY relname COLLATE \"C\"" \
	>"$dir/expected"
[ "$(wc -l <"$dir/expected")" -ge 35 ]
ok $? 'it has views'
same "$(run -d ef_clients -v reader="$reader" <<-'SQL'
	SELECT n.nspname, has_schema_privilege(:'reader', n.oid, 'usage') FROM pg_namespace AS n
	WHERE n.nspname IN ('Register & mer', 'education_flow', 'reporting') ORDER BY n.nspname COLLATE "C";
	SELECT count(*) FROM pg_class AS c
	WHERE c.relnamespace IN ('"Register & mer"'::regnamespace, 'education_flow'::regnamespace)
	      AND c.relname NOT LIKE 'pension_age%' AND has_any_column_privilege(:'reader', c.oid, 'select');
SQL
)" $'Register & mer|f\neducation_flow|f\nreporting|t\n0' 'its reader may see nothing else'

# What the clients must find, counted by the owner of the views.
found=$(run -d ef_clients <<-'SQL'
	SELECT format('SELECT %L || count(*) || %L FROM %s', relname || ': ', ' rows, ' || relnatts || ' columns', oid::regclass)
	FROM pg_class WHERE relnamespace = 'reporting'::regnamespace ORDER BY relname COLLATE "C" \gexec
SQL
)

# --- as it should be
for client in jdbc odbc odbc_options; do
	"$client" ef_clients reporting >"$dir/out" 2>"$dir/err"
	ok $? "$client reads the schema"
	sed 's/^/# /' "$dir/err"
	same "$found" "$(sed 's/^ok //' "$dir/out")" "$client finds every view, row and column"
	while read -r line; do
		[ "${line%% *}" = ok ]
		ok $? "$client: ${line#*ok }"
	done <"$dir/out"
done

# The summaries have types of our own; a tool must be told to leave them alone.
for client in jdbc odbc; do
	"$client" ef_clients reporting_summary >"$dir/out" 2>&1
	same "$(grep -cE '^not ok employment: .*unknown type .*workforce' "$dir/out")" 1 \
		"$client: summaries are not for tools"
done

# --- broken on purpose, each view in a way of its own; in a copy
run -d postgres -c 'CREATE DATABASE ef_clients_broken TEMPLATE ef_clients' \
	-c 'ALTER DATABASE ef_clients_broken SET search_path = public, education_flow' || exit 1
run -d ef_clients_broken -v reader="$reader" >"$dir/log" 2>&1 <<-'SQL'
	-- The view with another column, or with fewer rows.
	SELECT format('CREATE OR REPLACE VIEW reporting.%I WITH (security_invoker = true) AS SELECT v.*%s FROM (%s) AS v %s',
	              b.name, b.more, rtrim(pg_get_viewdef(('reporting.' || b.name)::regclass), ';'), b.filter)
	FROM (VALUES ('headcount', ', (SELECT min(e.workforce::text)::education_flow.workforce FROM reporting_summary.employment AS e) AS extra', ''),
	             ('recruitment_need', ', ARRAY[1] AS extra', ''),
	             ('age_pyramid', '', 'WHERE 1 / (v.age - v.age) > 0'),
	             ('retirement_projection', '', 'WHERE false')) AS b (name, more, filter) \gexec
	COMMENT ON COLUMN reporting.headcount.extra IS 'of a type of our own';
	COMMENT ON COLUMN reporting.recruitment_need.extra IS 'an array';
	COMMENT ON VIEW reporting.exit_rates IS NULL;
	COMMENT ON COLUMN reporting.turnover.year IS NULL;
	REVOKE SELECT ON reporting.retention_curve FROM :"reader";
	DROP VIEW reporting.exit_reasons;
	CREATE VIEW reporting.extra AS SELECT 1 AS extra;
SQL
status=$?
[ "$status" -eq 0 ] || sed 's/^/# /' "$dir/log"
ok "$status" 'views are broken'

# view, what is said of it; the ODBC driver passes no comments on
damage='age_pyramid: .*division by zero
exit_reasons: not listed
extra: listed, but not expected
headcount: column "extra" has the unknown type [^;]*workforce
recruitment_need: column "extra" has the unknown type _int4
retention_curve: .*(no privilege|permission denied)
retirement_projection: no rows'
comments='exit_rates: the view has no comment$
turnover: column "year" has no comment; [^;]*$'
for client in jdbc odbc; do
	"$client" ef_clients_broken reporting >"$dir/out" 2>"$dir/err"
	same "$?" 1 "$client fails"
	expected=$damage
	[ "$client" = odbc ] || expected+=$'\n'$comments
	while read -r line; do
		grep -qE "^not ok $line" "$dir/out"
		ok $? "$client says: $line"
	done <<<"$expected"
	same "$(cut -d: -f1 <<<"$expected" | sort)" "$(sed -n 's/^not ok \([^:]*\):.*/\1/p' "$dir/out" | sort)" \
		"$client complains of nothing else"
	if [ "$failed" -ne 0 ]; then grep '^not ok' "$dir/out" | cut -c1-300 | sed 's/^/# /'; fi
done

run -d postgres -c 'DROP DATABASE ef_clients_broken WITH (FORCE)' -c 'DROP DATABASE ef_clients WITH (FORCE)' \
	-c "DROP ROLE \"$reader\""
echo "1..$n"
exit "$failed"
