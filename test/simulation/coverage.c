/*
 * coverage.c
 *	  Do the intervals of workforce_project and of required_intake cover what
 *	  they claim?
 *
 * Simulates employers whose true exit rates are known, lets each be observed
 * for some years, projects it from what was observed, lets it live on, and
 * counts how often reality lies within the interval.  `make simulation`.
 *
 * Every employer keeps its size while it is observed: who leaves is replaced
 * in the next month.  The staff on the last observed day, hired over decades,
 * is then followed without new staff, as the projection's headcount is.
 *
 * Then again with an education whose true rates and lags are known too, and of
 * which some people were observed: how many must begin each year for the
 * employer to have its size after ten years?  What would really have been
 * enough is found by letting reality happen with more and more people.
 *
 * usage: coverage [employers per cell, default 2000] [seed, default 1]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "funnel/chain.h"
#include "funnel/funnel.h"
#include "pipeline/pipeline.h"
#include "workforce/projection.h"

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
	return ldexp((double) ((z ^ (z >> 31)) >> 11), -53);
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

/* 21 to 58, more often young */
static int
hire_age_at(double u)
{
	return (int) (12 * (21 + 37 * u * u));
}

static int
draw_hire_age(void)
{
	return hire_age_at(uniform());
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
allocate(void *memory, size_t size)
{
	(void) memory;
	return malloc(size);
}

static void
release(void *memory, void *pointer)
{
	(void) memory;
	free(pointer);
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

static void
add(EfState **state, const Person *person, EfDay end, int reason)
{
	EfEmployment row = {0};
	EfState    *old = *state;

	row.birth = ef_first_day(person->birth);
	row.spell.start = person->start;
	row.spell.end = end;
	row.spell.reason = reason >= 0 ? reason_name[reason] : NULL;
	row.spell.reason_length = reason >= 0 ? strlen(reason_name[reason]) : 0;
	must(ef_workforce_add(state, &row, &context));
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
	size_t		nbytes;

	frame.from = ef_first_day(as_of - 12 * years);
	frame.as_of = ef_first_day(as_of);
	must(ef_state_create(&state, &ef_workforce_type, &frame, 0, &context));

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

			/*
			 * the place is filled next month; in the last one, on its last
			 * day, so that the employer keeps its size
			 */
			people[i] = draw_hire(month + 1 < as_of ? month + 1 : month);
			if (month + 1 == as_of)
				people[i].start = frame.as_of - 1;
		}
	for (int i = 0; i < size; i++)
		add(&state, &people[i], EF_DAY_INFINITY, -1);

	/* as the database does: finish, open */
	must(ef_table_load(&employer->table, &ef_workforce_type, state, state->size, &context));
	must(ef_table_pack(&employer->table, &ef_workforce_type, 4, &employer->bytes, &nbytes, &context));
	must(ef_workforce_open(&employer->workforce, employer->bytes, nbytes, &context));
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
	int			alive;
	int			retired[FUTURE_YEARS] = {0};
	int			left_first = 0;

	observe_employer(&employer, size, years, pool, npool);
	people = employer.people;
	plan = plan_of(&employer, FUTURE_YEARS);
	must(ef_project_workforce(&plan, &periods, &context));

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

	/*
	 * what it takes to replace the leavers of the first year, in whole
	 * persons, if each recruit is as likely to stay as the projection says
	 */
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

/* ---- the intake that education needs ---- */

#define INTAKE_YEARS 10
#define INTAKE_MONTHS (12 * INTAKE_YEARS)
#define FIRST_BEGINNERS 2012
#define WINDOW_YEARS 6
#define LAG_DAYS (WINDOW_YEARS * 365)
#define IN_TIME 0.7

enum
{
	ADMITTED, REGISTERED, GRADUATED, EMPLOYED, STAGES
};
static const char *const stage_name[STAGES] =
{"admitted", "registered", "graduated", "employed"};

static const double goes_on[STAGES] = {0.90, 0.75, 0.85, 0};

/* One who begins: the days after which each stage is reached. */
typedef struct Student
{
	int			length;
	int			days[STAGES];
	int			dropped_out;	/* days, or -1 */
} Student;

/* Three years, for some a year or more longer, and a job within ten months. */
static int
graduation_days(double which, double how)
{
	return which < IN_TIME ? 1000 + (int) (30 * how) : 1000 + (int) (500 * how);
}

static int
employment_days(double how)
{
	return (int) (300 * how * how);
}

static Student
draw_student(void)
{
	Student		student = {1, {0}, -1};
	double		which;

	if (uniform() >= goes_on[ADMITTED])
		return student;
	student.days[student.length++] = (int) (60 * uniform());
	if (uniform() >= goes_on[REGISTERED])
	{
		/* half of those who never graduate say so */
		if (uniform() < 0.5)
			student.dropped_out = student.days[REGISTERED] + 30 +
				(int) (800 * uniform());
		return student;
	}
	which = uniform();
	student.days[student.length++] = graduation_days(which, uniform());
	if (uniform() >= goes_on[GRADUATED])
		return student;
	student.days[student.length++] = student.days[GRADUATED] +
		employment_days(uniform());
	return student;
}

static EfDay
day_of_beginning(int year)
{
	return ef_first_day(year * 12 + 8);
}

/* Does one hired on this day still work when the ten years end? */
static bool
draw_stay(EfDay start)
{
	int			before;
	EfMonth		month = ef_month_of_day(start, &before);
	Person		person = {month - draw_hire_age(), start};

	for (; month < (AS_OF_YEAR + INTAKE_YEARS) * 12; month++)
		if (draw_exit(month - person.birth, fraction_of(&person, month)) >= 0)
			return false;
	return true;
}

/*
 * What the true rates let expect: of one of an age on the last observed day,
 * what is left after ten years; of one who begins in each year, what there is
 * at work then.
 */
static double still_there[LAST_AGE + 1];
static double brought;

/* Does one of this age stay for a month? */
static double
month_stay(int age)
{
	return 1 - total[age > LAST_AGE ? LAST_AGE : age];
}

/* What is left of one hired in a month when the ten years end, who is exposed to
 * a part of that month. */
static double
left_of_hire(const double *hire_age, int month, double part)
{
	double		left = 0;

	for (int age = 0; age <= LAST_AGE; age++)
	{
		double		one = hire_age[age];

		if (one == 0)
			continue;
		one *= 1 - part * (1 - month_stay(age));
		for (int later = 1; month + later < INTAKE_MONTHS; later++)
			one *= month_stay(age + later);
		left += one;
	}
	return left;
}

static void
set_expectations(void)
{
	enum
	{
		GRID = 2000
	};
	static double lag[LAG_DAYS];	/* of those who are ever employed */
	static double hire_age[LAST_AGE + 1];
	double		ever = goes_on[ADMITTED] * goes_on[REGISTERED] *
		goes_on[GRADUATED];

	for (int age = 0; age <= LAST_AGE; age++)
	{
		still_there[age] = 1;
		for (int month = 0; month < INTAKE_MONTHS; month++)
			still_there[age] *= month_stay(age + month);
	}
	for (int i = 0; i < 100 * GRID; i++)
		hire_age[hire_age_at((i + 0.5) / (100 * GRID))] += 1.0 / (100 * GRID);
	for (int i = 0; i < GRID; i++)
		for (int j = 0; j < GRID; j++)
		{
			double		how = (i + 0.5) / GRID;
			int			job = employment_days((j + 0.5) / GRID);

			lag[graduation_days(0, how) + job] += IN_TIME / GRID / GRID;
			lag[graduation_days(1, how) + job] += (1 - IN_TIME) / GRID / GRID;
		}
	for (int month = 0; month < INTAKE_MONTHS; month++)
	{
		EfDay		first = ef_first_day(AS_OF_YEAR * 12 + month);
		int			length = ef_days_in_month(AS_OF_YEAR * 12 + month);

		/* linear in the part of the month */
		double		none = left_of_hire(hire_age, month, 0);
		double		all = left_of_hire(hire_age, month, 1);

		for (int year = AS_OF_YEAR; year < AS_OF_YEAR + INTAKE_YEARS; year++)
			for (int day = 0; day < length; day++)
			{
				int			days = first + day - day_of_beginning(year);

				if (days >= 0 && days < LAG_DAYS)
					brought += ever * lag[days] *
						(none + (all - none) * (length - day) / length);
			}
	}
}

/* Memory that is given back at once. */
typedef struct Block
{
	struct Block *next;
	double		bytes[];
} Block;

static void *
arena_allocate(void *memory, size_t size)
{
	Block	  **blocks = memory;
	Block	   *block = malloc(sizeof(Block) + size);

	if (block == NULL)
		return NULL;
	block->next = *blocks;
	*blocks = block;
	return block->bytes;
}

static void
arena_release(void *memory, void *pointer)
{
	(void) memory;
	(void) pointer;
}

static void
arena_empty(Block **blocks)
{
	while (*blocks != NULL)
	{
		Block	   *next = (*blocks)->next;

		free(*blocks);
		*blocks = next;
	}
}

/* So many people began on 1 September of each year up to as_of, in turn. */
static void
observe_education(EfFunnel *funnel, int npeople, EfContext *arena)
{
	EfFunnelSpec spec = {0};
	EfFrame		frame = {0};
	EfChainSearch search;
	EfState    *state;
	uint8_t    *bytes;
	size_t		size;

	for (int stage = 0; stage < STAGES; stage++)
		must(ef_spec_add_stage(&spec, stage_name[stage], strlen(stage_name[stage]), &context));
	must(ef_spec_add_exit(&spec, "dropped_out", 11, &context));
	spec.has_within = true;
	spec.within.months = 12 * WINDOW_YEARS;
	spec.has_as_of = true;
	spec.as_of = ef_first_day(AS_OF_YEAR * 12);
	must(ef_spec_complete(&spec, &context));
	must(ef_spec_pack(&spec, 0, &bytes, &size, arena));
	frame.spec = bytes;
	frame.spec_size = size;
	must(ef_state_create(&state, &ef_funnel_type, &frame, 0, arena));

	ef_chain_search_begin(&search, &spec, EF_UNIT_DAY, arena);
	for (int i = 0; i < npeople; i++)
	{
		EfDay		start = day_of_beginning(FIRST_BEGINNERS +
											 i % (AS_OF_YEAR - FIRST_BEGINNERS));
		Student		student = draw_student();
		EfWhen		events[STAGES + 1];
		size_t		nevents = 0;
		EfChain		chain;

		for (int stage = 0; stage < student.length; stage++)
			if (start + student.days[stage] < spec.as_of)
				events[nevents++] = ef_when(start + student.days[stage],
											stage + 1);
		if (student.dropped_out >= 0 &&
			start + student.dropped_out < spec.as_of)
			events[nevents++] = ef_when(start + student.dropped_out,
										EF_CODE_EXIT);
		ef_chain_find(&search, &chain, events, nevents);
		must(ef_funnel_add(&state, &chain, EF_UNIT_DAY, arena));
	}
	ef_chain_search_end(&search);
	must(ef_funnel_open(funnel, state, state->size, arena));
}

typedef struct IntakeCoverage
{
	int			employers;
	int			unknown;		/* no intake would be enough */
	int			endless;		/* no upper limit */
	int			bounded;
	int			below;			/* reality needs fewer than the lower limit */
	int			above;
	int			expected;
	double		intake;
	double		truth;
	double		enough;
	double		width;			/* of those that have an upper limit */
	double		pending;
} IntakeCoverage;

static void
run_intake(int size, int npeople, const Person *pool, int npool,
		   IntakeCoverage *coverage)
{
	EfMonth		end = (AS_OF_YEAR + INTAKE_YEARS) * 12;
	Block	   *blocks = NULL;
	EfContext	arena = {arena_allocate, arena_release, &blocks, NULL, &error};
	Employer	employer;
	EfProjectionPlan plan;
	EfProjectionPeriod *periods;
	double		target[INTAKE_YEARS];
	double		gap[INTAKE_YEARS];
	EfFunnel	funnel;
	EfIntakePlan intake_plan = {0};
	EfIntakeYear *years;
	int			nyears;
	double		truth = size;
	double		upper;
	int			enough = 0;
	int			alive = 0;

	/* what was observed, and what it says */
	observe_employer(&employer, size, 10, pool, npool);
	observe_education(&funnel, npeople, &arena);
	plan = plan_of(&employer, INTAKE_YEARS);
	for (int t = 0; t < INTAKE_YEARS; t++)
		target[t] = size;
	plan.target = target;
	must(ef_project_workforce(&plan, &periods, &arena));
	for (int t = 0; t < INTAKE_YEARS; t++)
		gap[t] = periods[t].gap;
	intake_plan.funnel = &funnel;
	intake_plan.staff = plan;
	intake_plan.gap = gap;
	intake_plan.first_year = AS_OF_YEAR;
	must(ef_pipeline_start_day("09-01", 5, &intake_plan.starts, &context));
	intake_plan.method = EF_INTAKE_CONSTANT;
	intake_plan.target_year = EF_LAST_YEAR;
	must(ef_pipeline_intake(&intake_plan, &years, &nyears, &arena));

	/* what was to be expected, and what happened */
	for (int i = 0; i < size; i++)
	{
		int			age = AS_OF_YEAR * 12 - employer.people[i].birth;
		bool		stays = true;

		truth -= still_there[age > LAST_AGE ? LAST_AGE : age];
		for (EfMonth month = AS_OF_YEAR * 12; month < end && stays; month++)
			stays = draw_exit(month - employer.people[i].birth, 1) < 0;
		alive += stays;
	}
	truth /= brought;

	/* one more beginner in each year, who lives as he would among others */
	for (; alive < size; enough++)
		for (int year = AS_OF_YEAR; year < AS_OF_YEAR + INTAKE_YEARS; year++)
		{
			Student		student = draw_student();
			EfDay		start = day_of_beginning(year) + student.days[EMPLOYED];

			if (student.length == STAGES && start < ef_first_day(end))
				alive += draw_stay(start);
		}

	coverage->employers++;
	for (int stage = 0; stage < STAGES; stage++)
		coverage->pending += (double) funnel.counts[stage].pending / npeople;
	upper = years[0].upper;
	if (isnan(years[0].intake))
		coverage->unknown++;
	else
	{
		if (isnan(upper))
		{
			coverage->endless++;
			upper = INFINITY;
		}
		else
		{
			coverage->width += upper - years[0].lower;
			coverage->bounded++;
		}
		coverage->intake += years[0].intake;
		coverage->below += enough < years[0].lower;
		coverage->above += enough > upper;
		coverage->expected += truth >= years[0].lower && truth <= upper;
	}
	coverage->truth += truth;
	coverage->enough += enough;
	forget_employer(&employer);
	arena_empty(&blocks);
}

/* The second table; how many rows are not as they should be. */
static int
cover_intakes(int employers, const Person *pool, int npool)
{
	static const int sizes[] = {50, 200, 2000};
	static const int educations[] = {100, 1000};
	int			failures = 0;

	set_expectations();
	printf("\ncoverage in percent of the %.0f %% limits of the yearly intake that closes\n"
		   "the gap after %d years, %d employers per row, observed for 10 years\n\n",
		   LEVEL * 100, INTAKE_YEARS, employers);
	printf("  education              enough in reality     expected  mean                       mean  no\n");
	printf("people  pending  staff   within  below  above    within  estimate expected enough  width upper\n");
	for (int e = 0; e < 2; e++)
		for (int s = 0; s < 3; s++)
		{
			IntakeCoverage c = {0};
			double		known;
			double		within;

			for (int i = 0; i < employers; i++)
				run_intake(sizes[s], educations[e], pool, npool, &c);
			known = employers - c.unknown;
			within = 100 * (known - c.below - c.above) / known;
			printf("%6d    %5.1f  %5d    %5.1f  %5.1f  %5.1f     %5.1f    %6.1f   %6.1f %6.1f  %5.1f %5d\n",
				   educations[e], 100 * c.pending / employers, sizes[s],
				   within, 100 * c.below / known, 100 * c.above / known,
				   100 * c.expected / known, c.intake / known,
				   c.truth / employers, c.enough / employers,
				   c.width / c.bounded, c.endless);
			if (c.unknown > 0)
				printf("       %d employers for whom no intake was enough\n",
					   c.unknown);
			failures += !(within >= 75 && within <= 95);
		}
	printf("\n%s\n", failures == 0
		   ? "Intake: enough within 75 to 95 in each row."
		   : "Intake: enough OUTSIDE of 75 to 95 in a row.");
	return failures;
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
	printf("\n%s\n", failures == 0
		   ? "Headcount: pooled within 75 to 85, each size within 70 to 90."
		   : "Headcount: OUTSIDE of 75 to 85 pooled, or 70 to 90 for a size.");
	failures += cover_intakes(employers, pool, 20000);
	free(pool);
	return failures != 0;
}
