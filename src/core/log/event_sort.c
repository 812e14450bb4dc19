/*
 * event_sort.c
 *	  See event_sort.h.
 */
#include "log/event_sort.h"

#include <string.h>

#include "base/bits.h"

/* Number of events up to which insertion sort is used. */
#define INSERTION_LIMIT 32

/* Most bits of a number by which one pass distributes. */
#define DIGIT_BITS 11

/* Events or bytes between two checks for interrupts. */
#define INTERRUPT_EVENTS 65536


static inline bool
comes_before(const uint64_t *a, const uint64_t *b, EfEventForm form,
			 EfPersonKind kind)
{
	int			order = 0;

	if (a[0] != b[0] || form == EF_NARROW)
		return a[0] < b[0];
	if (form == EF_NARROW_DETAILED)
		return a[1] < b[1];
	if (ef_form_named(form))
		order = ef_event_names_compare(a, b, form, kind);
	if (order != 0)
		return order < 0;
	if (ef_form_detailed(form) && a[1] == b[1])
		return a[2] < b[2];
	return a[1] < b[1];
}

/* For EF_ASSERT. */
static bool
in_order(const uint64_t *events, size_t n, EfEventForm form, EfPersonKind kind)
{
	size_t		words = ef_form_words(form);

	for (size_t i = 1; i < n; i++)
		if (comes_before(events + i * words, events + (i - 1) * words, form,
						 kind))
			return false;
	return true;
}

static inline void
copy_event(uint64_t *to, const uint64_t *from, EfEventForm form)
{
	for (size_t i = 0; i < ef_form_words(form); i++)
		to[i] = from[i];
}

static EF_ALWAYS_INLINE void
insertion_sort(uint64_t *events, size_t n, const EfEventForm form,
			   EfPersonKind kind)
{
	size_t		words = ef_form_words(form);

	for (size_t i = 1; i < n; i++)
	{
		uint64_t	event[4] = {0};
		size_t		j = i;

		if (!comes_before(events + i * words, events + (i - 1) * words, form,
						  kind))
			continue;
		copy_event(event, events + i * words, form);
		for (; j > 0 && comes_before(event, events + (j - 1) * words, form,
									 kind); j--)
			copy_event(events + j * words, events + (j - 1) * words, form);
		copy_event(events + j * words, event, form);
	}
}

/* Merge two ordered parts into one. */
static void
merge_parts(const uint64_t *a, size_t na, const uint64_t *b, size_t nb,
			uint64_t *to, EfEventForm form, EfPersonKind kind)
{
	size_t		words = ef_form_words(form);

	while (na > 0 && nb > 0)
	{
		bool		second = comes_before(b, a, form, kind);

		copy_event(to, second ? b : a, form);
		to += words;
		if (second)
		{
			b += words;
			nb--;
		}
		else
		{
			a += words;
			na--;
		}
	}
	memcpy(to, a, na * words * sizeof(uint64_t));
	memcpy(to + na * words, b, nb * words * sizeof(uint64_t));
}

/*
 * Sort by merging, where all events have one number: hostile input, or one
 * person's many events.
 */
static void
merge_sort(uint64_t *events, uint64_t *scratch, size_t n, bool to_scratch,
		   EfEventForm form, EfPersonKind kind, EfContext *context)
{
	size_t		half = n / 2;
	size_t		words = ef_form_words(form);

	if (n <= INSERTION_LIMIT)
	{
		insertion_sort(events, n, form, kind);
		if (to_scratch)
			memcpy(scratch, events, n * words * sizeof(uint64_t));
		return;
	}
	if (n > INTERRUPT_EVENTS)
		ef_check_interrupt(context);
	merge_sort(events, scratch, half, !to_scratch, form, kind, context);
	merge_sort(events + half * words, scratch + half * words, n - half,
			   !to_scratch, form, kind, context);
	if (to_scratch)
		merge_parts(events, half, events + half * words, n - half, scratch,
					form, kind);
	else
		merge_parts(scratch, half, scratch + half * words, n - half, events,
					form, kind);
}

