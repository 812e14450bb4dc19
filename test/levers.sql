-- What if: projections with changed exit rates against a recursion in SQL, streams
-- of people who come, and what a need is made of.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(24);

-- everybody of 25 to 60 is observed in each month of age, and begins and ends with a month
CREATE TEMP TABLE job AS
SELECT id, (date '2020-01-01' - (300 + id * 7919 % 430) * interval '1 month')::date AS birth_date,
       CASE WHEN id % 3 = 0 THEN (date '2015-01-01' + id * 31 % 57 * interval '1 month')::date ELSE date '2010-01-01' END AS start_date,
       CASE WHEN id % 5 = 0 THEN (date '2020-01-01' - id * 13 % 40 * interval '1 month')::date END AS end_date,
       (ARRAY['retirement', 'resignation', 'layoff'])[1 + id / 15 % 3] AS reason
FROM generate_series(1, 9000) AS id;
DELETE FROM job WHERE end_date <= start_date;
CREATE TEMP TABLE staff AS
SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2020-01-01)') AS w FROM job;

-- q by month of age and reason, counted from the rows: a month of a person, whole, is an exposure of 1
CREATE TEMP TABLE month AS
SELECT age, reason, count(*) FILTER (WHERE leaves) AS exits
FROM (SELECT extract(year FROM age(m, date_trunc('month', birth_date))) * 12 + extract(month FROM age(m, date_trunc('month', birth_date))) AS age,
             reason, end_date = (m + interval '1 month')::date AS leaves
      FROM job, generate_series(greatest(start_date, '2015-01-01'), least(end_date, '2020-01-01') - 1, interval '1 month') AS m) AS x
GROUP BY age, reason;
CREATE TEMP TABLE exposed AS
SELECT extract(year FROM age(m, date_trunc('month', birth_date))) * 12 + extract(month FROM age(m, date_trunc('month', birth_date))) AS age, count(*) AS people
FROM job, generate_series(greatest(start_date, '2015-01-01'), least(end_date, '2020-01-01') - 1, interval '1 month') AS m GROUP BY 1;
CREATE TEMP TABLE stock AS
SELECT extract(year FROM age('2019-12-01', date_trunc('month', birth_date))) * 12 + extract(month FROM age('2019-12-01', date_trunc('month', birth_date))) AS age, count(*) AS people
FROM job WHERE end_date IS NULL OR end_date > '2020-01-01' GROUP BY 1;
-- each cohort by itself, month by month; who becomes 57 leaves
CREATE FUNCTION pg_temp.recursion(retired float8, resigned float8, laid_off float8, years int)
RETURNS TABLE (year int, headcount float8) LANGUAGE sql AS $$
    WITH RECURSIVE q AS (
        SELECT e.age, coalesce((SELECT sum(exits * CASE reason WHEN 'retirement' THEN $1 WHEN 'resignation' THEN $2 ELSE $3 END)
                                FROM month AS m WHERE m.age = e.age), 0) / e.people AS q
        FROM exposed AS e
    ), cohort AS (
        SELECT age, 0 AS s, people::float8 AS alive FROM stock
        UNION ALL
        SELECT c.age + 1, s + 1, CASE WHEN c.age + 1 >= 57 * 12 THEN 0 ELSE alive * (1 - q.q) END
        FROM cohort AS c LEFT JOIN q ON q.age = c.age + 1
        WHERE s < 12 * years
    )
    SELECT 2019 + s / 12, sum(alive) FROM cohort WHERE s > 0 AND s % 12 = 0 GROUP BY s
$$;
SELECT is((SELECT sum(unsupported) FROM staff, workforce_project(w, 5, latest_age => 56)), 0::float8, 'each month of age is observed');
SELECT ok((SELECT count(*) = 5 AND max(abs(p.headcount - r.headcount)) < 1e-9
           FROM staff, workforce_project(w, 5, latest_age => 56) AS p JOIN pg_temp.recursion(1, 1, 1, 5) AS r USING (year)),
          'the recursion is the projection');
SELECT ok((SELECT count(*) = 5 AND max(abs(p.headcount - r.headcount)) < 1e-9
           FROM staff, workforce_project(w, 5, rates => change_exit_rates(w, '{resignation,layoff}', '{0.8,2.5}'), latest_age => 56) AS p
                JOIN pg_temp.recursion(1, 0.8, 2.5, 5) AS r USING (year)), 'and with factors');
