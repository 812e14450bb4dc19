/*
 * event_log.h
 *	  Events by group, any number of them, in bounded memory: the aggregates over events keep them here until they have seen all rows.
 *
 * One log serves all groups of an aggregate.  Events are appended to their
 * group in chunks of memory.  When all groups together hold more than the
 * budget, each group's events are put in order and written to storage as a
 * run (event.h), and the chunks are given back: an external merge sort of
 * many groups in one file.  At the end each group's runs are merged with its
 * events still in memory.
 *
 * A group can be written down, runs and all, and received by a log in another
 * process, where its bytes are a run like any other.  Where events have
 * numbers with a meaning (EF_WHEN_NUMBER), they are replaced by those of the
 * other log.
 *
 * Reading leaves a group as it is, so it can be read again.
 */
#ifndef EF_EVENT_LOG_H
#define EF_EVENT_LOG_H

#include "base/bits.h"
#include "log/event_merge.h"

typedef struct EfEventChunk
{
	struct EfEventChunk *older;
	uint32_t	nevents;		/* not kept up in the latest: see `next` */
	uint8_t		form;			/* an EfEventForm */
	bool		in_block;
	uint64_t	words[];
} EfEventChunk;

typedef struct EfEventLog EfEventLog;

/*
 * A group of events.  The fields that adding an event touches come first, in
 * one line of the processor's cache.
 */
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
	size_t		kept;			/* part of these that the owner keeps beside
								 * events and that is never stored: see
								 * ef_event_log_full */
	size_t		maps;			/* as are the maps of received runs */
	size_t		used;
	size_t		largest;		/* of the groups; being ordered takes as much
								 * again, twice */
	uint64_t	stored;			/* bytes in storage */
	EfEventGroup *groups;		/* the latest */
	uint64_t	ngroups;
	EfChunk    *names;
	EfChunk    *block;			/* the latest that chunks of events are taken
								 * from; all are given back at once */
	EfChunk    *spare;			/* that nothing is in */
	size_t		scratch_size;	/* to put events in order, kept between groups */
	uint64_t   *scratch;
	void	   *tally;			/* the same for readers of groups */
};

/* Is the room for events in the latest chunk, if there is one?  For EF_ASSERT. */
static inline bool
ef_event_group_is_sound(const EfEventGroup *group)
{
	if (group->nruns > group->runs_room || group->size > group->log->used)
		return false;
	return group->chunk == NULL ? group->next == NULL && group->end == NULL
		: group->next >= group->chunk->words && group->next <= group->end &&
		group->chunk->form == group->form;
}

extern void ef_event_log_begin(EfEventLog *log, EfPersonKind kind,
							   EfUnit unit, bool detailed, size_t budget,
							   const EfStorage *storage, EfContext *context);

/* Create a group in a log. */
extern void ef_event_group_create(EfEventGroup **group, EfEventLog *log);

/*
 * Make room for one more event of a form; this may store what the log holds.
 */
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

	EF_ASSERT(ef_event_group_is_sound(group) &&
			  group->log->kind == EF_PERSON_NUMBER && !group->log->detailed);
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

/* Add an event with its detail to a detailed log. */
static inline void
ef_event_add_detailed(EfEventGroup *group, uint64_t number, EfWhen when,
					  uint64_t detail)
{
	EfEventForm form = group->form != EF_WIDE_DETAILED &&
		ef_is_narrow_detailed(number, when, detail)
		? EF_NARROW_DETAILED : EF_WIDE_DETAILED;

	EF_ASSERT(ef_event_group_is_sound(group) &&
			  group->log->kind == EF_PERSON_NUMBER && group->log->detailed);
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

/* Store all events of the log. */
extern void ef_event_log_store(EfEventLog *log);

/* Return how many events a group holds in memory. */
extern size_t ef_event_group_size(EfEventGroup *group);

/*
 * Read a group's events, person by person, with ef_event_reader_next().  Until
 * the end nothing else is done with the log.
 */
extern EfStatus ef_event_group_read(EfEventReader *reader,
									EfEventGroup *group,
									EfContext *context) EF_NODISCARD;

/* For event_wire.c: */

/* Set the memory that a group takes, and add the change to the log's. */
extern void ef_event_group_account(EfEventGroup *group, size_t size);

/*
 * Would this many bytes more, and the scratch memory to order the largest
 * group, be too much?
 */
extern bool ef_event_log_full(const EfEventLog *log, size_t size);

/*
 * Put a group's events in memory in order; the result is in the log's scratch
 * memory until its next use.
 */
extern void ef_event_group_order(EfEventGroup *group,
								 const uint64_t **ordered,
								 size_t *nordered, EfEventForm *form);

/* Add a stored run to a group. */
extern void ef_event_group_add_run(EfEventGroup *group,
								   const EfRunPlace *place);

#endif							/* EF_EVENT_LOG_H */
