/*
 * forecast_score.c
 *	  How good forecasts were.  See src/core/estimate/forecast_score.h.
 */
#include "glue.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "estimate/forecast_score.h"

/* The misses of a group, one behind the other. */
typedef struct Misses
{
	size_t		n;
	size_t		room;
	EfMiss	   *misses;
} Misses;

#define FIRST_ROOM 16

static double
number_or_nan(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NAN : PG_GETARG_FLOAT8(argument);
}

/* Refuse NaN among the arguments: a number that is not known is null. */
static void
refuse_nan(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (!PG_ARGISNULL(argument) && isnan(PG_GETARG_FLOAT8(argument)))
		eg_raise(ef_fail(&eg_context, EF_FORECAST_VALUE, "%s is NaN.", name));
}

/* Arguments: lower, upper, actual, level. */
PG_FUNCTION_INFO_V1(ef_interval_score_of);
Datum
ef_interval_score_of(PG_FUNCTION_ARGS)
{
	double		score;

	eg_check(ef_forecast_interval_score(PG_GETARG_FLOAT8(0),
										PG_GETARG_FLOAT8(1),
										PG_GETARG_FLOAT8(2),
										PG_GETARG_FLOAT8(3),
										&score, &eg_context));
	PG_RETURN_FLOAT8(score);
}

/* Arguments: the state, predicted, lower, upper, actual, naive, level. */
PG_FUNCTION_INFO_V1(ef_forecast_score_agg_transfn);
Datum
ef_forecast_score_agg_transfn(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"predicted", "lower", "upper", "actual",
	"naive", "level"};
	Misses	   *misses;
	MemoryContext context;
	EfForecast	forecast;

	if (!AggCheckCallContext(fcinfo, &context))
		eg_require_aggregate(fcinfo);
	eg_require_argument(fcinfo, 6, "level");
	misses = PG_ARGISNULL(0) ? NULL : (Misses *) PG_GETARG_POINTER(0);
	for (int i = 0; i < (int) lengthof(names); i++)
		refuse_nan(fcinfo, i + 1, names[i]);

	/* a missing prediction or outcome cannot miss */
	if (PG_ARGISNULL(1) || PG_ARGISNULL(4))
		return eg_same_state(fcinfo);
	forecast.predicted = PG_GETARG_FLOAT8(1);
	forecast.lower = number_or_nan(fcinfo, 2);
	forecast.upper = number_or_nan(fcinfo, 3);
	forecast.actual = PG_GETARG_FLOAT8(4);
	forecast.naive = number_or_nan(fcinfo, 5);
	forecast.level = PG_GETARG_FLOAT8(6);

	if (misses == NULL)
	{
		misses = MemoryContextAlloc(context, sizeof(Misses));
		misses->n = 0;
		misses->room = FIRST_ROOM;
		misses->misses = MemoryContextAlloc(context,
											FIRST_ROOM * sizeof(EfMiss));
	}
	else if (misses->n == misses->room)
	{
		misses->room *= 2;
		misses->misses = repalloc_huge(misses->misses,
									   misses->room * sizeof(EfMiss));
	}
	eg_check(ef_forecast_miss(&forecast, &misses->misses[misses->n],
							  &eg_context));
	misses->n++;
	PG_RETURN_POINTER(misses);
}

PG_FUNCTION_INFO_V1(ef_forecast_score_agg_finalfn);
Datum
ef_forecast_score_agg_finalfn(PG_FUNCTION_ARGS)
{
	const Misses *misses;
	EfForecastScore score;
	EfResult   *result;

	eg_require_aggregate(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	misses = (const Misses *) PG_GETARG_POINTER(0);
	ef_forecast_score(misses->misses, misses->n, &score, &eg_context);
	result = eg_begin_row(fcinfo);
	eg_put_int64(result, (int64) score.forecasts);
	eg_put_float8_or_null(result, score.bias);
	eg_put_float8_or_null(result, score.mean_absolute_error);
	eg_put_float8_or_null(result, score.median_percentage_error);
	eg_put_float8_or_null(result, score.coverage);
	eg_put_float8_or_null(result, score.interval_score);
	eg_put_float8_or_null(result, score.skill);
	return eg_return_row(result);
}
