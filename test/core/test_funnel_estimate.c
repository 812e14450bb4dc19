/*
 * test_funnel_estimate.c: what a funnel says, against a second computation that
 * looks at every person on every day.
 *
 * The estimate of having reached a stage is a product of matrices, one for each
 * day and way to move, with that stage absorbing.  Its variance is taken from
 * the derivatives of the product: the errors of different steps are
 * uncorrelated and binomial.
 */
#include "funnel/funnel_estimate.h"

#include <float.h>

#include "arena.h"
#include "estimate/estimate.h"
#include "funnel/leavers.h"
#include "histories.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum
{
	MAX_PEOPLE = 60,
	MAX_STEPS = 2000
};


/* ---- the definitions, literally ---- */

/* Those of one stage who move on one day in one way. */
typedef struct Step
{
	int			stage;			/* counted from 0 */
	bool		on;
	int			day;
	double		share;
	double		at_risk;
} Step;

typedef struct Study
{
	Setting		setting;
	int			n;
	History		people[MAX_PEOPLE];
	int			nsteps;
	Step		steps[MAX_STEPS];
	int			last_day;		/* on which anybody moves, leaves or is
								 * censored */
} Study;

/* The day on which somebody leaves a stage in this way; -1: does not. */
static int
day_of_way(const History *person, int stage, int nstages, EfWay way)
{
	static const EfOutcome outcomes[] = {EF_COMPLETED, EF_EXITED, EF_LOST, EF_PENDING};

	if (way == EF_WAY_ON)
		return person->length > stage + 1 ? person->day[stage + 1] : -1;
	return person->length == stage + 1 && person->length < nstages &&
		person->outcome == outcomes[way] ? person->left : -1;
}

/* Is somebody at a stage just before those move who do so on a day in a way? */
static bool
is_there(const History *person, int stage, int nstages, int day, EfWay way)
{
	if (person->length <= stage || person->day[stage] > day)
		return false;
	for (EfWay w = EF_WAY_ON; w < EF_WAY_COUNT; w++)
	{
		int			left = day_of_way(person, stage, nstages, w);

		if (left >= 0 && (left < day || (left == day && w < way)))
			return false;
	}
	return true;
}

static void
take_steps(Study *study)
{
	int			nstages = study->setting.nstages;

	study->nsteps = 0;
	study->last_day = -1;
	for (int day = 0; day < 1000; day++)
		for (EfWay way = EF_WAY_ON; way < EF_WAY_COUNT; way++)
			for (int stage = 0; stage + 1 < nstages; stage++)
			{
				int			moved = 0;
				int			there = 0;
				Step	   *step = &study->steps[study->nsteps];

				for (int i = 0; i < study->n; i++)
				{
					moved += day_of_way(&study->people[i], stage, nstages, way) == day;
					there += is_there(&study->people[i], stage, nstages, day, way);
				}
				if (moved == 0)
					continue;
				study->last_day = day;
				if (way == EF_WAY_PENDING)
					continue;
				step->stage = stage;
				step->on = way == EF_WAY_ON;
				step->day = day;
				step->share = (double) moved / there;
				step->at_risk = there;
				study->nsteps++;
			}
	if (study->n > 0 && study->last_day < 0)
		study->last_day = 0;
}

/* The probability of having reached a stage by a day, and of being before it. */
static double
reached_by(const Study *study, int stage, int day, double *before)
{
	double		p[EF_STAGE_LIMIT] = {1};

	for (int s = 0; s < study->nsteps && study->steps[s].day <= day; s++)
	{
		const Step *step = &study->steps[s];
		double		moved = p[step->stage] * step->share;

		if (step->stage >= stage)
			continue;
		p[step->stage] -= moved;
		if (step->share == 1)
			p[step->stage] = 0;
		if (step->on)
			p[step->stage + 1] += moved;
	}
	*before = 0;
	for (int i = 0; i < stage; i++)
		*before += p[i];
	return p[stage];
}

/* By how much the probability of reaching a stage changes with each share. */
static void
derivatives(const Study *study, int stage, double *derivative)
{
	static double forward[MAX_STEPS + 1][EF_STAGE_LIMIT];
	double		back[EF_STAGE_LIMIT + 1] = {0};

	memset(forward[0], 0, sizeof(forward[0]));
	forward[0][0] = 1;
	for (int s = 0; s < study->nsteps; s++)
	{
		const Step *step = &study->steps[s];
		double		moved = step->stage < stage ? forward[s][step->stage] * step->share : 0;

		memcpy(forward[s + 1], forward[s], sizeof(forward[s]));
		forward[s + 1][step->stage] -= moved;
		if (step->on)
			forward[s + 1][step->stage + 1] += moved;
	}
	for (int i = 0; i < EF_STAGE_LIMIT; i++)
		back[i] = i >= stage ? 1 : 0;
	for (int s = study->nsteps - 1; s >= 0; s--)
	{
		const Step *step = &study->steps[s];
		double		then = step->on ? back[step->stage + 1] : 0;

		derivative[s] = 0;
		if (step->stage >= stage)
			continue;
		derivative[s] = forward[s][step->stage] * (then - back[step->stage]);
		back[step->stage] += step->share * (then - back[step->stage]);
	}
}

