#!/bin/bash
# deb.sh [DIRECTORY]: makes a Debian package for each PostgreSQL major whose
# server headers are installed (or those in EF_MAJORS), and puts it with the
# source package into DIRECTORY (default: dist).  Builds from a copy of the files
# that git tracks, so that nothing else gets in and the tree stays as it is.
# Prints the paths of the packages.
#
# Installs nothing: debhelper and postgresql-server-dev-all must be there.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$top/packaging/tree.sh"
out=${1:-$top/dist}

for tool in dpkg-buildpackage dh pg_buildext; do
	command -v "$tool" >/dev/null || {
		echo "$tool is missing; install debhelper and postgresql-server-dev-all" >&2
		exit 3
	}
done

tmp=$(mktemp -d "${TMPDIR:-/tmp}/ef-deb.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

version=$(cd "$top" && dpkg-parsechangelog -S Version)
tree=$tmp/education-flow-${version%-*}
copy_tree "$top" "$tree"
tar -C "$tmp" --exclude=debian --sort=name --mtime="@$(cd "$top" && dpkg-parsechangelog -S Timestamp)" \
	--owner=0 --group=0 --numeric-owner -cf - "$(basename "$tree")" |
	gzip -9n >"$tmp/education-flow_${version%-*}.orig.tar.gz"

# A control file for the majors at hand.
export PG_SUPPORTED_VERSIONS=${EF_MAJORS:-installed}
cd "$tree"
pg_buildext updatecontrol >"$tmp/log" 2>&1
# The tests of the package run after it is installed (debian/tests).
if ! DEB_BUILD_OPTIONS="nocheck ${DEB_BUILD_OPTIONS:-}" DEB_BUILD_PROFILES=nocheck \
	dpkg-buildpackage -us -uc >>"$tmp/log" 2>&1
then
	tail -n 40 "$tmp/log" >&2
	exit 1
fi
mkdir -p "$out"
cd "$tmp"
mv -- *.deb *.changes *.buildinfo *.dsc *.tar.* "$out/"
find "$out" -name "postgresql-*-education-flow_${version}_*.deb" | sort
