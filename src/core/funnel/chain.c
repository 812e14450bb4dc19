/*
 * chain.c
 *	  See chain.h.
 */
#include "funnel/chain.h"

#include <string.h>

#include "base/invariant.h"

#define NOWHERE UINT32_MAX

/* Moments between two checks for interrupts. */
#define INTERRUPT_MOMENTS 65536


/* ---- what became of a chain ---- */

/*
 * Settle a chain that stands at its last stage: `limit` is the end of its
 * window, `exit` the first exit event at or after that stage; each is
 * EF_INSTANT_NEVER if there is none.
 */
static void
settle(EfChain *chain, const EfFunnelSpec *spec, EfUnit unit, EfInstant limit,
	   EfInstant exit)
{
	chain->left = 0;
	if (chain->length == spec->nstages)
		chain->outcome = EF_COMPLETED;
	else if (exit != EF_INSTANT_NEVER && exit <= limit)
	{
		chain->outcome = EF_EXITED;
		chain->left = ef_instant_day(exit, unit);
	}
	else if (spec->has_as_of && limit >= ef_day_instant(spec->as_of, unit))
	{
		chain->outcome = EF_PENDING;
		chain->left = spec->as_of - 1;
	}
	else
	{
		chain->outcome = EF_LOST;
		if (spec->has_within)
			chain->left = ef_instant_day(limit, unit);
	}
}

EF_REPORT(EF_CHAIN_DECREASING, INVALID_PARAMETER_VALUE,
		  "reached goes back in time",
		  "Each stage is reached at or after the one before; use the form over events to find the chain.");

EF_REPORT(EF_CHAIN_STAGES, ARRAY_SUBSCRIPT_ERROR,
		  "reached must be an array of one date for each stage",
		  "Give one dimension, in the order of the stages; leave out what was not reached, or give null.");

EF_REPORT(EF_CHAIN_STRICT, INVALID_PARAMETER_VALUE,
		  "a finished chain has neither exits nor modes",
		  "Use the form over events, or a spec without exits and modes.");

EfStatus
ef_chain_given(EfChain *chain, const EfFunnelSpec *spec, EfUnit unit,
			   const EfInstant *at, unsigned length, EfContext *context)
{
	EfInstant	limit = EF_INSTANT_NEVER;
	EfInstant	as_of = spec->has_as_of ? ef_day_instant(spec->as_of, unit)
		: EF_INSTANT_NEVER;

	chain->length = 0;
	if (spec->nexits > 0 || spec->modes != 0)
		return ef_fail(context, EF_CHAIN_STRICT, "The spec has %s.",
					   spec->nexits > 0 ? "exits" : "modes");
	if (length > spec->nstages)
		return ef_fail(context, EF_CHAIN_STAGES, "Dates: %u. Stages: %u.",
					   length, spec->nstages);
	for (unsigned i = 0; i < length; i++)
	{
		EfStatus	status = ef_instant_check(at[i], unit, context);

		if (status != EF_OK)
			return status;
		if (i > 0 && at[i] < at[i - 1])
			return ef_fail(context, EF_CHAIN_DECREASING,
						   "Stage %u was reached on %s, stage %u on %s.", i,
						   ef_day_shown(ef_instant_day(at[i - 1], unit)).text,
						   i + 1,
						   ef_day_shown(ef_instant_day(at[i], unit)).text);
		if (i == 0)
			limit = ef_spec_limit(spec, unit, at[0]);
		if (chain->length == i && at[i] < as_of && at[i] <= limit)
			chain->at[chain->length++] = at[i];
	}
	if (chain->length > 0)
		settle(chain, spec, unit, limit, EF_INSTANT_NEVER);
	return EF_OK;
}


/* ---- the search ---- */

void
ef_chain_search_begin(EfChainSearch *search, const EfFunnelSpec *spec,
					  EfUnit unit, EfContext *context)
{
	memset(search, 0, sizeof(*search));
	search->spec = spec;
	search->unit = unit;
	search->context = context;
	search->as_of = spec->has_as_of
		? ef_when(ef_day_instant(spec->as_of, unit), 0) : UINT64_MAX;
}

