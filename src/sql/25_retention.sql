-- retention: how long people stay, and why they leave.

@include summary.sql.in type=retention

COMMENT ON TYPE retention IS
    'late entries, exits by reason and censorings by day since the start of employment, made by '
    'retention_agg';

@include retention_row.sql.in reason=text
@include retention_row.sql.in reason="any"

CREATE FUNCTION spells(retention) RETURNS bigint
    AS 'MODULE_PATHNAME', 'ef_spells' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION spells(retention) IS 'employment spells seen in the observation period';

CREATE FUNCTION exits(retention) RETURNS bigint
    AS 'MODULE_PATHNAME', 'ef_retention_exits' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION exits(retention) IS 'spells that ended in the observation period';

CREATE FUNCTION exits(retention, reason text) RETURNS bigint
    AS 'MODULE_PATHNAME', 'ef_retention_exits_for_reason' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION exits(retention, text) IS 'spells that ended in the observation period for one reason';

CREATE FUNCTION retention_rate(retention, after interval) RETURNS double precision
    AS 'MODULE_PATHNAME', 'ef_retention_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION retention_rate(retention, interval) IS
    'share still employed after a time, Kaplan-Meier; null beyond what was observed';

CREATE FUNCTION retention_curve(retention,
        every interval DEFAULT '1 year',
        level double precision DEFAULT 0.95,
        method text DEFAULT 'log-log') RETURNS TABLE (
        after_days integer, at_risk bigint, exits bigint,
        retained double precision, std_error double precision,
        lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_retention_curve' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 20;
COMMENT ON FUNCTION retention_curve(retention, interval, double precision, text) IS
    'share still employed by days since the start, Kaplan-Meier, with standard error and limits';

CREATE FUNCTION exit_incidence(retention,
        every interval DEFAULT '1 year',
        level double precision DEFAULT 0.95) RETURNS TABLE (
        after_days integer, reason text, exits bigint,
        incidence double precision, std_error double precision,
        lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_exit_incidence' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 60;
COMMENT ON FUNCTION exit_incidence(retention, interval, double precision) IS
    'share that has left for each reason by days since the start, Aalen-Johansen, with standard error '
    'and limits';

CREATE FUNCTION retention_median(retention) RETURNS double precision
    AS 'MODULE_PATHNAME', 'ef_retention_median' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION retention_median(retention) IS
    'days after which half have left; null when fewer were seen to leave';

CREATE FUNCTION retention_mean(retention, until interval) RETURNS double precision
    AS 'MODULE_PATHNAME', 'ef_retention_mean' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION retention_mean(retention, interval) IS
    'mean days of employment within a time since the start (restricted mean); null beyond what was observed';

CREATE FUNCTION retention_compare(first retention, second retention,
        level double precision DEFAULT 0.95, reason text DEFAULT NULL) RETURNS TABLE (
        chisq double precision, df integer, p_value double precision,
        hazard_ratio double precision, lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_retention_compare' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1;
COMMENT ON FUNCTION retention_compare(retention, retention, double precision, text) IS
    'log-rank test of two groups, and the hazard of the second over that of the first (Cox, Efron), '
    'with limits; for one reason (cause-specific) where it is given';

-- A test is of few summaries: they are kept until all are there, and so the
-- aggregate has neither a combine function nor a state that is a value.

CREATE TYPE log_rank_result AS (
    chisq double precision, df integer, p_value double precision,
    groups text[], exits bigint[], expected double precision[]);
COMMENT ON TYPE log_rank_result IS
    'test of several groups, made by retention_log_rank or retention_gray: the test, and for each group '
    'its exits and those expected if the groups did not differ';
COMMENT ON COLUMN log_rank_result.chisq IS 'test statistic; null where nothing can be compared';
COMMENT ON COLUMN log_rank_result.df IS 'degrees of freedom';
COMMENT ON COLUMN log_rank_result.p_value IS 'probability of such a statistic if the groups did not differ';
COMMENT ON COLUMN log_rank_result.groups IS 'names of the groups, in byte order';
COMMENT ON COLUMN log_rank_result.exits IS 'exits of each group; for the reason, where one was given';
COMMENT ON COLUMN log_rank_result.expected IS 'exits of each group expected if the groups did not differ';

@include internal_finalfn.sql.in function=retention_log_rank result=log_rank_result

@include log_rank.sql.in name=retention_log_rank types=text arguments=group_name text
COMMENT ON AGGREGATE retention_log_rank(retention, text) IS
    'log-rank test of several groups, of which each row is one or a part of one';

@include log_rank.sql.in name=retention_log_rank types=text, text
	arguments=group_name text, stratum_name text
COMMENT ON AGGREGATE retention_log_rank(retention, text, text) IS
    'log-rank test of several groups within strata: groups are compared only with those of their stratum';

@include log_rank.sql.in name=retention_log_rank types=text, text, text
	arguments=group_name text, stratum_name text, reason text
COMMENT ON AGGREGATE retention_log_rank(retention, text, text, text) IS
    'log-rank test of several groups within strata for one reason: who leaves for another is censored '
    '(cause-specific)';

@include log_rank.sql.in name=retention_gray types=text, text, text
	arguments=group_name text, stratum_name text, reason text
COMMENT ON AGGREGATE retention_gray(retention, text, text, text) IS
    'test of several groups within strata whether as many leave for a reason: Gray''s test of equal '
    'cumulative incidence';
