/*
 * funnel.c
 *	  The type funnel: events or chains in, conversion out.  Of src/core/funnel,
 *	  funnel.h has the counts, chain.h the choice of a chain, and
 *	  funnel_estimate.h the estimates.
 */
#include "event_aggregate.h"
#include "frame_form.h"
#include "funnel_spec_value.h"
#include "funnel_value.h"
#include "summary.h"

#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "funnel/funnel_estimate.h"
#include "funnel/funnel_events.h"
#include "funnel/window.h"

EF_SUMMARY_FUNCTIONS(funnel, ef_funnel_type, eg_funnel_spec_form)

StaticAssertDecl(EF_DAY_MICROSECONDS == USECS_PER_DAY,
				 "instants are timestamps");


/* ---- what events are for: a spec ---- */

/* One that is opened. */
typedef struct EventSpec
{
	EventPurpose purpose;
	EfFunnelSpec spec;
	EfWhen		as_of;			/* events from then on have not happened */
} EventSpec;

static inline const EventSpec *
group_spec(const EfEventGroup *group)
{
	return (const EventSpec *) group->purpose;
}

/* Refuse rows without a spec. */
static void
require_spec(FunctionCallInfo fcinfo, int argument)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("spec must not be null"),
				 errhint("Give the same spec for all rows, such as funnel_spec(ARRAY['applied', 'admitted', 'graduated']).")));
}

/* Get a spec without its length word: equal specs have equal bytes. */
static EfBytes
get_spec(FunctionCallInfo fcinfo, int argument, const EventPurposeType *type,
		 void **memory)
{
	(void) type;
	(void) memory;
	require_spec(fcinfo, argument);
	return eg_get_bytes(fcinfo, argument);
}

static void
open_spec(EventPurpose *purpose, EfUnit unit)
{
	EventSpec  *spec = (EventSpec *) purpose;

	eg_check(ef_spec_open(&spec->spec, purpose->bytes.bytes,
						  purpose->bytes.size, &eg_context));
	eg_check(ef_spec_unit_check(&spec->spec, unit, &eg_context));
	spec->as_of = spec->spec.has_as_of
		? ef_when(ef_day_instant(spec->spec.as_of, unit), 0) : PG_UINT64_MAX;
}

static void
refuse_spec(const EventPurpose *purpose, EfBytes other)
{
	(void) purpose;
	(void) other;
	eg_raise(ef_fail(&eg_context, EF_SPEC_MIXED,
					 "The rows of one group have two."));
}

static const EventPurposeType funnel_purpose = {
	.tag = 'F',
	.word = "stage",
	.size = sizeof(EventSpec),
	.get = get_spec,
	.open = open_spec,
	.refuse = refuse_spec,
};

EF_EVENTS_COMBINE(funnel)


/* ---- events ---- */

static pg_attribute_always_inline EfInstant
get_instant(FunctionCallInfo fcinfo, int argument, EfUnit unit)
{
	return unit == EF_UNIT_DAY ? PG_GETARG_DATEADT(argument)
		: PG_GETARG_TIMESTAMP(argument);
}

/*
 * Get code and time of an event; false if it does not count: its stage is not
 * in the spec, or it is too late.
 */
static pg_attribute_always_inline bool
get_when(FunctionCallInfo fcinfo, int stage_argument, const EventForms *forms,
		 const EventSpec *spec, EfUnit unit, EfWhen *when)
{
	EfInstant	at = get_instant(fcinfo, stage_argument + 1, unit);
	EfWord		stage;
	unsigned	code;

	eg_get_word(fcinfo, stage_argument, forms->word, &stage);
	code = ef_spec_code(&spec->spec, stage.bytes, stage.length);
	if (code == EF_CODE_OTHER && !(spec->spec.modes & EF_STRICT_ORDER))
		return false;
	eg_check(ef_instant_check(at, unit, &eg_context));
	*when = ef_when(at, code);
	return *when < spec->as_of;
}