SELECT ok((SELECT count(*) = 5 AND max(abs(p.headcount - r.headcount)) < 1e-9
           FROM staff, workforce_project(w, 5, rates => change_exit_rates(w, '{retirement,layoff}', '{0,0}'), latest_age => 56) AS p
                JOIN pg_temp.recursion(0, 1, 0, 5) AS r USING (year)), 'also of 0');
SELECT is((SELECT string_agg(p::text, ' ' ORDER BY year) FROM staff, workforce_project(w, 5, rates => change_exit_rates(w, '{resignation,layoff}', '{1,1}')) AS p),
          (SELECT string_agg(p::text, ' ' ORDER BY year) FROM staff, workforce_project(w, 5) AS p), 'a factor of 1 changes no bit of a projection');
SELECT is((SELECT change_exit_rates(w, '{resignation,layoff}', '{1,1}') FROM staff), (SELECT w::credible_rates FROM staff), 'nor of the rates');
SELECT is((SELECT change_exit_rates(w, '{}', '{}') FROM staff), (SELECT w::credible_rates FROM staff), 'nor does no factor');
SELECT is((SELECT change_exit_rates(NULL, '{x}', '{2}')), NULL, 'no rates, no rates');
SELECT ok((SELECT bool_and(abs(a.exits - b.exits) < 1e-9 AND a.lower = b.lower AND a.upper = b.upper)
           FROM staff, workforce_project_exits(w, 3, rates => change_exit_rates(change_exit_rates(w, '{layoff}', '{0.5}'), '{layoff}', '{3}')) AS a
                JOIN LATERAL workforce_project_exits(w, 3, rates => change_exit_rates(w, '{layoff}', '{1.5}')) AS b USING (year, reason)),
          'factors multiply');
SELECT ok((SELECT abs(l.exits / o.exits - 2) < 0.03 AND abs(o.upper - o.exits) < abs(l.upper - l.exits)
           FROM staff, workforce_project_exits(w, 1, rates => change_exit_rates(w, '{layoff}', '{2}')) AS l,
                workforce_project_exits(w, 1) AS o WHERE l.reason = 'layoff' AND o.reason = 'layoff'),
          'twice as often gives nearly twice the exits, and a wider interval');
-- credible rates of a group, changed, are drawn no further
CREATE TEMP TABLE part AS
SELECT id % 20 AS g, workforce_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2020-01-01)') AS w FROM job GROUP BY g;
SELECT ok((SELECT count(*) = 60 AND bool_and(abs(c.ratio - CASE reason WHEN 'layoff' THEN 0.5 ELSE 1 END * o.ratio) < 1e-12
                                            AND abs(c.upper - CASE reason WHEN 'layoff' THEN 0.5 ELSE 1 END * o.upper) < 1e-9)
           FROM part, (SELECT credible_rates_agg(w, NULL, 'marshall') AS r FROM part) AS r,
                LATERAL (SELECT credibility(w, r) AS r) AS k,
                LATERAL exit_ratios(k.r) AS o JOIN LATERAL exit_ratios(change_exit_rates(k.r, '{layoff}', '{0.5}')) AS c USING (reason)),
          'a ratio and its interval are multiplied');

-- streams
CREATE TEMP TABLE abroad AS
SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2020-01-01)') AS w FROM job WHERE id % 7 = 0 AND start_date > '2014-12-31';
SELECT ok((SELECT count(*) = 6 AND max(abs(whole.headcount - stock.headcount - s.headcount)) < 1e-9 AND max(abs(whole.exits - stock.exits - s.exits)) < 1e-9
                  AND max(abs(whole.retirements - stock.retirements - s.retirements)) < 1e-9
           FROM staff, workforce_project(w, 6, intake => '{30,20,0,10,5,40}') AS whole
                JOIN LATERAL workforce_project(w, 6) AS stock USING (year) JOIN LATERAL intake_stream(w, '{30,20,0,10,5,40}') AS s USING (year)),
          'a stream and the stock are the whole');
SELECT ok((SELECT count(*) = 6 AND max(abs(a.headcount + b.headcount - c.headcount)) < 1e-9
           FROM staff, intake_stream(w, '{30,20,0,10,5,40}') AS a JOIN LATERAL intake_stream(w, '{1,2,3,4,5,6}') AS b USING (year)
                JOIN LATERAL intake_stream(w, '{31,22,3,14,10,46}') AS c USING (year)), 'streams add up');
SELECT ok((SELECT count(*) = 5 AND max(abs(p.target - p.headcount - s.headcount)) < 1e-9
           FROM staff, LATERAL (SELECT array_agg(recruitment_need ORDER BY year) AS need FROM workforce_project(w, 5)) AS n,
                LATERAL workforce_project(w, 5) AS p JOIN LATERAL intake_stream(w, need) AS s USING (year)), 'the need, fed back as a stream, closes the gap');
