/*
 * credible_rates.c
 *	  The type credible_rates: see src/core/workforce/credible_rates.h.
 *
 * Its text form is a JSON object: {"type": "credible_rates", "version": 1,
 * "retirement_shift": 12, "reasons": [{"reason": "retirement", "base": 1,
 * "base_variance": 0, "mean": 1, "weight": 12.5, "expected": 0, "exits": 0}],
 * "reference": a workforce}, with null for an infinite weight, without
 * retirement_shift if it is 0, and with the reasons in the order of the
 * reference's labels.
 */
#include "frame_form.h"
#include "summary.h"

#include "base/sort.h"
#include "common/hashfn.h"
#include "common/shortest_dec.h"
#include "credible_rates_value.h"
#include "json_value.h"
#include "libpq/pqformat.h"
#include "utils/json.h"
#include "workforce_value.h"

#define TEXT_VERSION 1
#define WIRE_VERSION 1
#define WIRE_VERSION_SHIFT 2	/* of rates that move retirement */

static EfCredibleRates *
create_rates(uint32 nreasons, const struct varlena *reference)
{
	EfCredibleRates *rates;

	eg_check(ef_credible_create(&rates, nreasons, VARSIZE(reference),
								&eg_context));
	memcpy(ef_credible_reference(rates), reference, VARSIZE(reference));
	SET_VARSIZE(rates, ef_credible_size(nreasons, VARSIZE(reference)));
	return rates;
}

/* Copy the reference into a value of its own. */
static Datum
copy_reference(const EfCredibleRates *rates)
{
	struct varlena *copy = palloc(rates->reference_size);

	memcpy(copy, ef_credible_reference(rates), rates->reference_size);
	return PointerGetDatum(copy);
}

/* Return the finished form of a workforce among the arguments. */
static struct varlena *
finished_workforce(FunctionCallInfo fcinfo, int argument)
{
	return (struct varlena *)
		DatumGetPointer(eg_summary_finish((EfState *) PG_GETARG_VARLENA_P(argument),
										  &ef_workforce_type));
}

PG_FUNCTION_INFO_V1(ef_credible_rates);
Datum
ef_credible_rates(PG_FUNCTION_ARGS)
{
	struct varlena *reference = finished_workforce(fcinfo, 0);
	EfCredibleRates *rates;
	EfTable		table;

	eg_summary_load(&table, &ef_workforce_type, reference);
	rates = create_rates(table.nlabels, reference);
	for (uint32 i = 0; i < table.nlabels; i++)
		rates->reasons[i] = ef_credible_plain();
	PG_RETURN_POINTER(rates);
}

PG_FUNCTION_INFO_V1(ef_credibility);
Datum
ef_credibility(PG_FUNCTION_ARGS)
{
	EfWorkforce group;
	EfWorkforce reference;
	EfExitRatio *ratios;
	EfCredibleRates *before;
	EfCredibleRates *rates;

	eg_open_workforce(fcinfo, 0, &group);
	before = eg_open_credible(fcinfo, 1, &reference, &ratios);
	rates = palloc(VARSIZE(before));
	memcpy(rates, before, VARSIZE(before));
	eg_check(ef_credible_learn(rates->reasons, &reference.table, &group.table,
							   &eg_context));
	PG_RETURN_POINTER(rates);
}

