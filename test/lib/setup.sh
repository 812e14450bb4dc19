#!/bin/bash
# setup.sh WHAT: makes sure that the packages that a task needs are installed.
#
#   make    make itself
#   cc      a C compiler with sanitizers, make, perl
#   server  cc, PostgreSQL 15 or later and its server headers
#   test    server, pgTAP, pg_prove, libpq headers
#   oracle  server, R with the packages survival, etm and cmprsk
#   clients server, PostgreSQL's JDBC driver with Java, and its ODBC driver
#   cron    server, pg_cron
#   page    perl, npm: what the demo's page with charts takes
#   browser page, Chromium
#   driver  Chromium and what drives it
#   deb     server, debhelper, and PostgreSQL's own tools for packaging extensions
#   root    debootstrap
#   dist    zip and unzip
#   r       R with DBI, RPostgreSQL, dbplyr and survival
#   python  python3 that makes virtual environments
#   static  server, clang-tidy, cppcheck
#   counts  cc, valgrind
#   format  server, bzip2: what building pg_bsd_indent takes
#   attack  test, clang, sqlsmith
#
# Installs what is missing with apt-get when run by root or with passwordless
# sudo; otherwise says what to install and exits with status 3.  So it does for a
# package that apt does not know.  Silent when all is there.

set -euo pipefail
need=${1:?usage: setup.sh make|cc|server|test|oracle|clients|cron|page|browser|driver|deb|root|dist|r|python|static|counts|format|attack}
pg_config=${PG_CONFIG:-pg_config}
minimum=15
missing=()

# shellcheck source=test/clients/java.sh
. "$(dirname "${BASH_SOURCE[0]}")/../clients/java.sh"
have() { command -v "$1" >/dev/null 2>&1; }

# The version of PostgreSQL to build for: that of the installed headers, else
# the one that apt would install.
pg_major() {
	local pgxs
	pgxs=$("$pg_config" --pgxs 2>/dev/null) || pgxs=
	if [ -n "$pgxs" ] && [ -f "$pgxs" ]; then
		"$pg_config" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/'
	elif have apt-cache; then
		apt-cache policy postgresql 2>/dev/null |
			sed -n 's/^ *Candidate: *\([0-9][0-9]*\).*/\1/p'
	fi
}

# Fills the array missing.
look() {
	missing=()
	if [ "$need" = page ] || [ "$need" = browser ]; then
		# Of perl Debian has a part only in every installation.
		perl -MJSON::PP -MDigest::SHA -e 1 2>/dev/null || missing+=(perl)
		have npm || missing+=(npm)
		[ "$need" = page ] || have chromium || have google-chrome || missing+=(chromium)
		return 0
	fi
	if [ "$need" = driver ]; then
		have chromium || have google-chrome || missing+=(chromium)
		have chromedriver || missing+=(chromium-driver)
		return 0
	fi
	if [ "$need" = root ]; then
		have debootstrap || missing+=(debootstrap)
		return 0
	fi
	if [ "$need" = dist ]; then
		have zip || missing+=(zip)
		have unzip || missing+=(unzip)
		return 0
	fi
	if [ "$need" = r ]; then
		local package
		have Rscript || missing+=(r-base-core)
		for package in DBI RPostgreSQL dbplyr survival; do
			Rscript --vanilla -e "quit(status = length(find.package('$package', quiet = TRUE)) == 0)" \
				>/dev/null 2>&1 || missing+=("r-cran-${package,,}")
		done
		return 0
	fi
	if [ "$need" = python ]; then
		have python3 || missing+=(python3)
		python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
		return 0
	fi
	have make || missing+=(make)
	[ "$need" = make ] && return 0

	# A compiler alone is not enough: libc's headers and the sanitizers' runtime.
	if ! { have cc && have perl && have prove && echo 'int main(void) { return 0; }' |
		cc -include stdio.h -fsanitize=address,undefined -x c -o /dev/null -; } 2>/dev/null
	then
		missing+=(build-essential)
	fi
	[ "$need" = cc ] && return 0

	if [ "$need" = counts ]; then
		echo '#include <valgrind/callgrind.h>' | cc -E - >/dev/null 2>&1 && have valgrind || missing+=(valgrind)
		return 0
	fi

	local v dir
	v=$(pg_major)
	if [ -z "$v" ]; then
		# Not known before apt has its lists.
		missing+=("postgresql-server-dev-NN")
		return 0
	fi
	if [ "$v" -lt "$minimum" ]; then
		echo "PostgreSQL $minimum or later is needed; found $v." >&2
		echo "Newer versions for Debian and Ubuntu: https://www.postgresql.org/download/" >&2
		exit 1
	fi
	# Of the two either may be there alone: makefiles and headers are packaged apart.
	dir=$("$pg_config" --pgxs 2>/dev/null) || dir=
	[ -f "$dir" ] && [ -f "$("$pg_config" --includedir-server 2>/dev/null)/postgres.h" ] ||
		missing+=("postgresql-server-dev-$v")
	dir=$("$pg_config" --bindir 2>/dev/null) || dir=
	[ -x "$dir/initdb" ] && [ -x "$dir/psql" ] || missing+=("postgresql-$v")
	[ "$need" = server ] && return 0

	if [ "$need" = oracle ]; then
		local package
		have Rscript || missing+=(r-base-core)
		for package in survival etm cmprsk; do
			Rscript --vanilla -e "quit(status = length(find.package('$package', quiet = TRUE)) == 0)" \
				>/dev/null 2>&1 || missing+=("r-cran-$package")
		done
		return 0
	fi

	if [ "$need" = clients ]; then
		find_java >/dev/null || missing+=(default-jdk-headless)
		[ -f /usr/share/java/postgresql.jar ] || missing+=(libpostgresql-jdbc-java)
		# The server has a socket, and no port.
		[ -f /usr/share/java/junixsocket-common.jar ] || missing+=(libjunixsocket-java)
		echo '#include <sqlext.h>' | cc -E - >/dev/null 2>&1 || missing+=(unixodbc-dev)
		odbcinst -q -d -n 'PostgreSQL Unicode' >/dev/null 2>&1 || missing+=(odbc-postgresql odbcinst)
		return 0
	fi

	if [ "$need" = deb ]; then
		have dh || missing+=(debhelper)
		have pg_buildext && [ -f /usr/share/doc/postgresql-server-dev-all/copyright ] ||
			missing+=(postgresql-server-dev-all)
		return 0
	fi

	if [ "$need" = static ]; then
		have clang-tidy || missing+=(clang-tidy)
		have cppcheck || missing+=(cppcheck)
		return 0
	fi

	if [ "$need" = format ]; then
		have bzip2 || missing+=(bzip2)
		return 0
	fi

	if [ "$need" = attack ]; then
		have clang || missing+=(clang)
		have sqlsmith || missing+=(sqlsmith)
	fi

	if [ "$need" = cron ]; then
		dir=$("$pg_config" --sharedir 2>/dev/null) || dir=
		[ -f "$dir/extension/pg_cron.control" ] || missing+=("postgresql-$v-cron")
		return 0
	fi

	dir=$("$pg_config" --sharedir 2>/dev/null) || dir=
	[ -f "$dir/extension/pgtap.control" ] || missing+=("postgresql-$v-pgtap")
	have pg_prove || missing+=(libtap-parser-sourcehandler-pgtap-perl)
	dir=$("$pg_config" --includedir 2>/dev/null) || dir=
	[ -f "$dir/libpq-fe.h" ] || missing+=(libpq-dev)
}

