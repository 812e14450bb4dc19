/*
 * workforce.c
 *	  See workforce.h.
 */
#include "workforce/workforce.h"

#include <math.h>
#include <string.h>

#include "estimate/distribution.h"
#include "workforce/retirement_rule.h"

/* Years of age in which a series of years can begin or end: one that leaves at
 * 150 closes with year 151 and the leap year after it. */
#define YEAR_LIMIT (EF_AGE_LIMIT + 6)

static void settle(int64_t *const *series, uint32_t lowest, uint32_t beyond);
static EfStatus check_limits(const EfTable *table, EfError *error);
static EfStatus validate(const EfTable *table,
						 const EfAllocator *allocator, EfError *error);

static unsigned expand(const EfFrame *frame, const EfCell *row,
					   EfCell *cells);

static const EfKind kinds[] = {
	[EF_HIRES] = {"hires", false, EF_AGE_MONTHS},
	[EF_OPENING] = {"opening", false, EF_AGE_MONTHS},
	[EF_EXITS] = {"exits", true, EF_AGE_MONTHS},
	[EF_STOCK] = {"stock", false, EF_AGE_MONTHS},
	[EF_MISSED_PARTS] = {"missed_parts", false, EF_AGE_MONTHS},
	[EF_DAYS] = {"days", false, EF_AGE_LIMIT + 1},
	[EF_STOCK_FTE] = {"stock_fte", false, EF_AGE_MONTHS},
	[EF_HIRES_FTE] = {"hires_fte", false, EF_AGE_MONTHS},
	[EF_DAYS_YEARLY] = {NULL, false, YEAR_LIMIT},
	[EF_DAYS_LEAP] = {NULL, false, YEAR_LIMIT},
};

const EfTableType ef_workforce_type = {
	.name = "workforce",
	.tag = 'W',
	.flag_name = "fte",
	.nkinds = sizeof(kinds) / sizeof(kinds[0]),
	.kinds = kinds,
	.row_cells = EF_WORKFORCE_ROW_CELLS,
	.expand = expand,
	.check_frame = ef_observed_check_month,
	.settle = settle,
	.check_limits = check_limits,
	.validate = validate,
};


/* ---- a row ---- */

static EfStatus
check_row(const EfState *state, const EfEmployment *row, EfError *error)
{
	const EfSpell *spell = &row->spell;
	char		one[EF_ISO_DATE_SIZE];
	char		other[EF_ISO_DATE_SIZE];
	EfDay		last;
	int			day_of_month;
	EfStatus	status;

	if (row->birth == EF_DAY_MINUS_INFINITY || row->birth == EF_DAY_INFINITY)
		return ef_fail(error, EF_DATE_INFINITE, "The birth date is infinite.");
	status = ef_spell_check(spell, state->as_of, error);
	if (status != EF_OK)
		return status;
	if (row->birth > spell->start)
	{
		ef_format_day(one, row->birth);
		ef_format_day(other, spell->start);
		return ef_fail(error, EF_BIRTH_AFTER_START,
					   "The birth date is %s and the start date %s.",
					   one, other);
	}

	/* the age on the last day that can be known of */
	last = spell->end <= state->as_of ? spell->end - 1 : state->as_of - 1;
	if (last < spell->start)
		last = spell->start;
	if ((int64_t) last - row->birth > EF_AGE_LIMIT * INT64_C(365))
	{
		int			age = ef_month_of_day(last, &day_of_month) -
			ef_month_of_day(row->birth, &day_of_month);

		if (age >= EF_AGE_MONTHS)
		{
			ef_format_day(one, row->birth);
			ef_format_day(other, last);
			return ef_fail(error, EF_AGE_TOO_HIGH,
						   "The birth date is %s, which makes %d years on %s.",
						   one, age / 12, other);
		}
	}
	return EF_OK;
}

/*
 * The record of a row.  All that matters of it fits: dates as days before
 * as_of, of which a spell can have 150 years; the month of birth as months
 * before that of as_of, 300 years at most; FTE in thousandths; the label of
 * the reason to leave, 0 for one who stayed.
 */
