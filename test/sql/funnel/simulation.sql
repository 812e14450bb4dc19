-- Recent cohorts are pending: is `cumulative` without bias, where shortcuts are
-- not, and do its limits hold the truth as often as they claim?
--
-- Applicants begin on any day of the last so many, and go through three more
-- stages.  Half of them are fast and half are slow, in all that they do; anybody
-- may withdraw.  The window is 1000 days, which those have completed who began
-- before the last 1000 days.  The probability to get to the last stage within it
-- is known exactly.
--
-- Chance is md5, so every machine draws the same.  doc/methods.md shows what
-- 5000 replications print (psql -v replications=5000), and so with 50 people
-- (-v people=50), where two of the tests fail: there few are seen for long.
\set ON_ERROR_STOP on
\if :{?replications} \else \set replications 200 \endif
\if :{?people} \else \set people 300 \endif
SET client_min_messages = warning;
BEGIN;
SELECT plan(8);

CREATE TEMP TABLE speed (fast boolean, go float8, withdraw float8);
INSERT INTO speed VALUES (true, 1.0 / 60, 1.0 / 1500), (false, 1.0 / 400, 1.0 / 1500);

-- On each day somebody goes on, or withdraws, with the probability
-- p = 1 - exp(-(go + withdraw)); so three times within 1000 days unless there are
-- fewer than three such days in 1000, and each time it is not a withdrawal with
-- the probability go / (go + withdraw).
CREATE TEMP TABLE truth AS
SELECT avg((go / (go + withdraw)) ^ 3
           * (1 - q ^ 1000 - 1000 * p * q ^ 999 - 1000.0 * 999 / 2 * p ^ 2 * q ^ 998)) AS p
FROM speed, LATERAL (SELECT exp(-(go + withdraw)) AS q, 1 - exp(-(go + withdraw)) AS p) AS day;
SELECT is(round(p::numeric, 6), 0.595169, 'the truth') FROM truth;

-- Begun in the last so many days.  In the last case 1000 more have been seen.
CREATE TEMP TABLE scenario (no int, days int, as_of date, spec funnel_spec);
INSERT INTO scenario
SELECT no, days, as_of, funnel_spec('{applied,admitted,registered,graduated}', '1000 days', as_of, '{withdrawn}')
FROM (VALUES (1, 2000, date '2025-01-01'), (2, 1500, '2025-01-01'), (3, 1200, '2025-01-01'),
             (4, 1200, date '2025-01-01' + 1001)) AS v (no, days, as_of);

