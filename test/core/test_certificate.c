/*
 * test_certificate.c: certificates against a walk over days that knows only
 * what each day must be.
 */
#include "competence/certificate.h"

#include <stdlib.h>

#include "arena.h"
#include "spell/spell.h"
#include "tap.h"

static EfDay
day_of(const char *iso)
{
	EfDay		day = INT32_MIN;

	ef_day_parse(iso, 10, &day);
	return day;
}

/* "missing 2020-01-01 2020-02-01, valid 2020-02-01 -" */
static const char *
told(const EfCertificatePart *parts, size_t n)
{
	static char text[1024];
	size_t		length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
	{
		length += (size_t) snprintf(text + length, sizeof(text) - length, "%s%s %s %s", i > 0 ? ", " : "",
									ef_certificate_names[parts[i].status], ef_day_shown(parts[i].start).text,
									parts[i].end == EF_DAY_INFINITY ? "-" : ef_day_shown(parts[i].end).text);
	}
	return text;
}


/* ---- known ---- */

static void
test_known(void)
{
	static const EfDuration year = {12, 0, 0};
	static const EfDuration two_days = {0, 2, 0};
	static const EfDuration month = {1, 0, 0};
	static const EfDuration month_and_day = {1, 1, 0};
	static const struct
	{
		const char *completed[4];
		const EfDuration *validity;
		const char *from;
		const char *until;
		const char *parts;
	}			cases[] = {
		{{NULL}, &year, "2020-01-01", "2020-07-01", "missing 2020-01-01 2020-07-01"},
		{{NULL}, NULL, "2020-01-01", NULL, "missing 2020-01-01 -"},
		{{"2020-03-01"}, NULL, "2020-01-01", NULL, "missing 2020-01-01 2020-03-01, valid 2020-03-01 -"},
		{{"2020-03-01"}, NULL, "2020-01-01", "2020-07-01", "missing 2020-01-01 2020-03-01, valid 2020-03-01 2020-07-01"},
		{{"2020-03-01"}, &year, "2020-01-01", NULL,
		"missing 2020-01-01 2020-03-01, valid 2020-03-01 2021-03-01, lapsed 2021-03-01 -"},
		{{"2020-03-01"}, &year, "2020-01-01", "2021-03-01", "missing 2020-01-01 2020-03-01, valid 2020-03-01 2021-03-01"},

		/*
		 * completed before it was required, on the day, on the last and after
		 * it
		 */
		{{"2019-03-01"}, &year, "2020-01-01", NULL, "valid 2020-01-01 2020-03-01, lapsed 2020-03-01 -"},
		{{"2018-03-01"}, &year, "2020-01-01", NULL, "lapsed 2020-01-01 -"},
		{{"2019-01-01"}, &year, "2020-01-01", NULL, "lapsed 2020-01-01 -"},
		{{"2019-01-02"}, &year, "2020-01-01", NULL, "valid 2020-01-01 2020-01-02, lapsed 2020-01-02 -"},
		{{"2020-01-01"}, &year, "2020-01-01", NULL, "valid 2020-01-01 2021-01-01, lapsed 2021-01-01 -"},
		{{"2020-06-30"}, &year, "2020-01-01", "2020-07-01",
		"missing 2020-01-01 2020-06-30, valid 2020-06-30 2020-07-01"},
		{{"2020-07-01"}, &year, "2020-01-01", "2020-07-01", "missing 2020-01-01 2020-07-01"},
		{{"2018-03-01", "2020-07-01"}, &year, "2020-01-01", "2020-07-01", "lapsed 2020-01-01 2020-07-01"},

		/* renewed early, on the day, a day late */
		{{"2020-01-01", "2020-06-01"}, &year, "2020-01-01", NULL, "valid 2020-01-01 2021-06-01, lapsed 2021-06-01 -"},
		{{"2020-01-01", "2021-01-01"}, &year, "2020-01-01", NULL, "valid 2020-01-01 2022-01-01, lapsed 2022-01-01 -"},
		{{"2020-01-01", "2021-01-02"}, &year, "2020-01-01", NULL,
		"valid 2020-01-01 2021-01-01, lapsed 2021-01-01 2021-01-02, "
		"valid 2021-01-02 2022-01-02, lapsed 2022-01-02 -"},
		{{"2021-01-02", "2020-01-01", "2021-01-02", "2020-01-01"}, &year, "2020-01-01", "2021-06-01",
		"valid 2020-01-01 2021-01-01, lapsed 2021-01-01 2021-01-02, "
		"valid 2021-01-02 2021-06-01"},
		{{"2017-01-01", "2018-06-01"}, &year, "2020-01-01", NULL, "lapsed 2020-01-01 -"},

		/* the calendar */
		{{"2020-02-29"}, &year, "2020-02-29", NULL, "valid 2020-02-29 2021-02-28, lapsed 2021-02-28 -"},
		{{"2020-01-31"}, &month, "2020-01-31", NULL, "valid 2020-01-31 2020-02-29, lapsed 2020-02-29 -"},
		{{"2021-01-31"}, &month_and_day, "2021-01-31", NULL, "valid 2021-01-31 2021-03-01, lapsed 2021-03-01 -"},
		{{"2021-01-30", "2021-01-31"}, &month, "2021-01-30", NULL, "valid 2021-01-30 2021-02-28, lapsed 2021-02-28 -"},
		{{"2020-02-28"}, &two_days, "2020-02-28", NULL, "valid 2020-02-28 2020-03-01, lapsed 2020-03-01 -"},

		/* no day, and one */
		{{"2020-02-28"}, &year, "2020-02-28", "2020-02-28", ""},
		{{"2020-02-28"}, &year, "2020-02-28", "2020-02-27", ""},
		{{"2020-02-28"}, &year, "2020-02-28", "2020-02-29", "valid 2020-02-28 2020-02-29"},

		/* the first and the last of all days */
		{{"0001-01-01"}, NULL, "0001-01-01", "9999-12-31", "valid 0001-01-01 9999-12-31"},
		{{"9999-12-29"}, &two_days, "9999-12-01", NULL,
		"missing 9999-12-01 9999-12-29, valid 9999-12-29 9999-12-31, lapsed 9999-12-31 -"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		EfDay		completed[4];
		size_t		n = 0;
		EfCertificatePart *parts;
		size_t		nparts;
		Arena		arena;
		EfStatus	status;

		while (n < 4 && cases[i].completed[n] != NULL)
		{
			completed[n] = day_of(cases[i].completed[n]);
			n++;
		}
		arena_open(&arena);
		status = ef_certificate_parts(completed, n, cases[i].validity, day_of(cases[i].from),
									  cases[i].until ? day_of(cases[i].until) : EF_DAY_INFINITY,
									  &parts, &nparts, &arena.context);
		is_int(status, EF_OK, "case %zu is answered", i + 1);
		if (status == EF_OK)
			is_str(told(parts, nparts), cases[i].parts, "as \"%s\"", cases[i].parts);
		arena_close(&arena);
	}
}


/* ---- day by day ---- */

static int
month_length(int year, int month)
{
	static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 1 && leap ? 29 : lengths[month];
}

/* The first day without a certificate, walked month by month from 2000. */
static EfDay
walked_end(EfDay completed, const EfDuration *validity)
{
	int			year = 2000;
	int			month = 0;
	EfDay		first = 0;
	int			place;

	if (validity == NULL)
		return EF_DAY_INFINITY;
	while (completed >= first + month_length(year, month))
	{
		first += month_length(year, month);
		month = (month + 1) % 12;
		year += month == 0;
	}
	place = completed - first;
	for (int32_t i = 0; i < validity->months; i++)
	{
		first += month_length(year, month);
		month = (month + 1) % 12;
		year += month == 0;
	}
	if (place >= month_length(year, month))
		place = month_length(year, month) - 1;
	return first + place + validity->days;
}

static EfCertificateStatus
status_on(EfDay day, const EfDay *completed, size_t n, const EfDuration *validity)
{
	EfCertificateStatus status = EF_CERTIFICATE_MISSING;

	for (size_t i = 0; i < n; i++)
	{
		if (completed[i] > day)
			continue;
		if (walked_end(completed[i], validity) > day)
			return EF_CERTIFICATE_VALID;
		status = EF_CERTIFICATE_LAPSED;
	}
	return status;
}

/* No certificate of the random ones holds so long. */
#define DAYS 1500

static void
test_day_by_day(void)
{
	int			wrong = 0;
	int			gaps = 0;
	int			alike = 0;
	int			reordered = 0;
	int			longest = 0;
	int			seen[EF_CERTIFICATE_STATUSES] = {0};
	Arena		arena;

	arena_open(&arena);
	for (int round = 0; round < 3000; round++)
	{
		EfDay		completed[12];
		size_t		n = random_below(13);
		EfDuration	validity = {(int32_t) random_below(14), (int32_t) (random_below(2) * random_below(60)), 0};
		const EfDuration *holds = random_below(6) == 0 ? NULL : &validity;
		EfDay		from = (EfDay) random_below(700);
		EfDay		until = random_below(3) == 0 ? EF_DAY_INFINITY : from + 1 + (EfDay) random_below(500);
		EfDay		at = from;
		EfCertificatePart *parts;
		EfCertificatePart *again;
		size_t		nparts;
		size_t		nagain;

		if (validity.months == 0 && validity.days == 0)
			validity.days = 1;
		for (size_t i = 0; i < n; i++)
			completed[i] = (EfDay) random_below(1000);
		if (ef_certificate_parts(completed, n, holds, from, until, &parts, &nparts, &arena.context) != EF_OK)
		{
			wrong++;
			continue;
		}
		for (size_t i = 0; i < nparts; i++)
		{
			gaps += parts[i].start != at || parts[i].end <= parts[i].start;
			alike += i > 0 && parts[i].status == parts[i - 1].status;
			for (EfDay day = parts[i].start; day < parts[i].end && day < DAYS; day++)
				wrong += status_on(day, completed, n, holds) != parts[i].status;
			seen[parts[i].status]++;
			at = parts[i].end;
		}
		gaps += at != until;
		if ((int) nparts > longest)
			longest = (int) nparts;

		/* the other way round, and some days once more */
		for (size_t i = 0; i < n / 2; i++)
		{
			EfDay		swap = completed[i];

			completed[i] = completed[n - 1 - i];
			completed[n - 1 - i] = swap;
		}
		if (n > 0 && n < 12)
		{
			completed[n] = completed[random_below((uint32_t) n)];
			n++;
		}
		reordered += ef_certificate_parts(completed, n, holds, from, until, &again, &nagain,
										  &arena.context) != EF_OK ||
			nagain != nparts || memcmp(again, parts, nparts * sizeof(*parts)) != 0;
		arena_close(&arena);
	}
	is_int(wrong, 0, "every day has the status that its completions give it");
	is_int(gaps, 0, "parts follow each other from the first day to the last");
	is_int(alike, 0, "and no two neighbours are alike");
	is_int(reordered, 0, "in any order, with any day twice");
	ok(longest > 6 && seen[EF_CERTIFICATE_MISSING] > 500 && seen[EF_CERTIFICATE_VALID] > 500 &&
	   seen[EF_CERTIFICATE_LAPSED] > 500, "there are up to %d parts, and many of each status", longest);
}


/* ---- refused ---- */

static void
test_refused(void)
{
	static const EfDuration zero = {0, 0, 0};
	static const EfDuration hours = {0, 1, 3600};
	static const EfDuration negative = {12, -1, 0};
	static const EfDuration year = {12, 0, 0};
	static const EfDuration day = {0, 1, 0};
	static const EfDuration long_months = {INT32_MAX, 0, 0};
	static const EfDuration long_days = {0, INT32_MAX, 0};
	static const EfDuration long_both = {119999, 3000000, 0};
	const EfDay inside = day_of("2020-01-01");
	const EfDay first = day_of("0001-01-01");
	const EfDay last = day_of("9999-12-31");
	const struct
	{
		EfDay		completed;
		const EfDuration *validity;
		EfDay		from;
		EfDay		until;
		EfStatus	status;
		const char *shows;
	}			cases[] = {
		{inside, &zero, inside, EF_DAY_INFINITY, EF_DURATION_ZERO, "0 days"},
		{inside, &hours, inside, EF_DAY_INFINITY, EF_DURATION_INVALID, "3600"},
		{inside, &negative, inside, EF_DAY_INFINITY, EF_DURATION_INVALID, "-1"},
		{EF_DAY_INFINITY, &year, inside, EF_DAY_INFINITY, EF_COMPLETION_INFINITE, " infinity"},
		{EF_DAY_MINUS_INFINITY, &year, inside, EF_DAY_INFINITY, EF_COMPLETION_INFINITE, "-infinity"},
		{EF_DAY_INFINITY, &year, inside, inside + 1, EF_COMPLETION_INFINITE, " infinity"},
		{first - 1, &year, inside, EF_DAY_INFINITY, EF_DATE_RANGE, "0001-12-31 BC"},
		{last + 1, &year, inside, EF_DAY_INFINITY, EF_DATE_RANGE, "10000-01-01"},
		{inside, &year, EF_DAY_MINUS_INFINITY, inside, EF_REQUIRED_UNBOUNDED, "-infinity"},
		{inside, &year, EF_DAY_MINUS_INFINITY, EF_DAY_INFINITY, EF_REQUIRED_UNBOUNDED, "-infinity"},
		{inside, &year, first - 1, inside, EF_DATE_RANGE, "begins on 0001-12-31 BC"},
		{inside, &year, last + 1, EF_DAY_INFINITY, EF_DATE_RANGE, "begins on 10000-01-01"},
		{inside, &year, inside, last + 1, EF_OK, ""},
		{inside, &long_months, inside, EF_DAY_INFINITY, EF_DATE_RANGE, "2020-01-01"},
		{inside, &long_days, inside, EF_DAY_INFINITY, EF_DATE_RANGE, "2020-01-01"},
		{inside, &long_both, inside, EF_DAY_INFINITY, EF_DATE_RANGE, "2020-01-01"},
		{last, &day, inside, EF_DAY_INFINITY, EF_DATE_RANGE, "9999-12-31"},
		{last - 1, &day, inside, EF_DAY_INFINITY, EF_OK, ""},

		/*
		 * what is not required is not looked at, and what comes after does
		 * not hold
		 */
		{EF_DAY_INFINITY, &zero, inside, inside, EF_OK, ""},
		{last, &day, inside, inside + 1, EF_OK, ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena		arena;
		EfCertificatePart *parts;
		size_t		n;
		EfStatus	status;

		arena_open(&arena);
		error.detail[0] = '\0';
		status = ef_certificate_parts(&cases[i].completed, 1, cases[i].validity, cases[i].from, cases[i].until,
									  &parts, &n, &arena.context);
		ok(status == cases[i].status && strstr(error.detail, cases[i].shows) != NULL,
		   "refusal %zu, with \"%s\"", i + 1, error.detail);
		arena_close(&arena);
	}
}

static void
test_memory(void)
{
	EfDay		completed[] = {20, 10};
	EfDuration	validity = {0, 3, 0};
	EfCertificatePart *parts;
	size_t		n;
	Arena		arena;
	long		calls;

	arena_open(&arena);
	is_int(ef_certificate_parts(completed, 2, &validity, 0, 30, &parts, &n, &arena.context), EF_OK, "with memory");
	is_int(arena.n, 1, "it holds the parts and nothing else");
	is_int(completed[0], 20, "and leaves what it was given as it was");
	calls = arena.calls;
	arena_close(&arena);
	for (long request = 1; request <= calls; request++)
	{
		arena_open(&arena);
		arena.fail_at = request;
		is_int(tried(&arena, ef_certificate_parts(completed, 2, &validity, 0, 30, &parts, &n, &arena.context)),
			   EF_NO_MEMORY, "request %ld for memory fails", request);
		arena_close(&arena);
	}
	is_int(calls, 2, "there are two");

	arena_open(&arena);
	is_int(ef_certificate_parts(completed, 2, &validity, 30, 30, &parts, &n, &arena.context), EF_OK, "no day");
	ok(n == 0 && parts == NULL && arena.calls == 0, "asks for none");
	arena_close(&arena);
}

int
main(void)
{
	test_known();
	test_day_by_day();
	test_refused();
	test_memory();
	return done_testing();
}
