/*
 * test_mobility_spells.c: where people are and go, against a look at every
 * person on every day.
 */
#include "mobility/mobility_spells.h"

#include "arena.h"
#include "memory_file.h"
#include "tap.h"

/* Names whose order by bytes is not that of their numbers; one begins as
 * another, one has no byte. */
static const char *const state_names[] = {"north", "a", "south", "", "\xc3\xb6st", "aa", "nor"};

#define STATES ((int) (sizeof(state_names) / sizeof(state_names[0])))
#define UNKNOWN 0
#define OUTSIDE (-1)

typedef struct Spell
{
	EfDay		start;
	EfDay		end;
	int			state;			/* from 1 */
} Spell;

/* How often each step was taken. */
typedef struct Counts
{
	int			days;
	int64_t    *counts;
} Counts;

static int64_t *
count_of(const Counts *counts, unsigned kind, int state, int to, int day)
{
	return &counts->counts[((kind * (STATES + 1) + (unsigned) state) * (STATES + 1) + (unsigned) to) *
						   (size_t) (counts->days + 1) + (size_t) day];
}

static size_t
counts_size(int days)
{
	return 6 * (size_t) (STATES + 1) * (STATES + 1) * (size_t) (days + 1);
}

static Counts
counts_open(int days)
{
	Counts		counts = {days, calloc(counts_size(days), sizeof(int64_t))};

	return counts;
}


/* ---- day by day ---- */

static int
compare_names(int a, int b)
{
	if (a == b || a == UNKNOWN || b == UNKNOWN)
		return a - b;
	return strcmp(state_names[a - 1], state_names[b - 1]);
}

/* Where somebody is on a day. */
static int
where(const Spell *spells, int n, EfDay day)
{
	const Spell *best = NULL;

	for (int i = 0; i < n; i++)
	{
		const Spell *spell = &spells[i];

		if (day < spell->start || day >= spell->end)
			continue;
		if (best == NULL || spell->start > best->start ||
			(spell->start == best->start &&
			 (spell->end > best->end ||
			  (spell->end == best->end && compare_names(spell->state, best->state) > 0))))
			best = spell;
	}
	return best == NULL ? OUTSIDE : best->state;
}

/* The steps of one person, by looking at every day. */
static int
look_at_person(EfMobilityStep *steps, const Spell *spells, int n, EfDay from, int days)
{
	int			before = where(spells, n, from - 1);
	int			nsteps = 0;

	for (int day = 0; day <= days; day++)
	{
		int			now = where(spells, n, from + day);
		EfMobilityStep *step = &steps[nsteps];
		bool		goes = day > 0 && before > 0;

		step->day = (uint32_t) day;
		step->state = (uint32_t) (goes ? before : now);
		step->to = goes && now > 0 ? (uint32_t) now : 0;
		step->kind = goes && now > 0 ? EF_MOB_MOVED
			: goes && now == OUTSIDE ? EF_MOB_LEFT
			: goes ? EF_MOB_CENSORED
			: before > 0 ? EF_MOB_OPENING
			: before == UNKNOWN ? EF_MOB_RESUMED : EF_MOB_ENTERED;
		nsteps += goes ? before != now : now > 0 && day < days;
		before = now;
	}
	return nsteps;
}

static void
count_person(const Counts *counts, const Spell *spells, int n, EfDay from)
{
	EfMobilityStep steps[200];
	int			nsteps = look_at_person(steps, spells, n, from, counts->days);

	for (int i = 0; i < nsteps; i++)
		(*count_of(counts, steps[i].kind, (int) steps[i].state,
				   (int) steps[i].to, (int) steps[i].day))++;
}


/* ---- chance ---- */

/* Spells near a period: some on its edges, of no day, open, within others, from
 * one day to one day. */
static int
make_spells(Spell *spells, int room, EfDay from, int days)
{
	int			n = (int) random_below((uint32_t) room + 1);

	for (int i = 0; i < n; i++)
	{
		Spell	   *spell = &spells[i];
		uint32_t	dice = random_below(20);

		spell->start = from - 5 + (int) random_below((uint32_t) days + 11);
		spell->end = spell->start + (int) random_below((uint32_t) days / 2 + 4);
		if (dice == 0)
			spell->end = EF_DAY_INFINITY;
		if (dice == 1)
			spell->end = from + days + (int) random_below(3) - 1;
		if (dice == 2)
			spell->start = from + (int) random_below(3) - 1;
		if (dice == 3)
			spell->end = from + (int) random_below(3) - 1;
		if (dice < 8 && i > 0)
			spell->start = spells[i - 1].start;
		if (dice >= 6 && dice < 9 && i > 0)
			spell->end = spells[i - 1].end;
		if (dice == 9 && i > 0 && spells[i - 1].end != EF_DAY_INFINITY)
			spell->start = spells[i - 1].end;
		if (spell->end < spell->start)
			spell->end = spell->start;
		spell->state = (int) random_below(STATES + 1);
	}
	return n;
}