-- A number between 0 and 1: the i-th of four in a hash.
CREATE FUNCTION pg_temp.u(hash text, i int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT (('x' || substr(hash, 8 * i - 7, 8))::bit(32)::bigint + 0.5) / 4294967296
$$;
CREATE FUNCTION pg_temp.wait(u float8, rate float8) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT ceil(-ln(u) / rate)::int
$$;

CREATE TEMP TABLE person AS
SELECT replication, k, begin, w1, w1 + w2 AS w2, w1 + w2 + w3 AS w3,
       -- After which stage somebody withdraws, if ever; at the next one's time.
       CASE WHEN pg_temp.u(b, 1) > share THEN 1 WHEN pg_temp.u(b, 2) > share THEN 2
            WHEN pg_temp.u(b, 3) > share THEN 3 END AS withdraws
FROM generate_series(1, :replications) AS replication, generate_series(1, :people) AS k,
     LATERAL (SELECT md5(format('%s %s a', replication, k)) AS a, md5(format('%s %s b', replication, k)) AS b OFFSET 0) AS hash,
     LATERAL (SELECT go + withdraw AS rate, go / (go + withdraw) AS share FROM speed
              WHERE fast = (pg_temp.u(b, 4) < 0.5)) AS s,
     LATERAL (SELECT pg_temp.u(a, 4) AS begin, pg_temp.wait(pg_temp.u(a, 1), rate) AS w1,
                     pg_temp.wait(pg_temp.u(a, 2), rate) AS w2, pg_temp.wait(pg_temp.u(a, 3), rate) AS w3 OFFSET 0) AS w;

CREATE TEMP TABLE seen AS
SELECT no, replication, funnel_agg(k::bigint, stage, at, spec) AS f
FROM scenario, person,
     LATERAL (SELECT date '2025-01-01' - days + floor(begin * days)::int AS day) AS d,
     LATERAL (VALUES ('applied', day),
                     (CASE WHEN withdraws = 1 THEN 'withdrawn' ELSE 'admitted' END, day + w1),
                     (CASE WHEN withdraws = 2 THEN 'withdrawn' WHEN withdraws IS DISTINCT FROM 1 THEN 'registered' END, day + w2),
                     (CASE WHEN withdraws = 3 THEN 'withdrawn' WHEN withdraws IS NULL THEN 'graduated' END, day + w3)) AS e (stage, at)
GROUP BY no, replication;

CREATE TEMP TABLE answer AS
SELECT no, replication, last.cumulative_so_far AS cumulative, last.cumulative_lower_so_far AS lower, last.cumulative_upper_so_far AS upper,
       last.entered / began AS share, last.entered / (began - all_pending) AS share_of_known,
       all_pending / began AS pending, product
FROM seen, LATERAL (SELECT * FROM funnel_stages(f) WHERE stage_no = 4) AS last,
     -- Each stage for itself, on its own clock, to the last day on which
     -- anybody converts.
     LATERAL (SELECT exp(sum(ln(funnel_conversion(f, a.stage, b.stage,
                         make_interval(days => funnel_days(f, a.stage, b.stage, 1)))))) AS product,
                     sum(a.pending)::float8 AS all_pending, max(a.entered)::float8 AS began
              FROM funnel_stages(f) AS a JOIN funnel_stages(f) AS b ON b.stage_no = a.stage_no + 1) AS stagewise;

CREATE TEMP TABLE summary AS
SELECT no, avg(pending) AS pending, avg(cumulative) - p AS bias, stddev(cumulative) / sqrt(count(*)) AS monte_carlo,
       avg(product) / p - 1 AS product, avg(share) / p - 1 AS share, avg(share_of_known) / p - 1 AS share_of_known,
       avg((p BETWEEN lower AND upper)::int) AS covered, count(*) AS n
FROM answer, truth GROUP BY no, p;
SELECT diag(format('begun in %s days: pending %s %%, cumulative %s %% (error of simulation %s), '
                   'product %s %%, share of all %s %%, share of those known %s %%; limits hold %s %%',
                   days, round(100 * pending::numeric, 1), round(100 * (bias / p)::numeric, 2), round(100 * (monte_carlo / p)::numeric, 2),
                   round(100 * product::numeric, 1), round(100 * share::numeric, 1), round(100 * share_of_known::numeric, 1),
                   round(100 * covered::numeric, 1)))
FROM summary JOIN scenario USING (no), truth ORDER BY no;

SELECT ok(bool_and(abs(bias) < 3 * monte_carlo), 'cumulative is without bias, however many are pending') FROM summary;
-- 0.3 percentage points of 59.5, at the 60 000 people of a run of 200.
SELECT ok(bool_and(monte_carlo < 0.003), 'and the simulation would see one of a percentage point') FROM summary;
SELECT ok(bool_and(product BETWEEN 0.05 AND 0.18), 'the product of stagewise estimates is 5 to 18 % too high')
FROM summary WHERE no < 4;
SELECT ok(bool_and(share < -0.1), 'the share of all who began is too low') FROM summary WHERE no < 4;
SELECT ok(bool_and(share_of_known > 0.05), 'that of those who are not pending too high') FROM summary WHERE no < 4;
-- Three standard errors around 95 %.
SELECT ok(bool_and(abs(covered - 0.95) < 3 * sqrt(0.95 * 0.05 / n)), 'the limits hold the truth in 95 % of cases') FROM summary;
SELECT ok(bool_and(abs(product - cumulative) < 1e-12 AND abs(share - cumulative) < 1e-12 AND pending = 0),
          'with nobody pending all of them are the same')
FROM answer WHERE no = 4;

SELECT * FROM finish();
ROLLBACK;
