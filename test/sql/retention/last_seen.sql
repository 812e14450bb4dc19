-- retention_agg with the day on which somebody was last seen: a third way for a
-- spell to end.  The answers of R are those of survival 3.5-3 (R 4.2.2) to
--
--     time <- c(6,6,6,7,10,13,16,22,23, 6,9,10,11,17,19,20,25,32,32,34,35)
--     status <- rep(1:0, c(9, 12))
--     entry <- c(-1,-1,2,-1,4,5,-1,3,-1, -1,2,-1,6,-1,-1,7,-1,-1,-1,9,-1)
--     fit <- survfit(Surv(time, status) ~ 1, conf.type = "log-log")
--     late <- survfit(Surv(entry, time, status) ~ 1, conf.type = "log-log")
--     summary(fit); summary(fit, rmean = 35)$table; summary(late)
--
-- for the remissions under 6-MP of Freireich et al. 1963 (Blood 21:699-716), to
-- which entries are made up.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(51);
CREATE TABLE remission AS
SELECT n, time, status, CASE WHEN entry >= 0 THEN entry END AS entry
FROM unnest('{6,6,6,7,10,13,16,22,23,6,9,10,11,17,19,20,25,32,32,34,35}'::int[],
            '{1,1,1,1,1,1,1,1,1,0,0,0,0,0,0,0,0,0,0,0,0}'::int[],
            '{-1,-1,2,-1,4,5,-1,3,-1,-1,2,-1,6,-1,-1,7,-1,-1,-1,9,-1}'::int[]) WITH ORDINALITY AS u (time, status, entry, n);
CREATE TABLE summary AS
SELECT 'fit' AS of, retention_agg(date '2020-01-01', CASE status WHEN 1 THEN date '2020-01-01' + time END, 'relapse', '(,2030-01-01)',
                                  CASE status WHEN 0 THEN date '2020-01-01' + time END) AS r FROM remission
UNION ALL
SELECT 'late', retention_agg(start, CASE status WHEN 1 THEN start + time END, 'relapse', '[2020-01-01,2030-01-01)', CASE status WHEN 0 THEN start + time END)
FROM remission, LATERAL (SELECT date '2020-01-01' - coalesce(entry, 0)) AS s (start);
CREATE TABLE answer (of text, after_days int, at_risk bigint, exits bigint, retained float8, std_error float8, lower float8, upper float8);
INSERT INTO answer VALUES
    ('fit', 6, 21, 3, 0.857142857142857, 0.0763603548321213, 0.619717955265984, 0.951551747646997),
    ('fit', 7, 17, 1, 0.80672268907563, 0.0869352851800572, 0.563146564622233, 0.92280901920288),
    ('fit', 10, 15, 1, 0.752941176470588, 0.0963496529943205, 0.503199510799957, 0.889361835169265),
    ('fit', 13, 12, 1, 0.690196078431372, 0.10681470777501, 0.431610222486184, 0.849065963349451),
    ('fit', 16, 11, 1, 0.627450980392157, 0.114053865256753, 0.367510855987502, 0.804912189471841),
    ('fit', 22, 7, 1, 0.53781512605042, 0.128233751693034, 0.267778936767135, 0.746790717635394),
    ('fit', 23, 6, 1, 0.448179271708683, 0.13459145675576, 0.188052005959232, 0.680142628495241),
    ('late', 6, 18, 3, 0.833333333333333, 0.0878410461157883, 0.56768551868069, 0.942979741578936),
    ('late', 7, 15, 1, 0.777777777777778, 0.0979907892986886, 0.511026052868332, 0.910210250680366),
    ('late', 10, 15, 1, 0.725925925925926, 0.104278243854803, 0.462343470241025, 0.875471576857852),
    ('late', 13, 12, 1, 0.665432098765432, 0.111766206305332, 0.400928910936797, 0.833997493654745),
    ('late', 16, 11, 1, 0.604938271604938, 0.116835472045031, 0.343904718887592, 0.789239553430027),
    ('late', 22, 7, 1, 0.518518518518518, 0.128181208418937, 0.253237984374138, 0.730463858597264),
    ('late', 23, 6, 1, 0.432098765432099, 0.132791792594753, 0.179040802144757, 0.664100796407798);
