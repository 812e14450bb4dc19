/*
 * test_retention_curve.c: what a retention says, against people who are looked
 * at on every day.
 */
#include "retention/retention_curve.h"

#include "stays.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAYS 900				/* more than any of these stays has */
#define REASONS 3

/* As R's. */
#define HALF_TOLERANCE 1.490116119384766e-8L

static const EfDuration a_day = {0, 1, 0};
static const EfDuration a_year = {12, 0, 0};

static const EfDuration durations[] = {
	{0, 1, 0}, {0, 7, 0}, {1, 0, 0}, {0, 100, 0}, {12, 0, 0}, {1, 3, 0}, {0, 899, 0}, {1800, 0, 0},
};

static bool
near(double got, long double expected, double tolerance)
{
	return fabsl((long double) got - expected) <= tolerance * fabsl(expected);
}


/* ---- the curve by definition ---- */

/* Of every day, after its exits. */
typedef struct Model
{
	int			last;			/* day on which anybody was seen; -1: nobody */
	long double retained[DAYS];
	long double greenwood[DAYS];
	long double incidence[REASONS + 1][DAYS];
	int64_t		at_risk[DAYS];
	int64_t		exits[REASONS + 1][DAYS];	/* 0: for any reason */
} Model;

static void
follow(Model *model, const Stay *stays, int n)
{
	long double retained = 1;
	long double greenwood = 0;
	long double incidence[REASONS + 1] = {0};

	model->last = n > 0 ? stays_last_day(stays, n) : -1;
	for (int day = 0; day < DAYS; day++)
	{
		long double at_risk = (long double) stays_at_risk(stays, n, day);
		long double exits;

		for (int r = 0; r <= REASONS; r++)
		{
			model->exits[r][day] = stays_exits(stays, n, day, r);
			if (model->exits[r][day] > 0)
				incidence[r] += retained * (long double) model->exits[r][day] / at_risk;
			model->incidence[r][day] = incidence[r];
		}
		exits = (long double) model->exits[0][day];
		if (exits > 0)
		{
			retained *= (at_risk - exits) / at_risk;
			greenwood += exits / at_risk / (at_risk - exits);
		}
		model->at_risk[day] = (int64_t) at_risk;
		model->retained[day] = retained;
		model->greenwood[day] = greenwood;
	}
}

static double
expect_median(const Model *model)
{
	for (int day = 0; day <= model->last; day++)
	{
		if (model->retained[day] > 0.5L + HALF_TOLERANCE)
			continue;
		if (fabsl(model->retained[day] - 0.5L) >= HALF_TOLERANCE)
			return day;
		for (int next = day + 1; next <= model->last; next++)
			if (model->retained[next] < model->retained[day])
				return (day + next) / 2.0;
		return day;
	}
	return NAN;
}

static int
compare_points(const Model *model, const EfRiskSet *risk, const EfDuration *every, EfLimitScale scale)
{
	EfCurve		curve;
	EfCurvePoint point;
	int			wrong = 0;
	int64_t		all = 0;
	int64_t		sum = 0;
	int			before = -1;
	int32_t		times = 0;
	double		factor;

	ef_level_factor(0.9, &factor, &refuses);
	wrong += ef_curve_begin(&curve, risk, every, 0.9, scale, &refuses) != EF_OK;
	for (; ef_curve_next(&curve, &point); times++)
	{
		int			day = point.after_days;
		int64_t		exits = 0;
		double		lower;
		double		upper;

		if (day != ef_duration_days(every, times) || day > model->last)
			return wrong + 1;
		for (int d = before + 1; d <= day; d++)
			exits += model->exits[0][d];
		wrong += point.exits != exits || point.at_risk != model->at_risk[day];
		wrong += !near(point.retained, model->retained[day], 1e-13);
		if (model->retained[day] > 0)
			wrong += !near(point.std_error, model->retained[day] * sqrtl(model->greenwood[day]), 1e-12);
		else
			wrong += point.retained != 0 || !isnan(point.std_error);
		ef_probability_limits(point.retained, point.std_error, factor, scale, &lower, &upper);
		wrong += memcmp(&lower, &point.lower, sizeof(lower)) != 0 ||
			memcmp(&upper, &point.upper, sizeof(upper)) != 0;
		sum += point.exits;
		before = day;
	}
	/* there is no further one, nor will there be */
	wrong += ef_duration_days(every, times) <= model->last;
	wrong += ef_curve_next(&curve, &point);
	for (int d = 0; d <= before; d++)
		all += model->exits[0][d];
	return wrong + (sum != all);
}

