/*
 * credible_rates.h
 *	  Exit rates of a group, between its own and those of a reference: the type
 *	  `credible_rates`.
 *
 * They are the reference's rates, by age and reason, with a ratio for each
 * reason: the group's exits for it over those expected at its ages from the
 * reference's rates.  Before anything is known of a group, its ratio has the
 * distribution over groups (poisson_gamma.h).  After O exits, where E were
 * expected, it is, with the prior's mean m and weight k,
 *
 *	 ratio = (m k + O) / (k + E),		variance = (m k + O) / (k + E)^2,
 *
 * the mean and the variance of a gamma distribution.  So one type serves for
 * groups in general (O = E = 0) and for one group.
 *
 * The reference may itself be a group's (a region in a nation).  Its ratio is
 * the *base*: E and the ratio are multiplied by it, and its own error adds to
 * the variance.
 *
 * Byte map, all numbers in the machine's order:
 *
 *	 0		length word, the caller's
 *	 4		format, 1
 *	 5		tag, 'C'
 *	 6		months by which retirement moves along age (int2): see levers.h
 *	 8		number of reasons, which are the labels of the reference
 *	 12		bytes of the reference
 *	 16		for each reason: base, its variance, mean, weight, expected exits
 *			(float8); exits (int8)
 *	 ..		the reference, a workforce with its length word
 */
#ifndef EF_CREDIBLE_RATES_H
#define EF_CREDIBLE_RATES_H

#include <math.h>

#include "base/choice.h"
#include "estimate/poisson_gamma.h"
#include "workforce/exit_probability.h"
#include "workforce/workforce_read.h"

#define EF_CREDIBLE_FORMAT 1
#define EF_CREDIBLE_TAG 'C'

extern const EfReport EF_REASON_UNKNOWN[];
extern const EfReport EF_CREDIBILITY_METHOD_UNKNOWN[];
extern const EfReport EF_CREDIBILITY_MIXED[];
extern const EfReport EF_CREDIBLE_RANGE[];

typedef struct EfCredibleReason
{
	double		base;
	double		base_variance;
	double		mean;
	double		weight;			/* infinite: groups do not differ */
	double		expected;		/* at the reference's own rates, without the
								 * base */
	int64_t		exits;
} EfCredibleReason;

typedef struct EfCredibleRates
{
	int32_t		length_word;
	uint8_t		format;
	uint8_t		tag;
	int16_t		retirement_shift;
	uint32_t	nreasons;
	uint32_t	reference_size;
	EfCredibleReason reasons[];
} EfCredibleRates;

/* Limit on the months by which retirement moves, either way. */
#define EF_SHIFT_LIMIT 600

static inline size_t
ef_credible_size(uint32_t nreasons, size_t reference_size)
{
	return sizeof(EfCredibleRates) + nreasons * sizeof(EfCredibleReason) +
		reference_size;
}

static inline void *
ef_credible_reference(const EfCredibleRates *rates)
{
	return (void *) &rates->reasons[rates->nreasons];
}

/*
 * Make room for the rates of a reference of this size; all is zero but the
 * header.
 */
extern EfStatus ef_credible_create(EfCredibleRates **rates, uint32_t nreasons,
								   size_t reference_size, EfContext *context)
			EF_NODISCARD;

/* Return the values of a reason with the ratio of the reference. */
extern EfCredibleReason ef_credible_plain(void);

/* Is this what rates can have moved by? */
extern EfStatus ef_credible_check_shift(int64_t months, EfContext *context)
			EF_NODISCARD;

/* Check that values are possible for a reason. */
extern EfStatus ef_credible_check_reason(const EfCredibleReason *reason,
										 EfContext *context) EF_NODISCARD;

/*
 * Check computed values the same way; a refusal then says that the inputs
 * cannot be, not that a value is damaged.
 */
extern EfStatus ef_credible_check_computed(const EfCredibleReason *reason,
										   EfContext *context) EF_NODISCARD;

/*
 * Open `size` bytes, which may come from anywhere: the reference, and the
 * ratio of each of its labels.
 */
extern EfStatus ef_credible_open(const EfCredibleRates *rates, size_t size,
								 EfWorkforce *reference, EfExitRatio **ratios,
								 EfContext *context) EF_NODISCARD;

/* Return the present estimate of a ratio. */
extern EfExitRatio ef_credible_ratio(const EfCredibleReason *reason);

/*
 * Is it the ratio of one group, or of groups in general, and not that of the
 * reference?
 */
static inline bool
ef_credible_is_group(const EfCredibleReason *reason)
{
	return reason->weight < INFINITY || reason->expected > 0 ||
		reason->base_variance > 0;
}

/* The answer for a reason; ratios are to the reference's own rates. */
typedef struct EfRatioRow
{
	int64_t		exits;
	double		expected;
	double		observed;		/* ratio of these; NaN where none is expected */
	double		drawn_to;		/* the ratio without exits of its own */
	double		z;				/* the weight of its own exits, from 0 to 1 */
	double		ratio;
	double		lower;			/* limits: those of a gamma distribution of
								 * the */
	double		upper;			/* ratio's mean and variance */
} EfRatioRow;

extern EfStatus ef_credible_row(const EfCredibleReason *reason, double level,
								EfRatioRow *row, EfContext *context)
			EF_NODISCARD;

/*
 * Learn from a group: add its exits and the expected ones to each reason.
 * `reasons` are those of the reference, and changed.
 */
extern EfStatus ef_credible_learn(EfCredibleReason *reasons,
								  const EfTable *reference,
								  const EfTable *group, EfContext *context)
			EF_NODISCARD;

typedef enum EfCredibilityMethod
{
	EF_POISSON_GAMMA,
	EF_MARSHALL
} EfCredibilityMethod;

extern const EfChoice ef_credibility_methods;

/*
 * Estimate how much groups differ: the prior of each reason of the reference.
 * `reasons` are the reference's own, and changed.  With `own_sum` the
 * reference is the groups' sum, and the mean of their ratios is estimated;
 * otherwise the ratios are drawn to the reference's.
 */
extern EfStatus ef_credible_estimate(EfCredibleReason *reasons,
									 const EfTable *reference, bool own_sum,
									 const EfTable *groups, size_t ngroups,
									 EfCredibilityMethod method,
									 EfContext *context) EF_NODISCARD;

#endif							/* EF_CREDIBLE_RATES_H */
