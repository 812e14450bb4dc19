/*
 * pipeline.c
 *	  See pipeline.h.
 *
 * The chain's clock is cut into spans at each day on which a period begins
 * for some cohort.  There are few, since calendar years begin on the same day
 * of the clock but for leap days.  Arrivals of any cohort in a period are
 * then a difference of two sums over spans, and their variance follows from
 * the covariance of spans (funnel_estimate.h).
 */
#include "pipeline/pipeline.h"

#include <math.h>
#include <string.h>

#include "base/invariant.h"
#include "estimate/estimate.h"

/* Relative error of a sum of rounded steps. */
#define ROUNDING 1e-12

/* Tolerance of a sum of doubles that stands for whole persons. */
#define WHOLE 1e-9

EF_REPORT(EF_ORIGIN_NOT_NEW_YEAR, INVALID_PARAMETER_VALUE,
		  "funnel of a back-test must be as of 1 January",
		  "Give funnels as they were known when a calendar year began: "
		  "funnel_spec(stages, as_of => '2020-01-01').");

EfStatus
ef_pipeline_backtest_origin(const EfFunnelSpec *spec, size_t number,
							EfDay *origin, EfContext *context)
{
	EfMonth		month = ef_month_of(spec->as_of);

	if (!spec->has_as_of)
		return ef_fail(context, EF_ORIGIN_NOT_NEW_YEAR,
					   "Element %zu of by_origin has no as_of.", number);
	if (month % 12 != 0 || spec->as_of != ef_first_day(month))
		return ef_fail(context, EF_ORIGIN_NOT_NEW_YEAR,
					   "Element %zu of by_origin is as of %s.", number,
					   ef_day_shown(spec->as_of).text);
	*origin = spec->as_of;
	return EF_OK;
}

EF_REPORT(EF_STUDY_YEARS_RANGE, INVALID_PARAMETER_VALUE,
		  "study_years must be from 0 to 100",
		  "They are the calendar years from when people begin until they "
		  "arrive; leave them out for those that half of them take.");

EfStatus
ef_pipeline_study_years_check(int years, EfContext *context)
{
	if (years < 0 || years > EF_YEARS_LIMIT)
		return ef_fail(context, EF_STUDY_YEARS_RANGE, "study_years is %d.",
					   years);
	return EF_OK;
}

/*
 * First year of an intake: a smaller number is a year of two or three digits.
 */
#define FIRST_YEAR_MINIMUM 1000

EF_REPORT(EF_FIRST_YEAR_RANGE, INVALID_PARAMETER_VALUE,
		  "first_year must be between 1000 and 9999",
		  "Write the calendar year in which the first intake begins with all its digits: 2026 and not 26.");

EF_NODISCARD static EfStatus
check_first_year(int year, EfContext *context)
{
	if (year < FIRST_YEAR_MINIMUM || year > EF_LATEST_YEAR)
		return ef_fail(context, EF_FIRST_YEAR_RANGE, "first_year is %d.",
					   year);
	return EF_OK;
}

EfStatus
ef_pipeline_backtest_check(const char *name, int first_year,
						   const double *people,
						   const bool *unknown, int nyears, EfContext *context)
{
	EfStatus	status = check_first_year(first_year, context);

	for (int i = 0; i < nyears && status == EF_OK; i++)
		if (!unknown[i] && !ef_is_people(people[i]))
			status = ef_fail(context, EF_ARRAY_VALUE,
							 "Element %d of %s, of the year %lld, is %s.",
							 i + 1, name, (long long) first_year + i,
							 ef_shown(people[i]).text);
	return status;
}

EF_REPORT(EF_START_DAY_INVALID, INVALID_PARAMETER_VALUE,
		  "starts must be a day that every year has",
		  "Give month and day as 'MM-DD', such as '09-01'.");

EfStatus
ef_pipeline_start_day(const char *text, size_t length, EfStartDay *start,
					  EfContext *context)
{
	char		iso[] = "2001-MM-DD";	/* of a year without 29 February */
	EfDay		day;

	if (length == 5)
		memcpy(iso + 5, text, 5);
	if (length != 5 || !ef_day_parse(iso, 10, &day))
		return ef_fail(context, EF_START_DAY_INVALID, "starts is \"%s\".",
					   ef_word_shown(text, length).text);
	start->month = ef_month_of_day(day, &start->day) - 2001 * 12;
	return EF_OK;
}

