-- Groups without a name, with an empty one, and with names that look like those of
-- totals are groups of their own, in every view; names of tables, collations of
-- columns and the schema of the extension do not matter.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
SELECT plan(45);

\ir ../../lib/reporting.sql

CREATE TYPE kind AS ENUM ('a', '(total)', '(missing)');
CREATE DOMAIN word AS text;
CREATE TABLE staff AS
SELECT row_number() OVER () AS person_id, date '1970-01-01' AS birth_date, date '2020-01-01' AS start_date, NULL::date AS end_date, NULL::text AS reason, v.*
FROM (VALUES
    (NULL,                NULL::numeric, NULL::date,              NULL::kind),
    ('',                  1.0,           '2024-01-31',            'a'),
    (' ',                 1.00,          'infinity',              '(total)'),
    ('(missing)',         10,            '-infinity',             '(missing)'),
    ('(total)',           1.01,          '0044-03-15 BC',         NULL),
    ('"(missing)"',       'NaN',         '0044-03-15',            'a'),
    ('"(total)"',         'infinity',    '12024-01-31',           '(total)'),
    ('""(total)""',       0,             '0001-12-31 BC',         '(missing)'),
    ('A',                 -0.0,          '0001-12-31',            'a'),
    ('a',                 1e-10,         '2024-01-31',            'a'),
    ('(came)',            1,             NULL,                    'a'),
    ('(left)',            1,             NULL,                    'a'),
    ('(all)',             100,           '2024-02-01',            'a')) AS v (label, number, day, kind);
