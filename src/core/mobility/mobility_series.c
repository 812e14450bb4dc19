/*
 * mobility_series.c
 *	  See mobility_series.h.
 */
#include "mobility/mobility_series.h"

#include <string.h>

EF_NODISCARD static EfStatus
begin_calendar(EfMobilityCalendar *calendar, const EfMobility *mobility,
			   const EfDuration *every, EfContext *context)
{
	calendar->mobility = mobility;
	calendar->every = *every;
	calendar->nsteps = 0;
	return ef_duration_check(every, true, context);
}

/* Go to the next step of the calendar; false at the end. */
static bool
next_step(EfMobilityCalendar *calendar)
{
	const EfMobility *mobility = calendar->mobility;
	EfDay		from = mobility->table.frame.from;

	calendar->first = ef_mobility_step(mobility, &calendar->every,
									   calendar->nsteps++);
	calendar->next = ef_mobility_step(mobility, &calendar->every,
									  calendar->nsteps);
	calendar->start = from + (EfDay) calendar->first;
	calendar->end = from + (EfDay) calendar->next - 1;
	return calendar->first < mobility->days;
}


/* ---- people and FTE ---- */

EfStatus
ef_mobility_series_begin(EfMobilitySeries *series, const EfMobility *mobility,
						 const EfDuration *every, EfContext *context)
{
	size_t		n = (size_t) mobility->table.nlabels + 1;

	memset(series, 0, sizeof(*series));
	series->here = ef_alloc_zeroed(context, n * sizeof(int64_t));
	series->fte = ef_alloc_zeroed(context, n * sizeof(int64_t));
	series->rows = ef_alloc(context, n * sizeof(EfSeriesRow));
	return begin_calendar(&series->calendar, mobility, every, context);
}

/* Take who comes, or who goes, until a day. */
static void
take_steps(EfMobilitySeries *series, bool going, uint32_t until)
{
	const EfSteps *steps = &series->calendar.mobility->steps;
	size_t	   *next = going ? &series->going : &series->coming;

	for (; *next < steps->n; ++*next)
	{
		EfKey		step = steps->steps[*next].key;
		int64_t		people = steps->steps[*next].count;
		EfSeriesRow *row = &series->rows[ef_step_label(step)];

		if (ef_step_day(step) > until)
			break;
		if (ef_step_goes(step) != going)
			continue;
		series->here[ef_step_label(step)] += going ? -people : people;
		switch (ef_step_kind(step))
		{
			case EF_MOB_ENTERED:
				row->hires += people;
				break;
			case EF_MOB_RESUMED:
				row->resumed += people;
				break;
			case EF_MOB_LEFT:
				row->leavers += people;
				break;
			case EF_MOB_CENSORED:
				row->censored += people;
				break;
			case EF_MOB_MOVED:
				row->moved_out += people;
				series->rows[ef_step_to(step)].moved_in += people;
				series->here[ef_step_to(step)] += people;
				break;
		}
	}
}

/* Take what FTE became until a day. */
static void
take_changes(EfMobilitySeries *series, uint32_t until)
{
	const EfMobility *mobility = series->calendar.mobility;

	for (; series->changed < mobility->nchanges; series->changed++)
	{
		const EfCell *change = &mobility->changes[series->changed];

		if (ef_change_day(change->key) > until)
			break;
		series->fte[ef_change_state(change->key)] += change->count;
	}
}

