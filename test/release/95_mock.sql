-- What the mock of a next release adds.

CREATE FUNCTION mock_bytes(workforce) RETURNS integer
    AS 'MODULE_PATHNAME', 'ef_mock_bytes' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION mock_bytes(workforce) IS 'bytes of the summary';
