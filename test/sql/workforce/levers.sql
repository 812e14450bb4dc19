-- What if: projections with changed exit rates against a recursion in SQL, streams
-- of people who come, and what a need is made of.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(68);

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
CREATE TEMP TABLE part AS
SELECT id % 20 AS g, workforce_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2020-01-01)') AS w FROM job GROUP BY g;
-- retirement later: at each age the rate of an age that lies before.  Of all, and of some whose ages have gaps, so that
-- months and years of age take the rates of others
CREATE TEMP TABLE seen AS
SELECT s.name, m.m, j.reason, j.end_date = (m.m + interval '1 month')::date AS leaves,
       (extract(year FROM age(m.m, date_trunc('month', birth_date))) * 12 + extract(month FROM age(m.m, date_trunc('month', birth_date))))::int AS age
FROM job AS j JOIN (VALUES ('all'), ('gaps')) AS s (name) ON s.name = 'all' OR id * 7919 % 430 IN (20, 21, 50, 55, 60, 120, 140, 145, 300, 310, 350, 351, 352, 380, 429),
     generate_series(greatest(start_date, '2015-01-01'), least(end_date, '2020-01-01') - 1, interval '1 month') AS m (m);
CREATE TEMP TABLE reference AS
SELECT s.name, workforce_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2020-01-01)') AS w
FROM job AS j JOIN (VALUES ('all'), ('gaps')) AS s (name) ON s.name = 'all' OR id * 7919 % 430 IN (20, 21, 50, 55, 60, 120, 140, 145, 300, 310, 350, 351, 352, 380, 429)
GROUP BY s.name;
CREATE TEMP TABLE month_seen AS
SELECT name, age, count(*)::float8 AS people, (count(*) FILTER (WHERE leaves AND reason = 'retirement'))::float8 AS retired,
       (count(*) FILTER (WHERE leaves AND reason = 'resignation'))::float8 AS resigned, (count(*) FILTER (WHERE leaves AND reason = 'layoff'))::float8 AS laid_off
FROM seen GROUP BY name, age;
-- the rates of each age, its own, or those of its year, of the nearest younger year, of the nearest older year
CREATE TEMP TABLE rate AS
SELECT n.name, a.age, own.people IS NOT NULL AS own, coalesce(own.retired / own.people, y.retired) AS retired,
       coalesce(own.resigned / own.people, y.resigned) AS resigned, coalesce(own.laid_off / own.people, y.laid_off) AS laid_off
FROM (VALUES ('all'), ('gaps')) AS n (name) CROSS JOIN generate_series(-600, 1500) AS a (age) LEFT JOIN month_seen AS own USING (name, age),
     LATERAL (SELECT retired, resigned, laid_off
              FROM (SELECT m.age / 12 AS year, sum(m.retired) / sum(m.people) AS retired, sum(m.resigned) / sum(m.people) AS resigned,
                           sum(m.laid_off) / sum(m.people) AS laid_off
                    FROM month_seen AS m WHERE m.name = n.name GROUP BY 1) AS years
              ORDER BY year > floor(a.age / 12.0), CASE WHEN year > floor(a.age / 12.0) THEN year ELSE -year END LIMIT 1) AS y;
CREATE FUNCTION pg_temp.later(name text, shift int, factor float8, latest int, years int)
RETURNS TABLE (year int, headcount float8, retirements float8, unsupported float8) LANGUAGE sql AS $$
    WITH RECURSIVE q AS (
        SELECT o.age, greatest(1, t.any) AS scale, $3 * r.retired AS retired, t.any / greatest(1, t.any) AS q, NOT (o.own AND r.own) AS unsupported
        FROM rate AS o JOIN rate AS r ON r.name = $1 AND r.age = o.age - $2, LATERAL (SELECT $3 * r.retired + o.resigned + o.laid_off AS "any") AS t
        WHERE o.name = $1 AND o.age >= 0
    ), cohort AS (
        SELECT age, 0 AS s, people::float8 AS alive, 0::float8 AS retired, 0::float8 AS unsupported FROM stock
        UNION ALL
        SELECT c.age + 1, s + 1, CASE WHEN c.age + 1 >= ($4 + 1) * 12 THEN 0 ELSE alive * (1 - q.q) END,
               CASE WHEN c.age + 1 >= ($4 + 1) * 12 THEN alive ELSE alive * q.retired / q.scale END,
               CASE WHEN c.age + 1 >= ($4 + 1) * 12 OR NOT q.unsupported THEN 0 ELSE alive END
        FROM cohort AS c JOIN q ON q.age = c.age + 1
        WHERE s < 12 * $5
    )
    SELECT 2019 + (s + 11) / 12, sum(alive) FILTER (WHERE s % 12 = 0), sum(retired), sum(unsupported) FROM cohort WHERE s > 0 GROUP BY 1
