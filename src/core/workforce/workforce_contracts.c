/*
 * workforce_contracts.c
 *	  See workforce_contracts.h.
 */
#include "workforce/workforce_contracts.h"

/* Find the FTE of a spell on the days that matter. */
EF_NODISCARD static EfStatus
find_fte(EfEmployment *employment, const EfContractReader *reader,
		 const EfJoined *joined)
{
	const EfFrame *frame = &reader->period->frame;
	EfDay		entry = frame->bounded && joined->start < frame->from
		? frame->from : joined->start;
	int32_t		entry_fte = 0;
	int32_t		last_fte = 0;
	EfStatus	status;

	if (!(frame->flags & EF_FLAG_FTE) || joined->end < entry)
		return EF_OK;
	status = ef_contracts_fte(reader, joined, entry, &entry_fte);
	if (status == EF_OK && joined->end >= frame->as_of)
		status = ef_contracts_fte(reader, joined, frame->as_of - 1, &last_fte);
	employment->entry_fte = entry_fte;
	employment->last_fte = last_fte;
	return status;
}

EfStatus
ef_workforce_add_joined(EfState **state, const EfContractReader *reader,
						const EfJoined *joined, EfContext *context)
{
	EfEmployment employment = {.birth = reader->birth};
	EfStatus	status = find_fte(&employment, reader, joined);

	if (status != EF_OK)
		return status;
	ef_contracts_spell(reader, joined, &employment.spell);
	return ef_workforce_add(state, &employment, context);
}
