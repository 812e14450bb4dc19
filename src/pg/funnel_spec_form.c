/*
 * funnel_spec_form.c
 *	  The spec of a funnel in the text and the binary form of a summary.
 */
#include "frame_form.h"

#include "libpq/pqformat.h"

#include "funnel_spec_value.h"

/* Read the spec that a table holds. */
static void
spec_of(const EfTable *table, EfFunnelSpec *spec)
{
	eg_check(ef_spec_open(spec, table->frame.spec, table->frame.spec_size,
						  &eg_context));
}

/* Give a table that comes in its spec, and the labels that it names. */
EF_NODISCARD static EfStatus
take_spec(EfTable *table, const EfTableType *type, const EfFunnelSpec *spec)
{
	uint8	   *bytes;
	EfStatus	status = ef_spec_pack(spec, 0, &bytes,
									  &table->frame.spec_size, &eg_context);

	if (status != EF_OK)
		return status;
	table->frame.spec = bytes;
	return ef_table_open_spec(table, type, &eg_context);
}

static void
append_spec(StringInfo out, const EfTable *table)
{
	EfFunnelSpec spec;

	spec_of(table, &spec);
	appendStringInfoChar(out, '{');
	eg_append_spec_text(out, &spec);
	appendStringInfoChar(out, '}');
}

static bool
read_spec(EfTable *table, const EfTableType *type, const EfJson *object)
{
	EfFunnelSpec spec = {0};

	if (object->type != EF_JSON_OBJECT)
		return eg_json_refuse("There is no object at", object);
	for (const EfJson *member = object->first; member != NULL;
		 member = member->next)
		if (!eg_read_spec_member(&spec, member))
			return false;
	return ef_spec_complete(&spec, &eg_context) == EF_OK &&
		take_spec(table, type, &spec) == EF_OK;
}

static void
send_spec(StringInfo buffer, const EfTable *table)
{
	EfFunnelSpec spec;

	spec_of(table, &spec);
	pq_sendint64(buffer, (uint64) table->skipped);
	eg_spec_send(buffer, &spec);
}

EF_NODISCARD static EfStatus
receive_spec(StringInfo buffer, EfTable *table, const EfTableType *type)
{
	EfFunnelSpec spec;
	EfStatus	status;

	table->skipped = pq_getmsgint64(buffer);
	status = eg_spec_receive(buffer, &spec);
	return status == EF_OK ? take_spec(table, type, &spec) : status;
}

const EfFrameForm eg_funnel_spec_form = {
	.member = "spec",
	.names_labels = true,
	.unknown_label = "The spec names no stage",
	.append = append_spec,
	.read = read_spec,
	.send = send_spec,
	.receive = receive_spec,
};