static void sort_part(uint64_t *events, uint64_t *scratch, size_t n,
					  bool to_scratch, EfEventForm form, EfPersonKind kind,
					  EfContext *context);

/*
 * Distribute by the highest bits in which numbers differ, then put each part
 * in order.  Where numbers are evenly spread, as those of people are, this is
 * one pass over a group's events and a few comparisons each.  The number of
 * passes is bounded by the bits of a number.  The result is in `events`, or
 * in `scratch`.
 */
static EF_ALWAYS_INLINE void
distribute(uint64_t *events, uint64_t *scratch, size_t n, bool to_scratch,
		   const EfEventForm form, EfPersonKind kind, EfContext *context,
		   uint32_t *start)
{
	const size_t words = ef_form_words(form);
	uint64_t	differ = 0;
	int			bits;
	int			shift;
	uint64_t	mask;
	size_t		ndigits;

	if (n <= INSERTION_LIMIT)
	{
		insertion_sort(events, n, form, kind);
		if (to_scratch)
			memcpy(scratch, events, n * words * sizeof(uint64_t));
		return;
	}
	for (size_t i = 1; i < n; i++)
		differ |= events[i * words] ^ events[0];
	if (differ == 0)
	{
		merge_sort(events, scratch, n, to_scratch, form, kind, context);
		return;
	}
	if (n > INTERRUPT_EVENTS)
		ef_check_interrupt(context);

	/* parts of some eight events */
	bits = ef_highest_bit(n) - 3;
	if (bits > DIGIT_BITS)
		bits = DIGIT_BITS;
	shift = ef_highest_bit(differ) + 1 - bits;
	if (shift < 0)
	{
		bits += shift;
		shift = 0;
	}
	mask = ((uint64_t) 1 << bits) - 1;
	ndigits = (size_t) 1 << bits;
	memset(start, 0, (ndigits + 1) * sizeof(uint32_t));
	for (size_t i = 0; i < n; i++)
		start[(events[i * words] >> shift & mask) + 1]++;
	for (size_t digit = 1; digit < ndigits; digit++)
		start[digit + 1] += start[digit];
	for (size_t i = 0; i < n; i++)
	{
		uint32_t	place = start[events[i * words] >> shift & mask]++;

		copy_event(scratch + place * words, events + i * words, form);
	}

	/* start[] has become the end of each part */
	for (size_t digit = 0, begin = 0; digit < ndigits; digit++)
	{
		size_t		end = start[digit];

		if (n > INTERRUPT_EVENTS)
			ef_check_interrupt(context);
		if (end > begin)
			sort_part(scratch + begin * words, events + begin * words,
					  end - begin, !to_scratch, form, kind, context);
		begin = end;
	}
}

static void
sort_part(uint64_t *events, uint64_t *scratch, size_t n, bool to_scratch,
		  EfEventForm form, EfPersonKind kind, EfContext *context)
{
	uint32_t	start[(1 << DIGIT_BITS) + 1];

	/* a loop for each form, which knows its words */
	switch (form)
	{
		case EF_NARROW:
			distribute(events, scratch, n, to_scratch, EF_NARROW, kind,
					   context, start);
			break;
		case EF_WIDE:
			distribute(events, scratch, n, to_scratch, EF_WIDE, kind,
					   context, start);
			break;
		case EF_NAMED:
			distribute(events, scratch, n, to_scratch, EF_NAMED, kind,
					   context, start);
			break;
		case EF_NARROW_DETAILED:
			distribute(events, scratch, n, to_scratch, EF_NARROW_DETAILED,
					   kind, context, start);
			break;
		case EF_WIDE_DETAILED:
			distribute(events, scratch, n, to_scratch, EF_WIDE_DETAILED, kind,
					   context, start);
			break;
		case EF_NAMED_DETAILED:
			distribute(events, scratch, n, to_scratch, EF_NAMED_DETAILED,
					   kind, context, start);
			break;
	}
}

void
ef_event_sort(uint64_t *events, uint64_t *scratch, size_t n,
			  EfEventForm form, EfPersonKind kind, EfContext *context)
{
	sort_part(events, scratch, n, false, form, kind, context);
	EF_ASSERT(in_order(events, n, form, kind));
}
