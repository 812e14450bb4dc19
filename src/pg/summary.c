/*
 * summary.c
 *	  See summary.h.
 */
#include "summary.h"

#include "common/hashfn.h"
#include "common/int.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/json.h"

#include "funnel_spec_value.h"
#include "json_value.h"

/* Version of the text form and of the wire form. */
#define TEXT_VERSION 1
#define WIRE_VERSION 1


/* ---- opening and closing ---- */

static void
load(EfTable *table, const EfTableType *type, struct varlena *datum)
{
	EfError		error;

	ef_check(ef_table_load(table, type, datum, VARSIZE(datum), &ef_palloc,
						   &error), &error);
}

static struct varlena *
pack(const EfTable *table, const EfTableType *type)
{
	EfError		error;
	uint8	   *bytes;
	size_t		size;

	ef_check(ef_table_pack(table, type, VARHDRSZ, &bytes, &size, &ef_palloc,
						   &error), &error);
	SET_VARSIZE(bytes, size);
	return (struct varlena *) bytes;
}

/* The finished form of a value, which a state is turned into. */
static struct varlena *
finished(const EfTableType *type, struct varlena *datum)
{
	EfTable		table;

	if (VARSIZE(datum) > VARHDRSZ && *(uint8 *) VARDATA(datum) == EF_FORMAT_PACKED)
		return datum;
	load(&table, type, datum);
	return pack(&table, type);
}

/* Give a table that comes in its spec, and the labels that it names. */
static EfStatus
take_spec(EfTable *table, const EfTableType *type, const EfFunnelSpec *spec,
		  EfError *error)
{
	uint8	   *bytes;
	EfStatus	status = ef_spec_pack(spec, 0, &bytes,
									  &table->frame.spec_size, &ef_palloc,
									  error);

	if (status != EF_OK)
		return status;
	table->frame.spec = bytes;
	return ef_table_open_spec(table, type, &ef_palloc, error);
}

Datum
ef_summary_finish(EfState *state, const EfTableType *type)
{
	return PointerGetDatum(finished(type, (struct varlena *) state));
}

EfState *
ef_summary_create(const EfTableType *type, const EfFrame *frame)
{
	EfError		error;
	EfState    *state;

	ef_check(ef_state_create(&state, type, frame, 0, &ef_palloc, &error),
			 &error);
	return ef_summary_own(state);
}

static EfState *
state_of(struct varlena *datum, const EfTableType *type)
{
	EfTable		table;
	EfState    *state;
	EfError		error;

	load(&table, type, datum);
	state = ef_summary_create(type, &table.frame);
	ef_check(ef_state_merge(&state, type, &table, &ef_palloc, &error), &error);
	return ef_summary_own(state);
}

static bool
is_state(struct varlena *datum)
{
	return VARSIZE(datum) >= sizeof(EfState) &&
		((EfState *) datum)->format == EF_FORMAT_STATE;
}

EfState *
ef_summary_state(FunctionCallInfo fcinfo, const EfTableType *type)
{
	struct varlena *datum = PG_GETARG_VARLENA_P(0);

	/* anybody can make an aggregate of these functions that begins with a
	 * finished value */
	return is_state(datum) ? (EfState *) datum : state_of(datum, type);
}


/* ---- aggregation ---- */

/*
 * Combine function of the aggregates and transition function of rollup: both
 * add a value to a state.  The state is edited in place; where it moves, the
 * executor copies it and frees the old one.
 */
Datum
ef_summary_combinefn(FunctionCallInfo fcinfo, const EfTableType *type)
{
	EfState    *state;
	struct varlena *datum;
	EfTable		table;
	EfError		error;

	ef_require_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	datum = PG_GETARG_VARLENA_P(1);

	/* a partial aggregate's state serves as it is */
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(is_state(datum) ? (EfState *) datum
						  : state_of(datum, type));
	state = ef_summary_state(fcinfo, type);
	load(&table, type, datum);
	ef_check(ef_state_merge(&state, type, &table, &ef_palloc, &error), &error);
	PG_RETURN_POINTER(ef_summary_own(state));
}

Datum
ef_summary_finalfn(FunctionCallInfo fcinfo, const EfTableType *type)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(finished(type, PG_GETARG_VARLENA_P(0)));
}

