-- mobility: people in states, and their moves between them.

@include summary.sql.in type=mobility

COMMENT ON TYPE mobility IS
    'people in states (employers, regions, professions, levels) and their moves, by day since the '
    'observation began, made by mobility_agg';

CREATE FUNCTION mobility_headcount(mobility, at date DEFAULT NULL) RETURNS TABLE (
        state text, headcount bigint)
    AS 'MODULE_PATHNAME', 'ef_mobility_headcount' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 20;
COMMENT ON FUNCTION mobility_headcount(mobility, date) IS
    'people in each state on a day; by default on the last day observed';

CREATE FUNCTION mobility_series(mobility, every pg_catalog.interval DEFAULT '1 month'::pg_catalog.interval)
    RETURNS TABLE (
        period_start date, period_end date, state text,
        headcount_start bigint, headcount bigint,
        fte_start double precision, fte double precision,
        hires bigint, leavers bigint,
        moved_in bigint, moved_out bigint, resumed bigint, censored bigint,
        carried bigint)
    AS 'MODULE_PATHNAME', 'ef_mobility_series' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 500;
COMMENT ON FUNCTION mobility_series(mobility, pg_catalog.interval) IS
    'people in each state and their full-time equivalents on the first and the last day of each step of '
    'time, and who came, left and moved in it; where state is null, of all states together';

CREATE FUNCTION mobility_leavers(mobility, every pg_catalog.interval DEFAULT '1 month'::pg_catalog.interval)
    RETURNS TABLE (
        period_start date, period_end date, state text, reason text, leavers bigint)
    AS 'MODULE_PATHNAME', 'ef_mobility_leavers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 500;
COMMENT ON FUNCTION mobility_leavers(mobility, pg_catalog.interval) IS
    'the leavers of each step of time by reason, for each state and reason that somebody left; where '
    'state is null, of all states together';

CREATE FUNCTION mobility_flows(mobility, level double precision DEFAULT 0.95) RETURNS TABLE (
        from_state text, to_state text, moves bigint,
        person_years double precision, rate double precision,
        lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_mobility_flows' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 200;
COMMENT ON FUNCTION mobility_flows(mobility, double precision) IS
    'moves from state to state and their rate for each person-year, with exact limits; from null they '
    'came from outside, to null they left';

CREATE FUNCTION mobility_matrix(mobility, horizon interval DEFAULT NULL) RETURNS TABLE (
        from_state text, to_state text, probability double precision)
    AS 'MODULE_PATHNAME', 'ef_mobility_matrix' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 400;
COMMENT ON FUNCTION mobility_matrix(mobility, interval) IS
    'probability of being in a state at the end for those in a state a time before it, Aalen-Johansen; '
    'to null: of having left';

CREATE FUNCTION mobility_project(mobility,
        stock double precision[] DEFAULT NULL,
        years integer DEFAULT 10,
        intake double precision[] DEFAULT NULL,
        states text[] DEFAULT NULL,
        observed_years integer DEFAULT 1,
        level double precision DEFAULT 0.80) RETURNS TABLE (
        year integer, period_start date, period_end date, state text,
        headcount_start double precision,
        moved_in double precision, moved_out double precision,
        exits double precision, intake double precision,
        headcount double precision,
        lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_mobility_project' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 200;
COMMENT ON FUNCTION mobility_project(mobility, double precision[], integer, double precision[], text[],
    integer, double precision) IS
    'headcount by year and state, and its limits, if people go on moving as in the last year or as in '
    'some years together, with intake: the Markov manpower model';
