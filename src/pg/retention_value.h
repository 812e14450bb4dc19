/*
 * retention_value.h
 *	  A retention among the arguments of a function, and how its limits are made.
 */
#ifndef EF_RETENTION_VALUE_H
#define EF_RETENTION_VALUE_H

#include "glue.h"
#include "retention/retention_curve.h"

static inline void
eg_open_retention(FunctionCallInfo fcinfo, int argument,
				  EfRetention *retention)
{
	struct varlena *datum = PG_GETARG_VARLENA_P(argument);

	eg_check(ef_retention_open(retention, datum, VARSIZE(datum), &eg_context));
}

static inline void
eg_get_risk(FunctionCallInfo fcinfo, int argument, EfRiskSet *risk)
{
	EfRetention retention;

	eg_open_retention(fcinfo, argument, &retention);
	ef_retention_risk(risk, &retention.table, &eg_context);
}

#endif							/* EF_RETENTION_VALUE_H */
