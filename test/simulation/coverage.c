/*
 * coverage.c
 *	  Do the intervals of workforce_project cover what they claim?
 *
 * Simulates employers whose true exit rates are known, lets each be observed
 * for some years, projects it from what was observed, lets it live on, and
 * counts how often reality lies within the interval.  `make simulation`.
 *
 * Every employer keeps its size while it is observed: who leaves is replaced
 * in the next month.  The staff on the last observed day, hired over decades,
 * is then followed without new staff, as the projection's headcount is.
 *
 * usage: coverage [employers per cell, default 2000] [seed, default 1]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "projection.h"

#define LEVEL 0.80
#define FUTURE_YEARS 5
#define LAST_AGE (71 * 12)
#define AS_OF_YEAR 2026

enum
{
	RETIREMENT, RESIGNATION, LAYOFF, REASONS
};
static const char *const reason_name[REASONS] =
{"retirement", "resignation", "layoff"};

/* ---- chance: SplitMix64, so that every machine draws the same ---- */

static uint64_t random_state;

static double
uniform(void)
{
	uint64_t	z = (random_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (double) ((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* ---- the truth ---- */

static double q[LAST_AGE + 1][REASONS];
static double total[LAST_AGE + 1];

/* A year's probability as a month's. */
static double
monthly(double yearly)
{
	return 1 - pow(1 - yearly, 1.0 / 12);
}

static void
set_truth(void)
{
	for (int age = 0; age <= LAST_AGE; age++)
	{
		int			year = age / 12;

		/* the young move on, the old retire, mostly at a birthday */
		q[age][RESIGNATION] = monthly(year < 30 ? 0.12 : year < 40 ? 0.08 :
									  year < 55 ? 0.05 : 0.03);
		q[age][LAYOFF] = monthly(0.01);
		q[age][RETIREMENT] = year < 61 ? 0 : monthly(year < 63 ? 0.06 :
													 year < 65 ? 0.12 :
													 year < 67 ? 0.25 : 0.45);
		if (age == 65 * 12)
			q[age][RETIREMENT] = 0.45;
		if (age == LAST_AGE)
			q[age][RETIREMENT] = 1 - q[age][RESIGNATION] - q[age][LAYOFF];
		total[age] = q[age][RETIREMENT] + q[age][RESIGNATION] + q[age][LAYOFF];
	}
}

static int
draw_hire_age(void)
{
	/* 21 to 58, more often young */
	double		u = uniform();

	return (int) (12 * (21 + 37 * u * u));
}

/* ---- people ---- */

typedef struct Person
{
	EfMonth		birth;
	EfDay		start;
} Person;

/* Does somebody of this age leave this month, and why?  -1: stays. */
static int
draw_exit(int age, double fraction)
{
	double		u = uniform();

	if (age > LAST_AGE)
		age = LAST_AGE;
	u /= fraction;
	if (u >= total[age])
		return -1;
	for (int reason = 0; reason < REASONS - 1; reason++)
	{
		if (u < q[age][reason])
			return reason;
		u -= q[age][reason];
	}
	return REASONS - 1;
}

static Person
draw_hire(EfMonth month)
{
	Person		person;

	person.birth = month - draw_hire_age();
	person.start = ef_first_day(month) +
		(int) (uniform() * ef_days_in_month(month));
	return person;
}

/* The part of the month from the start on. */
static double
fraction_of(const Person *person, EfMonth month)
{
	int			length = ef_days_in_month(month);
	int			missed = person->start - ef_first_day(month);

	return missed > 0 ? (double) (length - missed) / length : 1;
}

static void *
allocate(void *context, size_t size)
{
	(void) context;
	return malloc(size);
}

static void
release(void *context, void *pointer)
{
	(void) context;
	free(pointer);
}

static const EfAllocator allocator = {allocate, release, NULL, NULL};

static void
must(EfStatus status, const EfError *error)
{
	if (status == EF_OK)
		return;
	fprintf(stderr, "status %d: %s\n", (int) status, error->detail);
	exit(1);
}

static void
add(EfState **state, const Person *person, EfDay end, int reason)
{
	EfEmployment row = {0};
	EfState    *old = *state;
	EfError		error;

	row.birth = ef_first_day(person->birth);
	row.spell.start = person->start;
	row.spell.end = end;
	row.spell.reason = reason >= 0 ? reason_name[reason] : NULL;
	row.spell.reason_length = reason >= 0 ? strlen(reason_name[reason]) : 0;
	must(ef_workforce_add(state, &row, &allocator, &error), &error);
	if (*state != old)
		free(old);
}

/* ---- one cell of the table ---- */

typedef struct Coverage
{
	int			headcount[2];	/* after 1 and 5 years */
	int			retirements[2]; /* in year 1 and year 5 */
	int			need;			/* in year 1 */
	int			employers;
	double		width[2];
} Coverage;

/* An employer as it was observed, and who works there when that ends. */
typedef struct Employer
{
	int			size;
	Person	   *people;
	EfWorkforce workforce;
	EfState    *state;
	EfTable		table;
	uint8_t    *bytes;
} Employer;

static void
observe_employer(Employer *employer, int size, int years, const Person *pool,
				 int npool)
{
	static Person people[4096];
	EfMonth		as_of = AS_OF_YEAR * 12;
	EfFrame		frame = {0, 0, true, 0, NULL, 0};
	EfState    *state;
	EfError		error;
	size_t		nbytes;

	frame.from = ef_first_day(as_of - 12 * years);
	frame.as_of = ef_first_day(as_of);
	must(ef_state_create(&state, &ef_workforce_type, &frame, 0, &allocator,
						 &error), &error);

	for (int i = 0; i < size; i++)
	{
		people[i] = pool[(int) (uniform() * npool)];

		/* the pool is of as_of: put it where the observation begins */
		people[i].birth -= 12 * years;
		people[i].start = frame.from - 1;
	}
	for (EfMonth month = as_of - 12 * years; month < as_of; month++)
		for (int i = 0; i < size; i++)
		{
			int			reason;

			/* not there yet */
			if (people[i].start >= ef_first_day(month + 1))
				continue;
			reason = draw_exit(month - people[i].birth,
							   fraction_of(&people[i], month));
			if (reason < 0)
				continue;
			add(&state, &people[i], ef_first_day(month + 1), reason);

			/* the place is filled next month; in the last one, on its last day,
			 * so that the employer keeps its size */
			people[i] = draw_hire(month + 1 < as_of ? month + 1 : month);
			if (month + 1 == as_of)
				people[i].start = frame.as_of - 1;
		}
	for (int i = 0; i < size; i++)
		add(&state, &people[i], EF_DAY_INFINITY, -1);

	/* as the database does: finish, open */
	must(ef_table_load(&employer->table, &ef_workforce_type, state,
					   state->size, &allocator, &error), &error);
	must(ef_table_pack(&employer->table, &ef_workforce_type, 4,
					   &employer->bytes, &nbytes, &allocator, &error), &error);
	must(ef_workforce_open(&employer->workforce, employer->bytes, nbytes,
						   &allocator, &error), &error);
	employer->size = size;
	employer->people = people;
	employer->state = state;
}

static void
forget_employer(Employer *employer)
{
	free(employer->workforce.table.labels);
	free(employer->workforce.table.cells);
	free(employer->table.labels);
	free(employer->table.cells);
	free(employer->bytes);
	free(employer->state);
}

static EfProjectionPlan
plan_of(const Employer *employer, int years)
{
	EfProjectionPlan plan = {0};

	plan.workforce = plan.rates = &employer->workforce;
	plan.years = years;
	plan.retire_at = EF_AS_OBSERVED;
	plan.latest_age = 70;
	plan.level = LEVEL;
	return plan;
}

static void
run_employer(int size, int years, const Person *pool, int npool,
			 Coverage *coverage)
{
	EfMonth		as_of = AS_OF_YEAR * 12;
	Employer	employer;
	Person	   *people;
	EfProjectionPlan plan;
	EfProjectionPeriod *periods;
	EfError		error;
	int			alive;
	int			retired[FUTURE_YEARS] = {0};
	int			left_first = 0;

	observe_employer(&employer, size, years, pool, npool);
	people = employer.people;
	plan = plan_of(&employer, FUTURE_YEARS);
	must(ef_project_workforce(&plan, &periods, &allocator, &error), &error);

	alive = size;
	coverage->employers++;
	for (EfMonth month = as_of; month < as_of + 12 * FUTURE_YEARS; month++)
	{
		int			year = (month - as_of) / 12;

		for (int i = 0; i < alive;)
		{
			int			reason = draw_exit(month - people[i].birth, 1);

			if (reason < 0)
			{
				i++;
				continue;
			}
			if (reason == RETIREMENT)
				retired[year]++;
			people[i] = people[--alive];
		}
		if (month == as_of + 11)
		{
			left_first = size - alive;
			coverage->headcount[0] += alive >= periods[0].lower &&
				alive <= periods[0].upper;
			coverage->width[0] += periods[0].upper - periods[0].lower;
		}
	}
	coverage->headcount[1] += alive >= periods[FUTURE_YEARS - 1].lower &&
		alive <= periods[FUTURE_YEARS - 1].upper;
	coverage->width[1] += periods[FUTURE_YEARS - 1].upper -
		periods[FUTURE_YEARS - 1].lower;
	for (int h = 0; h < 2; h++)
	{
		int			year = h * (FUTURE_YEARS - 1);

		coverage->retirements[h] +=
			retired[year] >= periods[year].retirements_lower &&
			retired[year] <= periods[year].retirements_upper;
	}

	/* what it takes to replace the leavers of the first year, in whole
	 * persons, if each recruit is as likely to stay as the projection says */
	if (periods[0].need > 0)
	{
		double		need = rint(left_first * periods[0].need / periods[0].gap);

		coverage->need += need >= periods[0].need_lower &&
			need <= periods[0].need_upper;
	}

	free(periods);
	forget_employer(&employer);
}

/* People of a stationary employer, by simulating a large one for long. */
static Person *
make_pool(int n)
{
	Person	   *pool = malloc(n * sizeof(Person));
	EfMonth		as_of = AS_OF_YEAR * 12;

	for (int i = 0; i < n; i++)
		pool[i] = draw_hire(as_of - 600);
	for (EfMonth month = as_of - 600; month < as_of; month++)
		for (int i = 0; i < n; i++)
			if (draw_exit(month - pool[i].birth, 1) >= 0)
				pool[i] = draw_hire(month);
	return pool;
}

int
main(int argc, char **argv)
{
	static const int sizes[] = {50, 200, 2000};
	static const int histories[] = {5, 10};
	int			employers = argc > 1 ? atoi(argv[1]) : 2000;
	Person	   *pool;
	int			failures = 0;

	random_state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	set_truth();
	pool = make_pool(20000);

	printf("coverage in percent of the %.0f %% interval, %d employers per row\n\n",
		   LEVEL * 100, employers);
	printf("                   headcount      mean width     retirements    need\n");
	printf("observed   staff   1 y     5 y    1 y     5 y    1st y   5th y  1st y\n");
	for (int h = 0; h < 2; h++)
	{
		double		pooled[2] = {0, 0};

		for (int s = 0; s < 3; s++)
		{
			Coverage	c = {0};

			for (int i = 0; i < employers; i++)
				run_employer(sizes[s], histories[h], pool, 20000, &c);
			printf("%5d y    %5d  %5.1f   %5.1f   %5.1f   %5.1f   %5.1f   %5.1f   %5.1f\n",
				   histories[h], sizes[s],
				   100.0 * c.headcount[0] / employers,
				   100.0 * c.headcount[1] / employers,
				   c.width[0] / employers, c.width[1] / employers,
				   100.0 * c.retirements[0] / employers,
				   100.0 * c.retirements[1] / employers,
				   100.0 * c.need / employers);
			for (int k = 0; k < 2; k++)
			{
				double		percent = 100.0 * c.headcount[k] / employers;

				pooled[k] += percent / 3;
				failures += percent < 70 || percent > 90;
			}
		}
		printf("%5d y   pooled  %5.1f   %5.1f\n", histories[h], pooled[0],
			   pooled[1]);
		for (int k = 0; k < 2; k++)
			failures += pooled[k] < 75 || pooled[k] > 85;
	}
	free(pool);
	printf("\n%s\n", failures == 0
		   ? "Headcount: pooled within 75 to 85, each size within 70 to 90."
		   : "Headcount: OUTSIDE of 75 to 85 pooled, or 70 to 90 for a size.");
	return failures != 0;
}
