/*
 * funnel_spec.h
 *	  The question of a funnel: the type `funnel_spec`.
 *
 * A spec names the stages in order, and optionally the time within which a
 * chain must be complete, the day until which events were recorded, the
 * events that end a chain (exits), and how strictly events must follow each
 * other (modes).  It is a value, so that no function needs to read a table,
 * and every funnel carries the one that it was made with.
 *
 * Byte map, after the length word, which is the caller's:
 *
 *	 0		format, EF_SPEC_FORMAT
 *	 1		tag, 'S'
 *	 2..	varints: flags (1: within is there; 2: as_of is there), modes (bits
 *			of EfMode)
 *			if within is there: months, days, microseconds
 *			if as_of is there: zigzag(as_of)
 *			number of stages; each: length, bytes
 *			number of exits; each: length, bytes; in byte order
 *
 * One spec has one such form, so equal specs have equal bytes.
 */
#ifndef EF_FUNNEL_SPEC_H
#define EF_FUNNEL_SPEC_H

#include <string.h>

#include "base/calendar.h"
#include "base/choice.h"
#include "base/context.h"
#include "base/instant.h"
#include "base/status.h"
#include "table/life_table.h"

extern const EfReport EF_SPEC_NO_STAGES[];
extern const EfReport EF_SPEC_TOO_MANY_NAMES[];
extern const EfReport EF_SPEC_NAME_TWICE[];
extern const EfReport EF_SPEC_WITHIN_INVALID[];
extern const EfReport EF_SPEC_WITHIN_BELOW_DAY[];
extern const EfReport EF_SPEC_MODE_UNKNOWN[];
extern const EfReport EF_STAGE_UNKNOWN[];

#define EF_SPEC_FORMAT 1
#define EF_SPEC_TAG 'S'

/*
 * Limit on stages: the number of a stage and a time share 64 bits (event.h).
 */
#define EF_STAGE_LIMIT 30
#define EF_EXIT_LIMIT 100

typedef enum EfMode
{
	EF_STRICT_INCREASE = 1,		/* the next stage is strictly later */
	EF_STRICT_ONCE = 2,			/* one row fills one stage */
	EF_STRICT_ORDER = 4,		/* an event of another stage breaks the chain */
	EF_STRICT_DEDUPLICATION = 8 /* a repeated stage ends the chain */
} EfMode;

#define EF_MODE_COUNT 4

/* Names of modes; number n is that of the bit 1 << n. */
extern const EfChoice ef_modes;

#define EF_SPEC_SLOTS 256
#define EF_SLOT_SHARED 255

typedef struct EfFunnelSpec
{
	uint32_t	nstages;
	EfLabel		stages[EF_STAGE_LIMIT];
	uint32_t	nexits;
	EfLabel		exits[EF_EXIT_LIMIT];
	unsigned	modes;
	bool		has_within;
	EfDuration	within;			/* microseconds are less than a day's */
	bool		has_as_of;
	EfDay		as_of;

	/* of a complete spec: ef_name_head() of each name */
	uint64_t	stage_heads[EF_STAGE_LIMIT];
	uint64_t	exit_heads[EF_EXIT_LIMIT];

	/*
	 * hash table of all names: 0 if a slot is free, else the number of a
	 * stage, or that of an exit after those, or EF_SLOT_SHARED
	 */
	uint8_t		slots[EF_SPEC_SLOTS];
} EfFunnelSpec;

/*
 * Return eight bytes of a name, or all of them, as a word: with the length
 * this tells short names from all others, and most long ones.
 */
static inline uint64_t
ef_name_head(const char *name, size_t length)
{
	uint64_t	head = 0;
	uint32_t	first;
	uint32_t	last;

	if (length >= sizeof(head))
	{
		memcpy(&head, name, sizeof(head));
		return head;
	}
	if (length >= sizeof(first))
	{
		memcpy(&first, name, sizeof(first));
		memcpy(&last, name + length - sizeof(last), sizeof(last));
		return (uint64_t) last << 32 | first;
	}
	if (length > 0)
		head = (uint64_t) (uint8_t) name[0] |
			(uint64_t) (uint8_t) name[length / 2] << 8 |
			(uint64_t) (uint8_t) name[length - 1] << 16;
	return head;
}

/*
 * Add a stage, or an exit, to a spec that began as zeros.  The name is
 * pointed to, not copied.
 */
extern EfStatus ef_spec_add_stage(EfFunnelSpec *spec, const char *name,
								  size_t length,
								  EfContext *context) EF_NODISCARD;
extern EfStatus ef_spec_add_exit(EfFunnelSpec *spec, const char *name,
								 size_t length,
								 EfContext *context) EF_NODISCARD;

/*
 * Bring a spec into its one form (exits in order, whole days of microseconds
 * as days) and say whether it is one: names each once, a window that is not
 * negative and has at most 150 years, an as_of in the years 1 to 9999.
 */
extern EfStatus ef_spec_complete(EfFunnelSpec *spec, EfContext *context)
			EF_NODISCARD;

/*
 * Refuse a window below a day, and above nothing, where events have dates: it
 * is a number of days or years that was written without its unit.
 */
extern EfStatus ef_spec_unit_check(const EfFunnelSpec *spec, EfUnit unit,
								   EfContext *context) EF_NODISCARD;

/* Check that a day is in the years 1 to 9999. */
extern EfStatus ef_spec_as_of_check(EfDay as_of,
									EfContext *context) EF_NODISCARD;

/* Find the bit of a mode by its name. */
extern EfStatus ef_spec_mode(const char *name, size_t length, unsigned *mode,
							 EfContext *context) EF_NODISCARD;

/* Pack a complete spec into a new chunk with `header` free bytes before it. */
extern EfStatus ef_spec_pack(const EfFunnelSpec *spec, size_t header,
							 uint8_t **bytes, size_t *size, EfContext *context)
			EF_NODISCARD;

/*
 * Open packed bytes (without the length word); names point into them.  Checks
 * bounds and limits, so that whatever bytes there are nothing reads or writes
 * beyond; EF_INVALID if they are no spec.
 */
extern EfStatus ef_spec_open(EfFunnelSpec *spec, const uint8_t *bytes,
							 size_t size, EfContext *context) EF_NODISCARD;

/* Find the number of a stage by its name, counted from 1; 0 if it has none. */
extern uint32_t ef_spec_stage(const EfFunnelSpec *spec, const char *name,
							  size_t length);

/* Codes of an event: the number of its stage, or one of these. */
#define EF_CODE_OTHER 0
#define EF_CODE_EXIT 31
extern unsigned ef_spec_code(const EfFunnelSpec *spec, const char *name,
							 size_t length);

/*
 * Return the last instant within the window of a chain that starts at an
 * instant; EF_INSTANT_NEVER without a window.  Months are added first, where a
 * day that the month does not have is its last one, then days, then
 * microseconds, as PostgreSQL adds an interval to a timestamp in UTC.  In days
 * it is the day of that instant.  Beyond the range of instants it is the last
 * one.
 *
 * In microseconds a later start can have an earlier limit, where months end:
 * a month after noon on 30 January is noon on 28 February, and one after the
 * morning of the 31st is the morning of the 28th.
 */
extern EfInstant ef_spec_limit(const EfFunnelSpec *spec, EfUnit unit,
							   EfInstant start);

/*
 * Return the most days that the window can span; INT32_MAX without a window.
 */
extern int32_t ef_spec_window_days(const EfFunnelSpec *spec);

#endif							/* EF_FUNNEL_SPEC_H */