Datum
ef_summary_skipped(FunctionCallInfo fcinfo, const EfTableType *type)
{
	EfTable		table;

	load(&table, type, PG_GETARG_VARLENA_P(0));
	PG_RETURN_INT64(table.skipped);
}


/* ---- order ---- */

int
ef_summary_compare(FunctionCallInfo fcinfo, const EfTableType *type)
{
	struct varlena *a = finished(type, PG_GETARG_VARLENA_P(0));
	struct varlena *b = finished(type, PG_GETARG_VARLENA_P(1));
	Size		na = VARSIZE(a) - VARHDRSZ;
	Size		nb = VARSIZE(b) - VARHDRSZ;
	int			order = memcmp(VARDATA(a), VARDATA(b), Min(na, nb));

	/* one table has one packed form, so equal bytes are equal tables */
	if (order == 0 && na != nb)
		order = na < nb ? -1 : 1;
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

Datum
ef_summary_hash(FunctionCallInfo fcinfo, const EfTableType *type)
{
	struct varlena *datum = finished(type, PG_GETARG_VARLENA_P(0));

	return hash_any((unsigned char *) VARDATA(datum),
					(int) (VARSIZE(datum) - VARHDRSZ));
}

Datum
ef_summary_hash_extended(FunctionCallInfo fcinfo, const EfTableType *type)
{
	struct varlena *datum = finished(type, PG_GETARG_VARLENA_P(0));

	return hash_any_extended((unsigned char *) VARDATA(datum),
							 (int) (VARSIZE(datum) - VARHDRSZ),
							 (uint64) PG_GETARG_INT64(1));
}


/* ---- text out ---- */

static void
append_day(StringInfo out, EfDay day)
{
	char		iso[EF_ISO_DATE_SIZE];

	ef_format_day(iso, day);
	appendStringInfo(out, "\"%s\"", iso);
}

static void
append_series(StringInfo out, const EfTable *table, uint32 label,
			  unsigned kind)
{
	size_t		n;
	const EfCell *cells = ef_table_series(table, label, kind, &n);

	appendStringInfoChar(out, '{');
	for (size_t i = 0; i < n; i++)
		appendStringInfo(out, "%s\"%u\": " INT64_FORMAT, i > 0 ? ", " : "",
						 ef_key_at(cells[i].key), cells[i].count);
	appendStringInfoChar(out, '}');
}

static void
append_label(StringInfo out, const EfLabel *label)
{
	char	   *name = pnstrdup(label->bytes, label->length);

	escape_json(out, name);
	pfree(name);
}

/* The same of a paired kind, by its second labels. */
static void
append_pairs(StringInfo out, const EfTable *table, uint32 label,
			 unsigned kind)
{
	size_t		n;
	const EfCell *cells = ef_table_series(table, label, kind, &n);
	uint32		second = 0;

	CHECK_FOR_INTERRUPTS();
	appendStringInfoChar(out, '{');
	for (size_t i = 0; i < n; i++)
	{
		uint32		at = ef_key_at(cells[i].key);

		if (ef_pair_label(at) != second)
		{
			appendStringInfoString(out, second > 0 ? "}, " : "");
			second = ef_pair_label(at);
			append_label(out, &table->labels[second - 1]);
			appendStringInfoString(out, ": {");
		}
		else
			appendStringInfoString(out, ", ");
		appendStringInfo(out, "\"%u\": " INT64_FORMAT, ef_pair_at(at),
						 cells[i].count);
	}
	appendStringInfoString(out, n > 0 ? "}}" : "}");
}

/* The series of a kind by their labels; of those that count nothing, none. */
static void
append_labelled(StringInfo out, const EfTable *table, unsigned kind,
				bool paired)
{
	const char *separator = "";

	appendStringInfoChar(out, '{');
	for (uint32 label = 1; label <= table->nlabels; label++)
	{
		size_t		n;

		(void) ef_table_series(table, label, kind, &n);
		if (n == 0)
			continue;
		appendStringInfoString(out, separator);
		separator = ", ";
		append_label(out, &table->labels[label - 1]);
		appendStringInfoString(out, ": ");
		if (paired)
			append_pairs(out, table, label, kind);
		else
			append_series(out, table, label, kind);
	}
	appendStringInfoChar(out, '}');
}

static void
append_observed(StringInfo out, const EfFrame *frame)
{
	appendStringInfoString(out, "\"observed\": [");
	if (frame->bounded)
		append_day(out, frame->from);
	else
		appendStringInfoString(out, "null");
	appendStringInfoString(out, ", ");
	append_day(out, frame->as_of);
	appendStringInfoChar(out, ']');
}

static void
spec_of(const EfTable *table, EfFunnelSpec *spec)
{
	EfError		error;

	ef_check(ef_spec_open(spec, table->frame.spec, table->frame.spec_size,
						  &error), &error);
}

static void
append_spec(StringInfo out, const EfTable *table)
{
	EfFunnelSpec spec;

	spec_of(table, &spec);
	appendStringInfoString(out, "\"spec\": {");
	ef_append_spec_text(out, &spec);
	appendStringInfoChar(out, '}');
}

/* The canonical JSON: independent of DateStyle, locale and the way in which
 * the summary came about. */
static char *
text_of(const EfTableType *type, struct varlena *datum)
{
	EfTable		table;
	StringInfoData out;

	load(&table, type, datum);
	initStringInfo(&out);
	appendStringInfo(&out, "{\"type\": \"%s\", \"version\": %d, ",
					 type->name, TEXT_VERSION);
	if (type->open_spec != NULL)
		append_spec(&out, &table);
	else
		append_observed(&out, &table.frame);
	if (type->flag_name != NULL)
		appendStringInfo(&out, ", \"%s\": %s", type->flag_name,
						 table.frame.flags != 0 ? "true" : "false");
	appendStringInfo(&out, ", \"skipped\": " INT64_FORMAT, table.skipped);

	for (unsigned kind = 0; kind < type->nkinds; kind++)
	{
		if (type->kinds[kind].name == NULL)
			continue;
		appendStringInfo(&out, ", \"%s\": ", type->kinds[kind].name);
		if (type->kinds[kind].labelled)
			append_labelled(&out, &table, kind, type->kinds[kind].paired);
		else
			append_series(&out, &table, 0, kind);
	}
	appendStringInfoChar(&out, '}');
	return out.data;
}

Datum
ef_summary_out(FunctionCallInfo fcinfo, const EfTableType *type)
{
	PG_RETURN_CSTRING(text_of(type, PG_GETARG_VARLENA_P(0)));
}

Datum
ef_summary_to_jsonb(FunctionCallInfo fcinfo, const EfTableType *type)
{
	return DirectFunctionCall1(jsonb_in,
							   CStringGetDatum(text_of(type, PG_GETARG_VARLENA_P(0))));
}


/* ---- text in ---- */

/*
 * Collects a table from JSON that PostgreSQL has parsed.  Each function
 * answers false and leaves a sentence where the JSON is not one of ours.
 */
typedef struct Collector
{
	const EfTableType *type;
	EfTable		table;
	size_t		cells_room;
	uint32		labels_room;
	bool		numbered;		/* the labels are known already */
	bool		typed;			/* what must be there was */
	bool		versioned;
	bool		framed;
	EfError		error;
} Collector;

static bool
refuse(Collector *collector, const char *what, const JsonbValue *key)
{
	return ef_json_refuse(&collector->error, what, key);
}

/* Digits without a sign or a leading zero: what a place on the axis is. */
static bool
parse_digits(const char *digits, int length, int64 most, int64 *value)
{
	if (length < 1 || (digits[0] == '0' && length > 1))
		return false;
	*value = 0;
	for (int i = 0; i < length; i++)
		if (digits[i] < '0' || digits[i] > '9' ||
			pg_mul_s64_overflow(*value, 10, value) ||
			pg_add_s64_overflow(*value, digits[i] - '0', value))
			return false;
	return *value <= most;
}

static bool
count_of(Collector *collector, const JsonbValue *key, const JsonbValue *value,
		 int64 *count)
{
	return ef_json_count(value, PG_INT64_MAX, count) ||
		refuse(collector, "There is no count at", key);
}

/* The cells of a kind and label and, where it is paired, of a second label: 0
 * for none. */
static bool
collect_series(Collector *collector, uint32 label, uint32 second,
			   unsigned kind, const JsonbValue *name,
			   const JsonbValue *series)
{
	int64		most = second > 0 ? (1 << EF_PAIR_BITS) - 1 : PG_UINT32_MAX;
	JsonbIterator *iterator;
	JsonbValue	key;
	JsonbValue	value;

	if (!ef_json_is_object(series))
		return refuse(collector, "There is no object at", name);
	iterator = JsonbIteratorInit(series->val.binary.data);
	while (ef_json_next_member(&iterator, &key, &value))
	{
		EfTable    *table = &collector->table;
		int64		at;
		int64		count;

		if (!parse_digits(key.val.string.val, key.val.string.len, most, &at))
			return refuse(collector, "This is no place on the axis:", &key);
		if (!count_of(collector, &key, &value, &count))
			return false;
		if (table->ncells == collector->cells_room)
		{
			collector->cells_room = collector->cells_room * 2 + 64;
			table->cells = table->cells == NULL
				? palloc(collector->cells_room * sizeof(EfCell))
				: repalloc_huge(table->cells,
								collector->cells_room * sizeof(EfCell));
		}
		table->cells[table->ncells].key =
			ef_key(label, kind, ef_pair(second, (uint32) at));
		table->cells[table->ncells++].count = count;
	}
	return true;
}

static void
append_name(Collector *collector, const JsonbValue *name)
{
	EfTable    *table = &collector->table;

	if (table->nlabels == collector->labels_room)
	{
		collector->labels_room = collector->labels_room * 2 + 16;
		table->labels = table->labels == NULL
			? palloc(collector->labels_room * sizeof(EfLabel))
			: repalloc_huge(table->labels,
							collector->labels_room * sizeof(EfLabel));
	}
	table->labels[table->nlabels].bytes = name->val.string.val;
	table->labels[table->nlabels].length = (uint32) name->val.string.len;
	table->nlabels++;
}

/* The number of a label; 0, refused, if a spec does not name it. */
static uint32
collect_label(Collector *collector, const JsonbValue *name)
{
	EfTable    *table = &collector->table;
	uint32		label;

	if (table->frame.spec == NULL && !collector->numbered)
	{
		append_name(collector, name);
		return table->nlabels;
	}
	label = ef_table_label(table, name->val.string.val, name->val.string.len);
	if (label == 0)
		refuse(collector, "The spec names no stage", name);
	return label;
}

/*
 * The labels of all cells, for a type of which a kind is paired: a name comes
 * in as many pairs as there are others, and a number of it must fit half of
 * a place.
 */
static EfStatus
collect_labels(Collector *collector, JsonbContainer *object)
{
	const EfTableType *type = collector->type;
	EfStatus	status;

	for (unsigned kind = 0; kind < type->nkinds; kind++)
	{
		const char *name = type->kinds[kind].name;
		JsonbValue *member;
		JsonbIterator *iterator;
		JsonbIterator *inner;
		JsonbValue	key;
		JsonbValue	value;
		JsonbValue	second;

		if (name == NULL || !type->kinds[kind].labelled)
			continue;
		member = getKeyJsonValueFromContainer(object, name, strlen(name), NULL);
		if (member == NULL || !ef_json_is_object(member))
			continue;
		iterator = JsonbIteratorInit(member->val.binary.data);
		while (ef_json_next_member(&iterator, &key, &value))
		{
			append_name(collector, &key);
			if (!type->kinds[kind].paired || !ef_json_is_object(&value))
				continue;
			inner = JsonbIteratorInit(value.val.binary.data);
			while (ef_json_next_member(&inner, &second, &value))
				append_name(collector, &second);
		}
	}
	collector->numbered = true;
	status = ef_table_normalize(&collector->table, type, &ef_palloc,
								&collector->error);
	return status == EF_OK
		? ef_check_labels(collector->table.nlabels, type, &collector->error)
		: status;
}

static bool
has_pairs(const EfTableType *type)
{
	for (unsigned kind = 0; kind < type->nkinds; kind++)
		if (type->kinds[kind].paired)
			return true;
	return false;
}

static bool
collect_pairs(Collector *collector, uint32 label, unsigned kind,
			  const JsonbValue *name, const JsonbValue *object)
{
	JsonbIterator *iterator;
	JsonbValue	key;
	JsonbValue	value;

	if (!ef_json_is_object(object))
		return refuse(collector, "There is no object at", name);
	iterator = JsonbIteratorInit(object->val.binary.data);
	while (ef_json_next_member(&iterator, &key, &value))
		if (!collect_series(collector, label, collect_label(collector, &key),
							kind, &key, &value))
			return false;
	return true;
}

static bool
collect_kind(Collector *collector, unsigned kind, const JsonbValue *name,
			 const JsonbValue *object)
{
	JsonbIterator *iterator;
	JsonbValue	key;
	JsonbValue	value;

	if (!collector->type->kinds[kind].labelled)
		return collect_series(collector, 0, 0, kind, name, object);
	if (!ef_json_is_object(object))
		return refuse(collector, "There is no object at", name);
	iterator = JsonbIteratorInit(object->val.binary.data);
	while (ef_json_next_member(&iterator, &key, &value))
	{
		uint32		label = collect_label(collector, &key);

		if (label == 0 ||
			!(collector->type->kinds[kind].paired
			  ? collect_pairs(collector, label, kind, &key, &value)
			  : collect_series(collector, label, 0, kind, &key, &value)))
			return false;
	}
	return true;
}

static bool
collect_observed(Collector *collector, const JsonbValue *key,
				 const JsonbValue *array)
{
	EfFrame    *frame = &collector->table.frame;
	JsonbIterator *iterator;
	JsonbValue	value;
	int			n = 0;

	if (ef_json_is_array(array) &&
		!JsonContainerIsScalar(array->val.binary.data) &&
		JsonContainerSize(array->val.binary.data) == 2)
	{
		iterator = JsonbIteratorInit(array->val.binary.data);
		(void) JsonbIteratorNext(&iterator, &value, true);
		while (n < 2 && JsonbIteratorNext(&iterator, &value, true) == WJB_ELEM)
		{
			EfDay	   *day = n == 0 ? &frame->from : &frame->as_of;

			if (value.type == jbvString &&
				ef_parse_day(value.val.string.val, value.val.string.len, day))
				frame->bounded = frame->bounded || n == 0;
			else if (n != 0 || value.type != jbvNull)
				break;
			n++;
		}
	}
	collector->framed = n == 2;
	return n == 2 || refuse(collector,
							"This must be a pair of ISO dates, of which the first may be null:",
							key);
}

/* The labels are those that it names, so it is read before all others. */
static bool
collect_spec(Collector *collector, const JsonbValue *object)
{
	EfError    *error = &collector->error;
	EfFunnelSpec spec = {0};
	JsonbIterator *iterator;
	JsonbValue	key;
	JsonbValue	value;

	if (!ef_json_is_object(object))
	{
		ef_fail(error, EF_INVALID, "There is no object at \"spec\".");
		return false;
	}
	iterator = JsonbIteratorInit(object->val.binary.data);
	while (ef_json_next_member(&iterator, &key, &value))
		if (!ef_read_spec_member(&spec, &key, &value, error))
			return false;
	collector->framed = true;
	return ef_spec_complete(&spec, error) == EF_OK &&
		take_spec(&collector->table, collector->type, &spec, error) == EF_OK;
}

static bool
collect_member(Collector *collector, const JsonbValue *key,
			   const JsonbValue *value)
{
	const EfTableType *type = collector->type;
	const char *name = key->val.string.val;
	int			length = key->val.string.len;
	int64		version;

#define IS(word) (length == (int) strlen(word) && memcmp(name, word, length) == 0)

	if (IS("type"))
		return (collector->typed = value->type == jbvString &&
				value->val.string.len == (int) strlen(type->name) &&
				memcmp(value->val.string.val, type->name,
					   value->val.string.len) == 0) ||
			refuse(collector, "This is of another", key);
	if (IS("version"))
		return count_of(collector, key, value, &version) &&
			((collector->versioned = version == TEXT_VERSION) ||
			 refuse(collector, "This release does not know this", key));
	if (IS("spec") && type->open_spec != NULL)
		return true;
	if (IS("observed") && type->open_spec == NULL)
		return collect_observed(collector, key, value);
	if (IS("skipped"))
		return count_of(collector, key, value, &collector->table.skipped);
	if (type->flag_name != NULL && IS(type->flag_name))
	{
		collector->table.frame.flags = value->type == jbvBool &&
			value->val.boolean;
		return value->type == jbvBool ||
			refuse(collector, "This must be true or false:", key);
	}
	for (unsigned kind = 0; kind < type->nkinds; kind++)
		if (type->kinds[kind].name != NULL && IS(type->kinds[kind].name))
			return collect_kind(collector, kind, key, value);
	return refuse(collector, "There is an unknown member", key);

#undef IS
}

/* All members, among them those that must be there. */
static bool
collect_members(Collector *collector, JsonbContainer *object)
{
	const EfTableType *type = collector->type;
	JsonbIterator *iterator;
	JsonbValue	key;
	JsonbValue	value;

	if (type->open_spec != NULL)
	{
		JsonbValue *spec = getKeyJsonValueFromContainer(object, "spec", 4,
														NULL);

		if (spec != NULL && !collect_spec(collector, spec))
			return false;
	}
	if (has_pairs(type) && collect_labels(collector, object) != EF_OK)
		return false;
	iterator = JsonbIteratorInit(object);
	while (ef_json_next_member(&iterator, &key, &value))
		if (!collect_member(collector, &key, &value))
			return false;
	if (collector->typed && collector->versioned && collector->framed)
		return true;
	ef_fail(&collector->error, EF_INVALID, "\"%s\" is missing.",
			!collector->typed ? "type" :
			!collector->versioned ? "version" :
			type->open_spec != NULL ? "spec" : "observed");
	return false;
}

/* Normalize, validate and pack what came in from outside. */
static EfStatus
accept(EfTable *table, const EfTableType *type, struct varlena **datum,
	   EfError *error)
{
	EfStatus	status = ef_table_normalize(table, type, &ef_palloc, error);

	if (status == EF_OK)
		status = ef_table_validate(table, type, &ef_palloc, error);
	if (status == EF_OK)
		*datum = pack(table, type);
	return status;
}

Datum
ef_summary_in(FunctionCallInfo fcinfo, const EfTableType *type)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Datum		json;
	Jsonb	   *jsonb;
	Collector	collector = {.type = type};
	struct varlena *datum = NULL;
	bool		good;

	if (!ef_jsonb_in(fcinfo, text, &json))
		PG_RETURN_NULL();
	jsonb = DatumGetJsonbP(json);
	if (JB_ROOT_IS_OBJECT(jsonb))
		good = collect_members(&collector, &jsonb->root);
	else
	{
		good = false;
		ef_fail(&collector.error, EF_INVALID, "It is no JSON object.");
	}
	if (!good || accept(&collector.table, type, &datum,
						&collector.error) != EF_OK)
		EF_SOFT_ERROR(fcinfo,
					  (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					   errmsg("invalid input syntax for type %s", type->name),
					   errdetail_internal("%s", collector.error.detail),
					   errhint("Values of this type are made by its aggregate; their text form is documented in doc/formats.md.")));
	PG_RETURN_POINTER(datum);
}


