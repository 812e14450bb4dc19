/*
 * instant.h
 *	  Days and microseconds, whichever the events came with.
 */
#ifndef EF_INSTANT_H
#define EF_INSTANT_H

#include <stdint.h>

#include "base/calendar.h"
#include "base/status.h"

extern const EfReport EF_EVENT_INFINITE[];

/*
 * An instant is a day, or a microsecond, since 2000-01-01 (UTC), whichever
 * unit the events came with.
 */
typedef int64_t EfInstant;

typedef enum EfUnit
{
	EF_UNIT_DAY,
	EF_UNIT_MICROSECOND
} EfUnit;

#define EF_DAY_MICROSECONDS INT64_C(86400000000)
#define EF_INSTANT_NEVER INT64_MAX

/* Return the day that holds an instant. */
static inline EfDay
ef_instant_day(EfInstant instant, EfUnit unit)
{
	if (unit == EF_UNIT_DAY)
		return (EfDay) instant;
	return (EfDay) (instant / EF_DAY_MICROSECONDS -
					(instant % EF_DAY_MICROSECONDS < 0));
}

/* Return the first instant of a day. */
static inline EfInstant
ef_day_instant(EfDay day, EfUnit unit)
{
	return unit == EF_UNIT_DAY ? day : day * EF_DAY_MICROSECONDS;
}

/* Refuse an instant that no event can have. */
extern EfStatus ef_instant_refuse(EfInstant instant, EfUnit unit,
								  EfContext *context) EF_NODISCARD;

/* Is this an instant that an event can have? */
EF_NODISCARD static inline EfStatus
ef_instant_check(EfInstant instant, EfUnit unit, EfContext *context)
{
	if (instant >= ef_day_instant(EF_FIRST_DATE, unit) &&
		instant < ef_day_instant(EF_BEYOND_DATE, unit))
		return EF_OK;
	return ef_instant_refuse(instant, unit, context);
}

#endif							/* EF_INSTANT_H */
