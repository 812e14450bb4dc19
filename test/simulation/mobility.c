/*
 * mobility.c
 *	  Do the limits of mobility_project cover what they claim?
 *
 * Simulates staffs in four states (levels of a career), whose true rates are known:
 * in each month somebody moves on or leaves with the probability of the state.  Who
 * leaves is replaced in the next month, by one who begins at the bottom more often.
 * Each staff is observed for some years and projected from all of them, with as many
 * hires a year as a tenth of the staff.  Then it lives on: how often does the
 * headcount of a state lie within the 80 % limits of it, after one and five years?
 *
 * usage: mobility [repetitions, default 2000] [seed, default 1]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mobility/mobility_projection.h"

#define STATES 4
#define YEARS 5
#define LEVEL 0.80
#define AS_OF 9497				/* 2026-01-01 */

/* Share of those in a state who go in a month: to each state, and the last: out.
 * Nobody moves from the last one, and from the third hardly anybody. */
static const double monthly[STATES][STATES + 1] = {
	{0, 0.012, 0, 0, 0.020},
	{0.001, 0, 0.004, 0, 0.011},
	{0, 0.0005, 0, 0.003, 0.014},
	{0, 0, 0, 0, 0.006},
};

/* Of those who are hired, how many begin in each state. */
static const double beginning[STATES] = {0.5, 0.25, 0.2, 0.05};

/* SplitMix64, so that every machine draws the same. */
static uint64_t random_state;

static double
uniform(void)
{
	uint64_t	z = (random_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return ldexp((double) ((z ^ (z >> 31)) >> 11), -53);
}

/* Memory of one repetition. */
static char memory[(size_t) 256 << 20];
static size_t used;

static void *
allocate(void *memory, size_t size)
{
	char	   *at = memory + used;

	(void) memory;
	used += (size + 63) & ~(size_t) 63;
	if (used > sizeof(memory))
	{
		fprintf(stderr, "out of memory\n");
		exit(1);
	}
	return at;
}

static void
release(void *memory, void *pointer)
{
	(void) memory;
	(void) pointer;
}

static EfError error;
static EfContext context = {allocate, release, NULL, NULL, &error};

static void
must(EfStatus status)
{
	if (status == EF_OK)
		return;
	fprintf(stderr, "%s: %s\n", status->message, error.detail);
	exit(1);
}

/* Where somebody is a month later. */
static int
next_state(int state)
{
	double		u = uniform();

	for (int to = 0; to <= STATES; to++)
	{
		if (u < monthly[state][to])
			return to;
		u -= monthly[state][to];
	}
	return state;
}

static int
begin(void)
{
	double		u = uniform();
	int			state = 0;

	while (state < STATES - 1 && u >= beginning[state])
		u -= beginning[state++];
	return state;
}

/* Observe a staff; where each of them is in the end. */
static void
observe(int *where, int size, int years, EfMobility *mobility)
{
	EfDay		from = ef_months_later(AS_OF, -12 * years);
	EfFrame		frame = {from, AS_OF, true, 0, NULL, 0};
	EfState    *state;
	uint32_t	label[STATES];

	must(ef_state_create(&state, &ef_mobility_type, &frame, 0, &context));
	for (int i = 0; i < STATES; i++)
	{
		char		name = (char) ('a' + i);

		must(ef_mobility_name(&state, &name, 1, &label[i], &context));
	}
	for (int person = 0; person < size; person++)
	{
		int			at = begin();

		for (int month = 0; month < 120; month++)
			at = at == STATES ? begin() : next_state(at);
		if (at < STATES)
			must(ef_mobility_add(&state, EF_MOB_OPENING, label[at], 0, 0, 1, &context));
		for (int month = 1; month <= 12 * years; month++)
		{
			uint32_t	day = (uint32_t) (ef_months_later(from, month) - from);
			int			before = at;

			/* nobody comes on as_of, which is not observed */
			if (before == STATES && month == 12 * years)
				break;
			at = before == STATES ? begin() : next_state(before);
			if (before == STATES)
				must(ef_mobility_add(&state, EF_MOB_ENTERED, label[at], 0, day, 1, &context));
			else if (at == STATES)
				must(ef_mobility_add(&state, EF_MOB_LEFT, label[before], 0, day, 1, &context));
			else if (at != before)
				must(ef_mobility_add(&state, EF_MOB_MOVED, label[before], label[at], day, 1, &context));
		}
		where[person] = at;
	}
	must(ef_mobility_open(mobility, state, state->size, &context));
}

/* The staff goes on for a year, and this many come at its end. */
static int
live_on(int *where, int n, const double *intake)
{
	for (int person = 0; person < n; person++)
		for (int month = 0; month < 12 && where[person] < STATES; month++)
			where[person] = next_state(where[person]);
	for (int state = 0; state < STATES; state++)
		for (int i = 0; i < (int) intake[state]; i++)
			where[n++] = state;
	return n;
}

int
main(int argc, char **argv)
{
	static const int sizes[] = {25, 50, 200, 1000};
	static const int observed[] = {1, 5};
	int			repetitions = argc > 1 ? atoi(argv[1]) : 2000;
	int			left_out = 0;

	random_state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	printf("headcount of a state within its 80 %% limits, in percent, %d staffs a row\n"
		   "observed  staff  after 1 year: each state, all  after 5 years: each state, all\n", repetitions);
	for (size_t o = 0; o < sizeof(observed) / sizeof(observed[0]); o++)
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		{
			int			size = sizes[s];
			int			held[2][STATES] = {{0}};
			int			n[STATES] = {0};
			double		width[2] = {0};

			for (int r = 0; r < repetitions; r++)
			{
				static int	where[4000];
				EfMobility	mobility;
				uint32_t   *states;
				double		intake[STATES];
				EfMobilityPlan plan = {.intake = intake,.years = YEARS,.observed_years = observed[o],
				.limits = true,.level = LEVEL};
				EfMobilityYear *rows;
				int			people = size;

				used = 0;
				observe(where, size, observed[o], &mobility);
				if (mobility.table.nlabels < STATES)
				{
					left_out++;
					continue;
				}
				must(ef_mobility_order(&mobility, NULL, 0, &states, &context));
				plan.states = states;
				for (int i = 0; i < STATES; i++)
					intake[i] = floor(size * 0.1 * beginning[i] + 0.5);
				if (ef_mobility_projection(&mobility, &plan, &rows, &context) != EF_OK)
				{
					left_out++;
					continue;
				}
				for (int year = 1; year <= YEARS; year++)
				{
					people = live_on(where, people, intake);
					for (int i = 0; i < STATES; i++)
					{
						const EfMobilityYear *row = &rows[(year - 1) * STATES + i];
						int			there = 0;

						for (int p = 0; p < people; p++)
							there += where[p] == i;
						if (year != 1 && year != YEARS)
							continue;
						held[year == YEARS][i] += there >= row->lower && there <= row->upper;
						n[i] += year == 1;
						width[year == YEARS] += row->upper - row->lower;
					}
				}
			}
			printf("%d %s  %6d ", observed[o], observed[o] == 1 ? "year " : "years", size);
			for (int year = 0; year < 2; year++)
			{
				int			all = 0;
				int			in = 0;

				for (int i = 0; i < STATES; i++)
				{
					printf(" %5.1f", 100.0 * held[year][i] / n[i]);
					all += n[i];
					in += held[year][i];
				}
				printf("  %5.1f (width %.1f) ", 100.0 * in / all, width[year] / all);
			}
			printf("\n");
		}
	printf("left out, since a state was never seen or nobody knows where its people go: %d\n", left_out);
	return 0;
}
