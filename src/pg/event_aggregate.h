/*
 * event_aggregate.h
 *	  Aggregates over events: their state, which may be larger than memory.
 *
 * All groups of an aggregate share one log (src/core/log/event_log.h) within
 * the memory that a hash table may take, and one temporary file beside it.
 * The log lives as long as the aggregate's memory: it is made with the first
 * group and closed by a callback of the executor, so that a rescan, the next
 * batch of a hash aggregate that spilled, or an error leaves nothing.
 *
 * The person and the word of an event are arguments of several types
 * (word_value.h).  One C function serves all of them: the aggregate remembers
 * their types.
 *
 * The events of a group have a purpose (the spec of a funnel, an observation
 * period).  The functions of an aggregate pass its EventPurposeType, which
 * reads the purpose from an argument, or from this one and the last, as bytes
 * that are equal for equal purposes.
 */
#ifndef EF_EVENT_AGGREGATE_H
#define EF_EVENT_AGGREGATE_H

#include "glue.h"

#include "utils/uuid.h"

#include "word_value.h"

#include "log/event_log.h"

typedef struct EventPurposeType EventPurposeType;

typedef struct EventPurpose
{
	struct EventPurpose *older;
	const EventPurposeType *type;
	EfBytes		bytes;
} EventPurpose;

struct EventPurposeType
{
	char		tag;			/* in a group that is sent to another process */
	const char *word;			/* name of the argument with an event's word */
	const char *second_word;	/* name of a second one, or NULL */
	int			second_word_argument;
	bool		numbered;		/* events have numbers of names */
	uint32		most_names;		/* that one group can have; 0: any number */
	EfStatus	too_many_names; /* how more are refused */
	bool		detailed;		/* and a second word */
	bool		with_last;		/* the last argument says a part of it */
	const EfTableType *summary; /* that events become, if they do */
	Size		size;			/* of a struct that begins with an
								 * EventPurpose */

	/*
	 * Get the bytes of an argument, valid until the next call; refuse null.
	 * *memory, which is NULL at first, may keep what is found, in the
	 * function's memory.
	 */
	EfBytes		(*get) (FunctionCallInfo fcinfo, int argument,
						const EventPurposeType *type, void **memory);

	/* Fill in the rest of the struct. */
	void		(*open) (EventPurpose *purpose, EfUnit unit);

	/* Raise the error that rows of one group are for different things. */
	void		(*refuse) (const EventPurpose *purpose, EfBytes other);
};

/* Combine two groups of events for one purpose. */
extern Datum eg_events_combine(FunctionCallInfo fcinfo,
							   const EventPurposeType *type);

#define EF_EVENTS_COMBINE(name) \
	EF_FUNCTION(name##_events, combinefn, \
				eg_events_combine(fcinfo, &name##_purpose))

/* How the arguments hold who a person is, and the word of an event. */
typedef struct EventForms
{
	EfForm		person;			/* EF_FORM_UNASKED: rows are one person's */
	EfForm		word;
	EfForm		second_word;
} EventForms;

/*
 * Find the forms of the calling aggregate; `person` is 0 if the rows are one
 * person's.
 */
extern const EventForms *eg_ask_event_forms(FunctionCallInfo fcinfo,
											int person, int word,
											const EventPurposeType *type);

/*
 * Return the same; found with the first row, and kept at the head of the
 * function's memory.
 */
static pg_attribute_always_inline const EventForms *
eg_event_forms(FunctionCallInfo fcinfo, int person, int word,
			   const EventPurposeType *type)
{
	const EventForms *forms = fcinfo->flinfo->fn_extra;

	return likely(forms != NULL) ? forms
		: eg_ask_event_forms(fcinfo, person, word, type);
}

static pg_attribute_always_inline EfPersonKind
eg_person_kind(EfForm form)
{
	switch (form)
	{
		case EF_FORM_TEXT:
		case EF_FORM_PADDED:
		case EF_FORM_CSTRING:
		case EF_FORM_NUMERIC:
			return EF_PERSON_TEXT;
		case EF_FORM_UUID:
			return EF_PERSON_UUID;
		default:
			return EF_PERSON_NUMBER;
	}
}

/*
 * Get the group of argument 0, or make it, for the purpose in argument
 * `purpose`.
 */
extern EfEventGroup *eg_event_group(FunctionCallInfo fcinfo, int purpose,
									const EventPurposeType *type,
									EfPersonKind kind, EfUnit unit);

/* Return the dictionary of the names in a group's events. */
extern EfDictionary *eg_group_names(const EfEventGroup *group);

/*
 * Find the number of a name, or add it.  Names are kept until the end and
 * count as memory of the log.  When their limit is reached, the aggregate
 * fails at once.
 */
extern uint32 eg_group_name(const EfEventGroup *group, const char *name,
							size_t length);

/*
 * Get the group of a final function, for this purpose; NULL if there were no
 * rows.
 */
extern EfEventGroup *eg_finished_group(FunctionCallInfo fcinfo,
									   const EventPurposeType *type);

/*
 * Add an event of the person in an argument, which is not null.  Its detail
 * is NULL if the log has none.
 */
static pg_attribute_always_inline void
eg_add_event_of(FunctionCallInfo fcinfo, int argument, EfForm form,
				EfEventGroup *group, EfWhen when, const uint64_t *detail)
{
	EfPersonKind kind = eg_person_kind(form);

	if (kind == EF_PERSON_NUMBER)
	{
		uint64_t	number = (uint64_t) eg_get_number(fcinfo, argument, form);

		if (detail == NULL)
			ef_event_add(group, number, when);
		else
			ef_event_add_detailed(group, number, when, *detail);
	}
	else if (kind == EF_PERSON_UUID)
		ef_event_add_uuid(group, PG_GETARG_UUID_P(argument)->data, when,
						  detail == NULL ? 0 : *detail);
	else
	{
		EfWord		name;

		eg_get_word(fcinfo, argument, form, &name);
		ef_event_add_text(group, name.bytes, name.length, when,
						  detail == NULL ? 0 : *detail);
	}
}

#endif							/* EF_EVENT_AGGREGATE_H */
