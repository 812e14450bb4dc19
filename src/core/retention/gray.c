/*
 * gray.c
 *	  See gray.h.
 *
 * If the incidence of the reason is the same in all groups, F, the score of
 * group k is to the first order a sum over the groups j and the days u of
 *
 *	 (S a + (S - (1 - F)) (c(end) - c(u))) dM1 / Y	 of those for the reason,
 *	 -(1 - F) (c(end) - c(u)) dM2 / Y				 of those for another,
 *
 * with all but the index k of j, and
 *
 *	 a_kj = h_k ((k = j) - h_j / sum of h)
 *	 c_kj(u) = sum over the days until u of a_kj dF / (1 - F)
 *
 * for d(F_j / (1 - F)) has a part dF / (1 - F)^2, on which earlier days
 * bear.  dM1 and dM2 are uncorrelated between days, groups and reasons. Their
 * variances are D S / (Y sum of h) (where Gray takes the pooled F for the
 * hazard) and the exits x2 / Y for other reasons; several exits on one day
 * lack the share of a draw without replacement.  c(end) is known at the end
 * only, so the sums of products are kept apart.
 */
#include "retention/gray.h"

#include <math.h>


/*
 * Rounding of a pooled probability.  Where no more is left of it, groups that
 * are still compared have no test, since NaN spreads into the variance.
 */
#define NOTHING 1e-13

/* A group on a day, and the sums it carries from day to day. */
typedef struct Group
{
	double		retained;		/* S, before the day */
	double		incidence;		/* F_k */
	double		h;				/* of the day */
	double		after;			/* S, after it */
} Group;

/*
 * Working memory of a stratum; matrices are of n x n groups, those of the
 * stratum.
 */
typedef struct Work
{
	EfStratum  *stratum;
	uint32_t	n;
	Group	   *groups;
	double		incidence;		/* pooled, F */
	double	   *c;
	double	   *sum_products;	/* of the parts without c(end) */
	double	   *sum_vectors;	/* row j: of those, times what c(end) has */
	double	   *sum_squares;	/* by j: of what c(end) has */
	double	   *vector;
} Work;

/*
 * Return the factor of a variance where several of those at risk leave at
 * once. It is negative if more leave than would be at risk had all groups
 * kept as many as this one.  So the whole need not be a covariance: see
 * solve().
 */
static double
draw_factor(double exits, double at_risk)
{
	return exits > 1 ? 1 - (exits - 1) / (at_risk - 1) : 1;
}

/*
 * Add the variance of one group's increments: its part in the score of group k
 * is own a_kj - fixed c_kj(u) + fixed c_kj(end).
 */
static void
add_variance(Work *work, uint32_t j, double sum_h, double own, double fixed,
			 double variance)
{
	uint32_t	n = work->n;
	const double *c = work->c + (size_t) j * n;
	double	   *vectors = work->sum_vectors + (size_t) j * n;

	/* a group that is not here any more may still be in c(end) */
	for (uint32_t k = 0; k < n; k++)
		work->vector[k] = -fixed * c[k];
	if (own > 0)
		for (uint32_t i = 0; i < work->stratum->nhere; i++)
		{
			uint32_t	k = work->stratum->here[i];
			const Group *group = &work->groups[k];

			work->vector[k] += own * group->h *
				((k == j) - work->groups[j].h / sum_h);
		}
	for (uint32_t k = 0; k < n; k++)
	{
		double	   *row = work->sum_products + (size_t) k * n;

		vectors[k] += variance * fixed * work->vector[k];
		for (uint32_t l = 0; l <= k; l++)
			row[l] += variance * work->vector[k] * work->vector[l];
	}
	work->sum_squares[j] += variance * fixed * fixed;
}

/* A day of a stratum: sums over the groups here, and the step of F. */
typedef struct Day
{
	double		sum_h;
	double		sum_r;
	double		exits;			/* for the reason */
	double		step;
} Day;

static Day
sum_day(Work *work)
{
	Day			sums = {0};

	for (uint32_t i = 0; i < work->stratum->nhere; i++)
	{
		const EfGroupDay *day = &work->stratum->groups[work->stratum->here[i]];
		Group	   *group = &work->groups[work->stratum->here[i]];

		group->h = (double) day->at_risk / group->retained;
		group->after = group->retained *
			((double) (day->at_risk - day->exits) / (double) day->at_risk);
		sums.sum_h += group->h;
		sums.sum_r += group->h * (1 - group->incidence);
		sums.exits += (double) day->exits_kept;
	}
	sums.step = sums.exits / sums.sum_h;
	return sums;
}

