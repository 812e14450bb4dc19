#!/bin/bash
# page_libraries.sh DIRECTORY [npm's options]: puts what demo/page.pl draws with into
# DIRECTORY/node_modules, as package-lock.json has it: those versions, checked by their checksums.
# --omit=dev leaves out what only tests need. When that is not to be had, says why and what to do
# in one line on standard error, and exits with status 3.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
dir=${1:?usage: page_libraries.sh DIRECTORY [npm options]}
shift

why() {
	echo "$1" >&2
	exit 3
}

log=$(mktemp "${TMPDIR:-/tmp}/ef-libraries.XXXXXX") || exit 1
trap 'rm -f "$log"' EXIT
# An installed package has not the script that installs others.
there() {
	if [ -x "$here/../test/lib/setup.sh" ]; then
		"$here/../test/lib/setup.sh" page
	else
		command -v npm
	fi
}
if ! there >"$log" 2>&1; then
	why "npm is not there and could not be installed; install it (Debian and Ubuntu: apt-get install npm)"
fi
cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$dir/" || exit 1
if ! (cd "$dir" && npm ci --loglevel=error --prefer-offline --fetch-retries=1 \
	--fetch-retry-mintimeout=2000 --fetch-timeout=60000 "$@") >"$log" 2>&1 </dev/null
then
	why "npm cannot fetch the libraries that draw ($(sed -n 's/^npm \(ERR!\|error\) *//p' "$log" |
		grep -vE '^(code|errno|A complete log|syscall)' | head -n 1)); see that it reaches its registry"
fi
