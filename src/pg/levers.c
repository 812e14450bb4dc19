/*
 * levers.c
 *	  What somebody assumes of exit rates.  See src/core/workforce/levers.h.
 */
#include "projection_value.h"

#include "workforce/levers.h"

/* Arguments: rates, reasons, factors. */
PG_FUNCTION_INFO_V1(ef_change_exit_rates_of);
Datum
ef_change_exit_rates_of(PG_FUNCTION_ARGS)
{
	EfWorkforce reference;
	EfCredibleRates *rates;
	EfLabel    *names;
	const double *factors;
	int			nnames;
	int			nfactors;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	eg_require_argument(fcinfo, 1, "reasons");
	eg_require_argument(fcinfo, 2, "factors");
	rates = eg_copy_credible(fcinfo, 0, &reference);
	names = eg_get_labels(fcinfo, 1, "reasons", "ARRAY['resignation']", false,
						  &nnames);
	factors = eg_get_float8s(fcinfo, 2, "factors", &nfactors);
	if (nnames != nfactors)
		eg_raise(ef_fail(&eg_context, EF_LEVER_LENGTHS,
						 "There are %d reasons and %d factors.", nnames,
						 nfactors));
	eg_check(ef_lever_exit_rates(rates->reasons, &reference.table, names,
								 factors, nnames, &eg_context));
	PG_RETURN_POINTER(rates);
}

/* Arguments: rates, months. */
PG_FUNCTION_INFO_V1(ef_shift_retirement_of);
Datum
ef_shift_retirement_of(PG_FUNCTION_ARGS)
{
	EfWorkforce reference;
	EfCredibleRates *rates;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	eg_require_argument(fcinfo, 1, "months");
	rates = eg_copy_credible(fcinfo, 0, &reference);
	eg_check(ef_lever_retirement(rates, PG_GETARG_INT32(1), &eg_context));
	PG_RETURN_POINTER(rates);
}

/* Arguments: hired, intake, retire_at, retire_rule, rates, latest_age, level. */
PG_FUNCTION_INFO_V1(ef_intake_stream);
Datum
ef_intake_stream(PG_FUNCTION_ARGS)
{
	EfProjectionPlan plan = {0};
	EfWorkforce workforce;
	EfWorkforce rates;
	EfProjectionPeriod *periods;
	EfResult   *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	eg_require_argument(fcinfo, 1, "intake");
	plan.intake = eg_get_float8s(fcinfo, 1, "intake", &plan.years);
	eg_get_projection(fcinfo, 0, 2, &plan, &workforce, &rates);
	eg_check(ef_lever_stream(&plan, &periods, &eg_context));
	for (int t = 0; t < plan.years; t++)
	{
		const EfProjectionPeriod *period = &periods[t];

		eg_put_int32(result, period->year);
		eg_put_float8(result, period->intake);
		eg_put_float8(result, period->exits);
		eg_put_float8(result, period->retirements);
		eg_put_float8(result, period->headcount);
		eg_put_float8(result, period->lower);
		eg_put_float8(result, period->upper);
		eg_end_row(result);
	}
	return (Datum) 0;
}
