-- A session: views for reporting tools, what is declared and what is refused.
SET datestyle TO ISO;
\set SHOW_CONTEXT never
CREATE EXTENSION education_flow;

CREATE TABLE "Anställning" (
    birth_date date, start_date date, end_date date, "Orsak" text, "Yrke" text, fte numeric
);
INSERT INTO "Anställning" VALUES
    ('1960-02-03', '2001-05-06', NULL, NULL, 'nurse', 1),
    ('1975-12-24', '2019-03-01', NULL, NULL, 'nurse', 0.75),
    ('1990-01-31', '2021-10-01', '2023-02-01', 'studies', 'nurse', 1),
    ('1985-06-06', '2018-01-01', NULL, NULL, NULL, 0.5),
    ('1985-06-06', '2022-01-01', '2021-01-01', NULL, NULL, 0.5),
    (NULL, '2022-01-01', NULL, NULL, 'nurse', 1);
CREATE TABLE mapping AS
SELECT '{"employment": {"table": "\"Anställning\"", "reason": "Orsak", "fte": "fte",
                        "group_by": [{"profession": "Yrke"}], "observed_years": 2,
                        "projection_years": 3, "retirement": 66, "leave_out": true},
         "as_of": "2024-01-01"}'::jsonb AS m;

-- In order, without comments and queries.
SELECT split_part(s, ' AS' || chr(10), 1) AS statement
FROM mapping, reporting_ddl('report', m) AS s
WHERE s NOT LIKE 'COMMENT ON%';
\pset format unaligned
\pset tuples_only on
-- One summary, and one view over it.
SELECT s FROM mapping, reporting_ddl('report', m) AS s WHERE s LIKE '%MATERIALIZED VIEW report\_summary.employment AS%';
SELECT s FROM mapping, reporting_ddl('report', m) AS s WHERE s LIKE '%VIEW report.recruitment\_need WITH%';
SELECT s FROM mapping, reporting_ddl('report', m) AS s WHERE s LIKE 'COMMENT ON %report.recruitment\_need%' LIMIT 4;
\pset tuples_only off
\pset format aligned

-- psql would write: SELECT reporting_ddl('report', m) FROM mapping \gexec
DO $$
DECLARE
    s text;
BEGIN
    FOR s IN SELECT reporting_ddl('report', m) FROM mapping LOOP
        EXECUTE s;
    END LOOP;
END
$$;
SELECT profession, headcount, fte, hires, exits, as_of, rows_skipped, rows_left_out FROM report.headcount ORDER BY 1;
SELECT profession, headcount, fte, hires, exits, as_of, rows_skipped, rows_left_out FROM report.headcount_total ORDER BY 1;
SELECT year, headcount_start, headcount_end, hires, exits, turnover FROM report.turnover_total WHERE profession = '(total)' ORDER BY year;
SELECT problem, effect, rows, as_of FROM report.employment_quality ORDER BY problem;
SELECT source, table_name, as_of, observed_from, groups, rows_skipped, rows_left_out FROM report.freshness;
SELECT problem, birth_date, start_date, end_date FROM report_summary.employment_problem_rows ORDER BY problem;

SELECT reporting_refresh_ddl('report');
SELECT reporting_refresh_ddl('report') \gexec

-- Another mapping needs other views.
SELECT reporting_ddl('report', '{"employment": {"table": "\"Anställning\"", "reason": "Orsak"}}');

-- What cannot be meant is refused before anything comes out.
SELECT reporting_ddl('other', '{"employment": {"table": "nowhere"}}');
SELECT reporting_ddl('other', '{"employment": {"table": "\"Anställning\""}}');
SELECT reporting_ddl('other', '{"employment": {"table": "\"Anställning\"", "reason": null, "start_date": "Yrke"}}');
SELECT reporting_ddl('other', '{"employment": {"table": "\"Anställning\"", "reason": null, "retire_at": 66}}');
SELECT reporting_ddl('other', '{"employment": {"table": "\"Anställning\"", "reason": null, "group_by": [{"year": "Yrke"}]}}');
SELECT reporting_ddl('other', '{"employment": {"table": "\"Anställning\"", "reason": null}, "as_of": "2024-01-15"}');

SELECT reporting_drop_ddl('report');
DO $$
DECLARE
    s text;
BEGIN
    FOR s IN SELECT reporting_drop_ddl('report') LOOP
        EXECUTE s;
    END LOOP;
END
$$;
SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'report%';

DROP TABLE "Anställning", mapping;
DROP EXTENSION education_flow;
