/*
 * table.h
 *	  A table opened for reading.
 */
#ifndef EF_TABLE_H
#define EF_TABLE_H

#include "table/frame.h"

/* A table opened for reading: cells in order, each key once, no zero count;
 * labels in byte order, or as a spec has them. */
typedef struct EfTable
{
	EfFrame		frame;
	int64_t		skipped;		/* rows that the table does not know */
	uint32_t	nlabels;
	EfLabel    *labels;			/* label n is labels[n - 1] */
	size_t		ncells;
	EfCell	   *cells;
} EfTable;

/* Does a table hold what the head of EfTable promises?  For EF_ASSERT. */
extern bool ef_table_is_sound(const EfTable *table, const EfTableType *type);

/* As much of that as is known at once, for who looks up one thing in it. */
static inline bool
ef_table_is_readable(const EfTable *table)
{
	size_t		last = table->ncells - 1;

	return table->ncells == 0 ||
		(table->cells[0].key <= table->cells[last].key &&
		 ef_key_kind(table->cells[last].key) != EF_KIND_ROW);
}

/* Are the labels in the order of their bytes, each once? */
extern bool ef_table_labels_in_order(const EfTable *table);

/* Order the labels of a table by their bytes and renumber its cells. */
extern void ef_table_sort_labels(EfTable *table, const EfTableType *type,
								 EfContext *context);

/* Fill in the labels of a table whose frame has a spec. */
extern EfStatus ef_table_open_spec(EfTable *table, const EfTableType *type,
								   EfContext *context) EF_NODISCARD;

/* Sort a table's cells, and its labels unless a spec has them in order; add up
 * equal keys, drop zeros. */
extern EfStatus ef_table_normalize(EfTable *table, const EfTableType *type,
								   EfContext *context) EF_NODISCARD;

/*
 * Check that a normalized table, whose bytes may come from anywhere, can come
 * from some rows.
 */
extern EfStatus ef_table_validate(const EfTable *table,
								  const EfTableType *type,
								  EfContext *context) EF_NODISCARD;

/* Return the cells of one series. */
extern const EfCell *ef_table_series(const EfTable *table, uint32_t label,
									 unsigned kind, size_t *ncells);

/* Return the sum of a series; INT64_MAX where it would pass that. */
extern int64_t ef_table_sum(const EfTable *table, uint32_t label,
							unsigned kind);

/* Return the sum of the series of a label by its bytes; 0 if there is none. */
extern int64_t ef_table_sum_of(const EfTable *table, const char *bytes,
							   size_t length, unsigned kind);

/* Compute such a sum for each of nkinds kinds, without a label. */
extern void ef_table_sums(const EfTable *table, unsigned nkinds,
						  int64_t *sums);

/* Return the number of a label; 0 if the table does not have it. */
extern uint32_t ef_table_label(const EfTable *table, const char *bytes,
							   size_t length);

#endif							/* EF_TABLE_H */
