/*
 * status.c
 *	  See status.h.
 */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

EfStatus
ef_fail(EfError *error, EfStatus status, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	vsnprintf(error->detail, sizeof(error->detail), format, args);
	va_end(args);
	return status;
}

int
ef_clip(const char *word, size_t length)
{
	int			clipped = 60;

	if (length <= 60)
		return (int) length;
	while (clipped > 0 && (word[clipped] & 0xc0) == 0x80)
		clipped--;
	return clipped;
}
