# shellcheck shell=bash
# venv.sh: sourced by suites that need packages from PyPI.

# make_venv DIRECTORY FILE: a virtual environment in DIRECTORY with exactly what FILE
# (test/python/*.txt) lists; sets venv to where it is.  Fails with a reason in venv_why
# where python3, its venv or PyPI cannot be had; or stops the suite, if python3 could not
# be installed though it should.  EF_VENVS names a directory that keeps environments from
# run to run, for who works on a suite.
make_venv() {
	local file=$2 log status
	test/lib/setup.sh python >&2
	case $? in
		0) ;;
		3) venv_why='python3 with venv is missing, and may not be installed by this user'; return 1 ;;
		*) echo "Bail out! python3 could not be installed"; exit 1 ;;
	esac
	venv=$1
	if [ -n "${EF_VENVS:-}" ]; then
		venv=$EF_VENVS/$(basename "$file" .txt)-$(cksum <"$file" | cut -d' ' -f1)
		[ ! -f "$venv/complete" ] || return 0
	fi
	python3 -m venv "$venv" >&2 || { venv_why='python3 makes no venv here'; return 1; }
	log=$("$venv/bin/pip" install -q --disable-pip-version-check --no-deps --timeout 20 --retries 1 -r "$file" 2>&1)
	status=$?
	if [ $status -ne 0 ]; then
		printf '%s\n' "$log" | tail -n 5 >&2
		venv_why="PyPI gives not what $file lists, or not for this $(python3 --version)"
		return 1
	fi
	touch "$venv/complete"
}
