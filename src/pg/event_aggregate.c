/*
 * event_aggregate.c
 *	  See event_aggregate.h.
 */
#include "event_aggregate.h"

#include "commands/tablespace.h"
#include "common/hashfn.h"
#include "executor/nodeHash.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "port/pg_bswap.h"
#include "storage/buffile.h"
#include "utils/memutils.h"

#include "log/event_wire.h"

/* Version of a group that is sent to another process. */
#define SHIPPED_VERSION 3

#define PURPOSE_LISTS 64

/*
 * Least memory of a log, that of the least work_mem: with less, reading small
 * runs takes most of the time.
 */
#define LOG_MINIMUM ((size_t) 65536)

struct EventCache;

/* The log of an aggregate, in its memory. */
typedef struct AggregateLog
{
	struct AggregateLog *next;
	struct EventCache *cache;
	MemoryContext memory;
	struct EfContext context;
	BufFile    *file;			/* NULL until something is stored */
	uint64		end;			/* of the file */
	EfEventLog	log;
	EventPurpose *purposes[PURPOSE_LISTS];	/* by a hash: groups may have one
											 * each */
	EfDictionary names;			/* of numbered events, in all groups */
	EfNumberMap numbers;		/* while one group is sent or received */
} AggregateLog;

/*
 * Kept by a function between calls: an aggregate with grouping sets has
 * several memories, and a log in each.
 */
typedef struct EventCache
{
	EventForms	forms;			/* the first, as eg_event_forms() reads them */
	AggregateLog *logs;			/* the one used last is first */
	bool		constant;		/* the purpose is the same in all rows */
	void	   *memory;			/* of its type */
} EventCache;

/* A group that came from another process: bytes of its message. */
typedef struct ShippedGroup
{
	char		tag;			/* of the type of its purpose */
	EfPersonKind kind;
	EfUnit		unit;
	int64		skipped;
	EfBytes		purpose;
	const uint8 *runs;
	Size		size;
	uint32		nnames;
	StringInfoData names;		/* number and name, of each */
} ShippedGroup;


/* ---- memory and the file ---- */

static void *
allocate(void *memory, size_t size)
{
	CHECK_FOR_INTERRUPTS();
	return MemoryContextAllocHuge((MemoryContext) memory, size);
}

