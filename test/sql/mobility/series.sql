-- The headcount is that of a day, in workforce and mobility alike, and a series says
-- what happened between its days: against plain SQL over people and days.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(16);

SELECT setseed(0.5);
-- One spell after the other, often in another state, some with a gap, some open.
CREATE TABLE spell AS
SELECT person, ('{a,b,c}'::text[])[1 + floor(3 * random())] AS state, s AS start_date,
       CASE WHEN last AND random() < 0.5 THEN NULL ELSE e END AS end_date
FROM (SELECT person, (sum(gap + days) OVER w)::int - days + date '2019-11-20' AS s, (sum(gap + days) OVER w)::int + date '2019-11-20' AS e,
             i = max(i) OVER (PARTITION BY person) AS last
      FROM (SELECT person, i, (random() * 1.4)::int * (random() * 40)::int AS gap, 1 + (random() * 60)::int AS days
            FROM generate_series(1, 400) AS person, generate_series(1, 5) AS i OFFSET 0) AS x
      WINDOW w AS (PARTITION BY person ORDER BY i)) AS y;
UPDATE spell SET start_date = date_trunc('month', start_date)::date WHERE extract(day FROM start_date) = 2;

CREATE TABLE m AS SELECT mobility_agg(person, state, start_date, end_date, '[2020-01-01,2020-07-01)') AS m FROM spell;
CREATE TABLE place AS
SELECT DISTINCT ON (person, day) person, day::date, state
FROM spell JOIN generate_series('2019-12-31', '2020-07-01', interval '1 day') AS day ON day >= start_date AND (day < end_date OR end_date IS NULL)
ORDER BY person, day, start_date DESC, coalesce(end_date, 'infinity') DESC, state DESC;
-- Who is where, and was where on the day before; each going on the last day there.
CREATE TABLE change AS
SELECT person, day, a.state AS before, b.state AS now
FROM (SELECT DISTINCT person FROM spell) AS p CROSS JOIN (SELECT d::date AS day FROM generate_series('2020-01-01', '2020-07-01', interval '1 day') AS d) AS d
     LEFT JOIN place AS b USING (person, day) LEFT JOIN (SELECT person, day + 1 AS day, state FROM place) AS a USING (person, day);

CREATE FUNCTION expected(every interval) RETURNS TABLE (period_start date, period_end date, state text, headcount_start bigint, headcount bigint,
    hires bigint, leavers bigint, moved_in bigint, moved_out bigint) LANGUAGE sql AS $$
    SELECT f, l, s.state,
           (SELECT count(*) FROM change WHERE day = f AND now = coalesce(s.state, now)),
           (SELECT count(*) FROM change WHERE day = l AND now = coalesce(s.state, now)),
           (SELECT count(*) FROM change WHERE day BETWEEN f AND l AND before IS NULL AND now = coalesce(s.state, now)),
           (SELECT count(*) FROM change WHERE day - 1 BETWEEN f AND l AND now IS NULL AND before = coalesce(s.state, before)),
           (SELECT count(*) FROM change WHERE day - 1 BETWEEN f AND l AND before <> now AND now = coalesce(s.state, now)),
           (SELECT count(*) FROM change WHERE day - 1 BETWEEN f AND l AND before <> now AND before = coalesce(s.state, before))
    FROM (SELECT (date '2020-01-01' + every * k)::date AS f, least((date '2020-01-01' + every * (k + 1))::date, '2020-07-01') - 1 AS l
          FROM generate_series(0, 200) AS k) AS steps,
         (VALUES ('a'), ('b'), ('c'), (NULL)) AS s (state)
    WHERE f < '2020-07-01'
$$;
SELECT results_eq(
    format('SELECT period_start, period_end, state, headcount_start, headcount, hires, leavers, moved_in, moved_out FROM m, mobility_series(m, %L)', every),
    format('SELECT * FROM expected(%L) ORDER BY period_start, state NULLS LAST', every), 'a series by ' || every)
FROM unnest('{1 month,1 day,10 days,1 month 3 days,4 months,5 years}'::text[]) AS every;
SELECT results_eq('SELECT * FROM m, LATERAL (SELECT * FROM mobility_series(m)) AS s', 'SELECT * FROM m, LATERAL (SELECT * FROM mobility_series(m, ''1 month'')) AS s', 'by month if not told');
SELECT is((SELECT count(*) FROM (
               SELECT *, lag(carried) OVER (PARTITION BY state ORDER BY period_start) AS before FROM m, mobility_series(m, '1 week')) AS s
           WHERE before + hires + resumed + moved_in <> carried + leavers + censored + moved_out), 0::bigint, 'the steps add up');
