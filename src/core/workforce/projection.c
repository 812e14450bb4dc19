/*
 * projection.c
 *	  See projection.h.
 *
 * The projection is the flow of the stock (staff_flow.h) plus the flows of
 * the hires, each times the number of hires.  Everything is linear in these,
 * so the recruitment need is a division.
 *
 * The stock comes in the first period.  Each flow of hires is that of one
 * hire, spread over the months of a period; without a retirement rule all
 * whole years have the same one.
 *
 * People are in *classes* where a retirement rule gives birth cohorts
 * different ages: each class has a life table of its own, and passes through
 * the same flows.
 */
#include "workforce/projection.h"

#include <math.h>
#include <string.h>

#include "base/invariant.h"
#include "estimate/distribution.h"
#include "estimate/estimate.h"
#include "workforce/staff_flow.h"

#define NO_AGE INT32_MAX		/* of a class: retires as observed */
#define MONTHS 12

typedef struct Cohort
{
	int			age;			/* months: on the last observed day, or in the
								 * month of hire */
	int			class;
	double		people;			/* of hires: shares of one */
	double		fte;			/* thousandths */
} Cohort;

struct EfProjection
{
	const EfProjectionPlan *plan;
	const EfExitCounts *counts; /* of the rates' workforce; NULL: not yet
								 * known */
	EfWorkspace *workspace;		/* all memory of the model */
	bool		forced;			/* a rule or an age replaces observed
								 * retirement */
	bool		retirement;		/* that is the reason asked for */
	bool		others;			/* asked for are all reasons but that */
	int			first_months;	/* of the first period */
	EfAges		ages;
	EfExitProbability q;		/* variances are by block */

	Cohort	   *stock;
	int			nstock;
	Cohort	   *hires;
	int			nhires;
	double		hire_fte;		/* mean, in persons; NaN when not known */

	int			nclasses;
	int		   *class_age;		/* months; NO_AGE */

	double		z;				/* of the level */
	EfFlow	   *stock_flow;
	EfFlow	   *hire_flows;		/* by period, after that of the stock; the
								 * last serves all periods from then on */
	int			nhire_flows;

	double	   *lags;			/* room for totals, of an open projection */
};

static const EfLabel retirement_reason = {
	EF_RETIREMENT_REASON, sizeof(EF_RETIREMENT_REASON) - 1
};

static uint32_t
retirement_label(const EfTable *table)
{
	return ef_table_label(table, retirement_reason.bytes,
						  retirement_reason.length);
}


/* ---- people ---- */

/* Find the class of people born in this month. */
EF_NODISCARD static EfStatus
class_of(EfProjection *model, EfMonth birth, int *class)
{
	int			age = NO_AGE;

	if (model->plan->retire_at != EF_AS_OBSERVED)
		age = (int) model->plan->retire_at * MONTHS;
	else if (model->plan->rule != NULL)
	{
		EfStatus	status = ef_rule_age(model->plan->rule, birth, &age,
										 model->workspace->context);

		if (status != EF_OK)
			return status;
	}
	for (*class = 0; *class < model->nclasses; (*class)++)
		if (model->class_age[*class] == age)
			return EF_OK;
	model->class_age[model->nclasses++] = age;
	return EF_OK;
}

/* Return the people that the first period begins with. */
static double
carried_on(const EfProjectionPlan *plan)
{
	return plan->only_hires ? 0 : (double) plan->workforce->carried;
}

