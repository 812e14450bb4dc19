/*
 * mobility_contracts.h
 *	  From the contracts of a group of people to their moves, their reasons to
 *	  leave, and their FTE.
 *
 * Contracts of one person, in any states, that lie at most a gap apart are
 * one spell (spell/contract.h).  In a bridged gap the person stays in the
 * state of the contract that was seen last, without FTE.  Contracts determine
 * the state on a day by the rules of spells (mobility_spells.h).  A person
 * leaves for the reason of the spell.  FTE is that of each contract, in its
 * own state.
 *
 * A contract is an event of the log in one word, ordered by start and then by
 * end:
 *
 *	 start << 47 | end << 24 | number		17, 23 and 24 bits
 *
 * where both days count from EF_SPELL_DAYS before as_of.  The number is that
 * of a name in the log's dictionary, which holds the rest:
 *
 *	 reason, a byte 0, a byte 1 and the state or a byte 0 for none, FTE in 3 bytes
 *
 * So names are in the order of their reasons.
 */
#ifndef EF_MOBILITY_CONTRACTS_H
#define EF_MOBILITY_CONTRACTS_H

#include "mobility/mobility_spells.h"
#include "spell/contract_events.h"

/* End of a contract without one: some 22,000 years later. */
#define EF_MOBILITY_ENDLESS 0x7fffff
#define EF_MOBILITY_START_AT (EF_WHEN_NUMBER_BITS + 23)

/*
 * Make the event of a contract that ef_spell_check accepted, without its
 * number; false if the contract is not observed.
 */
extern bool ef_mobility_contract_when(EfWhen *when, EfDay start, EfDay end,
									  const EfContractPeriod *period);

/* Return the length of a name in bytes. */
static inline size_t
ef_mobility_contract_size(size_t reason, size_t state)
{
	return reason + state + 5;
}

/* Write one; the state is NULL where it is not known.  The reason has no byte 0. */
extern void ef_mobility_contract_name(char *name, const char *reason,
									  size_t reason_length, const char *state,
									  size_t state_length, int32_t fte);

/* Create a state with the steps of all persons of a group. */
extern EfStatus ef_mobility_of_contracts(EfState **state, EfEventGroup *group,
										 const EfDictionary *names,
										 const EfContractPeriod *period,
										 EfContext *context) EF_NODISCARD;

#endif							/* EF_MOBILITY_CONTRACTS_H */