EF_REPORT(EF_INTAKE_METHOD_UNKNOWN, INVALID_PARAMETER_VALUE,
		  "unknown method of intake",
		  "The methods are 'constant' and 'schedule'.");

const EfChoice ef_intake_methods = {
	"method", EF_INTAKE_METHOD_UNKNOWN, {
		[EF_INTAKE_CONSTANT] = "constant",
		[EF_INTAKE_SCHEDULE] = "schedule"
	}
};


/* ---- cohorts, and when they arrive ---- */

typedef struct Cohorts
{
	const EfFunnel *funnel;
	int			first_year;
	int			n;
	EfStartDay	starts;
	int			nperiods;
	EfDay	   *begins;			/* each period, and the one after the last */

	uint32_t   *edges;			/* for each cohort, the spans with which
								 * periods begin, and the one after the last */
	uint32_t   *lags;			/* spans with which the first cohort's second
								 * year begins, its third, ... */
	int			nlags;			/* in the last all have arrived */
	EfArrivals	arrivals;
	double	   *until;			/* share of a cohort that arrives before a
								 * span */

	/* factor of the scenario on later stages; NaN: not known */
	uint32_t	changed_stage;
	double		factor;
} Cohorts;

static EfDay
start_of(const Cohorts *cohorts, int cohort)
{
	return ef_first_day((cohorts->first_year + cohort) * 12 +
						cohorts->starts.month) + cohorts->starts.day;
}

/* Return the spans with which periods begin for a cohort. */
static uint32_t *
edges_of(const Cohorts *cohorts, int cohort)
{
	return cohorts->edges + (size_t) cohort * (size_t) (cohorts->nperiods + 1);
}

/* Return the share of a cohort that arrives in a period. */
static double
arriving(const Cohorts *cohorts, int cohort, int period)
{
	const uint32_t *edge = edges_of(cohorts, cohort) + period;

	EF_ASSERT(cohort >= 0 && cohort < cohorts->n && period >= 0 &&
			  period < cohorts->nperiods && edge[0] <= edge[1]);
	return cohorts->until[edge[1]] - cohorts->until[edge[0]];
}

/* Return the probability of having reached a stage, under the scenario. */
static double
reaching(const Cohorts *cohorts, uint32_t stage)
{
	double		reached = cohorts->arrivals.reached[stage - 1];

	return stage > cohorts->changed_stage ? reached * cohorts->factor : reached;
}

/* Return a day of the clock, no later than the last arrival. */
static uint32_t
clip_day(EfDay day, uint32_t end)
{
	return day <= 0 ? 0 : (uint32_t) day < end ? (uint32_t) day : end;
}

/* Find the spans; days become numbers of spans. */
static void
cut_clock(Cohorts *cohorts, bool lags, int32_t **starts, uint32_t *nspans,
		  EfWorkspace *workspace)
{
	const EfFunnel *funnel = cohorts->funnel;
	size_t		nedges = (size_t) cohorts->n * (size_t) (cohorts->nperiods + 1);
	size_t		ncells;
	const EfCell *cells = ef_table_series(&funnel->table, funnel->spec.nstages,
										  EF_REACHED, &ncells);
	uint32_t	end = ncells == 0 ? 0 : ef_key_at(cells[ncells - 1].key) + 1;
	uint32_t   *number = ef_grab(workspace, (size_t) end + 1, sizeof(uint32_t));
	uint32_t	n = 0;

	cohorts->edges = ef_grab(workspace, nedges, sizeof(uint32_t));
	cohorts->lags = ef_grab(workspace, end / 365 + 2, sizeof(uint32_t));

	for (int c = 0; c < cohorts->n; c++)
	{
		EfDay		start = start_of(cohorts, c);

		for (int i = 0; i <= cohorts->nperiods; i++)
		{
			uint32_t	day = clip_day(cohorts->begins[i] - start, end);

			edges_of(cohorts, c)[i] = day;
			number[day] = 1;
		}
	}
	if (lags)
	{
		uint32_t	day;

		do
		{
			int			year = cohorts->first_year + ++cohorts->nlags;

			day = clip_day(ef_first_day(year * 12) - start_of(cohorts, 0), end);
			cohorts->lags[cohorts->nlags - 1] = day;
			number[day] = 1;
		} while (day < end);
	}
	number[0] = number[end] = 1;

	for (uint32_t day = 0; day <= end; day++)
		n += number[day];
	*starts = ef_grab(workspace, n, sizeof(int32_t));
	*nspans = 0;
	for (uint32_t day = 0; day <= end; day++)
		if (number[day] > 0)
		{
			(*starts)[*nspans] = (int32_t) day;
			number[day] = (*nspans)++;
		}
	for (size_t i = 0; i < nedges; i++)
		cohorts->edges[i] = number[cohorts->edges[i]];
	for (int i = 0; i < cohorts->nlags; i++)
		cohorts->lags[i] = number[cohorts->lags[i]];
}

