-- retirement_rule: the age of retirement by birth cohort, as a value.

@include type.sql.in type=retirement_rule

COMMENT ON TYPE retirement_rule IS 'age of retirement by month of birth, made by retirement_rule_agg';

@include transfn.sql.in state=retirement_rule function=retirement_rule_agg symbol=retirement_rule_agg
	types=date, integer
@include value_functions.sql.in type=retirement_rule state=retirement_rule

CREATE AGGREGATE retirement_rule_agg(born_from date, age_months integer) (
    SFUNC = retirement_rule_agg_transfn,
@include value_state.sql.in type=retirement_rule state=retirement_rule space=128
);
COMMENT ON AGGREGATE retirement_rule_agg(date, integer) IS
    'retirement rule: those born from born_from on, until the next row''s, retire in the month in which '
    'they reach age_months';
