/*
 * test_mobility_estimate.c: flows, matrices and projections, against people
 * looked at day by day and matrices that are multiplied as they stand.
 */
#include "mobility/mobility_projection.h"

#include "estimate/distribution.h"
#include "estimate/estimate.h"
#include "histories_of_states.h"
#include "tap.h"

/* 2020-01-01; 2021-01-01 is 366 days later */
#define FROM 7305

static void
open_histories(EfMobility *mobility, const Histories *h, EfDay from, const Arena *arena)
{
	EfState    *state;

	if (add_histories(&state, h, from, 0, 1, &arena->context) != EF_OK ||
		ef_mobility_open(mobility, state, state->size, &arena->context) != EF_OK)
		abort();
}

/* Those who go in a period from a state to another, or to or from out. */
static int64_t
all_going(const Histories *h, int from, int to)
{
	int64_t		n = 0;

	/* a coming is dated by its first day, and a going by its last */
	for (int day = 0; day < h->ndays; day++)
		n += people_going(h, from, to, from == OUT ? day : day + 1);
	return n;
}

static void
test_flows(void)
{
	static const int cases[][4] = {
		{0, 5, 2, 2}, {1, 20, 2, 2}, {40, 30, 3, 4}, {200, 100, 6, 9}, {100, 300, 25, 20},
	};

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
	{
		Histories	h = random_histories(cases[c][0], cases[c][1], cases[c][2],
										 (uint32_t) cases[c][3]);
		double		level = 0.5 + 0.1 * (double) c;
		Arena		arena;
		EfMobility	mobility;
		EfMobilityFlow *flows;
		size_t		nflows = 0;
		size_t		n = 0;
		int			wrong = 0;

		arena_open(&arena);
		open_histories(&mobility, &h, FROM, &arena);
		wrong += ef_mobility_rates(&mobility, level, &flows, &nflows, &arena.context) != EF_OK;

		/*
		 * as they come: by from and to, out last; names are in the order of
		 * numbers
		 */
		for (int from = 1; from <= h.nstates + 1; from++)
			for (int to = 1; to <= h.nstates + 1; to++)
			{
				int			x = from <= h.nstates ? from : OUT;
				int			y = to <= h.nstates ? to : OUT;
				int64_t		moves = x == y ? 0 : all_going(&h, x, y);
				int64_t		days = 0;
				double		limits[2];
				const EfMobilityFlow *flow = &flows[n];

				if (moves == 0)
					continue;
				if (n++ >= nflows)
				{
					wrong++;
					continue;
				}
				wrong += flow->from != (x == OUT ? 0 : label_of(&mobility.table, x)) ||
					flow->to != (y == OUT ? 0 : label_of(&mobility.table, y)) ||
					flow->moves != moves;
				if (x == OUT)
				{
					wrong += !isnan(flow->person_years) || !isnan(flow->rate) ||
						!isnan(flow->lower) || !isnan(flow->upper);
					continue;
				}
				for (int day = 0; day < h.ndays; day++)
					days += people_in(&h, x, day);
				ef_poisson_limits(moves, level, &limits[0], &limits[1]);
				wrong += fabs(flow->person_years * 365.25 / (double) days - 1) > 1e-14 ||
					fabs(flow->rate * (double) days / 365.25 / (double) moves - 1) > 1e-14 ||
					fabs(flow->lower / (limits[0] * 365.25 / (double) days) - 1) > 1e-14 ||
					fabs(flow->upper / (limits[1] * 365.25 / (double) days) - 1) > 1e-14;
			}
		is_int(wrong, 0, "%d people, %d days, %d states: every flow", h.npeople, h.ndays, h.nstates);
		is_int(nflows, n, "and no other (%zu)", n);
		is_int(ef_mobility_rates(&mobility, 1, &flows, &n, &arena.context), EF_LEVEL_RANGE, "a level of 1 is refused");
		is_int(ef_mobility_rates(&mobility, NAN, &flows, &n, &arena.context),
			   EF_LEVEL_RANGE, "and one that is no number");
		arena_close(&arena);
		histories_free(&h);
	}
}

