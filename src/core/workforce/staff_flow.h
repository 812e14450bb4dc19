/*
 * staff_flow.h
 *	  How people move through the ages: month by month in the year in which
 *	  they come, and then a year at a time.
 *
 * A *flow* is a group of people who come in one period, a calendar year or
 * the rest of one, followed through that period and the years after it: its
 * *lags*, from 0.  A projection is a sum of flows, each times the number of
 * such people.
 *
 * Uncertainty (doc/methods.md, "Intervals of the projection") is reckoned by
 * year of age.  A *block* is the ages from the middle of one year of age to
 * the middle of the next; whoever is in block b passes the middle of year of
 * age `first_year + b` next.  For each flow and lag there are, by year of
 * age, the people who have passed it (the gradient of the headcount in the
 * logarithm of that year's survival), those of them who leave for the reason
 * asked for, and the people who pass it in this period.
 *
 * Arrays by age are laid out by month within the block first, and by block
 * within that: a year later is then one element on, sums over the months of a
 * block are sums of rows, and every loop runs along a row.  People stay in
 * the element of the age from which they are followed; n years later they
 * meet the probabilities n elements on.
 */
#ifndef EF_STAFF_FLOW_H
#define EF_STAFF_FLOW_H

#include "base/workspace.h"
#include "workforce/exit_probability.h"

/* The ages that anybody can be of. */
typedef struct EfAges
{
	int			limit;			/* from this month of age on nobody works */
	int			lowest;			/* month of age of an array's first element */
	int			rows;			/* years of age with people: blocks 1 .. rows */
	int			stride;			/* from row to row of an array by age */
	size_t		room;			/* doubles of such an array */
	int			first_year;		/* of age, of block 0 */
	int			blocks;			/* doubles of an array by block: with one
								 * before and one after the people, and some
								 * more */
} EfAges;

/* Set the ages in months, from the lowest to the limit. */
extern void ef_ages_set(EfAges *ages, int lowest, int limit);

/*
 * Return the element of an age in an array by age.  A person past the limit
 * leaves next month, like one who reaches it then.
 */
static inline size_t
ef_ages_element(const EfAges *ages, int age)
{
	int			place = (age < ages->limit ? age : ages->limit - 1) -
		ages->lowest;

	return (size_t) (place % 12) * (size_t) ages->stride +
		(size_t) (place / 12);
}

/*
 * One person's probabilities over a span of months, by age at its start: to
 * stay, to leave for the reason asked for, and the person-months expected
 * without support.
 */
typedef struct EfSpan
{
	double	   *stay;
	double	   *leave;
	double	   *unsupported;
} EfSpan;

/* The life table, as far as a span of 1 .. 12 months reaches. */
typedef struct EfSurvival
{
	const EfAges *ages;
	int			months;			/* in the span */
	EfSpan		month;			/* of one month */
	EfSpan		span;
	double	   *stay_squares;	/* of the span's probabilities, and of that */
	double	   *leave_squares;	/* to go */
	double	   *gone_squares;
	int		   *next_leave;		/* by row, the first from there on in a month
								 * of */
	int		   *next_unsupported;	/* next one that leaves, or lacks support */
	double	   *scratch;		/* some rows by age */
} EfSurvival;

extern void ef_survival_create(EfSurvival *survival, const EfAges *ages,
							   EfWorkspace *workspace);

/*
 * Begin a span of one month.  A person who reaches the age of retirement or
 * the limit leaves then: for the reason asked for, if that is retirement.
 */
extern void ef_survival_begin(EfSurvival *survival,
							  const EfExitProbability *q, int retire_age,
							  bool retirement);

/* Make the span a month longer. */
extern void ef_survival_lengthen(EfSurvival *survival);

/* Square its probabilities, before people with summed squares pass it. */
extern void ef_survival_square(EfSurvival *survival);

/* People by age: squares and FTE are NULL where they are not summed. */
typedef struct EfPeople
{
	double	   *people;
	double	   *squares;
	double	   *fte;
} EfPeople;

