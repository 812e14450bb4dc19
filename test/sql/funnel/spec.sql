-- funnel_spec as a value: one form, whatever way it is said in; what goes out
-- comes back in; an order and a hash by that form.
\set ON_ERROR_STOP on
BEGIN;
SELECT plan(58);

-- ---------------------------------------------------------------------------
-- Its text
-- ---------------------------------------------------------------------------
SELECT is(spec::text, expected, label)
FROM (VALUES
    ('stages alone', funnel_spec(ARRAY['applied', 'admitted']),
     '{"type": "funnel_spec", "version": 1, "stages": ["applied", "admitted"], "within": null, "as_of": null, "exits": [], "modes": []}'),
    ('all that there is', funnel_spec(ARRAY['b', 'a'], '8 years 1 month 2 weeks 25:00:00.5', '2014-03-01', '{z,"x y",aa,a1}', '{strict_order,strict_increase}'),
     '{"type": "funnel_spec", "version": 1, "stages": ["b", "a"], "within": {"months": 97, "days": 15, "microseconds": 3600500000}, "as_of": "2014-03-01", "exits": ["a1", "aa", "x y", "z"], "modes": ["strict_increase", "strict_order"]}'),
    ('names of any kind', funnel_spec(ARRAY['', 'antagen "åäö"', E'\\ \n\t', 'null'], exits => '{"NULL",😀}'),
     '{"type": "funnel_spec", "version": 1, "stages": ["", "antagen \"åäö\"", "\\ \n\t", "null"], "within": null, "as_of": null, "exits": ["NULL", "😀"], "modes": []}'),
    ('a window of nothing', funnel_spec(ARRAY['a'], '0'),
     '{"type": "funnel_spec", "version": 1, "stages": ["a"], "within": {"months": 0, "days": 0, "microseconds": 0}, "as_of": null, "exits": [], "modes": []}'),
    ('all modes', funnel_spec(ARRAY['a'], modes => '{strict_deduplication,strict_order,strict_once,strict_increase}'),
     '{"type": "funnel_spec", "version": 1, "stages": ["a"], "within": null, "as_of": null, "exits": [], "modes": ["strict_increase", "strict_once", "strict_order", "strict_deduplication"]}')
) AS rows (label, spec, expected);

-- The settings of a session make no difference, nor does the order of members.
CREATE TABLE one AS
SELECT s, s::text AS t, s::jsonb AS j
FROM funnel_spec(ARRAY['b', 'a'], '1 month 2 days 00:00:03', '2014-03-01', '{x}', '{strict_once}') AS s;
SET LOCAL DateStyle = 'SQL, DMY';
SET LOCAL IntervalStyle = 'iso_8601';
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SELECT is(s::text, t, 'the text does not depend on DateStyle and the like') FROM one;
SELECT is(t::funnel_spec, s, 'nor does input') FROM one;
SELECT is(funnel_spec(ARRAY['b', 'a'], 'P1M2DT3S', '01/03/2014', '{x}', '{strict_once}'), s, 'what the function is given is read in the session''s style') FROM one;
SET LOCAL DateStyle TO DEFAULT;
SET LOCAL IntervalStyle TO DEFAULT;
SET LOCAL TimeZone TO DEFAULT;
SELECT is(j, t::jsonb, 'jsonb is the text, parsed') FROM one;
SELECT is(j::text::funnel_spec, s, 'members may be in any order') FROM one;
SELECT is(replace(t, ' ', E'\n  ')::funnel_spec, s, 'and spaced in any way') FROM one;
SELECT is((E'\n ' || t)::funnel_spec, s, 'at the beginning, too') FROM one;
SELECT is('{"stages": ["a"], "type": "funnel_spec", "version": 1}'::funnel_spec, funnel_spec(ARRAY['a']), 'what is not said may be missing');
SELECT is(('{"stages": ["a"], "type": "funnel_spec", "version": 1, "within": ' || part || '}')::funnel_spec,
          funnel_spec(ARRAY['a'], within), 'so may parts of a duration: ' || part)
