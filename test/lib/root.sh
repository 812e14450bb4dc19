# shellcheck shell=bash
# root.sh: sourced by suites that need an empty Debian.  A root is a directory
# that debootstrap fills; commands run in it with their own processes and mounts,
# and nothing of them is left when they end.  Only root can make one.

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
	local suite=$1 dir=$2
	{
		waited debootstrap --variant=minbase "$suite" "$dir" &&
			# How this machine reaches the archive, and what it believes of clocks.
			apt-config dump | grep -E '^Acquire::(Check-|https?:)' >"$dir/etc/apt/apt.conf.d/90host"
		printf '127.0.0.1 localhost %s\n' "$(hostname)" >"$dir/etc/hosts"
		# A service that is installed starts, as it does on a machine.
		printf '#!/bin/sh\nexit 0\n' >"$dir/usr/sbin/policy-rc.d"
		chmod +x "$dir/usr/sbin/policy-rc.d"
		# What is gone with the machine need not reach the disk.
		echo force-unsafe-io >"$dir/etc/dpkg/dpkg.cfg.d/90host"
		printf '%s\n' 'APT::Install-Recommends "false";' 'Dpkg::Use-Pty "0";' >>"$dir/etc/apt/apt.conf.d/90host"
		in_root "$dir" apt-get -q update
	} >"$3" 2>&1
}

# in_root DIRECTORY COMMAND...: runs it there.
in_root() {
	local dir=$1
	shift
	# shellcheck disable=SC2016  # the inner shell's
	waited unshare --mount --pid --fork --kill-child --propagation private sh -c '
		dir=$1
		shift
		mount -t proc proc "$dir/proc" &&
			mkdir -p "$dir/dev/shm" &&
			mount -t tmpfs tmpfs "$dir/dev/shm" &&
			exec chroot "$dir" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
				DEBIAN_FRONTEND=noninteractive "$@"' sh "$dir" "$@"
}
