/*
 * test_funnel.c: the summary type `funnel`: what a chain leaves in its tables,
 * and which tables can have come from chains.
 */
#include "funnel/funnel.h"

#include "arena.h"
#include "funnel/funnel_estimate.h"
#include "funnel/funnel_events.h"
#include "funnel/funnel_tally.h"
#include "histories.h"
#include "memory_file.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum
{
	KINDS = 8,
	DAYS = 600
};


/* ---- the model: every mark of every person ---- */

typedef struct Counts
{
	int64_t		counts[EF_STAGE_LIMIT + 1][KINDS][DAYS];
} Counts;

static void
count_history(Counts *counts, const History *history, int nstages)
{
	for (int stage = 1; stage <= history->length; stage++)
	{
		int64_t		(*of_stage)[DAYS] = counts->counts[stage];
		int			reached = history->day[stage - 1];
		int			days;

		of_stage[EF_REACHED][reached]++;
		if (stage < history->length)
		{
			if (stage > 1)
				of_stage[EF_CONVERTED_AFTER][history->day[stage] - reached]++;
			continue;
		}
		days = history->left - reached;
		if (stage == nstages || history->left < 0)
			continue;
		switch (history->outcome)
		{
			case EF_COMPLETED:
				break;
			case EF_EXITED:
				of_stage[EF_STAGE_EXITED][history->left]++;
				if (stage > 1)
					of_stage[EF_EXITED_AFTER][days]++;
				break;
			case EF_LOST:
				of_stage[EF_STAGE_LOST][history->left]++;
				if (stage > 1)
					of_stage[EF_LOST_AFTER][days]++;
				break;
			case EF_PENDING:
				of_stage[EF_STAGE_PENDING][history->left]++;
				if (stage > 1)
					of_stage[EF_PENDING_AFTER][days]++;
				break;
		}
	}
}

static void
put(uint8_t **at, uint64_t value)
{
	for (; value >= 128; value /= 128)
		*(*at)++ = (uint8_t) (value % 128 + 128);
	*(*at)++ = (uint8_t) value;
}

/* The packed form as its byte map says, without the length word. */
static size_t
expect_packed(const Counts *counts, const EfFrame *frame, int nstages, int64_t skipped,
			  uint8_t *out)
{
	uint8_t    *at = out;
	uint64_t	nseries = 0;

	*at++ = EF_FORMAT_PACKED;
	*at++ = 'F';
	put(&at, 0);
	put(&at, (uint64_t) skipped);
	put(&at, frame->spec_size);
	memcpy(at, frame->spec, frame->spec_size);
	at += frame->spec_size;
	for (int pass = 0; pass < 2; pass++)
	{
		if (pass == 1)
			put(&at, nseries);
		for (int stage = 1; stage <= nstages; stage++)
			for (int kind = 0; kind < KINDS; kind++)
			{
				const int64_t *series = counts->counts[stage][kind];
				uint64_t	cells = 0;
				int			last = -1;

				for (int i = 0; i < DAYS; i++)
					cells += series[i] != 0;
				nseries += pass == 0 && cells > 0;
				if (cells == 0 || pass == 0)
					continue;
				put(&at, (uint64_t) (stage << 4 | kind));
				put(&at, cells);
				for (int i = 0; i < DAYS; i++)
					if (series[i] != 0)
					{
						put(&at, (uint64_t) (i - last - 1));
						put(&at, (uint64_t) series[i]);
						last = i;
					}
			}
	}
	return (size_t) (at - out);
}

static int64_t
sum_of(const Counts *counts, int stage, int kind)
{
	int64_t		sum = 0;

	for (int i = 0; i < DAYS; i++)
		sum += counts->counts[stage][kind][i];
	return sum;
}

/* What every stage says of its people. */
static int
compare_counts(const EfFunnel *funnel, const Counts *counts, const Setting *setting)
{
	int			wrong = 0;

	for (int stage = 1; stage <= setting->nstages; stage++)
	{
		const EfStageCounts *got = &funnel->counts[stage - 1];
		bool		last = stage == setting->nstages;
		int64_t		entered = sum_of(counts, stage, EF_REACHED);

		wrong += got->entered != entered;
		wrong += got->converted != (last ? 0 : sum_of(counts, stage + 1, EF_REACHED));
		wrong += got->exited != sum_of(counts, stage, EF_STAGE_EXITED);
		wrong += got->pending != sum_of(counts, stage, EF_STAGE_PENDING);
		wrong += !last && entered != got->converted + got->exited + got->pending + got->lost;
		wrong += last && got->lost != 0;
		if (setting->window >= 0)
			wrong += got->lost != sum_of(counts, stage, EF_STAGE_LOST);
	}
	return wrong;
}

