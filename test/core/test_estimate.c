/*
 * test_estimate.c: estimators against their definitions in exact or longer
 * numbers, and against published curves.
 *
 * Decimals beyond the published ones were computed in R 4.2.2 with survival
 * 3.5-3.
 */
#include "estimate/estimate.h"

#include <float.h>

#include "arena.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
near(double got, long double expected, double tolerance)
{
	return fabsl((long double) got - expected) <= tolerance * fabsl(expected);
}

/*
 * Weeks of remission under 6-mercaptopurine (Freireich et al. 1963; Gehan
 * 1965; Cox and Oakes 1984, Analysis of Survival Data, p. 7): those at risk
 * and relapses.  The curve and its standard errors are printed in many
 * textbooks.
 */
static void
test_published(void)
{
	static const struct
	{
		int			at_risk;
		int			exits;
		double		retained;
		double		std_error;
		double		limits[3][2];	/* by scale */
	}			weeks[] = {
		{21, 3, 0.857, 0.0764, {{0.6197179552659839, 0.9515517476469970},
		{0.7198170839162704, 1}, {0.7074793118252004, 1}}},
		{17, 1, 0.807, 0.0869, {{0.5631465646222333, 0.9228090192028804},
		{0.6531242184621711, 0.9964436759086591}, {0.6363326611369994, 0.9771127170142609}}},
		{15, 1, 0.753, 0.0963, {{0.5031995107999565, 0.8893618351692654},
		{0.5859189820296942, 0.9675747545522975}, {0.5640993266787881, 0.9417830262623881}}},
		{12, 1, 0.690, 0.1068, {{0.4316102224861841, 0.8490659633494506},
		{0.5096130991017802, 0.9347691955361300}, {0.4808430981731827, 0.8995490586895621}}},
		{11, 1, 0.627, 0.1141, {{0.3675108559875020, 0.8049121894718412},
		{0.4393939249687669, 0.8959949385350817}, {0.4039095121913376, 0.8509924485929758}}},
		{7, 1, 0.538, 0.1282, {{0.2677789367671350, 0.7467907176353944},
		{0.3370366161576847, 0.8582008480446648}, {0.2864815911296213, 0.7891486609712187}}},
		{6, 1, 0.448, 0.1346, {{0.1880520059592324, 0.6801426284952413},
		{0.2487882268176596, 0.8073720455290770}, {0.1843848638406129, 0.7119736795767539}}},
	};
	EfKaplanMeier curve;
	double		factor = 0;

	is_int(ef_level_factor(0.95, &factor, &refuses), EF_OK, "a level of 95 per cent");
	ef_kaplan_meier_begin(&curve);
	is_close(curve.retained, 1, 0, "all are there in the beginning");
	is_close(ef_kaplan_meier_error(&curve), 0, 0, "and that is certain");
	for (size_t i = 0; i < COUNT(weeks); i++)
	{
		double		std_error;

		ef_kaplan_meier_step(&curve, weeks[i].at_risk, weeks[i].exits);
		std_error = ef_kaplan_meier_error(&curve);
		ok(fabs(curve.retained - weeks[i].retained) <= 0.0005, "6-MP: retained %.3f", weeks[i].retained);
		ok(fabs(std_error - weeks[i].std_error) <= 0.00005, "6-MP: standard error %.4f", weeks[i].std_error);
		for (unsigned scale = EF_LOG_LOG; scale <= EF_PLAIN; scale++)
		{
			double		lower;
			double		upper;

			ef_probability_limits(curve.retained, std_error, factor, scale, &lower, &upper);
			ok(near(lower, weeks[i].limits[scale][0], 1e-13) &&
			   near(upper, weeks[i].limits[scale][1], 1e-13),
			   "6-MP: limits %.4f and %.4f on scale %d", lower, upper, scale);
		}
	}
}


/* ---- the curve ---- */

