-- Contracts of people in 60 professions, :rows of them (a multiple of 1000), two of each person: renewed
-- at once, after a break of some days, after a long one, or side by side. In an order that says nothing;
-- everything comes from a hash of the row's and the person's number: the same on each run.
SET client_min_messages = warning;
DROP TABLE IF EXISTS contract;

CREATE UNLOGGED TABLE contract (
    person_id    bigint NOT NULL,   -- spread over 40 bits
    birth_date   date NOT NULL,
    profession   text NOT NULL,     -- of 60, a person's own but for one of sixteen
    start_date   date NOT NULL,
    end_date     date,              -- NULL: still there
    reason       text,              -- of 8
    fte          numeric(4,3) NOT NULL
);

INSERT INTO contract
SELECT person * 7368787 & 1099511627775,
       date '1955-01-01' + (hash & 16383)::int,
       'profession ' || 101 + ((CASE WHEN chance & 15 = 0 THEN chance ELSE hash END >> 16 & 65535) * 60 / 65536),
       CASE WHEN part = 0 THEN begins ELSE next_start END,
       CASE WHEN part = 0 THEN next_start - CASE hash >> 60 & 7 WHEN 0 THEN 100 WHEN 1 THEN 40 WHEN 2 THEN -200 WHEN 3 THEN 12 WHEN 4 THEN 29 ELSE 0 END
            WHEN chance >> 20 & 1 = 0 THEN next_start + 250 + (chance >> 24 & 1023)::int END,
       'reason ' || (chance >> 40 & 7),
       (ARRAY[1, 1, 0.75, 1, 0.5, 0.8, 1, 0.25])[1 + (chance >> 44 & 7)]
FROM (
    SELECT person, part, hash, hashint8extended(number, 6) AS chance,
           date '2004-01-01' + (hash >> 32 & 4095)::int AS begins,
           date '2004-01-01' + (hash >> 32 & 4095)::int + 330 + (hash >> 44 & 1023)::int AS next_start
    FROM (
        SELECT number, 1 + number / 2 AS person, (number & 1)::int AS part,
               hashint8extended(1 + number / 2, 5) AS hash
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
    ) AS hashed
    OFFSET 0
) AS numbered;

-- Two workers, however small the table.
ALTER TABLE contract SET (parallel_workers = 2);
VACUUM ANALYZE contract;
