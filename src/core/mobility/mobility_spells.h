/*
 * mobility_spells.h
 *	  From the spells of a group of people to their moves.
 *
 * A spell, in a state from a day until a day, is an event of the log, in one
 * word whose order is that of starts, of equal ones that of ends:
 *
 *	 start << 48 | end << 24 | number
 *
 * where `start` counts from EF_SPELL_DAYS before as_of, which no spell begins
 * before, and `end`, the first day gone, from the day before `from`: who is there on
 * that day, and no longer, did not come on `from`.  An end after as_of says
 * only which of two spells holds, so that it is the same one in the period
 * that follows.  The number is that of the state's name in the log's
 * dictionary, or 0: it is not known.
 *
 * Where a person is on a day is said by one of the spells that hold it: the one
 * that started last; of these the one that ends last; of these the one whose
 * state's name is last in the order of bytes, one that is not known being the
 * first.  So of several that start on one day only one counts, and a later start
 * hides the earlier ones until it ends: a stack, whose top is seen, and in which
 * ends become later downwards, since what ends before the top does is not seen
 * again.
 */
#ifndef EF_MOBILITY_SPELLS_H
#define EF_MOBILITY_SPELLS_H

#include "mobility/mobility_tally.h"

/* An end that is as good as none: some 45,000 years later. */
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

/* The event of a spell that ef_spell_check took; false if the period shows
 * nothing of it. */
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
	 * while a person walks: what is known of the days before `day`, and where
	 * they are from then on, which the next spell may change.  Days are
	 * counted as ends are: 1 is `from`
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

/* The steps of one person, whose spells are in order, but for those that differ
 * in their number only: walk->steps. */
extern void ef_mobility_walk(EfMobilityWalk *walk, const EfWhen *spells,
							 size_t n);

/* A new state with the steps of all persons of a group. */
extern EfStatus ef_mobility_of_spells(EfState **state, EfEventGroup *group,
									  const EfDictionary *names,
									  const EfFrame *frame,
									  EfContext *context) EF_NODISCARD;

#endif							/* EF_MOBILITY_SPELLS_H */
