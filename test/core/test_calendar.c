/*
 * test_calendar.c: the calendar against a walk that knows only how long each
 * month is.
 */
#include "base/calendar.h"

#include <stdlib.h>

#include "tap.h"

#define DAY_OF_YEAR_1 (-730119) /* 0001-01-01; 2000-01-01 is day 0 */

static bool
leap(int64_t year)
{
	if (year % 400 == 0)
		return true;
	if (year % 100 == 0)
		return false;
	return year % 4 == 0;
}

static int
month_length(int64_t year, int month)
{
	switch (month)
	{
		case 2:
			return leap(year) ? 29 : 28;
		case 4:
		case 6:
		case 9:
		case 11:
			return 30;
		default:
			return 31;
	}
}

/* Parse a copy that ends where its memory does. */
static bool
parse(const char *text, size_t length, EfDay *day)
{
	char	   *copy = malloc(length > 0 ? length : 1);
	bool		parsed;

	memcpy(copy, text, length);
	parsed = ef_day_parse(copy, length, day);
	free(copy);
	return parsed;
}

static void
test_every_day(void)
{
	EfDay		day = DAY_OF_YEAR_1;
	int			wrong_month = 0;
	int			wrong_length = 0;
	int			wrong_first = 0;
	int			wrong_year_end = 0;
	int			wrong_text = 0;
	int			wrong_parse = 0;

	for (int year = 1; year <= 2400; year++)
	{
		for (int m = 1; m <= 12; m++)
		{
			EfMonth		month = year * 12 + m - 1;
			int			length = month_length(year, m);

			wrong_first += ef_first_day(month) != day;
			wrong_length += ef_days_in_month(month) != length;
			for (int d = 1; d <= length; d++, day++)
			{
				char		expected[32];
				int			place = -1;
				EfDay		back = 0;

				wrong_month += ef_month_of_day(day, &place) != month ||
					place != d - 1;
				snprintf(expected, sizeof(expected), "%04d-%02d-%02d", year, m, d);
				wrong_text += strcmp(ef_day_shown(day).text, expected) != 0;
				wrong_parse += !parse(expected, 10, &back) || back != day;
			}
		}
		for (int m = 0; m < 12; m++)
			wrong_year_end += ef_last_day_of_year(year * 12 + m) != day - 1;
	}
	is_int(day, 366 + 146097, "the year 2401 begins 400 years after 2001");
	is_int(wrong_month, 0, "every day of them lies in its month, at its place");
	is_int(wrong_first, 0, "every month of them begins on its first day");
	is_int(wrong_length, 0, "every month of them is as long as it is");
	is_int(wrong_year_end, 0, "every year of them ends on its last day");
	is_int(wrong_text, 0, "every day of them is written as ISO 8601 has it");
	is_int(wrong_parse, 0, "every day of them is read back");
}

/* What a day must satisfy wherever it lies. */
static bool
is_consistent(EfDay day)
{
	int			place = -1;
	EfMonth		month = ef_month_of_day(day, &place);
	int			year = ef_year_of_month(month);
	int			m = month - year * 12 + 1;

	return m >= 1 && m <= 12 && place >= 0 && place < month_length(year, m) &&
		ef_days_in_month(month) == month_length(year, m) &&
		(int64_t) ef_first_day(month) + place == day;
}

static void
test_all_of_time(void)
{
	int			wrong = 0;
	int			place;

	/* a prime, so that every place in a month comes by */
	for (int64_t day = INT64_C(-2147000000); day <= INT64_C(2147000000); day += 4001)
		wrong += !is_consistent((EfDay) day);
	is_int(wrong, 0, "a day is first_day of its month plus its place in it");

	wrong = 0;
	for (EfMonth month = -4800 * 12; month < 4800 * 12; month++)
	{
		EfDay		first = ef_first_day(month);

		wrong += ef_first_day(month + 1) - first != ef_days_in_month(month) ||
			ef_month_of_day(first, &place) != month || place != 0 ||
			ef_month_of_day(first - 1, &place) != month - 1;
	}
	is_int(wrong, 0, "months follow each other without a gap, also below year 1");
}