FROM (VALUES ('{"days": 300}', interval '300 days'), ('{"months": 96}', '8 years'), ('{"microseconds": 1}', '0.000001 s'),
             ('{"days": 0}', '0'), ('{"microseconds": 172800000001, "days": 1}', '3 days 0.000001 s')) AS rows (part, within);

-- ---------------------------------------------------------------------------
-- What is the same, and what is not
-- ---------------------------------------------------------------------------
SELECT ok(a = b AND NOT a <> b AND funnel_spec_cmp(a, b) = 0 AND a <= b AND a >= b AND NOT a < b AND NOT a > b
          AND funnel_spec_send(a) = funnel_spec_send(b) AND funnel_spec_hash(a) = funnel_spec_hash(b)
          AND funnel_spec_hash_extended(a, 7) = funnel_spec_hash_extended(b, 7), 'the same: ' || label)
FROM (VALUES
    ('defaults', funnel_spec(ARRAY['a', 'b']), funnel_spec(ARRAY['a', 'b'], NULL, NULL, '{}', '{}')),
    ('nulls for none', funnel_spec(ARRAY['a', 'b']), funnel_spec(ARRAY['a', 'b'], NULL, NULL, NULL, NULL)),
    ('exits in any order', funnel_spec(ARRAY['a'], exits => '{x,z,y}'), funnel_spec(ARRAY['a'], exits => '{z,y,x}')),
    ('modes in any order', funnel_spec(ARRAY['a'], modes => '{strict_once,strict_order}'), funnel_spec(ARRAY['a'], modes => '{strict_order,strict_once}')),
    ('a mode twice', funnel_spec(ARRAY['a'], modes => '{strict_once}'), funnel_spec(ARRAY['a'], modes => '{strict_once,strict_once}')),
    ('24 hours and a day', funnel_spec(ARRAY['a'], '24:00:00'), funnel_spec(ARRAY['a'], '1 day')),
    ('a day and 25 hours', funnel_spec(ARRAY['a'], '1 day 25:00:00'), funnel_spec(ARRAY['a'], '2 days 1 hour')),
    ('a year and twelve months', funnel_spec(ARRAY['a'], '1 year'), funnel_spec(ARRAY['a'], '12 months')),
    ('bounds of an array', funnel_spec(ARRAY['a', 'b']), funnel_spec('[5:6]={a,b}'::text[])),
    ('literals', funnel_spec(ARRAY['a', 'b']), funnel_spec(stages => '{a,b}')),
    ('another array of exits', funnel_spec(ARRAY['a'], exits => '{"x"}'), funnel_spec(ARRAY['a'], exits => ARRAY['x']))
) AS rows (label, a, b);

CREATE TABLE different (label text, s funnel_spec);
INSERT INTO different VALUES
    ('a', funnel_spec(ARRAY['a', 'b'])),
    ('stages the other way', funnel_spec(ARRAY['b', 'a'])),
    ('one stage more', funnel_spec(ARRAY['a', 'b', 'c'])),
    ('one stage less', funnel_spec(ARRAY['a'])),
    ('names that run together', funnel_spec(ARRAY['ab'])),
    ('another case', funnel_spec(ARRAY['a', 'B'])),
    ('a stage that is an exit', funnel_spec(ARRAY['a'], exits => '{b}')),
    ('an exit', funnel_spec(ARRAY['a', 'b'], exits => '{c}')),
    ('a mode', funnel_spec(ARRAY['a', 'b'], modes => '{strict_once}')),
    ('another mode', funnel_spec(ARRAY['a', 'b'], modes => '{strict_order}')),
    ('a window of nothing', funnel_spec(ARRAY['a', 'b'], '0')),
    ('a month', funnel_spec(ARRAY['a', 'b'], '1 month')),
    ('30 days', funnel_spec(ARRAY['a', 'b'], '30 days')),
    ('31 days', funnel_spec(ARRAY['a', 'b'], '31 days')),
    ('30 days and a microsecond', funnel_spec(ARRAY['a', 'b'], '30 days 0.000001 s')),
    ('as_of', funnel_spec(ARRAY['a', 'b'], as_of => '2000-01-01')),
    ('as_of the day before', funnel_spec(ARRAY['a', 'b'], as_of => '1999-12-31'));
