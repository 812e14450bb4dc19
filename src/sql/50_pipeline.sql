-- Education meets work: who arrives, and how many must begin.

CREATE FUNCTION funnel_output(funnel, intake double precision[], first_year integer, horizon integer,
        starts text DEFAULT '09-01',
        as_of date DEFAULT NULL,
        changed_stage text DEFAULT NULL,
        conversion_change double precision DEFAULT 0) RETURNS TABLE (
        year integer, arrivals double precision)
    AS 'MODULE_PATHNAME', 'ef_funnel_output' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200 ROWS 10;
COMMENT ON FUNCTION funnel_output(funnel, double precision[], integer, integer, text, date, text,
    double precision) IS
    'people who arrive at the last stage by calendar year, of those who begin each year';

CREATE FUNCTION required_intake(funnel, workforce, gap double precision[], first_year integer,
@include intake_arguments.sql.in
        level double precision DEFAULT 0.80) RETURNS TABLE (
        year integer, intake double precision,
        lower double precision, upper double precision,
        arrivals double precision, unmet double precision)
    AS 'MODULE_PATHNAME', 'ef_required_intake' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 3000 ROWS 10;
COMMENT ON FUNCTION required_intake(funnel, workforce, double precision[], integer, text, text, integer,
    double precision, text, double precision, integer, retirement_rule, credible_rates, integer,
    double precision) IS
    'how many must begin each year so that those who arrive and stay close the gap, with intervals, and '
    'what stays unmet';

CREATE FUNCTION required_intake_stages(funnel, workforce, gap double precision[], first_year integer,
@include intake_arguments.sql.in
        level double precision DEFAULT 0.80) RETURNS TABLE (
        year integer, stage_no integer, stage text,
        required double precision, lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_required_intake_stages' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 50;
COMMENT ON FUNCTION required_intake_stages(funnel, workforce, double precision[], integer, text, text,
    integer, double precision, text, double precision, integer, retirement_rule, credible_rates, integer,
    double precision) IS
    'of the required intake of each year, how many must reach each stage, with intervals';
