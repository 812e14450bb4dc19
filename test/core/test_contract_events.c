/*
 * test_contract_events.c: contracts of many people through the log, in any
 * order, stored and not, against the same contracts joined plainly.
 */
#include "spell/contract_events.h"
#include "base/fte.h"

#include "arena.h"
#include "memory_file.h"
#include "tap.h"

static EfContractPeriod
period_of(EfDay from, EfDay as_of, int months, int days)
{
	EfFrame		frame = {.from = from,.as_of = as_of,.bounded = true};
	EfDuration	gap = {months, days, 0};
	EfContractPeriod period;

	ef_contracts_period(&period, &frame, &gap);
	return period;
}

/* A log with one group. */
typedef struct Bench
{
	Arena		arena;
	File		file;
	EfEventLog	log;
	EfEventGroup *group;
	EfDictionary reasons;
} Bench;

static void
bench_open(Bench *bench, EfPersonKind kind, size_t budget)
{
	EfStorage	storage = {file_write, file_read, &bench->file};

	memset(&bench->file, 0, sizeof(bench->file));
	arena_open(&bench->arena);
	ef_event_log_begin(&bench->log, kind, EF_UNIT_DAY, true, budget, &storage, &bench->arena.context);
	ef_event_group_create(&bench->group, &bench->log);
	ef_dictionary_begin(&bench->reasons, &bench->arena.context);
}

static void
bench_close(Bench *bench)
{
	free(bench->file.bytes);
	arena_close(&bench->arena);
}

/* One row of a person. */
typedef struct Row
{
	uint64_t	person;
	EfContract	contract;
	EfDay		birth;
} Row;

static EfStatus
add_row(Bench *bench, const Row *row, const EfContractPeriod *period)
{
	const EfContract *contract = &row->contract;
	uint64_t	detail = ef_contract_detail(contract->start, row->birth, contract->fte, period);
	uint8_t		uuid[16] = {0};
	char		name[32];
	EfSpell		spell = {.start = contract->start,.end = contract->lost ? EF_DAY_INFINITY : contract->end};
	EfWhen		when;

	ef_spell_last_seen(&spell, contract->lost ? contract->end - 1 : EF_DAY_INFINITY);
	if (!ef_contract_when(&when, &spell, period))
		return EF_OK;
	if (spell.end <= period->frame.as_of)
		when |= contract->reason;
	switch (bench->log.kind)
	{
		case EF_PERSON_NUMBER:
			ef_event_add_detailed(bench->group, row->person, when, detail);
			return EF_OK;
		case EF_PERSON_UUID:
			uuid[3] = (uint8_t) row->person;
			uuid[12] = (uint8_t) (row->person >> 8);
			ef_event_add_uuid(bench->group, uuid, when, detail);
			return EF_OK;
		default:
			snprintf(name, sizeof(name), "person %u", (unsigned) row->person);
			ef_event_add_text(bench->group, name, strlen(name), when, detail);
			return EF_OK;
	}
}

/* The furthest that the words have room for. */
static void
extremes(void)
{
	static const int32_t births[] = {1, 365, EF_SPELL_DAYS, 2 * EF_SPELL_DAYS + 400};
	EfContractPeriod period = period_of(7000, 8000, 1800, 0);
	EfDay		first = 8000 - EF_SPELL_DAYS;
	EfSpell		spell = {.end = EF_DAY_INFINITY};
	Bench		bench;
	EfContractReader reader;
	EfJoined	joined;
	bool		found;
	EfWhen		when;

	for (size_t i = 0; i < sizeof(births) / sizeof(births[0]); i++)
	{
		Row			row = {5, {first, 8000, EF_NAMES_LIMIT, 1000000, false}, 8000 - births[i]};
		Row			later = {5, {8000, 8000, 17, 1, false}, 0};

		bench_open(&bench, EF_PERSON_NUMBER, SIZE_MAX / 4);
		add_row(&bench, &later, &period);
		add_row(&bench, &row, &period);
		is_int(ef_contracts_read(&reader, bench.group, &bench.reasons, &period,
								 &bench.arena.context), EF_OK, "the longest spell is read");
		is_int(ef_contracts_next(&reader, &joined, &found), EF_OK, "as a spell");
		ok(found && joined.start == first && joined.end == 8000 && joined.reason == EF_NAMES_LIMIT &&
		   joined.ncontracts == 2 && reader.birth == 8000 - births[i] &&
		   ef_joined_fte(&joined, 7999) == 1000000,
		   "of one who was born %d days before, as it was", births[i]);
		ef_contracts_next(&reader, &joined, &found);
		ok(!found, "and no other");
		ef_contracts_end(&reader);
		bench_close(&bench);
	}
	is_int(period.last_start, ef_months_later(8000, 1800), "contracts after the longest gap");
	spell.start = period.last_start;
	ok(ef_contract_when(&when, &spell, &period), "the last that says something");
	spell.start++;
	ok(!ef_contract_when(&when, &spell, &period), "and the first that does not");
}