static double
covariance(const Study *study, int one, int other)
{
	static double of_one[MAX_STEPS];
	static double of_other[MAX_STEPS];
	double		sum = 0;

	derivatives(study, one, of_one);
	derivatives(study, other, of_other);
	for (int s = 0; s < study->nsteps; s++)
		sum += of_one[s] * of_other[s] * study->steps[s].share *
			(1 - study->steps[s].share) / study->steps[s].at_risk;
	return sum;
}

/* On the clock of a stage: the incidence of going on, and who is still there. */
static double
incidence_by(const Study *study, int stage, int day, double *there, int *last_day)
{
	int			nstages = study->setting.nstages;
	double		incidence = 0;

	*there = 1;
	*last_day = -1;
	for (int d = 0; d <= study->last_day; d++)
	{
		int			at_risk = 0;
		int			leave[EF_WAY_COUNT] = {0};

		for (int i = 0; i < study->n; i++)
		{
			const History *person = &study->people[i];
			bool		still = person->length > stage;

			for (EfWay way = EF_WAY_ON; way < EF_WAY_COUNT && still; way++)
			{
				int			left = day_of_way(person, stage, nstages, way);

				if (left < 0)
					continue;
				leave[way] += left - person->day[stage] == d;
				still = left - person->day[stage] >= d;
			}
			at_risk += still;
		}
		if (leave[0] + leave[1] + leave[2] + leave[3] == 0)
			continue;
		*last_day = d;
		if (d > day)
			continue;
		incidence += *there * leave[EF_WAY_ON] / at_risk;
		*there *= (double) (at_risk - leave[EF_WAY_ON] - leave[EF_WAY_EXITED] -
							leave[EF_WAY_LOST]) / at_risk;
	}
	return incidence;
}

static int
count_entered(const Study *study, int stage)
{
	int			n = 0;

	for (int i = 0; i < study->n; i++)
		n += study->people[i].length > stage;
	return n;
}

/* Pending at a stage and those before it, from another on. */
static int
count_pending(const Study *study, int from, int to)
{
	int			n = 0;

	for (int i = 0; i < study->n; i++)
		n += study->people[i].outcome == EF_PENDING && study->people[i].length > from &&
			study->people[i].length <= to;
	return n;
}

/* Wilson's limits as the roots of a x^2 + b x + c. */
static void
limits(double p, double n, double z, double *lower, double *upper)
{
	double		a = 1 + z * z / n;
	double		b = -(2 * p + z * z / n);
	double		root = sqrt(fmax(b * b - 4 * a * p * p, 0));

	*lower = n > 0 ? (-b - root) / (2 * a) : NAN;
	*upper = n > 0 ? (-b + root) / (2 * a) : NAN;
}

static const double z95 = 1.959963984540054;

/* Is this the estimate whose value and variance these are? */
static int
compare(const EfEstimate *got, double value, double variance, bool exact, double known,
		const char *what)
{
	double		n = exact || !(value > 1e-12 && value < 1 - 1e-12) ? known
		: value * (1 - value) / variance;
	double		lower;
	double		upper;
	int			wrong = 0;

	limits(value, n, z95, &lower, &upper);
	if (isnan(value) || n <= 0)
		lower = upper = NAN;
	wrong += exact && !isnan(value) && got->value != value;
	wrong += isnan(value) != isnan(got->value) || fabs(got->value - value) > 1e-12;
	wrong += isnan(lower) != isnan(got->lower) || fabs(got->lower - lower) > 1e-9;
	wrong += isnan(upper) != isnan(got->upper) || fabs(got->upper - upper) > 1e-9;
	if (wrong > 0)
		diag("%s: got %.15g (%.12g, %.12g), expected %.15g (%.12g, %.12g), n %g", what,
			 got->value, got->lower, got->upper, value, lower, upper, n);
	return wrong;
}

