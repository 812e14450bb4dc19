/*
 * test_workforce.c: what rows leave in a workforce, against people who are
 * followed day by day and month by month.
 */
#include "workforce/workforce_read.h"

#include <stdlib.h>

#include "estimate/distribution.h"
#include "estimate/estimate.h"
#include "workforce/retirement_rule.h"
#include "arena.h"
#include "exit_rates.h"
#include "tap.h"

/* ---- a calendar that was walked ---- */

#define FIRST_YEAR 1600
#define LAST_YEAR 2400
#define NDAYS 292560

static EfMonth month_of[NDAYS]; /* of day i since 1600-01-01 */
static int	place_of[NDAYS];	/* in its month, from 0 */
static int	first_of[(LAST_YEAR - FIRST_YEAR + 1) * 12 + 1];	/* of a month */
static int	epoch;				/* 2000-01-01 */

static void
walk_calendar(void)
{
	static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int			day = 0;

	for (int year = FIRST_YEAR; year <= LAST_YEAR; year++)
		for (int m = 0; m < 12; m++)
		{
			int			days = length[m] + (m == 1 && year % 4 == 0 &&
											(year % 100 != 0 || year % 400 == 0));

			if (year == 2000 && m == 0)
				epoch = day;
			first_of[(year - FIRST_YEAR) * 12 + m] = day;
			for (int d = 0; d < days && day < NDAYS; d++, day++)
			{
				month_of[day] = year * 12 + m;
				place_of[day] = d;
			}
		}
}

static EfDay
day_of(int year, int month, int day)
{
	return first_of[(year - FIRST_YEAR) * 12 + month - 1] + day - 1 - epoch;
}

static EfMonth
month_at(EfDay day)
{
	return month_of[day + epoch];
}

static int
length_of(EfMonth month)
{
	return first_of[month + 1 - FIRST_YEAR * 12] - first_of[month - FIRST_YEAR * 12];
}


/* ---- people, followed ---- */

static const char *const reasons[] = {"retirement", "moved", "unknown", "", "a"};

enum
{
	NREASONS = 5
};

typedef struct Counts
{
	int64_t		hires[EF_AGE_MONTHS];
	int64_t		opening[EF_AGE_MONTHS];
	int64_t		exits[NREASONS][EF_AGE_MONTHS];
	int64_t		stock[EF_AGE_MONTHS];
	int64_t		missed[EF_AGE_MONTHS];
	int64_t		days[EF_AGE_MONTHS];	/* by year */
	int64_t		first_day[EF_AGE_MONTHS];
	int64_t		last_day[EF_AGE_MONTHS];
	int64_t		stock_fte[EF_AGE_MONTHS];
	int64_t		hires_fte[EF_AGE_MONTHS];
	int64_t		opening_fte[EF_AGE_MONTHS];
	int64_t		first_day_fte[EF_AGE_MONTHS];
	int64_t		last_day_fte[EF_AGE_MONTHS];
	int64_t		exposure[EF_AGE_MONTHS];
	int64_t		people;
	EfStaff		first;			/* who is there on the first day, and on the
								 * last */
	EfStaff		last;
} Counts;

static void
follow(Counts *counts, const EfFrame *frame, const EfEmployment *row, int reason)
{
	EfMonth		born = month_at(row->birth);
	bool		hired = !frame->bounded || row->spell.start >= frame->from;
	EfDay		entry = hired ? row->spell.start : frame->from;
	bool		gone = row->spell.end <= frame->as_of;
	EfDay		last;

	if (row->spell.start >= frame->as_of || !(hired || row->spell.end > frame->from))
		return;
	counts->people++;
	(hired ? counts->hires : counts->opening)[month_at(entry) - born]++;
	(hired ? counts->hires_fte : counts->opening_fte)[month_at(entry) - born] += row->entry_fte;

	/* day by day */
	last = entry;
	for (EfDay day = entry; day < frame->as_of && day < row->spell.end; day++)
	{
		counts->days[(month_at(day) - born) / 12]++;
		last = day;
		if (frame->bounded && day == frame->from)
		{
			counts->first.headcount++;
			counts->first.fte += row->entry_fte;
			if (hired)
			{
				counts->first_day[month_at(day) - born]++;
				counts->first_day_fte[month_at(day) - born] += row->entry_fte;
			}
		}
		if (day + 1 == frame->as_of)
		{
			counts->last.headcount++;
			counts->last.fte += row->last_fte;
			if (gone)
			{
				counts->last_day[month_at(day) - born]++;
				counts->last_day_fte[month_at(day) - born] += row->last_fte;
			}
		}
	}
	if (gone)
		counts->exits[reason][month_at(last) - born]++;
	else
	{
		counts->stock[month_at(last) - born]++;
		counts->stock_fte[month_at(last) - born] += row->last_fte;
	}

	/* month by month: from entry to the end of the month of the last day */
	for (EfMonth month = month_at(entry); month <= month_at(last); month++)
	{
		int			length = length_of(month);
		int			there = length;

		if (month == month_at(entry))
			for (int d = 0; d < length; d++)
				there -= first_of[month - FIRST_YEAR * 12] + d - epoch < entry;
		counts->exposure[month - born] += (int64_t) there * EF_MONTH_PARTS / length;
		counts->missed[month - born] += (int64_t) (length - there) * EF_MONTH_PARTS / length;
	}
}

static EfDay
random_day(EfDay from, EfDay to)
{
	return to <= from ? from : from + (EfDay) random_below((uint32_t) (to - from) + 1);
}

/* A birth, a start and an end that are allowed, often where it matters. */
static void
random_row(EfEmployment *row, const EfFrame *frame, int *reason)
{
	EfDay		earliest = first_of[month_at(frame->as_of) - 150 * 12 - FIRST_YEAR * 12] - epoch;
	int			age;

	ef_spell_last_seen(&row->spell, EF_DAY_INFINITY);
	switch (random_below(8))
	{
		case 0:
			row->spell.start = random_day(earliest, frame->as_of + 40);
			break;
		case 1:
			row->spell.start = frame->as_of - (EfDay) random_below(3);
			break;
		case 2:
			row->spell.start = frame->bounded && frame->from > earliest
				? frame->from + (EfDay) random_below(3) - 1 : earliest;
			break;
		case 3:
			row->spell.start = first_of[month_at(random_day(earliest, frame->as_of)) - FIRST_YEAR * 12] - epoch;
			break;
		default:
			row->spell.start = random_day(frame->as_of - 15000, frame->as_of);
	}
	if (row->spell.start < earliest)
		row->spell.start = earliest;

	age = random_below(10) == 0 ? (int) random_below(120) : 16 + (int) random_below(55);
	row->birth = row->spell.start - age * 365 - (EfDay) random_below(366);
	if (random_below(4) == 0)
	{
		/* on a leap day, or at the end of a February without */
		int			year = month_at(row->birth) / 12;
		int			leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

		row->birth = day_of(year, 2, 28 + leap);
	}
	if (random_below(20) == 0 || row->birth > row->spell.start)
		row->birth = row->spell.start;

	switch (random_below(8))
	{
		case 0:
			row->spell.end = EF_DAY_INFINITY;
			break;
		case 1:
			row->spell.end = row->spell.start;
			break;
		case 2:
			row->spell.end = row->spell.start + 1 + (EfDay) random_below(40);
			break;
		case 3:
			row->spell.end = frame->as_of + (EfDay) random_below(5) - 2;
			break;
		case 4:
			row->spell.end = frame->from + (EfDay) random_below(3) - 1;
			break;
		case 5:
			row->spell.end = first_of[month_at(random_day(row->spell.start, frame->as_of)) + 1 - FIRST_YEAR * 12] - epoch;
			break;
		default:
			row->spell.end = random_day(row->spell.start, row->spell.start + 15000);
	}
	if (row->spell.end < row->spell.start)
		row->spell.end = row->spell.start;

	/* nobody older than 150 on the last day that is known of */
	{
		EfDay		last = row->spell.end <= frame->as_of ? row->spell.end - 1 : frame->as_of - 1;

		if (last < row->spell.start)
			last = row->spell.start;
		if (month_at(last) - month_at(row->birth) >= EF_AGE_MONTHS)
			row->birth = row->spell.start;
	}
	*reason = (int) random_below(NREASONS);
	row->spell.reason = reasons[*reason];
	row->spell.reason_length = strlen(reasons[*reason]);
	if (*reason == 2 && random_below(2))
		row->spell.reason = NULL;
	row->entry_fte = random_below(5) ? (int32_t) random_below(1001) : (int32_t) random_below(EF_FTE_LIMIT + 1);
	row->last_fte = random_below(2) ? row->entry_fte : (int32_t) random_below(EF_FTE_LIMIT + 1);
}

