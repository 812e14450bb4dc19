/*
 * unpoison.c: linked into the library only by SANITIZE=1.
 *
 * An ERROR leaves functions by siglongjmp.  AddressSanitizer marks the borders
 * of local variables while their function runs, and relies on intercepting
 * longjmp to clear the marks of the frames that are jumped over; loaded after
 * the server's start it cannot, and would report later frames in the same
 * place.  So the marks below the stack pointer, and a little above it, are cleared
 * at each abort, that of a block with an exception handler too.
 */
#include "postgres.h"

#include "access/xact.h"

#include <sanitizer/asan_interface.h>

#define DEPTH (512 * 1024)

/* What the server's own frames take between who caught the error and this. */
#define ABOVE 2048

__attribute__((no_sanitize_address))
static void
unpoison(void)
{
	char	   *here = __builtin_frame_address(0);

	__asan_unpoison_memory_region(here - DEPTH, DEPTH + ABOVE);
}

static void
end_transaction(XactEvent event, void *arg)
{
	(void) arg;
	if (event == XACT_EVENT_ABORT)
		unpoison();
}

static void
end_block(SubXactEvent event, SubTransactionId its, SubTransactionId parent,
		  void *arg)
{
	(void) its;
	(void) parent;
	(void) arg;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		unpoison();
}

__attribute__((constructor))
static void
watch_aborts(void)
{
	RegisterXactCallback(end_transaction, NULL);
	RegisterSubXactCallback(end_block, NULL);
}