/* Random days in longer numbers: people come, leave and go out of sight. */
static void
test_curve(void)
{
	int			wrong = 0;

	for (int run = 0; run < 2000; run++)
	{
		EfKaplanMeier curve;
		long double retained = 1;
		long double sum = 0;
		int64_t		n = 1 + random_below(run % 3 ? 50 : 1000000);
		int			steps = 1 + (int) random_below(200);

		ef_kaplan_meier_begin(&curve);
		for (int i = 0; i < steps && n > 0 && retained > 1e-200L; i++)
		{
			int64_t		exits = random_below(3) ? random_below((uint32_t) (n < 5 ? n + 1 : n / 5 + 1)) : 0;

			ef_kaplan_meier_step(&curve, n, exits);
			retained *= (long double) (n - exits) / (long double) n;
			if (n > exits)
				sum += (long double) exits / ((long double) n * (long double) (n - exits));
			wrong += !near(curve.retained, retained, 1e-13);
			if (retained > 0)
				wrong += !near(ef_kaplan_meier_error(&curve), retained * sqrtl(sum), 1e-13);
			else
				wrong += curve.retained != 0 || !isnan(ef_kaplan_meier_error(&curve));
			n -= exits;
			n -= random_below((uint32_t) (n / 10 + 1));
			n += random_below(2) ? random_below(30) : 0;
		}
	}
	is_int(wrong, 0, "2000 curves are products of shares, their variances Greenwood's sums");

	/*
	 * while nobody goes out of sight, those who are left out of all: a
	 * proportion, with a binomial variance
	 */
	wrong = 0;
	for (int64_t n = 1; n <= 60; n++)
		for (int run = 0; run < 20; run++)
		{
			EfKaplanMeier curve;
			int64_t		left = n;

			ef_kaplan_meier_begin(&curve);
			while (left > 0)
			{
				int64_t		exits = random_below((uint32_t) left + 1);
				long double p;

				ef_kaplan_meier_step(&curve, left, exits);
				left -= exits;
				p = (long double) left / (long double) n;
				wrong += !near(curve.retained, p, 1e-14);
				if (left > 0)
					wrong += fabsl(ef_kaplan_meier_error(&curve) - sqrtl(p * (1 - p) / (long double) n)) > 1e-15L;
			}
			wrong += curve.retained != 0;
		}
	is_int(wrong, 0, "without censoring it is a proportion");
}

static void
test_curve_extremes(void)
{
	const int64_t all = INT64_C(1000000000000);
	EfKaplanMeier curve;

	ef_kaplan_meier_begin(&curve);
	ef_kaplan_meier_step(&curve, 5, 0);
	ok(curve.retained == 1 && curve.greenwood == 0, "a day without exits changes nothing");
	ef_kaplan_meier_step(&curve, 0, 0);
	ok(curve.retained == 1 && curve.greenwood == 0, "nor does one on which nobody is there");
	ef_kaplan_meier_step(&curve, 5, 5);
	is_close(curve.retained, 0, 0, "when all leave nobody is left");
	ok(isnan(ef_kaplan_meier_error(&curve)), "and there is no standard error");
	ef_kaplan_meier_step(&curve, 7, 2);
	ef_kaplan_meier_step(&curve, 7, 7);
	is_close(curve.retained, 0, 0, "whoever comes late does not bring it back");
	ok(isnan(ef_kaplan_meier_error(&curve)), "nor a standard error");

	ef_kaplan_meier_begin(&curve);
	ef_kaplan_meier_step(&curve, all, 1);
	ok(near(curve.retained, 1 - 1e-12L, 1e-15) &&
	   near(ef_kaplan_meier_error(&curve), 1e-12L * sqrtl(1 - 1e-12L), 1e-12),
	   "one of 1e12 leaves");
	ef_kaplan_meier_step(&curve, all - 1, all - 2);
	ok(near(curve.retained, 1e-12L, 1e-15) &&
	   near(ef_kaplan_meier_error(&curve), 1e-12L, 1e-11), "one of 1e12 stays");

	/* so many come late, and leave, that no number is small enough */
	ef_kaplan_meier_begin(&curve);
	for (int i = 0; i < 50000; i++)
		ef_kaplan_meier_step(&curve, 10, 9);
	ok(curve.retained == 0 && isnan(ef_kaplan_meier_error(&curve)), "it may pass below all numbers");
}