/* The product of (I + dA) over the last days, all of each matrix; states are
 * from 0 here, out the last.  False where nobody was ever in a state. */
static void
brute_matrix(const Histories *h, int days, long double *p, bool *known)
{
	int			n = h->nstates + 1;
	long double *step = malloc(sizeof(long double) * (size_t) (n * n));
	long double *next = malloc(sizeof(long double) * (size_t) (n * n));

	for (int i = 0; i < n * n; i++)
		p[i] = i / n == i % n;
	for (int s = 0; s < h->nstates; s++)
		known[s] = false;
	for (int day = h->ndays - days + 1; day <= h->ndays; day++)
	{
		for (int i = 0; i < n * n; i++)
			step[i] = i / n == i % n;
		for (int i = 0; i < h->nstates; i++)
		{
			int64_t		at_risk = people_in(h, i + 1, day - 1);

			known[i] = known[i] || at_risk > 0;
			for (int j = 0; j < n && at_risk > 0; j++)
			{
				int64_t		going = people_going(h, i + 1, j < h->nstates ? j + 1 : OUT, day);

				if (j == i || going == 0)
					continue;
				step[i * n + j] += (long double) going / (long double) at_risk;
				step[i * n + i] -= (long double) going / (long double) at_risk;
			}
		}
		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
			{
				next[i * n + j] = 0;
				for (int k = 0; k < n; k++)
					next[i * n + j] += p[i * n + k] * step[k * n + j];
			}
		memcpy(p, next, sizeof(long double) * (size_t) (n * n));
	}
	free(step);
	free(next);
}

static long asked;

static void
ask(void)
{
	asked++;
}

static void
test_matrix(void)
{
	static const int cases[][4] = {
		{0, 3, 1, 1}, {1, 4, 2, 2}, {30, 20, 2, 4}, {100, 60, 4, 6}, {10, 60, 4, 3},
		{300, 40, 9, 10}, {60, 25, 30, 3}, {500, 150, 3, 100},
	};

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
	{
		Histories	h = random_histories(cases[c][0], cases[c][1], cases[c][2],
										 (uint32_t) cases[c][3]);
		int			n = h.nstates + 1;
		long double *p = malloc(sizeof(long double) * (size_t) (n * n));
		bool	   *known = malloc(sizeof(bool) * (size_t) n);
		Arena		arena;
		EfMobility	mobility;
		double		worst = 0;
		double		worst_sum = 0;
		int			wrong = 0;

		arena_open(&arena);
		arena.context.interrupt = ask;
		asked = 0;
		open_histories(&mobility, &h, FROM, &arena);
		for (int days = 1; days <= h.ndays; days += 1 + days / 2)
		{
			EfMatrix	matrix;

			wrong += ef_mobility_product(&mobility, (uint32_t) days, &matrix, &arena.context) != EF_OK;
			brute_matrix(&h, days, p, known);
			for (int i = 0; i < h.nstates; i++)
			{
				uint32_t	from = label_of(&mobility.table, i + 1);
				double		sum = 0;

				if (from == 0)
				{
					wrong += known[i];
					continue;
				}
				wrong += matrix.known[from] != known[i];
				for (int j = 0; j < n; j++)
				{
					uint32_t	to = j < h.nstates ? label_of(&mobility.table, j + 1) : 0;
					double		got;
					double		off;

					if (to == 0 && j < h.nstates)
					{
						wrong += i != j && p[i * n + j] != 0;
						continue;
					}
					got = ef_matrix_probability(&matrix, from, to);
					off = fabs(got - (double) p[i * n + j]);
					sum += got;
					worst = off > worst ? off : worst;
					wrong += got < 0 || got > 1 + 1e-14 || (p[i * n + j] == 0 && got != 0);
				}
				worst_sum = fabs(sum - 1) > worst_sum ? fabs(sum - 1) : worst_sum;
			}
			ef_release(&arena.context, matrix.probability);
			ef_release(&arena.context, matrix.known);
		}
		is_int(wrong, 0, "%d people, %d days, %d states: who is known, what cannot be is 0",
			   h.npeople, h.ndays, h.nstates);
		ok(worst < 1e-14, "probabilities are those of the product (%.1e)", worst);
		ok(worst_sum < 1e-14, "and sum to 1 (%.1e)", worst_sum);
		ok(h.npeople < 10 || asked > 0, "it asks whether to go on");
		arena_close(&arena);
		free(p);
		free(known);
		histories_free(&h);
	}
}