SELECT is((SELECT string_agg(format('%s = %s', a.label, b.label), ', ') FROM different AS a, different AS b
           WHERE a.label <> b.label AND (a.s = b.s OR NOT a.s <> b.s OR funnel_spec_cmp(a.s, b.s) = 0
                                         OR funnel_spec_hash(a.s) = funnel_spec_hash(b.s) OR a.s::text = b.s::text)),
          NULL, 'what asks something else is another spec');

-- ---------------------------------------------------------------------------
-- Many specs
-- ---------------------------------------------------------------------------
\ir ../../lib/dice.sql
CREATE TABLE many AS
SELECT id, stages, within, as_of, exits, modes, funnel_spec(stages, within, as_of, exits, modes) AS s
FROM (SELECT id, (SELECT array_agg(chr(97 + dice(26, k, id)) || k || repeat(chr(65 + id % 26), dice(40, id, k)) ORDER BY k)
                  FROM generate_series(1, 1 + dice(30, id, 1)) AS k) AS stages,
             CASE WHEN dice(3, id, 2) > 0 THEN make_interval(months => dice(120, id, 3), days => dice(400, id, 4),
                                                             secs => dice(200000, id, 5) / 1e6 * dice(1000000, id, 6)) END AS within,
             CASE WHEN dice(3, id, 7) > 0 THEN date '1850-01-01' + dice(100000, id, 8) END AS as_of,
             (SELECT array_agg(format('exit %s %s', dice(100, id, k), k) ORDER BY dice(1000, k, id))
              FROM generate_series(1, dice(3, id, 9) * dice(34, id, 10)) AS k) AS exits,
             (SELECT array_agg(mode ORDER BY dice(1000, ascii(substr(mode, 8, 1)), id))
              FROM unnest('{strict_increase,strict_once,strict_order,strict_deduplication}'::text[]) WITH ORDINALITY AS m (mode, k)
              WHERE dice(2, id, 100 + k::int) = 0) AS modes
      FROM generate_series(1, 500) AS id) AS random;
SELECT cmp_ok((SELECT count(DISTINCT s) FROM many), '>', 490::bigint, 'many specs');
SELECT is((SELECT string_agg(id::text, ', ') FROM many WHERE s::text::funnel_spec <> s OR funnel_spec_send(s::text::funnel_spec) <> funnel_spec_send(s)),
          NULL, 'text is the identity');
SELECT is((SELECT string_agg(id::text, ', ') FROM many WHERE s::text::funnel_spec::text <> s::text OR s::jsonb::text::funnel_spec <> s),
          NULL, 'and one text of it');
