/*
 * test_event_log.c: events of many groups in little memory, written down and
 * received, against the same events put in order by the C library.
 */
#include "log/event_log.h"

#include "log/event_sort.h"
#include "log/event_wire.h"

#include "arena.h"
#include "memory_file.h"
#include "tap.h"

/* Have events a second word?  Everything is looked at with and without. */
static bool detailed;

/* ---- the same events, plainly ---- */

typedef struct Plain
{
	int			group;
	char		name[48];		/* in the form of the kind */
	size_t		length;
	uint64_t	when;
	uint64_t	detail;
} Plain;

static int
compare_person(const Plain *a, const Plain *b)
{
	size_t		common = a->length < b->length ? a->length : b->length;
	int			order = memcmp(a->name, b->name, common);

	return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static int
compare_plain(const void *x, const void *y)
{
	const Plain *a = x;
	const Plain *b = y;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (compare_person(a, b) != 0)
		return compare_person(a, b);
	if (a->when != b->when)
		return a->when < b->when ? -1 : 1;
	return (a->detail > b->detail) - (a->detail < b->detail);
}

/* Often the same, and sometimes another, whatever its bits. */
static uint64_t
random_detail(void)
{
	if (!detailed)
		return 0;
	return random_below(9) > 0 ? random_below(5)
		: random_below(UINT32_MAX) * UINT64_C(0x9e3779b97f4a7c15);
}

static void
make_events(Plain *events, int n, int ngroups, EfPersonKind kind, uint32_t npeople)
{
	for (int i = 0; i < n; i++)
	{
		Plain	   *event = &events[i];
		uint64_t	person = random_below(npeople);

		memset(event, 0, sizeof(*event));
		event->group = (int) random_below((uint32_t) ngroups);
		/* in the narrow form as in the years that it does not hold */
		event->when = kind == EF_PERSON_NUMBER && random_below(10) > 0
			? EF_NARROW_FIRST + random_below(100000)
			: (UINT64_C(1) << 60) + random_below(100000);
		event->detail = random_detail();

		/* in the narrow form of those with a detail, but in some groups some */
		if (detailed && kind == EF_PERSON_NUMBER)
		{
			event->when = ((UINT64_C(1) << 62) + ((uint64_t) random_below(100000) << 31)) |
				random_below(3);
			if (event->group % 3 == 0 && random_below(9) == 0)
				event->when += UINT64_C(1) << (18 + random_below(13));
			else if (event->group % 3 == 1 && random_below(9) == 0)
				event->detail = random_below(UINT32_MAX) * UINT64_C(0x9e3779b97f4a7c15);
			else
				event->detail = random_below(5) | (uint64_t) random_below(2) << 36;
		}
		switch (kind)
		{
			case EF_PERSON_NUMBER:
				/* most near each other; a few anywhere, but in some groups */
				if (event->group % 2 == 1)
					event->when = EF_NARROW_FIRST + random_below(100000);
				else if (person % 7 == 0)
					person *= UINT64_C(0x9e3779b97f4a7c15);
				event->length = sizeof(person);
				memcpy(event->name, &person, sizeof(person));
				break;
			case EF_PERSON_UUID:
				/* many share a half */
				event->length = 16;
				event->name[person % 2 == 0 ? 0 : 15] = (char) person;
				event->name[8] = (char) (person >> 8);
				break;
			case EF_PERSON_TEXT:
				event->length = (size_t) snprintf(event->name, sizeof(event->name), "%.*s%u",
												  (int) (person % 20), "19900101-19900101-xyz",
												  (unsigned) person);
				if (person == 3)
					event->length = 0;
				break;
		}
	}
}

static EfStatus
add_event(EfEventGroup *group, const Plain *event)
{
	uint64_t	number;

	switch (group->log->kind)
	{
		case EF_PERSON_NUMBER:
			memcpy(&number, event->name, sizeof(number));
			if (detailed)
				ef_event_add_detailed(group, number, event->when, event->detail);
			else
				ef_event_add(group, number, event->when);
			return EF_OK;
		case EF_PERSON_UUID:
			ef_event_add_uuid(group, (const uint8_t *) event->name, event->when, event->detail);
			return EF_OK;
		default:
			ef_event_add_text(group, event->name, event->length, event->when, event->detail);
			return EF_OK;
	}
}

/* Each person of a group once, with these events in this order?  The readers'
 * order of people is their own, so people are looked up by their events, which
 * are sums that hardly any two share. */
typedef struct Digest
{
	uint64_t	people;
	uint64_t	events;
	uint64_t	sum;
} Digest;

/* The words of an event beside its person. */
static size_t
event_words(void)
{
	return detailed ? 2 : 1;
}

static void
digest_person(Digest *digest, const uint64_t *whens, size_t n)
{
	uint64_t	hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < n * event_words(); i++)
		hash = (hash ^ whens[i]) * UINT64_C(1099511628211);
	digest->people++;
	digest->events += n;
	digest->sum += hash ^ hash >> 29;
}

