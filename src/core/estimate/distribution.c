/*
 * distribution.c
 *	  See distribution.h.
 *
 * Sources: M. Abramowitz and I. A. Stegun (1964), Handbook of Mathematical
 * Functions, 6.5.29, 6.5.31 (incomplete gamma) and 26.2.23 (first guess at a
 * normal quantile); C. Loader (2000), "Fast and accurate computation of
 * binomial probabilities" (the Poisson density without cancellation); E. B.
 * Wilson and M. M. Hilferty (1931), PNAS 17, 684-688 (first guess at a gamma
 * quantile); F. Garwood (1936), Biometrika 28, 437-442 (Poisson limits).
 */
#include "estimate/distribution.h"

#include <math.h>

#define SQRT_HALF 0.70710678118654752440
#define SQRT_2PI 2.50662827463100050242
#define LN_SQRT_2PI 0.91893853320467274178
#define EPSILON 1e-17

/* Shape above which the Wilson-Hilferty quantile is exact to a double. */
#define LARGE_SHAPE 1e8

double
ef_normal_quantile(double p)
{
	double		tail = p < 0.5 ? p : 1 - p;
	double		t = sqrt(-2 * log(tail));
	double		z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
		(1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));

	/*
	 * Newton on the upper tail, with Halley's correction; the guess is good
	 * to 4.5e-4, so three steps are one more than needed
	 */
	for (int i = 0; i < 3; i++)
	{
		double		error = (0.5 * erfc(z * SQRT_HALF) - tail) * SQRT_2PI *
			exp(z * z / 2);

		z += error / (1 - z * error / 2);
	}
	return p < 0.5 ? -z : z;
}

/* Return log(n!) less Stirling's formula for it. */
static double
stirling_error(double n)
{
	double		nn = n * n;

	if (n < 16)
		return lgamma(n + 1) - (n + 0.5) * log(n) + n - LN_SQRT_2PI;
	return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 -
												   1.0 / 1188 / nn) / nn) / nn) / nn) / n;
}

/* Return x log(x / m) + m - x, without cancellation where x is near m. */
static double
deviance(double x, double m)
{
	double		v = (x - m) / (x + m);
	double		sum;
	double		term;

	if (fabs(v) >= 0.1)
		return x * log(x / m) + m - x;
	sum = (x - m) * v;
	term = 2 * x * v;
	for (int j = 3; j < 100; j += 2)
	{
		double		before = sum;

		term *= v * v;
		sum += term / j;
		if (sum == before)
			break;
	}
	return sum;
}

/* Return x^a e^-x / Gamma(a + 1). */
static double
poisson_density(double a, double x)
{
	if (x <= 0)
		return 0;
	return exp(-stirling_error(a) - deviance(a, x)) / (SQRT_2PI * sqrt(a));
}

/*
 * Return P by the series for x < a + 1, and Q by the continued fraction
 * otherwise.
 */
static double
gamma_small(double a, double x)
{
	double		term = 1;
	double		sum = 1;

	for (double n = a + 1; term > sum * EPSILON; n++)
	{
		term *= x / n;
		sum += term;
	}
	return poisson_density(a, x) * sum;
}

static double
gamma_large(double a, double x)
{
	double		b = x + 1 - a;
	double		c = 1e300;
	double		d = 1 / b;
	double		f = d;

	for (double n = 1; n < 1e7; n++)
	{
		double		an = n * (a - n);
		double		step;

		b += 2;
		d = 1 / (an * d + b);
		c = b + an / c;
		step = c * d;
		f *= step;
		if (!(fabs(step - 1) >= 1e-16))
			break;
	}
	return poisson_density(a, x) * a * f;
}

double
ef_gamma_p(double a, double x)
{
	if (x <= 0)
		return 0;
	return x < a + 1 ? gamma_small(a, x) : 1 - gamma_large(a, x);
}

double
ef_gamma_q(double a, double x)
{
	if (x <= 0)
		return 1;
	return x < a + 1 ? 1 - gamma_small(a, x) : gamma_large(a, x);
}

/* Invert P and Q, where p + q = 1 and the smaller of them has the digits. */
static double
gamma_inverse(double p, double q, double a)
{
	double		z = p < q ? ef_normal_quantile(p) : -ef_normal_quantile(q);
	double		w = 1 - 1 / (9 * a) + z / (3 * sqrt(a));
	double		x = a * w * w * w;

	if (a > LARGE_SHAPE)
		return x;

	/* far out on the left the guess fails, and P is x^a / Gamma(a + 1) */
	if (w < 0.1 || x < 1e-3)
		x = exp((log(p) + lgamma(a + 1)) / a);

	for (int i = 0; i < 60; i++)
	{
		double		error = p < q ? ef_gamma_p(a, x) - p
			: q - ef_gamma_q(a, x);
		double		density = poisson_density(a, x) * a / x;
		double		step = error / density;

		step /= 1 - fmin(0.9, fmax(-0.9, step * ((a - 1) / x - 1) / 2));
		if (step >= x)
			step = x / 2;
		x -= step;
		if (!(fabs(step) > 1e-15 * x))
			break;
	}
	return x;
}

double
ef_gamma_quantile(double p, double a)
{
	return p <= 0 ? 0 : gamma_inverse(p, 1 - p, a);
}

double
ef_gamma_quantile_upper(double q, double a)
{
	return gamma_inverse(1 - q, q, a);
}

void
ef_poisson_limits(int64_t count, double level, double *lower, double *upper)
{
	double		tail = (1 - level) / 2;

	*lower = count == 0 ? 0 : ef_gamma_quantile(tail, (double) count);
	*upper = ef_gamma_quantile_upper(tail, (double) count + 1);
}
