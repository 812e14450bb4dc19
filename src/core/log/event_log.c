/*
 * event_log.c
 *	  See event_log.h.
 */
#include "log/event_log.h"

#include <string.h>

#include "base/hash.h"
#include "log/event_sort.h"

/*
 * Sizes of chunks, header included: powers of two, which allocators serve
 * exactly. A chunk is about half as large as all before it together, which
 * limits the unused part.
 */
#define CHUNK_MINIMUM ((size_t) 128)
#define CHUNK_MAXIMUM ((size_t) 65536)

/*
 * Size of a log from which it takes its chunks from blocks and keeps the
 * blocks, so that memory once used is not asked of the operating system
 * again.
 */
#define BLOCKS_FROM ((size_t) 1 << 20)
#define BLOCK_MAXIMUM ((size_t) 16 << 20)

/*
 * Size of the chunks that hold names; a smaller part of a small budget.  A
 * chunk as large as the budget would leave no room for events, and every few
 * of them would become a run of their own.
 */
#define NAME_CHUNK ((size_t) 32768)
#define NAME_PART 16
#define NAME_MINIMUM ((size_t) 512)

/*
 * Window on a stored run: this much is read at once, or less where there are
 * many runs.
 */
#define WINDOW_MAXIMUM ((size_t) 65536)

void
ef_event_log_begin(EfEventLog *log, EfPersonKind kind, EfUnit unit,
				   bool detailed, size_t budget, const EfStorage *storage,
				   EfContext *context)
{
	memset(log, 0, sizeof(*log));
	log->context = context;
	log->storage = *storage;
	log->kind = kind;
	log->unit = unit;
	log->detailed = detailed;
	log->budget = budget;
}

void
ef_event_group_create(EfEventGroup **group, EfEventLog *log)
{
	*group = ef_alloc(log->context, sizeof(EfEventGroup));
	memset(*group, 0, sizeof(EfEventGroup));
	(*group)->log = log;
	(*group)->older = log->groups;
	log->groups = *group;
	log->ngroups++;
}

EfStatus
ef_event_group_skip(EfEventGroup *group, int64_t rows)
{
	if (ef_add_overflow(group->skipped, rows, &group->skipped))
		return ef_fail(group->log->context, EF_COUNT_OVERFLOW,
					   "The number of skipped rows does not fit 64 bits.");
	return EF_OK;
}


/* ---- memory ---- */

void
ef_event_group_account(EfEventGroup *group, size_t size)
{
	group->size += size;
	group->log->used += size;
	if (group->size > group->log->largest)
		group->log->largest = group->size;
}

bool
ef_event_log_full(const EfEventLog *log, size_t size)
{
	size_t		most = log->budget - log->budget / 4;
	size_t		kept = log->kept + log->maps;

	/* kept memory is never given back, so it leaves events a quarter */
	return log->used > 0 && log->used + size + 2 * log->largest >
		log->budget - (kept < most ? kept : most);
}

/* Note in the latest chunk how many events it has. */
static void
count_chunk(EfEventGroup *group)
{
	EfEventChunk *chunk = group->chunk;

	if (chunk != NULL)
		chunk->nevents = (uint32_t) ((size_t) (group->next - chunk->words) /
									 ef_form_words(group->form));
}

/* Move the latest block of a list to another list, and empty it. */
static EfChunk *
move_block(EfChunk **to, EfChunk **from)
{
	EfChunk    *block = ef_chunk_remove(from);

	block->used = 0;
	block->older = *to;
	return *to = block;
}

/* Add an empty block, one that the log has kept or a new one. */
static EfChunk *
add_block(EfEventLog *log)
{
	size_t		size = log->used < BLOCK_MAXIMUM ? log->used : BLOCK_MAXIMUM;

	if (log->spare != NULL)
		return move_block(&log->block, &log->spare);

	/* a small part of the budget, since the end of a block is unused */
	if (size > log->budget / 8)
		size = log->budget / 8;
	if (size < CHUNK_MAXIMUM)
		size = CHUNK_MAXIMUM;
	return ef_chunk_add(&log->block, size, log->context);
}

static EfEventChunk *
new_chunk(EfEventLog *log, size_t size)
{
	bool		in_block = log->used >= BLOCKS_FROM;
	EfEventChunk *chunk;

	if (!in_block)
		chunk = ef_alloc(log->context, size);
	else
		chunk = ef_chunk_take(ef_chunk_has(log->block, size) ? log->block
							  : add_block(log), size);
	chunk->in_block = in_block;
	return chunk;
}

