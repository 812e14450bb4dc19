/*
 * funnel_tally.h
 *	  Counts of many chains, before they go to a state.
 */
#ifndef EF_FUNNEL_TALLY_H
#define EF_FUNNEL_TALLY_H

#include "funnel/funnel.h"

/*
 * Days that a tally counts: many chains by kind, stage and day, where adding
 * a chain is a few additions.  It serves groups of so many people that most
 * days have some.  Longer chains are not counted in it.
 */
#define EF_TALLY_DAYS 4096

typedef struct EfFunnelTally EfFunnelTally;

extern EfFunnelTally *ef_funnel_tally_create(EfContext *context);

/* Add a chain, or answer false. */
extern bool ef_funnel_tally_add(EfFunnelTally *tally, const EfChain *chain,
								EfUnit unit, bool has_window);

/* Move the counts to a state. */
extern EfStatus ef_funnel_tally_flush(EfFunnelTally *tally, EfState **state,
									  EfContext *context) EF_NODISCARD;

/* Forget the counts. */
extern void ef_funnel_tally_clear(EfFunnelTally *tally);

#endif							/* EF_FUNNEL_TALLY_H */