/* Add the exits of a day to the test, and what they add to c. */
static void
add_exits(EfLogRank *test, Work *work, const Day *sums)
{
	const uint32_t *here = work->stratum->here;
	uint32_t	nhere = work->stratum->nhere;
	bool		compared = nhere > 1;
	double		left = 1 - work->incidence;
	double		weight = left > NOTHING ? sums->step / left : NAN;

	for (uint32_t i = 0; i < nhere; i++)
	{
		uint32_t	k = here[i];
		const Group *group = &work->groups[k];
		EfLogRankGroup *of_test = &test->groups[work->stratum->number[k]];

		of_test->exits += work->stratum->groups[k].exits_kept;
		of_test->expected += sums->exits *
			(group->h * (1 - group->incidence) / sums->sum_r);
		for (uint32_t l = 0; compared && l < nhere; l++)
		{
			uint32_t	j = here[l];

			work->c[(size_t) k * work->n + j] += weight * group->h *
				((k == j) - work->groups[j].h / sums->sum_h);
		}
	}
}

/* Add the variances of a day, after which the pooled incidence is `after`. */
static void
add_variances(Work *work, const Day *sums, double after)
{
	for (uint32_t i = 0; i < work->stratum->nhere; i++)
	{
		uint32_t	j = work->stratum->here[i];
		const EfGroupDay *day = &work->stratum->groups[j];
		const Group *group = &work->groups[j];
		double		y = (double) day->at_risk;
		double		s = group->retained;
		double		others = (double) (day->exits - day->exits_kept);

		/* nothing comes after who is all gone: c(end) is c(u) */
		double		rest = group->after > 0 ? (1 - after) / group->after : 0;

		if (sums->exits > 0)
			add_variance(work, j, sums->sum_h, 1, 1 - rest,
						 draw_factor(sums->exits, sums->sum_h * s) * s *
						 sums->step / y);
		if (others > 0 && rest != 0)
			add_variance(work, j, sums->sum_h, 0, rest,
						 draw_factor(others, y) * s * (s * others / y) / y);
	}
}

/* Add a day on which the probabilities of `here` are known. */
static void
add_day(EfLogRank *test, Work *work)
{
	Day			sums = sum_day(work);
	double		after = work->incidence + sums.step;

	if (sums.exits > 0)
		add_exits(test, work, &sums);

	/* the score of one group is 0, and does not vary */
	if (work->n > 1)
		add_variances(work, &sums, after);

	for (uint32_t i = 0; i < work->stratum->nhere; i++)
	{
		EfGroupDay *day = &work->stratum->groups[work->stratum->here[i]];
		Group	   *group = &work->groups[work->stratum->here[i]];

		group->incidence += group->retained *
			((double) day->exits_kept / (double) day->at_risk);
		group->retained = group->after;

		/* where all had left, the estimate stays 0, whoever enters later */
		day->over = !(group->retained > 0);
	}
	work->incidence = after;
}

/* Put together what waited for c(end), of the groups that the stratum has. */
static void
add_covariance(double *covariance, uint32_t ngroups, const Work *work,
			   EfContext *context)
{
	uint32_t	n = work->n;

	for (uint32_t k = 0; k < n; k++)
	{
		double	   *row = covariance + (size_t) work->stratum->number[k] * ngroups;

		ef_check_interrupt(context);
		for (uint32_t l = 0; l <= k; l++)
		{
			double	   *sum = &row[work->stratum->number[l]];

			*sum += work->sum_products[(size_t) k * n + l];
			for (uint32_t j = 0; j < n; j++)
			{
				const double *c = work->c + (size_t) j * n;
				const double *vectors = work->sum_vectors + (size_t) j * n;

				*sum += c[k] * vectors[l] + c[l] * vectors[k] +
					c[k] * c[l] * work->sum_squares[j];
			}
		}
	}
}

EfStatus
ef_gray_stratum(EfLogRank *test, double *covariance, EfStratum *stratum,
				EfWorkspace *workspace)
{
	uint32_t	n = stratum->ngroups;
	EfStatus	status = EF_OK;
	const Group fresh = {.retained = 1};
	Work		work = {.stratum = stratum,.n = n};

	work.groups = ef_grab(workspace, n, sizeof(Group));
	work.c = ef_grab_doubles(workspace, (size_t) n * n);
	work.sum_products = ef_grab_doubles(workspace, (size_t) n * n);
	work.sum_vectors = ef_grab_doubles(workspace, (size_t) n * n);
	work.sum_squares = ef_grab_doubles(workspace, n);
	work.vector = ef_grab_doubles(workspace, n);
	for (uint32_t k = 0; k < n; k++)
		work.groups[k] = fresh;
	while (ef_stratum_next(stratum, &status, workspace->context))
		if (stratum->nhere > 0)
			add_day(test, &work);
	if (n > 1)
		add_covariance(covariance, test->ngroups, &work, workspace->context);
	return status;
}
