/*
 * funnel_estimate.c
 *	  See funnel_estimate.h.
 */
#include "funnel/funnel_estimate.h"

#include <math.h>
#include <string.h>

#include "base/invariant.h"
#include "estimate/estimate.h"
#include "funnel/leavers.h"

/*
 * Rounding of a sum of steps: a difference from the exact sum that is smaller
 * means nothing.
 */
#define ROUNDING 1e-12


/* ---- the clock of the chain ---- */

/*
 * The estimate as it moves on from day to day: for each stage the number of
 * people at it, the probability of being at it, and that of having reached
 * it.
 *
 * Each step moves a share a = count / n of the probability p of one stage: on
 * to the next, or away.  Whatever came before, such a step is linear, and
 * adds a binomial error of variance p^2 a (1 - a) / n; steps are
 * uncorrelated.  So the covariance takes the same steps, and adds the
 * variance of each: the recursion (4.4.19) of Andersen, Borgan, Gill and
 * Keiding (1993), Statistical Models Based on Counting Processes, for these
 * transitions.
 */
typedef struct Walk
{
	uint32_t	nstages;		/* those beyond are not looked at */
	EfLeavers	leavers[EF_STAGE_LIMIT];
	int64_t		at_risk[EF_STAGE_LIMIT];
	double		there[EF_STAGE_LIMIT];
	double		reached[EF_STAGE_LIMIT];

	/* spans of days in which people come to the last stage; or NULL */
	const int32_t *starts;
	uint32_t	nspans;
	uint32_t	span;			/* of the day that it has come to */
	double	   *arrived;		/* by span */

	/* of there, reached and arrived, in this order, square; or NULL */
	size_t		size;
	double	   *covariance;
} Walk;

static void
walk_begin(Walk *walk, const EfFunnel *funnel, uint32_t nstages)
{
	memset(walk, 0, sizeof(*walk));
	walk->nstages = nstages;
	for (uint32_t i = 0; i + 1 < nstages; i++)
		ef_leavers_of_chain(&walk->leavers[i], &funnel->table, i + 1);
	walk->at_risk[0] = funnel->counts[0].entered;
	walk->there[0] = walk->reached[0] = 1;
}

/*
 * Move the covariance by a step: a share of stage i goes away, to other rows.
 */
static void
move_covariance(Walk *walk, size_t i, const size_t *to, unsigned nto,
				double share, double stay, double error)
{
	size_t		size = walk->size;
	double	   *c = walk->covariance;

	for (size_t k = 0; k < size; k++)
	{
		double		x = c[i * size + k];

		c[i * size + k] = stay * x;
		for (unsigned r = 0; r < nto; r++)
			c[to[r] * size + k] += share * x;
	}
	for (size_t k = 0; k < size; k++)
	{
		double	   *row = c + k * size;
		double		x = row[i];

		row[i] = stay * x;
		for (unsigned r = 0; r < nto; r++)
			row[to[r]] += share * x;
	}
	c[i * size + i] += error;
	for (unsigned r = 0; r < nto; r++)
	{
		c[to[r] * size + i] -= error;
		c[i * size + to[r]] -= error;
		for (unsigned q = 0; q < nto; q++)
			c[to[r] * size + to[q]] += error;
	}
}

/* Let a part of those at a stage go on, or away. */
static void
walk_step(Walk *walk, uint32_t i, int64_t count, bool on)
{
	double		n = (double) walk->at_risk[i];
	double		share = (double) count / n;
	double		stay = (double) (walk->at_risk[i] - count) / n;
	double		p = walk->there[i];
	uint32_t	next = i + 1;
	bool		arrives = on && walk->nspans > 0 && next + 1 == walk->nstages;

	if (count == 0)
		return;
	if (walk->covariance != NULL)
	{
		size_t		to[3];
		unsigned	nto = 0;

		if (on)
		{
			to[nto++] = next;
			to[nto++] = walk->nstages + next;
		}
		if (arrives)
			to[nto++] = 2 * walk->nstages + walk->span;
		move_covariance(walk, i, to, nto, share, stay, p * p * share * stay / n);
	}
	walk->at_risk[i] -= count;
	walk->there[i] = p * stay;
	if (on)
	{
		walk->at_risk[next] += count;
		walk->there[next] += p * share;
		walk->reached[next] += p * share;
	}
	if (arrives)
		walk->arrived[walk->span] += p * share;
}

/* Have the covariance reckoned, from the beginning; walk->starts is set. */
static void
walk_with_covariance(Walk *walk, EfWorkspace *workspace)
{
	walk->size = 2 * (size_t) walk->nstages + walk->nspans;
	walk->covariance = ef_grab_doubles(workspace, walk->size * walk->size);
}

