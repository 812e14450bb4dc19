/*
 * glue.h
 *	  Between PostgreSQL and the core: memory, errors, rows.
 */
#ifndef EF_GLUE_H
#define EF_GLUE_H

#include "postgres.h"

#include <math.h>

#include "ef_compat.h"
#include "funcapi.h"
#include "miscadmin.h"

#include "utils/array.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "base/calendar.h"
#include "base/choice.h"
#include "base/context.h"
#include "base/fte.h"
#include "base/status.h"
#include "estimate/estimate.h"
#include "table/life_table.h"

#undef TEXTDOMAIN
#define TEXTDOMAIN PG_TEXTDOMAIN("education_flow")

/* Bytes that stay where they are. */
typedef struct EfBytes
{
	const uint8 *bytes;
	Size		size;
} EfBytes;

/* Get the bytes of an argument, as it is stored. */
static inline EfBytes
eg_get_bytes(FunctionCallInfo fcinfo, int argument)
{
	struct varlena *datum = PG_GETARG_VARLENA_PP(argument);
	EfBytes		bytes = {(const uint8 *) VARDATA_ANY(datum),
	VARSIZE_ANY_EXHDR(datum)};

	return bytes;
}

/*
 * Context that the glue hands to the core: palloc in the current memory
 * context. There is one place for the sentence of a refusal, since it is
 * raised at once.
 */
extern EfContext eg_context;
extern EfError eg_error;

/* Raise a refusal of the core, if there is one. */
pg_noreturn extern void eg_raise(EfStatus status);

/* Refuse bytes, or a text, that are no value of a type, with the sentence that was
 * left; a text softly where the caller can take it. */
pg_noreturn extern void eg_refuse_binary(const char *type);
extern Datum eg_refuse_text(FunctionCallInfo fcinfo, const char *type,
							const char *hint);

static inline void
eg_check(EfStatus status)
{
	if (unlikely(status != EF_OK))
		eg_raise(status);
}

/* Refuse a call that comes from neither an aggregate nor a window. */
extern void eg_look_for_aggregate(FunctionCallInfo fcinfo);

/*
 * Refuse a call outside of an aggregate, in which a transition function would
 * edit its argument.  Nearly every call comes from the node of an aggregate,
 * and is let through at once.
 */
static inline void
eg_require_aggregate(FunctionCallInfo fcinfo)
{
	if (unlikely(fcinfo->context == NULL || !IsA(fcinfo->context, AggState)))
		eg_look_for_aggregate(fcinfo);
}

/* Return the state of an aggregate, argument 0: a row adds nothing. */
static inline Datum
eg_same_state(FunctionCallInfo fcinfo)
{
	fcinfo->isnull = PG_ARGISNULL(0);
	return PG_GETARG_DATUM(0);
}

/* Refuse null for an argument of a function that is not strict. */
extern void eg_require_argument(FunctionCallInfo fcinfo, int argument,
								const char *name);

/*
 * Get an array of one dimension.  The hint for other arrays has an example,
 * and another one tells what to do about nulls; NULL where they are allowed.
 */
extern ArrayType *eg_get_array(FunctionCallInfo fcinfo, int argument,
							   const char *name, const char *example,
							   const char *without_nulls);

/* Get the elements of a float8[]: one dimension, no nulls. */
extern const double *eg_get_float8s(FunctionCallInfo fcinfo, int argument,
									const char *name, int *n);

/* Return the number of the word that an argument chooses. */
extern unsigned eg_get_choice(FunctionCallInfo fcinfo, int argument,
							  const EfChoice *among);

/* Get the texts of a text[], which stay in place; a null has no bytes. */
extern EfLabel *eg_get_labels(FunctionCallInfo fcinfo, int argument,
							  const char *name, const char *example,
							  bool nulls_allowed, int *n);

/*
 * Row that a function returns, or the rows one after the other: columns are
 * put in their order.  Rows go to a tuplestore, which takes work_mem and then a
 * file, so a function that makes its rows one by one needs no memory for them.
 * Between two rows interrupts are checked.
 */
typedef struct EfResult
{
	Tuplestorestate *store;		/* NULL: one row is returned */
	TupleDesc	columns;
	int			n;				/* that were put */
	Datum		values[24];		/* more than any function returns */
	bool		nulls[24];
} EfResult;

extern EfResult *eg_begin_row(FunctionCallInfo fcinfo);
extern EfResult *eg_begin_rows(FunctionCallInfo fcinfo);

/* Return the row, or store it, when all its columns are put. */
extern Datum eg_return_row(EfResult *result);
extern void eg_end_row(EfResult *result);

static inline void
eg_put(EfResult *result, Datum value, bool isnull)
{
	Assert(result->n < (int) lengthof(result->values));
	result->values[result->n] = value;
	result->nulls[result->n++] = isnull;
}

