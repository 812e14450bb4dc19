-- A second computation of what a retention answers, by brute force over
-- persons and days in plain SQL, from the definitions in the manual and from
-- nothing else: who is at risk on a day is counted for that day, entry < day <=
-- exit.  Compared with the extension on real data (beside the checkout, where
-- there is any) and on made-up registers.
\set ON_ERROR_STOP on
\set shared ''
\getenv shared EF_SHARED
SELECT :'shared' <> '' AS has_shared \gset

BEGIN;
SET LOCAL jit = off;     -- of no use for many small queries
SELECT plan(79);

-- ---------------------------------------------------------------------------
-- Comparison.  Numbers may differ by one in 10^12 (or as told), all else must
-- be equal: values, rows and their order.
-- ---------------------------------------------------------------------------
CREATE FUNCTION near(got jsonb, expected jsonb, tolerance float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN jsonb_typeof(got) = 'number' AND jsonb_typeof(expected) = 'number'
                THEN abs(got::float8 - expected::float8)
                     <= tolerance * greatest(abs(got::float8), abs(expected::float8), 1e-3)
                ELSE coalesce(got = expected, false) END
$$;

-- How many rows the second of two queries gives, each with an order, and how
-- many differ.  Arrays are compared element by element.
CREATE FUNCTION compare(got text, expected text, tolerance float8,
                        OUT rows bigint, OUT differences bigint, OUT first_ones text) LANGUAGE plpgsql AS $$
DECLARE
    cells text := 'SELECT n, key, i, item
                   FROM %1$s, jsonb_each(row) AS c (key, value),
                        jsonb_array_elements(CASE jsonb_typeof(value) WHEN ''array'' THEN value
                                             ELSE jsonb_build_array(value) END) WITH ORDINALITY AS a (item, i)';
BEGIN
    EXECUTE format(
        'WITH g AS MATERIALIZED (SELECT row_number() OVER () AS n, to_jsonb(x) AS row FROM (%s) AS x),
              e AS MATERIALIZED (SELECT row_number() OVER () AS n, to_jsonb(x) AS row FROM (%s) AS x),
              differing AS (SELECT DISTINCT n FROM (%s) AS a FULL JOIN (%s) AS b USING (n, key, i)
                            WHERE NOT near(a.item, b.item, $1))
         SELECT (SELECT count(*) FROM e), (SELECT count(*) FROM differing),
                (SELECT string_agg(format(''row %%s: %%s instead of %%s'', n, g.row, e.row), E''\n'' ORDER BY n)
                 FROM (SELECT n FROM differing ORDER BY n LIMIT 5) AS f
                      LEFT JOIN g USING (n) LEFT JOIN e USING (n))',
        got, expected, format(cells, 'g'), format(cells, 'e')) INTO rows, differences, first_ones USING tolerance;
END
$$;

-- One test: are the rows the same, and at least so many?
CREATE FUNCTION agree(label text, got text, expected text, at_least bigint, tolerance float8 DEFAULT 1e-12)
RETURNS text LANGUAGE sql AS $$
    SELECT ok(rows >= at_least AND differences = 0, label)
           || CASE WHEN rows < at_least THEN E'\n' || diag(format('only %s rows were expected', rows)) ELSE '' END
           || CASE WHEN differences > 0 THEN E'\n' || diag(differences || E' rows differ\n' || first_ones) ELSE '' END
    FROM compare(got, expected, tolerance)
$$;

SELECT is((compare('SELECT * FROM (VALUES ' || got || ') AS v (a, b)', 'SELECT * FROM (VALUES ' || expected || ') AS v (a, b)', 1e-12)).differences,
          n, label)
FROM (VALUES
    ('(1.0000000000001, NULL)', '(1, NULL)', 0::bigint, 'the comparison lets rounding pass'),
    ('(1.00000000001, NULL)', '(1, NULL)', 1, 'and nothing more'),
    ('(1e-14, 1), (2, 1)', '(0, 1), (2, 1)', 1, 'nor near zero'),
    ('(1, NULL)', '(1, 0)', 1, 'nor null for a number'),
    ('(1, 0)', '(1, NULL)', 1, 'nor a number for null'),
    ('(1, 1), (2, 2)', '(2, 2), (1, 1)', 2, 'nor another order'),
    ('(1, 1), (2, 2)', '(1, 1)', 1, 'nor a row too many'),
    ('(1, 1)', '(1, 1), (2, 2)', 1, 'nor one too few'),
    ($$(1, '{1,2.0000000000001}'::float8[])$$, $$(1, '{1,2}'::float8[])$$, 0, 'arrays are compared in the same way'),
    ($$(1, '{1,2.1}'::float8[])$$, $$(1, '{1,2}'::float8[])$$, 1, 'element by element'),
    ($$(1, '{1}'::float8[])$$, $$(1, '{1,2}'::float8[])$$, 1, 'and must be of one length')) AS v (got, expected, n, label);

-- ---------------------------------------------------------------------------
-- Distributions: the tail of chi-square, and what is so far from 0 that a
-- standard normal variable is nearer to it with probability `level`.
-- ---------------------------------------------------------------------------
CREATE FUNCTION erfc(x float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    term float8 := 2 * x / sqrt(pi()) * exp(-x * x);
    total float8 := 0;
    fraction float8 := x;
BEGIN
    IF x < 1.5 THEN     -- 1 - erf, by its series in x^(2n+1)
        FOR n IN 1 .. 60 LOOP
            total := total + term;
            term := term * 2 * x * x / (2 * n + 1);
        END LOOP;
        RETURN 1 - total;
    END IF;
    FOR n IN REVERSE 300 .. 1 LOOP      -- its continued fraction
        fraction := x + n / 2.0::float8 / fraction;
    END LOOP;
    RETURN exp(-x * x) / sqrt(pi()) / fraction;
END
$$;

-- Abramowitz and Stegun 26.4.4 and 26.4.5.
CREATE FUNCTION chi_square_tail(x float8, df int) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    total float8 := CASE WHEN df % 2 = 1 THEN erfc(sqrt(x / 2)) ELSE exp(-x / 2) END;
    term float8 := CASE WHEN df % 2 = 1 THEN exp(-x / 2) * sqrt(2 * x / pi()) ELSE exp(-x / 2) * x / 2 END;
BEGIN
    FOR n IN 1 .. (df - 1) / 2 LOOP
        total := total + term;
        term := term * x / (2 * n + CASE WHEN df % 2 = 1 THEN 1 ELSE 2 END);
    END LOOP;
    RETURN total;
END
$$;

CREATE FUNCTION normal_limit(level float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    low float8 := 0;
    high float8 := 20;
BEGIN
    FOR i IN 1 .. 70 LOOP
        IF erfc((low + high) / 2 / sqrt(2)) > 1 - level THEN
            low := (low + high) / 2;
        ELSE
            high := (low + high) / 2;
        END IF;
    END LOOP;
    RETURN (low + high) / 2;
END
$$;

SELECT agree('the distributions are those of the tables',
    $$SELECT normal_limit(0.95) AS z95, normal_limit(0.8) AS z80, normal_limit(0.5) AS z50,
             chi_square_tail(3.841458820694124, 1) AS p1, chi_square_tail(5.991464547107979, 2) AS p2,
             chi_square_tail(11.34486673014437, 3) AS p3, chi_square_tail(9.487729036781154, 4) AS p4,
             chi_square_tail(1.610307986962323, 5) AS p5$$,
    $$SELECT 1.959963984540054 AS z95, 1.281551565544601 AS z80, 0.6744897501960817 AS z50,
             0.05 AS p1, 0.05 AS p2, 0.01 AS p3, 0.05 AS p4, 0.9 AS p5$$, 1, 1e-13);

-- ---------------------------------------------------------------------------
-- Durations: the most days that so many months can span, over the starts of
-- the 400 years after which the calendar repeats.  From the first day of a month
-- none is shorter than from a later one, whose month of arrival may lack the day.
-- ---------------------------------------------------------------------------
CREATE TABLE month_first AS
SELECT i, (date '1800-01-01' + make_interval(months => i))::date AS day FROM generate_series(0, 6600) AS i;
ANALYZE month_first;
CREATE TABLE longest AS
SELECT n AS months, max(b.day - a.day) AS days
FROM (SELECT generate_series(0, 400) UNION VALUES (600), (601), (1000), (1200), (1799), (1800)) AS months (n)
     CROSS JOIN month_first AS a JOIN month_first AS b ON b.i = a.i + n
WHERE a.i < 4800 GROUP BY n;
ALTER TABLE longest ADD PRIMARY KEY (months);

SELECT agree('no day of 400 years is the start of a longer duration',
    'SELECT months, days FROM longest WHERE months IN (1, 2, 3, 6, 11, 12, 18, 48, 120) ORDER BY months',
    $$SELECT months, max((day + make_interval(months => months))::date - day::date) AS days
      FROM generate_series(timestamp '2000-01-01', '2399-12-31', '1 day') AS day,
           unnest('{1,2,3,6,11,12,18,48,120}'::int[]) AS months
      GROUP BY months ORDER BY months$$, 9);
SELECT agree('durations as the manual has them',
    'SELECT months, days FROM longest WHERE months IN (1, 6, 12, 24, 60, 120) ORDER BY months',
    'SELECT * FROM (VALUES (1, 31), (6, 184), (12, 366), (24, 731), (60, 1827), (120, 3653)) AS v (months, days)', 6);

-- Somebody who was seen for 150 years, so that the curve has a row for every duration.
CREATE TABLE methuselah AS
SELECT '{"type": "retention", "version": 1, "observed": [null, "2020-01-01"], "censored": {"54788": 1}}'::retention AS r;
SELECT agree('retention_curve has a row at every number of months',
    $$SELECT n - 1 AS months, after_days AS days
      FROM methuselah, retention_curve(r, '1 month') WITH ORDINALITY AS c (after_days, at_risk, exits, retained, std_error, lower, upper, n)
      WHERE n - 1 IN (SELECT months FROM longest) ORDER BY n$$,
    'SELECT months, days FROM longest ORDER BY months', 400);
SELECT agree('and at every number of months and days',
    $$SELECT n - 1 AS k, after_days AS days
      FROM methuselah, retention_curve(r, '1 mon 10 days') WITH ORDINALITY AS c (after_days, at_risk, exits, retained, std_error, lower, upper, n)
      WHERE n <= 401 ORDER BY n$$,
    'SELECT months AS k, days + 10 * months AS days FROM longest WHERE months <= 400 ORDER BY months', 400);

-- ---------------------------------------------------------------------------
-- What was observed: registers of spells, and studies of a register.
-- ---------------------------------------------------------------------------
CREATE TABLE spell (register text, start_date date, end_date date, reason text);
CREATE TABLE study (study text PRIMARY KEY, register text, observed daterange);

-- Those who were seen: at risk after `entry` and up to `leaves`, with a reason
-- if they left then.  Who begins under observation enters before day 0.
CREATE VIEW seen AS
SELECT study,
       CASE WHEN start_date < lower(observed) THEN lower(observed) - start_date ELSE -1 END AS entry,
       CASE WHEN end_date <= upper(observed) THEN end_date ELSE upper(observed) END - start_date AS leaves,
       CASE WHEN end_date <= upper(observed) THEN coalesce(reason, 'unknown') END AS reason
FROM study JOIN spell USING (register)
WHERE start_date < upper(observed)
  AND (lower_inf(observed) OR start_date >= lower(observed)
       OR end_date > lower(observed) OR end_date IS NULL);

CREATE TABLE person (study text, entry int, leaves int, reason text);
CREATE INDEX ON person (study);

-- Exact to 30 decimals.
CREATE FUNCTION times(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT AS 'SELECT round($1 * $2, 30)';
CREATE AGGREGATE product(numeric) (SFUNC = times, STYPE = numeric, INITCOND = '1');
CREATE FUNCTION ratio(bigint, bigint) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT AS 'SELECT round($1::numeric, 30) / $2';

-- Kaplan-Meier at every day with an exit, and what Greenwood sums up.
CREATE TABLE km (study text, day int, at_risk bigint, exits bigint, before numeric,
                 retained numeric, greenwood numeric, PRIMARY KEY (study, day));
-- Aalen-Johansen at the same days, for every reason of the study.
CREATE TABLE aj (study text, reason text, day int, exits bigint, incidence numeric,
                 PRIMARY KEY (study, reason, day));
-- The days k * every, until the last on which anybody was seen.
CREATE TABLE every (every interval PRIMARY KEY, months int, days int);
INSERT INTO every VALUES
    ('1 day', 0, 1), ('7 days', 0, 7), ('1 month', 1, 0), ('1 month 10 days', 1, 10), ('5 months', 5, 0), ('1 year', 12, 0);
CREATE TABLE grid (study text, every interval, previous int, day int, exit_day int);

CREATE FUNCTION observe(its text[], everys interval[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO person SELECT * FROM seen WHERE study = ANY (its);
    ANALYZE person;
    INSERT INTO km
    SELECT study, day, at_risk, exits, coalesce(lag(retained) OVER w, 1), retained, greenwood
    FROM (SELECT study, day, at_risk, exits, product(1 - ratio(exits, at_risk)) OVER w AS retained,
                 -- all who are at risk leave: no variance is left to estimate
                 sum(ratio(exits, at_risk) / nullif(at_risk - exits, 0)) OVER w AS greenwood
          FROM (SELECT study, day, count(*) AS at_risk,
                       count(*) FILTER (WHERE leaves = day AND reason IS NOT NULL) AS exits
                FROM (SELECT DISTINCT study, leaves AS day FROM person
                      WHERE study = ANY (its) AND reason IS NOT NULL) AS exit_days
                     JOIN person USING (study)
                WHERE entry < day AND day <= leaves
                GROUP BY study, day) AS risk_sets
          WINDOW w AS (PARTITION BY study ORDER BY day)) AS steps
    WINDOW w AS (PARTITION BY study ORDER BY day);
    ANALYZE km;

    INSERT INTO aj
    SELECT study, reason, day, exits, sum(before * ratio(exits, at_risk)) OVER (PARTITION BY study, reason ORDER BY day)
    FROM (SELECT km.study, r.reason, day, at_risk, before,
                 (SELECT count(*) FROM person AS p
                  WHERE p.study = km.study AND p.reason = r.reason AND p.leaves = km.day) AS exits
          FROM km JOIN (SELECT DISTINCT study, reason FROM person WHERE reason IS NOT NULL) AS r USING (study)
          WHERE study = ANY (its)) AS causes;
    ANALYZE aj;

    INSERT INTO grid
    SELECT study, every, lag(day) OVER (PARTITION BY study, every ORDER BY day), day,
           (SELECT max(km.day) FROM km WHERE km.study = days.study AND km.day <= days.day)
    FROM (SELECT study, every, longest.days + k * every.days AS day, last_day
          FROM (SELECT study, max(leaves) AS last_day FROM person WHERE study = ANY (its) GROUP BY study) AS l
               CROSS JOIN every
               CROSS JOIN LATERAL generate_series(0, last_day / (28 * months + every.days)) AS k
               JOIN longest ON longest.months = k * every.months
          WHERE every = ANY (everys)) AS days
    WHERE day <= last_day;
    ANALYZE grid;
END
$$;

-- Limits as R's survfit has them, NULL where it has NA; z is normal_limit(level).
CREATE FUNCTION limits(method text, p float8, std_error float8, z float8) RETURNS float8[] LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE
        WHEN p <= 0 THEN NULL
        WHEN method = 'plain' THEN ARRAY[greatest(p - z * std_error, 0), least(p + z * std_error, 1)]
        WHEN method = 'log' THEN ARRAY[p * exp(-z * std_error / p), least(p * exp(z * std_error / p), 1)]
        WHEN p >= 1 THEN NULL
        ELSE ARRAY[p ^ exp(-z * std_error / p / ln(p)), p ^ exp(z * std_error / p / ln(p))] END
$$;

CREATE VIEW expected_curve AS
SELECT g.study, every, g.day AS after_days,
       (SELECT count(*) FROM person AS p
        WHERE p.study = g.study AND entry < g.day AND g.day <= leaves) AS at_risk,
       (SELECT count(*) FROM person AS p
        WHERE p.study = g.study AND reason IS NOT NULL
          AND leaves <= g.day AND leaves > coalesce(previous, -1)) AS exits,
       coalesce(retained, 1)::float8 AS retained,
       CASE WHEN exit_day IS NULL THEN 0 WHEN retained > 0 THEN (retained * sqrt(greenwood))::float8 END AS std_error
FROM grid AS g LEFT JOIN km ON km.study = g.study AND km.day = exit_day;

-- The variance of an incidence, straight from its derivatives: a hazard of
-- reason j on day s moves the incidence of reason k until a later day by
-- before(s) * (1{j = k} - later), where `later` is the probability of leaving for
-- k until then for those who are still there after s.  The exits of a day are
-- multinomial.
CREATE VIEW expected_incidence AS
SELECT g.study, every, g.day AS after_days, reason,
       (SELECT count(*) FROM person AS p
        WHERE p.study = g.study AND p.reason = r.reason
          AND leaves <= g.day AND leaves > coalesce(previous, -1)) AS exits,
       coalesce(until.incidence, 0)::float8 AS incidence, std_error
FROM grid AS g
     JOIN (SELECT DISTINCT study, reason FROM aj) AS r USING (study)
     LEFT JOIN LATERAL (SELECT incidence FROM aj
                        WHERE aj.study = g.study AND aj.reason = r.reason AND aj.day = g.exit_day) AS until ON true
     CROSS JOIN LATERAL (
         SELECT coalesce(sqrt(greatest(0, sum(before ^ 2 / at_risk
                    * (mine * (1 - later) ^ 2 + others * later ^ 2 - (mine * (1 - later) - others * later) ^ 2)))), 0)::float8
         FROM km JOIN aj USING (study, day)
              CROSS JOIN LATERAL (SELECT ratio(aj.exits, at_risk), ratio(km.exits - aj.exits, at_risk),
                                         CASE WHEN retained > 0 THEN round((until.incidence - aj.incidence) / retained, 30) ELSE 0 END)
                         AS x (mine, others, later)
         WHERE study = g.study AND aj.reason = r.reason AND day <= exit_day) AS v (std_error);

-- ---------------------------------------------------------------------------
-- Comparisons of groups: whose people are in which group and stratum.
-- ---------------------------------------------------------------------------
CREATE TABLE contest (contest text, g text, stratum text, study text);
CREATE TABLE risk_set (contest text, stratum text, day int, g text, at_risk bigint, exits bigint,
                       PRIMARY KEY (contest, stratum, day, g));

-- Observed, expected and the covariance, over the hypergeometric tables of the days.
CREATE VIEW counted AS
SELECT contest, stratum, day, g, at_risk, exits, d, ratio(at_risk, n::bigint) AS share,
       coalesce(d * ratio((n - d)::bigint, nullif(n - 1, 0)::bigint), 0) AS spread
FROM (SELECT *, sum(at_risk) OVER day AS n, sum(exits) OVER day AS d
      FROM risk_set WINDOW day AS (PARTITION BY contest, stratum, day)) AS x;
CREATE TABLE score (contest text, g text, i int, exits bigint, expected numeric, u numeric);
CREATE TABLE covariance (contest text, g text, h text, v numeric);

-- u' V^-1 u, with V^-1 written out.
CREATE FUNCTION quadratic_form(u numeric[], v numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE cardinality(u)
        WHEN 1 THEN u[1] ^ 2 / v[1][1]
        WHEN 2 THEN (u[1] ^ 2 * v[2][2] - 2 * u[1] * u[2] * v[1][2] + u[2] ^ 2 * v[1][1])
                    / (v[1][1] * v[2][2] - v[1][2] ^ 2)
        WHEN 3 THEN (u[1] ^ 2 * (v[2][2] * v[3][3] - v[2][3] ^ 2)
                     + u[2] ^ 2 * (v[1][1] * v[3][3] - v[1][3] ^ 2)
                     + u[3] ^ 2 * (v[1][1] * v[2][2] - v[1][2] ^ 2)
                     + 2 * u[1] * u[2] * (v[1][3] * v[2][3] - v[1][2] * v[3][3])
                     + 2 * u[1] * u[3] * (v[1][2] * v[2][3] - v[1][3] * v[2][2])
                     + 2 * u[2] * u[3] * (v[1][2] * v[1][3] - v[1][1] * v[2][3]))
                    / (v[1][1] * (v[2][2] * v[3][3] - v[2][3] ^ 2)
                       - v[1][2] * (v[1][2] * v[3][3] - v[1][3] * v[2][3])
                       + v[1][3] * (v[1][2] * v[2][3] - v[1][3] * v[2][2])) END
$$;
CREATE TABLE log_rank (contest text PRIMARY KEY, chisq float8, df int, p_value float8,
                       groups text[], exits bigint[], expected float8[]);

CREATE FUNCTION contend() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ANALYZE contest;
    INSERT INTO risk_set
    SELECT contest, stratum, day, g, count(*) FILTER (WHERE entry < day AND day <= leaves),
           count(*) FILTER (WHERE leaves = day AND reason IS NOT NULL)
    FROM (SELECT DISTINCT contest, stratum, leaves AS day FROM contest JOIN person USING (study)
          WHERE reason IS NOT NULL) AS exit_days
         JOIN contest USING (contest, stratum) JOIN person USING (study)
    GROUP BY contest, stratum, day, g;
    ANALYZE risk_set;
    INSERT INTO score
    SELECT contest, g, row_number() OVER (PARTITION BY contest ORDER BY g COLLATE "C"),
           sum(exits), sum(d * share), sum(exits - d * share)
    FROM counted GROUP BY contest, g;
    INSERT INTO covariance
    SELECT contest, a.g, b.g, sum(round(a.spread * a.share, 30) * ((a.g = b.g)::int - b.share))
    FROM counted AS a JOIN counted AS b USING (contest, stratum, day)
    GROUP BY contest, a.g, b.g;
    -- One of the groups says nothing that the others do not.
    INSERT INTO log_rank
    SELECT contest, chisq, df, CASE WHEN df > 0 THEN chi_square_tail(chisq, df) END, groups, exits, expected
    FROM (SELECT s.contest, cardinality(groups) - 1 AS df, groups, exits, expected,
                 quadratic_form(u, array_agg(v ORDER BY i))::float8 AS chisq
          FROM (SELECT contest, array_agg(g ORDER BY i) AS groups, array_agg(exits ORDER BY i) AS exits,
                       array_agg(expected::float8 ORDER BY i) AS expected,
                       array_agg(round(u, 30) ORDER BY i) FILTER (WHERE i > 1) AS u
                FROM score GROUP BY contest) AS s
               JOIN (SELECT contest, a.i, array_agg(round(v, 30) ORDER BY b.i) AS v
                     FROM covariance JOIN score AS a USING (contest, g) JOIN score AS b USING (contest)
                     WHERE b.g = h AND a.i > 1 AND b.i > 1
                     GROUP BY contest, a.i) AS c USING (contest)
          GROUP BY s.contest, groups, exits, expected, u) AS tests;
END
$$;

-- Cox: the score of the logarithm of the hazard ratio of 'second' over 'first',
-- with Efron's ties: the r-th of d exits of a day is drawn from a risk set that
-- lacks r/d of those who leave.
CREATE FUNCTION cox(its text, log_ratio float8, OUT score float8, OUT information float8) LANGUAGE sql AS $$
    SELECT sum(d2::float8 / d - p), sum(p * (1 - p))
    FROM (SELECT d2, d, second / (first + second) AS p
          FROM (SELECT d2, d, a.at_risk - r * d1::float8 / d AS first,
                       exp(log_ratio) * (n2 - r * d2::float8 / d) AS second
                FROM (SELECT a.at_risk, a.exits AS d1, b.at_risk AS n2, b.exits AS d2, a.exits + b.exits AS d
                      FROM risk_set AS a JOIN risk_set AS b USING (contest, stratum, day)
                      WHERE contest = its AND a.g = 'first' AND b.g = 'second') AS a,
                     generate_series(0, d - 1) AS r) AS draws) AS shares
$$;
CREATE FUNCTION cox_ratio(its text, level float8, OUT hazard_ratio float8, OUT lower float8, OUT upper float8)
LANGUAGE plpgsql AS $$
DECLARE
    low float8 := -25;
    high float8 := 25;
    spread float8;
BEGIN
    -- A maximum wants an exit of each while somebody of the other is at risk.
    IF NOT EXISTS (SELECT FROM risk_set AS a JOIN risk_set AS b USING (contest, stratum, day)
                   WHERE contest = its AND a.g = 'first' AND b.g = 'second' AND a.exits > 0 AND b.at_risk > 0)
       OR NOT EXISTS (SELECT FROM risk_set AS a JOIN risk_set AS b USING (contest, stratum, day)
                      WHERE contest = its AND a.g = 'first' AND b.g = 'second' AND b.exits > 0 AND a.at_risk > 0)
    THEN
        RETURN;
    END IF;
    FOR i IN 1 .. 60 LOOP
        IF (cox(its, (low + high) / 2)).score > 0 THEN
            low := (low + high) / 2;
        ELSE
            high := (low + high) / 2;
        END IF;
    END LOOP;
    spread := normal_limit(level) / sqrt((cox(its, low)).information);
    hazard_ratio := exp(low);
    lower := exp(low - spread);
    upper := exp(low + spread);
END
$$;

-- ---------------------------------------------------------------------------
-- Made-up registers.
-- ---------------------------------------------------------------------------
\ir ../../lib/text_dice.sql

-- Forty registers of 3 to 47 spells around a period of a day to three months,
-- short enough for many ties.  Spells begin and end on the days that matter more
-- often than by chance.
INSERT INTO study
SELECT 'register ' || to_char(n, 'fm00'), 'register ' || to_char(n, 'fm00'),
       daterange(start, start + 1 + dice(90, 'length', n::text))
FROM generate_series(1, 40) AS n,
     LATERAL (SELECT date '2014-01-01' + dice(500, 'from', n::text)) AS f (start);
INSERT INTO spell
SELECT register, CASE WHEN u <> 99 THEN start END,
       CASE WHEN u < 8 THEN NULL
            WHEN u < 12 THEN 'infinity'
            WHEN u < 20 THEN start
            WHEN u < 26 THEN greatest(start, lower(observed))
            WHEN u < 32 THEN greatest(start, upper(observed))
            WHEN u < 36 THEN greatest(start, upper(observed) + 1)
            ELSE start + dice(70, 'stay', register, i::text) END,
       (ARRAY['retirement', 'resignation', 'övrigt, "eget"', '', 'unknown', NULL])[1 + dice(6, 'reason', register, i::text)]
FROM study
     CROSS JOIN LATERAL generate_series(1, 3 + dice(45, 'persons', register)) AS i
     CROSS JOIN LATERAL (SELECT dice(100, 'start', register, i::text), dice(100, 'end', register, i::text)) AS v (s, u)
     CROSS JOIN LATERAL (
         SELECT CASE WHEN s < 8 THEN lower(observed)
                     WHEN s < 14 THEN upper(observed) - 1
                     WHEN s < 18 THEN lower(observed) - 1
                     WHEN s < 20 THEN upper(observed)
                     ELSE lower(observed) - 50
                          + dice(51 + upper(observed) - lower(observed), 'day', register, i::text) END) AS b (start);

-- The same, with a complete history, and of a single day.
INSERT INTO study
SELECT register || ', complete', register, daterange(NULL, upper(observed)) FROM study
UNION ALL
SELECT register || ', one day', register, daterange(upper(observed) - 1, upper(observed)) FROM study;

-- What chance does not make: all gone at last, all gone before those come under
-- observation who began earlier, all gone on day 0, nobody gone, nobody seen.
INSERT INTO study
SELECT name, name, '[2020-01-01,2021-01-01)' FROM unnest('{all leave,gap,day 0,all stay,nobody}'::text[]) AS name;
INSERT INTO spell
SELECT 'all leave', date '2020-02-01' + i, date '2020-02-01' + i + 7 * (i % 5), CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END
FROM generate_series(1, 30) AS i
UNION ALL SELECT 'gap', '2020-03-01', date '2020-03-01' + i, 'a' FROM generate_series(1, 4) AS i
UNION ALL SELECT 'gap', date '2019-12-01' - i, date '2020-01-10' + 9 * i, CASE WHEN i > 1 THEN 'b' END FROM generate_series(1, 9) AS i
UNION ALL SELECT 'gap', date '2019-12-25', NULL, NULL
UNION ALL SELECT 'day 0', date '2020-03-01', date '2020-03-01', 'a' FROM generate_series(1, 4) AS i
UNION ALL SELECT 'all stay', date '2019-03-01' + 100 * i, NULL, NULL FROM generate_series(1, 6) AS i
UNION ALL SELECT 'nobody', date '2021-01-01' + i, NULL, NULL FROM generate_series(0, 2) AS i
UNION ALL SELECT 'nobody', date '2019-01-01' + i, '2020-01-01', 'a' FROM generate_series(0, 2) AS i;

SELECT observe(array_agg(study), '{1 day,7 days,1 month,1 month 10 days}') FROM study;
CREATE TABLE curve AS SELECT * FROM expected_curve;
CREATE TABLE incidence AS SELECT * FROM expected_incidence;

-- What these must contain to be worth the trouble.
SELECT cmp_ok((SELECT count(*) FROM km WHERE exits > 1), '>', 100::bigint, 'there are ties');
SELECT cmp_ok((SELECT count(*) FROM person WHERE entry > 0), '>', 300::bigint, 'late entries');
SELECT cmp_ok((SELECT count(DISTINCT (study, entry)) FROM person JOIN km USING (study) WHERE entry = day), '>', 30::bigint,
              'on days with exits, too');
SELECT cmp_ok((SELECT count(DISTINCT (study, leaves)) FROM person JOIN km USING (study) WHERE reason IS NULL AND leaves = day), '>', 10::bigint,
              'censorings on days with exits');
SELECT cmp_ok((SELECT count(*) FROM person WHERE leaves = 0 AND reason IS NOT NULL), '>', 50::bigint, 'exits on day 0');
SELECT cmp_ok((SELECT count(*) FROM km WHERE retained = 0), '>', 5::bigint, 'curves that reach 0');
SELECT cmp_ok((SELECT count(*) FROM km WHERE before = 0), '>', 3::bigint, 'and people who come after that');
SELECT cmp_ok((SELECT count(*) FROM km WHERE abs(retained - 0.5) < 1e-20), '>', 3::bigint, 'curves that rest at a half');

-- ---------------------------------------------------------------------------
-- The extension's answers.
-- ---------------------------------------------------------------------------
CREATE TABLE summary AS
SELECT study, retention_agg(start_date, end_date, reason, observed) AS r
FROM study JOIN spell USING (register) GROUP BY study;
-- Of these there are curves.
CREATE VIEW followed AS
SELECT study, r FROM summary WHERE study IN (SELECT study FROM person);

SELECT agree('spells, exits and skipped rows',
    'SELECT study, spells(r), exits(r), skipped(r) FROM summary ORDER BY study COLLATE "C"',
    'SELECT study, (SELECT count(*) FROM person AS p WHERE p.study = s.study) AS spells,
            (SELECT count(reason) FROM person AS p WHERE p.study = s.study) AS exits,
            (SELECT count(*) FROM spell WHERE spell.register = s.register AND start_date IS NULL) AS skipped
     FROM study AS s ORDER BY study COLLATE "C"', 125);
SELECT agree('exits by reason, one of them unheard of',
    $$SELECT study, reason, exits(r, reason)
      FROM summary, unnest('{retirement,resignation,"övrigt, \"eget\"","",unknown,a,b,"never heard of"}'::text[]) AS reason
      ORDER BY study COLLATE "C", reason COLLATE "C"$$,
    $$SELECT study, reason, (SELECT count(*) FROM person AS p WHERE p.study = s.study AND p.reason = r.reason) AS exits
      FROM study AS s, unnest('{retirement,resignation,"övrigt, \"eget\"","",unknown,a,b,"never heard of"}'::text[]) AS r (reason)
      ORDER BY study COLLATE "C", reason COLLATE "C"$$, 1000);
-- The table itself.
CREATE FUNCTION by_day(its text, what text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_object_agg(day, n), '{}')
    FROM (SELECT CASE what WHEN 'late_entries' THEN entry ELSE leaves END, count(*) FROM person
          WHERE study = its AND CASE what WHEN 'late_entries' THEN entry > 0
                                          WHEN 'censored' THEN reason IS NULL
                                          ELSE reason = substr(what, 6) END GROUP BY 1) AS x (day, n)
$$;
SELECT agree('the text form',
    'SELECT r::jsonb AS r FROM summary ORDER BY study COLLATE "C"',
    $$SELECT jsonb_build_object('type', 'retention', 'version', 1,
                 'observed', jsonb_build_array(lower(observed), upper(observed)),
                 'skipped', (SELECT count(*) FROM spell WHERE spell.register = s.register AND start_date IS NULL),
                 'late_entries', by_day(study, 'late_entries'), 'censored', by_day(study, 'censored'),
                 'exits', (SELECT coalesce(jsonb_object_agg(reason, by_day(study, 'exit ' || reason)), '{}')
                           FROM (SELECT DISTINCT reason FROM person WHERE person.study = s.study AND reason IS NOT NULL) AS d)) AS r
      FROM study AS s ORDER BY study COLLATE "C"$$, 125);

-- Curves, as they come.
CREATE FUNCTION test_curve(its_every interval, level float8, method text, at_least bigint, pattern text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT agree(format('curves every %s, %s limits at level %s', its_every, method, level),
        format('SELECT study, after_days, at_risk, exits, retained, std_error, lower, upper
                FROM followed, retention_curve(r, %L, %L, %L) WITH ORDINALITY AS c (after_days, at_risk, exits, retained, std_error, lower, upper, n)
                WHERE study ~ %L ORDER BY study COLLATE "C", n', its_every, level, method, pattern),
        format('SELECT study, after_days, at_risk, exits, retained, std_error, l[1] AS lower, l[2] AS upper
                FROM curve, limits(%L, retained, std_error, %L) AS l
                WHERE study ~ %L AND every = %L ORDER BY study COLLATE "C", after_days', method, normal_limit(level), pattern, its_every),
        at_least)
$$;
SELECT test_curve('1 day', level, method, 3000)
FROM (VALUES (0.95, 'log-log'), (0.95, 'log'), (0.95, 'plain'), (0.8, 'log-log'), (0.999, 'plain'), (0.5, 'log')) AS v (level, method);
SELECT test_curve(every, 0.95, 'log-log', 100) FROM unnest('{7 days,1 month,1 month 10 days}'::interval[]) AS every;
SELECT agree('defaults of retention_curve', 'SELECT study, c.* FROM followed, retention_curve(r) AS c',
             $$SELECT study, c.* FROM followed, retention_curve(r, method => 'log-log', every => '1 year', level => 0.95) AS c$$, 100);

CREATE FUNCTION test_incidence(its_every interval, level float8, at_least bigint, pattern text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT agree(format('incidences every %s, at level %s', its_every, level),
        format('SELECT study, after_days, reason, exits, incidence, std_error, lower, upper
                FROM followed, exit_incidence(r, %L, %L) WITH ORDINALITY AS c (after_days, reason, exits, incidence, std_error, lower, upper, n)
                WHERE study ~ %L ORDER BY study COLLATE "C", n', its_every, level, pattern),
        format('SELECT study, after_days, reason, exits, incidence, std_error, l[1] AS lower, l[2] AS upper
                FROM incidence, limits(''log-log'', incidence, std_error, %L) AS l
                WHERE study ~ %L AND every = %L ORDER BY study COLLATE "C", after_days, reason COLLATE "C"', normal_limit(level), pattern, its_every),
        at_least)
$$;
SELECT test_incidence(every, level, 300)
FROM (VALUES ('1 day'::interval, 0.95), ('1 day', 0.8), ('7 days', 0.95), ('1 month', 0.999)) AS v (every, level);
SELECT agree('defaults of exit_incidence', 'SELECT study, c.* FROM followed, exit_incidence(r) AS c',
             $$SELECT study, c.* FROM followed, exit_incidence(r, level => 0.95, every => '1 year') AS c$$, 100);

-- Values of the curve between its steps.
CREATE FUNCTION retained_after(its text, at_day int) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT retained FROM km WHERE study = its AND day <= at_day ORDER BY day DESC LIMIT 1), 1)
$$;
CREATE VIEW extent AS
SELECT study, max(leaves) AS last_day, retained_after(study, max(leaves)) = 0 AS all_gone FROM person GROUP BY study;
CREATE FUNCTION test_rates(at_least bigint, pattern text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT agree('retention_rate at any day, and beyond the last',
        format('SELECT study, day, retention_rate(r, make_interval(days => day)) AS rate
                FROM followed JOIN extent USING (study), generate_series(0, last_day + 3) AS day
                WHERE study ~ %L ORDER BY study COLLATE "C", day', pattern),
        format('SELECT study, day, CASE WHEN day <= last_day OR all_gone THEN retained_after(study, day)::float8 END AS rate
                FROM extent, generate_series(0, last_day + 3) AS day
                WHERE study ~ %L ORDER BY study COLLATE "C", day', pattern), at_least)
$$;
SELECT test_rates(3000);
SELECT agree('retention_rate after months and years',
    $$SELECT study, months, retention_rate(r, make_interval(months => months)) AS rate
      FROM followed, unnest('{0,1,2,3,4,12,200}'::int[]) AS months ORDER BY study COLLATE "C", months$$,
    $$SELECT study, months, CASE WHEN days <= last_day OR all_gone THEN retained_after(study, days)::float8 END AS rate
      FROM extent, longest WHERE months IN (0, 1, 2, 3, 4, 12, 200) ORDER BY study COLLATE "C", months$$, 800);

-- R's rule: the first day on which half or fewer are there; if it is half, and
-- later fewer, the middle between that day and the first with fewer.
CREATE FUNCTION median_of(its text) RETURNS float8 LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN retained > 0.5 - 1e-20 THEN coalesce((k.day + (SELECT min(day) FROM km WHERE study = its AND retained < 0.5 - 1e-20)) / 2.0, k.day)
                ELSE day END
    FROM km AS k WHERE study = its AND retained < 0.5 + 1e-20 ORDER BY day LIMIT 1
$$;
SELECT agree('medians', 'SELECT study, retention_median(r) AS median FROM followed ORDER BY study COLLATE "C"',
             'SELECT study, median_of(study) AS median FROM extent ORDER BY study COLLATE "C"', 120);
SELECT cmp_ok((SELECT count(*) FROM extent WHERE median_of(study) <> round(median_of(study))), '>', 0::bigint, 'of which some are between days');

-- The mean: day by day, those who are still there.
CREATE FUNCTION test_means(months int[], days int[], at_least bigint, pattern text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT agree('restricted means',
        format('SELECT study, months, days, retention_mean(r, make_interval(months => months, days => days)) AS mean
                FROM followed, unnest(%L::int[], %L::int[]) AS u (months, days)
                WHERE study ~ %L ORDER BY study COLLATE "C", months, days', months, days, pattern),
        format('SELECT study, u.months, u.days,
                       CASE WHEN u.days + longest.days <= last_day OR all_gone
                            THEN (SELECT coalesce(sum(retained_after(study, day)), 0)::float8
                                  FROM generate_series(0, u.days + longest.days - 1) AS day) END AS mean
                FROM extent, unnest(%L::int[], %L::int[]) AS u (months, days) JOIN longest USING (months)
                WHERE study ~ %L ORDER BY study COLLATE "C", u.months, u.days', months, days, pattern), at_least)
$$;
SELECT test_means('{0,0,0,0,0,1,1,2}', '{0,1,2,10,45,0,10,0}', 900);

-- Two groups.
INSERT INTO contest
SELECT 'pair ' || n, g, '', study
FROM generate_series(1, 39) AS n,
     LATERAL (VALUES ('first', format('register %s%s', to_char(n, 'fm00'), CASE WHEN n % 3 = 0 THEN ', complete' END)),
                     ('second', format('register %s%s', to_char(n + 1, 'fm00'), CASE WHEN n % 3 < 2 THEN ', complete' END))) AS v (g, study);
INSERT INTO contest
SELECT 'pair of ' || a || ' and ' || b, g, '', study
FROM (VALUES ('all leave', 'gap'), ('gap', 'all leave'), ('gap', 'all stay'), ('all stay', 'all leave'), ('day 0', 'gap'),
             ('register 07', 'register 07')) AS v (a, b),
     LATERAL (VALUES ('first', a), ('second', b)) AS w (g, study);
-- Three and four, with strata and without, and a group that is not in each.
INSERT INTO contest
SELECT format('%s groups, %s strata, no. %s', k, strata, n), g, 'stratum ' || s,
       format('register %s%s', to_char(1 + (n + 7 * i + 11 * s) % 40, 'fm00'), CASE WHEN (n + i) % 2 = 0 THEN ', complete' END)
FROM (VALUES (3, 1), (4, 1), (2, 2), (3, 2), (3, 3), (4, 5)) AS v (k, strata),
     generate_series(1, 12) AS n, generate_series(1, k) AS i, generate_series(1, strata) AS s,
     LATERAL (SELECT (ARRAY['öst', 'Väst', 'norr', 'syd'])[i]) AS x (g)
WHERE NOT (i = 2 AND s = 2);
SELECT contend();

CREATE FUNCTION test_compare(level float8, at_least bigint, pattern text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    got text := format('SELECT a.contest, %%s FROM contest AS a JOIN contest AS b USING (contest)
                             JOIN summary AS x ON x.study = a.study JOIN summary AS y ON y.study = b.study,
                             retention_compare(x.r, y.r, %L)
                        WHERE a.g = ''first'' AND b.g = ''second'' AND contest ~ %L ORDER BY contest COLLATE "C"', level, pattern);
BEGIN
    RETURN NEXT agree('the log-rank test of two', format(got, 'chisq, df, p_value'),
        format('SELECT contest, chisq, CASE WHEN chisq IS NULL THEN 0 ELSE df END AS df, p_value
                FROM log_rank WHERE contest ~ %L ORDER BY contest COLLATE "C"', pattern), at_least);
    RETURN NEXT agree('their hazard ratio, at level ' || level, format(got, 'hazard_ratio, lower, upper'),
        format('SELECT contest, r.* FROM log_rank, cox_ratio(contest, %L) AS r WHERE contest ~ %L ORDER BY contest COLLATE "C"', level, pattern),
        at_least, 1e-8);
END
$$;
SELECT test_compare(0.95, 45, '^pair');
SELECT test_compare(0.8, 17, '^pair 1|^pair of');
SELECT cmp_ok((SELECT count(*) FROM log_rank, cox_ratio(contest, 0.95) AS r WHERE contest ~ '^pair' AND chisq IS NOT NULL AND hazard_ratio IS NULL),
              '>', 0::bigint, 'some pairs have a test and no hazard ratio');

CREATE FUNCTION test_log_rank(at_least bigint, pattern text) RETURNS text LANGUAGE sql AS $$
    SELECT agree('the log-rank test of many groups',
        format('SELECT contest, (retention_log_rank(r, g, stratum)).*
                FROM contest JOIN summary USING (study) WHERE contest IN (SELECT contest FROM log_rank WHERE chisq IS NOT NULL) AND contest ~ %L
                GROUP BY contest ORDER BY contest COLLATE "C"', pattern),
        format('SELECT * FROM log_rank WHERE chisq IS NOT NULL AND contest ~ %L ORDER BY contest COLLATE "C"', pattern), at_least)
$$;
SELECT test_log_rank(70, 'groups');
SELECT test_log_rank(35, 'pair');

-- Dozens and thousands who leave on one day, in the end all of them.
INSERT INTO study SELECT 'crowd ' || g, 'crowd ' || g, '[2020-01-01,2022-01-01)' FROM unnest('{a,b,c,d}'::text[]) AS g;
INSERT INTO spell
SELECT 'crowd ' || g, '2020-03-01', date '2020-03-01' + day, CASE WHEN day > 0 THEN 'x' END
FROM (VALUES ('a', 100, 5), ('a', 150, 40), ('a', 160, 30), ('a', 200, 300), ('a', 300, 4000), ('a', 301, 1), ('a', 400, 700), ('a', NULL, 7000),
             ('b', 100, 3), ('b', 150, 24), ('b', 160, 35), ('b', 200, 260), ('b', 300, 3100), ('b', 400, 500), ('b', NULL, 5200),
             ('c', 30, 90), ('c', 50, 1200), ('d', 40, 300), ('d', 50, 1500)) AS v (g, day, n), generate_series(1, n);
SELECT observe(array_agg(study), '{}') FROM study WHERE study ~ '^crowd';
INSERT INTO summary
SELECT study, retention_agg(start_date, end_date, reason, observed)
FROM study JOIN spell USING (register) WHERE study ~ '^crowd' GROUP BY study;
TRUNCATE risk_set, score, covariance;
CREATE TABLE contest_before AS SELECT * FROM contest;
TRUNCATE contest;
INSERT INTO contest
SELECT format('crowded pair %s and %s', a, b), g, '', 'crowd ' || name
FROM (VALUES ('a', 'b'), ('b', 'a'), ('c', 'd'), ('d', 'c')) AS p (a, b), LATERAL (VALUES ('first', a), ('second', b)) AS v (g, name);
SELECT contend();
SELECT test_compare(0.95, 4, '^crowded');
INSERT INTO contest SELECT * FROM contest_before;

-- Who says nothing adds no degree of freedom: a group of nobody, one whose
-- stratum is its own, one that meets no other.
SELECT agree('a group of nobody',
    $$SELECT (retention_log_rank(r, g)).*
      FROM (SELECT g, r FROM contest JOIN summary USING (study) WHERE contest = 'pair 1'
            UNION ALL SELECT 'nobody', r FROM summary WHERE study = 'nobody') AS x$$,
    $$SELECT chisq, df, p_value, ARRAY['first', 'nobody', 'second'] AS groups,
             ARRAY[exits[1], 0, exits[2]] AS exits, ARRAY[expected[1], 0, expected[2]] AS expected
      FROM log_rank WHERE contest = 'pair 1'$$, 1);
SELECT agree('a group alone in its stratum',
    $$SELECT (retention_log_rank(r, g, s)).*
      FROM (SELECT g, 'x' AS s, r FROM contest JOIN summary USING (study) WHERE contest = 'pair 1'
            UNION ALL SELECT 'alone', 'y', r FROM summary WHERE study = 'all leave') AS x$$,
    $$SELECT chisq, df, p_value, ARRAY['alone', 'first', 'second'] AS groups,
             30 || exits AS exits, 30 || expected AS expected
      FROM log_rank WHERE contest = 'pair 1'$$, 1);
SELECT agree('two pairs that do not meet',
    $$SELECT (retention_log_rank(r, g || ' ' || contest, contest)).*
      FROM contest JOIN summary USING (study) WHERE contest IN ('pair 1', 'pair 3')$$,
    $$SELECT a.chisq + b.chisq AS chisq, 2 AS df, chi_square_tail(a.chisq + b.chisq, 2) AS p_value,
             '{first pair 1,first pair 3,second pair 1,second pair 3}'::text[] AS groups,
             ARRAY[a.exits[1], b.exits[1], a.exits[2], b.exits[2]] AS exits,
             ARRAY[a.expected[1], b.expected[1], a.expected[2], b.expected[2]] AS expected
      FROM log_rank AS a JOIN log_rank AS b ON a.contest = 'pair 1' AND b.contest = 'pair 3'$$, 1);
SELECT agree('nobody leaves',
    $$SELECT (retention_log_rank(r, g)).* FROM summary, unnest('{b,a}'::text[]) AS g WHERE study = 'all stay'$$,
    $$SELECT NULL::float8 AS chisq, 0 AS df, NULL::float8 AS p_value, '{a,b}'::text[] AS groups, '{0,0}'::int[] AS exits, '{0,0}'::int[] AS expected$$, 1);
SELECT agree('nobody leaves, or nobody is there',
    $$SELECT c.* FROM summary AS a JOIN summary AS b ON b.study IN ('all stay', 'nobody'), retention_compare(a.r, b.r) AS c
      WHERE a.study IN ('all stay', 'nobody')$$,
    $$SELECT NULL::float8 AS chisq, 0 AS df, NULL::float8 AS p_value, NULL::float8 AS hazard_ratio, NULL::float8 AS lower, NULL::float8 AS upper
      FROM generate_series(1, 4)$$, 4);
-- A group or a stratum without a name is one of its own, and the last.
SELECT agree('names that are null',
    $$SELECT contest, (l).chisq, (l).df, (l).p_value, array_replace((l).groups, NULL, 'öst') AS groups, (l).exits, (l).expected
      FROM (SELECT contest, retention_log_rank(r, nullif(g, 'öst'), nullif(stratum, 'stratum 1')) AS l
            FROM contest JOIN summary USING (study) WHERE contest ~ '^4 groups, 5' GROUP BY contest) AS x ORDER BY contest COLLATE "C"$$,
    $$SELECT * FROM log_rank WHERE contest ~ '^4 groups, 5' ORDER BY contest COLLATE "C"$$, 12);

-- Of nobody there is no curve.
SELECT is((SELECT count(*) FROM summary, retention_curve(r) WHERE study = 'nobody')
          + (SELECT count(*) FROM summary, exit_incidence(r) WHERE study = 'nobody'), 0::bigint, 'of nobody there is no curve');
SELECT ok(retention_rate(r, '0 days') IS NULL AND retention_median(r) IS NULL AND retention_mean(r, '0 days') IS NULL,
          'and no figure') FROM summary WHERE study = 'nobody';

-- ---------------------------------------------------------------------------
-- Real data: ten years of one employer.
-- ---------------------------------------------------------------------------
\if :has_shared
CREATE TABLE employment (person_id int, birth_date date, start_date date, end_date date,
                         reason text, profession text, department text, city text, gender text);
\copy employment FROM PROGRAM 'cat "$EF_SHARED"/data/employment.csv' CSV HEADER
INSERT INTO spell
SELECT 'real', start_date, end_date, reason FROM employment UNION ALL
SELECT 'real ' || gender, start_date, end_date, reason FROM employment UNION ALL
SELECT format('real %s %s', gender, department), start_date, end_date, reason FROM employment
WHERE department IN ('Bakery', 'Dairy', 'Processed Foods', 'Produce');
INSERT INTO study SELECT DISTINCT register, register, daterange('2006-01-01', '2016-01-01') FROM spell WHERE register ~ '^real';
INSERT INTO study VALUES ('real, all as if seen from their start', 'real', '(,2016-01-01)');
SELECT observe('{real}', '{5 months,1 year}');
SELECT observe(array_agg(study), '{1 year}') FROM study WHERE study ~ '^real.';
TRUNCATE curve, incidence;
INSERT INTO curve SELECT * FROM expected_curve WHERE study ~ '^real';
INSERT INTO incidence SELECT * FROM expected_incidence WHERE study ~ '^real';
INSERT INTO summary
SELECT study, retention_agg(start_date, end_date, reason, observed)
FROM study JOIN spell USING (register) WHERE study ~ '^real' GROUP BY study;

SELECT is(format('%s %s', spells(r), exits(r)), '6283 1484', 'real: spells and exits as published')
FROM summary WHERE study = 'real';
SELECT agree('real: exits by reason', $$SELECT study, reason, exits(r, reason) AS n FROM summary, unnest('{layoff,resignation,retirement}'::text[]) AS reason
                                        WHERE study ~ '^real' ORDER BY study COLLATE "C", reason$$,
             $$SELECT study, reason, count(*) AS n FROM person WHERE study ~ '^real' AND reason IS NOT NULL
               GROUP BY study, reason ORDER BY study COLLATE "C", reason$$, 36);
-- Every step of the curve: the days of the daily curve that have exits.
SELECT agree('real: every step of the curve, ' || method,
    format('SELECT study, after_days, at_risk, exits, retained, std_error, lower, upper
            FROM followed, retention_curve(r, ''1 day'', 0.95, %L)
            WHERE study ~ ''^real'' AND exits > 0 ORDER BY study COLLATE "C", after_days', method),
    format('SELECT study, day AS after_days, at_risk, exits, retained::float8, std_error, l[1] AS lower, l[2] AS upper
            FROM km, LATERAL (SELECT CASE WHEN retained > 0 THEN (retained * sqrt(greenwood))::float8 END) AS s (std_error),
                 limits(%L, retained::float8, std_error, %L) AS l
            WHERE study ~ ''^real'' ORDER BY study COLLATE "C", after_days', method, normal_limit(0.95)), 2300)
FROM unnest('{log-log,log,plain}'::text[]) AS method;
SELECT test_curve('5 months', 0.95, 'log-log', 60, '^real$');
SELECT test_curve('1 year', 0.99, 'plain', 200, '^real');
SELECT test_incidence('5 months', 0.95, 180, '^real$');
SELECT test_incidence('1 year', 0.9, 900, '^real');
SELECT agree('real: medians', $$SELECT study, retention_median(r) AS median FROM followed WHERE study ~ '^real' ORDER BY study COLLATE "C"$$,
             $$SELECT study, median_of(study) AS median FROM extent WHERE study ~ '^real' ORDER BY study COLLATE "C"$$, 12);
SELECT test_means('{12,60,120,240,600}', '{0,0,0,11,0}', 50, '^real');
-- Not to know that most came under observation late gives another answer.
SELECT cmp_ok(count(*) FILTER (WHERE naive.retained > it.retained + 0.02), '>', 10::bigint,
              'real: a method that ignores delayed entry gets retention wrong')
FROM summary AS a JOIN summary AS b ON a.study = 'real' AND b.study = 'real, all as if seen from their start',
     retention_curve(a.r) AS it JOIN LATERAL retention_curve(b.r) AS naive USING (after_days);

INSERT INTO contest
SELECT 'real pair', CASE gender WHEN 'F' THEN 'first' ELSE 'second' END, '', 'real ' || gender FROM unnest('{F,M}'::text[]) AS gender
UNION ALL
SELECT 'real pair of ' || gender, CASE department WHEN 'Dairy' THEN 'first' ELSE 'second' END, '', format('real %s %s', gender, department)
FROM unnest('{F,M}'::text[]) AS gender, unnest('{Dairy,Produce}'::text[]) AS department
UNION ALL
SELECT 'real groups', department, '', format('real %s %s', gender, department)
FROM unnest('{F,M}'::text[]) AS gender, unnest('{Bakery,Dairy,Processed Foods,Produce}'::text[]) AS department
UNION ALL
SELECT 'real groups by gender', department, gender, format('real %s %s', gender, department)
FROM unnest('{F,M}'::text[]) AS gender, unnest('{Bakery,Dairy,Processed Foods,Produce}'::text[]) AS department;
TRUNCATE risk_set, score, covariance, log_rank;
DELETE FROM contest WHERE contest !~ '^real';
SELECT contend();
SELECT test_compare(0.95, 3, '^real pair');
SELECT test_log_rank(5, '^real');
\else
SELECT skip('the real data is not beside the checkout', 15);
\endif

SELECT * FROM finish();
ROLLBACK;