EF_REPORT(EF_CHANGE_RANGE, INVALID_PARAMETER_VALUE,
		  "conversion_change leads out of the range from 0 to 1",
		  "It is added to the stage's conversion, 0.05 for five points: see "
		  "funnel_stages, and greatest() and least().");

EF_NODISCARD static EfStatus
apply_scenario(Cohorts *cohorts, const EfConversionChange *scenario,
			   EfContext *context)
{
	const double *reached = cohorts->arrivals.reached;
	uint32_t	stage = scenario->stage;
	double		conversion;
	double		changed;
	const EfLabel *label;

	cohorts->changed_stage = stage;
	cohorts->factor = 1;
	if (scenario->change == 0)
		return EF_OK;
	conversion = reached[stage] / reached[stage - 1];
	if (!(conversion > 0))
	{
		/* nobody shows how long those take who would go on */
		cohorts->factor = NAN;
		return EF_OK;
	}
	changed = conversion + scenario->change;
	label = &cohorts->funnel->spec.stages[stage - 1];
	if (changed < -ROUNDING || changed > 1 + ROUNDING)
		return ef_fail(context, EF_CHANGE_RANGE,
					   "The conversion of \"%s\" is %.12g, and would be %.12g.",
					   ef_label_shown(label).text,
					   conversion, changed);
	cohorts->factor = changed < ROUNDING ? 0 : fmin(changed, 1) / conversion;
	return EF_OK;
}

EF_REPORT(EF_CHANGE_NO_STAGE, INVALID_PARAMETER_VALUE,
		  "conversion_change needs a changed_stage",
		  "Name the stage from which more, or fewer, go on to the next.");

EF_REPORT(EF_CHANGE_LAST_STAGE, INVALID_PARAMETER_VALUE,
		  "changed_stage must not be the last stage",
		  "Name the stage from which more, or fewer, go on to the next.");

EF_NODISCARD static EfStatus
check_scenario(const EfFunnel *funnel, const EfConversionChange *scenario,
			   EfContext *context)
{
	if (scenario->stage == 0 && scenario->change != 0)
		return ef_fail(context, EF_CHANGE_NO_STAGE, "conversion_change is %s.",
					   ef_shown(scenario->change).text);
	if (scenario->stage == funnel->spec.nstages)
	{
		const EfLabel *label = &funnel->spec.stages[scenario->stage - 1];

		return ef_fail(context, EF_CHANGE_LAST_STAGE, "The stage is \"%s\".",
					   ef_label_shown(label).text);
	}
	if (!(fabs(scenario->change) <= 1))
		return ef_fail(context, EF_CHANGE_RANGE, "conversion_change is %s.",
					   ef_shown(scenario->change).text);
	return EF_OK;
}

/* Spread cohorts over spans; all else of them is there. */
EF_NODISCARD static EfStatus
spread_cohorts(Cohorts *cohorts, const EfConversionChange *scenario,
			   bool lags, bool limits, EfWorkspace *workspace)
{
	EfArrivals *arrivals = &cohorts->arrivals;
	int32_t    *starts = NULL;
	uint32_t	nspans = 0;
	EfStatus	status;

	cut_clock(cohorts, lags, &starts, &nspans, workspace);
	ef_funnel_arrivals(cohorts->funnel, starts, nspans, limits, arrivals,
					   workspace);
	status = apply_scenario(cohorts, scenario, workspace->context);
	if (status != EF_OK)
		return status;
	cohorts->until = ef_grab_doubles(workspace, nspans);
	for (uint32_t b = 1; b < nspans; b++)
		cohorts->until[b] = cohorts->until[b - 1] +
			arrivals->share[b - 1] * cohorts->factor;
	return EF_OK;
}

static bool
known(const Cohorts *cohorts)
{
	return !isnan(cohorts->arrivals.reached[0]) && !isnan(cohorts->factor);
}


/* ---- funnel_output ---- */