PG_FUNCTION_INFO_V1(ef_exit_ratios);
Datum
ef_exit_ratios(PG_FUNCTION_ARGS)
{
	EfWorkforce reference;
	EfExitRatio *ratios;
	EfCredibleRates *rates;
	double		level = PG_GETARG_FLOAT8(1);
	ReturnSetInfo *result = eg_begin_rows(fcinfo);

	rates = eg_open_credible(fcinfo, 0, &reference, &ratios);
	for (uint32 i = 0; i < rates->nreasons; i++)
	{
		EfRatioRow	row;
		Datum		values[9];
		bool		nulls[9] = {false};

		eg_check(ef_credible_row(&rates->reasons[i], level, &row,
								 &eg_context));
		values[0] = eg_label_text(&reference.table.labels[i]);
		values[1] = Int64GetDatum(row.exits);
		values[2] = Float8GetDatum(row.expected);
		values[3] = eg_float8_or_null(row.observed, &nulls[3]);
		values[4] = Float8GetDatum(row.drawn_to);
		values[5] = Float8GetDatum(row.z);
		values[6] = Float8GetDatum(row.ratio);
		values[7] = Float8GetDatum(row.lower);
		values[8] = Float8GetDatum(row.upper);
		eg_put_row(result, values, nulls);
	}
	return (Datum) 0;
}


/* ---- the aggregate ---- */

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
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
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
	PG_RETURN_POINTER(add_item(groups, finished_workforce(fcinfo, 1)));
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
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
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

		rates = palloc(VARSIZE(given));
		memcpy(rates, given, VARSIZE(given));
		eg_check_credible(rates, &reference, &ratios);
		open_item(&reference.table, ef_credible_reference(rates));
	}
	else
	{
		struct varlena *sum = sum_of(tables, n);
		EfTable		table;

		eg_summary_load(&table, &ef_workforce_type, sum);
		rates = create_rates(table.nlabels, sum);
		for (uint32 i = 0; i < table.nlabels; i++)
			rates->reasons[i] = ef_credible_plain();
	}
	eg_check_credible(rates, &reference, &ratios);
	eg_check(ef_credible_estimate(rates->reasons, &reference.table,
								  !groups->has_reference, tables, n,
								  (EfCredibilityMethod) groups->method,
								  &eg_context));
	PG_RETURN_POINTER(rates);
}


/* ---- text ---- */

/*
 * Append a number with the fewest digits that restore it, whatever the
 * settings.
 */
static void
append_number(StringInfo out, const char *name, double value)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (isinf(value))
		strcpy(digits, "null");
	else
		double_to_shortest_decimal_buf(value, digits);
	appendStringInfo(out, ", \"%s\": %s", name, digits);
}

/*
 * Call a function of the summaries on one argument; a soft error goes to
 * `context`.
 */
static Datum
call_summary(Datum (*function) (FunctionCallInfo, const EfTableType *,
								const EfFrameForm *),
			 Datum argument, Node *context)
{
	LOCAL_FCINFO(fcinfo, 1);

	InitFunctionCallInfoData(*fcinfo, NULL, 1, InvalidOid, context, NULL);
	fcinfo->args[0].value = argument;
	fcinfo->args[0].isnull = false;
	return function(fcinfo, &ef_workforce_type, &eg_period_form);
}

static char *
text_of(FunctionCallInfo fcinfo)
{
	EfWorkforce reference;
	EfExitRatio *ratios;
	EfCredibleRates *rates = eg_open_credible(fcinfo, 0, &reference, &ratios);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out,
					 "{\"type\": \"credible_rates\", \"version\": %d",
					 TEXT_VERSION);
	if (rates->retirement_shift != 0)
		appendStringInfo(&out, ", \"retirement_shift\": %d",
						 rates->retirement_shift);
	appendStringInfoString(&out, ", \"reasons\": [");
	for (uint32 i = 0; i < rates->nreasons; i++)
	{
		const EfCredibleReason *reason = &rates->reasons[i];
		const EfLabel *label = &reference.table.labels[i];

		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(&out, i > 0 ? ", {\"reason\": " : "{\"reason\": ");
		escape_json(&out, pnstrdup(label->bytes, label->length));
		append_number(&out, "base", reason->base);
		append_number(&out, "base_variance", reason->base_variance);
		append_number(&out, "mean", reason->mean);
		append_number(&out, "weight", reason->weight);
		append_number(&out, "expected", reason->expected);
		appendStringInfo(&out, ", \"exits\": " INT64_FORMAT "}", reason->exits);
	}
	appendStringInfo(&out, "], \"reference\": %s}",
					 DatumGetCString(call_summary(eg_summary_out,
												  copy_reference(rates), NULL)));
	return out.data;
}

