/*
 * test_retirement_rule.c: ages by birth cohort, against a search through all
 * steps.
 */
#include "workforce/retirement_rule.h"

#include <stdlib.h>

#include "arena.h"
#include "tap.h"
#include "workforce/workforce_read.h"

static void
never_release(void *memory, void *pointer)
{
	(void) memory;
	(void) pointer;
	fail("a rule gives nothing back: its caller forgets it");
}

static void
open_arena(Arena *arena)
{
	arena_open(arena);
	arena->context.release = never_release;
}

static void
test_any_order(void)
{
	for (int n = 1; n <= 200; n = n * 2 + 1)
	{
		EfRuleStep	steps[300];
		EfRetirementRule *first = NULL;
		Arena		arena;
		int			wrong = 0;

		open_arena(&arena);
		for (int i = 0; i < n; i++)
		{
			steps[i].born_from = 1900 * 12 + 3 * i + (EfMonth) random_below(3);
			steps[i].age_months = 700 + (int32_t) random_below(100);
		}
		for (int round = 0; round < 4; round++)
		{
			EfRetirementRule *rule;

			wrong += ef_rule_create(&rule, random_below(3), &arena.context) != EF_OK;
			for (int i = n - 1; i > 0; i--)
			{
				int			j = (int) random_below((uint32_t) i + 1);
				EfRuleStep	swap = steps[i];

				steps[i] = steps[j];
				steps[j] = swap;
			}

			/* each once, and some twice */
			for (int i = 0; i < n; i++)
			{
				wrong += ef_rule_add(&rule, &steps[i], &arena.context) != EF_OK;
				wrong += ef_rule_add(&rule, &steps[random_below((uint32_t) i + 1)], &arena.context) != EF_OK;
			}
			wrong += rule->nsteps != (uint32_t) n || rule->room < rule->nsteps ||
				rule->format != EF_RULE_FORMAT || rule->tag != EF_RULE_TAG || rule->reserved != 0;
			for (int i = 1; i < n; i++)
				wrong += rule->steps[i].born_from <= rule->steps[i - 1].born_from;
			if (first == NULL)
				first = rule;
			wrong += memcmp(rule->steps, first->steps, (size_t) n * sizeof(EfRuleStep)) != 0 ||
				ef_rule_compare(rule, first) != 0;

			/* the latest step that begins at or before the birth */
			for (EfMonth birth = 1899 * 12; birth < 1900 * 12 + 3 * n + 20; birth++)
			{
				int			best = -1;
				int			age = -1;
				EfStatus	status = ef_rule_age(rule, birth, &age, &refuses);

				for (int i = 0; i < n; i++)
					if (steps[i].born_from <= birth &&
						(best < 0 || steps[i].born_from > steps[best].born_from))
						best = i;
				wrong += best < 0 ? status != EF_RULE_UNCOVERED
					: status != EF_OK || age != steps[best].age_months;
			}
		}
		is_int(wrong, 0, "%d steps in any order are one rule", n);
		arena_close(&arena);
	}
}

static void
test_conflicts(void)
{
	Arena		arena;
	EfRetirementRule *rule;
	EfRuleStep	step = {1960 * 12 + 4, 66 * 12};
	EfRuleStep	other = {1960 * 12 + 4, 66 * 12 + 1};
	int			age;

	open_arena(&arena);
	ef_rule_create(&rule, 0, &arena.context);
	is_int(ef_rule_age(rule, 1960 * 12, &age, &refuses), EF_RULE_UNCOVERED, "an empty rule covers nobody");
	is_int(ef_rule_add(&rule, &step, &arena.context), EF_OK, "a step");
	is_int(ef_rule_add(&rule, &other, &arena.context), EF_RULE_CONFLICT, "another age for the same cohort");
	is_str(error.detail, "Those born from 1960-05-01 on have both 792 and 793 months.", "is named");
	is_int(rule->nsteps, 1, "and not added");
	is_int(ef_rule_age(rule, 1960 * 12 + 3, &age, &refuses), EF_RULE_UNCOVERED, "born the month before");
	is_str(error.detail, "The rule names no age for those born in the month of 1960-04-01.", "is named");
	ok(ef_rule_age(rule, 1960 * 12 + 4, &age, &refuses) == EF_OK && age == 792, "born in that month");
	ok(ef_rule_age(rule, 9999 * 12, &age, &refuses) == EF_OK && age == 792, "born long after");
	arena_close(&arena);
}

