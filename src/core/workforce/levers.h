/*
 * levers.h
 *	  Assumptions about exit rates: that people leave for a reason more or
 *	  less often than they did, or retire later.
 *
 * Retirement a year later moves the rate of each age a year on: at the age m
 * that of m - 12.  A factor would make more or fewer people retire in the
 * same years of age, and retire_at would make all retire at one age; this
 * does neither.  Below the first observed age the rate is the one that a
 * projection takes there, that of the youngest (exit_probability.h).  Rates
 * that move beyond the latest age are not reached.
 */
#ifndef EF_LEVERS_H
#define EF_LEVERS_H

#include "workforce/credible_rates.h"
#include "workforce/projection.h"

extern const EfReport EF_LEVER_LENGTHS[];
extern const EfReport EF_LEVER_FACTOR[];
extern const EfReport EF_LEVER_REASON_UNKNOWN[];
extern const EfReport EF_LEVER_REASON_TWICE[];
extern const EfReport EF_LEVER_SHIFT[];
extern const EfReport EF_STREAM_LENGTH[];

/* Limit on the factor of a rate. */
#define EF_FACTOR_LIMIT 1000

/*
 * Multiply the ratio of each named reason, with its error, by a factor.  The
 * ratio is then an assumption, from which no group learns any more.
 */
extern EfStatus ef_lever_exit_rates(EfCredibleReason *reasons,
									const EfTable *reference,
									const EfLabel *names,
									const double *factors, int n,
									EfContext *context) EF_NODISCARD;

/*
 * Let people retire a number of months later than the rates now say; below 0:
 * earlier.
 */
extern EfStatus ef_lever_retirement(EfCredibleRates *rates, int32_t months,
									EfContext *context) EF_NODISCARD;

/* Project only the hires of a plan, which has an intake. */
extern EfStatus ef_lever_stream(EfProjectionPlan *plan,
								EfProjectionPeriod **periods,
								EfContext *context) EF_NODISCARD;

#endif							/* EF_LEVERS_H */
