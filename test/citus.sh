#!/bin/bash
# citus.sh [measure]: prints TAP.  A Citus cluster of a coordinator and two workers, all on Unix sockets of their own (make
# test-citus): the same SQL over tables that are distributed by person, and by region, answers byte for byte as one
# node does, and runs where test/citus/queries.sql says that it does; so do the recipes for what Citus
# does not distribute, and the reporting schema; a worker that dies is no answer, and a shard that moves is the same.
#
# Citus is taken as its package installs it beside PostgreSQL, or from a directory CITUS that is laid out as that
# package does (CITUS/usr/lib/postgresql/15/lib/citus.so ...).  Skipped where there is none.
# PERSONS is the size of the tables; with `measure` it times instead (citus/measure.sh).  Everything is removed in the end.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
. test/lib/tap.sh
. test/citus/cluster.sh
if [ "${EF_CITUS:-}" != inside ]; then
	library=$("${PG_CONFIG:-pg_config}" --pkglibdir)/citus.so
	if [ -n "${CITUS:-}" ]; then library=$CITUS$library; fi
	[ -f "$library" ] || { echo "1..0 # SKIP Citus is not there: $library"; exit 0; }
	EF_CITUS=inside EF_BESIDE=${CITUS:-} EF_PG_CONF=$cluster_conf exec test/lib/server.sh "$PWD/test/citus.sh" "$@"
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/ef-citus.XXXXXX") || exit 1
chmod 755 "$dir"
trap 'cluster_stop; rm -rf "$dir"' EXIT
export PGOPTIONS='-c client_min_messages=error'
bail() { echo "Bail out! $1"; exit 1; }
cluster_start "$dir/nodes" 2 || bail 'the workers do not start'
run -d postgres -c 'CREATE DATABASE one'
run -d one -c 'CREATE SCHEMA education_flow' -c 'CREATE EXTENSION education_flow SCHEMA education_flow' \
	-c 'ALTER DATABASE one SET search_path = public, education_flow'
for by in person_id region; do
	cluster_database "by_$by" || bail 'no cluster'
done
if [ "${1:-}" = measure ]; then
	. test/citus/measure.sh
	exit
fi
for database in one by_person_id by_region; do
	run -d "$database" -v n="${PERSONS:-3000}" -f test/citus/data.sql || bail 'no data'
done
tables='employment event chain posting certificate held stored'
for by in person_id region; do
	for table in $tables; do
		run -d "by_$by" -c "SELECT create_distributed_table('$table', '$by')" >/dev/null || bail "$table"
	done
done
version=$(run -d by_region -c "SELECT (regexp_match(citus_version(), '[0-9]+\.[0-9]+\.[0-9]+'))[1]")
echo "# Citus $version on PostgreSQL $(run -d one -c 'SHOW server_version')"
major=${version%%.*}

