-- The back-test against what the public functions say of the rows that were known
-- at each origin, and scores against published ones and plain SQL.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(39);

-- ---------------------------------------------------------------------------
-- Scores
-- ---------------------------------------------------------------------------

CREATE TEMP TABLE published (observed float8, q10 float8, q25 float8, q50 float8, q75 float8, q90 float8,
                             is80 float8, is50 float8, abs_error_median float8, wis float8);
\copy published from program 'test -z "$EF_SHARED" || grep -v "^#" "$EF_SHARED"/vectors/v16_interval_scores.csv' with (format csv, header)
SELECT CASE WHEN :'shared' = '' THEN skip('no shared vectors', 5) ELSE collect_tap(
    is((SELECT count(*) FROM published), 3::bigint, 'three published forecasts'),
    is((SELECT array_agg(interval_score(q10, q90, observed) ORDER BY observed) FROM published),
       (SELECT array_agg(is80 ORDER BY observed) FROM published), 'interval scores at 80 %, to the last bit'),
    is((SELECT array_agg(interval_score(q25, q75, observed, 0.5) ORDER BY observed) FROM published),
       (SELECT array_agg(is50 ORDER BY observed) FROM published), 'and at 50 %'),
    is((SELECT array_agg((0.5 * abs(observed - q50) + 0.1 * interval_score(q10, q90, observed, 0.8)
                          + 0.25 * interval_score(q25, q75, observed, 0.5)) / 2.5 ORDER BY observed) FROM published),
       (SELECT array_agg(wis ORDER BY observed) FROM published), 'the weighted interval score of both and the median'),
    is((SELECT (s).forecasts || ' ' || (s).coverage * 3 || ' ' || (s).mean_absolute_error * 3 || ' ' || (s).interval_score * 3
        FROM (SELECT forecast_score_agg(q50, q10, q90, observed, NULL, 0.8) AS s FROM published) AS x),
       '3 1 36 326', 'one of three holds, as published')
) END;
SELECT is(interval_score(1, 5, 5, 0.95), 4::float8, 'a limit belongs to its interval');
SELECT is(interval_score(1, 5, 6, 0.95), 44::float8, 'outside of it, 2/0.05 is 40 and not nearly so');
SELECT is(interval_score(NULL, 5, 6, 0.95), NULL, 'no limit, no score');

CREATE TEMP TABLE forecast AS
SELECT i, i % 4 AS g, (i * 7919 % 1000) / 10.0::float8 AS predicted,
       CASE WHEN i % 7 > 0 THEN (i * 7919 % 1000) / 10.0 - i % 11 END::float8 AS lower,
       CASE WHEN i % 7 > 0 THEN (i * 7919 % 1000) / 10.0 + i % 13 END::float8 AS upper,
       CASE WHEN i % 17 > 0 THEN greatest(0, (i * 7919 % 1000) / 10.0 + (i * 104729 % 41) - 20) END::float8 AS actual,
       CASE WHEN i % 5 > 0 THEN (i * 104729 % 1000) / 10.0 END::float8 AS naive
FROM generate_series(1, 400) AS i;
-- the same in plain SQL
CREATE TEMP TABLE expected AS
SELECT g, count(*) AS forecasts, avg(actual - predicted) AS bias, avg(abs(actual - predicted)) AS mean_absolute_error,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY 100 * abs(actual - predicted) / actual) FILTER (WHERE actual <> 0) AS median_percentage_error,
       avg((actual BETWEEN lower AND upper)::int)::float8 AS coverage,
       avg(upper - lower + 10 * greatest(0, lower - actual) + 10 * greatest(0, actual - upper)) AS interval_score,
       1 - avg(abs(actual - predicted)) FILTER (WHERE naive IS NOT NULL) / avg(abs(actual - naive)) AS skill
FROM forecast WHERE predicted IS NOT NULL AND actual IS NOT NULL GROUP BY g;
SELECT is((SELECT count(*)
           FROM (SELECT g, forecast_score_agg(predicted, lower, upper, actual, naive, 0.8) AS s FROM forecast GROUP BY g) AS x
                JOIN expected AS e USING (g)
           WHERE (s).forecasts = e.forecasts AND abs((s).bias - e.bias) < 1e-12
                 AND abs((s).mean_absolute_error - e.mean_absolute_error) < 1e-12
                 AND abs((s).median_percentage_error - e.median_percentage_error) < 1e-12
                 AND abs((s).coverage - e.coverage) < 1e-12
                 AND abs((s).interval_score - e.interval_score) < 1e-12 AND abs((s).skill - e.skill) < 1e-12),
          4::bigint, 'all figures as plain SQL has them');
