-- People and not contracts: the views of a mapping with a person, against numbers
-- that were counted person by person elsewhere, and against the aggregates.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(60);

\ir ../../lib/reporting.sql

-- ---------------------------------------------------------------------------
-- Contracts by chance: renewals, overlaps, gaps, moves, the same row twice
-- ---------------------------------------------------------------------------
SELECT setseed(0.42);
CREATE TABLE staff (who int, born date, first_day date, end_day date, reason text, fte numeric, ward text, profession text);
INSERT INTO staff
SELECT who, date '1950-01-01' + who * 37 % 18000, first, nullif(first + days, '9999-12-31'), (ARRAY['01389', 'moved', 'ended', NULL])[1 + floor(random() * 4)::int],
       (ARRAY[0.25, 0.5, 0.75, 1, NULL])[1 + floor(random() * 4.1)::int], (ARRAY['n', 's', 'w', NULL])[1 + floor(random() * 4)::int], 'p' || who % 2
FROM generate_series(1, 700) AS who, generate_series(1, 5) AS n,
     LATERAL (SELECT date '2013-01-01' + (random() * 5000 + who - who)::int AS first, greatest(1, (random() * 900 + n - n)::int) AS days) AS d
WHERE first < '2026-06-01';
UPDATE staff SET end_day = NULL WHERE random() < 0.05;
INSERT INTO staff SELECT * FROM staff WHERE random() < 0.05;
CREATE TABLE m AS SELECT '{"employment": {"table": "staff", "person": "who", "birth_date": "born", "start_date": "first_day", "end_date": "end_day", "fte": "fte", "join_gap": "30 days",
    "retirement_reasons": ["01389"], "group_by": ["ward", "profession"], "observed_years": 6, "projection_years": 4}, "as_of": "2026-01-01"}'::jsonb AS m;
SELECT run('SELECT reporting_ddl(''people'', m) FROM m') > 100 AS made \gset

CREATE TABLE direct AS
SELECT CASE WHEN GROUPING(k1) = 1 THEN '(total)' ELSE k1 END AS ward, CASE WHEN GROUPING(k2) = 1 THEN '(total)' ELSE k2 END AS profession, GROUPING(k1, k2) AS g, y AS year,
       workforce_agg(who::bigint, born, first_day, end_day, why, daterange(make_date(y, 1, 1), make_date(y + 1, 1, 1)), fte, '30 days') AS w,
       retention_agg(who::bigint, first_day, end_day, why, '[2020-01-01,2026-01-01)', '30 days') AS r
FROM (SELECT *, coalesce(ward, '(missing)') AS k1, profession AS k2, CASE reason WHEN '01389' THEN 'retirement' ELSE reason END AS why FROM staff) AS s, generate_series(2020, 2025) AS y
GROUP BY y, CUBE (k1, k2);
SELECT agree('turnover', 'SELECT ward, profession, year, headcount_start, headcount_end, hires, exits, retirements, fte_start, fte_end, turnover FROM people.turnover_total',
             $$SELECT ward, profession, year, headcount(w, first_day(w)), headcount(w), hires(w), exits(w), exits(w, 'retirement'), fte(w, first_day(w))::float8, fte(w)::float8, turnover(w) FROM direct$$, 60);
SELECT agree('of groups', 'SELECT ward, profession, year, headcount_end, hires FROM people.turnover', 'SELECT ward, profession, year, headcount(w), hires(w) FROM direct WHERE g = 0', 40);
SELECT agree('headcount', 'SELECT ward, profession, headcount, fte FROM people.headcount_total', 'SELECT ward, profession, headcount(w), fte(w)::float8 FROM direct WHERE year = 2025', 15);
SELECT agree('retention', 'SELECT ward, profession, after_days, at_risk, exits, retained FROM people.retention_curve_total',
             $$SELECT ward, profession, after_days, at_risk, exits, retained FROM direct, retention_curve(r) WHERE year = 2025$$, 60);
SELECT agree('hired, by year', 'SELECT ward, profession, hire_year, hired FROM people.retention_by_hire_year_total WHERE after_days = 0',
             $$SELECT ward, profession, year, count(*) FROM
                   (SELECT CASE WHEN GROUPING(k1) = 1 THEN '(total)' ELSE k1 END AS ward, CASE WHEN GROUPING(k2) = 1 THEN '(total)' ELSE k2 END AS profession,
                           spells_agg(first_day, end_day, reason, interval '30 days') AS spells
                    FROM (SELECT *, coalesce(ward, '(missing)') AS k1, profession AS k2 FROM staff) AS s GROUP BY who, CUBE (k1, k2)) AS p,
                   unnest(spells) AS s, LATERAL (SELECT extract(year FROM s.start_date)::int AS year) AS y
               WHERE year BETWEEN 2020 AND 2025 GROUP BY 1, 2, 3$$, 60);
