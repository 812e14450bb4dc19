/*
 * event_merge.h
 *	  Runs, and events in memory, read person by person.
 */
#ifndef EF_EVENT_MERGE_H
#define EF_EVENT_MERGE_H

#include "base/dictionary.h"
#include "log/event_run.h"

/* Several, merged. */
typedef struct EfEventReader
{
	EfPersonKind kind;
	bool		detailed;
	EfContext  *context;
	size_t		nruns;
	EfRunReader *runs;
	size_t		nheap;
	EfRunReader **heap;			/* ordered by the next person of each */
	uint64_t	npeople;		/* persons read so far */
	EfPerson	person;			/* the current one */
	char	   *name_room;
	size_t		name_size;
	size_t		room;			/* events */
	EfWhen	   *whens;			/* of one person, with their details */
	EfWhen	   *scratch;
} EfEventReader;

/*
 * Begin to read runs, and events in memory, in order, that stay where they
 * are, as does the storage.  `window` is how many bytes of each stored run to
 * hold.
 */
extern EfStatus ef_event_reader_begin(EfEventReader *reader,
									  EfPersonKind kind, bool detailed,
									  const EfStorage *storage,
									  const EfRunPlace *runs, size_t nruns,
									  size_t window, const uint64_t *events,
									  size_t nevents,
									  EfEventForm form,
									  EfContext *context) EF_NODISCARD;

/* The events of one person, in order, each with its detail behind it if they are
 * detailed.  Valid, as is reader->person, until the next person is read. */
typedef struct EfPersonEvents
{
	uint64_t	number;
	const EfWhen *whens;
	size_t		n;
} EfPersonEvents;

/*
 * Read the next person.  False when there are no more, or where *status is no
 * longer EF_OK, before or after; so a loop over people asks nothing else.  Looks
 * whether to go on.
 */
extern bool ef_event_reader_next(EfEventReader *reader, EfPersonEvents *events,
								 EfStatus *status);

extern void ef_event_reader_end(EfEventReader *reader);

/*
 * Rewrite a run with other numbers (EF_WHEN_NUMBER); the map has each of
 * them.
 */
extern EfStatus ef_run_renumber(const uint8_t *bytes, size_t size,
								EfPersonKind kind, bool detailed,
								const EfNumberMap *map, const EfSink *sink,
								EfContext *context) EF_NODISCARD;

#endif							/* EF_EVENT_MERGE_H */
