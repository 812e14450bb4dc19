/*
 * test_sort.c: as qsort, and looks for interrupts.
 */
#include "base/sort.h"

#include "arena.h"
#include "tap.h"

typedef struct Pair
{
	int32_t		key;
	int32_t		number;
	char		rest[5];
} Pair;

static unsigned asked;

static void
count(void)
{
	asked++;
}

static int
compare_pairs(const void *a, const void *b)
{
	const Pair *x = a;
	const Pair *y = b;

	return x->key != y->key ? (x->key > y->key) - (x->key < y->key)
		: (x->number > y->number) - (x->number < y->number);
}

static void
sorted(size_t n, int32_t keys, size_t least_asked)
{
	Arena		arena;
	struct EfContext context;
	Pair	   *pairs;
	Pair	   *expected;
	size_t		bytes = n * sizeof(Pair);

	arena_open(&arena);
	context = arena.context;
	context.interrupt = count;
	pairs = ef_alloc(&context, bytes);
	expected = ef_alloc(&context, bytes);
	memset(pairs, 0, bytes);
	for (size_t i = 0; i < n; i++)
	{
		pairs[i].key = (int32_t) (i * 7919 % (size_t) keys) - keys / 2;
		pairs[i].number = (int32_t) i;
		pairs[i].rest[4] = (char) i;
	}
	memcpy(expected, pairs, bytes);
	qsort(expected, n, sizeof(Pair), compare_pairs);
	asked = 0;
	ef_sort(pairs, n, sizeof(Pair), compare_pairs, &context);
	ok(memcmp(pairs, expected, bytes) == 0 && asked >= least_asked,
	   "%zu items of %d keys, %u looks for interrupts", n, keys, asked);
	arena_close(&arena);
}

int
main(void)
{
	sorted(0, 1, 0);
	sorted(1, 1, 1);
	sorted(8192, 100000, 1);
	sorted(8193, 100000, 2);
	sorted(16384, 3, 2);
	sorted(24577, 100000, 4);
	sorted(200000, 1, 25);
	sorted(1000003, 1000003, 123);
	return done_testing();
}