PG_FUNCTION_INFO_V1(ef_credible_rates_out);
Datum
ef_credible_rates_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(text_of(fcinfo));
}

PG_FUNCTION_INFO_V1(ef_credible_rates_to_jsonb);
Datum
ef_credible_rates_to_jsonb(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text_of(fcinfo)));
}

static bool
read_number(const EfJson *value, double *number)
{
	char	   *end;

	if (value->type != EF_JSON_NUMBER)
		return eg_json_refuse("There is no number at", value);
	*number = strtod(value->text, &end);
	return *end == '\0' || eg_json_refuse("There is no number at", value);
}

/* Read the members of a reason, each exactly once. */
static bool
read_reason(const EfJson *object, const EfLabel *label,
			EfCredibleReason *reason)
{
	int			n = 0;

	if (object->type != EF_JSON_OBJECT)
	{
		ef_fail(&eg_context, EF_INVALID, "A reason is no object.");
		return false;
	}
	for (const EfJson *member = object->first; member != NULL;
		 member = member->next)
	{
		bool		good;

		if (eg_json_named(member, "reason"))
			good = (member->type == EF_JSON_STRING &&
					member->length == label->length &&
					memcmp(member->text, label->bytes, label->length) == 0) ||
				eg_json_refuse("This is not the reference's", member);
		else if (eg_json_named(member, "base"))
			good = read_number(member, &reason->base);
		else if (eg_json_named(member, "base_variance"))
			good = read_number(member, &reason->base_variance);
		else if (eg_json_named(member, "mean"))
			good = read_number(member, &reason->mean);
		else if (eg_json_named(member, "weight") &&
				 member->type == EF_JSON_NULL)
		{
			reason->weight = INFINITY;
			good = true;
		}
		else if (eg_json_named(member, "weight"))
			good = read_number(member, &reason->weight);
		else if (eg_json_named(member, "expected"))
			good = read_number(member, &reason->expected);
		else if (eg_json_named(member, "exits"))
			good = eg_json_count(member, PG_INT64_MAX, &reason->exits) ||
				eg_json_refuse("There is no count at", member);
		else
			good = eg_json_refuse("A reason has no", member);
		if (!good)
			return false;
		n++;
	}
	if (n == 7)
		return ef_credible_check_reason(reason, &eg_context) == EF_OK;
	ef_fail(&eg_context, EF_INVALID, "A reason has %d of 7 members.", n);
	return false;
}

static bool
read_reasons(const EfJson *array, const EfTable *reference,
			 EfCredibleRates *rates)
{
	uint32		n = 0;

	if (array == NULL || array->type != EF_JSON_ARRAY ||
		array->length != reference->nlabels)
	{
		ef_fail(&eg_context, EF_INVALID,
				"\"reasons\" is no array of the reference's %u reasons.",
				reference->nlabels);
		return false;
	}
	for (const EfJson *value = array->first; value != NULL; value = value->next)
	{
		CHECK_FOR_INTERRUPTS();
		if (!read_reason(value, &reference->labels[n], &rates->reasons[n]))
			return false;
		n++;
	}
	return true;
}

static bool
read_shift(const EfJson *value, int16 *shift)
{
	double		number;

	if (!read_number(value, &number))
		return false;
	if (number != rint(number) || fabs(number) > PG_INT32_MAX)
		return eg_json_refuse("There is no number of months at", value);
	*shift = (int16) number;
	return ef_credible_check_shift((int64) number, &eg_context) == EF_OK;
}