/* Arguments: state, person_id, stage, at, spec. */
static pg_attribute_always_inline Datum
add_event(FunctionCallInfo fcinfo, EfUnit unit)
{
	const EventForms *forms = eg_event_forms(fcinfo, 1, 2, &funnel_purpose);
	EfEventGroup *group = eg_event_group(fcinfo, 4, &funnel_purpose,
										 eg_person_kind(forms->person), unit);
	EfWhen		when;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		eg_check(ef_event_group_skip(group, 1));
	else if (get_when(fcinfo, 2, forms, group_spec(group), unit, &when))
		eg_add_event_of(fcinfo, 1, forms->person, group, when, NULL);
	PG_RETURN_POINTER(group);
}

/* Add an event of one person's rows.  Arguments: state, stage, at, spec. */
static pg_attribute_always_inline Datum
add_own_event(FunctionCallInfo fcinfo, EfUnit unit)
{
	const EventForms *forms = eg_event_forms(fcinfo, 0, 1, &funnel_purpose);
	EfEventGroup *group = eg_event_group(fcinfo, 3, &funnel_purpose,
										 EF_PERSON_NUMBER, unit);
	EfWhen		when;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		eg_check(ef_event_group_skip(group, 1));
	else if (get_when(fcinfo, 1, forms, group_spec(group), unit, &when))
		ef_event_add(group, 0, when);
	PG_RETURN_POINTER(group);
}

/* Define a function of the server for each type that `at` can have. */
#define EF_TIME_TRANSFN(name, call, unit) \
	PG_FUNCTION_INFO_V1(name); \
	Datum name(PG_FUNCTION_ARGS) { return call(fcinfo, unit); }

