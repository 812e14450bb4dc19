/*
 * estimate.c
 *	  See estimate.h.
 */
#include "estimate/estimate.h"

#include <math.h>
#include <string.h>

#include "base/invariant.h"
#include "estimate/distribution.h"

/* Rounding of a probability or variance, as a share of it: less is nothing. */
#define ROUNDING 1e-13

void
ef_kaplan_meier_begin(EfKaplanMeier *curve)
{
	curve->retained = 1;
	curve->greenwood = 0;
}

void
ef_kaplan_meier_step(EfKaplanMeier *curve, int64_t at_risk, int64_t exits)
{
	double		n = (double) at_risk;
	double		stayed = (double) (at_risk - exits);

	EF_ASSERT(exits >= 0 && exits <= at_risk);
	if (exits == 0)
		return;
	curve->retained *= stayed / n;
	/* infinite when nobody stayed */
	curve->greenwood += (double) exits / n / stayed;
}

double
ef_kaplan_meier_error(const EfKaplanMeier *curve)
{
	return curve->retained > 0 ? curve->retained * sqrt(curve->greenwood) : NAN;
}

void
ef_aalen_johansen_begin(EfAalenJohansen *process, uint32_t nreasons,
						EfContext *context)
{
	const EfIncidence none = {0, 0, 0, 0};

	ef_kaplan_meier_begin(&process->curve);
	process->nreasons = nreasons;
	process->incidence = ef_alloc(context, nreasons * sizeof(EfIncidence));
	for (uint32_t i = 0; i < nreasons; i++)
		process->incidence[i] = none;
}

void
ef_aalen_johansen_day(EfAalenJohansen *process, int64_t at_risk,
					  int64_t exits)
{
	process->before = process->curve;
	process->at_risk = at_risk;
	ef_kaplan_meier_step(&process->curve, at_risk, exits);
}

/*
 * Add the exits of a day for one reason.  S is the probability of being
 * there, F that of having left for the reason, and q the share of the n at
 * risk who do so now.  The day's step is F' = F + S q.  The increments of one
 * day are multinomial and those of different days uncorrelated, so
 *
 *	 var F'		 = var F + 2 q cov(F, S) + q^2 var S + S^2 q (1 - q) / n
 *	 cov(F', S') = (1 - Q)(cov(F, S) + q var S) - S^2 q (1 - Q) / n
 *
 * with Q that share for all reasons, S' = S (1 - Q).  Divided by S' the
 * second has no Q left, so that a reason is touched only on its own days.
 */
void
ef_aalen_johansen_exits(EfAalenJohansen *process, uint32_t reason,
						int64_t exits)
{
	EfIncidence *incidence = &process->incidence[reason - 1];
	double		s = process->before.retained;
	double		greenwood = process->before.greenwood;
	double		n = (double) process->at_risk;
	double		q = (double) exits / n;

	EF_ASSERT(reason > 0 && reason <= process->nreasons && exits >= 0 &&
			  exits <= process->at_risk);

	/*
	 * nobody was left: there is no more to say, and Greenwood's sum is
	 * infinite
	 */
	if (!(s > 0))
		return;
	incidence->variance += s * q *
		(2 * incidence->covariance + s * (q * greenwood + (1 - q) / n));
	incidence->covariance += s * q * (greenwood - 1 / n);
	incidence->probability += s * q;
	if (incidence->variance > incidence->largest_variance)
		incidence->largest_variance = incidence->variance;
}

double
ef_aalen_johansen_error(const EfIncidence *incidence)
{
	/*
	 * Once everyone has left for the one reason there is no variance, but the
	 * terms that cancel leave a rounding error.  Without late entries the
	 * variance of up to 1e12 people does not come that near to 0.
	 */
	if (incidence->variance <= ROUNDING * incidence->largest_variance)
		return 0;
	return sqrt(incidence->variance);
}

EF_REPORT(EF_CURVE_METHOD_UNKNOWN, INVALID_PARAMETER_VALUE,
		  "unknown method of interval",
		  "The methods are 'log-log', 'log' and 'plain'.");

const EfChoice ef_limit_scales = {
	"method", EF_CURVE_METHOD_UNKNOWN, {
		[EF_LOG_LOG] = "log-log",
		[EF_LOG] = "log",
		[EF_PLAIN] = "plain"
	}
};

EF_REPORT(EF_LEVEL_RANGE, INVALID_PARAMETER_VALUE,
		  "level must be between 0 and 1",
		  "An interval of 95 percent has the level 0.95.");

