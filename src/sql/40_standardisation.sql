-- Exit rates of two workforces, compared at equal ages.

CREATE FUNCTION exit_rate_compare(first workforce, second workforce,
        reason text DEFAULT NULL,
        standard workforce DEFAULT NULL,
        age_group integer DEFAULT 5,
        level double precision DEFAULT 0.95) RETURNS TABLE (
        method text,
        first_rate double precision, first_lower double precision, first_upper double precision,
        second_rate double precision, second_lower double precision, second_upper double precision,
        ratio double precision, lower double precision, upper double precision,
        coverage double precision)
    AS 'MODULE_PATHNAME', 'ef_exit_rate_compare' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 3;
COMMENT ON FUNCTION exit_rate_compare(workforce, workforce, text, workforce, integer, double precision) IS
    'exits per person-year of two workforces and their ratio, crude and age-standardised '
    '(åldersstandardiserad) by the direct and the indirect method, with intervals';