/* 1 January of a year, counted year by year. */
static int64_t
new_year(int64_t year)
{
	int64_t		day = 0;

	for (int64_t y = 2000; y < year; y++)
		day += leap(y) ? 366 : 365;
	for (int64_t y = year; y < 2000; y++)
		day -= leap(y) ? 366 : 365;
	return day;
}

static void
test_extremes(void)
{
	int			place;

	is_int(ef_first_day(-4700 * 12), new_year(-4700), "the year -4700 begins where it does");
	is_str(ef_day_shown(ef_first_day(-4700 * 12)).text, "4701-01-01 BC", "and is the year 4701 BC");
	is_int(ef_month_of_day((EfDay) new_year(-4700), &place), -4700 * 12, "and back");

	/* the first and the last day of PostgreSQL's date type */
	is_str(ef_day_shown(-2451545).text, "4714-11-24 BC", "day 0 of the Julian count");
	is_int(ef_first_day(5874897 * 12), new_year(5874897), "the year 5874897 begins where it does");
	is_int(ef_last_day_of_year(5874897 * 12 + 5), 2145031948, "and ends on the last of all dates");
	is_str(ef_day_shown(2145031948).text, "5874897-12-31", "which is written so");
	is_int(ef_month_of_day(2145031948, &place), 5874897 * 12 + 11, "and lies in December");
	is_int(place, 30, "on the 31st");

	is_str(ef_day_shown(new_year(1) - 1 - 366).text, "0002-12-31 BC", "the year before 1 is 1 BC, a leap year");
	is_str(ef_day_shown(INT32_MIN).text, "-infinity", "the lowest day is before all others");
	is_str(ef_day_shown(INT32_MAX).text, "infinity", "the highest day is after all others");
	is_str(ef_day_shown(INT32_MIN + 1).text, "5877612-06-23 BC", "the next to the lowest is a date");
	is_str(ef_day_shown(INT32_MAX - 1).text, "5881610-07-10", "and so is the one before the highest");

	/* the month of the lowest began before it, where no day has a number */
	ok(is_consistent(INT32_MIN + 31) && is_consistent(INT32_MAX),
	   "days are told apart up to both ends");
}

static void
test_refused(void)
{
	static const char *const bad[] = {
		"", "2", "2000-01-0", "2000-01-011", "2000-1-1", "2000-01-1", "20000101",
		"2000/01/01", "2000-01/01", "2000-01-01 ", " 2000-01-01", "+200-01-01",
		"-200-01-01", "0000-01-01", "2000-00-01", "2000-13-01", "2000-99-01",
		"2000-01-00", "2000-01-32", "2000-04-31", "2000-06-31", "2000-09-31",
		"2000-11-31", "2000-02-30", "2001-02-29", "1900-02-29", "2100-02-29",
		"2000-0a-01", "2000-01-0:", "2000-01-0/", "abcd-ef-gh", "infinity  ",
		"0001-01-01 BC", "10000-01-01", "01-01-2000", "----------",
	};
	char		text[11] = "2024-02-29";
	int			wrong = 0;
	EfDay		day = 12345;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!parse(bad[i], strlen(bad[i]), &day), "\"%s\" is no date", bad[i]);
	is_int(day, 12345, "a refusal leaves the day alone");
	ok(parse("0001-01-01", 10, &day) && day == DAY_OF_YEAR_1, "the first day that is read");
	ok(parse("9999-12-31", 10, &day) && day == new_year(10000) - 1, "the last day that is read");

	/* one byte changed: no date, or the one that is written so */
	for (int i = 0; i < 10; i++)
		for (int byte = 0; byte < 256; byte++)
		{
			char		old = text[i];

			text[i] = (char) byte;
			if (parse(text, 10, &day))
				wrong += strcmp(ef_day_shown(day).text, text) != 0;
			text[i] = old;
		}
	is_int(wrong, 0, "what is read is what is written");
}

static void
test_small_parts(void)
{
	int			wrong = 0;

	for (int a = -1000; a <= 1000; a++)
		for (int b = 1; b <= 13; b++)
			wrong += ef_floor_div(a, b) != (int) floor((double) a / b);
	is_int(wrong, 0, "ef_floor_div rounds down");
	wrong = 0;
	for (int year = -5000; year <= 5000; year++)
		wrong += ef_is_leap_year(year) != leap(year);
	is_int(wrong, 0, "leap years");
	for (int length = 28; length <= 31; length++)
		is_int(EF_MONTH_PARTS % length, 0, "%d days divide a month's parts", length);
}


