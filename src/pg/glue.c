/*
 * glue.c
 *	  See glue.h.
 */
#include "glue.h"

#include "catalog/pg_type_d.h"
#include "utils/memutils.h"

EF_MODULE_MAGIC;

static void *
allocate(void *context, size_t size)
{
	(void) context;

	/* where the core works for long it allocates, so this is where a cancel
	 * is noticed; scratch space may pass the limit of one value */
	CHECK_FOR_INTERRUPTS();
	return MemoryContextAllocHuge(CurrentMemoryContext, size);
}

static void
release(void *context, void *pointer)
{
	(void) context;
	pfree(pointer);
}

static void
interrupt(void)
{
	CHECK_FOR_INTERRUPTS();
}

const EfAllocator ef_palloc = {allocate, release, NULL, interrupt};

typedef struct Report
{
	int			sqlstate;
	const char *message;
	const char *hint;			/* or NULL */
} Report;

static const Report reports[EF_STATUS_COUNT] = {
	[EF_NO_MEMORY] = {ERRCODE_OUT_OF_MEMORY, "out of memory", NULL},
	[EF_TOO_LARGE] = {ERRCODE_PROGRAM_LIMIT_EXCEEDED,
		"summary is too large",
	"Group by more columns, so that each summary holds less."},
	[EF_COUNT_OVERFLOW] = {ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
		"count is out of range",
	"A summary holds at most 1e12 people."},
	[EF_INVALID] = {ERRCODE_DATA_CORRUPTED,
		"stored value is damaged",
	"Make it again from its rows or its arguments, and check the disk."},

	[EF_OBSERVED_EMPTY] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"observation period is empty",
	"Give a range that begins before it ends, such as daterange('2020-01-01', '2025-01-01')."},
	[EF_OBSERVED_ENDLESS] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"observation period has no end",
	"Its upper bound is the day on which the rows were true, such as daterange('2020-01-01', '2025-01-01')."},
	[EF_OBSERVED_NOT_MONTH] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"observation period must end with a month",
	"Give the first day of the next month as its upper bound."},
	[EF_OBSERVED_MIXED] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"observation periods differ within one summary",
	"Group by the observation period, or use one for all rows."},
	[EF_FROM_UNBOUNDED] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"observation period has no beginning",
	"Turnover needs an opening headcount: give the period a lower bound."},

	[EF_DATE_INFINITE] = {ERRCODE_DATETIME_FIELD_OVERFLOW,
		"date is infinite",
	"Only end_date may be infinite; the beginning of the observation period, or a funnel's as_of, may be left out instead."},
	[EF_DATE_RANGE] = {ERRCODE_DATETIME_FIELD_OVERFLOW,
		"date is out of range",
	"Dates of observation periods, retirement rules, funnels, their events and certificates lie in the years 1 to 9999."},
	[EF_END_BEFORE_START] = {ERRCODE_DATA_EXCEPTION,
		"spell ends before it starts",
	"end_date is the first day on which the person is gone; correct the row or filter it out."},
	[EF_BIRTH_AFTER_START] = {ERRCODE_DATA_EXCEPTION,
		"birth date is after the start date",
	"Correct the row or filter it out."},
	[EF_AGE_TOO_HIGH] = {ERRCODE_DATETIME_FIELD_OVERFLOW,
		"age is above 150 years",
	"Correct the birth date, or filter the row out."},
	[EF_START_TOO_EARLY] = {ERRCODE_DATETIME_FIELD_OVERFLOW,
		"spell starts more than 150 years before the observation ends",
	"Correct the start date, or filter the row out."},
	[EF_FTE_INVALID] = {ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
		"FTE must be a number from 0 to 1000 with at most three decimals",
	"Round it: round(fte::numeric, 3)."},
	[EF_FTE_MIXED] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"summaries with and without FTE do not add up",
	"Build all of them with fte, or all without."},

	[EF_GAP_INVALID] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"join_gap must be whole days, months or years, from none to 150 years",
	"Gaps are such as '0 days', '30 days', '1 month'."},
	[EF_GAP_MIXED] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"join gaps differ within one summary",
	"Give the same join_gap for all rows."},
	[EF_BIRTHS_DIFFER] = {ERRCODE_DATA_EXCEPTION,
		"person has two birth dates",
	"Correct the rows, or give all rows of a person one date, such as min(birth_date) OVER (PARTITION BY person_id)."},
	[EF_FTE_SUM] = {ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
		"FTE of a person on one day is above 1000",
	"Look for rows that are there twice, and for percent where 1 is full time."},

	[EF_LEVEL_RANGE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"level must be between 0 and 1",
	"An interval of 95 percent has the level 0.95."},
	[EF_YEARS_RANGE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"years must be between 1 and 100",
	"Ask for fewer years; rates of today say little about the next century."},
	[EF_AGE_RANGE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"age is out of range",
	"Ages are completed years, up to 150 where people are counted and from 1 to 149 where they leave."},
	[EF_AGE_GROUP_RANGE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"age_group must be between 1 and 150",
	"It is the number of completed years in a group of ages; 5 is usual."},
	[EF_UNTIL_NOT_MONTH_END] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"until must be the last day of a month",
	"Ages are counted in calendar months; a year ends on 31 December."},
	[EF_UNTIL_TOO_EARLY] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"until is before the end of the observation",
	"Give a later month's last day, or a summary that was observed until then."},
	[EF_AT_BETWEEN] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"at must be the first or the last day observed",
	"These are first_day and last_day of the workforce; mobility_headcount knows of every day."},
	[EF_METHOD_UNKNOWN] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"unknown method of turnover",
	"The methods are 'leavers' and 'replacement'."},
	[EF_CURVE_METHOD_UNKNOWN] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"unknown method of interval",
	"The methods are 'log-log', 'log' and 'plain'."},
	[EF_DURATION_INVALID] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"duration must be whole days, months or years, none of them negative",
	"Durations are such as '90 days', '6 months', '2 years'."},
	[EF_DURATION_ZERO] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"duration must be longer than zero",
	"Durations are such as '90 days', '6 months', '2 years'."},
	[EF_TOO_MANY_GROUPS] = {ERRCODE_PROGRAM_LIMIT_EXCEEDED,
		"log-rank test of too many groups",
	"Roll groups up to fewer; the test compares up to 1000."},
	[EF_ARRAY_LENGTH] = {ERRCODE_ARRAY_SUBSCRIPT_ERROR,
		"array must have one element for each period",
	"Use array_fill(20::float8, ARRAY[10]) for twenty in each of ten years."},
	[EF_ARRAY_VALUE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"array element is out of range",
	"Elements are numbers of people, from 0 to 1e12."},
	[EF_NO_HIRES] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"intake needs observed hires to know the ages of new staff",
	"Give rates => a summary that has hires, such as the rollup over all groups."},
	[EF_NO_EXPOSURE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"there is nobody to take exit rates from",
	"Give rates => a summary that has people, such as the rollup over all groups."},

	[EF_RULE_TWICE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"retire_at and retire_rule exclude each other",
	"Give the one or the other."},
	[EF_RULE_NOT_MONTH] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"born_from must be the first day of a month",
	"A rule is exact to the month of birth."},
	[EF_RULE_AGE_RANGE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"age of retirement is out of range",
	"Ages of a rule are in months, from 216 to 1800: 65 years are 780."},
	[EF_RULE_CONFLICT] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"rule has two ages for one birth cohort",
	"Keep one row for each born_from."},
	[EF_RULE_UNCOVERED] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"retirement rule does not cover everyone",
	"Add a row with an earlier born_from."},
	[EF_RULE_BEYOND_LATEST] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"age of retirement is beyond latest_age",
	"Raise latest_age."},

	[EF_SPEC_NO_STAGES] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"funnel has no stages",
	"Name its stages in order, such as ARRAY['applied', 'admitted', 'graduated']."},
	[EF_SPEC_TOO_MANY_NAMES] = {ERRCODE_PROGRAM_LIMIT_EXCEEDED,
		"funnel has too many stages or exits",
	"A funnel has up to 30 stages and 100 exits; map codes to fewer names in the query."},
	[EF_SPEC_NAME_TWICE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"stages and exits of a funnel must differ",
	"Name each of them once; a stage cannot be an exit too."},
	[EF_SPEC_WITHIN_INVALID] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"within must be an interval of up to 150 years, no part of it negative",
	"Windows are such as '300 days', '8 years', '36 hours'; leave it out for none."},
	[EF_SPEC_WITHIN_BELOW_DAY] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"the window of a funnel over dates is shorter than a day",
	"A number without a unit is in seconds: write '365 days' for '365'."},
	[EF_SPEC_MODE_UNKNOWN] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"unknown mode of funnel",
	"The modes are 'strict_increase', 'strict_once', 'strict_order' and 'strict_deduplication'."},
	[EF_SPEC_MIXED] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"funnels of different specs do not add up",
	"Give the same spec for all rows, and roll up funnels that were made with one spec."},

	[EF_EVENT_INFINITE] = {ERRCODE_DATETIME_FIELD_OVERFLOW,
		"date is infinite",
	"Leave out what has not happened: filter the rows out, or give null, which is counted as skipped."},
	[EF_CHAIN_TOO_LONG] = {ERRCODE_DATETIME_FIELD_OVERFLOW,
		"chain lasts more than 150 years",
	"Correct the dates, filter the events out, or give the spec a window or an as_of."},
	[EF_CHAIN_GAP] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"reached has a gap",
	"It holds the dates of the stages in order; once one is null so are the later ones."},
	[EF_CHAIN_DECREASING] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"reached goes back in time",
	"Each stage is reached at or after the one before; use the form over events to find the chain."},
	[EF_CHAIN_STAGES] = {ERRCODE_ARRAY_SUBSCRIPT_ERROR,
		"reached must be an array of one date for each stage",
	"Give one dimension, in the order of the stages; leave out what was not reached, or give null."},
	[EF_CHAIN_STRICT] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"a finished chain has neither exits nor modes",
	"Use the form over events, or a spec without exits and modes."},
	[EF_CONDITION_COUNT] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"window_funnel needs one condition for each stage",
	"Give as many conditions as the spec has stages, in their order."},
	[EF_CONDITION_EXITS] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"window_funnel knows no exits",
	"Use a spec without exits, or funnel_agg."},
	[EF_STAGE_UNKNOWN] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"funnel has no such stage",
	"The stages are those of the spec that it was made with: see funnel_stages."},
	[EF_STAGES_APART] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"from_stage must be the first stage or the one before to_stage",
	"A funnel holds times since its start and times between successive stages."},
	[EF_QUANTILE_RANGE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"quantile must be between 0 and 1",
	"The median is 0.5."},
	[EF_EVENTS_TOO_LARGE] = {ERRCODE_PROGRAM_LIMIT_EXCEEDED,
		"events of one group are too large to be sent between processes",
	"SET max_parallel_workers_per_gather = 0 for this query; one process has no such limit."},

	[EF_START_DAY_INVALID] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"starts must be a day that every year has",
	"Give month and day as 'MM-DD', such as '09-01'."},
	[EF_FIRST_YEAR_RANGE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"first_year must be between 1000 and 9999",
	"Write the calendar year in which the first intake begins with all its digits: 2026 and not 26."},
	[EF_HORIZON_RANGE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"horizon must be between 1 and 100",
	"It is the number of calendar years to answer."},
	[EF_GAP_LENGTH] = {ERRCODE_ARRAY_SUBSCRIPT_ERROR,
		"gap must have one element for each year, and at most 100",
	"Give the column gap of workforce_project: ARRAY(SELECT gap FROM workforce_project(w, 10) ORDER BY year)."},
	[EF_GAP_VALUE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"gap is out of range",
	"Elements are numbers of people, from -1e12 to 1e12; a surplus is negative."},
	[EF_INTAKE_METHOD_UNKNOWN] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"unknown method of intake",
	"The methods are 'constant' and 'schedule'."},
	[EF_TARGET_YEAR_RANGE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"target_year must be one of the years of gap",
	"The first element of gap is that of the year in which the workforce's observation ends; leave target_year out for the last."},
	[EF_TARGET_YEAR_SCHEDULE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"a schedule has no target_year",
	"A schedule meets the gap of every year; use the method 'constant' for that of one year."},
	[EF_ARRIVED_RANGE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"arrived must be between 0 and 1",
	"It is the share, of those who ever arrive, that has arrived in the year that an intake answers for."},
	[EF_CHANGE_NO_STAGE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"conversion_change needs a changed_stage",
	"Name the stage from which more, or fewer, go on to the next."},
	[EF_CHANGE_LAST_STAGE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"changed_stage must not be the last stage",
	"Name the stage from which more, or fewer, go on to the next."},
	[EF_CHANGE_RANGE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"conversion_change leads out of the range from 0 to 1",
	"It is added to the stage's conversion, 0.05 for five points: see funnel_stages, and greatest() and least()."},

	[EF_MOBILITY_UNBOUNDED] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"observation period has no beginning",
	"Moves are counted from its first day on: give it a lower bound, such as daterange('2020-01-01', '2025-01-01')."},
	[EF_MOBILITY_TOO_LONG] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"observation period is longer than 150 years",
	"Give a later lower bound."},
	[EF_TOO_MANY_STATES] = {ERRCODE_PROGRAM_LIMIT_EXCEEDED,
		"summary has too many states",
	"Map codes to fewer states in the query, or group by more columns."},
	[EF_AT_OUTSIDE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"at is outside of the observation period",
	"Give a day from its first to its last; leave it out for the latter."},
	[EF_HORIZON_TOO_LONG] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"horizon is longer than the observation period",
	"Give a shorter one, or none for all that was observed."},
	[EF_MATRIX_TOO_LARGE] = {ERRCODE_PROGRAM_LIMIT_EXCEEDED,
		"summary has too many states for a matrix",
	"Map codes to fewer states in the query; a matrix has up to 5000."},
	[EF_YEAR_NOT_OBSERVED] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"projection needs a year of observation",
	"It repeats the last year: make the summary of an observation period of a year or more."},
	[EF_STATES_LIST] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"states must name each state of the summary once",
	"The states are those of mobility_headcount; leave states out for their order."},
	[EF_STATES_LENGTH] = {ERRCODE_ARRAY_SUBSCRIPT_ERROR,
		"array must have one element for each state",
	"Elements are in the order of states, or of mobility_headcount where states is left out."},
	[EF_STATE_UNSEEN] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"nobody was observed in a state that is to be projected",
	"Map the state to another one in the query, or give it neither stock nor intake."},

	[EF_COMPLETION_INFINITE] = {ERRCODE_DATETIME_FIELD_OVERFLOW,
		"date is infinite",
	"Leave out what was not completed: filter the rows out, or give null."},
	[EF_REQUIRED_UNBOUNDED] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"required has no beginning",
	"Give the days on which the module is required of the person, such as daterange(start_date, end_date)."},

	[EF_SHIFT_LENGTHS] = {ERRCODE_ARRAY_SUBSCRIPT_ERROR,
		"arrays of one table must be equally long",
	"Take them from one query, such as SELECT array_agg(profession), array_agg(fte) FROM demand."},
	[EF_SHIFT_DEMAND] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"demand is out of range",
	"A demand is a number of full-time equivalents, 0 or more."},
	[EF_SHIFT_SHARE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"share must be between 0 and 1",
	"Fifteen percent of the tasks are 0.15."},
	[EF_SHIFT_TIME] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"relative_time must be above 0 and finite",
	"1 is as long as before, 1.2 a fifth longer; for tasks that cease leave to_profession null."},
	[EF_SHIFT_PROFESSION_TWICE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"profession has two demands",
	"Give their sum: SELECT profession, sum(fte) FROM demand GROUP BY profession."},
	[EF_SHIFT_PROFESSION_UNKNOWN] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"from_profession has no demand",
	"Look how it is spelt; give it a demand of 0 if all of its work comes from others."},
	[EF_SHIFT_PAIR_TWICE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"tasks are shifted twice between the same professions",
	"Make one row of them: sum(share), and sum(share * relative_time) / sum(share)."},
	[EF_SHIFT_SHARES_SUM] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"shares of one profession add up to more than 1",
	"Each is a share of all of its tasks, and what is left stays with it."},
	[EF_SHIFT_CYCLE] = {ERRCODE_INVALID_PARAMETER_VALUE,
		"tasks are shifted in a circle",
	"Leave one of these rows out; of shifts both ways give only the difference."},
	[EF_SHIFT_OVERFLOW] = {ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
		"demand after shifting is out of range",
	"Look for a relative_time or a demand that cannot be."},
};