static int
compare_reasons(const Model *model, const EfRiskSet *risk, const EfDuration *every, const Arena *arena)
{
	EfIncidenceCurve curve;
	EfIncidenceRow row;
	int			wrong = 0;
	int			before = -1;
	int32_t		times = 0;
	int32_t		day;
	double		factor;

	ef_level_factor(0.9, &factor, &refuses);
	if (ef_incidence_begin(&curve, risk, REASONS, every, 0.9, &arena->context) != EF_OK)
		return 1;
	for (; ef_incidence_next(&curve, &day); times++)
	{
		long double sum = model->retained[day];

		if (day != ef_duration_days(every, times) || day > model->last)
			return wrong + 1;
		for (uint32_t r = 1; r <= REASONS; r++)
		{
			int64_t		exits = 0;
			double		lower;
			double		upper;

			for (int d = before + 1; d <= day; d++)
				exits += model->exits[r][d];
			ef_incidence_row(&curve, r, &row);
			wrong += row.exits != exits;
			wrong += fabsl(row.incidence - model->incidence[r][day]) > 1e-14L;
			sum += row.incidence;
			ef_probability_limits(row.incidence, row.std_error, factor, EF_LOG_LOG, &lower, &upper);
			wrong += memcmp(&lower, &row.lower, sizeof(lower)) != 0 ||
				memcmp(&upper, &row.upper, sizeof(upper)) != 0;
			wrong += row.incidence == 0 && !(isnan(row.lower) && isnan(row.upper) && row.std_error == 0);
		}
		wrong += fabsl(sum - 1) > 1e-13L;
		before = day;
	}
	wrong += ef_duration_days(every, times) <= model->last;
	return wrong;
}

static int
compare_numbers(const Model *model, const EfRiskSet *risk)
{
	double		median = ef_retention_median_day(risk);
	double		expected = expect_median(model);
	long double area = 0;
	int			wrong = isnan(expected) ? !isnan(median) : median != expected;

	for (int days = 0; days < DAYS; days++)
	{
		EfDuration	duration = {0, days, 0};
		bool		known = model->last >= 0 && (days <= model->last || model->retained[days] == 0);
		double		rate = -1;
		double		mean = -1;

		wrong += ef_retention_rate_after(risk, &duration, &rate, &refuses) != EF_OK;
		wrong += ef_retention_mean_days(risk, &duration, &mean, &refuses) != EF_OK;
		if (known)
			wrong += !near(rate, model->retained[days], 1e-13) || !near(mean, area, 1e-13);
		else
			wrong += !isnan(rate) || !isnan(mean);
		area += model->retained[days];
	}
	return wrong;
}

static void
test_people(void)
{
	static Model model;
	int			wrong_points = 0;
	int			wrong_reasons = 0;
	int			wrong_numbers = 0;
	int			medians[3] = {0};
	int			runs = 200;

	for (int run = 0; run < runs; run++)
	{
		Stay		stays[60];
		int			n = 1 + (int) random_below(run % 2 ? 60 : 8);
		int			days = run % 3 == 0 ? 5 + (int) random_below(20) : (int) random_below(DAYS - 1);
		Arena		arena;
		EfRiskSet	risk;
		double		median;

		arena_open(&arena);
		random_stays(stays, n, days, run % 4 ? 3 : 0, REASONS);
		/* now and then the last ones are lost, or leave, on one day */
		if (run % 5 == 0)
			for (int i = 0; i < n; i++)
				if (stays[i].left > days / 2 && stays[i].entered < days / 2)
				{
					stays[i].left = days / 2;
					stays[i].reason = run % 2;
				}
		for (int i = 1; i <= REASONS && i < n; i++)
			stays[i].reason = i;
		follow(&model, stays, n);
		if (stays_risk(&risk, stays, n, REASONS, &arena) != EF_OK)
			fail("no risk set");
		for (size_t i = 0; i < COUNT(durations); i++)
		{
			wrong_points += compare_points(&model, &risk, &durations[i], (EfLimitScale) (run % 3));
			wrong_reasons += compare_reasons(&model, &risk, &durations[i], &arena);
		}
		wrong_numbers += compare_numbers(&model, &risk);
		median = expect_median(&model);
		medians[isnan(median) ? 0 : fabsl(model.retained[(int) median] - 0.5L) < HALF_TOLERANCE ? 1 : 2]++;
		arena_close(&arena);
	}
	is_int(wrong_points, 0, "curves of %d groups are those of their people", runs);
	is_int(wrong_reasons, 0, "so are the reasons");
	is_int(wrong_numbers, 0, "and rates, means and medians (%d none, %d flat, %d others)",
		   medians[0], medians[1], medians[2]);
	ok(medians[0] > 0 && medians[1] > 0 && medians[2] > 0, "of all kinds");
}


