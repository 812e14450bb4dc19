/*
 * test_mobility.c: what mobility counts, against people looked at day by day.
 */
#include "mobility/mobility.h"

#include "histories_of_states.h"
#include "tap.h"

/* 2020-01-01 */
#define FROM 7305

static EfStatus
open_state(EfMobility *mobility, const EfState *state, const Arena *arena)
{
	return ef_mobility_open(mobility, state, state->size, &arena->context);
}

static EfStatus
validate(EfTable *table, const Arena *arena)
{
	EfStatus	status = ef_table_normalize(table, &ef_mobility_type, &arena->context);

	return status == EF_OK
		? ef_table_validate(table, &ef_mobility_type, &arena->context) : status;
}

static int64_t
sum_of(const EfTable *table, uint32_t label, unsigned kind)
{
	return label == 0 ? 0 : ef_table_sum(table, label, kind);
}

/* Every person on every day: who is where, and that nobody is lost. */
static void
test_counts(void)
{
	static const struct
	{
		int			people;
		int			days;
		int			states;
		uint32_t	restless;
	}			cases[] = {
		{0, 5, 1, 2}, {1, 1, 1, 1}, {1, 30, 3, 3}, {20, 10, 2, 2}, {50, 100, 5, 10},
		{200, 40, 30, 5}, {300, 200, 4, 50}, {40, 300, 90, 2},
	};

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
	{
		Histories	h = random_histories(cases[c].people, cases[c].days, cases[c].states,
										 cases[c].restless);
		Arena		arena;
		EfState    *state;
		EfMobility	mobility;
		int			wrong = 0;

		arena_open(&arena);
		wrong += add_histories(&state, &h, FROM, 0, 1, &arena.context) != EF_OK;
		wrong += open_state(&mobility, state, &arena) != EF_OK;
		wrong += mobility.days != (uint32_t) h.ndays;
		wrong += validate(&mobility.table, &arena) != EF_OK;
		for (int day = 0; day <= h.ndays; day++)
		{
			int64_t    *here = ef_mobility_here(&mobility, (uint32_t) day, &arena.context);

			for (int s = 1; s <= h.nstates; s++)
			{
				uint32_t	label = label_of(&mobility.table, s);

				wrong += (label == 0 ? 0 : here[label]) !=
					(day < h.ndays ? people_in : people_carried) (&h, s, day);
			}
			ef_release(&arena.context, here);
		}
		for (int s = 1; s <= h.nstates; s++)
		{
			const EfTable *table = &mobility.table;
			uint32_t	label = label_of(table, s);
			int64_t		in = sum_of(table, label, EF_MOB_OPENING) +
				sum_of(table, label, EF_MOB_ENTERED) + sum_of(table, label, EF_MOB_RESUMED);
			int64_t		moved_in = 0;
			int64_t		out = sum_of(table, label, EF_MOB_LEFT) +
				sum_of(table, label, EF_MOB_CENSORED) + sum_of(table, label, EF_MOB_MOVED);

			for (size_t i = 0; i < table->ncells; i++)
				if (ef_key_kind(table->cells[i].key) == EF_MOB_MOVED &&
					ef_pair_label(ef_key_at(table->cells[i].key)) == label && label > 0)
					moved_in += table->cells[i].count;
			wrong += in + moved_in != out + people_carried(&h, s, h.ndays);
			wrong += sum_of(table, label, EF_MOB_OPENING) != people_carried(&h, s, 0);
			for (int day = 1; day <= h.ndays; day++)
				for (int to = 1; to <= h.nstates && label > 0 && h.nstates < 10; to++)
				{
					int64_t		moves = 0;
					size_t		n;
					const EfCell *cells = ef_table_series(table, label, EF_MOB_MOVED, &n);
					uint32_t	other = label_of(table, to);

					for (size_t i = 0; i < n; i++)
						if (ef_key_at(cells[i].key) == ef_pair(other, (uint32_t) day))
							moves += cells[i].count;
					wrong += moves != (to == s ? 0 : people_going(&h, s, to, day));
				}
		}
		is_int(wrong, 0, "%d people, %d days, %d states: everybody is where they are",
			   h.npeople, h.ndays, h.nstates);
		arena_close(&arena);
		histories_free(&h);
	}
}