/* ---- reasons ---- */

#define REASONS 4

/*
 * The process of being there (state 0) or having left for a reason, with the
 * covariance of all its probabilities, day by day as (4.4.19) of Andersen et
 * al. has it: P' = P T, C' = T' C T + P(0)^2 M, with T the shares that go and M
 * their multinomial covariance.
 */
typedef struct Process
{
	int			nreasons;
	long double p[REASONS + 1];
	long double c[REASONS + 1][REASONS + 1];
} Process;

static void
step(Process *process, int64_t at_risk, const int64_t *exits)
{
	int			k = process->nreasons + 1;
	long double n = (long double) at_risk;
	long double share[REASONS + 1];
	long double t[REASONS + 1][REASONS + 1] = {{0}};
	long double tc[REASONS + 1][REASONS + 1] = {{0}};
	long double c[REASONS + 1][REASONS + 1] = {{0}};
	long double p[REASONS + 1] = {0};

	for (int i = 1; i < k; i++)
	{
		share[i] = (long double) exits[i - 1] / n;
		at_risk -= exits[i - 1];
		t[i][i] = 1;
	}
	share[0] = (long double) at_risk / n;
	for (int i = 0; i < k; i++)
		t[0][i] = share[i];
	for (int i = 0; i < k; i++)
		for (int j = 0; j < k; j++)
		{
			p[j] += process->p[i] * t[i][j];
			for (int l = 0; l < k; l++)
				tc[i][j] += t[l][i] * process->c[l][j];
		}
	for (int i = 0; i < k; i++)
		for (int j = 0; j < k; j++)
		{
			for (int l = 0; l < k; l++)
				c[i][j] += tc[i][l] * t[l][j];
			c[i][j] += process->p[0] * process->p[0] *
				((i == j ? share[i] : 0) - share[i] * share[j]) / n;
		}
	memcpy(process->p, p, sizeof(p));
	memcpy(process->c, c, sizeof(c));
}

static void
begin(EfAalenJohansen *estimate, uint32_t nreasons, const Arena *arena)
{
	ef_aalen_johansen_begin(estimate, nreasons, &arena->context);
}

static void
feed(EfAalenJohansen *estimate, int64_t at_risk, const int64_t *exits)
{
	int64_t		all = 0;

	for (uint32_t r = 0; r < estimate->nreasons; r++)
		all += exits[r];
	ef_aalen_johansen_day(estimate, at_risk, all);
	for (uint32_t r = 0; r < estimate->nreasons; r++)
		if (exits[r] > 0)
			ef_aalen_johansen_exits(estimate, r + 1, exits[r]);
}