static inline void
eg_put_int32(EfResult *result, int32 value)
{
	eg_put(result, Int32GetDatum(value), false);
}

static inline void
eg_put_int64(EfResult *result, int64 value)
{
	eg_put(result, Int64GetDatum(value), false);
}

static inline void
eg_put_float8(EfResult *result, double value)
{
	eg_put(result, Float8GetDatum(value), false);
}

static inline void
eg_put_day(EfResult *result, EfDay day)
{
	eg_put(result, DateADTGetDatum(day), false);
}

/* Put a text; NULL if there is none. */
static inline void
eg_put_text(EfResult *result, Datum value)
{
	eg_put(result, value, value == (Datum) 0);
}

/*
 * Get an interval.  The core refuses one that is not whole days, with
 * EF_DURATION_INVALID or another status; with this one an infinite interval
 * is refused here.
 */
extern EfDuration eg_get_interval(FunctionCallInfo fcinfo, int argument,
								  EfStatus refused);

static inline EfDuration
eg_get_duration(FunctionCallInfo fcinfo, int argument)
{
	return eg_get_interval(fcinfo, argument, EF_DURATION_INVALID);
}

/* Return a float8, NULL if the core answers NaN. */
static inline Datum
eg_float8_or_null(FunctionCallInfo fcinfo, double value)
{
	fcinfo->isnull = isnan(value);
	return Float8GetDatum(value);
}

/* Put a float8, NULL if the core answers NaN. */
static inline void
eg_put_float8_or_null(EfResult *result, double value)
{
	eg_put(result, Float8GetDatum(value), isnan(value));
}

/* Put thousandths of FTE, NULL where they are not counted. */
static inline void
eg_put_fte(EfResult *result, int64 fte, bool counted)
{
	eg_put(result, Float8GetDatum(ef_fte_to_float8(fte)), !counted);
}

/* Put a value and its limits into three columns. */
static inline void
eg_put_limits(EfResult *result, double value, double lower, double upper)
{
	eg_put_float8_or_null(result, value);
	eg_put_float8_or_null(result, lower);
	eg_put_float8_or_null(result, upper);
}

static inline void
eg_put_estimate(EfResult *result, const EfEstimate *estimate)
{
	eg_put_limits(result, estimate->value, estimate->lower, estimate->upper);
}

/* Define a function of the server that returns one expression. */
#define EF_FUNCTION(name, role, call) \
	PG_FUNCTION_INFO_V1(ef_##name##_##role); \
	Datum ef_##name##_##role(PG_FUNCTION_ARGS) { return call; }

/* Compare two values whose order is that of their bytes. */
static inline int
eg_compare_values(const struct varlena *a, const struct varlena *b)
{
	Size		na = VARSIZE_ANY_EXHDR(a);
	Size		nb = VARSIZE_ANY_EXHDR(b);
	int			order = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(na, nb));

	return order != 0 || na == nb ? order : na < nb ? -1 : 1;
}

/* Compare two arguments of a function, as they are stored. */
extern int	eg_compare_arguments(FunctionCallInfo fcinfo);

/*
 * Define the functions of a type's operators, from an order that compares
 * their two arguments.
 */
#define EF_ORDER_FUNCTIONS(name, order) \
	EF_FUNCTION(name, cmp, Int32GetDatum(order)) \
	EF_FUNCTION(name, eq, BoolGetDatum((order) == 0)) \
	EF_FUNCTION(name, ne, BoolGetDatum((order) != 0)) \
	EF_FUNCTION(name, lt, BoolGetDatum((order) < 0)) \
	EF_FUNCTION(name, le, BoolGetDatum((order) <= 0)) \
	EF_FUNCTION(name, gt, BoolGetDatum((order) > 0)) \
	EF_FUNCTION(name, ge, BoolGetDatum((order) >= 0))

/* Define the functions that show a value, from its text, which is JSON. */
#define EF_TEXT_FUNCTIONS(name, text_of) \
	EF_FUNCTION(name, out, CStringGetDatum(text_of)) \
	EF_FUNCTION(name, to_jsonb, \
				DirectFunctionCall1(jsonb_in, CStringGetDatum(text_of)))

/* Define the two hash functions of a type, from the EfBytes of argument 0. */
#define EF_HASH_FUNCTIONS(name, get_bytes) \
	EF_FUNCTION(name, hash, eg_hash(get_bytes)) \
	EF_FUNCTION(name, hash_extended, \
				eg_hash_extended(get_bytes, PG_GETARG_INT64(1)))

extern Datum eg_hash(EfBytes bytes);
extern Datum eg_hash_extended(EfBytes bytes, int64 seed);

#endif							/* EF_GLUE_H */