SELECT is((SELECT count(DISTINCT s) FROM (SELECT forecast_score_agg(predicted, lower, upper, actual, naive, 0.8 ORDER BY i * o % 401)::text AS s
                                          FROM forecast, (VALUES (1), (17), (100), (399)) AS v (o) GROUP BY o) AS x),
          1::bigint, 'in any order, to the last bit');
SELECT is((SELECT forecast_score_agg(NULL, NULL, NULL, 3, 2, 0.8)), NULL, 'of nothing predicted there is no score');
SELECT is((SELECT forecast_score_agg(3, NULL, NULL, 0, NULL, 0.8))::text, '(1,-3,3,,,,)',
          'without limits, a naive forecast or anything that happened, what is not known is null');
SELECT is((SELECT (forecast_score_agg(3, 2, 4, 3, 3, 0.8)).skill), NULL, 'there is no skill against a naive forecast that was perfect');
SELECT is((SELECT (forecast_score_agg(3, NULL, NULL, 0, 5e-324, 0.8)).skill), NULL, 'nor against one that was nearly so');
SELECT is((SELECT (forecast_score_agg(3, 2, NULL, 3, 4, 0.8)).coverage), NULL, 'one limit is no interval');
SELECT is((SELECT array_agg((s).forecasts ORDER BY i) FROM (SELECT i, forecast_score_agg(1, 0, 2, 1, 1, 0.8) OVER (ORDER BY i) AS s FROM generate_series(1, 40) AS i) AS x),
          (SELECT array_agg(i::bigint ORDER BY i) FROM generate_series(1, 40) AS i), 'as a window function, too');

-- ---------------------------------------------------------------------------
-- The back-test
-- ---------------------------------------------------------------------------

-- three groups of people, some of whom begin and end on the days on which years meet
CREATE TEMP TABLE job AS
SELECT id, id % 3 AS g, start_date - 7000 - (id * 3571 % 15000) AS birth_date, start_date,
       CASE WHEN id % 3 > 0 THEN start_date + 300 + id * 7907 % 4001 WHEN id % 6 = 0 THEN make_date(extract(year FROM start_date)::int + 1 + id % 5, 1, 1) END AS end_date,
       (ARRAY['retirement', 'resignation', 'illness', NULL])[1 + id % 4] AS reason
FROM (SELECT id, CASE WHEN id % 10 = 0 THEN make_date(2008 + id % 6, 1, 1) ELSE date '2004-03-05' + id * 6151 % 6000 END AS start_date
      FROM generate_series(1, 900) AS id) AS x;
CREATE TEMP TABLE by_year AS
SELECT g, year, workforce_agg(birth_date, start_date, end_date, reason,
                              daterange(make_date(year, 1, 1), make_date(year + 1, 1, 1))) AS w
FROM job, generate_series(2010, 2019) AS year GROUP BY g, year;
CREATE TEMP TABLE history AS SELECT g, array_agg(w ORDER BY year) AS years FROM by_year GROUP BY g;

CREATE TEMP TABLE said AS
SELECT h.g, m.hires, b.*
FROM history AS h, (VALUES ('as before'), ('as came')) AS m (hires), workforce_backtest(h.years, 4, m.hires) AS b;
SELECT is((SELECT count(*) FROM said), (3 * 2 * 4 * (4 * 4 + 3 + 2 + 1))::bigint, 'a row for each group, origin, horizon and measure');

-- what was known at an origin, in one pass over the rows, and what came
CREATE TEMP TABLE replayed AS
SELECT k.g, m.hires, k.origin, p.year, p.year - extract(year FROM k.origin)::int + 1 AS horizon,
       p.headcount, p.lower, p.upper, p.retirements, p.retirements_lower, p.retirements_upper,
       p.recruitment_need, p.need_lower, p.need_upper, o.exits AS other_exits
