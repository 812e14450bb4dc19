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

/* The one row of a difference of which the error is not asked for. */
static Datum
put_limits(FunctionCallInfo fcinfo, double difference, double lower,
		   double upper)
{
	ReturnSetInfo *result = ef_begin_rows(fcinfo);
	Datum		values[3];
	bool		nulls[3];

	values[0] = ef_float8_or_null(difference, &nulls[0]);
	values[1] = ef_float8_or_null(lower, &nulls[1]);
	values[2] = ef_float8_or_null(upper, &nulls[2]);
	ef_put_row(result, values, nulls);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_retention_rate_difference_rows);
Datum
ef_retention_rate_difference_rows(PG_FUNCTION_ARGS)
{
	EfRiskSet	first;
	EfRiskSet	second;
	EfDuration	after = ef_get_duration(fcinfo, 2);
	EfDifference difference;
	EfError		error;

	ef_get_risk(fcinfo, 0, &first);
	ef_get_risk(fcinfo, 1, &second);
	ef_check(ef_retention_rate_difference(&difference, &first, &second, &after,
										  PG_GETARG_FLOAT8(3),
										  ef_get_scale(fcinfo, 4), &error),
			 &error);
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
	EfError		error;

	ef_get_risk(fcinfo, 0, &first);
	ef_get_risk(fcinfo, 1, &second);
	ef_check(ef_retention_median_difference(&difference, &first, &second,
											PG_GETARG_FLOAT8(2),
											ef_get_scale(fcinfo, 3), &error),
			 &error);
	return put_limits(fcinfo, difference.difference, difference.lower,
					  difference.upper);
}

PG_FUNCTION_INFO_V1(ef_retention_mean_difference_rows);
Datum
ef_retention_mean_difference_rows(PG_FUNCTION_ARGS)
{
	EfRiskSet	first;
	EfRiskSet	second;
	EfDuration	until = ef_get_duration(fcinfo, 2);
	EfDifference difference;
	Datum		values[5];
	bool		nulls[5];
	EfError		error;
	ReturnSetInfo *result = ef_begin_rows(fcinfo);

	ef_get_risk(fcinfo, 0, &first);
	ef_get_risk(fcinfo, 1, &second);
	ef_check(ef_retention_mean_difference(&difference, &first, &second, &until,
										  PG_GETARG_FLOAT8(3), &error),
			 &error);
	values[0] = ef_float8_or_null(difference.difference, &nulls[0]);
	values[1] = ef_float8_or_null(difference.std_error, &nulls[1]);
	values[2] = ef_float8_or_null(difference.lower, &nulls[2]);
	values[3] = ef_float8_or_null(difference.upper, &nulls[3]);
	values[4] = ef_float8_or_null(difference.p_value, &nulls[4]);
	ef_put_row(result, values, nulls);
	return (Datum) 0;
}

/* The second less the first. */
static EfEstimate
difference_of(const EfEstimate estimates[2])
{
	EfEstimate	result;

	result.value = estimates[1].value - estimates[0].value;
	ef_difference_limits(estimates[0].value, estimates[0].lower,
						 estimates[0].upper, estimates[1].value,
						 estimates[1].lower, estimates[1].upper,
						 &result.lower, &result.upper);
	return result;
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
	EfError		error;

	for (int i = 0; i < 2; i++)
	{
		ef_open_funnel(fcinfo, i, &funnels[i]);
		from[i] = ef_get_stage(fcinfo, 2, &funnels[i]);
		to[i] = ef_get_stage(fcinfo, 3, &funnels[i]);
	}
	ef_check(ef_funnels_compared(&funnels[0], &funnels[1], to[0], to[1],
								 &error), &error);
	for (int i = 0; i < 2; i++)
		ef_check(ef_funnel_conversion_limits(&funnels[i], from[i], to[i],
											 PG_GETARG_FLOAT8(4),
											 &estimates[i], &ef_palloc,
											 &error), &error);
	difference = difference_of(estimates);
	return put_limits(fcinfo, difference.value, difference.lower,
					  difference.upper);
}

static EF_REPORT(EF_SHARE_COUNTS, INVALID_PARAMETER_VALUE,
				 "a count must be between 0 and its total",
				 "A share is of a total, of whom as many are counted or fewer.");

PG_FUNCTION_INFO_V1(ef_share_difference);
Datum
ef_share_difference(PG_FUNCTION_ARGS)
{
	EfEstimate	estimates[2];
	EfEstimate	difference;
	double		factor = 0;
	EfError		error;

	ef_check(ef_level_factor(PG_GETARG_FLOAT8(4), &factor, &error), &error);
	for (int i = 0; i < 2; i++)
	{
		int64		count = PG_GETARG_INT64(2 * i);
		int64		total = PG_GETARG_INT64(2 * i + 1);

		if (count < 0 || count > total)
			ef_raise(ef_fail(&error, EF_SHARE_COUNTS,
							 "The count is %lld, and the total %lld.",
							 (long long) count, (long long) total), &error);
		/* of nobody there is no share */
		estimates[i].value = total > 0 ? (double) count / (double) total : NAN;
		ef_wilson_limits(estimates[i].value, (double) total, factor,
						 &estimates[i].lower, &estimates[i].upper);
	}
	difference = difference_of(estimates);
	return put_limits(fcinfo, difference.value, difference.lower,
					  difference.upper);
}