# answer DATABASE QUERY: its rows in an order of their own, or its error.
answer() { run -d "$1" -c "$2" 2>&1 | sort; }
# how DATABASE QUERY: whole, partial, both or pulled, by the query that a worker gets for a shard.  What is done with
# the rows of such queries afterwards, on one node, does not count.
how() {
	run -d "$1" -c "EXPLAIN (VERBOSE, COSTS OFF) $2" | perl -ne '
		$task = $1 if /^[ >-]*Query: (.*)/ && !/read_intermediate_result/;
		END {
			$partial = $task =~ s/worker_(?:binary_)?partial_agg\(\x27[^\x27]*\x27//g;
			$whole = $task =~ /\b(?:rollup|(?:workforce|retention|funnel|mobility|spells|credible_rates)_agg|funnel_steps|window_funnel)\(/;
			print $task eq "" ? "no task" : $partial && $whole ? "both" : $partial ? "partial" : $whole ? "whole" : "pulled";
		}'
}

# --- each query of the file
asked=0
while IFS= read -r -d '' query; do
	[[ $query =~ ^--\ ([a-z]+)\ ([a-z]+):\ ([^$'\n']*)$'\n'(.*)\; ]] || continue
	by_person=${BASH_REMATCH[1]} by_region=${BASH_REMATCH[2]} title=${BASH_REMATCH[3]} sql=${BASH_REMATCH[4]}
	expected=$(answer one "$sql")
	case $expected in *ERROR*) ok 1 "$title: $expected" ;; esac
	same "$(how by_person_id "$sql") $(how by_region "$sql")" "$by_person $by_region" "$title: runs $by_person by person, $by_region by region"
	same "$(answer by_person_id "$sql")" "$expected" "$title: the same by person"
	same "$(answer by_region "$sql")" "$expected" "$title: the same by region"
	asked=$((asked + 1))
done < <(perl -00 -pe 's/\n+\z//; $_ .= "\0"' test/citus/queries.sql)
unasked=
for name in $(run -d one -c "SELECT DISTINCT p.proname
                             FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'education_flow'
                                  JOIN pg_proc AS p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass
                             WHERE p.prokind = 'a'"); do
	grep -q "\b$name(" test/citus/queries.sql || unasked+=" $name"
done
same "none$unasked" none 'each aggregate was asked'
same "$asked" "$(grep -c '^-- [a-z]* [a-z]*: ' test/citus/queries.sql)" "all $asked queries were asked"

# --- words that are not text: Citus does not know which type "any" is, and says so
for database in by_person_id by_region; do
	case $(answer $database "SELECT retention_agg(start_date, end_date, reason_code, '[2014-01-01,2024-01-01)') FROM employment") in
		*'could not confirm type correctness'*) true ;; *) false ;; esac
	ok $? "$database: a word that is a number is refused, where its aggregate is partial"
done

# --- prepared statements: eight times, so that a plan without its parameters would be tried
prepared="PREPARE q (date, text) AS SELECT profession, workforce_agg(born, start_date, end_date, reason, daterange(\$1, '2024-01-01')) FROM employment WHERE region <> \$2 GROUP BY profession ORDER BY 1"
eight=$(for i in 1 2 3 4 5 6 7 8; do echo "EXECUTE q ('201$((i % 4 + 2))-01-01', 'r$i');"; done)
expected=$(printf '%s;\n%s\n' "$prepared" "$eight" | run -d one -f -)
for database in by_person_id by_region; do
	same "$(printf '%s;\n%s\n' "$prepared" "$eight" | run -d $database -f -)" "$expected" "$database: a prepared statement, eight times"
done

# --- EXPLAIN ANALYZE, and grouping sets right above a distributed table
whole="SELECT region, workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2024-01-01)') FROM employment GROUP BY region"
partial="SELECT workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2024-01-01)') FROM employment"
case $(answer by_region "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $whole") in *'Tuple data received from nodes'*) true ;; *) false ;; esac
ok $? 'EXPLAIN ANALYZE of what runs whole'
analyzed=$(answer by_region "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $partial")
if [ "$major" -ge 14 ]; then
	case $analyzed in *'Tuple data received from nodes'*) true ;; *) false ;; esac
	ok $? 'EXPLAIN ANALYZE of what runs partial'
else
	case $analyzed in *'has pseudo-type cstring'*) true ;; *) false ;; esac
	ok $? 'EXPLAIN ANALYZE of what runs partial: not before Citus 14, whatever the aggregate'
	case $(answer by_region "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT corr(fte, fte) FROM employment") in *'has pseudo-type cstring'*) true ;; *) false ;; esac
	ok $? 'as with corr()'
fi
case $(answer by_person_id "SELECT profession, workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2024-01-01)') FROM employment GROUP BY CUBE (profession)") in
	*'could not run distributed query with GROUPING SETS, CUBE, or ROLLUP'*) true ;; *) false ;; esac
ok $? 'CUBE right above a distributed table is refused'

