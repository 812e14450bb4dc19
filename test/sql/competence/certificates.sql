-- Competence against brute force over people, modules and days, on a random
-- catalogue: who has what on any date, renewals by month, costs by year. The
-- views are those of doc/competence.md.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(37);

-- ---------------------------------------------------------------------------
-- A catalogue and people, by chance.
-- ---------------------------------------------------------------------------
\ir ../../lib/rows.sql
\ir ../../lib/reporting.sql
SELECT setseed(0.71);

CREATE TABLE catalogue AS
SELECT n, 'module ' || n AS module, pick('bas', 'fördjupning', 'spets') AS level,
       pick('a', 'b', NULL) AS profession, pick('x', 'y', NULL) AS field,
       CASE pick('ever', 'days', 'days', 'months', 'both')
           WHEN 'days' THEN make_interval(days => 1 + (random() * 40)::int)
           WHEN 'months' THEN make_interval(months => 1 + (random() * 13)::int)
           WHEN 'both' THEN make_interval(months => 1 + (random() * 3)::int, days => 1 + (random() * 40)::int) END AS validity,
       date '2022-06-01' + (random() * 500)::int AS published,
       round((100000 * random())::numeric, 2) AS production_cost, round((9000 * random())::numeric, 2) AS yearly_upkeep,
       round((900 * random())::numeric, 2) AS cost_per_participant
FROM generate_series(1, 20) AS n;

-- Up to three employments, one after the other; the second may follow at once.
CREATE TABLE employment AS
WITH one AS (
    SELECT person_id, pick('North', 'South', 'West') AS municipality, pick('a', 'b') AS profession, pick('x', 'y') AS field,
           date '2022-06-01' + (random() * 500)::int AS start_date, 1 + (random() * 300)::int AS days
    FROM generate_series(1, 60) AS person_id
), two AS (
    SELECT person_id, pick('North', 'South', 'West') AS municipality, pick('a', 'b') AS profession, pick('x', 'y') AS field,
           start_date + days + (random() * 60 * (person_id % 2))::int AS start_date, 1 + (random() * 300)::int AS days
    FROM one WHERE person_id % 3 > 0
), three AS (
    SELECT person_id, municipality, profession, pick('x', 'y') AS field, start_date + days + (random() * 60)::int AS start_date, NULL::int AS days
    FROM two WHERE person_id % 4 > 0
)
SELECT person_id, municipality, profession, field, start_date, start_date + days AS end_date
FROM (SELECT * FROM one UNION ALL SELECT * FROM two UNION ALL SELECT * FROM three) AS spell;

-- Some complete nothing, some often, on one day twice, before they were
-- employed, after they left, and what nobody asked of them.
CREATE TABLE completion AS
SELECT person_id, module, date '2022-01-01' + (random() * 1000)::int AS completed_on
FROM generate_series(1, 60) AS person_id, catalogue, generate_series(1, 9)
WHERE random() < 0.3 * (person_id % 4);
INSERT INTO completion SELECT * FROM completion WHERE random() < 0.05;
CREATE INDEX ON completion (person_id, module);
ANALYZE completion;

-- ---------------------------------------------------------------------------
-- The manual's views
-- ---------------------------------------------------------------------------
CREATE VIEW requirement AS
SELECT e.person_id, e.municipality, e.profession, e.field, c.module, c.level, c.validity,
       daterange(e.start_date, e.end_date) * daterange(c.published, NULL) AS required
FROM employment AS e
     JOIN catalogue AS c ON coalesce(c.profession, e.profession) = e.profession
                        AND coalesce(c.field, e.field) = e.field;

CREATE MATERIALIZED VIEW certificate AS
SELECT r.person_id, r.municipality, r.profession, r.field, r.module, r.level, r.required,
       s.status, s.start_date, s.end_date
FROM requirement AS r
     LEFT JOIN (SELECT person_id, module, array_agg(completed_on) AS completed
                FROM completion
                GROUP BY person_id, module) AS c USING (person_id, module),
     certificate_spells(c.completed, r.validity, r.required) AS s;

CREATE FUNCTION certificate_on(day date) RETURNS SETOF certificate LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT * FROM certificate WHERE start_date <= day AND (end_date > day OR end_date IS NULL);
END;

CREATE VIEW renewal AS
SELECT person_id, municipality, profession, field, module, level,
       date_trunc('month', start_date)::date AS month,
       bool_or(status = 'lapsed') AS due, bool_or(status = 'valid') AS renewed
FROM (SELECT *, lag(status) OVER (PARTITION BY person_id, module, required
                                  ORDER BY start_date) AS before
      FROM certificate) AS c
WHERE (before, status) IN (('valid', 'lapsed'), ('lapsed', 'valid'))
GROUP BY person_id, municipality, profession, field, module, level, month;

CREATE VIEW module_year AS
SELECT year, module, level,
       CASE WHEN year = extract(year FROM published) THEN production_cost ELSE 0 END AS production,
       CASE WHEN year > extract(year FROM published) THEN yearly_upkeep ELSE 0 END AS upkeep,
       participants, participants * cost_per_participant AS participation
