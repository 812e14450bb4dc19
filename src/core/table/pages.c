/*
 * pages.c
 *	  See pages.h.
 */
#include "table/pages.h"

#include <string.h>

#include "base/bits.h"

/*
 * Margin of a page: it is longer than its contents by this many places at
 * either end, and by a part of its length, since the next rows are near.
 */
#define MARGIN 8
#define MARGIN_PART 32

static size_t
counts_size(const EfPage *page)
{
	return ef_aligned((size_t) page->places * page->width);
}

static size_t
header_size(uint64_t npages)
{
	return sizeof(EfPages) + (size_t) npages * sizeof(EfPage);
}

static int64_t
count_at(const uint8_t *counts, uint32_t width, uint32_t place)
{
	switch (width)
	{
		case sizeof(int8_t):
			return ((const int8_t *) counts)[place];
		case sizeof(int16_t):
			return ((const int16_t *) (const void *) counts)[place];
		case sizeof(int32_t):
			return ((const int32_t *) (const void *) counts)[place];
		default:
			return ((const int64_t *) (const void *) counts)[place];
	}
}

static void
put_count(uint8_t *counts, uint32_t width, uint32_t place, int64_t count)
{
	switch (width)
	{
		case sizeof(int8_t):
			((int8_t *) counts)[place] = (int8_t) count;
			break;
		case sizeof(int16_t):
			((int16_t *) (void *) counts)[place] = (int16_t) count;
			break;
		case sizeof(int32_t):
			((int32_t *) (void *) counts)[place] = (int32_t) count;
			break;
		default:
			((int64_t *) (void *) counts)[place] = count;
			break;
	}
}

static bool
is_width(uint32_t width)
{
	return width > 0 && width <= sizeof(int64_t) && (width & (width - 1)) == 0;
}

static bool
fits(int64_t count, uint32_t width)
{
	switch (width)
	{
		case sizeof(int8_t):
			return count >= INT8_MIN && count <= INT8_MAX;
		case sizeof(int16_t):
			return count >= INT16_MIN && count <= INT16_MAX;
		case sizeof(int32_t):
			return count >= INT32_MIN && count <= INT32_MAX;
		default:
			return true;
	}
}

bool
ef_pages_check(const void *bytes, size_t size, const EfTableType *type,
			   uint32_t nlabels)
{
	const EfPages *block = bytes;
	size_t		used;

	if (size < sizeof(EfPages) || size % 8 != 0 ||
		block->npages > (size - sizeof(EfPages)) / sizeof(EfPage))
		return false;
	used = header_size(block->npages);
	for (uint64_t i = 0; i < block->npages; i++)
	{
		const EfPage *page = &block->pages[i];
		uint32_t	label = page->series >> EF_KIND_BITS;
		unsigned	kind = page->series & ((1u << EF_KIND_BITS) - 1);

		if ((i > 0 && page->series <= page[-1].series) ||
			label > nlabels || label > EF_PAGE_LABEL_LIMIT ||
			kind >= type->nkinds || type->kinds[kind].paired ||
			(label > 0 && !type->kinds[kind].labelled) ||
			page->first > type->kinds[kind].axis ||
			page->places > type->kinds[kind].axis - page->first ||
			!is_width(page->width) ||
			counts_size(page) > size - used)
			return false;
		used += counts_size(page);
	}
	return used == size;
}

/* Are pages in the order of their series?  What else holds was checked. */
static bool
block_is_sound(const EfPages *block)
{
	for (uint64_t i = 0; i < block->npages; i++)
		if (block->pages[i].series >= EF_PAGE_SERIES ||
			!is_width(block->pages[i].width) ||
			(i > 0 && block->pages[i].series <= block->pages[i - 1].series))
			return false;
	return true;
}

void
ef_pages_index(EfPageIndex *index, EfPages *block)
{
	size_t		at = header_size(block->npages);

	EF_ASSERT(block_is_sound(block));
	index->block = block;
	index->nseries = block->npages == 0 ? 0
		: block->pages[block->npages - 1].series + 1;
	memset(index->page, 0, index->nseries * sizeof(index->page[0]));
	for (uint64_t i = 0; i < block->npages; i++)
	{
		const EfPage *page = &block->pages[i];
		EfPlacedPage *placed = &index->page[page->series];

		placed->first = page->first;
		placed->places = page->places;
		placed->width = page->width;
		placed->counts = (uint32_t) at;
		at += counts_size(page);
	}
}

