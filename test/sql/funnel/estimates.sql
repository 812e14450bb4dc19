-- A second computation of what a funnel estimates, in decimal numbers and straight
-- from the people: who is at risk at a moment is counted for that moment, and a
-- variance is the sum of what each step contributes, by its derivatives.  Compared
-- with the extension on made-up studies of up to 150 people, with and without
-- pending ones, exits and windows.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL jit = off;     -- of no use for many small queries
SELECT plan(16);

-- A number from 0 to sides - 1 that depends on nothing but its keys.
\ir ../../lib/text_dice.sql

-- ---------------------------------------------------------------------------
-- Comparison.  Numbers may differ by one in 10^12, all else must be equal.
-- ---------------------------------------------------------------------------
CREATE FUNCTION near(got jsonb, expected jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN jsonb_typeof(got) = 'number' AND jsonb_typeof(expected) = 'number'
                THEN abs(got::numeric - expected::numeric) <= 1e-12 * greatest(abs(got::numeric), abs(expected::numeric), 1e-3)
                ELSE coalesce(got = expected, false) END
$$;
-- What there is to complain of: two queries must give the same rows, in the order
-- of their key columns, and at least so many.  Nothing if all is well.
CREATE FUNCTION complaint(got text, expected text, at_least bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    compared bigint;
    differing bigint;
    first_ones text;
BEGIN
    EXECUTE format(
        'WITH g AS MATERIALIZED (SELECT row_number() OVER () AS i, to_jsonb(x) AS r FROM (%s) AS x),
              e AS MATERIALIZED (SELECT row_number() OVER () AS i, to_jsonb(x) AS r FROM (%s) AS x),
              d AS MATERIALIZED (SELECT i, g.r AS got, e.r AS expected FROM g FULL JOIN e USING (i)
                                 WHERE g.r IS NULL OR e.r IS NULL
                                    OR EXISTS (SELECT FROM jsonb_each(g.r) AS a FULL JOIN jsonb_each(e.r) AS b USING (key)
                                               WHERE near(a.value, b.value) IS NOT TRUE))
         SELECT (SELECT count(*) FROM e), (SELECT count(*) FROM d),
                (SELECT string_agg(format(''%%s instead of %%s'', got, expected), E''\n'') FROM (SELECT * FROM d ORDER BY i LIMIT 5) AS f)',
        got, expected) INTO compared, differing, first_ones;
    RETURN nullif(concat_ws(E'\n', CASE WHEN compared >= at_least THEN NULL ELSE format('only %s were compared', compared) END,
                            CASE WHEN differing > 0 THEN differing || ' differ' END, first_ones), '');
END
$$;
CREATE FUNCTION agree(label text, got text, expected text, at_least bigint) RETURNS text LANGUAGE sql AS $$
    SELECT is(complaint(got, expected, at_least), NULL, label)
$$;
SELECT is(complaint('SELECT 1 AS a, 0.5::float8 + 1e-13 AS b, NULL AS c', 'SELECT 1 AS a, 0.5 AS b, NULL AS c', 1), NULL, 'the comparison lets rounding pass');
SELECT is((SELECT count(*) FROM (VALUES ('1 AS a, 0.50000000001 AS b, NULL::int AS c'), ('2 AS a, 0.5 AS b, NULL::int AS c'), ('1 AS a, 0.5 AS b, 0 AS c'),
                                        ('1 AS a, 0.5 AS b'), ('1 AS a, 0.5 AS b, NULL::int AS c FROM generate_series(1, 2)')) AS v (row)
           WHERE complaint('SELECT ' || row, 'SELECT 1 AS a, 0.5 AS b, NULL::int AS c', 1) ~ '^1 differ'), 5::bigint, 'and nothing more');
SELECT is(complaint('SELECT 1 AS a', 'SELECT 1 AS a', 2), 'only 1 were compared', 'nor too little');

-- ---------------------------------------------------------------------------
-- Studies.  Everybody has each stage once, later ones later, and may leave, so
-- the chain is plain.
-- ---------------------------------------------------------------------------
CREATE TABLE study (study text PRIMARY KEY, n int, within interval, as_of date, exits boolean, size int);
INSERT INTO study
SELECT 'study ' || to_char(i, 'fm00'), ('{1,2,3,3,4,4,5,5}'::int[])[1 + dice(8, 'stages', i::text)],
       CASE dice(4, 'within', i::text) WHEN 0 THEN NULL ELSE ('{60 days,25 days,2 months,1 month,9 days,100 days,0 days}'::interval[])[1 + dice(7, 'window', i::text)] END,
       CASE WHEN i % 4 > 0 THEN date '2023-01-01' + 30 + dice(130, 'as_of', i::text) END, i % 3 > 0,
       CASE WHEN i % 10 = 9 THEN 1 + dice(6, 'size', i::text) ELSE 20 + dice(130, 'size', i::text) END
FROM generate_series(1, 100) AS i;
-- What chance does not make.
INSERT INTO study VALUES
    ('large', 4, '70 days', '2023-04-05', true, 1000), ('thirty stages', 30, NULL, '2023-09-01', true, 40), ('all at once', 4, NULL, NULL, false, 20), ('all pending', 3, NULL, '2023-01-01', true, 20), ('nobody', 3, '1 month', '2022-01-01', true, 5),
    ('nobody goes on', 3, '1 month', '2023-12-01', true, 12), ('nobody goes on, of all times', 3, NULL, NULL, false, 12);

-- Stage 0 is the exit.
CREATE TABLE event AS
SELECT study, person, i AS stage, (start + sum(gap) OVER w * interval '1 day')::date AS at
FROM (SELECT study, person, i, date '2022-12-20' + dice(130, 'start', study, person::text) AS start,
             CASE WHEN i = 1 OR study = 'all at once' THEN 0
                  WHEN dice(3, 'soon', study, person::text, i::text) = 0 THEN dice(3, 'gap', study, person::text, i::text)
                  ELSE dice(35, 'gap', study, person::text, i::text) END AS gap,
             bool_and(i = 1 OR study = 'all at once'
                      OR (study !~ 'nobody goes' AND dice(100, 'goes', study, person::text, i::text) < CASE WHEN study = 'thirty stages' THEN 96 ELSE 55 + dice(40, 'share', study) END))
                 OVER (PARTITION BY study, person ORDER BY i) AS goes
      FROM study, generate_series(1, size) AS person, generate_series(1, n) AS i) AS g
WHERE goes WINDOW w AS (PARTITION BY study, person ORDER BY i);
-- Some leave after the last stage, some a little earlier, so that they never get there.
INSERT INTO event
SELECT study, person, 0, max(at) + dice(25, 'left', study, person::text) - CASE WHEN dice(5, 'early', study, person::text) = 0 THEN 8 ELSE 0 END
FROM event JOIN study USING (study) WHERE exits AND dice(100, 'leaves', study, person::text) < 45 GROUP BY study, person;

-- Days are counted from the first stage.  Nobody lost without a window has a last day.
CREATE TABLE person AS
SELECT study, person, n, k, (SELECT array_agg(d - at[1] ORDER BY i) FROM unnest(at[:k]) WITH ORDINALITY AS u (d, i)) AS days,
       CASE WHEN k = n THEN NULL WHEN left_at >= at[k] THEN 'exited' WHEN until >= as_of OR (within IS NULL AND as_of IS NOT NULL) THEN 'pending' ELSE 'lost' END AS outcome,
       CASE WHEN k = n THEN NULL WHEN left_at >= at[k] THEN left_at WHEN until >= as_of OR (within IS NULL AND as_of IS NOT NULL) THEN as_of - 1 ELSE until END - at[1] AS left_on
FROM (SELECT *, (SELECT count(*)::int FROM generate_series(1, cardinality(at)) AS i
                 WHERE NOT EXISTS (SELECT FROM generate_series(1, i) AS j
                                   WHERE at[j] > until OR at[j] >= as_of OR (at[j - 1] <= left_at AND left_at < at[j]))) AS k
      FROM (SELECT study, person, n, within, as_of, at, (at[1] + within)::date AS until,
                   CASE WHEN left_at < as_of IS NOT FALSE AND left_at <= (at[1] + within)::date IS NOT FALSE THEN left_at END AS left_at
            FROM (SELECT study, person, array_agg(at ORDER BY stage) FILTER (WHERE stage > 0) AS at, max(at) FILTER (WHERE stage = 0) AS left_at
                  FROM event GROUP BY study, person) AS e JOIN study USING (study)) AS h) AS c
WHERE k > 0;

-- ---------------------------------------------------------------------------
-- The estimate.  Moments are days and what happens on them in its order: steps
-- from stage 1, from stage 2, ..., exits, closing windows, censorings.
-- ---------------------------------------------------------------------------
CREATE TABLE stay AS
SELECT study, i AS stage, days[i] AS since, days[i] * 64 + i - 1 AS comes,
       CASE WHEN i < k THEN 'converted' ELSE outcome END AS outcome, CASE WHEN i < k THEN days[i + 1] ELSE left_on END AS leaves,
       CASE WHEN i < k THEN days[i + 1] * 64 + i ELSE left_on * 64 + CASE outcome WHEN 'exited' THEN 40 WHEN 'lost' THEN 41 ELSE 42 END END AS goes
FROM person, generate_series(1, least(k, n - 1)) AS i;
CREATE INDEX ON stay (study, stage);
ANALYZE stay;
CREATE TABLE move AS
SELECT study, goes AS moment, stage, outcome, at_risk, round(count(*), 40) / at_risk AS hazard
FROM stay, LATERAL (SELECT count(*) AS at_risk FROM stay AS s
                    WHERE s.study = stay.study AND s.stage = stay.stage AND s.comes < stay.goes AND (s.goes >= stay.goes OR s.goes IS NULL)) AS r
WHERE goes IS NOT NULL AND outcome <> 'pending' GROUP BY study, goes, stage, outcome, at_risk;

-- The probability of having reached each stage, at the end of each day with a step.
CREATE TABLE reach (study text, day int, stage int, p numeric, PRIMARY KEY (study, stage, day));
-- The probability of being at it at the end.
CREATE TABLE ending (study text, stage int, still numeric, PRIMARY KEY (study, stage));
-- Its covariances at the end: sum over steps of (dP_j / dh) (dP_l / dh) h (1 - h) / at risk.
CREATE TABLE covariance (study text, j int, l int, v numeric, PRIMARY KEY (study, j, l));
CREATE FUNCTION follow(its text, stages int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    m move;
    moves move[] := ARRAY(SELECT move FROM move WHERE study = its ORDER BY moment, stage);
    at numeric[] := array_fill(0::numeric, ARRAY[stages]);       -- being at a stage now
    p numeric[] := array_fill(0::numeric, ARRAY[stages]);        -- having reached it
    before numeric[] := '{}';                                   -- being at the stage of each move, before it
    later numeric;
    d numeric[];
BEGIN
    at[1] := 1;
    p[1] := 1;
    INSERT INTO reach SELECT its, 0, j, p[j] FROM generate_series(1, stages) AS j;
    FOREACH m IN ARRAY moves LOOP
        before := before || at[m.stage];
        IF m.outcome = 'converted' THEN
            at[m.stage + 1] := round(at[m.stage + 1] + at[m.stage] * m.hazard, 40);
            p[m.stage + 1] := round(p[m.stage + 1] + at[m.stage] * m.hazard, 40);
        END IF;
        at[m.stage] := round(at[m.stage] * (1 - m.hazard), 40);
        INSERT INTO reach SELECT its, m.moment / 64, j, p[j] FROM generate_series(1, stages) AS j
        ON CONFLICT (study, stage, day) DO UPDATE SET p = excluded.p;
    END LOOP;

    INSERT INTO ending SELECT its, j, at[j] FROM generate_series(1, stages) AS j;

    -- The derivative: how much surer is j, with the step and without it.  `ahead` of
    -- stage i is the probability of reaching j for who is at i then.
    DECLARE
        ahead numeric[];
        deriv numeric[][] := array_fill(0::numeric, ARRAY[stages, greatest(cardinality(moves), 1)]);
    BEGIN
        FOR j IN 1 .. stages LOOP
            ahead := ARRAY(SELECT (i >= j)::int FROM generate_series(1, stages) AS i ORDER BY i);
            FOR x IN REVERSE cardinality(moves) .. 1 LOOP
                m := moves[x];
                later := CASE WHEN m.outcome = 'converted' THEN ahead[m.stage + 1] ELSE (m.stage >= j)::int END;
                deriv[j][x] := round(before[x] * (later - ahead[m.stage]), 40);
                ahead[m.stage] := round(m.hazard * later + (1 - m.hazard) * ahead[m.stage], 40);
            END LOOP;
        END LOOP;
        INSERT INTO covariance
        SELECT its, j, l, coalesce((SELECT sum(round(deriv[j][x] * deriv[l][x] * (moves[x]).hazard * (1 - (moves[x]).hazard) / (moves[x]).at_risk, 40))
                                          FROM generate_series(1, cardinality(moves)) AS x), 0)
        FROM generate_series(1, stages) AS j, generate_series(j, least(j + 1, stages)) AS l;
    END;
END
$$;
SELECT follow(study, n) FROM study WHERE study IN (SELECT study FROM person);

-- On the clock of a stage: who is there from its day 0, and the probability of
-- having gone on, which those who leave otherwise never do.
CREATE TABLE incidence (study text, stage int, day int, p numeric, still numeric, PRIMARY KEY (study, stage, day));
CREATE FUNCTION follow_stage(its text, its_stage int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    still numeric := 1;
    p numeric := 0;
    d record;
BEGIN
    INSERT INTO incidence VALUES (its, its_stage, 0, 0, 1);
    FOR d IN
        SELECT day, (SELECT count(*) FROM stay WHERE study = its AND stage = its_stage AND (leaves - since >= day OR leaves IS NULL)) AS at_risk, converted, gone
        FROM (SELECT leaves - since AS day, count(*) FILTER (WHERE outcome = 'converted') AS converted, count(*) FILTER (WHERE outcome <> 'pending') AS gone
              FROM stay WHERE study = its AND stage = its_stage GROUP BY 1) AS x WHERE gone > 0 AND day IS NOT NULL ORDER BY day
    LOOP
        p := round(p + still * d.converted / d.at_risk, 40);
        still := round(still - still * d.gone / d.at_risk, 40);
        INSERT INTO incidence VALUES (its, its_stage, d.day, p, still) ON CONFLICT (study, stage, day) DO UPDATE SET p = excluded.p, still = excluded.still;
    END LOOP;
END
$$;
SELECT follow_stage(study, stage) FROM (SELECT DISTINCT study, stage FROM stay) AS s;

-- ---------------------------------------------------------------------------
-- The extension's answers.
-- ---------------------------------------------------------------------------
CREATE TABLE summary AS
SELECT study, funnel_agg(person, CASE WHEN stage > 0 THEN 'stage ' || stage ELSE 'left' END, at, spec) AS f
FROM (SELECT study, funnel_spec((SELECT array_agg('stage ' || i ORDER BY i) FROM generate_series(1, n) AS i), within, as_of, CASE WHEN exits THEN '{left}' ELSE '{}' END::text[]) AS spec FROM study) AS s
     JOIN event USING (study) GROUP BY study;

CREATE VIEW counted AS
SELECT study, i AS stage, n, count(k) FILTER (WHERE k >= i) AS entered, count(k) FILTER (WHERE k > i) AS converted,
       count(k) FILTER (WHERE k = i AND outcome = 'pending') AS pending, count(k) FILTER (WHERE k = i AND outcome = 'exited') AS exited,
       count(k) FILTER (WHERE k = i AND outcome = 'lost') AS lost, count(k) FILTER (WHERE k < i AND outcome = 'pending') AS pending_before
FROM study CROSS JOIN LATERAL generate_series(1, n) AS i LEFT JOIN (SELECT study, k, outcome FROM person) AS p USING (study) GROUP BY study, i, n;
CREATE VIEW finally AS
SELECT DISTINCT ON (study, stage) study, stage, p FROM reach ORDER BY study, stage, day DESC;

-- Conversion and its variance by the delta method.
CREATE TABLE converting AS
SELECT study, a.stage, round(round(b.p, 60) / a.p, 35) AS conversion,
       round(b.p, 60) ^ 2 / a.p ^ 2 * (jj.v / a.p ^ 2 - 2 * jl.v / a.p / nullif(b.p, 0) + ll.v / nullif(b.p, 0) ^ 2) AS v
FROM finally AS a JOIN finally AS b USING (study) JOIN covariance AS jj USING (study) JOIN covariance AS jl USING (study) JOIN covariance AS ll USING (study)
WHERE b.stage = a.stage + 1 AND a.p > 0 AND (jj.j, jj.l, jl.j, jl.l, ll.j, ll.l) = (a.stage, a.stage, a.stage, b.stage, b.stage, b.stage);

-- Wilson's limits, z being how far the normal distribution goes at a level.
CREATE FUNCTION wilson(p numeric, n numeric, z numeric) RETURNS numeric[] LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE WHEN n > 0 THEN ARRAY[(p + z ^ 2 / 2 / n - spread) / (1 + z ^ 2 / n), (p + z ^ 2 / 2 / n + spread) / (1 + z ^ 2 / n)] END
    FROM (SELECT z * sqrt(round(p * (1 - p) / n + z ^ 2 / 4 / n ^ 2, 40))) AS s (spread)
$$;

-- The first day on which a share of what there will be is reached.
CREATE FUNCTION day_of(its text, from_stage int, to_stage int, share numeric) RETURNS int LANGUAGE sql STABLE AS $$
    WITH curve AS (SELECT day, p FROM reach WHERE from_stage = 1 AND study = its AND stage = to_stage
                   UNION ALL SELECT day, p FROM incidence WHERE from_stage > 1 AND study = its AND stage = from_stage)
    SELECT min(day) FROM curve, (SELECT p AS all_of_it FROM curve ORDER BY day DESC LIMIT 1) AS l WHERE all_of_it > 0 AND p >= share * all_of_it - 1e-20
$$;

CREATE FUNCTION test_stages(level float8, z numeric) RETURNS text LANGUAGE sql AS $$
    SELECT agree('stages at level ' || level,
        format('SELECT study, stage_no, entered, converted, pending, exited, lost, conversion_so_far AS conversion, lower_so_far AS lower, upper_so_far AS upper,
                       cumulative_so_far AS cumulative, cumulative_lower_so_far AS cumulative_lower, cumulative_upper_so_far AS cumulative_upper, median_days, observed_days
                FROM summary, funnel_stages(f, %L) ORDER BY study COLLATE "C", stage_no', level),
        format('SELECT study, stage AS stage_no, entered, CASE WHEN stage < n THEN converted END AS converted, CASE WHEN stage < n THEN pending END AS pending,
                       CASE WHEN stage < n THEN exited END AS exited, CASE WHEN stage < n THEN lost END AS lost,
                       conversion, l[1] AS lower, l[2] AS upper, cumulative,
                       CASE WHEN stage = 1 AND entered > 0 THEN 1 ELSE c[1] END AS cumulative_lower, CASE WHEN stage = 1 AND entered > 0 THEN 1 ELSE c[2] END AS cumulative_upper,
                       CASE WHEN stage < n THEN day_of(study, stage, stage + 1, 0.5) END AS median_days,
                       (SELECT max(greatest(left_on, days[k])) FROM person AS p WHERE p.study = x.study) AS observed_days
                FROM (SELECT c.*, f.p AS cumulative, v.conversion,
                             CASE WHEN pending_before + pending = 0 THEN entered WHEN v.conversion IN (0, 1) THEN entered - pending
                                  ELSE v.conversion * (1 - v.conversion) / nullif(v.v, 0) END AS n_conversion,
                             CASE WHEN pending_before = 0 THEN first WHEN f.p IN (0, 1) THEN first - pending_before
                                  ELSE f.p * (1 - f.p) / nullif(o.v, 0) END AS n_cumulative
                      FROM counted AS c JOIN (SELECT study, entered AS first FROM counted WHERE stage = 1) AS one USING (study)
                           LEFT JOIN (SELECT study, stage, round(p, 35) AS p FROM finally) AS f USING (study, stage) LEFT JOIN converting AS v USING (study, stage)
                           LEFT JOIN covariance AS o ON o.study = c.study AND o.j = stage AND o.l = stage) AS x,
                     wilson(conversion, n_conversion, %1$s) AS l, wilson(cumulative, n_cumulative, %1$s) AS c
                ORDER BY study COLLATE "C", stage', z), 300)
$$;
SELECT test_stages(level, z) FROM (VALUES (0.95, 1.959963984540054235524594), (0.8, 1.281551565544600466965), (0.99, 2.575829303548900760966)) AS v (level, z);

-- What is so far is final where nobody on the way can come further: nobody is
-- pending at a stage, or somebody who was not left it later than all who are.
-- (On one day, who is pending was seen last.)
CREATE TABLE open_stage AS
SELECT study, stage, coalesce(bool_or(left_on = latest AND outcome = 'pending'), false) AS open
FROM (SELECT *, max(left_on) OVER (PARTITION BY study, stage) AS latest
      FROM (SELECT study, i AS stage, CASE WHEN i < k THEN days[i + 1] ELSE left_on END AS left_on,
                   CASE WHEN i < k THEN 'converted' ELSE outcome END AS outcome
            FROM person, generate_series(1, k) AS i WHERE i < n) AS x) AS y
GROUP BY study, stage;
CREATE TABLE final AS
SELECT study, stage_no, NOT EXISTS (SELECT FROM open_stage AS o WHERE o.study = s.study AND o.stage < stage_no AND open) AS cumulative_is,
       NOT EXISTS (SELECT FROM open_stage AS o WHERE o.study = s.study AND o.stage <= stage_no AND open) AS conversion_is, f.*
FROM summary AS s, LATERAL (SELECT stage_no, conversion, lower, upper, cumulative, cumulative_lower, cumulative_upper, conversion_so_far, lower_so_far,
                                   upper_so_far, cumulative_so_far, cumulative_lower_so_far, cumulative_upper_so_far FROM funnel_stages(f)) AS f (no, c, l, u, cc, cl, cu, cs, ls, us, ccs, cls, cus),
     LATERAL (SELECT no) AS n (stage_no);
SELECT is((SELECT count(*) FROM final
           WHERE (c, l, u) IS DISTINCT FROM CASE WHEN conversion_is THEN (cs, ls, us) ELSE (NULL::float8, NULL::float8, NULL::float8) END
              OR (cc, cl, cu) IS DISTINCT FROM CASE WHEN cumulative_is THEN (ccs, cls, cus) ELSE (NULL::float8, NULL::float8, NULL::float8) END),
          0::bigint, 'shares are there where nothing can be added to them, and then as they are so far');
SELECT is(format('%s %s %s', count(*) FILTER (WHERE conversion_is AND cs > 0) > 50, count(*) FILTER (WHERE NOT conversion_is AND cs > 0) > 50,
                 count(*) FILTER (WHERE conversion_is AND EXISTS (SELECT FROM counted AS o WHERE o.study = final.study AND o.stage <= stage_no AND o.pending > 0)) > 5),
          't t t', 'some are, some are not, some although people are pending') FROM final;

-- What these contain.
SELECT is(format('%s %s', count(*) FILTER (WHERE pending_before + pending > 0 AND conversion BETWEEN 0.001 AND 0.999) > 80,
                 count(*) FILTER (WHERE pending_before + pending > 0 AND conversion IN (0, 1)) > 5), 't t', 'there are people pending, and stages from which all or none go on')
FROM counted JOIN converting USING (study, stage);
SELECT cmp_ok(count(*), '>', 40::bigint, 'a ratio of who came would be another cumulative')
FROM counted AS c JOIN finally USING (study, stage) JOIN counted AS one USING (study) WHERE one.stage = 1 AND abs(p - round(c.entered, 30) / one.entered) > 0.01;

-- ---------------------------------------------------------------------------
-- By a time: on the clock of the chain from the first stage, on that of the stage
-- from another.
-- ---------------------------------------------------------------------------
-- The most days that so many months can span, over all starts of 400 years.
CREATE TABLE longest AS
SELECT months, max((day + make_interval(months => months))::date - day::date) AS days
FROM generate_series(timestamp '2000-01-01', '2399-12-01', '1 month') AS day, generate_series(0, 5) AS months GROUP BY months;
CREATE TABLE pair AS
SELECT study, a, b, as_of, n FROM study, generate_series(1, n - 1) AS a, generate_series(a + 1, n) AS b WHERE a = 1 OR b = a + 1;
-- The last day seen on a clock; whether somebody might still come; all who will.
CREATE TABLE clock AS
SELECT study, a, b, all_of_it, NOT as_of IS NULL AND open > 1e-20 AS open, last_day
FROM pair CROSS JOIN LATERAL (
    -- the chain's: who is at a stage before b at the end
    SELECT (SELECT p FROM finally AS f WHERE f.study = pair.study AND stage = b) AS all_of_it,
           (SELECT sum(still) FROM ending AS e WHERE e.study = pair.study AND stage < b) AS open,
           (SELECT max(greatest(left_on, days[k])) FROM person AS p WHERE p.study = pair.study) AS last_day WHERE a = 1
    UNION ALL
    SELECT i.p, i.still, (SELECT max(leaves - since) FROM stay AS s WHERE s.study = pair.study AND s.stage = a)
    FROM (SELECT p, still FROM incidence AS i WHERE i.study = pair.study AND stage = a ORDER BY day DESC LIMIT 1) AS i WHERE a > 1) AS c;
CREATE FUNCTION converted_by(its text, from_stage int, to_stage int, by_day int) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN by_day > coalesce(last_day, 0) AND open THEN NULL
                WHEN from_stage = 1 THEN (SELECT p FROM reach WHERE study = its AND stage = to_stage AND day <= by_day ORDER BY day DESC LIMIT 1)
                ELSE (SELECT p FROM incidence WHERE study = its AND stage = from_stage AND day <= by_day ORDER BY day DESC LIMIT 1) END
    FROM clock WHERE study = its AND a = from_stage AND b = to_stage
$$;
SELECT agree('conversion by any day, and beyond the last',
    $$SELECT study, a, b, day, funnel_conversion(f, 'stage ' || a, 'stage ' || b, make_interval(days => day)) AS p
      FROM pair JOIN summary USING (study), generate_series(0, 140) AS day WHERE (day < 20 OR day % 7 = 0 OR day BETWEEN 55 AND 64) ORDER BY study COLLATE "C", a, b, day$$,
    $$SELECT study, a, b, day, converted_by(study, a, b, day) AS p
      FROM pair, generate_series(0, 140) AS day WHERE (day < 20 OR day % 7 = 0 OR day BETWEEN 55 AND 64) ORDER BY study COLLATE "C", a, b, day$$, 10000);
SELECT is(format('%s %s', count(*) FILTER (WHERE open) > 50, count(*) FILTER (WHERE NOT open) > 50), 't t', 'some clocks stop while somebody is on the way, some do not') FROM clock;
SELECT agree('around the last day of the clock',
    $$SELECT study, a, b, day, funnel_conversion(f, 'stage ' || a, 'stage ' || b, make_interval(days => day)) AS p
      FROM clock JOIN summary USING (study), generate_series(last_day - 1, last_day + 1) AS day WHERE day >= 0 ORDER BY study COLLATE "C", a, b, day$$,
    $$SELECT study, a, b, day, converted_by(study, a, b, day) AS p
      FROM clock, generate_series(last_day - 1, last_day + 1) AS day WHERE day >= 0 ORDER BY study COLLATE "C", a, b, day$$, 800);
SELECT agree('by months',
    $$SELECT study, a, b, months, funnel_conversion(f, 'stage ' || a, 'stage ' || b, make_interval(months => months, days => 3)) AS p
      FROM pair JOIN summary USING (study), longest ORDER BY study COLLATE "C", a, b, months$$,
    $$SELECT study, a, b, months, converted_by(study, a, b, days + 3) AS p FROM pair, longest ORDER BY study COLLATE "C", a, b, months$$, 1500);
SELECT agree('in the end',
    $$SELECT study, a, b, funnel_conversion(f, 'stage ' || a, 'stage ' || b) AS p FROM pair JOIN summary USING (study) ORDER BY study COLLATE "C", a, b$$,
    $$SELECT pair.study, a, b, CASE WHEN EXISTS (SELECT FROM open_stage AS o WHERE o.study = pair.study AND o.stage < b AND open) THEN NULL
                                    WHEN a = 1 THEN c.p ELSE conversion END AS p
      FROM pair LEFT JOIN finally AS c ON c.study = pair.study AND c.stage = b LEFT JOIN converting AS v ON v.study = pair.study AND v.stage = a ORDER BY pair.study COLLATE "C", a, b$$, 250);

-- ---------------------------------------------------------------------------
-- Days until a share of those who will.
-- ---------------------------------------------------------------------------
SELECT agree('days until a share of them',
    $$SELECT study, a, b, share, funnel_days(f, 'stage ' || a, 'stage ' || b, share) AS days
      FROM pair JOIN summary USING (study), unnest('{0.05,0.1,0.25,0.3,0.5,0.6,0.75,0.9,1}'::float8[]) AS share ORDER BY study COLLATE "C", a, b, share$$,
    $$SELECT study, a, b, share, day_of(study, a, b, share) AS days
      FROM pair, unnest('{0.05,0.1,0.25,0.3,0.5,0.6,0.75,0.9,1}'::numeric[]) AS share ORDER BY study COLLATE "C", a, b, share$$, 2000);

SELECT * FROM finish();
ROLLBACK;