SELECT ok((SELECT abs(s.headcount - 12) < 1e-9 AND s.exits < 1e-9 FROM staff, intake_stream(w, '{12}', rates => change_exit_rates(w, '{retirement,resignation,layoff}', '{0,0,0}')) AS s),
          'with no exits all who come stay');
SELECT ok((SELECT bool_and(s.headcount < o.headcount) FROM staff, abroad AS a,
                  intake_stream(a.w, '{20,20,20}', rates => change_exit_rates(a.w, '{resignation}', '{3}')) AS s JOIN LATERAL intake_stream(a.w, '{20,20,20}') AS o USING (year)),
          'a stream has rates of its own');
-- study places, fed back as graduates, close the gap
CREATE TEMP TABLE course AS
SELECT funnel_agg(i, stage, at, funnel_spec(ARRAY['started', 'hired'], as_of => '2020-01-01')) AS f
FROM generate_series(1, 400) AS i, LATERAL (VALUES ('started', date '2010-09-01'), ('hired', CASE WHEN i % 4 > 0 THEN date '2013-06-10' + i % 300 END)) AS v (stage, at)
WHERE at IS NOT NULL;
SELECT ok((SELECT abs(g.gap[10] - s.headcount) < 1e-9 * g.gap[10] AND g.gap[10] > 10
           FROM staff, course, LATERAL (SELECT change_exit_rates(w, '{resignation}', '{0.7}') AS rates) AS l,
                LATERAL (SELECT array_agg(gap ORDER BY year) AS gap FROM workforce_project(w, 10, rates => l.rates)) AS g,
                LATERAL (SELECT array_agg(intake ORDER BY year) AS places FROM required_intake(f, w, g.gap, 2020, rates => l.rates) WHERE year >= 2020) AS r,
                LATERAL (SELECT array_agg(arrivals ORDER BY year) AS arrivals FROM funnel_output(f, r.places, 2020, 10, as_of => '2020-01-01')) AS o,
                intake_stream(w, o.arrivals, rates => l.rates) AS s
           WHERE s.year = 2029), 'the places that a gap requires, fed back as graduates, close it, with a lever in between');

-- what a need is made of
SELECT ok((SELECT count(*) = 8 AND max(abs(growth + retirements + other_exits - recruitment_need)) < 1e-9
           FROM staff, recruitment_parts(w, 8)), 'growth, retirements and other exits are the need');
SELECT ok((SELECT count(*) = 3 AND max(abs(r.recruitment_need - p.recruitment_need)) < 1e-9 AND max(abs(r.growth - t.growth)) < 1e-9
           FROM staff, LATERAL (SELECT ARRAY[100, 250, 250] || '{}'::float8[] AS more) AS m,
                LATERAL (SELECT ARRAY(SELECT carried(w) + x FROM unnest(m.more) AS x) AS target) AS x,
                workforce_project(w, 3, target => x.target) AS p JOIN LATERAL recruitment_parts(w, 3, x.target) AS r USING (year)
                JOIN (VALUES (2020, 100::float8), (2021, 150), (2022, 0)) AS t (year, growth) USING (year)), 'growth is that of the target');
SELECT ok((SELECT bool_and(recruitment_need = 0 AND growth < 0) AND max(abs(growth + retirements + other_exits)) < 1e-9
           FROM staff, recruitment_parts(w, 2, '{0,0}')), 'with a surplus the staff shrinks by its exits');
SELECT ok((SELECT bool_and(a.other_exits < b.other_exits AND a.recruitment_need < b.recruitment_need)
           FROM staff, recruitment_parts(w, 4, rates => change_exit_rates(w, '{resignation}', '{0.5}')) AS a JOIN LATERAL recruitment_parts(w, 4) AS b USING (year)),
          'fewer resignations, a smaller need');
SELECT is((SELECT array_agg(recruitment_need) FROM recruitment_parts((SELECT workforce_agg('1980-01-01', '2010-01-01', NULL, NULL, '[2015-01-01,2020-01-01)')), 2)),
          '{NULL,NULL}', 'where nobody was hired the need is not known');
SELECT is_empty('SELECT * FROM recruitment_parts(NULL)', 'of nothing, nothing');
SELECT is_empty($$SELECT * FROM intake_stream(NULL, '{1}')$$, 'nor a stream');

SELECT * FROM finish();
ROLLBACK;
