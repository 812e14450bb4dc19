#!/bin/bash
# suite/own_directory.sh: prints TAP.  The files of the extension in a directory of
# one's own, put there by a user who is not root with the manual's commands: a
# server that has the two settings finds them.  Skipped before PostgreSQL 18, which
# brought extension_control_path.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/tap.sh
pg_config=${PG_CONFIG:-pg_config}
bindir=$("$pg_config" --bindir)
major=$("$pg_config" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
if [ "$major" -lt 18 ]; then
	echo "1..0 # SKIP extension_control_path came with PostgreSQL 18"
	exit 0
fi

if [ -z "${EF_OWN_DIRECTORY:-}" ]; then
	dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-own.XXXXXX") || exit 1
	trap 'rm -rf "$dir"' EXIT
	chmod a+rx "$dir"
	home=$dir/home
	mkdir -p "$home/education_flow-0"
	# As it is after make, which this server's library is from.
	tar --exclude=./.git -cf - . | tar -xf - -C "$home/education_flow-0"
	as_user=()
	if [ "$(id -u)" -eq 0 ]; then
		for user in postgres nobody; do
			if id "$user" >/dev/null 2>&1; then break; fi
		done
		chown -R "$user" "$home"
		as_user=(runuser -u "$user" --)
	fi
	perl test/packaging/commands.pl doc/install.md 'Without root PostgreSQL 18' >"$dir/commands"
	"${as_user[@]}" env -u PG_CONFIG -u DESTDIR HOME="$home" PATH="$bindir:$PATH" bash "$dir/commands" >"$dir/log" 2>&1
	export EF_OWN_STATUS=$? EF_OWN_DIRECTORY=$dir
	EF_BARE=1 EF_PG_CONF=$(cat "$home"/education_flow-0/extensions.conf) test/lib/server.sh test/suite/own_directory.sh
	exit
fi
. test/lib/database.sh
. test/lib/stored.sh
dir=$EF_OWN_DIRECTORY
export PGOPTIONS="-c client_min_messages=warning"

ok "$EF_OWN_STATUS" 'the commands of the manual, by a user who is not root'
[ "$EF_OWN_STATUS" -eq 0 ] || tail -n 20 "$dir/log" | sed 's/^/# /'
there="SELECT count(*) FROM pg_available_extensions WHERE name = 'education_flow'"
same "$(run -c "$there")" 1 'the server finds it'
same "$(run -c "SET extension_control_path = '\$system'" -c "$there")" 0 'and not without the setting'
test/docs.sh README.md >"$dir/log" 2>&1
status=$?
ok "$status" "README's examples"
[ "$status" -eq 0 ] || grep -A 9 '^not ok' "$dir/log" | head -n 30 | sed 's/^/# /'
# A dump names neither directory.
{ stored_fill ef_own && run -d postgres -c 'CREATE DATABASE ef_restored' && run -d postgres -c 'ALTER DATABASE ef_restored SET search_path = public, education_flow' &&
	pg_dump -d ef_own | run -d ef_restored; } >"$dir/log" 2>&1
ok $? 'a database is dumped and restored'
same "$(stored_content ef_own)" "$(stored_content ef_restored)" 'and is what it was'
echo "1..$n"
exit "$failed"
