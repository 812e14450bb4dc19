/*
 * workforce.c
 *	  See workforce.h.
 */
#include "workforce/workforce.h"

#include <string.h>

static const EfKind kinds[] = {
	[EF_HIRES] = {"hires", false, EF_AGE_MONTHS, false},
	[EF_OPENING] = {"opening", false, EF_AGE_MONTHS, false},
	[EF_EXITS] = {"exits", true, EF_AGE_MONTHS, false},
	[EF_STOCK] = {"stock", false, EF_AGE_MONTHS, false},
	[EF_MISSED_PARTS] = {"missed_parts", false, EF_AGE_MONTHS, false},
	[EF_DAYS] = {"days", false, EF_AGE_LIMIT + 1, false},
	[EF_STOCK_FTE] = {"stock_fte", false, EF_AGE_MONTHS, false},
	[EF_HIRES_FTE] = {"hires_fte", false, EF_AGE_MONTHS, false},
	[EF_FIRST_DAY] = {"first_day", false, EF_AGE_MONTHS, false},
	[EF_LAST_DAY] = {"last_day", false, EF_AGE_MONTHS, false},
	[EF_OPENING_FTE] = {"opening_fte", false, EF_AGE_MONTHS, false},
	[EF_FIRST_DAY_FTE] = {"first_day_fte", false, EF_AGE_MONTHS, false},
	[EF_LAST_DAY_FTE] = {"last_day_fte", false, EF_AGE_MONTHS, false},
	[EF_DAYS_ONWARD] = {NULL, false, 2 * EF_ONWARD_LIMIT, false},
	[EF_CARRIED_ROWS] = {NULL, false, EF_AGE_MONTHS, false},
};

_Static_assert(2 * EF_ONWARD_LIMIT <= EF_SHORT_AXIS,
			   "what settle() sums out has a short axis");
_Static_assert(EF_WORKFORCE_ROW_CELLS <= 1 << EF_KIND_BITS,
			   "the cells of a row have room");


/* ---- a row ---- */

EF_REPORT(EF_BIRTH_AFTER_START, DATA_EXCEPTION,
		  "birth date is after the start date",
		  "Correct the row or filter it out.");

EF_REPORT(EF_AGE_TOO_HIGH, DATETIME_FIELD_OVERFLOW,
		  "age is above 150 years",
		  "Correct the birth date, or filter the row out.");

EfStatus
ef_employment_look(const EfEmployment *row, EfDay as_of, EfContext *context)
{
	const EfSpell *spell = &row->spell;
	EfDay		last;
	int			day_of_month;
	EfStatus	status;

	if (ef_is_infinite(row->birth))
		return ef_fail(context, EF_DATE_INFINITE,
					   "The birth date is infinite.");
	status = ef_spell_check(spell, as_of, context);
	if (status != EF_OK)
		return status;
	if (row->birth > spell->start)
		return ef_fail(context, EF_BIRTH_AFTER_START,
					   "The birth date is %s and the start date %s.",
					   ef_day_shown(row->birth).text,
					   ef_day_shown(spell->start).text);

	/* the age on the last day that can be known of */
	last = spell->end <= as_of ? spell->end - 1 : as_of - 1;
	if (last < spell->start)
		last = spell->start;
	if ((int64_t) last - row->birth > EF_AGE_LIMIT * INT64_C(365))
	{
		int			age = ef_month_of_day(last, &day_of_month) -
			ef_month_of_day(row->birth, &day_of_month);

		if (age >= EF_AGE_MONTHS)
			return ef_fail(context, EF_AGE_TOO_HIGH,
						   "The birth date is %s, which makes %d years on %s.",
						   ef_day_shown(row->birth).text, age / 12,
						   ef_day_shown(last).text);
	}
	return EF_OK;
}

/*
 * The packed record of a row: dates as days before as_of, of which a spell
 * can have 150 years; the month of birth as months before that of as_of, 300
 * years at most; FTE in thousandths; the label of the reason to leave, 0 for
 * one who stayed.
 */
