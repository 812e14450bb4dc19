-- mobility_project with the matrix of several years, and its limits, computed again
-- by other means: the years are shifted onto the last one row by row, and variances
-- come from numerical derivatives and from the recursion of covariances, over
-- matrices that are multiplied as they stand.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(25);

\ir ../../lib/dice.sql

-- Stays of 400 people in four states, and of some in a state that is not known.  A
-- 29 February has no day of the same name in other years, so nothing is then.
CREATE TABLE spell AS
SELECT person, CASE WHEN dice(12, person, 400 + i) > 0 THEN 'abcd'::char(4) END AS all_states, substr('abcd', 1 + dice(4, person, 50 + i), 1) AS state,
       start_date + CASE WHEN to_char(start_date, 'MMDD') BETWEEN '0225' AND '0302' THEN 10 ELSE 0 END AS start_date, NULL::date AS end_date, dice(3, person, 70 + i) AS goes
FROM (SELECT person, i, date '2018-06-01' + dice(1800, person, 5) + i * 140 + dice(130, person, 700 + i) AS start_date
      FROM generate_series(1, 400) AS person, generate_series(0, 1 + dice(8, person, 6)) AS i) AS e;
UPDATE spell SET state = NULL WHERE all_states IS NULL;
UPDATE spell SET end_date = CASE WHEN goes > 0 THEN next_date ELSE least(next_date, start_date + 400) END
FROM (SELECT ctid AS its, lead(start_date) OVER (PARTITION BY person ORDER BY start_date) AS next_date FROM spell) AS n WHERE spell.ctid = its;
UPDATE spell SET end_date = end_date + 10 WHERE to_char(end_date, 'MMDD') BETWEEN '0225' AND '0302' AND NOT EXISTS (SELECT FROM spell AS s WHERE s.person = spell.person AND s.start_date = spell.end_date);

CREATE TABLE question AS
SELECT row_number() OVER () AS q, as_of, back, daterange((as_of - interval '4 years 2 months')::date, as_of) AS observed, level, z
FROM unnest(ARRAY[date '2024-01-01', '2024-07-15', '2025-01-01', '2022-12-11']) AS as_of, generate_series(1, 4) AS back,
     LATERAL (VALUES (0.80::float8, 1.2815515655446004::float8), (0.95, 1.959963984540054)) AS l (level, z)
WHERE (back + extract(day FROM as_of)::int) % 2 = CASE level WHEN 0.80 THEN 0 ELSE 1 END;
CREATE TABLE summary AS SELECT q, mobility_agg(person, state, start_date, end_date, observed) AS m FROM question, spell GROUP BY q;

-- ---------------------------------------------------------------------------
-- The matrix of the years: each shifted onto the last one, and a person of each
-- a person.
-- ---------------------------------------------------------------------------
CREATE TABLE laid AS
SELECT q, mobility_agg(person || '/' || ago, state, (start_date + shift)::date, (end_date + shift)::date,
                       daterange((as_of - interval '1 year')::date, as_of)) AS m
FROM question, spell, generate_series(0, back - 1) AS ago, LATERAL (SELECT make_interval(years => ago) AS shift) AS s GROUP BY q;
CREATE TABLE matrix AS
SELECT q, from_state AS i, to_state AS j, probability AS p FROM laid, mobility_matrix(m);
SELECT is(count(*), 16 * 20::bigint, 'four states in each question') FROM matrix;
SELECT cmp_ok(count(*), '>', 150::bigint, 'and moves between most') FROM matrix WHERE p > 0 AND i <> j;