static Digest
plain_digest(const Plain *events, int n, int group)
{
	Digest		digest = {0};
	uint64_t   *whens = malloc(2 * (size_t) n * sizeof(uint64_t));

	for (int i = 0; i < n;)
	{
		int			end = i + 1;
		size_t		m = 0;

		while (end < n && events[end].group == events[i].group &&
			   compare_person(&events[i], &events[end]) == 0)
			end++;
		for (int j = i; j < end; j++)
		{
			whens[m++] = events[j].when;
			if (detailed)
				whens[m++] = events[j].detail;
		}
		if (events[i].group == group)
			digest_person(&digest, whens, m / event_words());
		i = end;
	}
	free(whens);
	return digest;
}

static bool
read_digest(Digest *digest, EfEventGroup *group, EfContext *context)
{
	EfEventReader reader;
	EfPersonEvents events;
	EfStatus	status = ef_event_group_read(&reader, group, context);

	memset(digest, 0, sizeof(*digest));
	while (ef_event_reader_next(&reader, &events, &status))
		digest_person(digest, events.whens, events.n);
	ef_event_reader_end(&reader);
	return status == EF_OK;
}

static bool
groups_hold(EfEventGroup **groups, int ngroups, const Plain *events, int n, EfContext *context)
{
	for (int i = 0; i < ngroups; i++)
	{
		Digest		expected = plain_digest(events, n, i);
		Digest		got;

		/* twice: reading changes nothing */
		for (int again = 0; again < 2; again++)
			if (!read_digest(&got, groups[i], context) ||
				memcmp(&got, &expected, sizeof(got)) != 0)
				return false;
	}
	return true;
}

/* ---- logs ---- */

static const char *const kind_names[] = {"numbers", "uuids", "texts"};

typedef struct Trial
{
	EfPersonKind kind;
	int			n;
	int			ngroups;
	uint32_t	npeople;
	size_t		budget;
	bool		spills;
} Trial;

static const Trial trials[] = {
	{EF_PERSON_NUMBER, 20000, 7, 3000, SIZE_MAX / 4, false},
	{EF_PERSON_NUMBER, 20000, 7, 3000, 100000, true},
	{EF_PERSON_NUMBER, 20000, 1, 3000, 60000, true},
	{EF_PERSON_NUMBER, 20000, 300, 200, 20000, true},
	{EF_PERSON_NUMBER, 20000, 2, 2, 100000, true},
	{EF_PERSON_NUMBER, 3000, 5, 100, 0, true},
	{EF_PERSON_NUMBER, 500000, 7, 90000, 2500000, true},
	{EF_PERSON_UUID, 20000, 7, 3000, SIZE_MAX / 4, false},
	{EF_PERSON_UUID, 20000, 3, 3000, 100000, true},
	{EF_PERSON_TEXT, 20000, 7, 3000, SIZE_MAX / 4, false},
	{EF_PERSON_TEXT, 20000, 7, 3000, 200000, true},
	{EF_PERSON_TEXT, 20000, 1, 5, 200000, true},
	{EF_PERSON_TEXT, 2000, 30, 50, 0, true},
};

