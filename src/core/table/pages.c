/*
 * pages.c
 *	  See pages.h.
 */
#include "table/pages.h"

#include <string.h>

#include "base/bits.h"

/* A page is longer than what it holds by so many places at either end, and by a
 * part of its length: the next rows are near. */
#define MARGIN 8
#define MARGIN_PART 32

static size_t
counts_size(const EfPage *page)
{
	return ((size_t) page->places * page->width + 7) & ~(size_t) 7;
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
fits(int64_t count, uint32_t width)
{
	switch (width)
	{
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
			(page->width != 2 && page->width != 4 && page->width != 8) ||
			counts_size(page) > size - used)
			return false;
		used += counts_size(page);
	}
	return used == size;
}

void
ef_pages_index(EfPageIndex *index, EfPages *block)
{
	size_t		at = header_size(block->npages);

	index->block = block;
	index->nseries = block->npages == 0 ? 0
		: block->pages[block->npages - 1].series + 1;
	memset(index->page, 0, index->nseries * sizeof(index->page[0]));
	for (uint64_t i = 0; i < block->npages; i++)
	{
		index->page[block->pages[i].series] = (uint32_t) i + 1;
		index->counts[block->pages[i].series] = (uint32_t) at;
		at += counts_size(&block->pages[i]);
	}
}

bool
ef_pages_add(const EfPageIndex *index, EfCell *cell)
{
	uint32_t	series = ef_key_series(cell->key);
	const EfPage *page;
	uint8_t    *counts;
	uint32_t	place;
	int64_t		sum;

	if (series >= index->nseries || index->page[series] == 0)
		return false;
	page = &index->block->pages[index->page[series] - 1];
	place = ef_key_at(cell->key) - page->first;
	if (place >= page->places)
		return false;
	counts = (uint8_t *) index->block + index->counts[series];
	if (ef_add_overflow(count_at(counts, page->width, place),
							   cell->count, &sum))
		return false;
	if (fits(sum, page->width))
	{
		put_count(counts, page->width, place, sum);
		return true;
	}

	/* all of it goes, so that the next ones have room again */
	put_count(counts, page->width, place, 0);
	cell->count = sum;
	return false;
}

size_t
ef_pages_ncells(const EfPages *block)
{
	const uint8_t *counts = (const uint8_t *) block + header_size(block->npages);
	size_t		n = 0;

	for (uint64_t i = 0; i < block->npages; i++)
	{
		const EfPage *page = &block->pages[i];

		for (uint32_t place = 0; place < page->places; place++)
			n += count_at(counts, page->width, place) != 0;
		counts += counts_size(page);
	}
	return n;
}

size_t
ef_pages_cells(const EfPages *block, EfCell *cells)
{
	const uint8_t *counts = (const uint8_t *) block + header_size(block->npages);
	size_t		n = 0;

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


/* ---- building ---- */

/* The page that the cells of one series, in order, would have. */
static EfPage
plan_page(const EfTableType *type, const EfCell *cells, size_t n)
{
	uint32_t	first = ef_key_at(cells[0].key);
	uint32_t	last = ef_key_at(cells[n - 1].key);
	uint32_t	axis = type->kinds[ef_key_kind(cells[0].key)].axis;
	uint32_t	margin = MARGIN + (last - first) / MARGIN_PART;
	int64_t		most = 0;
	EfPage		page;

	for (size_t i = 0; i < n; i++)
	{
		int64_t		size = cells[i].count < 0 ? -(cells[i].count + 1)
			: cells[i].count;

		if (size > most)
			most = size;
	}
	/* so wide that twice as many fit */
	page.series = ef_key_series(cells[0].key);
	page.first = first > margin ? first - margin : 0;
	page.places = (axis - last > margin ? last + margin + 1 : axis) -
		page.first;
	page.width = most <= INT16_MAX / 2 ? sizeof(int16_t)
		: most <= INT32_MAX / 2 ? sizeof(int32_t) : sizeof(int64_t);
	return page;
}

/* Are these cells in order, each once, and at places that there are? */
static bool
in_order(const EfTableType *type, uint32_t nlabels, const EfCell *cells,
		 size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		unsigned	kind = ef_key_kind(cells[i].key);

		if ((i > 0 && cells[i].key <= cells[i - 1].key) ||
			kind >= type->nkinds || ef_key_label(cells[i].key) > nlabels ||
			(ef_key_label(cells[i].key) > 0 && !type->kinds[kind].labelled) ||
			!ef_is_place(&type->kinds[kind], ef_key_at(cells[i].key), nlabels))
			return false;
	}
	return true;
}

static size_t
series_end(const EfCell *cells, size_t n, size_t start)
{
	size_t		end = start + 1;

	while (end < n &&
		   ef_key_series(cells[end].key) == ef_key_series(cells[start].key))
		end++;
	return end;
}

EfStatus
ef_pages_build(EfPages **block, size_t *size, const EfTableType *type,
			   uint32_t nlabels, EfCell *cells, size_t *n, EfContext *context)
{
	EfPage		planned[EF_PAGE_SERIES];
	uint64_t	npages = 0;
	uint64_t	filled = 0;
	size_t		bytes = 0;
	size_t		rest = 0;
	uint8_t    *counts;

	*block = NULL;
	*size = 0;
	if (!in_order(type, nlabels, cells, *n))
		return ef_fail(context, EF_INVALID,
					   "The cells of a state are damaged.");
	for (size_t start = 0, end; start < *n; start = end)
	{
		EfKey		key = cells[start].key;
		EfPage		page;

		end = series_end(cells, *n, start);
		if (ef_key_label(key) > EF_PAGE_LABEL_LIMIT ||
			type->kinds[ef_key_kind(key)].paired)
			continue;
		page = plan_page(type, cells + start, end - start);
		if (2 * (sizeof(EfPage) + counts_size(&page)) <=
			(end - start) * sizeof(EfCell))
		{
			planned[npages++] = page;
			bytes += counts_size(&page);
		}
	}
	if (npages == 0)
		return EF_OK;

	*size = header_size(npages) + bytes;
	*block = ef_alloc(context, *size);
	memset(*block, 0, *size);
	(*block)->npages = npages;
	memcpy((*block)->pages, planned, npages * sizeof(EfPage));
	counts = (uint8_t *) *block + header_size(npages);
	for (size_t start = 0, end; start < *n; start = end)
	{
		const EfPage *page = &planned[filled];

		end = series_end(cells, *n, start);
		if (filled == npages ||
			ef_key_series(cells[start].key) != page->series)
		{
			memmove(cells + rest, cells + start, (end - start) * sizeof(EfCell));
			rest += end - start;
			continue;
		}
		for (size_t i = start; i < end; i++)
			put_count(counts, page->width,
					  ef_key_at(cells[i].key) - page->first, cells[i].count);
		counts += counts_size(page);
		filled++;
	}
	*n = rest;
	return EF_OK;
}
