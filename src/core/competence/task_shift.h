/*
 * task_shift.h
 *	  Demand for professions after tasks have been shifted among them.
 *
 * With D(i) the demand for profession i in FTE of i, s(i, j) the share of the
 * tasks of i that goes to j, and r(i, j) the time that j needs for what took
 * i a unit of time,
 *
 *	 W(i) = D(i) + sum over k of W(k) s(k, i) r(k, i)
 *
 * is the work of i, and W(i) (1 - sum over j of s(i, j)) is the part that
 * stays with it.  Shares refer to all tasks of i, including those shifted to
 * it: so tasks can be passed on in several steps.  Tasks may go to nobody,
 * and so cease; nothing else is lost.
 *
 * Tasks that go in a circle are refused, so each W follows from those before
 * it, in a topological order: nothing is iterated.  The order of rows and of
 * professions makes no difference to a single bit.
 *
 * See World Health Organization (2008), Task shifting: rational
 * redistribution of tasks among health workforce teams, and doc/methods.md,
 * "Task shifting".
 */
#ifndef EF_TASK_SHIFT_H
#define EF_TASK_SHIFT_H

#include "table/life_table.h"

extern const EfReport EF_SHIFT_LENGTHS[];
extern const EfReport EF_SHIFT_DEMAND[];
extern const EfReport EF_SHIFT_SHARE[];
extern const EfReport EF_SHIFT_TIME[];
extern const EfReport EF_SHIFT_PROFESSION_TWICE[];
extern const EfReport EF_SHIFT_PROFESSION_UNKNOWN[];
extern const EfReport EF_SHIFT_PAIR_TWICE[];
extern const EfReport EF_SHIFT_SHARES_SUM[];
extern const EfReport EF_SHIFT_CYCLE[];
extern const EfReport EF_SHIFT_OVERFLOW[];

/* Tolerance of a sum of shares: as close to 1, they leave nothing. */
#define EF_SHIFT_ROUNDING 1e-12

/* Columns of the two tables, as arrays. */
typedef struct EfNames
{
	const EfLabel *values;
	size_t		n;
} EfNames;

typedef struct EfNumbers
{
	const double *values;
	size_t		n;
} EfNumbers;

typedef struct EfTaskShifts
{
	/* a row for each profession */
	EfNames		profession;
	EfNumbers	demand;			/* FTE, 0 or more */

	/* a row for each shift */
	EfNames		from_profession;
	EfNames		to_profession;	/* bytes NULL: to nobody */
	EfNumbers	share;			/* of the tasks of from_profession */
	EfNumbers	relative_time;	/* above 0; of no account where it is nobody */
} EfTaskShifts;

/* demand + shifted_in - shifted_out - dropped = demand_after, all of them in
 * FTE of this profession. */
typedef struct EfShiftedDemand
{
	EfLabel		profession;		/* points to where the caller's does */
	double		demand;
	double		shifted_in;
	double		shifted_out;
	double		dropped;		/* work that ceases */
	double		demand_after;
} EfShiftedDemand;

/*
 * Answers a row for each profession, in their order, and then for those that
 * only receive, in the order in which shifts first name them.
 */
extern EfStatus ef_task_shift_demand(const EfTaskShifts *shifts,
									 EfShiftedDemand **rows, size_t *nrows,
									 EfContext *context) EF_NODISCARD;

#endif							/* EF_TASK_SHIFT_H */