/* ---- binary ---- */

static void
send_period(StringInfo buffer, const EfTable *table)
{
	pq_sendbyte(buffer, table->frame.bounded);
	pq_sendint32(buffer, (uint32) table->frame.from);
	pq_sendint32(buffer, (uint32) table->frame.as_of);
	pq_sendint64(buffer, (uint64) table->skipped);
	pq_sendint32(buffer, table->nlabels);
	for (uint32 i = 0; i < table->nlabels; i++)
	{
		const EfLabel *label = &table->labels[i];
		char	   *sent = pg_server_to_client(label->bytes,
											   (int) label->length);
		int			length = sent == label->bytes ? (int) label->length
			: (int) strlen(sent);

		pq_sendint32(buffer, (uint32) length);
		pq_sendbytes(buffer, sent, length);
	}
}

static void
send_spec(StringInfo buffer, const EfTable *table)
{
	EfFunnelSpec spec;

	spec_of(table, &spec);
	pq_sendint64(buffer, (uint64) table->skipped);
	ef_spec_send(buffer, &spec);
}

Datum
ef_summary_send(FunctionCallInfo fcinfo, const EfTableType *type)
{
	EfTable		table;
	StringInfoData buffer;
	EfError		error;
	uint8	   *bytes;
	size_t		size;

	load(&table, type, PG_GETARG_VARLENA_P(0));
	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, WIRE_VERSION);
	pq_sendbyte(&buffer, type->tag);
	pq_sendbyte(&buffer, table.frame.flags);
	if (type->open_spec != NULL)
		send_spec(&buffer, &table);
	else
		send_period(&buffer, &table);
	ef_check(ef_table_pack_series(&table, &bytes, &size, &ef_palloc, &error),
			 &error);
	pq_sendbytes(&buffer, (char *) bytes, (int) size);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

