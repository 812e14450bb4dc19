/*
 * mobility.h
 *	  Presence and moves of people between states: the summary type `mobility`.
 *
 * The axis is calendar days since the observation began: day 0 is `from`, day
 * N is `as_of`, the first one after [from, as_of).  On each day a person is
 * in a state (an employer, a region, a profession, a level), or is there in a
 * state that is not known, or is out.  Labels are the states.  With X(t) the
 * state on day t, one person adds the following to the table:
 *
 *	 opening(state)		1 at 0, for one who is in the state on day 0 and was in one,
 *						this or another, on the day before;
 *	 entered(state)		1 at t, if X(t-1) was out and X(t) is the state;
 *	 resumed(state)		1 at t, if X(t-1) was not known and X(t) is the state;
 *	 moved(state, to)	1 at t, if X(t-1) was the state and X(t) is another, `to`;
 *	 left(state)		1 at t, if X(t-1) was the state and X(t) is out;
 *	 left_for(state, reason)	the same, instead of `left`, if the reason is known;
 *	 censored(state)	1 at t, if X(t-1) was the state and X(t) is not known.
 *
 * The calendar is that of a workforce.  Coming is dated by the first day
 * there, so t of `entered` and `resumed` is in 0..N-1.  Going is dated by the
 * last day there, which is t-1, so t of `moved`, `left`, `left_for` and
 * `censored` is in 1..N.  So each of these is in one of two adjacent periods
 * only.  The people in a state on day t of 0..N-1 are the opening and all who
 * came until then, less all who went. And, always,
 *
 *	 opening + entered + resumed + moved in
 *	 = left + left_for + censored + moved out + carried,
 *
 * where `carried` are the people on day N, in the state that they moved to if
 * they moved then, who were there on day N-1 too: the opening of the next
 * period.
 *
 * Where a summary counts FTE, in thousandths, work is counted in the state in
 * which it is done.  Two jobs side by side are one person in one state, but
 * the FTE of each job is in its own state:
 *
 *	 fte_gained(state)	FTE gained on day t in 0..N-1 over the day before, and on
 *						day 0 all FTE of the person;
 *	 fte_lost(state)	FTE lost on day t in 1..N-1.
 *
 * So the FTE of a day is all that was gained until then, less all that was
 * lost.
 *
 * The table counts a person who left in `left` without a reason, in
 * `left_for` with one.  A reader (EfMobility) sees all who left in `left`,
 * and the reasons apart.
 */
#ifndef EF_MOBILITY_H
#define EF_MOBILITY_H

#include "spell/spell.h"

extern const EfReport EF_MOBILITY_UNBOUNDED[];
extern const EfReport EF_MOBILITY_TOO_LONG[];
extern const EfReport EF_AT_OUTSIDE[];
extern const EfReport EF_TOO_MANY_STATES[];

enum
{
	EF_MOB_OPENING,
	EF_MOB_ENTERED,
	EF_MOB_MOVED,
	EF_MOB_LEFT,
	EF_MOB_CENSORED,
	EF_MOB_RESUMED,
	EF_MOB_LEFT_FOR,			/* the other name is the reason */
	EF_MOB_FTE_GAINED,
	EF_MOB_FTE_LOST
};

/* Limit on the days of a period: those of 150 years. */
#define EF_MOBILITY_DAYS EF_SPELL_DAYS

/* Limit on states: a key packs two of them and a day. */
#define EF_STATE_NAME_LIMIT 65534

extern const EfTableType ef_mobility_type;

/*
 * Check that moves can be observed in a period: it has both ends and is not
 * too long.
 */
extern EfStatus ef_mobility_observed_check(const EfFrame *frame,
										   EfContext *context) EF_NODISCARD;

/*
 * Look up a mobility state's label in a growing table, or add it.  Where the
 * table moves, its old chunk is released.
 */
extern EfStatus ef_mobility_name(EfState **state, const char *name,
								 size_t length, uint32_t *label,
								 EfContext *context) EF_NODISCARD;

/*
 * Add steps to a growing state: states by the numbers of their names, `to` 0
 * where the kind has none; `count` is people, or thousandths of FTE.  Where
 * the table moves, its old chunk is released.
 */
extern EfStatus ef_mobility_add(EfState **state, unsigned kind,
								uint32_t label, uint32_t to, uint32_t day,
								int64_t count,
								EfContext *context) EF_NODISCARD;


/* ---- day by day ---- */

/*
 * The cells of a table that are people, in the order of days, packed so that order
 * is integer order.  The fields, from the lowest bit on: to, kind, label, day.
 */
enum
{
	EF_STEP_LABEL_BITS = 16,
	EF_STEP_KIND_AT = EF_STEP_LABEL_BITS,
	EF_STEP_LABEL_AT = EF_STEP_KIND_AT + EF_KIND_BITS,
	EF_STEP_DAY_AT = EF_STEP_LABEL_AT + EF_STEP_LABEL_BITS
};
#define EF_STEP_LABEL_MASK ((1u << EF_STEP_LABEL_BITS) - 1)

