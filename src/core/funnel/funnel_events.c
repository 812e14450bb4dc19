/*
 * funnel_events.c
 *	  See funnel_events.h.
 */
#include "funnel/funnel_events.h"

#include "funnel/funnel_tally.h"
#include "funnel/window.h"

#include <string.h>

/* Number of events from which on days are counted in a tally. */
#define TALLY_FROM 8192

/* Return the tally of a log, made when it is first needed. */
static EfFunnelTally *
tally_of(EfEventGroup *group)
{
	EfEventLog *log = group->log;

	if (group->nruns == 0 && ef_event_group_size(group) < TALLY_FROM)
		return NULL;
	if (log->tally == NULL)
		log->tally = ef_funnel_tally_create(log->context);
	return log->tally;
}

EfStatus
ef_funnel_of_events(EfState **state, EfEventGroup *group,
					const EfFunnelSpec *spec, const EfFrame *frame,
					EfContext *context)
{
	EfUnit		unit = group->log->unit;
	EfFunnelTally *tally;
	EfEventReader reader;
	EfChainSearch search;
	EfPersonEvents events;
	EfStatus	status = ef_state_create(state, &ef_funnel_type, frame, 0,
										 context);

	if (status != EF_OK)
		return status;
	tally = tally_of(group);
	(*state)->skipped = group->skipped;
	ef_chain_search_begin(&search, spec, unit, context);
	status = ef_event_group_read(&reader, group, context);
	while (ef_event_reader_next(&reader, &events, &status))
	{
		EfChain		chain;
		EfState    *old = *state;

		ef_chain_find(&search, &chain, events.whens, events.n);
		if (chain.length == 0)
			continue;
		if (tally == NULL ||
			!ef_funnel_tally_add(tally, &chain, unit, spec->has_within))
			status = ef_funnel_add(state, &chain, unit, context);
		ef_state_moved(old, *state, context);
	}
	ef_event_reader_end(&reader);
	ef_chain_search_end(&search);
	if (status == EF_OK && tally != NULL)
		status = ef_funnel_tally_flush(tally, state, context);

	/* the next group of the log would count these people too */
	if (status != EF_OK && tally != NULL)
		ef_funnel_tally_clear(tally);
	return status;
}

EfStatus
ef_funnel_chain_of_events(EfChain *chain, EfEventGroup *group,
						  const EfFunnelSpec *spec, EfContext *context)
{
	EfEventReader reader;
	EfChainSearch search;
	EfPersonEvents events = {0};
	EfStatus	status;

	ef_chain_search_begin(&search, spec, group->log->unit, context);
	status = ef_event_group_read(&reader, group, context);
	(void) ef_event_reader_next(&reader, &events, &status);
	if (status == EF_OK)
		ef_chain_find(&search, chain, events.whens, events.n);
	ef_event_reader_end(&reader);
	ef_chain_search_end(&search);
	return status;
}

EfStatus
ef_funnel_window_of_events(int *length, EfEventGroup *group,
						   const EfFunnelSpec *spec, EfContext *context)
{
	EfEventReader reader;
	EfPersonEvents events;
	EfRow	   *rows = NULL;
	size_t		nrows = 0;
	size_t		room = 0;
	EfStatus	status = ef_event_group_read(&reader, group, context);

	/* the "person" is an instant, and its events are sets */
	while (ef_event_reader_next(&reader, &events, &status))
	{
		if (nrows + events.n > room)
		{
			room = 2 * (nrows + events.n);
			rows = ef_enlarge(context, rows, nrows * sizeof(EfRow),
							  room * sizeof(EfRow));
		}
		for (size_t i = 0; i < events.n; i++, nrows++)
		{
			rows[nrows].when = events.number;
			rows[nrows].stages = events.whens[i];
		}
	}
	ef_event_reader_end(&reader);
	if (status == EF_OK)
		*length = ef_window_funnel(spec, group->log->unit, rows, nrows, context);
	ef_release(context, rows);
	return status;
}
