/*
 * distribution.h
 *	  The normal, gamma and chi-square distributions.
 */
#ifndef EF_DISTRIBUTION_H
#define EF_DISTRIBUTION_H

#include <stdint.h>

/*
 * Return the point below which a standard normal variable falls with
 * probability p; 0 < p < 1.
 */
extern double ef_normal_quantile(double p);

/*
 * Return the regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 -
 * P; a > 0.
 */
extern double ef_gamma_p(double a, double x);
extern double ef_gamma_q(double a, double x);

/* Return the x with P(a, x) = p, unit scale; 0 <= p < 1. */
extern double ef_gamma_quantile(double p, double a);

/*
 * Return the x with Q(a, x) = q, 0 < q < 1: exact where q is too small for 1
 * - q.
 */
extern double ef_gamma_quantile_upper(double q, double a);

/*
 * Compute exact limits of the mean of a Poisson variable that was observed as
 * `count` (Garwood 1936): lower = gamma quantile at (1 - level) / 2 with
 * shape count, 0 for count 0; upper at (1 + level) / 2 with shape count + 1.
 */
extern void ef_poisson_limits(int64_t count, double level,
							  double *lower, double *upper);

#endif							/* EF_DISTRIBUTION_H */
