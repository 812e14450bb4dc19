-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION education_flow UPDATE" to load this file. \quit

-- A new accessor, as its fragment has it.
CREATE FUNCTION mock_bytes(workforce) RETURNS integer
    AS 'MODULE_PATHNAME', 'ef_mock_bytes' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION mock_bytes(workforce) IS 'bytes of the summary';

-- A view that says more: a column at its end, so that views on it stay.
CREATE OR REPLACE VIEW pension_age WITH (security_invoker = true) AS
    SELECT o.born_from, o.age_months, o.status, o.read_on, o.source,
           'override'::pg_catalog.text AS origin, o.age_months OPERATOR(pg_catalog./) 12 AS age_years
    FROM pension_age_override AS o
    UNION ALL
    SELECT s.born_from, s.age_months, s.status, s.read_on, s.source,
           'shipped'::pg_catalog.text AS origin, s.age_months OPERATOR(pg_catalog./) 12 AS age_years
    FROM pension_age_shipped() AS s
    WHERE NOT EXISTS (SELECT FROM pension_age_override AS o
                      WHERE o.born_from OPERATOR(pg_catalog.=) s.born_from);
COMMENT ON COLUMN pension_age.age_years IS 'pension age in completed years';

-- A function that says it better.
COMMENT ON FUNCTION pension_age_shipped() IS 'the pension age by birth cohort, of a later release';
ALTER FUNCTION pension_age_shipped() ROWS 8;
