/*
 * stays.h: people who are at risk of leaving, for the unit tests of what is
 * estimated from them.
 *
 * The estimators read a risk set, which is counts by day; the tests look at
 * every person on every day.
 */
#ifndef EF_TEST_STAYS_H
#define EF_TEST_STAYS_H

#include "arena.h"
#include "tap.h"
#include "retention/log_rank.h"
#include "retention/retention.h"

/* So many people, at risk on days entered < day <= left. */
typedef struct Stay
{
	int			entered;		/* -1: before day 0 */
	int			left;
	int			reason;			/* from 1; 0: censored */
	int64_t		count;
} Stay;

static inline Stay
stay(int entered, int left, int reason, int64_t count)
{
	Stay		it = {entered, left, reason, count};

	return it;
}

/* NULL: the name that is missing. */
static inline EfGroupName
named(const char *name)
{
	EfGroupName result = {{name, name == NULL ? 0 : (uint32_t) strlen(name)}, name == NULL};

	return result;
}

static inline EfLogRankPart
part(EfGroupName group, EfGroupName stratum, EfRiskSet *risk)
{
	EfLogRankPart it = {group, stratum, risk};

	return it;
}

static inline int64_t
stays_at_risk(const Stay *stays, int n, int day)
{
	int64_t		sum = 0;

	for (int i = 0; i < n; i++)
		sum += stays[i].entered < day && day <= stays[i].left ? stays[i].count : 0;
	return sum;
}

/* Exits on a day for a reason, 0: for any. */
static inline int64_t
stays_exits(const Stay *stays, int n, int day, int reason)
{
	int64_t		sum = 0;

	for (int i = 0; i < n; i++)
		sum += stays[i].left == day && stays[i].reason > 0 &&
			(reason == 0 || stays[i].reason == reason) ? stays[i].count : 0;
	return sum;
}

static inline int
stays_last_day(const Stay *stays, int n)
{
	int			last = 0;

	for (int i = 0; i < n; i++)
		if (stays[i].left > last)
			last = stays[i].left;
	return last;
}

/* The risk set of these people; reason n is its label n. */
static inline EfStatus
stays_risk(EfRiskSet *risk, const Stay *stays, int n, int nreasons, const Arena *arena)
{
	static const EfFrame frame = {0, 60000, true, 0, NULL, 0};
	EfState    *state;
	EfTable		table;
	EfStatus	status = ef_state_create(&state, &ef_retention_type, &frame, 0, &arena->context);

	for (int i = 1; i <= nreasons && status == EF_OK; i++)
	{
		char		name = (char) ('a' + i - 1);

		status = ef_state_reserve(&state, &ef_retention_type, 0, 1, &arena->context);
		if (status == EF_OK)
			ef_state_label(state, &name, 1);
	}
	for (int i = 0; i < n && status == EF_OK; i++)
	{
		status = ef_state_reserve(&state, &ef_retention_type, 2, 0, &arena->context);
		if (status != EF_OK)
			break;
		ef_state_append(state, ef_key((uint32_t) stays[i].reason,
									  stays[i].reason > 0 ? EF_LEFT : EF_CENSORED,
									  (uint32_t) stays[i].left), stays[i].count);
		if (stays[i].entered >= 0)
			ef_state_append(state, ef_key(0, EF_LATE_ENTRIES, (uint32_t) stays[i].entered),
							stays[i].count);
	}
	if (status == EF_OK)
		status = ef_table_load(&table, &ef_retention_type, state, state->size, &arena->context);
	if (status == EF_OK)
		ef_retention_risk(risk, &table, &arena->context);
	return status;
}

/*
 * People of whom `late` in 8 enter late and about one in 4 is censored, over
 * so many days: with ties, and with days on which nobody is there.
 */
static inline void
random_stays(Stay *stays, int n, int days, uint32_t late, int nreasons)
{
	for (int i = 0; i < n; i++)
	{
		Stay	   *stay = &stays[i];

		stay->entered = random_below(8) < late && days > 1
			? 1 + (int) random_below((uint32_t) days - 1) : -1;
		stay->left = stay->entered + 1 +
			(int) random_below((uint32_t) (days - stay->entered));
		if (random_below(3) == 0)
			stay->left = stay->entered + 1 + (stay->left - stay->entered - 1) / 4;
		stay->reason = random_below(4) ? 1 + (int) random_below((uint32_t) nreasons) : 0;
		stay->count = 1 + (random_below(6) == 0 ? random_below(40) : 0);
	}
}

/* Is it this, by a share of it or, below 1, by so much?  If not, both are told. */
static inline bool
near_enough(double got, long double expected, double tolerance)
{
	bool		passed = fabsl((long double) got - expected) <= tolerance * fmaxl(fabsl(expected), 1);

	if (!passed)
		diag("got %.17g, expected %.17Lg", got, expected);
	return passed;
}

#endif							/* EF_TEST_STAYS_H */
