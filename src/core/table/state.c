/*
 * state.c
 *	  See state.h.
 */
#include "table/state.h"

#include <string.h>

#include "base/hash.h"
#include "base/invariant.h"
#include "table/gather.h"
#include "table/pages.h"

/*
 * Size below which a state grows without being compacted, unless pages halve
 * it: the cells of so few rows would take as much room as the rows, or more.
 */
#define COMPACT_FROM 65536

/* Size below which a state gets no pages either. */
#define PAGES_FROM 16384

/*
 * Room for rows in a state with pages, in bytes; as much as its cells take,
 * if that is more: then each row pays for a few moved cells at most.  Half of
 * that where all that was added up takes no more, since there may be
 * thousands of such groups.
 */
#define ROWS_ROOM 16384

/*
 * Cells beside the pages from which on pages are made anew, if there are also
 * twice as many as last time.
 */
#define LOOSE_CELLS 512

static EfLabelNode *
label_node(const EfState *state, uint32_t distance)
{
	return (EfLabelNode *) (ef_state_pages(state) - distance);
}

/*
 * Return the size after this one.  PostgreSQL keeps freed chunks of up to 8
 * kB for reuse, and nobody reuses those of a million groups that grow
 * together; so small states take few, large steps.  Larger chunks are
 * returned, and there a smaller step wastes less.
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
			   EfContext *context)
{
	if (ef_is_state(state, type, size))
		return EF_OK;
	if (size < sizeof(EfState) || state->format != EF_FORMAT_STATE ||
		state->tag != type->tag)
		return ef_fail(context, EF_INVALID, "The bytes are no state of %s.",
					   type->name);
	return ef_fail(context, EF_INVALID,
				   "The numbers of a state do not fit its %zu bytes.", size);
}

/* Is a state sound?  For EF_ASSERT. */
static inline bool
is_sound(const EfState *state, const EfTableType *type)
{
	return ef_is_state(state, type, state->size);
}

/* Is it, with all that was added up?  Takes a look at each cell. */
static bool
is_all_sound(const EfState *state, const EfTableType *type)
{
	return is_sound(state, type) &&
		ef_type_has_cells(type, state->nlabels, state->cells, state->nsorted) &&
		(state->paged == 0 ||
		 ef_pages_check(ef_state_pages(state), state->paged, type,
						state->nlabels));
}

EfStatus
ef_state_create(EfState **state, const EfTableType *type,
				const EfFrame *frame, size_t room, EfContext *context)
{
	size_t		size = EF_STATE_INITIAL_SIZE;
	size_t		labels = 0;
	uint32_t	nlabels = 0;
	EfState    *new;

	if (type->open_spec != NULL)
	{
		EfStatus	status = type->open_spec(frame, NULL, &nlabels, context);

		if (status != EF_OK)
			return status;
		labels = ef_spec_room(frame->spec_size);
	}
	while (size - sizeof(EfState) < room + labels && size < EF_SIZE_LIMIT)
		size = next_size(size);
	if (size > EF_SIZE_LIMIT)
		return ef_fail(context, EF_TOO_LARGE,
					   "A state of %zu bytes was needed.", room + labels);
	new = ef_alloc(context, size);

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
	EF_ASSERT(ef_type_is_sound(type) && is_all_sound(new, type));
	return EF_OK;
}

/*
 * Clear the slack, which may be sent to another process: nothing that memory
 * held before may be in it.
 */
static void
clear_slack(EfState *state)
{
	memset(state->cells + state->ncells, 0, ef_state_room(state));
}

/*
 * Merge ordered cells into the sorted ones of a state that has room for them,
 * in place of the appended ones.
 */
EF_NODISCARD static EfStatus
absorb(EfState *state, const EfCell *gathered, size_t n, EfContext *context)
{
	EfCell	   *cells = state->cells;
	size_t		old = state->nsorted;
	size_t		end = old + n;
	size_t		out = end;

	/* from the back, so that no cell is overwritten before it is read */
	for (size_t turn = 0; old > 0 || n > 0; turn++)
	{
		EfCell		cell;

		ef_check_interrupt_at(context, turn);
		if (n == 0 || (old > 0 && cells[old - 1].key > gathered[n - 1].key))
			cell = cells[--old];
		else
		{
			cell = gathered[--n];
			if (old > 0 && cells[old - 1].key == cell.key)
			{
				EfStatus	status = ef_cells_add(&cell.count, cell.count,
												  cells[--old].count, context);

				if (status != EF_OK)
					return status;
			}
		}
		if (cell.count != 0)
			cells[--out] = cell;
	}
	memmove(cells, cells + out, (end - out) * sizeof(EfCell));
	state->ncells = state->nsorted = (uint32_t) (end - out);
	clear_slack(state);
	return EF_OK;
}