typedef struct Row
{
	uint32_t	label;
	uint32_t	born_before;	/* 12 bits */
	uint32_t	fte;			/* 20 bits */
	uint32_t	entered_before; /* 16 bits */
	uint32_t	left_before;	/* 16 bits; 0 for one who stayed */
	bool		hired;
} Row;

static EfCell
pack_row(const Row *row)
{
	EfCell		cell;

	cell.key = ef_key(row->label, EF_KIND_ROW,
					  row->born_before << 20 | row->fte);
	cell.count = (int64_t) row->hired << 32 |
		(int64_t) row->entered_before << 16 | row->left_before;
	return cell;
}

static Row
unpack_row(const EfCell *cell)
{
	Row			row;

	row.label = ef_key_label(cell->key);
	row.born_before = ef_key_at(cell->key) >> 20;
	row.fte = ef_key_at(cell->key) & 0xfffff;
	row.entered_before = (uint32_t) (cell->count >> 16) & 0xffff;
	row.left_before = (uint32_t) cell->count & 0xffff;
	row.hired = cell->count >> 32 != 0;
	return row;
}

EfStatus
ef_workforce_add(EfState **state_pointer, const EfEmployment *row,
				 const EfAllocator *allocator, EfError *error)
{
	EfState    *state = *state_pointer;
	EfSighting	sighting;
	Row			record;
	EfCell		cell;
	int			day;
	EfStatus	status = check_row(state, row, error);

	if (status != EF_OK || !ef_spell_sight(&sighting, &row->spell, state))
		return status;
	status = ef_spell_reserve(state_pointer, &ef_workforce_type, &row->spell,
							  sighting.exited, &record.label, allocator, error);
	if (status != EF_OK)
		return status;
	state = *state_pointer;

	record.hired = !sighting.late;
	record.born_before = (uint32_t) (ef_month_of_day(state->as_of, &day) -
									 ef_month_of_day(row->birth, &day));
	record.fte = state->flags & EF_FLAG_FTE ? (uint32_t) row->fte : 0;
	record.entered_before = (uint32_t) (state->as_of - sighting.entry);
	record.left_before = (uint32_t) (state->as_of - sighting.leaving);
	cell = pack_row(&record);
	ef_state_append(state, cell.key, cell.count);
	return EF_OK;
}

static EfCell *
put_cell(EfCell *cells, uint32_t label, unsigned kind, int at, int64_t count)
{
	cells->key = ef_key(label, kind, (uint32_t) at);
	cells->count = count;
	return cells + 1;
}

/* Days from one day to another, by year of age: see the head of workforce.h.
 * Ages are of the months that the two days lie in. */
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
	cells = put_cell(cells, 0, EF_DAYS_YEARLY, first + 1, 1);
	cells = put_cell(cells, 0, EF_DAYS_YEARLY, last + 1, -1);

	/* year of age 0 holds the end of February of this calendar year */
	year = ef_year_of_month(birth);
	year += birth - year * 12 > 1;

	leap_first = first + 1 + (-(year + first + 1) & 3);
	leap_last = last + 1 + (-(year + last + 1) & 3);
	if (leap_first != leap_last)
	{
		cells = put_cell(cells, 0, EF_DAYS_LEAP, leap_first, 1);
		cells = put_cell(cells, 0, EF_DAYS_LEAP, leap_last, -1);
	}
	for (int century = ef_floor_div(year + last, 100) * 100;
		 century > year + first; century -= 100)
		if (!ef_is_leap_year(century))
			cells = put_cell(cells, 0, EF_DAYS, century - year, -1);
	return cells;
}

