#!/bin/bash
# dbt-core 1.11.16 with dbt-postgres 1.11.0, PostgreSQL 15.
#
# One would guess that unique_key makes rows unique.  In an incremental model with delete+insert, which is the strategy that
# dbt-postgres takes where there is a key, a row whose key is NULL is not replaced but added in each run: what is there
# is deleted by (key) IN (SELECT DISTINCT key ...), which NULL never is.  Each run is a success.
#
# Seen:  rows after three runs: a 1, NULL 3
#
# Run it in a server without this extension: EF_BARE=1 test/lib/server.sh findings/dbt_null_key.sh
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
cat >models/answer.sql <<'SQL'
{{ config(materialized='incremental', unique_key=['key']) }}
SELECT key, 1 AS value FROM (VALUES ('a'), (NULL)) AS v (key)
SQL
for _ in 1 2 3; do "$dir/venv/bin/dbt" run >log; grep 'OK created' log; done
seen=$(psql -X -At -F ' ' -c "SELECT coalesce(key, 'NULL'), count(*) FROM dbt.answer GROUP BY key ORDER BY key" | paste -sd, | sed 's/,/, /')
echo "rows after three runs: $seen"
[ "$seen" = 'a 1, NULL 3' ]
