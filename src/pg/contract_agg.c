/*
 * contract_agg.c
 *	  The person forms of workforce_agg, retention_agg and mobility_agg: rows
 *	  that are contracts of people, in any order.  src/core/spell/contract.h joins
 *	  them.
 */
#include "contract_agg.h"

#include "fte_value.h"
#include "observed.h"

#include "mobility/mobility_contracts.h"
#include "retention/retention.h"
#include "workforce/workforce_contracts.h"


/* ---- what contracts are for: a period, and a gap ---- */

/* The bytes of one: no hole between them. */
typedef struct PeriodBytes
{
	EfDay		from;
	EfDay		as_of;
	int32		bounded;
	int32		flags;
	int32		months;
	int32		days;
} PeriodBytes;

/* One that is opened. */
typedef struct EventContracts
{
	EventPurpose purpose;
	EfContractPeriod period;
} EventContracts;

/* The arguments as they are kept between calls. */
typedef struct PeriodMemory
{
	void	   *observed;
	PeriodBytes bytes;
} PeriodMemory;

static inline const EfContractPeriod *
group_period(const EfEventGroup *group)
{
	return &((const EventContracts *) group->purpose)->period;
}

EfDuration
eg_get_gap(FunctionCallInfo fcinfo, int argument)
{
	EfDuration	gap;

	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("join_gap must not be null"),
				 errhint("Give the longest break that a person is said to have stayed through, such as '30 days', or '0 days'.")));
	gap = eg_get_duration(fcinfo, argument);
	eg_check(ef_contract_gap_check(&gap, &eg_context));
	return gap;
}

static EF_REPORT(EF_GAP_MIXED, INVALID_PARAMETER_VALUE,
				 "join gaps differ within one summary",
				 "Give the same join_gap for all rows.");

void
eg_refuse_gap(const EfDuration *its, const EfDuration *other)
{
	eg_raise(ef_fail(&eg_context, EF_GAP_MIXED, "One is %s, the other %s.",
					 ef_duration_shown(its).text,
					 ef_duration_shown(other).text));
}

/* Arguments observed, FTE if it is counted and, the last, join_gap. */
static EfBytes
get_period(FunctionCallInfo fcinfo, int observed, const EventPurposeType *type,
		   void **memory)
{
	int			last = PG_NARGS() - 1;
	bool		counts_fte = type->summary->flag.name != NULL &&
		last - observed > 1;
	PeriodMemory *kept = *memory;
	const EfFrame *frame;
	EfDuration	gap;
	EfBytes		packed;

	if (kept == NULL)
		*memory = kept = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
												sizeof(PeriodMemory));
	frame = eg_observed_frame(fcinfo, observed, type->summary,
							  counts_fte ? EF_FLAG_FTE : 0, &kept->observed);
	gap = eg_get_gap(fcinfo, last);
	kept->bytes.from = frame->from;
	kept->bytes.as_of = frame->as_of;
	kept->bytes.bounded = frame->bounded;
	kept->bytes.flags = frame->flags;
	kept->bytes.months = gap.months;
	kept->bytes.days = gap.days;
	packed.bytes = (const uint8 *) &kept->bytes;
	packed.size = sizeof(PeriodBytes);
	return packed;
}

static EfContractPeriod
period_of_bytes(EfBytes bytes)
{
	PeriodBytes its;
	EfFrame		frame = {0};
	EfDuration	gap = {0};
	EfContractPeriod period;

	memcpy(&its, bytes.bytes, sizeof(its));
	frame.from = its.from;
	frame.as_of = its.as_of;
	frame.bounded = its.bounded != 0;
	frame.flags = (uint8) its.flags;
	gap.months = its.months;
	gap.days = its.days;
	ef_contracts_period(&period, &frame, &gap);
	return period;
}

static void
open_period(EventPurpose *purpose, EfUnit unit)
{
	(void) unit;
	((EventContracts *) purpose)->period = period_of_bytes(purpose->bytes);
}

static void
refuse_period(const EventPurpose *purpose, EfBytes other)
{
	EfContractPeriod its = period_of_bytes(purpose->bytes);
	EfContractPeriod period = period_of_bytes(other);

	eg_check(ef_frame_match(&its.frame, &period.frame, purpose->type->summary,
							&eg_context));
	eg_refuse_gap(&its.gap, &period.gap);
}


/* ---- rows ---- */

