# shellcheck shell=bash
# cluster.sh: sourced inside test/lib/server.sh, whose server becomes the coordinator of a cluster.  Starts the
# workers, with the same programs, on Unix sockets of their own, and removes them when the shell ends.
#
#   cluster_conf          lines for postgresql.conf of each node, with cluster_extra after them
#   cluster_start DIR N   N workers below DIR, which the server's user must be able to enter
#   cluster_database NAME a database on each node, with education_flow in a schema of its own; the
#                         coordinator knows the workers
#   worker N COMMAND...   with PGHOST and PGPORT of that worker

cluster_conf="shared_preload_libraries = 'citus'
wal_level = logical
max_wal_senders = 20
max_replication_slots = 20
max_worker_processes = 20
max_prepared_transactions = 40
max_connections = 200
citus.shard_count = 8
citus.enable_statistics_collection = off
citus.node_conninfo = 'sslmode=disable'
jit = off"

cluster_workers=0
read -ra as_server <<<"${EF_AS_SERVER:-}"
on_node() { (cd / && "${as_server[@]}" "$@"); }

worker() {
	local number=$1
	shift
	PGHOST=$cluster_dir/$number PGPORT=$((6000 + number)) "$@"
}

worker_start() {
	on_node "$EF_BINDIR/pg_ctl" start -D "$cluster_dir/$1/data" -l "$cluster_dir/$1/log" -w -t 120 -s
}

worker_stop() { # NUMBER MODE
	on_node "$EF_BINDIR/pg_ctl" stop -D "$cluster_dir/$1/data" -m "$2" -w -s
}

# shellcheck disable=SC2317  # reached through the trap
cluster_stop() {
	local number
	for number in $(seq "$cluster_workers"); do
		if [ -f "$cluster_dir/$number/data/postmaster.pid" ]; then worker_stop "$number" immediate; fi
	done
}

cluster_start() {
	local number
	cluster_dir=$1
	run -d postgres -c "ALTER SYSTEM SET citus.local_hostname = '$PGHOST'" -c 'SELECT pg_reload_conf()' >/dev/null || return 1
	mkdir -p "$cluster_dir"
	chmod 755 "$cluster_dir"
	for number in $(seq "$2"); do
		mkdir "$cluster_dir/$number"
		if [ ${#as_server[@]} -gt 0 ]; then chown "$(stat -c %U "$EF_DATA")" "$cluster_dir/$number"; fi
		on_node "$EF_BINDIR/initdb" -D "$cluster_dir/$number/data" -U postgres -A trust -E UTF8 --locale=C --no-sync \
			>"$cluster_dir/$number.initdb" 2>&1 || { cat "$cluster_dir/$number.initdb" >&2; return 1; }
		on_node sh -c 'cat >>"$1"' sh "$cluster_dir/$number/data/postgresql.conf" <<-CONF || return 1
			listen_addresses = ''
			port = $((6000 + number))
			unix_socket_directories = '$cluster_dir/$number'
			citus.local_hostname = '$cluster_dir/$number'
			fsync = off
			synchronous_commit = off
			full_page_writes = off
			timezone = 'UTC'
			lc_messages = 'C'
			$cluster_conf
			${cluster_extra:-}
		CONF
		cluster_workers=$number
		worker_start "$number" || { cat "$cluster_dir/$number/log" >&2; return 1; }
	done
}

cluster_database() {
	local number
	run -d postgres -c "CREATE DATABASE $1" || return 1
	run -d "$1" -c 'SET client_min_messages = warning; CREATE EXTENSION citus' || return 1
	for number in $(seq "$cluster_workers"); do
		worker "$number" run -d postgres -c "CREATE DATABASE $1" &&
			worker "$number" run -d "$1" -c 'SET client_min_messages = warning; CREATE EXTENSION citus' || return 1
	done
	run -d "$1" <<-SQL || return 1
		SELECT citus_set_coordinator_host('$PGHOST', $PGPORT);
		SELECT citus_add_node('$cluster_dir/' || n, 6000 + n) FROM generate_series(1, $cluster_workers) AS n \g /dev/null
		CREATE SCHEMA education_flow;
		CREATE EXTENSION education_flow SCHEMA education_flow;
		ALTER DATABASE $1 SET search_path = public, education_flow;
	SQL
}
