/*
 * life_table.c
 *	  The counting process under every summary: see life_table.h.
 */
#include "table/life_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/codec.h"

/*
 * A label inside a state: a node of a binary search tree over (hash, length,
 * bytes), so that neither few labels nor many make a row slow.  Nodes are
 * named by their distance from the end of the chunk, which moving the state
 * does not change.
 */
typedef struct LabelNode
{
	uint32_t	hash;
	uint32_t	left;
	uint32_t	right;
	uint32_t	number;
	uint32_t	length;
	char		bytes[];
} LabelNode;

/* Below this size a state grows without being compacted: the cells of so few
 * rows would take as much room as the rows, or more. */
#define COMPACT_FROM 65536

/* Lay cells out densely when there are this many positions for each, or
 * fewer: clearing and scanning those is then cheaper than sorting. */
#define DENSE_POSITIONS 16

#define INSERTION_SORT_LIMIT 64

/* So many counts, those of the short axes of a small group, need no memory of
 * their own. */
#define FEW_COUNTS 512
#define DIGIT_BITS 11


/* ---- cells in order ---- */

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
 * tables, and nothing is compared.  `scratch` holds n cells.
 */
void
ef_sort_cells(EfCell *cells, EfCell *scratch, size_t n)
{
	EfKey		differ = 0;
	EfCell	   *from = cells;
	EfCell	   *to = scratch;

	if (n <= INSERTION_SORT_LIMIT)
	{
		insertion_sort(cells, n);
		return;
	}
	for (size_t i = 1; i < n; i++)
		differ |= cells[i].key ^ cells[0].key;

	for (int shift = 0; shift < 64 && differ >> shift != 0; shift += DIGIT_BITS)
	{
		uint32_t	start[1 << DIGIT_BITS];
		uint32_t	sum = 0;
		EfCell	   *swap;

		shift += __builtin_ctzll(differ >> shift);
		memset(start, 0, sizeof(start));
		for (size_t i = 0; i < n; i++)
			start[(from[i].key >> shift) & ((1 << DIGIT_BITS) - 1)]++;
		for (int d = 0; d < 1 << DIGIT_BITS; d++)
		{
			uint32_t	count = start[d];

			start[d] = sum;
			sum += count;
		}
		for (size_t i = 0; i < n; i++)
			to[start[(from[i].key >> shift) & ((1 << DIGIT_BITS) - 1)]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
	if (from != cells)
		memcpy(cells, from, n * sizeof(EfCell));
}

static EfStatus
add_counts(int64_t *sum, int64_t a, int64_t b, EfError *error)
{
	if (__builtin_add_overflow(a, b, sum))
		return ef_fail(error, EF_COUNT_OVERFLOW,
					   "A sum of counts does not fit 64 bits.");
	return EF_OK;
}

/* Add up equal keys of sorted cells and drop what sums to nothing. */
static EfStatus
unite_cells(EfCell *cells, size_t *n, EfError *error)
{
	size_t		out = 0;

	for (size_t i = 0; i < *n;)
	{
		EfCell		cell = cells[i++];

		for (; i < *n && cells[i].key == cell.key; i++)
		{
			EfStatus	status = add_counts(&cell.count, cell.count,
											cells[i].count, error);

			if (status != EF_OK)
				return status;
		}
		if (cell.count != 0)
			cells[out++] = cell;
	}
	*n = out;
	return EF_OK;
}

/* Merge two runs of cells, each in order; how many came out. */
static EfStatus
merge_cells(const EfCell *a, size_t na, const EfCell *b, size_t nb,
			EfCell *out, size_t *nout, EfError *error)
{
	size_t		i = 0;
	size_t		j = 0;
	size_t		n = 0;

	while (i < na || j < nb)
	{
		EfCell		cell;

		if (j == nb || (i < na && a[i].key < b[j].key))
			cell = a[i++];
		else
		{
			cell = b[j++];
			if (i < na && a[i].key == cell.key)
			{
				EfStatus	status = add_counts(&cell.count, cell.count,
												a[i++].count, error);

				if (status != EF_OK)
					return status;
			}
		}
		if (cell.count != 0)
			out[n++] = cell;
	}
	*nout = n;
	return EF_OK;
}

/*
 * Where the series of a type lie when they are laid out densely: those
 * without a label one after the other, then those of each label.
 */
typedef struct Layout
{
	bool		dense[1 << EF_KIND_BITS];
	size_t		start[1 << EF_KIND_BITS];
	size_t		unlabelled;		/* positions */
	size_t		per_label;
	/* what `at` is below; 0 where that is not all there is to say: for pairs
	 * and for what is no kind */
	uint32_t	axis[1 << EF_KIND_BITS];
	/* of the axis, what is in use by the kind */
	uint32_t	lowest[1 << EF_KIND_BITS];
	uint32_t	beyond[1 << EF_KIND_BITS];
} Layout;

static void
lay_out(Layout *layout, const EfTableType *type, uint32_t nlabels, size_t n)
{
	size_t		all;

	memset(layout, 0, sizeof(*layout));
	for (unsigned kind = 0; kind < type->nkinds; kind++)
	{
		const EfKind *k = &type->kinds[kind];

		if (k->paired)
			continue;
		layout->axis[kind] = k->axis;
		if (k->labelled)
			layout->per_label += k->axis;
		else
			layout->unlabelled += k->axis;
	}
	all = layout->unlabelled + layout->per_label * nlabels;

	layout->unlabelled = layout->per_label = 0;
	for (unsigned kind = 0; kind < type->nkinds; kind++)
	{
		const EfKind *k = &type->kinds[kind];
		size_t	   *size = k->labelled ? &layout->per_label
			: &layout->unlabelled;

		if (k->paired || (all / DENSE_POSITIONS > n &&
						  (k->axis > EF_SHORT_AXIS || k->labelled)))
			continue;
		layout->dense[kind] = true;
		layout->start[kind] = *size;
		layout->lowest[kind] = UINT32_MAX;
		*size += k->axis;
	}
}

static EfCell *
emit_series(EfCell *out, const Layout *layout, const int64_t *counts,
			uint32_t label, unsigned kind)
{
	EfKey		first = ef_key(label, kind, 0);

	for (uint32_t at = layout->lowest[kind]; at < layout->beyond[kind]; at++)
		if (counts[at] != 0)
		{
			out->key = first | at;
			out++->count = counts[at];
		}
	return out;
}

/* Everything that is not zero in the dense layout, in order. */
static size_t
emit_cells(const EfTableType *type, const Layout *layout,
		   const int64_t *counts, uint32_t nlabels, EfCell *out)
{
	EfCell	   *start = out;

	for (unsigned kind = 0; kind < type->nkinds; kind++)
		if (layout->dense[kind] && !type->kinds[kind].labelled)
			out = emit_series(out, layout, counts + layout->start[kind],
							  0, kind);
	for (uint32_t label = 1; layout->per_label > 0 && label <= nlabels; label++)
		for (unsigned kind = 0; kind < type->nkinds; kind++)
			if (layout->dense[kind] && type->kinds[kind].labelled)
				out = emit_series(out, layout, counts + layout->unlabelled +
								  (label - 1) * layout->per_label +
								  layout->start[kind], label, kind);
	return (size_t) (out - start);
}

/* Can a cell of this kind stand there? */
static bool
is_place(const EfKind *kind, uint32_t at, uint32_t nlabels)
{
	if (!kind->paired)
		return at < kind->axis;
	return ef_pair_label(at) > 0 && ef_pair_label(at) <= nlabels &&
		ef_pair_at(at) < kind->axis;
}

/* The most cells that emit_cells() can answer. */
static size_t
dense_span(const EfTableType *type, const Layout *layout, uint32_t nlabels)
{
	size_t		span = 0;

	for (unsigned kind = 0; kind < type->nkinds; kind++)
		if (layout->dense[kind] && layout->beyond[kind] > layout->lowest[kind])
			span += (size_t) (layout->beyond[kind] - layout->lowest[kind]) *
				(type->kinds[kind].labelled ? nlabels : 1);
	return span;
}

/* Let the type sum out the kinds that are in a state only: all of them are
 * short, so they are dense. */
static void
settle_series(const EfTableType *type, Layout *layout, int64_t *counts)
{
	int64_t    *series[1 << EF_KIND_BITS] = {NULL};
	uint32_t	lowest = UINT32_MAX;
	uint32_t	beyond = 0;

	if (type->settle == NULL)
		return;
	for (unsigned kind = 0; kind < type->nkinds; kind++)
		if (type->kinds[kind].axis <= EF_SHORT_AXIS)
		{
			series[kind] = counts + layout->start[kind];
			if (layout->lowest[kind] < lowest)
				lowest = layout->lowest[kind];
			if (layout->beyond[kind] > beyond)
				beyond = layout->beyond[kind];
		}
	if (lowest >= beyond)
		return;
	type->settle(series, lowest, beyond);
	for (unsigned kind = 0; kind < type->nkinds; kind++)
	{
		const EfKind *k = &type->kinds[kind];

		if (k->axis <= EF_SHORT_AXIS)
		{
			layout->lowest[kind] = lowest;
			layout->beyond[kind] = k->name == NULL ? 0 :
				beyond < k->axis ? beyond : k->axis;
		}
	}
}

/* The kinds that are paired, as bits. */
static unsigned
paired_kinds(const EfTableType *type)
{
	unsigned	paired = 0;

	for (unsigned kind = 0; kind < type->nkinds; kind++)
		paired |= (unsigned) type->kinds[kind].paired << kind;
	return paired;
}

/* The cells that may be laid out densely, which those with two labels are not. */
static size_t
count_single(const EfTableType *type, const EfCell *cells, size_t n)
{
	unsigned	paired = paired_kinds(type);
	size_t		single = n;

	for (size_t i = 0; i < n && paired != 0; i++)
		single -= paired >> ef_key_kind(cells[i].key) & 1;
	return single;
}

/*
 * Turn rows and cells, in any order, into cells in order, each once: a new
 * chunk.  What has many cells is added up where it lies on the axis; what has
 * few is sorted.
 */
static EfStatus
gather_cells(const EfTableType *type, const EfFrame *frame, uint32_t nlabels,
			 const EfCell *pending, size_t npending, bool finish,
			 EfCell **gathered, size_t *ngathered,
			 const EfAllocator *allocator, EfError *error)
{
	Layout		layout;
	size_t		positions;
	size_t		room = 0;
	size_t		nlist = 0;
	size_t		ndense;
	int64_t		few_counts[FEW_COUNTS];
	int64_t    *counts = few_counts;
	EfCell	   *list = NULL;
	EfCell	   *dense = NULL;
	EfCell		expanded[1 << EF_KIND_BITS];
	bool		overflow = false;
	bool		outside = false;
	EfStatus	status = EF_OK;

	lay_out(&layout, type, nlabels, count_single(type, pending, npending));
	positions = layout.unlabelled + layout.per_label * nlabels;
	for (unsigned kind = 0; kind < type->nkinds; kind++)
		if (!layout.dense[kind])
			room = npending * type->row_cells;

	if (positions > FEW_COUNTS)
		counts = ef_alloc(allocator, positions * sizeof(int64_t));
	list = ef_alloc(allocator, 2 * room * sizeof(EfCell));
	*gathered = NULL;
	if (counts == NULL || list == NULL)
		status = ef_fail(error, EF_NO_MEMORY, "A request for cells failed.");
	else
		memset(counts, 0, positions * sizeof(int64_t));

	for (size_t i = 0; i < npending && status == EF_OK; i++)
	{
		const EfCell *cell = &pending[i];
		unsigned	n = 1;

		if (ef_key_kind(cell->key) == EF_KIND_ROW)
		{
			n = type->expand(frame, cell, expanded);
			cell = expanded;
		}
		for (; n > 0; n--, cell++)
		{
			unsigned	kind = ef_key_kind(cell->key);
			uint32_t	label = ef_key_label(cell->key);
			uint32_t	at = ef_key_at(cell->key);

			if (at >= layout.axis[kind])
			{
				/* a pair, or nothing */
				if (kind < type->nkinds &&
					is_place(&type->kinds[kind], at, nlabels))
					list[nlist++] = *cell;
				else
					outside = true;
			}
			else if (layout.dense[kind])
			{
				size_t		place = layout.start[kind] + at;

				if (label > 0)
					place += layout.unlabelled + (label - 1) * layout.per_label;
				if (at < layout.lowest[kind])
					layout.lowest[kind] = at;
				if (at >= layout.beyond[kind])
					layout.beyond[kind] = at + 1;
				overflow |= __builtin_add_overflow(counts[place], cell->count,
												   &counts[place]);
			}
			else
				list[nlist++] = *cell;
		}
	}
	if (status == EF_OK && outside)
		status = ef_fail(error, EF_INVALID, "A cell is outside of its axis.");
	else if (overflow)
		status = ef_fail(error, EF_COUNT_OVERFLOW,
						 "A sum of counts does not fit 64 bits.");
	if (status == EF_OK)
	{
		ef_sort_cells(list, list + room, nlist);
		status = unite_cells(list, &nlist, error);
	}
	if (status == EF_OK && finish)
		settle_series(type, &layout, counts);
	if (status == EF_OK)
	{
		size_t		most = dense_span(type, &layout, nlabels);

		dense = ef_alloc(allocator, most * sizeof(EfCell));
		*gathered = ef_alloc(allocator, (most + nlist) * sizeof(EfCell));
		if (dense == NULL || *gathered == NULL)
			status = ef_fail(error, EF_NO_MEMORY, "A request for cells failed.");
	}
	if (status == EF_OK)
	{
		ndense = emit_cells(type, &layout, counts, nlabels, dense);
		status = merge_cells(dense, ndense, list, nlist, *gathered, ngathered,
							 error);
	}
	if (counts != few_counts)
		ef_release(allocator, counts);
	ef_release(allocator, list);
	ef_release(allocator, dense);
	return status;
}


/* ---- labels by other numbers ---- */

/* The key of a cell whose label n is now number[n]; number[0] is 0. */
static inline EfKey
renumbered(EfKey key, const uint32_t *number, unsigned paired)
{
	uint32_t	at = ef_key_at(key);

	if (paired >> ef_key_kind(key) & 1)
		at = ef_pair(number[ef_pair_label(at)], ef_pair_at(at));
	return ef_key(number[ef_key_label(key)], ef_key_kind(key), at);
}

EfStatus
ef_check_labels(uint32_t nlabels, const EfTableType *type, EfError *error)
{
	if (type->label_limit > 0 && nlabels > type->label_limit)
		return ef_fail(error, EF_TOO_MANY_STATES,
					   "There are %u labels, and %u are the most.", nlabels,
					   type->label_limit);
	return EF_OK;
}


/* ---- the growing form ---- */

static size_t
room_of(const EfState *state)
{
	return state->size - sizeof(EfState) -
		(size_t) state->ncells * sizeof(EfCell) - state->labels;
}

static LabelNode *
label_node(const EfState *state, uint32_t distance)
{
	return (LabelNode *) ((char *) state + state->size - distance);
}

static size_t
label_node_size(size_t length)
{
	return (sizeof(LabelNode) + length + 7) & ~(size_t) 7;
}

/* What a spec takes at the end of a state. */
static size_t
spec_room(size_t size)
{
	return (size + sizeof(uint32_t) + 7) & ~(size_t) 7;
}

/*
 * The size after this one.  An allocator that keeps small chunks for reuse
 * (PostgreSQL's does up to 8 kB) cannot give those of a million groups that
 * grow together to anybody else, so they take few steps; larger ones it
 * returns, and there a smaller step wastes less.
 */
static size_t
next_size(size_t size)
{
	if (size < 512)
		return 2 * size;
	if (size < 8192)
		return 4 * size;
	return (size + size / 2) & ~(size_t) 7;
}

EfStatus
ef_state_create(EfState **state, const EfTableType *type,
				const EfFrame *frame, size_t room,
				const EfAllocator *allocator, EfError *error)
{
	size_t		size = EF_STATE_INITIAL_SIZE;
	size_t		labels = 0;
	uint32_t	nlabels = 0;
	EfState    *new;

	if (type->open_spec != NULL)
	{
		EfStatus	status = type->open_spec(frame, NULL, &nlabels, error);

		if (status != EF_OK)
			return status;
		labels = spec_room(frame->spec_size);
	}
	while (size - sizeof(EfState) < room + labels && size < EF_SIZE_LIMIT)
		size = next_size(size);
	if (size > EF_SIZE_LIMIT)
		return ef_fail(error, EF_TOO_LARGE,
					   "A state of %zu bytes was needed.", room + labels);
	new = ef_alloc(allocator, size);
	if (new == NULL)
		return ef_fail(error, EF_NO_MEMORY,
					   "A request of %zu bytes failed.", size);

	/* the slack too: it may be shipped to another process */
	memset(new, 0, size);
	new->format = EF_FORMAT_STATE;
	new->tag = type->tag;
	new->flags = frame->flags;
	new->bounded = frame->bounded;
	new->from = frame->from;
	new->as_of = frame->as_of;
	new->size = (uint32_t) size;
	new->labels = (uint32_t) labels;
	new->nlabels = nlabels;
	if (labels > 0)
	{
		uint8_t    *end = (uint8_t *) new + size;

		memcpy(end - labels, frame->spec, frame->spec_size);
		*(uint32_t *) (end - sizeof(uint32_t)) = (uint32_t) frame->spec_size;
	}
	*state = new;
	return EF_OK;
}

/*
 * Put cells in order among the sorted ones of a state that has room for them,
 * in place of what was appended.
 */
static EfStatus
absorb(EfState *state, const EfCell *gathered, size_t n, EfError *error)
{
	EfCell	   *cells = state->cells;
	size_t		old = state->nsorted;
	size_t		end = old + n;
	size_t		out = end;

	/* from the back, so that no cell is overwritten before it is read */
	while (old > 0 || n > 0)
	{
		EfCell		cell;

		if (n == 0 || (old > 0 && cells[old - 1].key > gathered[n - 1].key))
			cell = cells[--old];
		else
		{
			cell = gathered[--n];
			if (old > 0 && cells[old - 1].key == cell.key)
			{
				EfStatus	status = add_counts(&cell.count, cell.count,
												cells[--old].count, error);

				if (status != EF_OK)
					return status;
			}
		}
		if (cell.count != 0)
			cells[--out] = cell;
	}
	memmove(cells, cells + out, (end - out) * sizeof(EfCell));
	state->ncells = state->nsorted = (uint32_t) (end - out);
	return EF_OK;
}

/* A larger copy, but for the cells, in which `used` bytes will be needed. */
static EfStatus
enlarge(EfState **state, size_t size, size_t used,
		const EfAllocator *allocator, EfError *error)
{
	EfState    *old = *state;
	EfState    *new;

	if (size > EF_SIZE_LIMIT)
	{
		/* the last chunk is as large as one may be */
		size = EF_SIZE_LIMIT & ~(size_t) 7;
		if (old->size == size || used > size)
			return ef_fail(error, EF_TOO_LARGE,
						   "A state would take more than %zu bytes.", size);
	}
	new = ef_alloc(allocator, size);
	if (new == NULL)
		return ef_fail(error, EF_NO_MEMORY,
					   "A request of %zu bytes failed.", size);
	memcpy(new, old, sizeof(EfState));
	memcpy((char *) new + size - old->labels,
		   (char *) old + old->size - old->labels, old->labels);
	new->size = (uint32_t) size;
	*state = new;
	return EF_OK;
}

/* Nothing of the slack may be what memory held before: it may be shipped to
 * another process. */
static void
clear_slack(EfState *state)
{
	memset(state->cells + state->ncells, 0, room_of(state));
}

/* Put cells in order among the sorted ones, in place of what was appended; in
 * a chunk of this size, of which `used` bytes will be needed. */
static EfStatus
take_in(EfState **state, const EfCell *gathered, size_t n, size_t size,
		size_t used, const EfAllocator *allocator, EfError *error)
{
	EfState    *old = *state;
	size_t		nmerged = 0;
	EfStatus	status;

	if (size == old->size)
		return absorb(old, gathered, n, error);
	status = enlarge(state, size, used, allocator, error);
	if (status != EF_OK)
		return status;
	status = merge_cells(old->cells, old->nsorted, gathered, n,
						 (*state)->cells, &nmerged, error);
	(*state)->ncells = (*state)->nsorted = (uint32_t) nmerged;
	clear_slack(*state);
	return status;
}

EfStatus
ef_state_reserve(EfState **state, const EfTableType *type, unsigned ncells,
				 size_t label_length,
				 const EfAllocator *allocator, EfError *error)
{
	EfState    *old = *state;
	EfFrame		frame;
	size_t		need = ncells * sizeof(EfCell) +
		(label_length < EF_SIZE_LIMIT ? label_node_size(label_length)
		 : EF_SIZE_LIMIT);
	size_t		size = old->size;
	size_t		used = size - room_of(old) + need;
	EfCell	   *gathered;
	size_t		n;
	EfStatus	status;

	if (used <= size)
		return EF_OK;
	if (size < COMPACT_FROM)
	{
		while (size < used)
			size = next_size(size);
		status = enlarge(state, size, used, allocator, error);
		if (status != EF_OK)
			return status;
		memcpy((*state)->cells, old->cells, old->ncells * sizeof(EfCell));
		clear_slack(*state);
		return EF_OK;
	}

	frame = ef_state_frame(old, type);
	status = gather_cells(type, &frame, old->nlabels,
						  old->cells + old->nsorted,
						  old->ncells - old->nsorted, false, &gathered, &n,
						  allocator, error);
	if (status != EF_OK)
		return status;

	/* always into a new chunk when it is tight: without half of it free, the
	 * next time would come too soon */
	used = sizeof(EfState) + (old->nsorted + n) * sizeof(EfCell) +
		old->labels + need;
	while (size < 2 * used && size <= EF_SIZE_LIMIT)
		size = next_size(size);
	status = take_in(state, gathered, n, size, used, allocator, error);
	ef_release(allocator, gathered);
	return status;
}

EfStatus
ef_state_skip(EfState *state, EfError *error)
{
	return add_counts(&state->skipped, state->skipped, 1, error);
}

uint32_t
ef_state_label(EfState *state, const char *bytes, size_t length)
{
	uint32_t	hash = 2166136261u; /* FNV-1a */
	uint32_t   *link = &state->root;
	LabelNode  *node;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t) bytes[i]) * 16777619u;

	while (*link != 0)
	{
		int			order;

		node = label_node(state, *link);
		if (hash != node->hash)
			order = hash < node->hash ? -1 : 1;
		else if (length != node->length)
			order = length < node->length ? -1 : 1;
		else
			order = memcmp(bytes, node->bytes, length);
		if (order == 0)
			return node->number;
		link = order < 0 ? &node->left : &node->right;
	}

	state->labels += (uint32_t) label_node_size(length);
	node = label_node(state, state->labels);
	node->hash = hash;
	node->left = node->right = 0;
	node->number = ++state->nlabels;
	node->length = (uint32_t) length;
	memcpy(node->bytes, bytes, length);
	*link = state->labels;
	return node->number;
}

