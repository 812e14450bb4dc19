-- The rows of test/citus.sh, the same in each database: nothing is random.  n is the number of persons.  A person's
-- region does not change, so that tables may be distributed by either.
CREATE FUNCTION dice(person bigint, use integer, sides bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN (hashint8extended(person, use) & 2147483647) % sides;

CREATE TABLE employment (person_id bigint, region text, profession text, born date, start_date date, end_date date, reason text, reason_code integer, fte numeric);
INSERT INTO employment
SELECT p, 'r' || p % 7, (ARRAY['nurse', 'midwife', 'physician', 'assistant', NULL])[1 + dice(p, 1, 5)], date '1955-01-01' + dice(p, 2, 16000)::integer, s.day,
       CASE WHEN dice(p, 3 + k, 3) > 0 THEN s.day + 60 + dice(p, 5 + k, 1200)::integer END, (ARRAY['retirement', 'own request', 'layoff'])[1 + dice(p, 7 + k, 3)],
       1 + dice(p, 7 + k, 3), (ARRAY[1, 0.75, 0.5])[1 + dice(p, 9 + k, 3)]
FROM generate_series(1::bigint, :n) AS p, generate_series(0, 1) AS k, LATERAL (SELECT date '2012-01-01' + dice(p, 11, 2000)::integer + k * 1500 AS day) AS s;

CREATE TABLE event (person_id bigint, region text, programme text, round integer, stage text, at date);
INSERT INTO event
SELECT p, 'r' || p % 7, 'p' || p % 3, 2018 + dice(p, 21, 4), (ARRAY['applied', 'admitted', 'registered', 'graduated', 'withdrew'])[k], date '2018-08-15' + 365 * dice(p, 21, 4)::integer + 200 * k + dice(p, 22 + k, 90)::integer
FROM generate_series(1::bigint, :n) AS p, generate_series(1, 5) AS k
WHERE k = 1 OR dice(p, 30, 6) >= k AND k < 5 OR k = 5 AND dice(p, 30, 6) = 3;

CREATE TABLE chain (person_id bigint, region text, programme text, reached date[]);
INSERT INTO chain
SELECT person_id, region, programme, array_agg(at ORDER BY at) FROM event WHERE stage <> 'withdrew' GROUP BY person_id, region, programme;

CREATE TABLE posting (person_id bigint, region text, profession text, state text, start_date date, end_date date, reason text, fte numeric);
INSERT INTO posting
SELECT p, 'r' || p % 7, (ARRAY['nurse', 'midwife'])[1 + p % 2], (ARRAY['ward', 'theatre', 'clinic'])[1 + dice(p, 40 + k, 3)], date '2014-01-01' + 700 * k + dice(p, 50, 300)::integer,
       CASE WHEN k < 3 OR dice(p, 51, 2) = 1 THEN date '2014-01-01' + 700 * (k + 1) + dice(p, 50, 300)::integer - 40 * dice(p, 52 + k, 2)::integer END,
       (ARRAY['own request', 'reorganised'])[1 + dice(p, 60 + k, 2)], (ARRAY[1, 0.8])[1 + dice(p, 70 + k, 2)]
FROM generate_series(1::bigint, :n) AS p, generate_series(0, 3) AS k;

CREATE TABLE certificate (person_id bigint, region text, module text, completed_on date, valid_months integer);
INSERT INTO certificate
SELECT p, 'r' || p % 7, 'm' || k, date '2021-01-01' + dice(p, 80 + k, 1500)::integer, 12 * (1 + k) FROM generate_series(1::bigint, :n) AS p, generate_series(0, 2) AS k WHERE dice(p, 90 + k, 4) > 0;

CREATE TABLE held (person_id bigint, region text, module text, status text, start_date date, end_date date);
INSERT INTO held
SELECT s.person_id, s.region, s.module, c.*
FROM (SELECT person_id, region, module, array_agg(completed_on ORDER BY completed_on) AS completed, min(valid_months) AS months FROM certificate GROUP BY person_id, region, module) AS s,
     LATERAL certificate_spells(s.completed, make_interval(months => s.months), '[2021-06-01,2026-01-01)') AS c;

CREATE FUNCTION spec() RETURNS funnel_spec LANGUAGE sql IMMUTABLE
RETURN funnel_spec(ARRAY['applied', 'admitted', 'registered', 'graduated'], within => '4 years'::interval, as_of => '2024-01-01'::date, exits => ARRAY['withdrew']);

CREATE TABLE stored (person_id bigint, region text, part text, w workforce, r retention, f funnel, m mobility);
INSERT INTO stored
SELECT row_number() OVER (ORDER BY e.profession, e.region), e.region, e.profession, e.w, e.r, f.f, m.m
FROM (SELECT region, profession, workforce_agg(born, start_date, end_date, reason, '[2014-01-01,2024-01-01)') AS w, retention_agg(start_date, end_date, reason, '[2014-01-01,2024-01-01)') AS r
      FROM employment WHERE profession IS NOT NULL GROUP BY region, profession) AS e
     JOIN (SELECT region, funnel_agg(person_id, stage, at, spec()) AS f FROM event GROUP BY region) AS f USING (region)
     JOIN (SELECT region, mobility_agg(person_id, state, start_date, end_date, '[2015-01-01,2022-01-01)') AS m FROM posting GROUP BY region) AS m USING (region);

CREATE FUNCTION simple_spec() RETURNS funnel_spec LANGUAGE sql IMMUTABLE
RETURN funnel_spec(ARRAY['applied', 'admitted', 'registered', 'graduated'], within => '4 years'::interval);
