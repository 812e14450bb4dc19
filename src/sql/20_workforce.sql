-- workforce: headcount, hires, exits and exposure by age.

@include summary.sql.in type=workforce

COMMENT ON TYPE workforce IS
    'headcount, hires, exits by reason and exposure by age of the staff in an observation period, made '
    'by workforce_agg';

@include workforce_row.sql.in reason=text
@include workforce_row.sql.in reason="any"

CREATE FUNCTION headcount(workforce) RETURNS bigint
    AS 'MODULE_PATHNAME', 'ef_headcount' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION headcount(workforce) IS 'persons employed on the last day observed';

CREATE FUNCTION headcount(workforce, at date) RETURNS bigint
    AS 'MODULE_PATHNAME', 'ef_headcount_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION headcount(workforce, date) IS
    'persons employed on a day, the first or the last that was observed';

CREATE FUNCTION fte(workforce) RETURNS numeric
    AS 'MODULE_PATHNAME', 'ef_fte' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION fte(workforce) IS
    'full-time equivalents on the last day observed; null when fte was not given';

CREATE FUNCTION fte(workforce, at date) RETURNS numeric
    AS 'MODULE_PATHNAME', 'ef_fte_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION fte(workforce, date) IS
    'full-time equivalents on a day, the first or the last that was observed; null when fte was not given';

CREATE FUNCTION first_day(workforce) RETURNS date
    AS 'MODULE_PATHNAME', 'ef_first_day_observed' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION first_day(workforce) IS
    'the first day observed; null when the observation period has no beginning';

CREATE FUNCTION last_day(workforce) RETURNS date
    AS 'MODULE_PATHNAME', 'ef_last_day_observed' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION last_day(workforce) IS
    'the last day observed, of which headcount, fte and age_pyramid speak';

CREATE FUNCTION carried(workforce) RETURNS bigint
    AS 'MODULE_PATHNAME', 'ef_carried' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION carried(workforce) IS
    'persons who go on after the last day observed: the headcount less those whose last day it was; a '
    'projection starts from them';

CREATE FUNCTION exits(workforce) RETURNS bigint
    AS 'MODULE_PATHNAME', 'ef_exits' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION exits(workforce) IS 'persons who left in the observation period';

CREATE FUNCTION exits(workforce, reason text) RETURNS bigint
    AS 'MODULE_PATHNAME', 'ef_exits_for_reason' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION exits(workforce, text) IS 'persons who left in the observation period for one reason';

CREATE FUNCTION hires(workforce) RETURNS bigint
    AS 'MODULE_PATHNAME', 'ef_hires' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION hires(workforce) IS 'persons who started in the observation period';

CREATE FUNCTION person_years(workforce) RETURNS double precision
    AS 'MODULE_PATHNAME', 'ef_person_years' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION person_years(workforce) IS 'days observed, in years of 365.25 days';

CREATE FUNCTION turnover(workforce, method text DEFAULT 'leavers') RETURNS double precision
    AS 'MODULE_PATHNAME', 'ef_turnover' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION turnover(workforce, text) IS
    'staff turnover (personalomsättning) a year: leavers, or replacement = the fewer of leavers and '
    'hires, over the mean of the headcounts on the first and on the last day observed';

CREATE FUNCTION workforce_counts(workforce) RETURNS TABLE (
        first_day date, last_day date,
        headcount_start bigint, headcount bigint,
        fte_start double precision, fte double precision,
        hires bigint, exits bigint, retirements bigint, person_years double precision,
        turnover double precision, replacement_turnover double precision)
    AS 'MODULE_PATHNAME', 'ef_workforce_counts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1;
COMMENT ON FUNCTION workforce_counts(workforce) IS
    'what the functions for single numbers say, in one row: a summary is opened once for it';

CREATE FUNCTION age_pyramid(workforce)
    RETURNS TABLE (day date, age integer, headcount bigint, fte double precision, hires bigint)
    AS 'MODULE_PATHNAME', 'ef_age_pyramid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 50;
COMMENT ON FUNCTION age_pyramid(workforce) IS
    'headcount and full-time equivalents on the last day observed, and hires until then, by age in '
    'completed years';

CREATE FUNCTION exit_rates(workforce, level double precision DEFAULT 0.95)
    RETURNS TABLE (age integer, reason text, exits bigint, person_years double precision,
                   rate double precision, lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_exit_rates' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 150;
COMMENT ON FUNCTION exit_rates(workforce, double precision) IS
    'exits per person-year by age and reason, with exact Poisson limits';

CREATE FUNCTION reaching_age(workforce, age integer, until date) RETURNS bigint
    AS 'MODULE_PATHNAME', 'ef_reaching_age' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION reaching_age(workforce, integer, date) IS
    'how many of the staff that is carried on reach an age in the months until a date, the last day of '
    'a month';

CREATE FUNCTION reaching_age_by_year(workforce, age integer, years integer)
    RETURNS TABLE (year integer, headcount bigint)
    AS 'MODULE_PATHNAME', 'ef_reaching_age_by_year' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION reaching_age_by_year(workforce, integer, integer) IS
    'how many of the staff that is carried on reach an age, by calendar year';

CREATE FUNCTION reaching_pension_age(workforce, rule retirement_rule, until date) RETURNS bigint
    AS 'MODULE_PATHNAME', 'ef_reaching_pension_age' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION reaching_pension_age(workforce, retirement_rule, date) IS
    'how many of the staff that is carried on reach the age that the rule gives their birth cohort, '
    'until a date';

CREATE FUNCTION workforce_project(workforce,
        years integer DEFAULT 10,
        intake double precision[] DEFAULT NULL,
        target double precision[] DEFAULT NULL,
@include retirement_arguments.sql.in
        level double precision DEFAULT 0.80,
        working_time double precision DEFAULT 1) RETURNS TABLE (
        year integer, period_start date, period_end date,
        headcount_start double precision, exits double precision,
        retirements double precision,
        retirements_lower double precision, retirements_upper double precision,
        intake double precision, headcount double precision,
        lower double precision, upper double precision, fte double precision,
        target double precision, gap double precision,
        recruitment_need double precision,
        need_lower double precision, need_upper double precision,
        unsupported double precision)
    AS 'MODULE_PATHNAME', 'ef_workforce_project' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION workforce_project(workforce, integer, double precision[], double precision[], integer,
    retirement_rule, credible_rates, integer, double precision, double precision) IS
    'expected headcount, exits, retirements and recruitment need by calendar year, with intervals';

CREATE FUNCTION workforce_project_exits(workforce,
        years integer DEFAULT 10,
        intake double precision[] DEFAULT NULL,
        target double precision[] DEFAULT NULL,
@include retirement_arguments.sql.in
        level double precision DEFAULT 0.80) RETURNS TABLE (
        year integer, reason text, exits double precision,
        lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_workforce_project_exits' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 3000 ROWS 40;
COMMENT ON FUNCTION workforce_project_exits(workforce, integer, double precision[], double precision[],
    integer, retirement_rule, credible_rates, integer, double precision) IS
    'expected exits by calendar year and reason, with intervals';
