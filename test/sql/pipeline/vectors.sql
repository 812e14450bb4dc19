-- Published projections of people whom others join, which the extension must give
-- back: Sweden's females from 1993 to 1998, with births and migrants, and general
-- practitioners in the Netherlands from 2009 to 2019, with those who must begin the
-- training.  Both are files beside the checkout: skipped where there are none.
\set ON_ERROR_STOP on
\set shared ''
\getenv shared EF_SHARED
SELECT :'shared' <> '' AS has_shared \gset

BEGIN;
SELECT plan(32);

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
SELECT is(format('%s %s', carried(w), exits(w)), (SELECT format('%s %s', sum(stay), sum(exposed - stay)) FROM step), 'Sweden: people who die as the life table has it')
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

-- ---------------------------------------------------------------------------
-- Van Greuningen, Batenburg and van der Velden (2012), Ten years of health workforce
-- planning in the Netherlands, Human Resources for Health 10:21: general
-- practitioners from 2009 to 2019, and how many must begin the training of three
-- years in each year so that demand is met in 2019.
-- ---------------------------------------------------------------------------
CREATE TABLE gp (step int, key text PRIMARY KEY, value numeric, kind text);
\copy gp FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/v01_dutch_gp_2012_stockflow.csv' CSV HEADER
SELECT is(format('%s given, %s published', count(*) FILTER (WHERE kind = 'in'), count(*) FILTER (WHERE kind <> 'in')), '26 given, 19 published', 'Doctors: the figures') FROM gp;
CREATE FUNCTION given(key text) RETURNS numeric LANGUAGE sql STABLE AS $$ SELECT value FROM gp WHERE gp.key = $1 AND kind = 'in' $$;
CREATE FUNCTION published(key text) RETURNS numeric LANGUAGE sql STABLE AS $$ SELECT value FROM gp WHERE gp.key = $1 AND kind <> 'in' $$;

-- Those who come: some begin, fewer graduate after three years, and fewer still are
-- active in 2019.  From abroad they come at once, in ten years.
CREATE TABLE source (source text PRIMARY KEY, first_year int, years int, begin int, graduate int, active int, women int, of int);
INSERT INTO source
SELECT *, 100 * given('in_training_female_share'), 100
FROM (VALUES ('current', 2006, 3, given('in_training_2009'), round(given('in_training_2009') * given('training_return_current')), given('active_2019_from_current')),
             ('2009-2010', 2009, 2, given('intake_2009_2010_total'), given('grads_from_2009_2010'), given('active_2019_from_2009_2010')),
             ('future', 2011, 5, 5 * given('intake_per_year_baseline'), given('grads_from_future_intake'), given('active_2019_from_future_intake'))) AS v;
-- 46 of the 109 are women: so the paper's Table 3, of which the file has a part.
INSERT INTO source VALUES ('abroad', 2009, 10, NULL, given('foreign_inflow_2009_2019'), given('foreign_active_2019'), 46, 109);
SELECT is(string_agg(format('%s: %s %s %s', source, begin, graduate, active), ', ' ORDER BY first_year, source),
          'current: 1507 1477 1320, 2009-2010: 1228 1153 1054, abroad:  109 93, future: 3070 2883 2690', 'Doctors: who comes') FROM source;

CREATE TABLE training AS
SELECT source, funnel_agg(i, stage, at, funnel_spec(ARRAY['begun', 'graduated'])) AS f
FROM source, generate_series(1, begin) AS i,
     LATERAL (VALUES ('begun', date '2001-09-01'), ('graduated', CASE WHEN i <= graduate THEN date '2001-09-01' + 1096 END)) AS v (stage, at)
WHERE at IS NOT NULL GROUP BY source;

-- Some of them are gone by 2019, whenever they came: these leave in the month in
-- which they come, at an age of 360 months, and nobody does later.  For the FTE each
-- counts `of` times, so that women and men are whole people.
CREATE FUNCTION arriving(fte numeric, leaves boolean) RETURNS workforce LANGUAGE sql AS $$
    SELECT workforce_agg('1968-01-01', '1998-01-01', CASE WHEN leaves THEN '1998-02-01'::date END, 'left', '[1998-01-01,2009-01-01)', fte)
