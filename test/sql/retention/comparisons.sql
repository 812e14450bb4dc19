-- Comparisons of two groups and more: for one reason to leave, of incidences, and
-- differences.  A second computation by brute force over persons and days, what
-- must hold whatever the data, and what is refused.  R's answers are in
-- test/oracle (comparisons.R).
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL jit = off;
SELECT plan(64);

-- ---------------------------------------------------------------------------
-- Made-up registers: three groups in two strata, a third of whom began before the
-- period, with many ties.
-- ---------------------------------------------------------------------------
\ir ../../lib/text_dice.sql
CREATE TABLE spell AS
SELECT n AS register, chr(97 + g) AS g, 's' || dice(2, 'stratum', key) AS stratum, start_date, end_date, reason,
       daterange(CASE WHEN n % 2 = 0 THEN date '2020-01-01' END, '2020-07-01') AS observed
FROM generate_series(1, 12) AS n, generate_series(0, 2) AS g, generate_series(1, 40) AS i,
     LATERAL (SELECT format('%s %s %s', n, g, i)) AS k (key),
     LATERAL (SELECT date '2019-11-01' + dice(200, 'start', key)) AS s (start_date),
     LATERAL (SELECT CASE WHEN dice(10, 'there', key) > 1 THEN start_date + dice(CASE WHEN n < 5 THEN 9 ELSE 60 + 20 * g END, 'stay', key) END,
                     (ARRAY['quit', 'quit', 'retirement', 'övrigt', NULL])[1 + dice(5 - g, 'reason', key)]) AS e (end_date, reason);
CREATE TABLE summary AS
SELECT register, g, stratum, retention_agg(start_date, end_date, reason, observed) AS r
FROM spell GROUP BY register, g, stratum, observed;
CREATE TABLE whole AS SELECT register, g, rollup(r) AS r FROM summary GROUP BY register, g;
-- As they were seen: at risk on the days entry < day <= leaves.
CREATE TABLE person AS
SELECT register, g, stratum, CASE WHEN start_date < lower(observed) THEN lower(observed) - start_date ELSE -1 END AS entry,
       least(coalesce(end_date, 'infinity'), upper(observed)) - start_date AS leaves,
       CASE WHEN end_date <= upper(observed) THEN coalesce(reason, 'unknown') END AS reason
FROM spell
WHERE start_date < upper(observed)
  AND (lower_inf(observed) OR start_date >= lower(observed) OR end_date IS NULL OR end_date > lower(observed));

-- ---------------------------------------------------------------------------
-- One reason
-- ---------------------------------------------------------------------------
-- Two groups by definition: (O - E)^2 / V.
CREATE TABLE by_day AS
SELECT w.why, d.register, d.stratum, d.day, p.g, count(*) FILTER (WHERE entry < day AND day <= leaves) AS y,
       count(*) FILTER (WHERE leaves = day AND reason = w.why) AS x,
       count(*) FILTER (WHERE leaves = day AND reason IS NOT NULL) AS every_exit
FROM (SELECT DISTINCT register, stratum, leaves AS day FROM person WHERE reason IS NOT NULL) AS d
     JOIN person AS p USING (register, stratum), unnest('{quit,retirement}'::text[]) AS w (why)
GROUP BY w.why, d.register, d.stratum, d.day, p.g;
CREATE VIEW by_definition AS
SELECT why, register, sum(x1 - d * y1 / n) ^ 2 / sum(coalesce(d * (n - d) / nullif(n - 1, 0) * y1 / n * (1 - y1 / n), 0)) AS chisq,
       sum(x1)::bigint AS exits, sum(d * y1 / n) AS expected
FROM (SELECT why, register, stratum, day, sum(x) FILTER (WHERE g = 'a')::float8 AS x1, sum(y) FILTER (WHERE g = 'a')::float8 AS y1,
             sum(x)::float8 AS d, sum(y)::float8 AS n
      FROM by_day WHERE g IN ('a', 'b') GROUP BY why, register, stratum, day) AS t
WHERE d > 0 GROUP BY why, register;
CREATE TABLE cause AS
SELECT why, register, retention_log_rank(r, g, stratum, why) AS t
FROM summary, unnest('{quit,retirement}'::text[]) AS w (why) WHERE g IN ('a', 'b') GROUP BY why, register;
SELECT is((SELECT count(*) FROM cause JOIN by_definition AS b USING (why, register)
           WHERE (t).df = 1 AND abs((t).chisq - b.chisq) < 1e-9 * greatest(1, b.chisq) AND (t).exits[1] = b.exits AND abs((t).expected[1] - b.expected) < 1e-9),
          24::bigint, 'the log-rank test of one reason within strata: of persons and days');

