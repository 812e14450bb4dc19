-- spells_agg: the spells that the contracts of one person make, as rows.

CREATE TYPE spell AS (start_date date, end_date date, reason text, fte_from date[], fte numeric[]);
COMMENT ON TYPE spell IS 'a spell of employment that the contracts of a person make, made by spells_agg';
COMMENT ON COLUMN spell.start_date IS 'the first day';
COMMENT ON COLUMN spell.end_date IS 'the first day on which the person is gone; null for who is still there';
COMMENT ON COLUMN spell.reason IS 'of leaving: that of the contract that ends last; null for who is still there';
COMMENT ON COLUMN spell.fte_from IS 'days from which on the FTE is another one, the first of them start_date; null where no fte was given';
COMMENT ON COLUMN spell.fte IS 'full-time equivalents from each day of fte_from until the next: the sum over the contracts of a day, 0 in a gap';

CREATE FUNCTION fte_on(spell, day date) RETURNS numeric
    AS 'MODULE_PATHNAME', 'ef_fte_on' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION fte_on(spell, date) IS 'full-time equivalents of a spell on a day, 0 before and after it; null where no fte was given';

CREATE FUNCTION spells_agg_finalfn(internal) RETURNS spell[]
    AS 'MODULE_PATHNAME', 'ef_spells_agg_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION spells_agg_finalfn(internal) IS 'aggregate final function';
REVOKE EXECUTE ON FUNCTION spells_agg_finalfn(internal) FROM PUBLIC;

CREATE FUNCTION spells_agg_transfn(internal, date, date, text, interval) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_spells_agg_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION spells_agg_transfn(internal, date, date, text, interval) IS 'aggregate transition function';
REVOKE EXECUTE ON FUNCTION spells_agg_transfn(internal, date, date, text, interval) FROM PUBLIC;
CREATE FUNCTION spells_agg_numeric_transfn(internal, date, date, text, numeric, interval) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_spells_agg_numeric_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION spells_agg_numeric_transfn(internal, date, date, text, numeric, interval) IS 'aggregate transition function';
REVOKE EXECUTE ON FUNCTION spells_agg_numeric_transfn(internal, date, date, text, numeric, interval) FROM PUBLIC;
CREATE FUNCTION spells_agg_float8_transfn(internal, date, date, text, double precision, interval) RETURNS internal
    AS 'MODULE_PATHNAME', 'ef_spells_agg_float8_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION spells_agg_float8_transfn(internal, date, date, text, double precision, interval) IS 'aggregate transition function';
REVOKE EXECUTE ON FUNCTION spells_agg_float8_transfn(internal, date, date, text, double precision, interval) FROM PUBLIC;

CREATE AGGREGATE spells_agg(start_date date, end_date date, reason text, join_gap interval) (
    SFUNC = spells_agg_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = spells_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE spells_agg(date, date, text, interval) IS
    'the spells of one person, in order, from contracts in any order: those that lie at most join_gap apart are one';

CREATE AGGREGATE spells_agg(start_date date, end_date date, reason text, fte numeric, join_gap interval) (
    SFUNC = spells_agg_numeric_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = spells_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE spells_agg(date, date, text, numeric, interval) IS
    'the spells of one person, in order, from contracts in any order, with their full-time equivalents';

CREATE AGGREGATE spells_agg(start_date date, end_date date, reason text, fte double precision, join_gap interval) (
    SFUNC = spells_agg_float8_transfn,
    STYPE = internal,
    SSPACE = 256,
    COMBINEFUNC = events_combinefn,
    SERIALFUNC = events_serialfn,
    DESERIALFUNC = events_deserialfn,
    FINALFUNC = spells_agg_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE spells_agg(date, date, text, double precision, interval) IS
    'the spells of one person, in order, from contracts in any order, with their full-time equivalents';
