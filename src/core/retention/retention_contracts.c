/*
 * retention_contracts.c
 *	  See retention_contracts.h.
 */
#include "retention/retention_contracts.h"

/* Add a spell to a state, which may move. */
EF_NODISCARD static EfStatus
add_spell(EfState **state, const EfSpell *spell, EfContext *context)
{
	EfState    *old = *state;
	EfStatus	status = ef_retention_add(state, spell, context);

	ef_state_moved(old, *state, context);
	return status;
}

EfStatus
ef_retention_of_contracts(EfState **state, EfEventGroup *group,
						  const EfDictionary *reasons,
						  const EfContractPeriod *period, EfContext *context)
{
	EfContractReader reader;
	EfStatus	status = ef_state_create(state, &ef_retention_type,
										 &period->frame, 0, context);

	if (status != EF_OK)
		return status;
	(*state)->skipped = group->skipped;
	status = ef_contracts_read(&reader, group, reasons, period, context);
	while (status == EF_OK)
	{
		EfJoined	joined;
		EfSpell		spell;
		bool		found;

		status = ef_contracts_next(&reader, &joined, &found);
		if (status != EF_OK || !found)
			break;
		ef_joined_spell(&reader, &joined, &spell);
		status = add_spell(state, &spell, context);
	}
	ef_contracts_end(&reader);
	return status;
}
