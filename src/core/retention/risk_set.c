/*
 * risk_set.c
 *	  See risk_set.h.
 */
#include "retention/risk_set.h"

#include <string.h>

#include "base/invariant.h"

const EfCell *
ef_retention_cells(const EfTable *table, unsigned kind, size_t *ncells)
{
	const EfCell *cells;

	/* labelled series come last, and exits are the only kind of them */
	if (kind != EF_LEFT)
		return ef_table_series(table, 0, kind, ncells);
	cells = ef_table_series(table, 1, 0, ncells);
	*ncells = (size_t) (table->cells + table->ncells - cells);
	return cells;
}

/* Sort all exits by day and reason, from series by reason and day. */
static size_t
sort_exits(EfRiskSet *risk, const EfTable *table, EfContext *context)
{
	size_t		n;
	const EfCell *cells = ef_retention_cells(table, EF_LEFT, &n);
	EfCell	   *sorted;
	unsigned	bits = 0;

	risk->exits = ef_alloc(context, n * sizeof(EfExit));
	sorted = ef_alloc(context, n * sizeof(EfCell));

	/* short keys, which take fewer passes to sort */
	while (table->nlabels >> bits > 0)
		bits++;
	for (size_t i = 0; i < n; i++)
	{
		sorted[i].key = (EfKey) ef_key_at(cells[i].key) << bits |
			ef_key_label(cells[i].key);
		sorted[i].count = cells[i].count;
	}
	ef_cells_sort(sorted, n, context);
	for (size_t i = 0; i < n; i++)
	{
		risk->exits[i].day = (uint32_t) (sorted[i].key >> bits);
		risk->exits[i].reason = (uint32_t) (sorted[i].key & (((EfKey) 1 << bits) - 1));
		risk->exits[i].count = sorted[i].count;
	}
	ef_release(context, sorted);
	return n;
}

bool
ef_risk_is_sound(const EfRiskSet *risk)
{
	for (size_t i = 1; i < risk->ndays; i++)
		if (risk->days[i - 1].day >= risk->days[i].day)
			return false;
	return true;
}

void
ef_retention_risk(EfRiskSet *risk, const EfTable *table, EfContext *context)
{
	size_t		nlate;
	size_t		ncensored;
	size_t		nexits;
	const EfCell *late = ef_table_series(table, 0, EF_LATE_ENTRIES, &nlate);
	const EfCell *censored = ef_table_series(table, 0, EF_CENSORED, &ncensored);
	const EfCell *late_end = late + nlate;
	const EfCell *censored_end = censored + ncensored;
	const EfExit *exit;
	const EfExit *exit_end;
	size_t		room;
	int64_t		at_risk;

	memset(risk, 0, sizeof(*risk));
	nexits = sort_exits(risk, table, context);
	room = nlate + nexits + ncensored;
	if (room > EF_SPELL_DAYS + 1)
		room = EF_SPELL_DAYS + 1;
	risk->days = ef_alloc(context, room * sizeof(EfRiskDay));

	/* everyone leaves or is censored; who did not enter late was on time */
	at_risk = ef_retention_people(table, EF_LEFT) + ef_retention_people(table, EF_CENSORED) -
		ef_retention_people(table, EF_LATE_ENTRIES);
	risk->on_time = at_risk;
	exit = risk->exits;
	exit_end = exit + nexits;
	while (late < late_end || censored < censored_end || exit < exit_end)
	{
		EfRiskDay  *day = &risk->days[risk->ndays++];

		memset(day, 0, sizeof(*day));
		day->day = UINT32_MAX;
		if (late < late_end)
			day->day = ef_key_at(late->key);
		if (censored < censored_end && ef_key_at(censored->key) < day->day)
			day->day = ef_key_at(censored->key);
		if (exit < exit_end && exit->day < day->day)
			day->day = exit->day;

		day->at_risk = at_risk;
		day->exits_by_reason = exit;
		for (; exit < exit_end && exit->day == day->day; exit++)
		{
			day->exits += exit->count;
			day->nexits++;
		}
		if (censored < censored_end && ef_key_at(censored->key) == day->day)
			day->censored = (censored++)->count;
		if (late < late_end && ef_key_at(late->key) == day->day)
			day->entered = (late++)->count;
		at_risk = ef_remaining(day);
		if (day->exits > 0 || day->censored > 0)
			risk->last_day = day->day;
	}
	EF_ASSERT(ef_risk_is_sound(risk));
}

void
ef_risk_mark_exits(uint8_t *flags, const EfRiskSet *risk)
{
	EF_ASSERT(ef_risk_is_sound(risk));
	for (size_t i = 0; i < risk->ndays; i++)
		flags[risk->days[i].day] |= risk->days[i].exits > 0;
}

void
ef_risk_keep_reason(EfRiskSet *risk, uint32_t reason)
{
	EF_ASSERT(ef_risk_is_sound(risk));
	for (size_t i = 0; i < risk->ndays; i++)
	{
		EfRiskDay  *day = &risk->days[i];
		const EfExit *end = day->exits_by_reason + day->nexits;

		while (day->exits_by_reason < end &&
			   day->exits_by_reason->reason != reason)
			day->exits_by_reason++;
		day->nexits = day->exits_by_reason < end;
	}
}

void
ef_risk_censor_others(EfRiskSet *risk, uint32_t reason)
{
	ef_risk_keep_reason(risk, reason);
	for (size_t i = 0; i < risk->ndays; i++)
	{
		EfRiskDay  *day = &risk->days[i];
		int64_t		exits = ef_exits_kept(day);

		day->censored += day->exits - exits;
		day->exits = exits;
	}
}

void
ef_risk_release(EfRiskSet *risk, EfContext *context)
{
	ef_release(context, risk->exits);
	ef_release(context, risk->days);
}
