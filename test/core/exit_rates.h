/*
 * exit_rates.h: all rows of exit rates at once.
 */
#ifndef EF_TEST_EXIT_RATES_H
#define EF_TEST_EXIT_RATES_H

#include "workforce/workforce_read.h"

static inline EfStatus
exit_rates(const EfWorkforce *workforce, double level, EfExitRateRow **rows, size_t *n, EfContext *context)
{
	EfExitRates rates;
	EfStatus	status = ef_exit_rates_begin(&rates, workforce, level, context);

	*n = 0;
	if (status != EF_OK)
		return status;
	*rows = ef_alloc(context, ((size_t) workforce->table.nlabels * (EF_AGE_LIMIT + 1) + 1) * sizeof(EfExitRateRow));
	if (*rows == NULL)
		return EF_NO_MEMORY;
	while (ef_exit_rates_next(&rates, *rows + *n))
		(*n)++;
	return EF_OK;
}

#endif							/* EF_TEST_EXIT_RATES_H */
