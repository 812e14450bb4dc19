/*
 * levers.c
 *	  See levers.h.
 */
#include "workforce/levers.h"

#include <math.h>
#include <string.h>

EF_REPORT(EF_LEVER_LENGTHS, ARRAY_SUBSCRIPT_ERROR,
		  "each reason needs one factor",
		  "Give as many factors as reasons, in the same order: ARRAY['resignation'], ARRAY[0.8].");

EF_REPORT(EF_LEVER_FACTOR, INVALID_PARAMETER_VALUE,
		  "factor must be a number from 0 to 1000",
		  "1 is as often as before, 0.8 a fifth less often, 0 never.");

EF_REPORT(EF_LEVER_REASON_UNKNOWN, INVALID_PARAMETER_VALUE,
		  "nobody has left for a reason whose rate is to change",
		  "Look how it is spelt: exit_ratios has the reasons; a small group takes the rates of a larger one.");

EF_REPORT(EF_LEVER_REASON_TWICE, INVALID_PARAMETER_VALUE,
		  "reason has two factors",
		  "Give their product.");

EF_NODISCARD static EfStatus
change_rate(EfCredibleReason *reason, double factor, EfContext *context)
{
	EfExitRatio ratio = ef_credible_ratio(reason);

	/* a factor of 1 leaves the ratio as it is, to the last bit */
	if (factor == 1)
		return EF_OK;
	*reason = ef_credible_plain();
	reason->base = fabs(factor) * ratio.mean;
	reason->base_variance = factor * factor * ratio.variance;
	return ef_credible_check_computed(reason, context);
}

EfStatus
ef_lever_exit_rates(EfCredibleReason *reasons, const EfTable *reference,
					const EfLabel *names, const double *factors, int n,
					EfContext *context)
{
	bool	   *changed = ef_alloc_zeroed(context, reference->nlabels + 1);
	EfStatus	status = EF_OK;

	for (int i = 0; i < n && status == EF_OK; i++)
	{
		const EfLabel *name = &names[i];
		uint32_t	label = ef_table_label(reference, name->bytes, name->length);

		ef_check_interrupt_at(context, (size_t) i);
		if (!(factors[i] >= 0 && factors[i] <= EF_FACTOR_LIMIT))
			status = ef_fail(context, EF_LEVER_FACTOR, "Factor %d is %g.",
							 i + 1, factors[i]);
		else if (label == 0 || changed[label])
			status = ef_fail(context, label == 0 ? EF_LEVER_REASON_UNKNOWN
							 : EF_LEVER_REASON_TWICE,
							 "The reason is \"%s\".",
							 ef_label_shown(name).text);
		else
			status = change_rate(&reasons[label - 1], factors[i], context);
		changed[label] = true;
	}
	ef_release(context, changed);
	return status;
}

EF_REPORT(EF_LEVER_SHIFT, INVALID_PARAMETER_VALUE,
		  "retirement moves by too many months",
		  "It moves by 600 months at most, either way: 12 is a year later.");

EfStatus
ef_lever_retirement(EfCredibleRates *rates, int32_t months, EfContext *context)
{
	int64_t		shift = (int64_t) rates->retirement_shift + months;

	if (shift < -EF_SHIFT_LIMIT || shift > EF_SHIFT_LIMIT)
		return ef_fail(context, EF_LEVER_SHIFT,
					   "It would move by %lld months.", (long long) shift);
	rates->retirement_shift = (int16_t) shift;
	return EF_OK;
}

EF_REPORT(EF_STREAM_LENGTH, ARRAY_SUBSCRIPT_ERROR,
		  "intake must have from 1 to 100 elements",
		  "Each is how many come in a calendar year; the first is the one in which the observation ends.");

EfStatus
ef_lever_stream(EfProjectionPlan *plan, EfProjectionPeriod **periods,
				EfContext *context)
{
	if (plan->years < 1 || plan->years > EF_YEARS_LIMIT)
		return ef_fail(context, EF_STREAM_LENGTH, "It has %d.", plan->years);
	plan->only_hires = true;
	return ef_project_workforce(plan, periods, context);
}