/* Half of the rows in each of two processes, the second's sent to the first. */
static bool
sent_holds(const Trial *trial, const Plain *events, const Plain *ordered)
{
	Arena		arena;
	File		file[2] = {{0}};
	EfEventLog	log[2];
	EfEventGroup *groups[2][300];
	bool		good = true;

	arena_open(&arena);
	for (int side = 0; side < 2; side++)
	{
		EfStorage	storage = {file_write, file_read, &file[side]};

		ef_event_log_begin(&log[side], trial->kind, EF_UNIT_DAY, detailed, trial->budget, &storage, &arena.context);
		for (int i = 0; i < trial->ngroups; i++)
			ef_event_group_create(&groups[side][i], &log[side]);
	}
	for (int i = 0; i < trial->n; i++)
		good = good && add_event(groups[i % 3 == 0][events[i].group], &events[i]) == EF_OK;
	for (int i = 0; i < trial->ngroups; i++)
	{
		File		message = {0};
		EfSink		sink = {file_write, &message};

		ef_event_group_skip(groups[1][i], 2);
		good = good && ef_event_wire_send(groups[1][i], SIZE_MAX, &sink, &arena.context) == EF_OK;
		good = good && ef_event_wire_receive(groups[0][i], groups[1][i]->skipped,
											 message.bytes, message.size) == EF_OK;
		good = good && groups[0][i]->skipped == 2;
		free(message.bytes);
	}
	good = good && groups_hold(groups[0], trial->ngroups, ordered, trial->n, &arena.context);
	ef_event_log_store(&log[0]);
	good = good && log[0].used == 0;
	good = good && groups_hold(groups[0], trial->ngroups, ordered, trial->n, &arena.context);
	free(file[0].bytes);
	free(file[1].bytes);
	arena_close(&arena);
	return good;
}

static void
run_trial(const Trial *trial)
{
	Arena		arena;
	File		file = {0};
	EfStorage	storage = {file_write, file_read, &file};
	EfEventLog	log;
	EfEventGroup *groups[300];
	Plain	   *events = malloc((size_t) trial->n * sizeof(Plain));
	Plain	   *ordered = malloc((size_t) trial->n * sizeof(Plain));
	size_t		most = 0;
	int			held;
	bool		good = true;
	char		kind[40];

	snprintf(kind, sizeof(kind), "%s%s", kind_names[trial->kind],
			 detailed ? ", detailed," : "");
	arena_open(&arena);
	make_events(events, trial->n, trial->ngroups, trial->kind, trial->npeople);
	memcpy(ordered, events, (size_t) trial->n * sizeof(Plain));
	qsort(ordered, (size_t) trial->n, sizeof(Plain), compare_plain);
	ef_event_log_begin(&log, trial->kind, EF_UNIT_DAY, detailed, trial->budget, &storage, &arena.context);
	for (int i = 0; i < trial->ngroups; i++)
		ef_event_group_create(&groups[i], &log);
	for (int i = 0; i < trial->n; i++)
	{
		good = good && add_event(groups[events[i].group], &events[i]) == EF_OK;
		if (log.used > most)
			most = log.used;
	}
	ok(good, "%d events of %s in %d groups are added", trial->n, kind, trial->ngroups);
	is_int(file.size > 0, trial->spills, trial->spills ? "and some are stored" : "in memory");
	if (trial->budget > 0)
		ok(most <= trial->budget, "within %zu bytes: %zu", trial->budget, most);
	is_int(log.stored, file.size, "the log knows the size of its storage");

	/* but for the scratch memory that the log keeps */
	for (int i = 0; i < trial->ngroups; i++)
	{
		Digest		digest;

		read_digest(&digest, groups[i], &arena.context);
	}
	held = arena.n;
	ok(groups_hold(groups, trial->ngroups, ordered, trial->n, &arena.context),
	   "what is read, twice, is what was added");
	is_int(arena.n, held, "and reading leaves no memory behind");
	ok(sent_holds(trial, events, ordered), "so it is with what was sent between two");
	free(events);
	free(ordered);
	free(file.bytes);
	arena_close(&arena);
}

/* ---- events with numbers of names ---- */

#define NAMES 60

static EfStatus
number_of_name(EfDictionary *names, uint32_t which, uint32_t *number)
{
	char		name[32];

	*number = 0;
	if (which == 0)
		return EF_OK;
	snprintf(name, sizeof(name), "name %u", (unsigned) which);
	return ef_dictionary_number(names, name, strlen(name), number);
}

