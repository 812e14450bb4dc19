/*
 * cells.h
 *	  Counts at places, and the two things that are done with many of them:
 *	  to put them in order and to add them up.
 */
#ifndef EF_CELLS_H
#define EF_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/context.h"
#include "base/invariant.h"
#include "base/status.h"

/*
 * Kind, label and place of a cell, packed so that their order is integer
 * order: label, kind, at.  Label 0 is "none"; label n names the
 * n-th label of the table, counted from 1.
 */
typedef uint64_t EfKey;

#define EF_KEY_KIND_AT 32
#define EF_KIND_BITS 4
#define EF_KEY_LABEL_AT (EF_KEY_KIND_AT + EF_KIND_BITS)

/*
 * Kind of a record that stands for a whole row; only a state has such.  Label
 * and kind are where every key has them; the other 32 bits of the key and the
 * 64 of the count belong to the type.
 */
#define EF_KIND_ROW 15

#define EF_LABEL_LIMIT ((1u << 28) - 1)

_Static_assert(EF_KIND_ROW < 1 << EF_KIND_BITS && EF_LABEL_LIMIT >> (64 - EF_KEY_LABEL_AT) == 0,
			   "label, kind and place share the 64 bits of a key");

typedef struct EfCell
{
	EfKey		key;
	int64_t		count;
} EfCell;

/* States are stored as they lie in memory. */
_Static_assert(sizeof(EfCell) == 16, "a cell has no padding");

static inline EfCell
ef_cell(EfKey key, int64_t count)
{
	EfCell		cell = {key, count};

	return cell;
}

static inline EfKey
ef_key(uint32_t label, unsigned kind, uint32_t at)
{
	EF_ASSERT(label <= EF_LABEL_LIMIT && kind <= EF_KIND_ROW);
	return (EfKey) label << EF_KEY_LABEL_AT | (EfKey) kind << EF_KEY_KIND_AT | at;
}

static inline uint32_t
ef_key_label(EfKey key)
{
	return (uint32_t) (key >> EF_KEY_LABEL_AT);
}

static inline unsigned
ef_key_kind(EfKey key)
{
	return (unsigned) (key >> EF_KEY_KIND_AT) & ((1u << EF_KIND_BITS) - 1);
}

static inline uint32_t
ef_key_at(EfKey key)
{
	return (uint32_t) key;
}

/* Return label and kind together: all cells of a series share them. */
static inline uint32_t
ef_key_series(EfKey key)
{
	return (uint32_t) (key >> EF_KEY_KIND_AT);
}

/*
 * Bits of the place of a paired cell: its `at` is second label << 16 | place
 * on the axis.  So a series, which has one first label, has its cells in the
 * order of the second.
 */
#define EF_PAIR_BITS 16
#define EF_PAIR_LABEL_LIMIT ((1u << EF_PAIR_BITS) - 1)

static inline uint32_t
ef_pair(uint32_t second, uint32_t at)
{
	EF_ASSERT(second <= EF_PAIR_LABEL_LIMIT && at >> EF_PAIR_BITS == 0);
	return second << EF_PAIR_BITS | at;
}

static inline uint32_t
ef_pair_label(uint32_t pair)
{
	return pair >> EF_PAIR_BITS;
}

static inline uint32_t
ef_pair_at(uint32_t pair)
{
	return pair & ((1u << EF_PAIR_BITS) - 1);
}

#define EF_HALF_BITS 16
#define EF_HALF_LIMIT ((1u << EF_HALF_BITS) - 1)

/* Pack two numbers, such as days of a spell, into the place of a record. */
static inline uint32_t
ef_halves(uint32_t high, uint32_t low)
{
	EF_ASSERT(high <= EF_HALF_LIMIT && low <= EF_HALF_LIMIT);
	return high << EF_HALF_BITS | low;
}

static inline uint32_t
ef_high_half(uint32_t at)
{
	return at >> EF_HALF_BITS;
}

static inline uint32_t
ef_low_half(uint32_t at)
{
	return at & EF_HALF_LIMIT;
}

/* Return the key of a cell whose label n is now number[n]; number[0] is 0. */
static inline EfKey
ef_renumbered(EfKey key, const uint32_t *number, unsigned paired)
{
	uint32_t	at = ef_key_at(key);

	if (paired >> ef_key_kind(key) & 1)
		at = ef_pair(number[ef_pair_label(at)], ef_pair_at(at));
	return ef_key(number[ef_key_label(key)], ef_key_kind(key), at);
}

/* Are cells in the order of their keys? */
extern bool ef_cells_in_order(const EfCell *cells, size_t n);

/* Sort cells by their keys. */
extern void ef_cells_sort(EfCell *cells, size_t n, EfContext *context);

/* Add two counts, or refuse what does not fit. */
extern EfStatus ef_cells_add(int64_t *sum, int64_t a, int64_t b,
							 EfContext *context) EF_NODISCARD;

/* Add up equal keys of sorted cells and drop what sums to nothing. */
extern EfStatus ef_cells_unite(EfCell *cells, size_t *n,
							   EfContext *context) EF_NODISCARD;

/* Merge two runs of cells, each in order; how many came out. */
extern EfStatus ef_cells_merge(const EfCell *a, size_t na, const EfCell *b,
							   size_t nb, EfCell *out, size_t *nout,
							   EfContext *context) EF_NODISCARD;

#endif							/* EF_CELLS_H */
