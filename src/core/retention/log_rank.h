/*
 * log_rank.h
 *	  Do groups differ in how long people stay?  The log-rank test, and the
 *	  hazard ratio of two groups.
 *
 * On each day with exits, the numbers at risk by group and all exits are
 * given. If the groups do not differ, those who leave are a random draw.
 * Then the exits of the groups are hypergeometric, and the sum of observed
 * less expected exits over the days is compared with its covariance.  People
 * are at risk from the day after a late entry on, so delayed entry is in the
 * risk sets.
 *
 *	 N. Mantel (1966), Cancer Chemother. Rep. 50, 163-170 (two groups);
 *	 R. Peto and J. Peto (1972), J. R. Statist. Soc. A 135, 185-207 (several);
 *	 P. K. Andersen et al. (1993), Statistical Models Based on Counting
 *	 Processes, V.2 (delayed entry), V.3.1 (strata: sums over them).
 *
 * It is the score test of Cox's model where ties are drawn exactly.  The
 * hazard ratio is that of Cox's model, with
 *
 *	 B. Efron (1977), JASA 72, 557-565, (4.1): the likelihood where several
 *	 leave on one day;
 *	 D. R. Cox (1972), J. R. Statist. Soc. B 34, 187-220.
 */
#ifndef EF_LOG_RANK_H
#define EF_LOG_RANK_H

#include "base/workspace.h"
#include "retention/risk_set.h"

extern const EfReport EF_TOO_MANY_GROUPS[];
extern const EfReport EF_TOO_MANY_FOR_GRAY[];

/* Limit on groups: more would take too long to invert. */
#define EF_GROUP_LIMIT 1000

/*
 * Limit on groups of Gray's test, whose variance takes their third power each
 * day.
 */
#define EF_GRAY_GROUP_LIMIT 100

/*
 * Basis of the comparison: exits among people who are still there, or all
 * exits for a reason until now (gray.h).
 */
typedef enum EfGroupTest
{
	EF_LOG_RANK,
	EF_GRAY
} EfGroupTest;

extern EfStatus ef_log_rank_limit_check(EfGroupTest method, uint32_t ngroups,
										EfContext *context) EF_NODISCARD;

/* A name that may be missing: null is a group of its own, after all others. */
typedef struct EfGroupName
{
	EfLabel		label;
	bool		null;
} EfGroupName;

/* People of one group and stratum. */
typedef struct EfLogRankPart
{
	EfGroupName group;
	EfGroupName stratum;
	const EfRiskSet *risk;
} EfLogRankPart;

typedef struct EfLogRankGroup
{
	EfGroupName name;
	int64_t		exits;
	double		expected;
} EfLogRankGroup;

typedef struct EfLogRank
{
	double		chisq;			/* NaN when df is 0, so p_value */
	int			df;				/* rank of the covariance */
	double		p_value;
	uint32_t	ngroups;
	EfLogRankGroup *groups;		/* in byte order of their names */
} EfLogRank;

/*
 * Test the groups that parts name, within strata.  Parts of one group and
 * stratum add up; the order of the parts does not matter, and is changed.
 */
extern EfStatus ef_log_rank(EfLogRank *test, EfLogRankPart *parts,
							size_t nparts, EfContext *context) EF_NODISCARD;

/*
 * A source of risk sets that cannot all be open at once.  open() fills in the
 * one that a part points to when its stratum's turn has come, and close()
 * releases it, so only those of one stratum are open.
 */
typedef struct EfRiskSource
{
	EfStatus	(*open) (void *closure, EfRiskSet *risk, EfContext *context);
	void		(*close) (void *closure, EfRiskSet *risk);
	void	   *closure;
} EfRiskSource;

extern EfStatus ef_log_rank_by_method(EfLogRank *test, EfLogRankPart *parts,
									  size_t nparts, EfGroupTest method,
									  const EfRiskSource *source,
									  EfContext *context)
			EF_NODISCARD;

/* A group of a stratum on a day. */
typedef struct EfGroupDay
{
	int64_t		at_risk;
	int64_t		exits;			/* for any reason */
	int64_t		exits_kept;		/* for the one that is asked for */
	bool		over;			/* the group is not looked at any more */
} EfGroupDay;

/* A stratum, by the days on which anybody leaves. */
typedef struct EfStratum
{
	uint32_t	ngroups;
	uint32_t   *number;			/* each one's in the test, in order */
	EfGroupDay *groups;
	uint32_t	nhere;			/* groups that have anybody at risk */
	uint32_t   *here;
	size_t		nparts;
	uint32_t   *group_of;		/* by part */
	EfRiskReader *readers;
	uint8_t    *exit_days;
	uint32_t	day;			/* the next one to look at */
} EfStratum;

extern void ef_stratum_begin(EfStratum *stratum, const EfLogRank *test,
							 const EfLogRankPart *parts, size_t nparts,
							 EfWorkspace *workspace);

/* Go to the next day; false at the end, and where the status says why. */
extern bool ef_stratum_next(EfStratum *stratum, EfStatus *status,
							EfContext *context) EF_NODISCARD;

typedef struct EfHazardRatio
{
	double		ratio;			/* NaN, so the limits, where the likelihood */
	double		lower;			/* has no finite maximum */
	double		upper;
} EfHazardRatio;

/* Compute the hazard of `second` over that of `first`, with Wald limits. */
extern EfStatus ef_hazard_ratio(EfHazardRatio *result, const EfRiskSet *first,
								const EfRiskSet *second, double level,
								EfContext *context) EF_NODISCARD;

#endif							/* EF_LOG_RANK_H */