/* ---- the two together ---- */

/* The dictionary: unlike the names, numbers begin elsewhere. */
static EfStatus
number_states(EfDictionary *names, uint32_t *numbers, EfContext *context)
{
	EfStatus	status = EF_OK;

	ef_dictionary_begin(names, context);
	numbers[UNKNOWN] = 0;
	for (int state = 1; state <= STATES && status == EF_OK; state++)
		status = ef_dictionary_number(names, state_names[state - 1], strlen(state_names[state - 1]), &numbers[state]);
	return status;
}

static int
compare_spells(const void *x, const void *y)
{
	EfWhen		a = *(const EfWhen *) x >> EF_WHEN_NUMBER_BITS;
	EfWhen		b = *(const EfWhen *) y >> EF_WHEN_NUMBER_BITS;

	return (a > b) - (a < b);
}

/* Does one person walk as we have seen them? */
static bool
walk_holds(EfMobilityWalk *walk, const Spell *spells, int n, const EfFrame *frame,
		   const uint32_t *numbers, int64_t *taken)
{
	EfMobilityStep expected[200];
	int			nexpected = look_at_person(expected, spells, n, frame->from,
										   frame->as_of - frame->from);
	EfWhen		whens[64];
	size_t		nwhens = 0;

	for (int i = 0; i < n; i++)
		if (ef_spell_when(&whens[nwhens], spells[i].start, spells[i].end, numbers[spells[i].state],
						  frame))
			nwhens++;
	for (int i = 0; i < nexpected; i++)
		taken[expected[i].kind]++;
	if (nwhens == 0)
		return nexpected == 0;
	/* not in the order of their numbers */
	qsort(whens, nwhens, sizeof(EfWhen), compare_spells);
	ef_mobility_walk(walk, whens, nwhens);
	if (walk->nsteps != (size_t) nexpected)
		return false;
	for (int i = 0; i < nexpected; i++)
		if (walk->steps[i].kind != expected[i].kind || walk->steps[i].day != expected[i].day ||
			walk->steps[i].state != numbers[expected[i].state] ||
			walk->steps[i].to != numbers[expected[i].to])
			return false;
	return true;
}

static void
one_by_one(EfDay from, int days, int people, int room)
{
	EfFrame		frame = {.from = from,.as_of = from + days,.bounded = true};
	Arena		arena;
	EfDictionary names;
	uint32_t	numbers[STATES + 1];
	EfMobilityWalk walk;
	int			wrong = 0;
	int64_t		taken[6] = {0};

	arena_open(&arena);
	number_states(&names, numbers, &arena.context);
	ef_mobility_walk_begin(&walk, &frame, &names, &arena.context);
	for (int i = 0; i < people; i++)
	{
		Spell		spells[64];
		int			n = make_spells(spells, room, from, days);

		wrong += !walk_holds(&walk, spells, n, &frame, numbers, taken);
	}
	is_int(wrong, 0, "%d people with up to %d spells, on %d days, one by one", people, room, days);
	for (int kind = 0; kind < 6 && days > 2; kind++)
		ok(taken[kind] > people / 100, "of whom many take a step of kind %d: %lld", kind,
		   (long long) taken[kind]);
	ef_mobility_walk_end(&walk);
	arena_close(&arena);
}


/* ---- groups ---- */

/* Is what the state has counted, no more and no less, what is expected? */
static bool
state_holds(const EfState *state, const Counts *expected, EfContext *context)
{
	EfTable		table;
	Counts		got = counts_open(expected->days);
	bool		good = ef_table_load(&table, &ef_mobility_type, state, state->size, context) == EF_OK;

	for (size_t i = 0; good && i < table.ncells; i++)
	{
		EfKey		key = table.cells[i].key;
		uint32_t	labels[2] = {ef_key_label(key), ef_pair_label(ef_key_at(key))};
		int			states[2] = {0, 0};

		for (int j = 0; j < 2; j++)
			for (int state_no = 1; labels[j] > 0 && state_no <= STATES; state_no++)
				if (table.labels[labels[j] - 1].length == strlen(state_names[state_no - 1]) &&
					memcmp(table.labels[labels[j] - 1].bytes, state_names[state_no - 1],
						   table.labels[labels[j] - 1].length) == 0)
					states[j] = state_no;
		good = states[0] > 0 && (states[1] > 0) == (labels[1] > 0);
		if (good)
			*count_of(&got, ef_key_kind(key), states[0], states[1], (int) ef_pair_at(ef_key_at(key))) =
				table.cells[i].count;
	}
	good = good && memcmp(got.counts, expected->counts,
						  counts_size(expected->days) * sizeof(int64_t)) == 0;
	good = good && ef_table_validate(&table, &ef_mobility_type, context) == EF_OK;
	free(got.counts);
	return good;
}

