-- Assumptions: other exit rates, later retirement, other hires, and the parts of a need.

CREATE FUNCTION change_exit_rates(rates credible_rates, reasons text[], factors double precision[])
    RETURNS credible_rates
    AS 'MODULE_PATHNAME', 'ef_change_exit_rates_of' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION change_exit_rates(credible_rates, text[], double precision[]) IS
    'exit rates at which people leave for each of these reasons so many times as often, for the '
    'argument rates of a projection';

CREATE FUNCTION shift_retirement(rates credible_rates, months integer) RETURNS credible_rates
    AS 'MODULE_PATHNAME', 'ef_shift_retirement_of' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION shift_retirement(credible_rates, integer) IS
    'exit rates at which people retire so many months of age later, or below 0 earlier, for the '
    'argument rates of a projection';

CREATE FUNCTION intake_stream(hired workforce,
        intake double precision[],
@include retirement_arguments.sql.in
        level double precision DEFAULT 0.80) RETURNS TABLE (
        year integer, intake double precision, exits double precision,
        retirements double precision, headcount double precision,
        lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_intake_stream' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION intake_stream(workforce, double precision[], integer, retirement_rule, credible_rates,
    integer, double precision) IS
    'of people who come as those hired in a workforce did, and stay as its people do: how many are '
    'there, with limits, and leave, by calendar year; they add to a projection';

-- Splits the need into parts. The first argument has a name: without one PostgreSQL writes a body that
-- it cannot read again, and pg_upgrade stops there.
CREATE FUNCTION recruitment_parts(w workforce,
        years integer DEFAULT 10,
        target double precision[] DEFAULT NULL,
@include retirement_arguments.sql.in
        working_time double precision DEFAULT 1) RETURNS TABLE (
        year integer, growth double precision, retirements double precision,
        other_exits double precision, recruitment_need double precision)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2000 ROWS 10
BEGIN ATOMIC
    -- what becomes of the staff when each need is met
    SELECT p.year, CASE WHEN n.known THEN p.headcount OPERATOR(pg_catalog.-) p.headcount_start END,
           CASE WHEN n.known THEN p.retirements END,
           CASE WHEN n.known THEN p.exits OPERATOR(pg_catalog.-) p.retirements END,
           CASE WHEN n.known THEN p.intake END
    FROM (SELECT pg_catalog.array_agg(a.recruitment_need ORDER BY a.year) AS need,
                 pg_catalog.bool_and(a.recruitment_need IS NOT NULL) AS known
          FROM workforce_project(recruitment_parts.w, recruitment_parts.years, NULL::pg_catalog.float8[],
                                 recruitment_parts.target, recruitment_parts.retire_at,
                                 recruitment_parts.retire_rule, recruitment_parts.rates,
                                 recruitment_parts.latest_age, 0.8::pg_catalog.float8,
                                 recruitment_parts.working_time) AS a) AS n,
         workforce_project(recruitment_parts.w, recruitment_parts.years, CASE WHEN n.known THEN n.need END,
                           recruitment_parts.target, recruitment_parts.retire_at,
                           recruitment_parts.retire_rule, recruitment_parts.rates,
                           recruitment_parts.latest_age, 0.8::pg_catalog.float8,
                                 recruitment_parts.working_time) AS p
    ORDER BY p.year;
END;
COMMENT ON FUNCTION recruitment_parts(workforce, integer, double precision[], integer, retirement_rule,
    credible_rates, integer, double precision) IS
    'what the recruitment need of each calendar year is made of: growth of the headcount wanted, '
    'retirements and other exits of a staff of which every need is met';

-- Shows the effect of each assumption by itself, of all together, and the rest that belongs to none of
-- them: no lever is taken before another.
CREATE FUNCTION gap_by_lever(w workforce,
        years integer DEFAULT 10,
        reasons text[] DEFAULT '{}',
        factors double precision[] DEFAULT '{}',
        retirement_later integer DEFAULT 0,
        working_time double precision DEFAULT 1,
        intake double precision[] DEFAULT NULL,
        target double precision[] DEFAULT NULL,
        retire_at integer DEFAULT NULL,
        retire_rule retirement_rule DEFAULT NULL,
        rates credible_rates DEFAULT NULL,
        latest_age integer DEFAULT 70) RETURNS TABLE (
        year integer, lever text, reason text, gap double precision, effect double precision)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 ROWS 50