bool
ef_page_add(uint8_t *counts, uint32_t width, uint32_t place, EfCell *cell)
{
	int64_t		sum;

	EF_ASSERT(is_width(width));
	if (ef_add_overflow(count_at(counts, width, place), cell->count, &sum))
		return false;
	if (fits(sum, width))
	{
		put_count(counts, width, place, sum);
		return true;
	}

	/* all of it goes, so that the next ones have room again */
	put_count(counts, width, place, 0);
	cell->count = sum;
	return false;
}

static size_t
counts_in_use(const EfPage *page, const uint8_t *counts)
{
	const int16_t *narrow = (const int16_t *) (const void *) counts;
	size_t		n = 0;

	/* a loop of its own, for vectors */
	if (page->width == sizeof(int16_t))
	{
		for (uint32_t place = 0; place < page->places; place++)
			n += narrow[place] != 0;
		return n;
	}
	for (uint32_t place = 0; place < page->places; place++)
		n += count_at(counts, page->width, place) != 0;
	return n;
}

size_t
ef_pages_ncells(const EfPages *block)
{
	const uint8_t *counts = (const uint8_t *) block + header_size(block->npages);
	size_t		n = 0;

	EF_ASSERT(block_is_sound(block));
	for (uint64_t i = 0; i < block->npages; i++)
	{
		n += counts_in_use(&block->pages[i], counts);
		counts += counts_size(&block->pages[i]);
	}
	return n;
}

size_t
ef_pages_cells(const EfPages *block, EfCell *cells)
{
	const uint8_t *counts = (const uint8_t *) block + header_size(block->npages);
	size_t		n = 0;

	EF_ASSERT(block_is_sound(block));
	for (uint64_t i = 0; i < block->npages; i++)
	{
		const EfPage *page = &block->pages[i];
		EfKey		first = ((EfKey) page->series << 32) + page->first;

		for (uint32_t place = 0; place < page->places; place++)
		{
			int64_t		count = count_at(counts, page->width, place);

			if (count == 0)
				continue;
			cells[n].key = first + place;
			cells[n++].count = count;
		}
		counts += counts_size(page);
	}
	return n;
}


/*
 * Add a page of narrow counts to one of a series here; false where that cannot
 * be, and nothing is added then.
 */
static bool
add_narrow(const EfPageIndex *index, uint32_t series, const EfPage *page,
		   const uint8_t *counts)
{
	const int16_t *from = (const int16_t *) (const void *) counts;
	const EfPlacedPage *own;
	uint32_t	first = 0;
	uint32_t	n = page->places;
	int16_t    *to;
	int			outside = 0;

	if (series >= index->nseries)
		return false;
	own = &index->page[series];
	if (page->width != sizeof(int16_t) || own->width != sizeof(int16_t))
		return false;

	/* there is nothing at its ends */
	while (n > 0 && from[n - 1] == 0)
		n--;
	while (first < n && from[first] == 0)
		first++;
	from += first;
	n -= first;
	first += page->first;
	if (first < own->first || first - own->first > own->places ||
		n > own->places - (first - own->first))
		return false;
	to = (int16_t *) (void *) ((uint8_t *) index->block + own->counts) +
		(first - own->first);
	for (uint32_t i = 0; i < n; i++)
	{
		int			sum = to[i] + from[i];

		outside |= sum < INT16_MIN || sum > INT16_MAX;
	}
	for (uint32_t i = 0; i < n && outside == 0; i++)
		to[i] = (int16_t) (to[i] + from[i]);
	return outside == 0;
}

