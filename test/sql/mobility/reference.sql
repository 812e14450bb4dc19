-- A second computation of mobility, by brute force: every person is placed on
-- every day of the observation period, by the rule in the manual and nothing
-- else, and all the rest is counted from that.  Matrices are products of
-- matrices, projections powers of them, exact to 30 decimals.  Compared with the
-- extension on made-up histories, most of them of few days, so that spells that
-- begin or end together or at the edges of the period are many.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL jit = off;     -- of no use for many small queries
SET LOCAL work_mem = '64MB';
SELECT plan(64);

\ir ../../lib/dice.sql
\ir ../../lib/complaint.sql

-- Numbers are equal but for rounding; NULL is NULL.
CREATE FUNCTION near(got float8, expected float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (got IS NULL) = (expected IS NULL) AND coalesce(abs(got - expected) <= 1e-12 * greatest(1, abs(expected)), true)
$$;
SELECT is(near(got, expected), yes, label)
FROM (VALUES (1, 1 + 1e-13, true, 'rounding is no difference'), (1, 1 + 1e-11, false, 'more is'), (1e-11, 0, false, 'near zero, too'),
             (NULL, NULL, true, 'a null is a null'), (NULL, 0, false, 'and no number'), (0, NULL, false, 'nor is a number one')) AS v (got, expected, yes, label);

-- ---------------------------------------------------------------------------
-- Histories.  A place is the number of a state, in byte order of their names; 0
-- for unknown where; -1 for out.
-- ---------------------------------------------------------------------------
CREATE TABLE state AS
SELECT row_number() OVER (ORDER BY name COLLATE "C")::int AS place, name
FROM (SELECT unnest(ARRAY['', ' ', 'a', 'A', 'B', 'Region Skåne', 'Region Örebro län', 'region "b" {c}, d', 'it''s', E'back\\slash', '0', '.', 'unknown', 'out', 'null',
                          repeat('long name ', 30), 'entry', '職場', E'tab\tand\nline'])
      UNION SELECT 'unit ' || i FROM generate_series(1, 230) AS i) AS n (name);
ALTER TABLE state ADD PRIMARY KEY (place);
CREATE UNIQUE INDEX ON state (name);

CREATE TABLE study (s int PRIMARY KEY, kind text, from_date date, as_of date, days int);
CREATE TABLE person (s int, person int, PRIMARY KEY (s, person));
CREATE TABLE spell (s int, person int, row int, start_date date, end_date date, name text);
CREATE INDEX ON spell (s, person);

-- By hand: what is expected stands beside it, a letter or . for out or ? for
-- unknown on each of the days 0 to 10, the first of which is 2024-02-25.
CREATE TABLE by_hand (person int, label text, path text, spells text[]);
INSERT INTO by_hand VALUES
    (1, 'nobody without a spell', '...........', '{}'),
    (2, 'there until the day before the end', '..aaaa.....', '{a 2 6}'),
    (3, 'one day', '..a........', '{a 2 3}'),
    (4, 'no day', '...........', '{a 2 2}'),
    (5, 'from before, for good', 'aaaaaaaaaaa', '{a -5000 *}'),
    (6, 'ended on the first day', '...........', '{a -5 0}'),
    (7, 'ended after the first day', 'a..........', '{a -5 1}'),
    (8, 'begun on as_of', '..........a', '{a 10 *}'),
    (9, 'begun after as_of', '...........', '{a 11 *}'),
    (10, 'ended on as_of', '.....aaaaa.', '{a 5 10}'),
    (11, 'ended after as_of', '.....aaaaaa', '{a 5 11}'),
    (12, 'one after the other', 'aaaaaBBBBBB', '{a 0 5,B 5 *}'),
    (13, 'a gap of a day is out', 'aaaa.BBBBBB', '{a 0 4,B 5 *}'),
    (14, 'even to the same state', 'aaaa.aaaaaa', '{a 0 4,a 5 *}'),
    (15, 'the later start wins, and the earlier spell goes on', 'aaBBBaaaaaa', '{a 0 *,B 2 5}'),
    (16, 'spells within spells', 'aaBA.......', '{a 0 2,B 2 4,A 3 4}'),
    (17, 'and deeper ones', 'aBAeeABBaaa', '{a 0 *,B 1 8,A 2 6,entry 3 5}'),
    (18, 'the one that ended goes on under none', 'aaaBBBBBBBB', '{a 0 5,B 3 *}'),
    (19, 'of the same start the one that ends last', 'aaaaa......', '{B 0 3,a 0 5}'),
    (20, 'whose name is not the last', 'aaaaa......', '{a 0 5,B 0 3}'),
    (21, 'of the same start and end the last name', 'aaaaa......', '{B 0 5,a 0 5,A 0 5}'),
    (22, 'the one that ends last, also after as_of', '..BBBBBBBBB', '{B 2 *,a 2 11}'),
    (23, 'and the other way round', '..aaaaaaaaa', '{a 2 *,B 2 11}'),
    (24, 'but an end on as_of is one', '..BBBBBBBBB', '{B 2 11,a 2 10}'),
    (25, 'unknown where', '??aa?..????', '{? -3 2,a 2 4,? 4 5,? 7 *}'),
    (26, 'unknown as any other', 'aa??aaaaaaa', '{a 0 *,? 2 4}'),
    (27, 'but that a name is better', 'aaaaaaaaaaa', '{? 0 *,a 0 *}'),
    (28, 'unless it ends first', '???????????', '{? 0 *,a 0 6}'),
    (29, 'several changes of a day are one', 'aaaaaaBBBBB', '{a 0 6,A 6 6,B 6 *}'),
    (30, 'from before the start of another', 'BBBBBB.....', '{a -9 6,B -3 6}'),
    (31, 'twice the same', '.aaaa......', '{a 1 5,a 1 5}'),
    (32, 'as long as one can be', 'aaaaaaaaaBB', '{a -54777 9,B 9 *}');
INSERT INTO study VALUES (0, 'by hand', '2024-02-25', '2024-03-06', 10);
INSERT INTO person SELECT 0, person FROM by_hand;
INSERT INTO spell
SELECT 0, person, row, date '2024-02-25' + part[2]::int, date '2024-02-25' + nullif(part[3], '*')::int, nullif(part[1], '?')
FROM by_hand, unnest(spells) WITH ORDINALITY AS u (text, row), string_to_array(text, ' ') AS part;

-- A tiny multi-state example of R's package survival (tests/mstate.R), with late
-- and repeated entry.  Those who are seen no longer are unknown from then on.
-- There is a study for each of its days, which ends on it.
CREATE TABLE tiny_expected (day int, entry numeric, a numeric, b numeric, c numeric);     -- in parts of 32
INSERT INTO tiny_expected VALUES (2, 24, 8, 0, 0), (3, 18, 8, 6, 0), (4, 12, 14, 6, 0), (5, 6, 14, 12, 0),
                                 (8, 6, 7, 12, 7), (9, 0, 0, 19, 13), (10, 0, 9.5, 9.5, 13), (11, 0, 9.5, 9.5, 13);
INSERT INTO study SELECT -day, 'tiny', date '2000-01-01', date '2000-01-01' + day, day FROM tiny_expected;
INSERT INTO person SELECT -day, person FROM tiny_expected, generate_series(1, 5) AS person;
INSERT INTO spell
SELECT -day, v.person, v.row, date '2000-01-01' + v.t_start, date '2000-01-01' + v.t_stop, v.name
FROM tiny_expected, (VALUES
    (1, 1, 0, 4, 'entry'), (1, 2, 4, 9, 'a'), (1, 3, 9, 10, 'B'), (1, 4, 10, 11, 'a'), (1, 5, 11, NULL, NULL),
    (2, 1, 0, 5, 'entry'), (2, 2, 5, 6, 'B'), (2, 3, 6, NULL, NULL),
    (3, 1, 2, 9, 'entry'), (3, 2, 9, 10, 'it''s'), (3, 3, 10, NULL, NULL),
    (4, 1, 0, 2, 'entry'), (4, 2, 2, 8, 'a'), (4, 3, 8, 9, 'it''s'), (4, 4, 9, NULL, NULL),
    (5, 1, 1, 3, 'entry'), (5, 2, 3, 11, 'B'), (5, 3, 11, NULL, NULL)) AS v (person, row, t_start, t_stop, name);

-- At random.  Most are of few days and few states; some of many states; some of
-- more than a year.
INSERT INTO study
SELECT s, kind, as_of - days, as_of, days
FROM (SELECT s, kind, CASE kind WHEN 'days' THEN 1 + dice(14, s, 1) WHEN 'many states' THEN 10 + dice(30, s, 1) ELSE 366 + dice(150, s, 1) END AS days,
             ('{2024-03-01,2024-02-29,2023-03-31,2000-01-01,1970-01-03,0003-03-01,9999-12-31,2023-02-28,1900-03-01,2024-12-31}'::date[])[1 + dice(10, s, 2)] AS as_of
      FROM (SELECT s, CASE WHEN s <= 2000 THEN 'days' WHEN s <= 2008 THEN 'many states' ELSE 'years' END AS kind FROM generate_series(1, 2040) AS s) AS x) AS y;
CREATE TABLE draw AS
SELECT s, person, days, from_date, as_of, kind, s * 1000 + person AS seed,
       CASE kind WHEN 'days' THEN 1 + days / 3 WHEN 'years' THEN days / 8 ELSE 4 END AS scale,
       CASE kind WHEN 'days' THEN 1 + dice(4, s, 4) WHEN 'years' THEN 2 + dice(3, s, 4) END AS few,
       CASE kind WHEN 'many states' THEN 8 WHEN 'years' THEN 4 + dice(12, s * 1000 + person, 5) ELSE dice(9, s * 1000 + person, 5) END AS rows, dice(3, s * 1000 + person, 6) AS manner
FROM (SELECT *, CASE kind WHEN 'days' THEN 1 + dice(5, s, 3) WHEN 'many states' THEN 16 ELSE 3 + dice(6, s, 3) END AS persons FROM study WHERE s > 0) AS x,
     generate_series(1, persons) AS person;
INSERT INTO person SELECT s, person FROM draw;
-- A third is rows that have nothing to do with each other, with many of one start
-- or one end; of the others most begin where another ends, on its last day, or
-- after a gap.
INSERT INTO spell
SELECT s, person, row,
       CASE WHEN far THEN (as_of - interval '150 years')::date WHEN manner = 0 THEN from_date - 3 + dice(least(days, 2 * rows) + 6, seed, 100 + row)
            ELSE from_date - offset_days + (sum(length + gap) OVER w)::int - length - gap END,
       CASE WHEN open = 0 THEN NULL WHEN open = 1 THEN 'infinity'
            WHEN far THEN from_date + dice(days + 3, seed, 700 + row)
            WHEN manner = 0 THEN from_date - 3 + dice(least(days, 2 * rows) + 6, seed, 100 + row) + length
            ELSE from_date - offset_days + (sum(length + gap) OVER w)::int - gap END,
       CASE WHEN dice(7, seed, 200 + row) > 0 THEN
           (SELECT name FROM state WHERE place = CASE WHEN few IS NULL THEN 1 + dice(249, seed, 300 + row)
                                                      ELSE 1 + (s * 7 + dice(few, seed, 300 + row) * 11) % 249 END) END
FROM (SELECT draw.*, row, dice(scale + 2, seed, 400 + row) AS length, dice(scale, seed, 7) AS offset_days,
             ('{0,0,0,0,1,1,2,-1}'::int[])[1 + dice(8, seed, 500 + row)] AS gap, dice(50, seed, 600 + row) = 0 AS far,
             CASE WHEN manner = 0 OR row = rows THEN dice(8, seed, 800 + row) END AS open
      FROM draw, generate_series(1, rows) AS row) AS x
WINDOW w AS (PARTITION BY s, person ORDER BY row);
-- In some of the longer ones somebody goes where nobody was, on the last day.
INSERT INTO spell SELECT s, 1, 100, as_of, NULL, 'unit 230' FROM study WHERE kind = 'years' AND s % 6 = 0;
ANALYZE study, person, spell;

-- ---------------------------------------------------------------------------
-- Brute force: where everybody is on the days 0 to `days`, and on the day before.
-- ---------------------------------------------------------------------------
CREATE TABLE day AS
SELECT DISTINCT ON (study.s, person.person, t) study.s, person.person, t, CASE WHEN start_date IS NULL THEN -1 ELSE coalesce(place, 0) END AS place
FROM study JOIN person USING (s) CROSS JOIN generate_series(-1, days) AS t
     LEFT JOIN (SELECT s, person, start_date, end_date, place FROM spell LEFT JOIN state USING (name)) AS x ON x.s = study.s AND x.person = person.person
          AND start_date <= from_date + t AND (end_date > from_date + t OR end_date IS NULL)
ORDER BY study.s, person.person, t, start_date DESC, coalesce(end_date, 'infinity') DESC, x.place DESC NULLS LAST;
CREATE INDEX ON day (s, t);
ANALYZE day;

SELECT is((SELECT string_agg(CASE place WHEN -1 THEN '.' WHEN 0 THEN '?' ELSE left(name, 1) END, '' ORDER BY t) FROM day LEFT JOIN state USING (place)
           WHERE s = 0 AND t >= 0 AND day.person = by_hand.person), path, 'by hand: ' || label)
FROM by_hand ORDER BY person;

-- What happened, by comparing with the day before.
CREATE FUNCTION kinds() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{opening,entered,moved,left,censored,resumed,left_for,fte_gained,fte_lost}'::text[] $$;
CREATE TABLE cell AS
SELECT s, kind, CASE WHEN kind IN ('opening', 'entered', 'resumed') THEN b ELSE a END AS i, CASE WHEN kind = 'moved' THEN b END AS j, t, count(*) AS n
FROM (SELECT s, t, a, b, CASE WHEN t < 0 THEN NULL
                              -- who comes is dated by the first day, who goes by the last
                              WHEN a <= 0 AND b > 0 AND t < days THEN CASE a WHEN -1 THEN 'entered' ELSE 'resumed' END
                              WHEN t = 0 THEN CASE WHEN a > 0 AND b > 0 THEN 'opening' END
                              WHEN a > 0 AND a <> b THEN CASE b WHEN -1 THEN 'left' WHEN 0 THEN 'censored' ELSE 'moved' END END AS kind
      FROM (SELECT s, t, days, place AS b, lag(place) OVER (PARTITION BY s, person ORDER BY t) AS a FROM day JOIN study USING (s)) AS x) AS y
WHERE kind IS NOT NULL GROUP BY s, kind, i, j, t;
CREATE TABLE known AS SELECT s, i AS place FROM cell UNION SELECT s, j FROM cell WHERE j IS NOT NULL;
-- On the last of these days, which was not observed, those who are carried over to it.
CREATE TABLE headcount AS
SELECT k.s, k.place, t, coalesce(n, 0) AS n
FROM known AS k JOIN study USING (s) CROSS JOIN generate_series(0, days) AS t
     LEFT JOIN (SELECT s, place, t, count(*) AS n FROM (SELECT s, place, t, days, lag(place) OVER (PARTITION BY s, person ORDER BY t) AS a FROM day JOIN study USING (s)) AS d
                WHERE place > 0 AND (t < days OR a > 0) GROUP BY s, place, t) AS c USING (s, place, t);
ALTER TABLE headcount ADD PRIMARY KEY (s, t, place);
ANALYZE cell, known, headcount;

-- What these must contain to be worth the trouble.
SELECT cmp_ok((SELECT count(*) FROM person), '>=', 6000::bigint, 'there are histories');
SELECT is(count(*), 6::bigint, 'and of all that can happen some on the first day, in between and on the last')
FROM (SELECT FROM (SELECT s, kind, CASE WHEN kind IN ('entered', 'resumed') THEN t + 1 ELSE t END AS t FROM cell) AS cell JOIN study USING (s) GROUP BY cell.kind
      HAVING cell.kind = 'opening' OR count(*) FILTER (WHERE t = 1) > 60 AND count(*) FILTER (WHERE t = days) > 60 AND count(*) FILTER (WHERE t BETWEEN 2 AND days - 1) > 400) AS x;
SELECT cmp_ok(max(n), '>', 60::bigint, 'some have many states') FROM (SELECT count(*) AS n FROM known GROUP BY s) AS x;
SELECT cmp_ok((SELECT count(*) FROM (SELECT s, person FROM (SELECT s, person, place, lag(place) OVER (PARTITION BY s, person ORDER BY t) AS before FROM day) AS x
                                     WHERE place > 0 AND before = -1 GROUP BY s, person HAVING count(*) > 1) AS y), '>', 350::bigint, 'many come back');
SELECT cmp_ok((SELECT count(*) FROM (SELECT DISTINCT a.s, a.person FROM spell AS a JOIN spell AS b USING (s, person, start_date)
                                     WHERE a.name < b.name AND a.end_date > a.start_date AND b.end_date > b.start_date) AS x), '>', 300::bigint, 'many have spells of one start');

-- ---------------------------------------------------------------------------
-- Matrices.  Of a day's step those rows that are not of the unit matrix.
-- ---------------------------------------------------------------------------
CREATE TABLE step AS
WITH move AS (
    SELECT c.s, c.t, c.i, coalesce(c.j, -1) AS j, round(c.n::numeric, 30) / h.n AS p
    FROM cell AS c JOIN headcount AS h ON h.s = c.s AND h.place = c.i AND h.t = c.t - 1 WHERE kind IN ('moved', 'left'))
SELECT s, days - t + 1 AS back, i, j, p
FROM (SELECT * FROM move UNION ALL SELECT s, t, i, i, 1 - sum(p) FROM move GROUP BY s, t, i) AS m JOIN study USING (s);
CREATE INDEX ON step (back);
ANALYZE step;

-- Horizons, of so many days.
CREATE TABLE horizon AS
SELECT s, horizon, days AS h FROM study, LATERAL (VALUES (NULL::interval), (make_interval(days => days))) AS v (horizon)
UNION
SELECT s, horizon, h FROM study, unnest('{1 day,2 days,5 days,1 week,1 month,1 month 2 days,100 days,1 year,1 year 1 month}'::interval[]) AS horizon,
    LATERAL (SELECT as_of - (as_of - horizon)::date) AS l (h) WHERE h BETWEEN 1 AND days;
CREATE INDEX ON horizon (h);

-- From the last day backwards: what is multiplied so far is the matrix of that
-- horizon.
CREATE TABLE matrix (s int, h int, i int, j int, p numeric);
CREATE TABLE product AS
SELECT a.s, a.place AS i, b.place AS j, (a.place = b.place)::int::numeric AS p
FROM known AS a JOIN (SELECT * FROM known UNION ALL SELECT s, -1 FROM study) AS b USING (s);
INSERT INTO product SELECT s, -1, -1, 1 FROM study;      -- out is absorbing
CREATE INDEX ON product (s, i);
ANALYZE product;
CREATE TABLE changed (LIKE product);
DO $$
BEGIN
    FOR its IN 1 .. (SELECT max(days) FROM study) LOOP
        INSERT INTO changed
        SELECT step.s, step.i, product.j, sum(round(step.p * product.p, 30))
        FROM step JOIN product ON product.s = step.s AND product.i = step.j WHERE back = its GROUP BY step.s, step.i, product.j;
        DELETE FROM product USING (SELECT DISTINCT s, i FROM changed) AS c WHERE product.s = c.s AND product.i = c.i;
        INSERT INTO product SELECT * FROM changed;
        TRUNCATE changed;
        INSERT INTO matrix SELECT s, its, i, j, p FROM product WHERE s IN (SELECT s FROM horizon WHERE h = its);
    END LOOP;
END
$$;
CREATE INDEX ON matrix (s, h);
-- What nobody was at risk for is not known.
CREATE TABLE unseen AS
SELECT DISTINCT s, h, place FROM known JOIN horizon USING (s)
WHERE NOT EXISTS (SELECT FROM headcount AS c JOIN study USING (s) WHERE c.s = known.s AND c.place = known.place AND c.n > 0 AND t >= days - h AND t < days);
ALTER TABLE unseen ADD PRIMARY KEY (s, h, place);
CREATE TABLE expected_matrix AS
SELECT m.s, m.h, m.i, m.j, CASE WHEN u.place IS NULL THEN p END AS p FROM matrix AS m LEFT JOIN unseen AS u ON u.s = m.s AND u.h = m.h AND u.place = m.i WHERE i > 0;
CREATE INDEX ON expected_matrix (s, h);
ANALYZE horizon, matrix, unseen, expected_matrix;

SELECT no_difference(
    'SELECT day, name, p, w
     FROM (SELECT day, -day AS s, day AS h, name, place AS j, w
           FROM tiny_expected, LATERAL (VALUES (''entry'', entry), (''a'', a), (''B'', b), (''it''''s'', c)) AS v (name, w) JOIN state USING (name)) AS e
          LEFT JOIN (SELECT * FROM expected_matrix WHERE i = (SELECT place FROM state WHERE name = ''entry'')) AS m USING (s, h, j)
     WHERE abs(coalesce(p, 0) - w / 32) > 1e-28', count(*), 8, 'this finds the published probabilities of the tiny example') FROM tiny_expected;
SELECT no_difference('SELECT s, h, i, sum(p) FROM matrix GROUP BY s, h, i HAVING abs(sum(p) - 1) > 1e-25', count(*), 40000, 'and rows that add up to 1') FROM matrix;

-- ---------------------------------------------------------------------------
-- The same for the extension.
-- ---------------------------------------------------------------------------
CREATE TABLE input AS
SELECT s, person, start_date, end_date, name, dice(1000000, s * 1000 + person, 1000 + row) AS lot FROM spell;
-- To a row in forty comes one that lacks something.
INSERT INTO input
SELECT s, CASE WHEN lot % 3 > 0 THEN person END, CASE WHEN lot % 3 < 2 THEN start_date END, CASE WHEN lot % 2 = 0 THEN end_date END, name, lot
FROM input WHERE lot % 40 = 0;
-- Persons by number, uuid and name; rows in an order that says nothing.
CREATE TABLE row_of AS
SELECT s, start_date, end_date, name, (person * 576460752303423487::numeric - 9223372036854775808)::bigint AS by_bigint, md5(person::text)::uuid AS by_uuid,
       CASE WHEN person % 5 > 0 THEN repeat('personnummer å ', person % 7 * 5) || person WHEN person > 5 THEN '0' || person ELSE '' END AS by_text
FROM input ORDER BY lot, s;
CREATE TABLE got AS
SELECT s, mobility_agg(by_bigint, name, start_date, end_date, daterange(from_date, as_of)) AS m,
       mobility_agg(by_uuid, name, start_date, end_date, daterange(from_date, as_of)) AS by_uuid,
       mobility_agg(CASE WHEN by_bigint IS NOT NULL THEN by_text END, name, start_date, end_date, daterange(from_date, as_of)) AS by_text
FROM row_of JOIN study USING (s) GROUP BY s;
ALTER TABLE got ADD PRIMARY KEY (s);
ANALYZE got;

CREATE TABLE expected_text AS
WITH days AS (
    SELECT s, kind, i, j, jsonb_object_agg(t, n) AS days FROM cell GROUP BY s, kind, i, j),
states AS (
    SELECT s, kind, a.name, CASE WHEN kind = 'moved' THEN jsonb_object_agg(coalesce(b.name, ''), days) ELSE jsonb_agg(days) -> 0 END AS days
    FROM days JOIN state AS a ON a.place = i LEFT JOIN state AS b ON b.place = j GROUP BY s, kind, a.name),
series AS (
    SELECT s, kind, jsonb_object_agg(name, days) AS states FROM states GROUP BY s, kind)
SELECT s, jsonb_build_object('type', 'mobility', 'version', 1, 'fte', false, 'observed', jsonb_build_array(from_date, as_of), 'skipped', skipped)
          || (SELECT jsonb_object_agg(kind, '{}'::jsonb) FROM unnest(kinds()) AS kind) || coalesce(j, '{}') AS j
FROM study JOIN (SELECT s, count(*) FILTER (WHERE person IS NULL OR start_date IS NULL) AS skipped FROM input GROUP BY s) AS i USING (s)
     LEFT JOIN (SELECT s, jsonb_object_agg(kind, states) AS j FROM series GROUP BY s) AS x USING (s);
SELECT no_difference('SELECT s, m::jsonb, j AS instead_of FROM got FULL JOIN expected_text USING (s) WHERE m::jsonb IS DISTINCT FROM j',
                     count(*), 1900, 'every count of the summary') FROM got;
SELECT no_difference('SELECT s, m, by_uuid FROM got WHERE m IS DISTINCT FROM by_uuid OR mobility_send(m) IS DISTINCT FROM mobility_send(by_uuid)', count(*), 1900, 'a person may be a uuid') FROM got;
SELECT no_difference('SELECT s, m, by_text FROM got WHERE m IS DISTINCT FROM by_text OR mobility_send(m) IS DISTINCT FROM mobility_send(by_text)', count(*), 1900, 'or a text') FROM got;
SELECT cmp_ok(sum(skipped(m)), '>', 400::numeric, 'rows that lack something are skipped') FROM got;

-- Flows.  Limits of a Poisson mean: with mean `upper`, so few or fewer happen
-- with probability (1 - level) / 2; with mean `lower`, so many or more.
CREATE FUNCTION poisson_below(n bigint, mean float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    term float8 := exp(-mean);
    total float8 := 0;
BEGIN
    FOR i IN 1 .. n LOOP
        total := total + term;
        term := term * mean / i;
    END LOOP;
    RETURN total;
END
$$;
CREATE TABLE expected_flow AS
SELECT s, i, j, moves, days::float8 / 365.25 AS person_years,
       row_number() OVER (PARTITION BY s ORDER BY i NULLS LAST, j NULLS LAST) AS place
FROM (SELECT s, CASE WHEN kind = 'entered' THEN NULL ELSE i END AS i, CASE WHEN kind = 'entered' THEN i ELSE j END AS j, sum(n)::bigint AS moves
      FROM cell WHERE kind IN ('entered', 'moved', 'left') GROUP BY s, kind, i, j) AS f
     LEFT JOIN (SELECT s, h.place AS i, sum(n) AS days FROM headcount AS h JOIN study USING (s) WHERE t < days GROUP BY s, h.place) AS d USING (s, i);
CREATE TABLE got_flow AS
SELECT s, level, f.n AS place, a.place AS i, b.place AS j, moves, person_years, rate, lower, upper
FROM got CROSS JOIN unnest('{0.95,0.5}'::float8[]) AS level,
     mobility_flows(m, level) WITH ORDINALITY AS f (from_state, to_state, moves, person_years, rate, lower, upper, n)
     LEFT JOIN state AS a ON a.name = from_state LEFT JOIN state AS b ON b.name = to_state;
SELECT no_difference(
    'SELECT s, g, e FROM got_flow AS g FULL JOIN (SELECT * FROM expected_flow, unnest(''{0.95,0.5}''::float8[]) AS level WHERE s IN (SELECT s FROM got)) AS e USING (s, level, place)
     WHERE (g.i IS NOT DISTINCT FROM e.i AND g.j IS NOT DISTINCT FROM e.j AND g.moves = e.moves AND near(g.person_years, e.person_years)
            AND near(g.rate, e.moves / e.person_years)) IS NOT TRUE', count(*), 10000, 'flows, with person-years and rates, in order') FROM got_flow;
SELECT no_difference(
    'SELECT g, poisson_below(moves + 1, upper * person_years), poisson_below(moves, lower * person_years) FROM got_flow AS g
     WHERE i IS NOT NULL AND (abs(poisson_below(moves + 1, upper * person_years) - (1 - level) / 2) < 1e-9
                              AND abs(1 - poisson_below(moves, lower * person_years) - (1 - level) / 2) < 1e-9) IS NOT TRUE
        OR i IS NULL AND (person_years, rate, lower, upper) IS NOT NULL', count(i), 5000, 'exact limits of rates') FROM got_flow;
SELECT no_difference('SELECT s FROM got, LATERAL (SELECT array_agg(a) AS a FROM mobility_flows(m) AS a) AS a, LATERAL (SELECT array_agg(b) AS b FROM mobility_flows(m, 0.95) AS b) AS b
                      WHERE a.a::text IS DISTINCT FROM b.b::text', count(*), 1900, 'of 95 percent if not told') FROM got;

-- Headcounts on any day.
CREATE TABLE got_headcount AS
SELECT s, t, h.n AS position, place, headcount
FROM got JOIN study USING (s) CROSS JOIN generate_series(0, days - 1) AS t CROSS JOIN LATERAL mobility_headcount(m, from_date + t) WITH ORDINALITY AS h (name, headcount, n) LEFT JOIN state USING (name)
WHERE kind <> 'years' OR t % 7 = 0 OR t = days - 1;
SELECT no_difference(
    'SELECT s, t, g, e
     FROM got_headcount AS g
          FULL JOIN (SELECT s, t, h.place, n, row_number() OVER (PARTITION BY s, t ORDER BY h.place) AS position FROM headcount AS h JOIN study USING (s)
                     WHERE s IN (SELECT s FROM got) AND t < days AND (kind <> ''years'' OR t % 7 = 0 OR t = days - 1)) AS e USING (s, t, position)
     WHERE (g.place = e.place AND g.headcount = e.n) IS NOT TRUE', count(*), 30000, 'headcounts of all days') FROM got_headcount;
SELECT no_difference('SELECT s FROM got JOIN study USING (s), LATERAL (SELECT array_agg(a) AS a FROM mobility_headcount(m) AS a) AS a, LATERAL (SELECT array_agg(b) AS b FROM mobility_headcount(m, as_of - 1) AS b) AS b
                      WHERE a.a::text IS DISTINCT FROM b.b::text', count(*), 1900, 'which are of the last day if not told') FROM got;

-- Matrices over all horizons.
CREATE TABLE got_matrix AS
SELECT s, horizon, h, f.n AS position, a.place AS i, coalesce(b.place, CASE WHEN to_state IS NULL THEN -1 END) AS j, probability AS p
FROM got JOIN horizon USING (s) CROSS JOIN LATERAL mobility_matrix(m, horizon) WITH ORDINALITY AS f (from_state, to_state, probability, n)
     LEFT JOIN state AS a ON a.name = from_state LEFT JOIN state AS b ON b.name = to_state;
SELECT no_difference(
    'SELECT g, e
     FROM got_matrix AS g
          FULL JOIN (SELECT s, horizon, h, i, j, p, row_number() OVER (PARTITION BY s, horizon ORDER BY i, nullif(j, -1) NULLS LAST) AS position
                     FROM horizon JOIN expected_matrix USING (s, h) WHERE s IN (SELECT s FROM got)) AS e
          ON g.s = e.s AND g.h = e.h AND g.horizon IS NOT DISTINCT FROM e.horizon AND g.position = e.position
     WHERE (g.i = e.i AND g.j = e.j AND near(g.p, e.p)) IS NOT TRUE', count(p), 150000, 'matrices over all horizons') FROM got_matrix;
SELECT cmp_ok(count(*), '>', 1000::bigint, 'some rows are not known') FROM got_matrix WHERE p IS NULL;

-- ---------------------------------------------------------------------------
-- Projections, over the powers of the matrix of the last year.
-- ---------------------------------------------------------------------------
CREATE TABLE year_matrix AS
SELECT s, i, j, p FROM study JOIN horizon USING (s) JOIN matrix USING (s, h) WHERE kind = 'years' AND horizon = '1 year' AND j > 0 AND s IN (SELECT s FROM got);
SELECT cmp_ok(count(DISTINCT s), '>=', 20::bigint, 'there are years to project') FROM year_matrix;
CREATE TABLE power (s int, k int, i int, j int, p numeric);
INSERT INTO power SELECT s, 0, i, j, (i = j)::int FROM year_matrix;
DO $$
BEGIN
    FOR its IN 1 .. 12 LOOP
        INSERT INTO power SELECT power.s, its, power.i, y.j, sum(round(power.p * y.p, 30))
        FROM power JOIN year_matrix AS y ON y.s = power.s AND y.i = power.j WHERE k = its - 1 GROUP BY power.s, power.i, y.j;
    END LOOP;
END
$$;
-- A row that nobody was at risk for is not known.  Where somebody is in that state
-- when a year begins, there is no projection.
CREATE TABLE unknown_year AS SELECT s, place FROM unseen JOIN horizon USING (s, h) WHERE horizon = '1 year' AND s IN (SELECT s FROM year_matrix);
CREATE FUNCTION can_project(m mobility, years int) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM mobility_project(m, years => years);
    RETURN true;
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN false;
END
$$;
SELECT no_difference(
    'SELECT * FROM (SELECT s, years, can_project(m, years) AS can,
                           EXISTS (SELECT FROM study JOIN headcount AS c USING (s) JOIN power AS p ON p.s = c.s AND p.i = c.place JOIN unknown_year AS u ON u.s = p.s AND u.place = p.j
                                   WHERE c.s = got.s AND t = days AND c.n * p.p > 0 AND k < years) AS unknown
                    FROM got, generate_series(1, 3) AS years WHERE s IN (SELECT s FROM year_matrix)) AS x
     WHERE can = unknown', count(*), 90, 'there is no projection from where nobody was') FROM got, generate_series(1, 3) AS years WHERE s IN (SELECT s FROM year_matrix);
SELECT cmp_ok(count(DISTINCT s), '>=', 5::bigint, 'which is in some') FROM unknown_year;
-- What is there at the beginning, and what comes in each year: 0, nothing is told;
-- 1, the intake; 2, both, for states in another order.
CREATE TABLE scenario AS
SELECT s, no, place, CASE WHEN no < 2 THEN n ELSE dice(400, s, 10 + place) / 8.0 END AS stock,
       CASE WHEN no > 0 THEN dice(100, s, 400 + place) / 4.0 ELSE 0 END AS intake,
       row_number() OVER (PARTITION BY s, no ORDER BY CASE WHEN no = 2 THEN dice(1000, s, 700 + place) ELSE 0 END, place) AS position
FROM generate_series(0, 2) AS no, headcount JOIN study USING (s) WHERE t = days AND s IN (SELECT s FROM year_matrix) AND s NOT IN (SELECT s FROM unknown_year);
CREATE TABLE expected_stock AS
SELECT s, no, k, j, sum(n) AS n
FROM (SELECT s, no, k, j, stock * p AS n FROM scenario JOIN (SELECT s, i AS place, k, j, p FROM power) AS p USING (s, place)
      UNION ALL
      SELECT s, no, k, j, intake * p FROM scenario JOIN (SELECT s, i AS place, m.k AS m, j, p FROM power AS m) AS p USING (s, place), generate_series(1, 12) AS k WHERE m < k) AS x
GROUP BY s, no, k, j;
CREATE TABLE expected_project AS
SELECT s, no, k, j, b.n AS headcount_start,
       coalesce((SELECT sum(o.n * y.p) FROM expected_stock AS o JOIN year_matrix AS y ON y.s = o.s AND y.i = o.j WHERE o.s = a.s AND o.no = a.no AND o.k = a.k - 1 AND y.j = a.j AND y.i <> a.j), 0) AS moved_in,
       b.n * coalesce((SELECT sum(y.p) FROM year_matrix AS y WHERE y.s = a.s AND y.i = a.j AND y.j <> a.j), 0) AS moved_out,
       b.n * (1 - (SELECT sum(y.p) FROM year_matrix AS y WHERE y.s = a.s AND y.i = a.j)) AS gone, intake, a.n AS headcount
FROM expected_stock AS a JOIN (SELECT s, no, k + 1 AS k, j, n FROM expected_stock) AS b USING (s, no, k, j) JOIN (SELECT s, no, place AS j, intake FROM scenario) AS c USING (s, no, j);
SELECT no_difference('SELECT * FROM expected_project WHERE abs(headcount_start + moved_in - moved_out - gone + intake - headcount) > 1e-20', count(*), 1000, 'powers and flows agree with each other') FROM expected_project;

CREATE TABLE got_project AS
SELECT s, no, years, p.year - extract(year FROM as_of)::int + 1 AS k, place AS j, p.headcount_start, p.moved_in, p.moved_out, p.gone, p.intake, p.headcount
FROM got JOIN study USING (s)
     JOIN (SELECT s, no, array_agg(stock::float8 ORDER BY position) AS stock, array_agg(intake::float8 ORDER BY position) AS intake, array_agg(name ORDER BY position) AS states
           FROM scenario JOIN state USING (place) GROUP BY s, no) AS c USING (s),
     LATERAL (SELECT 1 + s % 12) AS y (years),
     LATERAL (SELECT * FROM mobility_project(m) WHERE no = 0 AND s % 2 = 0
              UNION ALL SELECT * FROM mobility_project(m, years => years) WHERE no = 0 AND s % 2 = 1
              UNION ALL SELECT * FROM mobility_project(m, years => years, intake => c.intake) WHERE no = 1
              UNION ALL SELECT * FROM mobility_project(m, c.stock, years, c.intake, states) WHERE no = 2) AS p (year, period_start, period_end, name, headcount_start, moved_in, moved_out, gone, intake, headcount)
     LEFT JOIN state USING (name);
SELECT no_difference(
    'SELECT s, no, g, e
     FROM got_project AS g
          FULL JOIN (SELECT e.* FROM expected_project AS e WHERE k <= CASE WHEN no = 0 AND s % 2 = 0 THEN 10 ELSE 1 + s % 12 END) AS e USING (s, no, k, j)
     WHERE (near(g.headcount_start, e.headcount_start::float8) AND near(g.moved_in, e.moved_in::float8) AND near(g.moved_out, e.moved_out::float8)
            AND near(g.gone, e.gone::float8) AND near(g.intake, e.intake::float8) AND near(g.headcount, e.headcount::float8)) IS NOT TRUE',
    count(*), 1500, 'projections') FROM got_project;

SELECT * FROM finish();
ROLLBACK;