typedef struct Row
{
	uint32_t	label;
	uint32_t	born_before;	/* 12 bits */
	uint32_t	entry_fte;		/* 20 bits */
	uint32_t	last_fte;		/* 20 bits */
	uint32_t	entered_before; /* 16 bits */
	uint32_t	left_before;	/* 16 bits; 0 if the person left on as_of or
								 * stayed */
	bool		hired;
} Row;

/*
 * Offsets of the fields in the count; the key has the month of birth above
 * the FTE.
 */
enum
{
	DAY_BITS = 16,
	ENTERED_AT = DAY_BITS,
	HIRED_AT = ENTERED_AT + DAY_BITS,
	LAST_FTE_AT
};
#define DAY_MASK ((1 << DAY_BITS) - 1)

_Static_assert(EF_SPELL_DAYS <= DAY_MASK && LAST_FTE_AT + EF_FTE_BITS < 64 &&
			   2 * EF_SPELL_YEARS * 12 < 1 << (32 - EF_FTE_BITS),
			   "a row fits a key and a count");

static EfCell
pack_row(const Row *row)
{
	return ef_cell(ef_key(row->label, EF_KIND_ROW,
						  row->born_before << EF_FTE_BITS | row->entry_fte),
				   (int64_t) row->last_fte << LAST_FTE_AT |
				   (int64_t) row->hired << HIRED_AT |
				   (int64_t) row->entered_before << ENTERED_AT |
				   row->left_before);
}

static Row
unpack_row(const EfCell *cell)
{
	Row			row;

	row.label = ef_key_label(cell->key);
	row.born_before = ef_key_at(cell->key) >> EF_FTE_BITS;
	row.entry_fte = ef_key_at(cell->key) & EF_FTE_MASK;
	row.last_fte = (uint32_t) (cell->count >> LAST_FTE_AT) & EF_FTE_MASK;
	row.entered_before = (uint32_t) (cell->count >> ENTERED_AT) & DAY_MASK;
	row.left_before = (uint32_t) cell->count & DAY_MASK;
	row.hired = (cell->count >> HIRED_AT & 1) != 0;
	return row;
}

EfStatus
ef_workforce_add(EfState **state_pointer, const EfEmployment *row,
				 EfContext *context)
{
	EfState    *state = *state_pointer;
	EfSighting	sighting;
	Row			record;
	EfCell		cell;
	int			day;
	EfStatus	status = ef_employment_check(row, state->as_of, context);

	if (status != EF_OK || !ef_spell_sight(&sighting, &row->spell, state))
		return status;
	status = ef_spell_reserve(state_pointer, &ef_workforce_type, &row->spell,
							  sighting.exited, &record.label, context);
	if (status != EF_OK)
		return status;
	state = *state_pointer;

	record.hired = !sighting.late;
	record.born_before = (uint32_t) (ef_month_of_day(state->as_of, &day) -
									 ef_month_of_day(row->birth, &day));
	record.entry_fte = record.last_fte = 0;
	if (state->flags & EF_FLAG_FTE)
	{
		record.entry_fte = (uint32_t) row->entry_fte;
		record.last_fte = (uint32_t) row->last_fte;
	}
	record.entered_before = (uint32_t) (state->as_of - sighting.entry);
	record.left_before = (uint32_t) (state->as_of - sighting.leaving);
	cell = pack_row(&record);
	ef_state_append(state, cell.key, cell.count);
	return EF_OK;
}

static EfCell *
put_cell(EfCell *cells, uint32_t label, unsigned kind, int at, int64_t count)
{
	*cells = ef_cell(ef_key(label, kind, (uint32_t) at), count);
	return cells + 1;
}

/*
 * Expand days from one day to another by year of age: see the head of
 * workforce.h.  Ages are of the months that the two days lie in.
 */
