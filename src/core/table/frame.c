/*
 * frame.c
 *	  See frame.h.
 */
#include "table/frame.h"

#include <stdio.h>
#include <string.h>

bool
ef_kind_has_pair(const EfKind *kind, uint32_t at, uint32_t nlabels)
{
	return ef_pair_label(at) > 0 && ef_pair_label(at) <= nlabels &&
		ef_pair_at(at) < kind->axis;
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

void
ef_frame_format(char *out, size_t size, const EfFrame *frame)
{
	char		from[EF_ISO_DATE_SIZE] = "";
	char		as_of[EF_ISO_DATE_SIZE];

	if (frame->bounded)
		ef_day_format(from, frame->from);
	ef_day_format(as_of, frame->as_of);
	snprintf(out, size, "%c%s,%s)", frame->bounded ? '[' : '(', from, as_of);
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
	{
		char		one[2 * EF_ISO_DATE_SIZE];
		char		other[2 * EF_ISO_DATE_SIZE];

		ef_frame_format(one, sizeof(one), a);
		ef_frame_format(other, sizeof(other), b);
		return ef_fail(context, EF_OBSERVED_MIXED,
					   "One was observed in %s, another in %s.", one, other);
	}
	if (a->flags != b->flags)
		return ef_fail(context, type->flag.mixed, "%s", type->flag.difference);
	return EF_OK;
}
