/*
 * difference.c
 *	  How much two groups differ, with limits: retentions, conversions, shares.
 */
#include "funnel_value.h"
#include "glue.h"
#include "retention_value.h"

#include "estimate/estimate.h"
#include "funnel/funnel_estimate.h"
#include "retention/retention_difference.h"

/* Return the one row of a difference without its standard error. */
static Datum
put_limits(FunctionCallInfo fcinfo, double difference, double lower,
		   double upper)
{
	EfResult   *result = eg_begin_rows(fcinfo);

	eg_put_limits(result, difference, lower, upper);
	eg_end_row(result);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_retention_rate_difference_rows);
Datum
ef_retention_rate_difference_rows(PG_FUNCTION_ARGS)
{
	EfRiskSet	first;
	EfRiskSet	second;
	EfDuration	after = eg_get_duration(fcinfo, 2);
	EfDifference difference;

	eg_get_risk(fcinfo, 0, &first);
	eg_get_risk(fcinfo, 1, &second);
	eg_check(ef_retention_rate_difference(&difference, &first, &second, &after,
										  PG_GETARG_FLOAT8(3),
										  eg_get_choice(fcinfo, 4, &ef_limit_scales),
										  &eg_context));
	return put_limits(fcinfo, difference.difference, difference.lower,
					  difference.upper);
}

PG_FUNCTION_INFO_V1(ef_retention_median_difference_rows);
Datum
ef_retention_median_difference_rows(PG_FUNCTION_ARGS)
{
	EfRiskSet	first;
	EfRiskSet	second;
	EfDifference difference;

	eg_get_risk(fcinfo, 0, &first);
	eg_get_risk(fcinfo, 1, &second);
	eg_check(ef_retention_median_difference(&difference, &first, &second,
											PG_GETARG_FLOAT8(2),
											eg_get_choice(fcinfo, 3, &ef_limit_scales),
											&eg_context));
	return put_limits(fcinfo, difference.difference, difference.lower,
					  difference.upper);
}

PG_FUNCTION_INFO_V1(ef_retention_mean_difference_rows);
Datum
ef_retention_mean_difference_rows(PG_FUNCTION_ARGS)
{
	EfRiskSet	first;
	EfRiskSet	second;
	EfDuration	until = eg_get_duration(fcinfo, 2);
	EfDifference difference;
	EfResult   *result = eg_begin_rows(fcinfo);

	eg_get_risk(fcinfo, 0, &first);
	eg_get_risk(fcinfo, 1, &second);
	eg_check(ef_retention_mean_difference(&difference, &first, &second, &until,
										  PG_GETARG_FLOAT8(3), &eg_context));
	eg_put_float8_or_null(result, difference.difference);
	eg_put_float8_or_null(result, difference.std_error);
	eg_put_float8_or_null(result, difference.lower);
	eg_put_float8_or_null(result, difference.upper);
	eg_put_float8_or_null(result, difference.p_value);
	eg_end_row(result);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_funnel_conversion_difference);
Datum
ef_funnel_conversion_difference(PG_FUNCTION_ARGS)
{
	EfFunnel	funnels[2];
	uint32		from[2];
	uint32		to[2];
	EfEstimate	estimates[2];
	EfEstimate	difference;

	for (int i = 0; i < 2; i++)
	{
		eg_open_funnel(fcinfo, i, &funnels[i]);
		from[i] = eg_get_stage(fcinfo, 2, &funnels[i]);
		to[i] = eg_get_stage(fcinfo, 3, &funnels[i]);
	}
	eg_check(ef_funnels_compared(&funnels[0], &funnels[1], to[0], to[1],
								 &eg_context));
	for (int i = 0; i < 2; i++)
		eg_check(ef_funnel_conversion_limits(&funnels[i], from[i], to[i],
											 PG_GETARG_FLOAT8(4),
											 &estimates[i], &eg_context));
	difference = ef_estimate_difference(&estimates[0], &estimates[1]);
	return put_limits(fcinfo, difference.value, difference.lower,
					  difference.upper);
}

PG_FUNCTION_INFO_V1(ef_share_difference_rows);
Datum
ef_share_difference_rows(PG_FUNCTION_ARGS)
{
	const int64_t counts[2] = {PG_GETARG_INT64(0), PG_GETARG_INT64(2)};
	const int64_t totals[2] = {PG_GETARG_INT64(1), PG_GETARG_INT64(3)};
	EfEstimate	difference;

	eg_check(ef_share_difference(counts, totals, PG_GETARG_FLOAT8(4),
								 &difference, &eg_context));
	return put_limits(fcinfo, difference.value, difference.lower,
					  difference.upper);
}