/* With all of them in one state at first, and none unknown or coming later, the
 * probability is the share: nothing is estimated. */
static void
test_shares(void)
{
	Histories	h = random_histories(60, 50, 4, 6);
	Arena		arena;
	EfMobility	mobility;
	EfMatrix	matrix;
	int			wrong = 0;

	for (int p = 0; p < h.npeople; p++)
	{
		h.at[p * 52] = h.at[p * 52 + 1] = 1;
		for (int day = 1; day <= 50; day++)
		{
			signed char *now = &h.at[p * 52 + 1 + day];

			/* unknown is where they were, and out is for good */
			if (*now == UNKNOWN || now[-1] == OUT)
				*now = now[-1];
		}
	}
	arena_open(&arena);
	open_histories(&mobility, &h, FROM, &arena);
	wrong += ef_mobility_product(&mobility, 50, &matrix, &arena.context) != EF_OK;
	for (int s = 0; s <= 4; s++)
	{
		uint32_t	to = s == OUT ? 0 : label_of(&mobility.table, s);

		wrong += fabs(ef_matrix_probability(&matrix, label_of(&mobility.table, 1), to) -
					  (double) people_in(&h, s, 50) / 60) > 1e-14;
	}
	is_int(wrong, 0, "of people who are all seen, it is the share");
	arena_close(&arena);
	histories_free(&h);
}

static void
check_horizon(const EfMobility *mobility, int32_t months, int32_t days, int64_t microseconds,
			  EfStatus expected, uint32_t expected_days)
{
	EfDuration	horizon = {months, days, microseconds};
	uint32_t	got = 0;

	is_int(ef_mobility_last_days(mobility, &horizon, &got, &refuses), expected,
		   "a horizon of %d months and %d days", months, days);
	if (expected == EF_OK)
		is_int(got, expected_days, "has %u days", expected_days);
	else
		ok(error.detail[0] != '\0', "%s", error.detail);
}

static void
test_horizons(void)
{
	/* until 2024-03-31, from 1523 days before: 2020-01-29 */
	Histories	h = random_histories(2, 1523, 2, 500);
	Arena		arena;
	EfMobility	mobility;
	uint32_t	days = 0;

	arena_open(&arena);
	open_histories(&mobility, &h, FROM + 28, &arena);
	is_int(ef_mobility_last_days(&mobility, NULL, &days, &refuses), EF_OK, "no horizon");
	is_int(days, 1523, "is all that was observed");
	check_horizon(&mobility, 12, 0, 0, EF_OK, 366);
	check_horizon(&mobility, 24, 0, 0, EF_OK, 731);
	check_horizon(&mobility, 1, 0, 0, EF_OK, 31);	/* from 29 February */
	check_horizon(&mobility, 1, 1, 0, EF_OK, 32);
	check_horizon(&mobility, 13, 0, 0, EF_OK, 397); /* from 28 February 2023 */
	check_horizon(&mobility, 0, 1, 0, EF_OK, 1);
	check_horizon(&mobility, 0, 1523, 0, EF_OK, 1523);
	check_horizon(&mobility, 50, 2, 0, EF_OK, 1523);
	check_horizon(&mobility, 0, 1524, 0, EF_HORIZON_TOO_LONG, 0);
	check_horizon(&mobility, 50, 3, 0, EF_HORIZON_TOO_LONG, 0);
	check_horizon(&mobility, 51, 0, 0, EF_HORIZON_TOO_LONG, 0);
	check_horizon(&mobility, INT32_MAX, INT32_MAX, 0, EF_HORIZON_TOO_LONG, 0);
	check_horizon(&mobility, 0, INT32_MAX, 0, EF_HORIZON_TOO_LONG, 0);
	check_horizon(&mobility, 0, 0, 0, EF_DURATION_ZERO, 0);
	check_horizon(&mobility, -1, 40, 0, EF_DURATION_INVALID, 0);
	check_horizon(&mobility, 12, 0, 1, EF_DURATION_INVALID, 0);
	arena_close(&arena);
	histories_free(&h);
}

