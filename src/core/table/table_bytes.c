/*
 * table_bytes.c
 *	  See table_bytes.h.
 */
#include "table/table_bytes.h"

#include <string.h>

#include "base/codec.h"
#include "base/invariant.h"


/* ---- reading ---- */

/*
 * Number of cells for which there is room at first; more room comes as they
 * are read: bytes that are refused should not cost what their counts promise.
 */
#define FIRST_CELLS 4096

static void
grow_cells(EfTable *table, size_t *room, size_t most,
		   EfContext *context)
{
	*room = *room == 0 ? FIRST_CELLS : 2 * *room;
	if (*room > most)
		*room = most;
	table->cells = ef_enlarge(context, table->cells,
							  table->ncells * sizeof(EfCell),
							  *room * sizeof(EfCell));
}

/*
 * Read the `n` cells of a series, until one is at an impossible place; that
 * one is not counted.
 */
static void
read_cells(EfTable *table, const EfKind *kind, uint64_t number, uint64_t n,
		   size_t *room, size_t most, EfReader *reader, EfContext *context)
{
	uint64_t	axis = kind->paired
		? (uint64_t) (table->nlabels + 1) << EF_PAIR_BITS : kind->axis;
	const uint8_t *byte = reader->at;
	EfCell	   *cell = table->cells + table->ncells;
	EfCell	   *end = table->cells + *room;
	uint64_t	at = 0;

	/* local copies stay in registers */
	for (uint64_t i = 0; i < n; i++)
	{
		int64_t		count;

		ef_check_interrupt_at(context, i);
		if (cell == end)
		{
			table->ncells = *room;
			grow_cells(table, room, most, context);
			cell = table->cells + table->ncells;
			end = table->cells + *room;
		}
		at += i > 0;

		/* nearly every step and count takes one byte */
		if (reader->end - byte >= 2 && (byte[0] | byte[1]) < 0x80)
		{
			at += byte[0];
			count = byte[1];
			byte += 2;
		}
		else
		{
			reader->at = byte;
			at += ef_read_limited(reader, UINT32_MAX);
			count = (int64_t) ef_read_limited(reader, INT64_MAX);
			byte = reader->at;
		}
		if (reader->failed || at >= axis || count == 0 ||
			(kind->paired &&
			 !ef_kind_has_place(kind, (uint32_t) at, table->nlabels)))
			break;
		cell->key = number << 32 | (uint32_t) at;
		cell->count = count;
		cell++;
	}
	reader->at = byte;
	table->ncells = (size_t) (cell - table->cells);
}

EF_NODISCARD static EfStatus
read_series(EfTable *table, const EfTableType *type, EfReader *reader,
			EfContext *context)
{
	uint64_t	nseries;
	uint64_t	series = 0;
	size_t		room = 0;
	size_t		most;
	bool		order = true;
	EfStatus	status = ef_frame_check_labels(table->nlabels, type, context);

	/*
	 * a cell takes two bytes at least: no count is believed that the rest of
	 * the input could not hold
	 */
	nseries = ef_read_limited(reader, (uint64_t) (reader->end - reader->at));
	most = (size_t) (reader->end - reader->at) / 2;
	table->ncells = 0;
	table->cells = NULL;
	grow_cells(table, &room, most, context);
	for (uint64_t s = 0; s < nseries && order && !reader->failed &&
		 status == EF_OK; s++)
	{
		uint64_t	number = ef_read_limited(reader, UINT32_MAX);
		uint64_t	n = ef_read_limited(reader, most - table->ncells);
		uint32_t	label = (uint32_t) (number >> EF_KIND_BITS);
		unsigned	kind = (unsigned) number & ((1u << EF_KIND_BITS) - 1);
		size_t		before = table->ncells;

		order = n > 0 && (s == 0 || number > series) &&
			kind < type->nkinds && type->kinds[kind].name != NULL &&
			(type->kinds[kind].labelled ? label > 0 : label == 0) &&
			label <= table->nlabels;
		series = number;
		if (order)
			read_cells(table, &type->kinds[kind], number, n, &room, most,
					   reader, context);
		order = order && table->ncells - before == n;
	}
	if (status != EF_OK)
		return status;
	if (!order && !reader->failed)
		return ef_fail(context, EF_INVALID,
					   "Its cells are out of order, or of no known kind.");
	if (reader->failed || reader->at != reader->end)
		return ef_fail(context, EF_INVALID,
					   "The bytes end too early or too late.");
	return EF_OK;
}