/* Check that the object has the members of its own, and no others. */
static bool
check_members(const EfJson *object, int16 *shift)
{
	int64		version;
	int			n = 0;

	*shift = 0;
	for (const EfJson *member = object->first; member != NULL;
		 member = member->next)
	{
		n++;
		if (eg_json_named(member, "retirement_shift"))
		{
			if (!read_shift(member, shift))
				return false;
			n--;				/* it may be there or not */
		}
		else if (eg_json_named(member, "type"))
		{
			if (!eg_json_is(member, "credible_rates"))
				return eg_json_refuse("This is of another", member);
		}
		else if (eg_json_named(member, "version"))
		{
			if (!eg_json_count(member, PG_INT64_MAX, &version) ||
				version != TEXT_VERSION)
				return eg_json_refuse("This release does not know this", member);
		}
		else if (eg_json_named(member, "reference"))
		{
			if (member->type != EF_JSON_OBJECT)
				return eg_json_refuse("There is no object at", member);
		}
		else if (!eg_json_named(member, "reasons"))
			return eg_json_refuse("There is an unknown member", member);
	}
	if (n == 4)
		return true;
	ef_fail(&eg_context, EF_INVALID,
			"It has not \"type\", \"version\", \"reasons\" and \"reference\".");
	return false;
}

/* For whoever writes a value by hand. */
static const char text_hint[] =
"Values of this type are made by credible_rates_agg and credibility; their text form is documented in doc/formats.md.";

PG_FUNCTION_INFO_V1(ef_credible_rates_in);
Datum
ef_credible_rates_in(PG_FUNCTION_ARGS)
{
	const EfJson *json = eg_json_parse(fcinfo, "credible_rates", text_hint,
									   PG_GETARG_CSTRING(0));
	EfCredibleRates *rates = NULL;
	int16		shift;
	bool		good = false;

	if (json == NULL)
		PG_RETURN_NULL();
	if (json->type != EF_JSON_OBJECT)
		ef_fail(&eg_context, EF_INVALID, "It is no JSON object.");
	else if (check_members(json, &shift))
	{
		Datum		reference = eg_summary_read(fcinfo, &ef_workforce_type,
												&eg_period_form,
												eg_json_member(json, "reference"));
		EfTable		table;

		/* the error has been said */
		if (reference == (Datum) 0)
			PG_RETURN_NULL();
		eg_summary_load(&table, &ef_workforce_type,
						(struct varlena *) DatumGetPointer(reference));
		rates = create_rates(table.nlabels,
							 (struct varlena *) DatumGetPointer(reference));
		rates->retirement_shift = shift;
		good = read_reasons(eg_json_member(json, "reasons"), &table, rates);
	}
	if (!good)
		EF_SOFT_ERROR(fcinfo,
					  (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					   errmsg("invalid input syntax for type %s",
							  "credible_rates"),
					   errdetail_internal("%s", eg_error.detail),
					   errhint("%s", text_hint)));
	PG_RETURN_POINTER(rates);
}


/* ---- binary ---- */

PG_FUNCTION_INFO_V1(ef_credible_rates_send);
Datum
ef_credible_rates_send(PG_FUNCTION_ARGS)
{
	EfWorkforce reference;
	EfExitRatio *ratios;
	EfCredibleRates *rates = eg_open_credible(fcinfo, 0, &reference, &ratios);
	bytea	   *sent = DatumGetByteaPP(call_summary(eg_summary_send,
													copy_reference(rates), NULL));
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, rates->retirement_shift != 0 ? WIRE_VERSION_SHIFT
				: WIRE_VERSION);
	pq_sendbyte(&buffer, EF_CREDIBLE_TAG);
	if (rates->retirement_shift != 0)
		pq_sendint16(&buffer, (uint16) rates->retirement_shift);
	pq_sendint32(&buffer, rates->nreasons);
	for (uint32 i = 0; i < rates->nreasons; i++)
	{
		const EfCredibleReason *reason = &rates->reasons[i];

		pq_sendfloat8(&buffer, reason->base);
		pq_sendfloat8(&buffer, reason->base_variance);
		pq_sendfloat8(&buffer, reason->mean);
		pq_sendfloat8(&buffer, reason->weight);
		pq_sendfloat8(&buffer, reason->expected);
		pq_sendint64(&buffer, (uint64) reason->exits);
	}
	pq_sendbytes(&buffer, VARDATA_ANY(sent), (int) VARSIZE_ANY_EXHDR(sent));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

