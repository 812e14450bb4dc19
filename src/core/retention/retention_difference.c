/*
 * retention_difference.c
 *	  See retention_difference.h.
 */
#include "retention/retention_difference.h"

#include <math.h>

static const EfDifference unknown = {NAN, NAN, NAN, NAN, NAN};

/* Say of a difference what follows from the limits of its parts. */
static void
take_difference(EfDifference *result, const EfEstimate parts[2])
{
	EfEstimate	difference = ef_estimate_difference(&parts[0], &parts[1]);

	result->difference = difference.value;
	result->lower = difference.lower;
	result->upper = difference.upper;
}

/*
 * Compute a curve after a time, with its limits on a scale, and its standard
 * error.
 */
EF_NODISCARD static EfStatus
share_after(EfEstimate *share, double *std_error, const EfRiskSet *risk,
			const EfDuration *after, double factor, EfLimitScale scale,
			EfContext *context)
{
	EfKaplanMeier curve;
	EfStatus	status = ef_retention_after(risk, after, &curve, context);

	if (status != EF_OK)
		return status;
	share->value = curve.retained;
	*std_error = ef_kaplan_meier_error(&curve);
	ef_probability_limits(share->value, *std_error, factor, scale,
						  &share->lower, &share->upper);
	return EF_OK;
}

EfStatus
ef_retention_rate_difference(EfDifference *result, const EfRiskSet *first,
							 const EfRiskSet *second, const EfDuration *after,
							 double level, EfLimitScale scale,
							 EfContext *context)
{
	const EfRiskSet *risk[2] = {first, second};
	EfEstimate	shares[2];
	double		std_error[2];
	double		factor;
	EfStatus	status = ef_level_factor(level, &factor, context);

	*result = unknown;
	for (int i = 0; i < 2 && status == EF_OK; i++)
		status = share_after(&shares[i], &std_error[i], risk[i], after, factor,
							 scale, context);
	if (status != EF_OK)
		return status;

	result->difference = shares[1].value - shares[0].value;
	result->std_error = hypot(std_error[0], std_error[1]);
	/* of two that nobody left so far nothing tells how sure that is */
	if (!(result->std_error > 0))
		return EF_OK;
	if (scale == EF_PLAIN)
	{
		/* limits that were cut off at 0 and 1 would make it too narrow */
		double		span = factor * result->std_error;

		result->lower = fmax(result->difference - span, -1);
		result->upper = fmin(result->difference + span, 1);
	}
	else
		take_difference(result, shares);
	return EF_OK;
}

EfStatus
ef_retention_mean_difference(EfDifference *result, const EfRiskSet *first,
							 const EfRiskSet *second, const EfDuration *until,
							 double level, EfContext *context)
{
	const EfRiskSet *risk[2] = {first, second};
	double		mean[2];
	double		variance[2];
	double		factor;
	EfStatus	status = ef_level_factor(level, &factor, context);

	*result = unknown;
	for (int i = 0; i < 2 && status == EF_OK; i++)
		status = ef_retention_mean_variance(risk[i], until, &mean[i],
											&variance[i], context);
	if (status != EF_OK)
		return status;

	result->difference = mean[1] - mean[0];
	if (!(variance[0] + variance[1] > 0))
		return EF_OK;
	result->std_error = sqrt(variance[0] + variance[1]);
	result->lower = result->difference - factor * result->std_error;
	result->upper = result->difference + factor * result->std_error;
	result->p_value = erfc(fabs(result->difference) / result->std_error /
						   sqrt(2));
	return EF_OK;
}

EfStatus
ef_retention_median_difference(EfDifference *result, const EfRiskSet *first,
							   const EfRiskSet *second, double level,
							   EfLimitScale scale, EfContext *context)
{
	const EfRiskSet *risk[2] = {first, second};
	EfEstimate	medians[2];
	double		factor;
	EfStatus	status = ef_level_factor(level, &factor, context);

	*result = unknown;
	if (status != EF_OK)
		return status;
	for (int i = 0; i < 2; i++)
	{
		medians[i].value = ef_retention_median_day(risk[i]);
		ef_retention_median_limits(risk[i], factor, scale, &medians[i].lower,
								   &medians[i].upper);
	}
	take_difference(result, medians);
	return EF_OK;
}