CREATE FUNCTION unit(i int) RETURNS float8[] LANGUAGE sql IMMUTABLE AS 'SELECT array_agg((n = i)::int::float8 ORDER BY n) FROM generate_series(1, 4) AS n';
CREATE TABLE got_matrix AS
SELECT q, chr(96 + i) AS i, p.state AS j, p.headcount AS p, p.exits
FROM summary JOIN question USING (q), generate_series(1, 4) AS i, mobility_project(m, unit(i), 1, observed_years => back, level => NULL) AS p;
SELECT is(count(*), 0::bigint, 'the matrix of years is that of shifted rows')
FROM (SELECT FROM got_matrix AS g FULL JOIN (SELECT * FROM matrix WHERE j IS NOT NULL) AS e USING (q, i, j) WHERE (abs(g.p - e.p) < 1e-12) IS NOT TRUE) AS x;
SELECT is(count(*), 0::bigint, 'and who leaves it')
FROM got_matrix AS g JOIN matrix AS e USING (q, i) WHERE g.j = i AND e.j IS NULL AND (abs(g.exits - e.p) < 1e-12) IS NOT TRUE;
SELECT is(count(*), 0::bigint, 'one year is the last one, to the bit')
FROM summary JOIN question USING (q), mobility_matrix(m, '1 year') AS e JOIN got_matrix AS g ON (g.i, g.j) = (e.from_state, e.to_state)
WHERE back = 1 AND g.q = summary.q AND g.p <> e.probability;
SELECT cmp_ok(count(DISTINCT round(p::numeric, 6)), '>', 3::bigint, 'more years are something else')
FROM got_matrix JOIN question USING (q) WHERE as_of = '2024-01-01' AND (i, j) = ('a', 'a');

-- Years of people in each state, day by day.
CREATE TABLE spent AS
SELECT q, state, count(*) / 365.25::float8 AS years
FROM question, LATERAL (SELECT (as_of - make_interval(years => back))::date AS since) AS s, generate_series(0, as_of - since - 1) AS n,
     LATERAL (SELECT DISTINCT ON (person) person, state FROM spell WHERE start_date <= since + n AND (end_date > since + n OR end_date IS NULL) ORDER BY person, start_date DESC) AS there
WHERE state IS NOT NULL GROUP BY q, state;