static void
test_reasons(void)
{
	int			wrong = 0;
	int			unsummed = 0;
	int			compared = 0;

	for (int run = 0; run < 1000; run++)
	{
		EfAalenJohansen estimate;
		EfKaplanMeier curve;
		Process		process = {.nreasons = 1 + (int) random_below(REASONS),.p = {1}};
		int64_t		n = 1 + random_below(run % 3 ? 40 : 1000000);
		int			days = 1 + (int) random_below(100);
		Arena		arena;

		arena_open(&arena);
		begin(&estimate, (uint32_t) process.nreasons, &arena);
		ef_kaplan_meier_begin(&curve);
		for (int day = 0; day < days && n > 0; day++)
		{
			int64_t		exits[REASONS] = {0};
			int64_t		stay = n;
			double		sum = 0;

			for (int r = 0; r < process.nreasons; r++)
			{
				exits[r] = random_below(3) ? 0 : random_below((uint32_t) (stay < 4 ? stay + 1 : stay / 4 + 1));
				stay -= exits[r];
			}
			feed(&estimate, n, exits);
			step(&process, n, exits);
			ef_kaplan_meier_step(&curve, n, n - stay);
			wrong += estimate.curve.retained != curve.retained;

			for (int r = 0; r < process.nreasons; r++)
			{
				const EfIncidence *incidence = &estimate.incidence[r];
				long double variance = process.c[r + 1][r + 1];

				compared++;
				sum += incidence->probability;
				wrong += fabsl(incidence->probability - process.p[r + 1]) > 1e-14L;
				wrong += fabsl(incidence->variance - variance) > 1e-12L * incidence->largest_variance;
				if (variance > 1e-9L * incidence->largest_variance)
					wrong += !near(ef_aalen_johansen_error(incidence), sqrtl(variance), 1e-6);
				wrong += !(ef_aalen_johansen_error(incidence) >= 0);
			}
			unsummed += fabs(sum + curve.retained - 1) > 1e-13;

			n = stay - random_below((uint32_t) (stay / 10 + 1));
			n += random_below(2) ? random_below(20) : 0;
		}
		arena_close(&arena);
	}
	is_int(wrong, 0, "%d incidences and variances follow the matrices of the process", compared);
	is_int(unsummed, 0, "incidences are what is not retained");
}

static void
test_one_reason(void)
{
	int			wrong = 0;
	double		worst = 0;

	for (int run = 0; run < 1000; run++)
	{
		EfAalenJohansen estimate;
		int64_t		n = 5 + random_below(1000);
		Arena		arena;

		arena_open(&arena);
		begin(&estimate, 1, &arena);
		for (int day = 0; day < 50 && n > 0; day++)
		{
			int64_t		exits = random_below((uint32_t) (n / 3 + 2));
			double		greenwood;

			if (exits > n)
				exits = n;
			feed(&estimate, n, &exits);
			n -= exits;
			n -= random_below((uint32_t) (n / 10 + 1));
			greenwood = n > 0 || estimate.curve.retained > 0
				? ef_kaplan_meier_error(&estimate.curve) : 0;
			if (estimate.curve.retained > 0)
			{
				double		off = fabs(ef_aalen_johansen_error(&estimate.incidence[0]) - greenwood) / (greenwood > 0 ? greenwood : 1);

				worst = off > worst ? off : worst;
			}
			else
				wrong += ef_aalen_johansen_error(&estimate.incidence[0]) != 0 ||
					fabs(estimate.incidence[0].probability - 1) > 1e-14;
		}
		arena_close(&arena);
	}
	ok(worst < 1e-9, "of one reason the variance is Greenwood's (off by %.1g at most)", worst);
	is_int(wrong, 0, "when all have left for it, there is none");

	/* without censoring each incidence is a proportion */
	wrong = 0;
	for (int64_t n = 1; n <= 40; n++)
		for (int run = 0; run < 20; run++)
		{
			EfAalenJohansen estimate;
			int64_t		gone[REASONS] = {0};
			int64_t		left = n;
			Arena		arena;

			arena_open(&arena);
			begin(&estimate, REASONS, &arena);
			while (left > 0)
			{
				int64_t		exits[REASONS] = {0};
				int64_t		at_risk = left;

				for (int r = 0; r < REASONS; r++)
				{
					exits[r] = random_below((uint32_t) left + 1);
					left -= exits[r];
					gone[r] += exits[r];
				}
				feed(&estimate, at_risk, exits);
				for (int r = 0; r < REASONS; r++)
				{
					long double p = (long double) gone[r] / (long double) n;

					wrong += fabsl(estimate.incidence[r].probability - p) > 4e-15L;
					wrong += fabsl(ef_aalen_johansen_error(&estimate.incidence[r]) - sqrtl(p * (1 - p) / (long double) n)) > 1e-9L;
				}
			}
			arena_close(&arena);
		}
	is_int(wrong, 0, "without censoring incidences are proportions, to the last who leaves");
}

