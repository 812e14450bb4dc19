/*
 * test_mobility_people.c: from contracts to a series by step of the calendar, and to
 * leavers by reason, against a look at every person on every day.
 */
#include "base/fte.h"
#include "mobility/mobility_contracts.h"
#include "mobility/mobility_series.h"

#include "arena.h"
#include "memory_file.h"
#include "tap.h"

/* Names whose order by bytes is not that of their numbers; one begins as
 * another.  Those of reasons are others, but for one; 'unknown' says nothing. */
static const char *const states[] = {NULL, "north", "a", "south", "aa"};
static const char *const reasons[] = {"unknown", "z", "moved", "a", "v"};

enum
{
	STATES = 4, REASONS = 4,	/* that are known */
	UNKNOWN = 0, OUTSIDE = -1,
	PEOPLE = 400, CONTRACTS = 8
};

typedef struct Contract
{
	EfDay		start;
	EfDay		end;
	int			state;
	int			reason;
	int			fte;
} Contract;

typedef struct Person
{
	int			n;
	Contract	contracts[CONTRACTS];
} Person;

/* Where a person is on each day, from the day before the period to the one after
 * it, what is done there, and why the person is gone on the next day. */
typedef struct Days
{
	int			n;
	int		   *state;			/* person * n + day + 1 */
	int		   *reason;
	int		   *fte;			/* the same, by state */
} Days;


/* ---- day by day ---- */

/* Does a name come before another? */
static bool
is_before(const char *a, const char *b)
{
	return a == NULL ? b != NULL : b != NULL && strcmp(a, b) < 0;
}

/* The contract that says where somebody is: of those that hold the day, or where
 * none does, that ended, the last. */
static const Contract *
seen(const Person *person, EfDay day, bool holds)
{
	const Contract *best = NULL;

	for (int i = 0; i < person->n; i++)
	{
		const Contract *c = &person->contracts[i];

		if (c->start > day || (c->end > day) != holds)
			continue;
		if (best == NULL ||
			(holds ? c->start > best->start : c->end > best->end) ||
			((holds ? c->start == best->start : c->end == best->end) &&
			 (holds ? c->end > best->end : c->start > best->start)) ||
			(c->start == best->start && c->end == best->end &&
			 is_before(states[best->state], states[c->state])))
			best = c;
	}
	return best;
}

/* Is a day in a gap that is bridged? */
static bool
is_gap(const Person *person, EfDay day, int gap)
{
	const Contract *last = seen(person, day, false);

	for (int i = 0; last != NULL && i < person->n; i++)
		if (person->contracts[i].start > day && person->contracts[i].start <= last->end + gap)
			return true;
	return false;
}

/* Why somebody who is there on a day is gone on the next one: what the contract that
 * ends last says, of these the first, of these the smallest reason. */
static int
why(const Person *person, EfDay day)
{
	const Contract *best = NULL;

	for (int i = 0; i < person->n; i++)
	{
		const Contract *c = &person->contracts[i];

		if (c->start > day + 1 || c->end > day + 1)
			continue;
		if (best == NULL || c->end > best->end ||
			(c->end == best->end && c->start < best->start) ||
			(c->end == best->end && c->start == best->start &&
			 is_before(reasons[c->reason], reasons[best->reason])))
			best = c;
	}
	return best == NULL ? 0 : best->reason;
}

static Days
look(const Person *people, EfDay from, int ndays, int gap)
{
	size_t		n = (size_t) PEOPLE * (size_t) (ndays + 2);
	Days		days = {ndays + 2, malloc(n * sizeof(int)), malloc(n * sizeof(int)),
	calloc(n * (STATES + 1), sizeof(int))};

	for (int p = 0; p < PEOPLE; p++)
		for (int t = -1; t <= ndays; t++)
		{
			size_t		at = (size_t) (p * days.n + t + 1);
			const Contract *c = seen(&people[p], from + t, true);

			if (c == NULL && is_gap(&people[p], from + t, gap))
				c = seen(&people[p], from + t, false);
			days.state[at] = c == NULL ? OUTSIDE : c->state;
			days.reason[at] = why(&people[p], from + t);
			for (int i = 0; i < people[p].n; i++)
			{
				c = &people[p].contracts[i];
				if (c->start <= from + t && c->end > from + t)
					days.fte[at * (STATES + 1) + (size_t) c->state] += c->fte;
			}
		}
	return days;
}

