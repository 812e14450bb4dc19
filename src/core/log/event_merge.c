/*
 * event_merge.c
 *	  See event_merge.h.
 */
#include "log/event_merge.h"

#include <string.h>

#include "base/bits.h"
#include "base/invariant.h"
#include "log/event_sort.h"

/* Least window on a run in memory, in bytes. */
#define WINDOW_MINIMUM 512

/* Number of runs up to which they are searched one by one, without a heap. */
#define FEW_RUNS 8

/* People between two checks for interrupts. */
#define INTERRUPT_PEOPLE 4096


/* ---- merging ---- */

static inline int
compare_persons(const EfPerson *a, const EfPerson *b, EfPersonKind kind)
{
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (kind == EF_PERSON_UUID && a->rest != b->rest)
		return a->rest < b->rest ? -1 : 1;
	if (kind == EF_PERSON_TEXT)
		return ef_bytes_compare(a->name, a->name_length, b->name, b->name_length);
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

static void
begin_run(EfEventReader *reader, const EfStorage *storage,
		  const EfRunPlace *place, size_t window)
{
	EfRunReader *run = &reader->runs[reader->nruns++];

	run->place = *place;
	if (place->bytes != NULL)
	{
		run->at = place->bytes;
		run->end = place->bytes + place->size;
		return;
	}
	run->storage = storage;
	run->left = place->size;
	run->window = ef_alloc(reader->context, window);
	run->window_size = window;
	run->at = run->end = run->window;
}

EfStatus
ef_event_reader_begin(EfEventReader *reader, EfPersonKind kind,
					  bool detailed, const EfStorage *storage,
					  const EfRunPlace *runs, size_t nruns, size_t window,
					  const uint64_t *events, size_t nevents,
					  EfEventForm form, EfContext *context)
{
	EfStatus	status = EF_OK;
	size_t		room = nruns + 1;

	if (window < WINDOW_MINIMUM)
		window = WINDOW_MINIMUM;
	memset(reader, 0, sizeof(*reader));
	reader->kind = kind;
	reader->detailed = detailed;
	reader->context = context;
	reader->runs = ef_alloc(context, room * sizeof(EfRunReader));
	reader->heap = ef_alloc(context, room * sizeof(EfRunReader *));
	memset(reader->runs, 0, room * sizeof(EfRunReader));
	for (size_t i = 0; i < nruns; i++)
		begin_run(reader, storage, &runs[i], window);
	if (nevents > 0)
	{
		EfRunReader *run = &reader->runs[reader->nruns++];

		run->form = form;
		run->events = events;
		run->events_end = events + nevents * ef_form_words(form);
	}
	for (size_t i = 0; i < reader->nruns && status == EF_OK; i++)
	{
		reader->runs[i].detailed = detailed;
		status = ef_run_next_person(&reader->runs[i], kind, context);
		if (status == EF_OK && !reader->runs[i].done)
			reader->heap[reader->nheap++] = &reader->runs[i];
	}
	for (size_t place = reader->nheap / 2; place-- > 0 && status == EF_OK;)
		sink_down(reader, place);
	return status;
}

/* Return the number of words of an event beside its person. */
static inline size_t
whens_of_event(const EfEventReader *reader)
{
	return reader->detailed ? 2 : 1;
}

/* Make room for more events of one person; the first `used` stay. */
static void
reserve_whens(EfEventReader *reader, uint64_t room, size_t used)
{
	size_t		size = whens_of_event(reader) * sizeof(EfWhen);

	if (room <= reader->room)
		return;
	room += room / 2 + 64;
	ef_release(reader->context, reader->scratch);
	reader->scratch = ef_alloc(reader->context, (size_t) room * size);
	reader->whens = ef_enlarge(reader->context, reader->whens, used * size,
							   (size_t) room * size);
	reader->room = (size_t) room;
}

/* Does an event come after another of the same person? */
static inline bool
is_later(const EfWhen *a, const EfWhen *b, const bool detailed)
{
	return a[0] > b[0] || (detailed && a[0] == b[0] && a[1] > b[1]);
}

/* Merge the events from `middle` on, in order, with those before, in order. */
static EF_ALWAYS_INLINE void
merge_whens(EfEventReader *reader, size_t middle, size_t n,
			const bool detailed)
{
	const size_t words = detailed ? 2 : 1;
	EfWhen	   *whens = reader->whens;
	EfWhen	   *added = reader->scratch;
	size_t		left = middle * words;
	size_t		right = (n - middle) * words;

	memcpy(added, whens + left, right * sizeof(EfWhen));
	while (right > 0)
	{
		EfWhen	   *from;
		EfWhen	   *to = whens + left + right - words;

		if (left > 0 && is_later(whens + left - words,
								 added + right - words, detailed))
			from = whens + (left -= words);
		else
			from = added + (right -= words);
		to[0] = from[0];
		if (detailed)
			to[1] = from[1];
	}
}

/*
 * Replace the numbers of the last n events by our own, and order these events
 * again.
 */
EF_NODISCARD static EfStatus
renumber(EfEventReader *reader, size_t first, size_t n, const EfNumberMap *map)
{
	size_t		words = whens_of_event(reader);
	EfWhen	   *whens = reader->whens + first * words;
	bool		ordered = true;

	for (size_t i = 0; i < n; i++)
	{
		EfWhen	   *when = whens + i * words;
		uint32_t	number = ef_number_map_get(map, (uint32_t) (*when & EF_WHEN_NUMBER));

		if (number == 0 && (*when & EF_WHEN_NUMBER) != 0)
			return ef_fail(reader->context, EF_INVALID,
						   "A run of events has a number that nothing has.");
		*when = (*when & ~EF_WHEN_NUMBER) | number;
		ordered = ordered &&
			(i == 0 || !is_later(when - words, when, reader->detailed));
	}

	/* words are in order as narrow events are, and with details as wide ones */
	if (!ordered)
		ef_event_sort(whens, reader->scratch, n,
					  reader->detailed ? EF_WIDE : EF_NARROW,
					  EF_PERSON_NUMBER, reader->context);
	return EF_OK;
}

/* Put the events of a run among those before, in order. */
EF_NODISCARD static inline EfStatus
add_events(EfEventReader *reader, EfRunReader *run, size_t *n)
{
	size_t		before = *n;
	EfStatus	status;

	if (before + run->nevents > reader->room)
		reserve_whens(reader, before + run->nevents, before);
	status = ef_run_read_events(run, reader->whens +
								before * whens_of_event(reader),
								reader->context);
	if (status == EF_OK && run->place.numbers != NULL)
		status = renumber(reader, before, (size_t) run->nevents,
						  run->place.numbers);
	if (status != EF_OK)
		return status;
	*n = before + (size_t) run->nevents;
	if (before == 0)
		return EF_OK;
	if (reader->detailed)
		merge_whens(reader, before, *n, true);
	else if (reader->whens[before - 1] > reader->whens[before])
		merge_whens(reader, before, *n, false);
	return EF_OK;
}

/* Take the events of the run that comes first, and put it where its next
 * person belongs. */
EF_NODISCARD static EfStatus
take_run(EfEventReader *reader, size_t *n)
{
	EfRunReader *run = reader->heap[0];
	EfStatus	status = add_events(reader, run, n);

	if (status != EF_OK)
		return status;
	status = ef_run_next_person(run, reader->kind, reader->context);
	if (status != EF_OK)
		return status;
	if (run->done)
		reader->heap[0] = reader->heap[--reader->nheap];
	if (reader->nheap > 0)
		sink_down(reader, 0);
	return EF_OK;
}

/*
 * Copy the name of the current person, which its run overwrites with that of
 * the next one.
 */
static void
keep_name(EfEventReader *reader, const EfRunReader *run, EfPerson *person)
{
	if (person->name != run->name_room)
		return;
	if (reader->name_size < person->name_length)
	{
		ef_release(reader->context, reader->name_room);
		reader->name_room = ef_alloc(reader->context, 2 * person->name_length);
		reader->name_size = 2 * person->name_length;
	}
	if (person->name_length > 0)
		memcpy(reader->name_room, person->name, person->name_length);
	person->name = reader->name_room;
}

/* Answer the n events that were gathered of the person. */
static inline void
show_events(EfPersonEvents *events, const EfEventReader *reader, size_t n)
{
	events->number = reader->person.number;
	events->whens = reader->whens;
	events->n = n;
}

/*
 * Find the next person where people are numbers and runs are few, as in a
 * parallel plan.  Looking at all runs is faster than a heap there, so `heap`
 * is in no order.
 */
EF_NODISCARD static EfStatus
next_of_few(EfEventReader *reader, EfPersonEvents *events)
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
		status = add_events(reader, run, &n);
		if (status == EF_OK)
			status = ef_run_next_person(run, EF_PERSON_NUMBER,
										reader->context);
		if (status != EF_OK)
			return status;
		if (run->done)
			reader->heap[i] = reader->heap[--reader->nheap];
		else
			i++;
	}
	reader->person.number = least;
	show_events(events, reader, n);
	return EF_OK;
}

