/*
 * window.h
 *	  window_funnel: rows of one person that can fill several stages.
 */
#ifndef EF_WINDOW_H
#define EF_WINDOW_H

#include "funnel/chain.h"

extern const EfReport EF_CONDITION_COUNT[];
extern const EfReport EF_CONDITION_EXITS[];

/* One row of window_funnel: its instant and the set of stages that it can
 * fill, bit n - 1 for stage n. */
typedef struct EfRow
{
	uint64_t	when;			/* ef_when(instant, 0): in the order of time */
	uint64_t	stages;
} EfRow;

/* Refuse a spec, or a number of conditions, that window_funnel cannot take. */
extern EfStatus ef_window_check(const EfFunnelSpec *spec, int nconditions,
								EfContext *context) EF_NODISCARD;

/* Find how far the best chain gets over rows that are in order. */
extern int	ef_window_funnel(const EfFunnelSpec *spec, EfUnit unit,
							 const EfRow *rows, size_t nrows,
							 EfContext *context);

#endif							/* EF_WINDOW_H */