static unsigned
expand(const EfFrame *frame, const EfCell *packed, EfCell *cells)
{
	Row			row = unpack_row(packed);
	EfCell	   *start = cells;
	int			day;
	EfMonth		birth = ef_month_of_day(frame->as_of, &day) -
		(EfMonth) row.born_before;
	EfDay		entry = frame->as_of - (EfDay) row.entered_before;
	EfDay		leaving = frame->as_of - (EfDay) row.left_before;
	EfMonth		entry_month = ef_month_of_day(entry, &day);
	EfMonth		leaving_month;
	int			entry_age = entry_month - birth;
	int			last_age;

	cells = put_cell(cells, 0, row.hired ? EF_HIRES : EF_OPENING, entry_age, 1);
	if (day > 0)
		cells = put_cell(cells, 0, EF_MISSED_PARTS, entry_age,
						 day * (EF_MONTH_PARTS / ef_days_in_month(entry_month)));

	/* the last day is the day before leaving, or the first for one who left
	 * on the day of the start */
	leaving_month = ef_month_of_day(leaving, &day);
	last_age = leaving_month - birth - (day == 0 && leaving > entry);
	if (row.label > 0)
		cells = put_cell(cells, row.label, EF_EXITS, last_age, 1);
	else
		cells = put_cell(cells, 0, EF_STOCK, last_age, 1);

	cells = expand_days(cells, birth, entry, entry_age, leaving,
						leaving_month - birth);

	if (row.fte > 0 && row.hired)
		cells = put_cell(cells, 0, EF_HIRES_FTE, entry_age, row.fte);
	if (row.fte > 0 && row.label == 0)
		cells = put_cell(cells, 0, EF_STOCK_FTE, last_age, row.fte);
	return (unsigned) (cells - start);
}

static EfStatus
fte_out_of_range(EfError *error, const char *fte)
{
	return ef_fail(error, EF_FTE_INVALID, "The FTE is %.40s.", fte);
}

EfStatus
ef_fte_from_float8(double fte, int32_t *thousandths, EfError *error)
{
	double		rounded = rint(fte * 1000);

	/* 0.333 is the double nearest to 333/1000, and nothing else is exact */
	if (!(rounded >= 0 && rounded <= EF_FTE_LIMIT) || rounded / 1000 != fte)
		return ef_fail(error, EF_FTE_INVALID, "The FTE is %.17g.", fte);
	*thousandths = (int32_t) rounded;
	return EF_OK;
}

EfStatus
ef_fte_from_decimal(const char *digits, int32_t *thousandths, EfError *error)
{
	const char *c = digits;
	int64_t		value = 0;
	int			decimals = 0;
	bool		point = false;

	/* as numeric's output has it: 0.750, 1, -1, NaN, Infinity */
	for (; *c != '\0'; c++)
	{
		if (*c == '.' && !point)
			point = true;
		else if (*c < '0' || *c > '9')
			return fte_out_of_range(error, digits);
		else if (point && decimals == 3)
		{
			if (*c != '0')
				return fte_out_of_range(error, digits);
		}
		else
		{
			value = value * 10 + (*c - '0');
			decimals += point;
			if (value > EF_FTE_LIMIT)
				return fte_out_of_range(error, digits);
		}
	}
	for (; decimals < 3; decimals++)
		value *= 10;
	if (value > EF_FTE_LIMIT)
		return fte_out_of_range(error, digits);
	*thousandths = (int32_t) value;
	return EF_OK;
}

double
ef_fte_to_float8(int64_t thousandths)
{
	return (double) thousandths / 1000;
}


/* ---- a table ---- */

static void
settle(int64_t *const *series, uint32_t lowest, uint32_t beyond)
{
	int64_t    *days = series[EF_DAYS];
	int64_t    *yearly = series[EF_DAYS_YEARLY];
	int64_t    *leap = series[EF_DAYS_LEAP];

	/* each cell of the last two stands for all the years from its own on, and
	 * has another that ends it, at the latest after the last year of age */
	for (uint32_t year = lowest; year < beyond && year <= EF_AGE_LIMIT; year++)
	{
		if (year >= 1)
			yearly[year] += yearly[year - 1];
		if (year >= 4)
			leap[year] += leap[year - 4];
		days[year] += 365 * yearly[year] + leap[year];
	}
}

/* All other counts are at most so many times the people. */
static EfStatus
check_limits(const EfTable *table, EfError *error)
{
	int64_t		opening = ef_table_sum(table, 0, EF_OPENING);
	int64_t		hires = ef_table_sum(table, 0, EF_HIRES);

	if (opening > EF_PERSON_LIMIT || hires > EF_PERSON_LIMIT - opening)
		return ef_fail(error, EF_COUNT_OVERFLOW,
					   "There are more than %lld people.",
					   (long long) EF_PERSON_LIMIT);
	return EF_OK;
}

