-- mobility_agg over contracts: where people are, their FTE and why they leave, against plain SQL
-- over people and days, and against workforce_agg over the same rows.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(63);

\ir ../../lib/dice.sql
-- Renewals, overlaps, gaps around a month, two jobs, the same row twice, work without a reason to
-- leave; a reason has the name of a state.
CREATE TABLE contract AS
SELECT person, (ARRAY['a', 'b', 'nörr', ''])[1 + dice(CASE WHEN person % 3 = 0 THEN 1 ELSE 4 END, person, 200 + i)] AS state, s AS start_date,
       CASE WHEN dice(12, person, 300 + i) > 0 THEN s + 1 + dice(90, person, 400 + i) END AS end_date,
       (ARRAY['retirement', 'a', 'unknown', NULL, '', 'Äldre'])[1 + dice(6, person, 500 + i)] AS reason,
       (ARRAY[1, 0.5, 0.75, 0.333, 0])[1 + dice(5, person, 600 + i)] AS fte
FROM (SELECT person, i, date '2019-06-01' + dice(200, person, 1) + sum(dice(70, person, 700 + i)) OVER (PARTITION BY person ORDER BY i)::int AS s
      FROM generate_series(1, 500) AS person, generate_series(1, 1 + dice(9, person, 2)) AS i OFFSET 0) AS x;
INSERT INTO contract SELECT * FROM contract WHERE person % 7 = 0;
CREATE INDEX ON contract (person);
ANALYZE contract;
CREATE FUNCTION seen() RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT daterange('2020-01-01', '2020-09-01') $$;

-- Spells: those of a gap at most, though the next row begins after the end.
CREATE FUNCTION spells(gap int) RETURNS TABLE (person int, s date, e date, reason text) LANGUAGE sql AS $$
    SELECT j.person, lower(j.r), CASE WHEN upper(j.r) < '9000-01-01' THEN upper(j.r) - gap END,
           (SELECT coalesce(c.reason, 'unknown') FROM contract AS c WHERE c.person = j.person AND c.end_date = upper(j.r) - gap AND c.start_date >= lower(j.r)
            ORDER BY c.start_date, coalesce(c.reason, 'unknown') COLLATE "C" LIMIT 1)
    FROM (SELECT person, unnest(range_agg(daterange(start_date, coalesce(end_date, '9999-01-01') + gap))) AS r FROM contract GROUP BY person) AS j
$$;
-- Who is where on each day; in a gap where it was last.
CREATE TABLE place (gap int, person int, day date, state text, reason text);
INSERT INTO place
SELECT gap, j.person, d::date,
       coalesce((SELECT c.state FROM contract AS c WHERE c.person = j.person AND d >= c.start_date AND (d < c.end_date OR c.end_date IS NULL)
                 ORDER BY c.start_date DESC, coalesce(c.end_date, 'infinity') DESC, c.state COLLATE "C" DESC LIMIT 1),
                (SELECT c.state FROM contract AS c WHERE c.person = j.person AND c.end_date <= d
                 ORDER BY c.end_date DESC, c.start_date DESC, c.state COLLATE "C" DESC LIMIT 1)),
       CASE WHEN j.e = d::date + 1 THEN j.reason END
FROM (VALUES (0), (30)) AS g (gap), LATERAL spells(gap) AS j,
     generate_series(greatest(j.s, '2019-12-31'), least(j.e - 1, '2020-09-01'), interval '1 day') AS d;
