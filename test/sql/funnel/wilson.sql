-- The limits of a funnel's shares against a published table, and against a
-- case that can be reckoned by hand where people are pending.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(10);

-- Newcombe, "Two-sided confidence intervals for the single proportion: comparison
-- of seven methods", Statistics in Medicine 17 (1998) 857-872, Table I, method 3
-- (Wilson, without continuity correction), 95 %: to the four decimals printed.
CREATE TEMP TABLE published (converted int, people int, lower numeric, upper numeric);
INSERT INTO published VALUES (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605),
                             (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718);

-- So many people, of whom so many go on.
CREATE FUNCTION pg_temp.people(people int, converted int) RETURNS funnel LANGUAGE sql AS $$
    SELECT funnel_agg(person, stage, at, funnel_spec(ARRAY['applied', 'admitted']))
    FROM (SELECT k::bigint AS person, 'applied' AS stage, date '2024-01-01' AS at
          FROM generate_series(1, people) AS k
          UNION ALL
          SELECT k, 'admitted', date '2024-02-01' + k FROM generate_series(1, converted) AS k) AS e
$$;

SELECT results_eq(
    $$SELECT p.converted, round(s.lower::numeric, 4), round(s.upper::numeric, 4)
      FROM published AS p, funnel_stages(pg_temp.people(people, p.converted)) AS s
      WHERE s.stage_no = 1 ORDER BY people$$,
    $$SELECT converted, lower, upper FROM published ORDER BY people$$,
    'conversion: Newcombe 1998, Table I');
SELECT results_eq(
    $$SELECT p.converted, round(s.cumulative_lower::numeric, 4), round(s.cumulative_upper::numeric, 4)
      FROM published AS p, funnel_stages(pg_temp.people(people, p.converted)) AS s
      WHERE s.stage_no = 2 ORDER BY people$$,
    $$SELECT converted, lower, upper FROM published ORDER BY people$$,
    'cumulative: Newcombe 1998, Table I');
SELECT results_eq(
    $$SELECT p.converted, round((1 - s.upper)::numeric, 4), round((1 - s.lower)::numeric, 4)
      FROM published AS p, funnel_stages(pg_temp.people(people, people - p.converted)) AS s
      WHERE s.stage_no = 1 ORDER BY people$$,
    $$SELECT converted, lower, upper FROM published ORDER BY people$$,
    'those who do not convert have the same limits');
SELECT is((SELECT count(*) FROM published AS p, funnel_stages(pg_temp.people(people, p.converted)) AS s
           WHERE s.stage_no = 1 AND s.lower >= 0 AND s.lower <= s.conversion AND s.conversion <= s.upper),
          4::bigint, 'limits hold the share, and are none below 0');

-- Other levels: R 4.2.2, prop.test(81, 263, conf.level = , correct = FALSE).
SELECT results_eq(
    $$SELECT level, round(lower::numeric, 12), round(upper::numeric, 12)
      FROM unnest('{0.5,0.8,0.99}'::float8[]) AS level, funnel_stages(pg_temp.people(263, 81), level)
      WHERE stage_no = 1 ORDER BY level$$,
    $$VALUES (0.5::float8, 0.289129257556, 0.327503471475), (0.8, 0.272788133004, 0.345564747093), (0.99, 0.240136902688, 0.385282502318)$$,
    'other levels: prop.test');

-- Four people begin: one converts on day 1, one is pending from day 2, one
-- converts on day 3, one is pending from day 5.  So
--     cumulative = 1/4 + 3/4 * 1/2 = 5/8,
--     variance   = (3/8)^2 (1/(4 * 3) + 1/(2 * 1)) = 21/256        (Greenwood),
--     n          = 5/8 * 3/8 / (21/256) = 20/7,
-- and the limits are the roots of (p - 5/8)^2 = z^2 p (1 - p) / n.
CREATE TEMP TABLE seen AS
SELECT funnel_agg(person, stage, at, funnel_spec('{applied,admitted}', NULL, '2024-03-01')) AS f
FROM (VALUES (1::bigint, 'applied', date '2024-01-01'), (1, 'admitted', '2024-01-02'),
             (2, 'applied', '2024-02-27'),
             (3, 'applied', '2024-01-01'), (3, 'admitted', '2024-01-04'),
             (4, 'applied', '2024-02-24')) AS e (person, stage, at);
SELECT results_eq('SELECT converted, pending FROM seen, funnel_stages(f) WHERE stage_no = 1',
                  'VALUES (2::bigint, 2::bigint)', 'two are pending');
SELECT ok((SELECT abs(cumulative_so_far - 0.625) < 1e-15 AND cumulative IS NULL FROM seen, funnel_stages(f) WHERE stage_no = 2),
          'pending: the share by hand');
SELECT is((SELECT count(*) FROM seen, funnel_stages(f) AS s,
               LATERAL (VALUES (s.cumulative_lower_so_far), (s.cumulative_upper_so_far)) AS l (p)
           WHERE stage_no = 2 AND abs((p - 0.625) ^ 2 - 1.959963984540054 ^ 2 * p * (1 - p) * 7 / 20) < 1e-15),
          2::bigint, 'pending: the limits by hand');
SELECT is((SELECT count(*) FROM seen, funnel_stages(f) AS a, funnel_stages(f) AS b
           WHERE a.stage_no = 1 AND b.stage_no = 2 AND abs(a.lower_so_far - b.cumulative_lower_so_far) < 1e-15
             AND abs(a.upper_so_far - b.cumulative_upper_so_far) < 1e-15),
          1::bigint, 'from the first stage, conversion is the same estimate');

-- Nobody converts: of those about whom it is known.  Nobody is known about: no limits.
SELECT results_eq(
    $$SELECT as_of, s.pending, s.conversion_so_far, round(s.lower_so_far::numeric, 4), round(s.upper_so_far::numeric, 4)
      FROM (VALUES (date '2024-01-10', 25), ('2024-01-02', 25)) AS v (as_of, people),
           LATERAL (SELECT funnel_agg(k::bigint, stage, at, funnel_spec('{applied,admitted}', NULL, as_of, '{withdrawn}')) AS f
                    FROM generate_series(1, people) AS k,
                         LATERAL (VALUES ('applied', date '2024-01-01'),
                                         ('withdrawn', CASE WHEN k <= 20 THEN date '2024-01-05' END)) AS e (stage, at)) AS x,
           funnel_stages(f) AS s
      WHERE stage_no = 1 ORDER BY as_of DESC$$,
    $$VALUES (date '2024-01-10', 5::bigint, 0::float8, 0.0000, 0.1611), ('2024-01-02', 25, 0, NULL, NULL)$$,
    'where nobody converts, the limits are of those whose outcome is known');

SELECT * FROM finish();
ROLLBACK;
