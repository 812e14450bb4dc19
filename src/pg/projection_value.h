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

/* Are these the rates of a group?  Then their error is counted in full. */
static inline bool
eg_rates_are_of_group(const EfCredibleRates *rates)
{
	bool		are = false;

	for (uint32 i = 0; i < rates->nreasons; i++)
		are |= ef_credible_is_group(&rates->reasons[i]);
	return are;
}

/* Get the levels of a fan: 1 to 100. */
static inline const double *
eg_get_levels(FunctionCallInfo fcinfo, int argument, int *n)
{
	const double *levels;

	eg_require_argument(fcinfo, argument, "levels");
	levels = eg_get_float8s(fcinfo, argument, "levels", n);
	if (*n < 1 || *n > EF_LEVELS_LIMIT)
		eg_raise(ef_fail(&eg_context, EF_LEVELS_RANGE,
						 "levels has %d elements.", *n));
	return levels;
}

/*
 * Arguments in this order: the workforce; and from `options` on, retire_at,
 * retire_rule, rates, latest_age.  Behind them comes a level or more of them.
 */
static inline void
eg_get_assumptions(FunctionCallInfo fcinfo, int argument, int options,
				   EfProjectionPlan *plan, EfWorkforce *workforce,
				   EfWorkforce *rates)
{
	eg_require_argument(fcinfo, options + 3, "latest_age");
	eg_open_workforce(fcinfo, argument, workforce);
	plan->workforce = plan->rates = workforce;
	plan->retire_at = PG_ARGISNULL(options) ? EF_AS_OBSERVED
		: PG_GETARG_INT32(options);
	plan->rule = PG_ARGISNULL(options + 1) ? NULL
		: eg_get_rule(fcinfo, options + 1);
	if (!PG_ARGISNULL(options + 2))
	{
		EfExitRatio *ratios;
		EfCredibleRates *credible = eg_open_credible(fcinfo, options + 2, rates,
													 &ratios);

		plan->rates = rates;
		plan->ratios = ratios;
		plan->shift = credible->retirement_shift;
		plan->nearest = eg_rates_are_of_group(credible);
	}
	plan->latest_age = PG_GETARG_INT32(options + 3);
}

/* Get the same, and a level. */
static inline void
eg_get_projection(FunctionCallInfo fcinfo, int argument, int options,
				  EfProjectionPlan *plan, EfWorkforce *workforce,
				  EfWorkforce *rates)
{
	eg_require_argument(fcinfo, options + 4, "level");
	eg_get_assumptions(fcinfo, argument, options, plan, workforce, rates);
	plan->level = PG_GETARG_FLOAT8(options + 4);
}

#endif							/* EF_PROJECTION_VALUE_H */
