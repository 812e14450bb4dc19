/*
 * event_aggregate.c
 *	  See event_aggregate.h.
 */
#include "event_aggregate.h"

#include <sys/mman.h>
#include <unistd.h>

#include "commands/tablespace.h"
#include "common/hashfn.h"
#include "executor/nodeHash.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "storage/buffile.h"
#include "utils/memutils.h"

/* Of a group that is sent to another process. */
#define SHIPPED_VERSION 1

#define SPEC_LISTS 64

struct EventCache;

/* The log of an aggregate, in its memory. */
typedef struct AggregateLog
{
	struct AggregateLog *next;
	struct EventCache *cache;
	MemoryContext context;
	EfAllocator allocator;
	BufFile    *file;			/* NULL until something is stored */
	uint64		end;			/* of the file */
	EfEventLog	log;
	EventSpec  *specs[SPEC_LISTS];	/* by a hash: groups may have one each */
} AggregateLog;

/* What a function remembers between calls: an aggregate with grouping sets has
 * several memories, and a log in each. */
typedef struct EventCache
{
	AggregateLog *logs;			/* the one used last is first */
	bool		constant;		/* the spec is the same in all rows */
} EventCache;

/* A group that came from another process: bytes of its message. */
typedef struct ShippedGroup
{
	EfPersonKind kind;
	EfUnit		unit;
	int64		skipped;
	EfSpecBytes spec;
	const uint8 *runs;
	Size		size;
} ShippedGroup;


/* ---- memory and the file ---- */

/*
 * Memory that is filled once from end to end costs by pages: on a virtual
 * machine, where a page fault can take twenty microseconds, as much as all else
 * that is done with an event.  So large pieces are offered large pages, which
 * the kernel gives or not.
 */
#define LARGE_PIECE ((size_t) 4 << 20)

static void
prefer_large_pages(void *pointer, size_t size)
{
#ifdef MADV_HUGEPAGE
	size_t		page = (size_t) sysconf(_SC_PAGESIZE);
	char	   *begin = (char *) TYPEALIGN(page, pointer);
	char	   *end = (char *) TYPEALIGN_DOWN(page, (char *) pointer + size);

	if (size >= LARGE_PIECE && end > begin)
		(void) madvise(begin, end - begin, MADV_HUGEPAGE);
#endif
}

static void *
allocate(void *context, size_t size)
{
	void	   *pointer;

	CHECK_FOR_INTERRUPTS();
	pointer = MemoryContextAllocHuge((MemoryContext) context, size);
	prefer_large_pages(pointer, size);
	return pointer;
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
write_file(void *context, const void *bytes, size_t size)
{
	AggregateLog *log = context;

	CHECK_FOR_INTERRUPTS();
	if (log->file == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(log->context);

		PrepareTempTablespaces();
		log->file = BufFileCreateTemp(false);
		MemoryContextSwitchTo(old);
	}
	seek(log, log->end);
	ef_buffile_write(log->file, bytes, size);
	log->end += size;
}

static size_t
read_file(void *context, uint64_t offset, void *buffer, size_t size)
{
	AggregateLog *log = context;

	CHECK_FOR_INTERRUPTS();
	seek(log, offset);
	return BufFileRead(log->file, buffer, size);
}

/* The memory of the aggregate is about to go. */
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
		 EfPersonKind kind, EfUnit unit)
{
	AggregateLog *log = MemoryContextAllocZero(context, sizeof(AggregateLog));
	EfStorage	storage = {write_file, read_file, log};

	log->cache = cache;
	log->context = context;
	log->allocator = ef_palloc;
	log->allocator.alloc = allocate;
	log->allocator.context = context;

	/* a hash aggregate's own table needs the other half */
	ef_event_log_begin(&log->log, kind, unit, get_hash_memory_limit() / 2,
					   &storage, &log->allocator);
	AggRegisterCallback(fcinfo, close_log, PointerGetDatum(log));
	log->next = cache->logs;
	cache->logs = log;
	return log;
}

