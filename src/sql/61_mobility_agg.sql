-- mobility_agg: from spells to a mobility. As the events of funnels, with which they share the
-- state (27_funnel.sql), spells are kept until all are seen.

CREATE FUNCTION mobility_agg_finalfn(internal) RETURNS mobility
    AS 'MODULE_PATHNAME', 'ef_mobility_agg_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION mobility_agg_finalfn(internal) IS 'aggregate final function';
REVOKE EXECUTE ON FUNCTION mobility_agg_finalfn(internal) FROM PUBLIC;

@include mobility_agg.sql.in bigint text
@include mobility_agg.sql.in uuid text
@include mobility_agg.sql.in text text
@include mobility_agg.sql.in "any" "any"
