-- The back-test of an education against counts over its events, and against the functions that it rests on.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(32);

-- who began, in the autumn of 2005 to 2022, graduated if so, and came to work
CREATE TEMP TABLE event AS
SELECT id, stage, at
FROM (SELECT id, make_date(2005 + id % 18, 8, 25) + id % 20 AS began FROM generate_series(1, 5400) AS id) AS p,
     LATERAL (VALUES ('began', true, began), ('graduated', id * 7919 % 100 < 62 + (id % 18), began + 990 + id * 31 % 400),
                     ('hired', id * 7919 % 100 < 50 + (id % 18), began + 1010 + id * 37 % 900)) AS v (stage, so, at)
WHERE so AND at < '2024-01-01';
CREATE TEMP TABLE known AS
SELECT year, funnel_agg(id, stage, at, funnel_spec(ARRAY['began', 'hired'], as_of => make_date(year, 1, 1))) AS f
FROM event, generate_series(2012, 2022) AS year GROUP BY year;
CREATE TEMP TABLE counted AS
SELECT y, (SELECT count(*)::float8 FROM event WHERE stage = 'began' AND extract(year FROM at) = y) AS began,
       (SELECT count(*)::float8 FROM event WHERE stage = 'hired' AND extract(year FROM at) = y) AS hired
FROM generate_series(2005, 2023) AS y;
CREATE TEMP TABLE arrays AS SELECT array_agg(began ORDER BY y) AS begun, array_agg(hired ORDER BY y) AS arrived FROM counted;
CREATE TEMP TABLE replayed AS
SELECT b.* FROM (SELECT array_agg(f) AS fs FROM known) AS k, arrays, funnel_backtest(fs, begun, arrived, 2005, 4, '08-25') AS b;

SELECT is((SELECT count(*) FROM replayed), 44::bigint, 'eleven origins, four years each');
SELECT is((SELECT count(*) FROM replayed WHERE extract(year FROM origin) + horizon - 1 = year AND extract(doy FROM origin) = 1), 44::bigint, 'each origin is a new year''s day');
SELECT is((SELECT string_agg(origin || '/' || year, ' ' ORDER BY ctid) FROM replayed), (SELECT string_agg(origin || '/' || year, ' ' ORDER BY origin, year) FROM replayed), 'in order');
SELECT is((SELECT count(*) FROM replayed AS r JOIN counted AS c ON c.y = r.year WHERE r.actual = c.hired), 41::bigint, 'what happened is what was counted');
SELECT is((SELECT count(*) FROM replayed WHERE year > 2023 AND actual IS NULL AND error IS NULL AND predicted IS NOT NULL), 3::bigint, 'where nothing has happened yet it is NULL') ;
SELECT is((SELECT count(*) FROM replayed WHERE error = actual - predicted), 41::bigint, 'the error is against the prediction');
SELECT is((SELECT count(*) FROM replayed AS r JOIN counted AS c ON c.y = extract(year FROM r.origin) - 1 WHERE r.naive = c.hired), 44::bigint, 'naive is the year before');
-- predictions: who began by then, and as many as in the last year
SELECT is((SELECT count(*) FROM replayed AS r JOIN known AS k ON make_date(k.year, 1, 1) = r.origin,
                  LATERAL (SELECT array_agg((SELECT began FROM counted WHERE y = least(s, k.year - 1)) ORDER BY s) AS intake FROM generate_series(2005, k.year + 3) AS s) AS i,
                  funnel_output(k.f, i.intake, 2005, 4, '08-25', as_of => r.origin) AS o
           WHERE o.year = r.year AND o.arrivals = r.predicted), 44::bigint, 'predictions are those of funnel_output on what was known');
-- by hand: of cohorts that are all known, the shares that came after so many days, for all who began
CREATE TEMP TABLE took AS
SELECT h.at - b.at AS days FROM event AS b LEFT JOIN event AS h ON h.id = b.id AND h.stage = 'hired' WHERE b.stage = 'began' AND b.at < '2011-01-01';
SELECT ok((SELECT count(*) = 6 AND max(abs(b.predicted - h.expected)) < 1e-9 AND min(h.expected) > 100
           FROM arrays, (SELECT funnel_agg(e.id, e.stage, e.at, funnel_spec(ARRAY['began', 'hired'], as_of => '2016-01-01')) AS f
                         FROM event AS e WHERE 2005 + id % 18 < 2011) AS k, funnel_backtest(ARRAY[f], begun, arrived, 2005, 6, '08-25') AS b,
                LATERAL (SELECT sum(c.began * t.n) / 1800 AS expected
                         FROM generate_series(2005, b.year) AS s (y) JOIN counted AS c ON c.y = least(s.y, 2015),
                              LATERAL (SELECT count(*) AS n FROM took WHERE extract(year FROM make_date(s.y, 8, 25) + days) = b.year) AS t) AS h), 'predictions are sums over the events');
