/*
 * contract.h
 *	  From the contracts of a person to spells.
 *
 * A register has contracts: renewed, side by side, with a break of some days
 * between two.  Contracts of one person that overlap, touch or lie at most a
 * *gap* apart (the next one starts on end + gap at the latest) are one spell:
 * the person is there from the first start to the last end.  The contract
 * that ends last gives the reason; of several that end on that day, the one
 * that starts first; of several that also start on one day, the one with the
 * smallest reason in the order of bytes.
 *
 * The end of a contract that was lost sight of is not known.  It counts until
 * the day last seen, so it ends on the next day when others are joined to it;
 * of two that end on a day it counts as the one that ends last.  A spell that
 * it ends has no reason, and was lost sight of too.
 *
 * The FTE of a day is the sum over the contracts of that day; on the days of
 * a gap it is 0.  A spell that ends on the day of its start has the sum over
 * all of its contracts.
 */
#ifndef EF_CONTRACT_H
#define EF_CONTRACT_H

#include <stdbool.h>

#include "base/calendar.h"
#include "base/dictionary.h"
#include "base/status.h"

extern const EfReport EF_GAP_INVALID[];

typedef struct EfContract
{
	EfDay		start;
	EfDay		end;			/* the first day gone */
	uint32_t	reason;			/* a number of the dictionary; 0: nothing is
								 * said */
	int32_t		fte;			/* thousandths */
	bool		lost;			/* of sight: `end` is the day after it was
								 * last seen */
} EfContract;

/* Contracts that form one spell; the first is at `contracts`. */
typedef struct EfJoined
{
	EfDay		start;
	EfDay		end;
	uint32_t	reason;
	bool		lost;			/* as the contract that ends last */
	const EfContract *contracts;
	size_t		ncontracts;
} EfJoined;

/* Is this a gap?  Whole days or months, none negative, no more than a spell can
 * last. */
extern EfStatus ef_contract_gap_check(const EfDuration *gap,
									  EfContext *context)
			EF_NODISCARD;

/* Does what starts on a day go on what ended on another? */
extern bool ef_contract_is_bridged(EfDay end, EfDay start,
								   const EfDuration *gap);

/*
 * Join the first of n contracts, in the order of their starts, with all that
 * belong to its spell; n is 1 at least.
 */
extern void ef_contract_join(EfJoined *spell, const EfContract *contracts,
							 size_t n, const EfDuration *gap,
							 const EfDictionary *reasons);

/*
 * Return the FTE, in thousandths, of a spell on a day that it holds, or on
 * the day on which it starts and ends.
 */
extern int64_t ef_joined_fte(const EfJoined *spell, EfDay day);

/* From a day on, until the next one, this is the FTE. */
typedef struct EfStretch
{
	EfDay		start;
	int64_t		fte;			/* thousandths */
} EfStretch;

/*
 * List the stretches of a spell, none of two that touch alike; return how
 * many. There must be room for twice as many as it has contracts.
 */
extern size_t ef_joined_stretches(const EfJoined *spell, EfStretch *stretches,
								  EfContext *context);

#endif							/* EF_CONTRACT_H */
