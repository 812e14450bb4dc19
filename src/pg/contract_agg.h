/*
 * contract_agg.h
 *	  Rows that are contracts of people: what the aggregates over them share.
 */
#ifndef EF_CONTRACT_AGG_H
#define EF_CONTRACT_AGG_H

#include "event_aggregate.h"

#include "utils/date.h"

#include "spell/contract.h"
#include "spell/spell.h"

/* The gap that an argument says; refuses null, and what is none. */
extern EfDuration eg_get_gap(FunctionCallInfo fcinfo, int argument);

/* Raise the error that the gaps of rows differ. */
pg_noreturn extern void eg_refuse_gap(const EfDuration *its,
									  const EfDuration *other);

/* Arguments start_date, which is not null, and end_date: a spell without its
 * reason. */
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

/* The number of the reason that an argument says, 'unknown' where it is null. */
extern uint32_t eg_get_reason(FunctionCallInfo fcinfo, int argument,
							  EfForm form, const EfEventGroup *group);

#endif							/* EF_CONTRACT_AGG_H */
