-- What an interval does not cover: the projection of past years beside what
-- happened, on real data with a layoff (doc/methods.md shows the figures).
BEGIN;
SELECT plan(6);

CREATE TEMP TABLE employment (
    person_id int, birth_date date, start_date date, end_date date, reason text,
    profession text, department text, city text, gender text);
\copy employment from program 'test -z "$EF_SHARED" || cat "$EF_SHARED"/data/employment.csv' with (format csv, header)

CREATE TEMP TABLE backtest AS
WITH seen AS (
    SELECT as_of, workforce_agg(birth_date, start_date, end_date, reason,
                                daterange('2006-01-01', as_of)) AS w
    FROM employment,
         (VALUES (date '2011-01-01'), ('2013-01-01'), ('2014-01-01')) AS h (as_of)
    GROUP BY as_of)
SELECT as_of, year, p.headcount, lower, upper, retirements,
       (SELECT count(*) FROM employment AS e
        WHERE e.start_date < as_of
          AND (e.end_date IS NULL OR e.end_date > make_date(year + 1, 1, 1))) AS actual,
       (SELECT count(*) FROM employment AS e
        WHERE e.start_date < as_of AND e.reason = 'layoff'
          AND extract(year FROM e.end_date - 1) = year) AS laid_off
FROM seen, workforce_project(w, 5) AS p
WHERE year < 2016;

CREATE FUNCTION pg_temp.figures(date, int) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s (%s to %s), actual %s, laid off %s',
                  round(headcount::numeric, 1), lower, upper, actual, laid_off)
    FROM backtest WHERE as_of = $1 AND year = $2
$$;

SELECT CASE WHEN :'shared' = '' THEN skip('no shared data', 6) ELSE collect_tap(
    is(pg_temp.figures('2011-01-01', 2012), '4590.2 (4575 to 4606), actual 4620, laid off 0',
       'fewer retire than did before 2011'),
    is(pg_temp.figures('2013-01-01', 2013), '4955.0 (4943 to 4967), actual 5001, laid off 0',
       'and so in 2013'),
    is(pg_temp.figures('2014-01-01', 2014), '5071.9 (5060 to 5084), actual 4960, laid off 142',
       'a layoff year breaks the interval'),
    is(pg_temp.figures('2014-01-01', 2015), '4927.4 (4910 to 4945), actual 4799, laid off 73',
       'and so does the next'),
    ok((SELECT actual < lower AND actual + laid_off >= lower FROM backtest
        WHERE as_of = '2014-01-01' AND year = 2014),
       'without those laid off, it would not have been broken from below'),
    ok((SELECT actual BETWEEN lower AND upper FROM backtest
        WHERE as_of = '2011-01-01' AND year = 2015),
       'over five years two errors can cancel, which is no merit')
) END;

SELECT * FROM finish();
ROLLBACK;
