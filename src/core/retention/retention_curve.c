/*
 * retention_curve.c
 *	  See retention_curve.h.
 */
#include "retention/retention_curve.h"

#include <math.h>
#include <string.h>

#include "base/invariant.h"

/*
 * Tolerance for a product of rounded factors that should be one half: the
 * square root of a double's precision, as in R.
 */
#define HALF_TOLERANCE 1.490116119384766e-8


/* ---- the curve ---- */

EfStatus
ef_curve_begin(EfCurve *curve, const EfRiskSet *risk, const EfDuration *every,
			   double level, EfLimitScale scale, EfContext *context)
{
	EfStatus	status = ef_duration_check(every, true, context);

	memset(curve, 0, sizeof(*curve));
	curve->risk = risk;
	curve->every = *every;
	curve->scale = scale;
	ef_kaplan_meier_begin(&curve->estimate);
	if (status == EF_OK)
		status = ef_level_factor(level, &curve->factor, context);
	return status;
}

/* Return the next day with an answer, -1 at the end. */
static int32_t
next_point(const EfRiskSet *risk, const EfDuration *every, int32_t *times)
{
	int32_t		day = ef_duration_days(every, *times);

	if (risk->ndays == 0 || (uint32_t) day > risk->last_day)
		return -1;
	++*times;
	return day;
}

bool
ef_curve_next(EfCurve *curve, EfCurvePoint *point)
{
	const EfRiskSet *risk = curve->risk;

	point->after_days = next_point(risk, &curve->every, &curve->times);
	if (point->after_days < 0)
		return false;

	point->exits = 0;
	point->at_risk = curve->next == 0 ? risk->on_time
		: ef_remaining(&risk->days[curve->next - 1]);
	for (; curve->next < risk->ndays; curve->next++)
	{
		const EfRiskDay *day = &risk->days[curve->next];

		if (day->day > (uint32_t) point->after_days)
			break;
		ef_kaplan_meier_step(&curve->estimate, day->at_risk, day->exits);
		point->exits += day->exits;
		point->at_risk = day->day == (uint32_t) point->after_days
			? day->at_risk : ef_remaining(day);
	}
	point->retained = curve->estimate.retained;
	if (point->exits > 0 || !curve->begun)
	{
		curve->std_error = ef_kaplan_meier_error(&curve->estimate);
		ef_probability_limits(point->retained, curve->std_error, curve->factor,
							  curve->scale, &curve->lower, &curve->upper);
		curve->begun = true;
	}
	point->std_error = curve->std_error;
	point->lower = curve->lower;
	point->upper = curve->upper;
	return true;
}


/* ---- the reasons ---- */

EfStatus
ef_incidence_begin(EfIncidenceCurve *curve, const EfRiskSet *risk,
				   uint32_t nreasons, const EfDuration *every, double level,
				   EfContext *context)
{
	EfStatus	status = ef_duration_check(every, true, context);

	memset(curve, 0, sizeof(*curve));
	curve->risk = risk;
	curve->every = *every;
	if (status == EF_OK)
		status = ef_level_factor(level, &curve->factor, context);
	if (status != EF_OK)
		return status;
	ef_aalen_johansen_begin(&curve->estimate, nreasons, context);
	curve->exits = ef_alloc(context, nreasons * sizeof(int64_t));
	return EF_OK;
}

bool
ef_incidence_next(EfIncidenceCurve *curve, int32_t *after_days)
{
	const EfRiskSet *risk = curve->risk;

	*after_days = next_point(risk, &curve->every, &curve->times);
	if (*after_days < 0)
		return false;
	memset(curve->exits, 0, curve->estimate.nreasons * sizeof(int64_t));
	for (; curve->next < risk->ndays; curve->next++)
	{
		const EfRiskDay *day = &risk->days[curve->next];

		if (day->day > (uint32_t) *after_days)
			break;
		ef_aalen_johansen_day(&curve->estimate, day->at_risk, day->exits);
		for (uint32_t i = 0; i < day->nexits; i++)
		{
			const EfExit *exit = &day->exits_by_reason[i];

			ef_aalen_johansen_exits(&curve->estimate, exit->reason,
									exit->count);
			curve->exits[exit->reason - 1] += exit->count;
		}
	}
	return true;
}

void
ef_incidence_row(EfIncidenceCurve *curve, uint32_t reason,
				 EfIncidenceRow *row)
{
	const EfIncidence *incidence = &curve->estimate.incidence[reason - 1];

	EF_ASSERT(reason > 0 && reason <= curve->estimate.nreasons);
	row->exits = curve->exits[reason - 1];
	row->incidence = incidence->probability;
	row->std_error = ef_aalen_johansen_error(incidence);
	ef_probability_limits(row->incidence, row->std_error, curve->factor,
						  EF_LOG_LOG, &row->lower, &row->upper);
}


/* ---- one number ---- */

/* Is nothing known of the curve on a day? */
static bool
unknown_on(const EfRiskSet *risk, uint32_t day, const EfKaplanMeier *curve)
{
	return risk->ndays == 0 || (day > risk->last_day && curve->retained > 0);
}