-- Who leaves for another reason is censored: the same of summaries in which they are.
CREATE FUNCTION for_reason(r retention, why text) RETURNS retention LANGUAGE sql AS $$
    SELECT (j || jsonb_build_object('exits', CASE WHEN j #> ARRAY['exits', why] IS NULL THEN '{}' ELSE jsonb_build_object(why, j #> ARRAY['exits', why]) END,
        'censored', (SELECT coalesce(jsonb_object_agg(day, n), '{}')
                     FROM (SELECT day, sum(n::bigint) AS n
                           FROM (SELECT * FROM jsonb_each(j -> 'censored') AS c (day, n)
                                 UNION ALL SELECT e.* FROM jsonb_each(j -> 'exits') AS x (reason, days), jsonb_each(days) AS e (day, n) WHERE reason <> why) AS u
                           GROUP BY day) AS s)))::text::retention
    FROM (SELECT r::jsonb) AS v (j)
$$;
SELECT is((SELECT count(*) FROM whole AS a JOIN whole AS b USING (register), unnest('{quit,retirement}'::text[]) AS why,
                  retention_compare(a.r, b.r, 0.9, why) AS c, retention_compare(for_reason(a.r, why), for_reason(b.r, why), 0.9) AS e
           WHERE a.g = 'a' AND b.g = 'c' AND c::text = e::text),
          24::bigint, 'a comparison for one reason is one of summaries that are censored by hand, with the same bits');
SELECT is((SELECT string_agg(t::text, ' ' ORDER BY register) FROM (SELECT register, retention_log_rank(r, g, stratum, 'quit') AS t FROM summary GROUP BY register) AS s),
          (SELECT string_agg(t::text, ' ' ORDER BY register) FROM (SELECT register, retention_log_rank(for_reason(r, 'quit'), g, stratum) AS t FROM summary GROUP BY register) AS s),
          'so is the test of groups in strata');
SELECT is((SELECT string_agg(c::text, ' ' ORDER BY register, a.g, b.g) FROM whole AS a JOIN whole AS b USING (register), retention_compare(a.r, b.r) AS c WHERE a.g < b.g),
          (SELECT string_agg(c::text, ' ' ORDER BY register, a.g, b.g) FROM whole AS a JOIN whole AS b USING (register), retention_compare(a.r, b.r, reason => NULL) AS c WHERE a.g < b.g),
          'no reason is all of them');
SELECT is((SELECT string_agg(t::text, ' ' ORDER BY register) FROM (SELECT register, retention_log_rank(r, g, stratum, NULL) AS t FROM summary GROUP BY register) AS s),
          (SELECT string_agg(t::text, ' ' ORDER BY register) FROM (SELECT register, retention_log_rank(r, g, stratum) AS t FROM summary GROUP BY register) AS s),
          'of a test of groups, too');
SELECT ok(bool_and(c.df = 0 AND c.chisq IS NULL AND c.p_value IS NULL AND c.hazard_ratio IS NULL AND c.lower IS NULL AND c.upper IS NULL),
          'of a reason nothing is compared where nobody left for any')
FROM (SELECT retention_agg(start_date, NULL, NULL, '[2020-01-01,2020-07-01)') AS r FROM spell WHERE register = 2) AS stay, retention_compare(r, r, reason => 'none') AS c;
SELECT ok(bool_and(c.df = 1 AND c.hazard_ratio IS NULL AND (t).exits = ARRAY[x, 0] AND (g).exits = ARRAY[x, 0]), 'one of the groups need not have the reason')
FROM (SELECT r, for_reason(r, 'retirement') AS other, exits(r, 'quit') AS x FROM whole) AS w, retention_compare(r, other, reason => 'quit') AS c,
     LATERAL (SELECT retention_log_rank(v, n, NULL, 'quit') AS t, retention_gray(v, n, NULL, 'quit') AS g FROM (VALUES (r, 'a'), (other, 'b')) AS p (v, n)) AS t;
SELECT ok(bool_and(abs(f.hazard_ratio * s.hazard_ratio - 1) < 1e-10 AND abs(f.lower * s.upper - 1) < 1e-10 AND abs(f.chisq - s.chisq) < 1e-9 AND abs(f.p_value - s.p_value) < 1e-12),
          'the other way round the hazard ratio is 1 over it, and the test the same')
FROM whole AS a JOIN whole AS b USING (register), retention_compare(a.r, b.r, 0.95, 'quit') AS f, retention_compare(b.r, a.r, 0.95, 'quit') AS s
WHERE a.g = 'a' AND b.g = 'b';
SELECT ok(bool_and(abs(c.hazard_ratio - 1) < 1e-12 AND abs(c.chisq) < 1e-20 AND abs(c.p_value - 1) < 1e-9), 'a group does not differ from itself')
FROM whole AS a, retention_compare(a.r, a.r, 0.95, 'quit') AS c;
SELECT is((SELECT count(*) FROM whole AS a, retention_compare(NULL, a.r)) + (SELECT count(*) FROM whole AS a, retention_compare(a.r, NULL, 0.9, 'quit'))
          + (SELECT count(*) FROM whole AS a, retention_compare(a.r, a.r, NULL)), 0::bigint, 'a null summary or level gives no row');