-- beginners times a mean rate
SELECT is((SELECT DISTINCT funnel_days(f, 'began', 'hired') BETWEEN 1200 AND 1600 FROM known), true, 'half come to work after four years or so');
SELECT ok((SELECT count(*) = 44 AND max(abs(r.by_rate - e.began * m.rate)) < 1e-9
           FROM replayed AS r, LATERAL (SELECT extract(year FROM r.origin)::int AS o) AS y,
                LATERAL (SELECT extract(year FROM date '2001-08-25' + funnel_days(f, 'began', 'hired'))::int - 2001 AS lag FROM known WHERE year = y.o) AS l,
                LATERAL (SELECT sum(a.hired) / sum(b.began) AS rate FROM counted AS a JOIN counted AS b ON b.y = a.y - l.lag WHERE a.y < y.o) AS m
                JOIN LATERAL (SELECT began FROM counted WHERE y = least(r.year - l.lag, y.o - 1)) AS e ON true), 'the published method: beginners so many years before times the share that came');
SELECT ok((SELECT count(*) = 44 AND max(abs(b.by_rate - e.began * m.rate)) < 1e-9 AND count(DISTINCT b.predicted = r.predicted) = 1
           FROM (SELECT array_agg(f) AS fs FROM known) AS k, arrays, funnel_backtest(fs, begun, arrived, 2005, 4, '08-25', 3) AS b JOIN replayed AS r USING (origin, year),
                LATERAL (SELECT extract(year FROM b.origin)::int AS o) AS y,
                LATERAL (SELECT sum(a.hired) / sum(c.began) AS rate FROM counted AS a JOIN counted AS c ON c.y = a.y - 3 WHERE a.y < y.o) AS m
                JOIN LATERAL (SELECT began FROM counted WHERE y = least(b.year - 3, y.o - 1)) AS e ON true), 'of another number of years if that is given');
-- scores: of the funnel against the published method, which stands in the place of a naive forecast
SELECT ok((SELECT (s).forecasts = 41 AND abs((s).bias - e.bias) < 1e-9 AND abs((s).mean_absolute_error - e.mae) < 1e-9 AND abs((s).skill - (1 - e.mae / e.other)) < 1e-9 AND (s).coverage IS NULL
           FROM (SELECT forecast_score_agg(predicted, NULL, NULL, actual, by_rate, 0.8) AS s FROM replayed) AS x,
                (SELECT avg(error) AS bias, avg(abs(error)) AS mae, avg(abs(actual - by_rate)) AS other FROM replayed WHERE actual IS NOT NULL) AS e), 'and forecast_score_agg takes them');
-- an origin knows nothing of what comes later
SELECT ok((SELECT bool_and(b.predicted = r.predicted AND b.by_rate = r.by_rate) AND count(*) = 4
           FROM (SELECT array_agg(f) AS fs FROM known WHERE year = 2015) AS k, arrays,
                funnel_backtest(fs, begun[:10] || ARRAY[9999, 1, 7]::float8[], arrived[:10] || ARRAY[5, 5, 5]::float8[], 2005, 4, '08-25') AS b JOIN replayed AS r USING (origin, year)),
          'what is known only later changes no prediction');
