/*
 * summary_text.c
 *	  The text form of a summary, a JSON object, and its cast to jsonb.
 */
#include "summary.h"

#include "common/int.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/json.h"

#include "frame_form.h"

#define TEXT_VERSION 1


/* ---- text out ---- */

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

		CHECK_FOR_INTERRUPTS();
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

/* The canonical JSON: independent of DateStyle, locale and the way in which
 * the summary came about. */
static char *
text_of(const EfTableType *type, const EfFrameForm *form, struct varlena *datum)
{
	EfTable		table;
	StringInfoData out;

	eg_summary_load(&table, type, datum);
	initStringInfo(&out);
	appendStringInfo(&out, "{\"type\": \"%s\", \"version\": %d, \"%s\": ",
					 type->name, TEXT_VERSION, form->member);
	form->append(&out, &table);
	if (type->flag.name != NULL)
		appendStringInfo(&out, ", \"%s\": %s", type->flag.name,
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
eg_summary_out(FunctionCallInfo fcinfo, const EfTableType *type,
			   const EfFrameForm *form)
{
	PG_RETURN_CSTRING(text_of(type, form, PG_GETARG_VARLENA_P(0)));
}

Datum
eg_summary_to_jsonb(FunctionCallInfo fcinfo, const EfTableType *type,
					const EfFrameForm *form)
{
	return DirectFunctionCall1(jsonb_in,
							   CStringGetDatum(text_of(type, form, PG_GETARG_VARLENA_P(0))));
}


/* ---- text in ---- */

/*
 * Collects a table from JSON that PostgreSQL has parsed.  Each function
 * answers false and leaves a sentence where the JSON is not one of ours.
 */
typedef struct Collector
{
	const EfTableType *type;
	const EfFrameForm *form;
	EfTable		table;
	size_t		cells_room;
	uint32		labels_room;
	bool		numbered;		/* the labels are known already */
	bool		typed;			/* what must be there was */
	bool		versioned;
	bool		framed;
} Collector;

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
count_of(const JsonbValue *key, const JsonbValue *value,
		 int64 *count)
{
	return eg_json_count(value, PG_INT64_MAX, count) ||
		eg_json_refuse("There is no count at", key);
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

	if (!eg_json_is_object(series))
		return eg_json_refuse("There is no object at", name);
	iterator = JsonbIteratorInit(series->val.binary.data);
	while (eg_json_next_member(&iterator, &key, &value))
	{
		EfTable    *table = &collector->table;
		int64		at;
		int64		count;

		if (!parse_digits(key.val.string.val, key.val.string.len, most, &at))
			return eg_json_refuse("This is no place on the axis:", &key);
		if (!count_of(&key, &value, &count))
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

/* The number of a label; 0, refused, if the frame does not name it. */
static uint32
collect_label(Collector *collector, const JsonbValue *name)
{
	EfTable    *table = &collector->table;
	uint32		label;

	if (!collector->numbered)
	{
		append_name(collector, name);
		return table->nlabels;
	}
	label = ef_table_label(table, name->val.string.val, name->val.string.len);
	if (label == 0)
		eg_json_refuse(collector->form->unknown_label, name);
	return label;
}

/*
 * The labels of all cells, for a type of which a kind is paired: a name comes
 * in as many pairs as there are others, and a number of it must fit half of
 * a place.
 */
EF_NODISCARD static EfStatus
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
		if (member == NULL || !eg_json_is_object(member))
			continue;
		iterator = JsonbIteratorInit(member->val.binary.data);
		while (eg_json_next_member(&iterator, &key, &value))
		{
			append_name(collector, &key);
			if (!type->kinds[kind].paired || !eg_json_is_object(&value))
				continue;
			inner = JsonbIteratorInit(value.val.binary.data);
			while (eg_json_next_member(&inner, &second, &value))
				append_name(collector, &second);
		}
	}
	collector->numbered = true;
	status = ef_table_normalize(&collector->table, type, &eg_context);
	return status == EF_OK
		? ef_check_labels(collector->table.nlabels, type, &eg_context)
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

	if (!eg_json_is_object(object))
		return eg_json_refuse("There is no object at", name);
	iterator = JsonbIteratorInit(object->val.binary.data);
	while (eg_json_next_member(&iterator, &key, &value))
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
	if (!eg_json_is_object(object))
		return eg_json_refuse("There is no object at", name);
	iterator = JsonbIteratorInit(object->val.binary.data);
	while (eg_json_next_member(&iterator, &key, &value))
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
			eg_json_refuse("This is of another", key);
	if (IS("version"))
		return count_of(key, value, &version) &&
			((collector->versioned = version == TEXT_VERSION) ||
			 eg_json_refuse("This release does not know this", key));
	if (IS(collector->form->member))
		return true;
	if (IS("skipped"))
		return count_of(key, value, &collector->table.skipped);
	if (type->flag.name != NULL && IS(type->flag.name))
	{
		collector->table.frame.flags = value->type == jbvBool &&
			value->val.boolean;
		return value->type == jbvBool ||
			eg_json_refuse("This must be true or false:", key);
	}
	for (unsigned kind = 0; kind < type->nkinds; kind++)
		if (type->kinds[kind].name != NULL && IS(type->kinds[kind].name))
			return collect_kind(collector, kind, key, value);
	return eg_json_refuse("There is an unknown member", key);

#undef IS
}

/* The frame, if it is there: it may name the labels, so it is read before all
 * others. */
static bool
collect_frame(Collector *collector, JsonbContainer *object)
{
	const EfFrameForm *form = collector->form;
	int			length = (int) strlen(form->member);
	JsonbValue	key = {.type = jbvString};
	JsonbValue *value = getKeyJsonValueFromContainer(object, form->member,
													 length, NULL);

	if (value == NULL)
		return true;
	key.val.string.val = unconstify(char *, form->member);
	key.val.string.len = length;
	collector->framed = true;
	collector->numbered = form->names_labels;
	return form->read(&collector->table, collector->type, &key, value);
}

/* All members, among them those that must be there. */
static bool
collect_members(Collector *collector, JsonbContainer *object)
{
	JsonbIterator *iterator;
	JsonbValue	key;
	JsonbValue	value;

	if (!collect_frame(collector, object))
		return false;
	if (has_pairs(collector->type) && collect_labels(collector, object) != EF_OK)
		return false;
	iterator = JsonbIteratorInit(object);
	while (eg_json_next_member(&iterator, &key, &value))
		if (!collect_member(collector, &key, &value))
			return false;
	if (collector->typed && collector->versioned && collector->framed)
		return true;
	ef_fail(&eg_context, EF_INVALID, "\"%s\" is missing.",
			!collector->typed ? "type" :
			!collector->versioned ? "version" : collector->form->member);
	return false;
}

/* For whoever writes a value by hand. */
static const char text_hint[] =
"Values of this type are made by its aggregate; their text form is documented in doc/formats.md.";

Datum
eg_summary_in(FunctionCallInfo fcinfo, const EfTableType *type,
			  const EfFrameForm *form)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Datum		json;
	Jsonb	   *jsonb;
	Collector	collector = {.type = type,.form = form};
	struct varlena *datum = NULL;
	bool		good;

	if (!eg_jsonb_in(fcinfo, type->name, text_hint, text, &json))
		PG_RETURN_NULL();
	jsonb = DatumGetJsonbP(json);
	if (JB_ROOT_IS_OBJECT(jsonb))
		good = collect_members(&collector, &jsonb->root);
	else
	{
		good = false;
		ef_fail(&eg_context, EF_INVALID, "It is no JSON object.");
	}
	if (!good || eg_summary_accept(&collector.table, type, &datum) != EF_OK)
		EF_SOFT_ERROR(fcinfo,
					  (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					   errmsg("invalid input syntax for type %s", type->name),
					   errdetail_internal("%s", eg_error.detail),
					   errhint("%s", text_hint)));
	PG_RETURN_POINTER(datum);
}
