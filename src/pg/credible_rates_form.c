/*
 * credible_rates_form.c
 *	  The text and the binary form of credible_rates.
 *
 * The text is a JSON object: {"type": "credible_rates", "version": 1,
 * "retirement_shift": 12, "reasons": [{"reason": "retirement", "base": 1,
 * "base_variance": 0, "mean": 1, "weight": 12.5, "expected": 0, "exits": 0}],
 * "reference": a workforce}, with null for an infinite weight, without
 * retirement_shift if it is 0, and with the reasons in the order of the
 * reference's labels.
 */
#include "credible_rates_value.h"
#include "frame_form.h"
#include "summary.h"

#include "common/shortest_dec.h"
#include "libpq/pqformat.h"

#define TEXT_VERSION 1
#define WIRE_VERSION 1
#define WIRE_VERSION_SHIFT 2	/* of rates that move retirement */

/* Functions of the server that write and read a reference. */
extern PGDLLEXPORT Datum ef_workforce_out(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum ef_workforce_send(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum ef_workforce_recv(PG_FUNCTION_ARGS);

/* Numbers of a reason, in the order of its forms; its exits follow them. */
static const struct
{
	const char *name;
	size_t		offset;
	bool		or_null;		/* for infinity */
}			numbers[] = {
	{"base", offsetof(EfCredibleReason, base), false},
	{"base_variance", offsetof(EfCredibleReason, base_variance), false},
	{"mean", offsetof(EfCredibleReason, mean), false},
	{"weight", offsetof(EfCredibleReason, weight), true},
	{"expected", offsetof(EfCredibleReason, expected), false},
};

#define NNUMBERS lengthof(numbers)

/* Members of a reason: its numbers, its name and its exits. */
#define REASON_MEMBERS ((int) NNUMBERS + 2)
#define REASON_WIRE_SIZE ((NNUMBERS + 1) * 8)

static double *
number_of(const EfCredibleReason *reason, size_t i)
{
	return (double *) ((char *) reason + numbers[i].offset);
}

/* Return the reference, which is a value of its own. */
static Datum
reference_of(const EfCredibleRates *rates)
{
	return PointerGetDatum(ef_credible_reference(rates));
}


/* ---- text ---- */

/* Append the shortest digits of a number, whatever the settings. */
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

		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(&out, i > 0 ? ", {\"reason\": " : "{\"reason\": ");
		eg_append_label(&out, &reference.table.labels[i]);
		for (size_t n = 0; n < NNUMBERS; n++)
			append_number(&out, numbers[n].name, *number_of(reason, n));
		appendStringInfo(&out, ", \"exits\": " INT64_FORMAT "}", reason->exits);
	}
	appendStringInfo(&out, "], \"reference\": %s}",
					 DatumGetCString(DirectFunctionCall1(ef_workforce_out,
														 reference_of(rates))));
	return out.data;
}

EF_TEXT_FUNCTIONS(credible_rates, text_of(fcinfo))

static bool
read_number(const EfJson *value, double *number)
{
	char	   *end;

	if (value->type != EF_JSON_NUMBER)
		return eg_json_refuse("There is no number at", value);
	*number = strtod(value->text, &end);
	return *end == '\0' || eg_json_refuse("There is no number at", value);
}

static bool
read_member(const EfJson *member, const EfLabel *label,
			EfCredibleReason *reason)
{
	for (size_t n = 0; n < NNUMBERS; n++)
		if (eg_json_named(member, numbers[n].name))
		{
			if (!numbers[n].or_null || member->type != EF_JSON_NULL)
				return read_number(member, number_of(reason, n));
			*number_of(reason, n) = INFINITY;
			return true;
		}
	if (eg_json_named(member, "exits"))
		return eg_json_count(member, PG_INT64_MAX, &reason->exits) ||
			eg_json_refuse("There is no count at", member);
	if (eg_json_named(member, "reason"))
		return (member->type == EF_JSON_STRING &&
				member->length == label->length &&
				memcmp(member->text, label->bytes, label->length) == 0) ||
			eg_json_refuse("This is not the reference's", member);
	return eg_json_refuse("A reason has no", member);
}