-- ---------------------------------------------------------------------------
-- Gray's test
-- ---------------------------------------------------------------------------
-- For two groups all vectors have one element, which differ in sign only.
CREATE FUNCTION gray(its int, because text, of_strata boolean, OUT chisq float8, OUT exits float8, OUT expected float8) LANGUAGE plpgsql AS $$
DECLARE
    d record;
    of text;
    s float8[]; f float8[]; h float8[]; after float8[];
    pooled float8; step float8; c float8; a float8; rest float8; t float8; k float8;
    y float8[]; x float8[]; e float8[];
    variance float8 := 0;
BEGIN
    exits := 0;
    expected := 0;
    CREATE TEMP TABLE term (known float8, at_end float8, weight float8) ON COMMIT DROP;
    FOR of IN SELECT DISTINCT CASE WHEN of_strata THEN stratum ELSE '' END FROM by_day ORDER BY 1 LOOP
        s := '{1,1}'; f := '{0,0}'; pooled := 0; c := 0;
        TRUNCATE term;
        FOR d IN SELECT day, array_agg(n ORDER BY g) AS n, array_agg(left_for ORDER BY g) AS x, array_agg(left_all ORDER BY g) AS e
                 FROM (SELECT day, p.g, (count(*) FILTER (WHERE entry < day AND day <= leaves))::float8 AS n,
                              (count(*) FILTER (WHERE leaves = day AND reason = because))::float8 AS left_for,
                              (count(*) FILTER (WHERE leaves = day AND reason IS NOT NULL))::float8 AS left_all
                       FROM (SELECT DISTINCT leaves AS day FROM person WHERE register = its AND reason IS NOT NULL AND (NOT of_strata OR stratum = of)) AS days,
                            person AS p
                       WHERE p.register = its AND p.g IN ('a', 'b') AND (NOT of_strata OR p.stratum = of)
                       GROUP BY day, p.g) AS q
                 GROUP BY day ORDER BY day LOOP
            y := d.n; x := d.x; e := d.e;
            FOR j IN 1 .. 2 LOOP
                IF s[j] = 0 OR y[j] = 0 THEN y[j] := 0; x[j] := 0; e[j] := 0; h[j] := 0; after[j] := s[j];
                ELSE h[j] := y[j] / s[j]; after[j] := s[j] * (y[j] - e[j]) / y[j]; END IF;
            END LOOP;
            CONTINUE WHEN e[1] + e[2] = 0;
            t := x[1] + x[2];
            step := t / (h[1] + h[2]);
            a := h[1] * h[2] / (h[1] + h[2]);
            exits := exits + x[1];
            expected := expected + t * h[1] * (1 - f[1]) / (h[1] * (1 - f[1]) + h[2] * (1 - f[2]));
            c := c + CASE WHEN a > 0 THEN a * step / (1 - pooled) ELSE 0 END;
            FOR j IN 1 .. 2 LOOP
                CONTINUE WHEN y[j] = 0;
                rest := CASE WHEN after[j] > 0 THEN (1 - pooled - step) / after[j] ELSE 0 END;
                IF t > 0 THEN
                    INSERT INTO term VALUES (a - (1 - rest) * c, 1 - rest,
                        s[j] * step / y[j] * CASE WHEN t > 1 THEN 1 - (t - 1) / ((h[1] + h[2]) * s[j] - 1) ELSE 1 END);
                END IF;
                k := e[j] - x[j];
                IF k > 0 AND rest <> 0 THEN
                    INSERT INTO term VALUES (-rest * c, rest, s[j] ^ 2 * k / y[j] ^ 2 * CASE WHEN k > 1 THEN 1 - (k - 1) / (y[j] - 1) ELSE 1 END);
                END IF;
                f[j] := f[j] + s[j] * x[j] / y[j];
            END LOOP;
            s := after;
            pooled := pooled + step;
        END LOOP;
        variance := variance + (SELECT coalesce(sum(weight * (known + at_end * c) ^ 2), 0) FROM term);
    END LOOP;
    DROP TABLE term;
    chisq := (exits - expected) ^ 2 / variance;
END
$$;
CREATE TABLE its_gray AS
SELECT register, why, of_strata, g.*, (SELECT retention_gray(r, summary.g, CASE WHEN of_strata THEN stratum END, why)
                                       FROM summary WHERE summary.register = n.register AND summary.g IN ('a', 'b')) AS t
FROM (SELECT DISTINCT register FROM summary) AS n, unnest('{quit,retirement}'::text[]) AS why, unnest('{f,t}'::boolean[]) AS of_strata,
     LATERAL gray(register, why, of_strata) AS g;
