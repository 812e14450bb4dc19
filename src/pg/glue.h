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
#include "utils/timestamp.h"

#include "base/calendar.h"
#include "base/choice.h"
#include "base/context.h"
#include "base/status.h"
#include "table/life_table.h"

#undef TEXTDOMAIN
#define TEXTDOMAIN PG_TEXTDOMAIN("education_flow")

/*
 * Context that the glue hands to the core: palloc in the current memory
 * context. There is one place for the sentence of a refusal, since it is
 * raised at once.
 */
extern EfContext eg_context;
extern EfError eg_error;

/* Raise a refusal of the core, if there is one. */
pg_noreturn extern void eg_raise(EfStatus status);

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
 * Begin the rows of a set-returning function.  They go to a tuplestore, which
 * takes work_mem and then a file, so a function that makes its rows one by
 * one needs no memory for them.  Between two rows interrupts are checked.
 */
extern ReturnSetInfo *eg_begin_rows(FunctionCallInfo fcinfo);

static inline void
eg_put_row(ReturnSetInfo *result, Datum *values, bool *nulls)
{
	CHECK_FOR_INTERRUPTS();
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
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
eg_float8_or_null(double value, bool *isnull)
{
	*isnull = isnan(value);
	return Float8GetDatum(value);
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

#endif							/* EF_GLUE_H */
