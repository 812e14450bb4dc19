/*
 * test_distribution.c: quantiles and tails against tables, closed forms and
 * their own recurrences.
 *
 * The decimals below are published ones where tables have as many, and else
 * were computed in 50-digit arithmetic from the definitions: erfc for the
 * normal, the incomplete gamma integral, and for Poisson limits the root of
 * the finite sum.
 */
#include "estimate/distribution.h"

#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Off by so much of itself, however small. */
static double
error_of(double got, double expected)
{
	return fabs(got - expected) / fabs(expected);
}

#define is_relative(got, expected, tol, ...) \
	(ok(error_of(got, expected) <= (tol), __VA_ARGS__) ? true : \
	 (diag("got %.17g, expected %.17g", (double) (got), (double) (expected)), false))

static void
test_normal(void)
{
	static const struct
	{
		double		p;
		double		z;
	}			table[] = {
		{0.6, 0.2533471031357997987982}, {0.75, 0.6744897501960817432022},
		{0.9, 1.281551565544600466965}, {0.95, 1.644853626951472714864},
		{0.975, 1.959963984540054235525}, {0.99, 2.326347874040841100886},
		{0.995, 2.575829303548900760979}, {0.999, 3.09023230616781354154},
		{0.9999, 3.719016485455680564394},
		{1e-5, -4.264890793922824628499}, {1e-10, -6.361340902404056204695},
		{1e-20, -9.262340089798407573717}, {1e-100, -21.27345356096532429512},
		{1e-300, -37.04709629936119923722},
	};
	double		before = -INFINITY;
	double		worst = 0;
	int			wrong = 0;

	for (size_t i = 0; i < COUNT(table); i++)
		is_relative(ef_normal_quantile(table[i].p), table[i].z, 1e-12,
					"normal quantile at %g", table[i].p);
	is_close(ef_normal_quantile(0.5), 0, 1e-15, "the median is 0");

	for (int i = 1; i < 20000; i++)
	{
		double		p = i / 20000.0;
		double		z = ef_normal_quantile(p);

		wrong += !(z > before);
		before = z;
		worst = fmax(worst, error_of(erfc(-z / sqrt(2)) / 2, p));
		wrong += fabs(z + ef_normal_quantile(1 - p)) > 1e-11 * fmax(1, fabs(z));
	}
	ok(worst < 1e-13, "it inverts the distribution function, off by %.1g", worst);
	is_int(wrong, 0, "it rises, and is odd about one half");
}

static void
test_gamma_values(void)
{
	static const struct
	{
		double		a;
		double		x;
		double		p;
		double		q;
		double		tol;
	}			table[] = {
		{0.5, 0.1, 0.3452791539814229705968, 0.6547208460185770294032, 1e-13},
		{0.5, 5, 0.9984345977419974503225, 0.0015654022580025496775, 1e-12},
		{1.5, 0.01, 0.0007477553393911978891168, 0.9992522446606088021109, 1e-12},
		{3, 20, 0.9999995444850494410787, 4.555149505589212799805e-7, 1e-12},
		{10, 3, 0.00110248813011547974214, 0.9988975118698845202579, 1e-12},
		{100, 80, 0.01710831303513311416588, 0.9828916869648668858341, 1e-12},
		{100, 120, 0.9721362601094793385158, 0.02786373989052066148419, 1e-12},
		{1000, 1000, 0.5042052441802155085038, 0.4957947558197844914962, 1e-12},
		{10000, 10200, 0.9767126778664011960526, 0.02328732213359880394736, 1e-12},
		{10000, 9700, 0.001234175584468491996642, 0.9987658244155315080034, 1e-12},
		/* a step of x in its last place moves these by 5e-14 and more */
		{1e6, 1e6, 0.5001329807608725912443, 0.4998670192391274087557, 1e-12},
		{1e6, 1002000, 0.9771959041012301372418, 0.02280409589876986275816, 1e-11},
		{1e6, 998000, 0.02269611400673680280602, 0.977303885993263197194, 1e-11},
	};

	for (size_t i = 0; i < COUNT(table); i++)
	{
		is_relative(ef_gamma_p(table[i].a, table[i].x), table[i].p, table[i].tol,
					"P(%g, %g)", table[i].a, table[i].x);
		is_relative(ef_gamma_q(table[i].a, table[i].x), table[i].q, table[i].tol,
					"Q(%g, %g)", table[i].a, table[i].x);
	}
	is_int(ef_gamma_p(3, 0), 0, "P is 0 at 0");
	is_int(ef_gamma_p(3, -1), 0, "and below");
	is_int(ef_gamma_q(3, 0), 1, "Q is 1 at 0");
	is_int(ef_gamma_q(3, -1), 1, "and below");
}

