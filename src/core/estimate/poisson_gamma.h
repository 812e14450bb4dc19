/*
 * poisson_gamma.h
 *	  How much groups differ beyond chance, from events and expected events.
 *
 * A group's events are Poisson with mean theta E.  E is the number expected
 * from a reference, and theta, the group's *ratio*, varies between the groups
 * with mean m and variance m^2 / shape.  The better a group is known, the
 * more its own events determine its ratio: with the prior's weight k, in
 * expected events,
 *
 *	 ratio = z O / E + (1 - z) m,		z = E / (E + k),	k = shape / m.
 *
 * Two ways to the prior:
 *
 *	 likelihood	theta is gamma distributed, and events are then negative
 *				binomial; m and the shape are those of the greatest likelihood;
 *	 moments	Marshall's closed form, for any distribution.
 *
 * Sources: D. P. Gaver and I. G. O'Muircheartaigh (1987), Technometrics 29,
 * 1-15 (Poisson-gamma, empirical Bayes); H. Buehlmann and E. Straub (1970),
 * Mitteilungen der Vereinigung schweizerischer Versicherungsmathematiker 70,
 * 111-133 (credibility with unequal exposures); R. J. Marshall (1991),
 * Applied Statistics 40, 283-294 (moments).
 */
#ifndef EF_POISSON_GAMMA_H
#define EF_POISSON_GAMMA_H

#include "base/context.h"

/* Events of one group, whole, and those expected, 0 or more. */
typedef struct EfPoissonGroup
{
	double		events;
	double		expected;
} EfPoissonGroup;

typedef struct EfGammaPrior
{
	double		mean;			/* of the ratio */
	double		weight;			/* k, in expected events; infinite where
								 * groups do not differ beyond chance */
} EfGammaPrior;

/*
 * Estimate the prior from `n` groups; those without expected events are
 * ignored. `mean` is the mean of the ratio where it is known, else NaN.  One
 * group alone shows no difference.
 */
extern EfGammaPrior ef_poisson_gamma_likelihood(const EfPoissonGroup *groups,
												size_t n, double mean,
												EfContext *context);
extern EfGammaPrior ef_poisson_gamma_moments(const EfPoissonGroup *groups,
											 size_t n, double mean);

#endif							/* EF_POISSON_GAMMA_H */
