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
                                             FROM staff, generate_series(2014, 2021) AS y WHERE person < 3000 GROUP BY y) AS g) AS years;
CREATE MATERIALIZED VIEW summary AS
SELECT area, workforce_agg(birth_date, start_date, end_date, reason, '[2010-01-01,2024-01-01)') AS w FROM staff GROUP BY area;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO nobody_special;
