/*
 * funnel_events.h
 *	  From the events of a group to its funnel, a chain, or how far it gets.
 */
#ifndef EF_FUNNEL_EVENTS_H
#define EF_FUNNEL_EVENTS_H

#include "funnel/funnel.h"
#include "log/event_log.h"

/* Create a state with the best chain of each person of a group. */
extern EfStatus ef_funnel_of_events(EfState **state,
									EfEventGroup *group,
									const EfFunnelSpec *spec,
									const EfFrame *frame,
									EfContext *context) EF_NODISCARD;

/* Find the best chain of a group that has the events of one person. */
extern EfStatus ef_funnel_chain_of_events(EfChain *chain, EfEventGroup *group,
										  const EfFunnelSpec *spec,
										  EfContext *context) EF_NODISCARD;

/*
 * Find how far the best chain of window_funnel gets.  The events of the group
 * are rows: their number is ef_when(instant, 0), and `when` the set of stages
 * of EfRow.
 */
extern EfStatus ef_funnel_window_of_events(int *length, EfEventGroup *group,
										   const EfFunnelSpec *spec,
										   EfContext *context) EF_NODISCARD;

#endif							/* EF_FUNNEL_EVENTS_H */
