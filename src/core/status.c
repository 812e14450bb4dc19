/*
 * status.c
 *	  See status.h.
 */
#include "status.h"

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
