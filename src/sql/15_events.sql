-- Aggregates that must see all rows of a person keep them as events until all are seen, in memory
-- and, beyond what a hash table may take, in a temporary file: the state is internal, and goes to
-- another process as bytes. What the events are for the combine function of the aggregate knows
-- (events_combine.sql.in).

CREATE FUNCTION events_serialfn(internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'ef_events_serialfn' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION events_serialfn(internal) IS 'aggregate serial function';
REVOKE EXECUTE ON FUNCTION events_serialfn(internal) FROM PUBLIC;
CREATE FUNCTION events_deserialfn(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_events_deserialfn' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION events_deserialfn(bytea, internal) IS 'aggregate deserial function';
REVOKE EXECUTE ON FUNCTION events_deserialfn(bytea, internal) FROM PUBLIC;
