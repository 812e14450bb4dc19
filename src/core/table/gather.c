/*
 * gather.c
 *	  See gather.h.
 */
#include "table/gather.h"

#include <string.h>

#include "base/bits.h"
#include "base/invariant.h"

/*
 * Positions per cell up to which cells are laid out densely: clearing and
 * scanning them is then cheaper than sorting.
 */
#define DENSE_POSITIONS 16

/*
 * Number of rows and cells below which an axis is not measured: they are few
 * for a long axis.
 */
#define MEASURE_FROM 256

/*
 * Number of counts up to which they need no memory of their own, as on the
 * short axes of a small group.
 */
#define FEW_COUNTS 512

/*
 * Places of the series of a type in the dense layout: first the series
 * without a label one after the other, then those of each label.
 */
typedef struct Layout
{
	bool		dense[1 << EF_KIND_BITS];
	size_t		start[1 << EF_KIND_BITS];
	size_t		unlabelled;		/* positions */
	size_t		per_label;

	/*
	 * limit of `at`; 0 where a limit is not enough, for pairs and unknown
	 * kinds
	 */
	uint32_t	axis[1 << EF_KIND_BITS];
	uint32_t	labels[1 << EF_KIND_BITS];	/* highest label */
	uint32_t	first[1 << EF_KIND_BITS];	/* of the axis, the place laid out
											 * first */
	/* part of the axis that the kind uses */
	uint32_t	lowest[1 << EF_KIND_BITS];
	uint32_t	beyond[1 << EF_KIND_BITS];
} Layout;

/* Number of cells of each kind, and the range of their places. */
typedef struct Extent
{
	size_t		n[1 << EF_KIND_BITS];
	uint32_t	lowest[1 << EF_KIND_BITS];
	uint32_t	beyond[1 << EF_KIND_BITS];
} Extent;

/* Measure cells.  Rows are made cells, so only where they leave few. */
static void
measure(Extent *extent, const EfTableType *type, const EfFrame *frame,
		const EfCell *pending, size_t npending, EfContext *context)
{
	EfCell		expanded[1 << EF_KIND_BITS];

	memset(extent, 0, sizeof(*extent));
	for (size_t i = 0; i < npending; i++)
	{
		const EfCell *cell = &pending[i];
		unsigned	n = 1;

		ef_check_interrupt_at(context, i);
		if (ef_key_kind(cell->key) == EF_KIND_ROW)
		{
			n = type->expand(frame, cell, expanded);
			cell = expanded;
		}
		for (; n > 0; n--, cell++)
		{
			unsigned	kind = ef_key_kind(cell->key);
			uint32_t	at = ef_key_at(cell->key);

			/* cells outside are refused later */
			if (kind >= type->nkinds || at >= type->kinds[kind].axis)
				continue;
			if (extent->n[kind]++ == 0 || at < extent->lowest[kind])
				extent->lowest[kind] = at;
			if (at >= extent->beyond[kind])
				extent->beyond[kind] = at + 1;
		}
	}
}

/* Is this kind always laid out, for the type to sum out? */
static inline bool
is_short(const EfKind *kind)
{
	return kind->axis <= EF_SHORT_AXIS && !kind->labelled;
}

/* Lay out all of an axis, or what `extent` says that there is. */
static void
lay_out(Layout *layout, const EfTableType *type, uint32_t nlabels, size_t n,
		const Extent *extent)
{
	size_t		all = 0;

	memset(layout, 0, sizeof(*layout));
	for (unsigned kind = 0; kind < type->nkinds; kind++)
	{
		const EfKind *k = &type->kinds[kind];

		layout->labels[kind] = k->labelled ? nlabels : 0;
		if (k->paired)
			continue;
		layout->axis[kind] = k->axis;
		all += k->labelled ? (size_t) k->axis * nlabels : k->axis;
	}

	for (unsigned kind = 0; kind < type->nkinds; kind++)
	{
		const EfKind *k = &type->kinds[kind];
		size_t	   *size = k->labelled ? &layout->per_label
			: &layout->unlabelled;
		size_t		places = k->axis;
		size_t		positions = all;
		size_t		cells = n;

		if (k->paired)
			continue;
		if (extent != NULL && !is_short(k))
		{
			places = extent->beyond[kind] - extent->lowest[kind];
			positions = k->labelled ? places * nlabels : places;
			layout->first[kind] = extent->lowest[kind];
			cells = extent->n[kind];
		}
		if (positions / DENSE_POSITIONS > cells && !is_short(k))
			continue;
		layout->dense[kind] = true;
		layout->start[kind] = *size;
		layout->lowest[kind] = UINT32_MAX;
		*size += places;
	}
}

