-- Published cases of window_funnel, and ten thousands of students, which the
-- extension must give back.  All are files beside the checkout: skipped where
-- there are none.
\set ON_ERROR_STOP on
\set shared ''
\getenv shared EF_SHARED
SELECT :'shared' <> '' AS has_shared \gset

BEGIN;
SELECT plan(53);

\if :has_shared
-- ---------------------------------------------------------------------------
-- ClickHouse's own tests of windowFunnel, and the cases of its issues.  Times are
-- plain numbers there, so they are microseconds, seconds and days here, where
-- they can be.
-- ---------------------------------------------------------------------------
CREATE TABLE published (case_id text, engine text, status text, source text, mode text, span bigint, steps int,
                        events text, expected int, note text);
\copy published FROM PROGRAM 'tail -n +2 "$EF_SHARED"/vectors/w01_window_funnel_cases.tsv'
CREATE TABLE published_row AS
SELECT case_id, split_part(event, ':', 1)::bigint AS ts,
       (SELECT array_agg(i::text = ANY (string_to_array(split_part(event, ':', 2), '+')) ORDER BY i) FROM generate_series(1, steps) AS i) AS conditions
FROM published, regexp_split_to_table(events, ' +') AS event;
SELECT is(format('%s cases, %s rows, %s conditions, %s true', count(DISTINCT case_id), count(*), sum(cardinality(conditions)),
                 sum(cardinality(array_positions(conditions, true)))), '42 cases, 205 rows, 627 conditions, 197 true', 'the cases') FROM published_row;

CREATE FUNCTION spec_of(p published, unit interval) RETURNS funnel_spec LANGUAGE sql AS $$
    SELECT funnel_spec((SELECT array_agg('step ' || i ORDER BY i) FROM generate_series(1, p.steps) AS i), within => p.span * unit,
                       modes => array_remove(string_to_array(p.mode, ','), 'default'))
$$;
CREATE TABLE answer AS
SELECT case_id, window_funnel(timestamp '2000-01-01' + ts / 1000000 * interval '1 second' + ts % 1000000 * interval '1 microsecond',
                              spec_of(p, '1 microsecond'), VARIADIC conditions) AS in_microseconds,
       window_funnel(timestamptz '2000-01-01 00:00+00' + ts * interval '1 second', spec_of(p, '1 second'), VARIADIC conditions)
           FILTER (WHERE ts < 9999999999) AS in_seconds,
       -- a window has at most 150 years
       window_funnel(date '2000-01-01' + ts::int, spec_of(p, '1 day'), VARIADIC conditions)
           FILTER (WHERE ts < 1000000 AND span <= 54787) AS in_days
FROM published AS p JOIN published_row USING (case_id) GROUP BY case_id;
SELECT is(format('%s %s %s', count(in_microseconds), count(in_seconds), count(in_days)), '42 39 15', 'as microseconds, seconds and days') FROM answer;
SELECT is(ARRAY[in_microseconds, coalesce(in_seconds, expected), coalesce(in_days, expected)], array_fill(expected, ARRAY[3]),
          format('%s: %s %s, %s, %s', case_id, mode, span, steps, left(events, 60)))
FROM published JOIN answer USING (case_id) ORDER BY case_id;

-- ---------------------------------------------------------------------------
-- Kuzilek et al. (2017), Open University Learning Analytics Dataset, Scientific
-- Data 4:170171: from registration to a passed course.
-- ---------------------------------------------------------------------------
CREATE TABLE education_event (person_id int, programme text, epoch text, gender text, stage text, at date);
\copy education_event FROM PROGRAM 'cat "$EF_SHARED"/data/education_event.csv' CSV HEADER
CREATE TABLE study (study text PRIMARY KEY, spec funnel_spec);
INSERT INTO study VALUES
    ('all', funnel_spec('{registered,started,assessed,passed}', exits => '{withdrawn}')),
    ('300 days', funnel_spec('{registered,started,assessed,passed}', within => '300 days', as_of => '2014-03-01', exits => '{withdrawn}'));
CREATE TABLE whole AS SELECT study, spec, funnel_agg(person_id, stage, at, spec) AS f FROM study, education_event GROUP BY study, spec;

SELECT results_eq($$SELECT stage, entered, converted, pending, exited, lost FROM whole, funnel_stages(f) WHERE study = 'all' ORDER BY stage_no$$,
    $$VALUES ('registered', 32548::bigint, 29486::bigint, 0::bigint, 3062::bigint, 0::bigint), ('started', 29486, 25151, 0, 2722, 1613),
             ('assessed', 25151, 15278, 0, 4249, 5624), ('passed', 15278, NULL, NULL, NULL, NULL)$$, 'students of all times');
SELECT results_eq($$SELECT stage, entered, converted, pending, exited, lost FROM whole, funnel_stages(f) WHERE study = '300 days' ORDER BY stage_no$$,
    $$VALUES ('registered', 21291::bigint, 19111::bigint, 0::bigint, 2168::bigint, 12::bigint), ('started', 19111, 15100, 2600, 1075, 336),
             ('assessed', 15100, 1275, 10188, 1299, 2338), ('passed', 1275, NULL, NULL, NULL, NULL)$$, 'students until March 2014, within 300 days');
SELECT is(skipped(f), 0::bigint, study || ': no row is skipped') FROM whole;
-- By programme and epoch, in one step or two.
CREATE TABLE part AS
SELECT study, programme, epoch, funnel_agg(person_id, stage, at, spec) AS f FROM study, education_event GROUP BY study, spec, programme, epoch;
SELECT is(format('%s %s', count(DISTINCT (programme, epoch)), count(*)), '22 44', 'there are parts') FROM part;
SELECT is((SELECT count(*) FROM (SELECT study, rollup(f) AS f FROM part GROUP BY study) AS p JOIN whole USING (study)
           WHERE p.f = whole.f AND funnel_send(p.f) = funnel_send(whole.f)), 2::bigint, 'which add up to the whole');
SELECT is((SELECT count(*) FROM (SELECT study, rollup(f) AS f FROM (SELECT study, programme, rollup(f) AS f FROM part GROUP BY study, programme) AS p
                                 GROUP BY study) AS q JOIN whole USING (study) WHERE q.f = whole.f), 2::bigint, 'by way of the programmes, too');
SELECT is((SELECT count(*) FROM (SELECT study, rollup(f) AS f
                                 FROM (SELECT study, funnel_agg(stage, at, spec) AS f FROM study, education_event GROUP BY study, spec, person_id) AS p
                                 GROUP BY study) AS q JOIN whole USING (study) WHERE q.f = whole.f), 2::bigint, 'and so do the persons');
SELECT is(funnel_agg(reached, spec), f, 'chains of students, given as dates, are the same funnel')
FROM (SELECT funnel_steps(stage, at, spec) AS reached FROM education_event, (SELECT funnel_spec(ARRAY['registered', 'started', 'assessed', 'passed']) AS spec) AS s
      GROUP BY person_id) AS p,
     (SELECT spec, funnel_agg(person_id, stage, at, spec) AS f
      FROM education_event, (SELECT funnel_spec(ARRAY['registered', 'started', 'assessed', 'passed']) AS spec) AS s GROUP BY spec) AS w
WHERE reached IS NOT NULL GROUP BY spec, f;
\else
SELECT skip('the files of published cases and of students are not beside the checkout', 53);
\endif

SELECT * FROM finish();
ROLLBACK;