uint32_t
eg_get_reason(FunctionCallInfo fcinfo, int argument, EfForm form,
			  const EfEventGroup *group)
{
	EfWord		reason = {EF_UNKNOWN_REASON, sizeof(EF_UNKNOWN_REASON) - 1, ""};

	if (!PG_ARGISNULL(argument))
		eg_get_word(fcinfo, argument, form, &reason);
	return eg_group_name(group, reason.bytes, reason.length);
}

/*
 * Get the first word of a checked contract, from arguments start_date,
 * end_date and reason; false if the period shows nothing of it.
 */
static pg_attribute_always_inline bool
get_contract_when(FunctionCallInfo fcinfo, int start_date,
				  const EventForms *forms, const EfEventGroup *group,
				  const EfSpell *spell, EfWhen *when)
{
	const EfContractPeriod *period = group_period(group);

	if (!ef_contract_when(when, spell, period))
		return false;
	if (spell->end <= period->frame.as_of)
		*when |= eg_get_reason(fcinfo, start_date + 2, forms->word, group);
	return true;
}


/* Make the summary of the contracts of a group. */
static Datum
finish_contracts(FunctionCallInfo fcinfo, const EventPurposeType *type,
				 EfAddJoined add)
{
	EfEventGroup *group = eg_finished_group(fcinfo, type);
	EfState    *state;

	if (group == NULL)
		PG_RETURN_NULL();
	eg_check(ef_contracts_count(&state, type->summary, add, group,
								eg_group_names(group), group_period(group),
								&eg_context));
	return eg_summary_finish(eg_summary_own(state), type->summary);
}


/* ---- retention ---- */

static const EventPurposeType retention_purpose = {
	.tag = 'T',
	.word = "reason",
	.numbered = true,
	.with_last = true,
	.size = sizeof(EventContracts),
	.summary = &ef_retention_type,
	.get = get_period,
	.open = open_period,
	.refuse = refuse_period,
};

EF_EVENTS_COMBINE(retention)

/* Arguments: state, person_id, start_date, end_date, reason, observed, last_seen
 * if there is one, join_gap. */
PG_FUNCTION_INFO_V1(ef_retention_agg_person_transfn);
Datum
ef_retention_agg_person_transfn(PG_FUNCTION_ARGS)
{
	const EventForms *forms = eg_event_forms(fcinfo, 1, 4,
											 &retention_purpose);
	EfEventGroup *group = eg_event_group(fcinfo, 5, &retention_purpose,
										 eg_person_kind(forms->person),
										 EF_UNIT_DAY);
	EfSpell		spell;
	EfWhen		when;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		eg_check(ef_event_group_skip(group, 1));
		PG_RETURN_POINTER(group);
	}
	spell = eg_get_contract(fcinfo, 2);
	if (PG_NARGS() > 7 && !PG_ARGISNULL(6))
		ef_spell_last_seen(&spell, PG_GETARG_DATEADT(6));
	eg_check(ef_spell_check(&spell, group_period(group)->frame.as_of,
							&eg_context));
	if (get_contract_when(fcinfo, 2, forms, group, &spell, &when))
		eg_add_event_of(fcinfo, 1, forms->person, group, when, NULL);
	PG_RETURN_POINTER(group);
}

EF_FUNCTION(retention_agg, finalfn,
			finish_contracts(fcinfo, &retention_purpose,
							 ef_retention_add_joined))


/* ---- workforce ---- */

static const EventPurposeType workforce_purpose = {
	.tag = 'W',
	.word = "reason",
	.numbered = true,
	.detailed = true,
	.with_last = true,
	.size = sizeof(EventContracts),
	.summary = &ef_workforce_type,
	.get = get_period,
	.open = open_period,
	.refuse = refuse_period,
};

EF_EVENTS_COMBINE(workforce)

/* Arguments: state, person_id, birth_date, start_date, end_date, reason,
 * observed, FTE if it is counted, join_gap. */