EfStatus
ef_retention_after(const EfRiskSet *risk, const EfDuration *after,
				   EfKaplanMeier *curve, EfContext *context)
{
	uint32_t	until;
	EfStatus	status = ef_duration_check(after, false, context);

	if (status != EF_OK)
		return status;
	until = (uint32_t) ef_duration_days(after, 1);
	ef_kaplan_meier_begin(curve);
	for (size_t i = 0; i < risk->ndays && risk->days[i].day <= until; i++)
		ef_kaplan_meier_step(curve, risk->days[i].at_risk,
							 risk->days[i].exits);
	if (unknown_on(risk, until, curve))
		curve->retained = NAN;
	return EF_OK;
}

EfStatus
ef_retention_rate_after(const EfRiskSet *risk, const EfDuration *after,
						double *rate, EfContext *context)
{
	EfKaplanMeier curve;
	EfStatus	status = ef_retention_after(risk, after, &curve, context);

	if (status == EF_OK)
		*rate = curve.retained;
	return status;
}

/* A curve on its way down to one half. */
typedef struct Halfway
{
	double		day;			/* NaN as long as it is above */
	double		value;
	bool		passed;
} Halfway;

/* Take the value from a day on; NaN is no value. */
static void
come_down(Halfway *half, uint32_t day, double value)
{
	if (half->passed || isnan(value))
		return;
	if (!isnan(half->day) && value < half->value)
	{
		half->day = (half->day + day) / 2;
		half->passed = true;
	}
	if (isnan(half->day) && value <= 0.5 + HALF_TOLERANCE)
	{
		half->day = day;
		half->value = value;
		half->passed = fabs(value - 0.5) >= HALF_TOLERANCE;
	}
}

double
ef_retention_median_day(const EfRiskSet *risk)
{
	EfKaplanMeier curve;
	Halfway		half = {NAN, NAN, false};

	ef_kaplan_meier_begin(&curve);
	for (size_t i = 0; i < risk->ndays && !half.passed; i++)
	{
		const EfRiskDay *day = &risk->days[i];

		ef_kaplan_meier_step(&curve, day->at_risk, day->exits);
		come_down(&half, day->day, curve.retained);
	}
	return half.day;
}

void
ef_retention_median_limits(const EfRiskSet *risk, double factor,
						   EfLimitScale scale, double *lower, double *upper)
{
	EfKaplanMeier curve;
	Halfway		first = {NAN, NAN, false};
	Halfway		last = {NAN, NAN, false};

	ef_kaplan_meier_begin(&curve);
	for (size_t i = 0; i < risk->ndays && !last.passed; i++)
	{
		const EfRiskDay *day = &risk->days[i];
		double		below;
		double		above;

		ef_kaplan_meier_step(&curve, day->at_risk, day->exits);
		ef_probability_limits(curve.retained, ef_kaplan_meier_error(&curve),
							  factor, scale, &below, &above);
		come_down(&first, day->day, below);
		come_down(&last, day->day, above);
	}
	*lower = first.day;
	*upper = last.day;
}

/*
 * Return the area under the curve until a day.  With that area as `whole`,
 * its variance is added up too.
 */
static double
sum_area(const EfRiskSet *risk, uint32_t end, EfKaplanMeier *curve,
		 double whole, double *variance)
{
	uint32_t	since = 0;
	double		area = 0;

	ef_kaplan_meier_begin(curve);
	for (size_t i = 0; i < risk->ndays && risk->days[i].day <= end; i++)
	{
		const EfRiskDay *day = &risk->days[i];
		double		n = (double) day->at_risk;
		double		x = (double) day->exits;

		if (day->exits == 0)
			continue;
		area += curve->retained * (day->day - since);
		since = day->day;
		ef_kaplan_meier_step(curve, day->at_risk, day->exits);
		if (variance != NULL && day->at_risk > day->exits && curve->retained > 0)
			*variance += (whole - area) * (whole - area) * (x / n / (n - x));
	}
	return area + curve->retained * (end - since);
}

EfStatus
ef_retention_mean_days(const EfRiskSet *risk, const EfDuration *until,
					   double *mean, EfContext *context)
{
	EfKaplanMeier curve;
	uint32_t	end;
	EfStatus	status = ef_duration_check(until, false, context);

	if (status != EF_OK)
		return status;
	end = (uint32_t) ef_duration_days(until, 1);
	*mean = sum_area(risk, end, &curve, NAN, NULL);
	if (unknown_on(risk, end, &curve))
		*mean = NAN;
	return EF_OK;
}

EfStatus
ef_retention_mean_variance(const EfRiskSet *risk, const EfDuration *until,
						   double *mean, double *variance, EfContext *context)
{
	EfKaplanMeier curve;
	EfStatus	status = ef_retention_mean_days(risk, until, mean, context);

	if (status != EF_OK)
		return status;
	*variance = isnan(*mean) ? NAN : 0;
	if (!isnan(*mean))
		(void) sum_area(risk, (uint32_t) ef_duration_days(until, 1), &curve,
						*mean, variance);
	return EF_OK;
}
