-- What random queries are about: every view of a reporting schema, values of every
-- type, and for each function of rows one that counts them, since sqlsmith calls
-- none that answers rows.
\set reader nobody_special
\ir ../clients/reporting.sql
RESET search_path;
CREATE TABLE value AS
SELECT workforce_agg("Född", start_date, end_date, "Orsak", '[2015-01-01,2026-01-01)', fte) AS w,
       retention_agg(start_date, end_date, "Orsak", '[2015-01-01,2026-01-01)') AS r,
       (SELECT funnel_agg(person_id, stage, at, funnel_spec(ARRAY['sökt', 'antagen', 'examen'], '8 years', '2026-01-01')) FROM "Register & mer".studie) AS f,
       (SELECT mobility_agg(person_id, arbetsplats, start_date, end_date, '[2018-01-01,2026-01-01)') FROM "Register & mer".placering WHERE person_id < 9000) AS m,
       funnel_spec(ARRAY['sökt', 'antagen', 'examen'], '8 years', '2026-01-01') AS spec,
       retirement_rule_agg('1950-01-01', 780) AS rule,
       (SELECT retention_log_rank(v, n::text) FROM (SELECT id % 3 AS n, retention_agg(date '2015-01-01' + id, date '2017-01-01' + 3 * id, 'x', '[2015-01-01,2026-01-01)') AS v
                                                    FROM generate_series(1, 90) AS id GROUP BY 1) AS g) AS rank,
       spells_agg(start_date, end_date, "Orsak", fte, '0 days' ORDER BY start_date) AS spells,
       '[2015-01-01,2026-01-01)'::daterange AS observed, ARRAY[1.0, 5.5, 'NaN']::float8[] AS numbers,
       '1 year'::interval AS every, date '2020-01-01' AS day, 0.9::float8 AS level, 65 AS age, 'pension' AS word, ARRAY['a', 'b'] AS words
FROM "Register & mer"."Anställning"
WHERE person_id < 9000
GROUP BY person_id % 2;
SELECT format('CREATE FUNCTION counted_%s(%s) RETURNS bigint LANGUAGE sql STABLE AS %L', row_number() OVER (ORDER BY p.oid), oidvectortypes(p.proargtypes),
              format('SELECT count(*) FROM %s(%s)', p.oid::regproc, (SELECT string_agg('$' || i, ', ') FROM generate_series(1, p.pronargs) AS i)))
FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.deptype = 'e' AND d.classid = 'pg_proc'::regclass
WHERE p.proretset AND p.pronamespace = 'education_flow'::regnamespace AND p.prokind = 'f' \gexec
-- sqlsmith quotes no name.
SELECT format('ALTER %s %s RENAME COLUMN %I TO c%s', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, attrelid::regclass, attname, attnum)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relkind IN ('r', 'v', 'm') AND attnum > 0 AND attname !~ '^[a-z][a-z0-9_]*$' \gexec
ALTER TABLE "Register & mer"."Anställning" RENAME TO employment;
ALTER SCHEMA "Register & mer" RENAME TO register;
GRANT USAGE ON SCHEMA register, public TO nobody_special;
GRANT SELECT ON ALL TABLES IN SCHEMA register, public, education_flow TO nobody_special;
