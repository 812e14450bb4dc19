/*
 * risk_set.h
 *	  The people at risk of leaving, and those who leave, day by day.
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

/* A day with exits, censorings or late entries. */
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

/* A retention opened for estimation: the risk set and its exits. */
typedef struct EfRiskSet
{
	int64_t		on_time;		/* at risk on day 0 */
	size_t		ndays;
	EfRiskDay  *days;			/* in order */
	EfExit	   *exits;			/* by day and reason */
	uint32_t	last_day;		/* last one on which anybody was seen */
} EfRiskSet;

/* Do the days ascend, each once?  For EF_ASSERT. */
extern bool ef_risk_is_sound(const EfRiskSet *risk);

/* Return those at risk on the day after this one. */
static inline int64_t
ef_remaining(const EfRiskDay *day)
{
	return day->at_risk - day->exits - day->censored + day->entered;
}

/* A risk set read forwards. */
typedef struct EfRiskReader
{
	const EfRiskDay *at;
	const EfRiskDay *end;
	int64_t		present;		/* at risk before `at` */
} EfRiskReader;

static inline void
ef_risk_read(EfRiskReader *reader, const EfRiskSet *risk)
{
	EF_ASSERT(ef_risk_is_sound(risk));
	reader->at = risk->days;
	reader->end = risk->days + risk->ndays;
	reader->present = risk->on_time;
}

/* Go to a day: `present` are then at risk on it.  Answers the day itself if
 * something happens on it, else NULL. */
static inline const EfRiskDay *
ef_risk_go(EfRiskReader *reader, uint32_t day)
{
	while (reader->at < reader->end && reader->at->day < day)
		reader->present = ef_remaining(reader->at++);
	return reader->at < reader->end && reader->at->day == day
		? reader->at : NULL;
}

/* Flag the days with exits, among EF_SPELL_DAYS + 1 days. */
extern void ef_risk_mark_exits(uint8_t *flags, const EfRiskSet *risk);

/*
 * Forget the other reasons: exits_by_reason of a day then has only the one
 * asked for, if anybody leaves for it.  0 is a reason that nobody had.
 */
extern void ef_risk_keep_reason(EfRiskSet *risk, uint32_t reason);

static inline int64_t
ef_exits_kept(const EfRiskDay *day)
{
	return day->nexits > 0 ? day->exits_by_reason->count : 0;
}

/*
 * Censor exits for other reasons on their day: at risk on it, and gone after
 * it. The remaining exits are those of the cause-specific hazard.
 */
extern void ef_risk_censor_others(EfRiskSet *risk, uint32_t reason);

/* Return the cells of one kind, by reason and day; exits of all reasons. */
extern const EfCell *ef_retention_cells(const EfTable *table, unsigned kind,
										size_t *ncells);

/*
 * Open the risk set.  Even after a failure there may be something to release.
 */
extern void ef_retention_risk(EfRiskSet *risk, const EfTable *table,
							  EfContext *context);

extern void ef_risk_release(EfRiskSet *risk, EfContext *context);

#endif							/* EF_RISK_SET_H */
