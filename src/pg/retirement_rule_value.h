/*
 * retirement_rule_value.h
 *	  A retirement rule among the arguments of a function.
 */
#ifndef EF_RETIREMENT_RULE_VALUE_H
#define EF_RETIREMENT_RULE_VALUE_H

#include "glue.h"
#include "workforce/retirement_rule.h"

/*
 * Get a rule.  A transition value comes this way too, and a user's own
 * aggregate can hand over a value as a table stores it, with a short header
 * or compressed.
 */
static inline EfRetirementRule *
eg_get_rule(FunctionCallInfo fcinfo, int argument)
{
	EfRetirementRule *rule =
		(EfRetirementRule *) PG_GETARG_VARLENA_P(argument);

	eg_check(ef_rule_check(rule, VARSIZE(rule), &eg_context));
	return rule;
}

#endif							/* EF_RETIREMENT_RULE_VALUE_H */
