-- funnel: from the first stage to the last, and where people are lost.

@include summary.sql.in type=funnel

COMMENT ON TYPE funnel IS
    'people by stage and day: reached, exited, lost, pending; since the chain began and since the stage '
    'was reached; made by funnel_agg';

@include events_combine.sql.in purpose=funnel
@include internal_finalfn.sql.in function=funnel_agg result=funnel
@include internal_finalfn.sql.in function=window_funnel result=integer

@include funnel_events.sql.in time=date
@include funnel_events.sql.in time=timestamp
@include funnel_events.sql.in time=timestamptz

CREATE FUNCTION funnel_stages(funnel, level double precision DEFAULT 0.95) RETURNS TABLE (
        stage_no integer, stage text, entered bigint, converted bigint,
        pending bigint, exited bigint, lost bigint,
        conversion double precision, lower double precision, upper double precision,
        cumulative double precision, cumulative_lower double precision,
        cumulative_upper double precision, median_days integer, observed_days integer,
        conversion_so_far double precision, lower_so_far double precision,
        upper_so_far double precision, cumulative_so_far double precision,
        cumulative_lower_so_far double precision, cumulative_upper_so_far double precision)
    AS 'MODULE_PATHNAME', 'ef_funnel_stages' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 6;
COMMENT ON FUNCTION funnel_stages(funnel, double precision) IS
    'each stage: who reached it and what became of them, the share that goes on, the share of all that '
    'got there (Aalen-Johansen), with limits, null where nobody was seen for the whole window; what is '
    'known by observed_days stands in columns so_far; and the median time to the next';

CREATE FUNCTION funnel_conversion(funnel, from_stage text, to_stage text,
        by interval DEFAULT NULL) RETURNS double precision
    AS 'MODULE_PATHNAME', 'ef_funnel_conversion' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION funnel_conversion(funnel, text, text, interval) IS
    'share of those at a stage who reach another, within a time or in the end; null beyond what was observed';

CREATE FUNCTION funnel_days(funnel, from_stage text, to_stage text,
        quantile double precision DEFAULT 0.5) RETURNS integer
    AS 'MODULE_PATHNAME', 'ef_funnel_days' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION funnel_days(funnel, text, text, double precision) IS
    'days after which that share of those who go from a stage to another have done so; null if nobody does';
