/*
 * event_run.c
 *	  See event_run.h.
 */
#include "log/event_run.h"

#include <string.h>

#include "base/bits.h"

/* Room for everything before a name or an event in a run. */
#define HEAD_MAX (3 * EF_VARINT_MAX + 8)


/* ---- runs: writing ---- */

static EF_ALWAYS_INLINE void
flush(EfRunEnd *end)
{
	size_t		size = (size_t) (end->writer.at - end->buffer);

	end->sink->write(end->sink->closure, end->buffer, size);
	end->size += size;
	end->writer.at = end->buffer;
}

static EF_ALWAYS_INLINE void
flush_unless(EfRunEnd *end, size_t room)
{
	if ((size_t) (end->buffer_end - end->writer.at) < room)
		flush(end);
}

/* Write the part of a person before the first event, and that event. */
static EF_ALWAYS_INLINE void
write_head(EfRunEnd *end, EfPersonKind kind, const EfPerson *person,
		   uint64_t nwhens, EfWhen first)
{
	flush_unless(end, HEAD_MAX);
	ef_write_varint(&end->writer, person->number - end->number);
	if (kind == EF_PERSON_UUID)
		ef_write_bytes(&end->writer, &person->rest, sizeof(uint64_t));
	if (kind == EF_PERSON_TEXT)
	{
		size_t		length = person->name_length;

		ef_write_varint(&end->writer, length);
		flush_unless(end, length + HEAD_MAX);
		if (length + HEAD_MAX > (size_t) (end->buffer_end - end->buffer))
		{
			end->sink->write(end->sink->closure, person->name, length);
			end->size += length;
		}
		else
			ef_write_bytes(&end->writer, person->name, length);
	}
	ef_write_varint(&end->writer, nwhens);
	ef_write_varint(&end->writer, ef_zigzag((int64_t) (first - end->first)));
	end->number = person->number;
	end->first = first;
}

static EF_ALWAYS_INLINE void
write_step(EfRunEnd *end, EfWhen step)
{
	flush_unless(end, EF_VARINT_MAX);
	ef_write_varint(&end->writer, step);
}

/* Write the detail of an event, which follows the event. */
static EF_ALWAYS_INLINE void
write_detail(EfRunEnd *end, uint64_t detail, uint64_t before)
{
	write_step(end, ef_zigzag((int64_t) (detail - before)));
}

uint64_t
ef_run_write(const uint64_t *events, size_t n, EfEventForm form,
			 EfPersonKind kind, const EfSink *sink)
{
	EfRunWriter writer;
	EfRunEnd	run;
	size_t		words = ef_form_words(form);
	bool		detailed = ef_form_detailed(form);

	ef_run_writer_begin(&writer, kind, detailed, sink);
	run = writer.end;
	for (size_t i = 0; i < n;)
	{
		const uint64_t *event = events + i * words;
		EfWhen		when = ef_event_when(event, form);
		size_t		end = i + 1;
		EfPerson	person = ef_event_person(event, form, kind);

		while (end < n && ef_event_same_person(event, events + end * words, form, kind))
			end++;
		write_head(&run, kind, &person, end - i, when);
		if (detailed)
			write_detail(&run, ef_event_detail(event, form), 0);
		for (i++; i < end; i++)
		{
			const uint64_t *next = events + i * words;

			write_step(&run, ef_event_when(next, form) - when);
			when = ef_event_when(next, form);
			if (detailed)
				write_detail(&run, ef_event_detail(next, form),
							 ef_event_detail(next - words, form));
		}
	}
	flush(&run);
	return run.size;
}

void
ef_run_writer_begin(EfRunWriter *writer, EfPersonKind kind, bool detailed,
					const EfSink *sink)
{
	EfRunEnd	end = {{writer->buffer}, writer->buffer,
	writer->buffer + sizeof(writer->buffer), sink, 0, 0, 0};

	writer->kind = kind;
	writer->detailed = detailed;
	writer->end = end;
}

void
ef_run_writer_add(EfRunWriter *writer, const EfPerson *person,
				  const EfWhen *whens, size_t nwhens)
{
	EfRunEnd	run = writer->end;
	size_t		words = writer->detailed ? 2 : 1;

	EF_ASSERT(ef_run_writer_is_sound(writer) && nwhens > 0);
	write_head(&run, writer->kind, person, nwhens, whens[0]);
	if (writer->detailed)
		write_detail(&run, whens[1], 0);
	for (size_t i = 1; i < nwhens; i++)
	{
		const EfWhen *when = whens + i * words;

		write_step(&run, when[0] - when[-(ptrdiff_t) words]);
		if (writer->detailed)
			write_detail(&run, when[1], when[-1]);
	}
	writer->end = run;
}

uint64_t
ef_run_writer_end(EfRunWriter *writer)
{
	EF_ASSERT(ef_run_writer_is_sound(writer));
	flush(&writer->end);
	return writer->end.size;
}


/* ---- runs: reading ---- */

/*
 * Report a damaged run: the bytes are ours, but they have been on a disk or
 * in another process.
 */
EF_NODISCARD static EfStatus
damaged(EfContext *context)
{
	return ef_fail(context, EF_INVALID, "A run of events ends too early.");
}

/* Bring at least `wanted` bytes into the window, or all that are left. */
static void
fill_window(EfRunReader *run, size_t wanted)
{
	size_t		kept = (size_t) (run->end - run->at);
	size_t		size;

	if (kept >= wanted || run->left == 0)
		return;
	memmove(run->window, run->at, kept);
	size = run->window_size - kept;
	if (size > run->left)
		size = (size_t) run->left;
	size = run->storage->read(run->storage->closure, run->place.offset,
							  run->window + kept, size);
	run->place.offset += size;
	run->left = size == 0 ? 0 : run->left - size;
	run->at = run->window;
	run->end = run->window + kept + size;
}