/* The row of a state in the step from one day to another, counted from 0. */
static EfSeriesRow
expected_row(const Days *days, int state, int first, int last)
{
	EfSeriesRow row = {0};

	for (int p = 0; p < PEOPLE; p++)
	{
		const int  *at = days->state + p * days->n + 1;
		const int  *fte = days->fte + ((size_t) (p * days->n + 1)) * (STATES + 1) + state;

		row.headcount_start += at[first] == state;
		row.headcount += at[last] == state;
		row.fte_start += fte[first * (STATES + 1)];
		row.fte += fte[last * (STATES + 1)];
		row.carried += at[last] > 0 && at[last + 1] == state;
		for (int t = first; t <= last; t++)
		{
			row.hires += at[t - 1] == OUTSIDE && at[t] == state;
			row.resumed += at[t - 1] == UNKNOWN && at[t] == state;
			row.leavers += at[t] == state && at[t + 1] == OUTSIDE;
			row.censored += at[t] == state && at[t + 1] == UNKNOWN;
			row.moved_out += at[t] == state && at[t + 1] > 0 && at[t + 1] != state;
			row.moved_in += at[t] > 0 && at[t] != state && at[t + 1] == state;
		}
	}
	return row;
}

static int64_t
expected_leavers(const Days *days, int state, int reason, int first, int last)
{
	int64_t		n = 0;

	for (int p = 0; p < PEOPLE; p++)
		for (int t = first; t <= last; t++)
		{
			size_t		at = (size_t) (p * days->n + t + 1);

			n += days->state[at] > 0 && (state == 0 || days->state[at] == state) &&
				days->state[at + 1] == OUTSIDE && days->reason[at] == reason;
		}
	return n;
}


/* ---- chance ---- */

/* Renewals, jobs side by side, gaps around the one that is bridged, rows that are
 * there twice, of no day, without end, in a state that is not known. */
static void
make_person(Person *person, EfDay from, int ndays, int gap)
{
	person->n = (int) random_below(CONTRACTS + 1);
	for (int i = 0; i < person->n; i++)
	{
		Contract   *c = &person->contracts[i];
		uint32_t	dice = random_below(12);

		c->start = from - 20 + (int) random_below((uint32_t) ndays + 40);
		if (i > 0 && dice < 5 && c[-1].end != EF_DAY_INFINITY)
			c->start = c[-1].end + (int) random_below(3) + (dice < 3 ? gap - 1 : 0);
		c->end = c->start + (int) random_below((uint32_t) ndays / 3 + 2);
		if (dice == 5)
			c->end = EF_DAY_INFINITY;
		if (dice == 6)
			c->end = from + ndays + (int) random_below(3) - 1;
		if (dice == 7)
			c->start = from + (int) random_below(3) - 1;
		if (c->end < c->start)
			c->end = c->start;
		c->state = (int) random_below(STATES + 1);
		c->reason = (int) random_below(REASONS + 1);
		c->fte = (int) random_below(5) * 250;
		if (dice == 8 && i > 0)
			*c = c[-1];
		if (dice == 9 && i > 0)
		{
			c->start = c[-1].start;
			c->end = c[-1].end;
		}
	}
}


/* ---- the summary ---- */

