/*
 * read_workforce.c: rows of a workforce, and every question that is asked of one.
 */
#include "fuzz.h"

#include "workforce/projection.h"
#include "workforce/standardisation.h"

void
add_workforce(EfState **state, Input *input)
{
	EfEmployment row;
	EfState    *old = *state;

	memset(&row, 0, sizeof(row));
	row.birth = (EfDay) (take_int(input, 30000) - 18000);
	row.spell.start = row.birth + take_int(input, 40000);
	row.spell.end = take(input) % 3 == 0 ? EF_DAY_INFINITY : row.spell.start + take_int(input, 20000);
	row.spell.reason = (const char *) input->at;
	row.spell.reason_length = (size_t) (take(input) % 3);
	if (row.spell.reason_length > (size_t) (input->end - input->at))
		row.spell.reason_length = 0;
	row.spell.reason = (const char *) input->at;
	row.entry_fte = take_int(input, 1001);
	row.last_fte = take_int(input, 1001);
	if (ef_workforce_add(state, &row, input->context) == EF_OK)
		ef_state_moved(old, *state, input->context);
}

static void
project(const EfWorkforce *workforce, Input *input)
{
	EfProjectionPlan plan = {.workforce = workforce,.rates = workforce};
	EfProjectionPeriod *periods;
	EfProjectedExits exits[64];
	EfExitsProjection reasons;
	EfRetirementRule *rule = NULL;
	EfRuleStep	step;
	double		intake[64];
	double		target[64];
	bool		more = true;
	uint8_t		kind = draw(input);

	plan.years = draw(input) % 16 == 0 ? draw_int(input) : 1 + draw(input) % 12;
	plan.level = draw_level(input);
	plan.retire_at = kind & 1 ? draw_int(input) : EF_AS_OBSERVED;
	plan.latest_age = kind & 2 ? draw_int(input) : 70;
	for (int i = 0; i < 64; i++)
	{
		intake[i] = kind & 16 ? draw_number(input) : i;
		target[i] = kind & 32 ? draw_number(input) : 10 * i;
	}
	if (plan.years > 64)
		kind &= (uint8_t) ~12;
	plan.intake = kind & 4 ? intake : NULL;
	plan.target = kind & 8 ? target : NULL;
	if (kind & 64)
	{
		if (ef_rule_create(&rule, 2, input->context) == EF_OK && ef_rule_step(ef_first_day(draw(input) * 24),
																			  draw(input) % 8 == 0 ? draw_int(input) : 700 + draw(input),
																			  &step, input->context) == EF_OK &&
			ef_rule_add(&rule, &step, input->context) == EF_OK)
			plan.rule = rule;
	}
	if (ef_project_workforce(&plan, &periods, input->context) == EF_OK)
		fuzz_sum += periods[plan.years - 1].headcount;
	if (plan.years > 64 || ef_project_exits_begin(&reasons, &plan, input->context) != EF_OK)
		return;
	for (int n = 0; more && n < 8; n++)
		if (ef_project_exits_next(&reasons, exits, &more) != EF_OK)
			break;
	ef_project_exits_end(&reasons);
}

void
read_workforce(const void *datum, size_t size, Input *input)
{
	EfWorkforce workforce;
	EfExitRates rates;
	EfExitRateRow row;
	EfAgeRow	pyramid[EF_AGE_LIMIT + 1];
	EfYearCount *years;
	EfStaff		staff;
	EfRateComparison comparison[EF_COMPARISON_METHODS];
	EfComparisonPlan plan = {&workforce, &workforce, NULL, NULL, 0, draw_int(input), draw_level(input)};
	EfRetirementRule *rule;
	EfRuleStep	step;
	int64_t		count;
	double		turnover;

	PROMISE(ef_workforce_open(&workforce, datum, size, input->context) == EF_OK);
	PROMISE(workforce.exits >= 0 && workforce.first_day.headcount >= 0 && workforce.last_day.headcount >= 0);
	if (ef_exit_rates_begin(&rates, &workforce, draw_level(input), input->context) == EF_OK)
		for (int n = 0; n < 300 && ef_exit_rates_next(&rates, &row); n++)
		{
			PROMISE(row.exits >= 0 && !(row.lower > row.rate) && !(row.upper < row.rate));
			fuzz_sum += row.rate;
		}
	PROMISE(ef_workforce_pyramid(&workforce, pyramid) <= EF_AGE_LIMIT + 1);
	for (int n = 0; n < EF_TURNOVER_REPLACEMENT + 1; n++)
		if (ef_workforce_turnover(&workforce, (EfTurnoverMethod) n, &turnover, input->context) == EF_OK)
			fuzz_sum += turnover;
	if (ef_workforce_staff(&workforce, workforce.table.frame.as_of - 1, &staff, input->context) == EF_OK)
		fuzz_sum += (double) staff.fte;
	if (ef_workforce_staff(&workforce, draw_int(input), &staff, input->context) == EF_OK)
		fuzz_sum += (double) staff.fte;
	if (ef_workforce_reaching(&workforce, draw_int(input), ef_first_day(workforce.last_month + draw(input)) - 1,
							  &count, input->context) == EF_OK)
		PROMISE(count >= 0 && count <= workforce.carried);
	if (ef_workforce_reaching_by_year(&workforce, draw_int(input), draw_int(input), &years, input->context) == EF_OK)
		fuzz_sum += (double) years[0].count;
	if (ef_rule_create(&rule, 1, input->context) == EF_OK &&
		ef_rule_step(ef_first_day(1900 * 12), 780, &step, input->context) == EF_OK &&
		ef_rule_add(&rule, &step, input->context) == EF_OK && ef_workforce_reaching_by_rule(&workforce, rule,
																							ef_first_day(workforce.last_month + 1 + draw(input)) - 1,
																							&count,
																							input->context) == EF_OK)
		PROMISE(count >= 0 && count <= workforce.carried);
	if (draw(input) % 2 && workforce.table.nlabels > 0)
	{
		plan.reason = workforce.table.labels[0].bytes;
		plan.reason_length = workforce.table.labels[0].length;
		PROMISE(ef_table_sum_of(&workforce.table, plan.reason, plan.reason_length, EF_EXITS) > 0);
	}
	if (ef_standardise_exit_rates(&plan, comparison, input->context) == EF_OK)
		fuzz_sum += comparison[0].ratio.value;
	project(&workforce, input);
	read_credible(&workforce, datum, size, input);
}
