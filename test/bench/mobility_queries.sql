-- What is measured of mobility. As in queries.sql, "..." and "plain ..." are compared. OBSERVED
-- is ten years of the sixteen or so in which people are in spells.
INSERT INTO bench.query
SELECT name, replace(sql, 'OBSERVED', $$daterange('2008-01-01', '2018-01-01')$$)
FROM (VALUES

('plain spells', $$
    SELECT count(*), min(start_date), max(end_date) FROM spell
$$),
('mobility', $$
    SELECT mobility_agg(person_id, state, start_date, end_date, OBSERVED) AS m FROM spell
$$),

('plain spells by region', $$
    SELECT region, count(*), min(start_date), max(end_date) FROM spell GROUP BY region
$$),
('mobility by region', $$
    SELECT region, mobility_agg(person_id, state, start_date, end_date, OBSERVED) AS m
    FROM spell
    GROUP BY region
$$),

-- Other types of the same.
('mobility of text', $$
    SELECT mobility_agg(person_text, state, start_date, end_date, OBSERVED) AS m
    FROM spell_of_types
$$),
('mobility of uuid', $$
    SELECT mobility_agg(person_uuid, state, start_date, end_date, OBSERVED) AS m
    FROM spell_of_types
$$),
('plain spells of other types', $$
    SELECT count(*), min(start_date), max(end_date) FROM spell_of_types
$$),

-- From rows to numbers. OFFSET 0 keeps the aggregate apart.
('flows', $$
    SELECT from_state, to_state, moves, person_years
    FROM (SELECT mobility_agg(person_id, state, start_date, end_date, OBSERVED) AS m
          FROM spell
          OFFSET 0) AS s,
         mobility_flows(m)
$$),
('flows by region', $$
    SELECT region, from_state, to_state, moves, person_years
    FROM (SELECT region,
                 mobility_agg(person_id, state, start_date, end_date, OBSERVED) AS m
          FROM spell
          GROUP BY region
          OFFSET 0) AS s,
         mobility_flows(m)
$$),

-- Reading what is stored.
('read flows', $$
    SELECT region, f.* FROM mobilities, mobility_flows(m) AS f
$$),
('read matrices', $$
    SELECT region, f.* FROM mobilities, mobility_matrix(m) AS f
$$),
('roll up regions', $$
    SELECT rollup(m) FROM mobilities
$$)

) AS v(name, sql);

-- Moves and person-years in plain SQL: no days, no limits, and right only where, as here, no two
-- spells of a person hold one day. Who goes on without a day in between has moved, or stays if the
-- state is the same; who does not has left; who comes, but for those who go on, has entered. What
-- happens on the day after the last one is seen, and nothing after that; nobody enters on it.
--
--   lead    the usual way: each spell beside the next one of the person.
--   key     the same, sorted by person and day in one bigint: for ids of no more than 47 bits.
--   join    each spell beside the one that begins when it ends, by a hash join: no sort, and
--           workers.
INSERT INTO bench.query
SELECT 'plain flows, ' || form || CASE WHEN region <> '' THEN ' by region' ELSE '' END,
       replace(replace(replace(replace($$
    WITH pairs AS (
        SELECT REGION state, next_state,
               count(*) FILTER (WHERE end_date > FROM_DAY AND end_date <= AS_OF) AS gone,
               count(*) FILTER (WHERE start_date >= FROM_DAY AND start_date < AS_OF) AS come,
               count(*) FILTER (WHERE end_date >= FROM_DAY AND end_date < AS_OF) AS went_on,
               sum(least(end_date, AS_OF) - greatest(start_date, FROM_DAY)) AS days
        FROM (STEPS) AS steps
        GROUP BY REGION state, next_state
    ), states AS (
        SELECT REGION state, sum(days) / 365.25::float8 AS person_years, sum(come) AS come
        FROM pairs
        GROUP BY REGION state
    ), went_on AS (
        SELECT REGION next_state AS state, sum(went_on) AS went_on
        FROM pairs
        WHERE next_state IS NOT NULL
        GROUP BY REGION next_state
    )
    SELECT REGION state AS from_state, next_state AS to_state, gone AS moves, person_years
    FROM pairs JOIN states USING (REGION state)
    WHERE gone > 0 AND next_state IS DISTINCT FROM state
    UNION ALL
    SELECT REGION NULL, state, come - coalesce(went_on, 0), NULL
    FROM states LEFT JOIN went_on USING (REGION state)
    WHERE come > coalesce(went_on, 0)
$$, 'STEPS', steps), 'REGION', region), 'FROM_DAY', $$date '2008-01-01'$$),
               'AS_OF', $$date '2018-01-01'$$)
