-- Competence: when one person's certificate in one module holds.

CREATE FUNCTION certificate_spells(completed date[], validity interval, required daterange) RETURNS TABLE (
        status text, start_date date, end_date date)
    AS 'MODULE_PATHNAME', 'ef_certificate_spells' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50 ROWS 3;
COMMENT ON FUNCTION certificate_spells(date[], interval, daterange) IS
    'the period in which a module is required of a person, in parts: missing before it was completed, '
    'valid as long as a completion holds, lapsed after that';
