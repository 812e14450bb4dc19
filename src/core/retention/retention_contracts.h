/*
 * retention_contracts.h
 *	  A retention of the spells that the contracts of people make.
 */
#ifndef EF_RETENTION_CONTRACTS_H
#define EF_RETENTION_CONTRACTS_H

#include "retention/retention.h"
#include "spell/contract_events.h"

/* Create a state with the spells of all persons of a group. */
extern EfStatus ef_retention_of_contracts(EfState **state,
										  EfEventGroup *group,
										  const EfDictionary *reasons,
										  const EfContractPeriod *period,
										  EfContext *context) EF_NODISCARD;

#endif							/* EF_RETENTION_CONTRACTS_H */
