-- How much two groups differ, with limits: the second less the first.

CREATE FUNCTION retention_rate_difference(first retention, second retention, after interval,
        level double precision DEFAULT 0.95,
        method text DEFAULT 'log-log') RETURNS TABLE (
        difference double precision, lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_retention_rate_difference_rows'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 1;
COMMENT ON FUNCTION retention_rate_difference(retention, retention, interval, double precision, text) IS
    'share still employed after a time, of the second less that of the first, with limits; null beyond '
    'what was observed';

CREATE FUNCTION retention_mean_difference(first retention, second retention, until interval,
        level double precision DEFAULT 0.95) RETURNS TABLE (
        difference double precision, std_error double precision,
        lower double precision, upper double precision, p_value double precision)
    AS 'MODULE_PATHNAME', 'ef_retention_mean_difference_rows'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 1;
COMMENT ON FUNCTION retention_mean_difference(retention, retention, interval, double precision) IS
    'mean days of employment within a time (restricted mean), of the second less that of the first, '
    'with limits and test; null beyond what was observed';

CREATE FUNCTION retention_median_difference(first retention, second retention,
        level double precision DEFAULT 0.95,
        method text DEFAULT 'log-log') RETURNS TABLE (
        difference double precision, lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_retention_median_difference_rows'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 1;
COMMENT ON FUNCTION retention_median_difference(retention, retention, double precision, text) IS
    'days after which half have left, of the second less those of the first, with limits; null where '
    'fewer were seen to leave';

CREATE FUNCTION funnel_conversion_difference(first funnel, second funnel, from_stage text, to_stage text,
        level double precision DEFAULT 0.95) RETURNS TABLE (
        difference double precision, lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_funnel_conversion_difference'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 1;
COMMENT ON FUNCTION funnel_conversion_difference(funnel, funnel, text, text, double precision) IS
    'share of those at a stage who reach another in the end, of the second less that of the first, with '
    'limits (Newcombe); null beyond what was observed';

CREATE FUNCTION share_difference(first_count bigint, first_total bigint,
        second_count bigint, second_total bigint,
        level double precision DEFAULT 0.95) RETURNS TABLE (
        difference double precision, lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_share_difference_rows' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1;
COMMENT ON FUNCTION share_difference(bigint, bigint, bigint, bigint, double precision) IS
    'share of the second total less that of the first, with limits (Newcombe); null where a total is 0';