static EfCell *
expand_days(EfCell *cells, EfMonth birth, EfDay entry, int entry_age,
			EfDay leaving, int leaving_age)
{
	int			first = entry_age / 12;
	int			last = leaving_age / 12;
	int			year;
	int			leap_first;
	int			leap_last;

	if (first == last)
		return leaving > entry
			? put_cell(cells, 0, EF_DAYS, first, leaving - entry) : cells;

	cells = put_cell(cells, 0, EF_DAYS, first,
					 ef_first_day(birth + 12 * first + 12) - entry);
	cells = put_cell(cells, 0, EF_DAYS, last,
					 leaving - ef_first_day(birth + 12 * last + 12));
	cells = put_cell(cells, 0, EF_DAYS_ONWARD, EF_ONWARD_YEARLY(first + 1), 1);
	cells = put_cell(cells, 0, EF_DAYS_ONWARD, EF_ONWARD_YEARLY(last + 1), -1);

	/* year of age 0 holds the end of February of this calendar year */
	year = ef_year_of_month(birth);
	year += birth - year * 12 > 1;

	leap_first = first + 1 + (-(year + first + 1) & 3);
	leap_last = last + 1 + (-(year + last + 1) & 3);
	if (leap_first != leap_last)
	{
		cells = put_cell(cells, 0, EF_DAYS_ONWARD, EF_ONWARD_LEAP(leap_first), 1);
		cells = put_cell(cells, 0, EF_DAYS_ONWARD, EF_ONWARD_LEAP(leap_last), -1);
	}
	for (int century = ef_floor_div(year + last, 100) * 100;
		 century > year + first; century -= 100)
		if (!ef_is_leap_year(century))
			cells = put_cell(cells, 0, EF_DAYS, century - year, -1);
	return cells;
}

static EfCell *
put_fte(EfCell *cells, unsigned kind, int at, uint32_t fte)
{
	return fte > 0 ? put_cell(cells, 0, kind, at, fte) : cells;
}

/* Put a person who came, or was there when the period began. */
static EfCell *
put_entry(EfCell *cells, const EfFrame *frame, const Row *row, EfDay entry,
		  EfDay leaving, int age)
{
	if (!row->hired)
	{
		cells = put_cell(cells, 0, EF_OPENING, age, 1);
		return put_fte(cells, EF_OPENING_FTE, age, row->entry_fte);
	}
	cells = put_cell(cells, 0, EF_HIRES, age, 1);
	cells = put_fte(cells, EF_HIRES_FTE, age, row->entry_fte);

	/* a spell that ended on the day of its start has no days */
	if (frame->bounded && entry == frame->from && leaving > entry)
	{
		cells = put_cell(cells, 0, EF_FIRST_DAY, age, 1);
		cells = put_fte(cells, EF_FIRST_DAY_FTE, age, row->entry_fte);
	}
	return cells;
}

/* Put a person who left, or goes on beyond the period. */
static EfCell *
put_leaving(EfCell *cells, const EfFrame *frame, const Row *row,
			EfDay leaving, int age)
{
	if (row->label == 0)
	{
		cells = put_cell(cells, 0, EF_STOCK, age, 1);
		return put_fte(cells, EF_STOCK_FTE, age, row->last_fte);
	}
	cells = put_cell(cells, row->label, EF_EXITS, age, 1);

	/*
	 * no spell that is seen starts on as_of, so the person was there the day
	 * before
	 */
	if (leaving == frame->as_of)
	{
		cells = put_cell(cells, 0, EF_LAST_DAY, age, 1);
		cells = put_fte(cells, EF_LAST_DAY_FTE, age, row->last_fte);
	}
	return cells;
}

/* Expand a row to its cells. */
static unsigned
expand_row(const EfFrame *frame, const Row *row, EfCell *cells)
{
	EfCell	   *start = cells;
	int			day;
	EfMonth		birth = ef_month_of_day(frame->as_of, &day) -
		(EfMonth) row->born_before;
	EfDay		entry = frame->as_of - (EfDay) row->entered_before;
	EfDay		leaving = frame->as_of - (EfDay) row->left_before;
	EfMonth		entry_month = ef_month_of_day(entry, &day);
	EfMonth		leaving_month;
	int			entry_age = entry_month - birth;
	int			last_age;

	cells = put_entry(cells, frame, row, entry, leaving, entry_age);
	if (day > 0)
		cells = put_cell(cells, 0, EF_MISSED_PARTS, entry_age,
						 day * (EF_MONTH_PARTS / ef_days_in_month(entry_month)));

	/*
	 * the last day is the day before leaving, or the first if the person left
	 * on the day of the start
	 */
	leaving_month = ef_month_of_day(leaving, &day);
	last_age = leaving_month - birth - (day == 0 && leaving > entry);
	cells = put_leaving(cells, frame, row, leaving, last_age);
	cells = expand_days(cells, birth, entry, entry_age, leaving,
						leaving_month - birth);
	return (unsigned) (cells - start);
}

