-- retirement_rule: the age of retirement by birth cohort, as a value.

CREATE TYPE retirement_rule;

CREATE FUNCTION retirement_rule_in(cstring) RETURNS retirement_rule
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_in(cstring) IS 'I/O';
CREATE FUNCTION retirement_rule_out(retirement_rule) RETURNS cstring
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_out(retirement_rule) IS 'I/O';
CREATE FUNCTION retirement_rule_recv(internal) RETURNS retirement_rule
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_recv(internal) IS 'I/O';
CREATE FUNCTION retirement_rule_send(retirement_rule) RETURNS bytea
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_send(retirement_rule) IS 'I/O';

CREATE TYPE retirement_rule (
    INPUT = retirement_rule_in,
    OUTPUT = retirement_rule_out,
    RECEIVE = retirement_rule_recv,
    SEND = retirement_rule_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = double,
    STORAGE = extended
);
COMMENT ON TYPE retirement_rule IS 'age of retirement by month of birth, made by retirement_rule_agg';

CREATE FUNCTION retirement_rule_to_jsonb(retirement_rule) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_to_jsonb(retirement_rule) IS 'the retirement rule as jsonb, for looking inside';
CREATE CAST (retirement_rule AS jsonb) WITH FUNCTION retirement_rule_to_jsonb(retirement_rule);
COMMENT ON CAST (retirement_rule AS jsonb) IS 'the retirement rule as jsonb, for looking inside';

-- Order and equality are of the counts; the order has no meaning beyond
-- DISTINCT, GROUP BY and unique indexes.

CREATE FUNCTION retirement_rule_eq(retirement_rule, retirement_rule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_eq(retirement_rule, retirement_rule) IS 'implementation of = operator';
CREATE FUNCTION retirement_rule_ne(retirement_rule, retirement_rule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_ne(retirement_rule, retirement_rule) IS 'implementation of <> operator';
CREATE FUNCTION retirement_rule_lt(retirement_rule, retirement_rule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_lt(retirement_rule, retirement_rule) IS 'implementation of < operator';
CREATE FUNCTION retirement_rule_le(retirement_rule, retirement_rule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_le(retirement_rule, retirement_rule) IS 'implementation of <= operator';
CREATE FUNCTION retirement_rule_gt(retirement_rule, retirement_rule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_gt(retirement_rule, retirement_rule) IS 'implementation of > operator';
CREATE FUNCTION retirement_rule_ge(retirement_rule, retirement_rule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_ge(retirement_rule, retirement_rule) IS 'implementation of >= operator';
CREATE FUNCTION retirement_rule_cmp(retirement_rule, retirement_rule) RETURNS integer
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_cmp(retirement_rule, retirement_rule) IS 'less-equal-greater';
CREATE FUNCTION retirement_rule_hash(retirement_rule) RETURNS integer
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_hash(retirement_rule) IS 'hash';
CREATE FUNCTION retirement_rule_hash_extended(retirement_rule, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_hash_extended(retirement_rule, bigint) IS 'hash';

CREATE OPERATOR = (
    LEFTARG = retirement_rule, RIGHTARG = retirement_rule, FUNCTION = retirement_rule_eq,
    COMMUTATOR = =, NEGATOR = <>,
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR = (retirement_rule, retirement_rule) IS 'equal';
CREATE OPERATOR <> (
    LEFTARG = retirement_rule, RIGHTARG = retirement_rule, FUNCTION = retirement_rule_ne,
    COMMUTATOR = <>, NEGATOR = =,
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (retirement_rule, retirement_rule) IS 'not equal';
CREATE OPERATOR < (
    LEFTARG = retirement_rule, RIGHTARG = retirement_rule, FUNCTION = retirement_rule_lt,
    COMMUTATOR = >, NEGATOR = >=,
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (retirement_rule, retirement_rule) IS 'less than';
CREATE OPERATOR <= (
    LEFTARG = retirement_rule, RIGHTARG = retirement_rule, FUNCTION = retirement_rule_le,
    COMMUTATOR = >=, NEGATOR = >,
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (retirement_rule, retirement_rule) IS 'less than or equal';
CREATE OPERATOR > (
    LEFTARG = retirement_rule, RIGHTARG = retirement_rule, FUNCTION = retirement_rule_gt,
    COMMUTATOR = <, NEGATOR = <=,
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (retirement_rule, retirement_rule) IS 'greater than';
CREATE OPERATOR >= (
    LEFTARG = retirement_rule, RIGHTARG = retirement_rule, FUNCTION = retirement_rule_ge,
    COMMUTATOR = <=, NEGATOR = <,
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (retirement_rule, retirement_rule) IS 'greater than or equal';

CREATE OPERATOR FAMILY retirement_rule_ops USING btree;
COMMENT ON OPERATOR FAMILY retirement_rule_ops USING btree IS 'order of retirement rules';
CREATE OPERATOR CLASS retirement_rule_ops DEFAULT FOR TYPE retirement_rule USING btree FAMILY retirement_rule_ops AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 retirement_rule_cmp(retirement_rule, retirement_rule);
COMMENT ON OPERATOR CLASS retirement_rule_ops USING btree IS 'order of retirement rules';
CREATE OPERATOR FAMILY retirement_rule_ops USING hash;
COMMENT ON OPERATOR FAMILY retirement_rule_ops USING hash IS 'equality of retirement rules';
CREATE OPERATOR CLASS retirement_rule_ops DEFAULT FOR TYPE retirement_rule USING hash FAMILY retirement_rule_ops AS
    OPERATOR 1 =,
    FUNCTION 1 retirement_rule_hash(retirement_rule),
    FUNCTION 2 retirement_rule_hash_extended(retirement_rule, bigint);
COMMENT ON OPERATOR CLASS retirement_rule_ops USING hash IS 'equality of retirement rules';

CREATE FUNCTION retirement_rule_agg_transfn(retirement_rule, date, integer) RETURNS retirement_rule
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_agg_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_agg_transfn(retirement_rule, date, integer) IS 'aggregate transition function';
CREATE FUNCTION retirement_rule_combinefn(retirement_rule, retirement_rule) RETURNS retirement_rule
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_combinefn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_combinefn(retirement_rule, retirement_rule) IS 'aggregate combine function';
CREATE FUNCTION retirement_rule_finalfn(retirement_rule) RETURNS retirement_rule
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_finalfn(retirement_rule) IS 'aggregate final function';

CREATE AGGREGATE retirement_rule_agg(born_from date, age_months integer) (
    SFUNC = retirement_rule_agg_transfn,
    STYPE = retirement_rule,
    SSPACE = 128,
    COMBINEFUNC = retirement_rule_combinefn,
    FINALFUNC = retirement_rule_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE retirement_rule_agg(date, integer) IS
    'retirement rule: those born from born_from on, until the next row''s, retire in the month in which they reach age_months';
