/*
 * ef_compat.h
 *	  Every difference between PostgreSQL versions, and nothing else.
 *
 * PostgreSQL 15 and later.
 */
#ifndef EF_COMPAT_H
#define EF_COMPAT_H

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#if PG_VERSION_NUM < 150000
#error "education_flow needs PostgreSQL 15 or later"
#endif

#include "storage/buffile.h"

/* 18 has a keyword that comes first, and took the attribute away. */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

/* 19's funcapi.h no longer brings these. */
#include "access/htup_details.h"
#include "utils/tuplestore.h"

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"

/* Input functions report bad text softly where the caller can take it. */
#define EF_SOFT_ERROR(fcinfo, ...) \
	ereturn((fcinfo)->context, (Datum) 0, __VA_ARGS__)

static inline bool
ef_jsonb_in(FunctionCallInfo fcinfo, char *text, Datum *jsonb)
{
	return DirectInputFunctionCallSafe(jsonb_in, text, InvalidOid, -1,
									   fcinfo->context, jsonb);
}
/* What is written is constant. */
static inline void
ef_buffile_write(BufFile *file, const void *bytes, size_t size)
{
	BufFileWrite(file, bytes, size);
}
#else
#define EF_SOFT_ERROR(fcinfo, ...) ereport(ERROR, __VA_ARGS__)

static inline void
ef_buffile_write(BufFile *file, const void *bytes, size_t size)
{
	BufFileWrite(file, unconstify(void *, bytes), size);
}

static inline bool
ef_jsonb_in(FunctionCallInfo fcinfo, char *text, Datum *jsonb)
{
	(void) fcinfo;
	*jsonb = DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
	return true;
}
#endif

#endif							/* EF_COMPAT_H */
