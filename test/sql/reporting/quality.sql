-- The quality views against the aggregates themselves: a row is called refused if
-- and only if an aggregate of that row alone raises an error, and skipped if and
-- only if it counts it as skipped.  What is left out is what is refused, and the
-- rest is summed up as if the bad rows were not there.  The words of the faults are
-- those of row_fault.sql.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(151);

\ir ../../lib/reporting.sql
\ir ../../lib/rows.sql

CREATE FUNCTION tried(statements text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM run(statements);
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN format('%s: %s', SQLSTATE, SQLERRM);
END
$$;

-- What aggregates say of one row alone; the query is for how many they skip.
CREATE FUNCTION verdict(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    skipped bigint;
BEGIN
    EXECUTE query INTO skipped;
    RETURN CASE WHEN skipped > 0 THEN 'skipped' ELSE 'good' END;
EXCEPTION WHEN data_exception THEN
    RETURN 'refused';
END
$$;

SELECT setseed(0.23);

-- ---------------------------------------------------------------------------
-- Employment
-- ---------------------------------------------------------------------------
CREATE TABLE employment (id int PRIMARY KEY, region text, birth_date date, start_date date, end_date date, reason text, fte numeric, share double precision);
INSERT INTO employment
SELECT n, pick('North', 'South', NULL),
       CASE WHEN random() < 0.35 THEN greatest(least(start, date '5874000-01-01'), '4000-01-01 BC') - (CASE WHEN random() < 0.5 THEN 10000 ELSE 54786 END + (random() * 4)::int - 2) * (random() < 0.9)::int
            WHEN random() < 0.3 THEN (as_of - interval '150 years')::date + (random() * 70)::int - 35
            ELSE some_day(coalesce(start, '1875-03-01'), 0.4) END,
       start,
       CASE WHEN random() < 0.4 THEN NULL WHEN random() < 0.5 THEN greatest(least(start, date '5874000-01-01'), '4000-01-01 BC') + (random() * 3000)::int - 20 ELSE some_day(coalesce(start, '2025-03-01'), 0.3) END,
       pick('a', 'b', '', NULL),
       CASE WHEN random() < 0.85 THEN 1 ELSE pick(NULL, '0', '-0', '-0.001', '-1', '0.3333', '0.333', '0.3330000', '1000', '1000.001', '1000.000', '1000.0001', '1001', 'NaN', 'Infinity', '-Infinity',
            '1e300', '1e-5', '0.0001', '0.00050', '1e-300', '999.9995', '99999999999999999999.1')::numeric END,
       CASE WHEN random() < 0.85 THEN 1 ELSE pick(NULL, '0', '-0', '-0.001', '0.3333', '0.333', '1000', '1000.001', 'NaN', 'Infinity', '-Infinity', '1e300', '1e-300', '0.1', '0.7',
            '999.999', '0.0005', '0.001', '1e-13', '0.3330000000000001', '0.33300000001')::float8 END
FROM (SELECT n, date '2025-03-01' AS as_of,
             CASE WHEN n % 3 > 0 AND random() < 0.6 THEN date '1980-01-01' + (random() * 17000)::int ELSE some_day(CASE WHEN random() < 0.5 THEN date '1875-03-01' ELSE '2025-03-01' END, 0.3) END AS start
      FROM generate_series(1, 4000) AS n) AS s;

CREATE TABLE judged (source text, id int, verdict text);
INSERT INTO judged
SELECT source, id, v
FROM employment, daterange('2020-01-01', '2025-03-01') AS o,
     LATERAL (VALUES ('numeric', verdict(format('SELECT skipped(workforce_agg(%L, %L, %L, %L, %L, %L::numeric)) + skipped(retention_agg(%2$L, %3$L, %4$L, %5$L))', birth_date, start_date, end_date, reason, o, fte))),
                     ('endless', verdict(format('SELECT skipped(workforce_agg(%L, %L, NULL, NULL, %L)) + skipped(retention_agg(%2$L, NULL, NULL, %3$L))', birth_date, start_date, o)))) AS j (source, v);
CREATE FUNCTION enough(s text, at_least bigint) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT cmp_ok(n, '>', at_least, format('%s: %s rows are %s', s, n, v))
    FROM unnest('{good,skipped,refused}'::text[]) AS v, LATERAL (SELECT count(*) AS n FROM judged WHERE source = s AND verdict = v) AS c
$$;
SELECT enough('numeric', 70);

-- Rows with a verdict other than good, against the problem rows; and these against
-- the counts.
CREATE FUNCTION judged_by(schema_name text, source text, verdicts text, refused text, at_least bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT agree(schema_name || ': problem rows', format($q$SELECT id, effect FROM %I.%I WHERE effect <> 'ignored'$q$, schema_name || '_summary', source || '_problem_rows'),
        format($q$SELECT id, CASE verdict WHEN 'refused' THEN %L ELSE verdict END FROM judged WHERE source = %L AND verdict <> 'good'$q$, refused, verdicts), at_least);
    RETURN QUERY SELECT agree(schema_name || ': counts', format('SELECT problem, effect, rows FROM %I.%I', schema_name || '_summary', source || '_quality'),
        format('SELECT problem, effect, count(*) FROM %I.%I GROUP BY problem, effect', schema_name || '_summary', source || '_problem_rows'), 3);
    RETURN QUERY SELECT agree(schema_name || ': doubtful rows', format('SELECT problem, effect, count(*) FROM %I.%I GROUP BY problem, effect', schema_name || '_summary', source || '_doubtful_rows'),
        format('SELECT problem, effect, rows FROM %1$I.%2$I WHERE problem IN (SELECT problem FROM %1$I.%3$I)', schema_name || '_summary', source || '_doubts', source || '_doubtful_rows'), 1);
    RETURN QUERY SELECT agree(schema_name || ': shown', format('SELECT problem, effect, rows, detail FROM %I.%I', schema_name, source || '_quality'),
        format('SELECT problem, effect, rows, detail FROM %1$I.%2$I UNION ALL SELECT problem, effect, rows, detail FROM %1$I.%3$I', schema_name || '_summary', source || '_quality', source || '_doubts'), 3);
END
$$;

CREATE FUNCTION employment_mapping(fte text, has_end boolean, leave_out boolean, materialized boolean) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('as_of', '2025-03-01', 'materialized', materialized, 'employment', jsonb_build_object('table', 'employment', 'group_by', '["region"]'::jsonb,
        'observed_years', 5, 'projection_years', 2, 'leave_out', leave_out)
        || CASE WHEN fte IS NULL THEN '{}' ELSE jsonb_build_object('fte', fte) END
        || CASE WHEN has_end THEN '{}' ELSE '{"end_date": null, "reason": null}'::jsonb END)
$$;
SELECT is(tried(format('SELECT reporting_ddl(%L, employment_mapping(%L, %L, %L, %L))', 'q_' || source || CASE WHEN leave_out THEN '_out' ELSE '' END, fte, has_end, leave_out, leave_out)),
          'done', format('%s, left out: %s', source, leave_out))
FROM (VALUES ('numeric', 'fte', true), ('endless', NULL, false)) AS s (source, fte, has_end), unnest('{f,t}'::boolean[]) AS leave_out;
SELECT judged_by('q_' || source, 'employment', source, 'refused', 400) FROM unnest('{numeric,endless}'::text[]) AS source;
SELECT judged_by('q_' || source || '_out', 'employment', source, 'left out', 400) FROM unnest('{numeric,endless}'::text[]) AS source;

-- What is not left out makes the same summaries as the good rows alone.
CREATE VIEW good AS
SELECT e.*, source, verdict, coalesce(region, '(missing)') AS k FROM employment AS e JOIN judged USING (id) WHERE source IN ('numeric', 'endless');
CREATE FUNCTION good_summaries(s text, arguments text, fte text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT agree('q_' || s || '_out: summaries', format('SELECT region, grouping_set, workforce::text, retention::text, year_1::text, year_5::text, rows_left_out FROM %I.employment', 'q_' || s || '_out_summary'),
        format($q$SELECT CASE GROUPING(k) WHEN 1 THEN '(total)' ELSE k END, GROUPING(k), %s, %s, %s, %s, count(*) FILTER (WHERE verdict = 'refused')
                  FROM good WHERE source = %L GROUP BY CUBE (k)$q$,
               'workforce_agg(' || arguments || ', daterange(''2020-01-01'', ''2025-03-01'')' || fte || ') FILTER (WHERE verdict <> ''refused'')::text',
               'retention_agg(' || replace(arguments, 'birth_date, ', '') || ', daterange(''2020-01-01'', ''2025-03-01'')) FILTER (WHERE verdict <> ''refused'')::text',
               'workforce_agg(' || arguments || ', daterange(''2024-01-01'', ''2025-01-01'')' || fte || ') FILTER (WHERE verdict <> ''refused'')::text',
               'workforce_agg(' || arguments || ', daterange(''2020-01-01'', ''2021-01-01'')' || fte || ') FILTER (WHERE verdict <> ''refused'')::text', s), 4)
$$;
SELECT good_summaries('numeric', 'birth_date, start_date, end_date, reason', ', fte');
SELECT good_summaries('endless', 'birth_date, start_date, NULL, NULL', '');
SELECT agree('q_numeric_out: shown', 'SELECT region, headcount, rows_skipped, rows_left_out FROM q_numeric_out.headcount_total',
    $$SELECT CASE GROUPING(k) WHEN 1 THEN '(total)' ELSE k END,
             count(*) FILTER (WHERE verdict = 'good' AND start_date <= '2025-02-28' AND (end_date > '2025-02-28' OR end_date IS NULL)),
             count(*) FILTER (WHERE verdict = 'skipped'), count(*) FILTER (WHERE verdict = 'refused')
      FROM good WHERE source = 'numeric' GROUP BY CUBE (k)$$, 4);
SELECT agree('rows left out are shown beside every figure', 'SELECT DISTINCT rows_left_out FROM (SELECT rows_left_out FROM q_numeric_out.turnover_total WHERE region = $$(total)$$ UNION ALL
           SELECT rows_left_out FROM q_numeric_out.retention_curve_total WHERE region = $$(total)$$ UNION ALL
           SELECT rows_left_out FROM q_numeric_out.forecast_check_total WHERE region = $$(total)$$ UNION ALL SELECT rows_left_out FROM q_numeric_out.freshness) AS x',
    $$SELECT count(*) FROM good WHERE source = 'numeric' AND verdict = 'refused'$$, 1);
SELECT agree('effects when rows are left out', 'SELECT DISTINCT effect FROM q_numeric_out.employment_quality', $$VALUES ('left out'), ('skipped'), ('doubtful')$$, 3);
SELECT agree('effects when they are not', 'SELECT DISTINCT effect FROM q_numeric.employment_quality', $$VALUES ('refused'), ('skipped'), ('doubtful')$$, 3);

-- What is refused can be looked at before the summaries fail.
CREATE FUNCTION run_what_works(statements text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    statement text;
    problem text;
BEGIN
    FOR statement IN EXECUTE statements LOOP
        BEGIN
            EXECUTE statement;
        EXCEPTION WHEN OTHERS THEN
            problem := coalesce(problem, SQLSTATE);
        END;
    END LOOP;
    RETURN problem;
END
$$;
SELECT matches(run_what_works($$SELECT reporting_ddl('q_bad', employment_mapping('fte', true, false, true))$$), '^22', 'rows that are refused fail');
SELECT agree('and their problems are shown all the same', $$SELECT effect, sum(rows) FROM q_bad.employment_quality WHERE effect <> 'doubtful' GROUP BY effect$$,
    $$SELECT verdict, count(*) FROM judged WHERE source = 'numeric' AND verdict <> 'good' GROUP BY verdict$$, 2);

-- ---------------------------------------------------------------------------
-- Education
-- ---------------------------------------------------------------------------
CREATE TABLE event (id int PRIMARY KEY, person_id bigint, stage text, at date, at_time timestamptz, campus text);
INSERT INTO event
SELECT n, p, s, d, CASE WHEN d = 'infinity' THEN 'infinity' WHEN d = '-infinity' THEN '-infinity' WHEN d > '290000-01-01' THEN '290000-01-01'
                        ELSE d::timestamptz + random() * interval '30 hours' END, 'c' || p % 3
FROM (SELECT n, CASE WHEN random() < 0.97 THEN (random() * 900)::int END AS p, pick('applied', 'applied', 'admitted', 'graduated', 'withdrew', 'visited', '', NULL) AS s,
             CASE WHEN random() < 0.9 THEN date '2010-01-01' + (random() * 6000)::int ELSE some_day(CASE WHEN random() < 0.5 THEN date '1875-03-01' ELSE '2025-03-01' END, 0) END AS d
      FROM generate_series(1, 6000) AS n) AS e;
CREATE TABLE spec AS
SELECT 'bounded' AS source, 'at' AS at, funnel_spec('{applied,admitted,graduated}', '8 years', '2025-03-01', '{withdrew}') AS spec, '8 years' AS within
UNION ALL SELECT 'endless_funnel', 'at_time', funnel_spec('{applied,admitted,graduated}', NULL, '2025-03-01', '{withdrew}'), NULL;
INSERT INTO judged
SELECT source, id, verdict(CASE s.at WHEN 'at' THEN format('SELECT skipped(funnel_agg(%L::bigint, %L, %L::date, %L))', person_id, stage, e.at, spec)
                           ELSE format('SELECT skipped(funnel_agg(%L::bigint, %L, %L::timestamptz, %L))', person_id, stage, e.at_time, spec) END)
FROM event AS e, spec AS s;
SELECT enough(source, 20) FROM spec;
CREATE FUNCTION education_mapping(within text, at_column text, leave_out boolean, materialized boolean) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('as_of', '2025-03-01', 'materialized', materialized, 'education', jsonb_build_object('table', 'event', 'group_by', '["campus"]'::jsonb,
        'at', at_column, 'stages', '["applied", "admitted", "graduated"]'::jsonb, 'exits', '["withdrew"]'::jsonb, 'leave_out', leave_out)
        || CASE WHEN within IS NULL THEN '{}' ELSE jsonb_build_object('within', within) END)
$$;
SELECT is(tried(format('SELECT reporting_ddl(%L, education_mapping(%L, %L, %L, %L))', 'q_' || source || CASE WHEN leave_out THEN '_out' ELSE '' END,
                     within, at, leave_out, leave_out)), 'done', format('%s, left out: %s', source, leave_out))
FROM spec, unnest('{f,t}'::boolean[]) AS leave_out;
SELECT judged_by('q_' || source, 'education', source, 'refused', 100) FROM spec;
SELECT judged_by('q_' || source || '_out', 'education', source, 'left out', 100) FROM spec;
SELECT agree('stages that the mapping does not name', $$SELECT sum(rows) FROM q_bounded.education_quality WHERE effect = 'ignored'$$,
          $$SELECT count(*) FROM event JOIN judged USING (id) WHERE source = 'bounded' AND verdict = 'good' AND stage NOT IN ('applied', 'admitted', 'graduated', 'withdrew')$$, 1);
SELECT is((SELECT detail FROM q_bounded.education_quality WHERE effect = 'ignored'), 'visited, ', 'and their names');
SELECT agree('q_' || source || '_out: funnels', format('SELECT campus, stage_no, entered, converted, pending, exited, lost, conversion, cumulative, rows_left_out FROM %I.funnel_stages', 'q_' || source || '_out'),
    format($q$SELECT campus, p.stage_no, entered, converted, pending, exited, lost, conversion, cumulative, n
              FROM (SELECT coalesce(campus, '(missing)') AS campus, funnel_agg(person_id, stage, event.at, spec) FILTER (WHERE verdict <> 'refused') AS f, count(*) FILTER (WHERE verdict = 'refused') AS n
                    FROM event JOIN judged USING (id) JOIN spec USING (source) WHERE source = %L GROUP BY 1) AS s, funnel_stages(f) AS p$q$, source), 6)
FROM spec WHERE at = 'at';
-- persons go to totals by way of groups, and rows that are left out are of no year
SELECT agree('q_' || source || '_out: summaries', format('SELECT campus, epoch, every_epoch, funnel::text, rows_left_out FROM %I.education', 'q_' || source || '_out_summary'),
    format($q$SELECT CASE WHEN GROUPING(campus) = 1 THEN '(total)' ELSE campus END, CASE WHEN GROUPING(epoch) = 1 THEN 0 ELSE epoch END, GROUPING(epoch) = 1, rollup(f)::text, sum(n)::bigint
              FROM (SELECT coalesce(campus, '(missing)') AS campus, coalesce(extract(year FROM (funnel_steps(stage, event.at, spec) FILTER (WHERE person_id IS NOT NULL AND verdict <> 'refused'))[1])::int, 0) AS epoch,
                           funnel_agg(person_id, stage, event.at, spec) FILTER (WHERE verdict <> 'refused') AS f, count(*) FILTER (WHERE verdict = 'refused') AS n
                    FROM event JOIN judged USING (id) JOIN spec USING (source) WHERE source = %L GROUP BY person_id, campus, verdict = 'refused') AS p
              GROUP BY CUBE (campus), GROUPING SETS ((epoch), ())$q$, source), 10)
FROM spec WHERE at = 'at';

-- ---------------------------------------------------------------------------
-- Mobility
-- ---------------------------------------------------------------------------
CREATE TABLE place (id int PRIMARY KEY, person_id bigint, state text, start_date date, end_date date, region text);
INSERT INTO place
SELECT n, p, pick('x', 'y', 'z', '', NULL), s,
       CASE WHEN random() < 0.2 THEN NULL WHEN random() < 0.9 THEN greatest(least(s, date '5874000-01-01'), '4000-01-01 BC') + (random() * 1000)::int - 10 ELSE some_day(coalesce(s, '2025-03-01'), 0.2) END,
       'r' || p % 3
FROM (SELECT n, CASE WHEN random() < 0.96 THEN (random() * 500)::int END AS p,
             CASE WHEN random() < 0.8 THEN date '2012-01-01' + (random() * 5000)::int ELSE some_day(CASE WHEN random() < 0.5 THEN date '1875-03-01' ELSE '2025-03-01' END, 0.3) END AS s
      FROM generate_series(1, 5000) AS n) AS r;
INSERT INTO judged SELECT 'mobility', id, verdict(format('SELECT skipped(mobility_agg(%L::bigint, %L, %L, %L, ''[2020-01-01,2025-03-01)''))', person_id, state, start_date, end_date)) FROM place;
SELECT enough('mobility', 100);
SELECT is(tried(format($$SELECT reporting_ddl(%L, '{"as_of": "2025-03-01", "materialized": %s, "mobility": {"table": "place", "group_by": ["region"], "leave_out": %s}}')$$,
                     'q_mobility' || CASE WHEN leave_out THEN '_out' ELSE '' END, leave_out::text, leave_out::text)), 'done', 'mobility, left out: ' || leave_out)
FROM unnest('{f,t}'::boolean[]) AS leave_out;
SELECT judged_by('q_mobility', 'mobility', 'mobility', 'refused', 100);
SELECT judged_by('q_mobility_out', 'mobility', 'mobility', 'left out', 100);
SELECT agree('q_mobility_out: flows', 'SELECT region, from_state, to_state, moves, person_years, rows_skipped, rows_left_out FROM q_mobility_out.mobility_flows',
    $$SELECT region, coalesce(from_state, '(came)'), coalesce(to_state, '(left)'), moves, person_years, skipped(m), n
      FROM (SELECT coalesce(region, '(missing)') AS region, mobility_agg(person_id, state, start_date, end_date, '[2020-01-01,2025-03-01)') FILTER (WHERE verdict <> 'refused') AS m,
                   count(*) FILTER (WHERE verdict = 'refused') AS n
            FROM place JOIN judged USING (id) WHERE source = 'mobility' GROUP BY 1) AS s, mobility_flows(m)$$, 20);

-- ---------------------------------------------------------------------------
-- Competence: the period ends a year later, and an unknown status is no status
-- ---------------------------------------------------------------------------
CREATE TABLE paper AS
SELECT id, person_id, CASE WHEN random() < 0.97 THEN pick('m', 'n', '') END AS module, pick('valid', 'valid', 'missing', 'lapsed', 'Valid', 'expired', NULL) AS status, start_date, end_date, region FROM place;
ALTER TABLE paper ADD PRIMARY KEY (id);
INSERT INTO judged SELECT 'competence', id, verdict(format('SELECT skipped(mobility_agg(%L::bigint, %L, %L, %L, ''[2023-03-01,2026-03-01)''))', person_id * 1000 + ascii(module || ' '), status, start_date, end_date)) FROM paper;
SELECT enough('competence', 100);
SELECT is(tried(format($$SELECT reporting_ddl(%L, '{"as_of": "2025-03-01", "materialized": %s, "competence": {"table": "paper", "group_by": ["region"], "leave_out": %s}}')$$,
                     'q_competence' || CASE WHEN leave_out THEN '_out' ELSE '' END, leave_out::text, leave_out::text)), 'done', 'competence, left out: ' || leave_out)
FROM unnest('{f,t}'::boolean[]) AS leave_out;
SELECT judged_by('q_competence', 'competence', 'competence', 'refused', 100);
SELECT judged_by('q_competence_out', 'competence', 'competence', 'left out', 100);
SELECT agree('an unknown status is ignored', $$SELECT sum(rows) FROM q_competence.competence_quality WHERE effect = 'ignored'$$,
             $$SELECT count(*) FROM paper JOIN judged USING (id) WHERE source = 'competence' AND verdict = 'good' AND status NOT IN ('valid', 'missing', 'lapsed')$$, 1);
SELECT agree('and so not required', 'SELECT region, day, required FROM q_competence_out.competence_coverage_total',
             'SELECT region, day, valid + lapsed + missing FROM q_competence_out.competence_coverage_total', 100);

SELECT * FROM finish();
ROLLBACK;
