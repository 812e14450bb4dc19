/*
 * mobility_series.h
 *	  People in each state and their comings and goings, step by step of the calendar.
 */
#ifndef EF_MOBILITY_SERIES_H
#define EF_MOBILITY_SERIES_H

#include "mobility/mobility.h"

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
	int64_t		hires;
	int64_t		leavers;
	int64_t		moved_in;
	int64_t		moved_out;
	int64_t		resumed;
	int64_t		censored;
	int64_t		carried;		/* those who go on into the next step */
} EfSeriesRow;

typedef struct EfMobilitySeries
{
	const EfMobility *mobility;
	EfDuration	every;
	int			nsteps;			/* told so far */
	size_t		coming;			/* the first step of each kind that is not taken */
	size_t		going;
	int64_t    *here;			/* by state, from 1 */

	/* the step that was told last */
	EfDay		start;
	EfDay		end;			/* its last day */
	EfSeriesRow *rows;			/* by state, from 1; all together are 0 */
} EfMobilitySeries;

/* Steps begin at `from`, and at multiples of `every` after it. */
extern EfStatus ef_mobility_series_begin(EfMobilitySeries *series,
										 const EfMobility *mobility,
										 const EfDuration *every,
										 const EfAllocator *allocator,
										 EfError *error) EF_NODISCARD;

/* Tell the next step; false if there is none.  The last ends with the period. */
extern bool ef_mobility_series_next(EfMobilitySeries *series);

#endif							/* EF_MOBILITY_SERIES_H */
