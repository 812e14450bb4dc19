/*
 * contract.c
 *	  See contract.h.
 */
#include "spell/contract.h"

#include "base/sort.h"
#include "spell/spell.h"

EF_REPORT(EF_GAP_INVALID, INVALID_PARAMETER_VALUE,
		  "join_gap must be whole days, months or years, from none to 150 years",
		  "Gaps are such as '0 days', '30 days', '1 month'.");

EfStatus
ef_contract_gap_check(const EfDuration *gap, EfContext *context)
{
	if (gap->microseconds != 0)
		return ef_fail(context, EF_GAP_INVALID,
					   "It has a part of %lld microseconds.",
					   (long long) gap->microseconds);
	if (gap->months < 0 || gap->days < 0 ||
		ef_duration_days(gap, 1) > EF_SPELL_DAYS)
		return ef_fail(context, EF_GAP_INVALID,
					   "Its months are %d and its days %d.", gap->months,
					   gap->days);
	return EF_OK;
}

bool
ef_contract_is_bridged(EfDay end, EfDay start, const EfDuration *gap)
{
	EfDay		later = gap->months == 0 || start <= end
		? end : ef_months_later(end, gap->months);

	return start <= (int64_t) later + gap->days;
}

/* Choose between two reasons of contracts that are otherwise alike. */
static uint32_t
smaller_reason(uint32_t a, uint32_t b, const EfDictionary *reasons)
{
	if (a == b || b == 0)
		return a;
	if (a == 0)
		return b;
	return ef_dictionary_compare(reasons, a, b) < 0 ? a : b;
}

static bool
ends_later(const EfContract *a, const EfContract *b)
{
	return a->end > b->end || (a->end == b->end && a->lost && !b->lost);
}

void
ef_contract_join(EfJoined *spell, const EfContract *contracts, size_t n,
				 const EfDuration *gap, const EfDictionary *reasons)
{
	const EfContract *last = contracts; /* that ends last */
	size_t		i;

	spell->reason = last->reason;
	for (i = 1; i < n && ef_contract_is_bridged(last->end, contracts[i].start,
												gap); i++)
	{
		const EfContract *next = &contracts[i];

		if (ends_later(next, last))
		{
			last = next;
			spell->reason = next->reason;
		}
		else if (next->end == last->end && next->lost == last->lost &&
				 next->start == last->start)
			spell->reason = smaller_reason(spell->reason, next->reason,
										   reasons);
	}
	spell->start = contracts[0].start;
	spell->end = last->end;
	spell->lost = last->lost;
	spell->contracts = contracts;
	spell->ncontracts = i;
}

int64_t
ef_joined_fte(const EfJoined *spell, EfDay day)
{
	bool		any_day = spell->end == spell->start;
	int64_t		fte = 0;

	for (size_t i = 0; i < spell->ncontracts; i++)
	{
		const EfContract *contract = &spell->contracts[i];

		/* later starts come later */
		if (contract->start > day)
			break;
		if (contract->end > day || any_day)
			fte += contract->fte;
	}
	return fte;
}

static int
compare_stretches(const void *a, const void *b)
{
	EfDay		one = ((const EfStretch *) a)->start;
	EfDay		other = ((const EfStretch *) b)->start;

	return (one > other) - (one < other);
}

static EfStretch
stretch(EfDay start, int64_t fte)
{
	EfStretch	it = {start, fte};

	return it;
}

size_t
ef_joined_stretches(const EfJoined *spell, EfStretch *stretches,
					EfContext *context)
{
	size_t		nchanges = 0;
	size_t		n = 0;
	int64_t		fte = 0;

	if (spell->end == spell->start)
	{
		stretches[0] = stretch(spell->start,
							   ef_joined_fte(spell, spell->start));
		return 1;
	}

	/* changes by each contract, day by day */
	for (size_t i = 0; i < spell->ncontracts; i++)
	{
		const EfContract *contract = &spell->contracts[i];

		stretches[nchanges++] = stretch(contract->start, contract->fte);
		stretches[nchanges++] = stretch(contract->end, -contract->fte);
	}
	ef_sort(stretches, nchanges, sizeof(EfStretch), compare_stretches,
			context);

	/* the sums take their place, since they are fewer */
	for (size_t i = 0; i < nchanges && stretches[i].start < spell->end;)
	{
		EfDay		day = stretches[i].start;

		for (; i < nchanges && stretches[i].start == day; i++)
			fte += stretches[i].fte;
		if (n == 0 || stretches[n - 1].fte != fte)
			stretches[n++] = stretch(day, fte);
	}
	return n;
}