static int
compare_estimates(const Study *study, const EfFunnel *funnel, const Arena *arena)
{
	EfStageEstimates stages[EF_STAGE_LIMIT];
	int32_t		observed;
	int			nstages = study->setting.nstages;
	int			first = count_entered(study, 0);
	int			wrong = 0;

	wrong += ef_funnel_estimate(funnel, 0.95, stages, &observed, &arena->context) != EF_OK;
	wrong += observed != study->last_day;
	for (int i = 0; i < nstages; i++)
	{
		int			entered = count_entered(study, i);
		double		before;
		double		reached = reached_by(study, i, INT32_MAX, &before);
		double		variance = covariance(study, i, i);
		bool		exact = count_pending(study, 0, i) == 0;

		if (exact)
			reached = (double) entered / first;
		if (i > 0)
			wrong += compare(&stages[i].cumulative, first == 0 ? NAN : reached, variance, exact,
							 exact ? first : first - count_pending(study, 0, i), "cumulative");
		if (i + 1 == nstages)
		{
			wrong += !isnan(stages[i].conversion.value) || !isnan(stages[i].conversion.lower) ||
				!isnan(stages[i].conversion.upper) || stages[i].median_days != -1;
			continue;
		}
		exact = count_pending(study, 0, i + 1) == 0;
		{
			double		next = reached_by(study, i + 1, INT32_MAX, &before);
			double		ratio = exact ? (double) count_entered(study, i + 1) / entered : next / reached;

			if (entered == 0)
				ratio = NAN;
			variance = (covariance(study, i + 1, i + 1) - 2 * ratio * covariance(study, i, i + 1) +
						ratio * ratio * variance) / (reached * reached);
			wrong += compare(&stages[i].conversion, ratio, variance, exact,
							 entered - (exact ? 0 : count_pending(study, i, i + 1)), "conversion");
			wrong += ef_funnel_conversion_by(funnel, (uint32_t) i + 1, (uint32_t) i + 2, NULL, &ratio,
											 &arena->context) != EF_OK;
			wrong += entered > 0 && stages[i].conversion_final
				? ratio != stages[i].conversion.value : !isnan(ratio);
			wrong += exact && !stages[i].conversion_final;
		}
	}
	wrong += stages[0].cumulative.value != (first == 0 ? NAN : 1) && first > 0;
	wrong += (stages[0].cumulative.lower != 1 || stages[0].cumulative.upper != 1) && first > 0;
	return wrong;
}

/* The days at which curves are asked for: none and all, and some in between. */
static int
compare_curves(const Study *study, const EfFunnel *funnel, const Arena *arena)
{
	static const double quantiles[] = {0, 0.1, 0.25, 0.5, 0.75, 0.9, 1};
	int			nstages = study->setting.nstages;
	int			wrong = 0;

	for (int from = 0; from < nstages; from++)
		for (int to = from + 1; to < nstages; to++)
		{
			bool		on_chain = from == 0;
			bool		exact = count_pending(study, on_chain ? 0 : from, to) == 0;
			double		final;
			double		open;
			int			last = study->last_day;
			double		got;
			int32_t		days;

			if (!on_chain && to > from + 1)
				break;
			final = on_chain ? reached_by(study, to, INT32_MAX, &open)
				: incidence_by(study, from, INT32_MAX, &open, &last);
			for (int by = 0; by < 80; by += 1 + by / 8)
			{
				EfDuration	duration = {0, by, 0};
				double		there;
				int			unused;
				double		expected = on_chain ? reached_by(study, to, by, &there)
					: incidence_by(study, from, by, &there, &unused);

				wrong += ef_funnel_conversion_by(funnel, (uint32_t) from + 1, (uint32_t) to + 1,
												 &duration, &got, &arena->context) != EF_OK;
				if (count_entered(study, from) == 0 || (by > last && study->setting.as_of && open > 0))
					expected = NAN;
				if (exact && !isnan(expected))
				{
					int			came = 0;

					for (int i = 0; i < study->n; i++)
						came += study->people[i].length > to && study->people[i].day[to] -
							study->people[i].day[from] <= by;
					wrong += got != (double) came / count_entered(study, from);
				}
				if (isnan(got) != isnan(expected) || fabs(got - expected) > 1e-12)
				{
					wrong++;
					diag("%d to %d by %d: got %.15g, expected %.15g", from, to, by, got, expected);
				}
			}
			for (size_t q = 0; q < COUNT(quantiles); q++)
			{
				int			expected = -1;

				for (int day = 0; day < 1000 && expected < 0 && count_entered(study, to) > 0; day++)
				{
					double		there;
					int			unused;
					double		value = on_chain ? reached_by(study, to, day, &there)
						: incidence_by(study, from, day, &there, &unused);

					if (value > 0 && value >= quantiles[q] * final - 1e-13)
						expected = day;
				}
				wrong += ef_funnel_quantile_days(funnel, (uint32_t) from + 1, (uint32_t) to + 1,
												 quantiles[q], &days, &arena->context) != EF_OK;
				if (days != expected)
				{
					wrong++;
					diag("%d to %d, quantile %g: got day %d, expected %d", from, to, quantiles[q], days, expected);
				}
			}
		}
	return wrong;
}

/* Days of the clock cut into spans at random, some of them beyond all people. */
static uint32_t
cut_days(int32_t *starts, uint32_t most)
{
	uint32_t	nspans = 1 + random_below(most);

	starts[0] = 0;
	for (uint32_t b = 1; b < nspans; b++)
		starts[b] = starts[b - 1] + 1 + (int32_t) random_below(random_below(4) ? 6 : 40);
	return nspans;
}

static uint32_t
span_of(const int32_t *starts, uint32_t nspans, int day)
{
	uint32_t	span = 0;

	while (span + 1 < nspans && starts[span + 1] <= day)
		span++;
	return span;
}

/*
 * By how much the sum of the shares, each times the weight of its span, changes
 * with the share of each step: as derivatives(), where the last stage has
 * people worth the weight of the day on which they come.
 */
