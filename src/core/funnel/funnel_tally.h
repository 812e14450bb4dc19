/*
 * funnel_tally.h
 *	  Counts of many chains, before they go to a state.
 */
#ifndef EF_FUNNEL_TALLY_H
#define EF_FUNNEL_TALLY_H

#include "funnel/funnel.h"

/*
 * Counts of many chains, by kind, stage and day, where adding one is a few
 * additions: for a group of so many people that most days have some.  Chains
 * that last for more than EF_TALLY_DAYS are not its.
 */
#define EF_TALLY_DAYS 4096

typedef struct EfFunnelTally EfFunnelTally;

extern EfFunnelTally *ef_funnel_tally_create(EfContext *context);

/* Add a chain, or answer false. */
extern bool ef_funnel_tally_add(EfFunnelTally *tally, const EfChain *chain,
								EfUnit unit, bool has_window);

/* Move what was counted to a state. */
extern EfStatus ef_funnel_tally_flush(EfFunnelTally *tally, EfState **state,
									  EfContext *context) EF_NODISCARD;

/* Forget what was counted. */
extern void ef_funnel_tally_clear(EfFunnelTally *tally);

#endif							/* EF_FUNNEL_TALLY_H */
