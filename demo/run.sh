#!/bin/sh
# The demo: who comes to the profession of medical secretary, how many of them a region must
# recruit, how long they stay, who goes to which hospital, who has the certificates that are
# required, and how many study places that takes; then the views that a reporting tool would
# read. Runs on the server that PGHOST, PGPORT and PGUSER name (make demo starts a private one),
# in a database of its own. EF_PAGE=none leaves out the page with charts.
set -eu
cd "$(dirname "$0")"

unset PGOPTIONS
export PGDATABASE=education_flow_demo
run() { psql -X -q -v ON_ERROR_STOP=1 -P footer=off -P pager=off "$@"; }

PGDATABASE=postgres run -c 'CREATE DATABASE education_flow_demo'
run -f install.sql -f export.sql -f register.sql -f education.sql -f funnel.sql -f medical_secretaries.sql -f compare.sql \
    -f retention.sql -f workplaces.sql -f mobility.sql -f courses.sql -f competence.sql \
    -f pipeline.sql -f reporting.sql

cat <<'END'

The SQL of the tables above. To ask your own table, put its name and columns
in the place of education, employment, workplace, catalogue and completion, and
your dates in the place of these.
------------------------------------------------------------------------------

END
cat install.sql
echo
sed -e '/^\\/d' funnel.sql
echo
sed -e '/^\\/d' medical_secretaries.sql
echo
sed -e '/^\\/d' retention.sql
echo
sed -e '/^\\/d' mobility.sql
echo
sed -e '/^\\/d' competence.sql
echo
sed -e '/^\\/d' pipeline.sql
echo
sed -e '/^\\/d' reporting.sql
echo
[ "${EF_PAGE:-}" = none ] || ./page.sh
