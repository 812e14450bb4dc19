/*
 * pages.h
 *	  Counts of a growing table at their places: what it keeps of series that
 *	  are full enough.
 *
 * A cell takes 16 bytes and has to be found; a count on a page takes one to
 * eight, and adding to it takes an index.  A page is a stretch of the axis of one
 * series.  A block of them is a header, the pages in the order of their
 * series, and the counts of each, every page's from a multiple of eight bytes
 * on.  What has no page, or does not fit its count, is a cell as before: a table
 * is the sum of both.
 */
#ifndef EF_PAGES_H
#define EF_PAGES_H

#include "base/bits.h"
#include "table/frame.h"

typedef struct EfPage
{
	uint32_t	series;			/* ef_key_series() */
	uint32_t	first;			/* place on the axis */
	uint32_t	places;
	uint32_t	width;			/* of a count in bytes: 1, 2, 4 or 8 */
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

/* A page of a series, and where its counts are. */
typedef struct EfPlacedPage
{
	uint32_t	first;
	uint32_t	places;			/* 0: there is none */
	uint32_t	width;
	uint32_t	counts;			/* distance in the block */
} EfPlacedPage;

typedef struct EfPageIndex
{
	EfPages    *block;
	uint32_t	nseries;		/* series below this may have a page */
	EfPlacedPage page[EF_PAGE_SERIES];
} EfPageIndex;

/*
 * Are these bytes a block of pages of a table of this type, with so many labels?
 * Asked before they are used, since a state can come from anywhere.
 */
extern bool ef_pages_check(const void *block, size_t size,
						   const EfTableType *type, uint32_t nlabels);

/* Index a block that was checked. */
extern void ef_pages_index(EfPageIndex *index, EfPages *block);

/* Add a cell to a count of this width, or as below. */
extern bool ef_page_add(uint8_t *counts, uint32_t width, uint32_t place,
						EfCell *cell);

/*
 * Add a cell to its page.  False where that cannot be, and `cell` is then what
 * remains to be kept as a cell.
 */
static inline bool
ef_pages_add(const EfPageIndex *index, EfCell *cell)
{
	uint32_t	series = ef_key_series(cell->key);
	const EfPlacedPage *page;
	uint32_t	place;
	uint8_t    *counts;
	int16_t    *count;
	int64_t		sum;

	if (series >= index->nseries)
		return false;
	page = &index->page[series];
	place = ef_key_at(cell->key) - page->first;
	if (place >= page->places)
		return false;
	counts = (uint8_t *) index->block + page->counts;

	/* nearly all are narrow, and have room */
	if (page->width == sizeof(int16_t))
	{
		count = (int16_t *) (void *) counts + place;
		if (!ef_add_overflow(*count, cell->count, &sum) &&
			sum == (int16_t) sum)
		{
			*count = (int16_t) sum;
			return true;
		}
	}
	return ef_page_add(counts, page->width, place, cell);
}

/* How many counts of a block that was checked are not zero; and those, as cells
 * in order. */
extern size_t ef_pages_ncells(const EfPages *block);
extern size_t ef_pages_cells(const EfPages *block, EfCell *cells);

/*
 * Add a block that was checked, of labels that are numbered otherwise, to pages.
 * What has no place there is put into `cells`, which has room for ef_pages_ncells()
 * and one more; how many.
 */
extern size_t ef_pages_add_block(const EfPageIndex *index,
								 const EfPages *other, const uint32_t *number,
								 EfCell *cells);

/*
 * Are these cells in order, each once, and at places that there are, of labels
 * that there are?
 */
extern bool ef_pages_cells_in_order(const EfTableType *type, uint32_t nlabels,
									const EfCell *cells, size_t n);

/*
 * Is a page of so many counts worth its room, which `n` cells would take?  Of two
 * that take the same it is the one that is sooner added to.
 */
static inline bool
ef_page_pays(uint64_t places, uint32_t width, size_t n)
{
	return sizeof(EfPage) + places * width <= n * sizeof(EfCell);
}

/*
 * Lay cells out on pages that are worth their room, and on those of `old`, a block
 * that was checked or NULL, which grow for them where that is: a new block, NULL if
 * there is nothing to lay out.  What is not on a page stays in `cells`, in order;
 * `n` is how many.  Refuses cells that are not in order, each once, or stand where
 * none can.
 */
extern EfStatus ef_pages_build(EfPages **block, size_t *size,
							   const EfTableType *type, uint32_t nlabels,
							   const EfPages *old, EfCell *cells, size_t *n,
							   EfContext *context) EF_NODISCARD;

#endif							/* EF_PAGES_H */
