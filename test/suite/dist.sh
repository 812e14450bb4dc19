#!/bin/bash
# suite/dist.sh: prints TAP.  The archive for PGXN: what is in it, that the same
# tree gives the same bytes, and META.json against the PGXN Meta Spec.  Where
# the command pgxn_meta is there (cargo install pgxn_meta), PGXN's own validator is
# asked too.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/tap.sh
. packaging/tree.sh
top=$PWD

test/lib/setup.sh dist
case $? in
	0) ;;
	3) echo "1..0 # SKIP zip is missing, and may not be installed by this user"; exit 0 ;;
	*) echo "Bail out! zip could not be installed"; exit 1 ;;
esac
dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-dist-test.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT

zip=$(packaging/dist.sh "$dir/a")
ok $? 'make dist makes an archive'
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" education_flow.control)
same "$(basename "$zip")" "education_flow-$version.zip" 'with the version in its name'
again=$(cd / && "$top/packaging/dist.sh" "$dir/b")
cmp "$zip" "$again"
ok $? 'the same tree gives the same bytes'

unzip -q "$zip" -d "$dir/out"
tree=$dir/out/education_flow-$version
same "$(cd "$tree" && find . -type f -printf '%P\n' | LC_ALL=C sort)" "$(files . | grep -v '^\.ci/')" 'it holds the project, under its name'
(cd "$tree" && make -n all) >"$dir/log" 2>&1
ok $? 'and all that make wants'
for file in demo/run.sh test/run.sh debian/rules; do
	[ -f "$tree/$file" ] || continue
	cmp -s "$file" "$tree/$file"
	ok $? "$file is in it as it is"
done

# --- one version everywhere; a package of what is not released yet says so
same "$(sed -n 's/^## \([0-9.]*\) (.*/\1/p' CHANGELOG.md | head -n 1)" "$version" 'the changelog begins with this version'
unreleased=$(grep -qxF "## $version (unreleased)" CHANGELOG.md && echo '~dev')
same "$(sed -n '1s/^education-flow (\(.*\)-[0-9]*) .*/\1/p' debian/changelog)" "$version$unreleased" 'and the Debian package has it'
[ -n "$unreleased" ] || [ -f "src/sql/released/education_flow--$version.sql" ]
ok $? 'what is released is frozen'
[ -z "$unreleased" ] || [ ! -f "src/sql/released/education_flow--$version.sql" ]
ok $? 'and what is not is not'

# --- META.json
same "$(perl test/packaging/meta.pl "$tree"; echo $?)" 0 'META.json keeps to the specification'
if command -v pgxn_meta >/dev/null; then
	pgxn_meta META.json >"$dir/log" 2>&1
	ok $? "and so says PGXN's validator"
else
	n=$((n + 1))
	echo "ok $n # SKIP PGXN's validator is not there (cargo install pgxn_meta)"
fi
# broken LABEL PERL: a META.json with that done to $m is refused.
broken() {
	perl -MJSON::PP -0777 -e 'my $m = decode_json(<STDIN>); '"$2"'; print encode_json($m)' <META.json >"$dir/broken.json" &&
		! perl test/packaging/meta.pl . "$dir/broken.json" >"$dir/log"
	ok $? "refused: $1"
}
# shellcheck disable=SC2016  # perl's
{
	broken 'no abstract' 'delete $m->{abstract}'
	broken 'no maintainer' '$m->{maintainer} = []'
	broken 'a licence that nobody knows' '$m->{license} = "public"'
	broken 'a version of two parts' '$m->{version} = "1.0"'
	broken 'another version than the control file' '$m->{version} = "1.0.1"'
	broken 'an extension without a file' 'delete $m->{provides}{education_flow}{file}'
	broken 'a file that is not there' '$m->{provides}{education_flow}{docfile} = "README"'
	broken 'a range that is none' '$m->{prereqs}{runtime}{requires}{PostgreSQL} = "15 and later"'
	broken 'a phase that is none' '$m->{prereqs}{install} = {}'
	broken 'a key that is none' '$m->{licence} = "mit"'
	broken 'a tag with a slash' 'push @{$m->{tags}}, "a/b"'
	broken 'a tag twice' 'push @{$m->{tags}}, $m->{tags}[0]'
	broken 'another specification' '$m->{"meta-spec"}{version} = "2.0.0"'
}

echo "1..$n"
exit "$failed"
