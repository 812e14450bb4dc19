/*
 * retention_contracts.c
 *	  See retention_contracts.h.
 */
#include "retention/retention_contracts.h"

EF_NODISCARD static EfStatus
add_spell(EfState **state, const EfContractReader *reader,
		  const EfJoined *joined, EfContext *context)
{
	EfSpell		spell;

	ef_contracts_spell(reader, joined, &spell);
	return ef_retention_add(state, &spell, context);
}

EfStatus
ef_retention_of_contracts(EfState **state, EfEventGroup *group,
						  const EfDictionary *reasons,
						  const EfContractPeriod *period, EfContext *context)
{
	return ef_contracts_count(state, &ef_retention_type, add_spell, group,
							  reasons, period, context);
}
