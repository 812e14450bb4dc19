/*
 * retirement_rule.h
 *	  The age of retirement by birth cohort: the type `retirement_rule`.
 *
 * A rule is a list of steps, ordered by month of birth.  A person born in or
 * after `born_from`, and before the next step's, retires in the month of
 * reaching `age_months`.  It is a value, so that no function needs to read a
 * table.
 *
 * Byte map, all integers in the machine's order:
 *
 *	 0		length word, the caller's
 *	 4		format, 1
 *	 5		tag, 'R'
 *	 6		two zero bytes
 *	 8		number of steps
 *	 12		number of steps that there is room for (equal when finished)
 *	 16		steps: month of birth (year * 12 + month - 1), age in months
 */
#ifndef EF_RETIREMENT_RULE_H
#define EF_RETIREMENT_RULE_H

#include "base/calendar.h"
#include "base/context.h"
#include "base/status.h"

extern const EfReport EF_RULE_NOT_MONTH[];
extern const EfReport EF_RULE_AGE_RANGE[];
extern const EfReport EF_RULE_CONFLICT[];
extern const EfReport EF_RULE_UNCOVERED[];

#define EF_RULE_FORMAT 1
#define EF_RULE_TAG 'R'

/* Youngest age of a rule, in months: a smaller number was meant in years. */
#define EF_RULE_AGE_MINIMUM (18 * 12)

typedef struct EfRuleStep
{
	EfMonth		born_from;
	int32_t		age_months;
} EfRuleStep;

typedef struct EfRetirementRule
{
	int32_t		length_word;
	uint8_t		format;
	uint8_t		tag;
	uint16_t	reserved;
	uint32_t	nsteps;
	uint32_t	room;
	EfRuleStep	steps[];
} EfRetirementRule;

static inline size_t
ef_rule_size(uint32_t nsteps)
{
	return sizeof(EfRetirementRule) + (size_t) nsteps * sizeof(EfRuleStep);
}

/* Create an empty rule with room for a number of steps. */
extern EfStatus ef_rule_create(EfRetirementRule **rule, uint32_t room,
							   EfContext *context) EF_NODISCARD;

/*
 * Check that `size` bytes are a rule: the header must say so, and its numbers
 * of steps must fit the size.
 */
extern EfStatus ef_rule_check(const EfRetirementRule *rule, size_t size,
							  EfContext *context) EF_NODISCARD;

/* Is this a step that a rule can have?  born_from as a day. */
extern EfStatus ef_rule_step(EfDay born_from, int age_months, EfRuleStep *step,
							 EfContext *context) EF_NODISCARD;

/*
 * Add a step, in its place.  The same step twice is one; another age for the
 * same cohort is refused.  May move the rule, as ef_state_reserve does.
 */
extern EfStatus ef_rule_add(EfRetirementRule **rule, const EfRuleStep *step,
							EfContext *context) EF_NODISCARD;

/* Find the age in months for a person born in this month. */
extern EfStatus ef_rule_age(const EfRetirementRule *rule, EfMonth birth,
							int *age_months, EfContext *context) EF_NODISCARD;

/* Order rules by their steps: -1, 0 or 1. */
extern int	ef_rule_compare(const EfRetirementRule *a,
							const EfRetirementRule *b);

#endif							/* EF_RETIREMENT_RULE_H */