/* Q of a whole shape is a Poisson probability: a sum of a terms. */
static double
poisson_sum(int a, double x)
{
	long double term = expl(-x);
	long double sum = 0;

	for (int k = 0; k < a; k++)
	{
		sum += term;
		term *= x / (k + 1);
	}
	return (double) sum;
}

static void
test_gamma_closed_forms(void)
{
	double		worst = 0;
	double		worst_half = 0;

	for (int a = 1; a <= 60; a++)
		for (double x = 0.05; x < 150; x *= 1.17)
		{
			double		q = poisson_sum(a, x);

			/* Q by complement has no more digits than 1 has */
			worst = fmax(worst, fabs(ef_gamma_q(a, x) - q) / fmax(q, x < a + 1 ? 1 : 0));
			if (q < 0.5)
				worst = fmax(worst, error_of(ef_gamma_p(a, x), 1 - q));
		}
	ok(worst < 1e-12, "whole shapes against the Poisson sum, off by %.1g", worst);

	for (double x = 1e-6; x < 300; x *= 1.1)
		worst_half = fmax(worst_half, x < 1.5 ?
						  error_of(ef_gamma_p(0.5, x), erf(sqrt(x))) :
						  error_of(ef_gamma_q(0.5, x), erfc(sqrt(x))));
	ok(worst_half < 1e-12, "shape one half against erf, off by %.1g", worst_half);
}

static const double shapes[] = {0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 15.5,
16, 17, 20, 33, 50, 100, 250, 500, 1000, 3333, 1e4, 1e5, 1e6};
static const double probabilities[] = {1e-12, 1e-9, 1e-6, 1e-4, 0.001, 0.005,
	0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.49, 0.5, 0.51, 0.6, 0.7, 0.8, 0.9,
0.95, 0.975, 0.99, 0.995, 0.999, 1 - 1e-6, 1 - 1e-9};

static void
test_gamma_inverse(void)
{
	double		worst_sum = 0;
	double		worst_inverse = 0;
	int			falling = 0;
	int			falling_quantile = 0;

	for (size_t s = 0; s < COUNT(shapes); s++)
	{
		double		a = shapes[s];
		double		last_x = -1;

		for (size_t i = 0; i < COUNT(probabilities); i++)
		{
			double		p = probabilities[i];
			double		x = ef_gamma_quantile(p, a);
			double		error = p < 0.5 ? error_of(ef_gamma_p(a, x), p)
				: error_of(ef_gamma_q(a, x), 1 - p);

			worst_inverse = fmax(worst_inverse, error);
			if (error > 1e-10)
				diag("shape %g, p %.17g: x %.17g, off by %g", a, p, x, error);
			falling_quantile += !(x > last_x);
			last_x = x;
			worst_sum = fmax(worst_sum, fabs(ef_gamma_p(a, x) + ef_gamma_q(a, x) - 1));
		}

		/* P rises in x: across the change from the series to the fraction */
		for (double step = 1e-6; step < 0.1; step *= 10)
		{
			double		last = 0;

			for (int i = -20; i <= 20; i++)
			{
				double		x = (a + 1) * (1 + step * i / 20);
				double		p = ef_gamma_p(a, x);

				/* where it is flat, by no more than rounding */
				falling += !(p >= last * (1 - 1e-13));
				last = p;
			}
		}
	}
	ok(worst_inverse < 1e-11, "P(quantile(p)) is p, off by %.1g", worst_inverse);
	ok(worst_sum < 1e-14, "P + Q is 1, off by %.1g", worst_sum);
	is_int(falling_quantile, 0, "the quantile rises with p");
	is_int(falling, 0, "P rises with x, also where the method changes");
}

static void
test_gamma_recurrence(void)
{
	double		worst = 0;

	/* P(a, x) - P(a + 1, x) = x^a e^-x / Gamma(a + 1) */
	for (size_t s = 0; s < COUNT(shapes) && shapes[s] <= 1000; s++)
		for (double f = 0.5; f <= 2; f += 0.05)
		{
			double		a = shapes[s];
			double		x = f * a;
			double		density = exp(a * log(x) - x - lgamma(a + 1));
			double		fall = x < a ? ef_gamma_p(a, x) - ef_gamma_p(a + 1, x)
				: ef_gamma_q(a + 1, x) - ef_gamma_q(a, x);

			/* the density's own digits: the terms it is a difference of */
			worst = fmax(worst, fabs(fall - density) / (1 + fabs(a * log(x))) /
						 fmax(density, 1e-3));
		}
	ok(worst < 1e-12, "the recurrence in the shape, off by %.1g", worst);
}

