/*
 * try_rates.c: credible rates of anything, forecasts of the past, and scores of
 * forecasts.
 */
#include "fuzz.h"

#include <math.h>

#include "estimate/forecast_score.h"
#include "workforce/backtest.h"
#include "workforce/levers.h"

#define YEARS 6

/* What a reason may have, now and then what it may not. */
static EfCredibleReason
draw_reason(Input *input)
{
	EfCredibleReason reason = ef_credible_plain();

	if (draw(input) % 4 == 0)
		return reason;
	reason.base = draw_number(input);
	reason.base_variance = draw_number(input);
	reason.mean = draw_number(input);
	reason.weight = draw_number(input);
	reason.expected = draw_number(input);
	reason.exits = draw(input);
	return reason;
}

/* Every question that is asked of rates. */
static void
read_rates(EfCredibleRates *rates, size_t size, Input *input)
{
	EfWorkforce reference;
	EfExitRatio *ratios;
	EfRatioRow	row;
	EfProjectionPlan plan = {0};
	EfProjectionPeriod *periods;
	EfLabel		names[3] = {{"a", 1}, {"", 0}, {NULL, 0}};
	double		factors[3];
	double		levels[3];

	if (ef_credible_open(rates, size, &reference, &ratios, input->context) != EF_OK)
		return;
	for (uint32_t i = 0; i < rates->nreasons; i++)
	{
		PROMISE(ratios[i].mean >= 0 && ratios[i].variance >= 0);
		fuzz_sum += ef_credible_is_group(&rates->reasons[i]);
		if (ef_credible_row(&rates->reasons[i], draw_level(input), &row, input->context) == EF_OK)
			PROMISE(row.z >= 0 && row.z <= 1 && row.ratio >= 0);
	}

	/* as they are; then learnt from the reference itself, and changed */
	plan.workforce = plan.rates = &reference;
	plan.ratios = ratios;
	plan.shift = rates->retirement_shift;
	plan.years = 1 + draw(input) % 8;
	plan.retire_at = draw(input) % 2 ? EF_AS_OBSERVED : 60 + draw(input) % 12;
	plan.latest_age = 72;
	for (int i = 0; i < 3; i++)
	{
		levels[i] = draw_level(input);
		factors[i] = draw_number(input);
		if (rates->nreasons > (uint32_t) i)
			names[i] = reference.table.labels[i];
	}
	if (ef_project_fan(&plan, levels, 1 + draw(input) % 3, &periods, input->context) == EF_OK)
		fuzz_sum += periods[0].lower;
	if (ef_credible_learn(rates->reasons, &reference.table, &reference.table, input->context) == EF_OK)
		for (uint32_t i = 0; i < rates->nreasons; i++)
			PROMISE(ef_credible_check_reason(&rates->reasons[i], input->context) == EF_OK);
	if (ef_lever_exit_rates(rates->reasons, &reference.table, names, factors, 1 + draw(input) % 3,
							input->context) == EF_OK)
	{
		for (uint32_t i = 0; i < rates->nreasons; i++)
		{
			PROMISE(ef_credible_check_reason(&rates->reasons[i], input->context) == EF_OK);
			ratios[i] = ef_credible_ratio(&rates->reasons[i]);
		}
		plan.level = draw_level(input);
		if (ef_project_workforce(&plan, &periods, input->context) == EF_OK)
			fuzz_sum += periods[0].upper;
	}
}

void
try_rates(Input *input)
{
	size_t		size = (size_t) (input->end - input->at);
	uint8_t    *copy = malloc(size + 4);
	const EfCredibleRates *rates = (const EfCredibleRates *) copy;
	EfWorkforce reference;
	EfExitRatio *ratios;

	/* the length word is the server's */
	memset(copy, 0, 4);
	memcpy(copy + 4, input->at, size);
	if (ef_credible_open(rates, size + 4, &reference, &ratios, input->context) == EF_OK &&
		((const uint8_t *) ef_credible_reference(rates))[4] == EF_FORMAT_PACKED &&
		ef_table_validate(&reference.table, &ef_workforce_type, input->context) == EF_OK)
		read_rates((EfCredibleRates *) copy, size + 4, input);
	free(copy);
}

void
read_credible(const EfWorkforce *workforce, const void *datum, size_t size, Input *input)
{
	EfCredibleRates *rates;
	EfTable		groups[3];
	uint32_t	n = workforce->table.nlabels;

	if (ef_credible_create(&rates, n, size, input->context) != EF_OK)
		return;
	memcpy(ef_credible_reference(rates), datum, size);
	for (uint32_t i = 0; i < n; i++)
		rates->reasons[i] = draw_reason(input);
	read_rates(rates, ef_credible_size(n, size), input);

	/* how much groups differ that are alike */
	for (int i = 0; i < 3; i++)
		groups[i] = workforce->table;
	for (uint32_t i = 0; i < n; i++)
		rates->reasons[i] = ef_credible_plain();
	if (ef_credible_estimate(rates->reasons, &workforce->table, draw(input) % 2, groups, 1 + draw(input) % 3,
							 draw(input) % 2 ? EF_MARSHALL : EF_POISSON_GAMMA, input->context) == EF_OK)
		for (uint32_t i = 0; i < n; i++)
			PROMISE(ef_credible_check_reason(&rates->reasons[i], input->context) == EF_OK);
}

