/*
 * credible_rates.c
 *	  See credible_rates.h.
 */
#include "workforce/credible_rates.h"

#include <math.h>
#include <string.h>

#include "base/invariant.h"
#include "estimate/distribution.h"
#include "estimate/estimate.h"

EF_REPORT(EF_CREDIBILITY_MIXED, INVALID_PARAMETER_VALUE,
		  "references or methods differ within one group",
		  "Give the same reference and method for all rows, or group by them.");

EF_REPORT(EF_CREDIBLE_RANGE, NUMERIC_VALUE_OUT_OF_RANGE,
		  "credible rates are out of range",
		  "Look for a reference whose ratios cannot be.");

/* Limit on ratios, weights and expected exits; more is no number of people. */
#define LIMIT 1e30

EfStatus
ef_credible_create(EfCredibleRates **rates, uint32_t nreasons,
				   size_t reference_size, EfContext *context)
{
	size_t		size = ef_credible_size(nreasons, reference_size);

	if (size > EF_SIZE_LIMIT)
		return ef_fail(context, EF_TOO_LARGE,
					   "The rates have %u reasons and a reference of %zu bytes.",
					   nreasons, reference_size);
	*rates = ef_alloc_zeroed(context, size);
	(*rates)->format = EF_CREDIBLE_FORMAT;
	(*rates)->tag = EF_CREDIBLE_TAG;
	(*rates)->nreasons = nreasons;
	(*rates)->reference_size = (uint32_t) reference_size;
	return EF_OK;
}

EfCredibleReason
ef_credible_plain(void)
{
	EfCredibleReason reason = {1, 0, 1, INFINITY, 0, 0};

	return reason;
}

/* Is it a number from 0 to the limit, and not a zero with a sign? */
static bool
in_range(double x)
{
	return x >= 0 && x <= LIMIT && !signbit(x);
}

EfStatus
ef_credible_check_shift(int64_t months, EfContext *context)
{
	if (months >= -EF_SHIFT_LIMIT && months <= EF_SHIFT_LIMIT)
		return EF_OK;
	return ef_fail(context, EF_INVALID, "Retirement moves by %lld months.",
				   (long long) months);
}

EfStatus
ef_credible_check_reason(const EfCredibleReason *reason, EfContext *context)
{
	if (!in_range(reason->base) || !in_range(reason->base_variance) ||
		!in_range(reason->mean) || !in_range(reason->expected))
		return ef_fail(context, EF_INVALID,
					   "A base, its variance, a mean or expected exits are no number from 0 to 1e30.");
	if (!(reason->weight > 0 &&
		  (reason->weight <= LIMIT || isinf(reason->weight))))
		return ef_fail(context, EF_INVALID,
					   "A weight is no number above 0 and up to 1e30.");
	if (reason->exits < 0 || reason->exits > EF_PERSON_LIMIT)
		return ef_fail(context, EF_INVALID, "Exits are %lld.",
					   (long long) reason->exits);
	return EF_OK;
}

EfStatus
ef_credible_check_computed(const EfCredibleReason *reason, EfContext *context)
{
	if (ef_credible_check_reason(reason, context) == EF_OK)
		return EF_OK;
	return ef_fail(context, EF_CREDIBLE_RANGE,
				   "A base is %g with variance %g, for %g exits expected.",
				   reason->base, reason->base_variance, reason->expected);
}

EfStatus
ef_credible_open(const EfCredibleRates *rates, size_t size,
				 EfWorkforce *reference, EfExitRatio **ratios,
				 EfContext *context)
{
	EfStatus	status;

	if (size < sizeof(EfCredibleRates))
		return ef_fail(context, EF_INVALID, "The bytes end too early.");
	if (rates->format != EF_CREDIBLE_FORMAT ||
		rates->tag != EF_CREDIBLE_TAG)
		return ef_fail(context, EF_INVALID,
					   "The bytes are no credible rates.");
	status = ef_credible_check_shift(rates->retirement_shift, context);
	if (status != EF_OK)
		return status;
	if (rates->nreasons > size / sizeof(EfCredibleReason) ||
		ef_credible_size(rates->nreasons, rates->reference_size) != size ||
		rates->reference_size < sizeof(int32_t))
		return ef_fail(context, EF_INVALID,
					   "The rates have %u reasons and a reference of %u bytes in %zu bytes.",
					   rates->nreasons, rates->reference_size, size);
	status = ef_workforce_open(reference, ef_credible_reference(rates),
							   rates->reference_size, context);
	if (status != EF_OK)
		return status;
	if (reference->table.nlabels != rates->nreasons)
		return ef_fail(context, EF_INVALID,
					   "The rates have %u reasons, and the reference %u.",
					   rates->nreasons, reference->table.nlabels);
	*ratios = ef_alloc(context, rates->nreasons * sizeof(EfExitRatio));
	for (uint32_t i = 0; i < rates->nreasons; i++)
	{
		status = ef_credible_check_reason(&rates->reasons[i], context);
		if (status != EF_OK)
			return status;
		(*ratios)[i] = ef_credible_ratio(&rates->reasons[i]);
	}
	return EF_OK;
}

