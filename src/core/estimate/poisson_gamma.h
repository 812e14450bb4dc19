/*
 * poisson_gamma.h
 *	  How much groups differ beyond chance, from events and expected events.
 *
 * A group's events are Poisson with mean theta E, where E is what a reference
 * lets expect in it, and theta, its *ratio*, varies between the groups with
 * mean m and variance m^2 / shape.  The better a group is known, the more its
 * own events say of its ratio: with the prior's weight k, in expected events,
 *
 *	 ratio = z O / E + (1 - z) m,		z = E / (E + k),	k = shape / m.
 *
 * Two ways to the prior:
 *
 *	 likelihood	theta is gamma distributed, and events are then negative
 *				binomial; m and the shape are those of the greatest likelihood;
 *	 moments	Marshall's closed form, for any distribution.
 *
 * Sources: D. P. Gaver and I. G. O'Muircheartaigh (1987), Technometrics 29, 1-15
 * (Poisson-gamma, empirical Bayes); H. Buehlmann and E. Straub (1970),
 * Mitteilungen der Vereinigung schweizerischer Versicherungsmathematiker 70,
 * 111-133 (credibility with unequal exposures); R. J. Marshall (1991), Applied
 * Statistics 40, 283-294 (moments).
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
 * The prior from `n` groups, of which those that expect nothing are not looked at.
 * `mean` is that of the ratio where it is known, else NaN.  One group says
 * nothing of a difference.
 */
extern EfGammaPrior ef_poisson_gamma_likelihood(const EfPoissonGroup *groups,
												size_t n, double mean,
												EfContext *context);
extern EfGammaPrior ef_poisson_gamma_moments(const EfPoissonGroup *groups,
											 size_t n, double mean);

#endif							/* EF_POISSON_GAMMA_H */