$$;
CREATE TABLE newcomer AS
SELECT source, rollup(times(arriving(1, leaves), n)) AS heads, rollup(w) AS w
FROM source, LATERAL (VALUES (false, active), (true, graduate - active)) AS v (leaves, n),
     LATERAL (SELECT rollup(times(arriving(fte, leaves), n * people)) AS w FROM (VALUES (given('fte_female'), women), (given('fte_male'), of - women)) AS u (fte, people)) AS m
GROUP BY source;

-- Men and women: those who leave in the ten years are those who then become 65.
CREATE TABLE doctor AS
SELECT sex, workforce_agg(CASE WHEN i <= leave THEN date '1944-01-15' + (i::int % 120) * interval '1 month' ELSE date '1965-06-15' END::date,
                          '1995-01-01', NULL, NULL, '[2008-01-01,2009-01-01)', fte) AS w
FROM unnest('{male,female}'::text[]) AS sex,
     LATERAL (SELECT given('stock_2009_' || sex) AS people, round(given('stock_2009_' || sex) * given('exit_rate_10y_' || sex)) AS leave, given('fte_' || sex) AS fte) AS s,
     generate_series(1, people) AS i
GROUP BY sex;
-- And nobody, to whom others come.
CREATE TABLE nobody AS SELECT workforce_agg('1950-01-01', '1990-01-01', '2008-06-01', 'left', '[2008-01-01,2009-01-01)', 1.0) AS w;

CREATE TABLE arrival AS
SELECT source, array_fill(graduate / years::float8, ARRAY[years]) AS arrivals FROM source WHERE source = 'abroad'
UNION ALL
SELECT source, ARRAY(SELECT arrivals FROM funnel_output(f, array_fill(begin / years::float8, ARRAY[years]), first_year, 10, '09-01', as_of => '2009-01-01') ORDER BY year)
FROM source JOIN training USING (source);
CREATE TABLE projected AS
SELECT sex AS part, p.* FROM doctor, newcomer AS n, workforce_project(doctor.w, 10, retire_at => 65, rates => n.w) AS p WHERE source = 'future'
UNION ALL
SELECT source, p.* FROM arrival JOIN newcomer AS n USING (source), nobody, workforce_project(nobody.w, 10, intake => arrivals, retire_at => 65, rates => n.w) AS p;

SELECT is(format('%s FTE, %s persons: %s men, %s women, and %s who came', (SELECT sum(fte(w)) FROM doctor), round(sum(headcount)), round(sum(headcount) FILTER (WHERE part = 'male')),
                 round(sum(headcount) FILTER (WHERE part = 'female')), round(sum(headcount) FILTER (WHERE part NOT IN ('male', 'female')))),
          '7289.424 FTE, 12246 persons: 3788 men, 3301 women, and 5157 who came', 'Doctors: in 2009, and in the end of 2018')
FROM projected WHERE year = 2018;
SELECT results_eq($$SELECT source, round(headcount)::int FROM projected JOIN source ON part = source WHERE year = 2018 ORDER BY source$$,
                  'SELECT source, active FROM source ORDER BY source', 'Doctors: who came and is still there');
SELECT is(round(sum(headcount)::numeric, 9), published('stock_2019_total'), 'Doctors: all are those published') FROM projected WHERE year = 2018;
SELECT is(round(sum(exits)), published('exits_10y_' || part)::float8, 'Doctors: exits, ' || part) FROM projected WHERE part IN ('male', 'female') GROUP BY part ORDER BY part;

-- What is required, by the demand of 2009 and its growth in ten years.
CREATE TABLE scenario AS
SELECT scenario, growth, before * (1 + given('unmet_demand_rate')) AS required_2009, before * (1 + given('unmet_demand_rate')) * (1 + growth) AS required,
       available, per_arrival
FROM (SELECT sum(fte(w)) AS before FROM doctor) AS d,
     (SELECT sum(fte) AS available, sum(fte) FILTER (WHERE part = 'future') / sum(headcount) FILTER (WHERE part = 'future') AS per_arrival FROM projected WHERE year = 2018) AS p,
     (VALUES ('scen0', given('demand_growth_demographic_10y')),
             ('scen1', (1 + given('demand_demographic')) * (1 + given('demand_epidemiological') + given('demand_sociocultural') + given('demand_technical')
                                                             + given('demand_efficiency') + given('demand_horizontal_substitution')) - 1)) AS v (scenario, growth);
