#!/bin/bash
# crossing/upgrade.sh: prints TAP.  pg_upgrade from the oldest PostgreSQL that is
# installed to that of PG_CONFIG: stored values of every type, what the functions
# say of them, an edited pension age table and a reporting schema are what they
# were, byte for byte; and all of it goes on.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/upgrade.sh
cd "${here%/*}/../.." || exit 1
. test/lib/tap.sh
. test/lib/database.sh
. test/lib/stored.sh
. test/lib/two_majors.sh
export PGOPTIONS="-c client_min_messages=warning"

if [ -z "${EF_CROSSING:-}" ]; then
	config=$(older_config) || { echo "1..0 # SKIP no older PostgreSQL is installed beside this one"; exit 0; }
	dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-upgrade.XXXXXX") || exit 1
	trap 'rm -rf "$dir"' EXIT
	build_for "$config" || { sed 's/^/# /' "$dir/log"; echo "Bail out! it does not build for $("$config" --version)"; exit 1; }
	# Both clusters have checksums, whatever the major's default is.
	EF_INITDB=--data-checksums in_both "$config"
	exit
fi

# reported: every row of every relation of the reporting schema, and what it is.
reported() {
	run -d ef_stored <<-'SQL'
		SELECT format('SELECT %L, row FROM (SELECT (to_jsonb(v) - ''refreshed_at'')::text AS row FROM %s AS v) AS r ORDER BY row COLLATE "C"', c.oid::regclass, c.oid::regclass)
		FROM pg_class AS c WHERE relnamespace IN ('report'::regnamespace, 'report_summary'::regnamespace) AND relkind IN ('r', 'v', 'm')
		ORDER BY c.oid::regclass::text COLLATE "C" \gexec
		SELECT c.oid::regclass, relkind, relowner::regrole, obj_description(c.oid, 'pg_class'), has_table_privilege('ef_reader', c.oid, 'SELECT') FROM pg_class AS c
		WHERE relnamespace IN ('report'::regnamespace, 'report_summary'::regnamespace) ORDER BY c.oid::regclass::text COLLATE "C";
		SELECT c.oid::regclass, attname, col_description(c.oid, attnum), format_type(atttypid, atttypmod)
		FROM pg_class AS c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0
		WHERE relnamespace IN ('report'::regnamespace, 'report_summary'::regnamespace) ORDER BY c.oid::regclass::text COLLATE "C", attnum;
	SQL
}
# more: the other ways in which a value is stored.
more() {
	run -d ef_stored <<-'SQL'
		SELECT 'domain', d, 'array', a, 'composite', c, 'generated', n FROM more ORDER BY d::workforce;
		SELECT tableoid::regclass, md5(w::text) FROM by_hash ORDER BY 2;
		SELECT own(w)::text FROM more;
		SELECT extname, extversion, nspname FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace ORDER BY 1;
	SQL
}
everything() { stored_content ef_stored; more; reported; }

PGHOST=$old
stored_fill ef_stored >/dev/null || exit 1
run -d ef_stored <<-'SQL' || exit 1
	CREATE DOMAIN staff AS workforce CHECK (headcount(VALUE) >= 0);
	CREATE TYPE both_of AS (w workforce, s funnel_spec);
	CREATE AGGREGATE own(workforce) (sfunc = workforce_combinefn, stype = workforce);
	CREATE TABLE more (w workforce, d staff, a funnel_spec[], c both_of, n bigint GENERATED ALWAYS AS (headcount(w)) STORED);
	INSERT INTO more SELECT w, w, (SELECT array_agg(s ORDER BY id) FROM spec), (w, (SELECT s FROM spec WHERE id = 1))::both_of FROM summary WHERE part IN (1, 2);
	CREATE INDEX ON more (headcount(w));
	CREATE INDEX ON more USING hash (w);
	CREATE TABLE by_hash (w workforce) PARTITION BY HASH (w);
	CREATE TABLE by_hash_0 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 0);
	CREATE TABLE by_hash_1 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	INSERT INTO by_hash SELECT w FROM summary;
	CREATE ROLE ef_reader;
	SELECT reporting_ddl('report', '{"employment": {"table": "public.employment", "reason": "reason", "group_by": ["part"]},
	                                 "education": {"table": "public.event", "person_id": "id", "stage": "stage", "at": "at", "stages": ["sökt", ""], "group_by": ["part"]},
	                                 "reader": "ef_reader", "as_of": "2022-01-01"}') \gexec
SQL
before=$(everything)
[ "$(wc -l <<<"$before")" -gt 1000 ]
ok $? "$old_name: there is something to upgrade"
run -d postgres -c 'CREATE DATABASE ef_empty' || exit 1

# --- both are stopped, and the data goes from the one to the other
on_server "$old_bindir/pg_ctl" stop -D "$old_data" -m fast -w -s && on_server "$new_bindir/pg_ctl" stop -D "$new_data" -m fast -w -s
ok $? 'both stop'
work=$new_data/../work
on_server mkdir "$work"
(cd "$work" && "${as_server[@]}" env -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE -u PGOPTIONS "$new_bindir/pg_upgrade" \
	-b "$old_bindir" -B "$new_bindir" -d "$old_data" -D "$new_data" -U postgres -p 50432 -P 50433) >"$dir/log" 2>&1
status=$?
ok "$status" "pg_upgrade, $old_name to $new_name"
if [ "$status" -ne 0 ]; then
	sed 's/^/# /' "$dir/log"
	# Of each the end, which has the cause.
	tail -n 12 "$new_data"/pg_upgrade_output.d/*/*.txt "$new_data"/pg_upgrade_output.d/*/log/pg_upgrade_{server,dump_*}.log 2>/dev/null | sed 's/^/# /'
fi
on_server "$new_bindir/pg_ctl" start -D "$new_data" -l "$new_data/../server.log" -w -t 120 -s || { echo "Bail out! the new server does not start"; exit 1; }

PGHOST=$new
same "$(run -d ef_stored -c 'SHOW server_version' | cut -d' ' -f1)" "$new_name" 'it is the new one'
same "$before" "$(everything)" 'all is as it was, byte for byte'
run -d ef_stored <<-'SQL' >"$dir/log" 2>&1
	REFRESH MATERIALIZED VIEW CONCURRENTLY by_part;
	REFRESH MATERIALIZED VIEW CONCURRENTLY stay_by_part;
	REFRESH MATERIALIZED VIEW CONCURRENTLY path_by_part;
	REFRESH MATERIALIZED VIEW CONCURRENTLY move_by_part;
	SELECT reporting_refresh_ddl('report') \gexec
	REINDEX DATABASE ef_stored;
	VACUUM (FULL, ANALYZE);
SQL
status=$?
ok "$status" 'it refreshes, and writes its tables and indexes anew'
[ "$status" -eq 0 ] || sed 's/^/# /' "$dir/log"
same "$before" "$(everything)" 'to the same bytes'
same "$(run -d ef_stored -c "SET enable_seqscan = off" -c "SELECT count(*) FROM more AS a JOIN summary USING (w)")" 2 'what the indexes hold is found'
run -d ef_stored -c "DROP SCHEMA report, report_summary CASCADE" -c "DROP EXTENSION education_flow CASCADE" -c 'CREATE EXTENSION education_flow SCHEMA education_flow' >"$dir/log" 2>&1
ok $? 'the extension can be dropped and made again'
echo "1..$n"
exit "$failed"
