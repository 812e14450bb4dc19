/*
 * when.h
 *	  An event in one word: when, and what.
 */
#ifndef EF_WHEN_H
#define EF_WHEN_H

#include <stdint.h>

#include "base/instant.h"
#include "base/invariant.h"

/*
 * An event as the event log stores it: an instant in the years 1 to 9999 and
 * a code of funnel_spec.h, in one word whose order is that of time, and at
 * one instant that of stages, with exits last.
 */
typedef uint64_t EfWhen;

#define EF_WHEN_CODE_BITS 5
#define EF_WHEN_BIAS (INT64_C(1) << 56)

static inline EfWhen
ef_when(EfInstant instant, unsigned code)
{
	EF_ASSERT(code >> EF_WHEN_CODE_BITS == 0);
	return (EfWhen) (instant + EF_WHEN_BIAS) << EF_WHEN_CODE_BITS | code;
}

static inline EfInstant
ef_when_instant(EfWhen when)
{
	return (EfInstant) (when >> EF_WHEN_CODE_BITS) - EF_WHEN_BIAS;
}

static inline unsigned
ef_when_code(EfWhen when)
{
	return (unsigned) when & ((1u << EF_WHEN_CODE_BITS) - 1);
}

/* Low bits of an event that hold a number with a meaning, where it has one. */
#define EF_WHEN_NUMBER_BITS 24
#define EF_WHEN_NUMBER ((UINT64_C(1) << EF_WHEN_NUMBER_BITS) - 1)

#endif							/* EF_WHEN_H */