# Runs as root.
as_root=()
can_be_root() {
	if [ "$(id -u)" -eq 0 ]; then
		as_root=()
	elif have sudo && sudo -n true 2>/dev/null; then
		as_root=(sudo -n)
	else
		return 1
	fi
}

apt() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

# Debian's server package would create a cluster and start it.  That is not
# ours to do, so its own switch is turned off while we install.
dropin=/etc/postgresql-common/createcluster.d/zz-education-flow-tests.conf
install_packages() {
	local log status=0
	"${as_root[@]}" mkdir -p "$(dirname "$dropin")"
	trap '"${as_root[@]}" rm -f "$dropin"' EXIT
	trap 'exit 130' INT TERM HUP
	echo "create_main_cluster = false" | "${as_root[@]}" tee "$dropin" >/dev/null
	log=$(apt install -y --no-install-recommends "$@" 2>&1 </dev/null) || status=$?
	"${as_root[@]}" rm -f "$dropin"
	trap - EXIT INT TERM HUP
	[ "$status" -eq 0 ] || printf '%s\n' "$log" >&2
	return "$status"
}

look
[ ${#missing[@]} -eq 0 ] && exit 0
# Two tests may want packages at once: one after the other.
exec 8<"${BASH_SOURCE[0]}"
if have flock; then flock 8; fi
look
[ ${#missing[@]} -eq 0 ] && exit 0

if ! have apt-get || ! can_be_root; then
	{
		echo "These packages are needed (names as in Debian and Ubuntu):"
		echo "    ${missing[*]}"
		echo "Install them, for example with: sudo apt-get install ${missing[*]}"
	} >&2
	exit 3
fi

# More may come to light once the first are there (which version the headers
# have, say), so look again after installing.
updated=
for _ in 1 2 3; do
	if [ -z "$updated" ]; then
		apt update >/dev/null || echo "apt-get update failed; trying with what is known" >&2
		updated=yes
		look
	fi
	[ ${#missing[@]} -eq 0 ] && exit 0
	for package in "${missing[@]}"; do
		if ! apt-cache show --no-all-versions "$package" >/dev/null 2>&1; then
			echo "apt knows no package $package" >&2
			exit 3
		fi
	done
	echo "installing ${missing[*]}" >&2
	install_packages "${missing[@]}"
	hash -r
	look
done
[ ${#missing[@]} -eq 0 ] && exit 0
echo "still missing after installation: ${missing[*]}" >&2
exit 1