/* Lay a table's cells out, and compare. */
static int
compare_counts(const Counts *expected, const EfTable *table, bool fte)
{
	static Counts got;
	int64_t		parts[EF_AGE_MONTHS];
	int			wrong = 0;

	memset(&got, 0, sizeof(got));
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		uint32_t	at = ef_key_at(key);
		int64_t		count = table->cells[i].count;

		switch (ef_key_kind(key))
		{
			case EF_HIRES:
				got.hires[at] = count;
				break;
			case EF_OPENING:
				got.opening[at] = count;
				break;
			case EF_STOCK:
				got.stock[at] = count;
				break;
			case EF_MISSED_PARTS:
				got.missed[at] = count;
				break;
			case EF_DAYS:
				got.days[at] = count;
				break;
			case EF_STOCK_FTE:
				got.stock_fte[at] = count;
				break;
			case EF_HIRES_FTE:
				got.hires_fte[at] = count;
				break;
			case EF_FIRST_DAY:
				got.first_day[at] = count;
				break;
			case EF_LAST_DAY:
				got.last_day[at] = count;
				break;
			case EF_OPENING_FTE:
				got.opening_fte[at] = count;
				break;
			case EF_FIRST_DAY_FTE:
				got.first_day_fte[at] = count;
				break;
			case EF_LAST_DAY_FTE:
				got.last_day_fte[at] = count;
				break;
			case EF_EXITS:
				for (int r = 0; r < NREASONS; r++)
				{
					const EfLabel *label = &table->labels[ef_key_label(key) - 1];

					if (label->length == strlen(reasons[r]) &&
						memcmp(label->bytes, reasons[r], label->length) == 0)
						got.exits[r][at] = count;
				}
				break;
			default:
				wrong++;
		}
	}
	ef_workforce_initial_exposure(table, EF_AGE_MONTHS, parts);

	/* no more is asked for, and nothing is written beyond */
	{
		int			oldest = -1;
		int64_t    *some;

		for (int at = 0; at < EF_AGE_MONTHS; at++)
			if (expected->exposure[at] > 0)
				oldest = at;
		if (oldest >= 0)
			wrong += ef_workforce_oldest_month(table) != oldest;
		some = malloc((size_t) (oldest + 1) * sizeof(int64_t) + 1);
		ef_workforce_initial_exposure(table, oldest + 1, some);
		wrong += memcmp(some, parts, (size_t) (oldest + 1) * sizeof(int64_t)) != 0;
		free(some);
	}

#define COMPARE(what) \
	for (int at = 0; at < EF_AGE_MONTHS; at++) \
		if (got.what[at] != expected->what[at] && wrong++ < 3) \
			diag(#what " at %d: got %lld, expected %lld", at, \
				 (long long) got.what[at], (long long) expected->what[at]);
	COMPARE(hires);
	COMPARE(opening);
	COMPARE(stock);
	COMPARE(first_day);
	COMPARE(last_day);
	COMPARE(missed);
	COMPARE(days);
	for (int r = 0; r < NREASONS; r++)
		COMPARE(exits[r]);
	if (fte)
	{
		COMPARE(stock_fte);
		COMPARE(hires_fte);
		COMPARE(opening_fte);
		COMPARE(first_day_fte);
		COMPARE(last_day_fte);
	}
	memcpy(got.exposure, parts, sizeof(parts));
	COMPARE(exposure);
	return wrong;
}