void
ef_event_group_grow(EfEventGroup *group, EfEventForm form)
{
	EfEventLog *log = group->log;
	size_t		size = CHUNK_MINIMUM;
	EfEventChunk *chunk;

	EF_ASSERT(ef_event_group_is_sound(group));
	while (size < group->size / 2 && size < CHUNK_MAXIMUM)
		size *= 2;
	if (ef_event_log_full(log, size))
	{
		ef_event_log_store(log);
		size = CHUNK_MINIMUM;
	}
	chunk = new_chunk(log, size);
	count_chunk(group);
	chunk->older = group->chunk;
	chunk->form = (uint8_t) form;
	group->form = form;
	group->chunk = chunk;
	group->next = chunk->words;
	/* in whole words of its own, which need not begin at a multiple of 8 */
	group->end = chunk->words +
		(size - offsetof(EfEventChunk, words)) / sizeof(uint64_t);
	ef_event_group_account(group, size);
}

size_t
ef_event_group_size(EfEventGroup *group)
{
	size_t		n = 0;

	EF_ASSERT(ef_event_group_is_sound(group));
	count_chunk(group);
	for (const EfEventChunk *chunk = group->chunk; chunk; chunk = chunk->older)
		n += chunk->nevents;
	return n;
}

static inline EfEventForm
named_form(const EfEventLog *log)
{
	return log->detailed ? EF_NAMED_DETAILED : EF_NAMED;
}

static void
reserve_named(EfEventGroup *group)
{
	EfEventForm form = named_form(group->log);

	EF_ASSERT(ef_event_group_is_sound(group));
	if ((size_t) (group->end - group->next) < ef_form_words(form))
		ef_event_group_grow(group, form);
}

/* Append an event of a named form; only where there is room. */
static void
append_named(EfEventGroup *group, uint64_t number, EfWhen when,
			 uint64_t detail, uint64_t rest)
{
	uint64_t   *next = group->next;

	*next++ = number;
	*next++ = when;
	if (group->log->detailed)
		*next++ = detail;
	*next++ = rest;
	group->next = next;
}

void
ef_event_add_uuid(EfEventGroup *group, const uint8_t uuid[16], EfWhen when,
				  uint64_t detail)
{
	uint64_t	halves[2];

	EF_ASSERT(group->log->kind == EF_PERSON_UUID);
	reserve_named(group);
	memcpy(halves, uuid, sizeof(halves));
	append_named(group, halves[0], when, detail, halves[1]);
}

void
ef_event_add_text(EfEventGroup *group, const char *name, size_t length,
				  EfWhen when, uint64_t detail)
{
	EfEventLog *log = group->log;
	const EfName *kept;
	size_t		size = ef_name_size(length);

	EF_ASSERT(log->kind == EF_PERSON_TEXT);

	/* room for the event first, since making it may store all names */
	reserve_named(group);
	if (!ef_chunk_has(log->names, size))
	{
		size_t		room = log->budget / NAME_PART;

		room = room > NAME_CHUNK ? NAME_CHUNK
			: room < NAME_MINIMUM ? NAME_MINIMUM : room;
		if (room < size)
			room = size;

		if (ef_event_log_full(log, room))
		{
			ef_event_log_store(log);
			reserve_named(group);
		}
		ef_chunk_add(&log->names, room, log->context);
		log->used += sizeof(EfChunk) + room;
	}
	kept = ef_name_keep(log->names, name, length);
	append_named(group, ef_hash_name(name, length), when, detail,
				 (uint64_t) (uintptr_t) kept);
}

/* Copy the events of a chunk that has them in one form to another. */
static void
copy_chunk(uint64_t *to, const EfEventChunk *chunk, EfEventForm form)
{
	if (chunk->form == form)
	{
		memcpy(to, chunk->words,
			   chunk->nevents * ef_form_words(form) * sizeof(uint64_t));
		return;
	}
	for (uint32_t i = 0; i < chunk->nevents; i++)
	{
		const uint64_t *event = chunk->words +
			i * ef_form_words((EfEventForm) chunk->form);

		*to++ = ef_event_number(event, (EfEventForm) chunk->form);
		*to++ = ef_event_when(event, (EfEventForm) chunk->form);
		if (ef_form_detailed(form))
			*to++ = ef_event_detail(event, (EfEventForm) chunk->form);
	}
}

