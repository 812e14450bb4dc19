/*
 * state.h
 *	  The growing form of a table, an aggregate's transition value.
 */
#ifndef EF_STATE_H
#define EF_STATE_H

#include "base/bits.h"
#include "table/table.h"

/* Size of a new state, with the slack that it begins with. */
#define EF_STATE_INITIAL_SIZE 256

/*
 * A state.  Cells grow from the front, labels from the back, as the items and
 * tuples of a database page do.  A spec takes the place of the labels that it
 * names: its bytes, and their number in the four behind.  At the end of a state
 * of many rows are pages, where counts have their places: see pages.h.
 */
typedef struct EfState
{
	int32_t		length_word;	/* the caller's */
	uint8_t		format;			/* EF_FORMAT_STATE */
	uint8_t		tag;
	uint8_t		flags;
	uint8_t		bounded;
	uint32_t	size;			/* of the whole chunk */
	uint32_t	ncells;			/* cells and rows */
	uint32_t	nsorted;		/* the first of them: cells in order, each
								 * once */
	uint32_t	labels;			/* bytes taken by labels, or a spec, at the
								 * end */
	uint32_t	nlabels;
	uint32_t	root;			/* of the search tree of labels: distance from
								 * their end; 0 when empty */
	uint32_t	paged;			/* bytes taken by pages, behind the labels */
	uint32_t	nloose;			/* cells in order that were left when pages
								 * were last made */
	EfDay		from;
	EfDay		as_of;
	int64_t		skipped;
	EfCell		cells[];
} EfState;

/*
 * A label inside a state: a node of a search tree over (hash, length, bytes).
 * The tree is balanced (G. M. Adelson-Velsky and E. M. Landis 1962), so that
 * nobody can choose labels, or an order of them, that make a row slow.  Nodes
 * are named by their distance from the end of the labels, which moving the state
 * does not change.
 */
typedef struct EfLabelNode
{
	uint32_t	hash;
	uint32_t	child[2];		/* before, and after; 0: none */
	uint32_t	number:28;
	uint32_t	tilt:4;			/* 0: even; 1, 2: the first, the second child
								 * is deeper, by one */
	uint32_t	length;
	char		bytes[];
} EfLabelNode;

/* Return where labels, or a spec, end and pages begin. */
static inline uint8_t *
ef_state_pages(const EfState *state)
{
	return (uint8_t *) state + state->size - state->paged;
}

/* Return the frame of a state; a spec is in the state's chunk. */
static inline EfFrame
ef_state_frame(const EfState *state, const EfTableType *type)
{
	EfFrame		frame = {state->from, state->as_of, state->bounded != 0,
	state->flags, NULL, 0};

	if (type->open_spec != NULL)
	{
		const uint8_t *end = ef_state_pages(state);

		frame.spec = end - state->labels;
		frame.spec_size = *(const uint32_t *) (end - sizeof(uint32_t));
	}
	return frame;
}

/* Return the room that a label of this length takes in a state. */
static inline size_t
ef_label_node_size(size_t length)
{
	return ef_aligned(sizeof(EfLabelNode) + length);
}

/* Return the room that a spec takes at the end of a state. */
static inline size_t
ef_spec_room(size_t size)
{
	return ef_aligned(size + sizeof(uint32_t));
}

/* Do the numbers of a header fit each other and `size` bytes?  Asked for every
 * row, so it has few branches. */
static inline bool
ef_state_fits(const EfState *state, const EfTableType *type, size_t size)
{
	/* in this order, so that no difference is below zero */
	if (state->size != size || state->bounded > 1 ||
		((state->size | state->labels | state->root | state->paged) & 7) != 0 ||
		state->paged > size - sizeof(EfState) ||
		state->labels > size - sizeof(EfState) - state->paged ||
		state->ncells > (size - sizeof(EfState) - state->paged -
						 state->labels) / sizeof(EfCell) ||
		state->nsorted > state->ncells)
		return false;
	if (type->open_spec != NULL)
		return state->nlabels <= type->label_limit &&
			state->labels >= ef_spec_room(0) &&
			ef_spec_room(ef_state_frame(state, type).spec_size) == state->labels;
	return state->nlabels <= state->labels / ef_label_node_size(0) &&
		state->root <= state->labels;
}

