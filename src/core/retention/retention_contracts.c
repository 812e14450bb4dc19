/*
 * retention_contracts.c
 *	  See retention_contracts.h.
 */
#include "retention/retention_contracts.h"

/* Add a spell to a state, which may move. */
EF_NODISCARD static EfStatus
add_spell(EfState **state, const EfSpell *spell, const EfAllocator *allocator,
		  EfError *error)
{
	EfState    *old = *state;
	EfStatus	status = ef_retention_add(state, spell, allocator, error);

	ef_state_moved(old, *state, allocator);
	return status;
}

EfStatus
ef_retention_of_contracts(EfState **state, EfEventGroup *group,
						  const EfDictionary *reasons,
						  const EfContractPeriod *period,
						  const EfAllocator *allocator, EfError *error)
{
	EfContractReader reader;
	EfStatus	status = ef_state_create(state, &ef_retention_type,
										 &period->frame, 0, allocator, error);

	if (status != EF_OK)
		return status;
	(*state)->skipped = group->skipped;
	status = ef_contracts_read(&reader, group, reasons, period, allocator,
							   error);
	while (status == EF_OK)
	{
		EfJoined	joined;
		EfSpell		spell;
		bool		found;

		status = ef_contracts_next(&reader, &joined, &found, error);
		if (status != EF_OK || !found)
			break;
		ef_joined_spell(&reader, &joined, &spell);
		status = add_spell(state, &spell, allocator, error);
	}
	ef_contracts_end(&reader);
	return status;
}
