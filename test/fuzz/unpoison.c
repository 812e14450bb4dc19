/*
 * unpoison.c: linked into the library only by SANITIZE=1.
 *
 * An ERROR leaves functions by siglongjmp.  AddressSanitizer marks the borders
 * of local variables while their function runs, and relies on intercepting
 * longjmp to clear the marks of the frames that are jumped over; loaded after
 * the server's start it cannot, and would report later frames in the same
 * place.  So the marks below the stack pointer are cleared at each abort.
 */
#include "postgres.h"

#include "access/xact.h"

#include <sanitizer/asan_interface.h>

#define DEPTH (512 * 1024)

__attribute__((no_sanitize_address))
static void
unpoison(XactEvent event, void *arg)
{
	char	   *here = __builtin_frame_address(0);

	(void) arg;
	if (event == XACT_EVENT_ABORT)
		__asan_unpoison_memory_region(here - DEPTH, DEPTH);
}

__attribute__((constructor))
static void
watch_aborts(void)
{
	RegisterXactCallback(unpoison, NULL);
}
