-- Education events of :persons people in each of 60 professions, five stages, seen until 2026:
-- who began in 2012 to 2025, got on to the next stage as often as a hash of the person's number
-- says, and a number of days later. A third are pending: they began less than six years ago, and
-- are on the way, or have stopped. Nobody has an event twice, or in the wrong order, so plain
-- SQL has it easy.
SET client_min_messages = warning;
DROP TABLE IF EXISTS education;
CREATE UNLOGGED TABLE education AS
SELECT profession,
       -- spread over 40 bits, in random physical order
       person * 7368787 & 1099511627775 AS person_id,
       stage, at
FROM (
    SELECT person, (person % 60)::int + 1 AS profession,
           date '2012-01-01' + (hash & 65535)::int * 5114 / 65536 AS begins,
           1 + (hash >> 16 & 1023 < 900)::int
             + (hash >> 16 & 1023 < 900 AND hash >> 26 & 1023 < 850)::int
             + (hash >> 16 & 1023 < 900 AND hash >> 26 & 1023 < 850
                AND hash >> 36 & 1023 < 870)::int
             + (hash >> 16 & 1023 < 900 AND hash >> 26 & 1023 < 850
                AND hash >> 36 & 1023 < 870 AND hash >> 46 & 1023 < 900)::int AS reaches,
           (more & 1023)::int AS u1, (more >> 10 & 1023)::int AS u2,
           (more >> 20 & 1023)::int AS u3, (more >> 30 & 1023)::int AS u4
    FROM generate_series(1, 60 * :persons::bigint) AS person,
         LATERAL (SELECT hashint8extended(person, 7) AS hash,
                         hashint8extended(person, 8) AS more) AS h
) AS p,
LATERAL (VALUES
    (1, 'admitted', begins),
    (2, 'registered', begins + 5 + u1 * 60 / 1024),
    (3, 'second year', begins + 70 + u1 * 60 / 1024 + u2 * 500 / 1024),
    (4, 'graduated', begins + 650 + u1 * 60 / 1024 + u2 * 500 / 1024 + u3 * 400 / 1024),
    (5, 'employed', begins + 650 + u1 * 60 / 1024 + u2 * 500 / 1024 + u3 * 400 / 1024
                    + u4 * u4 / 1024 * 300 / 1024)
) AS e(number, stage, at)
WHERE number <= reaches AND at < '2026-01-01';
-- At random, whatever the order in which they were made.
DROP TABLE IF EXISTS education_event;
CREATE UNLOGGED TABLE education_event AS
SELECT * FROM education ORDER BY hashint8extended(person_id, 9), stage;
DROP TABLE education;
VACUUM ANALYZE education_event;
