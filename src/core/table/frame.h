/*
 * frame.h
 *	  What the rows of one table have in common, and what a type of summary
 *	  declares about its tables.
 */
#ifndef EF_FRAME_H
#define EF_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/calendar.h"
#include "base/context.h"
#include "base/label.h"
#include "base/status.h"
#include "table/cells.h"

extern const EfReport EF_OBSERVED_MIXED[];

/*
 * The frame that the rows of one table have in common; tables with different
 * frames cannot be added.  It is an observation period or, for a type with an
 * open_spec, a spec: bytes that are equal for equal specs.
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

/* Limit on the size of a value: PostgreSQL's. */
#define EF_SIZE_LIMIT ((size_t) 0x3fffffff)

/* First byte of a table, which tells its two forms apart. */
#define EF_FORMAT_PACKED 1
#define EF_FORMAT_STATE 0x82

/* A table opened for reading: table.h. */
struct EfTable;

typedef struct EfKind
{
	const char *name;			/* in the text form; NULL: this kind is only
								 * found in a state, and settle() sums it out */
	bool		labelled;
	uint32_t	axis;			/* `at` is below it */
	bool		paired;			/* with a second label; then it is labelled,
								 * and its axis below 2^EF_PAIR_BITS */
} EfKind;

/* Meaning of flag 1 of a frame, if a type has it. */
typedef struct EfFlag
{
	const char *name;			/* in the text form; NULL if it has none */
	EfStatus	mixed;			/* tables with and without do not add */
	const char *difference;		/* said of two such, a sentence */
} EfFlag;

/* The type of a summary, as far as tables need to know it. */
typedef struct EfTableType
{
	const char *name;
	uint8_t		tag;			/* second byte of the packed form */
	EfFlag		flag;
	unsigned	nkinds;
	const EfKind *kinds;

	/* Turn the record of a row into at most row_cells cells; how many. */
	unsigned	row_cells;
	unsigned	(*expand) (const EfFrame *frame, const EfCell *row,
						   EfCell *cells);

	/*
	 * While rows are only counted, turn the record of one into fewer cells:
	 * cells of these kinds, as bits, count rows that are alike.  Only a state
	 * has them; when it is read, expand() turns them into cells too. NULL
	 * where there are none.
	 */
	unsigned	(*condense) (const EfFrame *frame, const EfCell *row,
							 EfCell *cells);
	unsigned	row_kinds;

	/* Is this an observation period that its tables can have? */
	EfStatus	(*check_frame) (const EfFrame *frame, EfContext *context);

	/*
	 * Used instead where the frame is a spec.  Check a spec, whose bytes may
	 * come from anywhere, and answer the labels that it names, at most
	 * label_limit; with NULL for them answer only how many.  They point into
	 * the spec.
	 */
	EfStatus	(*open_spec) (const EfFrame *frame, EfLabel *labels,
							  uint32_t *nlabels, EfContext *context);

	/*
	 * Limit on labels, and how more are refused; where the frame is a period,
	 * 0 says that nothing limits them.  At most EF_PAIR_LABEL_LIMIT if a kind
	 * is paired.
	 */
	uint32_t	label_limit;
	EfStatus	too_many_labels;

	/* Say in what two specs differ. */
	EfStatus	(*compare_specs) (const EfFrame *a, const EfFrame *b,
								  EfContext *context);

	/*
	 * Sum kinds without a name into those with one, all with a short axis:
	 * series[kind][at], as far as its axis goes.  The places lowest[] to
	 * beyond[] - 1 of each kind are in use, none where the second is 0; a
	 * function that uses more must update both.  NULL where every kind has a
	 * name.  Kinds with a short axis have no label.
	 */
	void		(*settle) (int64_t *const *series, uint32_t *lowest,
						   uint32_t *beyond);

	/*
	 * Are the counts so small that no exact sum over them can overflow?
	 * Called on sums in a state too, since a sum of such tables need not be
	 * one. NULL where nothing is limited.
	 */
	EfStatus	(*check_limits) (const struct EfTable *table,
								 EfContext *context);

	/*
	 * Are its cells such as some rows can have given?  Called on whatever
	 * came in from outside, so that no reader need check again.
	 */
	EfStatus	(*validate) (const struct EfTable *table, EfContext *context);
} EfTableType;

/*
 * Limit on the cells of a row for which turning a row into cells twice is
 * cheap.
 */
#define EF_FEW_ROW_CELLS 2

/* Length of an axis up to which kinds are always laid out densely. */
#define EF_SHORT_AXIS 512

/* Is what a type says of its tables possible?  For EF_ASSERT. */
extern bool ef_type_is_sound(const EfTableType *type);

/* Can a cell of this paired kind have this place? */
extern bool ef_kind_has_pair(const EfKind *kind, uint32_t at,
							 uint32_t nlabels);

/* Can a cell of this kind have this place? */
static inline bool
ef_kind_has_place(const EfKind *kind, uint32_t at, uint32_t nlabels)
{
	return kind->paired ? ef_kind_has_pair(kind, at,
										   nlabels) : at < kind->axis;
}

/* Can cells of this type have this key, in a table with this many labels? */
static inline bool
ef_type_has_key(const EfTableType *type, uint32_t nlabels, EfKey key)
{
	unsigned	kind = ef_key_kind(key);
	uint32_t	label = ef_key_label(key);

	return kind < type->nkinds && label <= nlabels &&
		(label == 0 || type->kinds[kind].labelled) &&
		ef_kind_has_place(&type->kinds[kind], ef_key_at(key), nlabels);
}

/* Can these be all cells of a table: with such keys, in order, and no count 0? */
extern bool ef_type_has_cells(const EfTableType *type, uint32_t nlabels,
							  const EfCell *cells, size_t n);

/* Return the kinds that are paired, as bits. */
extern unsigned ef_kinds_paired(const EfTableType *type);

/* Are there more labels than a table of this type can have? */
extern EfStatus ef_frame_check_labels(uint32_t nlabels,
									  const EfTableType *type,
									  EfContext *context) EF_NODISCARD;

/* Are the two of one period, and do they count the same?  Only where it is no spec. */
static inline bool
ef_same_period(const EfFrame *a, const EfFrame *b)
{
	return a->from == b->from && a->as_of == b->as_of &&
		a->bounded == b->bounded && a->flags == b->flags;
}

/* Are the two observed alike, or of one spec?  If not, the status and sentence
 * that say so. */
extern EfStatus ef_frame_match(const EfFrame *a, const EfFrame *b,
							   const EfTableType *type, EfContext *context)
			EF_NODISCARD;

/* Write an observation period as PostgreSQL writes ranges. */
extern EfShown ef_frame_shown(const EfFrame *frame);

#endif							/* EF_FRAME_H */
