/*
 * poisson_gamma.c
 *	  See poisson_gamma.h.
 *
 * With the shape a and m = mean E, the likelihood of the events O of a group is,
 * but for what does not depend on either,
 *
 *	 log G(a + O) - log G(a) - O log a + O log m - (a + O) log(1 + m / a).
 *
 * For a given shape the mean solves a monotone equation; and the shape is looked
 * for on a grid of its logarithm first, since there may be more than one peak,
 * and then where the derivative is zero.
 *
 * By chance alone half of all sets of equal groups are likeliest with some
 * difference.  So groups count as different where that is likelier by more than a
 * parameter costs, (log n + 1) / 2 with n groups (the consistent AIC; H. Bozdogan
 * 1987, Psychometrika 52, 345-370).
 */
#include "estimate/poisson_gamma.h"

#include <math.h>
#include <stdbool.h>

/* Grid of the shape's logarithm: variances from 1e4 down to 1e-8. */
#define LOWEST (-9.25)
#define HIGHEST 18.5
#define STEP 0.75

/* Number of terms up to which a sum is added up one by one. */
#define FEW 32

/* Value from which on the series in 1/x are exact to a double. */
#define LARGE 16

/*
 * Return what Stirling's formula lacks of log G(x), and what the logarithm of
 * x has beyond its derivative (Abramowitz and Stegun 1964, 6.1.41 and
 * 6.3.18).
 */
static double
stirling_rest(double x)
{
	double		xx = x * x;

	return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / 1680 / xx) / xx) / xx) / x;
}

static double
digamma_rest(double x)
{
	double		xx = x * x;

	return 0.5 / x + (1.0 / 12 - (1.0 / 120 - (1.0 / 252 -
											   1.0 / 240 / xx) / xx) / xx) / xx;
}

/* Return log G(a + n) - log G(a) - n log a, without cancellation. */
static double
log_rise(double a, double n)
{
	double		sum = 0;
	double		from = a;
	double		left = n;

	for (double j = 0; left > 0 && (n <= FEW || from < LARGE); j++)
	{
		sum += log1p(j / a);
		from++;
		left--;
	}
	if (left <= 0)
		return sum;
	return sum + (from + left - 0.5) * log1p(left / from) - left +
		left * log(from / a) + stirling_rest(from + left) - stirling_rest(from);
}

/*
 * Return the derivative of log G(a + n) - log G(a) in a: the sum of 1 / (a +
 * j).
 */
static double
digamma_rise(double a, double n)
{
	double		sum = 0;
	double		from = a;
	double		left = n;

	for (; left > 0 && (n <= FEW || from < LARGE); left--)
		sum += 1 / from++;
	if (left <= 0)
		return sum;
	return sum + log1p(left / from) - digamma_rest(from + left) +
		digamma_rest(from);
}

typedef struct Fit
{
	const EfPoissonGroup *groups;
	size_t		n;
	bool		mean_known;
	double		mean;			/* for the shape last looked at */
	double		lowest;			/* of the groups' own ratios */
	double		highest;
} Fit;

/*
 * Find the mean at which, for this shape, the derivative in the mean is zero.
 */
static void
fit_mean(Fit *fit, double shape)
{
	double		low = fit->lowest;
	double		high = fit->highest;

	if (fit->mean_known)
		return;
	for (int i = 0; i < 100; i++)
	{
		double		excess = 0;
		double		slope = 0;
		double		next;

		for (size_t g = 0; g < fit->n; g++)
		{
			double		e = fit->groups[g].expected;
			double		o = fit->groups[g].events;
			double		w = 1 / (1 + fit->mean * e / shape);

			if (!(e > 0))
				continue;
			excess += (o - fit->mean * e) * w;
			slope += e * (1 + o / shape) * w * w;
		}
		if (excess > 0)
			low = fit->mean;
		else
			high = fit->mean;
		next = fit->mean + excess / slope;
		if (!(next > low && next < high))
			next = (low + high) / 2;
		if (fabs(next - fit->mean) <= 1e-15 * fit->mean)
			break;
		fit->mean = next;
	}
}

static double
log_likelihood(Fit *fit, double shape)
{
	double		sum = 0;

	fit_mean(fit, shape);
	for (size_t g = 0; g < fit->n; g++)
	{
		double		m = fit->mean * fit->groups[g].expected;
		double		o = fit->groups[g].events;

		if (!(m > 0))
			continue;
		sum += log_rise(shape, o) + (o > 0 ? o * log(m) : 0) -
			(shape + o) * log1p(m / shape);
	}
	return sum;
}

