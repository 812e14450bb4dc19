/*
 * backtest.h
 *	  Forecasts of the past beside what happened: from a workforce for each
 *	  calendar year, every origin at which a forecast could have been made.
 *
 * At an *origin*, 1 January, only the years before it are known.  They are
 * joined (joined_periods.h) and projected (projection.h), and the result is
 * compared with each year after it, the *horizon*.  Rates of another
 * workforce are those of the same years.  So no forecast can use what was not
 * known when it would have been made, except if it is told the hires that
 * came: then only the rates of exit are put to the test.
 */
#ifndef EF_BACKTEST_H
#define EF_BACKTEST_H

#include "base/choice.h"
#include "workforce/projection.h"

extern const EfReport EF_HIRES_METHOD_UNKNOWN[];
extern const EfReport EF_PERIOD_NOT_YEAR[];
extern const EfReport EF_RATES_NOT_KNOWN[];
extern const EfReport EF_RATES_TWICE[];
extern const EfReport EF_BACKTEST_YEARS[];

typedef enum EfBacktestMeasure
{
	EF_MEASURE_HEADCOUNT,		/* that goes on when the year ends */
	EF_MEASURE_RETIREMENTS,
	EF_MEASURE_OTHER_EXITS,
	EF_MEASURE_NEED,			/* hires that it takes */
	EF_MEASURES
} EfBacktestMeasure;

extern const char *const ef_measure_names[EF_MEASURES];

typedef enum EfHiresMethod
{
	EF_HIRES_AS_BEFORE,			/* as many a year as in the years known */
	EF_HIRES_AS_CAME			/* the hires that came; intake meets the
								 * headcount there was */
} EfHiresMethod;

extern const EfChoice ef_hires_methods;

/* Value for no limit to the years that are looked back on. */
#define EF_ALL_YEARS INT32_MAX

/* Rates as they were known at one origin. */
typedef struct EfOriginRates
{
	EfWorkforce reference;		/* observed until that origin */
	const EfExitRatio *ratios;
	int			shift;			/* as in a projection's plan */
	bool		nearest;
} EfOriginRates;

typedef struct EfBacktestPlan
{
	EfWorkforce *years;			/* in any order; they are put in order */
	size_t		nyears;
	EfWorkforce *rates;			/* of somebody else; none: their own */
	size_t		nrates;
	const EfOriginRates *origin_rates;	/* instead, one for each origin; none */
	size_t		norigin_rates;
	int			horizon;		/* years ahead, at most */
	EfHiresMethod hires;
	int			observed_years; /* known at an origin, at most */
	int			least_years;	/* and at least */
	EfProjectionPlan assume;	/* retirement, latest age and level */
} EfBacktestPlan;

/* NaN is what could not be said. */
typedef struct EfBacktestRow
{
	EfDay		origin;
	int			horizon;		/* 1: the year that begins on the origin */
	int			year;
	EfBacktestMeasure measure;
	double		predicted;
	double		lower;
	double		upper;
	double		actual;
	double		error;			/* actual less predicted */
	bool		held;			/* the interval; of no use where it is NaN */
	double		naive;			/* as many as in the last year known */
} EfBacktestRow;

/* Compute all rows by origin, horizon and measure. */
extern EfStatus ef_backtest(const EfBacktestPlan *plan, EfBacktestRow **rows,
							size_t *nrows, EfContext *context) EF_NODISCARD;

#endif							/* EF_BACKTEST_H */