static int
compare_whens(const void *x, const void *y)
{
	const uint64_t *a = x;
	const uint64_t *b = y;

	if (a[0] != b[0] || !detailed)
		return (a[0] > b[0]) - (a[0] < b[0]);
	return (a[1] > b[1]) - (a[1] < b[1]);
}

/* The events of a group with the names themselves for the numbers, and whether
 * they were in the order of what comes before the numbers. */
static bool
read_named(Digest *digest, EfEventGroup *group, const EfDictionary *names, EfContext *context)
{
	EfEventReader reader;
	EfPersonEvents events;
	bool		ordered = true;
	EfStatus	status = ef_event_group_read(&reader, group, context);

	memset(digest, 0, sizeof(*digest));
	while (ef_event_reader_next(&reader, &events, &status))
	{
		const EfWhen *whens = events.whens;
		size_t		n = events.n;
		uint64_t   *named;

		named = malloc(n * event_words() * sizeof(uint64_t));
		for (size_t i = 0; i < n * event_words(); i += event_words())
		{
			uint32_t	which = 0;
			const EfName *name;

			if ((whens[i] & EF_WHEN_NUMBER) != 0)
			{
				name = ef_dictionary_name(names, (uint32_t) whens[i]);
				which = (uint32_t) atoi(name->bytes + strlen("name "));
			}
			named[i] = (whens[i] & ~EF_WHEN_NUMBER) | which;
			if (detailed)
				named[i + 1] = whens[i + 1];
			ordered = ordered &&
				(i == 0 || whens[i - event_words()] >> 32 <= whens[i] >> 32);
		}
		qsort(named, n, event_words() * sizeof(uint64_t), compare_whens);
		digest_person(digest, named, n);
		free(named);
	}
	ef_event_reader_end(&reader);
	return status == EF_OK && ordered;
}

/*
 * The rows of three processes, each with numbers of its own, sent to a fourth
 * one after the other; and `again`, all of them back to one of the three.
 */
static bool
numbered_holds(const Trial *trial, bool again)
{
	enum
	{
		SIDES = 5
	};
	Arena		arena;
	File		file[SIDES] = {{0}};
	EfEventLog	log[SIDES];
	EfDictionary names[SIDES];
	EfNumberMap map;
	EfEventGroup *groups[SIDES][300];
	Plain	   *events = malloc((size_t) trial->n * sizeof(Plain));
	bool		good = true;

	arena_open(&arena);
	ef_number_map_begin(&map, &arena.context);
	make_events(events, trial->n, trial->ngroups, trial->kind, trial->npeople);
	for (int side = 0; side < SIDES; side++)
	{
		EfStorage	storage = {file_write, file_read, &file[side]};

		/* the last has room for all: what is expected */
		ef_event_log_begin(&log[side], trial->kind, EF_UNIT_DAY, detailed,
						   side == SIDES - 1 ? SIZE_MAX / 4 : trial->budget, &storage, &arena.context);
		ef_dictionary_begin(&names[side], &arena.context);
		for (int i = 0; i < trial->ngroups; i++)
			ef_event_group_create(&groups[side][i], &log[side]);
	}
	for (int i = 0; i < trial->n; i++)
	{
		/* few times, so that many differ in their names only */
		uint64_t	when = (uint64_t) random_below(5) << 48 | (uint64_t) random_below(3) << 32;
		uint32_t	which = random_below(NAMES);
		int			sides[2] = {(int) random_below(3), SIDES - 1};

		for (int j = 0; j < 2; j++)
		{
			Plain		event = events[i];
			uint32_t	number;

			good = good && number_of_name(&names[sides[j]], which, &number) == EF_OK;
			event.when = when | number;
			good = good && add_event(groups[sides[j]][event.group], &event) == EF_OK;
		}
	}
	for (int side = 0; side < (again ? 4 : 3); side++)
	{
		/* all into the fourth; or, again, that into the first, emptied */
		int			to = again && side == 3 ? 0 : 3;

		if (to == 0)
			for (int i = 0; i < trial->ngroups; i++)
				ef_event_group_create(&groups[0][i], &log[0]);
		for (int i = 0; i < trial->ngroups; i++)
		{
			File		message = {0};
			EfSink		sink = {file_write, &message};
			EfNumbersSent sent = {.map = &map};
			bool		other = false;

			ef_number_map_clear(&map);
			good = good && ef_event_wire_send_numbered(groups[side][i], SIZE_MAX, &sink, &sent,
													   &arena.context) == EF_OK;
			ef_number_map_clear(&map);
			for (size_t j = 0; j < sent.n; j++)
			{
				const EfName *name = ef_dictionary_name(&names[side], sent.numbers[j]);
				uint32_t	number;

				good = good && ef_dictionary_number(&names[to], name->bytes, name->length, &number) == EF_OK;
				ef_number_map_set(&map, sent.numbers[j], number);
				other = other || number != sent.numbers[j];
			}
			good = good && ef_event_wire_receive_numbered(groups[to][i], 1, message.bytes,
														  message.size, other ? &map : NULL) == EF_OK;
			free(message.bytes);
		}
	}
	for (int i = 0; i < trial->ngroups; i++)
	{
		int			at = again ? 0 : 3;
		Digest		expected;
		Digest		got;

		good = good && read_named(&expected, groups[SIDES - 1][i], &names[SIDES - 1], &arena.context);
		good = good && read_named(&got, groups[at][i], &names[at], &arena.context);
		good = good && memcmp(&got, &expected, sizeof(got)) == 0;
		good = good && groups[at][i]->skipped == (again ? 1 : 3);
	}
	for (int side = 0; side < SIDES; side++)
		free(file[side].bytes);
	free(events);
	arena_close(&arena);
	return good;
}

