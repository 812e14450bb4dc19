/*
 * task_shift.c
 *	  Demand after task shifting.  See src/core/competence/task_shift.h.
 *
 * The arguments are the columns of two tables.  array_agg over no rows is
 * NULL, so a NULL array is one of no rows.
 */
#include "summary.h"

#include "competence/task_shift.h"

static EfNames
get_names(FunctionCallInfo fcinfo, int argument, const char *name,
		  bool nulls_allowed)
{
	EfNames		names = {NULL, 0};
	int			n = 0;

	if (!PG_ARGISNULL(argument))
		names.values = eg_get_labels(fcinfo, argument, name,
									 "ARRAY['physician', 'nurse']",
									 nulls_allowed, &n);
	names.n = n;
	return names;
}

static EfNumbers
get_numbers(FunctionCallInfo fcinfo, int argument, const char *name)
{
	EfNumbers	numbers = {NULL, 0};
	int			n = 0;

	if (!PG_ARGISNULL(argument))
		numbers.values = eg_get_float8s(fcinfo, argument, name, &n);
	numbers.n = n;
	return numbers;
}

/* Arguments: profession, demand, from_profession, to_profession, share,
 * relative_time. */
PG_FUNCTION_INFO_V1(ef_shift_tasks);
Datum
ef_shift_tasks(PG_FUNCTION_ARGS)
{
	EfTaskShifts shifts;
	EfShiftedDemand *rows;
	size_t		n;
	EfResult   *result = eg_begin_rows(fcinfo);

	shifts.profession = get_names(fcinfo, 0, "profession", false);
	shifts.demand = get_numbers(fcinfo, 1, "demand");
	shifts.from_profession = get_names(fcinfo, 2, "from_profession", false);
	shifts.to_profession = get_names(fcinfo, 3, "to_profession", true);
	shifts.share = get_numbers(fcinfo, 4, "share");
	shifts.relative_time = get_numbers(fcinfo, 5, "relative_time");
	eg_check(ef_task_shift_demand(&shifts, &rows, &n, &eg_context));

	for (size_t i = 0; i < n; i++)
	{
		eg_put_text(result, eg_label_text(&rows[i].profession));
		eg_put_float8(result, rows[i].demand);
		eg_put_float8(result, rows[i].shifted_in);
		eg_put_float8(result, rows[i].shifted_out);
		eg_put_float8(result, rows[i].dropped);
		eg_put_float8(result, rows[i].demand_after);
		eg_end_row(result);
	}
	return (Datum) 0;
}
