/*
 * life_table.h
 *	  The one structure under every summary: a counting process on an integer
 *	  axis.
 *
 * A life table is a multiset of marks on an axis: so many entries at this
 * age, so many exits for that reason, so many still there.  Each is a *cell*
 * (kind, label, at) -> count.  What the kinds are, and which of them carry a
 * label (a reason to leave, a stage), a summary's type says in an EfTableType;
 * nothing here knows what they mean.  Nor what a spec means, which some types
 * have for a frame: there the labels are those that the spec names, in its
 * order, and a table holds the spec in place of them.  The axis is sparse: a cell that counts
 * nothing is not there.  A kind can be paired: a cell of it has two labels (from
 * where, to where), the second in the upper half of its `at`.
 *
 * Cells add up.  So the sum of the tables of the parts is the table of the
 * whole, whatever the parts were and in whatever order they came: the only
 * operation on counts is integer addition.
 *
 * Two forms hold one table:
 *
 *	 EfState	the growing one, an aggregate's transition value: flat, with
 *				slack, edited in place.  A row appends one record at the end,
 *				which its type can later expand into cells; when the slack is
 *				used up, what was appended is expanded and added to the cells
 *				("compacted"), and if that gives too little room, the state
 *				moves to a larger chunk.  So small groups stay small, and a
 *				row of a large group costs a few additions.
 *	 packed		the finished one, which is stored and sent: each series of
 *				cells in order, as differences, in variable-length integers.
 *				There is one packed form of a table, so equal tables have
 *				equal bytes.
 *
 * Readers take either through ef_table_load().
 *
 * Byte map of the packed form (doc/formats.md has it with an example), after
 * the length word that belongs to the caller:
 *
 *	 0		format, EF_FORMAT_PACKED
 *	 1		tag of the type
 *	 2..	varints: flags, 0 or 1 (from is bounded), zigzag(from) if it is,
 *			zigzag(as_of), skipped
 *			number of labels; each: length, bytes; in byte order
 *			(a type whose frame is a spec has instead: flags, skipped, length
 *			of the spec, its bytes)
 *			number of series; each: label << 4 | kind, number of cells, then
 *			per cell: at minus the previous at minus 1 (the first: at), count;
 *			series in order of their number
 */
#ifndef EF_LIFE_TABLE_H
#define EF_LIFE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/calendar.h"
#include "base/memory.h"
#include "base/status.h"

/*
 * What a cell counts, and where, packed so that order is integer order:
 * label << 36 | kind << 32 | at.  Label 0 is "none"; label n names the n-th
 * label of the table, counted from 1.
 */
typedef uint64_t EfKey;

#define EF_KIND_BITS 4

/*
 * The kind of a record that stands for a whole row, and is in a state only:
 * label and kind are where every key has them, the other 32 bits of the key
 * and the 64 of the count are the type's own.
 */
#define EF_KIND_ROW 15

/* Kinds with an axis as short as this are always laid out densely. */
#define EF_SHORT_AXIS 256
#define EF_LABEL_LIMIT ((1u << 28) - 1)

typedef struct EfCell
{
	EfKey		key;
	int64_t		count;
} EfCell;

static inline EfKey
ef_key(uint32_t label, unsigned kind, uint32_t at)
{
	return (EfKey) label << 36 | (EfKey) kind << 32 | at;
}

static inline uint32_t
ef_key_label(EfKey key)
{
	return (uint32_t) (key >> 36);
}

static inline unsigned
ef_key_kind(EfKey key)
{
	return (unsigned) (key >> 32) & ((1u << EF_KIND_BITS) - 1);
}

static inline uint32_t
ef_key_at(EfKey key)
{
	return (uint32_t) key;
}

/* Label and kind together: what a series has in common. */
static inline uint32_t
ef_key_series(EfKey key)
{
	return (uint32_t) (key >> 32);
}

/*
 * Where a cell of a paired kind stands: second label << 16 | place on the axis.
 * So a series, which is of one first label, has its cells in the order of the
 * second.
 */
#define EF_PAIR_BITS 16
#define EF_PAIR_LABEL_LIMIT ((1u << EF_PAIR_BITS) - 1)

