-- What is measured of funnel. As in queries.sql, "..." and "plain ..." are compared.
--
-- SPEC are the five stages and nothing more, WINDOW the same within two years and with an
-- exit, RECENT that as it stood at the end of 2023, with people whose outcome is open.
INSERT INTO bench.query
SELECT name, replace(replace(replace(sql,
           'SPEC', $$funnel_spec(ARRAY['applied', 'admitted', 'registered', 'graduated',
                                       'established'])$$),
           'WINDOW', $$funnel_spec(ARRAY['applied', 'admitted', 'registered', 'graduated',
                                         'established'],
                                   within => '2 years', exits => '{dropped_out}')$$),
           'RECENT', $$funnel_spec(ARRAY['applied', 'admitted', 'registered', 'graduated',
                                         'established'],
                                   within => '2 years', as_of => '2024-01-01',
                                   exits => '{dropped_out}')$$)
FROM (VALUES

('plain events by programme', $$
    SELECT programme, count(*), min(at) FROM event GROUP BY programme
$$),
('funnel by programme', $$
    SELECT programme, funnel_agg(person_id, stage, at, SPEC) AS f FROM event GROUP BY programme
$$),
('funnel by programme, window and exit', $$
    SELECT programme, funnel_agg(person_id, stage, at, WINDOW) AS f FROM event GROUP BY programme
$$),
('funnel by programme, recent', $$
    SELECT programme, funnel_agg(person_id, stage, at, RECENT) AS f FROM event GROUP BY programme
$$),

('plain events', $$
    SELECT count(*), min(at) FROM event
$$),
('funnel', $$
    SELECT funnel_agg(person_id, stage, at, SPEC) AS f FROM event
$$),

('plain events by municipality', $$
    SELECT municipality, programme, count(*), min(at) FROM event GROUP BY municipality, programme
$$),
('funnel by municipality', $$
    SELECT municipality, programme, funnel_agg(person_id, stage, at, SPEC) AS f
    FROM event
    GROUP BY municipality, programme
$$),

-- The forms for one person's rows.
('plain events by person', $$
    SELECT programme, person_id, count(*), min(at) FROM event GROUP BY programme, person_id
$$),
('funnel by person, rolled up', $$
    SELECT programme, rollup(f) AS f
    FROM (SELECT programme, funnel_agg(stage, at, SPEC) AS f
          FROM event
          GROUP BY programme, person_id) AS p
    GROUP BY programme
$$),
('window_funnel by person', $$
    SELECT programme,
           count(*) FILTER (WHERE level >= 1) AS applied,
           count(*) FILTER (WHERE level >= 2) AS admitted,
           count(*) FILTER (WHERE level >= 3) AS registered,
           count(*) FILTER (WHERE level >= 4) AS graduated,
           count(*) FILTER (WHERE level >= 5) AS established
    FROM (SELECT programme,
                 window_funnel(at, SPEC, stage = 'applied', stage = 'admitted',
                               stage = 'registered', stage = 'graduated',
                               stage = 'established') AS level
          FROM event
          GROUP BY programme, person_id) AS p
    GROUP BY programme
$$),

-- Other types of the same.
('plain events of other types', $$
    SELECT programme, count(*), min(at) FROM event_of_types GROUP BY programme
$$),
('funnel of text', $$
    SELECT programme, funnel_agg(person_text, stage, at, SPEC) AS f
    FROM event_of_types
    GROUP BY programme
$$),
('funnel of uuid', $$
    SELECT programme, funnel_agg(person_uuid, stage, at, SPEC) AS f
    FROM event_of_types
    GROUP BY programme
$$),
('funnel of timestamptz', $$
    SELECT programme, funnel_agg(person_id, stage, at_time, SPEC) AS f
    FROM event_of_types
    GROUP BY programme
$$),

-- From rows to numbers. OFFSET 0 keeps the aggregate apart.
('entered', $$
    SELECT programme, stage, entered, converted
    FROM (SELECT programme, funnel_agg(person_id, stage, at, SPEC) AS f
          FROM event
          GROUP BY programme
          OFFSET 0) AS s,
         funnel_stages(f)
$$),
('entered, window and exit', $$
    SELECT programme, stage, entered, converted
    FROM (SELECT programme, funnel_agg(person_id, stage, at, WINDOW) AS f
          FROM event
          GROUP BY programme
          OFFSET 0) AS s,
         funnel_stages(f)
$$),

-- Reading what is stored.
('read stages', $$
    SELECT programme, s.* FROM funnels, funnel_stages(f) AS s
$$),
('read stages, recent', $$
    SELECT programme, s.* FROM funnels, funnel_stages(recent) AS s
$$),
('read days', $$
    SELECT programme, funnel_days(recent, 'applied', 'established') FROM funnels
$$),
('roll up', $$
    SELECT rollup(f) FROM funnels
$$)

) AS v(name, sql);

