/*
 * event_run.h
 *	  A run: ordered events as bytes.  event.h has the format.
 */
#ifndef EF_EVENT_RUN_H
#define EF_EVENT_RUN_H

#include "base/codec.h"
#include "base/context.h"
#include "base/dictionary.h"
#include "log/event.h"

/* Takes bytes as they come. */
typedef struct EfSink
{
	void		(*write) (void *closure, const void *bytes, size_t size);
	void	   *closure;
} EfSink;

/* Write events, in order, as a run; how many bytes that took. */
extern uint64_t ef_run_write(const uint64_t *events, size_t n,
							 EfEventForm form, EfPersonKind kind,
							 const EfSink *sink);

/*
 * Where writing a run has got to; apart from the buffer, so that it can be in
 * registers.
 */
typedef struct EfRunEnd
{
	EfWriter	writer;
	uint8_t    *buffer;
	uint8_t    *buffer_end;
	const EfSink *sink;
	uint64_t	size;			/* bytes that the sink has got */
	uint64_t	number;			/* of the person before */
	EfWhen		first;
} EfRunEnd;

/* Writes a run person by person. */
typedef struct EfRunWriter
{
	EfPersonKind kind;
	bool		detailed;
	EfRunEnd	end;
	uint8_t		buffer[8192];
} EfRunWriter;

extern void ef_run_writer_begin(EfRunWriter *writer, EfPersonKind kind,
								bool detailed, const EfSink *sink);

/*
 * Add the next person with ordered events; where the log is detailed, each
 * event is followed by its detail.
 */
extern void ef_run_writer_add(EfRunWriter *writer, const EfPerson *person,
							  const EfWhen *whens, size_t nwhens);

/* Is its end in its buffer?  For EF_ASSERT. */
static inline bool
ef_run_writer_is_sound(const EfRunWriter *writer)
{
	return writer->end.buffer == writer->buffer &&
		writer->end.writer.at >= writer->buffer &&
		writer->end.writer.at <= writer->buffer + sizeof(writer->buffer);
}

/* Return how many bytes a run has so far. */
static inline uint64_t
ef_run_writer_size(const EfRunWriter *writer)
{
	EF_ASSERT(ef_run_writer_is_sound(writer));
	return writer->end.size +
		(uint64_t) (writer->end.writer.at - writer->buffer);
}

/*
 * Return an upper bound of the bytes that a person with this many events
 * takes, details included.
 */
static inline uint64_t
ef_run_person_size(const EfPerson *person, size_t nwhens)
{
	return (3 + 2 * (uint64_t) nwhens) * EF_VARINT_MAX + sizeof(uint64_t) +
		person->name_length;
}

/* End a run; return its length in bytes. */
extern uint64_t ef_run_writer_end(EfRunWriter *writer);

/* Storage that is written at its end and read anywhere. */
typedef struct EfStorage
{
	void		(*write) (void *closure, const void *bytes, size_t size);

	/* at most size bytes from a place on, fewer only at the end */
	size_t		(*read) (void *closure, uint64_t offset, void *buffer,
						 size_t size);
	void	   *closure;
} EfStorage;

/* Place and length of a stored run. */
typedef struct EfRunPlace
{
	const uint8_t *bytes;		/* received, in memory; or NULL */
	uint64_t	offset;			/* in storage */
	uint64_t	size;
	const EfNumberMap *numbers; /* from the numbers of its events
								 * (EF_WHEN_NUMBER) to ours; NULL if equal */
} EfRunPlace;

/* A run, or events in memory, while they are read. */
typedef struct EfRunReader
{
	EfPerson	person;			/* the next one */
	bool		done;			/* nobody */
	bool		detailed;
	uint64_t	nevents;
	EfWhen		first;			/* of the person before */
	const EfStorage *storage;
	EfRunPlace	place;			/* of the part not read from storage */
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

/*
 * Is what is left of a run, or of events in memory, within its memory?  For
 * EF_ASSERT.
 */
static inline bool
ef_run_reader_is_sound(const EfRunReader *run)
{
	if (run->events_end != NULL)
		return run->events <= run->events_end;
	if (run->place.bytes != NULL)
		return run->at >= run->place.bytes && run->at <= run->end &&
			run->end == run->place.bytes + run->place.size && run->left == 0;
	return run->at >= run->window && run->at <= run->end &&
		run->end <= run->window + run->window_size;
}

/* Go to the next person of a run. */
extern EfStatus ef_run_next_person(EfRunReader *run, EfPersonKind kind,
								   EfContext *context) EF_NODISCARD;

/*
 * Read the ordered events of the next person; each is followed by its detail,
 * if the log is detailed.
 */
extern EfStatus ef_run_read_events(EfRunReader *run, EfWhen *whens,
								   EfContext *context) EF_NODISCARD;

#endif							/* EF_EVENT_RUN_H */