/*
 * Create a chunk of this size with the header and the labels of a state, and
 * room for its pages.
 */
static EfState *
copy_head(const EfState *old, size_t size, size_t paged, EfContext *context)
{
	EfState    *new = ef_alloc(context, size);

	memcpy(new, old, sizeof(EfState));
	new->size = (uint32_t) size;
	new->paged = (uint32_t) paged;
	memcpy(ef_state_pages(new) - old->labels,
		   ef_state_pages(old) - old->labels, old->labels);
	return new;
}

/*
 * Make a larger copy, without the cells, in which `used` bytes will be
 * needed.
 */
EF_NODISCARD static EfStatus
enlarge(EfState **state, size_t size, size_t used, EfContext *context)
{
	EfState    *old = *state;
	EfState    *new;

	if (size > EF_SIZE_LIMIT)
	{
		/* the last chunk is as large as one may be */
		size = EF_SIZE_LIMIT & ~(size_t) 7;
		if (old->size == size || used > size)
			return ef_fail(context, EF_TOO_LARGE,
						   "A state would take more than %zu bytes.", size);
	}
	new = copy_head(old, size, old->paged, context);
	memcpy(ef_state_pages(new), ef_state_pages(old), old->paged);
	*state = new;
	return EF_OK;
}

/*
 * Merge ordered cells into the sorted ones, in place of the appended ones, in
 * a chunk of this size, of which `used` bytes will be needed.
 */
EF_NODISCARD static EfStatus
take_in(EfState **state, const EfCell *gathered, size_t n, size_t size,
		size_t used, EfContext *context)
{
	EfState    *old = *state;
	size_t		nmerged = 0;
	EfStatus	status;

	if (size == old->size)
		return absorb(old, gathered, n, context);
	status = enlarge(state, size, used, context);
	if (status != EF_OK)
		return status;
	status = ef_cells_merge(old->cells, old->nsorted, gathered, n,
							(*state)->cells, &nmerged, context);
	(*state)->ncells = (*state)->nsorted = (uint32_t) nmerged;
	clear_slack(*state);
	return status;
}

/*
 * Open the pages of a state; NULL if it has none, refused if they are
 * damaged.
 */
EF_NODISCARD static EfStatus
open_pages(EfPages **pages, const EfState *state, const EfTableType *type,
		   EfContext *context)
{
	*pages = NULL;
	if (state->paged == 0)
		return EF_OK;
	*pages = (EfPages *) (void *) ef_state_pages(state);
	if (!ef_pages_check(*pages, state->paged, type, state->nlabels))
		return ef_fail(context, EF_INVALID,
					   "The pages of a state are damaged.");
	return EF_OK;
}

/* Cells that are collected in any order. */
typedef struct CellList
{
	EfCell	   *cells;
	size_t		n;
	size_t		room;
} CellList;

static void
list_cell(CellList *list, const EfCell *cell, EfContext *context)
{
	if (list->n == list->room)
	{
		list->room = 2 * list->room + 256;
		list->cells = ef_enlarge(context, list->cells,
								 list->n * sizeof(EfCell),
								 list->room * sizeof(EfCell));
	}
	list->cells[list->n++] = *cell;
}

/*
 * Add the appended records of a state to its pages, and list those that have
 * no place on them.
 */
static void
fill_pages(const EfState *state, const EfTableType *type, EfPages *pages,
		   CellList *rest, EfContext *context)
{
	EfFrame		frame = ef_state_frame(state, type);
	unsigned	(*expand) (const EfFrame *, const EfCell *, EfCell *) =
		type->condense != NULL ? type->condense : type->expand;
	EfPageIndex index;

	ef_pages_index(&index, pages);
	for (size_t i = state->nsorted; i < state->ncells; i++)
	{
		EfCell		expanded[1 << EF_KIND_BITS];
		unsigned	m = 1;

		ef_check_interrupt_at(context, i);
		if (ef_key_kind(state->cells[i].key) == EF_KIND_ROW)
			m = expand(&frame, &state->cells[i], expanded);
		else
			expanded[0] = state->cells[i];
		for (unsigned j = 0; j < m; j++)
			if (!ef_pages_add(&index, &expanded[j]))
				list_cell(rest, &expanded[j], context);
	}
}

