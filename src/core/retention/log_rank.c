/*
 * log_rank.c
 *	  See log_rank.h.
 */
#include "retention/log_rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/sort.h"
#include "estimate/distribution.h"
#include "estimate/estimate.h"
#include "retention/gray.h"

/*
 * Share of its variance below which a group is explained by the others: the
 * rest is rounding.
 */
#define COLLINEAR 1e-10

/* Exits on one day above which Efron's sums are not taken one by one, ... */
#define MANY_EXITS 64

/*
 * ... but for this many first terms, after which the Euler-Maclaurin formula
 * is exact.
 */
#define EXPLICIT_TERMS 16

/* Limit on the steps of Newton's method, which takes a handful. */
#define MAXIMUM_STEPS 200
#define STEP_TOLERANCE 1e-13


/* ---- risk sets, side by side ---- */

/* Go to a day: find who is at risk on it, and how many leave. */
static void
read_day(EfRiskReader *reader, uint32_t day, int64_t *at_risk, int64_t *exits)
{
	const EfRiskDay *there = ef_risk_go(reader, day);

	*at_risk = reader->present;
	*exits = there == NULL ? 0 : there->exits;
}


/* ---- the test ---- */

static int
compare_names(const EfGroupName *a, const EfGroupName *b)
{
	if (a->null || b->null)
		return a->null - b->null;
	return ef_label_compare(&a->label, &b->label);
}

static int
compare_by_group(const void *a, const void *b)
{
	const EfLogRankPart *x = a;
	const EfLogRankPart *y = b;

	return compare_names(&x->group, &y->group);
}

static int
compare_parts(const void *a, const void *b)
{
	const EfLogRankPart *x = a;
	const EfLogRankPart *y = b;
	int			order = compare_names(&x->stratum, &y->stratum);

	return order != 0 ? order : compare_names(&x->group, &y->group);
}

static int
compare_group(const void *name, const void *group)
{
	return compare_names(name, &((const EfLogRankGroup *) group)->name);
}

/* Return the number of a group that the test has. */
static uint32_t
number_of(const EfLogRank *test, const EfGroupName *name)
{
	const EfLogRankGroup *group = bsearch(name, test->groups, test->ngroups,
										  sizeof(EfLogRankGroup),
										  compare_group);

	EF_ASSERT(group != NULL);
	return (uint32_t) (group - test->groups);
}

void
ef_stratum_begin(EfStratum *stratum, const EfLogRank *test,
				 const EfLogRankPart *parts, size_t nparts,
				 EfWorkspace *workspace)
{
	uint32_t	n = 0;

	stratum->number = ef_grab(workspace, nparts, sizeof(uint32_t));
	stratum->nparts = nparts;
	stratum->group_of = ef_grab(workspace, nparts, sizeof(uint32_t));
	stratum->readers = ef_grab(workspace, nparts, sizeof(EfRiskReader));
	stratum->exit_days = ef_grab(workspace, EF_SPELL_DAYS + 1, 1);
	stratum->day = 0;
	for (size_t i = 0; i < nparts; i++)
	{
		uint32_t	number = number_of(test, &parts[i].group);

		/* parts come by group, so a group's are neighbours */
		if (n == 0 || stratum->number[n - 1] != number)
			stratum->number[n++] = number;
		stratum->group_of[i] = n - 1;
		ef_risk_read(&stratum->readers[i], parts[i].risk);
		ef_risk_mark_exits(stratum->exit_days, parts[i].risk);
	}
	stratum->ngroups = n;
	stratum->groups = ef_grab(workspace, n, sizeof(EfGroupDay));
	stratum->here = ef_grab(workspace, n, sizeof(uint32_t));
}

