-- The reporting schema: what a refresh takes of the aggregation alone, how soon every view
-- answers, and the sizes of the summaries. On tables of data.sql and reporting_data.sql, with
-- :rows rows of employment.
SET client_min_messages = warning;

-- An analyst's schemas: 60 groups; the same where rows are left out; 1,260 groups; and the
-- employments alone by 17,400.
DROP SCHEMA IF EXISTS by_profession, by_profession_summary, leaving_out, leaving_out_summary,
                      by_region, by_region_summary, by_municipality, by_municipality_summary CASCADE;
SELECT set_config('bench.employment', $$
    "employment": {"table": "employment", "fte": "fte", "group_by": %1$s, "leave_out": %2$s},
    "as_of": "2026-01-01"$$, false),
       set_config('bench.others', $$
    "education": {"table": "study", "within": "8 years", "group_by": %1$s, "leave_out": %2$s,
                  "stages": ["admitted", "registered", "second year", "graduated", "employed"]},
    "mobility": {"table": "workplace", "group_by": %1$s, "leave_out": %2$s},
    "competence": {"table": "certificate", "group_by": %1$s, "leave_out": %2$s}$$, false)
\g /dev/null
SELECT reporting_ddl(s.name,
                     format('{' || concat_ws(',', s.others, current_setting('bench.employment'))
                            || '}', s.group_by, s.leave_out)::jsonb)
FROM (VALUES ('by_profession', '["profession"]', 'false', current_setting('bench.others')),
             ('leaving_out', '["profession"]', 'true', current_setting('bench.others')),
             ('by_region', '["region", "profession"]', 'false', current_setting('bench.others')),
             ('by_municipality', '["municipality", "profession"]', 'false', NULL))
     AS s (name, group_by, leave_out, others)
\gexec
VACUUM ANALYZE;

-- 1. Every view, as a client reads it.
SET max_parallel_workers_per_gather = 0;
\o /dev/null
SELECT * FROM bench.reads(:rows, :passes, 'by profession', 'by_profession')
\gexec
SELECT * FROM bench.reads(:rows, :passes, 'by region and profession', 'by_region')
\gexec
SELECT * FROM bench.reads(:rows, :passes, 'one region and profession', 'by_region',
                          'WHERE region = ''7'' AND profession = ''12''')
\gexec
\o

-- 2. Sizes, and the definitions for bench.peak().
SELECT format('INSERT INTO bench.summary_size
               SELECT %s, %L, %L, count(*) FILTER (WHERE grouping_set = 0 %s), count(*),
                      pg_total_relation_size(%L) FROM %s',
              :rows, n.nspname, c.relname,
              CASE c.relname WHEN 'education' THEN 'AND every_epoch' ELSE '' END,
              c.oid::regclass, c.oid::regclass)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname ~ '^by_.*_summary$' AND c.relkind = 'm' AND c.relname !~ '_quality$'
\gexec
INSERT INTO bench.query
SELECT 'refresh ' || c.oid::regclass, rtrim(pg_get_viewdef(c.oid), ';')
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname ~ '^by_.*_summary$' AND c.relkind = 'm'
ON CONFLICT (name) DO UPDATE SET sql = excluded.sql;

-- 3. Refresh against the aggregation alone, and that against count(*).
CALL bench.refreshes('employment by profession', :rows, :passes,
    'by_profession_summary.employment',
    'SELECT profession, count(*) FROM employment GROUP BY profession',
    'leaving_out_summary.employment');
CALL bench.refreshes('employment by region and profession', :rows, :passes,
    'by_region_summary.employment',
    'SELECT region, profession, count(*) FROM employment GROUP BY region, profession');
CALL bench.refreshes('employment_quality', :rows, :passes,
    'by_profession_summary.employment_quality', 'SELECT count(*) FROM employment');
CALL bench.refreshes('education by profession', :rows, :passes,
    'by_profession_summary.education',
    'SELECT profession, count(*) FROM study GROUP BY profession', 'leaving_out_summary.education');
CALL bench.refreshes('mobility by profession', :rows, :passes,
    'by_profession_summary.mobility',
    'SELECT profession, count(*) FROM workplace GROUP BY profession',
    'leaving_out_summary.mobility');
CALL bench.refreshes('competence by profession', :rows, :passes,
    'by_profession_summary.competence',
    'SELECT profession, count(*) FROM certificate GROUP BY profession',
    'leaving_out_summary.competence');
\ir two_workers.sql
CALL bench.refreshes('employment by profession', :rows, :passes,
    'by_profession_summary.employment',
    'SELECT profession, count(*) FROM employment GROUP BY profession',
    'leaving_out_summary.employment');
CALL bench.refreshes('employment by region and profession', :rows, :passes,
    'by_region_summary.employment',
    'SELECT region, profession, count(*) FROM employment GROUP BY region, profession');
CALL bench.must_be_parallel();