-- who moves between wards has left the ward and not the whole
SELECT cmp_ok((SELECT exits FROM people.turnover_total WHERE ward = '(total)' AND profession = '(total)' AND year = 2024), '<',
              (SELECT sum(exits)::bigint FROM people.turnover WHERE year = 2024), 'a move is no leaving of the whole');
SELECT cmp_ok((SELECT headcount FROM people.headcount_total WHERE ward = '(total)' AND profession = '(total)'), '<',
              (SELECT sum(headcount)::bigint FROM people.headcount), 'who is in two wards is one person');
SELECT is((SELECT count(*) FROM pg_description WHERE objoid IN (SELECT oid FROM pg_class WHERE relnamespace = 'people'::regnamespace) AND description ~ 'rows are counted'), 0::bigint,
          'no comment says that rows are counted');

-- month by month, as states of one summary: the same people on the same day
CREATE VIEW placed AS SELECT who, coalesce(ward, '-') AS place, first_day, end_day, reason, fte, fte * 100 AS percent FROM staff;
SELECT run($$SELECT reporting_ddl('monthly', '{"mobility": {"table": "placed", "person_id": "who", "state": "place", "start_date": "first_day", "end_date": "end_day", "reason": "reason", "fte": "percent",
    "fte_percent": true, "join_gap": "30 days", "observed_years": 6}, "as_of": "2026-01-01"}')$$) > 10 AS made \gset
CREATE TABLE placed_series AS SELECT mobility_agg(who::bigint, place, first_day, end_day, reason, '[2020-01-01,2026-01-01)', fte, '30 days') AS m FROM placed;
SELECT agree('by month and state', 'SELECT period_start, period_end, state, headcount_start, headcount, round(fte_start::numeric, 3), round(fte::numeric, 3), hires, leavers, moved_in, moved_out FROM monthly.mobility_series',
             $$SELECT period_start, period_end, coalesce(state, '(total)'), headcount_start, headcount, round(fte_start::numeric, 3), round(fte::numeric, 3), hires, leavers, moved_in, moved_out FROM placed_series, mobility_series(m)$$, 360);
SELECT agree('leavers by reason', 'SELECT period_start, state, reason, leavers FROM monthly.mobility_leavers', $$SELECT period_start, coalesce(state, '(total)'), reason, leavers FROM placed_series, mobility_leavers(m)$$, 300);
SELECT agree('a year is one in both', $$SELECT extract(year FROM period_start)::int, max(headcount_start) FILTER (WHERE extract(month FROM period_start) = 1), max(headcount) FILTER (WHERE extract(month FROM period_start) = 12),
                                               max(round(fte::numeric, 3)) FILTER (WHERE extract(month FROM period_start) = 12), sum(hires), sum(leavers) FROM monthly.mobility_series WHERE state = '(total)' GROUP BY 1$$,
             $$SELECT year, headcount_start, headcount_end, round(fte_end::numeric, 3), hires::numeric, exits::numeric FROM people.turnover_total WHERE ward = '(total)' AND profession = '(total)'$$, 6);
SELECT is((SELECT string_agg(period_start || ' ' || state, ',') FROM (SELECT * FROM monthly.mobility_series LIMIT 6) AS x), '2020-01-01 -,2020-01-01 n,2020-01-01 s,2020-01-01 w,2020-01-01 (total),2020-02-01 -', 'in natural order');
SELECT run($$SELECT reporting_ddl('spells', '{"mobility": {"table": "placed", "person_id": "who", "state": "place", "start_date": "first_day", "end_date": "end_day", "observed_years": 6}, "as_of": "2026-01-01"}')$$) > 10 AS made \gset
SELECT is((SELECT format('%s %s', count(fte), count(*) > 0) FROM spells.mobility_series), '0 t', 'FTE that is not given is null');
SELECT is((SELECT string_agg(DISTINCT reason, ',') FROM spells.mobility_leavers), 'unknown', 'a reason that is not given is unknown');
-- a row that the aggregate refuses
CREATE VIEW misplaced AS SELECT who, place, first_day, end_day, reason, fte FROM placed UNION ALL VALUES (6001, 'n', date '2020-01-01', NULL::date, NULL, -1), (6002, 'n', '2020-01-01', '2019-01-01', NULL, 1);
SELECT run($$SELECT reporting_ddl('mended', '{"mobility": {"table": "misplaced", "person_id": "who", "state": "place", "start_date": "first_day", "end_date": "end_day", "reason": "reason", "fte": "fte",
    "join_gap": "30 days", "observed_years": 6, "leave_out": true}, "as_of": "2026-01-01"}')$$) > 10 AS made \gset