/*
 * Return the ratio to the base, which is not yet the ratio to the reference.
 */
static EfExitRatio
own_ratio(const EfCredibleReason *reason)
{
	EfExitRatio ratio = {reason->mean, 0};

	if (!isinf(reason->weight))
	{
		double		weight = reason->weight +
			reason->base * reason->expected;

		ratio.mean = (reason->mean * reason->weight + (double) reason->exits) /
			weight;
		ratio.variance = ratio.mean / weight;
	}
	return ratio;
}

EfExitRatio
ef_credible_ratio(const EfCredibleReason *reason)
{
	EfExitRatio own = own_ratio(reason);
	EfExitRatio ratio = {reason->base * own.mean, 0};

	/* of a product of two that are independent */
	ratio.variance = reason->base * reason->base * own.variance +
		reason->base_variance * (own.mean * own.mean + own.variance);
	return ratio;
}

EfStatus
ef_credible_row(const EfCredibleReason *reason, double level, EfRatioRow *row,
				EfContext *context)
{
	EfExitRatio ratio = ef_credible_ratio(reason);
	double		expected = reason->base * reason->expected;

	if (ef_level_check(level, context) != EF_OK)
		return EF_LEVEL_RANGE;
	row->exits = reason->exits;
	row->expected = reason->expected;
	row->observed = reason->expected > 0
		? (double) reason->exits / reason->expected : NAN;
	row->drawn_to = reason->base * reason->mean;
	row->z = isinf(reason->weight) ? 0
		: expected / (expected + reason->weight);
	row->ratio = row->lower = row->upper = ratio.mean;
	if (ratio.variance > 0 && ratio.mean > 0)
	{
		double		shape = ratio.mean * (ratio.mean / ratio.variance);
		double		scale = ratio.variance / ratio.mean;

		row->lower = scale * ef_gamma_quantile((1 - level) / 2, shape);
		row->upper = scale * ef_gamma_quantile_upper((1 - level) / 2, shape);
	}
	return EF_OK;
}

EF_REPORT(EF_REASON_UNKNOWN, INVALID_PARAMETER_VALUE,
		  "group has a reason to leave that its reference does not have",
		  "Take a reference that holds the group, such as credible_rates_agg over all groups.");

/* Count a group's exits by label of the reference: exits[label]. */
EF_NODISCARD static EfStatus
count_exits(const EfTable *reference, const EfTable *group, int64_t *exits,
			EfContext *context)
{
	for (uint32_t label = 0; label <= reference->nlabels; label++)
		exits[label] = 0;
	for (uint32_t i = 1; i <= group->nlabels; i++)
	{
		const EfLabel *reason = &group->labels[i - 1];
		uint32_t	label = ef_table_label(reference, reason->bytes,
										   reason->length);

		if (label == 0)
			return ef_fail(context, EF_REASON_UNKNOWN,
						   "Nobody of the reference left for the reason \"%s\".",
						   ef_label_shown(reason).text);
		exits[label] = ef_table_sum(group, i, EF_EXITS);
	}
	return EF_OK;
}

/* The exits of one group for all reasons. */
typedef struct Learning
{
	EfExitCounts counts;		/* of the reference */
	int64_t    *exits;			/* by label */
	double	   *expected;
} Learning;

static void
begin_learning(Learning *learning, const EfTable *reference,
			   EfWorkspace *workspace)
{
	size_t		n = (size_t) reference->nlabels + 1;

	learning->exits = ef_grab(workspace, n, sizeof(int64_t));
	learning->expected = ef_grab_doubles(workspace, n);
	ef_exit_counts(&learning->counts, reference, NULL, workspace);
}

EF_NODISCARD static EfStatus
learn(Learning *learning, const EfTable *group, EfWorkspace *workspace)
{
	EfStatus	status = count_exits(learning->counts.table, group,
									 learning->exits, workspace->context);

	if (status == EF_OK)
		ef_exits_expected(&learning->counts, group, learning->expected,
						  workspace);
	return status;
}

