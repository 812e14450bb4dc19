/*
 * credible_rates_agg.c
 *	  credible_rates_agg: how much groups differ.  See
 *	  src/core/workforce/credible_rates.h for what is estimated.
 */
#include "credible_rates_value.h"
#include "summary.h"

#include "base/sort.h"


/* ---- the transition value ---- */

/*
 * The transition value: flat, so that it can be sent to another process, with
 * room at its end.  It holds the groups as they come, and before them the
 * reference if there is one.
 */
typedef struct Groups
{
	int32		length_word;
	uint8		format;
	uint8		method;
	uint16		has_reference;
	uint32		nitems;			/* with the reference */
	uint32		used;			/* bytes, with this header */
	char		items[FLEXIBLE_ARRAY_MEMBER];	/* each on a multiple of 8 */
} Groups;

/* First byte of a state of groups, with which no summary begins. */
#define GROUPS_FORMAT 0x83

static struct varlena *
item_at(const Groups *groups, uint32 offset)
{
	return (struct varlena *) ((char *) groups + offset);
}

/* Return the offset of the next item; 0 if the bytes are no items. */
static uint32
next_item(const Groups *groups, uint32 offset)
{
	struct varlena *item = item_at(groups, offset);
	uint64		size;

	if (groups->used - offset < VARHDRSZ || !VARATT_IS_4B_U(item))
		return 0;
	size = MAXALIGN64((uint64) VARSIZE(item));
	return VARSIZE(item) > VARHDRSZ && size <= groups->used - offset
		? offset + (uint32) size : 0;
}

static void
require_groups(bool good)
{
	if (!good)
		eg_raise(ef_fail(&eg_context, EF_INVALID,
						 "The bytes are no groups of credible_rates_agg."));
}

/*
 * Get a transition value to add to.  A user's aggregate can begin these
 * functions with any bytes, so they are checked.
 */
static Groups *
get_state(FunctionCallInfo fcinfo, int argument)
{
	Groups	   *groups = (Groups *) PG_GETARG_VARLENA_P(argument);

	require_groups(VARSIZE(groups) >= sizeof(Groups) &&
				   groups->format == GROUPS_FORMAT &&
				   groups->has_reference <= 1 &&
				   groups->nitems >= groups->has_reference &&
				   groups->used >= sizeof(Groups) &&
				   groups->used % MAXIMUM_ALIGNOF == 0 &&
				   groups->used <= VARSIZE(groups) &&
				   (!groups->has_reference ||
					next_item(groups, sizeof(Groups)) > 0));
	return groups;
}

/* Get one to read, whose items are checked too. */
static Groups *
get_groups(FunctionCallInfo fcinfo, int argument)
{
	Groups	   *groups = get_state(fcinfo, argument);
	uint32		offset = sizeof(Groups);

	for (uint32 i = 0; offset > 0 && i < groups->nitems; i++)
		offset = next_item(groups, offset);
	require_groups(offset == groups->used);
	return groups;
}

/* Makes room, in a larger chunk if need be. */
static Groups *
reserve(Groups *groups, Size size)
{
	Size		needed = (Size) groups->used + size;
	Groups	   *larger;

	if (needed <= VARSIZE(groups))
		return groups;
	if (needed > EF_SIZE_LIMIT)
		eg_raise(ef_fail(&eg_context, EF_TOO_LARGE,
						 "The groups take %zu bytes.", needed));
	larger = palloc0(Min(2 * needed, EF_SIZE_LIMIT));
	memcpy(larger, groups, groups->used);
	SET_VARSIZE(larger, Min(2 * needed, EF_SIZE_LIMIT));
	return larger;
}

static Groups *
add_item(Groups *groups, const struct varlena *item)
{
	groups = reserve(groups, MAXALIGN(VARSIZE(item)));
	memcpy(item_at(groups, groups->used), item, VARSIZE(item));
	groups->used += (uint32) MAXALIGN(VARSIZE(item));
	groups->nitems++;
	return groups;
}

