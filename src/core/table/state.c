/*
 * state.c
 *	  See state.h.
 */
#include "table/state.h"

#include <string.h>

#include "base/hash.h"
#include "table/gather.h"

/* So often is a cancel looked for where labels are many. */
#define INTERRUPT_LABELS 4096

/* Below this size a state grows without being compacted: the cells of so few
 * rows would take as much room as the rows, or more. */
#define COMPACT_FROM 65536

static size_t
room_of(const EfState *state)
{
	return state->size - sizeof(EfState) -
		(size_t) state->ncells * sizeof(EfCell) - state->labels;
}

static EfLabelNode *
label_node(const EfState *state, uint32_t distance)
{
	return (EfLabelNode *) ((char *) state + state->size - distance);
}

static size_t
label_node_size(size_t length)
{
	return (sizeof(EfLabelNode) + length + 7) & ~(size_t) 7;
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
ef_state_check(const EfState *state, const EfTableType *type, size_t size,
			   EfError *error)
{
	bool		fits;

	if (size < sizeof(EfState) || state->format != EF_FORMAT_STATE ||
		state->tag != type->tag)
		return ef_fail(error, EF_INVALID, "The bytes are no state of %s.",
					   type->name);

	/* in this order, so that no difference is below zero */
	fits = state->size == size && state->bounded <= 1 &&
		((state->size | state->labels | state->root) & 7) == 0 &&
		state->labels <= size - sizeof(EfState) &&
		state->ncells <= (size - sizeof(EfState) - state->labels) /
		sizeof(EfCell) &&
		state->nsorted <= state->ncells;
	if (type->open_spec != NULL)
		fits = fits && state->nlabels <= type->label_limit &&
			state->labels >= spec_room(0) &&
			spec_room(ef_state_frame(state, type).spec_size) == state->labels;
	else
		fits = fits && state->nlabels <= state->labels / label_node_size(0) &&
			state->root <= state->labels;
	if (!fits)
		return ef_fail(error, EF_INVALID,
					   "The numbers of a state do not fit its %zu bytes.",
					   size);
	return EF_OK;
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
EF_NODISCARD static EfStatus
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
				EfStatus	status = ef_add_counts(&cell.count, cell.count,
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
EF_NODISCARD static EfStatus
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
EF_NODISCARD static EfStatus
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
	status = ef_merge_cells(old->cells, old->nsorted, gathered, n,
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
	status = ef_gather_cells(type, &frame, old->nlabels,
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
	return ef_add_counts(&state->skipped, state->skipped, 1, error);
}

/* The order of a label and one of a state, by which the tree is searched. */
static int
compare_label(uint32_t hash, const char *bytes, size_t length,
			  const EfLabelNode *node)
{
	if (hash != node->hash)
		return hash < node->hash ? -1 : 1;
	if (length != node->length)
		return length < node->length ? -1 : 1;
	return memcmp(bytes, node->bytes, length);
}

/*
 * Balance the tree after a node was added below `top`, which links to the last
 * node on the way that was not even, or to the root.  The sides of the way from
 * there are bits of `way`, the first the lowest.
 */
static void
balance(EfState *state, uint32_t *top, uint64_t way)
{
	unsigned	side = way & 1;
	EfLabelNode *upper = label_node(state, *top);
	uint32_t	middle_at = upper->child[side];
	EfLabelNode *middle = label_node(state, middle_at);
	uint32_t	lower_at;
	EfLabelNode *lower;

	/* all below it were even, and now lean to where the way went */
	for (uint32_t at = middle_at; at != state->labels;)
	{
		EfLabelNode *node = label_node(state, at);

		way >>= 1;
		node->tilt = 1 + (way & 1);
		at = node->child[way & 1];
	}
	if (upper->tilt != 1 + side)
	{
		upper->tilt = upper->tilt == 0 ? 1 + side : 0;
		return;
	}

	/* too deep by one: the middle goes up, or the lower one between the two */
	upper->tilt = 0;
	if (middle->tilt == 1 + side)
	{
		upper->child[side] = middle->child[!side];
		middle->child[!side] = *top;
		middle->tilt = 0;
		*top = middle_at;
		return;
	}
	lower_at = middle->child[!side];
	lower = label_node(state, lower_at);
	middle->child[!side] = lower->child[side];
	upper->child[side] = lower->child[!side];
	lower->child[side] = middle_at;
	lower->child[!side] = *top;
	middle->tilt = 0;
	if (lower->tilt == 1 + side)
		upper->tilt = 1 + !side;
	else if (lower->tilt != 0)
		middle->tilt = 1 + side;
	lower->tilt = 0;
	*top = lower_at;
}

uint32_t
ef_state_label(EfState *state, const char *bytes, size_t length)
{
	uint32_t	hash = (uint32_t) ef_hash_name(bytes, length);
	uint32_t   *link = &state->root;
	uint32_t   *top = link;
	uint64_t	way = 0;		/* a tree of 2^28 is not 64 deep */
	int			depth = 0;
	EfLabelNode *node;

	while (*link != 0)
	{
		int			order;
		unsigned	side;

		node = label_node(state, *link);
		order = compare_label(hash, bytes, length, node);
		if (order == 0)
			return node->number;
		if (node->tilt != 0)
		{
			top = link;
			way = 0;
			depth = 0;
		}
		side = order > 0;
		way |= (uint64_t) side << depth++;
		link = &node->child[side];
	}

	state->labels += (uint32_t) label_node_size(length);
	node = label_node(state, state->labels);
	node->hash = hash;
	node->child[0] = node->child[1] = 0;
	node->tilt = 0;
	node->number = ++state->nlabels;
	node->length = (uint32_t) length;
	memcpy(node->bytes, bytes, length);
	*link = state->labels;
	if (depth > 0)
		balance(state, top, way);
	return node->number;
}

/* Add a table to a state as if its cells were rows: for one that is small, or
 * adds little to what is there. */
EF_NODISCARD static EfStatus
append_table(EfState **state, const EfTableType *type, const EfTable *table,
			 const uint32_t *number, const EfAllocator *allocator,
			 EfError *error)
{
	unsigned	paired = ef_paired_kinds(type);
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
							ef_renumbered(table->cells[i].key, number, paired),
							table->cells[i].count);
	}
	return status;
}

/* Add a table to a state that is not much larger, by merging the two: a
 * parallel plan's partial states come here. */
EF_NODISCARD static EfStatus
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
	unsigned	paired = ef_paired_kinds(type);
	EfCell	   *cells = ef_alloc(allocator, 2 * ncells * sizeof(EfCell));
	EfCell	   *recent = NULL;
	EfCell	   *both = NULL;
	EfStatus	status = EF_OK;

	if (cells == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for cells failed.");
	for (size_t i = 0; i < ncells; i++)
	{
		cells[i].key = ef_renumbered(table->cells[i].key, number, paired);
		cells[i].count = table->cells[i].count;
		in_order = in_order && (i == 0 || cells[i - 1].key < cells[i].key);
	}
	if (!in_order)
		ef_sort_cells(cells, cells + ncells, ncells);

	/* what was appended to the state, then both */
	if (old->ncells > old->nsorted)
		status = ef_gather_cells(type, &frame, old->nlabels,
							  old->cells + old->nsorted,
							  old->ncells - old->nsorted, false, &recent,
							  &nrecent, allocator, error);
	if (status == EF_OK)
	{
		both = ef_alloc(allocator, (ncells + nrecent) * sizeof(EfCell));
		status = both == NULL
			? ef_fail(error, EF_NO_MEMORY, "A request for cells failed.")
			: ef_merge_cells(cells, ncells, recent, nrecent, both, &n, error);
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
	status = ef_add_counts(&(*state)->skipped, (*state)->skipped, table->skipped,
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

		if (i % INTERRUPT_LABELS == 0)
			ef_check_interrupt(allocator);

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

/* The labels of a state, of which the last is the farthest from its end. */
EF_NODISCARD static EfStatus
collect_labels(EfTable *table, const EfState *state,
			   const EfAllocator *allocator, EfError *error)
{
	uint32_t	at = state->labels;
	uint32_t	number = state->nlabels;

	table->labels = ef_alloc(allocator, state->nlabels * sizeof(EfLabel));
	if (table->labels == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for labels failed.");
	for (; number > 0 && at >= sizeof(EfLabelNode); number--)
	{
		const EfLabelNode *node = label_node(state, at);

		if (node->number != number || label_node_size(node->length) > at)
			break;
		table->labels[number - 1].bytes = node->bytes;
		table->labels[number - 1].length = node->length;
		at -= (uint32_t) label_node_size(node->length);
	}
	if (number != 0 || at != 0)
		return ef_fail(error, EF_INVALID, "The labels of a state are damaged.");
	return EF_OK;
}

/* Do all cells stand at a place that there is, with labels that there are? */
static bool
cells_known(const EfTable *table, const EfTableType *type)
{
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		unsigned	kind = ef_key_kind(key);

		if (ef_key_label(key) > table->nlabels)
			return false;
		if (kind != EF_KIND_ROW &&
			(kind >= type->nkinds ||
			 !ef_is_place(&type->kinds[kind], ef_key_at(key), table->nlabels)))
			return false;
	}
	return true;
}

EfStatus
ef_state_load(EfTable *table, const EfTableType *type, const EfState *state,
			  size_t size, const EfAllocator *allocator, EfError *error)
{
	EfCell	   *cells;
	bool		ordered;
	EfStatus	status = ef_state_check(state, type, size, error);

	if (status != EF_OK)
		return status;
	ordered = state->nsorted == state->ncells;
	table->frame = ef_state_frame(state, type);
	table->skipped = state->skipped;
	table->nlabels = state->nlabels;
	table->ncells = state->ncells;
	table->cells = ef_alloc(allocator, state->ncells * sizeof(EfCell));
	if (table->cells == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for a table failed.");
	memcpy(table->cells, state->cells, state->ncells * sizeof(EfCell));
	if (type->open_spec != NULL)
		status = ef_table_open_spec(table, type, allocator, error);
	else
		status = collect_labels(table, state, allocator, error);
	if (status == EF_OK && !cells_known(table, type))
		status = ef_fail(error, EF_INVALID, "The cells of a state are damaged.");
	if (status == EF_OK && type->open_spec == NULL)
	{
		ordered = ordered && ef_table_labels_in_order(table);
		status = ef_table_sort_labels(table, type, allocator, error);
	}
	if (status != EF_OK)
		return status;

	/* unless they are in order already, and nothing renumbered their labels or
	 * is to be summed out */
	if (!ordered || type->settle != NULL)
	{
		status = ef_gather_cells(type, &table->frame, table->nlabels,
							  table->cells, table->ncells, true, &cells,
							  &table->ncells, allocator, error);
		ef_release(allocator, table->cells);
		table->cells = cells;
	}
	if (status == EF_OK && type->check_limits != NULL)
		status = type->check_limits(table, error);
	return status;
}