/* Walk to the next day on which anybody leaves a stage; false at the end. */
static bool
walk_day(Walk *walk, uint32_t *day, EfContext *context)
{
	uint32_t	nleft = walk->nstages - 1;

	ef_check_interrupt(context);
	*day = UINT32_MAX;
	for (uint32_t i = 0; i < nleft; i++)
		if (ef_leavers_day(&walk->leavers[i]) < *day)
			*day = ef_leavers_day(&walk->leavers[i]);
	if (*day == UINT32_MAX)
		return false;
	while (walk->span + 1 < walk->nspans &&
		   walk->starts[walk->span + 1] <= (int32_t) *day)
		walk->span++;
	for (EfWay way = EF_WAY_ON; way <= EF_WAY_LOST; way++)
		for (uint32_t i = 0; i < nleft; i++)
			walk_step(walk, i, ef_leavers_take(&walk->leavers[i], way, *day),
					  way == EF_WAY_ON);
	for (uint32_t i = 0; i < nleft; i++)
		walk->at_risk[i] -= ef_leavers_take(&walk->leavers[i], EF_WAY_PENDING,
											*day);
	return true;
}

static void
walk_to_end(Walk *walk, EfContext *context)
{
	uint32_t	day;

	while (walk_day(walk, &day, context))
		;
}

/* The estimates of a stage and those before it, without their limits. */
typedef struct Outcome
{
	double		value;
	double		known;			/* people with a known outcome */
	bool		exact;			/* all of them are */
} Outcome;

/* Can anybody still come from a stage to another? */
static bool
is_open(const Walk *walk, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		if (walk->there[i] > 0)
			return true;
	return false;
}

/*
 * Return the share of those who reached a stage that has come to another.  A
 * share that has come to 1 is exactly 1, whatever rounding leaves of it.
 */
static double
come_to(const Walk *walk, const EfFunnel *funnel, uint32_t from, uint32_t to)
{
	bool		gone = false;

	for (uint32_t i = from; i < to; i++)
		gone = gone || funnel->counts[i].exited > 0 ||
			funnel->counts[i].lost > 0;
	if (!gone && !is_open(walk, from, to))
		return 1;
	return fmin(walk->reached[to] / walk->reached[from], 1);
}

static bool
nobody_pending(const EfFunnel *funnel, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		if (funnel->counts[i].pending > 0)
			return false;
	return true;
}

/*
 * Estimate, after a walk to the end, how many of those who reached a stage
 * come to another: from the first to any, or from one to the next.
 */
static Outcome
outcome(const Walk *walk, const EfFunnel *funnel, uint32_t from, uint32_t to)
{
	const EfStageCounts *counts = funnel->counts;
	int64_t		entered = counts[from].entered;
	int64_t		pending = 0;
	Outcome		result = {NAN, 0, false};

	for (uint32_t i = from; i < to; i++)
		pending += counts[i].pending;
	if (entered == 0)
		return result;
	result.exact = nobody_pending(funnel, 0, to);
	result.known = (double) (entered - pending);
	result.value = result.exact ? (double) counts[to].entered / (double) entered
		: come_to(walk, funnel, from, to);
	return result;
}

/*
 * Is the share that comes to a stage final, after a walk to the end: is
 * nobody pending, or nobody left at risk?  Where some were seen until the
 * window closed, the risk set empties with them.
 */
static bool
is_final(const Walk *walk, const EfFunnel *funnel, uint32_t to)
{
	return nobody_pending(funnel, 0, to) || !is_open(walk, 0, to);
}

/* Return the last day of the clock; -1 if it has none. */
static int32_t
last_day(const EfFunnel *funnel)
{
	int32_t		last = -1;

	for (size_t i = 0; i < funnel->table.ncells; i++)
	{
		EfKey		key = funnel->table.cells[i].key;

		if (ef_key_kind(key) <= EF_STAGE_PENDING &&
			(int32_t) ef_key_at(key) > last)
			last = (int32_t) ef_key_at(key);
	}
	return last;
}

static void
set_estimate(EfEstimate *estimate, const Outcome *outcome, double variance,
			 double factor)
{
	double		p = outcome->value;
	double		n = outcome->known;

	estimate->value = p;
	if (!outcome->exact && p > 0 && p < 1)
		n = p * (1 - p) / variance;
	ef_wilson_limits(p, n, factor, &estimate->lower, &estimate->upper);
}