void
ef_event_group_order(EfEventGroup *group, const uint64_t **ordered,
					 size_t *nordered, EfEventForm *form)
{
	EfEventLog *log = group->log;
	size_t		n = ef_event_group_size(group);
	size_t		size;
	uint64_t   *events;

	*form = EF_NARROW;
	for (const EfEventChunk *chunk = group->chunk; chunk; chunk = chunk->older)
		if (chunk->form > *form)
			*form = chunk->form;
	*nordered = n;
	*ordered = NULL;
	if (n == 0)
		return;
	size = n * ef_form_words(*form);
	if (log->scratch_size < 2 * size)
	{
		ef_release(log->context, log->scratch);
		log->scratch = ef_alloc(log->context, 2 * size * sizeof(uint64_t));
		log->scratch_size = 2 * size;
	}
	events = log->scratch;
	*ordered = events;
	for (const EfEventChunk *chunk = group->chunk; chunk; chunk = chunk->older)
	{
		copy_chunk(events, chunk, *form);
		events += chunk->nevents * ef_form_words(*form);
	}
	ef_event_sort(log->scratch, log->scratch + size, n, *form, log->kind,
				  log->context);
}


/* ---- runs ---- */

void
ef_event_group_add_run(EfEventGroup *group, const EfRunPlace *place)
{
	EF_ASSERT(ef_event_group_is_sound(group));
	if (group->nruns == group->runs_room)
	{
		group->runs_room = 2 * group->runs_room + 2;
		group->runs = ef_enlarge(group->log->context, group->runs,
								 group->nruns * sizeof(EfRunPlace),
								 group->runs_room * sizeof(EfRunPlace));
	}
	group->runs[group->nruns++] = *place;
}

/* Store the events of a group. */
static void
store_group(EfEventGroup *group)
{
	EfEventLog *log = group->log;
	EfSink		sink = {log->storage.write, log->storage.closure};

	for (uint32_t i = 0; i < group->nruns; i++)
	{
		EfRunPlace *run = &group->runs[i];

		if (run->bytes == NULL)
			continue;
		log->storage.write(log->storage.closure, run->bytes,
						   (size_t) run->size);
		ef_release(log->context, (void *) run->bytes);
		run->bytes = NULL;
		run->offset = log->stored;
		log->stored += run->size;
	}
	if (group->chunk != NULL)
	{
		const uint64_t *events;
		size_t		n;
		EfEventForm form;
		EfRunPlace	run = {.offset = log->stored};

		ef_event_group_order(group, &events, &n, &form);
		if (n > 0)
		{
			run.size = ef_run_write(events, n, form, log->kind, &sink);
			log->stored += run.size;
			ef_event_group_add_run(group, &run);
		}
		while (group->chunk != NULL)
		{
			EfEventChunk *chunk = group->chunk;

			group->chunk = chunk->older;
			if (!chunk->in_block)
				ef_release(log->context, chunk);
		}
		group->next = group->end = NULL;
	}
	log->used -= group->size;
	group->size = 0;
	EF_ASSERT(ef_event_group_is_sound(group));
}

void
ef_event_log_store(EfEventLog *log)
{
	for (EfEventGroup *group = log->groups; group; group = group->older)
		if (group->size > 0)
		{
			ef_check_interrupt(log->context);
			store_group(group);
		}
	while (log->names != NULL)
	{
		EfChunk    *chunk = ef_chunk_remove(&log->names);

		log->used -= sizeof(EfChunk) + chunk->size;
		ef_release(log->context, chunk);
	}
	/* no chunk is in use any more */
	while (log->block != NULL)
		move_block(&log->spare, &log->block);
	ef_release(log->context, log->scratch);
	log->scratch = NULL;
	log->scratch_size = 0;
	log->largest = 0;
}


/* ---- reading ---- */

EfStatus
ef_event_group_read(EfEventReader *reader, EfEventGroup *group,
					EfContext *context)
{
	const EfEventLog *log = group->log;
	size_t		window = WINDOW_MAXIMUM;
	const uint64_t *events;
	size_t		nevents;
	EfEventForm form;

	if (group->nruns > 0 && window > log->budget / group->nruns)
		window = log->budget / group->nruns;
	ef_event_group_order(group, &events, &nevents, &form);
	return ef_event_reader_begin(reader, log->kind, log->detailed,
								 &log->storage, group->runs, group->nruns,
								 window, events, nevents, form, context);
}