/*
 * Expand the cells of carried rows, but for FTE.  More rows than there can be
 * people are left as they are, to be refused; so are those of an impossible
 * age or period.
 */
static unsigned
expand_carried(const EfFrame *frame, const EfCell *carried, EfCell *cells)
{
	Row			row = {0};
	int64_t		rows = carried->count;
	int64_t		days = (int64_t) frame->as_of - frame->from;
	unsigned	n;

	if (rows < 0 || rows > EF_PERSON_LIMIT || !frame->bounded ||
		ef_key_at(carried->key) >= EF_AGE_MONTHS || days < 1 ||
		days > EF_SPELL_DAYS)
	{
		cells[0] = ef_cell(ef_key(0, EF_KIND_ROW, 0), 0);
		return 1;
	}
	row.born_before = ef_key_at(carried->key) + 1;
	row.entered_before = (uint32_t) days;
	n = expand_row(frame, &row, cells);
	for (unsigned i = 0; i < n; i++)
		cells[i].count *= rows;
	return n;
}

static unsigned
expand(const EfFrame *frame, const EfCell *packed, EfCell *cells)
{
	Row			row;

	if (ef_key_kind(packed->key) == EF_CARRIED_ROWS)
		return expand_carried(frame, packed, cells);
	row = unpack_row(packed);
	return expand_row(frame, &row, cells);
}

static unsigned
condense(const EfFrame *frame, const EfCell *packed, EfCell *cells)
{
	Row			row = unpack_row(packed);
	EfCell	   *end = cells;

	/* as_of begins a month, so everybody was born in one before */
	if (row.hired || row.label != 0 || row.left_before != 0 ||
		row.born_before == 0)
		return expand_row(frame, &row, cells);
	end = put_cell(end, 0, EF_CARRIED_ROWS, (int) row.born_before - 1, 1);
	if (row.entry_fte > 0 || row.last_fte > 0)
	{
		int			day;
		EfMonth		months = ef_month_of_day(frame->as_of, &day) -
			ef_month_of_day(frame->from, &day);

		end = put_fte(end, EF_OPENING_FTE, (int) row.born_before - months,
					  row.entry_fte);
		end = put_fte(end, EF_STOCK_FTE, (int) row.born_before - 1,
					  row.last_fte);
	}
	return (unsigned) (end - cells);
}


/* ---- a table ---- */

static void
settle(int64_t *const *series, uint32_t *lowest, uint32_t *beyond)
{
	int64_t    *days = series[EF_DAYS];
	int64_t    *yearly = series[EF_DAYS_ONWARD] + EF_ONWARD_YEARLY(0);
	int64_t    *leap = series[EF_DAYS_ONWARD] + EF_ONWARD_LEAP(0);
	uint32_t	first = lowest[EF_DAYS];
	uint32_t	end = beyond[EF_DAYS];

	/*
	 * a leap year is one of the first four years, and of the four after the
	 * last
	 */
	if (beyond[EF_DAYS_ONWARD] > 0)
	{
		uint32_t	from = lowest[EF_DAYS_ONWARD];
		uint32_t	to = beyond[EF_DAYS_ONWARD];

		from = from >= EF_ONWARD_LIMIT ? from - EF_ONWARD_LIMIT
			: from >= 4 ? from - 4 : 0;
		to = to > EF_ONWARD_LIMIT ? to - EF_ONWARD_LIMIT + 4 : to;
		if (from < first)
			first = from;
		if (to > end)
			end = to;
	}
	if (end > EF_AGE_LIMIT + 1)
		end = EF_AGE_LIMIT + 1;

	/*
	 * each cell of the last two stands for all years from its own on, and
	 * another one ends it, at the latest after the last year of age
	 */
	for (uint32_t year = first; year < end; year++)
	{
		if (year >= 1)
			yearly[year] += yearly[year - 1];
		if (year >= 4)
			leap[year] += leap[year - 4];
		days[year] += 365 * yearly[year] + leap[year];
	}
	lowest[EF_DAYS] = first;
	beyond[EF_DAYS] = end;
}