CREATE INDEX ON place (gap, person, day);
ANALYZE place;
-- Who was where the day before, and is where now.
CREATE TABLE change AS
SELECT gap, person, day, a.state AS before, b.state AS now, a.reason
FROM place AS b FULL JOIN (SELECT gap, person, day + 1 AS day, state, reason FROM place) AS a USING (gap, person, day)
WHERE day BETWEEN '2020-01-01' AND '2020-09-01';
-- By day and state, and of all together; who goes is counted on the last day there.
CREATE TABLE daily AS
SELECT gap, day, state, sum(here) AS here, sum(came) AS came, sum(went) AS went, sum(moved_in) AS moved_in, sum(moved_out) AS moved_out, sum(fte) AS fte
FROM (SELECT gap, day, now AS state, 1 AS here, (before IS NULL)::int AS came, 0 AS went, 0 AS moved_in, 0 AS moved_out, 0 AS fte FROM change WHERE now IS NOT NULL
      UNION ALL SELECT gap, day - 1, before, 0, 0, (now IS NULL)::int, 0, (now <> before)::int, 0 FROM change WHERE before IS NOT NULL
      UNION ALL SELECT gap, day - 1, now, 0, 0, 0, 1, 0, 0 FROM change WHERE now <> before
      UNION ALL SELECT gap, d::date, state, 0, 0, 0, 0, 0, fte
      FROM contract JOIN generate_series('2020-01-01', '2020-08-31', interval '1 day') AS d ON d >= start_date AND (d < end_date OR end_date IS NULL), (VALUES (0), (30)) AS g (gap)) AS x
GROUP BY gap, day, GROUPING SETS ((state), ());
CREATE TABLE gone AS
SELECT gap, day - 1 AS day, before AS state, reason, count(*) AS people
FROM change WHERE now IS NULL AND day > '2020-01-01' GROUP BY gap, day, reason, GROUPING SETS ((before), ());

CREATE FUNCTION steps(every interval) RETURNS TABLE (f date, l date) LANGUAGE sql AS $$
    SELECT f, l FROM (SELECT (lower(seen()) + every * k)::date AS f, least((lower(seen()) + every * (k + 1))::date, upper(seen())) - 1 AS l
                      FROM generate_series(0, 250) AS k) AS s WHERE f < upper(seen())
$$;
CREATE FUNCTION expected(gap int, every interval) RETURNS TABLE (period_start date, period_end date, state text, headcount_start bigint, headcount bigint,
    fte_start float8, fte float8, hires bigint, leavers bigint, moved_in bigint, moved_out bigint) LANGUAGE sql AS $$
    SELECT f, l, d.state, coalesce(sum(here) FILTER (WHERE day = f), 0)::bigint, coalesce(sum(here) FILTER (WHERE day = l), 0)::bigint,
           coalesce(sum(d.fte) FILTER (WHERE day = f), 0), coalesce(sum(d.fte) FILTER (WHERE day = l), 0),
           sum(came)::bigint, sum(went)::bigint, sum(d.moved_in)::bigint, sum(d.moved_out)::bigint
    FROM steps(every) JOIN daily AS d ON day BETWEEN f AND l WHERE d.gap = $1 GROUP BY f, l, d.state
$$;
CREATE FUNCTION expected_leavers(gap int, every interval) RETURNS TABLE (period_start date, period_end date, state text, reason text, leavers bigint) LANGUAGE sql AS $$
    SELECT f, l, r.state, r.reason, coalesce(sum(g.people), 0)::bigint
    FROM steps(every) CROSS JOIN (SELECT DISTINCT d.state, d.reason FROM gone AS d WHERE d.gap = $1) AS r
         LEFT JOIN gone AS g ON g.gap = $1 AND g.state IS NOT DISTINCT FROM r.state AND g.reason = r.reason AND g.day BETWEEN f AND l
    GROUP BY f, l, r.state, r.reason
