/*
 * event_sort.h
 *	  Events in order: by number, name, and when.
 */
#ifndef EF_EVENT_SORT_H
#define EF_EVENT_SORT_H

#include "base/context.h"
#include "log/event.h"

/* Order n events; scratch has room for as many. */
extern void ef_event_sort(uint64_t *events, uint64_t *scratch, size_t n,
						  EfEventForm form, EfPersonKind kind,
						  EfContext *context);

#endif							/* EF_EVENT_SORT_H */