_Static_assert(EF_PAIR_LABEL_LIMIT <= EF_STEP_LABEL_MASK,
			   "a label of a pair is one of a step");

typedef struct EfSteps
{
	size_t		n;
	EfCell	   *steps;
} EfSteps;

static inline EfKey
ef_step(uint32_t day, uint32_t label, unsigned kind, uint32_t to)
{
	EF_ASSERT(day >> (64 - EF_STEP_DAY_AT) == 0 && label <= EF_STEP_LABEL_MASK &&
			  to <= EF_STEP_LABEL_MASK);
	return (EfKey) day << EF_STEP_DAY_AT | (EfKey) label << EF_STEP_LABEL_AT |
		(EfKey) kind << EF_STEP_KIND_AT | to;
}

static inline uint32_t
ef_step_day(EfKey step)
{
	return (uint32_t) (step >> EF_STEP_DAY_AT);
}

static inline uint32_t
ef_step_label(EfKey step)
{
	return (uint32_t) (step >> EF_STEP_LABEL_AT) & EF_STEP_LABEL_MASK;
}

static inline unsigned
ef_step_kind(EfKey step)
{
	return (unsigned) (step >> EF_STEP_KIND_AT) & ((1u << EF_KIND_BITS) - 1);
}

static inline uint32_t
ef_step_to(EfKey step)
{
	return (uint32_t) step & EF_STEP_LABEL_MASK;
}

/* Make the key of a change of FTE: by day, then by state. */
static inline EfKey
ef_change_key(uint32_t day, uint32_t state)
{
	return (EfKey) day << 32 | state;
}

static inline uint32_t
ef_change_day(EfKey change)
{
	return (uint32_t) (change >> 32);
}

static inline uint32_t
ef_change_state(EfKey change)
{
	return (uint32_t) change;
}

/* Is a step of this kind from the label, and not to it? */
static inline bool
ef_mobility_goes(unsigned kind)
{
	return kind == EF_MOB_MOVED || kind == EF_MOB_LEFT ||
		kind == EF_MOB_CENSORED || kind == EF_MOB_LEFT_FOR;
}

/* Are the counts of this kind FTE, and not people? */
static inline bool
ef_mobility_counts_fte(unsigned kind)
{
	return kind == EF_MOB_FTE_GAINED || kind == EF_MOB_FTE_LOST;
}

static inline bool
ef_step_goes(EfKey step)
{
	return ef_mobility_goes(ef_step_kind(step));
}

extern void ef_steps_of(EfSteps *steps, const EfTable *table,
						EfContext *context);

/* The number of people in each state, as days go by. */
typedef struct EfPresence
{
	const EfCell *at;			/* the first step that was not taken */
	const EfCell *end;
	int64_t    *here;			/* people by state, from 1 */
} EfPresence;

/* Begin before day 0, when nobody is anywhere. */
extern void ef_presence_begin(EfPresence *presence, const EfSteps *steps,
							  uint32_t nstates, EfContext *context);

/*
 * Take all steps of the next day that has any; return the first state from
 * which more people went than were there, else 0.
 */
extern uint32_t ef_presence_day(EfPresence *presence);

/* Take the steps of all days up to one, it included. */
extern void ef_presence_until(EfPresence *presence, uint32_t day);

/*
 * A mobility opened for reading.  Its table counts people only, with all who
 * left in `left`; its labels are the states.
 */
typedef struct EfMobility
{
	EfTable		table;
	uint32_t	days;			/* N, the day of as_of */
	EfSteps		steps;
	bool		counts_fte;
	uint32_t	nreasons;		/* that somebody left for */
	EfLabel    *reasons;		/* in order; reason n is reasons[n - 1] */
	size_t		nleavers;
	EfCell	   *leavers;		/* `left_for` as ordered steps, `to` the
								 * reason */
	size_t		nchanges;
	EfCell	   *changes;		/* of FTE, day << 32 | state in order;
								 * thousandths, below 0 where it was lost */
} EfMobility;

extern EfStatus ef_mobility_open(EfMobility *mobility, const void *datum,
								 size_t size, EfContext *context) EF_NODISCARD;

/*
 * Load it without its steps, for readers to whom the order of days does not
 * matter.
 */
extern EfStatus ef_mobility_load(EfMobility *mobility, const void *datum,
								 size_t size, EfContext *context) EF_NODISCARD;

/* Find the day of a date; refuse one that was not observed. */
extern EfStatus ef_mobility_day(const EfMobility *mobility, EfDay at,
								uint32_t *day,
								EfContext *context) EF_NODISCARD;

/*
 * Count the people in each state, from 1, on a day; on day N, those who are
 * carried over as_of.
 */
extern int64_t *ef_mobility_here(const EfMobility *mobility, uint32_t day,
								 EfContext *context);

/*
 * Return the first day of the n-th step of the calendar, from 0 on, as days
 * since from; N if the period is over then.
 */
extern uint32_t ef_mobility_step(const EfMobility *mobility,
								 const EfDuration *every, int n);

#endif							/* EF_MOBILITY_H */
