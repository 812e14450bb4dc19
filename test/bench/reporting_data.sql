-- For the reporting schema: beside the table employment (data.sql), education_event
-- (pipeline_data.sql) and spell (spells.sql), which get the grouping columns region (21) and
-- profession (60), certificates of :persons people in three modules, and the mappings.
SET client_min_messages = warning;

-- A person's own region and profession, from a hash of the person's number.
DROP TABLE IF EXISTS study, workplace, certificate;
CREATE UNLOGGED TABLE study AS
SELECT person_id, 1 + (hashint8extended(person_id, 11) & 65535)::int * 21 / 65536 AS region,
       profession, stage, at
FROM education_event;
DROP TABLE education_event;
CREATE UNLOGGED TABLE workplace AS
SELECT person_id, 1 + (hash & 65535)::int * 21 / 65536 AS region,
       1 + (hash >> 16 & 65535)::int * 60 / 65536 AS profession, state, start_date, end_date
FROM (SELECT *, hashint8extended(person_id, 11) AS hash FROM spell OFFSET 0) AS s;
DROP TABLE spell;

-- Required from 2012 to 2025 on, completed within two years or never, valid for three.
CREATE UNLOGGED TABLE certificate AS
SELECT person_id, 1 + (hash & 65535)::int * 21 / 65536 AS region,
       1 + (hash >> 16 & 65535)::int * 60 / 65536 AS profession, module, status,
       CASE status WHEN 'missing' THEN required WHEN 'valid' THEN completed
                   ELSE completed + 1096 END AS start_date,
       CASE status WHEN 'missing' THEN completed WHEN 'valid' THEN completed + 1096 END AS end_date
FROM (SELECT *, date '2012-01-01' + (more & 65535)::int * 5114 / 65536 AS required,
             CASE WHEN more >> 16 & 7 > 0
                  THEN date '2012-01-01' + (more & 65535)::int * 5114 / 65536
                       + 1 + (more >> 20 & 511)::int END AS completed
      FROM (SELECT person_id, module, hashint8extended(person_id, 11) AS hash,
                   hashint8extended(person_id, 12 + module_no) AS more
            FROM generate_series(1, :persons) AS person_id,
                 unnest(ARRAY['first aid', 'hygiene', 'medication'])
                     WITH ORDINALITY AS m (module, module_no)) AS h
      OFFSET 0) AS r,
     unnest(ARRAY['missing', 'valid', 'lapsed']) AS status
WHERE status = 'missing' OR completed IS NOT NULL;

ALTER TABLE study SET (parallel_workers = 2);
ALTER TABLE workplace SET (parallel_workers = 2);
ALTER TABLE certificate SET (parallel_workers = 2);
VACUUM ANALYZE study, workplace, certificate;
