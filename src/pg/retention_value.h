/*
 * retention_value.h
 *	  A retention among the arguments of a function, and how its limits are made.
 */
#ifndef EF_RETENTION_VALUE_H
#define EF_RETENTION_VALUE_H

#include "glue.h"
#include "retention/retention_curve.h"

static inline void
ef_open_retention(FunctionCallInfo fcinfo, int argument,
				  EfRetention *retention)
{
	struct varlena *datum = PG_GETARG_VARLENA_P(argument);

	ef_check(ef_retention_open(retention, datum, VARSIZE(datum), &ef_context));
}

static inline void
ef_get_risk(FunctionCallInfo fcinfo, int argument, EfRiskSet *risk)
{
	EfRetention retention;

	ef_open_retention(fcinfo, argument, &retention);
	ef_retention_risk(risk, &retention.table, &ef_context);
}

/* The scale on which limits are symmetric, by the name of a method. */
static inline EfLimitScale
ef_get_scale(FunctionCallInfo fcinfo, int argument)
{
	text	   *method = PG_GETARG_TEXT_PP(argument);
	EfLimitScale scale = EF_LOG_LOG;

	ef_check(ef_limit_scale(VARDATA_ANY(method), VARSIZE_ANY_EXHDR(method),
							&scale, &ef_context));
	return scale;
}

#endif							/* EF_RETENTION_VALUE_H */
