/*
 * funnel.h
 *	  From the first stage to the last: the summary type `funnel`.
 *
 * A funnel has two life tables a stage.  Labels are the stages of its spec.
 * What one person's chain leaves in the tables, with days counted on the clock
 * of the chain, from its start:
 *
 *	 reached		1 at the day on which a stage was reached, for each stage;
 *	 exited			1 at the day on which the chain was left by an exit event,
 *					for the stage that it stood at;
 *	 lost			1 at the day on which the window closed, where there is one;
 *	 pending		1 at the last day seen, where as_of came first.
 *
 * The same on the clock of the stage, from the day on which it was reached, for
 * all but the first stage (where it is the clock of the chain) and the last:
 *
 *	 converted_after, exited_after, lost_after, pending_after
 *
 * Who reached a stage and has none of the other marks is lost without a day:
 * there is neither a window nor an as_of then.  So, always,
 *
 *	 entered = converted + pending + exited + lost.
 */
#ifndef EF_FUNNEL_H
#define EF_FUNNEL_H

#include "funnel/chain.h"
#include "spell/spell.h"

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

/* The most that 150 years can span, as spells and windows have them. */
#define EF_CHAIN_DAYS EF_SPELL_DAYS

extern const EfTableType ef_funnel_type;

/*
 * Can an event be taken, whatever else the person did?  An event that the spec
 * does not name can, unless the order of all matters.
 */
extern EfStatus ef_event_check(const EfFunnelSpec *spec, unsigned code,
							   EfInstant at, EfUnit unit, EfError *error);

/* Add one person's chain to a state; nothing if its length is 0. */
extern EfStatus ef_funnel_add(EfState **state, const EfChain *chain,
							  EfUnit unit, const EfAllocator *allocator,
							  EfError *error);

/*
 * Counts of many chains, by kind, stage and day, where adding one is a few
 * additions: for a group of so many people that most days have some.  Chains
 * that last for more than EF_TALLY_DAYS are not its.
 */
#define EF_TALLY_DAYS 4096

typedef struct EfFunnelTally EfFunnelTally;

extern EfStatus ef_funnel_tally_create(EfFunnelTally **tally,
									   const EfAllocator *allocator,
									   EfError *error);

/* Add a chain, or answer false. */
extern bool ef_funnel_tally_add(EfFunnelTally *tally, const EfChain *chain,
								EfUnit unit, bool has_window);

/* Move what was counted to a state. */
extern EfStatus ef_funnel_tally_flush(EfFunnelTally *tally, EfState **state,
									  const EfAllocator *allocator,
									  EfError *error);

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
							   size_t size, const EfAllocator *allocator,
							   EfError *error);


/* ---- day by day ---- */

/* Within a day they come in this order. */
typedef enum EfWay
{
	EF_WAY_ON,					/* to the next stage */
	EF_WAY_EXITED,
	EF_WAY_LOST,
	EF_WAY_PENDING,
	EF_WAY_COUNT
} EfWay;

/* Those who leave a stage, day by day, on one of its clocks. */
typedef struct EfLeavers
{
	const EfCell *at[EF_WAY_COUNT];
	const EfCell *end[EF_WAY_COUNT];
} EfLeavers;

/* A stage that is not the last: on the clock of the chain, or on its own. */
extern void ef_leavers_of_chain(EfLeavers *leavers, const EfTable *table,
								uint32_t stage);
extern void ef_leavers_of_stage(EfLeavers *leavers, const EfTable *table,
								uint32_t stage);

/* The next day on which anybody leaves; UINT32_MAX when there is none. */
extern uint32_t ef_leavers_day(const EfLeavers *leavers);

/* How many leave on that day in this way, which is to be asked once. */
static inline int64_t
ef_leavers_take(EfLeavers *leavers, EfWay way, uint32_t day)
{
	if (leavers->at[way] == leavers->end[way] ||
		ef_key_at(leavers->at[way]->key) != day)
		return 0;
	return (leavers->at[way]++)->count;
}

#endif							/* EF_FUNNEL_H */
