-- Credible rates: exit rates of small groups, between their own and those of all.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(32);

-- ---------------------------------------------------------------------------
-- Published: pumps (Gaver and O'Muircheartaigh 1987). An exposure of 0.524 is a
-- person-month here: everybody is of one age and was observed in one February,
-- but for those who came in its middle.
-- ---------------------------------------------------------------------------
CREATE TABLE pump (pump int, exits int, months int, late int);
INSERT INTO pump VALUES (1, 5, 180, 0), (2, 1, 30, 0), (3, 5, 120, 0), (4, 14, 240, 0), (5, 3, 10, 0),
                        (6, 19, 60, 0), (7, 1, 2, 0), (8, 1, 2, 0), (9, 4, 4, 0), (10, 22, 20, 22);
CREATE TABLE pumps AS
SELECT pump, workforce_agg('1980-01-01', CASE WHEN i <= late THEN date '2022-02-15' ELSE '2020-01-01' END,
                           CASE WHEN i <= exits THEN date '2022-03-01' END, 'failed', '[2022-02-01,2022-03-01)') AS w
FROM pump, generate_series(1, months + late / 2) AS i
GROUP BY pump;
CREATE TABLE fit AS
SELECT (SELECT credible_rates_agg(w) FROM pumps) AS gamma, (SELECT credible_rates_agg(w, NULL, 'marshall') FROM pumps) AS moments;
CREATE VIEW rate AS
SELECT pump, g.ratio * 75 / 668 / 0.524 AS gamma, m.ratio * 75 / 668 / 0.524 AS moments, g.z, g.expected
FROM pumps, fit, exit_ratios(credibility(w, gamma)) AS g, exit_ratios(credibility(w, moments)) AS m;

SELECT is((SELECT array_agg(exits::int ORDER BY pump) FROM pumps, fit, exit_ratios(credibility(w, gamma))), '{5,1,5,14,3,19,1,1,4,22}', 'the exits of each group');
SELECT is((SELECT max(abs(expected / (months * 75 / 668.0) - 1)) < 1e-14 FROM rate JOIN pump USING (pump)), true, 'and those expected at the rate of all');
-- the optimum, found with 40 digits
SELECT is((SELECT max(abs(r.gamma - v)) < 1e-11 FROM rate AS r JOIN unnest(ARRAY[0.0609158018478, 0.107325139234, 0.0907758584501, 0.116693360567, 0.588135935248,
               0.606204968542, 0.789902312516, 0.789902312516, 1.43735741605, 1.94414832767]) WITH ORDINALITY AS o (v, pump) USING (pump)), true,
          'Poisson-gamma: the rates of the greatest likelihood');
SELECT is((SELECT max(abs(z - expected / (expected + 1.258954443370720 * 75 / 668 / 0.524))) < 1e-11 FROM rate), true, 'z is e / (e + beta)');

\set pumps :shared/vectors/v15_poisson_gamma_pumps.csv
\setenv EF_PUMPS :pumps
\set there `if [ -f "$EF_PUMPS" ]; then echo true; else echo false; fi`
\if :there
CREATE TABLE published ("group" int, events int, exposure float8, rate_eb float8, rate_marshall float8);
\set copy `grep -v '^#' "$EF_PUMPS" | tail -n +2 | tr '\n' ';'`
INSERT INTO published SELECT r[1]::int, r[2]::int, r[3]::float8, r[4]::float8, r[5]::float8
FROM string_to_table(:'copy', ';') AS line, string_to_array(line, ',') AS r WHERE line <> '';
SELECT is((SELECT count(*) FROM published JOIN pump ON pump = "group" AND events = exits AND abs(exposure - months * 0.524) < 1e-9), 10::bigint, 'the published groups are these');
SELECT is((SELECT max(abs(r.moments - p.rate_marshall)) < 1e-8 FROM rate AS r JOIN published AS p ON "group" = pump), true, 'Marshall''s rates as published');
-- the published optimum is one to seven digits: its likelihood is below ours
SELECT is((SELECT max(abs(r.gamma - p.rate_eb)) < 1e-7 FROM rate AS r JOIN published AS p ON "group" = pump), true, 'the rates of the greatest likelihood as published');
\else
SELECT skip('the published groups are not there', 3);
\endif

-- the conjugate check: a gamma(3, 3) prior and ten events where five were expected
SELECT is((SELECT round(ratio::numeric, 12) || ' ' || round(z::numeric, 12)
           FROM exit_ratios((SELECT regexp_replace(regexp_replace(gamma::text, '"mean": [^,]*', '"mean": 1'), '"weight": [^,]*, "expected": 0, "exits": 0', '"weight": 3, "expected": 5, "exits": 10')
                             FROM fit)::credible_rates)), '1.625000000000 0.625000000000', 'a known prior: z 0.625, mean 1.625');

-- ---------------------------------------------------------------------------
-- Groups made up
-- ---------------------------------------------------------------------------
CREATE FUNCTION pg_temp.part(i int, n int) RETURNS float8 LANGUAGE sql AS $$ SELECT ('x' || substr(md5(i || ' ' || n), 1, 7))::bit(28)::int / 268435456.0 $$;
CREATE TABLE person AS
SELECT ward, i, date '1958-01-01' + (13000 * pg_temp.part(ward * 100 + i, 1))::int AS birth,
       date '2012-01-01' + (3300 * pg_temp.part(ward * 100 + i, 2))::int AS start,
       (ARRAY['moved', 'retirement', 'other'])[1 + floor(3 * pg_temp.part(ward * 100 + i, 3))::int] AS reason,
       (-ln(pg_temp.part(ward * 100 + i, 4) + 1e-5) * 3000 / (0.4 + ward % 5 * 0.5) / (0.5 + ward % 4 * 0.4))::int AS days
FROM generate_series(1, 40) AS ward, generate_series(1, 6 + ward) AS i;
CREATE TABLE ward AS
SELECT ward, ward % 4 AS region,
       workforce_agg(birth, start, CASE WHEN start + days < date '2030-01-01' THEN start + days END, reason, '[2015-01-01,2020-01-01)') AS w
FROM person GROUP BY ward;
CREATE TABLE every AS SELECT credible_rates_agg(w) AS wards, rollup(w) AS w FROM ward;

SELECT is((SELECT count(*) FILTER (WHERE z > 0 AND z < 1) > 40 FROM ward, every, exit_ratios(credibility(ward.w, wards))), true, 'wards differ');
SELECT is((SELECT max(abs(ratio - (z * observed_ratio + (1 - z) * drawn_to))) < 1e-12 FROM ward, every, exit_ratios(credibility(ward.w, wards))), true,
          'a ratio lies between its own and what it is drawn to, by z');
SELECT is((SELECT bool_and(lower < ratio AND ratio < upper) FROM ward, every, exit_ratios(credibility(ward.w, wards)) WHERE z > 0), true, 'within its limits');
SELECT is((SELECT max(abs(expected / exits - 1)) < 1e-12
           FROM (SELECT reason, sum(expected) AS expected, sum(exits) AS exits FROM ward, every, exit_ratios(credibility(ward.w, wards)) GROUP BY reason) AS s), true,
          'expected exits add up to those that all had');
SELECT is((SELECT bool_and(o.wards = every.wards) FROM every, (SELECT credible_rates_agg(w ORDER BY md5(ward::text)) AS wards FROM ward) AS o), true, 'in any order the same bits');
SELECT is((SELECT count(*) FROM every, exit_ratios(wards) WHERE exits = 0 AND expected = 0 AND observed_ratio IS NULL AND z = 0 AND abs(ratio / drawn_to - 1) < 1e-12), 3::bigint,
          'of no group in particular: nothing observed, no weight');
SELECT is((SELECT max(abs(b.ratio / a.ratio - 1)) < 1e-12 FROM every, exit_ratios(credibility(every.w, credibility(every.w, wards))) AS a,
                  exit_ratios(credibility((SELECT rollup(x) FROM unnest(ARRAY[every.w, every.w]) AS x), wards)) AS b WHERE a.reason = b.reason), true,
          'to learn twice is to learn both');

-- the value goes where rates go
SELECT is((SELECT count(*) FROM every, workforce_project(every.w, 3, rates => every.w) AS p JOIN LATERAL workforce_project(every.w, 3) AS o USING (year)
           WHERE p = o), 3::bigint, 'a workforce as rates is what it was: the same bits');
SELECT is((SELECT count(*) FROM ward, every, workforce_project(ward.w, 3, rates => credibility(ward.w, wards)) AS c
                  JOIN LATERAL workforce_project(ward.w, 3, rates => every.w) AS p USING (year)
           WHERE c.headcount = p.headcount AND carried(ward.w) > 0), 0::bigint, 'credible rates project other people than all rates');
SELECT is((SELECT max(abs(e.exits - p.exits)) < 1e-9 FROM ward, every, workforce_project(ward.w, 3, rates => credibility(ward.w, wards)) AS p
                  JOIN LATERAL (SELECT year, sum(exits) AS exits FROM workforce_project_exits(ward.w, 3, rates => credibility(ward.w, wards)) GROUP BY year) AS e USING (year)), true,
          'exits by reason add up to those that the headcount loses');

-- all alike, one group, none, nobody
SELECT is((SELECT count(*) FROM (SELECT credible_rates_agg(x) AS c FROM every, unnest(ARRAY[w, w, w, w]) AS x) AS s, exit_ratios(c) WHERE ratio = 1 AND lower = 1 AND upper = 1 AND z = 0), 3::bigint,
          'equal groups do not differ: every ratio is 1');
SELECT is((SELECT count(*) FROM every, (SELECT credible_rates_agg(x) AS c FROM every, unnest(ARRAY[w, w, w, w]) AS x) AS s,
                  exit_ratios(credibility((SELECT w FROM ward WHERE ward = 3), c)) WHERE ratio = 1 AND z = 0), 3::bigint, 'and no group is believed to');
SELECT is((SELECT count(*) FROM ward, (SELECT credible_rates_agg(w) AS c FROM ward WHERE ward = 7) AS s, exit_ratios(c) WHERE ward = 7 AND z = 0 AND ratio = 1 AND upper = 1), 3::bigint,
          'one group says nothing of differences');
SELECT is((SELECT credible_rates_agg(NULL::workforce) IS NULL AND credible_rates_agg(w) IS NULL FROM ward WHERE false), true, 'none is null');
SELECT is((SELECT credible_rates_agg(x.w) FROM (SELECT w FROM ward UNION ALL SELECT NULL) AS x), (SELECT wards FROM every), 'null groups are not looked at');
SELECT is((SELECT count(*) FROM every, (SELECT workforce_agg(NULL, NULL, NULL, NULL, '[2015-01-01,2020-01-01)') AS nobody) AS n, exit_ratios(credibility(nobody, wards))
           WHERE exits = 0 AND expected = 0 AND z = 0 AND abs(ratio / drawn_to - 1) < 1e-12), 3::bigint, 'a group without people is any group');
SELECT is((SELECT exit_ratios(credible_rates_agg(workforce_agg)) IS NULL FROM (SELECT workforce_agg(date '1980-01-01', date '2018-01-01', NULL, NULL, '[2015-01-01,2020-01-01)')) AS s), NULL,
          'where nobody ever left there are no reasons');

-- a group in a region in a nation
CREATE TABLE region AS
SELECT region, credibility(w, (SELECT credible_rates_agg(w) FROM (SELECT rollup(w) AS w FROM ward GROUP BY region) AS r)) AS c
FROM (SELECT region, rollup(w) AS w FROM ward GROUP BY region) AS s;
CREATE TABLE in_region AS
SELECT region, c, credible_rates_agg(w, c) AS wards FROM ward JOIN region USING (region) GROUP BY region, c;
SELECT is((SELECT count(*) FROM in_region, exit_ratios(c) AS r JOIN LATERAL exit_ratios(wards) AS i USING (reason)
           WHERE abs(i.drawn_to / r.ratio - 1) > 1e-12 OR i.upper - i.lower < r.upper - r.lower - 1e-12), 0::bigint, 'wards are drawn to the ratio of their region, whose error they have too');
SELECT is((SELECT max(abs(ratio - (z * observed_ratio + (1 - z) * drawn_to))) < 1e-12 FROM ward JOIN in_region USING (region), exit_ratios(credibility(w, wards))), true, 'by z');
SELECT is((SELECT count(*) FROM ward JOIN in_region USING (region), workforce_project(w, 2, rates => credibility(w, wards))), 80::bigint, 'and projected');

-- ---------------------------------------------------------------------------
-- Values come and go
-- ---------------------------------------------------------------------------
CREATE TABLE value AS
SELECT wards AS c FROM every UNION ALL SELECT credibility(w, wards) FROM ward JOIN in_region USING (region) UNION ALL SELECT w FROM ward;
SELECT is((SELECT count(*) FROM value WHERE c::text::credible_rates = c AND c::text::credible_rates::text = c::text), 81::bigint, 'text is lossless');
SELECT is((SELECT count(*) FROM value WHERE (c::jsonb)::text::credible_rates = c), 81::bigint, 'so is jsonb');
SELECT is((SELECT count(DISTINCT c) FROM value), 81::bigint, 'they differ');
SELECT is((SELECT count(*) FROM value AS a, value AS b WHERE (a.c < b.c) = (b.c > a.c) AND (a.c <= b.c) = NOT (b.c < a.c) AND (a.c = b.c) = (credible_rates_hash(a.c) = credible_rates_hash(b.c))),
          6561::bigint, 'and have an order');

SELECT * FROM finish();
ROLLBACK;