static void
feed_two(EfAalenJohansen *estimate, int64_t at_risk, int64_t first, int64_t second)
{
	const int64_t exits[] = {first, second};

	feed(estimate, at_risk, exits);
}

static void
test_reason_extremes(void)
{
	const int64_t all = INT64_C(1000000000000);
	EfAalenJohansen estimate;
	Arena		arena;

	arena_open(&arena);
	begin(&estimate, 2, &arena);
	feed_two(&estimate, 4, 1, 3);
	ok(estimate.incidence[0].probability == 0.25 && estimate.incidence[1].probability == 0.75,
	   "everyone leaves on one day");
	ok(near(ef_aalen_johansen_error(&estimate.incidence[0]), sqrtl(0.25L * 0.75L / 4), 1e-15),
	   "for which of two reasons is not certain");
	feed_two(&estimate, 9, 4, 5);
	ok(estimate.incidence[0].probability == 0.25 && estimate.incidence[1].probability == 0.75,
	   "whoever comes after that does not count");
	ok(near(ef_aalen_johansen_error(&estimate.incidence[1]), sqrtl(0.25L * 0.75L / 4), 1e-15),
	   "nor in the error");

	begin(&estimate, 2, &arena);
	feed_two(&estimate, all, 1, 0);
	ok(near(estimate.incidence[0].probability, 1e-12L, 1e-15) &&
	   near(ef_aalen_johansen_error(&estimate.incidence[0]), 1e-12L, 1e-11), "one of 1e12 leaves");
	ok(estimate.incidence[1].probability == 0 && ef_aalen_johansen_error(&estimate.incidence[1]) == 0,
	   "nobody for the other reason");
	feed_two(&estimate, all - 1, 0, all - 2);
	ok(near(ef_aalen_johansen_error(&estimate.incidence[1]), 1.4142135623730951e-12L, 1e-3),
	   "two of 1e12 do not leave for the other");

	arena_close(&arena);
	arena_open(&arena);
	arena.fail_at = 1;
	is_int(tried(&arena, (ef_aalen_johansen_begin(&estimate, 3, &arena.context), EF_OK)), EF_NO_MEMORY,
		   "reasons need memory");
	arena_close(&arena);
	arena_open(&arena);
	ef_aalen_johansen_begin(&estimate, 0, &arena.context);
	pass("there may be none");
	ef_aalen_johansen_day(&estimate, 5, 0);
	is_close(estimate.curve.retained, 1, 0, "and nobody who left");
	arena_close(&arena);
}


/* ---- limits ---- */

static void
test_scales(void)
{
	static const struct
	{
		const char *name;
		int			scale;		/* -1: none */
	}			names[] = {
		{"log-log", EF_LOG_LOG}, {"log", EF_LOG}, {"plain", EF_PLAIN},
		{"", -1}, {"lo", -1}, {"logs", -1}, {"log-lo", -1}, {"log-logs", -1},
		{"plai", -1}, {"plains", -1}, {"Log", -1}, {"loglog", -1}, {"log log", -1},
	};
	char		long_name[200];
	unsigned	scale;

	for (size_t i = 0; i < COUNT(names); i++)
	{
		char		copy[10];	/* with more behind it */

		memset(copy, 'x', sizeof(copy));
		memcpy(copy, names[i].name, strlen(names[i].name));
		if (names[i].scale >= 0)
			ok(ef_choose(&ef_limit_scales, copy, strlen(names[i].name), &scale, &refuses) == EF_OK &&
			   (int) scale == names[i].scale, "\"%s\" is a scale", names[i].name);
		else
			is_int(ef_choose(&ef_limit_scales, copy, strlen(names[i].name), &scale, &refuses),
				   EF_CURVE_METHOD_UNKNOWN, "\"%s\" is none", names[i].name);
	}
	is_str(error.detail, "The method is \"log log\".", "which says so");
	memset(long_name, 'y', sizeof(long_name));
	ef_choose(&ef_limit_scales, long_name, sizeof(long_name), &scale, &refuses);
	ok(strlen(error.detail) < 100 && strstr(error.detail, "yyy") != NULL,
	   "of a long name it tells the beginning");
	for (size_t i = 1; i + 1 < sizeof(long_name); i += 2)
		memcpy(long_name + i, "\xc3\xa5", 2);
	ef_choose(&ef_limit_scales, long_name, sizeof(long_name), &scale, &refuses);
	ok(strstr(error.detail, "\xc3\xa5\".") != NULL, "and no part of a character: %s",
	   error.detail);
}

