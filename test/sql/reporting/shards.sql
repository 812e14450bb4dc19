-- Reporting by shards, without Citus: partitions stand for the shards of a table, and
-- functions of its names run a command on each.  What reporting_ddl writes then
-- answers byte for byte as what it writes for one node, whatever the names; a
-- shard that fails or is missing is an error.  test/citus.sh asks a real cluster.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT plan(21);

\ir ../../lib/reporting.sql

SET allow_system_table_mods = on;
CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass, partmethod "char", partkey text);
CREATE TABLE pg_catalog.pg_dist_shard (logicalrelid regclass, shardid bigint);
CREATE FUNCTION pg_catalog.column_to_column_name(relation regclass, partkey text) RETURNS text LANGUAGE sql STRICT AS 'SELECT $2';
CREATE FUNCTION pg_catalog.run_command_on_shards(table_name regclass, command text, OUT shardid bigint, OUT success boolean, OUT result text)
    RETURNS SETOF record LANGUAGE plpgsql SET datestyle = 'ISO, MDY' AS $$     -- a node of its own
DECLARE
    name text;
BEGIN
    FOR shardid, name IN
        SELECT c.oid, CASE WHEN n.nspname <> 'public' THEN quote_ident(n.nspname) || '.' ELSE '' END || quote_ident(c.relname)
        FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE i.inhparent = table_name
    LOOP
        BEGIN
            EXECUTE format(command, name) INTO STRICT result;
            success := true;
        EXCEPTION WHEN OTHERS THEN
            success := false;
            result := 'ERROR:  ' || SQLERRM;
        END;
        RETURN NEXT;
    END LOOP;
END
$$;
RESET allow_system_table_mods;