/* Put cells in order, each once. */
EF_NODISCARD static EfStatus
order_cells(EfCell *cells, size_t *n, EfContext *context)
{
	ef_cells_sort(cells, *n, context);
	return ef_cells_unite(cells, n, context);
}

/* Make a copy of a state with these ordered cells and pages. */
EF_NODISCARD static EfStatus
replace_counts(EfState **state, const EfCell *cells, size_t n,
			   const EfPages *pages, size_t paged, size_t need,
			   EfContext *context)
{
	EfState    *old = *state;
	EfState    *new;
	size_t		loose = n * sizeof(EfCell);
	size_t		used = sizeof(EfState) + loose + old->labels + paged + need;
	size_t		room = loose + paged <= ROWS_ROOM ? ROWS_ROOM / 2 : ROWS_ROOM;
	size_t		size = ef_aligned(used + (loose > room ? loose : room));

	if (size > EF_SIZE_LIMIT)
		size = EF_SIZE_LIMIT & ~(size_t) 7;
	if (used > size)
		return ef_fail(context, EF_TOO_LARGE,
					   "A state would take more than %zu bytes.", size);
	new = copy_head(old, size, paged, context);
	new->ncells = new->nsorted = new->nloose = (uint32_t) n;
	memcpy(new->cells, cells, loose);
	memcpy(ef_state_pages(new), pages, paged);
	clear_slack(new);
	*state = new;
	return EF_OK;
}

/*
 * Make pages of the cells of a state and of these, or let pages that there are grow
 * for them.  Not where all would take more than `most` bytes; `done` is false then,
 * and the state as it was.
 */
EF_NODISCARD static EfStatus
make_pages(EfState **state, const EfTableType *type, const EfPages *old,
		   const EfCell *more, size_t nmore, size_t need, size_t most,
		   bool *done, EfContext *context)
{
	EfPages    *pages = NULL;
	size_t		n = (*state)->nsorted + nmore;
	EfCell	   *cells = ef_alloc(context, n * sizeof(EfCell));
	size_t		paged;
	EfStatus	status = ef_cells_merge((*state)->cells, (*state)->nsorted,
										more, nmore, cells, &n, context);

	*done = false;
	if (status == EF_OK)
		status = ef_pages_build(&pages, &paged, type, (*state)->nlabels, old,
								cells, &n, context);
	if (status == EF_OK && pages != NULL &&
		paged + n * sizeof(EfCell) <= most)
	{
		status = replace_counts(state, cells, n, pages, paged, need, context);
		*done = true;
	}
	ef_release(context, cells);
	ef_release(context, pages);
	return status;
}

/*
 * Can pages and the cells beside them take less than half of the room of the rows
 * of a state?  Where a row leaves few cells this is known sooner than they are in
 * order.
 */
static bool
may_fill_pages(const EfState *state, const EfTableType *type,
			   EfContext *context)
{
	EfFrame		frame = ef_state_frame(state, type);
	uint32_t	n[EF_PAGE_SERIES] = {0};
	uint32_t	first[EF_PAGE_SERIES];
	uint32_t	last[EF_PAGE_SERIES];
	size_t		taken = 0;

	if (type->row_cells > EF_FEW_ROW_CELLS)
		return true;
	for (size_t i = 0; i < state->ncells; i++)
	{
		EfCell		expanded[EF_FEW_ROW_CELLS] = {state->cells[i]};
		unsigned	m = 1;

		ef_check_interrupt_at(context, i);
		if (ef_key_kind(state->cells[i].key) == EF_KIND_ROW)
			m = type->expand(&frame, &state->cells[i], expanded);
		for (unsigned j = 0; j < m; j++)
		{
			uint32_t	series = ef_key_series(expanded[j].key);
			uint32_t	at = ef_key_at(expanded[j].key);

			if (series >= EF_PAGE_SERIES)
				taken += sizeof(EfCell);
			else if (n[series]++ == 0)
				first[series] = last[series] = at;
			else if (at < first[series])
				first[series] = at;
			else if (at > last[series])
				last[series] = at;
		}
	}
	for (unsigned series = 0; series < EF_PAGE_SERIES; series++)
		if (n[series] > 0)
		{
			uint64_t	places = (uint64_t) last[series] - first[series] + 1;

			taken += ef_page_pays(places, sizeof(int8_t), n[series])
				? places * sizeof(int8_t) : n[series] * sizeof(EfCell);
		}
	return taken <= state->ncells * sizeof(EfCell) / 2;
}