static void
test_too_many(void)
{
	EfMobility	mobility;
	EfMatrix	matrix;
	Arena		arena;

	memset(&mobility, 0, sizeof(mobility));
	mobility.table.nlabels = EF_MATRIX_STATES + 1;
	arena_open(&arena);
	is_int(ef_mobility_product(&mobility, 1, &matrix, &arena.context),
		   EF_MATRIX_TOO_LARGE, "a matrix of 5001 states is refused");
	ok(strstr(error.detail, "5001") != NULL, "%s", error.detail);
	is_int(arena.calls, 0, "before anything is done");
	arena_close(&arena);
}


/* ---- projection ---- */

static EfStatus
project(const EfMobility *mobility, const double *stock, const double *intake, int years,
		const uint32_t *states, EfMobilityYear **rows, const Arena *arena)
{
	EfMobilityPlan plan = {states, stock, intake, years, 1, true, 0.8};

	return ef_mobility_projection(mobility, &plan, rows, &arena->context);
}

static void
test_project(void)
{
	for (int round = 0; round < 6; round++)
	{
		int			nstates = 2 + round;

		/* 2020-01-01 to 2022-07-01, so that the last year has 365 days */
		Histories	h = random_histories(80, 912, nstates, 60);
		int			n = nstates + 1;
		long double *p = malloc(sizeof(long double) * (size_t) (n * n));
		bool	   *known = malloc(sizeof(bool) * (size_t) n);
		double		stock[8];
		double		intake[8];
		uint32_t	states[8];
		long double here[8];
		Arena		arena;
		EfMobility	mobility;
		EfMobilityYear *rows;
		const EfMobilityYear *row;
		int			wrong = 0;

		arena_open(&arena);
		open_histories(&mobility, &h, FROM, &arena);
		brute_matrix(&h, 365, p, known);
		/* the last state first, to see that the order is kept */
		for (int i = 0; i < nstates; i++)
		{
			states[i] = label_of(&mobility.table, nstates - i);
			stock[i] = (double) random_below(1000) / 8;
			intake[i] = (double) random_below(100) / 8;
			here[i] = round % 2 ? (long double) stock[i]
				: (long double) people_carried(&h, nstates - i, h.ndays);
		}
		wrong += project(&mobility, round % 2 ? stock : NULL, round % 3 ? intake : NULL, 7,
						 states, &rows, &arena) != EF_OK;
		row = rows;
		for (int year = 0; year < 7; year++)
		{
			long double next[8];

			for (int j = 0; j < nstates; j++, row++)
			{
				int			to = nstates - j - 1;
				long double in = 0;
				long double out = 0;

				for (int i = 0; i < nstates; i++)
					if (i != j)
					{
						in += here[i] * p[(nstates - i - 1) * n + to];
						out += here[j] * p[to * n + (nstates - i - 1)];
					}
				next[j] = here[j] * p[to * n + to] + in + (round % 3 ? (long double) intake[j] : 0);
				wrong += row->year != 2022 + year || row->state != states[j] ||
					row->intake != (round % 3 ? intake[j] : 0) ||
					fabsl(row->headcount_start - here[j]) > 1e-11L ||
					fabsl(row->moved_in - in) > 1e-11L || fabsl(row->moved_out - out) > 1e-11L ||
					fabsl(row->left - here[j] * p[to * n + nstates]) > 1e-11L ||
					fabsl(row->headcount - next[j]) > 1e-11L ||
					fabs(row->headcount - (row->headcount_start + row->moved_in - row->moved_out -
										   row->left + row->intake)) > 1e-10;
			}
			memcpy(here, next, sizeof(here));
		}
		is_int(wrong, 0, "%d states, 7 years", nstates);
		is_int(project(&mobility, NULL, NULL, 0, states, &rows, &arena), EF_YEARS_RANGE,
			   "no years are refused");
		is_int(project(&mobility, NULL, NULL, 101, states, &rows, &arena), EF_YEARS_RANGE,
			   "so are 101");
		is_int(project(&mobility, NULL, NULL, 100, states, &rows, &arena), EF_OK, "100 are not");
		arena_close(&arena);
		free(p);
		free(known);
		histories_free(&h);
	}
}