EF_NODISCARD static EfStatus
gather_people(EfProjection *model)
{
	const EfProjectionPlan *plan = model->plan;
	const EfWorkforce *source = plan->workforce;
	EfMonth		now = plan->workforce->last_month;
	size_t		n;
	size_t		nfte;
	const EfCell *cells;
	const EfCell *fte;
	int			limit = (plan->latest_age + 1) * MONTHS;
	int			lowest = limit - 1;
	int			most_classes = 1 + (plan->rule ? (int) plan->rule->nsteps : 0);

	model->class_age = ef_grab(model->workspace, most_classes, sizeof(int));

	cells = ef_table_series(&source->table, 0, EF_STOCK, &n);
	fte = ef_table_series(&source->table, 0, EF_STOCK_FTE, &nfte);
	if (plan->only_hires)
		n = nfte = 0;
	model->nstock = (int) n;
	model->stock = ef_grab(model->workspace, n, sizeof(Cohort));
	for (size_t i = 0; i < n; i++)
	{
		Cohort	   *cohort = &model->stock[i];
		EfStatus	status;

		cohort->age = (int) ef_key_at(cells[i].key);
		cohort->people = (double) cells[i].count;
		if (nfte > 0 && ef_key_at(fte->key) == ef_key_at(cells[i].key))
		{
			cohort->fte = (double) fte->count;
			fte++;
			nfte--;
		}
		status = class_of(model, now - cohort->age, &cohort->class);
		if (status != EF_OK)
			return status;
		if (cohort->age < lowest)
			lowest = cohort->age;
	}

	/* new staff have the ages of past hires */
	if (source->hires == 0)
		source = plan->rates;
	cells = ef_table_series(&source->table, 0, EF_HIRES, &n);
	model->nhires = (int) n;
	model->hires = ef_grab(model->workspace, n, sizeof(Cohort));
	for (size_t i = 0; i < n; i++)
	{
		model->hires[i].age = (int) ef_key_at(cells[i].key);
		model->hires[i].people = (double) cells[i].count /
			(double) source->hires;
		if (model->hires[i].age - 1 < lowest)
			lowest = model->hires[i].age - 1;
	}
	model->hire_fte = source->counts_fte && source->hires > 0
		? (double) source->hires_fte / 1000 / (double) source->hires : NAN;

	ef_ages_set(&model->ages, lowest, limit);
	return EF_OK;
}

EF_REPORT(EF_NO_EXPOSURE, INVALID_PARAMETER_VALUE,
		  "there is nobody to take exit rates from",
		  "Give rates => a summary that has people, such as the rollup over all groups.");

/*
 * Estimate the exits of the rates' workforce, but for those that a rule
 * replaces.
 */
EF_NODISCARD static EfStatus
estimate_exits(EfProjection *model, uint32_t asked)
{
	const EfTable *table = &model->plan->rates->table;
	const EfExitCounts *counts = model->counts;
	EfExitCounts own;
	EfExitScope scope = {
		.reason = asked,
		.others = model->others,
		.set_aside = model->forced ? retirement_label(table) : 0,
		.moved = model->plan->shift != 0 ? retirement_label(table) : 0,
		.shift = model->plan->shift,
		.limit = model->ages.limit,
		.first_year = model->ages.first_year,
		.nyears = model->ages.blocks
	};

	if (counts == NULL)
	{
		counts = &own;
		ef_exit_counts(&own, table, model->plan->ratios, model->workspace);
	}
	ef_exit_probability(&model->q, counts, &scope, model->workspace);

	/* nobody to project: one empty group must not stop all the others */
	if (!model->q.known &&
		(model->nstock > 0 || model->plan->intake != NULL))
		return ef_fail(model->workspace->context, EF_NO_EXPOSURE,
					   "Nobody was under observation.");
	return EF_OK;
}


/* ---- flows, class by class ---- */

/* Return the first month of a period, from 0. */
static EfMonth
first_month(const EfProjection *model, int period)
{
	EfMonth		start = model->plan->workforce->last_month + 1;

	return period == 0 ? start
		: start + model->first_months + (period - 1) * MONTHS;
}

static void
create_flows(EfProjection *model)
{
	const EfProjectionPlan *plan = model->plan;
	bool		fte = plan->workforce->counts_fte;

	/* without a rule by birth cohort, all whole years are alike */
	if (model->nhires == 0)
		model->nhire_flows = 0;
	else if (plan->rule != NULL)
		model->nhire_flows = plan->years;
	else
		model->nhire_flows = model->first_months < MONTHS && plan->years > 1
			? 2 : 1;
	model->stock_flow = ef_grab(model->workspace,
								(size_t) model->nhire_flows + 1,
								sizeof(EfFlow));
	model->hire_flows = model->stock_flow + 1;

	/* the stock is there from the period's beginning, hires come throughout */
	ef_flow_create(model->stock_flow, &model->ages, plan->years,
				   model->first_months,
				   (double) model->first_months / MONTHS, true, fte,
				   model->workspace);
	for (int f = 0; f < model->nhire_flows; f++)
	{
		int			months = f == 0 ? model->first_months : MONTHS;

		ef_flow_create(&model->hire_flows[f], &model->ages, plan->years,
					   months, (double) months / MONTHS / 2, false, false,
					   model->workspace);
	}
}

