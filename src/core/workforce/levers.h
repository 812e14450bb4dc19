/*
 * levers.h
 *	  What somebody assumes of exit rates: that people leave for a reason more or
 *	  less often than they did.
 */
#ifndef EF_LEVERS_H
#define EF_LEVERS_H

#include "workforce/credible_rates.h"

extern const EfReport EF_LEVER_LENGTHS[];
extern const EfReport EF_LEVER_FACTOR[];
extern const EfReport EF_LEVER_REASON_UNKNOWN[];
extern const EfReport EF_LEVER_REASON_TWICE[];

/* No rate becomes more than so many times as high. */
#define EF_FACTOR_LIMIT 1000

/*
 * Multiply the ratio of each named reason, with its error, by a factor.  What was
 * known of it becomes an assumption, from which no group learns any more.
 */
extern EfStatus ef_change_exit_rates(EfCredibleReason *reasons,
									 const EfTable *reference,
									 const EfLabel *names,
									 const double *factors, int n,
									 const EfAllocator *allocator,
									 EfError *error)
			EF_NODISCARD;

#endif							/* EF_LEVERS_H */