SELECT is((SELECT string_agg(id::text, ', ') FROM many
           WHERE ARRAY(SELECT jsonb_array_elements_text(s::jsonb -> 'stages')) <> stages
              OR ARRAY(SELECT jsonb_array_elements_text(s::jsonb -> 'exits'))
                 <> ARRAY(SELECT e FROM unnest(exits) AS e ORDER BY e COLLATE "C")
              OR ARRAY(SELECT jsonb_array_elements_text(s::jsonb -> 'modes') ORDER BY 1)
                 <> ARRAY(SELECT m FROM unnest(modes) AS m ORDER BY 1)
              OR (s::jsonb ->> 'as_of')::date IS DISTINCT FROM as_of
              OR make_interval(months => (s::jsonb #>> '{within,months}')::int, days => (s::jsonb #>> '{within,days}')::int,
                               secs => (s::jsonb #>> '{within,microseconds}')::float8 / 1e6)::text IS DISTINCT FROM
                 (make_interval(months => (extract(years FROM within) * 12 + extract(months FROM within))::int)
                  + justify_hours(within - make_interval(months => (extract(years FROM within) * 12 + extract(months FROM within))::int)))::text),
          NULL, 'which holds what was given');
SELECT is((SELECT string_agg(id::text, ', ') FROM many
           WHERE funnel_spec(stages, justify_hours(within), as_of, ARRAY(SELECT e FROM unnest(exits) AS e ORDER BY e DESC),
                             ARRAY(SELECT m FROM unnest(modes) AS m ORDER BY m)) <> s), NULL, 'said in another way it is the same');
CREATE TABLE copied (LIKE many);
\set file `mktemp`
\setenv EF_FILE :file
\copy many TO PROGRAM 'cat > "$EF_FILE"' (FORMAT binary)
\copy copied FROM PROGRAM 'cat "$EF_FILE"' (FORMAT binary)
SELECT is((SELECT count(*) FROM many JOIN copied USING (id) WHERE many.s = copied.s AND many.s::text = copied.s::text), 500::bigint, 'COPY in binary is the identity');
TRUNCATE copied;
\copy many TO PROGRAM 'cat > "$EF_FILE"'
\copy copied FROM PROGRAM 'cat "$EF_FILE"'
SELECT is((SELECT count(*) FROM many JOIN copied USING (id) WHERE many.s = copied.s AND many.s::text = copied.s::text), 500::bigint, 'so is COPY in text');
-- A client of another encoding gets and gives its own spelling.
TRUNCATE copied;
INSERT INTO copied (id, s) VALUES (1, funnel_spec(ARRAY['sökt', 'börjat'], exits => '{övrigt,avbröt}'));
\encoding LATIN1
\copy (SELECT s FROM copied) TO PROGRAM 'cat > "$EF_FILE"' (FORMAT binary)
\copy copied (s) FROM PROGRAM 'cat "$EF_FILE"' (FORMAT binary)
\encoding UTF8
SELECT is((SELECT count(*) FROM copied AS a, copied AS b WHERE a.id = 1 AND b.id IS NULL AND a.s = b.s), 1::bigint, 'and COPY in binary in another encoding');
\! LC_ALL=C grep -qa "s$(printf '\366')kt" "$EF_FILE" && echo "there" > "$EF_FILE"
\set spelt `cat "$EF_FILE"`
\! rm -f "$EF_FILE"
SELECT is(:'spelt'::text, 'there', 'which is that of the client');

-- Equality and order.
INSERT INTO many SELECT * FROM many WHERE id % 3 = 0;
SET LOCAL enable_hashagg = off;
SELECT is((SELECT count(*) FROM (SELECT s FROM many GROUP BY s) AS d), (SELECT count(DISTINCT funnel_spec_send(s)) FROM many), 'GROUP BY by sorting');
SET LOCAL enable_hashagg TO DEFAULT;
SET LOCAL enable_sort = off;
SELECT is((SELECT count(*) FROM (SELECT s FROM many GROUP BY s) AS d), (SELECT count(DISTINCT funnel_spec_send(s)) FROM many), 'and by hashing');
SET LOCAL enable_sort TO DEFAULT;
SET LOCAL enable_mergejoin = off;
SELECT is((SELECT count(*) FROM many AS a JOIN many AS b ON a.s = b.s),
          (SELECT count(*) FROM many AS a JOIN many AS b ON funnel_spec_send(a.s) = funnel_spec_send(b.s)), 'a hash join');
SET LOCAL enable_mergejoin TO DEFAULT;
SET LOCAL enable_hashjoin = off;
SELECT is((SELECT count(*) FROM many AS a JOIN many AS b ON a.s = b.s),
          (SELECT count(*) FROM many AS a JOIN many AS b ON funnel_spec_send(a.s) = funnel_spec_send(b.s)), 'a merge join');
SET LOCAL enable_hashjoin TO DEFAULT;
SELECT is((SELECT count(*) FROM many AS a, many AS b
           WHERE a.id % 7 = 0 AND b.id % 5 = 0
             AND NOT ((a.s < b.s) = (funnel_spec_cmp(a.s, b.s) < 0) AND (a.s <= b.s) = (funnel_spec_cmp(a.s, b.s) <= 0)
                      AND (a.s > b.s) = (funnel_spec_cmp(a.s, b.s) > 0) AND (a.s >= b.s) = (funnel_spec_cmp(a.s, b.s) >= 0)
                      AND (a.s = b.s) = (funnel_spec_cmp(a.s, b.s) = 0) AND (a.s <> b.s) = (funnel_spec_cmp(a.s, b.s) <> 0)
                      AND sign(funnel_spec_cmp(a.s, b.s)) = -sign(funnel_spec_cmp(b.s, a.s)))), 0::bigint, 'the operators agree');
SELECT is((SELECT count(*) FROM (SELECT s, lag(s) OVER (ORDER BY s) AS before, lag(s, 2) OVER (ORDER BY s) AS earlier FROM many) AS x
           WHERE NOT (before <= s AND earlier <= s)), 0::bigint, 'and are an order');
SELECT lives_ok('CREATE UNIQUE INDEX ON different (s)', 'a unique index can be made');
SELECT throws_ok($$INSERT INTO different VALUES ('again', funnel_spec(ARRAY['b', 'a'], exits => '{}'))$$, '23505', NULL, 'and refuses what is there');
SET LOCAL enable_seqscan = off;
SELECT is((SELECT label FROM different WHERE s = funnel_spec(ARRAY['a', 'b'], '720:00:00')), '30 days', 'and finds it');
SET LOCAL enable_seqscan TO DEFAULT;

-- Short and long, inline and out of line: what is stored is what is read.
CREATE TABLE stored (kind text, s funnel_spec);
ALTER TABLE stored ALTER s SET STORAGE EXTERNAL;
INSERT INTO stored VALUES ('short', funnel_spec(ARRAY['a', 'b'])), ('long', funnel_spec(ARRAY['a', repeat('b', 100000)], exits => ARRAY[repeat('c', 5000)]));
ALTER TABLE stored ALTER s SET STORAGE EXTENDED;
INSERT INTO stored VALUES ('compressed', funnel_spec(ARRAY['a', repeat('b', 100000)], exits => ARRAY[repeat('c', 5000)]));
SELECT is((SELECT string_agg(format('%s %s', kind, pg_column_size(s) > octet_length(funnel_spec_send(s)) / 2), ', ' ORDER BY kind) FROM stored),
          'compressed f, long t, short f', 'values are stored in several ways');
SELECT is((SELECT count(*) FROM stored AS a JOIN stored AS b ON a.s = b.s AND funnel_spec_hash(a.s) = funnel_spec_hash(b.s) AND a.s::text = b.s::text),
          5::bigint, 'and read in one');

-- Limits that can be reached.
SELECT lives_ok(format('SELECT funnel_spec(%s)', args), label)
FROM (VALUES
    ('30 stages', $$(SELECT array_agg(n::text) FROM generate_series(1, 30) AS n)$$),
    ('100 exits', $$ARRAY['a'], exits => (SELECT array_agg(n::text) FROM generate_series(1, 100) AS n)$$),
    ('150 years', $$ARRAY['a'], '150 years'$$),
    ('as many days', $$ARRAY['a'], '54788 days'$$),
    ('the first as_of', $$ARRAY['a'], as_of => '0001-01-01'$$),
    ('the last as_of', $$ARRAY['a'], as_of => '9999-12-31'$$)
) AS rows (label, args);

-- It can be computed when a query is planned, and in a worker.
SELECT is((SELECT count(*) FROM pg_proc WHERE proname = 'funnel_spec' AND provolatile = 'i' AND proparallel = 's' AND NOT proisstrict), 1::bigint,
          'the function is immutable, safe in parallel and sees nulls');
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan text;
BEGIN
    EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) ' || query INTO plan;
    RETURN plan;
END
$$;
SELECT unalike(plan_of($$SELECT funnel_spec(ARRAY['a', 'b'], '300 days') FROM many$$), '%ARRAY%', 'a spec of constants is one');

SELECT * FROM finish();
ROLLBACK;
