/*
 * cells.c
 *	  See cells.h.
 */
#include "table/cells.h"

#include <string.h>

#include "base/bits.h"

#define INSERTION_SORT_LIMIT 64
#define DIGIT_BITS 11

static void
insertion_sort(EfCell *cells, size_t n)
{
	for (size_t i = 1; i < n; i++)
	{
		EfCell		cell = cells[i];
		size_t		j = i;

		for (; j > 0 && cells[j - 1].key > cell.key; j--)
			cells[j] = cells[j - 1];
		cells[j] = cell;
	}
}

/*
 * Sort by key.  Least significant digit first, and only where keys differ:
 * ages, kinds and reasons together are few bits, so two passes do for most
 * tables, and nothing is compared.
 */
void
ef_cells_sort(EfCell *cells, size_t n, EfContext *context)
{
	EfKey		differ = 0;
	EfCell	   *from = cells;
	EfCell	   *to;
	EfCell	   *scratch;

	if (n <= INSERTION_SORT_LIMIT)
	{
		insertion_sort(cells, n);
		return;
	}
	for (size_t i = 1; i < n; i++)
		differ |= cells[i].key ^ cells[0].key;

	to = scratch = ef_alloc(context, n * sizeof(EfCell));
	for (int shift = 0; shift < 64 && differ >> shift != 0; shift += DIGIT_BITS)
	{
		uint32_t	start[1 << DIGIT_BITS];
		uint32_t	sum = 0;
		EfCell	   *swap;

		shift += ef_lowest_bit(differ >> shift);
		memset(start, 0, sizeof(start));
		for (size_t i = 0; i < n; i++)
		{
			ef_check_interrupt_at(context, i);
			start[(from[i].key >> shift) & ((1 << DIGIT_BITS) - 1)]++;
		}
		for (int d = 0; d < 1 << DIGIT_BITS; d++)
		{
			uint32_t	count = start[d];

			start[d] = sum;
			sum += count;
		}
		for (size_t i = 0; i < n; i++)
		{
			ef_check_interrupt_at(context, i);
			to[start[(from[i].key >> shift) & ((1 << DIGIT_BITS) - 1)]++] = from[i];
		}
		swap = from;
		from = to;
		to = swap;
	}
	if (from != cells)
		memcpy(cells, from, n * sizeof(EfCell));
	ef_release(context, scratch);
}

EfStatus
ef_cells_add(int64_t *sum, int64_t a, int64_t b, EfContext *context)
{
	if (ef_add_overflow(a, b, sum))
		return ef_fail(context, EF_COUNT_OVERFLOW,
					   "A sum of counts does not fit 64 bits.");
	return EF_OK;
}

bool
ef_cells_in_order(const EfCell *cells, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (cells[i - 1].key > cells[i].key)
			return false;
	return true;
}

EfStatus
ef_cells_unite(EfCell *cells, size_t *n, EfContext *context)
{
	size_t		out = 0;
	size_t		i = 0;

	EF_ASSERT(ef_cells_in_order(cells, *n));
	for (size_t turn = 0; i < *n; turn++)
	{
		EfCell		cell = cells[i++];

		ef_check_interrupt_at(context, turn);
		for (; i < *n && cells[i].key == cell.key; i++)
		{
			EfStatus	status = ef_cells_add(&cell.count, cell.count,
											  cells[i].count, context);

			if (status != EF_OK)
				return status;
		}
		if (cell.count != 0)
			cells[out++] = cell;
	}
	*n = out;
	return EF_OK;
}

/* Copy the cells that count something; how many. */
static size_t
copy_counted(EfCell *to, const EfCell *from, size_t n, EfContext *context)
{
	size_t		copied = 0;

	for (size_t i = 0; i < n; i++)
	{
		ef_check_interrupt_at(context, i);
		to[copied] = from[i];
		copied += from[i].count != 0;
	}
	return copied;
}

EfStatus
ef_cells_merge(const EfCell *a, size_t na, const EfCell *b, size_t nb,
			   EfCell *out, size_t *nout, EfContext *context)
{
	size_t		i = 0;
	size_t		j = 0;
	size_t		n = 0;

	EF_ASSERT(ef_cells_in_order(a, na) && ef_cells_in_order(b, nb));
	for (size_t turn = 0; i < na && j < nb; turn++)
	{
		/* the first has long stretches without a counterpart in the second */
		size_t		stop = na - i > EF_INTERRUPT_TURNS ? i + EF_INTERRUPT_TURNS : na;
		EfCell		cell;

		ef_check_interrupt_at(context, turn);
		for (; i < stop && a[i].key < b[j].key; i++)
		{
			out[n] = a[i];
			n += a[i].count != 0;
		}
		if (i == stop)
		{
			ef_check_interrupt(context);
			continue;
		}
		cell = b[j++];
		if (a[i].key == cell.key)
		{
			EfStatus	status = ef_cells_add(&cell.count, cell.count,
											  a[i++].count, context);

			if (status != EF_OK)
				return status;
		}
		if (cell.count != 0)
			out[n++] = cell;
	}
	n += copy_counted(out + n, a + i, na - i, context);
	n += copy_counted(out + n, b + j, nb - j, context);
	*nout = n;
	return EF_OK;
}
