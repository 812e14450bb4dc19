/*
 * retention.h
 *	  How long people stay, and why they leave: the summary type `retention`.
 *
 * The axis is days since the start of the spell.  What a row leaves in the
 * table, for a spell [start, end) observed in [from, as_of):
 *
 *	 exits(reason)	1 at end - start, if end <= as_of;
 *	 censored		else 1 at as_of - start: as long as it was seen;
 *	 late_entries	1 at from - start, if it started before from: it was seen
 *					only because it lasted until then (left truncation).
 *
 * A spell is at risk on day t if entry < t <= leaving; one that was seen from
 * its start enters before day 0, and they are not counted, being as many as
 * leave without having entered late.  At a tie, exits precede censorings.
 *
 * Who entered when and left when is not held together: the estimators below
 * need the size of the risk set and those who left it, no more.
 */
#ifndef EF_RETENTION_H
#define EF_RETENTION_H

#include "spell/spell.h"

enum
{
	EF_LATE_ENTRIES,
	EF_LEFT,
	EF_CENSORED
};

extern const EfTableType ef_retention_type;

/* Add one row to a state. */
extern EfStatus ef_retention_add(EfState **state, const EfSpell *spell,
								 const EfAllocator *allocator,
								 EfError *error);

/* A retention opened for counting. */
typedef struct EfRetention
{
	EfTable		table;
	int64_t		spells;
	int64_t		exits;
} EfRetention;

extern EfStatus ef_retention_open(EfRetention *retention, const void *datum,
								  size_t size, const EfAllocator *allocator,
								  EfError *error);

/* Exits for one reason; 0 for a reason that nobody had. */
extern int64_t ef_retention_exits_by_reason(const EfRetention *retention,
											const char *reason, size_t length);

/* The exits of one day for one reason. */
typedef struct EfExit
{
	uint32_t	day;
	uint32_t	reason;			/* a label of the table */
	int64_t		count;
} EfExit;

/* A day on which somebody left, was censored or entered late. */
typedef struct EfRiskDay
{
	uint32_t	day;
	uint32_t	nexits;			/* reasons that had exits */
	const EfExit *exits_by_reason;
	int64_t		at_risk;		/* before anybody leaves on this day */
	int64_t		exits;
	int64_t		censored;
	int64_t		entered;		/* late: at risk from the next day on */
} EfRiskDay;

/* A retention opened for estimation: the risk set and those who leave it. */
typedef struct EfRiskSet
{
	int64_t		on_time;		/* at risk on day 0 */
	size_t		ndays;
	EfRiskDay  *days;			/* in order */
	EfExit	   *exits;			/* by day and reason */
	uint32_t	last_day;		/* on which anybody was seen */
} EfRiskSet;

/* Those at risk on the day after this one. */
static inline int64_t
ef_remaining(const EfRiskDay *day)
{
	return day->at_risk - day->exits - day->censored + day->entered;
}

/* Also after a failure there may be something to release. */
extern EfStatus ef_retention_risk(EfRiskSet *risk, const EfTable *table,
								  const EfAllocator *allocator,
								  EfError *error);

extern void ef_risk_release(EfRiskSet *risk, const EfAllocator *allocator);

#endif							/* EF_RETENTION_H */
