# shellcheck shell=bash
# tap.sh: sourced by suites that are shell scripts and print TAP.  At the end
# they print "1..$n" and exit with $failed.

n=0
failed=0
# ok STATUS LABEL: one test.
ok() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}
# same A B LABEL: one test; both must be there, and equal.
same() {
	if [ -n "$1" ] && [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3"
		diff <(printf '%s\n' "$1") <(printf '%s\n' "$2") | cut -c1-300 | head -n 20 | sed 's/^/# /'
	fi
}
run() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }
