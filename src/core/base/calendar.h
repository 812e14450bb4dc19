/*
 * calendar.h
 *	  The proleptic Gregorian calendar, in integers.
 *
 * A day is the number of days since 2000-01-01 (PostgreSQL's own epoch, so
 * that dates pass through unchanged).  A month is year * 12 + month - 1, so
 * that differences of months are ages in calendar months.
 */
#ifndef EF_CALENDAR_H
#define EF_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

extern const EfReport EF_DATE_INFINITE[];
extern const EfReport EF_DATE_RANGE[];
extern const EfReport EF_YEARS_RANGE[];
extern const EfReport EF_HORIZON_RANGE[];
extern const EfReport EF_DURATION_INVALID[];
extern const EfReport EF_DURATION_ZERO[];

typedef int32_t EfDay;
typedef int32_t EfMonth;

/*
 * Parts of a month: the least common multiple of 28, 29, 30 and 31, so that
 * any fraction of a calendar month is a whole number of them.
 */
#define EF_MONTH_PARTS 377580

/*
 * Range of dates, the years 1 to 9999: the first day, and the first day
 * beyond.
 */
#define EF_FIRST_DATE (-730119)
#define EF_BEYOND_DATE 2921940

static inline bool
ef_is_date(EfDay day)
{
	return day >= EF_FIRST_DATE && day < EF_BEYOND_DATE;
}

/* Infinite days, as PostgreSQL's date type has them. */
#define EF_DAY_MINUS_INFINITY INT32_MIN
#define EF_DAY_INFINITY INT32_MAX

static inline bool
ef_is_infinite(EfDay day)
{
	return day == EF_DAY_MINUS_INFINITY || day == EF_DAY_INFINITY;
}

/*
 * Constants for turning days into months and back.  A year is taken to begin
 * in March, so that the leap day is its last day and month lengths follow one
 * linear formula.  C. Neri and L. Schneider (2023), "Euclidean affine
 * functions and their application to calendar algorithms", Software: Practice
 * and Experience 53(4), 937-970.
 *
 * Four-hundred-year cycles are added before the unsigned arithmetic and taken
 * off after it, so that every 32-bit day is positive inside.
 */
#define EF_CYCLES INT64_C(15000)
#define EF_CYCLE_DAYS 146097
#define EF_CYCLE_YEARS 400

/*
 * Shift of the epoch: days from 0000-03-01 to 2000-01-01 in the proleptic
 * Gregorian calendar.
 */
#define EF_EPOCH_SHIFT 730425

/*
 * Return the month that holds a day, and the day's place in it, counted from
 * 0.
 */
static inline EfMonth
ef_month_of_day(EfDay day, int *day_of_month)
{
	uint64_t	n = (uint64_t) ((int64_t) day + EF_EPOCH_SHIFT +
								EF_CYCLES * EF_CYCLE_DAYS);
	uint64_t	n1 = 4 * n + 3;
	uint64_t	century = n1 / EF_CYCLE_DAYS;
	uint32_t	n2 = ((uint32_t) (n1 % EF_CYCLE_DAYS)) | 3;
	uint32_t	year_of_century = n2 / 1461;
	uint32_t	day_of_year = n2 % 1461 / 4;
	uint32_t	n3 = 2141 * day_of_year + 197913;
	int64_t		year = (int64_t) (100 * century + year_of_century) -
		EF_CYCLES * EF_CYCLE_YEARS;

	*day_of_month = (int) ((n3 & 0xffff) / 2141);
	/* n3 >> 16 counts months from January of the March-year: 3 .. 14 */
	return (EfMonth) (year * 12 + (n3 >> 16) - 1);
}

/* Return the first day of a month. */
static inline EfDay
ef_first_day(EfMonth month)
{
	uint64_t	shifted = (uint64_t) (month + EF_CYCLES * EF_CYCLE_YEARS * 12) - 2;
	uint64_t	year = shifted / 12;	/* March-based */
	uint32_t	m = (uint32_t) (shifted % 12) + 3;
	uint64_t	century = year / 100;
	uint64_t	days = 1461 * year / 4 - century + century / 4 +
		(979 * m - 2919) / 32;

	return (EfDay) ((int64_t) days - EF_EPOCH_SHIFT - EF_CYCLES * EF_CYCLE_DAYS);
}

/* Return the month that holds a day. */
static inline EfMonth
ef_month_of(EfDay day)
{
	int			day_of_month;

	return ef_month_of_day(day, &day_of_month);
}

static inline int
ef_floor_div(int a, int b)
{
	return a / b - (a % b != 0 && (a ^ b) < 0);
}

static inline int
ef_year_of_month(EfMonth month)
{
	return ef_floor_div(month, 12);
}

static inline bool
ef_is_leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Return the last day of the year that the month belongs to. */
static inline EfDay
ef_last_day_of_year(EfMonth month)
{
	return ef_first_day(ef_year_of_month(month) * 12 + 12) - 1;
}

extern int	ef_days_in_month(EfMonth month);

/*
 * Move a day by a number of months, later or earlier.  Where the month has no
 * such day its last one is taken, as PostgreSQL adds an interval to a date.
 * The arithmetic is modular, so the last of all days has a result too.
 */
extern EfDay ef_months_later(EfDay day, int32_t months);

/* Limit on the years of a projection, or of counting ahead. */
#define EF_YEARS_LIMIT 100

/* Is this how many years to look ahead? */
extern EfStatus ef_years_check(int years, EfContext *context) EF_NODISCARD;

/* Convert days to years of 365.25 days. */
extern double ef_years_of_days(int64_t days);

/*
 * A length of time as a calendar gives it: a number of months and of days.
 * The microseconds of PostgreSQL's interval are here only to be refused.
 */
typedef struct EfDuration
{
	int32_t		months;
	int32_t		days;
	int64_t		microseconds;
} EfDuration;

/* Limit on the months of a duration; longer ones are refused. */
#define EF_DURATION_MONTHS 1800

/*
 * Check that a duration is whole days and not negative; with `positive`, that
 * it is longer than nothing.
 */
extern EfStatus ef_duration_check(const EfDuration *duration, bool positive,
								  EfContext *context) EF_NODISCARD;

/*
 * Return the most days that a number of times a duration can span: 31 for a
 * month, 184 for six, 366 for a year, 731 for two.  This bound holds whatever
 * the start.  INT32_MAX beyond EF_DURATION_MONTHS.
 */
extern int32_t ef_duration_days(const EfDuration *duration, int32_t times);

/* Write months and days in words: "1 month and 3 days", "30 days". */
extern EfShown ef_duration_shown(const EfDuration *duration);

/*
 * Write a day as ISO 8601, whatever DateStyle says; years below 1 and infinity
 * as PostgreSQL writes them.
 */
extern EfShown ef_day_shown(EfDay day);

/* Reads exactly what ef_day_shown writes, for years 1 to 9999. */
extern bool ef_day_parse(const char *text, size_t length, EfDay *day);

#endif							/* EF_CALENDAR_H */
