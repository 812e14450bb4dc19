/*
 * gather.h
 *	  Rows and cells in any order, made into cells in order.
 */
#ifndef EF_GATHER_H
#define EF_GATHER_H

#include "table/frame.h"

/*
 * Turn rows and cells, in any order, into cells in order, each once, in a new
 * chunk.  Kinds with many cells are added up in a dense layout; others are
 * sorted.  `finish` sums out the kinds that only a state has.
 */
extern EfStatus ef_gather_cells(const EfTableType *type, const EfFrame *frame,
								uint32_t nlabels, const EfCell *pending,
								size_t npending, bool finish,
								EfCell **gathered, size_t *ngathered,
								EfContext *context) EF_NODISCARD;

#endif							/* EF_GATHER_H */