SELECT is((SELECT count(*) FROM answer AS a JOIN (SELECT of, c.* FROM summary, retention_curve(r, '1 day') AS c) AS c USING (of, after_days, at_risk, exits)
           WHERE a.of = which AND abs(a.retained - c.retained) < 1e-12 AND abs(a.std_error - c.std_error) < 1e-12 AND abs(a.lower - c.lower) < 1e-12 AND abs(a.upper - c.upper) < 1e-12),
          7::bigint, 'every step of the curve is R''s: ' || which) FROM unnest('{fit,late}'::text[]) AS which;
SELECT ok(retention_median(r) = 23 AND abs(retention_mean(r, '35 days') - 23.28739495798319) < 1e-12, 'so are median and mean') FROM summary WHERE of = 'fit';
SELECT ok(retention_rate(r, '35 days') > 0 AND retention_rate(r, '36 days') IS NULL, 'beyond the last day on which anybody was seen nothing is known') FROM summary;
SELECT is(format('%s %s %s', spells(r), exits(r), exits(r, 'relapse')), '21 9 9', of || ': counts') FROM summary ORDER BY of;
SELECT is(r::jsonb -> 'censored', '{"6": 1, "9": 1, "10": 1, "11": 1, "17": 1, "19": 1, "20": 1, "25": 1, "32": 2, "34": 1, "35": 1}'::jsonb, of || ': who was lost is censored on the day last seen')
FROM summary ORDER BY of;

-- ---------------------------------------------------------------------------
-- By brute force: rows of which some are lost, against the counts of the text form.
-- ---------------------------------------------------------------------------
CREATE TABLE spell AS
SELECT i, date '2019-06-01' + i * 7 % 500 AS start_date, CASE WHEN i % 3 = 0 THEN date '2019-06-01' + i * 7 % 500 + i % 200 END AS end_date,
       CASE WHEN i % 3 = 1 THEN date '2019-06-01' + i * 7 % 500 + i * 13 % 400 END AS last_seen
FROM generate_series(1, 400) AS i;
CREATE TABLE seen AS
SELECT observed, start_date, CASE WHEN start_date < lower(observed) THEN lower(observed) - start_date END AS entry,
       least(end_date, last_seen, upper(observed)) - start_date AS leaves, end_date <= upper(observed) IS TRUE AS gone
FROM spell, (VALUES (daterange('2020-01-01', '2020-12-01')), ('(,2020-06-01)'), ('[2020-05-01,2020-05-02)')) AS o (observed)
WHERE start_date < upper(observed) AND NOT (start_date < lower(observed) AND least(end_date, last_seen, upper(observed)) <= lower(observed)) IS TRUE;
CREATE FUNCTION days(anyarray) RETURNS jsonb LANGUAGE sql AS $$ SELECT coalesce(jsonb_object_agg(day, n), '{}') FROM (SELECT day, count(*) AS n FROM unnest($1) AS day WHERE day IS NOT NULL GROUP BY day) AS d $$;
SELECT ok(s.r::jsonb -> 'censored' = e.censored AND s.r::jsonb -> 'late_entries' = e.late AND coalesce(s.r::jsonb -> 'exits' -> 'unknown', '{}') = e.exits AND spells(s.r) = e.n,
          format('rows in %s: %s spells, %s of them censored', observed, e.n, lost))
FROM (SELECT observed, days(array_agg(CASE WHEN NOT gone THEN leaves END)) AS censored, days(array_agg(entry)) AS late, days(array_agg(CASE WHEN gone THEN leaves END)) AS exits,
             count(*) AS n, count(*) FILTER (WHERE NOT gone) AS lost FROM seen GROUP BY observed) AS e
     JOIN (SELECT observed, retention_agg(start_date, end_date, NULL, observed, last_seen) AS r FROM spell, (SELECT DISTINCT observed FROM seen) AS o GROUP BY observed) AS s USING (observed)