/* Every series of a table laid out by month of age, for validation. */
typedef struct Ages
{
	int64_t		entries[EF_AGE_MONTHS];
	int64_t		leavers[EF_AGE_MONTHS];
	int64_t		series[EF_HIRES_FTE + 1][EF_AGE_MONTHS];
} Ages;

static EfStatus
validate(const EfTable *table, const EfAllocator *allocator, EfError *error)
{
	Ages		ages;			/* 150 kB, of a stack that is never deep here */
	int64_t		persons = 0;
	int64_t		present = 0;
	EfStatus	status = ef_check_reasons(table, EF_EXITS, error);

	(void) allocator;
	if (status != EF_OK)
		return status;
	memset(&ages, 0, sizeof(ages));
	for (size_t i = 0; i < table->ncells; i++)
	{
		const EfCell *cell = &table->cells[i];
		unsigned	kind = ef_key_kind(cell->key);
		uint32_t	at = ef_key_at(cell->key);
		int64_t		limit = EF_PERSON_LIMIT;

		if (kind == EF_MISSED_PARTS)
			limit *= EF_MONTH_PARTS;
		else if (kind == EF_STOCK_FTE || kind == EF_HIRES_FTE)
			limit *= EF_FTE_LIMIT;
		else if (kind == EF_DAYS)
			limit *= 366;
		if (cell->count <= 0 || cell->count > limit)
			return ef_fail(error, EF_INVALID,
						   "%s at the age of %u are %lld.", kinds[kind].name,
						   at, (long long) cell->count);
		if (kind == EF_HIRES || kind == EF_OPENING)
		{
			ages.entries[at] += cell->count;
			persons += cell->count;
			if (persons > EF_PERSON_LIMIT)
				return ef_fail(error, EF_INVALID, "There are more than %lld people.",
							   (long long) EF_PERSON_LIMIT);
		}
		else if (kind == EF_EXITS || kind == EF_STOCK)
		{
			/* cannot overflow: the limit allows 2^23 such cells at an age, and
			 * a table with more people than entries is refused below */
			if (ages.leavers[at] > EF_PERSON_LIMIT)
				return ef_fail(error, EF_INVALID, "There are more than %lld people.",
							   (long long) EF_PERSON_LIMIT);
			ages.leavers[at] += cell->count;
		}
		if (kind != EF_EXITS)
			ages.series[kind][at] = cell->count;
	}

	for (int age = 0; age < EF_AGE_MONTHS; age++)
	{
		int64_t		stock = ages.series[EF_STOCK][age];
		int64_t		hires = ages.series[EF_HIRES][age];

		present += ages.entries[age];
		if (ages.leavers[age] > present)
			return ef_fail(error, EF_INVALID,
						   "More people leave at the age of %d months than are there.",
						   age);
		if (ages.series[EF_MISSED_PARTS][age] >
			ages.entries[age] * (EF_MONTH_PARTS - EF_MONTH_PARTS / 31))
			return ef_fail(error, EF_INVALID,
						   "missed_parts at the age of %d months exceed the entries.",
						   age);
		if (ages.series[EF_STOCK_FTE][age] > stock * EF_FTE_LIMIT ||
			ages.series[EF_HIRES_FTE][age] > hires * EF_FTE_LIMIT ||
			((ages.series[EF_STOCK_FTE][age] > 0 ||
			  ages.series[EF_HIRES_FTE][age] > 0) &&
			 !(table->frame.flags & EF_FLAG_FTE)))
			return ef_fail(error, EF_INVALID,
						   "The FTE at the age of %d months has no people.",
						   age);
		if (ages.series[EF_OPENING][age] > 0 && !table->frame.bounded)
			return ef_fail(error, EF_INVALID,
						   "There is an opening headcount without a beginning.");

		/* those who are in this year of age in any of its months */
		if (age % 12 == 0)
		{
			int64_t		most = present;

			for (int k = age + 1; k < age + 12 && k < EF_AGE_MONTHS; k++)
				most += ages.entries[k];
			if (ages.series[EF_DAYS][age / 12] > most * 366)
				return ef_fail(error, EF_INVALID,
							   "The days at the age of %d exceed the people.",
							   age / 12);
		}
		present -= ages.leavers[age];
	}
	if (present != 0)
		return ef_fail(error, EF_INVALID,
					   "%lld people enter and neither leave nor stay.",
					   (long long) present);
	return EF_OK;
}