static void
test_levels(void)
{
	static const struct
	{
		double		level;
		double		factor;
	}			good[] = {
		{0.95, 1.959963984540054}, {0.8, 1.2815515655446004}, {0.99, 2.5758293035489004},
		{0.5, 0.6744897501960817}, {0.999, 3.2905267314919255},
	};
	static const double bad[] = {0, 1, -0.0, -0.5, 1.5, 95, NAN, INFINITY, -INFINITY};
	double		factor;

	for (size_t i = 0; i < COUNT(good); i++)
		ok(ef_level_factor(good[i].level, &factor, &refuses) == EF_OK &&
		   near(factor, good[i].factor, 1e-14), "level %g: %.15g", good[i].level, factor);
	for (size_t i = 0; i < COUNT(bad); i++)
		is_int(ef_level_factor(bad[i], &factor, &refuses), EF_LEVEL_RANGE, "level %g is refused", bad[i]);
	ok(ef_level_factor(nextafter(1, 0), &factor, &refuses) == EF_OK && factor > 8 && factor < 9,
	   "the highest level: %g", factor);
	ok(ef_level_factor(DBL_MIN, &factor, &refuses) == EF_OK && fabs(factor) < 1e-15, "the lowest level: %g", factor);
}

/* The limits of a scale from its name: transform, step, back. */
static void
define_limits(long double p, long double std_error, long double factor, EfLimitScale scale,
			  long double *lower, long double *upper)
{
	long double span = factor * std_error;

	switch (scale)
	{
		case EF_LOG_LOG:
			/* delta method: d log(-log p) / dp = 1 / (p log p) < 0 */
			span /= -p * logl(p);
			*lower = expl(-expl(logl(-logl(p)) + span));
			*upper = expl(-expl(logl(-logl(p)) - span));
			break;
		case EF_LOG:
			*lower = p * expl(-span / p);
			*upper = p * expl(span / p);
			break;
		case EF_PLAIN:
			*lower = p - span;
			*upper = p + span;
			break;
	}
	if (*lower < 0)
		*lower = 0;
	if (*upper > 1)
		*upper = 1;
}

