/*
 * workforce.c
 *	  The type workforce: rows in, numbers out.  Of src/core/workforce, workforce.h
 *	  has the counts and projection.h the projection.
 */
#include "frame_form.h"
#include "observed.h"
#include "projection_value.h"
#include "summary.h"

#include "utils/date.h"
#include "utils/numeric.h"

EF_SUMMARY_FUNCTIONS(workforce, ef_workforce_type, eg_period_form)


/* ---- the aggregate ---- */

/* Arguments: state, birth_date, start_date, end_date, reason, observed. */
static Datum
add_row(FunctionCallInfo fcinfo, EfEmployment *row, bool counts_fte,
		bool known)
{
	EfState    *state = eg_spell_state(fcinfo, 5, &ef_workforce_type,
									   counts_fte ? EF_FLAG_FTE : 0);

	if (!known || PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		eg_check(ef_state_skip(state, &eg_context));
		PG_RETURN_POINTER(state);
	}
	row->birth = PG_GETARG_DATEADT(1);
	eg_get_spell(fcinfo, 2, &row->spell);
	eg_check(ef_workforce_add(&state, row, &eg_context));
	PG_RETURN_POINTER(eg_summary_own(state));
}

PG_FUNCTION_INFO_V1(ef_workforce_agg_transfn);
Datum
ef_workforce_agg_transfn(PG_FUNCTION_ARGS)
{
	EfEmployment row = {0};

	return add_row(fcinfo, &row, false, true);
}

PG_FUNCTION_INFO_V1(ef_workforce_agg_numeric_transfn);
Datum
ef_workforce_agg_numeric_transfn(PG_FUNCTION_ARGS)
{
	EfEmployment row = {0};

	if (PG_ARGISNULL(6))
		return add_row(fcinfo, &row, true, false);
	eg_check(ef_fte_from_decimal(DatumGetCString(DirectFunctionCall1(numeric_out,
																	 PG_GETARG_DATUM(6))),
								 &row.entry_fte, &eg_context));
	row.last_fte = row.entry_fte;
	return add_row(fcinfo, &row, true, true);
}

PG_FUNCTION_INFO_V1(ef_workforce_agg_float8_transfn);
Datum
ef_workforce_agg_float8_transfn(PG_FUNCTION_ARGS)
{
	EfEmployment row = {0};

	if (PG_ARGISNULL(6))
		return add_row(fcinfo, &row, true, false);
	eg_check(ef_fte_from_float8(PG_GETARG_FLOAT8(6), &row.entry_fte,
								&eg_context));
	row.last_fte = row.entry_fte;
	return add_row(fcinfo, &row, true, true);
}


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
	if (isnan(turnover))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(turnover);
}

/* Return in one row what the functions above return one by one. */
PG_FUNCTION_INFO_V1(ef_workforce_counts);
Datum
ef_workforce_counts(PG_FUNCTION_ARGS)
{
	static const EfTurnoverMethod methods[] = {EF_TURNOVER_LEAVERS, EF_TURNOVER_REPLACEMENT};
	EfWorkforce workforce;
	Datum		values[12];
	bool		nulls[12] = {false};
	bool		bounded;
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

	eg_open_workforce(fcinfo, 0, &workforce);
	bounded = workforce.table.frame.bounded;
	values[0] = DateADTGetDatum(workforce.table.frame.from);
	values[1] = DateADTGetDatum(workforce.table.frame.as_of - 1);
	values[2] = Int64GetDatum(workforce.first_day.headcount);
	values[3] = Int64GetDatum(workforce.last_day.headcount);
	values[4] = Float8GetDatum(ef_fte_to_float8(workforce.first_day.fte));
	values[5] = Float8GetDatum(ef_fte_to_float8(workforce.last_day.fte));
	values[6] = Int64GetDatum(workforce.hires);
	values[7] = Int64GetDatum(workforce.exits);
	values[8] = Int64GetDatum(ef_table_sum_of(&workforce.table, EF_RETIREMENT_REASON,
											  strlen(EF_RETIREMENT_REASON), EF_EXITS));
	values[9] = Float8GetDatum(ef_years_of_days(workforce.days));
	nulls[0] = nulls[2] = !bounded;
	nulls[4] = !bounded || !workforce.counts_fte;
	nulls[5] = !workforce.counts_fte;
	for (size_t i = 0; i < lengthof(methods); i++)
	{
		double		turnover = NAN;

		/* a period without a beginning has none */
		if (bounded)
			eg_check(ef_workforce_turnover(&workforce, methods[i], &turnover,
										   &eg_context));
		values[10 + i] = eg_float8_or_null(turnover, &nulls[10 + i]);
	}
	eg_put_row(result, values, nulls);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_age_pyramid);
