/*
 * pipeline.h
 *	  Education meets work: arrivals from a funnel, and the intake that brings a
 *	  workforce to the size wanted.
 *
 * All people of a year's intake, a *cohort*, begin on the same day of their
 * year and come to the funnel's last stage by its clock of the chain:
 *
 *	 a(c, i)	the share of cohort c that arrives in period i, on or after
 *				as_of;
 *	 U(i, t)	the share of the hires of period i that is still there at the
 *				end of period t (projection.h);
 *	 A(c, t)	the sum over i <= t of a(c, i) U(i, t): the share of cohort c
 *				that is at work at the end of period t.
 *
 * Everything is linear in the intake, so what is required is a division, as in
 * van Greuningen, Batenburg and van der Velden (2012, Human Resources for
 * Health 10:21).  See doc/methods.md, "Education meets work".
 */
#ifndef EF_PIPELINE_H
#define EF_PIPELINE_H

#include "base/choice.h"
#include "funnel/funnel_estimate.h"
#include "workforce/projection.h"

extern const EfReport EF_START_DAY_INVALID[];
extern const EfReport EF_FIRST_YEAR_RANGE[];
extern const EfReport EF_GAP_LENGTH[];
extern const EfReport EF_GAP_VALUE[];
extern const EfReport EF_INTAKE_METHOD_UNKNOWN[];
extern const EfReport EF_TARGET_YEAR_RANGE[];
extern const EfReport EF_TARGET_YEAR_SCHEDULE[];
extern const EfReport EF_ARRIVED_RANGE[];
extern const EfReport EF_CHANGE_NO_STAGE[];
extern const EfReport EF_CHANGE_LAST_STAGE[];
extern const EfReport EF_CHANGE_RANGE[];
extern const EfReport EF_ORIGIN_NOT_NEW_YEAR[];
extern const EfReport EF_STUDY_YEARS_RANGE[];

/* Latest year of an intake, and of first_year. */
#define EF_LATEST_YEAR 9999

/* The day of the year on which an intake begins. */
typedef struct EfStartDay
{
	int			month;			/* from 0 */
	int			day;			/* of the month, from 0 */
} EfStartDay;

/* Reads 'MM-DD', a day that every year has. */
extern EfStatus ef_pipeline_start_day(const char *text, size_t length,
									  EfStartDay *start, EfContext *context)
			EF_NODISCARD;

/*
 * Check the day on which a forecast of a back-test would have been made: a
 * funnel's as_of, which must begin a calendar year.  The number of the
 * funnel, from 1, is for errors.
 */
extern EfStatus ef_pipeline_backtest_origin(const EfFunnelSpec *spec,
											size_t number, EfDay *origin,
											EfContext *context) EF_NODISCARD;

/* Are these years from when people begin until they arrive? */
extern EfStatus ef_pipeline_study_years_check(int years,
											  EfContext *context) EF_NODISCARD;

/*
 * Check that numbers in the years from first_year on are numbers of people or
 * not known.
 */
extern EfStatus ef_pipeline_backtest_check(const char *name, int first_year,
										   const double *people,
										   const bool *unknown, int nyears,
										   EfContext *context) EF_NODISCARD;

/*
 * A change by a scenario: the conversion from a stage to the next is higher
 * by `change`, and people take as long as before.
 */
typedef struct EfConversionChange
{
	uint32_t	stage;			/* from 1; 0: nothing is changed */
	double		change;			/* of a probability: 0.05 is five points */
} EfConversionChange;

typedef struct EfOutputPlan
{
	const EfFunnel *funnel;
	const double *intake;		/* people who begin, by year */
	int			nyears;			/* of the intake */
	int			first_year;		/* of the intake */
	EfStartDay	starts;
	const EfDay *as_of;			/* earlier arrivals do not count; or NULL */
	int			horizon;		/* years answered: from the year of as_of, or
								 * from first_year */
	EfConversionChange scenario;
} EfOutputPlan;

/* Return the year of arrivals[0]. */
extern int	ef_pipeline_first_year(const EfOutputPlan *plan);

/* Answers arrivals[horizon], by calendar year; NaN: not known. */
extern EfStatus ef_pipeline_arrivals(const EfOutputPlan *plan,
									 double **arrivals,
									 EfContext *context) EF_NODISCARD;

typedef enum EfIntakeMethod
{
	EF_INTAKE_CONSTANT,			/* the same in every year, for one year's gap */
	EF_INTAKE_SCHEDULE			/* each year's for the gap of its own year */
} EfIntakeMethod;

extern const EfChoice ef_intake_methods;

/*
 * Value that stands for no target year, which means the last one.  No integer
 * of SQL has it.
 */
#define EF_LAST_YEAR INT64_MIN

typedef struct EfIntakePlan
{
	const EfFunnel *funnel;
	EfProjectionPlan staff;		/* its years are those of the gap; its intake
								 * and target are ignored */
	const double *gap;			/* headcount missing at the end of each period
								 * of the projection */
	int			first_year;		/* of an intake */
	EfStartDay	starts;
	EfIntakeMethod method;
	int64_t		target_year;	/* of a constant intake */
	double		arrived;		/* for a schedule: an intake answers for the
								 * year by whose end this share of all who
								 * ever arrive have arrived */
	EfConversionChange scenario;
} EfIntakePlan;

/* NaN is "not known", or "none". */
typedef struct EfIntakeYear
{
	int			year;
	double		intake;			/* that begins in it */
	double		lower;
	double		upper;
	double		arrivals;		/* in it, of all these intakes */
	double		unmet;			/* of the gap at its end */
} EfIntakeYear;

/*
 * Compute a row for each year from first_year, or from the year of as_of if
 * it is earlier, to the last year of the gap.
 */
extern EfStatus ef_pipeline_intake(const EfIntakePlan *plan,
								   EfIntakeYear **years, int *nyears,
								   EfContext *context) EF_NODISCARD;

/*
 * Compute the same for each of one or more levels, one after the other; the
 * level of the plan is ignored.
 */
extern EfStatus ef_pipeline_intake_fan(const EfIntakePlan *plan,
									   const double *levels,
									   int nlevels, EfIntakeYear **years,
									   int *nyears,
									   EfContext *context) EF_NODISCARD;

/* The number of a year's intake that must reach a stage. */
typedef struct EfStageDemand
{
	int			year;
	uint32_t	stage;
	double		required;
	double		lower;
	double		upper;
} EfStageDemand;

/* Answers a row for each of the same years and each stage of the funnel. */
extern EfStatus ef_pipeline_intake_by_stage(const EfIntakePlan *plan,
											EfStageDemand **rows,
											size_t *nrows,
											EfContext *context) EF_NODISCARD;

#endif							/* EF_PIPELINE_H */
