/*
 * instant.c
 *	  See instant.h.
 */
#include "base/instant.h"

EF_REPORT(EF_EVENT_INFINITE, DATETIME_FIELD_OVERFLOW,
		  "date is infinite",
		  "Leave out what has not happened: filter the rows out, or give null, which is counted as skipped.");

EfStatus
ef_instant_refuse(EfInstant instant, EfUnit unit, EfContext *context)
{
	if (unit == EF_UNIT_DAY
		? instant == INT32_MIN || instant == INT32_MAX
		: instant == INT64_MIN || instant == INT64_MAX)
		return ef_fail(context, EF_EVENT_INFINITE,
					   "An event has an infinite date.");
	return ef_fail(context, EF_DATE_RANGE, "An event has the date %s.",
				   ef_day_shown(ef_instant_day(instant, unit)).text);
}