EfStatus
ef_table_read_series(EfTable *table, const EfTableType *type,
					 const uint8_t *bytes, size_t size, EfContext *context)
{
	EfReader	reader = {bytes, bytes + size, false};

	return read_series(table, type, &reader, context);
}

/* Read a period, and its labels, each once and in order. */
EF_NODISCARD static EfStatus
read_period(EfTable *table, EfReader *reader, EfContext *context)
{
	table->frame.bounded = ef_read_limited(reader, 1) != 0;
	table->frame.from = table->frame.bounded
		? (EfDay) ef_unzigzag(ef_read_limited(reader, UINT32_MAX)) : 0;
	table->frame.as_of = (EfDay) ef_unzigzag(ef_read_limited(reader, UINT32_MAX));
	table->skipped = (int64_t) ef_read_limited(reader, INT64_MAX);

	/* a label takes a byte at least */
	table->nlabels = (uint32_t) ef_read_limited(reader,
												(uint64_t) (reader->end - reader->at));
	table->labels = ef_alloc(context, table->nlabels * sizeof(EfLabel));
	for (uint32_t i = 0; i < table->nlabels; i++)
	{
		EfLabel    *label = &table->labels[i];

		ef_check_interrupt_at(context, i);
		label->length = (uint32_t) ef_read_limited(reader, EF_SIZE_LIMIT);
		label->bytes = (const char *) ef_read_bytes(reader, label->length);
		if (reader->failed)
			return ef_fail(context, EF_INVALID, "The bytes end too early.");
		if (i > 0 && ef_label_compare(label - 1, label) >= 0)
			return ef_fail(context, EF_INVALID,
						   "Its labels are out of order.");
	}
	return EF_OK;
}

/* Read a spec and take its labels. */
EF_NODISCARD static EfStatus
read_spec(EfTable *table, const EfTableType *type, EfReader *reader,
		  EfContext *context)
{
	table->skipped = (int64_t) ef_read_limited(reader, INT64_MAX);
	table->frame.spec_size = ef_read_limited(reader, EF_SIZE_LIMIT);
	table->frame.spec = ef_read_bytes(reader, table->frame.spec_size);
	if (reader->failed)
		return ef_fail(context, EF_INVALID, "The bytes end too early.");
	return ef_table_open_spec(table, type, context);
}

EfStatus
ef_table_unpack(EfTable *table, const EfTableType *type,
				const uint8_t *bytes, size_t size, EfContext *context)
{
	EfReader	reader = {bytes, bytes + size, false};
	EfStatus	status;

	table->frame.flags = (uint8_t) ef_read_limited(&reader, UINT8_MAX);
	status = type->open_spec != NULL
		? read_spec(table, type, &reader, context)
		: read_period(table, &reader, context);
	if (status != EF_OK)
		return status;
	status = read_series(table, type, &reader, context);
	EF_ASSERT(status != EF_OK || ef_table_is_sound(table, type));
	return status;
}


/* ---- packing ---- */

static size_t
count_series(const EfTable *table)
{
	const EfCell *cells = table->cells;
	size_t		n = 0;

	for (size_t i = 0; i < table->ncells; i++)
		n += i == 0 ||
			ef_key_series(cells[i].key) != ef_key_series(cells[i - 1].key);
	return n;
}

