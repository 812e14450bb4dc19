# shellcheck shell=bash
# tree.sh: sourced by what packs this project.

# files DIRECTORY: the files of the project there, one a line, in order: what
# git tracks or, in an unpacked archive, all of it.
files() {
	if [ -e "$1/.git" ]; then
		git -C "$1" ls-files
	else
		(cd "$1" && find . -type f ! -path './dist/*' ! -name '*.o' ! -name '*.bc' ! -name '*.so' \
			! -path './education_flow--*.sql' ! -name .build_id -printf '%P\n')
	fi | LC_ALL=C sort
}

# copy_tree FROM TO: those files, as they are now.
copy_tree() {
	mkdir -p "$2"
	files "$1" | tar -C "$1" --verbatim-files-from -T - -cf - | tar -C "$2" -xf -
}
