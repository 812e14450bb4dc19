-- A second computation of funnels, by brute force: every choice of rows is a
-- chain until it breaks a rule, the rules are checked one by one as the manual
-- has them, and of the chains that are left the furthest and then the earliest
-- is taken.  Compared with the extension on made-up histories that are short, so
-- that all can be tried, and have few different times, so that ties are many.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL jit = off;     -- of no use for many small queries
SET LOCAL work_mem = '64MB';
SELECT plan(134);

\ir ../../lib/dice.sql
\ir ../../lib/complaint.sql

-- ---------------------------------------------------------------------------
-- Histories: of up to 7 rows, at up to 6 different times, which are days or
-- moments around the ends of months, midnights, and the years in which computers
-- begin to count.
-- ---------------------------------------------------------------------------
CREATE TABLE period (period int PRIMARY KEY, unit text, times timestamp[], as_of date[]);
INSERT INTO period VALUES
    (1, 'day', '{2024-01-31,2024-02-28,2024-02-29,2024-03-01,2024-03-31,2024-04-30}', '{2024-04-30,2024-05-03}'),
    (2, 'day', '{1999-12-30,1999-12-31,2000-01-01,2000-01-02,2000-01-30,2000-01-31}', '{2000-01-02,2000-02-01}'),
    (3, 'day', '{2023-01-29,2023-01-30,2023-01-31,2023-02-28,2023-03-01,2023-03-02}', '{2023-03-01,2023-03-29}'),
    (4, 'day', '{0001-01-01,0001-01-02,0001-01-31,0001-02-01,0001-02-28,0001-03-01}', '{0001-02-28,0001-03-31}'),
    (5, 'day', '{9999-11-29,9999-11-30,9999-12-01,9999-12-29,9999-12-30,9999-12-31}', '{9999-12-30,9999-12-31}'),
    (6, 'moment', '{2024-01-31 00:00,2024-01-31 12:00,2024-01-31 23:59:59.999999,
                    2024-02-29 12:00,2024-02-29 12:00:00.000001,2024-03-01 00:00}', '{2024-03-01,2024-03-31}'),
    (7, 'moment', '{1999-12-31 11:59:59.999999,1999-12-31 12:00,2000-01-01 00:00,
                    2000-01-01 00:00:00.000001,2000-01-01 23:59:59.999999,2000-01-02 12:00}', '{2000-01-02,2000-01-03}'),
    (8, 'moment', '{1969-12-30 18:00,1969-12-31 06:00,1969-12-31 18:00,
                    1970-01-01 05:59:59.999999,1970-01-01 06:00,1970-01-01 06:00:00.000001}', '{1970-01-01,1970-01-02}'),
    (9, 'moment', '{2024-02-28 12:00,2024-02-28 12:00:00.000001,2024-02-29 00:00,
                    2024-02-29 00:00:00.000001,2024-03-29 00:00,2024-03-30 12:00}', '{2024-03-30,2024-04-30}'),
    -- a month from an earlier start may close later: the day is clipped, the hour is not
    (10, 'moment', '{2023-01-29 12:00,2023-02-28 06:00,2023-01-31 00:00,
                     2023-02-28 12:00,2023-01-30 06:00,2023-02-28 00:00}', '{2023-02-28,2023-03-31}');
CREATE TABLE span (w int PRIMARY KEY, within interval);
INSERT INTO span VALUES (0, NULL), (1, '0'), (2, '1 day'), (3, '29 days'), (4, '1 month'), (5, '2 months 1 day'),
                        (6, '36 hours'), (7, '12:00:00.000001'), (8, '1 month 12 hours');

-- Everybody is looked at with a window or without; without as_of and with one;
-- without exits (which are unknown names then) and with; in every combination of
-- modes.
CREATE TABLE person AS
SELECT person, period, CASE WHEN clipped THEN 2 ELSE ('{1,2,2,3,3,4,4,5,5,5}'::int[])[1 + dice(10, person, 2)] END AS n,
       -- a window below a day is refused where events have dates
       CASE WHEN clipped THEN 4 WHEN dice(11, person, 3) = 9 AND period <= 5 THEN 2 ELSE greatest(0, dice(11, person, 3) - 2) END AS w,
       1 + dice(2, person, 4) AS a, dice(8, person, 5) AS rows, 2 + dice(5, person, 6) AS k, dice(3, person, 7) AS manner
FROM (SELECT person, period, period = 10 AND dice(3, person, 8) > 0 AS clipped
      FROM (SELECT person, 1 + dice(10, person, 1) AS period FROM generate_series(1, 20000) AS person) AS x) AS y;

-- Stage 0 is any that the spec does not name, -1 an exit.  Some histories are of
-- any stage at any time, some go forward more often than by chance.
CREATE TABLE event AS
SELECT person, i AS row,
       CASE WHEN manner = 0 OR dice(4, person, 100 + i) = 0
            THEN CASE WHEN u < 65 THEN 1 + dice(n, person, 200 + i) WHEN u < 85 THEN -1 ELSE 0 END
            ELSE CASE WHEN u < 85 THEN 1 + (i * n / greatest(rows, n)) % n WHEN u < 93 THEN -1 ELSE 0 END END AS stage,
       times[1 + CASE WHEN manner < 2 THEN dice(k, person, 300 + i)
                      ELSE least(5, greatest(0, i * k / rows - dice(2, person, 300 + i))) END] AS at
