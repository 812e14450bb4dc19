/*
 * levers.c
 *	  See levers.h.
 */
#include "workforce/levers.h"

#include <math.h>

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

EfStatus
ef_change_exit_rates(EfCredibleReason *reasons, const EfTable *reference,
					 const EfLabel *names, const double *factors, int n,
					 EfError *error)
{
	for (int i = 0; i < n; i++)
	{
		const EfLabel *name = &names[i];
		uint32_t	label = ef_table_label(reference, name->bytes, name->length);
		EfCredibleReason *reason;
		EfExitRatio ratio;

		if (!(factors[i] >= 0 && factors[i] <= EF_FACTOR_LIMIT))
			return ef_fail(error, EF_LEVER_FACTOR, "Factor %d is %g.", i + 1,
						   factors[i]);
		if (label == 0)
			return ef_fail(error, EF_LEVER_REASON_UNKNOWN,
						   "The reason is \"%.*s\".",
						   ef_clip(name->bytes, name->length), name->bytes);
		for (int j = 0; j < i; j++)
			if (ef_label_compare(name, &names[j]) == 0)
				return ef_fail(error, EF_LEVER_REASON_TWICE,
							   "The reason is \"%.*s\".",
							   ef_clip(name->bytes, name->length), name->bytes);

		/* as often as before is what it was, to the last bit */
		if (factors[i] == 1)
			continue;
		reason = &reasons[label - 1];
		ratio = ef_credible_ratio(reason);
		*reason = ef_credible_plain();
		reason->base = fabs(factors[i]) * ratio.mean;
		reason->base_variance = factors[i] * factors[i] * ratio.variance;
	}
	return EF_OK;
}