/* Rows of six years, and the forecasts that could have been made. */
static void
try_backtest(Input *input)
{
	EfState    *states[YEARS];
	EfWorkforce years[YEARS];
	EfWorkforce rates[YEARS];
	EfOriginRates origins[YEARS];
	EfExitRatio ratios[8];
	EfBacktestPlan plan = {0};
	EfBacktestRow *rows;
	size_t		n;
	int			first = 2000 + draw(input) % 30;
	uint8_t		kind = draw(input);

	for (int i = 0; i < YEARS; i++)
	{
		EfMonth		year = (EfMonth) (12 * (first + i + (kind == 255 && i > 3)));
		EfFrame		frame = {ef_first_day(year), ef_first_day(year + 12), true, 0, NULL, 0};

		PROMISE(ef_state_create(&states[i], &ef_workforce_type, &frame, 0, input->context) == EF_OK);
	}
	plan.horizon = draw(input) % 8 == 0 ? draw_int(input) : 1 + draw(input) % 5;
	plan.observed_years = kind & 1 ? draw_int(input) : EF_ALL_YEARS;
	plan.least_years = draw(input) % 8 == 0 ? draw_int(input) : 1 + draw(input) % 4;
	plan.hires = kind & 2 ? EF_HIRES_AS_CAME : EF_HIRES_AS_BEFORE;
	plan.assume.retire_at = kind & 4 ? draw_int(input) : EF_AS_OBSERVED;
	plan.assume.latest_age = kind & 8 ? draw_int(input) : 70;
	plan.assume.level = draw_level(input);
	for (size_t i = 0; i < 8; i++)
	{
		ratios[i].mean = fabs(draw_number(input));
		ratios[i].variance = fabs(draw_number(input));
		if (!(ratios[i].mean < 1e31 && ratios[i].variance < 1e31))
		{
			ratios[i].mean = 1;
			ratios[i].variance = 0;
		}
	}
	while (input->at < input->end)
		add_workforce(&states[take(input) % YEARS], input);
	for (int i = 0; i < YEARS; i++)
	{
		PROMISE(ef_workforce_open(&years[i], states[i], states[i]->size, input->context) == EF_OK);
		rates[i] = years[i];
		if (years[i].table.nlabels > 8)
			kind &= (uint8_t) ~32;
		memset(&origins[i], 0, sizeof(origins[i]));
		origins[i].reference = years[i];
		origins[i].ratios = kind & 64 ? ratios : NULL;
		origins[i].shift = (int) draw(input) - 128;
		origins[i].nearest = kind & 128;
	}
	plan.years = years;
	plan.nyears = kind & 16 ? YEARS : draw(input) % YEARS;
	if (kind & 32)
	{
		plan.origin_rates = origins;
		plan.norigin_rates = YEARS;
	}
	if (draw(input) % 2)
	{
		plan.rates = rates;
		plan.nrates = draw(input) % (YEARS + 1);
	}
	if (ef_backtest(&plan, &rows, &n, input->context) == EF_OK)
		for (size_t i = 0; i < n; i++)
		{
			PROMISE(isnan(rows[i].lower) || !(rows[i].lower > rows[i].upper));
			fuzz_sum += rows[i].actual;
		}
}

static void
try_scores(Input *input)
{
	EfForecast	forecast;
	EfMiss		misses[300];
	EfForecastScore score;
	size_t		n = 0;

	while (input->at < input->end && n < 300)
	{
		forecast.predicted = draw_number(input);
		forecast.lower = draw_number(input);
		forecast.upper = draw_number(input);
		forecast.actual = draw_number(input);
		forecast.naive = draw_number(input);
		forecast.level = draw_level(input);

		/* neither can come from the server */
		if (isnan(forecast.predicted) || isnan(forecast.actual))
			continue;
		if (ef_forecast_miss(&forecast, &misses[n], input->context) == EF_OK)
			n++;
	}
	ef_forecast_score(misses, n, &score, input->context);
	PROMISE(score.forecasts == n && !(score.coverage < 0) && !(score.coverage > 1) && !(score.mean_absolute_error < 0));
}

void
try_forecasts(Input *input)
{
	const char *name;
	size_t		length;
	unsigned	hires;
	unsigned	method;

	switch (draw(input) % 4)
	{
		case 0:
			try_scores(input);
			break;
		case 1:
			name = take_name(input, &length);
			fuzz_sum += ef_choose(&ef_hires_methods, name, length, &hires, input->context) == EF_OK;
			fuzz_sum += ef_choose(&ef_credibility_methods, name, length, &method, input->context) == EF_OK;
			break;
		default:
			try_backtest(input);
	}
}
