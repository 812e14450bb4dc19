-- A reporting schema as reporting_ddl makes it, of made-up numbers, with one group column.
SET client_min_messages = warning;
CREATE SCHEMA reporting;

CREATE FUNCTION pg_temp.make(name text, says text, query text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    twin text;
    kind text;
BEGIN
    FOREACH twin IN ARRAY CASE WHEN name ~ '_quality$' THEN '{""}' ELSE '{"",_total}' END::text[] LOOP
        kind := CASE WHEN name ~ '_quality$' THEN '' WHEN twin = '' THEN '''North''::text AS region, '
                     ELSE '''(total)''::text AS region, ' END;
        EXECUTE format('CREATE VIEW reporting.%I AS SELECT %s q.*, date ''2026-01-01'' AS as_of, '
                       '%s timestamptz ''2026-01-01 04:12:31+00'' AS refreshed_at FROM (%s) AS q',
                       name || twin, kind,
                       CASE WHEN name ~ '_quality$' THEN ''
                            ELSE '12::bigint AS rows_skipped, 3::bigint AS rows_left_out,' END,
                       query);
        EXECUTE format('COMMENT ON VIEW reporting.%I IS %L', name || twin, says);
    END LOOP;
END $$;

SELECT pg_temp.make('headcount', 'How many are employed on the day as_of, and who came and left since observed_from.',
$$ SELECT 558::bigint AS headcount, 512.3::float8 AS fte, 121::bigint AS hires, 143::bigint AS exits, 2833.4::float8 AS person_years, date '2021-01-01' AS observed_from $$),
pg_temp.make('age_pyramid', 'How many of each age in whole years are employed on the day as_of, and how many of that age were hired.',
$$ SELECT age, round(22 * exp(-(((age - 52) / 14.0) ^ 2)) + 4 * exp(-(((age - 31) / 5.0) ^ 2)) + age * 7 % 3)::bigint AS headcount,
          0.92 * round(22 * exp(-(((age - 52) / 14.0) ^ 2)) + 4 * exp(-(((age - 31) / 5.0) ^ 2)) + age * 7 % 3)::float8 AS fte, greatest(0, round(9 * exp(-(((age - 29) / 7.0) ^ 2))))::bigint AS hires FROM generate_series(21, 69) AS age $$),
pg_temp.make('exit_rates', 'Exits per year of 1 person employed, by age and reason.',
$$ SELECT age, reason, exits, person_years, exits / person_years AS rate, greatest(0, exits - 1.3 * sqrt(exits)) / person_years AS lower, (exits + 1.3 * sqrt(exits + 1)) / person_years AS upper
   FROM (SELECT age, reason, round(30 * exp(-(((age - 52) / 18.0) ^ 2)))::float8 + 8 AS person_years,
                CASE reason WHEN 'retirement' THEN CASE WHEN age < 60 THEN 0 ELSE (age - 59) * (age + 3) % 11 / 2 + (age - 60) / 2 END
                            ELSE (3 + age % 3) * (age < 60)::int END::bigint AS exits
         FROM generate_series(21, 68) AS age, unnest('{retirement,resignation}'::text[]) AS reason) AS r $$),
pg_temp.make('turnover', 'Hires and exits of each calendar year, as a share of the headcount of its start.',
$$ SELECT year, 600 - 8 * (year - 2020)::bigint AS headcount_start, 600 - 8 * (year - 2019)::bigint AS headcount_end, 22 + year * 7 % 5::bigint AS hires, 30 + year * 7 % 5::bigint AS exits,
          (30 + year * 7 % 5) / (596 - 8.0 * (year - 2020))::float8 AS turnover, (22 + year * 7 % 5) / (596 - 8.0 * (year - 2020))::float8 AS replacement_turnover FROM generate_series(2021, 2025) AS year $$),
pg_temp.make('retention_curve', 'Of those newly employed, the share still there after so many days.',
$$ SELECT d AS after_days, d / 365.25::float8 AS years, (600 - d / 30)::bigint AS at_risk, 1::bigint AS exits, exp(-((d / 9000.0) ^ 0.9))::float8 AS retained,
          exp(-((d / 9000.0) ^ 0.9))::float8 - 0.03 - d / 200000.0 AS lower, least(1, exp(-((d / 9000.0) ^ 0.9))::float8 + 0.03 + d / 200000.0) AS upper FROM generate_series(0, 12000, 61) AS d $$),
pg_temp.make('exit_reasons', 'Of those newly employed, the share that has left for each reason after so many days.',
$$ SELECT d AS after_days, d / 365.25::float8 AS years, reason, 1::bigint AS exits, (s * (1 - exp(-((d / 9000.0) ^ p))))::float8 AS incidence, 0.9 * (s * (1 - exp(-((d / 9000.0) ^ p))))::float8 AS lower, 1.1 * (s * (1 - exp(-((d / 9000.0) ^ p))))::float8 AS upper
   FROM generate_series(0, 12000, 61) AS d, (VALUES ('retirement', 0.5, 2.5), ('resignation', 0.35, 0.7), ('moved away', 0.12, 1.0)) AS r(reason, s, p) $$),
pg_temp.make('retirement_projection', 'How many will retire in each of the coming years.',
$$ SELECT year, make_date(year, 1, 1) AS period_start, make_date(year + 1, 1, 1) AS period_end, r AS retirements, greatest(0, r - 1.28 * sqrt(r)) AS retirements_lower, r + 1.28 * sqrt(r) AS retirements_upper, (2.1 - (year - 2026) * 0.05)::float8 AS other_exits
   FROM generate_series(2026, 2035) AS year, LATERAL (SELECT 16.3 + 3 * sin(year)::float8) AS x(r) $$),
pg_temp.make('recruitment_need', 'How many must be recruited in each year so that the headcount stays on its target.',
$$ SELECT year, make_date(year, 1, 1) AS period_start, make_date(year + 1, 1, 1) AS period_end, 558 - 18.0 * (year - 2026)::float8 AS headcount_start, 18.2::float8 AS exits, 540 - 18.0 * (year - 2026)::float8 AS headcount,
          540 - 18.0 * (year - 2026)::float8 - 3 * sqrt(year - 2025) AS headcount_lower, 540 - 18.0 * (year - 2026)::float8 + 3 * sqrt(year - 2025) AS headcount_upper, 500 - 17.0 * (year - 2026)::float8 AS fte,
          558::float8 AS target, 18 + 18.0 * (year - 2026)::float8 AS gap, 18 + 2 * sin(year)::float8 AS recruitment_need, 13 + 2 * sin(year)::float8 AS need_lower, 24 + 2 * sin(year)::float8 AS need_upper, 0.2::float8 AS unsupported FROM generate_series(2026, 2035) AS year $$),
pg_temp.make('forecast_check', 'The projection as of one year ago beside what happened since.',
$$ SELECT 2025 AS year, measure, reason, predicted, lower, upper, actual, actual - predicted AS error, actual BETWEEN lower AND upper AS within_interval
   FROM (VALUES ('headcount', '(all)', 561.2::float8, 553.0::float8, 569.0::float8, 558.0::float8), ('exits', 'retirement', 15.2, 10, 20, 19), ('exits', 'resignation', 2.1, 0, 4, 6)) AS v(measure, reason, predicted, lower, upper, actual) $$),
pg_temp.make('employment_quality', 'Rows of the employment table that cannot be counted, and why.',
$$ SELECT problem, effect, rows::bigint FROM (VALUES ('end before start', 'left out', 2), ('birth after start', 'left out', 1), ('birth date is missing', 'skipped', 12), ('infinite date', 'refused', 0)) AS v(problem, effect, rows) $$),
pg_temp.make('funnel_stages', 'How many reached each stage of the education, and how many went on.',
$$ SELECT n AS stage_no, stage, e::bigint AS entered, coalesce(lead(e) OVER (ORDER BY n), 0)::bigint AS converted, p::bigint AS pending, x::bigint AS exited, (e - coalesce(lead(e) OVER (ORDER BY n), 0) - p - x)::bigint AS lost,
          lead(e) OVER (ORDER BY n) / e::float8 AS conversion, lead(e) OVER (ORDER BY n) / e::float8 - 0.04 AS lower, lead(e) OVER (ORDER BY n) / e::float8 + 0.04 AS upper,
          e / 1510.0::float8 AS cumulative, e / 1510.0::float8 - 0.02 * (n - 1) AS cumulative_lower, e / 1510.0::float8 + 0.02 * (n - 1) AS cumulative_upper, 100.0::float8 * n AS median_days, 1200.0::float8 AS observed_days
   FROM (VALUES (1, 'applied', 1510, 0, 100), (2, 'admitted', 713, 0, 20), (3, 'started', 582, 3, 0), (4, 'came back', 510, 80, 30), (5, 'graduated', 331, 10, 20), (6, 'employed here', 214, 0, 0)) AS s(n, stage, e, p, x) $$),
pg_temp.make('funnel_epochs', 'The funnel of those who began in each calendar year.',
$$ SELECT epoch::text, n AS stage_no, stage, round(e * (0.8 + epoch % 7 / 15.0))::bigint AS entered, 0::bigint AS converted, 0::bigint AS pending, 0::bigint AS exited, 0::bigint AS lost,
          c + epoch * n % 5 / 40.0::float8 AS conversion, c - 0.06::float8 AS lower, c + 0.12::float8 AS upper, e / 151.0::float8 AS cumulative, 0.1::float8 AS cumulative_lower, 0.2::float8 AS cumulative_upper, 100.0::float8 AS median_days, 1200.0::float8 AS observed_days
   FROM generate_series(2016, 2023) AS epoch, (VALUES (1, 'applied', 151, 0.47), (2, 'admitted', 71, 0.82), (3, 'started', 58, 0.88), (4, 'came back', 51, 0.65), (5, 'graduated', 33, 0.62), (6, 'employed here', 21, null)) AS s(n, stage, e, c) $$),
pg_temp.make('education_quality', 'Rows of the education table that cannot be counted, and why.',
$$ SELECT problem, effect, rows::bigint FROM (VALUES ('date is missing', 'skipped', 5), ('stage that the mapping does not name', 'ignored', 31)) AS v(problem, effect, rows) $$),
pg_temp.make('required_intake', 'How many must begin the education in each year so that nobody is missing later.',
$$ SELECT year, 2.5::float8 AS planned, greatest(0, (year - 2026) * 16.0)::float8 AS gap, 141.0::float8 + year % 3 AS intake, 120.0::float8 AS lower, 171.0::float8 AS upper, greatest(0, (year - 2030) * 17.0)::float8 AS arrivals, least(60, (year - 2026) * 13.0)::float8 AS unmet FROM generate_series(2026, 2035) AS year $$),
pg_temp.make('required_intake_stages', 'How many of each year''s round must get to each stage.',
$$ SELECT year, n AS stage_no, stage, (e + year % 3)::float8 AS required, e * 0.85::float8 AS lower, e * 1.2::float8 AS upper FROM generate_series(2026, 2035) AS year, (VALUES (1, 'applied', 151), (2, 'admitted', 71), (3, 'started', 58), (4, 'came back', 51), (5, 'graduated', 33), (6, 'employed here', 21)) AS s(n, stage, e) $$),
pg_temp.make('mobility_headcount', 'How many are at each workplace on 1 January of each year.',
$$ SELECT make_date(y, 1, 1) AS day, state, (n + (y - 2020) * d)::bigint AS headcount FROM generate_series(2019, 2026) AS y, (VALUES ('Central', 280, -6), ('North', 170, 3), ('South', 130, -2)) AS s(state, n, d) $$),
pg_temp.make('mobility_flows', 'How many went from which workplace to which.',
$$ SELECT f AS from_state, t AS to_state, m::bigint AS moves, p::float8 AS person_years, m / p::float8 AS rate, m / p * 0.7::float8 AS lower, m / p * 1.3::float8 AS upper
   FROM (VALUES ('(came)', 'Central', 40, null::float8), ('(came)', 'North', 30, null), ('(came)', 'South', 20, null), ('Central', 'North', 14, 1400), ('Central', 'South', 7, 1400), ('Central', '(left)', 66, 1400),
                ('North', 'Central', 9, 850), ('North', 'South', 4, 850), ('North', '(left)', 31, 850), ('South', 'Central', 12, 640), ('South', 'North', 5, 640), ('South', '(left)', 25, 640)) AS v(f, t, m, p) $$),
pg_temp.make('mobility_probabilities', 'The share of those at a workplace who are at which one a year later.',
$$ SELECT f AS from_state, t AS to_state, p::float8 AS probability FROM (VALUES ('Central', 'Central', 0.94), ('Central', 'North', 0.01), ('Central', 'South', 0.005), ('Central', '(left)', 0.045), ('North', 'North', 0.95), ('North', 'Central', 0.01), ('North', 'South', 0.004), ('North', '(left)', 0.036),
   ('South', 'South', 0.93), ('South', 'Central', 0.019), ('South', 'North', 0.008), ('South', '(left)', 0.043)) AS v(f, t, p) $$),
pg_temp.make('mobility_quality', 'Rows of the mobility table that cannot be counted, and why.',
$$ SELECT 'state is missing' AS problem, 'skipped' AS effect, 4::bigint AS rows $$),
pg_temp.make('competence_coverage', 'Of the people required, how many have a valid certificate.',
$$ SELECT d::date AS day, 40::bigint AS required, v::bigint AS valid, (38 - v)::bigint AS lapsed, 2::bigint AS missing, v / 40.0::float8 AS coverage, d > date '2026-01-01' AS ahead
   FROM generate_series(date '2024-01-01', date '2027-01-01', '1 month') WITH ORDINALITY AS m(d, i), LATERAL (SELECT CASE WHEN i <= 25 THEN round(31 + 4 * sin(i / 4.0)) ELSE round(32 - (i - 25) * 1.4) END) AS c(v) $$),
pg_temp.make('competence_quality', 'Rows of the competence table that cannot be counted, and why.',
$$ SELECT 'end before start' AS problem, 'refused' AS effect, 0::bigint AS rows $$);

CREATE VIEW reporting.freshness AS
SELECT source, 'hr.' || source AS table_name, date '2026-01-01' AS as_of, observed_from, timestamptz '2026-01-01 04:12:31+00' AS refreshed_at, g::bigint AS groups, s::bigint AS rows_skipped, l::bigint AS rows_left_out
FROM (VALUES ('employment', date '2021-01-01', 4, 12, 3), ('education', '2014-03-01', 9, 5, 0), ('mobility', '2021-01-01', 4, 4, 0), ('competence', '2020-05-01', 3, 0, 0)) AS v(source, observed_from, g, s, l);
COMMENT ON VIEW reporting.freshness IS 'How fresh each source is, and how many of its rows are not counted.';
