# shellcheck shell=bash
# two_majors.sh: sourced by the crossings, which take two servers at once.  The one
# is that of PG_CONFIG; the other is the oldest that is installed beside it, with
# headers, where Debian has them.  The caller has set dir, a directory of its own,
# and here, the script that runs again inside of both servers.

new_config=${EF_NEW_CONFIG:-${PG_CONFIG:-pg_config}}

major_of() { "$1" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/'; }

# older_config: the pg_config of the other; fails if there is none.
older_config() {
	local config ours
	ours=$(major_of "$new_config")
	for config in $(printf '%s\n' /usr/lib/postgresql/*/bin/pg_config | sort -V); do
		[ -x "${config%/*}/initdb" ] || continue
		[ -f "$("$config" --includedir-server)/postgres.h" ] || continue
		[ "$(major_of "$config")" -ge 15 ] && [ "$(major_of "$config")" -lt "$ours" ] || continue
		echo "$config"
		return 0
	done
	return 1
}

# build_for CONFIG: the extension for that server, in $dir/other.so.
build_for() {
	mkdir "$dir/other"
	tar --exclude='*.o' --exclude='*.bc' -cf - Makefile education_flow.control src | tar -xf - -C "$dir/other" &&
		env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -j2 -C "$dir/other" PG_CONFIG="$1" with_llvm=no all >"$dir/log" 2>&1 &&
		mv "$dir/other/education_flow.so" "$dir/other.so" &&
		rm -rf "$dir/other"
}

# in_both CONFIG: runs $here again in a server of CONFIG and in one of PG_CONFIG.
# There old and new name the sockets' directories, and old_data and new_data and so
# on what server.sh says of each.
in_both() {
	local so=
	[ ! -f "$dir/other.so" ] || so=$dir/other.so
	PG_CONFIG=$1 EF_SO=$so EF_CROSSING=one EF_CROSSING_DIR=$dir EF_NEW_CONFIG=$new_config test/lib/server.sh "$here"
}
case ${EF_CROSSING:-} in
	one)
		export EF_CROSSING=both old=$PGHOST old_data=$EF_DATA old_bindir=$EF_BINDIR old_path=$PATH
		PG_CONFIG=$new_config EF_SO='' exec test/lib/server.sh "$here"
		;;
	both)
		# shellcheck disable=SC2034  # the caller's
		new=$PGHOST new_data=$EF_DATA new_bindir=$EF_BINDIR dir=$EF_CROSSING_DIR
		read -ra as_server <<<"$EF_AS_SERVER"
		# shellcheck disable=SC2034
		old_name=$(PGHOST=$old psql -X -At -c 'SHOW server_version' | cut -d' ' -f1)
		# shellcheck disable=SC2034
		new_name=$(psql -X -At -c 'SHOW server_version' | cut -d' ' -f1)
		# at SOCKETS COMMAND...: with that server.
		at() { PGHOST=$1 "${@:2}"; }
		on_server() { (cd "$new_data/.." && "${as_server[@]}" "$@"); }
		;;
esac
