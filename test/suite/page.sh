#!/bin/bash
# suite/page.sh: prints TAP.  The charts of doc/chart and the page that shows
# them (demo/page.pl), opened in a browser: for the demo as make demo makes it,
# for a schema in which all text is hostile, and for views that are broken on
# purpose, when the same checks must fail.  Needs the server that run.sh
# provides; skipped where npm or the browser is missing and nobody may install
# them, and where npm cannot reach its registry (but not in CI).
#
# EF_SCREENSHOT names the file for the picture of the demo's page; without it,
# results/page.png.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
root=$PWD
test/lib/setup.sh browser
case $? in
	0) ;;
	3) echo "1..0 # SKIP npm or Chromium is missing, and may not be installed by this user"; exit 0 ;;
	*) echo "Bail out! npm or Chromium could not be installed"; exit 1 ;;
esac
. test/lib/database.sh
. test/lib/tap.sh
# finds PATTERN LABEL: one test; a line of standard input matches.  Not at the
# end of a pipe, where it would count in vain.
finds() {
	local text
	text=$(cat)
	if grep -qE -- "$1" <<<"$text"; then
		ok 0 "$2"
	else
		ok 1 "$2"
		printf '%s\n' "$text" | head -n 20 | sed 's/^/# /'
	fi
}

dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-page-test.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
export PGOPTIONS="-c client_min_messages=warning"

if ! why=$(demo/page_libraries.sh "$dir" 2>&1); then
	if [ -n "${CI:-}" ]; then
		echo "Bail out! $why"
		exit 1
	fi
	echo "1..0 # SKIP $why"
	exit 0
fi
libraries=$dir/node_modules

chromium=chromium
command -v chromium >/dev/null || chromium=google-chrome
# browse PAGE [OPTION...]: opens it, and leaves dom, console and net in $dir.
# No name is resolved: the browser's own requests stay on this machine too.
browse() {
	local page=$1
	shift
	rm -rf "$dir/profile" "$dir"/{dom,console,net}
	# The time zone is where a date must not become the day before.
	TZ=America/Los_Angeles timeout 300 "$chromium" --headless --no-sandbox --disable-gpu \
		--disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars \
		--user-data-dir="$dir/profile" --host-resolver-rules='MAP * ~NOTFOUND' \
		--virtual-time-budget=60000 --log-net-log="$dir/net" --enable-logging=stderr "$@" \
		--dump-dom "file://$page" >"$dir/dom" 2>"$dir/console" </dev/null
}
check() { perl test/page/check.pl "$@" "$dir/dom" "$dir/console" "$dir/net"; }
page() { perl demo/page.pl "${@:2}" "$libraries" doc/chart "$1"; }

# --- the specifications
while IFS= read -r line; do
	case $line in
		'ok - '*) ok 0 "${line#*- }" ;;
		'not ok - '*) ok 1 "${line#*- }" ;;
		*) echo "$line" ;;
	esac
