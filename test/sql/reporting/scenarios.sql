-- Scenarios and credible rates of a mapping: the views against the functions over the same rows, names that are made
-- to break out of their quotes, and what is refused.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT plan(72);

\ir ../../lib/reporting.sql

CREATE TABLE staff AS
SELECT date '1956-01-01' + n * 6151 % 16000 AS birth_date, date '2012-01-01' + n * 83 % 4400 AS start_date,
       CASE WHEN n % 3 = 0 THEN date '2019-02-01' + n * 37 % 2200 END AS end_date, (ARRAY['retirement', 'resignation', 'layoff'])[1 + n / 3 % 3] AS reason,
       (ARRAY['North', 'South', 'West'])[1 + n / 5 % 3] AS region, (ARRAY[1, 0.75])[1 + n % 2] AS fte
FROM generate_series(1, 2400) AS n;
DELETE FROM staff WHERE end_date <= start_date;
DELETE FROM staff WHERE region = 'West' AND reason = 'layoff' AND end_date IS NOT NULL;
CREATE TABLE mapping AS
SELECT '{"employment": {"table": "staff", "fte": "fte", "group_by": ["region"], "observed_years": 4, "projection_years": 3,
                        "scenarios": [{"name": "fewer resign", "factors": {"resignation": 0.8, "layoff": 2}},
                                      {"name": "later", "retirement_later": 12}, {"name": "longer days", "working_time": 1.05},
                                      {"name": "growth", "growth": 0.02, "hires": 0.5},
                                      {"name": "all", "factors": {"resignation": 0.8, "gone": 3}, "retirement_later": 18, "working_time": 1.05, "growth": 0.02, "hires": 1}]},
         "as_of": "2025-04-01"}'::jsonb AS m;
SELECT ok(run($$SELECT reporting_ddl('own', m) FROM mapping$$) > 30, 'views with scenarios');
SELECT ok(run($$SELECT reporting_ddl('drawn', jsonb_set(m, '{employment,rates}', '"credible"')) FROM mapping$$) > 30, 'with credible rates');
SELECT ok(run($$SELECT reporting_ddl('at65', jsonb_set(m, '{employment,retirement}', '65')) FROM mapping$$) > 30, 'with an age');
SELECT ok(run($$SELECT reporting_ddl('by_law', jsonb_set(jsonb_set(m, '{employment,retirement}', '"pension_age"'), '{employment,latest_age}', '80')) FROM mapping$$) > 30, 'with the pension age');

-- what each scenario says, once more
CREATE TABLE assumed (no int, name text, reasons text[], factors float8[], later int, time float8, hires float8, growth float8);
INSERT INTO assumed VALUES (0, '(as observed)', '{}', '{}', 0, 1, 0, 0), (1, 'fewer resign', '{layoff,resignation}', '{2,0.8}', 0, 1, 0, 0), (2, 'later', '{}', '{}', 12, 1, 0, 0),
    (3, 'longer days', '{}', '{}', 0, 1.05, 0, 0), (4, 'growth', '{}', '{}', 0, 1, 0.5, 0.02), (5, 'all', '{resignation}', '{0.8}', 18, 1.05, 1, 0.02);
CREATE TABLE summed AS
SELECT coalesce(region, '(total)') AS region, grouping(region) AS g, workforce_agg(birth_date, start_date, end_date, reason, '[2021-01-01,2025-04-01)', fte) AS w
FROM staff GROUP BY ROLLUP (region);
CREATE TABLE pooled AS SELECT credible_rates_agg(w) AS r FROM summed WHERE g = 0;
CREATE FUNCTION expected(rates text, retirement text) RETURNS text LANGUAGE sql AS $$
    SELECT format($q$
        SELECT s.region, a.no, a.name, p.year, p.period_start, p.period_end, p.intake, p.exits, p.retirements, p.headcount, p.lower, p.upper, p.fte, p.target, p.gap,
               p.recruitment_need, p.need_lower, p.need_upper
        FROM summed AS s, assumed AS a, pooled,
             LATERAL (SELECT %1$s AS r OFFSET 0) AS k,
             LATERAL (SELECT change_exit_rates(k.r, coalesce(array_agg(x ORDER BY x), '{}'), coalesce(array_agg(f ORDER BY x), '{}')) AS r FROM unnest(a.reasons, a.factors) AS u (x, f)
                      WHERE x IN (SELECT reason FROM exit_ratios(k.r))) AS d,
             workforce_project(s.w, 3, CASE WHEN a.hires > 0 THEN ARRAY[9, 12, 12] * a.hires * hires(s.w)::float8 / 51 END,
                               ARRAY[headcount(s.w) * power(1 + a.growth, 0.75::float8), headcount(s.w) * power(1 + a.growth, 1.75::float8), headcount(s.w) * power(1 + a.growth, 2.75::float8)],
                               %2$s, working_time => a.time) AS p$q$, rates, retirement)