/* Add a row for all states together. */
static void
add_total(EfSeriesRow *rows, uint32_t nstates)
{
	for (uint32_t state = 1; state <= nstates; state++)
	{
		const EfSeriesRow *row = &rows[state];

		rows->headcount_start += row->headcount_start;
		rows->headcount += row->headcount;
		rows->fte_start += row->fte_start;
		rows->fte += row->fte;
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
	const EfMobilityCalendar *calendar = &series->calendar;
	uint32_t	nstates = calendar->mobility->table.nlabels;

	if (!next_step(&series->calendar))
		return false;
	memset(series->rows, 0, ((size_t) nstates + 1) * sizeof(EfSeriesRow));
	take_steps(series, false, calendar->first);
	take_changes(series, calendar->first);
	for (uint32_t state = 1; state <= nstates; state++)
	{
		series->rows[state].headcount_start = series->here[state];
		series->rows[state].fte_start = series->fte[state];
	}
	take_steps(series, false, calendar->next - 1);
	take_steps(series, true, calendar->next - 1);
	take_changes(series, calendar->next - 1);
	for (uint32_t state = 1; state <= nstates; state++)
	{
		series->rows[state].headcount = series->here[state];
		series->rows[state].fte = series->fte[state];
	}

	/* people whose last day was that of the step */
	take_steps(series, true, calendar->next);
	for (uint32_t state = 1; state <= nstates; state++)
		series->rows[state].carried = series->here[state];
	add_total(series->rows, nstates);
	return true;
}


/* ---- leavers by reason ---- */

/*
 * List all who left as steps, `to` the reason, 0 for none: those with a
 * reason, and the rest of `left`.
 */
static size_t
find_left(const EfMobility *mobility, EfCell *left)
{
	size_t		reasoned = 0;
	size_t		n = 0;

	for (size_t i = 0; i < mobility->steps.n; i++)
	{
		const EfCell *step = &mobility->steps.steps[i];
		uint32_t	day = ef_step_day(step->key);
		uint32_t	state = ef_step_label(step->key);
		int64_t		people = step->count;

		if (ef_step_kind(step->key) != EF_MOB_LEFT)
			continue;
		for (; reasoned < mobility->nleavers; reasoned++)
		{
			const EfCell *leaver = &mobility->leavers[reasoned];

			if (ef_step_day(leaver->key) != day ||
				ef_step_label(leaver->key) != state)
				break;
			people -= leaver->count;
			left[n++] = *leaver;
		}
		if (people > 0)
			left[n++] = ef_cell(ef_step(day, state, EF_MOB_LEFT_FOR, 0), people);
	}
	return n;
}

/* Number the reasons anew, in the order of names, with 'unknown' among them. */
static void
number_reasons(EfMobilityLeavers *leavers, EfContext *context)
{
	static const EfLabel nothing = {EF_UNKNOWN_REASON,
	sizeof(EF_UNKNOWN_REASON) - 1};
	const EfMobility *mobility = leavers->calendar.mobility;
	uint32_t	before = 0;		/* reasons that come before 'unknown' */

	leavers->reasons = ef_alloc(context, ((size_t) mobility->nreasons + 1) *
								sizeof(EfLabel));
	for (uint32_t i = 0; i < mobility->nreasons; i++)
		before += ef_label_compare(&mobility->reasons[i], &nothing) < 0;
	for (size_t i = 0; i < leavers->nleft; i++)
	{
		EfKey		key = leavers->left[i].key;
		uint32_t	reason = ef_step_to(key);

		if (reason == 0 || reason > before)
			leavers->left[i].key = ef_step(ef_step_day(key), ef_step_label(key),
										   EF_MOB_LEFT_FOR,
										   reason == 0 ? before + 1 : reason + 1);
	}
	for (uint32_t i = 0; i < mobility->nreasons; i++)
		leavers->reasons[i + (i >= before)] = mobility->reasons[i];
	leavers->reasons[before] = nothing;
	leavers->nreasons = mobility->nreasons + 1;
}

/* Make the key that orders rows; those of all states together are last. */
static EfKey
row_key(uint32_t state, uint32_t reason)
{
	return (EfKey) state << 32 | reason;
}

/* Make one row for each state and reason with leavers, and for each reason. */
EF_NODISCARD static EfStatus
make_rows(EfMobilityLeavers *leavers, EfContext *context)
{
	uint32_t	all = leavers->calendar.mobility->table.nlabels + 1;
	size_t		n = 2 * leavers->nleft;
	EfStatus	status;

	leavers->keys = ef_alloc(context, n * sizeof(EfCell));
	for (size_t i = 0; i < leavers->nleft; i++)
	{
		EfKey		key = leavers->left[i].key;

		leavers->keys[2 * i] =
			ef_cell(row_key(ef_step_label(key), ef_step_to(key)), 1);
		leavers->keys[2 * i + 1] = ef_cell(row_key(all, ef_step_to(key)), 1);
	}
	ef_cells_sort(leavers->keys, n, context);
	status = ef_cells_unite(leavers->keys, &n, context);
	if (status != EF_OK)
		return status;
	leavers->rows = ef_alloc(context, n * sizeof(EfStateLeavers));
	leavers->nrows = n;
	for (size_t i = 0; i < n; i++)
	{
		uint32_t	state = (uint32_t) (leavers->keys[i].key >> 32);

		leavers->rows[i].state = state == all ? 0 : state;
		leavers->rows[i].reason = (uint32_t) leavers->keys[i].key;
	}
	return EF_OK;
}

EfStatus
ef_mobility_leavers_begin(EfMobilityLeavers *leavers,
						  const EfMobility *mobility, const EfDuration *every,
						  EfContext *context)
{
	EfStatus	status;

	memset(leavers, 0, sizeof(*leavers));
	status = begin_calendar(&leavers->calendar, mobility, every, context);
	if (status != EF_OK)
		return status;
	leavers->left = ef_alloc(context,
							 (mobility->steps.n + mobility->nleavers) *
							 sizeof(EfCell));
	leavers->nleft = find_left(mobility, leavers->left);
	number_reasons(leavers, context);
	return make_rows(leavers, context);
}

/* Add people to the row of a key, which must exist. */
static void
add_to_row(EfMobilityLeavers *leavers, EfKey key, int64_t people)
{
	size_t		low = 0;
	size_t		high = leavers->nrows - 1;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (leavers->keys[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	leavers->rows[low].leavers += people;
}

bool
ef_mobility_leavers_next(EfMobilityLeavers *leavers)
{
	uint32_t	all = leavers->calendar.mobility->table.nlabels + 1;

	if (!next_step(&leavers->calendar))
		return false;
	for (size_t i = 0; i < leavers->nrows; i++)
		leavers->rows[i].leavers = 0;

	/*
	 * a person whose last day is in the step is elsewhere on the next day at
	 * the latest
	 */
	for (; leavers->next < leavers->nleft; leavers->next++)
	{
		const EfCell *left = &leavers->left[leavers->next];
		uint32_t	reason = ef_step_to(left->key);

		if (ef_step_day(left->key) > leavers->calendar.next)
			break;
		add_to_row(leavers, row_key(ef_step_label(left->key), reason),
				   left->count);
		add_to_row(leavers, row_key(all, reason), left->count);
	}
	return true;
}
