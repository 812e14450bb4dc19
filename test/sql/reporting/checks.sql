-- A register that is looked at before it is counted: each kind of doubt, with the
-- right number, once, and none about a register without any; in the views and by
-- the query that needs no views; and the rows for those who may read them.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(48);

\ir ../../lib/reporting.sql

-- What a mapping finds, as rows of text: by the query, and by the views.
CREATE FUNCTION found(mapping jsonb, of text) RETURNS TABLE (finding text) LANGUAGE plpgsql AS $$
DECLARE
    query text;
BEGIN
    FOR query IN SELECT reporting_quality_query(mapping) LOOP
        RETURN QUERY EXECUTE format('SELECT concat_ws(''; '', q.problem, q.effect, q.rows, q.detail) FROM (%s) AS q WHERE q.source = %L', query, of);
    END LOOP;
END
$$;
CREATE FUNCTION finds(label text, mapping jsonb, of text, VARIADIC expected text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT is((SELECT array_agg(finding ORDER BY finding) FROM found(mapping, of)),
                   nullif((SELECT array_agg(e ORDER BY e) FROM unnest(expected) AS e), '{}'), label);
    PERFORM run(format('SELECT reporting_ddl(''looked'', %L)', mapping));
    RETURN QUERY EXECUTE format('SELECT is(array_agg(concat_ws(''; '', q.problem, q.effect, q.rows, q.detail) ORDER BY concat_ws(''; '', q.problem, q.effect, q.rows, q.detail)), '
                                '(SELECT array_agg(f.finding ORDER BY f.finding) FROM found(%L, %L) AS f), %L) FROM looked.%I AS q', mapping, of, label || ': in the view', of || '_quality');
    PERFORM run('SELECT reporting_drop_ddl(''looked'')');
END
$$;

-- ---------------------------------------------------------------------------
-- Employments of people
-- ---------------------------------------------------------------------------
CREATE TABLE staff (id int PRIMARY KEY, who text, birth_date date, start_date date, end_date date, reason text, fte numeric, ward text);
CREATE TABLE clean (id, who, birth_date, start_date, end_date, reason, fte, ward) AS
-- and one who came of late: somebody does
SELECT n, 'p' || n, date '1960-02-11' + n * 97, CASE WHEN n = 100 THEN date '2023-12-20' ELSE date '2010-01-05' + n * 13 END, CASE WHEN n % 3 = 0 THEN date '2018-02-03' + n * 11 END,
       CASE WHEN n % 6 = 0 THEN 'retirement' WHEN n % 3 = 0 THEN 'moved' END, 0.75, 'ward ' || n % 4
FROM generate_series(1, 100) AS n;
INSERT INTO staff TABLE clean;
CREATE TABLE m AS
SELECT '{"employment": {"table": "staff", "person": "who", "fte": "fte", "group_by": ["ward"], "join_gap": "30 days", "leave_out": true}, "as_of": "2024-01-01", "materialized": false}'::jsonb AS people,
       '{"employment": {"table": "staff", "fte": "fte", "group_by": ["ward"]}, "as_of": "2024-01-01", "materialized": false}'::jsonb AS rows;

-- Each case: rows that come to the clean ones, and what is found then.
CREATE FUNCTION adds(label text, rows text, VARIADIC expected text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM staff;
    INSERT INTO staff TABLE clean;
    EXECUTE 'INSERT INTO staff ' || rows;
    RETURN NEXT is((SELECT array_agg(finding ORDER BY finding) FROM m, found(people, 'employment')),
                   nullif((SELECT array_agg(e ORDER BY e) FROM unnest(expected) AS e), '{}'), label);
END
$$;
SELECT is_empty($$SELECT * FROM m, found(people, 'employment')$$, 'nothing is found in a clean register');
SELECT finds('rows of no person', rows, 'employment', 'no person in the mapping: rows are counted, and not people; doubtful; 100') FROM m;
SELECT adds('the same row twice', $$VALUES (101, 'p1', '1960-05-18', '2010-01-18', NULL::date, NULL, 0.75, 'ward 1')$$,
            'person who is there already; joined; 1; 101 rows of persons make 100 spells in the total; in a group only its own rows are joined',
            'rows that are equal in all columns of the mapping; doubtful; 2');
SELECT adds('two jobs at once', $$VALUES (101, 'p1', '1960-05-18', '2015-01-18', '2016-01-01', 'moved', 0.5, 'ward 2')$$,
            'person who is there already; joined; 1; 101 rows of persons make 100 spells in the total; in a group only its own rows are joined');
SELECT adds('renewals, up to the gap', $$VALUES (101, 'a', '1980-01-02'::date, '2011-01-03'::date, '2012-01-01'::date, NULL, 1, 'ward 1'), (102, 'a', '1980-01-02', '2012-01-01', '2013-01-01', NULL, 1, 'ward 1'),
             (103, 'a', '1980-01-02', '2013-01-31', '2014-01-01', NULL, 1, 'ward 1'), (104, 'a', '1980-01-02', '2014-02-01', '2015-01-01', NULL, 1, 'ward 1')$$,
            'contract that continues an earlier one; joined; 2; 104 rows of persons make 102 spells in the total; in a group only its own rows are joined');
SELECT adds('a short job within a long one ends none', $$VALUES (101, 'a', '1980-01-02'::date, '2011-01-03'::date, '2016-01-01'::date, NULL, 1, 'ward 1'), (102, 'a', '1980-01-02', '2012-01-01', '2012-03-01', NULL, 1, 'ward 1'),
             (103, 'a', '1980-01-02', '2015-03-01', '2016-04-01', NULL, 1, 'ward 1')$$,
            'person who is there already; joined; 2; 103 rows of persons make 101 spells in the total; in a group only its own rows are joined');
SELECT adds('two birth dates', $$VALUES (101, 'p1', '1960-05-19'::date, '2019-01-18'::date, NULL::date, NULL, 0.75, 'ward 1')$$,
            'person with two birth dates; left out; 2');
SELECT adds('but not where one is refused already', $$VALUES (101, 'p1', '2019-05-19'::date, '2009-01-18'::date, '2009-03-01'::date, NULL, 0.75, 'ward 1')$$,
            'birth date is after the start date; left out; 1');
SELECT adds('no person', $$VALUES (101, NULL, '1960-05-19'::date, '2019-01-18'::date, NULL::date, NULL, 0.75, 'ward 1')$$, 'no person; skipped; 1');
-- one person by hyphens, capitals, spaces or the century; two by the century alone
SELECT adds('one person in several spellings', $$VALUES (101, '19781015-1234', '1978-10-15'::date, '2011-01-18'::date, '2012-01-01'::date, NULL, 0.75, 'ward 1'), (102, '197810151234', '1978-10-15', '2013-01-01', '2014-01-01', NULL, 0.75, 'ward 1'),
             (103, '781015-1234', '1978-10-15', '2015-01-01', '2016-01-01', NULL, 0.75, 'ward 1'), (104, '781015-1234', '1978-10-15', '2017-01-01', NULL, NULL, 0.75, 'ward 1'), (105, 'AB-1', '1978-10-15', '2017-01-01', NULL, NULL, 0.75, 'ward 1'),
             (106, 'ab 1 ', '1978-10-15', '2019-01-01', NULL, NULL, 0.75, 'ward 1'), (107, '191210151234', '1978-10-15', '2011-01-18', '2012-01-01', NULL, 0.75, 'ward 1'), (108, '201210151234', '1978-10-15', '2013-01-01', '2014-01-01', NULL, 0.75, 'ward 1')$$,
            'persons who are written in more than one way; doubtful; 6; 5 ways of writing 2 persons');
SELECT is((SELECT array_agg(finding) FROM found(format('{"employment": {"table": "%s", "person": "who"}, "as_of": "2024-01-01"}', v)::jsonb, 'employment') WHERE finding ~ 'written'), wanted, 'keys of the type ' || v)
FROM (SELECT run($$VALUES ('CREATE TABLE as_number AS SELECT id, CASE id WHEN 1 THEN 197810151234 WHEN 2 THEN 7810151234 ELSE id END AS who, birth_date, start_date, end_date, reason FROM clean'),
                          ('CREATE TABLE as_uuid AS SELECT id, md5(who)::uuid AS who, birth_date, start_date, end_date, reason FROM clean')$$)) AS made,
     (VALUES ('as_number', '{persons who are written in more than one way; doubtful; 2; 2 ways of writing 1 persons}'::text[]), ('as_uuid', NULL)) AS t (v, wanted);
SELECT adds('FTE above 1.5', $$VALUES (101, 'a', '1960-05-19'::date, '2019-01-18'::date, NULL::date, NULL, 1.5, 'ward 1'), (102, 'b', '1960-05-19', '2019-01-18', NULL, NULL, 1.501, 'ward 1')$$,
            'FTE above 1.5; doubtful; 1');
SELECT adds('ages', $$VALUES (101, 'a', '2000-05-19'::date, '2014-05-18'::date, NULL::date, NULL, 1, 'ward 1'), (102, 'b', '2000-05-19', '2014-05-19', NULL, NULL, 1, 'ward 1'),
             (103, 'c', '1940-01-02', '2014-05-18', '2021-01-03', NULL, 1, 'ward 1'), (104, 'd', '1940-01-02', '2014-05-18', '2020-12-01', NULL, 1, 'ward 1'), (105, 'e', '1942-01-02', '2014-05-18', NULL, NULL, 1, 'ward 1')$$,
            'younger than 14 years at the start; doubtful; 1', 'older than 80 years; doubtful; 2');
SELECT adds('placeholders', $$VALUES (101, 'a', '1900-01-01'::date, '1950-05-18'::date, '1960-03-04'::date, NULL, 1, 'ward 1'), (102, 'b', '1980-05-19', '2014-05-19', '9999-12-31', NULL, 1, 'ward 1'),
             (103, 'c', '1980-05-19', '2014-05-19', 'infinity', NULL, 1, 'ward 1'), (104, 'd', '1870-01-02', '1899-12-30', '1910-12-01', NULL, 1, 'ward 1')$$,
            'birth date that is a placeholder; doubtful; 1', 'start date that is a placeholder; doubtful; 1', 'end date that is a placeholder: read as still there; doubtful; 1');
SELECT adds('one date far too often', $$SELECT 100 + n, 'a' || n, date '1980-03-04', date '2012-03-04', date '2014-05-06', 'moved', 1, 'ward 1' FROM generate_series(1, 40) AS n$$,
            'one birth date of far too many rows; doubtful; 40; 1980-03-04', 'one start date of far too many rows; doubtful; 40; 2012-03-04', 'one end date of far too many rows; doubtful; 40; 2014-05-06');
SELECT adds('in the future', format($$VALUES (101, 'a', '1980-01-01'::date, %L::date, NULL::date, NULL, 1, 'ward 1')$$, CURRENT_DATE + 1), 'start date in the future; doubtful; 1');
SELECT adds('labels', $$VALUES (101, 'a', '1980-01-02'::date, '2012-05-18'::date, '2014-03-04'::date, 'Moved ', 1, 'Ward  1'), (102, 'b', '1980-01-02', '2012-05-18', NULL, NULL, 1, E'A\u030angermanland'), (103, 'c', '1980-01-02', '2012-05-18', NULL, NULL, 1, 'ångermanland')$$,
            'values of reason that differ only in case, spaces or form; doubtful; 18; Moved , moved', E'values of ward that differ only in case, spaces or form; doubtful; 28; Ward  1, ward 1, A\u030angermanland, ångermanland');
UPDATE clean SET end_date = (date_trunc('month', end_date) + interval '1 month')::date - 1;
SELECT adds('inclusive last days', 'TABLE clean LIMIT 0', 'most end dates are last days of a month: is it the first day gone?; doubtful; 33');
UPDATE clean SET end_date = end_date + 1;
-- the next contract begins on the day after the last one, or on the first day gone
SELECT adds('renewals after last days', $$SELECT 100 + 2 * n + i, 'a' || n, date '1970-01-01' + n * 60, date '2015-01-05' + n * 31 + i * (200 + n), date '2015-01-05' + n * 31 + i * (200 + n) + 199 + n, 'moved', 0.75, 'ward 1'
                                            FROM generate_series(1, 20) AS n, generate_series(0, 1) AS i$$,
            'contract that continues an earlier one; joined; 20; 140 rows of persons make 120 spells in the total; in a group only its own rows are joined',
            'most contracts that go on begin the day after an end date: is it the first day gone?; doubtful; 20');
SELECT adds('renewals at first days gone', $$SELECT 100 + 2 * n + i, 'a' || n, date '1970-01-01' + n * 60, date '2015-01-05' + n * 31 + i * (200 + n), date '2015-01-05' + n * 31 + i * (200 + n) + 200 + n, 'moved', 0.75, 'ward 1'
                                               FROM generate_series(1, 20) AS n, generate_series(0, 1) AS i$$,
            'contract that continues an earlier one; joined; 20; 140 rows of persons make 120 spells in the total; in a group only its own rows are joined');
-- an as_of that lies beyond what the table knows; with few starts that is chance
UPDATE m SET people = jsonb_set(people, '{as_of}', '"2025-01-01"');
SELECT adds('an as_of beyond the last day known', $$SELECT 100 + n, 'a' || n, date '1970-01-01' + n * 60, date '2023-11-05' + n, NULL::date, NULL, 0.75, 'ward 1' FROM generate_series(1, 9) AS n$$,
            'nobody begins in a long time before as_of: are the rows of an earlier day?; doubtful; 76; 2023-12-20');
SELECT adds('few starts', 'TABLE clean LIMIT 0', VARIADIC '{}');
SELECT adds('dates that none can be taken from', $$VALUES (101, 'a', '1980-01-01'::date, '-infinity'::date, NULL::date, NULL, 1, 'ward 1'), (102, 'b', '1980-01-01', 'infinity', NULL, NULL, 1, 'ward 1'),
             (103, 'c', '1980-01-01', '2019-01-01', '-infinity', NULL, 1, 'ward 1'), (104, 'd', '1980-01-01', '2019-01-01', '5874897-12-31', NULL, 1, 'ward 1'), (105, 'd', '1980-01-01', '2019-01-01', '5874897-12-31', NULL, 1, 'ward 1'),
             (106, 'e', '1980-01-01', '4713-01-01 BC', NULL, NULL, 1, 'ward 1')$$,
            'date is infinite; left out; 2', 'end date that is a placeholder: read as still there; doubtful; 2', 'person who is there already; joined; 1; 102 rows of persons make 101 spells in the total; in a group only its own rows are joined',
            'rows that are equal in all columns of the mapping; doubtful; 2', 'spell ends before it starts; left out; 1', 'spell starts more than 150 years before the observation ends; left out; 1');
UPDATE m SET people = jsonb_set(people, '{as_of}', '"2024-01-01"');
UPDATE clean SET fte = 75;
SELECT adds('percent', 'TABLE clean LIMIT 0', 'most FTE are above 2: are they percent?; doubtful; 100', 'FTE above 1.5; doubtful; 100');
UPDATE clean SET fte = 0.75, reason = CASE reason WHEN 'retirement' THEN '01389' ELSE reason END;
SELECT adds('codes for retirement', 'TABLE clean LIMIT 0', 'no reason to leave is a retirement: it is not projected; doubtful; 33; moved, 01389');
UPDATE m SET people = jsonb_set(people, '{employment,retirement_reasons}', '["01389", "PENS"]');
SELECT adds('which are translated', 'TABLE clean LIMIT 0', 'retirement_reasons that no row has; doubtful; 0; PENS');
UPDATE m SET people = people #- '{employment,retirement_reasons}';
UPDATE clean SET reason = CASE reason WHEN '01389' THEN 'retirement' ELSE reason END;

-- with all of it at once: the views, and the rows
DELETE FROM staff;
INSERT INTO staff TABLE clean;
INSERT INTO staff VALUES (101, 'p1', '1960-05-18', '2010-01-18', NULL, NULL, 0.75, 'ward 1'), (102, 'b', '1900-01-01', '2014-05-19', '9999-12-31', NULL, 1.75, 'ward 1'), (103, 'c', '1980-05-19', '2014-05-19', NULL, NULL, 1, 'ward  1');
SELECT finds('rows, counted by row', rows, 'employment', 'no person in the mapping: rows are counted, and not people; doubtful; 103', 'rows that are equal in all columns of the mapping; doubtful; 2', 'birth date that is a placeholder; doubtful; 1',
             'end date that is a placeholder: read as still there; doubtful; 1', 'FTE above 1.5; doubtful; 1', 'older than 80 years; doubtful; 1', 'values of ward that differ only in case, spaces or form; doubtful; 28; ward  1, ward 1') FROM m;
SELECT run($$SELECT reporting_ddl('kept', rows) FROM m$$) > 100 AS made;
SELECT set_eq($$SELECT problem, id FROM kept_summary.employment_doubtful_rows$$,
              $$VALUES ('birth date that is a placeholder', 102), ('end date that is a placeholder: read as still there', 102), ('FTE above 1.5', 102), ('older than 80 years', 102)$$, 'the rows themselves');
SELECT is((SELECT count(*) FROM kept_summary.employment_rows), 103::bigint, 'a row is one row');

-- ---------------------------------------------------------------------------
-- Events, places, certificates
-- ---------------------------------------------------------------------------
CREATE TABLE event AS
SELECT n AS person_id, s.stage, date '2015-02-03' + n * 7 + s.day AS at, 'c' || n % 3 AS campus
FROM generate_series(1, 60) AS n, (VALUES ('began', 0), ('graduated', 1000)) AS s (stage, day);
CREATE TABLE em AS
SELECT '{"education": {"table": "event", "stages": ["began", "graduated"], "group_by": ["campus"]}, "as_of": "2024-01-01", "materialized": false}'::jsonb AS m;
SELECT is_empty($$SELECT * FROM em, found(m, 'education')$$, 'nothing is found in clean events');
UPDATE em SET m = jsonb_set(m, '{education,stages}', '["began", "examined", "graduated", "employed"]');
UPDATE em SET m = jsonb_set(m, '{education,exits}', '["left", "dismissed"]');
INSERT INTO event VALUES (1, 'left', '2016-01-01', 'c1'), (2, 'left', '2020-01-01', 'c2'), (3, 'left', '1900-01-01', 'c3'), (4, 'visited', '2016-01-01', 'C1'), (5, 'visited', '2016-01-01', 'c1'), (6, 'Began', '2016-01-01', 'c1'),
    (6, 'began', CURRENT_DATE + 1, 'c1'), (7, NULL, '2016-01-01', 'c1');
SELECT finds('events', m, 'education', 'no stage; skipped; 1', 'stage that the mapping does not name; ignored; 3; visited, Began', 'stages that no row has; doubtful; 0; examined, employed', 'exits that no row has; doubtful; 0; dismissed',
             'exit that is followed by a stage of the same person; doubtful; 2', 'date that is a placeholder; doubtful; 1', 'date in the future; doubtful; 1',
             'values of stage that differ only in case, spaces or form; doubtful; 62; Began, began', 'values of campus that differ only in case, spaces or form; doubtful; 46; C1, c1') FROM em;
ALTER TABLE event ALTER at TYPE timestamptz USING at + interval '12 hours';
SELECT is((SELECT count(*) FROM em, found(m, 'education')), 9::bigint, 'of instants, too');

CREATE TABLE place AS
SELECT n AS person_id, 'ward ' || n % 5 AS state, CASE WHEN n = 59 THEN date '2023-12-20' ELSE date '2015-02-03' + n * 7 END AS start_date, CASE WHEN n % 2 = 0 THEN date '2019-03-04' + n * 5 END AS end_date
FROM generate_series(1, 60) AS n;
CREATE TABLE pm AS SELECT '{"mobility": {"table": "place"}, "as_of": "2024-01-01", "materialized": false}'::jsonb AS m;
SELECT is_empty($$SELECT * FROM pm, found(m, 'mobility')$$, 'nothing is found in clean places');
SELECT is((SELECT array_agg(finding) FROM found('{"mobility": {"table": "spelled"}, "as_of": "2024-01-01"}', 'mobility')), '{persons who are written in more than one way; doubtful; 2; 2 ways of writing 1 persons}'::text[], 'persons of states, too')
FROM (SELECT run($$VALUES ('CREATE TABLE spelled AS SELECT CASE person_id WHEN 1 THEN ''a-b'' WHEN 2 THEN ''A B'' ELSE person_id::text END AS person_id, state, start_date, end_date FROM place')$$)) AS made;
INSERT INTO place VALUES (1, 'Ward 1', '2020-01-01', NULL), (2, 'ward 3', '2012-01-01', '9999-12-31'), (NULL, 'ward 3', '2012-01-01', NULL), (61, 'ward 3', '2012-01-01', '2011-01-01');
SELECT is((SELECT array_agg(finding ORDER BY finding) FROM pm, found(m, 'mobility')),
          ARRAY['end date that is a placeholder: read as still there; doubtful; 1', 'no person; skipped; 1', 'person who is in another state already; doubtful; 2',
                'spell ends before it starts; refused; 1', 'values of state that differ only in case, spaces or form; doubtful; 13; Ward 1, ward 1'], 'places');

CREATE TABLE paper AS SELECT person_id, 'hygiene' AS module, 'gone' AS status, start_date, end_date FROM place WHERE person_id < 20;
SELECT is((SELECT array_agg(finding ORDER BY finding) FROM found('{"competence": {"table": "paper"}, "as_of": "2024-01-01"}', 'competence')),
          ARRAY['end date that is a placeholder: read as still there; doubtful; 1', 'no row has the status valid; doubtful; 21', 'status that is not missing, valid or lapsed; ignored; 21; gone'], 'certificates');

-- ---------------------------------------------------------------------------
-- Corners
-- ---------------------------------------------------------------------------
DELETE FROM staff;
SELECT is_empty($$SELECT * FROM m, found(people, 'employment')$$, 'nothing in nothing');
SELECT is_empty($$SELECT * FROM m, found(rows, 'employment')$$, 'nothing in nothing, by row');
SELECT throws_ok($$SELECT reporting_quality_query('{"employment": {"table": "nowhere"}}')$$, '42P01', 'the table of "employment" does not exist', 'a table must be there');
SELECT throws_ok($$SELECT reporting_quality_query(NULL)$$, '22004', 'mapping must not be null', 'and a mapping');
ALTER TABLE staff RENAME who TO problem;
ALTER TABLE staff RENAME ward TO effect;
INSERT INTO staff TABLE clean;
SELECT is((SELECT array_agg(finding) FROM found('{"employment": {"table": "staff", "person": "problem", "group_by": ["effect"]}, "as_of": "2024-01-01"}', 'employment')), NULL, 'columns may be called as the marks are');

-- who reads plain views may use our schema, where whoever makes them may say so: workers of a cluster look names up again
CREATE ROLE ef_checks_reader;
CREATE ROLE ef_checks_maker;
GRANT USAGE ON SCHEMA education_flow TO ef_checks_maker;
GRANT SELECT ON staff TO ef_checks_maker;
CREATE FUNCTION lent(materialized boolean) RETURNS bigint LANGUAGE sql
RETURN (SELECT count(*) FILTER (WHERE s = 'GRANT USAGE ON SCHEMA education_flow TO ef_checks_reader')
        FROM reporting_ddl('lent', jsonb_build_object('reader', 'ef_checks_reader', 'materialized', materialized, 'as_of', '2024-01-01',
                                                      'employment', '{"table": "staff"}'::jsonb)) AS s
        HAVING count(*) > 20);
SELECT is(ARRAY[lent(false), lent(true)], '{1,0}', 'readers of plain views get USAGE on the schema of the extension');
SET LOCAL ROLE ef_checks_maker;
SELECT is(lent(false), 0::bigint, 'but not from who may not give it');
RESET ROLE;
GRANT USAGE ON SCHEMA education_flow TO PUBLIC;
SELECT is(lent(false), 0::bigint, 'nor who has it');

SELECT * FROM finish();
ROLLBACK;
