/*
 * workforce_contracts.h
 *	  A workforce of the spells that the contracts of people make.
 */
#ifndef EF_WORKFORCE_CONTRACTS_H
#define EF_WORKFORCE_CONTRACTS_H

#include "spell/contract_events.h"
#include "workforce/workforce.h"

/* Add a spell that contracts of two words make, as an EfAddJoined. */
extern EfStatus ef_workforce_add_joined(EfState **state,
										const EfContractReader *reader,
										const EfJoined *joined,
										EfContext *context) EF_NODISCARD;

#endif							/* EF_WORKFORCE_CONTRACTS_H */