int
ef_pipeline_first_year(const EfOutputPlan *plan)
{
	return plan->as_of == NULL ? plan->first_year
		: ef_year_of_month(ef_month_of(*plan->as_of));
}

EF_NODISCARD static EfStatus
check_output(const EfOutputPlan *plan, EfContext *context)
{
	EfStatus	status = check_first_year(plan->first_year, context);

	if (status == EF_OK && plan->as_of != NULL)
		status = ef_spec_as_of_check(*plan->as_of, context);
	if (status == EF_OK)
		status = check_scenario(plan->funnel, &plan->scenario, context);
	if (status != EF_OK)
		return status;
	if (plan->horizon < 1 || plan->horizon > EF_YEARS_LIMIT)
		return ef_fail(context, EF_HORIZON_RANGE, "horizon is %d.",
					   plan->horizon);
	if (plan->nyears > EF_LATEST_YEAR + 1 - plan->first_year)
		return ef_fail(context, EF_FIRST_YEAR_RANGE,
					   "first_year is %d. Years of intake: %d.",
					   plan->first_year, plan->nyears);
	for (int c = 0; c < plan->nyears; c++)
		if (!ef_is_people(plan->intake[c]))
			return ef_fail(context, EF_ARRAY_VALUE, "The intake of %d is %s.",
						   plan->first_year + c,
						   ef_shown(plan->intake[c]).text);
	return EF_OK;
}

EfStatus
ef_pipeline_arrivals(const EfOutputPlan *plan, double **arrivals,
					 EfContext *context)
{
	EfWorkspace workspace = {context, NULL};
	int			year = ef_pipeline_first_year(plan);
	Cohorts		cohorts = {
		.funnel = plan->funnel,
		.first_year = plan->first_year,
		.n = plan->nyears,
		.starts = plan->starts,
		.nperiods = plan->horizon
	};
	EfStatus	status = check_output(plan, context);

	if (status != EF_OK)
		return status;
	cohorts.begins = ef_grab(&workspace, (size_t) plan->horizon + 1,
							 sizeof(EfDay));
	for (int i = 0; i <= plan->horizon; i++)
		cohorts.begins[i] = ef_first_day((year + i) * 12);
	if (plan->as_of != NULL)
		cohorts.begins[0] = *plan->as_of;
	status = spread_cohorts(&cohorts, &plan->scenario, false, false,
							&workspace);
	if (status == EF_OK)
		*arrivals = ef_alloc(context, (size_t) plan->horizon * sizeof(double));
	for (int i = 0; i < plan->horizon && status == EF_OK; i++)
	{
		double		sum = known(&cohorts) ? 0 : NAN;

		for (int c = 0; c < plan->nyears; c++)
			sum += plan->intake[c] * arriving(&cohorts, c, i);
		(*arrivals)[i] = sum;
	}
	ef_discard_all(&workspace);
	return status;
}


/* ---- required_intake ---- */

typedef struct Model
{
	const EfIntakePlan *plan;
	EfWorkspace *workspace;		/* all memory of the model */
	double		z;				/* of the level */
	int			first_year;		/* of the gap */
	int			years;			/* of the gap */
	EfProjection *projection;
	Cohorts		cohorts;
	bool		known;			/* arrivals, and how long they stay */
	bool		asked;			/* some gap is positive */
	double	   *left;			/* of a hire of period i at the end of t:
								 * left[i * years + t], for i <= t */
	double	   *brings;			/* of one of cohort c: brings[c * years + t] */
	double	   *intake;			/* by cohort; NaN: none, or not known */
	int			lead;			/* years from an intake to the year that it
								 * answers for; -1: to none */
	double	   *hires;			/* by period: to reckon with */
	double	   *people;			/* by cohort */
	double	   *weight;			/* by span */
	double	   *lower;			/* limits, by cohort */
	double	   *upper;
} Model;

EF_REPORT(EF_GAP_LENGTH, ARRAY_SUBSCRIPT_ERROR,
		  "gap must have one element for each year, and at most 100",
		  "Give the column gap of workforce_project: ARRAY(SELECT gap FROM "
		  "workforce_project(w, 10) ORDER BY year).");

EF_REPORT(EF_GAP_VALUE, INVALID_PARAMETER_VALUE,
		  "gap is out of range",
		  "Elements are numbers of people, from -1e12 to 1e12; a surplus is negative.");

