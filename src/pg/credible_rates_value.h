/*
 * credible_rates_value.h
 *	  Credible rates among the arguments of a function.
 */
#ifndef EF_CREDIBLE_RATES_VALUE_H
#define EF_CREDIBLE_RATES_VALUE_H

#include "workforce_value.h"
#include "workforce/credible_rates.h"

/* Opens the reference, and finds the ratio of each of its labels. */
static inline void
eg_check_credible(EfCredibleRates *rates, EfWorkforce *reference,
				  EfExitRatio **ratios)
{
	struct varlena *inner;

	eg_check(ef_credible_open(rates, VARSIZE(rates), reference, ratios,
							  &eg_context));

	/* whoever reads the reference as a value trusts its length */
	inner = ef_credible_reference(rates);
	if (!VARATT_IS_4B_U(inner) || VARSIZE(inner) != rates->reference_size)
		eg_raise(ef_fail(&eg_context, EF_INVALID,
						 "The reference has another length than its rates say."));
}

static inline EfCredibleRates *
eg_open_credible(FunctionCallInfo fcinfo, int argument, EfWorkforce *reference,
				 EfExitRatio **ratios)
{
	EfCredibleRates *rates = (EfCredibleRates *) PG_GETARG_VARLENA_P(argument);

	eg_check_credible(rates, reference, ratios);
	return rates;
}

/* Copy rates that are an argument, to change them. */
static inline EfCredibleRates *
eg_copy_credible(FunctionCallInfo fcinfo, int argument, EfWorkforce *reference)
{
	EfCredibleRates *rates = (EfCredibleRates *) PG_GETARG_BYTEA_P_COPY(argument);
	EfExitRatio *ratios;

	eg_check_credible(rates, reference, &ratios);
	return rates;
}

/* Make room for the rates of a reference, which is in its finished form. */
extern EfCredibleRates *eg_create_credible(uint32 nreasons,
										   const struct varlena *reference);

/* Make the rates of a reference that are its own. */
extern EfCredibleRates *eg_plain_rates(struct varlena *reference);

#endif							/* EF_CREDIBLE_RATES_VALUE_H */
