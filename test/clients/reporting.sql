-- A reporting schema over made-up registers, in the database where psql runs
-- this; :reader is who may read it.  Plain arithmetic, so that it is the same
-- each time; every column of every view has a value in some row.

\set yrke 'Yrke "kod"; DROP TABLE x; --'

CREATE SCHEMA "Register & mer";
SET search_path = "Register & mer", education_flow;

-- Names of regions and professions that somebody must quote.
CREATE TABLE "Anställning" (
    person_id int, "Född" date, start_date date, end_date date, "Orsak" text, fte numeric,
    "Region/län" text, :"yrke" text);
INSERT INTO "Anställning"
SELECT id, birth, start, least(left_on, pension),
       CASE WHEN pension <= coalesce(left_on, pension) AND pension < '2026-01-01' THEN 'pension'
            WHEN left_on IS NOT NULL THEN (ARRAY['egen begäran', 'annan "orsak"', 'mor''s', NULL])[1 + id % 4] END,
       (2 + id % 3) / 4.0,
       (ARRAY['Norr\botten', 'Övre "Väst"', NULL])[1 + id % 3],
       (ARRAY['läkare', 'sjuksköterska'])[1 + id / 3 % 2]
FROM (SELECT id, birth, start,
             CASE WHEN start + stay < '2026-01-01' THEN start + stay END AS left_on,
             CASE WHEN birth + 24000 < '2026-01-01' THEN birth + 24000 END AS pension
      FROM (SELECT id, start, start - 7500 - id * 7919 % 15000 AS birth, 200 + id * 6007 % 9000 AS stay
            FROM (SELECT id, '2004-01-01'::date + id * 4111 % 8000 AS start
                  FROM generate_series(1, 900) AS id) AS i) AS b) AS e;
-- What the quality views tell of.
INSERT INTO "Anställning" VALUES
    (9001, '1980-01-01', '2020-01-01', '2019-01-01', 'omvänt', 1, 'Övre "Väst"', 'läkare'),
    (9002, '2021-01-01', '2020-01-01', NULL, NULL, 1, 'Övre "Väst"', 'läkare'),
    (9003, NULL, '2020-01-01', NULL, NULL, 1, 'Övre "Väst"', 'läkare'),
    (9004, '1950-01-01', '2000-01-01', '2015-03-01', 'Pension ', 1, 'Övre "Väst"', 'läkare');

CREATE TABLE studie (person_id int, stage text, at date, :"yrke" text);
INSERT INTO studie
SELECT id, s.stage, s.at, (ARRAY['läkare', 'sjuksköterska'])[1 + id % 2]
FROM (SELECT id, '2012-09-01'::date + id * 31 % 4800 AS start FROM generate_series(1, 1200) AS id) AS p,
     LATERAL (VALUES ('sökt', start), ('antagen', start + 30 + id * 17 % 90),
                     ('examen', start + 1000 + id * 37 % 900), ('avbrott', start + 500), ('praktik', start + 700)) AS s (stage, at)
WHERE s.at < '2026-01-01'
  AND CASE s.stage WHEN 'antagen' THEN id % 5 > 0
                   WHEN 'examen' THEN id % 5 > 0 AND id % 7 > 0
                   WHEN 'avbrott' THEN id % 14 = 0
                   WHEN 'praktik' THEN id % 100 = 0 ELSE true END;

CREATE TABLE placering (person_id int, arbetsplats text, start_date date, end_date date, :"yrke" text, fte numeric DEFAULT 0.8);
INSERT INTO placering
SELECT id, (ARRAY['vårdcentral', 'sjukhus "A"', 'hemtjänst'])[1 + (id + n) % 3], s.start, s.stop,
       (ARRAY['läkare', 'sjuksköterska'])[1 + id % 2]
FROM (SELECT id, '2018-01-01'::date + id * 13 % 2000 AS start, 100 + id * 61 % 1500 AS stay
      FROM generate_series(1, 300) AS id) AS p,
     LATERAL (VALUES (1, start, CASE WHEN start + stay < '2026-01-01' THEN start + stay END),
                     (2, start + stay, CASE WHEN id % 4 = 0 AND start + 2 * stay < '2026-01-01' THEN start + 2 * stay END)) AS s (n, start, stop)
WHERE s.start < '2026-01-01';
INSERT INTO placering VALUES (9001, 'hemtjänst', '2020-01-01', '2019-01-01', 'läkare'), (9002, 'Hemtjänst ', '2020-01-01', NULL, 'läkare');

CREATE TABLE intyg (person_id int, module text, status text, start_date date, end_date date, kommun text);
INSERT INTO intyg
SELECT id, m.module, s.status, s.start, s.stop, (ARRAY['Malmö', 'Åmål'])[1 + id % 2]
FROM (SELECT id, '2021-01-01'::date + id * 29 % 1500 AS got FROM generate_series(1, 100) AS id) AS p,
     (VALUES ('läkemedel'), ('hygien "2"')) AS m (module),
     LATERAL (VALUES ('missing', '2020-06-01'::date, got), ('valid', got, got + 1095),
                     ('lapsed', got + 1095, NULL)) AS s (status, start, stop);
INSERT INTO intyg VALUES (9001, 'läkemedel', 'valid', '2022-01-01', '2021-01-01', 'Malmö'),
    (9002, 'läkemedel', 'giltigt', '2022-01-01', NULL, 'Malmö');

SELECT reporting_ddl('reporting', jsonb_build_object(
    'employment', jsonb_build_object(
        'table', '"Anställning"', 'birth_date', 'Född', 'reason', 'Orsak', 'retirement_reasons', '["pension"]'::jsonb, 'fte', 'fte',
        'group_by', jsonb_build_array('Region/län', :'yrke'), 'leave_out', true),
    'education', jsonb_build_object(
        'table', 'studie', 'stages', '["sökt", "antagen", "examen"]'::jsonb, 'exits', '["avbrott"]'::jsonb,
        'within', '8 years', 'group_by', jsonb_build_array(:'yrke')),
    'mobility', jsonb_build_object(
        'table', 'placering', 'state', 'arbetsplats', 'fte', 'fte', 'group_by', jsonb_build_array(:'yrke'), 'leave_out', true),
    'competence', jsonb_build_object(
        'table', 'intyg', 'group_by', '[{"Kommun ''x''": "kommun"}]'::jsonb, 'leave_out', true),
    'reader', :'reader', 'as_of', '2026-01-01')) \gexec
SELECT reporting_refresh_ddl('reporting') \gexec