SELECT agree('what is left out of the series', 'SELECT problem, rows FROM mended.mobility_quality WHERE effect IN (''left out'', ''skipped'')',
             $$VALUES ('FTE must be a number from 0 to 1000 with at most three decimals', 1::bigint), ('spell ends before it starts', 1) UNION ALL SELECT 'no FTE', count(*) FROM staff WHERE fte IS NULL$$, 3);
SELECT agree('and the rest is as it was', 'SELECT period_start, state, headcount, leavers FROM mended.mobility_series', 'SELECT period_start, state, headcount, leavers FROM monthly.mobility_series', 300);

-- month by month of the employments themselves: adds up to the years, in each group and total
SELECT agree('by month', 'SELECT ward, profession, period_start, period_end, headcount_start, headcount, round(fte_start::numeric, 3), round(fte::numeric, 3), hires, leavers FROM people.employment_series_total',
             $$SELECT ward, profession, day::date, (day + interval '1 month')::date - 1, headcount(w, day::date), headcount(w), round(fte(w, day::date), 3), round(fte(w), 3), hires(w), exits(w)
               FROM (SELECT CASE WHEN GROUPING(k1) = 1 THEN '(total)' ELSE k1 END AS ward, CASE WHEN GROUPING(k2) = 1 THEN '(total)' ELSE k2 END AS profession, day,
                            workforce_agg(who::bigint, born, first_day, end_day, reason, daterange(day::date, (day + interval '1 month')::date), fte, '30 days') AS w
                     FROM (SELECT *, coalesce(ward, '(missing)') AS k1, profession AS k2 FROM staff) AS s, generate_series(timestamp '2020-01-01', '2025-12-01', '1 month') AS day
                     GROUP BY day, CUBE (k1, k2)) AS x$$, 1080);
SELECT agree('leavers by month and reason', $$SELECT ward, profession, extract(year FROM period_start)::int, reason, sum(leavers)::bigint FROM people.employment_leavers_total GROUP BY 1, 2, 3, 4 HAVING sum(leavers) > 0$$,
             $$SELECT ward, profession, year, reason, exits(w, reason) FROM direct, unnest(ARRAY['retirement', 'moved', 'ended', 'unknown']) AS reason WHERE exits(w, reason) > 0$$, 200);
SELECT agree('the groups alone', 'SELECT * FROM people.employment_series UNION ALL SELECT ward, profession, period_start, NULL, NULL, NULL, NULL, NULL, NULL, leavers, NULL, NULL, NULL, NULL FROM people.employment_leavers',
             $$SELECT * FROM people.employment_series_total WHERE '(total)' NOT IN (ward, profession)
               UNION ALL SELECT ward, profession, period_start, NULL, NULL, NULL, NULL, NULL, NULL, leavers, NULL, NULL, NULL, NULL FROM people.employment_leavers_total WHERE '(total)' NOT IN (ward, profession)$$, 500);
SELECT is((SELECT string_agg(DISTINCT period_start::text, ',') FROM (SELECT * FROM people.employment_series WHERE ward = 'n' LIMIT 2) AS x), '2020-01-01,2020-02-01', 'in the order of time');

-- and from rows that are left out
UPDATE m SET m = jsonb_set(m, '{employment,leave_out}', 'true') || '{"materialized": false}';
INSERT INTO staff VALUES (1, '1999-01-01', '2020-01-01', NULL, NULL, 1, 'n', 'p1'), (5001, '1980-01-01', '2020-01-01', '2019-01-01', NULL, 1, 'n', 'p1'), (NULL, '1980-01-01', '2020-01-01', NULL, NULL, 1, 'n', 'p1');
SELECT run('SELECT reporting_ddl(''without'', m) FROM m') > 100 AS made \gset
SELECT agree('what is left out', 'SELECT problem, effect, rows FROM without.employment_quality WHERE effect IN (''left out'', ''skipped'')',
             $$SELECT 'person with two birth dates', 'left out', count(*) FROM staff WHERE who = 1 AND fte IS NOT NULL UNION ALL VALUES ('spell ends before it starts', 'left out', 1::bigint), ('no person', 'skipped', 1)
               UNION ALL SELECT 'no FTE', 'skipped', count(*) FROM staff WHERE fte IS NULL$$, 4);
