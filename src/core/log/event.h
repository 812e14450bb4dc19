/*
 * event.h
 *	  Events of people: in order, as runs of bytes, and merged.
 *
 * An event is a person and a word that says when and what (EfWhen of
 * when.h).  A person is a number.  Where people are named otherwise, the
 * number is made from the name; the name is kept beside it and decides
 * between equal numbers:
 *
 *	 EF_PERSON_NUMBER	the number alone; also where all events are one
 *						person's, and it is 0
 *	 EF_PERSON_UUID		the first eight bytes of a uuid, and the others
 *	 EF_PERSON_TEXT		a hash of the name, and the name
 *
 * Events are ordered by (number, name, when).  Where a log is *detailed*, an
 * event has a second word beside EfWhen, the last in the order.  A *run* is a
 * sequence of events in that order as bytes, for each person
 *
 *	 varint		number minus the number of the person before
 *	 8 bytes	of a uuid: the other half
 *	 varint, bytes	of a text: length and name
 *	 varint		how many events
 *	 varint		zigzag(when of the first minus that of the person before)
 *	 varints	of each other: when minus the one before
 *
 * and behind each of these, where there are details,
 *
 *	 varint		zigzag(detail minus that of the event before, or 0)
 *
 * This takes some four bytes an event where dates are days and people have
 * several events.  Runs are read and merged person by person, so memory is
 * needed for a window of each run and the events of one person.
 */
#ifndef EF_EVENT_H
#define EF_EVENT_H

#include "base/chunk.h"
#include "base/label.h"
#include "base/when.h"

typedef enum EfPersonKind
{
	EF_PERSON_NUMBER,
	EF_PERSON_UUID,
	EF_PERSON_TEXT
} EfPersonKind;

/*
 * In memory an event is of one of these forms:
 *
 *	 EF_NARROW	number << 24 | when, as most events are: a number below 2^40,
 *				of a day between the years 1000 and 2435.  Its order is that of
 *				the events, and half of the bytes are half of the time.
 *	 EF_WIDE	number, when
 *	 EF_NAMED	number, when, and the rest of the uuid or a pointer to an
 *				EfName
 *	 EF_WIDE_DETAILED, EF_NAMED_DETAILED
 *				the same with the detail behind when
 *	 EF_NARROW_DETAILED
 *				the number and the high bits of when, and in the second word
 *				the rest of when and the detail, where a number below 2^40, a
 *				detail below 2^37 and a when without the bits 18 to 30 leave
 *				room for all
 *
 * The low bits of its value are the number of its words.
 */
#define EF_FORM_WORDS 7
#define EF_FORM_DETAILED 8

typedef enum EfEventForm
{
	EF_NARROW = 1,
	EF_WIDE = 2,
	EF_NAMED = 3,
	EF_NARROW_DETAILED = EF_FORM_DETAILED | 2,
	EF_WIDE_DETAILED = EF_FORM_DETAILED | 3,
	EF_NAMED_DETAILED = EF_FORM_DETAILED | 4
} EfEventForm;

static inline size_t
ef_form_words(EfEventForm form)
{
	return form & EF_FORM_WORDS;
}

static inline bool
ef_form_detailed(EfEventForm form)
{
	return (form & EF_FORM_DETAILED) != 0;
}

static inline bool
ef_form_named(EfEventForm form)
{
	return form == EF_NAMED || form == EF_NAMED_DETAILED;
}

#define EF_NARROW_WHEN_BITS 24
#define EF_NARROW_NUMBERS (UINT64_C(1) << (64 - EF_NARROW_WHEN_BITS))
#define EF_NARROW_FIRST_DAY (-365243)
#define EF_NARROW_FIRST ((EfWhen) (EF_NARROW_FIRST_DAY + EF_WHEN_BIAS) << EF_WHEN_CODE_BITS)

/* Does an event fit the narrow form? */
static inline bool
ef_is_narrow(uint64_t number, EfWhen when)
{
	return number < EF_NARROW_NUMBERS &&
		when - EF_NARROW_FIRST < (UINT64_C(1) << EF_NARROW_WHEN_BITS);
}

static inline uint64_t
ef_narrow(uint64_t number, EfWhen when)
{
	EF_ASSERT(ef_is_narrow(number, when));
	return number << EF_NARROW_WHEN_BITS | (when - EF_NARROW_FIRST);
}

static inline uint64_t
ef_narrow_number(uint64_t narrow)
{
	return narrow >> EF_NARROW_WHEN_BITS;
}

static inline EfWhen
ef_narrow_when(uint64_t narrow)
{
	return EF_NARROW_FIRST +
		(narrow & ((UINT64_C(1) << EF_NARROW_WHEN_BITS) - 1));
}

/*
 * Three parts of when in EF_NARROW_DETAILED: the high one, from a bit on, below
 * the number; the middle one, from another bit up to that, at the top of the
 * second word; and its low bits, which are behind them and before the detail.
 */
