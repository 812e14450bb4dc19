-- Exit rates of small groups, drawn towards those of all.

CREATE FUNCTION credible_rates(workforce) RETURNS credible_rates
    AS 'MODULE_PATHNAME', 'ef_credible_rates' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION credible_rates(workforce) IS
    'exit rates as they were observed in a workforce, which a projection takes as they are';
CREATE CAST (workforce AS credible_rates) WITH FUNCTION credible_rates(workforce) AS IMPLICIT;
COMMENT ON CAST (workforce AS credible_rates) IS 'exit rates as they were observed in a workforce';

@include value_functions.sql.in type=credible_rates state=bytea

@include transfn.sql.in state=bytea function=credible_rates_agg symbol=credible_rates_agg
	types=workforce
CREATE AGGREGATE credible_rates_agg(groups workforce) (
    SFUNC = credible_rates_agg_transfn,
@include value_state.sql.in type=credible_rates state=bytea space=16384
);
COMMENT ON AGGREGATE credible_rates_agg(workforce) IS
    'the exit rates of all groups together, and how much groups differ from them beyond chance, for '
    'each reason';

@include transfn.sql.in state=bytea function=credible_rates_agg symbol=credible_rates_agg
	types=workforce, credible_rates
CREATE AGGREGATE credible_rates_agg(groups workforce, reference credible_rates) (
    SFUNC = credible_rates_agg_transfn,
@include value_state.sql.in type=credible_rates state=bytea space=16384
);
COMMENT ON AGGREGATE credible_rates_agg(workforce, credible_rates) IS
    'the exit rates of a reference, and how much groups differ from them beyond chance, for each reason';

@include transfn.sql.in state=bytea function=credible_rates_agg symbol=credible_rates_agg
	types=workforce, credible_rates, text
CREATE AGGREGATE credible_rates_agg(groups workforce, reference credible_rates, method text) (
    SFUNC = credible_rates_agg_transfn,
@include value_state.sql.in type=credible_rates state=bytea space=16384
);
COMMENT ON AGGREGATE credible_rates_agg(workforce, credible_rates, text) IS
    'the same by a method: poisson-gamma, which is that of the other forms, or marshall; a null '
    'reference is all groups together';

CREATE FUNCTION credibility(workforce, rates credible_rates) RETURNS credible_rates
    AS 'MODULE_PATHNAME', 'ef_credibility' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION credibility(workforce, credible_rates) IS
    'exit rates of a group, between its own and those of its reference: the more exits it lets expect, '
    'the more its own count';

CREATE FUNCTION exit_ratios(credible_rates, level double precision DEFAULT 0.95) RETURNS TABLE (
        reason text, exits bigint, expected double precision, observed_ratio double precision,
        drawn_to double precision, z double precision,
        ratio double precision, lower double precision, upper double precision)
    AS 'MODULE_PATHNAME', 'ef_exit_ratios' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION exit_ratios(credible_rates, double precision) IS
    'for each reason the exits of a group against those that its reference lets expect, the weight z of '
    'its own, and its ratio with an interval';
