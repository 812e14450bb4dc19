/*
 * test_pipeline.c: who arrives from a funnel, and how many must begin, against a
 * second computation that goes through every cohort and every day on which
 * somebody arrives.
 *
 * What is left of a hire is taken from projections with and without an intake.
 * Limits are found by bisection, where the headcount missing is so many standard
 * errors from none.
 */
#include "pipeline/pipeline.h"

#include <stdlib.h>

#include "arena.h"
#include "estimate/estimate.h"
#include "funnel/leavers.h"
#include "histories.h"
#include "staffs.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum
{
	MAX_PEOPLE = 60,
	BEYOND_YEARS = 10400
};

static Arena arena;
static EfContext *const context = &arena.context;


/* ---- the calendar, year by year ---- */

static EfDay new_year[BEYOND_YEARS + 1];

static bool
is_leap(int year)
{
	return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
}

/* Of a month counted from 0. */
static int
month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month] + (month == 1 && is_leap(year));
}

static void
make_calendar(void)
{
	new_year[1] = -730119;
	for (int year = 1; year < BEYOND_YEARS; year++)
		new_year[year + 1] = new_year[year] + (is_leap(year) ? 366 : 365);
}

/* Month and day are counted from 0. */
static EfDay
date_of(int year, int month, int day)
{
	EfDay		date = new_year[year] + day;

	for (int m = 0; m < month; m++)
		date += month_days(year, m);
	return date;
}

static int
year_of(EfDay date)
{
	int			year = (date - new_year[1]) / 366 + 1;

	while (new_year[year + 1] <= date)
		year++;
	return year;
}


/* ---- people, and when they arrive ---- */

typedef struct Study
{
	Setting		setting;
	int			n;
	History		people[MAX_PEOPLE];
	EfFunnel	funnel;

	/*
	 * the days on which somebody comes to the last stage, and with which
	 * probability: the steps of P
	 */
	int			nsteps;
	int			day[MAX_PEOPLE];
	double		step[MAX_PEOPLE];
	double		ever;
	double		reached[EF_STAGE_LIMIT];
	double		conversion[EF_STAGE_LIMIT];
} Study;

/* Does somebody who is at a stage leave it on this day in this way? */
static bool
leaves(const History *person, int stage, EfWay way, int day)
{
	static const EfOutcome outcomes[] = {EF_COMPLETED, EF_EXITED, EF_LOST, EF_PENDING};

	if (way == EF_WAY_ON)
		return person->length > stage + 1 && person->day[stage + 1] == day;
	return person->length == stage + 1 && person->outcome == outcomes[way] && person->left == day;
}

static int
count_reached(const Study *study, int stage)
{
	int			n = 0;

	for (int i = 0; i < study->n; i++)
		n += study->people[i].length > stage;
	return n;
}

/* Is anybody pending at a stage before this one? */
static bool
pending_before(const Study *study, int stage)
{
	for (int i = 0; i < study->n; i++)
		if (study->people[i].outcome == EF_PENDING && study->people[i].length <= stage)
			return true;
	return false;
}

/*
 * Day by day, first those who move on, stage by stage, and then those who leave:
 * a share of those who are there moves the same share of the probability.
 */
static void
follow(Study *study)
{
	int			last = study->setting.nstages - 1;
	int			at[MAX_PEOPLE] = {0};	/* -1: left */
	double		p[EF_STAGE_LIMIT] = {1};
	int			end = 0;

	memset(study->reached, 0, sizeof(study->reached));
	study->nsteps = 0;
	study->ever = 0;
	study->reached[0] = 1;
	for (int i = 0; i < study->n; i++)
	{
		const History *person = &study->people[i];

		end = person->left > end ? person->left : end;
		end = person->day[person->length - 1] > end ? person->day[person->length - 1] : end;
	}
	for (int day = 0; day <= end && study->n > 0; day++)
	{
		double		arrive = last == 0 && day == 0 ? 1 : 0;

		for (EfWay way = EF_WAY_ON; way < EF_WAY_COUNT; way++)
			for (int stage = 0; stage < last; stage++)
			{
				int			there = 0;
				int			moved = 0;
				double		moving;

				for (int i = 0; i < study->n; i++)
				{
					if (at[i] != stage)
						continue;
					there++;
					if (!leaves(&study->people[i], stage, way, day))
						continue;
					moved++;
					at[i] = way == EF_WAY_ON ? stage + 1 : -1;
				}
				if (moved == 0 || way == EF_WAY_PENDING)
					continue;
				moving = p[stage] * moved / there;
				p[stage] = moved == there ? 0 : p[stage] - moving;
				if (way != EF_WAY_ON)
					continue;
				p[stage + 1] += moving;
				study->reached[stage + 1] += moving;
				if (stage + 1 == last)
					arrive += moving;
			}
		if (arrive > 0)
		{
			study->day[study->nsteps] = day;
			study->step[study->nsteps++] = arrive;
		}
	}

	/* where nobody is pending: so many people of those who began */
	for (int stage = 0; stage <= last; stage++)
	{
		if (!pending_before(study, stage))
			study->reached[stage] = (double) count_reached(study, stage) / study->n;
		if (stage > 0)
			study->conversion[stage - 1] = pending_before(study, stage)
				? fmin(study->reached[stage] / study->reached[stage - 1], 1)
				: (double) count_reached(study, stage) / count_reached(study, stage - 1);
	}
	for (int k = 0; k < study->nsteps; k++)
	{
		if (!pending_before(study, last))
		{
			int			came = 0;

			for (int i = 0; i < study->n; i++)
				came += study->people[i].length > last && study->people[i].day[last] == study->day[k];
			study->step[k] = (double) came / study->n;
		}
		study->ever += study->step[k];
	}
}

static void
make_study(Study *study, const Setting *setting, int n, bool arrive)
{
	study->setting = *setting;
	study->n = n;
	for (int i = 0; i < n; i++)
	{
		History    *person = &study->people[i];

		random_history(person, setting);
		if (!arrive && person->length == setting->nstages)
		{
			person->length--;
			person->outcome = EF_EXITED;
			person->left = person->day[person->length - 1];
		}
	}
	if (histories_funnel(&study->funnel, setting, study->people, n, &arena) != EF_OK)
		fail("a funnel is made");
	follow(study);
}

/* What the scenario multiplies arrivals by; NaN where nobody knows. */
static double
factor_of(const Study *study, const EfConversionChange *scenario)
{
	double		conversion;

	if (scenario->change == 0)
		return 1;
	conversion = study->conversion[scenario->stage - 1];
	if (!(conversion > 0))
		return NAN;
	return fmin(fmax(conversion + scenario->change, 0), 1) / conversion;
}

/* Half of the time none; else one that ends somewhere, or at 0 or 1. */
static void
random_scenario(EfConversionChange *scenario, const Study *study)
{
	double		conversion;
	double		end = random_below(4) == 0 ? 0 : random_below(4) == 0 ? 1 : random_part();

	scenario->stage = 0;
	scenario->change = 0;
	if (study->setting.nstages == 1 || random_below(2))
		return;
	scenario->stage = 1 + random_below((uint32_t) study->setting.nstages - 1);
	conversion = study->conversion[scenario->stage - 1];
	if (random_below(6) > 0)
		scenario->change = conversion > 0 ? end - conversion : random_part();
}

static bool
near(double got, double expected, double scale)
{
	return fabs(got - expected) <= 1e-10 * fmax(1, fabs(scale)) || (isnan(got) && isnan(expected));
}


/* ---- the day on which an intake begins ---- */

/* Reads a copy that ends where its memory does. */
static EfStatus
parse(const char *text, size_t length, EfStartDay *start)
{
	char	   *copy = malloc(length > 0 ? length : 1);
	EfStatus	status;

	memcpy(copy, text, length);
	status = ef_pipeline_start_day(copy, length, start, &refuses);
	free(copy);
	return status;
}

/* Is what these five bytes say understood, or refused? */
static int
check_start(const char *text)
{
	EfStartDay	start = {-1, -1};
	EfStatus	status = parse(text, 5, &start);
	int			month = (text[0] - '0') * 10 + text[1] - '0';
	int			day = (text[3] - '0') * 10 + text[4] - '0';
	bool		valid = text[2] == '-';

	for (int i = 0; i < 5; i++)
		valid = valid && (i == 2 || (text[i] >= '0' && text[i] <= '9'));
	valid = valid && month >= 1 && month <= 12 && day >= 1 && day <= month_days(2001, month - 1);
	return valid ? status != EF_OK || start.month != month - 1 || start.day != day - 1
		: status != EF_START_DAY_INVALID;
}

static void
test_start_day(void)
{
	static const char bytes[] = {'0', '1', '2', '3', '9', '-', '/', ' ', '\0', '\xb0'};
	const int	nbytes = (int) COUNT(bytes);
	char		text[8];
	EfStartDay	start;
	int			wrong = 0;
	int			days = 0;

	for (int month = 0; month < 12; month++)
		for (int day = 0; day < month_days(2001, month); day++)
		{
			snprintf(text, sizeof(text), "%02d-%02d", (month + 1) % 100, (day + 1) % 100);
			wrong += parse(text, 5, &start) != EF_OK || start.month != month || start.day != day;
			days++;
		}
	is_int(days, 365, "a year has 365 days");
	is_int(wrong, 0, "each of which may be that on which an intake begins");

	wrong = 0;
	for (int n = 0; n < nbytes * nbytes * nbytes * nbytes * nbytes; n++)
	{
		for (int i = 0, rest = n; i < 5; i++, rest /= nbytes)
			text[i] = bytes[rest % nbytes];
		wrong += check_start(text);
	}
	is_int(wrong, 0, "every word of five bytes of these is read or refused");
	wrong = 0;
	for (int month = 1; month <= 12; month++)
		for (int i = 0; i < 5; i++)
			for (int byte = 0; byte < 256; byte++)
			{
				snprintf(text, sizeof(text), "%02d-%02d", month % 100, 28 - month);
				text[i] = (char) byte;
				wrong += check_start(text);
			}
	is_int(wrong, 0, "and days of which any byte is another");

	is_int(parse("02-29", 5, &start), EF_START_DAY_INVALID, "not every year has a 29 February");
	is_str(error.detail, "starts is \"02-29\".", "which is said");
	for (size_t length = 0; length <= 10; length++)
		if (length != 5)
			is_int(parse("09-01-2024", length, &start), EF_START_DAY_INVALID, "%zu bytes are no day", length);
	is_str(error.detail, "starts is \"09-01-2024\".", "the word is shown");
	is_int(parse("a word that is so long that it is not shown to its end, but for the first sixty bytes of it",
				 91, &start), EF_START_DAY_INVALID, "nor is a sentence");
	is_str(error.detail, "starts is \"a word that is so long that it is not shown to its end, but \".",
		   "of which no more is shown");
}