$$;
CREATE TABLE m AS
SELECT gap, mobility_agg(person, state, start_date, end_date, reason, seen(), fte, gap * interval '1 day') AS m
FROM contract, (VALUES (0), (30)) AS g (gap) GROUP BY gap;
SELECT cmp_ok(sum(leavers), '>', 200::numeric, gap || ' days: many leave') FROM m, mobility_leavers(m) WHERE state IS NULL GROUP BY gap ORDER BY gap;
SELECT cmp_ok((SELECT sum(hires) FROM m, mobility_series(m) WHERE gap = 0), '>', (SELECT sum(hires) * 1.2 FROM m, mobility_series(m) WHERE gap = 30), 'a gap matters');
SELECT results_eq(
    format('SELECT period_start, period_end, state, headcount_start, headcount, round(fte_start::numeric, 3)::float8, round(fte::numeric, 3)::float8, hires, leavers, moved_in, moved_out FROM m, mobility_series(m, %L) WHERE gap = %s', every, gap),
    format('SELECT * FROM expected(%s, %L) ORDER BY period_start, state COLLATE "C" NULLS LAST', gap, every), format('gap of %s days: a series by %s', gap, every))
FROM (VALUES (0), (30)) AS g (gap), unnest('{1 month,1 day,10 days,1 month 3 days,5 years}'::text[]) AS every;
SELECT results_eq(
    format('SELECT l.* FROM m, mobility_leavers(m, %L) AS l WHERE gap = %s', every, gap),
    format('SELECT * FROM expected_leavers(%s, %L) ORDER BY period_start, state COLLATE "C" NULLS LAST, reason COLLATE "C"', gap, every), format('gap of %s days: leavers by reason by %s', gap, every))
FROM (VALUES (0), (30)) AS g (gap), unnest('{1 month,1 day,1 month 3 days,5 years}'::text[]) AS every;
SELECT is((SELECT count(*) FROM m, mobility_series(m, every::interval) AS s
           WHERE s.leavers <> (SELECT sum(l.leavers) FROM mobility_leavers(m, every::interval) AS l WHERE l.period_start = s.period_start AND l.state IS NOT DISTINCT FROM s.state)),
          0::bigint, 'the reasons of a ' || every || ' are all that leave')
FROM unnest('{1 week,1 month,1 year}'::text[]) AS every;
SELECT is((SELECT count(*) FROM (SELECT *, lag(carried) OVER (PARTITION BY gap, state ORDER BY period_start) AS carried_before FROM m, mobility_series(m, '1 week')) AS s
           WHERE carried_before + hires + resumed + moved_in <> carried + leavers + censored + moved_out), 0::bigint, 'the steps add up');
SELECT results_eq($$SELECT gap, s.key, (SELECT round(sum(CASE WHEN k.key = 'fte_gained' THEN v.value::bigint ELSE -v.value::bigint END) / 1000.0, 3)
                                      FROM (VALUES ('fte_gained'), ('fte_lost')) AS k (key), jsonb_each_text(m::jsonb -> k.key -> s.key) AS v) FROM m, jsonb_each(m::jsonb -> 'fte_gained') AS s ORDER BY 1, 2$$,
                  $$SELECT gap, s.state, round(fte::numeric, 3) FROM m, mobility_series(m, '1 year') AS s WHERE state IS NOT NULL ORDER BY 1, 2$$,
                  'what was gained less what was lost is the FTE of the last day');
SELECT is(rollup(p.m), (SELECT m FROM m WHERE gap = 30), 'persons add up') FROM (
    SELECT mobility_agg(person, state, start_date, end_date, reason, seen(), fte, '30 days') AS m FROM contract GROUP BY person) AS p;

-- ---------------------------------------------------------------------------
-- workforce: the same people on the same days
-- ---------------------------------------------------------------------------
CREATE TABLE monthly AS
SELECT gap, f, state, GROUPING(state) = 1 AS everybody,
       workforce_agg(person, '1970-05-05', start_date, end_date, reason, daterange(f, l + 1), fte, gap * interval '1 day') AS w
FROM contract, (VALUES (0), (30)) AS g (gap), steps('1 month')
GROUP BY gap, f, GROUPING SETS ((state), ());
SELECT results_eq(format('SELECT f, headcount(w, f), headcount(w), fte(w, f), fte(w), hires(w), exits(w), carried(w) FROM monthly WHERE gap = %s AND everybody ORDER BY f', gap),
                  format('SELECT period_start, headcount_start, headcount, fte_start::numeric, fte::numeric, hires, leavers, carried FROM m, mobility_series(m) WHERE gap = %s AND state IS NULL ORDER BY 1', gap),
                  format('gap of %s days: all together are those of workforce', gap))