void
ef_chain_search_end(EfChainSearch *search)
{
	ef_release(search->context, search->moments);
	ef_release(search->context, search->ends);
}

/* Return the first exit at or after an instant. */
static EfInstant
exit_from(const EfWhen *events, size_t nevents, EfInstant instant)
{
	EfWhen		from = ef_when(instant, 0);

	for (size_t i = 0; i < nevents; i++)
		if (events[i] >= from && ef_when_code(events[i]) == EF_CODE_EXIT)
			return ef_when_instant(events[i]);
	return EF_INSTANT_NEVER;
}

/*
 * Follow the first start to each next stage as soon as it comes: most
 * people's best chain, if no mode forbids anything in between.  Answers false
 * where a later start might get further, which is possible only if an exit or
 * the end of its window ended this one.
 */
static bool
follow_first_start(const EfChainSearch *search, EfChain *chain,
				   const EfWhen *events, size_t nevents)
{
	const EfFunnelSpec *spec = search->spec;
	bool		increase = (spec->modes & EF_STRICT_INCREASE) != 0;
	EfInstant	limit = EF_INSTANT_NEVER;
	EfInstant	exit = EF_INSTANT_NEVER;
	EfInstant	restart = EF_INSTANT_NEVER; /* the latest later start */
	bool		late = false;
	unsigned	length = 0;

	for (size_t i = 0; i < nevents; i++)
	{
		unsigned	code = ef_when_code(events[i]);
		EfInstant	at;

		if (code == 1 && length > 0 && (late || exit != EF_INSTANT_NEVER))
			return false;
		if (exit != EF_INSTANT_NEVER)
			continue;
		if (code == 1 && length > 0)
			restart = ef_when_instant(events[i]);
		if (code == EF_CODE_EXIT && length > 0)
		{
			exit = ef_when_instant(events[i]);

			/* a start on the day of the exit may be one anew, after it */
			if (restart == exit && restart > chain->at[0])
				return false;
		}
		if (code != length + 1)
			continue;
		at = ef_when_instant(events[i]);
		if (length == 0)
			limit = ef_spec_limit(spec, search->unit, at);
		else if (at > limit)
		{
			/* another start before this event may reach it */
			for (size_t j = 0; j < i; j++)
				if (ef_when_code(events[j]) == 1 &&
					ef_when_instant(events[j]) > chain->at[0])
					return false;
			late = true;
			continue;
		}
		else if (increase && at == chain->at[length - 1])
			continue;
		chain->at[length++] = at;
		if (length == spec->nstages)
			break;
	}
	chain->length = length;
	if (length > 0)
		settle(chain, spec, search->unit, limit, exit);
	return true;
}

/*
 * Tell a moment twice where somebody left and began anew at one instant:
 * first the exit, which ends the chain before it, then the same stages again
 * without the exit, for a chain that begins there.  Otherwise a person who is
 * rejected and applies again on the same day would be a dropout with dates,
 * but not with times of day.
 */
static void
tell_twice(EfMoment *moments, size_t *n, EfInstant *open_until, bool *open)
{
	EfMoment   *moment = &moments[*n - 1];
	bool		starts = (moment->stages & 2) != 0;
	bool		there = *open && moment->at <= *open_until;

	if (moment->exit && there && starts)
	{
		moments[*n] = *moment;
		moments[*n].exit = false;
		moments[(*n)++].anew = true;
		*open_until = moment->limit;
	}
	else if (moment->exit)
		*open = false;
	else if (starts)
	{
		if (!*open || moment->limit > *open_until)
			*open_until = moment->limit;
		*open = true;
	}
}

