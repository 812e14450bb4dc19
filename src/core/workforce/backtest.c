/*
 * backtest.c
 *	  See backtest.h.
 */
#include "workforce/backtest.h"

#include <math.h>
#include <string.h>

#include "base/sort.h"
#include "workforce/joined_periods.h"

#define MONTHS 12

const char *const ef_measure_names[EF_MEASURES] = {"headcount", "retirements",
"other exits", "need"};

EF_REPORT(EF_HIRES_METHOD_UNKNOWN, INVALID_PARAMETER_VALUE,
		  "unknown assumption about hires",
		  "They are 'as before', or 'as came' to tell the forecast who came.");

const EfChoice ef_hires_methods = {
	"assumption", EF_HIRES_METHOD_UNKNOWN, {
		[EF_HIRES_AS_BEFORE] = "as before",
		[EF_HIRES_AS_CAME] = "as came"
	}
};

/* Return the year that a period ends with. */
static int
year_of(const EfWorkforce *workforce)
{
	return ef_year_of_month(workforce->last_month);
}

static int
compare_periods(const void *a, const void *b)
{
	const EfFrame *x = &((const EfWorkforce *) a)->table.frame;
	const EfFrame *y = &((const EfWorkforce *) b)->table.frame;

	return (x->as_of > y->as_of) - (x->as_of < y->as_of);
}

EF_REPORT(EF_PERIOD_NOT_YEAR, INVALID_PARAMETER_VALUE,
		  "summary is not of a calendar year",
		  "Observe each year by itself: daterange(make_date(year, 1, 1), make_date(year + 1, 1, 1)).");

/* Put summaries in order.  Each is of one calendar year. */
EF_NODISCARD static EfStatus
order_years(EfWorkforce *years, size_t n, EfContext *context)
{
	ef_sort(years, n, sizeof(EfWorkforce), compare_periods, context);
	for (size_t i = 0; i < n; i++)
	{
		const EfFrame *frame = &years[i].table.frame;
		EfMonth		first = year_of(&years[i]) * MONTHS;

		if (!frame->bounded || frame->from != ef_first_day(first) ||
			frame->as_of != ef_first_day(first + MONTHS))
			return ef_fail(context, EF_PERIOD_NOT_YEAR,
						   "The observation period is [%s,%s).",
						   ef_day_shown(frame->bounded ? frame->from
										: EF_DAY_MINUS_INFINITY).text,
						   ef_day_shown(frame->as_of).text);
		if (i > 0 && frame->from != years[i - 1].table.frame.as_of)
			return ef_fail(context, EF_PERIODS_APART,
						   "After the year %d comes %d.",
						   year_of(&years[i - 1]), year_of(&years[i]));
	}
	return EF_OK;
}

/* Count what a year brought: NaN if it has not come. */
static void
count_year(const EfWorkforce *year, EfHiresMethod hires, double *counts)
{
	double		retirements = (double)
		ef_table_sum_of(&year->table, EF_RETIREMENT_REASON,
						strlen(EF_RETIREMENT_REASON), EF_EXITS);

	counts[EF_MEASURE_HEADCOUNT] = (double) year->carried;
	counts[EF_MEASURE_RETIREMENTS] = retirements;
	counts[EF_MEASURE_OTHER_EXITS] = (double) year->exits - retirements;

	/* growth and exits; the growth that came is in the hires */
	counts[EF_MEASURE_NEED] = (double) (hires == EF_HIRES_AS_CAME ? year->hires
										: year->exits);
}

/*
 * An origin: what was known there, and the assumptions for the years after
 * it.
 */
typedef struct Origin
{
	EfWorkforce known;
	EfWorkforce rates;
	EfProjectionPlan plan;
	double		intake[EF_YEARS_LIMIT];
	double		target[EF_YEARS_LIMIT];
	bool		projected;		/* can anything be said? */
} Origin;

EF_REPORT(EF_RATES_NOT_KNOWN, INVALID_PARAMETER_VALUE,
		  "no rates are known for the years before an origin",
		  "Give rates => summaries of the same years, or origin_rates => rates that were observed until each origin.");

EF_REPORT(EF_RATES_TWICE, INVALID_PARAMETER_VALUE,
		  "rates and origin_rates exclude each other",
		  "Give the one or the other.");