SELECT is((SELECT rows_left_out FROM without.headcount_total WHERE ward = '(total)' AND profession = '(total)'), (SELECT sum(rows)::bigint FROM without.employment_quality WHERE effect = 'left out'), 'is beside the figures');
SELECT is((SELECT headcount FROM without.headcount_total WHERE ward = '(total)' AND profession = '(total)'),
          (SELECT headcount(workforce_agg(who::bigint, born, first_day, end_day, reason, '[2020-01-01,2026-01-01)', fte, '30 days')) FROM staff WHERE who NOT IN (1, 5001)), 'and not in them');
SELECT throws_ok($$SELECT run('SELECT reporting_ddl(''none'', jsonb_set(m, ''{employment,leave_out}'', ''false'') || ''{"materialized": true}'') FROM m')$$, NULL, NULL, 'or all is refused');

-- one way to say it: each kind of person, no groups
CREATE VIEW named AS SELECT 'p' || who AS who, born, first_day, end_day, reason, ward FROM staff WHERE who <> 1 AND who < 5000;
CREATE VIEW keyed AS SELECT md5(who::text)::uuid AS who, born, first_day, end_day, reason, ward FROM staff WHERE who <> 1 AND who < 5000;
SELECT run(format('SELECT reporting_ddl(''by_%s'', ''{"employment": {"table": "%1$s", "person": "who", "birth_date": "born", "start_date": "first_day", "end_date": "end_day"}, "as_of": "2026-01-01"}'')', v)) > 100 AS made
FROM unnest('{named,keyed}'::text[]) AS v \g /dev/null
SELECT is(n.headcount, k.headcount, 'names and keys') FROM by_named.headcount AS n, by_keyed.headcount AS k;
SELECT is(n.headcount, (SELECT count(DISTINCT who) FROM named WHERE first_day <= '2025-12-31' AND (end_day > '2025-12-31' OR end_day IS NULL)), 'each person once') FROM by_named.headcount AS n;

-- ---------------------------------------------------------------------------
-- Nobody is projected to retire from where nobody is known to have retired
-- ---------------------------------------------------------------------------
SELECT is((SELECT count(retirements) FROM by_named.retirement_projection), 0::bigint, 'not known is null');
SELECT is((SELECT count(*) FROM by_named.employment_quality WHERE problem ~ '^no reason to leave is a retirement'), 1::bigint, 'and is said');
SELECT cmp_ok((SELECT min(retirements) FROM people.retirement_projection_total WHERE ward = '(total)'), '>', 0::float8, 'with the code it is known');
SELECT is((SELECT count(retirements) FROM people.retirement_projection), (SELECT count(*) FROM people.retirement_projection), 'in each group that has one');
SELECT run($$SELECT reporting_ddl('by_named', '{"employment": {"table": "named", "person": "who", "birth_date": "born", "start_date": "first_day", "end_date": "end_day", "retirement": 65}, "as_of": "2026-01-01"}')$$) > 100 AS made \gset
SELECT cmp_ok((SELECT count(retirements) FROM by_named.retirement_projection), '=', 10::bigint, 'an age is known');

-- ---------------------------------------------------------------------------
-- Months are counted of people, and of those whom the other views count
-- ---------------------------------------------------------------------------
SELECT is((SELECT format('%s %s', count(fte), max(leavers) FILTER (WHERE reason = 'ended') > 0) FROM by_named.employment_series FULL JOIN by_named.employment_leavers USING (period_start, leavers)), '0 t', 'FTE that is not given is null');
CREATE VIEW unborn AS SELECT who, CASE WHEN who % 7 > 0 THEN born END AS born, first_day, end_day, reason, ward FROM named AS n (w), LATERAL (SELECT substr(w, 2)::bigint AS who) AS i;
SELECT run('SELECT reporting_ddl(''unborn'', ''{"employment": {"table": "unborn", "person": "who", "birth_date": "born", "start_date": "first_day", "end_date": "end_day"}, "as_of": "2026-01-01"}'')') > 100 AS made \gset
SELECT is(s.headcount, h.headcount, 'who has no birth date is in neither') FROM unborn.headcount AS h, unborn.employment_series AS s WHERE s.period_end = h.day;
SELECT is(s.rows_skipped, h.rows_skipped, 'as is said') FROM unborn.headcount AS h, unborn.employment_series AS s WHERE s.period_end = h.day;
SELECT cmp_ok(rows_skipped, '>', 0::bigint, 'and there are some') FROM unborn.headcount;
SELECT run('SELECT reporting_ddl(''rows'', ''{"employment": {"table": "named", "birth_date": "born", "start_date": "first_day", "end_date": "end_day"}, "as_of": "2026-01-01"}'')') > 50 AS made \gset
SELECT is(to_regclass('rows.employment_series'), NULL, 'without a person there is no view by month') WHERE to_regclass('rows.headcount') IS NOT NULL;
SELECT run('SELECT reporting_drop_ddl(''unborn'')') > 50 AS dropped \gset
SELECT is(to_regnamespace('unborn'), NULL, 'and all of it can be dropped');

