-- Published moves between states, which the extension must give back, and what
-- stands beside them in the same books: the replacement rule of turnover, and
-- staff for a workload.  Where people are known by their days and not by their
-- dates they are entered through the text form.  Beside the checkout are the files
-- (vectors v04, v10, v14) from which the numbers here were copied.
\set ON_ERROR_STOP on
\set shared ''
\getenv shared EF_SHARED
SELECT :'shared' <> '' AS has_shared \gset

BEGIN;
SELECT plan(16);

-- ---------------------------------------------------------------------------
-- From people to a summary: where a person is from a day on, NULL: not known.
-- ---------------------------------------------------------------------------
CREATE TABLE change (source text, id int, day int, state text);

CREATE FUNCTION moves(wanted text, last_day int, person int DEFAULT NULL) RETURNS mobility LANGUAGE sql AS $$
    WITH step AS (
        SELECT CASE WHEN state IS NULL THEN 'censored' WHEN before IS NOT NULL THEN 'moved' WHEN day = 0 THEN 'opening' ELSE 'resumed' END AS kind,
               coalesce(before, state) AS label, CASE WHEN before IS NOT NULL THEN state END AS other, day, count(*) AS n
        FROM (SELECT day, state, lag(state) OVER (PARTITION BY id ORDER BY day) AS before FROM change
              WHERE source = wanted AND id = coalesce(person, id)) AS c
        WHERE day <= last_day AND state IS DISTINCT FROM before
          AND (day < last_day OR before IS NOT NULL)      -- who comes on the last day has not come yet
        GROUP BY 1, 2, 3, 4
    ), pair AS (
        SELECT kind, label, other, jsonb_object_agg(day, n) AS days FROM step GROUP BY kind, label, other
    ), series AS (
        SELECT kind, label, coalesce(jsonb_object_agg(other, days) FILTER (WHERE other IS NOT NULL), jsonb_agg(days) -> 0) AS s FROM pair GROUP BY kind, label
    ), kind AS (
        SELECT kind, jsonb_object_agg(label, s) AS k FROM series GROUP BY kind
    )
    SELECT (jsonb_build_object('type', 'mobility', 'version', 1, 'observed', jsonb_build_array('2000-01-01', '2000-01-01'::date + last_day)) ||
            jsonb_object_agg(kind, k))::text::mobility
    FROM kind
$$;

-- ---------------------------------------------------------------------------
-- "A tiny multi-state example" of R's survival package (tests/mstate.R): five
-- people, two of whom come under observation late, who go from an entry state to
-- a, b or c and on from there, also back to a.  Exact fractions of 32.
--
-- A time is ten days.  Who is followed to a time is in a state until the end of
-- its first day, so at risk at it, and not known of on the next.
-- ---------------------------------------------------------------------------
CREATE TABLE followed (id int, t_start int, t_stop int, state text);
INSERT INTO followed VALUES
    (1, 0, 4, 'a'), (1, 4, 9, 'b'), (1, 9, 10, 'a'), (2, 0, 5, 'b'), (3, 2, 9, 'c'), (4, 0, 2, 'a'), (4, 2, 8, 'c'), (4, 8, 9, 'censor'),
    (5, 1, 3, 'b'), (5, 3, 11, 'censor');
-- time, at risk in the entry state, a, b and c, and the probabilities of those
CREATE TABLE state_curve (t int, n_entry int, n_a int, n_b int, n_c int, entry numeric, a numeric, b numeric, c numeric);
INSERT INTO state_curve VALUES
    (2, 4, 0, 0, 0, 0.75, 0.25, 0, 0), (3, 4, 1, 0, 0, 0.5625, 0.25, 0.1875, 0), (4, 3, 1, 1, 0, 0.375, 0.4375, 0.1875, 0),
    (5, 2, 2, 1, 0, 0.1875, 0.4375, 0.375, 0), (8, 1, 2, 1, 0, 0.1875, 0.21875, 0.375, 0.21875),
    (9, 1, 1, 1, 1, 0, 0, 0.59375, 0.40625), (10, 0, 0, 2, 0, 0, 0.296875, 0.296875, 0.40625),
    (11, 0, 0, 1, 0, 0, 0.296875, 0.296875, 0.40625);

INSERT INTO change
SELECT 'states', id, 10 * min(t_start), 'entry' FROM followed GROUP BY id
UNION ALL SELECT 'states', id, 10 * t_stop, state FROM followed WHERE state <> 'censor'
UNION ALL SELECT 'states', id, 10 * max(t_stop) + 1, NULL FROM followed GROUP BY id;

SELECT results_eq(
    $$SELECT t, coalesce(sum(probability) FILTER (WHERE to_state = 'entry'), 0)::numeric, coalesce(sum(probability) FILTER (WHERE to_state = 'a'), 0)::numeric,
             coalesce(sum(probability) FILTER (WHERE to_state = 'b'), 0)::numeric, coalesce(sum(probability) FILTER (WHERE to_state = 'c'), 0)::numeric
      FROM state_curve, mobility_matrix(moves('states', 10 * t)) WHERE from_state = 'entry' GROUP BY t ORDER BY t$$,
    'SELECT t, entry, a, b, c FROM state_curve ORDER BY t', 'states: where those are who were in the entry state');