FROM person JOIN period USING (period), generate_series(0, rows - 1) AS i, LATERAL (SELECT dice(100, person, 400 + i)) AS v (u);

-- ---------------------------------------------------------------------------
-- Brute force.
-- ---------------------------------------------------------------------------
-- What was seen of a person (v) with exits or without (e) and as_of or without (o).
CREATE TABLE view AS
SELECT (person * 2 + e) * 2 + o AS v, person, e, o FROM person, generate_series(0, 1) AS e, generate_series(0, 1) AS o;
CREATE TABLE seen AS
SELECT v, row, CASE WHEN stage = -1 AND e = 0 THEN 0 ELSE stage END AS stage, at
FROM event JOIN person USING (person) JOIN period USING (period) JOIN view USING (person) WHERE o = 0 OR at < as_of[a];
CREATE INDEX ON seen (v);
ANALYZE seen;

-- Where an exit and a start have one time, the start is one anew if the exit
-- ended a chain that was there: somebody started before, within the window, and
-- left at no time from then on; or left when he started, and that was anew.
CREATE TABLE anew AS
WITH RECURSIVE
leaving AS (
    SELECT v, at, within, row_number() OVER (PARTITION BY v ORDER BY at) AS n, lag(at) OVER (PARTITION BY v ORDER BY at) AS before,
           EXISTS (SELECT FROM seen AS s WHERE s.v = x.v AND s.stage = 1 AND s.at = x.at) AS starts
    FROM (SELECT DISTINCT v, at FROM seen WHERE stage = -1) AS x JOIN view USING (v) JOIN person USING (person) JOIN span USING (w)),
judged AS (
    SELECT l.*, starts AND EXISTS (SELECT FROM seen AS s WHERE s.v = l.v AND s.stage = 1 AND s.at < l.at
                                                           AND (within IS NULL OR l.at <= s.at + within)) AS anew
    FROM leaving AS l WHERE n = 1
    UNION ALL
    SELECT l.*, l.starts AND EXISTS (SELECT FROM seen AS s
                                     WHERE s.v = l.v AND s.stage = 1 AND s.at < l.at AND (l.within IS NULL OR l.at <= s.at + l.within)
                                           AND (s.at > l.before OR s.at = l.before AND j.anew))
    FROM judged AS j JOIN leaving AS l ON l.v = j.v AND l.n = j.n + 1)
SELECT v, at FROM judged WHERE anew;
ALTER TABLE anew ADD PRIMARY KEY (v, at);
SELECT cmp_ok((SELECT count(*) FROM anew), '>', 500::bigint, 'some leave and begin anew at one time');

-- A step from any row of a stage to any row of the next one, in whatever order,
-- and which modes it breaks (1, 2, 4, 8 as below); 16 if it is none at all, and 32
-- if it is none because of an exit at the time of its first row.
-- (An event has one stage, so strict_once cannot be broken here.)
CREATE TABLE step AS
SELECT a.v, a.row AS from_row, b.row AS to_row, b.at,
       (b.at < a.at OR bool_or(x.stage = -1 AND a.at < x.at AND x.at < b.at))::int * 16
       | bool_or(x.stage = -1 AND a.at = x.at AND x.at < b.at)::int * 32
       | (NOT a.at < b.at)::int * 1
       | bool_or(a.at < x.at AND x.at < b.at AND x.stage <> -1 AND x.stage <> a.stage)::int * 4
       | bool_or(a.at < x.at AND x.at < b.at AND x.stage BETWEEN 1 AND b.stage)::int * 8 AS breaks
FROM seen AS a JOIN seen AS b ON b.v = a.v AND a.stage >= 1 AND b.stage = a.stage + 1 JOIN seen AS x ON x.v = a.v
GROUP BY a.v, a.row, a.stage, a.at, b.row, b.stage, b.at;
CREATE INDEX ON step (v, from_row);
ANALYZE step;

-- All choices of rows of the stages 1 to k, for every k.
CREATE TABLE choice AS
WITH RECURSIVE choice AS (
    SELECT v, row AS last_row, ARRAY[at] AS at, 0 AS breaks FROM seen WHERE stage = 1
    UNION ALL
    SELECT c.v, s.to_row, c.at || s.at,
           c.breaks | CASE WHEN c.at[cardinality(c.at)] = c.at[1] AND EXISTS (SELECT FROM anew AS a WHERE (a.v, a.at) = (c.v, c.at[1]))
                           THEN s.breaks & 31 ELSE s.breaks END
    FROM choice AS c JOIN step AS s ON s.v = c.v AND s.from_row = c.last_row)
SELECT v, at, breaks FROM choice;

-- Those that stay within the window, the best ones first, and what becomes of
-- them: nothing more if they reach the last stage.
CREATE TABLE chain AS
SELECT row_number() OVER (ORDER BY v, k DESC, at)::int AS chain, v, breaks, n, k, at,
       CASE WHEN k = n THEN NULL WHEN left_at IS NOT NULL THEN 'exited' WHEN still_open THEN 'pending' ELSE 'lost' END AS outcome,
       CASE WHEN k = n THEN NULL WHEN left_at IS NOT NULL THEN left_at::date WHEN still_open THEN as_of - 1 ELSE until::date END AS left_on
