-- Spells of people in 20 states, :rows of them (a multiple of 1000), four of each person, one
-- after the other, without a day in two. Everything comes from a hash of the row's and the
-- person's number: the same on each run.
SET client_min_messages = warning;
DROP TABLE IF EXISTS public.spell; -- the extension has a type of that name

CREATE UNLOGGED TABLE spell (
    person_id    bigint NOT NULL,   -- spread over 40 bits
    region       int NOT NULL,      -- of 290, a person's own
    state        text NOT NULL,     -- of 20
    start_date   date NOT NULL,
    end_date     date               -- NULL: still there
);

-- A place in the table gets a number at random, as in events.sql. A spell goes on to the next
-- without a day between, in seven of ten; one in twenty of these is in the same state again.
INSERT INTO spell
SELECT person * 7368787 & 1099511627775,
       1 + (hash >> 32 & 65535)::int * 290 / 65536,
       'employer ' || 101 + (chance & 65535)::int * 20 / 65536,
       start_date,
       CASE WHEN part = 3 THEN CASE WHEN chance >> 40 & 1 = 0 THEN next_start - 90 END
            WHEN (chance >> 24 & 1023) < 717 THEN next_start
            ELSE next_start - 1 - (chance >> 34 & 63)::int END
FROM (
    SELECT person, part, hash, hashint8extended(number, 6) AS chance,
           begins + part * pace + (hashint8extended(number, 7) & 127)::int AS start_date,
           begins + (part + 1) * pace + (hashint8extended(number + 1, 7) & 127)::int AS next_start
    FROM (
        SELECT number, person, part, hash,
               date '2004-01-01' + (hash & 65535)::int * 3650 / 65536 AS begins,
               300 + (hash >> 16 & 1023)::int AS pace
        FROM (
            SELECT number, 1 + number / 4 AS person, (number & 3)::int AS part,
                   hashint8extended(1 + number / 4, 5) AS hash
            FROM (
                SELECT (l + (hashint8extended(r, 3) & 4294967295)) % (:rows / 1000) * 1000
                       + r AS number
                FROM (
                    SELECT l, (r + (hashint8extended(l, 2) & 4294967295)) % 1000 AS r
                    FROM (
                        SELECT r, (l + (hashint8extended(r, 1) & 4294967295)) % (:rows / 1000) AS l
                        FROM (
                            SELECT place / 1000 AS l, place % 1000 AS r
                            FROM (SELECT generate_series(0::bigint, :rows - 1) AS place) AS p
                            OFFSET 0
                        ) AS a
                        OFFSET 0
                    ) AS b
                    OFFSET 0
                ) AS c
                OFFSET 0
            ) AS d
            OFFSET 0
        ) AS numbered
        OFFSET 0
    ) AS hashed
    OFFSET 0
) AS paced;

-- Two workers, however small the table.
ALTER TABLE spell SET (parallel_workers = 2);
VACUUM ANALYZE spell;
