/*
 * workforce.c
 *	  The type workforce: rows in, numbers out.  Of src/core/workforce, workforce.h
 *	  has the counts and projection.h the projection.
 */
#include "frame_form.h"
#include "fte_value.h"
#include "observed.h"
#include "projection_value.h"
#include "summary.h"

#include "utils/date.h"
#include "utils/numeric.h"

EF_SUMMARY_FUNCTIONS(workforce, ef_workforce_type, eg_period_form)


/* ---- the aggregate ---- */

/* Arguments: state, birth_date, start_date, end_date, reason, observed and, if it
 * is counted, FTE. */
static pg_attribute_always_inline Datum
add_row(FunctionCallInfo fcinfo, bool known, int32_t fte)
{
	EfState    *state = eg_spell_state(fcinfo, 5, &ef_workforce_type,
									   PG_NARGS() > 6 ? EF_FLAG_FTE : 0);
	EfEmployment row = {.entry_fte = fte,.last_fte = fte};

	if (!known || PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		eg_check(ef_state_skip(state, &eg_context));
		PG_RETURN_POINTER(state);
	}
	row.birth = PG_GETARG_DATEADT(1);
	eg_get_spell(fcinfo, 2, &row.spell);
	eg_check(ef_workforce_add(&state, &row, &eg_context));
	PG_RETURN_POINTER(eg_summary_own(state));
}

EF_FTE_TRANSFNS(workforce_agg, add_row, 6)


/* ---- numbers ---- */

