/*
 * test_task_shift.c: demand after task shifting against a literal recursion,
 * what must hold of any, and everything that is refused.
 */
#include "competence/task_shift.h"

#include "arena.h"
#include "tap.h"

#include <float.h>

#define MOST 64

static EfLabel
label(const char *name)
{
	EfLabel		made = {name, name == NULL ? 0 : (uint32_t) strlen(name)};

	return made;
}

/* Two tables, filled row by row. */
typedef struct Tables
{
	EfLabel		profession[MOST];
	double		demand[MOST];
	size_t		nprofessions;
	EfLabel		from[MOST * MOST];
	EfLabel		to[MOST * MOST];
	double		share[MOST * MOST];
	double		relative_time[MOST * MOST];
	size_t		nshifts;
} Tables;

static Tables t;

static void
empty(void)
{
	t.nprofessions = t.nshifts = 0;
}

static void
demand(const char *profession, double fte)
{
	t.profession[t.nprofessions] = label(profession);
	t.demand[t.nprofessions++] = fte;
}

static void
shift(const char *from, const char *to, double share, double relative_time)
{
	t.from[t.nshifts] = label(from);
	t.to[t.nshifts] = label(to);
	t.share[t.nshifts] = share;
	t.relative_time[t.nshifts++] = relative_time;
}

static EfTaskShifts
columns(void)
{
	EfTaskShifts given = {
		{t.profession, t.nprofessions}, {t.demand, t.nprofessions},
		{t.from, t.nshifts}, {t.to, t.nshifts},
		{t.share, t.nshifts}, {t.relative_time, t.nshifts}
	};

	return given;
}

static EfStatus
solve(EfShiftedDemand **rows, size_t *nrows, Arena *arena)
{
	EfTaskShifts given = columns();

	memset(&error, 0, sizeof(error));
	return ef_task_shift_demand(&given, rows, nrows, &arena->context);
}