# --- what Citus does not distribute: one statement, which can be a view
# recipe TYPE DATABASE TABLE QUERY: QUERY is the aggregate by g of a table that is called %s.  Some shards have no rows.
recipe() {
	local view="CREATE VIEW recipe_of_$1 AS
		SELECT g, rollup(s::$1) AS s
		FROM run_command_on_shards('$3', \$q\$SELECT coalesce(jsonb_object_agg(g, s::text), '{}') FROM ($4 GROUP BY g) AS x\$q\$),
		     jsonb_each_text(result::jsonb) AS p (g, s)
		GROUP BY g"
	run -d "$2" -c "$view" &&
		same "$(answer "$2" "SELECT * FROM recipe_of_$1")" "$(answer one "${4//%s/$3} GROUP BY g")" "$2: $1 by run_command_on_shards and rollup, the same"
}
for database in by_person_id by_region; do
	recipe funnel $database event 'SELECT programme AS g, funnel_agg(person_id, stage, at, spec()) AS s FROM %s'
	recipe mobility $database posting "SELECT profession AS g, mobility_agg(person_id, state, start_date, end_date, '[2015-01-01,2022-01-01)') AS s FROM %s"
	recipe workforce $database employment "SELECT coalesce(profession, '-') AS g, workforce_agg(person_id, born, start_date, end_date, reason, '[2014-01-01,2024-01-01)', fte, '30 days') AS s FROM %s"
	recipe retention $database employment "SELECT coalesce(profession, '-') AS g, retention_agg(person_id, start_date, end_date, reason, '[2014-01-01,2024-01-01)', '30 days') AS s FROM %s"
	same "$(answer $database "SELECT rollup(nullif(result, '')::funnel) FROM run_command_on_shards('event', 'SELECT funnel_agg(person_id, stage, at, spec()) FROM %s')")" \
		"$(answer one 'SELECT funnel_agg(person_id, stage, at, spec()) FROM event')" "$database: without groups"
done

# --- the reporting schema: its first contents, and a refresh after rows have changed
# contents DATABASE SCHEMA: of each relation there the number of rows, and a hash of what is in them but for when
contents() {
	run -d "$1" -c "SELECT format('SELECT ''%1\$s.%2\$s'', count(*), md5(string_agg(r, '' '' ORDER BY r)) FROM (SELECT (to_jsonb(t) - ''refreshed_at'')::text AS r FROM %1\$I.%2\$I AS t) AS r;', n.nspname, c.relname)
	                FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	                WHERE n.nspname IN ('$2', '$2_summary') AND c.relkind IN ('v', 'm') AND c.relname !~ '_rows$' ORDER BY n.nspname, c.relname" >"$dir/contents.sql"
	run -d "$1" -f "$dir/contents.sql" 2>&1
}
change="UPDATE employment SET end_date = '2023-10-01', reason = 'layoff' WHERE end_date IS NULL AND person_id % 50 = 0;
        DELETE FROM event WHERE person_id % 40 = 1;
        UPDATE posting SET state = 'clinic' WHERE person_id % 30 = 2; DELETE FROM held WHERE person_id % 20 = 3"
built() { # DATABASE SCHEMA: what it says but that Citus makes views over a materialized view on one node only
	run -d "$1" -v schema="$2" -v mapping="$(cat "test/citus/$2.json")" -c 'SELECT 1' -f - <<<"SELECT reporting_ddl(:'schema', :'mapping') \gexec" 2>&1
}
for schema in rows people; do
	for database in one by_person_id by_region; do
		same "$(built $database $schema)" 1 "reporting schema $schema, $database: it is built"
	done
	expected=$(contents one $schema)
	[ "$(grep -c '|[1-9]' <<<"$expected")" -gt 40 ]
	ok $? "reporting schema $schema: $(grep -c '|[1-9]' <<<"$expected") relations that are not empty"
	for database in by_person_id by_region; do
		same "$(contents $database $schema)" "$expected" "reporting schema $schema, $database: the same"
	done
done
for database in one by_person_id by_region; do
	run -d $database -c "$change" || ok 1 "$database: rows change"
	run -d $database <<-'SQL' 2>&1 | sed 's/^/# /'
		SELECT reporting_refresh_ddl(s) FROM (VALUES ('rows'), ('people')) AS v (s) \gexec
	SQL
done
for schema in rows people; do
	before=$expected
	expected=$(contents one $schema)
	[ "$expected" != "$before" ]
	ok $? "reporting schema $schema: other contents after rows have changed"
	for database in by_person_id by_region; do
		same "$(contents $database $schema)" "$expected" "reporting schema $schema, $database: the same after a refresh"
	done
done
# how a refresh runs: the summaries of a person, or of a group, come from the workers
refresh() {
	local query
	query=$(run -d "$1" -c "SELECT rtrim(pg_get_viewdef('$2'::regclass), ';')")
	case $query in *reporting_shards\(*) echo shards ;; *) how "$1" "$query" ;; esac
}
same "$(for view in rows_summary.employment rows_summary.education rows_summary.mobility rows_summary.competence people_summary.education people_summary.mobility people_summary.employment; do
	echo "${view/_summary/}: $(refresh by_person_id $view) $(refresh by_region $view)"; done)" \
	'rows.employment: shards whole