static EfCell *
emit_series(EfCell *out, const Layout *layout, const int64_t *counts,
			uint32_t label, unsigned kind)
{
	EfKey		first = ef_key(label, kind, 0);

	for (uint32_t at = layout->lowest[kind]; at < layout->beyond[kind]; at++)
	{
		int64_t		count = counts[at - layout->first[kind]];

		if (count != 0)
		{
			out->key = first | at;
			out++->count = count;
		}
	}
	return out;
}

/* List all counts of the dense layout that are not zero, in order. */
static size_t
emit_cells(const EfTableType *type, const Layout *layout,
		   const int64_t *counts, uint32_t nlabels, EfCell *out,
		   EfContext *context)
{
	EfCell	   *start = out;

	for (unsigned kind = 0; kind < type->nkinds; kind++)
		if (layout->dense[kind] && !type->kinds[kind].labelled)
			out = emit_series(out, layout, counts + layout->start[kind],
							  0, kind);
	for (uint32_t label = 1; layout->per_label > 0 && label <= nlabels; label++)
	{
		/* an axis has tens of thousands of places */
		ef_check_interrupt(context);
		for (unsigned kind = 0; kind < type->nkinds; kind++)
			if (layout->dense[kind] && type->kinds[kind].labelled)
				out = emit_series(out, layout, counts + layout->unlabelled +
								  (label - 1) * layout->per_label +
								  layout->start[kind], label, kind);
	}
	return (size_t) (out - start);
}

/* Return an upper bound of the cells that emit_cells() can answer. */
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
	bool		any = false;

	if (type->settle == NULL)
		return;
	for (unsigned kind = 0; kind < type->nkinds; kind++)
		if (is_short(&type->kinds[kind]))
		{
			series[kind] = counts + layout->start[kind];
			any |= layout->beyond[kind] > 0;
		}
	if (!any)
		return;
	type->settle(series, layout->lowest, layout->beyond);
	for (unsigned kind = 0; kind < type->nkinds; kind++)
		if (is_short(&type->kinds[kind]) && type->kinds[kind].name == NULL)
			layout->beyond[kind] = 0;
}

/*
 * Count the cells that may be laid out densely: all but those with two
 * labels.
 */
static size_t
count_single(const EfTableType *type, const EfCell *cells, size_t n)
{
	unsigned	paired = ef_kinds_paired(type);
	size_t		single = n;

	for (size_t i = 0; i < n && paired != 0; i++)
		single -= paired >> ef_key_kind(cells[i].key) & 1;
	return single;
}

/* The cells of rows, as they are laid out. */
typedef struct Gathering
{
	Layout		layout;
	uint32_t	nlabels;
	int64_t    *counts;			/* dense */
	EfCell	   *list;			/* the others, as they came */
	size_t		nlist;
	bool		overflow;
	bool		outside;
} Gathering;

/* Count one cell where it belongs. */
static inline void
place_cell(Gathering *all, const EfTableType *type, const EfCell *cell)
{
	Layout	   *layout = &all->layout;
	unsigned	kind = ef_key_kind(cell->key);
	uint32_t	label = ef_key_label(cell->key);
	uint32_t	at = ef_key_at(cell->key);

	if (label > layout->labels[kind])
		all->outside = true;
	else if (at >= layout->axis[kind])
	{
		/* a pair, or nothing */
		if (kind < type->nkinds &&
			ef_kind_has_place(&type->kinds[kind], at, all->nlabels))
			all->list[all->nlist++] = *cell;
		else
			all->outside = true;
	}
	else if (layout->dense[kind])
	{
		size_t		place = layout->start[kind] + at - layout->first[kind];

		if (label > 0)
			place += layout->unlabelled + (label - 1) * layout->per_label;
		if (at < layout->lowest[kind])
			layout->lowest[kind] = at;
		if (at >= layout->beyond[kind])
			layout->beyond[kind] = at + 1;
		all->overflow |= ef_add_overflow(all->counts[place], cell->count,
										 &all->counts[place]);
	}
	else
		all->list[all->nlist++] = *cell;
}