$$;
SELECT ok((SELECT count(*) = 8 AND max(abs(p.headcount - r.headcount)) < 1e-9 AND max(abs(p.retirements - r.retirements)) < 1e-9 AND max(abs(p.unsupported - r.unsupported)) < 1e-6
           FROM staff, reference AS f, workforce_project(staff.w, 8, rates => shift_retirement(change_exit_rates(f.w, '{retirement}', ARRAY[factor]), shift), latest_age => latest) AS p
                JOIN pg_temp.later(f.name, shift, factor, latest, 8) AS r USING (year) WHERE f.name = c.name),
          format('retirement moved by %s months, %s times as often, as in %s, until %s', shift, factor, name, latest))
FROM (VALUES ('all', 12, 1::float8, 56), ('all', -12, 1, 56), ('all', 7, 2.5, 60), ('all', 60, 1, 70), ('gaps', 0, 1, 70), ('gaps', 12, 1, 70), ('gaps', -12, 1, 70), ('gaps', 29, 3, 58),
             ('gaps', -600, 1, 70), ('all', 600, 1, 70), ('gaps', 5, 900, 70)) AS c (name, shift, factor, latest);
SELECT ok((SELECT count(*) = 24 AND max(abs(p.exits - x.exits)) < 1e-9
           FROM staff, reference AS f, LATERAL (SELECT shift_retirement(f.w, 9) AS rates) AS l,
                LATERAL (SELECT year, sum(exits) AS exits, count(*) AS n FROM workforce_project_exits(staff.w, 8, rates => l.rates) GROUP BY year) AS x
                JOIN LATERAL workforce_project(staff.w, 8, rates => l.rates) AS p USING (year), generate_series(1, x.n) WHERE f.name = 'gaps'),
          'exits by reason add up to all');
SELECT ok((SELECT max(abs(a.retirements - b.exits)) < 1e-9 AND bool_and(a.retirements_lower = b.lower AND a.retirements_upper = b.upper)
           FROM staff, LATERAL (SELECT shift_retirement(w, 24) AS rates) AS l, workforce_project(w, 5, rates => l.rates) AS a
                JOIN LATERAL workforce_project_exits(w, 5, rates => l.rates) AS b ON b.year = a.year AND b.reason = 'retirement'), 'retirements are those of their reason');
SELECT is((SELECT shift_retirement(w, 0) FROM staff), (SELECT w::credible_rates FROM staff), 'no months change no bit');
SELECT is((SELECT shift_retirement(shift_retirement(w, 18), -6) FROM staff), (SELECT shift_retirement(w, 12) FROM staff), 'months add up');
SELECT is((SELECT shift_retirement(shift_retirement(w, 18), -18) FROM staff), (SELECT w::credible_rates FROM staff), 'there and back is nothing');
SELECT is((SELECT shift_retirement(change_exit_rates(w, '{layoff}', '{2}'), 12) FROM staff), (SELECT change_exit_rates(shift_retirement(w, 12), '{layoff}', '{2}') FROM staff),
          'factors and months come in any order');
SELECT is(shift_retirement(NULL, 12), NULL, 'no rates, none later');
SELECT is((SELECT string_agg(p::text, ' ' ORDER BY year) FROM part, (SELECT workforce_agg('1980-01-01', '2010-01-01', '2018-01-01', 'resignation', '[2015-01-01,2020-01-01)') AS w) AS n,
                  workforce_project(part.w, 3, rates => shift_retirement(n.w, 12), latest_age => 65) AS p WHERE g = 1),
          (SELECT string_agg(p::text, ' ' ORDER BY year) FROM part, (SELECT workforce_agg('1980-01-01', '2010-01-01', '2018-01-01', 'resignation', '[2015-01-01,2020-01-01)') AS w) AS n,
                  workforce_project(part.w, 3, rates => n.w, latest_age => 65) AS p WHERE g = 1), 'where nobody retired nothing moves');
SELECT ok((SELECT bool_and(abs((m.upper - m.lower) / (o.upper - o.lower) - 1) < 0.1 AND m.upper > m.lower)
           FROM staff, workforce_project(w, 3, rates => shift_retirement(w, 1)) AS m JOIN LATERAL workforce_project(w, 3) AS o USING (year)),
          'the intervals of a month later are those of now, nearly');