/* Move a state to a larger chunk, in which rows stay rows. */
EF_NODISCARD static EfStatus
grow(EfState **state, size_t need, EfContext *context)
{
	EfState    *old = *state;
	size_t		size = old->size;
	size_t		used = size - ef_state_room(old) + need;
	EfStatus	status;

	while (size < used)
		size = next_size(size);
	status = enlarge(state, size, used, context);
	if (status != EF_OK)
		return status;
	memcpy((*state)->cells, old->cells, old->ncells * sizeof(EfCell));
	clear_slack(*state);
	return EF_OK;
}

/*
 * Add up the appended records of a state, to make room for `need` more bytes.
 */
EF_NODISCARD static EfStatus
compact(EfState **state, const EfTableType *type, size_t need,
		EfContext *context)
{
	EfState    *old = *state;
	EfFrame		frame = ef_state_frame(old, type);
	EfPages    *pages;
	CellList	more = {NULL, 0, 0};
	size_t		loose;
	size_t		used;
	size_t		size = old->size;
	bool		small = size < COMPACT_FROM;
	bool		done = false;
	EfStatus	status = open_pages(&pages, old, type, context);

	if (status == EF_OK && pages != NULL)
	{
		fill_pages(old, type, pages, &more, context);
		old->ncells = old->nsorted;

		/*
		 * cells without a page are put in order when they fill half of the
		 * room
		 */
		if (2 * (more.n * sizeof(EfCell) + need) <= ef_state_room(old))
		{
			if (more.n > 0)
				memcpy(old->cells + old->ncells, more.cells,
					   more.n * sizeof(EfCell));
			old->ncells += (uint32_t) more.n;
			clear_slack(old);
			ef_release(context, more.cells);
			return EF_OK;
		}
		if (more.n > 0)
			status = order_cells(more.cells, &more.n, context);
	}
	else if (status == EF_OK && small && !may_fill_pages(old, type, context))
		return grow(state, need, context);
	else if (status == EF_OK)
		status = ef_gather_cells(type, &frame, old->nlabels,
								 old->cells + old->nsorted,
								 old->ncells - old->nsorted, false,
								 &more.cells, &more.n, context);
	loose = old->nsorted + more.n;
	if (status == EF_OK && loose >= 2 * (size_t) old->nloose + LOOSE_CELLS)
	{
		/* in a small state it is rows that they replace */
		status = make_pages(state, type, pages, more.cells, more.n, need,
							small && pages == NULL
							? old->ncells * sizeof(EfCell) / 2 : SIZE_MAX,
							&done, context);
		if (status == EF_OK && !done && (!small || pages != NULL))
			old->nloose = (uint32_t) loose;
	}
	if (status == EF_OK && !done && small && pages == NULL)
		status = grow(state, need, context);
	else if (status == EF_OK && !done)
	{
		/*
		 * always into a new chunk when it is tight: without half of it free,
		 * the next time would come too soon
		 */
		used = sizeof(EfState) + loose * sizeof(EfCell) + old->labels +
			old->paged + need;
		while (size - old->paged < 2 * (used - old->paged) &&
			   size <= EF_SIZE_LIMIT)
			size = next_size(size - old->paged) + old->paged;
		status = take_in(state, more.cells, more.n, size, used, context);
	}
	ef_release(context, more.cells);
	return status;
}

EfStatus
ef_state_make_room(EfState **state, const EfTableType *type, unsigned ncells,
				   size_t label_length, EfContext *context)
{
	EfState    *old = *state;
	size_t		need = ncells * sizeof(EfCell) +
		(label_length < EF_SIZE_LIMIT ? ef_label_node_size(label_length)
		 : EF_SIZE_LIMIT);
	EfStatus	status;

	EF_ASSERT(is_sound(old, type));
	if (need <= ef_state_room(old))
		return EF_OK;
	if (old->size < PAGES_FROM && old->paged == 0)
		return grow(state, need, context);
	EF_ASSERT(is_all_sound(old, type));
	status = compact(state, type, need, context);
	EF_ASSERT(status != EF_OK ||
			  (is_all_sound(*state, type) && ef_state_room(*state) >= need));
	return status;
}

EfStatus
ef_state_skip(EfState *state, EfContext *context)
{
	EF_ASSERT(state->format == EF_FORMAT_STATE);
	return ef_cells_add(&state->skipped, state->skipped, 1, context);
}

/* Compare a label with one of a state, in the order of the search tree. */
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

	EF_ASSERT(ef_state_room(state) >= ef_label_node_size(length));
	state->labels += (uint32_t) ef_label_node_size(length);
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

/* Append cells and rows of labels that are numbered otherwise, unless `number` is
 * NULL. */
