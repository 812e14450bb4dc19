#!/bin/bash
# suite/export.sh: prints TAP.  The steps of doc/from_an_export.md and
# doc/from_a_student_register.md, run on the register beside the checkout (see
# its README.md), give every number of a_expected.csv.  Needs the server that
# run.sh provides.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. test/lib/database.sh
. test/lib/tap.sh

register=${EF_SHARED:-}/registers
if [ ! -f "$register/a_expected.csv" ]; then
	echo "1..0 # SKIP the register is not beside the checkout"
	exit 0
fi

# page FILE: its SQL, on the large register.
page() {
	awk '/^```sql$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$1" |
		sed "s#doc/sample/#$register/a/#"
}

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

# --- employments
export PGDATABASE=ef_export PGOPTIONS="-c client_min_messages=warning"
fresh_database ef_export || exit 1
# The page shows errors too, so psql goes on after one.
page doc/from_an_export.md | psql -X -q -At >/dev/null 2>&1
run <<-SQL || exit 1
	CREATE TABLE expected (level text, year int, headcount int, hires int, leavers int, retired int, fte numeric);
	\copy expected FROM '$register/a_expected.csv' WITH (FORMAT csv, HEADER)
SQL
count=$(run -c "SELECT count(*) FROM expected")
same "$count" 52 "52 rows of numbers are expected"

# What is left out is what the README of the register says.
same "$(run -c "SELECT doubt, count(*) FROM doubt WHERE doubt IN ('no birth date', 'born after the start',
                'ends before it begins') GROUP BY doubt ORDER BY count(*) DESC")" \
	"no birth date|81
born after the start|5
ends before it begins|3" "the rows that are left out"
same "$(run -c "SELECT count(*) FROM doubt WHERE doubt IN ('personal number of no known form',
                'birth date is not that of the number')")" 5 \
	"every personal number is read, and the birth dates that are not in it are those after the start"

# The check that the extension writes says it of the same rows.
run -c "CREATE TABLE quality (source text, problem text, effect text, rows bigint, detail text)" || exit 1
run -c "SELECT 'INSERT INTO quality ' || reporting_quality_query('{\"as_of\": \"2026-01-01\", \"employment\": {
            \"table\": \"contract\", \"person\": \"person_id\", \"join_gap\": \"30 days\", \"fte\": \"percent\"}}')" |
	run -c "SET jit = off" -f - || exit 1
same "$(run -c "SELECT problem, rows FROM quality WHERE effect IN ('refused', 'skipped') ORDER BY problem")" \
	"birth date is after the start date|5
no FTE|$(run -c "SELECT count(*) FROM contract
              WHERE percent IS NULL AND birth_date <= start_date AND (end_date > start_date) IS NOT FALSE")
no birth date|81
spell ends before it starts|3" "the extension's own check counts the same rows"
# And what is untidy in the rows as they come, by the same question of nothing but dates.
run <<-'SQL' >"$log" 2>&1 || { cat "$log"; exit 1; }
	SET jit = off;
	CREATE TABLE as_it_comes AS
	SELECT personnr, register_date(fodelsedatum) AS born, register_date(anstfrom) AS first, register_date(ansttom) AS last,
	       sjukhus, befattning, avgorsak, replace(sysselsattningsgrad, ',', '.')::numeric AS percent
	FROM raw_contract;
	CREATE TABLE untidy (LIKE quality);
	SELECT 'INSERT INTO untidy ' || reporting_quality_query('{"as_of": "2026-01-01", "employment": {
	            "table": "as_it_comes", "person": "personnr", "birth_date": "born", "start_date": "first", "end_date": "last",
	            "reason": "avgorsak", "retirement_reasons": ["1"], "join_gap": "30 days", "fte": "percent",
	            "group_by": ["sjukhus", "befattning"]}}') \gexec