bool
ef_stratum_next(EfStratum *stratum, EfStatus *status, EfContext *context)
{
	int64_t		all_at_risk = 0;

	while (stratum->day <= EF_SPELL_DAYS && !stratum->exit_days[stratum->day])
		stratum->day++;
	if (stratum->day > EF_SPELL_DAYS)
		return false;
	ef_check_interrupt(context);
	stratum->nhere = 0;
	for (size_t i = 0; i < stratum->nparts; i++)
	{
		uint32_t	k = stratum->group_of[i];
		EfGroupDay *group = &stratum->groups[k];
		const EfRiskDay *there = ef_risk_go(&stratum->readers[i], stratum->day);
		int64_t		at_risk = stratum->readers[i].present;

		if (at_risk == 0 || group->over)
			continue;
		if (stratum->nhere == 0 || stratum->here[stratum->nhere - 1] != k)
		{
			stratum->here[stratum->nhere++] = k;
			group->at_risk = group->exits = group->exits_kept = 0;
		}
		if (ef_add_overflow(all_at_risk, at_risk, &all_at_risk))
		{
			*status = ef_fail(context, EF_COUNT_OVERFLOW,
							  "The people at risk do not fit 64 bits.");
			return false;
		}
		group->at_risk += at_risk;
		if (there != NULL)
		{
			group->exits += there->exits;
			group->exits_kept += ef_exits_kept(there);
		}
	}
	stratum->day++;
	return true;
}

/* Add a day to expected exits and covariance. */
static void
add_day(EfLogRank *test, const EfStratum *stratum, double *covariance)
{
	int64_t		all_at_risk = 0;
	int64_t		all_exits = 0;
	double		scale;

	for (uint32_t j = 0; j < stratum->nhere; j++)
	{
		all_at_risk += stratum->groups[stratum->here[j]].at_risk;
		all_exits += stratum->groups[stratum->here[j]].exits;
	}

	/*
	 * the covariance of the hypergeometric distribution; 0 for one person who
	 * leaves for certain
	 */
	scale = all_at_risk > 1 ? (double) all_exits *
		((double) (all_at_risk - all_exits) / (double) (all_at_risk - 1)) : 0;
	for (uint32_t j = 0; j < stratum->nhere; j++)
	{
		const EfGroupDay *day = &stratum->groups[stratum->here[j]];
		uint32_t	group = stratum->number[stratum->here[j]];
		double		share = (double) day->at_risk / (double) all_at_risk;
		double	   *row = covariance + (size_t) group * test->ngroups;

		test->groups[group].exits += day->exits;
		test->groups[group].expected += share * (double) all_exits;
		row[group] += scale * share *
			((double) (all_at_risk - day->at_risk) / (double) all_at_risk);
		for (uint32_t l = 0; l < j; l++)
			row[stratum->number[stratum->here[l]]] -= scale * share *
				((double) stratum->groups[stratum->here[l]].at_risk /
				 (double) all_at_risk);
	}
}

/*
 * Compute the quadratic form u' V^- u over the groups, and the rank of V, by
 * a Cholesky decomposition that takes small variances first.  The groups
 * together do not vary, so in each connected part of the data the group that
 * comes last is explained by the others and left out.  Gray's V is an
 * estimate: with few people it can be negative in some direction, and NaN
 * where there is none.  Then there is no test.
 */
static void
solve(EfLogRank *test, const uint32_t *order, double *v, double *u,
	  EfContext *context)
{
	uint32_t	n = test->ngroups;
	double		chisq = 0;
	bool		negative = false;

	test->df = 0;

#define V(i, j) v[(size_t) (order[i] > order[j] ? order[i] : order[j]) * n + \
				  (order[i] > order[j] ? order[j] : order[i])]
	for (uint32_t k = 0; k < n; k++)
		u[k] = (double) test->groups[order[k]].exits -
			test->groups[order[k]].expected;
	for (uint32_t k = 0; k < n; k++)
	{
		double		whole = V(k, k);
		double		left = whole;

		ef_check_interrupt(context);
		for (uint32_t j = 0; j < k; j++)
			left -= V(k, j) * V(k, j);
		negative = negative || !(whole >= 0) || !(left >= -COLLINEAR * whole);
		if (!(left > COLLINEAR * whole))
		{
			for (uint32_t i = k; i < n; i++)
				V(i, k) = 0;
			continue;
		}
		left = sqrt(left);
		V(k, k) = left;
		for (uint32_t i = k + 1; i < n; i++)
		{
			double		sum = V(i, k);

			for (uint32_t j = 0; j < k; j++)
				sum -= V(i, j) * V(k, j);
			V(i, k) = sum / left;
		}
		for (uint32_t j = 0; j < k; j++)
			u[k] -= V(k, j) * u[j];
		u[k] /= left;
		chisq += u[k] * u[k];
		test->df++;
	}
