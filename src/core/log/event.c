/*
 * event.c
 *	  See event.h.
 */
#include "log/event.h"

#include <string.h>

#include "base/codec.h"

/* So few are put in order one by one. */
#define INSERTION_LIMIT 32

/* The most bits of a number that one pass distributes by. */
#define DIGIT_BITS 11

/* The fewest bytes of a run in memory. */
#define WINDOW_MINIMUM 512

/* Room for whatever stands before a name or an event in a run. */
#define HEAD_MAX (3 * EF_VARINT_MAX + 8)

/* So few runs are looked at one by one. */
#define FEW_RUNS 8

/* So many bytes or events between two looks at whether to go on. */
#define INTERRUPT_EVENTS 65536


/* ---- order ---- */

static inline int
compare_bytes(const char *a, size_t na, const char *b, size_t nb)
{
	size_t		common = na < nb ? na : nb;
	int			order = common > 0 ? memcmp(a, b, common) : 0;

	return order != 0 ? order : (na > nb) - (na < nb);
}

static inline const EfPersonName *
name_of(const uint64_t *event)
{
	return (const EfPersonName *) (uintptr_t) event[2];
}

/* Are two events, of people with one number, the same person's?  As an order. */
static inline int
compare_names(const uint64_t *a, const uint64_t *b, EfPersonKind kind)
{
	if (kind == EF_PERSON_NUMBER || a[2] == b[2])
		return 0;
	if (kind == EF_PERSON_UUID)
		return a[2] < b[2] ? -1 : 1;
	return compare_bytes(name_of(a)->bytes, name_of(a)->length,
						 name_of(b)->bytes, name_of(b)->length);
}

static inline uint64_t
number_of(const uint64_t *event, EfEventForm form)
{
	return form == EF_NARROW ? ef_narrow_number(event[0]) : event[0];
}

static inline EfWhen
when_of(const uint64_t *event, EfEventForm form)
{
	return form == EF_NARROW ? ef_narrow_when(event[0]) : event[1];
}

static inline bool
same_person(const uint64_t *a, const uint64_t *b, EfEventForm form,
			EfPersonKind kind)
{
	return number_of(a, form) == number_of(b, form) &&
		(form != EF_NAMED || compare_names(a, b, kind) == 0);
}

static inline bool
comes_before(const uint64_t *a, const uint64_t *b, EfEventForm form,
			 EfPersonKind kind)
{
	int			order = 0;

	if (a[0] != b[0] || form == EF_NARROW)
		return a[0] < b[0];
	if (form == EF_NAMED)
		order = compare_names(a, b, kind);
	return order != 0 ? order < 0 : a[1] < b[1];
}

static inline void
copy_event(uint64_t *to, const uint64_t *from, EfEventForm form)
{
	to[0] = from[0];
	if (form >= EF_WIDE)
		to[1] = from[1];
	if (form == EF_NAMED)
		to[2] = from[2];
}

static inline __attribute__((always_inline)) void
insertion_sort(uint64_t *events, size_t n, const EfEventForm form,
			   EfPersonKind kind)
{
	for (size_t i = 1; i < n; i++)
	{
		uint64_t	event[3] = {0};
		size_t		j = i;

		if (!comes_before(events + i * form, events + (i - 1) * form, form,
						  kind))
			continue;
		copy_event(event, events + i * form, form);
		for (; j > 0 && comes_before(event, events + (j - 1) * form, form,
									 kind); j--)
			copy_event(events + j * form, events + (j - 1) * form, form);
		copy_event(events + j * form, event, form);
	}
}

/* Two parts, each in order, into one. */
static void
merge_parts(const uint64_t *a, size_t na, const uint64_t *b, size_t nb,
			uint64_t *to, EfEventForm form, EfPersonKind kind)
{
	while (na > 0 && nb > 0)
	{
		bool		second = comes_before(b, a, form, kind);

		copy_event(to, second ? b : a, form);
		to += form;
		if (second)
		{
			b += form;
			nb--;
		}
		else
		{
			a += form;
			na--;
		}
	}
	memcpy(to, a, na * form * sizeof(uint64_t));
	memcpy(to + na * form, b, nb * form * sizeof(uint64_t));
}

