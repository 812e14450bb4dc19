/*
 * standardisation.c
 *	  See standardisation.h.
 *
 * With d exits in n person-years of a group of ages, and w the group's share
 * of the standard's person-years, for one of the two
 *
 *	 y = sum w d / n			v = sum w^2 d / n^2			k = max w / n
 *
 * are the directly standardised rate, its variance (d is Poisson) and the
 * weight of one exit more where it weighs most.
 *
 * Sources: F. Garwood (1936), Biometrika 28, 437-442 (exact limits of a
 * Poisson mean); K. J. Rothman and S. Greenland (1998), Modern Epidemiology,
 * 2nd ed., chapter 14 (variance of the log of a ratio of two rates); M. P. Fay
 * and E. J. Feuer (1997), Statistics in Medicine 16, 791-801 (gamma limits of
 * y); R. C. Elandt-Johnson and N. L. Johnson (1980), Survival Models and Data
 * Analysis, pp. 70-71 (variance of a log by the delta method); N. E. Breslow
 * and N. E. Day (1987), The Design and Analysis of Cohort Studies, p. 65
 * (observed over expected).
 */
#include "standardisation.h"

#include <math.h>
#include <string.h>

#include "distribution.h"

#define GROUPS (EF_AGE_LIMIT + 1)

static const EfEstimate unknown = {NAN, NAN, NAN};

/* A Poisson count over what it is a count in, or against. */
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

/* Normal limits of the log.  A rate of 0 has none. */
static EfEstimate
log_normal_ratio(double first, double second, double log_variance, double level)
{
	EfEstimate	ratio = unknown;

	if (first > 0)
		ratio.value = second / first;
	if (ratio.value > 0)
	{
		/* from the tail, so that a level next to 1 has its digits */
		double		factor = exp(-ef_normal_quantile((1 - level) / 2) *
								 sqrt(log_variance));

		ratio.lower = ratio.value / factor;
		ratio.upper = ratio.value * factor;
	}
	return ratio;
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
	row->ratio = log_normal_ratio(row->first.value, row->second.value,
								  1 / (double) first.exits +
								  1 / (double) second.exits, level);
	row->coverage = 1;
}

/*
 * The rate of one of the two, standardised over the groups in which the other
 * has person-years as well, with Fay and Feuer's limits: the gamma quantiles
 * that match mean and variance, (y, v) below and (y + k, v + k^2) above.  Where
 * the weights are in proportion to the person-years, y is a multiple of a
 * Poisson count, and these are its exact limits.
 */
static EfEstimate
weighted_rate(const EfExposure *groups, const EfExposure *other,
			  const EfExposure *standard, int64_t usable, int ngroups,
			  double level, double *log_variance)
{
	double		tail = (1 - level) / 2;
	double		y = 0;
	double		v = 0;
	double		k = 0;
	EfEstimate	rate;

	for (int g = 0; g < ngroups; g++)
		if (groups[g].days > 0 && other[g].days > 0)
		{
			double		per_exit = share(standard[g].days, usable) /
				ef_years_of_days(groups[g].days);

			y += per_exit * (double) groups[g].exits;
			v += per_exit * per_exit * (double) groups[g].exits;
			k = fmax(k, per_exit);
		}
	*log_variance = v / (y * y);
	rate.value = y;
	rate.lower = y > 0 ? v / y * ef_gamma_quantile(tail, y * y / v) : 0;
	y += k;
	v += k * k;
	rate.upper = v / y * ef_gamma_quantile_upper(tail, y * y / v);
	return rate;
}

static void
compare_direct(const EfExposure *first, const EfExposure *second,
			   const EfExposure *standard, int ngroups, double level,
			   EfRateComparison *row)
{
	int64_t		usable = 0;
	int64_t		all = 0;
	double		first_variance;
	double		second_variance;

	row->method = "direct";
	row->first = row->second = row->ratio = unknown;
	for (int g = 0; g < ngroups; g++)
	{
		all += standard[g].days;
		if (first[g].days > 0 && second[g].days > 0)
			usable += standard[g].days;
	}
	row->coverage = share(usable, all);
	if (usable == 0)
		return;

	row->first = weighted_rate(first, second, standard, usable, ngroups, level,
							   &first_variance);
	row->second = weighted_rate(second, first, standard, usable, ngroups, level,
								&second_variance);
	row->ratio = log_normal_ratio(row->first.value, row->second.value,
								  first_variance + second_variance, level);
}

static void
compare_indirect(const EfExposure *first, const EfExposure *second, int ngroups,
				 double level, EfRateComparison *row)
{
	EfExposure	total = sum(first, ngroups);
	EfExposure	observed = {0, 0};
	double		expected = 0;
	double		crude = NAN;

	for (int g = 0; g < ngroups; g++)
		if (first[g].days > 0)
		{
			observed.exits += second[g].exits;
			observed.days += second[g].days;
			expected += (double) first[g].exits *
				((double) second[g].days / (double) first[g].days);
		}
	if (total.days > 0)
		crude = (double) total.exits / ef_years_of_days(total.days);

	row->method = "indirect";
	row->ratio = poisson_estimate(observed.exits, expected, level);
	/* the first is the standard, and its rates are taken as known */
	row->first = unknown;
	row->first.value = crude;
	row->second.value = crude * row->ratio.value;
	row->second.lower = crude * row->ratio.lower;
	row->second.upper = crude * row->ratio.upper;
	row->coverage = share(observed.days, sum(second, ngroups).days);
}

void
ef_compare_rates(const EfExposure *first, const EfExposure *second,
				 const EfExposure *standard, int ngroups, double level,
				 EfRateComparison rows[EF_COMPARISON_METHODS])
{
	compare_crude(sum(first, ngroups), sum(second, ngroups), level,
				  &rows[EF_CRUDE]);
	compare_direct(first, second, standard, ngroups, level, &rows[EF_DIRECT]);
	compare_indirect(first, second, ngroups, level, &rows[EF_INDIRECT]);
}

/* Exits, for the wanted reason, and days by group of ages. */
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

EfStatus
ef_compare_exit_rates(const EfComparisonPlan *plan,
					  EfRateComparison rows[EF_COMPARISON_METHODS],
					  EfError *error)
{
	EfExposure	first[GROUPS];
	EfExposure	second[GROUPS];
	EfExposure	standard[GROUPS];

	if (!(plan->level > 0 && plan->level < 1))
		return ef_fail(error, EF_LEVEL_RANGE, "The level is %g.", plan->level);
	if (plan->age_group < 1 || plan->age_group > EF_AGE_LIMIT)
		return ef_fail(error, EF_AGE_GROUP_RANGE, "The age group is %d years.",
					   plan->age_group);

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
	ef_compare_rates(first, second, standard, GROUPS, plan->level, rows);
	return EF_OK;
}