CREATE TABLE event AS
SELECT person_id, stage, date '2016-01-01' AS at, label, number, day, kind FROM staff, unnest('{in,out}'::text[]) AS stage;
CREATE TABLE place AS
SELECT person_id, s.state, s.start_date, s.end_date, label, number, day, kind
FROM staff, (VALUES ('(came)', date '2021-01-01', date '2022-01-01'), ('(left)', '2022-01-01', '2023-01-01'), ('"(left)"', '2023-01-01', '2023-03-01'), ('x', '2023-03-01', '2024-01-01')) AS s (state, start_date, end_date);
CREATE TABLE paper AS SELECT person_id, 'm'::text AS module, 'valid'::text AS status, date '2021-01-01' AS start_date, NULL::date AS end_date, label, number, day, kind FROM staff;
CREATE FUNCTION mapping(groups text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('employment', jsonb_build_object('table', 'staff', 'group_by', groups::jsonb),
                              'education', jsonb_build_object('table', 'event', 'stages', '["in", "out"]'::jsonb, 'group_by', groups::jsonb),
                              'mobility', jsonb_build_object('table', 'place', 'group_by', groups::jsonb),
                              'competence', jsonb_build_object('table', 'paper', 'group_by', groups::jsonb), 'as_of', '2024-01-01')
$$;
-- How many groups and totals each view shows, where they are not as many as they must be; and those that show none.
CREATE FUNCTION apart(groups text[], expected bigint, totals bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v record;
    n bigint;
    answer text := '';
    seen integer := 0;
BEGIN
    FOR v IN SELECT relname AS name FROM pg_class AS c WHERE relnamespace = 'r'::regnamespace AND relkind = 'v'
                    AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = groups[1]) ORDER BY 1 LOOP
        EXECUTE format('SELECT count(DISTINCT (%s)) FROM r.%I', (SELECT string_agg(format('%I', g), ', ') FROM unnest(groups) AS g), v.name) INTO n;
        seen := seen + 1;
        -- nobody is observed in a year that is not begun, and nobody is late
        IF n <> (CASE WHEN v.name ~ '_total$' THEN totals ELSE expected END) AND v.name !~ '^(exit_rates|exit_reasons|forecast_check|required_intake)' THEN
            answer := answer || format('%s: %s ', v.name, n);
        END IF;
    END LOOP;
    RETURN answer || CASE WHEN seen >= 30 THEN '' ELSE format('only %s views', seen) END;
END
$$;

-- ---------------------------------------------------------------------------
-- One column
-- ---------------------------------------------------------------------------
SELECT cmp_ok(run($$SELECT reporting_ddl('r', mapping('["label"]'))$$), '>', 100, 'by text');
SELECT is(apart('{label}', 13, 14), '', 'thirteen groups, and with the total fourteen, in every view');
SELECT is((SELECT jsonb_object_agg(label, headcount) FROM r.headcount),
          '{"(missing)": 1, "": 1, " ": 1, "\"(missing)\"": 1, "\"(total)\"": 1, "\"\"(missing)\"\"": 1, "\"\"(total)\"\"": 1, "\"\"\"(total)\"\"\"": 1, "A": 1, "a": 1,
            "(came)": 1, "(left)": 1, "(all)": 1}'::jsonb, 'each of one person, and in quotes what looks like another');
SELECT is((SELECT headcount FROM r.headcount_total WHERE label = '(total)'), 13::bigint, 'the total is one row, of all');
SELECT is((SELECT sum(headcount) FROM r.headcount_total), 26::numeric, 'and the groups add up to it');
SELECT is((SELECT count(*) FROM r.headcount_total WHERE label = '(missing)'), 1::bigint, 'one row is of those without a label');
SELECT is((SELECT entered FROM r.funnel_stages WHERE label = '(missing)' AND stage_no = 1), 1::bigint, 'NULL is not what is called so');
SELECT cmp_ok((SELECT count(*) FROM reporting_refresh_ddl('r')), '>=', 8::bigint, 'there is something to refresh');
SELECT lives_ok($$SELECT run($q$SELECT replace(reporting_refresh_ddl('r'), 'CONCURRENTLY ', '')$q$)$$, 'it is refreshed');
-- states
SELECT is((SELECT string_agg(from_state || ' > ' || to_state || ' ' || moves, ', ' ORDER BY from_state COLLATE "C", to_state COLLATE "C")
           FROM r.mobility_flows_total WHERE label = '(total)'),
          '""(left)"" > x 13, "(came)" > "(left)" 13, "(left)" > ""(left)"" 13, (came) > "(came)" 13, x > (left) 13', 'states that are called as those are who came and left');
SELECT set_eq($$SELECT from_state FROM r.mobility_probabilities_total WHERE label = '(total)'$$, ARRAY['"(came)"', '"(left)"', '""(left)""', 'x'], 'are so in every view');
SELECT set_eq($$SELECT state FROM r.mobility_headcount_total WHERE label = '(total)' AND headcount > 0$$, ARRAY['"(came)"', '"(left)"', '""(left)""', 'x'], 'also where nobody comes or leaves');
SELECT cmp_ok(run($$SELECT reporting_drop_ddl('r')$$), '>', 10, 'dropped');

-- ---------------------------------------------------------------------------
-- Other types, and several columns
-- ---------------------------------------------------------------------------
SELECT cmp_ok(run($$SELECT reporting_ddl('r', mapping('["number"]'))$$), '>', 100, 'by number');
SELECT is(apart('{number}', 9, 10), '', 'equal numbers are one group');
SELECT is((SELECT string_agg(number || ' ' || headcount, ', ' ORDER BY number COLLATE "C") FROM r.headcount),
          '(missing) 1, 0 2, 0.0000000001 1, 1 4, 1.01 1, 10 1, 100 1, Infinity 1, NaN 1', 'however many zeros they are written with');
SELECT cmp_ok(run($$SELECT reporting_drop_ddl('r')$$), '>', 10, 'dropped');
ALTER TABLE staff ADD fixed numeric(5, 2) DEFAULT 12.5;
SELECT cmp_ok(run($$SELECT reporting_ddl('r', '{"employment": {"table": "staff", "group_by": ["fixed"]}, "as_of": "2024-01-01"}')$$), '>', 50, 'by number with a scale');
SELECT is((SELECT string_agg(fixed || ' ' || headcount, ', ') FROM r.headcount), '12.50 13', 'which is kept');
SELECT cmp_ok(run($$SELECT reporting_drop_ddl('r')$$), '>', 10, 'dropped');

SELECT cmp_ok(run($$SELECT reporting_ddl('r', mapping('[{"on": "day"}]'))$$), '>', 100, 'by date');
SELECT is(apart('{on}', 10, 11), '', 'no two days are one');
SELECT is((SELECT string_agg("on" || ' ' || headcount, ', ' ORDER BY "on" COLLATE "C") FROM r.headcount),
          '(missing) 3, -infinity 1, 0001-12-31 1, 0001-12-31 BC 1, 0044-03-15 1, 0044-03-15 BC 1, 12024-01-31 1, 2024-01-31 2, 2024-02-01 1, infinity 1', 'nor one of them missing');
SELECT cmp_ok(run($$SELECT reporting_drop_ddl('r')$$), '>', 10, 'dropped');

SELECT cmp_ok(run($$SELECT reporting_ddl('r', mapping('["kind"]'))$$), '>', 100, 'by enum');
SELECT is(apart('{kind}', 4, 5), '', 'whose labels are no names of totals');
SELECT is((SELECT string_agg(kind || ' ' || headcount, ', ' ORDER BY kind COLLATE "C") FROM r.headcount_total),
          '"(missing)" 2, "(total)" 2, (missing) 2, (total) 13, a 7', 'and are shown in quotes');
SELECT cmp_ok(run($$SELECT reporting_drop_ddl('r')$$), '>', 10, 'dropped');

SELECT cmp_ok(run($$SELECT reporting_ddl('r', mapping('["label", "kind"]'))$$), '>', 100, 'by text and enum');
SELECT is(apart('{label,kind}', 13, 13 + 13 + 4 + 1), '', 'groups of both, totals over each, and over both');
SELECT is((SELECT sum(headcount) FROM r.headcount_total), 4 * 13::numeric, 'each way of all');
SELECT is((SELECT headcount FROM r.headcount_total WHERE label = '(total)' AND kind = '(missing)'), 2::bigint, 'a total of those without a kind');
SELECT is((SELECT count(*) FROM r.headcount_total WHERE label = '(missing)'), 2::bigint, 'those without a label, by kind and all together');
SELECT cmp_ok(run($$SELECT reporting_drop_ddl('r')$$), '>', 10, 'dropped');

-- ---------------------------------------------------------------------------
-- A collation for which what is written differently is equal
-- ---------------------------------------------------------------------------
CREATE FUNCTION unless_icu(label text, query text, expected text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_collation WHERE collname = 'loose') THEN
        RETURN NEXT skip('this server has no ICU', 1);
    ELSE
        EXECUTE query INTO answer;
        RETURN NEXT is(answer, expected, label);
    END IF;
END
$$;
DO $$
BEGIN
    CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    ALTER TABLE staff ALTER label TYPE text COLLATE loose;
    ALTER TABLE place ALTER state TYPE varchar(20) COLLATE loose;
    ALTER TABLE event ALTER stage TYPE word COLLATE loose;
EXCEPTION WHEN feature_not_supported OR undefined_object OR invalid_parameter_value THEN
    RAISE DEBUG 'no ICU';
END
$$;
INSERT INTO event SELECT person_id, 'IN', date '2015-01-01', label, number, day, kind FROM event WHERE stage = 'in';
SELECT unless_icu('made', $$SELECT run($q$SELECT reporting_ddl('r', mapping('["label"]'))$q$) > 100$$, 'true');
SELECT unless_icu('groups are apart', $$SELECT apart('{label}', 13, 14)$$, '');
SELECT unless_icu('columns of two collations are joined', 'SELECT count(DISTINCT label) > 0 FROM r.required_intake', 'true');
SELECT unless_icu('stages are told apart as summaries tell them', $$SELECT string_agg(problem || ' ' || rows, ', ') FROM r.education_quality WHERE effect = 'ignored'$$, 'stage that the mapping does not name 13');
SELECT unless_icu('and made again', $$SELECT run($q$SELECT reporting_ddl('r', mapping('["label"]'))$q$) > 100$$, 'true');
SELECT unless_icu('dropped', $$SELECT run($q$SELECT reporting_drop_ddl('r')$q$) > 10$$, 'true');

-- ---------------------------------------------------------------------------
-- The extension moves
-- ---------------------------------------------------------------------------
CREATE SCHEMA elsewhere;
SELECT cmp_ok(run($$SELECT reporting_ddl('r', mapping('["kind"]'))$$), '>', 100, 'made');
ALTER EXTENSION education_flow SET SCHEMA elsewhere;
SET LOCAL search_path = public, elsewhere;
SELECT lives_ok($$SELECT run($q$SELECT replace(reporting_refresh_ddl('r'), 'CONCURRENTLY ', '')$q$)$$, 'refreshed after the extension has moved');
SELECT cmp_ok(run($$SELECT reporting_ddl('r', mapping('["kind"]'))$$), '>', 100, 'made again by the same mapping');
SELECT throws_ok($$SELECT run($q$SELECT reporting_ddl('r', mapping('["label"]'))$q$)$$, '55000', NULL, 'and not by another');

-- ---------------------------------------------------------------------------
-- What is no name of a table
-- ---------------------------------------------------------------------------
SELECT is((SELECT string_agg(x, ' ') FROM unnest(ARRAY['-', '0', '1259', '00016402', (SELECT oid::text FROM pg_class WHERE relname = 'staff'), '', ' ', '.', 'staff.', '-1']) AS x
           WHERE reporting_table(x) IS NOT NULL), NULL, 'a number and a dash name no table');

SELECT * FROM finish();
ROLLBACK;