FROM (SELECT v, breaks, n, at, t.k, t.as_of, until, t.as_of IS NOT NULL AND (within IS NULL OR until >= t.as_of) AS still_open,
             (SELECT min(x.at) FROM seen AS x
              WHERE x.v = choice.v AND x.stage = -1 AND x.at >= choice.at[t.k] AND (within IS NULL OR x.at <= until)
                    AND NOT (x.at = choice.at[1] AND EXISTS (SELECT FROM anew AS a WHERE (a.v, a.at) = (x.v, x.at)))) AS left_at
      FROM choice JOIN view USING (v) JOIN person AS p USING (person) JOIN period USING (period) JOIN span USING (w),
           LATERAL (SELECT cardinality(at), CASE WHEN o = 1 THEN period.as_of[a] END, at[1] + within) AS t (k, as_of, until)
      WHERE breaks < 16 AND (within IS NULL OR at[t.k] <= until)) AS c;
ALTER TABLE chain ADD PRIMARY KEY (chain);

-- The best one that breaks none of some modes.
CREATE TABLE best AS
SELECT modes, v, min(chain) AS chain FROM chain, generate_series(0, 15) AS modes WHERE breaks & modes = 0 GROUP BY modes, v;
CREATE INDEX ON best (modes);
ANALYZE chain;
ANALYZE best;