static void
test_any_order(void)
{
	static const struct
	{
		Setting		setting;
		int			people;
		int			parts;
	}			cases[] = {
		{{3, 100, true, true, 100}, 0, 1},
		{{1, -1, false, false, 10}, 20, 2},
		{{1, 30, true, true, 10}, 20, 1},
		{{2, -1, false, false, 30}, 1, 1},
		{{2, -1, true, true, 30}, 40, 2},
		{{3, 20, false, true, 20}, 300, 3},
		{{4, 60, true, false, 60}, 1000, 2},
		{{5, -1, false, true, 30}, 3000, 4},
		{{6, 350, true, true, 350}, 5000, 3},
		{{9, 12, true, true, 10}, 20000, 2},
		{{30, 400, true, true, 50}, 8000, 3},
		{{30, -1, false, false, 5}, 500, 1},
	};
	Counts	   *counts = malloc(sizeof(Counts));
	uint8_t    *expected = malloc(4 * 1024 * 1024);

	for (size_t c = 0; c < COUNT(cases); c++)
	{
		const Setting *setting = &cases[c].setting;
		int			n = cases[c].people;
		int			nparts = cases[c].parts;
		History    *people = malloc(sizeof(History) * (size_t) (n + 1));
		int			wrong = 0;
		int			moved = 0;

		memset(counts, 0, sizeof(Counts));
		for (int i = 0; i < n; i++)
		{
			random_history(&people[i], setting);
			count_history(counts, &people[i], setting->nstages);
		}
		for (int round = 0; round < 3; round++)
		{
			Arena		arena;
			EfFrame		frame;
			EfState    *part[4];
			EfFunnel	funnel;
			uint8_t    *bytes;
			size_t		size;
			size_t		expected_size;

			arena_open(&arena);
			frame = setting_frame(setting, &arena);
			expected_size = expect_packed(counts, &frame, setting->nstages, 5, expected);
			for (int p = 0; p < nparts; p++)
			{
				wrong += ef_state_create(&part[p], &ef_funnel_type, &frame, 0, &arena.context) != EF_OK;
				part[p]->skipped = p == 0 ? 5 : 0;
			}
			for (int i = n - 1; i >= 0; i--)
			{
				uint32_t	j = random_below((uint32_t) i + 1);
				History		swap = people[i];
				EfState   **to = &part[random_below((uint32_t) nparts)];
				EfState    *old = *to;

				people[i] = people[j];
				people[j] = swap;
				wrong += add_history(to, &people[i], &arena.context) != EF_OK;
				moved += *to != old;
			}
			for (int p = nparts - 1; p > 0; p--)
			{
				EfTable		table;

				wrong += ef_table_load(&table, &ef_funnel_type, part[p], part[p]->size, &arena.context) != EF_OK;
				if (random_below(2))
				{
					wrong += ef_table_pack(&table, &ef_funnel_type, 4, &bytes, &size, &arena.context) != EF_OK;
					wrong += ef_table_load(&table, &ef_funnel_type, bytes, size, &arena.context) != EF_OK;
				}
				wrong += ef_state_merge(&part[0], &ef_funnel_type, &table, &arena.context) != EF_OK;
			}
			wrong += ef_funnel_open(&funnel, part[0], part[0]->size, &arena.context) != EF_OK;
			wrong += compare_counts(&funnel, counts, setting);
			wrong += ef_table_pack(&funnel.table, &ef_funnel_type, 4, &bytes, &size, &arena.context) != EF_OK;
			wrong += size != expected_size + 4 || memcmp(bytes + 4, expected, expected_size) != 0;

			/* and what rows have given is valid, and the same when opened */
			wrong += ef_table_validate(&funnel.table, &ef_funnel_type, &arena.context) != EF_OK;
			wrong += ef_funnel_open(&funnel, bytes, size, &arena.context) != EF_OK;
			wrong += compare_counts(&funnel, counts, setting);
			if (wrong > 0)
				diag("%d people, round %d: %s", n, round, error.detail);
			arena_close(&arena);
		}
		is_int(wrong, 0, "%d people at %d stages in %d parts and any order make the same bytes",
			   n, setting->nstages, nparts);
		ok(moved <= 36 * nparts, "for which %d states moved %d times", 3 * nparts, moved);
		free(people);
	}
	free(expected);
	free(counts);
}


/* ---- one chain ---- */

