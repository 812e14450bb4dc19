-- What is measured of contracts that make spells. As in queries.sql, "..." and "plain ..." are
-- compared. OBSERVED is ten years of the twenty in which people are there.
INSERT INTO bench.query
SELECT name, replace(sql, 'OBSERVED', $$daterange('2010-01-01', '2020-01-01')$$)
FROM (VALUES

('plain contracts by profession', $$
    SELECT profession, count(*), min(start_date) FROM contract GROUP BY profession
$$),
('people by profession', $$
    SELECT profession, workforce_agg(person_id, birth_date, start_date, end_date, reason, OBSERVED,
                                     interval '30 days') AS w
    FROM contract
    GROUP BY profession
$$),
('people by profession, fte', $$
    SELECT profession, workforce_agg(person_id, birth_date, start_date, end_date, reason, OBSERVED,
                                     fte, interval '30 days') AS w
    FROM contract
    GROUP BY profession
$$),
('retention of people by profession', $$
    SELECT profession, retention_agg(person_id, start_date, end_date, reason, OBSERVED,
                                     interval '30 days') AS r
    FROM contract
    GROUP BY profession
$$),
('groups and total of people', $$
    SELECT profession, workforce_agg(person_id, birth_date, start_date, end_date, reason, OBSERVED,
                                     interval '30 days') AS w
    FROM contract
    GROUP BY GROUPING SETS (profession, ())
$$),
('spells of people', $$
    SELECT person_id, spells_agg(start_date, end_date, reason, interval '30 days') AS s
    FROM contract
    GROUP BY person_id
$$),
('plain people', $$
    SELECT person_id, count(*), min(start_date) FROM contract GROUP BY person_id
$$),

-- Joined in plain SQL first, then the form without a person. Sorted by person first, since numbers
-- are compared faster than texts.
--
--   window  a contract begins a spell if it starts later than the gap after all before it; of each
--           spell the contract that ends last, by row_number()
--   groups  the same, with an aggregate over each spell
--   ranges  each lasts 30 days longer in a multirange; the reason by a join with the last contract
('plain people by profession, window', $$
    SELECT profession, workforce_agg(birth_date, start_date, nullif(last, 'infinity'), reason, OBSERVED) AS w
    FROM (SELECT profession, birth_date, reason, last,
                 min(start_date) OVER (PARTITION BY person_id, profession, spell) AS start_date,
                 row_number() OVER (PARTITION BY person_id, profession, spell
                                    ORDER BY last DESC, start_date, reason) AS place
          FROM (SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY person_id, profession ORDER BY start_date
                                                               ROWS UNBOUNDED PRECEDING) AS spell
                FROM (SELECT *, (start_date > max(last) OVER (PARTITION BY person_id, profession ORDER BY start_date
                                                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + 30)
                                IS NOT FALSE AS begins
                      FROM (SELECT *, coalesce(end_date, 'infinity') AS last FROM contract) AS c) AS marked) AS numbered
         ) AS spells
    WHERE place = 1
    GROUP BY profession
$$),
('plain people by profession, groups', $$
    SELECT profession, workforce_agg(birth_date, start_date, nullif(end_date, 'infinity'), reason, OBSERVED) AS w
    FROM (SELECT profession, min(birth_date) AS birth_date, min(start_date) AS start_date,
                 max(last) AS end_date, (array_agg(reason ORDER BY last DESC, start_date, reason))[1] AS reason
          FROM (SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY person_id, profession ORDER BY start_date
                                                               ROWS UNBOUNDED PRECEDING) AS spell
                FROM (SELECT *, (start_date > max(last) OVER (PARTITION BY person_id, profession ORDER BY start_date
                                                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + 30)
                                IS NOT FALSE AS begins
                      FROM (SELECT *, coalesce(end_date, 'infinity') AS last FROM contract) AS c) AS marked) AS numbered
          GROUP BY person_id, profession, spell) AS spells
    GROUP BY profession
$$),
('plain people by profession, ranges', $$
    SELECT s.profession, workforce_agg(s.birth_date, lower(s.days), upper(s.days) - 30, c.reason, OBSERVED) AS w
    FROM (SELECT profession, person_id, birth_date,
                 unnest(range_agg(daterange(start_date, end_date + 30))) AS days
          FROM contract
          GROUP BY person_id, profession, birth_date) AS s
         LEFT JOIN contract AS c ON c.profession = s.profession AND c.person_id = s.person_id
                                    AND c.end_date = upper(s.days) - 30
    GROUP BY s.profession
$$)

) AS v(name, sql);

-- Both sides have the same summaries, byte for byte.
CREATE TABLE bench.same_people (
    rows   bigint NOT NULL,
    one    text NOT NULL,
    groups bigint NOT NULL
);
CREATE PROCEDURE bench.compare_people(rows bigint, plain text, ours text) LANGUAGE plpgsql AS $$
DECLARE
    groups bigint;
    wrong  bigint;
BEGIN
    EXECUTE format('SELECT count(*), count(*) FILTER (WHERE a.w IS DISTINCT FROM b.w)
                    FROM (%s) AS a FULL JOIN (%s) AS b USING (profession)',
                   bench.sql(plain), bench.sql(ours))
        INTO STRICT groups, wrong;
    IF wrong > 0 OR groups = 0 THEN
        RAISE '% and ours differ in % of % professions', plain, wrong, groups;
    END IF;
    INSERT INTO bench.same_people VALUES (rows, plain, groups);
END
$$;