SELECT cmp_ok((SELECT max(abs(1 - total)) FROM (SELECT sum(probability) FROM state_curve, mobility_matrix(moves('states', 10 * t)) GROUP BY t, from_state) AS x (total)),
              '<', 1e-15::float8, 'states: everybody is somewhere');
SELECT results_eq(
    $$SELECT t, coalesce(sum(headcount) FILTER (WHERE state = 'entry'), 0)::int, coalesce(sum(headcount) FILTER (WHERE state = 'a'), 0)::int,
             coalesce(sum(headcount) FILTER (WHERE state = 'b'), 0)::int, coalesce(sum(headcount) FILTER (WHERE state = 'c'), 0)::int
      FROM state_curve, mobility_headcount(moves('states', 120), '2000-01-01'::date + 10 * t - 1) GROUP BY t ORDER BY t$$,
    'SELECT t, n_entry, n_a, n_b, n_c FROM state_curve ORDER BY t', 'states: who is at risk');
SELECT bag_eq(
    $$SELECT from_state, to_state, moves::int FROM mobility_flows(moves('states', 120))$$,
    $$VALUES ('entry', 'a', 2), ('entry', 'b', 2), ('entry', 'c', 1), ('a', 'b', 1), ('a', 'c', 1), ('b', 'a', 1)$$, 'states: every move, and no other');
SELECT is(rollup(moves('states', 120, id)), moves('states', 120), 'states: one by one, they add up to the same') FROM generate_series(1, 5) AS id;

-- The same from rows: where somebody is not known of, the state is null.
CREATE TABLE spell AS
SELECT id, state, '2000-01-01'::date + day - (day = 0)::int AS started, '2000-01-01'::date + lead(day) OVER (PARTITION BY id ORDER BY day) AS ended
FROM (SELECT id, day, state FROM change WHERE source = 'states' UNION ALL
      SELECT id, -1, NULL FROM change WHERE source = 'states' GROUP BY id HAVING min(day) > 0) AS c;
SELECT is(mobility_agg(id, state, started, ended, daterange('2000-01-01', '2000-04-30')), moves('states', 120), 'states: from spells they are the same') FROM spell;

-- ---------------------------------------------------------------------------
-- Heneman, Judge and Kammeyer-Mueller, Staffing Organizations, 8th edition, p.
-- 143: a Markov analysis of door-to-door sales, full- and part-time sellers,
-- assistant and regional managers.  Shares are of 1000 people who move on one day.
-- ---------------------------------------------------------------------------
CREATE TABLE origin (n int, state text, stock float8, shares numeric[], share_left numeric, expected numeric[], expected_left numeric);
INSERT INTO origin VALUES
    (1, 'SF', 500, '{0.5,0.1,0.05,0}', 0.35, '{250,50,25,0}', 175),
    (2, 'SP', 150, '{0.05,0.6,0.1,0}', 0.25, '{7.5,90,15,0}', 37.5),
    (3, 'ASM', 50, '{0.05,0,0.8,0.1}', 0.05, '{2.5,0,40,5}', 2.5),
    (4, 'RSM', 30, '{0,0,0,0.7}', 0.3, '{0,0,0,21}', 9);
CREATE TABLE sellers AS
SELECT (jsonb_build_object(
           'type', 'mobility', 'version', 1, 'observed', '["2011-01-01", "2012-01-01"]'::jsonb,
           'opening', (SELECT jsonb_object_agg(state, '{"0": 1000}'::jsonb) FROM origin),
           'left', (SELECT jsonb_object_agg(state, jsonb_build_object('200', (1000 * share_left)::int)) FROM origin),
           'moved', (SELECT jsonb_object_agg(state, moves)
                     FROM (SELECT o.state, jsonb_object_agg(d.state, jsonb_build_object('200', (1000 * o.shares[d.n])::int)) AS moves
                           FROM origin AS o, origin AS d WHERE o.n <> d.n AND o.shares[d.n] > 0 GROUP BY o.state) AS x)))::text::mobility AS m;
CREATE TABLE projected AS
SELECT p.* FROM sellers, mobility_project(m, (SELECT array_agg(stock ORDER BY n) FROM origin), 1, states => (SELECT array_agg(state ORDER BY n) FROM origin))
     WITH ORDINALITY AS p (year, period_start, period_end, state, headcount_start, moved_in, moved_out, exits, intake, headcount, lower, upper, n);

SELECT results_eq(
    $$SELECT from_state, array_agg(round(probability::numeric, 14) ORDER BY d.n) FILTER (WHERE to_state IS NOT NULL), max(round(probability::numeric, 14)) FILTER (WHERE to_state IS NULL)
      FROM sellers, mobility_matrix(m, '1 year') LEFT JOIN origin AS d ON d.state = to_state JOIN origin AS o ON o.state = from_state
      GROUP BY o.n, from_state ORDER BY o.n$$,
    'SELECT state, shares, share_left FROM origin ORDER BY n', 'door to door: the shares');
