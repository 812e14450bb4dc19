/*
 * projection.h
 *	  The expectation of a multiple-decrement life table, month by month, and
 *	  how far reality may lie from it.
 *
 * In month s after as_of a person of age m on the last observed day is
 * exposed to q[m + s], the exits per initial exposure of that month of age.
 * See doc/methods.md for the formulas and their sources.
 */
#ifndef EF_PROJECTION_H
#define EF_PROJECTION_H

#include "base/workspace.h"
#include "workforce/exit_probability.h"
#include "workforce/retirement_rule.h"
#include "workforce/workforce_read.h"

extern const EfReport EF_NO_HIRES[];
extern const EfReport EF_NO_EXPOSURE[];
extern const EfReport EF_RULE_TWICE[];
extern const EfReport EF_RULE_BEYOND_LATEST[];
extern const EfReport EF_RULE_AND_SHIFT[];
extern const EfReport EF_WORKING_TIME[];

/*
 * Value for no age at which all retire: they leave as was observed.  No
 * integer of SQL has it.
 */
#define EF_AS_OBSERVED INT64_MIN

typedef struct EfProjectionPlan
{
	const EfWorkforce *workforce;
	const EfWorkforce *rates;	/* its exits, and its hires if `workforce` has
								 * none; may be the same */
	const EfExitRatio *ratios;	/* of exits, by label of `rates`, to its own;
								 * NULL: as often */
	int			shift;			/* retire this many months later than the
								 * rates say; below 0: earlier */
	bool		only_hires;		/* project only the hires, nobody is carried
								 * on */
	bool		nearest;		/* limits are rounded to the nearest whole
								 * person and not outward */
	int			years;			/* number of periods */
	const double *intake;		/* hires of each period, or NULL */
	const double *target;		/* headcount wanted at each end, or NULL */
	int64_t		retire_at;		/* years of age, or EF_AS_OBSERVED */
	const EfRetirementRule *rule;	/* or NULL */
	int			latest_age;		/* the last year of age with anybody at work */
	double		level;			/* of the intervals */
	double		working_time;	/* factor on the FTE of a person; 0: unchanged */
} EfProjectionPlan;

/* Limit on the factor of working time. */
#define EF_WORKING_TIME_LIMIT 10

/* Is it one? */
extern EfStatus ef_projection_working_time_check(double working_time,
												 EfContext *context)
			EF_NODISCARD;

/* One period: a calendar year, the first from as_of.  NaN is "not known". */
typedef struct EfProjectionPeriod
{
	int			year;
	EfDay		start;
	EfDay		end;			/* last day */
	double		headcount_start;
	double		exits;
	double		retirements;
	double		retirements_lower;
	double		retirements_upper;
	double		intake;
	double		headcount;
	double		lower;
	double		upper;
	double		fte;
	double		target;
	double		gap;
	double		need;
	double		need_lower;
	double		need_upper;
	double		unsupported;	/* person-months without own exposure */
} EfProjectionPeriod;

/* Answers periods[plan->years]. */
extern EfStatus ef_project_workforce(const EfProjectionPlan *plan,
									 EfProjectionPeriod **periods,
									 EfContext *context) EF_NODISCARD;

/* Limit on the levels of one fan. */
#define EF_LEVELS_LIMIT 100

extern const EfReport EF_LEVELS_RANGE[];

/*
 * Project for each of one or more levels, one after the other; the level of
 * the plan is ignored.
 */
extern EfStatus ef_project_fan(const EfProjectionPlan *plan,
							   const double *levels, int nlevels,
							   EfProjectionPeriod **periods,
							   EfContext *context) EF_NODISCARD;

typedef struct EfProjectedExits
{
	int			year;
	EfLabel		reason;
	double		exits;
	double		lower;
	double		upper;
} EfProjectedExits;

/*
 * Project exits for all reasons but 'retirement' together: rows[plan->years].
 */
extern EfStatus ef_project_other_exits(const EfProjectionPlan *plan,
									   EfProjectedExits *rows,
									   EfContext *context) EF_NODISCARD;

/*
 * The exits of a projection, reason by reason: every one that the rates know,
 * and 'retirement', in byte order.  So their memory does not grow with the
 * number of reasons, and each takes the same time.
 */
typedef struct EfExitsProjection
{
	const EfProjectionPlan *plan;
	EfWorkspace kept;
	EfWorkspace workspace;		/* of one reason */
	EfExitCounts counts;
	uint32_t	next;			/* label */
	bool		retired;		/* 'retirement' was answered, or is a label */
} EfExitsProjection;

/*
 * Begin a projection of exits; it and the plan must live until the end.  If
 * beginning fails there is nothing to end.
 */
extern EfStatus ef_project_exits_begin(EfExitsProjection *exits,
									   const EfProjectionPlan *plan,
									   EfContext *context) EF_NODISCARD;

/*
 * Project the next reason, a row for each period; no `more`: it was the last.
 */
extern EfStatus ef_project_exits_next(EfExitsProjection *exits,
									  EfProjectedExits *rows,
									  bool *more) EF_NODISCARD;
extern void ef_project_exits_end(EfExitsProjection *exits);


/*
 * A projection to be asked for its parts.  All its memory is the workspace's;
 * plan and error must live as long.  `intake` and `target` of the plan are not
 * used.
 */
typedef struct EfProjection EfProjection;

extern EfStatus ef_projection_open(EfProjection **projection,
								   const EfProjectionPlan *plan,
								   EfWorkspace *workspace) EF_NODISCARD;

/*
 * Return the share of one period's hires, from 0, that is left at the end of
 * the same or a later period; NaN if no age at hire is known, or nobody was
 * there to take exit rates from.
 */
extern double ef_projection_left(const EfProjection *projection, int hired,
								 int period);

/*
 * Return the variance of the headcount at the end of a period, with a number
 * of hires in each period up to then; the hires are ignored if their ages are
 * not known.
 */
extern double ef_projection_variance(EfProjection *projection, int period,
									 const double *hires);

#endif							/* EF_PROJECTION_H */
