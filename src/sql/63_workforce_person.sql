-- workforce_agg with the person: from contracts to a workforce of the spells that they make. As
-- retention_agg with the person.

CREATE FUNCTION workforce_agg_finalfn(internal) RETURNS workforce
    AS 'MODULE_PATHNAME', 'ef_workforce_agg_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION workforce_agg_finalfn(internal) IS 'aggregate final function';
REVOKE EXECUTE ON FUNCTION workforce_agg_finalfn(internal) FROM PUBLIC;

@include workforce_person.sql.in bigint
@include workforce_person.sql.in uuid
@include workforce_person.sql.in text