static void
place_stock(const EfProjection *model, int class, double *people, double *fte)
{
	for (int i = 0; i < model->nstock; i++)
	{
		const Cohort *cohort = &model->stock[i];
		size_t		element = ef_ages_element(&model->ages, cohort->age);

		if (cohort->class != class)
			continue;
		people[element] += cohort->people;
		fte[element] += cohort->fte;
	}
}

/*
 * Place the hires of flow f whose month of hire leaves them `months` of the
 * period, that month included, by the age that they had the month before.
 */
EF_NODISCARD static EfStatus
place_hires(EfProjection *model, int class, int f, int months, double *people)
{
	int			of_period = model->hire_flows[f].months;
	EfMonth		arrival = first_month(model, f) + of_period - months;

	for (int i = 0; i < model->nhires; i++)
	{
		const Cohort *hire = &model->hires[i];
		int			its_class = class;

		if (model->plan->rule != NULL)
		{
			EfStatus	status = class_of(model, arrival - hire->age,
										  &its_class);

			if (status != EF_OK)
				return status;
		}
		if (its_class == class)
			people[ef_ages_element(&model->ages, hire->age - 1)] +=
				hire->people / of_period;
	}
	return EF_OK;
}

EF_NODISCARD static EfStatus
project_class(EfProjection *model, int class)
{
	size_t		room = model->ages.room;
	size_t		bytes = room * sizeof(double);
	EfFlow	   *flows = model->stock_flow;	/* followed by those of hires */
	int			nflows = 1 + model->nhire_flows;
	EfMark		start = ef_mark(model->workspace);
	EfSurvival	survival;
	EfPeople	stock = {0};
	EfPeople	hires = {0};
	double	   *hire_ages;

	/*
	 * without a rule, people are hired at the same ages in every month, and
	 * there are at most two flows of them
	 */
	bool		alike = model->plan->rule == NULL;

	stock.people = ef_grab_doubles(model->workspace, 4 * room);
	ef_survival_create(&survival, &model->ages, model->workspace);
	stock.fte = stock.people + room;
	hire_ages = stock.fte + room;

	/* each is one person */
	place_stock(model, class, stock.people, stock.fte);
	stock.squares = stock.people;
	if (model->stock_flow->staff.fte == NULL)
		stock.fte = NULL;
	for (int f = 0; class > 0 && f < nflows; f++)
		ef_flow_clear(&flows[f]);

	/* the months of the period that somebody comes in */
	ef_survival_begin(&survival, &model->q, model->class_age[class],
					  model->retirement);
	for (int months = 1; months <= MONTHS; months++)
	{
		if (months > 1)
			ef_survival_lengthen(&survival);
		if (months == model->first_months)
		{
			ef_survival_square(&survival);
			ef_flow_enter(model->stock_flow, &stock, &survival);
		}
		for (int f = 0; f < model->nhire_flows; f++)
		{
			hires.people = hire_ages + (alike ? f * room : 0);
			if (months > model->hire_flows[f].months)
				continue;

			if (!alike || months == 1)
			{
				EfStatus	status;

				if (!alike)
					memset(hires.people, 0, bytes);
				status = place_hires(model, class, f, months, hires.people);
				if (status != EF_OK)
					return status;
			}
			ef_flow_enter(&model->hire_flows[f], &hires, &survival);
		}
	}

	/* the years after it */
	ef_survival_square(&survival);
	for (int f = 0; f < nflows; f++)
		ef_flow_settle(&flows[f]);
	for (int lag = 1; lag < model->plan->years; lag++)
		for (int f = 0; f < nflows; f++)
			ef_flow_follow(&flows[f], lag, &survival);
	ef_discard(model->workspace, start);
	return EF_OK;
}


/* ---- the model ---- */

EF_REPORT(EF_NO_HIRES, INVALID_PARAMETER_VALUE,
		  "intake needs observed hires to know the ages of new staff",
		  "Give rates => a summary that has hires, such as the rollup over all groups.");