static bool
same_name(EfLabel a, EfLabel b)
{
	return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

/* The definition, word by word: no order, nothing kept. */
static double
work(EfLabel profession)
{
	double		sum = 0;

	for (size_t i = 0; i < t.nprofessions; i++)
		if (same_name(t.profession[i], profession))
			sum += t.demand[i];
	for (size_t i = 0; i < t.nshifts; i++)
		if (t.to[i].bytes != NULL && same_name(t.to[i], profession))
			sum += work(t.from[i]) * t.share[i] * t.relative_time[i];
	return sum;
}

static double
share_gone(EfLabel profession, bool to_nobody)
{
	double		sum = 0;

	for (size_t i = 0; i < t.nshifts; i++)
		if (same_name(t.from[i], profession) && (t.to[i].bytes == NULL) == to_nobody)
			sum += t.share[i];
	return sum;
}

static bool
is_near(double got, double expected)
{
	return fabs(got - expected) <= 1e-12 * (1 + fabs(expected));
}

static bool
is_as_defined(const EfShiftedDemand *row)
{
	double		w = work(row->profession);
	double		out = share_gone(row->profession, false);
	double		dropped = share_gone(row->profession, true);

	return is_near(row->shifted_in, w - row->demand) &&
		is_near(row->shifted_out, w * out) && is_near(row->dropped, w * dropped) &&
		is_near(row->demand_after, w * (1 - out - dropped));
}

/* By hand: doctors give work to nurses and administrators, and some to nobody;
 * nurses give to assistants, who give to those who had none. */
static void
test_by_hand(void)
{
	static const struct
	{
		const char *name;
		double		demand,
					in,
					out,
					dropped,
					after;
	}			expected[] = {
		{"doctor", 100, 0, 30, 2, 68},
		{"nurse", 200, 24, 22.4, 0, 201.6},
		{"assistant", 300, 22.4, 16.12, 0, 306.28},
		{"administrator", 50, 8, 0, 0, 58},
		{"host", 0, 16.12, 0, 0, 16.12},
		{"porter", 0, 0, 0, 0, 0},
	};
	Arena		arena;
	EfShiftedDemand *rows;
	size_t		n;

	empty();
	demand("doctor", 100);
	demand("nurse", 200);
	demand("assistant", 300);
	demand("administrator", 50);
	shift("assistant", "host", 0.05, 1);
	shift("doctor", "nurse", 0.2, 1.2);
	shift("doctor", NULL, 0.02, 1);
	shift("nurse", "assistant", 0.1, 1);
	shift("doctor", "administrator", 0.1, 0.8);
	shift("nurse", "porter", 0, 1);

	arena_open(&arena);
	is_int(solve(&rows, &n, &arena), EF_OK, "several steps and a fan-out");
	is_int(n, 6, "those who only receive have a row");
	for (size_t i = 0; i < n; i++)
	{
		ok(same_name(rows[i].profession, label(expected[i].name)), "%s", expected[i].name);
		is_close(rows[i].demand, expected[i].demand, 0, "demand");
		is_close(rows[i].shifted_in, expected[i].in, 1e-15, "in");
		is_close(rows[i].shifted_out, expected[i].out, 1e-15, "out");
		is_close(rows[i].dropped, expected[i].dropped, 1e-15, "dropped");
		is_close(rows[i].demand_after, expected[i].after, 1e-15, "after");
	}
	arena_close(&arena);

	empty();
	arena_open(&arena);
	ok(solve(&rows, &n, &arena) == EF_OK && n == 0, "nothing at all");
	demand("b", 2);
	demand("a", 1);
	ok(solve(&rows, &n, &arena) == EF_OK && n == 2 && rows[0].demand_after == 2 &&
	   rows[1].demand_after == 1, "no shifts");
	demand("", 3);
	shift("", "a", 1, 2);
	ok(solve(&rows, &n, &arena) == EF_OK && n == 3 && rows[1].demand_after == 7 &&
	   rows[2].demand_after == 0 && rows[2].shifted_out == 3,
	   "an empty name is a name, and all of its tasks may go");
	arena_close(&arena);
}

/* Any acyclic table: a hidden order of professions, shifts only along it. */
static const char *const names[] = {
	"läkare", "sjuksköterska", "undersköterska", "administratör", "farmaceut",
	"a", "aa", "ab", "b", ""
};

#define NNAMES (sizeof(names) / sizeof(names[0]))

static void
shuffle(size_t *numbers, size_t n)
{
	for (size_t i = n; i > 1; i--)
	{
		size_t		j = random_below((uint32_t) i);
		size_t		kept = numbers[i - 1];

		numbers[i - 1] = numbers[j];
		numbers[j] = kept;
	}
}

static void
make_random(void)
{
	size_t		hidden[NNAMES];
	size_t		with_demand = 1 + random_below(NNAMES);
	unsigned	often = 1 + random_below(8);

	empty();
	for (size_t i = 0; i < NNAMES; i++)
		hidden[i] = i;
	shuffle(hidden, NNAMES);
	/* those without demand come last, since they may not give */
	for (size_t i = 0; i < with_demand; i++)
		demand(names[hidden[i]], random_below(4) > 0 ? random_below(100000) / 64.0 : 0);
	for (size_t i = 0; i < with_demand; i++)
	{
		double		left = random_below(3) > 0 ? random_below(1001) / 1000.0 : 1;

		for (size_t j = i + 1; j <= NNAMES; j++)
			if (random_below(8) < often)
			{
				double		share = random_below(5) > 0 ? left * random_below(1001) / 1000 : left;

				shift(names[hidden[i]], j < NNAMES ? names[hidden[j]] : NULL, share,
					  0.25 + random_below(2000) / 1000.0);
				left -= share;
				if (left < 0)
					left = 0;
			}
	}
}

/* The same rows in another order. */
static void
reorder(void)
{
	static Tables old;
	size_t		order[MOST * MOST];

	old = t;
	for (size_t i = 0; i < t.nprofessions; i++)
		order[i] = i;
	shuffle(order, t.nprofessions);
	for (size_t i = 0; i < t.nprofessions; i++)
	{
		t.profession[i] = old.profession[order[i]];
		t.demand[i] = old.demand[order[i]];
	}
	for (size_t i = 0; i < t.nshifts; i++)
		order[i] = i;
	shuffle(order, t.nshifts);
	for (size_t i = 0; i < t.nshifts; i++)
	{
		t.from[i] = old.from[order[i]];
		t.to[i] = old.to[order[i]];
		t.share[i] = old.share[order[i]];
		t.relative_time[i] = old.relative_time[order[i]];
	}
}

static const EfShiftedDemand *
row_of(const EfShiftedDemand *rows, size_t n, EfLabel profession)
{
	for (size_t i = 0; i < n; i++)
		if (same_name(rows[i].profession, profession))
			return &rows[i];
	return NULL;
}

static void
test_random(void)
{
	enum
	{
		TRIALS = 1000
	};
	int			wrong = 0;
	int			misplaced = 0;
	int			moved = 0;
	int			lost = 0;
	int			unequal = 0;
	long		shifts = 0;
	long		new_ones = 0;

	for (int trial = 0; trial < TRIALS; trial++)
	{
		Arena		arena;
		EfShiftedDemand *rows;
		EfShiftedDemand *again;
		size_t		n;
		size_t		m;
		size_t		place;
		double		before = 0;
		double		after = 0;
		double		out = 0;
		double		in = 0;

		arena_open(&arena);
		make_random();
		shifts += (long) t.nshifts;
		if (solve(&rows, &n, &arena) != EF_OK)
		{
			wrong++;
			diag("%s", error.detail);
			arena_close(&arena);
			continue;
		}
		new_ones += (long) (n - t.nprofessions);
		for (size_t i = 0; i < n; i++)
		{
			wrong += !is_as_defined(&rows[i]);
			unequal += !is_near(rows[i].demand + rows[i].shifted_in - rows[i].shifted_out -
								rows[i].dropped, rows[i].demand_after);
		}

		/* rows as professions are given, then as they are first mentioned */
		for (place = 0; place < t.nprofessions; place++)
			misplaced += !same_name(rows[place].profession, t.profession[place]);
		for (size_t i = 0; i < t.nshifts; i++)
			if (t.to[i].bytes != NULL && row_of(rows, place, t.to[i]) == NULL)
			{
				misplaced += place >= n || !same_name(rows[place].profession, t.to[i]);
				place++;
			}
		misplaced += place != n;

		/* no bit depends on an order */
		reorder();
		moved += solve(&again, &m, &arena) != EF_OK || m != n;
		for (size_t i = 0; i < n; i++)
		{
			const EfShiftedDemand *same = row_of(again, m, rows[i].profession);

			moved += same == NULL || same->demand_after != rows[i].demand_after ||
				same->shifted_in != rows[i].shifted_in ||
				same->shifted_out != rows[i].shifted_out || same->dropped != rows[i].dropped;
		}

		/* as long as before, and nothing dropped: the whole is the same */
		for (size_t i = 0; i < t.nshifts; i++)
		{
			t.relative_time[i] = 1;
			if (t.to[i].bytes == NULL)
				t.share[i] = 0;
		}
		if (solve(&rows, &n, &arena) != EF_OK)
			lost++;
		for (size_t i = 0; i < n; i++)
		{
			before += rows[i].demand;
			after += rows[i].demand_after;
			out += rows[i].shifted_out;
			in += rows[i].shifted_in;
		}
		lost += !is_near(before, after) || !is_near(in, out);
		arena_close(&arena);
	}
	diag("%d tables, %ld shifts, %ld professions that only receive", TRIALS, shifts, new_ones);
	is_int(wrong, 0, "as the recursion has it");
	is_int(unequal, 0, "each row adds up");
	is_int(misplaced, 0, "rows are in the order of the arguments");
	is_int(moved, 0, "the order of the arguments changes no bit of a number");
	is_int(lost, 0, "nothing is lost");
	ok(shifts > 20 * TRIALS && new_ones > TRIALS, "of much");
}


/* ---- large ---- */

typedef struct Large
{
	size_t		n;
	char		(*text)[12];
	EfLabel    *name;
	double	   *demand;
	EfLabel    *from;
	EfLabel    *to;
	double	   *share;
	double	   *relative_time;
} Large;

static Large
make_large(size_t n)
{
	Large		large = {
		n, malloc(n * 12), malloc(n * sizeof(EfLabel)), calloc(n, sizeof(double)),
		malloc(n * sizeof(EfLabel)), malloc(n * sizeof(EfLabel)), malloc(n * sizeof(double)),
		malloc(n * sizeof(double))
	};

	for (size_t i = 0; i < n; i++)
	{
		snprintf(large.text[i], 12, "%u", (unsigned) (i * 2654435761u));
		large.name[i] = label(large.text[i]);
		large.relative_time[i] = 1;
	}
	return large;
}

static void
free_large(Large *large)
{
	free(large->text);
	free(large->name);
	free(large->demand);
	free(large->from);
	free(large->to);
	free(large->share);
	free(large->relative_time);
}

static EfStatus
solve_large(const Large *large, size_t nshifts, EfShiftedDemand **rows, size_t *nrows,
			Arena *arena)
{
	EfTaskShifts given = {
		{large->name, large->n}, {large->demand, large->n}, {large->from, nshifts},
		{large->to, nshifts}, {large->share, nshifts}, {large->relative_time, nshifts}
	};

	memset(&error, 0, sizeof(error));
	return ef_task_shift_demand(&given, rows, nrows, &arena->context);
}

static void
test_large(void)
{
	enum
	{
		N = 20000
	};
	Large		large = make_large(N);
	Arena		arena;
	EfShiftedDemand *rows;
	size_t		n;
	size_t		halves = 0;

	/* a chain, from the last to the first; half of it goes on, or all */
	large.demand[N - 1] = 1024;
	for (size_t i = 0; i + 1 < N; i++)
	{
		large.from[i] = large.name[N - 1 - i];
		large.to[i] = large.name[N - 2 - i];
		large.share[i] = i < 10 ? 0.5 : 1;
	}
	arena_open(&arena);
	is_int(solve_large(&large, N - 1, &rows, &n, &arena), EF_OK, "a chain of %d professions", N);
	for (size_t i = 0; i < 10; i++)
		halves += rows[N - 1 - i].demand_after == 512 >> i;
	ok(halves == 10 && rows[0].demand_after == 1 && rows[0].shifted_in == 1 &&
	   rows[N / 2].demand_after == 0 && rows[N / 2].shifted_out == 1, "comes to its end");
	arena_close(&arena);

	/* and closed to a circle */
	large.from[N - 1] = large.name[0];
	large.to[N - 1] = large.name[N - 1];
	large.share[N - 1] = 0.5;
	arena_open(&arena);
	is_int(solve_large(&large, N, &rows, &n, &arena), EF_SHIFT_CYCLE, "a circle of %d professions", N);
	ok(strncmp(error.detail, "They go \"0\" -> \"", 16) == 0 &&
	   strstr(error.detail, " more) -> \"0\".") != NULL, "is named as far as it fits: %s",
	   error.detail);
	is_int(arena.n, 0, "and leaves nothing");
	arena_close(&arena);

	/* from all others to one */
	for (size_t i = 0; i + 1 < N; i++)
	{
		large.demand[i] = 1;
		large.from[i] = large.name[i];
		large.to[i] = large.name[N - 1];
		large.share[i] = 0.75;
	}
	arena_open(&arena);
	is_int(solve_large(&large, N - 1, &rows, &n, &arena), EF_OK, "from %d to one", N - 1);
	is_close(rows[N - 1].demand_after, 1024 + 0.75 * (N - 1), 0, "who has it all");
	arena_close(&arena);

	/* each request may fail, large ones too */
	{
		EfStatus	status;
		int			wrong = 0;
		int			at = 0;

		do
		{
			arena_open(&arena);
			arena.fail_at = ++at;
			status = tried(&arena, solve_large(&large, N - 1, &rows, &n, &arena));
			wrong += status == EF_OK ? arena.calls >= at : status != EF_NO_MEMORY;
			arena_close(&arena);
		} while (status != EF_OK && at < 100);
		is_int(wrong, 0, "each of %d requests may fail", at - 1);
		ok(at - 1 >= 7 && at < 100, "there are some");
	}
	free_large(&large);
}

/* One to many others: so many shares that are no binary fractions add up to 1. */
static void
test_fan_out(void)
{
	enum
	{
		N = 100000
	};
	Large		large = make_large(N);
	Arena		arena;
	EfShiftedDemand *rows;
	size_t		n;
	long double sum = 0;

	large.demand[N - 1] = 1024;
	for (size_t i = 0; i + 1 < N; i++)
	{
		large.from[i] = large.name[N - 1];
		large.to[i] = large.name[i];
		large.share[i] = 1.0 / (N - 1);
	}
	arena_open(&arena);
	is_int(solve_large(&large, N - 1, &rows, &n, &arena), EF_OK, "from one to %d others", N - 1);
	for (size_t i = 0; i < n; i++)
		sum += rows[i].demand_after;
	ok(rows[N - 1].demand_after == 0, "who keeps nothing");
	is_close((double) sum, 1024, 1e-14, "and nothing is lost");
	arena_close(&arena);
	free_large(&large);
}

static void
test_memory(void)
{
	Arena		arena;
	EfShiftedDemand *rows;
	size_t		n;
	EfStatus	status;
	int			wrong = 0;
	int			at = 0;

	empty();
	demand("a", 1);
	shift("a", "b", 0.5, 1);
	do
	{
		arena_open(&arena);
		arena.fail_at = ++at;
		status = tried(&arena, solve(&rows, &n, &arena));
		wrong += status == EF_OK ? arena.n != 1 : status != EF_NO_MEMORY;
		arena_close(&arena);
	} while (status != EF_OK && at < 100);
	is_int(wrong, 0, "of a small table each of %d requests may fail", at - 1);
	is_int(status, EF_OK, "until none does");
}


/* ---- what is refused ---- */

static void
is_refused(EfStatus expected, const char *detail, const char *what)
{
	Arena		arena;
	EfShiftedDemand *rows;
	size_t		n;

	arena_open(&arena);
	is_int(solve(&rows, &n, &arena), expected, "refused: %s", what);
	is_str(error.detail, detail, "%s", what);
	is_int(arena.n, 0, "nothing is left behind");
	arena_close(&arena);
}

static void
is_accepted(const char *what)
{
	Arena		arena;
	EfShiftedDemand *rows;
	size_t		n;

	arena_open(&arena);
	is_int(solve(&rows, &n, &arena), EF_OK, "accepted: %s", what);
	arena_close(&arena);
}

static void
three(void)
{
	empty();
	demand("a", 1);
	demand("b", 2);
	demand("c", 3);
}

static void
test_lengths(void)
{
	static const struct
	{
		int			column;
		size_t		n;
		const char *detail;
	}			cases[] = {
		{0, 2, "profession has 2 elements, demand has 3."},
		{0, 0, "profession has 0 elements, demand has 3."},
		{1, 1, "profession has 3 elements, demand has 1."},
		{2, 1, "from_profession has 1 element, to_profession has 2."},
		{3, 0, "from_profession has 2 elements, to_profession has 0."},
		{4, 1, "from_profession has 2 elements, share has 1."},
		{5, 0, "from_profession has 2 elements, relative_time has 0."},
	};

	three();
	shift("a", "b", 0.5, 1);
	shift("b", "c", 0.5, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		EfTaskShifts given = columns();
		size_t	   *lengths[] = {
			&given.profession.n, &given.demand.n, &given.from_profession.n,
			&given.to_profession.n, &given.share.n, &given.relative_time.n
		};
		Arena		arena;
		EfShiftedDemand *rows;
		size_t		n;

		*lengths[cases[i].column] = cases[i].n;
		arena_open(&arena);
		is_int(ef_task_shift_demand(&given, &rows, &n, &arena.context), EF_SHIFT_LENGTHS, "arrays of two lengths");
		is_str(error.detail, cases[i].detail, "are named");
		arena_close(&arena);
	}
}

static void
test_numbers(void)
{
	static const double bad_demands[] = {-1, -DBL_MIN, NAN, INFINITY, -INFINITY};
	static const char *const demand_details[] = {
		"The demand of \"b\" is -1.", "The demand of \"b\" is -2.2250738585072014e-308.",
		"The demand of \"b\" is NaN.", "The demand of \"b\" is Infinity.", "The demand of \"b\" is -Infinity."
	};
	static const double bad_shares[] = {-0.25, 1.25, NAN, INFINITY, 1 + DBL_EPSILON};
	static const char *const share_details[] = {
		"The share from \"a\" to \"b\" is -0.25.", "The share from \"a\" to \"b\" is 1.25.",
		"The share from \"a\" to \"b\" is NaN.", "The share from \"a\" to \"b\" is Infinity.",
		"The share from \"a\" to \"b\" is 1.0000000000000002."
	};
	static const double bad_times[] = {-1, 0, NAN, INFINITY};
	static const char *const time_details[] = {
		"The relative time from \"a\" to nobody is -1.", "The relative time from \"a\" to nobody is 0.",
		"The relative time from \"a\" to nobody is NaN.", "The relative time from \"a\" to nobody is Infinity."
	};

	for (size_t i = 0; i < 5; i++)
	{
		three();
		t.demand[1] = bad_demands[i];
		is_refused(EF_SHIFT_DEMAND, demand_details[i], "a demand out of range");
		three();
		shift("b", "c", 0.5, 1);
		shift("a", "b", bad_shares[i], 1);
		is_refused(EF_SHIFT_SHARE, share_details[i], "a share out of range");
	}
	for (size_t i = 0; i < 4; i++)
	{
		three();
		shift("b", "c", 0.5, 1);
		shift("a", NULL, 0.5, bad_times[i]);
		is_refused(EF_SHIFT_TIME, time_details[i], "a time out of range");
		three();
		shift("a", "c", 0.5, bad_times[i]);
		{
			char		detail[120];

			snprintf(detail, sizeof(detail), "The relative time from \"a\" to \"c\" is %s.", ef_shown(bad_times[i]).text);
			is_refused(EF_SHIFT_TIME, detail, "a time out of range");
		}
	}
	three();
	t.demand[0] = 0;
	shift("a", "b", 0, DBL_MIN);
	shift("a", NULL, 1, 1000);
	is_accepted("the edges");

	three();
	t.demand[0] = DBL_MAX;
	shift("a", "new", 1, 2);
	is_refused(EF_SHIFT_OVERFLOW, "The work for \"new\" is more than a double holds.", "more than there is");
	three();
	t.demand[0] = t.demand[1] = DBL_MAX;
	shift("a", "b", 0.5, 1);
	is_refused(EF_SHIFT_OVERFLOW, "The work for \"b\" is more than a double holds.", "and with its own demand");
}

static void
test_names(void)
{
	/* 61 bytes, of which the last two are one letter */
	static const char long_name[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\303\245";

	three();
	demand("b", 0);
	is_refused(EF_SHIFT_PROFESSION_TWICE, "\"b\" is among the professions twice.", "a profession twice");
	three();
	demand("B", 0);
	demand("b ", 0);
	is_accepted("other letters are other names");
	three();
	shift("a", "b", 0.1, 1);
	shift("d", "b", 0.1, 1);
	is_refused(EF_SHIFT_PROFESSION_UNKNOWN, "\"d\" is not among the professions.", "from nowhere");
	three();
	shift("a", "d", 0.1, 1);
	shift("d", "b", 0.1, 1);
	is_refused(EF_SHIFT_PROFESSION_UNKNOWN, "\"d\" is not among the professions.", "from one that only receives");
	empty();
	shift("d", "b", 0.1, 1);
	is_refused(EF_SHIFT_PROFESSION_UNKNOWN, "\"d\" is not among the professions.", "from one of no professions");
	three();
	shift(long_name, "b", 0.1, 1);
	is_refused(EF_SHIFT_PROFESSION_UNKNOWN,
			   "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" is not among the professions.",
			   "a long name is clipped between letters");

	three();
	shift("a", "b", 0.1, 1);
	shift("b", "c", 0.1, 1);
	shift("a", "c", 0.1, 1);
	shift("a", "b", 0.1, 1);
	is_refused(EF_SHIFT_PAIR_TWICE, "There are two rows from \"a\" to \"b\".", "a pair twice");
	three();
	shift("b", NULL, 0.1, 1);
	shift("a", NULL, 0.1, 1);
	shift("b", NULL, 0.1, 1);
	is_refused(EF_SHIFT_PAIR_TWICE, "There are two rows from \"b\" to nobody.", "to nobody twice");
}

static void
test_sums(void)
{
	three();
	shift("b", "a", 0.7, 1);
	shift("b", "c", 0.2, 1);
	shift("b", NULL, 0.2, 1);
	is_refused(EF_SHIFT_SHARES_SUM, "Those of \"b\" add up to 1.1.", "more than all");
	three();
	shift("a", "b", 0.5, 1);
	shift("a", "c", 0.5 + 2e-12, 1);
	is_refused(EF_SHIFT_SHARES_SUM, "Those of \"a\" add up to 1.000000000002.", "a bit more than all");

	for (int sign = -1; sign <= 1; sign++)
	{
		Arena		arena;
		EfShiftedDemand *rows;
		size_t		n;

		three();
		shift("c", "a", 0.5, 1);
		shift("c", "b", 0.5 + sign * 5e-13, 1);
		arena_open(&arena);
		ok(solve(&rows, &n, &arena) == EF_OK && rows[2].demand_after == 0,
		   "all but for rounding is all (%d)", sign);
		arena_close(&arena);
	}
	{
		Arena		arena;
		EfShiftedDemand *rows;
		size_t		n;

		three();
		shift("c", "a", 0.5, 1);
		shift("c", "b", 0.5 - 2e-12, 1);
		arena_open(&arena);
		ok(solve(&rows, &n, &arena) == EF_OK && rows[2].demand_after > 5e-12 &&
		   rows[2].demand_after < 7e-12, "less than that is less");
		arena_close(&arena);
	}
}

static void
test_cycles(void)
{
	static char many[40][80];

	three();
	shift("b", "b", 0.1, 1);
	is_refused(EF_SHIFT_CYCLE, "They go \"b\" -> \"b\".", "to itself");
	three();
	shift("b", "a", 0.1, 1);
	shift("a", "b", 0.1, 1);
	is_refused(EF_SHIFT_CYCLE, "They go \"a\" -> \"b\" -> \"a\".", "there and back");
	three();
	shift("a", "b", 0, 1);
	shift("b", "a", 0, 1);
	is_refused(EF_SHIFT_CYCLE, "They go \"a\" -> \"b\" -> \"a\".", "whatever the share");
	three();
	demand("before", 1);
	demand("behind", 1);
	shift("before", "c", 0.1, 1);
	shift("c", "a", 0.1, 1);
	shift("b", "behind", 0.1, 1);
	shift("a", "b", 0.1, 1);
	shift("behind", "end", 0.1, 1);
	shift("b", "c", 0.1, 1);
	shift("before", "end", 0.1, 1);
	is_refused(EF_SHIFT_CYCLE, "They go \"a\" -> \"b\" -> \"c\" -> \"a\".", "three, with others before and behind");

	empty();
	for (int i = 0; i < 40; i++)
	{
		snprintf(many[i], sizeof(many[i]), "profession %d with a name of many words, much longer than fits", i);
		demand(many[i], 1);
	}
	for (int i = 0; i < 40; i++)
		shift(many[i], many[(i + 1) % 40], 0.5, 1);
	is_refused(EF_SHIFT_CYCLE,
			   "They go \"profession 0 with a name of many words, much longer than fit\" -> "
			   "\"profession 1 with a name of many words, much longer than fit\" -> (38 more) -> "
			   "\"profession 0 with a name of many words, much longer than fit\".",
			   "forty long names");
}

/* Random tables with circles: what is named is one. */
static void
test_named_cycles(void)
{
	int			wrong = 0;
	int			circles = 0;

	for (int trial = 0; trial < 1000; trial++)
	{
		Arena		arena;
		EfShiftedDemand *rows;
		size_t		n;
		EfStatus	status;

		empty();
		for (size_t i = 0; i < 5; i++)
			demand(names[i], 1);
		for (size_t i = 0; i < 5; i++)
			for (size_t j = 0; j < 5; j++)
				if (random_below(6) == 0)
					shift(names[i], names[j], 0.2, 1);
		reorder();
		arena_open(&arena);
		status = solve(&rows, &n, &arena);
		if (status == EF_SHIFT_CYCLE)
		{
			char		first[64] = "";
			char		last[64] = "";
			char	   *at = strchr(error.detail, '"');

			circles++;
			while (at != NULL)
			{
				char	   *end = strchr(at + 1, '"');
				char		name[64] = "";

				memcpy(name, at + 1, (size_t) (end - at - 1));
				if (first[0] == '\0')
					strcpy(first, name);
				else
				{
					size_t		i = 0;

					while (i < t.nshifts && !(same_name(t.from[i], label(last)) &&
											  same_name(t.to[i], label(name))))
						i++;
					wrong += i == t.nshifts;
				}
				strcpy(last, name);
				at = strchr(end + 1, '"');
			}
			wrong += first[0] == '\0' || strcmp(first, last) != 0;
		}
		else
			wrong += status != EF_OK;
		arena_close(&arena);
	}
	diag("%d circles", circles);
	is_int(wrong, 0, "every circle that is named is there");
	ok(circles > 300 && circles < 900, "there are some, and not always");
}

int
main(void)
{
	test_by_hand();
	test_random();
	test_large();
	test_fan_out();
	test_memory();
	test_lengths();
	test_numbers();
	test_names();
	test_sums();
	test_cycles();
	test_named_cycles();
	return done_testing();
}