typedef struct Trial
{
	int			days;
	int			people;
	int			room;
	int			ngroups;
	size_t		budget;
} Trial;

static const Trial trials[] = {
	{30, 3000, 6, 1, SIZE_MAX / 4},
	{30, 3000, 6, 1, 20000},
	{30, 3000, 6, 40, 60000},
	{1, 500, 4, 3, 0},
	{400, 20000, 4, 2, SIZE_MAX / 4},
	{400, 20000, 4, 2, 100000},
};

static void
groups_hold(const Trial *trial)
{
	EfDay		from = 7000;
	EfFrame		frame = {.from = from,.as_of = from + trial->days,.bounded = true};
	Arena		arena;
	File		file = {0};
	EfStorage	storage = {file_write, file_read, &file};
	EfEventLog	log;
	EfEventGroup *groups[40];
	EfDictionary names;
	uint32_t	numbers[STATES + 1];
	Counts		expected[40];
	Spell	   *spells = malloc((size_t) trial->people * 64 * sizeof(Spell));
	int		   *n = malloc((size_t) trial->people * sizeof(int));
	int			held;
	bool		good = true;

	arena_open(&arena);
	number_states(&names, numbers, &arena.context);
	ef_event_log_begin(&log, EF_PERSON_NUMBER, EF_UNIT_DAY, false, trial->budget, &storage, &arena.context);
	for (int i = 0; i < trial->ngroups; i++)
	{
		ef_event_group_create(&groups[i], &log);
		ef_event_group_skip(groups[i], i);
		expected[i] = counts_open(trial->days);
	}
	for (int i = 0; i < trial->people; i++)
	{
		n[i] = make_spells(spells + i * 64, trial->room, from, trial->days);
		count_person(&expected[i % trial->ngroups], spells + i * 64, n[i], from);
	}
	/* the spells of a person are not together */
	for (int j = 0; j < trial->room; j++)
		for (int i = 0; i < trial->people; i++)
		{
			const Spell *spell = &spells[i * 64 + j];
			EfWhen		when;

			if (j < n[i] && ef_spell_when(&when, spell->start, spell->end, numbers[spell->state], &frame))
				ef_event_add(groups[i % trial->ngroups], (uint64_t) i * 12345, when);
		}
	ok(good, "%d people in %d groups, %d days, within %zu bytes", trial->people, trial->ngroups,
	   trial->days, trial->budget);
	is_int(file.size > 0, trial->budget < SIZE_MAX / 4, "spells are stored where there is too little");
	for (int again = 0; again < 2; again++)
	{
		held = arena.n;
		for (int i = 0; i < trial->ngroups; i++)
		{
			EfState    *state;

			good = good && ef_mobility_of_spells(&state, groups[i], &names, &frame, &arena.context) == EF_OK;
			good = good && state->skipped == i;
			good = good && state_holds(state, &expected[i], &arena.context);
		}
		ok(good, again ? "and again" : "all steps are counted");
	}
	/* two for each: the state, and what opening it took */
	ok(arena.n - held <= 3 * trial->ngroups, "nothing else is left in memory");
	for (int i = 0; i < trial->ngroups; i++)
		free(expected[i].counts);
	free(spells);
	free(n);
	free(file.bytes);
	arena_close(&arena);
}


/* ---- edges ---- */

/* The longest period, and spells that begin as early as they may. */
static void
longest(void)
{
	EfDay		from = -35064;	/* 1904-01-01: 38 leap years in 150 */
	EfFrame		frame = {.from = from,.as_of = from + EF_MOBILITY_DAYS,.bounded = true};
	EfDay		as_of = frame.as_of;

	/* of spells that are not there no day is held */
	const Spell people[][3] = {
		{{from, EF_DAY_INFINITY, 1}},
		{{from, as_of, 1}},
		{{from, as_of + 1, 1}, {as_of, as_of + 1, 2}},
		{{from, as_of - 1, 1}, {as_of, EF_DAY_INFINITY, 2}},
		{{as_of, EF_DAY_INFINITY, 3}},
		{{as_of + 1, EF_DAY_INFINITY, 3}},
		{{from, from + 1, 4}, {from + 1, from + 2, 4}, {from + 2, from + 3, 5}},
		{{from + 10, from + 30, 4}, {from + 15, from + 20, 4}, {from + 30, EF_DAY_INFINITY, UNKNOWN}},
		{{from, from + 9, UNKNOWN}, {from + 9, from + 12, 5}, {from + 12, from + 13, UNKNOWN}},
		{{from + 5, from + 5, 1}, {from, from, 2}, {as_of, as_of, 3}},
	};
	Arena		arena;
	EfDictionary names;
	uint32_t	numbers[STATES + 1];
	EfMobilityWalk walk;
	EfSpell		first = {.start = from,.end = EF_DAY_INFINITY};
	int64_t		taken[6] = {0};

	arena_open(&arena);
	is_int(ef_mobility_observed_check(&frame, &refuses), EF_OK, "150 years can be observed");
	is_int(ef_spell_check(&first, as_of, &refuses), EF_OK, "and a spell can last as long");
	first.start--;
	is_int(ef_spell_check(&first, as_of, &refuses), EF_START_TOO_EARLY, "and no longer");
	number_states(&names, numbers, &arena.context);
	ef_mobility_walk_begin(&walk, &frame, &names, &arena.context);
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++)
		ok(walk_holds(&walk, people[i], 3, &frame, numbers, taken), "in 150 years, person %zu", i);
	ef_mobility_walk_end(&walk);

	/* a short period at the end of what spells can be */
	frame.from = as_of - 2;
	ef_mobility_walk_begin(&walk, &frame, &names, &arena.context);
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++)
		ok(walk_holds(&walk, people[i], 3, &frame, numbers, taken),
		   "in the last two days of them, person %zu", i);
	ef_mobility_walk_end(&walk);
	arena_close(&arena);
}

