-- What the reporting schema shows: every view against aggregates and counts made
-- straight from the tables that it stands on, for each group and each total; what
-- is made again, refreshed and dropped.  Not in one transaction: rows that a
-- refresh leaves alone are told by their xmin.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT plan(668);

-- ---------------------------------------------------------------------------
-- Tools
-- ---------------------------------------------------------------------------

\ir ../../lib/reporting.sql
\ir ../../lib/rows.sql

-- Every column of every view of a schema is read; how many rows each has, or why
-- it cannot be read.
CREATE FUNCTION read_all(schema_name text) RETURNS TABLE (name text, rows bigint, problem text) LANGUAGE plpgsql AS $$
BEGIN
    FOR name IN SELECT r.name FROM relations(schema_name) AS r ORDER BY 1 LOOP
        BEGIN
            rows := NULL;
            problem := NULL;
            EXECUTE format('SELECT count(v::text) FROM %I.%I AS v', schema_name, name) INTO rows;
        EXCEPTION WHEN OTHERS THEN
            problem := format('%s: %s: %s', name, SQLSTATE, SQLERRM);
        END;
        RETURN NEXT;
    END LOOP;
END
$$;

-- ---------------------------------------------------------------------------
-- The tables: made up by plain arithmetic.  A few rows lack what is needed.
-- ---------------------------------------------------------------------------
CREATE SCHEMA hr;
CREATE SCHEMA study;
CREATE TYPE hr.profession AS ENUM ('nurse', 'midwife', 'audiologist');

CREATE TABLE hr.employment AS
WITH person AS (
    SELECT id, date '1955-01-01' + id * 6151 % 17011 AS birth_date FROM generate_series(1, 2200) AS id
), spell AS (
    SELECT id, birth_date, birth_date + 8400 + id * 3571 % 6007 AS start_date, birth_date + 23500 + id * 4801 % 1301 AS retires
    FROM person
)
SELECT id, CASE WHEN id % 97 > 0 THEN birth_date END AS birth_date, CASE WHEN id % 101 > 0 THEN start_date END AS start_date,
       CASE WHEN leaves < '2027-01-01' THEN leaves END AS end_date,
       CASE WHEN leaves = retires THEN 'retirement' WHEN id % 13 = 0 THEN 'illness' WHEN id % 11 > 0 THEN 'resignation' END AS reason,
       CASE WHEN id % 89 > 0 THEN (ARRAY[1, 1, 0.8, 1, 0.75])[1 + id % 5] END AS fte,
       (ARRAY['North', 'South', NULL, 'West'])[1 + id % 4] AS region,
       (enum_range(NULL::hr.profession))[1 + id % 3] AS profession,
       id % 2 = 0 AS permanent, (id % 5)::smallint AS grade, date '2020-01-01' + (id % 2) * 366 AS agreed,
       md5((id % 3)::text)::uuid AS site, trim_scale((id % 4)::numeric / 2) AS level
FROM spell, LATERAL (SELECT least(retires, start_date + 300 + id * 7907 % 30011) AS leaves) AS l;
ALTER TABLE hr.employment ADD PRIMARY KEY (id);
CREATE INDEX ON hr.employment (region);

-- Five rounds and more: who applied, was admitted, graduated, or withdrew.
CREATE TABLE study.event AS
WITH person AS (
    SELECT id, date '2008-03-01' + id * 7 % 6200 AS applied FROM generate_series(1, 1500) AS id
)
SELECT CASE WHEN id % 83 > 0 OR nr < 3 THEN id END AS person_id, CASE WHEN id % 79 > 0 OR nr < 3 THEN stage END AS stage,
       CASE WHEN id % 71 > 0 OR nr < 3 THEN at END AS at, at::timestamp AT TIME ZONE 'UTC' + id % 24 * interval '1 hour' AS at_time,
       CASE WHEN id % 29 > 0 THEN extract(year FROM applied)::smallint END AS round, (enum_range(NULL::hr.profession))[1 + id % 3] AS profession,
       (ARRAY['North', 'South', NULL])[1 + id / 3 % 3] AS campus
FROM person,
     LATERAL (VALUES (1, 'applied', true, applied), (2, 'admitted', id % 5 > 0, applied + 90 + id % 7),
                     (3, 'visited', id % 3 = 0, applied + 100),
                     (4, 'withdrew', id % 10 = 3, applied + 300 + id % 400),
                     (5, 'graduated', id % 5 > 0 AND id % 10 <> 3 AND id % 7 > 0, applied + 1100 + id * 13 % 900),
                     (6, 'applied', id % 19 = 0, applied + 400)) AS happened (nr, stage, so, at)
WHERE so;

CREATE TABLE hr.placement AS
WITH person AS (
    SELECT id, date '2015-01-01' + id * 11 % 3800 AS begins FROM generate_series(1, 700) AS id
)
SELECT CASE WHEN id % 67 > 0 OR nr = 1 THEN id END AS person_id,
       CASE WHEN id % 41 > 0 OR nr = 1 THEN (ARRAY['Ward', 'Clinic', 'School'])[1 + (id + nr * nr) % 3] END AS workplace,
       CASE WHEN id % 61 > 0 OR nr = 1 THEN begins + (nr - 1) * (200 + id % 300) END AS start_date,
       CASE WHEN nr < 3 OR id % 4 = 0 THEN begins + nr * (200 + id % 300) END AS end_date,
       (enum_range(NULL::hr.profession))[1 + id % 3] AS profession
FROM person, generate_series(1, 3) AS nr;

CREATE TABLE hr.certificate AS
WITH person AS (
    SELECT id, date '2021-01-01' + id * 17 % 2400 AS begins FROM generate_series(1, 500) AS id
)
SELECT CASE WHEN id % 53 > 0 OR nr = 1 THEN id END AS person_id, 'module ' || module AS module,
       (ARRAY['missing', 'valid', 'lapsed', 'valid'])[nr] AS status,
       begins + (nr - 1) * (100 + id * module % 200) AS start_date,
       CASE WHEN nr < 4 OR id % 3 = 0 THEN begins + nr * (100 + id * module % 200) END AS end_date,
       (ARRAY['Umeå', 'Lund', NULL])[1 + id % 3] AS municipality
FROM person, generate_series(1, 3) AS module, generate_series(1, 4) AS nr;
ANALYZE;

-- ---------------------------------------------------------------------------
-- What is expected: aggregates straight over the tables, for each group and,
-- by CUBE, each total
-- ---------------------------------------------------------------------------

-- The query of a table's rows with group columns as they are to be shown: k1, k2...
CREATE FUNCTION keyed(relation text, columns text[]) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT r.*%s FROM %s AS r',
                  (SELECT string_agg(format(', CASE coalesce(%I::text, ''(missing)'') WHEN ''(total)'' THEN ''"(total)"'' ELSE coalesce(%1$I::text, ''(missing)'') END AS k%s', c, n), '' ORDER BY n)
                   FROM unnest(columns) WITH ORDINALITY AS u (c, n)), relation)
$$;

-- Its groups and totals: the select list, with `g` for GROUPING(), and GROUP BY.
CREATE FUNCTION shown(names text[]) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(format('CASE GROUPING(k%s) WHEN 1 THEN ''(total)'' ELSE k%1$s END AS %I, ', n, u), '' ORDER BY n)
                    || format('GROUPING(%s)', string_agg('k' || n, ', ' ORDER BY n)), '0') || ' AS g'
    FROM unnest(names) WITH ORDINALITY AS u (u, n)
$$;
CREATE FUNCTION cubed(names text[]) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce('CUBE (' || string_agg('k' || n, ', ' ORDER BY n) || ')', '()')
    FROM unnest(names) WITH ORDINALITY AS u (u, n)
$$;
CREATE FUNCTION common(query text, other text, names text[]) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN names = '{}' THEN query ELSE format('SELECT c.* FROM (%s) AS c WHERE ROW(%s) IN (SELECT %s FROM (%s) AS o)', query, k, k, other) END
    FROM (SELECT string_agg('k' || n, ', ' ORDER BY n) AS k FROM unnest(names) WITH ORDINALITY AS u (u, n)) AS s
$$;
CREATE FUNCTION listed(names text[]) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(quote_ident(u) || ', ', '' ORDER BY n), '') FROM unnest(names) WITH ORDINALITY AS u (u, n)
$$;

-- The mapping of the moment: how tests say which views to expect.
CREATE TABLE setting (as_of date, observed daterange, last_year int, years int, projection_years int,
                      retire_at int, rule retirement_rule, latest_age int);

CREATE PROCEDURE set_up(as_of date, years int, projection_years int, retire_at int, pension_rule boolean, latest_age int) LANGUAGE sql AS $$
    TRUNCATE setting;
    INSERT INTO setting VALUES (as_of, daterange(make_date(extract(year FROM as_of)::int - years, 1, 1), as_of), extract(year FROM as_of)::int - 1,
                                years, projection_years, retire_at,
                                CASE WHEN pension_rule THEN (SELECT retirement_rule_agg(born_from, age_months) FROM pension_age) END, latest_age)
