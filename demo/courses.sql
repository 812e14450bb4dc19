-- What the medical secretaries must know: a catalogue of modules, and who completed which when.
-- Made up by plain arithmetic, as the register is.

CREATE TABLE catalogue (
    module   text PRIMARY KEY,
    level    text NOT NULL,
    hospital text,                -- where it is required; null: everywhere
    validity interval             -- how long a completion holds; null: for ever
);

INSERT INTO catalogue VALUES
    ('introduction',     'bas',         NULL,        NULL),
    ('confidentiality',  'bas',         NULL,        '3 years'),
    ('life support',     'bas',         NULL,        '1 year'),
    ('diagnosis coding', 'fördjupning', NULL,        '5 years'),
    ('coding audit',     'spets',       'Central', '2 years');

CREATE TABLE completion AS
SELECT DISTINCT person_id, module, completed_on
FROM employment JOIN catalogue AS c ON coalesce(c.hospital, employment.hospital) = employment.hospital,
     generate_series(0, 5) AS n,
     LATERAL (SELECT (person_id::int * 619 + length(module) * 211) % 997 AS luck,
                     greatest(start_date, '2018-06-01') AS since) AS l,
     -- some weeks or years after it is required, and again when it lapses: early, late, never
     LATERAL (SELECT (since + 15 + luck * luck / 900 + n * coalesce(validity, '99 years')
                      + (n > 0)::int * ((luck + n * 331) % 130 - 60) * interval '1 day')::date
                     AS completed_on) AS d
WHERE luck < 950 AND (n = 0 OR (luck + n * 7) % 13 > 0)
  AND completed_on < least(end_date, '2023-06-01');
