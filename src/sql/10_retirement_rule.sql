-- retirement_rule: the age of retirement by birth cohort, as a value.

@include type.sql.in retirement_rule

COMMENT ON TYPE retirement_rule IS 'age of retirement by month of birth, made by retirement_rule_agg';

CREATE FUNCTION retirement_rule_agg_transfn(retirement_rule, date, integer) RETURNS retirement_rule
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_agg_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_agg_transfn(retirement_rule, date, integer) IS
    'aggregate transition function';
CREATE FUNCTION retirement_rule_combinefn(retirement_rule, retirement_rule) RETURNS retirement_rule
    AS 'MODULE_PATHNAME', 'ef_retirement_rule_combinefn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION retirement_rule_combinefn(retirement_rule, retirement_rule) IS
    'aggregate combine function';
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
    'retirement rule: those born from born_from on, until the next row''s, retire in the month in which '
    'they reach age_months';
