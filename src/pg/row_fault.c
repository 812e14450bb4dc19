/*
 * row_fault.c
 *	  What an aggregate would say of one row: the message of the error that it
 *	  raises, or NULL.  The checks are the core's, the same that the aggregates
 *	  ask, so that a fault has one name wherever it is met.
 */
#include "fte_value.h"
#include "funnel_spec_value.h"
#include "observed.h"

#include "utils/builtins.h"
#include "utils/date.h"

#include "funnel/funnel.h"
#include "retention/retention.h"
#include "workforce/workforce.h"

static Datum
fault(FunctionCallInfo fcinfo, EfStatus status)
{
	if (status == EF_OK)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(status->message));
}

static void
get_dates(FunctionCallInfo fcinfo, int start_date, EfSpell *spell)
{
	spell->start = PG_GETARG_DATEADT(start_date);
	spell->end = PG_ARGISNULL(start_date + 1) ? EF_DAY_INFINITY
		: PG_GETARG_DATEADT(start_date + 1);
	spell->reason = NULL;
	spell->reason_length = 0;
	ef_spell_last_seen(spell, EF_DAY_INFINITY);
}

/* Arguments: start_date, end_date, observed and, if there is one, last_seen. */
PG_FUNCTION_INFO_V1(ef_spell_fault);
Datum
ef_spell_fault(PG_FUNCTION_ARGS)
{
	const EfFrame *frame = eg_observed_frame(fcinfo, 2, &ef_retention_type, 0,
											 &fcinfo->flinfo->fn_extra);
	EfSpell		spell;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	get_dates(fcinfo, 0, &spell);
	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
		ef_spell_last_seen(&spell, PG_GETARG_DATEADT(3));
	return fault(fcinfo, ef_spell_check(&spell, frame->as_of, &eg_context));
}

/*
 * Find the fault of an employment.  Arguments: birth_date, start_date,
 * end_date, observed.  workforce_agg skips a row without a birth date, or
 * without the FTE that is counted, but retention_agg looks at its spell.
 */
static Datum
employment_fault(FunctionCallInfo fcinfo, bool known)
{
	const EfFrame *frame = eg_observed_frame(fcinfo, 3, &ef_workforce_type, 0,
											 &fcinfo->flinfo->fn_extra);
	EfEmployment row = {0};

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	get_dates(fcinfo, 1, &row.spell);
	if (!known || PG_ARGISNULL(0))
		return fault(fcinfo,
					 ef_spell_check(&row.spell, frame->as_of, &eg_context));
	row.birth = PG_GETARG_DATEADT(0);
	return fault(fcinfo, ef_employment_check(&row, frame->as_of, &eg_context));
}

/* Say the fault of an employment with FTE, whose own fault comes first. */
static Datum
employment_fault_fte(FunctionCallInfo fcinfo,
					 EfStatus (*read) (FunctionCallInfo, int, int32_t *))
{
	int32_t		fte;
	EfStatus	status = EF_OK;

	if (!PG_ARGISNULL(4))
		status = read(fcinfo, 4, &fte);
	return status == EF_OK ? employment_fault(fcinfo, !PG_ARGISNULL(4))
		: fault(fcinfo, status);
}

PG_FUNCTION_INFO_V1(ef_employment_fault);
Datum
ef_employment_fault(PG_FUNCTION_ARGS)
{
	return employment_fault(fcinfo, true);
}

EF_FUNCTION(employment_fault, numeric,
			employment_fault_fte(fcinfo, eg_get_fte_numeric))
EF_FUNCTION(employment_fault, float8,
			employment_fault_fte(fcinfo, eg_get_fte_float8))


/* ---- events ---- */

/* The spec is nearly always the same for all rows: the last one is kept open,
 * with the bytes that its names lie in. */
typedef struct OpenSpec
{
	EfFunnelSpec spec;
	Size		size;
	uint8		bytes[FLEXIBLE_ARRAY_MEMBER];
} OpenSpec;

static const EfFunnelSpec *
get_open_spec(FunctionCallInfo fcinfo, int argument)
{
	OpenSpec   *open = fcinfo->flinfo->fn_extra;
	EfBytes		packed = eg_get_bytes(fcinfo, argument);

	if (open != NULL && open->size == packed.size &&
		memcmp(open->bytes, packed.bytes, packed.size) == 0)
		return &open->spec;
	if (open != NULL)
		pfree(open);
	fcinfo->flinfo->fn_extra = NULL;
	open = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
								  offsetof(OpenSpec, bytes) + packed.size);
	open->size = packed.size;
	memcpy(open->bytes, packed.bytes, packed.size);
	eg_check(ef_spec_open(&open->spec, open->bytes, open->size, &eg_context));
	fcinfo->flinfo->fn_extra = open;
	return &open->spec;
}

/* Arguments: stage, at, spec. */
static Datum
event_fault(FunctionCallInfo fcinfo, EfUnit unit)
{
	const EfFunnelSpec *spec;
	text	   *stage;
	EfInstant	at;

	eg_require_argument(fcinfo, 2, "spec");
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	spec = get_open_spec(fcinfo, 2);
	stage = PG_GETARG_TEXT_PP(0);
	at = unit == EF_UNIT_DAY ? PG_GETARG_DATEADT(1) : PG_GETARG_TIMESTAMP(1);
	return fault(fcinfo, ef_funnel_event_check(spec,
											   ef_spec_code(spec,
															VARDATA_ANY(stage),
															VARSIZE_ANY_EXHDR(stage)),
											   at, unit, &eg_context));
}

EF_FUNCTION(event_fault, date, event_fault(fcinfo, EF_UNIT_DAY))
EF_FUNCTION(event_fault, timestamp, event_fault(fcinfo, EF_UNIT_MICROSECOND))
EF_FUNCTION(event_fault, timestamptz, event_fault(fcinfo, EF_UNIT_MICROSECOND))