SELECT is(string_agg(format('%s: %s, %s of %s', scenario, round(required_2009, 3), round(available::numeric, 3), round(required, 3)), '; ' ORDER BY scenario),
          'scen0: 7362.318, 8186.641 of 7804.057; scen1: 7362.318, 8186.641 of 9052.707', 'Doctors: FTE required in 2009, and available and required in the end of 2018') FROM scenario;
SELECT ok(bool_and(abs(required_2009 - published('required_fte_2009')) <= 4 AND abs(available - published('available_fte_2019')) <= 4
                   AND abs(required - published('required_fte_2019_' || scenario)) <= 4), 'Doctors: not more than 4 FTE from those published, since FTE per person has three digits')
FROM scenario;

-- Persons missing, of the mean FTE of those who come, where nobody begins after 2010.
-- Demand grows evenly.
CREATE TABLE missing AS
SELECT scenario, 'all given' AS figures, array_agg((required_2009 * (1 + growth * (year - 2008) / 10) - fte) / per_arrival ORDER BY year) AS gap
FROM scenario, (SELECT year, sum(fte) AS fte FROM projected WHERE part <> 'future' GROUP BY year) AS p GROUP BY scenario;
-- Those of 2018 alone, by the FTE that are published, in whole numbers.
INSERT INTO missing
SELECT scenario, figures, array_fill(0::float8, ARRAY[9]) || (published('required_fte_2019_' || scenario) - fte) / per_arrival + given('active_2019_from_future_intake')::float8
FROM scenario, LATERAL (VALUES ('required published', available), ('all published', published('available_fte_2019'))) AS v (figures, fte);
CREATE TABLE answer AS
SELECT scenario, figures, gap, f, d.w, n.heads, r.*
FROM missing, training JOIN newcomer AS n USING (source), (SELECT rollup(w) AS w FROM doctor) AS d,
     required_intake(f, d.w, gap, 2011, target_year => 2018, retire_at => 65, rates => n.heads) AS r
WHERE source = 'future';
SELECT results_eq('SELECT scenario, round(intake::numeric, 4) FROM answer WHERE figures = ''all published'' AND year = 2011 ORDER BY scenario',
                  $$SELECT scenario, round(published('required_intake_' || scenario || '_unrounded'), 4) FROM scenario ORDER BY scenario$$,
                  'Doctors: required intake, from the FTE published, in all digits of the file');
SELECT results_eq('SELECT scenario, round(intake::numeric, 9) FROM answer WHERE figures = ''all published'' AND year = 2011 ORDER BY scenario',
                  $$SELECT scenario, round(given('intake_per_year_baseline') + missing * given('intake_per_year_baseline') / given('active_2019_from_future_intake') /
                                           (given('in_training_female_share') * given('fte_female') + (1 - given('in_training_female_share')) * given('fte_male')), 9)
                    FROM (VALUES ('scen0', - published('surplus_fte_scen0')), ('scen1', published('shortage_fte_scen1'))) AS v (scenario, missing) ORDER BY scenario$$,
                  'Doctors: and in nine digits after the point by the paper''s way, what is missing beside the intake of today');
SELECT results_eq('SELECT scenario, round(intake)::numeric FROM answer WHERE figures = ''required published'' AND year = 2011 ORDER BY scenario',
                  $$SELECT scenario, published('required_intake_per_year_' || scenario) FROM scenario ORDER BY scenario$$,
                  'Doctors: required intake, from the FTE published as required, in whole numbers');
SELECT is(string_agg(format('%s, %s: %s', scenario, figures, round(intake::numeric, 3)), '; ' ORDER BY scenario, figures),
          'scen0, all given: 475.298; scen0, required published: 476.364; scen1, all given: 927.985; scen1, required published: 929.179',
          'Doctors: required intake') FROM answer WHERE year = 2011 AND figures <> 'all published';
SELECT ok(bool_and(abs(round(intake) - published('required_intake_per_year_' || scenario)) <= 1), 'Doctors: not more than 1 from those published') FROM answer WHERE year = 2011;