static void
weighted_derivatives(const Study *study, const int32_t *starts, uint32_t nspans,
					 const double *weight, double *derivative, double *sum)
{
	static double before[MAX_STEPS];
	int			last = study->setting.nstages - 1;
	double		p[EF_STAGE_LIMIT] = {1};
	double		worth[EF_STAGE_LIMIT] = {0};

	*sum = last == 0 ? weight[0] : 0;
	for (int s = 0; s < study->nsteps; s++)
	{
		const Step *step = &study->steps[s];
		double		moved = p[step->stage] * step->share;

		before[s] = p[step->stage];
		p[step->stage] -= moved;
		if (step->on)
			p[step->stage + 1] += moved;
		if (step->on && step->stage + 1 == last)
			*sum += moved * weight[span_of(starts, nspans, step->day)];
	}
	for (int s = study->nsteps - 1; s >= 0; s--)
	{
		const Step *step = &study->steps[s];
		double		then = !step->on ? 0 : step->stage + 1 < last ? worth[step->stage + 1]
			: weight[span_of(starts, nspans, step->day)];

		derivative[s] = before[s] * (then - worth[step->stage]);
		worth[step->stage] += step->share * (then - worth[step->stage]);
	}
}

/* The variance of that sum over the probability of having reached a stage. */
static double
weighted_variance(const Study *study, const int32_t *starts, uint32_t nspans,
				  const double *weight, int stage)
{
	static double of_sum[MAX_STEPS];
	static double of_stage[MAX_STEPS];
	double		before;
	double		reached = reached_by(study, stage, INT32_MAX, &before);
	double		sum;
	double		variance = 0;

	weighted_derivatives(study, starts, nspans, weight, of_sum, &sum);
	derivatives(study, stage, of_stage);
	for (int s = 0; s < study->nsteps; s++)
	{
		double		of_ratio = (of_sum[s] - sum / reached * of_stage[s]) / reached;

		variance += of_ratio * of_ratio * study->steps[s].share *
			(1 - study->steps[s].share) / study->steps[s].at_risk;
	}
	return variance;
}

/* Of those who reached a stage, the weights that they come to: when all is
 * known of them, the variance of their mean is that of a multinomial. */
static double
multinomial_variance(const Study *study, const int32_t *starts, uint32_t nspans,
					 const double *weight, int stage)
{
	int			last = study->setting.nstages - 1;
	int			n = count_entered(study, stage);
	double		mean = 0;
	double		square = 0;

	for (int i = 0; i < study->n; i++)
		if (study->people[i].length > last)
		{
			double		w = weight[span_of(starts, nspans, study->people[i].day[last])];

			mean += w / n;
			square += w * w / n;
		}
	return (square - mean * mean) / n;
}

/* Shares of those who come to the last stage, by span; how much is wrong. */
static int
compare_arrivals(const Study *study, const EfFunnel *funnel, EfWorkspace *workspace)
{
	int			last = study->setting.nstages - 1;
	bool		exact = count_pending(study, 0, last) == 0;
	int			entered = count_entered(study, 0);
	int32_t		starts[20];
	uint32_t	nspans = cut_days(starts, 20);
	EfArrivals	arrivals;
	EfArrivals	plain;
	double		sum = 0;
	double		before;
	double		by_before = 0;
	int			wrong = 0;

	ef_funnel_arrivals(funnel, starts, nspans, true, &arrivals, workspace);
	ef_funnel_arrivals(funnel, starts, nspans, false, &plain, workspace);
	wrong += arrivals.covariance == NULL || plain.covariance != NULL;
	wrong += memcmp(arrivals.share, plain.share, nspans * sizeof(double)) != 0;
	wrong += memcmp(arrivals.reached, plain.reached, (size_t) study->setting.nstages * sizeof(double)) != 0;
	wrong += arrivals.nspans != nspans || arrivals.nstages != (uint32_t) study->setting.nstages;
	for (int i = 0; i <= last; i++)
	{
		double		expected = reached_by(study, i, INT32_MAX, &before);

		if (entered == 0)
			expected = NAN;
		else if (count_pending(study, 0, i) == 0)
			wrong += arrivals.reached[i] != (double) count_entered(study, i) / entered;
		wrong += isnan(expected) != isnan(arrivals.reached[i]) ||
			fabs(arrivals.reached[i] - expected) > 1e-12;
	}
	for (uint32_t b = 0; b < nspans; b++)
	{
		double		by = reached_by(study, last, b + 1 < nspans ? starts[b + 1] - 1 : INT32_MAX, &before);
		double		expected = by - by_before;

		by_before = by;
		sum += arrivals.share[b];
		if (entered == 0)
		{
			wrong += !isnan(arrivals.share[b]);
			continue;
		}
		if (exact)
		{
			int			came = 0;

			for (int i = 0; i < study->n; i++)
				came += study->people[i].length > last &&
					span_of(starts, nspans, study->people[i].day[last]) == b;
			wrong += arrivals.share[b] != (double) came / entered;
		}
		if (!(fabs(arrivals.share[b] - expected) <= 1e-12))
		{
			wrong++;
			diag("span %u: got %.15g, expected %.15g", b, arrivals.share[b], expected);
		}
	}
	wrong += entered > 0 && fabs(sum - arrivals.reached[last]) > 1e-12;

	for (int run = 0; run < 4 && entered > 0; run++)
	{
		double		weight[20];

		/* any; those of one span; the same in all */
		for (uint32_t b = 0; b < nspans; b++)
			weight[b] = run == 0 ? random_below(2001) / 1000. - 1
				: run == 1 ? random_below(3) * 500.
				: run == 2 ? b == (uint32_t) random_below(nspans) : 1;
		for (int stage = 0; stage <= last; stage++)
		{
			double		got;
			double		expected;
			double		scale = 0;

			if (!(arrivals.reached[stage] > 1e-9))
				continue;
			for (uint32_t b = 0; b < nspans; b++)
				scale = fmax(scale, weight[b] * weight[b]);
			scale /= arrivals.reached[stage] * arrivals.reached[stage];
			got = ef_funnel_arrivals_variance(&arrivals, weight, (uint32_t) stage + 1);
			expected = weighted_variance(study, starts, nspans, weight, stage);
			if (!(got >= 0) || !(fabs(got - expected) <= 1e-12 * fmax(1, scale)))
			{
				wrong++;
				diag("variance at stage %d: got %.15g, expected %.15g", stage, got, expected);
			}
			if (!exact)
				continue;
			expected = multinomial_variance(study, starts, nspans, weight, stage);
			if (!(fabs(got - expected) <= 1e-12 * fmax(1, scale)))
			{
				wrong++;
				diag("variance at stage %d: got %.15g, of a multinomial %.15g", stage, got, expected);
			}
		}
	}
	return wrong;
}

