/*
 * mobility_series.h
 *	  People in each state, their FTE, and their comings and goings, step by step of the
 *	  calendar; and who left, by why.
 */
#ifndef EF_MOBILITY_SERIES_H
#define EF_MOBILITY_SERIES_H

#include "mobility/mobility.h"

/*
 * The steps of the calendar, which begin at `from` and at multiples of
 * `every` after it.  The last one ends with the period.
 */
typedef struct EfMobilityCalendar
{
	const EfMobility *mobility;
	EfDuration	every;
	int			nsteps;			/* told so far */

	/* the step that was told last */
	uint32_t	first;			/* days since `from` */
	uint32_t	next;			/* the first of the next one */
	EfDay		start;
	EfDay		end;			/* its last day */
} EfMobilityCalendar;

/*
 * A state in a step, or all states together.  Always
 *
 *	 carried before + hires + resumed + moved in
 *	 = carried + leavers + censored + moved out.
 */
typedef struct EfSeriesRow
{
	int64_t		headcount_start;	/* on the first day of the step */
	int64_t		headcount;		/* on its last day */
	int64_t		fte_start;		/* thousandths, on these two days */
	int64_t		fte;
	int64_t		hires;
	int64_t		leavers;
	int64_t		moved_in;
	int64_t		moved_out;
	int64_t		resumed;
	int64_t		censored;
	int64_t		carried;		/* people who go on into the next step */
} EfSeriesRow;

typedef struct EfMobilitySeries
{
	EfMobilityCalendar calendar;
	size_t		coming;			/* the first step of each kind that is not
								 * taken */
	size_t		going;
	size_t		changed;		/* likewise of FTE */
	int64_t    *here;			/* by state, from 1 */
	int64_t    *fte;
	EfSeriesRow *rows;			/* by state, from 1; all together are 0 */
} EfMobilitySeries;

extern EfStatus ef_mobility_series_begin(EfMobilitySeries *series,
										 const EfMobility *mobility,
										 const EfDuration *every,
										 EfContext *context) EF_NODISCARD;

/* Tell the next step; false at the end. */
extern bool ef_mobility_series_next(EfMobilitySeries *series);

/* People who left a state in a step, for one reason. */
typedef struct EfStateLeavers
{
	uint32_t	state;			/* 0: all states together */
	uint32_t	reason;
	int64_t		leavers;
} EfStateLeavers;

/*
 * Leavers by state and reason.  Each that there is in the period has a row in each
 * step, of 0 people where nobody left for it then.
 */
typedef struct EfMobilityLeavers
{
	EfMobilityCalendar calendar;
	uint32_t	nreasons;
	EfLabel    *reasons;		/* in order, 'unknown' among them; reason n is
								 * reasons[n - 1] */
	size_t		nleft;
	EfCell	   *left;			/* steps in order, `to` the reason */
	size_t		next;			/* the first that is not taken */
	EfCell	   *keys;			/* of the rows, in order */
	size_t		nrows;
	EfStateLeavers *rows;		/* by state and reason; all together are last */
} EfMobilityLeavers;

extern EfStatus ef_mobility_leavers_begin(EfMobilityLeavers *leavers,
										  const EfMobility *mobility,
										  const EfDuration *every,
										  EfContext *context) EF_NODISCARD;

/* Tell the next one, as ef_mobility_series_next. */
extern bool ef_mobility_leavers_next(EfMobilityLeavers *leavers);

#endif							/* EF_MOBILITY_SERIES_H */