/*
 * Return the derivative in the shape, at the mean that belongs to the shape.
 */
static double
derivative(Fit *fit, double shape)
{
	double		sum = 0;

	fit_mean(fit, shape);
	for (size_t g = 0; g < fit->n; g++)
	{
		double		m = fit->mean * fit->groups[g].expected;
		double		o = fit->groups[g].events;

		if (!(m > 0))
			continue;
		sum += digamma_rise(shape, o) - log1p(m / shape) +
			(m - o) / (shape + m);
	}
	return sum;
}

/*
 * Find the zero of the derivative in [low, high], logarithms of the shape,
 * where it is positive at the first and negative at the second: regula falsi,
 * with the Illinois rule (M. Dowell and P. Jarratt 1971, BIT 11, 168-174).
 */
static double
refine(Fit *fit, double low, double high)
{
	double		at_low = derivative(fit, exp(low));
	double		at_high = derivative(fit, exp(high));
	double		middle = (low + high) / 2;

	if (!(at_low > 0 && at_high < 0))
		return exp(middle);
	for (int i = 0; i < 100 && high - low > 1e-14; i++)
	{
		double		before = middle;
		double		value;

		middle = low + (high - low) * (at_low / (at_low - at_high));
		value = derivative(fit, exp(middle));
		if (value == 0 || fabs(middle - before) < 1e-15)
			break;
		if (value > 0)
		{
			low = middle;
			at_low = value;
			if (before <= middle)
				at_high /= 2;
		}
		else
		{
			high = middle;
			at_high = value;
			if (before >= middle)
				at_low /= 2;
		}
	}
	return exp(middle);
}

typedef struct Sums
{
	size_t		n;				/* that expect something */
	double		events;
	double		expected;
} Sums;

static Sums
add_up(const EfPoissonGroup *groups, size_t n)
{
	Sums		sums = {0, 0, 0};

	for (size_t g = 0; g < n; g++)
		if (groups[g].expected > 0)
		{
			sums.n++;
			sums.events += groups[g].events;
			sums.expected += groups[g].expected;
		}
	return sums;
}

/* Return the prior of groups that show no difference. */
static EfGammaPrior
alike(const Sums *sums, double mean)
{
	EfGammaPrior prior = {mean, INFINITY};

	if (isnan(mean))
		prior.mean = sums->expected > 0 ? sums->events / sums->expected : 1;
	return prior;
}

EfGammaPrior
ef_poisson_gamma_likelihood(const EfPoissonGroup *groups, size_t n,
							double mean, EfContext *context)
{
	Sums		sums = add_up(groups, n);
	EfGammaPrior prior = alike(&sums, mean);
	Fit			fit = {groups, n, !isnan(mean), prior.mean, INFINITY, 0};
	double		best = 0;
	double		best_at = INFINITY;

	if (sums.n < 2 || !(prior.mean > 0))
		return prior;

	/* the price of a parameter */
	best += (log((double) sums.n) + 1) / 2;
	for (size_t g = 0; g < n; g++)
	{
		double		m = prior.mean * groups[g].expected;
		double		o = groups[g].events;

		if (!(m > 0))
			continue;
		best += (o > 0 ? o * log(m) : 0) - m;
		fit.lowest = fmin(fit.lowest, o / groups[g].expected);
		fit.highest = fmax(fit.highest, o / groups[g].expected);
	}
	for (double at = HIGHEST; at >= LOWEST; at -= STEP)
	{
		double		value = log_likelihood(&fit, exp(at));

		ef_check_interrupt(context);
		if (value > best)
		{
			best = value;
			best_at = at;
		}
	}
	if (best_at < INFINITY)
	{
		double		shape = refine(&fit, best_at - STEP, best_at + STEP);

		fit_mean(&fit, shape);
		prior.mean = fit.mean;
		prior.weight = shape / fit.mean;
	}
	return prior;
}

EfGammaPrior
ef_poisson_gamma_moments(const EfPoissonGroup *groups, size_t n, double mean)
{
	Sums		sums = add_up(groups, n);
	EfGammaPrior prior = alike(&sums, mean);
	double		squares = 0;
	double		between;

	if (sums.n < 2 || !(prior.mean > 0))
		return prior;
	for (size_t g = 0; g < n; g++)
		if (groups[g].expected > 0)
		{
			double		off = groups[g].events - prior.mean * groups[g].expected;

			squares += off * (off / groups[g].expected);
		}
	between = (squares - prior.mean * (double) sums.n) / sums.expected;
	if (between > 0)
		prior.weight = prior.mean / between;
	return prior;
}