/* Refuse too many people; no other count is more than a few times theirs. */
EF_NODISCARD static EfStatus
check_limits(const EfTable *table, EfContext *context)
{
	int64_t		opening = ef_table_sum(table, 0, EF_OPENING);
	int64_t		hires = ef_table_sum(table, 0, EF_HIRES);

	if (opening > EF_PERSON_LIMIT || hires > EF_PERSON_LIMIT - opening)
		return ef_fail(context, EF_COUNT_OVERFLOW,
					   "There are more than %lld people.",
					   (long long) EF_PERSON_LIMIT);
	return EF_OK;
}

/* A series without a label, read along its axis. */
typedef struct AgeWalk
{
	const EfCell *cell;
	const EfCell *end;
} AgeWalk;

static int64_t
count_at(AgeWalk *walk, int at)
{
	if (walk->cell == walk->end || ef_key_at(walk->cell->key) != (uint32_t) at)
		return 0;
	return walk->cell++->count;
}

static bool
counts_fte(unsigned kind)
{
	return kind == EF_STOCK_FTE || kind == EF_HIRES_FTE ||
		kind == EF_OPENING_FTE || kind == EF_FIRST_DAY_FTE ||
		kind == EF_LAST_DAY_FTE;
}

/*
 * Check that each count is possible by itself.  Exits at each age are added
 * up, since there is a series for each reason.
 */
EF_NODISCARD static EfStatus
check_counts(const EfTable *table, int64_t *leavers, EfContext *context)
{
	int64_t		persons = 0;

	for (size_t i = 0; i < table->ncells; i++)
	{
		const EfCell *cell = &table->cells[i];
		unsigned	kind = ef_key_kind(cell->key);
		uint32_t	at = ef_key_at(cell->key);
		int64_t		limit = EF_PERSON_LIMIT;

		ef_check_interrupt_at(context, i);
		if (kind == EF_MISSED_PARTS)
			limit *= EF_MONTH_PARTS;
		else if (counts_fte(kind))
			limit *= EF_FTE_LIMIT;
		else if (kind == EF_DAYS)
			limit *= 366;
		if (cell->count <= 0 || cell->count > limit)
			return ef_fail(context, EF_INVALID,
						   "%s at the age of %u are %lld.", kinds[kind].name,
						   at, (long long) cell->count);
		if (kind == EF_HIRES || kind == EF_OPENING)
			persons += cell->count;
		else if (kind == EF_EXITS || kind == EF_STOCK)
			leavers[at] += cell->count;
		else
			continue;

		/*
		 * so neither can overflow, and a table with more who leave than enter
		 * is refused anyway
		 */
		if (persons > EF_PERSON_LIMIT || leavers[at] > EF_PERSON_LIMIT)
			return ef_fail(context, EF_INVALID,
						   "There are more than %lld people.",
						   (long long) EF_PERSON_LIMIT);
	}
	return EF_OK;
}

/* Check that all FTE at an age belongs to people who can have it. */
EF_NODISCARD static EfStatus
check_fte(const EfTable *table, const int64_t *count, int age,
		  EfContext *context)
{
	static const struct
	{
		unsigned	fte;
		unsigned	people;
	}			pairs[] = {
		{EF_STOCK_FTE, EF_STOCK}, {EF_HIRES_FTE, EF_HIRES},
		{EF_OPENING_FTE, EF_OPENING}, {EF_FIRST_DAY_FTE, EF_FIRST_DAY},
		{EF_LAST_DAY_FTE, EF_LAST_DAY},
	};
	bool		counted = (table->frame.flags & EF_FLAG_FTE) != 0;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
	{
		int64_t		fte = count[pairs[i].fte];

		if (fte > count[pairs[i].people] * EF_FTE_LIMIT ||
			(fte > 0 && !counted))
			return ef_fail(context, EF_INVALID,
						   "The FTE at the age of %d months has no people.",
						   age);
	}

	/* of the hires, those of the first day bring their part */
	if (count[EF_FIRST_DAY_FTE] > count[EF_HIRES_FTE] ||
		count[EF_HIRES_FTE] - count[EF_FIRST_DAY_FTE] >
		(count[EF_HIRES] - count[EF_FIRST_DAY]) * EF_FTE_LIMIT)
		return ef_fail(context, EF_INVALID,
					   "first_day_fte at the age of %d months is no part of hires_fte.",
					   age);
	return EF_OK;
}