FROM (SELECT g, origin, workforce_agg(birth_date, start_date, end_date, reason, daterange('2010-01-01', origin)) AS w
      FROM job, (SELECT make_date(y, 1, 1) AS origin FROM generate_series(2013, 2019) AS y) AS y GROUP BY g, origin) AS k,
     (VALUES ('as before'), ('as came')) AS m (hires),
     LATERAL (SELECT least(4, 2020 - extract(year FROM k.origin)::int) AS n) AS n,
     LATERAL (SELECT array_agg(CASE m.hires WHEN 'as came' THEN hires(y.w)::float8
                                    ELSE hires(k.w)::float8 / (extract(year FROM k.origin) - 2010) END ORDER BY year)::float8[] AS intake,
                     array_agg(CASE m.hires WHEN 'as came' THEN carried(y.w) ELSE carried(k.w) END ORDER BY year)::float8[] AS target
              FROM by_year AS y WHERE y.g = k.g AND year >= extract(year FROM k.origin) AND year < extract(year FROM k.origin) + n) AS i,
     workforce_project(k.w, n, intake => i.intake, target => i.target) AS p,
     LATERAL (SELECT sum(e.exits) AS exits FROM workforce_project_exits(k.w, n, intake => i.intake) AS e
              WHERE e.year = p.year AND reason <> 'retirement') AS o;
SELECT is((SELECT count(*) FROM said JOIN replayed AS r USING (g, hires, origin, horizon, year)
           WHERE (measure, predicted, said.lower, said.upper) IN (('headcount', r.headcount, r.lower, r.upper),
                  ('retirements', r.retirements, r.retirements_lower, r.retirements_upper), ('need', r.recruitment_need, r.need_lower, r.need_upper))),
          (3 * (SELECT count(*) FROM said) / 4)::bigint, 'as projected from what was known then, to the last bit');
SELECT ok((SELECT count(*) = (SELECT count(*) FROM replayed) AND max(abs(predicted - other_exits)) < 1e-9
           FROM said JOIN replayed AS r USING (g, hires, origin, horizon, year) WHERE measure = 'other exits'),
          'other exits are those for all reasons but retirement');
SELECT ok((SELECT bool_and(said.lower <= predicted AND predicted <= said.upper AND said.lower >= 0) FROM said), 'limits are about what is predicted');

CREATE TEMP TABLE counted AS
SELECT g, year,
       count(*) FILTER (WHERE start_date < make_date(year + 1, 1, 1) AND (end_date IS NULL OR end_date > make_date(year + 1, 1, 1))) AS headcount,
       count(*) FILTER (WHERE left_in = year AND reason = 'retirement') AS retirements,
       count(*) FILTER (WHERE left_in = year AND reason IS DISTINCT FROM 'retirement') AS "other exits",
       count(*) FILTER (WHERE left_in = year) AS exits,
       count(*) FILTER (WHERE extract(year FROM start_date) = year) AS hires
FROM job, generate_series(2010, 2019) AS year, LATERAL (SELECT CASE WHEN end_date IS NOT NULL THEN extract(year FROM greatest(end_date - 1, start_date)) END) AS l (left_in)
GROUP BY g, year;
CREATE FUNCTION pg_temp.came(c counted, measure text, hires text) RETURNS float8 LANGUAGE sql AS $$
    SELECT (to_jsonb(c) ->> CASE WHEN measure <> 'need' THEN measure WHEN hires = 'as came' THEN 'hires' ELSE 'exits' END)::float8
$$;
SELECT is((SELECT count(*) FROM said JOIN counted AS c USING (g, year) WHERE actual = pg_temp.came(c, measure, said.hires)),
          (SELECT count(*) FROM said), 'what happened is what the rows say');
SELECT is((SELECT count(*) FROM said JOIN counted AS c ON c.g = said.g AND c.year = extract(year FROM origin) - 1
           WHERE naive = pg_temp.came(c, measure, said.hires) AND (said.hires = 'as before' OR measure <> 'headcount')),
          (SELECT count(*) FROM said WHERE said.hires = 'as before' OR measure <> 'headcount'), 'the naive forecast is as many as in the last year known');
