-- Credible rates: exit rates of small groups, between their own and those of all.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(59);

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

-- ---------------------------------------------------------------------------
-- Fans
-- ---------------------------------------------------------------------------
SELECT is((SELECT count(*) FROM every, unnest(ARRAY[0.5, 0.8, 0.95]) AS v (l) JOIN LATERAL workforce_project_fan(w, 4, intake => '{5,5,5,5}', rates => wards) AS f ON level = l
                  JOIN LATERAL workforce_project(w, 4, intake => '{5,5,5,5}', rates => wards, level => l) AS p USING (year)
           WHERE (f.period_start, f.period_end, f.headcount, f.lower, f.upper, f.retirements, f.retirements_lower, f.retirements_upper, f.recruitment_need, f.need_lower, f.need_upper)
                 IS NOT DISTINCT FROM (p.period_start, p.period_end, p.headcount, p.lower, p.upper, p.retirements, p.retirements_lower, p.retirements_upper, p.recruitment_need, p.need_lower, p.need_upper)),
          12::bigint, 'a fan is the projection at each of its levels');
SELECT is((SELECT array_agg(level || ' ' || year ORDER BY n) FROM every, workforce_project_fan(w, 2, levels => '{0.9,0.1,0.9}') WITH ORDINALITY AS f (year, s, e, level, h, l, u, r, rl, ru, rn, nl, nu, n)),
          '{0.9 2020,0.1 2020,0.9 2020,0.9 2021,0.1 2021,0.9 2021}', 'in the order of years, and of levels as they were given');
CREATE TABLE taught AS
SELECT funnel_agg(i, CASE k WHEN 0 THEN 'begun' ELSE 'graduated' END, date '2012-09-01' + i % 5 * 365 + k * (900 + i % 400), funnel_spec(ARRAY['begun', 'graduated'], '8 years', '2020-01-01')) AS f
FROM generate_series(1, 400) AS i, generate_series(0, 1) AS k WHERE k = 0 OR i % 3 > 0;
SELECT is((SELECT count(*) FROM every, taught, unnest(ARRAY[0.5, 0.8, 0.95]) AS v (l) JOIN LATERAL required_intake_fan(f, w, '{10,20,30,40,50,60,70}', 2020, method => 'schedule', rates => wards) AS n ON level = l
                  JOIN LATERAL required_intake(f, w, '{10,20,30,40,50,60,70}', 2020, method => 'schedule', rates => wards, level => l) AS p USING (year)
           WHERE (n.intake, n.lower, n.upper) IS NOT DISTINCT FROM (p.intake, p.lower, p.upper)), 21::bigint, 'so is that of a required intake');
SELECT is((SELECT count(*) FROM taught, workforce_project_fan(NULL)) + (SELECT count(*) FROM taught, required_intake_fan(f, NULL, '{1}', 2020)), 0::bigint, 'of nobody there is none');