/* ---- by hand ---- */

static double
rate_after(const EfRiskSet *risk, int days)
{
	EfDuration	duration = {0, days, 0};
	double		rate = -1;

	ef_retention_rate_after(risk, &duration, &rate, &refuses);
	return rate;
}

static double
mean_until(const EfRiskSet *risk, int days)
{
	EfDuration	duration = {0, days, 0};
	double		mean = -1;

	ef_retention_mean_days(risk, &duration, &mean, &refuses);
	return mean;
}

static void
test_years(void)
{
	static const Stay stays[] = {{-1, 366, 1, 1}, {-1, 367, 1, 1}, {-1, 1096, 1, 1}, {-1, 1462, 0, 1}};
	static const int expected[] = {0, 366, 731, 1096, 1461};
	static const int64_t exits[] = {0, 1, 1, 1, 0};
	static const int64_t at_risk[] = {4, 4, 2, 2, 1};
	Arena		arena;
	EfRiskSet	risk;
	EfCurve		curve;
	EfCurvePoint point;
	size_t		n = 0;

	arena_open(&arena);
	stays_risk(&risk, stays, COUNT(stays), 1, &arena);
	ef_curve_begin(&curve, &risk, &a_year, 0.95, EF_LOG_LOG, &refuses);
	for (; ef_curve_next(&curve, &point) && n < COUNT(expected); n++)
		ok(point.after_days == expected[n] && point.exits == exits[n] && point.at_risk == at_risk[n],
		   "after %zu years: day %d, %lld at risk, %lld left", n, point.after_days,
		   (long long) point.at_risk, (long long) point.exits);
	is_int(n, COUNT(expected), "and no year beyond the last day seen");
	arena_close(&arena);
}

