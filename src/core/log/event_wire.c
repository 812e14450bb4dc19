/*
 * event_wire.c
 *	  See event_wire.h.
 */
#include "log/event_wire.h"

#include <string.h>

#include "base/codec.h"

/* Window on a stored run: this much is read at once. */
#define WINDOW_MAXIMUM ((size_t) 65536)

static void
write_varint(const EfSink *sink, uint64_t value)
{
	uint8_t		bytes[EF_VARINT_MAX];
	EfWriter	writer = {bytes};

	ef_write_varint(&writer, value);
	sink->write(sink->closure, bytes, (size_t) (writer.at - bytes));
}

/*
 * Bytes of a run for each number that a map has room for, from which the run
 * keeps the map beside it.
 */
#define NUMBER_PART 64

/* A run of unknown length while it is collected. */
typedef struct Collected
{
	EfContext  *context;
	uint8_t    *bytes;
	size_t		size;
	size_t		room;
} Collected;

static void
collect(void *closure, const void *bytes, size_t size)
{
	Collected  *all = closure;

	if (all->room - all->size < size)
	{
		all->room = 2 * (all->size + size);
		all->bytes = ef_enlarge(all->context, all->bytes, all->size,
								all->room);
	}
	memcpy(all->bytes + all->size, bytes, size);
	all->size += size;
}

EF_REPORT(EF_EVENTS_TOO_LARGE, PROGRAM_LIMIT_EXCEEDED,
		  "events of one group are too large to be sent between processes",
		  "SET max_parallel_workers_per_gather = 0 for this query; one process has no such limit.");

EF_NODISCARD static EfStatus
check_limit(uint64_t size, size_t limit, EfContext *context)
{
	if (size > limit)
		return ef_fail(context, EF_EVENTS_TOO_LARGE,
					   "They would take more than %zu bytes.", limit);
	return EF_OK;
}

EF_NODISCARD static EfStatus
send_stored(const EfEventLog *log, const EfRunPlace *run, const EfSink *sink,
			EfContext *context)
{
	uint8_t    *window = ef_alloc(context, WINDOW_MAXIMUM);

	for (uint64_t done = 0; done < run->size;)
	{
		size_t		size = WINDOW_MAXIMUM;

		if (size > run->size - done)
			size = (size_t) (run->size - done);
		size = log->storage.read(log->storage.closure, run->offset + done,
								 window, size);
		if (size == 0)
		{
			ef_release(context, window);
			return ef_fail(context, EF_INVALID,
						   "A run of events ends too early.");
		}
		sink->write(sink->closure, window, size);
		done += size;
	}
	ef_release(context, window);
	return EF_OK;
}

EfStatus
ef_event_wire_send(EfEventGroup *group, size_t limit,
				   const EfSink *sink, EfContext *context)
{
	Collected	recent = {.context = context};
	EfSink		collector = {collect, &recent};
	uint64_t	total = 0;
	const uint64_t *events;
	size_t		n;
	EfEventForm form;
	EfStatus	status;

	ef_event_group_order(group, &events, &n, &form);
	if (n > 0)
		ef_run_write(events, n, form, group->log->kind, &collector);
	total = recent.size + EF_VARINT_MAX;
	for (uint32_t i = 0; i < group->nruns; i++)
		total += group->runs[i].size + EF_VARINT_MAX;
	status = check_limit(total, limit, context);
	for (uint32_t i = 0; i < group->nruns && status == EF_OK; i++)
	{
		const EfRunPlace *run = &group->runs[i];

		write_varint(sink, run->size);
		if (run->bytes != NULL)
			sink->write(sink->closure, run->bytes, (size_t) run->size);
		else
			status = send_stored(group->log, run, sink, context);
	}
	if (status == EF_OK && recent.size > 0)
	{
		write_varint(sink, recent.size);
		sink->write(sink->closure, recent.bytes, recent.size);
	}
	ef_release(context, recent.bytes);
	return status;
}

/* Make a copy of a map that stays, and is a part of what the log holds. */
static EfNumberMap *
keep_map(const EfNumberMap *map, EfEventLog *log)
{
	EfNumberMap *kept = ef_alloc(log->context, sizeof(EfNumberMap));
	size_t		size = map->room * sizeof(EfNumberNote);

	*kept = *map;
	kept->context = log->context;
	if (size > 0)
		kept->notes = memcpy(ef_alloc(log->context, size), map->notes, size);
	log->maps += sizeof(EfNumberMap) + size;
	return kept;
}

