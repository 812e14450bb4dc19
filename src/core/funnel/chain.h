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

#include "base/when.h"
#include "funnel/funnel_spec.h"

extern const EfReport EF_CHAIN_DECREASING[];
extern const EfReport EF_CHAIN_STAGES[];
extern const EfReport EF_CHAIN_STRICT[];

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

	/*
	 * The day of the outcome; not set for a completed chain, or for one that
	 * is lost without a window.
	 */
	EfDay		left;
} EfChain;

/* The events of one instant. */
typedef struct EfMoment
{
	EfInstant	at;
	EfInstant	limit;			/* of a chain that starts here */
	uint32_t	stages;			/* bit of stage n is 1 << n; bit 0: an event
								 * of no stage of the spec */
	bool		exit;
	bool		anew;			/* the second of one instant: after the exit */
} EfMoment;

/* Room for the search, kept between persons. */
typedef struct EfChainSearch
{
	const EfFunnelSpec *spec;
	EfUnit		unit;
	EfWhen		as_of;			/* events from then on have not happened */
	EfContext  *context;
	size_t		room;
	EfMoment   *moments;
	size_t		ends_room;
	uint32_t   *ends;			/* for each moment and stage */
} EfChainSearch;

/*
 * Return the codes that matter to a chain at a stage: the next stage, and
 * those that a mode forbids in between.
 */
extern uint32_t ef_chain_heeded_at(const EfFunnelSpec *spec, unsigned stage);

extern void ef_chain_search_begin(EfChainSearch *search,
								  const EfFunnelSpec *spec, EfUnit unit,
								  EfContext *context);
extern void ef_chain_search_end(EfChainSearch *search);

/* Find the best chain of one person's events, which are in order. */
extern void ef_chain_find(EfChainSearch *search, EfChain *chain,
						  const EfWhen *events, size_t nevents);

/*
 * Make a finished chain from the instants at which the stages were reached.
 * Refuses one that goes back in time, and a spec with exits or modes; stages
 * beyond the spec's window or as_of were not reached.
 */
extern EfStatus ef_chain_given(EfChain *chain, const EfFunnelSpec *spec,
							   EfUnit unit, const EfInstant *at,
							   unsigned length,
							   EfContext *context) EF_NODISCARD;

#endif							/* EF_CHAIN_H */