FROM (VALUES (0), (30)) AS g (gap);
SELECT results_eq(format('SELECT f, r.key, (SELECT sum(n.value::bigint) FROM jsonb_each_text(r.value) AS n) FROM monthly, jsonb_each(w::jsonb -> ''exits'') AS r WHERE gap = %s AND everybody ORDER BY 1, r.key COLLATE "C"', gap),
                  format('SELECT period_start, reason, leavers::numeric FROM m, mobility_leavers(m) WHERE gap = %s AND state IS NULL AND leavers > 0', gap),
                  format('gap of %s days: they leave for the same reasons', gap))
FROM (VALUES (0), (30)) AS g (gap);
-- Group by group, each of which is a world of its own.
CREATE TABLE by_group AS
SELECT gap, state, mobility_agg(person, 'here', start_date, end_date, reason, seen(), fte, gap * interval '1 day') AS m
FROM contract, (VALUES (0), (30)) AS g (gap) GROUP BY gap, state;
SELECT results_eq(format('SELECT state, f, headcount(w, f), headcount(w), fte(w, f), fte(w), hires(w), exits(w) FROM monthly WHERE gap = %s AND NOT everybody ORDER BY 1, 2', gap),
                  format('SELECT g.state, period_start, headcount_start, headcount, fte_start::numeric, fte::numeric, hires, leavers FROM by_group AS g, mobility_series(m) AS s WHERE gap = %s AND s.state IS NOT NULL ORDER BY 1, 2', gap),
                  format('gap of %s days: each group is that of workforce', gap))
FROM (VALUES (0), (30)) AS g (gap);
SELECT results_eq(format('SELECT state, f, r.key, (SELECT sum(n.value::bigint) FROM jsonb_each_text(r.value) AS n) FROM monthly, jsonb_each(w::jsonb -> ''exits'') AS r WHERE gap = %s AND NOT everybody ORDER BY 1, 2, r.key COLLATE "C"', gap),
                  format('SELECT g.state, period_start, reason, leavers::numeric FROM by_group AS g, mobility_leavers(m) AS l WHERE gap = %s AND l.state IS NULL AND leavers > 0 ORDER BY 1, 2, reason COLLATE "C"', gap),
                  format('gap of %s days: each group is left for the same reasons', gap))
FROM (VALUES (0), (30)) AS g (gap);
SELECT is((SELECT count(*) FROM by_group AS g, mobility_series(m, '1 week') AS s WHERE g.gap = 0 AND s.state IS NULL
                  AND (SELECT round(t.fte::numeric, 3) FROM m, mobility_series(m.m, '1 week') AS t WHERE m.gap = 0 AND t.state = g.state AND t.period_start = s.period_start) <> round(s.fte::numeric, 3)),
          0::bigint, 'FTE stands where the work is done, with one state and with many');

