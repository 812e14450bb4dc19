/*
 * retirement_rule.c
 *	  See retirement_rule.h.
 */
#include "workforce/retirement_rule.h"

#include <string.h>

#include "base/invariant.h"
#include "spell/spell.h"

EfStatus
ef_rule_create(EfRetirementRule **rule, uint32_t room, EfContext *context)
{
	if (ef_rule_size(room) > EF_SIZE_LIMIT)
		return ef_fail(context, EF_TOO_LARGE, "The rule has %u steps.", room);
	*rule = ef_alloc_zeroed(context, ef_rule_size(room));
	(*rule)->format = EF_RULE_FORMAT;
	(*rule)->tag = EF_RULE_TAG;
	(*rule)->room = room;
	return EF_OK;
}

EfStatus
ef_rule_check(const EfRetirementRule *rule, size_t size, EfContext *context)
{
	if (size < sizeof(EfRetirementRule))
		return ef_fail(context, EF_INVALID, "The bytes end too early.");
	if (rule->format != EF_RULE_FORMAT || rule->tag != EF_RULE_TAG ||
		rule->reserved != 0)
		return ef_fail(context, EF_INVALID,
					   "The bytes are no retirement rule.");
	if (rule->nsteps > rule->room || ef_rule_size(rule->room) != size)
		return ef_fail(context, EF_INVALID,
					   "The rule has %u steps and room for %u in %zu bytes.",
					   rule->nsteps, rule->room, size);
	return EF_OK;
}

EF_REPORT(EF_RULE_NOT_MONTH, INVALID_PARAMETER_VALUE,
		  "born_from must be the first day of a month",
		  "A rule is exact to the month of birth.");

EF_REPORT(EF_RULE_AGE_RANGE, INVALID_PARAMETER_VALUE,
		  "age of retirement is out of range",
		  "Ages of a rule are in months, from 216 to 1800: 65 years are 780.");

EfStatus
ef_rule_step(EfDay born_from, int age_months, EfRuleStep *step,
			 EfContext *context)
{
	int			day_of_month;

	if (ef_is_infinite(born_from))
		return ef_fail(context, EF_DATE_INFINITE, "born_from is infinite.");
	step->born_from = ef_month_of_day(born_from, &day_of_month);
	step->age_months = age_months;
	if (!ef_is_date(born_from))
		return ef_fail(context, EF_DATE_RANGE, "born_from is %s.",
					   ef_day_shown(born_from).text);
	if (day_of_month != 0)
		return ef_fail(context, EF_RULE_NOT_MONTH, "born_from is %s.",
					   ef_day_shown(born_from).text);
	if (age_months < EF_RULE_AGE_MINIMUM || age_months >= EF_AGE_MONTHS)
		return ef_fail(context, EF_RULE_AGE_RANGE,
					   "The age for those born from %s on is %d months.",
					   ef_day_shown(born_from).text, age_months);
	return EF_OK;
}

/* Count the steps that begin at or before a month of birth. */
static uint32_t
steps_until(const EfRetirementRule *rule, EfMonth birth)
{
	uint32_t	low = 0;
	uint32_t	high = rule->nsteps;

	while (low < high)
	{
		uint32_t	middle = low + (high - low) / 2;

		if (rule->steps[middle].born_from <= birth)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

EF_REPORT(EF_RULE_CONFLICT, INVALID_PARAMETER_VALUE,
		  "rule has two ages for one birth cohort",
		  "Keep one row for each born_from.");

EfStatus
ef_rule_add(EfRetirementRule **rule, const EfRuleStep *step,
			EfContext *context)
{
	EfRetirementRule *old = *rule;
	uint32_t	place = steps_until(old, step->born_from);

	if (place > 0 && old->steps[place - 1].born_from == step->born_from)
	{
		if (old->steps[place - 1].age_months == step->age_months)
			return EF_OK;
		return ef_fail(context, EF_RULE_CONFLICT,
					   "Those born from %s on have both %d and %d months.",
					   ef_day_shown(ef_first_day(step->born_from)).text,
					   old->steps[place - 1].age_months,
					   step->age_months);
	}
	if (old->nsteps == old->room)
	{
		EfStatus	status = ef_rule_create(rule, 2 * old->room + 4, context);

		if (status != EF_OK)
			return status;
		memcpy((*rule)->steps, old->steps, old->nsteps * sizeof(EfRuleStep));
		(*rule)->nsteps = old->nsteps;
	}
	EF_ASSERT((*rule)->nsteps < (*rule)->room);
	memmove(&(*rule)->steps[place + 1], &(*rule)->steps[place],
			((*rule)->nsteps - place) * sizeof(EfRuleStep));
	(*rule)->steps[place] = *step;
	(*rule)->nsteps++;
	return EF_OK;
}

EF_REPORT(EF_RULE_UNCOVERED, INVALID_PARAMETER_VALUE,
		  "retirement rule does not cover everyone",
		  "Add a row with an earlier born_from.");

EfStatus
ef_rule_age(const EfRetirementRule *rule, EfMonth birth, int *age_months,
			EfContext *context)
{
	uint32_t	place = steps_until(rule, birth);

	if (place == 0)
		return ef_fail(context, EF_RULE_UNCOVERED,
					   "The rule names no age for those born in the month of %s.",
					   ef_day_shown(ef_first_day(birth)).text);
	*age_months = rule->steps[place - 1].age_months;
	return EF_OK;
}

int
ef_rule_compare(const EfRetirementRule *a, const EfRetirementRule *b)
{
	for (uint32_t i = 0; i < a->nsteps && i < b->nsteps; i++)
	{
		const EfRuleStep *x = &a->steps[i];
		const EfRuleStep *y = &b->steps[i];

		if (x->born_from != y->born_from)
			return x->born_from < y->born_from ? -1 : 1;
		if (x->age_months != y->age_months)
			return x->age_months < y->age_months ? -1 : 1;
	}
	return (a->nsteps > b->nsteps) - (a->nsteps < b->nsteps);
}