-- ---------------------------------------------------------------------------
-- The shared register: the views say what was counted person by person elsewhere
-- ---------------------------------------------------------------------------
CREATE TABLE raw (nr text, hospital text, post text, form text, first text, last text, percent text, reason text, born text, intro text);
\copy raw FROM PROGRAM 'test -z "$EF_SHARED" || cat "$EF_SHARED"/registers/a/anstallningar.csv' WITH (FORMAT csv, DELIMITER ';', HEADER, ENCODING 'WIN1252')
CREATE TABLE expected (hospital text, year int, headcount bigint, hires bigint, leavers bigint, retired bigint, fte numeric);
\copy expected FROM PROGRAM 'test -z "$EF_SHARED" || cat "$EF_SHARED"/registers/a_expected.csv' WITH (FORMAT csv, HEADER)
CREATE TABLE clean AS
SELECT CASE WHEN length(d) = 12 THEN d WHEN left(d, 2) < '10' THEN '20' || d ELSE '19' || d END AS who, upper(translate(hospital, 'åäö', 'ÅÄÖ')) AS hospital,
       nullif(born, '')::date AS born, first::date AS first_day, CASE WHEN last NOT IN ('', '9999-12-31', '99991231') THEN last::date + 1 END AS end_day,
       nullif(reason, '') AS reason, coalesce(nullif(replace(percent, ',', '.'), '')::numeric, 0) AS percent
FROM (SELECT *, replace(nr, '-', '') AS d FROM raw) AS r;
CREATE FUNCTION register() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM expected) THEN
        RETURN QUERY SELECT skip('no shared data', 9);
        RETURN;
    END IF;
    PERFORM run($q$SELECT reporting_ddl('register', '{"employment": {"table": "clean", "person": "who", "birth_date": "born", "start_date": "first_day", "end_date": "end_day", "fte": "percent",
        "fte_percent": true, "join_gap": "30 days", "retirement_reasons": ["1"], "group_by": ["hospital"], "observed_years": 13, "leave_out": true}, "as_of": "2026-01-01"}')$q$);
    RETURN QUERY SELECT agree('each hospital and year, and all', 'SELECT hospital, year, headcount_end, hires, exits, retirements FROM register.turnover_total',
                              'SELECT hospital, year, headcount, hires, leavers, retired FROM expected', 52);
    -- one of the expected ends in half a hundredth
    RETURN QUERY EXECUTE $q$SELECT is(count(*) FILTER (WHERE abs(e.fte - t.fte_end::numeric) > 0.005), 0::bigint, 'their full-time equivalents')
                            FROM expected AS e JOIN register.turnover_total AS t USING (hospital, year)$q$;
    -- the months of each year, of the same people
    RETURN QUERY SELECT agree('by month', $q$SELECT hospital, extract(year FROM period_end)::int, max(headcount) FILTER (WHERE extract(month FROM period_end) = 12), sum(hires)::bigint, sum(leavers)::bigint
                                             FROM register.employment_series_total GROUP BY 1, 2$q$,
                              'SELECT hospital, year, headcount, hires, leavers FROM expected', 52);
    RETURN QUERY SELECT agree('retired by month', $q$SELECT hospital, extract(year FROM period_end)::int, sum(leavers)::bigint
                                             FROM register.employment_leavers_total WHERE reason = 'retirement' GROUP BY 1, 2$q$,
                              'SELECT hospital, year, retired FROM expected', 52);
    RETURN QUERY EXECUTE $q$SELECT is(count(*) FILTER (WHERE abs(e.fte - t.fte::numeric) > 0.005), 0::bigint, 'their full-time equivalents of December')
                            FROM expected AS e JOIN register.employment_series_total AS t USING (hospital) WHERE t.period_end = make_date(e.year, 12, 31)$q$;
    RETURN QUERY SELECT agree('what is wrong with it', 'SELECT problem, rows FROM register.employment_quality WHERE effect IN (''left out'', ''skipped'')',
                              $q$VALUES ('no birth date', 81::bigint), ('birth date is after the start date', 5), ('spell ends before it starts', 3)$q$, NULL);
END
$$;
SELECT register();

SELECT * FROM finish();
ROLLBACK;