SQL
run <<-'SQL' || exit 1
	CREATE TABLE by_hand (problem, rows, detail) AS
	WITH taken AS (
	    SELECT * FROM as_it_comes WHERE (born <= first) IS NOT FALSE AND (last >= first) IS NOT FALSE
	), spelled AS (
	    SELECT person_number(personnr) AS person, count(DISTINCT personnr) AS ways, count(*) AS n
	    FROM as_it_comes GROUP BY 1 HAVING count(DISTINCT personnr) > 1
	)
	SELECT 'end date that is a placeholder: read as still there', count(*), NULL FROM taken WHERE last = '9999-12-31'
	UNION ALL SELECT 'FTE above 1.5', count(*), NULL FROM taken WHERE percent > 1.5
	UNION ALL SELECT 'most FTE are above 2: are they percent?', count(*), NULL FROM as_it_comes WHERE percent > 2
	UNION ALL SELECT 'persons who are written in more than one way', sum(n), format('%s ways of writing %s persons', sum(ways), count(*)) FROM spelled
	UNION ALL SELECT format('values of %s that differ only in case, spaces or form', c), sum(n), string_agg(v, ', ' ORDER BY lower(btrim(v)) COLLATE "C", v)
	FROM (SELECT c, v, n, count(*) OVER (PARTITION BY c, lower(btrim(v) COLLATE "sv-x-icu")) AS alike
	      FROM (SELECT c, v, count(*) AS n FROM as_it_comes, LATERAL (VALUES ('sjukhus', sjukhus), ('befattning', befattning)) AS l (c, v) GROUP BY c, v) AS x) AS y
	WHERE alike > 1 GROUP BY c;
SQL
same "$(run -c "SELECT problem, rows, detail FROM untidy WHERE effect = 'doubtful' AND problem !~ 'begin the day after' ORDER BY problem")" \
	"$(run -c "SELECT problem, rows, detail FROM by_hand ORDER BY problem")" "and what is untidy in the rows as they come"
same "$(run -c "SELECT DISTINCT detail FROM quality WHERE effect = 'joined'")" \
	"$(run -c "SELECT sum(contracts) || ' rows of persons make ' || sum(cardinality(spells)) || ' spells in the total; in a group only its own rows are joined'
	          FROM (SELECT count(*) AS contracts, spells_agg(start_date, end_date, reason, percent, '30 days') AS spells
	                FROM contract
	                WHERE birth_date <= start_date AND (end_date > start_date) IS NOT FALSE AND percent IS NOT NULL
	                GROUP BY person_id) AS p")" "and the spells that they make"

# fte in the file is a sum of two decimals of percent, rounded: half a hundredth at most.
equals() {
	same "$(run -c "SELECT count(*) FROM expected AS e JOIN ($1) AS g USING (level, year)
	                WHERE (e.headcount, e.hires, e.leavers, e.retired) = (g.headcount, g.hires, g.leavers, g.retired)
	                  AND abs(e.fte - g.fte) <= 0.005")" 52 "$2"
	run -c "SELECT e.*, g.* FROM expected AS e LEFT JOIN ($1) AS g USING (level, year)
	        WHERE ((e.headcount, e.hires, e.leavers, e.retired) = (g.headcount, g.hires, g.leavers, g.retired)
	               AND abs(e.fte - g.fte) <= 0.005) IS NOT TRUE ORDER BY 1, 2 LIMIT 5" | sed 's/^/# /'
}
numbers="headcount(w), hires(w), exits(w) AS leavers, exits(w, 'retirement') AS retired"

equals "SELECT coalesce(hospital, '(total)') AS level, year, $numbers, fte(w) / 100 AS fte
	FROM (SELECT hospital, year,
	             workforce_agg(person_id, birth_date, start_date, end_date, reason,
	                           daterange(make_date(year, 1, 1), make_date(year + 1, 1, 1)), percent, '30 days') AS w
	      FROM employment, generate_series(2013, 2025) AS year
	      GROUP BY GROUPING SETS ((hospital, year), (year))) AS x" \
	"the person form: headcount, hires, leavers, retired, FTE of 3 hospitals and all, 13 years"

equals "SELECT level, year, $numbers, fte
	FROM (SELECT level, year,
	             workforce_agg(birth_date, s.start_date, s.end_date, s.reason,
	                           daterange(make_date(year, 1, 1), make_date(year + 1, 1, 1))) AS w,
	             sum(fte_on(s, make_date(year, 12, 31))) / 100 AS fte
	      FROM (SELECT coalesce(hospital, '(total)') AS level, min(birth_date) AS birth_date,
	                   spells_agg(start_date, end_date, reason, percent, '30 days') AS spells
	            FROM employment
	            GROUP BY GROUPING SETS ((hospital, person_id), (person_id))) AS p,
	           unnest(spells) AS s, generate_series(2013, 2025) AS year
	      GROUP BY level, year) AS x" \
	"spells_agg with the row form: the same"

