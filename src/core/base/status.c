/*
 * status.c
 *	  See status.h.
 */
#include "base/status.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

EF_REPORT(EF_TOO_LARGE, PROGRAM_LIMIT_EXCEEDED,
		  "summary is too large",
		  "Group by more columns, so that each summary holds less.");

EF_REPORT(EF_COUNT_OVERFLOW, NUMERIC_VALUE_OUT_OF_RANGE,
		  "count is out of range",
		  "A summary holds at most 1e12 people.");

EF_REPORT(EF_INVALID, DATA_CORRUPTED,
		  "stored value is damaged",
		  "Make it again from its rows or its arguments, and check the disk.");

EF_REPORT(EF_ARRAY_VALUE, INVALID_PARAMETER_VALUE,
		  "array element is out of range",
		  "Elements are numbers of people, from 0 to 1e12.");

const char *(*ef_translate) (const char *text);

EfStatus
ef_fail(EfContext *context, EfStatus status, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	vsnprintf(context->error->detail, EF_DETAIL_SIZE,
			  ef_translate ? ef_translate(format) : format, args);
	va_end(args);
	return status;
}

EfShown
ef_shown(double value)
{
	static const int digits[] = {6, 15, 17};
	EfShown		shown;

	if (isnan(value))
		strcpy(shown.text, "NaN");
	else if (isinf(value))
		strcpy(shown.text, value < 0 ? "-Infinity" : "Infinity");
	else
		for (int i = 0; i < 3; i++)
		{
			snprintf(shown.text, sizeof(shown.text), "%.*g", digits[i], value);
			if (strtod(shown.text, NULL) == value)
				break;
		}
	return shown;
}

EfShown
ef_word_shown(const char *word, size_t length)
{
	EfShown		shown;
	size_t		clipped = 60;

	if (length < clipped)
		clipped = length;
	else if (length > clipped)
		while (clipped > 0 && (word[clipped] & 0xc0) == 0x80)
			clipped--;
	snprintf(shown.text, sizeof(shown.text), "%.*s", (int) clipped, word);
	return shown;
}