SELECT is((SELECT count(*) FROM its_gray WHERE (t).df = 1 AND abs((t).chisq - chisq) < 1e-8 * greatest(1, chisq)
           AND (t).exits[1] = exits AND abs((t).expected[1] - expected) < 1e-9), 48::bigint, 'Gray''s test of two groups, in strata and not: of persons and days');
SELECT ok(bool_and(abs((t).p_value - (retention_compare).p_value) > 1e-4), 'it is another test than the log-rank test for the reason')
FROM its_gray, LATERAL (SELECT c AS retention_compare FROM whole AS a JOIN whole AS b USING (register), retention_compare(a.r, b.r, 0.95, why) AS c
                        WHERE a.g = 'a' AND b.g = 'b' AND register = its_gray.register) AS c
WHERE NOT of_strata;
SELECT ok(bool_and((t).df = 2 AND abs((SELECT sum(e) FROM unnest((t).expected) AS e) - (SELECT sum(x) FROM unnest((t).exits) AS x)) < 1e-8),
          'of three groups it has two degrees of freedom, and expects as many exits as there are')
FROM (SELECT register, retention_gray(r, g, stratum, 'quit') AS t FROM summary GROUP BY register) AS s;
SELECT ok(bool_and(abs((f.t).chisq - (b.t).chisq) < 1e-9 * greatest(1, (f.t).chisq) AND abs((f.t).p_value - (b.t).p_value) < 1e-9), 'the order of the groups does not matter')
FROM (SELECT register, retention_gray(r, g, NULL, 'quit') AS t FROM summary GROUP BY register) AS f
     JOIN (SELECT register, retention_gray(r, translate(g, 'abc', 'cab'), NULL, 'quit' ORDER BY stratum DESC, g DESC) AS t FROM summary GROUP BY register) AS b USING (register);
SELECT is((SELECT string_agg(retention_gray::text, ' ' ORDER BY register) FROM (SELECT register, retention_gray(r, g, NULL, 'quit') FROM summary GROUP BY register) AS s),
          (SELECT string_agg(retention_gray::text, ' ' ORDER BY register) FROM (SELECT register, retention_gray(r, g, 'all', 'quit') FROM whole GROUP BY register) AS s),
          'parts of a group add up, and one stratum is none');
SELECT ok(abs((t).chisq) < 1e-20 AND (t).df = 1 AND abs((t).p_value - 1) < 1e-9, 'groups that are alike do not differ')
FROM (SELECT retention_gray(r, twice, NULL, 'quit') AS t FROM whole, unnest('{x,y}'::text[]) AS twice WHERE register = 3 AND g = 'a') AS s;
SELECT ok((one).df = 0 AND (one).chisq IS NULL AND (one).p_value IS NULL AND (never).df = 0 AND (never).chisq IS NULL, 'of one group, or where nobody left, there is no test')
FROM (SELECT retention_gray(r, 'x', NULL, 'quit') AS one, retention_gray(for_reason(r, 'none'), g, NULL, 'none') AS never FROM whole WHERE register = 3) AS s;
-- The pooled F passes 1 while a and b are compared, and c, long gone, has a variance of its own.
CREATE TABLE used_up AS
SELECT g, retention_agg('2020-01-01', date '2020-01-01' + day, 'x', '[2020-01-01,2022-01-01)') AS r
FROM (VALUES ('a', ARRAY[100, 300]), ('b', ARRAY[200, 400]), ('c', ARRAY(SELECT generate_series(10, 19)))) AS v (g, days), unnest(days) AS day
GROUP BY g;
SELECT ok((t).df = 0 AND (t).chisq IS NULL AND (t).p_value IS NULL AND (t).exits = '{2,2,10}', 'where the pooled incidence is used up there is no test')
FROM (SELECT retention_gray(r, g, NULL, 'x') AS t FROM used_up) AS s;
SELECT ok((t).df = 0 AND (t).chisq IS NULL AND (t).p_value IS NULL, 'nor with a stratum in which it is not')
FROM (SELECT retention_gray(r, g, s, 'x') AS t FROM (SELECT r, g, 'one' AS s FROM used_up UNION ALL SELECT r, g, 'other' FROM used_up WHERE g <> 'a') AS p) AS s;
SELECT ok(retention_gray(NULL, g, NULL, 'quit') IS NULL AND retention_log_rank(NULL, g, NULL, 'quit') IS NULL, 'nothing but nulls give null') FROM whole;

-- ---------------------------------------------------------------------------
-- Differences
-- ---------------------------------------------------------------------------
-- The curve after each day, from those at risk and those who leave on it.
CREATE FUNCTION curve_of(its int, of text, until int) RETURNS TABLE (day int, s float8, greenwood float8, part float8) LANGUAGE plpgsql AS $$
DECLARE
    y float8;
    x float8;
