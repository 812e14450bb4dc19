/*
 * forecast_score.h
 *	  How good forecasts were, once it is known what happened.
 *
 * Of a forecast, with the interval [l, u] that it gave at the level 1 - a, and
 * of what happened, x, the interval score is
 *
 *	 (u - l) + 2/a (l - x) [x < l] + 2/a (x - u) [x > u]
 *
 * (Gneiting and Raftery 2007, JASA 102:359, equation 43): the width, and where
 * the interval does not hold, by how much it misses times a penalty that makes
 * the honest interval the best one to give.  Smaller is better.
 */
#ifndef EF_FORECAST_SCORE_H
#define EF_FORECAST_SCORE_H

#include "base/context.h"
#include "base/status.h"

extern const EfReport EF_FORECAST_VALUE[];
extern const EfReport EF_FORECAST_LIMITS[];
extern const EfReport EF_FORECAST_RANGE[];

/*
 * One forecast and what happened.  NaN is a value that was not given: without
 * limits there is no coverage, without a naive forecast no skill.
 */
typedef struct EfForecast
{
	double		predicted;
	double		lower;
	double		upper;
	double		actual;
	double		naive;			/* the forecast without a model */
	double		level;			/* of the limits */
} EfForecast;

/* The figures that one forecast adds to a score; NaN: none. */
enum
{
	EF_MISS_ERROR,				/* actual - predicted */
	EF_MISS_PERCENTAGE,			/* of the actual number, without sign */
	EF_MISS_HELD,				/* 1 if it lay within the limits, 0 if not */
	EF_MISS_SCORE,				/* of the interval */
	EF_MISS_NAIVE,				/* error of the naive forecast, without sign */
	EF_MISS_COMPARED,			/* the error of the forecast, where there is a
								 * naive one */
	EF_MISS_FIGURES
};

typedef struct EfMiss
{
	double		figures[EF_MISS_FIGURES];
} EfMiss;

/* The score of many forecasts.  NaN is a figure that no forecast told. */
typedef struct EfForecastScore
{
	size_t		forecasts;
	double		bias;			/* mean error */
	double		mean_absolute_error;
	double		median_percentage_error;
	double		coverage;		/* share of intervals that held */
	double		interval_score; /* mean */
	double		skill;			/* 1 - the error over that of the naive
								 * forecasts, means of both without sign; NaN
								 * too where that is nearer to nothing than a
								 * number can be */
} EfForecastScore;

extern EfStatus ef_forecast_interval_score(double lower, double upper,
										   double actual,
										   double level, double *score,
										   EfContext *context) EF_NODISCARD;

extern EfStatus ef_forecast_miss(const EfForecast *forecast, EfMiss *miss,
								 EfContext *context) EF_NODISCARD;

/*
 * Score forecasts.  The order of the misses does not matter, to the last bit.
 */
extern void ef_forecast_score(const EfMiss *misses, size_t n,
							  EfForecastScore *score, EfContext *context);

#endif							/* EF_FORECAST_SCORE_H */
