/*
 * test_spell.c: which spells are refused, and what a period shows of the
 * others, against people who are followed day by day.
 */
#include "spell/spell.h"

#include "arena.h"
#include "retention/retention.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- a calendar that was walked ---- */

#define FIRST_YEAR 1600
#define LAST_YEAR 2450

static EfDay first_of[(LAST_YEAR - FIRST_YEAR + 1) * 12 + 1];	/* of a month */

static int
month_length(int year, int month)
{
	static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return length[month - 1] +
		(month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

static void
walk_calendar(void)
{
	int			n = 0;
	EfDay		day = 0;
	EfDay		epoch;

	for (int year = FIRST_YEAR; year <= LAST_YEAR; year++)
		for (int month = 1; month <= 12; month++)
		{
			first_of[n++] = day;
			day += month_length(year, month);
		}
	first_of[n] = day;
	epoch = first_of[(2000 - FIRST_YEAR) * 12];
	for (int i = 0; i <= n; i++)
		first_of[i] -= epoch;
}

static EfDay
day_of(int year, int month, int day)
{
	return first_of[(year - FIRST_YEAR) * 12 + month - 1] + day - 1;
}


/* ---- periods and spells that are refused ---- */

static void
test_observed(void)
{
	static const struct
	{
		EfFrame		frame;
		EfStatus	status;
		const char *name;
		const char *detail;
	}			cases[] = {
		{{0, 31, true, 0, NULL, 0}, EF_OK, "January 2000", ""},
		{{0, 17, true, 0, NULL, 0}, EF_OK, "an end in mid-month", ""},
		{{0, 17, false, 0, NULL, 0}, EF_OK, "all until then", ""},
		{{16, 17, true, 0, NULL, 0}, EF_OK, "a day", ""},
		{{17, 17, true, 0, NULL, 0}, EF_OBSERVED_EMPTY, "no day",
		"The observation period ends on 2000-01-18 and does not begin before."},
		{{18, 17, true, 0, NULL, 0}, EF_OBSERVED_EMPTY, "less than none",
		"The observation period ends on 2000-01-18 and does not begin before."},
		{{EF_DAY_INFINITY, 17, true, 0, NULL, 0}, EF_DATE_INFINITE, "from the end of time",
		"The observation period begins at infinity."},
		{{EF_DAY_MINUS_INFINITY, 17, true, 0, NULL, 0}, EF_DATE_INFINITE, "from before time",
		"The observation period begins at -infinity."},
		{{0, EF_DAY_INFINITY, true, 0, NULL, 0}, EF_DATE_INFINITE, "for ever",
		"The observation period ends at infinity."},
		{{0, EF_DAY_MINUS_INFINITY, false, 0, NULL, 0}, EF_DATE_INFINITE, "until before time",
		"The observation period ends at -infinity."},
		{{-730119, -730118, true, 0, NULL, 0}, EF_OK, "the first day of the year 1", ""},
		{{0, -730119, false, 0, NULL, 0}, EF_OK, "until the year 1", ""},
		{{0, -730120, false, 0, NULL, 0}, EF_DATE_RANGE, "until the day before",
		"The observation period ends on 0001-12-31 BC."},
		{{-730120, 17, true, 0, NULL, 0}, EF_DATE_RANGE, "from the day before",
		"The observation period begins on 0001-12-31 BC."},
		{{0, 2921939, true, 0, NULL, 0}, EF_OK, "until the last day of the year 9999", ""},
		{{0, 2921940, true, 0, NULL, 0}, EF_DATE_RANGE, "until the year 10000",
		"The observation period ends on 10000-01-01."},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
	{
		error.detail[0] = '\0';
		is_int(ef_observed_check(&cases[i].frame, &refuses), cases[i].status, "observed: %s", cases[i].name);
		is_str(error.detail, cases[i].detail, "which says \"%s\"", cases[i].detail);
	}
}

static EfStatus
check(EfDay start, EfDay end, EfDay as_of)
{
	EfSpell		spell = {.start = start,.end = end};

	error.detail[0] = '\0';
	return ef_spell_check(&spell, as_of, &refuses);
}

static void
test_check(void)
{
	EfDay		as_of = day_of(2024, 2, 29);
	EfDay		start = day_of(2020, 3, 1);

	is_int(check(start, EF_DAY_INFINITY, as_of), EF_OK, "a spell without an end");
	is_int(check(start, start, as_of), EF_OK, "a spell of no days");
	is_int(check(as_of + 1000, as_of + 2000, as_of), EF_OK, "one that is yet to come");
	is_int(check(INT32_MAX - 1, EF_DAY_INFINITY, as_of), EF_OK, "one at the end of time");
	is_int(check(start, start - 1, as_of), EF_END_BEFORE_START, "an end before the start");
	is_str(error.detail, "The spell starts on 2020-03-01 and ends on 2020-02-29.", "both are named");
	is_int(check(start, EF_DAY_MINUS_INFINITY, as_of), EF_END_BEFORE_START, "an end at minus infinity");
	is_str(error.detail, "The spell starts on 2020-03-01 and ends on -infinity.", "which has no date");
	is_int(check(EF_DAY_INFINITY, EF_DAY_INFINITY, as_of), EF_DATE_INFINITE, "a start at infinity");
	is_str(error.detail, "The start date is infinite.", "which says so");
	is_int(check(EF_DAY_MINUS_INFINITY, start, as_of), EF_DATE_INFINITE, "a start at minus infinity");
	is_int(check(INT32_MIN + 1, start, as_of), EF_START_TOO_EARLY, "a start at the beginning of time");
	is_int(check(INT32_MIN + 1, EF_DAY_INFINITY, 2921939), EF_START_TOO_EARLY, "also from its end");
	is_int(check(-730119 - 365, -730119, -730119), EF_OK, "a start before the year 1");

	/* 150 years before 29 February is 28 February: no such year is leap */
	is_int(check(day_of(1874, 2, 28), start, as_of), EF_OK, "150 years before 29 February");
	is_int(check(day_of(1874, 2, 27), start, as_of), EF_START_TOO_EARLY, "and a day");
	is_str(error.detail, "The spell starts on 1874-02-27, and the observation ends on 2024-02-29.",
		   "which says so");
	is_int(check(day_of(1904, 2, 29), start, day_of(2054, 3, 1)), EF_START_TOO_EARLY,
		   "29 February is a day too early for 1 March");
	is_int(check(day_of(1904, 2, 29), start, day_of(2054, 2, 28)), EF_OK, "but not for the 28th");
}

/* On every day of 400 years: the same day 150 years before, or the last of
 * that month, is the first that is taken. */
static void
test_earliest(void)
{
	int			wrong = 0;
	EfDay		longest = 0;

	for (int year = 1800; year < 2200; year++)
		for (int month = 1; month <= 12; month++)
			for (int day = 1; day <= month_length(year, month); day++)
			{
				EfDay		as_of = day_of(year, month, day);
				int			last = month_length(year - 150, month);
				EfDay		earliest = day_of(year - 150, month, day < last ? day : last);

				wrong += check(earliest, EF_DAY_INFINITY, as_of) != EF_OK;
				wrong += check(earliest - 1, EF_DAY_INFINITY, as_of) != EF_START_TOO_EARLY;
				wrong += check(earliest - 1, earliest, as_of) != EF_START_TOO_EARLY;
				if (as_of - earliest > longest)
					longest = as_of - earliest;
			}
	is_int(wrong, 0, "from every day of 400 years, a start 150 years before is the first");
	is_int(longest, EF_SPELL_DAYS, "no spell has more days than there are");
}


/* ---- what is seen ---- */

static void
test_sight(void)
{
	const EfDay last = 9;
	int			wrong = 0;
	int			seen = 0;
	int			n = 0;

	/* from -1: no beginning; ends after the last day: infinity */
	for (EfDay as_of = 1; as_of <= last; as_of++)
		for (EfDay from = -1; from < as_of; from++)
			for (EfDay start = -2; start <= last + 1; start++)
				for (EfDay end = start; end <= last + 2; end++)
				{
					EfState		state = {.bounded = from >= 0,.from = from < 0 ? 0 : from,.as_of = as_of};
					EfSpell		spell = {.start = start,.end = end > last + 1 ? EF_DAY_INFINITY : end};
					EfSighting	sighting;
					EfDay		entry = 0;
					EfDay		leaving = 0;
					bool		there = false;

					/* the days of the period on which they are there */
					for (EfDay day = start; day < end && day < as_of; day++)
						if (day >= from || from < 0)
						{
							if (!there)
								entry = day;
							leaving = day + 1;
							there = true;
						}
					/* who came and went on one day of it */
					if (start == end && start < as_of && (start >= from || from < 0))
					{
						there = true;
						entry = leaving = start;
					}
					n++;
					seen += there;
					if (ef_spell_sight(&sighting, &spell, &state) != there)
						wrong++;
					else if (there)
						wrong += sighting.entry != entry || sighting.leaving != leaving ||
							sighting.late != (start < entry) ||
							sighting.exited != (end <= as_of && end <= last + 1);
				}
	is_int(wrong, 0, "%d of %d spells are seen, as people are who are followed", seen, n);
}


/* ---- reasons ---- */

static uint32_t
reserve(EfState **state, const char *reason, size_t length, bool exited, const Arena *arena)
{
	EfSpell		spell = {.start = 0,.end = 1,.reason = reason,.reason_length = length};
	uint32_t	label = 12345;

	if (ef_spell_reserve(state, &ef_retention_type, &spell, exited, &label, &arena->context) != EF_OK)
		return 54321;
	return label;
}

static void
test_reasons(void)
{
	static const EfFrame frame = {0, 366, true, 0, NULL, 0};
	Arena		arena;
	EfState    *state;
	EfSpell		long_reason = {.start = 0,.end = 1,.reason = "x",.reason_length = EF_SIZE_LIMIT};
	uint32_t	label;

	arena_open(&arena);
	ef_state_create(&state, &ef_retention_type, &frame, 0, &arena.context);
	is_int(reserve(&state, NULL, 0, false, &arena), 0, "one who is still there has no reason");
	is_int(reserve(&state, "moved", 5, false, &arena), 0, "nor one who will have one");
	is_int(state->nlabels, 0, "none is kept");
	is_int(reserve(&state, NULL, 0, true, &arena), 1, "no reason to leave is one");
	is_int(reserve(&state, "unknown", 7, true, &arena), 1, "\"unknown\"");
	is_int(reserve(&state, "", 0, true, &arena), 2, "an empty one is another");
	is_int(reserve(&state, "unknown ", 8, true, &arena), 3, "as is one that is longer");
	is_int(reserve(&state, "unknow", 6, true, &arena), 4, "or shorter");
	is_int(reserve(&state, NULL, 0, true, &arena), 1, "and unknown it stays");
	is_int(state->nlabels, 4, "each is kept once");
	is_int(state->ncells, 0, "there is room for a row, but none was added");
	is_int(ef_spell_reserve(&state, &ef_retention_type, &long_reason, true, &label, &arena.context), EF_TOO_LARGE,
		   "a reason without end is refused");
	is_int(ef_spell_reserve(&state, &ef_retention_type, &long_reason, false, &label, &arena.context), EF_OK,
		   "but not looked at where nobody left");
	arena_close(&arena);
}

static void
test_unused_reasons(void)
{
	static const struct
	{
		uint32_t	nlabels;
		uint32_t	used[3];	/* 0: none */
		bool		good;
	}			cases[] = {
		{0, {0, 0, 0}, true}, {1, {1, 0, 0}, true}, {1, {0, 0, 0}, false},
		{2, {1, 2, 0}, true}, {2, {1, 0, 0}, false}, {2, {2, 0, 0}, false},
		{3, {1, 2, 3}, true}, {3, {1, 2, 0}, false}, {3, {1, 3, 0}, false},
		{3, {2, 3, 0}, false}, {3, {3, 0, 0}, false}, {4, {1, 2, 4}, false},
	};
	int			wrong = 0;

	for (size_t i = 0; i < COUNT(cases); i++)
	{
		/* with cells of other kinds before, and several exits for each */
		EfCell		cells[8] = {{ef_key(0, EF_LATE_ENTRIES, 3), 1}, {ef_key(0, EF_CENSORED, 1), 1}};
		EfTable		table = {.nlabels = cases[i].nlabels,.cells = cells,.ncells = 2};

		for (int k = 0; k < 3 && cases[i].used[k] > 0; k++)
			for (uint32_t day = 0; day < 2; day++)
				cells[table.ncells++] = ef_cell(ef_key(cases[i].used[k], EF_LEFT, day), 1);
		wrong += ef_spell_check_reasons(&table, EF_LEFT, &refuses) !=
			(cases[i].good ? EF_OK : EF_INVALID);
	}
	is_int(wrong, 0, "every reason must have exits, of %zu tables", COUNT(cases));
}

int
main(void)
{
	walk_calendar();
	test_observed();
	test_check();
	test_earliest();
	test_sight();
	test_reasons();
	test_unused_reasons();
	return done_testing();
}