/* ---- durations ---- */

/* Four centuries and the longest span, walked: starts of months, lengths. */
#define WALKED_MONTHS (400 * 12 + EF_DURATION_MONTHS + 1)

static int	first[WALKED_MONTHS + 1];
static int	length[WALKED_MONTHS];

/* The most days between a day and the same day so many months later, or the
 * last of that month, over every day of 400 years. */
static int
longest_span(int months)
{
	int			longest = 0;

	for (int month = 0; month < 400 * 12; month++)
		for (int day = 0; day < length[month]; day++)
		{
			int			last = length[month + months] - 1;
			int			span = first[month + months] + (day < last ? day : last) -
				(first[month] + day);

			if (span > longest)
				longest = span;
		}
	return longest;
}

static void
test_durations(void)
{
	static const struct
	{
		EfDuration	duration;
		int32_t		times;
		int32_t		days;
		const char *name;
	}			cases[] = {
		{{1, 0, 0}, 1, 31, "a month"},
		{{2, 0, 0}, 1, 62, "two months, July and August"},
		{{6, 0, 0}, 1, 184, "six months"},
		{{12, 0, 0}, 1, 366, "a year"},
		{{12, 0, 0}, 2, 731, "twice a year"},
		{{24, 0, 0}, 1, 731, "two years"},
		{{60, 0, 0}, 1, 1827, "five years"},
		{{12, 0, 0}, 10, 3653, "ten times a year"},
		{{1, 0, 0}, 12, 366, "twelve times a month"},
		{{1800, 0, 0}, 1, 54788, "150 years"},
		{{12, 0, 0}, 150, 54788, "150 times a year"},
		{{1801, 0, 0}, 1, INT32_MAX, "a month more"},
		{{1, 0, 0}, 1801, INT32_MAX, "1801 times a month"},
		{{INT32_MAX, 0, 0}, 1, INT32_MAX, "the most months"},
		{{INT32_MAX, INT32_MAX, 0}, INT32_MAX, INT32_MAX, "the most of all"},
		{{INT32_MAX, INT32_MAX, 0}, 0, 0, "no times the most of all"},
		{{0, 0, 0}, 1, 0, "nothing"},
		{{0, 1, 0}, 1, 1, "a day"},
		{{0, 30, 0}, 3, 90, "three times 30 days"},
		{{0, INT32_MAX, 0}, 1, INT32_MAX, "the most days"},
		{{0, INT32_MAX - 1, 0}, 1, INT32_MAX - 1, "one less"},
		{{0, INT32_MAX, 0}, 2, INT32_MAX, "twice the most days"},
		{{0, 1 << 20, 0}, 1 << 20, INT32_MAX, "days whose product passes 32 bits"},
		{{1, INT32_MAX - 31, 0}, 1, INT32_MAX, "a month and days that just fit"},
		{{1, INT32_MAX, 0}, 1, INT32_MAX, "a month and days that do not"},
		{{12, 10, 0}, 2, 751, "twice a year and ten days"},
	};
	int			day = 0;
	int			wrong = 0;
	int			compared = 0;

	for (int month = 0; month < WALKED_MONTHS; month++)
	{
		first[month] = day;
		length[month] = month_length(2000 + month / 12, month % 12 + 1);
		day += length[month];
	}

	/* all short ones, whole years, and the longest */
	for (int months = 0; months <= EF_DURATION_MONTHS;
		 months += months < 40 ? 1 : months < 1790 ? 50 : 1)
	{
		EfDuration	once = {months, 0, 0};
		EfDuration	month = {1, 0, 0};
		EfDuration	more = {months, 17, 0};
		int			longest = longest_span(months);

		compared++;
		wrong += ef_duration_days(&once, 1) != longest ||
			ef_duration_days(&month, months) != longest ||
			ef_duration_days(&more, 1) != longest + 17;
	}
	is_int(wrong, 0, "%d durations are the most days from any day of 400 years", compared);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(ef_duration_days(&cases[i].duration, cases[i].times), cases[i].days,
			   "%s: %d days", cases[i].name, cases[i].days);

	/* multiples never run backwards, so a reader of them comes to an end */
	wrong = 0;
	for (int months = 0; months <= 13; months++)
		for (int days = months == 0; days <= 40; days += 13)
		{
			EfDuration	every = {months, days, 0};
			int32_t		last = -1;

			for (int32_t times = 0; times <= 2000; times++)
			{
				int32_t		now = ef_duration_days(&every, times);

				wrong += now < last || (now == last && now != INT32_MAX);
				last = now;
			}
		}
	is_int(wrong, 0, "more times are more days");
}