static void
test_add(void)
{
	static const Setting setting = {3, -1, false, false, 10};
	static const Setting window = {3, 31, false, false, 10};
	Arena		arena;
	EfFrame		frame;
	EfState    *state;
	EfFunnel	funnel;
	EfChain		chain = {.length = 0};

	arena_open(&arena);
	frame = setting_frame(&setting, &arena);
	ef_state_create(&state, &ef_funnel_type, &frame, 0, &arena.context);
	is_int(ef_funnel_add(&state, &chain, EF_UNIT_DAY, &arena.context), EF_OK, "nobody is added");
	is_int(state->ncells, 0, "and leaves nothing");

	/* the longest there can be, across both ends of the day */
	chain.length = 2;
	chain.outcome = EF_LOST;
	chain.at[0] = -EF_DAY_MICROSECONDS - 1;
	chain.at[1] = (EF_CHAIN_DAYS - 1) * EF_DAY_MICROSECONDS - 1;
	is_int(ef_funnel_add(&state, &chain, EF_UNIT_MICROSECOND, &arena.context), EF_OK, "a chain of 150 years is added");
	chain.at[1]++;
	is_int(ef_funnel_add(&state, &chain, EF_UNIT_MICROSECOND, &arena.context),
		   EF_CHAIN_TOO_LONG, "and none of a day more");
	is_str(error.detail, "The chain begins on 1999-12-30 and ends on 2150-01-01.",
		   "whose days are named");
	is_int(state->ncells, 2, "nor does it leave anything");
	is_int(ef_funnel_open(&funnel, state, state->size, &arena.context), EF_OK, "it opens");
	is_int(funnel.counts[1].lost, 1, "who is lost without a window is counted");
	is_int(funnel.table.ncells, 2, "but has no day");
	is_int(ef_key_at(funnel.table.cells[1].key), EF_CHAIN_DAYS, "and stands on the last day");
	arena_close(&arena);

	/* it is the end of the window that counts, where there is one */
	arena_open(&arena);
	frame = setting_frame(&window, &arena);
	ef_state_create(&state, &ef_funnel_type, &frame, 0, &arena.context);
	chain.at[0] = 0;
	chain.at[1] = 5;
	chain.left = EF_CHAIN_DAYS;
	is_int(ef_funnel_add(&state, &chain, EF_UNIT_DAY, &arena.context), EF_OK,
		   "a chain that is lost after 150 years is added");
	chain.left++;
	is_int(ef_funnel_add(&state, &chain, EF_UNIT_DAY, &arena.context), EF_CHAIN_TOO_LONG, "and none after a day more");
	chain.at[0] = INT32_MIN + 5;
	chain.left = INT32_MAX - 5;
	is_int(ef_funnel_add(&state, &chain, EF_UNIT_DAY, &arena.context), EF_CHAIN_TOO_LONG, "however long");
	arena_close(&arena);
}


/* ---- specs that differ ---- */

static void
test_mixed(void)
{
	static const Setting base = {3, 31, true, true, 10};
	static const struct
	{
		Setting		setting;
		const char *detail;
	}			cases[] = {
		{{4, 31, true, true, 10}, "One has 3 stages and another 4."},
		{{3, 31, true, false, 10}, "One has 1 exits and another 0."},
		{{3, 31, false, true, 10}, "They differ in their as_of."},
		{{3, 32, true, true, 10}, "They differ in the time within which a chain must be complete."},
		{{3, -1, true, true, 10}, "They differ in the time within which a chain must be complete."},
	};
	Arena		arena;
	EfFrame		frame;
	EfFrame		same;
	EfState    *state;
	EfTable		table;

	arena_open(&arena);
	frame = setting_frame(&base, &arena);
	same = setting_frame(&base, &arena);
	ok(frame.spec != same.spec, "two copies of a spec");
	is_int(ef_frame_match(&frame, &same, &ef_funnel_type, &refuses), EF_OK, "are one spec");
	ef_state_create(&state, &ef_funnel_type, &frame, 0, &arena.context);
	for (size_t i = 0; i < COUNT(cases); i++)
	{
		EfFrame		other = setting_frame(&cases[i].setting, &arena);
		EfState    *others;

		is_int(ef_frame_match(&frame, &other, &ef_funnel_type, &refuses), EF_SPEC_MIXED,
			   "another spec is another: %s", cases[i].detail);
		is_str(error.detail, cases[i].detail, "which is said");
		ef_state_create(&others, &ef_funnel_type, &other, 0, &arena.context);
		ef_table_load(&table, &ef_funnel_type, others, others->size, &arena.context);
		is_int(ef_state_merge(&state, &ef_funnel_type, &table, &arena.context), EF_SPEC_MIXED, "and does not add up");
	}
	for (int what = 0; what < 4; what++)
	{
		static const char *const details[] = {
			"In one, stage 2 is \"\", and in another \"x\".",
			"In one, exit 1 is \"left\", and in another \"gone\".",
			"One is as of 2024-08-22, and another as of 2024-08-23.",
			"They differ in their modes.",
		};
		EfFunnelSpec spec;
		EfFrame		other = {0, 0, false, 0, NULL, 0};
		uint8_t    *bytes;

		setting_spec(&spec, &base);
		if (what == 0)
			spec.stages[1] = ef_label("x", 1);
		else if (what == 1)
			spec.exits[0].bytes = "gone";
		else if (what == 2)
			spec.as_of++;
		else
			spec.modes = EF_STRICT_ORDER;
		ef_spec_pack(&spec, 0, &bytes, &other.spec_size, &arena.context);
		other.spec = bytes;
		is_int(ef_frame_match(&frame, &other, &ef_funnel_type, &refuses), EF_SPEC_MIXED,
			   "nor with other names, days or modes");
		is_str(error.detail, details[what], "of which it says: %s", details[what]);
	}
	arena_close(&arena);
}


