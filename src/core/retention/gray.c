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

#include "base/bits.h"

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
	int64_t		at_risk;
	int64_t		exits;			/* for any reason */
	int64_t		exits_for_it;
	double		h;				/* of the day */
	double		after;			/* S, after it */
} Group;

/*
 * Working memory of a stratum; matrices are of n x n groups, those of the
 * stratum.
 */
typedef struct Work
{
	uint32_t	n;
	uint32_t   *number;			/* each one's in the test, in order */
	Group	   *groups;
	uint32_t   *here;			/* groups that can still lose somebody */
	uint32_t	nhere;
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
		for (uint32_t i = 0; i < work->nhere; i++)
		{
			uint32_t	k = work->here[i];
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

/* Add a day on which the probabilities of `here` are known. */
static void
add_day(EfLogRank *test, Work *work)
{
	double		sum_h = 0;
	double		sum_r = 0;
	double		exits = 0;
	double		step;
	double		after;

	for (uint32_t i = 0; i < work->nhere; i++)
	{
		Group	   *group = &work->groups[work->here[i]];

		group->h = (double) group->at_risk / group->retained;
		group->after = group->retained *
			((double) (group->at_risk - group->exits) /
			 (double) group->at_risk);
		sum_h += group->h;
		sum_r += group->h * (1 - group->incidence);
		exits += (double) group->exits_for_it;
	}
	step = exits / sum_h;
	after = work->incidence + step;

	if (exits > 0)
	{
		bool		compared = work->nhere > 1;
		double		left = 1 - work->incidence;
		double		weight = left > NOTHING ? step / left : NAN;

		for (uint32_t i = 0; i < work->nhere; i++)
		{
			uint32_t	k = work->here[i];
			const Group *group = &work->groups[k];

			test->groups[work->number[k]].exits += group->exits_for_it;
			test->groups[work->number[k]].expected += exits *
				(group->h * (1 - group->incidence) / sum_r);
			for (uint32_t l = 0; compared && l < work->nhere; l++)
			{
				uint32_t	j = work->here[l];

				work->c[(size_t) k * work->n + j] += weight * group->h *
					((k == j) - work->groups[j].h / sum_h);
			}
		}
	}

	/* the score of one group is 0, and does not vary */
	for (uint32_t i = 0; work->n > 1 && i < work->nhere; i++)
	{
		uint32_t	j = work->here[i];
		Group	   *group = &work->groups[j];
		double		y = (double) group->at_risk;
		double		s = group->retained;
		double		others = (double) (group->exits - group->exits_for_it);

		/* nothing comes after who is all gone: c(end) is c(u) */
		double		rest = group->after > 0 ? (1 - after) / group->after : 0;

		if (exits > 0)
			add_variance(work, j, sum_h, 1, 1 - rest,
						 draw_factor(exits, sum_h * s) * s * step / y);
		if (others > 0 && rest != 0)
			add_variance(work, j, sum_h, 0, rest,
						 draw_factor(others, y) * s * (s * others / y) / y);
	}

	for (uint32_t i = 0; i < work->nhere; i++)
	{
		Group	   *group = &work->groups[work->here[i]];

		group->incidence += group->retained *
			((double) group->exits_for_it / (double) group->at_risk);
		group->retained = group->after;
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
		double	   *row = covariance + (size_t) work->number[k] * ngroups;

		ef_check_interrupt(context);
		for (uint32_t l = 0; l <= k; l++)
		{
			double	   *sum = &row[work->number[l]];

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

/* Read what happens in a group on a day from all parts of it. */
EF_NODISCARD static EfStatus
read_groups(Work *work, EfRiskReader *readers, const uint32_t *group_of,
			size_t nparts, uint32_t day, EfContext *context)
{
	int64_t		all_at_risk = 0;

	work->nhere = 0;
	for (size_t i = 0; i < nparts; i++)
	{
		Group	   *group = &work->groups[group_of[i]];
		const EfRiskDay *there = ef_risk_go(&readers[i], day);
		int64_t		at_risk = readers[i].present;

		/* where all had left, the estimate stays 0, whoever enters later */
		if (at_risk == 0 || !(group->retained > 0))
			continue;
		if (work->nhere == 0 || work->here[work->nhere - 1] != group_of[i])
		{
			work->here[work->nhere++] = group_of[i];
			group->at_risk = group->exits = group->exits_for_it = 0;
		}
		if (ef_add_overflow(all_at_risk, at_risk, &all_at_risk))
			return ef_fail(context, EF_COUNT_OVERFLOW,
						   "The people at risk do not fit 64 bits.");
		group->at_risk += at_risk;
		if (there != NULL)
		{
			group->exits += there->exits;
			group->exits_for_it += ef_exits_kept(there);
		}
	}
	return EF_OK;
}

EfStatus
ef_gray_stratum(EfLogRank *test, double *covariance,
				const EfLogRankPart *parts, size_t nparts,
				EfWorkspace *workspace)
{
	uint32_t	n;
	EfMark		mark = ef_mark(workspace);
	EfRiskReader *readers = ef_grab(workspace, nparts, sizeof(EfRiskReader));
	uint32_t   *group_of = ef_grab(workspace, nparts, sizeof(uint32_t));
	uint8_t    *exit_days = ef_grab(workspace, EF_SPELL_DAYS + 1, 1);
	EfStatus	status = EF_OK;
	const Group fresh = {.retained = 1};
	Work		work = {0};

	/* parts come by group, so a group's are neighbours */
	work.number = ef_grab(workspace, nparts, sizeof(uint32_t));
	for (size_t i = 0; i < nparts; i++)
	{
		uint32_t	number = ef_log_rank_group(test, &parts[i].group);

		if (work.n == 0 || work.number[work.n - 1] != number)
			work.number[work.n++] = number;
		group_of[i] = work.n - 1;
	}
	n = work.n;
	work.groups = ef_grab(workspace, n, sizeof(Group));
	work.here = ef_grab(workspace, n, sizeof(uint32_t));
	work.c = ef_grab_doubles(workspace, (size_t) n * n);
	work.sum_products = ef_grab_doubles(workspace, (size_t) n * n);
	work.sum_vectors = ef_grab_doubles(workspace, (size_t) n * n);
	work.sum_squares = ef_grab_doubles(workspace, n);
	work.vector = ef_grab_doubles(workspace, n);
	for (uint32_t k = 0; k < n; k++)
		work.groups[k] = fresh;
	for (size_t i = 0; i < nparts; i++)
	{
		ef_risk_read(&readers[i], parts[i].risk);
		ef_risk_mark_exits(exit_days, parts[i].risk);
	}
	for (uint32_t day = 0; day <= EF_SPELL_DAYS && status == EF_OK; day++)
	{
		if (!exit_days[day])
			continue;
		ef_check_interrupt(workspace->context);
		status = read_groups(&work, readers, group_of, nparts, day,
							 workspace->context);
		if (status == EF_OK && work.nhere > 0)
			add_day(test, &work);
	}
	if (n > 1)
		add_covariance(covariance, test->ngroups, &work, workspace->context);
	ef_discard(workspace, mark);
	return status;
}
