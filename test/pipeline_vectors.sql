-- A published projection of a population that is fed from outside, by births and
-- migrants, which the extension must give back.  It is a file beside the checkout:
-- skipped where there is none.
\set ON_ERROR_STOP on
\set shared ''
\getenv shared EF_SHARED
SELECT :'shared' <> '' AS has_shared \gset

BEGIN;
SELECT plan(10);

\if :has_shared
-- A summary many times over: it is doubled, and the doubles that make up the
-- number are added.
CREATE FUNCTION doubled(w workforce) RETURNS workforce LANGUAGE sql AS $$ SELECT rollup(x) FROM unnest(ARRAY[w, w]) AS x $$;
CREATE FUNCTION times(w workforce, n bigint) RETURNS workforce LANGUAGE sql AS $$
    WITH RECURSIVE power(bit, x) AS (SELECT 0, w UNION ALL SELECT bit + 1, doubled(x) FROM power WHERE bit < 20)
    SELECT rollup(x) FROM power WHERE n >> bit & 1 = 1
$$;

-- ---------------------------------------------------------------------------
-- Preston, Heuveline and Guillot (2001), Demography, Box 6.2: Sweden's females on
-- 1 January 1993, projected to 1998 in one step of five years.  That step is one
-- month here, and a group of five years of age is one month of age: people of
-- group g (0 to 4, 5 to 9, ..., 85 and more) are g months old in November, and the
-- period projected is December.
-- ---------------------------------------------------------------------------
CREATE TABLE box (age_start int, people bigint, lx bigint, fertility numeric, migrants bigint, births bigint, females bigint, males bigint);
\copy box FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/v03_preston_box62_sweden1993.csv' CSV HEADER
ALTER TABLE box ADD g int UNIQUE;
UPDATE box SET g = age_start / 5;
SELECT is(format('%s groups, %s people, %s migrants', count(*), sum(people), sum(migrants)), '18 groups, 4397428 people, 52890 migrants', 'Sweden: the groups') FROM box;

CREATE FUNCTION somebody(age int, comes boolean, leaves boolean) RETURNS workforce LANGUAGE sql AS $$
    SELECT workforce_agg(born, CASE WHEN comes THEN '1993-11-01' ELSE born END, CASE WHEN leaves THEN '1993-12-01'::date END,
                         CASE WHEN leaves THEN 'death' END, '[1993-11-01,1993-12-01)')
    FROM (SELECT (date '1993-11-01' - age * interval '1 month')::date AS born) AS b
$$;
-- Of 500000 born in five years lx are in the first group, of them so many in the
-- next ...; and of those in the last two groups so many in the last, whichever of
-- the two they come from.
CREATE TABLE step AS
SELECT g AS age, CASE WHEN g < 17 THEN lag(lx, 1, 500000) OVER (ORDER BY g) ELSE lx + lag(lx) OVER (ORDER BY g) END AS exposed, lx AS stay FROM box;
INSERT INTO step SELECT 18, exposed, stay FROM step WHERE age = 17;
CREATE TABLE life AS
SELECT rollup(w) AS w
FROM step, LATERAL (VALUES (times(somebody(age, age = 0, false), stay)), (times(somebody(age, age = 0, true), exposed - stay))) AS v (w);
SELECT is(format('%s %s', headcount(w), exits(w)), (SELECT format('%s %s', sum(stay), sum(exposed - stay)) FROM step), 'Sweden: people who die as the life table has it')
FROM life;

-- Who is there in the beginning, with and without half of the migrants: twice as
-- many, since they are odd numbers.
CREATE TABLE stock AS
SELECT g, times(somebody(g, g = 0, false), 2 * people) AS without, times(somebody(g, g = 0, false), 2 * people + migrants) AS with_half FROM box;
-- Nobody is there, and who comes is of one age, or of the migrants' ages.
CREATE TABLE comer AS SELECT g, somebody(g, true, true) AS w FROM box;
CREATE TABLE migrant AS SELECT rollup(times(somebody(g, true, true), migrants)) AS w FROM box;

CREATE FUNCTION left_of(w workforce, intake float8 DEFAULT 0) RETURNS float8 LANGUAGE sql STABLE AS $$
    SELECT headcount FROM life, workforce_project($1, 1, intake => ARRAY[$2], rates => life.w)
$$;
CREATE TABLE aged AS
SELECT least(g + 1, 17) AS g, sum(left_of(without)) / 2 AS without, sum(left_of(with_half)) / 2 AS with_half FROM stock GROUP BY least(g + 1, 17);

