-- The Swedish pension age by birth cohort: rows shipped with the release, rows
-- of one's own that take their place, and both together.

CREATE FUNCTION pension_age_shipped()
    RETURNS TABLE (born_from date, age_months integer, status text,
                   read_on date, source text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 7
BEGIN ATOMIC
    -- 804 months are 67 years
    SELECT v.born_from, v.age_months, v.status, '2026-11-23'::pg_catalog.date, v.source
    FROM (VALUES
        ('1850-01-01'::pg_catalog.date, 780, 'confirmed'::pg_catalog.text,
         'garantipension; Pensionsmyndigheten, pensionsåldrar och riktålder'::pg_catalog.text),
        ('1958-01-01', 792, 'confirmed',
         'garantipension; Pensionsmyndigheten, pensionsåldrar och riktålder'),
        ('1960-01-01', 804, 'confirmed',
         'riktålder, born 1960 to 1965; vardagsekonomi.nu, quoting Pensionsmyndigheten'),
        ('1966-01-01', 804, 'confirmed', 'riktålder of the year 2030; wiklands.se'),
        ('1967-01-01', 816, 'forecast', 'prognosis of the riktålder; wiklands.se'),
        ('1981-01-01', 828, 'forecast', 'prognosis of the riktålder; wiklands.se'),
        ('1997-01-01', 840, 'forecast', 'prognosis of the riktålder; wiklands.se')
    ) AS v (born_from, age_months, status, source);
END;
COMMENT ON FUNCTION pension_age_shipped() IS
    'the pension age (riktålder) by birth cohort as this release knows it: confirmed by decree, or forecast';

CREATE TABLE pension_age_override (
    born_from   date    PRIMARY KEY
        CONSTRAINT pension_age_override_born_from_is_first_of_month
        CHECK (EXTRACT(day FROM born_from) OPERATOR(pg_catalog.=) 1 AND pg_catalog.isfinite(born_from)),
    age_months  integer NOT NULL
        CONSTRAINT pension_age_override_age_is_plausible
        CHECK (age_months OPERATOR(pg_catalog.>=) 600 AND age_months OPERATOR(pg_catalog.<=) 1200),
    status      text    NOT NULL DEFAULT 'confirmed'
        CONSTRAINT pension_age_override_status_is_known
        CHECK (status OPERATOR(pg_catalog.=) 'confirmed' OR status OPERATOR(pg_catalog.=) 'forecast'
               OR status OPERATOR(pg_catalog.=) 'assumption'),
    read_on   date    NOT NULL DEFAULT CURRENT_DATE,
    source      text    NOT NULL DEFAULT 'own'
);
COMMENT ON TABLE pension_age_override IS
    'pension ages of one''s own, which take the place of the shipped row of the same born_from or stand '
    'beside them; kept by pg_dump';
COMMENT ON COLUMN pension_age_override.born_from IS
    'first month of birth, as its first day, for which the age holds';
COMMENT ON COLUMN pension_age_override.age_months IS 'pension age in months: 67 years are 804';
COMMENT ON COLUMN pension_age_override.status IS
    'confirmed (by decree), forecast, or assumption (for a scenario)';
COMMENT ON COLUMN pension_age_override.read_on IS 'day on which the source was read';
COMMENT ON COLUMN pension_age_override.source IS 'who said so';
SELECT pg_catalog.pg_extension_config_dump('pension_age_override', '');

CREATE VIEW pension_age WITH (security_invoker = true) AS
    SELECT o.born_from, o.age_months, o.status, o.read_on, o.source,
           'override'::pg_catalog.text AS origin
    FROM pension_age_override AS o
    UNION ALL
    SELECT s.born_from, s.age_months, s.status, s.read_on, s.source,
           'shipped'::pg_catalog.text AS origin
    FROM pension_age_shipped() AS s
    WHERE NOT EXISTS (SELECT FROM pension_age_override AS o
                      WHERE o.born_from OPERATOR(pg_catalog.=) s.born_from);
COMMENT ON VIEW pension_age IS
    'the pension age by birth cohort in force here: pension_age_override, and pension_age_shipped() '
    'where that has no row';
COMMENT ON COLUMN pension_age.born_from IS
    'first month of birth for which the age holds, until the next row''s';
COMMENT ON COLUMN pension_age.age_months IS 'pension age in months';
COMMENT ON COLUMN pension_age.status IS 'confirmed, forecast or assumption';
COMMENT ON COLUMN pension_age.read_on IS 'day on which the source was read';
COMMENT ON COLUMN pension_age.source IS 'who said so';
COMMENT ON COLUMN pension_age.origin IS 'override or shipped';

-- A reporting role sees the ages in force; only the owner changes them.
GRANT SELECT ON pension_age_override, pension_age TO PUBLIC;