BEGIN
    s := 1;
    greenwood := 0;
    FOR i IN 0 .. until LOOP
        day := i;
        SELECT count(*) FILTER (WHERE entry < i AND i <= leaves), count(*) FILTER (WHERE leaves = i AND reason IS NOT NULL)
        INTO y, x FROM person WHERE register = its AND person.g = of;
        part := 0;
        IF x > 0 AND s > 0 THEN
            s := s * (y - x) / y;
            part := CASE WHEN y > x THEN x / (y * (y - x)) ELSE 0 END;
            greenwood := greenwood + part;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
CREATE TABLE curve AS
SELECT register, g, c.* FROM (SELECT register, g, max(leaves) AS last_day FROM person WHERE g IN ('a', 'c') GROUP BY register, g) AS p, curve_of(register, g, last_day) AS c;
CREATE TABLE horizon AS
SELECT register, u AS until FROM (SELECT DISTINCT register FROM whole) AS n, unnest('{0,3,8,30,90}'::int[]) AS u
WHERE u <= ALL (SELECT max(day) FROM curve AS c WHERE c.register = n.register GROUP BY g);
CREATE TABLE by_hand AS
SELECT register, until, g, (SELECT s FROM curve WHERE (register, g, day) = (h.register, of.g, until)) AS s,
       (SELECT greenwood FROM curve WHERE (register, g, day) = (h.register, of.g, until)) AS greenwood,
       (SELECT coalesce(sum(s), 0) FROM curve WHERE (register, g) = (h.register, of.g) AND day < until) AS mean,
       (SELECT coalesce(sum(part * (SELECT coalesce(sum(s), 0) FROM curve AS r WHERE (r.register, r.g) = (h.register, of.g) AND r.day >= c.day AND r.day < until) ^ 2), 0)
        FROM curve AS c WHERE (register, g) = (h.register, of.g) AND day <= until) AS variance
FROM horizon AS h, unnest('{a,c}'::text[]) AS of (g);
CREATE TABLE pair AS
SELECT a.register, a.until, make_interval(days => a.until) AS after, f.r AS first, s.r AS second, a.s AS s1, b.s AS s2, a.greenwood AS g1, b.greenwood AS g2,
       a.mean AS mean1, b.mean AS mean2, a.variance AS variance1, b.variance AS variance2
FROM by_hand AS a JOIN by_hand AS b USING (register, until) JOIN whole AS f USING (register) JOIN whole AS s USING (register)
WHERE a.g = 'a' AND b.g = 'c' AND f.g = 'a' AND s.g = 'c';
SELECT cmp_ok((SELECT count(*) FROM pair WHERE s1 < 1 AND s2 > 0), '>', 20::bigint, 'there are pairs to compare');
SELECT is((SELECT count(*) FROM pair, retention_mean_difference(first, second, after, 0.9) AS d
           WHERE abs(d.difference - (mean2 - mean1)) < 1e-9
             AND CASE WHEN variance1 + variance2 > 0 THEN abs(d.std_error - sqrt(variance1 + variance2)) < 1e-9
                          AND abs(d.lower - (mean2 - mean1 - 1.6448536269514722 * sqrt(variance1 + variance2))) < 1e-9
                          AND abs(d.upper - (mean2 - mean1 + 1.6448536269514722 * sqrt(variance1 + variance2))) < 1e-9 AND d.p_value BETWEEN 0 AND 1
                 ELSE d.std_error IS NULL AND d.lower IS NULL AND d.upper IS NULL AND d.p_value IS NULL END),
          (SELECT count(*) FROM pair), 'the difference of restricted means: of persons and days');
SELECT is((SELECT count(*) FROM pair, retention_rate_difference(first, second, after, 0.9, 'plain') AS d
           WHERE abs(d.difference - (s2 - s1)) < 1e-12
             AND CASE WHEN s1 > 0 AND s2 > 0 AND g1 + g2 > 0
                      THEN abs(d.lower - greatest(-1, s2 - s1 - 1.6448536269514722 * sqrt(s1 ^ 2 * g1 + s2 ^ 2 * g2))) < 1e-12
                           AND abs(d.upper - least(1, s2 - s1 + 1.6448536269514722 * sqrt(s1 ^ 2 * g1 + s2 ^ 2 * g2))) < 1e-12
                 ELSE d.lower IS NULL AND d.upper IS NULL END),
          (SELECT count(*) FROM pair), 'the difference of shares still there, on the plain scale: of persons and days');
