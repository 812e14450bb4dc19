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

#endif							/* EF_RETENTION_VALUE_H */