/* Nobody was in a state in the last year: it may stay empty, and nothing else. */
static void
test_unseen(void)
{
	Histories	h = random_histories(4, 731, 1, 1000);
	uint32_t	states[2] = {1, 2};
	double		stock[2] = {10, 0};
	double		intake[2] = {0, 0};
	Arena		arena;
	EfMobility	mobility;
	EfMobilityYear *rows;

	h.nstates = 2;
	for (int p = 0; p < 4; p++)
		for (int day = 0; day <= 731; day++)
			h.at[p * 732 + day] = p == 0 && day < 366 ? 2 : p == 1 && day > 700 ? OUT : 1;
	arena_open(&arena);
	open_histories(&mobility, &h, FROM, &arena);
	is_int(project(&mobility, NULL, NULL, 3, states, &rows, &arena), EF_OK,
		   "a state that is empty stays so");
	ok(rows[4].headcount > 0 && rows[5].headcount == 0, "and the other one does not");
	is_int(project(&mobility, stock, intake, 3, states, &rows, &arena), EF_OK, "with a stock, too");
	intake[1] = 2;
	is_int(project(&mobility, stock, intake, 1, states, &rows, &arena), EF_OK,
		   "who comes at the end of the last year is not moved");
	is_close(rows[1].headcount, 2, 0, "but there");
	is_int(project(&mobility, stock, intake, 2, states, &rows, &arena), EF_STATE_UNSEEN,
		   "who is to be moved from there is refused");
	ok(strstr(error.detail, "s002") && strstr(error.detail, "2021-01-01") &&
	   strstr(error.detail, "2022-01-01") && strstr(error.detail, " are 2."), "%s", error.detail);
	stock[1] = 7;
	is_int(project(&mobility, stock, NULL, 1, states, &rows, &arena), EF_STATE_UNSEEN,
		   "so is a stock");
	arena_close(&arena);
	histories_free(&h);
}

static void
test_short_period(void)
{
	Histories	h = random_histories(9, 365, 2, 30);
	uint32_t	states[2] = {1, 2};
	Arena		arena;
	EfMobility	mobility;
	EfMobilityYear *rows;

	arena_open(&arena);
	open_histories(&mobility, &h, FROM, &arena);
	is_int(project(&mobility, NULL, NULL, 1, states, &rows, &arena), EF_YEAR_NOT_OBSERVED,
		   "a day less than a year is too short");
	ok(strstr(error.detail, "[2020-01-01,2020-12-31)") != NULL, "%s", error.detail);
	open_histories(&mobility, &h, FROM - 365, &arena);
	is_int(project(&mobility, NULL, NULL, 1, states, &rows, &arena), EF_OK, "365 days can be one");
	arena_close(&arena);
	histories_free(&h);
}

static void
check_order(const EfMobility *mobility, const char *const *list, size_t n, EfStatus expected,
			const char *shows, const Arena *arena)
{
	EfLabel		names[4] = {{NULL, 0}};
	uint32_t   *states;

	for (size_t i = 0; i < n; i++)
	{
		names[i].bytes = list[i];
		names[i].length = (uint32_t) strlen(list[i]);
	}
	is_int(ef_mobility_order(mobility, names, n, &states, &arena->context), expected, "a list of %zu states", n);
	if (expected == EF_OK)
		for (size_t i = 0; i < n; i++)
			is_int(states[i], ef_table_label(&mobility->table, list[i], strlen(list[i])),
				   "is in the order of its names");
	else
		ok(strstr(error.detail, shows) != NULL, "%s", error.detail);
}