/* Group events by instant. */
static size_t
collect_moments(EfChainSearch *search, const EfWhen *events, size_t nevents)
{
	size_t		n = 0;
	EfInstant	open_until = 0; /* of a chain that may be there */
	bool		open = false;

	/* a moment that is told twice has two events or more */
	if (search->room < nevents)
	{
		ef_release(search->context, search->moments);
		search->moments = ef_alloc(search->context,
								   2 * nevents * sizeof(EfMoment));
		search->room = 2 * nevents;
	}
	for (size_t i = 0; i < nevents; i++)
	{
		EfInstant	at = ef_when_instant(events[i]);
		unsigned	code = ef_when_code(events[i]);
		EfMoment   *moment;

		if (n > 0 && search->moments[n - 1].at != at)
			tell_twice(search->moments, &n, &open_until, &open);
		if (n == 0 || search->moments[n - 1].at != at)
		{
			memset(&search->moments[n], 0, sizeof(EfMoment));
			search->moments[n++].at = at;
		}
		moment = &search->moments[n - 1];
		if (code == EF_CODE_EXIT)
			moment->exit = true;
		else
			moment->stages |= (uint32_t) 1 << code;
		if (code == 1)
			moment->limit = ef_spec_limit(search->spec, search->unit, at);
	}
	if (n > 0)
		tell_twice(search->moments, &n, &open_until, &open);
	return n;
}

uint32_t
ef_chain_heeded_at(const EfFunnelSpec *spec, unsigned stage)
{
	uint32_t	next = (uint32_t) 2 << stage;
	uint32_t	heeded = next;

	if (spec->modes & EF_STRICT_ORDER)
		heeded |= ~((uint32_t) 1 << stage);
	if (spec->modes & EF_STRICT_DEDUPLICATION)
		heeded |= (next << 1) - 2;
	return heeded;
}

/*
 * Find how far any chain gets.  For each stage it is enough to know the start
 * of the chain at that stage whose window closes last.  (It is not always the
 * latest start: a month from noon on 30 January is noon on 28 February, and a
 * month from the next morning is that morning.)
 */
static unsigned
furthest_stage(const EfChainSearch *search, size_t nmoments)
{
	const EfFunnelSpec *spec = search->spec;
	const EfMoment *moments = search->moments;
	uint32_t	start[EF_STAGE_LIMIT + 1];	/* NOWHERE: no chain is there */
	unsigned	furthest = 0;

	for (unsigned stage = 0; stage <= spec->nstages; stage++)
		start[stage] = NOWHERE;
	for (uint32_t m = 0; m < nmoments; m++)
	{
		const EfMoment *moment = &moments[m];
		uint32_t	before = NOWHERE;	/* at the stage before, till now */
		uint32_t	arrived = NOWHERE;	/* at the stage before, just now */

		if (m % INTERRUPT_MOMENTS == 0)
			ef_check_interrupt(search->context);
		for (unsigned stage = 1; stage <= spec->nstages; stage++)
		{
			uint32_t	stood = start[stage];
			uint32_t	arriving = NOWHERE;

			if (moment->stages >> stage & 1)
			{
				if (stage == 1)
					arriving = m;
				else
				{
					arriving = before;
					if (!(spec->modes & EF_STRICT_INCREASE) &&
						arrived != NOWHERE &&
						(arriving == NOWHERE ||
						 moments[arrived].limit > moments[arriving].limit))
						arriving = arrived;
					if (arriving != NOWHERE &&
						moment->at > moments[arriving].limit)
						arriving = NOWHERE;
				}
			}
			if (arriving != NOWHERE && stage > furthest)
				furthest = stage;
			if (stood != NOWHERE && moment->stages & ef_chain_heeded_at(spec,
																		stage))
				start[stage] = NOWHERE;
			if (arriving != NOWHERE &&
				(start[stage] == NOWHERE ||
				 moments[arriving].limit > moments[start[stage]].limit))
				start[stage] = arriving;
			before = stood;
			arrived = arriving;
		}
		if (moment->exit)
			for (unsigned stage = 1; stage <= spec->nstages; stage++)
				start[stage] = NOWHERE;
	}
	return furthest;
}

/*
 * Find for each moment and stage up to the furthest, of chains that reach the
 * stage there, the earliest moment at which one can have reached the furthest
 * stage: ends[m * furthest + stage - 1].
 */
