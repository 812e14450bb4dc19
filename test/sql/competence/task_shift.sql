-- Task shifting against plain SQL, which follows the work of each profession along
-- every way that it takes; what must hold of any tables; and a published demand,
-- WISN, which is a file beside the checkout: skipped where there is none.
\set ON_ERROR_STOP on
\set shared ''
\getenv shared EF_SHARED
SELECT :'shared' <> '' AS has_shared \gset

BEGIN;
SELECT plan(32);

-- ---------------------------------------------------------------------------
-- By hand
-- ---------------------------------------------------------------------------
CREATE TABLE demand (no serial, profession text, fte float8);
CREATE TABLE task_shift (from_profession text, to_profession text, share float8, relative_time float8);
INSERT INTO demand (profession, fte) VALUES ('doctor', 100), ('nurse', 200), ('assistant nurse', 300), ('administrator', 50);
INSERT INTO task_shift VALUES
    ('nurse', 'assistant nurse', 0.1, 1), ('doctor', 'nurse', 0.2, 1.2), ('assistant nurse', 'host', 0.05, 1),
    ('doctor', 'administrator', 0.1, 0.8), ('doctor', NULL, 0.02, 1);
CREATE VIEW by_hand AS
SELECT r.* FROM (SELECT array_agg(profession ORDER BY no) AS profession, array_agg(fte ORDER BY no) AS fte FROM demand) AS d,
              (SELECT array_agg(from_profession) AS f, array_agg(to_profession) AS t, array_agg(share) AS s, array_agg(relative_time) AS r FROM task_shift) AS s,
              shift_tasks(d.profession, d.fte, f, t, s.s, s.r) AS r;
SELECT results_eq(
    'SELECT profession, demand, round(shifted_in::numeric, 12), round(shifted_out::numeric, 12), dropped, round(demand_after::numeric, 12) FROM by_hand',
    $$VALUES ('doctor', 100::float8, 0::numeric, 30::numeric, 2::float8, 68::numeric), ('nurse', 200, 24, 22.4, 0, 201.6),
             ('assistant nurse', 300, 22.4, 16.12, 0, 306.28), ('administrator', 50, 8, 0, 0, 58), ('host', 0, 16.12, 0, 0, 16.12)$$,
    'several steps, several professions, one that only receives, and tasks that cease');

UPDATE task_shift SET to_profession = 'host' WHERE to_profession IS NULL;
SELECT is(round(sum(demand_after)::numeric, 12), 650 + 20 * 0.2 - 10 * 0.2, 'what nothing is dropped of grows and shrinks by time alone') FROM by_hand;
UPDATE task_shift SET relative_time = 1;
SELECT is(round(sum(demand_after)::numeric, 12), 650.000000000000, 'and without that stays what it was') FROM by_hand;
UPDATE task_shift SET share = 0;
SELECT results_eq('SELECT profession, demand_after FROM by_hand', $$SELECT profession, fte FROM demand UNION ALL VALUES ('host', 0)$$, 'shares of 0 change nothing, and have their row');
DELETE FROM task_shift;
SELECT results_eq('SELECT profession, demand_after FROM by_hand', 'SELECT profession, fte FROM demand', 'array_agg over no shifts is NULL: no shifts');
SELECT results_eq($$SELECT profession, demand_after FROM shift_tasks('{a,b}', '{1,2}', '{}', '{}', '{}', '{}')$$,
                  $$VALUES ('a', 1::float8), ('b', 2)$$, 'so are empty arrays');
SELECT is_empty('SELECT * FROM shift_tasks(NULL, NULL, NULL, NULL, NULL, NULL)', 'nor is there a row without a profession');
SELECT is_empty($$SELECT * FROM shift_tasks('{}', '{}', NULL, '{}', NULL, '{}')$$, 'in either spelling');
SELECT results_eq($$SELECT profession, demand_after FROM shift_tasks('[5:6]={a,b}', '[0:1]={1,2}', '[7:7]={a}', '[-1:-1]={b}', '{0.5}', '{1}')$$,
                  $$VALUES ('a', 0.5::float8), ('b', 2.5)$$, 'arrays may begin at any number');
SELECT results_eq($$SELECT profession, demand_after FROM shift_tasks(ARRAY['läkare', '', 'NULL'], '{8,1,1}', '{läkare,läkare}', ARRAY['', 'NULL'], '{0.5,0.25}', '{1,1}')$$,
                  $$VALUES ('läkare', 2::float8), ('', 5), ('NULL', 3)$$, 'any text is a name');