BEGIN ATOMIC
    WITH base AS (
        SELECT coalesce(gap_by_lever.rates, credible_rates(gap_by_lever.w)) AS rates
    ), assumed (place, lever, reason, rates, working_time, intake, target) AS (
        SELECT 0, 'none'::pg_catalog.text, NULL::pg_catalog.text, b.rates, 1::pg_catalog.float8,
               NULL::pg_catalog.float8[], NULL::pg_catalog.float8[]
        FROM base AS b
        UNION ALL
        SELECT 1, 'target', NULL, b.rates, 1, NULL, gap_by_lever.target
        FROM base AS b
        WHERE gap_by_lever.target IS NOT NULL
        UNION ALL
        -- of unequal lengths: all of them together are refused
        SELECT 2, 'exit rate', u.reason, change_exit_rates(b.rates, ARRAY[u.reason], ARRAY[u.factor]), 1,
               NULL, NULL
        FROM base AS b,
             ROWS FROM (pg_catalog.unnest(gap_by_lever.reasons),
                        pg_catalog.unnest(gap_by_lever.factors)) AS u (reason, factor)
        WHERE pg_catalog.cardinality(gap_by_lever.reasons)
              OPERATOR(pg_catalog.=) pg_catalog.cardinality(gap_by_lever.factors)
        UNION ALL
        SELECT 3, 'retirement later', NULL, shift_retirement(b.rates, gap_by_lever.retirement_later), 1,
               NULL, NULL
        FROM base AS b
        WHERE gap_by_lever.retirement_later OPERATOR(pg_catalog.<>) 0
        UNION ALL
        SELECT 4, 'working time', NULL, b.rates, gap_by_lever.working_time, NULL, NULL
        FROM base AS b
        WHERE gap_by_lever.working_time OPERATOR(pg_catalog.<>) 1::pg_catalog.float8
        UNION ALL
        SELECT 5, 'intake', NULL, b.rates, 1, gap_by_lever.intake, NULL
        FROM base AS b
        WHERE gap_by_lever.intake IS NOT NULL
        UNION ALL
        SELECT 6, 'all', NULL,
               shift_retirement(change_exit_rates(b.rates, gap_by_lever.reasons, gap_by_lever.factors),
                                gap_by_lever.retirement_later),
               gap_by_lever.working_time, gap_by_lever.intake, gap_by_lever.target
        FROM base AS b
    ), projected AS (
        SELECT a.place, a.lever, a.reason, p.year, p.gap
        FROM assumed AS a,
             workforce_project(gap_by_lever.w, gap_by_lever.years, a.intake, a.target,
                               gap_by_lever.retire_at, gap_by_lever.retire_rule, a.rates,
                               gap_by_lever.latest_age, 0.8::pg_catalog.float8, a.working_time) AS p
    ), compared AS (
        SELECT p.place, p.lever, p.reason, p.year, p.gap, p.gap OPERATOR(pg_catalog.-) b.gap AS effect
        FROM projected AS p
             JOIN projected AS b ON b.place OPERATOR(pg_catalog.=) 0
                                    AND b.year OPERATOR(pg_catalog.=) p.year
    )
    SELECT r.year, r.lever, r.reason, r.gap, r.effect
    FROM (SELECT c.place, c.lever, c.reason, c.year, c.gap, c.effect
          FROM compared AS c
          UNION ALL
          SELECT 7, 'rest', NULL, c.year, NULL,
                 pg_catalog.sum(CASE WHEN c.place OPERATOR(pg_catalog.=) 6 THEN c.effect
                                     ELSE OPERATOR(pg_catalog.-) c.effect END)
          FROM compared AS c
          GROUP BY c.year) AS r
    ORDER BY r.year, r.place, r.reason USING OPERATOR(pg_catalog.<);
END;
COMMENT ON FUNCTION gap_by_lever(workforce, integer, text[], double precision[], integer, double precision,
    double precision[], double precision[], integer, retirement_rule, credible_rates, integer) IS
    'the gap of each calendar year without any lever, with each of them alone, and with all together; '
    'and the rest, which they do to each other';