/* Join the same years of the others' summaries. */
EF_NODISCARD static EfStatus
look_back_at_others(Origin *origin, const EfBacktestPlan *plan,
					size_t nknown, EfContext *context)
{
	int			last = year_of(&origin->known);
	size_t		end = 0;

	while (end < plan->nrates && year_of(&plan->rates[end]) <= last)
		end++;
	if (end < nknown || year_of(&plan->rates[end - 1]) != last)
		return ef_fail(context, EF_RATES_NOT_KNOWN,
					   "From %d to %d they are not.",
					   last + 1 - (int) nknown, last);
	return ef_workforce_join(&origin->rates, plan->rates + end - nknown, nknown,
							 context);
}

/* Take rates that were observed until the origin, and not a day longer. */
EF_NODISCARD static EfStatus
take_origin_rates(Origin *origin, const EfBacktestPlan *plan,
				  EfContext *context)
{
	EfDay		as_of = origin->known.table.frame.as_of;

	for (size_t i = 0; i < plan->norigin_rates; i++)
	{
		const EfOriginRates *rates = &plan->origin_rates[i];

		if (rates->reference.table.frame.as_of != as_of)
			continue;
		origin->rates = rates->reference;
		origin->plan.ratios = rates->ratios;
		origin->plan.shift = rates->shift;
		origin->plan.nearest = rates->nearest;
		return EF_OK;
	}
	return ef_fail(context, EF_RATES_NOT_KNOWN,
				   "None were observed until %s, and no longer.",
				   ef_day_shown(as_of).text);
}

/* Stand before years[at], and look back. */
EF_NODISCARD static EfStatus
stand_at(Origin *origin, const EfBacktestPlan *plan, size_t at,
		 EfContext *context)
{
	size_t		nknown = at < (size_t) plan->observed_years ? at
		: (size_t) plan->observed_years;
	size_t		ahead = plan->nyears - at;
	EfProjectionPlan *projection = &origin->plan;
	bool		anybody_comes = false;
	EfStatus	status = ef_workforce_join(&origin->known,
										   plan->years + at - nknown, nknown,
										   context);

	if (status == EF_OK && plan->nrates > 0)
		status = look_back_at_others(origin, plan, nknown, context);
	*projection = plan->assume;
	if (status == EF_OK && plan->norigin_rates > 0)
		status = take_origin_rates(origin, plan, context);
	if (status != EF_OK)
		return status;

	projection->workforce = &origin->known;
	projection->rates = plan->nrates > 0 || plan->norigin_rates > 0
		? &origin->rates : &origin->known;
	projection->years = ahead < (size_t) plan->horizon ? (int) ahead
		: plan->horizon;
	projection->intake = origin->intake;
	projection->target = origin->target;
	for (int t = 0; t < projection->years; t++)
	{
		const EfWorkforce *year = &plan->years[at + (size_t) t];
		bool		told = plan->hires == EF_HIRES_AS_CAME;

		origin->intake[t] = told ? (double) year->hires
			: (double) origin->known.hires / (double) nknown;
		origin->target[t] = told ? (double) year->carried
			: (double) origin->known.carried;
		if (origin->intake[t] > 0)
			anybody_comes = true;
	}
	if (!anybody_comes)
		projection->intake = NULL;

	/* no forecast for people whose ages or rates are unknown */
	origin->projected =
		(projection->rates->days > 0 || origin->known.carried == 0) &&
		(!anybody_comes || (projection->rates->days > 0 &&
							origin->known.hires + projection->rates->hires > 0));
	return EF_OK;
}

static void
put_prediction(EfBacktestRow *row, double predicted, double lower, double upper)
{
	row->predicted = predicted;
	row->lower = isnan(predicted) ? NAN : lower;
	row->upper = isnan(predicted) ? NAN : upper;
	row->error = row->actual - predicted;
	row->held = row->actual >= row->lower && row->actual <= row->upper;
}

