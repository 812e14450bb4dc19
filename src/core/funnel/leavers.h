/*
 * leavers.h
 *	  People who leave a stage, day by day.
 */
#ifndef EF_LEAVERS_H
#define EF_LEAVERS_H

#include "funnel/funnel.h"

/* Within a day they come in this order. */
typedef enum EfWay
{
	EF_WAY_ON,					/* to the next stage */
	EF_WAY_EXITED,
	EF_WAY_LOST,
	EF_WAY_PENDING,
	EF_WAY_COUNT
} EfWay;

/* People who leave a stage, day by day, on one of its clocks. */
typedef struct EfLeavers
{
	const EfCell *at[EF_WAY_COUNT];
	const EfCell *end[EF_WAY_COUNT];
} EfLeavers;

/*
 * Begin with a stage that is not the last: on the clock of the chain, or on
 * its own.
 */
extern void ef_leavers_of_chain(EfLeavers *leavers, const EfTable *table,
								uint32_t stage);
extern void ef_leavers_of_stage(EfLeavers *leavers, const EfTable *table,
								uint32_t stage);

/* Return the next day on which anybody leaves; UINT32_MAX at the end. */
extern uint32_t ef_leavers_day(const EfLeavers *leavers);

/*
 * Return how many leave on that day in this way; ask only once for each way.
 */
static inline int64_t
ef_leavers_take(EfLeavers *leavers, EfWay way, uint32_t day)
{
	if (leavers->at[way] == leavers->end[way] ||
		ef_key_at(leavers->at[way]->key) != day)
		return 0;
	return (leavers->at[way]++)->count;
}

#endif							/* EF_LEAVERS_H */
