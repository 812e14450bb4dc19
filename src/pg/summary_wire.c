/*
 * summary_wire.c
 *	  The binary form of a summary.
 */
#include "summary.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"

#include "funnel_spec_value.h"

#define WIRE_VERSION 1

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

	ef_summary_spec(table, &spec);
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

	ef_summary_load(&table, type, PG_GETARG_VARLENA_P(0));
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

EF_NODISCARD static EfStatus
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

EF_NODISCARD static EfStatus
receive_spec(StringInfo buffer, const EfTableType *type, EfTable *table,
			 EfError *error)
{
	EfFunnelSpec spec;
	EfStatus	status;

	table->skipped = pq_getmsgint64(buffer);
	status = ef_spec_receive(buffer, &spec, error);
	return status == EF_OK ? ef_summary_take_spec(table, type, &spec, error) : status;
}

EF_NODISCARD static EfStatus
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
		ef_summary_accept(&table, type, &datum, &error) != EF_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of type %s", type->name),
				 errdetail_internal("%s", error.detail)));
	PG_RETURN_POINTER(datum);
}