static EfStatus
receive_period(StringInfo buffer, EfTable *table, EfError *error)
{
	int			bounded = pq_getmsgbyte(buffer);

	table->frame.from = (EfDay) pq_getmsgint(buffer, 4);
	table->frame.as_of = (EfDay) pq_getmsgint(buffer, 4);
	table->skipped = pq_getmsgint64(buffer);
	table->nlabels = pq_getmsgint(buffer, 4);
	if (bounded != 0 && bounded != 1)
		return ef_fail(error, EF_INVALID, "A flag is neither 0 nor 1.");
	table->frame.bounded = bounded != 0;
	if (!table->frame.bounded && table->frame.from != 0)
		return ef_fail(error, EF_INVALID, "A bound that is not there has a date.");

	/* each label has a length word at least */
	if (table->nlabels > (uint32) (buffer->len - buffer->cursor) / 4)
		return ef_fail(error, EF_INVALID, "There are fewer labels than announced.");
	table->labels = palloc(Max(table->nlabels, 1) * sizeof(EfLabel));
	for (uint32 i = 0; i < table->nlabels; i++)
	{
		uint32		length = pq_getmsgint(buffer, 4);
		int			converted;

		if (length > (uint32) (buffer->len - buffer->cursor))
			return ef_fail(error, EF_INVALID, "A label is longer than the message.");

		/* checks the encoding too */
		table->labels[i].bytes = pq_getmsgtext(buffer, (int) length, &converted);
		table->labels[i].length = (uint32) converted;
	}
	return EF_OK;
}