/* ---- what rows can have given ---- */

#define REACHED(stage, day) ef_key((stage), EF_REACHED, (day))
#define EXITED(stage, day) ef_key((stage), EF_STAGE_EXITED, (day))
#define LOST(stage, day) ef_key((stage), EF_STAGE_LOST, (day))
#define PENDING(stage, day) ef_key((stage), EF_STAGE_PENDING, (day))
#define CONVERTED_AFTER(stage, day) ef_key((stage), EF_CONVERTED_AFTER, (day))
#define EXITED_AFTER(stage, day) ef_key((stage), EF_EXITED_AFTER, (day))
#define LOST_AFTER(stage, day) ef_key((stage), EF_LOST_AFTER, (day))
#define PENDING_AFTER(stage, day) ef_key((stage), EF_PENDING_AFTER, (day))

static EfStatus
validate(const Setting *setting, EfCell *cells, size_t ncells, uint8_t flags, int64_t skipped)
{
	Arena		arena;
	EfTable		table = {.ncells = ncells,.cells = cells,.skipped = skipped};
	EfStatus	status;
	int			held;

	arena_open(&arena);
	table.frame = setting_frame(setting, &arena);
	table.frame.flags = flags;
	error.detail[0] = '\0';
	ef_table_open_spec(&table, &ef_funnel_type, &arena.context);
	ef_table_normalize(&table, &ef_funnel_type, &arena.context);
	held = arena.n;
	status = ef_table_validate(&table, &ef_funnel_type, &arena.context);
	if (arena.n != held)
		fail("validation holds %d blocks of memory", arena.n - held);
	arena_close(&arena);
	return status;
}

