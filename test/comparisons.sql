-- Comparisons of two groups and more: for one reason to leave, of incidences, and
-- differences.  A second computation by brute force over persons and days, what
-- must hold whatever the data, and what is refused.  R's answers are in
-- test/oracle (comparisons.R).
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL jit = off;
SELECT plan(22);

-- ---------------------------------------------------------------------------
-- Made-up registers: three groups in two strata, a third of whom began before the
-- period, with many ties.
-- ---------------------------------------------------------------------------
CREATE FUNCTION dice(sides int, VARIADIC key text[]) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT ('x' || left(md5(array_to_string(key, ' ')), 7))::bit(28)::int % sides
$$;
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
SELECT is((SELECT count(*) FROM whole AS a JOIN whole AS b USING (register), unnest('{quit,retirement,none}'::text[]) AS why,
                  retention_compare(a.r, b.r, 0.9, why) AS c, retention_compare(for_reason(a.r, why), for_reason(b.r, why), 0.9) AS e
           WHERE a.g = 'a' AND b.g = 'c' AND c::text = e::text),
          36::bigint, 'a comparison for one reason is one of summaries that are censored by hand, with the same bits');
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
          'a reason that nobody had compares nothing')
FROM whole AS a JOIN whole AS b USING (register), retention_compare(a.r, b.r, reason => 'none') AS c;
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
SELECT ok((one).df = 0 AND (one).chisq IS NULL AND (one).p_value IS NULL AND (never).df = 0 AND (never).chisq IS NULL, 'of one group, or a reason that nobody had, there is no test')
FROM (SELECT retention_gray(r, 'x', NULL, 'quit') AS one, retention_gray(r, g, NULL, 'none') AS never FROM whole WHERE register = 3) AS s;
SELECT ok(retention_gray(NULL, g, NULL, 'quit') IS NULL AND retention_log_rank(NULL, g, NULL, 'quit') IS NULL, 'nothing but nulls give null') FROM whole;

-- ---------------------------------------------------------------------------
-- What is refused
-- ---------------------------------------------------------------------------
SELECT throws_ok($$SELECT retention_gray(r, g, NULL, NULL) FROM whole$$, '22004', 'reason must not be null', 'Gray''s test is of a reason');
SELECT throws_ok($$SELECT retention_gray(r, g, NULL, g) FROM whole$$, '22023', 'reason differs within a group', 'of one');
SELECT throws_ok($$SELECT retention_log_rank(r, g, NULL, nullif(g, 'b')) FROM whole$$, '22023', 'reason differs within a group', 'so is a log-rank test');
SELECT throws_ok($$SELECT retention_gray(r, g || n, NULL, 'quit') FROM whole, generate_series(1, 34) AS n$$, '54000', 'test of incidences of too many groups', 'at most 100 groups');
SELECT throws_ok($$SELECT retention_compare(r, r, 0, 'quit') FROM whole$$, '22023', 'level must be between 0 and 1', 'a level is one');
SELECT * FROM finish();
ROLLBACK;
