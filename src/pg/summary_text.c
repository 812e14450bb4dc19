/*
 * summary_text.c
 *	  The text form of a summary, a JSON object, and its cast to jsonb.
 */
#include "summary.h"

#include "common/int.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"

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

/* Append the series of a paired kind, by its second labels. */
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
			eg_append_label(out, &table->labels[second - 1]);
			appendStringInfoString(out, ": {");
		}
		else
			appendStringInfoString(out, ", ");
		appendStringInfo(out, "\"%u\": " INT64_FORMAT, ef_pair_at(at),
						 cells[i].count);
	}
	appendStringInfoString(out, n > 0 ? "}}" : "}");
}

/* Append the series of a kind by their labels; none without counts. */
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
		eg_append_label(out, &table->labels[label - 1]);
		appendStringInfoString(out, ": ");
		if (paired)
			append_pairs(out, table, label, kind);
		else
			append_series(out, table, label, kind);
	}
	appendStringInfoChar(out, '}');
}

/*
 * Write the canonical JSON: independent of DateStyle, locale and the way in
 * which the summary was made.
 */
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
	bool		typed;			/* all required members were there */
	bool		versioned;
	bool		framed;
} Collector;

/* Parse digits without a sign or a leading zero: a place on the axis. */
static bool
parse_digits(const char *digits, uint32 length, int64 most, int64 *value)
{
	if (length < 1 || (digits[0] == '0' && length > 1))
		return false;
	*value = 0;
	for (uint32 i = 0; i < length; i++)
		if (digits[i] < '0' || digits[i] > '9' ||
			pg_mul_s64_overflow(*value, 10, value) ||
			pg_add_s64_overflow(*value, digits[i] - '0', value))
			return false;
	return *value <= most;
}

static bool
count_of(const EfJson *member, int64 *count)
{
	return eg_json_count(member, PG_INT64_MAX, count) ||
		eg_json_refuse("There is no count at", member);
}

/*
 * Collect the cells of a kind and label and, for a paired kind, of a second
 * label: 0 for none.
 */