static inline uint32_t
ef_pair(uint32_t second, uint32_t at)
{
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

/*
 * What the rows of one table have in common; tables that differ do not add.
 * It is an observation period or, for a type with an open_spec, a spec: bytes
 * that are the same where the spec is.
 */
typedef struct EfFrame
{
	EfDay		from;			/* 0 when unbounded */
	EfDay		as_of;
	bool		bounded;		/* from is there */
	uint8_t		flags;			/* the type's own */
	const uint8_t *spec;		/* NULL: it is a period */
	size_t		spec_size;
} EfFrame;

typedef struct EfLabel
{
	const char *bytes;			/* not terminated */
	uint32_t	length;
} EfLabel;

/* A table opened for reading: cells in order, each key once, no zero count;
 * labels in byte order, or as a spec has them. */
typedef struct EfTable
{
	EfFrame		frame;
	int64_t		skipped;		/* rows that the table does not know */
	uint32_t	nlabels;
	EfLabel    *labels;			/* label n is labels[n - 1] */
	size_t		ncells;
	EfCell	   *cells;
} EfTable;

typedef struct EfKind
{
	const char *name;			/* in the text form; NULL: this kind is only
								 * found in a state, and settle() sums it out */
	bool		labelled;
	uint32_t	axis;			/* `at` is below it */
	bool		paired;			/* with a second label; then it is labelled, and
								 * its axis below 2^EF_PAIR_BITS */
} EfKind;

/* The type of a summary, as far as tables need to know it. */
typedef struct EfTableType
{
	const char *name;
	uint8_t		tag;			/* second byte of the packed form */
	const char *flag_name;		/* of flag 1, in the text form; NULL: none */
	unsigned	nkinds;
	const EfKind *kinds;

	/* Turn the record of a row into at most row_cells cells; how many. */
	unsigned	row_cells;
	unsigned	(*expand) (const EfFrame *frame, const EfCell *row,
						   EfCell *cells);

	/* Is this an observation period that its tables can have? */
	EfStatus	(*check_frame) (const EfFrame *frame, EfError *error);

	/*
	 * Instead of that, where the frame is a spec.  Check one, whose bytes may
	 * come from anywhere, and answer the labels that it names: no more than
	 * label_limit, unless they are not asked for (NULL), and only how many.
	 * They point into the spec.
	 */
	EfStatus	(*open_spec) (const EfFrame *frame, EfLabel *labels,
							  uint32_t *nlabels, EfError *error);

	/* So many labels a table can have; where the frame is a period, 0 says that
	 * nothing limits them.  At most EF_PAIR_LABEL_LIMIT if a kind is paired. */
	uint32_t	label_limit;

	/* Say in what two specs differ. */
	EfStatus	(*compare_specs) (const EfFrame *a, const EfFrame *b,
								  EfError *error);

	/*
	 * Sum out the kinds that have no name into those that have, all with a
	 * short axis: series[kind][at], of which lowest to beyond - 1 are in use
	 * by some kind as far as its own axis goes, and the rest is zero.  NULL
	 * where every kind has a name.  Kinds with a short axis have no label.
	 */
	void		(*settle) (int64_t *const *series, uint32_t lowest,
						   uint32_t beyond);

	/*
	 * Are its counts so small that no exact sum over them can overflow?
	 * Called on what a state has summed up, since a sum of such tables need
	 * not be one.  NULL where nothing is limited.
	 */
	EfStatus	(*check_limits) (const EfTable *table, EfError *error);

	/*
	 * Are its cells such as some rows can have given?  Called on whatever came
	 * in from outside, so that no reader need check again.
	 */
	EfStatus	(*validate) (const EfTable *table,
							 const EfAllocator *allocator, EfError *error);
} EfTableType;

#define EF_FORMAT_PACKED 1
#define EF_FORMAT_STATE 0x81

/* PostgreSQL's limit on one value, and so everyone's. */
#define EF_SIZE_LIMIT ((size_t) 0x3fffffff)

/* The slack that an empty state begins with is part of this. */
#define EF_STATE_INITIAL_SIZE 256

/*
 * A state.  Cells grow from the front, labels from the back, as the items and
 * tuples of a database page do.  A spec takes the place of the labels that it
 * names: its bytes, and their number in the last four of the chunk.
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
	uint32_t	nsorted;		/* so many are cells in order, each once */
	uint32_t	labels;			/* bytes taken by labels, or a spec, at the end */
	uint32_t	nlabels;
	uint32_t	root;			/* of the search tree of labels: distance from
								 * the end of the chunk; 0 when empty */
	EfDay		from;
	EfDay		as_of;
	int64_t		skipped;
	EfCell		cells[];
} EfState;

/* The frame of a state; a spec is in the state's chunk. */
static inline EfFrame
ef_state_frame(const EfState *state, const EfTableType *type)
{
	EfFrame		frame = {state->from, state->as_of, state->bounded != 0,
	state->flags, NULL, 0};

	if (type->open_spec != NULL)
	{
		const uint8_t *end = (const uint8_t *) state + state->size;

		frame.spec = end - state->labels;
		frame.spec_size = *(const uint32_t *) (end - sizeof(uint32_t));
	}
	return frame;
}

