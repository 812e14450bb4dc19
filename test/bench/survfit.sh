#!/bin/sh
# survfit.sh ROWS PASSES: R's survfit, once, on the table employment, which has ROWS rows,
# beside ours. Skipped, with a word on what to install, where R or its package is missing.
# Called by run.sh, with its connection.
set -eu
rows=$1
passes=$2
cd "$(dirname "$0")"
run() { psql -X -q -v ON_ERROR_STOP=1 -v rows="$rows" -v passes="$passes" -v period="$period"; }

if ! Rscript -e 'library(survival)' >/dev/null 2>&1; then
    echo "R's survfit: skipped, since Rscript or its package survival is not there" \
         "(Debian, Ubuntu: apt-get install r-cran-survival)" >&2
    exit 0
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/ef-survfit.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

# Ours before and after R: the load of the machine changes.
ours() { run <<SQL
SET max_parallel_workers_per_gather = 0;
CALL bench.pair('  beside survfit, $period, serial', :rows, :passes, NULL, '$query');
\ir two_workers.sql
CALL bench.pair('  beside survfit, $period, two workers', :rows, :passes, NULL, '$query');
SQL
}

# \copy wants its query in one line, and it is the same rows that ours counts.
compare() {
    ours
    run <<SQL
SELECT clock_timestamp() AS start \gset
\copy (SELECT profession, $entry, least(end_date, '2026-01-01') - start_date, (end_date IS NOT NULL)::int FROM employment WHERE $seen) TO '$tmp/rows.csv' (FORMAT csv)
INSERT INTO bench.survfit
SELECT :rows, :'period', 'export, s', extract(epoch FROM clock_timestamp() - :'start'::timestamptz);
SQL
    Rscript survfit.R "$tmp/rows.csv" "$tmp/curves.csv" "$tmp/numbers"
    ours
    run <<SQL
CREATE TEMPORARY TABLE curves (profession int, after_days int, retained float8, std_error float8);
\copy curves FROM '$tmp/curves.csv' (FORMAT csv)
CREATE TEMPORARY TABLE numbers (what text, value float8);
\copy numbers FROM '$tmp/numbers' (DELIMITER '|')
INSERT INTO bench.survfit SELECT :rows, :'period', what, value FROM numbers;

-- A FULL JOIN: each has every yearly point of the other (but for ours of day 0).
INSERT INTO bench.agreement
SELECT :rows, format('R''s survfit every year, %s, %s', :'period', what), count(*),
       CASE WHEN bool_and(in_both) THEN max(difference) ELSE 'NaN' END
FROM (SELECT ours.after_days IS NOT NULL AND r.after_days IS NOT NULL AS in_both,
             abs(ours.retained - r.retained) AS retained,
             abs(ours.std_error - r.std_error) AS std_error
      FROM (SELECT profession, c.*
            FROM retentions, retention_curve($summary) AS c
            WHERE after_days > 0) AS ours
           FULL JOIN curves AS r USING (profession, after_days)) AS points,
     LATERAL (VALUES ('share', retained), ('standard error', std_error)) AS v(what, difference)
GROUP BY what;
SQL
}

# No spell of the table ends after 2026-01-01.
period='late entry'
query='curve every day'
summary=bounded
entry="CASE WHEN start_date < '2016-01-01' THEN '2016-01-01' - start_date ELSE -1 END"
seen="end_date IS NULL OR end_date > '2016-01-01'"
compare

period='complete history'
query='curve every day, complete history'
summary=complete
entry=-1
seen=true
compare