static int
compare_rows(const void *x, const void *y)
{
	const Row  *a = x;
	const Row  *b = y;

	if (a->person != b->person)
		return a->person < b->person ? -1 : 1;
	return (a->contract.start > b->contract.start) - (a->contract.start < b->contract.start);
}

/* What is counted of spells, whatever the order of people. */
typedef struct Digest
{
	uint64_t	spells;
	uint64_t	sum;
} Digest;

static void
digest_spell(Digest *digest, const EfJoined *joined, EfDay birth, const EfContractPeriod *period)
{
	EfDay		as_of = period->frame.as_of;
	EfDay		end = joined->end > as_of ? as_of + 1 : joined->end;
	uint64_t	words[6] = {
		(uint64_t) (int64_t) joined->start, (uint64_t) (int64_t) end,
		joined->end > as_of ? 0 : joined->lost ? UINT64_MAX : joined->reason, (uint64_t) (int64_t) birth,
		(uint64_t) ef_joined_fte(joined, joined->start),
		end > as_of ? (uint64_t) ef_joined_fte(joined, as_of - 1) : 0
	};
	uint64_t	hash = UINT64_C(14695981039346656037);

	for (int i = 0; i < 6; i++)
		hash = (hash ^ words[i]) * UINT64_C(1099511628211);
	digest->spells++;
	digest->sum += hash ^ hash >> 29;
}

static Digest
plain_digest(const Row *rows, int n, const EfContractPeriod *period, const EfDictionary *reasons)
{
	EfContract *contracts = malloc((size_t) n * sizeof(EfContract));
	Digest		digest = {0};

	for (int i = 0; i < n;)
	{
		size_t		m = 0;
		int			end = i;

		for (; end < n && rows[end].person == rows[i].person; end++)
			contracts[m++] = rows[end].contract;
		for (size_t at = 0; at < m;)
		{
			EfJoined	joined;

			ef_contract_join(&joined, contracts + at, m - at, &period->gap, reasons);
			if (joined.start < period->frame.as_of)
				digest_spell(&digest, &joined, rows[i].birth, period);
			at += joined.ncontracts;
		}
		i = end;
	}
	free(contracts);
	return digest;
}

static Digest
read_digest(Bench *bench, const EfContractPeriod *period, EfStatus *status)
{
	EfContractReader reader;
	Digest		digest = {0};
	bool		found = true;

	*status = ef_contracts_read(&reader, bench->group, &bench->reasons, period, &bench->arena.context);
	while (*status == EF_OK && found)
	{
		EfJoined	joined;

		*status = ef_contracts_next(&reader, &joined, &found);
		if (*status == EF_OK && found)
			digest_spell(&digest, &joined, reader.birth, period);
	}
	ef_contracts_end(&reader);
	return digest;
}

static void
many(EfPersonKind kind, size_t budget, const char *what)
{
	enum
	{
		ROWS = 20000, PEOPLE = 6000
	};
	EfContractPeriod period = period_of(7000, 8000, 0, 30);
	Row		   *rows = malloc(ROWS * sizeof(Row));
	Bench		bench;
	Digest		expected;
	Digest		got;
	EfStatus	status = EF_OK;

	bench_open(&bench, kind, budget);
	for (uint32_t i = 0; i < 50; i++)
	{
		char		name[16];
		uint32_t	number;

		snprintf(name, sizeof(name), "r%u", (unsigned) (i * 37 % 50));
		ef_dictionary_number(&bench.reasons, name, strlen(name), &number);
	}
	for (int i = 0; i < ROWS; i++)
	{
		Row		   *row = &rows[i];
		EfDay		start = 6500 + (EfDay) random_below(1600);

		row->person = random_below(PEOPLE);
		row->birth = -9000 + (EfDay) row->person;
		row->contract.start = start;
		row->contract.end = random_below(8) == 0 ? EF_DAY_INFINITY
			: start + (EfDay) random_below(300);
		row->contract.lost = row->contract.end > start && row->contract.end <= 8000 &&
			random_below(5) == 0;
		row->contract.reason = row->contract.end == EF_DAY_INFINITY || row->contract.lost
			? 0 : 1 + random_below(50);
		row->contract.fte = (int32_t) random_below(5) * 250;
		if (status == EF_OK)
			status = add_row(&bench, row, &period);
	}
	is_int(status, EF_OK, "contracts are added: %s", what);
	ok((bench.file.size > 0) == (budget < SIZE_MAX / 4), "and stored where memory is little");
	qsort(rows, ROWS, sizeof(Row), compare_rows);
	expected = plain_digest(rows, ROWS, &period, &bench.reasons);
	for (int again = 0; again < 2; again++)
	{
		got = read_digest(&bench, &period, &status);
		ok(status == EF_OK && got.spells == expected.spells && got.sum == expected.sum,
		   "%llu spells, %s: as they are joined plainly", (unsigned long long) expected.spells,
		   again ? "read again" : what);
	}
	free(rows);
	bench_close(&bench);
}

