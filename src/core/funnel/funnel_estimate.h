/*
 * funnel_estimate.h
 *	  Conversion of a funnel, and the days that it takes.
 *
 * On the clock of the chain the stages are the states of a multi-state model
 * through which people move on in order, or leave it; the estimate of having
 * reached a stage is that of Aalen and Johansen (1978, Scand. J. Statist. 5,
 * 141-150), with people pending (censored) in the risk set for as long as
 * they were seen.  Within a day, those who move on do so before others leave,
 * stage by stage from the first, so a person who came today can move on
 * today; then exits, then closing windows, then censorings.
 *
 * Where nobody is pending on the way, an estimate is a share of people, in
 * one division.
 *
 * Limits are Wilson's (1927, JASA 22, 209-212).  They take the number of
 * people; where some are pending they take instead the number for which a
 * share has the estimate's variance.  An estimate of 0 or 1 has no variance;
 * there they take the number of people with a known outcome.
 */
#ifndef EF_FUNNEL_ESTIMATE_H
#define EF_FUNNEL_ESTIMATE_H

#include "base/workspace.h"
#include "estimate/estimate.h"
#include "funnel/funnel.h"

extern const EfReport EF_STAGES_APART[];
extern const EfReport EF_QUANTILE_RANGE[];

/*
 * Estimates of a stage, by the last day of the clock.  They are *final* where
 * nothing can be added: nobody is pending on the way, or some were seen until
 * the window closed.  Otherwise they are the lower part that is known so far.
 */
typedef struct EfStageEstimates
{
	EfEstimate	cumulative;		/* of having reached it */
	EfEstimate	conversion;		/* to the next one; the last has none */
	bool		cumulative_final;
	bool		conversion_final;
	int32_t		median_days;	/* to the next one; -1: nobody got there */
} EfStageEstimates;

/* Estimate each stage of a funnel; observed_days is -1 if nobody entered. */
extern EfStatus ef_funnel_estimate(const EfFunnel *funnel, double level,
								   EfStageEstimates stages[EF_STAGE_LIMIT],
								   int32_t *observed_days,
								   EfContext *context) EF_NODISCARD;

/*
 * Compute the probability of having come from a stage to another within a
 * time: from the first stage to any on the clock of the chain, or from a
 * stage to the next on its own.  `by` NULL means in the end, as the final
 * estimates above have it.  NaN if it is not known: nobody came to the first
 * of the two, or `by` (or the end) is beyond the last day of the clock and
 * some were pending.
 */
extern EfStatus ef_funnel_conversion_by(const EfFunnel *funnel, uint32_t from,
										uint32_t to, const EfDuration *by,
										double *conversion,
										EfContext *context) EF_NODISCARD;

/*
 * Compute the final conversion with its limits, as ef_funnel_estimate() does:
 * NaN as long as it is not final.
 */
extern EfStatus ef_funnel_conversion_limits(const EfFunnel *funnel,
											uint32_t from, uint32_t to,
											double level,
											EfEstimate *conversion,
											EfContext *context) EF_NODISCARD;

/*
 * Return the first day by which this share of those who will convert have
 * done so, at least one person; -1 if nobody converts.
 */
extern EfStatus ef_funnel_quantile_days(const EfFunnel *funnel, uint32_t from,
										uint32_t to, double quantile,
										int32_t *days,
										EfContext *context) EF_NODISCARD;

/*
 * Arrivals at the last stage, as shares of those who begin, in successive
 * spans of days of the chain's clock.
 */
typedef struct EfArrivals
{
	uint32_t	nstages;
	uint32_t	nspans;
	double	   *share;			/* by span */
	double		reached[EF_STAGE_LIMIT];	/* share of those who ever reach a
											 * stage; NaN if nobody began */
	size_t		size;			/* for ef_funnel_arrivals_variance() */
	double	   *covariance;		/* or NULL */
} EfArrivals;

/*
 * Span n is the days from starts[n], which increase from starts[0] = 0, to the
 * day before the next one's; the last has no end.  Variances can be asked for
 * with `limits`.
 */
extern void ef_funnel_arrivals(const EfFunnel *funnel,
							   const int32_t *starts, uint32_t nspans,
							   bool limits, EfArrivals *arrivals,
							   EfWorkspace *workspace);

/*
 * Return the variance of the sum of the shares, each times a weight, divided
 * by the probability of having reached a stage: what one person at that stage
 * brings.
 */
extern double ef_funnel_arrivals_variance(const EfArrivals *arrivals,
										  const double *weight,
										  uint32_t stage);

#endif							/* EF_FUNNEL_ESTIMATE_H */