#define EF_WORKFORCE_BIGINT(name, expression) \
	PG_FUNCTION_INFO_V1(ef_##name); \
	Datum ef_##name(PG_FUNCTION_ARGS) \
	{ \
		EfWorkforce workforce; \
		eg_open_workforce(fcinfo, 0, &workforce); \
		PG_RETURN_INT64(expression); \
	}

EF_WORKFORCE_BIGINT(headcount, workforce.last_day.headcount)
EF_WORKFORCE_BIGINT(carried, workforce.carried)
EF_WORKFORCE_BIGINT(hires, workforce.hires)
EF_WORKFORCE_BIGINT(exits, workforce.exits)

PG_FUNCTION_INFO_V1(ef_exits_for_reason);
Datum
ef_exits_for_reason(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;
	text	   *reason = PG_GETARG_TEXT_PP(1);

	eg_open_workforce(fcinfo, 0, &workforce);
	PG_RETURN_INT64(ef_table_sum_of(&workforce.table, VARDATA_ANY(reason),
									VARSIZE_ANY_EXHDR(reason), EF_EXITS));
}

/* Return FTE, if the summary counts it. */
static Datum
fte_or_null(FunctionCallInfo fcinfo, const EfWorkforce *workforce,
			const EfStaff *staff)
{
	if (!workforce->counts_fte)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(int64_div_fast_to_numeric(staff->fte, 3));
}

PG_FUNCTION_INFO_V1(ef_fte);
Datum
ef_fte(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;

	eg_open_workforce(fcinfo, 0, &workforce);
	return fte_or_null(fcinfo, &workforce, &workforce.last_day);
}

/* Arguments: workforce, at. */
static EfStaff
get_staff(FunctionCallInfo fcinfo, EfWorkforce *workforce)
{
	EfStaff		staff;

	eg_open_workforce(fcinfo, 0, workforce);
	eg_check(ef_workforce_staff(workforce, PG_GETARG_DATEADT(1), &staff,
								&eg_context));
	return staff;
}

PG_FUNCTION_INFO_V1(ef_headcount_at);
Datum
ef_headcount_at(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;

	PG_RETURN_INT64(get_staff(fcinfo, &workforce).headcount);
}

PG_FUNCTION_INFO_V1(ef_fte_at);
Datum
ef_fte_at(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;
	EfStaff		staff = get_staff(fcinfo, &workforce);

	return fte_or_null(fcinfo, &workforce, &staff);
}

PG_FUNCTION_INFO_V1(ef_first_day_observed);
Datum
ef_first_day_observed(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;

	eg_open_workforce(fcinfo, 0, &workforce);
	if (!workforce.table.frame.bounded)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(workforce.table.frame.from);
}

PG_FUNCTION_INFO_V1(ef_last_day_observed);
Datum
ef_last_day_observed(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;

	eg_open_workforce(fcinfo, 0, &workforce);
	PG_RETURN_DATEADT(workforce.table.frame.as_of - 1);
}

PG_FUNCTION_INFO_V1(ef_person_years);
Datum
ef_person_years(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;

	eg_open_workforce(fcinfo, 0, &workforce);
	PG_RETURN_FLOAT8(ef_years_of_days(workforce.days));
}

PG_FUNCTION_INFO_V1(ef_turnover);
Datum
ef_turnover(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;
	EfTurnoverMethod method = eg_get_choice(fcinfo, 1, &ef_turnover_methods);
	double		turnover;

	eg_open_workforce(fcinfo, 0, &workforce);
	eg_check(ef_workforce_turnover(&workforce, method, &turnover,
								   &eg_context));
	return eg_float8_or_null(fcinfo, turnover);
}

/* Return in one row what the functions above return one by one. */
PG_FUNCTION_INFO_V1(ef_workforce_counts);
Datum
ef_workforce_counts(PG_FUNCTION_ARGS)
{
	static const EfTurnoverMethod methods[] = {EF_TURNOVER_LEAVERS, EF_TURNOVER_REPLACEMENT};
	EfWorkforce workforce;
	bool		bounded;
	EfResult   *result = eg_begin_rows(fcinfo);

	eg_open_workforce(fcinfo, 0, &workforce);
	bounded = workforce.table.frame.bounded;
	eg_put(result, DateADTGetDatum(workforce.table.frame.from), !bounded);
	eg_put_day(result, workforce.table.frame.as_of - 1);
	eg_put(result, Int64GetDatum(workforce.first_day.headcount), !bounded);
	eg_put_int64(result, workforce.last_day.headcount);
	eg_put_fte(result, workforce.first_day.fte,
			   bounded && workforce.counts_fte);
	eg_put_fte(result, workforce.last_day.fte, workforce.counts_fte);
	eg_put_int64(result, workforce.hires);
	eg_put_int64(result, workforce.exits);
	eg_put_int64(result,
				 ef_table_sum_of(&workforce.table, EF_RETIREMENT_REASON,
								 strlen(EF_RETIREMENT_REASON), EF_EXITS));
	eg_put_float8(result, ef_years_of_days(workforce.days));
	for (size_t i = 0; i < lengthof(methods); i++)
	{
		double		turnover = NAN;

		/* a period without a beginning has none */
		if (bounded)
			eg_check(ef_workforce_turnover(&workforce, methods[i], &turnover,
										   &eg_context));
		eg_put_float8_or_null(result, turnover);
	}
	eg_end_row(result);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_age_pyramid);
Datum
ef_age_pyramid(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;
	EfAgeRow	rows[EF_AGE_LIMIT + 1];
	EfResult   *result = eg_begin_rows(fcinfo);
	int			n;

	eg_open_workforce(fcinfo, 0, &workforce);
	n = ef_workforce_pyramid(&workforce, rows);
	for (int i = 0; i < n; i++)
	{
		eg_put_day(result, workforce.table.frame.as_of - 1);
		eg_put_int32(result, rows[i].age);
		eg_put_int64(result, rows[i].headcount);
		eg_put_fte(result, rows[i].fte, workforce.counts_fte);
		eg_put_int64(result, rows[i].hires);
		eg_end_row(result);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_exit_rates);
Datum
ef_exit_rates(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;
	EfExitRates rates;
	EfExitRateRow row;
	Datum	   *reasons;
	EfResult   *result = eg_begin_rows(fcinfo);

	eg_open_workforce(fcinfo, 0, &workforce);
	eg_check(ef_exit_rates_begin(&rates, &workforce, PG_GETARG_FLOAT8(1),
								 &eg_context));
	reasons = eg_label_texts(&workforce.table);
	while (ef_exit_rates_next(&rates, &row))
	{
		eg_put_int32(result, row.age);
		eg_put_text(result, reasons[row.reason]);
		eg_put_int64(result, row.exits);
		eg_put_float8(result, row.person_years);
		eg_put_limits(result, row.rate, row.lower, row.upper);
		eg_end_row(result);
	}
	return (Datum) 0;
}


/* ---- reaching an age ---- */

PG_FUNCTION_INFO_V1(ef_reaching_age);
Datum
ef_reaching_age(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;
	int64		count;

	eg_open_workforce(fcinfo, 0, &workforce);
	eg_check(ef_workforce_reaching(&workforce, PG_GETARG_INT32(1),
								   PG_GETARG_DATEADT(2), &count, &eg_context));
	PG_RETURN_INT64(count);
}

PG_FUNCTION_INFO_V1(ef_reaching_age_by_year);
Datum
ef_reaching_age_by_year(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;
	int			years = PG_GETARG_INT32(2);
	EfYearCount *rows;
	EfResult   *result = eg_begin_rows(fcinfo);

	eg_open_workforce(fcinfo, 0, &workforce);
	eg_check(ef_workforce_reaching_by_year(&workforce, PG_GETARG_INT32(1),
										   years, &rows, &eg_context));
	for (int i = 0; i < years; i++)
	{
		eg_put_int32(result, rows[i].year);
		eg_put_int64(result, rows[i].count);
		eg_end_row(result);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_reaching_pension_age);
Datum
ef_reaching_pension_age(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;
	int64		count;

	eg_open_workforce(fcinfo, 0, &workforce);
	eg_check(ef_workforce_reaching_by_rule(&workforce, eg_get_rule(fcinfo, 1),
										   PG_GETARG_DATEADT(2), &count,
										   &eg_context));
	PG_RETURN_INT64(count);
}


/* ---- projection ---- */

static EF_REPORT(EF_ARRAY_LENGTH, ARRAY_SUBSCRIPT_ERROR,
				 "array must have one element for each period",
				 "Use array_fill(20::float8, ARRAY[10]) for twenty in each of ten years.");

static const double *
get_periods(FunctionCallInfo fcinfo, int argument, const char *name, int years)
{
	const double *periods;
	int			n;

	if (PG_ARGISNULL(argument))
		return NULL;
	periods = eg_get_float8s(fcinfo, argument, name, &n);
	if (n != years)
		eg_raise(ef_fail(&eg_context, EF_ARRAY_LENGTH,
						 "Elements of %s: %d. Years: %d.", name, n, years));
	return periods;
}

/* The arguments that workforce_project and workforce_project_exits share. */
typedef struct ProjectionArguments
{
	EfProjectionPlan plan;
	EfWorkforce workforce;
	EfWorkforce rates;
} ProjectionArguments;

/*
 * Get the periods of a plan.  Arguments: workforce, years, intake, target,
 * and from 4 on assumptions.
 */
static void
get_periods_of_plan(FunctionCallInfo fcinfo, EfProjectionPlan *plan)
{
	eg_require_argument(fcinfo, 1, "years");
	plan->years = PG_GETARG_INT32(1);
	plan->intake = get_periods(fcinfo, 2, "intake", plan->years);
	plan->target = get_periods(fcinfo, 3, "target", plan->years);
}

static void
get_plan(FunctionCallInfo fcinfo, ProjectionArguments *arguments)
{
	get_periods_of_plan(fcinfo, &arguments->plan);
	eg_get_projection(fcinfo, 0, 4, &arguments->plan, &arguments->workforce,
					  &arguments->rates);
}

/* Get the working time, the argument after the level or the levels. */
static void
get_working_time(FunctionCallInfo fcinfo, EfProjectionPlan *plan)
{
	eg_require_argument(fcinfo, 9, "working_time");
	plan->working_time = PG_GETARG_FLOAT8(9);
	eg_check(ef_projection_working_time_check(plan->working_time,
											  &eg_context));
}

PG_FUNCTION_INFO_V1(ef_workforce_project);
Datum
ef_workforce_project(PG_FUNCTION_ARGS)
{
	ProjectionArguments arguments = {0};
	EfProjectionPeriod *periods;
	EfResult   *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	get_plan(fcinfo, &arguments);
	get_working_time(fcinfo, &arguments.plan);
	eg_check(ef_project_workforce(&arguments.plan, &periods, &eg_context));
	for (int t = 0; t < arguments.plan.years; t++)
	{
		const EfProjectionPeriod *period = &periods[t];

		eg_put_int32(result, period->year);
		eg_put_day(result, period->start);
		eg_put_day(result, period->end);
		eg_put_float8(result, period->headcount_start);
		eg_put_float8(result, period->exits);
		eg_put_float8(result, period->retirements);
		eg_put_float8(result, period->retirements_lower);
		eg_put_float8(result, period->retirements_upper);
		eg_put_float8(result, period->intake);
		eg_put_float8(result, period->headcount);
		eg_put_float8(result, period->lower);
		eg_put_float8(result, period->upper);
		eg_put_float8_or_null(result, period->fte);
		eg_put_float8(result, period->target);
		eg_put_float8(result, period->gap);
		eg_put_limits(result, period->need, period->need_lower,
					  period->need_upper);
		eg_put_float8(result, period->unsupported);
		eg_end_row(result);
	}
	return (Datum) 0;
}

/* Project with levels in the place of the level. */
PG_FUNCTION_INFO_V1(ef_workforce_project_fan);
Datum
ef_workforce_project_fan(PG_FUNCTION_ARGS)
{
	ProjectionArguments arguments = {0};
	EfProjectionPeriod *periods;
	const double *levels;
	int			nlevels;
	int			years;
	EfResult   *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	levels = eg_get_levels(fcinfo, 8, &nlevels);
	get_periods_of_plan(fcinfo, &arguments.plan);
	eg_get_assumptions(fcinfo, 0, 4, &arguments.plan, &arguments.workforce,
					   &arguments.rates);
	get_working_time(fcinfo, &arguments.plan);
	years = arguments.plan.years;
	eg_check(ef_project_fan(&arguments.plan, levels, nlevels, &periods,
							&eg_context));
	for (int t = 0; t < years; t++)
		for (int i = 0; i < nlevels; i++)
		{
			const EfProjectionPeriod *period = &periods[i * years + t];

			eg_put_int32(result, period->year);
			eg_put_day(result, period->start);
			eg_put_day(result, period->end);
			eg_put_float8(result, levels[i]);
			eg_put_float8(result, period->headcount);
			eg_put_float8(result, period->lower);
			eg_put_float8(result, period->upper);
			eg_put_float8(result, period->retirements);
			eg_put_float8(result, period->retirements_lower);
			eg_put_float8(result, period->retirements_upper);
			eg_put_limits(result, period->need, period->need_lower,
						  period->need_upper);
			eg_end_row(result);
		}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_workforce_project_exits);
Datum
ef_workforce_project_exits(PG_FUNCTION_ARGS)
{
	ProjectionArguments arguments = {0};
	EfExitsProjection exits;
	EfProjectedExits *rows;
	bool		more;
	EfResult   *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	get_plan(fcinfo, &arguments);
	eg_check(ef_project_exits_begin(&exits, &arguments.plan, &eg_context));
	rows = palloc(arguments.plan.years * sizeof(EfProjectedExits));
	while (eg_check(ef_project_exits_next(&exits, rows, &more)), more)
	{
		Datum		reason = eg_label_text(&rows->reason);

		for (int t = 0; t < arguments.plan.years; t++)
		{
			eg_put_int32(result, rows[t].year);
			eg_put_text(result, reason);
			eg_put_float8(result, rows[t].exits);
			eg_put_float8(result, rows[t].lower);
			eg_put_float8(result, rows[t].upper);
			eg_end_row(result);
		}
		pfree(DatumGetPointer(reason));
	}
	ef_project_exits_end(&exits);
	return (Datum) 0;
}
