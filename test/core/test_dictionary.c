/*
 * test_dictionary.c: names get numbers and keep them; numbers stand for others.
 */
#include "base/dictionary.h"

#include "arena.h"
#include "tap.h"

/* The n-th name: some of them begins of others, one of no byte, some long. */
static size_t
make_name(char *name, size_t room, uint32_t n)
{
	if (n == 7)
		return 0;
	if (n % 1000 == 999)
	{
		memset(name, 'a' + (int) (n / 1000 % 26), room);
		return room - n / 1000;
	}
	return (size_t) snprintf(name, room, "%.*s%u", (int) (n % 11), "employer no", n);
}

static EfStatus
add(EfDictionary *dictionary, uint32_t n, uint32_t *number)
{
	char		name[70000];
	size_t		length = make_name(name, sizeof(name), n);

	return ef_dictionary_number(dictionary, name, length, number);
}

static void
numbers(void)
{
	enum
	{
		N = 20000
	};
	Arena		arena;
	EfDictionary dictionary;
	uint32_t	number;
	int			wrong = 0;

	arena_open(&arena);
	ef_dictionary_begin(&dictionary, &arena.context);
	for (uint32_t i = 0; i < N; i++)
		wrong += add(&dictionary, i, &number) != EF_OK || number != i + 1 ||
		/* the last again, and one of before */
			add(&dictionary, i, &number) != EF_OK || number != i + 1 ||
			add(&dictionary, i / 2, &number) != EF_OK || number != i / 2 + 1;
	is_int(wrong, 0, "names have the numbers in which they came");
	is_int(dictionary.nnames, N, "each once");
	for (uint32_t i = 0; i < N; i++)
	{
		char		name[70000];
		size_t		length = make_name(name, sizeof(name), i);
		const EfName *kept = ef_dictionary_name(&dictionary, i + 1);

		wrong += kept->length != length || memcmp(kept->bytes, name, length) != 0;
	}
	is_int(wrong, 0, "and are kept as they were");
	arena_close(&arena);
}

static void
order(void)
{
	static const char *const names[] = {"", "a", "a\x80", "aa", "b", "\xc3\xb6"};
	const int	n = (int) (sizeof(names) / sizeof(names[0]));
	Arena		arena;
	EfDictionary dictionary;
	uint32_t	number[6];
	int			wrong = 0;

	arena_open(&arena);
	ef_dictionary_begin(&dictionary, &arena.context);
	/* not in their order */
	for (int i = 0; i < n; i++)
		wrong += ef_dictionary_number(&dictionary, names[i * 5 % 6], strlen(names[i * 5 % 6]),
									  &number[i * 5 % 6]) != EF_OK;
	is_int(wrong, 0, "six names");
	wrong = ef_dictionary_compare(&dictionary, number[2], number[3]) <= 0;
	is_int(wrong, 0, "bytes are unsigned");
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
		{
			size_t		common = strlen(names[i]) < strlen(names[j]) ? strlen(names[i]) : strlen(names[j]);
			int			expected = memcmp(names[i], names[j], common);
			int			got = ef_dictionary_compare(&dictionary, number[i], number[j]);

			if (expected == 0)
				expected = (strlen(names[i]) > strlen(names[j])) - (strlen(names[i]) < strlen(names[j]));
			wrong += (got > 0) - (got < 0) != (expected > 0) - (expected < 0);
		}
	is_int(wrong, 0, "their order is that of their bytes");
	arena_close(&arena);
}

static void
maps(void)
{
	Arena		arena;
	EfNumberMap map;
	int			wrong = 0;

	arena_open(&arena);
	ef_number_map_begin(&map, &arena.context);
	is_int(ef_number_map_get(&map, 0) + ef_number_map_get(&map, 5), 0, "a map of nothing");
	for (uint32_t round = 0; round < 50; round++)
	{
		for (uint32_t i = round % 3; i < 3000; i += 3)
			ef_number_map_set(&map, i, i + round + 1);
		for (uint32_t i = 0; i < 4000; i++)
			wrong += ef_number_map_get(&map, i) != (i < 3000 && i % 3 == round % 3 ? i + round + 1 : 0);
		ef_number_map_clear(&map);
	}
	is_int(wrong, 0, "says what a number stands for since it was cleared");

	/* rounds come to their end */
	map.round = UINT32_MAX;
	ef_number_map_set(&map, 1, 7);
	ef_number_map_clear(&map);
	map.notes[2].round = 0;
	map.notes[2].value = 9;
	is_int(ef_number_map_get(&map, 1) + ef_number_map_get(&map, 2), 0, "however often that was");
	ef_number_map_end(&map);
	is_int(arena.n, 0, "and gives its memory back");
	arena_close(&arena);
}

static size_t memory_held;

static void *
counted_alloc(void *memory, size_t size)
{
	size_t	   *pointer = malloc(size + 16);

	(void) memory;
	*pointer = size;
	memory_held += size;
	return pointer + 2;
}

static void
counted_release(void *memory, void *pointer)
{
	(void) memory;
	memory_held -= ((size_t *) pointer)[-2];
	free((size_t *) pointer - 2);
}

/* A dictionary knows what it takes. */
static void
sizes(void)
{
	EfContext	context = {counted_alloc, counted_release, NULL, NULL, &error};
	EfDictionary dictionary;
	int			wrong = 0;

	ef_dictionary_begin(&dictionary, &context);
	is_int(dictionary.size, 0, "nothing takes no memory");
	for (uint32_t i = 0; i < 20000; i++)
	{
		uint32_t	number;

		add(&dictionary, i % 15000, &number);
		wrong += dictionary.size != memory_held;
	}
	is_int(wrong, 0, "names take what was asked for");
	while (dictionary.chunk != NULL)
		counted_release(NULL, ef_chunk_remove(&dictionary.chunk));
	counted_release(NULL, dictionary.names);
	counted_release(NULL, dictionary.slots);
}

static EfStatus
work(EfDictionary *dictionary, EfContext *context)
{
	EfNumberMap map;

	ef_dictionary_begin(dictionary, context);
	ef_number_map_begin(&map, context);
	for (uint32_t i = 0; i < 1500; i++)
	{
		uint32_t	number;
		EfStatus	status = add(dictionary, i, &number);

		if (status != EF_OK)
			return status;
		ef_number_map_set(&map, number, 1);
	}
	return EF_OK;
}

static void
failing_memory(void)
{
	Arena		arena;
	int			failures = 0;
	int			wrong = 0;

	for (long at = 1;; at++)
	{
		EfDictionary dictionary;
		EfStatus	status;

		arena_open(&arena);
		arena.fail_at = at;
		status = tried(&arena, work(&dictionary, &arena.context));
		wrong += status != EF_OK && status != EF_NO_MEMORY;
		failures += status == EF_NO_MEMORY;
		/* what was there before is still there */
		for (uint32_t i = 1; i <= dictionary.nnames; i++)
			wrong += ef_dictionary_name(&dictionary, i)->length > 70000;
		arena_close(&arena);
		if (status == EF_OK)
			break;
	}
	ok(failures > 20 && wrong == 0, "%d requests for memory fail one by one", failures);
}

int
main(void)
{
	numbers();
	order();
	maps();
	sizes();
	failing_memory();
	return done_testing();
}
