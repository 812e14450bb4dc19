/*
 * event_log.h
 *	  Events by group, as many as there are, in bounded memory: what the
 *	  aggregates over events keep until they have seen all rows.
 *
 * One log serves all groups of an aggregate.  Events are appended to their
 * group in chunks of memory.  When all groups together hold more than the
 * budget, each group's events are put in order and written to storage as a run
 * (event.h), and the chunks are given back: an external merge sort of many
 * groups in one file.  What is read at the end is each group's runs merged,
 * with what is still in memory.
 *
 * A group can be written down, runs and all, and received by a log in another
 * process, where its bytes are a run like any other.  Where events have numbers
 * that stand for something (EF_WHEN_NUMBER), the other log's are put in their
 * place.
 *
 * Reading leaves a group as it is, so it can be read again.
 */
#ifndef EF_EVENT_LOG_H
#define EF_EVENT_LOG_H

#include "base/bits.h"
#include "log/event_merge.h"

/* Storage that is written at its end and read anywhere. */
typedef struct EfStorage
{
	void		(*write) (void *closure, const void *bytes, size_t size);
	size_t		(*read) (void *closure, uint64_t offset, void *buffer,
						 size_t size);
	void	   *closure;
} EfStorage;

typedef struct EfEventChunk
{
	struct EfEventChunk *older;
	uint32_t	nevents;		/* not kept up in the latest: see `next` */
	uint8_t		form;			/* an EfEventForm */
	bool		in_block;
	uint64_t	words[];
} EfEventChunk;

/* Memory for many chunks, which are given back all at once. */
typedef struct EfEventBlock
{
	struct EfEventBlock *older;
	size_t		used;
	size_t		size;
	uint64_t	words[];
} EfEventBlock;

typedef struct EfNameChunk
{
	struct EfNameChunk *older;
	size_t		used;
	size_t		size;
	char		bytes[];
} EfNameChunk;

/* Where a run is. */
typedef struct EfRunPlace
{
	uint8_t    *bytes;			/* received, in memory; or NULL */
	uint64_t	offset;			/* in storage */
	uint64_t	size;
	EfNumberMap *numbers;		/* what those of its events are here; NULL:
								 * the same */
} EfRunPlace;

typedef struct EfEventLog EfEventLog;

/* What an event touches comes first, in one line of the processor's cache. */
typedef struct EfEventGroup
{
	uint64_t   *next;			/* where the next event goes, and the end of */
	uint64_t   *end;			/* the latest chunk; both NULL if none */
	const void *purpose;		/* the owner's: what its events are for */
	EfEventForm form;			/* of the latest chunk, and of the next; 0:
								 * none */
	uint32_t	nruns;
	EfEventChunk *chunk;		/* the latest */
	size_t		size;			/* of its chunks and received runs */
	EfRunPlace *runs;
	uint32_t	runs_room;
	EfEventLog *log;
	struct EfEventGroup *older;
	int64_t		skipped;		/* rows that have no person, stage or time */
} EfEventGroup;

struct EfEventLog
{
	EfContext  *context;
	EfStorage	storage;
	EfPersonKind kind;
	EfUnit		unit;
	bool		detailed;
	size_t		budget;			/* bytes in memory */
	size_t		kept;			/* of these, what the owner keeps beside
								 * events and nothing stores: see
								 * ef_event_log_full */
	size_t		used;
	size_t		largest;		/* of the groups; being ordered takes as much
								 * again, twice */
	uint64_t	stored;			/* bytes in storage */
	EfEventGroup *groups;		/* the latest */
	uint64_t	ngroups;
	EfNameChunk *names;
	EfEventBlock *block;		/* the latest that chunks are taken from */
	EfEventBlock *spare;		/* that nothing is in */
	size_t		scratch_size;	/* to put events in order, kept between groups */
	uint64_t   *scratch;
	void	   *tally;			/* of those who read groups, likewise */
};

extern void ef_event_log_begin(EfEventLog *log, EfPersonKind kind,
							   EfUnit unit, bool detailed, size_t budget,
							   const EfStorage *storage, EfContext *context);

/* A new group of a log. */
extern void ef_event_group_create(EfEventGroup **group, EfEventLog *log);

/* Room for one more event of a form; may store what the log holds. */
extern void ef_event_group_grow(EfEventGroup *group, EfEventForm form);

/*
 * Add an event of a person who is a number.  A group with one event that does
 * not fit the narrow form has wide ones from then on, since each change of form
 * begins a chunk.
 */
static inline void
ef_event_add(EfEventGroup *group, uint64_t number, EfWhen when)
{
	EfEventForm form = group->form != EF_WIDE && ef_is_narrow(number, when)
		? EF_NARROW : EF_WIDE;

	if (ef_unlikely(group->end - group->next < (ptrdiff_t) form ||
					group->form != form))
		ef_event_group_grow(group, form);
	if (form == EF_NARROW)
	{
		/* groups are many and take turns: have the next line at hand */
		ef_prefetch(group->next + 8);
		*group->next++ = ef_narrow(number, when);
	}
	else
	{
		*group->next++ = number;
		*group->next++ = when;
	}
}

/* The same to a log that is detailed. */
static inline void
ef_event_add_detailed(EfEventGroup *group, uint64_t number, EfWhen when,
					  uint64_t detail)
{
	EfEventForm form = group->form != EF_WIDE_DETAILED &&
		ef_is_narrow_detailed(number, when, detail)
		? EF_NARROW_DETAILED : EF_WIDE_DETAILED;

	if (ef_unlikely((size_t) (group->end - group->next) <
					ef_form_words(form) || group->form != form))
		ef_event_group_grow(group, form);
	ef_prefetch(group->next + 8);
	if (form == EF_NARROW_DETAILED)
		ef_narrow_detailed(group->next, number, when, detail);
	else
	{
		group->next[0] = number;
		group->next[1] = when;
		group->next[2] = detail;
	}
	group->next += ef_form_words(form);
}

/* Add an event of a person who is a uuid or a text; its detail is of no matter
 * where the log has none. */
extern void ef_event_add_uuid(EfEventGroup *group, const uint8_t uuid[16],
							  EfWhen when, uint64_t detail);
extern void ef_event_add_text(EfEventGroup *group, const char *name,
							  size_t length, EfWhen when,
							  uint64_t detail);

/* Count more rows that have no person, stage or time. */
extern EfStatus ef_event_group_skip(EfEventGroup *group,
									int64_t rows) EF_NODISCARD;

/* Bring what the log holds into storage. */
extern void ef_event_log_store(EfEventLog *log);

/* How many events a group holds in memory. */
extern size_t ef_event_group_size(EfEventGroup *group);

/*
 * Read a group's events, person by person, with ef_event_reader_next().  Until
 * the end nothing else is done with the log.
 */
extern EfStatus ef_event_group_read(EfEventReader *reader,
									EfEventGroup *group,
									EfContext *context) EF_NODISCARD;

/* What event_wire.c needs of a log. */

/* What a group takes, and with it the log. */
extern void ef_event_group_account(EfEventGroup *group, size_t size);

/* Would so many bytes more, and putting the largest group in order, be too
 * much? */
extern bool ef_event_log_full(const EfEventLog *log, size_t size);

/*
 * A group's events in memory, in order: in the scratch memory of the log, until
 * it is used again.
 */
extern void ef_event_group_order(EfEventGroup *group,
								 const uint64_t **ordered,
								 size_t *nordered, EfEventForm *form);

/* One more run of a group. */
extern void ef_event_group_add_run(EfEventGroup *group,
								   const EfRunPlace *place);

#endif							/* EF_EVENT_LOG_H */