/* One person with very many spells, each within the one before: all of them are
 * seen twice. */
static void
nested(void)
{
	enum
	{
		DEPTH = 20000
	};
	EfFrame		frame = {.from = 0,.as_of = 50000,.bounded = true};
	Arena		arena;
	EfDictionary names;
	uint32_t	numbers[STATES + 1];
	EfMobilityWalk walk;
	EfWhen	   *whens = malloc(DEPTH * sizeof(EfWhen));
	int			wrong = 0;

	arena_open(&arena);
	number_states(&names, numbers, &arena.context);
	ef_mobility_walk_begin(&walk, &frame, &names, &arena.context);
	for (int i = 0; i < DEPTH; i++)
		wrong += !ef_spell_when(&whens[i], i + 1, 49999 - i, numbers[1 + i % 2], &frame);
	ef_mobility_walk(&walk, whens, DEPTH);
	is_int(wrong, 0, "%d spells, each within the one before", (int) DEPTH);
	is_int(walk.nsteps, 2 * DEPTH, "each is seen before and after those within it");
	is_int(walk.steps[0].kind, EF_MOB_ENTERED, "one enters");
	is_int(walk.steps[2 * DEPTH - 1].kind, EF_MOB_LEFT, "and leaves");
	for (int i = 1; i < 2 * DEPTH - 1; i++)
		wrong += walk.steps[i].kind != EF_MOB_MOVED;
	is_int(wrong, 0, "and moves in between");
	ef_mobility_walk_end(&walk);
	free(whens);
	arena_close(&arena);
}

static EfStatus
work(const EfFrame *frame, const EfStorage *storage, EfContext *context)
{
	EfEventLog	log;
	EfEventGroup *group;
	EfDictionary names;
	uint32_t	numbers[STATES + 1];
	EfState    *state;
	EfStatus	status = number_states(&names, numbers, context);

	if (status != EF_OK)
		return status;
	ef_event_log_begin(&log, EF_PERSON_NUMBER, EF_UNIT_DAY, false, 30000, storage, context);
	ef_event_group_create(&group, &log);
	for (int i = 0; i < 3000; i++)
	{
		EfWhen		when;

		if (ef_spell_when(&when, 7000 + i % 90, 7010 + i % 91, numbers[1 + i % STATES], frame))
			ef_event_add(group, (uint64_t) i % 500, when);
	}
	return ef_mobility_of_spells(&state, group, &names, frame, context);
}

static void
failing_memory(void)
{
	EfFrame		frame = {.from = 7000,.as_of = 7100,.bounded = true};
	int			failures = 0;
	int			wrong = 0;

	for (long at = 1;; at++)
	{
		Arena		arena;
		File		file = {0};
		EfStorage	storage = {file_write, file_read, &file};
		EfStatus	status;

		arena_open(&arena);
		arena.fail_at = at;
		status = tried(&arena, work(&frame, &storage, &arena.context));
		wrong += status != EF_OK && status != EF_NO_MEMORY;
		failures += status == EF_NO_MEMORY;
		free(file.bytes);
		arena_close(&arena);
		if (status == EF_OK)
			break;
	}
	ok(failures > 20 && wrong == 0, "%d requests for memory fail one by one", failures);
}

int
main(void)
{
	one_by_one(7000, 30, 20000, 6);
	one_by_one(-400000, 12, 20000, 3);
	one_by_one(7000, 100, 2000, 60);
	one_by_one(7000, 1, 2000, 6);
	one_by_one(7000, 2, 2000, 1);
	longest();
	nested();
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++)
		groups_hold(&trials[i]);
	failing_memory();
	return done_testing();
}