const char *
ef_message(EfStatus status)
{
	return reports[status].message;
}

void
ef_raise(EfStatus status, const EfError *error)
{
	const Report *report = &reports[status];

	if (report->message == NULL)
		elog(ERROR, "unknown status %d", (int) status);
	ereport(ERROR,
			(errcode(report->sqlstate),
			 errmsg_internal("%s", report->message),
			 error->detail[0] ? errdetail_internal("%s", error->detail) : 0,
			 report->hint ? errhint("%s", report->hint) : 0));
}

void
ef_require_aggregate(FunctionCallInfo fcinfo)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("aggregate support function called outside of an aggregate")));
}

void
ef_require_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
}

ArrayType *
ef_get_array(FunctionCallInfo fcinfo, int argument, const char *name,
			 const char *example, const char *without_nulls)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argument);

	if (without_nulls != NULL && array_contains_nulls(array))
	{
		const uint8 *there = ARR_NULLBITMAP(array);
		int			element = 0;

		while (there[element / 8] & 1 << element % 8)
			element++;
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain nulls", name),
				 errdetail("Element %d is null.", element + 1),
				 errhint("%s", without_nulls)));
	}
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must have one dimension", name),
				 errdetail("It has %d dimensions, and %d elements.",
						   ARR_NDIM(array),
						   ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array))),
				 errhint("Give a list such as %s, or what array_agg makes of a column.",
						 example)));
	return array;
}