/* Where all have one number: a hostile input, or one person's many events. */
static void
merge_sort(uint64_t *events, uint64_t *scratch, size_t n, bool to_scratch,
		   EfEventForm form, EfPersonKind kind,
		   const EfAllocator *allocator)
{
	size_t		half = n / 2;

	if (n <= INSERTION_LIMIT)
	{
		insertion_sort(events, n, form, kind);
		if (to_scratch)
			memcpy(scratch, events, n * form * sizeof(uint64_t));
		return;
	}
	if (n > INTERRUPT_EVENTS)
		ef_check_interrupt(allocator);
	merge_sort(events, scratch, half, !to_scratch, form, kind, allocator);
	merge_sort(events + half * form, scratch + half * form, n - half,
			   !to_scratch, form, kind, allocator);
	if (to_scratch)
		merge_parts(events, half, events + half * form, n - half, scratch,
					form, kind);
	else
		merge_parts(scratch, half, scratch + half * form, n - half, events,
					form, kind);
}

/*
 * Distribute by the highest bits in which numbers differ, then put each part
 * in order: one pass over a group's events and a few comparisons each, where
 * numbers are as evenly spread as those of people are, and never more than
 * the bits of a number ask for.  The result is in `events`, or in `scratch`.
 */
static inline __attribute__((always_inline)) void
distribute(uint64_t *events, uint64_t *scratch, size_t n, bool to_scratch,
		   const EfEventForm form, EfPersonKind kind,
		   const EfAllocator *allocator,
		   void (*sort_part) (uint64_t *, uint64_t *, size_t, bool,
							  EfPersonKind, const EfAllocator *))
{
	uint32_t	start[(1 << DIGIT_BITS) + 1];
	uint64_t	differ = 0;
	int			bits;
	int			shift;
	uint64_t	mask;
	size_t		ndigits;

	if (n <= INSERTION_LIMIT)
	{
		insertion_sort(events, n, form, kind);
		if (to_scratch)
			memcpy(scratch, events, n * form * sizeof(uint64_t));
		return;
	}
	for (size_t i = 1; i < n; i++)
		differ |= events[i * form] ^ events[0];
	if (differ == 0)
	{
		merge_sort(events, scratch, n, to_scratch, form, kind, allocator);
		return;
	}
	if (n > INTERRUPT_EVENTS)
		ef_check_interrupt(allocator);

	/* parts of some eight events */
	bits = 63 - __builtin_clzll(n) - 3;
	if (bits > DIGIT_BITS)
		bits = DIGIT_BITS;
	shift = 64 - __builtin_clzll(differ) - bits;
	if (shift < 0)
	{
		bits += shift;
		shift = 0;
	}
	mask = ((uint64_t) 1 << bits) - 1;
	ndigits = (size_t) 1 << bits;
	memset(start, 0, (ndigits + 1) * sizeof(uint32_t));
	for (size_t i = 0; i < n; i++)
		start[(events[i * form] >> shift & mask) + 1]++;
	for (size_t digit = 1; digit < ndigits; digit++)
		start[digit + 1] += start[digit];
	for (size_t i = 0; i < n; i++)
	{
		uint32_t	place = start[events[i * form] >> shift & mask]++;

		copy_event(scratch + place * (size_t) form, events + i * form, form);
	}

	/* start[] has become the end of each part */
	for (size_t digit = 0, begin = 0; digit < ndigits; digit++)
	{
		size_t		end = start[digit];

		if (n > INTERRUPT_EVENTS)
			ef_check_interrupt(allocator);
		if (end > begin)
			sort_part(scratch + begin * form, events + begin * form,
					  end - begin, !to_scratch, kind, allocator);
		begin = end;
	}
}