static void
test_limits(void)
{
	static const char *const names[] = {"log-log", "log", "plain"};

	for (unsigned scale = EF_LOG_LOG; scale <= EF_PLAIN; scale++)
	{
		int			wrong = 0;
		double		lower;
		double		upper;

		for (int i = 1; i < 2000; i++)
			for (double se = 0; se < 0.6; se = se * 1.7 + 1e-9)
				for (double factor = 0; factor < 4; factor += 0.7)
				{
					double		p = i / 2000.0;
					long double low = 0;
					long double high = 0;

					ef_probability_limits(p, se, factor, scale, &lower, &upper);
					define_limits(p, se, factor, scale, &low, &high);
					wrong += fabsl(lower - low) > 1e-14L || fabsl(upper - high) > 1e-14L;
					wrong += !(lower >= 0 && lower <= p + 1e-14 && p <= upper + 1e-14 && upper <= 1);
				}
		is_int(wrong, 0, "limits on the scale %s", names[scale]);

		ef_probability_limits(0.5, NAN, 2, scale, &lower, &upper);
		ok(isnan(lower) && isnan(upper), "%s: none without a standard error", names[scale]);
		ef_probability_limits(0, NAN, 2, scale, &lower, &upper);
		ok(isnan(lower) && isnan(upper), "%s: none where nobody is left", names[scale]);
		ef_probability_limits(1, 0, 2, scale, &lower, &upper);
		ok(scale == EF_LOG_LOG ? isnan(lower) && isnan(upper) : lower == 1 && upper == 1,
		   "%s: %g and %g at 1", names[scale], lower, upper);
		ef_probability_limits(1 - 4 * DBL_EPSILON, 0, 2, scale, &lower, &upper);
		ok(scale == EF_LOG_LOG ? isnan(lower) && isnan(upper) : lower <= 1 && lower > 0.999 && upper > 0.999,
		   "%s: %g and %g at 1 but for rounding", names[scale], lower, upper);
		ef_probability_limits(0, 0, 2, scale, &lower, &upper);
		ok(scale == EF_PLAIN ? lower == 0 && upper == 0 : isnan(lower) && isnan(upper),
		   "%s: %g and %g at 0", names[scale], lower, upper);
		ef_probability_limits(0.3, 0, 2, scale, &lower, &upper);
		ok(near(lower, 0.3L, 1e-14) && near(upper, 0.3L, 1e-14), "%s: itself where it is certain", names[scale]);
		ef_probability_limits(1 - 1e-12, 1e-12, 2, scale, &lower, &upper);
		ok(lower >= 0 && lower < 1 && upper > lower && upper <= 1,
		   "%s: %.17g and %.17g where one of 1e12 left", names[scale], lower, upper);
		ef_probability_limits(1e-12, 1e-12, 2, scale, &lower, &upper);
		ok(lower >= 0 && lower < 1e-12 && upper > 1e-12 && upper <= 1,
		   "%s: %g and %g where one of 1e12 stayed", names[scale], lower, upper);
		ef_probability_limits(DBL_MIN / 16, DBL_MIN / 16, 2, scale, &lower, &upper);
		ok(!(lower < 0) && !(upper > 1) && !(upper < lower),
		   "%s: %g and %g next to 0", names[scale], lower, upper);
	}
}

static void
test_wilson(void)
{
	/*
	 * R. G. Newcombe (1998), Statistics in Medicine 17, 857-872, table I,
	 * score method, and more digits of it
	 */
	static const struct
	{
		double		people;
		double		n;
		double		lower;
		double		upper;
	}			cases[] = {
		{81, 263, 0.2552885198782742257747, 0.3662095769828000701474},
		{1, 29, 0.006113214292762660516450, 0.1717552187932028813085},
		{15, 50, 0.1910355350088094643971, 0.4375035046445340275148},
		{0.5, 2.5, 0.02124618655914117030858, 0.7422151805469512422330},
		{0, 10, 0, 0.2775327998628892527153},
		{10, 10, 0.7224672001371107472847, 1},
		{1, 1e12, 1.765245549351747288780e-13, 5.664934265736511505971e-12},
	};
	double		factor;
	double		lower;
	double		upper;
	int			wrong = 0;

	ef_level_factor(0.95, &factor, &refuses);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		double		p = cases[i].people / cases[i].n;

		ef_wilson_limits(p, cases[i].n, factor, &lower, &upper);
		ok(fabs(lower - cases[i].lower) <= 1e-14 * cases[i].lower &&
		   fabs(upper - cases[i].upper) <= 1e-14 * cases[i].upper,
		   "Wilson, %g of %g: %.15g and %.15g", cases[i].people, cases[i].n, lower, upper);
	}
	ef_wilson_limits(0, 7, factor, &lower, &upper);
	ok(lower == 0, "none of some is 0 at least");
	ef_wilson_limits(1, 7, factor, &lower, &upper);
	ok(upper == 1, "all of them 1 at most");
	for (int i = 0; i < 3; i++)
	{
		static const double n[] = {0, -1, NAN};

		ef_wilson_limits(0.5, n[i], factor, &lower, &upper);
		ok(isnan(lower) && isnan(upper), "there are no limits of %g people", n[i]);
	}
	ef_wilson_limits(NAN, 7, factor, &lower, &upper);
	ok(isnan(lower) && isnan(upper), "nor of an unknown share");

	/* as they are defined, and in order */
	for (int i = 0; i < 10000; i++)
	{
		double		p = random_below(1000001) / 1e6;
		double		n = (1 + random_below(1000000)) / 100.;
		double		z = (1 + random_below(4000)) / 1000.;

		ef_wilson_limits(p, n, z, &lower, &upper);
		wrong += !(0 <= lower && lower <= p && p <= upper && upper <= 1);
		wrong += fabs((p - lower) * (p - lower) - z * z * lower * (1 - lower) / n) > 1e-15 * (1 + z * z / n);
		wrong += fabs((p - upper) * (p - upper) - z * z * upper * (1 - upper) / n) > 1e-15 * (1 + z * z / n);
	}
	is_int(wrong, 0, "Wilson's limits are the shares from which p is z standard errors away");
}