/*
 * Read the next person of the events in memory, when nothing is left to
 * merge.
 */
static void
next_in_memory(EfEventReader *reader, EfRunReader *run, EfPersonEvents *events)
{
	const uint64_t *first = run->events;
	const uint64_t *event = first;
	size_t		n = 0;

	reader->person = ef_event_person(first, run->form, reader->kind);
	do
	{
		if (n == reader->room)
			reserve_whens(reader, n + 1, n);
		if (reader->detailed)
		{
			reader->whens[2 * n] = ef_event_when(event, run->form);
			reader->whens[2 * n++ + 1] = ef_event_detail(event, run->form);
		}
		else
			reader->whens[n++] = ef_event_when(event, run->form);
		event += ef_form_words(run->form);
	} while (event < run->events_end &&
			 ef_event_same_person(first, event, run->form, reader->kind));
	run->events = event;
	if (event == run->events_end)
		reader->nheap = 0;
	show_events(events, reader, n);
}

/* Read the next person where several runs may have events of one. */
EF_NODISCARD static EfStatus
next_of_many(EfEventReader *reader, EfPersonEvents *events)
{
	EfPerson   *person = &reader->person;
	size_t		n = 0;
	EfStatus	status;

	*person = reader->heap[0]->person;
	if (reader->kind == EF_PERSON_TEXT)
		keep_name(reader, reader->heap[0], person);
	do
		status = take_run(reader, &n);
	while (status == EF_OK && reader->nheap > 0 &&
		   compare_persons(&reader->heap[0]->person, person,
						   reader->kind) == 0);
	show_events(events, reader, n);
	return status;
}

