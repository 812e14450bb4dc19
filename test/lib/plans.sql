-- Included by tests of aggregates that keep rows until all are seen: one summary by whatever plan, in
-- whatever memory, and nothing is left of a query that was stopped.
--
-- A test that includes it makes the table whole, one row of summaries, and the table parts, a row for
-- each group: the columns of its groups and summaries.

-- Two tests: is the one row of a query that of the table whole?
CREATE FUNCTION is_whole(query text, label text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    answer record;
    wanted record;
BEGIN
    EXECUTE query INTO STRICT answer;
    SELECT * INTO STRICT wanted FROM whole;
    RETURN NEXT ok(record_send(answer) = record_send(wanted), label || ': same bytes');
    RETURN NEXT ok(answer = wanted AND hash_record(answer) = hash_record(wanted) AND answer::text = wanted::text, label || ': equal');
END
$$;

-- One test: are the rows of a query those of the table parts?
CREATE FUNCTION is_parts(query text, label text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT bag_eq(format('SELECT record_send(x) FROM (%s) AS x', query), 'SELECT record_send(p) FROM parts AS p', label || ': same bytes')
$$;

CREATE FUNCTION plan_of(query text, options text DEFAULT 'COSTS off') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text := '';
BEGIN
    FOR line IN EXECUTE format('EXPLAIN (%s) %s', options, query) LOOP
        plan := plan || line || E'\n';
    END LOOP;
    RETURN plan;
END
$$;

-- How many files there are, when something was computed.
CREATE FUNCTION files(anyelement DEFAULT NULL::int) RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT count(*) FROM pg_ls_tmpdir()';

-- Any number of workers.
CREATE FUNCTION is_whole_parallel(workers int, query text, label text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    plan text;
BEGIN
    PERFORM set_config('max_parallel_workers_per_gather', workers::text, true);
    plan := plan_of(query, 'ANALYZE, COSTS off, TIMING off');
    RETURN NEXT ok(plan ~ 'Partial (Hash|Group)?Aggregate' AND plan ~ 'Finalize' AND plan ~ ('Workers Planned: ' || workers) AND plan ~ 'Workers Launched: [1-9]',
                   label || ': EXPLAIN shows the partial aggregate');
    RETURN QUERY SELECT is_whole(query, label);
    -- the workers alone: the leader only combines
    SET LOCAL parallel_leader_participation = off;
    RETURN QUERY SELECT is_whole(query, label || ' without the leader');
    SET LOCAL parallel_leader_participation TO DEFAULT;
    PERFORM set_config('max_parallel_workers_per_gather', '0', true);
END
$$;

-- Little memory: rows go to a file.
CREATE FUNCTION test_spill(label text, query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT matches(plan_of(query, 'ANALYZE, BUFFERS, COSTS off, TIMING off'), 'temp read=\d+ written=\d{2}', label || ': EXPLAIN shows that it spills');
    RETURN QUERY SELECT is_whole(query, label);
    RETURN NEXT is(files(), 0::bigint, label || ': no file is left');
END
$$;

-- Groups, under settings, 'name=value', that make a plan that shows something.
CREATE FUNCTION test_groups(label text, settings text[], shows text, query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    setting text;
BEGIN
    FOREACH setting IN ARRAY settings LOOP
        PERFORM set_config(split_part(setting, '=', 1), split_part(setting, '=', 2), true);
    END LOOP;
    RETURN NEXT matches(plan_of(query, 'ANALYZE, COSTS off, TIMING off'), shows, label || ': the plan is meant');
    RETURN QUERY SELECT is_parts(query, label);
    FOREACH setting IN ARRAY settings LOOP
        EXECUTE 'SET LOCAL ' || split_part(setting, '=', 1) || ' TO DEFAULT';
    END LOOP;
    SET LOCAL max_parallel_workers_per_gather = 0;
    RETURN NEXT is(files(), 0::bigint, label || ': no file is left');
END
$$;

-- Cancel, at every part of the work: each run is stopped a little later.
CREATE TABLE work (workers int, query text, took int);
CREATE TABLE cancelled (workers int, query text, part numeric, timeout int, took numeric, cancelled boolean, files bigint);
CREATE FUNCTION try(query text, OUT took numeric, OUT cancelled boolean, OUT files bigint) LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz := clock_timestamp();
BEGIN
    cancelled := false;
    BEGIN
        EXECUTE query;
    EXCEPTION WHEN query_canceled THEN
        cancelled := true;
    END;
    took := 1000 * extract(epoch FROM clock_timestamp() - start);
    files := files();
END
$$;
-- The statements, for \gexec.  A timeout is that of a statement, so what was made must have been
-- committed.  (It may also come right after the query, which then says nothing: that error is let pass.)
CREATE FUNCTION to_cancel(parts numeric[], OUT begins text, OUT sets text, OUT plans text, OUT tries text, OUT ends text) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT 'BEGIN', format('SET LOCAL statement_timeout = %s', timeout), format('SET LOCAL max_parallel_workers_per_gather = %s', workers),
           format('INSERT INTO cancelled SELECT %s, %L, %s, %s, t.* FROM try(%L) AS t', workers, query, part, timeout, query), 'COMMIT'
    FROM work, unnest(parts) AS part, LATERAL (SELECT greatest(1, (took * part)::int)) AS t (timeout) ORDER BY workers, query, part
$$;
