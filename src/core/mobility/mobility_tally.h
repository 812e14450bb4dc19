/*
 * mobility_tally.h
 *	  The steps of many people, counted into the state of a mobility.
 *
 * In a large group most days have some steps of each kind.  So steps are
 * counted in arrays by day, one for each kind and state, or pair of names,
 * that occurs. Steps of names beyond the first few, or beyond the limit on
 * memory, are appended as they come; the result is the same.  If nothing was
 * appended, names get their labels in the order of bytes, and a summary has
 * nothing to sort.
 *
 * A tally lives as long as the log whose groups are read, one after the
 * other.
 */
#ifndef EF_MOBILITY_TALLY_H
#define EF_MOBILITY_TALLY_H

#include "log/event_log.h"
#include "mobility/mobility.h"

/* One of a person's steps: states and reasons are numbers of names, 0 where the
 * kind has none. */
typedef struct EfMobilityStep
{
	unsigned	kind;			/* EF_MOB_... */
	uint32_t	day;
	uint32_t	state;
	uint32_t	to;				/* or the reason to leave */
} EfMobilityStep;

/* Limit on names with arrays. */
#define EF_TALLY_NAMES 64

/*
 * Steps that wait to be counted: arrays are larger than the processor's
 * cache, so the place of a step is prefetched, and counted when this many
 * others have been prefetched.
 */
#define EF_TALLY_DUE 32

typedef struct EfTallySeries
{
	union
	{
		uint32_t   *counts;		/* of each day; NULL: not used */
		int64_t    *thousandths;	/* the same of FTE */
	};
	uint32_t	lowest;			/* the days in use */
	uint32_t	beyond;
} EfTallySeries;

typedef struct EfMobilityTally
{
	EfContext  *context;
	EfNumberMap labels;			/* of the state that grows, by number */
	EfNumberMap slots;			/* places among the names that are counted */
	uint32_t	nslots;
	uint32_t	numbers[EF_TALLY_NAMES + 1];	/* by slot, from 1 on */
	uint32_t	days;			/* that an array has */
	size_t		used;			/* bytes of arrays */
	size_t		limit;			/* of these, for this group */
	uint32_t	nsteps;			/* counted, or due to be */
	uint32_t   *due[EF_TALLY_DUE];	/* counts of the last ones */
	uint32_t	nothing;		/* one that counts for nothing */
	EfTallySeries *series;		/* NULL: no group was large */
} EfMobilityTally;

/*
 * Return the tally of a group's log, made when it is first needed and ready
 * for the group: the beginning of a struct of `size` bytes, the rest of which
 * is 0 at first.
 */
extern void *ef_mobility_tally(size_t size, EfEventGroup *group,
							   const EfFrame *frame);

/* Count steps, of names in a dictionary, into a state or on the way to it. */
extern EfStatus ef_mobility_tally_steps(EfMobilityTally *tally,
										EfState **state,
										const EfMobilityStep *steps,
										size_t nsteps,
										const EfDictionary *names,
										EfContext *context) EF_NODISCARD;

/* Add FTE in thousandths, more than 0, of a kind that counts them. */
extern EfStatus ef_mobility_tally_fte(EfMobilityTally *tally, EfState **state,
									  unsigned kind, uint32_t day,
									  uint32_t number,
									  int64_t fte, const EfDictionary *names,
									  EfContext *context) EF_NODISCARD;

/*
 * End a group: move the counts to its state, or after a failure forget them,
 * since the next group of the log would count them too.
 */
extern EfStatus ef_mobility_tally_end(EfMobilityTally *tally, EfState **state,
									  const EfDictionary *names,
									  EfStatus status,
									  EfContext *context) EF_NODISCARD;

#endif							/* EF_MOBILITY_TALLY_H */
