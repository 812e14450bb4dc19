/*
 * chain.h
 *	  The best chain of one person's events.
 *
 * Events are grouped by instant: what happened at one instant is a *moment*,
 * with the set of stages reached then.  A chain is a choice of moments, one for
 * each stage from the first on, none earlier than the one before.  The best one
 * goes furthest; of those the earliest counts (doc/methods.md has the rules in
 * full).
 *
 * In the order of time a chain at a stage has at most two ways to go on: at the
 * same moment (ties favour the funnel), or at the next moment that says
 * anything to it, which either holds the next stage or breaks the chain.  So
 * the search is linear in moments and stages, however many chains there are.
 */
#ifndef EF_CHAIN_H
#define EF_CHAIN_H

#include "funnel/funnel_spec.h"

typedef enum EfOutcome
{
	EF_COMPLETED,				/* reached the last stage */
	EF_EXITED,
	EF_LOST,					/* the window closed, or the data end */
	EF_PENDING					/* censored on the last day seen */
} EfOutcome;

typedef struct EfChain
{
	unsigned	length;			/* stages reached; 0: not in the funnel */
	EfInstant	at[EF_STAGE_LIMIT];
	EfOutcome	outcome;

	/* The day of the outcome; not there for those who completed the chain, or
	 * are lost without a window. */
	EfDay		left;
} EfChain;

/*
 * An event as the event log has it: an instant in the years 1 to 9999 and what
 * happened then (a code of funnel_spec.h), in one word whose order is that of
 * time, and at one instant that of stages, with exits last.
 */
typedef uint64_t EfWhen;

#define EF_WHEN_CODE_BITS 5
#define EF_WHEN_BIAS (INT64_C(1) << 56)

static inline EfWhen
ef_when(EfInstant instant, unsigned code)
{
	return (EfWhen) (instant + EF_WHEN_BIAS) << EF_WHEN_CODE_BITS | code;
}

static inline EfInstant
ef_when_instant(EfWhen when)
{
	return (EfInstant) (when >> EF_WHEN_CODE_BITS) - EF_WHEN_BIAS;
}

static inline unsigned
ef_when_code(EfWhen when)
{
	return (unsigned) when & ((1u << EF_WHEN_CODE_BITS) - 1);
}


extern EfStatus ef_instant_refuse(EfInstant instant, EfUnit unit,
								  EfError *error);

/* Is this an instant that an event can have? */
static inline EfStatus
ef_instant_check(EfInstant instant, EfUnit unit, EfError *error)
{
	if (instant >= ef_day_instant(EF_FIRST_DATE, unit) &&
		instant < ef_day_instant(EF_BEYOND_DATE, unit))
		return EF_OK;
	return ef_instant_refuse(instant, unit, error);
}

/* What happened at one instant. */
typedef struct EfMoment
{
	EfInstant	at;
	EfInstant	limit;			/* of a chain that starts here */
	uint32_t	stages;			/* bit of stage n is 1 << n; bit 0: an event of
								 * no stage of the spec */
	bool		exit;
} EfMoment;

/* Room for the search, kept between persons. */
typedef struct EfChainSearch
{
	const EfFunnelSpec *spec;
	EfUnit		unit;
	EfWhen		as_of;			/* events from then on have not happened */
	const EfAllocator *allocator;
	size_t		room;
	EfMoment   *moments;
	size_t		ends_room;
	uint32_t   *ends;			/* for each moment and stage */
} EfChainSearch;

extern void ef_chain_search_begin(EfChainSearch *search,
								  const EfFunnelSpec *spec, EfUnit unit,
								  const EfAllocator *allocator);
extern void ef_chain_search_end(EfChainSearch *search);

/* The best chain of one person's events, which are in order. */
extern EfStatus ef_chain_find(EfChainSearch *search, EfChain *chain,
							  const EfWhen *events, size_t nevents,
							  EfError *error);

/*
 * A finished chain that is given as the instants at which the stages were
 * reached.  Refuses one that goes back in time, or a spec with exits or modes;
 * what the spec's window or as_of cuts off was not reached.
 */
extern EfStatus ef_chain_given(EfChain *chain, const EfFunnelSpec *spec,
							   EfUnit unit, const EfInstant *at,
							   unsigned length, EfError *error);

/* One row of window_funnel: its instant and the set of stages that it can
 * fill, bit n - 1 for stage n. */
typedef struct EfRow
{
	uint64_t	when;			/* ef_when(instant, 0): in the order of time */
	uint64_t	stages;
} EfRow;

/* Can window_funnel be asked for this spec, with so many conditions? */
extern EfStatus ef_window_check(const EfFunnelSpec *spec, int nconditions,
								EfError *error);

/* How far the best chain gets over rows that are in order. */
extern EfStatus ef_window_funnel(const EfFunnelSpec *spec, EfUnit unit,
								 const EfRow *rows, size_t nrows, int *length,
								 const EfAllocator *allocator, EfError *error);

#endif							/* EF_CHAIN_H */
