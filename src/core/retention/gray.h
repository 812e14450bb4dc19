/*
 * gray.h
 *	  Do as many leave for a reason in each group?  Gray's test of equal
 *	  cumulative incidence.
 *
 * The log-rank test for a reason compares how often people who are still
 * there leave for it.  A group that loses its people for other reasons first
 * can differ in this, and still lose as many for the reason in the end; or
 * the reverse.  Gray's test compares the number in the end, the cumulative
 * incidence F:
 *
 *	 R. J. Gray (1988), Ann. Statist. 16, 1141-1154, with rho = 0: the score
 *	 (section 2) and its variance (section 3).
 *
 * With Y, S and F of a group just before a day, h = Y / S, and x and D the
 * exits for the reason from the group and from all,
 *
 *	 R = h (1 - F)				those at risk if who left for another reason
 *								were at risk for ever (less those censored)
 *	 score = sum of x - D R / (sum of R over the groups)
 *
 * so the score is exits less expected ones, as in a log-rank test.
 */
#ifndef EF_GRAY_H
#define EF_GRAY_H

#include "base/workspace.h"
#include "retention/log_rank.h"

/*
 * Add a stratum to exits, expected and the covariance (ngroups x ngroups, lower
 * triangle).  The risk sets have kept the reason (ef_risk_keep_reason).
 */
extern EfStatus ef_gray_stratum(EfLogRank *test, double *covariance,
								EfStratum *stratum,
								EfWorkspace *workspace) EF_NODISCARD;

#endif							/* EF_GRAY_H */