EF_NODISCARD static EfStatus
count_people(EfState **state, const Person *people, const EfFrame *frame, int gap, size_t budget,
			 File *file, EfContext *context)
{
	EfContractPeriod period;
	EfDuration	bridged = {0, gap, 0};
	EfStorage	storage = {file_write, file_read, file};
	EfEventLog	log;
	EfEventGroup *group;
	EfDictionary names;

	ef_contracts_period(&period, frame, &bridged);
	ef_dictionary_begin(&names, context);
	ef_event_log_begin(&log, EF_PERSON_NUMBER, EF_UNIT_DAY, false, budget, &storage, context);
	ef_event_group_create(&group, &log);
	/* the contracts of a person are not together */
	for (int i = CONTRACTS - 1; i >= 0; i--)
		for (int p = 0; p < PEOPLE; p++)
		{
			const Contract *c = &people[p].contracts[i];
			const char *state_name;
			size_t		state_length;
			const char *reason;
			char		name[64];
			uint32_t	number;
			EfWhen		when;
			EfStatus	status;

			if (i >= people[p].n ||
				!ef_mobility_contract_when(&when, c->start, c->end, &period))
				continue;
			state_name = states[c->state];
			state_length = state_name == NULL ? 0 : strlen(state_name);
			reason = reasons[c->reason];
			ef_mobility_contract_name(name, reason, strlen(reason), state_name, state_length, c->fte);
			status = ef_dictionary_number(&names, name,
										  ef_mobility_contract_size(strlen(reason), state_length), &number);
			if (status != EF_OK)
				return status;
			ef_event_add(group, (uint64_t) p * 12345, when | number);
		}
	return ef_mobility_of_contracts(state, group, &names, &period, context);
}

/* The number of a name among labels; 0 if it is not there, or there is no name. */
static uint32_t
label_of(const EfLabel *labels, uint32_t n, const char *name)
{
	for (uint32_t i = 0; i < n && name != NULL; i++)
		if (labels[i].length == strlen(name) && memcmp(labels[i].bytes, name, labels[i].length) == 0)
			return i + 1;
	return 0;
}

static bool
rows_are_equal(const EfSeriesRow *got, const EfSeriesRow *expected)
{
	return got->headcount_start == expected->headcount_start && got->headcount == expected->headcount &&
		got->fte_start == expected->fte_start && got->fte == expected->fte &&
		got->hires == expected->hires && got->leavers == expected->leavers &&
		got->moved_in == expected->moved_in && got->moved_out == expected->moved_out &&
		got->resumed == expected->resumed && got->censored == expected->censored &&
		got->carried == expected->carried;
}

/* The first day of the n-th step, from the days of the calendar. */
static int
step_start(EfDay from, int ndays, const EfDuration *every, int n)
{
	EfDay		day = ef_months_later(from, every->months * n) + every->days * n;

	return day - from < ndays ? day - from : ndays;
}

static void
series_holds(const EfMobility *mobility, const Days *days, EfDay from, int ndays,
			 const EfDuration *every, const char *label, EfContext *context)
{
	EfMobilitySeries series;
	int			nsteps = 0;
	int			wrong = 0;
	int64_t		moves = 0;
	bool		days_are_right = true;

	is_int(ef_mobility_series_begin(&series, mobility, every, context), EF_OK, "a series by %s", label);
	for (; ef_mobility_series_next(&series); nsteps++)
	{
		int			first = step_start(from, ndays, every, nsteps);
		int			last = step_start(from, ndays, every, nsteps + 1) - 1;
		EfSeriesRow all = {0};

		days_are_right = days_are_right && series.calendar.start == from + first && series.calendar.end == from + last;
		for (int state = 1; state <= STATES; state++)
		{
			EfSeriesRow expected = expected_row(days, state, first, last);
			EfSeriesRow none = {0};
			uint32_t	number = label_of(mobility->table.labels, mobility->table.nlabels, states[state]);

			wrong += !rows_are_equal(number > 0 ? &series.rows[number] : &none, &expected);
			for (size_t i = 0; i < sizeof(all) / sizeof(int64_t); i++)
				((int64_t *) &all)[i] += ((int64_t *) &expected)[i];
			moves += expected.moved_in;
		}
		wrong += !rows_are_equal(&series.rows[0], &all);
		wrong += all.moved_in != all.moved_out;
	}
	ok(days_are_right && nsteps > 0 && step_start(from, ndays, every, nsteps) == ndays,
	   "%d steps, from the first day to the last", nsteps);
	is_int(wrong, 0, "each state of each is as it was seen");
	ok(moves > 100, "with %lld moves", (long long) moves);
}