SELECT ok((SELECT bool_and(naive = c.headcount + h.hires - horizon * c.exits)
           FROM said JOIN counted AS c ON c.g = said.g AND c.year = extract(year FROM origin) - 1,
                LATERAL (SELECT sum(n.hires) AS hires FROM counted AS n WHERE n.g = said.g AND n.year > c.year AND n.year <= said.year) AS h
           WHERE said.hires = 'as came' AND measure = 'headcount'), 'who is told the hires loses as many a year as in the last one');
SELECT ok((SELECT bool_and(error = actual - predicted AND within_interval = (actual BETWEEN lower AND upper)) FROM said), 'errors, and what held');

-- nothing after the origin is used
SELECT is((SELECT count(*)
           FROM history AS h, workforce_backtest(h.years, 1) AS a, workforce_backtest(h.years[:6], 1) AS b
           WHERE a.origin = b.origin AND a.measure = b.measure
                 AND (a.predicted, a.lower, a.upper, a.naive) = (b.predicted, b.lower, b.upper, b.naive)),
          (3 * 4 * 3)::bigint, 'a forecast does not know the years after it');
SELECT is((SELECT count(*)
           FROM history AS h, workforce_backtest(h.years, 2, rates => h.years) AS a, workforce_backtest(h.years[:6], 2, rates => h.years) AS b
           WHERE a.origin = b.origin AND a.horizon = b.horizon AND a.measure = b.measure AND a.predicted = b.predicted),
          (3 * 4 * (2 + 2 + 1))::bigint, 'nor do rates of others');
SELECT is((SELECT array_agg(b::text ORDER BY b::text) FROM history AS h, workforce_backtest((SELECT array_agg(y ORDER BY i * 7 % 11) FROM unnest(h.years) WITH ORDINALITY AS u (y, i))) AS b),
          (SELECT array_agg(b::text ORDER BY b::text) FROM history AS h, workforce_backtest(h.years) AS b), 'in any order of the years');

-- rates of all
SELECT is((SELECT count(*)
           FROM history AS h, (SELECT array_agg(w) AS years FROM (SELECT rollup(w) AS w FROM by_year GROUP BY year) AS x) AS e,
                workforce_backtest(h.years, 1, rates => e.years) AS b,
                LATERAL (SELECT workforce_agg(birth_date, start_date, end_date, reason, daterange('2010-01-01', b.origin)) FILTER (WHERE j.g = h.g) AS own,
                                workforce_agg(birth_date, start_date, end_date, reason, daterange('2010-01-01', b.origin)) AS everyone
                         FROM job AS j) AS k,
                workforce_project(k.own, 1, intake => ARRAY[hires(k.own) / (extract(year FROM b.origin)::float8 - 2010)], rates => k.everyone) AS p
           WHERE b.measure = 'headcount' AND (p.headcount, p.lower, p.upper) = (b.predicted, b.lower, b.upper)),
          (3 * 7)::bigint, 'with the rates of all as they were known then');
SELECT is((SELECT count(*)
           FROM history AS h, workforce_backtest(h.years, 1, observed_years => 2, least_years => 1) AS b,
                LATERAL (SELECT workforce_agg(birth_date, start_date, end_date, reason, daterange(greatest('2010-01-01', (b.origin - interval '2 years')::date), b.origin)) AS w
                         FROM job AS j WHERE j.g = h.g) AS k,
                workforce_project(k.w, 1, retire_at => NULL) AS p
           WHERE b.measure = 'retirements' AND b.naive >= 0 AND k.w IS NOT NULL),
          (3 * 9)::bigint, 'origins from the second year on');
SELECT is((SELECT count(*)
           FROM history AS h, workforce_backtest(h.years, 1, 'as came', observed_years => 2, least_years => 2) AS b,
                LATERAL (SELECT workforce_agg(birth_date, start_date, end_date, reason, daterange((b.origin - interval '2 years')::date, b.origin)) AS w
                         FROM job AS j WHERE j.g = h.g) AS k,
                workforce_project(k.w, 1, intake => ARRAY[(SELECT hires FROM counted AS c WHERE c.g = h.g AND c.year = b.year)]::float8[]) AS p
           WHERE b.measure = 'headcount' AND p.headcount = b.predicted),
          (3 * 8)::bigint, 'from two years back, as one pass over these');
