/*
 * estimate.h
 *	  Estimators over a counting process: Kaplan-Meier, Aalen-Johansen for
 *	  competing risks, and limits of a probability.
 *
 * Each is fed the days on which somebody left, in order, with the size of the
 * risk set just before.  Sources:
 *
 *	 E. L. Kaplan and P. Meier (1958), JASA 53, 457-481 (the product limit);
 *	 M. Greenwood (1926), Reports on Public Health 33, 1-26 (its variance);
 *	 O. O. Aalen and S. Johansen (1978), Scand. J. Statist. 5, 141-150;
 *	 P. K. Andersen, O. Borgan, R. D. Gill and N. Keiding (1993), Statistical
 *	 Models Based on Counting Processes, IV.4: (4.4.19), the recursion for the
 *	 covariance of the Aalen-Johansen estimator with multinomial increments;
 *	 J. D. Kalbfleisch and R. L. Prentice (2002), The Statistical Analysis of
 *	 Failure Time Data, 1.4 (limits on the log-log scale);
 *	 E. B. Wilson (1927), JASA 22, 209-212 (limits of a share);
 *	 D. R. Cox (1970), The Analysis of Binary Data, section 4.2 (the continuity
 *	 correction);
 *	 R. G. Newcombe (1998), Stat. Med. 17, 873-890, method 10 (limits of a
 *	 difference).
 */
#ifndef EF_ESTIMATE_H
#define EF_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/choice.h"
#include "base/context.h"
#include "base/status.h"

extern const EfReport EF_LEVEL_RANGE[];
extern const EfReport EF_SHARE_COUNTS[];
extern const EfReport EF_CURVE_METHOD_UNKNOWN[];

/* A number with its limits; NaN where it is not known. */
typedef struct EfEstimate
{
	double		value;
	double		lower;
	double		upper;
} EfEstimate;

/* The probability of still being there. */
typedef struct EfKaplanMeier
{
	double		retained;
	double		greenwood;		/* variance of retained / retained^2 */
} EfKaplanMeier;

extern void ef_kaplan_meier_begin(EfKaplanMeier *curve);
extern void ef_kaplan_meier_step(EfKaplanMeier *curve, int64_t at_risk,
								 int64_t exits);

/* Return the standard error of `retained`; NaN where nobody is left. */
extern double ef_kaplan_meier_error(const EfKaplanMeier *curve);

/* The probability of having left for a reason. */
typedef struct EfIncidence
{
	double		probability;
	double		variance;
	double		covariance;		/* with retained, / retained */
	double		largest_variance;
} EfIncidence;

/* The same for all reasons together, numbered from 1. */
typedef struct EfAalenJohansen
{
	EfKaplanMeier curve;
	EfKaplanMeier before;		/* the day that is being fed */
	int64_t		at_risk;
	uint32_t	nreasons;
	EfIncidence *incidence;		/* of reason n is incidence[n - 1] */
} EfAalenJohansen;

extern void ef_aalen_johansen_begin(EfAalenJohansen *process,
									uint32_t nreasons, EfContext *context);

/* Return the standard error of an incidence. */
extern double ef_aalen_johansen_error(const EfIncidence *incidence);

/* Take a day, then each reason that had exits on it. */
extern void ef_aalen_johansen_day(EfAalenJohansen *process, int64_t at_risk,
								  int64_t exits);
extern void ef_aalen_johansen_exits(EfAalenJohansen *process, uint32_t reason,
									int64_t exits);

/* Scales on which limits are symmetric; names as in R. */
typedef enum EfLimitScale
{
	EF_LOG_LOG,					/* log(-log p) */
	EF_LOG,
	EF_PLAIN
} EfLimitScale;

extern const EfChoice ef_limit_scales;

/* Refuses a level outside of (0, 1). */
extern EfStatus ef_level_check(double level, EfContext *context) EF_NODISCARD;

/*
 * Return the factor of a standard error that makes a two-sided interval of a
 * level; the level is checked.
 */
extern EfStatus ef_level_factor(double level, double *factor,
								EfContext *context) EF_NODISCARD;

/*
 * Compute limits of a probability; NaN where its scale has none: for the
 * logarithm at 0, for log-log at 0 and 1, for all without a standard error.
 */
extern void ef_probability_limits(double probability, double std_error,
								  double factor, EfLimitScale scale,
								  double *lower, double *upper);

/*
 * Compute limits of a number of people in whole persons.  A whole number n
 * stands for [n - 1/2, n + 1/2) of the continuous variable that approximates
 * it, so the limit of the interval is half a person further in, and then
 * rounded: outward, or to the nearest.  They never pass 0 or `most`, the
 * largest number possible.
 */
extern void ef_whole_limits(double mean, double deviation, double most,
							bool nearest, double *lower, double *upper);

/*
 * Compute Wilson's limits of a share of n people; n need not be whole.  NaN
 * unless n is above 0.
 */
extern void ef_wilson_limits(double share, double n, double factor,
							 double *lower, double *upper);

/*
 * Return the difference of two independent estimates, the second less the
 * first. Its limits are made of the limits of each: the distance from the
 * difference to its limit is the root of the sum of squares of the two
 * distances that move it that way.  With Wilson's limits of two shares this
 * is Newcombe's method 10.
 */
extern EfEstimate ef_estimate_difference(const EfEstimate *first,
										 const EfEstimate *second);

/*
 * Return the difference of the shares of two counts in their totals; NaN
 * where a total is 0.
 */
extern EfStatus ef_share_difference(const int64_t counts[2],
									const int64_t totals[2], double level,
									EfEstimate *difference, EfContext *context)
			EF_NODISCARD;

#endif							/* EF_ESTIMATE_H */