/* Add a run that was received. */
EF_NODISCARD static EfStatus
receive_run(EfEventGroup *group, const uint8_t *bytes, size_t size,
			const EfNumberMap *map)
{
	EfEventLog *log = group->log;
	Collected	run = {.context = log->context};
	EfSink		sink = {collect, &run};
	EfRunPlace	place = {.bytes = NULL};
	EfStatus	status = EF_OK;

	if (ef_event_log_full(log, size))
		ef_event_log_store(log);

	/* a large run keeps its numbers and is mapped when it is read */
	if (map != NULL && size >= map->room * NUMBER_PART)
	{
		place.numbers = keep_map(map, log);
		map = NULL;
	}

	/* other numbers take more bytes at times, or fewer */
	run.room = map == NULL ? size : size + size / 16 + 64;
	run.bytes = ef_alloc(log->context, run.room);
	if (map == NULL)
		collect(&run, bytes, size);
	else
		status = ef_run_renumber(bytes, size, log->kind, log->detailed, map,
								 &sink, log->context);
	if (status != EF_OK)
	{
		ef_release(log->context, run.bytes);
		return status;
	}
	place.bytes = run.bytes;
	place.size = run.size;
	ef_event_group_add_run(group, &place);
	ef_event_group_account(group, run.room);
	return EF_OK;
}

EfStatus
ef_event_wire_receive(EfEventGroup *group, int64_t skipped,
					  const uint8_t *bytes, size_t size)
{
	EfReader	reader = {bytes, bytes + size, false};
	EfStatus	status = ef_event_group_skip(group, skipped);

	while (status == EF_OK && reader.at < reader.end)
	{
		size_t		run_size = (size_t) ef_read_varint(&reader);
		const uint8_t *run = ef_read_bytes(&reader, run_size);

		if (run == NULL)
			return ef_fail(group->log->context, EF_INVALID,
						   "A run of events ends too early.");
		status = receive_run(group, run, run_size, NULL);
	}
	return status;
}


/* ---- between processes, with numbers ---- */

/* Note the numbers of a person's events that were not seen before. */
static void
note_numbers(EfNumbersSent *sent, const EfWhen *whens, size_t n,
			 bool detailed, EfContext *context)
{
	for (size_t i = 0; i < n; i++)
	{
		uint32_t	number = (uint32_t) (whens[detailed ? 2 * i : i] & EF_WHEN_NUMBER);

		if (number == 0 || ef_number_map_get(sent->map, number) != 0)
			continue;
		if (sent->n == sent->room)
		{
			sent->room = 2 * sent->room + 16;
			sent->numbers = ef_enlarge(context, sent->numbers,
									   sent->n * sizeof(uint32_t),
									   sent->room * sizeof(uint32_t));
		}
		sent->numbers[sent->n++] = number;
		ef_number_map_set(sent->map, number, (uint32_t) sent->n);
	}
}

EfStatus
ef_event_wire_send_numbered(EfEventGroup *group, size_t limit,
							const EfSink *sink, EfNumbersSent *sent,
							EfContext *context)
{
	EfEventReader reader;
	EfRunWriter writer;
	EfPersonEvents events;
	EfStatus	status = ef_event_group_read(&reader, group, context);

	ef_run_writer_begin(&writer, group->log->kind, group->log->detailed, sink);
	while (ef_event_reader_next(&reader, &events, &status))
	{
		note_numbers(sent, events.whens, events.n, reader.detailed, context);

		/* before it is written, since a sink need not be able to hold more */
		status = check_limit(ef_run_writer_size(&writer) +
							 ef_run_person_size(&reader.person, events.n),
							 limit, context);
		if (status == EF_OK)
			ef_run_writer_add(&writer, &reader.person, events.whens, events.n);
	}
	if (status == EF_OK)
		ef_run_writer_end(&writer);
	ef_event_reader_end(&reader);
	return status;
}

EfStatus
ef_event_wire_receive_numbered(EfEventGroup *group, int64_t skipped,
							   const uint8_t *bytes, size_t size,
							   const EfNumberMap *map)
{
	EfStatus	status = ef_event_group_skip(group, skipped);

	return status == EF_OK && size > 0
		? receive_run(group, bytes, size, map) : status;
}
