/*
 * test_poisson_gamma.c: how much groups differ beyond chance, against a published
 * example recomputed with 40 digits, and against closed forms.
 */
#include "estimate/poisson_gamma.h"

#include "arena.h"
#include "tap.h"

static EfContext none;

/* Pump failures: Gaver and O'Muircheartaigh 1987.  The last expects nothing. */
static EfPoissonGroup pumps[] = {
	{5, 94.32}, {1, 15.72}, {5, 62.88}, {14, 125.76}, {3, 5.24}, {19, 31.44},
	{1, 1.048}, {1, 1.048}, {4, 2.096}, {22, 10.48}, {0, 0}
};

#define PUMPS (sizeof(pumps) / sizeof(pumps[0]))

static void
published(void)
{
	EfGammaPrior prior = ef_poisson_gamma_likelihood(pumps, PUMPS, NAN, &none);
	EfGammaPrior moments = ef_poisson_gamma_moments(pumps, PUMPS, NAN);
	EfGammaPrior turned;
	EfPoissonGroup other[PUMPS];

	is_close(prior.mean * prior.weight, 0.82226864968864680, 1e-13, "the shape of the greatest likelihood");
	is_close(prior.weight, 1.2589544433707199, 1e-12, "and its weight");
	is_close(moments.mean, 75 / 350.032, 1e-15, "the mean of Marshall's moments");
	is_close(moments.mean / moments.weight, 0.15140642, 5e-9, "and the variance between groups");

	/* another unit of time */
	for (size_t i = 0; i < PUMPS; i++)
	{
		other[PUMPS - 1 - i].events = pumps[i].events;
		other[PUMPS - 1 - i].expected = pumps[i].expected * 1000;
	}
	turned = ef_poisson_gamma_likelihood(other, PUMPS, NAN, &none);
	is_close(turned.mean * 1000, prior.mean, 1e-12, "in another unit and order the same mean");
	is_close(turned.weight / 1000, prior.weight, 1e-12, "and weight");
}

/*
 * Where all groups expect m, the mean is that of the events, and the derivative of
 * the likelihood can be had from the shape alone.
 */
static void
equal_groups(void)
{
	EfPoissonGroup groups[] = {{0, 4}, {1, 4}, {2, 4}, {3, 4}, {9, 4}, {12, 4}, {1, 4}};
	size_t		n = sizeof(groups) / sizeof(groups[0]);
	EfGammaPrior prior = ef_poisson_gamma_likelihood(groups, n, NAN, &none);
	double		shape = prior.mean * prior.weight;
	double		score = 0;

	is_close(prior.mean, 1, 1e-14, "the mean of equal groups is that of their events");
	for (size_t i = 0; i < n; i++)
	{
		for (int j = 0; j < groups[i].events; j++)
			score += 1 / (shape + j);
		score -= log1p(4 / shape);
	}
	is_close(score, 0, 1e-12, "and their shape is where the score is zero");
}

static void
no_difference(void)
{
	EfPoissonGroup alike[] = {{5, 5}, {10, 10}, {20, 20}, {41, 40}};
	EfPoissonGroup one[] = {{3, 10}, {0, 0}};
	EfPoissonGroup nobody[] = {{0, 0}, {0, 0}};
	EfPoissonGroup never[] = {{0, 10}, {0, 20}};
	EfPoissonGroup some[] = {{4, 5}, {13, 10}, {23, 20}};

	ok(isinf(ef_poisson_gamma_likelihood(alike, 4, NAN, &none).weight), "groups as alike as can be do not differ");
	ok(isinf(ef_poisson_gamma_moments(alike, 4, NAN).weight), "nor by moments");
	is_close(ef_poisson_gamma_likelihood(alike, 4, NAN, &none).mean, 76 / 75.0, 1e-15, "and have the ratio of all");
	ok(isinf(ef_poisson_gamma_likelihood(some, 3, 1, &none).weight), "nor do groups that differ as by chance");
	ok(isinf(ef_poisson_gamma_likelihood(one, 2, NAN, &none).weight), "one group says nothing of a difference");
	ok(isinf(ef_poisson_gamma_moments(one, 2, NAN).weight), "by no method");
	is_close(ef_poisson_gamma_likelihood(one, 2, 1, &none).mean, 1, 0, "a known mean stays");
	is_close(ef_poisson_gamma_likelihood(nobody, 2, NAN, &none).mean, 1, 0, "nothing expected: as the reference");
	is_close(ef_poisson_gamma_likelihood(never, 2, NAN, &none).mean, 0, 0, "nothing happened: the ratio is 0");
	ok(isinf(ef_poisson_gamma_likelihood(never, 2, NAN, &none).weight), "in all groups");
}

/* Counts of all sizes: the derivative in the shape and the mean is zero, by sums of
 * their own. */
static void
large_groups(void)
{
	EfPoissonGroup groups[] = {
		{900, 1000}, {13000, 10000}, {31, 40}, {120000, 110000}, {7, 5}, {60, 64}, {17, 20}, {2500, 2000}
	};
	size_t		n = sizeof(groups) / sizeof(groups[0]);

	for (int known = 0; known < 2; known++)
	{
		EfGammaPrior prior = ef_poisson_gamma_likelihood(groups, n, known ? 1 : NAN, &none);
		long double shape = prior.mean * prior.weight;
		long double in_shape = 0;
		long double in_mean = 0;

		for (size_t i = 0; i < n; i++)
		{
			long double m = (long double) prior.mean * groups[i].expected;
			long double o = groups[i].events;

			for (int j = 0; j < groups[i].events; j++)
				in_shape += 1 / (shape + j);
			in_shape += -log1pl(m / shape) + (m - o) / (shape + m);
			in_mean += (o - m) / (1 + m / shape);
		}
		ok(prior.weight > 1 && prior.weight < 1000, "large groups differ");
		is_close(in_shape, 0, 1e-11, "the shape is where the score is zero");
		if (known)
			is_close(prior.mean, 1, 0, "with the mean that was given");
		else
			is_close(in_mean, 0, 1e-9, "and so is the mean");
	}
}

/* Negative weights, NaN or hanging are what must not be, whatever is given. */
static void
odd_groups(void)
{
	uint64_t	state = 1;
	int			wrong = 0;

	for (int round = 0; round < 300; round++)
	{
		EfPoissonGroup groups[12];
		double		of_size = pow(10, round % 9 - 2);

		for (int i = 0; i < 12; i++)
		{
			state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
			groups[i].expected = (state >> 40) % 5 == 0 ? 0 : of_size * (double) (state >> 50) / 1000;
			groups[i].events = (state >> 33) % 3 == 0 ? 0 : floor(groups[i].expected * (double) (state >> 54) / 300);
		}
		for (int known = 0; known < 2; known++)
		{
			EfGammaPrior prior = ef_poisson_gamma_likelihood(groups, 12, known ? 1 : NAN, &none);
			EfGammaPrior moments = ef_poisson_gamma_moments(groups, 12, known ? 1 : NAN);

			wrong += !(prior.weight > 0 && prior.mean >= 0 && prior.mean < 1e6);
			wrong += !(moments.weight > 0 && moments.mean >= 0 && moments.mean < 1e6);
		}
	}
	is_int(wrong, 0, "any groups have a prior");
}

int
main(void)
{
	published();
	equal_groups();
	no_difference();
	large_groups();
	odd_groups();
	return done_testing();
}
