/*
 * contract_events.c
 *	  See contract_events.h.
 */
#include "spell/contract_events.h"

#include <stdio.h>
#include <string.h>


/* Room for the name of a person in an error. */
#define PERSON_SIZE 80

static void
format_person(char out[PERSON_SIZE], const EfEventReader *events)
{
	const EfPerson *person = &events->person;
	uint8_t		uuid[16];

	switch (events->kind)
	{
		case EF_PERSON_NUMBER:
			snprintf(out, PERSON_SIZE, "%lld", (long long) person->number);
			break;
		case EF_PERSON_UUID:
			memcpy(uuid, &person->number, sizeof(uint64_t));
			memcpy(uuid + sizeof(uint64_t), &person->rest, sizeof(uint64_t));
			for (size_t i = 0, at = 0; i < sizeof(uuid); i++)
				at += (size_t) snprintf(out + at, PERSON_SIZE - at,
										i == 4 || i == 6 || i == 8 || i == 10
										? "-%02x" : "%02x", uuid[i]);
			break;
		case EF_PERSON_TEXT:
			snprintf(out, PERSON_SIZE, "\"%s\"",
					 ef_word_shown(person->name, person->name_length).text);
			break;
	}
}

void
ef_contracts_period(EfContractPeriod *period, const EfFrame *frame,
					const EfDuration *gap)
{
	period->frame = *frame;
	period->gap = *gap;
	period->last_start = ef_months_later(frame->as_of, gap->months) + gap->days;
}

EfStatus
ef_contracts_read(EfContractReader *reader, EfEventGroup *group,
				  const EfDictionary *reasons, const EfContractPeriod *period,
				  EfContext *context)
{
	memset(reader, 0, sizeof(*reader));
	reader->period = period;
	reader->reasons = reasons;
	reader->context = context;
	return ef_event_group_read(&reader->events, group, context);
}

void
ef_contracts_end(EfContractReader *reader)
{
	ef_event_reader_end(&reader->events);
	ef_release(reader->context, reader->contracts);
}

static void
reserve(EfContractReader *reader, size_t n)
{
	if (n <= reader->room)
		return;
	ef_release(reader->context, reader->contracts);
	reader->contracts = ef_alloc(reader->context, 2 * n * sizeof(EfContract));
	reader->room = 2 * n;
}

EF_REPORT(EF_BIRTHS_DIFFER, DATA_EXCEPTION,
		  "person has two birth dates",
		  "Correct the rows, or give all rows of a person one date, such as min(birth_date) OVER (PARTITION BY person_id).");

/* Refuse two contracts of a person with different birth dates. */
EF_NODISCARD static EfStatus
refuse_birth(const EfContractReader *reader, EfDay other)
{
	char		person[PERSON_SIZE];
	EfDay		one = reader->birth;

	format_person(person, &reader->events);
	return ef_fail(reader->context, EF_BIRTHS_DIFFER,
				   "Person %s has the birth dates %s and %s.", person,
				   ef_day_shown(one < other ? one : other).text,
				   ef_day_shown(one < other ? other : one).text);
}

