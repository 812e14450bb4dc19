-- Several levels of one projection, for a fan chart: a row for each year and level.

CREATE FUNCTION workforce_project_fan(workforce,
        years integer DEFAULT 10,
        intake double precision[] DEFAULT NULL,
        target double precision[] DEFAULT NULL,
@include retirement_arguments.sql.in
        levels double precision[] DEFAULT '{0.5,0.8,0.95}',
        working_time double precision DEFAULT 1) RETURNS TABLE (
        year integer, period_start date, period_end date, level double precision,
        headcount double precision, lower double precision, upper double precision,
        retirements double precision,
        retirements_lower double precision, retirements_upper double precision,
        recruitment_need double precision,
        need_lower double precision, need_upper double precision)
    AS 'MODULE_PATHNAME', 'ef_workforce_project_fan' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 30;
COMMENT ON FUNCTION workforce_project_fan(workforce, integer, double precision[], double precision[], integer,
    retirement_rule, credible_rates, integer, double precision[], double precision) IS
    'expected headcount, retirements and recruitment need by calendar year, with an interval for each '
    'of some levels';

CREATE FUNCTION required_intake_fan(funnel, workforce, gap double precision[], first_year integer,
@include intake_arguments.sql.in
        levels double precision[] DEFAULT '{0.5,0.8,0.95}') RETURNS TABLE (
        year integer, level double precision, intake double precision,
        lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_required_intake_fan' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 3000 ROWS 30;
COMMENT ON FUNCTION required_intake_fan(funnel, workforce, double precision[], integer, text, text, integer,
    double precision, text, double precision, integer, retirement_rule, credible_rates, integer,
    double precision[]) IS
    'how many must begin each year so that those who arrive and stay close the gap, with an interval '
    'for each of some levels';
