/*
 * forecast_score.c
 *	  See forecast_score.h.
 */
#include "estimate/forecast_score.h"

#include <math.h>

#include "base/sort.h"
#include "estimate/estimate.h"

EF_REPORT(EF_FORECAST_VALUE, INVALID_PARAMETER_VALUE,
		  "a forecast must be a finite number",
		  "Give NULL where something is not known: it counts for nothing.");

EF_REPORT(EF_FORECAST_LIMITS, INVALID_PARAMETER_VALUE,
		  "lower limit is above the upper one",
		  "Look whether the two were exchanged.");

EF_REPORT(EF_FORECAST_RANGE, NUMERIC_VALUE_OUT_OF_RANGE,
		  "score of a forecast is out of range",
		  "Look for a forecast, or for what happened, that cannot be.");

/*
 * Limit on a figure: even the sum of as many figures as memory holds is a
 * finite number.
 */
#define FIGURE_LIMIT 1e280

EF_NODISCARD static EfStatus
check_figure(double figure, EfContext *context)
{
	if (fabs(figure) > FIGURE_LIMIT)
		return ef_fail(context, EF_FORECAST_RANGE, "A figure of it is %g.",
					   figure);
	return EF_OK;
}

/*
 * Scale on which a level is a decimal: 0.8 leaves 1/5, and not 1 minus the
 * double nearest to 0.8, for which 2/a would not be 10.
 */
#define DECIMALS 1e12

EfStatus
ef_forecast_interval_score(double lower, double upper, double actual,
						   double level, double *score, EfContext *context)
{
	double		outside;

	if (ef_level_check(level, context) != EF_OK)
		return EF_LEVEL_RANGE;
	if (!isfinite(lower) || !isfinite(upper) || !isfinite(actual))
		return ef_fail(context, EF_FORECAST_VALUE,
					   "The limits are %g and %g, and %g happened.", lower,
					   upper, actual);
	if (lower > upper)
		return ef_fail(context, EF_FORECAST_LIMITS,
					   "The lower limit is %g and the upper one %g.", lower,
					   upper);
	outside = round((1 - level) * DECIMALS) / DECIMALS;
	if (outside == 0)
		outside = 1 - level;
	*score = upper - lower;
	if (actual < lower)
		*score += 2 / outside * (lower - actual);
	if (actual > upper)
		*score += 2 / outside * (actual - upper);
	return check_figure(*score, context);
}

EfStatus
ef_forecast_miss(const EfForecast *forecast, EfMiss *miss, EfContext *context)
{
	double	   *figures = miss->figures;
	double		error_made = forecast->actual - forecast->predicted;
	EfStatus	status = EF_OK;

	if (!isfinite(forecast->predicted) || !isfinite(forecast->actual) ||
		isinf(forecast->naive))
		return ef_fail(context, EF_FORECAST_VALUE,
					   "The forecast is %g, the naive one %g, and %g happened.",
					   forecast->predicted, forecast->naive, forecast->actual);
	figures[EF_MISS_ERROR] = error_made;
	figures[EF_MISS_PERCENTAGE] = forecast->actual == 0 ? NAN
		: 100 * fabs(error_made) / fabs(forecast->actual);
	figures[EF_MISS_NAIVE] = fabs(forecast->actual - forecast->naive);
	figures[EF_MISS_COMPARED] = isnan(forecast->naive) ? NAN : fabs(error_made);
	figures[EF_MISS_HELD] = figures[EF_MISS_SCORE] = NAN;
	for (int i = 0; i < EF_MISS_FIGURES && status == EF_OK; i++)
		status = check_figure(figures[i], context);
	if (status != EF_OK)
		return status;
	if (isnan(forecast->lower) || isnan(forecast->upper))
		return EF_OK;
	figures[EF_MISS_HELD] = forecast->actual >= forecast->lower &&
		forecast->actual <= forecast->upper;
	return ef_forecast_interval_score(forecast->lower, forecast->upper,
									  forecast->actual, forecast->level,
									  &figures[EF_MISS_SCORE], context);
}

static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/*
 * Collect one figure of all misses, where it is known, in order; return how
 * many there are.
 */
static size_t
collect(const EfMiss *misses, size_t n, int figure, double *values,
		EfContext *context)
{
	size_t		known = 0;

	for (size_t i = 0; i < n; i++)
	{
		double		value = misses[i].figures[figure];

		ef_check_interrupt_at(context, i);
		if (!isnan(value))
			values[known++] = value;
	}
	ef_sort(values, known, sizeof(double), compare_doubles, context);
	return known;
}

/*
 * Return the mean, added up in the order of size, so that no other order
 * matters.
 */
static double
mean_of(const double *values, size_t n)
{
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += values[i];
	return n == 0 ? NAN : sum / (double) n;
}

static double
median_of(const double *values, size_t n)
{
	if (n == 0)
		return NAN;
	return n % 2 == 1 ? values[n / 2]
		: values[n / 2 - 1] + (values[n / 2] - values[n / 2 - 1]) / 2;
}

static double
mean_figure(const EfMiss *misses, size_t n, int figure, double *values,
			EfContext *context)
{
	return mean_of(values, collect(misses, n, figure, values, context));
}

void
ef_forecast_score(const EfMiss *misses, size_t n, EfForecastScore *score,
				  EfContext *context)
{
	double	   *values = ef_alloc(context, n * sizeof(double));
	double		naive;

	score->forecasts = n;
	score->bias = mean_figure(misses, n, EF_MISS_ERROR, values, context);
	score->median_percentage_error =
		median_of(values, collect(misses, n, EF_MISS_PERCENTAGE, values,
								  context));
	score->coverage = mean_figure(misses, n, EF_MISS_HELD, values, context);
	score->interval_score = mean_figure(misses, n, EF_MISS_SCORE, values,
										context);
	naive = mean_figure(misses, n, EF_MISS_NAIVE, values, context);
	score->skill = naive > 0
		? 1 - mean_figure(misses, n, EF_MISS_COMPARED, values, context) / naive
		: NAN;
	if (isinf(score->skill))
		score->skill = NAN;

	/* without sign, only now that the bias is known */
	n = collect(misses, n, EF_MISS_ERROR, values, context);
	for (size_t i = 0; i < n; i++)
		values[i] = fabs(values[i]);
	ef_sort(values, n, sizeof(double), compare_doubles, context);
	score->mean_absolute_error = mean_of(values, n);
	ef_release(context, values);
}