static void
seek(AggregateLog *log, uint64 offset)
{
	if (BufFileSeek(log->file, 0, (off_t) offset, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not seek in temporary file of events: %m")));
}

static void
write_file(void *closure, const void *bytes, size_t size)
{
	AggregateLog *log = closure;

	CHECK_FOR_INTERRUPTS();
	if (log->file == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(log->memory);

		PrepareTempTablespaces();
		log->file = BufFileCreateTemp(false);
		MemoryContextSwitchTo(old);
	}
	seek(log, log->end);
	eg_buffile_write(log->file, bytes, size);
	log->end += size;
}

static size_t
read_file(void *closure, uint64_t offset, void *buffer, size_t size)
{
	AggregateLog *log = closure;

	CHECK_FOR_INTERRUPTS();
	seek(log, offset);
	return BufFileRead(log->file, buffer, size);
}

/* Close the log before the memory of the aggregate goes. */
static void
close_log(Datum argument)
{
	AggregateLog *log = (AggregateLog *) DatumGetPointer(argument);
	AggregateLog **link = &log->cache->logs;

	while (*link != log)
		link = &(*link)->next;
	*link = log->next;
	if (log->file != NULL)
		BufFileClose(log->file);
}

static AggregateLog *
open_log(FunctionCallInfo fcinfo, EventCache *cache, MemoryContext context,
		 const EventPurposeType *type, EfPersonKind kind, EfUnit unit)
{
	AggregateLog *log = MemoryContextAllocZero(context, sizeof(AggregateLog));
	EfStorage	storage = {write_file, read_file, log};

	log->cache = cache;
	log->memory = context;
	log->context = eg_context;
	log->context.alloc = allocate;
	log->context.memory = context;

	/* a hash aggregate's own table needs the other half */
	ef_event_log_begin(&log->log, kind, unit, type->detailed,
					   Max(get_hash_memory_limit() / 2, LOG_MINIMUM), &storage,
					   &log->context);
	ef_dictionary_begin(&log->names, &log->context);
	ef_number_map_begin(&log->numbers, &log->context);
	AggRegisterCallback(fcinfo, close_log, PointerGetDatum(log));
	log->next = cache->logs;
	cache->logs = log;
	return log;
}

static AggregateLog *
log_of_group(const EfEventGroup *group)
{
	return (AggregateLog *) ((char *) group->log - offsetof(AggregateLog, log));
}

static EventCache *
event_cache(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
	{
		eg_require_aggregate(fcinfo);
		fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(EventCache));
	}
	return fcinfo->flinfo->fn_extra;
}

const EventForms *
eg_ask_event_forms(FunctionCallInfo fcinfo, int person, int word,
				   const EventPurposeType *type)
{
	EventForms	forms = {EF_FORM_UNASKED, EF_FORM_UNASKED, EF_FORM_UNASKED};
	EventCache *cache;

	eg_require_aggregate(fcinfo);
	if (person > 0)
		forms.person = eg_key_form(fcinfo, person, "person_id");
	forms.word = eg_word_form(fcinfo, word, type->word);
	if (type->second_word != NULL)
		forms.second_word = eg_word_form(fcinfo, type->second_word_argument,
										 type->second_word);
	cache = event_cache(fcinfo);
	cache->forms = forms;
	return &cache->forms;
}

/* Find the log of the calling aggregate. */
static AggregateLog *
current_log(FunctionCallInfo fcinfo, const EventPurposeType *type,
			EfPersonKind kind, EfUnit unit)
{
	EventCache *cache = event_cache(fcinfo);
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		eg_require_aggregate(fcinfo);
	for (AggregateLog **link = &cache->logs; *link; link = &(*link)->next)
		if ((*link)->memory == context)
		{
			AggregateLog *log = *link;

			*link = log->next;
			log->next = cache->logs;
			return cache->logs = log;
		}
	return open_log(fcinfo, cache, context, type, kind, unit);
}


/* ---- groups ---- */

static bool
same_bytes(EfBytes a, EfBytes b)
{
	return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

static const EventPurpose *
intern_purpose(AggregateLog *log, const EventPurposeType *type,
			   EfBytes bytes)
{
	uint32		hash = hash_bytes(bytes.bytes, (int) bytes.size);
	EventPurpose **list = &log->purposes[hash % PURPOSE_LISTS];
	EventPurpose *entry;
	uint8	   *copy;

	for (entry = *list; entry; entry = entry->older)
		if (same_bytes(entry->bytes, bytes))
			return entry;
	entry = MemoryContextAlloc(log->memory, type->size);
	copy = MemoryContextAlloc(log->memory, bytes.size);
	memcpy(copy, bytes.bytes, bytes.size);
	entry->type = type;
	entry->bytes.bytes = copy;
	entry->bytes.size = bytes.size;
	type->open(entry, log->log.unit);
	entry->older = *list;
	*list = entry;
	return entry;
}

static EfEventGroup *
create_group(AggregateLog *log, const EventPurpose *purpose)
{
	EfEventGroup *group;

	ef_event_group_create(&group, &log->log);
	group->purpose = purpose;
	return group;
}

static void
check_purpose(const EfEventGroup *group, EfBytes bytes)
{
	const EventPurpose *its = group->purpose;

	if (!same_bytes(its->bytes, bytes))
		its->type->refuse(its, bytes);
}

/*
 * Is an argument of the aggregate a constant in the plan?  Then the purpose
 * of a row need not be compared with that of its group.
 */
static bool
is_constant(FunctionCallInfo fcinfo, int argument)
{
	Aggref	   *aggref = AggGetAggref(fcinfo);

	return aggref != NULL && list_length(aggref->args) >= argument &&
		IsA(((TargetEntry *) list_nth(aggref->args, argument - 1))->expr, Const);
}

/*
 * Get the group that is argument 0.  Only a superuser can make an aggregate
 * whose states are pointers; one that mixes ours gets an error.
 */
static EfEventGroup *
group_of(FunctionCallInfo fcinfo, const EventPurposeType *type)
{
	EfEventGroup *group = (EfEventGroup *) PG_GETARG_POINTER(0);

	if (((const EventPurpose *) group->purpose)->type != type)
		elog(ERROR, "a support function was given the state of another aggregate");
	return group;
}

EfEventGroup *
eg_event_group(FunctionCallInfo fcinfo, int purpose,
			   const EventPurposeType *type, EfPersonKind kind, EfUnit unit)
{
	EventCache *cache = fcinfo->flinfo->fn_extra;
	EfBytes		bytes;
	EfEventGroup *group;

	if (cache != NULL && cache->constant && !PG_ARGISNULL(0))
		return (EfEventGroup *) PG_GETARG_POINTER(0);
	cache = event_cache(fcinfo);
	bytes = type->get(fcinfo, purpose, type, &cache->memory);
	if (PG_ARGISNULL(0))
	{
		AggregateLog *log = current_log(fcinfo, type, kind, unit);

		cache->constant = is_constant(fcinfo, purpose) &&
			(!type->with_last || is_constant(fcinfo, PG_NARGS() - 1));
		return create_group(log, intern_purpose(log, type, bytes));
	}
	eg_require_aggregate(fcinfo);
	group = group_of(fcinfo, type);
	check_purpose(group, bytes);
	return group;
}

EfDictionary *
eg_group_names(const EfEventGroup *group)
{
	return &log_of_group(group)->names;
}

static uint32
number_of_name(AggregateLog *log, const EventPurposeType *type,
			   const char *name, size_t length)
{
	uint32		before = log->names.nnames;
	uint32		number;

	eg_check(ef_dictionary_number(&log->names, name, length, &number));
	if (log->names.nnames == before)
		return number;
	log->log.kept = log->names.size;
	if (type->most_names > 0 &&
		log->names.nnames > type->most_names * log->log.ngroups)
		eg_raise(ef_fail(&eg_context, type->too_many_names,
						 "There are %u names, and %u are the most of a group.",
						 log->names.nnames, type->most_names));
	return number;
}

uint32
eg_group_name(const EfEventGroup *group, const char *name, size_t length)
{
	return number_of_name(log_of_group(group),
						  ((const EventPurpose *) group->purpose)->type, name,
						  length);
}

EfEventGroup *
eg_finished_group(FunctionCallInfo fcinfo, const EventPurposeType *type)
{
	eg_require_aggregate(fcinfo);
	return PG_ARGISNULL(0) ? NULL : group_of(fcinfo, type);
}


/* ---- between processes ---- */

static void
append_bytes(void *closure, const void *bytes, size_t size)
{
	CHECK_FOR_INTERRUPTS();
	appendBinaryStringInfo((StringInfo) closure, bytes, (int) size);
}

/* Send the runs of a group, and the numbers of its events. */
static void
send_runs(EfEventGroup *group, StringInfo buffer, EfNumbersSent *numbers)
{
	EfSink		sink = {append_bytes, buffer};
	Size		limit = MaxAllocSize - buffer->len - 1;

	if (numbers == NULL)
		eg_check(ef_event_wire_send(group, limit, &sink, &eg_context));
	else
		eg_check(ef_event_wire_send_numbered(group, limit, &sink, numbers,
											 &eg_context));
}

PG_FUNCTION_INFO_V1(ef_events_serialfn);
Datum
ef_events_serialfn(PG_FUNCTION_ARGS)
{
	EfEventGroup *group;
	AggregateLog *log;
	const EventPurpose *purpose;
	EfNumbersSent numbers = {0};
	StringInfoData buffer;
	int			size_at;
	uint64		size;

	eg_require_aggregate(fcinfo);
	group = (EfEventGroup *) PG_GETARG_POINTER(0);
	log = log_of_group(group);
	purpose = group->purpose;
	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, SHIPPED_VERSION);
	pq_sendbyte(&buffer, (uint8) purpose->type->tag);
	pq_sendbyte(&buffer, (uint8) group->log->kind);
	pq_sendbyte(&buffer, (uint8) group->log->unit);
	pq_sendint64(&buffer, (uint64) group->skipped);
	pq_sendint32(&buffer, (uint32) purpose->bytes.size);
	pq_sendbytes(&buffer, (const char *) purpose->bytes.bytes,
				 (int) purpose->bytes.size);

	/* how many bytes of runs come is known when they have come */
	size_at = buffer.len;
	pq_sendint64(&buffer, 0);
	numbers.map = &log->numbers;
	ef_number_map_clear(numbers.map);
	send_runs(group, &buffer, purpose->type->numbered ? &numbers : NULL);
	size = pg_hton64((uint64) (buffer.len - size_at) - sizeof(size));
	memcpy(buffer.data + size_at, &size, sizeof(size));

	pq_sendint32(&buffer, (uint32) numbers.n);
	for (size_t i = 0; i < numbers.n; i++)
	{
		const EfName *name = ef_dictionary_name(&log->names, numbers.numbers[i]);

		pq_sendint32(&buffer, numbers.numbers[i]);
		pq_sendint32(&buffer, name->length);
		pq_sendbytes(&buffer, name->bytes, (int) name->length);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

PG_FUNCTION_INFO_V1(ef_events_deserialfn);
Datum
ef_events_deserialfn(PG_FUNCTION_ARGS)
{
	bytea	   *bytes;
	StringInfoData buffer;
	ShippedGroup *shipped;
	uint64		size;

	eg_require_aggregate(fcinfo);

	/* combining reads it after this call, while the row that has it is there */
	bytes = PG_GETARG_BYTEA_P(0);
	buffer.data = VARDATA(bytes);
	buffer.len = (int) (VARSIZE(bytes) - VARHDRSZ);
	buffer.maxlen = buffer.len;
	buffer.cursor = 0;
	shipped = palloc(sizeof(ShippedGroup));
	if (pq_getmsgbyte(&buffer) != SHIPPED_VERSION)
		elog(ERROR, "events were sent by another version");
	shipped->tag = (char) pq_getmsgbyte(&buffer);
	shipped->kind = (EfPersonKind) pq_getmsgbyte(&buffer);
	shipped->unit = (EfUnit) pq_getmsgbyte(&buffer);
	if (shipped->kind > EF_PERSON_TEXT || shipped->unit > EF_UNIT_MICROSECOND)
		elog(ERROR, "events of an unknown kind were sent");
	shipped->skipped = pq_getmsgint64(&buffer);
	shipped->purpose.size = pq_getmsgint(&buffer, 4);
	shipped->purpose.bytes = (const uint8 *) pq_getmsgbytes(&buffer,
															(int) shipped->purpose.size);
	size = (uint64) pq_getmsgint64(&buffer);
	if (size > (uint64) (buffer.len - buffer.cursor))
		elog(ERROR, "events were sent in part");
	shipped->size = (Size) size;
	shipped->runs = (const uint8 *) pq_getmsgbytes(&buffer,
												   (int) shipped->size);

	/* the rest is read when there is a log for the names */
	shipped->nnames = pq_getmsgint(&buffer, 4);
	shipped->names = buffer;
	PG_RETURN_POINTER(shipped);
}

/* Note this log's numbers of the names that came with a group; false if they
 * are the same. */
static bool
number_names(AggregateLog *log, const EventPurposeType *type,
			 const ShippedGroup *shipped)
{
	StringInfoData buffer = shipped->names;
	bool		other = false;

	ef_number_map_clear(&log->numbers);
	for (uint32 i = 0; i < shipped->nnames; i++)
	{
		uint32		theirs = pq_getmsgint(&buffer, 4);
		uint32		length = pq_getmsgint(&buffer, 4);
		const char *name = pq_getmsgbytes(&buffer, (int) length);
		uint32		ours = number_of_name(log, type, name, length);

		ef_number_map_set(&log->numbers, theirs, ours);
		other = other || theirs != ours;
	}
	pq_getmsgend(&buffer);
	return other;
}

Datum
eg_events_combine(FunctionCallInfo fcinfo, const EventPurposeType *type)
{
	EfEventGroup *group = PG_ARGISNULL(0) ? NULL
		: (EfEventGroup *) PG_GETARG_POINTER(0);
	const ShippedGroup *shipped;
	AggregateLog *log;
	EfStatus	status;

	eg_require_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
		return eg_same_state(fcinfo);
	shipped = (const ShippedGroup *) PG_GETARG_POINTER(1);
	if (shipped->tag != type->tag)
		elog(ERROR, "events for another purpose were sent");
	if (group == NULL)
	{
		log = current_log(fcinfo, type, shipped->kind, shipped->unit);
		group = create_group(log, intern_purpose(log, type, shipped->purpose));
	}
	check_purpose(group, shipped->purpose);
	log = log_of_group(group);
	if (!type->numbered)
		status = ef_event_wire_receive(group, shipped->skipped, shipped->runs,
									   shipped->size);
	else
		status = ef_event_wire_receive_numbered(group, shipped->skipped,
												shipped->runs, shipped->size,
												number_names(log, type, shipped)
												? &log->numbers : NULL);
	eg_check(status);
	PG_RETURN_POINTER(group);
}