/* A new, empty state with room for `room` more bytes. */
extern EfStatus ef_state_create(EfState **state, const EfTableType *type,
								const EfFrame *frame, size_t room,
								const EfAllocator *allocator, EfError *error);

/*
 * Make room for ncells more cells or rows, and one more label of this length.
 * May move the state: the old chunk is then the caller's to forget, and is not
 * released (an aggregate's executor does that).
 */
extern EfStatus ef_state_reserve(EfState **state, const EfTableType *type,
								 unsigned ncells, size_t label_length,
								 const EfAllocator *allocator, EfError *error);

/* Are there more labels than a table of this type can have? */
extern EfStatus ef_check_labels(uint32_t nlabels, const EfTableType *type,
								EfError *error);

/* Only after ef_state_reserve. */
static inline void
ef_state_append(EfState *state, EfKey key, int64_t count)
{
	EfCell	   *cell = &state->cells[state->ncells++];

	cell->key = key;
	cell->count = count;
}

/* One more row that the table does not know. */
extern EfStatus ef_state_skip(EfState *state, EfError *error);

/* The number of a label, which is added if it is new.  Only after reserve, and
 * not where a spec names the labels. */
extern uint32_t ef_state_label(EfState *state, const char *bytes,
							   size_t length);

/* Add a table to a state.  Refuses one that was observed otherwise. */
extern EfStatus ef_state_merge(EfState **state, const EfTableType *type,
							   const EfTable *table,
							   const EfAllocator *allocator, EfError *error);

/*
 * Open a state or packed bytes.  `datum` begins with the caller's length word
 * and is aligned as an EfState.  What it answers for packed bytes is checked
 * against their bounds and for order, but not validated.  Labels point into
 * the datum.
 */
extern EfStatus ef_table_load(EfTable *table, const EfTableType *type,
							  const void *datum, size_t size,
							  const EfAllocator *allocator, EfError *error);

/* Fill in the labels of a table whose frame has its spec. */
extern EfStatus ef_table_open_spec(EfTable *table, const EfTableType *type,
								   const EfAllocator *allocator,
								   EfError *error);

/* Sort a table's cells, and its labels unless a spec has them in order; add up
 * equal keys, drop zeros. */
extern EfStatus ef_table_normalize(EfTable *table, const EfTableType *type,
								   const EfAllocator *allocator,
								   EfError *error);

/*
 * Is a normalized table, whose bytes came from anywhere, one that some rows
 * can have given?
 */
extern EfStatus ef_table_validate(const EfTable *table,
								  const EfTableType *type,
								  const EfAllocator *allocator,
								  EfError *error);

/*
 * Pack a normalized table into a new chunk, with `header` free bytes before
 * the packed form.  The chunk is larger than the size that is answered.
 */
extern EfStatus ef_table_pack(const EfTable *table, const EfTableType *type,
							  size_t header, uint8_t **bytes, size_t *size,
							  const EfAllocator *allocator, EfError *error);

/*
 * The series of cells alone, as the packed form has them: for a wire format
 * that sends labels in the client's encoding.  Reading needs table->nlabels,
 * and leaves a table to be normalized and validated.
 */
extern EfStatus ef_table_pack_series(const EfTable *table,
									 uint8_t **bytes, size_t *size,
									 const EfAllocator *allocator,
									 EfError *error);
extern EfStatus ef_table_read_series(EfTable *table, const EfTableType *type,
									 const uint8_t *bytes, size_t size,
									 const EfAllocator *allocator,
									 EfError *error);

/* The cells of one series. */
extern const EfCell *ef_table_series(const EfTable *table, uint32_t label,
									 unsigned kind, size_t *ncells);

/* Sort cells by their keys; scratch has room for as many. */
extern void ef_sort_cells(EfCell *cells, EfCell *scratch, size_t n);

/* An order over labels, by their bytes. */
extern int	ef_label_compare(const EfLabel *a, const EfLabel *b);

/* The number of a label, 0 if the table does not have it. */
extern uint32_t ef_table_label(const EfTable *table, const char *bytes,
							   size_t length);

/* Are the two observed alike, or of one spec?  If not, the status and sentence
 * that say so. */
extern EfStatus ef_frame_match(const EfFrame *a, const EfFrame *b,
							   const EfTableType *type, EfError *error);

/* An observation period as PostgreSQL writes ranges. */
extern void ef_format_frame(char *out, size_t size, const EfFrame *frame);

/* The sum of a series, INT64_MAX where it would pass that. */
extern int64_t ef_table_sum(const EfTable *table, uint32_t label,
							unsigned kind);

#endif							/* EF_LIFE_TABLE_H */