-- How many got to each stage, in plain SQL: no days, no one counted as exited, lost or
-- pending, no estimates. Without window and exits the earliest next stage at or after the
-- one before is the best choice, whatever comes later.
--
--   paths    each person's stages in the order of time (on one day: of the funnel) as a
--            string of digits; persons counted by path; LIKE says how far a path gets.
--   loop     rows in the order of person and time, in PL/pgSQL.
--   windows  one window function after another, each the earliest day of a stage at or after
--            that of the one before. The usual way to write it.
--   joins    one grouping after another, joined to the rows of the next stage.
--   parts    paths of a third of the persons at a time, each in a worker (or the leader).
--
-- Most of the time is the sort's: a string for each person costs little more than a count,
-- and the loop not much more. Tried on 1 million rows, most on 10 million too, and slower than
-- paths: running windows in place of minima (a tenth more than windows); string_agg with ORDER
-- BY inside, which sorts person by person (twice as much); a hash aggregate of the minima and
-- maxima by stage, which leave few persons in doubt, and paths for those (two to three
-- times); arrays of a person's events by a hash aggregate, and what is earliest in them by
-- LATERAL (nearly three times); rows sorted by day alone and hashed by person, with replace()
-- as the aggregate's step (two to three times). Two sort keys in place of three, the person and
-- all else in one bigint, gain nothing. Person, programme, day and stage all in one bigint,
-- which is sorted without tuples, take a quarter less in the loop; but few person ids are so
-- short, and so that is not measured.
INSERT INTO bench.query
SELECT 'plain entered, ' || form,
       replace(replace(replace(sql,
           'NUMBER', $$CASE stage WHEN 'applied' THEN 1 WHEN 'admitted' THEN 2
                       WHEN 'registered' THEN 3 WHEN 'graduated' THEN 4
                       WHEN 'established' THEN 5 END$$),
           'OF FUNNEL', $$IN ('applied', 'admitted', 'registered', 'graduated',
                              'established')$$),
           'COUNTS', $$coalesce(sum(persons) FILTER (WHERE path LIKE '%1%'), 0) AS applied,
                       coalesce(sum(persons) FILTER (WHERE path LIKE '%1%2%'), 0) AS admitted,
                       coalesce(sum(persons) FILTER (WHERE path LIKE '%1%2%3%'), 0) AS registered,
                       coalesce(sum(persons) FILTER (WHERE path LIKE '%1%2%3%4%'), 0) AS graduated,
                       coalesce(sum(persons) FILTER (WHERE path LIKE '%1%2%3%4%5%'), 0)
                           AS established$$)
