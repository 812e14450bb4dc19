-- A second computation of arrivals and of the intake that closes a gap, from the
-- definitions in the manual: arrivals person by person; the intake from what the
-- other functions say (funnel_conversion, funnel_output, workforce_project), put
-- together anew; its limits from the chains of persons, from a recursion of its own
-- over the days of a funnel, and from the limits of workforce_project.
\set ON_ERROR_STOP on
\set shared ''
\getenv shared EF_SHARED
SELECT :'shared' <> '' AS has_shared \gset

BEGIN;
SET LOCAL jit = off;     -- of no use for many small queries
SELECT plan(45);

-- ---------------------------------------------------------------------------
-- Comparison.  Numbers may differ by one in a thousand million; what is small
-- beside the other numbers of its case, by so much of a thousandth of those.
-- ---------------------------------------------------------------------------
CREATE FUNCTION near(got float8, expected float8, scale float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN got IS NULL OR expected IS NULL THEN got IS NULL AND expected IS NULL
                ELSE abs(got - expected) <= 1e-9 * greatest(abs(expected), 1e-3 * scale) END
$$;
SELECT ok(near(1.0000000009, 1, 0) AND near(1e-13, 0, 1) AND near(NULL, NULL, 1), 'the comparison lets rounding pass');
SELECT ok(NOT (near(1.000000002, 1, 1) OR near(1e-11, 0, 1) OR near(NULL, 0, 1) OR near(0, NULL, 1) OR near('NaN', 1, 1) OR near('inf', 1, 1)),
          'and nothing more, nor null for 0');

\ir ../../lib/complaint.sql

-- A whole number from a to b.
CREATE FUNCTION draw(a int, b int) RETURNS int LANGUAGE sql AS $$ SELECT a + floor(random() * (b - a + 1))::int $$;
-- The day of a year that begins a cohort.
CREATE FUNCTION day_in(year int, starts text) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT make_date(year, left(starts, 2)::int, right(starts, 2)::int)
$$;

-- ---------------------------------------------------------------------------
-- Funnels: of one to four stages, of few people and of some more; of days and of
-- moments; with exits, windows and people who are pending.  Many lags are such that
-- a cohort arrives on the last day of a year or the first of the next.
-- ---------------------------------------------------------------------------
CREATE TABLE course (funnel int PRIMARY KEY, stages int, pending boolean, moments boolean, span interval, spec funnel_spec);
CREATE TABLE event (funnel int, person int, stage text, at timestamp);
CREATE TABLE entrant (funnel int, person int, far int, lag int);   -- how far they come; null: never arrives

CREATE FUNCTION make_funnel(its int, n int, its_pending boolean, its_moments boolean, its_span interval, people int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    begins date;
    wanted int;         -- from the first stage to the last
    year int;
    starts text;
    way float8[];       -- where on the way the stages are, from 0 to 1
    far int;            -- the last stage of this person
    day date;
    moment float8;      -- of the day
    before date;
    at timestamp;
    first_at timestamp;
    came_to int;        -- in the time of the funnel
BEGIN
    INSERT INTO course
    VALUES (its, n, its_pending, its_moments, its_span,
            funnel_spec((ARRAY['söker', 'admitted', 'registered', 'graduated'])[5 - n:], its_span,
                        CASE WHEN its_pending THEN date '2016-02-29' END, '{rejected,withdrawn}'));
    FOR who IN 1 .. people LOOP
        begins := date '2009-12-20' + draw(0, 2200);
        IF random() < 0.5 THEN
            year := draw(2018, 2023);
            starts := (ARRAY['01-15', '09-01', '12-31', '01-01'])[draw(1, 4)];
            wanted := greatest(0, make_date(year + draw(0, 4), 12, 31) - day_in(year, starts) + draw(0, 1));
        ELSE
            wanted := CASE WHEN random() < 0.2 THEN draw(0, 3) ELSE draw(0, 2500) END;
        END IF;
        far := CASE WHEN random() < 0.6 THEN n ELSE draw(1, n) END;
        way := ARRAY[0] || (SELECT array_agg(w ORDER BY w) FROM (SELECT random() AS w FROM generate_series(3, n)) AS x);
        IF n > 1 THEN
            way := way[:n - 1] || 1.0::float8;
        END IF;
        before := NULL;
        first_at := NULL;
        FOR i IN 1 .. far LOOP
            day := begins + floor(way[i] * wanted)::int;
            moment := CASE WHEN day = before THEN moment + (1 - moment) * random() ELSE random() END;
            at := CASE WHEN its_moments THEN day + moment * interval '23:59:59' ELSE day END;
            first_at := coalesce(first_at, at);
            IF its_span IS NULL OR at <= first_at + its_span THEN
                came_to := i;
            END IF;
            INSERT INTO event VALUES (its, who, (ARRAY['söker', 'admitted', 'registered', 'graduated'])[4 - n + i], at);
            before := day;
        END LOOP;
        -- Who leaves by an exit; who does so having arrived has arrived.
        IF random() < 0.4 THEN
            INSERT INTO event VALUES (its, who, (ARRAY['rejected', 'withdrawn'])[draw(1, 2)], at + draw(1, 400) * interval '1 day');
        END IF;
        INSERT INTO entrant VALUES (its, who, came_to, CASE WHEN came_to = n THEN at::date - first_at::date END);
    END LOOP;
END
$$;
DO $$
BEGIN
    PERFORM setseed(0.5);
    FOR i IN 1 .. 70 LOOP
        PERFORM make_funnel(i, 1 + i % 4, i % 3 = 2, i % 5 < 2, CASE i % 4 WHEN 1 THEN interval '4 years' WHEN 3 THEN '2 years 3 months' END,
                            CASE i % 7 WHEN 0 THEN 1 WHEN 1 THEN 5 ELSE draw(10, 80) END);
    END LOOP;
END
$$;

CREATE TABLE funnel_of (funnel int PRIMARY KEY, f funnel);
INSERT INTO funnel_of
SELECT funnel, CASE WHEN moments THEN funnel_agg(person, stage, at, spec) ELSE funnel_agg(person, stage, at::date, spec) END
FROM course JOIN event USING (funnel) GROUP BY funnel, moments;

-- What is said of each stage, and of the first and last.
-- What is known so far, which is what arrivals are made of.
CREATE FUNCTION so_far(f funnel) RETURNS TABLE (stage_no int, stage text, entered bigint, converted bigint, pending bigint, exited bigint, lost bigint,
                                                conversion float8, cumulative float8) LANGUAGE sql STABLE AS $$
    SELECT stage_no, stage, entered, converted, pending, exited, lost, conversion_so_far, cumulative_so_far FROM funnel_stages(f)
$$;
CREATE TABLE stage AS SELECT funnel, s.* FROM funnel_of, so_far(f) AS s;
CREATE TABLE ends AS
SELECT funnel, max(stage) FILTER (WHERE stage_no = 1) AS first, max(stage) FILTER (WHERE stage_no = stages) AS last, max(entered) FILTER (WHERE stage_no = 1) AS entered,
       max(cumulative) FILTER (WHERE stage_no = stages) AS p, coalesce(bool_or(stage.pending > 0), false) AS open
FROM course JOIN stage USING (funnel) GROUP BY funnel;

SELECT ok(bool_and(NOT open) FILTER (WHERE NOT pending) AND bool_and(entered > 0), 'everybody''s way is known to its end where nobody is pending')
FROM course JOIN ends USING (funnel);
SELECT is(count(*), 7::bigint, 'funnels of one to four stages, and such with people pending') FROM (SELECT stages, open FROM course JOIN ends USING (funnel) GROUP BY stages, open HAVING count(*) > 3) AS x;

-- The share of a cohort that has arrived after so many days: flat after the last
-- day known.
CREATE FUNCTION arrived_after(its_f funnel, first text, last text, days int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN days < 0 THEN 0
                WHEN first = last THEN (SELECT CASE WHEN entered > 0 THEN 1 END FROM funnel_stages(its_f))
                ELSE coalesce(funnel_conversion(its_f, first, last, make_interval(days => least(days, 54788))), funnel_conversion(its_f, first, last)) END
$$;

-- ---------------------------------------------------------------------------
-- Arrivals.
-- ---------------------------------------------------------------------------
-- A conversion is changed to 0, to 1, or to anything; not one that is 0.
CREATE TABLE output_case AS
SELECT id, funnel, first_year, horizon, starts, as_of, intake, changed_stage, change, coalesce((conversion + change) / conversion, 1) AS ratio
FROM (SELECT row_number() OVER (ORDER BY funnel, k)::int AS id, c.*, draw(1, 12) AS horizon, (ARRAY['01-15', '09-01', '12-31', '01-01', '02-28', '03-01'])[draw(1, 6)] AS starts,
             first_year + draw(-2, 6) AS about,
             CASE WHEN random() < 0.1 THEN '{}'
                  ELSE (SELECT array_agg(CASE draw(0, 9) WHEN 0 THEN 0 WHEN 1 THEN 1 WHEN 2 THEN 1e12 ELSE random() * 10 ^ draw(-2, 4) END) FROM generate_series(1, 1 + k % 6)) END AS intake
      FROM (SELECT funnel, k, (ARRAY[1895, 1999, 2018, 2019, 2020, 2021, 2096])[draw(1, 7)] AS first_year, CASE WHEN random() < 0.4 THEN draw(1, stages - 1) END AS changed
            FROM course, generate_series(1, 12) AS k) AS c) AS d
     CROSS JOIN LATERAL (SELECT CASE draw(0, 5) + 0 * id WHEN 0 THEN NULL WHEN 1 THEN NULL WHEN 2 THEN make_date(about, 1, 1) WHEN 3 THEN make_date(about, 12, 31)
                                                ELSE make_date(about, 1, 1) + draw(0, 364) END) AS a (as_of)
     LEFT JOIN (SELECT funnel, stage_no AS changed, stage AS changed_stage, conversion FROM stage WHERE conversion > 0) AS s USING (funnel, changed)
     CROSS JOIN LATERAL (SELECT CASE WHEN changed_stage IS NULL THEN 0 ELSE (ARRAY[0, 1, random(), random()])[draw(1, 4) + 0 * id] - conversion END) AS g (change);
SELECT ok(count(*) FILTER (WHERE as_of IS NULL) > 100 AND count(*) FILTER (WHERE as_of = date_trunc('year', as_of)) > 50
          AND count(*) FILTER (WHERE extract(year FROM as_of) < first_year) > 50 AND count(*) FILTER (WHERE as_of > make_date(first_year + cardinality(intake), 6, 1)) > 50
          AND count(*) FILTER (WHERE change > 0) > 50 AND count(*) FILTER (WHERE change < 0) > 50 AND count(*) FILTER (WHERE ratio = 0) > 30 AND count(*) FILTER (WHERE intake = '{}') > 30,
          'there are cases of all kinds') FROM output_case;

CREATE TABLE output_row AS
SELECT id, year, coalesce(extract(year FROM as_of)::int, first_year) AS first_row FROM output_case, LATERAL (SELECT coalesce(extract(year FROM as_of)::int, first_year)) AS f (y), generate_series(y, y + horizon - 1) AS year;
-- Person by person, where nobody is pending.
CREATE TABLE by_person AS
SELECT id, extract(year FROM day)::int AS year, sum(intake[i] * ratio / entered) AS arrivals
FROM output_case JOIN course USING (funnel) JOIN ends USING (funnel) JOIN entrant USING (funnel), generate_subscripts(intake, 1) AS i,
     LATERAL (SELECT day_in(first_year + i - 1, starts) + lag) AS d (day)
WHERE NOT pending AND lag IS NOT NULL AND (as_of IS NULL OR day >= as_of) GROUP BY id, year;
-- By the estimated share, whoever is pending.
CREATE TABLE by_share AS
SELECT id, year, sum(intake[i] * ratio * (arrived_after(f, first, last, make_date(year, 12, 31) - day_in(first_year + i - 1, starts))
                                          - arrived_after(f, first, last, greatest(make_date(year, 1, 1), as_of) - 1 - day_in(first_year + i - 1, starts)))) AS arrivals
FROM output_case JOIN output_row USING (id) JOIN funnel_of USING (funnel) JOIN ends USING (funnel), generate_subscripts(intake, 1) AS i
GROUP BY id, year;
SELECT no_difference('SELECT id, year, p.arrivals, s.arrivals AS by_share FROM by_person AS p JOIN by_share AS s USING (id, year) WHERE NOT near(s.arrivals, p.arrivals, 0)',
                     count(*), 1000, 'the share that has arrived is that of persons where nobody is pending') FROM by_person JOIN by_share USING (id, year);

CREATE TABLE got_output AS
SELECT id, o.* FROM output_case JOIN funnel_of USING (funnel), funnel_output(f, intake, first_year, horizon, starts, as_of, changed_stage, change) AS o;
SELECT no_difference('SELECT id, c, g.year, g.arrivals, coalesce(e.arrivals, 0) AS instead_of
                      FROM output_case AS c JOIN course USING (funnel) JOIN output_row AS r USING (id) LEFT JOIN got_output AS g USING (id, year) LEFT JOIN by_person AS e USING (id, year)
                      WHERE NOT pending AND (g.year IS NULL OR NOT near(g.arrivals, coalesce(e.arrivals, 0), 0))',
                     count(*), 1000, 'arrivals, person by person') FROM by_person JOIN output_row USING (id, year);
SELECT no_difference('SELECT id, c, g.year, g.arrivals, coalesce(e.arrivals, 0) AS instead_of
                      FROM output_case AS c JOIN output_row AS r USING (id) LEFT JOIN got_output AS g USING (id, year) LEFT JOIN by_share AS e USING (id, year)
                      WHERE g.year IS NULL OR NOT near(g.arrivals, coalesce(e.arrivals, 0), 0)',
                     count(*) FILTER (WHERE arrivals > 0 AND pending), 500, 'arrivals, by the estimated share')
FROM by_share JOIN output_case USING (id) JOIN course USING (funnel);
SELECT is((SELECT format('%s %s', count(*), sum(year)) FROM got_output), (SELECT format('%s %s', count(*), sum(year)) FROM output_row), 'and nothing else');
SELECT is(count(*), 0::bigint, 'rows are in order') FROM (SELECT id, year, lag(year) OVER (PARTITION BY id ORDER BY n) AS before FROM (SELECT id, year, row_number() OVER () AS n FROM got_output) AS x) AS y
WHERE before >= year;

-- ---------------------------------------------------------------------------
-- Workforces: of ten people and of some hundred, of short and of long stays, of
-- young and of old hires, with and without people hired; observed until 1 January
-- or the middle of a year.
-- ---------------------------------------------------------------------------
CREATE TABLE employer (workforce int PRIMARY KEY, people int, stay float8, youngest int, oldest int, observed daterange);
INSERT INTO employer VALUES
    (1, 400, 8, 20, 50, '[2015-01-01,2020-01-01)'), (2, 150, 5, 20, 58, '[2016-03-15,2021-07-01)'),
    (3, 60, 12, 25, 45, '[2019-01-01,2022-12-01)'), (4, 300, 1.2, 18, 60, '(,2018-06-01)'),
    (5, 120, 9, 20, 50, '[2018-01-01,2020-04-01)'), -- nobody is hired
    (6, 10, 4, 22, 40, '[2017-01-01,2021-01-01)'), (7, 200, 6, 58, 66, '[2015-01-01,2019-10-01)'),
    (8, 500, 10, 20, 55, '[2012-01-01,2021-01-01)');
CREATE TABLE workforce_of (workforce int PRIMARY KEY, as_of date, w workforce);
DO $$ BEGIN PERFORM setseed(0.25); END $$;
INSERT INTO workforce_of
SELECT workforce, upper(observed), workforce_agg(birth_date, start_date, end_date, reason, observed)
FROM (SELECT workforce, observed, birth_date, start_date, CASE WHEN random() < 0.85 THEN start_date + (-ln(1 - random()) * stay * 365)::int END AS end_date,
                     CASE WHEN start_date - birth_date > 55 * 365 THEN 'retirement' ELSE (ARRAY['retirement', 'resignation', 'layoff'])[draw(1, 3)] END AS reason
              FROM (SELECT *, start_date - (365.25 * (youngest + random() * (oldest - youngest)))::int AS birth_date
                    FROM (SELECT e.*, CASE WHEN workforce = 5 THEN '2017-12-31' ELSE upper(observed) - 1 END - draw(0, 3500) AS start_date
                          FROM employer AS e, generate_series(1, people) OFFSET 0) AS s OFFSET 0) AS b OFFSET 0) AS x
GROUP BY workforce, observed;
SELECT is((SELECT array_agg(workforce) FROM workforce_of WHERE hires(w) = 0), '{5}', 'one workforce is without hires');
CREATE TABLE rule_of (rule int PRIMARY KEY, r retirement_rule);
INSERT INTO rule_of SELECT rule, retirement_rule_agg(born_from, age) FROM (VALUES (1, '1850-01-01'::date, 780), (1, '1960-01-01', 804), (1, '1980-01-01', 816),
    (2, '1850-01-01', 810), (2, '1955-03-01', 741), (2, '1975-04-01', 850)) AS v (rule, born_from, age) GROUP BY rule;

-- Funnels of nobody, and of people of whom nobody arrives.
INSERT INTO course VALUES (101, 2, false, false, NULL, funnel_spec(ARRAY['a', 'b'])), (102, 2, false, false, NULL, funnel_spec(ARRAY['a', 'b']));
INSERT INTO funnel_of SELECT funnel, funnel_agg(person, stage, '2020-01-01', spec) FROM course, (VALUES (101, 1, 'b'), (102, 2, 'a')) AS v (its, person, stage) WHERE its = funnel GROUP BY funnel;
INSERT INTO stage SELECT funnel, s.* FROM funnel_of, so_far(f) AS s WHERE funnel > 100;
INSERT INTO ends SELECT funnel, 'a', 'b', (SELECT entered FROM stage AS s WHERE s.funnel = f.funnel AND stage_no = 1), (SELECT cumulative FROM stage AS s WHERE s.funnel = f.funnel AND stage_no = 2), false
FROM funnel_of AS f WHERE funnel > 100;

-- ---------------------------------------------------------------------------
-- The intake that closes a gap, anew.
-- ---------------------------------------------------------------------------
CREATE TABLE intake_case (id int PRIMARY KEY, funnel int, workforce int, gap float8[], first_year int, starts text, method text, target_year int, arrived float8,
                          changed_stage text, change float8, retire_at int, rule int, rates int, latest_age int, level float8);
CREATE TYPE intake_row AS (year int, intake float8, arrivals float8, unmet float8);

-- What is left, at the end of each of so many periods, of one person hired in each
-- of them: u[(i - 1) n + t].  (Of so many persons that the stock is nothing beside
-- them, for the sake of the digits.)  Null if nobody knows how old they are.
CREATE FUNCTION left_of_hires(c intake_case, y0 int, n int) RETURNS float8[] LANGUAGE plpgsql AS $$
DECLARE
    its_w workforce := (SELECT w FROM workforce_of WHERE workforce = c.workforce);
    its_rates workforce := (SELECT w FROM workforce_of WHERE workforce = c.rates);
    its_rule retirement_rule := (SELECT r FROM rule_of WHERE rule = c.rule);
    hired float8[];
    without float8[];
    found float8[] := '{}';
BEGIN
    IF hires(its_w) = 0 AND coalesce(hires(its_rates), 0) = 0 THEN
        RETURN NULL;
    END IF;
    without := ARRAY(SELECT headcount FROM workforce_project(its_w, n, NULL, NULL, c.retire_at, its_rule, its_rates, c.latest_age) ORDER BY year);
    FOR i IN 1 .. n LOOP
        hired := array_fill(0::float8, ARRAY[n]);
        hired[i] := 1e9;
        found := found || ARRAY(SELECT (headcount - without[year - y0 + 1]) / 1e9
                                FROM workforce_project(its_w, n, hired, NULL, c.retire_at, its_rule, its_rates, c.latest_age) ORDER BY year);
    END LOOP;
    RETURN found;
END
$$;

-- What is needed of a case, in arrays.  Rows k = 1, 2, ... are years from the
-- earlier of first_year and y0; row k is period k - before.
CREATE TYPE intake_parts AS (y0 int, n int, before int, first_row int, rows int,
    known boolean,      -- whose hires, and what share arrives
    lag int,            -- of a schedule
    u float8[],         -- left at the end of period t of a hire in period i: u[(i - 1) n + t]
    a float8[],         -- arrives in period i, of cohort k: a[(k - 1) n + i]
    s float8[]);        -- of cohort k there at the end of period t: s[(k - 1) n + t]
CREATE FUNCTION parts_of(c intake_case) RETURNS intake_parts LANGUAGE plpgsql AS $$
DECLARE
    p intake_parts;
    as_of date := (SELECT w.as_of FROM workforce_of AS w WHERE workforce = c.workforce);
    its_f funnel := (SELECT f FROM funnel_of WHERE funnel = c.funnel);
    its_ends ends := (SELECT e FROM ends AS e WHERE funnel = c.funnel);
    share float8;
BEGIN
    p.y0 := extract(year FROM as_of);
    p.n := cardinality(c.gap);
    p.before := greatest(p.y0 - c.first_year, 0);
    p.first_row := greatest(c.first_year - p.y0, 0) + 1;
    p.rows := p.n + p.before;
    p.u := left_of_hires(c, p.y0, p.n);
    p.known := p.u IS NOT NULL AND its_ends.p IS NOT NULL;
    IF NOT p.known THEN
        RETURN p;
    END IF;
    p.a := array_fill(0::float8, ARRAY[p.rows * p.n]);
    p.s := p.a;
    FOR k IN p.first_row .. p.rows LOOP
        p.a[(k - 1) * p.n + 1 : k * p.n] := ARRAY(SELECT arrivals FROM funnel_output(its_f, '{1}', p.y0 - p.before + k - 1, p.n, c.starts, as_of, c.changed_stage, c.change) ORDER BY year);
        FOR t IN 1 .. p.n LOOP
            FOR i IN 1 .. t LOOP
                p.s[(k - 1) * p.n + t] := p.s[(k - 1) * p.n + t] + p.a[(k - 1) * p.n + i] * p.u[(i - 1) * p.n + t];
            END LOOP;
        END LOOP;
    END LOOP;
    IF its_ends.p > 0 THEN
        FOR l IN 0 .. 200 LOOP
            p.lag := l;
            share := arrived_after(its_f, its_ends.first, its_ends.last, make_date(c.first_year + l, 12, 31) - day_in(c.first_year, c.starts)) / its_ends.p;
            EXIT WHEN share > 0 AND share >= c.arrived - 1e-12;
        END LOOP;
    END IF;
    RETURN p;
END
$$;

-- The intakes x of the rows, and all that comes of them.
CREATE FUNCTION expected_intake(c intake_case) RETURNS SETOF intake_row LANGUAGE plpgsql AS $$
DECLARE
    p intake_parts := parts_of(c);
    n int := p.n;
    x float8[] := array_fill(0::float8, ARRAY[p.rows]);
    positive boolean := (SELECT bool_or(g > 0) FROM unnest(c.gap) AS g);
    target int := coalesce(c.target_year, p.y0 + n - 1) - p.y0 + 1;
    t int;
    missing float8;
    total float8;
    one intake_row;
BEGIN
    IF p.known AND c.method = 'constant' THEN
        total := (SELECT coalesce(sum(p.s[(k - 1) * n + target]), 0) FROM generate_series(p.first_row, p.rows) AS k);
        FOR k IN p.first_row .. p.rows LOOP
            x[k] := CASE WHEN c.gap[target] <= 0 THEN 0 ELSE c.gap[target] / nullif(total, 0) END;
        END LOOP;
    ELSIF p.known THEN
        FOR k IN p.first_row .. p.rows LOOP
            t := k - p.before + p.lag;
            IF p.lag IS NULL THEN
                x[k] := CASE WHEN NOT positive THEN 0 END;
            ELSIF t BETWEEN 1 AND n THEN
                missing := greatest(0, c.gap[t] - (SELECT coalesce(sum(x[j] * p.s[(j - 1) * n + t]), 0) FROM generate_series(1, k - 1) AS j));
                x[k] := coalesce(missing / nullif(p.s[(k - 1) * n + t], 0), 0);
            ELSE
                x[k] := NULL;
            END IF;
        END LOOP;
    ELSIF positive AND p.first_row <= p.rows THEN
        x[p.first_row : p.rows] := array_fill(NULL::float8, ARRAY[p.rows]);
    END IF;
    -- of nobody who arrives, or of unknown age, only what comes before the first intake is known
    FOR k IN 1 .. p.rows LOOP
        one.year := p.y0 - p.before + k - 1;
        one.intake := x[k];
        t := k - p.before;
        IF p.known OR k < p.first_row THEN
            one.arrivals := CASE WHEN t < 1 THEN 0 ELSE (SELECT coalesce(sum(x[j] * p.a[(j - 1) * n + t]), 0) FROM generate_series(1, k) AS j) END;
            one.unmet := CASE WHEN t >= 1 THEN greatest(0, c.gap[t] - (SELECT coalesce(sum(x[j] * p.s[(j - 1) * n + t]), 0) FROM generate_series(1, k) AS j)) END;
        ELSE
            one.arrivals := CASE WHEN NOT positive OR t < 1 THEN 0 END;
            one.unmet := CASE WHEN NOT positive AND t >= 1 THEN 0 END;
        END IF;
        RETURN NEXT one;
    END LOOP;
END
$$;

-- Cases.  Gaps are those of the projection, or anything; first years are such that
-- some cohorts have begun, or that none will in time.
INSERT INTO intake_case
SELECT id, funnel, workforce, gap, first_year, starts, method,
       CASE WHEN method = 'constant' AND random() < 0.5 THEN y0 + draw(0, n - 1) END,
       CASE WHEN method = 'schedule' THEN (ARRAY[0, 0.5, 0.5, 0.9, 1])[draw(1, 5)] ELSE 0.5 END,
       changed_stage, CASE WHEN changed_stage IS NULL THEN 0 ELSE random() - conversion END,
       CASE WHEN manner = 1 THEN draw(60, 68) END, CASE WHEN manner IN (2, 3) THEN manner - 1 END,
       CASE WHEN workforce = 5 AND random() < 0.6 OR random() < 0.15 THEN (ARRAY[1, 2, 8])[draw(1, 3)] END, CASE WHEN manner = 4 THEN draw(66, 75) ELSE 70 END, 0.8
FROM (SELECT id, CASE WHEN random() < 0.04 THEN draw(101, 102) ELSE draw(1, 70) END AS funnel, e.workforce, y0, n, y0 + draw(-6, 3) AS first_year,
             (ARRAY['01-15', '09-01', '12-31', '01-01'])[draw(1, 4)] AS starts, (ARRAY['constant', 'schedule'])[1 + id % 2] AS method, draw(0, 7) AS manner, draw(1, 6) AS changed,
             CASE kind WHEN 0 THEN (SELECT array_agg(-10 * random()) FROM generate_series(1, n + 0 * id))
                       WHEN 1 THEN (SELECT array_agg(CASE draw(0, 3) WHEN 0 THEN 0 ELSE 100 * (random() - 0.4) END) FROM generate_series(1, n + 0 * id))
                       WHEN 2 THEN (SELECT array_agg(10 * t * random()) FROM generate_series(1, n + 0 * id) AS t)
                       ELSE (SELECT array_agg(gap ORDER BY year) FROM workforce_project(w, n)) END AS gap
      FROM (SELECT id, 1 + id % 8 AS workforce, draw(0, 11) AS kind, draw(1, 7) AS n FROM generate_series(1, 400) AS id) AS e
           JOIN workforce_of AS w USING (workforce), LATERAL (SELECT extract(year FROM as_of)::int) AS y (y0)
      OFFSET 0) AS c
     LEFT JOIN (SELECT funnel, stage_no AS changed, stage AS changed_stage, conversion FROM stage WHERE conversion > 0) AS s USING (funnel, changed)
ORDER BY id;
CREATE TABLE expected_row AS SELECT id, r.* FROM intake_case AS c, expected_intake(c) AS r;


-- What the extension is asked.
CREATE VIEW argument AS
SELECT c.id, f, w.w, gap, first_year, starts, method, target_year, arrived, changed_stage, change, retire_at, r AS retire_rule, o.w AS rates, latest_age, level
FROM intake_case AS c JOIN funnel_of USING (funnel) JOIN workforce_of AS w USING (workforce) LEFT JOIN rule_of USING (rule) LEFT JOIN workforce_of AS o ON o.workforce = c.rates;
CREATE TABLE got_row AS
SELECT id, r.* FROM argument AS a,
    required_intake(f, w, gap, first_year, starts, method, target_year, arrived, changed_stage, change, retire_at, retire_rule, rates, latest_age, level) AS r;
CREATE TABLE got_stage AS
SELECT id, r.* FROM argument AS a,
    required_intake_stages(f, w, gap, first_year, starts, method, target_year, arrived, changed_stage, change, retire_at, retire_rule, rates, latest_age, level) AS r;

-- What these must contain to be worth the trouble.
SELECT ok(min(n) > 20, 'there are intakes of all kinds: ' || string_agg(format('%s %s: %s', method, kind, n), ', ' ORDER BY method, kind))
FROM (SELECT method, CASE WHEN intake IS NULL THEN 'none' WHEN intake > 0 THEN 'some' ELSE '0' END AS kind, count(*) AS n FROM expected_row JOIN intake_case USING (id) GROUP BY 1, 2) AS x;
SELECT ok(count(*) FILTER (WHERE unmet IS NULL) > 100 AND count(*) FILTER (WHERE unmet = 0) > 100 AND count(*) FILTER (WHERE unmet > 1) > 100, 'and needs that are met or not') FROM expected_row;
SELECT is(count(*), 11::bigint, 'with all options') FROM (
    SELECT DISTINCT o FROM expected_row JOIN intake_case USING (id), LATERAL (VALUES (CASE WHEN target_year IS NOT NULL THEN 'target_year' END), ('arrived ' || arrived), (CASE WHEN changed_stage IS NOT NULL THEN 'change' END),
        (CASE WHEN retire_at IS NOT NULL THEN 'retire_at' END), ('rule ' || rule), (CASE WHEN rates IS NOT NULL THEN 'rates' END), (CASE WHEN latest_age <> 70 THEN 'latest_age' END)) AS v (o)
    WHERE intake > 0 AND o IS NOT NULL) AS x;

CREATE TABLE row_pair AS
SELECT id, method, g.year, g.intake, g.arrivals, g.unmet, e.intake AS e_intake, e.arrivals AS e_arrivals, e.unmet AS e_unmet, e.year IS NULL AS too_much, g.year IS NULL AS too_few,
       max(abs(e.intake)) OVER its AS intake_scale, max(abs(e.arrivals)) OVER its AS arrivals_scale, (SELECT max(abs(x)) FROM unnest(gap) AS x) AS gap_scale
FROM expected_row AS e FULL JOIN got_row AS g USING (id, year) JOIN intake_case AS c USING (id) WINDOW its AS (PARTITION BY id);
SELECT is(format('%s %s', count(*) FILTER (WHERE too_much), count(*) FILTER (WHERE too_few)), '0 0', 'rows are of the years that they should be') FROM row_pair;
SELECT is(count(*), 0::bigint, 'and in order') FROM (SELECT id, year, lag(year) OVER (PARTITION BY id ORDER BY n) AS before FROM (SELECT id, year, row_number() OVER () AS n FROM got_row) AS x) AS y
WHERE before >= year;
SELECT no_difference(format('SELECT id, year, %1$s, e_%1$s AS instead_of, c FROM row_pair JOIN intake_case AS c USING (id)
                             WHERE row_pair.method = %2$L AND NOT too_few AND NOT near(%1$s, e_%1$s, coalesce(%3$s_scale, 0))', col, method, scale),
                     (SELECT count(*) FROM row_pair WHERE row_pair.method = m.method), 500, method || ': ' || col)
FROM unnest('{constant,schedule}'::text[]) AS m (method), (VALUES ('intake', 'intake'), ('arrivals', 'arrivals'), ('unmet', 'gap')) AS v (col, scale);

-- How many must reach each stage.
CREATE TABLE stage_pair AS
SELECT id, year, stage_no, g.stage, g.required, e.required AS e_required, e.stage IS NULL AS too_much, g.stage IS NULL AS too_few
FROM (SELECT id, year, stage_no, s.stage,
             CASE WHEN intake = 0 THEN 0 ELSE intake * cumulative * CASE WHEN stage_no > changed_no THEN (changed_conversion + change) / changed_conversion ELSE 1 END END AS required
      FROM expected_row JOIN intake_case AS c USING (id) JOIN stage AS s USING (funnel)
           LEFT JOIN (SELECT funnel, stage AS changed_stage, stage_no AS changed_no, conversion AS changed_conversion FROM stage) AS x USING (funnel, changed_stage)) AS e
     FULL JOIN got_stage AS g USING (id, year, stage_no, stage);
SELECT no_difference('SELECT id, c, p FROM stage_pair AS p JOIN intake_case AS c USING (id) WHERE too_much OR too_few OR NOT near(required, e_required, 0.1)', count(*), 5000, 'required at each stage')
FROM stage_pair;
SELECT is(count(*), 0::bigint, 'stages are in order') FROM (
    SELECT year, stage_no, lag(year) OVER its AS year_before, lag(stage_no) OVER its AS before FROM (SELECT *, row_number() OVER () AS n FROM got_stage) AS x WINDOW its AS (PARTITION BY id ORDER BY n)) AS y
WHERE (year_before, before) >= (year, stage_no);

-- ---------------------------------------------------------------------------
-- Limits: the x for which (gap - x A)^2 <= z^2 (variance of what is missing).
-- ---------------------------------------------------------------------------
CREATE TABLE normal (level float8 PRIMARY KEY, z float8);
INSERT INTO normal VALUES (0.5, 0.6744897501960817), (0.8, 1.2815515655446004), (0.95, 1.959963984540054), (0.99, 2.5758293035489004);

-- The steps of the estimate, as the manual has them: of those at a stage, so many
-- of so many go on (or away) on a day, when this is the probability to be there.
CREATE TABLE step (funnel int, no int, day int, stage int, goes_on boolean, a float8, n int, p float8);
CREATE FUNCTION steps_of(its int) RETURNS SETOF step LANGUAGE plpgsql AS $$
DECLARE
    j jsonb := (SELECT f::jsonb FROM funnel_of WHERE funnel = its);
    names text[] := ARRAY(SELECT jsonb_array_elements_text(j #> '{spec,stages}'));
    at_risk int[] := array_fill(0, ARRAY[cardinality(names)]);
    p float8[] := array_fill(0::float8, ARRAY[cardinality(names)]);
    happened record;
    one step;
BEGIN
    at_risk[1] := (SELECT sum(n::int) FROM jsonb_each_text(j #> ARRAY['reached', names[1]]) AS e (day, n));
    p[1] := 1;
    one.funnel := its;
    one.no := 0;
    -- each day: who goes on, by stage; exits; windows that close; who is pending
    FOR happened IN
        SELECT day::int, kind, CASE WHEN what = 'reached' THEN i - 1 ELSE i END AS stage, n::int
        FROM (VALUES (1, 'reached'), (2, 'exited'), (3, 'lost'), (4, 'pending')) AS k (kind, what), unnest(names) WITH ORDINALITY AS s (name, i), jsonb_each_text(j #> ARRAY[what, name]) AS e (day, n)
        WHERE what <> 'reached' OR i > 1
        ORDER BY 1, 2, 3
    LOOP
        one.a := happened.n::float8 / at_risk[happened.stage];
        one.n := at_risk[happened.stage];
        one.p := p[happened.stage];
        at_risk[happened.stage] := at_risk[happened.stage] - happened.n;
        CONTINUE WHEN happened.kind = 4;
        one.no := one.no + 1;
        one.day := happened.day;
        one.stage := happened.stage;
        one.goes_on := happened.kind = 1;
        p[happened.stage] := p[happened.stage] - one.p * one.a;
        IF one.goes_on THEN
            at_risk[happened.stage + 1] := at_risk[happened.stage + 1] + happened.n;
            p[happened.stage + 1] := p[happened.stage + 1] + one.p * one.a;
        END IF;
        RETURN NEXT one;
    END LOOP;
END
$$;
INSERT INTO step SELECT s.* FROM funnel_of, steps_of(funnel) AS s;
ALTER TABLE step ADD PRIMARY KEY (funnel, no);
SELECT no_difference('SELECT funnel, stage, p, cumulative FROM (SELECT funnel, stage + 1 AS stage_no, sum(p * a) AS p FROM step WHERE goes_on GROUP BY 1, 2) AS e JOIN stage USING (funnel, stage_no)
                      WHERE NOT near(p, cumulative, 0)', count(*), 100, 'the steps of a funnel lead to its cumulative') FROM stage WHERE stage_no > 1;

-- What is estimated of a funnel, of one who came to stage s: the worth of arriving,
-- with what each lag is worth in what was begun earlier (e) and in what is asked for
-- (o), and the variances and covariance of the two.
CREATE TABLE worth (lag int PRIMARY KEY, e float8, o float8);
CREATE TYPE estimated AS (share float8, e float8, o float8, ee float8, eo float8, oo float8);
-- From persons, where nobody is pending: means.
CREATE FUNCTION estimated_by_person(its int, s int) RETURNS estimated LANGUAGE sql AS $$
    SELECT n / (SELECT count(*) FROM entrant WHERE funnel = its), e, o, ee / n, eo / n, oo / n
    FROM (SELECT count(*)::float8 AS n, avg(coalesce(e, 0)) AS e, avg(coalesce(o, 0)) AS o,
                 var_pop(coalesce(e, 0)) AS ee, covar_pop(coalesce(e, 0), coalesce(o, 0)) AS eo, var_pop(coalesce(o, 0)) AS oo
          FROM entrant LEFT JOIN worth USING (lag) WHERE funnel = its AND far >= s) AS x
$$;
-- From the steps, backwards: what those at a stage may still expect makes the worth
-- of a step, and its error; errors of steps are uncorrelated.  The share of who came
-- to stage s is the ratio of two estimates (delta method).
CREATE FUNCTION estimated_by_steps(its int, s int) RETURNS estimated LANGUAGE plpgsql AS $$
DECLARE
    last int := (SELECT stages FROM course WHERE funnel = its);
    v_e float8[] := array_fill(0::float8, ARRAY[last]);
    v_o float8[] := v_e;
    found estimated;
    one record;
    d_e float8;
    d_o float8;
BEGIN
    found.share := (SELECT cumulative FROM stage WHERE funnel = its AND stage_no = s);
    IF last = 1 THEN
        SELECT w.e, w.o, 0, 0, 0 INTO found.e, found.o, found.ee, found.eo, found.oo FROM worth AS w WHERE lag = 0;
        RETURN found;
    END IF;
    SELECT coalesce(sum(p * a * w.e), 0) / found.share, coalesce(sum(p * a * w.o), 0) / found.share, 0, 0, 0 INTO found.e, found.o, found.ee, found.eo, found.oo
    FROM step JOIN worth AS w ON lag = day WHERE funnel = its AND stage = last - 1 AND goes_on;
    FOR one IN SELECT stage, goes_on, a, p * p * a * (1 - a) / n AS error, coalesce(w.e, 0) AS e, coalesce(w.o, 0) AS o
               FROM step LEFT JOIN worth AS w ON lag = day AND stage = last - 1 AND goes_on WHERE funnel = its ORDER BY no DESC
    LOOP
        d_e := -v_e[one.stage];
        d_o := -v_o[one.stage];
        IF one.goes_on THEN
            d_e := d_e + v_e[one.stage + 1] + (one.e - CASE WHEN one.stage + 1 = s THEN found.e ELSE 0 END) / found.share;
            d_o := d_o + v_o[one.stage + 1] + (one.o - CASE WHEN one.stage + 1 = s THEN found.o ELSE 0 END) / found.share;
        END IF;
        found.ee := found.ee + one.error * d_e * d_e;
        found.eo := found.eo + one.error * d_e * d_o;
        found.oo := found.oo + one.error * d_o * d_o;
        v_e[one.stage] := v_e[one.stage] + one.a * d_e;
        v_o[one.stage] := v_o[one.stage] + one.a * d_o;
    END LOOP;
    RETURN found;
END
$$;

-- What is missing at the end of period t if so many reach stage s: gap - e - a x, and
-- its variance v0 + v1 x + v2 x^2 but for that of the projection, whose intakes are
-- earlier + own x.  What was begun earlier is taken as it stands: as many as reach
-- the stage of it, too.
CREATE TABLE missing (id int, year int, stage_no int, t int, gap float8, e float8, a float8, v0 float8, v1 float8, v2 float8, earlier float8[], own float8[], z float8,
                      by_person estimated, by_steps estimated);
CREATE FUNCTION missing_of(c intake_case) RETURNS SETOF missing LANGUAGE plpgsql AS $$
DECLARE
    p intake_parts := parts_of(c);
    n int := p.n;
    as_of date := (SELECT w.as_of FROM workforce_of AS w WHERE workforce = c.workforce);
    -- of all stages after the changed one
    ratio float8 := coalesce((SELECT (conversion + c.change) / conversion FROM stage AS s WHERE s.funnel = c.funnel AND s.stage = c.changed_stage), 1);
    changed int := (SELECT stage_no FROM stage AS s WHERE s.funnel = c.funnel AND s.stage = c.changed_stage);
    known boolean := (SELECT NOT pending FROM course WHERE funnel = c.funnel);
    x float8[] := ARRAY(SELECT coalesce(intake, 0) FROM expected_row WHERE id = c.id ORDER BY year);
    x_e float8[];       -- of each cohort, what began earlier
    x_o float8[];       -- and how many of them for each one that is asked for
    one missing;
    found estimated;
    share float8;       -- of a cohort that comes to the stage, in the scenario
    later float8;       -- how much more then arrive, of those who come to it
BEGIN
    one.id := c.id;
    one.z := (SELECT z FROM normal WHERE level = c.level);
    FOR k IN p.first_row .. p.rows LOOP
        one.year := p.y0 - p.before + k - 1;
        one.t := CASE WHEN c.method = 'constant' THEN coalesce(c.target_year, p.y0 + n - 1) - p.y0 + 1 ELSE k - p.before + p.lag END;
        CONTINUE WHEN one.t NOT BETWEEN 1 AND n OR c.method = 'constant' AND k > p.first_row;
        x_e := ARRAY(SELECT CASE WHEN c.method = 'schedule' AND j < k THEN x[j] ELSE 0 END FROM generate_series(1, p.rows) AS j);
        x_o := ARRAY(SELECT CASE WHEN j = k OR c.method = 'constant' AND j >= k THEN 1 ELSE 0 END FROM generate_series(1, p.rows) AS j);
        one.gap := c.gap[one.t];
        one.earlier := ARRAY(SELECT sum(x_e[j] * p.a[(j - 1) * n + i]) FROM generate_series(1, n) AS i, generate_series(1, p.rows) AS j GROUP BY i ORDER BY i);
        DELETE FROM worth;
        INSERT INTO worth
        SELECT lag, coalesce(sum(x_e[j] * p.u[(i - 1) * n + one.t]), 0), coalesce(sum(x_o[j] * p.u[(i - 1) * n + one.t]), 0)
        FROM (SELECT DISTINCT day AS lag FROM step WHERE funnel = c.funnel UNION SELECT lag FROM entrant WHERE funnel = c.funnel AND lag IS NOT NULL UNION SELECT 0) AS lags
             CROSS JOIN generate_series(p.first_row, p.rows) AS j
             LEFT JOIN LATERAL (SELECT extract(year FROM day)::int - p.y0 + 1 AS i FROM (SELECT day_in(p.y0 - p.before + j - 1, c.starts) + lag AS day) AS d
                                WHERE day BETWEEN as_of AND make_date(p.y0 + one.t - 1, 12, 31)) AS d ON true
        GROUP BY lag;
        FOR s IN 1 .. (SELECT stages FROM course WHERE funnel = c.funnel) LOOP
            CONTINUE WHEN s > 1 AND (SELECT coalesce(min(cumulative), 0) = 0 FROM stage WHERE funnel = c.funnel AND stage_no = s);
            one.stage_no := s;
            one.by_steps := estimated_by_steps(c.funnel, s);
            one.by_person := CASE WHEN known THEN estimated_by_person(c.funnel, s) END;
            found := coalesce(one.by_person, one.by_steps);
            share := found.share * CASE WHEN s > changed THEN ratio ELSE 1 END;
            CONTINUE WHEN share = 0;
            one.own := ARRAY(SELECT sum(x_o[j] * p.a[(j - 1) * n + i]) / share FROM generate_series(1, n) AS i, generate_series(1, p.rows) AS j GROUP BY i ORDER BY i);
            -- chance of arriving: per person, of those who began or came to the stage
            SELECT coalesce(sum(x_e[j] * share * (uu / share - (u / share) ^ 2)), 0), coalesce(sum(x_o[j] * (uu / share - (u / share) ^ 2)), 0) INTO one.v0, one.v1
            FROM (SELECT j, sum(p.a[(j - 1) * n + i] * p.u[(i - 1) * n + one.t] ^ 2) AS uu, sum(p.a[(j - 1) * n + i] * p.u[(i - 1) * n + one.t]) AS u
                  FROM generate_series(p.first_row, p.rows) AS j, generate_series(1, one.t) AS i GROUP BY j) AS h;
            later := ratio * found.share / share;
            one.e := found.e * later * share;
            one.a := found.o * later;
            one.v0 := one.v0 + found.ee * (later * share) ^ 2;
            one.v1 := one.v1 + found.eo * 2 * later ^ 2 * share;
            one.v2 := found.oo * later ^ 2;
            RETURN NEXT one;
        END LOOP;
    END LOOP;
END
$$;

-- Fieller's limits, of v0, v1 and v2 alone: where there is no other variance.
CREATE FUNCTION fieller(m missing, OUT lower float8, OUT upper float8) LANGUAGE plpgsql AS $$
DECLARE
    a float8 := m.a ^ 2 - m.z ^ 2 * m.v2;
    b float8 := (m.gap - m.e) * m.a + m.z ^ 2 * m.v1 / 2;
    c float8 := (m.gap - m.e) ^ 2 - m.z ^ 2 * m.v0;
    root float8 := sqrt(greatest(b ^ 2 - a * c, 0));
BEGIN
    IF a > 1e-12 * m.a ^ 2 THEN
        lower := greatest((b - root) / a, 0);
        upper := greatest((b + root) / a, 0);
    ELSIF a > -1e-12 * m.a ^ 2 THEN
        lower := NULL;      -- too near to no bound to tell
    ELSE
        -- beyond the larger root; or anything
        lower := CASE WHEN c <= 0 OR m.gap < m.e THEN 0 ELSE greatest((b + root) / a, (b - root) / a) END;
    END IF;
END
$$;

-- Calm employers: nobody leaves, and all are young, so that the projection knows
-- everything and only the funnel is uncertain.
INSERT INTO employer VALUES (9, 100, NULL, 25, 30, '[2015-01-01,2020-01-01)'), (10, 100, NULL, 25, 30, '[2015-01-01,2020-08-01)');
INSERT INTO workforce_of
SELECT workforce, upper(observed), workforce_agg('1990-01-01', date '2015-01-01' + 10 * i, NULL, NULL, observed) FROM employer, generate_series(1, people) AS i WHERE stay IS NULL GROUP BY workforce, observed;
SELECT is(count(*), 20::bigint, 'a calm employer keeps whom it has and hires, and knows it')
FROM workforce_of, workforce_project(w, 10, '{10,20,30,40,50,60,70,80,90,100}') AS p WHERE workforce > 8 AND lower = upper AND headcount = lower
    AND headcount = 100 + 5.0 * (year - 2019) * (year - 2018);
INSERT INTO intake_case
SELECT id, funnel, 9 + id % 2, gap, 2020 - draw(-1, 4), (ARRAY['01-15', '09-01', '12-31', '01-01'])[draw(1, 4)], method, CASE WHEN method = 'constant' AND random() < 0.3 THEN 2019 + n END,
       CASE WHEN method = 'schedule' THEN (ARRAY[0.5, 0.5, 0.9])[draw(1, 3)] ELSE 0.5 END, changed_stage, CASE WHEN changed_stage IS NULL THEN 0 ELSE random() - conversion END,
       NULL, NULL, NULL, 70, (ARRAY[0.5, 0.8, 0.95])[draw(1, 3)]
FROM (SELECT id, 1 + id % 70 AS funnel, n, (ARRAY['constant', 'schedule'])[1 + id / 2 % 2] AS method, draw(1, 9) AS changed, (SELECT array_agg(draw(0, 200) * t * sqrt(2)) FROM generate_series(1, n + 0 * id) AS t) AS gap
      FROM (SELECT id, draw(2, 7) AS n FROM generate_series(1001, 1160) AS id) AS e OFFSET 0) AS c
     LEFT JOIN (SELECT funnel, stage_no AS changed, stage AS changed_stage, conversion FROM stage WHERE conversion > 0) AS s USING (funnel, changed);
INSERT INTO expected_row SELECT id, r.* FROM intake_case AS c, expected_intake(c) AS r WHERE id > 1000;
INSERT INTO missing SELECT m.* FROM intake_case AS c, missing_of(c) AS m WHERE c.id > 1000;
SELECT no_difference($$SELECT id, year, stage_no, by_person AS p, by_steps AS s FROM missing
                       WHERE by_person IS NOT NULL AND NOT (near((by_steps).share, (by_person).share, 0) AND near((by_steps).e, (by_person).e, 0) AND near((by_steps).o, (by_person).o, 0)
                           AND near((by_steps).ee, (by_person).ee, (by_person).e ^ 2) AND near((by_steps).oo, (by_person).oo, (by_person).o ^ 2)
                           AND near((by_steps).eo, (by_person).eo, (by_person).e * (by_person).o))$$, count(by_person), 200,
                     'the recursion over steps gives the variances of persons where nobody is pending') FROM missing;
SELECT no_difference($$SELECT id, year, stage_no, m.a, m.gap, m.e, intake FROM missing AS m JOIN expected_row USING (id, year)
                       WHERE stage_no = 1 AND a > 0 AND NOT near(intake, greatest(0, gap - e) / a, 1)$$, count(*), 200, 'and both the intakes') FROM missing WHERE stage_no = 1;

-- The limits that the extension has for these: floor and ceiling, outward.  (Within
-- a millionth of a whole person, either.)
CREATE TABLE got_limits AS
SELECT id, r.year, s.stage_no, r.lower AS first_lower, r.upper AS first_upper, s.lower, s.upper
FROM argument AS a, required_intake(f, w, gap, first_year, starts, method, target_year, arrived, changed_stage, change, retire_at, retire_rule, rates, latest_age, level) AS r,
     required_intake_stages(f, w, gap, first_year, starts, method, target_year, arrived, changed_stage, change, retire_at, retire_rule, rates, latest_age, level) AS s
WHERE id > 1000 AND r.year = s.year;
SELECT is(count(*), 0::bigint, 'the limits of an intake are those of the first stage') FROM got_limits
WHERE stage_no = 1 AND (first_lower, first_upper) IS DISTINCT FROM (lower, upper);
CREATE FUNCTION is_floor(got float8, root float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT got IN (floor(root - 1e-6 * (1 + root)), floor(root + 1e-6 * (1 + root))) $$;
CREATE TABLE limit_pair AS
SELECT id, year, stage_no, method, m.a, m.gap - m.e AS short_of, w.lower AS root_lower, w.upper AS root_upper, g.lower, g.upper,
       CASE WHEN changed_stage IS NOT NULL THEN 'changed' WHEN by_person IS NULL THEN 'pending' ELSE 'persons' END AS kind
FROM missing AS m JOIN intake_case AS c USING (id) JOIN got_limits AS g USING (id, year, stage_no), fieller(m) AS w WHERE m.a > 0 AND w.lower IS NOT NULL;
SELECT no_difference(format('SELECT l, m FROM limit_pair AS l JOIN missing AS m USING (id, year, stage_no)
                             WHERE l.method = %L AND kind = %L AND NOT coalesce(is_floor(l.lower, root_lower) AND CASE WHEN root_upper IS NULL OR l.upper IS NULL THEN root_upper IS NULL AND l.upper IS NULL
                                                                                                                              ELSE is_floor(-l.upper, -root_upper) END, false)', method, kind),
                     count(*), 30, format('limits, %s, %s', method, kind))
FROM limit_pair GROUP BY method, kind ORDER BY method, kind;
SELECT ok(count(*) FILTER (WHERE root_upper IS NULL AND root_lower > 0) > 10 AND count(*) FILTER (WHERE root_lower = 0 AND short_of > 0) > 10 AND count(*) FILTER (WHERE root_upper > root_lower + 1) > 100,
          'some are without an upper limit, some without a lower one') FROM limit_pair;

-- ---------------------------------------------------------------------------
-- Limits with the projection's variance: of large employers.  workforce_project
-- says its standard deviation to less than a person; within that, what is missing
-- must be z deviations at the limit before it was rounded.
-- ---------------------------------------------------------------------------
INSERT INTO workforce_of
WITH RECURSIVE twice AS (
    SELECT workforce, as_of, w, 0 AS times FROM workforce_of WHERE workforce IN (1, 2, 4)
    UNION ALL
    SELECT workforce, as_of, (SELECT rollup(x) FROM unnest(ARRAY[w, w]) AS x), times + 1 FROM twice WHERE times < 12)
SELECT workforce + 20, as_of, w FROM twice WHERE times = 12;
-- And of large funnels, so that their variance is not all there is.
INSERT INTO course SELECT funnel + 1000, stages, true, moments, span, spec FROM course WHERE funnel < 100 AND stages > 1 AND funnel % 3 > 0;
INSERT INTO funnel_of
WITH RECURSIVE twice AS (
    SELECT c.funnel, f, 0 AS times FROM course AS c JOIN funnel_of AS o ON o.funnel = c.funnel - 1000
    UNION ALL
    SELECT funnel, (SELECT rollup(x) FROM unnest(ARRAY[f, f]) AS x), times + 1 FROM twice WHERE times < 12)
SELECT funnel, f FROM twice WHERE times = 12;
INSERT INTO stage SELECT funnel, s.* FROM funnel_of, so_far(f) AS s WHERE funnel > 1000;
INSERT INTO ends SELECT c.funnel, first, last, entered * 4096, p, open FROM course AS c JOIN ends AS e ON e.funnel = c.funnel - 1000;
INSERT INTO step SELECT s.* FROM funnel_of, steps_of(funnel) AS s WHERE funnel_of.funnel > 1000;
INSERT INTO intake_case
SELECT id, funnel, workforce, gap, y0 - draw(-1, 4), (ARRAY['01-15', '09-01', '12-31', '01-01'])[draw(1, 4)], method, CASE WHEN method = 'constant' AND random() < 0.3 THEN y0 + n - 1 - draw(0, 1) END,
       CASE WHEN method = 'schedule' THEN (ARRAY[0.5, 0.5, 0.9])[draw(1, 3)] ELSE 0.5 END, changed_stage, CASE WHEN changed_stage IS NULL THEN 0 ELSE random() - conversion END,
       CASE WHEN manner = 1 THEN draw(60, 68) END, CASE WHEN manner IN (2, 3) THEN manner - 1 END, CASE WHEN manner = 4 THEN 24 END, 70, (ARRAY[0.8, 0.95])[draw(1, 2)]
FROM (SELECT id, c.funnel, e.workforce, n, method, manner, y0, draw(1, 9) AS changed,
             (SELECT array_agg(gap * 2 * random() ORDER BY year) FROM workforce_project(w, n + 0 * id)) AS gap
      FROM (SELECT id, 20 + (ARRAY[1, 2, 4])[draw(1, 3)] AS workforce, draw(2, 6) AS n, (ARRAY['constant', 'schedule'])[1 + id % 2] AS method, draw(0, 7) AS manner FROM generate_series(2001, 2080) AS id) AS e
           JOIN (SELECT funnel, row_number() OVER (ORDER BY funnel) AS i, count(*) OVER () AS of FROM course WHERE funnel > 1000) AS c ON i = 1 + id % of
           JOIN workforce_of AS w USING (workforce), LATERAL (SELECT extract(year FROM as_of)::int) AS y (y0) OFFSET 0) AS c
     LEFT JOIN (SELECT funnel, stage_no AS changed, stage AS changed_stage, conversion FROM stage WHERE conversion > 0) AS s USING (funnel, changed);
INSERT INTO expected_row SELECT c.id, r.* FROM intake_case AS c, expected_intake(c) AS r WHERE c.id > 2000;
INSERT INTO missing SELECT m.* FROM intake_case AS c, missing_of(c) AS m WHERE c.id > 2000;
INSERT INTO got_limits
SELECT id, r.year, s.stage_no, r.lower AS first_lower, r.upper AS first_upper, s.lower, s.upper
FROM argument AS a, required_intake(f, w, gap, first_year, starts, method, target_year, arrived, changed_stage, change, retire_at, retire_rule, rates, latest_age, level) AS r,
     required_intake_stages(f, w, gap, first_year, starts, method, target_year, arrived, changed_stage, change, retire_at, retire_rule, rates, latest_age, level) AS s
WHERE id > 2000 AND r.year = s.year;

-- How far from what is missing is nothing, if so many come to the stage, and how far
-- z deviations reach: between two numbers.
CREATE TYPE reach AS (missing float8, at_least float8, at_most float8);
CREATE FUNCTION reach_of(m missing, x float8) RETURNS reach LANGUAGE plpgsql AS $$
DECLARE
    c intake_case := (SELECT i FROM intake_case AS i WHERE i.id = m.id);
    hired float8[] := ARRAY(SELECT e + o * x FROM unnest(m.earlier, m.own) AS v (e, o));
    other float8 := m.z ^ 2 * (m.v0 + m.v1 * x + m.v2 * x ^ 2);
    p record;
    least_head float8;
    most_head float8;
    found reach;
BEGIN
    SELECT a.headcount, a.lower, a.upper INTO p
    FROM workforce_of AS w LEFT JOIN rule_of ON rule = c.rule LEFT JOIN workforce_of AS o ON o.workforce = c.rates,
         workforce_project(w.w, cardinality(c.gap), hired, NULL, c.retire_at, r, o.w, c.latest_age, c.level) AS a
    WHERE w.workforce = c.workforce ORDER BY a.year OFFSET m.t - 1 LIMIT 1;
    -- limits of a headcount are half a person further in, and rounded outward
    least_head := greatest(0, p.upper - 0.5 - p.headcount, p.headcount - p.lower - 0.5);
    most_head := least(p.upper + 0.5 - p.headcount, p.headcount - p.lower + 0.5);
    found.missing := abs(m.gap - m.e - m.a * x);
    found.at_least := sqrt(other + least_head ^ 2) * (1 - 1e-9);
    found.at_most := sqrt(other + most_head ^ 2) * (1 + 1e-9);
    RETURN found;
END
$$;
CREATE TABLE reached AS
SELECT id, m.year, m.stage_no, method, g.lower, g.upper, reach_of(m, g.lower) AS below, reach_of(m, g.lower + 1) AS above_lower, reach_of(m, g.upper - 1) AS below_upper, reach_of(m, g.upper) AS above
FROM missing AS m JOIN intake_case AS c USING (id) JOIN got_limits AS g USING (id, year, stage_no) WHERE id > 2000 AND m.a > 0.001 AND m.gap - m.e > 1 AND g.lower IS NOT NULL AND g.upper IS NOT NULL;
SELECT no_difference(format($$SELECT r, m, c FROM reached AS r JOIN missing AS m USING (id, year, stage_no) JOIN intake_case AS c USING (id)
                              WHERE r.method = %L AND NOT ((r.lower = 0 OR (below).missing >= (below).at_least) AND (above_lower).missing <= (above_lower).at_most
                                                           AND (below_upper).missing <= (below_upper).at_most AND (above).missing >= (above).at_least)$$, method),
                     count(*), 80, 'limits with the projection''s variance, ' || method)
FROM reached GROUP BY method ORDER BY method;
SELECT ok(count(*) FILTER (WHERE (above).at_most / (above).at_least - 1 < 0.02) > 100 AND count(*) FILTER (WHERE r.upper - r.lower > 100) > 100
          AND count(*) FILTER (WHERE (above).missing ^ 2 > 2 * m.z ^ 2 * (v0 + v1 * r.upper + v2 * r.upper ^ 2)) > 30
          AND count(*) FILTER (WHERE (above).missing ^ 2 < 1.2 * m.z ^ 2 * (v0 + v1 * r.upper + v2 * r.upper ^ 2)) > 30,
          'which is known well enough, and sometimes more and sometimes less than that of the funnel') FROM reached AS r JOIN missing AS m USING (id, year, stage_no);

-- ---------------------------------------------------------------------------
-- Real data: students of courses, and ten years of one employer.
-- ---------------------------------------------------------------------------
\if :has_shared
CREATE TABLE education_event (person_id int, programme text, epoch text, gender text, stage text, at date);
\copy education_event FROM PROGRAM 'cat "$EF_SHARED"/data/education_event.csv' CSV HEADER
CREATE TABLE employment (person_id int, birth_date date, start_date date, end_date date, reason text, profession text, department text, city text, gender text);
\copy employment FROM PROGRAM 'cat "$EF_SHARED"/data/employment.csv' CSV HEADER
INSERT INTO course
SELECT funnel, 4, true, false, within, funnel_spec(ARRAY['registered', 'started', 'assessed', 'passed'], within, as_of, '{withdrawn}')
FROM (VALUES (201, NULL::interval, NULL::date), (202, '300 days', '2014-03-01')) AS v (funnel, within, as_of);
INSERT INTO funnel_of SELECT funnel, funnel_agg(person_id, stage, at, spec) FROM course, education_event WHERE funnel IN (201, 202) GROUP BY funnel;
INSERT INTO stage SELECT funnel, s.* FROM funnel_of, so_far(f) AS s WHERE funnel IN (201, 202);
INSERT INTO ends SELECT funnel, 'registered', 'passed', max(entered), min(cumulative), sum(pending) > 0 FROM stage WHERE funnel IN (201, 202) GROUP BY funnel;
SELECT is(string_agg(format('%s %s %s', entered, p::numeric(6, 5), open), ', ' ORDER BY funnel), '32548 0.46940 f, 21291 0.20886 t', 'real: students as published') FROM ends WHERE funnel IN (201, 202);
INSERT INTO step SELECT s.* FROM funnel_of, steps_of(funnel) AS s WHERE funnel_of.funnel IN (201, 202);
INSERT INTO workforce_of SELECT 200, '2016-01-01', workforce_agg(birth_date, start_date, end_date, reason, '[2006-01-01,2016-01-01)') FROM employment;
INSERT INTO intake_case
SELECT 3000 + row_number() OVER (), funnel, 200, gap, first_year, starts, method, NULL, 0.5, changed_stage, change, retire_at, NULL, NULL, 70, 0.8
FROM (SELECT array_agg(gap ORDER BY year) AS gap FROM workforce_of, workforce_project(w, 5, target => '{4800,4800,5000,5000,4500}') WHERE workforce = 200) AS g,
     (VALUES (201, 2014, '09-01', 'constant', NULL, 0, NULL), (201, 2015, '01-15', 'schedule', 'started', 0.05, NULL), (201, 2016, '05-01', 'schedule', NULL, 0, 65),
             (202, 2013, '09-01', 'constant', 'registered', -0.1, NULL), (202, 2015, '09-01', 'schedule', NULL, 0, NULL)) AS v (funnel, first_year, starts, method, changed_stage, change, retire_at);
INSERT INTO expected_row SELECT c.id, r.* FROM intake_case AS c, expected_intake(c) AS r WHERE c.id > 3000;
INSERT INTO missing SELECT m.* FROM intake_case AS c, missing_of(c) AS m WHERE c.id > 3000;
INSERT INTO got_row SELECT id, r.* FROM argument AS a,
    required_intake(f, w, gap, first_year, starts, method, target_year, arrived, changed_stage, change, retire_at, retire_rule, rates, latest_age, level) AS r WHERE id > 3000;
INSERT INTO got_limits SELECT id, r.year, stage_no, NULL, NULL, lower, upper FROM argument AS a,
    required_intake_stages(f, w, gap, first_year, starts, method, target_year, arrived, changed_stage, change, retire_at, retire_rule, rates, latest_age, level) AS r WHERE id > 3000;
SELECT no_difference('SELECT id, year, g, e FROM expected_row AS e FULL JOIN got_row AS g USING (id, year)
                      WHERE id > 3000 AND NOT (near(g.intake, e.intake, 1) AND near(g.arrivals, e.arrivals, 1) AND near(g.unmet, e.unmet, 1000))',
                     count(*) FILTER (WHERE intake > 0), 15, 'real: intake, arrivals and unmet') FROM expected_row WHERE id > 3000;
SELECT no_difference($$SELECT g.*, m, reach_of(m, lower) AS lower, reach_of(m, upper) AS upper FROM got_limits AS g JOIN missing AS m USING (id, year, stage_no)
                       WHERE id > 3000 AND m.a > 0.001 AND m.gap - m.e > 1
                           AND NOT coalesce((lower = 0 OR (reach_of(m, lower)).missing >= (reach_of(m, lower)).at_least) AND (reach_of(m, lower + 1)).missing <= (reach_of(m, lower + 1)).at_most
                                            AND (reach_of(m, upper - 1)).missing <= (reach_of(m, upper - 1)).at_most AND (reach_of(m, upper)).missing >= (reach_of(m, upper)).at_least, false)$$,
                     count(*), 30, 'real: limits') FROM missing AS m WHERE id > 3000 AND m.a > 0.001 AND m.gap - m.e > 1;
\else
SELECT skip('the real data is not beside the checkout', 3);
\endif

SELECT * FROM finish();
ROLLBACK;