EF_NODISCARD static EfStatus
place_cells(Gathering *all, const EfTableType *type, const EfFrame *frame,
			const EfCell *pending, size_t npending, bool finish,
			EfContext *context)
{
	EfCell		expanded[1 << EF_KIND_BITS];
	unsigned	rows = 1u << EF_KIND_ROW | (finish ? type->row_kinds : 0);
	bool		condensed = !finish && type->condense != NULL;

	for (size_t i = 0; i < npending; i++)
	{
		const EfCell *cell = &pending[i];
		unsigned	n = 1;

		ef_check_interrupt_at(context, i);
		if (rows >> ef_key_kind(cell->key) & 1)
		{
			n = condensed ? type->condense(frame, cell, expanded)
				: type->expand(frame, cell, expanded);
			cell = expanded;
		}
		for (; n > 0; n--, cell++)
			place_cell(all, type, cell);
	}
	if (all->outside)
		return ef_fail(context, EF_INVALID,
					   "A cell is outside of its axis, or of no label.");
	if (all->overflow)
		return ef_fail(context, EF_COUNT_OVERFLOW,
					   "A sum of counts does not fit 64 bits.");
	return EF_OK;
}

/* Merge the dense cells and the others into one order. */
EF_NODISCARD static EfStatus
put_together(const Gathering *all, const EfTableType *type,
			 EfCell **gathered, size_t *ngathered, EfContext *context)
{
	size_t		most = dense_span(type, &all->layout, all->nlabels);
	EfCell	   *dense = ef_alloc(context, most * sizeof(EfCell));
	size_t		ndense = emit_cells(type, &all->layout, all->counts,
									all->nlabels, dense, context);
	EfStatus	status;

	*gathered = ef_alloc(context, (most + all->nlist) * sizeof(EfCell));
	status = ef_cells_merge(dense, ndense, all->list, all->nlist, *gathered,
							ngathered, context);
	ef_release(context, dense);
	return status;
}

EfStatus
ef_gather_cells(const EfTableType *type, const EfFrame *frame, uint32_t nlabels,
				const EfCell *pending, size_t npending, bool finish,
				EfCell **gathered, size_t *ngathered, EfContext *context)
{
	Gathering	all = {.nlabels = nlabels};
	int64_t		few_counts[FEW_COUNTS];
	Extent		extent;
	bool		measured;
	size_t		positions;
	size_t		room = 0;
	EfStatus	status;

	EF_ASSERT(ef_type_is_sound(type));
	measured = type->row_cells <= EF_FEW_ROW_CELLS &&
		npending >= MEASURE_FROM;
	if (measured)
		measure(&extent, type, frame, pending, npending, context);
	lay_out(&all.layout, type, nlabels, count_single(type, pending, npending),
			measured ? &extent : NULL);
	positions = all.layout.unlabelled + all.layout.per_label * nlabels;
	for (unsigned kind = 0; kind < type->nkinds; kind++)
		if (!all.layout.dense[kind])
			room = npending * type->row_cells;

	all.counts = positions <= FEW_COUNTS ? few_counts
		: ef_alloc(context, positions * sizeof(int64_t));
	all.list = ef_alloc(context, room * sizeof(EfCell));
	*gathered = NULL;
	memset(all.counts, 0, positions * sizeof(int64_t));

	status = place_cells(&all, type, frame, pending, npending, finish, context);
	if (status == EF_OK)
	{
		ef_cells_sort(all.list, all.nlist, context);
		status = ef_cells_unite(all.list, &all.nlist, context);
	}
	if (status == EF_OK && finish)
		settle_series(type, &all.layout, all.counts);
	if (status == EF_OK)
		status = put_together(&all, type, gathered, ngathered, context);
	EF_ASSERT(status != EF_OK ||
			  ef_type_has_cells(type, nlabels, *gathered, *ngathered));
	if (all.counts != few_counts)
		ef_release(context, all.counts);
	ef_release(context, all.list);
	return status;
}