-- The limits of each from the curve's own, squared and added.
SELECT is((SELECT count(*) FROM pair, retention_rate_difference(first, second, after, 0.9, method) AS d,
                  LATERAL (SELECT c.* FROM retention_curve(first, '1 day', 0.9, method) AS c WHERE after_days = until) AS a,
                  LATERAL (SELECT c.* FROM retention_curve(second, '1 day', 0.9, method) AS c WHERE after_days = until) AS b
           WHERE abs(d.difference - (b.retained - a.retained)) < 1e-15
             AND CASE WHEN a.std_error + b.std_error > 0 AND a.lower + b.lower IS NOT NULL
                      THEN abs(d.lower - (b.retained - a.retained - sqrt((b.retained - b.lower) ^ 2 + (a.upper - a.retained) ^ 2))) < 1e-14
                           AND abs(d.upper - (b.retained - a.retained + sqrt((b.upper - b.retained) ^ 2 + (a.retained - a.lower) ^ 2))) < 1e-14
                           AND d.lower > -1 AND d.upper < 1
                      ELSE d.lower IS NULL AND d.upper IS NULL END),
          (SELECT count(*) FROM pair), method || ': limits of a difference from those of its parts')
FROM unnest('{log-log,log}'::text[]) AS method;
SELECT is((SELECT count(*) FROM pair, retention_median_difference(first, second) AS d
           WHERE d.difference IS NOT DISTINCT FROM retention_median(second) - retention_median(first)
             AND (d.difference IS NULL) <= (d.lower IS NULL AND d.upper IS NULL) AND coalesce(d.lower <= d.difference AND d.difference <= d.upper, true)),
          (SELECT count(*) FROM pair), 'the difference of medians is that of the two, and between its limits');
-- The day on which the limit of a curve comes to one half.
CREATE FUNCTION pg_temp.half(r retention, which text) RETURNS float8 LANGUAGE sql AS $$
    SELECT min(after_days)::float8 FROM retention_curve(r, '1 day') AS c, LATERAL (SELECT CASE which WHEN 'lower' THEN lower ELSE upper END) AS l (at) WHERE at <= 0.5
$$;
SELECT is((SELECT count(*) FROM (SELECT DISTINCT ON (register) * FROM pair) AS p, retention_median_difference(first, second) AS d,
                  LATERAL (SELECT retention_median(first) AS m1, retention_median(second) AS m2, pg_temp.half(first, 'lower') AS l1, pg_temp.half(first, 'upper') AS u1,
                                  pg_temp.half(second, 'lower') AS l2, pg_temp.half(second, 'upper') AS u2) AS h
           WHERE d.lower IS NOT DISTINCT FROM m2 - m1 - sqrt((m2 - l2) ^ 2 + (u1 - m1) ^ 2) AND d.upper IS NOT DISTINCT FROM m2 - m1 + sqrt((u2 - m2) ^ 2 + (m1 - l1) ^ 2)),
          12::bigint, 'and these are made of the days on which the limits of the curves come to one half');
-- The other way round all signs change; of a group and itself nothing is left.
SELECT ok(bool_and(d.difference = -e.difference AND d.lower IS NOT DISTINCT FROM -e.upper AND d.upper IS NOT DISTINCT FROM -e.lower AND d.p_value IS NOT DISTINCT FROM e.p_value
                   AND d.std_error IS NOT DISTINCT FROM e.std_error), 'the other way round a difference of means has the other sign and the same p')
FROM pair, retention_mean_difference(first, second, after) AS d, retention_mean_difference(second, first, after) AS e;
SELECT ok(bool_and(d.difference = -e.difference AND d.lower IS NOT DISTINCT FROM -e.upper AND d.upper IS NOT DISTINCT FROM -e.lower), 'so have shares: ' || method)
FROM pair, unnest('{log-log,log,plain}'::text[]) AS method, retention_rate_difference(first, second, after, 0.8, method) AS d, retention_rate_difference(second, first, after, 0.8, method) AS e
GROUP BY method ORDER BY method;
SELECT ok(bool_and(d.difference IS NOT DISTINCT FROM -e.difference AND d.lower IS NOT DISTINCT FROM -e.upper AND d.upper IS NOT DISTINCT FROM -e.lower), 'and medians')
FROM pair, retention_median_difference(first, second) AS d, retention_median_difference(second, first) AS e;
SELECT ok(bool_and(r.difference = 0 AND m.difference = 0 AND coalesce(m.p_value, 1) = 1 AND coalesce(h.difference, 0) = 0
                   AND coalesce(abs(r.lower + r.upper) < 1e-12, true) AND coalesce(abs(m.lower + m.upper) < 1e-9, true)), 'a group does not differ from itself')
FROM pair, retention_rate_difference(first, first, after) AS r, retention_mean_difference(first, first, after) AS m, retention_median_difference(first, first) AS h;
SELECT ok(bool_and(r.difference IS NULL AND r.lower IS NULL AND r.upper IS NULL AND m.difference IS NULL AND m.std_error IS NULL AND m.lower IS NULL AND m.upper IS NULL AND m.p_value IS NULL),
          'beyond what was observed nothing is known')