/* What a message does to a group that takes it, at once or when it is read. */
static EfStatus
receive_and_read(EfEventGroup *group, const File *message, const EfNumberMap *map, EfContext *context)
{
	EfEventReader reader;
	EfPersonEvents events;
	EfStatus	status = ef_event_wire_receive_numbered(group, 0, message->bytes, message->size, map);

	if (status != EF_OK)
		return status;
	status = ef_event_group_read(&reader, group, context);
	while (ef_event_reader_next(&reader, &events, &status))
		;
	ef_event_reader_end(&reader);
	return status;
}

/* What a message says wrongly. */
static void
damaged_numbers(void)
{
	Arena		arena;
	File		file = {0};
	File		message = {0};
	EfStorage	storage = {file_write, file_read, &file};
	EfSink		sink = {file_write, &message};
	EfNumbersSent sent = {0};
	EfEventLog	log;
	EfEventGroup *group;
	EfNumberMap map;
	int			harmless = 0;

	arena_open(&arena);
	ef_number_map_begin(&map, &arena.context);
	ef_event_log_begin(&log, EF_PERSON_TEXT, EF_UNIT_DAY, detailed, SIZE_MAX / 4, &storage, &arena.context);
	ef_event_group_create(&group, &log);
	for (uint32_t i = 0; i < 2000; i++)
		ef_event_add_text(group, "a person", i % 9, (uint64_t) i % 11 << 32 | i % 7, 0);
	sent.map = &map;
	is_int(ef_event_wire_send_numbered(group, 200, &sink, &sent, &arena.context),
		   EF_EVENTS_TOO_LARGE, "a group that is too large to send with numbers is refused");
	ok(message.size <= 200, "before it takes more: %zu bytes", message.size);
	message.size = sent.n = 0;
	ef_number_map_clear(&map);
	ef_event_wire_send_numbered(group, SIZE_MAX, &sink, &sent, &arena.context);
	is_int(sent.n, 6, "each number is sent once");
	ef_number_map_clear(&map);
	for (uint32_t i = 1; i < 6; i++)
		ef_number_map_set(&map, i, 7 - i);
	is_int(receive_and_read(group, &message, &map, &arena.context), EF_INVALID,
		   "one that has no name is noticed");
	is_int(log.maps, sizeof(EfNumberMap) + map.room * sizeof(EfNumberNote),
		   "the map that is kept beside a large run is counted");
	for (size_t i = 0; i < message.size; i++)
		for (int bit = 0; bit < 8; bit++)
		{
			File		copy = {.bytes = malloc(message.size),.size = message.size};
			EfEventLog	other;
			EfEventGroup *alone;
			EfStatus	status;
			Arena		own;

			/* a group of its own, since what is wrong stays in it */
			arena_open(&own);
			memcpy(copy.bytes, message.bytes, message.size);
			copy.bytes[i] ^= (uint8_t) (1 << bit);
			ef_number_map_set(&map, 6, 1);
			ef_event_log_begin(&other, EF_PERSON_TEXT, EF_UNIT_DAY, detailed, SIZE_MAX / 4, &storage, &own.context);
			ef_event_group_create(&alone, &other);
			status = receive_and_read(alone, &copy, &map, &own.context);
			harmless += status == EF_OK || status == EF_INVALID;
			free(copy.bytes);
			arena_close(&own);
		}
	is_int(harmless, 8 * message.size, "changed bytes do no harm");
	free(message.bytes);
	arena_close(&arena);
}