static void
test_definitions(void)
{
	static const struct
	{
		const char *name;
		Setting		setting;
		int			people;
		int			runs;
	}			cases[] = {
		{"nobody", {3, 20, true, true, 10}, 0, 1},
		{"one stage", {1, 20, true, true, 10}, 5, 10},
		{"one person", {3, -1, true, true, 10}, 1, 100},
		{"two, who have ties", {3, -1, true, true, 2}, 2, 200},
		{"a few pending", {3, -1, true, true, 15}, 8, 150},
		{"pending or lost", {4, 12, true, true, 15}, 25, 80},
		{"many pending", {5, -1, true, false, 30}, 60, 25},
		{"nobody pending", {4, 20, false, true, 20}, 40, 40},
		{"nobody pending and no window", {4, -1, false, true, 20}, 40, 40},
		{"many stages", {12, 60, true, true, 40}, 60, 8},
	};
	static Study study;

	for (size_t c = 0; c < COUNT(cases); c++)
	{
		int			wrong = 0;
		int			curves = 0;
		int			arrivals = 0;

		for (int run = 0; run < cases[c].runs; run++)
		{
			Arena		arena;
			EfFunnel	funnel;
			EfWorkspace workspace = {&arena.context, NULL};

			arena_open(&arena);
			study.setting = cases[c].setting;
			study.n = cases[c].people;
			for (int i = 0; i < study.n; i++)
				random_history(&study.people[i], &study.setting);
			take_steps(&study);
			wrong += histories_funnel(&funnel, &study.setting, study.people, study.n, &arena) != EF_OK;
			wrong += compare_estimates(&study, &funnel, &arena);
			curves += compare_curves(&study, &funnel, &arena);
			for (int cut = 0; cut < 3; cut++)
				arrivals += compare_arrivals(&study, &funnel, &workspace);
			arena_close(&arena);
		}
		is_int(wrong, 0, "%s: estimates and limits are as defined", cases[c].name);
		is_int(curves, 0, "%s: so are conversions by a day, and days", cases[c].name);
		is_int(arrivals, 0, "%s: and when people come to the last stage, with its variance", cases[c].name);
	}
}


/* ---- by hand ---- */

static History
person(int length, int d2, int d3, EfOutcome outcome, int left)
{
	History		result = {length, {0, d2, d3}, outcome, left};

	return result;
}

/*
 * Ten come.  Four go on on day 2; two are pending on day 3; of the four left
 * one goes on on day 5 and one exits on day 6; two are pending on day 9.
 *
 *	 reached 2:	 4/10 + 6/10 * 1/4 = 11/20
 *
 * Of the four who came to stage 2 on day 2 one goes on on day 4, one is pending
 * on day 4, and one of two goes on on day 7; the fifth, come on day 5, is there
 * then, and pending on day 9 with the last.
 *
 *	 reached 3:	 2/5 * 1/4 + (3/10 + 3/20) * 1/3 = 1/4
 */