/* Read the members of a reason, each of them once. */
static bool
read_reason(const EfJson *object, const EfLabel *label,
			EfCredibleReason *reason)
{
	if (object->type != EF_JSON_OBJECT)
		return eg_json_fail("A reason is no object.");
	for (const EfJson *member = object->first; member != NULL;
		 member = member->next)
		if (!read_member(member, label, reason))
			return false;
	if (object->length == REASON_MEMBERS)
		return ef_credible_check_reason(reason, &eg_context) == EF_OK;
	ef_fail(&eg_context, EF_INVALID, "A reason has %u of %d members.",
			object->length, REASON_MEMBERS);
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

/* Check that the object has its members and no others. */
static bool
check_members(const EfJson *object, int16 *shift)
{
	bool		shifted = false;

	*shift = 0;
	if (object->type != EF_JSON_OBJECT)
		return eg_json_fail("It is no JSON object.");
	for (const EfJson *member = object->first; member != NULL;
		 member = member->next)
	{
		bool		good = true;

		if (eg_json_named(member, "retirement_shift"))
			good = shifted = read_shift(member, shift);
		else if (eg_json_named(member, "type"))
			good = eg_json_check_type(member, "credible_rates");
		else if (eg_json_named(member, "version"))
			good = eg_json_check_version(member, TEXT_VERSION);
		else if (eg_json_named(member, "reference"))
			good = member->type == EF_JSON_OBJECT ||
				eg_json_refuse("There is no object at", member);
		else if (!eg_json_named(member, "reasons"))
			good = eg_json_refuse("There is an unknown member", member);
		if (!good)
			return false;
	}
	return object->length - shifted == 4 ||
		eg_json_fail("It has not \"type\", \"version\", \"reasons\" and \"reference\".");
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
	struct varlena *reference;
	EfTable		table;
	EfCredibleRates *rates;
	int16		shift;

	if (json == NULL)
		PG_RETURN_NULL();
	if (!check_members(json, &shift))
		return eg_refuse_text(fcinfo, "credible_rates", text_hint);
	reference = (struct varlena *)
		DatumGetPointer(eg_summary_read(fcinfo, &ef_workforce_type,
										&eg_period_form,
										eg_json_member(json, "reference")));

	/* the error has been said */
	if (reference == NULL)
		PG_RETURN_NULL();
	eg_summary_load(&table, &ef_workforce_type, reference);
	rates = eg_create_credible(table.nlabels, reference);
	rates->retirement_shift = shift;
	if (!read_reasons(eg_json_member(json, "reasons"), &table, rates))
		return eg_refuse_text(fcinfo, "credible_rates", text_hint);
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
	bytea	   *sent = DatumGetByteaPP(DirectFunctionCall1(ef_workforce_send,
														   reference_of(rates)));
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
		for (size_t n = 0; n < NNUMBERS; n++)
			pq_sendfloat8(&buffer, *number_of(&rates->reasons[i], n));
		pq_sendint64(&buffer, (uint64) rates->reasons[i].exits);
	}
	pq_sendbytes(&buffer, VARDATA_ANY(sent), (int) VARSIZE_ANY_EXHDR(sent));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

EF_NODISCARD static EfStatus
receive_reasons(StringInfo buffer, EfCredibleReason *reasons, uint32 nreasons)
{
	EfStatus	status = EF_OK;

	for (uint32 i = 0; status == EF_OK && i < nreasons; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t n = 0; n < NNUMBERS; n++)
			*number_of(&reasons[i], n) = pq_getmsgfloat8(buffer);
		reasons[i].exits = pq_getmsgint64(buffer);
		status = ef_credible_check_reason(&reasons[i], &eg_context);
	}
	return status;
}

EF_NODISCARD static EfStatus
receive(StringInfo buffer, EfCredibleRates **rates)
{
	int			version = pq_getmsgbyte(buffer);
	int			tag = pq_getmsgbyte(buffer);
	int16		shift = version == WIRE_VERSION_SHIFT
		? (int16) pq_getmsgint(buffer, 2) : 0;
	uint32		n = pq_getmsgint(buffer, 4);
	EfCredibleReason *reasons;
	struct varlena *reference;
	EfTable		table;
	EfStatus	status;

	if (version != (shift != 0 ? WIRE_VERSION_SHIFT : WIRE_VERSION) ||
		tag != EF_CREDIBLE_TAG)
		return ef_fail(&eg_context, EF_INVALID,
					   "Its version or its type is not known.");
	status = ef_credible_check_shift(shift, &eg_context);
	if (status != EF_OK)
		return status;
	if (n > (uint32) (buffer->len - buffer->cursor) / REASON_WIRE_SIZE)
		return ef_fail(&eg_context, EF_INVALID,
					   "There are fewer reasons than announced.");
	reasons = palloc(Max(n, 1) * sizeof(EfCredibleReason));
	status = receive_reasons(buffer, reasons, n);
	if (status != EF_OK)
		return status;
	reference = (struct varlena *)
		DatumGetPointer(DirectFunctionCall1(ef_workforce_recv,
											PointerGetDatum(buffer)));
	eg_summary_load(&table, &ef_workforce_type, reference);
	if (table.nlabels != n)
		return ef_fail(&eg_context, EF_INVALID,
					   "There are %u reasons, and %u in the reference.",
					   n, table.nlabels);
	*rates = eg_create_credible(n, reference);
	memcpy((*rates)->reasons, reasons, n * sizeof(EfCredibleReason));
	(*rates)->retirement_shift = shift;
	return EF_OK;
}

PG_FUNCTION_INFO_V1(ef_credible_rates_recv);
Datum
ef_credible_rates_recv(PG_FUNCTION_ARGS)
{
	EfCredibleRates *rates = NULL;

	if (receive((StringInfo) PG_GETARG_POINTER(0), &rates) != EF_OK)
		eg_refuse_binary("credible_rates");
	PG_RETURN_POINTER(rates);
}
