/*
 * period_form.c
 *	  An observation period in the text and the binary form of a summary.
 */
#include "frame_form.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"


/* ---- text ---- */

static void
append_day(StringInfo out, EfDay day)
{
	appendStringInfo(out, "\"%s\"", ef_day_shown(day).text);
}

static void
append_period(StringInfo out, const EfTable *table)
{
	const EfFrame *frame = &table->frame;

	appendStringInfoChar(out, '[');
	if (frame->bounded)
		append_day(out, frame->from);
	else
		appendStringInfoString(out, "null");
	appendStringInfoString(out, ", ");
	append_day(out, frame->as_of);
	appendStringInfoChar(out, ']');
}

static bool
read_period(EfTable *table, const EfTableType *type, const EfJson *array)
{
	EfFrame    *frame = &table->frame;
	const EfJson *from;
	const EfJson *as_of;

	(void) type;
	if (array->type == EF_JSON_ARRAY && array->length == 2)
	{
		from = array->first;
		as_of = from->next;
		frame->bounded = from->type != EF_JSON_NULL;
		if ((!frame->bounded || eg_json_day(from, &frame->from)) &&
			eg_json_day(as_of, &frame->as_of))
			return true;
	}
	return eg_json_refuse("This must be a pair of ISO dates, of which the first may be null:",
						  array);
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

EF_NODISCARD static EfStatus
receive_period(StringInfo buffer, EfTable *table, const EfTableType *type)
{
	int			bounded = pq_getmsgbyte(buffer);

	(void) type;
	table->frame.from = (EfDay) pq_getmsgint(buffer, 4);
	table->frame.as_of = (EfDay) pq_getmsgint(buffer, 4);
	table->skipped = pq_getmsgint64(buffer);
	table->nlabels = pq_getmsgint(buffer, 4);
	if (bounded != 0 && bounded != 1)
		return ef_fail(&eg_context, EF_INVALID, "A flag is neither 0 nor 1.");
	table->frame.bounded = bounded != 0;
	if (!table->frame.bounded && table->frame.from != 0)
		return ef_fail(&eg_context, EF_INVALID,
					   "A bound that is not there has a date.");

	/* each label has a length word at least */
	if (table->nlabels > (uint32) (buffer->len - buffer->cursor) / 4)
		return ef_fail(&eg_context, EF_INVALID,
					   "There are fewer labels than announced.");
	table->labels = palloc(Max(table->nlabels, 1) * sizeof(EfLabel));
	for (uint32 i = 0; i < table->nlabels; i++)
	{
		uint32		length = pq_getmsgint(buffer, 4);
		int			converted;

		if (length > (uint32) (buffer->len - buffer->cursor))
			return ef_fail(&eg_context, EF_INVALID,
						   "A label is longer than the message.");

		/* checks the encoding too */
		table->labels[i].bytes = pq_getmsgtext(buffer, (int) length, &converted);
		table->labels[i].length = (uint32) converted;
	}
	return EF_OK;
}

const EfFrameForm eg_period_form = {
	.member = "observed",
	.unknown_label = "There is an unknown label",
	.append = append_period,
	.read = read_period,
	.send = send_period,
	.receive = receive_period,
};
