/*
 * fte_value.h
 *	  Full-time equivalents as arguments, in thousandths: exact or refused.
 */
#ifndef EF_FTE_VALUE_H
#define EF_FTE_VALUE_H

#include "glue.h"

#include "base/fte.h"

extern int32_t eg_get_fte_numeric(FunctionCallInfo fcinfo, int argument);

static inline int32_t
eg_get_fte_float8(FunctionCallInfo fcinfo, int argument)
{
	int32_t		fte;

	eg_check(ef_fte_from_float8(PG_GETARG_FLOAT8(argument), &fte,
								&eg_context));
	return fte;
}

#endif							/* EF_FTE_VALUE_H */
