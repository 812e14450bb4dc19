/*
 * test_joined_periods.c: workforces of adjacent periods, joined, against one
 * pass over the same rows; and what does not fit together.
 */
#include "workforce/joined_periods.h"

#include "arena.h"
#include "tap.h"

#define ROWS 300
#define MOST_PERIODS 6

static Arena arena;
static EfContext *const context = &arena.context;

/* Rows of random people, of whom some are seen and some are not. */
static void
make_rows(EfEmployment *rows, int n, EfMonth first, int months)
{
	static const char *const reasons[] = {"moved", "retirement", "zz", NULL};

	for (int i = 0; i < n; i++)
	{
		EfEmployment *row = &rows[i];
		uint32_t	span = (uint32_t) months * 30 + 800;

		memset(row, 0, sizeof(*row));
		row->spell.start = ef_first_day(first) - 600 + (EfDay) random_below(span);

		/* many begin and end on the days on which periods meet */
		if (random_below(4) == 0)
			row->spell.start = ef_first_day(first + (EfMonth) random_below((uint32_t) months));
		row->spell.end = random_below(3) == 0 ? EF_DAY_INFINITY
			: row->spell.start + (EfDay) random_below(random_below(2) ? 40 : 2000);
		if (random_below(5) == 0)
		{
			EfDay		end = ef_first_day(first + (EfMonth) random_below((uint32_t) months + 2));

			row->spell.end = end < row->spell.start ? row->spell.start : end;
		}
		row->spell.reason = reasons[random_below(4)];
		row->spell.reason_length = row->spell.reason == NULL ? 0 : strlen(row->spell.reason);
		row->birth = row->spell.start - 7000 - (EfDay) random_below(16000);
		row->entry_fte = row->last_fte = (int32_t) random_below(1001);
	}
}

/* What is seen of rows in a period. */
static EfWorkforce
observe(const EfEmployment *rows, int n, EfDay from, EfDay as_of, bool bounded, bool fte)
{
	EfFrame		frame = {bounded ? from : 0, as_of, bounded, fte, NULL, 0};
	EfWorkforce workforce;
	EfState    *state;
	EfStatus	status = ef_state_create(&state, &ef_workforce_type, &frame, 0, context);

	for (int i = 0; i < n && status == EF_OK; i++)
		if (rows[i].spell.start < as_of)
			status = ef_workforce_add(&state, &rows[i], context);
	if (status == EF_OK)
		status = ef_state_skip(state, &refuses);
	if (status == EF_OK)
		status = ef_workforce_open(&workforce, state, state->size, context);
	ok(status == EF_OK, "rows are observed");
	return workforce;
}

/* The one packed form of a workforce. */
static size_t
pack(const EfWorkforce *workforce, uint8_t **bytes)
{
	size_t		size = 0;
	EfTable		table = workforce->table;

	ok(ef_table_normalize(&table, &ef_workforce_type, context) == EF_OK &&
	   ef_table_pack(&table, &ef_workforce_type, 0, bytes, &size, context) == EF_OK, "it is packed");
	return size;
}

static void
compare_with_one_pass(int nperiods, bool bounded, bool fte)
{
	EfEmployment rows[ROWS];
	EfWorkforce periods[MOST_PERIODS];
	EfWorkforce joined;
	EfWorkforce whole;
	EfDay		ends[MOST_PERIODS + 1];
	EfMonth		first = 2005 * 12 + (EfMonth) random_below(12);
	EfMonth		month = first;
	uint8_t    *got;
	uint8_t    *expected;
	size_t		ngot;
	size_t		nexpected;

	ends[0] = ef_first_day(first) + (EfDay) random_below(25);
	for (int i = 1; i <= nperiods; i++)
	{
		month += 1 + (EfMonth) random_below(20);
		ends[i] = ef_first_day(month);
	}
	make_rows(rows, ROWS, first, month - first);
	for (int i = 0; i < nperiods; i++)
		periods[i] = observe(rows, ROWS, ends[i], ends[i + 1], bounded || i > 0, fte);
	whole = observe(rows, ROWS, ends[0], ends[nperiods], bounded, fte);
	if (!ok(ef_workforce_join(&joined, periods, (size_t) nperiods, context) == EF_OK,
			"%d periods are joined", nperiods))
	{
		diag("%s", error.detail);
		return;
	}
	ngot = pack(&joined, &got);
	nexpected = pack(&whole, &expected);
	is_mem(got, ngot, expected, nexpected, "%d periods%s%s are what one pass gives, byte for byte",
		   nperiods, bounded ? "" : ", the first without a beginning", fte ? ", with FTE" : "");
}

static void
refuse(void)
{
	EfEmployment rows[ROWS];
	EfWorkforce periods[3];
	EfWorkforce joined;
	EfDay		days[4];

	for (int i = 0; i < 4; i++)
		days[i] = ef_first_day((2010 + i) * 12);
	make_rows(rows, ROWS, 2010 * 12, 36);
	for (int i = 0; i < 3; i++)
		periods[i] = observe(rows, ROWS, days[i], days[i + 1], true, false);
	is_int(ef_workforce_join(&joined, periods, 3, context), EF_OK, "three years");

	periods[1] = periods[2];
	is_int(ef_workforce_join(&joined, periods, 2, context), EF_PERIODS_APART, "one is missing");
	periods[1] = observe(rows, ROWS, 0, days[2], false, false);
	is_int(ef_workforce_join(&joined, periods, 2, context), EF_PERIODS_APART, "one has no beginning");
	periods[1] = observe(rows, ROWS - 20, days[1], days[2], true, false);
	is_int(ef_workforce_join(&joined, periods, 2, context), EF_PERIODS_DIFFER, "people got lost");
	for (int i = 0; i < ROWS; i++)
		rows[i].birth -= 366;
	periods[1] = observe(rows, ROWS, days[1], days[2], true, false);
	is_int(ef_workforce_join(&joined, periods, 2, context), EF_PERIODS_DIFFER, "they are as many, and older");
}

/* Memory that fails at any request gives that status, and nothing else. */
static void
fail_anywhere(void)
{
	EfEmployment rows[ROWS];
	EfWorkforce periods[2];
	EfWorkforce joined;
	EfStatus	status = EF_NO_MEMORY;
	int			failures = 0;

	make_rows(rows, ROWS, 2010 * 12, 24);
	periods[0] = observe(rows, ROWS, ef_first_day(2010 * 12), ef_first_day(2011 * 12), true, false);
	periods[1] = observe(rows, ROWS, ef_first_day(2011 * 12), ef_first_day(2012 * 12), true, false);
	for (long at = 1; status == EF_NO_MEMORY; at++)
	{
		arena.calls = 0;
		arena.fail_at = at;
		status = tried(&arena, ef_workforce_join(&joined, periods, 2, context));
		failures += status == EF_NO_MEMORY;
	}
	arena.fail_at = 0;
	ok(failures > 5 && status == EF_OK, "without memory at any of %d requests", failures);
}

int
main(void)
{
	arena_open(&arena);
	for (int n = 1; n <= MOST_PERIODS; n++)
		for (int bounded = 0; bounded < 2; bounded++)
			for (int fte = 0; fte < 2; fte++)
				compare_with_one_pass(n, bounded, fte);
	refuse();
	fail_anywhere();
	arena_close(&arena);
	return done_testing();
}