static void
test_chi_square(void)
{
	static const struct
	{
		int			df;
		double		p;
		double		x;
	}			table[] = {
		{1, 0.5, 0.4549364231195727519425}, {1, 0.95, 3.841458820694125958361},
		{2, 0.975, 7.3777589082278725}, {3, 0.95, 7.814727903251179955269},
		{4, 0.99, 13.27670413598762453874}, {10, 0.025, 3.246972780236841076157},
		{10, 0.975, 20.48317735080739655217}, {100, 0.05, 77.92946516501725948412},
		{100, 0.95, 124.3421134040040817255},
	};

	for (size_t i = 0; i < COUNT(table); i++)
		is_relative(2 * ef_gamma_quantile(table[i].p, table[i].df / 2.0),
					table[i].x, 1e-12, "chi-square %g, df %d", table[i].p,
					table[i].df);
	for (double p = 0.001; p < 1; p += 0.037)
		is_relative(ef_gamma_quantile(p, 1), -log1p(-p), 1e-12,
					"shape 1 is exponential, p %.3f", p);
	is_int(ef_gamma_quantile(0, 7), 0, "the quantile at 0");
}

static void
test_poisson(void)
{
	static const struct
	{
		int64_t		count;
		double		level;
		double		lower;
		double		upper;
	}			table[] = {
		{0, 0.95, 0, 3.68887945411393630285},
		{1, 0.95, 0.02531780798428987540, 5.57164339093889859723},
		{2, 0.95, 0.24220927854396490290, 7.22468766772396081505},
		{5, 0.95, 1.62348639011842053808, 11.66833207932266963144},
		{10, 0.95, 4.79538869613243363569, 18.39035604201777872033},
		{50, 0.95, 37.11096373746186302486, 65.91876666433681705269},
		{100, 0.95, 81.36399125092314043273, 121.62679379242638995192},
		{1000, 0.95, 938.97301840769521562355, 1063.95213601630198028185},
		{3, 0.80, 1.10206532824932107409, 6.68078306825586363774},
		{20, 0.99, 10.35326765848504217274, 34.66799872845019736803},
	};
	double		lower;
	double		upper;
	double		last_lower = -1;
	double		last_upper = -1;
	int			wrong = 0;

	for (size_t i = 0; i < COUNT(table); i++)
	{
		ef_poisson_limits(table[i].count, table[i].level, &lower, &upper);
		if (table[i].count == 0)
			is_close(lower, 0, 0, "0 of 0 are the least");
		else
			is_relative(lower, table[i].lower, 1e-12, "lower limit of %d at %g",
						(int) table[i].count, table[i].level);
		is_relative(upper, table[i].upper, 1e-12, "upper limit of %d at %g",
					(int) table[i].count, table[i].level);
	}

	for (int64_t n = 0; n <= 3000; n++)
	{
		double		wider_lower;
		double		wider_upper;

		ef_poisson_limits(n, 0.9, &lower, &upper);
		ef_poisson_limits(n, 0.99, &wider_lower, &wider_upper);
		wrong += !(lower <= n && upper > n && lower > last_lower &&
				   upper > last_upper && wider_upper > upper &&
				   (n == 0 || wider_lower < lower));
		last_lower = lower;
		last_upper = upper;
	}
	is_int(wrong, 0, "limits hold the count, rise with it and widen with the level");

	/* very large counts: normal with Wilson and Hilferty's skewness */
	for (double n = 1e7; n < 1e13; n *= 10)
	{
		double		center = n + (1.959963984540054 * 1.959963984540054 - 1) / 3;

		ef_poisson_limits((int64_t) n, 0.95, &lower, &upper);
		is_relative(upper, center + 1 + 1.959963984540054 * sqrt(n + 1), 1e-9,
					"upper limit of %g", n);
		is_relative(lower, center - 1.959963984540054 * sqrt(n), 1e-9,
					"lower limit of %g", n);
	}
}

int
main(void)
{
	test_normal();
	test_gamma_values();
	test_gamma_closed_forms();
	test_gamma_inverse();
	test_gamma_recurrence();
	test_chi_square();
	test_poisson();
	return done_testing();
}
