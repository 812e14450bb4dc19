#!/bin/bash
# format.sh [--check] [FILE...]: gives C files the layout of PostgreSQL's pgindent, all of
# the tree without arguments.  With --check it changes nothing, shows what it would
# change, and exits with status 1 if that is anything.
#
# Debian has no package of pgindent.  It is built of the source of PostgreSQL 18, which
# apt fetches from sid without touching what it knows of this machine's packages, and is
# kept in the user's cache.  Another is taken with
#
#   PG_BSD_INDENT=DIRECTORY/pg_bsd_indent/pg_bsd_indent   a program that was built in
#                    PostgreSQL's src/tools, with pgindent and its list of types beside it
#   EF_MIRROR        Debian's mirror
#
# Exits with status 3 if none can be had, and says why.
set -uo pipefail
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 1
. "$tree/test/lib/root.sh"
. "$tree/packaging/tree.sh"
check=
if [ "${1:-}" = --check ]; then
	check=yes
	shift
fi
tmp=$(mktemp -d "${TMPDIR:-/tmp}/ef-format.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

missing() {
	{
		echo "pgindent cannot be had: $*"
		echo "It is in PostgreSQL's source: build src/tools/pg_bsd_indent there and set"
		echo "    PG_BSD_INDENT=.../src/tools/pg_bsd_indent/pg_bsd_indent"
	} >&2
	exit 3
}

# fetch DIRECTORY: the two tools of the source package, unpacked there.
fetch() {
	local apt=(apt-get -qq -o Dir::Etc::SourceList="$tmp/sources.list" -o Dir::Etc::SourceParts=- \
		-o Dir::State::Lists="$tmp/lists" -o Dir::Cache="$tmp/cache" -o APT::Sandbox::User=root \
		-o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o Acquire::Retries=1 -o Acquire::http::Timeout=20)
	mkdir -p "$tmp/lists/partial" "$tmp/cache/archives/partial" "$tmp/source" "$1"
	echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$tmp/sources.list"
	"${apt[@]}" update &&
		(cd "$tmp/source" && "${apt[@]}" source --download-only postgresql-18) &&
		tar -xf "$tmp"/source/*.orig.tar.* -C "$1" --strip-components=3 --wildcards '*/src/tools/pg_bsd_indent/*' '*/src/tools/pgindent/*'
}

# build DIRECTORY: of it, with the headers of the server that is here.  Those before 18
# lack a word.
build() {
	local pg_config=${PG_CONFIG:-pg_config}
	(cd "$1" && "${CC:-cc}" -O2 -w -Dpg_noreturn=_Noreturn -I. -I"$("$pg_config" --includedir-server)" ./*.c \
		-L"$("$pg_config" --pkglibdir)" -L"$("$pg_config" --libdir)" -lpgport -lpgcommon -o pg_bsd_indent)
}

indent=${PG_BSD_INDENT:-}
if [ -z "$indent" ]; then
	cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/education_flow/pgindent-18
	indent=$cache/pg_bsd_indent/pg_bsd_indent
	if [ ! -x "$indent" ]; then
		"$tree/test/lib/setup.sh" format >&2 || missing "what it is built with is not installed"
		[ -f /usr/share/keyrings/debian-archive-keyring.gpg ] && command -v apt-get >/dev/null || missing "this is no Debian"
		# who has no home builds it anew each time
		mkdir -p "$(dirname "$cache")" 2>/dev/null || cache=$tmp/kept
		fetch "$tmp/tools" >"$tmp/log" 2>&1 || missing "the source package postgresql-18 of Debian's sid: $(tail -n 1 "$tmp/log")"
		build "$tmp/tools/pg_bsd_indent" >"$tmp/log" 2>&1 || missing "it does not build: $(head -n 1 "$tmp/log")"
		rm -rf "$cache"
		mv "$tmp/tools" "$cache" || missing "it cannot be kept in $cache"
		indent=$cache/pg_bsd_indent/pg_bsd_indent
	fi
fi
tools=$(dirname "$indent")/../pgindent
[ -x "$indent" ] && [ -f "$tools/pgindent" ] && [ -f "$tools/typedefs.list" ] || missing "it is not at $indent"

# A copy is laid out: the tools leave files where they are run, more when they fail.
if [ $# -gt 0 ]; then
	files=("$@")
else
	cd "$tree" || exit 1
	mapfile -t files < <(files . | grep '\.[ch]$')
fi
mkdir "$tmp/copy"
for file in "${files[@]}"; do
	mkdir -p "$tmp/copy/$(dirname "$file")" && cp "$file" "$tmp/copy/$file" || exit 1
done

# What does not know PostgreSQL has types of C's and its own: of PostgreSQL's list some
# are words that are no types here.  numeric is a name of a field on its other side, too.
{
	(cd "$tree" && files . | grep '\.[ch]$' | xargs perl test/lib/typedefs.pl)
	printf '%s\n' FILE int16_t int32_t int64_t jmp_buf off_t ptrdiff_t size_t ssize_t uint8_t uint16_t uint32_t uint64_t uintptr_t va_list
} >"$tmp/core.types"
{ cat "$tmp/core.types" "$tools/typedefs.list"; } | grep -vx numeric >"$tmp/pg.types"
of_core='^(src/core|test/(core|attack|bench|simulation))/'
# lay_out TYPES FILE...
lay_out() {
	[ $# -eq 1 ] || (cd "$tmp/copy" && perl "$(cd "$tools" && pwd)/pgindent" --indent="$(cd "$(dirname "$indent")" && pwd)/pg_bsd_indent" \
		--typedefs="$1" "${@:2}")
}
mapfile -t core < <(printf '%s\n' "${files[@]}" | grep -E "$of_core")
mapfile -t others < <(printf '%s\n' "${files[@]}" | grep -vE "$of_core")
lay_out "$tmp/core.types" "${core[@]}" && lay_out "$tmp/pg.types" "${others[@]}" || { echo "format.sh: pgindent failed" >&2; exit 2; }

status=0
for file in "${files[@]}"; do
	cmp -s "$file" "$tmp/copy/$file" && continue
	if [ -n "$check" ]; then
		diff -u --label "$file" --label "$file, laid out" "$file" "$tmp/copy/$file"
		status=1
	else
		cat "$tmp/copy/$file" >"$file" && echo "$file" || exit 1
	fi
done
exit "$status"
