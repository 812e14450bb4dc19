/*
 * status.h
 *	  What a core function answers: a status code, and the offending values
 *	  in one sentence.
 *
 * The core raises nothing.  A function that can fail returns an EfStatus and,
 * when it is not EF_OK, leaves a sentence in EfError that names the value that
 * was refused.  The caller decides what to do with it; PostgreSQL's glue maps
 * each status to one SQLSTATE, message and hint (src/pg/glue.c).
 */
#ifndef EF_STATUS_H
#define EF_STATUS_H

#include <stddef.h>

typedef enum EfStatus
{
	EF_OK = 0,

	/* resources */
	EF_NO_MEMORY,
	EF_TOO_LARGE,				/* a summary would pass its size limit */
	EF_COUNT_OVERFLOW,			/* a count would pass its range */

	/* bytes or text that are no value of the type */
	EF_INVALID,

	/* the observation period */
	EF_OBSERVED_EMPTY,
	EF_OBSERVED_ENDLESS,
	EF_OBSERVED_NOT_MONTH,
	EF_OBSERVED_MIXED,
	EF_FROM_UNBOUNDED,

	/* a row */
	EF_DATE_INFINITE,
	EF_DATE_RANGE,
	EF_END_BEFORE_START,
	EF_BIRTH_AFTER_START,
	EF_AGE_TOO_HIGH,
	EF_START_TOO_EARLY,
	EF_FTE_INVALID,
	EF_FTE_MIXED,

	/* the contracts of a person */
	EF_GAP_INVALID,
	EF_GAP_MIXED,
	EF_BIRTHS_DIFFER,
	EF_FTE_SUM,

	/* arguments of accessors */
	EF_LEVEL_RANGE,
	EF_YEARS_RANGE,
	EF_AGE_RANGE,
	EF_AGE_GROUP_RANGE,
	EF_UNTIL_NOT_MONTH_END,
	EF_UNTIL_TOO_EARLY,
	EF_AT_BETWEEN,
	EF_METHOD_UNKNOWN,
	EF_CURVE_METHOD_UNKNOWN,
	EF_DURATION_INVALID,
	EF_DURATION_ZERO,
	EF_TOO_MANY_GROUPS,
	EF_ARRAY_LENGTH,
	EF_ARRAY_VALUE,
	EF_NO_HIRES,
	EF_NO_EXPOSURE,

	/* retirement rules */
	EF_RULE_TWICE,
	EF_RULE_NOT_MONTH,
	EF_RULE_AGE_RANGE,
	EF_RULE_CONFLICT,
	EF_RULE_UNCOVERED,
	EF_RULE_BEYOND_LATEST,

	/* specs of funnels */
	EF_SPEC_NO_STAGES,
	EF_SPEC_TOO_MANY_NAMES,
	EF_SPEC_NAME_TWICE,
	EF_SPEC_WITHIN_INVALID,
	EF_SPEC_WITHIN_BELOW_DAY,
	EF_SPEC_MODE_UNKNOWN,
	EF_SPEC_MIXED,

	/* chains, and what is asked of funnels */
	EF_EVENT_INFINITE,
	EF_CHAIN_TOO_LONG,
	EF_CHAIN_GAP,
	EF_CHAIN_DECREASING,
	EF_CHAIN_STAGES,
	EF_CHAIN_STRICT,
	EF_CONDITION_COUNT,
	EF_CONDITION_EXITS,
	EF_STAGE_UNKNOWN,
	EF_STAGES_APART,
	EF_QUANTILE_RANGE,
	EF_EVENTS_TOO_LARGE,		/* to be shipped to another process */

	/* education meets work */
	EF_START_DAY_INVALID,
	EF_FIRST_YEAR_RANGE,
	EF_HORIZON_RANGE,
	EF_GAP_LENGTH,
	EF_GAP_VALUE,
	EF_INTAKE_METHOD_UNKNOWN,
	EF_TARGET_YEAR_RANGE,
	EF_TARGET_YEAR_SCHEDULE,
	EF_ARRIVED_RANGE,
	EF_CHANGE_NO_STAGE,
	EF_CHANGE_LAST_STAGE,
	EF_CHANGE_RANGE,

	/* moves between states */
	EF_MOBILITY_UNBOUNDED,
	EF_MOBILITY_TOO_LONG,
	EF_TOO_MANY_STATES,
	EF_AT_OUTSIDE,
	EF_HORIZON_TOO_LONG,
	EF_MATRIX_TOO_LARGE,
	EF_YEAR_NOT_OBSERVED,
	EF_STATES_LIST,
	EF_STATES_LENGTH,
	EF_STATE_UNSEEN,

	/* certificates */
	EF_COMPLETION_INFINITE,
	EF_REQUIRED_UNBOUNDED,

	/* task shifting */
	EF_SHIFT_LENGTHS,
	EF_SHIFT_DEMAND,
	EF_SHIFT_SHARE,
	EF_SHIFT_TIME,
	EF_SHIFT_PROFESSION_TWICE,
	EF_SHIFT_PROFESSION_UNKNOWN,
	EF_SHIFT_PAIR_TWICE,
	EF_SHIFT_SHARES_SUM,
	EF_SHIFT_CYCLE,
	EF_SHIFT_OVERFLOW,

	EF_STATUS_COUNT
} EfStatus;

#define EF_DETAIL_SIZE 256

typedef struct EfError
{
	char		detail[EF_DETAIL_SIZE]; /* a full sentence, or empty */
} EfError;

/* Leave the sentence and hand the status back: "return ef_fail(...)". */
extern EfStatus ef_fail(EfError *error, EfStatus status,
						const char *format, ...)
			__attribute__((format(printf, 3, 4)));

/* So many bytes of a word are shown, and no part of a UTF-8 character. */
extern int	ef_clip(const char *word, size_t length);

#endif							/* EF_STATUS_H */
