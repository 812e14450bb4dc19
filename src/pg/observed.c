/*
 * observed.c
 *	  See observed.h.
 */
#include "observed.h"

#include "catalog/pg_type_d.h"
#include "utils/date.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

StaticAssertDecl(EF_DAY_INFINITY == DATEVAL_NOEND &&
				 EF_DAY_MINUS_INFINITY == DATEVAL_NOBEGIN,
				 "days are dates");

/*
 * The observation period is nearly always the same for all rows, and opening
 * a range takes longer than all the rest: so the last one is kept, with the
 * bytes that it came from.
 */
typedef struct ObservedCache
{
	const EfTableType *type;
	EfFrame		frame;
	uint32		size;
	char		bytes[64];
} ObservedCache;

/*
 * The last periods opened, kept in the process: Citus calls on its workers
 * with a new FmgrInfo for each row, and would open the period each time.  As
 * many as a query has summaries with a period of their own.
 */
static ObservedCache recent[8];
static unsigned oldest;

static EF_REPORT(EF_OBSERVED_ENDLESS, INVALID_PARAMETER_VALUE,
				 "observation period has no end",
				 "Its upper bound is the day on which the rows were true, such as daterange('2020-01-01', '2025-01-01').");

/*
 * Are these bytes, 8 at least, equal?  A range is a few words, and calling a
 * function would take longer than comparing them.
 */
static inline bool
are_equal(const char *a, const char *b, size_t size)
{
	uint64		differ = 0;
	uint64		one;
	uint64		other;

	for (size_t at = 0; at + 8 < size; at += 8)
	{
		memcpy(&one, a + at, 8);
		memcpy(&other, b + at, 8);
		differ |= one ^ other;
	}
	memcpy(&one, a + size - 8, 8);
	memcpy(&other, b + size - 8, 8);
	return (differ | (one ^ other)) == 0;
}

/* Is it this range, opened for this type and with these flags? */
static inline bool
is_kept(const ObservedCache *cache, const RangeType *range,
		const EfTableType *type, uint8 flags)
{
	return cache->size == VARSIZE(range) &&
		are_equal(cache->bytes, (const char *) range, cache->size) &&
		cache->type == type && cache->frame.flags == flags;
}

/* Open the period of an argument that was not the last one, if there was any. */
static pg_noinline const EfFrame *
open_period(FunctionCallInfo fcinfo, int argument, const EfTableType *type,
			uint8 flags, void **memory)
{
	ObservedCache *cache = *memory;
	RangeType  *range;
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("observed must not be null"),
				 errhint("Give the same observation period for all rows, such as daterange('2020-01-01', '2025-01-01').")));
	range = PG_GETARG_RANGE_P(argument);
	if (cache != NULL && is_kept(cache, range, type, flags))
		return &cache->frame;
	if (cache == NULL)
		*memory = cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
												 sizeof(ObservedCache));
	for (unsigned i = 0; i < lengthof(recent); i++)
		if (is_kept(&recent[i], range, type, flags))
		{
			*cache = recent[i];
			return &cache->frame;
		}

	cache->size = 0;
	range_deserialize(lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO),
					  range, &lower, &upper, &empty);
	if (empty)
		eg_raise(ef_fail(&eg_context, EF_OBSERVED_EMPTY,
						 "The range is \"empty\"."));
	if (upper.infinite)
		eg_raise(ef_fail(&eg_context, EF_OBSERVED_ENDLESS,
						 "The range is \"%c%s,)\".",
						 lower.infinite ? '(' : '[', lower.infinite ? ""
						 : ef_day_shown(DatumGetDateADT(lower.val)).text));
	cache->frame.bounded = !lower.infinite;
	cache->frame.from = lower.infinite ? 0 : DatumGetDateADT(lower.val);
	cache->frame.as_of = DatumGetDateADT(upper.val);
	cache->frame.flags = flags;
	eg_check(type->check_frame(&cache->frame, &eg_context));
	if (VARSIZE(range) <= sizeof(cache->bytes))
	{
		cache->type = type;
		memcpy(cache->bytes, range, VARSIZE(range));
		cache->size = VARSIZE(range);
		recent[oldest] = *cache;
		oldest = (oldest + 1) % lengthof(recent);
	}
	return &cache->frame;
}

static inline const EfFrame *
get_period(FunctionCallInfo fcinfo, int argument, const EfTableType *type,
		   uint8 flags, void **memory)
{
	const ObservedCache *cache = *memory;

	if (likely(cache != NULL && !PG_ARGISNULL(argument)))
	{
		const RangeType *range = (const RangeType *) PG_GETARG_POINTER(argument);

		if (likely(VARATT_IS_4B_U(range) && is_kept(cache, range, type, flags)))
			return &cache->frame;
	}
	return open_period(fcinfo, argument, type, flags, memory);
}

const EfFrame *
eg_observed_frame(FunctionCallInfo fcinfo, int argument,
				  const EfTableType *type, uint8 flags, void **memory)
{
	return get_period(fcinfo, argument, type, flags, memory);
}

/* The arguments as an aggregate over spells keeps them. */
typedef struct SpellCache
{
	void	   *observed;
	EfForm		form;			/* of the reason */
	EfWord		reason;			/* of the last row */
} SpellCache;

EfState *
eg_spell_state(FunctionCallInfo fcinfo, int observed, const EfTableType *type,
			   uint8 flags)
{
	SpellCache *cache = fcinfo->flinfo->fn_extra;
	const EfFrame *frame;
	EfState    *state;
	EfFrame		its;

	eg_require_aggregate(fcinfo);
	if (cache == NULL)
	{
		/* the reason is the argument before the period */
		EfForm		form = eg_word_form(fcinfo, observed - 1, "reason");

		fcinfo->flinfo->fn_extra = cache =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(SpellCache));
		cache->form = form;
	}
	frame = get_period(fcinfo, observed, type, flags, &cache->observed);
	if (PG_ARGISNULL(0))
		return eg_summary_create(type, frame);
	state = eg_summary_state(fcinfo, type);
	its = ef_state_frame(state, type);
	if (unlikely(!ef_same_period(&its, frame)))
		eg_check(ef_frame_match(&its, frame, type, &eg_context));
	return state;
}

void
eg_get_spell(FunctionCallInfo fcinfo, int start_date, EfSpell *spell)
{
	int			end_date = start_date + 1;
	int			reason = start_date + 2;

	spell->start = PG_GETARG_DATEADT(start_date);
	spell->end = PG_ARGISNULL(end_date) ? EF_DAY_INFINITY
		: PG_GETARG_DATEADT(end_date);
	spell->reason = NULL;
	spell->reason_length = 0;
	ef_spell_last_seen(spell, EF_DAY_INFINITY);
	if (!PG_ARGISNULL(end_date) && !PG_ARGISNULL(reason))
	{
		SpellCache *cache = fcinfo->flinfo->fn_extra;

		eg_get_word(fcinfo, reason, cache->form, &cache->reason);
		spell->reason = cache->reason.bytes;
		spell->reason_length = cache->reason.length;
	}
}