SELECT ok((SELECT bool_and(abs((m.retirements_upper - m.retirements_lower) / (o.retirements_upper - o.retirements_lower) - 1) < 0.1)
           FROM part, (SELECT credible_rates_agg(w, NULL, 'marshall') AS r FROM part) AS r, LATERAL (SELECT change_exit_rates(credibility(w, r), '{retirement}', '{4}') AS r) AS k,
                workforce_project(w, 3, rates => shift_retirement(k.r, 1)) AS m JOIN LATERAL workforce_project(w, 3, rates => k.r) AS o USING (year) WHERE g = 3),
          'also those of credible rates, with the error that all ages share');
SELECT is((SELECT shift_retirement(w, s)::text::credible_rates FROM staff, (VALUES (-7)) AS v (s)), (SELECT shift_retirement(w, -7) FROM staff), 'the text form has the months');

-- working time: so many do what those did
SELECT ok((SELECT count(*) = 4 AND max(abs(p.fte - 1.05 * o.fte)) < 1e-9 AND max(abs(p.target - o.target / 1.05)) < 1e-9 AND max(abs(p.gap - (o.target / 1.05 - o.headcount))) < 1e-9
                  AND bool_and(p.headcount = o.headcount AND p.exits = o.exits AND p.lower = o.lower)
           FROM (SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2015-01-01,2020-01-01)', 0.8) AS w FROM job) AS s,
                workforce_project(w, 4, intake => '{9,8,7,6}', target => '{5000,5100,5200,5300}', working_time => 1.05) AS p
                JOIN LATERAL workforce_project(w, 4, intake => '{9,8,7,6}', target => '{5000,5100,5200,5300}') AS o USING (year)), 'working time is in the FTE, and in the people who do the work');
SELECT is((SELECT string_agg(p::text, ' ' ORDER BY year) FROM staff, workforce_project(w, 5, working_time => 1) AS p),
          (SELECT string_agg(p::text, ' ' ORDER BY year) FROM staff, workforce_project(w, 5) AS p), 'a working time of 1 changes no bit');
-- credible rates of a group, changed, are drawn no further
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
-- how sure a stream is: of h people of whom each stays with the probability u, where rates are known well enough that nothing but chance is left
SELECT ok((SELECT count(*) = 5 AND max(abs(((s.upper - s.lower) / 2) ^ 2 / (1.2815515655446004 ^ 2 * 80000 * u * (1 - u)) - 1)) < 0.06 AND max(u) < 1
           FROM staff, (SELECT rollup(w) AS w FROM staff, generate_series(1, 30000)) AS many,
                intake_stream(staff.w, '{80000,0,0,0,0}', rates => credible_rates(many.w)) AS s, LATERAL (SELECT s.headcount / 80000 AS u) AS u), 'its limits are those of chance, for rates that are known well');
SELECT ok((SELECT count(*) = 6 AND bool_and(s.lower <= s.headcount AND s.upper >= s.headcount AND whole >= sqrt(stream ^ 2 + staff ^ 2) - 3 AND whole <= stream + staff + 3)
           FROM staff, intake_stream(w, '{300,200,0,100,50,400}', level => 0.999) AS s JOIN LATERAL workforce_project(w, 6, '{300,200,0,100,50,400}', level => 0.999) AS a USING (year)
                JOIN LATERAL workforce_project(w, 6, level => 0.999) AS b USING (year), LATERAL (SELECT a.upper - a.lower AS whole, s.upper - s.lower AS stream, b.upper - b.lower AS staff) AS d),
          'with the staff they are at least independent of it, and at most as one');
SELECT ok((SELECT bool_and((s.lower, s.upper) = (12, 12)) FROM staff, intake_stream(w, '{12}', rates => change_exit_rates(w, '{retirement,resignation,layoff}', '{0,0,0}')) AS s), 'who is certain to stay has no limits about it');
SELECT ok((SELECT bool_and(s.upper - s.lower > o.upper - o.lower) FROM staff, intake_stream(w, '{300,200}', level => 0.95) AS s JOIN LATERAL intake_stream(w, '{300,200}') AS o USING (year)), 'a higher level has wider ones');
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
-- which lever does what
CREATE TEMP TABLE parted AS
SELECT g.* FROM staff, gap_by_lever(w, 3, '{resignation,layoff}', '{0.7,2}', 12, 1.04, '{30,30,30}', ARRAY[6000, 6100, 6200]) AS g;
SELECT is((SELECT string_agg(concat_ws(' ', year, lever, reason), ', ' ORDER BY ctid) FROM parted WHERE year = 2021),
          '2021 none, 2021 target, 2021 exit rate layoff, 2021 exit rate resignation, 2021 retirement later, 2021 working time, 2021 intake, 2021 all, 2021 rest', 'each lever that is pulled');