-- ---------------------------------------------------------------------------
-- Limits
-- ---------------------------------------------------------------------------
-- Headcounts at the end of a year.
CREATE FUNCTION headcounts(p float8[], stock float8[], intake float8[], years int) RETURNS float8[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    n float8[] := stock;
    later float8[];
BEGIN
    FOR year IN 1 .. years LOOP
        later := intake;
        FOR i IN 1 .. 4 LOOP
            FOR j IN 1 .. 4 LOOP
                later[j] := later[j] + n[i] * p[i][j];
            END LOOP;
        END LOOP;
        n := later;
    END LOOP;
    RETURN n;
END
$$;
-- Variances of them by chance: the recursion of Pollard (1966).
CREATE FUNCTION by_chance(p float8[], stock float8[], intake float8[], years int) RETURNS float8[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    n float8[];
    c float8[] := array_fill(0::float8, ARRAY[4, 4]);
    later float8[];
BEGIN
    FOR year IN 1 .. years LOOP
        n := headcounts(p, stock, intake, year - 1);
        later := array_fill(0::float8, ARRAY[4, 4]);
        FOR j IN 1 .. 4 LOOP
            FOR l IN 1 .. 4 LOOP
                FOR i IN 1 .. 4 LOOP
                    FOR k IN 1 .. 4 LOOP
                        later[j][l] := later[j][l] + p[i][j] * c[i][k] * p[k][l];
                    END LOOP;
                    later[j][l] := later[j][l] + n[i] * (CASE WHEN j = l THEN p[i][j] ELSE 0 END - p[i][j] * p[i][l]);
                END LOOP;
            END LOOP;
        END LOOP;
        c := later;
    END LOOP;
    RETURN ARRAY[c[1][1], c[2][2], c[3][3], c[4][4]];
END
$$;
-- And by what is not known of the matrix: a Dirichlet distribution of each row, by
-- derivatives as differences.
CREATE FUNCTION by_matrix(p float8[], spent float8[], stock float8[], intake float8[], years int) RETURNS float8[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    h constant float8 := 1e-4;
    going float8 := 0;
    more float8[];
    less float8[];
    above float8[];
    below float8[];
    posterior float8;
    derivative float8;
    mean float8[];
    square float8[];
    variance float8[] := '{0,0,0,0}';
BEGIN
    FOR i IN 1 .. 4 LOOP
        going := going + spent[i] * (1 - p[i][i]) / (spent[1] + spent[2] + spent[3] + spent[4]);
    END LOOP;
    FOR i IN 1 .. 4 LOOP
        mean := '{0,0,0,0}';
        square := '{0,0,0,0}';
        FOR l IN 1 .. 4 LOOP
            more := p;
            less := p;
            more[i][l] := p[i][l] + h;
            less[i][l] := p[i][l] - h;
            above := headcounts(more, stock, intake, years);
            below := headcounts(less, stock, intake, years);
            posterior := (spent[i] * p[i][l] + CASE WHEN i = l THEN 1 - going ELSE 0 END) / (spent[i] + 1);
            FOR j IN 1 .. 4 LOOP
                derivative := (above[j] - below[j]) / (2 * h);
                mean[j] := mean[j] + posterior * derivative;
                square[j] := square[j] + posterior * derivative ^ 2;
            END LOOP;
        END LOOP;
        FOR j IN 1 .. 4 LOOP
            variance[j] := variance[j] + (square[j] - mean[j] ^ 2) / (spent[i] + 2);
        END LOOP;
    END LOOP;
    RETURN variance;
END
$$;

CREATE TABLE numbers AS
SELECT q, array_agg(r.p ORDER BY i) AS p, array_agg(years ORDER BY i) AS spent
FROM (SELECT q, i, array_agg(p ORDER BY j) AS p FROM matrix WHERE j IS NOT NULL GROUP BY q, i) AS r JOIN (SELECT q, state AS i, years FROM spent) AS s USING (q, i) GROUP BY q;
-- A small staff; the same a million times, where chance is little; and one with
-- nobody in two states.
CREATE TABLE scenario (s int, stock float8[], intake float8[]);
INSERT INTO scenario VALUES (1, '{31,12,7,3}', '{4,2.5,0,1}'), (2, '{31e6,12e6,7e6,3e6}', '{4e6,2.5e6,0,1e6}'), (3, '{0,40,0,2}', '{0,0,0,0}');
CREATE TABLE expected AS
SELECT q, s, years, chr(96 + j) AS state, n[j] AS headcount, c[j] AS chance, u[j] AS unknown, x.lower, x.upper
FROM question JOIN numbers USING (q), scenario, generate_series(1, 4) AS years,
     LATERAL (SELECT headcounts(p, stock, intake, years) AS n, by_chance(p, stock, intake, years) AS c, by_matrix(p, spent, stock, intake, years) AS u OFFSET 0) AS v,
     generate_series(1, 4) AS j,
     LATERAL (SELECT z * sqrt(c[j] + u[j]) AS d) AS d,
     LATERAL (SELECT least(greatest(floor(n[j] - d + 0.5), 0), floor(n[j] + 1e-9)) AS lower,
                     least(greatest(ceil(n[j] + d - 0.5), 0, ceil(n[j] - 1e-9)),
                           (SELECT sum(a) + years * sum(b) FROM unnest(stock, intake) AS t (a, b))) AS upper) AS x;
CREATE TABLE got AS
SELECT q, s, p.year - extract(year FROM as_of)::int + 1 AS years, p.state, p.headcount, p.lower, p.upper
FROM question JOIN summary USING (q), scenario, mobility_project(m, stock, 4, intake, observed_years => back, level => question.level) AS p;
SELECT is(count(*), 16 * 3 * 16::bigint, 'as many rows') FROM got;
SELECT is(count(*), 0::bigint, 'headcounts by powers of the matrix')
FROM got AS g FULL JOIN expected AS e USING (q, s, years, state) WHERE (abs(g.headcount - e.headcount) <= 1e-9 * (1 + e.headcount)) IS NOT TRUE;
SELECT is(count(*), 0::bigint, 'limits of small staffs are the same whole numbers')
FROM got AS g JOIN expected AS e USING (q, s, years, state) WHERE s <> 2 AND ((g.lower, g.upper) = (e.lower, ceil(e.upper - 1e-9))) IS NOT TRUE;
SELECT is(count(*), 0::bigint, 'those of large ones to 10 digits of the headcount')
FROM got AS g JOIN expected AS e USING (q, s, years, state)
WHERE s = 2 AND (abs(g.lower - e.lower) <= 1 + 1e-7 * (e.headcount - e.lower) AND abs(g.upper - e.upper) <= 1 + 1e-7 * (e.upper - e.headcount)) IS NOT TRUE;
SELECT cmp_ok(count(*) FILTER (WHERE chance > 2 * unknown), '>', 50::bigint, 'chance is most of some') FROM expected;
SELECT cmp_ok(count(*) FILTER (WHERE chance < unknown), '>', 50::bigint, 'and the matrix of others') FROM expected;

-- ---------------------------------------------------------------------------
-- What holds whatever the numbers
-- ---------------------------------------------------------------------------
SELECT is(count(*), 0::bigint, 'limits are whole persons about the headcount, and not below 0')
FROM got WHERE NOT (lower <= headcount AND upper >= headcount AND lower >= 0 AND (lower, upper) = (round(lower), round(upper)));
SELECT ok(bool_and(lower IS NULL AND upper IS NULL AND headcount IS NOT NULL), 'without a level there are none')
FROM summary, mobility_project(m, level => NULL);
SELECT ok(bool_and(a = b), 'they are those of 0.80 where no level is named') FROM summary, mobility_project(m) WITH ORDINALITY AS a JOIN mobility_project(m, level => 0.8) WITH ORDINALITY AS b USING (ordinality);
SELECT ok(bool_and(b.lower <= a.lower AND b.upper >= a.upper) AND bool_or(b.upper > a.upper), 'a higher level has wider ones')
FROM summary, mobility_project(m) AS a JOIN mobility_project(m, level => 0.99) AS b USING (year, state);
SELECT ok(bool_and((a.lower, a.upper) = (b.lower, b.upper)), 'the order of states changes none')
FROM summary, mobility_project(m, '{5,6,70,8}', 6, '{1,2,3,4}') AS a JOIN mobility_project(m, '{70,5,8,6}', 6, '{3,1,4,2}', '{c,a,d,b}') AS b USING (year, state);
SELECT ok(avg(b.upper - b.lower) < 0.9 * avg(a.upper - a.lower), 'years laid over each other know more')
FROM summary JOIN question USING (q), mobility_project(m, '{500,500,500,500}', observed_years => 1) AS a JOIN mobility_project(m, '{500,500,500,500}', observed_years => 4) AS b USING (year, state);
SELECT is(format('%s %s %s', headcount, lower, upper), format('%s %s %s', n, n - CASE n WHEN 0 THEN 0 ELSE below END, n),
          format('of %s people in a state that nobody left some may: nobody is sure of that', n))
FROM (VALUES (0, 0), (1, 0), (40, 2), (400, 20)) AS v (n, below),
     mobility_project('{"type": "mobility", "version": 1, "observed": ["2023-01-01", "2024-01-01"], "opening": {"a": {"0": 9}, "b": {"0": 9}}, "left": {"b": {"50": 4}}}', ARRAY[n, 0], 1) AS p
WHERE state = 'a';

SELECT is(array_agg(format('%s %s %s', headcount, coalesce(lower::text, '?'), coalesce(upper::text, '?'))), ARRAY['2 ? ?', '2 ? ?'],
          'where nobody left any state nothing says how often people do')
FROM mobility_project('{"type": "mobility", "version": 1, "observed": ["2023-01-01", "2024-01-01"], "opening": {"a": {"0": 2}}}', NULL, 2) AS p;

-- ---------------------------------------------------------------------------
-- A day of the same name, where years differ
-- ---------------------------------------------------------------------------
-- On the last day of February one of ten goes in each year: those of 2024 on the 29th.
CREATE FUNCTION februaries(from_day date, as_of date) RETURNS mobility LANGUAGE sql AS $$
    SELECT mobility_agg(n, 'a', date '2020-01-01', CASE WHEN n <= 3 THEN make_date(2021 + n, 3, 1) END, daterange(from_day, as_of)) FROM generate_series(1, 12) AS n $$;
SELECT is(round(headcount::numeric, 12), round(100 * (1 - 3 / 33.0), 12), 'one in eleven, in each of three years')
FROM mobility_project(februaries('2022-01-01', '2025-01-01'), ARRAY[100], 1, observed_years => 3);
-- Years that end on a 29 February and on a 28th.
SELECT is(round(headcount::numeric, 12), round(100 * (1 - 2 / 23.0), 12), 'a year of a day more is one year')
FROM mobility_project(februaries('2022-02-28', '2024-02-29'), ARRAY[100], 1, observed_years => 2);

SELECT * FROM finish();
ROLLBACK;
