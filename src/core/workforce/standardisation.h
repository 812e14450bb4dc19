/*
 * standardisation.h
 *	  Exit rates of two workforces, compared as if both were of the same ages.
 *
 * Young people move on and old people retire, so a crude rate says as much
 * about the ages of a staff as about its employer.  Two remedies are old:
 *
 *	 direct		the rate that each would have if its people were of the ages of
 *				a standard: its own rates by age, weighted by the standard's
 *				person-years;
 *	 indirect	the exits of the second against those expected if its people
 *				had left at the first's rates by age.
 */
#ifndef EF_STANDARDISATION_H
#define EF_STANDARDISATION_H

#include "estimate/estimate.h"
#include "workforce/workforce_read.h"

extern const EfReport EF_AGE_GROUP_RANGE[];

enum
{
	EF_CRUDE,
	EF_DIRECT,
	EF_INDIRECT,
	EF_COMPARISON_METHODS
};

/* Exits and days in one group of ages. */
typedef struct EfExposure
{
	int64_t		exits;
	int64_t		days;
} EfExposure;

typedef struct EfRateComparison
{
	const char *method;
	EfEstimate	first;			/* exits per person-year */
	EfEstimate	second;
	EfEstimate	ratio;			/* the second over the first */
	double		coverage;		/* share of person-years that it rests on */
} EfRateComparison;

/*
 * Compare by groups of ages; each argument has ngroups of them.  Exits of the
 * standard are not read.
 */
extern void ef_standardise_rates(const EfExposure *first,
								 const EfExposure *second,
								 const EfExposure *standard, int ngroups,
								 double level,
								 EfRateComparison rows[EF_COMPARISON_METHODS]);

typedef struct EfComparisonPlan
{
	const EfWorkforce *first;
	const EfWorkforce *second;
	const EfWorkforce *standard;	/* NULL: first and second together */
	const char *reason;			/* NULL: all of them */
	size_t		reason_length;
	int			age_group;		/* completed years in a group */
	double		level;
} EfComparisonPlan;

extern EfStatus ef_standardise_exit_rates(const EfComparisonPlan *plan,
										  EfRateComparison rows[EF_COMPARISON_METHODS],
										  EfContext *context) EF_NODISCARD;

#endif							/* EF_STANDARDISATION_H */
