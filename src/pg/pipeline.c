/*
 * pipeline.c
 *	  From funnel to workforce.  See src/core/pipeline/pipeline.h.
 */
#include "funnel_value.h"
#include "projection_value.h"
#include "summary.h"

#include "utils/date.h"

#include "pipeline/pipeline.h"

static EfStartDay
get_start_day(FunctionCallInfo fcinfo, int argument)
{
	text	   *name = PG_GETARG_TEXT_PP(argument);
	EfStartDay	start;

	eg_check(ef_pipeline_start_day(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name),
								   &start, &eg_context));
	return start;
}

/* Arguments: changed_stage, conversion_change. */
static EfConversionChange
get_scenario(FunctionCallInfo fcinfo, int argument, const EfFunnel *funnel)
{
	EfConversionChange scenario = {0};

	eg_require_argument(fcinfo, argument + 1, "conversion_change");
	if (!PG_ARGISNULL(argument))
		scenario.stage = eg_get_stage(fcinfo, argument, funnel);
	scenario.change = PG_GETARG_FLOAT8(argument + 1);
	return scenario;
}

/* Arguments: funnel, intake, first_year, horizon, starts, as_of, changed_stage,
 * conversion_change. */
PG_FUNCTION_INFO_V1(ef_funnel_output);
Datum
ef_funnel_output(PG_FUNCTION_ARGS)
{
	EfOutputPlan plan = {0};
	EfFunnel	funnel;
	EfDay		as_of;
	double	   *arrivals;
	int			year;
	EfResult   *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	eg_require_argument(fcinfo, 1, "intake");
	eg_require_argument(fcinfo, 2, "first_year");
	eg_require_argument(fcinfo, 3, "horizon");
	eg_require_argument(fcinfo, 4, "starts");
	eg_open_funnel(fcinfo, 0, &funnel);
	plan.funnel = &funnel;
	plan.intake = eg_get_float8s(fcinfo, 1, "intake", &plan.nyears);
	plan.first_year = PG_GETARG_INT32(2);
	plan.horizon = PG_GETARG_INT32(3);
	plan.starts = get_start_day(fcinfo, 4);
	if (!PG_ARGISNULL(5))
	{
		as_of = PG_GETARG_DATEADT(5);
		plan.as_of = &as_of;
	}
	plan.scenario = get_scenario(fcinfo, 6, &funnel);
	eg_check(ef_pipeline_arrivals(&plan, &arrivals, &eg_context));

	year = ef_pipeline_first_year(&plan);
	for (int i = 0; i < plan.horizon; i++)
	{
		eg_put_int32(result, year + i);
		eg_put_float8_or_null(result, arrivals[i]);
		eg_end_row(result);
	}
	return (Datum) 0;
}

/* The arguments that required_intake and required_intake_stages share. */
typedef struct IntakeArguments
{
	EfIntakePlan plan;
	EfFunnel	funnel;
	EfWorkforce workforce;
	EfWorkforce rates;
} IntakeArguments;

/*
 * Get the plan of an intake, but for the staff, which is in the second
 * argument and from the tenth on.
 */
static void
get_intake_plan(FunctionCallInfo fcinfo, IntakeArguments *arguments)
{
	EfIntakePlan *plan = &arguments->plan;

	eg_require_argument(fcinfo, 2, "gap");
	eg_require_argument(fcinfo, 3, "first_year");
	eg_require_argument(fcinfo, 4, "starts");
	eg_require_argument(fcinfo, 5, "method");
	eg_require_argument(fcinfo, 7, "arrived");
	eg_open_funnel(fcinfo, 0, &arguments->funnel);
	plan->funnel = &arguments->funnel;
	plan->gap = eg_get_float8s(fcinfo, 2, "gap", &plan->staff.years);
	plan->first_year = PG_GETARG_INT32(3);
	plan->starts = get_start_day(fcinfo, 4);
	plan->method = eg_get_choice(fcinfo, 5, &ef_intake_methods);
	plan->target_year = PG_ARGISNULL(6) ? EF_LAST_YEAR : PG_GETARG_INT32(6);
	plan->arrived = PG_GETARG_FLOAT8(7);
	plan->scenario = get_scenario(fcinfo, 8, &arguments->funnel);
}

static void
get_plan(FunctionCallInfo fcinfo, IntakeArguments *arguments)
{
	get_intake_plan(fcinfo, arguments);
	eg_get_projection(fcinfo, 1, 10, &arguments->plan.staff,
					  &arguments->workforce, &arguments->rates);
}

PG_FUNCTION_INFO_V1(ef_required_intake);
Datum
ef_required_intake(PG_FUNCTION_ARGS)
{
	IntakeArguments arguments = {0};
	EfIntakeYear *years;
	int			n;
	EfResult   *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	get_plan(fcinfo, &arguments);
	eg_check(ef_pipeline_intake(&arguments.plan, &years, &n, &eg_context));
	for (int i = 0; i < n; i++)
	{
		eg_put_int32(result, years[i].year);
		eg_put_limits(result, years[i].intake, years[i].lower, years[i].upper);
		eg_put_float8_or_null(result, years[i].arrivals);
		eg_put_float8_or_null(result, years[i].unmet);
		eg_end_row(result);
	}
	return (Datum) 0;
}

/* Answer for each of the levels, the last argument. */
PG_FUNCTION_INFO_V1(ef_required_intake_fan);
Datum
ef_required_intake_fan(PG_FUNCTION_ARGS)
{
	IntakeArguments arguments = {0};
	EfIntakeYear *years;
	const double *levels;
	int			nlevels;
	int			n;
	EfResult   *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	levels = eg_get_levels(fcinfo, 14, &nlevels);
	get_intake_plan(fcinfo, &arguments);
	eg_get_assumptions(fcinfo, 1, 10, &arguments.plan.staff,
					   &arguments.workforce, &arguments.rates);
	eg_check(ef_pipeline_intake_fan(&arguments.plan, levels, nlevels, &years,
									&n, &eg_context));
	for (int year = 0; year < n; year++)
		for (int i = 0; i < nlevels; i++)
		{
			const EfIntakeYear *row = &years[i * n + year];

			eg_put_int32(result, row->year);
			eg_put_float8(result, levels[i]);
			eg_put_limits(result, row->intake, row->lower, row->upper);
			eg_end_row(result);
		}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_required_intake_stages);
Datum
ef_required_intake_stages(PG_FUNCTION_ARGS)
{
	IntakeArguments arguments = {0};
	EfStageDemand *rows;
	size_t		n;
	EfResult   *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	get_plan(fcinfo, &arguments);
	eg_check(ef_pipeline_intake_by_stage(&arguments.plan, &rows, &n,
										 &eg_context));
	for (size_t i = 0; i < n; i++)
	{
		const EfLabel *stages = arguments.funnel.spec.stages;

		eg_put_int32(result, rows[i].year);
		eg_put_int32(result, (int32) rows[i].stage);
		eg_put_text(result, eg_label_text(&stages[rows[i].stage - 1]));
		eg_put_limits(result, rows[i].required, rows[i].lower, rows[i].upper);
		eg_end_row(result);
	}
	return (Datum) 0;
}