void
ef_format_frame(char *out, size_t size, const EfFrame *frame)
{
	char		from[EF_ISO_DATE_SIZE] = "";
	char		as_of[EF_ISO_DATE_SIZE];

	if (frame->bounded)
		ef_format_day(from, frame->from);
	ef_format_day(as_of, frame->as_of);
	snprintf(out, size, "%c%s,%s)", frame->bounded ? '[' : '(', from, as_of);
}

EfStatus
ef_frame_match(const EfFrame *a, const EfFrame *b, const EfTableType *type,
			   EfError *error)
{
	if (type->open_spec != NULL)
		return a->spec_size == b->spec_size &&
			memcmp(a->spec, b->spec, a->spec_size) == 0
			? EF_OK : type->compare_specs(a, b, error);
	if (a->from != b->from || a->bounded != b->bounded || a->as_of != b->as_of)
	{
		char		one[2 * EF_ISO_DATE_SIZE];
		char		other[2 * EF_ISO_DATE_SIZE];

		ef_format_frame(one, sizeof(one), a);
		ef_format_frame(other, sizeof(other), b);
		return ef_fail(error, EF_OBSERVED_MIXED,
					   "One was observed in %s, another in %s.", one, other);
	}
	if (a->flags != b->flags)
		return ef_fail(error, EF_FTE_MIXED,
					   "One counts FTE and another does not.");
	return EF_OK;
}


