/*
 * spell.h
 *	  Spells of employment, and the period in which they were observed.
 *
 * A spell is half-open: `end` is the first day on which the person is gone.
 * In an observation period [from, as_of) a spell is seen if it starts before
 * as_of and, when from is there, starts at or after from or lasts beyond it.
 * One that started earlier was seen only because it lasted: delayed entry. A
 * spell that outlasts the period is censored at its end.  One that was lost
 * sight of before is censored on the day on which it was last seen.
 */
#ifndef EF_SPELL_H
#define EF_SPELL_H

#include "table/life_table.h"

extern const EfReport EF_OBSERVED_EMPTY[];
extern const EfReport EF_OBSERVED_NOT_MONTH[];
extern const EfReport EF_END_BEFORE_START[];
extern const EfReport EF_START_TOO_EARLY[];
extern const EfReport EF_END_AND_LAST_SEEN[];
extern const EfReport EF_LAST_SEEN_TOO_EARLY[];


/* Limit on ages, in completed years: 150 years and no month. */
#define EF_AGE_LIMIT 150
#define EF_AGE_MONTHS (EF_AGE_LIMIT * 12 + 1)

/* Limit on the years from the start of a spell to the end of the observation... */
#define EF_SPELL_YEARS EF_AGE_LIMIT

/* ...and on its days: 38 of those years are leap years. */
#define EF_SPELL_DAYS (EF_SPELL_YEARS * 365 + 38)

/* Limit on people: no exact sum over them can pass 64 bits. */
#define EF_PERSON_LIMIT INT64_C(1000000000000)

/* Is this a number of people, whole or not? */
static inline bool
ef_is_people(double people)
{
	return people >= 0 && people <= (double) EF_PERSON_LIMIT;
}

/* Flag of tables that count FTE. */
#define EF_FLAG_FTE 1

/* Reason of people who left without one. */
#define EF_UNKNOWN_REASON "unknown"

typedef struct EfSpell
{
	EfDay		start;
	EfDay		end;			/* EF_DAY_INFINITY: still there */
	const char *reason;			/* of leaving; NULL: not known */
	size_t		reason_length;
	bool		lost;			/* of sight: what became of them after
								 * `last_seen` nobody knows, and the end is
								 * none */
	EfDay		last_seen;		/* the last day of presence */
} EfSpell;

/* A spell as a period shows it. */
typedef struct EfSighting
{
	bool		late;			/* it began before the period did */
	bool		exited;
	EfDay		entry;			/* the first day observed */
	EfDay		leaving;		/* the first day gone, or as_of, or last seen */
} EfSighting;

/* Is this an observation period? */
extern EfStatus ef_observed_check(const EfFrame *frame, EfContext *context)
			EF_NODISCARD;

/* Check that a period also ends with a calendar month. */
extern EfStatus ef_observed_check_month(const EfFrame *frame,
										EfContext *context) EF_NODISCARD;

/* Check that a spell starts, and ends in one way only and not before that. */
extern EfStatus ef_spell_check_days(const EfSpell *spell, EfContext *context)
			EF_NODISCARD;

/* Check a spell that is looked at from as_of. */
extern EfStatus ef_spell_look(const EfSpell *spell, EfDay as_of,
							  EfContext *context) EF_NODISCARD;

/*
 * Fewest days that so many years can have: a spell that is shorter needs no
 * calendar to be checked.
 */
#define EF_SPELL_DAYS_AT_LEAST (EF_SPELL_YEARS * INT64_C(365))

/* Check a spell, at once for nearly every row. */
EF_NODISCARD static inline EfStatus
ef_spell_check(const EfSpell *spell, EfDay as_of, EfContext *context)
{
	if (spell->end >= spell->start && !spell->lost &&
		spell->start != EF_DAY_INFINITY &&
		(int64_t) as_of - spell->start <= EF_SPELL_DAYS_AT_LEAST)
		return EF_OK;
	return ef_spell_look(spell, as_of, context);
}

/* Give a spell the day until which it was seen; EF_DAY_INFINITY: for as long as it
 * lasted or anybody looked. */
static inline void
ef_spell_last_seen(EfSpell *spell, EfDay last_seen)
{
	spell->lost = last_seen != EF_DAY_INFINITY;
	spell->last_seen = last_seen;
}

/* Find what the state's period shows of a spell; false if nothing. */
static inline bool
ef_spell_sight(EfSighting *sighting, const EfSpell *spell,
			   const EfState *state)
{
	sighting->late = state->bounded && spell->start < state->from;
	sighting->exited = spell->end <= state->as_of;
	sighting->entry = sighting->late ? state->from : spell->start;
	sighting->leaving = sighting->exited ? spell->end
		: spell->lost && spell->last_seen < state->as_of ? spell->last_seen
		: state->as_of;
	return spell->start < state->as_of &&
		!(sighting->late && sighting->leaving <= state->from);
}

/* Make room in a state for one record, and number the reason of a spell that
 * ended: 'unknown' where none is given. */
extern EfStatus ef_spell_reserve_exit(EfState **state, const EfTableType *type,
									  const EfSpell *spell, uint32_t *label,
									  EfContext *context) EF_NODISCARD;

/*
 * Make sure of room for a spell and its label; the label is 0 if the spell
 * did not end under observation.
 */
EF_NODISCARD static inline EfStatus
ef_spell_reserve(EfState **state, const EfTableType *type,
				 const EfSpell *spell, bool exited, uint32_t *label,
				 EfContext *context)
{
	if (exited)
		return ef_spell_reserve_exit(state, type, spell, label, context);
	*label = 0;
	return ef_state_reserve(state, type, 1, 0, context);
}

/* Does each label of a table, a reason to leave, have exits? */
extern EfStatus ef_spell_check_reasons(const EfTable *table, unsigned exits,
									   EfContext *context) EF_NODISCARD;

#endif							/* EF_SPELL_H */
