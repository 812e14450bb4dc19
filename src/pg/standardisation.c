/*
 * standardisation.c
 *	  Two workforces compared at equal ages.  See src/core/workforce/standardisation.h.
 */
#include "workforce_value.h"

#include "utils/builtins.h"

#include "workforce/standardisation.h"

/* Arguments: first, second, reason, standard, age_group, level. */
PG_FUNCTION_INFO_V1(ef_exit_rate_compare);
Datum
ef_exit_rate_compare(PG_FUNCTION_ARGS)
{
	EfComparisonPlan plan = {0};
	EfWorkforce first;
	EfWorkforce second;
	EfWorkforce standard;
	EfRateComparison rows[EF_COMPARISON_METHODS];
	EfResult   *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	eg_require_argument(fcinfo, 4, "age_group");
	eg_require_argument(fcinfo, 5, "level");
	eg_open_workforce(fcinfo, 0, &first);
	eg_open_workforce(fcinfo, 1, &second);
	plan.first = &first;
	plan.second = &second;
	if (!PG_ARGISNULL(2))
	{
		text	   *reason = PG_GETARG_TEXT_PP(2);

		plan.reason = VARDATA_ANY(reason);
		plan.reason_length = VARSIZE_ANY_EXHDR(reason);
	}
	if (!PG_ARGISNULL(3))
	{
		eg_open_workforce(fcinfo, 3, &standard);
		plan.standard = &standard;
	}
	plan.age_group = PG_GETARG_INT32(4);
	plan.level = PG_GETARG_FLOAT8(5);
	eg_check(ef_standardise_exit_rates(&plan, rows, &eg_context));

	for (int i = 0; i < EF_COMPARISON_METHODS; i++)
	{
		eg_put_text(result, CStringGetTextDatum(rows[i].method));
		eg_put_estimate(result, &rows[i].first);
		eg_put_estimate(result, &rows[i].second);
		eg_put_estimate(result, &rows[i].ratio);
		eg_put_float8(result, rows[i].coverage);
		eg_end_row(result);
	}
	return (Datum) 0;
}
