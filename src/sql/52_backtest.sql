-- Forecasts of the past beside what happened, and how good forecasts were.

CREATE FUNCTION workforce_backtest(by_year workforce[],
        horizon integer DEFAULT 3,
        hires text DEFAULT 'as before',
        observed_years integer DEFAULT NULL,
        least_years integer DEFAULT 3,
        rates workforce[] DEFAULT NULL,
        origin_rates credible_rates[] DEFAULT NULL,
        retire_at integer DEFAULT NULL,
        retire_rule retirement_rule DEFAULT NULL,
        latest_age integer DEFAULT 70,
        level double precision DEFAULT 0.80) RETURNS TABLE (
        origin date, horizon integer, year integer, measure text,
        predicted double precision, lower double precision, upper double precision,
        actual double precision, error double precision, within_interval boolean,
        naive double precision)
    AS 'MODULE_PATHNAME', 'ef_workforce_backtest' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20000 ROWS 100;
COMMENT ON FUNCTION workforce_backtest(workforce[], integer, text, integer, integer, workforce[],
    credible_rates[], integer, retirement_rule, integer, double precision) IS
    'from a summary for each calendar year: what would have been predicted at the end of each, with '
    'intervals, beside what happened and what a naive forecast says';

CREATE FUNCTION interval_score(lower double precision, upper double precision, actual double precision,
        level double precision DEFAULT 0.80) RETURNS double precision
    AS 'MODULE_PATHNAME', 'ef_interval_score_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION interval_score(double precision, double precision, double precision, double precision) IS
    'interval score of a forecast (Gneiting and Raftery): the width, and a penalty for what lies '
    'outside; smaller is better';

CREATE TYPE forecast_score AS (
    forecasts bigint,
    bias double precision,
    mean_absolute_error double precision,
    median_percentage_error double precision,
    coverage double precision,
    interval_score double precision,
    skill double precision
);
COMMENT ON TYPE forecast_score IS 'how good forecasts were, made by forecast_score_agg';
COMMENT ON COLUMN forecast_score.forecasts IS 'forecasts of which it is known what happened';
COMMENT ON COLUMN forecast_score.bias IS
    'mean of actual - predicted: above 0 more happened than was predicted';
COMMENT ON COLUMN forecast_score.mean_absolute_error IS 'mean of the errors without sign';
COMMENT ON COLUMN forecast_score.median_percentage_error IS
    'median of the errors without sign, in percent of what happened; where something happened';
COMMENT ON COLUMN forecast_score.coverage IS 'share of intervals that held';
COMMENT ON COLUMN forecast_score.interval_score IS 'mean interval score; smaller is better';
COMMENT ON COLUMN forecast_score.skill IS
    '1 - mean absolute error over that of the naive forecasts: 1 is perfect, 0 as good as these, below '
    '0 worse';

@include internal_transfn.sql.in function=forecast_score_agg symbol=forecast_score_agg
	types=double precision, double precision, double precision, double precision, double precision,
	double precision
@include internal_finalfn.sql.in function=forecast_score_agg result=forecast_score

CREATE AGGREGATE forecast_score_agg(predicted double precision,
                                    lower double precision, upper double precision,
                                    actual double precision, naive double precision, level double precision) (
    SFUNC = forecast_score_agg_transfn,
    STYPE = internal,
    SSPACE = 1024,
    FINALFUNC = forecast_score_agg_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE forecast_score_agg(double precision, double precision, double precision,
    double precision, double precision, double precision) IS
    'how good forecasts were: bias, mean absolute and median percentage error, coverage and score of '
    'their intervals, skill against naive forecasts';