/* Make the forecast of one origin, beside the years that came. */
EF_NODISCARD static EfStatus
replay(const EfBacktestPlan *plan, size_t at, EfBacktestRow *rows,
	   EfContext *context)
{
	Origin		origin;
	EfProjectionPeriod *periods = NULL;
	EfProjectedExits others[EF_YEARS_LIMIT];
	double		naive[EF_MEASURES];
	double		exits_before;
	double		came = 0;
	EfStatus	status = stand_at(&origin, plan, at, context);

	if (status == EF_OK && origin.projected)
		status = ef_project_workforce(&origin.plan, &periods, context);
	if (status == EF_OK && origin.projected)
		status = ef_project_other_exits(&origin.plan, others, context);
	if (status != EF_OK)
		return status;

	count_year(&plan->years[at - 1], plan->hires, naive);
	exits_before = (double) plan->years[at - 1].exits;
	for (int t = 0; t < origin.plan.years; t++)
	{
		const EfWorkforce *year = &plan->years[at + (size_t) t];
		double		actual[EF_MEASURES];

		/* a forecast that is told the hires takes the exits of last year */
		came += (double) year->hires;
		if (plan->hires == EF_HIRES_AS_CAME)
			naive[EF_MEASURE_HEADCOUNT] =
				fmax(0, (double) origin.known.carried + came -
					 (t + 1) * exits_before);
		count_year(year, plan->hires, actual);
		for (int m = 0; m < EF_MEASURES; m++)
		{
			EfBacktestRow *row = rows++;

			row->origin = origin.known.table.frame.as_of;
			row->horizon = t + 1;
			row->year = year_of(year);
			row->measure = (EfBacktestMeasure) m;
			row->actual = actual[m];
			row->naive = naive[m];
			put_prediction(row, NAN, NAN, NAN);
			if (!origin.projected)
				continue;
			switch (row->measure)
			{
				case EF_MEASURE_HEADCOUNT:
					put_prediction(row, periods[t].headcount,
								   periods[t].lower, periods[t].upper);
					break;
				case EF_MEASURE_RETIREMENTS:
					put_prediction(row, periods[t].retirements,
								   periods[t].retirements_lower,
								   periods[t].retirements_upper);
					break;
				case EF_MEASURE_OTHER_EXITS:
					put_prediction(row, others[t].exits, others[t].lower,
								   others[t].upper);
					break;
				case EF_MEASURE_NEED:
					put_prediction(row, periods[t].need,
								   periods[t].need_lower,
								   periods[t].need_upper);
					break;
				case EF_MEASURES:
					break;
			}
		}
	}
	ef_release(context, periods);
	return EF_OK;
}

EF_REPORT(EF_BACKTEST_YEARS, INVALID_PARAMETER_VALUE,
		  "number of years known is out of range",
		  "least_years is from 1 to 100, and observed_years not below it.");

EfStatus
ef_backtest(const EfBacktestPlan *plan, EfBacktestRow **rows, size_t *nrows,
			EfContext *context)
{
	size_t		least = (size_t) plan->least_years;
	size_t		n = 0;
	EfStatus	status;

	if (plan->horizon < 1 || plan->horizon > EF_YEARS_LIMIT)
		return ef_fail(context, EF_HORIZON_RANGE, "The horizon is %d.",
					   plan->horizon);
	if (plan->least_years < 1 || plan->least_years > EF_YEARS_LIMIT ||
		plan->observed_years < plan->least_years)
		return ef_fail(context, EF_BACKTEST_YEARS,
					   "At least %d years are asked for, and at most %d.",
					   plan->least_years, plan->observed_years);
	if (plan->nrates > 0 && plan->norigin_rates > 0)
		return ef_fail(context, EF_RATES_TWICE,
					   "There are %zu summaries and %zu rates.", plan->nrates,
					   plan->norigin_rates);
	status = order_years(plan->years, plan->nyears, context);
	if (status == EF_OK)
		status = order_years(plan->rates, plan->nrates, context);
	if (status != EF_OK)
		return status;

	for (size_t at = least; at < plan->nyears; at++)
		n += plan->nyears - at < (size_t) plan->horizon ? plan->nyears - at
			: (size_t) plan->horizon;
	*nrows = 0;
	*rows = ef_alloc(context, n * EF_MEASURES * sizeof(EfBacktestRow));
	for (size_t at = least; at < plan->nyears && status == EF_OK; at++)
	{
		size_t		ahead = plan->nyears - at;

		ef_check_interrupt(context);
		status = replay(plan, at, *rows + *nrows, context);
		*nrows += EF_MEASURES * (ahead < (size_t) plan->horizon ? ahead
								 : (size_t) plan->horizon);
	}
	return status;
}
