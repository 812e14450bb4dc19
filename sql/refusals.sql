-- What is refused says what was wrong and what to do.
SET datestyle TO ISO;
CREATE EXTENSION education_flow;

SELECT workforce_agg('1960-01-01', '2021-01-01', '2019-01-01', NULL, '[2015-01-01,2020-01-01)');
SELECT workforce_agg('2001-01-01', '2000-12-31', NULL, NULL, '[2015-01-01,2020-01-01)');
SELECT workforce_agg('1960-01-01', '2001-01-01', NULL, NULL, '[2015-01-01,2020-01-15)');
SELECT workforce_agg('1960-01-01', '2001-01-01', NULL, NULL, '[2015-01-01,2020-01-01)', 0.3333);
SELECT workforce_agg('1860-01-01', '2001-01-01', NULL, NULL, '[2015-01-01,2020-01-01)');

CREATE TABLE summary AS
SELECT workforce_agg('1960-01-01', '2001-01-01', NULL, NULL, '[2015-01-01,2020-01-01)') AS w;
SELECT turnover(w, 'median') FROM summary;
SELECT reaching_age(w, 65, '2025-12-30') FROM summary;
SELECT p.* FROM summary, workforce_project(w, 3, intake => '{1,2}') AS p;
SELECT p.* FROM summary, workforce_project(w, 3, intake => '{1,2,3}') AS p;
SELECT p.* FROM summary, workforce_project(w, retire_at => 65, retire_rule => '[{"born_from": "1900-01-01", "age_months": 780}]') AS p;
SELECT '{"type": "workforce", "version": 2}'::workforce;

SELECT retention_agg('2021-01-01', '2019-01-01', NULL, '[2015-01-01,2020-01-01)');
SELECT retention_agg('1860-01-01', NULL, NULL, '[2015-01-01,2020-01-01)');
SELECT rollup(r ORDER BY observed)
FROM (SELECT observed, retention_agg('2018-01-01', NULL, NULL, observed) AS r
      FROM (VALUES ('[2015-01-01,2020-01-01)'::daterange), ('[2020-01-01,2021-01-01)')) AS period (observed)
      GROUP BY observed) AS summary;
CREATE TABLE stay AS
SELECT retention_agg('2018-01-01', '2019-01-01', 'layoff', '[2015-01-01,2020-01-01)') AS r;
SELECT retention_rate(r, '36 hours') FROM stay;
SELECT c.* FROM stay, retention_curve(r, '0 days') AS c;
SELECT c.* FROM stay, retention_curve(r, method => 'loglog') AS c;
SELECT c.* FROM stay, retention_compare(r, r, 95) AS c;
SELECT '{"type": "retention", "version": 1, "observed": ["2015-01-01", "2020-01-01"], "exits": {"layoff": {"2000": 1}}}'::retention;
SELECT '{"type": "retention", "version": 1, "observed": [null, "2020-01-01"], "late_entries": {"5": 1}, "censored": {"9": 1}}'::retention;

DROP TABLE summary, stay;
DROP EXTENSION education_flow;