EF_REPORT(EF_RULE_TWICE, INVALID_PARAMETER_VALUE,
		  "retire_at and retire_rule exclude each other",
		  "Give the one or the other.");

EF_REPORT(EF_RULE_BEYOND_LATEST, INVALID_PARAMETER_VALUE,
		  "age of retirement is beyond latest_age",
		  "Raise latest_age.");

EF_REPORT(EF_RULE_AND_SHIFT, INVALID_PARAMETER_VALUE,
		  "rates that move retirement exclude retire_at and retire_rule",
		  "Give the age or the rule that is meant, or rates that shift_retirement did not move.");

EF_REPORT(EF_WORKING_TIME, INVALID_PARAMETER_VALUE,
		  "working_time must be a number above 0 and up to 10",
		  "1 is as now, 1.05 a twentieth more from each.");

EfStatus
ef_projection_working_time_check(double working_time, EfContext *context)
{
	if (working_time > 0 && working_time <= EF_WORKING_TIME_LIMIT)
		return EF_OK;
	return ef_fail(context, EF_WORKING_TIME, "working_time is %g.",
				   working_time);
}

/* Refuse a plan that cannot be projected. */
EF_NODISCARD static EfStatus
check_plan(const EfProjectionPlan *plan, EfContext *context)
{
	int			limit;

	if (ef_years_check(plan->years, context) != EF_OK)
		return EF_YEARS_RANGE;
	if (ef_level_check(plan->level, context) != EF_OK)
		return EF_LEVEL_RANGE;
	if (plan->latest_age < 1 || plan->latest_age >= EF_AGE_LIMIT)
		return ef_fail(context, EF_AGE_RANGE, "latest_age is %d.",
					   plan->latest_age);
	limit = (plan->latest_age + 1) * MONTHS;
	if (plan->retire_at != EF_AS_OBSERVED && plan->rule != NULL)
		return ef_fail(context, EF_RULE_TWICE,
					   "Both retire_at and retire_rule are given.");
	if (plan->shift != 0 &&
		(plan->retire_at != EF_AS_OBSERVED || plan->rule != NULL))
		return ef_fail(context, EF_RULE_AND_SHIFT,
					   "The rates move it by %d months.", plan->shift);
	if (plan->retire_at != EF_AS_OBSERVED &&
		(plan->retire_at < 1 || plan->retire_at >= EF_AGE_LIMIT))
		return ef_fail(context, EF_AGE_RANGE, "retire_at is %lld.",
					   (long long) plan->retire_at);
	if (plan->retire_at > plan->latest_age + 1)
		return ef_fail(context, EF_RULE_BEYOND_LATEST,
					   "retire_at is %lld and latest_age %d.",
					   (long long) plan->retire_at, plan->latest_age);
	for (uint32_t i = 0; plan->rule != NULL && i < plan->rule->nsteps; i++)
		if (plan->rule->steps[i].age_months > limit)
			return ef_fail(context, EF_RULE_BEYOND_LATEST,
						   "The rule has an age of %d months, and latest_age is %d years.",
						   plan->rule->steps[i].age_months, plan->latest_age);
	for (int t = 0; plan->intake != NULL && t < plan->years; t++)
		if (!ef_is_people(plan->intake[t]))
			return ef_fail(context, EF_ARRAY_VALUE,
						   "The intake of period %d is %s.", t + 1,
						   ef_shown(plan->intake[t]).text);
	for (int t = 0; plan->target != NULL && t < plan->years; t++)
		if (!ef_is_people(plan->target[t]))
			return ef_fail(context, EF_ARRAY_VALUE,
						   "The target of period %d is %s.", t + 1,
						   ef_shown(plan->target[t]).text);
	if (plan->intake != NULL && plan->workforce->hires == 0 &&
		plan->rates->hires == 0)
		return ef_fail(context, EF_NO_HIRES,
					   "Nobody was hired in the observation period.");
	return EF_OK;
}