FROM catalogue,
     LATERAL (SELECT generate_series(extract(year FROM published)::int, 2026) AS year) AS y,
     LATERAL (SELECT count(DISTINCT (person_id, completed_on)) AS participants
              FROM completion
              WHERE completion.module = catalogue.module
                AND extract(year FROM completed_on) = year) AS p;

-- ---------------------------------------------------------------------------
-- Brute force: every day, employment and module
-- ---------------------------------------------------------------------------
CREATE TABLE daily AS
SELECT day, person_id, e.municipality, e.profession, e.field, e.start_date AS employed, c.module, c.level,
       (SELECT CASE WHEN bool_or(c.validity IS NULL OR x.completed_on + c.validity > day) THEN 'valid'
                    WHEN count(*) > 0 THEN 'lapsed' ELSE 'missing' END
        FROM completion AS x
        WHERE x.person_id = e.person_id AND x.module = c.module AND x.completed_on <= day) AS status
FROM (SELECT day::date FROM generate_series(date '2022-06-01', date '2024-12-31', '1 day') AS day) AS d, employment AS e, catalogue AS c
WHERE e.start_date <= day AND (e.end_date IS NULL OR day < e.end_date) AND day >= c.published
  AND (c.profession IS NULL OR c.profession = e.profession) AND (c.field IS NULL OR c.field = e.field);

ANALYZE daily;
SELECT cmp_ok((SELECT count(*) FROM daily), '>', 100000::bigint, 'there are days of people and modules');
SELECT cmp_ok((SELECT count(*) FROM daily WHERE status = s), '>', 10000::bigint, 'many are ' || s) FROM unnest('{missing,valid,lapsed}'::text[]) AS s;
SELECT cmp_ok((SELECT count(*) FROM (SELECT FROM certificate GROUP BY person_id, module, required HAVING count(*) >= 5) AS x), '>', 10::bigint, 'some change five times');

-- On every day the rows of the materialized view are what the day says.
SELECT agree('who has what', 'SELECT day, person_id, municipality, profession, field, module, level, status
                              FROM (SELECT DISTINCT day FROM daily) AS d, certificate_on(day)',
             'SELECT day, person_id, municipality, profession, field, module, level, status FROM daily', 100000);

-- Person-modules, of all and of each part.
SELECT agree('person-modules by ' || part,
    format($$SELECT day, %1$s AS part, count(*) AS required, count(*) FILTER (WHERE status = 'valid') AS valid,
                    count(*) FILTER (WHERE status = 'lapsed') AS lapsed, count(*) FILTER (WHERE status = 'missing') AS missing
             FROM (SELECT DISTINCT day FROM daily) AS d, certificate_on(day) GROUP BY GROUPING SETS ((day), (day, %1$s))$$, part),
    format($$SELECT day, part, sum(1), sum((status = 'valid')::int), sum((status = 'lapsed')::int), sum((status = 'missing')::int)
             FROM (SELECT *, %1$s AS part FROM daily UNION ALL SELECT *, NULL FROM daily) AS d GROUP BY day, part$$, part), 2000)
FROM unnest('{profession,field,municipality,level}'::text[]) AS part;

-- People: covered are those of whom nothing that is required is not valid.
SELECT agree('people by ' || part,
    format($$SELECT day, part, count(*) AS people, count(*) FILTER (WHERE covered) AS covered
             FROM (SELECT day, %1$s AS part, person_id, bool_and(status = 'valid') AS covered
                   FROM (SELECT DISTINCT day FROM daily) AS d, certificate_on(day) GROUP BY day, part, person_id) AS p
             GROUP BY day, part$$, part),
    format($$SELECT day, part, count(DISTINCT person_id),
                    count(DISTINCT person_id) - count(DISTINCT person_id) FILTER (WHERE status <> 'valid')
             FROM (SELECT *, %1$s AS part FROM daily) AS d GROUP BY day, part$$, part), 800)
FROM unnest(ARRAY['profession', 'field', 'municipality', 'level', $$'all'$$]) AS part;

-- Renewals: a person-module and month once, whether the certificate lapses in
-- it, is renewed late, or both, and however often.
CREATE TABLE turn AS
SELECT a.person_id, a.municipality, a.profession, a.field, a.module, a.level, b.day, b.status
FROM daily AS a JOIN daily AS b ON b.day = a.day + 1 AND b.person_id = a.person_id AND b.employed = a.employed AND b.module = a.module
WHERE (a.status, b.status) IN (('valid', 'lapsed'), ('lapsed', 'valid'));

SELECT agree('renewals by month', $$SELECT * FROM renewal WHERE month <= '2024-12-01'$$,
    $$SELECT person_id, municipality, profession, field, module, level, make_date(extract(year FROM day)::int, extract(month FROM day)::int, 1),
             'lapsed' = ANY (array_agg(status)), 'valid' = ANY (array_agg(status))
      FROM turn GROUP BY 1, 2, 3, 4, 5, 6, 7$$, 400);