#define EF_NARROW_HIGH_AT (64 - EF_NARROW_WHEN_BITS)
#define EF_NARROW_MIDDLE_AT 31
#define EF_NARROW_LOW_BITS 18
#define EF_NARROW_DETAIL_BITS 37
#define EF_NARROW_MIDDLE_TO (EF_NARROW_DETAIL_BITS + EF_NARROW_LOW_BITS)

#define EF_NARROW_LOW ((UINT64_C(1) << EF_NARROW_LOW_BITS) - 1)
#define EF_NARROW_DETAIL ((UINT64_C(1) << EF_NARROW_DETAIL_BITS) - 1)

/* Bits of when that have no place there. */
#define EF_NARROW_GAP ((UINT64_C(1) << EF_NARROW_MIDDLE_AT) - 1 - EF_NARROW_LOW)

_Static_assert(EF_NARROW_HIGH_AT - EF_NARROW_MIDDLE_AT == 64 - EF_NARROW_MIDDLE_TO,
			   "the second word of a narrow detailed event is full");

static inline bool
ef_is_narrow_detailed(uint64_t number, EfWhen when, uint64_t detail)
{
	return number < EF_NARROW_NUMBERS && (when & EF_NARROW_GAP) == 0 &&
		detail <= EF_NARROW_DETAIL;
}

static inline void
ef_narrow_detailed(uint64_t *event, uint64_t number, EfWhen when,
				   uint64_t detail)
{
	EF_ASSERT(ef_is_narrow_detailed(number, when, detail));
	event[0] = number << EF_NARROW_WHEN_BITS | when >> EF_NARROW_HIGH_AT;

	/* the high part falls off the top */
	event[1] = when >> EF_NARROW_MIDDLE_AT << EF_NARROW_MIDDLE_TO |
		(when & EF_NARROW_LOW) << EF_NARROW_DETAIL_BITS | detail;
}

static inline EfWhen
ef_narrow_detailed_when(const uint64_t *event)
{
	return event[0] << EF_NARROW_HIGH_AT |
		event[1] >> EF_NARROW_MIDDLE_TO << EF_NARROW_MIDDLE_AT |
		(event[1] >> EF_NARROW_DETAIL_BITS & EF_NARROW_LOW);
}

/* One person's number and name. */
typedef struct EfPerson
{
	uint64_t	number;
	uint64_t	rest;			/* of a uuid */
	const char *name;			/* of a text */
	size_t		name_length;
} EfPerson;

static inline const EfName *
ef_person_name(uint64_t rest)
{
	return (const EfName *) (uintptr_t) rest;
}

/*
 * Order two events whose persons have the same number by the rest of their
 * identity; 0 if they are one person.  For forms with a name.
 */
static inline int
ef_event_names_compare(const uint64_t *a, const uint64_t *b, EfEventForm form,
					   EfPersonKind kind)
{
	uint64_t	one = a[ef_form_words(form) - 1];
	uint64_t	other = b[ef_form_words(form) - 1];

	EF_ASSERT(ef_form_named(form));
	if (kind == EF_PERSON_NUMBER || one == other)
		return 0;
	if (kind == EF_PERSON_UUID)
		return one < other ? -1 : 1;
	return ef_bytes_compare(ef_person_name(one)->bytes,
							ef_person_name(one)->length,
							ef_person_name(other)->bytes,
							ef_person_name(other)->length);
}

static inline uint64_t
ef_event_number(const uint64_t *event, EfEventForm form)
{
	return form == EF_NARROW || form == EF_NARROW_DETAILED
		? ef_narrow_number(event[0]) : event[0];
}

static inline EfWhen
ef_event_when(const uint64_t *event, EfEventForm form)
{
	if (form == EF_NARROW_DETAILED)
		return ef_narrow_detailed_when(event);
	return form == EF_NARROW ? ef_narrow_when(event[0]) : event[1];
}

/* Return the second word of a form that has details. */
static inline uint64_t
ef_event_detail(const uint64_t *event, EfEventForm form)
{
	EF_ASSERT(ef_form_detailed(form));
	return form == EF_NARROW_DETAILED
		? event[1] & EF_NARROW_DETAIL : event[2];
}

static inline bool
ef_event_same_person(const uint64_t *a, const uint64_t *b, EfEventForm form,
					 EfPersonKind kind)
{
	return ef_event_number(a, form) == ef_event_number(b, form) &&
		(!ef_form_named(form) ||
		 ef_event_names_compare(a, b, form, kind) == 0);
}

/* Return the person of an event. */
static inline EfPerson
ef_event_person(const uint64_t *event, EfEventForm form, EfPersonKind kind)
{
	EfPerson	person = {ef_event_number(event, form), 0, NULL, 0};

	EF_ASSERT(kind == EF_PERSON_NUMBER || ef_form_named(form));
	if (kind == EF_PERSON_UUID)
		person.rest = event[ef_form_words(form) - 1];
	if (kind == EF_PERSON_TEXT)
	{
		const EfName *name = ef_person_name(event[ef_form_words(form) - 1]);

		person.name = name->bytes;
		person.name_length = name->length;
	}
	return person;
}

#endif							/* EF_EVENT_H */