static bool
collect_series(Collector *collector, uint32 label, uint32 second,
			   unsigned kind, const EfJson *series)
{
	int64		most = second > 0 ? (1 << EF_PAIR_BITS) - 1 : PG_UINT32_MAX;

	if (series->type != EF_JSON_OBJECT)
		return eg_json_refuse("There is no object at", series);
	for (const EfJson *cell = series->first; cell != NULL; cell = cell->next)
	{
		EfTable    *table = &collector->table;
		int64		at;
		int64		count;

		if (!parse_digits(cell->key, cell->key_length, most, &at))
			return eg_json_refuse("This is no place on the axis:", cell);
		if (!count_of(cell, &count))
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
append_name(Collector *collector, const EfJson *member)
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
	table->labels[table->nlabels].bytes = member->key;
	table->labels[table->nlabels].length = member->key_length;
	table->nlabels++;
}

/* Return the number of a label; 0, refused, if the frame does not name it. */
static uint32
collect_label(Collector *collector, const EfJson *member)
{
	EfTable    *table = &collector->table;
	uint32		label;

	if (!collector->numbered)
	{
		append_name(collector, member);
		return table->nlabels;
	}
	label = ef_table_label(table, member->key, member->key_length);
	if (label == 0)
		eg_json_refuse(collector->form->unknown_label, member);
	return label;
}

/*
 * Collect the labels of all cells, for a type with a paired kind: a name
 * occurs in as many pairs as there are other names, and its number must fit
 * half of a place.
 */
EF_NODISCARD static EfStatus
collect_labels(Collector *collector, const EfJson *object)
{
	const EfTableType *type = collector->type;
	EfStatus	status;

	for (unsigned kind = 0; kind < type->nkinds; kind++)
	{
		const EfJson *of_kind;

		if (type->kinds[kind].name == NULL || !type->kinds[kind].labelled)
			continue;
		of_kind = eg_json_member(object, type->kinds[kind].name);
		if (of_kind == NULL || of_kind->type != EF_JSON_OBJECT)
			continue;
		for (const EfJson *one = of_kind->first; one != NULL; one = one->next)
		{
			append_name(collector, one);
			if (!type->kinds[kind].paired || one->type != EF_JSON_OBJECT)
				continue;
			for (const EfJson *other = one->first; other != NULL;
				 other = other->next)
				append_name(collector, other);
		}
	}
	collector->numbered = true;
	status = ef_table_normalize(&collector->table, type, &eg_context);
	return status == EF_OK
		? ef_frame_check_labels(collector->table.nlabels, type, &eg_context)
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
			  const EfJson *object)
{
	if (object->type != EF_JSON_OBJECT)
		return eg_json_refuse("There is no object at", object);
	for (const EfJson *series = object->first; series != NULL;
		 series = series->next)
		if (!collect_series(collector, label, collect_label(collector, series),
							kind, series))
			return false;
	return true;
}

static bool
collect_kind(Collector *collector, unsigned kind, const EfJson *object)
{
	if (!collector->type->kinds[kind].labelled)
		return collect_series(collector, 0, 0, kind, object);
	if (object->type != EF_JSON_OBJECT)
		return eg_json_refuse("There is no object at", object);
	for (const EfJson *member = object->first; member != NULL;
		 member = member->next)
	{
		uint32		label = collect_label(collector, member);

		if (label == 0 ||
			!(collector->type->kinds[kind].paired
			  ? collect_pairs(collector, label, kind, member)
			  : collect_series(collector, label, 0, kind, member)))
			return false;
	}
	return true;
}

static bool
collect_member(Collector *collector, const EfJson *member)
{
	const EfTableType *type = collector->type;
	int64		version;

	if (eg_json_named(member, "type"))
	{
		return collector->typed = eg_json_check_type(member, type->name);
	}
	if (eg_json_named(member, "version"))
	{
		if (!count_of(member, &version))
			return false;
		collector->versioned = version == TEXT_VERSION;
		return collector->versioned ||
			eg_json_refuse("This release does not know this", member);
	}
	if (eg_json_named(member, collector->form->member))
		return true;
	if (eg_json_named(member, "skipped"))
		return count_of(member, &collector->table.skipped);
	if (type->flag.name != NULL && eg_json_named(member, type->flag.name))
	{
		collector->table.frame.flags = member->type == EF_JSON_TRUE;
		return member->type == EF_JSON_TRUE || member->type == EF_JSON_FALSE ||
			eg_json_refuse("This must be true or false:", member);
	}
	for (unsigned kind = 0; kind < type->nkinds; kind++)
		if (type->kinds[kind].name != NULL &&
			eg_json_named(member, type->kinds[kind].name))
			return collect_kind(collector, kind, member);
	return eg_json_refuse("There is an unknown member", member);
}

/*
 * Collect the frame, if there is one.  It may name the labels, so it is read
 * before all others.
 */
static bool
collect_frame(Collector *collector, const EfJson *object)
{
	const EfFrameForm *form = collector->form;
	const EfJson *member = eg_json_member(object, form->member);

	if (member == NULL)
		return true;
	collector->framed = true;
	collector->numbered = form->names_labels;
	return form->read(&collector->table, collector->type, member);
}

/* Collect all members, and check that none is missing. */
static bool
collect_members(Collector *collector, const EfJson *object)
{
	if (object->type != EF_JSON_OBJECT)
		return eg_json_fail("It is no JSON object.");
	if (!collect_frame(collector, object))
		return false;
	if (has_pairs(collector->type) && collect_labels(collector, object) != EF_OK)
		return false;
	for (const EfJson *member = object->first; member != NULL;
		 member = member->next)
		if (!collect_member(collector, member))
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
eg_summary_read(FunctionCallInfo fcinfo, const EfTableType *type,
				const EfFrameForm *form, const EfJson *json)
{
	Collector	collector = {.type = type,.form = form};
	struct varlena *datum = NULL;

	if (!collect_members(&collector, json) || eg_summary_accept(&collector.table, type, &datum) != EF_OK)
		return eg_refuse_text(fcinfo, type->name, text_hint);
	PG_RETURN_POINTER(datum);
}

Datum
eg_summary_in(FunctionCallInfo fcinfo, const EfTableType *type,
			  const EfFrameForm *form)
{
	const EfJson *json = eg_json_parse(fcinfo, type->name, text_hint,
									   PG_GETARG_CSTRING(0));

	if (json == NULL)
		PG_RETURN_NULL();
	return eg_summary_read(fcinfo, type, form, json);
}
