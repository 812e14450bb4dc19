/*
 * mobility_series.c
 *	  See mobility_series.h.
 */
#include "mobility/mobility_series.h"

#include <string.h>

EfStatus
ef_mobility_series_begin(EfMobilitySeries *series, const EfMobility *mobility,
						 const EfDuration *every, const EfAllocator *allocator,
						 EfError *error)
{
	size_t		n = (size_t) mobility->table.nlabels + 1;
	EfStatus	status = ef_duration_check(every, true, error);

	memset(series, 0, sizeof(*series));
	if (status != EF_OK)
		return status;
	series->mobility = mobility;
	series->every = *every;
	series->here = ef_alloc(allocator, n * sizeof(int64_t));
	series->rows = ef_alloc(allocator, n * sizeof(EfSeriesRow));
	if (series->here == NULL || series->rows == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for states failed.");
	memset(series->here, 0, n * sizeof(int64_t));
	return EF_OK;
}

/* The first day of a step, as days since from; N if the period is over then. */
static uint32_t
first_day_of(const EfMobilitySeries *series, int step)
{
	const EfFrame *frame = &series->mobility->table.frame;
	int64_t		months = (int64_t) step * series->every.months;
	int64_t		days = (int64_t) step * series->every.days;

	if (months <= EF_SPELL_YEARS * 12)
		days += ef_months_later(frame->from, (int) months) - frame->from;
	else
		days = series->mobility->days;
	return days < series->mobility->days ? (uint32_t) days
		: series->mobility->days;
}

/* Take who comes until a day. */
static void
take_comings(EfMobilitySeries *series, uint32_t until)
{
	const EfSteps *steps = &series->mobility->steps;

	for (; series->coming < steps->n; series->coming++)
	{
		const EfCell *step = &steps->steps[series->coming];
		unsigned	kind = ef_step_kind(step->key);
		uint32_t	state = ef_step_label(step->key);

		if (ef_step_day(step->key) > until)
			break;
		if (ef_step_goes(step->key))
			continue;
		series->here[state] += step->count;
		if (kind == EF_MOB_ENTERED)
			series->rows[state].hires += step->count;
		else if (kind == EF_MOB_RESUMED)
			series->rows[state].resumed += step->count;
	}
}

/* Take who is elsewhere on a day or before. */
static void
take_goings(EfMobilitySeries *series, uint32_t until)
{
	const EfSteps *steps = &series->mobility->steps;

	for (; series->going < steps->n; series->going++)
	{
		const EfCell *step = &steps->steps[series->going];
		unsigned	kind = ef_step_kind(step->key);
		uint32_t	state = ef_step_label(step->key);

		if (ef_step_day(step->key) > until)
			break;
		if (!ef_step_goes(step->key))
			continue;
		series->here[state] -= step->count;
		if (kind == EF_MOB_LEFT)
			series->rows[state].leavers += step->count;
		else if (kind == EF_MOB_CENSORED)
			series->rows[state].censored += step->count;
		else
		{
			series->rows[state].moved_out += step->count;
			series->rows[ef_step_to(step->key)].moved_in += step->count;
			series->here[ef_step_to(step->key)] += step->count;
		}
	}
}

/* All states together are one row. */
static void
add_total(EfSeriesRow *rows, uint32_t nstates)
{
	for (uint32_t state = 1; state <= nstates; state++)
	{
		const EfSeriesRow *row = &rows[state];

		rows->headcount_start += row->headcount_start;
		rows->headcount += row->headcount;
		rows->hires += row->hires;
		rows->leavers += row->leavers;
		rows->moved_in += row->moved_in;
		rows->moved_out += row->moved_out;
		rows->resumed += row->resumed;
		rows->censored += row->censored;
		rows->carried += row->carried;
	}
}

bool
ef_mobility_series_next(EfMobilitySeries *series)
{
	const EfMobility *mobility = series->mobility;
	uint32_t	nstates = mobility->table.nlabels;
	uint32_t	first = first_day_of(series, series->nsteps);
	uint32_t	next = first_day_of(series, series->nsteps + 1);

	if (first >= mobility->days)
		return false;
	series->nsteps++;
	series->start = mobility->table.frame.from + (EfDay) first;
	series->end = mobility->table.frame.from + (EfDay) next - 1;
	memset(series->rows, 0, ((size_t) nstates + 1) * sizeof(EfSeriesRow));
	take_comings(series, first);
	for (uint32_t state = 1; state <= nstates; state++)
		series->rows[state].headcount_start = series->here[state];
	take_comings(series, next - 1);
	take_goings(series, next - 1);
	for (uint32_t state = 1; state <= nstates; state++)
		series->rows[state].headcount = series->here[state];

	/* whose last day was that of the step */
	take_goings(series, next);
	for (uint32_t state = 1; state <= nstates; state++)
		series->rows[state].carried = series->here[state];
	add_total(series->rows, nstates);
	return true;
}
