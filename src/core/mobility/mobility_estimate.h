/*
 * mobility_estimate.h
 *	  What is estimated from moves between states: rates of flows, a matrix of
 *	  transition probabilities, and headcounts to come.  Sources:
 *
 *	 F. Garwood (1936), Biometrika 28, 437-442 (exact limits of a rate);
 *	 O. O. Aalen and S. Johansen (1978), Scand. J. Statist. 5, 141-150: the
 *	 product integral, here with states that can be entered and left at any
 *	 time and again, on the one clock of the calendar;
 *	 D. J. Bartholomew, A. F. Forbes and S. I. McClean (1991), Statistical
 *	 Techniques for Manpower Planning, 2nd ed. (the Markov model of headcounts).
 */
#ifndef EF_MOBILITY_ESTIMATE_H
#define EF_MOBILITY_ESTIMATE_H

#include "mobility/mobility.h"

extern const EfReport EF_HORIZON_TOO_LONG[];
extern const EfReport EF_MATRIX_TOO_LARGE[];
extern const EfReport EF_YEAR_NOT_OBSERVED[];
extern const EfReport EF_STATES_LIST[];
extern const EfReport EF_STATES_LENGTH[];
extern const EfReport EF_STATE_UNSEEN[];

/* Those who went from a state to another.  State 0 is out. */
typedef struct EfFlow
{
	uint32_t	from;
	uint32_t	to;
	int64_t		moves;
	double		person_years;	/* in `from`; NaN for out, as are the others */
	double		rate;			/* moves for each of them */
	double		lower;
	double		upper;
} EfFlow;

/* All flows that there were, by from and to; out comes last. */
extern EfStatus ef_mobility_rates(const EfMobility *mobility, double level,
								  EfFlow **flows, size_t *nflows,
								  const EfAllocator *allocator,
								  EfError *error) EF_NODISCARD;

/* A matrix of more states is not computed. */
#define EF_MATRIX_STATES 5000

/*
 * Probabilities to be in a state at the end for those who are in a state at the
 * beginning of the last days of a period.
 */
typedef struct EfMatrix
{
	uint32_t	nstates;
	double	   *probability;	/* columns by where to, 0: out; in each of them
								 * where from, nstates of them */
	bool	   *known;			/* was anybody ever there? by state, from 1 */
} EfMatrix;

static inline double
ef_matrix_probability(const EfMatrix *matrix, uint32_t from, uint32_t to)
{
	return matrix->probability[(size_t) to * matrix->nstates + from - 1];
}

/* The days of a period that a time before its end has; all of them where it is
 * NULL, and refused where it begins before the period. */
extern EfStatus ef_mobility_last_days(const EfMobility *mobility,
									  const EfDuration *horizon,
									  uint32_t *days, EfError *error)
			EF_NODISCARD;

extern EfStatus ef_mobility_product(const EfMobility *mobility, uint32_t days,
									EfMatrix *matrix,
									const EfAllocator *allocator,
									EfError *error) EF_NODISCARD;

/*
 * A projection applies the matrix of the last year once a year.  Arrays have an
 * element for each state, in the order of `states`, which are the labels of
 * all.
 */
typedef struct EfMobilityPlan
{
	const uint32_t *states;
	const double *stock;		/* NULL: those who are carried over as_of */
	const double *intake;		/* a year; NULL: none */
	int			years;
} EfMobilityPlan;

/* A state in a year.  headcount = headcount_start + moved_in - moved_out - left
 * + intake. */
typedef struct EfMobilityYear
{
	int			year;			/* the calendar year in which it begins */
	EfDay		start;			/* its first day, and its last one */
	EfDay		end;
	uint32_t	state;
	double		headcount_start;
	double		moved_in;
	double		moved_out;
	double		left;
	double		intake;
	double		headcount;
} EfMobilityYear;

/* The order of states that names give; NULL: that of their labels. */
extern EfStatus ef_mobility_order(const EfMobility *mobility,
								  const EfLabel *names, size_t nnames,
								  uint32_t **states,
								  const EfAllocator *allocator,
								  EfError *error) EF_NODISCARD;

/* Is this array one of people, an element for each state? */
extern EfStatus ef_mobility_people(const EfMobility *mobility,
								   const double *people, size_t npeople,
								   const char *name, EfError *error)
			EF_NODISCARD;

/* Rows by year, and within one in the order of the plan: years * states. */
extern EfStatus ef_project_mobility(const EfMobility *mobility,
									const EfMobilityPlan *plan,
									EfMobilityYear **rows,
									const EfAllocator *allocator,
									EfError *error) EF_NODISCARD;

#endif							/* EF_MOBILITY_ESTIMATE_H */
