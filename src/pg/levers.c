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
	EfExitRatio *ratios;
	EfCredibleRates *before;
	EfCredibleRates *rates;
	EfLabel    *names;
	const double *factors;
	int			nnames;
	int			nfactors;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	eg_require_argument(fcinfo, 1, "reasons");
	eg_require_argument(fcinfo, 2, "factors");
	before = eg_open_credible(fcinfo, 0, &reference, &ratios);
	names = eg_get_labels(fcinfo, 1, "reasons", "ARRAY['resignation']", false,
						  &nnames);
	factors = eg_get_float8s(fcinfo, 2, "factors", &nfactors);
	if (nnames != nfactors)
		eg_raise(ef_fail(&eg_context, EF_LEVER_LENGTHS,
						 "There are %d reasons and %d factors.", nnames,
						 nfactors));
	rates = palloc(VARSIZE(before));
	memcpy(rates, before, VARSIZE(before));
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
	EfExitRatio *ratios;
	EfCredibleRates *before;
	EfCredibleRates *rates;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	eg_require_argument(fcinfo, 1, "months");
	before = eg_open_credible(fcinfo, 0, &reference, &ratios);
	rates = palloc(VARSIZE(before));
	memcpy(rates, before, VARSIZE(before));
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
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	eg_require_argument(fcinfo, 1, "intake");
	plan.intake = eg_get_float8s(fcinfo, 1, "intake", &plan.years);
	eg_get_projection(fcinfo, 0, 2, &plan, &workforce, &rates);
	eg_check(ef_lever_stream(&plan, &periods, &eg_context));
	for (int t = 0; t < plan.years; t++)
	{
		const EfProjectionPeriod *period = &periods[t];
		Datum		values[7];
		bool		nulls[7] = {false};

		values[0] = Int32GetDatum(period->year);
		values[1] = Float8GetDatum(period->intake);
		values[2] = Float8GetDatum(period->exits);
		values[3] = Float8GetDatum(period->retirements);
		values[4] = Float8GetDatum(period->headcount);
		values[5] = Float8GetDatum(period->lower);
		values[6] = Float8GetDatum(period->upper);
		eg_put_row(result, values, nulls);
	}
	return (Datum) 0;
}
