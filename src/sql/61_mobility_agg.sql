-- mobility_agg: from spells to a mobility. Spells are kept as events (15_events.sql) until all are
-- seen.

@include events_combine.sql.in mobility
@include events_combine.sql.in moves
CREATE FUNCTION mobility_agg_finalfn(internal) RETURNS mobility
    AS 'MODULE_PATHNAME', 'ef_mobility_agg_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION mobility_agg_finalfn(internal) IS 'aggregate final function';
REVOKE EXECUTE ON FUNCTION mobility_agg_finalfn(internal) FROM PUBLIC;

@include mobility_agg.sql.in bigint text
@include mobility_agg.sql.in uuid text
@include mobility_agg.sql.in text text
@include mobility_agg.sql.in "any" "any"

-- With reasons, FTE and a gap: from contracts, as workforce_agg with the person (63_workforce_person.sql).
CREATE FUNCTION mobility_agg_person_finalfn(internal) RETURNS mobility
    AS 'MODULE_PATHNAME', 'ef_mobility_agg_person_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION mobility_agg_person_finalfn(internal) IS 'aggregate final function';
REVOKE EXECUTE ON FUNCTION mobility_agg_person_finalfn(internal) FROM PUBLIC;

@include mobility_person.sql.in bigint text
@include mobility_person.sql.in uuid text
@include mobility_person.sql.in text text
@include mobility_person.sql.in "any" "any"