SELECT ok((SELECT bool_and(abs(b.predicted - p.retirements) < 1e-9)
           FROM history AS h, workforce_backtest(h.years, 1, 'as came', retire_at => 66, latest_age => 68, level => 0.5) AS b,
                LATERAL (SELECT workforce_agg(birth_date, start_date, end_date, reason, daterange('2010-01-01', b.origin)) AS w
                         FROM job AS j WHERE j.g = h.g) AS k,
                workforce_project(k.w, 1, intake => ARRAY[(SELECT hires FROM counted AS c WHERE c.g = h.g AND c.year = b.year)]::float8[],
                                  retire_at => 66, latest_age => 68, level => 0.5) AS p
           WHERE b.measure = 'retirements' AND p.retirements_lower = b.lower AND p.retirements_upper = b.upper), 'with an age of retirement');

-- rates as they were known at each origin
CREATE TEMP TABLE known AS
SELECT g, origin, workforce_agg(birth_date, start_date, end_date, reason, daterange('2010-01-01', origin)) AS w
FROM job, (SELECT make_date(y, 1, 1) AS origin FROM generate_series(2013, 2020) AS y) AS o GROUP BY g, origin;
CREATE TEMP TABLE credible AS
SELECT g, origin, w, credibility(w, r) AS rates
FROM known JOIN (SELECT origin, credible_rates_agg(w, NULL, 'marshall') AS r FROM known GROUP BY origin) AS c USING (origin);
SELECT is((SELECT count(*)
           FROM history AS h, LATERAL (SELECT array_agg(rates) AS rates FROM credible AS c WHERE c.g = h.g) AS r,
                workforce_backtest(h.years, 1, 'as came', origin_rates => r.rates) AS b, credible AS c,
                workforce_project(c.w, 1, intake => ARRAY[(SELECT hires FROM counted AS n WHERE n.g = h.g AND n.year = b.year)]::float8[], rates => c.rates) AS p
           WHERE c.g = h.g AND c.origin = b.origin AND (b.measure, b.predicted, b.lower, b.upper) IN (('headcount', p.headcount, p.lower, p.upper),
                                                                ('retirements', p.retirements, p.retirements_lower, p.retirements_upper))),
          (2 * 3 * 7)::bigint, 'with credible rates of the origin');
SELECT ok((SELECT bool_and(b.lower <= b.predicted AND b.predicted <= b.upper AND abs(b.predicted - o.exits) < 1e-9)
           FROM history AS h, LATERAL (SELECT array_agg(rates) AS rates FROM credible AS c WHERE c.g = h.g) AS r,
                workforce_backtest(h.years, 1, 'as came', origin_rates => r.rates) AS b, credible AS c,
                LATERAL (SELECT sum(e.exits) AS exits
                         FROM workforce_project_exits(c.w, 1, intake => ARRAY[(SELECT hires FROM counted AS n WHERE n.g = h.g AND n.year = b.year)]::float8[], rates => c.rates) AS e
                         WHERE e.reason <> 'retirement') AS o
           WHERE c.g = h.g AND c.origin = b.origin AND b.measure = 'other exits'), 'and of other exits');

-- ends
SELECT is_empty($$SELECT * FROM workforce_backtest(NULL)$$, 'of nothing, nothing');
SELECT is_empty($$SELECT * FROM workforce_backtest('{}')$$, 'nor of no year');
SELECT is_empty($$SELECT b.* FROM history AS h, workforce_backtest(h.years[:3]) AS b$$, 'three years known leave none to compare with');
SELECT is((SELECT array_agg(coalesce(predicted::text, '-') || ' ' || actual ORDER BY measure) FROM workforce_backtest(ARRAY(
               SELECT workforce_agg('1980-01-01', make_date(2012, 5, 1), make_date(2013, 5, 1), 'moved', daterange(make_date(y, 1, 1), make_date(y + 1, 1, 1)))
               FROM generate_series(2010, 2012) AS y GROUP BY y), 1, 'as came', least_years => 2)),
          '{"- 1","- 1","- 0","- 0"}', 'of people who come where nobody was known nothing can be said');