static bool
same_value(const struct varlena *a, const struct varlena *b)
{
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

/* Were both begun with the same method and reference? */
static void
require_same(const Groups *a, uint8 method, const struct varlena *reference)
{
	if (a->method != method)
		eg_raise(ef_fail(&eg_context, EF_CREDIBILITY_MIXED,
						 "There are two methods."));
	if ((a->has_reference != 0) != (reference != NULL) ||
		(reference != NULL &&
		 !same_value(item_at(a, sizeof(Groups)), reference)))
		eg_raise(ef_fail(&eg_context, EF_CREDIBILITY_MIXED,
						 "There are two references."));
}


/* ---- the aggregate ---- */

/* Arguments: state, group [, reference [, method]]. */
PG_FUNCTION_INFO_V1(ef_credible_rates_agg_transfn);
Datum
ef_credible_rates_agg_transfn(PG_FUNCTION_ARGS)
{
	EfCredibilityMethod method = EF_POISSON_GAMMA;
	struct varlena *reference = NULL;
	Groups	   *groups;

	eg_require_aggregate(fcinfo);
	if (PG_NARGS() > 3)
	{
		eg_require_argument(fcinfo, 3, "method");
		method = eg_get_choice(fcinfo, 3, &ef_credibility_methods);
	}
	if (PG_ARGISNULL(1))
		return eg_same_state(fcinfo);
	if (PG_NARGS() > 2 && !PG_ARGISNULL(2))
		reference = PG_GETARG_VARLENA_P(2);
	if (PG_ARGISNULL(0))
	{
		groups = palloc0(1024);
		SET_VARSIZE(groups, 1024);
		groups->format = GROUPS_FORMAT;
		groups->method = (uint8) method;
		groups->used = sizeof(Groups);
		if (reference != NULL)
		{
			groups->has_reference = 1;
			groups = add_item(groups, reference);
		}
	}
	else
	{
		groups = get_state(fcinfo, 0);
		require_same(groups, (uint8) method, reference);
	}
	PG_RETURN_POINTER(add_item(groups, eg_finished_workforce(fcinfo, 1)));
}

PG_FUNCTION_INFO_V1(ef_credible_rates_combinefn);
Datum
ef_credible_rates_combinefn(PG_FUNCTION_ARGS)
{
	Groups	   *groups;
	Groups	   *others;
	uint32		offset = sizeof(Groups);

	eg_require_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
		return eg_same_state(fcinfo);
	others = get_groups(fcinfo, 1);
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(others);
	groups = get_state(fcinfo, 0);
	require_same(groups, others->method,
				 others->has_reference ? item_at(others, offset) : NULL);
	if (others->has_reference)
		offset = next_item(others, offset);
	groups = reserve(groups, others->used - offset);
	memcpy(item_at(groups, groups->used), item_at(others, offset),
		   others->used - offset);
	groups->used += others->used - offset;
	groups->nitems += others->nitems - others->has_reference;
	PG_RETURN_POINTER(groups);
}

/* Order items: sums of doubles depend on their order. */
static int
compare_items(const void *a, const void *b)
{
	const struct varlena *first = *(struct varlena *const *) a;
	const struct varlena *second = *(struct varlena *const *) b;

	if (VARSIZE(first) != VARSIZE(second))
		return VARSIZE(first) < VARSIZE(second) ? -1 : 1;
	return memcmp(first, second, VARSIZE(first));
}

/*
 * Open a workforce in a transition value.  Anybody can make such bytes, so it
 * is validated like one that comes from a client.
 */
static void
open_item(EfTable *table, struct varlena *item)
{
	require_groups(*(uint8 *) VARDATA(item) == EF_FORMAT_PACKED);
	eg_summary_load(table, &ef_workforce_type, item);
	eg_check(ef_table_validate(table, &ef_workforce_type, &eg_context));
}

/* Sum the groups. */
static struct varlena *
sum_of(const EfTable *tables, size_t n)
{
	EfState    *state = eg_summary_create(&ef_workforce_type, &tables[0].frame);

	for (size_t i = 0; i < n; i++)
	{
		EfState    *before = state;

		eg_check(ef_state_merge(&state, &ef_workforce_type, &tables[i],
								&eg_context));
		ef_state_moved(before, state, &eg_context);
	}
	return (struct varlena *)
		DatumGetPointer(eg_summary_finish(eg_summary_own(state),
										  &ef_workforce_type));
}

PG_FUNCTION_INFO_V1(ef_credible_rates_finalfn);
Datum
ef_credible_rates_finalfn(PG_FUNCTION_ARGS)
{
	Groups	   *groups;
	size_t		n = 0;
	uint32		offset = sizeof(Groups);
	struct varlena **items;
	EfTable    *tables;
	EfWorkforce reference;
	EfExitRatio *ratios;
	EfCredibleRates *rates;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	groups = get_groups(fcinfo, 0);
	items = palloc_extended(Max(groups->nitems, 1) * sizeof(*items),
							MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < groups->nitems; i++)
	{
		if (i >= groups->has_reference)
			items[n++] = item_at(groups, offset);
		offset = next_item(groups, offset);
	}
	if (n == 0)
		PG_RETURN_NULL();
	ef_sort(items, n, sizeof(*items), compare_items, &eg_context);

	tables = palloc_extended(n * sizeof(EfTable), MCXT_ALLOC_HUGE);
	for (size_t i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		open_item(&tables[i], items[i]);
		eg_check(ef_frame_match(&tables[0].frame, &tables[i].frame,
								&ef_workforce_type, &eg_context));
	}
	if (groups->has_reference)
	{
		struct varlena *given = item_at(groups, sizeof(Groups));

		rates = (EfCredibleRates *) PG_DETOAST_DATUM_COPY(PointerGetDatum(given));
		eg_check_credible(rates, &reference, &ratios);
		open_item(&reference.table, ef_credible_reference(rates));
	}
	else
		rates = eg_plain_rates(sum_of(tables, n));
	eg_check_credible(rates, &reference, &ratios);
	eg_check(ef_credible_estimate(rates->reasons, &reference.table,
								  !groups->has_reference, tables, n,
								  (EfCredibilityMethod) groups->method,
								  &eg_context));
	PG_RETURN_POINTER(rates);
}