-- What it leaves in a funnel: a number of member (the place of its name), stage
-- and day.
CREATE FUNCTION members() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT '{reached,exited,lost,pending,converted_after,exited_after,lost_after,pending_after}'::text[]
$$;
CREATE FUNCTION mark(member text, stage int, day int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT (array_position(members(), member) * 8 + stage) * 100000 + day
$$;
CREATE TABLE mark AS
SELECT chain, mark(member, stage, day) AS mark
FROM chain, LATERAL (
    SELECT 'reached', i, at[i]::date - at[1]::date FROM generate_series(1, k) AS i
    UNION ALL SELECT 'converted_after', i, at[i + 1]::date - at[i]::date FROM generate_series(2, k - 1) AS i
    UNION ALL SELECT outcome, k, left_on - at[1]::date WHERE k < n AND left_on IS NOT NULL
    UNION ALL SELECT outcome || '_after', k, left_on - at[k]::date WHERE k BETWEEN 2 AND n - 1 AND left_on IS NOT NULL) AS m (member, stage, day);
CREATE INDEX ON mark (chain);
ANALYZE mark;

-- What these must contain to be worth the trouble.
SELECT cmp_ok((SELECT count(*) FROM person), '>=', 20000::bigint, 'there are histories');
SELECT cmp_ok((SELECT count(*) FROM (SELECT DISTINCT e.person FROM event AS e JOIN event AS f USING (person, at, stage)
                                     WHERE e.row < f.row AND stage > 0) AS x), '>', 4000::bigint, 'many with duplicates');
SELECT cmp_ok((SELECT count(*) FROM (SELECT DISTINCT e.person FROM event AS e JOIN event AS f USING (person, at)
                                     WHERE e.stage > 0 AND f.stage = e.stage + 1) AS x), '>', 4000::bigint, 'and ties of successive stages');
SELECT cmp_ok((SELECT count(*) FROM (SELECT DISTINCT e.person FROM event AS e JOIN event AS f USING (person, at)
                                     WHERE e.stage > 0 AND f.stage = -1) AS x), '>', 4000::bigint, 'and of stages and exits');
SELECT is(count(*), 70::bigint, 'and every outcome after every stage of funnels of every length, with a window and without')
FROM (SELECT FROM chain JOIN view USING (v) JOIN person USING (person) GROUP BY chain.n, chain.k, outcome, w > 0 HAVING count(*) >= 10) AS x;
SELECT is(count(*), 24::bigint, 'each mode makes a difference to each combination of the others')
FROM (SELECT FROM best AS a JOIN best AS b USING (v), unnest('{1,4,8}'::int[]) AS mode
      WHERE v % 16 < 4 AND a.modes & mode = 0 AND b.modes = a.modes | mode AND a.chain <> b.chain GROUP BY mode, a.modes HAVING count(*) > 50) AS x;

-- ---------------------------------------------------------------------------
-- The same for the extension.
-- ---------------------------------------------------------------------------
-- Names of all kinds.  What is no stage has several: one that no spec knows, the
-- next stage of a longer spec, and the exits if the spec has none.
CREATE FUNCTION stage_names() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT ARRAY['sökande', 'a "b" {c}, d', 'it''s', '4', 'Admitted'] $$;
CREATE TABLE input AS
SELECT person, row, person AS person_id, at,
       CASE WHEN stage > 0 THEN (stage_names())[stage]
            WHEN stage = -1 THEN CASE WHEN row % 2 = 0 THEN 'withdrawn' ELSE 'moved away' END
            ELSE coalesce(CASE WHEN row % 2 = 0 THEN (stage_names())[n + 1] END, 'admitted') END AS stage
FROM event JOIN person USING (person);
-- A row in forty lacks something.
INSERT INTO input
SELECT person, row, CASE WHEN u > 0 THEN person END, CASE WHEN u <> 1 THEN at END, CASE WHEN u <> 2 THEN stage END
FROM (SELECT *, dice(4, person, 500) AS u FROM input WHERE dice(40, person, 600 + row) = 0) AS i;
CREATE INDEX ON input (person);

CREATE TABLE spec AS
SELECT (((period * 6 + n) * 9 + w) * 2 + e) * 3 + a AS s, modes, period, n, w, e, a,
       funnel_spec((stage_names())[:n], within, as_of[a], CASE WHEN e = 1 THEN '{withdrawn,moved away}' ELSE '{}' END::text[],
                   (SELECT coalesce(array_agg(name), '{}') FROM unnest('{strict_increase,strict_once,strict_order,strict_deduplication}'::text[])
                                                                 WITH ORDINALITY AS m (name, i) WHERE modes & (1 << (i - 1)::int) > 0)) AS spec
FROM period, generate_series(1, 5) AS n, span, generate_series(0, 1) AS e, generate_series(0, 2) AS a, generate_series(0, 15) AS modes;
ALTER TABLE spec ADD PRIMARY KEY (modes, s);
SELECT is(count(DISTINCT spec), count(*), 'all specs differ') FROM spec WHERE period = 1;
CREATE TABLE look AS
SELECT v, person, (((period * 6 + n) * 9 + w) * 2 + e) * 3 + a * o AS s FROM view JOIN person AS p USING (person);
ALTER TABLE look ADD PRIMARY KEY (v);
ANALYZE input, spec, look;

-- How many are at each stage, by spec; the marks of all chains; and the rows that
-- lack something.
CREATE VIEW expected_stage AS
SELECT modes, s, i AS stage_no, sum(m) AS entered, CASE WHEN i < n THEN coalesce(sum(m) FILTER (WHERE k > i), 0) END AS converted,
       CASE WHEN i < n THEN coalesce(sum(m) FILTER (WHERE k = i AND outcome = 'pending'), 0) END AS pending,
       CASE WHEN i < n THEN coalesce(sum(m) FILTER (WHERE k = i AND outcome = 'exited'), 0) END AS exited,
       CASE WHEN i < n THEN coalesce(sum(m) FILTER (WHERE k = i AND outcome = 'lost'), 0) END AS lost
FROM (SELECT modes, s, n, k, outcome, count(*) AS m FROM best JOIN chain USING (chain, v) JOIN look USING (v) GROUP BY modes, s, n, k, outcome) AS c,
     generate_series(1, k) AS i GROUP BY modes, s, i, n;
CREATE VIEW expected_mark AS
SELECT modes, s, mark, count(*) AS n FROM best JOIN look USING (v) JOIN mark USING (chain) GROUP BY modes, s, mark;
CREATE TABLE expected_skipped AS
SELECT s, count(*) FILTER (WHERE person_id IS NULL OR at IS NULL OR stage IS NULL) AS n FROM look JOIN input USING (person) GROUP BY s;
-- The marks in the text form of a funnel.
CREATE FUNCTION marks(f funnel) RETURNS TABLE (mark int, n bigint) LANGUAGE sql IMMUTABLE AS $$
    SELECT mark(member, array_position(stage_names(), name), day::int), n::bigint
    FROM (SELECT f::jsonb) AS j (j), unnest(members()) AS member, jsonb_each(j -> member) AS s (name, days), jsonb_each_text(days) AS d (day, n)
$$;

CREATE TABLE got_person (v int, s int, steps timestamp[], f funnel);
CREATE TABLE got_spec (s int, f funnel);

-- Everything in one combination of modes.
CREATE FUNCTION test_modes(its int) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    label text := coalesce((SELECT string_agg(name, '+' ORDER BY i) FROM unnest('{strict_increase,strict_once,strict_order,strict_deduplication}'::text[])
                                                                       WITH ORDINALITY AS m (name, i) WHERE its & (1 << (i - 1)::int) > 0), 'no mode');
    compared bigint;
BEGIN
    TRUNCATE got_person, got_spec;
    INSERT INTO got_spec
    SELECT s, funnel_agg(person_id, stage, at, spec) FROM look JOIN spec USING (s) JOIN input USING (person) WHERE modes = its GROUP BY s;
    -- A row that belongs to nobody is one that is skipped.  (By period, so that no
    -- statement has thousands of specs.)
    FOR its_period IN 1 .. 10 LOOP
        INSERT INTO got_person
        SELECT v, s, funnel_steps(CASE WHEN person_id IS NOT NULL THEN stage END, at, spec),
               funnel_agg(CASE WHEN person_id IS NOT NULL THEN stage END, at, spec)
        FROM look JOIN spec USING (s) JOIN input USING (person) WHERE modes = its AND period = its_period GROUP BY v, s;
    END LOOP;
    ANALYZE got_person, got_spec;

    SELECT count(*) INTO compared FROM got_person WHERE steps IS NOT NULL;
    RETURN NEXT no_difference(format(
        'SELECT v, g.steps, e.at AS instead_of, (SELECT array_agg(format(''%%s %%s'', at, stage) ORDER BY at, stage) FROM seen WHERE seen.v = e.v) AS events
         FROM (SELECT v, steps FROM got_person WHERE steps IS NOT NULL) AS g
              FULL JOIN (SELECT v, at FROM best JOIN chain USING (chain, v) WHERE modes = %s) AS e USING (v)
         WHERE g.steps IS DISTINCT FROM e.at', its), compared, 40000, label || ': the chain of each person');

    SELECT count(*) INTO compared FROM got_spec, funnel_stages(f) WHERE entered > 0;
    RETURN NEXT no_difference(format(
        'SELECT s, stage_no, g, e
         FROM (SELECT s, stage_no, entered, converted, pending, exited, lost FROM got_spec, funnel_stages(f) WHERE entered > 0) AS g
              FULL JOIN (SELECT s, stage_no, entered, converted, pending, exited, lost FROM expected_stage WHERE modes = %s) AS e USING (s, stage_no)
         WHERE g::text IS DISTINCT FROM e::text', its), compared, 4000, label || ': the numbers of each stage');

    SELECT count(*) INTO compared FROM got_spec, marks(f);
    RETURN NEXT no_difference(format(
        'SELECT s, (members())[mark / 800000] AS member, mark / 100000 %% 8 AS stage, mark %% 100000 AS day, g.n, e.n AS instead_of
         FROM (SELECT s, m.* FROM got_spec, marks(f) AS m) AS g
              FULL JOIN (SELECT s, mark, n FROM expected_mark WHERE modes = %s) AS e USING (s, mark)
         WHERE g.n IS DISTINCT FROM e.n', its), compared, 16000, label || ': every count of the summary');

    SELECT count(*) INTO compared FROM got_spec;
    RETURN NEXT no_difference(
        'SELECT s, r, f, skipped(f), n AS instead_of
         FROM got_spec FULL JOIN (SELECT s, rollup(f) AS r FROM got_person GROUP BY s) AS p USING (s) FULL JOIN expected_skipped USING (s)
         WHERE r IS DISTINCT FROM f OR funnel_send(r) IS DISTINCT FROM funnel_send(f) OR skipped(f) IS DISTINCT FROM n',
        compared, 2000, label || ': persons roll up to the whole, skipped rows included');
END
$$;
SELECT test_modes(modes) FROM generate_series(0, 15) AS modes;

-- ---------------------------------------------------------------------------
-- Chains that are given: the array form, over the chains of brute force.
-- ---------------------------------------------------------------------------
TRUNCATE got_spec;
INSERT INTO got_spec
SELECT s, funnel_agg(person_id, stage, at, spec) FROM look JOIN spec USING (s) JOIN input USING (person) WHERE modes = 0 AND e = 0 GROUP BY s;
-- What else is in the text form.
SELECT no_difference($$SELECT f FROM got_spec JOIN spec USING (s), LATERAL (SELECT f::jsonb) AS j (j)
    WHERE modes = 0 AND NOT (j ->> 'type' = 'funnel' AND j -> 'version' = '1' AND j -> 'spec' = spec::text::jsonb - 'type' - 'version' AND j -> 'skipped' = to_jsonb(skipped(f))
        AND (SELECT array_agg(key ORDER BY key) FROM jsonb_object_keys(j) AS key)
            = (SELECT array_agg(key ORDER BY key) FROM unnest(members() || '{type,version,spec,skipped}') AS key)
        AND (SELECT count(*) FROM unnest(members()) AS member, jsonb_each(j -> member) AS s (name, days)
             WHERE name <> ALL ((stage_names())[:n]) OR days = '{}') = 0)$$,
    count(*), 900, 'the text form names its type, spec and skipped rows, and for each of its series the stages that have any') FROM got_spec;
-- One row per person: nothing for who has no chain, some with nulls where nothing
-- was reached; and a null for each row that was skipped above.
CREATE TABLE given AS
SELECT s, CASE WHEN at IS NULL THEN CASE WHEN v % 3 > 0 THEN array_fill(NULL::timestamp, ARRAY[v % 3]) ELSE '{}' END
               WHEN v % 3 = 0 THEN at
               ELSE at || array_fill(NULL::timestamp, ARRAY[n - k]) END AS reached
FROM look JOIN spec USING (s) LEFT JOIN best USING (modes, v) LEFT JOIN (SELECT chain, at, k FROM chain) AS c USING (chain)
WHERE modes = 0 AND e = 0 AND person IN (SELECT person FROM input)
UNION ALL
SELECT s, NULL FROM look JOIN spec USING (s) JOIN input USING (person)
WHERE modes = 0 AND e = 0 AND (person_id IS NULL OR at IS NULL OR stage IS NULL);
SELECT no_difference(
    'SELECT s, g.f, got_spec.f AS instead_of FROM (SELECT s, funnel_agg(reached, spec) AS f FROM given JOIN spec USING (s) WHERE modes = 0 GROUP BY s) AS g
     FULL JOIN got_spec USING (s) WHERE g.f IS DISTINCT FROM got_spec.f', count(*), 900, 'chains that are given make the same funnel') FROM got_spec;
SELECT no_difference(
    'SELECT s, g.f, got_spec.f AS instead_of FROM (SELECT s, funnel_agg(reached::date[], spec) AS f FROM given JOIN spec USING (s) WHERE modes = 0 AND period <= 5 GROUP BY s) AS g
     JOIN got_spec USING (s) WHERE g.f IS DISTINCT FROM got_spec.f', count(*), 500, 'as dates, too') FROM got_spec JOIN spec USING (s) WHERE modes = 0 AND period <= 5;
SET LOCAL TimeZone = 'UTC';
SELECT no_difference(
    'SELECT s, g.f, got_spec.f AS instead_of FROM (SELECT s, funnel_agg(reached::timestamptz[], spec) AS f FROM given JOIN spec USING (s) WHERE modes = 0 GROUP BY s) AS g
     FULL JOIN got_spec USING (s) WHERE g.f IS DISTINCT FROM got_spec.f', count(*), 900, 'and as moments of a time zone') FROM got_spec;


-- Chains that know nothing of a window or an as_of: what is beyond was not reached.
CREATE TABLE longer AS
SELECT row_number() OVER () AS id, period, n, at FROM best JOIN view USING (v) JOIN person USING (person) JOIN (SELECT chain, at FROM chain) AS c USING (chain)
WHERE modes = 0 AND e = 0 AND o = 0 AND w IN (0, 5);
CREATE TABLE cut AS
SELECT id, s, spec, n, at, until, k, as_of
FROM (SELECT id, s, spec, l.n, at, at[1] + within AS until, p.as_of[a] AS as_of,
             (SELECT count(*)::int FROM unnest(at) AS t WHERE (within IS NULL OR t <= at[1] + within) AND (a = 0 OR t < p.as_of[a])) AS k
      FROM longer AS l JOIN period AS p USING (period) JOIN spec AS x ON x.modes = 0 AND x.period = l.period AND x.n = l.n AND x.e = 0 JOIN span USING (w)) AS c;
CREATE VIEW cut_mark AS
SELECT s, mark(member, stage, day) AS mark
FROM (SELECT *, CASE WHEN as_of IS NOT NULL AND (until IS NULL OR until >= as_of) THEN 'pending' ELSE 'lost' END AS outcome,
             CASE WHEN as_of IS NOT NULL AND (until IS NULL OR until >= as_of) THEN as_of - 1 ELSE until::date END AS left_on FROM cut) AS c,
     LATERAL (SELECT 'reached', i, at[i]::date - at[1]::date FROM generate_series(1, k) AS i
              UNION ALL SELECT 'converted_after', i, at[i + 1]::date - at[i]::date FROM generate_series(2, k - 1) AS i
              UNION ALL SELECT outcome, k, left_on - at[1]::date WHERE k BETWEEN 1 AND n - 1 AND left_on IS NOT NULL
              UNION ALL SELECT outcome || '_after', k, left_on - at[k]::date WHERE k BETWEEN 2 AND n - 1 AND left_on IS NOT NULL) AS m (member, stage, day);
SELECT no_difference(
    'SELECT s, (members())[mark / 800000] AS member, mark / 100000 % 8 AS stage, mark % 100000 AS day, g.n, e.n AS instead_of
     FROM (SELECT s, m.* FROM (SELECT s, funnel_agg(at, spec) AS f FROM cut GROUP BY s) AS c, marks(f) AS m) AS g
          FULL JOIN (SELECT s, mark, count(*) AS n FROM cut_mark GROUP BY s, mark) AS e USING (s, mark) WHERE g.n IS DISTINCT FROM e.n',
    count(*) FILTER (WHERE k < cardinality(at)), 15000, 'chains that are given are cut off at the window and at as_of') FROM cut;

-- ---------------------------------------------------------------------------
-- Whatever identifies a person, and whatever type the times and stages have.
-- ---------------------------------------------------------------------------
CREATE TYPE label AS ENUM ('admitted', 'withdrawn', 'moved away', 'sökande', 'a "b" {c}, d', 'it''s', '4', 'Admitted');
CREATE TABLE sample AS
SELECT modes, s, spec, period <= 5 AS is_day, i.*, at AT TIME ZONE 'UTC' AS at_utc, stage::label AS label,
       (person_id::numeric * 922337203685477 - 9223372036854775808)::bigint AS id_bigint, md5(person_id::text)::uuid AS id_uuid,
       CASE WHEN person_id % 11 > 0 THEN repeat('personnummer å ', person_id % 20) || person_id ELSE nullif(person_id, 11)::text END AS id_text
FROM look JOIN spec USING (s) JOIN input AS i USING (person) WHERE (s / 6 + modes) % 24 = 0;
UPDATE sample SET id_text = '' WHERE person_id = 11;
SET LOCAL TimeZone = 'Pacific/Kiritimati';
CREATE TABLE got_type AS
SELECT modes, s, funnel_agg(person_id::int, stage, at, spec) AS f, funnel_agg(id_bigint, stage, at, spec) AS by_bigint,
       funnel_agg(id_uuid, stage, at, spec) AS by_uuid, funnel_agg(id_text, stage, at, spec) AS by_text,
       funnel_agg(id_text::varchar, stage, at_utc, spec) AS by_utc, funnel_agg(id_uuid, label::text, at, spec) AS by_label,
       funnel_agg(person_id, stage::varchar, at::date, spec) FILTER (WHERE is_day) AS by_date
FROM sample GROUP BY modes, s;
SELECT no_difference(format('SELECT modes, s, f, %1$s AS instead FROM got_type WHERE %1$s IS DISTINCT FROM f', what), count(*), 1400, label)
FROM got_type, (VALUES ('by_bigint', 'person_id may be bigint'), ('by_uuid', 'or uuid'), ('by_text', 'or text'), ('by_utc', 'a time of a zone is one of UTC'),
                       ('by_label', 'a stage may be an enum')) AS v (what, label) GROUP BY what, label;
SELECT no_difference('SELECT modes, s, f, by_date FROM got_type JOIN spec USING (modes, s) WHERE by_date IS DISTINCT FROM f AND period <= 5',
                     count(by_date), 800, 'and a time may be a day') FROM got_type;
-- They are what they are because of who is who: as one person, all are another funnel.
SELECT cmp_ok(count(*), '>', 1000::bigint, 'persons matter')
FROM (SELECT modes, s, funnel_agg(1, stage, at, spec) AS f FROM sample GROUP BY modes, s) AS x JOIN got_type AS y USING (modes, s) WHERE x.f <> y.f;
-- The chain and the funnel of a person, of each type of time.
CREATE TABLE got_steps AS
SELECT modes, s, person, is_day, funnel_steps(stage, at, spec) AS steps, funnel_steps(stage, at_utc, spec) AS steps_utc, funnel_steps(stage, at::date, spec) FILTER (WHERE is_day) AS steps_date,
       funnel_agg(stage, at, spec) AS f, funnel_agg(stage, at_utc, spec) AS f_utc, funnel_agg(stage, at::date, spec) FILTER (WHERE is_day) AS f_date
FROM sample WHERE person_id % 4 = 0 GROUP BY modes, s, person, is_day;
SET LOCAL TimeZone = 'UTC';
SELECT no_difference('SELECT * FROM got_steps WHERE steps_utc::timestamp[] IS DISTINCT FROM steps OR f_utc IS DISTINCT FROM f', count(steps), 1500,
                     'a person''s chain and funnel by times of a zone') FROM got_steps;
SELECT no_difference('SELECT * FROM got_steps WHERE is_day AND (steps_date IS DISTINCT FROM steps::date[] OR f_date IS DISTINCT FROM f)', count(steps), 800,
                     'and by days') FROM got_steps WHERE is_day;

-- ---------------------------------------------------------------------------
-- window_funnel: a row may be of several stages.  The same histories, looked at
-- anew: what a row can be is drawn for it.
-- ---------------------------------------------------------------------------
CREATE TABLE wide AS
SELECT person, period, 1 + dice(4, person, 600) AS n, w, a FROM person WHERE person <= 8000;
CREATE TABLE wide_event AS
SELECT person, row, at,
       (SELECT coalesce(array_agg(i), '{}') FROM generate_series(1, n) AS i
        WHERE CASE WHEN person % 4 = 0 THEN i = 1 + (row + 1) / 2 WHEN dice(2, person, 800 + row) = 0 THEN i = likely ELSE dice(12, person * 8 + row, 700 + i) < CASE WHEN i = likely THEN 8 ELSE 3 END END) AS stages
FROM event JOIN wide USING (person), LATERAL (SELECT (row + 2) * n / 7 + dice(2, person, 900 + row)) AS l (likely);
CREATE TABLE wide_seen AS
SELECT person * 2 + o AS v, row, at, stages FROM wide_event JOIN wide USING (person) JOIN period USING (period), generate_series(0, 1) AS o
WHERE o = 0 OR at < as_of[a];
CREATE INDEX ON wide_seen (v);
ANALYZE wide_seen;

-- A step from a row that fills a stage to one that fills the next, which may be
-- the same row; 1, 2, 4, 8: it breaks this mode, 16: it is none.  Of another
-- stage is a row that can be one, or can be none at all.
CREATE TABLE wide_step AS
SELECT a.v, stage, a.row AS from_row, b.row AS to_row, b.at,
       (b.at < a.at)::int * 16 | (NOT a.at < b.at)::int * 1 | (a.row = b.row)::int * 2
       | (a.stages <> ARRAY[stage] OR bool_or(a.at < x.at AND x.at < b.at AND x.stages <> ARRAY[stage]))::int * 4
       | bool_or(a.at < x.at AND x.at < b.at AND EXISTS (SELECT FROM unnest(x.stages) AS i WHERE i <= stage + 1))::int * 8 AS breaks
FROM wide_seen AS a CROSS JOIN unnest(stages) AS stage JOIN wide_seen AS b ON b.v = a.v AND stage + 1 = ANY (b.stages) JOIN wide_seen AS x ON x.v = a.v
GROUP BY a.v, stage, a.row, a.at, a.stages, b.row, b.at;
CREATE INDEX ON wide_step (v, stage, from_row);
ANALYZE wide_step;
-- Strict_once is about all rows of a chain: so they are kept.
CREATE TABLE wide_choice AS
WITH RECURSIVE choice AS (
    SELECT v, 1 AS k, ARRAY[row] AS rows, at AS first_at, at AS last_at, 0 AS breaks FROM wide_seen WHERE 1 = ANY (stages)
    UNION ALL
    SELECT c.v, k + 1, rows || to_row, first_at, s.at, c.breaks | s.breaks | (to_row = ANY (rows))::int * 2
    FROM choice AS c JOIN wide_step AS s ON s.v = c.v AND s.stage = c.k AND s.from_row = rows[k])
SELECT * FROM choice WHERE breaks < 16;
CREATE INDEX ON wide_choice (v);
CREATE TABLE wide_best AS
SELECT modes, v, max(k) AS k
FROM wide_choice JOIN wide ON person = v / 2 JOIN span USING (w), generate_series(0, 15) AS modes
WHERE breaks & modes = 0 AND (within IS NULL OR last_at <= first_at + within) GROUP BY modes, v;

SELECT cmp_ok((SELECT count(*) FROM (SELECT DISTINCT v FROM wide_step WHERE from_row = to_row) AS x), '>', 2000::bigint, 'rows may fill several stages');
-- (A row that fills two stages breaks strict_increase and strict_order, too.)
SELECT is(count(*), 26::bigint, 'each mode makes a difference to each combination of the others')
FROM (SELECT FROM wide_best AS a JOIN wide_best AS b USING (v), unnest('{1,2,4,8}'::int[]) AS mode
      WHERE a.modes & mode = 0 AND b.modes = a.modes | mode AND a.k <> b.k GROUP BY mode, a.modes HAVING count(*) >= 8) AS x;

CREATE TABLE wide_input AS
SELECT person, row, at, (SELECT array_agg(CASE WHEN i = ANY (stages) THEN true WHEN dice(3, row, person + i) > 0 THEN false END ORDER BY i)
                         FROM generate_series(1, n) AS i) AS conditions FROM wide_event JOIN wide USING (person);
CREATE INDEX ON wide_input (person);
CREATE TABLE got_wide (v int, k int);
CREATE FUNCTION test_window_funnel(its int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    compared bigint;
BEGIN
    TRUNCATE got_wide;
    INSERT INTO got_wide
    SELECT person * 2 + o AS v, window_funnel(at, spec, VARIADIC conditions) AS k
    FROM wide AS p CROSS JOIN generate_series(0, 1) AS o
         JOIN spec ON modes = its AND s = (((p.period * 6 + p.n) * 9 + p.w) * 2) * 3 + p.a * o JOIN wide_input USING (person)
    GROUP BY person, o;
    SELECT count(*) INTO compared FROM got_wide WHERE k > 0;
    RETURN no_difference(format(
        'SELECT v, g.k, coalesce(e.k, 0) AS instead_of, (SELECT array_agg(format(''%%s %%s'', at, stages) ORDER BY at) FROM wide_seen WHERE wide_seen.v = g.v) AS rows
         FROM got_wide AS g FULL JOIN (SELECT v, k FROM wide_best WHERE modes = %s) AS e USING (v) WHERE g.k IS DISTINCT FROM coalesce(e.k, 0)', its),
        compared, 5000, format('window_funnel, modes %s', its::bit(4)));
END
$$;
SELECT test_window_funnel(modes) FROM generate_series(0, 15) AS modes;
-- Conditions one by one, as they are usually written.
SELECT is(format('%s %s %s', coalesce(window_funnel(at, spec, true) FILTER (WHERE false), -1), window_funnel(at, spec, true) FILTER (WHERE at IS NULL),
                 window_funnel(at, spec, true) FILTER (WHERE at >= '2020-01-02')), '-1 0 0', 'window_funnel of no rows is null; of rows that say nothing, 0')
FROM (VALUES (NULL::timestamp), ('2020-01-01 23:00'), ('2020-01-02')) AS v (at), funnel_spec('{a}', as_of => '2020-01-02') AS spec;
SELECT is(window_funnel(at, funnel_spec('{a,b,c}', '1 hour'), what = 'a', what = 'b', what = 'c'), 2, 'window_funnel, conditions one by one')
FROM (VALUES (timestamp '2020-01-01 12:00', 'a'), ('2020-01-01 12:30', 'b'), ('2020-01-01 13:00:00.000001', 'c')) AS v (at, what);


-- ---------------------------------------------------------------------------
-- The longest chain, and the times that there can be.
-- ---------------------------------------------------------------------------
CREATE FUNCTION of_two(start date, what text, day date, its_as_of date DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
    SELECT funnel_agg(1, stage, at, spec)::jsonb
    FROM (VALUES ('a', start), (what, day)) AS v (stage, at), (SELECT funnel_spec(ARRAY['a', 'b'], as_of => its_as_of, exits => ARRAY['x'])) AS s (spec)
$$;
-- 1904 to 2054 has the most leap days that 150 years can have.
SELECT is(date '1904-02-01' + interval '150 years', date '1904-02-01' + 54788 + time '0:00', 'so many days are 150 years');
SELECT is(of_two('1904-02-01', 'b', '2054-02-01') -> 'reached' -> 'b', '{"54788": 1}', 'the last stage after 150 years');
SELECT is(of_two('1904-02-01', 'x', '2054-02-01') -> 'exited' -> 'a', '{"54788": 1}', 'an exit');
SELECT is(of_two('1904-02-01', 'other', '2030-01-01', '2054-02-02') -> 'pending' -> 'a', '{"54788": 1}', 'the end of what was seen');
SELECT is(funnel_agg(1, 'a', date '1904-02-01', funnel_spec(ARRAY['a', 'b'], '150 years'))::jsonb -> 'lost' -> 'a', '{"54788": 1}', 'the end of the window');
SELECT throws_ok(query, '22008', NULL, 'and not a day more: ' || query)
FROM unnest(ARRAY[$$SELECT of_two('1904-02-01', 'b', '2054-02-02')$$, $$SELECT of_two('1904-02-01', 'x', '2054-02-02')$$, $$SELECT of_two('1904-02-01', 'other', '2030-01-01', '2054-02-03')$$,
                  $$SELECT funnel_agg(ARRAY[date '1904-02-01', '2054-02-02'], funnel_spec(ARRAY['a', 'b'], NULL))$$]) AS query;
SELECT is(of_two('1800-01-01', 'b', '2020-01-01', '1800-01-02') -> 'pending' -> 'a', '{"0": 1}', 'whatever has not happened');
SELECT is(of_two('0001-01-01', 'x', '0001-01-01') -> 'exited' -> 'a', '{"0": 1}', 'the first day');
SELECT is(of_two('9999-12-31', 'b', '9999-12-31') -> 'reached' -> 'b', '{"0": 1}', 'the last day');
SELECT is(of_two('2000-01-01', 'other', 'infinity') -> 'reached' -> 'a', '{"0": 1}', 'what is of no interest may be at any time');
SELECT throws_ok(format('SELECT of_two(''2000-01-01'', %L, %L)', what, day), '22008', NULL, format('but not %s at %s', what, day))
FROM unnest('{a,b,x}'::text[]) AS what, unnest('{infinity,-infinity,10000-01-01,0001-12-31 BC}'::date[]) AS day;

SELECT * FROM finish();
ROLLBACK;