/* Read the contracts of the next person. */
EF_NODISCARD static EfStatus
next_person(EfContractReader *reader)
{
	EfEventReader *events = &reader->events;
	EfDay		as_of = reader->period->frame.as_of;
	EfDay		first = as_of - EF_SPELL_DAYS;
	bool		born = false;
	EfPersonEvents person;
	const EfWhen *word;
	EfStatus	status = EF_OK;

	reader->next = 0;
	reader->ncontracts = 0;
	if (!ef_event_reader_next(events, &person, &status))
		return status;
	reserve(reader, person.n);
	word = person.whens;
	for (size_t i = 0; i < person.n; i++, word += events->detailed ? 2 : 1)
	{
		uint32_t	end = (uint32_t) (word[0] >> EF_CONTRACT_END_AT) &
			EF_CONTRACT_ENDLESS;
		EfContract *contract = &reader->contracts[i];

		contract->start = first + (EfDay) (word[0] >> EF_CONTRACT_START_AT);
		contract->end = end == EF_CONTRACT_ENDLESS ? EF_DAY_INFINITY
			: first + (EfDay) end;
		contract->reason = (uint32_t) (word[0] & EF_WHEN_NUMBER);
		contract->fte = 0;
		contract->lost = contract->reason == 0 && end != EF_CONTRACT_ENDLESS;
		if (events->detailed && word[1] != 0)
		{
			EfDay		birth = as_of + 1 - (EfDay) (word[1] >> EF_FTE_BITS);

			contract->fte = (int32_t) (word[1] & EF_FTE_MASK);
			if (!born)
				reader->birth = birth;
			else if (birth != reader->birth)
				return refuse_birth(reader, birth);
			born = true;
		}
	}
	reader->ncontracts = person.n;
	return EF_OK;
}

EfStatus
ef_contracts_next(EfContractReader *reader, EfJoined *joined, bool *found)
{
	*found = false;
	while (!*found)
	{
		if (reader->next == reader->ncontracts)
		{
			EfStatus	status = next_person(reader);

			if (status != EF_OK || reader->ncontracts == 0)
				return status;
		}
		ef_contract_join(joined, reader->contracts + reader->next,
						 reader->ncontracts - reader->next,
						 &reader->period->gap, reader->reasons);
		reader->next += joined->ncontracts;
		*found = joined->start < reader->period->frame.as_of;
	}
	return EF_OK;
}

void
ef_contracts_spell(const EfContractReader *reader, const EfJoined *joined,
				   EfSpell *spell)
{
	spell->start = joined->start;
	spell->end = joined->lost ? EF_DAY_INFINITY : joined->end;
	spell->reason = NULL;
	spell->reason_length = 0;
	ef_spell_last_seen(spell, joined->lost ? joined->end - 1
					   : EF_DAY_INFINITY);
	if (joined->reason != 0)
	{
		const EfName *name = ef_dictionary_name(reader->reasons,
												joined->reason);

		spell->reason = name->bytes;
		spell->reason_length = name->length;
	}
}

EfStatus
ef_contracts_count(EfState **state, const EfTableType *type, EfAddJoined add,
				   EfEventGroup *group, const EfDictionary *reasons,
				   const EfContractPeriod *period, EfContext *context)
{
	EfContractReader reader;
	EfStatus	status = ef_state_create(state, type, &period->frame, 0,
										 context);

	if (status != EF_OK)
		return status;
	(*state)->skipped = group->skipped;
	status = ef_contracts_read(&reader, group, reasons, period, context);
	while (status == EF_OK)
	{
		EfState    *old = *state;
		EfJoined	joined;
		bool		found;

		status = ef_contracts_next(&reader, &joined, &found);
		if (status != EF_OK || !found)
			break;
		status = add(state, &reader, &joined, context);
		ef_state_moved(old, *state, context);
	}
	ef_contracts_end(&reader);
	return status;
}

EfStatus
ef_contracts_refuse_fte(const EfEventReader *events, EfDay day, int64_t fte)
{
	char		person[PERSON_SIZE];

	format_person(person, events);
	return ef_fail(events->context, EF_FTE_SUM,
				   "The FTE of person %s on %s is %lld.%03d.", person,
				   ef_day_shown(day).text, (long long) (fte / 1000),
				   (int) (fte % 1000));
}

EfStatus
ef_contracts_fte(const EfContractReader *reader, const EfJoined *joined,
				 EfDay day, int32_t *fte)
{
	int64_t		sum = ef_joined_fte(joined, day);

	if (sum > EF_FTE_LIMIT)
		return ef_contracts_refuse_fte(&reader->events, day, sum);
	*fte = (int32_t) sum;
	return EF_OK;
}