static void
sort_narrow(uint64_t *events, uint64_t *scratch, size_t n, bool to_scratch,
			EfPersonKind kind, const EfAllocator *allocator)
{
	distribute(events, scratch, n, to_scratch, EF_NARROW, kind, allocator,
			   sort_narrow);
}

static void
sort_wide(uint64_t *events, uint64_t *scratch, size_t n, bool to_scratch,
		  EfPersonKind kind, const EfAllocator *allocator)
{
	distribute(events, scratch, n, to_scratch, EF_WIDE, kind, allocator,
			   sort_wide);
}

static void
sort_named(uint64_t *events, uint64_t *scratch, size_t n, bool to_scratch,
		   EfPersonKind kind, const EfAllocator *allocator)
{
	distribute(events, scratch, n, to_scratch, EF_NAMED, kind, allocator,
			   sort_named);
}

void
ef_events_sort(uint64_t *events, uint64_t *scratch, size_t n,
			   EfEventForm form, EfPersonKind kind,
			   const EfAllocator *allocator)
{
	switch (form)
	{
		case EF_NARROW:
			sort_narrow(events, scratch, n, false, kind, allocator);
			break;
		case EF_WIDE:
			sort_wide(events, scratch, n, false, kind, allocator);
			break;
		case EF_NAMED:
			sort_named(events, scratch, n, false, kind, allocator);
			break;
	}
}


/* ---- runs: writing ---- */

/* Where a run has got to.  Apart from the buffer, so that it can be in
 * registers. */
typedef struct RunEnd
{
	EfWriter	writer;
	uint8_t    *buffer;
	uint8_t    *buffer_end;
	const EfSink *sink;
	uint64_t	size;
	uint64_t	number;
	EfWhen		first;
} RunEnd;

static inline __attribute__((always_inline)) void
flush(RunEnd *end)
{
	size_t		size = (size_t) (end->writer.at - end->buffer);

	end->sink->write(end->sink->context, end->buffer, size);
	end->size += size;
	end->writer.at = end->buffer;
}

static inline __attribute__((always_inline)) void
flush_unless(RunEnd *end, size_t room)
{
	if ((size_t) (end->buffer_end - end->writer.at) < room)
		flush(end);
}