done < <(node test/page/specification.js "$libraries" doc/chart/*.vl.json)
[ "$n" -eq "$(find doc/chart -type f | wc -l)" ]
ok $? "each file of doc/chart was read"

# --- the demo, from its first table to the page
demo=$dir/demo.html
run -d postgres -c 'DROP DATABASE IF EXISTS education_flow_demo WITH (FORCE)'
EF_PAGE=$demo demo/run.sh >"$dir/out" 2>&1 </dev/null
status=$?
ok $status "the demo runs"
[ $status -eq 0 ] || tail -n 20 "$dir/out" | sed 's/^/# /'
finds "^The page with charts, for a browser: $demo\$" "the demo ends with the path of its page" \
	< <(tail -n 1 "$dir/out")

export PGDATABASE=education_flow_demo
views=$(run -c "SELECT relname FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'v'
                AND relname !~ '_(total|groups)\$' ORDER BY 1")
[ -n "$views" ] && [ "$views" = "$(find doc/chart -type f | sed 's!.*/!!; s/\.vl\.json$//' | LC_ALL=C sort)" ]
ok $? "the demo has a view for each chart, and a chart for each view"

# In a time zone, and at a width, as a reader might have them.
shot=${EF_SCREENSHOT:-$root/results/page.png}
mkdir -p "$(dirname "$shot")" && rm -f "$shot"
browse "$demo" --window-size=1500,1000
height=$(sed -n 's/^<html[^>]*data-height="\([0-9]*\)".*/\1/p' "$dir/dom")
browse "$demo" --window-size="1500,${height:-1000}" --screenshot="$shot"
check --strict >"$dir/found"
for view in $views; do
	# A clean register has no problems to show; what they look like is seen below.
	if [[ $view = *_quality ]] && ! grep -q "^$view marks" "$dir/found"; then
		finds "^$view empty$" "$view: no problem, and the page says so" <"$dir/found"
	else
		finds "^$view marks [1-9]" "$view: the browser drew marks, of finite size, in each layer" <"$dir/found"
	fi
done
[ -s "$dir/found" ] && ! grep '^- ' "$dir/found" >"$dir/wrong"
ok $? "nothing is wrong with the page: no error, no request"
sed 's/^/# /' "$dir/wrong"
[ "$(head -c 4 "$shot" 2>/dev/null | tail -c 3)" = PNG ] && [ "$(stat -c %s "$shot")" -gt 100000 ]
ok $? "a picture of the page is kept"
echo "# $shot"

# The months of coverage begin where they do, though the browser is west of Greenwich.
first=$(run -c "SELECT min(day) FROM reporting.competence_coverage_total")
finds "^$first$" "a date is the same day in every time zone" \
	< <(grep -o 'Day: [0-9-]*; Share valid' "$dir/dom" | sed 's/Day: //; s/;.*//' | sort | head -n 1)

# --- a demo without libraries: no page, and no failure
mkdir "$dir/bin" "$dir/cache"
for command in bash sh env id perl sed grep head cat cp rm mktemp dirname; do
	ln -s "$(command -v "$command")" "$dir/bin/$command"
done
# without LABEL COMMAND...: one test; the command makes no page, says why in one
# line, and succeeds.
without() {
	local label=$1 said
	shift
	said=$(EF_PAGE=$dir/none.html "$@" 2>&1 </dev/null) && [ ! -e "$dir/none.html" ] && [ "$(wc -l <<<"$said")" -eq 1 ] &&
		[[ $said == 'No page with charts: npm '*', then run this again.' ]]
	ok $? "$label"
	printf '# %s\n' "$said"
}
without "without npm the demo says why there is no page, and what to do" env PATH="$dir/bin" demo/page.sh
without "so it does when the registry is out of reach" \
	env npm_config_registry=http://127.0.0.1:9/ npm_config_cache="$dir/cache" demo/page.sh

# --- narrow, as on a telephone
browse "$demo" --window-size=500,1000
check --strict | grep -v '_quality empty$' >"$dir/found"
grep -q ' marks ' "$dir/found" && ! grep -v ' marks ' "$dir/found" >"$dir/wrong"
ok $? "all is drawn in a narrow window"
sed 's/^/# /' "$dir/wrong"

# --- in Swedish
page "$dir/sv.html" --language sv
ok $? "a page in Swedish is made"
browse "$dir/sv.html" --window-size=1500,1000
check --strict | grep -v '_quality empty$' >"$dir/found"
[ "$(grep -c ' marks ' "$dir/found")" -ge 15 ] && ! grep -v ' marks ' "$dir/found" >"$dir/wrong"
ok $? "all is drawn in Swedish"
sed 's/^/# /' "$dir/wrong"
# Of what the charts say themselves nothing is English any more, and nothing is cut off.
perl -CSD -ne '
	BEGIN {
		open my $table, "<", "demo/page_sv.tsv" or die;
		while (<$table>) { chomp; my ($a, $b) = split /\t/; $english{$a} = 1 if !/^#/ && $a ne $b; }
	}
	s/&amp;/&/g;
	while (/<text[^>]*>([^<]+)</g) { $text{$1} = 1; }
	while (/<(?:h[123]|p)(?: class="subtitle")?>([^<]+)</g) { $text{$1} = 1; }
	END {
		for (sort keys %text) { print "$_\n" if $english{$_} || /\x{2026}$/; }
		print "few words\n" unless grep { $_ eq "Kalender\x{e5}r" } keys %text;
	}' "$dir/dom" >"$dir/wrong"
[ ! -s "$dir/wrong" ]
ok $? "no word of the charts is left in English, and none is cut off"
sed 's/^/# /' "$dir/wrong"
finds '<html[^>]* lang="sv"' "the page says that it is Swedish" <"$dir/dom"
[[ $(grep -o '[0-9]*,[0-9]* *<' "$dir/dom" | head -n 1) == *,* ]]
ok $? "numbers have a comma"
finds '^page.pl: there is no table of words for the language "tlh"$' "a language that is not there is an error" < <(page "$dir/none.html" --language tlh 2>&1)
mkdir "$dir/charts"
sed 's/"Age pyramid"/"A pyramid"/' doc/chart/age_pyramid.vl.json >"$dir/charts/age_pyramid.vl.json"
for file in doc/chart/*; do [ -e "$dir/charts/${file##*/}" ] || cp "$file" "$dir/charts/"; done
finds '^page.pl: page_sv.tsv lacks "A pyramid"$' "a title without a word is an error that names it" \
	< <(perl demo/page.pl --language sv "$libraries" "$dir/charts" "$dir/none.html" 2>&1)

# --- hostile text
fresh_database hostile
export PGDATABASE=hostile
run -f test/page/hostile.sql >"$dir/out" 2>&1 || sed 's/^/# /' "$dir/out"
page "$dir/hostile.html"
ok $? "a schema with hostile text makes a page"
browse "$dir/hostile.html" --window-size=1500,1000
check >"$dir/found"
charts=$(find doc/chart -type f | wc -l)
[ "$(grep -c ' marks [1-9]' "$dir/found")" -eq "$charts" ] && [ "$(wc -l <"$dir/found")" -eq "$charts" ]
ok $? "every chart is drawn, and no text gets out of its place"
grep -v ' marks ' "$dir/found" | sed 's/^/# /'
grep -q "document.title = 'owned'" "$dir/dom"
ok $? "the hostile text is in the page"
# Two for each chart, which hold data, and the page's own four.
[ "$(grep -o '<script' "$dir/dom" | wc -l)" -eq $((2 * charts + 4)) ]
ok $? "the page has its own scripts, and no other"
perl -0pe 's{<script.*?</script>}{}gs' "$dir/dom" >"$dir/text"
! grep -oE '<(img|image|link|iframe|object|embed|video|audio|source|base)[ >]' "$dir/text" >"$dir/wrong"
ok $? "and nothing in it is loaded from elsewhere"
sed 's/^/# /' "$dir/wrong"

# The policy is a second wall: a script that stands in the page is refused.
perl -pe 's{<main>}{<main><script>document.title = "owned"</script><img src="http://192.0.2.1/a">}' \
	"$dir/hostile.html" >"$dir/open.html"
browse "$dir/open.html"
check >"$dir/found"
finds '^- wrong the console says: .*(inline script|script-src)' "a script that is not the page's is refused, and noticed" <"$dir/found"
finds '^- wrong the console says: .*192\.0\.2\.1' "an address in the page is refused, and noticed" <"$dir/found"
! grep -qE 'it asked for|the title' "$dir/found"
ok $? "neither did anything"
# Without the policy they would have; so the checks can fail.
perl -pe 's{<meta http-equiv=.*>}{}' "$dir/open.html" >"$dir/no_policy.html"
browse "$dir/no_policy.html"
check >"$dir/found"
finds '^- wrong it asked for http://192\.0\.2\.1/a' "without its policy the page makes a request: it is noticed" <"$dir/found"
finds "^- wrong the title" "and the script runs: it is noticed" <"$dir/found"

# --- views broken on purpose
export PGDATABASE=education_flow_demo
run -c 'ALTER VIEW reporting.age_pyramid_total RENAME COLUMN headcount TO persons'
finds '^page.pl: .*age_pyramid.vl.json reads the column headcount, which view age_pyramid_total lacks$' \
	"a renamed column is an error that names it" < <(page "$dir/none.html" 2>&1)
[ ! -e "$dir/none.html" ]
ok $? "and there is no page then"
run -c 'ALTER VIEW reporting.age_pyramid_total RENAME COLUMN persons TO headcount'

# replace VIEW SELECT...: the same columns with other content; {view} is what it
# was.  list VIEW COLUMN EXPRESSION: its columns, with that instead of one.
replace() {
	local was
	was=$(run -c "SELECT rtrim(pg_get_viewdef('reporting.$1'::regclass), ';')")
	run -c "CREATE OR REPLACE VIEW reporting.$1 AS ${2//\{view\}/($was) AS v}"
}
list() {
	run -c "SELECT string_agg(CASE attname WHEN '$2' THEN \$\$$3 AS $2\$\$ ELSE quote_ident(attname) END, ', ' ORDER BY attnum)
	        FROM pg_attribute WHERE attrelid = 'reporting.$1'::regclass AND attnum > 0"
}
replace turnover_total "SELECT * FROM {view} WHERE false"
replace retention_curve_total "SELECT $(list retention_curve_total retained "'NaN'::float8") FROM {view}"
replace recruitment_need_total "SELECT $(list recruitment_need_total gap "NULL::float8") FROM {view}"
# An upper limit that nobody knows: drawn as open, and not as certain.
for view in required_intake required_intake_stages; do
	replace $view "SELECT $(list $view upper "CASE WHEN year < 2030 THEN upper END") FROM {view}"
done
page "$dir/broken.html"
# As if another had renamed a column between the query and the chart.
perl -pi -e 's/"rate" : /"ratio" : /g' "$dir/broken.html"
browse "$dir/broken.html" --window-size=1500,1000
check --strict >"$dir/found"
finds '^turnover empty$' "a view without rows: nothing is drawn" <"$dir/found"
finds '^retention_curve wrong ' "a share that is not a number: noticed" <"$dir/found"
finds '^recruitment_need wrong the layer .* is empty$' "a column of nulls: its layer is missing" <"$dir/found"
finds '^exit_rates wrong ' "a column that is not there: noticed" <"$dir/found"
finds '^retirement_projection marks [1-9]' "the other charts are drawn" <"$dir/found"
finds '^required_intake marks [1-9]' "unknown upper limits: open ends beside closed ones" <"$dir/found"
finds '^required_intake_stages marks [1-9]' "and open bands" <"$dir/found"

echo "1..$n"
exit "$failed"