static void
find_ends(EfChainSearch *search, size_t nmoments, unsigned furthest)
{
	const EfFunnelSpec *spec = search->spec;
	bool		ties = (spec->modes & EF_STRICT_INCREASE) == 0;
	uint32_t	next[EF_STAGE_LIMIT + 1];	/* to go on to from here */

	if (search->ends_room < nmoments * furthest)
	{
		ef_release(search->context, search->ends);
		search->ends = ef_alloc(search->context,
								2 * nmoments * furthest * sizeof(uint32_t));
		search->ends_room = 2 * nmoments * furthest;
	}
	for (unsigned stage = 1; stage <= furthest; stage++)
		next[stage] = NOWHERE;
	for (size_t m = nmoments; m-- > 0;)
	{
		const EfMoment *moment = &search->moments[m];
		uint32_t   *ends = search->ends + m * furthest;

		if (m % INTERRUPT_MOMENTS == 0)
			ef_check_interrupt(search->context);
		for (unsigned stage = furthest; stage >= 1; stage--)
		{
			uint32_t	end = NOWHERE;

			if (!(moment->stages >> stage & 1))
				;
			else if (stage == furthest)
				end = (uint32_t) m;
			else
			{
				if (ties)
					end = ends[stage];
				if (!moment->exit && next[stage] != NOWHERE)
				{
					uint32_t	later = search->ends[(size_t) next[stage] *
													 furthest + stage];

					if (later < end)
						end = later;
				}
			}
			ends[stage - 1] = end;
		}
		for (unsigned stage = 1; stage < furthest; stage++)
			if (moment->stages & ef_chain_heeded_at(spec, stage))
				next[stage] = moment->stages >> (stage + 1) & 1
					? (uint32_t) m : NOWHERE;
			else if (moment->exit)
				next[stage] = NOWHERE;
	}
}

/*
 * Take the earliest of the chains that get furthest, moment by moment;
 * answers the instant from which an exit ends it.
 */
static EfInstant
take_earliest(const EfChainSearch *search, size_t nmoments, unsigned furthest,
			  EfChain *chain)
{
	const EfMoment *moments = search->moments;
	const uint32_t *ends = search->ends;
	size_t		m = 0;
	EfInstant	limit;
	bool		anew;

	while (ends[m * furthest] == NOWHERE ||
		   moments[ends[m * furthest]].at > moments[m].limit)
		m++;
	/* a chain that starts where another one was ended starts after it */
	if (m + 1 < nmoments && moments[m + 1].anew)
		m++;
	limit = moments[m].limit;
	anew = moments[m].anew;
	chain->at[0] = moments[m].at;
	for (unsigned stage = 2; stage <= furthest; stage++)
	{
		uint32_t	here = ends[m * furthest + stage - 1];

		/*
		 * at the same moment if that gets there in time, else at the next
		 * that is heeded
		 */
		if ((search->spec->modes & EF_STRICT_INCREASE) || here == NOWHERE ||
			moments[here].at > limit)
			for (m++; m < nmoments; m++)
				if (moments[m].stages & ef_chain_heeded_at(search->spec,
														   stage - 1))
					break;
		chain->at[stage - 1] = moments[m].at;
	}
	chain->length = furthest;

	/* one that began anew is not ended by the exit before it */
	return chain->at[furthest - 1] + (anew && moments[m].anew);
}

/* Are these events in order? */
static bool
is_sound(const EfWhen *events, size_t nevents)
{
	for (size_t i = 1; i < nevents; i++)
		if (events[i - 1] > events[i])
			return false;
	return true;
}

void
ef_chain_find(EfChainSearch *search, EfChain *chain, const EfWhen *events,
			  size_t nevents)
{
	const EfFunnelSpec *spec = search->spec;
	size_t		nmoments;
	unsigned	furthest;
	EfInstant	exits_from;

	EF_ASSERT(is_sound(events, nevents));
	while (nevents > 0 && events[nevents - 1] >= search->as_of)
		nevents--;
	if (!(spec->modes & (EF_STRICT_ORDER | EF_STRICT_DEDUPLICATION)) &&
		follow_first_start(search, chain, events, nevents))
		return;

	chain->length = 0;
	nmoments = collect_moments(search, events, nevents);
	furthest = furthest_stage(search, nmoments);
	if (furthest == 0)
		return;
	find_ends(search, nmoments, furthest);
	exits_from = take_earliest(search, nmoments, furthest, chain);
	settle(chain, spec, search->unit,
		   ef_spec_limit(spec, search->unit, chain->at[0]),
		   exit_from(events, nevents, exits_from));
}
