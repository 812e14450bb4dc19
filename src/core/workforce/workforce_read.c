/*
 * workforce_read.c
 *	  See workforce_read.h.
 */
#include "workforce/workforce_read.h"

#include <math.h>
#include <string.h>

#include "base/invariant.h"
#include "estimate/distribution.h"
#include "estimate/estimate.h"
#include "workforce/retirement_rule.h"

EfStatus
ef_workforce_open(EfWorkforce *workforce, const void *datum, size_t size,
				  EfContext *context)
{
	EfTable    *table = &workforce->table;
	int64_t		sums[EF_LAST_DAY_FTE + 1];
	EfStatus	status = ef_table_load(table, &ef_workforce_type, datum, size,
									   context);

	if (status != EF_OK)
		return status;
	workforce->counts_fte = (table->frame.flags & EF_FLAG_FTE) != 0;
	workforce->last_month = ef_month_of(table->frame.as_of) - 1;
	ef_table_sums(table, EF_LAST_DAY_FTE + 1, sums);
	workforce->opening = sums[EF_OPENING];
	workforce->carried = sums[EF_STOCK];
	workforce->hires = sums[EF_HIRES];
	workforce->exits = workforce->opening + workforce->hires -
		workforce->carried;
	workforce->days = sums[EF_DAYS];
	workforce->hires_fte = sums[EF_HIRES_FTE];
	workforce->first_day.headcount = workforce->opening + sums[EF_FIRST_DAY];
	workforce->first_day.fte = sums[EF_OPENING_FTE] + sums[EF_FIRST_DAY_FTE];
	workforce->last_day.headcount = workforce->carried + sums[EF_LAST_DAY];
	workforce->last_day.fte = sums[EF_STOCK_FTE] + sums[EF_LAST_DAY_FTE];
	return EF_OK;
}

EF_REPORT(EF_AT_BETWEEN, INVALID_PARAMETER_VALUE,
		  "at must be the first or the last day observed",
		  "These are first_day and last_day of the workforce; mobility_headcount knows of every day.");

EfStatus
ef_workforce_staff(const EfWorkforce *workforce, EfDay at, EfStaff *staff,
				   EfContext *context)
{
	const EfFrame *frame = &workforce->table.frame;

	if (ef_is_infinite(at))
		return ef_fail(context, EF_DATE_INFINITE, "at is infinite.");
	if (at == frame->as_of - 1)
		*staff = workforce->last_day;
	else if (frame->bounded && at == frame->from)
		*staff = workforce->first_day;
	else
		return ef_fail(context, EF_AT_BETWEEN,
					   "at is %s, and people were observed in %s.",
					   ef_day_shown(at).text, ef_frame_shown(frame).text);
	return EF_OK;
}

EF_REPORT(EF_METHOD_UNKNOWN, INVALID_PARAMETER_VALUE,
		  "unknown method of turnover",
		  "The methods are 'leavers' and 'replacement'.");

const EfChoice ef_turnover_methods = {
	"method", EF_METHOD_UNKNOWN, {
		[EF_TURNOVER_LEAVERS] = "leavers",
		[EF_TURNOVER_REPLACEMENT] = "replacement"
	}
};

EF_REPORT(EF_FROM_UNBOUNDED, INVALID_PARAMETER_VALUE,
		  "observation period has no beginning",
		  "Turnover needs an opening headcount: give the period a lower bound.");

