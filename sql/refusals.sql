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

SELECT funnel_agg(1, 'applied', '2020-01-01'::date, NULL);
SELECT funnel_agg(1, 'applied', 'infinity'::date, funnel_spec(ARRAY['applied', 'admitted']));
SELECT funnel_agg(1, stage, at, funnel_spec(ARRAY['applied', 'admitted']))
FROM (VALUES ('applied', '1820-01-01'::date), ('admitted', '2020-01-01')) AS event (stage, at);
SELECT funnel_agg(1, 'applied', '2020-01-01'::date, funnel_spec(ARRAY['applied', 'admitted'], as_of => as_of))
FROM (VALUES ('2021-01-01'::date), ('2022-01-01')) AS known (as_of);
SELECT rollup(f ORDER BY as_of)
FROM (SELECT as_of, funnel_agg(1, 'applied', '2020-01-01'::date, funnel_spec(ARRAY['applied', 'admitted'], as_of => as_of)) AS f
      FROM (VALUES ('2021-01-01'::date), ('2022-01-01')) AS known (as_of)
      GROUP BY as_of) AS summary;
SELECT funnel_agg(reached, funnel_spec(ARRAY['applied', 'admitted'])) FROM (VALUES ('{2020-02-01,2020-01-01}'::date[])) AS chain (reached);
SELECT funnel_agg(reached, funnel_spec(ARRAY['applied', 'admitted'])) FROM (VALUES ('{NULL,2020-01-01}'::date[])) AS chain (reached);
SELECT funnel_agg(reached, funnel_spec(ARRAY['applied'])) FROM (VALUES ('{2020-01-01,2020-01-02}'::date[])) AS chain (reached);
SELECT funnel_agg(reached, funnel_spec(ARRAY['applied'], exits => '{left}')) FROM (VALUES ('{2020-01-01}'::date[])) AS chain (reached);
SELECT window_funnel('2020-01-01'::date, funnel_spec(ARRAY['applied', 'admitted']), true);
SELECT window_funnel('2020-01-01'::date, funnel_spec(ARRAY['applied'], exits => '{left}'), true);
CREATE TABLE path AS
SELECT funnel_agg(1, 'applied', '2020-01-01'::date, funnel_spec(ARRAY['applied', 'admitted', 'started', 'graduated'])) AS f;
SELECT funnel_conversion(f, 'applied', 'accepted') FROM path;
SELECT funnel_conversion(f, 'admitted', 'graduated') FROM path;
SELECT funnel_conversion(f, 'applied', 'graduated', '36 hours') FROM path;
SELECT funnel_days(f, 'applied', 'graduated', 50) FROM path;
SELECT s.* FROM path, funnel_stages(f, 95) AS s;
SELECT '{"type": "funnel", "version": 1, "spec": {"stages": ["applied", "admitted"]}, "reached": {"applied": {"0": 1}, "admitted": {"7": 2}}}'::funnel;
SELECT '{"type": "funnel", "version": 1, "spec": {"stages": ["applied", "admitted"]}, "reached": {"applied": {"0": 1}, "accepted": {"7": 1}}}'::funnel;
SELECT '{"type": "funnel", "version": 1, "spec": {"stages": ["applied", "admitted"]}, "reached": {"applied": {"0": 1}}, "pending": {"applied": {"7": 1}}}'::funnel;

CREATE TABLE work AS
SELECT workforce_agg('1980-01-01', '2016-03-01', NULL, NULL, '[2015-01-01,2020-01-01)') AS w;
SELECT o.* FROM path, funnel_output(f, '{-1}', 2020, 5) AS o;
SELECT o.* FROM path, funnel_output(f, '{1}', 2020, 5, starts => '02-29') AS o;
SELECT o.* FROM path, funnel_output(f, '{1}', 2020, 5, conversion_change => 0.05) AS o;
SELECT o.* FROM path, funnel_output(f, '{1}', 2020, 5, changed_stage => 'graduated', conversion_change => 0.05) AS o;
SELECT o.* FROM path, funnel_output(f, '{1}', 2020, 5, changed_stage => 'applied', conversion_change => 5) AS o;
SELECT i.* FROM path, work, required_intake(f, w, '{}', 2020) AS i;
SELECT i.* FROM path, work, required_intake(f, w, '{1,Infinity}', 2020) AS i;
SELECT i.* FROM path, work, required_intake(f, w, '{1,2}', 2020, target_year => 2022) AS i;
SELECT i.* FROM path, work, required_intake(f, w, '{1,2}', 2020, method => 'schedule', target_year => 2021) AS i;
SELECT i.* FROM path, work, required_intake(f, w, '{1,2}', 2020, method => 'yearly') AS i;
SELECT i.* FROM path, work, required_intake(f, w, '{1,2}', 2020, arrived => 50) AS i;

SELECT mobility_agg(1, 'north', '2019-01-01', NULL, NULL);
SELECT mobility_agg(1, 'north', '2019-01-02', '2019-01-01', '[2015-01-01,2020-01-01)');
SELECT mobility_agg(1, 'north', '2019-01-01', NULL, '(,2020-01-01)');
SELECT mobility_agg(1, 'north', '2019-01-01', NULL, observed) FROM (VALUES ('[2015-01-01,2020-01-01)'::daterange), ('[2015-01-01,2021-01-01)')) AS period (observed);
CREATE TABLE moves AS
SELECT mobility_agg(1, state, start_date, end_date, '[2019-07-01,2020-06-30)') AS m
FROM (VALUES ('north', '2019-01-01'::date, '2019-09-01'::date), ('south', '2019-09-01', NULL)) AS spell (state, start_date, end_date);
SELECT h.* FROM moves, mobility_headcount(m, '2019-06-30') AS h;
SELECT f.* FROM moves, mobility_flows(m, 95) AS f;
SELECT x.* FROM moves, mobility_matrix(m, '1 year') AS x;
SELECT x.* FROM moves, mobility_matrix(m, '36 hours') AS x;
SELECT p.* FROM moves, mobility_project(m) AS p;
CREATE TABLE year AS
SELECT mobility_agg(1, state, start_date, end_date, '[2019-07-01,2020-07-01)') AS m
FROM (VALUES ('north', '2019-01-01'::date, '2019-09-01'::date), ('south', '2019-09-01', NULL)) AS spell (state, start_date, end_date);
SELECT p.* FROM year, mobility_project(m, stock => '{1,2,3}') AS p;
SELECT p.* FROM year, mobility_project(m, stock => '{1,-2}') AS p;
SELECT p.* FROM year, mobility_project(m, states => '{north,west}') AS p;
SELECT p.* FROM year, mobility_project(m, states => '{north}') AS p;
SELECT p.* FROM year, mobility_project(m, years => 101) AS p;
SELECT rollup(x.m ORDER BY x.m) FROM (SELECT m FROM moves UNION ALL SELECT m FROM year) AS x;
SELECT '{"type": "mobility", "version": 1, "observed": ["2019-01-01", "2020-01-01"], "opening": {"north": {"0": 1}}, "moved": {"north": {"south": {"3": 2}}}}'::mobility;

DROP TABLE summary, stay, path, work, moves, year;
DROP EXTENSION education_flow;
