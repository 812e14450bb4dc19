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
	EfResult   *result = eg_begin_rows(fcinfo);

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
		eg_put_text(result, names[state]);
		eg_put_int64(result, here[state]);
		eg_end_row(result);
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
	EfResult   *result = eg_begin_rows(fcinfo);

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

			eg_put_day(result, series.calendar.start);
			eg_put_day(result, series.calendar.end);
			eg_put_text(result, names[state]);
			eg_put_int64(result, row->headcount_start);
			eg_put_int64(result, row->headcount);
			eg_put_fte(result, row->fte_start, mobility.counts_fte);
			eg_put_fte(result, row->fte, mobility.counts_fte);
			eg_put_int64(result, row->hires);
			eg_put_int64(result, row->leavers);
			eg_put_int64(result, row->moved_in);
			eg_put_int64(result, row->moved_out);
			eg_put_int64(result, row->resumed);
			eg_put_int64(result, row->censored);
			eg_put_int64(result, row->carried);
			eg_end_row(result);
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
	EfResult   *result = eg_begin_rows(fcinfo);

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

			eg_put_day(result, leavers.calendar.start);
			eg_put_day(result, leavers.calendar.end);
			eg_put_text(result, names[row->state]);
			eg_put_text(result, reasons[row->reason - 1]);
			eg_put_int64(result, row->leavers);
			eg_end_row(result);
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
	EfResult   *result = eg_begin_rows(fcinfo);

	get_mobility(fcinfo, &mobility, false);
	eg_check(ef_mobility_rates(&mobility, PG_GETARG_FLOAT8(1), &flows, &n,
							   &eg_context));
	names = eg_label_texts(&mobility.table);
	for (size_t i = 0; i < n; i++)
	{
		const EfMobilityFlow *flow = &flows[i];

		eg_put_text(result, names[flow->from]);
		eg_put_text(result, names[flow->to]);
		eg_put_int64(result, flow->moves);
		eg_put_float8_or_null(result, flow->person_years);
		eg_put_limits(result, flow->rate, flow->lower, flow->upper);
		eg_end_row(result);
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
	EfResult   *result = eg_begin_rows(fcinfo);

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

			eg_put_text(result, names[from]);
			eg_put_text(result, names[to]);
			eg_put(result,
				   Float8GetDatum(ef_matrix_probability(&matrix, from, to)),
				   !matrix.known[from]);
			eg_end_row(result);
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
	EfResult   *result = eg_begin_rows(fcinfo);

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

		eg_put_int32(result, row->year);
		eg_put_day(result, row->start);
		eg_put_day(result, row->end);
		eg_put_text(result, names[row->state]);
		eg_put_float8(result, row->headcount_start);
		eg_put_float8(result, row->moved_in);
		eg_put_float8(result, row->moved_out);
		eg_put_float8(result, row->left);
		eg_put_float8(result, row->intake);
		eg_put_float8(result, row->headcount);
		eg_put_float8_or_null(result, row->lower);
		eg_put_float8_or_null(result, row->upper);
		eg_end_row(result);
	}
	return (Datum) 0;
}