/*
 * Read the name of the person; it must stay valid until the next one is read.
 */
EF_NODISCARD static EfStatus
read_name(EfRunReader *run, uint64_t length, EfContext *context)
{
	size_t		got = 0;

	if (length > run->left + (uint64_t) (run->end - run->at))
		return damaged(context);
	run->person.name_length = (size_t) length;
	if (run->place.bytes != NULL)
	{
		run->person.name = (const char *) run->at;
		run->at += length;
		return EF_OK;
	}
	if (run->name_size < length)
	{
		ef_release(context, run->name_room);
		run->name_room = ef_alloc(context, 2 * (size_t) length);
		run->name_size = 2 * (size_t) length;
	}
	run->person.name = run->name_room;
	while (got < length)
	{
		size_t		size;

		fill_window(run, 1);
		size = (size_t) (run->end - run->at);
		if (size == 0)
			return damaged(context);
		if (size > length - got)
			size = (size_t) length - got;
		memcpy(run->name_room + got, run->at, size);
		run->at += size;
		got += size;
	}
	return EF_OK;
}

/* Refuse more events than bytes are left: each takes one at least. */
EF_NODISCARD static inline EfStatus
check_events(const EfRunReader *run, EfContext *context)
{
	if (run->nevents == 0 ||
		run->nevents > run->left + (uint64_t) (run->end - run->at))
		return damaged(context);
	return EF_OK;
}

/* Return the rest of the window as a reader. */
static inline EfReader
rest_of_window(const EfRunReader *run)
{
	EfReader	reader = {run->at, run->end, false};

	return reader;
}

EfStatus
ef_run_next_person(EfRunReader *run, EfPersonKind kind, EfContext *context)
{
	EfReader	reader;

	EF_ASSERT(ef_run_reader_is_sound(run));
	if (run->events_end != NULL)
	{
		const uint64_t *event = run->events;
		size_t		words = ef_form_words(run->form);

		run->done = event == run->events_end;
		if (run->done)
			return EF_OK;
		run->person = ef_event_person(event, run->form, kind);
		do
			event += words;
		while (event < run->events_end &&
			   ef_event_same_person(event, run->events, run->form, kind));
		run->nevents = (uint64_t) (event - run->events) / words;
		return EF_OK;
	}

	if (kind == EF_PERSON_NUMBER && run->end - run->at >= HEAD_MAX)
	{
		uint64_t	step = 0;

		if (!ef_read_varint_within(&run->at, &step) ||
			!ef_read_varint_within(&run->at, &run->nevents))
			return damaged(context);
		run->person.number += step;
		return check_events(run, context);
	}
	fill_window(run, HEAD_MAX);
	run->done = run->at == run->end;
	if (run->done)
		return EF_OK;
	reader = rest_of_window(run);
	run->person.number += ef_read_varint(&reader);
	if (kind == EF_PERSON_UUID)
	{
		const uint8_t *rest = ef_read_bytes(&reader, sizeof(uint64_t));

		if (rest == NULL)
			return damaged(context);
		memcpy(&run->person.rest, rest, sizeof(uint64_t));
	}
	if (kind == EF_PERSON_TEXT)
	{
		uint64_t	length = ef_read_varint(&reader);
		EfStatus	status;

		if (reader.failed)
			return damaged(context);
		run->at = reader.at;
		status = read_name(run, length, context);
		if (status != EF_OK)
			return status;
		fill_window(run, HEAD_MAX);
		reader = rest_of_window(run);
	}
	run->nevents = ef_read_varint(&reader);
	run->at = reader.at;
	return reader.failed ? damaged(context) : check_events(run, context);
}

/* Read a number of a run from the rest of the window. */
static EF_ALWAYS_INLINE bool
read_number(EfRunReader *run, uint64_t *number)
{
	EfReader	reader;

	if (run->end - run->at < EF_VARINT_MAX)
		fill_window(run, EF_VARINT_MAX);
	if (run->end - run->at >= EF_VARINT_MAX)
		return ef_read_varint_within(&run->at, number);
	reader = rest_of_window(run);
	*number = ef_read_varint(&reader);
	run->at = reader.at;
	return !reader.failed;
}

EF_NODISCARD static EF_ALWAYS_INLINE EfStatus
read_events(EfRunReader *run, EfWhen *whens, const bool detailed,
			EfContext *context)
{
	uint64_t	n = run->nevents;
	EfWhen		when = run->first;
	uint64_t	detail = 0;

	if (run->events_end != NULL)
	{
		for (uint64_t i = 0; i < n; i++)
		{
			*whens++ = ef_event_when(run->events, run->form);
			if (detailed)
				*whens++ = ef_event_detail(run->events, run->form);
			run->events += ef_form_words(run->form);
		}
		return EF_OK;
	}
	for (uint64_t i = 0; i < n; i++)
	{
		uint64_t	step = 0;

		if (!read_number(run, &step))
			return damaged(context);
		if (i == 0)
			run->first = when += (EfWhen) ef_unzigzag(step);
		else
			when += step;
		*whens++ = when;
		if (detailed)
		{
			if (!read_number(run, &step))
				return damaged(context);
			*whens++ = detail += (uint64_t) ef_unzigzag(step);
		}
	}
	return EF_OK;
}

EfStatus
ef_run_read_events(EfRunReader *run, EfWhen *whens, EfContext *context)
{
	EF_ASSERT(ef_run_reader_is_sound(run) && !run->done && run->nevents > 0);
	return run->detailed ? read_events(run, whens, true, context)
		: read_events(run, whens, false, context);
}
