/*
 * workforce_contracts.c
 *	  See workforce_contracts.h.
 */
#include "workforce/workforce_contracts.h"

/* Add an employment to a state, which may move. */
EF_NODISCARD static EfStatus
add_employment(EfState **state, const EfEmployment *employment,
			   EfContext *context)
{
	EfState    *old = *state;
	EfStatus	status = ef_workforce_add(state, employment, context);

	ef_state_moved(old, *state, context);
	return status;
}

/* The FTE of a spell on the days on which it is looked at. */
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
	status = ef_person_fte(reader, joined, entry, &entry_fte);
	if (status == EF_OK && joined->end >= frame->as_of)
		status = ef_person_fte(reader, joined, frame->as_of - 1, &last_fte);
	employment->entry_fte = entry_fte;
	employment->last_fte = last_fte;
	return status;
}

EfStatus
ef_workforce_of_contracts(EfState **state, EfEventGroup *group,
						  const EfDictionary *reasons,
						  const EfContractPeriod *period, EfContext *context)
{
	EfContractReader reader;
	EfStatus	status = ef_state_create(state, &ef_workforce_type,
										 &period->frame, 0, context);

	if (status != EF_OK)
		return status;
	(*state)->skipped = group->skipped;
	status = ef_contracts_read(&reader, group, reasons, period, context);
	while (status == EF_OK)
	{
		EfEmployment employment = {0};
		EfJoined	joined;
		bool		found;

		status = ef_contracts_next(&reader, &joined, &found);
		if (status != EF_OK || !found)
			break;
		ef_joined_spell(&reader, &joined, &employment.spell);
		employment.birth = reader.birth;
		status = find_fte(&employment, &reader, &joined);
		if (status == EF_OK)
			status = add_employment(state, &employment, context);
	}
	ef_contracts_end(&reader);
	return status;
}
