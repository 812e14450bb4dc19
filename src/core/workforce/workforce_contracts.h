/*
 * workforce_contracts.h
 *	  A workforce of the spells that the contracts of people make.
 */
#ifndef EF_WORKFORCE_CONTRACTS_H
#define EF_WORKFORCE_CONTRACTS_H

#include "spell/contract_events.h"
#include "workforce/workforce.h"

/*
 * Create a state with the spells of all persons of a group, whose contracts
 * have two words.
 */
extern EfStatus ef_workforce_of_contracts(EfState **state,
										  EfEventGroup *group,
										  const EfDictionary *reasons,
										  const EfContractPeriod *period,
										  EfContext *context) EF_NODISCARD;

#endif							/* EF_WORKFORCE_CONTRACTS_H */