/* ---- what can go wrong ---- */

static EfStatus
small_log(Arena *arena, File *file, EfEventLog *log, EfEventGroup **group, EfPersonKind kind)
{
	EfStorage	storage = {file_write, file_read, file};
	Plain		events[300];
	EfStatus	status = EF_OK;

	make_events(events, 300, 1, kind, 20);
	ef_event_log_begin(log, kind, EF_UNIT_DAY, detailed, 4000, &storage, &arena->context);
	ef_event_group_create(group, log);
	for (int i = 0; i < 300 && status == EF_OK; i++)
		status = add_event(*group, &events[i]);
	return status;
}

static EfStatus
send_and_receive(Arena *arena, File *file, File *message, EfPersonKind kind)
{
	EfSink		sink = {file_write, message};
	EfEventLog	log;
	EfEventGroup *group;
	Digest		digest;
	EfStatus	status = small_log(arena, file, &log, &group, kind);

	if (status == EF_OK && !read_digest(&digest, group, &arena->context))
		status = EF_INVALID;
	if (status == EF_OK)
		status = ef_event_wire_send(group, SIZE_MAX, &sink, &arena->context);
	return status != EF_OK ? status
		: ef_event_wire_receive(group, 0, message->bytes, message->size);
}

static void
failing_memory(EfPersonKind kind)
{
	Arena		arena;
	int			failures = 0;
	int			wrong = 0;

	for (long at = 1;; at++)
	{
		File		file = {0};
		File		message = {0};
		EfStatus	status;

		arena_open(&arena);
		arena.fail_at = at;
		status = tried(&arena, send_and_receive(&arena, &file, &message, kind));
		wrong += status != EF_OK && status != EF_NO_MEMORY;
		failures += status == EF_NO_MEMORY;
		free(file.bytes);
		free(message.bytes);
		arena_close(&arena);
		if (status == EF_OK)
			break;
	}
	ok(failures > 20 && wrong == 0, "%d requests for memory fail one by one, of %s%s", failures,
	   kind_names[kind], detailed ? ", detailed" : "");
}

/* With little memory a run still has many events: names leave them room, and so
 * does what the owner keeps. */
static void
small_budgets(void)
{
	static const size_t budgets[] = {8192, 16384, 32768, 65536};
	const int	n = 20000;

	for (size_t i = 0; i < 2 * sizeof(budgets) / sizeof(budgets[0]); i++)
	{
		size_t		budget = budgets[i / 2];
		bool		keeps = i % 2 == 1;
		size_t		most = 0;
		Arena		arena;
		File		file = {0};
		EfStorage	storage = {file_write, file_read, &file};
		EfEventLog	log;
		EfEventGroup *group;
		bool		good;

		arena_open(&arena);
		ef_event_log_begin(&log, EF_PERSON_TEXT, EF_UNIT_DAY, false, budget, &storage, &arena.context);
		log.kept = keeps ? 10 * budget : 0;
		ef_event_group_create(&group, &log);
		good = true;
		for (int k = 0; k < n && good; k++)
		{
			char		name[40];

			snprintf(name, sizeof(name), "a person with a name %09d", k);
			ef_event_add_text(group, name, 30, EF_NARROW_FIRST + (uint64_t) k, 0);
			good = true;
			if (log.used > most)
				most = log.used;
		}
		ok(good && most <= budget, "%d names within %zu bytes: %zu%s", n, budget, most, keeps ? ", beside much" : "");
		ok(group->nruns <= (unsigned) n * 64 / (budget / 8) * (keeps ? 4 : 1), "are %u runs", group->nruns);
		free(file.bytes);
		arena_close(&arena);
	}
}

