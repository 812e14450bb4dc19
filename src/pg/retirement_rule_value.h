/*
 * retirement_rule_value.h
 *	  A retirement rule among the arguments of another type's function.
 */
#ifndef EF_RETIREMENT_RULE_VALUE_H
#define EF_RETIREMENT_RULE_VALUE_H

#include "glue.h"
#include "workforce/retirement_rule.h"

static inline EfRetirementRule *
ef_get_rule(FunctionCallInfo fcinfo, int argument)
{
	return (EfRetirementRule *) PG_GETARG_VARLENA_P(argument);
}

#endif							/* EF_RETIREMENT_RULE_VALUE_H */
