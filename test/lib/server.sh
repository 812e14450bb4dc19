#!/bin/bash
# server.sh COMMAND [ARGUMENT...]: runs COMMAND against a temporary PostgreSQL
# server that has education_flow available (not created), and removes all of
# it afterwards.  The exit code is COMMAND's.
#
# Nothing is installed into the system.  PostgreSQL finds its directories
# relative to its executable, so a copy of three binaries beside symbolic links
# to everything else makes a private installation, to which we add our files.
# The server listens on a Unix socket only, in a directory of its own, so any
# number of them can run at once.  Works as root (the server then runs as
# postgres or nobody) and as anybody else.
#
# Environment, all optional:
#   PG_CONFIG   which PostgreSQL
#   EF_SO       the library to install; default: education_flow.so of this tree
#   EF_BARE=1   without the extension
#   EF_PG_CONF  lines for postgresql.conf
#   EF_BESIDE   a directory with files of other extensions, laid out as their package
#               does: DIR/usr/lib/postgresql/15/lib and so on
#   EF_INITDB   words for initdb
#   EF_SERVER_ENV  NAME=VALUE words for the server's environment
#   EF_WRAP     words before the server's program, such as valgrind's
#   TMPDIR      where the temporary directory is made
# COMMAND gets PGHOST, PGPORT, PGUSER=postgres, PGDATABASE=postgres, PATH with
# the client programs first, EF_LOG, the server's log, and for who stops and starts
# the server: EF_DATA, its data, EF_BINDIR, where all its programs are, and
# EF_AS_SERVER, words that run a command as the server's user.

set -euo pipefail
[ $# -gt 0 ] || { echo "usage: server.sh COMMAND [ARGUMENT...]" >&2; exit 2; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
pg_config=${PG_CONFIG:-pg_config}
bindir=$("$pg_config" --bindir)
sharedir=$("$pg_config" --sharedir)
pkglibdir=$("$pg_config" --pkglibdir)
so=${EF_SO:-$root/education_flow.so}

for file in "$so" "$root"/education_flow--*.sql; do
	[ -f "$file" ] || { echo "$file is missing: run make first" >&2; exit 1; }
done

tmp=
child=
as_server=()

# The tools complain about a working directory that they may not enter.
on_server() { (cd "$tmp" && "${as_server[@]}" "$@"); }

# shellcheck disable=SC2317  # reached through the trap
cleanup() {
	trap '' INT TERM HUP
	[ -z "$child" ] || kill "$child" 2>/dev/null || true
	if [ -n "$tmp" ]; then
		if [ -f "$tmp/data/postmaster.pid" ]; then
			on_server "$tmp$bindir/pg_ctl" stop -D "$tmp/data" -m immediate -w -s ||
				kill -KILL "$(head -n 1 "$tmp/data/postmaster.pid")" || true
		fi
		rm -rf "$tmp"
	fi
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

tmp=$(mktemp -d "${TMPDIR:-/tmp}/ef-server.XXXXXX")
ulimit -c 0

if [ "$(id -u)" -eq 0 ]; then
	for user in postgres nobody; do
		if id "$user" >/dev/null 2>&1; then break; fi
	done
	as_server=(runuser -u "$user" --)
fi

# --- the private installation
mkdir -p "$tmp$bindir" "$tmp$sharedir/extension" "$tmp$pkglibdir" "$tmp/socket"
cp "$bindir"/{postgres,initdb,pg_ctl} "$tmp$bindir/"
for file in "$bindir"/*; do
	[ -e "$tmp$bindir/${file##*/}" ] || ln -s -t "$tmp$bindir" "$file"
done
find "$sharedir" -mindepth 1 -maxdepth 1 ! -name extension -exec ln -s -t "$tmp$sharedir" {} +
find "$sharedir/extension" -mindepth 1 -maxdepth 1 ! -name 'education_flow*' \
	-exec ln -s -t "$tmp$sharedir/extension" {} +
find "$pkglibdir" -mindepth 1 -maxdepth 1 ! -name 'education_flow*' -exec ln -s -t "$tmp$pkglibdir" {} +

for part in "$sharedir/extension" "$pkglibdir"; do
	if [ -n "${EF_BESIDE:-}" ] && [ -d "$EF_BESIDE$part" ]; then
		find "$EF_BESIDE$part" -mindepth 1 -maxdepth 1 -exec ln -s -f -t "$tmp$part" {} +
	fi
done

# Copies of ours: the server's user may not be able to read this tree.
if [ -z "${EF_BARE:-}" ]; then
	cp "$so" "$tmp$pkglibdir/education_flow.so"
	cp "$root/education_flow.control" "$root"/education_flow--*.sql "$tmp$sharedir/extension/"
	for file in "$root"/src/sql/{released,upgrade}/*.sql; do
		if [ -f "$file" ]; then cp "$file" "$tmp$sharedir/extension/"; fi
	done
fi
if [ ${#as_server[@]} -gt 0 ]; then chown -R -h "$user" "$tmp"; fi

# --- the server
# shellcheck disable=SC2086  # words
if ! on_server "$tmp$bindir/initdb" -D "$tmp/data" -U postgres -A trust -E UTF8 --locale=C \
	--no-sync ${EF_INITDB:-} >"$tmp/initdb.log" 2>&1
then
	cat "$tmp/initdb.log" >&2
	exit 1
fi
cat >>"$tmp/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$tmp/socket'
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
${EF_PG_CONF:-}
CONF

if [ -n "${EF_WRAP:-}" ]; then
	mv "$tmp$bindir/postgres" "$tmp$bindir/postgres.wrapped"
	printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$EF_WRAP" "$tmp$bindir/postgres.wrapped" >"$tmp$bindir/postgres"
	chmod 755 "$tmp$bindir/postgres"
fi

# A private directory's socket cannot collide, so the port is the usual one.
server_env=()
if [ -n "${EF_SERVER_ENV:-}" ]; then
	# shellcheck disable=SC2206  # words
	server_env=(env $EF_SERVER_ENV)
fi
if ! on_server "${server_env[@]}" "$tmp$bindir/pg_ctl" start -D "$tmp/data" -l "$tmp/server.log" \
	-w -t 120 -s
then
	cat "$tmp/server.log" >&2
	exit 1
fi

# --- the command.  Nothing of the caller's may lead it to another server.
unset PGSERVICE PGSERVICEFILE PGHOSTADDR PGPASSFILE PGPASSWORD PGOPTIONS PGSSLMODE \
	PGTARGETSESSIONATTRS PGCLIENTENCODING PGTZ PGDATESTYLE
export PGHOST=$tmp/socket PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
export PATH="$bindir:$PATH" EF_LOG="$tmp/server.log" EF_DATA="$tmp/data" EF_BINDIR="$tmp$bindir" EF_AS_SERVER="${as_server[*]}"

# In the background, since bash answers a signal only between commands.
status=0
"$@" <&0 &
child=$!
wait "$child" || status=$?
child=
exit "$status"