SELECT is((SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'by_hand'::regclass),
          '{profession,demand,shifted_in,shifted_out,dropped,demand_after}', 'its columns');

-- ---------------------------------------------------------------------------
-- Random tables.  Tasks go from a lower rank to a higher one, so never in a circle;
-- some of the highest ranks have no demand of their own.
-- ---------------------------------------------------------------------------
SELECT setseed(0.7);
CREATE TABLE profession AS
SELECT tables, rank, md5(tables || ' ' || rank) AS profession, CASE WHEN random() < 0.9 THEN 1000 * random() ELSE 0 END AS fte, random() AS lot,
       rank <= 9 AS has_demand
FROM generate_series(1, 200) AS tables, generate_series(1, 12) AS rank;
CREATE TABLE pair AS
SELECT a.tables, a.profession AS from_profession, b.profession AS to_profession, 0.2 + 2 * random() AS relative_time, random() AS lot, random() AS part
FROM profession AS a JOIN profession AS b ON a.tables = b.tables AND a.rank < b.rank AND a.has_demand
WHERE random() < 0.35;
INSERT INTO pair SELECT tables, profession, NULL, random() + 0.1, random(), random() FROM profession WHERE has_demand AND random() < 0.2;
-- Of some professions all tasks go, of the others any part.
CREATE TABLE random_shift AS
SELECT p.*, part / sum(part) OVER w * CASE WHEN tables % 4 = 0 THEN 1 ELSE max(lot) OVER w END AS share
FROM pair AS p WINDOW w AS (PARTITION BY tables, from_profession);
SELECT cmp_ok(count(*), '>', 4000::bigint, 'there are many shifts') FROM random_shift;

