/*
 * staffs.h: staffs of random people, for the unit tests of what is projected
 * from them.
 */
#ifndef EF_TEST_STAFFS_H
#define EF_TEST_STAFFS_H

#include "arena.h"
#include "workforce/retirement_rule.h"
#include "tap.h"
#include "workforce/workforce_read.h"

typedef enum Staff
{
	ANY, NO_HIRES, NO_STOCK, OLD, HIRED_AT_BIRTH, NO_RETIREMENT, NO_EXITS, YOUNG, STAFFS
} Staff;

static const char *const staff_names[] = {"any", "no hires", "no stock",
"all past the limit", "hired at birth", "no retirement", "no exits", "the young"};

/* So many people, observed for some four years until the first day of a month. */
static inline void
make_staff(EfWorkforce *workforce, Staff staff, EfMonth end, int n, bool fte, const Arena *arena)
{
	static const char *const reasons[] = {"moved", "retirement", "zz", ""};
	EfFrame		frame = {ef_first_day(end - 48) + 11, ef_first_day(end), true, fte, NULL, 0};
	EfContext  *context = &arena->context;
	EfState    *state;
	EfStatus	status = ef_state_create(&state, &ef_workforce_type, &frame, 0, context);

	for (int i = 0; i < n && status == EF_OK; i++)
	{
		EfEmployment row = {0};
		const char *reason = reasons[random_below(4)];
		int			age = staff == OLD ? 110 * 12 + (int) random_below(300)
			: staff == YOUNG ? 18 * 12 + (int) random_below(120)
			: staff == HIRED_AT_BIRTH ? (int) random_below(40)
			: 20 * 12 + (int) random_below(50 * 12);

		row.spell.start = ef_first_day(end - (EfMonth) random_below(90)) - 1 - (EfDay) random_below(30);
		if (staff == NO_HIRES)
			row.spell.start -= 2000;
		row.birth = row.spell.start - age * 30 - age / 3;
		if (staff == HIRED_AT_BIRTH && random_below(2))
			row.birth = row.spell.start;
		row.spell.end = random_below(3) ? EF_DAY_INFINITY
			: row.spell.start + (EfDay) random_below(random_below(2) ? 2500 : 40);
		if (staff == NO_STOCK)
			row.spell.end = row.spell.start + (EfDay) random_below((uint32_t) (frame.as_of - row.spell.start) + 1);
		if (staff == NO_EXITS)
			row.spell.end = EF_DAY_INFINITY;
		if (staff == NO_RETIREMENT && reason == reasons[1])
			reason = "moved";
		row.spell.reason = reason;
		row.spell.reason_length = strlen(reason);
		row.entry_fte = (int32_t) random_below(1001);
		row.last_fte = (int32_t) random_below(1001);
		status = ef_workforce_add(&state, &row, context);
	}
	if (status == EF_OK)
		status = ef_workforce_open(workforce, state, state->size, context);
	if (status != EF_OK)
		fail("a staff is made: %s %s", said(status), error.detail);
}

/* So many steps, the first of which covers all who are born long ago, and no age
 * of which is above that many months. */
static inline EfRetirementRule *
make_rule(int steps, int most, const Arena *arena)
{
	EfContext  *context = &arena->context;
	EfRetirementRule *rule;

	ef_rule_create(&rule, 0, context);
	for (int i = 0; i < steps; i++)
	{
		EfRuleStep	step = {i == 0 ? 1700 * 12 : 1940 * 12 + i * 100 + (EfMonth) random_below(90), 0};

		step.age_months = most - (int32_t) random_below(most < 96 ? (uint32_t) most : 96);
		ef_rule_add(&rule, &step, context);
	}
	return rule;
}

#endif							/* EF_TEST_STAFFS_H */