/* The parts of people add up to all of them, byte for byte. */
static void
test_parts(void)
{
	for (int parts = 2; parts < 6; parts++)
	{
		Histories	h = random_histories(300, 90, 12, 15);
		Arena		arena;
		EfState    *whole;
		EfState    *sum;
		EfTable		table;
		uint8_t    *bytes[2];
		size_t		size[2];
		int			wrong = 0;

		arena_open(&arena);
		add_histories(&whole, &h, FROM, 0, 1, &arena.context);
		add_histories(&sum, &h, FROM, 0, parts, &arena.context);
		for (int p = 1; p < parts; p++)
		{
			EfState    *part;

			add_histories(&part, &h, FROM, p, parts, &arena.context);
			wrong += ef_table_load(&table, &ef_mobility_type, part, part->size, &arena.context) != EF_OK;
			wrong += ef_state_merge(&sum, &ef_mobility_type, &table, &arena.context) != EF_OK;
		}
		for (int i = 0; i < 2; i++)
		{
			const EfState *state = i ? sum : whole;

			wrong += ef_table_load(&table, &ef_mobility_type, state, state->size, &arena.context) != EF_OK;
			wrong += ef_table_pack(&table, &ef_mobility_type, 0, &bytes[i], &size[i], &arena.context) != EF_OK;
		}
		is_int(wrong, 0, "%d parts are added", parts);
		is_mem(bytes[1], size[1], bytes[0], size[0], "to the bytes of the whole");
		arena_close(&arena);
		histories_free(&h);
	}
}

/* ---- what is refused ---- */

/* A table of few cells, looked at day by day: can people have given it? */
static bool
can_be(const EfTable *table)
{
	int			ndays = table->frame.as_of - table->frame.from;

	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		int			day = (int) ef_pair_at(ef_key_at(key));
		unsigned	kind = ef_key_kind(key);
		int			first = kind == EF_MOB_MOVED || kind == EF_MOB_LEFT || kind == EF_MOB_CENSORED;

		if (day < first || day >= ndays + first || (kind == EF_MOB_OPENING && day > 0) ||
			ef_key_label(key) == ef_pair_label(ef_key_at(key)))
			return false;
	}
	for (uint32_t label = 1; label <= table->nlabels; label++)
	{
		int64_t		here = 0;
		bool		ever = false;

		for (int day = 0; day <= ndays; day++)
		{
			int64_t		in = 0;
			int64_t		out = 0;

			for (size_t i = 0; i < table->ncells; i++)
			{
				EfKey		key = table->cells[i].key;
				int64_t		count = table->cells[i].count;
				unsigned	kind = ef_key_kind(key);

				if ((int) ef_pair_at(ef_key_at(key)) != day)
					continue;
				if (ef_key_label(key) == label)
				{
					if (kind == EF_MOB_MOVED || kind == EF_MOB_LEFT || kind == EF_MOB_CENSORED)
						out += count;
					else
						in += count;
				}
				if (kind == EF_MOB_MOVED && ef_pair_label(ef_key_at(key)) == label)
					in += count;
			}
			if (out > here)
				return false;
			here += in - out;
			ever = ever || in > 0;
		}
		if (!ever)
			return false;
	}
	return true;
}

static void
test_validate(void)
{
	int			wrong = 0;
	int			valid = 0;

	for (int round = 0; round < 40000; round++)
	{
		Arena		arena;
		EfLabel		labels[3] = {{"a", 1}, {"b", 1}, {"c", 1}};
		EfCell		cells[12];
		EfTable		table = {.frame = {FROM, FROM + 5, true, 0, NULL, 0},.labels = labels,
		.nlabels = 1 + random_below(3),.cells = cells,
		.ncells = random_below(12)};
		bool		expected;
		EfStatus	status;

		arena_open(&arena);
		for (size_t i = 0; i < table.ncells; i++)
		{
			unsigned	kind = random_below(3) ? random_below(EF_MOB_RESUMED + 1) : EF_MOB_OPENING;
			uint32_t	day = kind == EF_MOB_OPENING ? 0 : ef_mobility_goes(kind) + random_below(5);
			uint32_t	to = 1 + random_below(table.nlabels);
			uint32_t	label = 1 + random_below(table.nlabels);

			if (random_below(300) == 0)
				day = random_below(10);
			if (to == label && random_below(50) != 0)
				to = label % table.nlabels + 1;
			cells[i].key = ef_key(label, kind,
								  ef_pair(kind == EF_MOB_MOVED ? to : 0, day));
			cells[i].count = 1 + random_below(kind == EF_MOB_OPENING ? 9 : 2);
		}
		status = ef_table_normalize(&table, &ef_mobility_type, &arena.context);
		expected = can_be(&table);
		if (status == EF_OK)
			status = ef_table_validate(&table, &ef_mobility_type, &arena.context);
		wrong += status != (expected ? EF_OK : EF_INVALID);
		valid += expected;
		arena_close(&arena);
	}
	is_int(wrong, 0, "tables are valid if people can have given them");
	ok(valid > 4000 && valid < 36000, "as %d of 40000 were", valid);
}

