/*
 * mobility.h
 *	  Who is where, and who goes where: the summary type `mobility`.
 *
 * The axis is calendar days since the observation began: day 0 is `from`, day N
 * is `as_of`, the first one that is not in [from, as_of) any more.  On each of
 * the days 0..N a person is in a state (an employer, a region, a profession, a
 * level), or is there in a state that is not known, or is out.  Labels are the
 * states.  What one person leaves in the table, X(t) being where they are on
 * day t:
 *
 *	 opening(state)		1 at 0, for one who is there on day 0;
 *	 entered(state)		1 at t, if X(t-1) was out and X(t) is the state;
 *	 moved(state, to)	1 at t, if X(t-1) was the state and X(t) is another, `to`;
 *	 left(state)		1 at t, if X(t-1) was the state and X(t) is out;
 *	 censored(state)	1 at t, if X(t-1) was the state and X(t) is not known;
 *	 resumed(state)		1 at t, if X(t-1) was not known and X(t) is the state.
 *
 * t is in 1..N, so a move on `from` itself belongs to the period before, and
 * one on as_of to this one: adjacent periods have every move once.  So the
 * people in a state on day t are those of the opening and all who came until
 * then, less all who went; and, always,
 *
 *	 opening + entered + resumed + moved in = left + censored + moved out + there on day N.
 */
#ifndef EF_MOBILITY_H
#define EF_MOBILITY_H

#include "spell.h"

enum
{
	EF_MOB_OPENING,
	EF_MOB_ENTERED,
	EF_MOB_MOVED,
	EF_MOB_LEFT,
	EF_MOB_CENSORED,
	EF_MOB_RESUMED
};

/* A period has no more days: those of 150 years. */
#define EF_MOBILITY_DAYS EF_SPELL_DAYS

/* So many states a summary can have: two of them and a day are a place. */
#define EF_STATE_NAME_LIMIT 65534

extern const EfTableType ef_mobility_type;

/* Is this a period in which moves can be observed: with both ends, and not too
 * long? */
extern EfStatus ef_mobility_observed_check(const EfFrame *frame,
										   EfError *error);

/* The number of a state's name in a state that grows, which is added if it is
 * new. */
extern EfStatus ef_mobility_name(EfState **state, const char *name,
								 size_t length, uint32_t *label,
								 const EfAllocator *allocator,
								 EfError *error);

/*
 * One person's step in a state that grows: names by their numbers, `to` 0 where
 * the kind has none.
 */
extern EfStatus ef_mobility_add(EfState **state, unsigned kind,
								uint32_t label, uint32_t to, uint32_t day,
								const EfAllocator *allocator, EfError *error);

#endif							/* EF_MOBILITY_H */