ORDER BY observed;
-- Without a day last seen it is the form without.
SELECT is((SELECT retention_agg(start_date, end_date, i % 5, '[2020-01-01,2020-12-01)', NULL)::text FROM spell), (SELECT retention_agg(start_date, end_date, i % 5, '[2020-01-01,2020-12-01)')::text FROM spell),
          'null is not lost');
SELECT is((SELECT retention_agg(start_date, end_date, 'x', '[2020-01-01,2020-12-01)', 'infinity')::text FROM spell), (SELECT retention_agg(start_date, end_date, 'x', '[2020-01-01,2020-12-01)')::text FROM spell),
          'nor is infinity');
SELECT is((SELECT retention_agg(start_date, NULL, 'x', '[2020-01-01,2020-12-01)', '2020-12-01')::text FROM spell), (SELECT retention_agg(start_date, NULL, 'x', '[2020-01-01,2020-12-01)')::text FROM spell),
          'who was seen until the end of the period is no different from who is still there');
SELECT is((SELECT retention_agg(start_date, end_date, 'x', '[2020-01-01,2020-12-01)', last_seen)::text FROM spell),
          (SELECT rollup(r)::text FROM (SELECT retention_agg(start_date, end_date, 'x', '[2020-01-01,2020-12-01)', last_seen ORDER BY i DESC) AS r FROM spell GROUP BY i % 7) AS parts), 'parts add up');
-- On the borders of the period.
SELECT is(format('%s %s', spells(r), (r::jsonb - 'type' - 'version' - 'observed' - 'skipped')), expected, label)
FROM (VALUES
    (1, '2020-03-01', '2020-03-01', '1 {"exits": {}, "censored": {"0": 1}, "late_entries": {}}', 'lost on the first day'),
    (2, '2019-12-01', '2020-01-01', '0 {"exits": {}, "censored": {}, "late_entries": {}}', 'lost before the period shows it'),
    (3, '2019-12-01', '2020-01-02', '1 {"exits": {}, "censored": {"32": 1}, "late_entries": {"31": 1}}', 'or a day later'),
    (4, '2019-12-01', '2019-12-24', '0 {"exits": {}, "censored": {}, "late_entries": {}}', 'lost before the period'),
    (5, '2020-03-01', '2021-03-01', '1 {"exits": {}, "censored": {"275": 1}, "late_entries": {}}', 'lost after the period'),
    (6, '2020-12-01', '2020-12-01', '0 {"exits": {}, "censored": {}, "late_entries": {}}', 'begun after it')) AS v (n, start, last, expected, label),
     LATERAL (SELECT retention_agg(day, NULL, 'x', '[2020-01-01,2020-12-01)', last::date) AS r FROM (SELECT start::date) AS d (day)) AS s ORDER BY n;

-- ---------------------------------------------------------------------------
-- Of people: contracts in any order, against a look at each pair of them.
-- ---------------------------------------------------------------------------
CREATE TABLE contract AS
SELECT person, n, start_date, CASE WHEN ends = 0 THEN start_date + length END AS end_date, CASE WHEN ends = 1 THEN start_date + greatest(length - 1, 0) END AS last_seen,
       'reason ' || (person + n) % 3 AS reason, (person * 7919 + n * 104729) % 10007 AS lot
FROM (SELECT person, n, date '2019-01-01' + (person * 37 % 300 + n * 90 + person * n * 13 % 80) AS start_date, (person * 11 + n * 29) % 150 AS length, CASE WHEN n = 7 AND person % 3 = 0 THEN 2 ELSE (person + n * n) % 2 END AS ends
      FROM generate_series(1, 300) AS person, generate_series(0, 7) AS n WHERE (person + n) % 5 > 0) AS c;