static void
test_by_hand(void)
{
	static const Setting setting = {3, -1, true, true, 0};
	History		people[10];
	Arena		arena;
	EfFunnel	funnel;
	EfStageEstimates stages[EF_STAGE_LIMIT];
	EfDuration	by = {0, 4, 0};
	int32_t		days;
	double		got;

	people[0] = person(3, 2, 4, EF_COMPLETED, -1);
	people[1] = person(2, 2, 0, EF_PENDING, 4);
	people[2] = person(3, 2, 7, EF_COMPLETED, -1);
	people[3] = person(2, 2, 0, EF_PENDING, 9);
	people[4] = person(2, 5, 0, EF_PENDING, 9);
	people[5] = person(1, 0, 0, EF_PENDING, 3);
	people[6] = person(1, 0, 0, EF_PENDING, 3);
	people[7] = person(1, 0, 0, EF_EXITED, 6);
	people[8] = person(1, 0, 0, EF_PENDING, 9);
	people[9] = person(1, 0, 0, EF_PENDING, 9);
	arena_open(&arena);
	is_int(histories_funnel(&funnel, &setting, people, 10, &arena), EF_OK, "ten people");
	is_int(funnel.counts[0].entered, 10, "of whom ten entered");
	is_int(funnel.counts[0].converted, 5, "five went on");
	is_int(funnel.counts[0].pending, 4, "four are pending");
	is_int(funnel.counts[0].exited, 1, "and one left");
	is_int(funnel.counts[0].lost, 0, "none is lost");
	is_int(ef_funnel_estimate(&funnel, 0.95, stages, &days, &arena.context), EF_OK, "estimates");
	is_int(days, 9, "up to the last day seen");
	is_close(stages[0].cumulative.value, 1, 0, "all reached the first stage");
	is_close(stages[1].cumulative.value, 11. / 20, 1e-15, "11/20 the second");
	is_close(stages[2].cumulative.value, 1. / 4, 1e-15, "1/4 the third");
	is_close(stages[0].conversion.value, 11. / 20, 1e-15, "so 11/20 went on from the first");
	is_close(stages[1].conversion.value, 5. / 11, 1e-15, "and 5/11 from the second");
	ok(isnan(stages[2].conversion.value), "none from the last");

	/*
	 * Greenwood: 0.6^2 * 0.4/6 + ... for the first stage alone: p = 11/20 has
	 * variance (1 - 1/4)^2 * 0.4*0.6/10 + 0.6^2 * (1/4)(3/4)/4
	 */
	{
		double		p = 11. / 20;
		double		n = p * (1 - p) / (0.75 * 0.75 * 0.024 + 0.36 * 3. / 64);
		double		lower;
		double		upper;

		limits(p, n, z95, &lower, &upper);
		is_close(stages[1].cumulative.lower, lower, 1e-13, "its lower limit is that of %.3f people", n);
		is_close(stages[1].cumulative.upper, upper, 1e-13, "and so is the upper one");
		is_close(stages[0].conversion.lower, lower, 1e-13, "for conversion as well");
		is_close(stages[0].conversion.upper, upper, 1e-13, "with the same");
	}
	is_int(stages[0].median_days, 2, "half of those who go on do so by day 2");
	is_int(stages[1].median_days, 5, "and, on the stage's clock, by day 5");
	is_int(stages[2].median_days, -1, "nobody from the last");

	is_int(ef_funnel_conversion_by(&funnel, 1, 3, &by, &got, &arena.context), EF_OK, "from first to last by day 4");
	is_close(got, 1. / 10, 1e-15, "1/10 do so");
	is_int(ef_funnel_conversion_by(&funnel, 2, 3, &by, &got, &arena.context), EF_OK, "within 4 days of the second");

	/*
	 * days 2 of 5, then one pending on day 2, 4 of 3, one of which goes on on
	 * day 5
	 */
	is_close(got, 1. / 5, 1e-15, "1/5 do so");
	by.days = 10;
	ef_funnel_conversion_by(&funnel, 1, 3, &by, &got, &arena.context);
	ok(isnan(got), "beyond the last day nothing is known");
	by.days = 9;
	ef_funnel_conversion_by(&funnel, 1, 3, &by, &got, &arena.context);
	is_close(got, 1. / 4, 1e-15, "on the last day it is");
	ef_funnel_conversion_by(&funnel, 1, 3, NULL, &got, &arena.context);
	ok(isnan(got), "and what comes in the end is not, while people are pending");
	ef_funnel_conversion_by(&funnel, 2, 3, NULL, &got, &arena.context);
	ok(isnan(got), "nor is the conversion");
	ok(stages[0].cumulative_final && !stages[1].cumulative_final && !stages[2].cumulative_final,
	   "having begun is final, and nothing else");
	ok(!stages[0].conversion_final && !stages[1].conversion_final, "no conversion is");

	/*
	 * The first share is x y: of those who begin x = 4/10 go on on day 2, and
	 * of these y = 1/4 on day 4.  The second stage is reached by x + (1 - x)
	 * z, with z = 1/4 on day 5.
	 */
	{
		static const int32_t starts[] = {0, 5};
		static const double weight[] = {1, 0};
		EfWorkspace workspace = {&arena.context, NULL};
		EfArrivals	arrivals;
		double		of_begun = 0.25 * 0.25 * 0.24 / 10 + 0.4 * 0.4 * (3. / 16) / 4;

		ef_funnel_arrivals(&funnel, starts, 2, true, &arrivals, &workspace);
		pass("who comes until day 4, and from day 5 on");
		is_close(arrivals.share[0], 1. / 10, 1e-15, "are 1/10");
		is_close(arrivals.share[1], 3. / 20, 1e-15, "and 3/20");
		ok(arrivals.reached[0] == 1 && arrivals.reached[1] == stages[1].cumulative.value &&
		   arrivals.reached[2] == stages[2].cumulative.value, "stages are reached as estimated");
		is_close(ef_funnel_arrivals_variance(&arrivals, weight, 1), of_begun, 1e-15,
				 "the variance of 1/10 is that of a product");
		{
			double		x = (0.25 * 11 / 20 - 0.1 * 0.75) * 400 / 121;
			double		y = 0.4 * 20 / 11;
			double		z = -0.1 * 0.6 * 400 / 121;

			is_close(ef_funnel_arrivals_variance(&arrivals, weight, 2),
					 x * x * 0.024 + y * y * (3. / 16) / 4 + z * z * (3. / 16) / 4, 1e-15,
					 "and that of 2/11, of those at the second stage, of a ratio");
		}
		ef_discard_all(&workspace);
	}
	arena_close(&arena);
}