/* What comes before a person's events, and the first of these. */
static inline __attribute__((always_inline)) void
write_head(RunEnd *end, EfPersonKind kind, const EfPerson *person,
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
			end->sink->write(end->sink->context, person->name, length);
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

static inline __attribute__((always_inline)) void
write_step(RunEnd *end, EfWhen step)
{
	flush_unless(end, EF_VARINT_MAX);
	ef_write_varint(&end->writer, step);
}

/* Whose an event is. */
static inline EfPerson
person_of(const uint64_t *event, EfEventForm form, EfPersonKind kind)
{
	EfPerson	person = {number_of(event, form), 0, NULL, 0};

	if (kind == EF_PERSON_UUID)
		person.rest = event[2];
	if (kind == EF_PERSON_TEXT)
	{
		person.name = name_of(event)->bytes;
		person.name_length = name_of(event)->length;
	}
	return person;
}

uint64_t
ef_run_write(const uint64_t *events, size_t n, EfEventForm form,
			 EfPersonKind kind, const EfSink *sink)
{
	uint8_t		buffer[8192];
	RunEnd		run = {{buffer}, buffer, buffer + sizeof(buffer), sink, 0, 0, 0};

	for (size_t i = 0; i < n;)
	{
		const uint64_t *event = events + i * form;
		EfWhen		when = when_of(event, form);
		size_t		end = i + 1;
		EfPerson	person = person_of(event, form, kind);

		while (end < n && same_person(event, events + end * form, form, kind))
			end++;
		write_head(&run, kind, &person, end - i, when);
		for (i++; i < end; i++)
		{
			EfWhen		next = when_of(events + i * form, form);

			write_step(&run, next - when);
			when = next;
		}
	}
	flush(&run);
	return run.size;
}

void
ef_run_writer_begin(EfRunWriter *writer, EfPersonKind kind,
					const EfSink *sink)
{
	writer->kind = kind;
	writer->sink = sink;
	writer->size = 0;
	writer->number = 0;
	writer->first = 0;
	writer->used = 0;
}

void
ef_run_writer_add(EfRunWriter *writer, const EfPerson *person,
				  const EfWhen *whens, size_t nwhens)
{
	RunEnd		run = {{writer->buffer + writer->used}, writer->buffer,
	writer->buffer + sizeof(writer->buffer), writer->sink, writer->size,
	writer->number, writer->first};

	write_head(&run, writer->kind, person, nwhens, whens[0]);
	for (size_t i = 1; i < nwhens; i++)
		write_step(&run, whens[i] - whens[i - 1]);
	writer->used = (size_t) (run.writer.at - writer->buffer);
	writer->size = run.size;
	writer->number = run.number;
	writer->first = run.first;
}

uint64_t
ef_run_writer_end(EfRunWriter *writer)
{
	writer->sink->write(writer->sink->context, writer->buffer, writer->used);
	writer->size += writer->used;
	writer->used = 0;
	return writer->size;
}


/* ---- runs: reading ---- */

/* The bytes are ours, but they have been on a disk or in another process. */
static EfStatus
damaged(EfError *error)
{
	return ef_fail(error, EF_INVALID, "A run of events ends too early.");
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
	size = run->source.read(run->source.context, run->source.offset,
							run->window + kept, size);
	run->source.offset += size;
	run->left = size == 0 ? 0 : run->left - size;
	run->at = run->window;
	run->end = run->window + kept + size;
}

/* The name of the person, which must stay until the next one's is read. */
static EfStatus
read_name(EfRunReader *run, uint64_t length, const EfAllocator *allocator,
		  EfError *error)
{
	size_t		got = 0;

	if (length > run->left + (uint64_t) (run->end - run->at))
		return damaged(error);
	run->person.name_length = (size_t) length;
	if (run->source.bytes != NULL)
	{
		run->person.name = (const char *) run->at;
		run->at += length;
		return EF_OK;
	}
	if (run->name_size < length)
	{
		ef_release(allocator, run->name_room);
		run->name_size = 0;
		run->name_room = ef_alloc(allocator, 2 * (size_t) length);
		if (run->name_room == NULL)
			return ef_fail(error, EF_NO_MEMORY, "A request for a name failed.");
		run->name_size = 2 * (size_t) length;
	}
	run->person.name = run->name_room;
	while (got < length)
	{
		size_t		size;

		fill_window(run, 1);
		size = (size_t) (run->end - run->at);
		if (size == 0)
			return damaged(error);
		if (size > length - got)
			size = (size_t) length - got;
		memcpy(run->name_room + got, run->at, size);
		run->at += size;
		got += size;
	}
	return EF_OK;
}

/* Can there be so many events?  Each takes a byte at least. */
static inline EfStatus
check_events(const EfRunReader *run, EfError *error)
{
	if (run->nevents == 0 ||
		run->nevents > run->left + (uint64_t) (run->end - run->at))
		return damaged(error);
	return EF_OK;
}

/* Go to the next person of a run. */
static EfStatus
next_person(EfRunReader *run, EfPersonKind kind, const EfAllocator *allocator,
			EfError *error)
{
	EfReader	reader;

	if (run->events_end != NULL)
	{
		const uint64_t *event = run->events;

		run->done = event == run->events_end;
		if (run->done)
			return EF_OK;
		run->person = person_of(event, run->form, kind);
		do
			event += run->form;
		while (event < run->events_end &&
			   same_person(event, run->events, run->form, kind));
		run->nevents = (uint64_t) (event - run->events) / run->form;
		return EF_OK;
	}

	if (kind == EF_PERSON_NUMBER && run->end - run->at >= HEAD_MAX)
	{
		uint64_t	step = 0;

		if (!ef_read_varint_within(&run->at, &step) ||
			!ef_read_varint_within(&run->at, &run->nevents))
			return damaged(error);
		run->person.number += step;
		return check_events(run, error);
	}
	fill_window(run, HEAD_MAX);
	run->done = run->at == run->end;
	if (run->done)
		return EF_OK;
	reader = (EfReader) {run->at, run->end, false};
	run->person.number += ef_read_varint(&reader);
	if (kind == EF_PERSON_UUID)
	{
		const uint8_t *rest = ef_read_bytes(&reader, sizeof(uint64_t));

		if (rest == NULL)
			return damaged(error);
		memcpy(&run->person.rest, rest, sizeof(uint64_t));
	}
	if (kind == EF_PERSON_TEXT)
	{
		uint64_t	length = ef_read_varint(&reader);
		EfStatus	status;

		if (reader.failed)
			return damaged(error);
		run->at = reader.at;
		status = read_name(run, length, allocator, error);
		if (status != EF_OK)
			return status;
		fill_window(run, HEAD_MAX);
		reader = (EfReader) {run->at, run->end, false};
	}
	run->nevents = ef_read_varint(&reader);
	run->at = reader.at;
	return reader.failed ? damaged(error) : check_events(run, error);
}

/* The events of the person that comes next, in order. */
static EfStatus
read_events(EfRunReader *run, EfWhen *whens, EfError *error)
{
	uint64_t	n = run->nevents;
	EfWhen		when = run->first;
	EfReader	reader;

	if (run->events_end != NULL)
	{
		for (uint64_t i = 0; i < n; i++, run->events += run->form)
			whens[i] = when_of(run->events, run->form);
		return EF_OK;
	}
	for (uint64_t i = 0; i < n; i++)
	{
		uint64_t	step = 0;

		if (run->end - run->at < EF_VARINT_MAX)
			fill_window(run, EF_VARINT_MAX);
		if (run->end - run->at >= EF_VARINT_MAX)
		{
			if (!ef_read_varint_within(&run->at, &step))
				return damaged(error);
		}
		else
		{
			reader = (EfReader) {run->at, run->end, false};
			step = ef_read_varint(&reader);
			run->at = reader.at;
			if (reader.failed)
				return damaged(error);
		}
		if (i == 0)
			run->first = when += (EfWhen) ef_unzigzag(step);
		else
			when += step;
		whens[i] = when;
	}
	return EF_OK;
}


/* ---- merging ---- */

static inline int
compare_persons(const EfPerson *a, const EfPerson *b, EfPersonKind kind)
{
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (kind == EF_PERSON_UUID && a->rest != b->rest)
		return a->rest < b->rest ? -1 : 1;
	if (kind == EF_PERSON_TEXT)
		return compare_bytes(a->name, a->name_length, b->name, b->name_length);
	return 0;
}

/* Let the run at a place of the heap sink to where it belongs. */
static void
sink_down(EfEventReader *reader, size_t place)
{
	EfRunReader **heap = reader->heap;
	EfRunReader *run = heap[place];

	for (;;)
	{
		size_t		child = 2 * place + 1;

		if (child >= reader->nheap)
			break;
		if (child + 1 < reader->nheap &&
			compare_persons(&heap[child + 1]->person, &heap[child]->person,
							reader->kind) < 0)
			child++;
		if (compare_persons(&run->person, &heap[child]->person,
							reader->kind) <= 0)
			break;
		heap[place] = heap[child];
		place = child;
	}
	heap[place] = run;
}

static EfStatus
begin_run(EfEventReader *reader, EfRunReader *run, const EfRunSource *source,
		  size_t window, EfError *error)
{
	run->source = *source;
	run->left = source->size;
	if (source->bytes != NULL)
	{
		run->at = source->bytes;
		run->end = source->bytes + source->size;
		run->left = 0;
		return EF_OK;
	}
	run->window = ef_alloc(reader->allocator, window);
	if (run->window == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for a window failed.");
	run->window_size = window;
	run->at = run->end = run->window;
	return EF_OK;
}

EfStatus
ef_event_reader_begin(EfEventReader *reader, EfPersonKind kind,
					  const EfRunSource *sources, size_t nsources,
					  size_t window, const uint64_t *events, size_t nevents,
					  EfEventForm form, const EfAllocator *allocator,
					  EfError *error)
{
	EfStatus	status = EF_OK;
	size_t		room = nsources + 1;

	if (window < WINDOW_MINIMUM)
		window = WINDOW_MINIMUM;
	memset(reader, 0, sizeof(*reader));
	reader->kind = kind;
	reader->allocator = allocator;
	reader->runs = ef_alloc(allocator, room * sizeof(EfRunReader));
	reader->heap = ef_alloc(allocator, room * sizeof(EfRunReader *));
	if (reader->runs == NULL || reader->heap == NULL)
		return ef_fail(error, EF_NO_MEMORY, "A request for runs failed.");
	memset(reader->runs, 0, room * sizeof(EfRunReader));
	for (size_t i = 0; i < nsources && status == EF_OK; i++)
		status = begin_run(reader, &reader->runs[reader->nruns++], &sources[i],
						   window, error);
	if (nevents > 0 && status == EF_OK)
	{
		EfRunReader *run = &reader->runs[reader->nruns++];

		run->form = form;
		run->events = events;
		run->events_end = events + nevents * form;
	}
	for (size_t i = 0; i < reader->nruns && status == EF_OK; i++)
	{
		status = next_person(&reader->runs[i], kind, allocator, error);
		if (status == EF_OK && !reader->runs[i].done)
			reader->heap[reader->nheap++] = &reader->runs[i];
	}
	for (size_t place = reader->nheap / 2; place-- > 0 && status == EF_OK;)
		sink_down(reader, place);
	return status;
}

/* Room for so many events of one person, of which the first `used` stay. */
static EfStatus
reserve_whens(EfEventReader *reader, uint64_t room, size_t used,
			  EfError *error)
{
	EfWhen	   *whens;

	if (room <= reader->room)
		return EF_OK;
	room += room / 2 + 64;
	ef_release(reader->allocator, reader->scratch);
	whens = ef_alloc(reader->allocator, (size_t) room * sizeof(EfWhen));
	reader->scratch = ef_alloc(reader->allocator,
							   (size_t) room * sizeof(EfWhen));
	if (whens == NULL || reader->scratch == NULL)
	{
		ef_release(reader->allocator, whens);
		return ef_fail(error, EF_NO_MEMORY, "A request for events failed.");
	}
	if (used > 0)
		memcpy(whens, reader->whens, used * sizeof(EfWhen));
	ef_release(reader->allocator, reader->whens);
	reader->whens = whens;
	reader->room = (size_t) room;
	return EF_OK;
}

/* Merge the events from `middle` on, in order, with those before, in order. */
static void
merge_whens(EfEventReader *reader, size_t middle, size_t n)
{
	EfWhen	   *whens = reader->whens;
	EfWhen	   *added = reader->scratch;
	size_t		left = middle;
	size_t		right = n - middle;

	memcpy(added, whens + middle, right * sizeof(EfWhen));
	while (right > 0)
		if (left > 0 && whens[left - 1] > added[right - 1])
		{
			left--;
			whens[left + right] = whens[left];
		}
		else
		{
			right--;
			whens[left + right] = added[right];
		}
}

/* Put the events of a run among those before, in order. */
static inline EfStatus
add_events(EfEventReader *reader, EfRunReader *run, size_t *n, EfError *error)
{
	size_t		before = *n;
	EfStatus	status = EF_OK;

	if (before + run->nevents > reader->room)
		status = reserve_whens(reader, before + run->nevents, before, error);
	if (status == EF_OK)
		status = read_events(run, reader->whens + before, error);
	if (status != EF_OK)
		return status;
	*n = before + (size_t) run->nevents;
	if (before > 0 && reader->whens[before - 1] > reader->whens[before])
		merge_whens(reader, before, *n);
	return EF_OK;
}

/* Take the events of the run that comes first, and put it where its next
 * person belongs. */
static EfStatus
take_run(EfEventReader *reader, size_t *n, EfError *error)
{
	EfRunReader *run = reader->heap[0];
	EfStatus	status = add_events(reader, run, n, error);

	if (status != EF_OK)
		return status;
	status = next_person(run, reader->kind, reader->allocator, error);
	if (status != EF_OK)
		return status;
	if (run->done)
		reader->heap[0] = reader->heap[--reader->nheap];
	if (reader->nheap > 0)
		sink_down(reader, 0);
	return EF_OK;
}

/* The name of the person who is being read, which the run that it comes from
 * overwrites with that of the next one. */
static EfStatus
keep_name(EfEventReader *reader, const EfRunReader *run, EfPerson *person,
		  EfError *error)
{
	if (person->name != run->name_room)
		return EF_OK;
	if (reader->name_size < person->name_length)
	{
		ef_release(reader->allocator, reader->name_room);
		reader->name_size = 0;
		reader->name_room = ef_alloc(reader->allocator,
									 2 * person->name_length);
		if (reader->name_room == NULL)
			return ef_fail(error, EF_NO_MEMORY, "A request for a name failed.");
		reader->name_size = 2 * person->name_length;
	}
	if (person->name_length > 0)
		memcpy(reader->name_room, person->name, person->name_length);
	person->name = reader->name_room;
	return EF_OK;
}

/*
 * Where people are numbers and runs are few, as those of a parallel plan are,
 * looking at all of them is faster than a heap: `heap` is in no order then.
 */
static EfStatus
next_of_few(EfEventReader *reader, uint64_t *number, const EfWhen **whens,
			size_t *nwhens, EfError *error)
{
	uint64_t	least = UINT64_MAX;
	size_t		n = 0;

	for (size_t i = 0; i < reader->nheap; i++)
		if (reader->heap[i]->person.number < least)
			least = reader->heap[i]->person.number;
	for (size_t i = 0; i < reader->nheap;)
	{
		EfRunReader *run = reader->heap[i];
		EfStatus	status;

		if (run->person.number != least)
		{
			i++;
			continue;
		}
		status = add_events(reader, run, &n, error);
		if (status == EF_OK)
			status = next_person(run, EF_PERSON_NUMBER, reader->allocator,
								 error);
		if (status != EF_OK)
			return status;
		if (run->done)
			reader->heap[i] = reader->heap[--reader->nheap];
		else
			i++;
	}
	*number = reader->person.number = least;
	*whens = reader->whens;
	*nwhens = n;
	return EF_OK;
}

/* Where nothing is left to merge: a walk over events in memory. */
static EfStatus
next_in_memory(EfEventReader *reader, EfRunReader *run, uint64_t *number,
			   const EfWhen **whens, size_t *nwhens, EfError *error)
{
	const uint64_t *first = run->events;
	const uint64_t *event = first;
	size_t		n = 0;

	reader->person = person_of(first, run->form, reader->kind);
	*number = reader->person.number;
	do
	{
		if (n == reader->room)
		{
			EfStatus	status = reserve_whens(reader, n + 1, n, error);

			if (status != EF_OK)
				return status;
		}
		reader->whens[n++] = when_of(event, run->form);
		event += run->form;
	} while (event < run->events_end &&
			 same_person(first, event, run->form, reader->kind));
	run->events = event;
	if (event == run->events_end)
		reader->nheap = 0;
	*whens = reader->whens;
	*nwhens = n;
	return EF_OK;
}

EfStatus
ef_event_reader_next(EfEventReader *reader, uint64_t *number,
					 const EfWhen **whens, size_t *nwhens, EfError *error)
{
	EfPerson   *person = &reader->person;
	size_t		n = 0;
	EfStatus	status;

	*nwhens = 0;
	if (reader->nheap == 0)
		return EF_OK;
	if (reader->nheap == 1 && reader->heap[0]->events_end != NULL)
		return next_in_memory(reader, reader->heap[0], number, whens, nwhens,
							  error);
	if (reader->kind == EF_PERSON_NUMBER && reader->nruns <= FEW_RUNS)
		return next_of_few(reader, number, whens, nwhens, error);
	*person = reader->heap[0]->person;
	*number = person->number;
	status = reader->kind == EF_PERSON_TEXT
		? keep_name(reader, reader->heap[0], person, error) : EF_OK;
	if (status != EF_OK)
		return status;
	do
		status = take_run(reader, &n, error);
	while (status == EF_OK && reader->nheap > 0 &&
		   compare_persons(&reader->heap[0]->person, person,
						   reader->kind) == 0);
	*whens = reader->whens;
	*nwhens = n;
	return status;
}

void
ef_event_reader_end(EfEventReader *reader)
{
	for (size_t i = 0; i < reader->nruns; i++)
	{
		ef_release(reader->allocator, reader->runs[i].window);
		ef_release(reader->allocator, reader->runs[i].name_room);
	}
	ef_release(reader->allocator, reader->runs);
	ef_release(reader->allocator, reader->heap);
	ef_release(reader->allocator, reader->name_room);
	ef_release(reader->allocator, reader->whens);
	ef_release(reader->allocator, reader->scratch);
}


/* ---- other numbers ---- */

/* Of the events that a reader has. */
static EfStatus
renumber(EfEventReader *reader, size_t n, const EfNumberMap *map,
		 EfError *error)
{
	EfWhen	   *whens = reader->whens;
	bool		ordered = true;

	for (size_t i = 0; i < n; i++)
	{
		uint32_t	number = ef_number_map_get(map, (uint32_t) (whens[i] & EF_WHEN_NUMBER));

		if (number == 0 && (whens[i] & EF_WHEN_NUMBER) != 0)
			return ef_fail(error, EF_INVALID,
						   "A run of events has a number that nothing has.");
		whens[i] = (whens[i] & ~EF_WHEN_NUMBER) | number;
		ordered = ordered && (i == 0 || whens[i - 1] <= whens[i]);
	}

	/* words are in order as narrow events are */
	if (!ordered)
		ef_events_sort(whens, reader->scratch, n, EF_NARROW, EF_PERSON_NUMBER,
					   reader->allocator);
	return EF_OK;
}

EfStatus
ef_run_renumber(const uint8_t *bytes, size_t size, EfPersonKind kind,
				const EfNumberMap *map, const EfSink *sink,
				const EfAllocator *allocator, EfError *error)
{
	EfRunSource source = {.size = size, .bytes = bytes};
	EfEventReader reader;
	EfRunWriter writer;
	size_t		npeople = 0;
	EfStatus	status = ef_event_reader_begin(&reader, kind, &source, 1, 0,
											   NULL, 0, EF_NARROW, allocator,
											   error);

	ef_run_writer_begin(&writer, kind, sink);
	while (status == EF_OK)
	{
		const EfWhen *whens;
		size_t		nwhens;
		uint64_t	number;

		if (npeople++ % INTERRUPT_EVENTS == 0)
			ef_check_interrupt(allocator);
		status = ef_event_reader_next(&reader, &number, &whens, &nwhens,
									  error);
		if (status != EF_OK || nwhens == 0)
			break;
		status = renumber(&reader, nwhens, map, error);
		if (status == EF_OK)
			ef_run_writer_add(&writer, &reader.person, whens, nwhens);
	}
	if (status == EF_OK)
		ef_run_writer_end(&writer);
	ef_event_reader_end(&reader);
	return status;
}
