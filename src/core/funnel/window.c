/*
 * window.c
 *	  See window.h.
 */
#include "funnel/window.h"

#include <string.h>

#include "base/invariant.h"

#define NOWHERE UINT32_MAX

/* Can a row be found for this stage, if others have to move? */
static bool
find_row(const EfRow *rows, size_t nrows, unsigned stage, uint32_t *filled_by,
		 unsigned first, bool *tried)
{
	for (size_t row = 0; row < nrows; row++)
	{
		unsigned	holder = 0;

		if (tried[row] || !(rows[row].stages >> (stage - 1) & 1))
			continue;
		tried[row] = true;
		for (unsigned other = first; other < stage && holder == 0; other++)
			if (filled_by[other] == row)
				holder = other;
		for (unsigned other = stage + 1; other <= EF_STAGE_LIMIT && holder == 0;
			 other++)
			if (filled_by[other] == row)
				holder = other;
		if (holder == 0 ||
			find_row(rows, nrows, holder, filled_by, first, tried))
		{
			filled_by[stage] = (uint32_t) row;
			return true;
		}
	}
	return false;
}

/*
 * Find how many successive stages, from `first` on, the rows of one instant
 * can fill, each row one: a maximum matching, grown by augmenting paths.
 */
static unsigned
match_rows(const EfRow *rows, size_t nrows, unsigned first, unsigned last,
		   bool *tried)
{
	uint32_t	filled_by[EF_STAGE_LIMIT + 1];
	unsigned	stage;

	for (stage = 0; stage <= EF_STAGE_LIMIT; stage++)
		filled_by[stage] = NOWHERE;
	for (stage = first; stage <= last; stage++)
	{
		memset(tried, 0, nrows * sizeof(bool));
		if (!find_row(rows, nrows, stage, filled_by, first, tried))
			break;
	}
	return stage - first;
}

/* The chains of window_funnel, as furthest_stage has them. */
typedef struct WindowSearch
{
	const EfFunnelSpec *spec;
	EfInstant	limit[EF_STAGE_LIMIT + 1];	/* of the latest start; none if
											 * there[] is not set */
	bool		there[EF_STAGE_LIMIT + 1];
	unsigned	furthest;
	bool	   *tried;
} WindowSearch;

/* Let chains go on with the rows of one instant. */
static void
advance(WindowSearch *search, EfUnit unit, EfInstant at, const EfRow *rows,
		size_t nrows)
{
	const EfFunnelSpec *spec = search->spec;
	WindowSearch old = *search;
	bool		ordered = (spec->modes & EF_STRICT_ORDER) != 0;
	uint32_t	stages = 0;		/* of any row, as in an EfMoment */
	uint32_t	alone = 0;		/* of rows of no other stage */

	for (size_t i = 0; i < nrows; i++)
	{
		uint32_t	set = (uint32_t) rows[i].stages << 1;

		stages |= set == 0 ? 1 : set;
		if ((set & (set - 1)) == 0)
			alone |= set;
	}
	for (unsigned stage = 1; stage <= spec->nstages; stage++)
		if (old.there[stage] && stages & ef_chain_heeded_at(spec, stage))
			search->there[stage] = false;

	for (unsigned first = 1; first <= spec->nstages; first++)
	{
		EfInstant	limit;
		unsigned	most = spec->nstages - first + 1;

		if (!(stages >> first & 1))
			continue;
		if (first > 1 && !old.there[first - 1])
			continue;
		limit = first == 1 ? ef_spec_limit(spec, unit, at)
			: old.limit[first - 1];
		if (at > limit)
			continue;
		if (spec->modes & EF_STRICT_INCREASE)
			most = 1;
		else if (spec->modes & EF_STRICT_ONCE && !ordered)
			most = match_rows(rows, nrows, first, spec->nstages, search->tried);
		for (unsigned stage = first; stage < first + most; stage++)
		{
			if (!(stages >> stage & 1))
				break;
			if (stage > search->furthest)
				search->furthest = stage;

			/* in strict order what goes on is of no other stage */
			if (ordered && !(alone >> stage & 1))
				break;
			if (!search->there[stage] || limit > search->limit[stage])
				search->limit[stage] = limit;
			search->there[stage] = true;
		}
	}
}

EF_REPORT(EF_CONDITION_COUNT, INVALID_PARAMETER_VALUE,
		  "window_funnel needs one condition for each stage",
		  "Give as many conditions as the spec has stages, in their order.");

EF_REPORT(EF_CONDITION_EXITS, INVALID_PARAMETER_VALUE,
		  "window_funnel knows no exits",
		  "Use a spec without exits, or funnel_agg.");

EfStatus
ef_window_check(const EfFunnelSpec *spec, int nconditions, EfContext *context)
{
	if (spec->nexits > 0)
		return ef_fail(context, EF_CONDITION_EXITS, "Its exits: %u.",
					   spec->nexits);
	if (nconditions != (int) spec->nstages)
		return ef_fail(context, EF_CONDITION_COUNT,
					   "Conditions: %d. Stages: %u.", nconditions,
					   spec->nstages);
	return EF_OK;
}

int
ef_window_funnel(const EfFunnelSpec *spec, EfUnit unit, const EfRow *rows,
				 size_t nrows, EfContext *context)
{
	WindowSearch search = {.spec = spec};
	EfWhen		as_of = spec->has_as_of
		? ef_when(ef_day_instant(spec->as_of, unit), 0) : UINT64_MAX;

	search.tried = ef_alloc(context, nrows * sizeof(bool));
	for (size_t i = 0; i < nrows && rows[i].when < as_of;)
	{
		size_t		end = i + 1;

		while (end < nrows && rows[end].when == rows[i].when)
			end++;
		EF_ASSERT(end == nrows || rows[end].when > rows[i].when);
		ef_check_interrupt(context);
		advance(&search, unit, ef_when_instant(rows[i].when), rows + i,
				end - i);
		i = end;
	}
	ef_release(context, search.tried);
	return (int) search.furthest;
}