static void
test_method(void)
{
	static const char *const others[] = {"", "constan", "constantt", "Constant", "schedul", "schedule ",
	"SCHEDULE", "scheduld", "leavers", "constanu"};
	unsigned	method = EF_INTAKE_SCHEDULE;

	is_int(ef_choose(&ef_intake_methods, "constant", 8, &method, &refuses), EF_OK, "constant is a method");
	is_int(method, EF_INTAKE_CONSTANT, "by its name");
	is_int(ef_choose(&ef_intake_methods, "schedules", 8, &method, &refuses), EF_OK, "so is schedule");
	is_int(method, EF_INTAKE_SCHEDULE, "of eight bytes");
	for (size_t i = 0; i < COUNT(others); i++)
	{
		char	   *copy = malloc(strlen(others[i]) + 1);
		char		detail[80];

		memcpy(copy, others[i], strlen(others[i]));
		is_int(ef_choose(&ef_intake_methods, copy, strlen(others[i]), &method, &refuses), EF_INTAKE_METHOD_UNKNOWN,
			   "\"%s\" is none", others[i]);
		snprintf(detail, sizeof(detail), "The method is \"%s\".", others[i]);
		is_str(error.detail, detail, "and named");
		free(copy);
	}
}


/* ---- arrivals by year ---- */

static int
check_output(const Study *study, const EfOutputPlan *plan)
{
	double	   *expected = calloc((size_t) plan->horizon, sizeof(double));
	double	   *got = NULL;
	double		factor = factor_of(study, &plan->scenario);
	int			first = plan->as_of == NULL ? plan->first_year : year_of(*plan->as_of);
	double		begin = 0;
	EfStatus	status;
	int			wrong = ef_pipeline_first_year(plan) != first;
	int			held = arena.n;

	for (int c = 0; c < plan->nyears; c++)
	{
		EfDay		start = date_of(plan->first_year + c, plan->starts.month, plan->starts.day);

		begin += plan->intake[c];
		for (int k = 0; k < study->nsteps && plan->intake[c] > 0; k++)
		{
			EfDay		date = start + study->day[k];
			int			year = year_of(date);

			if ((plan->as_of == NULL || date >= *plan->as_of) && year >= first && year < first + plan->horizon)
				expected[year - first] += plan->intake[c] * study->step[k] * factor;
		}
	}
	status = ef_pipeline_arrivals(plan, &got, context);
	if (status != EF_OK)
		diag("status %s: %s", said(status), error.detail);
	wrong += status != EF_OK || arena.n != held + 1;
	for (int i = 0; i < plan->horizon && status == EF_OK && wrong < 3; i++)
	{
		if (study->n == 0 || isnan(factor))
			expected[i] = NAN;
		if (near(got[i], expected[i], begin))
			continue;
		diag("arrivals of %d: got %.15g, expected %.15g", first + i, got[i], expected[i]);
		wrong++;
	}
	free(expected);
	ef_release(context, got);
	return wrong;
}

static const struct
{
	const char *name;
	Setting		setting;
	int			people;
	bool		arrive;
}			studies[] = {
	{"nobody", {3, 20, true, true, 10}, 0, true},
	{"one stage", {1, -1, false, false, 10}, 7, true},
	{"one person", {2, -1, false, true, 700}, 1, true},
	{"within a year", {2, 300, true, true, 300}, 30, true},
	{"a few people", {3, -1, true, true, 900}, 6, true},
	{"nobody pending", {4, -1, false, true, 1100}, 40, true},
	{"a window", {3, 1300, false, true, 1200}, 40, true},
	{"pending", {3, -1, true, true, 1500}, 50, true},
	{"pending, with a window", {4, 1000, true, false, 1000}, 50, true},
	{"many stages", {9, -1, true, false, 900}, 60, true},
	{"for decades", {3, -1, true, false, 12000}, 30, true},
	{"nobody arrives", {3, 800, true, true, 700}, 20, false},
};

static void
test_arrivals(void)
{
	static Study study;
	double		intake[12];

	for (size_t s = 0; s < COUNT(studies); s++)
	{
		int			wrong = 0;

		for (int run = 0; run < 60 && wrong < 5; run++)
		{
			static const int from[] = {1890, 1996, 2017, 2024, 2095, 2399};
			EfDay		as_of;
			EfOutputPlan plan = {&study.funnel, intake, (int) random_below(13),
				from[random_below(6)] + (int) random_below(6), {0, 0}, NULL,
			random_below(20) == 0 ? 100 : 1 + (int) random_below(12), {0, 0}};

			if (run % 10 == 0)
			{
				arena_close(&arena);
				make_study(&study, &studies[s].setting, studies[s].people, studies[s].arrive);
			}
			for (int c = 0; c < 12; c++)
				intake[c] = random_below(3) ? 1000 * random_part() : random_below(50) == 0 ? 1e12 : 0;
			plan.starts.month = (int) random_below(12);
			plan.starts.day = (int) random_below((uint32_t) month_days(2001, plan.starts.month));
			as_of = date_of(plan.first_year, 0, 0) - 800 + (EfDay) random_below(5000);
			if (random_below(2))
				plan.as_of = &as_of;
			random_scenario(&plan.scenario, &study);
			wrong += check_output(&study, &plan);
		}
		is_int(wrong, 0, "%s: they arrive in their years", studies[s].name);
	}
	arena_close(&arena);
}

/* Each day of a leap year as as_of, and those around the end of February where a
 * year could be divided by four and may have no leap day; and each day on which
 * an intake can begin. */
static void
test_days(void)
{
	static const Setting setting = {2, -1, true, true, 800};
	static const struct
	{
		int			year;
		int			month;
		int			days;
	}			periods[] = {{2023, 11, 400}, {1900, 1, 20}, {2000, 1, 20}, {2100, 1, 20}};
	static Study study;
	double		intake[3] = {100, 0, 60.5};
	int			wrong = 0;

	make_study(&study, &setting, 25, true);
	for (size_t i = 0; i < COUNT(periods); i++)
		for (int day = 0; day < periods[i].days; day++)
		{
			EfDay		as_of = date_of(periods[i].year, periods[i].month, 15) + day;
			EfOutputPlan plan = {&study.funnel, intake, 3, periods[i].year - 1, {7, 20}, &as_of, 3, {0, 0}};

			wrong += wrong < 5 && check_output(&study, &plan);
		}
	is_int(wrong, 0, "as_of may be any day");
	for (int month = 0; month < 12; month++)
		for (int day = 0; day < month_days(2001, month); day++)
		{
			EfOutputPlan plan = {&study.funnel, intake, 3, day % 4 ? 2022 : 1898, {month, day}, NULL, 4, {0, 0}};

			wrong += wrong < 5 && check_output(&study, &plan);
		}
	is_int(wrong, 0, "and an intake begin on any");
	arena_close(&arena);
}

