/*
 * joined_spells.h
 *	  The spells of one person, from the contracts that a group of the log has.
 *
 * Where no period is looked at a contract is an event with a detail:
 *
 *	 start << 24 | reason		start counts from the year 1
 *	 end << 20 | fte			end counts from the first of all days
 */
#ifndef EF_JOINED_SPELLS_H
#define EF_JOINED_SPELLS_H

#include "base/fte.h"
#include "log/event_log.h"
#include "spell/contract.h"
#include "spell/spell.h"

/* Is this a contract that can be joined with others? */
extern EfStatus ef_joined_spells_check(const EfSpell *spell,
									   EfContext *context)
			EF_NODISCARD;

/* Make the two words of a spell to be joined. */
static inline EfWhen
ef_joinable_when(EfDay start, uint32_t reason)
{
	return (EfWhen) (uint32_t) (start - EF_FIRST_DATE) << EF_WHEN_NUMBER_BITS |
		reason;
}

static inline uint64_t
ef_joinable_detail(EfDay end, int32_t fte)
{
	return (uint64_t) ((int64_t) end - INT32_MIN) << EF_FTE_BITS |
		(uint32_t) fte;
}

/*
 * Join spells, in order; they and their contracts are allocated by the
 * context.
 */
extern EfStatus ef_joined_spells(EfJoined **spells, size_t *nspells,
								 EfEventGroup *group,
								 const EfDictionary *reasons,
								 const EfDuration *gap,
								 EfContext *context) EF_NODISCARD;

/*
 * List the stretches of a spell, allocated by the context too; their FTE is
 * checked.
 */
extern EfStatus ef_joined_spells_stretches(EfStretch **stretches,
										   size_t *nstretches,
										   const EfJoined *spell,
										   EfContext *context) EF_NODISCARD;

#endif							/* EF_JOINED_SPELLS_H */
