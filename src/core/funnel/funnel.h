/*
 * funnel.h
 *	  From the first stage to the last: the summary type `funnel`.
 *
 * A funnel has two life tables a stage.  Labels are the stages of its spec.
 * One person's chain adds the following to the tables, with days counted on
 * the clock of the chain, from its start:
 *
 *	 reached		1 at the day on which a stage was reached, for each stage;
 *	 exited			1 at the day on which the chain was left by an exit event,
 *					for the stage that it stood at;
 *	 lost			1 at the day on which the window closed, where there is one;
 *	 pending		1 at the last day seen, where as_of came first.
 *
 * The same on the clock of the stage, from the day on which it was reached,
 * for all but the first stage (where it is the clock of the chain) and the
 * last:
 *
 *	 converted_after, exited_after, lost_after, pending_after
 *
 * A person who reached a stage and has none of the other marks is lost
 * without a day: this needs a spec with neither window nor as_of.  So,
 * always,
 *
 *	 entered = converted + pending + exited + lost.
 */
#ifndef EF_FUNNEL_H
#define EF_FUNNEL_H

#include "funnel/chain.h"
#include "spell/spell.h"

extern const EfReport EF_SPEC_MIXED[];
extern const EfReport EF_SPECS_NOT_COMPARED[];
extern const EfReport EF_CHAIN_TOO_LONG[];

enum
{
	EF_REACHED,
	EF_STAGE_EXITED,
	EF_STAGE_LOST,
	EF_STAGE_PENDING,
	EF_CONVERTED_AFTER,
	EF_EXITED_AFTER,
	EF_LOST_AFTER,
	EF_PENDING_AFTER
};

/* Limit on the days of a chain: 150 years, as for spells and windows. */
#define EF_CHAIN_DAYS EF_SPELL_DAYS

extern const EfTableType ef_funnel_type;

/*
 * Can an event be taken, whatever else the person did?  An event that the spec
 * does not name can, unless the order of all matters.
 */
extern EfStatus ef_funnel_event_check(const EfFunnelSpec *spec, unsigned code,
									  EfInstant at, EfUnit unit,
									  EfContext *context)
			EF_NODISCARD;

/* Add one person's chain to a state; nothing if its length is 0. */
extern EfStatus ef_funnel_add(EfState **state, const EfChain *chain,
							  EfUnit unit, EfContext *context) EF_NODISCARD;

/*
 * Return the way in which a chain that is over left its last stage, on the
 * stage's own clock; 0 if it has none.
 */
static inline unsigned
ef_way_out(const EfChain *chain, bool window)
{
	return chain->outcome == EF_EXITED ? EF_EXITED_AFTER :
		chain->outcome == EF_PENDING ? EF_PENDING_AFTER :
		chain->outcome == EF_LOST && window ? EF_LOST_AFTER : 0;
}

/* Return the same way on the clock of the chain. */
static inline unsigned
ef_way_on_chain(unsigned after)
{
	return after - EF_EXITED_AFTER + EF_STAGE_EXITED;
}

/* How many reached a stage, and what became of them. */
typedef struct EfStageCounts
{
	int64_t		entered;
	int64_t		converted;
	int64_t		pending;
	int64_t		exited;
	int64_t		lost;
} EfStageCounts;

/* A funnel opened for reading. */
typedef struct EfFunnel
{
	EfTable		table;
	EfFunnelSpec spec;
	EfStageCounts counts[EF_STAGE_LIMIT];	/* of stage n: counts[n - 1] */
} EfFunnel;

extern EfStatus ef_funnel_open(EfFunnel *funnel, const void *datum,
							   size_t size, EfContext *context) EF_NODISCARD;

/*
 * Refuse two funnels whose conversions to a stage, which has a number in
 * each, do not mean the same: other stages on the way, another window, other
 * modes. Funnels of different people may have different as_of and different
 * exits.
 */
extern EfStatus ef_funnels_compared(const EfFunnel *first,
									const EfFunnel *second, uint32_t to_first,
									uint32_t to_second, EfContext *context)
			EF_NODISCARD;

#endif							/* EF_FUNNEL_H */