/* Up to three cells, of which those that count nothing are not there. */
static void
refused(EfCell first, EfCell second, EfCell third, uint32_t nlabels,
		const char *shows)
{
	Arena		arena;
	EfLabel		labels[2] = {{"north", 5}, {"south", 5}};
	EfCell		cells[3] = {first, second, third};
	EfTable		table = {.frame = {FROM, FROM + 5, true, 0, NULL, 0},.labels = labels,
	.nlabels = nlabels,.cells = cells};

	arena_open(&arena);
	while (table.ncells < 3 && cells[table.ncells].count != 0)
		table.ncells++;
	is_int(validate(&table, &arena), EF_INVALID, "refused: %s", shows);
	ok(strstr(error.detail, shows) != NULL, "which is said: %s", error.detail);
	arena_close(&arena);
}

static void
test_refusals(void)
{
	const EfCell none = {0};
	EfCell		opening = {ef_key(1, EF_MOB_OPENING, 0), 3};
	EfCell		south = {ef_key(2, EF_MOB_OPENING, 0), 3};

	refused(opening, ef_cell(ef_key(1, EF_MOB_MOVED, ef_pair(2, 3)), 4), none, 2,
			"More people go from \"north\" on day 3 than are there.");
	refused(opening, ef_cell(ef_key(1, EF_MOB_MOVED, ef_pair(1, 3)), 1), none, 1,
			"People move from \"north\" to where they are.");
	refused(opening, none, none, 2, "Nobody ever is in the state \"south\".");
	refused(opening, ef_cell(ef_key(1, EF_MOB_LEFT, 0), 1), none, 1, "left on day 0");
	refused(opening, ef_cell(ef_key(1, EF_MOB_CENSORED, 6), 1), none, 1,
			"censored on day 6: the days of this period are 1 to 5.");
	refused(opening, ef_cell(ef_key(1, EF_MOB_MOVED, ef_pair(2, 6)), 1), none, 2, "moved on day 6");
	refused(opening, ef_cell(ef_key(1, EF_MOB_ENTERED, 5), 1), none, 1,
			"entered on day 5: the days of this period are 0 to 4.");
	refused(opening, ef_cell(ef_key(1, EF_MOB_RESUMED, 5), 1), none, 1, "resumed on day 5");
	refused(opening, ef_cell(ef_key(1, EF_MOB_OPENING, 1), 1), none, 1, "opening stand at 1.");
	refused(opening, ef_cell(ef_key(1, EF_MOB_MOVED, ef_pair(3, 2)), 1), none, 2, "moved stand at 2.");
	refused(opening, ef_cell(ef_key(1, EF_MOB_LEFT, 1), -1), none, 1, "left on day 1 are -1.");
	refused(opening, ef_cell(ef_key(1, EF_MOB_ENTERED, 1), EF_PERSON_LIMIT - 2), none, 1,
			"There are more than 1000000000000 people and moves.");
	/* who comes on a day is at risk on the next */
	refused(south, ef_cell(ef_key(2, EF_MOB_MOVED, ef_pair(1, 2)), 2),
			ef_cell(ef_key(1, EF_MOB_LEFT, 2), 1), 2,
			"More people go from \"north\" on day 2 than are there.");
}

static void
check_frame(EfDay from, EfDay as_of, bool bounded, EfStatus expected,
			const char *shows)
{
	EfFrame		frame = {from, as_of, bounded, 0, NULL, 0};

	error.detail[0] = '\0';
	is_int(ef_mobility_observed_check(&frame, &refuses), expected, "a period: %s", shows);
	if (expected != EF_OK)
		ok(strstr(error.detail, shows) != NULL, "%s", error.detail);
}