/* Newcombe 1998, Stat. Med. 17, 873-890, Table II, method 10: with Wilson's
 * limits of two shares, to the four decimals that are printed. */
static void
test_difference(void)
{
	static const struct
	{
		double		x1,
					n1,
					x2,
					n2,
					lower,
					upper;
	}			cases[] = {
		{48, 80, 56, 70, 0.0524, 0.3339}, {3, 10, 9, 10, 0.1705, 0.8090},
		{0, 29, 5, 56, -0.0381, 0.1926}, {0, 10, 0, 10, -0.2775, 0.2775},
		{0, 10, 10, 10, 0.6075, 1}
	};
	double		factor;

	if (ef_level_factor(0.95, &factor, &refuses) != EF_OK)
		fail("no level");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		EfEstimate	first = {.value = cases[i].x1 / cases[i].n1};
		EfEstimate	second = {.value = cases[i].x2 / cases[i].n2};
		EfEstimate	there;
		EfEstimate	back;
		EfEstimate	counted;
		int64_t		counts[2] = {(int64_t) cases[i].x1, (int64_t) cases[i].x2};
		int64_t		totals[2] = {(int64_t) cases[i].n1, (int64_t) cases[i].n2};

		ef_wilson_limits(first.value, cases[i].n1, factor, &first.lower, &first.upper);
		ef_wilson_limits(second.value, cases[i].n2, factor, &second.lower, &second.upper);
		there = ef_estimate_difference(&first, &second);
		ok(fabs(there.lower - cases[i].lower) < 0.5e-4 && fabs(there.upper - cases[i].upper) < 0.5e-4,
		   "%g/%g less %g/%g: %.4f to %.4f", cases[i].x2, cases[i].n2, cases[i].x1, cases[i].n1, there.lower, there.upper);
		back = ef_estimate_difference(&second, &first);
		ok(back.value == -there.value && back.lower == -there.upper && back.upper == -there.lower, "and the other way round");
		ok(ef_share_difference(counts, totals, 0.95, &counted, &refuses) == EF_OK &&
		   counted.value == there.value && counted.lower == there.lower && counted.upper == there.upper,
		   "and from counts");
		totals[1] = counts[1] - 1;
		is_int(ef_share_difference(counts, totals, 0.95, &counted, &refuses), EF_SHARE_COUNTS,
			   "of more than all there is none");
	}
}

int
main(void)
{
	test_published();
	test_curve();
	test_curve_extremes();
	test_reasons();
	test_one_reason();
	test_reason_extremes();
	test_scales();
	test_levels();
	test_limits();
	test_wilson();
	test_difference();
	return done_testing();
}