-- ---------------------------------------------------------------------------
-- What is refused
-- ---------------------------------------------------------------------------
CREATE FUNCTION pg_temp.refusal(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    EXECUTE query;
    RETURN 'is accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ': ' || SQLERRM || CASE WHEN hint = '' THEN ' (no hint)' ELSE '' END || '|' || detail;
END
$$;
CREATE TABLE later AS SELECT workforce_agg('1980-01-01', '2010-01-01', '2020-05-01', 'laid off', '[2016-01-01,2021-01-01)') AS w;
SELECT is(pg_temp.refusal(query), refusal, label) FROM (VALUES
    ('mixed periods', $$SELECT credible_rates_agg(w) FROM (SELECT w FROM ward UNION ALL SELECT w FROM later) AS s$$,
     '22023: observation periods differ within one summary|One was observed in [2016-01-01,2021-01-01), another in [2015-01-01,2020-01-01).'),
    ('mixed periods with a reference', $$SELECT credible_rates_agg(s.w, every.w) FROM every, (SELECT w FROM ward UNION ALL SELECT w FROM later) AS s$$,
     '22023: observation periods differ within one summary|One was observed in [2016-01-01,2021-01-01), another in [2015-01-01,2020-01-01).'),
    ('an unknown reason', $$SELECT credibility(later.w, wards) FROM later, every$$,
     '22023: group has a reason to leave that its reference does not have|Nobody of the reference left for the reason "laid off".'),
    ('an unknown reason in a group', $$SELECT credible_rates_agg(later.w, every.w) FROM later, every$$,
     '22023: group has a reason to leave that its reference does not have|Nobody of the reference left for the reason "laid off".'),
    ('an unknown method', $$SELECT credible_rates_agg(w, NULL, 'bayes') FROM ward$$, '22023: unknown method of credibility|The method is "bayes".'),
    ('no method', $$SELECT credible_rates_agg(w, NULL, NULL) FROM ward$$, '22004: method must not be null (no hint)|'),
    ('two methods', $$SELECT credible_rates_agg(w, NULL, CASE ward WHEN 1 THEN 'marshall' ELSE 'poisson-gamma' END) FROM ward$$, '22023: references or methods differ within one group|There are two methods.'),
    ('two references', $$SELECT credible_rates_agg(w, w) FROM ward$$, '22023: references or methods differ within one group|There are two references.'),
    ('a reference that cannot be', $$SELECT credible_rates_agg(w, regexp_replace(replace(wards::text, '"base": 1,', '"base": 1e20,'), '"weight": [^,]*', '"weight": 1', 'g')::credible_rates) FROM every GROUP BY w, wards::text$$, '22003: credible rates are out of range|A base is 1.12508e+20 with variance 1.12508e+40, for 0 exits expected.'),
    ('a level', $$SELECT exit_ratios(wards, 1) FROM every$$, '22023: level must be between 0 and 1|The level is 1.'),
    ('no levels', $$SELECT workforce_project_fan(w, levels => '{}') FROM every$$, '2202E: levels must have from 1 to 100 elements|levels has 0 elements.'),
    ('too many levels', $$SELECT workforce_project_fan(w, levels => array_fill(0.5::float8, ARRAY[101])) FROM every$$, '2202E: levels must have from 1 to 100 elements|levels has 101 elements.'),
    ('null levels', $$SELECT required_intake_fan(f, w, '{1}', 2020, levels => NULL) FROM every, taught$$, '22004: levels must not be null (no hint)|'),
    ('a bad level of some', $$SELECT workforce_project_fan(w, levels => '{0.5,1}') FROM every$$, '22023: level must be between 0 and 1|The level is 1.'),
    ('no JSON object', $$SELECT '[]'::credible_rates$$, '22P02: invalid input syntax for type credible_rates|It is no JSON object.'),
    ('members that are not there', $$SELECT w::text::credible_rates FROM later$$, '22P02: invalid input syntax for type credible_rates|There is an unknown member "fte".'),
    ('another version', $$SELECT replace(wards::text, 'rates", "version": 1', 'rates", "version": 2')::credible_rates FROM every$$, '22P02: invalid input syntax for type credible_rates|This release does not know this "version".'),
    ('an unknown member', $$SELECT replace(wards::text, '"reasons"', '"seasons"')::credible_rates FROM every$$, '22P02: invalid input syntax for type credible_rates|There is an unknown member "seasons".'),
    ('another reason', $$SELECT replace(wards::text, '"reason": "moved"', '"reason": "moving"')::credible_rates FROM every$$, '22P02: invalid input syntax for type credible_rates|This is not the reference''s "reason".'),
    ('a member less', $$SELECT replace(wards::text, '"base": 1, ', '')::credible_rates FROM every$$, '22P02: invalid input syntax for type credible_rates|A reason has 6 of 7 members.'),
    ('a negative number', $$SELECT replace(wards::text, '"base": 1', '"base": -1')::credible_rates FROM every$$,
     '22P02: invalid input syntax for type credible_rates|A base, its variance, a mean or expected exits are no number from 0 to 1e30.'),
    ('a weight of 0', $$SELECT regexp_replace(wards::text, '"weight": [^,]*', '"weight": 0')::credible_rates FROM every$$, '22P02: invalid input syntax for type credible_rates|A weight is no number above 0 and up to 1e30.'),
    ('a bad reference', $$SELECT replace(wards::text, '2020-01-01', '2020-01-02')::credible_rates FROM every$$, '22P02: invalid input syntax for type workforce|The observation period ends on 2020-01-02.')
    ) AS v (label, query, refusal);

SELECT * FROM finish();
ROLLBACK;
