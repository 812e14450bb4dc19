/*
 * sort.c
 *	  See sort.h.
 *
 * qsort cannot be interrupted.  So it sorts short runs, which are then merged
 * two by two with checks for interrupts in between.
 */
#include "base/sort.h"

#include <stdlib.h>
#include <string.h>

#define RUN_ITEMS 8192

typedef int (*Compare) (const void *, const void *);

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Merge the runs [first, middle) and [middle, end), bytes of `from`, into `to`. */
static void
merge_runs(char *to, const char *from, size_t first, size_t middle, size_t end,
		   size_t size, Compare compare, EfContext *context)
{
	size_t		one = first;
	size_t		other = middle;

	for (size_t at = first; at < end; at += size)
	{
		ef_check_interrupt_at(context, (at - first) / size);
		if (one < middle &&
			(other == end || compare(from + one, from + other) <= 0))
		{
			memcpy(to + at, from + one, size);
			one += size;
		}
		else
		{
			memcpy(to + at, from + other, size);
			other += size;
		}
	}
}

void
ef_sort(void *items, size_t n, size_t size, Compare compare,
		EfContext *context)
{
	size_t		run = RUN_ITEMS * size;
	size_t		end = n * size;
	char	   *from = items;
	char	   *to;

	for (size_t first = 0; first < end; first += run)
	{
		ef_check_interrupt(context);
		qsort(from + first, smaller(RUN_ITEMS, n - first / size), size, compare);
	}
	if (n <= RUN_ITEMS)
		return;

	to = ef_alloc(context, end);
	for (; run < end; run *= 2)
	{
		char	   *merged = to;

		for (size_t first = 0; first < end; first += 2 * run)
			merge_runs(to, from, first, smaller(first + run, end),
					   smaller(first + 2 * run, end), size, compare, context);
		to = from;
		from = merged;
	}
	if (from != (char *) items)
	{
		memcpy(items, from, end);
		to = from;
	}
	ef_release(context, to);
}
