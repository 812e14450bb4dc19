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

/* The least common multiple of 28, 29, 30 and 31: any fraction of a calendar
 * month is a whole number of these parts. */
#define EF_MONTH_PARTS 377580

/* Dates are days of the years 1 to 9999: the first, and the first beyond. */
#define EF_FIRST_DATE (-730119)
#define EF_BEYOND_DATE 2921940

static inline bool
ef_is_date(EfDay day)
{
	return day >= EF_FIRST_DATE && day < EF_BEYOND_DATE;
}

#define EF_ISO_DATE_SIZE 40

/* The month that holds a day, and the day's place in it, counted from 0. */
extern EfMonth ef_month_of_day(EfDay day, int *day_of_month);

/* The first day of a month. */
extern EfDay ef_first_day(EfMonth month);

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

/* The last day of the year that the month belongs to. */
static inline EfDay
ef_last_day_of_year(EfMonth month)
{
	return ef_first_day(ef_year_of_month(month) * 12 + 12) - 1;
}

extern int	ef_days_in_month(EfMonth month);

/* The same day so many months later, or earlier; the last of the month where
 * it has no such day: as PostgreSQL adds an interval to a date.  Modular, so
 * that the last of all days have one, too. */
extern EfDay ef_months_later(EfDay day, int32_t months);

/* Nothing is projected, or counted ahead, for more years than this. */
#define EF_YEARS_LIMIT 100

/* Days as years of 365.25 days. */
extern double ef_years_of_days(int64_t days);

/*
 * A length of time as a calendar gives it: so many months and days.  The
 * microseconds of PostgreSQL's interval are here only to be refused.
 */
typedef struct EfDuration
{
	int32_t		months;
	int32_t		days;
	int64_t		microseconds;
} EfDuration;

/* Longer ones are not looked at. */
#define EF_DURATION_MONTHS 1800

/* Whole days, none of them negative, and more than none if that is asked. */
extern EfStatus ef_duration_check(const EfDuration *duration, bool positive,
								  EfError *error) EF_NODISCARD;

/*
 * The most days that so many times a duration can span: 31 for a month, 184
 * for six, 366 for a year, 731 for two.  What ends within a year of its start
 * then does so whenever it began.  INT32_MAX beyond EF_DURATION_MONTHS.
 */
extern int32_t ef_duration_days(const EfDuration *duration, int32_t times);

/* Months and days in words: "1 month and 3 days", "30 days". */
extern EfShown ef_shown_duration(const EfDuration *duration);

/* ISO 8601, whatever DateStyle says; years below 1 as PostgreSQL writes them. */
extern void ef_format_day(char out[EF_ISO_DATE_SIZE], EfDay day);

/* Reads exactly what ef_format_day writes, for years 1 to 9999. */
extern bool ef_parse_day(const char *text, size_t length, EfDay *day);

#endif							/* EF_CALENDAR_H */
