/*
 * levers.c
 *	  What somebody assumes of exit rates.  See src/core/workforce/levers.h.
 */
#include "credible_rates_value.h"

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
	ef_require_argument(fcinfo, 1, "reasons");
	ef_require_argument(fcinfo, 2, "factors");
	before = ef_open_credible(fcinfo, 0, &reference, &ratios);
	names = ef_get_labels(fcinfo, 1, "reasons", "ARRAY['resignation']", false,
						  &nnames);
	factors = ef_get_float8s(fcinfo, 2, "factors", &nfactors);
	if (nnames != nfactors)
		ef_raise(ef_fail(&ef_context, EF_LEVER_LENGTHS,
						 "There are %d reasons and %d factors.", nnames,
						 nfactors));
	rates = palloc(VARSIZE(before));
	memcpy(rates, before, VARSIZE(before));
	ef_check(ef_change_exit_rates(rates->reasons, &reference.table, names,
								  factors, nnames, &ef_context));
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
	ef_require_argument(fcinfo, 1, "months");
	before = ef_open_credible(fcinfo, 0, &reference, &ratios);
	rates = palloc(VARSIZE(before));
	memcpy(rates, before, VARSIZE(before));
	ef_check(ef_shift_retirement(rates, PG_GETARG_INT32(1), &ef_context));
	PG_RETURN_POINTER(rates);
}
