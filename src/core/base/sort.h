/*
 * sort.h
 *	  Sorting that can be interrupted.
 */
#ifndef EF_SORT_H
#define EF_SORT_H

#include "base/context.h"

/*
 * Put n items of a size in order, as qsort does, and ask between whiles whether to
 * go on.  Where there are many it takes as much memory again.
 */
extern void ef_sort(void *items, size_t n, size_t size,
					int (*compare) (const void *, const void *),
					EfContext *context);

#endif							/* EF_SORT_H */
