/*
 * funnel_tally.c
 *	  See funnel_tally.h.
 */
#include "funnel/funnel_tally.h"

#include <string.h>

enum
{
	TALLY_KINDS = EF_PENDING_AFTER + 1,
	TALLY_SERIES = EF_STAGE_LIMIT * TALLY_KINDS
};

struct EfFunnelTally
{
	uint32_t	lowest[TALLY_SERIES];
	uint32_t	beyond[TALLY_SERIES];
	uint32_t   *counts[TALLY_SERIES];	/* EF_TALLY_DAYS each; NULL: not used */
	EfContext  *context;
	uint32_t	nchains;		/* so that no count can pass 32 bits */
};

EfFunnelTally *
ef_funnel_tally_create(EfContext *context)
{
	EfFunnelTally *tally = ef_alloc_zeroed(context, sizeof(EfFunnelTally));

	for (unsigned i = 0; i < TALLY_SERIES; i++)
		tally->lowest[i] = UINT32_MAX;
	tally->context = context;
	return tally;
}

static uint32_t *
new_counts(EfFunnelTally *tally, unsigned series)
{
	return tally->counts[series] =
		ef_alloc_zeroed(tally->context, EF_TALLY_DAYS * sizeof(uint32_t));
}

static inline void
count_one(EfFunnelTally *tally, unsigned stage, unsigned kind, uint32_t day)
{
	unsigned	series = (stage - 1) * TALLY_KINDS + kind;
	uint32_t   *counts = tally->counts[series];

	if (counts == NULL)
		counts = new_counts(tally, series);
	counts[day]++;
	if (day < tally->lowest[series])
		tally->lowest[series] = day;
	if (day >= tally->beyond[series])
		tally->beyond[series] = day + 1;
}

bool
ef_funnel_tally_add(EfFunnelTally *tally, const EfChain *chain, EfUnit unit,
					bool has_window)
{
	unsigned	length = chain->length;
	EfDay		start = ef_instant_day(chain->at[0], unit);
	unsigned	after = ef_way_out(chain, has_window);
	EfDay		last = after != 0 ? chain->left
		: ef_instant_day(chain->at[length - 1], unit);
	uint32_t	day = 0;

	if ((int64_t) last - start >= EF_TALLY_DAYS ||
		tally->nchains == UINT32_MAX)
		return false;
	tally->nchains++;
	count_one(tally, 1, EF_REACHED, 0);
	for (unsigned stage = 1; stage < length; stage++)
	{
		uint32_t	next = (uint32_t) (ef_instant_day(chain->at[stage], unit) -
									   start);

		count_one(tally, stage + 1, EF_REACHED, next);
		if (stage > 1)
			count_one(tally, stage, EF_CONVERTED_AFTER, next - day);
		day = next;
	}
	if (after != 0)
	{
		uint32_t	left = (uint32_t) (last - start);

		count_one(tally, length, ef_way_on_chain(after), left);
		if (length > 1)
			count_one(tally, length, after, left - day);
	}
	return true;
}

EfStatus
ef_funnel_tally_flush(EfFunnelTally *tally, EfState **state,
					  EfContext *context)
{
	size_t		most = 0;
	bool		sorted = (*state)->ncells == 0;
	EfStatus	status;

	for (unsigned i = 0; i < TALLY_SERIES; i++)
		for (uint32_t day = tally->lowest[i]; day < tally->beyond[i]; day++)
			most += tally->counts[i][day] != 0;
	status = ef_state_reserve(state, &ef_funnel_type, (unsigned) most, 0,
							  context);
	if (status != EF_OK)
		return status;
	for (unsigned i = 0; i < TALLY_SERIES; i++)
	{
		EfKey		first = ef_key(i / TALLY_KINDS + 1, i % TALLY_KINDS, 0);
		uint32_t   *counts = tally->counts[i];

		for (uint32_t day = tally->lowest[i]; day < tally->beyond[i]; day++)
			if (counts[day] != 0)
				ef_state_append(*state, first | day, counts[day]);
	}
	ef_funnel_tally_clear(tally);

	/* they came in order, each once */
	if (sorted)
		(*state)->nsorted = (*state)->ncells;
	return EF_OK;
}

void
ef_funnel_tally_clear(EfFunnelTally *tally)
{
	for (unsigned i = 0; i < TALLY_SERIES; i++)
	{
		if (tally->beyond[i] > tally->lowest[i])
			memset(tally->counts[i] + tally->lowest[i], 0,
				   (tally->beyond[i] - tally->lowest[i]) * sizeof(uint32_t));
		tally->lowest[i] = UINT32_MAX;
		tally->beyond[i] = 0;
	}
	tally->nchains = 0;
}