EF_NODISCARD static EfStatus
build(EfProjection *model, uint32_t asked, bool retirement)
{
	const EfProjectionPlan *plan = model->plan;
	EfMonth		start = plan->workforce->last_month + 1;
	EfStatus	status = check_plan(plan, model->workspace->context);

	if (status != EF_OK)
		return status;
	model->z = -ef_normal_quantile((1 - plan->level) / 2);
	model->forced = plan->retire_at != EF_AS_OBSERVED || plan->rule != NULL;
	model->retirement = retirement;
	model->first_months = ef_year_of_month(start) * MONTHS + MONTHS - start;

	status = gather_people(model);
	if (status == EF_OK)
		status = estimate_exits(model, asked);
	if (status == EF_OK)
		create_flows(model);

	/* hires of later years may bring classes that the stock does not have */
	if (status == EF_OK && model->nhires > 0 && model->nclasses == 0)
	{
		int			class;

		status = class_of(model, start - model->hires[0].age, &class);
	}
	for (int class = 0; status == EF_OK && class < model->nclasses; class++)
		status = project_class(model, class);
	if (status != EF_OK)
		return status;
	ef_flow_finish(model->stock_flow, carried_on(plan));
	for (int f = 0; f < model->nhire_flows; f++)
		ef_flow_finish(&model->hire_flows[f], 1);
	return EF_OK;
}


/* ---- results ---- */

static void
set_limits(const EfProjection *model, double mean, double deviation,
		   double most, double *lower, double *upper)
{
	ef_whole_limits(mean, deviation, most, model->plan->nearest, lower, upper);
}

/*
 * Return the flow of the hires of a period; NULL if their ages are not known.
 */
static const EfFlow *
hires_of(const EfProjection *model, int period)
{
	if (model->nhire_flows == 0)
		return NULL;
	return &model->hire_flows[period < model->nhire_flows ? period
							  : model->nhire_flows - 1];
}

/*
 * People of a period: the stock, and a number of hires in each period up to
 * this one.  The rows are of a lag.
 */
typedef struct Total
{
	const EfFlowSums *sums;
	double	   *rows[EF_FLOW_ROWS]; /* by year of age */
} Total;

/*
 * Number of successive periods that are totalled together: adding up along
 * the ages of one period waits for the sum before.
 */
#define TOGETHER 4

/* Add differences up to sums, in both rows of all totals. */
static void
add_up(int blocks, Total *totals)
{
	double		sums[2 * TOGETHER] = {0};

	for (int b = 0; b < blocks; b++)
		for (int i = 0; i < TOGETHER; i++)
		{
			totals[i].rows[EF_PASSING][b] = sums[2 * i] +=
				totals[i].rows[EF_PASSING][b];
			totals[i].rows[EF_LEAVING][b] = sums[2 * i + 1] +=
				totals[i].rows[EF_LEAVING][b];
		}
}

/*
 * Start a total that is not yet added up, with all rows or with those from
 * EF_PRESENT on; hires may be NULL.
 */
static void
start_total(const EfProjection *model, int period, const double *hires,
			double *lag, int from, Total *total)
{
	int			blocks = model->ages.blocks;
	int			alike = model->nhire_flows - 1;

	for (int row = 0; row < EF_FLOW_ROWS; row++)
		total->rows[row] = lag + row * blocks;
	total->sums = (const EfFlowSums *) (lag + EF_FLOW_ROWS * blocks);
	memcpy(total->rows[from], ef_flow_row(model->stock_flow, period, from),
		   (ef_lag_size(&model->ages) - (size_t) (from * blocks)) *
		   sizeof(double));

	/* the last flow may serve many periods */
	for (int i = 0; hires != NULL && i <= period && i < alike; i++)
		ef_flow_add(&model->hire_flows[i], period - i, from, hires + i, 1,
					total->rows[from]);
	if (hires != NULL && period >= alike)
		ef_flow_add(&model->hire_flows[alike], period - alike, from,
					hires + alike, period + 1 - alike, total->rows[from]);
}

/* Allocate the totals of TOGETHER periods. */
static double *
grab_totals(const EfProjection *model)
{
	return ef_grab_doubles(model->workspace, TOGETHER * ef_lag_size(&model->ages));
}

