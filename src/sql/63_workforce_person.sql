-- workforce_agg with the person: from contracts to a workforce of the spells that they make. As
-- retention_agg with the person.

@include events_combine.sql.in workforce
CREATE FUNCTION workforce_agg_finalfn(internal) RETURNS workforce
    AS 'MODULE_PATHNAME', 'ef_workforce_agg_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION workforce_agg_finalfn(internal) IS 'aggregate final function';
REVOKE EXECUTE ON FUNCTION workforce_agg_finalfn(internal) FROM PUBLIC;

-- "any" takes the other keys and codes, such as numeric. Where types fit exactly, the other forms are
-- taken, which nobody can put himself before.
@include workforce_person.sql.in bigint text
@include workforce_person.sql.in uuid text
@include workforce_person.sql.in text text
@include workforce_person.sql.in "any" "any"