bool
ef_event_reader_next(EfEventReader *reader, EfPersonEvents *events,
					 EfStatus *status)
{
	if (*status != EF_OK || reader->nheap == 0)
		return false;
	EF_ASSERT(reader->nheap <= reader->nruns);
	if (reader->npeople++ % INTERRUPT_PEOPLE == 0)
		ef_check_interrupt(reader->context);
	if (reader->nheap == 1 && reader->heap[0]->events_end != NULL)
		next_in_memory(reader, reader->heap[0], events);
	else if (reader->kind == EF_PERSON_NUMBER && reader->nruns <= FEW_RUNS)
		*status = next_of_few(reader, events);
	else
		*status = next_of_many(reader, events);
	EF_ASSERT(*status != EF_OK ||
			  (events->n > 0 && events->n <= reader->room));
	return *status == EF_OK;
}

void
ef_event_reader_end(EfEventReader *reader)
{
	for (size_t i = 0; i < reader->nruns; i++)
	{
		ef_release(reader->context, reader->runs[i].window);
		ef_release(reader->context, reader->runs[i].name_room);
	}
	ef_release(reader->context, reader->runs);
	ef_release(reader->context, reader->heap);
	ef_release(reader->context, reader->name_room);
	ef_release(reader->context, reader->whens);
	ef_release(reader->context, reader->scratch);
}


/* ---- other numbers ---- */

EfStatus
ef_run_renumber(const uint8_t *bytes, size_t size, EfPersonKind kind,
				bool detailed, const EfNumberMap *map, const EfSink *sink,
				EfContext *context)
{
	EfRunPlace	run = {.size = size,.bytes = bytes,.numbers = map};
	EfEventReader reader;
	EfRunWriter writer;
	EfPersonEvents events;
	EfStatus	status = ef_event_reader_begin(&reader, kind, detailed, NULL,
											   &run, 1, 0, NULL, 0, EF_NARROW,
											   context);

	ef_run_writer_begin(&writer, kind, detailed, sink);
	while (ef_event_reader_next(&reader, &events, &status))
		ef_run_writer_add(&writer, &reader.person, events.whens, events.n);
	if (status == EF_OK)
		ef_run_writer_end(&writer);
	ef_event_reader_end(&reader);
	return status;
}
