/*
 * mobility_spells.h
 *	  From the spells of a group of people to their moves.
 *
 * A spell, in a state from a day until a day, is an event of the log, in one
 * word ordered by start and then by end:
 *
 *	 start << 48 | end << 24 | number
 *
 * where `start` counts from EF_SPELL_DAYS before as_of, the earliest possible
 * start.  `end`, the first day gone, counts from the day before `from`: a
 * person there on that day did not come on `from`.  An end after as_of
 * matters only for the choice between two spells, which must be the same in
 * the period that follows.  The number is that of the state's name in the
 * log's dictionary, or 0 for an unknown state.
 *
 * One of the spells that hold a day gives the person's state: the one that
 * started last; of these the one that ends last; of these the one whose
 * state's name is last in the order of bytes, an unknown state being the
 * first.  So of several that start on one day only one counts, and a later
 * start hides the earlier ones until it ends.  This is a stack whose top is
 * seen.  Ends become later downwards, since a spell that ends before the top
 * is not seen again.
 */
#ifndef EF_MOBILITY_SPELLS_H
#define EF_MOBILITY_SPELLS_H

#include "mobility/mobility_tally.h"

/* End of a spell without one: some 45,000 years later. */
#define EF_SPELL_ENDLESS 0xffffff
#define EF_SPELL_START_AT (EF_WHEN_NUMBER_BITS + 24)

static inline uint32_t
ef_when_start(EfWhen when)
{
	return (uint32_t) (when >> EF_SPELL_START_AT);
}

static inline uint32_t
ef_when_end(EfWhen when)
{
	return (uint32_t) (when >> EF_WHEN_NUMBER_BITS) & EF_SPELL_ENDLESS;
}

static inline uint32_t
ef_when_number(EfWhen when)
{
	return (uint32_t) (when & EF_WHEN_NUMBER);
}

/*
 * Make the event of a spell that ef_spell_check accepted; false if the period
 * shows nothing of it.
 */
static inline bool
ef_spell_when(EfWhen *when, EfDay start, EfDay end, uint32_t number,
			  const EfFrame *frame)
{
	int64_t		last = (int64_t) end - frame->from + 1;

	if (start > frame->as_of || end < frame->from || end <= start)
		return false;
	if (end == EF_DAY_INFINITY || last > EF_SPELL_ENDLESS)
		last = EF_SPELL_ENDLESS;
	*when = (EfWhen) (EF_SPELL_DAYS + start - frame->as_of) << EF_SPELL_START_AT |
		(EfWhen) last << EF_WHEN_NUMBER_BITS | number;
	return true;
}

/* A spell that may be seen again. */
typedef struct EfHeldSpell
{
	uint32_t	end;
	uint32_t	number;
} EfHeldSpell;

/* Room for a walk through a person's days, kept between persons. */
typedef struct EfMobilityWalk
{
	const EfDictionary *names;
	EfContext  *context;
	uint32_t	last;			/* the day as_of, as ends are counted */
	size_t		room;			/* spells */
	EfHeldSpell *stack;
	EfMobilityStep *steps;
	size_t		nsteps;			/* of the person */

	/*
	 * during the walk of a person: the state before `day`, and the state from
	 * then on, which the next spell may change.  Days are counted as ends
	 * are: 1 is `from`
	 */
	uint32_t	before;
	uint32_t	day;
	uint32_t	now;
} EfMobilityWalk;

extern void ef_mobility_walk_begin(EfMobilityWalk *walk,
								   const EfFrame *frame,
								   const EfDictionary *names,
								   EfContext *context);
extern void ef_mobility_walk_end(EfMobilityWalk *walk);

/*
 * Find the steps of one person, whose spells are in order, except those that
 * differ in their number only: walk->steps.
 */
extern void ef_mobility_walk(EfMobilityWalk *walk, const EfWhen *spells,
							 size_t n);

/* Create a state with the steps of all persons of a group. */
extern EfStatus ef_mobility_of_spells(EfState **state, EfEventGroup *group,
									  const EfDictionary *names,
									  const EfFrame *frame,
									  EfContext *context) EF_NODISCARD;

#endif							/* EF_MOBILITY_SPELLS_H */