/* The log of the aggregate that calls. */
static AggregateLog *
current_log(FunctionCallInfo fcinfo, EfPersonKind kind, EfUnit unit)
{
	EventCache *cache = fcinfo->flinfo->fn_extra;
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		ef_require_aggregate(fcinfo);
	if (cache == NULL)
		cache = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(EventCache));
	for (AggregateLog **link = &cache->logs; *link; link = &(*link)->next)
		if ((*link)->context == context)
		{
			AggregateLog *log = *link;

			*link = log->next;
			log->next = cache->logs;
			return cache->logs = log;
		}
	return open_log(fcinfo, cache, context, kind, unit);
}


/* ---- groups ---- */

static const EventSpec *
intern_spec(AggregateLog *log, EfSpecBytes packed)
{
	uint32		hash = hash_bytes(packed.bytes, (int) packed.size);
	EventSpec **list = &log->specs[hash % SPEC_LISTS];
	EventSpec  *entry;
	uint8	   *copy;
	EfError		error;

	for (entry = *list; entry; entry = entry->older)
		if (entry->packed.size == packed.size &&
			memcmp(entry->packed.bytes, packed.bytes, packed.size) == 0)
			return entry;
	entry = MemoryContextAlloc(log->context, sizeof(EventSpec));
	copy = MemoryContextAlloc(log->context, packed.size);
	memcpy(copy, packed.bytes, packed.size);
	entry->packed.bytes = copy;
	entry->packed.size = packed.size;
	ef_check(ef_spec_open(&entry->spec, copy, packed.size, &error), &error);
	entry->as_of = entry->spec.has_as_of
		? ef_when(ef_day_instant(entry->spec.as_of, log->log.unit), 0)
		: PG_UINT64_MAX;
	entry->older = *list;
	*list = entry;
	return entry;
}

static EfEventGroup *
create_group(AggregateLog *log, const EventSpec *spec)
{
	EfEventGroup *group;
	EfError		error;

	ef_check(ef_event_group_create(&group, &log->log, &error), &error);
	group->spec = spec;
	return group;
}

static void
check_spec(const EfEventGroup *group, EfSpecBytes packed)
{
	const EfSpecBytes *its = &ef_group_spec(group)->packed;
	EfError		error = {"The rows of one group have two."};

	if (its->size != packed.size ||
		memcmp(its->bytes, packed.bytes, packed.size) != 0)
		ef_raise(EF_SPEC_MIXED, &error);
}

/*
 * Is an argument of the aggregate a constant in the plan?  Comparing the spec
 * of every row with that of its group can then be spared.
 */
static bool
is_constant(FunctionCallInfo fcinfo, int argument)
{
	Aggref	   *aggref = AggGetAggref(fcinfo);

	return aggref != NULL && list_length(aggref->args) >= argument &&
		IsA(((TargetEntry *) list_nth(aggref->args, argument - 1))->expr, Const);
}

void
ef_require_spec(FunctionCallInfo fcinfo, int argument)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("spec must not be null"),
				 errhint("Give the same spec for all rows, such as funnel_spec(ARRAY['applied', 'admitted', 'graduated']).")));
}

EfEventGroup *
ef_event_group(FunctionCallInfo fcinfo, int spec, EfPersonKind kind,
			   EfUnit unit)
{
	EventCache *cache = fcinfo->flinfo->fn_extra;
	EfSpecBytes packed;
	EfEventGroup *group;

	if (cache != NULL && cache->constant && !PG_ARGISNULL(0))
		return (EfEventGroup *) PG_GETARG_POINTER(0);
	ef_require_spec(fcinfo, spec);
	packed = ef_get_spec_bytes(fcinfo, spec);
	if (PG_ARGISNULL(0))
	{
		AggregateLog *log = current_log(fcinfo, kind, unit);

		log->cache->constant = is_constant(fcinfo, spec);
		return create_group(log, intern_spec(log, packed));
	}
	ef_require_aggregate(fcinfo);
	group = (EfEventGroup *) PG_GETARG_POINTER(0);
	check_spec(group, packed);
	return group;
}

