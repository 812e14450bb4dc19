-- The Illustrative Service Table (Bowers et al., Actuarial Mathematics, 2nd ed.,
-- 1997): of 100000 at age 30, how many are at work at each later age, and how
-- many left for four reasons.  A population that leaves at the table's rates is
-- observed, and the projection of 100000 others must give the table back.
\set ON_ERROR_STOP on
\set shared ''
\getenv shared EF_SHARED
SELECT :'shared' <> '' AS has_shared \gset

BEGIN;
SELECT plan(11);

CREATE TABLE service (age int, lx int, death int, withdrawal int, inability int, retirement int);
INSERT INTO service VALUES
    (30, 100000, 100, 19900, 0, 0), (31, 80000, 80, 14466, 0, 0), (32, 65454, 72, 9858, 0, 0),
    (33, 55524, 61, 5702, 0, 0), (34, 49761, 60, 3971, 0, 0), (35, 45730, 64, 2693, 46, 0),
    (36, 42927, 64, 1927, 43, 0), (37, 40893, 65, 1431, 45, 0), (38, 39352, 71, 1181, 47, 0),
    (39, 38053, 72, 989, 49, 0), (40, 36943, 78, 813, 52, 0), (41, 36000, 83, 720, 54, 0),
    (42, 35143, 91, 633, 56, 0), (43, 34363, 96, 550, 58, 0), (44, 33659, 104, 505, 61, 0),
    (45, 32989, 112, 462, 66, 0), (46, 32349, 123, 421, 71, 0), (47, 31734, 133, 413, 79, 0),
    (48, 31109, 143, 373, 87, 0), (49, 30506, 156, 336, 95, 0), (50, 29919, 168, 299, 102, 0),
    (51, 29350, 182, 293, 112, 0), (52, 28763, 198, 259, 121, 0), (53, 28185, 209, 251, 132, 0),
    (54, 27593, 226, 218, 143, 0), (55, 27006, 240, 213, 157, 0), (56, 26396, 259, 182, 169, 0),
    (57, 25786, 276, 178, 183, 0), (58, 25149, 297, 148, 199, 0), (59, 24505, 316, 120, 213, 0),
    (60, 23856, 313, 0, 0, 3552), (61, 19991, 298, 0, 0, 1587), (62, 18106, 284, 0, 0, 2692),
    (63, 15130, 271, 0, 0, 1350), (64, 13509, 257, 0, 0, 2006), (65, 11246, 204, 0, 0, 4448),
    (66, 6594, 147, 0, 0, 1302), (67, 5145, 119, 0, 0, 1522), (68, 3504, 83, 0, 0, 1381),
    (69, 2040, 49, 0, 0, 1004), (70, 987, 17, 0, 0, 970);

SELECT is(format('%s %s %s %s', sum(death), sum(withdrawal), sum(inability), sum(retirement)),
          '6241 69505 2440 21814', 'the table''s totals') FROM service;
\if :has_shared
CREATE TABLE service_file (LIKE service);
\copy service_file FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/v09_soa_service_table_multidecrement.csv' CSV HEADER
SELECT set_eq('SELECT * FROM service_file', 'SELECT * FROM service', 'the table is that of the file');
\else
SELECT skip('the reference data is not beside the checkout', 1);
\endif

-- Of each age so many as the table has, born in January: the whole of 2020 is
-- one year of their age.  Those who leave do so in December, so that the year's
-- rate is the rate of one month, and that of the other eleven is zero.
CREATE TABLE observed AS
SELECT workforce_agg(make_date(2020 - age, 1, 15), make_date(2020 - age + 15, 1, 1),
                     CASE WHEN reason <> 'stays' THEN '2020-12-16'::date END, reason,
                     '[2020-01-01,2021-01-01)') AS w
FROM (SELECT age, reason, n
      FROM service, LATERAL (VALUES ('death', death), ('withdrawal', withdrawal),
                                    ('inability', inability), ('retirement', retirement),
                                    ('stays', lx - death - withdrawal - inability - retirement))
                    AS v (reason, n)) AS people,
     generate_series(1, n);
SELECT is(format('%s %s', headcount(w) + exits(w), exits(w)),
          format('%s %s', sum(lx), 100000), 'the population is the table''s')
FROM observed, service GROUP BY w;

-- A hundred thousand who become 30 in the month after.
CREATE TABLE cohort AS
SELECT workforce_agg('1991-01-31', '2015-06-01', NULL, NULL, '[2020-12-01,2021-01-01)') AS w
FROM generate_series(1, 100000);

CREATE TABLE projected AS
SELECT p.* FROM cohort, observed, workforce_project(cohort.w, 41, rates => observed.w) AS p;
CREATE TABLE projected_exits AS
SELECT e.* FROM cohort, observed, workforce_project_exits(cohort.w, 41, rates => observed.w) AS e;

SELECT results_eq(
    'SELECT year - 2021 + 30, round(headcount_start::numeric, 6) FROM projected ORDER BY year',
    'SELECT age, lx::numeric FROM service ORDER BY age',
    'the projection''s headcounts are the table''s');
SELECT results_eq(
    'SELECT year - 2021 + 30, round(headcount::numeric, 6) FROM projected ORDER BY year',
    'SELECT age, coalesce(lead(lx) OVER (ORDER BY age), 0)::numeric FROM service ORDER BY age',
    'at the end of each year, too');
SELECT results_eq(
    'SELECT year - 2021 + 30, round(exits::numeric, 6), round(retirements::numeric, 6) FROM projected ORDER BY year',
    'SELECT age, (death + withdrawal + inability + retirement)::numeric, retirement::numeric FROM service ORDER BY age',
    'so are all exits and the retirements');
SELECT results_eq(
    format('SELECT year - 2021 + 30, round(exits::numeric, 6) FROM projected_exits WHERE reason = %L ORDER BY year', reason),
    format('SELECT age, %I::numeric FROM service ORDER BY age', reason),
    'so are the exits by ' || reason)
FROM unnest('{death,withdrawal,inability,retirement}'::text[]) AS reason;
SELECT is((SELECT max(unsupported) FROM projected), 0::float8, 'every month of age was observed');

SELECT * FROM finish();
ROLLBACK;
