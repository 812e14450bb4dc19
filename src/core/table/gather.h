/*
 * gather.h
 *	  Rows and cells in any order, made into cells in order.
 */
#ifndef EF_GATHER_H
#define EF_GATHER_H

#include "table/frame.h"

/*
 * Turn rows and cells, in any order, into cells in order, each once: a new
 * chunk.  What has many cells is added up where it lies on the axis; what has
 * few is sorted.  `finish` sums out the kinds that are in a state only.
 */
extern EfStatus ef_gather_cells(const EfTableType *type, const EfFrame *frame,
								uint32_t nlabels, const EfCell *pending,
								size_t npending, bool finish,
								EfCell **gathered, size_t *ngathered,
								EfContext *context) EF_NODISCARD;

#endif							/* EF_GATHER_H */