$$;
CREATE FUNCTION times(float8[], float8) RETURNS float8[] LANGUAGE sql AS 'SELECT array_agg($2 * x ORDER BY n) FROM unnest($1) WITH ORDINALITY AS u (x, n)';
CREATE OPERATOR * (FUNCTION = times, LEFTARG = float8[], RIGHTARG = float8);
CREATE FUNCTION over(float8[], float8) RETURNS float8[] LANGUAGE sql AS 'SELECT array_agg(x / $2 ORDER BY n) FROM unnest($1) WITH ORDINALITY AS u (x, n)';
CREATE OPERATOR / (FUNCTION = over, LEFTARG = float8[], RIGHTARG = float8);

CREATE FUNCTION close(name text, rates text, retirement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    rows bigint;
    off  bigint;
BEGIN
    EXECUTE format($q$
        SELECT count(*), count(*) FILTER (WHERE e.no IS NULL OR v.region IS NULL OR v.scenario <> e.name OR v.period_start <> e.period_start OR v.period_end <> e.period_end
                   OR (v.headcount_lower, v.headcount_upper, v.need_lower, v.need_upper) IS DISTINCT FROM (e.lower, e.upper, e.need_lower, e.need_upper)
                   OR greatest(abs(v.hires - e.intake), abs(v.exits - e.exits), abs(v.retirements - e.retirements), abs(v.headcount - e.headcount), abs(v.fte - e.fte),
                               abs(v.target - e.target), abs(v.gap - e.gap), abs(v.recruitment_need - e.recruitment_need)) > 1e-9)
        FROM %I.scenarios_total AS v FULL JOIN (%s) AS e ON v.region = e.region AND v.scenario_no = e.no AND v.year = e.year$q$, name, expected(rates, retirement)) INTO rows, off;
    RETURN NEXT is(off, 0::bigint, name || ': every number of each scenario, group and year');
    RETURN NEXT is(rows, 72::bigint, name || ': all of them');
END
$$;
SELECT close('own', 's.w::credible_rates', 'rates => shift_retirement(d.r, a.later)');
SELECT close('drawn', 'credibility(s.w, pooled.r)', 'rates => shift_retirement(d.r, a.later)');
SELECT close('at65', 's.w::credible_rates', $$retire_rule => (SELECT retirement_rule_agg(b, 780 + a.later) FROM (VALUES (date '1900-01-01')) AS v (b)), rates => d.r$$);
SELECT close('by_law', 's.w::credible_rates', $$retire_rule => (SELECT retirement_rule_agg(born_from, age_months + a.later) FROM pension_age), rates => d.r, latest_age => 80$$);
SELECT agree('the scenario without assumptions is the need', 'SELECT region, year, headcount, target, gap, recruitment_need, need_lower, need_upper FROM drawn.scenarios WHERE scenario_no = 0',
             'SELECT region, year, headcount, target, gap, recruitment_need, need_lower, need_upper FROM drawn.recruitment_need', 9);
SELECT agree('credible rates are in the retirements', 'SELECT region, year, retirements, other_exits FROM drawn.retirement_projection_total',
             'SELECT region, p.year, p.retirements, p.exits - p.retirements FROM summed, pooled, workforce_project(w, 3, rates => credibility(w, r)) AS p', 12);
SELECT agree('and not in what tests the rates of each group', 'SELECT region, origin, year, measure, predicted FROM drawn.forecast_backtest', 'SELECT region, origin, year, measure, predicted FROM own.forecast_backtest', 12);
SELECT agree('factors without effect are said', 'SELECT DISTINCT region, scenario, without_effect FROM own.scenarios_total WHERE without_effect IS NOT NULL',
             $$VALUES ('West', 'fewer resign', 'layoff'), ('West', 'all', 'gone'), ('North', 'all', 'gone'), ('South', 'all', 'gone'), ('(total)', 'all', 'gone')$$, 5);
SELECT agree('fewer where the rates are of all', 'SELECT DISTINCT region, scenario, without_effect FROM drawn.scenarios WHERE without_effect IS NOT NULL',
             $$VALUES ('West', 'all', 'gone'), ('North', 'all', 'gone'), ('South', 'all', 'gone')$$, 3);
-- as_of is 1 April: nine months to the end of the first year
SELECT is((SELECT target FROM own.scenarios_total WHERE region = '(total)' AND scenario = 'growth' AND year = 2025),
          (SELECT headcount(w) * power(1.02::float8, 0.75) FROM summed WHERE region = '(total)'), 'the first period has its part of a year of growth');
SELECT ok(run($$SELECT reporting_ddl('moved', jsonb_set(m #- '{employment,scenarios}', '{employment,scenarios}',
    '[{"name": "later", "retirement_later": 12}, {"name": "fewer", "factors": {"retirement": 0.5}, "retirement_later": 6}]')) FROM mapping$$) > 30, 'scenarios of retirement alone');
SELECT ok(run($$SELECT reporting_ddl('aged', jsonb_set(jsonb_set(m #- '{employment,scenarios}', '{employment,scenarios}',
    '[{"name": "later", "retirement_later": 12}, {"name": "fewer", "factors": {"retirement": 0.5}}]'), '{employment,retirement}', '65')) FROM mapping$$) > 30, 'beside an age');
CREATE TABLE nobody_retires AS SELECT birth_date, start_date, end_date, nullif(reason, 'retirement') AS reason, region, fte FROM staff;
SELECT ok(run($$SELECT reporting_ddl('nobody', jsonb_set(jsonb_set(m #- '{employment,scenarios}', '{employment,scenarios}',
    '[{"name": "later", "retirement_later": 12}, {"name": "fewer", "factors": {"retirement": 0.5}, "retirement_later": 6}]'), '{employment,table}', '"nobody_retires"')) FROM mapping$$) > 30, 'and where nobody retires');
SELECT is((SELECT count(*) FROM moved.scenarios WHERE without_effect IS NOT NULL), 0::bigint, 'where somebody retires, they have an effect');
SELECT agree('an age stands for the reason', 'SELECT DISTINCT scenario, without_effect FROM aged.scenarios WHERE without_effect IS NOT NULL', $$VALUES ('fewer', 'retirement')$$, 1);
SELECT agree('who retires nowhere does not retire later', 'SELECT DISTINCT region, scenario, without_effect FROM nobody.scenarios WHERE without_effect IS NOT NULL',
             $$VALUES ('North', 'later', 'retirement'), ('South', 'later', 'retirement'), ('West', 'later', 'retirement'), ('North', 'fewer', 'retirement'), ('South', 'fewer', 'retirement'), ('West', 'fewer', 'retirement')$$, 6);
SELECT is((SELECT count(*) FROM pg_matviews WHERE schemaname = 'drawn_summary' AND matviewname = 'employment_rates'), 1::bigint, 'rates are stored');
SELECT is((SELECT count(*) FROM pg_class WHERE relname = 'employment_rates'), 1::bigint, 'and only where they are asked for');
SELECT is((SELECT string_agg(s, E'\n') FROM reporting_refresh_ddl('drawn') AS s WHERE s ~ 'employment(_rates)?$'),
          E'REFRESH MATERIALIZED VIEW CONCURRENTLY drawn_summary.employment\nREFRESH MATERIALIZED VIEW CONCURRENTLY drawn_summary.employment_rates', 'after the summaries');
SELECT lives_ok($$SELECT run('SELECT reporting_refresh_ddl(''drawn'')')$$, 'they are refreshed');
SELECT is((SELECT count(*) FROM mapping, reporting_ddl('plain', m #- '{employment,scenarios}') AS s WHERE s ~ 'scenarios'), 0::bigint, 'no scenarios, no view');
SELECT lives_ok($$SELECT run('SELECT reporting_drop_ddl(''drawn'')')$$, 'and dropped');
SELECT is(to_regnamespace('drawn_summary'), NULL, 'all of it');

-- names
CREATE TABLE hostile AS SELECT n, name FROM unnest(ARRAY['''; DROP TABLE victim; --', '"; DROP TABLE victim; --', '$$', '{groups}', '{rows} {schema}', '{scenarios}', '%I %L %s', '%', '\', E'a\nb',
    E'\\''; DROP TABLE victim; --', '{"a", NULL}', 'NULL', '{}', ',', '(', 'åäö', ':name', '@schema@', '1e5']) WITH ORDINALITY AS u (name, n);
CREATE TABLE victim ();
UPDATE staff SET reason = name FROM hostile WHERE reason = 'layoff' AND n = 1 + extract(day FROM birth_date)::int % 20;
SELECT lives_ok($$SELECT run($q$SELECT reporting_ddl('evil', jsonb_set(m #- '{employment,group_by}', '{employment,scenarios}',
    (SELECT jsonb_agg(jsonb_build_object('name', name, 'factors', jsonb_build_object(name, 2, 'retirement', 0.5)) ORDER BY n) FROM hostile))) FROM mapping$q$)$$, 'hostile names of scenarios and reasons');
SELECT agree('are names', 'SELECT DISTINCT scenario_no, scenario FROM evil.scenarios WHERE scenario_no > 0', 'SELECT n::int, name FROM hostile', 20);
SELECT is((SELECT count(*) FROM evil.scenarios WHERE without_effect IS NOT NULL), 0::bigint, 'each reason is found');
SELECT is((SELECT count(*) FROM (SELECT n, abs(v.exits - p.exits) AS off FROM hostile JOIN evil.scenarios AS v ON v.scenario_no = n,
                  LATERAL (SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2021-01-01,2025-04-01)', fte) AS w FROM staff) AS s,
                  workforce_project(s.w, 3, rates => change_exit_rates(s.w, ARRAY[name, 'retirement'], '{2,0.5}')) AS p WHERE p.year = v.year) AS x WHERE off < 1e-9), 60::bigint, 'and has its factor');
SELECT has_table('victim'::name, 'nothing else happened');

-- what is refused
CREATE FUNCTION refusal(value text, key text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint   text;
BEGIN
    PERFORM reporting_ddl('other', jsonb_set(m, ARRAY['employment', key], value::jsonb)) FROM mapping;
    RETURN 'accepted';
EXCEPTION WHEN invalid_parameter_value THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLERRM, detail, CASE WHEN hint = '' THEN 'no hint' END);
END
$$;
SELECT matches(refusal(value, key), shows, value)
FROM (VALUES ('7', 'scenarios', '"scenarios" cannot'), ('{}', 'scenarios', '"scenarios" cannot'), ('[1]', 'scenarios', '"scenarios" cannot'), ('[[]]', 'scenarios', '"scenarios" cannot'),
             ('[null]', 'scenarios', '"scenarios" cannot'), ((SELECT jsonb_agg(jsonb_build_object('name', n::text))::text FROM generate_series(1, 21) AS n), 'scenarios', '"scenarios" cannot'),
             ('[{}]', 'scenarios', '"name" of a scenario .* not there in scenario 1'), ('[{"name": ""}]', 'scenarios', '"name"'), ('[{"name": null}]', 'scenarios', '"name"'),
             ('[{"name": "a"}, {"name": "a"}]', 'scenarios', 'one name.*"a"'), ('[{"name": "(as observed)"}]', 'scenarios', 'one name'),
             ('[{"name": "a"}, {"name": "b", "factor": 1}]', 'scenarios', 'no such key.*"factor", in scenario 2'),
             ('[{"name": "a", "factors": {"x": -1}}]', 'scenarios', '"factors" of'), ('[{"name": "a", "factors": {"x": 1001}}]', 'scenarios', '"factors" of'),
             ('[{"name": "a", "factors": {"x": "1"}}]', 'scenarios', '"factors" of'), ('[{"name": "a", "factors": [1]}]', 'scenarios', '"factors" of'),
             ('[{"name": "a", "retirement_later": 1.5}]', 'scenarios', '"retirement_later" of .* 1.5'), ('[{"name": "a", "retirement_later": 601}]', 'scenarios', '601'),
             ('[{"name": "a", "working_time": 0}]', 'scenarios', '"working_time"'), ('[{"name": "a", "working_time": null}]', 'scenarios', '"working_time"'),
             ('[{"name": "a", "growth": 2}]', 'scenarios', '"growth"'), ('[{"name": "a", "hires": "1"}]', 'scenarios', '"hires"'),
             ('"pooled"', 'rates', '"rates" cannot'), ('true', 'rates', '"rates" cannot'), ('""', 'rates', '"rates" cannot'), ('"own credible"', 'rates', '"rates" cannot')) AS v (value, key, shows);
SELECT throws_like($$SELECT reporting_ddl('other', jsonb_set(m, '{employment,retirement}', '70')) FROM mapping$$, '%beyond latest_age%', 'an age that no scenario may come to');
SELECT throws_like($$SELECT reporting_ddl('other', jsonb_set(m, '{employment,retirement}', '"pension_age"')) FROM mapping$$, '%beyond latest_age%', 'nor that of the law');
SELECT * FROM finish();
