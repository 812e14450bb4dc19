/*
 * funnel_spec.c
 *	  The type funnel_spec: see src/core/funnel/funnel_spec.h.
 *
 * Its text form is a JSON object: {"type": "funnel_spec", "version": 1,
 * "stages": ["applied", "admitted"], "within": {"months": 0, "days": 300,
 * "microseconds": 0}, "as_of": "2014-03-01", "exits": [], "modes": []}.
 */
#include "funnel_spec_value.h"

#include "catalog/pg_type.h"
#include "json_value.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/date.h"
#include "utils/json.h"
#include "utils/timestamp.h"

/* Version of the text form and of the wire form. */
#define TEXT_VERSION 1
#define WIRE_VERSION 1

/* Adds a name to the stages, the exits or the modes. */
typedef EfStatus (*AddName) (EfFunnelSpec *spec, const char *name,
							 size_t length, EfContext *context);

EF_NODISCARD static EfStatus
add_mode(EfFunnelSpec *spec, const char *name, size_t length,
		 EfContext *context)
{
	unsigned	mode = 0;
	EfStatus	status = ef_spec_mode(name, length, &mode, context);

	spec->modes |= mode;
	return status;
}

/* Open the spec in an argument; its names point into the argument. */
static void
get_spec(FunctionCallInfo fcinfo, int argument, EfFunnelSpec *spec)
{
	EfBytes		packed = eg_get_bytes(fcinfo, argument);

	eg_check(ef_spec_open(spec, packed.bytes, packed.size, &eg_context));
}

static struct varlena *
pack(const EfFunnelSpec *spec)
{
	uint8	   *bytes;
	size_t		size;

	eg_check(ef_spec_pack(spec, VARHDRSZ, &bytes, &size, &eg_context));
	SET_VARSIZE(bytes, size);
	return (struct varlena *) bytes;
}


/* ---- making ---- */

static void
add_names(FunctionCallInfo fcinfo, int argument, const char *list,
		  EfFunnelSpec *spec, AddName add)
{
	int			n;
	const EfLabel *names = eg_get_labels(fcinfo, argument, list,
										 "ARRAY['applied', 'admitted']", false,
										 &n);

	for (int i = 0; i < n; i++)
		eg_check(add(spec, names[i].bytes, names[i].length, &eg_context));
}

PG_FUNCTION_INFO_V1(ef_funnel_spec);
Datum
ef_funnel_spec(PG_FUNCTION_ARGS)
{
	EfFunnelSpec spec = {0};

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("stages must not be null"),
				 errhint("Name them in order, such as ARRAY['applied', 'admitted', 'graduated'].")));
	add_names(fcinfo, 0, "stages", &spec, ef_spec_add_stage);
	if (!PG_ARGISNULL(1))
	{
		spec.has_within = true;
		spec.within = eg_get_interval(fcinfo, 1, EF_SPEC_WITHIN_INVALID);
	}
	if (!PG_ARGISNULL(2))
	{
		spec.has_as_of = true;
		spec.as_of = PG_GETARG_DATEADT(2);
	}
	if (!PG_ARGISNULL(3))
		add_names(fcinfo, 3, "exits", &spec, ef_spec_add_exit);
	if (!PG_ARGISNULL(4))
		add_names(fcinfo, 4, "modes", &spec, add_mode);
	eg_check(ef_spec_complete(&spec, &eg_context));
	PG_RETURN_POINTER(pack(&spec));
}


/* ---- text out ---- */

static void
append_names(StringInfo out, const EfLabel *names, uint32 n)
{
	for (uint32 i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(out, ", ");
		eg_append_label(out, &names[i]);
	}
}

void
eg_append_spec_text(StringInfo out, const EfFunnelSpec *spec)
{
	bool		first = true;

	appendStringInfoString(out, "\"stages\": [");
	append_names(out, spec->stages, spec->nstages);
	appendStringInfoString(out, "], \"within\": ");
	if (spec->has_within)
		appendStringInfo(out,
						 "{\"months\": %d, \"days\": %d, \"microseconds\": " INT64_FORMAT "}",
						 spec->within.months, spec->within.days,
						 spec->within.microseconds);
	else
		appendStringInfoString(out, "null");
	appendStringInfoString(out, ", \"as_of\": ");
	if (spec->has_as_of)
		appendStringInfo(out, "\"%s\"", ef_day_shown(spec->as_of).text);
	else
		appendStringInfoString(out, "null");
	appendStringInfoString(out, ", \"exits\": [");
	append_names(out, spec->exits, spec->nexits);
	appendStringInfoString(out, "], \"modes\": [");
	for (unsigned i = 0; i < EF_MODE_COUNT; i++)
		if (spec->modes & 1u << i)
		{
			appendStringInfo(out, "%s\"%s\"", first ? "" : ", ",
							 ef_modes.words[i]);
			first = false;
		}
	appendStringInfoChar(out, ']');
}

static char *
text_of(FunctionCallInfo fcinfo)
{
	EfFunnelSpec spec;
	StringInfoData out;

	get_spec(fcinfo, 0, &spec);
	initStringInfo(&out);
	appendStringInfo(&out, "{\"type\": \"funnel_spec\", \"version\": %d, ",
					 TEXT_VERSION);
	eg_append_spec_text(&out, &spec);
	appendStringInfoChar(&out, '}');
	return out.data;
}

