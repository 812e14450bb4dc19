-- What users of other tools reported, once more in other words: for each of the eight cases of
-- suite/reports.sh its neighbours, with values that were counted by hand.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(84);

\ir ../../lib/reporting.sql

-- The error of a query: its SQLSTATE and what it shows.
CREATE FUNCTION refusal(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', SQLSTATE, message, detail);
END
$$;
-- The only row of a query, as text.
CREATE FUNCTION one(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE format('SELECT x::text FROM (%s) AS x', query) INTO STRICT answer;
    RETURN answer;
END
$$;

-- ---------------------------------------------------------------------------
-- 01 A headcount is that of a day
-- ---------------------------------------------------------------------------
-- Ten move from A to B on 1 July, two leave A on 30 June, three come to B on 1 July, five stay in A.
CREATE TABLE moved AS
SELECT i AS person, 'A' AS dept, date '2020-02-01' AS s, date '2025-07-01' AS e FROM generate_series(1, 12) AS i
UNION ALL SELECT i, 'B', '2025-07-01', NULL FROM generate_series(1, 10) AS i
UNION ALL SELECT i, 'B', '2025-07-01', NULL FROM generate_series(13, 15) AS i
UNION ALL SELECT i, 'A', '2020-02-01', NULL FROM generate_series(16, 20) AS i;
SELECT is(one(format($$SELECT headcount(w), hires(w), exits(w) FROM (SELECT workforce_agg(person::bigint, '1980-01-01', s, e, 'x', %L, '0 days') AS w FROM moved) AS x$$, o)), wanted, label)
FROM (VALUES ('[2025-01-01,2025-07-01)', '(17,0,2)', 'of all on 30 June: 17 are there, two of them for the last day'),
             ('[2025-07-01,2026-01-01)', '(18,3,0)', 'of all on 31 December'),
             ('[2025-01-01,2026-01-01)', '(18,3,2)', 'of the year: who moves is neither hired nor gone')) AS v (o, wanted, label);
SELECT is((SELECT string_agg(format('%s %s %s %s', dept, headcount(w, first_day(w)), headcount(w), round(turnover(w)::numeric, 4)), ', ' ORDER BY dept)
           FROM (SELECT dept, workforce_agg(person::bigint, '1980-01-01', s, e, 'x', '[2025-01-01,2026-01-01)', '0 days') AS w FROM moved GROUP BY dept) AS x),
          'A 17 5 1.0909, B 0 13 0.0000', 'each department on both days: 12 of a mean of 11 left A');
SELECT is((SELECT string_agg(format('%s %s', state, headcount), ', ' ORDER BY state) FROM (SELECT mobility_agg(person::bigint, dept, s, e, '[2025-01-01,2026-01-01)') AS m FROM moved) AS x,
                  mobility_headcount(m, day)), wanted, 'states on ' || day)
FROM (VALUES (date '2025-06-30', 'A 17, B 0'), ('2025-07-01', 'A 5, B 13')) AS v (day, wanted);
SELECT is((SELECT string_agg(format('%s %s %s %s %s %s', coalesce(state, 'all'), headcount_start, headcount, hires, leavers, moved_in - moved_out), ', ' ORDER BY state)
           FROM (SELECT mobility_agg(person::bigint, dept, s, e, '[2025-06-01,2025-08-01)') AS m FROM moved) AS x, mobility_series(m, '1 month') WHERE period_start = day), wanted, 'the month from ' || day)
FROM (VALUES (date '2025-06-01', 'A 17 17 0 2 -10, B 0 0 0 0 10, all 17 17 0 2 0'), ('2025-07-01', 'A 5 5 0 0 0, B 13 13 3 0 0, all 18 18 3 0 0')) AS v (day, wanted);
-- ten posts, a contract for each month, each month somebody else
CREATE TABLE month_post AS SELECT m * 10 + i AS person, (date '2024-01-01' + m * interval '1 month')::date AS s, (date '2024-02-01' + m * interval '1 month')::date AS e
FROM generate_series(0, 35) AS m, generate_series(1, 10) AS i;
SELECT is(one($$SELECT headcount(w, first_day(w)), headcount(w), hires(w), exits(w), turnover(w) FROM (SELECT workforce_agg('1990-05-05', s, e, 'x', '[2025-01-01,2026-01-01)') AS w FROM month_post) AS x$$),
          '(10,10,120,120,12)', 'posts that change hands every month: ten on each day, twelve times turned over');
SELECT is((SELECT array_agg(DISTINCT headcount) FROM (SELECT mobility_agg(person::bigint, 'post', s, e, '[2025-01-01,2026-01-01)') AS m FROM month_post) AS x, mobility_series(m, '1 day') WHERE state IS NULL),
          '{10}'::bigint[], 'on each of 365 days');
-- headcount of the first day + those who come later - those who left earlier = headcount of the last
SELECT is(one($$SELECT headcount(w, first_day(w)) + hires(w) - (SELECT count(*) FROM month_post WHERE s = '2025-01-01') - exits(w) + (SELECT count(*) FROM month_post WHERE e = '2026-01-01') - headcount(w)
               FROM (SELECT workforce_agg('1990-05-05', s, e, 'x', '[2025-01-01,2026-01-01)') AS w FROM month_post) AS x$$), '(0)', 'and the days add up');
-- one who works a single day
SELECT is(one($$SELECT headcount(w), hires(w), exits(w), carried(w) FROM (SELECT workforce_agg('1990-05-05', '2025-12-31', '2026-01-01', 'x', '[2025-01-01,2026-01-01)') AS w) AS x$$), '(1,1,1,0)', 'one day of work, the last');

-- ---------------------------------------------------------------------------
-- 02 The same person twice
-- ---------------------------------------------------------------------------
-- Four people in six rows: one is there three times, in three spellings of a number.
CREATE TABLE twice (person numeric, born date, s date, e date, reason text, fte numeric, dept text);
INSERT INTO twice VALUES (7, '1980-02-11', '2020-01-01', NULL, NULL, 0.5, 'A'), (7.0, '1980-02-11', '2020-01-01', NULL, NULL, 0.25, 'A'), (7.00, '1980-02-11', '2022-01-01', '2025-06-01', 'x', 1, 'B'),
    (8, '1981-03-12', '2020-01-01', NULL, NULL, 1, 'A'), (9, '1985-05-05', '2024-01-01', '2025-01-01', 'x', 1, 'B'), (10, '1990-05-05', '2024-01-01', NULL, NULL, 1, 'B');
SELECT is(one($$SELECT headcount(w), fte(w), exits(w), headcount(w, first_day(w)), fte(w, first_day(w)) FROM (SELECT workforce_agg(person, born, s, e, reason, '[2025-01-01,2026-01-01)', fte, '0 days') AS w FROM twice) AS x$$),
          '(3,2.750,0,3,3.750)', 'a number is the same whatever its scale, its FTE adds up, and the end of one of three jobs is no leaving');
SELECT is(one($$SELECT spells(r), exits(r) FROM (SELECT retention_agg(person, s, e, reason, '[2020-01-01,2026-01-01)', '0 days') AS r FROM twice) AS x$$), '(4,1)', 'four people stay, one has left');
SELECT is(one($$SELECT entered FROM (SELECT funnel_agg(person, 'in', s, funnel_spec('{in,out}', '1 year', '2026-01-01')) AS f FROM twice) AS x, funnel_stages(f) WHERE stage_no = 1$$), '(4)', 'four people have begun');
SELECT run($$SELECT reporting_ddl('r02', '{"employment": {"table": "twice", "person": "person", "birth_date": "born", "start_date": "s", "end_date": "e", "fte": "fte", "group_by": ["dept"], "observed_years": 2}, "as_of": "2026-01-01"}')$$) > 50 AS made \gset
SELECT is((SELECT string_agg(format('%s %s %s', dept, headcount, fte), ', ' ORDER BY dept) FROM r02.headcount_total), '(total) 3 2.75, A 2 1.75, B 1 1', 'in groups, and in the total once');
SELECT is((SELECT string_agg(format('%s %s', problem, rows), ', ' ORDER BY problem) FROM r02.employment_quality WHERE effect = 'joined'), 'person who is there already 2', 'the view says which rows are joined');
SELECT is((SELECT string_agg(format('%s %s %s', period_start, headcount, leavers), ', ' ORDER BY period_start) FROM r02.employment_series_total
           WHERE dept = 'B' AND period_start IN ('2024-12-01', '2025-01-01', '2025-05-01', '2025-06-01')), '2024-12-01 3 1, 2025-01-01 2 0, 2025-05-01 2 1, 2025-06-01 1 0', 'month by month');
-- rows are counted where nobody is named, and that is said
SELECT run($$SELECT reporting_ddl('r02r', '{"employment": {"table": "twice", "birth_date": "born", "start_date": "s", "end_date": "e"}, "as_of": "2026-01-01"}')$$) > 50 AS made \gset
SELECT is((SELECT string_agg(problem, ', ') FROM r02r.employment_quality WHERE problem ~ 'not people'), 'no person in the mapping: rows are counted, and not people', 'without a person it is said that rows are counted');

-- ---------------------------------------------------------------------------
-- 03 A number without its unit
-- ---------------------------------------------------------------------------
CREATE TABLE summary AS
SELECT retention_agg(person, s, e, reason, '[2020-01-01,2026-01-01)', '0 days') AS r, mobility_agg(person, dept, s, e, '[2020-01-01,2026-01-01)') AS m,
       funnel_agg(person, 'in', s, funnel_spec('{in,out}', '1 year', '2026-01-01')) AS f FROM twice;
SELECT alike(refusal(format(query, '365')), '22023 | duration must be whole days%| It has a part of 365000000 microseconds.', '365 seconds: ' || substring(query FROM '\w+\('))
FROM unnest(ARRAY[$$SELECT retention_rate(r, '%s') FROM summary$$, $$SELECT count(*) FROM summary, retention_curve(r, '%s')$$, $$SELECT count(*) FROM summary, exit_incidence(r, '%s')$$,
                  $$SELECT retention_mean(r, '%s') FROM summary$$, $$SELECT count(*) FROM summary, mobility_series(m, '%s')$$, $$SELECT count(*) FROM summary, mobility_leavers(m, '%s')$$,
                  $$SELECT count(*) FROM summary, mobility_matrix(m, '%s')$$, $$SELECT funnel_conversion(f, 'in', 'out', '%s') FROM summary$$,
                  $$SELECT certificate_spells('{2021-03-01}'::date[], '%s', '[2021-01-01,2024-01-01)')$$]) AS query;
SELECT alike(refusal(format(query, '30')), '22023 | join_gap must be whole days%| It has a part of 30000000 microseconds.', '30 seconds: ' || substring(query FROM '\w+[(_]\w+'))
FROM unnest(ARRAY[$$SELECT workforce_agg(person, born, s, e, reason, '[2020-01-01,2026-01-01)', '%s') FROM twice$$, $$SELECT workforce_agg(person, born, s, e, reason, '[2020-01-01,2026-01-01)', fte, '%s') FROM twice$$,
                  $$SELECT retention_agg(person, s, e, reason, '[2020-01-01,2026-01-01)', '%s') FROM twice$$, $$SELECT mobility_agg(person, dept, s, e, reason, '[2020-01-01,2026-01-01)', '%s') FROM twice$$,
                  $$SELECT spells_agg(s, e, reason, '%s') FROM twice$$,
                  $$SELECT count(*) FROM reporting_ddl('r03', '{"employment": {"table": "twice", "person": "person", "birth_date": "born", "start_date": "s", "end_date": "e", "join_gap": "%s"}}')$$,
                  $$SELECT count(*) FROM reporting_quality_query('{"employment": {"table": "twice", "person": "person", "birth_date": "born", "start_date": "s", "end_date": "e", "join_gap": "%s"}}')$$,
                  $$SELECT count(*) FROM reporting_ddl('r03', '{"mobility": {"table": "twice", "person_id": "person", "state": "dept", "start_date": "s", "end_date": "e", "join_gap": "%s"}}')$$]) AS query;
SELECT is(refusal($$SELECT spells_agg(s, e, reason, '0') FROM twice$$), 'no error', 'none of a unit is none');
SELECT alike(refusal($$SELECT count(*) FROM reporting_ddl('r03', '{"employment": {"table": "twice", "birth_date": "born", "start_date": "s", "end_date": "e", "retention_every": "365"}}')$$),
             '22023 | duration must be whole days%', 'a step of 365 seconds in the mapping');

-- ---------------------------------------------------------------------------
-- 04 Words and codes of retirement
-- ---------------------------------------------------------------------------
-- 100 people, of whom 30 have retired in 2023 to 2025, ten a year; each of them has a code of his own kind.
CREATE TABLE coded AS
SELECT i AS person, date '1958-01-01' + i * 30 AS born, date '1990-01-01' AS s, CASE WHEN i <= 30 THEN date '2023-03-01' + (i - 1) / 10 * 365 END AS e,
       CASE WHEN i <= 30 THEN (ARRAY['PENS', 'ÅP', '1'])[1 + i % 3] END AS word, CASE WHEN i <= 30 THEN 1 + i % 3 END AS code, CASE WHEN i <= 30 THEN 'Retirement ' END AS capital
FROM generate_series(1, 100) AS i;
CREATE FUNCTION map04(reason text, meant text) RETURNS text LANGUAGE sql AS $$
    SELECT format($f$SELECT reporting_ddl('r04', '{"employment": {"table": "coded", "person": "person", "birth_date": "born", "start_date": "s", "end_date": "e", "reason": "%s", "retirement_reasons": %s, "observed_years": 3}, "as_of": "2026-01-01"}')$f$, reason, meant)
$$;
CREATE FUNCTION with04(reason text, meant text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    PERFORM run(map04(reason, meant));
    SELECT format('%s, %s, %s', (SELECT string_agg(retirements::text, ' ' ORDER BY year) FROM r04.turnover), (SELECT count(retirements) FROM r04.retirement_projection),
                  (SELECT string_agg(problem, ' ' ORDER BY problem) FROM r04.employment_quality WHERE problem ~ 'retire|differ'))
    INTO said;
    PERFORM run($q$SELECT reporting_drop_ddl('r04')$q$);
    RETURN said;
END
$$;
SELECT is(with04(reason, meant), wanted, label)
FROM (VALUES ('word', '["PENS", "ÅP", "1"]', '10 10 10, 10, ', 'three words, all named'),
             ('code', '[1, 2, 3]', '10 10 10, 10, ', 'numbers, as numbers'),
             ('code', '["1", "2", "3"]', '10 10 10, 10, ', 'numbers, as texts'),
             ('word', '["PENS", "ÅP", "1", "Pens"]', '10 10 10, 10, retirement_reasons that no row has', 'a word too many is said'),
             ('word', '["pens"]', '0 0 0, 0, no reason to leave is a retirement: it is not projected retirement_reasons that no row has', 'in other letters it is another word, and nothing is promised'),
             ('capital', '[]', '0 0 0, 0, no reason to leave is a retirement: it is not projected', 'so is the word itself with a capital and a space'),
             ('capital', '["Retirement "]', '10 10 10, 10, ', 'which can be named')) AS v (reason, meant, wanted, label);

-- ---------------------------------------------------------------------------
-- 07 An extension that has moved
-- ---------------------------------------------------------------------------
CREATE SCHEMA other;
CREATE TABLE study AS SELECT i AS person_id, stage, at FROM generate_series(1, 20) AS i, LATERAL (VALUES ('in', date '2018-01-01' + i), ('out', date '2020-01-01' + i)) AS e (stage, at);
CREATE TABLE map07 (source text, m jsonb);
INSERT INTO map07 VALUES
    ('people', '{"employment": {"table": "twice", "person": "person", "birth_date": "born", "start_date": "s", "end_date": "e", "fte": "fte", "join_gap": "30 days", "group_by": ["dept"]}, "as_of": "2026-01-01"}'),
    ('students', '{"education": {"table": "study", "stages": ["in", "out"], "within": "5 years"}, "as_of": "2026-01-01"}'),
    ('places', '{"mobility": {"table": "twice", "person_id": "person", "state": "dept", "start_date": "s", "end_date": "e", "reason": "reason", "fte": "fte"}, "as_of": "2026-01-01"}');
SELECT cmp_ok(run(format('SELECT reporting_ddl(%L, %L)', 'r07_' || source, m)), '>', 20, 'made: ' || source) FROM map07;
CREATE TABLE before07 AS SELECT (SELECT sum(headcount) FROM r07_people.employment_series_total) AS n, (SELECT max(entered) FROM r07_students.funnel_stages) AS e, (SELECT sum(moves) FROM r07_places.mobility_flows) AS m;
SELECT current_setting('search_path') AS path, (SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'education_flow') AS home \gset
ALTER EXTENSION education_flow SET SCHEMA other;
SELECT set_config('search_path', :'path' || ', other', true) \g /dev/null
SELECT cmp_ok(run(format('SELECT reporting_ddl(%L, %L)', 'r07_' || source, m)), '>', 0, 'the same mapping after the move: ' || source) FROM map07;
SELECT cmp_ok(run(format('SELECT replace(s, ''CONCURRENTLY '', '''') FROM reporting_refresh_ddl(%L) AS s', 'r07_' || source)), '>', 2, 'refreshed: ' || source) FROM map07;
SELECT is((SELECT sum(headcount) FROM r07_people.employment_series_total), n, 'the same people by month') FROM before07;
SELECT is((SELECT max(entered) FROM r07_students.funnel_stages), e, 'the same students') FROM before07;
SELECT is((SELECT sum(moves) FROM r07_places.mobility_flows), m, 'the same moves') FROM before07;
SELECT cmp_ok(count(*), '>', 0::bigint, 'its rows can be looked at') FROM map07, reporting_quality_query(m) WHERE source = 'people';
SELECT cmp_ok(run(format('SELECT reporting_drop_ddl(%L)', 'r07_' || source)), '>', 10, 'dropped: ' || source) FROM map07;
SELECT format('ALTER EXTENSION education_flow SET SCHEMA %s', :'home') \gexec
SELECT set_config('search_path', :'path', true) \g /dev/null

-- ---------------------------------------------------------------------------
-- 08 Dates that stand for no end
-- ---------------------------------------------------------------------------
CREATE FUNCTION open08(e date) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ',
        (SELECT format('%s %s', headcount(w), exits(w)) FROM (SELECT workforce_agg(1::bigint, '1980-01-01', '2020-01-01', e, 'x', '[2021-01-01,2026-01-01)', 1.0, '30 days') AS w) AS x),
        (SELECT format('%s %s', spells(r), exits(r)) FROM (SELECT retention_agg('p', '2020-01-01', e, 'x', '[2020-01-01,2026-01-01)', '30 days') AS r) AS x),
        (SELECT format('%s %s %s', headcount, fte, leavers) FROM (SELECT mobility_agg(1::bigint, 'a', '2020-01-01', e, 'x', '[2021-01-01,2026-01-01)', 0.5, '30 days') AS m) AS x, mobility_series(m, '10 years') WHERE state IS NULL),
        (SELECT format('%s %s', cardinality(a), fte_on(a[1], '2025-12-31')) FROM (SELECT spells_agg('2020-01-01', e, 'x', 0.5, '30 days') AS a) AS x))
$$;
SELECT is(open08(e), '1 0 1 0 1 0.5 0 1 0.500', 'still there: ' || coalesce(e::text, 'null'))
FROM (VALUES (date '9999-12-31'), (date '9999-12-31' + 1), ('infinity'), ('5874897-12-31'), (NULL), ('2099-12-31'), ('2100-01-01')) AS v (e);
-- beside a contract that ends: one that does not end is the last
SELECT is((SELECT format('%s %s %s', cardinality(a), a[1].start_date, a[1].end_date > '9999-12-31') FROM (SELECT spells_agg(s, e, r, '30 days') AS a FROM (VALUES (date '2020-01-01', date '9999-12-31' + 1, NULL), ('2021-01-01', '2022-01-01', 'x')) AS v (s, e, r)) AS x),
          '1 2020-01-01 t', 'who has a contract without end has not left');
CREATE TABLE high AS SELECT i AS person, date '1980-01-01' AS born, date '2020-01-01' AS s, (ARRAY['9999-12-31', '10000-01-01', '2025-01-01', NULL])[i]::date AS e FROM generate_series(1, 4) AS i;
SELECT run($$SELECT reporting_ddl('r08', '{"employment": {"table": "high", "person": "person", "birth_date": "born", "start_date": "s", "end_date": "e", "reason": null}, "as_of": "2026-01-01"}')$$) AS made \gset
SELECT is((SELECT string_agg(format('%s %s', problem, rows), ', ') FROM r08.employment_quality WHERE problem ~ 'placeholder'), 'end date that is a placeholder: read as still there 2', 'the view says how such dates are read');
SELECT is((SELECT headcount FROM r08.headcount), 3::bigint, 'and counts so');

-- ---------------------------------------------------------------------------
-- 09 Gone and back on a day
-- ---------------------------------------------------------------------------
CREATE FUNCTION steps09(history text[], days int[], stages text[] DEFAULT '{registered,second,degree}') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', entered, converted, exited, pending, lost), ', ' ORDER BY stage_no)
    FROM (SELECT funnel_agg(1, stage, date '2020-01-01' + day, funnel_spec(stages, '5 years', '2030-01-01', '{withdrawn}')) AS f
          FROM unnest(history, days) AS e (stage, day)) AS g, funnel_stages(f)
$$;
SELECT is(steps09(history, days), wanted, label)
FROM (VALUES
    ('{registered,second,withdrawn,registered,second,degree}'::text[], '{0,100,150,150,250,900}'::int[], '1 1 0 0 0, 1 1 0 0 0, 1', 'withdrawn in the second term and registered anew on that day: the later chain has the degree'),
    ('{registered,second,withdrawn,second,degree}', '{0,100,150,150,900}', '1 1 0 0 0, 1 0 1 0 0, 0', 'a second term of the same day is no new beginning: gone after it'),
    ('{registered,withdrawn,registered}', '{0,50,51}', '1 0 1 0 0, 0 0 0 0 0, 0', 'who only came back is seen to have left once'),
    ('{registered,withdrawn,registered,second}', '{0,50,50,90}', '1 1 0 0 0, 1 0 0 0 1, 0', 'who came back and went on is still on the way, until the window closes'),
    ('{registered,second,degree,withdrawn}', '{0,100,900,900}', '1 1 0 0 0, 1 1 0 0 0, 1', 'withdrawn on the day of the degree: the degree counts')) AS v (history, days, wanted, label);
-- a spell that ends on the day on which the next begins is one, in any order of rows
SELECT is((SELECT string_agg(s::text, ' ') FROM (SELECT unnest(spells_agg(s, e, r, '0 days' ORDER BY s DESC)) AS s FROM (VALUES (date '2020-01-01', date '2021-01-01', 'a'), ('2021-01-01', '2022-01-01', 'b'), ('2022-01-02', '2022-06-01', 'c')) AS v (s, e, r)) AS x),
          '(2020-01-01,2022-01-01,b,,) (2022-01-02,2022-06-01,c,,)', 'contracts that touch are one spell, a day apart they are two');

-- ---------------------------------------------------------------------------
-- 20 Labels that look like another
-- ---------------------------------------------------------------------------
CREATE TABLE labelled AS
SELECT i AS person_id, label, date '1980-01-01' AS birth_date, date '2021-01-01' AS start_date, CASE WHEN i <= 4 THEN date '2024-03-01' END AS end_date, reason
FROM unnest(ARRAY[NULL, '(missing)', '(total)', '', ' ', 'A', '(left)', '(came)', '"(total)"'], ARRAY[NULL, 'unknown', '', 'x']) WITH ORDINALITY AS l (label, reason, i);
CREATE TABLE labelled_event AS SELECT person_id, label, s AS stage, date '2021-01-01' AS at FROM labelled, unnest('{in,out}'::text[]) AS s;
SELECT run($$SELECT reporting_ddl('r20', '{"employment": {"table": "labelled", "person": "person_id", "group_by": ["label"], "observed_years": 4}, "education": {"table": "labelled_event", "stages": ["in", "out"], "group_by": ["label"]},
    "mobility": {"table": "labelled", "state": "label", "reason": "reason", "observed_years": 4}, "as_of": "2026-01-01"}')$$) > 50 AS made \gset
SELECT is((SELECT format('%s %s %s', count(*), count(DISTINCT label), sum(headcount_start)) FROM r20.employment_series WHERE period_start = '2024-02-01'), '9 9 9', 'nine groups by month');
SELECT is((SELECT format('%s %s %s', count(*), max(headcount), max(headcount) FILTER (WHERE label = '(total)')) FROM r20.employment_series_total WHERE period_start = '2024-02-01'), '10 9 9', 'and one total, which is called so');
SELECT is((SELECT count(*) FROM r20.employment_series WHERE label = '(total)'), 0::bigint, 'no group is called as the total is');
SELECT is((SELECT format('%s %s', count(*), sum(entered)) FROM r20.funnel_stages WHERE stage_no = 1), '9 9', 'nine groups of students');
SELECT is((SELECT format('%s %s', count(*) FILTER (WHERE label = '(total)'), max(entered)) FROM r20.funnel_stages_total WHERE stage_no = 1), '1 9', 'and one total');
-- who has no state is nowhere; the empty one is a state
SELECT is((SELECT format('%s %s', count(*), count(DISTINCT state)) FROM r20.mobility_headcount WHERE day = '2025-12-31'), '8 8', 'eight states');
SELECT is((SELECT string_agg(format('%s %s', reason, leavers), ', ' ORDER BY reason COLLATE "C") FROM r20.employment_leavers_total WHERE label = '(total)' AND period_start = '2024-02-01'), ' 1, unknown 2, x 1',
          'a reason that is empty is one, NULL is unknown as who is said to be');

SELECT * FROM finish();
ROLLBACK;
