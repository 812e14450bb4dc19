# shellcheck shell=bash
# Sourced by setup.sh and suite/clients.sh.

# find_java: a Java of version 11 or later, with the compiler, which it needs to
# run a source file.  The first in PATH may be another one.
find_java() {
	local java
	for java in "${JAVA_HOME:-/nowhere}/bin/java" java /usr/lib/jvm/default-java/bin/java; do
		if "$java" --list-modules 2>/dev/null | grep -E '^jdk\.compiler@(1[1-9]|[2-9][0-9])' >/dev/null; then
			command -v "$java"
			return
		fi
	done
	return 1
}
