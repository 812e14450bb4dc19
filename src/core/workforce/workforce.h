/*
 * workforce.h
 *	  Headcount, exits and exposure by age: the summary type `workforce`.
 *
 * The axis is age in calendar months: month of observation minus month of
 * birth, in months since year 0.  Everybody takes one step a month.
 *
 * What a row leaves in the table, for a spell [start, end) of a person born
 * in month b, observed in [from, as_of):
 *
 *	 hires			1 at the age of the month of `start`, if start >= from;
 *	 opening		else 1 at the age of the month of `from` (delayed entry);
 *	 missed_parts	of the month of entry, the part before it, in 1/377580;
 *	 exits(reason)	1 at the age of the month of the last day
 *					greatest(end - 1, start), if end <= as_of;
 *	 stock			else 1 at the age of the month of as_of - 1;
 *	 stock_fte, hires_fte	thousandths of a full-time equivalent, beside
 *					stock and hires, when the summary counts FTE;
 *	 days			days observed, by completed year of age.
 *
 * Initial exposure follows from these: a month of age holds everyone who
 * entered at or before it and left at or after it, less the missed parts.
 *
 * Days are exact, and a row costs the same however long its spell.  Write
 * T(d) for "all days from d on, for ever", by year of age: the rest of the
 * year of age that d lies in, then 365 for every later year and one more for
 * every fourth, that which holds a leap day.  A spell adds T(entry) and takes
 * T(leaving) away, three cells each: days, days_yearly and days_leap, of which
 * the last two stand for all years from theirs on.  settle() sums them out.
 * The years 1900 and 2100, which have no leap day, are mended one by one.
 */
#ifndef EF_WORKFORCE_H
#define EF_WORKFORCE_H

#include "spell/spell.h"
#include "base/fte.h"

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
	EF_DAYS_YEARLY,				/* in a state only */
	EF_DAYS_LEAP				/* in a state only */
};

#define EF_FLAG_FTE 1

/* The most cells that one row leaves. */
#define EF_WORKFORCE_ROW_CELLS 14

extern const EfTableType ef_workforce_type;

typedef struct EfEmployment
{
	EfSpell		spell;
	EfDay		birth;
	int32_t		fte;			/* thousandths; not read when FTE is not counted */
} EfEmployment;

/* Can this row be looked at from as_of?  Its FTE was checked when it was read. */
extern EfStatus ef_employment_check(const EfEmployment *row, EfDay as_of,
									EfError *error);

/* Add one row to a state. */
extern EfStatus ef_workforce_add(EfState **state, const EfEmployment *row,
								 const EfAllocator *allocator, EfError *error);

#endif							/* EF_WORKFORCE_H */
