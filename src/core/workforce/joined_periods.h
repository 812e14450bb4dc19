/*
 * joined_periods.h
 *	  Workforces of adjacent periods, as the one of all of them.
 *
 * Whoever is carried over the end of a period is there when the next begins.
 * So the flows and the days of periods add up, what is there at the first
 * beginning and at the last end stays, and what is carried over a boundary
 * between them cancels.  The sum is the workforce that one pass over the same
 * rows would give for the whole time, cell by cell.
 */
#ifndef EF_JOINED_PERIODS_H
#define EF_JOINED_PERIODS_H

#include "workforce/workforce_read.h"

extern const EfReport EF_PERIODS_APART[];
extern const EfReport EF_PERIODS_DIFFER[];

/* Periods in order, at least one; refuses what does not fit together.  The
 * result is in the context's memory, for as long as that keeps it. */
extern EfStatus ef_workforce_join(EfWorkforce *whole,
								  const EfWorkforce *periods, size_t n,
								  EfContext *context) EF_NODISCARD;

#endif							/* EF_JOINED_PERIODS_H */