EF_TEXT_FUNCTIONS(funnel_spec, text_of(fcinfo))


/* ---- text in ---- */

static bool
read_names(EfFunnelSpec *spec, AddName add, const EfJson *array)
{
	if (array->type != EF_JSON_ARRAY)
		return eg_json_refuse("There is no array at", array);
	for (const EfJson *name = array->first; name != NULL; name = name->next)
	{
		if (name->type != EF_JSON_STRING)
			return eg_json_refuse("There is something else than a string in",
								  array);
		if (add(spec, name->text, name->length, &eg_context) != EF_OK)
			return false;
	}
	return true;
}

/* Read a duration.  Parts that are 0 may be missing, but not all. */
static bool
read_within(EfFunnelSpec *spec, const EfJson *object)
{
	int64		count;

	if (object->type == EF_JSON_NULL)
		return true;
	if (object->type != EF_JSON_OBJECT || object->length == 0)
		return eg_json_refuse("There is no duration at", object);
	spec->has_within = true;
	for (const EfJson *part = object->first; part != NULL; part = part->next)
	{
		bool		microseconds = eg_json_named(part, "microseconds");

		if (!eg_json_count(part, microseconds ? PG_INT64_MAX : PG_INT32_MAX,
						   &count))
			return eg_json_refuse("There is no count at", part);
		if (microseconds)
			spec->within.microseconds = count;
		else if (eg_json_named(part, "days"))
			spec->within.days = (int32) count;
		else if (eg_json_named(part, "months"))
			spec->within.months = (int32) count;
		else
			return eg_json_refuse("A duration has no", part);
	}
	return true;
}

static bool
read_as_of(EfFunnelSpec *spec, const EfJson *value)
{
	if (value->type == EF_JSON_NULL)
		return true;
	spec->has_as_of = eg_json_day(value, &spec->as_of);
	return spec->has_as_of ||
		eg_json_refuse("There is no ISO date at", value);
}

bool
eg_read_spec_member(EfFunnelSpec *spec, const EfJson *member)
{
	if (eg_json_named(member, "stages"))
		return read_names(spec, ef_spec_add_stage, member);
	if (eg_json_named(member, "within"))
		return read_within(spec, member);
	if (eg_json_named(member, "as_of"))
		return read_as_of(spec, member);
	if (eg_json_named(member, "exits"))
		return read_names(spec, ef_spec_add_exit, member);
	if (eg_json_named(member, "modes"))
		return read_names(spec, add_mode, member);
	return eg_json_refuse("There is an unknown member", member);
}

/* Read a spec from its whole JSON object. */
static bool
read_object(EfFunnelSpec *spec, const EfJson *object)
{
	bool		typed = false;
	bool		versioned = false;

	if (object->type != EF_JSON_OBJECT)
		return eg_json_fail("It is no JSON object.");
	for (const EfJson *member = object->first; member != NULL;
		 member = member->next)
	{
		if (eg_json_named(member, "type"))
		{
			typed = eg_json_check_type(member, "funnel_spec");
			if (!typed)
				return false;
		}
		else if (eg_json_named(member, "version"))
		{
			versioned = eg_json_check_version(member, TEXT_VERSION);
			if (!versioned)
				return false;
		}
		else if (!eg_read_spec_member(spec, member))
			return false;
	}
	if (!typed || !versioned)
	{
		ef_fail(&eg_context, EF_INVALID, "\"%s\" is missing.",
				!typed ? "type" : "version");
		return false;
	}
	return ef_spec_complete(spec, &eg_context) == EF_OK;
}

/*
 * Is this the text of an array?  PostgreSQL takes
 * funnel_spec('{applied,admitted}') for a cast to the type, not for a call of
 * the function.  Its writer should not read about JSON tokens.
 */
static bool
is_array_literal(const char *given)
{
	static const char *const spaces = " \t\n\r";

	given += strspn(given, spaces);
	if (*given++ != '{')
		return false;
	given += strspn(given, spaces);
	return *given != '"' && *given != '}' && *given != '\0';
}

/* For whoever writes a spec by hand. */
static const char text_hint[] =
"Specs are made by funnel_spec(stages, ...); their text form is documented in doc/formats.md.";

PG_FUNCTION_INFO_V1(ef_funnel_spec_in);
Datum
ef_funnel_spec_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	const EfJson *json;
	EfFunnelSpec spec = {0};

	if (is_array_literal(text))
		EF_SOFT_ERROR(fcinfo,
					  (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					   errmsg("invalid input syntax for type %s",
							  "funnel_spec"),
					   errdetail("A lone literal is read as the text of a spec."),
					   errhint("Give an array, such as funnel_spec(ARRAY['applied', 'admitted']).")));
	json = eg_json_parse(fcinfo, "funnel_spec", text_hint, text);
	if (json == NULL)
		PG_RETURN_NULL();
	if (!read_object(&spec, json))
		return eg_refuse_text(fcinfo, "funnel_spec", text_hint);
	PG_RETURN_POINTER(pack(&spec));
}