EF_REPORT(EF_TARGET_YEAR_RANGE, INVALID_PARAMETER_VALUE,
		  "target_year must be one of the years of gap",
		  "The first element of gap is that of the year in which the "
		  "workforce's observation ends; leave target_year out for the last.");

EF_REPORT(EF_TARGET_YEAR_SCHEDULE, INVALID_PARAMETER_VALUE,
		  "a schedule has no target_year",
		  "A schedule meets the gap of every year; use the method 'constant' for that of one year.");

EF_REPORT(EF_ARRIVED_RANGE, INVALID_PARAMETER_VALUE,
		  "arrived must be between 0 and 1",
		  "It is the share, of those who ever arrive, that has arrived in the year that an intake answers for.");

EF_NODISCARD static EfStatus
check_intake(const EfIntakePlan *plan, int first_year, EfContext *context)
{
	int			years = plan->staff.years;
	EfStatus	status = check_first_year(plan->first_year, context);

	if (status == EF_OK)
		status = check_scenario(plan->funnel, &plan->scenario, context);
	if (status != EF_OK)
		return status;
	if (years < 1 || years > EF_YEARS_LIMIT)
		return ef_fail(context, EF_GAP_LENGTH, "gap has %d elements.", years);
	for (int t = 0; t < years; t++)
		if (!(fabs(plan->gap[t]) <= (double) EF_PERSON_LIMIT))
			return ef_fail(context, EF_GAP_VALUE, "The gap of %d is %s.",
						   first_year + t, ef_shown(plan->gap[t]).text);
	if (plan->method == EF_INTAKE_SCHEDULE && plan->target_year != EF_LAST_YEAR)
		return ef_fail(context, EF_TARGET_YEAR_SCHEDULE, "target_year is %lld.",
					   (long long) plan->target_year);
	if (plan->target_year != EF_LAST_YEAR &&
		(plan->target_year < first_year ||
		 plan->target_year > first_year + years - 1))
		return ef_fail(context, EF_TARGET_YEAR_RANGE,
					   "target_year is %lld, and gap has the years %d to %d.",
					   (long long) plan->target_year, first_year,
					   first_year + years - 1);
	if (!(plan->arrived >= 0 && plan->arrived <= 1))
		return ef_fail(context, EF_ARRIVED_RANGE, "arrived is %s.",
					   ef_shown(plan->arrived).text);
	return EF_OK;
}

/*
 * Return the people at work at the end of a period, of a number of people in
 * each cohort; a number that is not known counts as 0.
 */
static double
survivors(const Model *model, const double *people, int t)
{
	double		sum = 0;

	for (int c = 0; c < model->cohorts.n; c++)
		if (!isnan(people[c]))
			sum += people[c] * model->brings[c * model->years + t];
	return sum;
}

/*
 * Find the years from an intake to the one that it answers for: the first by
 * whose end the share asked for has arrived.
 */
static int
find_lead(const Model *model)
{
	const Cohorts *cohorts = &model->cohorts;
	double		ever;

	if (cohorts->n == 0 || !known(cohorts))
		return -1;
	ever = cohorts->until[cohorts->lags[cohorts->nlags - 1]];
	for (int lag = 0; lag < cohorts->nlags; lag++)
	{
		double		share = cohorts->until[cohorts->lags[lag]];

		if (share > 0 && share >= model->plan->arrived * ever * (1 - ROUNDING))
			return lag;
	}
	return -1;
}

static int
target_period(const Model *model)
{
	return model->plan->target_year == EF_LAST_YEAR ? model->years - 1
		: (int) (model->plan->target_year - model->first_year);
}

/* Return the period for whose gap a cohort answers; -1: none. */
static int
period_of(const Model *model, int cohort)
{
	int			period;

	if (model->plan->method == EF_INTAKE_CONSTANT)
		return target_period(model);
	if (model->lead < 0)
		return -1;
	period = model->plan->first_year + cohort + model->lead - model->first_year;
	return period >= 0 && period < model->years ? period : -1;
}

static void
solve_constant(Model *model)
{
	int			t = target_period(model);
	double		gap = model->plan->gap[t];
	double		brings = 0;
	double		intake = 0;

	for (int c = 0; c < model->cohorts.n; c++)
		brings += model->brings[c * model->years + t];
	if (gap > 0)
		intake = brings > 0 ? gap / brings : NAN;
	for (int c = 0; c < model->cohorts.n; c++)
		model->intake[c] = intake;
}