EfStatus
ef_credible_learn(EfCredibleReason *reasons, const EfTable *reference,
				  const EfTable *group, EfContext *context)
{
	EfWorkspace workspace = {context, NULL};
	Learning	learning;
	EfStatus	status;

	begin_learning(&learning, reference, &workspace);
	status = learn(&learning, group, &workspace);
	for (uint32_t i = 0; status == EF_OK && i < reference->nlabels; i++)
	{
		reasons[i].exits += learning.exits[i + 1];
		reasons[i].expected += learning.expected[i + 1];
		status = ef_credible_check_computed(&reasons[i], context);
	}
	ef_discard_all(&workspace);
	return status;
}


/* ---- how much groups differ ---- */

EF_REPORT(EF_CREDIBILITY_METHOD_UNKNOWN, INVALID_PARAMETER_VALUE,
		  "unknown method of credibility",
		  "The methods are 'poisson-gamma' and 'marshall'.");

const EfChoice ef_credibility_methods = {
	"method", EF_CREDIBILITY_METHOD_UNKNOWN, {
		[EF_POISSON_GAMMA] = "poisson-gamma",
		[EF_MARSHALL] = "marshall"
	}
};

/*
 * Limit on the expected exits that are kept at once, one for each group and
 * reason; beyond it fewer reasons are done at a time, and groups are asked
 * again.
 */
#define KEPT_NUMBERS ((size_t) 1 << 21)
#define KEPT_REASONS 64

static size_t
reasons_at_once(size_t nreasons, size_t ngroups)
{
	size_t		n = KEPT_NUMBERS / (ngroups + 1);

	if (n < KEPT_REASONS)
		n = KEPT_REASONS;
	return n < nreasons ? n : nreasons;
}

/*
 * Ask each group for its exits and expected exits, for the reasons [first,
 * end).
 */
EF_NODISCARD static EfStatus
ask_groups(EfPoissonGroup *seen, Learning *learning, size_t first, size_t end,
		   const EfCredibleReason *reasons, const EfTable *groups,
		   size_t ngroups, EfWorkspace *workspace)
{
	EfStatus	status = EF_OK;

	for (size_t g = 0; status == EF_OK && g < ngroups; g++)
	{
		EfMark		before = ef_mark(workspace);

		ef_check_interrupt(workspace->context);
		status = learn(learning, &groups[g], workspace);
		for (size_t i = first; status == EF_OK && i < end; i++)
		{
			EfPoissonGroup *group = &seen[(i - first) * ngroups + g];

			group->events = (double) learning->exits[i + 1];
			group->expected = reasons[i].base * learning->expected[i + 1];
		}
		ef_discard(workspace, before);
	}
	return status;
}

EfStatus
ef_credible_estimate(EfCredibleReason *reasons, const EfTable *reference,
					 bool own_sum, const EfTable *groups, size_t ngroups,
					 EfCredibilityMethod method, EfContext *context)
{
	size_t		n = reference->nlabels;
	size_t		at_once = reasons_at_once(n, ngroups);
	size_t		first = 0;
	EfWorkspace workspace = {context, NULL};
	EfPoissonGroup *seen = ef_grab(&workspace, at_once * ngroups,
								   sizeof(EfPoissonGroup));
	Learning	learning;
	EfStatus	status;

	begin_learning(&learning, reference, &workspace);
	for (size_t i = 0; i < n; i++)
	{
		EfExitRatio base = ef_credible_ratio(&reasons[i]);

		reasons[i] = ef_credible_plain();
		reasons[i].base = base.mean;
		reasons[i].base_variance = base.variance;
	}

	/*
	 * once without any reason, too: a group may have one that the reference
	 * lacks
	 */
	EF_ASSERT(at_once > 0 || n == 0);
	do
	{
		size_t		end = first + at_once < n ? first + at_once : n;

		status = ask_groups(seen, &learning, first, end, reasons, groups,
							ngroups, &workspace);
		for (size_t i = first; status == EF_OK && i < end; i++)
		{
			double		mean = own_sum ? NAN : 1;
			const EfPoissonGroup *group = seen + (i - first) * ngroups;
			EfGammaPrior prior = method == EF_MARSHALL
				? ef_poisson_gamma_moments(group, ngroups, mean)
				: ef_poisson_gamma_likelihood(group, ngroups, mean, context);

			/*
			 * the exits expected of all groups are those they had, but for
			 * rounding
			 */
			reasons[i].mean = own_sum && isinf(prior.weight) ? 1 : prior.mean;
			reasons[i].weight = prior.weight;
			status = ef_credible_check_computed(&reasons[i], context);
			ef_check_interrupt_at(context, i);
		}
		first = end;
	} while (status == EF_OK && first < n);
	ef_discard_all(&workspace);
	return status;
}