-- The limits by hand, Fieller's: chance, and the shares that graduate and that stay, as
-- estimated from those who began and those who graduated.  One person of difference,
-- since the projection reckons people by year of age, from the middle of one to the
-- middle of the next, and here all leave in the first month of one.
SELECT ok(bool_and(abs(lower - floor((half - root) / a)) <= 1 AND abs(upper - ceil((half + root) / a)) <= 1), 'Doctors: limits')
FROM (SELECT answer.*, 25 * there ^ 2 - z2 * v2 AS a, 5 * there * gap[10] + z2 * v1 / 2 AS half,
             sqrt((5 * there * gap[10] + z2 * v1 / 2) ^ 2 - (25 * there ^ 2 - z2 * v2) * gap[10] ^ 2) AS root
      FROM answer, (SELECT active::float8 / begin AS there, 1.2815515655446 ^ 2 AS z2, 5.0 * active / begin * (1 - active::float8 / begin) AS v1,
                           25 * (active::float8 / begin) ^ 2 * ((1 - graduate::float8 / begin) / graduate + (1 - active::float8 / graduate) / active) AS v2
                    FROM source WHERE source = 'future') AS s
      WHERE year = 2011) AS x;

-- From 2011 on the same in every year.  Who arrives of these until 2018, and is still
-- there, is what was missing; with the others, all required FTE are there.
SELECT is(string_agg(DISTINCT format('%s %s', year >= 2011, intake > 0), ', '), 'f f, t t', 'Doctors: an intake from 2011 on') FROM answer;
SELECT is(count(DISTINCT intake), 6::bigint, 'Doctors: the same in every year') FROM answer WHERE year >= 2011;
CREATE TABLE met AS
SELECT scenario, figures, last.gap[10] AS gap, last.unmet, o.arrivals, p.headcount, q.fte
FROM answer AS last, newcomer AS n, nobody,
     LATERAL (SELECT array_agg(arrivals ORDER BY year) AS arrivals FROM funnel_output(f, array_fill(intake, ARRAY[8]), 2011, 10, as_of => '2009-01-01')) AS o,
     workforce_project(nobody.w, 10, intake => o.arrivals, rates => n.heads) AS p, workforce_project(nobody.w, 10, intake => o.arrivals, rates => n.w) AS q
WHERE last.year = 2018 AND p.year = 2018 AND q.year = 2018 AND source = 'future';
SELECT ok(bool_and(abs(headcount - gap) < 1e-8 AND unmet < 1e-8), 'Doctors: the missing arrive, and nothing is unmet in 2018') FROM met;
SELECT results_eq('SELECT scenario, figures, round(a::numeric, 8) FROM met, unnest(arrivals) WITH ORDINALITY AS u (a, i) ORDER BY scenario, figures, i',
                  'SELECT scenario, figures, round(arrivals::numeric, 8) FROM answer ORDER BY scenario, figures, year', 'Doctors: the arrivals are those of funnel_output');
SELECT is(round((met.fte + others.fte)::numeric, 6), round(required, 6), 'Doctors: the required FTE are there, ' || scenario)
FROM met JOIN scenario USING (scenario), (SELECT sum(fte) AS fte FROM projected WHERE year = 2018 AND part <> 'future') AS others
WHERE figures = 'all given' ORDER BY scenario;
SELECT results_eq($$SELECT scenario, s.year, stage, round(required::numeric, 6) FROM answer AS a, newcomer AS n,
                    required_intake_stages(f, a.w, gap, 2011, target_year => 2018, retire_at => 65, rates => n.heads) AS s
                    WHERE figures = 'all published' AND a.year = 2011 AND n.source = 'future' ORDER BY scenario, s.year, stage_no$$,
                  $$SELECT scenario, year, stage, round((CASE WHEN stage = 'begun' THEN intake ELSE intake * graduate / begin END)::numeric, 6)
                    FROM answer, source, unnest(ARRAY['begun', 'graduated']) AS stage WHERE figures = 'all published' AND source = 'future' ORDER BY scenario, year, stage$$,
                  'Doctors: how many must graduate of those who begin');
\else
SELECT skip('the published projections are not beside the checkout', 32);
\endif

SELECT * FROM finish();
ROLLBACK;