SELECT results_eq('SELECT state, headcount_start, round(headcount::numeric, 10), round(exits::numeric, 10) FROM projected ORDER BY n',
                  $$SELECT state, stock, (SELECT sum(expected[o.n]) FROM origin), expected_left FROM origin AS o ORDER BY n$$,
                  'door to door: sellers and managers a year later, and who left');
SELECT results_eq('SELECT state, round(moved_in::numeric, 10), round(moved_out::numeric, 10) FROM projected ORDER BY n',
                  $$SELECT state, (SELECT sum(expected[o.n]) FROM origin AS x WHERE x.n <> o.n),
                           (SELECT sum(e) FROM unnest(expected) WITH ORDINALITY AS f (e, i) WHERE i <> n) FROM origin AS o ORDER BY n$$,
                  'door to door: and who moved');
SELECT results_eq('SELECT round(sum(headcount)::numeric, 10), round(sum(exits)::numeric, 10), min(year), max(year) FROM projected',
                  'VALUES (506.0, 224.0, 2012, 2012)', 'door to door: 730 are 506 who stay and 224 who leave');

-- ---------------------------------------------------------------------------
-- Turnover by replacement (Nyckeltalsinstitutet; Arbetsgivarverket): those who
-- left and were replaced, which are the fewer of who left and who came, over
-- the mean of the headcounts before and after.
-- ---------------------------------------------------------------------------
CREATE TABLE turnover_case (leavers int, joiners int, replaced int);
INSERT INTO turnover_case VALUES (3, 3, 3), (3, 1, 1), (3, 5, 3);
SELECT results_eq(
    $$SELECT c.*, round(turnover(w, 'replacement')::numeric, 12) FROM turnover_case AS c, LATERAL (
          SELECT workforce_agg('1980-01-01', started, ended, 'resignation', '[2023-01-01,2024-01-01)') AS w
          FROM (SELECT date '2020-01-01' AS started, CASE WHEN i <= leavers THEN date '2023-06-15' END AS ended FROM generate_series(1, 20) AS i
                UNION ALL SELECT '2023-03-01', NULL FROM generate_series(1, joiners)) AS x) AS y ORDER BY leavers, joiners$$,
    $$SELECT c.*, round(replaced / ((20 + 20 - leavers + joiners) / 2.0), 12) FROM turnover_case AS c ORDER BY leavers, joiners$$,
    'turnover: who was replaced');

-- ---------------------------------------------------------------------------
-- The files.
-- ---------------------------------------------------------------------------
\if :has_shared
CREATE TABLE followed_file (kind text, id int, t_start int, t_stop int, state text);
\copy followed_file FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/v04_aalen_johansen_reentry_input.csv' CSV HEADER
SELECT bag_eq('SELECT id, t_start, t_stop, state FROM followed_file', 'SELECT * FROM followed', 'the file has these people');
CREATE TABLE state_file (LIKE state_curve);
\copy state_file FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/v04_aalen_johansen_reentry_expected.csv' CSV HEADER
SELECT bag_eq('SELECT * FROM state_file', 'SELECT * FROM state_curve', 'and these probabilities');
CREATE TABLE origin_file (origin text, stock numeric, sf numeric, sp numeric, asm numeric, rsm numeric, share_left numeric,
                          exp_sf numeric, exp_sp numeric, exp_asm numeric, exp_rsm numeric, exp_left numeric);
\copy origin_file FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/v10_heneman_markov_door_to_door.csv' CSV HEADER
SELECT bag_eq($$SELECT origin, stock, ARRAY[sf, sp, asm, rsm] AS shares, share_left, ARRAY[exp_sf, exp_sp, exp_asm, exp_rsm] AS expected, exp_left FROM origin_file WHERE origin !~ 'TOTAL'$$,
              'SELECT state, stock::numeric, shares, share_left, expected, expected_left FROM origin', 'the file has these sellers');
SELECT results_eq($$SELECT stock, unnest(ARRAY[exp_sf, exp_sp, exp_asm, exp_rsm]) AS headcount, exp_left FROM origin_file WHERE origin ~ 'TOTAL'$$,
                  $$SELECT sum(headcount_start) OVER ()::numeric, round(headcount::numeric, 10), round(sum(exits) OVER ()::numeric, 10) FROM projected ORDER BY n$$,
                  'and their totals are those that are projected');
CREATE TABLE turnover_file (LIKE turnover_case);
\copy turnover_file FROM PROGRAM 'grep -v "^#" "$EF_SHARED"/vectors/v14_personalomsattning_examples.csv | tr -d "\\r"' CSV HEADER
SELECT bag_eq('SELECT * FROM turnover_file', 'SELECT * FROM turnover_case', 'the file has these cases of turnover');
\else
SELECT skip('the published files are not beside the checkout', 5);
\endif

SELECT * FROM finish();
ROLLBACK;