SELECT ok((SELECT count(*) = 24 AND max(abs(g.gap - e.gap)) < 1e-9
           FROM staff, parted AS g, LATERAL (
                SELECT gap FROM workforce_project(w, 3, CASE WHEN lever IN ('intake', 'all') THEN ARRAY[30, 30, 30] END, CASE WHEN lever IN ('target', 'all') THEN ARRAY[6000, 6100, 6200] END,
                       rates => shift_retirement(change_exit_rates(w, '{resignation,layoff}', ARRAY[CASE WHEN lever = 'all' OR reason = 'resignation' THEN 0.7 ELSE 1 END,
                                                                                                    CASE WHEN lever = 'all' OR reason = 'layoff' THEN 2 ELSE 1 END]),
                                                 CASE WHEN lever IN ('retirement later', 'all') THEN 12 ELSE 0 END),
                       working_time => CASE WHEN lever IN ('working time', 'all') THEN 1.04 ELSE 1 END) AS p WHERE p.year = g.year) AS e WHERE lever <> 'rest'), 'the gap with each alone, and with all');
SELECT ok((SELECT bool_and(abs(g.effect - (g.gap - n.gap)) < 1e-9) FROM parted AS g JOIN parted AS n USING (year) WHERE n.lever = 'none' AND g.lever <> 'rest'), 'the effect is against none');
SELECT ok((SELECT bool_and(abs(total) < 1e-9) AND count(*) = 3 FROM (SELECT sum(CASE lever WHEN 'all' THEN -effect ELSE effect END) AS total FROM parted GROUP BY year) AS y), 'alone and the rest are all together');
SELECT ok((SELECT bool_and(abs(effect) > 0.01) FROM parted WHERE lever NOT IN ('none') AND year = 2021), 'and each is something');
SELECT is((SELECT array_agg(effect ORDER BY year) FROM staff, gap_by_lever(w, 2, retirement_later => 6) WHERE lever = 'rest'), ARRAY[0, 0]::float8[], 'one lever leaves no rest');
SELECT is((SELECT string_agg(lever || ' ' || effect, ', ') FROM staff, gap_by_lever(w, 1)), 'none 0, all 0, rest 0', 'no lever, no effect');
SELECT ok((SELECT max(abs(g.gap - p.gap)) < 1e-9 FROM part, (SELECT credible_rates_agg(w) AS r FROM part) AS r, LATERAL (SELECT credibility(w, r) AS r) AS k,
                  gap_by_lever(w, 2, '{layoff}', '{0}', rates => k.r, latest_age => 60) AS g
                  JOIN LATERAL workforce_project(w, 2, rates => change_exit_rates(k.r, '{layoff}', '{0}'), latest_age => 60) AS p USING (year) WHERE lever = 'all' AND g = 2), 'with credible rates');
SELECT throws_ok($$SELECT gap_by_lever(w, 1, '{layoff,resignation}', '{1}') FROM staff$$, '2202E', NULL, 'each reason needs a factor');
SELECT is_empty('SELECT * FROM gap_by_lever(NULL)', 'of nothing, no gap');
SELECT is_empty('SELECT * FROM recruitment_parts(NULL)', 'of nothing, nothing');
SELECT is_empty($$SELECT * FROM intake_stream(NULL, '{1}')$$, 'nor a stream');
SELECT throws_ok(format('SELECT intake_stream(w, %s) FROM staff', arguments), state, message, arguments)
FROM (VALUES ($$'{}'$$, '2202E', 'intake must have from 1 to 100 elements'), ('array_fill(1::float8, ARRAY[101])', '2202E', 'intake must have from 1 to 100 elements'),
             ('NULL', '22004', 'intake must not be null'), ($$'{1,NULL}'$$, '22004', 'intake must not contain nulls'), ($$'{1}', level => NULL$$, '22004', 'level must not be null')) AS v (arguments, state, message);

-- nobody was hired, so no need is known, nor what a staff would be that had it met
SELECT ok((SELECT bool_and(num_nulls(growth, retirements, other_exits, recruitment_need) = 4) AND count(*) = 3
           FROM (SELECT workforce_agg(b, '2000-01-01', e, r, '[2019-01-01,2021-01-01)') AS w
                 FROM (VALUES (date '1955-03-01', NULL::date, NULL), ('1956-01-01', NULL, NULL), ('1954-01-01', '2020-02-01', 'retirement')) AS v (b, e, r)) AS s,
                recruitment_parts(w, 3)), 'the parts of a need that is not known are not known');
SELECT * FROM finish();
ROLLBACK;