/*
 * Return an upper bound of the room: the number of series, two integers for
 * each of them and two for each cell.
 */
static size_t
series_bound(const EfTable *table, size_t nseries)
{
	return (1 + 2 * nseries + 2 * table->ncells) * EF_VARINT_MAX;
}

static void
pack_series(EfWriter *writer, const EfTable *table, size_t nseries,
			EfContext *context)
{
	const EfCell *cells = table->cells;

	ef_write_varint(writer, nseries);
	for (size_t i = 0; i < table->ncells;)
	{
		uint32_t	series = ef_key_series(cells[i].key);
		size_t		end = i;
		uint32_t	next = 0;

		while (end < table->ncells && ef_key_series(cells[end].key) == series)
			end++;
		ef_write_varint(writer, series);
		ef_write_varint(writer, end - i);
		for (; i < end; i++)
		{
			ef_check_interrupt_at(context, i);
			ef_write_varint(writer, ef_key_at(cells[i].key) - next);
			ef_write_varint(writer, (uint64_t) cells[i].count);
			next = ef_key_at(cells[i].key) + 1;
		}
	}
}

EF_NODISCARD static EfStatus
check_size(size_t size, EfContext *context)
{
	if (size > EF_SIZE_LIMIT)
		return ef_fail(context, EF_TOO_LARGE, "It would take %zu bytes.",
					   size);
	return EF_OK;
}

static void
write_period(EfWriter *writer, const EfTable *table)
{
	ef_write_varint(writer, table->frame.bounded);
	if (table->frame.bounded)
		ef_write_varint(writer, ef_zigzag(table->frame.from));
	ef_write_varint(writer, ef_zigzag(table->frame.as_of));
	ef_write_varint(writer, (uint64_t) table->skipped);
	ef_write_varint(writer, table->nlabels);
	for (uint32_t i = 0; i < table->nlabels; i++)
	{
		ef_write_varint(writer, table->labels[i].length);
		ef_write_bytes(writer, table->labels[i].bytes,
					   table->labels[i].length);
	}
}

static void
write_spec(EfWriter *writer, const EfTable *table)
{
	ef_write_varint(writer, (uint64_t) table->skipped);
	ef_write_varint(writer, table->frame.spec_size);
	ef_write_bytes(writer, table->frame.spec, table->frame.spec_size);
}

EfStatus
ef_table_pack(const EfTable *table, const EfTableType *type,
			  size_t header, uint8_t **bytes, size_t *size, EfContext *context)
{
	EfWriter	writer;
	size_t		nseries = count_series(table);
	size_t		bound = header + 2 + 6 * EF_VARINT_MAX +
		table->frame.spec_size + series_bound(table, nseries);

	EF_ASSERT(ef_cells_in_order(table->cells, table->ncells));
	for (uint32_t i = 0; i < table->nlabels; i++)
		bound += EF_VARINT_MAX + table->labels[i].length;
	*bytes = ef_alloc(context, bound);
	writer.at = *bytes + header;
	*writer.at++ = EF_FORMAT_PACKED;
	*writer.at++ = type->tag;
	ef_write_varint(&writer, table->frame.flags);
	if (type->open_spec != NULL)
		write_spec(&writer, table);
	else
		write_period(&writer, table);
	pack_series(&writer, table, nseries, context);
	*size = (size_t) (writer.at - *bytes);
	return check_size(*size, context);
}

EfStatus
ef_table_pack_series(const EfTable *table, uint8_t **bytes, size_t *size,
					 EfContext *context)
{
	EfWriter	writer;
	size_t		nseries = count_series(table);

	EF_ASSERT(ef_cells_in_order(table->cells, table->ncells));
	*bytes = ef_alloc(context, series_bound(table, nseries));
	writer.at = *bytes;
	pack_series(&writer, table, nseries, context);
	*size = (size_t) (writer.at - *bytes);
	return check_size(*size, context);
}