EF_NODISCARD static EfStatus
append_cells(EfState **state, const EfTableType *type, const EfCell *cells,
			 size_t n, const uint32_t *number, EfContext *context)
{
	unsigned	paired = ef_kinds_paired(type);
	EfStatus	status = EF_OK;

	/*
	 * in strides, so that it does not ask for its size at once when most of
	 * the cells are there already
	 */
	for (size_t i = 0; i < n && status == EF_OK;)
	{
		size_t		stop = n - i > 256 ? i + 256 : n;

		status = ef_state_reserve(state, type, (unsigned) (stop - i), 0,
								  context);
		for (; i < stop && status == EF_OK; i++)
			ef_state_append(*state, number == NULL ? cells[i].key
							: ef_renumbered(cells[i].key, number, paired),
							cells[i].count);
	}
	return status;
}

/* Add a table to a state that is not much larger, by merging the two: a
 * parallel plan's partial states come here. */
EF_NODISCARD static EfStatus
merge_whole(EfState **state, const EfTableType *type, const EfTable *table,
			const uint32_t *number, EfContext *context)
{
	EfState    *old = *state;
	EfFrame		frame = ef_state_frame(old, type);
	size_t		ncells = table->ncells;
	size_t		nrecent = 0;
	size_t		n = 0;
	size_t		size = old->size;
	size_t		used;
	bool		in_order = true;
	unsigned	paired = ef_kinds_paired(type);
	EfCell	   *cells = ef_alloc(context, ncells * sizeof(EfCell));
	EfCell	   *recent = NULL;
	EfCell	   *both = NULL;
	EfStatus	status = EF_OK;

	for (size_t i = 0; i < ncells; i++)
	{
		ef_check_interrupt_at(context, i);
		cells[i].key = ef_renumbered(table->cells[i].key, number, paired);
		cells[i].count = table->cells[i].count;
		in_order = in_order && (i == 0 || cells[i - 1].key < cells[i].key);
	}
	if (!in_order)
		ef_cells_sort(cells, ncells, context);

	/* the appended records of the state, then both */
	if (old->ncells > old->nsorted)
		status = ef_gather_cells(type, &frame, old->nlabels,
								 old->cells + old->nsorted,
								 old->ncells - old->nsorted, false, &recent,
								 &nrecent, context);
	if (status == EF_OK)
	{
		both = ef_alloc(context, (ncells + nrecent) * sizeof(EfCell));
		status = ef_cells_merge(cells, ncells, recent, nrecent, both, &n,
								context);
	}
	if (status == EF_OK)
	{
		used = sizeof(EfState) + (old->nsorted + n) * sizeof(EfCell) +
			old->labels + old->paged;
		while (size < used && size <= EF_SIZE_LIMIT)
			size = next_size(size);
		status = take_in(state, both, n, size, used, context);
	}
	ef_release(context, cells);
	ef_release(context, recent);
	ef_release(context, both);
	return status;
}

/* List the labels of a state; the last one is the farthest from its end. */
EF_NODISCARD static EfStatus
collect_labels(EfTable *table, const EfState *state, EfContext *context)
{
	uint32_t	at = state->labels;
	uint32_t	number = state->nlabels;

	table->labels = ef_alloc(context, state->nlabels * sizeof(EfLabel));
	for (; number > 0 && at >= sizeof(EfLabelNode); number--)
	{
		const EfLabelNode *node = label_node(state, at);

		if (node->number != number || ef_label_node_size(node->length) > at)
			break;
		table->labels[number - 1] = ef_label(node->bytes, node->length);
		at -= (uint32_t) ef_label_node_size(node->length);
	}
	if (number != 0 || at != 0)
		return ef_fail(context, EF_INVALID,
					   "The labels of a state are damaged.");
	return EF_OK;
}

/*
 * Limit on the depth of the tree of labels: 2^28 balanced labels are not as
 * deep, and a path through it has 64 bits.
 */
#define LABEL_DEPTH 48

/* Is there a label of this list at that distance? */
static bool
is_label(const EfState *state, const EfTable *table, uint32_t at)
{
	const EfLabelNode *node;

	if (at < sizeof(EfLabelNode) || at > state->labels || (at & 7) != 0)
		return false;
	node = label_node(state, at);
	return node->number > 0 && node->number <= state->nlabels &&
		table->labels[node->number - 1].bytes == node->bytes;
}