static void
leavers_hold(const EfMobility *mobility, const Days *days, EfDay from, int ndays,
			 const EfDuration *every, const char *label, EfContext *context)
{
	EfMobilityLeavers leavers;
	int			nsteps = 0;
	int			wrong = 0;
	int64_t		all = 0;

	is_int(ef_mobility_leavers_begin(&leavers, mobility, every, context), EF_OK, "leavers by %s", label);
	for (; ef_mobility_leavers_next(&leavers); nsteps++)
	{
		int			first = step_start(from, ndays, every, nsteps);
		int			last = step_start(from, ndays, every, nsteps + 1) - 1;
		int64_t		found = 0;

		for (size_t i = 0; i < leavers.nrows; i++)
		{
			const EfStateLeavers *row = &leavers.rows[i];
			int			state = 0;
			int			reason = 0;

			while (row->state > 0 &&
				   label_of(mobility->table.labels, mobility->table.nlabels, states[state]) != row->state)
				state++;
			while (label_of(leavers.reasons, leavers.nreasons, reasons[reason]) != row->reason)
				reason++;
			wrong += row->leavers != expected_leavers(days, state, reason, first, last);
			found += row->state == 0 ? 0 : row->leavers;
		}
		/* and no row is missing */
		for (int reason = 0; reason <= REASONS; reason++)
			found -= expected_leavers(days, 0, reason, first, last);
		wrong += found != 0;
		for (size_t i = 0; i < leavers.nrows; i++)
			all += leavers.rows[i].state == 0 ? leavers.rows[i].leavers : 0;
	}
	is_int(wrong, 0, "each state and reason of %d steps is as it was seen", nsteps);
	ok(all > 50, "with %lld who left", (long long) all);
}

static void
people_hold(EfDay from, int ndays, int gap, size_t budget)
{
	static const struct
	{
		EfDuration	every;
		const char *label;
	}			steps[] = {
		{{0, 1, 0}, "day"}, {{0, 7, 0}, "week"}, {{1, 0, 0}, "month"}, {{3, 0, 0}, "quarter"},
		{{0, 41, 0}, "41 days"}, {{1200, 0, 0}, "century"}
	};
	EfFrame		frame = {.from = from,.as_of = from + ndays,.bounded = true,.flags = EF_FLAG_FTE};
	Person	   *people = malloc(PEOPLE * sizeof(Person));
	Arena		arena;
	File		file = {0};
	Days		days;
	EfState    *state;
	EfMobility	mobility;
	EfStatus	status;

	arena_open(&arena);
	for (int p = 0; p < PEOPLE; p++)
		make_person(&people[p], from, ndays, gap);
	days = look(people, from, ndays, gap);
	status = count_people(&state, people, &frame, gap, budget, &file, &arena.context);
	is_str(said(status), "ok", "contracts joined over %d days, seen for %d, within %zu bytes", gap, ndays, budget);
	is_int(file.size > 0, budget < SIZE_MAX / 4, "which are stored where there is too little");
	if (status == EF_OK)
		status = ef_mobility_open(&mobility, state, state->size, &arena.context);
	is_str(said(status), "ok", "the summary can be read");
	for (size_t i = 0; status == EF_OK && i < sizeof(steps) / sizeof(steps[0]); i++)
	{
		series_holds(&mobility, &days, from, ndays, &steps[i].every, steps[i].label, &arena.context);
		leavers_hold(&mobility, &days, from, ndays, &steps[i].every, steps[i].label, &arena.context);
	}
	free(days.state);
	free(days.reason);
	free(days.fte);
	free(people);
	free(file.bytes);
	arena_close(&arena);
}


/* ---- what is refused ---- */

