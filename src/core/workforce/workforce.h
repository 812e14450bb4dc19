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

/* FTE of one person, in thousandths. */
#define EF_FTE_LIMIT 1000000

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

/* Add one row to a state. */
extern EfStatus ef_workforce_add(EfState **state, const EfEmployment *row,
								 const EfAllocator *allocator, EfError *error);

/* FTE as thousandths, exact or refused. */
extern EfStatus ef_fte_from_float8(double fte, int32_t *thousandths,
								   EfError *error);
extern EfStatus ef_fte_from_decimal(const char *digits, int32_t *thousandths,
									EfError *error);

/* And back. */
extern double ef_fte_to_float8(int64_t thousandths);

/* A workforce opened for reading. */
typedef struct EfWorkforce
{
	EfTable		table;
	EfMonth		last_month;		/* the month that as_of closes */
	bool		counts_fte;
	int64_t		headcount;		/* at as_of */
	int64_t		opening;		/* headcount at from */
	int64_t		hires;
	int64_t		exits;
	int64_t		days;
	int64_t		stock_fte;		/* thousandths */
	int64_t		hires_fte;
} EfWorkforce;

extern EfStatus ef_workforce_open(EfWorkforce *workforce,
								  const void *datum, size_t size,
								  const EfAllocator *allocator,
								  EfError *error);

/* Exits for one reason; 0 for a reason that nobody had. */
extern int64_t ef_workforce_exits_by_reason(const EfWorkforce *workforce,
								  const char *reason, size_t length);

typedef enum EfTurnoverMethod
{
	EF_TURNOVER_LEAVERS,
	EF_TURNOVER_REPLACEMENT
} EfTurnoverMethod;

extern EfStatus ef_turnover_method(const char *name, size_t length,
								   EfTurnoverMethod *method, EfError *error);

/*
 * Staff turnover (personalomsättning) a year; NaN when the mean headcount is
 * zero.  A year is twelve calendar months.
 */
extern EfStatus ef_workforce_turnover(const EfWorkforce *workforce,
							EfTurnoverMethod method, double *turnover,
							EfError *error);

typedef struct EfAgeRow
{
	int			age;
	int64_t		headcount;
	int64_t		fte;			/* thousandths */
	int64_t		hires;
} EfAgeRow;

/* Room for EF_AGE_LIMIT + 1 rows; answers how many have anybody. */
extern int	ef_workforce_pyramid(const EfWorkforce *workforce, EfAgeRow *rows);

typedef struct EfExitRateRow
{
	int			age;
	uint32_t	reason;			/* a label of the table */
	int64_t		exits;
	double		person_years;
	double		rate;			/* NaN without person-years, so the limits */
	double		lower;
	double		upper;
} EfExitRateRow;

extern EfStatus ef_workforce_rates(const EfWorkforce *workforce, double level,
							  EfExitRateRow **rows, size_t *nrows,
							  const EfAllocator *allocator, EfError *error);

/*
 * How many of the stock reach an age, in years, from as_of up to and
 * including `until`, the last day of a month.  Those past it do not count.
 */
extern EfStatus ef_workforce_reaching(const EfWorkforce *workforce, int age,
								EfDay until, int64_t *count, EfError *error);

struct EfRetirementRule;

/* The same for the age that a rule gives each birth cohort. */
extern EfStatus ef_workforce_reaching_by_rule(const EfWorkforce *workforce,
										const struct EfRetirementRule *rule,
										EfDay until, int64_t *count,
										EfError *error);

typedef struct EfYearCount
{
	int			year;
	int64_t		count;
} EfYearCount;

/* The same by calendar year, the first from as_of: `years` rows. */
extern EfStatus ef_workforce_reaching_by_year(const EfWorkforce *workforce, int age,
										int years, EfYearCount **rows,
										const EfAllocator *allocator,
										EfError *error);

/* The highest month of age in which anybody was seen. */
extern int	ef_oldest_month(const EfTable *table);

/* The initial exposure of each month of age up to the oldest, or beyond, in
 * parts of a month: parts[nmonths], of which there are EF_AGE_MONTHS at most. */
extern void ef_initial_exposure(const EfTable *table, int nmonths,
								int64_t *parts);

#endif							/* EF_WORKFORCE_H */