EfStatus
ef_workforce_turnover(const EfWorkforce *workforce, EfTurnoverMethod method,
					  double *turnover, EfContext *context)
{
	const EfFrame *frame = &workforce->table.frame;
	int64_t		leavers = workforce->exits;
	int64_t		both;
	EfMonth		month;
	int			day;
	double		years;

	if (!frame->bounded)
		return ef_fail(context, EF_FROM_UNBOUNDED,
					   "The observation period has no first day.");
	if (method == EF_TURNOVER_REPLACEMENT && workforce->hires < leavers)
		leavers = workforce->hires;

	/*
	 * calendar months, so that the turnover of one calendar year is leavers
	 * over headcount and not that times 365/365.25
	 */
	month = ef_month_of_day(frame->from, &day);
	years = (workforce->last_month + 1 - month -
			 (double) day / ef_days_in_month(month)) / 12;
	both = workforce->first_day.headcount + workforce->last_day.headcount;
	*turnover = both == 0 ? NAN
		: (double) leavers / years / ((double) both / 2);
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

		/* months of age; days are not needed */
		if (ef_key_kind(key) == EF_DAYS)
			continue;
		row = &rows[ef_key_at(key) / 12];
		switch (ef_key_kind(key))
		{
			case EF_STOCK:
			case EF_LAST_DAY:
				row->headcount += table->cells[i].count;
				break;
			case EF_STOCK_FTE:
			case EF_LAST_DAY_FTE:
				row->fte += table->cells[i].count;
				break;
			case EF_HIRES:
				row->hires += table->cells[i].count;
				break;
		}
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
ef_exit_rates_begin(EfExitRates *rates, const EfWorkforce *workforce,
					double level, EfContext *context)
{
	const EfTable *table = &workforce->table;
	size_t		end[EF_AGE_LIMIT + 1];
	size_t		n = 0;

	if (ef_level_check(level, context) != EF_OK)
		return EF_LEVEL_RANGE;
	memset(rates, 0, sizeof(*rates));
	rates->level = level;
	rates->nreasons = table->nlabels;
	ef_poisson_limits(0, level, &rates->none_lower, &rates->none_upper);

	/* number of exits by age, and so where each age begins */
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		uint32_t	at = ef_key_at(key);

		if (ef_key_kind(key) == EF_DAYS)
		{
			rates->days[at] = table->cells[i].count;
			rates->there[at] = true;
		}
		else if (ef_key_kind(key) == EF_EXITS)
		{
			/* a person who left on the day of the start has no days */
			rates->there[at / 12] = true;
			rates->first[at / 12]++;
			n++;
		}
	}
	for (int age = EF_AGE_LIMIT; age >= 0; age--)
	{
		n -= rates->first[age];
		rates->first[age] = end[age] = n;
	}

	/* by age; cells come in the order of reasons, and so they stay */
	rates->exits = ef_alloc(context, (table->ncells + 1) *
							sizeof(EfReasonExits));
	for (size_t i = 0; i < table->ncells; i++)
	{
		EfKey		key = table->cells[i].key;
		uint32_t	age = ef_key_at(key) / 12;
		EfReasonExits *last;

		if (ef_key_kind(key) != EF_EXITS)
			continue;
		last = &rates->exits[end[age]];
		if (end[age] > rates->first[age] &&
			last[-1].reason == ef_key_label(key))
			last[-1].exits += table->cells[i].count;
		else
		{
			last->reason = ef_key_label(key);
			last->exits = table->cells[i].count;
			end[age]++;
		}
	}
	for (int age = 0; age <= EF_AGE_LIMIT; age++)
		rates->end[age] = end[age];
	return EF_OK;
}

bool
ef_exit_rates_next(EfExitRates *rates, EfExitRateRow *row)
{
	while (rates->age <= EF_AGE_LIMIT &&
		   (rates->reason == rates->nreasons || !rates->there[rates->age]))
	{
		rates->age++;
		rates->reason = 0;
	}
	if (rates->age > EF_AGE_LIMIT)
		return false;

	row->age = rates->age;
	row->reason = ++rates->reason;
	row->exits = 0;
	if (rates->first[row->age] < rates->end[row->age] &&
		rates->exits[rates->first[row->age]].reason == row->reason)
		row->exits = rates->exits[rates->first[row->age]++].exits;
	row->person_years = ef_years_of_days(rates->days[row->age]);
	row->rate = row->lower = row->upper = NAN;
	if (rates->days[row->age] > 0)
	{
		row->rate = (double) row->exits / row->person_years;
		row->lower = rates->none_lower;
		row->upper = rates->none_upper;
		if (row->exits > 0)
			ef_poisson_limits(row->exits, rates->level, &row->lower, &row->upper);
		row->lower /= row->person_years;
		row->upper /= row->person_years;
	}
	return true;
}