/* Where the last of those at risk go on, an estimate is 1 and has no error. */
static void
test_certain(void)
{
	static const Setting setting = {3, -1, true, true, 0};
	History		people[40];
	Arena		arena;
	EfFunnel	funnel;
	EfStageEstimates stages[EF_STAGE_LIMIT];
	int32_t		days;
	double		got;
	EfDuration	by = {150 * 12, 0, 0};
	double		lower;
	double		upper;

	for (int i = 0; i < 40; i++)
		people[i] = i % 3 == 1 ? person(1, 0, 0, EF_PENDING, i)
			: i % 3 == 2 ? person(2, 3 + i, 0, EF_PENDING, 3 + 2 * i)
			: person(3, i + 1, 120 + 2 * i, EF_COMPLETED, -1);
	arena_open(&arena);
	histories_funnel(&funnel, &setting, people, 40, &arena);
	ef_funnel_estimate(&funnel, 0.95, stages, &days, &arena.context);
	ok(stages[1].cumulative.value == 1 && stages[2].cumulative.value == 1 &&
	   stages[1].conversion.value == 1, "all whose outcome is known reach the last stage");
	limits(1, 40 - 13, z95, &lower, &upper);
	is_close(stages[1].cumulative.lower, lower, 1e-13, "the second is reached by 27 of whom it is known");
	limits(1, 40 - 26, z95, &lower, &upper);
	is_close(stages[2].cumulative.lower, lower, 1e-13, "the last by 14");
	ok(stages[2].cumulative.upper == 1, "with 1 for a limit");
	ef_funnel_conversion_by(&funnel, 1, 3, &by, &got, &arena.context);
	ok(got == 1, "in 150 years, too, since nobody's outcome is open");
	ef_funnel_conversion_by(&funnel, 2, 3, &by, &got, &arena.context);
	ok(got == 1, "and from the second");
	arena_close(&arena);

	/* all are pending */
	for (int i = 0; i < 5; i++)
		people[i] = person(1, 0, 0, EF_PENDING, i);
	arena_open(&arena);
	histories_funnel(&funnel, &setting, people, 5, &arena);
	ef_funnel_estimate(&funnel, 0.95, stages, &days, &arena.context);
	is_int(days, 4, "people who are all pending are seen until the last of them was");
	ok(stages[0].conversion.value == 0 && isnan(stages[0].conversion.lower) &&
	   isnan(stages[0].conversion.upper), "none went on, which has no limits");
	ok(stages[1].cumulative.value == 0 && isnan(stages[1].cumulative.upper), "nor has what none reached");
	ok(isnan(stages[1].conversion.value), "from where no conversion is known");
	arena_close(&arena);

	/* one is not */
	people[2] = person(1, 0, 0, EF_EXITED, 2);
	arena_open(&arena);
	histories_funnel(&funnel, &setting, people, 5, &arena);
	ef_funnel_estimate(&funnel, 0.95, stages, &days, &arena.context);
	limits(0, 1, z95, &lower, &upper);
	is_close(stages[0].conversion.upper, upper, 1e-13, "of one of whom it is known there are limits");
	is_close(stages[1].cumulative.upper, upper, 1e-13, "for reaching the next stage, too");
	arena_close(&arena);
}

