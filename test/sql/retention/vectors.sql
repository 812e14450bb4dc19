-- Published curves, which the extension must give back.  The people are entered
-- through the text form of a retention, since they are known by their days and
-- not by their dates.  Beside the checkout are the files (vectors v05, v07, v04)
-- from which the numbers here were copied.
\set ON_ERROR_STOP on
\set shared ''
\getenv shared EF_SHARED
SELECT :'shared' <> '' AS has_shared \gset

BEGIN;
SELECT plan(19);

-- ---------------------------------------------------------------------------
-- From people to a summary: who is at risk after `entry` (0: from the start) and
-- up to `leaves`, and leaves for `reason`, or was seen no longer.
-- ---------------------------------------------------------------------------
CREATE TABLE person (source text, g text, entry int, leaves int, reason text);

CREATE FUNCTION by_day(days int[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT coalesce(jsonb_object_agg(day, n), '{}')
    FROM (SELECT day, count(*) FROM unnest(days) AS day GROUP BY day) AS x (day, n)
$$;
CREATE VIEW summary AS
SELECT source, g, jsonb_build_object(
           'type', 'retention', 'version', 1,
           -- long enough for everybody
           'observed', jsonb_build_array(CASE WHEN max(entry) > 0 THEN '2000-01-01' END, '2040-01-01'),
           'late_entries', by_day(array_agg(entry) FILTER (WHERE entry > 0)),
           'censored', by_day(array_agg(leaves) FILTER (WHERE reason IS NULL)),
           'exits', (SELECT jsonb_object_agg(reason, days)
                     FROM (SELECT reason, by_day(array_agg(leaves)) AS days FROM person AS p
                           WHERE p.source = person.source AND p.g = person.g AND reason IS NOT NULL
                           GROUP BY reason) AS x))::text::retention AS r
FROM person GROUP BY source, g;

-- ---------------------------------------------------------------------------
-- Freireich et al. (1963), The effect of 6-mercaptopurine on the duration of
-- steroid-induced remissions in acute leukemia, Blood 21:699-716: weeks of
-- remission of 42 children, group, week, 1 if it ended then (else still in
-- remission when last seen).  The curve is that of the textbooks (.857 .807 .753
-- .690 .627 .538 .448), the other figures are those of R's survival package.
-- ---------------------------------------------------------------------------
CREATE TABLE remission (g text, week int, ended int);
INSERT INTO remission VALUES
    ('6mp', 6, 1), ('6mp', 6, 1), ('6mp', 6, 1), ('6mp', 6, 0), ('6mp', 7, 1), ('6mp', 9, 0),
    ('6mp', 10, 1), ('6mp', 10, 0), ('6mp', 11, 0), ('6mp', 13, 1), ('6mp', 16, 1), ('6mp', 17, 0),
    ('6mp', 19, 0), ('6mp', 20, 0), ('6mp', 22, 1), ('6mp', 23, 1), ('6mp', 25, 0), ('6mp', 32, 0),
    ('6mp', 32, 0), ('6mp', 34, 0), ('6mp', 35, 0), ('placebo', 1, 1), ('placebo', 1, 1), ('placebo', 2, 1),
    ('placebo', 2, 1), ('placebo', 3, 1), ('placebo', 4, 1), ('placebo', 4, 1), ('placebo', 5, 1), ('placebo', 5, 1),
    ('placebo', 8, 1), ('placebo', 8, 1), ('placebo', 8, 1), ('placebo', 8, 1), ('placebo', 11, 1), ('placebo', 11, 1),
    ('placebo', 12, 1), ('placebo', 12, 1), ('placebo', 15, 1), ('placebo', 17, 1), ('placebo', 22, 1), ('placebo', 23, 1);
-- group, week, at risk, ended, still in remission, Greenwood's standard error
CREATE TABLE remission_curve (g text, week int, at_risk int, ended int, remained numeric, std_error numeric);
INSERT INTO remission_curve VALUES
    ('6mp', 6, 21, 3, 0.857143, 0.07636), ('6mp', 7, 17, 1, 0.806723, 0.086935),
    ('6mp', 10, 15, 1, 0.752941, 0.09635), ('6mp', 13, 12, 1, 0.690196, 0.106815),
    ('6mp', 16, 11, 1, 0.627451, 0.114054), ('6mp', 22, 7, 1, 0.537815, 0.128234),
    ('6mp', 23, 6, 1, 0.448179, 0.134591), ('placebo', 1, 21, 2, 0.904762, 0.064056),
    ('placebo', 2, 19, 2, 0.809524, 0.085689), ('placebo', 3, 17, 1, 0.761905, 0.092943),
    ('placebo', 4, 16, 2, 0.666667, 0.102869), ('placebo', 5, 14, 2, 0.571429, 0.10799),
    ('placebo', 8, 12, 4, 0.380952, 0.105971), ('placebo', 11, 8, 2, 0.285714, 0.098581),
    ('placebo', 12, 6, 2, 0.190476, 0.085689), ('placebo', 15, 4, 1, 0.142857, 0.07636),
    ('placebo', 17, 3, 1, 0.095238, 0.064056), ('placebo', 22, 2, 1, 0.047619, 0.046471),
    ('placebo', 23, 1, 1, 0.0, NULL);
INSERT INTO person SELECT 'remission', g, 0, week, CASE WHEN ended = 1 THEN 'relapse' END FROM remission;

SELECT is((SELECT string_agg(format('%s: %s %s', g, spells(r), exits(r)), ', ' ORDER BY g) FROM summary WHERE source = 'remission'),
          '6mp: 21 9, placebo: 21 21', 'Freireich: the people');
SELECT results_eq(
    $$SELECT g, after_days, at_risk::int, exits::int, round(retained::numeric, 6), round(std_error::numeric, 6)
      FROM summary, retention_curve(r, '1 day') WHERE source = 'remission' AND exits > 0 ORDER BY g, after_days$$,
    'SELECT * FROM remission_curve ORDER BY g, week', 'Freireich: the curves');
SELECT is((SELECT string_agg(retention_median(r)::text, ' ' ORDER BY g) FROM summary WHERE source = 'remission'),
          '23 8', 'Freireich: the medians');
SELECT is(format('%s %s %s', round(chisq::numeric, 8), df, round(p_value::numeric, 12)), '16.79294099 1 0.000041688091',
          'Freireich: the log-rank test')
FROM summary AS a JOIN summary AS b ON a.source = 'remission' AND a.g = '6mp' AND b.source = 'remission' AND b.g = 'placebo',
     retention_compare(a.r, b.r);
SELECT is(format('%s (%s to %s)', round(hazard_ratio::numeric, 8), round(lower::numeric, 8), round(upper::numeric, 7)),
          '4.81687390 (2.14650821 to 10.8093107)', 'Freireich: the hazard ratio')
FROM summary AS a JOIN summary AS b ON a.source = 'remission' AND a.g = '6mp' AND b.source = 'remission' AND b.g = 'placebo',
     retention_compare(a.r, b.r);
SELECT is(format('%s %s: %s of %s and %s of %s', round(chisq::numeric, 8), df, exits[1], round(expected[1]::numeric, 8),
                 exits[2], round(expected[2]::numeric, 8)),
          '16.79294099 1: 9 of 19.25050095 and 21 of 10.74949905', 'Freireich: observed and expected')
FROM (SELECT (retention_log_rank(r, g)).* FROM summary WHERE source = 'remission') AS x;

-- ---------------------------------------------------------------------------
-- Cole and Hudgens (2010), Survival analysis in infectious disease research:
-- describing events in time, AIDS 24:2423-31: 78 men who came under observation
-- late.  Entry, exit and 1 if it was the event, in thousandths of a year, which
-- are days here.  The test of Python's lifelines package fixes 26 days with
-- events, at_risk of some, and 0.9540043290043292 at 0.791 years; the other rows
-- follow from its definition.
-- ---------------------------------------------------------------------------
CREATE TABLE man (entry int, leaves int, event int);
INSERT INTO man VALUES
    (4575, 7575, 0), (3750, 6750, 0), (2986, 5986, 0), (2970, 5970, 0), (2928, 5928, 0), (2780, 4688, 1),
    (2626, 5626, 0), (2611, 5611, 0), (2550, 5550, 0), (2347, 5347, 0), (2175, 3842, 0), (2094, 3655, 1),
    (2089, 3062, 1), (2042, 5042, 0), (1736, 4653, 0), (1616, 2729, 1), (1564, 4564, 0), (1561, 2897, 1),
    (1556, 4556, 0), (1497, 2024, 1), (1467, 2400, 1), (1363, 3043, 1), (1300, 4300, 0), (919, 1169, 1),
    (863, 3863, 0), (811, 3811, 0), (788, 3788, 0), (772, 3772, 0), (747, 1894, 1), (642, 1951, 1),
    (462, 3462, 0), (336, 3336, 0), (292, 1125, 0), (266, 1258, 1), (258, 3258, 0), (202, 3202, 0),
    (186, 3186, 0), (164, 973, 1), (128, 3128, 0), (97, 1794, 1), (67, 962, 1), (50, 1255, 1),
    (0, 2941, 0), (0, 1619, 1), (0, 2897, 0), (0, 1619, 1), (0, 2456, 1), (0, 1752, 1),
    (0, 2798, 0), (0, 2769, 0), (0, 791, 1), (0, 2753, 0), (0, 2720, 0), (0, 1881, 0),
    (0, 2714, 0), (0, 1322, 1), (0, 2658, 0), (0, 1216, 1), (0, 269, 1), (0, 2500, 1),
    (0, 2336, 0), (0, 2131, 0), (0, 2103, 0), (0, 86, 0), (0, 2064, 0), (0, 2059, 0),
    (0, 1107, 1), (0, 67, 0), (0, 1616, 0), (0, 1431, 0), (0, 1470, 0), (0, 820, 1),
    (0, 989, 0), (0, 578, 0), (0, 489, 0), (0, 403, 0), (0, 350, 0), (0, 153, 0);
-- day, at risk, events, survival
CREATE TABLE man_curve (day int, at_risk int, events int, survival numeric);
INSERT INTO man_curve VALUES
    (269, 42, 1, 0.97619047619), (791, 44, 1, 0.954004329004), (820, 44, 1, 0.932322412436),
    (962, 45, 1, 0.911604136604), (973, 44, 1, 0.890885860772), (1107, 42, 1, 0.869674292659),
    (1169, 40, 1, 0.847932435342), (1216, 39, 1, 0.826190578026), (1255, 38, 1, 0.804448720709),
    (1258, 37, 1, 0.782706863393), (1322, 37, 1, 0.761552623842), (1619, 40, 2, 0.72347499265),
    (1752, 39, 1, 0.704924351812), (1794, 38, 1, 0.686373710975), (1894, 36, 1, 0.667307774559),
    (1951, 35, 1, 0.648241838143), (2024, 34, 1, 0.629175901727), (2400, 33, 1, 0.610109965311),
    (2456, 32, 1, 0.591044028895), (2500, 31, 1, 0.571978092479), (2729, 30, 1, 0.552912156063),
    (2897, 27, 1, 0.532433928061), (3043, 27, 1, 0.512714152948), (3062, 26, 1, 0.492994377834),
    (3655, 19, 1, 0.467047305317), (4688, 11, 1, 0.424588459379);
INSERT INTO person SELECT 'men', '', entry, leaves, CASE WHEN event = 1 THEN 'event' END FROM man;

SELECT is(format('%s %s', spells(r), exits(r)), '78 27', 'Cole and Hudgens: the people') FROM summary WHERE source = 'men';
SELECT results_eq(
    $$SELECT after_days, at_risk::int, exits::int, round(retained::numeric, 12)
      FROM summary, retention_curve(r, '1 day') WHERE source = 'men' AND exits > 0 ORDER BY after_days$$,
    'SELECT day, at_risk, events, round(survival, 12) FROM man_curve ORDER BY day',
    'Cole and Hudgens: the curve');
SELECT is(format('%s %s', round(retention_rate(r, '791 days')::numeric, 15), retention_median(r)), '0.954004329004329 3062',
          'Cole and Hudgens: after 0.791 years, and the median') FROM summary WHERE source = 'men';
-- As if all had been under observation from the start, it would be another curve.
INSERT INTO person SELECT 'men, too early', '', 0, leaves, reason FROM person WHERE source = 'men';
SELECT is(format('%s %s', round(retention_rate(r, '791 days')::numeric, 4), coalesce(retention_median(r)::text, 'none')), '0.9726 none',
          'Cole and Hudgens: without the late entries it is another curve') FROM summary WHERE source = 'men, too early';

-- ---------------------------------------------------------------------------
-- "A tiny multi-state example" of R's survival package (tests/mstate.R): five
-- people, two of whom come under observation late, leave an entry state for a, b
-- or c.  What a single exit expresses of it: the way out of the entry state, its
-- probability at every step, and those of a, b and c until the first of them
-- moves on (after 5).  Exact fractions of 32.
-- ---------------------------------------------------------------------------
INSERT INTO person VALUES
    ('states', '', 0, 4, 'a'), ('states', '', 0, 5, 'b'), ('states', '', 2, 9, 'c'), ('states', '', 0, 2, 'a'), ('states', '', 1, 3, 'b');
-- day, at risk, in the entry state, in a, b and c
CREATE TABLE state_curve (day int, at_risk int, entry numeric, a numeric, b numeric, c numeric);
INSERT INTO state_curve VALUES
    (2, 4, 0.75, 0.25, 0, 0), (3, 4, 0.5625, 0.25, 0.1875, 0), (4, 3, 0.375, 0.4375, 0.1875, 0),
    (5, 2, 0.1875, 0.4375, 0.375, 0), (9, 1, 0, 0.4375, 0.375, 0.1875);

SELECT results_eq(
    $$SELECT after_days, at_risk::int, retained::numeric
      FROM summary, retention_curve(r, '1 day') WHERE source = 'states' AND exits > 0 ORDER BY after_days$$,
    'SELECT day, at_risk, entry FROM state_curve ORDER BY day', 'states: those who are still in the entry state');
SELECT results_eq(
    $$SELECT after_days, max(incidence) FILTER (WHERE reason = 'a')::numeric, max(incidence) FILTER (WHERE reason = 'b')::numeric,
             max(incidence) FILTER (WHERE reason = 'c')::numeric
      FROM summary, exit_incidence(r, '1 day') WHERE source = 'states' GROUP BY after_days HAVING sum(exits) > 0 ORDER BY after_days$$,
    'SELECT day, a, b, c FROM state_curve ORDER BY day', 'states: and where the others went');

-- ---------------------------------------------------------------------------
-- The files.
-- ---------------------------------------------------------------------------
\if :has_shared
CREATE TABLE remission_file (kind text, g text, week int, ended int, at_risk int, n_event int, remained numeric, std_error numeric);
\copy remission_file FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/v05_freireich_6mp_km.csv' CSV HEADER
SELECT bag_eq($$SELECT g, week, ended FROM remission_file WHERE kind = 'in'$$, 'SELECT * FROM remission', 'the file has these people');
SELECT bag_eq($$SELECT g, week, at_risk, n_event, remained, std_error FROM remission_file WHERE kind = 'out'$$,
              'SELECT * FROM remission_curve', 'and this curve');
CREATE TABLE man_file (id int, entry numeric, leaves numeric, event int);
\copy man_file FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/v07_left_truncation_input.csv' CSV HEADER
SELECT bag_eq('SELECT (1000 * entry)::int AS entry, (1000 * leaves)::int AS leaves, event FROM man_file', 'SELECT * FROM man', 'the file has these men');
CREATE TABLE man_curve_file (day numeric, at_risk int, events int, survival numeric);
\copy man_curve_file FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/v07_left_truncation_expected.csv' CSV HEADER
SELECT bag_eq('SELECT (1000 * day)::int, at_risk, events, survival FROM man_curve_file', 'SELECT * FROM man_curve', 'and this curve');
CREATE TABLE move (kind text, id int, t_start int, t_stop int, state text);
\copy move FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/v04_aalen_johansen_reentry_input.csv' CSV HEADER
SELECT bag_eq('SELECT DISTINCT ON (id) t_start, t_stop, state FROM move ORDER BY id, t_start',
              $$SELECT entry, leaves, reason FROM person WHERE source = 'states'$$, 'the file has these first moves');
CREATE TABLE state_file (day int, at_risk int, n_a int, n_b int, n_c int, entry numeric, a numeric, b numeric, c numeric);
\copy state_file FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/v04_aalen_johansen_reentry_expected.csv' CSV HEADER
SELECT bag_eq('SELECT day, at_risk, entry, a, b, c FROM state_file WHERE day <= 5', 'SELECT * FROM state_curve WHERE day <= 5',
              'and these probabilities, until the first who left moves on');
SELECT bag_eq('SELECT f.day, f.at_risk, f.entry FROM state_file AS f JOIN state_curve USING (day)',
              'SELECT day, at_risk, entry FROM state_curve', 'and those of the entry state at every step');
\else
SELECT skip('the published files are not beside the checkout', 7);
\endif

SELECT * FROM finish();
ROLLBACK;