SELECT is((SELECT array_agg(coalesce(predicted::text, '-') || ' ' || actual ORDER BY measure) FROM workforce_backtest(ARRAY(
               SELECT workforce_agg('1980-01-01', make_date(2012, 5, 1), make_date(2013, 5, 1), 'moved', daterange(make_date(y, 1, 1), make_date(y + 1, 1, 1)))
               FROM generate_series(2010, 2012) AS y GROUP BY y), 1, least_years => 2)),
          '{"0 1","- 0","0 0","0 0"}', 'nobody is expected where nobody was');

-- on real data: the figures of the manual
CREATE TEMP TABLE employment (
    person_id int, birth_date date, start_date date, end_date date, reason text,
    profession text, department text, city text, gender text);
\copy employment from program 'test -z "$EF_SHARED" || cat "$EF_SHARED"/data/employment.csv' with (format csv, header)
CREATE TEMP TABLE place AS
SELECT k, CASE k WHEN 'city' THEN city ELSE department END AS g, birth_date, start_date, end_date, reason
FROM employment, (VALUES ('city'), ('department')) AS v (k);
CREATE TEMP TABLE place_year AS
SELECT k, g, year, workforce_agg(birth_date, start_date, end_date, reason, daterange(make_date(year, 1, 1), make_date(year + 1, 1, 1))) AS w
FROM place, generate_series(2006, 2015) AS year GROUP BY k, g, year;
CREATE TEMP TABLE place_known AS
SELECT k, g, origin, workforce_agg(birth_date, start_date, end_date, reason, daterange('2006-01-01', origin)) AS w
FROM place, (SELECT make_date(y, 1, 1) AS origin FROM generate_series(2009, 2015) AS y) AS o GROUP BY k, g, origin;
CREATE TEMP TABLE real AS
SELECT s.k, r.rates, b.*
FROM (SELECT k, g, array_agg(w) AS by_year FROM place_year GROUP BY k, g) AS s
     JOIN (SELECT k, g, array_agg(credibility(w, r)) AS rates
           FROM place_known JOIN (SELECT k, origin, credible_rates_agg(w) AS r FROM place_known GROUP BY k, origin) AS c USING (k, origin)
           GROUP BY k, g) AS c USING (k, g)
     JOIN (SELECT k, array_agg(w) AS by_year FROM (SELECT k, rollup(w) AS w FROM place_year GROUP BY k, year) AS x GROUP BY k) AS e USING (k),
     (VALUES ('own'), ('pooled'), ('credible')) AS r (rates),
     workforce_backtest(s.by_year, 1, rates => CASE r.rates WHEN 'pooled' THEN e.by_year END,
                        origin_rates => CASE r.rates WHEN 'credible' THEN c.rates END) AS b
WHERE origin BETWEEN '2009-01-01' AND '2013-01-01';
SELECT CASE WHEN :'shared' = '' THEN skip('no shared data', 1) ELSE is(
    (SELECT string_agg(format('%s %s %s: %s %s %s %s', k, measure, rates, round((s).mean_absolute_error::numeric, 2), round((s).coverage::numeric, 2),
                              round((s).interval_score::numeric, 2), round((s).skill::numeric, 2)), E'\n' ORDER BY k, measure, rates)
     FROM (SELECT k, measure, rates, forecast_score_agg(predicted, lower, upper, actual, naive, 0.8) AS s
           FROM real WHERE measure IN ('retirements', 'other exits') GROUP BY k, measure, rates) AS x),
    $$city other exits credible: 0.77 0.84 4.77 0.29
city other exits own: 0.91 0.83 5.17 0.16
city other exits pooled: 0.77 0.88 4.20 0.29
city retirements credible: 0.93 0.75 6.02 0.38
city retirements own: 0.99 0.83 4.98 0.34
city retirements pooled: 0.93 0.87 4.50 0.38
department other exits credible: 1.17 0.90 7.41 0.00
department other exits own: 1.20 0.89 7.11 -0.02
department other exits pooled: 1.11 0.93 7.90 0.05
department retirements credible: 1.75 0.76 12.50 0.24
department retirements own: 2.08 0.70 15.15 0.10
department retirements pooled: 1.77 0.81 12.03 0.24$$, 'by city and by department') END;

SELECT * FROM finish();
ROLLBACK;
