-- What is attacked: summaries of many reasons, events, and a role without rights.
CREATE ROLE nobody_special LOGIN;
GRANT USAGE ON SCHEMA education_flow TO nobody_special;
CREATE TABLE staff AS
SELECT i % 20 AS area, i::bigint AS person, date '1950-01-01' + i % 15000 AS birth_date, date '2015-01-01' + i % 1000 AS start_date,
       date '2018-01-01' + i % 1000 AS end_date, md5(i::text) AS reason, (ARRAY['a', 'b', 'c'])[1 + i % 3] AS stage
FROM generate_series(1, 100000) AS i;
CREATE TABLE many AS
SELECT (SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2010-01-01,2024-01-01)') FROM staff) AS w,
       (SELECT retention_agg(start_date, end_date, reason, '[2010-01-01,2024-01-01)') FROM staff) AS r,
       (SELECT mobility_agg(person, 's' || person % 3000, start_date, end_date, '[2010-01-01,2024-01-01)') FROM staff) AS m,
       (SELECT funnel_agg(person % 5000, stage, start_date, funnel_spec(ARRAY['a', 'b', 'c'])) FROM staff) AS f,
       (SELECT credible_rates_agg(w, NULL, 'marshall') FROM (SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2010-01-01,2024-01-01)') AS w
                                           FROM staff GROUP BY area % 4) AS g) AS c,
       (SELECT array_agg(w ORDER BY y) FROM (SELECT y, workforce_agg(birth_date, start_date, end_date, reason, daterange(make_date(y, 1, 1), make_date(y + 1, 1, 1))) AS w
                                             FROM staff, generate_series(2016, 2020) AS y GROUP BY y) AS g) AS years,
       (SELECT array_agg(f ORDER BY y) FROM (SELECT y, funnel_agg(person % 5000, stage, start_date, funnel_spec(ARRAY['a', 'b', 'c'], NULL, make_date(2000 + y, 1, 1))) AS f
                                             FROM staff, generate_series(1, 100) AS y GROUP BY y) AS g) AS looks,
       (SELECT array_agg(reason) FROM staff) AS reasons, (SELECT array_agg(1 + person % 3 / 10.0) FROM staff)::float8[] AS factors,
       (SELECT array_agg(start_date) FROM staff) AS days;
CREATE TABLE few AS
SELECT (SELECT workforce_agg(birth_date, start_date, end_date, 'r' || person % 3, '[2010-01-01,2024-01-01)') FROM staff WHERE person < 3000) AS w,
       (SELECT retention_agg(start_date, end_date, 'r' || person % 3, '[2010-01-01,2024-01-01)') FROM staff WHERE person < 3000) AS r,
       (SELECT mobility_agg(person, 's' || person % 3, start_date, end_date, '[2010-01-01,2024-01-01)') FROM staff WHERE person < 3000) AS m,
       (SELECT funnel_agg(person % 500, stage, start_date, funnel_spec(ARRAY['a', 'b', 'c'])) FROM staff WHERE person < 3000) AS f,
       retirement_rule_agg('1950-01-01', 800) AS rule,
       (SELECT credible_rates_agg(w) FROM (SELECT workforce_agg(birth_date, start_date, end_date, 'r' || person % 3, '[2010-01-01,2024-01-01)') AS w
                                           FROM staff WHERE person < 3000 GROUP BY area) AS g) AS c,
       (SELECT array_agg(w ORDER BY y) FROM (SELECT y, workforce_agg(birth_date, start_date, end_date, 'r' || person % 3, daterange(make_date(y, 1, 1), make_date(y + 1, 1, 1))) AS w
                                             FROM staff, generate_series(2014, 2021) AS y WHERE person < 3000 GROUP BY y) AS g) AS years,
       (SELECT array_agg(f ORDER BY y) FROM (SELECT y, funnel_agg(person % 500, stage, start_date, funnel_spec(ARRAY['a', 'b', 'c'], NULL, make_date(2000 + y, 1, 1))) AS f
                                             FROM staff, generate_series(16, 18) AS y WHERE person < 3000 GROUP BY y) AS g) AS looks;
CREATE MATERIALIZED VIEW summary AS
SELECT area, workforce_agg(birth_date, start_date, end_date, reason, '[2010-01-01,2024-01-01)') AS w FROM staff GROUP BY area;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO nobody_special;

-- The functions of the extension that somebody calls.
CREATE VIEW own AS
SELECT p.oid, p.proname, p.prokind, p.proretset, p.proargtypes
FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'education_flow') AND p.prokind <> 'p'
  -- statements that make views: test/sql/reporting/hostile.sql, and sqlsmith, which finds all by itself
  AND p.proname !~ '^(reporting_.*|pension_age_shipped)$'
  -- aggregates, types, operators and indexes call these
  AND NOT EXISTS (SELECT FROM pg_aggregate AS a WHERE p.oid IN (aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn))
  AND NOT EXISTS (SELECT FROM pg_type WHERE p.oid IN (typinput, typoutput, typreceive, typsend))
  AND NOT EXISTS (SELECT FROM pg_operator WHERE oprcode = p.oid)
  AND NOT EXISTS (SELECT FROM pg_amproc WHERE amproc = p.oid);

-- What is called: shapes of expressions, and whole queries.
CREATE TABLE shape (s text);
CREATE TABLE query (s text, spills boolean);
-- A number or a word that a summary says, with no other argument: nobody lists these.
CREATE TEMPORARY VIEW said AS
SELECT a.attname AS summary, string_agg(format('count(%I(%I))', o.proname, a.attname), ' + ' ORDER BY o.proname) AS counts,
       string_agg(format('%I(%I)', o.proname, a.attname), ', ' ORDER BY o.proname) AS calls
FROM own AS o JOIN pg_attribute AS a ON a.attrelid = 'few'::regclass AND a.attnum > 0 AND o.proargtypes::text = a.atttypid::text
WHERE o.prokind = 'f' AND NOT o.proretset
GROUP BY a.attname;
INSERT INTO shape SELECT calls FROM said;
INSERT INTO query
SELECT format('SELECT %s FROM many, generate_series(1, 100000)', s.counts), false
FROM said AS s JOIN pg_attribute AS a ON a.attrelid = 'many'::regclass AND a.attname = s.summary;
