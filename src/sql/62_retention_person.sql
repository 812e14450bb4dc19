-- retention_agg with the person: from contracts to a retention of the spells that they make. As the
-- events of funnels, with which they share the state (27_funnel.sql), contracts are kept until all
-- are seen.

CREATE FUNCTION retention_agg_finalfn(internal) RETURNS retention
    AS 'MODULE_PATHNAME', 'ef_retention_agg_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION retention_agg_finalfn(internal) IS 'aggregate final function';
REVOKE EXECUTE ON FUNCTION retention_agg_finalfn(internal) FROM PUBLIC;

@include retention_person.sql.in bigint text
@include retention_person.sql.in uuid text
@include retention_person.sql.in text text
@include retention_person.sql.in "any" "any"