static void
test_frames(void)
{
	check_frame(FROM, FROM + 1, true, EF_OK, "of a day");
	check_frame(FROM, FROM + 54788, true, EF_OK, "of 150 years");
	check_frame(FROM, FROM + 54789, true, EF_MOBILITY_TOO_LONG, "54789 days");
	check_frame(FROM, FROM, true, EF_OBSERVED_EMPTY, "2020-01-01");
	check_frame(FROM + 1, FROM, true, EF_OBSERVED_EMPTY, "2020-01-01");
	check_frame(0, FROM, false, EF_MOBILITY_UNBOUNDED, "(,2020-01-01)");
	check_frame(FROM, EF_DAY_INFINITY, true, EF_DATE_INFINITE, "infinity");
	check_frame(INT32_MIN + 1, INT32_MAX - 1, true, EF_DATE_RANGE, "ends on");
}

static void
check_day(const EfMobility *mobility, EfDay at, EfStatus expected, uint32_t day)
{
	uint32_t	got = 99;

	is_int(ef_mobility_day(mobility, at, &got, &refuses), expected, "day %d of a period", at);
	if (expected == EF_OK)
		is_int(got, day, "is its day %u", day);
}

static void
test_days(void)
{
	Histories	h = random_histories(3, 10, 2, 3);
	Arena		arena;
	EfState    *state;
	EfMobility	mobility;

	arena_open(&arena);
	add_histories(&state, &h, FROM, 0, 1, &arena.context);
	open_state(&mobility, state, &arena);
	check_day(&mobility, FROM, EF_OK, 0);
	check_day(&mobility, FROM + 9, EF_OK, 9);
	check_day(&mobility, FROM + 10, EF_AT_OUTSIDE, 0);
	check_day(&mobility, FROM - 1, EF_AT_OUTSIDE, 0);
	check_day(&mobility, FROM + 11, EF_AT_OUTSIDE, 0);
	ok(strstr(error.detail, "2020-01-12") && strstr(error.detail, "[2020-01-01,2020-01-11)"),
	   "%s", error.detail);
	check_day(&mobility, EF_DAY_INFINITY, EF_DATE_INFINITE, 0);
	check_day(&mobility, EF_DAY_MINUS_INFINITY, EF_DATE_INFINITE, 0);
	arena_close(&arena);
	histories_free(&h);
}

/* More states than fit. */
static void
test_many_states(void)
{
	Arena		arena;
	EfFrame		frame = {FROM, FROM + 5, true, 0, NULL, 0};
	EfState    *state;
	uint32_t	label = 0;
	int			wrong = 0;

	arena_open(&arena);
	ef_state_create(&state, &ef_mobility_type, &frame, 0, &arena.context);
	for (uint32_t i = 0; i < EF_STATE_NAME_LIMIT; i++)
	{
		wrong += ef_mobility_name(&state, (char *) &i, sizeof(i), &label, &arena.context) != EF_OK;
		wrong += label != i + 1;
	}
	is_int(wrong, 0, "so many states have a number");
	is_int(ef_mobility_name(&state, "x", 1, &label, &arena.context), EF_TOO_MANY_STATES, "one more has none");
	ok(strstr(error.detail, "65535") != NULL, "%s", error.detail);
	arena_close(&arena);
}

static EfStatus
work(const Histories *h, const Arena *arena)
{
	EfState    *state;
	EfMobility	mobility;
	EfStatus	status = add_histories(&state, h, FROM, 0, 1, &arena->context);

	if (status == EF_OK)
		status = open_state(&mobility, state, arena);
	if (status == EF_OK)
		status = validate(&mobility.table, arena);
	if (status == EF_OK)
		(void) ef_mobility_here(&mobility, 3, &arena->context);
	return status;
}

static void
test_no_memory(void)
{
	Histories	h = random_histories(30, 20, 5, 3);
	Arena		arena;
	long		calls;
	int			wrong = 0;

	arena_open(&arena);
	is_int(work(&h, &arena), EF_OK, "with memory it works");
	calls = arena.calls;
	arena_close(&arena);
	for (long fail_at = 1; fail_at <= calls; fail_at++)
	{
		arena_open(&arena);
		arena.fail_at = fail_at;
		wrong += tried(&arena, work(&h, &arena)) != EF_NO_MEMORY;
		arena_close(&arena);
	}
	is_int(wrong, 0, "whichever of %ld requests fails, it is said", calls);
	histories_free(&h);
}

int
main(void)
{
	test_counts();
	test_parts();
	test_validate();
	test_refusals();
	test_frames();
	test_days();
	test_many_states();
	test_no_memory();
	return done_testing();
}
