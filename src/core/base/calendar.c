/*
 * calendar.c
 *	  Days to months and back.
 */
#include "base/calendar.h"

#include <stdio.h>
#include <string.h>

EF_REPORT(EF_DATE_INFINITE, DATETIME_FIELD_OVERFLOW,
		  "date is infinite",
		  "Only end_date may be infinite; the beginning of the observation period, or a funnel's as_of, may be left out instead.");

EF_REPORT(EF_DATE_RANGE, DATETIME_FIELD_OVERFLOW,
		  "date is out of range",
		  "Dates of observation periods, retirement rules, funnels, their events and certificates lie in the years 1 to 9999.");

EF_REPORT(EF_HORIZON_RANGE, INVALID_PARAMETER_VALUE,
		  "horizon must be between 1 and 100",
		  "It is the number of calendar years to answer.");

#define DAYS_PER_YEAR 365.25

int
ef_days_in_month(EfMonth month)
{
	static const unsigned char length[12] =
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int			year = ef_year_of_month(month);
	int			m = month - year * 12;

	return length[m] + (m == 1 && ef_is_leap_year(year));
}

EfDay
ef_months_later(EfDay day, int32_t months)
{
	int			place;
	EfMonth		month = ef_month_of_day(day, &place) + months;

	/* every month has a 28th */
	if (place >= 28)
	{
		int			last = ef_days_in_month(month) - 1;

		place = place < last ? place : last;
	}
	return (EfDay) ((uint32_t) ef_first_day(month) + (uint32_t) place);
}

EF_REPORT(EF_YEARS_RANGE, INVALID_PARAMETER_VALUE,
		  "years must be between 1 and 100",
		  "Ask for fewer years; rates of today say little about the next century.");

EfStatus
ef_years_check(int years, EfContext *context)
{
	if (years < 1 || years > EF_YEARS_LIMIT)
		return ef_fail(context, EF_YEARS_RANGE, "The number of years is %d.",
					   years);
	return EF_OK;
}

double
ef_years_of_days(int64_t days)
{
	return (double) days / DAYS_PER_YEAR;
}

EF_REPORT(EF_DURATION_INVALID, INVALID_PARAMETER_VALUE,
		  "duration must be whole days, months or years, none of them negative",
		  "Durations are such as '90 days', '6 months', '2 years'.");

EF_REPORT(EF_DURATION_ZERO, INVALID_PARAMETER_VALUE,
		  "duration must be longer than zero",
		  "Durations are such as '90 days', '6 months', '2 years'.");

EfStatus
ef_duration_check(const EfDuration *duration, bool positive,
				  EfContext *context)
{
	if (duration->microseconds != 0)
		return ef_fail(context, EF_DURATION_INVALID,
					   "It has a part of %lld microseconds.",
					   (long long) duration->microseconds);
	if (duration->months < 0 || duration->days < 0)
		return ef_fail(context, EF_DURATION_INVALID,
					   "Its months are %d and its days %d.", duration->months,
					   duration->days);
	if (positive && duration->months == 0 && duration->days == 0)
		return ef_fail(context, EF_DURATION_ZERO, "It is 0 days.");
	return EF_OK;
}

int32_t
ef_duration_days(const EfDuration *duration, int32_t times)
{
	int64_t		months = (int64_t) duration->months * times;
	int64_t		days = (int64_t) duration->days * times;
	EfDay		longest = 0;

	if (months > EF_DURATION_MONTHS)
		return INT32_MAX;

	/*
	 * No span holds more leap days than one between 1901 and 2099, where
	 * every fourth year has one: so four years of beginnings are all.
	 */
	for (EfMonth from = 1901 * 12; from < 1905 * 12 && months > 0; from++)
	{
		EfDay		span = ef_first_day(from + (EfMonth) months) -
			ef_first_day(from);

		if (span > longest)
			longest = span;
	}
	days += longest;
	return days < INT32_MAX ? (int32_t) days : INT32_MAX;
}

EfShown
ef_duration_shown(const EfDuration *duration)
{
	EfShown		shown;
	int			length = 0;

	if (duration->months != 0)
		length = snprintf(shown.text, sizeof(shown.text), "%d month%s%s",
						  duration->months, duration->months == 1 ? "" : "s",
						  duration->days != 0 ? " and " : "");
	if (duration->months == 0 || duration->days != 0)
		snprintf(shown.text + length, sizeof(shown.text) - (size_t) length,
				 "%d day%s", duration->days, duration->days == 1 ? "" : "s");
	return shown;
}

EfShown
ef_day_shown(EfDay day)
{
	EfShown		shown;
	int			d;
	EfMonth		month = ef_month_of_day(day, &d);
	int			year = ef_year_of_month(month);

	if (ef_is_infinite(day))
		strcpy(shown.text, day > 0 ? "infinity" : "-infinity");
	else
		snprintf(shown.text, sizeof(shown.text), "%04d-%02d-%02d%s",
				 year > 0 ? year : 1 - year, month - year * 12 + 1, d + 1,
				 year > 0 ? "" : " BC");
	return shown;
}

bool
ef_day_parse(const char *text, size_t length, EfDay *day)
{
	int			value[3] = {0, 0, 0};
	int			field = 0;

	if (length != 10 || text[4] != '-' || text[7] != '-')
		return false;
	for (int i = 0; i < 10; i++)
	{
		if (i == 4 || i == 7)
			field++;
		else if (text[i] < '0' || text[i] > '9')
			return false;
		else
			value[field] = value[field] * 10 + (text[i] - '0');
	}
	if (value[0] < 1 || value[1] < 1 || value[1] > 12 || value[2] < 1 ||
		value[2] > ef_days_in_month(value[0] * 12 + value[1] - 1))
		return false;
	*day = ef_first_day(value[0] * 12 + value[1] - 1) + value[2] - 1;
	return true;
}