EfStatus
ef_workforce_open(EfWorkforce *workforce, const void *datum, size_t size,
				  const EfAllocator *allocator, EfError *error)
{
	EfTable    *table = &workforce->table;
	int			day;
	EfStatus	status = ef_table_load(table, &ef_workforce_type, datum, size,
									   allocator, error);

	if (status != EF_OK)
		return status;
	workforce->counts_fte = (table->frame.flags & EF_FLAG_FTE) != 0;
	workforce->last_month = ef_month_of_day(table->frame.as_of, &day) - 1;
	workforce->headcount = ef_table_sum(table, 0, EF_STOCK);
	workforce->opening = ef_table_sum(table, 0, EF_OPENING);
	workforce->hires = ef_table_sum(table, 0, EF_HIRES);
	workforce->exits = workforce->opening + workforce->hires -
		workforce->headcount;
	workforce->days = ef_table_sum(table, 0, EF_DAYS);
	workforce->stock_fte = ef_table_sum(table, 0, EF_STOCK_FTE);
	workforce->hires_fte = ef_table_sum(table, 0, EF_HIRES_FTE);
	return EF_OK;
}


/* ---- what a table says ---- */

int64_t
ef_workforce_exits_by_reason(const EfWorkforce *workforce, const char *reason,
				   size_t length)
{
	uint32_t	label = ef_table_label(&workforce->table, reason, length);

	return label == 0 ? 0 : ef_table_sum(&workforce->table, label, EF_EXITS);
}

EfStatus
ef_turnover_method(const char *name, size_t length, EfTurnoverMethod *method,
				   EfError *error)
{
	if (length == 7 && memcmp(name, "leavers", 7) == 0)
		*method = EF_TURNOVER_LEAVERS;
	else if (length == 11 && memcmp(name, "replacement", 11) == 0)
		*method = EF_TURNOVER_REPLACEMENT;
	else
		return ef_fail(error, EF_METHOD_UNKNOWN, "The method is \"%.*s\".",
					   ef_clip(name, length), name);
	return EF_OK;
}

EfStatus
ef_workforce_turnover(const EfWorkforce *workforce, EfTurnoverMethod method,
			double *turnover, EfError *error)
{
	const EfFrame *frame = &workforce->table.frame;
	int64_t		leavers = workforce->exits;
	EfMonth		month;
	int			day;
	double		years;

	if (!frame->bounded)
		return ef_fail(error, EF_FROM_UNBOUNDED,
					   "The observation period has no first day.");
	if (method == EF_TURNOVER_REPLACEMENT && workforce->hires < leavers)
		leavers = workforce->hires;

	/* calendar months, so that the turnover of one calendar year is leavers
	 * over headcount and not that times 365/365.25 */
	month = ef_month_of_day(frame->from, &day);
	years = (workforce->last_month + 1 - month -
			 (double) day / ef_days_in_month(month)) / 12;
	*turnover = (double) leavers / years /
		((double) (workforce->opening + workforce->headcount) / 2);
	if (workforce->opening + workforce->headcount == 0)
		*turnover = NAN;
	return EF_OK;
}

int
ef_workforce_pyramid(const EfWorkforce *workforce, EfAgeRow *rows)
{
	const EfTable *table = &workforce->table;
	int			n = 0;

	memset(rows, 0, (EF_AGE_LIMIT + 1) * sizeof(EfAgeRow));
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		EfAgeRow   *row;

		/* months of age, but for days, which are not asked for */
		if (ef_key_kind(key) == EF_DAYS)
			continue;
		row = &rows[ef_key_at(key) / 12];
		if (ef_key_kind(key) == EF_STOCK)
			row->headcount += table->cells[i].count;
		else if (ef_key_kind(key) == EF_STOCK_FTE)
			row->fte += table->cells[i].count;
		else if (ef_key_kind(key) == EF_HIRES)
			row->hires += table->cells[i].count;
	}
	for (int age = 0; age <= EF_AGE_LIMIT; age++)
		if (rows[age].headcount > 0 || rows[age].hires > 0)
		{
			rows[n] = rows[age];
			rows[n++].age = age;
		}
	return n;
}