FROM (VALUES (''), ('region,')) AS g(region),
     (VALUES

('lead', $$
            SELECT REGION state, start_date, end_date,
                   CASE WHEN lead(start_date) OVER person = end_date
                        THEN lead(state) OVER person END AS next_state
            FROM spell
            WHERE start_date <= AS_OF AND (end_date >= FROM_DAY OR end_date IS NULL)
            WINDOW person AS (PARTITION BY person_id ORDER BY start_date)
$$),
('key', $$
            SELECT REGION state, start_date, end_date,
                   CASE WHEN lead(key) OVER spells = (person_id << 16) + (end_date - '1900-01-01')
                        THEN lead(state) OVER spells END AS next_state
            FROM (SELECT *, (person_id << 16) + (start_date - '1900-01-01') AS key
                  FROM spell
                  WHERE start_date <= AS_OF AND (end_date >= FROM_DAY OR end_date IS NULL)) AS k
            WINDOW spells AS (ORDER BY key)
$$),
('join', $$
            SELECT REGION s.state, s.start_date, s.end_date, n.state AS next_state
            FROM spell AS s
                 LEFT JOIN (SELECT person_id, start_date, state
                            FROM spell
                            WHERE start_date >= FROM_DAY AND start_date <= AS_OF) AS n
                 ON n.person_id = s.person_id AND n.start_date = s.end_date
            WHERE s.start_date <= AS_OF AND (s.end_date >= FROM_DAY OR s.end_date IS NULL)
$$)

) AS f(form, steps);

CREATE TABLE bench.same_flows (
    rows    bigint NOT NULL,
    one     text NOT NULL,
    other   text NOT NULL,
    numbers bigint NOT NULL
);

-- Every row of plain SQL is one of ours, and no other: from, to, how many; and person-years but
-- for rounding.
CREATE PROCEDURE bench.compare_flows(rows bigint, ours text, VARIADIC plain text[])
LANGUAGE plpgsql AS $$
DECLARE
    name    text;
    region  text := CASE WHEN ours ~ 'region' THEN 'region' ELSE '0' END;
    numbers bigint;
    wrong   bigint;
BEGIN
    EXECUTE format('CREATE TEMPORARY TABLE our_flows ON COMMIT DROP AS
                    SELECT %s AS region, from_state, to_state, moves, person_years FROM (%s) AS f',
                   region, bench.sql(ours));
    FOREACH name IN ARRAY plain LOOP
        EXECUTE format('SELECT count(p.moves),
                               count(*) FILTER (WHERE p.moves IS DISTINCT FROM o.moves
                                                      OR abs(p.person_years - o.person_years)
                                                         > 1e-9 * p.person_years
                                                      OR (p.person_years IS NULL)
                                                         <> (o.person_years IS NULL))
                        FROM our_flows AS o
                             FULL JOIN (SELECT %s AS region, from_state, to_state, moves,
                                               person_years
                                        FROM (%s) AS f) AS p
                             ON (o.region, coalesce(o.from_state, ''''), coalesce(o.to_state, ''''))
                                = (p.region, coalesce(p.from_state, ''''), coalesce(p.to_state, ''''))',
                       region, bench.sql(name))
            INTO numbers, wrong;
        IF wrong > 0 OR numbers = 0 THEN
            RAISE '% and % differ in % of % flows', name, ours, wrong, numbers;
        END IF;
        INSERT INTO bench.same_flows VALUES (rows, name, ours, numbers);
    END LOOP;
    DROP TABLE our_flows;
END
$$;

-- Two ways to a mobility, the same bytes.
CREATE PROCEDURE bench.same_mobilities(rows bigint, one text, other text) LANGUAGE plpgsql AS $$
DECLARE
    same boolean;
BEGIN
    EXECUTE format('SELECT mobility_send(a.m) = mobility_send(b.m) FROM (%s) AS a, (%s) AS b',
                   bench.sql(one), bench.sql(other))
        INTO STRICT same;
    IF same IS NOT TRUE THEN
        RAISE '% and % differ', one, other;
    END IF;
    INSERT INTO bench.same_flows VALUES (rows, one, other, 1);
END
$$;