-- corners
SELECT is((SELECT count(*) FROM (SELECT array_agg(f) AS fs FROM known) AS k, arrays, funnel_backtest(fs, begun[:8], arrived[:8], 2005, 2) AS b), 4::bigint, 'without beginners of the year before an origin there is none');
SELECT is((SELECT count(*) FROM (SELECT array_agg(f) AS fs FROM known) AS k, arrays, funnel_backtest(fs, begun, arrived, 2012, 1) AS b), 10::bigint, 'nor before the first of them');
CREATE FUNCTION refused_origin(day date, years int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    PERFORM b.year FROM (SELECT array_agg(f) AS fs FROM known) AS k, arrays,
                        (SELECT funnel_agg(id, stage, at, funnel_spec(ARRAY['began', 'hired'], as_of => day)) AS f FROM event) AS x, funnel_backtest(fs || f, begun, arrived, 2005, study_years => years) AS b;
    RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ' ' || SQLERRM || ' ' || detail || ' ' || (hint <> '');
END $$;
SELECT is(refused_origin('2015-07-01', NULL), '22023 funnel of a back-test must be as of 1 January Element 12 of by_origin is as of 2015-07-01. true', 'nor within a year, of which a part would be known');
SELECT is(refused_origin('2014-12-31', NULL), '22023 funnel of a back-test must be as of 1 January Element 12 of by_origin is as of 2014-12-31. true', 'nor on its last day');
SELECT is(refused_origin(NULL, NULL), '22023 funnel of a back-test must be as of 1 January Element 12 of by_origin has no as_of. true', 'nor without a day');
SELECT is(refused_origin('2015-01-01', -1), '22023 study_years must be from 0 to 100 study_years is -1. true', 'nobody arrives before beginning');
SELECT is(refused_origin('2015-01-01', 101), '22023 study_years must be from 0 to 100 study_years is 101. true', 'nor after a hundred years');
SELECT is(refused_origin('2015-01-01', 0), 'taken', 'but in the year of it');
SELECT throws_ok('SELECT b.* FROM arrays, funnel_backtest((SELECT array_append(array_agg(f), NULL) FROM known), begun, arrived, 2005) AS b', '22004', 'by_origin must not contain nulls', 'nor in a funnel that is none');
SELECT is((SELECT array_agg(by_rate) FROM arrays, (SELECT f FROM known WHERE year = 2012) AS k, funnel_backtest(ARRAY[f], begun, arrived, 2005, 2, study_years => 9) AS b), '{NULL,NULL}', 'no rate where nobody began so long ago');
SELECT is_empty('SELECT b.* FROM arrays, funnel_backtest(NULL, begun, arrived, 2005) AS b', 'of nothing, nothing');
SELECT results_eq($$SELECT b.* FROM (SELECT array_agg(f) AS fs FROM known) AS k, arrays,
                         LATERAL (SELECT format('[5:%s]=', 4 + cardinality(begun)) AS bounds) AS s,
                         funnel_backtest(fs, (bounds || begun::text)::float8[], (bounds || arrived::text)::float8[], 2005, 4, '08-25') AS b$$,
                  'TABLE replayed', 'from where an array counts does not matter');
SELECT is_empty('SELECT b.* FROM arrays, funnel_backtest((SELECT array_agg(f) FROM known), NULL, arrived, 2005) AS b', 'nor of no beginners');
SELECT is_empty('SELECT b.* FROM arrays, funnel_backtest((SELECT array_agg(f) FROM known), begun, NULL, 2005) AS b', 'nor of nothing that arrived');
-- a year of which nothing is known to have arrived does not make the published method look bad
SELECT ok((SELECT count(*) = 4 AND max(abs(b.by_rate - e.began * m.rate)) < 1e-9
           FROM (SELECT array_agg(f) AS fs FROM known WHERE year = 2015) AS k, arrays,
                funnel_backtest(fs, begun, array_fill(NULL::float8, ARRAY[7]) || arrived[8:], 2005, 4, '08-25', 3) AS b,
                LATERAL (SELECT sum(a.hired) / sum(c.began) AS rate FROM counted AS a JOIN counted AS c ON c.y = a.y - 3 WHERE a.y BETWEEN 2012 AND 2014) AS m
                JOIN LATERAL (SELECT began FROM counted WHERE y = least(b.year - 3, 2014)) AS e ON true), 'years without arrivals are in neither sum');
CREATE FUNCTION refused(starts text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    PERFORM b.year FROM (SELECT array_agg(f) AS fs FROM known) AS k, arrays, funnel_backtest(fs, begun, arrived, 2005, 1, starts) AS b;
    RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ' ' || (hint <> '');
END $$;
SELECT is(refused('x'), refused('13-45'), 'a start that is none is refused as funnel_output does');
SELECT is(refused('02-29'), '22023 true', 'so is one that not each year has');
SELECT is(refused('31 august'), '22023 true', 'and a word, with a hint');
SELECT * FROM finish();
ROLLBACK;