-- Tables whose columns begin with a name, in three parts by person; one part has no rows.
CREATE FUNCTION make_table(home text, name text, columns text, rows text, place integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I.%I (%s) PARTITION BY RANGE (%I)', home, name || place, columns, name || ' p');
    FOR part IN 0 .. 2 LOOP
        EXECUTE format('CREATE TABLE %1$I.%2$I PARTITION OF %1$I.%3$I FOR VALUES FROM (%4$s) TO (%5$s)', home, name || place || '_' || part, name || place,
                       (ARRAY[0, 40, 1000])[part + 1], (ARRAY[40, 1000, 2000])[part + 1]);
    END LOOP;
    EXECUTE format('INSERT INTO %I.%I ', home, name || place) || rows;
END
$$;
CREATE FUNCTION make_tables(home text, name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', home);
    PERFORM make_table(home, name, format('%I int, %I date, %I date, %I date, %I text, %I numeric, %I text, %I int', name || ' p', name || ' b', name || ' s', name || ' e', name || ' r',
                                          name || ' f', name || ' g', name || ' h'),
        format($q$SELECT p, date '1960-01-01' + p * 311 %% 9000, date '2014-01-01' + p * 83 %% 3000 + k * 900, CASE WHEN p %% 3 = 0 OR k = 0 THEN date '2015-06-01' + p * 83 %% 3000 + k * 900 END,
                         CASE WHEN p %% 3 = 0 THEN %L || p %% 2 END, 1, CASE WHEN p %% 5 > 0 THEN %1$L || (p + k) %% 2 END, p %% 2
                  FROM generate_series(1, 90) AS p, generate_series(0, 1) AS k$q$, name), 1);
    PERFORM make_table(home, name, format('%I int, %I text, %I date, %I text, %I int', name || ' p', name || ' t', name || ' a', name || ' g', name || ' y'),
        format($q$SELECT p, CASE k WHEN 0 THEN %L WHEN 1 THEN %L ELSE %L END, date '2016-01-01' + p * 50 %% 900 + k * 200, 'g' || p %% 2, 2016 + p %% 3
                  FROM generate_series(1, 90) AS p, generate_series(0, p %% 3) AS k$q$, name || ' 1', name || ' 2', name || ' x'), 2);
    PERFORM make_table(home, name, format('%I int, %I text, %I date, %I date, %I text, %I text', name || ' p', name || ' t', name || ' s', name || ' e', name || ' r', name || ' g'),
        $q$SELECT p, (ARRAY['valid', 'missing', 'lapsed'])[1 + p % 3], date '2021-01-01' + p * 20 % 700, CASE WHEN p % 4 = 0 THEN date '2023-01-01' + p * 10 END,
                  CASE WHEN p % 8 = 0 THEN 'r' END, '"(total)"' || p % 2 FROM generate_series(1, 90) AS p$q$, 3);
END
$$;
-- kind: bits for what a mapping can have
CREATE FUNCTION map_tables(home text, name text, kind integer) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'employment', jsonb_build_object('table', format('%I.%I', home, name || 1), 'person', CASE WHEN kind & 1 = 1 THEN name || ' p' END, 'birth_date', name || ' b',
            'start_date', name || ' s', 'end_date', name || ' e', 'reason', name || ' r', 'fte', name || ' f', 'projection_years', 2, 'observed_years', 2, 'leave_out', kind & 2 = 2,
            'retirement', CASE WHEN kind & 4 = 4 THEN to_jsonb('pension_age'::text) ELSE to_jsonb(66) END,
            'group_by', CASE WHEN kind & 8 = 8 THEN jsonb_build_array(jsonb_build_object(name, name || ' g'), name || ' h') ELSE jsonb_build_array() END),
        'education', jsonb_build_object('table', format('%I.%I', home, name || 2), 'person_id', name || ' p', 'stage', name || ' t', 'at', name || ' a', 'leave_out', kind & 2 = 2,
            'epoch', CASE WHEN kind & 1 = 1 THEN name || ' y' END, 'stages', jsonb_build_array(name || ' 1', name || ' 2'), 'exits', jsonb_build_array(name || ' x'), 'within', '3 years',
            'group_by', CASE WHEN kind & 8 = 8 THEN jsonb_build_array(name || ' g') ELSE jsonb_build_array() END),
        'mobility', jsonb_build_object('table', format('%I.%I', home, name || 3), 'person_id', name || ' p', 'state', name || ' t', 'start_date', name || ' s', 'end_date', name || ' e',
            'reason', name || ' r', 'leave_out', kind & 2 = 2, 'group_by', jsonb_build_array(name || ' g')),
        'competence', jsonb_build_object('table', format('%I.%I', home, name || 3), 'person_id', name || ' p', 'module', name || ' g', 'status', name || ' t',
            'start_date', name || ' s', 'end_date', name || ' e', 'leave_out', kind & 2 = 2, 'group_by', jsonb_build_array()),
        'as_of', CASE WHEN kind & 2 = 2 THEN '2024-03-01' END, 'materialized', kind & 4 = 0))