/*
 * Are these `size` bytes a state of this type?  Its header must say so, and
 * cells and labels must fit the size.  Ask before reading or editing a state:
 * an aggregate that a user made can hand over anything, and so can a table.
 */
static inline bool
ef_is_state(const EfState *state, const EfTableType *type, size_t size)
{
	return size >= sizeof(EfState) && state->format == EF_FORMAT_STATE &&
		state->tag == type->tag && ef_state_fits(state, type, size);
}

/* Check the same, and refuse what is no state. */
extern EfStatus ef_state_check(const EfState *state, const EfTableType *type,
							   size_t size, EfContext *context) EF_NODISCARD;

/*
 * Check what it holds too: can labels be looked up in its tree of labels, and
 * added, and are cells and pages in order?  Ask once of a state that comes as
 * a value: somebody's own aggregate may have stored it.
 */
extern EfStatus ef_state_check_all(const EfState *state,
								   const EfTableType *type,
								   EfContext *context) EF_NODISCARD;

/* Create an empty state with room for `room` more bytes. */
extern EfStatus ef_state_create(EfState **state, const EfTableType *type,
								const EfFrame *frame, size_t room,
								EfContext *context) EF_NODISCARD;

/* Return the slack of a state. */
static inline size_t
ef_state_room(const EfState *state)
{
	EF_ASSERT(state->format == EF_FORMAT_STATE &&
			  state->nsorted <= state->ncells);
	return state->size - sizeof(EfState) -
		(size_t) state->ncells * sizeof(EfCell) - state->labels - state->paged;
}

/*
 * Make room for ncells more cells or rows, and one more label of this length.
 * May move the state: the old chunk is then the caller's to forget, and is not
 * released (an aggregate's executor does that).
 */
extern EfStatus ef_state_make_room(EfState **state, const EfTableType *type,
								   unsigned ncells, size_t label_length,
								   EfContext *context) EF_NODISCARD;

/* Make sure of room, at once where there is some, as for nearly every row. */
EF_NODISCARD static inline EfStatus
ef_state_reserve(EfState **state, const EfTableType *type, unsigned ncells,
				 size_t label_length, EfContext *context)
{
#ifndef USE_ASSERT_CHECKING		/* a state is looked at each time */
	if (label_length < EF_SIZE_LIMIT &&
		ncells * sizeof(EfCell) + ef_label_node_size(label_length) <= ef_state_room(*state))
		return EF_OK;
#endif
	return ef_state_make_room(state, type, ncells, label_length, context);
}

/* Release the old chunk of a state that may have moved; for the owner. */
static inline void
ef_state_moved(EfState *old, EfState *now, EfContext *context)
{
	if (now != old)
		ef_release(context, old);
}

/* Append a record; only after ef_state_reserve. */
static inline void
ef_state_append(EfState *state, EfKey key, int64_t count)
{
	EfCell	   *cell = &state->cells[state->ncells];

	EF_ASSERT(ef_state_room(state) >= sizeof(EfCell));
	state->ncells++;
	cell->key = key;
	cell->count = count;
}

/* Count one more skipped row. */
extern EfStatus ef_state_skip(EfState *state, EfContext *context) EF_NODISCARD;

/* Look up the number of a label, or add it.  Only after reserve, and not where
 * a spec names the labels. */
extern uint32_t ef_state_label(EfState *state, const char *bytes,
							   size_t length);

/* Add a table to a state.  Refuses one that was observed otherwise. */
extern EfStatus ef_state_merge(EfState **state, const EfTableType *type,
							   const EfTable *table, EfContext *context)
			EF_NODISCARD;

/*
 * Add a state of this size, such as another process made, to a state, without
 * putting its cells in order.
 */
extern EfStatus ef_state_merge_state(EfState **state, const EfTableType *type,
									 const EfState *other, size_t size,
									 EfContext *context) EF_NODISCARD;

/* Open a state of this size for reading: a copy of its cells, in order; labels
 * point into the state. */
extern EfStatus ef_state_load(EfTable *table, const EfTableType *type,
							  const EfState *state, size_t size,
							  EfContext *context) EF_NODISCARD;

#endif							/* EF_STATE_H */
