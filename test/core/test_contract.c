/*
 * test_contract.c: contracts of a person that make spells, against a look at
 * every pair of them and at every day.
 */
#include "spell/contract.h"

#include "spell/joined_spells.h"
#include "spell/spell.h"

#include "arena.h"
#include "tap.h"

/* Names whose order by bytes is not that of their numbers. */
static const char *const names[] = {"own", "death", "unknown", "retirement", "", "a"};

#define NAMES ((uint32_t) (sizeof(names) / sizeof(names[0])))
#define MOST 12
#define DAYS 200

static int
compare_starts(const void *a, const void *b)
{
	const EfContract *x = a;
	const EfContract *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* Which contracts are of one spell, by pairs. */
static void
components(const EfContract *contracts, int n, const EfDuration *gap, int *component)
{
	for (int i = 0; i < n; i++)
		component[i] = i;
	for (int round = 0; round < n; round++)
		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
			{
				const EfContract *a = &contracts[i];
				const EfContract *b = &contracts[j];

				/* b begins after a, and not too late */
				if (b->start >= a->start &&
					(a->end == EF_DAY_INFINITY ||
					 b->start <= ef_months_later(a->end, gap->months) + gap->days) &&
					component[i] != component[j])
					component[i] = component[j] =
						component[i] < component[j] ? component[i] : component[j];
			}
}

/* The reason of a component: sort by the words of contract.h. */
static uint32_t
reason_of(const EfContract *contracts, int n, const int *component, int which, bool *lost)
{
	const EfContract *best = NULL;

	for (int i = 0; i < n; i++)
	{
		const EfContract *contract = &contracts[i];

		if (component[i] != which)
			continue;
		if (best == NULL || contract->end > best->end ||
			(contract->end == best->end && contract->lost > best->lost) ||
			(contract->end == best->end && contract->lost == best->lost &&
			 (contract->start < best->start ||
			  (contract->start == best->start && contract->reason != 0 && best->reason != 0 &&
			   strcmp(names[contract->reason - 1], names[best->reason - 1]) < 0))))
			best = contract;
	}
	*lost = best->lost;
	return best->reason;
}

static bool
is_right(const EfContract *contracts, int n, const EfDuration *gap, const EfDictionary *reasons)
{
	int			component[MOST];
	int			nspells = 0;
	int			expected = 0;
	int			at = 0;

	components(contracts, n, gap, component);
	for (int i = 0; i < n; i++)
		expected += component[i] == i;
	while (at < n)
	{
		EfStretch	stretches[2 * MOST];
		EfJoined	spell;
		EfDay		first;
		EfDay		last;
		size_t		nstretches;
		int64_t		all = 0;
		bool		lost;

		ef_contract_join(&spell, contracts + at, (size_t) (n - at), gap, reasons);
		first = contracts[at].start;
		last = contracts[at].end;
		for (int i = 0; i < n; i++)
		{
			bool		its = i >= at && i < at + (int) spell.ncontracts;

			if (its != (component[i] == component[at]))
				return false;
			if (its && contracts[i].end > last)
				last = contracts[i].end;
			if (its)
				all += contracts[i].fte;
		}
		if (spell.start != first || spell.end != last ||
			spell.contracts != contracts + at ||
			spell.reason != reason_of(contracts, n, component, component[at], &lost) || spell.lost != lost)
			return false;

		nstretches = ef_joined_stretches(&spell, stretches, reasons->context);
		if (nstretches == 0 || nstretches > 2 * spell.ncontracts ||
			stretches[0].start != first)
			return false;
		for (size_t i = 1; i < nstretches; i++)
			if (stretches[i].start <= stretches[i - 1].start ||
				stretches[i].fte == stretches[i - 1].fte || stretches[i].start >= last)
				return false;
		for (EfDay day = first; day < last && day < 2 * DAYS; day++)
		{
			int64_t		fte = 0;
			size_t		stretch = nstretches;

			for (size_t i = 0; i < spell.ncontracts; i++)
				if (spell.contracts[i].start <= day && day < spell.contracts[i].end)
					fte += spell.contracts[i].fte;
			while (stretches[stretch - 1].start > day)
				stretch--;
			if (ef_joined_fte(&spell, day) != fte || stretches[stretch - 1].fte != fte)
				return false;
		}
		if (last == first &&
			(ef_joined_fte(&spell, first) != all || stretches[0].fte != all || nstretches != 1))
			return false;
		at += (int) spell.ncontracts;
		nspells++;
	}
	return nspells == expected;
}

static void
random_contracts(const EfDuration *gap, const EfDictionary *reasons, const char *what)
{
	int			wrong = 0;
	int			joined = 0;

	for (int trial = 0; trial < 20000; trial++)
	{
		EfContract	contracts[MOST];
		int			n = 1 + (int) random_below(MOST);
		EfJoined	first;

		for (int i = 0; i < n; i++)
		{
			EfContract *contract = &contracts[i];

			contract->start = (EfDay) random_below(DAYS);
			contract->end = random_below(12) == 0 ? EF_DAY_INFINITY
				: contract->start + (EfDay) random_below(random_below(3) == 0 ? 3 : 40);
			contract->lost = contract->end != EF_DAY_INFINITY &&
				contract->end > contract->start && random_below(4) == 0;
			contract->reason = contract->end == EF_DAY_INFINITY || contract->lost ? 0
				: 1 + random_below(NAMES);
			contract->fte = (int32_t) random_below(4) * 250;
		}
		qsort(contracts, (size_t) n, sizeof(EfContract), compare_starts);
		wrong += !is_right(contracts, n, gap, reasons);
		ef_contract_join(&first, contracts, (size_t) n, gap, reasons);
		joined += first.ncontracts > 1 && first.ncontracts < (size_t) n;
	}
	is_int(wrong, 0, "contracts joined at %s", what);
	ok(joined > 1000, "some of them, and not all: %d times", joined);
}

/* The last day on which the next contract goes on a spell. */
static void
edges(const EfDictionary *reasons)
{
	static const struct
	{
		const char *end;
		EfDuration	gap;
		const char *last;
	}			cases[] = {
		{"2024-03-01", {0, 0, 0}, "2024-03-01"},
		{"2024-03-01", {0, 30, 0}, "2024-03-31"},
		{"2024-01-31", {1, 0, 0}, "2024-02-29"},
		{"2023-01-31", {1, 0, 0}, "2023-02-28"},
		{"2023-01-31", {1, 1, 0}, "2023-03-01"},
		{"2024-02-29", {12, 0, 0}, "2025-02-28"},
		{"2024-05-31", {3, 0, 0}, "2024-08-31"},
		{"2024-12-31", {0, 1, 0}, "2025-01-01"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		EfContract	contracts[2] = {{0, 0, 1, 0, false}, {0, EF_DAY_INFINITY, 0, 0, false}};
		EfDay		last;
		EfJoined	spell;

		ef_day_parse(cases[i].end, strlen(cases[i].end), &contracts[0].end);
		ef_day_parse(cases[i].last, strlen(cases[i].last), &last);
		contracts[1].start = last;
		ef_contract_join(&spell, contracts, 2, &cases[i].gap, reasons);
		is_int(spell.ncontracts, 2, "%d months and %d days after %s are until %s",
			   (int) cases[i].gap.months, (int) cases[i].gap.days, cases[i].end, cases[i].last);
		is_int(spell.reason, 0, "and who is there again has no reason to leave");
		contracts[1].start = last + 1;
		ef_contract_join(&spell, contracts, 2, &cases[i].gap, reasons);
		is_int(spell.ncontracts, 1, "and no day longer");
		is_int(spell.reason, 1, "then that of the first is one");
	}
}

static void
gaps(void)
{
	static const struct
	{
		EfDuration	gap;
		EfStatus	status;
	}			cases[] = {
		{{0, 0, 0}, EF_OK}, {{0, 30, 0}, EF_OK}, {{1, 0, 0}, EF_OK}, {{1, 15, 0}, EF_OK},
		{{1800, 0, 0}, EF_OK}, {{0, EF_SPELL_DAYS, 0}, EF_OK},
		{{0, EF_SPELL_DAYS + 1, 0}, EF_GAP_INVALID}, {{1801, 0, 0}, EF_GAP_INVALID},
		{{1800, 10, 0}, EF_GAP_INVALID}, {{0, -1, 0}, EF_GAP_INVALID},
		{{-1, 40, 0}, EF_GAP_INVALID}, {{0, 0, 1}, EF_GAP_INVALID}, {{0, 30, -1}, EF_GAP_INVALID},
		{{INT32_MAX, INT32_MAX, INT64_MAX}, EF_GAP_INVALID},
		{{INT32_MIN, INT32_MIN, INT64_MIN}, EF_GAP_INVALID},
		{{INT32_MAX, 0, 0}, EF_GAP_INVALID}, {{0, INT32_MAX, 0}, EF_GAP_INVALID},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(ef_contract_gap_check(&cases[i].gap, &refuses), cases[i].status,
			   "a gap of %d months, %d days and %lld microseconds", (int) cases[i].gap.months,
			   (int) cases[i].gap.days, (long long) cases[i].gap.microseconds);
}

/* What spells_agg takes of a contract without a period. */
static void
joinable(void)
{
	static const struct
	{
		EfDay		start;
		EfDay		end;
		EfStatus	status;
	}			cases[] = {
		{EF_FIRST_DATE, EF_FIRST_DATE, EF_OK},
		{EF_BEYOND_DATE - 1, EF_BEYOND_DATE, EF_OK},
		{0, EF_DAY_INFINITY, EF_OK},
		{0, EF_DAY_INFINITY - 1, EF_OK},
		{EF_FIRST_DATE - 1, 0, EF_DATE_RANGE},
		{EF_BEYOND_DATE, EF_DAY_INFINITY, EF_DATE_RANGE},
		{1, 0, EF_END_BEFORE_START},
		{0, EF_DAY_MINUS_INFINITY, EF_END_BEFORE_START},
		{EF_DAY_MINUS_INFINITY, 0, EF_DATE_INFINITE},
		{EF_DAY_INFINITY, EF_DAY_INFINITY, EF_DATE_INFINITE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		EfSpell		spell = {.start = cases[i].start,.end = cases[i].end};

		is_int(ef_joined_spells_check(&spell, &refuses), cases[i].status, "a contract from %d to %d",
			   (int) cases[i].start, (int) cases[i].end);
	}
}

int
main(void)
{
	static const EfDuration no_gap = {0, 0, 0};
	static const EfDuration days = {0, 7, 0};
	static const EfDuration month = {1, 2, 0};
	Arena		arena;
	EfDictionary reasons;

	arena_open(&arena);
	ef_dictionary_begin(&reasons, &arena.context);
	for (uint32_t i = 0; i < NAMES; i++)
	{
		uint32_t	number;

		ef_dictionary_number(&reasons, names[i], strlen(names[i]), &number);
	}
	random_contracts(&no_gap, &reasons, "no gap");
	random_contracts(&days, &reasons, "gaps of seven days");
	random_contracts(&month, &reasons, "gaps of a month and two days");
	edges(&reasons);
	gaps();
	joinable();
	arena_close(&arena);
	return done_testing();
}
