/*
 * workforce_read.h
 *	  Reading a workforce: counts, rates by age, people who reach an age.
 */
#ifndef EF_WORKFORCE_READ_H
#define EF_WORKFORCE_READ_H

#include "base/choice.h"
#include "workforce/workforce.h"

extern const EfReport EF_FROM_UNBOUNDED[];
extern const EfReport EF_AGE_RANGE[];
extern const EfReport EF_UNTIL_NOT_MONTH_END[];
extern const EfReport EF_UNTIL_TOO_EARLY[];
extern const EfReport EF_AT_BETWEEN[];
extern const EfReport EF_METHOD_UNKNOWN[];

/* People who are there on a day. */
typedef struct EfStaff
{
	int64_t		headcount;
	int64_t		fte;			/* thousandths */
} EfStaff;

/* A workforce opened for reading. */
typedef struct EfWorkforce
{
	EfTable		table;
	EfMonth		last_month;		/* the month that as_of closes */
	bool		counts_fte;
	int64_t		opening;		/* carried over from */
	int64_t		carried;		/* over as_of; a projection starts from them */
	int64_t		hires;
	int64_t		exits;
	int64_t		days;
	int64_t		hires_fte;		/* thousandths */
	EfStaff		first_day;		/* zero where the period has no beginning */
	EfStaff		last_day;		/* as_of - 1 */
} EfWorkforce;

extern EfStatus ef_workforce_open(EfWorkforce *workforce,
								  const void *datum, size_t size,
								  EfContext *context) EF_NODISCARD;

/*
 * Count the staff on a day, which must be the first or the last that was
 * observed.
 */
extern EfStatus ef_workforce_staff(const EfWorkforce *workforce, EfDay at,
								   EfStaff *staff, EfContext *context)
			EF_NODISCARD;

typedef enum EfTurnoverMethod
{
	EF_TURNOVER_LEAVERS,
	EF_TURNOVER_REPLACEMENT
} EfTurnoverMethod;

extern const EfChoice ef_turnover_methods;

/*
 * Compute staff turnover (personalomsättning) a year; NaN if the mean
 * headcount is zero.  The mean is that of the first and of the last day
 * observed, and a year is twelve calendar months.
 */
extern EfStatus ef_workforce_turnover(const EfWorkforce *workforce,
									  EfTurnoverMethod method,
									  double *turnover,
									  EfContext *context) EF_NODISCARD;

typedef struct EfAgeRow
{
	int			age;
	int64_t		headcount;
	int64_t		fte;			/* thousandths */
	int64_t		hires;
} EfAgeRow;

/*
 * List the staff of the last day observed, and hires of the whole period.
 * There must be room for EF_AGE_LIMIT + 1 rows; returns how many have
 * anybody.
 */
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

typedef struct EfReasonExits
{
	uint32_t	reason;
	int64_t		exits;
} EfReasonExits;

/*
 * Exit rates, a row at a time: every year of age that was seen with every reason
 * of the table.  That is a product, and the memory is not: it is 16 bytes for
 * each cell of the table.
 */
typedef struct EfExitRates
{
	double		level;
	uint32_t	nreasons;
	double		none_lower;		/* limits of no exits */
	double		none_upper;
	int64_t		days[EF_AGE_LIMIT + 1];
	bool		there[EF_AGE_LIMIT + 1];
	EfReasonExits *exits;		/* by year of age, and by reason within it */
	size_t		first[EF_AGE_LIMIT + 1];	/* of these, the next of a year */
	size_t		end[EF_AGE_LIMIT + 1];
	int			age;			/* of the next row */
	uint32_t	reason;			/* of the last row of that age, 0 before */
} EfExitRates;

extern EfStatus ef_exit_rates_begin(EfExitRates *rates,
									const EfWorkforce *workforce, double level,
									EfContext *context) EF_NODISCARD;

/* Read the next row, by age and then by reason; false at the end. */
extern bool ef_exit_rates_next(EfExitRates *rates, EfExitRateRow *row);

/*
 * Count the people carried over as_of who reach an age, in years, from then
 * up to and including `until`, the last day of a month.  People past the age
 * do not count.
 */
extern EfStatus ef_workforce_reaching(const EfWorkforce *workforce, int age,
									  EfDay until, int64_t *count,
									  EfContext *context) EF_NODISCARD;

struct EfRetirementRule;

/* Count those who reach the age that a rule gives their birth cohort. */
extern EfStatus ef_workforce_reaching_by_rule(const EfWorkforce *workforce,
											  const struct EfRetirementRule *rule,
											  EfDay until, int64_t *count,
											  EfContext *context) EF_NODISCARD;

typedef struct EfYearCount
{
	int			year;
	int64_t		count;
} EfYearCount;

/* Count the same by calendar year, the first from as_of: `years` rows. */
extern EfStatus ef_workforce_reaching_by_year(const EfWorkforce *workforce, int age,
											  int years, EfYearCount **rows,
											  EfContext *context) EF_NODISCARD;

/* Return the highest month of age in which anybody was seen. */
extern int	ef_workforce_oldest_month(const EfTable *table);

/*
 * Compute the initial exposure of each month of age up to the oldest, or
 * beyond, in parts of a month: parts[nmonths], of which there are
 * EF_AGE_MONTHS at most.
 */
extern void ef_workforce_initial_exposure(const EfTable *table, int nmonths,
										  int64_t *parts);

#endif							/* EF_WORKFORCE_READ_H */
