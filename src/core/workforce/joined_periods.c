/*
 * joined_periods.c
 *	  See joined_periods.h.
 */
#include "workforce/joined_periods.h"

#include "base/invariant.h"

EF_REPORT(EF_PERIODS_APART, INVALID_PARAMETER_VALUE,
		  "summaries are not of one period after the other",
		  "Give one summary for each calendar year, none of them missing and none twice.");

EF_REPORT(EF_PERIODS_DIFFER, INVALID_PARAMETER_VALUE,
		  "people of one period do not go on into the next",
		  "Make all the summaries from the same rows: who is in the group must not change with the year.");

/* Check that the people who are carried on come over the boundary. */
EF_NODISCARD static EfStatus
check_boundary(const EfWorkforce *before, const EfWorkforce *after,
			   EfContext *context)
{
	const EfFrame *frame = &after->table.frame;
	EfShown		as_of = ef_day_shown(before->table.frame.as_of);
	size_t		nstock;
	size_t		nopening;
	const EfCell *stock = ef_table_series(&before->table, 0, EF_STOCK, &nstock);
	const EfCell *opening = ef_table_series(&after->table, 0, EF_OPENING,
											&nopening);
	bool		same = nstock == nopening;

	if (!frame->bounded)
		return ef_fail(context, EF_PERIODS_APART,
					   "One ends before %s, and another has no beginning.",
					   as_of.text);
	if (frame->from != before->table.frame.as_of)
		return ef_fail(context, EF_PERIODS_APART,
					   "One ends before %s, and the next begins on %s.",
					   as_of.text, ef_day_shown(frame->from).text);

	/* everybody is a month older */
	for (size_t i = 0; same && i < nstock; i++)
		same = ef_key_at(stock[i].key) + 1 == ef_key_at(opening[i].key) &&
			stock[i].count == opening[i].count;
	if (same)
		return EF_OK;
	return ef_fail(context, EF_PERIODS_DIFFER,
				   "On %s, %lld people go on and %lld are there, or they are of other ages.",
				   as_of.text, (long long) before->carried,
				   (long long) after->opening);
}

/* Is this cell of a period one of the whole? */
static bool
is_of_whole(unsigned kind, bool first, bool last)
{
	switch (kind)
	{
		case EF_OPENING:
		case EF_OPENING_FTE:
		case EF_FIRST_DAY:
		case EF_FIRST_DAY_FTE:
			return first;
		case EF_STOCK:
		case EF_STOCK_FTE:
		case EF_LAST_DAY:
		case EF_LAST_DAY_FTE:
			return last;
		default:
			return true;
	}
}

EfStatus
ef_workforce_join(EfWorkforce *whole, const EfWorkforce *periods, size_t n,
				  EfContext *context)
{
	EfFrame		frame = periods[0].table.frame;
	EfState    *state;
	EfStatus	status;

	EF_ASSERT(n > 0);
	frame.as_of = periods[n - 1].table.frame.as_of;
	status = ef_state_create(&state, &ef_workforce_type, &frame, 0, context);
	for (size_t i = 0; i < n && status == EF_OK; i++)
	{
		EfTable		part = periods[i].table;
		EfState    *old = state;

		if (i > 0)
			status = check_boundary(&periods[i - 1], &periods[i], context);
		if (status != EF_OK)
			break;
		part.cells = ef_alloc(context, part.ncells * sizeof(EfCell));
		part.ncells = 0;
		for (size_t c = 0; c < periods[i].table.ncells; c++)
		{
			const EfCell *cell = &periods[i].table.cells[c];

			if (is_of_whole(ef_key_kind(cell->key), i == 0, i == n - 1))
				part.cells[part.ncells++] = *cell;
		}

		/* every period sees the rows that none of them knows */
		part.skipped = i == 0 ? part.skipped : 0;
		part.frame.from = frame.from;
		part.frame.bounded = frame.bounded;
		part.frame.as_of = frame.as_of;
		status = ef_state_merge(&state, &ef_workforce_type, &part, context);
		ef_state_moved(old, state, context);
		ef_release(context, part.cells);
	}
	if (status == EF_OK)
		status = ef_workforce_open(whole, state, state->size, context);
	return status;
}
