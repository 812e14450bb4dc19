/*
 * risk_set.h
 *	  Who is at risk of leaving, day by day, and who leaves.
 */
#ifndef EF_RISK_SET_H
#define EF_RISK_SET_H

#include "retention/retention.h"

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
extern void ef_retention_risk(EfRiskSet *risk, const EfTable *table,
							  const EfAllocator *allocator);

extern void ef_risk_release(EfRiskSet *risk, const EfAllocator *allocator);

#endif							/* EF_RISK_SET_H */