FROM whole AS a JOIN whole AS b USING (register), retention_rate_difference(a.r, b.r, '10 years') AS r, retention_mean_difference(a.r, b.r, '10 years') AS m
WHERE retention_rate(a.r, '10 years') IS NULL;
SELECT ok(r.difference = 0 AND r.lower IS NULL AND r.upper IS NULL AND m.difference = 0 AND m.std_error IS NULL AND m.lower IS NULL AND m.p_value IS NULL
          AND h.difference IS NULL AND h.lower IS NULL AND h.upper IS NULL, 'where nobody leaves nothing tells how sure that is')
FROM (SELECT retention_agg(start_date, NULL, NULL, '[2020-01-01,2020-07-01)') AS r FROM spell WHERE start_date >= '2020-01-01' AND register = 2) AS stay,
     retention_rate_difference(r, r, '1 day', 0.95, 'plain') AS r (difference, lower, upper), retention_mean_difference(stay.r, stay.r, '1 day') AS m, retention_median_difference(stay.r, stay.r) AS h;
SELECT is((SELECT count(*) FROM whole, retention_rate_difference(r, NULL, '1 day')) + (SELECT count(*) FROM whole, retention_mean_difference(r, r, NULL))
          + (SELECT count(*) FROM whole, retention_median_difference(r, r, NULL)) + (SELECT count(*) FROM share_difference(1, 2, NULL, 3)), 0::bigint, 'a null argument gives no row');

-- Two shares: the table of Newcombe 1998 (Stat. Med. 17:873-890), method 10, which has the first less the second.
SELECT is(format('%s %s', round(lower::numeric, 4), round(upper::numeric, 4)), limits, format('%s/%s less %s/%s', x1, n1, x2, n2))
FROM (VALUES (56, 70, 48, 80, '0.0524 0.3339'), (9, 10, 3, 10, '0.1705 0.8090'), (6, 7, 2, 7, '0.0582 0.8062'), (5, 56, 0, 29, '-0.0381 0.1926'),
             (0, 10, 0, 20, '-0.1611 0.2775'), (0, 10, 0, 10, '-0.2775 0.2775'), (10, 10, 0, 20, '0.6791 1.0000'), (10, 10, 0, 10, '0.6075 1.0000')) AS v (x1, n1, x2, n2, limits),
     share_difference(x2, n2, x1, n1);
SELECT ok(difference IS NULL AND lower IS NULL AND upper IS NULL, 'of nobody there is no share') FROM share_difference(0, 0, 3, 4);
SELECT ok(difference = 0 AND upper - lower < 1e-6, 'totals may be as large as there are') FROM share_difference(5000000000000000, 9000000000000000, 5000000000000000, 9000000000000000);
-- Of funnels: the limits of the stages, squared and added.
CREATE TABLE funnels AS
SELECT g, funnel_agg(n, stage, at, funnel_spec(ARRAY['a', 'b', 'c'], '100 days', CASE WHEN g < 2 THEN NULL ELSE date '2020-04-01' END)) AS f
FROM generate_series(0, 2) AS g, generate_series(1, 60) AS n,
     LATERAL (VALUES ('a', 0), ('b', 10 + dice(80, 'b', g::text, n::text)), ('c', 40 + dice(90, 'c', g::text, n::text))) AS s (stage, day),
     LATERAL (SELECT date '2020-01-01' + dice(60, 'begin', n::text) + day) AS a (at)
WHERE stage = 'a' OR stage = 'b' AND dice(10, 'to b', g::text, n::text) < 7 OR stage = 'c' AND dice(10, 'to b', g::text, n::text) < 7 AND dice(10, 'to c', g::text, n::text) < 5 + g
GROUP BY g;
SELECT ok(abs(d.difference - (b.p - a.p)) < 1e-15 AND abs(d.lower - (b.p - a.p - sqrt((b.p - b.l) ^ 2 + (a.u - a.p) ^ 2))) < 1e-14
          AND abs(d.upper - (b.p - a.p + sqrt((b.u - b.p) ^ 2 + (a.p - a.l) ^ 2))) < 1e-14, format('conversions from %s to %s', start, stop))
FROM (VALUES ('a', 'b'), ('b', 'c'), ('a', 'c')) AS v (start, stop), funnels AS one, funnels AS other,
     LATERAL (SELECT CASE WHEN start = 'b' THEN conversion ELSE cumulative END AS p, CASE WHEN start = 'b' THEN lower ELSE cumulative_lower END AS l,
                     CASE WHEN start = 'b' THEN upper ELSE cumulative_upper END AS u
              FROM funnel_stages(one.f, 0.9) WHERE stage = CASE WHEN start = 'b' THEN 'b' ELSE stop END) AS a,
     LATERAL (SELECT CASE WHEN start = 'b' THEN conversion ELSE cumulative END AS p, CASE WHEN start = 'b' THEN lower ELSE cumulative_lower END AS l,
                     CASE WHEN start = 'b' THEN upper ELSE cumulative_upper END AS u
              FROM funnel_stages(other.f, 0.9) WHERE stage = CASE WHEN start = 'b' THEN 'b' ELSE stop END) AS b,
     funnel_conversion_difference(one.f, other.f, start, stop, 0.9) AS d
