-- A reporting schema in which every text that the page shows tries to get out of its place: names
-- of tables and columns, comments, groups, reasons, stages, states and what is wrong with rows.
-- Needs the extension on the search_path.
SET client_min_messages = warning;

CREATE FUNCTION pg_temp.evil(what text) RETURNS text LANGUAGE sql AS $$
    SELECT what || ' </script><script>document.title = ''owned''</script><!-- <script> "quoted" ''single'' &amp; \ '
           || chr(8232) || chr(8233) || ' å 日本'
$$;

CREATE SCHEMA "hr </script>";
CREATE TABLE "hr </script>"."staff ""<b>""" (
    person_id int, birth_date date, start_date date, end_date date, reason text, place text, module text, status text);
INSERT INTO "hr </script>"."staff ""<b>"""
SELECT i, make_date(1956 + i % 45, 1 + i % 12, 5), make_date(1990 + (i * 7) % 33, 3, 1),
       CASE WHEN i % 3 = 0 THEN make_date(2023 + i % 3, 1 + i % 12, 9) END,
       CASE WHEN i % 3 = 0 THEN pg_temp.evil((ARRAY['resigned', 'retired'])[1 + i % 2]) END,
       pg_temp.evil((ARRAY['North', 'South', 'West'])[1 + i % 3]), pg_temp.evil('course'), 'required'
FROM generate_series(1, 300) AS i
WHERE 1956 + i % 45 + 19 < 1990 + (i * 7) % 33
UNION ALL
-- Moved, so that there are flows.
SELECT i, make_date(1956 + i % 45, 1 + i % 12, 5), date '2024-02-01', NULL, NULL,
       pg_temp.evil('West'), pg_temp.evil('course'), 'valid'
FROM generate_series(2, 300, 9) AS i
UNION ALL
-- Wrong.
SELECT 1001, date '1980-01-01', date '2020-01-01', date '2019-01-01', 'x', 'y', pg_temp.evil('course'), 'required'
UNION ALL
SELECT 1002, date '1980-01-01', NULL, NULL, NULL, 'y', pg_temp.evil('course'), 'required';

CREATE TABLE study (person_id int, stage text, at date);
INSERT INTO study
SELECT i, pg_temp.evil(s), make_date(2015 + i % 8, 9, 1) + n::int * 300
FROM generate_series(1, 200) AS i, unnest('{applied,admitted,graduated}'::text[]) WITH ORDINALITY AS t(s, n)
WHERE i % 4 >= n - 1
UNION ALL
SELECT 1, pg_temp.evil('unheard of'), date '2020-01-01'
UNION ALL
SELECT 2, pg_temp.evil('applied'), NULL;

SELECT reporting_ddl('reporting', jsonb_build_object(
    'employment', jsonb_build_object('table', '"hr </script>"."staff ""<b>"""', 'person', 'person_id', 'leave_out', true, 'retirement', 65,
                                     'scenarios', jsonb_build_array(jsonb_build_object('name', pg_temp.evil('fewer'), 'factors', jsonb_build_object(pg_temp.evil('resigned'), 0.5))),
                                     'group_by', jsonb_build_array(jsonb_build_object('place''</style>"<i>', 'place'))),
    'education', jsonb_build_object('table', 'study', 'within', '6 years',
                                    'stages', jsonb_build_array(pg_temp.evil('applied'), pg_temp.evil('admitted'),
                                                                pg_temp.evil('graduated'))),
    'mobility', jsonb_build_object('table', '"hr </script>"."staff ""<b>"""', 'state', 'place', 'leave_out', true),
    'competence', jsonb_build_object('table', '"hr </script>"."staff ""<b>"""', 'leave_out', true),
    'as_of', '2026-01-01')) \gexec
COMMENT ON VIEW reporting.headcount_total IS '</script><script>document.title = ''owned''</script><img src="http://192.0.2.1/">';