/* Does the tree lead to as many labels as there are, none of them too deep? */
static bool
is_tree(const EfState *state, const EfTable *table)
{
	uint32_t	waiting[LABEL_DEPTH + 2];
	unsigned	depth[LABEL_DEPTH + 2];
	unsigned	nwaiting = 0;
	uint32_t	found = 0;

	if (state->root != 0)
	{
		waiting[0] = state->root;
		depth[nwaiting++] = 1;
	}
	while (nwaiting > 0)
	{
		uint32_t	at = waiting[--nwaiting];
		unsigned	below = depth[nwaiting] + 1;

		if (found++ == state->nlabels || below > LABEL_DEPTH ||
			!is_label(state, table, at))
			return false;
		for (unsigned side = 0; side < 2; side++)
			if (label_node(state, at)->child[side] != 0)
			{
				waiting[nwaiting] = label_node(state, at)->child[side];
				depth[nwaiting++] = below;
			}
	}
	return found == state->nlabels;
}

/* Are all cells at existing places, with existing labels? */
static bool
keys_known(const EfCell *cells, size_t n, uint32_t nlabels,
		   const EfTableType *type)
{
	for (size_t i = 0; i < n; i++)
		if (ef_key_kind(cells[i].key) == EF_KIND_ROW
			? ef_key_label(cells[i].key) > nlabels
			: !ef_type_has_key(type, nlabels, cells[i].key))
			return false;
	return true;
}

EfStatus
ef_state_check_all(const EfState *state, const EfTableType *type,
				   EfContext *context)
{
	EfTable		table = {.labels = NULL};
	EfPages    *pages;
	EfStatus	status = open_pages(&pages, state, type, context);

	if (status != EF_OK)
		return status;
	if (!ef_type_has_cells(type, state->nlabels, state->cells,
						   state->nsorted) ||
		!keys_known(state->cells + state->nsorted,
					state->ncells - state->nsorted, state->nlabels, type))
		return ef_fail(context, EF_INVALID,
					   "The cells of a state are damaged.");
	if (type->open_spec != NULL)
		return EF_OK;
	status = collect_labels(&table, state, context);
	if (status == EF_OK && !is_tree(state, &table))
		status = ef_fail(context, EF_INVALID,
						 "The labels of a state are damaged.");
	ef_release(context, table.labels);
	return status;
}

/*
 * Map labels to their numbers in a state, and add labels that are new to it:
 * number[n] for label n, and number[0] is 0.
 */
EF_NODISCARD static EfStatus
number_labels(EfState **state, const EfTableType *type, const EfLabel *labels,
			  uint32_t nlabels, uint32_t **number, EfContext *context)
{
	EfStatus	status = EF_OK;

	*number = ef_alloc(context, (nlabels + 1) * sizeof(uint32_t));
	(*number)[0] = 0;
	for (uint32_t i = 0; i < nlabels && status == EF_OK; i++)
	{
		ef_check_interrupt_at(context, i);

		/* one spec, and so one number */
		if (type->open_spec != NULL)
		{
			(*number)[i + 1] = i + 1;
			continue;
		}
		status = ef_state_reserve(state, type, 0, labels[i].length, context);
		if (status == EF_OK)
		{
			(*number)[i + 1] = ef_state_label(*state, labels[i].bytes,
											  labels[i].length);
			status = ef_frame_check_labels((*state)->nlabels, type, context);
		}
	}
	return status;
}

/* Add the rows that a table does not know, if it was observed as a state was. */
EF_NODISCARD static EfStatus
merge_frame(EfState *state, const EfTableType *type, const EfFrame *frame,
			int64_t skipped, EfContext *context)
{
	EfFrame		its = ef_state_frame(state, type);
	EfStatus	status = ef_frame_match(&its, frame, type, context);

	if (status == EF_OK)
		status = ef_cells_add(&state->skipped, state->skipped, skipped,
							  context);
	return status;
}

EfStatus
ef_state_merge(EfState **state, const EfTableType *type,
			   const EfTable *table, EfContext *context)
{
	uint32_t   *number = NULL;
	EfStatus	status = merge_frame(*state, type, &table->frame,
									 table->skipped, context);

	EF_ASSERT(is_sound(*state, type) && ef_table_is_sound(table, type));
	if (status == EF_OK)
		status = number_labels(state, type, table->labels, table->nlabels,
							   &number, context);
	if (status == EF_OK)
		status = (*state)->paged == 0 &&
			table->ncells * sizeof(EfCell) >= COMPACT_FROM &&
			table->ncells > (*state)->ncells / 2
			? merge_whole(state, type, table, number, context)
			: append_cells(state, type, table->cells, table->ncells, number,
						   context);
	EF_ASSERT(status != EF_OK || is_sound(*state, type));
	ef_release(context, number);
	return status;
}