/* One person who comes after so many days: on the day itself. */
static void
test_boundaries(void)
{
	static const Setting setting = {2, -1, false, false, 0};
	static const struct
	{
		int			lag;
		int			year;
		EfStartDay	starts;
		int			arrives;	/* in that many years more */
	}			cases[] = {
		{0, 2023, {11, 30}, 0}, {1, 2023, {11, 30}, 1}, {364, 2023, {0, 0}, 0}, {365, 2023, {0, 0}, 1},
		{365, 2024, {0, 0}, 0}, {366, 2024, {0, 0}, 1}, {365, 2100, {0, 0}, 1}, {365, 2000, {0, 0}, 0},
		{121, 2023, {8, 0}, 0}, {122, 2023, {8, 0}, 1}, {487, 2023, {8, 0}, 1}, {488, 2023, {8, 0}, 2},
		{308, 2023, {1, 27}, 1}, {306, 2024, {1, 27}, 0}, {307, 2024, {1, 27}, 0}, {308, 2024, {1, 27}, 1},
		{EF_CHAIN_DAYS, 1900, {0, 0}, 150},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
	{
		static Study study;
		double		intake = 1;
		EfOutputPlan plan = {&study.funnel, &intake, 1, cases[i].year, cases[i].starts, NULL, 100, {0, 0}};
		EfDay		as_of = date_of(cases[i].year, cases[i].starts.month, cases[i].starts.day) + cases[i].lag;
		double	   *got;

		study.setting = setting;
		study.n = 1;
		memset(study.people, 0, sizeof(study.people));
		study.people[0].length = 2;
		study.people[0].day[1] = cases[i].lag;
		study.people[0].left = -1;
		if (histories_funnel(&study.funnel, &setting, study.people, 1, &arena) != EF_OK)
			fail("a funnel of one");
		if (cases[i].arrives >= 100)
		{
			plan.as_of = &as_of;
			is_int(ef_pipeline_first_year(&plan), cases[i].year + cases[i].arrives, "the year of as_of is the first");
			ef_pipeline_arrivals(&plan, &got, context);
			ok(got[0] == 1 && got[1] == 0, "one who takes 150 years arrives then");
			continue;
		}
		ef_pipeline_arrivals(&plan, &got, context);
		ok(got[cases[i].arrives] == 1, "after %d days from day %d of month %d of %d", cases[i].lag,
		   cases[i].starts.day + 1, cases[i].starts.month + 1, cases[i].year);
		plan.as_of = &as_of;
		ef_pipeline_arrivals(&plan, &got, context);
		ok(got[0] == 1, "on which day they count");
		as_of++;
		ef_pipeline_arrivals(&plan, &got, context);
		ok(got[0] == 0 && got[1] == 0, "and not when that is past");
		arena_close(&arena);
	}
}

/* All years that there are. */
static void
test_ages(void)
{
	static const Setting setting = {3, -1, true, true, 4000};
	static Study study;
	static double intake[9000];
	EfDay		as_of;
	EfOutputPlan plan = {&study.funnel, intake, 9000, 1000, {8, 0}, &as_of, 100, {0, 0}};
	int			wrong = 0;

	make_study(&study, &setting, 30, true);
	for (int c = 0; c < 9000; c++)
		intake[c] = random_below(10) * 10;
	for (int year = 1000; year <= 9999; year += 1499)
	{
		as_of = date_of(year, 3, 9);
		wrong += check_output(&study, &plan);
	}
	as_of = date_of(9999, 11, 30);
	wrong += check_output(&study, &plan);
	plan.as_of = NULL;
	wrong += check_output(&study, &plan);
	plan.nyears = 1;
	plan.first_year = 9999;
	wrong += check_output(&study, &plan);
	as_of = date_of(1, 0, 0);
	plan.as_of = &as_of;
	wrong += check_output(&study, &plan);
	plan.nyears = 0;
	plan.horizon = 1;
	wrong += check_output(&study, &plan);
	is_int(wrong, 0, "an intake may be that of any year until 9999");
	arena_close(&arena);
}

static void
test_output_refused(void)
{
	static const Setting setting = {3, -1, true, true, 100};
	static Study study;
	double		intake[3] = {10, 0, 5};
	double		bad[][3] = {{1, 2, -1}, {1, NAN, 1}, {1, INFINITY, 2}, {1e12 * (1 + 1e-15), 1, 2}};
	const char *details[] = {"The intake of 2026 is -1.", "The intake of 2025 is NaN.",
	"The intake of 2025 is Infinity.", "The intake of 2024 is 1000000000000.0011."};
	EfDay		days[] = {EF_DAY_INFINITY, EF_DAY_MINUS_INFINITY, date_of(1, 0, 0) - 1, date_of(10000, 0, 0),
	date_of(1, 0, 0), date_of(9999, 11, 30)};
	EfOutputPlan base = {&study.funnel, intake, 3, 2024, {8, 0}, NULL, 5, {0, 0}};
	EfOutputPlan plan;
	double	   *got;
	char		detail[EF_DETAIL_SIZE];
	int			held;

#define answers(change, expected, sentence, ...) \
	do { \
		plan = base; \
		change; \
		held = arena.n; \
		error.detail[0] = '\0'; \
		is_int(ef_pipeline_arrivals(&plan, &got, context), (expected), __VA_ARGS__); \
		is_str(error.detail, (sentence), "which is said"); \
		ok((expected) == EF_OK ? arena.n == held + 1 : arena.n <= held + 1, "no memory is held but for the answer"); \
	} while (0)

	make_study(&study, &setting, 30, true);
	answers((void) 0, EF_OK, "", "nothing is wrong");
	answers(plan.first_year = 0, EF_FIRST_YEAR_RANGE, "first_year is 0.", "there is no year 0");
	answers(plan.first_year = 26, EF_FIRST_YEAR_RANGE, "first_year is 26.", "26 is meant for another year");
	answers(plan.first_year = 999, EF_FIRST_YEAR_RANGE, "first_year is 999.", "as is every year of three digits");
	answers(plan.first_year = 1000, EF_OK, "", "a year of four is taken");
	answers(plan.first_year = 10000, EF_FIRST_YEAR_RANGE, "first_year is 10000.", "nor one after 9999");
	answers(plan.first_year = INT32_MAX, EF_FIRST_YEAR_RANGE, "first_year is 2147483647.", "however large");
	answers(plan.first_year = INT32_MIN, EF_FIRST_YEAR_RANGE, "first_year is -2147483648.", "or small");
	answers(plan.first_year = 9997, EF_OK, "", "the last intake may be that of 9999");
	answers(plan.first_year = 9998, EF_FIRST_YEAR_RANGE,
			"first_year is 9998. Years of intake: 3.", "and not of a later year");
	answers(plan.horizon = 0, EF_HORIZON_RANGE, "horizon is 0.", "a horizon has a year");
	answers(plan.horizon = -1, EF_HORIZON_RANGE, "horizon is -1.", "and no negative number");
	answers(plan.horizon = 101, EF_HORIZON_RANGE, "horizon is 101.", "and not more than 100");
	answers(plan.horizon = 100, EF_OK, "", "but as many");
	for (size_t i = 0; i < COUNT(bad); i++)
		answers(plan.intake = bad[i], EF_ARRAY_VALUE, details[i], "%g, %g, %g is no intake", bad[i][0],
				bad[i][1], bad[i][2]);
	answers(plan.as_of = &days[0], EF_DATE_INFINITE, "as_of is infinite.", "as_of is finite");
	answers(plan.as_of = &days[1], EF_DATE_INFINITE, "as_of is infinite.", "on both sides");
	answers(plan.as_of = &days[2], EF_DATE_RANGE, "as_of is 0001-12-31 BC.", "not before year 1");
	answers(plan.as_of = &days[3], EF_DATE_RANGE, "as_of is 10000-01-01.", "and not after 9999");
	answers(plan.as_of = &days[4], EF_OK, "", "but may be its first day");
	answers(plan.as_of = &days[5], EF_OK, "", "or its last");
	answers(plan.scenario.change = 0.05, EF_CHANGE_NO_STAGE, "conversion_change is 0.05.",
			"a change is that of a stage");
	answers(plan.scenario.change = NAN, EF_CHANGE_NO_STAGE, "conversion_change is NaN.", "whatever it is");
	answers((plan.scenario.stage = 3, plan.scenario.change = 0.1), EF_CHANGE_LAST_STAGE,
			"The stage is \"antagen \xc3\xa5\".", "but not of the last");
	answers(plan.scenario.stage = 3, EF_CHANGE_LAST_STAGE, "The stage is \"antagen \xc3\xa5\".",
			"even if there is none");
	answers((plan.scenario.stage = 2, plan.scenario.change = 1.5), EF_CHANGE_RANGE,
			"conversion_change is 1.5.", "none is above 1");
	answers((plan.scenario.stage = 2, plan.scenario.change = -1.01), EF_CHANGE_RANGE,
			"conversion_change is -1.01.", "or below -1");
	answers((plan.scenario.stage = 1, plan.scenario.change = NAN), EF_CHANGE_RANGE,
			"conversion_change is NaN.", "or not a number");
	for (int stage = 1; stage <= 2; stage++)
	{
		double		conversion = study.conversion[stage - 1];
		double		changes[] = {1.001 - conversion, -0.001 - conversion};

		for (int i = 0; i < 2; i++)
		{
			snprintf(detail, sizeof(detail), "The conversion of \"%s\" is %.12g, and would be %.12g.",
					 stage == 1 ? "applied" : "", conversion, conversion + changes[i]);
			answers((plan.scenario.stage = (uint32_t) stage, plan.scenario.change = changes[i]), EF_CHANGE_RANGE,
					detail, "a conversion of %g is none", conversion + changes[i]);
		}
		answers((plan.scenario.stage = (uint32_t) stage, plan.scenario.change = 1 - conversion), EF_OK, "",
				"but 1 is");
		answers((plan.scenario.stage = (uint32_t) stage, plan.scenario.change = -conversion), EF_OK, "",
				"and 0");
	}
	arena_close(&arena);
}

/* ---- required intake, as it is defined ---- */

/* Room for the cohorts of a schedule and all its years, since the first year. */
#define MAX_YEARS 100

typedef struct Truth
{
	const Study *study;
	const EfIntakePlan *plan;
	EfDay		as_of;
	int			first_year;		/* of the gap */
	int			years;
	int			ncohorts;
	double		factor;
	bool		known;
	bool		asked;			/* some gap is positive */
	double		left[MAX_YEARS][MAX_YEARS]; /* U(i, t) */
	double	   *share;			/* a(c, i): share[c * years + i] */
	double	   *brings;			/* A(c, t) */
	double	   *intake;			/* x_c */
	int			lead;			/* L; -1: none */
	int			target;			/* T */

	/* for limits: each day on which somebody arrives has a span of its own */
	EfWorkspace workspace;
	EfProjection *projection;
	EfArrivals	arrivals;
	int			span[MAX_PEOPLE];
	double		z;
	double	   *people;
} Truth;

/* The period of a day; -1: none. */
static int
period_of(const Truth *truth, EfDay date)
{
	int			period = year_of(date) - truth->first_year;

	return date < truth->as_of || period >= truth->years ? -1 : period;
}

/* What is left of a hire: from projections with and without a thousand. */
static void
find_left(Truth *truth)
{
	EfProjectionPlan staff = truth->plan->staff;
	double		hires[MAX_YEARS] = {0};
	EfProjectionPeriod *without;
	EfProjectionPeriod *with;

	staff.intake = staff.target = NULL;
	if (ef_project_workforce(&staff, &without, context) != EF_OK)
		fail("a projection: %s", error.detail);
	staff.intake = hires;
	for (int i = 0; i < truth->years; i++)
	{
		hires[i] = 1000;
		if (ef_project_workforce(&staff, &with, context) != EF_OK)
			fail("a projection: %s", error.detail);
		hires[i] = 0;
		for (int t = i; t < truth->years; t++)
			truth->left[i][t] = (with[t].headcount - without[t].headcount) / 1000;
		ef_release(context, with);
	}
	ef_release(context, without);
}

/* The years from an intake to that for which it answers. */
static int
find_lead(const Truth *truth)
{
	const Study *study = truth->study;
	const EfIntakePlan *plan = truth->plan;
	EfDay		start = date_of(plan->first_year, plan->starts.month, plan->starts.day);

	for (int lead = 0; study->ever * truth->factor > 0; lead++)
	{
		double		arrived = 0;

		for (int k = 0; k < study->nsteps; k++)
			if (year_of(start + study->day[k]) <= plan->first_year + lead)
				arrived += study->step[k];
		if (arrived > 0 && arrived >= (plan->arrived - 1e-13) * study->ever)
			return lead;
	}
	return -1;
}

/* The people of all cohorts who are at work at the end of a period. */
static double
survivors(const Truth *truth, int t)
{
	double		sum = 0;

	for (int c = 0; c < truth->ncohorts; c++)
		if (!isnan(truth->intake[c]))
			sum += truth->intake[c] * truth->brings[c * truth->years + t];
	return sum;
}

static void
find_intakes(Truth *truth)
{
	const EfIntakePlan *plan = truth->plan;
	int			years = truth->years;

	for (int c = 0; c < truth->ncohorts; c++)
		truth->intake[c] = NAN;
	if (!truth->known || (truth->lead < 0 && !truth->asked))
	{
		for (int c = 0; c < truth->ncohorts && !truth->asked; c++)
			truth->intake[c] = 0;
		return;
	}
	if (plan->method == EF_INTAKE_CONSTANT)
	{
		double		gap = plan->gap[truth->target];
		double		sum = 0;

		for (int c = 0; c < truth->ncohorts; c++)
			sum += truth->brings[c * years + truth->target];
		for (int c = 0; c < truth->ncohorts; c++)
			truth->intake[c] = gap <= 0 ? 0 : sum > 0 ? gap / sum : NAN;
		return;
	}
	for (int t = 0; t < years; t++)
	{
		int			c = truth->first_year + t - truth->lead - plan->first_year;

		if (truth->lead < 0 || c < 0 || c >= truth->ncohorts)
			continue;
		truth->intake[c] = truth->brings[c * years + t] > 0
			? fmax(0, plan->gap[t] - survivors(truth, t)) / truth->brings[c * years + t] : 0;
	}
}

/* The point that a normal variable passes, to either side, with probability
 * 1 - level. */
static double
normal_point(double level)
{
	double		low = 0;
	double		high = 40;

	for (int i = 0; i < 200; i++)
	{
		double		middle = (low + high) / 2;

		if (level < 0.5 ? erf(middle / sqrt(2)) < level : erfc(middle / sqrt(2)) > 1 - level)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

static void
open_truth(Truth *truth, const Study *study, const EfIntakePlan *plan)
{
	const EfWorkforce *workforce = plan->staff.workforce;
	int			years = plan->staff.years;
	int32_t		starts[MAX_PEOPLE + 1] = {0};
	uint32_t	nspans = 1;
	int			last_year;

	memset(truth, 0, sizeof(*truth));
	truth->study = study;
	truth->plan = plan;
	truth->first_year = (workforce->last_month + 1) / 12;
	truth->as_of = date_of(truth->first_year, (workforce->last_month + 1) % 12, 0);
	truth->years = years;
	last_year = truth->first_year + years - 1;
	truth->ncohorts = last_year < plan->first_year ? 0 : last_year - plan->first_year + 1;
	truth->target = plan->target_year == EF_LAST_YEAR ? years - 1
		: (int) (plan->target_year - truth->first_year);
	truth->factor = factor_of(study, &plan->scenario);
	truth->known = study->n > 0 && !isnan(truth->factor) && (workforce->hires > 0 || plan->staff.rates->hires > 0);
	for (int t = 0; t < years; t++)
		truth->asked = truth->asked || plan->gap[t] > 0;
	truth->share = calloc((size_t) (truth->ncohorts * years) + 1, sizeof(double));
	truth->brings = calloc((size_t) (truth->ncohorts * years) + 1, sizeof(double));
	truth->intake = calloc((size_t) truth->ncohorts + 1, sizeof(double));
	truth->people = calloc((size_t) truth->ncohorts + 1, sizeof(double));
	if (truth->known)
		find_left(truth);

	for (int c = 0; c < truth->ncohorts && truth->known; c++)
	{
		EfDay		start = date_of(plan->first_year + c, plan->starts.month, plan->starts.day);

		for (int k = 0; k < study->nsteps; k++)
		{
			int			period = period_of(truth, start + study->day[k]);

			if (period >= 0)
				truth->share[c * years + period] += study->step[k] * truth->factor;
		}
		for (int t = 0; t < years; t++)
			for (int i = 0; i <= t; i++)
				truth->brings[c * years + t] += truth->share[c * years + i] * truth->left[i][t];
	}
	truth->lead = truth->known ? find_lead(truth) : -1;
	find_intakes(truth);

	/* what limits need */
	if (!truth->known)
		return;
	for (int k = 0; k < study->nsteps; k++)
	{
		if (study->day[k] > 0)
			starts[nspans++] = study->day[k];
		truth->span[k] = (int) nspans - 1;
	}
	truth->z = normal_point(plan->staff.level);
	truth->workspace.context = context;
	if (ef_projection_open(&truth->projection, &plan->staff, &truth->workspace) != EF_OK)
		fail("a projection: %s", error.detail);
	ef_funnel_arrivals(&study->funnel, starts, nspans, true, &truth->arrivals, &truth->workspace);
}

static void
close_truth(Truth *truth)
{
	free(truth->share);
	free(truth->brings);
	free(truth->intake);
	free(truth->people);
	ef_discard_all(&truth->workspace);
}

/* The share of those who begin that reaches a stage, counted from 1. */
static double
reaching(const Truth *truth, uint32_t stage)
{
	double		reached = truth->study->reached[stage - 1];

	return stage > truth->plan->scenario.stage ? reached * truth->factor : reached;
}

/* The variance of the headcount at the end of a period, with truth->people at a
 * stage in each cohort. */
static double
variance_of(Truth *truth, int t, uint32_t stage)
{
	const Study *study = truth->study;
	const EfIntakePlan *plan = truth->plan;
	double		at_stage = reaching(truth, stage);
	double		hires[MAX_YEARS] = {0};
	double		weight[MAX_PEOPLE + 1] = {0};
	double		chance = 0;
	double		scale;
	double		variance;

	for (int c = 0; c < truth->ncohorts; c++)
	{
		EfDay		start = date_of(plan->first_year + c, plan->starts.month, plan->starts.day);
		double		people = truth->people[c];
		double		stays = 0;
		double		square = 0;

		if (people == 0)
			continue;
		for (int k = 0; k < study->nsteps; k++)
		{
			int			i = period_of(truth, start + study->day[k]);
			double		arrives = study->step[k] * truth->factor / at_stage;
			double		left;

			if (i < 0 || i > t)
				continue;
			left = truth->left[i][t];
			hires[i] += people * arrives;
			stays += arrives * left;
			square += arrives * left * left;
			weight[truth->span[k]] += people * left;
		}
		chance += people * (square - stays * stays);
	}
	variance = ef_projection_variance(truth->projection, t, hires);

	/* the estimated share of those at the stage, with the scenario in both */
	scale = truth->factor * study->reached[stage - 1] / at_stage;
	return variance + chance + scale * scale * ef_funnel_arrivals_variance(&truth->arrivals, weight, stage);
}

/* For x people at a stage in one cohort, or in each. */
typedef struct Question
{
	Truth	   *truth;
	int			cohort;			/* -1: each */
	int			t;
	uint32_t	stage;
	double		gap;
	double		brings;			/* of one at the stage */
} Question;

/* How much farther than z standard errors the headcount is from what it should
 * be, in squares; not positive within the limits. */
static double
beyond(const Question *question, double x)
{
	Truth	   *truth = question->truth;
	double		missing = question->gap - x * question->brings;

	for (int c = 0; c < truth->ncohorts; c++)
		if (question->cohort < 0 || c == question->cohort)
			truth->people[c] = x;
		else
			truth->people[c] = c < question->cohort && !isnan(truth->intake[c])
				? truth->intake[c] * reaching(truth, question->stage) : 0;
	return missing * missing - truth->z * truth->z * variance_of(truth, question->t, question->stage);
}

/* Where it changes from one sign to the other. */
static double
root_between(const Question *question, double in, double out)
{
	for (int i = 0; i < 100 && fabs(in - out) > 1e-10 * fmax(1, fabs(in)); i++)
	{
		double		middle = (in + out) / 2;

		if (beyond(question, middle) <= 0)
			in = middle;
		else
			out = middle;
	}
	return in;
}

/*
 * The limits of x, with the estimate always within; NAN where there is none
 * above.  Answers false where a hair decides whether there is one.
 */
static bool
find_limits(const Question *question, double *lower, double *upper)
{
	double		best = fmax(question->gap / question->brings, 0);
	double		far = 1000 * fmax(fmax(best, 1), fabs(question->gap) / question->brings);
	double		at_zero = beyond(question, 0);
	double		square = question->brings * question->brings;
	double		leading = (beyond(question, 2 * far) - 2 * beyond(question, far) + at_zero) / (2 * far * far);
	double		out = fmax(2 * best, 1);

	*lower = 0;
	*upper = NAN;
	if (fabs(leading) < 1e-6 * square)
		return false;
	if (question->gap > 0 && at_zero > 0)
		*lower = root_between(question, best, 0);
	if (leading < 0)
		return true;

	/* a surplus that is sure: is there an intake with which it is not? */
	if (at_zero > 0 && question->gap <= 0)
	{
		double		least = 0;
		double		most = far;

		for (int i = 0; i < 100; i++)
		{
			double		one = least + (most - least) / 3;
			double		other = most - (most - least) / 3;

			if (beyond(question, one) < beyond(question, other))
				most = other;
			else
				least = one;
		}
		*upper = 0;
		best = (least + most) / 2;
		if (fabs(beyond(question, best)) < 1e-6 * fabs(at_zero))
			return best < 1e-6;
		if (beyond(question, best) > 0)
			return true;
		out = fmax(2 * best, 1);
	}
	while (beyond(question, out) <= 0)
		out *= 2;
	*upper = root_between(question, best, out);
	return true;
}

/* How many were looked at, and of what kind. */
static int	limits_checked;
static int	limits_unbounded;
static int	limits_skipped;
static int	limits_of_surplus;
static int	limits_sharp;

/* What is asked of a cohort's intake, with people at a stage. */
static Question
question_of(Truth *truth, int cohort, uint32_t stage)
{
	const EfIntakePlan *plan = truth->plan;
	bool		constant = plan->method == EF_INTAKE_CONSTANT;
	Question	question = {truth, constant ? -1 : cohort, truth->target, stage, 0, 0};

	if (!constant)
		question.t = plan->first_year + cohort + truth->lead - truth->first_year;
	question.gap = plan->gap[question.t];
	for (int c = 0; c < truth->ncohorts; c++)
	{
		double		its = truth->brings[c * truth->years + question.t];

		if (constant || c == cohort)
			question.brings += its / reaching(truth, stage);
		else if (c < cohort && !isnan(truth->intake[c]))
			question.gap -= truth->intake[c] * its;
	}
	return question;
}

/* Are these the limits of a cohort, in people at a stage? */
static int
check_limits(Truth *truth, int cohort, uint32_t stage, double got_lower, double got_upper)
{
	bool		constant = truth->plan->method == EF_INTAKE_CONSTANT;
	Question	question;
	double		lower;
	double		upper;
	double		near_lower;
	double		near_upper;

	if (isnan(truth->intake[cohort]))
		return !isnan(got_lower) || !isnan(got_upper);
	if (!truth->known || (!constant && truth->lead < 0))
		return got_lower != 0 || !isnan(got_upper);
	question = question_of(truth, cohort, stage);

	/* whom nobody can make up for */
	if (!(question.brings > 0))
		return got_lower != 0 || !isnan(got_upper);

	if (!find_limits(&question, &lower, &upper))
	{
		limits_skipped++;
		return 0;
	}
	limits_checked++;
	limits_unbounded += isnan(upper);
	limits_of_surplus += question.gap < 0;
	near_lower = 1e-7 * fmax(1, lower);
	near_upper = 1e-6 * fmax(1, upper);
	if (got_lower >= floor(lower - near_lower) && got_lower <= floor(lower + near_lower) &&
		got_lower == floor(got_lower) &&
		(isnan(upper) ? isnan(got_upper)
		 : got_upper >= ceil(upper - near_upper) && got_upper <= ceil(upper + near_upper) &&
		 got_upper == ceil(got_upper)))
		return 0;
	diag("cohort %d, stage %u, level %g, gap %g, brings %g: got %g .. %g, expected %.9g .. %.9g", cohort,
		 stage, truth->plan->staff.level, question.gap, question.brings, got_lower, got_upper, lower, upper);
	return 1;
}

/*
 * Limits are whole persons, so a small error may not show.  But at the level at
 * which one is a whole number, a little more makes it another.
 */
static int
check_sharply(Truth *truth)
{
	EfIntakePlan plan = *truth->plan;
	bool		constant = plan.method == EF_INTAKE_CONSTANT;
	uint32_t	stage = 1 + random_below((uint32_t) truth->study->setting.nstages);
	int			cohort = constant ? 0 : (int) random_below((uint32_t) truth->ncohorts);
	bool		above = random_below(2);
	Question	question;
	double		best;
	double		whole;
	double		z = truth->z;
	double		needed;
	int			first;
	int			wrong = 0;

	if (!truth->known || isnan(truth->intake[cohort]) || truth->intake[cohort] == 0)
		return 0;
	question = question_of(truth, cohort, stage);
	best = question.gap / question.brings;
	whole = above ? ceil(best * (1.05 + random_part())) : floor(best * (0.95 - 0.9 * random_part()));
	if (whole < 1 || fabs(whole - best) < 0.01)
		return 0;

	/* so many standard errors are missing, or too many, with that many */
	truth->z = 0;
	needed = beyond(&question, whole);
	truth->z = 1;
	needed = sqrt(needed / (needed - beyond(&question, whole)));
	truth->z = needed * (1 + 1e-6);
	if (!(needed > 0.01 && needed < 6) || beyond(&question, above ? 1e6 * whole : 0) <= 0)
	{
		truth->z = z;
		return 0;
	}
	truth->z = z;
	limits_sharp++;
	first = plan.first_year < truth->first_year ? plan.first_year : truth->first_year;
	for (int wider = 0; wider < 2; wider++)
	{
		EfStageDemand *rows;
		size_t		nrows;
		double		got;
		size_t		row = (size_t) (plan.first_year + cohort - first) * truth->study->funnel.spec.nstages +
			stage - 1;

		plan.staff.level = erf(needed * (wider ? 1 + 1e-6 : 1 - 1e-6) / sqrt(2));
		if (ef_pipeline_intake_by_stage(&plan, &rows, &nrows, context) != EF_OK)
			return 1;
		got = above ? rows[row].upper : rows[row].lower;
		ef_release(context, rows);
		if (above ? (got > whole || isnan(got)) == wider : (got < whole) == wider)
			continue;
		diag("cohort %d, stage %u, level %.12g: %s limit %.9g, expected %.9g%s", cohort, stage,
			 plan.staff.level, above ? "upper" : "lower", got, whole, wider ? " to be within" : "");
		wrong++;
	}
	return wrong;
}

/* Row by row; how much is wrong. */
static int
check_years(Truth *truth, const EfIntakeYear *rows, int nrows, bool limits)
{
	const EfIntakePlan *plan = truth->plan;
	int			years = truth->years;
	int			first = plan->first_year < truth->first_year ? plan->first_year : truth->first_year;
	int			wrong = nrows != truth->first_year + years - first;

	for (int r = 0; r < nrows && wrong < 5; r++)
	{
		const EfIntakeYear *row = &rows[r];
		int			c = row->year - plan->first_year;
		int			t = row->year - truth->first_year;
		bool		nothing = !truth->known && truth->asked && c >= 0;
		double		intake = c < 0 ? 0 : truth->intake[c];
		double		arrivals = t >= 0 && nothing ? NAN : 0;
		double		unmet = t < 0 || nothing ? NAN : 0;
		int			before = wrong;

		if (t >= 0 && !nothing)
		{
			double		gap = plan->gap[t];

			for (int k = 0; k < truth->ncohorts; k++)
				if (truth->intake[k] > 0)
					arrivals += truth->intake[k] * truth->share[k * years + t];
			unmet = fmax(0, gap - survivors(truth, t));

			/* what is met is met, and not by a rounding error less */
			if (unmet <= 1e-13 * fabs(gap))
				wrong += row->unmet != 0;
		}
		wrong += row->year != first + r;
		wrong += !near(row->intake, intake, intake);
		wrong += !near(row->arrivals, arrivals, arrivals);
		wrong += !near(row->unmet, unmet, t < 0 ? 0 : plan->gap[t]);
		if (wrong > before)
			diag("row of %d: got %.12g, %.12g, %.12g, expected %.12g, %.12g, %.12g", row->year, row->intake,
				 row->arrivals, row->unmet, intake, arrivals, unmet);
		if (c < 0)
			wrong += row->lower != 0 || row->upper != 0;
		else if (plan->method == EF_INTAKE_CONSTANT && c > 0 && r > 0 && rows[r - 1].year >= plan->first_year)
			wrong += memcmp(&row->lower, &row[-1].lower, 2 * sizeof(double)) != 0;
		else if (limits)
			wrong += check_limits(truth, c, 1, row->lower, row->upper);
	}
	return wrong;
}

static int
check_stages(Truth *truth, const EfStageDemand *rows, size_t nrows, const EfIntakeYear *of_years,
			 bool limits)
{
	uint32_t	nstages = (uint32_t) truth->study->setting.nstages;
	bool		constant = truth->plan->method == EF_INTAKE_CONSTANT;
	int			wrong = 0;

	for (size_t r = 0; r < nrows && wrong < 5; r++)
	{
		const EfStageDemand *row = &rows[r];
		const EfIntakeYear *of_year = &of_years[r / nstages];
		uint32_t	stage = (uint32_t) (r % nstages) + 1;
		int			c = of_year->year - truth->plan->first_year;
		double		expected = of_year->intake > 0 ? of_year->intake * reaching(truth, stage) : of_year->intake;

		wrong += row->year != of_year->year || row->stage != stage;
		wrong += !near(row->required, expected, expected);
		if (stage == 1)
			wrong += memcmp(&row->required, &of_year->intake, 3 * sizeof(double)) != 0;
		else if (c < 0)
			wrong += row->lower != 0 || row->upper != 0;
		else if (constant && c > 0)
			wrong += memcmp(&row->lower, &row[-(ptrdiff_t) nstages].lower, 2 * sizeof(double)) != 0;
		else if (limits)
			wrong += check_limits(truth, c, stage, row->lower, row->upper);
		if (wrong > 0)
			diag("stage %u of %d: %.12g (%g .. %g), expected %.12g", row->stage, row->year, row->required,
				 row->lower, row->upper, expected);
	}
	return wrong;
}

/* What arrives is what funnel_output says of these intakes, and as an intake of
 * the projection it leaves of the gap what is unmet. */
static int
check_loop(const Truth *truth, const EfIntakeYear *rows, int nrows)
{
	const EfIntakePlan *plan = truth->plan;
	int			years = truth->years;
	const EfIntakeYear *periods = rows + nrows - years;
	double	   *intake = calloc((size_t) truth->ncohorts + 1, sizeof(double));
	EfOutputPlan output = {plan->funnel, intake, truth->ncohorts, plan->first_year, plan->starts,
	&truth->as_of, years, plan->scenario};
	EfProjectionPlan staff = plan->staff;
	EfProjectionPeriod *with;
	EfProjectionPeriod *without;
	double	   *arrivals;
	double		begin = 0;
	int			wrong = 0;

	for (int c = 0; c < truth->ncohorts; c++)
	{
		double		its = rows[nrows - truth->ncohorts + c].intake;

		intake[c] = its > 0 ? its : 0;
		begin += intake[c];
	}
	if (begin < 1e9)
	{
		wrong += ef_pipeline_arrivals(&output, &arrivals, context) != EF_OK;
		for (int t = 0; t < years && wrong == 0; t++)
			if (!near(arrivals[t], periods[t].arrivals, begin))
			{
				diag("arrivals of %d: %.12g, and by themselves %.12g", truth->first_year + t,
					 periods[t].arrivals, arrivals[t]);
				wrong++;
			}
		staff.target = NULL;
		staff.intake = NULL;
		wrong += ef_project_workforce(&staff, &without, context) != EF_OK;
		staff.intake = arrivals;
		wrong += ef_project_workforce(&staff, &with, context) != EF_OK;
		for (int t = 0; t < years && wrong == 0; t++)
		{
			double		missing = plan->gap[t] - (with[t].headcount - without[t].headcount);

			if (!near(fmax(missing, 0), periods[t].unmet, fabs(plan->gap[t]) + with[t].headcount + begin))
			{
				diag("unmet in %d: %.12g, and in the projection %.12g", truth->first_year + t,
					 periods[t].unmet, missing);
				wrong++;
			}
		}
	}
	free(intake);
	return wrong;
}

static int
check_intake(const Study *study, const EfIntakePlan *plan, bool limits)
{
	static Truth truth;
	EfIntakeYear *years = NULL;
	EfIntakeYear *again = NULL;
	EfStageDemand *stages = NULL;
	int			nyears = 0;
	int			nagain = 0;
	size_t		nstages = 0;
	int			wrong = 0;
	int			held;
	EfStatus	status;

	open_truth(&truth, study, plan);
	held = arena.n;
	status = ef_pipeline_intake(plan, &years, &nyears, context);
	if (status != EF_OK || arena.n != held + 1)
	{
		diag("status %s: %s; %d blocks", said(status), error.detail, arena.n - held);
		close_truth(&truth);
		return 1;
	}
	wrong += check_years(&truth, years, nyears, limits);
	wrong += ef_pipeline_intake_by_stage(plan, &stages, &nstages, context) != EF_OK || arena.n != held + 2;
	wrong += nstages != (size_t) nyears * (size_t) study->setting.nstages;
	if (wrong == 0)
		wrong += check_stages(&truth, stages, nstages, years, limits);
	if (wrong == 0 && truth.known)
		wrong += check_loop(&truth, years, nyears);
	for (int i = 0; i < 2 && wrong == 0 && limits && truth.ncohorts > 0; i++)
		wrong += check_sharply(&truth);

	/* the same bytes again, whatever memory held before */
	arena.junk ^= 0xff;
	wrong += ef_pipeline_intake(plan, &again, &nagain, context) != EF_OK;
	for (int r = 0; r < nyears && wrong == 0; r++)
		wrong += memcmp(&again[r].intake, &years[r].intake, 5 * sizeof(double)) != 0;
	if (wrong > 0)
		diag("%s, %d years from %d, first %d, day %d-%d, arrived %g, stage %u changed by %.17g, level %.17g, lead %d",
			 plan->method == EF_INTAKE_CONSTANT ? "constant" : "schedule", truth.years, truth.first_year,
			 plan->first_year, plan->starts.month + 1, plan->starts.day + 1, plan->arrived, plan->scenario.stage,
			 plan->scenario.change, plan->staff.level, truth.lead);
	close_truth(&truth);
	return wrong;
}

static double
random_level(void)
{
	static const double levels[] = {1e-6, 0.01, 0.5, 0.8, 0.95, 0.999, 0.999999, 1 - 1e-12};

	return random_below(3) ? levels[random_below(COUNT(levels))] : 0.01 + 0.98 * random_part();
}

static void
random_gaps(double *gap, int years)
{
	int			kind = (int) random_below(8);

	for (int t = 0; t < years; t++)
		gap[t] = kind == 0 ? -20 * random_part()
			: kind == 1 ? (random_below(2) ? 100 * random_part() : -40 * random_part())
			: kind == 2 ? (random_below(3) ? 0 : 3 * random_part())
			: kind == 3 ? 1e5 * random_part()
			: 20 + 15 * t * random_part();
}

static void
test_intake(void)
{
	static Study study;

	for (size_t s = 0; s < COUNT(studies); s++)
	{
		int			wrong = 0;

		for (int run = 0; run < 8 && wrong == 0; run++)
		{
			EfWorkforce workforce;
			EfWorkforce other;
			double		gap[MAX_YEARS];
			EfMonth		end = (2000 + (EfMonth) random_below(30)) * 12 + (EfMonth) random_below(12);
			Staff		staff = random_below(2) ? ANY : (Staff) random_below(STAFFS);
			EfIntakePlan plan = {
				.funnel = &study.funnel,
				.staff = {.workforce = &workforce,.rates = &workforce,.years = 1 + (int) random_below(8),.retire_at = EF_AS_OBSERVED,.latest_age = 45 + (int) random_below(40),
				.level = random_level()},
				.gap = gap,
				.method = run % 2 ? EF_INTAKE_SCHEDULE : EF_INTAKE_CONSTANT,
				.target_year = EF_LAST_YEAR,
				.arrived = random_below(3) ? 0.5 : random_below(2) ? random_part() : random_below(2)
			};
			int			first_year = end / 12;

			make_study(&study, &studies[s].setting, studies[s].people, studies[s].arrive);
			make_staff(&workforce, staff, end, random_below(2) ? 200 : 8, false, &arena);
			make_staff(&other, random_below(6) ? ANY : NO_HIRES, end - 5, 200, false, &arena);
			if (random_below(3) == 0 || workforce.days == 0)
				plan.staff.rates = &other;
			if (random_below(3) == 0)
				plan.staff.retire_at = plan.staff.latest_age + 1 - (int) random_below(30);
			else if (random_below(2))
				plan.staff.rule = make_rule(1 + (int) random_below(4), (plan.staff.latest_age + 1) * 12, &arena);
			random_gaps(gap, plan.staff.years);
			random_scenario(&plan.scenario, &study);
			plan.first_year = first_year - 8 + (int) random_below((uint32_t) plan.staff.years + 10);
			if (random_below(10) == 0)
				plan.first_year = first_year - 40 - (int) random_below(400);
			plan.starts.month = (int) random_below(12);
			plan.starts.day = (int) random_below((uint32_t) month_days(2001, plan.starts.month));
			if (plan.method == EF_INTAKE_CONSTANT && random_below(2))
				plan.target_year = first_year + (int) random_below((uint32_t) plan.staff.years);
			wrong += check_intake(&study, &plan, true);
			arena_close(&arena);
		}
		is_int(wrong, 0, "%s: intakes, and their limits", studies[s].name);
	}
	diag("%d limits, of which %d have none above, %d are of a surplus, and %d were not compared",
		 limits_checked, limits_unbounded, limits_of_surplus, limits_skipped);
	ok(limits_sharp > 15, "%d limits are exact to a millionth", limits_sharp);
}

/* Who arrives on the last day of a year has arrived by its end. */
static void
test_lead(void)
{
	static const Setting setting = {2, -1, false, false, 0};
	static const struct
	{
		int			lag;
		int			lead;
	}			cases[] = {{0, 0}, {121, 0}, {122, 1}, {487, 1}, {488, 2}, {852, 2}, {853, 3}};
	static Study study;
	EfWorkforce workforce;
	double		gap[] = {10, 20, 30, 40, 50, 60};
	EfIntakePlan plan = {
		.funnel = &study.funnel,
		.staff = {.workforce = &workforce,.rates = &workforce,.years = 6,.retire_at = EF_AS_OBSERVED,.latest_age = 70,
		.level = 0.8},
		.gap = gap,.first_year = 2023,.starts = {8, 0},.method = EF_INTAKE_SCHEDULE,
		.target_year = EF_LAST_YEAR,.arrived = 1
	};

	make_staff(&workforce, ANY, 2024 * 12, 100, false, &arena);
	study.setting = setting;
	study.n = 1;
	for (size_t i = 0; i < COUNT(cases); i++)
	{
		EfIntakeYear *rows;
		int			n;
		int			last = 0;

		memset(study.people, 0, sizeof(study.people));
		study.people[0].length = 2;
		study.people[0].day[1] = cases[i].lag;
		study.people[0].left = -1;
		histories_funnel(&study.funnel, &setting, study.people, 1, &arena);
		ef_pipeline_intake(&plan, &rows, &n, context);
		for (int r = 0; r < n; r++)
			if (!isnan(rows[r].intake))
				last = rows[r].year;
		is_int(last, 2029 - cases[i].lead, "%d days: the last intake that counts is that %d years before the last gap",
			   cases[i].lag, cases[i].lead);
	}
	arena_close(&arena);
}

/* Many years, with a schedule, and as many as there can be, with intakes since
 * year 1. */
static void
test_long(void)
{
	static const Setting setting = {3, -1, true, true, 1500};
	static const int first_years[] = {2031, 1000};
	static Study study;
	EfWorkforce workforce;
	double		gap[MAX_YEARS];
	EfIntakePlan plan = {
		.funnel = &study.funnel,
		.staff = {.workforce = &workforce,.rates = &workforce,.years = MAX_YEARS,.retire_at = 67,.latest_age = 70,
		.level = 0.9},
		.gap = gap,
		.starts = {7, 14},
		.target_year = EF_LAST_YEAR,
		.arrived = 0.5
	};

	make_study(&study, &setting, 40, true);
	make_staff(&workforce, ANY, 2031 * 12 + 4, 200, false, &arena);
	for (int t = 0; t < MAX_YEARS; t++)
		gap[t] = 2 * t - 10;
	for (size_t i = 0; i < COUNT(first_years); i++)
	{
		plan.first_year = first_years[i];
		plan.method = i % 2 ? EF_INTAKE_CONSTANT : EF_INTAKE_SCHEDULE;
		plan.staff.years = i % 2 ? MAX_YEARS : 40;
		is_int(check_intake(&study, &plan, i > 0), 0, "%d years from 2031, with intakes from %d on",
			   plan.staff.years, plan.first_year);
	}
	arena_close(&arena);
}


/* ---- by hand ---- */

/*
 * Whoever is hired stays: a staff of thirty-year-olds whom nobody has left.  Of
 * four who begin two are there after a hundred days, and one after 500, so
 * that, from 1 September, half of them arrive in the same year and a quarter in
 * the next but one.
 */
static void
make_simple(Study *study, EfWorkforce *workforce)
{
	static const Setting setting = {3, 600, false, false, 0};
	static const History four[] = {
		{3, {0, 10, 100}, EF_COMPLETED, -1}, {3, {0, 0, 100}, EF_COMPLETED, -1},
		{3, {0, 20, 500}, EF_COMPLETED, -1}, {1, {0}, EF_LOST, 600}
	};
	EfFrame		frame = {ef_first_day(2019 * 12), ef_first_day(2024 * 12), true, 0, NULL, 0};
	EfEmployment row = {{frame.from + 400, EF_DAY_INFINITY, NULL, 0, false, 0}, frame.from + 400 - 30 * 365, 0, 0};
	EfState    *state;

	study->setting = setting;
	study->n = 4;
	memset(study->people, 0, sizeof(study->people));
	memcpy(study->people, four, sizeof(four));
	ef_state_create(&state, &ef_workforce_type, &frame, 0, context);
	for (int i = 0; i < 10; i++)
		ef_workforce_add(&state, &row, context);
	if (histories_funnel(&study->funnel, &setting, study->people, 4, &arena) != EF_OK ||
		ef_workforce_open(workforce, state, state->size, context) != EF_OK)
		fail("a simple case is made");
	follow(study);
}

static void
test_by_hand(void)
{
	static Study study;
	EfWorkforce workforce;
	double		gap[] = {10, 10, 30};
	EfIntakePlan plan = {
		.funnel = &study.funnel,
		/* where limits are one standard error away */
		.staff = {.workforce = &workforce,.rates = &workforce,.years = 3,.retire_at = EF_AS_OBSERVED,.latest_age = 70,
		.level = 0.6826894921370859},
		.gap = gap,
		.first_year = 2024,
		.starts = {8, 0},
		.method = EF_INTAKE_CONSTANT,
		.target_year = EF_LAST_YEAR,
		.arrived = 0.5
	};
	EfIntakeYear *rows;
	EfStageDemand *stages;
	int			n;
	size_t		nstages;

	make_simple(&study, &workforce);
	is_int(ef_pipeline_intake(&plan, &rows, &n, context), EF_OK, "by hand: the same in every year");
	is_int(n, 3, "three years");
	for (int i = 0; i < 3; i++)
	{
		is_int(rows[i].year, 2024 + i, "%d", 2024 + i);

		/*
		 * 3/4 + 1/2 + 1/2 = 7/4 are there at the end of 2026 of one in each
		 * year
		 */
		is_close(rows[i].intake, 120. / 7, 1e-14, "30 are 7/4 of 120/7");
		/* (30 - 7/4 x)^2 = 11/16 x + 27/64 x^2, for x = 12.29 and 27.73 */
		is_int(rows[i].lower, 12, "at least 12");
		is_int(rows[i].upper, 28, "at most 28");
	}
	is_close(rows[0].arrivals, 60. / 7, 1e-14, "half of them arrive in 2024");
	is_close(rows[1].arrivals, 60. / 7, 1e-14, "and in 2025");
	is_close(rows[2].arrivals, 90. / 7, 1e-14, "and then another quarter of the first");
	is_close(rows[0].unmet, 10. / 7, 1e-14, "10/7 are missing in 2024");
	ok(rows[1].unmet == 0 && rows[2].unmet == 0, "and none after that");

	plan.target_year = 2024;
	ef_pipeline_intake(&plan, &rows, &n, context);
	is_close(rows[2].intake, 20, 1e-14, "for 2024, 20 must begin");

	/*
	 * (1/5 + x/2)^2 > x/4 + x^2/16 for any x, and with 1/10 not for 0.07 to
	 * 0.73
	 */
	gap[0] = -0.2;
	ef_pipeline_intake(&plan, &rows, &n, context);
	ok(rows[0].intake == 0 && rows[0].lower == 0 && rows[0].upper == 0, "for a surplus of 0.2 none, for sure");
	gap[0] = -0.1;
	ef_pipeline_intake(&plan, &rows, &n, context);
	ok(rows[0].intake == 0 && rows[0].lower == 0 && rows[0].upper == 1, "for one of 0.1 one at most");
	gap[0] = 10;

	plan.target_year = EF_LAST_YEAR;
	plan.method = EF_INTAKE_SCHEDULE;
	ef_pipeline_intake(&plan, &rows, &n, context);
	is_close(rows[0].intake, 20, 1e-14, "each year for itself: 20 are half there");
	is_close(rows[1].intake, 0, 1e-12, "which is enough for 2025");
	is_close(rows[2].intake, 30, 1e-14, "and 15 are for 30 in 2026");
	is_close(rows[2].arrivals, 20, 1e-14, "when 20 arrive");
	ok(rows[0].unmet == 0 && rows[1].unmet == 0 && rows[2].unmet == 0, "so that none is missing");
	/* (10 - x/2)^2 = x/4 + x^2/16, for x = 12.71 and 41.95 */
	is_int(rows[0].lower, 12, "at least 12 in the first year");
	is_int(rows[0].upper, 42, "at most 42");

	plan.arrived = 2. / 3;
	ef_pipeline_intake(&plan, &rows, &n, context);
	is_close(rows[0].intake, 20, 1e-14, "two in three who ever arrive have done so in their first year");
	plan.arrived = 0.67;
	ef_pipeline_intake(&plan, &rows, &n, context);
	is_close(rows[0].intake, 40, 1e-14, "somewhat more only after two years, where 3/4 of 40 are 30");
	ok(isnan(rows[1].intake) && isnan(rows[2].intake), "so that no gap asks for the later intakes");
	ok(isnan(rows[1].lower) && isnan(rows[1].upper), "which have no limits");
	ok(rows[0].arrivals == 20 && rows[1].arrivals == 0 && rows[2].arrivals == 10, "40 arrive in two years");

	/* the first stage goes on to 3/4 and then all: one half instead */
	plan.scenario.stage = 1;
	plan.scenario.change = -0.25;
	plan.arrived = 0.5;
	is_int(ef_pipeline_intake_by_stage(&plan, &stages, &nstages, context), EF_OK, "with fewer going on");
	is_int(nstages, 9, "three stages in three years");
	is_close(stages[0].required, 30, 1e-14, "30 must begin in 2024");
	is_close(stages[1].required, 15, 1e-14, "15 of them reach the second stage");
	is_close(stages[2].required, 15, 1e-14, "and the third");
	is_close(stages[6].required, 45, 1e-14, "in 2026, 45 begin");
	is_close(stages[7].required, 22.5, 1e-14, "of whom half go on");
	is_int(stages[5].year, 2025, "rows are in the order of years");
	is_int(stages[5].stage, 3, "and of stages");
	arena_close(&arena);
}


/* ---- where not all is known ---- */

/* All numbers of a row but its year: "." stands for none, "*" for any. */
static bool
is_row(const EfIntakeYear *row, const char *intake, const char *lower, const char *upper,
	   const char *arrivals, const char *unmet)
{
	const char *expected[] = {intake, lower, upper, arrivals, unmet};
	double		got[] = {row->intake, row->lower, row->upper, row->arrivals, row->unmet};

	for (int i = 0; i < 5; i++)
		if (strcmp(expected[i], "*") != 0 &&
			(strcmp(expected[i], ".") == 0 ? !isnan(got[i]) : !(got[i] == atof(expected[i]))))
		{
			diag("%d: got %g, %g, %g, %g, %g", row->year, got[0], got[1], got[2], got[3], got[4]);
			return false;
		}
	return true;
}

static void
test_unknown(void)
{
	static Study study;
	static Study nobody;
	static Study none_arrive;
	const History on_the_way = {2, {0, 5}, EF_LOST, 600};
	EfWorkforce workforce;
	EfWorkforce no_hires;
	EfWorkforce empty;
	double		gap[] = {5, -1, 8};
	double		surplus[] = {-5, 0, -3};
	EfIntakeYear *rows;
	EfStageDemand *stages;
	size_t		nstages;
	int			n;
	EfIntakePlan base = {
		.funnel = &study.funnel,
		.staff = {.workforce = &workforce,.rates = &workforce,.years = 3,.retire_at = EF_AS_OBSERVED,.latest_age = 70,
		.level = 0.8},
		.gap = gap,.first_year = 2023,.starts = {8, 0},.method = EF_INTAKE_CONSTANT,
		.target_year = EF_LAST_YEAR,.arrived = 0.5
	};
	EfIntakePlan plan;
	EfStatus	status;

#define ask(change) \
	do { \
		plan = base; \
		change; \
		status = ef_pipeline_intake(&plan, &rows, &n, context); \
		is_int(status, EF_OK, #change); \
	} while (0)

	make_simple(&study, &workforce);
	make_study(&nobody, &study.setting, 0, true);
	none_arrive = study;
	for (int i = 0; i < 4; i++)
		none_arrive.people[i] = on_the_way;
	histories_funnel(&none_arrive.funnel, &study.setting, none_arrive.people, 4, &arena);
	make_staff(&no_hires, NO_HIRES, 2024 * 12, 100, false, &arena);
	make_staff(&empty, ANY, 2024 * 12, 0, false, &arena);

	for (int method = 0; method < 2; method++)
	{
		base.method = (EfIntakeMethod) method;
		ask(plan.funnel = &nobody.funnel);
		ok(is_row(&rows[0], ".", ".", ".", "0", "."), "nobody entered: before as_of nobody has arrived");
		for (int i = 1; i < 4; i++)
			ok(is_row(&rows[i], ".", ".", ".", ".", "."), "and nothing is known in %d", 2023 + i);
		ask((plan.funnel = &nobody.funnel, plan.gap = surplus));
		ok(is_row(&rows[0], "0", "0", ".", "0", "."), "where none is missing none must begin");
		for (int i = 1; i < 4; i++)
			ok(is_row(&rows[i], "0", "0", ".", "0", "0"), "nor in %d", 2023 + i);
		ask((plan.funnel = &nobody.funnel, plan.first_year = 2025));
		ok(is_row(&rows[0], "0", "0", "0", "0", "5") && is_row(&rows[1], ".", ".", ".", ".", "."),
		   "in years before the first none begin, and none arrive");
		ask(plan.staff.workforce = plan.staff.rates = &no_hires);
		ok(is_row(&rows[3], ".", ".", ".", ".", "."), "nobody was hired, in neither");
		ask((plan.staff.workforce = plan.staff.rates = &no_hires, plan.gap = surplus));
		ok(is_row(&rows[3], "0", "0", ".", "0", "0"), "where none is missing none must begin");
		ask((plan.staff.workforce = &no_hires, plan.staff.rates = &workforce));
		ok(rows[3].intake > 0 || method == EF_INTAKE_SCHEDULE, "unless the rates know of hires");
		ask(plan.staff.workforce = plan.staff.rates = &empty);
		ok(is_row(&rows[2], ".", ".", ".", ".", "."), "an empty group stops nothing");
		ask((plan.staff.workforce = &empty, plan.staff.rates = &workforce));
		ok(!isnan(rows[3].arrivals), "and with the rates of others has an answer");
		ask((plan.funnel = &none_arrive.funnel, plan.scenario.stage = 2, plan.scenario.change = 0.1));
		ok(is_row(&rows[1], ".", ".", ".", ".", "."), "nobody knows how long those take who never went on");
		ask((plan.funnel = &none_arrive.funnel, plan.scenario.stage = 2));
		ok(is_row(&rows[1], ".", ".", ".", "0", "5") && is_row(&rows[2], ".", ".", ".", "0", "0") &&
		   is_row(&rows[3], ".", ".", ".", "0", "8"), "where nobody arrives no intake closes a gap");
		ask((plan.funnel = &none_arrive.funnel, plan.gap = surplus));
		ok(is_row(&rows[3], "0", "0", ".", "0", "0"), "but none need be closed");
		ask((plan.scenario.stage = 1, plan.scenario.change = -0.75));
		ok(is_row(&rows[1], ".", ".", ".", "0", "5"), "nor if nobody goes on any more");
		ask(plan.first_year = 2027);
		is_int(n, 3, "an intake that is too late has no years");
		ok(is_row(&rows[0], "0", "0", "0", "0", "5") && is_row(&rows[1], "0", "0", "0", "0", "0") &&
		   is_row(&rows[2], "0", "0", "0", "0", "8"), "and leaves a gap as it is");
		ask((plan.first_year = 2027, plan.funnel = &nobody.funnel));
		ok(is_row(&rows[2], "0", "0", "0", "0", "8"), "whoever would have come");
		plan = base;
		plan.funnel = &nobody.funnel;
		is_int(ef_pipeline_intake_by_stage(&plan, &stages, &nstages, context), EF_OK, "by stage");
		is_int(nstages, 12, "there are as many rows");
		ok(isnan(stages[4].required) && isnan(stages[4].lower) && isnan(stages[4].upper), "of which none is known");
	}

	/* a constant intake is for the gap of one year */
	base.method = EF_INTAKE_CONSTANT;
	ask(plan.target_year = 2025);
	ok(is_row(&rows[1], "0", "0", "*", "0", "5"), "a surplus in 2025 asks for none");
	ask((plan.target_year = 2025, plan.funnel = &none_arrive.funnel));
	ok(is_row(&rows[1], "0", "0", ".", "0", "5"), "even if nobody ever arrives");
	ask((plan.target_year = 2024, plan.first_year = 2025));
	ok(is_row(&rows[0], "0", "0", "0", "0", "5") && is_row(&rows[1], ".", ".", ".", "0", "0"),
	   "no intake from 2025 on closes the gap of 2024");
	arena_close(&arena);
}

/*
 * A change that takes all of a conversion away leaves nobody who arrives, and not
 * one in some quadrillions, whom a rounding error would leave: 1/5 over 3/5 is
 * not 1/3 in doubles.
 */
static void
test_nobody_goes_on(void)
{
	static Study study;
	EfWorkforce workforce;
	double		gap[] = {10, 20};
	double		intake = 100;
	double	   *arrivals;
	EfIntakePlan plan = {
		.funnel = &study.funnel,
		.staff = {.workforce = &workforce,.rates = &workforce,.years = 2,.retire_at = EF_AS_OBSERVED,.latest_age = 70,
		.level = 0.8},
		.gap = gap,.first_year = 2024,.starts = {8, 0},.target_year = EF_LAST_YEAR,.arrived = 0.5,
		.scenario = {2, 0}
	};
	EfOutputPlan output = {&study.funnel, &intake, 1, 2024, {8, 0}, NULL, 1, {2, 0}};
	const History five[] = {
		{3, {0, 10, 50}, EF_COMPLETED, -1}, {2, {0, 10}, EF_LOST, 600},
		{2, {0, 10}, EF_LOST, 600}, {1, {0}, EF_LOST, 600}, {1, {0}, EF_LOST, 600}
	};
	EfStageEstimates stages[EF_STAGE_LIMIT];
	int32_t		observed;
	EfIntakeYear *rows;
	int			n;

	make_simple(&study, &workforce);
	study.n = 5;
	memcpy(study.people, five, sizeof(five));
	histories_funnel(&study.funnel, &study.setting, study.people, 5, &arena);
	ef_funnel_estimate(&study.funnel, 0.8, stages, &observed, context);
	ok(stages[1].conversion.value == 1. / 3, "one in three goes on");

	plan.scenario.change = output.scenario.change = -stages[1].conversion.value;
	is_int(ef_pipeline_arrivals(&output, &arrivals, context), EF_OK, "when none does any more");
	ok(arrivals[0] == 0, "none arrives: %g", arrivals[0]);
	for (int method = 0; method < 2; method++)
	{
		plan.method = (EfIntakeMethod) method;
		is_int(ef_pipeline_intake(&plan, &rows, &n, context), EF_OK, "nor of those who should");
		ok(is_row(&rows[0], ".", ".", ".", "0", "10") && is_row(&rows[1], ".", ".", ".", "0", "20"),
		   "so that no intake closes a gap");
	}
	arena_close(&arena);
}

/*
 * A large first intake leaves a surplus for the next year, whose variance is then
 * that of many people.  The limits of the second intake, for which none need
 * begin, are still exact: with s people in both, half of whom are there, the
 * variance is s/4 + s^2/16.
 */
static void
test_large_surplus(void)
{
	static Study study;
	EfWorkforce workforce;

	make_simple(&study, &workforce);
	for (double size = 1000; size < 1e8; size *= 10)
	{
		double		gap[] = {size / 3, 0.3 * size};
		EfIntakePlan plan = {
			.funnel = &study.funnel,
			.staff = {.workforce = &workforce,.rates = &workforce,.years = 2,.retire_at = EF_AS_OBSERVED,.latest_age = 70,
			.level = 0.6826894921370859},
			.gap = gap,.first_year = 2024,.starts = {8, 0},.method = EF_INTAKE_SCHEDULE,
			.target_year = EF_LAST_YEAR,.arrived = 0.5
		};
		double		first = 2 * gap[0];
		double		missing = gap[1] - gap[0];
		double		b = missing + 1. / 4 + first / 8;
		double		c = missing * missing - first / 4 - first * first / 16;
		double		upper = (b + sqrt(b * b - 4 * (3. / 16) * c)) / (2 * (3. / 16));
		EfIntakeYear *rows;
		int			n;

		ef_pipeline_intake(&plan, &rows, &n, context);
		ok(rows[1].intake == 0 && rows[1].lower == 0, "a surplus of %.0f needs nobody", -missing);
		if (!ok(fabs(rows[1].upper - upper) <= 1 + 1e-9 * upper, "with an upper limit of %.0f", ceil(upper)))
			diag("got %.0f", rows[1].upper);
	}
	arena_close(&arena);
}

/* Those who were hired have all left, and rates are of a group that was never
 * seen: what stays of a hire is not known, as the projection says. */
static void
test_no_rates(void)
{
	static Study study;
	EfWorkforce workforce;
	EfWorkforce gone;
	EfWorkforce empty;
	double		gap[] = {10, 20};
	double		hires[] = {10, 20};
	EfProjectionPeriod *periods;
	EfIntakePlan plan = {
		.funnel = &study.funnel,
		.staff = {.workforce = &gone,.rates = &empty,.years = 2,.intake = hires,.retire_at = EF_AS_OBSERVED,
		.latest_age = 70,.level = 0.8},
		.gap = gap,.first_year = 2024,.starts = {8, 0},.target_year = EF_LAST_YEAR,.arrived = 0.5
	};

	make_simple(&study, &workforce);
	make_staff(&gone, NO_STOCK, 2024 * 12, 100, false, &arena);
	make_staff(&empty, ANY, 2024 * 12, 0, false, &arena);
	is_int(ef_project_workforce(&plan.staff, &periods, context), EF_NO_EXPOSURE, "no rates, no projection of hires");
	plan.staff.intake = NULL;
	for (int method = 0; method < 2; method++)
	{
		EfIntakeYear *rows;
		int			n;
		EfStatus	status;

		plan.method = (EfIntakeMethod) method;
		status = ef_pipeline_intake(&plan, &rows, &n, context);
		ok(status == EF_NO_EXPOSURE ||
		   (status == EF_OK && is_row(&rows[0], ".", ".", ".", ".", ".") && is_row(&rows[1], ".", ".", ".", ".", ".")),
		   "no rates, no intake that is known");
	}
	arena_close(&arena);
}

static void
test_intake_refused(void)
{
	static const Setting setting = {3, -1, true, true, 100};
	static Study study;
	EfWorkforce workforce;
	EfWorkforce empty;
	EfRetirementRule *rule;
	EfRuleStep	step = {2020 * 12, 65 * 12};
	double		gap[101] = {5, -1, 8};
	double		bad[][3] = {{NAN, 1, 1}, {1, 1e12 * (1 + 1e-15), 1}, {1, 1, -INFINITY}, {1, 1, -1.1e12}};
	const char *details[] = {"The gap of 2024 is NaN.", "The gap of 2025 is 1000000000000.0011.", "The gap of 2026 is -Infinity.",
	"The gap of 2026 is -1.1e+12."};
	double		large[] = {1e12, -1e12, 1e12};
	EfIntakePlan base = {
		.funnel = &study.funnel,
		.staff = {.workforce = &workforce,.rates = &workforce,.years = 3,.retire_at = EF_AS_OBSERVED,.latest_age = 70,
		.level = 0.8},
		.gap = gap,.first_year = 2023,.starts = {8, 0},.method = EF_INTAKE_CONSTANT,
		.target_year = EF_LAST_YEAR,.arrived = 0.5
	};
	EfIntakePlan plan;
	EfIntakeYear *years;
	EfStageDemand *stages;
	size_t		nstages;
	int			nyears;
	char		detail[EF_DETAIL_SIZE];
	int			held;

#define asked(change, expected, sentence, ...) \
	do { \
		plan = base; \
		change; \
		held = arena.n; \
		error.detail[0] = '\0'; \
		is_int(ef_pipeline_intake(&plan, &years, &nyears, context), (expected), __VA_ARGS__); \
		is_str(error.detail, (sentence), "which is said"); \
		error.detail[0] = '\0'; \
		is_int(ef_pipeline_intake_by_stage(&plan, &stages, &nstages, context), (expected), "by stage, too"); \
		is_str(error.detail, (sentence), "and said"); \
		is_int(arena.n, held + 2 * ((expected) == EF_OK), "nothing is held but answers"); \
	} while (0)

	make_study(&study, &setting, 30, true);
	make_staff(&workforce, ANY, 2024 * 12 + 5, 100, false, &arena);
	make_staff(&empty, ANY, 2024 * 12, 0, false, &arena);
	ef_rule_create(&rule, 1, context);
	ef_rule_add(&rule, &step, context);
	asked((void) 0, EF_OK, "", "nothing is wrong");
	asked(plan.method = EF_INTAKE_SCHEDULE, EF_OK, "", "nor with a schedule");
	asked(plan.first_year = 0, EF_FIRST_YEAR_RANGE, "first_year is 0.", "there is no year 0");
	asked(plan.first_year = 10000, EF_FIRST_YEAR_RANGE, "first_year is 10000.", "nor one after 9999");
	asked(plan.first_year = 9999, EF_OK, "", "which is one");
	asked(plan.first_year = INT32_MIN, EF_FIRST_YEAR_RANGE, "first_year is -2147483648.", "or long ago");
	asked(plan.staff.years = 0, EF_GAP_LENGTH, "gap has 0 elements.", "a gap has elements");
	asked(plan.staff.years = 101, EF_GAP_LENGTH, "gap has 101 elements.", "and not too many");
	for (size_t i = 0; i < COUNT(bad); i++)
		asked(plan.gap = bad[i], EF_GAP_VALUE, details[i], "%g, %g, %g is no gap", bad[i][0], bad[i][1], bad[i][2]);
	asked(plan.gap = large, EF_OK, "", "it may be as large as people are many");
	asked((plan.method = EF_INTAKE_SCHEDULE, plan.target_year = 2025), EF_TARGET_YEAR_SCHEDULE,
		  "target_year is 2025.", "a schedule has no year");
	asked((plan.method = EF_INTAKE_SCHEDULE, plan.target_year = 3000), EF_TARGET_YEAR_SCHEDULE,
		  "target_year is 3000.", "whichever it is");
	asked(plan.target_year = 2023, EF_TARGET_YEAR_RANGE, "target_year is 2023, and gap has the years 2024 to 2026.",
		  "a target before the gap");
	asked(plan.target_year = 2027, EF_TARGET_YEAR_RANGE, "target_year is 2027, and gap has the years 2024 to 2026.",
		  "and one after it");
	asked(plan.target_year = INT32_MAX, EF_TARGET_YEAR_RANGE,
		  "target_year is 2147483647, and gap has the years 2024 to 2026.", "long after");
	asked(plan.target_year = INT32_MIN, EF_TARGET_YEAR_RANGE,
		  "target_year is -2147483648, and gap has the years 2024 to 2026.", "long before");
	asked(plan.target_year = 2024, EF_OK, "", "but not its first year");
	asked(plan.target_year = 2026, EF_OK, "", "or its last");
	for (int method = 0; method < 2; method++)
	{
		base.method = (EfIntakeMethod) method;
		asked(plan.arrived = -0.01, EF_ARRIVED_RANGE, "arrived is -0.01.", "a share below 0");
		asked(plan.arrived = 1.01, EF_ARRIVED_RANGE, "arrived is 1.01.", "or above 1");
		asked(plan.arrived = NAN, EF_ARRIVED_RANGE, "arrived is NaN.", "or not a number");
		asked(plan.arrived = 0, EF_OK, "", "0 is a share");
		asked(plan.arrived = 1, EF_OK, "", "and 1");
	}
	base.method = EF_INTAKE_CONSTANT;
	asked(plan.scenario.change = 0.05, EF_CHANGE_NO_STAGE, "conversion_change is 0.05.", "a change is that of a stage");
	asked(plan.scenario.stage = 3, EF_CHANGE_LAST_STAGE, "The stage is \"antagen \xc3\xa5\".", "but not of the last");
	asked((plan.scenario.stage = 1, plan.scenario.change = -1.5), EF_CHANGE_RANGE, "conversion_change is -1.5.",
		  "and not below -1");
	snprintf(detail, sizeof(detail), "The conversion of \"applied\" is %.12g, and would be %.12g.", study.conversion[0],
			 study.conversion[0] + 0.9);
	asked((plan.scenario.stage = 1, plan.scenario.change = 0.9), EF_CHANGE_RANGE, detail, "nor more than all go on");
	asked((plan.scenario.stage = 1, plan.scenario.change = 0.9, plan.first_year = 3000), EF_CHANGE_RANGE, detail,
		  "even if nobody begins");
	asked(plan.staff.level = 0, EF_LEVEL_RANGE, "The level is 0.", "level 0");
	asked(plan.staff.level = 1, EF_LEVEL_RANGE, "The level is 1.", "level 1");
	asked(plan.staff.level = NAN, EF_LEVEL_RANGE, "The level is NaN.", "no level");
	asked(plan.staff.latest_age = 150, EF_AGE_RANGE, "latest_age is 150.", "an age that nobody has");
	asked(plan.staff.retire_at = 72, EF_RULE_BEYOND_LATEST, "retire_at is 72 and latest_age 70.", "or works at");
	asked((plan.staff.retire_at = 65, plan.staff.rule = rule), EF_RULE_TWICE,
		  "Both retire_at and retire_rule are given.", "a rule and an age");
	asked(plan.staff.rates = &empty, EF_NO_EXPOSURE, "Nobody was under observation.", "rates of nobody");
	plan = base;
	plan.staff.rule = rule;
	is_int(ef_pipeline_intake(&plan, &years, &nyears, context), EF_RULE_UNCOVERED, "a rule that does not cover all");
	arena_close(&arena);
}


/* ---- memory, and interrupts ---- */

static int	interrupts;

static void
interrupted(void)
{
	interrupts++;
}

static void
test_no_memory(void)
{
	static const Setting setting = {4, -1, true, true, 900};
	static const char *const names[] = {"arrivals", "an intake", "its stages"};
	static Study study;
	EfWorkforce workforce;
	static double intake[3000];
	double		gap[12];
	EfOutputPlan output = {&study.funnel, intake, 3000, 1000, {8, 0}, NULL, 100, {0, 0}};
	EfIntakePlan plan = {
		.funnel = &study.funnel,
		.staff = {.workforce = &workforce,.rates = &workforce,.years = 12,.retire_at = EF_AS_OBSERVED,.latest_age = 70,
		.level = 0.8},
		.gap = gap,.first_year = 2000,.starts = {8, 0},.method = EF_INTAKE_SCHEDULE,
		.target_year = EF_LAST_YEAR,.arrived = 0.5
	};

	make_study(&study, &setting, 60, true);
	make_staff(&workforce, ANY, 2024 * 12 + 3, 60, false, &arena);
	for (int t = 0; t < 12; t++)
		gap[t] = t;
	for (int what = 0; what < 3; what++)
	{
		EfStatus	status;
		int			wrong = 0;
		int			n = 0;

		do
		{
			double	   *arrivals = NULL;
			EfIntakeYear *years = NULL;
			EfStageDemand *stages = NULL;
			int			nyears;
			size_t		nstages;
			int			held = arena.n;

			arena.fail_at = ++n;
			arena.calls = 0;
			status = tried(&arena, what == 0 ? ef_pipeline_arrivals(&output, &arrivals, context)
						   : what == 1 ? ef_pipeline_intake(&plan, &years, &nyears, context)
						   : ef_pipeline_intake_by_stage(&plan, &stages, &nstages, context));
			wrong += status == EF_OK ? arena.calls >= n || arena.n != held + 1 : status != EF_NO_MEMORY;
		} while (status != EF_OK && n < 1000);
		is_int(wrong, 0, "each of %d requests of %s may fail", n - 1, names[what]);
		ok(n > 2, "of which there are some");
		arena.fail_at = 0;
	}

	/*
	 * every intake of a schedule has limits of its own, between which one may
	 * ask to end it
	 */
	{
		struct EfContext impatient = *context;
		EfIntakeYear *years;
		int			nyears;

		impatient.interrupt = interrupted;
		ef_pipeline_intake(&plan, &years, &nyears, &impatient);
		ok(interrupts >= 36, "it can be ended at %d points", interrupts);
	}
	arena_close(&arena);
}

int
main(void)
{
	arena_open(&arena);
	make_calendar();
	test_start_day();
	test_method();
	test_arrivals();
	test_days();
	test_boundaries();
	test_ages();
	test_output_refused();
	test_intake();
	test_lead();
	test_long();
	test_by_hand();
	test_unknown();
	test_nobody_goes_on();
	test_large_surplus();
	test_no_rates();
	test_intake_refused();
	test_no_memory();
	return done_testing();
}
