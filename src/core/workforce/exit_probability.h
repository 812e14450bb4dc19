/*
 * exit_probability.h
 *	  The probability of leaving in a month of age, with its variance: a
 *	  projection takes them from the past.
 *
 * For a month of age m, with the exits and the initial exposure E of a
 * workforce,
 *
 *	 q[m] = exits[m] / E[m],
 *
 * scaled down to 1 where short spells push it above.  A month without
 * exposure takes the pooled q of its year of age.  A year without exposure
 * takes that of the nearest younger year with some, or if there is none that
 * of the nearest older one.
 *
 * The variance of q is not the textbook's q (1 - q) / E, which is 0 when all
 * or none of few people left, but that of the beta posterior whose prior is
 * the pooled q of the year of age with the weight of one person-month (a
 * unit-information prior; Kass and Wasserman 1995, JASA 90:928):
 *
 *	 q~ = (exits + pooled) / (E + 1),	var = q~ (1 - q~) / (E + 2).
 *
 * The rates of one reason may *move* along age by n months: at the age m they
 * are those of m - n, by the rules above, and the sum with those of the
 * others is scaled down to 1 where it passes that.  The errors of the two are
 * independent, since they are of people of two ages.
 *
 * Exits of each reason may come more or less often than in the table, by a
 * factor `ratio` with a variance of its own.  It then multiplies each count
 * of exits, and its error is common to all ages.
 */
#ifndef EF_EXIT_PROBABILITY_H
#define EF_EXIT_PROBABILITY_H

#include "base/workspace.h"
#include "workforce/workforce_read.h"

/* How often people leave for a reason, relative to the table. */
typedef struct EfExitRatio
{
	double		mean;
	double		variance;
} EfExitRatio;

/* Exits asked for, and their ages. */
typedef struct EfExitScope
{
	uint32_t	reason;			/* label of the one asked for; 0: none */
	bool		others;			/* instead: all but that one */
	uint32_t	set_aside;		/* label of exits that do not happen, since a
								 * rule takes their place; 0: none */
	int			limit;			/* whole years, in months: nobody works beyond */
	int			first_year;		/* of age; younger ones are left zero */
	int			nyears;			/* from then on; room for all below the limit */
	uint32_t	moved;			/* label of exits whose rates move along age
								 * and are not set aside; 0: none */
	int			shift;			/* months; above 0 they come later */
} EfExitScope;

typedef struct EfExitProbability
{
	bool		known;			/* false if nobody was under observation: then
								 * all the rest is zero */

	/* by month of age, up to the limit */
	double	   *stay;			/* 1 - q */
	double	   *leave;			/* q of the reason asked for */
	double	   *unsupported;	/* 1 where the month has no own exposure */

	/*
	 * by year of age from first_year on, nyears: the variance of a sum over
	 * its months of
	 */
	double	   *var_log_stay;	/* log(1 - q) */
	double	   *var_stay;		/* q */
	double	   *var_leave;		/* q of the reason asked for */

	/*
	 * Errors of the ratios, which all ages share.  By two years of age,
	 * nyears * nyears: the covariance of such sums; NULL if no ratio has an
	 * error.  Then, for the ratio of the reason asked for, its variance, and
	 * by year of age the decrease of a sum of log(1 - q) and the increase of
	 * one of q per unit of it.
	 */
	double	   *shared_log_stay;
	double	   *shared_stay;
	double		asked_variance;
	double	   *asked_log_stay;
	double	   *asked_leave;
} EfExitProbability;

/*
 * Parts that all scopes of one table share, by month of age, so that a scope
 * reads only the cells of its own two reasons.
 */
typedef struct EfExitCounts
{
	const EfTable *table;
	const EfExitRatio *ratios;	/* of label n: ratios[n - 1]; NULL: all are 1 */
	int			oldest;			/* last month of age in which anybody was seen */
	int64_t    *parts;			/* exposure; up to and including the oldest */
	double	   *exits;			/* for all reasons, each times its ratio */
	double	   *squares;		/* each times its square */
} EfExitCounts;

extern void ef_exit_counts(EfExitCounts *counts, const EfTable *table,
						   const EfExitRatio *ratios,
						   EfWorkspace *workspace);

extern void ef_exit_probability(EfExitProbability *q,
								const EfExitCounts *counts,
								const EfExitScope *scope,
								EfWorkspace *workspace);

/*
 * Compute the exits that people of another table would have had by reason, if
 * they had left as those of this one: expected[label], from 1, as a sum over
 * months of age of their exposure times q.  Ratios are ignored.
 */
extern void ef_exits_expected(const EfExitCounts *counts,
							  const EfTable *people, double *expected,
							  EfWorkspace *workspace);

#endif							/* EF_EXIT_PROBABILITY_H */