#undef V
	if (negative)
		test->df = 0;
	test->chisq = test->df > 0 ? chisq : NAN;
	test->p_value = test->df > 0 ? ef_gamma_q(test->df / 2.0, chisq / 2) : NAN;
}

EF_REPORT(EF_TOO_MANY_GROUPS, PROGRAM_LIMIT_EXCEEDED,
		  "log-rank test of too many groups",
		  "Roll groups up to fewer; the test compares up to 1000.");

EF_REPORT(EF_TOO_MANY_FOR_GRAY, PROGRAM_LIMIT_EXCEEDED,
		  "test of incidences of too many groups",
		  "Roll groups up to fewer; the test compares up to 100.");

EfStatus
ef_log_rank_limit_check(EfGroupTest method, uint32_t ngroups,
						EfContext *context)
{
	if (method == EF_GRAY && ngroups > EF_GRAY_GROUP_LIMIT)
		return ef_fail(context, EF_TOO_MANY_FOR_GRAY,
					   "There are %u groups or more.", ngroups);
	if (ngroups > EF_GROUP_LIMIT)
		return ef_fail(context, EF_TOO_MANY_GROUPS,
					   "There are %u groups or more.", ngroups);
	return EF_OK;
}

/* Number the groups: their names in order, each once. */
EF_NODISCARD static EfStatus
name_groups(EfLogRank *test, EfLogRankPart *parts, size_t nparts,
			EfGroupTest method, EfContext *context)
{
	ef_sort(parts, nparts, sizeof(EfLogRankPart), compare_by_group, context);
	test->groups = ef_alloc(context, nparts * sizeof(EfLogRankGroup));
	test->ngroups = 0;
	for (size_t i = 0; i < nparts; i++)
	{
		EfLogRankGroup group = {parts[i].group, 0, 0};

		if (i == 0 ||
			compare_names(&parts[i - 1].group, &parts[i].group) != 0)
			test->groups[test->ngroups++] = group;
	}
	return ef_log_rank_limit_check(method, test->ngroups, context);
}

/* Add a stratum by the method that is asked for. */
EF_NODISCARD static EfStatus
add_stratum(EfLogRank *test, double *covariance, const EfLogRankPart *parts,
			size_t nparts, EfGroupTest method, EfWorkspace *workspace)
{
	EfMark		mark = ef_mark(workspace);
	EfStratum	stratum;
	EfStatus	status = EF_OK;

	ef_stratum_begin(&stratum, test, parts, nparts, workspace);
	if (method == EF_GRAY)
		status = ef_gray_stratum(test, covariance, &stratum, workspace);
	else
		while (ef_stratum_next(&stratum, &status, workspace->context))
			add_day(test, &stratum, covariance);
	ef_discard(workspace, mark);
	return status;
}

/* Add a stratum whose risk sets are not open yet. */
EF_NODISCARD static EfStatus
open_stratum(EfLogRank *test, double *covariance, const EfLogRankPart *parts,
			 size_t nparts, EfGroupTest method, const EfRiskSource *source,
			 EfWorkspace *workspace)
{
	size_t		nopen = 0;
	EfStatus	status = EF_OK;

	/* the source's own, which parts may only read */
	while (nopen < nparts && status == EF_OK)
		status = source->open(source->closure,
							  (EfRiskSet *) parts[nopen++].risk,
							  workspace->context);
	if (status == EF_OK)
		status = add_stratum(test, covariance, parts, nparts, method,
							 workspace);
	for (size_t i = 0; i < nopen; i++)
		source->close(source->closure, (EfRiskSet *) parts[i].risk);
	return status;
}

EfStatus
ef_log_rank(EfLogRank *test, EfLogRankPart *parts, size_t nparts,
			EfContext *context)
{
	return ef_log_rank_by_method(test, parts, nparts, EF_LOG_RANK, NULL,
								 context);
}

