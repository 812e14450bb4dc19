-- reporting_ddl given names and values that are made to break out of their quotes,
-- mappings that make no sense, schemas that are not its own, and readers who may
-- see little.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT plan(434);

\ir ../../lib/reporting.sql

-- Every row of every view of a schema without its names: the values of each row,
-- in order, but for when it was made.
CREATE FUNCTION contents(schema_name text) RETURNS TABLE (relation text, body text) LANGUAGE plpgsql AS $$
BEGIN
    FOR relation IN SELECT name FROM relations(schema_name) WHERE name <> 'freshness' ORDER BY 1 LOOP
        RETURN QUERY EXECUTE format(
            $q$SELECT %L, (SELECT string_agg(coalesce(value, 'NULL'), '|' ORDER BY n)
                           FROM json_each_text(row_to_json(v)) WITH ORDINALITY AS j (key, value, n) WHERE key <> 'refreshed_at')
               FROM %I.%I AS v$q$, relation, schema_name, relation);
    END LOOP;
END
$$;

-- ---------------------------------------------------------------------------
-- Names
-- ---------------------------------------------------------------------------
CREATE TABLE victim AS SELECT 'alive'::text AS state;
CREATE TABLE hostile (n int GENERATED ALWAYS AS IDENTITY, name text);
INSERT INTO hostile (name) VALUES
    ('with spaces'), (' leading and trailing '), ('single''quote'), ('double"quote'), ('back\slash'), ('\'), (''''), ('"'), (';'), ('--'), ('-- comment'),
    ('/* */'), ('/*'), ('*/'), ('$$'), ('$1'), ('$body$'), ('%I %L %s'), ('%1$s'), ('%'), ('%%'), ('{summaries}'), ('{groups}'), ('{rows}'), ('{last}'), ('{pipeline} {years}'), ('{schema} {table} {0} {}'),
    ('{{'), ('@type@'), ('@schema@'), ('<schema>'), (':name'), (':"name"'), (':''name'''), ('&amp;'), (E'new\nline'), (E'tab\there'), (E'carriage\rreturn'), (E'bell\x07'), ('CAPITALS'),
    ('åäö'), ('Персонал'), ('職員'), ('👩‍⚕️'), ('e' || U&'\0301'), (U&'\202Eright to left'), (U&'\FEFFmark'), ('select'), ('table'), ('user'), ('order'), ('from'), ('where'), ('null'),
    ('x"; DROP TABLE victim; --'), ('x''; DROP TABLE victim; --'), ('x); DROP TABLE victim; --'), ('x$$; DROP TABLE victim; --'), ('x\''; DROP TABLE victim; --'),
    (E'x\n; DROP TABLE victim;\n'), ('a.b'), ('a"."b'), ('*'), ('1'), ('1e5'), ('null'' || '), ('(total)'), ('(missing)'), ('year'), ('headcount'), ('grouping_set'), ('rows'), ('w'), ('k1'),
    ('employment'), ('summary'), ('period'), ('ctid '), ('x.pg_catalog'), ('Public'), ('\n'), ('\gexec'), ('\! touch'), ('current_user'), ('E''x'), (repeat('x', 54)), (repeat('å', 27)), (repeat('"', 54)), (repeat('''', 54));

-- The same few people, events, places and certificates in tables of any name:
-- all names begin with it, of 54 bytes at most.
CREATE FUNCTION make_tables(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE SCHEMA %I', name || ' source');
    EXECUTE format('CREATE TABLE %I.%I (%I date, %I date, %I date, %I text, %I numeric, %I text, %I int, %I int)', name || ' source', name || ' staff',
                   name || ' b', name || ' s', name || ' e', name || ' r', name || ' f', name || ' g', name || ' h', name || ' p');
    EXECUTE format($q$INSERT INTO %I.%I SELECT date '1960-01-01' + n * 311, date '2014-01-01' + n * 83, CASE WHEN n %% 3 = 0 THEN date '2015-01-01' + n * 83 END,
                             CASE WHEN n %% 3 = 0 THEN 'r' || n %% 2 END, 1, 'g' || n %% 2, n %% 2, n FROM generate_series(1, 40) AS n$q$, name || ' source', name || ' staff');
    EXECUTE format('CREATE TABLE %I.%I (%I int, %I text, %I date, %I text)', name || ' source', name || ' event', name || ' p', name || ' t', name || ' a', name || ' g');
    EXECUTE format($q$INSERT INTO %I.%I SELECT n, CASE k WHEN 0 THEN %L WHEN 1 THEN %L ELSE 'away' END, date '2016-01-01' + n * 50 + k * 200, 'g' || n %% 2
                     FROM generate_series(1, 40) AS n, generate_series(0, n %% 3) AS k$q$, name || ' source', name || ' event', name || ' 1', name || ' 2');
    EXECUTE format('CREATE TABLE %I.%I (%I int, %I text, %I date, %I date, %I text, %I numeric, %I text)', name || ' source', name || ' place',
                   name || ' p', name || ' t', name || ' s', name || ' e', name || ' r', name || ' f', name || ' g');
    EXECUTE format($q$INSERT INTO %I.%I SELECT n, CASE n %% 3 WHEN 0 THEN 'valid' WHEN 1 THEN 'missing' ELSE 'lapsed' END, date '2021-01-01' + n * 20,
                             CASE WHEN n %% 4 = 0 THEN date '2021-07-01' + n * 20 END, CASE WHEN n %% 8 = 0 THEN 'r' END, 0.5, 'g' || n %% 2
                     FROM generate_series(1, 40) AS n$q$, name || ' source', name || ' place');
END
$$;

-- Which are mapped so: shown under the name of the column itself, or by another.
CREATE FUNCTION map_tables(name text, alias text, reader text DEFAULT NULL, leave_out text[] DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'employment', jsonb_build_object('table', format('%I.%I', name || ' source', name || ' staff'), 'person', name || ' p', 'birth_date', name || ' b', 'start_date', name || ' s',
            'end_date', name || ' e', 'reason', name || ' r', 'fte', name || ' f', 'projection_years', 2, 'observed_years', 2,
            'group_by', CASE WHEN alias IS NULL THEN jsonb_build_array(name || ' g', name || ' h')
                             ELSE jsonb_build_array(jsonb_build_object(alias, name || ' g'), jsonb_build_object(alias || ' 2', name || ' h')) END),
        'education', jsonb_build_object('table', format('%I.%I', name || ' source', name || ' event'), 'person_id', name || ' p', 'stage', name || ' t', 'at', name || ' a',
            'stages', jsonb_build_array(name || ' 1', name || ' 2'), 'exits', jsonb_build_array(name || ' x'), 'within', '3 years',
            'group_by', CASE WHEN alias IS NULL THEN jsonb_build_array(name || ' g') ELSE jsonb_build_array(jsonb_build_object(alias, name || ' g')) END),
        'mobility', jsonb_build_object('table', format('%I.%I', name || ' source', name || ' place'), 'person_id', name || ' p', 'state', name || ' t',
            'start_date', name || ' s', 'end_date', name || ' e', 'reason', name || ' r', 'fte', name || ' f', 'group_by', jsonb_build_array(name || ' g')),
        'competence', jsonb_build_object('table', format('%I.%I', name || ' source', name || ' place'), 'person_id', name || ' p', 'module', name || ' g', 'status', name || ' t',
            'start_date', name || ' s', 'end_date', name || ' e', 'group_by', jsonb_build_array(name || ' g')),
        'reader', reader, 'as_of', '2024-03-01')) - leave_out
$$;

-- A reader's role.  PostgreSQL 19 has none whose name is of two lines.
CREATE FUNCTION reader_of(name text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN current_setting('server_version_num')::int < 190000 THEN name
                ELSE translate(name, E'\n\r', '  ') END || ' reader'
$$;

-- What becomes of one name, beside a plain one; '' if all is well.
-- Some sources of data at a time.
CREATE TABLE plain (kind int, without text[], statements int, contents text[]);
CREATE FUNCTION hostile_flaw(evil text, sources int, conforming text, conforming_run text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    p plain;
    statements text[];
    statement text;
    differ bigint;
    flaws text := '';
BEGIN
    SELECT * INTO p FROM plain WHERE kind = sources;
    PERFORM make_tables(evil);
    EXECUTE format('CREATE ROLE %I', reader_of(evil));
    PERFORM set_config('standard_conforming_strings', conforming, true);
    statements := ARRAY(SELECT reporting_ddl(evil, map_tables(evil, evil || ' shown', reader_of(evil), p.without)));
    PERFORM set_config('standard_conforming_strings', conforming_run, true);
    FOREACH statement IN ARRAY statements LOOP
        EXECUTE statement;
    END LOOP;
    PERFORM set_config('standard_conforming_strings', 'on', true);
    -- again, for some
    IF length(evil) % 3 = 0 THEN
        PERFORM run(format('SELECT reporting_ddl(%L, %L)', evil, map_tables(evil, evil || ' shown', reader_of(evil), p.without)));
        PERFORM run(format('SELECT reporting_refresh_ddl(%L)', evil));
    END IF;
    IF cardinality(statements) IS DISTINCT FROM p.statements THEN
        flaws := flaws || format('%s statements; ', cardinality(statements));
    END IF;
    SELECT count(*) INTO differ
    FROM (SELECT replace(c, 'plain', evil) AS row FROM unnest(p.contents) AS c
          EXCEPT ALL SELECT relation || ' ' || body FROM contents(evil)) AS missing;
    differ := differ + (SELECT abs(cardinality(p.contents) - count(*)) FROM contents(evil));
    IF differ <> 0 THEN
        flaws := flaws || format('%s rows differ; ', differ);
    END IF;
    IF (SELECT bool_or(attname = evil || ' shown') FROM relations(evil) JOIN pg_attribute ON attrelid = id) IS NOT TRUE THEN
        flaws := flaws || 'the group is not shown so; ';
    END IF;
    IF NOT has_table_privilege(reader_of(evil), format('%I.freshness', evil), 'SELECT') OR
       has_table_privilege(reader_of(evil), format('%I.%I', evil || ' source', evil || ' staff'), 'SELECT') THEN
        flaws := flaws || 'rights; ';
    END IF;
    PERFORM run(format('SELECT reporting_drop_ddl(%L)', evil));
    IF EXISTS (SELECT FROM pg_namespace WHERE nspname IN (evil, evil || '_summary')) THEN
        flaws := flaws || 'not dropped; ';
    END IF;
    -- all of it is undone, and its locks are given back
    RAISE EXCEPTION USING ERRCODE = 'EF000', MESSAGE = flaws || (SELECT CASE WHEN state = 'alive' THEN '.' ELSE 'a victim.' END FROM victim);
EXCEPTION WHEN SQLSTATE 'EF000' THEN
    RETURN rtrim(SQLERRM, '.');
WHEN OTHERS THEN
    RETURN format('%s: %s [%s]', SQLSTATE, SQLERRM, statement);
END
$$;

SELECT make_tables('plain');
CREATE ROLE plain_reader;
INSERT INTO plain (kind, without) VALUES (1, '{education,mobility,competence}'), (2, '{employment}'), (0, '{mobility,competence}'), (3, '{}');
CREATE PROCEDURE make_plain(sources int) LANGUAGE plpgsql AS $$
DECLARE
    gone constant text[] := (SELECT without FROM plain WHERE kind = sources);
BEGIN
    PERFORM run($q$SELECT reporting_drop_ddl('plain')$q$);
    PERFORM run(format('SELECT reporting_ddl(%L, %L)', 'plain', map_tables('plain', 'plain shown', NULL, gone)));
    UPDATE plain
    SET statements = (SELECT count(*) FROM reporting_ddl('elsewhere', map_tables('plain', 'plain shown', 'plain_reader', gone))),
        contents = (SELECT array_agg(relation || ' ' || body ORDER BY relation || ' ' || body COLLATE "C") FROM contents('plain'))
    WHERE kind = sources;
END
$$;
CALL make_plain(0);
CALL make_plain(1);
CALL make_plain(2);
CALL make_plain(3);
SELECT cmp_ok(cardinality(contents), '>', 100, 'there is something to compare with') FROM plain;
SELECT is((SELECT string_agg(relation, ', ') FROM (SELECT DISTINCT name AS relation FROM relations('plain') WHERE name !~ '^(freshness|.*_quality|required_.*)$'
           EXCEPT SELECT DISTINCT split_part(c, ' ', 1) FROM plain, unnest(contents) AS c) AS x), NULL, 'in every view');
SELECT is((SELECT min(s) FROM reporting_ddl('elsewhere', map_tables('plain', 'plain shown', 'plain_reader')) AS s WHERE s ~ '\\'), NULL,
          'no statement of its own has a backslash, whose meaning is a setting');
SELECT is((SELECT count(*) FROM hostile WHERE octet_length(name || ' source') > 63), 0::bigint, 'no name is cut off');

-- Each in a transaction of its own, since it takes many locks.
SELECT format('SELECT is(hostile_flaw(name, n %% 3, ''on'', ''on''), '''', ''a name: '' || to_json(name)) FROM hostile WHERE n = %s', n) FROM hostile ORDER BY n \gexec
-- PostgreSQL 19 knows no other way to read a string.
SELECT current_setting('server_version_num')::int < 190000 AS may_be_off \gset
\if :may_be_off
SELECT format('SELECT is(hostile_flaw(name, n %% 3, %2$L, %3$L), '''', ''standard_conforming_strings %2$s, then %3$s: '' || to_json(name)) FROM hostile WHERE n = %1$s', n, conforming, run)
FROM (VALUES ('off', 'off'), ('on', 'off'), ('off', 'on')) AS s (conforming, run), hostile WHERE name ~ '^(back\\|\\$|x\\|\\n$|''$)' \gexec
\else
SELECT skip('standard_conforming_strings cannot be off', 3 * count(*)::int) FROM hostile WHERE name ~ '^(back\\|\\$|x\\|\\n$|''$)';
\endif

BEGIN;

-- Columns shown under their own names.
SELECT lives_ok(format('SELECT make_tables(%L)', name), 'tables: ' || to_json(name)) FROM hostile WHERE name ~ '^(x"|double|%I|åäö|\{rows)';
SELECT lives_ok(format('SELECT run(%L)', format('SELECT reporting_ddl(%L, map_tables(%1$L, NULL))', name)), 'their own names: ' || to_json(name))
FROM hostile WHERE name ~ '^(x"|double|%I|åäö|\{rows)';
SELECT is((SELECT string_agg(attname, '|' ORDER BY attnum) FROM relations(name) AS r JOIN pg_attribute ON attrelid = r.id AND attnum BETWEEN 1 AND 3 WHERE r.name = 'headcount'),
          format('%s g|%1$s h|day', name), 'are the columns: ' || to_json(name))
FROM hostile WHERE name ~ '^(x"|double|%I|åäö|\{rows)';

-- 63 bytes: tables, columns and what is shown; and a schema that leaves room for its twin.
CREATE TABLE long_name AS SELECT repeat('t', 63) AS t, repeat('c', 62) AS c, repeat('å', 31) || 'x' AS shown, repeat('s', 55) AS schema_name;
SELECT format('CREATE TABLE public.%I (birth_date date, start_date date, end_date date, reason text, %I text)', t, c || '1') FROM long_name \gexec
SELECT format('INSERT INTO %I VALUES (''1980-01-01'', ''2010-01-01'', NULL, NULL, ''g'')', t) FROM long_name \gexec
SELECT is(octet_length(shown), 63, 'a long name') FROM long_name;
SELECT lives_ok(format('SELECT run(%L)', format('SELECT reporting_ddl(%L, %L)', schema_name, jsonb_build_object('as_of', '2024-01-01', 'employment',
    jsonb_build_object('table', t, 'group_by', jsonb_build_array(jsonb_build_object(shown, c || '1')))))), 'names of 63 bytes') FROM long_name;
SELECT format('SELECT is((SELECT %I || headcount FROM %I.headcount), ''g1'', ''are used in full'')', shown, schema_name) FROM long_name \gexec

-- psql's \gexec runs them as they are.
SELECT make_tables('g''"\:x');
\o /dev/null
SELECT reporting_ddl('g''"\:x', map_tables('g''"\:x', 'by :x')) \gexec
\o
SELECT is((SELECT count(*) FROM contents('g''"\:x')), (SELECT cardinality(contents)::bigint FROM plain WHERE kind = 3), 'in psql, with \gexec');
SELECT is(state, 'alive', 'nothing was dropped') FROM victim;

-- ---------------------------------------------------------------------------
-- Values
-- ---------------------------------------------------------------------------
CREATE TABLE evil (birth_date date, start_date date, end_date date, reason text, region text);
INSERT INTO evil SELECT '1980-01-01', date '2018-01-01' + i * 30, CASE WHEN i % 2 = 0 THEN date '2021-01-01' + i * 10 END, name, name FROM hostile, generate_series(1, 4) AS i;
INSERT INTO evil SELECT '1980-01-01', '2019-01-01', NULL, NULL, region FROM unnest(ARRAY[NULL, '(missing)', '(total)', '"(total)"', '', '(all)', 'NULL']) AS region;
SELECT lives_ok($$SELECT run($q$SELECT reporting_ddl('evil_report', '{"employment": {"table": "evil", "group_by": [{"area": "region"}]}, "as_of": "2024-01-01"}')$q$)$$, 'hostile values');
SELECT results_eq('SELECT area COLLATE "C", headcount, rows_skipped FROM evil_report.headcount ORDER BY 1',
    $$SELECT CASE WHEN trim(region, '"') IN ('(total)', '(missing)') THEN '"' || region || '"' ELSE coalesce(region, '(missing)') END COLLATE "C", count(*) FILTER (WHERE end_date > '2024-01-01' OR end_date IS NULL), 0::bigint FROM evil GROUP BY 1 ORDER BY 1$$, 'are groups like others');
SELECT is((SELECT sum(exits) FROM evil_report.exit_rates WHERE area = reason), (SELECT count(*) FROM evil WHERE end_date < '2024-01-01' AND reason NOT IN ('(total)', '(missing)'))::numeric, 'and reasons');
SELECT is((SELECT headcount FROM evil_report.headcount_total WHERE area = '(total)'), (SELECT count(*) FROM evil WHERE end_date IS NULL), 'there is one total');
SELECT is((SELECT headcount FROM evil_report.headcount WHERE area = '(missing)'), 1::bigint, 'without those that are called (missing)');
SELECT is((SELECT count(*) FROM evil_report.headcount WHERE area = '(total)'), 0::bigint, 'a region called (total) is no total');
SELECT is((SELECT sum(headcount) FROM evil_report.headcount WHERE area ~ '^"+\(total\)"+$'), 4::numeric, 'but is shown in quotes');
SELECT lives_ok($$SELECT run($q$SELECT reporting_refresh_ddl('evil_report')$q$)$$, 'and refreshed');

-- ---------------------------------------------------------------------------
-- Mappings that make no sense
-- ---------------------------------------------------------------------------
-- What is wrong with the way in which a query is refused; '' if nothing is.
CREATE FUNCTION flaw(query text, expected text, shows text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
    message text;
    detail text;
    hint text;
    n bigint;
BEGIN
    BEGIN
        EXECUTE format('SELECT count(*) FROM (%s) AS q', query) INTO n;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
            detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        RETURN concat_ws('; ',
            CASE WHEN state !~ ('^(' || expected || ')$') THEN format('SQLSTATE %s: %s', state, message) END,
            CASE WHEN message !~ '^(["a-z]|FTE )' OR message ~ '\.$' THEN 'message: ' || message END,
            CASE WHEN detail <> '' AND detail !~ '\.$' THEN format('detail of "%s": "%s"', message, detail) END,
            CASE WHEN hint <> '' AND hint !~ '(\.| \\gexec)$' THEN format('hint of "%s": "%s"', message, hint) END,
            CASE WHEN detail = '' AND hint = '' THEN format('neither detail nor hint of "%s"', message) END,
            CASE WHEN shows IS NOT NULL AND position(shows IN concat_ws(' ', message, detail, hint)) = 0
                 THEN format('"%s" is not in "%s" "%s" "%s"', shows, message, detail, hint) END);
    END;
    RETURN format('is accepted, %s statements', n);
END
$$;

CREATE TABLE staff (id int PRIMARY KEY, birth_date date, start_date date, end_date date, reason text, fte numeric, region text, profession text, workplace text,
                    born_at timestamp, born_text text, born_tz timestamptz, doc json, docb jsonb, pic bytea, xy point, list text[], span daterange, days int, share real,
                    again text, "as_of" text, "age" text, "year" text, "headcount" text, "workforce" text, "grouping_set" text, "refreshed_at" text, "rows_skipped" text,
                    "epoch" text, "stage" text, "state" text, "day" text, gone date);
ALTER TABLE staff DROP COLUMN gone;
CREATE TABLE event (person_id int, stage text, at date, profession text, doc json, person_json json, at_time timestamptz, at_text text);
CREATE TABLE place (person_id int, workplace text, start_date date, end_date date, profession text);
CREATE TABLE paper (person_id int, module text, status text, start_date date, end_date date, municipality text);
CREATE VIEW staff_view AS SELECT * FROM staff;
CREATE TABLE good AS SELECT '{
    "employment": {"table": "staff", "fte": "fte", "group_by": ["region", "profession"]},
    "education": {"table": "event", "stages": ["applied", "admitted"], "within": "8 years", "exits": ["withdrew"], "group_by": ["profession"], "starts": "09-01"},
    "mobility": {"table": "place", "state": "workplace", "group_by": ["profession"]},
    "competence": {"table": "paper", "group_by": ["municipality"]},
    "as_of": "2024-01-01"}'::jsonb AS m;
SELECT cmp_ok((SELECT count(*) FROM good, reporting_ddl('reporting', m)), '>', 30::bigint, 'a mapping that makes sense');
SELECT cmp_ok((SELECT count(*) FROM good, reporting_ddl('reporting', jsonb_set(m, '{employment,table}', '"staff_view"'))), '>', 30::bigint, 'of a view, too');

CREATE TABLE bad (n int GENERATED ALWAYS AS IDENTITY, label text, state text, shows text, query text);
-- A value at a path.
INSERT INTO bad (label, state, shows, query)
SELECT format('%s: %s', path, value), state, shows,
       format('SELECT reporting_ddl(''reporting'', jsonb_set(m, %L, %L)) FROM good', path, value)
FROM (VALUES
    ('22023', 'colour', '{colour}', '1'),
    ('22023', 'Employment', '{Employment}', '{}'),
    ('22023', 'as of', '{as of}', '"2024-01-01"'),
    ('22023', 'tabel', '{employment,tabel}', '"staff"'),
    ('22023', 'person_id', '{employment,person_id}', '"id"'),
    ('22023', 'stages', '{employment,stages}', '["a"]'),
    ('22023', 'retirement', '{education,retirement}', '65'),
    ('22023', 'birth_date', '{education,birth_date}', '"at"'),
    ('22023', 'birth_date', '{mobility,birth_date}', '"start_date"'),
    ('22023', 'modes', '{competence,modes}', '[]'),
    ('22023', '', '{competence,""}', '1'),
    -- types of JSON
    ('22023', 'employment', '{employment}', '"staff"'), ('22023', 'employment', '{employment}', '[]'), ('22023', 'employment', '{employment}', '5'),
    ('22023', 'employment', '{employment}', 'true'),
    ('22023', 'table', '{employment,table}', '5'), ('22023', 'table', '{employment,table}', '["staff"]'), ('22023|22004', 'table', '{employment,table}', 'null'),
    ('22023', 'birth_date', '{employment,birth_date}', '7'), ('22023|22004', 'birth_date', '{employment,birth_date}', 'null'),
    ('22023', 'birth_date', '{employment,birth_date}', '{"a": 1}'), ('22023|22004', 'start_date', '{employment,start_date}', 'null'),
    ('22023', 'end_date', '{employment,end_date}', 'false'), ('22023', 'reason', '{employment,reason}', '[]'), ('22023', 'fte', '{employment,fte}', '1'),
    ('22023', 'group_by', '{employment,group_by}', '"region"'), ('22023', 'group_by', '{employment,group_by}', '7'), ('22023', 'group_by', '{employment,group_by}', '[1]'),
    ('22023', 'group_by', '{employment,group_by}', '{"area": "region"}'), ('22023', 'group_by', '{employment,group_by}', '[{}]'),
    ('22023', 'group_by', '{employment,group_by}', '[{"a": "region", "b": "profession"}]'), ('22023', 'group_by', '{employment,group_by}', '[null]'), ('22023', 'group_by', '{employment,group_by}', '[["region"]]'),
    ('22023', 'group_by', '{employment,group_by}', '[{"x": 5}]'), ('22023', 'group_by', '{employment,group_by}', '[{"x": null}]'),
    ('22023', 'observed_years', '{employment,observed_years}', '"5"'), ('22023', 'observed_years', '{employment,observed_years}', '2.5'),
    ('22023', 'observed_years', '{employment,observed_years}', '[]'),
    ('22023', 'projection_years', '{employment,projection_years}', '"ten"'), ('22023', 'projection_years', '{employment,projection_years}', '1.5'),
    ('22023', 'retirement', '{employment,retirement}', '"sixty"'), ('22023', 'retirement', '{employment,retirement}', '65.5'),
    ('22023', 'retirement', '{employment,retirement}', 'true'), ('22023', 'latest_age', '{employment,latest_age}', '"70"'),
    ('22023', 'leave_out', '{employment,leave_out}', '"yes"'), ('22023', 'leave_out', '{employment,leave_out}', '1'),
    ('22023', 'stages', '{education,stages}', '"applied"'), ('22023', 'stages', '{education,stages}', '[true]'), ('22023', 'stages', '{education,stages}', '[null]'),
    ('22023', 'within', '{education,within}', '8'), ('22023', 'exits', '{education,exits}', '"withdrew"'), ('22023', 'exits', '{education,exits}', '[[2]]'),
    ('22023', 'modes', '{education,modes}', '"strict_order"'), ('22023', 'starts', '{education,starts}', '901'),
    ('22023', 'join_gap', '{mobility,join_gap}', '5'), ('22023', 'fte_percent', '{mobility,fte_percent}', '"no"'),
    ('22023', 'reader', '{reader}', '5'), ('22023', 'reader', '{reader}', '[5]'), ('22023', 'reader', '{reader}', '{}'), ('22023', 'reader', '{reader}', '[null]'),
    ('22023', 'as_of', '{as_of}', '2024'), ('22023', 'as_of', '{as_of}', '[]'), ('22023', 'materialized', '{materialized}', '"no"'),
    ('22023', 'materialized', '{materialized}', '0'),
    -- values
    ('22023', '2024-01-02', '{as_of}', '"2024-01-02"'), ('22023|22007|22008', 'soon', '{as_of}', '"soon"'), ('22023|22008', 'infinity', '{as_of}', '"infinity"'),
    ('22023|22008', '2024-02-30', '{as_of}', '"2024-02-30"'), ('22023|22007', NULL, '{as_of}', '""'), ('22023|22008', '-infinity', '{as_of}', '"-infinity"'),
    ('22023|22008', '10000', '{as_of}', '"10000-01-01"'), ('22023|22008', 'BC', '{as_of}', '"0044-03-01 BC"'), ('22023|22008', '0001', '{as_of}', '"0001-01-01"'),
    ('22023', '0', '{employment,observed_years}', '0'), ('22023', '21', '{employment,observed_years}', '21'), ('22023', '-1', '{employment,observed_years}', '-1'),
    ('22023', '1000000', '{employment,observed_years}', '1e30'),
    ('22023', '0', '{employment,projection_years}', '0'), ('22023', '101', '{employment,projection_years}', '101'), ('22023', '-5', '{employment,projection_years}', '-5'),
    ('22023', '1000000000000', '{employment,projection_years}', '1000000000000'),
    ('22023', '72', '{employment,retirement}', '72'), ('22023', '0', '{employment,retirement}', '0'), ('22023', '-65', '{employment,retirement}', '-65'),
    ('22023', '1000', '{employment,retirement}', '1000'),
    ('22023', '0', '{employment,latest_age}', '0'), ('22023', '150', '{employment,latest_age}', '150'), ('22023', '-1', '{employment,latest_age}', '-1'),
    ('22023', 'pension age', '{employment,retirement}', '"pension age"'),
    ('42704', 'no one', '{reader}', '"no one"'), ('42704', 'no one', '{reader}', '["plain_reader", "no one"]'), ('42704|22023', 'public', '{reader}', '"public"'),
    ('42704|22023', 'PUBLIC', '{reader}', '["PUBLIC"]'), ('42704|22023', NULL, '{reader}', '""'), ('42704|22023', 'current_user', '{reader}', '"current_user"'),
    -- tables
    ('42P01', 'nowhere', '{employment,table}', '"nowhere"'), ('42P01|3F000', 'nowhere.staff', '{employment,table}', '"nowhere.staff"'),
    ('42P01', 'Staff', '{employment,table}', '"\"Staff\""'), ('42P01|42602|22023', NULL, '{employment,table}', '""'),
    ('42601|42602|22023|42P01', NULL, '{employment,table}', '"a.b.c.d.e"'), ('42602|22023|42P01', NULL, '{employment,table}', '"\"staff"'),
    ('42P01', 'staff; DROP', '{employment,table}', '"\"staff; DROP TABLE victim\""'), ('42602|22023|42P01', NULL, '{employment,table}', '"staff; DROP TABLE victim"'),
    ('42809|22023|42P01', 'staff_pkey', '{employment,table}', '"staff_pkey"'), ('42P01|22023|42809', NULL, '{employment,table}', '"12345678"'), ('42P01|22023', NULL, '{employment,table}', '"-"'),
    -- columns
    ('42703', 'nothing', '{employment,birth_date}', '"nothing"'), ('42703', 'Birth_Date', '{employment,birth_date}', '"Birth_Date"'),
    ('42703', '"birth_date"', '{employment,birth_date}', '"\"birth_date\""'), ('42703', 'gone', '{employment,start_date}', '"gone"'),
    ('42703', 'pg.dropped', '{employment,start_date}', '"........pg.dropped.34........"'), ('42703', NULL, '{employment,start_date}', '""'),
    ('42703', 'nothing', '{employment,end_date}', '"nothing"'), ('42703', 'nothing', '{employment,reason}', '"nothing"'), ('42703', 'nothing', '{employment,fte}', '"nothing"'),
    ('42703', 'nothing', '{employment,group_by}', '["nothing"]'), ('42703', 'nothing', '{employment,group_by}', '[{"x": "nothing"}]'),
    ('42703', 'gone', '{employment,group_by}', '["gone"]'), ('42703|42804|22023', 'ctid', '{employment,group_by}', '["ctid"]'),
    ('42703|42804|22023', 'tableoid', '{employment,group_by}', '["tableoid"]'),
    ('42703', 'now()', '{employment,start_date}', '"now()"'), ('42703', 'birth_date - 1', '{employment,birth_date}', '"birth_date - 1"'),
    ('42703', 'nothing', '{education,person_id}', '"nothing"'), ('42703', 'nothing', '{education,stage}', '"nothing"'), ('42703', 'nothing', '{education,at}', '"nothing"'),
    ('42703', 'fte', '{mobility,fte}', '"fte"'), ('42703', 'nothing', '{mobility,reason}', '"nothing"'),
    ('42703', 'nothing', '{mobility,state}', '"nothing"'), ('42703', 'nothing', '{competence,module}', '"nothing"'), ('42703', 'nothing', '{competence,status}', '"nothing"'),
    -- their types
    ('42804', 'born_at', '{employment,birth_date}', '"born_at"'), ('42804', 'born_text', '{employment,birth_date}', '"born_text"'),
    ('42804', 'born_tz', '{employment,start_date}', '"born_tz"'), ('42804', 'days', '{employment,end_date}', '"days"'), ('42804', 'list', '{employment,birth_date}', '"list"'),
    ('42804', 'doc', '{employment,reason}', '"doc"'), ('42804', 'region', '{employment,fte}', '"region"'), ('42804', 'birth_date', '{employment,fte}', '"birth_date"'),
    ('42804', 'doc', '{employment,group_by}', '["doc"]'), ('42804', 'docb', '{employment,group_by}', '["docb"]'), ('42804', 'pic', '{employment,group_by}', '["pic"]'),
    ('42804', 'xy', '{employment,group_by}', '["xy"]'), ('42804', 'list', '{employment,group_by}', '["list"]'), ('42804', 'span', '{employment,group_by}', '["span"]'),
    ('42804', 'born_tz', '{employment,group_by}', '["region", "born_tz"]'), ('42804', 'share', '{employment,group_by}', '["share"]'),
    ('42804', 'at_text', '{education,at}', '"at_text"'), ('42804', 'person_json', '{education,person_id}', '"person_json"'), ('42804', 'doc', '{education,stage}', '"doc"'),
    ('42804', 'workplace', '{mobility,fte}', '"workplace"'), ('42804', 'person_id', '{mobility,start_date}', '"person_id"'), ('42804', 'start_date', '{competence,status}', '"start_date"'),
    -- groups
    ('22023|42701', 'region', '{employment,group_by}', '["region", "region"]'), ('42602', NULL, '{employment,group_by}', '[{"": "region"}]'),
    ('22023|54011|54023|54000', NULL, '{employment,group_by}', '["region", "profession", "workplace", "reason", "again", "days"]'),
    ('42602', NULL, '{employment,group_by}', format('[{"%s": "region"}]', repeat('x', 64))),
    ('22023|42701', 'as_of', '{employment,group_by}', '["as_of"]'), ('22023|42701', 'age', '{employment,group_by}', '["age"]'), ('22023|42701', 'year', '{employment,group_by}', '["year"]'),
    ('22023|42701', 'headcount', '{employment,group_by}', '["region", "headcount"]'), ('22023|42701', 'workforce', '{employment,group_by}', '["workforce"]'),
    ('22023|42701', 'grouping_set', '{employment,group_by}', '["grouping_set"]'), ('22023|42701', 'refreshed_at', '{employment,group_by}', '["refreshed_at"]'),
    ('22023|42701', 'rows_skipped', '{employment,group_by}', '["rows_skipped"]'), ('22023|42701', 'reason', '{employment,group_by}', '[{"reason": "region"}]'),
    ('22023|42701', 'stage', '{education,group_by}', '[{"stage": "profession"}]'), ('22023|42701', 'epoch', '{education,group_by}', '[{"epoch": "profession"}]'),
    ('22023|42701', 'state', '{mobility,group_by}', '[{"state": "profession"}]'), ('22023|42701', 'from_state', '{mobility,group_by}', '[{"from_state": "profession"}]'),
    ('22023|42701', 'day', '{competence,group_by}', '[{"day": "municipality"}]'), ('22023|42701', 'required', '{competence,group_by}', '[{"required": "municipality"}]'),
    -- funnels
    ('22023', NULL, '{education,stages}', '[]'), ('22023', 'applied', '{education,stages}', '["applied", "applied"]'), ('22023', 'applied', '{education,exits}', '["applied"]'),
    ('22023', 'strict_chaos', '{education,modes}', '["strict_chaos"]'), ('22023', NULL, '{education,within}', '"-1 day"'), ('22023', NULL, '{education,within}', '"200 years"'),
    ('22007|22023', 'a while', '{education,within}', '"a while"'), ('22023', '02-29', '{education,starts}', '"02-29"'), ('22023', '13-01', '{education,starts}', '"13-01"'),
    ('22023', NULL, '{education,starts}', '""'), ('54000', NULL, '{education,stages}', (SELECT jsonb_agg('s' || n)::text FROM generate_series(1, 31) AS n))
) AS b (state, shows, path, value);
-- A key that is needed is not there.
INSERT INTO bad (label, state, shows, query)
SELECT format('without %s', path), '22023', path[2], format('SELECT reporting_ddl(''reporting'', m #- %L) FROM good', path)
FROM unnest(ARRAY['employment', 'education', 'mobility', 'competence']) AS source, LATERAL (SELECT ARRAY[source, 'table'] AS path) AS p;
INSERT INTO bad (label, state, shows, query)
SELECT label, state, shows, format('SELECT reporting_ddl(%s) FROM good', arguments)
FROM (VALUES
    ('22023', 'stages', 'without stages', $$'reporting', m #- '{education,stages}'$$),
    ('42703', 'birth_date', 'a default that is not there', $$'reporting', '{"employment": {"table": "place"}}'$$),
    ('42703', 'state', 'a default that is not there, of mobility', $$'reporting', '{"mobility": {"table": "place"}}'$$),
    ('22023', NULL, 'nothing mapped', $$'reporting', '{}'$$), ('22023', NULL, 'nothing but as_of', $$'reporting', '{"as_of": "2024-01-01"}'$$),
    ('22023', NULL, 'an array', $$'reporting', '[]'$$), ('22023', NULL, 'a string', $$'reporting', '"employment"'$$), ('22023', NULL, 'JSON null', $$'reporting', 'null'$$),
    ('22004|22023', NULL, 'null', $$'reporting', NULL$$), ('22004|22023', NULL, 'no schema', $$NULL, m$$),
    ('42602', NULL, 'a schema without a name', $$'', m$$), ('42602', repeat('s', 56), 'a schema name of 56 bytes', $$repeat('s', 56), m$$),
    ('42602', NULL, 'a schema name of 28 letters of two bytes', $$repeat('å', 28), m$$), ('42602', NULL, 'a schema name of 64 bytes', $$repeat('s', 64), m$$),
    ('42602', 'pg_report', 'a schema of the system', $$'pg_report', m$$), ('42602', NULL, 'the catalog', $$'pg_catalog', m$$)
) AS b (state, shows, label, arguments);
SELECT is(flaw(query, state, shows), '', label) FROM bad ORDER BY n;
SELECT is((SELECT count(*) FROM pg_namespace WHERE nspname ~ '^reporting'), 0::bigint, 'nothing was made');
SELECT is(state, 'alive', 'nor dropped') FROM victim;

-- Values that may be left out, and those that mean nothing.
SELECT matches(flaw(format('SELECT reporting_ddl(''reporting'', jsonb_set(m, %L, %L)) FROM good', path, value), '-', NULL), '^is accepted, 1[0-4]\d\d statements$', format('%s: %s', path, value))
FROM (VALUES ('{employment,end_date}', 'null'), ('{employment,reason}', 'null'), ('{employment,fte}', '"share"'), ('{employment,fte}', '"days"'), ('{education,at}', '"at_time"'),
             ('{education,modes}', '["strict_order"]'), ('{education,exits}', '[]'), ('{employment,observed_years}', '20'), ('{employment,observed_years}', '1'),
             ('{employment,projection_years}', '100'), ('{employment,projection_years}', '1'), ('{employment,retirement}', '70'), ('{employment,retirement}', '"pension_age"'),
             ('{reader}', '[]'), ('{materialized}', 'true'), ('{employment,leave_out}', 'true')) AS v (path, value);

-- ---------------------------------------------------------------------------
-- What is not ours
-- ---------------------------------------------------------------------------
INSERT INTO staff (id, birth_date, start_date, end_date, reason, fte, region, profession)
SELECT n, date '1960-01-01' + n * 200, date '2010-01-01' + n * 70, CASE WHEN n % 4 = 0 THEN date '2012-01-01' + n * 70 END, 'left', 1, 'r' || n % 3, 'p' || n % 2 FROM generate_series(1, 60) AS n;
CREATE TABLE intruder (n int GENERATED ALWAYS AS IDENTITY, label text, make text, look text);
INSERT INTO intruder (label, make, look) VALUES
    ('a table', 'CREATE TABLE reporting.headcount (precious int); INSERT INTO reporting.headcount VALUES (7)', 'SELECT precious::text FROM reporting.headcount'),
    ('a view', 'CREATE VIEW reporting.headcount_total AS SELECT 7 AS precious', 'SELECT precious::text FROM reporting.headcount_total'),
    ('a view with the same columns', 'CREATE VIEW reporting.freshness AS SELECT 7 AS precious', 'SELECT precious::text FROM reporting.freshness'),
    ('a materialized view', 'CREATE MATERIALIZED VIEW reporting_summary.employment AS SELECT 7 AS precious', 'SELECT precious::text FROM reporting_summary.employment'),
    ('a materialized view of the other name', 'CREATE MATERIALIZED VIEW reporting_summary.employment_quality AS SELECT 7 AS precious', 'SELECT precious::text FROM reporting_summary.employment_quality'),
    ('a table of the period', 'CREATE TABLE reporting_summary.period AS SELECT 7 AS precious', 'SELECT precious::text FROM reporting_summary.period'),
    ('a view of rows', 'CREATE VIEW reporting_summary.employment_problem_rows AS SELECT 7 AS precious', 'SELECT precious::text FROM reporting_summary.employment_problem_rows'),
    ('a sequence', 'CREATE SEQUENCE reporting.turnover START 7', 'SELECT last_value::text FROM reporting.turnover');
CREATE FUNCTION intruder_flaw(make text, look text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    problem text;
    seen text;
    flaws text := '';
BEGIN
    CREATE SCHEMA reporting;
    CREATE SCHEMA reporting_summary;
    EXECUTE make;
    FOR i IN 1 .. 2 LOOP
        problem := flaw($q$SELECT reporting_ddl('reporting', m) FROM good$q$, '42P07|42710|55000|42809|22023', 'reporting');
        flaws := flaws || problem;
        EXECUTE look INTO seen;
        IF seen IS DISTINCT FROM '7' THEN
            flaws := flaws || ' it is no longer what it was;';
        END IF;
        PERFORM try($q$SELECT reporting_drop_ddl('reporting')$q$);
    END LOOP;
    EXECUTE look INTO seen;
    DROP SCHEMA IF EXISTS reporting, reporting_summary CASCADE;
    RETURN flaws || CASE WHEN seen IS DISTINCT FROM '7' THEN ' dropped;' ELSE '' END;
EXCEPTION WHEN OTHERS THEN
    RETURN format('%s: %s', SQLSTATE, SQLERRM);
END
$$;
SELECT is(intruder_flaw(make, look), '', label || ' of a user stands in the way') FROM intruder ORDER BY n;

-- Or comes between making the statements and running them.
CREATE TABLE made AS SELECT statement FROM good, reporting_ddl('reporting', m) AS statement;
CREATE SCHEMA reporting;
CREATE VIEW reporting.freshness AS SELECT 7 AS precious;
SELECT isnt(try('SELECT statement FROM made'), 'done', 'one that comes later');
SELECT is(precious, 7, 'is not replaced') FROM reporting.freshness;
DROP SCHEMA reporting CASCADE;

-- A schema that a user made, empty or not, is used and, when all is dropped, left.
CREATE SCHEMA reporting;
CREATE TABLE reporting.own AS SELECT 1 AS one;
SELECT is(try($$SELECT reporting_ddl('reporting', m) FROM good$$), 'done', 'a user''s schema is used');
SELECT is(try($$SELECT reporting_drop_ddl('reporting')$$), 'done', 'what was made is dropped');
SELECT is((SELECT string_agg(name, ', ') FROM relations('reporting')), 'own', 'and nothing else');
DROP SCHEMA reporting CASCADE;

-- In the schema of the tables themselves.
SELECT is(try($$SELECT reporting_ddl('public', m) FROM good$$), 'done', 'in the schema of the tables');
SELECT is(try($$SELECT reporting_drop_ddl('public')$$), 'done', 'of which nothing else is dropped');
SELECT is((SELECT count(*) FROM staff), 60::bigint, 'but what was made');
SELECT is((SELECT count(*) FROM relations('public') WHERE name = 'headcount'), 0::bigint, 'that was');

-- Another mapping, over one that is there.
SELECT is(try($$SELECT reporting_ddl('reporting', m) FROM good$$), 'done', 'made');
SELECT is(flaw(format('SELECT reporting_ddl(''reporting'', jsonb_set(m, %L, %L)) FROM good', path, value), '22023|55000|42P07|42710|42P16', 'reporting_drop_ddl'), '',
          format('changed: %s: %s', path, value))
FROM (VALUES ('{employment,group_by}', '["region"]'), ('{employment,group_by}', '[{"region": "profession"}, {"profession": "region"}]'), ('{employment,group_by}', '["profession", "region"]'),
             ('{employment,observed_years}', '4'), ('{employment,fte}', 'null'), ('{employment,table}', '"staff_view"'), ('{employment,leave_out}', 'true'),
             ('{education,stages}', '["applied", "graduated"]'), ('{education,within}', '"7 years"'), ('{materialized}', 'false'), ('{employment,reason}', 'null')) AS v (path, value);
SELECT is(flaw($$SELECT reporting_ddl('reporting', m - 'employment') FROM good$$, '22023|55000|42P07|42710', 'reporting_drop_ddl'), '', 'changed: a source less');
SELECT is((SELECT count(*) FROM reporting.headcount), 6::bigint, 'what was there is there');
SELECT is(try($$SELECT reporting_drop_ddl('reporting')$$), 'done', 'dropped');

-- ---------------------------------------------------------------------------
-- What lies in wait on the search_path: operators and functions that fit the
-- arguments better than those of PostgreSQL do
-- ---------------------------------------------------------------------------
CREATE SCHEMA trap;
CREATE FUNCTION trap.make() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    o record;
    n bigint := 0;
BEGIN
    FOR o IN
        WITH type AS (SELECT unnest('{int2,int4,int8,numeric,float4,float8,date,timestamp,timestamptz,interval,text,varchar,name,bool}'::regtype[]) AS t)
        SELECT name, l.t AS l, r.t AS r
        FROM unnest('{+,-,*,/,=,<>,<,>,<=,>=,||,&,~}'::text[]) AS name, type AS l, type AS r
        WHERE NOT EXISTS (SELECT FROM pg_operator AS p WHERE oprname = name AND oprleft = l.t AND oprright = r.t AND oprnamespace = 'pg_catalog'::regnamespace)
              AND (name <> '||' OR 'text'::regtype IN (l.t, r.t))
    LOOP
        n := n + 1;
        EXECUTE format('CREATE FUNCTION trap.f%s(%s, %s) RETURNS %s LANGUAGE sql AS ''SELECT NULL::%4$s''', n, o.l, o.r,
                       CASE WHEN o.name IN ('=', '<>', '<', '>', '<=', '>=', '~') THEN 'boolean' WHEN o.name = '||' THEN 'text' WHEN o.l::text ~ 'date|time' THEN o.l::text
                            WHEN o.name = '&' THEN 'integer' ELSE 'float8' END);
        EXECUTE format('CREATE OPERATOR trap.%s (FUNCTION = trap.f%s, LEFTARG = %s, RIGHTARG = %s)', o.name, n, o.l, o.r);
    END LOOP;
    RETURN n;
END
$$;
SELECT cmp_ok(trap.make(), '>', 1000::bigint, 'traps are laid');
CREATE FUNCTION trap.format(text, text) RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
CREATE FUNCTION trap.format(text, text, text) RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
CREATE FUNCTION trap.concat(text, text) RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
CREATE FUNCTION trap.greatest(date, date) RETURNS date LANGUAGE sql AS 'SELECT NULL::date';
CREATE FUNCTION trap.round(double precision, integer) RETURNS double precision LANGUAGE sql AS 'SELECT 1.0::float8';
CREATE FUNCTION trap.round(integer) RETURNS double precision LANGUAGE sql AS 'SELECT 1.0::float8';
CREATE FUNCTION trap.length(varchar) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION trap.isfinite(text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION trap.date_trunc(text, date) RETURNS timestamp LANGUAGE sql AS 'SELECT NULL::timestamp';
CREATE FUNCTION trap.generate_series(date, date, interval) RETURNS SETOF timestamp LANGUAGE sql AS 'SELECT NULL::timestamp';
CREATE FUNCTION trap.generate_series(timestamp, date, interval) RETURNS SETOF timestamp LANGUAGE sql AS 'SELECT NULL::timestamp';
CREATE FUNCTION trap.make_date(bigint, integer, integer) RETURNS date LANGUAGE sql AS 'SELECT NULL::date';
CREATE FUNCTION trap.to_char(date, text) RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
CREATE FUNCTION trap.daterange(date, timestamp) RETURNS daterange LANGUAGE sql AS 'SELECT NULL::daterange';
CREATE FUNCTION trapped(mapping jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    made text[];
    statement text;
BEGIN
    SET LOCAL search_path = trap, public, education_flow;
    made := ARRAY(SELECT reporting_ddl('reporting', mapping));
    FOREACH statement IN ARRAY made LOOP
        EXECUTE statement;
    END LOOP;
    SET LOCAL search_path = public, education_flow;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END
$$;
SELECT is(trapped(m || '{"materialized": false}'), 'done', 'with traps on the search_path') FROM good;
SELECT is((SELECT string_agg(DISTINCT c.oid::regclass || ': ' || pg_describe_object(d.refclassid, d.refobjid, 0), E'\n')
           FROM pg_class AS c JOIN pg_rewrite AS r ON r.ev_class = c.oid JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
           WHERE c.relnamespace::regnamespace::text ~ '^reporting' AND pg_describe_object(d.refclassid, d.refobjid, 0) ~ '\mtrap\M'), NULL, 'no view walks into one');
SELECT run($$SELECT reporting_drop_ddl('reporting')$$) > 0 AS dropped \gset

-- ---------------------------------------------------------------------------
-- Rights
-- ---------------------------------------------------------------------------
CREATE ROLE ef_owner;
CREATE ROLE ef_reader;
CREATE ROLE ef_other;
CREATE ROLE ef_steward;
CREATE ROLE ef_second;
GRANT USAGE ON SCHEMA education_flow TO ef_owner, ef_other;
GRANT SELECT ON staff, event, place, paper TO ef_owner, ef_steward;
SELECT format('GRANT CREATE ON DATABASE %I TO ef_owner', current_database()) \gexec
UPDATE good SET m = m || '{"reader": ["ef_reader", "ef_second"]}';
INSERT INTO event SELECT n, s, date '2020-01-01' + n, 'p' || n % 2 FROM generate_series(1, 30) AS n, unnest('{applied,admitted}'::text[]) AS s;
INSERT INTO place SELECT n, 'w' || n % 2, date '2020-01-01' + n, NULL, 'p' || n % 2 FROM generate_series(1, 30) AS n;
INSERT INTO paper SELECT n, 'm', 'valid', date '2020-01-01' + n, NULL, 'm' || n % 2 FROM generate_series(1, 30) AS n;
INSERT INTO staff (id, birth_date, start_date, end_date) VALUES (1000, '1970-01-01', NULL, NULL);

-- Who may read what: '' if nothing.
CREATE FUNCTION readable(role_name text, pattern text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    r record;
    n bigint;
    can text := '';
BEGIN
    FOR r IN SELECT c.oid::regclass::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
             WHERE relkind IN ('r', 'v', 'm') AND c.oid::regclass::text ~ pattern ORDER BY 1 LOOP
        BEGIN
            EXECUTE format('SET LOCAL ROLE %I', role_name);
            EXECUTE format('SELECT count(v::text) FROM %s AS v', r.name) INTO n;
            can := can || r.name || ' ';
        EXCEPTION WHEN insufficient_privilege THEN
            NULL;
        END;
        RESET ROLE;
    END LOOP;
    RETURN can;
END
$$;
CREATE FUNCTION sees(role_name text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role_name);
    EXECUTE query INTO answer;
    RESET ROLE;
    RETURN answer;
END
$$;
CREATE FUNCTION try_as(role_name text, statements text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role_name);
    answer := try(statements);
    RESET ROLE;
    RETURN answer;
END
$$;
CREATE FUNCTION all_of(pattern text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(string_agg(c.oid::regclass || ' ', '' ORDER BY c.oid::regclass::text), '') FROM pg_class AS c
    WHERE relkind IN ('r', 'v', 'm') AND c.oid::regclass::text ~ pattern
$$;
SELECT is(try_as('ef_owner', $$SELECT reporting_ddl('reporting', m) FROM good$$), '42501', 'one who may not read the mapping reads nothing');
GRANT SELECT ON good TO ef_owner;
SELECT is(try_as('ef_owner', $$SELECT reporting_ddl('reporting', m) FROM good$$), 'done', 'an owner with few rights makes it');
SELECT is((SELECT string_agg(DISTINCT relowner::regrole::text, ', ') FROM pg_class WHERE relnamespace::regnamespace::text ~ '^reporting'), 'ef_owner', 'all of it is theirs');
SELECT is(readable(r, '^reporting\.'), all_of('^reporting\.'), r || ' reads every view') FROM unnest('{ef_reader,ef_second}'::text[]) AS r;
SELECT is(readable(r, '^reporting_summary\.'), all_of('^reporting_summary\.(?!.*_rows)'), r || ' and the summaries, but no rows') FROM unnest('{ef_reader,ef_second}'::text[]) AS r;
SELECT is(readable(r, '^(staff|event|place|paper)$'), '', r || ' reads no table') FROM unnest('{ef_reader,ef_other}'::text[]) AS r;
SELECT is(readable('ef_other', '^reporting'), '', 'another role reads nothing');
SELECT is((SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class AS c, aclexplode(relacl) AS a WHERE relnamespace::regnamespace::text ~ '^reporting' AND grantee = 0), NULL, 'nothing is granted to PUBLIC');
SELECT is((SELECT string_agg(nspname, ', ') FROM pg_namespace, aclexplode(nspacl) AS a WHERE nspname ~ '^reporting' AND grantee = 0), NULL, 'nor the schemas');
SELECT is((SELECT string_agg(DISTINCT privilege_type, ', ') FROM pg_class AS c, aclexplode(relacl) AS a WHERE relnamespace::regnamespace::text ~ '^reporting' AND grantee <> relowner), 'SELECT', 'only SELECT is');
SELECT is((SELECT string_agg(DISTINCT privilege_type, ', ') FROM pg_namespace AS c, aclexplode(nspacl) AS a WHERE nspname ~ '^reporting' AND grantee <> nspowner), 'USAGE', 'and USAGE');
SELECT isnt(all_of('problem_rows'), '', 'there are views of problem rows');
GRANT ef_reader TO ef_steward;
SELECT is(readable('ef_steward', '^reporting_summary\..*problem_rows'), all_of('^reporting_summary\..*problem_rows'), 'one who may read the table reads its problem rows');
SELECT is(sees('ef_owner', 'SELECT count(*)::text FROM reporting_summary.employment_problem_rows WHERE id = 1000'), '1', 'as does the owner');
SELECT is(sees('ef_reader', $$SELECT string_agg(region || headcount, ' ' ORDER BY region) FROM reporting.headcount_total WHERE profession = '(total)'$$), (SELECT string_agg(coalesce(region, '(total)') || n, ' ' ORDER BY coalesce(region, '(total)')) FROM (
    SELECT region, count(*) FILTER (WHERE start_date < '2024-01-01' AND (end_date > '2024-01-01' OR end_date IS NULL)) AS n
    FROM (SELECT coalesce(region, '(missing)') AS region, start_date, end_date FROM staff) AS r GROUP BY ROLLUP (region)) AS x), 'the reader sees all that the owner summed up');
-- Readers that are added later get what they need from the same statements.
CREATE ROLE ef_third;
UPDATE good SET m = m || '{"reader": "ef_third"}';
SELECT is(try_as('ef_owner', $$SELECT reporting_ddl('reporting', m) FROM good$$), 'done', 'another reader');
SELECT is(readable('ef_third', '^reporting\.'), all_of('^reporting\.'), 'reads every view');
SELECT isnt(try_as('ef_other', $$SELECT reporting_drop_ddl('reporting')$$), 'done', 'another role drops nothing');
SELECT is(try_as('ef_owner', $$SELECT reporting_refresh_ddl('reporting')$$), 'done', 'the owner refreshes');
SELECT is(try_as('ef_owner', $$SELECT reporting_drop_ddl('reporting')$$), 'done', 'and drops');

-- One who may not read a table makes nothing of it.
SELECT is(try_as('ef_other', $$SELECT reporting_ddl('reporting', '{"employment": {"table": "staff"}}')$$), '42501', 'one who may not read the table');

-- ---------------------------------------------------------------------------
-- Rows of one's own
-- ---------------------------------------------------------------------------
CREATE ROLE ef_north;
CREATE ROLE ef_south;
GRANT SELECT ON staff TO ef_north, ef_south;
ALTER TABLE staff ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_region ON staff TO ef_north, ef_south USING (region = CASE current_user WHEN 'ef_north' THEN 'r0' ELSE 'r1' END);
CREATE POLICY two_regions ON staff TO ef_owner USING (region IN ('r1', 'r2'));
CREATE TABLE look AS SELECT $$SELECT string_agg(DISTINCT region, ' ' ORDER BY region) || ': ' || sum(headcount) FROM reporting.headcount$$ AS query;
UPDATE good SET m = '{"employment": {"table": "staff", "group_by": ["region"]}, "as_of": "2024-01-01", "materialized": false, "reader": ["ef_north", "ef_south"]}';
SELECT is(try($$SELECT reporting_ddl('reporting', m) FROM good$$), 'done', 'not materialized');
CREATE VIEW truth AS SELECT region, count(*) AS n FROM staff WHERE start_date < '2024-01-01' AND (end_date > '2024-01-01' OR end_date IS NULL) AND start_date IS NOT NULL GROUP BY region;
SELECT is(sees(r, query), (SELECT region || ': ' || n FROM truth WHERE region = own), r || ' sees their own region') FROM look, (VALUES ('ef_north', 'r0'), ('ef_south', 'r1')) AS v (r, own);
SELECT is(sees('ef_north', 'SELECT headcount::text FROM reporting.headcount_total'), (SELECT n::text FROM truth WHERE region = 'r0'), 'nor more in the total');
SELECT is(sees('postgres', query), '(missing) r0 r1 r2: ' || (SELECT sum(n) FROM truth), 'all is seen by who may') FROM look;
SELECT is(readable('ef_reader', '^reporting'), '', 'one who is no reader sees nothing');
SELECT is(sees('ef_north', 'SELECT sum(rows)::text FROM reporting.employment_quality WHERE effect <> ''doubtful'''), NULL, 'nor problems of others');
SELECT is(try($$SELECT reporting_drop_ddl('reporting')$$), 'done', 'dropped');
UPDATE good SET m = m || '{"materialized": true}';
SELECT is(try_as('ef_owner', $$SELECT reporting_ddl('reporting', m) FROM good$$), 'done', 'materialized, by one who sees two regions');
SELECT is(sees(r, query), 'r1 r2: ' || (SELECT sum(n) FROM truth WHERE region IN ('r1', 'r2')), r || ' sees what the owner saw') FROM look, unnest('{ef_north,ef_south,ef_owner,postgres}'::text[]) AS r;
SELECT is(sees('ef_north', format('SELECT count(*)::text FROM reporting_summary.employment_problem_rows')), '0', 'problem rows are those that one may see');

SELECT * FROM finish();
ROLLBACK;
-- Roles are of the whole server.
DROP OWNED BY plain_reader;
DROP ROLE plain_reader;
