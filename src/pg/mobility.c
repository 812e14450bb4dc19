/*
 * mobility.c
 *	  The type mobility: its accessors.  Of src/core/mobility, mobility.h has the
 *	  counts and mobility_estimate.h the estimates.
 */
#include "frame_form.h"
#include "summary.h"

#include "utils/date.h"

#include "base/fte.h"
#include "mobility/mobility_projection.h"
#include "mobility/mobility_series.h"

EF_SUMMARY_FUNCTIONS(mobility, ef_mobility_type, eg_period_form)

/* Open argument 0 as a reader needs it. */
static void
get_mobility(FunctionCallInfo fcinfo, EfMobility *mobility, bool in_steps)
{
	struct varlena *datum = PG_GETARG_VARLENA_P(0);

	eg_check((in_steps ? ef_mobility_open : ef_mobility_load)
			 (mobility, datum, VARSIZE(datum), &eg_context));
}

PG_FUNCTION_INFO_V1(ef_mobility_headcount);
Datum
ef_mobility_headcount(PG_FUNCTION_ARGS)
{
	EfMobility	mobility;
	uint32		day;
	int64	   *here;
	Datum	   *names;
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	get_mobility(fcinfo, &mobility, true);
	day = mobility.days - 1;
	if (!PG_ARGISNULL(1))
		eg_check(ef_mobility_day(&mobility, PG_GETARG_DATEADT(1), &day,
								 &eg_context));
	here = ef_mobility_here(&mobility, day, &eg_context);
	names = eg_label_texts(&mobility.table);
	for (uint32 state = 1; state <= mobility.table.nlabels; state++)
	{
		Datum		values[2] = {names[state], Int64GetDatum(here[state])};
		bool		nulls[2] = {false};

		eg_put_row(result, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_mobility_series);
Datum
ef_mobility_series(PG_FUNCTION_ARGS)
{
	EfMobility	mobility;
	EfMobilitySeries series;
	EfDuration	every = eg_get_duration(fcinfo, 1);
	Datum	   *names;
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

	get_mobility(fcinfo, &mobility, true);
	eg_check(ef_mobility_series_begin(&series, &mobility, &every,
									  &eg_context));
	names = eg_label_texts(&mobility.table);
	while (ef_mobility_series_next(&series))
		for (uint32 i = 1; i <= mobility.table.nlabels + 1; i++)
		{
			/* all states together come last, and have no name */
			uint32		state = i <= mobility.table.nlabels ? i : 0;
			const EfSeriesRow *row = &series.rows[state];
			Datum		values[14];
			bool		nulls[14] = {false};

			values[0] = DateADTGetDatum(series.calendar.start);
			values[1] = DateADTGetDatum(series.calendar.end);
			values[2] = state > 0 ? names[state] : (Datum) 0;
			nulls[2] = state == 0;
			values[3] = Int64GetDatum(row->headcount_start);
			values[4] = Int64GetDatum(row->headcount);
			nulls[5] = nulls[6] = !mobility.counts_fte;
			values[5] = Float8GetDatum(ef_fte_to_float8(row->fte_start));
			values[6] = Float8GetDatum(ef_fte_to_float8(row->fte));
			values[7] = Int64GetDatum(row->hires);
			values[8] = Int64GetDatum(row->leavers);
			values[9] = Int64GetDatum(row->moved_in);
			values[10] = Int64GetDatum(row->moved_out);
			values[11] = Int64GetDatum(row->resumed);
			values[12] = Int64GetDatum(row->censored);
			values[13] = Int64GetDatum(row->carried);
			eg_put_row(result, values, nulls);
		}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_mobility_leavers);
Datum
ef_mobility_leavers(PG_FUNCTION_ARGS)
{
	EfMobility	mobility;
	EfMobilityLeavers leavers;
	EfDuration	every = eg_get_duration(fcinfo, 1);
	Datum	   *names;
	Datum	   *reasons;
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

	get_mobility(fcinfo, &mobility, true);
	eg_check(ef_mobility_leavers_begin(&leavers, &mobility, &every,
									   &eg_context));
	names = eg_label_texts(&mobility.table);
	reasons = MemoryContextAllocHuge(CurrentMemoryContext,
									 leavers.nreasons * sizeof(Datum));
	for (uint32 i = 0; i < leavers.nreasons; i++)
		reasons[i] = eg_label_text(&leavers.reasons[i]);
	while (ef_mobility_leavers_next(&leavers))
		for (size_t i = 0; i < leavers.nrows; i++)
		{
			const EfStateLeavers *row = &leavers.rows[i];
			Datum		values[5];
			bool		nulls[5] = {false};

			values[0] = DateADTGetDatum(leavers.calendar.start);
			values[1] = DateADTGetDatum(leavers.calendar.end);
			values[2] = names[row->state];
			nulls[2] = row->state == 0;
			values[3] = reasons[row->reason - 1];
			values[4] = Int64GetDatum(row->leavers);
			eg_put_row(result, values, nulls);
		}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_mobility_flows);
Datum
ef_mobility_flows(PG_FUNCTION_ARGS)
{
	EfMobility	mobility;
	EfMobilityFlow *flows;
	size_t		n;
	Datum	   *names;
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

	get_mobility(fcinfo, &mobility, false);
	eg_check(ef_mobility_rates(&mobility, PG_GETARG_FLOAT8(1), &flows, &n,
							   &eg_context));
	names = eg_label_texts(&mobility.table);
	for (size_t i = 0; i < n; i++)
	{
		const EfMobilityFlow *flow = &flows[i];
		Datum		values[7];
		bool		nulls[7] = {false};

		values[0] = names[flow->from];
		nulls[0] = flow->from == 0;
		values[1] = names[flow->to];
		nulls[1] = flow->to == 0;
		values[2] = Int64GetDatum(flow->moves);
		values[3] = eg_float8_or_null(flow->person_years, &nulls[3]);
		values[4] = eg_float8_or_null(flow->rate, &nulls[4]);
		values[5] = eg_float8_or_null(flow->lower, &nulls[5]);
		values[6] = eg_float8_or_null(flow->upper, &nulls[6]);
		eg_put_row(result, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ef_mobility_matrix);
Datum
ef_mobility_matrix(PG_FUNCTION_ARGS)
{
	EfMobility	mobility;
	EfDuration	horizon;
	uint32		days;
	EfMatrix	matrix;
	Datum	   *names;
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	get_mobility(fcinfo, &mobility, true);
	if (!PG_ARGISNULL(1))
		horizon = eg_get_duration(fcinfo, 1);
	eg_check(ef_mobility_last_days(&mobility,
								   PG_ARGISNULL(1) ? NULL : &horizon, &days,
								   &eg_context));
	eg_check(ef_mobility_product(&mobility, days, &matrix, &eg_context));
	names = eg_label_texts(&mobility.table);
	for (uint32 from = 1; from <= matrix.nstates; from++)
		for (uint32 i = 1; i <= matrix.nstates + 1; i++)
		{
			uint32		to = i <= matrix.nstates ? i : 0;
			Datum		values[3];
			bool		nulls[3] = {false};

			values[0] = names[from];
			values[1] = names[to];
			nulls[1] = to == 0;
			values[2] = Float8GetDatum(ef_matrix_probability(&matrix, from, to));
			nulls[2] = !matrix.known[from];
			eg_put_row(result, values, nulls);
		}
	return (Datum) 0;
}


/* ---- projection ---- */

/* Get people by state, or NULL. */
static const double *
get_people(FunctionCallInfo fcinfo, int argument, const char *name,
		   const EfMobility *mobility)
{
	const double *people;
	int			n;

	if (PG_ARGISNULL(argument))
		return NULL;
	people = eg_get_float8s(fcinfo, argument, name, &n);
	eg_check(ef_mobility_people(mobility, people, n, name, &eg_context));
	return people;
}

/* Arguments: mobility, stock, years, intake, states, observed_years, level. */
PG_FUNCTION_INFO_V1(ef_mobility_project);
Datum
ef_mobility_project(PG_FUNCTION_ARGS)
{
	EfMobility	mobility;
	EfMobilityPlan plan;
	EfLabel    *listed = NULL;
	int			nlisted = 0;
	uint32	   *states;
	EfMobilityYear *rows;
	Datum	   *names;
	size_t		n;
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	eg_require_argument(fcinfo, 2, "years");
	get_mobility(fcinfo, &mobility, true);
	if (!PG_ARGISNULL(4))
		listed = eg_get_labels(fcinfo, 4, "states", "ARRAY['north', 'south']",
							   false, &nlisted);
	eg_check(ef_mobility_order(&mobility, listed, nlisted, &states,
							   &eg_context));
	plan.states = states;
	plan.stock = get_people(fcinfo, 1, "stock", &mobility);
	plan.years = PG_GETARG_INT32(2);
	plan.intake = get_people(fcinfo, 3, "intake", &mobility);
	eg_require_argument(fcinfo, 5, "observed_years");
	plan.observed_years = PG_GETARG_INT32(5);
	plan.limits = !PG_ARGISNULL(6);
	plan.level = plan.limits ? PG_GETARG_FLOAT8(6) : 0;
	eg_check(ef_mobility_projection(&mobility, &plan, &rows, &eg_context));
	names = eg_label_texts(&mobility.table);
	n = (size_t) plan.years * mobility.table.nlabels;
	for (size_t i = 0; i < n; i++)
	{
		const EfMobilityYear *row = &rows[i];
		Datum		values[12];
		bool		nulls[12] = {false};

		values[0] = Int32GetDatum(row->year);
		values[1] = DateADTGetDatum(row->start);
		values[2] = DateADTGetDatum(row->end);
		values[3] = names[row->state];
		values[4] = Float8GetDatum(row->headcount_start);
		values[5] = Float8GetDatum(row->moved_in);
		values[6] = Float8GetDatum(row->moved_out);
		values[7] = Float8GetDatum(row->left);
		values[8] = Float8GetDatum(row->intake);
		values[9] = Float8GetDatum(row->headcount);
		values[10] = eg_float8_or_null(row->lower, &nulls[10]);
		values[11] = eg_float8_or_null(row->upper, &nulls[11]);
		eg_put_row(result, values, nulls);
	}
	return (Datum) 0;
}
