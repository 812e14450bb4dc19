/*
 * projection_value.h
 *	  A workforce and what to assume of it, among the arguments of a function
 *	  that projects it.
 */
#ifndef EF_PROJECTION_VALUE_H
#define EF_PROJECTION_VALUE_H

#include "workforce/projection.h"
#include "credible_rates_value.h"
#include "retirement_rule_value.h"
#include "workforce_value.h"

/* Then the error of these rates is counted in full. */
static inline bool
ef_rates_are_of_group(const EfCredibleRates *rates)
{
	bool		are = false;

	for (uint32 i = 0; i < rates->nreasons; i++)
		are |= ef_credible_is_group(&rates->reasons[i]);
	return are;
}

/*
 * Arguments in this order: the workforce; and from `options` on, retire_at,
 * retire_rule, rates, latest_age, level.
 */
static inline void
ef_get_projection(FunctionCallInfo fcinfo, int argument, int options,
				  EfProjectionPlan *plan, EfWorkforce *workforce,
				  EfWorkforce *rates)
{
	ef_require_argument(fcinfo, options + 3, "latest_age");
	ef_require_argument(fcinfo, options + 4, "level");
	ef_open_workforce(fcinfo, argument, workforce);
	plan->workforce = plan->rates = workforce;
	plan->retire_at = PG_ARGISNULL(options) ? EF_AS_OBSERVED
		: Max(PG_GETARG_INT32(options), EF_AS_OBSERVED + 1);
	plan->rule = PG_ARGISNULL(options + 1) ? NULL
		: ef_get_rule(fcinfo, options + 1);
	if (!PG_ARGISNULL(options + 2))
	{
		EfExitRatio *ratios;
		EfCredibleRates *credible = ef_open_credible(fcinfo, options + 2, rates,
													 &ratios);

		plan->rates = rates;
		plan->ratios = ratios;
		plan->nearest = ef_rates_are_of_group(credible);
	}
	plan->latest_age = PG_GETARG_INT32(options + 3);
	plan->level = PG_GETARG_FLOAT8(options + 4);
}

#endif							/* EF_PROJECTION_VALUE_H */