EfStatus
ef_level_check(double level, EfContext *context)
{
	if (!(level > 0 && level < 1))
		return ef_fail(context, EF_LEVEL_RANGE, "The level is %s.",
					   ef_shown(level).text);
	return EF_OK;
}

EfStatus
ef_level_factor(double level, double *factor, EfContext *context)
{
	if (ef_level_check(level, context) != EF_OK)
		return EF_LEVEL_RANGE;
	/* from below, where 1 - level is exact for a level near 1 */
	*factor = -ef_normal_quantile((1 - level) / 2);
	return EF_OK;
}

/* Tolerance of a sum of doubles that stands for whole persons. */
#define WHOLE 1e-9

void
ef_whole_limits(double mean, double deviation, double most, bool nearest,
				double *lower, double *upper)
{
	double		further = nearest ? 1 : 0.5;
	double		below = floor(mean - deviation + further + WHOLE);
	double		above = ceil(mean + deviation - further - WHOLE);

	*lower = fmin(fmax(below, 0), floor(mean + WHOLE));
	*upper = fmin(fmax(fmax(above, 0), ceil(mean - WHOLE)),
				  ceil(most - WHOLE));
}

void
ef_probability_limits(double probability, double std_error, double factor,
					  EfLimitScale scale, double *lower, double *upper)
{
	double		p = probability;
	double		span = factor * std_error;
	double		log_p;
	double		middle;			/* on the scale */

	*lower = *upper = NAN;
	if (isnan(std_error) || (p <= 0 && scale != EF_PLAIN) ||
		(p >= 1 - ROUNDING && scale == EF_LOG_LOG))
		return;
	switch (scale)
	{
		case EF_LOG_LOG:
			log_p = log(p);
			middle = log(-log_p);
			span /= p * log_p;
			*lower = exp(-exp(middle - span));
			*upper = exp(-exp(middle + span));
			break;
		case EF_LOG:
			middle = log(p);
			*lower = exp(middle - span / p);
			*upper = fmin(exp(middle + span / p), 1);
			break;
		case EF_PLAIN:
			*lower = fmax(p - span, 0);
			*upper = fmin(p + span, 1);
			break;
	}
}

/*
 * Compute the limits as the roots x of (share - x)^2 = z^2 x (1 - x) / n.
 * The lower one is found from their product, and the upper limit of a large
 * share as 1 minus the lower limit of the rest: so nothing cancels near 0 and
 * near 1.
 */
void
ef_wilson_limits(double share, double n, double factor, double *lower,
				 double *upper)
{
	double		rest = 1 - share;
	double		half = factor * factor / n / 2;
	double		root = factor * sqrt(share * rest / n + half / (2 * n));

	*lower = *upper = NAN;
	if (!(n > 0))
		return;
	*lower = share * share / (share + half + root);
	*upper = share < rest ? (share + half + root) / (1 + 2 * half)
		: 1 - rest * rest / (rest + half + root);
}

EfEstimate
ef_estimate_difference(const EfEstimate *first, const EfEstimate *second)
{
	double		difference = second->value - first->value;
	EfEstimate	result = {
		.value = difference,
		.lower = difference - hypot(second->value - second->lower,
									first->upper - first->value),
		.upper = difference + hypot(second->upper - second->value,
									first->value - first->lower)
	};

	return result;
}

EF_REPORT(EF_SHARE_COUNTS, INVALID_PARAMETER_VALUE,
		  "a count must be between 0 and its total",
		  "A share is of a total, of whom as many are counted or fewer.");

EfStatus
ef_share_difference(const int64_t counts[2], const int64_t totals[2],
					double level, EfEstimate *difference, EfContext *context)
{
	EfEstimate	shares[2];
	double		factor;
	EfStatus	status = ef_level_factor(level, &factor, context);

	if (status != EF_OK)
		return status;
	for (int i = 0; i < 2; i++)
	{
		if (counts[i] < 0 || counts[i] > totals[i])
			return ef_fail(context, EF_SHARE_COUNTS,
						   "The count is %lld, and the total %lld.",
						   (long long) counts[i], (long long) totals[i]);
		shares[i].value = totals[i] > 0
			? (double) counts[i] / (double) totals[i] : NAN;
		ef_wilson_limits(shares[i].value, (double) totals[i], factor,
						 &shares[i].lower, &shares[i].upper);
	}
	*difference = ef_estimate_difference(&shares[0], &shares[1]);
	return EF_OK;
}
