/*
 * histories_of_states.h: people who are in states, for the unit tests of
 * mobility.
 *
 * A history is where one person is on each day; the tests look at every person
 * on every day.
 */
#ifndef EF_TEST_HISTORIES_OF_STATES_H
#define EF_TEST_HISTORIES_OF_STATES_H

#include <stdio.h>

#include "arena.h"
#include "mobility/mobility.h"

enum
{
	OUT = 0, UNKNOWN = -1		/* states are from 1 */
};

typedef struct Histories
{
	int			npeople;
	int			ndays;			/* days are -1..ndays */
	int			nstates;
	signed char *at;			/* person * (ndays + 2) + day + 1 */
} Histories;

static inline int
where(const Histories *h, int person, int day)
{
	return h->at[person * (h->ndays + 2) + day + 1];
}

static inline void
histories_free(Histories *h)
{
	free(h->at);
}

/* People who stay where they are with chance 1 - 1 / restless a day. */
static inline Histories
random_histories(int npeople, int ndays, int nstates, uint32_t restless)
{
	Histories	h = {npeople, ndays, nstates,
	malloc((size_t) npeople * (size_t) (ndays + 2))};

	for (int p = 0; p < npeople; p++)
	{
		int			here = (int) random_below((uint32_t) nstates + 2) - 1;

		for (int day = -1; day <= ndays; day++)
		{
			if (random_below(restless) == 0)
				here = (int) random_below((uint32_t) nstates + 2) - 1;
			h.at[p * (ndays + 2) + day + 1] = (signed char) here;
		}
	}
	return h;
}

/* States are named so that their numbers are in the order of their names. */
static inline void
state_name(char name[16], int state)
{
	snprintf(name, 16, "s%03d", state);
}

static inline EfStatus
number_state(EfState **state, int here, uint32_t *label, EfContext *context)
{
	char		name[16];

	state_name(name, here);
	return ef_mobility_name(state, name, strlen(name), label, context);
}

/* Add what one person's history leaves. */
static inline EfStatus
add_history(EfState **state, const Histories *h, int person, EfContext *context)
{
	for (int day = 0; day <= h->ndays; day++)
	{
		int			now = where(h, person, day);
		int			before = where(h, person, day - 1);
		unsigned	kind;
		uint32_t	label = 0;
		uint32_t	to = 0;
		EfStatus	status = EF_OK;

		if (before > 0 && day > 0)
		{
			if (before == now)
				continue;
			kind = now > 0 ? EF_MOB_MOVED : now == OUT ? EF_MOB_LEFT : EF_MOB_CENSORED;
			status = number_state(state, before, &label, context);
			if (status == EF_OK && now > 0)
				status = number_state(state, now, &to, context);
		}
		else
		{
			/* who comes on the last day has not come yet */
			if (now <= 0 || day == h->ndays)
				continue;
			kind = before > 0 ? EF_MOB_OPENING : before == OUT ? EF_MOB_ENTERED : EF_MOB_RESUMED;
			status = number_state(state, now, &label, context);
		}
		if (status == EF_OK)
			status = ef_mobility_add(state, kind, label, to, (uint32_t) day, 1, context);
		if (status != EF_OK)
			return status;
	}
	return EF_OK;
}

/* The mobility of some of them: every step-th from the first. */
static inline EfStatus
add_histories(EfState **state, const Histories *h, EfDay from, int first, int step, EfContext *context)
{
	EfFrame		frame = {from, from + h->ndays, true, 0, NULL, 0};
	EfStatus	status = ef_state_create(state, &ef_mobility_type, &frame, 0, context);

	for (int p = first; p < h->npeople && status == EF_OK; p += step)
		status = add_history(state, h, p, context);
	return status;
}

/* People in a state on a day. */
static inline int64_t
people_in(const Histories *h, int state, int day)
{
	int64_t		n = 0;

	for (int p = 0; p < h->npeople; p++)
		n += where(h, p, day) == state;
	return n;
}

/* Those of them who were in a state, this or another, on the day before: on the last
 * day, who is carried over it. */
static inline int64_t
people_carried(const Histories *h, int state, int day)
{
	int64_t		n = 0;

	for (int p = 0; p < h->npeople; p++)
		n += where(h, p, day) == state && where(h, p, day - 1) > 0;
	return n;
}

/* Those who are in one on the day before, and in another on the day. */
static inline int64_t
people_going(const Histories *h, int from, int to, int day)
{
	int64_t		n = 0;

	for (int p = 0; p < h->npeople; p++)
		n += where(h, p, day - 1) == from && where(h, p, day) == to;
	return n;
}

/* The label of a state in a table, 0 if nobody was there. */
static inline uint32_t
label_of(const EfTable *table, int state)
{
	char		name[16];

	state_name(name, state);
	return ef_table_label(table, name, strlen(name));
}

#endif							/* EF_TEST_HISTORIES_OF_STATES_H */
