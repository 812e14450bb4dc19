# shellcheck shell=bash
# root.sh: sourced by suites that need another Debian.  A root is a directory
# that debootstrap fills; commands run in it with their own processes and mounts,
# and nothing of them is left when they end.  Only root can make one.
mirror=${EF_MIRROR:-http://deb.debian.org/debian}

# waited COMMAND...: in the background, since bash answers a signal only between
# commands; who sources this kills $child in a trap.
child=
waited() {
	"$@" </dev/null &
	child=$!
	wait "$child"
	local status=$?
	child=
	return "$status"
}

# root_or_why: nothing if roots can be made here, else one line that says why.
root_or_why() {
	local status=0
	if [ "$(id -u)" -ne 0 ]; then
		echo "only root can make another Debian"
	elif ! unshare --mount --pid --fork true 2>/dev/null; then
		echo "this machine allows no namespaces"
	else
		"$(dirname "${BASH_SOURCE[0]}")/setup.sh" root >/dev/null 2>&1 || status=$?
		[ "$status" -eq 0 ] || echo "debootstrap is missing, and could not be installed"
	fi
}

# make_root SUITE DIRECTORY LOG: an empty Debian, of which apt knows where to
# get more.
make_root() {
	local suite=$1 dir=$2 script=/usr/share/debootstrap/scripts/$1
	# A suite that debootstrap does not know by name is made as sid is.
	[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
	{
		waited debootstrap --variant=minbase "$suite" "$dir" "$mirror" "$script" || return
		{
			# How this machine reaches the archive.  A mirror may be a little old.
			apt-config dump | grep -E '^Acquire::(Check-|https?:)'
			printf '%s "false";\n' APT::Install-Recommends Acquire::Check-Valid-Until Dpkg::Use-Pty
		} >"$dir/etc/apt/apt.conf.d/90host"
		# A service that is installed starts, as it does on a machine.
		printf '#!/bin/sh\nexit 0\n' >"$dir/usr/sbin/policy-rc.d"
		chmod +x "$dir/usr/sbin/policy-rc.d"
		# What is gone with the machine need not reach the disk.
		echo force-unsafe-io >"$dir/etc/dpkg/dpkg.cfg.d/90host"
		here_now "$dir" && in_root "$dir" apt-get -q update
	} >"$3" 2>&1
}

# here_now DIRECTORY: what a root knows of the machine that it is on.
here_now() {
	printf '127.0.0.1 localhost %s\n' "$(hostname)" >"$1/etc/hosts"
	cp -L /etc/resolv.conf "$1/etc/resolv.conf"
}

# inside DIRECTORY COMMAND...: becomes the command, there; for a subshell.  $beside,
# if the caller has set it, names a directory that is seen there as /build/shared,
# to be read.
inside() {
	# shellcheck disable=SC2016  # the inner shell's
	exec unshare --mount --pid --fork --kill-child --propagation private sh -ec '
		dir=$1 beside=$2
		shift 2
		mount -t proc proc "$dir/proc"
		mkdir -p "$dir/dev/shm"
		mount -t tmpfs tmpfs "$dir/dev/shm"
		if [ -n "$beside" ]; then
			mkdir -p "$dir/build/shared"
			mount --bind "$beside" "$dir/build/shared"
			mount -o remount,bind,ro "$dir/build/shared"
		fi
		exec chroot "$dir" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"' sh "$1" "${beside:-}" "${@:2}"
}

# in_root DIRECTORY COMMAND...: runs it there.
in_root() { waited inside "$@"; }