$$;

-- Views of a source in both forms, groups alone and with totals, against one query that
-- has the group columns, g, and the others in their order.
CREATE FUNCTION twin(schema_name text, view_name text, names text[], expected text, at_least bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    columns text;
    total regclass := to_regclass(format('%I.%I', schema_name, view_name || '_total'));
BEGIN
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute
    WHERE attrelid = to_regclass(format('%I.%I', schema_name, view_name)) AND attnum > 0 AND attname <> 'refreshed_at';
    IF columns IS NULL THEN
        RETURN NEXT fail(format('%s.%s is there', schema_name, view_name));
        RETURN;
    END IF;
    FOR is_detail IN 0 .. 1 LOOP
        CONTINUE WHEN is_detail = 0 AND names = '{}';
        RETURN QUERY SELECT agree(
            format('%s.%s%s', schema_name, view_name, CASE is_detail WHEN 0 THEN '_total' ELSE '' END),
            format('SELECT %s FROM %I.%I', columns, schema_name, view_name || CASE is_detail WHEN 0 THEN '_total' ELSE '' END),
            format('SELECT %s FROM (%s) AS x WHERE %s', columns, expected, CASE is_detail WHEN 0 THEN 'true' ELSE 'g = 0' END),
            CASE is_detail WHEN 0 THEN least(at_least, 1) ELSE at_least END);
    END LOOP;
    IF names = '{}' THEN
        RETURN NEXT is(total::text, NULL, format('%s.%s_total is not there, where nothing is grouped', schema_name, view_name));
    END IF;
END
$$;

-- The employment views.
CREATE FUNCTION employment_views(schema_name text, relation text, names text[], columns text[], n bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    s setting := (SELECT s FROM setting AS s);
    g text := listed(names);
    -- the last columns, of a summary
    l text := format('%L::date AS as_of, skipped(w) AS rows_skipped, 0::bigint AS rows_left_out', s.as_of);
    known constant text := 'birth_date IS NOT NULL AND start_date IS NOT NULL AND fte IS NOT NULL';
BEGIN
    DROP TABLE IF EXISTS es, ey, eh;
    EXECUTE format($q$
        CREATE TEMP TABLE es AS
        SELECT %s, workforce_agg(birth_date, start_date, end_date, reason, %L, fte) AS w,
               retention_agg(start_date, end_date, reason, %2$L) AS r,
               workforce_agg(birth_date, start_date, end_date, reason, daterange(make_date(%s, 1, 1), make_date(%s, 1, 1)), fte) AS basis
        FROM (%s) AS k GROUP BY %s$q$,
        shown(names), s.observed, s.last_year - s.years, s.last_year, keyed(relation, columns), cubed(names));
    EXECUTE format($q$
        CREATE TEMP TABLE ey AS
        SELECT %s, year, workforce_agg(birth_date, start_date, end_date, reason, daterange(make_date(year, 1, 1), make_date(year + 1, 1, 1)), fte) AS w,
               count(*) FILTER (WHERE seen AND start_date <= first AND (end_date > first OR end_date IS NULL)) AS opening,
               count(*) FILTER (WHERE seen AND start_date <= next - 1 AND (end_date > next - 1 OR end_date IS NULL)) AS closing,
               count(*) FILTER (WHERE seen AND start_date < next AND (end_date > next OR end_date IS NULL)) AS going_on,
               count(*) FILTER (WHERE seen AND start_date >= first AND start_date < next) AS hired,
               count(*) FILTER (WHERE seen AND start_date < next AND (start_date >= first OR end_date > first) AND end_date <= next) AS left_all,
               coalesce((SELECT jsonb_object_agg(reason, n) FROM (SELECT u AS reason, count(*) AS n FROM unnest(array_agg(coalesce(reason, 'unknown'))
                   FILTER (WHERE seen AND start_date < next AND (start_date >= first OR end_date > first) AND end_date <= next)) AS u GROUP BY u) AS c), '{}') AS left_for
        FROM (SELECT *, %s AS seen, make_date(year, 1, 1) AS first, make_date(year + 1, 1, 1) AS next FROM (%s) AS k, generate_series(%s, %s) AS year) AS k
        GROUP BY year, %s$q$,
        shown(names), known, keyed(relation, columns), s.last_year - s.years + 1, s.last_year, cubed(names));

    RETURN QUERY SELECT twin(schema_name, 'headcount', names, format(
        'SELECT %s g, last_day(w) AS day, headcount(w), fte(w)::float8 AS fte, hires(w), exits(w), person_years(w), %L::date AS observed_from, %s FROM es', g, lower(s.observed), l), n);
    RETURN QUERY SELECT twin(schema_name, 'age_pyramid', names, format('SELECT %s g, p.*, %s FROM es, age_pyramid(w) AS p', g, l), 10 * n);
    RETURN QUERY SELECT twin(schema_name, 'exit_rates', names, format('SELECT %s g, p.*, %s FROM es, exit_rates(w) AS p', g, l), 10 * n);
    RETURN QUERY SELECT twin(schema_name, 'turnover', names, format(
        $q$SELECT %s g, year, make_date(year, 1, 1) AS period_start, make_date(year, 12, 31) AS period_end, opening AS headcount_start, closing AS headcount_end, hired AS hires, left_all AS exits, exits(w, 'retirement') AS retirements, fte(w, first_day(w))::float8 AS fte_start, fte(w)::float8 AS fte_end,
                  turnover(w), turnover(w, 'replacement') AS replacement_turnover, %s FROM ey$q$, g, l), s.years * n);
    RETURN QUERY SELECT twin(schema_name, 'retention_curve', names, format(
        'SELECT %s g, after_days, round(after_days / 365.25::float8 * 12) / 12 AS years, at_risk, exits, retained, lower, upper, %s FROM es, retention_curve(r)',
        g, replace(l, 'skipped(w)', 'skipped(r)')), 5 * n);
    EXECUTE format($q$
        CREATE TEMP TABLE eh AS
        SELECT %s, extract(year FROM start_date)::int AS hire_year, retention_agg(start_date, end_date, reason, %L) AS h
        FROM (%s) AS k WHERE start_date >= %L AND start_date < %L GROUP BY extract(year FROM start_date), %s$q$,
        shown(names), s.observed, keyed(relation, columns), lower(s.observed), s.as_of, cubed(names));
    RETURN QUERY SELECT twin(schema_name, 'retention_by_hire_year', names, format(
        $q$SELECT %s g, hire_year, make_date(hire_year, 1, 1) AS hire_year_start, spells(h) AS hired, after_days, round(after_days / 365.25::float8 * 12) / 12 AS years,
                  at_risk, exits, retained, lower, upper, %s FROM es JOIN eh USING (%1$s g), retention_curve(h)$q$,
        g, replace(l, 'skipped(w)', 'skipped(r)')), n);
    RETURN QUERY SELECT twin(schema_name, 'exit_reasons', names, format(
        'SELECT %s g, after_days, round(after_days / 365.25::float8 * 12) / 12 AS years, reason, exits, incidence, lower, upper, %s FROM es, exit_incidence(r)',
        g, replace(l, 'skipped(w)', 'skipped(r)')), 5 * n);

    -- a sum by hand, since the accessors may agree on something wrong
    RETURN QUERY SELECT agree(schema_name || '.headcount counted', format('SELECT %s headcount, hires, exits FROM %I.headcount', g, schema_name),
        format($q$SELECT %s count(*) FILTER (WHERE %s AND start_date < %L AND (end_date >= %3$L OR end_date IS NULL)),
                         count(*) FILTER (WHERE %2$s AND start_date < %3$L AND start_date >= %L),
                         count(*) FILTER (WHERE %2$s AND start_date < %3$L AND (start_date >= %4$L OR end_date > %4$L) AND end_date <= %3$L)
                  FROM (%5$s) AS k %6$s$q$,
               (SELECT coalesce(string_agg(format('k%s, ', i), ''), '') FROM generate_subscripts(names, 1) AS i), known, s.as_of, lower(s.observed),
               keyed(relation, columns), (SELECT 'GROUP BY ' || string_agg('k' || i, ', ') FROM generate_subscripts(names, 1) AS i)), NULL);
    RETURN QUERY SELECT agree(schema_name || '.age_pyramid counted', format('SELECT %s age, headcount FROM %I.age_pyramid WHERE headcount > 0', g, schema_name),
        format($q$SELECT %s ((extract(year FROM %L::date - 1) - extract(year FROM birth_date)) * 12
                             + extract(month FROM %2$L::date - 1) - extract(month FROM birth_date))::int / 12 AS age, count(*)
                  FROM (%3$s) AS k WHERE %4$s AND start_date < %2$L AND (end_date >= %2$L OR end_date IS NULL) GROUP BY %1$s age$q$,
               (SELECT coalesce(string_agg(format('k%s, ', i), ''), '') FROM generate_subscripts(names, 1) AS i), s.as_of,
               keyed(relation, columns), known), NULL);

    -- projections, from the group's own rates; see below for those that have none
    RETURN QUERY SELECT twin(schema_name, 'retirement_projection', names, format(
        $q$SELECT %s g, year, period_start, period_end, retirements, retirements_lower, retirements_upper, exits - retirements AS other_exits, %s
           FROM es, setting, workforce_project(w, projection_years, retire_at => retire_at, retire_rule => rule, latest_age => latest_age)$q$,
        g, l), s.projection_years * n);
    RETURN QUERY SELECT twin(schema_name, 'recruitment_need', names, format(
        $q$SELECT %s g, p.*, p.lower AS headcount_lower, p.upper AS headcount_upper, %s
           FROM es, setting AS s, workforce_project(w, s.projection_years, retire_at => s.retire_at, retire_rule => rule, latest_age => s.latest_age) AS p$q$,
        g, l), s.projection_years * n);
    -- hires that came at ages that nobody had been hired at before have no projection
    RETURN QUERY SELECT twin(schema_name, 'forecast_check', names, format(
        $q$SELECT *, actual - predicted AS error, actual BETWEEN lower AND upper AS within_interval
           FROM (SELECT %1$s g, last_year AS year, make_date(last_year, 1, 1) AS period_start, make_date(last_year, 12, 31) AS period_end, p.*, as_of, rows_skipped, rows_left_out
                 FROM (SELECT %1$s g, last_year, going_on, hired, left_for, hired = 0 OR hires(basis) > 0 AS can, %2$s, CASE WHEN hired > 0 THEN ARRAY[hired] END AS intake, basis,
                              retire_at, rule, latest_age
                       FROM es JOIN (SELECT %1$s g, year, going_on, hired, left_for FROM ey) AS y USING (%1$s g), setting WHERE year = last_year) AS e,
                      LATERAL (SELECT 'headcount' AS measure, '(all)' AS reason, headcount AS predicted, lower, upper, going_on::float8 AS actual
                               FROM (SELECT) AS one LEFT JOIN workforce_project(CASE WHEN can THEN basis END, 1, intake => e.intake, retire_at => e.retire_at,
                                                                                retire_rule => rule, latest_age => e.latest_age) ON true
                               UNION ALL
                               SELECT 'exits', reason, CASE WHEN can THEN coalesce(exits, 0) END, lower, upper, coalesce(n::float8, 0)
                               FROM workforce_project_exits(CASE WHEN can THEN basis END, 1, intake => e.intake, retire_at => e.retire_at,
                                                            retire_rule => rule, latest_age => e.latest_age)
                                    FULL JOIN jsonb_each_text(left_for) AS a (reason, n) USING (reason)) AS p) AS f$q$,
        g, replace(l, 'skipped(w)', 'skipped(es.w)')), 2 * n);
    RETURN QUERY SELECT twin(schema_name, 'forecast_backtest', names, format(
        $q$SELECT %s g, b.*, make_date(b.year, 1, 1) AS period_start, make_date(b.year, 12, 31) AS period_end, %s
           FROM es JOIN (SELECT %1$s g, array_agg(w) AS by_year FROM ey GROUP BY %1$s g) AS y USING (%1$s g), setting AS s,
                workforce_backtest(by_year, 3, least_years => greatest(1, least(3, s.years - 1)), retire_at => s.retire_at, retire_rule => rule,
                                   latest_age => s.latest_age) AS b$q$, g, l), CASE WHEN s.years > 1 THEN n ELSE 0 END);
END
$$;

-- The education views: `at` is the column of time, `round` an expression for the
-- year in which people began, null for that of their chains.
CREATE FUNCTION education_views(schema_name text, relation text, names text[], columns text[], spec funnel_spec, n bigint,
                                at text DEFAULT 'at', round text DEFAULT NULL) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    s setting := (SELECT s FROM setting AS s);
    g text := listed(names);
    l text := format('%L::date AS as_of, skipped(f) AS rows_skipped, 0::bigint AS rows_left_out', s.as_of);
BEGIN
    DROP TABLE IF EXISTS ed, ep;
    EXECUTE format('CREATE TEMP TABLE ed AS SELECT %s, funnel_agg(person_id, stage, %I, %L) AS f FROM (%s) AS k GROUP BY %s',
                   shown(names), at, spec, keyed(relation, columns), cubed(names));
    EXECUTE format($q$
        CREATE TEMP TABLE ep AS
        SELECT %s, epoch, funnel_agg(person_id, stage, %I, %L) AS f
        FROM (SELECT k.*, %s AS epoch
              FROM (%s) AS k LEFT JOIN (SELECT person_id, (funnel_steps(stage, %2$I, %3$L))[1] AS began FROM %6$s GROUP BY person_id) AS b USING (person_id)) AS k
        WHERE epoch IS NOT NULL
        GROUP BY epoch, %7$s$q$, shown(names), at, spec, coalesce(round, 'extract(year FROM began AT TIME ZONE ''UTC'')::integer'),
        keyed(relation, columns), relation, cubed(names));
    RETURN QUERY SELECT twin(schema_name, 'funnel_stages', names, format('SELECT %s g, p.*, %s FROM ed, funnel_stages(f) AS p', g, l), 3 * n);
    RETURN QUERY SELECT twin(schema_name, 'funnel_epochs', names, format('SELECT %s g, epoch, make_date(epoch, 1, 1) AS epoch_start, p.*, %s FROM ep, funnel_stages(f) AS p', g, l), 10 * n);
END
$$;

-- How many must begin: of the groups that both sources show.  Those who have begun
-- come to work first; what is missing then is left to rounds to come.
CREATE FUNCTION intake_views(schema_name text, staff text, staff_columns text[], course text, course_columns text[], names text[],
                             spec funnel_spec, starts text, n bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    s setting := (SELECT s FROM setting AS s);
    g text := listed(names);
    l text := format('%L::date AS as_of, skipped(w) + skipped(f) AS rows_skipped, 0::bigint AS rows_left_out', s.as_of);
    first_round int := extract(year FROM s.as_of)::int + CASE WHEN (extract(year FROM s.as_of) || '-' || starts)::date < s.as_of THEN 1 ELSE 0 END;
    -- totals are over the groups that both have
    staff_rows text := common(keyed(staff, staff_columns), keyed(course, course_columns), names);
    course_rows text := common(keyed(course, course_columns), keyed(staff, staff_columns), names);
    keys text := (SELECT coalesce(string_agg(format('k%s, ', i), ''), '') FROM generate_subscripts(names, 1) AS i);
BEGIN
    DROP TABLE IF EXISTS ew, ef, eb, plan;
    EXECUTE format('CREATE TEMP TABLE ew AS SELECT %s, workforce_agg(birth_date, start_date, end_date, reason, %L, fte) AS w FROM (%s) AS k GROUP BY %s',
                   shown(names), s.observed, staff_rows, cubed(names));
    EXECUTE format('CREATE TEMP TABLE ef AS SELECT %s, funnel_agg(person_id, stage, at, %L) AS f FROM (%s) AS k GROUP BY %s',
                   shown(names), spec, course_rows, cubed(names));
    EXECUTE format($q$
        CREATE TEMP TABLE eb AS
        SELECT %s, extract(year FROM began)::int AS year, count(*) AS begun
        FROM (SELECT %s (funnel_steps(stage, at, %L))[1] AS began FROM (%s) AS k WHERE person_id IS NOT NULL GROUP BY %2$s person_id) AS k
        WHERE began IS NOT NULL
        GROUP BY extract(year FROM began), %5$s$q$, shown(names), keys, spec, course_rows, cubed(names));
    EXECUTE format($q$
        CREATE TEMP TABLE plan AS
        SELECT %s g, w, f, planned,
               ARRAY(SELECT gap FROM workforce_project(w, projection_years, intake => CASE WHEN hires(w) > 0 THEN planned END, retire_at => retire_at,
                                                       retire_rule => rule, latest_age => latest_age) ORDER BY year) AS gap
        FROM ew JOIN ef USING (%1$s g) CROSS JOIN setting,
             LATERAL (SELECT coalesce(min(year), last_year + 1) AS first, max(year) AS last FROM eb WHERE year < %2$s AND (%3$s eb.g) = (%4$s ew.g)) AS b,
             LATERAL (SELECT ARRAY(SELECT arrivals FROM funnel_output(f,
                                       ARRAY(SELECT coalesce((SELECT begun FROM eb WHERE eb.year = y AND (%3$s eb.g) = (%4$s ew.g)), 0)
                                             FROM generate_series(first, last) AS y ORDER BY y)::float8[],
                                       first, projection_years, starts => %5$L, as_of => as_of) ORDER BY year) AS planned) AS p$q$,
        g, first_round, (SELECT coalesce(string_agg(format('eb.%I, ', u), '' ORDER BY i), '') FROM unnest(names) WITH ORDINALITY AS u (u, i)),
        (SELECT coalesce(string_agg(format('ew.%I, ', u), '' ORDER BY i), '') FROM unnest(names) WITH ORDINALITY AS u (u, i)), starts);
    RETURN QUERY SELECT twin(schema_name, 'required_intake', names, format(
        $q$SELECT %s g, i.year, make_date(i.year, 1, 1) AS year_start, make_date(i.year, 12, 31) AS year_end, planned[i.year - %s] AS planned, 0::float8 AS elsewhere, gap[i.year - %2$s] AS gap, intake, lower, upper, arrivals, unmet, %3$s
           FROM plan, setting AS s,
                required_intake(f, w, gap, %4$s, starts => %5$L, retire_at => s.retire_at, retire_rule => rule, latest_age => s.latest_age) AS i$q$,
        g, extract(year FROM s.as_of)::int - 1, l, first_round, starts), (s.projection_years - 1) * n);
    RETURN QUERY SELECT twin(schema_name, 'required_intake_stages', names, format(
        $q$SELECT %s g, i.year, make_date(i.year, 1, 1) AS year_start, stage_no, stage, required, lower, upper, %s
           FROM plan, setting AS s,
                required_intake_stages(f, w, gap, %s, starts => %L, retire_at => s.retire_at, retire_rule => rule, latest_age => s.latest_age) AS i$q$,
        g, l, first_round, starts), 3 * (s.projection_years - 1) * n);
END
$$;

-- The mobility views.
CREATE FUNCTION mobility_views(schema_name text, relation text, names text[], columns text[], n bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    s setting := (SELECT s FROM setting AS s);
    g text := listed(names);
    l text := format('%L::date AS as_of, skipped(m) AS rows_skipped, 0::bigint AS rows_left_out', s.as_of);
BEGIN
    DROP TABLE IF EXISTS mo;
    EXECUTE format('CREATE TEMP TABLE mo AS SELECT %s, mobility_agg(person_id, workplace, start_date, end_date, %L) AS m FROM (%s) AS k GROUP BY %s',
                   shown(names), s.observed, keyed(relation, columns), cubed(names));
    RETURN QUERY SELECT twin(schema_name, 'mobility_headcount', names, format(
        $q$SELECT %s g, at AS day, state, headcount, %s
           FROM mo, (SELECT %L::date - 1 AS day UNION SELECT make_date(y, 1, 1) FROM generate_series(%s, %s) AS y) AS d (at), mobility_headcount(m, at)$q$,
        g, l, s.as_of, extract(year FROM lower(s.observed)), extract(year FROM s.as_of - 1)), 3 * n);
    RETURN QUERY SELECT twin(schema_name, 'mobility_series', names, format(
        $q$SELECT %s g, period_start, period_end, coalesce(state, '(total)') AS state, headcount_start, headcount, fte_start, fte, hires, leavers, moved_in, moved_out, %s
           FROM mo, mobility_series(m, '1 month')$q$, g, l), 60 * n);
    RETURN QUERY SELECT twin(schema_name, 'mobility_leavers', names, format(
        $q$SELECT %s g, period_start, period_end, coalesce(state, '(total)') AS state, reason, leavers, %s
           FROM mo, mobility_leavers(m, '1 month')$q$, g, l), 60 * n);
    RETURN QUERY SELECT twin(schema_name, 'mobility_flows', names, format(
        $q$SELECT %s g, coalesce(from_state, '(came)') AS from_state, coalesce(to_state, '(left)') AS to_state, moves, person_years, rate, lower, upper, %s
           FROM mo, mobility_flows(m)$q$, g, l), 3 * n);
    RETURN QUERY SELECT twin(schema_name, 'mobility_probabilities', names, format(
        $q$SELECT %s g, coalesce(from_state, '(came)') AS from_state, coalesce(to_state, '(left)') AS to_state, probability, %s
           FROM mo, mobility_matrix(m, '1 year')$q$, g, l), 3 * n);
END
$$;

-- The competence views, counted.
CREATE FUNCTION competence_views(schema_name text, relation text, names text[], columns text[], n bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    s setting := (SELECT s FROM setting AS s);
    g text := listed(names);
BEGIN
    DROP TABLE IF EXISTS co, cd;
    EXECUTE format('CREATE TEMP TABLE co AS SELECT %s, count(*) FILTER (WHERE person_id IS NULL OR start_date IS NULL) AS rows_skipped FROM (%s) AS k GROUP BY %s',
                   shown(names), keyed(relation, columns), cubed(names));
    EXECUTE format($q$
        CREATE TEMP TABLE cd AS
        SELECT %s, day, count(*) AS required, count(*) FILTER (WHERE status = 'valid') AS valid,
               count(*) FILTER (WHERE status = 'lapsed') AS lapsed, count(*) FILTER (WHERE status = 'missing') AS missing
        FROM (%s) AS k,
             (SELECT day::date FROM generate_series(%L::date - interval '2 years', %3$L::date + interval '1 year', '1 month') AS day) AS d
        WHERE person_id IS NOT NULL AND start_date <= day AND (day < end_date OR end_date IS NULL)
        GROUP BY day, %4$s$q$, shown(names), keyed(relation, columns), s.as_of, cubed(names));
    RETURN QUERY SELECT twin(schema_name, 'competence_coverage', names, format(
        'SELECT %s g, day, required, valid, lapsed, missing, valid / required::float8 AS coverage, day > %L AS ahead, %2$L::date AS as_of, rows_skipped, 0::bigint AS rows_left_out
         FROM co JOIN cd USING (%1$s g)', g, s.as_of), n);
END
$$;

-- ---------------------------------------------------------------------------
-- Everything, grouped by two columns
-- ---------------------------------------------------------------------------
CREATE TABLE mapping (name text PRIMARY KEY, value jsonb);
INSERT INTO mapping VALUES ('all', '{
    "employment": {"table": "hr.employment", "birth_date": "birth_date", "start_date": "start_date", "end_date": "end_date",
                   "reason": "reason", "fte": "fte", "group_by": ["region", "profession"],
                   "observed_years": 5, "projection_years": 6, "retirement": 66, "latest_age": 69, "leave_out": false},
    "education": {"table": "study.event", "person_id": "person_id", "stage": "stage", "at": "at",
                  "stages": ["applied", "admitted", "graduated"], "within": "8 years", "exits": ["withdrew"], "modes": [],
                  "group_by": ["campus", "profession"], "starts": "09-01"},
    "mobility": {"table": "hr.placement", "person_id": "person_id", "state": "workplace", "start_date": "start_date",
                 "end_date": "end_date", "group_by": ["profession"]},
    "competence": {"table": "hr.certificate", "person_id": "person_id", "module": "module", "status": "status",
                   "start_date": "start_date", "end_date": "end_date", "group_by": ["municipality"]},
    "as_of": "2026-01-01", "materialized": true}');

SELECT cmp_ok(run($$SELECT reporting_ddl('reporting', value) FROM mapping WHERE name = 'all'$$), '>', 50, 'statements are made and run');
CALL set_up('2026-01-01', 5, 6, 66, false, 69);
SELECT employment_views('reporting', 'hr.employment', '{region,profession}', '{region,profession}', 12);
SELECT education_views('reporting', 'study.event', '{campus,profession}', '{campus,profession}',
                       funnel_spec('{applied,admitted,graduated}', '8 years', '2026-01-01', '{withdrew}'), 9);
SELECT intake_views('reporting', 'hr.employment', '{profession}', 'study.event', '{profession}', '{profession}',
                    funnel_spec('{applied,admitted,graduated}', '8 years', '2026-01-01', '{withdrew}'), '09-01', 3);
SELECT mobility_views('reporting', 'hr.placement', '{profession}', '{profession}', 3);
SELECT competence_views('reporting', 'hr.certificate', '{municipality}', '{municipality}', 37);

-- Columns, their order and their types.
CREATE TABLE wanted (view text, grouped text, columns text);
INSERT INTO wanted VALUES
    ('employment_groups', 'region, profession', NULL),
    ('education_groups', 'campus, profession', NULL),
    ('mobility_groups', 'profession', NULL),
    ('competence_groups', 'municipality', NULL),
    ('headcount', 'region, profession', 'day date, headcount bigint, fte float8, hires bigint, exits bigint, person_years float8, observed_from date'),
    ('age_pyramid', 'region, profession', 'day date, age integer, headcount bigint, fte float8, hires bigint'),
    ('exit_rates', 'region, profession', 'age integer, reason text, exits bigint, person_years float8, rate float8, lower float8, upper float8'),
    ('turnover', 'region, profession', 'year integer, period_start date, period_end date, headcount_start bigint, headcount_end bigint, hires bigint, exits bigint, retirements bigint, fte_start float8, fte_end float8, turnover float8, replacement_turnover float8'),
    ('retention_curve', 'region, profession', 'after_days integer, years float8, at_risk bigint, exits bigint, retained float8, lower float8, upper float8'),
    ('retention_by_hire_year', 'region, profession', 'hire_year integer, hire_year_start date, hired bigint, after_days integer, years float8, at_risk bigint, exits bigint, retained float8, lower float8, upper float8'),
    ('exit_reasons', 'region, profession', 'after_days integer, years float8, reason text, exits bigint, incidence float8, lower float8, upper float8'),
    ('retirement_projection', 'region, profession', 'year integer, period_start date, period_end date, retirements float8, retirements_lower float8, retirements_upper float8, other_exits float8'),
    ('recruitment_need', 'region, profession', 'year integer, period_start date, period_end date, headcount_start float8, exits float8, headcount float8, headcount_lower float8, headcount_upper float8, fte float8, target float8, gap float8, recruitment_need float8, need_lower float8, need_upper float8, unsupported float8'),
    ('forecast_check', 'region, profession', 'year integer, period_start date, period_end date, measure text, reason text, predicted float8, lower float8, upper float8, actual float8, error float8, within_interval boolean'),
    ('forecast_backtest', 'region, profession', 'origin date, horizon integer, year integer, period_start date, period_end date, measure text, predicted float8, lower float8, upper float8, actual float8, error float8, within_interval boolean, naive float8'),
    ('funnel_stages', 'campus, profession', 'stage_no integer, stage text, entered bigint, converted bigint, pending bigint, exited bigint, lost bigint, conversion float8, lower float8, upper float8, cumulative float8, cumulative_lower float8, cumulative_upper float8, median_days integer, observed_days integer, conversion_so_far float8, lower_so_far float8, upper_so_far float8, cumulative_so_far float8, cumulative_lower_so_far float8, cumulative_upper_so_far float8'),
    ('funnel_epochs', 'campus, profession', 'epoch integer, epoch_start date, stage_no integer, stage text, entered bigint, converted bigint, pending bigint, exited bigint, lost bigint, conversion float8, lower float8, upper float8, cumulative float8, cumulative_lower float8, cumulative_upper float8, median_days integer, observed_days integer, conversion_so_far float8, lower_so_far float8, upper_so_far float8, cumulative_so_far float8, cumulative_lower_so_far float8, cumulative_upper_so_far float8'),
    ('required_intake', 'profession', 'year integer, year_start date, year_end date, planned float8, elsewhere float8, gap float8, intake float8, lower float8, upper float8, arrivals float8, unmet float8'),
    ('required_intake_stages', 'profession', 'year integer, year_start date, stage_no integer, stage text, required float8, lower float8, upper float8'),
    ('mobility_headcount', 'profession', 'day date, state text, headcount bigint'),
    ('mobility_series', 'profession', 'period_start date, period_end date, state text, headcount_start bigint, headcount bigint, fte_start float8, fte float8, hires bigint, leavers bigint, moved_in bigint, moved_out bigint'),
    ('mobility_leavers', 'profession', 'period_start date, period_end date, state text, reason text, leavers bigint'),
    ('mobility_flows', 'profession', 'from_state text, to_state text, moves bigint, person_years float8, rate float8, lower float8, upper float8'),
    ('mobility_probabilities', 'profession', 'from_state text, to_state text, probability float8'),
    ('competence_coverage', 'municipality', 'day date, required bigint, valid bigint, lapsed bigint, missing bigint, coverage float8, ahead boolean');
CREATE VIEW wanted_columns AS
SELECT view || twin AS view, replace(concat_ws(', ', regexp_replace(grouped, '(\w+)', '\1 text', 'g'), columns,
           'as_of date, rows_skipped bigint, rows_left_out bigint, refreshed_at timestamp with time zone'), 'float8', 'double precision') AS columns
FROM wanted, unnest(ARRAY['', '_total']) AS twin
UNION ALL
SELECT source || '_quality', 'problem text, effect text, rows bigint, detail text, as_of date, refreshed_at timestamp with time zone'
FROM unnest(ARRAY['employment', 'education', 'mobility', 'competence']) AS source
UNION ALL
VALUES ('freshness', 'source text, table_name text, as_of date, observed_from date, refreshed_at timestamp with time zone, groups bigint, rows_skipped bigint, rows_left_out bigint');
CREATE FUNCTION columns_of(schema_name text) RETURNS TABLE (view text, columns text) LANGUAGE sql STABLE AS $$
    SELECT name, string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
    FROM relations(schema_name) JOIN pg_attribute ON attrelid = id AND attnum > 0 AND NOT attisdropped
    GROUP BY name
$$;
SELECT is(c.columns, w.columns, 'columns of ' || view) FROM wanted_columns AS w LEFT JOIN columns_of('reporting') AS c USING (view) ORDER BY view;
SELECT is((SELECT string_agg(view, ', ' ORDER BY view) FROM columns_of('reporting')), (SELECT string_agg(view, ', ' ORDER BY view) FROM wanted_columns),
          'there are these views and no other');
SELECT is((SELECT string_agg(DISTINCT kind::text, '') FROM relations('reporting')), 'v', 'all of them plain views');
SELECT is((SELECT string_agg(name, ', ') FROM relations('reporting') JOIN pg_class AS c ON c.oid = id
           WHERE NOT coalesce(reloptions @> '{security_invoker=true}', false)), NULL, 'that read with the rights of who asks');
SELECT is((SELECT string_agg(format('%s.%s', name, attname), ', ') FROM unnest('{reporting,reporting_summary}'::text[]) AS s, relations(s)
                  JOIN pg_attribute ON attrelid = id AND attnum > 0 AND NOT attisdropped
           WHERE NOT coalesce(col_description(id, attnum) ~ '^\S.{2,}$', false)), NULL, 'every column is explained');
SELECT is((SELECT string_agg(name, ', ') FROM unnest('{reporting,reporting_summary}'::text[]) AS s, relations(s)
           WHERE NOT coalesce(obj_description(id, 'pg_class') ~ '^\S.{8,}$', false)), NULL, 'so is every view');
SELECT is((SELECT string_agg(nspname, ', ') FROM pg_namespace WHERE nspname IN ('reporting', 'reporting_summary') AND obj_description(oid, 'pg_namespace') IS NULL), NULL,
          'and both schemas');

-- A unique index on the groups of each materialized view of summaries.
SELECT is((SELECT string_agg(name, ', ' ORDER BY name) FROM relations('reporting_summary') WHERE kind = 'm' AND EXISTS (
               SELECT FROM pg_index WHERE indrelid = id AND indisunique AND indpred IS NULL AND indexprs IS NULL)),
          (SELECT string_agg(name, ', ' ORDER BY name) FROM relations('reporting_summary') WHERE kind = 'm'), 'each materialized view has a unique index');
SELECT is((SELECT string_agg(name, ', ' ORDER BY name) FROM relations('reporting_summary') WHERE kind = 'm'),
          'competence, competence_doubts, competence_quality, education, education_doubts, education_quality, employment, employment_doubts, employment_hired, employment_quality, mobility, mobility_doubts, mobility_quality', 'which are these');

-- What is counted adds up to the totals.
SELECT agree(v || ' adds up to totals', format($q$SELECT %s, sum(%s) FROM reporting.%I GROUP BY %1$s$q$, k, c, v),
             format($q$SELECT %s, sum(%s) FROM reporting.%I WHERE %s GROUP BY %1$s$q$, k, c, v || '_total', w), 4)
FROM (VALUES ('turnover', 'year', 'hires + exits + headcount_start + headcount_end'), ('age_pyramid', 'age', 'headcount + hires'),
             ('exit_rates', 'age, reason', 'exits'), ('forecast_check', 'measure, reason', 'actual')) AS s (v, k, c),
     (VALUES ($$region = '(total)' AND profession = '(total)'$$), ($$region = '(total)' AND profession <> '(total)'$$),
             ($$region <> '(total)' AND profession = '(total)'$$)) AS t (w);
SELECT is((SELECT sum(headcount) FROM reporting.headcount), (SELECT headcount FROM reporting.headcount_total WHERE region = '(total)' AND profession = '(total)')::numeric,
          'headcount adds up to its total');
SELECT is((SELECT sum(headcount) FROM reporting.headcount WHERE region = '(missing)'),
          (SELECT headcount FROM reporting.headcount_total WHERE region = '(missing)' AND profession = '(total)')::numeric, 'that of those without a region, too');
SELECT ok(NOT EXISTS (SELECT FROM reporting.headcount WHERE region = '(total)' OR profession = '(total)'), 'there are no totals among the details');
SELECT set_eq('SELECT * FROM reporting.headcount', $$SELECT * FROM reporting.headcount_total WHERE region <> '(total)' AND profession <> '(total)'$$, 'the totals stand beside the details');

-- How fresh it is.
SELECT results_eq('SELECT source, table_name, as_of, observed_from, groups, rows_left_out FROM reporting.freshness ORDER BY source',
    $$VALUES ('competence', 'hr.certificate', date '2026-01-01', date '2024-01-01', 3::bigint, 0::bigint),
             ('education', 'study.event', '2026-01-01', NULL, 9, 0), ('employment', 'hr.employment', '2026-01-01', '2021-01-01', 12, 0),
             ('mobility', 'hr.placement', '2026-01-01', '2021-01-01', 3, 0)$$, 'freshness');
SELECT is((SELECT count(*) FROM reporting.freshness WHERE refreshed_at BETWEEN now() - interval '5 minutes' AND clock_timestamp()), 4::bigint, 'all of it fresh');
SELECT is((SELECT sum(rows_skipped) FROM reporting.headcount), (SELECT rows_skipped FROM reporting.freshness WHERE source = 'employment')::numeric, 'rows skipped add up');
SELECT is((SELECT rows_skipped FROM reporting.freshness WHERE source = 'employment'),
          (SELECT count(*) FROM hr.employment WHERE birth_date IS NULL OR start_date IS NULL OR fte IS NULL), 'to as many as there are');
SELECT is((SELECT count(DISTINCT refreshed_at) FROM (
               SELECT refreshed_at FROM reporting.headcount UNION ALL SELECT refreshed_at FROM reporting.turnover_total
               UNION ALL SELECT refreshed_at FROM reporting.forecast_check) AS x), 1::bigint, 'every figure says when it was made');
SELECT is((SELECT count(*) FROM reporting.exit_rates WHERE refreshed_at IS NULL), 0::bigint, 'always');
SELECT results_eq('SELECT as_of, year_begin FROM reporting_summary.period', $$VALUES (date '2026-01-01', date '2026-01-01')$$, 'the period is in one place');

-- ---------------------------------------------------------------------------
-- Again; refresh; drop
-- ---------------------------------------------------------------------------
CREATE FUNCTION objects() RETURNS TABLE (what text) LANGUAGE sql STABLE AS $$
    SELECT format('%s %s %s %s %s', c.oid, n.nspname, relname, relkind, relacl) || obj_description(c.oid, 'pg_class')
           || CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) ELSE '' END
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
    WHERE nspname ~ '^reporting'
$$;
CREATE TABLE before AS SELECT * FROM objects();
SELECT lives_ok($$SELECT run($q$SELECT reporting_ddl('reporting', value) FROM mapping WHERE name = 'all'$q$)$$, 'the same statements once more');
SELECT set_eq('SELECT * FROM objects()', 'SELECT * FROM before', 'change nothing');

-- Rows of the summaries, and where they are.
CREATE FUNCTION places() RETURNS TABLE (source text, place tid, writer xid, made timestamptz, body text) LANGUAGE plpgsql AS $$
BEGIN
    FOREACH source IN ARRAY '{employment,education,mobility,competence}'::text[] LOOP
        RETURN QUERY EXECUTE format('SELECT %L, ctid, xmin, refreshed_at, (to_jsonb(m) - ''refreshed_at'')::text FROM reporting_summary.%1$I AS m', source);
    END LOOP;
END
$$;
CREATE TABLE place AS SELECT * FROM places();
SELECT is((SELECT count(*) FROM place WHERE made IS NOT NULL), 4::bigint, 'one row of each summary says when it was made');
SELECT run($$SELECT reporting_refresh_ddl('reporting')$$) > 0 AS refreshed \gset
SELECT run($$SELECT reporting_refresh_ddl('reporting')$$) > 0 AS refreshed \gset
SELECT is((SELECT count(*) FROM places() JOIN place USING (source, place, writer, body) WHERE place.made IS NULL), (SELECT count(*) - 4 FROM place),
          'two refreshes rewrite no other row');
SELECT is((SELECT count(*) FROM places() AS p JOIN place USING (source, body) WHERE p.made > place.made), 4::bigint, 'but that one, which is newer');
SELECT ok(bool_and(statement ~ '^REFRESH MATERIALIZED VIEW CONCURRENTLY '), 'all of them are REFRESH ... CONCURRENTLY') FROM reporting_refresh_ddl('reporting') AS statement;
SELECT is((SELECT count(*) FROM reporting_refresh_ddl('reporting')), (SELECT count(*) FROM relations('reporting_summary') WHERE kind = 'm'), 'one for each materialized view');

CREATE TABLE headcount AS SELECT * FROM reporting.headcount_total;
TRUNCATE place;
INSERT INTO place SELECT * FROM places();
INSERT INTO hr.employment (id, birth_date, start_date, fte, region, profession) VALUES (0, '1980-01-01', '2024-01-01', 0.5, 'South', 'nurse');
SELECT is((SELECT sum(headcount) FROM reporting.headcount), (SELECT sum(headcount) FROM headcount WHERE region <> '(total)' AND profession <> '(total)'), 'a new row is not seen');
SELECT run($$SELECT reporting_refresh_ddl('reporting')$$) > 0 AS refreshed \gset
SELECT results_eq('SELECT region, profession, n.headcount - h.headcount, n.fte - h.fte, n.hires - h.hires
                   FROM reporting.headcount_total AS n JOIN headcount AS h USING (region, profession)
                   WHERE n.headcount <> h.headcount ORDER BY region, profession',
                  $$VALUES ('(total)', '(total)', 1::bigint, 0.5::float8, 1::bigint), ('(total)', 'nurse', 1, 0.5, 1), ('South', '(total)', 1, 0.5, 1),
                           ('South', 'nurse', 1, 0.5, 1)$$, 'until the next refresh');
SELECT is((SELECT count(*) FROM places() JOIN place USING (source, place, writer, body)), (SELECT count(*) - 7 FROM place), 'which rewrites the rows of its group and totals');
DELETE FROM hr.employment WHERE id = 0;

-- Another as_of needs no other views; the figures move at the refresh.
SELECT lives_ok($$SELECT run($q$SELECT reporting_ddl('reporting', value || '{"as_of": "2025-11-01"}') FROM mapping WHERE name = 'all'$q$)$$, 'another as_of');
SELECT is((SELECT string_agg(DISTINCT as_of::text, ', ') FROM reporting.freshness), '2026-01-01', 'is not that of figures that are there');
SELECT run($$SELECT reporting_refresh_ddl('reporting')$$) > 0 AS refreshed \gset
CALL set_up('2025-11-01', 5, 6, 66, false, 69);
SELECT employment_views('reporting', 'hr.employment', '{region,profession}', '{region,profession}', 12);
SELECT education_views('reporting', 'study.event', '{campus,profession}', '{campus,profession}',
                       funnel_spec('{applied,admitted,graduated}', '8 years', '2025-11-01', '{withdrew}'), 9);
SELECT intake_views('reporting', 'hr.employment', '{profession}', 'study.event', '{profession}', '{profession}',
                    funnel_spec('{applied,admitted,graduated}', '8 years', '2025-11-01', '{withdrew}'), '09-01', 3);
SELECT mobility_views('reporting', 'hr.placement', '{profession}', '{profession}', 3);
SELECT competence_views('reporting', 'hr.certificate', '{municipality}', '{municipality}', 37);
SELECT run($$SELECT reporting_ddl('reporting', value) FROM mapping WHERE name = 'all'$$) > 0 AS made \gset
SELECT run($$SELECT reporting_refresh_ddl('reporting')$$) > 0 AS refreshed \gset
SELECT set_eq('SELECT * FROM objects()', 'SELECT * FROM before', 'back to the first as_of, all is as it was');

-- What depends on it goes with it, what a user put there does not.
CREATE VIEW reporting.mine AS SELECT region, headcount FROM reporting.headcount;
SELECT isnt(try($$SELECT reporting_drop_ddl('reporting')$$), 'done', 'nothing is dropped from under a user''s view');
SELECT is((SELECT count(*) FROM reporting.mine), 12::bigint, 'which is still there');
SELECT set_eq('SELECT * FROM objects()', $$SELECT * FROM before UNION ALL SELECT * FROM objects() WHERE what ~ 'mine'$$, 'as is all else');
DROP VIEW reporting.mine;
CREATE VIEW reporting.mine AS SELECT count(*) AS n FROM hr.employment;
CREATE TABLE reporting_summary.kept AS SELECT 1 AS one;
SELECT is(try($$SELECT reporting_drop_ddl('reporting')$$), 'done', 'beside things of a user all else is dropped');
SELECT is((SELECT string_agg(name, ', ') FROM relations('reporting')), 'mine', 'what is theirs stays');
SELECT is((SELECT string_agg(name, ', ') FROM relations('reporting_summary')), 'kept', 'in both schemas');
SELECT is((SELECT n FROM reporting.mine), (SELECT count(*) FROM hr.employment), 'as it was');
SELECT lives_ok($$SELECT run($q$SELECT reporting_ddl('reporting', value) FROM mapping WHERE name = 'all'$q$)$$, 'and all can be made beside it');
DROP VIEW reporting.mine;
DROP TABLE reporting_summary.kept;
SELECT is(try($$SELECT reporting_drop_ddl('reporting')$$), 'done', 'and dropped');
SELECT is((SELECT count(*) FROM pg_namespace WHERE nspname ~ '^reporting'), 0::bigint, 'with its schemas');
SELECT is((SELECT count(*) FROM reporting_drop_ddl('reporting')), 0::bigint, 'then there is nothing to drop');

-- ---------------------------------------------------------------------------
-- Other groups, other days
-- ---------------------------------------------------------------------------
-- No group columns, in the middle of a year, without FTE.
CREATE FUNCTION variant(changes jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_object_agg(k, CASE jsonb_typeof(v) WHEN 'object' THEN v || coalesce(nullif(changes -> k, 'null'), '{}') ELSE v END)
           || coalesce((SELECT jsonb_object_agg(k, v) FROM jsonb_each(changes) AS j (k, v) WHERE jsonb_typeof(v) <> 'object'), '{}')
    FROM mapping AS m, jsonb_each(m.value) AS j (k, v) WHERE name = 'all'
$$;
SELECT lives_ok($$SELECT run($q$SELECT reporting_ddl('whole', variant('{"as_of": "2025-06-01", "employment": {"group_by": [], "retirement": "pension_age", "latest_age": 72,
    "observed_years": 3, "projection_years": 2}, "education": {"group_by": [], "starts": "06-01"}, "mobility": {"group_by": [], "observed_years": 3}, "competence": {"group_by": []}}'))$q$)$$, 'without groups');
CALL set_up('2025-06-01', 3, 2, NULL, true, 72);
SELECT employment_views('whole', 'hr.employment', '{}', '{}', 1);
SELECT education_views('whole', 'study.event', '{}', '{}', funnel_spec('{applied,admitted,graduated}', '8 years', '2025-06-01', '{withdrew}'), 1);
SELECT intake_views('whole', 'hr.employment', '{}', 'study.event', '{}', '{}', funnel_spec('{applied,admitted,graduated}', '8 years', '2025-06-01', '{withdrew}'), '06-01', 1);
SELECT mobility_views('whole', 'hr.placement', '{}', '{}', 1);
SELECT competence_views('whole', 'hr.certificate', '{}', '{}', 1);
SELECT is((SELECT count(*) FROM relations('whole') WHERE name ~ '_total$'), 0::bigint, 'there are no totals of one group');

-- Five group columns, of five types.
SET DateStyle = 'German';
SELECT lives_ok($$SELECT run($q$SELECT reporting_ddl('five', variant('{"as_of": "2024-12-01",
    "employment": {"group_by": ["permanent", "grade", "agreed", "site", "level"], "retirement": 65}, "competence": null, "mobility": null, "education": null}')
    - 'competence' - 'mobility' - 'education')$q$)$$, 'five group columns');
RESET DateStyle;
CALL set_up('2024-12-01', 5, 6, 65, false, 69);
SELECT employment_views('five', 'hr.employment', '{permanent,grade,agreed,site,level}', '{permanent,grade,agreed,site,level}', 60);
SELECT run($$SELECT reporting_drop_ddl('five')$$) > 0 AS dropped \gset

-- One, under another name; no retirement but the observed one; events with a
-- time, and rounds that are given; and settings of the session that are not the usual ones.
SET DateStyle = 'SQL, DMY';
SET IntervalStyle = 'sql_standard';
SET TimeZone = 'Pacific/Auckland';
SET extra_float_digits = -5;
SELECT lives_ok($$SELECT run($q$SELECT reporting_ddl('alias', variant('{"employment": {"group_by": [{"Yrke": "profession"}]},
    "education": {"group_by": ["campus", {"Yrke": "profession"}], "at": "at_time", "epoch": "round", "starts": "01-15"}, "mobility": {"group_by": [{"Yrke": "profession"}]},
    "competence": {"group_by": [{"Kommun, namn": "municipality"}]}}') #- '{employment,retirement}' #- '{employment,latest_age}')$q$)$$, 'names of one''s own');
RESET DateStyle;
RESET IntervalStyle;
RESET TimeZone;
RESET extra_float_digits;
CALL set_up('2026-01-01', 5, 6, NULL, false, 70);
SELECT employment_views('alias', 'hr.employment', '{Yrke}', '{profession}', 3);
SELECT education_views('alias', 'study.event', '{campus,Yrke}', '{campus,profession}', funnel_spec('{applied,admitted,graduated}', '8 years', '2026-01-01', '{withdrew}'), 9, 'at_time', 'round');
SELECT mobility_views('alias', 'hr.placement', '{Yrke}', '{profession}', 3);
SELECT competence_views('alias', 'hr.certificate', '{"Kommun, namn"}', '{municipality}', 3);
SELECT is((SELECT count(*) FROM relations('alias')), (SELECT count(*) FROM wanted_columns), 'the same views');

-- Not materialized: the same rows.
SELECT lives_ok($$SELECT run($q$SELECT reporting_ddl('live', variant('{"materialized": false}'))$q$)$$, 'not materialized');
SELECT run($$SELECT reporting_ddl('reporting', value) FROM mapping WHERE name = 'all'$$) > 0 AS made \gset
SELECT agree('live.' || view, format('SELECT (to_jsonb(v) - ''refreshed_at'')::text FROM live.%I AS v', view),
             format('SELECT (to_jsonb(v) - ''refreshed_at'')::text FROM reporting.%I AS v', view), NULL)
FROM wanted_columns;
SELECT is((SELECT string_agg(DISTINCT kind::text, '') FROM relations('live_summary')), 'v', 'all of them are views');
SELECT is((SELECT count(*) FROM reporting_refresh_ddl('live')), 0::bigint, 'and none to refresh');
SELECT is((SELECT columns FROM columns_of('live') WHERE view = 'headcount'), (SELECT columns FROM columns_of('reporting') WHERE view = 'headcount'), 'columns are the same');
SELECT run($$SELECT reporting_drop_ddl('live')$$) > 0 AS dropped \gset
SELECT is((SELECT count(*) FROM pg_namespace WHERE nspname ~ '^live'), 0::bigint, 'they are dropped, too');

-- A moving as_of is the first of this month.
SELECT lives_ok($$SELECT run($q$SELECT reporting_ddl('moving', variant('{}') - 'as_of')$q$)$$, 'without as_of');
SELECT is((SELECT string_agg(DISTINCT as_of::text, ', ') FROM (SELECT as_of FROM moving.headcount UNION ALL SELECT as_of FROM moving.funnel_stages UNION ALL
           SELECT as_of FROM moving.freshness UNION ALL SELECT as_of FROM moving_summary.period) AS x), date_trunc('month', current_date)::date::text, 'it is the first of this month');
SELECT is((SELECT count(*) FROM moving.headcount), 12::bigint, 'for all');
SELECT is((SELECT string_agg(DISTINCT year::text, ', ' ORDER BY year::text) FROM moving.turnover),
          (SELECT string_agg(y::text, ', ') FROM generate_series(extract(year FROM current_date)::int - 5, extract(year FROM current_date)::int - 1) AS y), 'and years are the last five');
SELECT is((SELECT string_agg(name, ', ') FROM unnest('{moving,moving_summary}'::text[]) AS s, relations(s)
           WHERE name <> 'period' AND kind IN ('v', 'm') AND pg_get_viewdef(id) ~ (to_char(current_date, 'YYYY-MM') || '|' || (extract(year FROM current_date)::int - 5) || '-01-01')),
          NULL, 'no view has a date of its own');
SELECT run($$SELECT reporting_drop_ddl('moving')$$) > 0 AS dropped \gset

-- ---------------------------------------------------------------------------
-- Nothing, next to nothing, and nothing but rows that are refused
-- ---------------------------------------------------------------------------
CREATE FUNCTION all_empty(label text, schema_name text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT is((SELECT string_agg(coalesce(problem, name || ' has rows'), '; ') FROM read_all(schema_name)
               WHERE problem IS NOT NULL OR rows > 0 AND name <> 'freshness' AND name !~ '_quality$'), NULL, label || ': every view is empty')
    UNION ALL
    SELECT cmp_ok((SELECT count(*) FROM read_all(schema_name)), '>=', 12::bigint, label || ': and there are views')
$$;
CREATE SCHEMA bare;
CREATE TABLE bare.employment AS SELECT * FROM hr.employment WHERE false;
CREATE TABLE bare.event AS SELECT * FROM study.event WHERE false;
CREATE TABLE bare.placement AS SELECT * FROM hr.placement WHERE false;
CREATE TABLE bare.certificate AS SELECT * FROM hr.certificate WHERE false;
CREATE FUNCTION bare(changes jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_object_agg(k, CASE jsonb_typeof(v) WHEN 'object'
                               THEN v || jsonb_build_object('table', regexp_replace(v ->> 'table', '.*\.', 'bare.')) || changes ELSE v END)
    FROM mapping AS m, jsonb_each(m.value) AS j (k, v) WHERE name = 'all'
$$;
CREATE TABLE emptiness AS
SELECT name || CASE WHEN m THEN '' ELSE '_live' END AS name, changes, m::text AS materialized
FROM (VALUES ('void', '{"leave_out": false}'::jsonb), ('void_ungrouped', '{"group_by": []}'), ('void_out', '{"leave_out": true}')) AS e (name, changes), unnest('{t,f}'::boolean[]) AS m;
SELECT lives_ok(format($$SELECT run($q$SELECT reporting_ddl(%L, bare(%L) || '{"materialized": %s}')$q$)$$, name, changes, materialized), 'empty tables: ' || name) FROM emptiness;
SELECT all_empty(name, name) FROM emptiness;
SELECT is((SELECT count(*) FROM void.freshness WHERE refreshed_at IS NOT NULL AND groups = 0), 4::bigint, 'freshness says so, and when');
SELECT is((SELECT count(*) FROM void_ungrouped.freshness WHERE refreshed_at IS NOT NULL), 4::bigint, 'without groups, too');

INSERT INTO bare.employment (id, fte, birth_date, start_date, end_date, region)
    SELECT n, 1, CASE n % 3 WHEN 0 THEN date '2000-01-01' WHEN 1 THEN 'infinity' ELSE '1980-01-01' END, '1999-01-01', CASE n % 3 WHEN 2 THEN date '1998-01-01' END, 'r' || n % 2
    FROM generate_series(1, 30) AS n;
INSERT INTO bare.event SELECT n, 'applied', 'infinity' FROM generate_series(1, 20) AS n;
INSERT INTO bare.placement SELECT n, 'Ward', '2020-01-01', '2019-01-01' FROM generate_series(1, 20) AS n;
INSERT INTO bare.certificate SELECT n, 'm', 'valid', 'infinity', NULL FROM generate_series(1, 20) AS n;
SELECT isnt(try($$SELECT reporting_refresh_ddl('void')$$), 'done', 'rows that are refused are not left out unless so mapped');
SELECT lives_ok($$SELECT run($q$SELECT reporting_refresh_ddl('void_out')$q$)$$, 'all rows are left out');
SELECT all_empty('all left out', 'void_out');
SELECT all_empty('all left out, not materialized', 'void_out_live');
SELECT is((SELECT string_agg(source || ' ' || rows_left_out, ', ' ORDER BY source) FROM void_out.freshness), 'competence 20, education 20, employment 30, mobility 20', 'and counted');
SELECT is((SELECT string_agg(source || ' ' || rows_left_out, ', ' ORDER BY source) FROM void_out_live.freshness), 'competence 20, education 20, employment 30, mobility 20', 'so they are without materialized views');

-- Few rows in many groups, by chance: one person, nobody left, nobody hired, all
-- left, spells that begin later.  No view fails, and what they show is right.
SELECT setseed(0.4);
TRUNCATE bare.employment, bare.event, bare.placement, bare.certificate;
INSERT INTO bare.employment (id, region, birth_date, start_date, end_date, reason, fte)
SELECT row_number() OVER (), 'g' || g, CASE WHEN random() > 0.1 THEN start - 7000 - (random() * 20000)::int END,
       CASE WHEN random() > 0.05 THEN start END,
       CASE kind WHEN 'staying' THEN NULL WHEN 'mixed' THEN CASE WHEN random() < 0.5 THEN start + (random() * 3000)::int END
                 WHEN 'later' THEN CASE WHEN random() < 0.5 THEN start + (random() * 100)::int END
                 WHEN 'left before' THEN least(start + (random() * 1000)::int, '2020-06-01') WHEN 'zero days' THEN start ELSE '2025-12-31' END,
       pick('retirement', 'resignation', NULL), CASE WHEN random() > 0.05 THEN pick('1', '0.5', '0', '0.333')::numeric END
FROM (SELECT g, pick('staying', 'mixed', 'later', 'left before', 'zero days', 'left yesterday') AS kind, (random() * random() * 6)::int AS n FROM generate_series(1, 150) AS g) AS groups,
     generate_series(0, n),
     LATERAL (SELECT CASE kind WHEN 'later' THEN date '2026-01-01' + (random() * 300)::int WHEN 'staying' THEN date '2010-01-01' + (random() * 3000)::int
                               WHEN 'left before' THEN date '2015-01-01' + (random() * 1500)::int WHEN 'left yesterday' THEN date '2016-01-01'
                               ELSE date '2019-01-01' + (random() * 2500)::int END AS start) AS s;
INSERT INTO bare.event (person_id, stage, at, campus)
SELECT p, pick('applied', 'admitted', 'graduated', 'withdrew', 'other'), date '2014-01-01' + (random() * 5000)::int, 'g' || (p % 40)
FROM (SELECT (random() * 120)::int AS p FROM generate_series(1, 250)) AS e;
INSERT INTO bare.placement
SELECT p, pick('Ward', 'Clinic', NULL), start, CASE WHEN random() < 0.6 THEN start + (random() * 900)::int END, (enum_range(NULL::hr.profession))[1 + p % 3]
FROM (SELECT (random() * 30)::int AS p, date '2018-01-01' + (random() * 3300)::int AS start FROM generate_series(1, 80)) AS e;
INSERT INTO bare.certificate
SELECT p, 'm' || p, pick('valid', 'missing', 'lapsed'), start, CASE WHEN random() < 0.6 THEN start + (random() * 900)::int END, 'g' || p
FROM (SELECT p, date '2022-01-01' + (random() * 1500)::int AS start FROM generate_series(1, 30) AS p) AS e;
SELECT lives_ok(format($$SELECT run($q$SELECT reporting_ddl(%L, bare('{"group_by": ["region"]}') || jsonb_build_object(
    'education', bare('{"group_by": ["campus"]}') -> 'education', 'mobility', bare('{}') -> 'mobility', 'competence', bare('{}') -> 'competence'))$q$)$$, 'tiny'),
    'small groups are mapped');
SELECT is((SELECT string_agg(problem, '; ') FROM read_all('tiny')), NULL, 'no view of small groups fails');
SELECT is((SELECT string_agg(name, ', ') FROM read_all('tiny') WHERE rows = 0 AND name !~ '^required_intake|_quality$'), NULL, 'nor is empty');
CALL set_up('2026-01-01', 5, 6, 66, false, 69);
SELECT employment_views('tiny', 'bare.employment', '{region}', '{region}', 1);
SELECT education_views('tiny', 'bare.event', '{campus}', '{campus}', funnel_spec('{applied,admitted,graduated}', '8 years', '2026-01-01', '{withdrew}'), 1);
SELECT mobility_views('tiny', 'bare.placement', '{profession}', '{profession}', 1);
SELECT competence_views('tiny', 'bare.certificate', '{municipality}', '{municipality}', 1);

-- ---------------------------------------------------------------------------
-- Options that change little
-- ---------------------------------------------------------------------------
CREATE TABLE lagging_staff AS
SELECT date '1970-01-01' + i AS birth_date, date '2015-01-01' + i * 30 AS start_date,
       CASE WHEN i % 3 = 0 THEN date '2015-01-01' + i * 30 + 500 END AS end_date, 'x'::text AS reason
FROM generate_series(1, 60) AS i;
SELECT lives_ok($$SELECT run($q$SELECT reporting_ddl('lagging', '{"employment": {"table": "lagging_staff", "retention_every": "3 months"}, "as_of_lag": 2}')$q$)$$,
                'as_of may lag, and a curve have finer steps');
SELECT is((SELECT as_of FROM lagging.freshness), (date_trunc('month', current_date) - interval '2 months')::date, 'two months');
SELECT agree('by three months', 'SELECT after_days, retained FROM lagging.retention_curve',
             $$SELECT after_days, retained
               FROM (SELECT retention_agg(start_date, end_date, reason, daterange(make_date(extract(year FROM as_of)::int - 5, 1, 1), as_of)) AS r
                     FROM lagging_staff, (SELECT (date_trunc('month', current_date) - interval '2 months')::date AS as_of) AS d) AS s,
                    retention_curve(r, '3 months')$$, 4);
SELECT throws_ok($$SELECT reporting_ddl('lagging', '{"employment": {"table": "lagging_staff"}, "as_of": "2025-01-01", "as_of_lag": 2}')$$, '22023',
                 'as_of and as_of_lag are given', 'but a fixed as_of does not lag');

SELECT * FROM finish();
