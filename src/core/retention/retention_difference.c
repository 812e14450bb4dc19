/*
 * retention_difference.c
 *	  See retention_difference.h.
 */
#include "retention/retention_difference.h"

#include <math.h>

static const EfDifference unknown = {NAN, NAN, NAN, NAN, NAN};

/* A curve after a time, and its limits on a scale. */
typedef struct Share
{
	double		retained;
	double		std_error;
	double		lower;
	double		upper;
} Share;

EF_NODISCARD static EfStatus
share_after(Share *share, const EfRiskSet *risk, const EfDuration *after,
			double factor, EfLimitScale scale, EfError *error)
{
	EfKaplanMeier curve;
	EfStatus	status = ef_retention_after(risk, after, &curve, error);

	if (status != EF_OK)
		return status;
	share->retained = curve.retained;
	share->std_error = ef_kaplan_meier_error(&curve);
	ef_probability_limits(share->retained, share->std_error, factor, scale,
						  &share->lower, &share->upper);
	return EF_OK;
}

EfStatus
ef_retention_rate_difference(EfDifference *result, const EfRiskSet *first,
							 const EfRiskSet *second, const EfDuration *after,
							 double level, EfLimitScale scale, EfError *error)
{
	Share		shares[2];
	double		factor;
	EfStatus	status = ef_level_factor(level, &factor, error);

	*result = unknown;
	if (status == EF_OK)
		status = share_after(&shares[0], first, after, factor, scale, error);
	if (status == EF_OK)
		status = share_after(&shares[1], second, after, factor, scale, error);
	if (status != EF_OK)
		return status;

	result->difference = shares[1].retained - shares[0].retained;
	result->std_error = hypot(shares[0].std_error, shares[1].std_error);
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
		ef_difference_limits(shares[0].retained, shares[0].lower,
							 shares[0].upper, shares[1].retained,
							 shares[1].lower, shares[1].upper,
							 &result->lower, &result->upper);
	return EF_OK;
}

EfStatus
ef_retention_mean_difference(EfDifference *result, const EfRiskSet *first,
							 const EfRiskSet *second, const EfDuration *until,
							 double level, EfError *error)
{
	double		mean[2];
	double		variance[2];
	double		factor;
	EfStatus	status = ef_level_factor(level, &factor, error);

	*result = unknown;
	if (status == EF_OK)
		status = ef_retention_mean_variance(first, until, &mean[0],
											&variance[0], error);
	if (status == EF_OK)
		status = ef_retention_mean_variance(second, until, &mean[1],
											&variance[1], error);
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
							   EfLimitScale scale, EfError *error)
{
	const EfRiskSet *risk[2] = {first, second};
	double		median[2];
	double		lower[2];
	double		upper[2];
	double		factor;
	EfStatus	status = ef_level_factor(level, &factor, error);

	*result = unknown;
	if (status != EF_OK)
		return status;
	for (int i = 0; i < 2; i++)
	{
		median[i] = ef_retention_median_day(risk[i]);
		ef_retention_median_limits(risk[i], factor, scale, &lower[i],
								   &upper[i]);
	}
	result->difference = median[1] - median[0];
	ef_difference_limits(median[0], lower[0], upper[0], median[1], lower[1],
						 upper[1], &result->lower, &result->upper);
	return EF_OK;
}
