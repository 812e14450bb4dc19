-- What if: exit rates that change, retirement that comes later, other people who come, and what a need is made of.

CREATE FUNCTION change_exit_rates(rates credible_rates, reasons text[], factors double precision[]) RETURNS credible_rates
    AS 'MODULE_PATHNAME', 'ef_change_exit_rates_of' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION change_exit_rates(credible_rates, text[], double precision[]) IS 'exit rates at which people leave for each of these reasons so many times as often, for the argument rates of a projection';

CREATE FUNCTION shift_retirement(rates credible_rates, months integer) RETURNS credible_rates
    AS 'MODULE_PATHNAME', 'ef_shift_retirement_of' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION shift_retirement(credible_rates, integer) IS 'exit rates at which people retire so many months of age later, or below 0 earlier, for the argument rates of a projection';

-- Everything is linear in an intake, so what it adds is a difference.
CREATE FUNCTION intake_stream(hired workforce,
        intake double precision[],
        retire_at integer DEFAULT NULL,
        retire_rule retirement_rule DEFAULT NULL,
        rates credible_rates DEFAULT NULL,
        latest_age integer DEFAULT 70) RETURNS TABLE (
        year integer, intake double precision, exits double precision,
        retirements double precision, headcount double precision)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2000 ROWS 10
BEGIN ATOMIC
    SELECT a.year, a.intake, a.exits OPERATOR(pg_catalog.-) b.exits,
           a.retirements OPERATOR(pg_catalog.-) b.retirements, a.headcount OPERATOR(pg_catalog.-) b.headcount
    FROM (SELECT pg_catalog.cardinality(intake_stream.intake) AS n) AS y,
         workforce_project(intake_stream.hired, y.n, intake_stream.intake, NULL::pg_catalog.float8[], intake_stream.retire_at,
                           intake_stream.retire_rule, intake_stream.rates, intake_stream.latest_age, 0.8::pg_catalog.float8, 1::pg_catalog.float8) AS a
         JOIN workforce_project(intake_stream.hired, y.n, NULL::pg_catalog.float8[], NULL::pg_catalog.float8[], intake_stream.retire_at,
                                intake_stream.retire_rule, intake_stream.rates, intake_stream.latest_age, 0.8::pg_catalog.float8, 1::pg_catalog.float8) AS b
              ON b.year OPERATOR(pg_catalog.=) a.year
    ORDER BY a.year;
END;
COMMENT ON FUNCTION intake_stream(workforce, double precision[], integer, retirement_rule, credible_rates, integer) IS 'of people who come as those hired in a workforce did, and stay as its people do: how many are there, and leave, by calendar year; they add to a projection';

-- The first argument has a name, since what PostgreSQL writes of a body in which it had none cannot be read
-- again, and pg_upgrade stops there.
CREATE FUNCTION recruitment_parts(w workforce,
        years integer DEFAULT 10,
        target double precision[] DEFAULT NULL,
        retire_at integer DEFAULT NULL,
        retire_rule retirement_rule DEFAULT NULL,
        rates credible_rates DEFAULT NULL,
        latest_age integer DEFAULT 70,
        working_time double precision DEFAULT 1) RETURNS TABLE (
        year integer, growth double precision, retirements double precision,
        other_exits double precision, recruitment_need double precision)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2000 ROWS 10
BEGIN ATOMIC
    -- what becomes of the staff when each need is met
    SELECT p.year, p.headcount OPERATOR(pg_catalog.-) p.headcount_start, p.retirements,
           p.exits OPERATOR(pg_catalog.-) p.retirements, CASE WHEN n.known THEN p.intake END
    FROM (SELECT pg_catalog.array_agg(a.recruitment_need ORDER BY a.year) AS need,
                 pg_catalog.bool_and(a.recruitment_need IS NOT NULL) AS known
          FROM workforce_project(recruitment_parts.w, recruitment_parts.years, NULL::pg_catalog.float8[], recruitment_parts.target, recruitment_parts.retire_at,
                                 recruitment_parts.retire_rule, recruitment_parts.rates, recruitment_parts.latest_age, 0.8::pg_catalog.float8,
                                 recruitment_parts.working_time) AS a) AS n,
         workforce_project(recruitment_parts.w, recruitment_parts.years, CASE WHEN n.known THEN n.need END, recruitment_parts.target, recruitment_parts.retire_at,
                           recruitment_parts.retire_rule, recruitment_parts.rates, recruitment_parts.latest_age, 0.8::pg_catalog.float8,
                                 recruitment_parts.working_time) AS p
    ORDER BY p.year;
END;
COMMENT ON FUNCTION recruitment_parts(workforce, integer, double precision[], integer, retirement_rule, credible_rates, integer, double precision) IS 'what the recruitment need of each calendar year is made of: growth of the headcount wanted, retirements and other exits of a staff of which every need is met';
