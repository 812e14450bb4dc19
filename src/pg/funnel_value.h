/*
 * funnel_value.h
 *	  A funnel among the arguments of a function.
 */
#ifndef EF_FUNNEL_VALUE_H
#define EF_FUNNEL_VALUE_H

#include "funnel.h"
#include "glue.h"

static inline void
ef_open_funnel(FunctionCallInfo fcinfo, int argument, EfFunnel *funnel)
{
	struct varlena *datum = PG_GETARG_VARLENA_P(argument);
	EfError		error;

	ef_check(ef_funnel_open(funnel, datum, VARSIZE(datum), &ef_palloc,
							&error), &error);
}

#endif							/* EF_FUNNEL_VALUE_H */
