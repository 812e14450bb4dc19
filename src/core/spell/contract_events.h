/*
 * contract_events.h
 *	  Contracts as events of the log, read person by person.
 *
 * A person's spells in [from, as_of) are made from all contracts.  A contract
 * is an event of one word or, where the births and the FTE of people count,
 * two:
 *
 *	 start << 47 | end << 31 | reason		17, 16 and 24 bits
 *	 born << 20 | fte						17 and 20 bits
 *
 * where `start` and `end` count from EF_SPELL_DAYS before as_of, the earliest
 * possible start; an end after as_of means no end.  The reason is a number of
 * the log's dictionary if the person left until as_of, and 0 otherwise: so a
 * contract that ends without a reason was lost sight of on the day before.
 * `born` is one more than the days from birth to as_of.
 *
 * A contract that starts on as_of or later is not observed.  It only says
 * that a gap that was open on as_of was bridged, so nothing but its start
 * counts, and it has no second word (0).
 */
#ifndef EF_CONTRACT_EVENTS_H
#define EF_CONTRACT_EVENTS_H

#include "base/fte.h"
#include "log/event_log.h"
#include "spell/contract.h"
#include "spell/spell.h"

extern const EfReport EF_BIRTHS_DIFFER[];

/* The period for which contracts are counted. */
typedef struct EfContractPeriod
{
	EfFrame		frame;
	EfDuration	gap;
	EfDay		last_start;		/* later ones say nothing */
} EfContractPeriod;

extern void ef_contracts_period(EfContractPeriod *period, const EfFrame *frame,
								const EfDuration *gap);

#define EF_CONTRACT_END_AT 31
#define EF_CONTRACT_START_AT (EF_CONTRACT_END_AT + 16)
#define EF_CONTRACT_ENDLESS 0xffff

_Static_assert(EF_CONTRACT_END_AT >= EF_WHEN_NUMBER_BITS &&
			   EF_SPELL_DAYS < EF_CONTRACT_ENDLESS,
			   "a contract fits a word");

/*
 * Make the word of a contract that ef_spell_check accepted, without its
 * reason; false if the contract is not observed.
 */
static inline bool
ef_contract_when(EfWhen *when, const EfSpell *spell,
				 const EfContractPeriod *period)
{
	EfDay		as_of = period->frame.as_of;
	EfDay		first = as_of - EF_SPELL_DAYS;
	EfDay		end = spell->lost && spell->last_seen < as_of
		? spell->last_seen + 1 : spell->end;
	uint32_t	last = end > as_of ? EF_CONTRACT_ENDLESS
		: (uint32_t) (end - first);

	if (spell->start > period->last_start)
		return false;
	*when = (EfWhen) (uint32_t) (spell->start - first) << EF_CONTRACT_START_AT |
		(EfWhen) last << EF_CONTRACT_END_AT;
	return true;
}

/* Make the second word. */
static inline uint64_t
ef_contract_detail(EfDay start, EfDay birth, int32_t fte,
				   const EfContractPeriod *period)
{
	EfDay		as_of = period->frame.as_of;

	return start >= as_of ? 0
		: (uint64_t) (uint32_t) (as_of - birth + 1) << EF_FTE_BITS |
		(uint32_t) fte;
}

/* The contracts of a group, while they are read. */
typedef struct EfContractReader
{
	EfEventReader events;
	const EfContractPeriod *period;
	const EfDictionary *reasons;
	EfContext  *context;
	size_t		room;
	EfContract *contracts;		/* of a person */
	size_t		ncontracts;
	size_t		next;			/* that no spell has yet */
	EfDay		birth;
} EfContractReader;

extern EfStatus ef_contracts_read(EfContractReader *reader,
								  EfEventGroup *group,
								  const EfDictionary *reasons,
								  const EfContractPeriod *period,
								  EfContext *context) EF_NODISCARD;

/*
 * Read the next spell that starts before as_of, of the current person or the
 * next one; *found is false at the end.
 */
extern EfStatus ef_contracts_next(EfContractReader *reader, EfJoined *joined,
								  bool *found) EF_NODISCARD;

extern void ef_contracts_end(EfContractReader *reader);

/* Turn it into a spell for a summary; its reason stays in the dictionary. */
extern void ef_contracts_spell(const EfContractReader *reader,
							   const EfJoined *joined, EfSpell *spell);

/* How a type takes a spell that was read into a state, which may move. */
typedef EfStatus (*EfAddJoined) (EfState **state,
								 const EfContractReader *reader,
								 const EfJoined *joined, EfContext *context);

/* Create a state with the spells of all persons of a group. */
extern EfStatus ef_contracts_count(EfState **state, const EfTableType *type,
								   EfAddJoined add, EfEventGroup *group,
								   const EfDictionary *reasons,
								   const EfContractPeriod *period,
								   EfContext *context) EF_NODISCARD;

/* Refuse the FTE that the person who is read has on a day: too much, in thousandths. */
extern EfStatus ef_contracts_refuse_fte(const EfEventReader *events, EfDay day,
										int64_t fte) EF_NODISCARD;

/*
 * Find the FTE of the current person on a day of a spell, or why it has none.
 */
extern EfStatus ef_contracts_fte(const EfContractReader *reader,
								 const EfJoined *joined, EfDay day,
								 int32_t *fte) EF_NODISCARD;

#endif							/* EF_CONTRACT_EVENTS_H */