-- ---------------------------------------------------------------------------
-- The same bytes
-- ---------------------------------------------------------------------------
CREATE FUNCTION is_whole(query text, label text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    b bytea;
BEGIN
    EXECUTE query INTO STRICT b;
    RETURN is(b = (SELECT mobility_send(m) FROM m WHERE gap = 30), true, label || ': the same bytes');
END
$$;
\set agg 'person, state, start_date, end_date, reason, seen(), fte, \'30 days\''
SELECT is_whole(format('SELECT mobility_send(mobility_agg(%s ORDER BY %s)) FROM contract', :'agg', key), 'rows by ' || key)
FROM unnest('{person,start_date DESC,reason,fte,end_date}'::text[]) AS key;
SELECT is_whole('SELECT mobility_send(mobility_agg(''p'' || person, state, start_date, end_date, reason, seen(), fte::float8, ''30 days'')) FROM contract', 'people by name, FTE a float');
SELECT is_whole('SELECT mobility_send(mobility_agg(md5(person::text)::uuid, state, start_date, end_date, reason, seen(), fte, ''30 days'')) FROM contract', 'people by uuid');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
ALTER TABLE contract SET (parallel_workers = 3);
SET LOCAL max_parallel_workers_per_gather = 3;
SELECT is_whole(format('SELECT mobility_send(mobility_agg(%s)) FROM contract', :'agg'), 'with workers');
SET LOCAL max_parallel_workers_per_gather = 0;
-- Many people: counted by day, and in little memory.
CREATE TABLE many AS
SELECT n * 1000 + person AS person, state, start_date, end_date, reason, fte FROM contract, generate_series(1, 40) AS n ORDER BY md5(person || ' ' || n || start_date);
SET LOCAL work_mem = '64MB';
CREATE TABLE counted AS SELECT mobility_agg(:agg) AS m FROM many;
SET LOCAL work_mem = '64kB';
SELECT ok(mobility_send(mobility_agg(:agg)) = (SELECT mobility_send(m) FROM counted), 'many people in little memory: the same bytes') FROM many;
SET LOCAL work_mem TO DEFAULT;
SELECT is((SELECT rollup(m.m) FROM m, generate_series(1, 40) WHERE gap = 30), (SELECT m FROM counted), 'forty times the people are forty times the sum');
SELECT is((SELECT count(*) FROM counted, mobility_series(m) AS s JOIN (SELECT t.* FROM m, mobility_series(m.m) AS t WHERE gap = 30) AS t USING (period_start, state)
           WHERE s.headcount = 40 * t.headcount AND round(s.fte::numeric, 3) = round(40 * t.fte::numeric, 3)), 32::bigint, 'and so is what is read of them');
SELECT is(m::text::mobility, m, 'gap ' || gap || ': back from text') FROM m ORDER BY gap;

-- ---------------------------------------------------------------------------
-- Corners
-- ---------------------------------------------------------------------------
CREATE FUNCTION series_of(m mobility) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', coalesce(state, 'all'), headcount_start, headcount, coalesce(fte_start::text, '-'), coalesce(fte::text, '-'), hires, leavers, moved_in), '; ')
    FROM mobility_series(m, '1 year')
$$;
CREATE FUNCTION leavers_of(m mobility) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', coalesce(state, 'all'), reason, leavers), '; ') FROM mobility_leavers(m, '1 year')
$$;
\set y '\'[2020-01-01,2021-01-01)\''
SELECT is((SELECT series_of(m) || '|' || coalesce(leavers_of(m), '') FROM (
              SELECT mobility_agg(1, s, a::date, b::date, 'r', :y, 0.5, '30 days') AS m FROM jsonb_to_recordset(rows) AS r (s text, a text, b text)) AS x), expected, label)
FROM (VALUES
    ('a bridged gap on the first day', '[{"s": "x", "a": "2019-01-01", "b": "2019-12-20"}, {"s": "y", "a": "2020-01-19"}]'::jsonb, 'x 1 0 0 0 0 0 0; y 0 1 0 0.5 0 0 1; all 1 1 0 0.5 0 0 1|'),
    ('one day too long', '[{"s": "x", "a": "2019-01-01", "b": "2019-12-19"}, {"s": "y", "a": "2020-01-19"}]', 'y 0 1 0 0.5 1 0 0; all 0 1 0 0.5 1 0 0|'),
    ('a gap that is bridged after the last day', '[{"s": "x", "a": "2019-01-01", "b": "2020-12-10"}, {"s": "y", "a": "2021-01-09"}]', 'x 1 1 0.5 0 0 0 0; all 1 1 0.5 0 0 0 0|'),
    ('and one that is not', '[{"s": "x", "a": "2019-01-01", "b": "2020-12-10"}, {"s": "y", "a": "2021-01-10"}]', 'x 1 0 0.5 0 0 1 0; all 1 0 0.5 0 0 1 0|x r 1; all r 1'),
    ('a row of no day bridges two gaps', '[{"s": "x", "a": "2020-03-01", "b": "2020-05-01"}, {"s": "x", "a": "2020-05-25", "b": "2020-05-25"}, {"s": "x", "a": "2020-06-20", "b": "2020-07-01"}]',
     'x 0 0 0 0 1 1 0; all 0 0 0 0 1 1 0|x r 1; all r 1'),
    ('two jobs are one person, and the FTE of both', '[{"s": "x", "a": "2019-01-01"}, {"s": "y", "a": "2020-02-01"}]', 'x 1 0 0.5 0.5 0 0 0; y 0 1 0 0.5 0 0 1; all 1 1 0.5 1 0 0 1|'),
    ('work in a state that is not known', '[{"a": "2019-01-01"}, {"s": "y", "a": "2019-01-01", "b": "2020-02-01"}]', 'y 0 0 0.5 0 0 0 0; all 0 0 0.5 0 0 0 0|'),
    ('a last day on the last day', '[{"s": "x", "a": "2019-01-01", "b": "2021-01-01"}]', 'x 1 1 0.5 0.5 0 1 0; all 1 1 0.5 0.5 0 1 0|x r 1; all r 1')
    ) AS v (label, rows, expected);
SELECT is(skipped(mobility_agg(p, 'a', s::date, NULL, NULL, :y, f::numeric, '0 days')), 3::bigint, 'a row without a person, a start or an FTE is skipped')
FROM (VALUES (NULL, '2020-01-01', 1), (1, NULL, 1), (1, '2020-01-01', NULL), (1, '2020-01-01', 0.5)) AS v (p, s, f);
-- What knows neither reasons nor FTE.
SELECT is(series_of(m) || '|' || leavers_of(m), 'a 2 1 - - 0 1 0; all 2 1 - - 0 1 0|a unknown 1; all unknown 1', 'a value of before says nothing of FTE and reasons')
FROM (VALUES ('{"type": "mobility", "version": 1, "observed": ["2020-01-01", "2021-01-01"], "opening": {"a": {"0": 2}}, "left": {"a": {"5": 1}}}'::mobility)) AS v (m);
SELECT is(series_of(rollup(m)) || '|' || leavers_of(rollup(m)), 'a 3 1 - - 0 2 0; all 3 1 - - 0 2 0|a r 1; a unknown 1; all r 1; all unknown 1', 'and adds to one that knows reasons')
FROM (SELECT '{"type": "mobility", "version": 1, "observed": ["2020-01-01", "2021-01-01"], "opening": {"a": {"0": 2}}, "left": {"a": {"5": 1}}}'::mobility AS m
      UNION ALL SELECT mobility_agg(1, 'a', date '2019-01-01', '2020-05-05', 'r', :y, '0 days')) AS v;
SELECT is(series_of(mobility_agg(1, 'a', date '2019-01-01', NULL, 'r', :y, 0, '0 days')), 'a 1 1 0 0 0 0 0; all 1 1 0 0 0 0 0', 'an FTE of 0 is not none');
SELECT is((SELECT count(*) FROM mobility_leavers(NULL)) + (SELECT count(*) FROM (SELECT mobility_agg(1, 'a', date '2019-01-01', NULL, NULL, :y, '0 days') AS m) AS x, mobility_leavers(m)), 0::bigint, 'where nobody leaves there are no leavers');
SELECT ok(mobility_agg(1, 'a', date '2019-01-01', NULL, NULL, :y, '0 days') = mobility_agg(1, 'a', date '2019-01-01', NULL, :y), 'without reasons, FTE and gaps it is that of spells');
SELECT * FROM finish();
ROLLBACK;
