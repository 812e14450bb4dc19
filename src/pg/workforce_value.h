/*
 * workforce_value.h
 *	  A workforce among the arguments of a function.
 */
#ifndef EF_WORKFORCE_VALUE_H
#define EF_WORKFORCE_VALUE_H

#include "glue.h"
#include "workforce/workforce_read.h"

static inline void
eg_open_workforce(FunctionCallInfo fcinfo, int argument, EfWorkforce *workforce)
{
	struct varlena *datum = PG_GETARG_VARLENA_P(argument);

	eg_check(ef_workforce_open(workforce, datum, VARSIZE(datum), &eg_context));
}

#endif							/* EF_WORKFORCE_VALUE_H */
