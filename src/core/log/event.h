/*
 * event.h
 *	  Events of people: in order, as runs of bytes, and merged.
 *
 * An event is a person, and when and what (EfWhen of chain.h).  A person is a
 * number; one who is named otherwise has a number made from the name, which
 * stands beside it and decides where numbers are equal:
 *
 *	 EF_PERSON_NUMBER	the number alone; also where all events are one
 *						person's, and it is 0
 *	 EF_PERSON_UUID		the first eight bytes of a uuid, and the others
 *	 EF_PERSON_TEXT		a hash of the name, and the name
 *
 * The order is that of (number, name, when).  A *run* is a sequence of events
 * in that order as bytes, for each person
 *
 *	 varint		number minus that of the person before
 *	 8 bytes	of a uuid: the other half
 *	 varint, bytes	of a text: length and name
 *	 varint		how many events
 *	 varint		zigzag(when of the first minus that of the person before)
 *	 varints	of each other: when minus the one before
 *
 * which takes some four bytes an event where dates are days and people have
 * several.  Runs are read and merged person by person, so memory is needed for
 * a window of each run and the events of one person.
 */
#ifndef EF_EVENT_H
#define EF_EVENT_H

#include "base/codec.h"
#include "base/dictionary.h"
#include "base/memory.h"
#include "base/status.h"
#include "funnel/chain.h"

typedef enum EfPersonKind
{
	EF_PERSON_NUMBER,
	EF_PERSON_UUID,
	EF_PERSON_TEXT
} EfPersonKind;

/* The name of a person, where EF_PERSON_TEXT needs one. */
typedef struct EfPersonName
{
	uint32_t	length;
	char		bytes[];
} EfPersonName;

/*
 * In memory an event is of one of these forms, whose value is the number of
 * its words:
 *
 *	 EF_NARROW	number << 24 | when, as most events are: a number below 2^40,
 *				of a day between the years 1000 and 2435.  Its order is that of
 *				the events, and half of the bytes are half of the time.
 *	 EF_WIDE	number, when
 *	 EF_NAMED	number, when, and the rest of the uuid or a pointer to an
 *				EfPersonName
 */
typedef enum EfEventForm
{
	EF_NARROW = 1,
	EF_WIDE = 2,
	EF_NAMED = 3
} EfEventForm;

#define EF_NARROW_WHEN_BITS 24
#define EF_NARROW_NUMBERS (UINT64_C(1) << 40)
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

/* Order n events; scratch has room for as many. */
extern void ef_events_sort(uint64_t *events, uint64_t *scratch, size_t n,
						   EfEventForm form, EfPersonKind kind,
						   const EfAllocator *allocator);

/* Takes bytes as they come. */
typedef struct EfSink
{
	void		(*write) (void *context, const void *bytes, size_t size);
	void	   *context;
} EfSink;

/* Write events, in order, as a run; how many bytes that took. */
extern uint64_t ef_run_write(const uint64_t *events, size_t n,
							 EfEventForm form, EfPersonKind kind,
							 const EfSink *sink);

/* Who a person is. */
typedef struct EfPerson
{
	uint64_t	number;
	uint64_t	rest;			/* of a uuid */
	const char *name;			/* of a text */
	size_t		name_length;
} EfPerson;

/* Writes a run person by person. */
typedef struct EfRunWriter
{
	EfPersonKind kind;
	const EfSink *sink;
	uint64_t	size;			/* bytes that the sink has got */
	uint64_t	number;			/* of the person before */
	EfWhen		first;
	size_t		used;			/* of the buffer */
	uint8_t		buffer[8192];
} EfRunWriter;

extern void ef_run_writer_begin(EfRunWriter *writer, EfPersonKind kind,
								const EfSink *sink);

/* The next person, whose events are in order. */
extern void ef_run_writer_add(EfRunWriter *writer, const EfPerson *person,
							  const EfWhen *whens, size_t nwhens);

/* The most bytes that a person with so many events takes. */
static inline uint64_t
ef_run_person_size(const EfPerson *person, size_t nwhens)
{
	return (3 + (uint64_t) nwhens) * EF_VARINT_MAX + sizeof(uint64_t) +
		person->name_length;
}

/* How many bytes the run took. */
extern uint64_t ef_run_writer_end(EfRunWriter *writer);

/*
 * Where the low bits of an event are a number that stands for something
 * (EF_WHEN_NUMBER): a run with other numbers for the same, each of which the
 * map has.
 */
#define EF_WHEN_NUMBER_BITS 24
#define EF_WHEN_NUMBER ((UINT64_C(1) << EF_WHEN_NUMBER_BITS) - 1)

extern EfStatus ef_run_renumber(const uint8_t *bytes, size_t size,
								EfPersonKind kind, const EfNumberMap *map,
								const EfSink *sink,
								const EfAllocator *allocator, EfError *error);

/* Where the bytes of a run come from. */
typedef struct EfRunSource
{
	/* at most size bytes from a place on, fewer only at the end */
	size_t		(*read) (void *context, uint64_t offset, void *buffer,
						 size_t size);
	void	   *context;
	uint64_t	offset;
	uint64_t	size;
	const uint8_t *bytes;		/* all of them, where they are in memory */
} EfRunSource;

/* A run, or events in memory, while they are read. */
typedef struct EfRunReader
{
	EfPerson	person;			/* who comes next */
	bool		done;			/* nobody */
	uint64_t	nevents;
	EfWhen		first;			/* of the person before */
	EfRunSource source;
	uint64_t	left;			/* bytes not yet in the window */
	const uint8_t *at;			/* in the window */
	const uint8_t *end;
	uint8_t    *window;
	size_t		window_size;
	EfEventForm form;
	const uint64_t *events;		/* in memory */
	const uint64_t *events_end;
	char	   *name_room;
	size_t		name_size;
} EfRunReader;

/* Several, merged. */
typedef struct EfEventReader
{
	EfPersonKind kind;
	const EfAllocator *allocator;
	size_t		nruns;
	EfRunReader *runs;
	size_t		nheap;
	EfRunReader **heap;			/* the one whose person comes next is first */
	EfPerson	person;			/* who is being read */
	char	   *name_room;
	size_t		name_size;
	size_t		room;
	EfWhen	   *whens;			/* of one person */
	EfWhen	   *scratch;
} EfEventReader;

/*
 * Begin to read runs, and events in memory, in order, that stay where they
 * are.  `window` is how many bytes of each stored run to hold.
 */
extern EfStatus ef_event_reader_begin(EfEventReader *reader,
									  EfPersonKind kind,
									  const EfRunSource *sources,
									  size_t nsources, size_t window,
									  const uint64_t *events, size_t nevents,
									  EfEventForm form,
									  const EfAllocator *allocator,
									  EfError *error);

/* The events of the next person, in order, valid until the next call, as is
 * reader->person; *nwhens is 0 when there are no more. */
extern EfStatus ef_event_reader_next(EfEventReader *reader, uint64_t *number,
									 const EfWhen **whens, size_t *nwhens,
									 EfError *error);

extern void ef_event_reader_end(EfEventReader *reader);

#endif							/* EF_EVENT_H */