EfStatus
ef_funnel_estimate(const EfFunnel *funnel, double level,
				   EfStageEstimates stages[EF_STAGE_LIMIT],
				   int32_t *observed_days, EfContext *context)
{
	const EfEstimate none = {NAN, NAN, NAN};
	uint32_t	nstages = funnel->spec.nstages;
	size_t		size = 2 * (size_t) nstages;
	EfWorkspace workspace = {context, NULL};
	Walk		walk;
	double		factor;
	EfStatus	status = ef_level_factor(level, &factor, context);

	if (status != EF_OK)
		return status;
	*observed_days = last_day(funnel);
	walk_begin(&walk, funnel, nstages);
	if (!nobody_pending(funnel, 0, nstages))
	{
		walk_with_covariance(&walk, &workspace);
		walk_to_end(&walk, context);
	}

	for (uint32_t i = 0; i < nstages && status == EF_OK; i++)
	{
		EfStageEstimates *stage = &stages[i];
		const double *row = walk.covariance;
		double		variance[3] = {NAN, NAN, NAN};	/* this, both, next */
		Outcome		result;

		stage->cumulative = none;
		stage->conversion = none;
		stage->cumulative_final = is_final(&walk, funnel, i);
		stage->conversion_final = false;
		stage->median_days = -1;
		if (row != NULL)
		{
			row += (nstages + i) * size + nstages + i;
			variance[0] = row[0];
		}
		result = outcome(&walk, funnel, 0, i);
		set_estimate(&stage->cumulative, &result, variance[0], factor);
		if (i == 0)
			stage->cumulative.lower = stage->cumulative.value;
		if (i + 1 == nstages)
			break;

		/* the delta method for a ratio */
		result = outcome(&walk, funnel, i, i + 1);
		if (row != NULL)
		{
			double		reached = walk.reached[i];

			variance[1] = row[1];
			variance[2] = row[size + 1];
			variance[2] += result.value *
				(result.value * variance[0] - 2 * variance[1]);
			variance[2] /= reached * reached;
		}
		set_estimate(&stage->conversion, &result, variance[2], factor);
		stage->conversion_final = is_final(&walk, funnel, i + 1);
		status = ef_funnel_quantile_days(funnel, i + 1, i + 2, 0.5,
										 &stage->median_days, context);
	}
	ef_discard_all(&workspace);
	return status;
}


/* ---- when they come to the last stage ---- */

void
ef_funnel_arrivals(const EfFunnel *funnel, const int32_t *starts,
				   uint32_t nspans, bool limits, EfArrivals *arrivals,
				   EfWorkspace *workspace)
{
	uint32_t	nstages = funnel->spec.nstages;
	bool		exact = nobody_pending(funnel, 0, nstages);
	double		entered = (double) funnel->counts[0].entered;
	Walk		walk;

	EF_ASSERT(nspans > 0 && starts[0] == 0);
	arrivals->nstages = nstages;
	arrivals->nspans = nspans;
	arrivals->share = ef_grab_doubles(workspace, nspans);
	walk_begin(&walk, funnel, nstages);
	walk.starts = starts;
	walk.nspans = nspans;
	walk.arrived = arrivals->share;
	if (limits)
		walk_with_covariance(&walk, workspace);
	arrivals->size = walk.size;
	arrivals->covariance = walk.covariance;
	if (limits || !exact)
		walk_to_end(&walk, workspace->context);
	for (uint32_t i = 0; i < nstages; i++)
	{
		Outcome		result = outcome(&walk, funnel, 0, i);

		arrivals->reached[i] = result.value;
	}
	if (exact)
	{
		size_t		n;
		const EfCell *cells = ef_table_series(&funnel->table, nstages,
											  EF_REACHED, &n);
		uint32_t	span = 0;

		memset(arrivals->share, 0, nspans * sizeof(double));
		for (size_t i = 0; i < n; i++)
		{
			while (span + 1 < nspans &&
				   starts[span + 1] <= (int32_t) ef_key_at(cells[i].key))
				span++;
			arrivals->share[span] += (double) cells[i].count;
		}
		for (span = 0; span < nspans; span++)
			arrivals->share[span] /= entered;
	}
}

double
ef_funnel_arrivals_variance(const EfArrivals *arrivals, const double *weight,
							uint32_t stage)
{
	uint32_t	nspans = arrivals->nspans;
	size_t		size = arrivals->size;
	size_t		of_stage = (size_t) arrivals->nstages + stage - 1;
	size_t		first = 2 * (size_t) arrivals->nstages;
	const double *c = arrivals->covariance;
	double		reached = arrivals->reached[stage - 1];
	double		sum = 0;
	double		variance = 0;
	double		shared = 0;

	EF_ASSERT(c != NULL && stage > 0 && stage <= arrivals->nstages);
	for (uint32_t a = 0; a < nspans; a++)
	{
		const double *row = c + (first + a) * size;
		double		its = 0;

		if (weight[a] == 0)
			continue;
		for (uint32_t b = 0; b < nspans; b++)
			its += weight[b] * row[first + b];
		variance += weight[a] * its;
		shared += weight[a] * row[of_stage];
		sum += weight[a] * arrivals->share[a];
	}

	/* the delta method for a ratio */
	sum /= reached;
	variance += sum * (sum * c[of_stage * size + of_stage] - 2 * shared);
	return fmax(variance / (reached * reached), 0);
}