-- Some twice, of which one ends where the other was lost sight of.
INSERT INTO contract SELECT person, n + 100, start_date, CASE WHEN n % 2 = 0 THEN last_seen + 1 END, CASE WHEN n % 2 = 1 THEN last_seen END, 'again', lot + 1 FROM contract WHERE last_seen IS NOT NULL AND person % 4 = 0;
CREATE TABLE asked (a int PRIMARY KEY, observed daterange, join_gap interval);
INSERT INTO asked VALUES (1, '[2019-06-01,2020-12-01)', '0 days'), (2, '(,2020-03-15)', '20 days'), (3, '[2020-01-01,2020-01-02)', '1 month'), (4, '(,2022-01-01)', '3 months');
-- A spell is a class of contracts; a contract goes on another where it starts in it or
-- at most a gap after the first day of which nothing is known.
CREATE TABLE joined AS
WITH RECURSIVE bound AS (
    SELECT a, person, n, start_date, coalesce(end_date, last_seen + 1, 'infinity') AS until, last_seen IS NOT NULL AS lost, reason, observed,
           coalesce(end_date, last_seen + 1) + join_gap AS reach
    FROM contract, asked
), class AS (
    SELECT b.a, b.person, b.n, b.n AS root FROM bound AS b
    WHERE NOT EXISTS (SELECT FROM bound AS o WHERE (o.a, o.person) = (b.a, b.person) AND (o.start_date, o.n) < (b.start_date, b.n) AND (o.reach IS NULL OR b.start_date <= o.reach))
), chain AS (
    SELECT b.*, max(CASE WHEN c.root IS NOT NULL THEN b.start_date END) OVER (PARTITION BY b.a, b.person ORDER BY b.start_date, b.n) AS spell
    FROM bound AS b LEFT JOIN class AS c USING (a, person, n)
)
SELECT DISTINCT ON (a, person, spell) a, person, spell AS start_date, until, lost, reason, observed
FROM chain ORDER BY a, person, spell, until DESC, lost DESC, start_date, reason;
CREATE TABLE of_person AS
SELECT a, person, upper(observed) AS as_of, start_date, CASE WHEN start_date < lower(observed) THEN lower(observed) - start_date END AS entry,
       least(CASE WHEN lost THEN (until - 1) ELSE until END, upper(observed)) - start_date AS leaves, CASE WHEN NOT lost AND until <= upper(observed) THEN reason END AS gone
FROM joined WHERE start_date < upper(observed) AND NOT (start_date < lower(observed) AND least(CASE WHEN lost THEN until - 1 ELSE until END, upper(observed)) <= lower(observed)) IS TRUE;
CREATE TABLE by_person AS
SELECT a, retention_agg(person, start_date, end_date, reason, observed, last_seen, join_gap) AS r FROM contract, asked GROUP BY a, observed, join_gap;
SELECT ok(s.r::jsonb -> 'censored' = e.censored AND s.r::jsonb -> 'late_entries' = e.late AND spells(s.r) = e.n AND exits(s.r) = e.left
          AND (SELECT bool_and(s.r::jsonb -> 'exits' -> reason = x) FROM (SELECT gone AS reason, days(array_agg(leaves)) AS x FROM of_person AS p WHERE p.a = e.a AND gone IS NOT NULL GROUP BY gone) AS g) IS NOT FALSE,
          format('people %s: %s spells, %s left, %s were lost sight of before the end', e.a, e.n, e.left, e.lost))
FROM (SELECT a, days(array_agg(leaves) FILTER (WHERE gone IS NULL)) AS censored, days(array_agg(entry)) AS late, count(*) AS n, count(gone) AS left,
             count(*) FILTER (WHERE gone IS NULL AND start_date + leaves < as_of) AS lost FROM of_person GROUP BY a) AS e JOIN by_person AS s USING (a) ORDER BY a;