/* ---- binary ---- */

static void
send_names(StringInfo buffer, const EfLabel *names, uint32 n)
{
	pq_sendint32(buffer, n);
	for (uint32 i = 0; i < n; i++)
	{
		char	   *sent = pg_server_to_client(names[i].bytes,
											   (int) names[i].length);
		int			length = sent == names[i].bytes ? (int) names[i].length
			: (int) strlen(sent);

		pq_sendint32(buffer, (uint32) length);
		pq_sendbytes(buffer, sent, length);
	}
}

/* Send a spec; missing parts are sent as zeros. */
void
eg_spec_send(StringInfo buffer, const EfFunnelSpec *spec)
{
	pq_sendbyte(buffer, spec->has_within);
	pq_sendint32(buffer, (uint32) spec->within.months);
	pq_sendint32(buffer, (uint32) spec->within.days);
	pq_sendint64(buffer, (uint64) spec->within.microseconds);
	pq_sendbyte(buffer, spec->has_as_of);
	pq_sendint32(buffer, (uint32) spec->as_of);
	pq_sendbyte(buffer, (uint8) spec->modes);
	send_names(buffer, spec->stages, spec->nstages);
	send_names(buffer, spec->exits, spec->nexits);
}

EF_NODISCARD static EfStatus
receive_names(StringInfo buffer, EfFunnelSpec *spec, AddName add)
{
	uint32		n = pq_getmsgint(buffer, 4);

	for (uint32 i = 0; i < n; i++)
	{
		uint32		length = pq_getmsgint(buffer, 4);
		char	   *name;
		int			converted;
		EfStatus	status;

		if (length > (uint32) (buffer->len - buffer->cursor))
			return ef_fail(&eg_context, EF_INVALID,
						   "A name is longer than the message.");

		/* checks the encoding too */
		name = pq_getmsgtext(buffer, (int) length, &converted);
		status = add(spec, name, converted, &eg_context);
		if (status != EF_OK)
			return status;
	}
	return EF_OK;
}

EfStatus
eg_spec_receive(StringInfo buffer, EfFunnelSpec *spec)
{
	int			has_within;
	int			has_as_of;
	EfStatus	status;

	memset(spec, 0, sizeof(*spec));
	has_within = pq_getmsgbyte(buffer);
	spec->within.months = (int32) pq_getmsgint(buffer, 4);
	spec->within.days = (int32) pq_getmsgint(buffer, 4);
	spec->within.microseconds = pq_getmsgint64(buffer);
	has_as_of = pq_getmsgbyte(buffer);
	spec->as_of = (EfDay) pq_getmsgint(buffer, 4);
	spec->modes = (unsigned) pq_getmsgbyte(buffer);
	if (has_within > 1 || has_as_of > 1)
		return ef_fail(&eg_context, EF_INVALID, "A flag is neither 0 nor 1.");
	spec->has_within = has_within != 0;
	spec->has_as_of = has_as_of != 0;
	if (!spec->has_within && (spec->within.months != 0 ||
							  spec->within.days != 0 ||
							  spec->within.microseconds != 0))
		return ef_fail(&eg_context, EF_INVALID,
					   "A window that is not there has a length.");
	if (!spec->has_as_of && spec->as_of != 0)
		return ef_fail(&eg_context, EF_INVALID,
					   "An as_of that is not there has a date.");
	status = receive_names(buffer, spec, ef_spec_add_stage);
	if (status == EF_OK)
		status = receive_names(buffer, spec, ef_spec_add_exit);
	return status == EF_OK ? ef_spec_complete(spec, &eg_context) : status;
}

PG_FUNCTION_INFO_V1(ef_funnel_spec_send);
Datum
ef_funnel_spec_send(PG_FUNCTION_ARGS)
{
	EfFunnelSpec spec;
	StringInfoData buffer;

	get_spec(fcinfo, 0, &spec);
	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, WIRE_VERSION);
	pq_sendbyte(&buffer, EF_SPEC_TAG);
	eg_spec_send(&buffer, &spec);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

PG_FUNCTION_INFO_V1(ef_funnel_spec_recv);
Datum
ef_funnel_spec_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	EfFunnelSpec spec;
	EfStatus	status;

	if (pq_getmsgbyte(buffer) != WIRE_VERSION)
		status = ef_fail(&eg_context, EF_INVALID, "Its version is not known.");
	else if (pq_getmsgbyte(buffer) != EF_SPEC_TAG)
		status = ef_fail(&eg_context, EF_INVALID, "It is of another type.");
	else
		status = eg_spec_receive(buffer, &spec);
	if (status != EF_OK)
		eg_refuse_binary("funnel_spec");
	PG_RETURN_POINTER(pack(&spec));
}


/* ---- order ---- */

/*
 * Compare bytes: one spec has one packed form, so equal bytes are equal
 * specs.
 */
EF_ORDER_FUNCTIONS(funnel_spec, eg_compare_arguments(fcinfo))

EF_HASH_FUNCTIONS(funnel_spec, eg_get_bytes(fcinfo, 0))