#define REASON_WIRE_SIZE (6 * 8)

static EfStatus
receive_reasons(StringInfo buffer, EfCredibleReason *reasons, uint32 n)
{
	EfStatus	status = EF_OK;

	for (uint32 i = 0; status == EF_OK && i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		reasons[i].base = pq_getmsgfloat8(buffer);
		reasons[i].base_variance = pq_getmsgfloat8(buffer);
		reasons[i].mean = pq_getmsgfloat8(buffer);
		reasons[i].weight = pq_getmsgfloat8(buffer);
		reasons[i].expected = pq_getmsgfloat8(buffer);
		reasons[i].exits = pq_getmsgint64(buffer);
		status = ef_credible_check_reason(&reasons[i], &eg_context);
	}
	return status;
}

PG_FUNCTION_INFO_V1(ef_credible_rates_recv);
Datum
ef_credible_rates_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(buffer);
	int			tag = pq_getmsgbyte(buffer);
	int16		shift = version == WIRE_VERSION_SHIFT
		? (int16) pq_getmsgint(buffer, 2) : 0;
	uint32		n = pq_getmsgint(buffer, 4);
	EfCredibleReason *reasons = NULL;
	EfCredibleRates *rates = NULL;
	EfStatus	status;

	if (version != (shift != 0 ? WIRE_VERSION_SHIFT : WIRE_VERSION) ||
		tag != EF_CREDIBLE_TAG)
		status = ef_fail(&eg_context, EF_INVALID,
						 "Its version or its type is not known.");
	else if (ef_credible_check_shift(shift, &eg_context) != EF_OK)
		status = EF_INVALID;
	else if (n > (uint32) (buffer->len - buffer->cursor) / REASON_WIRE_SIZE)
		status = ef_fail(&eg_context, EF_INVALID,
						 "There are fewer reasons than announced.");
	else
	{
		reasons = palloc(Max(n, 1) * sizeof(EfCredibleReason));
		status = receive_reasons(buffer, reasons, n);
	}
	if (status == EF_OK)
	{
		struct varlena *reference = (struct varlena *)
			DatumGetPointer(call_summary(eg_summary_recv,
										 PointerGetDatum(buffer), NULL));
		EfTable		table;

		eg_summary_load(&table, &ef_workforce_type, reference);
		if (table.nlabels != n)
			status = ef_fail(&eg_context, EF_INVALID,
							 "There are %u reasons, and %u in the reference.",
							 n, table.nlabels);
		else
		{
			rates = create_rates(n, reference);
			memcpy(rates->reasons, reasons, n * sizeof(EfCredibleReason));
			rates->retirement_shift = shift;
		}
	}
	if (status != EF_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of type %s", "credible_rates"),
				 errdetail_internal("%s", eg_error.detail)));
	PG_RETURN_POINTER(rates);
}


/* ---- order ---- */

/* Compare bytes: every number has one form, and so has a reference. */
EF_ORDER_FUNCTIONS(credible_rates, eg_compare_arguments(fcinfo))

PG_FUNCTION_INFO_V1(ef_credible_rates_hash);
Datum
ef_credible_rates_hash(PG_FUNCTION_ARGS)
{
	struct varlena *rates = PG_GETARG_VARLENA_PP(0);

	return hash_any((unsigned char *) VARDATA_ANY(rates),
					(int) VARSIZE_ANY_EXHDR(rates));
}

PG_FUNCTION_INFO_V1(ef_credible_rates_hash_extended);
Datum
ef_credible_rates_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *rates = PG_GETARG_VARLENA_PP(0);

	return hash_any_extended((unsigned char *) VARDATA_ANY(rates),
							 (int) VARSIZE_ANY_EXHDR(rates),
							 (uint64) PG_GETARG_INT64(1));
}
