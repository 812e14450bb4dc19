-- Events: some aggregates must see all rows of a person at once. Their state keeps the rows as events in
-- memory and, beyond the limit of a hash table, in a temporary file. It is internal and goes to
-- another process as bytes. The combine function of each aggregate knows the purpose of its events
-- (events_combine.sql.in).

CREATE FUNCTION events_serialfn(internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'ef_events_serialfn' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION events_serialfn(internal) IS 'aggregate serial function';
REVOKE EXECUTE ON FUNCTION events_serialfn(internal) FROM PUBLIC;
CREATE FUNCTION events_deserialfn(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_events_deserialfn' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION events_deserialfn(bytea, internal) IS 'aggregate deserial function';
REVOKE EXECUTE ON FUNCTION events_deserialfn(bytea, internal) FROM PUBLIC;