-- The book's way: half of the migrants are there from the beginning, the other
-- half come in the end.
CREATE TABLE book AS
SELECT g, people + migrants / 2.0 AS beginning, with_half + migrants / 2.0 AS ending, NULL::float8 AS births, NULL::float8 AS males FROM box JOIN aged USING (g);
INSERT INTO book SELECT 0, people + migrants / 2.0 FROM box WHERE g = 0;
UPDATE book SET births = CASE WHEN fertility > 0 THEN 5 * fertility * (beginning + ending) / 2 ELSE 0 END FROM box WHERE book.g = box.g;
UPDATE book SET ending = left_of(comer.w, all_births / 2.05) + migrants / 2.0, males = left_of(comer.w, all_births * 1.05 / 2.05) + migrants / 2.0
FROM box, comer, (SELECT sum(births) AS all_births FROM book) AS b WHERE book.g = 0 AND box.g = 0 AND comer.g = 0;

SELECT results_eq('SELECT g, round(ending)::bigint FROM book ORDER BY g', 'SELECT g, females FROM box ORDER BY g', 'Sweden: females in 1998, by age');
SELECT results_eq('SELECT g, round(births)::bigint FROM book ORDER BY g', 'SELECT g, births FROM box ORDER BY g', 'Sweden: births, by age of the mother');
SELECT results_eq('SELECT g, round(coalesce(males, ending))::bigint FROM book ORDER BY g', 'SELECT g, males FROM box ORDER BY g', 'Sweden: and with the births of boys');
SELECT is(format('%s of %s, %s births', round(sum(ending)), sum(females), round(sum(book.births))), '4507581 of 4507581, 615988 births', 'Sweden: all females')
FROM book JOIN box USING (g);
-- All in one projection, births as its intake (its hires are those of November, aged 0).
SELECT is(round((left_of(rollup(with_half), 2 * sum(book.births) / 2.05) / 2 + sum(migrants) / 2.0)::numeric, 6), round(sum(ending)::numeric, 6),
          'Sweden: in one projection of all groups, too')
FROM stock JOIN book USING (g) JOIN box USING (g);

-- The extension's own way: all of the migrants come in the period, at the ages
-- given, and are exposed to the rate of the month in which they come, as births are.
CREATE TABLE own AS
SELECT g, coalesce(aged.without, 0) + left_of(comer.w, migrants) AS ending, NULL::float8 AS births
FROM box JOIN comer USING (g) LEFT JOIN aged USING (g);
UPDATE own SET births = CASE WHEN fertility > 0 THEN 5 * fertility * (people + ending) / 2 ELSE 0 END FROM box WHERE own.g = box.g;
UPDATE own SET ending = ending + left_of(comer.w, all_births / 2.05)
FROM comer, (SELECT sum(births) AS all_births FROM own) AS b WHERE own.g = 0 AND comer.g = 0;

-- By the same formulas in exact fractions: in 1998, and less the book's.
SELECT results_eq('SELECT g, round(own.ending::numeric, 3), round((own.ending - book.ending)::numeric, 3) FROM own JOIN book USING (g) ORDER BY g',
    $$VALUES (0, 303897.337, 1505.577), (1, 297336.264, -1345.512), (2, 251613.991, -393.115), (3, 245099.359, 949.829), (4, 270243.225, 1976.633),
             (5, 293004.672, -510.343), (6, 319241.110, -1382.613), (7, 283608.724, -1158.735), (8, 287337.884, -693.404), (9, 302836.962, -329.298),
             (10, 322035.959, -26.326), (11, 243868.403, -120.680), (12, 205734.788, -106.571), (13, 205448.742, -67.334), (14, 205222.217, -47.806),
             (15, 194679.964, -91.284), (16, 142517.490, -47.504), (17, 131858.821, -106.922)$$,
    'Sweden: with all migrants as intake, by age');
SELECT is(format('%s (%s), %s births (%s)', round(sum(own.ending)::numeric, 2), round((sum(own.ending) - sum(book.ending))::numeric, 2),
                 round(sum(own.births)::numeric, 2), round((sum(own.births) - sum(book.births))::numeric, 2)),
          '4505585.91 (-1995.41), 612114.50 births (-3873.56)', 'Sweden: and all females')
FROM own JOIN book USING (g);
SELECT is(round((left_of(rollup(without), 2 * sum(own.births) / 2.05) / 2 + left_of(migrant.w, sum(migrants)::float8))::numeric, 6), round(sum(ending)::numeric, 6),
          'Sweden: those in two projections, too')
FROM stock JOIN own USING (g) JOIN box USING (g), migrant GROUP BY migrant.w;

\else
SELECT skip('the published projections are not beside the checkout', 10);
\endif

SELECT * FROM finish();
ROLLBACK;