static void
test_median(void)
{
	static const struct
	{
		Stay		stays[4];
		double		median;
		const char *name;
	}			cases[] = {
		{{{-1, 3, 1, 1}, {-1, 5, 1, 1}, {-1, 8, 1, 1}, {-1, 9, 0, 0}}, 5, "of three the second"},
		{{{-1, 3, 1, 1}, {-1, 5, 1, 1}, {-1, 8, 1, 1}, {-1, 10, 1, 1}}, 6.5, "of four between second and third"},
		{{{-1, 3, 1, 1}, {-1, 5, 1, 1}, {-1, 8, 0, 1}, {-1, 10, 1, 1}}, 7.5, "a censoring does not end the flat stretch"},
		{{{-1, 3, 1, 1}, {-1, 5, 1, 1}, {-1, 8, 0, 1}, {-1, 10, 0, 1}}, 5, "which begins at the median when nothing ends it"},
		{{{-1, 3, 1, 1}, {-1, 5, 0, 1}, {-1, 8, 0, 1}, {-1, 10, 0, 1}}, NAN, "none when more than half stay"},
		{{{-1, 0, 1, 4}, {-1, 0, 1, 0}, {-1, 0, 1, 0}, {-1, 0, 1, 0}}, 0, "all leave on day 0"},
		{{{-1, 0, 1, 2}, {-1, 7, 1, 2}, {-1, 0, 1, 0}, {-1, 0, 1, 0}}, 3.5, "half leave on day 0"},
		/* 2/3 * 3/4: one half, but for rounding */
		{{{-1, 1, 1, 1}, {-1, 2, 1, 1}, {1, 9, 1, 2}, {-1, 9, 0, 1}}, 5.5, "a product that is one half"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
	{
		Stay		stays[4];
		int			n = 0;
		Arena		arena;
		EfRiskSet	risk;

		for (int k = 0; k < 4; k++)
			if (cases[i].stays[k].count > 0)
				stays[n++] = cases[i].stays[k];
		arena_open(&arena);
		stays_risk(&risk, stays, n, 1, &arena);
		is_close(ef_retention_median_day(&risk), cases[i].median, 0, "median: %s", cases[i].name);
		arena_close(&arena);
	}
}

static void
test_ends(void)
{
	static const Stay lost[] = {{-1, 10, 1, 1}, {-1, 20, 0, 1}};
	static const Stay gone[] = {{-1, 10, 1, 1}, {-1, 20, 1, 1}};
	static const Stay back[] = {{-1, 10, 1, 1}, {30, 40, 0, 5}};
	Arena		arena;
	EfRiskSet	risk;
	EfCurve		curve;
	EfCurvePoint point;
	EfIncidenceCurve reasons;
	int32_t		day;
	EfDuration	forever = {INT32_MAX, INT32_MAX, 0};

	arena_open(&arena);
	stays_risk(&risk, lost, COUNT(lost), 1, &arena);
	is_close(rate_after(&risk, 0), 1, 0, "after no days all are there");
	is_close(rate_after(&risk, 9), 1, 0, "so they are until the first leaves");
	is_close(rate_after(&risk, 10), 0.5, 0, "who is gone on that day");
	is_close(rate_after(&risk, 20), 0.5, 0, "what is left is known until the last day seen");
	is_close(rate_after(&risk, 21), NAN, 0, "and not beyond");
	is_close(mean_until(&risk, 0), 0, 0, "no days are no days");
	is_close(mean_until(&risk, 20), 15, 0, "the area under the curve");
	is_close(mean_until(&risk, 21), NAN, 0, "is not known beyond the last day");
	ef_retention_rate_after(&risk, &forever, &point.retained, &refuses);
	is_close(point.retained, NAN, 0, "nor what is left in the end");

	stays_risk(&risk, gone, COUNT(gone), 1, &arena);
	is_close(rate_after(&risk, 20), 0, 0, "when all have left");
	is_close(rate_after(&risk, 21), 0, 0, "nobody is there, ever after");
	is_close(mean_until(&risk, 50000), 15, 0, "and the mean is what it is");
	ef_retention_rate_after(&risk, &forever, &point.retained, &refuses);
	is_close(point.retained, 0, 0, "in the end, too");
	ef_retention_mean_days(&risk, &forever, &point.retained, &refuses);
	is_close(point.retained, 15, 0, "as is the mean");

	/* somebody comes late after all who were there have left */
	stays_risk(&risk, back, COUNT(back), 1, &arena);
	ef_curve_begin(&curve, &risk, &a_day, 0.95, EF_PLAIN, &refuses);
	for (day = 0; day <= 40 && ef_curve_next(&curve, &point); day++)
		if (day == 10 || day == 30 || day == 31 || day == 40)
			ok(point.retained == 0 && isnan(point.std_error) && isnan(point.lower) &&
			   isnan(point.upper) && point.at_risk == (day == 10 ? 1 : day > 30 ? 5 : 0),
			   "a curve at 0 stays there, on day %d with %lld at risk", day, (long long) point.at_risk);
	is_int(day, 41, "up to the last day seen");
	ok(!ef_curve_next(&curve, &point), "and not beyond");

	/* nobody */
	stays_risk(&risk, NULL, 0, 0, &arena);
	ef_curve_begin(&curve, &risk, &a_day, 0.95, EF_LOG_LOG, &refuses);
	ok(!ef_curve_next(&curve, &point), "nobody has no curve");
	is_int(ef_incidence_begin(&reasons, &risk, 0, &a_day, 0.95, &arena.context), EF_OK,
		   "no reasons to leave can be asked for");
	ok(!ef_incidence_next(&reasons, &day), "and nobody has them");
	is_close(rate_after(&risk, 0), NAN, 0, "no rate");
	is_close(mean_until(&risk, 0), NAN, 0, "no mean");
	is_close(ef_retention_median_day(&risk), NAN, 0, "no median");
	arena_close(&arena);
}

/* As many as there can be. */
static void
test_many(void)
{
	const int64_t all = EF_PERSON_LIMIT;
	Stay		stays[] = {{-1, 0, 1, 1}, {-1, 1, 2, all - 3}, {-1, EF_SPELL_DAYS, 1, 1}, {-1, EF_SPELL_DAYS, 0, 1}};
	Arena		arena;
	EfRiskSet	risk;
	EfCurve		curve;
	EfCurvePoint point;
	EfIncidenceCurve reasons;
	EfIncidenceRow row;
	EfDuration	longest = {1800, 0, 0};
	int32_t		day;

	arena_open(&arena);
	stays_risk(&risk, stays, COUNT(stays), 2, &arena);
	ef_curve_begin(&curve, &risk, &longest, 0.95, EF_LOG_LOG, &refuses);
	ok(ef_curve_next(&curve, &point) && point.at_risk == all && point.exits == 1 &&
	   point.lower < point.retained && point.retained < point.upper && point.upper < 1,
	   "one of 1e12 leaves on day 0");
	ok(ef_curve_next(&curve, &point) && point.after_days == EF_SPELL_DAYS && point.at_risk == 2 &&
	   point.exits == all - 2 && near(point.retained, 1e-12L, 1e-12) && point.std_error > 0,
	   "one stays for 150 years");
	ok(!ef_curve_next(&curve, &point), "and there is no day after that");
	ef_incidence_begin(&reasons, &risk, 2, &longest, 0.95, &arena.context);
	ef_incidence_next(&reasons, &day);
	ok(ef_incidence_next(&reasons, &day), "reasons after 150 years");
	ef_incidence_row(&reasons, 2, &row);
	ok(row.exits == all - 3 && row.std_error > 0 && near(row.incidence, 1, 1e-11), "for one of them");
	is_close(ef_retention_median_day(&risk), 1, 0, "most left on day 1");
	arena_close(&arena);
}

static void
test_refused(void)
{
	static const Stay stays[] = {{-1, 10, 1, 1}};
	static const struct
	{
		EfDuration	duration;
		EfStatus	positive;
		EfStatus	status;
	}			cases[] = {
		{{0, 0, 0}, EF_DURATION_ZERO, EF_OK},
		{{-1, 31, 0}, EF_DURATION_INVALID, EF_DURATION_INVALID},
		{{1, 0, 1}, EF_DURATION_INVALID, EF_DURATION_INVALID},
	};
	static const double levels[] = {0, 1, -1, NAN};
	Arena		arena;
	EfRiskSet	risk;
	EfCurve		curve;
	EfIncidenceCurve reasons;
	double		number;

	arena_open(&arena);
	stays_risk(&risk, stays, 1, 1, &arena);
	for (size_t i = 0; i < COUNT(cases); i++)
	{
		const EfDuration *duration = &cases[i].duration;

		is_int(ef_curve_begin(&curve, &risk, duration, 0.95, EF_LOG, &refuses), cases[i].positive,
			   "every %d months, %d days is refused", duration->months, duration->days);
		is_int(ef_incidence_begin(&reasons, &risk, 1, duration, 0.95, &arena.context),
			   cases[i].positive, "for the reasons as well");
		is_int(ef_retention_rate_after(&risk, duration, &number, &refuses), cases[i].status, "as for the rate");
		is_int(ef_retention_mean_days(&risk, duration, &number, &refuses), cases[i].status, "and the mean");
	}
	for (size_t i = 0; i < COUNT(levels); i++)
	{
		is_int(ef_curve_begin(&curve, &risk, &a_year, levels[i], EF_LOG, &refuses), EF_LEVEL_RANGE,
			   "level %g is refused", levels[i]);
		is_int(ef_incidence_begin(&reasons, &risk, 1, &a_year, levels[i], &arena.context),
			   EF_LEVEL_RANGE, "for the reasons as well");
	}
	for (long request = 1; request <= 2; request++)
	{
		arena.fail_at = arena.calls + request;
		is_int(tried(&arena, ef_incidence_begin(&reasons, &risk, 1, &a_year, 0.95, &arena.context)),
			   EF_NO_MEMORY, "request %ld fails", request);
	}
	arena.fail_at = 0;
	arena_close(&arena);
}

int
main(void)
{
	test_people();
	test_years();
	test_median();
	test_ends();
	test_many();
	test_refused();
	return done_testing();
}