/* ---- one stage to another, day by day ---- */

/*
 * The probability of having come from one stage to another, which changes from
 * day to day.  Where nobody is pending it is a count of people out of `whole`.
 */
typedef struct Curve
{
	const EfFunnel *funnel;
	bool		exact;
	double		whole;
	double		value;			/* up to the day that was read last */
	uint32_t	day;
	uint32_t	to;
	const EfCell *at;			/* exact: people coming */
	const EfCell *end;
	bool		on_chain;		/* else: the clock of the chain... */
	Walk		walk;
	EfLeavers	leavers;		/* ...or those of a stage */
	bool		alone;			/* with no other way to leave it */
	int64_t		at_risk;
	EfAalenJohansen process;
} Curve;

static void
curve_begin(Curve *curve, const EfFunnel *funnel, uint32_t from, uint32_t to,
			EfContext *context)
{
	memset(curve, 0, sizeof(*curve));
	curve->funnel = funnel;
	curve->to = to;
	curve->whole = 1;
	curve->exact = nobody_pending(funnel, from, to);
	curve->on_chain = from == 0;
	if (curve->exact)
	{
		size_t		n;

		curve->whole = (double) funnel->counts[from].entered;
		curve->at = curve->on_chain
			? ef_table_series(&funnel->table, to + 1, EF_REACHED, &n)
			: ef_table_series(&funnel->table, from + 1, EF_CONVERTED_AFTER, &n);
		curve->end = curve->at + n;
		return;
	}
	if (curve->on_chain)
	{
		walk_begin(&curve->walk, funnel, to + 1);
		return;
	}
	ef_leavers_of_stage(&curve->leavers, &funnel->table, from + 1);
	curve->alone = funnel->counts[from].exited + funnel->counts[from].lost == 0;
	curve->at_risk = funnel->counts[from].entered;
	ef_aalen_johansen_begin(&curve->process, 1, context);
}

static void
curve_end(Curve *curve, EfContext *context)
{
	ef_release(context, curve->process.incidence);
}

/*
 * Take a day of a stage's own clock, where exits and closing windows compete.
 */
static bool
stage_day(Curve *curve)
{
	EfLeavers  *leavers = &curve->leavers;
	int64_t		on;
	int64_t		away;

	curve->day = ef_leavers_day(leavers);
	if (curve->day == UINT32_MAX)
		return false;
	on = ef_leavers_take(leavers, EF_WAY_ON, curve->day);
	away = ef_leavers_take(leavers, EF_WAY_EXITED, curve->day) +
		ef_leavers_take(leavers, EF_WAY_LOST, curve->day);
	ef_aalen_johansen_day(&curve->process, curve->at_risk, on + away);
	if (on > 0)
		ef_aalen_johansen_exits(&curve->process, 1, on);
	curve->at_risk -= on + away +
		ef_leavers_take(leavers, EF_WAY_PENDING, curve->day);
	/* a share that comes to 1 is exactly 1 */
	curve->value = curve->alone ? 1 - curve->process.curve.retained
		: curve->process.incidence[0].probability;
	return true;
}

/* Go to the next day on which the curve may change; false at the end. */
static bool
curve_next(Curve *curve, EfContext *context)
{
	if (!curve->exact && curve->on_chain)
	{
		if (!walk_day(&curve->walk, &curve->day, context))
			return false;
		curve->value = come_to(&curve->walk, curve->funnel, 0, curve->to);
		return true;
	}
	ef_check_interrupt(context);
	if (!curve->exact)
		return stage_day(curve);
	if (curve->at == curve->end)
		return false;
	curve->day = ef_key_at(curve->at->key);
	curve->value += (double) (curve->at++)->count;
	return true;
}

/* Is the outcome of anybody not known on the day read last? */
static bool
curve_open(const Curve *curve)
{
	if (curve->exact)
		return false;
	return curve->on_chain ? is_open(&curve->walk, 0, curve->to)
		: curve->process.curve.retained > 0;
}