SELECT cmp_ok((SELECT count(*) FROM renewal WHERE due AND renewed), '>', 20::bigint, 'many lapse and are renewed in one month');
SELECT cmp_ok((SELECT count(*) FROM turn), '>', (SELECT count(*) + 20 FROM renewal WHERE month <= '2024-12-01'), 'and are counted once');
SELECT is((SELECT count(*) FROM renewal WHERE due AND renewed AND month <= '2024-12-01'),
          (SELECT count(*) FROM (SELECT FROM turn GROUP BY person_id, municipality, profession, field, module, date_trunc('month', day) HAVING count(DISTINCT status) = 2) AS x),
          'as the days say');

-- One who lapses on 10 March and renews on 20 March, and on 10 May and 20 June.
SELECT results_eq($$
    WITH c AS (SELECT *, lag(status) OVER (ORDER BY start_date) AS before
               FROM certificate_spells('{2022-03-10,2023-03-20,2023-05-10}', '1 year', '[2022-01-01,2025-01-01)')
               UNION ALL SELECT *, lag(status) OVER (ORDER BY start_date)
               FROM certificate_spells('{2022-05-10,2023-06-20}', '1 year', '[2022-01-01,2024-01-01)'))
    SELECT date_trunc('month', start_date)::date, bool_or(status = 'lapsed'), bool_or(status = 'valid')
    FROM c WHERE (before, status) IN (('valid', 'lapsed'), ('lapsed', 'valid')) GROUP BY 1 ORDER BY 1$$,
    $$VALUES (date '2023-03-01', true, true), ('2023-05-01', true, false), ('2023-06-01', false, true), ('2024-05-01', true, false)$$,
    'by hand: once in March, and in May and June');

-- As a summary of states, with the person-module as the unit: the same on every
-- day, and every change of a day is a move.
CREATE TABLE summary AS
SELECT level, mobility_agg(person_id || ' ' || module, status, start_date, end_date, '[2023-01-01,2024-07-01)') AS m
FROM certificate GROUP BY level;
CREATE TABLE state AS SELECT day, person_id, module, status FROM daily WHERE day BETWEEN '2023-01-01' AND '2024-07-01';
CREATE UNIQUE INDEX ON state (person_id, module, day);

SELECT agree('mobility_headcount', $$
    SELECT d.day, state, headcount FROM (SELECT rollup(m) AS m FROM summary) AS s, (SELECT DISTINCT day FROM state WHERE day < '2024-07-01') AS d, mobility_headcount(m, d.day) AS h
    WHERE headcount > 0$$,
    'SELECT day, status, count(*) FROM state WHERE day < ''2024-07-01'' GROUP BY day, status', 1500);
SELECT agree('mobility_flows', 'SELECT from_state, to_state, moves FROM (SELECT rollup(m) AS m FROM summary) AS s, mobility_flows(m)',
    $$SELECT a.status, b.status, count(*)
      FROM (SELECT * FROM state WHERE day < '2024-07-01') AS a
           FULL JOIN (SELECT * FROM state WHERE day > '2023-01-01') AS b
               ON b.day = a.day + 1 AND b.person_id = a.person_id AND b.module = a.module
      WHERE a.status IS DISTINCT FROM b.status GROUP BY a.status, b.status$$, 7);

-- Costs: every day somebody may complete something, and every new year costs.
CREATE TABLE paid AS
SELECT extract(year FROM day)::int AS year, module, 'participation' AS what, cost_per_participant AS amount
FROM (SELECT day::date FROM generate_series(date '2022-01-01', date '2026-12-31', '1 day') AS day) AS d, catalogue,
     LATERAL (SELECT DISTINCT person_id FROM completion WHERE completion.module = catalogue.module AND completed_on = day) AS participant
WHERE extract(year FROM day) >= extract(year FROM published)
UNION ALL SELECT extract(year FROM published)::int, module, 'production', production_cost FROM catalogue
UNION ALL
SELECT extract(year FROM day)::int, module, 'upkeep', yearly_upkeep
FROM generate_series(date '2022-01-01', date '2026-12-31', '1 day') AS day, catalogue
WHERE to_char(day, 'MM-DD') = '01-01' AND day > published;

SELECT agree('costs by year',
    'SELECT year, sum(production), sum(upkeep), sum(participation), sum(participants) FROM module_year GROUP BY year',
    $$SELECT year, coalesce(sum(amount) FILTER (WHERE what = 'production'), 0), coalesce(sum(amount) FILTER (WHERE what = 'upkeep'), 0),
             coalesce(sum(amount) FILTER (WHERE what = 'participation'), 0), count(*) FILTER (WHERE what = 'participation')::numeric
      FROM paid GROUP BY year$$, 5);

SELECT * FROM finish();
ROLLBACK;
