/*
 * joined_periods.h
 *	  Join the workforces of adjacent periods into that of the whole time.
 *
 * A person carried over the end of a period is there when the next begins. So
 * flows and days of the periods add up, the people at the first beginning and
 * at the last end stay, and those carried over a boundary in between cancel.
 * The sum is the workforce that one pass over the same rows would give for
 * the whole time, cell by cell.
 */
#ifndef EF_JOINED_PERIODS_H
#define EF_JOINED_PERIODS_H

#include "workforce/workforce_read.h"

extern const EfReport EF_PERIODS_APART[];
extern const EfReport EF_PERIODS_DIFFER[];

/*
 * Join periods in order, at least one; refuse periods that do not fit
 * together.  The result is in the context's memory, for as long as that keeps
 * it.
 */
extern EfStatus ef_workforce_join(EfWorkforce *whole,
								  const EfWorkforce *periods, size_t n,
								  EfContext *context) EF_NODISCARD;

#endif							/* EF_JOINED_PERIODS_H */