Datum
ef_age_pyramid(PG_FUNCTION_ARGS)
{
	EfWorkforce workforce;
	EfAgeRow	rows[EF_AGE_LIMIT + 1];
	ReturnSetInfo *result = eg_begin_rows(fcinfo);
	int			n;

	eg_open_workforce(fcinfo, 0, &workforce);
	n = ef_workforce_pyramid(&workforce, rows);
	for (int i = 0; i < n; i++)
	{
		Datum		values[5];
		bool		nulls[5] = {false};

		values[0] = DateADTGetDatum(workforce.table.frame.as_of - 1);
		values[1] = Int32GetDatum(rows[i].age);
		values[2] = Int64GetDatum(rows[i].headcount);
		values[3] = Float8GetDatum(ef_fte_to_float8(rows[i].fte));
		nulls[3] = !workforce.counts_fte;
		values[4] = Int64GetDatum(rows[i].hires);
		eg_put_row(result, values, nulls);
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
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

	eg_open_workforce(fcinfo, 0, &workforce);
	eg_check(ef_exit_rates_begin(&rates, &workforce, PG_GETARG_FLOAT8(1),
								 &eg_context));
	reasons = eg_label_texts(&workforce.table);
	while (ef_exit_rates_next(&rates, &row))
	{
		Datum		values[7];
		bool		nulls[7] = {false};

		values[0] = Int32GetDatum(row.age);
		values[1] = reasons[row.reason];
		values[2] = Int64GetDatum(row.exits);
		values[3] = Float8GetDatum(row.person_years);
		values[4] = eg_float8_or_null(row.rate, &nulls[4]);
		values[5] = eg_float8_or_null(row.lower, &nulls[5]);
		values[6] = eg_float8_or_null(row.upper, &nulls[6]);
		eg_put_row(result, values, nulls);
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
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

	eg_open_workforce(fcinfo, 0, &workforce);
	eg_check(ef_workforce_reaching_by_year(&workforce, PG_GETARG_INT32(1),
										   years, &rows, &eg_context));
	for (int i = 0; i < years; i++)
	{
		Datum		values[2];
		bool		nulls[2] = {false};

		values[0] = Int32GetDatum(rows[i].year);
		values[1] = Int64GetDatum(rows[i].count);
		eg_put_row(result, values, nulls);
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
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	get_plan(fcinfo, &arguments);
	get_working_time(fcinfo, &arguments.plan);
	eg_check(ef_project_workforce(&arguments.plan, &periods, &eg_context));
	for (int t = 0; t < arguments.plan.years; t++)
	{
		const EfProjectionPeriod *period = &periods[t];
		Datum		values[19];
		bool		nulls[19] = {false};

		values[0] = Int32GetDatum(period->year);
		values[1] = DateADTGetDatum(period->start);
		values[2] = DateADTGetDatum(period->end);
		values[3] = Float8GetDatum(period->headcount_start);
		values[4] = Float8GetDatum(period->exits);
		values[5] = Float8GetDatum(period->retirements);
		values[6] = Float8GetDatum(period->retirements_lower);
		values[7] = Float8GetDatum(period->retirements_upper);
		values[8] = Float8GetDatum(period->intake);
		values[9] = Float8GetDatum(period->headcount);
		values[10] = Float8GetDatum(period->lower);
		values[11] = Float8GetDatum(period->upper);
		values[12] = eg_float8_or_null(period->fte, &nulls[12]);
		values[13] = Float8GetDatum(period->target);
		values[14] = Float8GetDatum(period->gap);
		values[15] = eg_float8_or_null(period->need, &nulls[15]);
		values[16] = eg_float8_or_null(period->need_lower, &nulls[16]);
		values[17] = eg_float8_or_null(period->need_upper, &nulls[17]);
		values[18] = Float8GetDatum(period->unsupported);
		eg_put_row(result, values, nulls);
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
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

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
			Datum		values[13];
			bool		nulls[13] = {false};

			values[0] = Int32GetDatum(period->year);
			values[1] = DateADTGetDatum(period->start);
			values[2] = DateADTGetDatum(period->end);
			values[3] = Float8GetDatum(levels[i]);
			values[4] = Float8GetDatum(period->headcount);
			values[5] = Float8GetDatum(period->lower);
			values[6] = Float8GetDatum(period->upper);
			values[7] = Float8GetDatum(period->retirements);
			values[8] = Float8GetDatum(period->retirements_lower);
			values[9] = Float8GetDatum(period->retirements_upper);
			values[10] = eg_float8_or_null(period->need, &nulls[10]);
			values[11] = eg_float8_or_null(period->need_lower, &nulls[11]);
			values[12] = eg_float8_or_null(period->need_upper, &nulls[12]);
			eg_put_row(result, values, nulls);
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
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

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
			Datum		values[5] = {Int32GetDatum(rows[t].year), reason,
				Float8GetDatum(rows[t].exits),
				Float8GetDatum(rows[t].lower),
			Float8GetDatum(rows[t].upper)};
			bool		nulls[5] = {false};

			eg_put_row(result, values, nulls);
		}
		pfree(DatumGetPointer(reason));
	}
	ef_project_exits_end(&exits);
	return (Datum) 0;
}