size_t
ef_pages_add_block(const EfPageIndex *index, const EfPages *other,
				   const uint32_t *number, EfCell *cells)
{
	const uint8_t *counts = (const uint8_t *) other + header_size(other->npages);
	size_t		n = 0;

	EF_ASSERT(block_is_sound(other));
	for (uint64_t i = 0; i < other->npages; i++)
	{
		const EfPage *page = &other->pages[i];
		EfKey		first = ef_renumbered(((EfKey) page->series << 32) + page->first,
										  number, 0);

		if (!add_narrow(index, ef_key_series(first), page, counts))
			for (uint32_t place = 0; place < page->places; place++)
			{
				cells[n].key = first + place;
				cells[n].count = count_at(counts, page->width, place);
				n += cells[n].count != 0 && !ef_pages_add(index, &cells[n]);
			}
		counts += counts_size(page);
	}
	return n;
}


/* ---- building ---- */

/* The series of cells in order and of a block, one after the other. */
typedef struct SeriesWalk
{
	const EfCell *cells;
	size_t		n;
	const EfPage *next_page;
	const EfPage *pages_end;
	const uint8_t *next_counts;

	/* the series it is at: its cells, and its page if it has one */
	uint32_t	series;
	size_t		start;
	size_t		end;
	const EfPage *page;
	const uint8_t *counts;
} SeriesWalk;

static void
walk_begin(SeriesWalk *walk, const EfPages *block, const EfCell *cells,
		   size_t n)
{
	memset(walk, 0, sizeof(*walk));
	walk->cells = cells;
	walk->n = n;
	if (block != NULL)
	{
		walk->next_page = block->pages;
		walk->pages_end = block->pages + block->npages;
		walk->next_counts = (const uint8_t *) block + header_size(block->npages);
	}
}

static bool
walk_next(SeriesWalk *walk)
{
	bool		paged = walk->next_page < walk->pages_end;

	walk->start = walk->end;
	if (!paged && walk->start == walk->n)
		return false;
	walk->series = walk->start < walk->n
		? ef_key_series(walk->cells[walk->start].key) : UINT32_MAX;
	if (paged && walk->next_page->series <= walk->series)
	{
		walk->series = walk->next_page->series;
		walk->page = walk->next_page++;
		walk->counts = walk->next_counts;
		walk->next_counts += counts_size(walk->page);
	}
	else
		walk->page = NULL;
	while (walk->end < walk->n &&
		   ef_key_series(walk->cells[walk->end].key) == walk->series)
		walk->end++;
	return true;
}

/* Return the size of a count, as far as its width goes. */
static uint64_t
magnitude(int64_t count)
{
	return (uint64_t) (count < 0 ? -(count + 1) : count);
}

/* Return an upper bound of a count after the cells of a series are added. */
static uint64_t
largest_sum(const SeriesWalk *walk)
{
	uint64_t	most = 0;

	for (size_t i = walk->start; i < walk->end; i++)
	{
		const EfPage *page = walk->page;
		uint64_t	sum = magnitude(walk->cells[i].count);
		uint32_t	at = ef_key_at(walk->cells[i].key);

		if (page != NULL && at - page->first < page->places)
			sum += magnitude(count_at(walk->counts, page->width,
									  at - page->first));
		if (sum > most)
			most = sum;
	}
	return most;
}

/*
 * Plan the page of a series, old or new; false if it has none.  *changed: its
 * cells go onto the page.
 */
static bool
plan_page(EfPage *page, const SeriesWalk *walk, const EfTableType *type,
		  bool *changed)
{
	const EfPage *old = walk->page;
	size_t		n = walk->end - walk->start;
	unsigned	kind = walk->series & ((1u << EF_KIND_BITS) - 1);
	uint32_t	axis = type->kinds[kind].axis;
	uint32_t	first;
	uint32_t	beyond;
	uint32_t	margin;
	uint64_t	most;

	*changed = false;
	if (old != NULL)
		*page = *old;
	if (n == 0 || walk->series >= EF_PAGE_SERIES || type->kinds[kind].paired)
		return old != NULL;

	first = ef_key_at(walk->cells[walk->start].key);
	beyond = ef_key_at(walk->cells[walk->end - 1].key) + 1;
	margin = MARGIN + (beyond - 1 - first) / MARGIN_PART;
	first = first > margin ? first - margin : 0;
	beyond = axis - beyond > margin ? beyond + margin : axis;
	if (old != NULL)
	{
		/* leave the page as it is if it is large enough */
		if (ef_key_at(walk->cells[walk->start].key) >= old->first ||
			first > old->first)
			first = old->first;
		if (beyond < old->first + old->places ||
			ef_key_at(walk->cells[walk->end - 1].key) < old->first + old->places)
			beyond = old->first + old->places;
		n += counts_in_use(old, walk->counts);
	}

	/* so wide that twice as many fit */
	most = largest_sum(walk);
	page->series = walk->series;
	page->first = first;
	page->places = beyond - first;
	page->width = most <= INT8_MAX / 2 ? sizeof(int8_t)
		: most <= INT16_MAX / 2 ? sizeof(int16_t)
		: most <= INT32_MAX / 2 ? sizeof(int32_t) : sizeof(int64_t);
	if (old != NULL && page->width < old->width)
		page->width = old->width;
	*changed = ef_page_pays(page->places, page->width, n);
	if (!*changed && old != NULL)
		*page = *old;
	return *changed || old != NULL;
}

