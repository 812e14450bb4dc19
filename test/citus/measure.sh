# shellcheck shell=bash
# measure.sh: sourced by citus.sh.  How long aggregates take on one node, without and with two parallel workers, and on a Citus cluster of
# two workers of the same machine, by wall clock: the least of ROUNDS rounds, in each of which all are asked in
# turn, so that other work on the machine meets all of them; and by processor time, which other work
# does not touch.  And how many bytes come to the coordinator.
#
#   CITUS=directory EVENTS=5000000 ROUNDS=5 test/citus.sh measure
#
# A person has about three events.  EMPLOYMENTS are as many as EVENTS if not said; QUERIES are numbers of what is asked, all if
# not said.
events=${EVENTS:-1000000} rounds=${ROUNDS:-5} employments=${EMPLOYMENTS:-${EVENTS:-1000000}}
persons=$((events / 3))
rows="CREATE TABLE event (person_id bigint, programme text, stage text, at date);
INSERT INTO event
SELECT p, 'p' || p % 5, (ARRAY['applied', 'admitted', 'registered', 'graduated', 'withdrew'])[k], date '2018-08-15' + 365 * (p % 4)::integer + 200 * k + (p * 7919 % 90)::integer
FROM generate_series(1::bigint, $persons) AS p, generate_series(1, 5) AS k WHERE k <= 1 + (p * 31 % 5);
CREATE TABLE employment (person_id bigint, profession text, born date, start_date date, end_date date, reason text);
INSERT INTO employment
SELECT p, 'p' || p % 5, date '1955-01-01' + (p * 7919 % 16000)::integer, date '2010-01-01' + (p * 31 % 4000)::integer,
       CASE WHEN p % 3 > 0 THEN date '2010-01-01' + (p * 31 % 4000 + 60 + p * 17 % 1500)::integer END, (ARRAY['retirement', 'own request', 'layoff'])[1 + p % 3]
FROM generate_series(1::bigint, $employments) AS p;
CREATE FUNCTION spec() RETURNS funnel_spec LANGUAGE sql IMMUTABLE
RETURN funnel_spec(ARRAY['applied', 'admitted', 'registered', 'graduated'], within => '4 years'::interval, as_of => '2024-01-01'::date, exits => ARRAY['withdrew']);"
for database in one by_person_id; do run -d $database -c "$rows" -c 'VACUUM ANALYZE event' || exit 1; done
run -d one -c 'VACUUM ANALYZE employment'
for table in event employment; do
	run -d by_person_id -c "SELECT create_distributed_table('$table', 'person_id')" -c "SELECT truncate_local_data_after_distributing_table('$table'::regclass)" >/dev/null || exit 1
done
run -d by_person_id -c 'VACUUM ANALYZE event' -c 'VACUUM ANALYZE employment'
echo "# $(run -d one -c 'SELECT count(*) FROM event') events of $persons persons, $employments employments; $(nproc) processors"

# by_shards TYPE TABLE GROUP AGGREGATE: the statement of doc/scaling.md
by_shards() {
	echo "SELECT g, rollup(s::$1) FROM run_command_on_shards('$2', \$q\$SELECT coalesce(jsonb_object_agg(g, s::text), '{}') FROM (SELECT $3 AS g, $4 AS s FROM %s GROUP BY $3) AS x\$q\$), jsonb_each_text(result::jsonb) AS p (g, s) GROUP BY g"
}
funnel='funnel_agg(person_id, stage, at, spec())'
work="workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2024-01-01)')"
names=('funnel_agg, 5 groups, the statement by shards' 'funnel_agg, 1 group, by person and rollup' 'workforce_agg, 1 group' 'workforce_agg, 5 groups' 'workforce_agg, 5 groups, the statement by shards')
single=("SELECT programme, $funnel FROM event GROUP BY programme" "SELECT $funnel FROM event" "SELECT $work FROM employment" "SELECT profession, $work FROM employment GROUP BY profession")
single+=("${single[3]}")
cluster=("$(by_shards funnel event programme "$funnel")" 'SELECT rollup(f) FROM (SELECT funnel_agg(stage, at, spec()) AS f FROM event GROUP BY person_id) AS p' "${single[2]}" "${single[3]}"
	"$(by_shards workforce employment profession "$work")")
# spent PIDFILE...: hundredths of a second that these servers have computed so far
spent() {
	local pid
	for pid in $(head -qn 1 "$@"); do
		awk '{ sub(/.*\) /, ""); print $12 + $13 + $14 + $15 }' "/proc/$pid/stat"
		awk '{ sub(/.*\) /, ""); print $12 + $13 }' $(pgrep -P "$pid" | sed 's/.*/\/proc\/&\/stat/') 2>/dev/null
	done | awk '{ s += $1 } END { print s }'
}
# took DATABASE WORKERS QUERY: milliseconds by the clock, and of processors in the coordinator and in the workers
took() {
	local before=("$(spent "$EF_DATA/postmaster.pid")" "$(spent "$cluster_dir"/[12]/data/postmaster.pid)") clock
	clock=$(printf 'SET max_parallel_workers_per_gather = %s;\n\\timing on\n%s \\g /dev/null\n' "$2" "$3" |
		psql -X -q -At -v ON_ERROR_STOP=1 -d "$1" -f - | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p')
	sleep 0.2
	echo "$clock $((10 * ($(spent "$EF_DATA/postmaster.pid") - before[0]))) $((10 * ($(spent "$cluster_dir"/[12]/data/postmaster.pid) - before[1])))"
}
for i in ${QUERIES:-${!names[@]}}; do
	for _ in $(seq "$rounds"); do
		echo "$(took one 0 "${single[i]}") $(took one 2 "${single[i]}") $(took by_person_id 0 "${cluster[i]}")"
	done | awk -v name="${names[i]}" '
		{ for (k = 1; k <= 9; k++) if (NR == 1 || $k < least[k]) least[k] = $k }
		{ ratio[NR] = $7 / $4 }
		END {
			for (a = 1; a <= NR; a++) for (b = a + 1; b <= NR; b++) if (ratio[b] < ratio[a]) { t = ratio[a]; ratio[a] = ratio[b]; ratio[b] = t }
			printf "%s\n  clock: one node %.0f ms, with two workers %.0f, Citus %.0f; Citus to two workers %.2f, the median of pairs\n", name, least[1], least[4], least[7], ratio[int((NR + 1) / 2)]
			printf "  processors: one node %d ms, with two workers %d, Citus %d + %d\n", least[2], least[5], least[8], least[9]
		}'
done
for what in "event programme $funnel" "employment profession $work"; do
	read -r table group aggregate <<<"$what"
	run -d by_person_id -c "SELECT '$table: ' || max(b.value::int) || ' bytes of text a group and shard at most' FROM run_command_on_shards('$table', \$q\$SELECT coalesce(jsonb_object_agg(g, s), '{}') FROM (SELECT $group AS g, octet_length($aggregate::text) AS s FROM %s GROUP BY $group) AS x\$q\$), jsonb_each_text(result::jsonb) AS b"
	run -d one -c "SELECT '$table: ' || max(octet_length(s::text)) || ' bytes of text a group, ' || max(pg_column_size(s)) || ' stored' FROM (SELECT $group, $aggregate AS s FROM $table GROUP BY $group) AS x"
done
