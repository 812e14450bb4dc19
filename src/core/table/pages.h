/*
 * pages.h
 *	  Counts of a growing table at their places, for series that are full enough.
 *
 * A cell takes 16 bytes and must be searched; a count on a page takes one to
 * eight bytes and is found by its index.  A page is a stretch of the axis of
 * one series.  A block of pages is a header, the pages in the order of their
 * series, and their counts; those of each page begin at a multiple of eight
 * bytes.  Marks without a page, or too many for their count, stay cells: a
 * table is the sum of both.
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

/*
 * Limit on the labels of series with pages, so that a page is found in a
 * short table.
 */
#define EF_PAGE_LABEL_LIMIT 31
#define EF_PAGE_SERIES ((EF_PAGE_LABEL_LIMIT + 1) << EF_KIND_BITS)

/* A page of a series, and where its counts are. */
typedef struct EfPlacedPage
{
	uint32_t	first;
	uint32_t	places;			/* 0: no page */
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
 * Are these bytes a block of pages of a table of this type, with this many
 * labels? Ask before using them, since a state can come from anywhere.
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

	EF_ASSERT(index->nseries <= EF_PAGE_SERIES);
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

/*
 * Return how many counts of a checked block are not zero, or those counts as
 * cells in order.
 */
extern size_t ef_pages_ncells(const EfPages *block);
extern size_t ef_pages_cells(const EfPages *block, EfCell *cells);

/*
 * Add a checked block, whose labels have other numbers, to pages.  Counts
 * that have no place there are put into `cells`, which has room for
 * ef_pages_ncells() and one more; return how many.
 */
extern size_t ef_pages_add_block(const EfPageIndex *index,
								 const EfPages *other, const uint32_t *number,
								 EfCell *cells);

/*
 * Is a page of this many places worth its room, compared with `n` cells?  At
 * equal size the page wins, since adding to it is faster.
 */
static inline bool
ef_page_pays(uint64_t places, uint32_t width, size_t n)
{
	return sizeof(EfPage) + places * width <= n * sizeof(EfCell);
}

/*
 * Lay cells out on pages that are worth their room, and on those of `old` (a
 * checked block or NULL), which grow where that pays.  Answers a new block,
 * or NULL if nothing was laid out.  The other cells stay in `cells`, in
 * order; `n` is their number.  Refuses cells that are out of order, repeated,
 * or at a place that cannot be.
 */
extern EfStatus ef_pages_build(EfPages **block, size_t *size,
							   const EfTableType *type, uint32_t nlabels,
							   const EfPages *old, EfCell *cells, size_t *n,
							   EfContext *context) EF_NODISCARD;

#endif							/* EF_PAGES_H */