/* Events that fit the narrow form and others, in turn. */
static void
mixed_forms(void)
{
	Arena		arena;
	File		file = {0};
	EfStorage	storage = {file_write, file_read, &file};
	EfEventLog	log;
	EfEventGroup *group;
	bool		good;

	arena_open(&arena);
	ef_event_log_begin(&log, EF_PERSON_NUMBER, EF_UNIT_DAY, detailed, SIZE_MAX / 4, &storage, &arena.context);
	ef_event_group_create(&group, &log);
	good = true;
	for (uint64_t i = 0; i < 10000; i++)
		ef_event_add(group, i % 2 == 0 ? i : UINT64_MAX - i, EF_NARROW_FIRST + i);
	ok(good, "numbers small and large are added in turn");
	is_int(ef_event_group_size(group), 10000, "all of them");
	ok(log.used < 2 * 10000 * 16, "in little more than they take: %zu bytes", log.used);
	arena_close(&arena);
}

static void
damaged_runs(EfPersonKind kind)
{
	Arena		arena;
	File		file = {0};
	File		message = {0};
	EfSink		sink = {file_write, &message};
	EfStorage	storage = {file_write, file_read, &file};
	EfEventLog	log;
	EfEventGroup *group;
	int			noticed = 0;

	arena_open(&arena);
	small_log(&arena, &file, &log, &group, kind);
	ef_event_log_store(&log);
	for (size_t cut = 1; cut < file.size; cut += kind == EF_PERSON_TEXT ? 13 : 3)
	{
		Digest		digest;

		file.cut = cut;
		noticed += !read_digest(&digest, group, &arena.context);
	}
	ok(noticed > 0, "storage that ends early is noticed, or ends between people, of %s: %d times",
	   kind_names[kind], noticed);
	file.cut = 0;

	/* bits changed: an answer or a refusal, and nothing read beyond */
	ef_event_wire_send(group, SIZE_MAX, &sink, &arena.context);
	noticed = 0;
	for (size_t i = 0; i < message.size; i += kind == EF_PERSON_TEXT ? 17 : 3)
		for (int bit = 0; bit < 8; bit++)
		{
			EfEventLog	other;
			EfEventGroup *received;
			Digest		digest;
			uint8_t    *copy = malloc(message.size);

			memcpy(copy, message.bytes, message.size);
			copy[i] ^= (uint8_t) (1 << bit);
			ef_event_log_begin(&other, kind, EF_UNIT_DAY, detailed, SIZE_MAX / 4, &storage, &arena.context);
			ef_event_group_create(&received, &other);
			noticed += ef_event_wire_receive(received, 0, copy, message.size) != EF_OK ||
				!read_digest(&digest, received, &arena.context);
			free(copy);
		}
	ok(noticed > 0, "changed bytes do no harm, of %s", kind_names[kind]);
	is_int(ef_event_wire_send(group, 100, &sink, &arena.context), EF_EVENTS_TOO_LARGE,
		   "a group that is too large to send is refused");
	is_int(ef_event_group_skip(group, INT64_MAX), EF_OK, "very many rows are skipped");
	is_int(ef_event_group_skip(group, 1), EF_COUNT_OVERFLOW, "but not more than can be counted");
	free(file.bytes);
	free(message.bytes);
	arena_close(&arena);
}

static void
look(void)
{
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++)
		run_trial(&trials[i]);
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++)
		if (trials[i].n <= 20000)
			for (int again = 0; again < 2; again++)
				ok(numbered_holds(&trials[i], again),
				   "events of %s with numbers of names%s, in %d groups%s",
				   kind_names[trials[i].kind], detailed ? " and details" : "", trials[i].ngroups,
				   again ? ", sent twice" : "");
	damaged_numbers();
	for (int kind = EF_PERSON_NUMBER; kind <= EF_PERSON_TEXT; kind++)
	{
		failing_memory((EfPersonKind) kind);
		damaged_runs((EfPersonKind) kind);
	}
}

int
main(void)
{
	look();
	small_budgets();
	mixed_forms();
	detailed = true;
	look();
	return done_testing();
}