WHERE one.g = 0 AND other.g = 1 ORDER BY start, stop;
SELECT ok(bool_and((d.difference IS NULL) = (funnel_conversion(one.f, 'a', 'c') IS NULL)), 'a conversion that is not final has no difference')
FROM funnels AS one, funnels AS other, funnel_conversion_difference(one.f, other.f, 'a', 'c') AS d WHERE other.g = 1;

-- The clocks may differ, and what is after the stage; not what a conversion is.
CREATE TABLE windows AS
SELECT name, funnel_agg(n, stage, at, funnel_spec(stages, within, as_of, modes => modes)) AS f
FROM (VALUES ('year', ARRAY['a', 'b', 'c'], interval '1 year', date '2025-01-01', '{}'::text[]), ('later', ARRAY['a', 'b', 'c'], '12 months', '2025-06-01', '{}'),
             ('longer', ARRAY['a', 'b', 'c', 'd'], '1 year', '2025-01-01', '{}'),
             ('three', ARRAY['a', 'b', 'c'], '3 years', '2025-01-01', '{}'), ('ever', ARRAY['a', 'b', 'c'], NULL, '2025-01-01', '{}'),
             ('without', ARRAY['a', 'c'], '1 year', '2025-01-01', '{}'), ('strict', ARRAY['a', 'b', 'c'], '1 year', '2025-01-01', '{strict_order}')) AS v (name, stages, within, as_of, modes),
     generate_series(1, 100) AS n, LATERAL (VALUES ('a', date '2020-01-01'), ('b', date '2020-03-01' + 9 * n), ('c', date '2020-03-02' + 9 * n)) AS e (stage, at)
GROUP BY name;
SELECT is(string_agg(format('%s %s', name, d.difference), ', ' ORDER BY name), 'later 0, longer 0, year 0', 'another as_of, or stages that come after, are compared')
FROM windows AS w, LATERAL (SELECT f AS year FROM windows WHERE name = 'year') AS y, funnel_conversion_difference(year, f, 'a', 'c') AS d WHERE name IN ('year', 'later', 'longer');
SELECT throws_ok(format($$SELECT funnel_conversion_difference(a.f, b.f, 'a', 'c') FROM windows AS a, windows AS b WHERE a.name = %L AND b.name = %L$$, one, other),
                 '22023', 'funnels with different windows, modes or stages cannot be compared', format('%s and %s are not', one, other))
FROM (VALUES ('year', 'three'), ('ever', 'year'), ('year', 'without'), ('strict', 'year')) AS v (one, other);

-- ---------------------------------------------------------------------------
-- What is refused
-- ---------------------------------------------------------------------------
SELECT throws_ok($$SELECT retention_gray(r, g, NULL, NULL) FROM whole$$, '22004', 'reason must not be null', 'Gray''s test is of a reason');
SELECT throws_ok($$SELECT retention_gray(r, g, NULL, g) FROM whole$$, '22023', 'reason differs within a group', 'of one');
SELECT throws_ok($$SELECT retention_log_rank(r, g, NULL, nullif(g, 'b')) FROM whole$$, '22023', 'reason differs within a group', 'so is a log-rank test');
-- a hospital where nobody retired does not end a query over all of them
SELECT ok(c.df = 0 AND c.chisq IS NULL AND c.hazard_ratio IS NULL AND (t).df = 0 AND (t).p_value IS NULL AND (i).df = 0 AND (i).p_value IS NULL, 'what nobody left for is not compared')
FROM (SELECT min(r::text)::retention AS r, retention_log_rank(r, g, NULL, 'quti') AS t, retention_gray(r, g, NULL, 'quti') AS i FROM whole WHERE register = 3) AS w, retention_compare(r, r, reason => 'quti') AS c;
SELECT throws_ok($$SELECT retention_gray(r, g || n, NULL, 'quit') FROM whole, generate_series(1, 34) AS n$$, '54000', 'test of incidences of too many groups', 'at most 100 groups');
SELECT throws_ok($$SELECT retention_compare(r, r, 0, 'quit') FROM whole$$, '22023', 'level must be between 0 and 1', 'a level is one');
SELECT throws_ok($$SELECT retention_rate_difference(r, r, '1 day', 1) FROM whole$$, '22023', 'level must be between 0 and 1', 'of differences, too');
SELECT throws_ok($$SELECT share_difference(3, 2, 1, 2)$$, '22023', 'a count must be between 0 and its total', 'a share is not above 1');
SELECT throws_ok($$SELECT funnel_conversion_difference(f, f, 'c', 'a') FROM funnels$$, '22023', 'from_stage must be the first stage or the one before to_stage', 'stages are in order');
SELECT * FROM finish();
ROLLBACK;
