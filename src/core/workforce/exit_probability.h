/*
 * exit_probability.h
 *	  The probability to leave in a month of age, and how sure it is: what a
 *	  projection takes from the past.
 *
 * For a month of age m, with the exits and the initial exposure E of a
 * workforce,
 *
 *	 q[m] = exits[m] / E[m],
 *
 * scaled down to 1 where short spells push it above.  A month without exposure
 * takes the pooled q of its year of age; a year without exposure that of the
 * nearest younger year that has some; and below all of these, that of the
 * nearest older one.
 *
 * The variance of q is not the textbook's q (1 - q) / E, which is 0 when all
 * or none of few people left, but that of the beta posterior whose prior is
 * the pooled q of the year of age with the weight of one person-month (a
 * unit-information prior; Kass and Wasserman 1995, JASA 90:928):
 *
 *	 q~ = (exits + pooled) / (E + 1),	var = q~ (1 - q~) / (E + 2).
 */
#ifndef EF_EXIT_PROBABILITY_H
#define EF_EXIT_PROBABILITY_H

#include "base/workspace.h"
#include "workforce/workforce_read.h"

/* Whose exits, and at what ages. */
typedef struct EfExitScope
{
	uint32_t	reason;			/* label of the one asked for; 0: none */
	uint32_t	set_aside;		/* label of exits that do not happen, since a
								 * rule takes their place; 0: none */
	int			limit;			/* whole years, in months: nobody works beyond */
	int			first_year;		/* of age; younger ones are left zero */
	int			nyears;			/* from then on; room for all below the limit */
} EfExitScope;

typedef struct EfExitProbability
{
	bool		known;			/* false if nobody was under observation: then
								 * all the rest is zero */

	/* by month of age, up to the limit */
	double	   *stay;			/* 1 - q */
	double	   *leave;			/* q of the reason asked for */
	double	   *unsupported;	/* 1 where the month has no own exposure */

	/* by year of age from first_year on, nyears: the variance of a sum over
	 * its months of */
	double	   *var_log_stay;	/* log(1 - q) */
	double	   *var_stay;		/* q */
	double	   *var_leave;		/* q of the reason asked for */
} EfExitProbability;

/*
 * What all scopes of one table have in common, by month of age.  With it, what a
 * scope takes is the cells of its own two reasons and no others.
 */
typedef struct EfExitCounts
{
	const EfTable *table;
	int			oldest;			/* month of age in which anybody was seen */
	int64_t    *parts;			/* exposure; up to and including the oldest */
	int64_t    *exits;			/* for all reasons */
} EfExitCounts;

extern EfStatus ef_exit_counts(EfExitCounts *counts, const EfTable *table,
							   EfWorkspace *workspace, EfError *error)
			EF_NODISCARD;

extern EfStatus ef_exit_probability(EfExitProbability *q,
									const EfExitCounts *counts,
									const EfExitScope *scope,
									EfWorkspace *workspace, EfError *error)
			EF_NODISCARD;

#endif							/* EF_EXIT_PROBABILITY_H */
