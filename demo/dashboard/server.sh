#!/bin/bash
# server.sh VENV DIRECTORY COMMAND...: Superset on the demo's database, for as long as COMMAND runs, which
# gets SUPERSET_ADDRESS, that of the dashboard, SUPERSET_USER and SUPERSET_PASSWORD. VENV has Superset
# (test/python/superset.txt), DIRECTORY is for what it writes. PGHOST, PGPORT and PGDATABASE say where
# the demo is. It listens on 127.0.0.1 only; its key and the password are those of one run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=$1 home=$2
shift 2
mkdir -p "$home"
chmod 700 "$home"
random() { head -c 30 /dev/urandom | base64 | tr '+/' '-_'; }
# What it and its parts keep of their own goes there, too.
export HOME=$home SUPERSET_HOME=$home SUPERSET_CONFIG_PATH=$here/superset_config.py FLASK_APP=superset
export SUPERSET_SECRET_KEY SUPERSET_USER=admin SUPERSET_PASSWORD
SUPERSET_SECRET_KEY=$(random)
SUPERSET_PASSWORD=$(random)

psql -X -q -v ON_ERROR_STOP=1 -o /dev/null -f "$here/reader.sql"

step() { "$@" >"$home/log" 2>&1 </dev/null || { cat "$home/log" >&2; exit 1; }; }
step "$venv/bin/superset" db upgrade
step "$venv/bin/superset" fab create-admin --username "$SUPERSET_USER" --firstname education --lastname flow \
	--email admin@example.org --password "$SUPERSET_PASSWORD"
step "$venv/bin/superset" init

port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1)->sockport')
"$venv/bin/gunicorn" -w 1 -k gthread --no-control-socket --threads 8 --timeout 300 --graceful-timeout 1 -b "127.0.0.1:$port" \
	'superset.app:create_app()' >"$home/log" 2>&1 </dev/null &
server=$!
child=
# shellcheck disable=SC2317  # reached through the trap
stop() {
	trap '' INT TERM HUP
	[ -z "$child" ] || kill "$child" 2>/dev/null || true
	kill "$server" 2>/dev/null || true
	wait "$server" 2>/dev/null || true
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

up() { perl -MIO::Socket::INET -e '
	my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$ARGV[0]", Timeout => 20) or exit 1;
	print $s "GET /health HTTP/1.0\r\n\r\n"; local $/; exit(<$s> =~ / 200 / ? 0 : 1)' "$port" 2>/dev/null; }
for _ in $(seq 180); do
	up && break
	kill -0 "$server" 2>/dev/null || { cat "$home/log" >&2; exit 1; }
	sleep 1
done
uri="postgresql+psycopg2://bi_reader@/$PGDATABASE?host=$(perl -pe 's/([^\w.~-])/sprintf "%%%02X", ord $1/ge' <<<"$PGHOST" | sed 's/%0A$//')&port=$PGPORT"
path=$("$venv/bin/python" -B "$here/build.py" "http://127.0.0.1:$port" "$SUPERSET_USER" "$uri") || { tail -n 40 "$home/log" >&2; exit 1; }
export SUPERSET_ADDRESS=http://127.0.0.1:$port$path

# In the background, since bash answers a signal only between commands.
status=0
"$@" <&0 &
child=$!
wait "$child" || status=$?
child=
exit "$status"
