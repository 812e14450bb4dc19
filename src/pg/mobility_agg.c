/*
 * mobility_agg.c
 *	  mobility_agg: rows that are spells of people in states, in any order.  See
 *	  src/core/mobility/mobility_spells.h for what becomes of them.
 */
#include "event_aggregate.h"
#include "observed.h"

#include "utils/date.h"

#include "mobility/mobility_spells.h"


/* ---- what spells are for: a period ---- */

/* One that is opened; its bytes are the two days. */
typedef struct EventPeriod
{
	EventPurpose purpose;
	EfFrame		frame;
} EventPeriod;

StaticAssertDecl(offsetof(EfFrame, as_of) == sizeof(EfDay) &&
				 offsetof(EfFrame, bounded) == 2 * sizeof(EfDay),
				 "the days of a period are its first bytes");

static inline const EfFrame *
group_frame(const EfEventGroup *group)
{
	return &((const EventPeriod *) group->purpose)->frame;
}

static EfBytes
get_period(FunctionCallInfo fcinfo, int argument, const EventPurposeType *type,
		   void **memory)
{
	const EfFrame *frame = eg_observed_frame(fcinfo, argument,
											 type->summary, 0, memory);
	EfBytes		packed = {(const uint8 *) frame, 2 * sizeof(EfDay)};

	return packed;
}

static EfFrame
frame_of_bytes(EfBytes bytes)
{
	EfFrame		frame = {.bounded = true};

	memcpy(&frame, bytes.bytes, 2 * sizeof(EfDay));
	return frame;
}

static void
open_period(EventPurpose *purpose, EfUnit unit)
{
	(void) unit;
	((EventPeriod *) purpose)->frame = frame_of_bytes(purpose->bytes);
}

static void
refuse_period(const EventPurpose *purpose, EfBytes other)
{
	EfFrame		its = frame_of_bytes(purpose->bytes);
	EfFrame		frame = frame_of_bytes(other);

	eg_check(ef_frame_match(&its, &frame, purpose->type->summary, &eg_context));
}

static const EventPurposeType mobility_purpose = {
	.tag = 'M',
	.word = "state",
	.numbered = true,
	.most_names = EF_STATE_NAME_LIMIT,
	.too_many_names = EF_TOO_MANY_STATES,
	.size = sizeof(EventPeriod),
	.summary = &ef_mobility_type,
	.get = get_period,
	.open = open_period,
	.refuse = refuse_period,
};

EF_EVENTS_COMBINE(mobility)


/* ---- rows ---- */

/* Make the event of a row; false if the period shows nothing of it. */
static pg_attribute_always_inline bool
get_spell_when(FunctionCallInfo fcinfo, const EventForms *forms,
			   const EfEventGroup *group, EfWhen *when)
{
	const EfFrame *frame = group_frame(group);
	EfSpell		spell = {
		.start = PG_GETARG_DATEADT(3),
		.end = PG_ARGISNULL(4) ? EF_DAY_INFINITY : PG_GETARG_DATEADT(4)
	};
	uint32_t	number = 0;

	eg_check(ef_spell_check(&spell, frame->as_of, &eg_context));
	if (!ef_spell_when(when, spell.start, spell.end, 0, frame))
		return false;

	/* only now, so that what nobody sees has no number */
	if (!PG_ARGISNULL(2))
	{
		EfWord		state;

		eg_get_word(fcinfo, 2, forms->word, &state);
		number = eg_group_name(group, state.bytes, state.length);
	}
	*when |= number;
	return true;
}

/* Arguments: state, person_id, state, start_date, end_date, observed. */
PG_FUNCTION_INFO_V1(ef_mobility_agg_transfn);
Datum
ef_mobility_agg_transfn(PG_FUNCTION_ARGS)
{
	const EventForms *forms = eg_event_forms(fcinfo, 1, 2,
											 &mobility_purpose);
	EfEventGroup *group = eg_event_group(fcinfo, 5, &mobility_purpose,
										 eg_person_kind(forms->person),
										 EF_UNIT_DAY);
	EfWhen		when;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(3))
		eg_check(ef_event_group_skip(group, 1));
	else if (get_spell_when(fcinfo, forms, group, &when))
		eg_add_event_of(fcinfo, 1, forms->person, group, when, NULL);
	PG_RETURN_POINTER(group);
}

PG_FUNCTION_INFO_V1(ef_mobility_agg_finalfn);
Datum
ef_mobility_agg_finalfn(PG_FUNCTION_ARGS)
{
	EfEventGroup *group = eg_finished_group(fcinfo, &mobility_purpose);
	EfState    *state;

	if (group == NULL)
		PG_RETURN_NULL();
	eg_check(ef_mobility_of_spells(&state, group, eg_group_names(group),
								   group_frame(group), &eg_context));
	return eg_summary_finish(eg_summary_own(state), &ef_mobility_type);
}
