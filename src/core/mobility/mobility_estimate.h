/*
 * mobility_estimate.h
 *	  Estimates from moves between states: rates of flows, and a matrix of
 *	  transition probabilities.  Sources:
 *
 *	 F. Garwood (1936), Biometrika 28, 437-442 (exact limits of a rate);
 *	 O. O. Aalen and S. Johansen (1978), Scand. J. Statist. 5, 141-150: the
 *	 product integral, here with states that can be entered and left at any
 *	 time and again, on the one clock of the calendar.
 */
#ifndef EF_MOBILITY_ESTIMATE_H
#define EF_MOBILITY_ESTIMATE_H

#include "mobility/mobility.h"

extern const EfReport EF_HORIZON_TOO_LONG[];
extern const EfReport EF_MATRIX_TOO_LARGE[];

/* People who went from a state to another.  State 0 is out. */
typedef struct EfMobilityFlow
{
	uint32_t	from;
	uint32_t	to;
	int64_t		moves;
	double		person_years;	/* in `from`; NaN for out, as are the others */
	double		rate;			/* moves for each of them */
	double		lower;
	double		upper;
} EfMobilityFlow;

/* Estimate all flows with people, by from and to; out comes last. */
extern EfStatus ef_mobility_rates(const EfMobility *mobility, double level,
								  EfMobilityFlow **flows, size_t *nflows,
								  EfContext *context) EF_NODISCARD;

/* Limit on the states of a matrix. */
#define EF_MATRIX_STATES 5000

/*
 * Probabilities of the state at the end of a period, given the state at the
 * beginning of its last days.
 */
typedef struct EfMatrix
{
	uint32_t	nstates;
	double	   *probability;	/* columns by where to, 0: out; in each of
								 * them where from, nstates of them */
	bool	   *known;			/* was anybody ever there? by state, from 1 */
} EfMatrix;

static inline double
ef_matrix_probability(const EfMatrix *matrix, uint32_t from, uint32_t to)
{
	return matrix->probability[(size_t) to * matrix->nstates + from - 1];
}

/* Return the column of a state, 0: out. */
static inline double *
ef_matrix_column(const EfMatrix *matrix, uint32_t to)
{
	return matrix->probability + (size_t) to * matrix->nstates;
}

/*
 * Count the days of a period from a time before its end; all days for NULL.
 * Refuse a time that begins before the period.
 */
extern EfStatus ef_mobility_last_days(const EfMobility *mobility,
									  const EfDuration *horizon,
									  uint32_t *days, EfContext *context)
			EF_NODISCARD;

/* Multiply the days of steps after the first one; nobody comes on the last. */
extern EfStatus ef_mobility_product_of_steps(const EfSteps *steps,
											 uint32_t nstates,
											 uint32_t first, uint32_t last,
											 EfMatrix *matrix,
											 EfContext *context) EF_NODISCARD;

/* Multiply the last days of a period. */
extern EfStatus ef_mobility_product(const EfMobility *mobility, uint32_t days,
									EfMatrix *matrix,
									EfContext *context) EF_NODISCARD;

#endif							/* EF_MOBILITY_ESTIMATE_H */