# --- the reporting views, which have every calendar year observed
run <<-'SQL' >"$log" 2>&1 || { cat "$log"; exit 1; }
	CREATE TABLE counted_rows AS TABLE employment;
	SELECT reporting_ddl('report', '{"as_of": "2026-01-01", "doubts": false, "employment": {"table": "counted_rows",
	       "person": "person_id", "join_gap": "30 days", "fte": "percent", "group_by": ["hospital"], "observed_years": 13}}')
	\gexec
SQL
same "$(run -c "SELECT hospital, year, headcount_end, hires, exits FROM report.turnover_total ORDER BY hospital COLLATE \"C\", year")" \
	"$(run -c "SELECT level, year, headcount, hires, leavers FROM expected ORDER BY level COLLATE \"C\", year")" \
	"the reporting views: headcount, hires, leavers of 3 hospitals and all, 13 years"
same "$(run -c "SELECT hospital, sum(exits) FROM report.exit_rates_total WHERE reason = 'retirement'
               GROUP BY hospital ORDER BY hospital COLLATE \"C\"")" \
	"$(run -c "SELECT level, sum(retired) FROM expected GROUP BY level ORDER BY level COLLATE \"C\"")" \
	"the reporting views: retired in all of the years"
same "$(run -c "SELECT count(*) FROM report.headcount_total AS h JOIN expected AS e ON (e.level, e.year) = (h.hospital, 2025)
               WHERE h.headcount = e.headcount AND abs(h.fte / 100 - e.fte::float8) <= 0.005 AND day = '2025-12-31'")" 4 \
	"the reporting views: headcount and FTE of 31 December 2025"

# The views that the page itself makes: three years, and the months in which they end.
equals "SELECT hospital AS level, t.year, t.headcount_end AS headcount, t.hires, t.exits AS leavers, e.retired, t.fte_end::numeric AS fte
	FROM dashboard.turnover_total AS t JOIN expected AS e ON (e.level, e.year) = (t.hospital, t.year)
	UNION ALL SELECT * FROM expected WHERE year < 2023" \
	"the views of the page: headcount, hires, leavers, FTE of the last three years"
equals "SELECT s.hospital AS level, extract(year FROM s.period_end)::int AS year, max(s.headcount) FILTER (WHERE s.period_end = e.day)::int AS headcount,
	       sum(s.hires)::int AS hires, sum(s.leavers)::int AS leavers, min(e.retired) AS retired,
	       (max(s.fte) FILTER (WHERE s.period_end = e.day))::numeric AS fte
	FROM dashboard.employment_series_total AS s
	     JOIN (SELECT *, make_date(year, 12, 31) AS day FROM expected) AS e ON e.level = s.hospital AND e.year = extract(year FROM s.period_end)
	GROUP BY 1, 2
	UNION ALL SELECT * FROM expected WHERE year < 2023" \
	"and month by month"

# --- the counting that the random registers are compared with
if python3 -c 'import csv, fractions' 2>/dev/null; then
	run <<-SQL || exit 1
		CREATE TABLE counted (LIKE expected);
		\copy counted FROM PROGRAM 'PYTHONDONTWRITEBYTECODE=1 python3 test/register/shared_register.py $register' WITH (FORMAT csv)
	SQL
	equals "SELECT level, year, headcount, hires, leavers, retired, fte FROM counted" \
		"test/register/brute.py: the same"
else
	n=$((n + 1))
	echo "ok $n - test/register/brute.py: the same # SKIP Python is missing"
fi

# --- students: what must hold of any register
export PGDATABASE=ef_students
fresh_database ef_students || exit 1
page doc/from_a_student_register.md | psql -X -q -At >/dev/null 2>&1
same "$(run -c "SELECT count(DISTINCT (person, programme)), (SELECT count(*) FROM raw_degree),
                       (SELECT count(*) FROM raw_withdrawal) FROM raw_registration")" \
	"$(run -c "SELECT entered, degrees, withdrawn
	           FROM (SELECT rollup(f) AS f FROM studies) AS x,
	                LATERAL (SELECT max(entered) FILTER (WHERE stage = 'registered') AS entered FROM funnel_stages(f)) AS s,
	                (SELECT count(*) FILTER (WHERE stage = 'degree') AS degrees,
	                        count(*) FILTER (WHERE stage = 'withdrawn') AS withdrawn FROM event) AS e")" \
	"students: all who were registered are in the funnel, all degrees and withdrawals are events"
same "$(run -c "SELECT count(*) FROM studies, funnel_stages(f) WHERE converted IS NOT NULL
                   AND entered <> converted + pending + exited + lost")" 0 \
	"students: who entered went on, is pending, left or is lost"

echo "1..$n"
exit "$failed"