$$;
-- Of what reporting_ddl writes the summaries, without which there is no view, and no comments on columns.
CREATE FUNCTION build(schema_name text, mapping jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    statement text;
BEGIN
    FOR statement IN
        SELECT d FROM reporting_ddl(schema_name, mapping) AS d
        WHERE d !~ '^COMMENT ON COLUMN ' AND NOT d ^@ format('CREATE OR REPLACE VIEW %I.', schema_name) AND NOT d ^@ format('COMMENT ON VIEW %I.', schema_name)
    LOOP
        EXECUTE statement;
    END LOOP;
END
$$;
-- All that they are, but for when.
CREATE FUNCTION contents(schema_name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT c.relname
                FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname = schema_name || '_summary' AND c.relkind IN ('v', 'm')
    LOOP
        RETURN QUERY EXECUTE format('SELECT %1$L || (to_jsonb(t) - ''refreshed_at'')::text FROM %2$I.%1$I AS t', name, schema_name || '_summary');
    END LOOP;
END
$$;
CREATE FUNCTION distribute(home text, name text, by text) RETURNS void LANGUAGE sql AS $$
    DELETE FROM pg_dist_partition WHERE logicalrelid IN (SELECT to_regclass(format('%I.%I', home, name || k)) FROM generate_series(1, 3) AS k);
    INSERT INTO pg_dist_partition SELECT to_regclass(format('%I.%I', home, name || k)), 'h', name || by FROM generate_series(1, 3) AS k;
    DELETE FROM pg_dist_shard;
    INSERT INTO pg_dist_shard SELECT i.inhparent, i.inhrelid FROM pg_inherits AS i;
$$;
-- Which summaries are made by shards.
CREATE FUNCTION by_shards(schema_name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(c.relname, ' ' ORDER BY c.relname COLLATE "C")
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = schema_name || '_summary' AND c.relkind IN ('v', 'm') AND pg_get_viewdef(c.oid) ~ 'reporting_shards\('
$$;

-- ---------------------------------------------------------------------------
-- One node and shards, by names that are made to break out of their quotes
-- ---------------------------------------------------------------------------
CREATE TABLE victim AS SELECT 'alive'::text AS state;
CREATE FUNCTION compared(home text, name text, kind integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    differ bigint;
    rows bigint;
BEGIN
    PERFORM make_tables(home, name);
    PERFORM build('one', map_tables(home, name, kind));
    PERFORM distribute(home, name, ' p');
    PERFORM build(name, map_tables(home, name, kind));
    IF by_shards('one') IS NOT NULL OR by_shards(name) IS DISTINCT FROM 'competence education employment employment_hired mobility' THEN
        RETURN 'by shards: ' || concat_ws(', ', by_shards('one'), by_shards(name));
    END IF;
    -- a day on which a column is another one: then a refresh
    IF kind & 4 = 0 THEN
        EXECUTE format('DELETE FROM %I.%I WHERE %I %% 7 = 0', home, name || 1, name || ' p');
        EXECUTE format('DELETE FROM %I.%I WHERE %I %% 7 = 1', home, name || 2, name || ' p');
        PERFORM run('SELECT reporting_refresh_ddl(''one'')');
        PERFORM run(format('SELECT reporting_refresh_ddl(%L)', name));
    END IF;
    CREATE TEMP TABLE a AS SELECT row, count(*) AS n FROM contents('one') AS row GROUP BY row;
    CREATE TEMP TABLE b AS SELECT row, count(*) AS n FROM contents(name) AS row GROUP BY row;
    SELECT count(*) INTO differ FROM a FULL JOIN b USING (row, n) WHERE a.row IS NULL OR b.row IS NULL;
    SELECT count(*) INTO rows FROM a;
    IF (SELECT state FROM victim) <> 'alive' THEN
        RETURN 'a victim';
    END IF;
    -- all of it is undone, and its locks are given back
    RAISE EXCEPTION USING ERRCODE = 'EF000', MESSAGE = format('%s differ%s', differ, CASE WHEN rows < 400 THEN format(' of %s', rows) END);
EXCEPTION WHEN SQLSTATE 'EF000' THEN
    RETURN SQLERRM;
WHEN OTHERS THEN
    RETURN format('%s: %s', SQLSTATE, SQLERRM);
END
$$;
SELECT is(compared(n.home, n.name, n.kind), '0 differ', format('shards named %s in %s, mapping %s', n.name, n.home, n.kind))
FROM (VALUES ('public', 'plain', 0), ('plain', 'plain', 12), ('shard', 'shard', 15), ('<shard_>_summary', '"<shard>_summary".period shard_', 10), ('%', '%1$s %% %s', 9),
             ('"', '"; DROP TABLE victim; --', 11), ('''', 'x''; DROP TABLE victim; --', 3), ('\', E'\\''', 8), ('$q$', E'{table}\n; DROP TABLE victim;\n職', 11)) AS n (home, name, kind);

-- ---------------------------------------------------------------------------
-- Which sources
-- ---------------------------------------------------------------------------
SELECT make_tables('public', 't');
SELECT distribute('public', 't', ' g');
SELECT build('by_group', map_tables('public', 't', 9));
SELECT is(by_shards('by_group'), NULL, 'by another column people are in several shards: none');
SELECT build('by_group_rows', map_tables('public', 't', 0));
SELECT is(by_shards('by_group_rows'), 'employment employment_hired', 'but rows may lie anyhow');
SELECT build('by_group_whole', map_tables('public', 't', 8));
SELECT is(by_shards('by_group_whole'), NULL, 'what is grouped by the distribution column is whole on a node');
CREATE VIEW over_t AS SELECT * FROM t3;
SELECT distribute('public', 't', ' p');
SELECT build('over_view', '{"as_of": "2024-03-01", "mobility": {"table": "over_t", "person_id": "t p", "state": "t t", "start_date": "t s", "end_date": "t e", "group_by": []}}');
SELECT is(by_shards('over_view'), NULL, 'a view has no shards');
UPDATE pg_dist_partition SET partmethod = 'a';
SELECT build('appended', map_tables('public', 't', 1));
SELECT is(by_shards('appended'), NULL, 'rows that were appended lie in any shard, whatever their person');
UPDATE pg_dist_partition SET partmethod = 'h';

-- ---------------------------------------------------------------------------
-- Days that the session writes otherwise than a node reads them
-- ---------------------------------------------------------------------------
SELECT build('days', map_tables('public', 't', 6));
CREATE TEMP TABLE iso AS SELECT * FROM contents('days');
SET datestyle = 'SQL, DMY';
SELECT is((SELECT count(*) FROM (SELECT * FROM contents('days') EXCEPT ALL TABLE iso) AS d), 0::bigint, 'of how a session writes days nothing depends');
RESET datestyle;
SELECT cmp_ok((SELECT count(*) FROM iso), '>', 100::bigint, 'and there are some');

-- ---------------------------------------------------------------------------
-- A shard that fails, and one that is not there
-- ---------------------------------------------------------------------------
SELECT build('s', map_tables('public', 't', 0));
CREATE FUNCTION raised(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
    RETURN 'nothing';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE, SQLERRM, regexp_replace(detail, '\d{3,}', 'N', 'g'), hint);
END
$$;
CREATE TEMP TABLE before AS SELECT * FROM contents('s');
INSERT INTO t1 ("t p", "t b", "t s", "t e") VALUES (3, '1970-01-01', '2020-01-01', '2019-01-01');
SELECT is(raised('REFRESH MATERIALIZED VIEW s_summary.employment'), '38000 | a shard could not be summarized | Shard N of public.t1 says: ERROR:  spell ends before it starts'
          ' | See whether its node is up; the quality views say which rows are refused.', 'a row that is refused');
SELECT is(raised('CALL reporting_refresh(''s'')') ~ '^2D000', true, 'the procedure commits, and so needs a session of its own');
DELETE FROM t1 WHERE "t e" < "t s";
INSERT INTO pg_dist_shard VALUES ('t3', 0);
SELECT is(raised('REFRESH MATERIALIZED VIEW s_summary.mobility'), '38000 | shards are missing | Of public.t3 3 answered. | See pg_dist_placement for shards that no node has.', 'a shard without a node');
SELECT is((SELECT count(*) FROM (SELECT * FROM contents('s') EXCEPT ALL TABLE before) AS d WHERE d.contents !~ 'quality'), 0::bigint, 'the views show what they showed');
DROP FUNCTION pg_catalog.run_command_on_shards(regclass, text);
SELECT is(raised('REFRESH MATERIALIZED VIEW s_summary.mobility') ~ '^42883 \| function run_command_on_shards', true, 'Citus is gone: an error');

SELECT * FROM finish();
