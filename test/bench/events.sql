-- Education events, :rows of them (a multiple of 1000), of 4 people for every 10 rows, over
-- 200 programmes: applied, admitted, registered, graduated, established, and dropped_out.
-- Everything comes from a hash of the row's and the person's number: the same on each run.
SET client_min_messages = warning;
DROP TABLE IF EXISTS event;

-- What ten rows are: the events of four people in the order in which they should happen, by
-- the number of the stage; x has dropped out. Some come twice, start again after they dropped
-- out, or were never seen to apply.
DROP TABLE IF EXISTS story;
CREATE TEMPORARY TABLE story AS
SELECT story, row_number() OVER (PARTITION BY story ORDER BY who, event)::int - 1 AS part,
       who::int - 1 AS who, event::int - 1 AS event,
       (ARRAY['applied', 'admitted', 'registered', 'graduated', 'established',
              'dropped_out'])[position(letter IN '12345x')] AS stage
FROM unnest(ARRAY['1 1 123 12345', '1 12 123 1234', '1 12 12x 1234', '1 1 1123 1234',
                  '1 11 1223 123', '1 1 12 112345', '1 1 1 1234455', '1 1 12x 12345',
                  '1 12 12x123 1', '1 1x 123x 123', '1 12 12x 1123', '1 1 1 12x1234',
                  '1 12 2 123455', '1 1 23 123445', '1 1 123 123x5', '1 1 123 12335'])
         WITH ORDINALITY AS s(events, story),
     regexp_split_to_table(events, ' ') WITH ORDINALITY AS p(letters, who),
     regexp_split_to_table(letters, '') WITH ORDINALITY AS e(letter, event);
ANALYZE story;

CREATE UNLOGGED TABLE event (
    person_id    bigint NOT NULL,   -- spread over 40 bits
    programme    int NOT NULL,
    municipality int NOT NULL,      -- of 290
    stage        text NOT NULL,
    at           date NOT NULL
);

-- A place in the table gets a number at random, the same number never twice: with b = 1000
-- the place is (l, r), l * b + r, and three times one of l and r moves on by a hash of the
-- other. The tens of the number choose the story, the last digit the part of it. OFFSET 0
-- keeps each expression from being computed wherever it is used.
INSERT INTO event
SELECT person * 7368787 & 1099511627775,
       1 + (hash >> 48 & 65535)::int * 200 / 65536,
       1 + (hash >> 32 & 65535)::int * 290 / 65536,
       stage,
       -- One in eight has two events on one day at a time. One in twelve of the rows but for
       -- the first ones, which are 4 in 10, is dated before what came before.
       date '2004-01-01' + (hash & 65535)::int * 7300 / 65536
       + CASE WHEN event > 0 AND (chance & 1023) * 12 < 1024
              THEN (event - 1) * pace - 1 - (chance >> 10 & 1023)::int % pace
              WHEN hash >> 24 & 7 = 0 THEN event / 2 * 2 * pace
              ELSE event * pace + (chance >> 10 & 1023)::int % (pace / 2)
         END
FROM (
    SELECT *, 10 + (hash >> 16 & 255)::int AS pace
    FROM (
        SELECT person, event, stage, hashint8extended(person, 5) AS hash,
               hashint8extended(number, 6) AS chance
        FROM (
            SELECT number, 1 + number / 10 * 4 + who AS person, event, stage
            FROM (
                SELECT number, (number % 10)::int AS part,
                       1 + (hashint8extended(number / 10, 4) & 15) AS story
                FROM (
                    SELECT (l + (hashint8extended(r, 3) & 4294967295)) % (:rows / 1000) * 1000
                           + r AS number
                    FROM (
                        SELECT l, (r + (hashint8extended(l, 2) & 4294967295)) % 1000 AS r
                        FROM (
                            SELECT r, (l + (hashint8extended(r, 1) & 4294967295))
                                      % (:rows / 1000) AS l
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
            JOIN story USING (story, part)
        ) AS told
        OFFSET 0
    ) AS hashed
    OFFSET 0
) AS paced;

-- Two workers, however small the table.
ALTER TABLE event SET (parallel_workers = 2);
VACUUM ANALYZE event;