/*
 * Add cells of pages to those of a state; cells that have no place there are
 * appended.
 */
EF_NODISCARD static EfStatus
merge_pages(EfState **state, const EfTableType *type, const EfPages *pages,
			const uint32_t *number, EfContext *context)
{
	EfPageIndex index;
	EfPages    *own;
	EfCell	   *cells = ef_alloc(context, (ef_pages_ncells(pages) + 1) *
								 sizeof(EfCell));
	size_t		n;
	EfStatus	status = open_pages(&own, *state, type, context);

	if (status == EF_OK && own != NULL)
	{
		ef_pages_index(&index, own);
		n = ef_pages_add_block(&index, pages, number, cells);
		status = append_cells(state, type, cells, n, NULL, context);
	}
	else if (status == EF_OK)
	{
		n = ef_pages_cells(pages, cells);
		status = append_cells(state, type, cells, n, number, context);
	}
	ef_release(context, cells);
	return status;
}

EfStatus
ef_state_merge_state(EfState **state, const EfTableType *type,
					 const EfState *other, size_t size, EfContext *context)
{
	EfTable		table = {.labels = NULL};
	EfFrame		frame;
	EfPages    *pages;
	uint32_t   *number = NULL;
	EfStatus	status = ef_state_check(other, type, size, context);

	EF_ASSERT(is_sound(*state, type));
	if (status != EF_OK)
		return status;

	/* two that are large, and have their cells in order, merge */
	if ((*state)->paged == 0 && other->paged == 0 &&
		other->nsorted * sizeof(EfCell) >= COMPACT_FROM)
	{
		status = ef_state_load(&table, type, other, size, context);
		if (status == EF_OK)
			status = ef_state_merge(state, type, &table, context);
		return status;
	}

	frame = ef_state_frame(other, type);
	status = merge_frame(*state, type, &frame, other->skipped, context);
	if (status == EF_OK)
		status = open_pages(&pages, other, type, context);
	if (status == EF_OK && type->open_spec == NULL)
		status = collect_labels(&table, other, context);
	if (status == EF_OK)
		status = number_labels(state, type, table.labels, other->nlabels,
							   &number, context);
	if (status == EF_OK && !keys_known(other->cells, other->ncells,
									   other->nlabels, type))
		status = ef_fail(context, EF_INVALID,
						 "The cells of a state are damaged.");
	if (status == EF_OK && pages != NULL)
		status = merge_pages(state, type, pages, number, context);
	if (status == EF_OK)
		status = append_cells(state, type, other->cells, other->ncells, number,
							  context);
	EF_ASSERT(status != EF_OK || is_sound(*state, type));
	ef_release(context, number);
	ef_release(context, table.labels);
	return status;
}

/* Put cells in order that are so but for the numbers of their labels. */
static void
order_labels(EfTable *table, EfContext *context)
{
	size_t	   *start = ef_alloc(context, (table->nlabels + 2) * sizeof(size_t));
	EfCell	   *ordered = ef_alloc(context, table->ncells * sizeof(EfCell));

	memset(start, 0, (table->nlabels + 2) * sizeof(size_t));
	for (size_t i = 0; i < table->ncells; i++)
		start[ef_key_label(table->cells[i].key) + 1]++;
	for (uint32_t label = 0; label < table->nlabels; label++)
		start[label + 1] += start[label];
	for (size_t i = 0; i < table->ncells; i++)
	{
		ef_check_interrupt_at(context, i);
		ordered[start[ef_key_label(table->cells[i].key)]++] = table->cells[i];
	}
	ef_release(context, start);
	ef_release(context, table->cells);
	table->cells = ordered;
}

/*
 * Collect the cells of a state with pages: cells that have a place are
 * counted on a copy of the pages, and the others are few.
 */
