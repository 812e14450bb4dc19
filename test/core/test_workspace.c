/*
 * test_workspace.c: a stack of memory.
 */
#include "base/workspace.h"

#include <stdint.h>

#include "arena.h"
#include "tap.h"

static Arena arena;

/* Is it zeroed?  Then it is not any more. */
static bool
is_clean(char *bytes, size_t size)
{
	bool		clean = bytes != NULL;

	for (size_t i = 0; clean && i < size; i++)
		clean = bytes[i] == 0;
	if (bytes != NULL)
		memset(bytes, 1, size);
	return clean;
}

int
main(void)
{
	static const size_t sizes[] = {0, 1, 64, 100000, 300000, 5000000, 7};
	EfWorkspace workspace = {NULL, NULL};
	EfMark		nothing;
	EfMark		some;
	double	   *numbers;
	int			held;

	arena_open(&arena);
	workspace.context = &arena.context;
	nothing = ef_mark(&workspace);
	for (int i = 0; i < 7; i++)
		ok(is_clean(ef_grab(&workspace, sizes[i], 1), sizes[i]),
		   "%zu zeroed bytes", sizes[i]);
	ok(arena.n < 7, "in fewer chunks");

	ef_discard(&workspace, nothing);
	is_int(arena.n, 0, "given back to the beginning");

	numbers = ef_grab_doubles(&workspace, 10);
	numbers[9] = 5;
	some = ef_mark(&workspace);
	held = arena.n;
	for (int i = 0; i < 7; i++)
		ok(is_clean(ef_grab(&workspace, sizes[i], 1), sizes[i]),
		   "%zu zeroed bytes beside others", sizes[i]);
	ef_discard(&workspace, some);
	is_int(arena.n, held, "given back to a mark");
	is_close(numbers[9], 5, 0, "what is before it stays");
	ok(is_clean(ef_grab(&workspace, 1000, 8), 8000), "and the rest is zeroed again");
	ok((uintptr_t) ef_grab(&workspace, 3, 8) % 64 == 0 && (uintptr_t) ef_grab_unset(&workspace, 3, 8) % 64 == 0,
	   "each begins on a line of the cache");

	arena.fail_at = arena.calls + 1;
	is_int(tried(&arena, (ef_grab(&workspace, 1000000, 8), EF_OK)), EF_NO_MEMORY, "memory may run out");
	ok(ef_grab(&workspace, 1, 8) != NULL, "but not that which is there");
	ef_discard_all(&workspace);
	is_int(arena.n, 0, "all is given back");
	arena_close(&arena);
	return done_testing();
}