/* What is wrong with a person, who is named. */
static void
refused(EfPersonKind kind, const char *name)
{
	EfContractPeriod period = period_of(7000, 8000, 0, 30);
	Row			rows[2] = {
		{0x1203, {7100, 7200, 1, 600000, false}, 0}, {0x1203, {7150, EF_DAY_INFINITY, 0, 600000, false}, 1}
	};
	Bench		bench;
	EfContractReader reader;
	EfJoined	joined;
	bool		found;
	EfStatus	status;
	int32_t		fte;
	char		expected[160];

	bench_open(&bench, kind, SIZE_MAX / 4);
	for (int i = 0; i < 2; i++)
		add_row(&bench, &rows[i], &period);
	read_digest(&bench, &period, &status);
	is_int(status, EF_BIRTHS_DIFFER, "two birth dates are refused");
	snprintf(expected, sizeof(expected), "Person %s has the birth dates 2000-01-01 and 2000-01-02.", name);
	is_str(error.detail, expected, "and told");
	bench_close(&bench);

	bench_open(&bench, kind, SIZE_MAX / 4);
	rows[1].birth = 0;
	for (int i = 0; i < 2; i++)
		add_row(&bench, &rows[i], &period);
	ef_contracts_read(&reader, bench.group, &bench.reasons, &period, &bench.arena.context);
	ef_contracts_next(&reader, &joined, &found);
	is_int(ef_contracts_fte(&reader, &joined, 7149, &fte), EF_OK, "the FTE of a day");
	is_int(fte, 600000, "is that of the day");
	is_int(ef_contracts_fte(&reader, &joined, 7150, &fte), EF_FTE_SUM, "too much is refused");
	snprintf(expected, sizeof(expected), "The FTE of person %s on 2019-07-30 is 1200.000.", name);
	is_str(error.detail, expected, "and told");
	ef_contracts_end(&reader);
	bench_close(&bench);
}

static EfStatus
work(Bench *bench, const EfContractPeriod *period)
{
	EfStatus	status = EF_OK;

	for (int i = 0; i < 300 && status == EF_OK; i++)
	{
		Row			row = {(uint64_t) i % 3, {7000 + i, 7001 + i, 1, 1, false}, 0};

		status = add_row(bench, &row, period);
	}
	if (status == EF_OK)
		read_digest(bench, period, &status);
	return status;
}

static void
failing_memory(void)
{
	EfContractPeriod period = period_of(7000, 8000, 0, 30);
	int			failures = 0;
	int			wrong = 0;

	for (long at = 1;; at++)
	{
		Bench		bench;
		EfStatus	status;

		bench_open(&bench, EF_PERSON_NUMBER, SIZE_MAX / 4);
		bench.arena.fail_at = at + bench.arena.n;
		status = tried(&bench.arena, work(&bench, &period));
		failures += status == EF_NO_MEMORY;
		wrong += status != EF_OK && status != EF_NO_MEMORY;
		bench_close(&bench);
		if (status == EF_OK)
			break;
	}
	ok(failures > 5 && wrong == 0, "%d requests for memory fail one by one", failures);
}

int
main(void)
{
	extremes();
	many(EF_PERSON_NUMBER, SIZE_MAX / 4, "numbers");
	many(EF_PERSON_NUMBER, 100000, "numbers in little memory");
	many(EF_PERSON_UUID, 100000, "uuids in little memory");
	many(EF_PERSON_TEXT, SIZE_MAX / 4, "texts");
	many(EF_PERSON_TEXT, 300000, "texts in little memory");
	refused(EF_PERSON_NUMBER, "4611");
	refused(EF_PERSON_UUID, "00000003-0000-0000-0000-000012000000");
	refused(EF_PERSON_TEXT, "\"person 4611\"");
	failing_memory();
	return done_testing();
}
