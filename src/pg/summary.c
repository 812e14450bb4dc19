/*
 * summary.c
 *	  See summary.h.
 */
#include "summary.h"

#include "miscadmin.h"


/* ---- opening and closing ---- */

void
eg_summary_load(EfTable *table, const EfTableType *type, struct varlena *datum)
{
	eg_check(ef_table_load(table, type, datum, VARSIZE(datum), &eg_context));
}

/* Pack a table into its finished form. */
static struct varlena *
pack(const EfTable *table, const EfTableType *type)
{
	uint8	   *bytes;
	size_t		size;

	eg_check(ef_table_pack(table, type, VARHDRSZ, &bytes, &size, &eg_context));
	SET_VARSIZE(bytes, size);
	return (struct varlena *) bytes;
}

static bool
is_packed(struct varlena *datum)
{
	return VARSIZE(datum) > VARHDRSZ &&
		*(uint8 *) VARDATA(datum) == EF_FORMAT_PACKED;
}

/* Return the finished form of a value; a state is packed. */
static struct varlena *
finished(const EfTableType *type, struct varlena *datum)
{
	EfTable		table;

	if (is_packed(datum))
		return datum;
	eg_summary_load(&table, type, datum);
	return pack(&table, type);
}

EfStatus
eg_summary_accept(EfTable *table, const EfTableType *type,
				  struct varlena **datum)
{
	EfStatus	status = ef_table_normalize(table, type, &eg_context);

	if (status == EF_OK)
		status = ef_table_validate(table, type, &eg_context);
	if (status == EF_OK)
		*datum = pack(table, type);
	return status;
}

Datum
eg_summary_finish(EfState *state, const EfTableType *type)
{
	return PointerGetDatum(finished(type, (struct varlena *) state));
}

EfState *
eg_summary_create(const EfTableType *type, const EfFrame *frame)
{
	EfState    *state;

	eg_check(ef_state_create(&state, type, frame, 0, &eg_context));
	return eg_summary_own(state);
}

static EfState *
state_of(struct varlena *datum, const EfTableType *type)
{
	EfTable		table;
	EfState    *state;

	eg_summary_load(&table, type, datum);
	state = eg_summary_create(type, &table.frame);
	eg_check(ef_state_merge(&state, type, &table, &eg_context));
	return eg_summary_own(state);
}

static bool
is_state(struct varlena *datum)
{
	return VARSIZE(datum) >= sizeof(EfState) &&
		((EfState *) datum)->format == EF_FORMAT_STATE;
}

EfState *
eg_summary_editable(struct varlena *datum, const EfTableType *type)
{
	EfState    *state;

	datum = PG_DETOAST_DATUM(PointerGetDatum(datum));
	state = (EfState *) datum;
	if (!is_state(datum))
		return state_of(datum, type);
	eg_check(ef_state_check(state, type, VARSIZE(datum), &eg_context));
	return state;
}


/* ---- aggregation ---- */

/*
 * Combine function of the aggregates and transition function of rollup: both
 * add a value to a state.  The state is edited in place; where it moves, the
 * executor copies it and frees the old one.
 */
Datum
eg_summary_combinefn(FunctionCallInfo fcinfo, const EfTableType *type)
{
	EfState    *state;
	struct varlena *datum;
	EfTable		table;

	eg_require_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
		return eg_same_state(fcinfo);
	datum = PG_GETARG_VARLENA_P(1);

	/*
	 * a partial aggregate's state is taken as it is; a group of one leaves a
	 * summary, which is opened when a second one comes
	 */
	if (PG_ARGISNULL(0))
	{
		if (is_packed(datum))
			PG_RETURN_POINTER(datum);
		state = eg_summary_editable(datum, type);

		/*
		 * labels are looked for in it from now on, and it may have been
		 * stored
		 */
		eg_check(ef_state_check_all(state, type, &eg_context));
		PG_RETURN_POINTER(state);
	}
	state = eg_summary_state(fcinfo, type);
	if (is_state(datum))
		eg_check(ef_state_merge_state(&state, type, (EfState *) datum,
									  VARSIZE(datum), &eg_context));
	else
	{
		eg_summary_load(&table, type, datum);
		eg_check(ef_state_merge(&state, type, &table, &eg_context));
	}
	PG_RETURN_POINTER(eg_summary_own(state));
}

Datum
eg_summary_finalfn(FunctionCallInfo fcinfo, const EfTableType *type)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(finished(type, PG_GETARG_VARLENA_P(0)));
}

Datum
eg_summary_skipped(FunctionCallInfo fcinfo, const EfTableType *type)
{
	EfTable		table;

	eg_summary_load(&table, type, PG_GETARG_VARLENA_P(0));
	PG_RETURN_INT64(table.skipped);
}


/* ---- order ---- */

int
eg_summary_compare(FunctionCallInfo fcinfo, const EfTableType *type)
{
	struct varlena *a = finished(type, PG_GETARG_VARLENA_P(0));
	struct varlena *b = finished(type, PG_GETARG_VARLENA_P(1));

	/* one table has one packed form, so equal bytes are equal tables */
	int			order = eg_compare_values(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

EfBytes
eg_summary_bytes(FunctionCallInfo fcinfo, const EfTableType *type)
{
	struct varlena *datum = finished(type, PG_GETARG_VARLENA_P(0));
	EfBytes		bytes = {(const uint8 *) VARDATA(datum),
	VARSIZE(datum) - VARHDRSZ};

	return bytes;
}