EF_REPORT(EF_UNTIL_NOT_MONTH_END, INVALID_PARAMETER_VALUE,
		  "until must be the last day of a month",
		  "Ages are counted in calendar months; a year ends on 31 December.");

EF_REPORT(EF_UNTIL_TOO_EARLY, INVALID_PARAMETER_VALUE,
		  "until is before the end of the observation",
		  "Give a later month's last day, or a summary that was observed until then.");

/* Find the month that ends on this day, if one does, and not before as_of. */
EF_NODISCARD static EfStatus
until_month(const EfWorkforce *workforce, EfDay until, EfMonth *month,
			EfContext *context)
{
	int			day_of_month;

	if (ef_is_infinite(until))
		return ef_fail(context, EF_DATE_INFINITE, "until is infinite.");
	*month = ef_month_of_day(until, &day_of_month);
	if (day_of_month + 1 != ef_days_in_month(*month))
		return ef_fail(context, EF_UNTIL_NOT_MONTH_END, "until is %s.",
					   ef_day_shown(until).text);
	if (*month >= workforce->last_month)
		return EF_OK;
	return ef_fail(context, EF_UNTIL_TOO_EARLY,
				   "until is %s, and the observation ended before %s.",
				   ef_day_shown(until).text,
				   ef_day_shown(workforce->table.frame.as_of).text);
}

EF_REPORT(EF_AGE_RANGE, INVALID_PARAMETER_VALUE,
		  "age is out of range",
		  "Ages are completed years, up to 150 where people are counted and from 1 to 149 where they leave.");

EF_NODISCARD static EfStatus
check_age(int age, EfContext *context)
{
	if (age < 0 || age > EF_AGE_LIMIT)
		return ef_fail(context, EF_AGE_RANGE, "The age is %d.", age);
	return EF_OK;
}

/*
 * Count people carried over as_of who reach an age after one month and until
 * another.
 */
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
					  int64_t *count, EfContext *context)
{
	EfMonth		month = 0;
	EfStatus	status = check_age(age, context);

	if (status == EF_OK)
		status = until_month(workforce, until, &month, context);
	if (status == EF_OK)
		*count = count_reaching(workforce, age, workforce->last_month, month);
	return status;
}

EfStatus
ef_workforce_reaching_by_year(const EfWorkforce *workforce, int age, int years,
							  EfYearCount **rows, EfContext *context)
{
	EfMonth		after = workforce->last_month;
	EfStatus	status = check_age(age, context);

	if (status == EF_OK)
		status = ef_years_check(years, context);
	if (status != EF_OK)
		return status;
	*rows = ef_alloc(context, (size_t) years * sizeof(EfYearCount));
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
							  int64_t *count, EfContext *context)
{
	size_t		n;
	const EfCell *stock = ef_table_series(&workforce->table, 0, EF_STOCK, &n);
	EfMonth		month = 0;
	EfStatus	status = until_month(workforce, until, &month, context);

	*count = 0;
	for (size_t i = 0; i < n && status == EF_OK; i++)
	{
		int			age = (int) ef_key_at(stock[i].key);
		EfMonth		birth = workforce->last_month - age;
		int			pension_age;

		status = ef_rule_age(rule, birth, &pension_age, context);
		if (status == EF_OK && age < pension_age &&
			birth + pension_age <= month)
			*count += stock[i].count;
	}
	return status;
}

int
ef_workforce_oldest_month(const EfTable *table)
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
ef_workforce_initial_exposure(const EfTable *table, int nmonths,
							  int64_t *parts)
{
	int64_t		leavers[EF_AGE_MONTHS];
	int64_t		present = 0;

	EF_ASSERT(nmonths >= 0 && nmonths <= EF_AGE_MONTHS);

	/* first the entries in whole persons, and their missing parts */
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
	/* then the people who were there already */
	for (int age = 0; age < nmonths; age++)
	{
		parts[age] += present * EF_MONTH_PARTS;
		present -= leavers[age];
	}
}
