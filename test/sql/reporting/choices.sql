-- Lists of choices: a view that is asked for its groups, or for how many rows they have, does
-- not project; and what it answers then is what it answers when it does.  Workforce_counts
-- says what the functions for single numbers say.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT no_plan();
\ir ../../lib/reporting.sql

CREATE TABLE employment AS
SELECT id, (ARRAY['North', 'South', 'West'])[1 + id % 3] AS region, (ARRAY['nurse', 'midwife'])[1 + id % 2] AS profession,
       birth_date, birth_date + 9000 + id * 3571 % 6007 AS start_date,
       CASE WHEN id % 3 > 0 THEN birth_date + 15010 + id * 4801 % 9000 END AS end_date,
       (ARRAY['retirement', 'moved', NULL])[1 + id % 3] AS reason, (ARRAY[1, 0.8, 0.75])[1 + id % 3] AS fte
FROM (SELECT id, date '1955-01-01' + id * 6151 % 15011 AS birth_date FROM generate_series(1, 1200) AS id) AS p;
CREATE TABLE event AS
SELECT id AS person_id, (ARRAY['nurse', 'midwife'])[1 + id % 2] AS profession, stage, at
FROM generate_series(1, 600) AS id, LATERAL (SELECT date '2016-01-10' + id * 13 % 3200 AS begun) AS b,
     LATERAL (VALUES ('applied', begun), ('admitted', begun + 100), ('graduated', begun + 1100 + id % 90)) AS s (stage, at)