/*
 * Solve the schedule in order of the years that intakes answer for, which is
 * also the order of intakes.
 */
static void
solve_schedule(Model *model)
{
	for (int c = 0; c < model->cohorts.n; c++)
		model->intake[c] = NAN;
	for (int c = 0; c < model->cohorts.n; c++)
	{
		int			t = period_of(model, c);
		double		brings;

		if (t < 0)
			continue;
		brings = model->brings[c * model->years + t];
		model->intake[c] = brings > 0
			? fmax(model->plan->gap[t] - survivors(model, model->intake, t), 0) /
			brings : 0;
	}
}

static void
solve(Model *model)
{
	double		intake = model->asked ? NAN : 0;

	model->lead = find_lead(model);
	if (model->known && (model->lead >= 0 || model->asked))
	{
		if (model->plan->method == EF_INTAKE_CONSTANT)
			solve_constant(model);
		else
			solve_schedule(model);
	}
	else
		for (int c = 0; c < model->cohorts.n; c++)
			model->intake[c] = intake;
}

/* Find who stays, who arrives, what comes of both, and the intakes. */
EF_NODISCARD static EfStatus
open_model(Model *model)
{
	const EfIntakePlan *plan = model->plan;
	Cohorts    *cohorts = &model->cohorts;
	EfWorkspace *workspace = model->workspace;
	EfMonth		as_of = plan->staff.workforce->last_month + 1;
	int			years = plan->staff.years;
	int			last_year;
	size_t		n;
	EfStatus	status;

	model->first_year = ef_year_of_month(as_of);
	model->years = years;
	status = check_intake(plan, model->first_year, workspace->context);
	if (status == EF_OK)
		status = ef_projection_open(&model->projection, &plan->staff,
									workspace);
	if (status == EF_OK)
		status = ef_level_factor(plan->staff.level, &model->z,
								 workspace->context);
	if (status != EF_OK)
		return status;

	last_year = model->first_year + years - 1;
	cohorts->funnel = plan->funnel;
	cohorts->first_year = plan->first_year;
	cohorts->n = last_year < plan->first_year ? 0
		: last_year - plan->first_year + 1;
	cohorts->starts = plan->starts;
	cohorts->nperiods = years;
	n = (size_t) cohorts->n;
	cohorts->begins = ef_grab(workspace, (size_t) years + 1, sizeof(EfDay));
	model->left = ef_grab_doubles(workspace, (size_t) years * (size_t) years);
	model->brings = ef_grab_doubles(workspace, n * (size_t) years);
	model->intake = ef_grab_doubles(workspace, n);
	model->people = ef_grab_doubles(workspace, n);
	model->lower = ef_grab_doubles(workspace, n);
	model->upper = ef_grab_doubles(workspace, n);
	model->hires = ef_grab_doubles(workspace, (size_t) years);

	for (int i = 0; i <= years; i++)
		cohorts->begins[i] = ef_first_day((model->first_year + i) * 12);
	cohorts->begins[0] = ef_first_day(as_of);
	status = spread_cohorts(cohorts, &plan->scenario, n > 0, true, workspace);
	if (status != EF_OK)
		return status;
	model->weight = ef_grab_doubles(workspace, cohorts->arrivals.nspans);

	for (int t = 0; t < years; t++)
	{
		model->asked = model->asked || plan->gap[t] > 0;
		for (int i = 0; i <= t; i++)
			model->left[i * years + t] = ef_projection_left(model->projection,
															i, t);
		for (int c = 0; c < cohorts->n; c++)
			for (int i = 0; i <= t; i++)
				model->brings[c * years + t] += arriving(cohorts, c, i) *
					model->left[i * years + t];
	}
	model->known = known(cohorts) && !isnan(model->left[0]);
	solve(model);
	return EF_OK;
}


/* ---- how sure it is ---- */

/*
 * Return the variance of the headcount at the end of a period, for a number
 * of people at a stage in each cohort: the variance of the projection with
 * the hires that they become, of chance in arriving, and of the funnel's
 * estimates.
 */
