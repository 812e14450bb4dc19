/*
 * backtest.c
 *	  Forecasts of the past beside what happened.  See
 *	  src/core/workforce/backtest.h.
 */
#include "glue.h"

#include "catalog/pg_type_d.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"

#include "projection_value.h"
#include "pipeline/pipeline.h"
#include "workforce/backtest.h"

/* Hint for a year without a summary. */
static const char year_missing[] = "Leave a year without a summary out, at the beginning or the end.";

/* Get the values of an array without nulls; none if it is null. */
static Datum *
get_values(FunctionCallInfo fcinfo, int argument, const char *name,
		   const char *example, const char *hint, size_t *n)
{
	ArrayType  *array;
	int16		length;
	bool		by_value;
	char		align;
	Datum	   *values;
	int			count;

	*n = 0;
	if (PG_ARGISNULL(argument))
		return NULL;
	array = eg_get_array(fcinfo, argument, name, example, hint);
	get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &align);
	deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, align,
					  &values, NULL, &count);
	*n = count;
	return values;
}

static EfWorkforce *
get_workforces(FunctionCallInfo fcinfo, int argument, const char *name,
			   size_t *n)
{
	Datum	   *values = get_values(fcinfo, argument, name, "array_agg(w)",
									year_missing, n);
	EfWorkforce *workforces;

	if (values == NULL)
		return NULL;
	workforces = ef_alloc(&eg_context, *n * sizeof(EfWorkforce));
	for (size_t i = 0; i < *n; i++)
	{
		struct varlena *datum = PG_DETOAST_DATUM(values[i]);

		eg_check(ef_workforce_open(&workforces[i], datum, VARSIZE(datum),
								   &eg_context));
	}
	return workforces;
}

static EfOriginRates *
get_origin_rates(FunctionCallInfo fcinfo, int argument, size_t *n)
{
	Datum	   *values = get_values(fcinfo, argument, "origin_rates",
									"array_agg(rates)", year_missing, n);
	EfOriginRates *rates;

	if (values == NULL)
		return NULL;
	rates = ef_alloc(&eg_context, *n * sizeof(EfOriginRates));
	for (size_t i = 0; i < *n; i++)
	{
		EfCredibleRates *credible = (EfCredibleRates *) PG_DETOAST_DATUM(values[i]);
		EfExitRatio *ratios;

		eg_check_credible(credible, &rates[i].reference, &ratios);
		rates[i].ratios = ratios;
		rates[i].shift = credible->retirement_shift;
		rates[i].nearest = eg_rates_are_of_group(credible);
	}
	return rates;
}

/* Arguments: by_year, horizon, hires, observed_years, least_years, rates,
 * origin_rates, retire_at, retire_rule, latest_age, level. */
PG_FUNCTION_INFO_V1(ef_workforce_backtest);
Datum
ef_workforce_backtest(PG_FUNCTION_ARGS)
{
	EfBacktestPlan plan = {0};
	EfBacktestRow *rows;
	Datum		measures[EF_MEASURES];
	size_t		n;
	EfResult   *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	eg_require_argument(fcinfo, 1, "horizon");
	eg_require_argument(fcinfo, 2, "hires");
	eg_require_argument(fcinfo, 4, "least_years");
	eg_require_argument(fcinfo, 9, "latest_age");
	eg_require_argument(fcinfo, 10, "level");
	plan.years = get_workforces(fcinfo, 0, "by_year", &plan.nyears);
	plan.horizon = PG_GETARG_INT32(1);
	plan.hires = eg_get_choice(fcinfo, 2, &ef_hires_methods);
	plan.observed_years = PG_ARGISNULL(3) ? EF_ALL_YEARS : PG_GETARG_INT32(3);
	plan.least_years = PG_GETARG_INT32(4);
	plan.rates = get_workforces(fcinfo, 5, "rates", &plan.nrates);
	plan.origin_rates = get_origin_rates(fcinfo, 6, &plan.norigin_rates);
	plan.assume.retire_at = PG_ARGISNULL(7) ? EF_AS_OBSERVED : PG_GETARG_INT32(7);
	plan.assume.rule = PG_ARGISNULL(8) ? NULL : eg_get_rule(fcinfo, 8);
	plan.assume.latest_age = PG_GETARG_INT32(9);
	plan.assume.level = PG_GETARG_FLOAT8(10);
	eg_check(ef_backtest(&plan, &rows, &n, &eg_context));

	for (int m = 0; m < EF_MEASURES; m++)
		measures[m] = CStringGetTextDatum(ef_measure_names[m]);
	for (size_t i = 0; i < n; i++)
	{
		const EfBacktestRow *row = &rows[i];

		eg_put_day(result, row->origin);
		eg_put_int32(result, row->horizon);
		eg_put_int32(result, row->year);
		eg_put_text(result, measures[row->measure]);
		eg_put_limits(result, row->predicted, row->lower, row->upper);
		eg_put_float8(result, row->actual);
		eg_put_float8_or_null(result, row->error);
		eg_put(result, BoolGetDatum(row->held), isnan(row->lower));
		eg_put_float8(result, row->naive);
		eg_end_row(result);
	}
	return (Datum) 0;
}


/* ---- of an education ---- */

/*
 * Check numbers of people by year, from first_year on; arrivals of a year
 * need not be known.
 */
static void
check_years(FunctionCallInfo fcinfo, int argument, const char *name,
			const char *hint)
{
	ArrayType  *array = eg_get_array(fcinfo, argument, name,
									 "ARRAY[10, 10, 12]", hint);
	Datum	   *values;
	bool	   *nulls;
	double	   *people;
	int			n;

	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &values, &nulls, &n);
	people = ef_alloc(&eg_context, n * sizeof(double));
	for (int i = 0; i < n; i++)
		people[i] = nulls[i] ? 0 : DatumGetFloat8(values[i]);
	eg_check(ef_pipeline_backtest_check(name, PG_GETARG_INT32(3), people,
										nulls, n, &eg_context));
}

/* Arguments: by_origin, begun, arrived, first_year, study_years. */
PG_FUNCTION_INFO_V1(ef_funnel_backtest_origins);
Datum
ef_funnel_backtest_origins(PG_FUNCTION_ARGS)
{
	Datum	   *values;
	Datum	   *origins;
	size_t		n;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	check_years(fcinfo, 1, "begun",
				"Give 0 for a year in which nobody began.");
	check_years(fcinfo, 2, "arrived", NULL);
	if (!PG_ARGISNULL(4))
		eg_check(ef_pipeline_study_years_check(PG_GETARG_INT32(4),
											   &eg_context));
	values = get_values(fcinfo, 0, "by_origin", "array_agg(f)",
						"Leave an origin of which no funnel is known out.", &n);
	origins = ef_alloc(&eg_context, n * sizeof(Datum));
	for (size_t i = 0; i < n; i++)
	{
		struct varlena *datum = PG_DETOAST_DATUM(values[i]);
		EfFunnel	funnel;
		EfDay		origin;

		eg_check(ef_funnel_open(&funnel, datum, VARSIZE(datum), &eg_context));
		eg_check(ef_pipeline_backtest_origin(&funnel.spec, i + 1, &origin,
											 &eg_context));
		origins[i] = DateADTGetDatum(origin);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(origins, (int) n, DATEOID, sizeof(DateADT),
										  true, TYPALIGN_INT));
}