SELECT results_eq($$SELECT h.state, h.headcount FROM m, mobility_series(m, '1 month') AS s, mobility_headcount(m, s.period_end) AS h WHERE s.state = h.state ORDER BY s.period_end, h.state$$,
                  $$SELECT state, headcount FROM m, mobility_series(m, '1 month') WHERE state IS NOT NULL ORDER BY period_end, state$$, 'the last day has the headcount of that day');
SELECT throws_ok('SELECT * FROM m, mobility_series(m, ''0 days'')', '22023', NULL, 'a step of no time is refused');
SELECT ok(NOT EXISTS (SELECT FROM mobility_series(NULL)), 'of nothing there is nothing');

-- The same people, by state as groups of workforce: spells of one state that touch are one.
CREATE TABLE w AS
SELECT state, workforce_agg('1980-05-05', f, l + 1, 'x', '[2020-01-01,2020-07-01)') AS w
FROM (SELECT person, state, min(day) AS f, max(day) AS l
      FROM (SELECT *, day - row_number() OVER (PARTITION BY person, state ORDER BY day)::int AS island
            FROM (SELECT * FROM place UNION ALL
                  -- who is there on the day before has been there, and who is there on as_of stays
                  SELECT person, '2019-12-30', state FROM place WHERE day = '2019-12-31') AS p) AS i
      GROUP BY person, state, island) AS s
GROUP BY state;
SELECT results_eq('SELECT state, headcount(w), headcount(w, first_day(w)), last_day(w) FROM w ORDER BY state',
                  $$SELECT l.state, l.headcount, f.headcount, date '2020-06-30' FROM m, mobility_headcount(m) AS l JOIN LATERAL mobility_headcount(m, '2020-01-01') AS f USING (state) ORDER BY l.state$$,
                  'mobility and workforce have one headcount for a day');
SELECT results_eq('SELECT state, hires(w) - came, exits(w) - went, carried(w) FROM w JOIN (SELECT state, hires + moved_in AS came, leavers + moved_out AS went FROM m, mobility_series(m, ''1 year'')) AS s USING (state) ORDER BY state',
                  $$SELECT state, (SELECT count(*) FROM change WHERE day = '2020-01-01' AND before <> now AND now = s.state) - (SELECT count(*) FROM change WHERE day = '2020-07-01' AND before <> now AND now = s.state),
                           0::bigint, carried - (SELECT count(*) FROM change WHERE day = '2020-07-01' AND before <> now AND now = s.state)
                    FROM m, mobility_series(m, '1 year') AS s WHERE state IS NOT NULL ORDER BY state$$,
                  'and the same flows, but that a move is dated by the day of going');

-- Contracts of a year and a move at the turn of it.
SELECT is(headcount(workforce_agg('1990-05-05', make_date(y, 1, 1), make_date(y + 1, 1, 1), 'contract ended', '[2024-01-01,2026-01-01)')), 10::bigint, 'yearly contracts have a headcount')
FROM generate_series(2020, 2027) AS y, generate_series(1, 10);
SELECT is(turnover(workforce_agg('1990-05-05', make_date(y, 1, 1), make_date(y + 1, 1, 1), 'contract ended', '[2024-01-01,2026-01-01)')), 1::float8, 'and a turnover')
FROM generate_series(2020, 2027) AS y, generate_series(1, 10);
SELECT is(headcount(rollup(w)), 18::bigint, 'who moves or leaves on the last evening is there on the last day, once')
FROM (SELECT workforce_agg('1980-03-01', s, e, 'x', '[2025-01-01,2026-01-01)') AS w
      FROM generate_series(1, 20) AS i, LATERAL (VALUES ('A', date '2020-02-01', CASE WHEN i <= 13 THEN date '2026-01-01' END), ('B', '2026-01-01', NULL)) AS v (dept, s, e)
      WHERE (dept = 'A' AND (i <= 13 OR i > 15)) OR (dept = 'B' AND (i <= 10 OR i IN (14, 15)))
      GROUP BY dept) AS d;
SELECT * FROM finish();
ROLLBACK;