rows.education: shards pulled
rows.mobility: shards pulled
rows.competence: shards whole
people.education: shards whole
people.mobility: shards whole
people.employment: shards pulled' 'reporting schema: how a refresh runs, by person and by region'

# --- who may read plain views needs the extension's schema as well
run -d by_region -c 'CREATE ROLE ef_reader LOGIN'
for database in one by_person_id by_region; do
	run -d $database <<-'SQL'
		GRANT SELECT ON posting TO ef_reader;
		SELECT reporting_ddl('plain', '{"as_of": "2024-01-01", "materialized": false, "doubts": false, "reader": "ef_reader", "mobility": {"table": "posting", "group_by": ["region"]}}') \gexec
	SQL
	same "$(PGUSER=ef_reader answer $database 'SELECT region, headcount FROM plain.mobility_headcount')" \
		"$(answer one 'SELECT region, headcount FROM plain.mobility_headcount')" "$database: a reader of plain views reads what the owner does"
done

# --- a shard that moves with summaries in it
before=$(answer by_person_id 'SELECT part, w, r, f, m FROM stored')
# with those of the other tables, which are beside it; a second move could find what the first has yet to clean up
run -d by_person_id <<-SQL >/dev/null || ok 1 'a shard moves'
	SELECT citus_move_shard_placement(s.shardid, s.nodename, s.nodeport, o.nodename, o.nodeport, shard_transfer_mode => 'force_logical')
	FROM (SELECT * FROM citus_shards WHERE table_name = 'stored'::regclass ORDER BY shardid LIMIT 1) AS s
	     JOIN pg_dist_node AS o ON o.groupid > 0 AND o.nodeport <> s.nodeport;
SQL
same "$(run -d by_person_id -c "SELECT count(DISTINCT nodeport) FROM citus_shards WHERE table_name = 'stored'::regclass GROUP BY table_name")" 2 'shards are on two nodes'
same "$(answer by_person_id 'SELECT part, w, r, f, m FROM stored')" "$before" 'a shard of summaries moved: the same'
same "$(answer by_person_id 'SELECT funnel_agg(reached, simple_spec()) FROM chain')" "$(answer one 'SELECT funnel_agg(reached, simple_spec()) FROM chain')" 'a shard of chains moved: the same'

# --- a worker that dies is an error, in every form, and never an answer without its rows
queries=("$partial" "$whole" 'SELECT funnel_agg(person_id, stage, at, spec()) FROM event' 'SELECT * FROM recipe_of_funnel' 'SELECT * FROM recipe_of_mobility')
for sql in "${queries[@]}"; do answer by_region "$sql"; done >"$dir/alive"
worker_stop 2 immediate
for sql in "${queries[@]}"; do
	case $(answer by_region "$sql") in *ERROR:*) true ;; *) false ;; esac
	ok $? "a worker is down: an error, and no answer: ${sql:0:40}"
done
same "$(contents by_region rows | head -n 5)" "$(contents one rows | head -n 5)" 'a worker is down: materialized views still answer'
worker_start 2
for sql in "${queries[@]}"; do answer by_region "$sql"; done >"$dir/again"
cmp -s "$dir/alive" "$dir/again" && [ "$(grep -c . "$dir/again")" -gt 5 ]
ok $? 'the worker is back: the same'

echo "1..$n"
exit "$failed"