static void
check_people(const EfMobility *mobility, const double *people, size_t n, EfStatus expected,
			 const char *shows)
{
	is_int(ef_mobility_people(mobility, people, n, "stock", &refuses), expected, "an array of %zu elements", n);
	if (expected != EF_OK)
		ok(strstr(error.detail, shows) != NULL, "%s", error.detail);
}

static void
test_arguments(void)
{
	static const struct
	{
		const char *list[4];
		size_t		n;
		EfStatus	expected;
		const char *shows;
	}			lists[] = {
		{{"s003", "s001", "s002"}, 3, EF_OK, ""},
		{{"s003", "s001"}, 2, EF_STATES_LIST, "\"s002\" is missing."},
		{{"s003", "s001", "s003", "s002"}, 4, EF_STATES_LIST, "\"s003\" comes twice."},
		{{"s003", "s004", "s001", "s002"}, 4, EF_STATES_LIST, "no state \"s004\"."},
		{{"s003", "s00", "s001"}, 3, EF_STATES_LIST, "no state \"s00\"."},
	};
	static const struct
	{
		double		people[4];
		size_t		n;
		EfStatus	expected;
		const char *shows;
	}			stocks[] = {
		{{0, 0.5, 1e12}, 3, EF_OK, ""},
		{{0, 0.5}, 2, EF_STATES_LENGTH, "Elements of stock: 2."},
		{{0, 0.5, 1, 2}, 4, EF_STATES_LENGTH, "States: 3."},
		{{0, -0.5, 1}, 3, EF_ARRAY_VALUE, "Element 2 of stock is -0.5."},
		{{0, 1, 1.1e12}, 3, EF_ARRAY_VALUE, "Element 3"},
		{{NAN, 1, 1}, 3, EF_ARRAY_VALUE, "Element 1"},
		{{INFINITY, 1, 1}, 3, EF_ARRAY_VALUE, "Element 1"},
	};
	Histories	h = random_histories(50, 40, 3, 5);
	Arena		arena;
	EfMobility	mobility;
	uint32_t   *states;

	arena_open(&arena);
	open_histories(&mobility, &h, FROM, &arena);
	is_int(ef_mobility_order(&mobility, NULL, 0, &states, &arena.context), EF_OK, "no list");
	ok(states[0] == 1 && states[1] == 2 && states[2] == 3, "is that of the summary");
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		check_order(&mobility, lists[i].list, lists[i].n, lists[i].expected, lists[i].shows, &arena);
	for (size_t i = 0; i < sizeof(stocks) / sizeof(stocks[0]); i++)
		check_people(&mobility, stocks[i].people, stocks[i].n, stocks[i].expected, stocks[i].shows);
	arena_close(&arena);
	histories_free(&h);
}

static EfStatus
work(const Histories *h, const Arena *arena)
{
	EfState    *state;
	EfMobility	mobility;
	EfMobilityFlow *flows;
	size_t		n;
	uint32_t   *states;
	EfMobilityYear *rows;
	EfStatus	status = add_histories(&state, h, FROM, 0, 1, &arena->context);

	if (status == EF_OK)
		status = ef_mobility_open(&mobility, state, state->size, &arena->context);
	if (status == EF_OK)
		status = ef_mobility_rates(&mobility, 0.9, &flows, &n, &arena->context);
	if (status == EF_OK)
		status = ef_mobility_order(&mobility, NULL, 0, &states, &arena->context);
	if (status == EF_OK)
		status = project(&mobility, NULL, NULL, 3, states, &rows, arena);
	return status;
}

static void
test_no_memory(void)
{
	Histories	h = random_histories(30, 400, 3, 40);
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
	test_flows();
	test_matrix();
	test_shares();
	test_horizons();
	test_too_many();
	test_project();
	test_unseen();
	test_short_period();
	test_arguments();
	test_no_memory();
	return done_testing();
}