static void
test_validate(void)
{
	static const Setting all = {3, 100, true, true, 0};
	static const Setting window = {3, 100, false, false, 0};
	static const Setting as_of = {3, -1, true, false, 0};
	static const Setting neither = {3, -1, false, true, 0};
	static const Setting one = {1, 100, true, true, 0};
	static const Setting two = {2, 100, false, true, 0};
	const int64_t most = EF_PERSON_LIMIT;

	static const char none[] = "";
	struct
	{
		const char *name;
		const Setting *setting;
		EfCell		cells[12];	/* up to one that is empty */
		const char *detail;		/* empty: valid */
	}			cases[] = {
		{"nobody", &all, {{0, 0}}, none},
		{"one of each kind", &all,
			{{REACHED(1, 0), 6}, {EXITED(1, 4), 1}, {LOST(1, 100), 1}, {PENDING(1, 50), 1},
			{REACHED(2, 7), 3}, {REACHED(3, 7), 1}, {LOST(2, 100), 1}, {EXITED(2, 8), 1},
		{CONVERTED_AFTER(2, 0), 1}, {LOST_AFTER(2, 93), 1}, {EXITED_AFTER(2, 1), 1}}, none},
		{"one stage, and all reached it", &one, {{REACHED(1, 0), 3}}, none},
		{"all on one day", &all,
			{{REACHED(1, 0), 2}, {REACHED(2, 0), 2}, {REACHED(3, 0), 1}, {CONVERTED_AFTER(2, 0), 1},
		{EXITED(2, 0), 1}, {EXITED_AFTER(2, 0), 1}}, none},

		/* where a mark can be */
		{"a start on another day", &all, {{REACHED(1, 1), 1}, {EXITED(1, 1), 1}},
		"\"reached\" of stage 1 on day 1: a chain begins on day 0."},
		{"people who leave the last stage", &one, {{REACHED(1, 0), 1}, {EXITED(1, 1), 1}},
		"\"exited\" of stage 1 on day 1: nobody leaves the last stage."},
		{"people who leave it on its clock", &all,
			{{REACHED(1, 0), 1}, {REACHED(2, 0), 1}, {REACHED(3, 0), 1}, {CONVERTED_AFTER(2, 0), 1},
			{CONVERTED_AFTER(3, 0), 1}},
		"\"converted_after\" of stage 3 on day 0: nobody leaves the last stage."},
		{"a clock of the first stage", &two,
			{{REACHED(1, 0), 1}, {EXITED(1, 3), 1}, {EXITED_AFTER(1, 3), 1}},
		"\"exited_after\" of stage 1 on day 3: the first stage has no clock of its own."},
		{"exits where the spec has none", &window, {{REACHED(1, 0), 1}, {EXITED(1, 3), 1}},
		"\"exited\" of stage 1 on day 3: the spec names no exits."},
		{"people lost without a window", &neither, {{REACHED(1, 0), 1}, {LOST(1, 3), 1}},
		"\"lost\" of stage 1 on day 3: there is no window that closes."},
		{"people pending without as_of", &window, {{REACHED(1, 0), 1}, {PENDING(1, 3), 1}},
		"\"pending\" of stage 1 on day 3: there is no as_of."},
		{"people pending on a stage's clock without as_of", &window,
			{{REACHED(1, 0), 1}, {REACHED(2, 0), 1}, {PENDING_AFTER(2, 3), 1}},
		"\"pending_after\" of stage 2 on day 3: there is no as_of."},
		{"the last day of the window", &all, {{REACHED(1, 0), 1}, {EXITED(1, 100), 1}}, none},
		{"a day after it", &all, {{REACHED(1, 0), 1}, {EXITED(1, 101), 1}},
		"\"exited\" of stage 1 on day 101: the window has closed before."},
		{"a stage reached after it", &two, {{REACHED(1, 0), 1}, {REACHED(2, 101), 1}},
		"\"reached\" of stage 2 on day 101: the window has closed before."},
		{"a stage's clock that goes beyond", &all,
			{{REACHED(1, 0), 1}, {REACHED(2, 0), 1}, {EXITED(2, 9), 1}, {EXITED_AFTER(2, 101), 1}},
		"\"exited_after\" of stage 2 on day 101: the window has closed before."},
		{"150 years", &neither, {{REACHED(1, 0), 1}, {REACHED(2, 54788), 1}}, none},
		{"a day more", &neither, {{REACHED(1, 0), 1}, {REACHED(2, 54789), 1}},
		"reached stand at 54789."},
		{"much more", &neither, {{REACHED(1, 0), 1}, {EXITED(1, UINT32_MAX), 1}},
		"exited stand at 4294967295."},

		/* counts */
		{"fewer than nobody", &all, {{REACHED(1, 0), 1}, {EXITED(1, 3), 2}, {EXITED(1, 4), -1}},
		"\"exited\" of stage 1 on day 4: the count is not positive."},
		{"the fewest", &all, {{REACHED(1, 0), INT64_MIN}},
		"\"reached\" of stage 1 on day 0: the count is not positive."},
		{"as many as there can be", &two, {{REACHED(1, 0), most}, {EXITED(1, 3), most - 1}, {LOST(1, 100), 1}}, none},
		{"one more", &two, {{REACHED(1, 0), most + 1}, {EXITED(1, 3), most}, {LOST(1, 100), 1}},
		"There are more than 1000000000000 people."},
		{"one more in another series", &two, {{REACHED(1, 0), most}, {EXITED(1, 3), most}, {EXITED(1, 4), 1}},
		"There are more than 1000000000000 people."},
		{"the most", &two, {{REACHED(1, 0), INT64_MAX}, {EXITED(1, 3), INT64_MAX}},
		"There are more than 1000000000000 people."},

		/* who is there */
		{"somebody who never came", &all, {{EXITED(1, 3), 1}},
		"More people leave stage 1 on day 3 than are there."},
		{"a conversion of nobody", &all, {{REACHED(2, 3), 1}},
		"More people leave stage 1 on day 3 than are there."},
		{"one too many at the second stage", &all,
			{{REACHED(1, 0), 3}, {REACHED(2, 2), 1}, {REACHED(2, 4), 1}, {EXITED(1, 1), 1}, {EXITED(2, 3), 2},
			{EXITED_AFTER(2, 1), 2}},
		"More people leave stage 2 on day 3 than are there."},
		{"somebody who left the day before coming", &all,
			{{REACHED(1, 0), 1}, {REACHED(2, 5), 1}, {EXITED(2, 4), 1}, {EXITED_AFTER(2, 0), 1}},
		"More people leave stage 2 on day 4 than are there."},
		{"two ways for one", &all, {{REACHED(1, 0), 1}, {LOST(1, 100), 1}, {PENDING(1, 100), 1}},
		"More people leave stage 1 on day 100 than are there."},
		{"one who is nowhere, with a window", &window, {{REACHED(1, 0), 3}, {LOST(1, 100), 2}},
		"1 people stay at stage 1 for good."},
		{"with as_of", &as_of,
			{{REACHED(1, 0), 3}, {REACHED(2, 5), 3}, {PENDING(2, 30), 1}, {PENDING_AFTER(2, 25), 1}},
		"2 people stay at stage 2 for good."},
		{"who are lost, with neither", &neither, {{REACHED(1, 0), 3}, {REACHED(2, 5), 2}}, none},

		/* the two clocks */
		{"a clock without people", &all, {{REACHED(1, 0), 1}, {REACHED(2, 5), 1}, {EXITED(2, 9), 1}},
		"The clocks of stage 2 differ in how many people leave it."},
		{"another way to leave", &all,
			{{REACHED(1, 0), 1}, {REACHED(2, 5), 1}, {EXITED(2, 9), 1}, {PENDING_AFTER(2, 4), 1}},
		"The clocks of stage 2 differ in how many people leave it."},
		{"a clock of people who did not come", &all, {{CONVERTED_AFTER(2, 0), 1}},
		"The clocks of stage 2 differ in how many people leave it."},
		{"one day less on the stage's clock", &all,
			{{REACHED(1, 0), 1}, {REACHED(2, 5), 1}, {EXITED(2, 9), 1}, {EXITED_AFTER(2, 3), 1}},
		"The clocks of stage 2 differ in their days."},
		{"one more", &all,
			{{REACHED(1, 0), 1}, {REACHED(2, 5), 1}, {EXITED(2, 9), 1}, {EXITED_AFTER(2, 5), 1}},
		"The clocks of stage 2 differ in their days."},
		{"two people's days, however shared", &all,
			{{REACHED(1, 0), 2}, {REACHED(2, 5), 1}, {REACHED(2, 7), 1}, {EXITED(2, 9), 1}, {REACHED(3, 10), 1},
		{EXITED_AFTER(2, 2), 1}, {CONVERTED_AFTER(2, 5), 1}}, none},
		{"more days than those who stay can have", &neither,
			{{REACHED(1, 0), 2}, {REACHED(2, 5), 1}, {REACHED(2, 7), 1}, {REACHED(3, 10), 1},
			{CONVERTED_AFTER(2, 6), 1}},
		"The clocks of stage 2 differ in their days."},
		{"the last of them stays", &neither,
			{{REACHED(1, 0), 2}, {REACHED(2, 5), 1}, {REACHED(2, 7), 1}, {REACHED(3, 10), 1},
		{CONVERTED_AFTER(2, 5), 1}}, none},
		{"the first of them stays", &neither,
			{{REACHED(1, 0), 2}, {REACHED(2, 5), 1}, {REACHED(2, 7), 1}, {REACHED(3, 10), 1},
		{CONVERTED_AFTER(2, 3), 1}}, none},
		{"fewer days than anybody", &neither,
			{{REACHED(1, 0), 2}, {REACHED(2, 5), 1}, {REACHED(2, 7), 1}, {REACHED(3, 25), 1},
			{CONVERTED_AFTER(2, 10), 1}},
		"The clocks of stage 2 differ in their days."},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
	{
		bool		valid = cases[i].detail[0] == '\0';
		size_t		n = 0;
		EfStatus	status;

		while (n < COUNT(cases[i].cells) && cases[i].cells[n].key != 0)
			n++;
		status = validate(cases[i].setting, cases[i].cells, n, 0, 0);
		ok((status == EF_OK) == valid && strcmp(error.detail, cases[i].detail) == 0,
		   "%s: %s%s", cases[i].name, valid ? "valid" : "refused: ", error.detail);
		ok(status == EF_OK || status == EF_INVALID, "as what no rows can have given");
	}
	/* a sum that passes 64 bits if it is taken */
	{
		EfCell		cells[23];

		for (uint32_t i = 0; i < COUNT(cells); i++)
			cells[i] = ef_cell(EXITED(1, i), most << i);
		is_int(validate(&all, cells, COUNT(cells), 0, 0), EF_INVALID, "twice as many each day are refused");
	}
	is_int(validate(&all, NULL, 0, 0, -1), EF_INVALID, "a negative number of skipped rows is refused");
	is_int(validate(&all, NULL, 0, 0, INT64_MAX), EF_OK, "the most are not");
	is_int(validate(&all, NULL, 0, 1, 0), EF_INVALID, "flags are refused");
}

/* No mark of what people have given can be a day or a person off. */
static void
test_tampered(void)
{
	int			refused = 0;
	int			runs = 0;
	int			wrong = 0;

	for (int run = 0; run < 3000; run++)
	{
		Setting		setting = {2 + (int) random_below(3), 30, random_below(2), random_below(2), 30};
		Arena		arena;
		History		people[12];
		EfFunnel	funnel;
		EfTable    *table = &funnel.table;
		EfCell	   *cell;
		EfStatus	status;

		arena_open(&arena);
		for (int i = 0; i < 12; i++)
			random_history(&people[i], &setting);
		wrong += histories_funnel(&funnel, &setting, people, 12, &arena) != EF_OK;
		wrong += ef_table_validate(table, &ef_funnel_type, &arena.context) != EF_OK;
		cell = &table->cells[random_below((uint32_t) table->ncells)];
		if (random_below(2))
			cell->count += random_below(2) ? 1 : -1;
		else
			cell->key += ef_key_at(cell->key) > 0 && random_below(2) ? (EfKey) -1 : 1;
		if (ef_table_normalize(table, &ef_funnel_type, &arena.context) == EF_OK)
		{
			status = ef_table_validate(table, &ef_funnel_type, &arena.context);
			/* a day of the first stage, or who came a day later, may be */
			refused += status == EF_INVALID;
			wrong += status != EF_INVALID && status != EF_OK;
			runs++;
		}
		arena_close(&arena);
	}
	is_int(wrong, 0, "what is tampered with is refused or a table");
	ok(refused > runs * 3 / 4 && refused < runs, "refused: %d of %d", refused, runs);
}

/* A sum of states may pass the limit that each keeps. */
static void
test_limits(void)
{
	static const Setting setting = {2, 50, false, false, 0};
	Arena		arena;
	EfFrame		frame;
	EfState    *state;
	EfFunnel	funnel;

	arena_open(&arena);
	frame = setting_frame(&setting, &arena);
	ef_state_create(&state, &ef_funnel_type, &frame, 100, &arena.context);
	ef_state_append(state, REACHED(1, 0), EF_PERSON_LIMIT);
	ef_state_append(state, LOST(1, 50), EF_PERSON_LIMIT);
	is_int(ef_funnel_open(&funnel, state, state->size, &arena.context), EF_OK,
		   "as many people as there can be are counted");
	is_int(ef_state_merge(&state, &ef_funnel_type, &funnel.table, &arena.context), EF_OK,
		   "a state can sum up to more");
	is_int(ef_funnel_open(&funnel, state, state->size, &arena.context), EF_COUNT_OVERFLOW, "but not be read then");
	arena_close(&arena);
}


/* ---- bytes from anywhere ---- */

/*
 * Open these bytes, which end where their memory does, and read whatever a
 * valid funnel has.  Not to crash is the test; and what is valid packs to a
 * value that opens to the same.
 */
static bool
hostile(const uint8_t *bytes, size_t size, int *wrong)
{
	static const EfDuration by = {1, 3, 0};
	Arena		arena;
	uint8_t    *copy = malloc(size > 0 ? size : 1);
	EfFunnel	funnel;
	EfStatus	status;
	bool		valid = false;

	arena_open(&arena);
	memcpy(copy, bytes, size);
	status = ef_funnel_open(&funnel, copy, size, &arena.context);
	if (status == EF_OK)
		status = ef_table_validate(&funnel.table, &ef_funnel_type, &arena.context);
	if (arena.largest > 64 * size + 4096)
	{
		diag("%zu bytes ask for %zu", size, arena.largest);
		(*wrong)++;
	}
	*wrong += status != EF_OK && status != EF_INVALID;
	if (status == EF_OK)
	{
		EfStageEstimates stages[EF_STAGE_LIMIT];
		int32_t		days;
		double		conversion;
		uint8_t    *packed;
		uint8_t    *again;
		size_t		packed_size;
		size_t		again_size;
		uint32_t	n = funnel.spec.nstages;

		valid = true;
		*wrong += ef_funnel_estimate(&funnel, 0.95, stages, &days, &arena.context) != EF_OK;
		if (n > 1)
		{
			*wrong += ef_funnel_conversion_by(&funnel, 1, n, &by, &conversion, &arena.context) != EF_OK;
			*wrong += !isnan(conversion) && !(conversion >= 0 && conversion <= 1);
			*wrong += ef_funnel_quantile_days(&funnel, n - 1, n, 0.9, &days, &arena.context) != EF_OK;
		}
		for (uint32_t i = 0; i < n; i++)
			*wrong += !isnan(stages[i].cumulative.value) &&
				!(stages[i].cumulative.value >= 0 && stages[i].cumulative.value <= 1);
		*wrong += ef_table_pack(&funnel.table, &ef_funnel_type, 4, &packed, &packed_size, &arena.context) != EF_OK;
		*wrong += packed_size > size;
		*wrong += ef_funnel_open(&funnel, packed, packed_size, &arena.context) != EF_OK;
		*wrong += ef_table_pack(&funnel.table, &ef_funnel_type, 4, &again, &again_size, &arena.context) != EF_OK;
		*wrong += again_size != packed_size || memcmp(again + 4, packed + 4, again_size - 4) != 0;
	}
	free(copy);
	arena_close(&arena);
	return valid;
}

static size_t
sample_funnel(uint8_t *out, const Setting *setting)
{
	Arena		arena;
	History		people[40];
	EfFunnel	funnel;
	uint8_t    *bytes;
	size_t		size = 0;

	arena_open(&arena);
	for (int i = 0; i < 40; i++)
		random_history(&people[i], setting);
	if (histories_funnel(&funnel, setting, people, 40, &arena) == EF_OK &&
		ef_table_pack(&funnel.table, &ef_funnel_type, 4, &bytes, &size, &arena.context) == EF_OK)
	{
		memset(bytes, 0, 4);
		memcpy(out, bytes, size);
	}
	arena_close(&arena);
	return size;
}

static void
test_hostile(void)
{
	static const Setting settings[] = {
		{3, 40, true, true, 40}, {2, -1, false, false, 200}, {4, -1, true, false, 10},
	};
	uint8_t		bytes[2000];

	for (size_t s = 0; s < COUNT(settings); s++)
	{
		size_t		size = sample_funnel(bytes, &settings[s]);
		int			wrong = 0;
		int			valid = 0;

		ok(hostile(bytes, size, &wrong) && wrong == 0, "%zu bytes are valid", size);
		for (size_t n = 0; n < size; n++)
			valid += hostile(bytes, n, &wrong);
		is_int(valid, 0, "none of their beginnings are");
		bytes[size] = 0;
		ok(!hostile(bytes, size + 1, &wrong), "nor are they with one more byte");
		is_int(wrong, 0, "and all that was refused was refused well");

		valid = 0;
		for (size_t n = 4; n < size; n++)
			for (int byte = 0; byte < 256; byte++)
			{
				uint8_t		old = bytes[n];

				bytes[n] = (uint8_t) byte;
				valid += hostile(bytes, size, &wrong);
				bytes[n] = old;
			}
		is_int(wrong, 0, "with any byte changed, they are refused or are a funnel (%d)", valid);

		/* several bytes at once, and bytes moved */
		valid = 0;
		for (int i = 0; i < 20000; i++)
		{
			uint8_t		copy[2000];
			size_t		length = size;

			memcpy(copy, bytes, size);
			for (uint32_t k = 1 + random_below(4); k > 0; k--)
			{
				size_t		n = 6 + random_below((uint32_t) length - 6);
				static const uint8_t edges[] = {0, 1, 2, 0x7f, 0x80, 0xff};

				switch (random_below(3))
				{
					case 0:
						copy[n] = edges[random_below(6)];
						break;
					case 1:
						memmove(copy + n, copy + n + 1, --length - n);
						break;
					default:
						memmove(copy + n + 1, copy + n, length++ - n);
				}
			}
			valid += hostile(copy, length, &wrong);
		}
		is_int(wrong, 0, "with several changed as well (%d are a funnel)", valid);
	}
}


/* ---- an allocator that fails ---- */

/* Everything that asks for memory; the first status that is not EF_OK. */
static EfStatus
use_memory(const Arena *arena, const EfFrame *frame)
{
	static const Setting setting = {4, 60, true, true, 60};
	EfContext  *context = &arena->context;
	EfState    *state;
	EfState    *sum;
	EfFunnel	funnel;
	EfStageEstimates stages[EF_STAGE_LIMIT];
	int32_t		days;
	double		conversion;
	EfStatus	status;

	if ((status = ef_state_create(&state, &ef_funnel_type, frame, 0, context)) != EF_OK ||
		(status = ef_state_create(&sum, &ef_funnel_type, frame, 0, context)) != EF_OK)
		return status;
	for (int i = 0; i < 3000; i++)
	{
		History		history;

		random_history(&history, &setting);
		if ((status = add_history(&state, &history, context)) != EF_OK)
			return status;
	}
	if ((status = ef_funnel_open(&funnel, state, state->size, context)) != EF_OK ||
		(status = ef_table_validate(&funnel.table, &ef_funnel_type, context)) != EF_OK ||
		(status = ef_state_merge(&sum, &ef_funnel_type, &funnel.table, context)) != EF_OK ||
		(status = ef_funnel_estimate(&funnel, 0.9, stages, &days, context)) != EF_OK ||
		(status = ef_funnel_conversion_by(&funnel, 2, 3, NULL, &conversion, context)) != EF_OK)
		return status;
	return ef_funnel_quantile_days(&funnel, 2, 3, 0.5, &days, context);
}

static void
test_no_memory(void)
{
	static const Setting setting = {4, 60, true, true, 60};
	Arena		specs;
	EfFrame		frame;
	int			wrong = 0;
	long		n = 0;
	EfStatus	status;

	arena_open(&specs);
	frame = setting_frame(&setting, &specs);
	do
	{
		Arena		arena;

		arena_open(&arena);
		arena.fail_at = ++n;
		status = tried(&arena, use_memory(&arena, &frame));
		if (status == EF_OK ? arena.calls >= n : status != EF_NO_MEMORY)
		{
			wrong++;
			diag("request %ld fails: status %s", n, said(status));
		}
		arena_close(&arena);
	} while (status != EF_OK && n < 10000);
	is_int(wrong, 0, "each of %ld requests may fail", n - 1);
	arena_close(&specs);
}

int
main(void)
{
	test_any_order();
	test_add();
	test_mixed();
	test_validate();
	test_tampered();
	test_limits();
	test_hostile();
	test_no_memory();
	return done_testing();
}