static pg_attribute_always_inline Datum
add_workforce_row(FunctionCallInfo fcinfo, bool known, int32_t fte)
{
	const EventForms *forms = eg_event_forms(fcinfo, 1, 5,
											 &workforce_purpose);
	EfEventGroup *group = eg_event_group(fcinfo, 6, &workforce_purpose,
										 eg_person_kind(forms->person),
										 EF_UNIT_DAY);
	EfEmployment row = {0};
	EfWhen		when;
	uint64_t	detail;

	if (!known || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
	{
		eg_check(ef_event_group_skip(group, 1));
		PG_RETURN_POINTER(group);
	}
	row.birth = PG_GETARG_DATEADT(2);
	row.spell = eg_get_contract(fcinfo, 3);
	eg_check(ef_employment_check(&row, group_period(group)->frame.as_of,
								 &eg_context));
	if (get_contract_when(fcinfo, 3, forms, group, &row.spell, &when))
	{
		detail = ef_contract_detail(row.spell.start, row.birth, fte,
									group_period(group));
		eg_add_event_of(fcinfo, 1, forms->person, group, when,
						&detail);
	}
	PG_RETURN_POINTER(group);
}

EF_FTE_TRANSFNS(workforce_agg_person, add_workforce_row, 7)

EF_FUNCTION(workforce_agg, finalfn,
			finish_contracts(fcinfo, &workforce_purpose,
							 ef_workforce_add_joined))


/* ---- mobility ---- */

static const EventPurposeType moves_purpose = {
	.tag = 'N',
	.word = "state",
	.second_word = "reason",
	.second_word_argument = 5,
	.numbered = true,
	.with_last = true,
	.size = sizeof(EventContracts),
	.summary = &ef_mobility_type,
	.get = get_period,
	.open = open_period,
	.refuse = refuse_period,
};

EF_EVENTS_COMBINE(moves)

/*
 * Return the number of the row's terms: all but the person and the days.  A
 * reason after the period is not known to it.
 */
static pg_attribute_always_inline uint32_t
get_terms(FunctionCallInfo fcinfo, const EventForms *forms,
		  const EfEventGroup *group, bool left, int32_t fte)
{
	const EfWord unknown = {EF_UNKNOWN_REASON, sizeof(EF_UNKNOWN_REASON) - 1, ""};
	EfWord		reason = {"", 0, ""};
	EfWord		state = {NULL, 0, ""};
	char		room[128];
	char	   *name = room;
	Size		size;
	uint32_t	number;

	if (left)
	{
		reason = unknown;
		if (!PG_ARGISNULL(5))
			eg_get_word(fcinfo, 5, forms->second_word, &reason);
	}
	if (!PG_ARGISNULL(2))
		eg_get_word(fcinfo, 2, forms->word, &state);
	size = ef_mobility_contract_size(reason.length, state.length);
	if (size > sizeof(room))
		name = palloc(size);
	ef_mobility_contract_name(name, reason.bytes, reason.length, state.bytes,
							  state.length, fte);
	number = eg_group_name(group, name, size);
	if (name != room)
		pfree(name);
	return number;
}

/* Arguments: state, person_id, state, start_date, end_date, reason, observed,
 * FTE if it is counted, join_gap. */
static pg_attribute_always_inline Datum
add_mobility_row(FunctionCallInfo fcinfo, bool known, int32_t fte)
{
	const EventForms *forms = eg_event_forms(fcinfo, 1, 2, &moves_purpose);
	EfEventGroup *group = eg_event_group(fcinfo, 6, &moves_purpose,
										 eg_person_kind(forms->person),
										 EF_UNIT_DAY);
	const EfContractPeriod *period;
	EfSpell		spell;
	EfWhen		when;

	if (!known || PG_ARGISNULL(1) || PG_ARGISNULL(3))
	{
		eg_check(ef_event_group_skip(group, 1));
		PG_RETURN_POINTER(group);
	}
	period = group_period(group);
	spell = eg_get_contract(fcinfo, 3);
	eg_check(ef_spell_check(&spell, period->frame.as_of, &eg_context));
	if (ef_mobility_contract_when(&when, spell.start, spell.end, period))
	{
		when |= get_terms(fcinfo, forms, group,
						  spell.end <= period->frame.as_of, fte);
		eg_add_event_of(fcinfo, 1, forms->person, group, when, NULL);
	}
	PG_RETURN_POINTER(group);
}

EF_FTE_TRANSFNS(mobility_agg_person, add_mobility_row, 7)

/* Moves are seen between the spells of a person, so they are not counted alone. */
PG_FUNCTION_INFO_V1(ef_mobility_agg_person_finalfn);
Datum
ef_mobility_agg_person_finalfn(PG_FUNCTION_ARGS)
{
	EfEventGroup *group = eg_finished_group(fcinfo, &moves_purpose);
	EfState    *state;

	if (group == NULL)
		PG_RETURN_NULL();
	eg_check(ef_mobility_of_contracts(&state, group, eg_group_names(group),
									  group_period(group), &eg_context));
	return eg_summary_finish(eg_summary_own(state), &ef_mobility_type);
}
