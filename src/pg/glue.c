/*
 * glue.c
 *	  See glue.h.
 */
#include "glue.h"

#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "utils/memutils.h"

EF_MODULE_MAGIC;

static void *
allocate(void *memory, size_t size)
{
	(void) memory;

	/*
	 * where the core works for long it allocates, so this is where a cancel
	 * is noticed; scratch space may pass the limit of one value
	 */
	CHECK_FOR_INTERRUPTS();
	return MemoryContextAllocHuge(CurrentMemoryContext, size);
}

static void
release(void *memory, void *pointer)
{
	(void) memory;
	pfree(pointer);
}

static void
interrupt(void)
{
	CHECK_FOR_INTERRUPTS();
}

EfError		eg_error;
EfContext	eg_context = {allocate, release, NULL, interrupt, &eg_error};

/*
 * Translate a text.  Messages, hints and sentences are marked in the core;
 * without a catalogue of this language, gettext returns them unchanged.
 */
static const char *
localize(const char *text)
{
	return dgettext(TEXTDOMAIN, text);
}

/* 16 declares it in fmgr.h. */
extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	pg_bindtextdomain(TEXTDOMAIN);
	ef_translate = localize;
}

void
eg_raise(EfStatus status)
{
	const char *state = status->sqlstate;

	ereport(ERROR,
			(errcode(MAKE_SQLSTATE(state[0], state[1], state[2], state[3],
								   state[4])),
			 errmsg_internal("%s", localize(status->message)),
			 eg_error.detail[0] ? errdetail_internal("%s", eg_error.detail) : 0,
			 status->hint ? errhint("%s", localize(status->hint)) : 0));
}

void
eg_refuse_binary(const char *type)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary form of type %s", type),
			 errdetail_internal("%s", eg_error.detail)));
}

Datum
eg_refuse_text(FunctionCallInfo fcinfo, const char *type, const char *hint)
{
	EF_SOFT_ERROR(fcinfo, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						   errmsg("invalid input syntax for type %s", type),
						   errdetail_internal("%s", eg_error.detail),
						   errhint("%s", hint)));
}

void
eg_look_for_aggregate(FunctionCallInfo fcinfo)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("aggregate support function called outside of an aggregate")));
}

void
eg_require_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
}

ArrayType *
eg_get_array(FunctionCallInfo fcinfo, int argument, const char *name,
			 const char *example, const char *without_nulls)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argument);

	if (without_nulls != NULL && array_contains_nulls(array))
	{
		const uint8 *there = ARR_NULLBITMAP(array);
		int			element = 0;

		while (there[element / 8] & 1 << element % 8)
			element++;
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain nulls", name),
				 errdetail("Element %d is null.", element + 1),
				 errhint("%s", without_nulls)));
	}
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must have one dimension", name),
				 errdetail("Dimensions: %d. Elements: %d.",
						   ARR_NDIM(array),
						   ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array))),
				 errhint("Give a list such as %s, or what array_agg makes of a column.",
						 example)));
	return array;
}

const double *
eg_get_float8s(FunctionCallInfo fcinfo, int argument, const char *name, int *n)
{
	ArrayType  *array = eg_get_array(fcinfo, argument, name,
									 "ARRAY[10, 10, 12]",
									 "Give it a value, such as 0, or leave its row out.");

	*n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return (const double *) ARR_DATA_PTR(array);
}

unsigned
eg_get_choice(FunctionCallInfo fcinfo, int argument, const EfChoice *among)
{
	text	   *word = PG_GETARG_TEXT_PP(argument);
	unsigned	chosen = 0;

	eg_check(ef_choose(among, VARDATA_ANY(word), VARSIZE_ANY_EXHDR(word),
					   &chosen, &eg_context));
	return chosen;
}

EfLabel *
eg_get_labels(FunctionCallInfo fcinfo, int argument, const char *name,
			  const char *example, bool nulls_allowed, int *n)
{
	ArrayType  *array = eg_get_array(fcinfo, argument, name, example,
									 nulls_allowed ? NULL
									 : "Leave it out, such as with array_remove(names, NULL).");
	EfLabel    *labels;
	Datum	   *texts;
	bool	   *nulls;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls,
					  n);
	labels = ef_alloc(&eg_context, *n * sizeof(EfLabel));
	for (int i = 0; i < *n; i++)
	{
		const struct varlena *text = (struct varlena *) DatumGetPointer(texts[i]);

		labels[i].bytes = nulls[i] ? NULL : VARDATA_ANY(text);
		labels[i].length = nulls[i] ? 0 : VARSIZE_ANY_EXHDR(text);
	}
	return labels;
}

EfDuration
eg_get_interval(FunctionCallInfo fcinfo, int argument, EfStatus refused)
{
	const Interval *interval = PG_GETARG_INTERVAL_P(argument);
	EfDuration	duration = {interval->month, interval->day, interval->time};

	if (EF_INTERVAL_IS_INFINITE(interval))
		eg_raise(ef_fail(&eg_context, refused, "It is infinite."));
	return duration;
}

EfResult *
eg_begin_row(FunctionCallInfo fcinfo)
{
	EfResult   *result = palloc0(sizeof(EfResult));

	if (get_call_result_type(fcinfo, NULL, &result->columns) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return result;
}

EfResult *
eg_begin_rows(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	EfResult   *result = palloc0(sizeof(EfResult));

	/*
	 * the expected descriptor saves a look-up of the function's own columns,
	 * which in a lateral join would be made for every summary
	 */
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	result->store = set->setResult;
	result->columns = set->setDesc;
	return result;
}

Datum
eg_return_row(EfResult *result)
{
	Assert(result->n == result->columns->natts);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(result->columns),
											 result->values, result->nulls));
}

void
eg_end_row(EfResult *result)
{
	Assert(result->n == result->columns->natts);
	CHECK_FOR_INTERRUPTS();
	tuplestore_putvalues(result->store, result->columns, result->values,
						 result->nulls);
	result->n = 0;
}

int
eg_compare_arguments(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);
	struct varlena *b = PG_GETARG_VARLENA_PP(1);
	int			order = eg_compare_values(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

Datum
eg_hash(EfBytes bytes)
{
	return hash_any(bytes.bytes, (int) bytes.size);
}

Datum
eg_hash_extended(EfBytes bytes, int64 seed)
{
	return hash_any_extended(bytes.bytes, (int) bytes.size, (uint64) seed);
}
