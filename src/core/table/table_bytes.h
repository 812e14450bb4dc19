/*
 * table_bytes.h
 *	  The packed form of a table: see life_table.h for its byte map.
 */
#ifndef EF_TABLE_BYTES_H
#define EF_TABLE_BYTES_H

#include "table/table.h"

/*
 * Read what follows format and tag into an empty table: checked against its
 * bounds and for order, but not validated.  Labels point into the bytes.
 */
extern EfStatus ef_table_unpack(EfTable *table, const EfTableType *type,
								const uint8_t *bytes, size_t size,
								EfContext *context) EF_NODISCARD;

/*
 * Pack a normalized table into a new chunk, with `header` free bytes before
 * the packed form.  The chunk is larger than the size that is answered.
 */
extern EfStatus ef_table_pack(const EfTable *table, const EfTableType *type,
							  size_t header, uint8_t **bytes, size_t *size,
							  EfContext *context) EF_NODISCARD;

/*
 * Write the series of cells alone, as in the packed form, for a wire format
 * that sends labels in the client's encoding; or read them.  Reading needs
 * table->nlabels, and leaves a table that must be normalized and validated.
 */
extern EfStatus ef_table_pack_series(const EfTable *table,
									 uint8_t **bytes, size_t *size,
									 EfContext *context) EF_NODISCARD;
extern EfStatus ef_table_read_series(EfTable *table, const EfTableType *type,
									 const uint8_t *bytes, size_t size,
									 EfContext *context) EF_NODISCARD;

#endif							/* EF_TABLE_BYTES_H */
