-- The bytes on disk, as a value that one can write: a type that is stored as the
-- types of the extension are, and whose text is that of bytea.
SET client_min_messages = warning;
CREATE TYPE bytes;
CREATE FUNCTION bytes_in(cstring) RETURNS bytes LANGUAGE internal IMMUTABLE STRICT AS 'byteain';
CREATE FUNCTION bytes_out(bytes) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'byteaout';
CREATE TYPE bytes (INPUT = bytes_in, OUTPUT = bytes_out, INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended);
SELECT format('CREATE CAST (%1$s AS bytes) WITHOUT FUNCTION; CREATE CAST (bytes AS %1$s) WITHOUT FUNCTION', t)
FROM unnest('{workforce,credible_rates,retention,funnel_spec,funnel,mobility,retirement_rule}'::regtype[]) AS t \gexec
