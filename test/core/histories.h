/*
 * histories.h: people on their way through stages, for the unit tests of
 * funnels.
 *
 * A funnel is counts by day; the tests look at every person on every day.
 */
#ifndef EF_TEST_HISTORIES_H
#define EF_TEST_HISTORIES_H

#include "arena.h"
#include "funnel/funnel.h"

/* What all of them have in common. */
typedef struct Setting
{
	int			nstages;
	int			window;			/* days; -1: none */
	bool		as_of;
	bool		exits;
	int			days;			/* about as many as people are followed */
} Setting;

/* Days are those since the start. */
typedef struct History
{
	int			length;			/* stages reached */
	int			day[EF_STAGE_LIMIT];
	EfOutcome	outcome;
	int			left;			/* -1: no day */
} History;

/* Stages have names of different lengths, one of them empty, one not ASCII. */
static inline void
setting_spec(EfFunnelSpec *spec, const Setting *setting)
{
	static const char *const names[] = {"applied", "", "antagen \xc3\xa5", "b", "ab",
	"a stage with a longer name than the others have, so that a spec needs room"};
	static char numbered[EF_STAGE_LIMIT][4];

	memset(spec, 0, sizeof(*spec));
	spec->nstages = (uint32_t) setting->nstages;
	for (int i = 0; i < setting->nstages; i++)
	{
		const char *name = names[i % 6];

		if (i >= 6)
		{
			numbered[i][0] = 's';
			numbered[i][1] = (char) ('0' + i / 10);
			numbered[i][2] = (char) ('0' + i % 10);
			name = numbered[i];
		}
		spec->stages[i].bytes = name;
		spec->stages[i].length = (uint32_t) strlen(name);
	}
	if (setting->exits)
	{
		spec->nexits = 1;
		spec->exits[0].bytes = "left";
		spec->exits[0].length = 4;
	}
	spec->has_within = setting->window >= 0;
	spec->within.days = spec->has_within ? setting->window : 0;
	spec->has_as_of = setting->as_of;
	spec->as_of = setting->as_of ? 9000 : 0;
}

/* The frame of a funnel; its bytes are in the arena. */
static inline EfFrame
setting_frame(const Setting *setting, const Arena *arena)
{
	EfFunnelSpec spec;
	EfFrame		frame = {0, 0, false, 0, NULL, 0};
	uint8_t    *bytes = NULL;

	setting_spec(&spec, setting);
	if (ef_spec_complete(&spec, &refuses) == EF_OK &&
		ef_spec_pack(&spec, 0, &bytes, &frame.spec_size, &arena->context) == EF_OK)
		frame.spec = bytes;
	return frame;
}

/* Somebody who goes on three times of four, after a while or at once. */
static inline void
random_history(History *history, const Setting *setting)
{
	uint32_t	days = (uint32_t) setting->days;
	int			seen = setting->as_of ? (int) random_below(days + days / 2 + 1) : INT32_MAX;
	int			last = seen;
	int			day = 0;

	if (setting->window >= 0 && setting->window < last)
		last = setting->window;
	memset(history, 0, sizeof(*history));
	history->length = 1;
	while (history->length < setting->nstages && random_below(4) > 0)
	{
		day += random_below(4) > 0 ? (int) random_below(days / 3 + 2) : 0;
		if (day > last)
			break;
		history->day[history->length++] = day;
	}
	day = history->day[history->length - 1];
	history->left = -1;
	if (history->length == setting->nstages)
	{
		history->outcome = EF_COMPLETED;
		return;
	}
	day += (int) random_below(days / 2 + 1);
	if (setting->exits && random_below(3) == 0 && day <= last)
	{
		history->outcome = EF_EXITED;
		history->left = day;
	}
	else if (setting->as_of && (setting->window < 0 || setting->window > seen))
	{
		history->outcome = EF_PENDING;
		history->left = seen;
	}
	else
	{
		history->outcome = EF_LOST;
		if (setting->window >= 0)
			history->left = setting->window;
	}
}

/* The chain that it is, from a day on; in microseconds it goes on in a day. */
static inline void
history_chain(EfChain *chain, const History *history, EfDay start, EfUnit unit)
{
	memset(chain, 0, sizeof(*chain));
	chain->length = (unsigned) history->length;
	for (int i = 0; i < history->length; i++)
	{
		chain->at[i] = start + history->day[i];
		if (unit == EF_UNIT_MICROSECOND)
			chain->at[i] = chain->at[i] * EF_DAY_MICROSECONDS + INT64_C(2000000000) * i;
	}
	chain->outcome = history->outcome;
	chain->left = history->left < 0 ? 0 : start + history->left;
}

static inline EfStatus
add_history(EfState **state, const History *history, EfContext *context)
{
	EfChain		chain;
	EfUnit		unit = random_below(2) ? EF_UNIT_DAY : EF_UNIT_MICROSECOND;

	history_chain(&chain, history, (EfDay) random_below(20000) - 10000, unit);
	return ef_funnel_add(state, &chain, unit, context);
}

/* The funnel of these people. */
static inline EfStatus
histories_funnel(EfFunnel *funnel, const Setting *setting, const History *histories, int n,
				 const Arena *arena)
{
	EfFrame		frame = setting_frame(setting, arena);
	EfState    *state;
	EfStatus	status = ef_state_create(&state, &ef_funnel_type, &frame, 0, &arena->context);

	for (int i = 0; i < n && status == EF_OK; i++)
		status = add_history(&state, &histories[i], &arena->context);
	return status == EF_OK
		? ef_funnel_open(funnel, state, state->size, &arena->context) : status;
}

#endif							/* EF_TEST_HISTORIES_H */
