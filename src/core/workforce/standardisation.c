/*
 * standardisation.c
 *	  See standardisation.h.
 *
 * With d exits in n person-years of a group of ages and a weight w for each
 * exit in it,
 *
 *	 y = sum w d		v = sum w^2 d		k = max w
 *
 * are a weighted number of exits, its variance (d is Poisson) and the largest
 * weight of one more exit.  A directly standardised rate is such a number (w
 * is the share of the standard's person-years over n), and so are the exits
 * of the second that the first's rates let expect (w is the second's n over
 * the first's).
 *
 * All three ratios take their limits from those of their two parts, which are
 * independent.  Each distance from a part to its limit, on the scale of the
 * logarithm, stands for a standard error in that direction; squares of
 * standard errors add up.
 *
 * Sources: F. Garwood (1936), Biometrika 28, 437-442 (exact limits of a
 * Poisson mean); M. P. Fay and E. J. Feuer (1997), Statistics in Medicine 16,
 * 791-801 (gamma limits of y); G. Y. Zou and A. Donner (2008), Statistics in
 * Medicine 27, 1693-1702 (limits of a ratio from those of its parts); N. E.
 * Breslow and N. E. Day (1987), The Design and Analysis of Cohort Studies, p.
 * 65 (observed over expected).
 */
#include "workforce/standardisation.h"

#include <math.h>
#include <string.h>

#include "estimate/distribution.h"
#include "estimate/estimate.h"

#define GROUPS (EF_AGE_LIMIT + 1)

static const EfEstimate unknown = {NAN, NAN, NAN};

/*
 * Estimate a Poisson count over a divisor: the exposure it came from, or the
 * count it is compared with.
 */
static EfEstimate
poisson_estimate(int64_t count, double divisor, double level)
{
	EfEstimate	estimate = unknown;

	if (divisor > 0)
	{
		ef_poisson_limits(count, level, &estimate.lower, &estimate.upper);
		estimate.value = (double) count / divisor;
		estimate.lower /= divisor;
		estimate.upper /= divisor;
	}
	return estimate;
}

/*
 * Compute limits of a ratio from those of its parts.  The lower one is where
 * the second is low and the first is high.  Without exits in the second there
 * is no logarithm; the limit of the formula is then that of the second alone.
 */
static EfEstimate
ratio_estimate(EfEstimate first, EfEstimate second)
{
	EfEstimate	ratio = unknown;

	if (!(first.value > 0) || isnan(second.value))
		return ratio;
	ratio.value = second.value / first.value;
	if (second.value > 0)
	{
		double		second_down = log(second.value / second.lower);
		double		second_up = log(second.upper / second.value);
		double		first_down = log(first.value / first.lower);
		double		first_up = log(first.upper / first.value);

		ratio.lower = ratio.value *
			exp(-sqrt(second_down * second_down + first_up * first_up));
		ratio.upper = ratio.value *
			exp(sqrt(second_up * second_up + first_down * first_down));
	}
	else
	{
		ratio.lower = 0;
		ratio.upper = second.upper / first.value;
	}
	return ratio;
}

/* y, v and k of the head of this file. */
typedef struct WeightedExits
{
	double		y;
	double		v;
	double		k;
} WeightedExits;

static void
add_weighted(WeightedExits *total, int64_t exits, double weight)
{
	total->y += weight * (double) exits;
	total->v += weight * weight * (double) exits;
	total->k = fmax(total->k, weight);
}

/*
 * Compute Fay and Feuer's limits: the gamma quantiles that match mean and
 * variance, (y, v) below and (y + k, v + k^2) above.  If all weights are
 * equal, y is a multiple of a Poisson count, and these are its exact limits.
 */
static EfEstimate
weighted_estimate(const WeightedExits *exits, double level)
{
	double		tail = (1 - level) / 2;
	double		y = exits->y;
	double		v = exits->v;
	double		k = exits->k;
	EfEstimate	estimate = unknown;

	if (k > 0)
	{
		estimate.value = y;
		estimate.lower = y > 0 ? v / y * ef_gamma_quantile(tail, y * y / v) : 0;
		y += k;
		v += k * k;
		estimate.upper = v / y * ef_gamma_quantile_upper(tail, y * y / v);
	}
	return estimate;
}

static EfExposure
sum(const EfExposure *groups, int ngroups)
{
	EfExposure	total = {0, 0};

	for (int g = 0; g < ngroups; g++)
	{
		total.exits += groups[g].exits;
		total.days += groups[g].days;
	}
	return total;
}

static double
share(int64_t part, int64_t whole)
{
	return whole > 0 ? (double) part / (double) whole : 0;
}

static void
compare_crude(EfExposure first, EfExposure second, double level,
			  EfRateComparison *row)
{
	row->method = "crude";
	row->first = poisson_estimate(first.exits, ef_years_of_days(first.days),
								  level);
	row->second = poisson_estimate(second.exits, ef_years_of_days(second.days),
								   level);
	row->ratio = ratio_estimate(row->first, row->second);
	row->coverage = 1;
}

