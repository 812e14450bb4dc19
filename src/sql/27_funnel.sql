-- funnel: from the first stage to the last, and where people are lost.

@include summary.sql.in funnel

COMMENT ON TYPE funnel IS 'people by stage and day: reached, exited, lost, pending; since the chain began and since the stage was reached; made by funnel_agg';

-- Events are kept until all are seen, in memory and, beyond what a hash table may take,
-- in a temporary file: the state is internal, and shipped to another process as bytes.

CREATE FUNCTION events_combinefn(internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_events_combinefn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION events_combinefn(internal, internal) IS 'aggregate combine function';
CREATE FUNCTION events_serialfn(internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'ef_events_serialfn' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION events_serialfn(internal) IS 'aggregate serial function';
CREATE FUNCTION events_deserialfn(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_events_deserialfn' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION events_deserialfn(bytea, internal) IS 'aggregate deserial function';
CREATE FUNCTION funnel_agg_finalfn(internal) RETURNS funnel
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_finalfn(internal) IS 'aggregate final function';

-- One row per event.

CREATE FUNCTION funnel_agg_transfn(internal, bigint, text, date, funnel_spec) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_number_date_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(internal, bigint, text, date, funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(person_id bigint, stage text, at date, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(bigint, text, date, funnel_spec) IS
    'funnel of the best chain of each person, from rows that are events in any order';

CREATE FUNCTION funnel_agg_transfn(internal, bigint, text, timestamp, funnel_spec) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_number_timestamp_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(internal, bigint, text, timestamp, funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(person_id bigint, stage text, at timestamp, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(bigint, text, timestamp, funnel_spec) IS
    'funnel of the best chain of each person, from rows that are events in any order';

CREATE FUNCTION funnel_agg_transfn(internal, bigint, text, timestamptz, funnel_spec) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_number_timestamp_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(internal, bigint, text, timestamptz, funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(person_id bigint, stage text, at timestamptz, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(bigint, text, timestamptz, funnel_spec) IS
    'funnel of the best chain of each person, from rows that are events in any order';

CREATE FUNCTION funnel_agg_transfn(internal, uuid, text, date, funnel_spec) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_uuid_date_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(internal, uuid, text, date, funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(person_id uuid, stage text, at date, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(uuid, text, date, funnel_spec) IS
    'funnel of the best chain of each person, from rows that are events in any order';

CREATE FUNCTION funnel_agg_transfn(internal, uuid, text, timestamp, funnel_spec) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_uuid_timestamp_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(internal, uuid, text, timestamp, funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(person_id uuid, stage text, at timestamp, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(uuid, text, timestamp, funnel_spec) IS
    'funnel of the best chain of each person, from rows that are events in any order';

CREATE FUNCTION funnel_agg_transfn(internal, uuid, text, timestamptz, funnel_spec) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_uuid_timestamp_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(internal, uuid, text, timestamptz, funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(person_id uuid, stage text, at timestamptz, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(uuid, text, timestamptz, funnel_spec) IS
    'funnel of the best chain of each person, from rows that are events in any order';

CREATE FUNCTION funnel_agg_transfn(internal, text, text, date, funnel_spec) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_text_date_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(internal, text, text, date, funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(person_id text, stage text, at date, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(text, text, date, funnel_spec) IS
    'funnel of the best chain of each person, from rows that are events in any order';

CREATE FUNCTION funnel_agg_transfn(internal, text, text, timestamp, funnel_spec) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_text_timestamp_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(internal, text, text, timestamp, funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(person_id text, stage text, at timestamp, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(text, text, timestamp, funnel_spec) IS
    'funnel of the best chain of each person, from rows that are events in any order';

CREATE FUNCTION funnel_agg_transfn(internal, text, text, timestamptz, funnel_spec) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_text_timestamp_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(internal, text, text, timestamptz, funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(person_id text, stage text, at timestamptz, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(text, text, timestamptz, funnel_spec) IS
    'funnel of the best chain of each person, from rows that are events in any order';

-- The rows are the events of one person.

CREATE FUNCTION funnel_agg_transfn(internal, text, date, funnel_spec) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_date_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(internal, text, date, funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(stage text, at date, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(text, date, funnel_spec) IS
    'funnel of the best chain of one person, from rows that are that person''s events';

CREATE FUNCTION funnel_agg_transfn(internal, text, timestamp, funnel_spec) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_timestamp_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(internal, text, timestamp, funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(stage text, at timestamp, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(text, timestamp, funnel_spec) IS
    'funnel of the best chain of one person, from rows that are that person''s events';

CREATE FUNCTION funnel_agg_transfn(internal, text, timestamptz, funnel_spec) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_timestamp_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(internal, text, timestamptz, funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(stage text, at timestamptz, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(text, timestamptz, funnel_spec) IS
    'funnel of the best chain of one person, from rows that are that person''s events';

-- One row per person: the chain is known. The state is a funnel.

CREATE FUNCTION funnel_agg_transfn(funnel, date[], funnel_spec) RETURNS funnel
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_dates_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(funnel, date[], funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(reached date[], spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = funnel,
    SSPACE = 512,
    COMBINEFUNC = funnel_combinefn,
    FINALFUNC = funnel_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(date[], funnel_spec) IS
    'funnel of people of whom each row says when they reached each stage';

CREATE FUNCTION funnel_agg_transfn(funnel, timestamp[], funnel_spec) RETURNS funnel
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_timestamps_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(funnel, timestamp[], funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(reached timestamp[], spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = funnel,
    SSPACE = 512,
    COMBINEFUNC = funnel_combinefn,
    FINALFUNC = funnel_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(timestamp[], funnel_spec) IS
    'funnel of people of whom each row says when they reached each stage';

CREATE FUNCTION funnel_agg_transfn(funnel, timestamptz[], funnel_spec) RETURNS funnel
    AS 'MODULE_PATHNAME', 'ef_funnel_agg_timestamps_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_agg_transfn(funnel, timestamptz[], funnel_spec) IS 'aggregate transition function';

CREATE AGGREGATE funnel_agg(reached timestamptz[], spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = funnel,
    SSPACE = 512,
    COMBINEFUNC = funnel_combinefn,
    FINALFUNC = funnel_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(timestamptz[], funnel_spec) IS
    'funnel of people of whom each row says when they reached each stage';

-- The chain itself.

CREATE FUNCTION funnel_steps_date_finalfn(internal) RETURNS date[]
    AS 'MODULE_PATHNAME', 'ef_funnel_steps_date_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_steps_date_finalfn(internal) IS 'aggregate final function';

CREATE AGGREGATE funnel_steps(stage text, at date, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_steps_date_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_steps(text, date, funnel_spec) IS
    'when each stage of the best chain of one person was reached';

CREATE FUNCTION funnel_steps_timestamp_finalfn(internal) RETURNS timestamp[]
    AS 'MODULE_PATHNAME', 'ef_funnel_steps_timestamp_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_steps_timestamp_finalfn(internal) IS 'aggregate final function';

CREATE AGGREGATE funnel_steps(stage text, at timestamp, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_steps_timestamp_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_steps(text, timestamp, funnel_spec) IS
    'when each stage of the best chain of one person was reached';

CREATE FUNCTION funnel_steps_timestamptz_finalfn(internal) RETURNS timestamptz[]
    AS 'MODULE_PATHNAME', 'ef_funnel_steps_timestamptz_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION funnel_steps_timestamptz_finalfn(internal) IS 'aggregate final function';

CREATE AGGREGATE funnel_steps(stage text, at timestamptz, spec funnel_spec) (
    SFUNC = funnel_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = funnel_steps_timestamptz_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_steps(text, timestamptz, funnel_spec) IS
    'when each stage of the best chain of one person was reached';

-- For those who know it from other engines.

CREATE FUNCTION window_funnel_finalfn(internal) RETURNS integer
    AS 'MODULE_PATHNAME', 'ef_window_funnel_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION window_funnel_finalfn(internal) IS 'aggregate final function';

CREATE FUNCTION window_funnel_transfn(internal, date, funnel_spec, boolean[]) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_window_funnel_date_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION window_funnel_transfn(internal, date, funnel_spec, boolean[]) IS 'aggregate transition function';

CREATE AGGREGATE window_funnel(at date, spec funnel_spec, VARIADIC conditions boolean[]) (
    SFUNC = window_funnel_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = window_funnel_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(date, funnel_spec, VARIADIC boolean[]) IS
    'how many stages the best chain of one person reaches, where condition n says which rows can be stage n';

CREATE FUNCTION window_funnel_transfn(internal, timestamp, funnel_spec, boolean[]) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_window_funnel_timestamp_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION window_funnel_transfn(internal, timestamp, funnel_spec, boolean[]) IS 'aggregate transition function';

CREATE AGGREGATE window_funnel(at timestamp, spec funnel_spec, VARIADIC conditions boolean[]) (
    SFUNC = window_funnel_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = window_funnel_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(timestamp, funnel_spec, VARIADIC boolean[]) IS
    'how many stages the best chain of one person reaches, where condition n says which rows can be stage n';

CREATE FUNCTION window_funnel_transfn(internal, timestamptz, funnel_spec, boolean[]) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_window_funnel_timestamp_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION window_funnel_transfn(internal, timestamptz, funnel_spec, boolean[]) IS 'aggregate transition function';

CREATE AGGREGATE window_funnel(at timestamptz, spec funnel_spec, VARIADIC conditions boolean[]) (
    SFUNC = window_funnel_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = window_funnel_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(timestamptz, funnel_spec, VARIADIC boolean[]) IS
    'how many stages the best chain of one person reaches, where condition n says which rows can be stage n';

CREATE FUNCTION funnel_stages(funnel, level double precision DEFAULT 0.95) RETURNS TABLE (
        stage_no integer, stage text, entered bigint, converted bigint,
        pending bigint, exited bigint, lost bigint,
        conversion double precision, lower double precision, upper double precision,
        cumulative double precision, cumulative_lower double precision,
        cumulative_upper double precision, median_days integer, observed_days integer)
    AS 'MODULE_PATHNAME', 'ef_funnel_stages' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 6;
COMMENT ON FUNCTION funnel_stages(funnel, double precision) IS 'each stage: who reached it and what became of them, the share that goes on, the share of all that got there (Aalen-Johansen), with limits, and the median time to the next';

CREATE FUNCTION funnel_conversion(funnel, from_stage text, to_stage text,
        by interval DEFAULT NULL) RETURNS double precision
    AS 'MODULE_PATHNAME', 'ef_funnel_conversion' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION funnel_conversion(funnel, text, text, interval) IS 'share of those at a stage who reach another, within a time; null beyond what was observed';

CREATE FUNCTION funnel_days(funnel, from_stage text, to_stage text,
        quantile double precision DEFAULT 0.5) RETURNS integer
    AS 'MODULE_PATHNAME', 'ef_funnel_days' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION funnel_days(funnel, text, text, double precision) IS 'days after which that share of those who go from a stage to another have done so; null if nobody does';