SELECT cmp_ok(count(*), '>', 100::bigint, 'many were lost sight of and seen again') FROM (SELECT FROM contract AS c WHERE last_seen IS NOT NULL AND EXISTS (SELECT FROM contract AS o WHERE o.person = c.person AND o.start_date > c.last_seen + 100)) AS x;
-- The same of any key, order, plan and memory, byte for byte.
CREATE FUNCTION same_bytes(query text, label text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE wrong int;
BEGIN
    EXECUTE 'SELECT count(*) FROM (' || query || ') AS g (a, r) FULL JOIN by_person AS b USING (a) WHERE (retention_send(g.r) = retention_send(b.r)) IS NOT TRUE' INTO wrong;
    RETURN is(wrong, 0, label);
END
$$;
SELECT same_bytes(format('SELECT a, retention_agg(%s, start_date, end_date, reason, observed, last_seen, join_gap %s) FROM contract, asked GROUP BY a', person, sorted), person || ' ' || sorted)
FROM unnest('{person::text,md5(person::text)::uuid,person::numeric,person}'::text[], '{"","ORDER BY lot","ORDER BY lot DESC","ORDER BY start_date DESC, lot"}'::text[]) AS t (person, sorted);
SET LOCAL work_mem = '64kB';
SELECT same_bytes('SELECT a, retention_agg(person, start_date, end_date, reason, observed, last_seen, join_gap ORDER BY lot) FROM contract, asked GROUP BY a', 'with 64 kB');
ALTER TABLE contract SET (parallel_workers = 3);
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
CREATE FUNCTION explained(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; plan text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP plan := plan || line || E'\n'; END LOOP;
    RETURN plan;
END
$$;
SELECT matches(explained('SELECT retention_agg(person, start_date, end_date, reason, ''[2019-06-01,2020-12-01)'', last_seen, ''0 days'') FROM contract'), 'Partial Aggregate', 'workers take part');
SELECT same_bytes('SELECT 1, retention_agg(person, start_date, end_date, reason, ''[2019-06-01,2020-12-01)'', last_seen, ''0 days'') FROM contract
                   UNION ALL SELECT 2, retention_agg(person, start_date, end_date, reason, ''(,2020-03-15)'', last_seen, ''20 days'') FROM contract
                   UNION ALL SELECT 3, retention_agg(person, start_date, end_date, reason, ''[2020-01-01,2020-01-02)'', last_seen, ''1 month'') FROM contract
                   UNION ALL SELECT 4, retention_agg(person, start_date, end_date, reason, ''(,2022-01-01)'', last_seen, ''3 months'') FROM contract', 'with workers and 64 kB');
RESET work_mem;
-- One contract a person is a row; without a day last seen it is the form without.
SELECT is((SELECT retention_agg(i, start_date, end_date, i % 5, '[2020-01-01,2020-12-01)', last_seen, '30 days')::text FROM spell),
          (SELECT retention_agg(start_date, end_date, i % 5, '[2020-01-01,2020-12-01)', last_seen)::text FROM spell), 'one contract of each person is a row');
SELECT is((SELECT retention_agg(person, start_date, end_date, reason, '[2020-01-01,2020-12-01)', last_seen, '9 days')::text FROM (SELECT person, start_date, end_date, reason, NULL::date AS last_seen FROM contract) AS c),
          (SELECT retention_agg(person, start_date, end_date, reason, '[2020-01-01,2020-12-01)', '9 days')::text FROM contract), 'null is not lost, of people either');
-- What one person's contracts say.
SELECT is((SELECT r::jsonb - 'type' - 'version' - 'observed' - 'skipped' FROM (SELECT retention_agg(1, start_date, end_date, 'x', '[2020-01-01,2020-12-01)', last_seen, '10 days') AS r FROM (VALUES (1, date '2020-02-01', date '2020-03-01', NULL::date), (n, second, e2, l2)) AS v (n, start_date, end_date, last_seen)) AS s),
          expected::jsonb, label)
FROM (VALUES
    (1, date '2020-03-05', NULL::date, date '2020-03-31', '{"exits": {}, "censored": {"59": 1}, "late_entries": {}}', 'lost in the contract that goes on'),
    (2, '2020-02-05', NULL, '2020-02-20', '{"exits": {"x": {"29": 1}}, "censored": {}, "late_entries": {}}', 'lost in one that another outlasts: it is known when that one ends'),
    (3, '2020-02-05', NULL, '2020-02-29', '{"exits": {}, "censored": {"28": 1}, "late_entries": {}}', 'lost on the last day of the other: nobody knows'),
    (4, '2020-02-05', NULL, '2020-02-28', '{"exits": {"x": {"29": 1}}, "censored": {}, "late_entries": {}}', 'lost a day before it'),
    (5, '2020-05-01', NULL, '2020-05-20', '{"exits": {"x": {"29": 1}}, "censored": {"19": 1}, "late_entries": {}}', 'a spell that ended, and one that was lost'),
    (6, '2020-01-05', NULL, '2020-01-21', '{"exits": {"x": {"56": 1}}, "censored": {}, "late_entries": {}}', 'seen again on the last day that a gap bridges'),
    (7, '2020-01-05', NULL, '2020-01-20', '{"exits": {"x": {"29": 1}}, "censored": {"15": 1}, "late_entries": {}}', 'and not after it: two spells')) AS v (n, second, e2, l2, expected, label) ORDER BY n;
SELECT throws_ok(format($$SELECT retention_agg(1, '2020-03-01', %L, 'x', '[2020-01-01,2020-12-01)', %L, '0 days')$$, ends, seen), '22000', message, 'of people too: ' || message)
FROM (VALUES (date '2020-05-01', '2020-04-30', 'spell has an end and a day last seen'), (NULL, '2020-02-29', 'spell was last seen before it starts')) AS v (ends, seen, message);

-- ---------------------------------------------------------------------------
-- Contradictions
-- ---------------------------------------------------------------------------
SELECT throws_ok($$SELECT retention_agg('2020-03-01', '2020-05-01', 'x', '[2020-01-01,2020-12-01)', '2020-04-30')$$, '22000', 'spell has an end and a day last seen', 'either or');
SELECT throws_ok($$SELECT retention_agg('2020-03-01', '2021-05-01', 'x', '[2020-01-01,2020-12-01)', '2022-01-01')$$, '22000', 'spell has an end and a day last seen', 'also after the period');
SELECT throws_ok($$SELECT retention_agg('2020-03-01', NULL, 'x', '[2020-01-01,2020-12-01)', '2020-02-29')$$, '22000', 'spell was last seen before it starts', 'nobody is seen before');
SELECT throws_ok($$SELECT retention_agg('2020-03-01', NULL, 'x', '[2020-01-01,2020-12-01)', '-infinity')$$, '22000', 'spell was last seen before it starts', 'nor at minus infinity');
SELECT is(spells(retention_agg('2020-03-01', 'infinity', 'x', '[2020-01-01,2020-12-01)', '2020-04-30')), 1::bigint, 'an end that never comes is none');
SELECT is(array_agg(spell_fault(start_date, end_date, '[2020-01-01,2020-12-01)', last_seen) ORDER BY n),
          ARRAY['spell has an end and a day last seen', 'spell was last seen before it starts', NULL, NULL, 'spell ends before it starts', NULL], 'the faults of rows, before they are raised')
FROM (VALUES (1, date '2020-03-01', date '2020-05-01', date '2020-04-30'), (2, '2020-03-01', NULL, '2020-02-29'), (3, '2020-03-01', NULL, '2020-03-01'),
             (4, NULL, NULL, '2020-03-01'), (5, '2020-03-01', '2020-02-01', NULL), (6, '2020-03-01', '2020-05-01', NULL)) AS v (n, start_date, end_date, last_seen);
SELECT * FROM finish();
ROLLBACK;