static void
compare_direct(const EfExposure *first, const EfExposure *second,
			   const EfExposure *standard, int ngroups, double level,
			   EfRateComparison *row)
{
	WeightedExits first_exits = {0, 0, 0};
	WeightedExits second_exits = {0, 0, 0};
	int64_t		usable = 0;
	int64_t		all = 0;

	/* groups in which both have person-years */
	for (int g = 0; g < ngroups; g++)
	{
		all += standard[g].days;
		if (first[g].days > 0 && second[g].days > 0)
			usable += standard[g].days;
	}
	for (int g = 0; g < ngroups; g++)
		if (first[g].days > 0 && second[g].days > 0)
		{
			double		weight = share(standard[g].days, usable);

			add_weighted(&first_exits, first[g].exits,
						 weight / ef_years_of_days(first[g].days));
			add_weighted(&second_exits, second[g].exits,
						 weight / ef_years_of_days(second[g].days));
		}

	row->method = "direct";
	row->first = weighted_estimate(&first_exits, level);
	row->second = weighted_estimate(&second_exits, level);
	row->ratio = ratio_estimate(row->first, row->second);
	row->coverage = share(usable, all);
}

static void
compare_indirect(const EfExposure *first, const EfExposure *second, int ngroups,
				 EfEstimate crude, double level, EfRateComparison *row)
{
	WeightedExits expected = {0, 0, 0};
	EfExposure	observed = {0, 0};

	for (int g = 0; g < ngroups; g++)
		if (first[g].days > 0)
		{
			observed.exits += second[g].exits;
			observed.days += second[g].days;
			add_weighted(&expected, first[g].exits,
						 (double) second[g].days / (double) first[g].days);
		}

	row->method = "indirect";
	row->first = crude;
	row->ratio = ratio_estimate(weighted_estimate(&expected, level),
								poisson_estimate(observed.exits, 1, level));
	/* on the safe side: by chance crude and expected are off to the same side */
	row->second.value = crude.value * row->ratio.value;
	row->second.lower = crude.value * row->ratio.lower;
	row->second.upper = crude.value * row->ratio.upper;
	row->coverage = share(observed.days, sum(second, ngroups).days);
}

void
ef_standardise_rates(const EfExposure *first, const EfExposure *second,
					 const EfExposure *standard, int ngroups, double level,
					 EfRateComparison rows[EF_COMPARISON_METHODS])
{
	compare_crude(sum(first, ngroups), sum(second, ngroups), level,
				  &rows[EF_CRUDE]);
	compare_direct(first, second, standard, ngroups, level, &rows[EF_DIRECT]);
	compare_indirect(first, second, ngroups, rows[EF_CRUDE].first, level,
					 &rows[EF_INDIRECT]);
}

/* Add up exits, for the wanted reason, and days by group of ages. */
static void
group_ages(const EfComparisonPlan *plan, const EfWorkforce *workforce,
		   EfExposure *groups)
{
	const EfTable *table = &workforce->table;
	uint32_t	label = plan->reason == NULL ? 0 :
		ef_table_label(table, plan->reason, plan->reason_length);

	memset(groups, 0, GROUPS * sizeof(EfExposure));
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		uint32_t	at = ef_key_at(key);

		/* a reason that nobody had is no label, and no exit is without one */
		if (ef_key_kind(key) == EF_EXITS &&
			(plan->reason == NULL || ef_key_label(key) == label))
			groups[at / 12 / (uint32_t) plan->age_group].exits +=
				table->cells[i].count;
		else if (ef_key_kind(key) == EF_DAYS)
			groups[at / (uint32_t) plan->age_group].days +=
				table->cells[i].count;
	}
}

EF_REPORT(EF_AGE_GROUP_RANGE, INVALID_PARAMETER_VALUE,
		  "age_group must be between 1 and 150",
		  "It is the number of completed years in a group of ages; 5 is usual.");

EfStatus
ef_standardise_exit_rates(const EfComparisonPlan *plan,
						  EfRateComparison rows[EF_COMPARISON_METHODS],
						  EfContext *context)
{
	EfExposure	first[GROUPS];
	EfExposure	second[GROUPS];
	EfExposure	standard[GROUPS];

	if (ef_level_check(plan->level, context) != EF_OK)
		return EF_LEVEL_RANGE;
	if (plan->age_group < 1 || plan->age_group > EF_AGE_LIMIT)
		return ef_fail(context, EF_AGE_GROUP_RANGE,
					   "The years of an age group are %d.", plan->age_group);

	group_ages(plan, plan->first, first);
	group_ages(plan, plan->second, second);
	if (plan->standard != NULL)
		group_ages(plan, plan->standard, standard);
	else
		for (int g = 0; g < GROUPS; g++)
		{
			standard[g].exits = 0;
			standard[g].days = first[g].days + second[g].days;
		}
	ef_standardise_rates(first, second, standard, GROUPS, plan->level, rows);
	return EF_OK;
}