/* Total TOGETHER periods, from one on; at the end the first one again. */
static void
total_from(const EfProjection *model, int period, const double *hires,
		   double *lags, Total *totals)
{
	for (int i = 0; i < TOGETHER; i++)
	{
		int			of = period + i < model->plan->years ? period + i : period;

		start_total(model, of, hires, lags + (size_t) i * ef_lag_size(&model->ages),
					EF_PASSING, &totals[i]);
	}
	add_up(model->ages.blocks, totals);
}

/* Return people' matrix people, by year of age; 0 without a matrix. */
static double
shared_variance(const EfProjection *model, const double *people,
				const double *matrix)
{
	int			n = model->ages.blocks;
	double		sum = 0;

	for (int i = 0; matrix != NULL && i < n; i++)
	{
		double		row = 0;

		if (people[i] == 0)
			continue;
		for (int j = 0; j < n; j++)
			row += matrix[i * n + j] * people[j];
		sum += people[i] * row;
	}
	return sum;
}

static double
sum_of_products(int n, const double *a, const double *b)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/*
 * Return the part of the variance of the exits for the reason asked for that
 * comes from the ratios' own errors.  A higher ratio of any reason leaves
 * fewer people to leave; that of this reason also makes more of them leave.
 */
static double
shared_leaving_variance(const EfProjection *model, const Total *total)
{
	const EfExitProbability *q = &model->q;
	int			n = model->ages.blocks;
	double		variance = shared_variance(model, total->rows[EF_LEAVING],
										   q->shared_log_stay);

	if (q->asked_variance > 0)
	{
		double		more = sum_of_products(n, total->rows[EF_PRESENT],
										   q->asked_leave);
		double		fewer = sum_of_products(n, total->rows[EF_LEAVING],
											q->asked_log_stay);

		variance += q->asked_variance * more * (more - 2 * fewer);
	}
	return variance;
}

/*
 * Return the variance of the exits for the reason asked for, from chance and
 * from the rates.
 */
static double
leaving_variance(const EfProjection *model, const Total *total)
{
	return total->sums->leave - total->sums->leave_squares +
		ef_flow_variance(&model->ages, total->rows[EF_LEAVING],
						 model->q.var_log_stay) +
		ef_flow_variance(&model->ages, total->rows[EF_PRESENT],
						 model->q.var_leave) +
		shared_leaving_variance(model, total);
}

static double
deviation(const EfProjection *model, double variance)
{
	return model->z * sqrt(fmax(variance, 0));
}

/* Return the variance of the headcount, from chance and from the rates. */
static double
headcount_variance(const EfProjection *model, const Total *total)
{
	return total->sums->stay - total->sums->stay_squares +
		ef_flow_variance(&model->ages, total->rows[EF_PASSING],
						 model->q.var_log_stay) +
		shared_variance(model, total->rows[EF_PASSING],
						model->q.shared_log_stay);
}

/*
 * Fill need[period]: the hires that make the headcount equal the target at
 * the end of the period, after the needs of the earlier periods were hired.
 * `carried` is the variance of a surplus, which nothing levels out.
 */
static void
fill_need(const EfProjection *model, int t, double *need, double *carried,
		  double *lag, EfProjectionPeriod *period)
{
	const EfFlow *flow = hires_of(model, t);
	double		own = flow != NULL ? ef_flow_sums(flow, 0)->stay : 0;
	Total		total;
	double		missing;
	double		variance;

	period->need = period->need_lower = period->need_upper = NAN;
	if (!(own > 0))
		return;
	need[t] = 0;
	start_total(model, t, need, lag, EF_PRESENT, &total);
	missing = (period->target - total.sums->stay) / own;
	need[t] = fmax(missing, 0);
	ef_flow_add(flow, 0, EF_PRESENT, need + t, 1, total.rows[EF_PRESENT]);

	/* exits of the period, of a staff for which each earlier need was met */
	variance = total.sums->coming - total.sums->stay - total.sums->gone_squares +
		ef_flow_variance(&model->ages, total.rows[EF_PRESENT],
						 model->q.var_stay) +
		shared_variance(model, total.rows[EF_PRESENT], model->q.shared_stay) +
		*carried;
	period->need = need[t];
	set_limits(model, missing, deviation(model, variance) / own, INFINITY,
			   &period->need_lower, &period->need_upper);
	period->need_lower = fmax(period->need_lower, 0);
	period->need_upper = fmax(period->need_upper, 0);
	*carried = need[t] > 0 ? 0 : variance;
}

