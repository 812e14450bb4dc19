/*
 * credible_rates.c
 *	  The type credible_rates: see src/core/workforce/credible_rates.h.
 */
#include "credible_rates_value.h"
#include "summary.h"

EfCredibleRates *
eg_create_credible(uint32 nreasons, const struct varlena *reference)
{
	EfCredibleRates *rates;

	eg_check(ef_credible_create(&rates, nreasons, VARSIZE(reference),
								&eg_context));
	memcpy(ef_credible_reference(rates), reference, VARSIZE(reference));
	SET_VARSIZE(rates, ef_credible_size(nreasons, VARSIZE(reference)));
	return rates;
}

EfCredibleRates *
eg_plain_rates(struct varlena *reference)
{
	EfCredibleRates *rates;
	EfTable		table;

	eg_summary_load(&table, &ef_workforce_type, reference);
	rates = eg_create_credible(table.nlabels, reference);
	for (uint32 i = 0; i < table.nlabels; i++)
		rates->reasons[i] = ef_credible_plain();
	return rates;
}

PG_FUNCTION_INFO_V1(ef_credible_rates);
Datum
ef_credible_rates(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(eg_plain_rates(eg_finished_workforce(fcinfo, 0)));
}

PG_FUNCTION_INFO_V1(ef_credibility);
Datum
ef_credibility(PG_FUNCTION_ARGS)
{
	EfWorkforce group;
	EfWorkforce reference;
	EfCredibleRates *rates;

	eg_open_workforce(fcinfo, 0, &group);
	rates = eg_copy_credible(fcinfo, 1, &reference);
	eg_check(ef_credible_learn(rates->reasons, &reference.table, &group.table,
							   &eg_context));
	PG_RETURN_POINTER(rates);
}

PG_FUNCTION_INFO_V1(ef_exit_ratios);
Datum
ef_exit_ratios(PG_FUNCTION_ARGS)
{
	EfWorkforce reference;
	EfExitRatio *ratios;
	EfCredibleRates *rates;
	double		level = PG_GETARG_FLOAT8(1);
	EfResult   *result = eg_begin_rows(fcinfo);

	rates = eg_open_credible(fcinfo, 0, &reference, &ratios);
	for (uint32 i = 0; i < rates->nreasons; i++)
	{
		EfRatioRow	row;

		eg_check(ef_credible_row(&rates->reasons[i], level, &row,
								 &eg_context));
		eg_put_text(result, eg_label_text(&reference.table.labels[i]));
		eg_put_int64(result, row.exits);
		eg_put_float8(result, row.expected);
		eg_put_float8_or_null(result, row.observed);
		eg_put_float8(result, row.drawn_to);
		eg_put_float8(result, row.z);
		eg_put_float8(result, row.ratio);
		eg_put_float8(result, row.lower);
		eg_put_float8(result, row.upper);
		eg_end_row(result);
	}
	return (Datum) 0;
}


/* ---- order ---- */

/* No number has two forms, nor has a reference. */
EF_ORDER_FUNCTIONS(credible_rates, eg_compare_arguments(fcinfo))
EF_HASH_FUNCTIONS(credible_rates, eg_get_bytes(fcinfo, 0))