static void
test_steps(void)
{
	static const struct
	{
		EfDay		born_from;
		int			age;
		EfStatus	status;
		const char *name;
	}			cases[] = {
		{0, 780, EF_OK, "a first of January"},
		{31, 780, EF_OK, "a first of February"},
		{1, 780, EF_RULE_NOT_MONTH, "a second of January"},
		{30, 780, EF_RULE_NOT_MONTH, "a last of January"},
		{0, 1, EF_RULE_AGE_RANGE, "an age of one month"},
		{0, 65, EF_RULE_AGE_RANGE, "65 months, which were to be years"},
		{0, 215, EF_RULE_AGE_RANGE, "a month below 18 years"},
		{0, 216, EF_OK, "18 years"},
		{0, 0, EF_RULE_AGE_RANGE, "an age of none"},
		{0, -5, EF_RULE_AGE_RANGE, "less than none"},
		{0, 1800, EF_OK, "150 years"},
		{0, 1801, EF_RULE_AGE_RANGE, "150 years and a month"},
		{0, INT32_MAX, EF_RULE_AGE_RANGE, "any age"},
		{-730119, 780, EF_OK, "from the year 1"},
		{-730120, 780, EF_DATE_RANGE, "from before"},
		{2921909, 780, EF_OK, "from December 9999"},
		{2921940, 780, EF_DATE_RANGE, "from the year 10000"},
		{EF_DAY_INFINITY, 780, EF_DATE_INFINITE, "from infinity"},
		{EF_DAY_MINUS_INFINITY, 780, EF_DATE_INFINITE, "from minus infinity"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		EfRuleStep	step;
		int			place;
		EfStatus	status = ef_rule_step(cases[i].born_from, cases[i].age, &step, &refuses);

		is_int(status, cases[i].status, "%s", cases[i].name);
		if (status == EF_OK)
			ok(step.age_months == cases[i].age &&
			   step.born_from == ef_month_of_day(cases[i].born_from, &place), "is that step");
	}
}

static int
sign(int x)
{
	return (x > 0) - (x < 0);
}

/* An order: reflexive, antisymmetric, transitive; a prefix comes first. */
static void
test_compare(void)
{
	enum
	{
		N = 40
	};
	EfRetirementRule *rules[N];
	Arena		arena;
	int			wrong = 0;

	open_arena(&arena);
	for (int i = 0; i < N; i++)
	{
		ef_rule_create(&rules[i], 0, &arena.context);
		for (uint32_t k = random_below(4); k > 0; k--)
		{
			EfRuleStep	step = {(EfMonth) random_below(3) - 1 + 12 * 1950, 1 + (int32_t) random_below(2)};

			ef_rule_add(&rules[i], &step, &arena.context);
		}
	}
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
		{
			int			order = ef_rule_compare(rules[i], rules[j]);
			bool		same = rules[i]->nsteps == rules[j]->nsteps &&
				memcmp(rules[i]->steps, rules[j]->steps, rules[i]->nsteps * sizeof(EfRuleStep)) == 0;

			wrong += (order == 0) != same;
			wrong += sign(order) != -sign(ef_rule_compare(rules[j], rules[i]));
			wrong += rules[i]->nsteps == 0 && rules[j]->nsteps > 0 && order >= 0;
			for (int k = 0; k < N; k++)
				if (order <= 0 && ef_rule_compare(rules[j], rules[k]) <= 0)
					wrong += ef_rule_compare(rules[i], rules[k]) > 0;
		}
	is_int(wrong, 0, "rules are in an order");
	arena_close(&arena);
}

static EfStatus
work(EfContext *context)
{
	EfRetirementRule *rule;
	EfStatus	status = ef_rule_create(&rule, 0, context);

	for (int i = 0; i < 100 && status == EF_OK; i++)
	{
		EfRuleStep	step = {i, 1};

		status = ef_rule_add(&rule, &step, context);
	}
	return status;
}

static void
test_memory(void)
{
	EfStatus	status;
	int			wrong = 0;
	int			n = 0;
	Arena		arena;
	EfRetirementRule *rule;

	do
	{
		open_arena(&arena);
		arena.fail_at = ++n;
		status = tried(&arena, work(&arena.context));
		wrong += status == EF_OK ? arena.calls >= n : status != EF_NO_MEMORY;
		arena_close(&arena);
	} while (status != EF_OK && n < 100);
	is_int(wrong, 0, "each of %d requests may fail", n - 1);

	open_arena(&arena);
	is_int(ef_rule_create(&rule, UINT32_MAX, &arena.context), EF_TOO_LARGE, "too many steps");
	is_int(arena.calls, 0, "are not asked for");
	arena_close(&arena);
}

/* Bytes that came from somewhere: exactly what the core makes is a rule. */
static void
test_check(void)
{
	Arena		arena;
	EfRetirementRule *rule;
	EfRuleStep	step = {1960 * 12, 804};
	size_t		size;
	int			wrong = 0;
	int			accepted = 0;

	open_arena(&arena);
	ef_rule_create(&rule, 3, &arena.context);
	ef_rule_add(&rule, &step, &arena.context);
	size = ef_rule_size(3);
	is_int(ef_rule_check(rule, size, &refuses), EF_OK, "a rule with room for more is one");
	for (size_t n = 0; n < size + 8; n++)
	{
		uint8_t    *copy = malloc(n > 0 ? n : 1);

		memset(copy, 0, n);
		memcpy(copy, rule, n < size ? n : size);
		if (n != size)
			wrong += ef_rule_check((EfRetirementRule *) copy, n, &refuses) != EF_INVALID;
		free(copy);
	}
	is_int(wrong, 0, "its bytes are not with one more or fewer");
	for (size_t n = 4; n < sizeof(EfRetirementRule); n++)
		for (int byte = 0; byte < 256; byte++)
		{
			uint8_t    *at = (uint8_t *) rule + n;
			uint8_t		old = *at;

			*at = (uint8_t) byte;
			accepted += ef_rule_check(rule, size, &refuses) == EF_OK && byte != old;
			*at = old;
		}
	is_int(accepted, 3, "nor with another byte in the header, but for the number of steps up to the room");
	arena_close(&arena);
}

int
main(void)
{
	test_any_order();
	test_conflicts();
	test_steps();
	test_compare();
	test_memory();
	test_check();
	return done_testing();
}