static double
headcount_variance(Model *model, int t, uint32_t stage, const double *people)
{
	const Cohorts *cohorts = &model->cohorts;
	double		reached = reaching(cohorts, stage);
	double		scale = cohorts->factor *
		cohorts->arrivals.reached[stage - 1] / reached;
	double		chance = 0;

	memset(model->hires, 0, (size_t) model->years * sizeof(double));
	memset(model->weight, 0, cohorts->arrivals.nspans * sizeof(double));
	for (int c = 0; c < cohorts->n; c++)
	{
		const uint32_t *edges = edges_of(cohorts, c);
		double		mean = 0;
		double		square = 0;

		if (people[c] == 0)
			continue;
		for (int i = 0; i <= t; i++)
		{
			double		arrive = arriving(cohorts, c, i) / reached;
			double		left = model->left[i * model->years + t];

			mean += arrive * left;
			square += arrive * left * left;
			model->hires[i] += people[c] * arrive;
			for (uint32_t b = edges[i]; b < edges[i + 1]; b++)
				model->weight[b] += people[c] * left;
		}
		chance += people[c] * (square - mean * mean);
	}
	return ef_projection_variance(model->projection, t, model->hires) + chance +
		scale * scale *
		ef_funnel_arrivals_variance(&cohorts->arrivals, model->weight, stage);
}

/*
 * Find the intakes x for which the headcount missing, gap - x brings, is
 * within z standard errors of 0.  Its variance is v[0] + v[1] x + v[2] x^2
 * (Fieller 1954, J. R. Statist. Soc. B 16, 175-185), so they lie between the
 * roots of a x^2 - b x + c.  They have no upper limit where `brings` itself
 * may be 0.
 */
static void
fieller_limits(double gap, double brings, const double *v, double z,
			   double *lower, double *upper)
{
	double		a = brings * brings - z * z * v[2];
	double		b = 2 * gap * brings + z * z * v[1];
	double		c = gap * gap - z * z * v[0];
	double		root = sqrt(fmax(b * b - 4 * a * c, 0));

	*lower = gap > 0 && c > 0 ? 2 * c / (b + root) : 0;
	if (!(a > 0))
		*upper = NAN;
	else if (gap < 0 && (c > 0 && b * b < 4 * a * c))
		*upper = 0;
	else
		*upper = fmax((b + root) / (2 * a), 0);
}

/*
 * Find the limits of a cohort's intake, in people at a stage, when earlier
 * intakes stay as they are; or of the intake of all cohorts alike.
 */
static void
limits_of(Model *model, int cohort, uint32_t stage, double *lower,
		  double *upper)
{
	const Cohorts *cohorts = &model->cohorts;
	bool		constant = model->plan->method == EF_INTAKE_CONSTANT;
	int			t = period_of(model, cohort);
	double		reached = reaching(cohorts, stage);
	double		intake = model->intake[cohort];
	double		step;
	double		gap;
	double		brings = 0;
	double		at[3];
	double		v[3];

	*lower = *upper = NAN;
	if (isnan(intake))
		return;
	*lower = 0;
	if (t < 0 || !model->known)
		return;
	gap = model->plan->gap[t];
	for (int c = 0; c < cohorts->n; c++)
	{
		double		its = model->brings[c * model->years + t];

		if (constant || c == cohort)
			brings += its / reached;
		else if (c < cohort && !isnan(model->intake[c]))
			gap -= model->intake[c] * its;
	}
	if (!(brings > 0))
		return;

	/*
	 * it is a polynomial: three values have all of it, far enough from each
	 * other beside what earlier intakes make uncertain
	 */
	step = fmax(fabs(gap) / brings, 1);
	for (int k = 0; k < 3; k++)
	{
		for (int c = 0; c < cohorts->n; c++)
			if (constant || c == cohort)
				model->people[c] = k * step;
			else
				model->people[c] = c < cohort && !isnan(model->intake[c])
					? model->intake[c] * reached : 0;
		at[k] = headcount_variance(model, t, stage, model->people);
	}
	v[0] = at[0];
	v[2] = fmax((at[2] - 2 * at[1] + at[0]) / (2 * step * step), 0);
	v[1] = (at[1] - at[0]) / step - v[2] * step;
	fieller_limits(gap, brings, v, model->z, lower, upper);
	*lower = floor(*lower + WHOLE);
	if (!isnan(*upper))
		*upper = *upper > WHOLE ? ceil(*upper - WHOLE) : 0;
}


/* ---- rows ---- */

/* Return the first year with a row. */
static int
first_row(const Model *model)
{
	return model->plan->first_year < model->first_year
		? model->plan->first_year : model->first_year;
}

static int
count_rows(const Model *model)
{
	return model->first_year + model->years - first_row(model);
}