typedef struct EfFlow
{
	const EfAges *ages;
	int			nlags;
	int			months;			/* of the period that they come in */
	double		passed;			/* of the year of age before the end of that
								 * period, so much lies in it, on average */

	EfPeople	staff;			/* people at the end of that period */
	int			first_row;		/* the rows of them that have anybody */
	int			last_row;
	double	   *starts;			/* by row, the starts of the lag before */

	double	   *lags;			/* by lag: rows by block, and then sums */
	int			first_entry;	/* rows of age in which anybody came */
	int			last_entry;
	int			first_leave;	/* first row in which anybody leaves; the
								 * others of a lag are 0, and skipped */
} EfFlow;

/*
 * Rows of a lag: people who have passed each year of age, those of them who
 * leave, and people who pass it in this period.  The first two are kept as
 * differences from the year of age before.
 */
enum
{
	EF_PASSING, EF_LEAVING, EF_PRESENT, EF_FLOW_ROWS
};

/*
 * Sums over the people of a flow at one lag.  "Squares" are sums of squared
 * probabilities, for the variance of chance: exact where they are summed, else
 * as if all had the mean probability, which makes it somewhat larger.
 */
typedef struct EfFlowSums
{
	double		stay;			/* are there at its end */
	double		stay_squares;
	double		gone_squares;	/* of leaving in it */
	double		leave;			/* leave for the reason asked for */
	double		leave_squares;
	double		unsupported;	/* person-months */
	double		fte;			/* of people who stay */
	double		coming;			/* are there when it begins, or come in it */
} EfFlowSums;

/*
 * Doubles that the sums of a lag take, so that all of a lag can be added up
 * together.
 */
#define EF_FLOW_SUMS 8

/* Return the number of doubles of a lag. */
static inline size_t
ef_lag_size(const EfAges *ages)
{
	return EF_FLOW_ROWS * (size_t) ages->blocks + EF_FLOW_SUMS;
}

/* Return a row of a lag, and its sums. */
static inline double *
ef_flow_row(const EfFlow *flow, int lag, int row)
{
	return flow->lags + (size_t) lag * ef_lag_size(flow->ages) +
		row * flow->ages->blocks;
}

static inline EfFlowSums *
ef_flow_sums(const EfFlow *flow, int lag)
{
	return (EfFlowSums *) ef_flow_row(flow, lag, EF_FLOW_ROWS);
}

extern void ef_flow_create(EfFlow *flow, const EfAges *ages, int nlags,
						   int months, double passed, bool squares, bool fte,
						   EfWorkspace *workspace);

/* Forget the people, and keep what became of them: others pass through it. */
extern void ef_flow_clear(EfFlow *flow);

/*
 * Let people enter a flow, with the months of the span of its period before
 * them.
 */
extern void ef_flow_enter(EfFlow *flow, const EfPeople *entrants,
						  const EfSurvival *survival);

/*
 * Follow all people, who have entered, through the years after the period.
 * The span is a year.  First call settle(), and then one lag after the other
 * from 1.
 */
extern void ef_flow_settle(EfFlow *flow);
extern void ef_flow_follow(EfFlow *flow, int lag, const EfSurvival *survival);

/*
 * Finish a flow that has been followed: `people` entered it, or one if
 * squares are not summed, a person of the mean probabilities.
 */
extern void ef_flow_finish(EfFlow *flow, double people);

/*
 * Add lags of a flow to `sum`, which has a lag's rows from `row` on and its
 * sums: `lag` times people[0], the one before it times people[1], and so on.
 */
extern void ef_flow_add(const EfFlow *flow, int lag, int row,
						const double *people, int n, double *sum);

/*
 * Return the sum over years of age of a variance times the square of people.
 */
extern double ef_flow_variance(const EfAges *ages, const double *people,
							   const double *variance);

#endif							/* EF_STAFF_FLOW_H */
