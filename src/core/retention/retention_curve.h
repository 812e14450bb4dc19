/*
 * retention_curve.h
 *	  Estimates of a retention: the curve, the reasons, the median and the mean.
 *
 * Days are days since the start of the spell.  There is no estimate for a day
 * after the last one on which anybody was seen, unless the curve has come
 * down to 0, where it stays.
 */
#ifndef EF_RETENTION_CURVE_H
#define EF_RETENTION_CURVE_H

#include "estimate/estimate.h"
#include "retention/risk_set.h"

/*
 * A curve that is read day by day, on day 0 and on every multiple of a
 * duration, up to the last day seen: rows already read are not kept.
 */
typedef struct EfCurve
{
	const EfRiskSet *risk;
	EfDuration	every;
	double		factor;
	EfLimitScale scale;
	int32_t		times;
	size_t		next;			/* day of the risk set */
	EfKaplanMeier estimate;

	/* of the point before: the same as long as nobody leaves */
	bool		begun;
	double		std_error;
	double		lower;
	double		upper;
} EfCurve;

typedef struct EfCurvePoint
{
	int32_t		after_days;
	int64_t		at_risk;
	int64_t		exits;			/* since the point before */
	double		retained;
	double		std_error;		/* NaN if unknown; the limits too */
	double		lower;
	double		upper;
} EfCurvePoint;

extern EfStatus ef_curve_begin(EfCurve *curve, const EfRiskSet *risk,
							   const EfDuration *every, double level,
							   EfLimitScale scale, EfContext *context)
			EF_NODISCARD;
extern bool ef_curve_next(EfCurve *curve, EfCurvePoint *point);

/* The same for the reasons to leave: a point has a row for each. */
typedef struct EfIncidenceCurve
{
	const EfRiskSet *risk;
	EfDuration	every;
	double		factor;
	int32_t		times;
	size_t		next;
	EfAalenJohansen estimate;
	int64_t    *exits;			/* by reason, since the point before */
} EfIncidenceCurve;

typedef struct EfIncidenceRow
{
	int64_t		exits;
	double		incidence;
	double		std_error;
	double		lower;
	double		upper;
} EfIncidenceRow;

extern EfStatus ef_incidence_begin(EfIncidenceCurve *curve,
								   const EfRiskSet *risk, uint32_t nreasons,
								   const EfDuration *every, double level,
								   EfContext *context) EF_NODISCARD;

/* Go to the next point, false at the end; then ask for its rows. */
extern bool ef_incidence_next(EfIncidenceCurve *curve, int32_t *after_days);
extern void ef_incidence_row(EfIncidenceCurve *curve, uint32_t reason,
							 EfIncidenceRow *row);

/* Compute the curve after a duration; `retained` is NaN if it is not known. */
extern EfStatus ef_retention_after(const EfRiskSet *risk,
								   const EfDuration *after,
								   EfKaplanMeier *curve, EfContext *context)
			EF_NODISCARD;

/* Compute that share alone. */
extern EfStatus ef_retention_rate_after(const EfRiskSet *risk,
										const EfDuration *after, double *rate,
										EfContext *context) EF_NODISCARD;

/*
 * Return the day by which half have left: the first on which the curve is at
 * or below one half; where it stays at one half for a time, the middle of
 * that time, as in R's survfit.  NaN if it never gets there.
 */
extern double ef_retention_median_day(const EfRiskSet *risk);

/*
 * Compute limits of it: the days on which the limits of the curve come to one
 * half, by the same rule, as in R's survfit.  NaN for one that never does.
 */
extern void ef_retention_median_limits(const EfRiskSet *risk, double factor,
									   EfLimitScale scale, double *lower,
									   double *upper);

/*
 * Compute the area under the curve up to a duration, in days: the mean of the
 * smaller of stay and duration ("restricted mean").  NaN if it is not known.
 */
extern EfStatus ef_retention_mean_days(const EfRiskSet *risk,
									   const EfDuration *until, double *mean,
									   EfContext *context) EF_NODISCARD;

/*
 * Compute the same with its variance: the sum over the days of
 *
 *	 (area from the day to the end)^2 exits / (at risk (at risk - exits))
 *
 * If nobody is left after the day, the area is 0 (Klein and Moeschberger
 * 2003, Survival Analysis, (4.5.2)).
 */
extern EfStatus ef_retention_mean_variance(const EfRiskSet *risk,
										   const EfDuration *until,
										   double *mean, double *variance,
										   EfContext *context) EF_NODISCARD;

#endif							/* EF_RETENTION_CURVE_H */
