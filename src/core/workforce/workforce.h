/*
 * workforce.h
 *	  Headcount, exits and exposure by age: the summary type `workforce`.
 *
 * The axis is age in calendar months: month of observation minus month of
 * birth, in months since year 0.  Everybody takes one step a month.
 *
 * A row adds the following to the table, for a spell [start, end) of a person
 * born in month b, observed in [from, as_of):
 *
 *	 hires			1 at the age of the month of `start`, if start >= from;
 *	 opening		else 1 at the age of the month of `from` (delayed entry);
 *	 first_day		beside hires, 1 for one who came on `from`, and was there;
 *	 missed_parts	of the month of entry, the part before it, in 1/377580;
 *	 exits(reason)	1 at the age of the month of the last day
 *					greatest(end - 1, start), if end <= as_of;
 *	 last_day		beside exits, 1 for one whose last day was as_of - 1;
 *	 stock			else 1 at the age of the month of as_of - 1;
 *	 ..._fte		thousandths of a full-time equivalent, beside hires, opening,
 *					first_day, stock and last_day, when the summary counts FTE;
 *	 days			days observed, by completed year of age.
 *
 * Opening and stock are *carried* over a boundary: they were there before it
 * and are there after it.  So they make periods add up, and a projection
 * starts from them.  The *headcount* is that of a day, as people see it:
 * opening + first_day on `from`, and stock + last_day on as_of - 1.
 *
 * Initial exposure follows from these: a month of age holds everyone who
 * entered at or before it and left at or after it, less the missed parts.
 *
 * Days are exact, and a row costs the same however long its spell.  Write
 * T(d) for "all days from d on, for ever", by year of age: the rest of the
 * year of age that d lies in, then 365 for every later year and one more for
 * every fourth, that which holds a leap day.  A spell adds T(entry) and takes
 * T(leaving) away, three cells each: days, and two of days_onward, which
 * stand for all years from theirs on.  settle() sums them out. The years 1900
 * and 2100, which have no leap day, are mended one by one.
 *
 * Most people are there from the beginning of the period to its end, and then
 * have the same cells as all others born in that month.  So such rows are
 * counted by their age, as carried_rows, and become those cells at the end.
 */
#ifndef EF_WORKFORCE_H
#define EF_WORKFORCE_H

#include "spell/spell.h"
#include "base/fte.h"

extern const EfReport EF_BIRTH_AFTER_START[];
extern const EfReport EF_AGE_TOO_HIGH[];

enum
{
	EF_HIRES,
	EF_OPENING,
	EF_EXITS,
	EF_STOCK,
	EF_MISSED_PARTS,
	EF_DAYS,
	EF_STOCK_FTE,
	EF_HIRES_FTE,
	EF_FIRST_DAY,
	EF_LAST_DAY,
	EF_OPENING_FTE,
	EF_FIRST_DAY_FTE,
	EF_LAST_DAY_FTE,
	EF_DAYS_ONWARD,				/* in a state only, as is the next */
	EF_CARRIED_ROWS
};

/*
 * Limit on the years of age in which a series of years can begin or end: one
 * that leaves at 150 closes with year 151 and the leap year after it.
 */
#define EF_ONWARD_LIMIT (EF_AGE_LIMIT + 6)

/*
 * Places of days_onward: every fourth year from a year of age on, and every
 * year.
 */
#define EF_ONWARD_LEAP(year) (year)
#define EF_ONWARD_YEARLY(year) (EF_ONWARD_LIMIT + (year))

/* Most cells of one row. */
#define EF_WORKFORCE_ROW_CELLS 16

/* Reason of people who retired. */
#define EF_RETIREMENT_REASON "retirement"

extern const EfTableType ef_workforce_type;

/*
 * A spell of a person.  FTE is in thousandths, at most EF_FTE_LIMIT, and not
 * read if FTE is not counted.  It can change during a spell, so there are
 * two: on the day on which the spell comes into sight, which is its start or,
 * for one that began earlier, `from`; and on the last day observed, as_of -
 * 1, which is not read if the spell does not hold that day.
 */
typedef struct EfEmployment
{
	EfSpell		spell;
	EfDay		birth;
	int32_t		entry_fte;
	int32_t		last_fte;
} EfEmployment;

/* Can this row be looked at from as_of?  Its FTE was checked when it was read. */
extern EfStatus ef_employment_look(const EfEmployment *row, EfDay as_of,
								   EfContext *context) EF_NODISCARD;

/*
 * Check the same, at once for nearly every row: a person who is not 150 yet
 * was never older.
 */
EF_NODISCARD static inline EfStatus
ef_employment_check(const EfEmployment *row, EfDay as_of, EfContext *context)
{
	const EfSpell *spell = &row->spell;

	if (row->birth <= spell->start && spell->start <= as_of &&
		spell->end >= spell->start && !spell->lost &&
		(int64_t) as_of - row->birth <= EF_AGE_LIMIT * INT64_C(365))
		return EF_OK;
	return ef_employment_look(row, as_of, context);
}

/* Add one row to a state. */
extern EfStatus ef_workforce_add(EfState **state, const EfEmployment *row,
								 EfContext *context) EF_NODISCARD;

#endif							/* EF_WORKFORCE_H */
