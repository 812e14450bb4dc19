/*
 * contract_agg.h
 *	  Rows that are contracts of people: shared by the aggregates over them.
 */
#ifndef EF_CONTRACT_AGG_H
#define EF_CONTRACT_AGG_H

#include "event_aggregate.h"

#include "utils/date.h"

#include "spell/contract.h"
#include "spell/spell.h"

/* Get the gap from an argument; refuse null and durations that are no gap. */
extern EfDuration eg_get_gap(FunctionCallInfo fcinfo, int argument);

/* Raise the error that the gaps of rows differ. */
pg_noreturn extern void eg_refuse_gap(const EfDuration *its,
									  const EfDuration *other);

/*
 * Make a spell without its reason from arguments start_date, which is not
 * null, and end_date.
 */
static inline EfSpell
eg_get_contract(FunctionCallInfo fcinfo, int start_date)
{
	EfSpell		spell = {
		.start = PG_GETARG_DATEADT(start_date),
		.end = PG_ARGISNULL(start_date + 1) ? EF_DAY_INFINITY
		: PG_GETARG_DATEADT(start_date + 1)
	};

	return spell;
}

/*
 * Return the number of the reason in an argument, that of 'unknown' for null.
 */
extern uint32_t eg_get_reason(FunctionCallInfo fcinfo, int argument,
							  EfForm form, const EfEventGroup *group);

#endif							/* EF_CONTRACT_AGG_H */
