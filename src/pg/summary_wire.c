/*
 * summary_wire.c
 *	  The binary form of a summary.
 */
#include "summary.h"

#include "libpq/pqformat.h"

#include "frame_form.h"

#define WIRE_VERSION 1

Datum
eg_summary_send(FunctionCallInfo fcinfo, const EfTableType *type,
				const EfFrameForm *form)
{
	EfTable		table;
	StringInfoData buffer;
	uint8	   *bytes;
	size_t		size;

	eg_summary_load(&table, type, PG_GETARG_VARLENA_P(0));
	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, WIRE_VERSION);
	pq_sendbyte(&buffer, type->tag);
	pq_sendbyte(&buffer, table.frame.flags);
	form->send(&buffer, &table);
	eg_check(ef_table_pack_series(&table, &bytes, &size, &eg_context));
	pq_sendbytes(&buffer, (char *) bytes, (int) size);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

EF_NODISCARD static EfStatus
receive(StringInfo buffer, const EfTableType *type, const EfFrameForm *form,
		EfTable *table)
{
	int			rest;
	EfStatus	status;

	if (pq_getmsgbyte(buffer) != WIRE_VERSION)
		return ef_fail(&eg_context, EF_INVALID, "Its version is not known.");
	if (pq_getmsgbyte(buffer) != type->tag)
		return ef_fail(&eg_context, EF_INVALID, "It is of another type.");
	table->frame.flags = (uint8) pq_getmsgbyte(buffer);
	status = form->receive(buffer, table, type);
	if (status != EF_OK)
		return status;
	rest = buffer->len - buffer->cursor;
	return ef_table_read_series(table, type,
								(const uint8 *) pq_getmsgbytes(buffer, rest),
								rest, &eg_context);
}

Datum
eg_summary_recv(FunctionCallInfo fcinfo, const EfTableType *type,
				const EfFrameForm *form)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	EfTable		table = {0};
	struct varlena *datum = NULL;

	if (receive(buffer, type, form, &table) != EF_OK ||
		eg_summary_accept(&table, type, &datum) != EF_OK)
		eg_refuse_binary(type->name);
	PG_RETURN_POINTER(datum);
}