/* A person has no more than so much FTE on a day. */
static void
too_much(void)
{
	EfFrame		frame = {.from = 7000,.as_of = 7100,.bounded = true,.flags = EF_FLAG_FTE};
	const Person busy = {2, {{7000, 7050, 1, 0, EF_FTE_LIMIT}, {7049, 7060, 2, 0, 1}}};
	Person	   *people = calloc(PEOPLE, sizeof(Person));
	Arena		arena;
	File		file = {0};
	EfState    *state;

	arena_open(&arena);
	people[7] = busy;
	is_str(said(count_people(&state, people, &frame, 0, SIZE_MAX / 4, &file, &arena.context)),
		   "FTE of a person on one day is above 1000", "one day of 1000.001");
	people[7].contracts[1].start++;
	is_str(said(count_people(&state, people, &frame, 0, SIZE_MAX / 4, &file, &arena.context)), "ok",
		   "1000 on each day");
	free(people);
	free(file.bytes);
	arena_close(&arena);
}

static void
bad_steps(void)
{
	static const EfDuration bad[] = {{0, 0, 0}, {-1, 0, 0}, {0, -1, 0}, {0, 0, 1000000}, {1, -1, 0}};
	const EfDuration by_33_days = {0, 33, 0};
	const EfSeriesRow nobody = {0};
	EfMobilitySeries series;
	EfMobilityLeavers leavers;
	EfMobility	mobility;
	EfFrame		frame = {.from = 7000,.as_of = 7100,.bounded = true};
	Person	   *people = calloc(PEOPLE, sizeof(Person));
	Arena		arena;
	File		file = {0};
	EfState    *state;
	int			nsteps = 0;

	arena_open(&arena);
	is_str(said(count_people(&state, people, &frame, 0, SIZE_MAX / 4, &file, &arena.context)), "ok", "nobody");
	is_int(ef_mobility_open(&mobility, state, state->size, &arena.context), EF_OK, "can be read");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		ok(ef_mobility_series_begin(&series, &mobility, &bad[i], &arena.context) != EF_OK,
		   "a step that is none, %zu", i);
		ok(ef_mobility_leavers_begin(&leavers, &mobility, &bad[i], &arena.context) != EF_OK, "nor for leavers");
	}
	is_int(ef_mobility_series_begin(&series, &mobility, &by_33_days, &arena.context),
		   EF_OK, "nobody by 33 days");
	for (; ef_mobility_series_next(&series); nsteps++)
		ok(rows_are_equal(series.rows, &nobody), "step %d has nobody", nsteps);
	is_int(nsteps, 4, "in four steps");
	is_int(ef_mobility_leavers_begin(&leavers, &mobility, &by_33_days, &arena.context),
		   EF_OK, "nobody leaves");
	while (ef_mobility_leavers_next(&leavers))
		is_int(leavers.nrows, 0, "for no reason");
	free(people);
	free(file.bytes);
	arena_close(&arena);
}

static void
failing_memory(void)
{
	static Person people[PEOPLE];
	EfFrame		frame = {.from = 7000,.as_of = 7100,.bounded = true,.flags = EF_FLAG_FTE};
	int			failures = 0;
	int			wrong = 0;

	for (int p = 0; p < PEOPLE; p++)
		make_person(&people[p], 7000, 100, 10);
	for (long at = 1;; at++)
	{
		Arena		arena;
		File		file = {0};
		EfState    *state;
		EfStatus	status;

		arena_open(&arena);
		arena.fail_at = at;
		status = tried(&arena, count_people(&state, people, &frame, 10, 30000, &file, &arena.context));
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
	people_hold(7000, 120, 0, SIZE_MAX / 4);
	people_hold(7000, 120, 10, SIZE_MAX / 4);
	people_hold(7031, 400, 30, SIZE_MAX / 4);
	people_hold(7031, 400, 30, 4000);
	people_hold(-400, 90, 3, SIZE_MAX / 4);
	people_hold(7000, 32, 1, SIZE_MAX / 4);
	too_much();
	bad_steps();
	failing_memory();
	return done_testing();
}