EF_NODISCARD static EfStatus
unite_all(const EfState *state, const EfTableType *type, const EfPages *pages,
		  EfCell **cells, size_t *n, EfContext *context)
{
	CellList	recent = {NULL, 0, 0};
	EfPages    *copy = ef_alloc(context, state->paged);
	EfCell	   *loose;
	EfCell	   *paged;
	size_t		nloose = 0;
	size_t		npaged;
	EfStatus	status = EF_OK;

	memcpy(copy, pages, state->paged);
	fill_pages(state, type, copy, &recent, context);
	if (recent.n > 0)
		status = order_cells(recent.cells, &recent.n, context);
	if (status != EF_OK)
		return status;
	loose = ef_alloc(context, (state->nsorted + recent.n) * sizeof(EfCell));
	status = ef_cells_merge(state->cells, state->nsorted, recent.cells,
							recent.n, loose, &nloose, context);
	ef_release(context, recent.cells);
	if (status != EF_OK)
		return status;
	npaged = ef_pages_ncells(copy);
	paged = ef_alloc(context, npaged * sizeof(EfCell));
	ef_pages_cells(copy, paged);
	ef_release(context, copy);
	*cells = ef_alloc(context, (npaged + nloose) * sizeof(EfCell));
	*n = 0;
	status = ef_cells_merge(paged, npaged, loose, nloose, *cells, n, context);
	ef_release(context, loose);
	ef_release(context, paged);
	return status;
}

/*
 * Load a state that has pages and nothing to sum out: its cells are in order,
 * or nearly.
 */
EF_NODISCARD static EfStatus
load_pages(EfTable *table, const EfTableType *type, const EfState *state,
		   const EfPages *pages, EfContext *context)
{
	uint32_t	nlabels = state->nlabels;
	EfStatus	status = unite_all(state, type, pages, &table->cells,
								   &table->ncells, context);

	/* listed cells can be of any series */
	if (status == EF_OK &&
		!ef_type_has_cells(type, nlabels, table->cells, table->ncells))
		status = ef_fail(context, EF_INVALID,
						 "The cells of a state are damaged.");
	if (status == EF_OK)
		status = collect_labels(table, state, context);
	if (status != EF_OK || ef_table_labels_in_order(table))
		return status;
	ef_table_sort_labels(table, type, context);
	if (table->nlabels == nlabels)
		order_labels(table, context);
	else
		/* one is there twice, in a state that is damaged */
		status = order_cells(table->cells, &table->ncells, context);
	return status;
}

/* Load a state of any other kind: all that it has is put in order. */
EF_NODISCARD static EfStatus
load_all(EfTable *table, const EfTableType *type, const EfState *state,
		 const EfPages *pages, EfContext *context)
{
	size_t		npaged = pages == NULL ? 0 : ef_pages_ncells(pages);
	bool		ordered = pages == NULL && state->nsorted == state->ncells;
	EfCell	   *cells;
	EfStatus	status;

	table->ncells = npaged + state->ncells;
	table->cells = ef_alloc(context, table->ncells * sizeof(EfCell));
	if (pages != NULL)
		ef_pages_cells(pages, table->cells);
	memcpy(table->cells + npaged, state->cells, state->ncells * sizeof(EfCell));
	if (type->open_spec != NULL)
		status = ef_table_open_spec(table, type, context);
	else
		status = collect_labels(table, state, context);
	if (status != EF_OK)
		return status;
	if (ordered
		? !ef_type_has_cells(type, table->nlabels, table->cells, table->ncells)
		: !keys_known(table->cells, table->ncells, table->nlabels, type))
		return ef_fail(context, EF_INVALID,
					   "The cells of a state are damaged.");
	if (type->open_spec == NULL)
	{
		ordered = ordered && ef_table_labels_in_order(table);
		ef_table_sort_labels(table, type, context);
	}

	/* in order already, with labels as they were, and nothing to sum out */
	if (ordered && type->settle == NULL)
		return EF_OK;
	status = ef_gather_cells(type, &table->frame, table->nlabels,
							 table->cells, table->ncells, true, &cells,
							 &table->ncells, context);
	ef_release(context, table->cells);
	table->cells = cells;
	return status;
}

EfStatus
ef_state_load(EfTable *table, const EfTableType *type, const EfState *state,
			  size_t size, EfContext *context)
{
	EfPages    *pages;
	EfStatus	status = ef_state_check(state, type, size, context);

	if (status == EF_OK)
		status = open_pages(&pages, state, type, context);
	if (status != EF_OK)
		return status;
	table->frame = ef_state_frame(state, type);
	table->skipped = state->skipped;
	table->nlabels = state->nlabels;
	if (pages != NULL && type->settle == NULL && type->open_spec == NULL &&
		ef_kinds_paired(type) == 0 &&
		ef_type_has_cells(type, state->nlabels, state->cells, state->nsorted))
		status = load_pages(table, type, state, pages, context);
	else
		status = load_all(table, type, state, pages, context);
	EF_ASSERT(status != EF_OK || ef_table_is_sound(table, type));
	if (status == EF_OK && type->check_limits != NULL)
		status = type->check_limits(table, context);
	return status;
}
