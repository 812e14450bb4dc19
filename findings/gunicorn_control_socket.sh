#!/bin/bash
# gunicorn 27.0.1.
#
# One would guess that a server bound to one address opens that and writes nothing to the user's home.  It makes
# ~/.gunicorn/gunicorn.ctl as well, a socket that commands are taken from; --no-control-socket leaves it out.
# Two servers of one user meet there.
#
# Seen:  [INFO] Control socket listening at HOME/.gunicorn/gunicorn.ctl
#        without the option: a socket; with it: nothing
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: gunicorn==27.0.1
cat >"$dir/app.py" <<'PY'
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"here\n"]
PY
# home OPTION...: what a server with these options leaves in its user's home while it runs.
home() {
	local server
	rm -rf "$dir/home" && mkdir "$dir/home"
	HOME=$dir/home "$dir/venv/bin/gunicorn" --chdir "$dir" -b "unix:$dir/app.sock" "$@" app:app >"$dir/log" 2>&1 &
	server=$!
	for _ in $(seq 60); do
		if grep -q 'Booting worker' "$dir/log"; then break; fi
		sleep 0.5
	done
	sleep 1
	find "$dir/home" -type s -printf '%P\n'
	kill "$server"
	wait "$server" || true
}
with=$(home)
grep 'Control socket' "$dir/log" | sed "s!$dir/home!HOME!" || true
without=$(home --no-control-socket)
echo "by itself: ${with:-nothing}; with --no-control-socket: ${without:-nothing}"
[ "$with" = .gunicorn/gunicorn.ctl ] && [ -z "$without" ]
