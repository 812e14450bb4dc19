#!/bin/bash
# dbt-core 1.11.16 with dbt-postgres 1.11.0, PostgreSQL 15.
#
# One would guess that dbt run makes a model what its file says.  A materialized_view whose SQL
# has changed is only refreshed, with the old query; the run is a success.  dbt compares the indexes, and not the
# query.  dbt run --full-refresh applies the change.
#
# Seen:  1 of 1 OK created sql materialized_view model dbt.answer ... [REFRESH MATERIALIZED VIEW in 0.09s]
#        value after the change: 1; after a full refresh: 2
#
# Run it in a server without this extension: EF_BARE=1 test/lib/server.sh findings/dbt_materialized_view.sh
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: dbt-core==1.11.16 dbt-postgres==1.11.0
mkdir -p "$dir/p/models"
cd "$dir/p"
cat >dbt_project.yml <<'YML'
name: p
version: 1.0.0
profile: p
YML
cat >profiles.yml <<'YML'
p:
  target: t
  outputs:
    t: {type: postgres, host: "{{ env_var('PGHOST') }}", port: 5432, user: "{{ env_var('PGUSER') }}", password: "", dbname: "{{ env_var('PGDATABASE') }}", schema: dbt, threads: 1}
YML
export DBT_SEND_ANONYMOUS_USAGE_STATS=false DBT_PROFILES_DIR=. DBT_USE_COLORS=false
model() { printf "{{ config(materialized='materialized_view') }}\nSELECT %s AS value\n" "$1" >models/answer.sql; }
value() { psql -X -At -c 'SELECT value FROM dbt.answer'; }
model 1
"$dir/venv/bin/dbt" run >log
model 2
"$dir/venv/bin/dbt" run >log
grep 'OK created' log
after=$(value)
"$dir/venv/bin/dbt" run --full-refresh >log
full=$(value)
echo "value after the change: $after; after a full refresh: $full"
[ "$after" = 1 ] && [ "$full" = 2 ]
