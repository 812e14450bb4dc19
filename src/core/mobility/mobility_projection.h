/*
 * mobility_projection.h
 *	  Headcounts to come by state, if people go on moving as they did.  Sources:
 *
 *	 D. J. Bartholomew, A. F. Forbes and S. I. McClean (1991), Statistical
 *	 Techniques for Manpower Planning, 2nd ed. (the Markov model of headcounts);
 *	 T. W. Anderson and L. A. Goodman (1957), Ann. Math. Stat. 28, 89-110 (rows of
 *	 a matrix of years that are alike: independent multinomial variables);
 *	 R. E. Kass and L. Wasserman (1995), JASA 90, 928-934 (a prior that knows as
 *	 much as one observation).
 */
#ifndef EF_MOBILITY_PROJECTION_H
#define EF_MOBILITY_PROJECTION_H

#include "mobility/mobility_estimate.h"

extern const EfReport EF_YEAR_NOT_OBSERVED[];
extern const EfReport EF_OBSERVED_YEARS_RANGE[];
extern const EfReport EF_STATES_LIST[];
extern const EfReport EF_STATES_LENGTH[];
extern const EfReport EF_STATE_UNSEEN[];

/*
 * A projection that applies the matrix of a year once a year: the matrix of
 * the last year, or of several laid over each other.  Arrays have an element
 * for each state, in the order of `states`, which are all labels.
 */
typedef struct EfMobilityPlan
{
	const uint32_t *states;
	const double *stock;		/* NULL: the people carried over as_of */
	const double *intake;		/* a year; NULL: none */
	int			years;
	int			observed_years; /* the last ones, from which the matrix is
								 * made */
	bool		limits;			/* are there limits?  They take time with the
								 * cube of the number of states */
	double		level;			/* of them */
} EfMobilityPlan;

/* A state in a year.  headcount = headcount_start + moved_in - moved_out - left
 * + intake. */
typedef struct EfMobilityYear
{
	int			year;			/* calendar year in which it begins */
	EfDay		start;			/* its first day, and its last one */
	EfDay		end;
	uint32_t	state;
	double		headcount_start;
	double		moved_in;
	double		moved_out;
	double		left;
	double		intake;
	double		headcount;
	double		lower;			/* in whole persons; NaN: not asked for, or
								 * unknown */
	double		upper;
} EfMobilityYear;

/*
 * Find the order of states that names give; NULL: the order of their labels.
 */
extern EfStatus ef_mobility_order(const EfMobility *mobility,
								  const EfLabel *names, size_t nnames,
								  uint32_t **states,
								  EfContext *context) EF_NODISCARD;

/* Is this array one of people, an element for each state? */
extern EfStatus ef_mobility_people(const EfMobility *mobility,
								   const double *people, size_t npeople,
								   const char *name, EfContext *context)
			EF_NODISCARD;

/*
 * Compute rows by year, and within a year in the order of the plan: years *
 * states.
 */
extern EfStatus ef_mobility_projection(const EfMobility *mobility,
									   const EfMobilityPlan *plan,
									   EfMobilityYear **rows,
									   EfContext *context) EF_NODISCARD;

#endif							/* EF_MOBILITY_PROJECTION_H */
