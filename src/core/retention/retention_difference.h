/*
 * retention_difference.h
 *	  How much two groups differ: in the share that is still there after a time,
 *	  in the mean and in the median of days, with limits.
 *
 * A difference is that of the second less the first.  The groups share nobody,
 * so variances add up.
 *
 *	 G. Y. Zou and A. Donner (2008), Stat. Med. 27, 1693-1702, (4): limits of a
 *	 difference from those of its parts, after R. G. Newcombe (1998), Stat. Med.
 *	 17, 873-890, method 10 (see ef_estimate_difference);
 *	 J. P. Klein and M. L. Moeschberger (2003), Survival Analysis, (4.5.2): the
 *	 variance of a restricted mean; L. Zhao et al. (2016), Biometrics 72,
 *	 215-221: its difference;
 *	 R. Brookmeyer and J. Crowley (1982), Biometrics 38, 29-41: the limits of a
 *	 median are the days on which those of the curve pass one half.
 */
#ifndef EF_RETENTION_DIFFERENCE_H
#define EF_RETENTION_DIFFERENCE_H

#include "retention/retention_curve.h"

/*
 * A difference with its limits; NaN where a number is not known or not
 * defined, each by itself.
 */
typedef struct EfDifference
{
	double		difference;
	double		std_error;
	double		lower;
	double		upper;
	double		p_value;
} EfDifference;

/* Compare the shares still there after a duration. */
extern EfStatus ef_retention_rate_difference(EfDifference *result,
											 const EfRiskSet *first,
											 const EfRiskSet *second,
											 const EfDuration *after,
											 double level, EfLimitScale scale,
											 EfContext *context) EF_NODISCARD;

/* Compare the mean days until a duration. */
extern EfStatus ef_retention_mean_difference(EfDifference *result,
											 const EfRiskSet *first,
											 const EfRiskSet *second,
											 const EfDuration *until,
											 double level, EfContext *context)
			EF_NODISCARD;

/* Compare the days by which half have left. */
extern EfStatus ef_retention_median_difference(EfDifference *result,
											   const EfRiskSet *first,
											   const EfRiskSet *second,
											   double level,
											   EfLimitScale scale,
											   EfContext *context) EF_NODISCARD;

#endif							/* EF_RETENTION_DIFFERENCE_H */