FROM (VALUES

('paths', $$
    SELECT programme, COUNTS
    FROM (SELECT programme, path, count(*) AS persons
          FROM (SELECT programme, string_agg(chr(48 + (event & 7)), '') AS path
                FROM (SELECT person_id, programme, (at - '2000-01-01') * 8 + NUMBER AS event
                      FROM event
                      WHERE stage OF FUNNEL
                      ORDER BY person_id, programme, event) AS events
                GROUP BY person_id, programme) AS person
          GROUP BY programme, path) AS paths
    GROUP BY programme
$$),

('loop', $$
    SELECT * FROM bench.reached()
$$),

('windows', $$
    WITH events AS (
        SELECT programme, person_id, at, NUMBER AS number
        FROM event
        WHERE stage OF FUNNEL
    ), first AS (
        SELECT *, min(at) FILTER (WHERE number = 1) OVER person AS t1
        FROM events
        WINDOW person AS (PARTITION BY programme, person_id)
    ), second AS (
        SELECT *, min(at) FILTER (WHERE number = 2 AND at >= t1) OVER person AS t2
        FROM first
        WINDOW person AS (PARTITION BY programme, person_id)
    ), third AS (
        SELECT *, min(at) FILTER (WHERE number = 3 AND at >= t2) OVER person AS t3
        FROM second
        WINDOW person AS (PARTITION BY programme, person_id)
    ), fourth AS (
        SELECT *, min(at) FILTER (WHERE number = 4 AND at >= t3) OVER person AS t4
        FROM third
        WINDOW person AS (PARTITION BY programme, person_id)
    ), persons AS (
        SELECT programme, min(t1) AS t1, min(t2) AS t2, min(t3) AS t3, min(t4) AS t4,
               min(at) FILTER (WHERE number = 5 AND at >= t4) AS t5
        FROM fourth
        GROUP BY programme, person_id
    )
    SELECT programme, count(t1) AS applied, count(t2) AS admitted, count(t3) AS registered,
           count(t4) AS graduated, count(t5) AS established
    FROM persons
    GROUP BY programme
$$),

('joins', $$
    WITH first AS (
        SELECT programme, person_id, min(at) AS reached
        FROM event
        WHERE stage = 'applied'
        GROUP BY programme, person_id
    ), second AS (
        SELECT programme, person_id, min(at) AS reached
        FROM event JOIN first USING (programme, person_id)
        WHERE stage = 'admitted' AND at >= reached
        GROUP BY programme, person_id
    ), third AS (
        SELECT programme, person_id, min(at) AS reached
        FROM event JOIN second USING (programme, person_id)
        WHERE stage = 'registered' AND at >= reached
        GROUP BY programme, person_id
    ), fourth AS (
        SELECT programme, person_id, min(at) AS reached
        FROM event JOIN third USING (programme, person_id)
        WHERE stage = 'graduated' AND at >= reached
        GROUP BY programme, person_id
    ), fifth AS (
        SELECT DISTINCT programme, person_id
        FROM event JOIN fourth USING (programme, person_id)
        WHERE stage = 'established' AND at >= reached
    )
    SELECT programme, coalesce(sum(persons) FILTER (WHERE number = 1), 0) AS applied,
           coalesce(sum(persons) FILTER (WHERE number = 2), 0) AS admitted,
           coalesce(sum(persons) FILTER (WHERE number = 3), 0) AS registered,
           coalesce(sum(persons) FILTER (WHERE number = 4), 0) AS graduated,
           coalesce(sum(persons) FILTER (WHERE number = 5), 0) AS established
    FROM (SELECT 1 AS number, programme, count(*) AS persons FROM first GROUP BY programme
          UNION ALL SELECT 2, programme, count(*) FROM second GROUP BY programme
          UNION ALL SELECT 3, programme, count(*) FROM third GROUP BY programme
          UNION ALL SELECT 4, programme, count(*) FROM fourth GROUP BY programme
          UNION ALL SELECT 5, programme, count(*) FROM fifth GROUP BY programme) AS counts
    GROUP BY programme
$$),

-- A function for each part, which the planner cannot look into: else it would go through the
-- parts one by one, each in workers.
('parts', $$
    SELECT programme, COUNTS
    FROM (SELECT * FROM bench.paths(0)
          UNION ALL SELECT * FROM bench.paths(1)
          UNION ALL SELECT * FROM bench.paths(2)) AS paths
    GROUP BY programme
$$)

) AS v(form, sql);