const double *
ef_get_float8s(FunctionCallInfo fcinfo, int argument, const char *name, int *n)
{
	ArrayType  *array = ef_get_array(fcinfo, argument, name,
									 "ARRAY[10, 10, 12]",
									 "Give it a value, such as 0, or leave its row out.");

	*n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return (const double *) ARR_DATA_PTR(array);
}

EfLabel *
ef_get_labels(FunctionCallInfo fcinfo, int argument, const char *name,
			  const char *example, bool nulls_allowed, int *n)
{
	ArrayType  *array = ef_get_array(fcinfo, argument, name, example,
									 nulls_allowed ? NULL
									 : "Leave it out, such as with array_remove(names, NULL).");
	EfLabel    *labels;
	Datum	   *texts;
	bool	   *nulls;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls,
					  n);
	labels = ef_alloc(&ef_palloc, *n * sizeof(EfLabel));
	for (int i = 0; i < *n; i++)
	{
		const struct varlena *text = (struct varlena *) DatumGetPointer(texts[i]);

		labels[i].bytes = nulls[i] ? NULL : VARDATA_ANY(text);
		labels[i].length = nulls[i] ? 0 : VARSIZE_ANY_EXHDR(text);
	}
	return labels;
}

EfDuration
ef_get_interval(FunctionCallInfo fcinfo, int argument, EfStatus refused)
{
	const Interval *interval = PG_GETARG_INTERVAL_P(argument);
	EfDuration	duration = {interval->month, interval->day, interval->time};
	EfError		error;

	if (EF_INTERVAL_IS_INFINITE(interval))
		ef_raise(ef_fail(&error, refused, "It is infinite."), &error);
	return duration;
}

ReturnSetInfo *
ef_begin_rows(FunctionCallInfo fcinfo)
{
	/* the expected descriptor saves a look-up of the function's own columns,
	 * which in a lateral join would be made for every summary */
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	return (ReturnSetInfo *) fcinfo->resultinfo;
}
