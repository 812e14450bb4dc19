-- retention_agg with the person: from contracts to a retention of the spells that they make.
-- Contracts are kept as events (15_events.sql) until all are seen.

@include events_combine.sql.in retention
CREATE FUNCTION retention_agg_finalfn(internal) RETURNS retention
    AS 'MODULE_PATHNAME', 'ef_retention_agg_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION retention_agg_finalfn(internal) IS 'aggregate final function';
REVOKE EXECUTE ON FUNCTION retention_agg_finalfn(internal) FROM PUBLIC;

@include retention_person.sql.in bigint text
@include retention_person.sql.in uuid text
@include retention_person.sql.in text text
@include retention_person.sql.in "any" "any"