static void
compare_people(const EfFrame *frame, int n)
{
	static Counts expected;
	Arena	   *arena = malloc(sizeof(Arena));
	EfState    *state;
	EfWorkforce workforce;
	uint8_t    *bytes;
	size_t		size;
	int			wrong = 0;
	EfShown		observed = ef_frame_shown(frame);
	EfRetirementRule *rule;
	EfRuleStep	step;
	int64_t		reached[2] = {0, 0};
	int64_t		by_year[20] = {0};
	int64_t		count;
	EfYearCount *years;
	EfMonth		until = month_at(frame->as_of) + 3 + (EfMonth) random_below(200);
	EfDay		until_day = first_of[until + 1 - FIRST_YEAR * 12] - 1 - epoch;

	memset(&expected, 0, sizeof(expected));
	arena_open(arena);
	ef_state_create(&state, &ef_workforce_type, frame, 0, &arena->context);

	/* 65 for those born until 60 years before as_of, and 67 and 1 month after */
	ef_rule_create(&rule, 2, &arena->context);
	step.born_from = FIRST_YEAR * 12;
	step.age_months = 65 * 12;
	ef_rule_add(&rule, &step, &arena->context);
	step.born_from = month_at(frame->as_of) - 60 * 12;
	step.age_months = 67 * 12 + 1;
	ef_rule_add(&rule, &step, &arena->context);

	for (int i = 0; i < n; i++)
	{
		EfEmployment row;
		int			reason;
		EfStatus	status;
		bool		in_stock;

		random_row(&row, frame, &reason);
		follow(&expected, frame, &row, reason);
		status = ef_workforce_add(&state, &row, &arena->context);
		if (status != EF_OK)
		{
			wrong++;
			diag("status %s: %s", said(status), error.detail);
		}

		/* who of the stock reaches 65, or the rule's age */
		in_stock = row.spell.start < frame->as_of && row.spell.end > frame->as_of;
		if (in_stock)
		{
			EfMonth		born = month_at(row.birth);
			EfMonth		at = born + 65 * 12;
			EfMonth		by_rule = born < month_at(frame->as_of) - 60 * 12 ? at : born + 67 * 12 + 1;

			reached[0] += at >= month_at(frame->as_of) && at <= until;
			reached[1] += by_rule >= month_at(frame->as_of) && by_rule <= until;
			for (int y = 0; y < 20; y++)
				by_year[y] += at >= month_at(frame->as_of) &&
					at / 12 == month_at(frame->as_of) / 12 + y;
		}
	}

	/* as a state, and packed */
	wrong += ef_workforce_open(&workforce, state, state->size, &arena->context) != EF_OK;
	wrong += compare_counts(&expected, &workforce.table, frame->flags != 0);
	if (ef_table_validate(&workforce.table, &ef_workforce_type, &arena->context) != EF_OK)
	{
		diag("not valid: %s", error.detail);
		wrong++;
	}
	wrong += ef_table_pack(&workforce.table, &ef_workforce_type, 4, &bytes, &size, &arena->context) != EF_OK;
	wrong += ef_workforce_open(&workforce, bytes, size, &arena->context) != EF_OK;
	wrong += compare_counts(&expected, &workforce.table, frame->flags != 0);

	/* sums */
	wrong += workforce.opening + workforce.hires - workforce.exits != workforce.carried;
	wrong += workforce.first_day.headcount != expected.first.headcount ||
		workforce.last_day.headcount != expected.last.headcount;
	wrong += frame->flags && (workforce.first_day.fte != expected.first.fte ||
							  workforce.last_day.fte != expected.last.fte);
	wrong += workforce.opening + workforce.hires != expected.people;
	wrong += workforce.last_month != month_at(frame->as_of) - 1;
	for (int r = 0; r < NREASONS; r++)
	{
		int64_t		sum = 0;

		for (int at = 0; at < EF_AGE_MONTHS; at++)
			sum += expected.exits[r][at];
		wrong += ef_table_sum_of(&workforce.table, reasons[r], strlen(reasons[r]), EF_EXITS) != sum;
	}
	wrong += ef_table_sum_of(&workforce.table, "nobody", 6, EF_EXITS) != 0;

	/* ages reached */
	wrong += ef_workforce_reaching(&workforce, 65, until_day, &count, &refuses) != EF_OK || count != reached[0];
	wrong += ef_workforce_reaching_by_rule(&workforce, rule, until_day, &count,
										   &refuses) != EF_OK || count != reached[1];
	wrong += ef_workforce_reaching_by_year(&workforce, 65, 20, &years, &arena->context) != EF_OK;
	for (int y = 0; y < 20; y++)
		wrong += years[y].year != month_at(frame->as_of) / 12 + y || years[y].count != by_year[y];

	/* the pyramid, and exit rates */
	{
		EfAgeRow   *rows = malloc((EF_AGE_LIMIT + 1) * sizeof(EfAgeRow));
		EfExitRateRow *rates;
		size_t		nrates;
		size_t		next = 0;
		int			nrows = ef_workforce_pyramid(&workforce, rows);
		int			row = 0;

		wrong += exit_rates(&workforce, 0.9, &rates, &nrates, &arena->context) != EF_OK;
		for (int age = 0; age <= EF_AGE_LIMIT; age++)
		{
			int64_t		stock = 0;
			int64_t		fte = 0;
			int64_t		hires = 0;
			int64_t		exits[NREASONS] = {0};
			int64_t		all = 0;

			for (int at = age * 12; at < age * 12 + 12 && at < EF_AGE_MONTHS; at++)
			{
				stock += expected.stock[at] + expected.last_day[at];
				hires += expected.hires[at];
				fte += frame->flags ? expected.stock_fte[at] + expected.last_day_fte[at] : 0;
				for (int r = 0; r < NREASONS; r++)
				{
					exits[r] += expected.exits[r][at];
					all += expected.exits[r][at];
				}
			}
			if (stock > 0 || hires > 0)
			{
				wrong += row >= nrows || rows[row].age != age || rows[row].headcount != stock ||
					rows[row].hires != hires || rows[row].fte != fte;
				row++;
			}

			/* a row for each reason where there are days or exits */
			if (expected.days[age] == 0 && all == 0)
				continue;
			for (uint32_t label = 1; label <= workforce.table.nlabels; label++, next++)
			{
				const EfLabel *name = &workforce.table.labels[label - 1];
				const EfExitRateRow *rate = &rates[next];
				double		person_years = (double) expected.days[age] / 365.25;
				int			r = 0;

				while (strlen(reasons[r]) != name->length ||
					   memcmp(reasons[r], name->bytes, name->length) != 0)
					r++;
				if (next >= nrates || rate->age != age || rate->reason != label ||
					rate->exits != exits[r] || rate->person_years != person_years)
				{
					wrong++;
					break;
				}
				if (expected.days[age] == 0)
				{
					wrong += !isnan(rate->rate) || !isnan(rate->lower) || !isnan(rate->upper);
					continue;
				}
				wrong += fabs(rate->rate * person_years - (double) exits[r]) > 1e-9;
				wrong += !(rate->lower <= rate->rate && rate->rate < rate->upper);
				if (exits[r] == 0)
					wrong += rate->lower != 0 ||
						fabs(rate->upper * person_years + log(0.05)) > 1e-9;
				else
					wrong += fabs(ef_gamma_p((double) exits[r], rate->lower * person_years) - 0.05) > 1e-9 ||
						fabs(ef_gamma_p((double) exits[r] + 1, rate->upper * person_years) - 0.95) > 1e-9;
			}
		}
		wrong += row != nrows || next != nrates;
		free(rows);
	}
	is_int(wrong, 0, "%d rows observed in %s, %lld people", n, observed.text, (long long) expected.people);
	arena_close(arena);
	free(arena);
}