/* Return a number by cohort for a year: 0 before the first one. */
static double
in_year(const Model *model, int year, const double *of_cohort)
{
	int			cohort = year - model->plan->first_year;

	return cohort < 0 ? 0 : of_cohort[cohort];
}

/*
 * Find the limits of every cohort's people at a stage.  Cohorts with the same
 * intake have the same limits.
 */
static void
all_limits(Model *model, uint32_t stage)
{
	double	   *lower = model->lower;
	double	   *upper = model->upper;

	for (int c = 0; c < model->cohorts.n; c++)
	{
		ef_check_interrupt(model->workspace->context);
		if (c > 0 && model->plan->method == EF_INTAKE_CONSTANT)
		{
			lower[c] = lower[0];
			upper[c] = upper[0];
		}
		else
			limits_of(model, c, stage, &lower[c], &upper[c]);
	}
}

static void
fill_year(const Model *model, int year, EfIntakeYear *row)
{
	int			t = year - model->first_year;
	double		missing;

	row->year = year;
	row->intake = in_year(model, year, model->intake);
	row->lower = in_year(model, year, model->lower);
	row->upper = in_year(model, year, model->upper);

	/* nothing before as_of counts */
	row->arrivals = 0;
	row->unmet = NAN;
	if (t < 0)
		return;
	if (!model->known && model->asked && year >= model->plan->first_year)
	{
		row->arrivals = NAN;
		return;
	}
	for (int c = 0; c < model->cohorts.n; c++)
		if (model->intake[c] > 0)
			row->arrivals += model->intake[c] *
				arriving(&model->cohorts, c, t);
	missing = model->plan->gap[t] -
		(model->known ? survivors(model, model->intake, t) : 0);
	row->unmet = missing > ROUNDING * fabs(model->plan->gap[t]) ? missing : 0;
}

EfStatus
ef_pipeline_intake(const EfIntakePlan *plan, EfIntakeYear **years,
				   int *nyears, EfContext *context)
{
	return ef_pipeline_intake_fan(plan, &plan->staff.level, 1, years, nyears,
								  context);
}

EfStatus
ef_pipeline_intake_fan(const EfIntakePlan *plan, const double *levels,
					   int nlevels,
					   EfIntakeYear **years, int *nyears, EfContext *context)
{
	EfIntakePlan first = *plan;
	EfWorkspace workspace = {context, NULL};
	Model		model = {.plan = &first,.workspace = &workspace};
	EfStatus	status;

	EF_ASSERT(nlevels > 0);
	first.staff.level = levels[0];
	status = open_model(&model);
	if (status == EF_OK)
	{
		*nyears = count_rows(&model);
		*years = ef_alloc(context, (size_t) nlevels * (size_t) *nyears *
						  sizeof(EfIntakeYear));
	}
	for (int level = 0; level < nlevels && status == EF_OK; level++)
	{
		status = ef_level_factor(levels[level], &model.z, context);
		if (status != EF_OK)
			break;
		all_limits(&model, 1);
		for (int i = 0; i < *nyears; i++)
			fill_year(&model, first_row(&model) + i,
					  &(*years)[level * *nyears + i]);
	}
	ef_discard_all(&workspace);
	return status;
}

EfStatus
ef_pipeline_intake_by_stage(const EfIntakePlan *plan, EfStageDemand **rows,
							size_t *nrows, EfContext *context)
{
	EfWorkspace workspace = {context, NULL};
	Model		model = {.plan = plan,.workspace = &workspace};
	uint32_t	nstages = plan->funnel->spec.nstages;
	int			nyears = 0;
	EfStatus	status = open_model(&model);

	if (status == EF_OK)
	{
		nyears = count_rows(&model);
		*nrows = (size_t) nyears * nstages;
		*rows = ef_alloc(context, *nrows * sizeof(EfStageDemand));
	}
	for (uint32_t stage = 1; stage <= nstages && status == EF_OK; stage++)
	{
		all_limits(&model, stage);
		for (int i = 0; i < nyears; i++)
		{
			EfStageDemand *row = &(*rows)[(size_t) i * nstages + stage - 1];

			row->year = first_row(&model) + i;
			row->stage = stage;
			row->required = in_year(&model, row->year, model.intake);
			if (row->required > 0)
				row->required *= reaching(&model.cohorts, stage);
			row->lower = in_year(&model, row->year, model.lower);
			row->upper = in_year(&model, row->year, model.upper);
		}
	}
	ef_discard_all(&workspace);
	return status;
}