/* Counts as large as they can be. */
static void
test_large(void)
{
	static const Setting setting = {2, 50, true, false, 0};
	const int64_t n = EF_PERSON_LIMIT;
	Arena		arena;
	EfFrame		frame;
	EfState    *state;
	EfFunnel	funnel;
	EfStageEstimates stages[EF_STAGE_LIMIT];
	int32_t		days;

	arena_open(&arena);
	frame = setting_frame(&setting, &arena);
	ef_state_create(&state, &ef_funnel_type, &frame, 200, &arena.context);
	ef_state_append(state, ef_key(1, EF_REACHED, 0), n);
	ef_state_append(state, ef_key(2, EF_REACHED, 7), n / 4 - 1);
	ef_state_append(state, ef_key(2, EF_REACHED, 9), n / 4);
	ef_state_append(state, ef_key(1, EF_STAGE_PENDING, 9), n / 4);
	ef_state_append(state, ef_key(1, EF_STAGE_LOST, 50), n / 4 + 1);
	is_int(ef_funnel_open(&funnel, state, state->size, &arena.context), EF_OK, "a million millions");
	is_int(ef_table_validate(&funnel.table, &ef_funnel_type, &arena.context), EF_OK, "are valid");
	is_int(ef_funnel_estimate(&funnel, 0.95, stages, &days, &arena.context), EF_OK, "and have estimates");
	is_close(stages[0].conversion.value, 0.499999999999, 1e-15, "of nearly one half");
	is_close(stages[0].conversion.upper - stages[0].conversion.lower, 2 * z95 * sqrt(0.25 / 1e12), 1e-12,
			 "with narrow limits");
	is_int(stages[0].median_days, 9, "one is missing on day 7 to make it half of them");
	arena_close(&arena);
}

static void
test_refused(void)
{
	static const Setting setting = {4, 50, true, true, 20};
	static const EfDuration hours = {0, 0, 1};
	static const EfDuration before = {0, -1, 0};
	History		people[30];
	Arena		arena;
	EfFunnel	funnel;
	EfStageEstimates stages[EF_STAGE_LIMIT];
	int32_t		days;
	double		got;

	arena_open(&arena);
	for (int i = 0; i < 30; i++)
		random_history(&people[i], &setting);
	histories_funnel(&funnel, &setting, people, 30, &arena);
	is_int(ef_funnel_estimate(&funnel, 1, stages, &days, &arena.context), EF_LEVEL_RANGE, "a level of 1 is refused");
	is_int(ef_funnel_conversion_by(&funnel, 2, 4, NULL, &got, &arena.context), EF_STAGES_APART,
		   "stages apart are refused");
	is_str(error.detail, "\"\" is stage 2 and \"b\" stage 4.", "and named");
	is_int(ef_funnel_conversion_by(&funnel, 2, 2, NULL, &got, &arena.context), EF_STAGES_APART,
		   "so is a stage and itself");
	is_int(ef_funnel_conversion_by(&funnel, 1, 1, NULL, &got, &arena.context), EF_STAGES_APART, "the first as well");
	is_int(ef_funnel_quantile_days(&funnel, 2, 1, 0.5, &days, &arena.context), EF_STAGES_APART, "and backwards");
	is_int(ef_funnel_conversion_by(&funnel, 1, 2, &hours, &got, &arena.context), EF_DURATION_INVALID,
		   "hours are refused");
	is_int(ef_funnel_conversion_by(&funnel, 1, 2, &before, &got, &arena.context), EF_DURATION_INVALID,
		   "and days that are negative");
	is_int(ef_funnel_quantile_days(&funnel, 1, 2, 1.01, &days, &arena.context), EF_QUANTILE_RANGE,
		   "a quantile above 1 is refused");
	is_str(error.detail, "The quantile is 1.01.", "and named");
	is_int(ef_funnel_quantile_days(&funnel, 1, 2, -0.01, &days, &arena.context), EF_QUANTILE_RANGE,
		   "so is one below 0");
	is_int(ef_funnel_quantile_days(&funnel, 1, 2, NAN, &days, &arena.context), EF_QUANTILE_RANGE, "and none");
	arena_close(&arena);
}

/* Without memory there are no arrivals, and nothing is kept. */
static void
test_no_memory(void)
{
	static const Setting setting = {4, 50, true, true, 20};
	static const int32_t few[] = {0, 1, 2, 3, 5, 8, 13};
	int32_t		many[300];
	History		people[30];
	Arena		arena;
	EfFunnel	funnel;

	arena_open(&arena);
	for (int i = 0; i < 30; i++)
		random_history(&people[i], &setting);
	for (int b = 0; b < 300; b++)
		many[b] = b;
	histories_funnel(&funnel, &setting, people, 30, &arena);

	/* few spans fit one chunk, and the covariance of many does not */
	for (int what = 0; what < 2; what++)
	{
		EfStatus	status;
		int			held = arena.n;
		int			wrong = 0;
		int			n = 0;

		do
		{
			EfWorkspace workspace = {&arena.context, NULL};
			EfArrivals	arrivals;

			arena.fail_at = ++n;
			arena.calls = 0;
			status = tried(&arena, (ef_funnel_arrivals(&funnel, what == 0 ? few : many, what == 0 ? 7 : 300,
													   true, &arrivals, &workspace), EF_OK));
			wrong += status == EF_OK ? arena.calls >= n : status != EF_NO_MEMORY;
			ef_discard_all(&workspace);
			wrong += arena.n != held;
		} while (status != EF_OK && n < 100);
		is_int(wrong, 0, "each of %d requests of arrivals may fail", n - 1);
		is_int(n, what + 2, "of which there are few");
		arena.fail_at = 0;
	}
	arena_close(&arena);
}

int
main(void)
{
	test_definitions();
	test_by_hand();
	test_certain();
	test_large();
	test_refused();
	test_no_memory();
	return done_testing();
}
