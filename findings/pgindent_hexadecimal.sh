#!/bin/bash
# pg_bsd_indent of PostgreSQL 18 (Debian's source package postgresql-18, version 18.6-3), built against headers of PostgreSQL 15.
#
# One would guess that a tool which lays out C leaves its tokens alone.  A hexadecimal floating constant of C99, which is how a bound is
# written exactly, is torn in two, and the file does not compile any more.  The tool reports success.
#
# Seen:  0x1p-53 becomes 0x1 p - 53; 1.5e-53 becomes 1.5e-53
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir -p lists/partial cache/archives/partial
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main" >sources.list
apt=(apt-get -qq -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$dir/lists"
    -o Dir::Cache="$dir/cache" -o APT::Sandbox::User=root)
"${apt[@]}" update
"${apt[@]}" source --download-only postgresql-18=18.6-3 >/dev/null
tar -xf postgresql-18_18.6.orig.tar.bz2 --strip-components=3 --wildcards '*/src/tools/pg_bsd_indent/*'
cc -O2 -w -Dpg_noreturn=_Noreturn -Ipg_bsd_indent -I"$(pg_config --includedir-server)" pg_bsd_indent/*.c \
    -L"$(pg_config --pkglibdir)" -L"$(pg_config --libdir)" -lpgport -lpgcommon -o indent
after() {
    printf 'double\tbound = %s;\n' "$1" >c.c
    ./indent -npro c.c 2>/dev/null
    sed 's/.*= //; s/;//' c.c
}
seen="0x1p-53 becomes $(after 0x1p-53); 1.5e-53 becomes $(after 1.5e-53)"
echo "$seen"
[ "$seen" = '0x1p-53 becomes 0x1 p - 53; 1.5e-53 becomes 1.5e-53' ]