CREATE FUNCTION bench.paths(part int)
RETURNS TABLE (programme int, path text, persons bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000000 ROWS 10000 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT programme, path, count(*)
    FROM (SELECT programme, string_agg(chr(48 + (event & 7)), '') AS path
          FROM (SELECT person_id, programme,
                       (at - '2000-01-01') * 8
                       + CASE stage WHEN 'applied' THEN 1 WHEN 'admitted' THEN 2
                              WHEN 'registered' THEN 3 WHEN 'graduated' THEN 4
                              WHEN 'established' THEN 5 END AS event
                FROM event
                WHERE stage IN ('applied', 'admitted', 'registered', 'graduated', 'established')
                      AND person_id % 3 IN (part, part - 3)
                ORDER BY person_id, programme, event) AS events
          GROUP BY person_id, programme) AS person
    GROUP BY programme, path;
END
$$;

-- How many persons of a programme got to a stage, by programme * 6 + stage, becomes how many
-- got to it or further.
CREATE FUNCTION bench.counted(persons bigint[])
RETURNS TABLE (programme int, applied bigint, admitted bigint, registered bigint,
               graduated bigint, established bigint)
LANGUAGE sql IMMUTABLE AS $$
    SELECT programme, coalesce(sum(n), 0), coalesce(sum(n) FILTER (WHERE stage >= 2), 0),
           coalesce(sum(n) FILTER (WHERE stage >= 3), 0),
           coalesce(sum(n) FILTER (WHERE stage >= 4), 0),
           coalesce(sum(n) FILTER (WHERE stage >= 5), 0)
    FROM generate_series(1, array_upper(persons, 1) / 6) AS programme,
         generate_series(1, 5) AS stage,
         LATERAL (SELECT persons[programme * 6 + stage]) AS p(n)
    GROUP BY programme
$$;

-- The loop's second column is, from the left, programme, days since 1900 and the number of
-- the stage: in this order the rows of a person are to come.
CREATE FUNCTION bench.reached()
RETURNS TABLE (programme int, applied bigint, admitted bigint, registered bigint,
               graduated bigint, established bigint)
LANGUAGE plpgsql AS $$
DECLARE
    person  bigint;
    event   bigint;
    before  bigint;             -- the person of the row before
    place   bigint := 0;        -- its programme
    stage   bigint := 0;        -- how far the person has got
    persons bigint[];
BEGIN
    FOR person, event IN
        SELECT e.person_id,
               (e.programme::bigint << 32) + (e.at - '1900-01-01') * 8
               + CASE e.stage WHEN 'applied' THEN 1 WHEN 'admitted' THEN 2
                      WHEN 'registered' THEN 3 WHEN 'graduated' THEN 4
                      WHEN 'established' THEN 5 END
        FROM event AS e
        WHERE e.stage IN ('applied', 'admitted', 'registered', 'graduated', 'established')
        ORDER BY 1, 2
    LOOP
        IF person <> before OR event >> 32 <> place OR before IS NULL THEN
            persons[place * 6 + stage] := coalesce(persons[place * 6 + stage], 0) + 1;
            before := person;
            place := event >> 32;
            stage := 0;
        END IF;
        IF event & 7 = stage + 1 THEN
            stage := stage + 1;
        END IF;
    END LOOP;
    persons[place * 6 + stage] := coalesce(persons[place * 6 + stage], 0) + 1;
    RETURN QUERY SELECT * FROM bench.counted(persons);
END
$$;

-- With a window and an exit. Of all chains that have got to a stage the one that began last
-- goes on for longest, and an exit ends them all: so one limit for each stage is enough to
-- know of. An exit comes after the stages of its day.
--
--   windows  the limit of each stage by a running maximum.
--   paths    where a person's events are all within two years the window does not matter, and a
--            regular expression says how far the path gets without an exit in between; the
--            windows for the others.
INSERT INTO bench.query
SELECT 'plain entered, window and exit, ' || form,
       replace(replace(replace(replace(sql,
           'CHAINS', $$before AS (
        SELECT *, coalesce(max(at) FILTER (WHERE number = 6)
                               OVER (person ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
                           '-infinity') AS exit
        FROM events
        WINDOW person AS (PARTITION BY programme, person_id ORDER BY at, number)
    ), first AS (
        SELECT *, max(at) FILTER (WHERE number = 1) OVER person AS t1
        FROM before
        WINDOW person AS (PARTITION BY programme, person_id ORDER BY at, number)
    ), second AS (
        SELECT *, max(t1) FILTER (WHERE number = 2 AND t1 > exit AND at <= t1 + interval '2 years')
                      OVER person AS t2
        FROM first
        WINDOW person AS (PARTITION BY programme, person_id ORDER BY at, number)
    ), third AS (
        SELECT *, max(t2) FILTER (WHERE number = 3 AND t2 > exit AND at <= t2 + interval '2 years')
                      OVER person AS t3
        FROM second
        WINDOW person AS (PARTITION BY programme, person_id ORDER BY at, number)
    ), fourth AS (
        SELECT *, max(t3) FILTER (WHERE number = 4 AND t3 > exit AND at <= t3 + interval '2 years')
                      OVER person AS t4
        FROM third
        WINDOW person AS (PARTITION BY programme, person_id ORDER BY at, number)
    ), persons AS (
        SELECT programme,
               CASE WHEN bool_or(number = 5 AND t4 > exit AND at <= t4 + interval '2 years') THEN 5
                    WHEN count(t4) > 0 THEN 4 WHEN count(t3) > 0 THEN 3
                    WHEN count(t2) > 0 THEN 2 WHEN count(t1) > 0 THEN 1 END AS reached
        FROM fourth
        GROUP BY programme, person_id
    )$$),
           'NUMBER', $$CASE stage WHEN 'applied' THEN 1 WHEN 'admitted' THEN 2
                       WHEN 'registered' THEN 3 WHEN 'graduated' THEN 4
                       WHEN 'established' THEN 5 WHEN 'dropped_out' THEN 6 END$$),
           'OF FUNNEL', $$IN ('applied', 'admitted', 'registered', 'graduated',
                              'established', 'dropped_out')$$),
           'COUNTS', $$coalesce(sum(n) FILTER (WHERE reached >= 1), 0) AS applied,
                       coalesce(sum(n) FILTER (WHERE reached >= 2), 0) AS admitted,
                       coalesce(sum(n) FILTER (WHERE reached >= 3), 0) AS registered,
                       coalesce(sum(n) FILTER (WHERE reached >= 4), 0) AS graduated,
                       coalesce(sum(n) FILTER (WHERE reached >= 5), 0) AS established$$)
FROM (VALUES

('loop', $$
    SELECT * FROM bench.reached_in_window()
$$),

('windows', $$
    WITH events AS (
        SELECT programme, person_id, at, NUMBER AS number
        FROM event
        WHERE stage OF FUNNEL
    ), CHAINS
    SELECT programme, COUNTS
    FROM (SELECT programme, reached, count(*) AS n FROM persons GROUP BY 1, 2) AS c
    GROUP BY programme
$$),

('paths', $$
    WITH paths AS (
        SELECT programme, person_id, string_agg(chr(48 + (event & 7)), '') AS path,
               date '2000-01-01' + (max(event) >> 3)
               > date '2000-01-01' + (min(event) >> 3) + interval '2 years' AS long
        FROM (SELECT programme, person_id, (at - '2000-01-01') * 8 + NUMBER AS event
              FROM event
              WHERE stage OF FUNNEL
              ORDER BY person_id, programme, event) AS e
        GROUP BY person_id, programme
    ), events AS (
        SELECT programme, person_id, at, NUMBER AS number
        FROM event
        WHERE stage OF FUNNEL
              AND (programme, person_id) IN (SELECT programme, person_id FROM paths WHERE long)
    ), CHAINS
    SELECT programme, COUNTS
    FROM (SELECT programme, n, CASE WHEN path ~ '1[^6]*2[^6]*3[^6]*4[^6]*5' THEN 5
                                    WHEN path ~ '1[^6]*2[^6]*3[^6]*4' THEN 4
                                    WHEN path ~ '1[^6]*2[^6]*3' THEN 3
                                    WHEN path ~ '1[^6]*2' THEN 2
                                    WHEN path ~ '1' THEN 1 END AS reached
          FROM (SELECT programme, path, count(*) AS n
                FROM paths
                WHERE NOT long
                GROUP BY programme, path) AS short
          UNION ALL
          SELECT programme, count(*), reached FROM persons GROUP BY programme, reached) AS c
    GROUP BY programme
$$)

) AS v(form, sql);

CREATE FUNCTION bench.reached_in_window()
RETURNS TABLE (programme int, applied bigint, admitted bigint, registered bigint,
               graduated bigint, established bigint)
LANGUAGE plpgsql AS $$
DECLARE
    person  bigint;
    event   bigint;
    before  bigint;
    place   bigint := 0;
    day     int;                -- since 1900
    stage   int := 0;
    limit_1 int;                -- the last day of the chain at a stage
    limit_2 int;
    limit_3 int;
    limit_4 int;
    persons bigint[];
BEGIN
    FOR person, event IN
        SELECT e.person_id,
               (e.programme::bigint << 32) + (e.at - '1900-01-01') * 8
               + CASE e.stage WHEN 'applied' THEN 1 WHEN 'admitted' THEN 2
                      WHEN 'registered' THEN 3 WHEN 'graduated' THEN 4
                      WHEN 'established' THEN 5 WHEN 'dropped_out' THEN 6 END
        FROM event AS e
        WHERE e.stage IN ('applied', 'admitted', 'registered', 'graduated', 'established',
                          'dropped_out')
        ORDER BY 1, 2
    LOOP
        IF person <> before OR event >> 32 <> place OR before IS NULL THEN
            persons[place * 6 + stage] := coalesce(persons[place * 6 + stage], 0) + 1;
            before := person;
            place := event >> 32;
            stage := 0;
            limit_1 := NULL; limit_2 := NULL; limit_3 := NULL; limit_4 := NULL;
        END IF;
        day := event >> 3 & 536870911;
        CASE event & 7
        WHEN 1 THEN
            limit_1 := (date '1900-01-01' + day + interval '2 years')::date - '1900-01-01';
            IF stage < 1 THEN stage := 1; END IF;
        WHEN 2 THEN
            IF day <= limit_1 THEN
                limit_2 := limit_1;
                IF stage < 2 THEN stage := 2; END IF;
            END IF;
        WHEN 3 THEN
            IF day <= limit_2 THEN
                limit_3 := limit_2;
                IF stage < 3 THEN stage := 3; END IF;
            END IF;
        WHEN 4 THEN
            IF day <= limit_3 THEN
                limit_4 := limit_3;
                IF stage < 4 THEN stage := 4; END IF;
            END IF;
        WHEN 5 THEN
            IF day <= limit_4 THEN stage := 5; END IF;
        ELSE
            limit_1 := NULL; limit_2 := NULL; limit_3 := NULL; limit_4 := NULL;
        END CASE;
    END LOOP;
    persons[place * 6 + stage] := coalesce(persons[place * 6 + stage], 0) + 1;
    RETURN QUERY SELECT * FROM bench.counted(persons);
END
$$;

CREATE TABLE bench.same_funnel (
    rows    bigint NOT NULL,
    one     text NOT NULL,
    other   text NOT NULL,
    numbers bigint NOT NULL
);

-- Every number of plain SQL is that of our funnels: who entered a stage, and who converted,
-- which is who entered the next one.
CREATE PROCEDURE bench.compare_funnels(rows bigint, ours text, VARIADIC plain text[])
LANGUAGE plpgsql AS $$
DECLARE
    name    text;
    numbers bigint;
    wrong   bigint;
BEGIN
    EXECUTE 'CREATE TEMPORARY TABLE our_funnels ON COMMIT DROP AS
             SELECT programme, stage_no, entered, converted
             FROM (' || bench.sql(ours) || ') AS f, funnel_stages(f)';
    FOREACH name IN ARRAY plain LOOP
        EXECUTE 'SELECT count(o.entered) + count(o.converted),
                        count(*) FILTER (WHERE (p.entered, p.converted)
                                               IS DISTINCT FROM (o.entered, o.converted))
                 FROM our_funnels AS o
                      FULL JOIN (SELECT programme, stage_no, entered[stage_no] AS entered,
                                        entered[stage_no + 1] AS converted
                                 FROM (' || bench.sql(name) || ') AS q,
                                      LATERAL (SELECT ARRAY[applied, admitted, registered,
                                                            graduated, established]) AS a(entered),
                                      generate_series(1, 5) AS stage_no) AS p
                      USING (programme, stage_no)'
            INTO numbers, wrong;
        IF wrong > 0 OR numbers = 0 THEN
            RAISE '% and % differ in % of % numbers', name, ours, wrong, numbers;
        END IF;
        INSERT INTO bench.same_funnel VALUES (rows, name, ours, numbers);
    END LOOP;
    DROP TABLE our_funnels;
END
$$;

-- Two ways to a funnel, the same bytes.
CREATE PROCEDURE bench.same_summaries(rows bigint, one text, other text) LANGUAGE plpgsql AS $$
DECLARE
    wrong   bigint;
    funnels bigint;
BEGIN
    EXECUTE format('SELECT count(*), count(*) FILTER (WHERE a.f IS DISTINCT FROM b.f)
                    FROM (%s) AS a FULL JOIN (%s) AS b USING (programme)',
                   bench.sql(one), bench.sql(other))
        INTO funnels, wrong;
    IF wrong > 0 OR funnels = 0 THEN
        RAISE '% and % differ in % of % funnels', one, other, wrong, funnels;
    END IF;
    INSERT INTO bench.same_funnel VALUES (rows, one, other, funnels);
END
$$;
