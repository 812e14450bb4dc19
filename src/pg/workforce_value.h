/*
 * workforce_value.h
 *	  A workforce among the arguments of a function.
 */
#ifndef EF_WORKFORCE_VALUE_H
#define EF_WORKFORCE_VALUE_H

#include "summary.h"
#include "workforce/workforce_read.h"

static inline void
eg_open_workforce(FunctionCallInfo fcinfo, int argument, EfWorkforce *workforce)
{
	struct varlena *datum = PG_GETARG_VARLENA_P(argument);

	eg_check(ef_workforce_open(workforce, datum, VARSIZE(datum), &eg_context));
}

/* The finished form of one. */
static inline struct varlena *
eg_finished_workforce(FunctionCallInfo fcinfo, int argument)
{
	return (struct varlena *)
		DatumGetPointer(eg_summary_finish((EfState *) PG_GETARG_VARLENA_P(argument),
										  &ef_workforce_type));
}

#endif							/* EF_WORKFORCE_VALUE_H */
