/*
 * event_aggregate.h
 *	  Aggregates over events: their state, which may be larger than memory.
 *
 * All groups of an aggregate share one log (src/core/event_log.h) within the
 * memory that a hash table may take, and one temporary file beside it.  The
 * log lives as long as the aggregate's memory: it is made with the first group
 * and closed by a callback of the executor, so that a rescan, the next batch
 * of a hash aggregate that spilled, or an error leaves nothing.
 */
#ifndef EF_EVENT_AGGREGATE_H
#define EF_EVENT_AGGREGATE_H

#include "glue.h"

#include "event_log.h"
#include "funnel_spec.h"
#include "funnel_spec_value.h"

/* A spec, opened, with the bytes that it came from. */
typedef struct EventSpec
{
	struct EventSpec *older;
	EfFunnelSpec spec;
	EfWhen		as_of;			/* events from then on have not happened */
	EfSpecBytes packed;
} EventSpec;

/* The spec of a group. */
static inline const EventSpec *
ef_group_spec(const EfEventGroup *group)
{
	return (const EventSpec *) group->spec;
}

/* Refuse rows without a spec. */
extern void ef_require_spec(FunctionCallInfo fcinfo, int argument);

/*
 * The group that is argument 0, which is made if there is none, for the spec
 * that argument `spec` says.
 */
extern EfEventGroup *ef_event_group(FunctionCallInfo fcinfo, int spec,
									EfPersonKind kind, EfUnit unit);

/* The group, argument 0 of a final function; NULL if there were no rows. */
extern EfEventGroup *ef_finished_group(FunctionCallInfo fcinfo);

#endif							/* EF_EVENT_AGGREGATE_H */