static void
fill_periods(EfProjection *model, EfProjectionPeriod *periods)
{
	const EfProjectionPlan *plan = model->plan;
	double		working_time = plan->working_time > 0 ? plan->working_time : 1;
	double		headcount = carried_on(plan);
	double		most = headcount;
	double		carried = 0;
	EfMonth		month = plan->workforce->last_month + 1;
	double	   *lags = grab_totals(model);
	double	   *lag = ef_grab_doubles(model->workspace, ef_lag_size(&model->ages));
	Total		totals[TOGETHER];
	double	   *need = ef_grab_doubles(model->workspace, (size_t) plan->years);

	for (int t = 0; t < plan->years; t++)
	{
		EfProjectionPeriod *period = &periods[t];
		const Total *total = &totals[t % TOGETHER];

		period->year = ef_year_of_month(month);
		period->start = ef_first_day(month);
		period->end = ef_last_day_of_year(month);
		month = period->year * MONTHS + MONTHS;

		if (t % TOGETHER == 0)
			total_from(model, t, plan->intake, lags, totals);
		period->headcount_start = headcount;
		period->intake = plan->intake != NULL ? plan->intake[t] : 0;
		period->headcount = headcount = total->sums->stay;
		period->exits = period->headcount_start + period->intake - headcount;
		period->retirements = total->sums->leave;
		period->unsupported = total->sums->unsupported;
		period->fte = NAN;
		if (plan->workforce->counts_fte)
		{
			double		hired = headcount -
				ef_flow_sums(model->stock_flow, t)->stay;

			period->fte = total->sums->fte / 1000;
			if (plan->intake != NULL && hired > 0)
				period->fte += hired * model->hire_fte;
			period->fte *= working_time;
		}

		most += period->intake;
		set_limits(model, headcount,
				   deviation(model, headcount_variance(model, total)), most,
				   &period->lower, &period->upper);
		set_limits(model, period->retirements,
				   deviation(model, leaving_variance(model, total)), most,
				   &period->retirements_lower, &period->retirements_upper);

		period->target = plan->target != NULL ? plan->target[t]
			: (double) plan->workforce->last_day.headcount;

		/* people who do the work of the target at the new working time */
		period->target /= working_time;
		period->gap = period->target - headcount;
		fill_need(model, t, need, &carried, lag, period);
	}
}

EfStatus
ef_project_workforce(const EfProjectionPlan *plan,
					 EfProjectionPeriod **periods, EfContext *context)
{
	return ef_project_fan(plan, &plan->level, 1, periods, context);
}

EF_REPORT(EF_LEVELS_RANGE, ARRAY_SUBSCRIPT_ERROR,
		  "levels must have from 1 to 100 elements",
		  "Levels are such as ARRAY[0.5, 0.8, 0.95].");

EfStatus
ef_project_fan(const EfProjectionPlan *plan, const double *levels, int nlevels,
			   EfProjectionPeriod **periods, EfContext *context)
{
	EfProjectionPlan first = *plan;
	EfWorkspace workspace = {context, NULL};
	EfProjection model = {.plan = &first,.workspace = &workspace};
	EfStatus	status;

	EF_ASSERT(nlevels > 0);
	first.level = levels[0];
	status = build(&model, retirement_label(&plan->rates->table), true);
	if (status == EF_OK)
		*periods = ef_alloc(context, (size_t) nlevels * (size_t) plan->years *
							sizeof(EfProjectionPeriod));
	for (int i = 0; status == EF_OK && i < nlevels; i++)
	{
		EfMark		start = ef_mark(&workspace);

		status = ef_level_factor(levels[i], &model.z, context);
		if (status == EF_OK)
			fill_periods(&model, *periods + i * plan->years);
		ef_discard(&workspace, start);
	}
	ef_discard_all(&workspace);
	return status;
}

EfStatus
ef_projection_open(EfProjection **projection, const EfProjectionPlan *plan,
				   EfWorkspace *workspace)
{
	EfProjection *model = ef_grab(workspace, 1, sizeof(EfProjection));
	EfStatus	status;

	model->plan = plan;
	model->workspace = workspace;
	*projection = model;
	status = build(model, 0, false);
	if (status == EF_OK)
		model->lags = grab_totals(model);
	return status;
}