static void
test_refused_durations(void)
{
	static const struct
	{
		EfDuration	duration;
		EfStatus	status;
		EfStatus	positive;	/* where more than nothing is asked for */
		const char *name;
	}			cases[] = {
		{{1, 0, 0}, EF_OK, EF_OK, "a month"},
		{{0, 1, 0}, EF_OK, EF_OK, "a day"},
		{{INT32_MAX, INT32_MAX, 0}, EF_OK, EF_OK, "the longest"},
		{{0, 0, 0}, EF_OK, EF_DURATION_ZERO, "nothing"},
		{{-1, 0, 0}, EF_DURATION_INVALID, EF_DURATION_INVALID, "less than no months"},
		{{0, -1, 0}, EF_DURATION_INVALID, EF_DURATION_INVALID, "less than no days"},
		{{1, -1, 0}, EF_DURATION_INVALID, EF_DURATION_INVALID, "a month less a day"},
		{{-1, 40, 0}, EF_DURATION_INVALID, EF_DURATION_INVALID, "40 days less a month"},
		{{INT32_MIN, INT32_MIN, 0}, EF_DURATION_INVALID, EF_DURATION_INVALID, "the least"},
		{{0, 0, 1}, EF_DURATION_INVALID, EF_DURATION_INVALID, "a microsecond"},
		{{1, 1, -1}, EF_DURATION_INVALID, EF_DURATION_INVALID, "a microsecond less"},
		{{0, 0, INT64_C(86400000000)}, EF_DURATION_INVALID, EF_DURATION_INVALID, "24 hours, which are no day"},
		{{0, 0, INT64_MIN}, EF_DURATION_INVALID, EF_DURATION_INVALID, "the least of all"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int positive = 0; positive < 2; positive++)
		{
			EfError		error = {""};
			EfContext	context = {.error = &error};
			EfStatus	expected = positive ? cases[i].positive : cases[i].status;

			ok(ef_duration_check(&cases[i].duration, positive, &context) == expected &&
			   (error.detail[0] != '\0') == (expected != EF_OK), "%s%s is %s%s", cases[i].name,
			   positive ? " where some is needed" : "", expected == EF_OK ? "taken" : "refused: ", error.detail);
		}
}

/* Months later is in that month, on the same day or the last there is. */
static void
test_months_later(void)
{
	int			wrong = 0;

	for (EfDay day = -300000; day < 300000; day += 7)
		for (int32_t months = -1900; months <= 1900; months += 19)
		{
			int			before;
			int			after;
			EfMonth		month = ef_month_of_day(day, &before);
			EfMonth		later = ef_month_of_day(ef_months_later(day, months), &after);
			int			last = ef_days_in_month(later) - 1;

			wrong += later != month + months || after != (before < last ? before : last);
		}
	is_int(wrong, 0, "so many months later");
	is_int(ef_months_later(60, -12), -306, "a year before 1 March 2000 is 1 March 1999");
	is_int(ef_months_later(59, -12), -307, "and before 29 February 28 February");
	is_int(ef_months_later(59, 48), 1520, "but four years after it is 29 February 2004");
	is_close(ef_years_of_days(1461), 4, 0, "1461 days are four years");
}

int
main(void)
{
	test_every_day();
	test_all_of_time();
	test_extremes();
	test_refused();
	test_small_parts();
	test_durations();
	test_refused_durations();
	test_months_later();
	return done_testing();
}