#define EF_TIME_TRANSFNS(name, call) \
	EF_TIME_TRANSFN(name##_date_transfn, call, EF_UNIT_DAY) \
	EF_TIME_TRANSFN(name##_timestamp_transfn, call, EF_UNIT_MICROSECOND) \
	EF_TIME_TRANSFN(name##_timestamptz_transfn, call, EF_UNIT_MICROSECOND)

EF_TIME_TRANSFNS(ef_funnel_agg, add_event)
EF_TIME_TRANSFNS(ef_funnel_agg_own, add_own_event)

PG_FUNCTION_INFO_V1(ef_funnel_agg_finalfn);
Datum
ef_funnel_agg_finalfn(PG_FUNCTION_ARGS)
{
	EfEventGroup *group = eg_finished_group(fcinfo, &funnel_purpose);
	const EventSpec *spec;
	EfFrame		frame = {0};
	EfState    *state;

	if (group == NULL)
		PG_RETURN_NULL();
	spec = group_spec(group);
	frame.spec = spec->purpose.bytes.bytes;
	frame.spec_size = spec->purpose.bytes.size;
	eg_check(ef_funnel_of_events(&state, group, &spec->spec, &frame,
								 &eg_context));
	return eg_summary_finish(eg_summary_own(state), &ef_funnel_type);
}


/* ---- chains ---- */

static EF_REPORT(EF_CHAIN_GAP, INVALID_PARAMETER_VALUE,
				 "reached has a gap",
				 "It holds the dates of the stages in order; once one is null so are the later ones.");

/* Get the instants of an array before its first null. */
static unsigned
get_reached(ArrayType *array, EfUnit unit, EfInstant *instants)
{
	Datum	   *values;
	bool	   *nulls;
	int			n;
	unsigned	length = 0;

	if (ARR_NDIM(array) > 1)
		eg_raise(ef_fail(&eg_context, EF_CHAIN_STAGES,
						 "It has %d dimensions.", ARR_NDIM(array)));
	if (unit == EF_UNIT_DAY)
		deconstruct_array(array, DATEOID, sizeof(DateADT), true, TYPALIGN_INT,
						  &values, &nulls, &n);
	else
		deconstruct_array(array, ARR_ELEMTYPE(array), sizeof(Timestamp),
						  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &values, &nulls,
						  &n);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			continue;
		if (length < (unsigned) i)
			eg_raise(ef_fail(&eg_context, EF_CHAIN_GAP,
							 "Element %u is null and element %d is not.",
							 length + 1, i + 1));
		if (length == EF_STAGE_LIMIT)
			eg_raise(ef_fail(&eg_context, EF_CHAIN_STAGES,
							 "There are %d dates.", n));
		instants[length++] = unit == EF_UNIT_DAY ? DatumGetDateADT(values[i])
			: DatumGetTimestamp(values[i]);
	}
	pfree(values);
	pfree(nulls);
	return length;
}

/* The spec of the last row, opened. */
typedef struct ReachedCache
{
	EfFunnelSpec spec;
	EfFrame		frame;
	EfUnit		unit;
	MemoryContext context;
	uint8	   *bytes;			/* that the frame and the names point into */
} ReachedCache;

/*
 * The one opened last, kept in the process: Citus calls on its workers with a
 * new FmgrInfo for each row, and opening it each time would take as long as all
 * the rest.
 */
static ReachedCache recent_reached;

static inline bool
is_open(const ReachedCache *cache, EfBytes packed, EfUnit unit)
{
	return packed.size > 0 && cache->frame.spec_size == packed.size &&
		cache->unit == unit &&
		memcmp(cache->frame.spec, packed.bytes, packed.size) == 0;
}

static void
open_reached(ReachedCache *cache, EfBytes packed, EfUnit unit)
{
	uint8	   *old = cache->bytes;

	cache->frame.spec_size = 0;
	cache->bytes = NULL;
	if (old != NULL)
		pfree(old);
	cache->bytes = MemoryContextAlloc(cache->context, packed.size);
	memcpy(cache->bytes, packed.bytes, packed.size);
	eg_check(ef_spec_open(&cache->spec, cache->bytes, packed.size,
						  &eg_context));
	eg_check(ef_spec_unit_check(&cache->spec, unit, &eg_context));
	cache->unit = unit;
	cache->frame.spec = cache->bytes;
	cache->frame.spec_size = packed.size;
}

static ReachedCache *
reached_cache(FunctionCallInfo fcinfo, int argument, EfUnit unit)
{
	ReachedCache *cache = fcinfo->flinfo->fn_extra;
	EfBytes		packed = eg_get_bytes(fcinfo, argument);

	if (cache != NULL && is_open(cache, packed, unit))
		return cache;
	if (cache == NULL)
	{
		if (is_open(&recent_reached, packed, unit))
			return &recent_reached;
		/* two that take turns have one each, from the second row on */
		cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
									   sizeof(ReachedCache));
		cache->context = fcinfo->flinfo->fn_mcxt;
		fcinfo->flinfo->fn_extra = cache;
	}
	open_reached(cache, packed, unit);
	recent_reached.context = TopMemoryContext;
	open_reached(&recent_reached, packed, unit);
	return cache;
}

/* Arguments: state, reached, spec. */
static Datum
add_reached(FunctionCallInfo fcinfo, EfUnit unit)
{
	ReachedCache *cache;
	EfState    *state;
	ArrayType  *array;
	EfInstant	instants[EF_STAGE_LIMIT];
	EfChain		chain;
	EfStatus	status;

	eg_require_aggregate(fcinfo);
	require_spec(fcinfo, 2);
	cache = reached_cache(fcinfo, 2, unit);
	if (PG_ARGISNULL(0))
		state = eg_summary_create(&ef_funnel_type, &cache->frame);
	else
	{
		EfFrame		its;

		state = eg_summary_state(fcinfo, &ef_funnel_type);
		its = ef_state_frame(state, &ef_funnel_type);
		eg_check(ef_frame_match(&its, &cache->frame, &ef_funnel_type,
								&eg_context));
	}
	if (PG_ARGISNULL(1))
	{
		eg_check(ef_state_skip(state, &eg_context));
		PG_RETURN_POINTER(state);
	}
	array = PG_GETARG_ARRAYTYPE_P(1);
	status = ef_chain_given(&chain, &cache->spec, unit, instants,
							get_reached(array, unit, instants), &eg_context);
	if (status == EF_OK && chain.length > 0)
		status = ef_funnel_add(&state, &chain, unit, &eg_context);
	eg_check(status);
	PG_FREE_IF_COPY(array, 1);
	PG_RETURN_POINTER(eg_summary_own(state));
}

EF_TIME_TRANSFNS(ef_funnel_agg_reached, add_reached)

/* Return the chain of one person, as an array of the type of `at`. */
static Datum
steps_of_group(FunctionCallInfo fcinfo, Oid type)
{
	EfEventGroup *group = eg_finished_group(fcinfo, &funnel_purpose);
	EfChain		chain;
	Datum		values[EF_STAGE_LIMIT];

	if (group == NULL)
		PG_RETURN_NULL();
	eg_check(ef_funnel_chain_of_events(&chain, group, &group_spec(group)->spec,
									   &eg_context));
	if (chain.length == 0)
		PG_RETURN_NULL();
	for (unsigned i = 0; i < chain.length; i++)
		values[i] = type == DATEOID ? DateADTGetDatum((DateADT) chain.at[i])
			: TimestampGetDatum(chain.at[i]);
	if (type == DATEOID)
		PG_RETURN_ARRAYTYPE_P(construct_array(values, (int) chain.length, type,
											  sizeof(DateADT), true,
											  TYPALIGN_INT));
	PG_RETURN_ARRAYTYPE_P(construct_array(values, (int) chain.length, type,
										  sizeof(Timestamp), FLOAT8PASSBYVAL,
										  TYPALIGN_DOUBLE));
}

#define EF_STEPS_FINALFN(name, type) \
	PG_FUNCTION_INFO_V1(name); \
	Datum name(PG_FUNCTION_ARGS) { return steps_of_group(fcinfo, type); }

EF_STEPS_FINALFN(ef_funnel_steps_date_finalfn, DATEOID)
EF_STEPS_FINALFN(ef_funnel_steps_timestamp_finalfn, TIMESTAMPOID)
EF_STEPS_FINALFN(ef_funnel_steps_timestamptz_finalfn, TIMESTAMPTZOID)


/* ---- window_funnel ---- */

/* Arguments: state, at, spec, conditions. */
static Datum
add_conditions(FunctionCallInfo fcinfo, EfUnit unit)
{
	EfEventGroup *group = eg_event_group(fcinfo, 2, &funnel_purpose,
										 EF_PERSON_NUMBER, unit);
	const EventSpec *spec = group_spec(group);
	ArrayType  *array;
	Datum	   *values;
	bool	   *nulls;
	int			n;
	EfInstant	at;
	uint64		stages = 0;

	eg_require_argument(fcinfo, 3, "conditions");
	if (PG_ARGISNULL(1))
	{
		eg_check(ef_event_group_skip(group, 1));
		PG_RETURN_POINTER(group);
	}
	array = PG_GETARG_ARRAYTYPE_P(3);
	deconstruct_array(array, BOOLOID, 1, true, TYPALIGN_CHAR, &values, &nulls,
					  &n);
	eg_check(ef_window_check(&spec->spec, n, &eg_context));
	for (int i = 0; i < n; i++)
		if (!nulls[i] && DatumGetBool(values[i]))
			stages |= UINT64CONST(1) << i;
	at = get_instant(fcinfo, 1, unit);
	eg_check(ef_instant_check(at, unit, &eg_context));
	ef_event_add(group, ef_when(at, 0), stages);
	pfree(values);
	pfree(nulls);
	PG_FREE_IF_COPY(array, 3);
	PG_RETURN_POINTER(group);
}

EF_TIME_TRANSFNS(ef_window_funnel, add_conditions)

PG_FUNCTION_INFO_V1(ef_window_funnel_finalfn);
Datum
ef_window_funnel_finalfn(PG_FUNCTION_ARGS)
{
	EfEventGroup *group = eg_finished_group(fcinfo, &funnel_purpose);
	int			length;

	if (group == NULL)
		PG_RETURN_NULL();
	eg_check(ef_funnel_window_of_events(&length, group,
										&group_spec(group)->spec,
										&eg_context));
	PG_RETURN_INT32(length);
}


/* results of a funnel */

PG_FUNCTION_INFO_V1(ef_funnel_stages);
Datum
ef_funnel_stages(PG_FUNCTION_ARGS)
{
	const EfEstimate unknown = {NAN, NAN, NAN};
	EfFunnel	funnel;
	EfStageEstimates estimates[EF_STAGE_LIMIT];
	int32		observed_days;
	EfResult   *result = eg_begin_rows(fcinfo);

	eg_open_funnel(fcinfo, 0, &funnel);
	eg_check(ef_funnel_estimate(&funnel, PG_GETARG_FLOAT8(1), estimates,
								&observed_days, &eg_context));
	for (uint32 i = 0; i < funnel.spec.nstages; i++)
	{
		const EfStageCounts *counts = &funnel.counts[i];
		const EfStageEstimates *stage = &estimates[i];
		bool		last = i + 1 == funnel.spec.nstages;

		eg_put_int32(result, (int32) i + 1);
		eg_put_text(result, eg_label_text(&funnel.spec.stages[i]));
		eg_put_int64(result, counts->entered);
		eg_put(result, Int64GetDatum(counts->converted), last);
		eg_put(result, Int64GetDatum(counts->pending), last);
		eg_put(result, Int64GetDatum(counts->exited), last);
		eg_put(result, Int64GetDatum(counts->lost), last);
		eg_put_estimate(result, stage->conversion_final ? &stage->conversion
						: &unknown);
		eg_put_estimate(result, stage->cumulative_final ? &stage->cumulative
						: &unknown);
		eg_put(result, Int32GetDatum(stage->median_days),
			   stage->median_days < 0);
		eg_put(result, Int32GetDatum(observed_days), observed_days < 0);
		eg_put_estimate(result, &stage->conversion);
		eg_put_estimate(result, &stage->cumulative);
		eg_end_row(result);
	}
	return (Datum) 0;
}

/* Not declared strict, since `by` may be left out. */
PG_FUNCTION_INFO_V1(ef_funnel_conversion);
Datum
ef_funnel_conversion(PG_FUNCTION_ARGS)
{
	EfFunnel	funnel;
	EfDuration	by;
	double		conversion;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	eg_open_funnel(fcinfo, 0, &funnel);
	if (!PG_ARGISNULL(3))
		by = eg_get_duration(fcinfo, 3);
	eg_check(ef_funnel_conversion_by(&funnel, eg_get_stage(fcinfo, 1, &funnel),
									 eg_get_stage(fcinfo, 2, &funnel),
									 PG_ARGISNULL(3) ? NULL : &by,
									 &conversion, &eg_context));
	return eg_float8_or_null(fcinfo, conversion);
}

PG_FUNCTION_INFO_V1(ef_funnel_days);
Datum
ef_funnel_days(PG_FUNCTION_ARGS)
{
	EfFunnel	funnel;
	int32		days;

	eg_open_funnel(fcinfo, 0, &funnel);
	eg_check(ef_funnel_quantile_days(&funnel, eg_get_stage(fcinfo, 1, &funnel),
									 eg_get_stage(fcinfo, 2, &funnel),
									 PG_GETARG_FLOAT8(3), &days, &eg_context));
	if (days < 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(days);
}