EF_REPORT(EF_STAGES_APART, INVALID_PARAMETER_VALUE,
		  "from_stage must be the first stage or the one before to_stage",
		  "A funnel holds times since its start and times between successive stages.");

EF_NODISCARD static EfStatus
check_stages(const EfFunnel *funnel, uint32_t from, uint32_t to,
			 EfContext *context)
{
	const EfLabel *stages = funnel->spec.stages;

	if (from < to && (from == 1 || from + 1 == to))
		return EF_OK;
	return ef_fail(context, EF_STAGES_APART,
				   "\"%s\" is stage %u and \"%s\" stage %u.",
				   ef_label_shown(&stages[from - 1]).text, from,
				   ef_label_shown(&stages[to - 1]).text, to);
}

/* Return the conversion in the end; NaN if it is not known yet. */
static double
final_conversion(const EfFunnel *funnel, uint32_t from, uint32_t to,
				 EfContext *context)
{
	Walk		walk;
	Outcome		result;

	walk_begin(&walk, funnel, to + 1);
	if (!nobody_pending(funnel, 0, to))
		walk_to_end(&walk, context);
	result = outcome(&walk, funnel, from, to);
	return is_final(&walk, funnel, to) ? result.value : NAN;
}

EfStatus
ef_funnel_conversion_by(const EfFunnel *funnel, uint32_t from, uint32_t to,
						const EfDuration *by, double *conversion,
						EfContext *context)
{
	Curve		curve;
	int32_t		until;
	int32_t		last = -1;		/* day of the clock */
	double		value = 0;
	bool		more;
	EfStatus	status = check_stages(funnel, from, to, context);

	if (status == EF_OK && by != NULL)
		status = ef_duration_check(by, false, context);
	if (status != EF_OK)
		return status;
	from--;
	to--;
	*conversion = NAN;
	if (by == NULL)
		*conversion = final_conversion(funnel, from, to, context);
	if (by == NULL || funnel->counts[from].entered == 0)
		return EF_OK;

	until = ef_duration_days(by, 1);
	curve_begin(&curve, funnel, from, to, context);
	if (curve.on_chain)
		last = last_day(funnel);
	while ((more = curve_next(&curve, context)) &&
		   curve.day <= (uint32_t) until)
	{
		value = curve.value / curve.whole;
		if ((int32_t) curve.day > last)
			last = (int32_t) curve.day;
	}
	if (more || until <= last || !curve_open(&curve))
		*conversion = value;
	curve_end(&curve, context);
	return EF_OK;
}

EfStatus
ef_funnel_conversion_limits(const EfFunnel *funnel, uint32_t from,
							uint32_t to, double level, EfEstimate *conversion,
							EfContext *context)
{
	const EfEstimate unknown = {NAN, NAN, NAN};
	EfStageEstimates stages[EF_STAGE_LIMIT];
	int32_t		observed_days;
	EfStatus	status = check_stages(funnel, from, to, context);

	*conversion = unknown;
	if (status == EF_OK)
		status = ef_funnel_estimate(funnel, level, stages, &observed_days,
									context);
	if (status != EF_OK)
		return status;
	if (from == 1 && stages[to - 1].cumulative_final)
		*conversion = stages[to - 1].cumulative;
	if (from > 1 && stages[from - 1].conversion_final)
		*conversion = stages[from - 1].conversion;
	return EF_OK;
}

EF_REPORT(EF_QUANTILE_RANGE, INVALID_PARAMETER_VALUE,
		  "quantile must be between 0 and 1",
		  "The median is 0.5.");

EfStatus
ef_funnel_quantile_days(const EfFunnel *funnel, uint32_t from, uint32_t to,
						double quantile, int32_t *days, EfContext *context)
{
	Curve		curve;
	double		wanted = 0;
	EfStatus	status = check_stages(funnel, from, to, context);

	if (status != EF_OK)
		return status;
	if (!(quantile >= 0 && quantile <= 1))
		return ef_fail(context, EF_QUANTILE_RANGE, "The quantile is %s.",
					   ef_shown(quantile).text);
	*days = -1;
	if (funnel->counts[to - 1].entered == 0)
		return EF_OK;

	/*
	 * first the final conversion, then the day on which that share of it is
	 * reached
	 */
	for (int pass = 0; pass < 2; pass++)
	{
		curve_begin(&curve, funnel, from - 1, to - 1, context);
		while (*days < 0 && curve_next(&curve, context))
			if (pass > 0 && curve.value > 0 && curve.value >= wanted)
				*days = (int32_t) curve.day;
		wanted = quantile * curve.value;
		if (!curve.exact)
			wanted *= 1 - ROUNDING;
		curve_end(&curve, context);
	}
	return EF_OK;
}
