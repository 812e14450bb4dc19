/*
 * life_table.c
 *	  See life_table.h.
 */
#include "table/life_table.h"

#include <string.h>

EfStatus
ef_table_load(EfTable *table, const EfTableType *type,
			  const void *datum, size_t size, EfContext *context)
{
	const uint8_t *bytes = datum;

	memset(table, 0, sizeof(*table));
	if (size < sizeof(int32_t) + 2)
		return ef_fail(context, EF_INVALID, "The bytes end too early.");
	if (bytes[sizeof(int32_t) + 1] != type->tag)
		return ef_fail(context, EF_INVALID, "The bytes are of another type.");
	if (bytes[sizeof(int32_t)] == EF_FORMAT_STATE)
		return ef_state_load(table, type, datum, size, context);
	if (bytes[sizeof(int32_t)] != EF_FORMAT_PACKED)
		return ef_fail(context, EF_INVALID,
					   "Format %d is not known to this version.",
					   bytes[sizeof(int32_t)]);
	return ef_table_unpack(table, type, bytes + sizeof(int32_t) + 2,
						   size - sizeof(int32_t) - 2, context);
}
