-- Age-standardised comparison of exit rates against a second computation in
-- plain SQL, from the persons and the definitions in the manual, on made-up
-- workplaces and on real data (beside the checkout, where there is any).
\set ON_ERROR_STOP on
\set shared ''
\getenv shared EF_SHARED
SELECT :'shared' <> '' AS has_shared \gset

BEGIN;
SELECT plan(64);

-- ---------------------------------------------------------------------------
-- Quantiles.  The incomplete gamma function by its power series (Abramowitz and
-- Stegun 1964, 6.5.29), with log gamma by Stirling's series (6.1.41) from 20 on
-- and the recurrence below, and bisection: slow, and none of it is in the
-- extension.
-- ---------------------------------------------------------------------------
CREATE FUNCTION log_gamma(a float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    below float8 := 0;
BEGIN
    WHILE a < 20 LOOP
        below := below + ln(a);
        a := a + 1;
    END LOOP;
    RETURN (a - 0.5) * ln(a) - a + 0.5 * ln(2 * pi()) + 1 / (12 * a) - 1 / (360 * a ^ 3)
        + 1 / (1260 * a ^ 5) - 1 / (1680 * a ^ 7) - below;
END
$$;

CREATE FUNCTION gamma_probability(shape float8, x float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    term float8 := exp(shape * ln(x) - x - log_gamma(shape + 1));
    total float8 := 0;
    n int := 0;
BEGIN
    LOOP
        total := total + term;
        n := n + 1;
        term := term * x / (shape + n);
        EXIT WHEN n > x - shape AND term <= total * 1e-17;
    END LOOP;
    RETURN total;
END
$$;

CREATE FUNCTION gamma_quantile(p float8, shape float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    low float8 := 1e-12;
    high float8 := shape + 15 * sqrt(shape) + 40;
    middle float8;
BEGIN
    FOR i IN 1 .. 60 LOOP
        middle := (low + high) / 2;
        IF gamma_probability(shape, middle) < p THEN
            low := middle;
        ELSE
            high := middle;
        END IF;
    END LOOP;
    RETURN (low + high) / 2;
END
$$;

-- Tables: chi-square of 10 degrees of freedom, and of 1, the square of the normal.
SELECT ok(abs(2 * gamma_quantile(0.975, 5) - 20.48317735080739655) < 1e-9, 'a chi-square quantile');
SELECT ok(abs(sqrt(2 * gamma_quantile(0.95, 0.5)) - 1.959963984540054) < 1e-9, 'a normal quantile');
SELECT ok(abs(gamma_quantile(0.025, 1) + ln(0.975)) < 1e-9, 'an exponential quantile');

-- ---------------------------------------------------------------------------
-- Workplaces, and who was seen there by age.
-- ---------------------------------------------------------------------------
CREATE TABLE spell (workplace text, birth_date date, start_date date, end_date date, reason text);
CREATE TABLE study (study text PRIMARY KEY, workplace text, observed daterange);

CREATE FUNCTION month_of(day date) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT extract(year FROM day)::int * 12 + extract(month FROM day)::int - 1
$$;

CREATE VIEW seen AS
SELECT study, birth_date, end_date <= upper(observed) AS gone, coalesce(reason, 'unknown') AS reason,
       greatest(start_date, lower(observed)) AS first_day,
       least(end_date, upper(observed)) AS day_after,
       greatest(end_date - 1, start_date) AS last_day
FROM study JOIN spell USING (workplace)
WHERE start_date < upper(observed)
  AND (lower(observed) IS NULL OR start_date >= lower(observed)
       OR end_date > lower(observed) OR end_date IS NULL);

-- One row for each year of age that anybody had on some day, or left at.
CREATE TABLE observed_year (study text, age int, days bigint, PRIMARY KEY (study, age));
CREATE TABLE observed_exit (study text, age int, reason text, exits bigint, PRIMARY KEY (study, age, reason));

CREATE FUNCTION observe() RETURNS void LANGUAGE sql AS $$
    INSERT INTO observed_year
    SELECT study, (month_of(month) - month_of(birth_date)) / 12,
           sum(least(day_after, (month + interval '1 month')::date) - greatest(first_day, month))
    FROM seen, LATERAL (SELECT m::date AS month
                        FROM generate_series(date_trunc('month', first_day::timestamp), day_after - 1, interval '1 month') AS m) AS months
    GROUP BY 1, 2;
    INSERT INTO observed_exit
    SELECT study, (month_of(last_day) - month_of(birth_date)) / 12, reason, count(*)
    FROM seen WHERE gone GROUP BY 1, 2, 3;
$$;

-- ---------------------------------------------------------------------------
-- The comparison, from its definition.
-- ---------------------------------------------------------------------------
CREATE TYPE comparison AS (method text, first_rate float8, first_lower float8, first_upper float8,
    second_rate float8, second_lower float8, second_upper float8,
    ratio float8, lower float8, upper float8, coverage float8);

-- Exits and person-years of a study by group of ages.
CREATE FUNCTION by_group(its text, wanted text, width int)
RETURNS TABLE (age_group int, exits float8, years float8) LANGUAGE sql STABLE AS $$
    SELECT g, coalesce((SELECT sum(x.exits) FROM observed_exit AS x
                        WHERE study = its AND age / width = g AND (wanted IS NULL OR reason = wanted)), 0)::float8,
           coalesce((SELECT sum(days) FROM observed_year WHERE study = its AND age / width = g), 0)::float8 / 365.25
    FROM generate_series(0, 150 / width) AS g
$$;

CREATE FUNCTION poisson_limit(exits float8, probability float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN probability > 0.5 THEN gamma_quantile(probability, exits + 1)
                WHEN exits = 0 THEN 0 ELSE gamma_quantile(probability, exits) END
$$;

-- A ratio's limits: squares of the distances from each of its two parts to its
-- limits add up, on the scale of the logarithm (the second over the first).
CREATE TYPE estimate AS (value float8, lower float8, upper float8);
CREATE FUNCTION ratio_of(first estimate, second estimate) RETURNS estimate LANGUAGE sql IMMUTABLE AS $$
    SELECT r, CASE WHEN r = 0 THEN 0
                   ELSE exp(ln(r) - sqrt((ln(second.value) - ln(second.lower)) ^ 2 + (ln(first.upper) - ln(first.value)) ^ 2)) END,
           CASE WHEN r = 0 THEN second.upper / first.value
                ELSE exp(ln(r) + sqrt((ln(second.upper) - ln(second.value)) ^ 2 + (ln(first.value) - ln(first.lower)) ^ 2)) END
    FROM (SELECT second.value / first.value AS r WHERE first.value > 0) AS x
$$;

-- Fay and Feuer: a gamma distribution of mean y and variance v, and for the
-- upper limit one exit more in the group in which it weighs most.
CREATE FUNCTION weighted_estimate(y float8, v float8, most float8, level float8) RETURNS estimate LANGUAGE sql IMMUTABLE AS $$
    SELECT y, CASE WHEN y > 0 THEN v / y * gamma_quantile((1 - level) / 2, y ^ 2 / v) ELSE 0 END,
           (v + most ^ 2) / (y + most) * gamma_quantile((1 + level) / 2, (y + most) ^ 2 / (v + most ^ 2))
    WHERE most > 0
$$;

CREATE FUNCTION expected_comparison(
    first text, second text, wanted text DEFAULT NULL, standard text DEFAULT NULL,
    width int DEFAULT 5, level float8 DEFAULT 0.95)
RETURNS SETOF comparison LANGUAGE plpgsql AS $$
DECLARE
    row comparison;
    low float8 := (1 - level) / 2;
    high float8 := (1 + level) / 2;
    f record;
    i record;
    part_1 estimate;
    part_2 estimate;
    quotient estimate;
BEGIN
    CREATE TEMP TABLE one AS
    SELECT a.age_group, a.exits AS exits_1, a.years AS years_1, b.exits AS exits_2, b.years AS years_2,
           CASE WHEN expected_comparison.standard IS NULL THEN a.years + b.years ELSE c.years END AS weight
    FROM by_group(first, wanted, width) AS a
         JOIN by_group(second, wanted, width) AS b USING (age_group)
         LEFT JOIN by_group(expected_comparison.standard, NULL, width) AS c USING (age_group);

    row := ROW('crude');
    row.coverage := 1;
    SELECT sum(exits_1) AS d1, nullif(sum(years_1), 0) AS t1, sum(exits_2) AS d2, nullif(sum(years_2), 0) AS t2
    INTO f FROM one;
    row.first_rate := f.d1 / f.t1;
    row.first_lower := poisson_limit(f.d1, low) / f.t1;
    row.first_upper := poisson_limit(f.d1, high) / f.t1;
    row.second_rate := f.d2 / f.t2;
    row.second_lower := poisson_limit(f.d2, low) / f.t2;
    row.second_upper := poisson_limit(f.d2, high) / f.t2;
    quotient := ratio_of((row.first_rate, row.first_lower, row.first_upper), (row.second_rate, row.second_lower, row.second_upper));
    row.ratio := quotient.value;
    row.lower := quotient.lower;
    row.upper := quotient.upper;
    RETURN NEXT row;

    CREATE TEMP TABLE weighted AS
    SELECT v.side, sum(w * rate) AS y, sum(w ^ 2 * rate / years) AS v, max(w / years) AS most
    FROM (SELECT *, weight / sum(weight) OVER () AS w FROM one WHERE years_1 > 0 AND years_2 > 0) AS usable,
         LATERAL (VALUES (1, exits_1 / years_1, years_1), (2, exits_2 / years_2, years_2)) AS v (side, rate, years)
    WHERE (SELECT sum(weight) FROM one WHERE years_1 > 0 AND years_2 > 0) > 0
    GROUP BY v.side;
    row := ROW('direct');
    row.coverage := coalesce((SELECT sum(weight) FILTER (WHERE years_1 > 0 AND years_2 > 0) / nullif(sum(weight), 0) FROM one), 0);
    SELECT p.* INTO part_1 FROM weighted, weighted_estimate(y, v, most, level) AS p WHERE side = 1;
    SELECT p.* INTO part_2 FROM weighted, weighted_estimate(y, v, most, level) AS p WHERE side = 2;
    quotient := ratio_of(part_1, part_2);
    row.first_rate := part_1.value;
    row.first_lower := part_1.lower;
    row.first_upper := part_1.upper;
    row.second_rate := part_2.value;
    row.second_lower := part_2.lower;
    row.second_upper := part_2.upper;
    row.ratio := quotient.value;
    row.lower := quotient.lower;
    row.upper := quotient.upper;
    RETURN NEXT row;

    -- Expected exits are a weighted sum of the first's.
    row := ROW('indirect');
    SELECT coalesce(sum(exits_2), 0) AS observed, sum(exits_1 * w) AS y, sum(exits_1 * w ^ 2) AS v, max(w) AS most,
           coalesce(sum(years_2), 0) AS years
    INTO i FROM (SELECT *, years_2 / years_1 AS w FROM one WHERE years_1 > 0) AS known;
    row.coverage := coalesce(i.years / (SELECT nullif(sum(years_2), 0) FROM one), 0);
    SELECT p.* INTO part_1 FROM weighted_estimate(i.y, i.v, i.most, level) AS p;
    quotient := ratio_of(part_1, (i.observed, poisson_limit(i.observed, low), poisson_limit(i.observed, high)));
    row.ratio := quotient.value;
    row.lower := quotient.lower;
    row.upper := quotient.upper;
    row.first_rate := f.d1 / f.t1;
    row.first_lower := poisson_limit(f.d1, low) / f.t1;
    row.first_upper := poisson_limit(f.d1, high) / f.t1;
    row.second_rate := row.first_rate * row.ratio;
    row.second_lower := row.first_rate * row.lower;
    row.second_upper := row.first_rate * row.upper;
    RETURN NEXT row;
    DROP TABLE one, weighted;
END
$$;

-- What differs, '' if nothing.  One in a thousand million is rounding.
CREATE FUNCTION differences(got comparison[], expected comparison[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN cardinality(got) IS DISTINCT FROM 3 OR cardinality(expected) IS DISTINCT FROM 3 THEN 'not three rows'
        ELSE coalesce((
            SELECT string_agg(format('%s %s: %s instead of %s', e.row ->> 'method', key, g.row ->> key, value), '; ')
            FROM jsonb_array_elements(to_jsonb(expected)) WITH ORDINALITY AS e (row, n)
                 JOIN jsonb_array_elements(to_jsonb(got)) WITH ORDINALITY AS g (row, n) USING (n),
                 jsonb_each_text(e.row)
            WHERE CASE WHEN key = 'method' OR value IS NULL OR g.row ->> key IS NULL
                       THEN g.row ->> key IS DISTINCT FROM value
                       ELSE abs((g.row ->> key)::float8 - value::float8) > 1e-9 * abs(value::float8) + 1e-12 END), '')
    END
$$;

CREATE TABLE summary (study text PRIMARY KEY, w workforce);
CREATE FUNCTION got_comparison(
    first text, second text, wanted text DEFAULT NULL, standard text DEFAULT NULL,
    width int DEFAULT 5, level float8 DEFAULT 0.95)
RETURNS SETOF comparison LANGUAGE sql AS $$
    SELECT c.*
    FROM summary AS a, summary AS b,
         exit_rate_compare(a.w, b.w, wanted,
                           (SELECT w FROM summary WHERE study = got_comparison.standard), width, level) AS c
    WHERE a.study = first AND b.study = second
$$;
CREATE FUNCTION test_comparison(
    label text, first text, second text, wanted text DEFAULT NULL, standard text DEFAULT NULL,
    width int DEFAULT 5, level float8 DEFAULT 0.95) RETURNS text LANGUAGE sql AS $$
    SELECT is(differences(ARRAY(SELECT g FROM got_comparison(first, second, wanted, standard, width, level) AS g),
                          ARRAY(SELECT e FROM expected_comparison(first, second, wanted, standard, width, level) AS e)),
              '', label)
$$;

SELECT is(differences(ARRAY[c, c, c], ARRAY[d, c, c]), '', 'the judge lets rounding pass')
FROM (SELECT ROW('a', 1, 2, 3, 4, 5, 6, 7, 8, 9, NULL)::comparison AS c,
             ROW('a', 1.0000000001, 2, 3, 4, 5, 6, 7, 8, 9, NULL)::comparison AS d) AS x;
SELECT isnt(differences(ARRAY[c, c, c], ARRAY[d, c, c]), '', 'and nothing more')
FROM (VALUES (ROW('a', 1, 2, 3, 4, 5, 6, 7, 8, 9, NULL)::comparison)) AS x (c),
     (VALUES (ROW('a', 1.00000001, 2, 3, 4, 5, 6, 7, 8, 9, NULL)::comparison),
             (ROW('b', 1, 2, 3, 4, 5, 6, 7, 8, 9, NULL)::comparison),
             (ROW('a', NULL, 2, 3, 4, 5, 6, 7, 8, 9, NULL)::comparison),
             (ROW('a', 1, 2, 3, 4, 5, 6, 7, 8, 9, 0)::comparison)) AS y (d);

-- ---------------------------------------------------------------------------
-- Made-up workplaces.  Each has its own ages, periods and reasons.
-- ---------------------------------------------------------------------------
CREATE FUNCTION people(n int, birth date, every int, hired_at int, stay int, sort text[])
RETURNS TABLE (birth_date date, start_date date, end_date date, reason text) LANGUAGE sql IMMUTABLE AS $$
    SELECT b, b + hired_at + k * 97 % 1500,
           CASE WHEN k % 5 <> 0 THEN b + hired_at + k * 97 % 1500 + k * 211 % stay END,
           sort[1 + k % cardinality(sort)]
    FROM (SELECT k, birth + k * every AS b FROM generate_series(1, n) AS k) AS x
$$;

INSERT INTO spell
SELECT 'young', p.* FROM people(600, '1965-01-05', 23, 6800, 11000, '{resignation,layoff,NULL,studies}') AS p UNION ALL
SELECT 'old', p.* FROM people(260, '1951-03-11', 41, 9000, 13000, '{retirement,resignation,retirement}') AS p UNION ALL
SELECT 'old', b, b + 15000, b + 23800, 'retirement'
FROM (SELECT date '1950-06-01' + 31 * k AS b FROM generate_series(1, 90) AS k) AS x UNION ALL
SELECT 'wide', p.* FROM people(700, '1938-02-07', 33, 6500, 16000, '{resignation,retirement,layoff}') AS p UNION ALL
SELECT 'small', p.* FROM people(12, '1955-02-07', 901, 12000, 5000, '{layoff}') AS p UNION ALL
-- nobody of the same age as anybody in 'old'
SELECT 'school', date '2000-01-01' + k, date '2017-06-01' + k, date '2017-09-01' + 2 * k, 'resignation' FROM generate_series(1, 40) AS k UNION ALL
-- people and no exits
SELECT 'calm', date '1960-01-01' + 211 * k, date '2010-01-01' + k, NULL, NULL FROM generate_series(1, 50) AS k UNION ALL
-- exits and no person-years
SELECT 'never came', date '1965-01-01' + 1000 * k, date '2019-03-01' + k, date '2019-03-01' + k, 'changed mind' FROM generate_series(1, 5) AS k UNION ALL
SELECT 'nobody', date '1980-01-01', date '2030-01-01', NULL, NULL UNION ALL
-- a year of age with exits and no days beside others with both
SELECT 'mixed', date '1980-01-01' + 300 * k, date '2018-01-01', date '2018-01-01' + 400 * k, 'resignation' FROM generate_series(1, 6) AS k UNION ALL
SELECT 'mixed', date '1950-01-01', date '2019-06-01', date '2019-06-01', 'changed mind';
INSERT INTO study VALUES
    ('young', 'young', '[2015-01-01,2022-01-01)'), ('young, later', 'young', '[2019-05-17,2023-01-01)'),
    ('old', 'old', '[2008-01-01,2019-07-01)'), ('wide', 'wide', '(,2020-01-01)'),
    ('small', 'small', '[2000-01-01,2012-01-01)'), ('school', 'school', '[2017-01-01,2018-01-01)'),
    ('calm', 'calm', '[2012-01-01,2020-01-01)'), ('never came', 'never came', '[2015-01-01,2020-01-01)'),
    ('nobody', 'nobody', '[2015-01-01,2020-01-01)'), ('mixed', 'mixed', '[2015-01-01,2020-01-01)');
SELECT observe();
INSERT INTO summary
SELECT study, workforce_agg(birth_date, start_date, end_date, reason, observed)
FROM study JOIN spell USING (workplace) GROUP BY study;

-- The two ways of counting agree before anything is compared.
SELECT is((SELECT array_agg(format('%s %s %s', study, exits(w), round(person_years(w)::numeric, 6)) ORDER BY study) FROM summary),
          (SELECT array_agg(format('%s %s %s', study,
                                   (SELECT coalesce(sum(exits), 0) FROM observed_exit AS x WHERE x.study = s.study),
                                   (SELECT round((coalesce(sum(days), 0) / 365.25), 6) FROM observed_year AS y WHERE y.study = s.study)) ORDER BY study)
           FROM study AS s), 'exits and person-years');
SELECT is((SELECT count(*) FROM summary WHERE exits(w) > 40), 4::bigint, 'there is something to compare');

SELECT test_comparison('young and old', 'young', 'old');
SELECT test_comparison('old and young', 'old', 'young');
SELECT test_comparison('young and wide', 'young', 'wide');
SELECT test_comparison('wide and young', 'wide', 'young');
SELECT test_comparison('wide and old', 'wide', 'old');
SELECT test_comparison('two periods of one workplace', 'young', 'young, later');
SELECT test_comparison('one reason', 'young', 'wide', 'resignation');
SELECT test_comparison('a reason that one of them has', 'young', 'wide', 'retirement');
SELECT test_comparison('the other way', 'wide', 'young', 'retirement');
SELECT test_comparison('a reason that was not given', 'young', 'young, later', 'unknown');
SELECT test_comparison('a reason that nobody had', 'young', 'old', 'won a lottery');
SELECT test_comparison('a reason of no letters', 'young', 'old', '');
SELECT test_comparison('a third as the standard', 'young', 'old', NULL, 'wide');
SELECT test_comparison('the standard is of all reasons', 'young', 'wide', 'layoff', 'old');
SELECT test_comparison('the first as the standard', 'young', 'wide', NULL, 'young');
SELECT test_comparison('a small standard', 'wide', 'old', NULL, 'small');
SELECT test_comparison('a standard of other ages', 'wide', 'old', NULL, 'school');
SELECT test_comparison('a standard of nobody', 'wide', 'old', NULL, 'nobody');
SELECT test_comparison(format('groups of %s', width), 'wide', 'old', NULL, NULL, width)
FROM unnest('{1,2,3,7,10,64,149,150}'::int[]) AS width;
SELECT test_comparison(format('level %s', level), 'small', 'wide', NULL, NULL, 10, level)
FROM unnest('{0.01,0.5,0.8,0.99,0.9999}'::float8[]) AS level;
SELECT test_comparison('few and many', 'wide', 'small');
SELECT test_comparison('no age in common', 'old', 'school');
SELECT test_comparison('no exits', 'calm', 'wide');
SELECT test_comparison('none in the second', 'wide', 'calm');
SELECT test_comparison('none in either', 'calm', 'calm');
SELECT test_comparison('exits and no person-years', 'never came', 'wide');
SELECT test_comparison('none in the second', 'wide', 'never came');
SELECT test_comparison('nobody', 'nobody', 'nobody');
SELECT test_comparison('exits at an age without person-years', 'mixed', 'wide', NULL, NULL, 1);
SELECT test_comparison('exits at an age without person-years, in the second', 'wide', 'mixed', NULL, NULL, 1);

-- ---------------------------------------------------------------------------
-- What must hold whatever the numbers
-- ---------------------------------------------------------------------------
CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT abs(a - b) <= 1e-12 * abs(b)
$$;
CREATE VIEW pair AS
SELECT a.study AS first, b.study AS second, a.w AS w, b.w AS v FROM summary AS a, summary AS b
WHERE a.study IN ('young', 'old', 'wide') AND b.study IN ('young', 'old', 'wide');

CREATE TABLE part AS
SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2010-01-01,2020-01-01)') FILTER (WHERE reason = 'retirement') AS one,
       workforce_agg(birth_date, start_date, end_date, reason, '[2010-01-01,2020-01-01)') FILTER (WHERE reason <> 'retirement') AS two,
       workforce_agg(birth_date, start_date, end_date, reason, '[2010-01-01,2020-01-01)') FILTER (WHERE reason IS NOT NULL) AS whole
FROM spell WHERE workplace = 'wide';

SELECT is((SELECT array_agg(method) FROM pair, exit_rate_compare(w, v) WHERE first = 'young' AND second = 'old'),
          '{crude,direct,indirect}', 'three rows, in their order');
SELECT is((SELECT count(*) FROM pair, exit_rate_compare(w, v)
           WHERE method = 'crude' AND first_rate = exits(w) / person_years(w) AND second_rate = exits(v) / person_years(v)),
          9::bigint, 'crude rates are exits over person-years');
SELECT is((SELECT count(*) FROM pair, exit_rate_compare(w, v)
           WHERE first = second AND near(ratio, 1) AND coverage = 1), 9::bigint, 'a workplace compares to itself as 1');
SELECT is((SELECT count(*) FROM pair, exit_rate_compare(w, v) AS a, exit_rate_compare(v, w) AS b
           WHERE a.method = b.method AND a.method <> 'indirect' AND near(a.ratio * b.ratio, 1)
             AND near(a.lower * b.upper, 1) AND near(a.upper * b.lower, 1) AND a.coverage = b.coverage
             AND near(a.first_lower, b.second_lower) AND near(a.first_upper, b.second_upper)),
          18::bigint, 'crude and direct ratios turn over with their intervals');
SELECT is((SELECT count(*) FROM pair, exit_rate_compare(w, v, age_group => 150) AS a, exit_rate_compare(w, v, age_group => 150) AS b
           WHERE a.method = 'crude' AND b.method <> 'crude' AND near(a.ratio, b.ratio)
             AND near(a.first_lower, b.first_lower) AND near(a.lower, b.lower) AND near(a.upper, b.upper)
             AND (b.method = 'indirect' OR near(a.second_upper, b.second_upper))),
          18::bigint, 'without groups of age all ratios are the crude one, limits and all');
SELECT is((SELECT count(*) FROM pair, exit_rate_compare(w, v, standard => w) AS d, exit_rate_compare(w, v) AS c
           WHERE second = 'wide' AND first <> second AND c.method = 'crude' AND d.method = 'direct' AND d.coverage = 1
             AND near(d.first_rate, c.first_rate) AND near(d.first_lower, c.first_lower) AND near(d.first_upper, c.first_upper)),
          2::bigint, 'standardised to itself a rate is the crude one, with its exact limits');
SELECT results_eq(
    $$SELECT d.* FROM part, exit_rate_compare(one, two) AS d$$,
    $$SELECT d.* FROM part, exit_rate_compare(one, two, standard => whole) AS d$$,
    'the default standard is both together');
SELECT is((SELECT count(*) FROM summary, exit_rate_compare(NULL, w) WHERE study = 'old'), 0::bigint, 'nothing to compare with');
SELECT is((SELECT count(*) FROM summary, exit_rate_compare(w, NULL) WHERE study = 'old'), 0::bigint, 'nor to compare');
SELECT is((SELECT count(*) FROM exit_rate_compare(NULL, NULL, level => NULL)), 0::bigint, 'nor to ask about');
SELECT is((SELECT count(DISTINCT ratio) FROM pair, exit_rate_compare(first => w, second => v, level => 0.9, age_group => 10, standard => w, reason => 'resignation')
           WHERE first < second AND method = 'direct'), 3::bigint, 'by name, for every pair of a query');

-- ---------------------------------------------------------------------------
-- Real data: ten years of one employer, women to men.  Exits and days by age were
-- counted person by person outside of SQL, and compared in R 4.2.2: poisson.test for
-- the crude rates and observed exits, ageadjust.direct of epitools 0.5-10.1 for the
-- standardised rates and expected exits, and limits of ratios from these by their
-- formula.
-- ---------------------------------------------------------------------------
\if :has_shared
CREATE TABLE employment (person_id int, birth_date date, start_date date, end_date date,
                         reason text, profession text, department text, city text, gender text);
\copy employment FROM PROGRAM 'cat "$EF_SHARED"/data/employment.csv' CSV HEADER
INSERT INTO summary
SELECT gender, workforce_agg(birth_date, start_date, end_date, reason, '[2006-01-01,2016-01-01)')
FROM employment GROUP BY gender;
SELECT is(differences(ARRAY(SELECT g FROM got_comparison('M', 'F') AS g), ARRAY[
    ROW('crude', 0.0247026795922, 0.0227143876475, 0.026818398197,
        0.0365611695855, 0.0342302802017, 0.0390089967141,
        1.48004873111, 1.33209578267, 1.64559079008, 1)::comparison,
    ROW('direct', 0.0426890618124, 0.0389519270734, 0.0467070936573,
        0.0139329557231, 0.0124916583719, 0.0154970221066,
        0.326382336167, 0.283324797992, 0.375579362724, 0.999452606326)::comparison,
    ROW('indirect', 0.0247026795922, 0.0227143876475, 0.026818398197,
        0.00576910565219, 0.00499133102328, 0.0066627452962,
        0.233541694563, 0.202056258903, 0.269717512683, 0.99894879612)::comparison]), '', 'real: all exits');
SELECT is(differences(ARRAY(SELECT g FROM got_comparison('M', 'F', 'resignation') AS g), ARRAY[
    ROW('crude', 0.00755407073644, 0.0064733211893, 0.00876366263294,
        0.00843104566397, 0.00733175459888, 0.00964865401573,
        1.11609302562, 0.910216384752, 1.37006855518, 1)::comparison,
    ROW('direct', 0.00719404981214, 0.00616471268927, 0.0084291718396,
        0.00886185183905, 0.00770509185939, 0.0101441035563,
        1.23183075882, 0.997154127253, 1.51239903192, 0.999452606326)::comparison,
    ROW('indirect', 0.00755407073644, 0.0064733211893, 0.00876366263294,
        0.00929066304702, 0.00745405671939, 0.0114053629268,
        1.22988827762, 0.986760248807, 1.50983004062, 0.99894879612)::comparison]), '', 'real: resignations');
\else
SELECT skip('the real data is not beside the checkout', 2);
\endif

SELECT * FROM finish();
ROLLBACK;