-- Where a row stands, in any number of orders.
CREATE FUNCTION place(float8, shuffle int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT md5($1 || ' ' || shuffle) $$;
CREATE FUNCTION shifted(tables int, shuffle int DEFAULT 0, demand_of text DEFAULT 'fte')
RETURNS TABLE (profession text, demand float8, shifted_in float8, shifted_out float8, dropped float8, demand_after float8) LANGUAGE sql AS $$
    SELECT r.*
    FROM (SELECT array_agg(p.profession ORDER BY place(rank, shuffle)) AS profession,
                 array_agg(CASE demand_of WHEN 'fte' THEN fte WHEN 'lot' THEN lot WHEN 'both' THEN 3 * fte + 500 * lot END ORDER BY place(rank, shuffle)) AS demand
          FROM profession AS p WHERE p.tables = shifted.tables AND has_demand) AS d,
         (SELECT array_agg(from_profession ORDER BY o) AS f, array_agg(to_profession ORDER BY o) AS t, array_agg(share ORDER BY o) AS s, array_agg(relative_time ORDER BY o) AS r
          FROM random_shift AS s, place(lot, shuffle) AS o WHERE s.tables = shifted.tables) AS s,
         shift_tasks(d.profession, d.demand, s.f, s.t, s.s, s.r) AS r
$$;
CREATE TABLE answer AS SELECT tables, s.* FROM generate_series(1, 200) AS tables, shifted(tables) AS s;

-- Every way that work takes, and what comes along it.
CREATE TABLE reference AS
WITH RECURSIVE way AS (
    SELECT tables, profession, fte AS work, 0 AS steps FROM profession WHERE has_demand
    UNION ALL
    SELECT tables, to_profession, work * share * relative_time, steps + 1
    FROM way JOIN random_shift AS s USING (tables) WHERE s.from_profession = way.profession AND to_profession IS NOT NULL
), total AS (
    SELECT tables, profession, sum(work) AS work, coalesce(sum(work) FILTER (WHERE steps > 0), 0) AS shifted_in, max(steps) AS steps FROM way GROUP BY 1, 2
), gone AS (
    SELECT tables, from_profession AS profession, coalesce(sum(share) FILTER (WHERE to_profession IS NOT NULL), 0) AS out, coalesce(sum(share) FILTER (WHERE to_profession IS NULL), 0) AS dropped
    FROM random_shift GROUP BY 1, 2
)
SELECT tables, profession, shifted_in, work * coalesce(out, 0) AS shifted_out, work * coalesce(dropped, 0) AS dropped, work * (1 - coalesce(out + dropped, 0)) AS demand_after, steps
FROM total LEFT JOIN gone USING (tables, profession);
SELECT cmp_ok(max(steps), '>=', 5, 'in up to many steps') FROM reference;
SELECT is(count(*), count(r.tables), 'as many professions as there should be') FROM answer AS a FULL JOIN reference AS r USING (tables, profession);
SELECT is(count(*) FILTER (WHERE abs(a.shifted_in - r.shifted_in) <= 1e-9 * (1 + r.shifted_in)
                             AND abs(a.shifted_out - r.shifted_out) <= 1e-9 * (1 + r.shifted_out)
                             AND abs(a.dropped - r.dropped) <= 1e-9 * (1 + r.dropped)
                             AND abs(a.demand_after - r.demand_after) <= 1e-9 * (1 + r.demand_after)), count(*), 'and each has what plain SQL says')
FROM answer AS a FULL JOIN reference AS r USING (tables, profession);
SELECT is(count(*) FILTER (WHERE demand_after >= 0 AND abs(demand + shifted_in - shifted_out - dropped - demand_after) <= 1e-9 * (1 + demand_after)), count(*), 'each row adds up') FROM answer;
SELECT ok(bool_and(demand_after = 0) AND count(*) > 300, 'of those whose tasks all go nothing is left, not even a rounding error')
FROM answer JOIN (SELECT tables, from_profession AS profession FROM random_shift GROUP BY 1, 2) AS s USING (tables, profession) WHERE tables % 4 = 0;

-- What comes in is, exactly as reckoned, the work of others times share times time.
SELECT is(count(*) FILTER (WHERE abs(comes - sum_in) <= 1e-9 * (1 + sum_in)), 200::bigint, 'what comes in is what went out, in the time that it takes')
FROM (SELECT tables, sum((demand + shifted_in) * share * relative_time) FILTER (WHERE to_profession IS NOT NULL) AS comes
      FROM answer JOIN random_shift AS s USING (tables) WHERE profession = from_profession GROUP BY 1) AS s
JOIN (SELECT tables, sum(shifted_in) AS sum_in FROM answer GROUP BY 1) AS a USING (tables);

-- Rows are in the order of professions, then as shifts first name them.
SELECT is(count(*) FILTER (WHERE got = expected), 200::bigint, 'rows stand in the order of the arguments')
FROM generate_series(1, 200) AS n,
     LATERAL (SELECT array_agg(profession ORDER BY row) AS got FROM shifted(n) WITH ORDINALITY AS s (profession, a, b, c, d, e, row)) AS g,
     LATERAL (SELECT array_agg(profession ORDER BY has_demand DESC, first) AS expected
              FROM (SELECT profession, has_demand, CASE WHEN has_demand THEN place(rank, 0) ELSE min(place(s.lot, 0)) END AS first
                    FROM profession AS p LEFT JOIN random_shift AS s ON s.tables = n AND to_profession = profession
                    WHERE p.tables = n AND (has_demand OR to_profession IS NOT NULL) GROUP BY profession, has_demand, rank) AS f) AS e;

-- The order of rows and of professions.
SELECT is(count(*) FILTER (WHERE (a.demand, a.shifted_in, a.shifted_out, a.dropped, a.demand_after) = (b.demand, b.shifted_in, b.shifted_out, b.dropped, b.demand_after)), count(*),
          'the order of the arguments changes no bit of a number')
FROM answer AS a FULL JOIN (SELECT tables, s.* FROM generate_series(1, 200) AS tables, shifted(tables, 1 + tables) AS s) AS b USING (tables, profession);

-- Linear in demand.
SELECT is(count(*) FILTER (WHERE abs(3 * a.demand_after + 500 * b.demand_after - c.demand_after) <= 1e-9 * (1 + c.demand_after)), count(*), 'it is linear in demand')
FROM answer AS a
JOIN (SELECT tables, s.* FROM generate_series(1, 200) AS tables, shifted(tables, 0, 'lot') AS s) AS b USING (tables, profession)
FULL JOIN (SELECT tables, s.* FROM generate_series(1, 200) AS tables, shifted(tables, 0, 'both') AS s) AS c USING (tables, profession);

-- Nothing is lost.
UPDATE random_shift SET relative_time = 1;
SELECT is(count(*) FILTER (WHERE abs(before - after - dropped) <= 1e-9 * before), 200::bigint, 'where tasks take as long as before, only what is dropped is lost')
FROM (SELECT tables, sum(demand) AS before, sum(demand_after) AS after, sum(s.dropped) AS dropped FROM generate_series(1, 200) AS tables, shifted(tables) AS s GROUP BY 1) AS t;
DELETE FROM random_shift WHERE to_profession IS NULL;
SELECT is(count(*) FILTER (WHERE abs(before - after) <= 1e-9 * before AND abs(sum_in - sum_out) <= 1e-9 * before AND dropped = 0), 200::bigint, 'and with nothing dropped, nothing')
FROM (SELECT tables, sum(demand) AS before, sum(demand_after) AS after, sum(shifted_in) AS sum_in, sum(shifted_out) AS sum_out, sum(s.dropped) AS dropped
      FROM generate_series(1, 200) AS tables, shifted(tables) AS s GROUP BY 1) AS t;

-- ---------------------------------------------------------------------------
-- It feeds the target of a projection
-- ---------------------------------------------------------------------------
CREATE TABLE staff AS
SELECT profession, workforce_agg(date '1965-01-01' + 90 * id, date '2015-01-01' + 10 * id, NULL, NULL, '[2015-01-01,2020-01-01)', 0.8) AS w
FROM generate_series(1, 100) AS id, unnest('{doctor,nurse}'::text[]) AS profession GROUP BY profession;
-- Every year doctors leave five percent more of their tasks to nurses.
CREATE TABLE plan AS
SELECT year, s.* FROM generate_series(2020, 2022) AS year,
                      shift_tasks('{doctor,nurse}', '{80,80}', '{doctor}', '{nurse}', ARRAY[0.05 * (year - 2019)], '{1.25}') AS s;
SELECT results_eq(
    $$SELECT profession, year, round(p.target::numeric, 9), round((gap + headcount)::numeric, 9)
      FROM staff JOIN (SELECT profession, array_agg(demand_after / 0.8 ORDER BY year) AS target FROM plan GROUP BY profession) AS t USING (profession),
           workforce_project(w, 3, target => t.target) AS p
      ORDER BY profession, year$$,
    $$VALUES ('doctor', 2020, 95::numeric, 95::numeric), ('doctor', 2021, 90, 90), ('doctor', 2022, 85, 85),
             ('nurse', 2020, 106.25, 106.25), ('nurse', 2021, 112.5, 112.5), ('nurse', 2022, 118.75, 118.75)$$,
    'years of demand after shifting are the target of each profession');

-- ---------------------------------------------------------------------------
-- WISN: Burmen, Owuor and Mitei (2017), Human Resources for Health 15:9, table 3
-- ---------------------------------------------------------------------------
\if :has_shared
CREATE TABLE wisn (key text PRIMARY KEY, value float8, kind text);
\copy wisn FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/v13_wisn_kenya_hiv_clinic.csv' CSV HEADER
CREATE FUNCTION given(text) RETURNS float8 LANGUAGE sql STABLE AS $$ SELECT value FROM wisn WHERE key = $1 AND kind = 'in' $$;
CREATE TABLE staffing AS
SELECT hours AS workload_hours, days AS workload_days, before AS days_before_absence, available AS available_days_per_staff,
       days / available AS baseline_staff_required, multiplier AS category_allowance_multiplier, days / available * multiplier AS staff_required_total
FROM (SELECT given('patients') * given('visits_per_patient') * given('hours_per_visit') AS hours) AS h,
     LATERAL (SELECT hours / given('hours_per_day') AS days) AS d,
     (SELECT given('consult_days_per_week') * given('weeks') AS before) AS b,
     LATERAL (SELECT before - given('public_holidays') - given('annual_leave') - given('sick_leave') AS available) AS a,
     LATERAL (SELECT 1 / (1 - given('category_allowance_days') / available) AS multiplier) AS m;
SELECT is(round((to_jsonb(s) ->> key)::numeric, CASE WHEN key ~ 'multiplier' THEN 4 WHEN key ~ 'staff_required' THEN 2 ELSE 9 END), value::numeric, 'WISN: ' || key)
FROM staffing AS s, wisn WHERE kind <> 'in' ORDER BY key;
-- Half of the visits to a nurse, who takes a fifth longer; each has the allowance.
SELECT results_eq(
    $$SELECT profession, round(demand_after::numeric, 2) FROM staffing, shift_tasks('{clinician}', ARRAY[staff_required_total], '{clinician}', '{nurse}', '{0.5}', '{1.2}')$$,
    $$VALUES ('clinician', 9.25), ('nurse', 11.09)$$, 'WISN: is a demand that can be shifted');
\else
SELECT skip('no published vectors', 8);
\endif

SELECT * FROM finish();
ROLLBACK;