static void
test_people(void)
{
	static const struct
	{
		int			year;
		int			month;
	}			ends[] = {
		{1900, 3}, {1901, 1}, {1999, 12}, {2000, 2}, {2000, 3}, {2024, 3},
		{2025, 1}, {2100, 3}, {2105, 7}, {2243, 1},
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		for (int b = 0; b < 4; b++)
		{
			EfFrame		frame = {0, day_of(ends[i].year, ends[i].month, 1), b > 0, (uint8_t) (i + (unsigned) b) % 2, NULL, 0};

			/* from: none, a first of month, in mid-month, long ago */
			if (b == 1)
				frame.from = day_of(ends[i].year - 3, ends[i].month, 1);
			else if (b == 2)
				frame.from = day_of(ends[i].year - 1, 2, 17);
			else if (b == 3)
				frame.from = day_of(ends[i].year - 100, 2, 28);
			compare_people(&frame, 60);
			compare_people(&frame, 1 + (int) random_below(3));
		}
}


/* ---- what is refused ---- */

static EfStatus
add_row(const EfFrame *frame, EfDay birth, EfDay start, EfDay end, int64_t *people)
{
	Arena	   *arena = malloc(sizeof(Arena));
	EfEmployment row = {{start, end, NULL, 0, false, 0}, birth, 0, 0};
	EfState    *state;
	EfWorkforce workforce;
	EfStatus	status;

	arena_open(arena);
	error.detail[0] = '\0';
	ef_state_create(&state, &ef_workforce_type, frame, 0, &arena->context);
	status = ef_workforce_add(&state, &row, &arena->context);
	if (status != EF_OK)
		ok(error.detail[0] != '\0', "a refusal says why: %s", error.detail);
	if (status == EF_OK)
		ok(ef_workforce_open(&workforce, state, state->size, &arena->context) == EF_OK, "what was added can be read");
	*people = status == EF_OK ? workforce.opening + workforce.hires : -1;
	arena_close(arena);
	free(arena);
	return status;
}

static void
test_refused_rows(void)
{
	EfFrame		frame = {day_of(2020, 5, 10), day_of(2025, 1, 1), true, 0, NULL, 0};
	EfDay		birth = day_of(1980, 6, 15);
	EfDay		start = day_of(2021, 1, 1);
	EfDay		first = day_of(1875, 1, 1);
	int64_t		people;

#define refuses(birth, start, end, status, name) \
	is_int(add_row(&frame, (birth), (start), (end), &people), (status), name)
#define sees(birth, start, end, n, name) \
	(is_int(add_row(&frame, (birth), (start), (end), &people), EF_OK, name), \
	 is_int(people, (n), "so many people: " name))

	refuses(EF_DAY_INFINITY, start, start, EF_DATE_INFINITE, "an infinite birth");
	refuses(EF_DAY_MINUS_INFINITY, start, start, EF_DATE_INFINITE, "a birth at minus infinity");
	refuses(birth, EF_DAY_INFINITY, EF_DAY_INFINITY, EF_DATE_INFINITE, "an infinite start");
	refuses(birth, EF_DAY_MINUS_INFINITY, start, EF_DATE_INFINITE, "a start at minus infinity");
	refuses(birth, start, start - 1, EF_END_BEFORE_START, "an end before the start");
	refuses(birth, start, EF_DAY_MINUS_INFINITY, EF_END_BEFORE_START, "an end at minus infinity");
	refuses(start + 1, start, start + 5, EF_BIRTH_AFTER_START, "a birth after the start");
	refuses(first - 10000, first - 1, EF_DAY_INFINITY, EF_START_TOO_EARLY, "a start 150 years and a day before");
	refuses(first - 10000, first - 1, first + 10, EF_START_TOO_EARLY, "the same, and gone long ago");
	sees(first - 10, first, EF_DAY_INFINITY, 1, "a start 150 years before");
	refuses(-2451545, first, first + 5, EF_AGE_TOO_HIGH, "a birth 4000 years before");
	refuses(day_of(1870, 5, 1), day_of(2020, 6, 1), EF_DAY_INFINITY, EF_AGE_TOO_HIGH, "150 years of age and 7 months at as_of");
	refuses(day_of(1874, 11, 30), start, EF_DAY_INFINITY, EF_AGE_TOO_HIGH, "150 years and 1 month in the last month");
	sees(day_of(1874, 12, 1), start, EF_DAY_INFINITY, 1, "150 years in the last month");
	sees(day_of(1874, 11, 30), start, day_of(2024, 12, 1), 1, "150 years on the last day");
	refuses(day_of(1874, 11, 30), start, day_of(2024, 12, 2), EF_AGE_TOO_HIGH, "a day too many");
	sees(day_of(1874, 12, 31), start, EF_DAY_INFINITY, 1, "not yet 151 at as_of");

	/* who is seen */
	sees(birth, frame.as_of - 1, EF_DAY_INFINITY, 1, "a start on the last day");
	sees(birth, frame.as_of, EF_DAY_INFINITY, 0, "a start on the day after");
	sees(birth, frame.as_of + 30000, EF_DAY_INFINITY, 0, "a start 82 years after");
	sees(birth, frame.from, frame.from, 1, "a spell of no days on the first day");
	sees(birth, frame.from - 1, frame.from, 0, "an end on the first day");
	sees(birth, frame.from - 1, frame.from + 1, 1, "an end a day later");
	sees(birth, frame.from - 1, EF_DAY_INFINITY, 1, "still there");
	sees(birth, birth, EF_DAY_INFINITY, 1, "born on the day of the start");
	sees(INT32_MAX - 2, INT32_MAX - 2, INT32_MAX - 1, 0, "in the farthest future");
}

static void
test_observed(void)
{
	static const struct
	{
		EfFrame		frame;
		EfStatus	status;
		const char *name;
	}			cases[] = {
		{{0, 31, true, 0, NULL, 0}, EF_OK, "January 2000"},
		{{0, 31, false, 0, NULL, 0}, EF_OK, "all until then"},
		{{30, 31, true, 0, NULL, 0}, EF_OK, "a day"},
		{{31, 31, true, 0, NULL, 0}, EF_OBSERVED_EMPTY, "no day"},
		{{32, 31, true, 0, NULL, 0}, EF_OBSERVED_EMPTY, "less than none"},
		{{0, 30, true, 0, NULL, 0}, EF_OBSERVED_NOT_MONTH, "an end in mid-month"},
		{{0, 32, true, 0, NULL, 0}, EF_OBSERVED_NOT_MONTH, "an end on the second"},
		{{0, -730119, false, 0, NULL, 0}, EF_OK, "until the year 1"},
		{{0, -730120, false, 0, NULL, 0}, EF_DATE_RANGE, "until before the year 1"},
		{{-730119, 31, true, 0, NULL, 0}, EF_OK, "from the year 1"},
		{{-730120, 31, true, 0, NULL, 0}, EF_DATE_RANGE, "from before the year 1"},
		{{0, 2921909, false, 0, NULL, 0}, EF_OK, "until December 9999"},
		{{0, 2921940, false, 0, NULL, 0}, EF_DATE_RANGE, "until the year 10000"},
		{{0, EF_DAY_INFINITY, false, 0, NULL, 0}, EF_DATE_INFINITE, "for ever"},
		{{0, EF_DAY_MINUS_INFINITY, false, 0, NULL, 0}, EF_DATE_INFINITE, "until minus infinity"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(ef_observed_check_month(&cases[i].frame, &refuses), cases[i].status, "observed: %s", cases[i].name);
}

static void
test_fte(void)
{
	static const struct
	{
		const char *text;
		int32_t		thousandths;	/* -1: refused */
	}			cases[] = {
		{"0", 0}, {"1", 1000}, {"0.75", 750}, {"0.750", 750}, {"0.7500000000", 750},
		{"0.001", 1}, {"0.0", 0}, {"1000", 1000000}, {"1000.000", 1000000},
		{"1000.001", -1}, {"1001", -1}, {"0.0001", -2}, {"0.7501", -2},
		{"1000.0001", -1}, {"1000.0000", 1000000}, {"0.00000000000000000000000000000000000000000000000001", -2},
		{"0.75000000000001", -2}, {"-0.5", -1}, {"-1", -1}, {"NaN", -1},
		{"Infinity", -1}, {"-Infinity", -1}, {"1e3", -1}, {"1.2.3", -1}, {"0.00005x", -1}, {" 1", -1},
		{"0,75", -1}, {"+1", -1}, {"99999999999999999999999999999999", -1},
		{"0.33", 330}, {"12.5", 12500}, {"999.999", 999999},
	};
	static const double good[] = {0, 0.001, 0.1, 0.25, 0.3, 0.333, 0.75, 0.999, 1, 1.1, 12.345, 999.999, 1000};
	static const double bad[] = {-0.001, -1, 1000.001, 1001, 1e300, -1e300, -1e-300};
	static const double exact[] = {0.0001, 0.7501, 1.0 / 3, 0.75000000000001, 1e-300};
	static const struct
	{
		const char *text;
		const char *detail;
	}			shown[] = {
		{"0.75010", "The FTE is 0.75010."}, {"-Infinity", "The FTE is -Infinity."},
		{"0.00000000000000000000000000000000000000000000000001", "The FTE is 1e-50."},
		{"0.00000000000000000000000000000000000000000000000120", "The FTE is 1.2e-48."},
		{"-99999999999999999999999999999999999999999999999999", "The FTE is -9.9999999999999999e+49."},
		{"1200000000000000000000000000000000000000000000000.5", "The FTE is 1.2e+48."},
		{"1.000000000000000000000000000000000000000000000001", "The FTE is 1e+0."},
	};
	int32_t		got;
	int			wrong = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		EfStatus	status;

		got = -1;
		status = ef_fte_from_decimal(cases[i].text, &got, &refuses);
		ok(got == (cases[i].thousandths < 0 ? -1 : cases[i].thousandths) &&
		   status == (cases[i].thousandths == -2 ? EF_FTE_DECIMALS : got < 0 ? EF_FTE_INVALID : EF_OK),
		   "FTE \"%s\" is %d thousandths", cases[i].text, cases[i].thousandths);
	}
	for (int32_t n = 0; n <= EF_FTE_LIMIT; n += 1 + (n > 5000) * 6)
	{
		char		text[32];

		snprintf(text, sizeof(text), "%d.%03d", n / 1000, n % 1000);
		wrong += ef_fte_from_decimal(text, &got, &refuses) != EF_OK || got != n;
		wrong += ef_fte_from_float8(strtod(text, NULL), &got, &refuses) != EF_OK || got != n;
		wrong += ef_fte_to_float8(n) != strtod(text, NULL);
	}
	is_int(wrong, 0, "all with three decimals are read, as text or number, and written");
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(ef_fte_from_float8(good[i], &got, &refuses) == EF_OK && got == (int32_t) floor(good[i] * 1000 + 0.5),
		   "FTE %g", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(ef_fte_from_float8(bad[i], &got, &refuses), EF_FTE_INVALID, "FTE %.15g is refused", bad[i]);
	for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++)
		is_int(ef_fte_from_float8(exact[i], &got, &refuses), EF_FTE_DECIMALS, "FTE %.15g is too exact", exact[i]);
	ok(ef_fte_from_float8(1e-130, &got, &refuses) != EF_OK && strcmp(error.detail, "The FTE is 1e-130.") == 0,
	   "1e-130 is not shown as 0");
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		ok(ef_fte_from_decimal(shown[i].text, &got, &refuses) != EF_OK && strcmp(error.detail, shown[i].detail) == 0,
		   "FTE %s: %s", shown[i].text, error.detail);
	is_int(ef_fte_from_float8(NAN, &got, &refuses), EF_FTE_INVALID, "NaN is refused");
	is_int(ef_fte_from_float8(INFINITY, &got, &refuses), EF_FTE_INVALID, "infinity is refused");
	is_int(ef_fte_from_float8(-INFINITY, &got, &refuses), EF_FTE_INVALID, "minus infinity is refused");
	is_int(ef_fte_from_float8(nextafter(0.75, 1), &got, &refuses), EF_FTE_DECIMALS,
		   "the number after 0.75 is refused");
}


/* ---- accessors ---- */

/* So many who were there and stayed or left, and were hired and stayed or left: on
 * the first day, and so many days before as_of, or on the day of the start. */
static void
staff(Arena *arena, EfWorkforce *workforce, const EfFrame *frame,
	  int stayed, int left, int hired, int hired_left, int days_before)
{
	EfState    *state;

	ef_state_create(&state, &ef_workforce_type, frame, 0, &arena->context);
	for (int i = 0; i < stayed + left + hired + hired_left; i++)
	{
		EfEmployment row = {{frame->from - 1, EF_DAY_INFINITY, "x", 1, false, 0}, frame->as_of - 14610, 0, 0};

		if (i >= stayed + left)
			row.spell.start = frame->from;
		if ((i >= stayed && i < stayed + left) || i >= stayed + left + hired)
			row.spell.end = frame->as_of + 1 - days_before;
		if (row.spell.end < row.spell.start)
			row.spell.end = row.spell.start;
		ef_workforce_add(&state, &row, &arena->context);
	}
	ef_workforce_open(workforce, state, state->size, &arena->context);
}

static void
test_turnover(void)
{
	EfFrame		year = {day_of(2023, 1, 1), day_of(2024, 1, 1), true, 0, NULL, 0};
	EfFrame		half = {day_of(2023, 7, 1), day_of(2024, 1, 1), true, 0, NULL, 0};
	EfFrame		part = {day_of(2023, 1, 16), day_of(2023, 3, 1), true, 0, NULL, 0};
	EfFrame		endless = {0, day_of(2024, 1, 1), false, 0, NULL, 0};
	Arena	   *arena = malloc(sizeof(Arena));
	EfWorkforce workforce;
	unsigned	method = EF_TURNOVER_LEAVERS;
	double		got;

	arena_open(arena);

	/*
	 * on the first day 100 + 15, on the last 80 + 10 and the 25 who leave
	 * that evening
	 */
	staff(arena, &workforce, &year, 80, 20, 10, 5, 1);
	ok(ef_workforce_turnover(&workforce, EF_TURNOVER_LEAVERS, &got, &refuses) == EF_OK &&
	   fabs(got - 25.0 / 115) < 1e-15, "who leaves on the last day is there on it");
	is_int(workforce.carried, 90, "but goes on no longer");

	/* and without these: 115 and 90 */
	staff(arena, &workforce, &year, 80, 20, 10, 5, 2);
	ok(ef_workforce_turnover(&workforce, EF_TURNOVER_LEAVERS, &got, &refuses) == EF_OK &&
	   fabs(got - 25.0 / 102.5) < 1e-15, "leavers of a year over the mean headcount");
	ok(ef_workforce_turnover(&workforce, EF_TURNOVER_REPLACEMENT, &got, &refuses) == EF_OK &&
	   fabs(got - 15.0 / 102.5) < 1e-15, "replacement: hires, where they are fewer");
	staff(arena, &workforce, &half, 80, 20, 50, 0, 2);
	ok(ef_workforce_turnover(&workforce, EF_TURNOVER_REPLACEMENT, &got, &refuses) == EF_OK &&
	   fabs(got - 2 * 20.0 / 140) < 1e-15, "and leavers, where those are; of half a year twice");
	staff(arena, &workforce, &part, 10, 2, 0, 0, 2);
	ok(ef_workforce_turnover(&workforce, EF_TURNOVER_LEAVERS, &got, &refuses) == EF_OK &&
	   fabs(got - 2 / ((16.0 / 31 + 1) / 12) / 11) < 1e-14, "of a month and a half");
	staff(arena, &workforce, &year, 0, 0, 0, 10, 1);
	ok(ef_workforce_turnover(&workforce, EF_TURNOVER_LEAVERS, &got, &refuses) == EF_OK && got == 1,
	   "contracts of a year have a turnover");
	staff(arena, &workforce, &year, 0, 0, 0, 3, 366);
	ok(ef_workforce_turnover(&workforce, EF_TURNOVER_LEAVERS, &got, &refuses) == EF_OK && isnan(got),
	   "without headcount there is none");
	staff(arena, &workforce, &endless, 0, 0, 5, 3, 1);
	is_int(ef_workforce_turnover(&workforce, EF_TURNOVER_LEAVERS, &got, &refuses), EF_FROM_UNBOUNDED,
		   "nor without a beginning");
	arena_close(arena);
	free(arena);

	is_int(ef_choose(&ef_turnover_methods, "replacement", 11, &method, &refuses), EF_OK, "replacement is a method");
	is_int(method, EF_TURNOVER_REPLACEMENT, "which is itself");
	is_int(ef_choose(&ef_turnover_methods, "leavers", 7, &method, &refuses), EF_OK, "leavers is a method");
	is_int(method, EF_TURNOVER_LEAVERS, "which is itself");
	is_int(ef_choose(&ef_turnover_methods, "leaver", 6, &method, &refuses), EF_METHOD_UNKNOWN, "leaver is none");
	is_int(ef_choose(&ef_turnover_methods, "", 0, &method, &refuses), EF_METHOD_UNKNOWN, "nothing is none");
	is_int(ef_choose(&ef_turnover_methods, "Leavers", 7, &method, &refuses), EF_METHOD_UNKNOWN, "Leavers is none");
}

/* The staff of a day, which is the first or the last. */
static void
test_staff(void)
{
	EfFrame		year = {day_of(2023, 1, 1), day_of(2024, 1, 1), true, 0, NULL, 0};
	EfFrame		endless = {0, day_of(2024, 1, 1), false, 0, NULL, 0};
	Arena	   *arena = malloc(sizeof(Arena));
	EfWorkforce workforce;
	EfStaff		got;

	arena_open(arena);
	staff(arena, &workforce, &year, 8, 4, 2, 1, 1);
	is_int(ef_workforce_staff(&workforce, year.from, &got, &refuses), EF_OK, "the first day");
	is_int(got.headcount, 15, "has those who were there and those who come");
	is_int(ef_workforce_staff(&workforce, year.as_of - 1, &got, &refuses), EF_OK, "the last day");
	is_int(got.headcount, 15, "has those who stay and those who go");
	is_int(ef_workforce_staff(&workforce, year.as_of, &got, &refuses), EF_AT_BETWEEN, "not the day after");
	is_int(ef_workforce_staff(&workforce, year.from + 1, &got, &refuses), EF_AT_BETWEEN, "nor one between");
	is_int(ef_workforce_staff(&workforce, EF_DAY_INFINITY, &got, &refuses), EF_DATE_INFINITE, "nor infinity");
	is_int(ef_workforce_staff(&workforce, EF_DAY_MINUS_INFINITY, &got, &refuses), EF_DATE_INFINITE,
		   "nor minus infinity");
	staff(arena, &workforce, &endless, 0, 0, 5, 3, 1);
	is_int(ef_workforce_staff(&workforce, 0, &got, &refuses), EF_AT_BETWEEN,
		   "without a beginning there is no first day");
	is_int(ef_workforce_staff(&workforce, endless.as_of - 1, &got, &refuses), EF_OK, "but a last");
	is_int(got.headcount, 8, "with all who are there");
	arena_close(arena);
	free(arena);
}

/* What no rows can have given. */
static void
test_invalid(void)
{
	EfDay		as_of = day_of(2024, 3, 1);
	static const struct
	{
		bool		bounded;
		bool		fte;
		EfCell		cell[3];
		const char *detail;		/* NULL: valid */
	}			cases[] = {
		{true, true, {{(EfKey) EF_FIRST_DAY << 32 | 400, 10}, {(EfKey) EF_LAST_DAY << 32 | 410, 4}}, NULL},
		{true, false, {{(EfKey) EF_FIRST_DAY << 32 | 400, 11}}, "first_day at the age of 400 months exceeds the hires."},
		{true, false, {{(EfKey) EF_FIRST_DAY << 32 | 401, 1}}, "first_day at the age of 401 months exceeds the hires."},
		{true, false, {{(EfKey) EF_LAST_DAY << 32 | 410, 5}}, "last_day at the age of 410 months exceeds the exits."},
		{true, false, {{(EfKey) EF_LAST_DAY << 32 | 409, 1}}, "last_day at the age of 409 months exceeds the exits."},
		{true, false, {{(EfKey) EF_LAST_DAY << 32 | 410, -1}}, "last_day at the age of 410 are -1."},
		{false, false, {{(EfKey) EF_FIRST_DAY << 32 | 400, 1}}, "There is an opening headcount without a beginning."},
		{false, false, {{(EfKey) EF_LAST_DAY << 32 | 410, 4}}, NULL},
		{true, false, {{(EfKey) EF_OPENING_FTE << 32 | 400, 1}}, "The FTE at the age of 400 months has no people."},
		{true, true, {{(EfKey) EF_OPENING_FTE << 32 | 400, 1}}, "The FTE at the age of 400 months has no people."},
		{true, true, {{(EfKey) EF_LAST_DAY_FTE << 32 | 410, 1}}, "The FTE at the age of 410 months has no people."},
		{true, true, {{(EfKey) EF_LAST_DAY << 32 | 410, 1}, {(EfKey) EF_LAST_DAY_FTE << 32 | 410, EF_FTE_LIMIT}}, NULL},
		{true, true, {{(EfKey) EF_LAST_DAY << 32 | 410, 1}, {(EfKey) EF_LAST_DAY_FTE << 32 | 410, EF_FTE_LIMIT + 1}},
		"The FTE at the age of 410 months has no people."},
		{true, false, {{(EfKey) EF_LAST_DAY << 32 | 410, 1}, {(EfKey) EF_LAST_DAY_FTE << 32 | 410, 1}},
		"The FTE at the age of 410 months has no people."},
		{true, true, {{(EfKey) EF_HIRES_FTE << 32 | 400, 5}, {(EfKey) EF_FIRST_DAY << 32 | 400, 1}, {(EfKey) EF_FIRST_DAY_FTE << 32 | 400, 5}}, NULL},
		{true, true, {{(EfKey) EF_HIRES_FTE << 32 | 400, 5}, {(EfKey) EF_FIRST_DAY << 32 | 400, 1}, {(EfKey) EF_FIRST_DAY_FTE << 32 | 400, 6}},
		"first_day_fte at the age of 400 months is no part of hires_fte."},
		{true, true, {{(EfKey) EF_HIRES_FTE << 32 | 400, 9 * (int64_t) EF_FTE_LIMIT + 1}, {(EfKey) EF_FIRST_DAY << 32 | 400, 1}},
		"first_day_fte at the age of 400 months is no part of hires_fte."},
		{true, false, {{(EfKey) EF_DAYS << 32 | 33, 10 * 366}, {(EfKey) EF_DAYS << 32 | 34, 10 * 366}}, NULL},
		{true, false, {{(EfKey) EF_DAYS << 32 | 32, 1}}, "The days at the age of 32 exceed the people."},
		{true, false, {{(EfKey) EF_DAYS << 32 | 33, 10 * 366 + 1}}, "The days at the age of 33 exceed the people."},
		{true, false, {{(EfKey) EF_DAYS << 32 | 35, 1}}, "The days at the age of 35 exceed the people."},
		{true, false, {{(EfKey) EF_DAYS << 32 | EF_AGE_LIMIT, 1}}, "The days at the age of 150 exceed the people."},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		/* ten are hired, of whom four leave and six stay */
		EfLabel		labels[] = {{"moved", 5}};
		EfCell		cells[6] = {
			{ef_key(0, EF_HIRES, 400), 10}, {ef_key(0, EF_STOCK, 410), 6}, {ef_key(1, EF_EXITS, 410), 4},
			cases[i].cell[0], cases[i].cell[1], cases[i].cell[2],
		};
		EfTable		table = {{as_of - 300, as_of, cases[i].bounded, cases[i].fte, NULL, 0}, 0, 1, labels, 6, cells};
		Arena	   *arena = malloc(sizeof(Arena));

		if (!cases[i].bounded)
			table.frame.from = 0;
		arena_open(arena);
		error.detail[0] = '\0';
		ok(ef_table_normalize(&table, &ef_workforce_type, &arena->context) == EF_OK &&
		   ef_table_validate(&table, &ef_workforce_type, &arena->context) ==
		   (cases[i].detail == NULL ? EF_OK : EF_INVALID), "case %zu: %s", i,
		   cases[i].detail == NULL ? "valid" : cases[i].detail);
		if (cases[i].detail != NULL)
			ok(strcmp(error.detail, cases[i].detail) == 0, "and it says so: %s", error.detail);
		arena_close(arena);
		free(arena);
	}
}

static void
test_refused_arguments(void)
{
	EfFrame		frame = {day_of(2020, 1, 1), day_of(2024, 3, 1), true, 0, NULL, 0};
	Arena	   *arena = malloc(sizeof(Arena));
	EfWorkforce workforce;
	EfYearCount *years;
	EfExitRateRow *rates;
	EfRetirementRule *rule;
	EfRuleStep	step = {2000 * 12, 780};
	size_t		n;
	int64_t		count;
	EfDay		end = day_of(2024, 2, 29);

	arena_open(arena);
	staff(arena, &workforce, &frame, 3, 1, 1, 1, 1);
	is_int(ef_workforce_reaching(&workforce, -1, end, &count, &refuses), EF_AGE_RANGE, "an age below 0");
	is_int(ef_workforce_reaching(&workforce, 151, end, &count, &refuses), EF_AGE_RANGE, "an age above 150");
	is_int(ef_workforce_reaching(&workforce, 65, end - 1, &count, &refuses), EF_UNTIL_NOT_MONTH_END,
		   "until the 28th of a February with 29");
	is_int(ef_workforce_reaching(&workforce, 65, end + 1, &count, &refuses), EF_UNTIL_NOT_MONTH_END, "until the 1st");
	is_int(ef_workforce_reaching(&workforce, 65, day_of(2024, 1, 31), &count, &refuses), EF_UNTIL_TOO_EARLY,
		   "until before as_of");
	is_int(ef_workforce_reaching(&workforce, 65, EF_DAY_INFINITY, &count, &refuses), EF_DATE_INFINITE,
		   "until infinity");
	is_int(ef_workforce_reaching(&workforce, 65, EF_DAY_MINUS_INFINITY, &count, &refuses), EF_DATE_INFINITE,
		   "until minus infinity");
	is_int(ef_workforce_reaching(&workforce, 65, end, &count, &refuses), EF_OK, "until the last observed day");
	is_int(count, 0, "nobody reaches an age in no time");
	is_int(ef_workforce_reaching_by_year(&workforce, 65, 0, &years, &arena->context), EF_YEARS_RANGE, "no years");
	is_int(ef_workforce_reaching_by_year(&workforce, 65, 101, &years, &arena->context), EF_YEARS_RANGE, "101 years");
	is_int(ef_workforce_reaching_by_year(&workforce, 200, 5, &years, &arena->context), EF_AGE_RANGE, "an age of 200");
	is_int(exit_rates(&workforce, 0, &rates, &n, &arena->context), EF_LEVEL_RANGE, "level 0");
	is_int(exit_rates(&workforce, 1, &rates, &n, &arena->context), EF_LEVEL_RANGE, "level 1");
	is_int(exit_rates(&workforce, NAN, &rates, &n, &arena->context), EF_LEVEL_RANGE, "level NaN");
	ef_rule_create(&rule, 1, &arena->context);
	ef_rule_add(&rule, &step, &arena->context);
	is_int(ef_workforce_reaching_by_rule(&workforce, rule, end, &count, &refuses), EF_RULE_UNCOVERED,
		   "a rule that does not cover the stock");
	arena_close(arena);

	/* a level next to 1 has limits as well */
	arena_open(arena);
	staff(arena, &workforce, &frame, 30, 10, 10, 1, 1);
	exit_rates(&workforce, nextafter(1, 0), &rates, &n, &arena->context);
	for (size_t i = 0; i < n; i++)
		if (rates[i].person_years > 0)
			ok(rates[i].lower <= rates[i].rate && rates[i].rate < rates[i].upper,
			   "the highest level below 1: %g in %g .. %g", rates[i].rate, rates[i].lower, rates[i].upper);
	arena_close(arena);
	free(arena);
}

/* People up to the limit, and beyond it only as a sum. */
static void
test_person_limit(void)
{
	EfFrame		frame = {0, day_of(2024, 3, 1), false, 0, NULL, 0};
	Arena	   *arena = malloc(sizeof(Arena));
	EfWorkforce workforce;
	EfTable		table;
	EfState    *state;
	EfStatus	status;

	arena_open(arena);
	ef_state_create(&state, &ef_workforce_type, &frame, 0, &arena->context);
	ef_state_append(state, ef_key(0, EF_HIRES, 400), EF_PERSON_LIMIT);
	ef_state_append(state, ef_key(0, EF_STOCK, 500), EF_PERSON_LIMIT);
	ef_state_append(state, ef_key(0, EF_DAYS, 35), 366 * EF_PERSON_LIMIT);
	status = ef_workforce_open(&workforce, state, state->size, &arena->context);
	is_int(status, EF_OK, "so many people can be counted");
	is_int(ef_table_validate(&workforce.table, &ef_workforce_type, &arena->context), EF_OK, "and are valid");
	ef_table_load(&table, &ef_workforce_type, state, state->size, &arena->context);
	is_int(ef_state_merge(&state, &ef_workforce_type, &table, &arena->context), EF_OK, "twice as many are a sum");
	is_int(ef_workforce_open(&workforce, state, state->size, &arena->context), EF_COUNT_OVERFLOW,
		   "that no reader takes");
	arena_close(arena);
	free(arena);
}

/*
 * Bytes on disk are not validated again, so their loading is all that stands
 * between a damaged one and the readers' arrays of 151 years.
 */
static void
test_damaged(void)
{
	EfFrame		frame = {0, day_of(2024, 3, 1), false, 0, NULL, 0};

	for (uint32_t at = EF_AGE_LIMIT - 1; at < EF_AGE_LIMIT + 8; at++)
	{
		EfStatus	expected = at <= EF_AGE_LIMIT ? EF_OK : EF_INVALID;
		EfLabel		labels[] = {{"moved", 5}};
		EfCell		cells[3] = {
			{ef_key(0, EF_HIRES, 1800), 1}, {ef_key(0, EF_DAYS, at), 5}, {ef_key(1, EF_EXITS, 1800), 1},
		};
		EfTable		table = {frame, 0, 1, labels, 3, cells};
		Arena	   *arena = malloc(sizeof(Arena));
		EfWorkforce workforce;
		EfExitRateRow *rows;
		EfState    *state;
		uint8_t    *bytes;
		size_t		size;
		size_t		n;
		EfStatus	status;

		arena_open(arena);
		ef_table_pack(&table, &ef_workforce_type, sizeof(int32_t), &bytes, &size, &arena->context);
		status = ef_workforce_open(&workforce, bytes, size, &arena->context);
		is_int(status, expected, "packed days at the age of %u", at);
		if (status == EF_OK)
			exit_rates(&workforce, 0.95, &rows, &n, &arena->context);

		ef_state_create(&state, &ef_workforce_type, &frame, 256, &arena->context);
		ef_state_label(state, "moved", 5);
		for (size_t i = 0; i < 3; i++)
			ef_state_append(state, cells[i].key, cells[i].count);
		status = ef_workforce_open(&workforce, state, state->size, &arena->context);
		is_int(status, expected, "days at the age of %u in a state", at);
		if (status == EF_OK)
			exit_rates(&workforce, 0.95, &rows, &n, &arena->context);

		/* a year that begins and never ends */
		ef_state_create(&state, &ef_workforce_type, &frame, 256, &arena->context);
		ef_state_label(state, "moved", 5);
		ef_state_append(state, ef_key(0, EF_DAYS_ONWARD, EF_ONWARD_YEARLY(at)), 1);
		ef_state_append(state, ef_key(0, EF_DAYS_ONWARD, EF_ONWARD_LEAP(EF_AGE_LIMIT + 4)), -1);
		status = ef_workforce_open(&workforce, state, state->size, &arena->context);
		if (status == EF_OK)
			exit_rates(&workforce, 0.95, &rows, &n, &arena->context);
		is_int(status, at < EF_AGE_LIMIT + 6 ? EF_OK : EF_INVALID, "years from the age of %u on", at);
		arena_close(arena);
		free(arena);
	}
}

/*
 * Rows that are counted together have the age and the period of a row, also where the
 * header of a state says otherwise.
 */
static void
test_damaged_carried(void)
{
	struct
	{
		EfDay		from;
		EfDay		as_of;
		uint32_t	age;
		int64_t		rows;
		bool		good;
	}			cases[] = {
		{0, 31, 500, 1, true},
		{0, EF_SPELL_DAYS - 400, EF_AGE_MONTHS - 2, 1, true},
		{0, EF_SPELL_DAYS + 1, 500, 1, false},
		{0, 0, 500, 1, false},
		{31, 0, 500, 1, false},
		{-700000000, 700000000, 500, 1, false},
		{-2000000000, 2000000000, 500, 1, false},
		{0, 31, EF_AGE_MONTHS, 1, false},
		{0, 31, UINT32_MAX, 1, false},
		{0, 31, 500, -1, false},
		{0, 31, 500, INT64_MAX, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		EfFrame		frame = {cases[i].from, cases[i].as_of, true, 0, NULL, 0};
		Arena	   *arena = malloc(sizeof(Arena));
		EfWorkforce workforce;
		EfState    *state;

		arena_open(arena);
		ef_state_create(&state, &ef_workforce_type, &frame, 256, &arena->context);
		ef_state_append(state, ef_key(0, EF_CARRIED_ROWS, cases[i].age), cases[i].rows);
		is_int(ef_workforce_open(&workforce, state, state->size, &arena->context) == EF_OK, cases[i].good,
			   "%lld rows at %u months from %d to %d", (long long) cases[i].rows, cases[i].age, cases[i].from, cases[i].as_of);
		arena_close(arena);
		free(arena);
	}
}

static EfStatus
work(EfContext *context)
{
	EfFrame		frame = {day_of(2020, 1, 1), day_of(2024, 3, 1), true, EF_FLAG_FTE, NULL, 0};
	EfState    *state;
	EfWorkforce workforce;
	EfYearCount *years;
	EfExitRateRow *rates;
	size_t		nrates;
	EfStatus	status = ef_state_create(&state, &ef_workforce_type, &frame, 0, context);

	for (int i = 0; i < 700 && status == EF_OK; i++)
	{
		EfEmployment row = {{frame.from - 300 + i, frame.from + 3 * i, reasons[i % NREASONS], strlen(reasons[i % NREASONS]), false, 0}, frame.from - 9000 - 7 * i, i, 2 * i};

		status = ef_workforce_add(&state, &row, context);
	}
	if (status == EF_OK)
		status = ef_workforce_open(&workforce, state, state->size, context);
	if (status == EF_OK)
		status = exit_rates(&workforce, 0.95, &rates, &nrates, context);
	if (status == EF_OK)
		status = ef_workforce_reaching_by_year(&workforce, 65, 10, &years, context);
	return status;
}

static void
test_no_memory(void)
{
	Arena	   *arena = malloc(sizeof(Arena));
	EfStatus	status;
	int			wrong = 0;
	int			n = 0;

	do
	{
		arena_open(arena);
		arena->fail_at = ++n;
		status = tried(arena, work(&arena->context));
		if (status == EF_OK ? arena->calls >= n : status != EF_NO_MEMORY)
		{
			wrong++;
			diag("request %d fails: status %s", n, said(status));
		}
		arena_close(arena);
	} while (status != EF_OK && n < 1000);
	is_int(wrong, 0, "each of %d requests may fail", n - 1);
	free(arena);
}

/* Every age with every reason is a product; its memory is not. */
static void
test_many_reasons(void)
{
	enum
	{
		MANY = 3000
	};
	static EfLabel labels[MANY];
	static EfCell cells[MANY + 2];
	static char names[MANY][8];
	EfWorkforce workforce = {.table = {.nlabels = MANY,.labels = labels,.ncells = MANY + 2,.cells = cells}};
	EfExitRates rates;
	EfExitRateRow row;
	Arena		arena;
	int64_t		n = 0;
	int64_t		exits = 0;
	int			wrong = 0;

	cells[0] = ef_cell(ef_key(0, EF_DAYS, 30), 1000);
	cells[1] = ef_cell(ef_key(0, EF_DAYS, 60), 1000);
	for (uint32_t i = 0; i < MANY; i++)
	{
		labels[i] = ef_label(names[i], (uint32_t) snprintf(names[i], sizeof(names[i]), "%07u", i));
		cells[i + 2] = ef_cell(ef_key(i + 1, EF_EXITS, 12 * 20 + i % 600), i + 1);
	}
	arena_open(&arena);
	is_int(ef_exit_rates_begin(&rates, &workforce, 0.95, &arena.context), EF_OK, "rates of %d reasons", MANY);
	ok(arena.largest <= (MANY + 3) * sizeof(EfReasonExits), "take memory by their cells (%zu bytes)", arena.largest);
	while (ef_exit_rates_next(&rates, &row))
	{
		int			age = 20 + (int) ((row.reason - 1) % 600) / 12;

		wrong += row.age < 20 || row.age > 69 || row.reason != n % MANY + 1;
		wrong += row.exits != (row.age == age ? (int64_t) row.reason : 0);
		wrong += isnan(row.rate) != (row.age != 30 && row.age != 60);
		exits += row.exits;
		n++;
	}
	is_int(wrong, 0, "each age has each reason");
	is_int(n, 50 * MANY, "once");
	is_int(exits, (int64_t) MANY * (MANY + 1) / 2, "with all exits");
	is_int(arena.calls, 1, "and no row asks for memory");
	arena_close(&arena);
}

int
main(void)
{
	walk_calendar();
	test_people();
	test_refused_rows();
	test_observed();
	test_fte();
	test_turnover();
	test_staff();
	test_invalid();
	test_refused_arguments();
	test_person_limit();
	test_damaged();
	test_damaged_carried();
	test_no_memory();
	test_many_reasons();
	return done_testing();
}
