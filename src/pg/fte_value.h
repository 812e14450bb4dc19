/*
 * fte_value.h
 *	  Full-time equivalents as arguments, in thousandths: exact or refused.
 */
#ifndef EF_FTE_VALUE_H
#define EF_FTE_VALUE_H

#include "glue.h"

extern EfStatus eg_get_fte_numeric(FunctionCallInfo fcinfo, int argument,
								   int32_t *fte) EF_NODISCARD;

static inline EfStatus
eg_get_fte_float8(FunctionCallInfo fcinfo, int argument, int32_t *fte)
{
	return ef_fte_from_float8(PG_GETARG_FLOAT8(argument), fte, &eg_context);
}

/*
 * The transition functions of an aggregate without FTE, and with FTE in argument
 * `at` of two types: a row whose FTE is null is not known.  What a row adds is
 * add(fcinfo, known, fte).
 */
#define EF_FTE_TRANSFNS(name, add, at) \
	EF_FUNCTION(name, transfn, add(fcinfo, true, 0)) \
	EF_FTE_TRANSFN(name, add, at, numeric) \
	EF_FTE_TRANSFN(name, add, at, float8)

#define EF_FTE_TRANSFN(name, add, at, type) \
	PG_FUNCTION_INFO_V1(ef_##name##_##type##_transfn); \
	Datum \
	ef_##name##_##type##_transfn(PG_FUNCTION_ARGS) \
	{ \
		bool		known = !PG_ARGISNULL(at); \
		int32_t		fte = 0; \
		if (known) \
			eg_check(eg_get_fte_##type(fcinfo, at, &fte)); \
		return add(fcinfo, known, fte); \
	}

#endif							/* EF_FTE_VALUE_H */
