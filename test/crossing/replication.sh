#!/bin/bash
# crossing/replication.sh: prints TAP.  Logical replication of every type, in text
# and in binary: from the oldest PostgreSQL that is installed to that of PG_CONFIG
# and back, or, where no other is installed, from one server to another of it.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/replication.sh
cd "${here%/*}/../.." || exit 1
. test/lib/tap.sh
. test/lib/database.sh
. test/lib/stored.sh
. test/lib/two_majors.sh
export PGOPTIONS="-c client_min_messages=warning"

if [ -z "${EF_CROSSING:-}" ]; then
	dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-replication.XXXXXX") || exit 1
	trap 'rm -rf "$dir"' EXIT
	if config=$(older_config); then
		build_for "$config" || { sed 's/^/# /' "$dir/log"; echo "Bail out! it does not build for $("$config" --version)"; exit 1; }
	else
		config=$new_config
	fi
	EF_PG_CONF="wal_level = logical
max_wal_senders = 10
max_replication_slots = 10
max_logical_replication_workers = 10
max_worker_processes = 20" in_both "$config"
	exit
fi

tables='summary stay path move spec rule'
# columns TABLE: its key and its value.
columns() {
	case $1 in
		summary) echo 'part int PRIMARY KEY, w workforce' ;;
		stay) echo 'part int PRIMARY KEY, r retention' ;;
		path) echo 'part int PRIMARY KEY, f funnel' ;;
		move) echo 'part int PRIMARY KEY, m mobility' ;;
		spec) echo 'id int PRIMARY KEY, s funnel_spec' ;;
		rule) echo 'name text, r retirement_rule' ;;
	esac
}
# all_bytes DATABASE: every value of every table.
all_bytes() {
	local table
	for table in $tables; do
		if [ "$table" = rule ]; then
			run -d "$1" -c 'SELECT name, retirement_rule_send(r) FROM rule ORDER BY name'
		else
			stored_bytes "$1" "$table"
		fi
	done
	run -d "$1" -c 'SELECT id, w FROM many ORDER BY id'
}
# caught_up BYTES SOCKETS: waits until the subscriber has them, a minute at most.
caught_up() {
	local _
	got=
	for _ in $(seq 300); do
		got=$(at "$2" all_bytes ef_subscriber)
		[ "$got" != "$1" ] || return 0
		sleep 0.2
	done
	return 0
}

# replicate FROM TO BINARY SCHEMA LABEL: a publisher and a subscriber, which has the
# extension in SCHEMA.
replicate() {
	local from=$1 to=$2 binary=$3 schema=$4 label=$5 table published got
	at "$from" stored_fill ef_publisher >/dev/null || exit 1
	at "$from" run -d ef_publisher <<-'SQL' || exit 1
		CREATE TABLE many (id int, w workforce[]);
		INSERT INTO many SELECT 1, array_agg(w ORDER BY part) FROM summary;
		ALTER TABLE rule REPLICA IDENTITY FULL;
		ALTER TABLE many REPLICA IDENTITY FULL;
		DROP INDEX summary_w_idx, stay_r_idx, path_f_idx, move_m_idx;
		CREATE PUBLICATION ef FOR TABLE summary, stay, path, move, spec, rule, many;
	SQL
	at "$to" fresh_database ef_subscriber || exit 1
	at "$to" run -d ef_subscriber -c "CREATE SCHEMA IF NOT EXISTS \"$schema\"" -c "ALTER EXTENSION education_flow SET SCHEMA \"$schema\"" \
		-c "ALTER DATABASE ef_subscriber SET search_path = public, \"$schema\"" || exit 1
	{
		for table in $tables; do echo "CREATE TABLE $table ($(columns "$table"));"; done
		echo "CREATE TABLE many (id int, w workforce[]);"
		echo "ALTER TABLE rule REPLICA IDENTITY FULL; ALTER TABLE many REPLICA IDENTITY FULL;"
	} | at "$to" run -d ef_subscriber || exit 1
	at "$to" run -d ef_subscriber -c "CREATE SUBSCRIPTION ef CONNECTION 'host=$from port=5432 user=postgres dbname=ef_publisher' PUBLICATION ef WITH (binary = $binary)" || exit 1
	published=$(at "$from" all_bytes ef_publisher)
	caught_up "$published" "$to"
	same "$published" "$got" "$label: the first copy"

	at "$from" run -d ef_publisher <<-'SQL' || exit 1
		UPDATE summary SET w = (SELECT rollup(s.w) FROM summary AS s WHERE s.part < 100) WHERE part = 100;
		UPDATE stay SET r = (SELECT s.r FROM stay AS s WHERE s.part = 102) WHERE part = 3;
		UPDATE path SET f = (SELECT s.f FROM path AS s WHERE s.part = 103) WHERE part = 3;
		UPDATE move SET m = (SELECT s.m FROM move AS s WHERE s.part = 102) WHERE part = 3;
		UPDATE spec SET s = funnel_spec(ARRAY['ny', 'nyare']) WHERE id = 2;
		UPDATE rule SET r = (SELECT retirement_rule_agg('1900-01-01', 800)) WHERE name = 'shipped';
		UPDATE many SET w = w[2:3];
		DELETE FROM summary WHERE part = 4;
		DELETE FROM stay WHERE part = 4;
		DELETE FROM path WHERE part = 4;
		DELETE FROM move WHERE part = 4;
		DELETE FROM spec WHERE id = 3;
		DELETE FROM rule WHERE name = 'in force';
		INSERT INTO summary SELECT 200, w FROM summary WHERE part = 5;
		INSERT INTO stay SELECT 200, r FROM stay WHERE part = 100;
		INSERT INTO path SELECT 200, f FROM path WHERE part = 101;
		INSERT INTO move SELECT 200, m FROM move WHERE part = 5;
		INSERT INTO spec VALUES (200, funnel_spec(ARRAY['sist']));
		INSERT INTO rule SELECT 'new', retirement_rule_agg('1960-01-01', 792);
		INSERT INTO many SELECT 2, array_agg(w ORDER BY part) FROM summary WHERE part > 99;
	SQL
	published=$(at "$from" all_bytes ef_publisher)
	caught_up "$published" "$to"
	same "$published" "$got" "$label: UPDATE, DELETE and INSERT"
	at "$to" run -d ef_subscriber -c 'DROP SUBSCRIPTION ef' >/dev/null || exit 1
}

for binary in false true; do
	form=$([ "$binary" = true ] && echo binary || echo text)
	replicate "$old" "$new" "$binary" education_flow "$old_name to $new_name, $form"
	replicate "$new" "$old" "$binary" 'ef x' "$new_name to $old_name, $form, another schema"
done
same "$(grep -c 'ERROR' "$EF_LOG")" 0 'no error in the log'
echo "1..$n"
exit "$failed"