/* Check that first_day is a part of the hires, and last_day of the exits. */
EF_NODISCARD static EfStatus
check_days(const EfTable *table, const int64_t *count, int64_t leavers,
		   int age, EfContext *context)
{
	if (count[EF_FIRST_DAY] > count[EF_HIRES])
		return ef_fail(context, EF_INVALID,
					   "first_day at the age of %d months exceeds the hires.",
					   age);
	if (count[EF_LAST_DAY] > leavers - count[EF_STOCK])
		return ef_fail(context, EF_INVALID,
					   "last_day at the age of %d months exceeds the exits.",
					   age);
	if (!table->frame.bounded &&
		(count[EF_OPENING] > 0 || count[EF_FIRST_DAY] > 0))
		return ef_fail(context, EF_INVALID,
					   "There is an opening headcount without a beginning.");
	return EF_OK;
}

EF_NODISCARD static EfStatus
validate(const EfTable *table, EfContext *context)
{
	int64_t		leavers[EF_AGE_MONTHS];
	AgeWalk		walks[EF_LAST_DAY_FTE + 1];
	int64_t		present = 0;
	int64_t		seen = 0;		/* in this year of age, in any of its months */
	EfStatus	status = ef_spell_check_reasons(table, EF_EXITS, context);

	if (status != EF_OK)
		return status;
	memset(leavers, 0, sizeof(leavers));
	status = check_counts(table, leavers, context);
	if (status != EF_OK)
		return status;
	for (unsigned kind = 0; kind <= EF_LAST_DAY_FTE; kind++)
	{
		size_t		n;

		walks[kind].cell = ef_table_series(table, 0, kind, &n);
		walks[kind].end = walks[kind].cell + n;
	}

	for (int age = 0; age < EF_AGE_MONTHS; age++)
	{
		int64_t		count[EF_LAST_DAY_FTE + 1] = {0};
		int64_t		entries;

		for (unsigned kind = 0; kind <= EF_LAST_DAY_FTE; kind++)
			if (kind != EF_DAYS)
				count[kind] = count_at(&walks[kind], age);
		entries = count[EF_HIRES] + count[EF_OPENING];
		seen = (age % 12 == 0 ? present : seen) + entries;
		present += entries;
		if (leavers[age] > present)
			return ef_fail(context, EF_INVALID,
						   "More people leave at the age of %d months than are there.",
						   age);
		if (count[EF_MISSED_PARTS] >
			entries * (EF_MONTH_PARTS - EF_MONTH_PARTS / 31))
			return ef_fail(context, EF_INVALID,
						   "missed_parts at the age of %d months exceed the entries.",
						   age);
		status = check_days(table, count, leavers[age], age, context);
		if (status == EF_OK)
			status = check_fte(table, count, age, context);
		if (status != EF_OK)
			return status;
		if ((age % 12 == 11 || age == EF_AGE_MONTHS - 1) &&
			count_at(&walks[EF_DAYS], age / 12) > seen * 366)
			return ef_fail(context, EF_INVALID,
						   "The days at the age of %d exceed the people.",
						   age / 12);
		present -= leavers[age];
	}
	if (present != 0)
		return ef_fail(context, EF_INVALID,
					   "%lld people enter and neither leave nor stay.",
					   (long long) present);
	return EF_OK;
}


/* ---- the type ---- */

const EfTableType ef_workforce_type = {
	.name = "workforce",
	.tag = 'W',
	.flag = EF_FTE_FLAG,
	.nkinds = sizeof(kinds) / sizeof(kinds[0]),
	.kinds = kinds,
	.row_cells = EF_WORKFORCE_ROW_CELLS,
	.expand = expand,
	.condense = condense,
	.row_kinds = 1 << EF_CARRIED_ROWS,
	.check_frame = ef_observed_check_month,
	.settle = settle,
	.check_limits = check_limits,
	.validate = validate,
};