static EfStatus
receive_spec(StringInfo buffer, const EfTableType *type, EfTable *table,
			 EfError *error)
{
	EfFunnelSpec spec;
	EfStatus	status;

	table->skipped = pq_getmsgint64(buffer);
	status = ef_spec_receive(buffer, &spec, error);
	return status == EF_OK ? take_spec(table, type, &spec, error) : status;
}

static EfStatus
receive(StringInfo buffer, const EfTableType *type, EfTable *table,
		EfError *error)
{
	int			rest;
	EfStatus	status;

	if (pq_getmsgbyte(buffer) != WIRE_VERSION)
		return ef_fail(error, EF_INVALID, "Its version is not known.");
	if (pq_getmsgbyte(buffer) != type->tag)
		return ef_fail(error, EF_INVALID, "It is of another type.");
	table->frame.flags = (uint8) pq_getmsgbyte(buffer);
	status = type->open_spec != NULL
		? receive_spec(buffer, type, table, error)
		: receive_period(buffer, table, error);
	if (status != EF_OK)
		return status;
	rest = buffer->len - buffer->cursor;
	return ef_table_read_series(table, type,
								(const uint8 *) pq_getmsgbytes(buffer, rest),
								rest, &ef_palloc, error);
}

Datum
ef_summary_recv(FunctionCallInfo fcinfo, const EfTableType *type)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	EfTable		table = {0};
	struct varlena *datum = NULL;
	EfError		error;

	if (receive(buffer, type, &table, &error) != EF_OK ||
		accept(&table, type, &datum, &error) != EF_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of type %s", type->name),
				 errdetail_internal("%s", error.detail)));
	PG_RETURN_POINTER(datum);
}
