/*
 * pages.h
 *	  Counts of a growing table at their places: what it keeps of series that
 *	  are full enough.
 *
 * A cell takes 16 bytes and has to be found; a count on a page takes two to
 * eight, and adding to it takes an index.  A page is a stretch of the axis of one
 * series.  A block of them is a header, the pages in the order of their
 * series, and the counts of each, every page's from a multiple of eight bytes
 * on.  What has no page, or does not fit its count, is a cell as before: a table
 * is the sum of both.
 */
#ifndef EF_PAGES_H
#define EF_PAGES_H

#include "table/frame.h"

typedef struct EfPage
{
	uint32_t	series;			/* ef_key_series() */
	uint32_t	first;			/* place on the axis */
	uint32_t	places;
	uint32_t	width;			/* of a count in bytes: 2, 4 or 8 */
} EfPage;

typedef struct EfPages
{
	uint64_t	npages;
	EfPage		pages[];
} EfPages;

/* Series of labels above this have no page, so that finding one is a look into a
 * short table. */
#define EF_PAGE_LABEL_LIMIT 31
#define EF_PAGE_SERIES ((EF_PAGE_LABEL_LIMIT + 1) << EF_KIND_BITS)

/* Where to find the page of a series, and its counts. */
typedef struct EfPageIndex
{
	EfPages    *block;
	uint32_t	nseries;		/* series below this may have a page */
	uint32_t	page[EF_PAGE_SERIES];	/* from 1; 0: none */
	uint32_t	counts[EF_PAGE_SERIES];	/* distance in the block */
} EfPageIndex;

/*
 * Are these bytes a block of pages of a table of this type, with so many labels?
 * Asked before they are used, since a state can come from anywhere.
 */
extern bool ef_pages_check(const void *block, size_t size,
						   const EfTableType *type, uint32_t nlabels);

/* Index a block that was checked. */
extern void ef_pages_index(EfPageIndex *index, EfPages *block);

/*
 * Add a cell to its page.  False where that cannot be, and `cell` is then what
 * remains to be kept as a cell.
 */
extern bool ef_pages_add(const EfPageIndex *index, EfCell *cell);

/* How many counts of a block that was checked are not zero; and those, as cells
 * in order. */
extern size_t ef_pages_ncells(const EfPages *block);
extern size_t ef_pages_cells(const EfPages *block, EfCell *cells);

/*
 * Lay cells out on pages where these take half of their room or less: a new block,
 * NULL if there is no such series.  What is not on a page stays in `cells`, in
 * order; `n` is how many.  Refuses cells that are not in order, each once, or
 * stand where none can.
 */
extern EfStatus ef_pages_build(EfPages **block, size_t *size,
							   const EfTableType *type, uint32_t nlabels,
							   EfCell *cells, size_t *n, EfContext *context)
			EF_NODISCARD;

#endif							/* EF_PAGES_H */
