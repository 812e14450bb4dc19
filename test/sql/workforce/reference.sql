-- A second computation of what a workforce answers, by brute force over
-- persons and calendar months in plain SQL, from the definitions in the
-- manual and from nothing else; compared with the extension on real data
-- (beside the checkout, where there is any) and on made-up registers.
\set ON_ERROR_STOP on
\set shared ''
\getenv shared EF_SHARED
SELECT :'shared' <> '' AS has_shared \gset

BEGIN;
SELECT plan(235);

-- ---------------------------------------------------------------------------
-- Comparison: two lists of rows as jsonb arrays.  Numbers may differ by one in
-- a thousand million, all else must be equal.  Answers '' or what differs.
-- ---------------------------------------------------------------------------
CREATE FUNCTION alike(got jsonb, expected jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN jsonb_typeof(got) = 'number' AND jsonb_typeof(expected) = 'number'
                THEN abs(got::float8 - expected::float8)
                     <= 1e-9 * greatest(abs(got::float8), abs(expected::float8))
                     OR abs(got::float8 - expected::float8) <= 1e-10
                ELSE coalesce(got = expected, false) END
$$;

CREATE FUNCTION differences(got jsonb, expected jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN coalesce(jsonb_array_length(expected), 0) = 0 THEN 'nothing was expected'
        WHEN coalesce(jsonb_array_length(got), 0) <> jsonb_array_length(expected)
        THEN format('%s rows instead of %s', coalesce(jsonb_array_length(got), 0),
                    jsonb_array_length(expected))
        ELSE coalesce((
            SELECT string_agg(format('row %s %s: %s instead of %s', e.n, key,
                                     got -> (e.n::int - 1) -> key, value), '; ')
            FROM jsonb_array_elements(expected) WITH ORDINALITY AS e(row, n),
                 jsonb_each(e.row)
            WHERE NOT alike(got -> (e.n::int - 1) -> key, value)), '')
    END
$$;

SELECT is(differences('[{"a": 1.0000000001, "b": null}]', '[{"a": 1, "b": null}]'), '',
          'the comparison lets rounding pass');
SELECT isnt(differences('[{"a": 1.00000001}]', '[{"a": 1}]'), '', 'and nothing more');
SELECT isnt(differences('[{"a": null}]', '[{"a": 0}]'), '', 'nor null for a number');
SELECT isnt(differences('[{"a": 0}]', '[{"a": null}]'), '', 'nor a number for null');
SELECT isnt(differences('[{"b": 1}]', '[{"a": 1}]'), '', 'nor a missing column');
SELECT isnt(differences(NULL, NULL), '', 'nor two empty results');

-- ---------------------------------------------------------------------------
-- What was observed: registers of spells, and studies of a register.
-- ---------------------------------------------------------------------------
CREATE TABLE spell (register text, birth_date date, start_date date, end_date date,
                    reason text, fte numeric);
CREATE TABLE study (study text PRIMARY KEY, register text, observed daterange);

CREATE FUNCTION month_of(day date) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT extract(year FROM day)::int * 12 + extract(month FROM day)::int - 1
$$;

-- Those who were seen, and between which days.
CREATE VIEW seen AS
SELECT study, birth_date, fte,
       coalesce(start_date >= lower(observed), true) AS hired,
       coalesce(end_date <= upper(observed), false) AS gone,
       coalesce(reason, 'unknown') AS reason,
       coalesce(start_date <= lower(observed), false) AND (end_date > lower(observed) OR end_date IS NULL) AS on_first,
       start_date <= upper(observed) - 1 AND (end_date > upper(observed) - 1 OR end_date IS NULL) AS on_last,
       greatest(start_date, lower(observed)) AS first_day,
       CASE WHEN end_date <= upper(observed) THEN greatest(end_date - 1, start_date)
            ELSE upper(observed) - 1 END AS last_day,
       least(end_date, upper(observed)) AS day_after
FROM study JOIN spell USING (register)
WHERE birth_date IS NOT NULL AND start_date IS NOT NULL AND fte IS NOT NULL
  AND start_date < upper(observed)
  AND (coalesce(start_date >= lower(observed), true)
       OR end_date > lower(observed) OR end_date IS NULL);

-- One row for each person and calendar month: the share of the month from
-- entry to its end, and the days.
CREATE VIEW person_month AS
SELECT study, month_of(month) - month_of(birth_date) AS age,
       (next - greatest(first_day, month))::float8 / (next - month) AS share,
       greatest(least(day_after, next) - greatest(first_day, month), 0) AS days
FROM seen,
     LATERAL (SELECT m::date AS month, (m + interval '1 month')::date AS next
              FROM generate_series(date_trunc('month', first_day::timestamp),
                                   last_day::timestamp, interval '1 month') AS m) AS months;

CREATE TABLE exposure (study text, age int, initial float8, days bigint, PRIMARY KEY (study, age));
CREATE TABLE exited (study text, age int, reason text, n bigint, PRIMARY KEY (study, age, reason));
CREATE TABLE hired (study text, age int, n bigint, fte numeric, PRIMARY KEY (study, age));
-- Who goes on after the last day, and who is there on it.
CREATE TABLE stock (study text, age int, n bigint, fte numeric, PRIMARY KEY (study, age));
CREATE TABLE present (study text, age int, n bigint, fte numeric, PRIMARY KEY (study, age));

-- q of every month of age: its own, or pooled over a year of age.
CREATE TABLE pool (study text, year int, reason text, q float8);
CREATE TABLE pool_of (study text, year int, source int);
CREATE TABLE q (study text, age int, reason text, q float8, own boolean,
                PRIMARY KEY (study, age, reason));

CREATE FUNCTION observe() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO exposure
    SELECT study, age, sum(share), sum(days) FROM person_month GROUP BY study, age;
    INSERT INTO exited
    SELECT study, month_of(last_day) - month_of(birth_date), reason, count(*)
    FROM seen WHERE gone GROUP BY 1, 2, 3;
    INSERT INTO hired
    SELECT study, month_of(first_day) - month_of(birth_date), count(*), sum(fte)
    FROM seen WHERE hired GROUP BY 1, 2;
    INSERT INTO stock
    SELECT study, month_of(last_day) - month_of(birth_date), count(*), sum(fte)
    FROM seen WHERE NOT gone GROUP BY 1, 2;
    INSERT INTO present
    SELECT study, month_of(last_day) - month_of(birth_date), count(*), sum(fte)
    FROM seen WHERE on_last GROUP BY 1, 2;

    ANALYZE exposure, exited;

    -- pooled over each year of age with exposure, for each reason of the study
    INSERT INTO pool
    SELECT study, year, reason,
           coalesce((SELECT sum(n) FROM exited AS x
                     WHERE x.study = y.study AND x.reason = r.reason AND age / 12 = year), 0)
           / initial
    FROM (SELECT study, age / 12 AS year, sum(initial) AS initial
          FROM exposure GROUP BY 1, 2) AS y
         JOIN (SELECT study, reason FROM exited
               UNION SELECT study, 'retirement' FROM study) AS r USING (study);
    -- whose pool a year of age takes: its own, the nearest younger one's, or
    -- the nearest older one's
    INSERT INTO pool_of
    SELECT study, y, coalesce(max(year) FILTER (WHERE year <= y), min(year))
    FROM pool, generate_series(0, 151) AS y GROUP BY study, y;
    ANALYZE pool, pool_of;

    INSERT INTO q
    SELECT study, age, reason, q / greatest(1, sum(q) OVER (PARTITION BY study, age)), own
    FROM (SELECT study, age, reason, initial IS NOT NULL AS own,
                 CASE WHEN initial IS NOT NULL THEN coalesce(n, 0) / initial
                      ELSE pooled END AS q
          FROM (SELECT p.study, age, reason, q AS pooled
                FROM generate_series(0, 1815) AS age
                     JOIN pool_of ON pool_of.year = age / 12
                     JOIN pool AS p ON p.study = pool_of.study AND p.year = source) AS months
               LEFT JOIN exposure USING (study, age)
               LEFT JOIN exited USING (study, age, reason)) AS ratios;
    ANALYZE q;
END
$$;

-- ---------------------------------------------------------------------------
-- The projection.
-- ---------------------------------------------------------------------------
CREATE TABLE rule_step (rule text, born_from date, age_months int);

-- The age in months at which nobody born in this month is still at work.
CREATE TABLE leaving_age (born int PRIMARY KEY, age int);
-- What happens in a month of age to those who are younger than that.
CREATE TABLE risk (age int PRIMARY KEY, stays float8, own boolean);
-- Who is there at the beginning of a month, and what share of them at its end.
-- Scenarios: 0 is the stock and the intake, -1 the stock alone, and t > 0 one
-- hire in period t and nobody else.
CREATE TABLE alive (scenario int, month int, period int, age int, n float8, fte float8,
                    forced boolean, stays float8, own boolean);
CREATE INDEX ON alive (month);

CREATE TYPE projection AS (year int, period_start date, period_end date,
    headcount_start float8, exits float8, retirements float8, intake float8,
    headcount float8, fte float8, target float8, gap float8,
    recruitment_need float8, unsupported float8);
CREATE TYPE projection_exits AS (year int, reason text, exits float8);
CREATE TYPE answers AS (periods jsonb, exits jsonb);

CREATE FUNCTION expected_projection(
    its text, years int, intake float8[] DEFAULT NULL, target float8[] DEFAULT NULL,
    retire_at int DEFAULT NULL, rule text DEFAULT NULL, rates text DEFAULT NULL,
    latest_age int DEFAULT 70) RETURNS answers LANGUAGE plpgsql AS $$
DECLARE
    as_of date := (SELECT upper(observed) FROM study WHERE study = its);
    first_month int := month_of(as_of);
    first_year int := extract(year FROM as_of);
    -- at a given age, and none earlier as 'retirement'
    given_age boolean := retire_at IS NOT NULL OR rule IS NOT NULL;
    rates_of text := coalesce(rates, its);
    hires_of text := CASE WHEN EXISTS (SELECT FROM hired WHERE study = its)
                          THEN its ELSE coalesce(rates, its) END;
    today float8 := coalesce((SELECT sum(n) FROM stock WHERE study = its), 0);
    on_last_day float8 := coalesce((SELECT sum(n) FROM present WHERE study = its), 0);
    months int;
    needs float8[] := '{}';
    missing float8;
    line projection;
    lines projection[] := '{}';
    answer answers;
BEGIN
    TRUNCATE leaving_age, risk, alive;
    INSERT INTO leaving_age
    SELECT b, least(12 * (latest_age + 1), 12 * retire_at,
                    (SELECT age_months FROM rule_step AS r
                     WHERE r.rule = expected_projection.rule AND month_of(born_from) <= b
                     ORDER BY born_from DESC LIMIT 1))
    FROM generate_series(first_month - 1815, first_month + 12 * years) AS b;
    INSERT INTO risk
    SELECT age, 1 - coalesce(sum(q) FILTER (WHERE NOT (given_age AND reason = 'retirement')), 0),
           bool_or(own)
    FROM q WHERE study = rates_of GROUP BY age;
    ANALYZE leaving_age;
    ANALYZE risk;

    FOR month_no IN first_month .. first_year * 12 + 12 * years - 1 LOOP
        months := CASE WHEN month_no / 12 = first_year
                       THEN first_year * 12 + 12 - first_month ELSE 12 END;
        INSERT INTO alive
        SELECT scenario, month_no, month_no / 12 - first_year + 1, here.age, sum(n), sum(here.fte),
               here.age >= l.age,
               CASE WHEN here.age >= l.age THEN 0 ELSE stays END, own
        FROM (
            -- the stock of the last observed day, a month older
            SELECT scenario, age + 1 AS age, s.n::float8 AS n, s.fte::float8 AS fte
            FROM stock AS s, (VALUES (-1), (0)) AS v(scenario)
            WHERE study = its AND month_no = first_month
            UNION ALL
            -- those who stayed through the month before, a month older
            SELECT scenario, age + 1, a.n * stays, a.fte * stays
            FROM alive AS a WHERE month = month_no - 1 AND stays > 0
            UNION ALL
            -- those who arrive in this month
            SELECT scenario, age, share * arrivals / months, mean_fte * share * arrivals / months
            FROM (SELECT age, n / sum(n) OVER () AS share,
                         (sum(h.fte) OVER () / sum(n) OVER ())::float8 AS mean_fte
                  FROM hired AS h WHERE study = hires_of) AS h,
                 (SELECT 0, intake[month_no / 12 - first_year + 1] WHERE intake IS NOT NULL
                  UNION ALL
                  SELECT month_no / 12 - first_year + 1, 1) AS a (scenario, arrivals)
        ) AS here
             JOIN leaving_age AS l ON l.born = month_no - here.age
             JOIN risk ON risk.age = here.age
        GROUP BY scenario, here.age, l.age, stays, own;
    END LOOP;

    ANALYZE alive;

    -- Who is there when a period ends, without whom the needs are solved.
    CREATE TEMP TABLE closing AS
    SELECT scenario, period, sum(n * stays) AS n, sum(a.fte * stays) AS fte
    FROM alive AS a
    WHERE month = (first_year + period - 1) * 12 + 11
    GROUP BY scenario, period;

    FOR t IN 1 .. years LOOP
        line.year := first_year + t - 1;
        line.period_start := CASE WHEN t = 1 THEN as_of ELSE make_date(line.year, 1, 1) END;
        line.period_end := make_date(line.year, 12, 31);
        line.headcount_start := CASE WHEN t = 1 THEN today ELSE line.headcount END;
        line.intake := coalesce(intake[t], 0);
        line.exits := (SELECT coalesce(sum(n * (1 - stays)), 0) FROM alive
                       WHERE scenario = 0 AND period = t);
        line.retirements := (SELECT coalesce(sum(CASE WHEN a.forced THEN n
                                        WHEN given_age THEN 0
                                        ELSE n * coalesce(q, 0) END), 0)
                             FROM alive AS a
                                  LEFT JOIN q ON q.study = rates_of AND q.age = a.age
                                             AND reason = 'retirement'
                             WHERE scenario = 0 AND period = t);
        line.headcount := coalesce((SELECT n FROM closing WHERE scenario = 0 AND period = t), 0);
        line.fte := coalesce((SELECT fte FROM closing WHERE scenario = 0 AND period = t), 0);
        line.target := coalesce(target[t], on_last_day);
        line.gap := line.target - line.headcount;
        line.unsupported := (SELECT coalesce(sum(n), 0) FROM alive AS a
                             WHERE scenario = 0 AND period = t AND NOT a.forced AND NOT own);
        -- what the stock and the needs filled before leave open
        missing := line.target
            - coalesce((SELECT n FROM closing WHERE scenario = -1 AND period = t), 0)
            - coalesce((SELECT sum(needs[scenario] * n) FROM closing
                        WHERE scenario BETWEEN 1 AND t - 1 AND period = t), 0);
        needs[t] := (SELECT greatest(missing, 0) / n FROM closing
                     WHERE scenario = t AND period = t);
        line.recruitment_need := needs[t];
        lines[t] := line;
    END LOOP;
    answer.periods := (SELECT jsonb_agg(x ORDER BY year) FROM unnest(lines) AS x);

    answer.exits := (
        WITH reasons AS (
            SELECT DISTINCT exited.reason FROM exited WHERE study = rates_of
            UNION SELECT 'retirement'
        ), happened AS (
            SELECT period, q.reason, sum(a.n * coalesce(q, 0)) AS exits
            FROM alive AS a JOIN q USING (age)
            WHERE scenario = 0 AND study = rates_of AND NOT a.forced
              AND NOT (given_age AND q.reason = 'retirement')
            GROUP BY period, q.reason
            UNION ALL
            SELECT period, 'retirement', sum(a.n) FROM alive AS a
            WHERE scenario = 0 AND a.forced GROUP BY period
        )
        SELECT jsonb_agg(x ORDER BY year, reason COLLATE "C")
        FROM (SELECT first_year + t - 1, reasons.reason, coalesce(sum(h.exits), 0)
              FROM generate_series(1, years) AS t CROSS JOIN reasons
                   LEFT JOIN happened AS h ON h.period = t AND h.reason = reasons.reason
              GROUP BY t, reasons.reason) AS x (year, reason, exits));
    DROP TABLE closing;
    RETURN answer;
END
$$;

-- The extension's own, with the same columns: intervals aside.
CREATE TABLE summary (study text PRIMARY KEY, w workforce);

CREATE FUNCTION got_projection(
    its text, years int, intake float8[] DEFAULT NULL, target float8[] DEFAULT NULL,
    retire_at int DEFAULT NULL, rule text DEFAULT NULL, rates text DEFAULT NULL,
    latest_age int DEFAULT 70) RETURNS answers LANGUAGE sql AS $$
    WITH given AS (
        SELECT w, (SELECT retirement_rule_agg(born_from, age_months)
                   FROM rule_step AS r WHERE r.rule = got_projection.rule) AS rule,
               (SELECT s.w FROM summary AS s WHERE study = got_projection.rates) AS rates
        FROM summary WHERE study = its
    )
    SELECT (SELECT jsonb_agg(x ORDER BY x.year)
            FROM given, workforce_project(w, years, intake, target, retire_at,
                                          given.rule, given.rates, latest_age) AS x),
           (SELECT jsonb_agg(x ORDER BY x.year, x.reason COLLATE "C")
            FROM given, workforce_project_exits(w, years, intake, target, retire_at,
                                                given.rule, given.rates, latest_age) AS x)
$$;

-- Two tests: the periods, and the exits by reason.
CREATE FUNCTION test_projection(
    label text, its text, years int, intake float8[] DEFAULT NULL,
    target float8[] DEFAULT NULL, retire_at int DEFAULT NULL, rule text DEFAULT NULL,
    rates text DEFAULT NULL, latest_age int DEFAULT 70) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    expected answers := expected_projection(its, years, intake, target, retire_at, rule, rates, latest_age);
    got answers := got_projection(its, years, intake, target, retire_at, rule, rates, latest_age);
BEGIN
    RETURN NEXT is(left(differences(got.periods, expected.periods), 1000), '',
                   format('%s: %s, projection', its, label));
    RETURN NEXT is(left(differences(got.exits, expected.exits), 1000), '',
                   format('%s: %s, projected exits', its, label));
END
$$;

-- ---------------------------------------------------------------------------
-- Everything else that a summary answers: six tests a study.
-- ---------------------------------------------------------------------------
CREATE FUNCTION test_summary(its text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    w workforce := (SELECT s.w FROM summary AS s WHERE study = its);
    observed daterange := (SELECT s.observed FROM study AS s WHERE study = its);
    as_of date := upper(observed);
    got jsonb;
    expected jsonb;
    last_month int := month_of(as_of - 1);
BEGIN
    -- totals
    got := jsonb_build_array(jsonb_build_object(
        'headcount', headcount(w), 'hires', hires(w), 'exits', exits(w),
        'carried', carried(w), 'last_day', last_day(w), 'first_day', first_day(w),
        'last_headcount', headcount(w, last_day(w)), 'last_fte', fte(w, last_day(w)),
        'first_headcount', headcount(w, first_day(w)), 'first_fte', fte(w, first_day(w)),
        'days', round(person_years(w) * 365.25), 'fte', fte(w), 'skipped', skipped(w),
        'person_years', person_years(w)));
    expected := jsonb_build_array((SELECT jsonb_build_object(
        'headcount', count(*) FILTER (WHERE on_last), 'last_headcount', count(*) FILTER (WHERE on_last),
        'carried', count(*) FILTER (WHERE NOT gone), 'last_day', upper(observed) - 1, 'first_day', lower(observed),
        'first_headcount', CASE WHEN NOT lower_inf(observed) THEN count(*) FILTER (WHERE on_first) END,
        'first_fte', CASE WHEN NOT lower_inf(observed) THEN coalesce(sum(fte) FILTER (WHERE on_first), 0) END,
        'hires', count(*) FILTER (WHERE hired),
        'exits', count(*) FILTER (WHERE gone),
        'days', sum(greatest(day_after - first_day, 0)),
        'person_years', sum(greatest(day_after - first_day, 0)) / 365.25,
        'fte', coalesce(sum(fte) FILTER (WHERE on_last), 0), 'last_fte', coalesce(sum(fte) FILTER (WHERE on_last), 0),
        'skipped', (SELECT count(*) FROM spell JOIN study USING (register)
                    WHERE study = its AND (birth_date IS NULL OR start_date IS NULL OR fte IS NULL)))
        FROM seen WHERE study = its));
    RETURN NEXT is(differences(got, expected), '', its || ': totals');

    -- exits by reason, one of them unheard of
    RETURN NEXT is(
        (SELECT string_agg(reason || ' ' || exits(w, reason), ', ' ORDER BY reason)
         FROM (SELECT DISTINCT reason FROM exited WHERE study = its
               UNION SELECT 'never heard of') AS r),
        (SELECT string_agg(reason || ' ' || n, ', ' ORDER BY reason)
         FROM (SELECT reason, sum(n) AS n FROM exited WHERE study = its GROUP BY reason
               UNION SELECT 'never heard of', 0) AS r),
        its || ': exits by reason');

    RETURN NEXT is(left(differences(
        (SELECT jsonb_agg(p ORDER BY p.age) FROM age_pyramid(w) AS p),
        (SELECT jsonb_agg(p ORDER BY p.age)
         FROM (SELECT as_of - 1 AS day, age, sum(s) AS headcount, sum(fte) AS fte, sum(h) AS hires
               FROM (SELECT age / 12 AS age, n AS s, fte, 0 AS h FROM present WHERE study = its
                     UNION ALL
                     SELECT age / 12, 0, 0, n FROM hired WHERE study = its) AS parts
               GROUP BY age) AS p)), 1000),
        '', its || ': age pyramid');

    RETURN NEXT is(left(differences(
        (SELECT jsonb_agg(r ORDER BY r.age, r.reason COLLATE "C") FROM exit_rates(w) AS r),
        (SELECT jsonb_agg(r ORDER BY r.age, r.reason COLLATE "C")
         FROM (SELECT age, reason, coalesce(n, 0) AS exits, days / 365.25 AS person_years,
                      coalesce(n, 0) / nullif(days / 365.25, 0)::float8 AS rate
               FROM (SELECT age / 12 AS age, sum(days) AS days
                     FROM exposure WHERE study = its GROUP BY 1) AS d
                    CROSS JOIN (SELECT DISTINCT reason FROM exited WHERE study = its) AS r
                    LEFT JOIN (SELECT age / 12 AS age, reason, sum(n) AS n
                               FROM exited WHERE study = its GROUP BY 1, 2) AS x
                    USING (age, reason)) AS r)), 1000),
        '', its || ': exit rates');

    -- who reaches an age: at every age, until the end of some months to come
    RETURN NEXT is(
        (SELECT jsonb_object_agg(age || ' ' || months, reaching_age(w, age, until))
         FROM (SELECT age, months,
                      (as_of + make_interval(months => months))::date - 1 AS until
               FROM generate_series(1, 110, 3) AS age, unnest('{1,2,7,12,60,121}'::int[]) AS months) AS x),
        (SELECT jsonb_object_agg(a.age || ' ' || months,
             (SELECT coalesce(sum(n), 0) FROM stock AS s
              WHERE study = its AND s.age < 12 * a.age AND s.age + months >= 12 * a.age))
         FROM generate_series(1, 110, 3) AS a(age), unnest('{1,2,7,12,60,121}'::int[]) AS months),
        its || ': reaching an age');

    RETURN NEXT is(
        (SELECT jsonb_object_agg(age || ' ' || year, headcount)
         FROM unnest('{30,62,65,80}'::int[]) AS age, reaching_age_by_year(w, age, 15)),
        (SELECT jsonb_object_agg(a.age || ' ' || year,
             (SELECT coalesce(sum(n), 0) FROM stock AS s
              WHERE study = its AND s.age < 12 * a.age
                -- the month in which the age is reached, of this year
                AND (last_month + 12 * a.age - s.age) / 12 = year))
         FROM unnest('{30,62,65,80}'::int[]) AS a(age),
              generate_series(extract(year FROM as_of)::int, extract(year FROM as_of)::int + 14) AS year),
        its || ': reaching an age, by year');
END
$$;

-- Who reaches the age of the rule: one test.
CREATE FUNCTION test_pension_age(its text, by_rule text) RETURNS text LANGUAGE sql AS $$
    SELECT is(
        (SELECT jsonb_object_agg(months, reaching_pension_age(w, rule,
                    (upper(observed) + make_interval(months => months))::date - 1))
         FROM summary JOIN study USING (study),
              (SELECT retirement_rule_agg(born_from, age_months) AS rule
               FROM rule_step AS r WHERE r.rule = by_rule) AS r,
              unnest('{1,3,12,100,333}'::int[]) AS months
         WHERE study = its),
        (SELECT jsonb_object_agg(months,
            (SELECT coalesce(sum(n) FILTER (WHERE age < limit_age AND age + months >= limit_age), 0)
             FROM (SELECT n, age, (SELECT age_months FROM rule_step AS r
                                   WHERE r.rule = by_rule
                                     AND month_of(born_from) <= month_of(upper(observed) - 1) - age
                                   ORDER BY born_from DESC LIMIT 1) AS limit_age
                   FROM stock WHERE stock.study = study.study) AS s))
         FROM study, unnest('{1,3,12,100,333}'::int[]) AS months WHERE study = its),
        its || ': reaching the age of the rule ' || by_rule)
$$;

-- Turnover a year: one test.  A year is twelve months, a part of a month that
-- of its days.
CREATE FUNCTION test_turnover(its text) RETURNS text LANGUAGE sql AS $$
    SELECT is(
        differences(jsonb_build_array(jsonb_build_object(
            'leavers', turnover(w), 'named', turnover(w, 'leavers'),
            'replacement', turnover(w, method => 'replacement'))),
        jsonb_build_array(jsonb_build_object('leavers', leavers / years / mean,
            'named', leavers / years / mean, 'replacement', least(leavers, joiners) / years / mean))),
        '', its || ': turnover')
    FROM summary,
         (SELECT count(*) FILTER (WHERE gone)::float8 AS leavers,
                 count(*) FILTER (WHERE hired)::float8 AS joiners,
                 (count(*) FILTER (WHERE on_first) + count(*) FILTER (WHERE on_last)) / 2.0::float8 AS mean
          FROM seen WHERE seen.study = its) AS n,
         (SELECT sum(1.0::float8 / days) / 12 AS years
          FROM study, generate_series(lower(observed)::timestamp, upper(observed) - 1, '1 day') AS day,
               LATERAL extract(day FROM date_trunc('month', day) + interval '1 month - 1 day') AS days
          WHERE study = its) AS y
    WHERE summary.study = its
$$;

-- ---------------------------------------------------------------------------
-- Made-up registers.
-- ---------------------------------------------------------------------------
-- People who are born between two days, start between two ages and not after a
-- third day, and stay for `years` on average.  A fifth of the births are on
-- 29 February, a tenth of the spells last no day, a few days or whole months;
-- some rows lack what they need.
CREATE FUNCTION make_register(name text, persons int, seed float8, born_from date, born_to date,
                              age_from int, age_to int, start_to date, years float8)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM setseed(seed);
    INSERT INTO spell
    SELECT name, nullif(birth, CASE WHEN random() < 0.01 THEN birth END),
           nullif(start, CASE WHEN random() < 0.01 THEN start END),
           ending,
           CASE WHEN random() < 0.1 THEN NULL
                WHEN ending > birth + 60 * 365 AND random() < 0.8 THEN 'retirement'
                WHEN random() < 0.3 THEN 'layoff'
                WHEN random() < 0.1 THEN 'övrigt, "eget"'
                ELSE 'resignation' END,
           CASE WHEN random() < 0.01 THEN NULL
                WHEN random() < 0.5 THEN 1
                ELSE round((0.2 + random())::numeric, 3) END
    FROM (
        SELECT birth, start,
               CASE WHEN u < 0.03 THEN start
                    WHEN u < 0.10 THEN start + (20 * random())::int
                    WHEN u < 0.15 THEN (date_trunc('month', start::timestamp)
                                        + interval '1 month' * (1 + floor(40 * random())))::date
                    WHEN u < 0.65 THEN least(start - ceil(years * 365.25 * ln(1 - random()))::int,
                                             birth + 149 * 365)
                    WHEN u < 0.67 THEN 'infinity' END AS ending
        FROM (
            SELECT birth, greatest(birth, least(start_to - (random() * random() * 9000)::int,
                       birth + (365.25 * (age_from + random() * (age_to - age_from)))::int)) AS start,
                   random() AS u
            FROM (
                SELECT CASE WHEN random() < 0.2 AND extract(day FROM make_date(y, 3, 1) - interval '1 day') = 29
                            THEN make_date(y, 2, 29) ELSE day END AS birth
                FROM (SELECT born_from + floor((born_to - born_from) * random())::int AS day
                      FROM generate_series(1, persons)) AS d,
                     LATERAL (SELECT extract(year FROM day)::int AS y) AS yy
                OFFSET 0
            ) AS b OFFSET 0
        ) AS s OFFSET 0
    ) AS e;
END
$$;

SELECT make_register('modern', 600, 0.1, '1940-01-01', '2001-06-30', 18, 55, '2019-12-31', 6);
SELECT make_register('small', 60, 0.2, '1950-01-01', '1999-12-31', 20, 45, '2021-09-30', 3);
SELECT make_register('brief', 300, 0.6, '1960-01-01', '1989-12-31', 20, 45, '2021-09-30', 0.02);
SELECT make_register('old', 300, 0.3, '1860-01-01', '1901-12-31', 15, 50, '1960-12-31', 45);
SELECT make_register('turn', 300, 0.4, '1899-01-01', '1901-12-31', 15, 40, '1960-12-31', 70);
SELECT make_register('future', 300, 0.5, '1975-01-01', '2085-12-31', 16, 40, '2105-02-27', 60);
-- As old, as long, as early and as often as can be.
INSERT INTO spell
SELECT 'edge', v.*
FROM (VALUES ('1720-01-31'::date, '1870-01-01'::date, '1870-01-20'::date, '', 1000),
             ('1720-01-31', '1870-01-01', '1870-02-01', NULL, 0.001),
             ('1870-01-01', '1870-01-01', NULL, 'not yet', 0),
             ('1870-01-31', '1870-01-31', '2020-01-01', 'retirement', 999.999),
             ('1869-12-31', '1880-02-29', '2019-12-31', 'retirement', 1),
             ('1990-05-31', '2019-12-31', '2019-12-31', 'retirement', 1),
             ('1990-05-31', '2019-12-31', '2020-01-01', 'layoff', 0.5),
             ('2019-12-31', '2019-12-31', NULL, NULL, 1),
             ('2000-02-29', '2019-12-01', '2020-01-02', 'too late', 0.75),
             ('1985-01-01', '2020-01-01', '2020-01-01', 'too late', 0.75)) AS v,
     generate_series(1, 30);

-- Of the brief ones hardly anybody stays, and some retire at any age.
DELETE FROM spell WHERE register = 'brief' AND start_date < '2020-01-01'
                    AND (end_date IS NULL OR end_date = 'infinity');
UPDATE spell SET reason = 'retirement' WHERE register = 'brief' AND (start_date - birth_date) % 4 = 0;

INSERT INTO study VALUES
    ('modern', 'modern', '[2010-01-01,2020-01-01)'),
    ('modern, from in mid-month', 'modern', '[2013-03-17,2019-10-01)'),
    ('modern, one month', 'modern', '[2016-02-01,2016-03-01)'),
    ('modern, complete', 'modern', '(,2019-07-01)'),
    ('small', 'small', '[2014-05-31,2021-10-01)'),
    ('small, complete', 'small', '(,2021-12-01)'),
    ('edge', 'edge', '[1870-01-01,2020-01-01)'),
    ('edge, one month', 'edge', '[2019-12-01,2020-01-01)'),
    ('edge, complete', 'edge', '(,2020-01-01)'),
    ('brief', 'brief', '[2000-01-15,2021-10-01)'),
    ('old, 1900', 'old', '[1890-06-15,1905-04-01)'),
    ('old, complete', 'old', '(,2005-04-01)'),
    ('turn', 'turn', '[1899-12-31,2000-03-01)'),
    ('turn, late', 'turn', '[1980-01-15,2000-03-01)'),     -- too late for any hires
    ('turn, complete', 'turn', '(,2005-01-01)'),
    ('future', 'future', '[2060-05-31,2105-03-01)'),
    ('future, complete', 'future', '(,2105-02-01)');

-- What these must contain to be worth the trouble.
SELECT cmp_ok((SELECT count(*) FROM seen WHERE extract(month FROM birth_date) = 2
                                           AND extract(day FROM birth_date) = 29),
              '>', 100::bigint, 'people born on 29 February are seen');
SELECT cmp_ok((SELECT count(*) FROM seen WHERE gone AND day_after <= first_day),
              '>', 40::bigint, 'spells without a day are seen');
SELECT cmp_ok((SELECT count(*) FROM seen WHERE gone AND day_after > first_day
                                           AND month_of(first_day) = month_of(last_day)),
              '>', 40::bigint, 'spells within a month are seen');
SELECT cmp_ok((SELECT count(*) FROM seen WHERE first_day < '1900-02-01' AND last_day > '1900-03-01'),
              '>', 40::bigint, 'spells over February 1900 are seen');
SELECT cmp_ok((SELECT count(*) FROM seen WHERE first_day < '2000-02-01' AND last_day > '2000-03-01'),
              '>', 100::bigint, 'spells over February 2000 are seen');
SELECT cmp_ok((SELECT count(*) FROM seen WHERE first_day < '2100-02-01' AND last_day > '2100-03-01'),
              '>', 100::bigint, 'spells over February 2100 are seen');
SELECT cmp_ok((SELECT count(*) FROM seen WHERE birth_date BETWEEN '1899-01-01' AND '1901-12-31'),
              '>', 300::bigint, 'people born around 1900 are seen');
SELECT cmp_ok((SELECT count(*) FROM seen JOIN study USING (study)
               WHERE NOT hired AND extract(day FROM lower(observed)) > 1),
              '>', 100::bigint, 'delayed entries in mid-month are seen');

SELECT observe();
INSERT INTO summary
SELECT study, workforce_agg(birth_date, start_date, end_date, reason, observed, fte)
FROM study JOIN spell USING (register) GROUP BY study;

SELECT cmp_ok((SELECT count(*) FROM (SELECT FROM exposure JOIN exited USING (study, age)
                                     GROUP BY study, age, initial HAVING sum(n) > initial + 0.001) AS x),
              '>', 5::bigint, 'in some months of age more leave than are exposed');
SELECT cmp_ok((SELECT count(*) FROM q WHERE NOT own), '>', 1000::bigint,
              'some months of age are without exposure');

SELECT test_summary(study) FROM study ORDER BY study;
SELECT test_turnover(study) FROM study WHERE NOT lower_inf(observed) ORDER BY study;

-- Exact limits of a Poisson mean: with mean `upper`, so few or fewer exits
-- happen with probability (1 - level) / 2; with mean `lower`, so many or more.
CREATE FUNCTION poisson_below(n bigint, mean float8) RETURNS float8 LANGUAGE plpgsql AS $$
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
SELECT is(count(*) FILTER (WHERE person_years > 0
              AND (abs(poisson_below(exits + 1, upper * person_years) - (1 - level) / 2) > 1e-9
                   OR CASE WHEN exits = 0 THEN lower <> 0
                      ELSE abs(1 - poisson_below(exits, lower * person_years) - (1 - level) / 2) > 1e-9 END)),
          0::bigint, format('Poisson limits at level %s', level))
FROM summary, unnest('{0.5,0.8,0.95,0.999}'::float8[]) AS level, exit_rates(w, level)
GROUP BY level HAVING count(*) > 1000 ORDER BY level;
SELECT is(count(*), 0::bigint, 'a rate without person-years is unknown, and so are its limits')
FROM summary, exit_rates(w)
WHERE (person_years = 0) IS DISTINCT FROM (rate IS NULL)
   OR (person_years = 0) IS DISTINCT FROM (lower IS NULL)
   OR (person_years = 0) IS DISTINCT FROM (upper IS NULL);

-- Projections.
INSERT INTO rule_step VALUES
    ('pension', '1850-01-01', 780), ('pension', '1958-01-01', 792),
    ('pension', '1960-07-01', 799), ('pension', '1967-01-01', 816),
    -- a later cohort that goes earlier
    ('zigzag', '1800-01-01', 800), ('zigzag', '1955-03-01', 741), ('zigzag', '1960-04-01', 850);

SELECT test_projection('defaults', study, 4) FROM study ORDER BY study;
SELECT test_projection('intake', 'modern', 5, '{20,0,33.5,7,0.25}');
SELECT test_projection('target', 'modern', 5, NULL, '{400,380,420,300,0}');
SELECT test_projection('intake and target', 'small', 4, '{0,5,0,9}', '{10,30,20,20}');
SELECT test_projection('retire_at 65', 'modern', 5, '{20,0,33.5,7,0.25}', NULL, 65);
SELECT test_projection('retire_at 63', 'modern, from in mid-month', 4, NULL, NULL, 63);
SELECT test_projection('retire_at 30', 'small', 3, '{3,3,3}', NULL, 30);
SELECT test_projection('rule', 'modern', 6, '{3,1,4,1,5,9}', NULL, NULL, 'pension');
SELECT test_projection('zigzag rule', 'modern', 6, '{3,1,4,1,5,9}', NULL, NULL, 'zigzag');
SELECT test_projection('zigzag rule', 'modern, complete', 4, NULL, NULL, NULL, 'zigzag');
SELECT test_projection('other rates', 'small', 4, '{2,2,2,2}', NULL, NULL, NULL, 'modern');
SELECT test_projection('other rates and a rule', 'modern, one month', 4, '{2,2,2,2}', NULL, NULL, 'pension', 'modern, complete');
SELECT test_projection('rates of a past', 'modern', 4, NULL, NULL, NULL, NULL, 'turn');
SELECT test_projection('latest age 50', 'modern', 4, '{9,9,9,9}', NULL, NULL, NULL, NULL, 50);
SELECT test_projection('latest age 110', 'turn', 4, '{9,9,9,9}', NULL, NULL, NULL, NULL, 110);
SELECT test_projection('latest age 110, retire_at 105', 'turn', 4, '{9,9,9,9}', NULL, 105, NULL, NULL, 110);
SELECT is((SELECT hires(w) FROM summary WHERE study = 'turn, late'), 0::bigint, 'one study is without hires');
SELECT test_projection('hires of others', 'turn, late', 3, '{50,50,50}', NULL, NULL, NULL, 'modern', 101);
SELECT test_projection('intake', 'brief', 3, '{20,30,40}');
SELECT test_projection('retire_at 50', 'brief', 3, '{20,30,40}', NULL, 50);
SELECT test_projection('brief rates', 'modern', 3, '{20,30,40}', NULL, NULL, NULL, 'brief');
SELECT test_pension_age(study, rule)
FROM (VALUES ('modern', 'pension'), ('modern', 'zigzag'), ('small', 'pension'), ('small', 'zigzag')) AS v (study, rule);

-- Limits of whole persons, outward (a hair over a whole person is that person).
SELECT is(count(*), 0::bigint, 'every interval has whole persons and holds its expectation')
FROM summary, workforce_project(w, 10)
WHERE lower <> floor(lower) OR upper <> ceil(upper) OR lower < 0
   OR NOT lower <= headcount + 1e-9 OR NOT headcount <= upper + 1e-9
   OR retirements_lower <> floor(retirements_lower) OR retirements_upper <> ceil(retirements_upper)
   OR NOT retirements_lower <= retirements + 1e-9 OR NOT retirements <= retirements_upper + 1e-9
   OR (recruitment_need IS NOT NULL AND (need_lower IS NULL OR need_upper IS NULL
       OR need_lower < 0 OR NOT need_lower <= recruitment_need + 1e-9 OR NOT recruitment_need <= need_upper + 1e-9));

-- ---------------------------------------------------------------------------
-- Real data: ten years of one employer.
-- ---------------------------------------------------------------------------
\if :has_shared
TRUNCATE spell, study, exposure, exited, hired, stock, present, pool, pool_of, q, summary;
CREATE TABLE employment (person_id int, birth_date date, start_date date, end_date date,
                         reason text, profession text, department text, city text, gender text);
\copy employment FROM PROGRAM 'cat "$EF_SHARED"/data/employment.csv' CSV HEADER
INSERT INTO spell SELECT 'real', birth_date, start_date, end_date, reason, 1 FROM employment;
INSERT INTO study VALUES ('real', 'real', '[2006-01-01,2016-01-01)');
SELECT observe();
INSERT INTO summary
SELECT study, workforce_agg(birth_date, start_date, end_date, reason, observed, fte)
FROM study JOIN spell USING (register) GROUP BY study;

SELECT is(format('%s %s %s', carried(w), hires(w), exits(w)), '4799 1944 1484', 'real: totals as published')
FROM summary;
SELECT is(format('%s %s %s', exits(w, 'retirement'), exits(w, 'resignation'), exits(w, 'layoff')),
          '884 385 215', 'real: exits as published') FROM summary;
SELECT is(round(person_years(w)::numeric, 2), 48060.49, 'real: person-years as published') FROM summary;
SELECT is(format('%s %s %s', round(sum(exits) FILTER (WHERE reason = 'retirement')::numeric, 3),
                 round(sum(exits) FILTER (WHERE reason = 'resignation')::numeric, 2),
                 round(sum(exits) FILTER (WHERE reason = 'layoff')::numeric, 2)),
          '123.489 34.41 22.34', 'real: first year''s losses')
FROM summary, workforce_project_exits(w, 1);
SELECT is(format('%s %s', round(headcount::numeric, 3), round(recruitment_need::numeric, 3)),
          '4618.767 184.471', 'real: first year''s headcount and need')
FROM summary, workforce_project(w, 1);
SELECT is((SELECT sum(exits(w, 'retirement'))
           FROM (SELECT workforce_agg(birth_date, start_date, end_date, reason, period) AS w
                 FROM employment, (VALUES ('[2012-01-01,2013-01-01)'::daterange),
                                          ('[2013-01-01,2014-01-01)')) AS v (period)
                 GROUP BY period) AS years),
          (SELECT exits(workforce_agg(birth_date, start_date, end_date, reason,
                                      '[2012-01-01,2014-01-01)'), 'retirement') FROM employment)::numeric,
          'real: retirements of two years are those of each');
SELECT cmp_ok((SELECT count(*) FROM employment WHERE reason = 'retirement'
               AND end_date >= '2012-01-01' AND end_date <= '2014-01-01'),
              '>', 100::bigint, 'real: there are any');
SELECT test_summary('real');
SELECT test_turnover('real');
SELECT test_pension_age('real', 'pension');
SELECT test_projection('defaults', 'real', 10);
SELECT test_projection('intake', 'real', 5, '{200,150,100,150,200}');
SELECT test_projection('retire_at 65', 'real', 5, NULL, NULL, 65);
SELECT test_projection('rule and target', 'real', 5, NULL, '{4800,4800,5000,5000,4000}', NULL, 'pension');
\else
SELECT skip('the real data is not beside the checkout', 23);
\endif

SELECT * FROM finish();
ROLLBACK;