EfEventGroup *
ef_finished_group(FunctionCallInfo fcinfo)
{
	ef_require_aggregate(fcinfo);
	return PG_ARGISNULL(0) ? NULL : (EfEventGroup *) PG_GETARG_POINTER(0);
}


/* ---- between processes ---- */

static void
append_bytes(void *context, const void *bytes, size_t size)
{
	CHECK_FOR_INTERRUPTS();
	appendBinaryStringInfo((StringInfo) context, bytes, (int) size);
}

PG_FUNCTION_INFO_V1(ef_events_serialfn);
Datum
ef_events_serialfn(PG_FUNCTION_ARGS)
{
	EfEventGroup *group;
	const EventSpec *spec;
	StringInfoData buffer;
	EfSink		sink = {append_bytes, &buffer};
	EfError		error;

	ef_require_aggregate(fcinfo);
	group = (EfEventGroup *) PG_GETARG_POINTER(0);
	spec = ef_group_spec(group);
	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, SHIPPED_VERSION);
	pq_sendbyte(&buffer, (uint8) group->log->kind);
	pq_sendbyte(&buffer, (uint8) group->log->unit);
	pq_sendint64(&buffer, (uint64) group->skipped);
	pq_sendint32(&buffer, (uint32) spec->packed.size);
	pq_sendbytes(&buffer, (const char *) spec->packed.bytes,
				 (int) spec->packed.size);
	ef_check(ef_event_group_send(group, MaxAllocSize - buffer.len - 1, &sink,
								 &ef_palloc, &error), &error);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

PG_FUNCTION_INFO_V1(ef_events_deserialfn);
Datum
ef_events_deserialfn(PG_FUNCTION_ARGS)
{
	bytea	   *bytes;
	StringInfoData buffer;
	ShippedGroup *shipped;

	ef_require_aggregate(fcinfo);

	/* a copy, since combining reads it after this call */
	bytes = PG_GETARG_BYTEA_P_COPY(0);
	buffer.data = VARDATA(bytes);
	buffer.len = (int) (VARSIZE(bytes) - VARHDRSZ);
	buffer.maxlen = buffer.len;
	buffer.cursor = 0;
	shipped = palloc(sizeof(ShippedGroup));
	if (pq_getmsgbyte(&buffer) != SHIPPED_VERSION)
		elog(ERROR, "events were sent by another version");
	shipped->kind = (EfPersonKind) pq_getmsgbyte(&buffer);
	shipped->unit = (EfUnit) pq_getmsgbyte(&buffer);
	if (shipped->kind > EF_PERSON_TEXT || shipped->unit > EF_UNIT_MICROSECOND)
		elog(ERROR, "events of an unknown kind were sent");
	shipped->skipped = pq_getmsgint64(&buffer);
	shipped->spec.size = pq_getmsgint(&buffer, 4);
	shipped->spec.bytes = (const uint8 *) pq_getmsgbytes(&buffer,
														 (int) shipped->spec.size);
	shipped->size = (Size) (buffer.len - buffer.cursor);
	shipped->runs = (const uint8 *) pq_getmsgbytes(&buffer,
												   (int) shipped->size);
	pq_getmsgend(&buffer);
	PG_RETURN_POINTER(shipped);
}

PG_FUNCTION_INFO_V1(ef_events_combinefn);
Datum
ef_events_combinefn(PG_FUNCTION_ARGS)
{
	EfEventGroup *group = PG_ARGISNULL(0) ? NULL
		: (EfEventGroup *) PG_GETARG_POINTER(0);
	const ShippedGroup *shipped;
	EfError		error;

	ef_require_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (group == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(group);
	}
	shipped = (const ShippedGroup *) PG_GETARG_POINTER(1);
	if (group == NULL)
	{
		AggregateLog *log = current_log(fcinfo, shipped->kind, shipped->unit);

		group = create_group(log, intern_spec(log, shipped->spec));
	}
	check_spec(group, shipped->spec);
	ef_check(ef_event_group_receive(group, shipped->skipped, shipped->runs,
									shipped->size, &error), &error);
	PG_RETURN_POINTER(group);
}