WHERE stage = 'applied' OR id % 7 > 0;
-- as_of in the middle of a year, after the day on which studies begin and before it
SELECT run($$SELECT reporting_ddl(s.name, format('{
    "employment": {"table": "employment", "fte": "fte", "group_by": ["region", "profession"], "observed_years": 3,
                   "scenarios": [{"name": "fewer move", "factors": {"moved": 0.5}}]},
    "education": {"table": "event", "within": "8 years", "group_by": ["profession"], "stages": ["applied", "admitted", "graduated"]},
    "as_of": "%s"}', s.as_of)::jsonb)
FROM (VALUES ('choices', '2026-01-01'), ('autumn', '2025-10-01'), ('spring', '2025-04-01')) AS s (name, as_of)$$) > 0 AS made;

-- The functions that a query calls.
CREATE FUNCTION calls(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    found text[] := '{}';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS off) ' || query LOOP
        found := found || ARRAY(SELECT m[1] FROM regexp_matches(line, '(workforce_project|workforce_counts|required_intake_stages|required_intake|funnel_output)\(', 'g') AS m);
    END LOOP;
    RETURN array_to_string(ARRAY(SELECT DISTINCT f FROM unnest(found) AS f ORDER BY 1), ', ');
END
$$;
CREATE TABLE lazy AS
SELECT s.name AS schema, v.name || t.suffix AS view, v.calls, v.groups, v.wanted
FROM (VALUES ('headcount', 'workforce_counts', 'region, profession', 'headcount'), ('turnover', 'workforce_counts', 'region, profession, year', 'hires'),
             ('retirement_projection', 'workforce_project', 'region, profession, year, period_start, period_end', 'other_exits'),
             ('recruitment_need', 'workforce_project', 'region, profession, year, period_start, period_end', 'recruitment_need'),
             ('scenarios', 'workforce_project', 'region, profession, scenario_no, scenario, year, period_start, period_end', 'gap'),
             ('required_intake', 'funnel_output, required_intake, workforce_project', 'profession, year, year_start, year_end', 'intake'),
             ('required_intake_stages', 'funnel_output, required_intake_stages, workforce_project', 'profession, year, year_start, stage_no', 'required'))
         AS v (name, calls, groups, wanted),
     (VALUES ('choices'), ('autumn'), ('spring')) AS s (name), (VALUES (''), ('_total')) AS t (suffix);
SELECT is(calls(format('SELECT %s FROM %I.%I', wanted, schema, view)), calls, format('%s.%s: one column takes a projection', schema, view)) FROM lazy;
SELECT is(calls(format('SELECT DISTINCT %s FROM %I.%I', groups, schema, view)), '', format('%s.%s: the groups do not', schema, view)) FROM lazy;
SELECT is(calls(format('SELECT profession, count(*) FROM %I.%I GROUP BY profession', schema, view)), '', format('%s.%s: nor does their number of rows', schema, view)) FROM lazy;
SELECT is(calls(format('SELECT count(*) FROM %I.%I WHERE profession = ''nurse''', schema, view)), '', format('%s.%s: nor a filter', schema, view)) FROM lazy;
SELECT is(calls(format('SELECT DISTINCT profession FROM %I.employment_groups', schema)), '', schema || '.employment_groups') FROM lazy WHERE view = 'headcount';
-- nor adds summaries up: those of a total are added where it is projected
CREATE FUNCTION adds_up(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
    found boolean := false;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS off) ' || query LOOP
        found := found OR line ~ 'rollup\(';
    END LOOP;
    RETURN found;
END
$$;
SELECT is(adds_up(format('SELECT DISTINCT %s FROM %I.%I', groups, schema, view)), false, format('%s.%s: no summary is added up for the groups', schema, view)) FROM lazy;
SELECT is(adds_up(format('SELECT %s FROM %I.%I', wanted, schema, view)), true, format('%s.%s: one is for a total', schema, view)) FROM lazy WHERE view ~ '^required_intake.*_total$';

-- A condition on the groups is looked at before anything is projected.
CREATE FUNCTION projected(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING off, SUMMARY off, FORMAT json) ' || query INTO plan;
    RETURN (SELECT sum((n #>> '{Actual Loops}')::bigint) FROM jsonb_path_query(plan::jsonb, 'strict $.**?(@."Function Name" == "workforce_project")') AS n);
END
$$;
SELECT is(projected('SELECT * FROM choices.recruitment_need'), 6::bigint, 'each of six groups is projected once');
SELECT is(projected('SELECT * FROM choices.recruitment_need WHERE region = ''North'' AND profession = ''nurse'''), 1::bigint, 'one, where one is asked for');
SELECT is(projected('SELECT * FROM choices.recruitment_need WHERE year BETWEEN 2027 AND 2031'), 6::bigint, 'and once for all years that are asked for');
SELECT is(projected('SELECT * FROM choices.retirement_projection WHERE region = ''West'''), 2::bigint, 'as for retirements');

-- The rows that are there without a projection are those of one.
SELECT agree(schema || '.recruitment_need: the rows of the projection',
             format('SELECT region, profession, year, period_start, period_end, recruitment_need, need_upper FROM %I.recruitment_need', schema),
             format('SELECT s.region, s.profession, p.year, p.period_start, p.period_end, p.recruitment_need, p.need_upper
                     FROM %I.employment AS s, workforce_project(s.workforce, 10) AS p WHERE s.grouping_set = 0', schema || '_summary'), 60)
FROM lazy WHERE view = 'recruitment_need';
SELECT agree(schema || '.' || view || ': its groups and years are those of its rows',
             format('SELECT DISTINCT %s FROM %I.%I', groups, schema, view),
             format('SELECT DISTINCT %s FROM (SELECT * FROM %I.%I OFFSET 0) AS v WHERE v::text IS NOT NULL', groups, schema, view), 2)
FROM lazy;
-- without a gap to close, each year asks the education for somebody or nobody: none is left out
SELECT is((SELECT count(*) FROM autumn.required_intake WHERE intake IS NULL AND arrivals IS NULL AND unmet IS NULL), 0::bigint, 'no row of an intake is empty');
SELECT is((SELECT string_agg(DISTINCT year::text, ' ' ORDER BY year::text) FROM autumn.required_intake), '2025 2026 2027 2028 2029 2030 2031 2032 2033 2034', 'a row for each year');
SELECT is((SELECT string_agg(DISTINCT intake::text, ' ') FROM autumn.required_intake WHERE year = 2025), '0', 'nobody begins in this one, where studies have begun');
SELECT agree(schema || '.required_intake_stages: stages in their order',
             format('SELECT DISTINCT stage_no, stage FROM %I.required_intake_stages', schema),
             'SELECT * FROM (VALUES (1, ''applied''), (2, ''admitted''), (3, ''graduated'')) AS s (no, stage)', 3)
FROM lazy WHERE view = 'required_intake_stages';
SELECT is((SELECT count(*) FROM autumn.required_intake_stages), (SELECT count(*) * 3 FROM autumn.required_intake), 'each of each year');
SELECT agree('the groups are those of the headcount', 'SELECT region, profession, as_of, rows_skipped FROM choices.employment_groups_total',
             'SELECT region, profession, as_of, rows_skipped FROM choices.headcount_total', 12);
SELECT agree('and of the education', 'SELECT profession FROM choices.education_groups', 'SELECT DISTINCT profession FROM choices.funnel_stages', 2);

-- One row of what the single functions say.
CREATE TEMP TABLE summary AS
SELECT 'group' AS what, workforce AS w FROM choices_summary.employment
UNION ALL SELECT 'year', year_1 FROM choices_summary.employment
UNION ALL SELECT 'without FTE', workforce_agg(birth_date, start_date, end_date, reason, '[2020-03-11,2026-01-01)') FROM employment
UNION ALL SELECT 'nobody', workforce_agg(birth_date, start_date, end_date, reason, '[2020-01-01,2026-01-01)') FROM employment WHERE id < 0
UNION ALL SELECT 'nobody seen', workforce_agg(birth_date, start_date, end_date, reason, '[1900-01-01,1901-01-01)') FROM employment
UNION ALL SELECT 'no beginning', workforce_agg(birth_date, start_date, end_date, reason, '(,2026-01-01)', fte) FROM employment;
SELECT agree('workforce_counts', 'SELECT what, c.* FROM summary, workforce_counts(w) AS c',
    $$SELECT what, first_day(w), last_day(w), headcount(w, first_day(w)), headcount(w), fte(w, first_day(w))::float8, fte(w)::float8,
             hires(w), exits(w), exits(w, 'retirement'), person_years(w),
             CASE WHEN first_day(w) IS NOT NULL THEN turnover(w) END, CASE WHEN first_day(w) IS NOT NULL THEN turnover(w, 'replacement') END
      FROM summary WHERE w IS NOT NULL$$, 27);
SELECT is((SELECT count(*) FROM workforce_counts(NULL)), 0::bigint, 'no row of no summary');
SELECT is((SELECT string_agg(what, ', ' ORDER BY what) FROM summary, workforce_counts(w) AS c WHERE c.first_day IS NULL), 'no beginning', 'one has no first day');

SELECT * FROM finish();
