/*
 * frame.c
 *	  See frame.h.
 */
#include "table/frame.h"

#include <stdio.h>
#include <string.h>

bool
ef_type_is_sound(const EfTableType *type)
{
	if (type->nkinds > EF_KIND_ROW || type->row_cells > 1 << EF_KIND_BITS ||
		type->expand == NULL ||
	/* what condenses its rows is not measured: it would be by other cells */
		(type->condense != NULL && type->row_cells <= EF_FEW_ROW_CELLS))
		return false;
	for (unsigned kind = 0; kind < type->nkinds; kind++)
	{
		const EfKind *k = &type->kinds[kind];

		if (k->paired && (!k->labelled || k->axis > 1 << EF_PAIR_BITS ||
						  type->label_limit == 0 ||
						  type->label_limit > EF_PAIR_LABEL_LIMIT))
			return false;
		/* what has no name is expanded or summed out in the end */
		if (k->name == NULL && !(type->row_kinds >> kind & 1) &&
			(type->settle == NULL || k->labelled || k->axis > EF_SHORT_AXIS))
			return false;
	}
	return true;
}

bool
ef_kind_has_pair(const EfKind *kind, uint32_t at, uint32_t nlabels)
{
	return ef_pair_label(at) > 0 && ef_pair_label(at) <= nlabels &&
		ef_pair_at(at) < kind->axis;
}

bool
ef_type_has_cells(const EfTableType *type, uint32_t nlabels,
				  const EfCell *cells, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((i > 0 && cells[i].key <= cells[i - 1].key) ||
			cells[i].count == 0 ||
			!ef_type_has_key(type, nlabels, cells[i].key))
			return false;
	return true;
}

unsigned
ef_kinds_paired(const EfTableType *type)
{
	unsigned	paired = 0;

	for (unsigned kind = 0; kind < type->nkinds; kind++)
		paired |= (unsigned) type->kinds[kind].paired << kind;
	return paired;
}

EfStatus
ef_frame_check_labels(uint32_t nlabels, const EfTableType *type,
					  EfContext *context)
{
	if (type->label_limit > 0 && nlabels > type->label_limit)
		return ef_fail(context, type->too_many_labels,
					   "There are %u labels, and %u are the most.", nlabels,
					   type->label_limit);
	return EF_OK;
}

EfShown
ef_frame_shown(const EfFrame *frame)
{
	EfShown		shown;

	snprintf(shown.text, sizeof(shown.text), "%s%.20s,%.20s)",
			 frame->bounded ? "[" : "(",
			 frame->bounded ? ef_day_shown(frame->from).text : "",
			 ef_day_shown(frame->as_of).text);
	return shown;
}

EF_REPORT(EF_OBSERVED_MIXED, INVALID_PARAMETER_VALUE,
		  "observation periods differ within one summary",
		  "Group by the observation period, or use one for all rows.");

EfStatus
ef_frame_match(const EfFrame *a, const EfFrame *b, const EfTableType *type,
			   EfContext *context)
{
	if (type->open_spec != NULL)
		return a->spec_size == b->spec_size &&
			memcmp(a->spec, b->spec, a->spec_size) == 0
			? EF_OK : type->compare_specs(a, b, context);
	if (a->from != b->from || a->bounded != b->bounded || a->as_of != b->as_of)
		return ef_fail(context, EF_OBSERVED_MIXED,
					   "One was observed in %s, another in %s.",
					   ef_frame_shown(a).text, ef_frame_shown(b).text);
	if (a->flags != b->flags)
		return ef_fail(context, type->flag.mixed, "%s", type->flag.difference);
	return EF_OK;
}