EfStatus
ef_workforce_rates(const EfWorkforce *workforce, double level,
			  EfExitRateRow **rows, size_t *nrows,
			  const EfAllocator *allocator, EfError *error)
{
	const EfTable *table = &workforce->table;
	int64_t		days[EF_AGE_LIMIT + 1] = {0};
	bool		there[EF_AGE_LIMIT + 1] = {false};
	int64_t    *exits;
	int			nages = 0;
	size_t		out = 0;

	if (!(level > 0 && level < 1))
		return ef_fail(error, EF_LEVEL_RANGE, "The level is %g.", level);

	exits = ef_alloc(allocator, ((size_t) table->nlabels + 1) *
					 (EF_AGE_LIMIT + 1) * sizeof(int64_t));
	if (exits == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for rates failed.");
	memset(exits, 0, ((size_t) table->nlabels + 1) *
		   (EF_AGE_LIMIT + 1) * sizeof(int64_t));
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		uint32_t	at = ef_key_at(key);

		if (ef_key_kind(key) == EF_DAYS)
		{
			days[at] = table->cells[i].count;
			there[at] = true;
		}
		else if (ef_key_kind(key) == EF_EXITS)
		{
			exits[(size_t) ef_key_label(key) * (EF_AGE_LIMIT + 1) + at / 12] +=
				table->cells[i].count;
			/* one who left on the day of the start has no days */
			there[at / 12] = true;
		}
	}
	for (int age = 0; age <= EF_AGE_LIMIT; age++)
		nages += there[age];

	*rows = ef_alloc(allocator, (size_t) nages * table->nlabels *
					 sizeof(EfExitRateRow));
	if (*rows == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for rates failed.");
	for (int age = 0; age <= EF_AGE_LIMIT; age++)
		for (uint32_t label = 1; there[age] && label <= table->nlabels; label++)
		{
			EfExitRateRow *row = &(*rows)[out++];

			row->age = age;
			row->reason = label;
			row->exits = exits[(size_t) label * (EF_AGE_LIMIT + 1) + age];
			row->person_years = ef_years_of_days(days[age]);
			row->rate = row->lower = row->upper = NAN;
			if (days[age] > 0)
			{
				row->rate = (double) row->exits / row->person_years;
				ef_poisson_limits(row->exits, level, &row->lower, &row->upper);
				row->lower /= row->person_years;
				row->upper /= row->person_years;
			}
		}
	*nrows = out;
	ef_release(allocator, exits);
	return EF_OK;
}

/* The month that ends on this day, if one does, and not before as_of. */
static EfStatus
until_month(const EfWorkforce *workforce, EfDay until, EfMonth *month,
			EfError *error)
{
	char		day[EF_ISO_DATE_SIZE];
	char		as_of[EF_ISO_DATE_SIZE];
	int			day_of_month;

	if (until == EF_DAY_MINUS_INFINITY || until == EF_DAY_INFINITY)
		return ef_fail(error, EF_DATE_INFINITE, "until is infinite.");
	ef_format_day(day, until);
	*month = ef_month_of_day(until, &day_of_month);
	if (day_of_month + 1 != ef_days_in_month(*month))
		return ef_fail(error, EF_UNTIL_NOT_MONTH_END, "until is %s.", day);
	if (*month >= workforce->last_month)
		return EF_OK;
	ef_format_day(as_of, workforce->table.frame.as_of);
	return ef_fail(error, EF_UNTIL_TOO_EARLY,
				   "until is %s, and the observation ended before %s.",
				   day, as_of);
}

static EfStatus
check_age(int age, EfError *error)
{
	if (age < 0 || age > EF_AGE_LIMIT)
		return ef_fail(error, EF_AGE_RANGE, "The age is %d.", age);
	return EF_OK;
}

/* Those of the stock who reach an age after one month and until another. */
static int64_t
count_reaching(const EfWorkforce *workforce, int age, EfMonth after,
			   EfMonth until)
{
	size_t		n;
	const EfCell *stock = ef_table_series(&workforce->table, 0, EF_STOCK, &n);
	int64_t		count = 0;

	for (size_t i = 0; i < n; i++)
	{
		EfMonth		reached = workforce->last_month + age * 12 -
			(int) ef_key_at(stock[i].key);

		if (reached > after && reached <= until)
			count += stock[i].count;
	}
	return count;
}

EfStatus
ef_workforce_reaching(const EfWorkforce *workforce, int age, EfDay until,
				int64_t *count, EfError *error)
{
	EfMonth		month = 0;
	EfStatus	status = check_age(age, error);

	if (status == EF_OK)
		status = until_month(workforce, until, &month, error);
	if (status == EF_OK)
		*count = count_reaching(workforce, age, workforce->last_month, month);
	return status;
}

EfStatus
ef_workforce_reaching_by_year(const EfWorkforce *workforce, int age, int years,
						EfYearCount **rows, const EfAllocator *allocator,
						EfError *error)
{
	EfMonth		after = workforce->last_month;
	EfStatus	status = check_age(age, error);

	if (status != EF_OK)
		return status;
	if (years < 1 || years > EF_YEARS_LIMIT)
		return ef_fail(error, EF_YEARS_RANGE, "The number of years is %d.",
					   years);
	*rows = ef_alloc(allocator, (size_t) years * sizeof(EfYearCount));
	if (*rows == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for years failed.");
	for (int i = 0; i < years; i++)
	{
		EfYearCount *row = &(*rows)[i];
		EfMonth		until;

		row->year = ef_year_of_month(after + 1);
		until = row->year * 12 + 11;
		row->count = count_reaching(workforce, age, after, until);
		after = until;
	}
	return EF_OK;
}

EfStatus
ef_workforce_reaching_by_rule(const EfWorkforce *workforce,
						const EfRetirementRule *rule, EfDay until,
						int64_t *count, EfError *error)
{
	size_t		n;
	const EfCell *stock = ef_table_series(&workforce->table, 0, EF_STOCK, &n);
	EfMonth		month = 0;
	EfStatus	status = until_month(workforce, until, &month, error);

	*count = 0;
	for (size_t i = 0; i < n && status == EF_OK; i++)
	{
		int			age = (int) ef_key_at(stock[i].key);
		EfMonth		birth = workforce->last_month - age;
		int			pension_age;

		status = ef_rule_age(rule, birth, &pension_age, error);
		if (status == EF_OK && age < pension_age &&
			birth + pension_age <= month)
			*count += stock[i].count;
	}
	return status;
}

int
ef_oldest_month(const EfTable *table)
{
	uint32_t	oldest = 0;

	/* nobody leaves younger than he enters, so leavers will do */
	for (size_t i = 0; i < table->ncells; i++)
	{
		unsigned	kind = ef_key_kind(table->cells[i].key);

		if ((kind == EF_EXITS || kind == EF_STOCK) &&
			ef_key_at(table->cells[i].key) > oldest)
			oldest = ef_key_at(table->cells[i].key);
	}
	return (int) oldest;
}

void
ef_initial_exposure(const EfTable *table, int nmonths, int64_t *parts)
{
	int64_t		leavers[EF_AGE_MONTHS];
	int64_t		present = 0;

	/* first the entries in whole persons, and what they missed */
	memset(parts, 0, (size_t) nmonths * sizeof(int64_t));
	memset(leavers, 0, (size_t) nmonths * sizeof(int64_t));
	for (size_t i = 0; i < table->ncells; i++)
	{
		const EfCell *cell = &table->cells[i];
		uint32_t	at = ef_key_at(cell->key);

		switch (ef_key_kind(cell->key))
		{
			case EF_HIRES:
			case EF_OPENING:
				parts[at] += cell->count * EF_MONTH_PARTS;
				leavers[at] -= cell->count;
				break;
			case EF_MISSED_PARTS:
				parts[at] -= cell->count;
				break;
			case EF_EXITS:
			case EF_STOCK:
				leavers[at] += cell->count;
				break;
		}
	}
	/* then those who were there already */
	for (int age = 0; age < nmonths; age++)
	{
		parts[age] += present * EF_MONTH_PARTS;
		present -= leavers[age];
	}
}