double
ef_projection_left(const EfProjection *projection, int hired, int period)
{
	const EfFlow *flow = hires_of(projection, hired);

	EF_ASSERT(hired >= 0 && hired <= period &&
			  period < projection->plan->years);
	return flow == NULL || !projection->q.known ? NAN
		: ef_flow_sums(flow, period - hired)->stay;
}

double
ef_projection_variance(EfProjection *projection, int period,
					   const double *hires)
{
	Total		totals[TOGETHER];

	EF_ASSERT(period >= 0 && period < projection->plan->years);
	total_from(projection, period, projection->nhire_flows > 0 ? hires : NULL,
			   projection->lags, totals);
	return headcount_variance(projection, totals);
}

/*
 * Project one reason, or all others than it: label n of the rates' table, or
 * 0 for a retirement that is no label of it.
 */
EF_NODISCARD static EfStatus
project_reason(EfProjection *model, uint32_t label, const EfLabel *reason,
			   EfProjectedExits *rows)
{
	const EfProjectionPlan *plan = model->plan;
	double		most = carried_on(plan);
	double	   *lags;
	Total		totals[TOGETHER];
	bool		retirement = label == retirement_label(&plan->rates->table);
	EfStatus	status = build(model, label, !model->others &&
							   (label == 0 || retirement));

	if (status != EF_OK)
		return status;
	lags = grab_totals(model);
	for (int t = 0; t < plan->years; t++)
	{
		EfProjectedExits *row = &rows[t];
		const Total *total = &totals[t % TOGETHER];

		if (t % TOGETHER == 0)
			total_from(model, t, plan->intake, lags, totals);
		most += plan->intake != NULL ? plan->intake[t] : 0;
		row->year = ef_year_of_month(plan->workforce->last_month + 1) + t;
		row->reason = *reason;
		row->exits = total->sums->leave;
		set_limits(model, row->exits, deviation(model, leaving_variance(model, total)),
				   most, &row->lower, &row->upper);
	}
	return EF_OK;
}

EfStatus
ef_project_other_exits(const EfProjectionPlan *plan, EfProjectedExits *rows,
					   EfContext *context)
{
	static const EfLabel others = {"other", 5};
	EfWorkspace workspace = {context, NULL};
	EfProjection model = {.plan = plan,.workspace = &workspace,
	.others = true};
	EfStatus	status = project_reason(&model,
										retirement_label(&plan->rates->table),
										&others, rows);

	ef_discard_all(&workspace);
	return status;
}

EfStatus
ef_project_exits_begin(EfExitsProjection *exits, const EfProjectionPlan *plan,
					   EfContext *context)
{
	const EfTable *table = &plan->rates->table;
	EfStatus	status = check_plan(plan, context);

	memset(exits, 0, sizeof(*exits));
	exits->plan = plan;
	exits->kept.context = exits->workspace.context = context;
	exits->next = 1;
	exits->retired = retirement_label(table) > 0;
	if (status == EF_OK)
		ef_exit_counts(&exits->counts, table, plan->ratios, &exits->kept);
	return status;
}

EfStatus
ef_project_exits_next(EfExitsProjection *exits, EfProjectedExits *rows,
					  bool *more)
{
	const EfTable *table = &exits->plan->rates->table;
	bool		ends = exits->next > table->nlabels;
	EfProjection model = {.plan = exits->plan,.counts = &exits->counts,
	.workspace = &exits->workspace};
	uint32_t	label = 0;
	const EfLabel *reason = &retirement_reason;
	EfStatus	status;

	*more = !ends || !exits->retired;
	if (!*more)
		return EF_OK;

	/* a retirement that is no label is put at its place in the order */
	if (!exits->retired &&
		(ends || ef_label_compare(&table->labels[exits->next - 1],
								  &retirement_reason) > 0))
		exits->retired = true;
	else
	{
		label = exits->next++;
		reason = &table->labels[label - 1];
	}
	status = project_reason(&model, label, reason, rows);
	ef_discard_all(&exits->workspace);
	return status;
}

void
ef_project_exits_end(EfExitsProjection *exits)
{
	ef_discard_all(&exits->kept);
}