EfStatus
ef_log_rank_by_method(EfLogRank *test, EfLogRankPart *parts, size_t nparts,
					  EfGroupTest method, const EfRiskSource *source,
					  EfContext *context)
{
	EfWorkspace workspace = {context, NULL};
	uint32_t	n;
	uint32_t   *order;
	double	   *covariance;
	double	   *u;
	EfStatus	status = name_groups(test, parts, nparts, method, context);

	if (status != EF_OK)
		return status;
	n = test->ngroups;
	covariance = ef_grab_doubles(&workspace, (size_t) n * n);
	order = ef_grab(&workspace, n, sizeof(uint32_t));
	u = ef_grab_doubles(&workspace, n);
	ef_sort(parts, nparts, sizeof(EfLogRankPart), compare_parts, context);
	for (size_t i = 0; i < nparts && status == EF_OK;)
	{
		size_t		first = i;

		ef_check_interrupt(context);
		while (i < nparts && compare_names(&parts[first].stratum,
										   &parts[i].stratum) == 0)
			i++;
		status = source == NULL
			? add_stratum(test, covariance, parts + first, i - first, method,
						  &workspace)
			: open_stratum(test, covariance, parts + first, i - first, method,
						   source, &workspace);
	}

	/* by insertion: there are few groups */
	for (uint32_t i = 0; i < n; i++)
	{
		double		variance = covariance[(size_t) i * n + i];
		uint32_t	k = i;

		for (; k > 0 && covariance[(size_t) order[k - 1] * n +
								   order[k - 1]] > variance; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	solve(test, order, covariance, u, context);
	ef_discard_all(&workspace);
	return status;
}


/* ---- the hazard ratio ---- */

/* A day with exits, for Efron's likelihood. */
typedef struct Tie
{
	double		at_risk[2];
	double		exits[2];
} Tie;

/*
 * Return the sums of 1 / (y + k) and of 1 / (y + k)^2 over k from 0 to n - 1;
 * y >= 1.  M. Abramowitz and I. A. Stegun (1964), Handbook of Mathematical
 * Functions, 6.3.18 and 6.4.12, as differences that do not cancel.
 */
static void
reciprocal_sums(double y, double n, double *first, double *second)
{
	double		a = y + EXPLICIT_TERMS;
	double		b = y + n;
	double		u = 1 / (a * a);
	double		v = 1 / (b * b);

	*first = log1p((n - EXPLICIT_TERMS) / a) +
		(1 / a - 1 / b) / 2 + (u - v) / 12 - (u * u - v * v) / 120 +
		(u * u * u - v * v * v) / 252 -
		(u * u * u * u - v * v * v * v) / 240;
	*second = (n - EXPLICIT_TERMS) / a / b + (u - v) / 2 +
		(u / a - v / b) / 6 - (u * u / a - v * v / b) / 30 +
		(u * u * u / a - v * v * v / b) / 42 -
		(u * u * u * u / a - v * v * v * v / b) / 30;
	for (int k = 0; k < EXPLICIT_TERMS; k++)
	{
		*first += 1 / (y + k);
		*second += 1 / ((y + k) * (y + k));
	}
}

/*
 * Compute the score and the information of the log hazard ratio.  Where d
 * leave on a day, the l-th of them, l = 0 .. d - 1, is drawn from a risk set
 * that has lost l/d of them.  It is of the second group with probability
 *
 *	 p(l) = r (Y2 - l/d d2) / (Y1 + r Y2 - l/d (d1 + r d2))
 *
 * This has the form a + b / (x - l), so its sums over many l are known.
 */
static void
efron(const Tie *ties, size_t nties, double beta, double *score,
	  double *information, EfContext *context)
{
	double		ratio = exp(beta);

	*score = *information = 0;
	for (size_t i = 0; i < nties; i++)
	{
		const Tie  *tie = &ties[i];
		double		d = tie->exits[0] + tie->exits[1];

		ef_check_interrupt(context);
		*score += tie->exits[1];
		if (d > MANY_EXITS)
		{
			double		leaving = tie->exits[0] + ratio * tie->exits[1];
			double		staying = tie->at_risk[0] - tie->exits[0] +
				ratio * (tie->at_risk[1] - tie->exits[1]);
			double		a = ratio * tie->exits[1] / leaving;
			double		b = ratio * d / leaving *
				((tie->at_risk[1] * tie->exits[0] -
				  tie->at_risk[0] * tie->exits[1]) / leaving);
			double		first;
			double		second;

			reciprocal_sums(d * (staying / leaving) + 1, d, &first, &second);
			*score -= a * d + b * first;
			*information += a * (1 - a) * d + b * (1 - 2 * a) * first -
				b * b * second;
			continue;
		}
		for (double l = 0; l < d; l++)
		{
			double		first = tie->at_risk[0] - l / d * tie->exits[0];
			double		second = ratio * (tie->at_risk[1] - l / d * tie->exits[1]);
			double		p = second / (first + second);

			*score -= p;
			*information += p * (1 - p);
		}
	}
}

/* Does the likelihood have a maximum?  Not if on every day the group with the
 * lower hazard loses nobody that it could have kept. */
static bool
has_maximum(const Tie *ties, size_t nties)
{
	double		lowest = 0;		/* the score where the ratio is infinite */
	double		highest = 0;	/* and where it is zero */

	for (size_t i = 0; i < nties; i++)
	{
		const Tie  *tie = &ties[i];
		double		d = tie->exits[0] + tie->exits[1];

		lowest += tie->exits[1] - (tie->at_risk[1] > 0 ? d : 0);
		highest += tie->exits[1] - (tie->at_risk[0] > 0 ? 0 : d);
	}
	return lowest < 0 && highest > 0;
}

/*
 * Find the maximum by Newton's method, kept between the points where the
 * score has shown its sign: it falls as beta rises.
 */
static double
maximise(const Tie *ties, size_t nties, double *information,
		 EfContext *context)
{
	double		beta = 0;
	double		low = -INFINITY;
	double		high = INFINITY;

	for (int i = 0; i < MAXIMUM_STEPS; i++)
	{
		double		score;
		double		next;

		efron(ties, nties, beta, &score, information, context);
		if (score > 0)
			low = beta;
		else
			high = beta;
		next = beta + fmax(-2, fmin(2, score / *information));
		if (!(next > low && next < high) && isfinite(low) && isfinite(high))
			next = (low + high) / 2;
		if (fabs(next - beta) <= STEP_TOLERANCE * fmax(1, fabs(beta)))
			break;
		beta = next;
	}
	return beta;
}

EfStatus
ef_hazard_ratio(EfHazardRatio *result, const EfRiskSet *first,
				const EfRiskSet *second, double level, EfContext *context)
{
	EfRiskReader readers[2];
	uint8_t    *exit_days;
	Tie		   *ties;
	size_t		nties = 0;
	double		factor = 0;
	EfStatus	status = ef_level_factor(level, &factor, context);

	result->ratio = result->lower = result->upper = NAN;
	if (status != EF_OK)
		return status;
	exit_days = ef_alloc_zeroed(context, EF_SPELL_DAYS + 1);
	ties = ef_alloc(context, (first->ndays + second->ndays) * sizeof(Tie));
	ef_risk_mark_exits(exit_days, first);
	ef_risk_mark_exits(exit_days, second);
	ef_risk_read(&readers[0], first);
	ef_risk_read(&readers[1], second);
	for (uint32_t day = 0; day <= EF_SPELL_DAYS; day++)
		if (exit_days[day])
		{
			for (int g = 0; g < 2; g++)
			{
				int64_t		at_risk;
				int64_t		exits;

				read_day(&readers[g], day, &at_risk, &exits);
				ties[nties].at_risk[g] = (double) at_risk;
				ties[nties].exits[g] = (double) exits;
			}
			nties++;
		}
	if (has_maximum(ties, nties))
	{
		double		information;
		double		beta = maximise(ties, nties, &information, context);
		double		span = factor / sqrt(information);

		result->ratio = exp(beta);
		result->lower = exp(beta - span);
		result->upper = exp(beta + span);
	}
	ef_release(context, exit_days);
	ef_release(context, ties);
	return EF_OK;
}
