#!/bin/sh
# layout.sh PACKAGE DIRECTORY: what an extension image of CloudNativePG holds, from
# the Debian package:
#
#   lib/              the library, for dynamic_library_path
#   share/extension/  control file and scripts, for extension_control_path
#   licenses/         the licence
#
# The operator mounts the image at /extensions/NAME and sets both paths.
set -eu
package=${1:?usage: layout.sh PACKAGE DIRECTORY}
out=${2:?usage: layout.sh PACKAGE DIRECTORY}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
dpkg-deb -x "$package" "$tmp"
mkdir -p "$out/lib" "$out/share/extension" "$out/licenses"
cp "$tmp"/usr/lib/postgresql/*/lib/education_flow.so "$out/lib/"
cp "$tmp"/usr/share/postgresql/*/extension/education_flow* "$out/share/extension/"
cp "$tmp"/usr/share/doc/postgresql-*-education-flow/copyright "$out/licenses/"