/* Add a table to a state as if its cells were rows: for one that is small, or
 * adds little to what is there. */
static EfStatus
append_table(EfState **state, const EfTableType *type, const EfTable *table,
			 const uint32_t *number, const EfAllocator *allocator,
			 EfError *error)
{
	unsigned	paired = paired_kinds(type);
	EfStatus	status = EF_OK;

	/* in strides, so that it does not ask for its size at once when most of
	 * its cells are there already */
	for (size_t i = 0; i < table->ncells && status == EF_OK;)
	{
		size_t		stop = table->ncells - i > 256 ? i + 256 : table->ncells;

		status = ef_state_reserve(state, type, (unsigned) (stop - i), 0,
								  allocator, error);
		for (; i < stop && status == EF_OK; i++)
			ef_state_append(*state,
							renumbered(table->cells[i].key, number, paired),
							table->cells[i].count);
	}
	return status;
}

/* Add a table to a state that is not much larger, by merging the two: a
 * parallel plan's partial states come here. */
static EfStatus
merge_whole(EfState **state, const EfTableType *type, const EfTable *table,
			const uint32_t *number, const EfAllocator *allocator,
			EfError *error)
{
	EfState    *old = *state;
	EfFrame		frame = ef_state_frame(old, type);
	size_t		ncells = table->ncells;
	size_t		nrecent = 0;
	size_t		n = 0;
	size_t		size = old->size;
	size_t		used;
	bool		in_order = true;
	unsigned	paired = paired_kinds(type);
	EfCell	   *cells = ef_alloc(allocator, 2 * ncells * sizeof(EfCell));
	EfCell	   *recent = NULL;
	EfCell	   *both = NULL;
	EfStatus	status = EF_OK;

	if (cells == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for cells failed.");
	for (size_t i = 0; i < ncells; i++)
	{
		cells[i].key = renumbered(table->cells[i].key, number, paired);
		cells[i].count = table->cells[i].count;
		in_order = in_order && (i == 0 || cells[i - 1].key < cells[i].key);
	}
	if (!in_order)
		ef_sort_cells(cells, cells + ncells, ncells);

	/* what was appended to the state, then both */
	if (old->ncells > old->nsorted)
		status = gather_cells(type, &frame, old->nlabels,
							  old->cells + old->nsorted,
							  old->ncells - old->nsorted, false, &recent,
							  &nrecent, allocator, error);
	if (status == EF_OK)
	{
		both = ef_alloc(allocator, (ncells + nrecent) * sizeof(EfCell));
		status = both == NULL
			? ef_fail(error, EF_NO_MEMORY, "A request for cells failed.")
			: merge_cells(cells, ncells, recent, nrecent, both, &n, error);
	}
	if (status == EF_OK)
	{
		used = sizeof(EfState) + (old->nsorted + n) * sizeof(EfCell) +
			old->labels;
		while (size < used && size <= EF_SIZE_LIMIT)
			size = next_size(size);
		status = take_in(state, both, n, size, used, allocator, error);
	}
	ef_release(allocator, cells);
	ef_release(allocator, recent);
	ef_release(allocator, both);
	return status;
}

EfStatus
ef_state_merge(EfState **state, const EfTableType *type,
			   const EfTable *table,
			   const EfAllocator *allocator, EfError *error)
{
	EfFrame		frame = ef_state_frame(*state, type);
	uint32_t   *number;
	EfStatus	status = ef_frame_match(&frame, &table->frame, type, error);

	if (status != EF_OK)
		return status;
	status = add_counts(&(*state)->skipped, (*state)->skipped, table->skipped,
						error);
	if (status != EF_OK)
		return status;

	number = ef_alloc(allocator, (table->nlabels + 1) * sizeof(uint32_t));
	if (number == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for labels failed.");
	number[0] = 0;
	for (uint32_t i = 0; i < table->nlabels && status == EF_OK; i++)
	{
		const EfLabel *label = &table->labels[i];

		/* one spec, and so one number */
		if (type->open_spec != NULL)
		{
			number[i + 1] = i + 1;
			continue;
		}
		status = ef_state_reserve(state, type, 0, label->length, allocator,
								  error);
		if (status == EF_OK)
		{
			number[i + 1] = ef_state_label(*state, label->bytes,
										   label->length);
			status = ef_check_labels((*state)->nlabels, type, error);
		}
	}

	if (status == EF_OK)
		status = table->ncells * sizeof(EfCell) >= COMPACT_FROM &&
			table->ncells > (*state)->ncells / 2
			? merge_whole(state, type, table, number, allocator, error)
			: append_table(state, type, table, number, allocator, error);
	ef_release(allocator, number);
	return status;
}


/* ---- reading ---- */

int
ef_label_compare(const EfLabel *x, const EfLabel *y)
{
	uint32_t	common = x->length < y->length ? x->length : y->length;
	int			order = common > 0 ? memcmp(x->bytes, y->bytes, common) : 0;

	if (order != 0)
		return order;
	return (x->length > y->length) - (x->length < y->length);
}

static int
compare_labels(const void *a, const void *b)
{
	return ef_label_compare(a, b);
}

/* Are the labels in the order of their bytes, each once? */
static bool
labels_in_order(const EfTable *table)
{
	for (uint32_t i = 1; i < table->nlabels; i++)
		if (ef_label_compare(&table->labels[i - 1], &table->labels[i]) >= 0)
			return false;
	return true;
}

/* Order the labels of a table by their bytes and renumber its cells. */
static EfStatus
sort_labels(EfTable *table, const EfTableType *type,
			const EfAllocator *allocator, EfError *error)
{
	unsigned	paired = paired_kinds(type);
	EfLabel    *sorted;
	uint32_t   *number;
	uint32_t	n = 0;

	if (labels_in_order(table))
		return EF_OK;
	sorted = ef_alloc(allocator, table->nlabels * sizeof(EfLabel));
	number = ef_alloc(allocator, (table->nlabels + 1) * sizeof(uint32_t));
	if (sorted == NULL || number == NULL)
	{
		ef_release(allocator, sorted);
		ef_release(allocator, number);
		return ef_fail(error, EF_NO_MEMORY, "A request for labels failed.");
	}
	memcpy(sorted, table->labels, table->nlabels * sizeof(EfLabel));
	qsort(sorted, table->nlabels, sizeof(EfLabel), compare_labels);
	for (uint32_t i = 0; i < table->nlabels; i++)
		if (n == 0 || compare_labels(&sorted[n - 1], &sorted[i]) != 0)
			sorted[n++] = sorted[i];

	number[0] = 0;
	for (uint32_t i = 0; i < table->nlabels; i++)
	{
		const EfLabel *found = bsearch(&table->labels[i], sorted, n,
									   sizeof(EfLabel), compare_labels);

		number[i + 1] = (uint32_t) (found - sorted) + 1;
	}
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;

		/* a second label that there is not stays as it is, to be refused */
		if (ef_key_label(key) > 0 &&
			!(paired >> ef_key_kind(key) & 1 &&
			  ef_pair_label(ef_key_at(key)) > table->nlabels))
			table->cells[i].key = renumbered(key, number, paired);
	}
	memcpy(table->labels, sorted, n * sizeof(EfLabel));
	table->nlabels = n;
	ef_release(allocator, sorted);
	ef_release(allocator, number);
	return EF_OK;
}

EfStatus
ef_table_normalize(EfTable *table, const EfTableType *type,
				   const EfAllocator *allocator, EfError *error)
{
	EfCell	   *scratch;
	EfStatus	status = table->frame.spec != NULL ? EF_OK
		: sort_labels(table, type, allocator, error);

	if (status != EF_OK)
		return status;
	scratch = ef_alloc(allocator, table->ncells * sizeof(EfCell));
	if (scratch == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request of %zu bytes failed.",
					   table->ncells * sizeof(EfCell));
	ef_sort_cells(table->cells, scratch, table->ncells);
	ef_release(allocator, scratch);
	return unite_cells(table->cells, &table->ncells, error);
}

EfStatus
ef_table_validate(const EfTable *table, const EfTableType *type,
				  const EfAllocator *allocator, EfError *error)
{
	uint8_t		known = type->flag_name != NULL ? 1 : 0;
	EfStatus	status;

	if (table->frame.flags & ~known)
		return ef_fail(error, EF_INVALID, "Flags %d are not known.",
					   table->frame.flags);
	if (table->skipped < 0)
		return ef_fail(error, EF_INVALID,
					   "The number of skipped rows is negative.");
	status = type->open_spec != NULL ? EF_OK
		: type->check_frame(&table->frame, error);
	for (size_t i = 0; i < table->ncells && status == EF_OK; i++)
	{
		const EfKind *kind = &type->kinds[ef_key_kind(table->cells[i].key)];
		uint32_t	at = ef_key_at(table->cells[i].key);

		if (!is_place(kind, at, table->nlabels))
			status = ef_fail(error, EF_INVALID, "%s stand at %u.", kind->name,
							 kind->paired ? ef_pair_at(at) : at);
	}
	return status == EF_OK ? type->validate(table, allocator, error) : status;
}

static void
collect_labels(const EfState *state, uint32_t distance, EfLabel *labels)
{
	/* the tree is as deep as its hashes happened to come, not balanced, so
	 * walk the records where they lie and not the tree */
	for (uint32_t at = distance; at > 0;)
	{
		const LabelNode *node = label_node(state, at);

		labels[node->number - 1].bytes = node->bytes;
		labels[node->number - 1].length = node->length;
		at -= (uint32_t) label_node_size(node->length);
	}
}

static EfStatus
load_state(EfTable *table, const EfTableType *type, const EfState *state,
		   const EfAllocator *allocator, EfError *error)
{
	EfCell	   *cells;
	bool		ordered = state->nsorted == state->ncells;
	EfStatus	status;

	table->frame = ef_state_frame(state, type);
	table->skipped = state->skipped;
	table->nlabels = state->nlabels;
	table->ncells = state->ncells;
	table->labels = ef_alloc(allocator, state->nlabels * sizeof(EfLabel));
	table->cells = ef_alloc(allocator, state->ncells * sizeof(EfCell));
	if (table->labels == NULL || table->cells == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for a table failed.");
	memcpy(table->cells, state->cells, state->ncells * sizeof(EfCell));
	if (type->open_spec != NULL)
		status = type->open_spec(&table->frame, table->labels,
								 &table->nlabels, error);
	else
	{
		collect_labels(state, state->labels, table->labels);
		ordered = ordered && labels_in_order(table);
		status = sort_labels(table, type, allocator, error);
	}
	if (status != EF_OK)
		return status;

	/* unless they are in order already, and nothing renumbered their labels or
	 * is to be summed out */
	if (!ordered || type->settle != NULL)
	{
		status = gather_cells(type, &table->frame, table->nlabels,
							  table->cells, table->ncells, true, &cells,
							  &table->ncells, allocator, error);
		ef_release(allocator, table->cells);
		table->cells = cells;
	}
	if (status == EF_OK && type->check_limits != NULL)
		status = type->check_limits(table, error);
	return status;
}

static EfStatus
read_series(EfTable *table, const EfTableType *type, EfReader *reader,
			const EfAllocator *allocator, EfError *error)
{
	uint64_t	nseries;
	uint64_t	series = 0;
	size_t		room;
	bool		order = true;
	EfStatus	status = ef_check_labels(table->nlabels, type, error);

	if (status != EF_OK)
		return status;
	/* a cell takes two bytes at least: no count is believed that the rest of
	 * the input could not hold */
	nseries = ef_read_limited(reader, (uint64_t) (reader->end - reader->at));
	room = (size_t) (reader->end - reader->at) / 2;
	table->cells = ef_alloc(allocator, room * sizeof(EfCell));
	if (table->cells == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request of %zu bytes failed.",
					   room * sizeof(EfCell));
	for (uint64_t s = 0; s < nseries && !reader->failed; s++)
	{
		uint64_t	number = ef_read_limited(reader, UINT32_MAX);
		uint64_t	n = ef_read_limited(reader, room - table->ncells);
		uint32_t	label = (uint32_t) (number >> EF_KIND_BITS);
		unsigned	kind = (unsigned) number & ((1u << EF_KIND_BITS) - 1);
		bool		paired = kind < type->nkinds && type->kinds[kind].paired;
		uint64_t	axis = kind >= type->nkinds ? 0
			: paired ? (uint64_t) (table->nlabels + 1) << EF_PAIR_BITS
			: type->kinds[kind].axis;
		uint64_t	at = 0;
		EfCell	   *cell = table->cells + table->ncells;

		order = order && n > 0 && (s == 0 || number > series) &&
			kind < type->nkinds && type->kinds[kind].name != NULL &&
			(type->kinds[kind].labelled ? label > 0 : label == 0) &&
			label <= table->nlabels;
		series = number;
		for (uint64_t i = 0; i < n; i++, cell++)
		{
			at += ef_read_limited(reader, UINT32_MAX) + (i > 0);
			cell->key = number << 32 | (uint32_t) at;
			cell->count = (int64_t) ef_read_limited(reader, INT64_MAX);
			order = order && at < axis && cell->count != 0;
		}
		for (uint64_t i = 0; paired && i < n; i++)
			order = order && is_place(&type->kinds[kind],
									  ef_key_at(table->cells[table->ncells + i].key),
									  table->nlabels);
		table->ncells += n;
	}
	if (reader->failed || reader->at != reader->end)
		return ef_fail(error, EF_INVALID, "The bytes end too early or too late.");
	if (!order)
		return ef_fail(error, EF_INVALID,
					   "Its cells are out of order, or of no known kind.");
	return EF_OK;
}

EfStatus
ef_table_read_series(EfTable *table, const EfTableType *type,
					 const uint8_t *bytes, size_t size,
					 const EfAllocator *allocator, EfError *error)
{
	EfReader	reader = {bytes, bytes + size, false};

	table->ncells = 0;
	return read_series(table, type, &reader, allocator, error);
}

/* A period and labels, each once and in order. */
static EfStatus
read_period(EfTable *table, EfReader *reader, const EfAllocator *allocator,
			EfError *error)
{
	bool		order = true;

	table->frame.bounded = ef_read_limited(reader, 1) != 0;
	table->frame.from = table->frame.bounded
		? (EfDay) ef_unzigzag(ef_read_limited(reader, UINT32_MAX)) : 0;
	table->frame.as_of = (EfDay) ef_unzigzag(ef_read_limited(reader, UINT32_MAX));
	table->skipped = (int64_t) ef_read_limited(reader, INT64_MAX);

	/* a label takes a byte at least */
	table->nlabels = (uint32_t) ef_read_limited(reader,
												(uint64_t) (reader->end - reader->at));
	table->labels = ef_alloc(allocator, table->nlabels * sizeof(EfLabel));
	if (table->labels == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for labels failed.");
	for (uint32_t i = 0; i < table->nlabels; i++)
	{
		EfLabel    *label = &table->labels[i];

		label->length = (uint32_t) ef_read_limited(reader, EF_SIZE_LIMIT);
		label->bytes = (const char *) ef_read_bytes(reader, label->length);
		if (reader->failed)
			return ef_fail(error, EF_INVALID, "The bytes end too early.");
		order = order && (i == 0 || compare_labels(label - 1, label) < 0);
	}
	if (!order)
		return ef_fail(error, EF_INVALID, "Its labels are out of order.");
	return EF_OK;
}

EfStatus
ef_table_open_spec(EfTable *table, const EfTableType *type,
				   const EfAllocator *allocator, EfError *error)
{
	table->labels = ef_alloc(allocator, type->label_limit * sizeof(EfLabel));
	if (table->labels == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for labels failed.");
	return type->open_spec(&table->frame, table->labels, &table->nlabels,
						   error);
}

/* A spec, which has labels. */
static EfStatus
read_spec(EfTable *table, const EfTableType *type, EfReader *reader,
		  const EfAllocator *allocator, EfError *error)
{
	table->skipped = (int64_t) ef_read_limited(reader, INT64_MAX);
	table->frame.spec_size = ef_read_limited(reader, EF_SIZE_LIMIT);
	table->frame.spec = ef_read_bytes(reader, table->frame.spec_size);
	if (reader->failed)
		return ef_fail(error, EF_INVALID, "The bytes end too early.");
	return ef_table_open_spec(table, type, allocator, error);
}

static EfStatus
load_packed(EfTable *table, const EfTableType *type, EfReader *reader,
			const EfAllocator *allocator, EfError *error)
{
	EfStatus	status;

	table->frame.flags = (uint8_t) ef_read_limited(reader, UINT8_MAX);
	status = type->open_spec != NULL
		? read_spec(table, type, reader, allocator, error)
		: read_period(table, reader, allocator, error);
	if (status != EF_OK)
		return status;
	return read_series(table, type, reader, allocator, error);
}

EfStatus
ef_table_load(EfTable *table, const EfTableType *type,
			  const void *datum, size_t size,
			  const EfAllocator *allocator, EfError *error)
{
	const uint8_t *bytes = datum;
	EfReader	reader = {bytes + sizeof(int32_t) + 2, bytes + size, false};

	memset(table, 0, sizeof(*table));
	if (size < sizeof(int32_t) + 2)
		return ef_fail(error, EF_INVALID, "The bytes end too early.");
	if (bytes[sizeof(int32_t) + 1] != type->tag)
		return ef_fail(error, EF_INVALID, "The bytes are of another type.");
	if (bytes[sizeof(int32_t)] == EF_FORMAT_STATE)
		return load_state(table, type, datum, allocator, error);
	if (bytes[sizeof(int32_t)] != EF_FORMAT_PACKED)
		return ef_fail(error, EF_INVALID,
					   "Format %d is not known to this version.",
					   bytes[sizeof(int32_t)]);
	return load_packed(table, type, &reader, allocator, error);
}

const EfCell *
ef_table_series(const EfTable *table, uint32_t label, unsigned kind,
				size_t *ncells)
{
	EfKey		first = ef_key(label, kind, 0);
	size_t		low = 0;
	size_t		high = table->ncells;
	size_t		end;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (table->cells[middle].key < first)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < table->ncells &&
		 ef_key_series(table->cells[end].key) == ef_key_series(first); end++)
		;
	*ncells = end - low;
	return table->cells + low;
}

int64_t
ef_table_sum(const EfTable *table, uint32_t label, unsigned kind)
{
	size_t		n;
	const EfCell *cells = ef_table_series(table, label, kind, &n);
	int64_t		sum = 0;

	for (size_t i = 0; i < n; i++)
		if (__builtin_add_overflow(sum, cells[i].count, &sum))
			return INT64_MAX;
	return sum;
}

uint32_t
ef_table_label(const EfTable *table, const char *bytes, size_t length)
{
	EfLabel		wanted = {bytes, (uint32_t) length};
	const EfLabel *found = NULL;

	/* a spec has its own order, and few */
	if (table->frame.spec != NULL)
	{
		for (uint32_t i = 0; i < table->nlabels && found == NULL; i++)
			if (compare_labels(&wanted, &table->labels[i]) == 0)
				found = &table->labels[i];
	}
	else if (table->nlabels > 0)
		found = bsearch(&wanted, table->labels, table->nlabels,
						sizeof(EfLabel), compare_labels);
	return found == NULL ? 0 : (uint32_t) (found - table->labels) + 1;
}


/* ---- packing ---- */

static size_t
count_series(const EfTable *table)
{
	const EfCell *cells = table->cells;
	size_t		n = 0;

	for (size_t i = 0; i < table->ncells; i++)
		n += i == 0 ||
			ef_key_series(cells[i].key) != ef_key_series(cells[i - 1].key);
	return n;
}

/* Room that is always enough: the number of series, two integers for each of
 * them and two for each cell. */
static size_t
series_bound(const EfTable *table, size_t nseries)
{
	return (1 + 2 * nseries + 2 * table->ncells) * EF_VARINT_MAX;
}

static void
pack_series(EfWriter *writer, const EfTable *table, size_t nseries)
{
	const EfCell *cells = table->cells;

	ef_write_varint(writer, nseries);
	for (size_t i = 0; i < table->ncells;)
	{
		uint32_t	series = ef_key_series(cells[i].key);
		size_t		end = i;
		uint32_t	next = 0;

		while (end < table->ncells && ef_key_series(cells[end].key) == series)
			end++;
		ef_write_varint(writer, series);
		ef_write_varint(writer, end - i);
		for (; i < end; i++)
		{
			ef_write_varint(writer, ef_key_at(cells[i].key) - next);
			ef_write_varint(writer, (uint64_t) cells[i].count);
			next = ef_key_at(cells[i].key) + 1;
		}
	}
}

static EfStatus
alloc_bound(uint8_t **bytes, size_t bound, const EfAllocator *allocator,
			EfError *error)
{
	*bytes = ef_alloc(allocator, bound);
	if (*bytes == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request of %zu bytes failed.",
					   bound);
	return EF_OK;
}

static EfStatus
check_size(size_t size, EfError *error)
{
	if (size > EF_SIZE_LIMIT)
		return ef_fail(error, EF_TOO_LARGE, "It would take %zu bytes.", size);
	return EF_OK;
}

static void
write_period(EfWriter *writer, const EfTable *table)
{
	ef_write_varint(writer, table->frame.bounded);
	if (table->frame.bounded)
		ef_write_varint(writer, ef_zigzag(table->frame.from));
	ef_write_varint(writer, ef_zigzag(table->frame.as_of));
	ef_write_varint(writer, (uint64_t) table->skipped);
	ef_write_varint(writer, table->nlabels);
	for (uint32_t i = 0; i < table->nlabels; i++)
	{
		ef_write_varint(writer, table->labels[i].length);
		ef_write_bytes(writer, table->labels[i].bytes,
					   table->labels[i].length);
	}
}

static void
write_spec(EfWriter *writer, const EfTable *table)
{
	ef_write_varint(writer, (uint64_t) table->skipped);
	ef_write_varint(writer, table->frame.spec_size);
	ef_write_bytes(writer, table->frame.spec, table->frame.spec_size);
}

EfStatus
ef_table_pack(const EfTable *table, const EfTableType *type,
			  size_t header, uint8_t **bytes, size_t *size,
			  const EfAllocator *allocator, EfError *error)
{
	EfWriter	writer;
	size_t		nseries = count_series(table);
	size_t		bound = header + 2 + 6 * EF_VARINT_MAX +
		table->frame.spec_size + series_bound(table, nseries);
	EfStatus	status;

	for (uint32_t i = 0; i < table->nlabels; i++)
		bound += EF_VARINT_MAX + table->labels[i].length;
	status = alloc_bound(bytes, bound, allocator, error);
	if (status != EF_OK)
		return status;
	writer.at = *bytes + header;
	*writer.at++ = EF_FORMAT_PACKED;
	*writer.at++ = type->tag;
	ef_write_varint(&writer, table->frame.flags);
	if (type->open_spec != NULL)
		write_spec(&writer, table);
	else
		write_period(&writer, table);
	pack_series(&writer, table, nseries);
	*size = (size_t) (writer.at - *bytes);
	return check_size(*size, error);
}

EfStatus
ef_table_pack_series(const EfTable *table, uint8_t **bytes, size_t *size,
					 const EfAllocator *allocator, EfError *error)
{
	EfWriter	writer;
	size_t		nseries = count_series(table);
	EfStatus	status = alloc_bound(bytes, series_bound(table, nseries),
									 allocator, error);

	if (status != EF_OK)
		return status;
	writer.at = *bytes;
	pack_series(&writer, table, nseries);
	*size = (size_t) (writer.at - *bytes);
	return check_size(*size, error);
}