/* Fill a page with what its series has had on one, and with these cells. */
EF_NODISCARD static EfStatus
fill_page(uint8_t *counts, const EfPage *page, const SeriesWalk *walk,
		  bool with_cells, EfContext *context)
{
	const EfPage *old = walk->page;
	EfStatus	status = EF_OK;

	if (old != NULL && old->width == page->width)
		memcpy(counts + (size_t) (old->first - page->first) * page->width,
			   walk->counts, (size_t) old->places * old->width);
	else if (old != NULL)
		for (uint32_t place = 0; place < old->places; place++)
			put_count(counts, page->width, place + old->first - page->first,
					  count_at(walk->counts, old->width, place));
	for (size_t i = walk->start; with_cells && i < walk->end && status == EF_OK; i++)
	{
		uint32_t	place = ef_key_at(walk->cells[i].key) - page->first;
		int64_t		sum = 0;

		status = ef_cells_add(&sum, count_at(counts, page->width, place),
							  walk->cells[i].count, context);
		put_count(counts, page->width, place, sum);
	}
	return status;
}

EfStatus
ef_pages_build(EfPages **block, size_t *size, const EfTableType *type,
			   uint32_t nlabels, const EfPages *old, EfCell *cells, size_t *n,
			   EfContext *context)
{
	EfPage		planned[EF_PAGE_SERIES];
	bool		changed[EF_PAGE_SERIES];
	uint64_t	npages = 0;
	uint64_t	filled = 0;
	size_t		bytes = 0;
	size_t		rest = 0;
	bool		any = false;
	uint8_t    *counts;
	SeriesWalk	walk;
	EfStatus	status = EF_OK;

	EF_ASSERT(old == NULL || block_is_sound(old));
	*block = NULL;
	*size = 0;
	if (!ef_type_has_cells(type, nlabels, cells, *n))
		return ef_fail(context, EF_INVALID,
					   "The cells of a state are damaged.");
	walk_begin(&walk, old, cells, *n);
	while (walk_next(&walk))
		if (plan_page(&planned[npages], &walk, type, &changed[npages]))
		{
			any |= changed[npages];
			bytes += counts_size(&planned[npages++]);
		}
	if (!any)
		return EF_OK;

	*size = header_size(npages) + bytes;
	*block = ef_alloc(context, *size);
	memset(*block, 0, *size);
	(*block)->npages = npages;
	memcpy((*block)->pages, planned, npages * sizeof(EfPage));
	counts = (uint8_t *) *block + header_size(npages);
	walk_begin(&walk, old, cells, *n);
	while (status == EF_OK && walk_next(&walk))
	{
		bool		paged = filled < npages &&
			planned[filled].series == walk.series;
		bool		with_cells = paged && changed[filled];

		if (paged)
		{
			status = fill_page(counts, &planned[filled], &walk, with_cells,
							   context);
			counts += counts_size(&planned[filled++]);
		}
		if (!with_cells)
		{
			memmove(cells + rest, cells + walk.start,
					(walk.end - walk.start) * sizeof(EfCell));
			rest += walk.end - walk.start;
		}
	}
	*n = rest;
	EF_ASSERT(status != EF_OK ||
			  (ef_pages_check(*block, *size, type, nlabels) &&
			   ef_cells_in_order(cells, *n)));
	return status;
}
