/*
 * levers.h
 *	  What somebody assumes of exit rates: that people leave for a reason more or
 *	  less often than they did, or retire later.
 *
 * Retirement a year later is the rate of each age a year on: at the age m that of
 * m - 12.  So the years in which people retire do not become more or fewer, as with
 * a factor, and are not one age, as with retire_at.  Below the first age that was
 * observed the rate is what a projection takes there (exit_probability.h): that of
 * the youngest who were; the rates that come to lie beyond the latest age are not
 * reached.
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
 * Multiply the ratio of each named reason, with its error, by a factor.  What was
 * known of it becomes an assumption, from which no group learns any more.
 */
extern EfStatus ef_lever_exit_rates(EfCredibleReason *reasons,
									const EfTable *reference,
									const EfLabel *names,
									const double *factors, int n,
									EfContext *context) EF_NODISCARD;

/* Retire so many months later than the rates say by now; below 0: earlier. */
extern EfStatus ef_lever_retirement(EfCredibleRates *rates, int32_t months,
									EfContext *context) EF_NODISCARD;

/* What becomes of those alone who are hired by a plan, which has an intake. */
extern EfStatus ef_lever_stream(EfProjectionPlan *plan,
								EfProjectionPeriod **periods,
								EfContext *context) EF_NODISCARD;

#endif							/* EF_LEVERS_H */
