/*
 * funnel_events.c
 *	  See funnel_events.h.
 */
#include "funnel/funnel_events.h"

#include "funnel/funnel_tally.h"
#include "funnel/window.h"

#include <string.h>

/* So many people between two looks at whether to go on. */
#define INTERRUPT_PEOPLE 4096

/* From so many events on, days are counted in a tally. */
#define TALLY_FROM 8192

/* The tally of a log, made when it is first needed. */
static EfFunnelTally *
tally_of(EfEventGroup *group)
{
	EfEventLog *log = group->log;

	if (group->nruns == 0 && ef_event_group_size(group) < TALLY_FROM)
		return NULL;
	if (log->tally == NULL)
		log->tally = ef_funnel_tally_create(log->allocator);
	return log->tally;
}

/* Add a chain to a state, which may move. */
EF_NODISCARD static EfStatus
add_chain(EfState **state, const EfChain *chain, EfUnit unit,
		  const EfAllocator *allocator, EfError *error)
{
	EfState    *old = *state;
	EfStatus	status = ef_funnel_add(state, chain, unit, allocator, error);

	ef_state_moved(old, *state, allocator);
	return status;
}

EfStatus
ef_funnel_of_events(EfState **state, EfEventGroup *group,
					const EfFunnelSpec *spec, const EfFrame *frame,
					const EfAllocator *allocator, EfError *error)
{
	EfUnit		unit = group->log->unit;
	EfFunnelTally *tally;
	EfEventReader reader;
	EfChainSearch search;
	uint64_t	npeople = 0;
	EfStatus	status = ef_state_create(state, &ef_funnel_type, frame, 0,
										 allocator, error);

	if (status != EF_OK)
		return status;
	tally = tally_of(group);
	(*state)->skipped = group->skipped;
	ef_chain_search_begin(&search, spec, unit, allocator);
	status = ef_event_group_read(&reader, group, allocator, error);
	while (status == EF_OK)
	{
		EfChain		chain;
		const EfWhen *whens;
		size_t		nwhens;
		uint64_t	number;

		if (npeople++ % INTERRUPT_PEOPLE == 0)
			ef_check_interrupt(allocator);
		status = ef_event_reader_next(&reader, &number, &whens, &nwhens,
									  error);
		if (status != EF_OK || nwhens == 0)
			break;
		ef_chain_find(&search, &chain, whens, nwhens);
		if (chain.length == 0)
			continue;
		if (tally == NULL ||
			!ef_funnel_tally_add(tally, &chain, unit, spec->has_within))
			status = add_chain(state, &chain, unit, allocator, error);
	}
	ef_event_reader_end(&reader);
	ef_chain_search_end(&search);
	if (status == EF_OK && tally != NULL)
		status = ef_funnel_tally_flush(tally, state, allocator, error);

	/* the next group of the log would count these people too */
	if (status != EF_OK && tally != NULL)
		ef_funnel_tally_clear(tally);
	return status;
}

EfStatus
ef_chain_of_events(EfChain *chain, EfEventGroup *group,
				   const EfFunnelSpec *spec, const EfAllocator *allocator,
				   EfError *error)
{
	EfEventReader reader;
	EfChainSearch search;
	const EfWhen *whens = NULL;
	size_t		nwhens = 0;
	uint64_t	number;
	EfStatus	status;

	ef_chain_search_begin(&search, spec, group->log->unit, allocator);
	status = ef_event_group_read(&reader, group, allocator, error);
	if (status == EF_OK)
		status = ef_event_reader_next(&reader, &number, &whens, &nwhens,
									  error);
	if (status == EF_OK)
		ef_chain_find(&search, chain, whens, nwhens);
	ef_event_reader_end(&reader);
	ef_chain_search_end(&search);
	return status;
}

EfStatus
ef_window_of_events(int *length, EfEventGroup *group,
					const EfFunnelSpec *spec, const EfAllocator *allocator,
					EfError *error)
{
	EfEventReader reader;
	EfRow	   *rows = NULL;
	size_t		nrows = 0;
	size_t		room = 0;
	EfStatus	status = ef_event_group_read(&reader, group, allocator,
											   error);

	while (status == EF_OK)
	{
		const EfWhen *sets;
		size_t		nsets;
		uint64_t	when;

		status = ef_event_reader_next(&reader, &when, &sets, &nsets,
									  error);
		if (status != EF_OK || nsets == 0)
			break;
		if (nrows + nsets > room)
		{
			EfRow	   *larger;

			room = 2 * (nrows + nsets);
			larger = ef_alloc(allocator, room * sizeof(EfRow));
			if (nrows > 0)
				memcpy(larger, rows, nrows * sizeof(EfRow));
			ef_release(allocator, rows);
			rows = larger;
		}
		for (size_t i = 0; i < nsets; i++)
			rows[nrows++] = (EfRow) {when, sets[i]};
	}
	ef_event_reader_end(&reader);
	if (status == EF_OK)
		ef_window_funnel(spec, group->log->unit, rows, nrows, length,
						 allocator);
	ef_release(allocator, rows);
	return status;
}
